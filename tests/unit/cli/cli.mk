# SPDX-License-Identifier: MIT
#
# Tests of the program's commands.

check_PROGRAMS += tests/unit/cli/test_demo
tests_unit_cli_test_demo_SOURCES = tests/unit/cli/test_demo.c
tests_unit_cli_test_demo_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_cli_test_demo_LDADD = $(UNIT_LDADD)
