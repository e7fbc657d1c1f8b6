# SPDX-License-Identifier: MIT
#
# Unit tests of core/base.
EXTRA_DIST += tests/unit/base/fault.h

check_PROGRAMS += tests/unit/base/test_mem
tests_unit_base_test_mem_SOURCES = tests/unit/base/test_mem.c
tests_unit_base_test_mem_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_test_mem_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/base/test_buf
tests_unit_base_test_buf_SOURCES = tests/unit/base/test_buf.c
tests_unit_base_test_buf_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_test_buf_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/base/test_str
tests_unit_base_test_str_SOURCES = tests/unit/base/test_str.c
tests_unit_base_test_str_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_test_str_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/base/test_diag
tests_unit_base_test_diag_SOURCES = tests/unit/base/test_diag.c
tests_unit_base_test_diag_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_test_diag_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/base/test_scan
tests_unit_base_test_scan_SOURCES = tests/unit/base/test_scan.c
tests_unit_base_test_scan_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_test_scan_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/base/test_hash
tests_unit_base_test_hash_SOURCES = tests/unit/base/test_hash.c
tests_unit_base_test_hash_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_test_hash_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/base/test_regex
tests_unit_base_test_regex_SOURCES = tests/unit/base/test_regex.c
tests_unit_base_test_regex_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_test_regex_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/base/test_xml
tests_unit_base_test_xml_SOURCES = tests/unit/base/test_xml.c
tests_unit_base_test_xml_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_test_xml_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/base/test_time
tests_unit_base_test_time_SOURCES = tests/unit/base/test_time.c
tests_unit_base_test_time_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_test_time_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/base/test_text
tests_unit_base_test_text_SOURCES = tests/unit/base/test_text.c
tests_unit_base_test_text_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_test_text_LDADD = $(UNIT_LDADD)
