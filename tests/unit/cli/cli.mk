# SPDX-License-Identifier: MIT
#
# Tests of the program's commands.

check_PROGRAMS += tests/unit/cli/test_demo
tests_unit_cli_test_demo_SOURCES = tests/unit/cli/test_demo.c
tests_unit_cli_test_demo_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_cli_test_demo_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/cli/test_worksheet tests/unit/cli/test_worksheet_edit
tests_unit_cli_test_worksheet_SOURCES = tests/unit/cli/test_worksheet.c
tests_unit_cli_test_worksheet_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_cli_test_worksheet_LDADD = $(UNIT_LDADD)
tests_unit_cli_test_worksheet_edit_SOURCES = tests/unit/cli/test_worksheet_edit.c
tests_unit_cli_test_worksheet_edit_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_cli_test_worksheet_edit_LDADD = $(UNIT_LDADD)

# Linked into the program, not into the library.
check_PROGRAMS += tests/unit/cli/test_progress
tests_unit_cli_test_progress_SOURCES = tests/unit/cli/test_progress.c core/cli/progress.c
tests_unit_cli_test_progress_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_cli_test_progress_LDADD = $(UNIT_LDADD)
