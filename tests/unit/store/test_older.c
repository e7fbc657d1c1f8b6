// SPDX-License-Identifier: MIT
// Files of each format that was ever released are read. The file is made here from a frozen text of its tables and from a
// block that is put together byte by byte, as docs/project-file.md describes it and without the code of the store, so that
// the description, and not only the code, is tested. A new format adds a function here and changes none.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <sqlite3.h>
#include "rows.h"

// ---- format 1 ----------------------------------------------------------------------------------------------------------------

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

static void put(struct bytes *b, uint64_t v, unsigned width)
{
    for (unsigned i = 0; i < width; i++) b->at[b->n++] = (unsigned char)(v >> 8 * i);
}

struct made { unsigned column, codec; struct bytes data; };

static struct made constant(unsigned column, int64_t v)
{
    struct made m = {.column = column, .codec = 0};
    put(&m.data, (uint64_t)v, 8);
    return m;
}

// Three rows: ann visits at 1 s, bob orders at 61 s with id e9 and cost 2.50, ann visits at 31 s.
static void block_of_format_1(struct bytes *out)
{
    struct made m[26];
    unsigned n = 0;
    struct made time = {.column = 1, .codec = 2}; // delta: first, scale, nibbles, bytes
    put(&time.data, 1000000, 8);
    put(&time.data, 30000000, 8);
    put(&time.data, 0x11, 1); // both differences take one byte
    put(&time.data, 2, 1);    // +1 x 30 s, zigzag
    put(&time.data, 2, 1);
    m[n++] = time;
    struct made action = {.column = 4, .codec = 1}; // packed: base, scale, width, bits
    put(&action.data, 1, 8);
    put(&action.data, 1, 8);
    put(&action.data, 1, 1);
    put(&action.data, 4, 1); // 0 0 1
    m[n++] = action;
    struct made customer = {.column = 13, .codec = 1};
    put(&customer.data, 1, 8);
    put(&customer.data, 1, 8);
    put(&customer.data, 1, 1);
    put(&customer.data, 4, 1);
    m[n++] = customer;
    struct made cost = {.column = 18, .codec = 3}; // sparse: common, scale, count, (step, value)
    put(&cost.data, (uint64_t)INT64_MIN, 8);
    put(&cost.data, 2500000, 8);
    put(&cost.data, 1, 4);
    put(&cost.data, 2, 1);
    put(&cost.data, 2, 1);
    m[n++] = cost;
    struct made id = {.column = 20, .codec = 4}; // text: lengths, bytes
    put(&id.data, 0, 1);
    put(&id.data, 0, 1);
    put(&id.data, 2, 1);
    put(&id.data, 'e' | '9' << 8, 2);
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
        put(&directory, m[i].column, 2);
        put(&directory, m[i].codec, 1);
        put(&directory, 0, 1);
        put(&directory, from, 4);
        put(&directory, m[i].data.n, 4);
        put(&directory, 0, 4);
        put(&directory, hash64(m[i].data.at, m[i].data.n, 0), 8);
        from += m[i].data.n;
    }
    memcpy(head.at, "VOCB\1\1", 6);
    head.n = 6;
    put(&head, n, 2);
    put(&head, 3, 4);
    put(&head, 0, 4);
    memcpy(covered.at, head.at, 16);
    memcpy(covered.at + 16, directory.at, directory.n);
    put(&head, hash64(covered.at, 16 + directory.n, 0), 8);
    memcpy(out->at, head.at, 24);
    memcpy(out->at + 24, directory.at, directory.n);
    out->n = 24 + directory.n;
    for (unsigned i = 0; i < n; i++) {
        memcpy(out->at + out->n, m[i].data.at, m[i].data.n);
        out->n += m[i].data.n;
    }
}

static void make_format_1(void)
{
    static struct bytes block;
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;
    block_of_format_1(&block);
    assert_int_equal(sqlite3_open(in_folder("v1.voc"), &db), SQLITE_OK);
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

static void check_format_1(enum project_mode mode)
{
    struct project *p = NULL;
    struct event_reader *r = NULL;
    struct event_block b;
    struct diag *d = diag_new();
    const voc_str *actions = NULL, *people = NULL;
    uint32_t n = 0;
    assert_int_equal(project_open(&p, in_folder("v1.voc"), mode, d), VOC_OK);
    voc_rc rc = store_verify(p, d);
    if (rc != VOC_OK) fail_msg("%s", diag_n(d) ? diag_at(d, 0)->message : "verify");
    assert_int_equal(store_strings(p, SPACE_ACTION, &actions, &n), VOC_OK);
    assert_int_equal(store_strings(p, SPACE_ALIASES, &people, &n), VOC_OK);
    assert_int_equal(event_reader_open(&r, p, EV_ALL, d), VOC_OK);
    assert_int_equal(event_reader_next(r, &b), VOC_OK);
    assert_int_equal(b.n, 3);
    assert_true(b.time_us[0] == 1000000 && b.time_us[1] == 31000000 && b.time_us[2] == 61000000);
    assert_true(str_is(actions[b.action[0]], "visit") && str_is(actions[b.action[1]], "visit") && str_is(actions[b.action[2]], "order"));
    assert_true(str_is(people[b.customer[1]], "+id=ann") && str_is(people[b.customer[2]], "-cookie=1\x1f+id=bob"));
    assert_true(b.cost[0] == VOC_NA && b.cost[2] == 2500000 && b.value[2] == VOC_NA);
    assert_true(str_is(b.id[0], "") && str_is(b.id[2], "e9"));
    assert_true(b.record[0] == 1 && b.line[0] == 9 && b.resolution[2] == VOC_RES_SECOND && b.source[0] == 1 && b.import[0] == 1);
    event_reader_close(r);
    project_close(p);
    diag_free(d);
}

static void a_file_of_format_1_is_read(void **state)
{
    (void)state;
    struct project *p = NULL;
    struct diag *d = diag_new();
    make_format_1();
    assert_int_equal(project_open(&p, in_folder("v1.voc"), PROJECT_READ, d), VOC_E_INPUT); // who only reads changes nothing
    assert_non_null(strstr(diag_at(d, 0)->message, "written by an older program (format 1)"));
    assert_non_null(strstr(diag_at(d, 0)->hint, "brings it up to date"));
    diag_free(d);
    check_format_1(PROJECT_WRITE); // brings it up to date
    check_format_1(PROJECT_READ);
    remove_file("v1.voc");
}

static void a_file_of_format_1_takes_an_import(void **state)
{
    (void)state;
    struct project *p = NULL;
    struct import_result out;
    struct row row = {.time_us = 5, .action = "order", .customer = "+id=ann", .id = "e9"};
    struct rows r = {.events = &row, .n_events = 1};
    struct store_counts n;
    make_format_1();
    assert_int_equal(project_open(&p, in_folder("v1.voc"), PROJECT_WRITE, NULL), VOC_OK);
    assert_int_equal(import_rows(p, &r, "crm", "x", 1, 0, &out, NULL), VOC_OK);
    assert_int_equal(out.replaced_events, 1); // e9 was there
    assert_int_equal(store_count(p, &n), VOC_OK);
    assert_true(n.events == 3 && n.words == 1 && n.rejects == 1);
    assert_int_equal(store_verify(p, NULL), VOC_OK);
    project_close(p);
    remove_file("v1.voc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_of_format_1_is_read),
        cmocka_unit_test(a_file_of_format_1_takes_an_import),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
