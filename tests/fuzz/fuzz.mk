# SPDX-License-Identifier: MIT
#
# Fuzz targets. `make check` replays what is kept in corpus/ through replay_*; with --enable-fuzzing (clang) there are fuzz_*
# as well, which libFuzzer drives: make fuzz, or tests/fuzz/run.sh SECONDS [WHAT...]. What it finds is mended, and stays in corpus/.
FUZZ_LDADD = core/libvoc.a $(DEPS_LIBS) -lm
FUZZ_SHARED = tests/fuzz/fuzz.c tests/fuzz/fuzz.h

EXTRA_DIST += tests/fuzz/corpus tests/fuzz/dict tests/fuzz/uncounted.list tests/fuzz/run.sh

check_PROGRAMS += tests/fuzz/replay_input
tests_fuzz_replay_input_SOURCES = tests/fuzz/fuzz_input.c tests/fuzz/replay.c $(FUZZ_SHARED)
tests_fuzz_replay_input_LDADD = $(FUZZ_LDADD)

check_PROGRAMS += tests/fuzz/replay_journey
tests_fuzz_replay_journey_SOURCES = tests/fuzz/fuzz_journey.c tests/fuzz/replay.c $(FUZZ_SHARED)
tests_fuzz_replay_journey_LDADD = $(FUZZ_LDADD)

check_PROGRAMS += tests/fuzz/replay_bytes
tests_fuzz_replay_bytes_SOURCES = tests/fuzz/fuzz_bytes.c tests/fuzz/replay.c $(FUZZ_SHARED)
tests_fuzz_replay_bytes_LDADD = $(FUZZ_LDADD)

check_PROGRAMS += tests/fuzz/replay_text
tests_fuzz_replay_text_SOURCES = tests/fuzz/fuzz_text.c tests/fuzz/replay.c $(FUZZ_SHARED)
tests_fuzz_replay_text_LDADD = $(FUZZ_LDADD)

check_PROGRAMS += tests/fuzz/replay_book
tests_fuzz_replay_book_SOURCES = tests/fuzz/fuzz_book.c tests/fuzz/replay.c $(FUZZ_SHARED)
tests_fuzz_replay_book_LDADD = $(FUZZ_LDADD)

check_PROGRAMS += tests/fuzz/replay_wire
tests_fuzz_replay_wire_SOURCES = tests/fuzz/fuzz_wire.c tests/fuzz/replay.c $(FUZZ_SHARED)
tests_fuzz_replay_wire_LDADD = $(FUZZ_LDADD)

check_PROGRAMS += tests/fuzz/replay_xml
tests_fuzz_replay_xml_SOURCES = tests/fuzz/fuzz_xml.c tests/fuzz/replay.c $(FUZZ_SHARED)
tests_fuzz_replay_xml_LDADD = $(FUZZ_LDADD)

FUZZ_SECONDS = 60
.PHONY: fuzz
if FUZZING
# The plugins are loaded, and find what counts their edges in the program.

noinst_PROGRAMS += tests/fuzz/fuzz_input
tests_fuzz_fuzz_input_SOURCES = tests/fuzz/fuzz_input.c $(FUZZ_SHARED)
tests_fuzz_fuzz_input_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_input_LDFLAGS = -fsanitize=fuzzer -rdynamic

noinst_PROGRAMS += tests/fuzz/fuzz_journey
tests_fuzz_fuzz_journey_SOURCES = tests/fuzz/fuzz_journey.c $(FUZZ_SHARED)
tests_fuzz_fuzz_journey_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_journey_LDFLAGS = -fsanitize=fuzzer -rdynamic

noinst_PROGRAMS += tests/fuzz/fuzz_bytes
tests_fuzz_fuzz_bytes_SOURCES = tests/fuzz/fuzz_bytes.c $(FUZZ_SHARED)
tests_fuzz_fuzz_bytes_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_bytes_LDFLAGS = -fsanitize=fuzzer -rdynamic

noinst_PROGRAMS += tests/fuzz/fuzz_text
tests_fuzz_fuzz_text_SOURCES = tests/fuzz/fuzz_text.c $(FUZZ_SHARED)
tests_fuzz_fuzz_text_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_text_LDFLAGS = -fsanitize=fuzzer -rdynamic

noinst_PROGRAMS += tests/fuzz/fuzz_book
tests_fuzz_fuzz_book_SOURCES = tests/fuzz/fuzz_book.c $(FUZZ_SHARED)
tests_fuzz_fuzz_book_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_book_LDFLAGS = -fsanitize=fuzzer -rdynamic

noinst_PROGRAMS += tests/fuzz/fuzz_wire
tests_fuzz_fuzz_wire_SOURCES = tests/fuzz/fuzz_wire.c $(FUZZ_SHARED)
tests_fuzz_fuzz_wire_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_wire_LDFLAGS = -fsanitize=fuzzer -rdynamic

noinst_PROGRAMS += tests/fuzz/fuzz_xml
tests_fuzz_fuzz_xml_SOURCES = tests/fuzz/fuzz_xml.c $(FUZZ_SHARED)
tests_fuzz_fuzz_xml_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_xml_LDFLAGS = -fsanitize=fuzzer -rdynamic

fuzz: $(pkgplugin_LTLIBRARIES) $(noinst_PROGRAMS)
	@VOC_TEST_BUILDDIR='$(abs_top_builddir)' VOC_TEST_SRCDIR='$(abs_top_srcdir)' $(SHELL) $(srcdir)/tests/fuzz/run.sh $(FUZZ_SECONDS) >fuzz.log; \
	  status=$$?; cat fuzz.log; exit $$status
endif
