# SPDX-License-Identifier: MIT
#
# voc stages: who is where, how journeys end, and why a stage is empty.

core_cli_voc_SOURCES += core/cli/stages/stages.c \
	core/cli/stages/ends.c core/cli/stages/ends.h \
	core/cli/stages/why.c core/cli/stages/why.h
