# SPDX-License-Identifier: MIT
#
# Unit tests of core/store.
EXTRA_DIST += tests/unit/store/format_1.h tests/unit/store/format_2.h tests/unit/store/format_3.h tests/unit/store/answer.h tests/unit/store/rows.h tests/unit/store/faults.h tests/unit/store/forgets.h

check_PROGRAMS += tests/unit/store/test_aliases
tests_unit_store_test_aliases_SOURCES = tests/unit/store/test_aliases.c
tests_unit_store_test_aliases_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_store_test_aliases_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/store/test_column
tests_unit_store_test_column_SOURCES = tests/unit/store/test_column.c
tests_unit_store_test_column_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_store_test_column_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/store/test_digest
tests_unit_store_test_digest_SOURCES = tests/unit/store/test_digest.c
tests_unit_store_test_digest_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_store_test_digest_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/store/test_early
tests_unit_store_test_early_SOURCES = tests/unit/store/test_early.c
tests_unit_store_test_early_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_store_test_early_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/store/test_faults
tests_unit_store_test_faults_SOURCES = tests/unit/store/test_faults.c
tests_unit_store_test_faults_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_store_test_faults_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/store/test_forget
tests_unit_store_test_forget_SOURCES = tests/unit/store/test_forget.c
tests_unit_store_test_forget_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_store_test_forget_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/store/test_held
tests_unit_store_test_held_SOURCES = tests/unit/store/test_held.c
tests_unit_store_test_held_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_store_test_held_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/store/test_import
tests_unit_store_test_import_SOURCES = tests/unit/store/test_import.c
tests_unit_store_test_import_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_store_test_import_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/store/test_measures
tests_unit_store_test_measures_SOURCES = tests/unit/store/test_measures.c
tests_unit_store_test_measures_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_store_test_measures_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/store/test_older
tests_unit_store_test_older_SOURCES = tests/unit/store/test_older.c
tests_unit_store_test_older_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_store_test_older_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/store/test_foreign
tests_unit_store_test_foreign_SOURCES = tests/unit/store/test_foreign.c
tests_unit_store_test_foreign_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_store_test_foreign_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/store/test_parts
tests_unit_store_test_parts_SOURCES = tests/unit/store/test_parts.c
tests_unit_store_test_parts_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_store_test_parts_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/store/test_project
tests_unit_store_test_project_SOURCES = tests/unit/store/test_project.c
tests_unit_store_test_project_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_store_test_project_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/store/test_settle
tests_unit_store_test_settle_SOURCES = tests/unit/store/test_settle.c
tests_unit_store_test_settle_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_store_test_settle_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/store/test_sql
tests_unit_store_test_sql_SOURCES = tests/unit/store/test_sql.c
tests_unit_store_test_sql_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_store_test_sql_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/store/test_references
tests_unit_store_test_references_SOURCES = tests/unit/store/test_references.c tests/unit/store/rows.h
tests_unit_store_test_references_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_store_test_references_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/store/test_verify
tests_unit_store_test_verify_SOURCES = tests/unit/store/test_verify.c
tests_unit_store_test_verify_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_store_test_verify_LDADD = $(UNIT_LDADD)
