# SPDX-License-Identifier: MIT
#
# Failing memory under whole jobs. The C tests load the plugins of this build.
EXTRA_DIST += tests/fault/inject.h

check_PROGRAMS += tests/fault/test_import_faults
tests_fault_test_import_faults_SOURCES = tests/fault/test_import_faults.c
tests_fault_test_import_faults_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_fault_test_import_faults_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/fault/test_score_faults
tests_fault_test_score_faults_SOURCES = tests/fault/test_score_faults.c
tests_fault_test_score_faults_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_fault_test_score_faults_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/fault/test_paths_faults
tests_fault_test_paths_faults_SOURCES = tests/fault/test_paths_faults.c
tests_fault_test_paths_faults_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_fault_test_paths_faults_LDADD = $(UNIT_LDADD)

tests/fault/test_import_faults.log tests/fault/test_score_faults.log tests/fault/test_paths_faults.log: $(pkgplugin_LTLIBRARIES)
