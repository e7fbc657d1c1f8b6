# SPDX-License-Identifier: MIT
#
# Unit tests of core/report.
check_PROGRAMS += tests/unit/report/test_table
tests_unit_report_test_table_SOURCES = tests/unit/report/test_table.c
tests_unit_report_test_table_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_report_test_table_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/report/test_render
tests_unit_report_test_render_SOURCES = tests/unit/report/test_render.c tests/lib/json.c tests/lib/json.h
tests_unit_report_test_render_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_report_test_render_LDADD = $(UNIT_LDADD)
