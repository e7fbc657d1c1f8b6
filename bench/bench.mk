# SPDX-License-Identifier: MIT
#
# Generators and benchmarks. `make bench` is never part of `make check`: it takes minutes, and its figures are for people.

EXTRA_DIST += bench/README.md bench/align.sh bench/gen_events.c bench/journey/journey.xml bench/answers.sh bench/inputs.sh bench/medoid.sh bench/mining.py bench/peers.sh bench/run.sh bench/sax2.c bench/sources.xml bench/spend.c

.PHONY: bench
bench: all
	VOC=$(abs_top_builddir)/voc CC='$(CC)' $(SHELL) $(srcdir)/bench/run.sh
