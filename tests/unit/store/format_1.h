// SPDX-License-Identifier: MIT
// A project file of format 1, made from a frozen text of its tables and from a block that is put together byte by byte, as
// docs/project-file.md described it. Never changed: what was released is read. Needs cmocka's headers before it.
#ifndef VOC_TESTS_UNIT_STORE_FORMAT_1_H
#define VOC_TESTS_UNIT_STORE_FORMAT_1_H
#include <sqlite3.h>
#include "tests/unit/store/rows.h"

static const char FORMAT_1[] =
    "PRAGMA page_size = 16384; PRAGMA application_id = 0x566f6331; PRAGMA user_version = 1;"
    "CREATE TABLE setting(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE string(space INTEGER NOT NULL, code INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY(space, code)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE alias(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL, UNIQUE(kind, value)) STRICT;"
    "CREATE TABLE alias_set(code INTEGER NOT NULL, position INTEGER NOT NULL, alias INTEGER NOT NULL, strong INTEGER NOT NULL,"
    " PRIMARY KEY(code, position)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE source(id TEXT PRIMARY KEY, plugin TEXT NOT NULL, watermark_none INTEGER NOT NULL, watermark_us INTEGER) STRICT, WITHOUT ROWID;"
    "CREATE TABLE import(number INTEGER PRIMARY KEY, source TEXT NOT NULL, plugin TEXT NOT NULL, plugin_version TEXT NOT NULL,"
    " file_name TEXT NOT NULL, mapping BLOB NOT NULL, hash BLOB NOT NULL, length INTEGER NOT NULL, ends_clean INTEGER NOT NULL,"
    " records INTEGER NOT NULL, gave INTEGER NOT NULL, rejected INTEGER NOT NULL, ignored INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL, gave_bytes INTEGER NOT NULL, rejected_bytes INTEGER NOT NULL, ignored_bytes INTEGER NOT NULL,"
    " framing_bytes INTEGER NOT NULL, actor_assumed INTEGER NOT NULL, resolution INTEGER NOT NULL, base INTEGER NOT NULL,"
    " repeated INTEGER NOT NULL, behind INTEGER, at_us INTEGER NOT NULL) STRICT;"
    "CREATE INDEX import_source ON import(source, hash);"
    "CREATE TABLE ignored(import INTEGER NOT NULL, rule TEXT NOT NULL, records INTEGER NOT NULL, PRIMARY KEY(import, rule)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE block(id INTEGER PRIMARY KEY, import INTEGER NOT NULL, kind INTEGER NOT NULL, rows INTEGER NOT NULL, has_ids INTEGER NOT NULL,"
    " first_us INTEGER, last_us INTEGER, first_unit TEXT NOT NULL, last_unit TEXT NOT NULL, data BLOB NOT NULL) STRICT;"
    "CREATE INDEX block_import ON block(import, kind);"
    "CREATE TABLE member(import INTEGER NOT NULL, customer INTEGER NOT NULL, account INTEGER NOT NULL, from_us INTEGER NOT NULL,"
    " PRIMARY KEY(import, customer, account)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE link(id INTEGER PRIMARY KEY, import INTEGER NOT NULL, a INTEGER NOT NULL, b INTEGER NOT NULL, rule TEXT NOT NULL, time_us INTEGER,"
    " own_id TEXT NOT NULL, record INTEGER NOT NULL, sub INTEGER NOT NULL) STRICT;"
    "CREATE INDEX link_import ON link(import);"
    "CREATE TABLE word(id INTEGER PRIMARY KEY, import INTEGER NOT NULL, customer INTEGER NOT NULL, time_us INTEGER, resolution INTEGER NOT NULL,"
    " text TEXT NOT NULL, language TEXT NOT NULL, ref_kind INTEGER NOT NULL, ref TEXT NOT NULL, own_id TEXT NOT NULL,"
    " record INTEGER NOT NULL, sub INTEGER NOT NULL, line INTEGER NOT NULL) STRICT;"
    "CREATE INDEX word_import ON word(import);"
    "CREATE VIRTUAL TABLE word_index USING fts5(text, content='word', content_rowid='id', tokenize='unicode61');"
    "CREATE TABLE measure(id INTEGER PRIMARY KEY, import INTEGER NOT NULL, entity INTEGER NOT NULL, who INTEGER NOT NULL, key TEXT NOT NULL,"
    " type INTEGER NOT NULL, text TEXT NOT NULL, integer INTEGER, number REAL NOT NULL, unit TEXT NOT NULL, time_us INTEGER,"
    " resolution INTEGER NOT NULL, own_id TEXT NOT NULL, record INTEGER NOT NULL, sub INTEGER NOT NULL, line INTEGER NOT NULL) STRICT;"
    "CREATE INDEX measure_import ON measure(import);"
    "CREATE TABLE reject(id INTEGER PRIMARY KEY, import INTEGER NOT NULL, record INTEGER NOT NULL, line INTEGER NOT NULL,"
    " code TEXT NOT NULL, reason TEXT NOT NULL, raw BLOB NOT NULL) STRICT;"
    "CREATE INDEX reject_import ON reject(import);"
    "CREATE TABLE definition(hash BLOB PRIMARY KEY, id TEXT NOT NULL, version TEXT NOT NULL, journey_xml BLOB NOT NULL,"
    " sources_xml BLOB NOT NULL, codebook_xml BLOB NOT NULL, attached_us INTEGER NOT NULL) STRICT;"
    "INSERT INTO string VALUES (0, 1, 'visit'), (0, 2, 'order'), (11, 1, '+id=ann'), (11, 2, '-cookie=1' || char(31) || '+id=bob'), (10, 1, 'crm');"
    "INSERT INTO alias VALUES (1, 'id', 'ann'), (2, 'cookie', '1'), (3, 'id', 'bob');"
    "INSERT INTO alias_set VALUES (1, 0, 1, 1), (2, 0, 2, 0), (2, 1, 3, 1);"
    "INSERT INTO source VALUES ('crm', 'events', 0, NULL);"
    "INSERT INTO import VALUES (1, 'crm', 'events', '1', 'a.csv', zeroblob(32), zeroblob(32), 100, 1, 4, 3, 1, 0, 100, 75, 20, 0, 5, 0, 2, 0, 0, NULL, 7);"
    "INSERT INTO word VALUES (1, 1, 1, 5, 0, 'so late', '', 0, '', '', 2, 0, 4);"
    "INSERT INTO word_index(rowid, text) VALUES (1, 'so late');"
    "INSERT INTO reject VALUES (1, 1, 3, 5, 'TIME', 'no time', x'ff');"
    "INSERT INTO setting VALUES ('start', '2024');"
    "INSERT INTO block VALUES (1, 1, 1, 3, 1, 1000000, 61000000, '+id=ann', '+id=bob', ?);";

struct bytes { unsigned char at[4096]; size_t n; };

static inline void put_number(struct bytes *b, uint64_t v, unsigned width)
{
    for (unsigned i = 0; i < width; i++) b->at[b->n++] = (unsigned char)(v >> 8 * i);
}

struct made { unsigned column, codec; struct bytes data; };

static inline struct made constant(unsigned column, int64_t v)
{
    struct made m = {.column = column, .codec = 0};
    put_number(&m.data, (uint64_t)v, 8);
    return m;
}

// Three rows: ann visits at 1 s, bob orders at 61 s with id e9 and cost 2.50, ann visits at 31 s.
static inline void block_of_format_1(struct bytes *out)
{
    struct made m[26];
    unsigned n = 0;
    struct made time = {.column = 1, .codec = 2}; // delta: first, scale, nibbles, bytes
    put_number(&time.data, 1000000, 8);
    put_number(&time.data, 30000000, 8);
    put_number(&time.data, 0x11, 1); // both differences take one byte
    put_number(&time.data, 2, 1);    // +1 x 30 s, zigzag
    put_number(&time.data, 2, 1);
    m[n++] = time;
    struct made action = {.column = 4, .codec = 1}; // packed: base, scale, width, bits
    put_number(&action.data, 1, 8);
    put_number(&action.data, 1, 8);
    put_number(&action.data, 1, 1);
    put_number(&action.data, 4, 1); // 0 0 1
    m[n++] = action;
    struct made customer = {.column = 13, .codec = 1};
    put_number(&customer.data, 1, 8);
    put_number(&customer.data, 1, 8);
    put_number(&customer.data, 1, 1);
    put_number(&customer.data, 4, 1);
    m[n++] = customer;
    struct made cost = {.column = 18, .codec = 3}; // sparse: common, scale, count, (step, value)
    put_number(&cost.data, (uint64_t)INT64_MIN, 8);
    put_number(&cost.data, 2500000, 8);
    put_number(&cost.data, 1, 4);
    put_number(&cost.data, 2, 1);
    put_number(&cost.data, 2, 1);
    m[n++] = cost;
    struct made id = {.column = 20, .codec = 4}; // text: lengths, bytes
    put_number(&id.data, 0, 1);
    put_number(&id.data, 0, 1);
    put_number(&id.data, 2, 1);
    put_number(&id.data, 'e' | '9' << 8, 2);
    m[n++] = id;
    static const unsigned zero[] = {3, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 22, 25};
    for (unsigned i = 0; i < sizeof zero / sizeof zero[0]; i++) m[n++] = constant(zero[i], 0);
    m[n++] = constant(2, 2); // resolution: seconds
    m[n++] = constant(17, INT64_MIN);
    m[n++] = constant(19, INT64_MIN);
    m[n++] = constant(24, 1);
    m[n++] = constant(26, 8); // line: record + 8
    for (unsigned column = 16; column <= 23; column++)
        if (column == 16 || column == 21 || column == 23) m[n++] = (struct made){.column = column, .codec = 0}; // empty texts
    struct bytes directory = {.n = 0}, head = {.n = 0}, covered;
    size_t from = 0;
    for (unsigned i = 0; i < n; i++) {
        put_number(&directory, m[i].column, 2);
        put_number(&directory, m[i].codec, 1);
        put_number(&directory, 0, 1);
        put_number(&directory, from, 4);
        put_number(&directory, m[i].data.n, 4);
        put_number(&directory, 0, 4);
        put_number(&directory, hash64(m[i].data.at, m[i].data.n, 0), 8);
        from += m[i].data.n;
    }
    memcpy(head.at, "VOCB\1\1", 6);
    head.n = 6;
    put_number(&head, n, 2);
    put_number(&head, 3, 4);
    put_number(&head, 0, 4);
    memcpy(covered.at, head.at, 16);
    memcpy(covered.at + 16, directory.at, directory.n);
    put_number(&head, hash64(covered.at, 16 + directory.n, 0), 8);
    memcpy(out->at, head.at, 24);
    memcpy(out->at + 24, directory.at, directory.n);
    out->n = 24 + directory.n;
    for (unsigned i = 0; i < n; i++) {
        memcpy(out->at + out->n, m[i].data.at, m[i].data.n);
        out->n += m[i].data.n;
    }
}

static inline void make_format_1(const char *name)
{
    static struct bytes block;
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;
    block_of_format_1(&block);
    assert_int_equal(sqlite3_open(in_folder(name), &db), SQLITE_OK);
    for (const char *sql = FORMAT_1; *sql;) {
        int rc = sqlite3_prepare_v2(db, sql, -1, &s, &sql);
        if (rc != SQLITE_OK) fail_msg("%s", sqlite3_errmsg(db));
        if (sqlite3_bind_parameter_count(s)) assert_int_equal(sqlite3_bind_blob(s, 1, block.at, (int)block.n, SQLITE_STATIC), SQLITE_OK);
        do rc = sqlite3_step(s);
        while (rc == SQLITE_ROW);
        assert_int_equal(rc, SQLITE_DONE);
        (void)sqlite3_finalize(s);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}
#endif
