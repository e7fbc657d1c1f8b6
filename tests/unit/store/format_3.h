// SPDX-License-Identifier: MIT
// A file of format 3, made without the code of the store and never changed again: one of format 2, brought up to date by the
// statements that format 3 came with. Its measures are rows of a table, with keys and units as text.
#ifndef VOC_TESTS_UNIT_STORE_FORMAT_3_H
#define VOC_TESTS_UNIT_STORE_FORMAT_3_H
#include "tests/unit/store/format_2.h"

static const char TO_FORMAT_3[] =
    "CREATE TABLE reference(id INTEGER PRIMARY KEY, import INTEGER NOT NULL, name TEXT NOT NULL, cells TEXT NOT NULL, from_us INTEGER,"
    " until_us INTEGER, resolution INTEGER NOT NULL, own_id TEXT NOT NULL, record INTEGER NOT NULL, sub INTEGER NOT NULL, line INTEGER NOT NULL) STRICT;"
    "CREATE INDEX reference_import ON reference(import);"
    "CREATE INDEX reference_name ON reference(name, from_us);"
    "PRAGMA user_version = 3;"
    "INSERT INTO string VALUES (12, 1, 'colour'), (12, 2, 'nps');"
    // id, import, entity, who, key, type, text, integer, number, unit, time_us, resolution, own_id, record, sub, line
    "INSERT INTO measure VALUES (1, 1, 1, 1, 'nps', 1, '9', 9, 0, '0-10', 5000000, 2, 'r1', 3, 1, 5),"
    " (2, 1, 1, 2, 'csat', 0, 'Satisfied', NULL, 0, '1-5', 6000000, 2, '', 4, 0, 6),"
    " (3, 1, 2, 2, 'size', 2, '2.5', NULL, 2.5, 'ha', NULL, 5, '', 4, 1, 6);";

static inline void make_format_3(const char *name)
{
    sqlite3 *db = NULL;
    make_format_2(name);
    assert_int_equal(sqlite3_open(in_folder(name), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, TO_FORMAT_3, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}
#endif
