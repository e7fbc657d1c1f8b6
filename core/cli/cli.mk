# SPDX-License-Identifier: MIT
#
# The program: one file for each command.

bin_PROGRAMS += core/cli/voc
core_cli_voc_SOURCES = core/cli/main.c
core_cli_voc_LDADD = core/libvoc.a $(DEPS_LIBS) -lm
