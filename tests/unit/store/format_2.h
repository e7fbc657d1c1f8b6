// SPDX-License-Identifier: MIT
// A file of format 2, made without the code of the store and never changed again: one of format 1, brought up to date by the
// statements that format 2 came with. Its blocks have no key, as those of any file that was format 1 once.
#ifndef VOC_TESTS_UNIT_STORE_FORMAT_2_H
#define VOC_TESTS_UNIT_STORE_FORMAT_2_H
#include "tests/unit/store/format_1.h"

static const char TO_FORMAT_2[] =
    "ALTER TABLE block ADD COLUMN first_key INTEGER;"  // hash of the first unit's text, its top bit turned over
    "ALTER TABLE block ADD COLUMN last_key INTEGER;"
    "ALTER TABLE block ADD COLUMN units INTEGER;"      // that begin in it; NULL: not known
    "ALTER TABLE block ADD COLUMN kinds INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE block ADD COLUMN has INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE block ADD COLUMN last_resolution INTEGER;"
    "ALTER TABLE block ADD COLUMN run INTEGER NOT NULL DEFAULT 0;" // of its import, where memory did not hold all of it at once
    "CREATE TABLE names(space INTEGER NOT NULL, first INTEGER NOT NULL, n INTEGER NOT NULL, flags INTEGER NOT NULL, data BLOB NOT NULL,"
    " PRIMARY KEY(space, first)) STRICT;"
    // what an import has in a run of blocks that hold rows of several; `import` of those blocks is its negative number
    "CREATE TABLE settled(run INTEGER NOT NULL, import INTEGER NOT NULL, events INTEGER NOT NULL, first_us INTEGER NOT NULL,"
    " last_us INTEGER NOT NULL, last_resolution INTEGER NOT NULL, PRIMARY KEY(run, import)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX settled_import ON settled(import);"
    // All that is asked of blocks but their data: what stands behind a blob in a row is reached only through all of its pages.
    "DROP INDEX block_import;"
    "CREATE INDEX block_import ON block(import, kind, id, rows, first_us, last_us, first_key, last_key, units, kinds, has, run, last_resolution);"
    "DROP TABLE alias_set;";

static inline void make_format_2(const char *name)
{
    sqlite3 *db = NULL;
    make_format_1(name);
    assert_int_equal(sqlite3_open(in_folder(name), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, TO_FORMAT_2, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 2", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}
#endif
