# SPDX-License-Identifier: MIT
#
# voc explain: what a word or a number of the output means, and how to get it again.

core_cli_voc_SOURCES += core/cli/explain/explain.c core/cli/explain/explain.h \
	core/cli/explain/again.c core/cli/explain/again_places.c core/cli/explain/places.c \
	core/cli/explain/customers.c \
	core/cli/explain/defined.c \
	core/cli/explain/figures.c
