# SPDX-License-Identifier: MIT
#
# Failing memory under whole jobs, cut power, killed processes. Some load the plugins of this build.
EXTRA_DIST += tests/fault/inject.h tests/fault/works.h

check_PROGRAMS += tests/fault/test_powercut
tests_fault_test_powercut_SOURCES = tests/fault/test_powercut.c tests/fault/powercut.c tests/fault/powercut.h
tests_fault_test_powercut_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_fault_test_powercut_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/fault/test_io_faults
tests_fault_test_io_faults_SOURCES = tests/fault/test_io_faults.c tests/fault/powercut.c tests/fault/powercut.h
tests_fault_test_io_faults_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_fault_test_io_faults_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/fault/test_damage
tests_fault_test_damage_SOURCES = tests/fault/test_damage.c tests/fault/powercut.c tests/fault/powercut.h
tests_fault_test_damage_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_fault_test_damage_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/fault/test_two_processes
tests_fault_test_two_processes_SOURCES = tests/fault/test_two_processes.c tests/fault/powercut.c tests/fault/powercut.h
tests_fault_test_two_processes_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_fault_test_two_processes_LDADD = $(UNIT_LDADD)

# Preloaded into the program; an -rpath makes libtool build a shared object of what is not installed.
check_LTLIBRARIES += tests/fault/killer.la
tests_fault_killer_la_SOURCES = tests/fault/killer.c
tests_fault_killer_la_CFLAGS = $(VOC_STANDARD) $(VOC_WARNINGS)
tests_fault_killer_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
tests_fault_killer_la_LIBADD = -ldl

check_PROGRAMS += tests/fault/test_kills
tests_fault_test_kills_SOURCES = tests/fault/test_kills.c
tests_fault_test_kills_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_fault_test_kills_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/fault/test_import_faults
tests_fault_test_import_faults_SOURCES = tests/fault/test_import_faults.c
tests_fault_test_import_faults_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_fault_test_import_faults_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/fault/test_input_faults
tests_fault_test_input_faults_SOURCES = tests/fault/test_input_faults.c
tests_fault_test_input_faults_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_fault_test_input_faults_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/fault/test_score_faults
tests_fault_test_score_faults_SOURCES = tests/fault/test_score_faults.c
tests_fault_test_score_faults_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_fault_test_score_faults_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/fault/test_paths_faults
tests_fault_test_paths_faults_SOURCES = tests/fault/test_paths_faults.c
tests_fault_test_paths_faults_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_fault_test_paths_faults_LDADD = $(UNIT_LDADD)

tests/fault/test_import_faults.log tests/fault/test_input_faults.log tests/fault/test_score_faults.log tests/fault/test_paths_faults.log tests/fault/test_kills.log tests/fault/test_damage.log: $(pkgplugin_LTLIBRARIES) voc core/cli/voc$(EXEEXT) tests/fault/killer.la

check_PROGRAMS += tests/fault/test_long_inputs
tests_fault_test_long_inputs_SOURCES = tests/fault/test_long_inputs.c
tests_fault_test_long_inputs_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_fault_test_long_inputs_LDADD = $(UNIT_LDADD)
