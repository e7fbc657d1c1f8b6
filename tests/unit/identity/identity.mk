# SPDX-License-Identifier: MIT
#
# Unit tests of core/identity.
check_PROGRAMS += tests/unit/identity/test_identity
tests_unit_identity_test_identity_SOURCES = tests/unit/identity/test_identity.c
tests_unit_identity_test_identity_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_identity_test_identity_LDADD = $(UNIT_LDADD)
