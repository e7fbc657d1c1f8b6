# SPDX-License-Identifier: MIT
#
# The program: one file for each command.

bin_PROGRAMS += core/cli/voc
core_cli_voc_SOURCES = core/cli/main.c \
	core/cli/args.c core/cli/cli.h \
	core/cli/commands.c core/cli/options.h \
	core/cli/complete.c \
	core/cli/expand.c \
	core/cli/fold.c \
	core/cli/followed.c core/cli/followed.h \
	core/cli/forget.c core/cli/forget_who.c core/cli/forget_who.h \
	core/cli/help.c \
	core/cli/holdout.c \
	core/cli/import.c \
	core/cli/inspect.c \
	core/cli/interrupt.c core/cli/interrupt.h \
	core/cli/journey.c \
	core/cli/merge.c \
	core/cli/meta.c core/cli/meta.h \
	core/cli/order.c \
	core/cli/output.c \
	core/cli/people.c \
	core/cli/plugins.c \
	core/cli/project.c \
	core/cli/replay.c core/cli/replay.h \
	core/cli/results.c core/cli/results.h \
	core/cli/progress.c core/cli/progress.h \
	core/cli/reading.c core/cli/reading.h \
	core/cli/rows.c \
	core/cli/settle.c \
	core/cli/run.c \
	core/cli/sources.c core/cli/sources.h \
	core/cli/sniff.c \
	core/cli/spoken.c core/cli/spoken.h \
	core/cli/tables.c \
	core/cli/themes.c \
	core/cli/verify.c \
	core/cli/words.c
core_cli_voc_LDADD = core/libvoc.a $(DEPS_LIBS) -lm

include core/cli/check/check.mk
include core/cli/demo/demo.mk
include core/cli/explain/explain.mk
include core/cli/new/new.mk
include core/cli/stages/stages.mk
include core/cli/worksheet/worksheet.mk
