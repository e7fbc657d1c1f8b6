# SPDX-License-Identifier: MIT
#
# The binary contract of plugin.h.
EXTRA_DIST += tests/abi/layout.txt

check_PROGRAMS += tests/abi/test_layout
tests_abi_test_layout_SOURCES = tests/abi/test_layout.c
tests_abi_test_layout_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_abi_test_layout_LDADD = $(UNIT_LDADD)
