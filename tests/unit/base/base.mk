# SPDX-License-Identifier: MIT
#
# Unit tests of core/base.
check_PROGRAMS += tests/unit/base/test_time
tests_unit_base_test_time_SOURCES = tests/unit/base/test_time.c
tests_unit_base_test_time_LDADD = $(UNIT_LDADD)
check_PROGRAMS += tests/unit/base/test_text
tests_unit_base_test_text_SOURCES = tests/unit/base/test_text.c
tests_unit_base_test_text_LDADD = $(UNIT_LDADD)
