# SPDX-License-Identifier: MIT
#
# Unit tests of core/io.
check_PROGRAMS += tests/unit/io/test_lines
tests_unit_io_test_lines_SOURCES = tests/unit/io/test_lines.c
tests_unit_io_test_lines_LDADD = $(UNIT_LDADD)
check_PROGRAMS += tests/unit/io/test_out
tests_unit_io_test_out_SOURCES = tests/unit/io/test_out.c
tests_unit_io_test_out_LDADD = $(UNIT_LDADD)
check_PROGRAMS += tests/unit/io/test_in tests/unit/io/test_in_packed
tests_unit_io_test_in_SOURCES = tests/unit/io/test_in.c tests/unit/io/in_helpers.h
tests_unit_io_test_in_LDADD = $(UNIT_LDADD)
tests_unit_io_test_in_packed_SOURCES = tests/unit/io/test_in_packed.c tests/unit/io/in_helpers.h
tests_unit_io_test_in_packed_LDADD = $(UNIT_LDADD)
check_PROGRAMS += tests/unit/io/test_in_book
tests_unit_io_test_in_book_SOURCES = tests/unit/io/test_in_book.c tests/unit/io/in_helpers.h
tests_unit_io_test_in_book_LDADD = $(UNIT_LDADD)
