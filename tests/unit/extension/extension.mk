# SPDX-License-Identifier: MIT
#
# Unit tests of core/extension: the shared object as its host meets it.
check_PROGRAMS += tests/unit/extension/test_guest
tests_unit_extension_test_guest_SOURCES = tests/unit/extension/test_guest.c
tests_unit_extension_test_guest_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_extension_test_guest_LDADD = $(CMOCKA_LIBS) $(SQLITE_LIBS)
EXTRA_tests_unit_extension_test_guest_DEPENDENCIES = $(extension_PROGRAMS)
