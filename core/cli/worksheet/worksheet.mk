# SPDX-License-Identifier: MIT
#
# The worksheet: gathering, guessing, the sheet, and its application to journey.xml.

core_libvoc_a_SOURCES += \
	core/cli/worksheet/apply.c core/cli/worksheet/apply_int.h core/cli/worksheet/apply_stage.c core/cli/worksheet/apply_touch.c \
	core/cli/worksheet/draft.c \
	core/cli/worksheet/edit.c core/cli/worksheet/edit.h \
	core/cli/worksheet/gather.c core/cli/worksheet/gather.h core/cli/worksheet/gather_facts.c core/cli/worksheet/guess.c core/cli/worksheet/guess_stages.c core/cli/worksheet/said.c \
	core/cli/worksheet/sheet.c core/cli/worksheet/sheet_read.c core/cli/worksheet/sheet_take.c \
	core/cli/worksheet/words.c core/cli/worksheet/words.h core/cli/worksheet/worksheet.h

# The commands on top of it.
core_cli_voc_SOURCES += \
	core/cli/worksheet/command.c core/cli/worksheet/command.h \
	core/cli/worksheet/folder.c \
	core/cli/worksheet/infer.c \
	core/cli/worksheet/subject.c core/cli/worksheet/subject.h
