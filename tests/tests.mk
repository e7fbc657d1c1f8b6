# SPDX-License-Identifier: MIT
#
# `make check`: unit tests (cmocka), the cases of the command line, and the lint. All speak TAP to Automake's harness.

TEST_EXTENSIONS = .sh
TAP_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(TAP_DRIVER)
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/unit/run.sh
SH_LOG_DRIVER = $(TAP_DRIVER)
SH_LOG_COMPILER = $(SHELL)

# The same everywhere: no locale, no time zone and no settings of the person who runs it reach a test. VOC is this build's
# program; VOC_SHARED is the folder of shared specifications and real data: tests that need it skip without it.
AM_TESTS_ENVIRONMENT = \
	LC_ALL=C; LANG=C; TZ=UTC; export LC_ALL LANG TZ; \
	unset NO_COLOR COLUMNS VOC_NOW VOC_FAULT_ALLOC VOC_PLUGIN_PATH VOC_JOURNEY_PATH VOC_SCHEMA_DIR XDG_DATA_HOME XDG_CONFIG_HOME; \
	VOC='$(abs_top_builddir)/voc'; export VOC; \
	VOC_TEST_SRCDIR='$(abs_top_srcdir)'; export VOC_TEST_SRCDIR; \
	VOC_TEST_BUILDDIR='$(abs_top_builddir)'; export VOC_TEST_BUILDDIR; \
	VOC_SHARED="$${VOC_SHARED-$(abs_top_srcdir)/../shared}"; export VOC_SHARED; \
	VOC_TEST_CC='$(CC)'; VOC_TEST_CXX='$(VOC_CXX)'; export VOC_TEST_CC VOC_TEST_CXX; \
	ASAN_OPTIONS="$${ASAN_OPTIONS-detect_leaks=1:allocator_may_return_null=1}"; export ASAN_OPTIONS; \
	UBSAN_OPTIONS="$${UBSAN_OPTIONS-print_stacktrace=1}"; export UBSAN_OPTIONS;

if UNIT_TESTS
include tests/fault/fault.mk
include tests/unit/base/base.mk
include tests/unit/io/io.mk
include tests/unit/store/store.mk
include tests/unit/identity/identity.mk
include tests/unit/journey/journey.mk
include tests/unit/report/report.mk
include tests/unit/host/host.mk
include tests/unit/cli/cli.mk
include tests/unit/extension/extension.mk
include tests/unit/plugins/plugins.mk
include tests/abi/abi.mk
endif
include tests/fuzz/fuzz.mk

# make starts tests in this order: what takes longest first (of the programs those of tests/fault, which are included first), so
# that at the end no core waits for the last one.
shares = \
	tests/cli/share-1.sh \
	tests/cli/share-2.sh \
	tests/cli/share-3.sh \
	tests/cli/share-4.sh \
	tests/cli/share-5.sh \
	tests/cli/share-6.sh \
	tests/cli/share-7.sh \
	tests/cli/share-8.sh

scripts = \
	tests/shared/counts.sh \
	tests/conformance/check.sh \
	tests/differential/digest.sh \
	$(shares) \
	tests/hostile/check.sh tests/hostile/crash.sh \
	tests/differential/sets.sh \
	tests/differential/people.sh \
	tests/differential/project.sh \
	tests/differential/methods.sh \
	tests/differential/laws.sh \
	tests/demo/planted.sh \
	tests/extension/shell.sh \
	tests/extension/python.sh \
	tests/plugin-guide.sh \
	tests/peers/paths.sh \
	tests/peers/pm4py.sh \
	tests/fault/kill.sh \
	tests/fault/interrupt.sh \
	tests/lint/floors.sh \
	tests/lint/words.sh \
	tests/lint/header.sh \
	tests/lint/man.sh \
	tests/lint/methods.sh \
	tests/lint/cited.sh \
	tests/lint/readme.sh

TESTS += $(scripts) $(check_PROGRAMS)

# Read by tests while they run, so they are distributed as whole folders.
EXTRA_DIST += $(scripts) tests/cli/run.sh tests/shared/counts.py tests/differential/people.py tests/differential/project.py tests/differential/methods tests/shared/derive.py tests/shared/counts.tsv tests/peers/derive.py tests/peers/paths.py tests/peers/paths.tsv tests/peers/pm4py_compare.py tests/conformance/wrong.c tests/hostile/crash.c tests/hostile/hostile.c tests/extension/python.py tests/unit/run.sh tests/lint/lib.sh tests/installed.sh tests/truth \
	tests/cli/cases tests/unit/journey/corpus

# A case reads its own folder, and the program that it runs is the one of this tree.
$(shares:.sh=.log) tests/hostile/check.log tests/fuzz/replay_input.log tests/plugin-guide.log tests/differential/digest.log tests/differential/sets.log tests/differential/people.log tests/differential/project.log tests/differential/methods.log tests/differential/laws.log tests/demo/planted.log tests/fault/kill.log tests/fault/interrupt.log tests/extension/shell.log tests/extension/python.log: voc core/cli/voc$(EXEEXT) $(extension_PROGRAMS) $(pkgplugin_LTLIBRARIES)

# All of what `make check` tries a sample of: about two minutes.
.PHONY: check-faults
check-faults:
	@VOC_KILLS=1000 VOC_POWERCUTS=3 $(MAKE) check TESTS='tests/fault/test_kills tests/fault/test_io_faults tests/fault/test_powercut tests/fault/test_damage'

.PHONY: update-golden
update-golden: all
	@$(AM_TESTS_ENVIRONMENT) VOC_UPDATE_GOLDEN=1 $(SHELL) $(srcdir)/tests/cli/run.sh
	@$(AM_TESTS_ENVIRONMENT) VOC_UPDATE_GOLDEN=1 $(SHELL) $(srcdir)/tests/plugin-guide.sh
	@$(AM_TESTS_ENVIRONMENT) VOC_UPDATE_GOLDEN=1 $(SHELL) $(srcdir)/tests/lint/readme.sh

installcheck-local:
	@VOC='$(DESTDIR)$(bindir)/voc' VOC_INSTALLED_PLUGINS='$(DESTDIR)$(pkgplugindir)' VOC_INSTALLED_EXTENSION='$(DESTDIR)$(extensiondir)/vocstream' \
	  VOC_INSTALLED_JOURNEYS='$(DESTDIR)$(pkgdatadir)/journeys' VOC_INSTALLED_SHARE='$(DESTDIR)$(datadir)' VOC_INSTALLED_DOC='$(DESTDIR)$(docdir)' \
	  $(SHELL) $(srcdir)/tests/installed.sh
