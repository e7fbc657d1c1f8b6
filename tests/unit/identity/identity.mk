# SPDX-License-Identifier: MIT
#
# Unit tests of core/identity.
check_PROGRAMS += tests/unit/identity/test_identity tests/unit/identity/test_linking
tests_unit_identity_test_identity_SOURCES = tests/unit/identity/test_identity.c
tests_unit_identity_test_identity_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_identity_test_identity_LDADD = $(UNIT_LDADD)
tests_unit_identity_test_linking_SOURCES = tests/unit/identity/test_linking.c
tests_unit_identity_test_linking_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_identity_test_linking_LDADD = $(UNIT_LDADD)
