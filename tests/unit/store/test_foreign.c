// SPDX-License-Identifier: MIT
// A stranger's log in SQLite as JSON: the same text from a descriptor and from memory, in pieces of any size, and again; rows that
// stand in the order of events, in another one, with and without an index; damage and memory that is refused do no more than refuse.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/str.h"
#include "store/foreign/foreign.h"
#include "store/store.h"

struct bytes { unsigned char *ptr; size_t len; };

static const char TABLES[] =
    "CREATE TABLE event(ocel_id TEXT, ocel_type TEXT); CREATE TABLE object(ocel_id TEXT, ocel_type TEXT); CREATE TABLE event_object(ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);"
    "CREATE TABLE object_object(ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT); CREATE TABLE event_map_type(ocel_type TEXT, ocel_type_map TEXT);"
    "CREATE TABLE object_map_type(ocel_type TEXT, ocel_type_map TEXT); CREATE TABLE event_Pack(ocel_id TEXT, ocel_time TIMESTAMP, n INTEGER); CREATE TABLE event_Ship(ocel_id TEXT, ocel_time TIMESTAMP);"
    "CREATE TABLE object_Order(ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT, total REAL);"
    "INSERT INTO event_map_type VALUES('pack', 'Pack'), ('ship', 'Ship'); INSERT INTO object_map_type VALUES('Order', 'Order');"
    "INSERT INTO object VALUES('o1', 'Order'), ('o2', 'Order'); INSERT INTO event VALUES('e1', 'pack'), ('e2', 'ship'), ('e3', 'pack'), (NULL, 'pack'); INSERT INTO object_object VALUES('o2', 'o1', 'after');";
static const char ROWS[] =
    "INSERT INTO object_Order VALUES('o1', '1970-01-01', NULL, 1.5), ('o1', '2024-01-02', 'total', 2), ('o2', '1970-01-01', NULL, 3);"
    "INSERT INTO event_Pack VALUES('e1', '2024-01-01', 1), ('e3', '2024-01-03', 3); INSERT INTO event_Ship VALUES('e2', '2024-01-02');"
    "INSERT INTO event_object VALUES('e1', 'o1', 'a'), ('e1', 'o2', 'b'), ('e2', 'o1', 'c'), ('e3', 'o2', 'd');";
static const char MIXED[] = // those of the same thing in the same order
    "INSERT INTO object_Order VALUES('o1', '1970-01-01', NULL, 1.5), ('o2', '1970-01-01', NULL, 3), ('o1', '2024-01-02', 'total', 2), (NULL, '1970-01-01', NULL, 9);"
    "INSERT INTO event_Pack VALUES('e3', '2024-01-03', 3), ('e2', '2024-01-09', 9), ('e1', '2024-01-01', 1); INSERT INTO event_Ship VALUES('no', '2024-01-02'), ('e2', '2024-01-02');"
    "INSERT INTO event_object VALUES('e1', 'o1', 'a'), ('e3', 'o2', 'd'), ('no', 'o2', 'x'), ('e1', 'o2', 'b'), (NULL, 'o1', 'x'), ('e2', 'o1', 'c');";
static const char KEYS[] = "CREATE INDEX a ON event_object(ocel_event_id); CREATE INDEX b ON event_Pack(ocel_id); CREATE INDEX c ON object_Order(ocel_id);";
static const char TEXT[] =
    "{\"objectTypes\":[\n{\"name\":\"Order\",\"attributes\":[{\"name\":\"total\",\"type\":\"float\"}]}],\n\"objects\":["
    "\n{\"id\":\"o1\",\"type\":\"Order\",\"attributes\":[{\"name\":\"total\",\"time\":\"1970-01-01\",\"value\":1.5},{\"name\":\"total\",\"time\":\"2024-01-02\",\"value\":2.0}],\"relationships\":[]},"
    "\n{\"id\":\"o2\",\"type\":\"Order\",\"attributes\":[{\"name\":\"total\",\"time\":\"1970-01-01\",\"value\":3.0}],\"relationships\":[{\"objectId\":\"o1\",\"qualifier\":\"after\"}]}],\n"
    "\"eventTypes\":[\n{\"name\":\"pack\",\"attributes\":[{\"name\":\"n\",\"type\":\"integer\"}]},\n{\"name\":\"ship\",\"attributes\":[]}],\n\"events\":["
    "\n{\"id\":\"e1\",\"type\":\"pack\",\"time\":\"2024-01-01\",\"attributes\":[{\"name\":\"n\",\"value\":1}],\"relationships\":[{\"objectId\":\"o1\",\"qualifier\":\"a\"},{\"objectId\":\"o2\",\"qualifier\":\"b\"}]},"
    "\n{\"id\":\"e2\",\"type\":\"ship\",\"time\":\"2024-01-02\",\"attributes\":[],\"relationships\":[{\"objectId\":\"o1\",\"qualifier\":\"c\"}]},"
    "\n{\"id\":\"e3\",\"type\":\"pack\",\"time\":\"2024-01-03\",\"attributes\":[{\"name\":\"n\",\"value\":3}],\"relationships\":[{\"objectId\":\"o2\",\"qualifier\":\"d\"}]},"
    "\n{\"id\":\"\",\"type\":\"pack\",\"attributes\":[],\"relationships\":[]}]}\n";

static struct bytes database(const char *rows, const char *keys)
{
    struct bytes b = {NULL, 0};
    sqlite3 *db = NULL;
    sqlite3_int64 len = 0;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, TABLES, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, rows, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, keys, NULL, NULL, NULL), SQLITE_OK);
    b.ptr = sqlite3_serialize(db, "main", &len, 0);
    assert_non_null(b.ptr);
    b.len = (size_t)len;
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return b;
}

static voc_rc read_all(struct foreign *f, size_t piece, struct buf *out)
{
    size_t got = 1;
    voc_rc rc = VOC_OK;
    buf_clear(out);
    while (rc == VOC_OK && got > 0) {
        char *room = buf_room(out, piece);
        if (room == NULL) return out->rc;
        rc = foreign_read(f, room, piece, &got);
        if (rc == VOC_OK) out->len += got;
    }
    return rc;
}

static void is_the_text(int fd, const struct bytes *b)
{
    struct foreign *f = NULL;
    struct buf out;
    buf_init(&out, (size_t)1 << 20);
    assert_int_equal(foreign_open(&f, fd, b->ptr, b->len, "log.sqlite", NULL), VOC_OK);
    for (size_t piece = 1; piece < 5000; piece = piece * 7 + 1) {
        assert_int_equal(read_all(f, piece, &out), VOC_OK);
        if (!str_is(str_mk(out.ptr, out.len), TEXT)) print_error("%.*s", (int)out.len, out.ptr);
        assert_true(str_is(str_mk(out.ptr, out.len), TEXT));
        size_t got;
        foreign_again(f);
        assert_int_equal(foreign_read(f, out.ptr, 100, &got), VOC_OK); // and from the middle
        foreign_again(f);
    }
    foreign_close(f);
    buf_done(&out);
}

static void a_log_is_one_text_however_its_rows_stand_and_it_is_read(void **state)
{
    static const char *const made[][2] = {{ROWS, ""}, {ROWS, KEYS}, {MIXED, ""}, {MIXED, KEYS}};
    (void)state;
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        struct bytes b = database(made[i][0], made[i][1]);
        char path[] = "/tmp/voc-test-foreign-XXXXXX";
        int fd = mkstemp(path);
        assert_true(fd >= 0 && unlink(path) == 0);
        assert_int_equal(write(fd, b.ptr, b.len), (ssize_t)b.len);
        is_the_text(-1, &b);
        is_the_text(fd, &(struct bytes){NULL, 0});
        close(fd);
        sqlite3_free(b.ptr);
    }
}

// Of bytes that are damaged or cut: the text, or a refusal in words.
static void damage_is_refused_or_read_and_does_no_more(void **state)
{
    struct bytes whole = database(MIXED, KEYS), b = {NULL, 0};
    struct buf out;
    uint64_t seed = 11;
    size_t refused = 0;
    (void)state;
    buf_init(&out, (size_t)16 << 20);
    for (unsigned round = 0; round < 300; round++) {
        struct foreign *f = NULL;
        struct diag *d = diag_new();
        assert_non_null(d);
        b.len = whole.len;
        b.ptr = mem_alloc(b.len);
        assert_non_null(b.ptr);
        memcpy(b.ptr, whole.ptr, b.len);
        for (unsigned n = 0; n <= round % 40; n++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            b.ptr[(size_t)(seed >> 33) % b.len] = (unsigned char)(seed >> 20);
        }
        if (round % 5 == 4) b.len = (size_t)(seed >> 40) % b.len;
        voc_rc rc = foreign_open(&f, -1, b.ptr, b.len, "log.sqlite", d);
        if (rc == VOC_OK) rc = read_all(f, 1000, &out);
        if (rc != VOC_OK && diag_count(d, VOC_ERROR) == 0) fail_msg("round %u: status %d without a word", round, rc);
        refused += rc != VOC_OK;
        foreign_close(f);
        mem_free(b.ptr);
        diag_free(d);
    }
    assert_true(refused > 50);
    buf_done(&out);
    sqlite3_free(whole.ptr);
}

static void memory_that_is_refused_is_said_and_leaks_nothing(void **state)
{
    struct bytes b = database(MIXED, "");
    uint64_t nth = 1;
    bool fired = true;
    (void)state;
    for (; fired && nth < 5000; nth++) {
        struct foreign *f = NULL;
        struct buf out;
        struct mem_stats before = mem_stats();
        buf_init(&out, (size_t)1 << 20);
        mem_fault(nth, nth % 2 == 0);
        voc_rc rc = foreign_open(&f, -1, b.ptr, b.len, "log.sqlite", NULL);
        if (rc == VOC_OK) rc = read_all(f, 777, &out);
        foreign_close(f);
        mem_fault(0, false);
        fired = mem_fault_fired();
        if (rc == VOC_OK) assert_true(str_is(str_mk(out.ptr, out.len), TEXT)); // what SQLite could do without
        else assert_int_equal(rc, VOC_E_NOMEM);
        buf_done(&out);
        assert_int_equal(mem_stats().live_blocks, before.live_blocks);
    }
    assert_true(nth > 100 && nth < 5000);
    sqlite3_free(b.ptr);
}

static int begin(void **state) { return (void)state, store_init() == VOC_OK ? 0 : -1; }
static int end(void **state) { return (void)state, store_done(), 0; }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_is_one_text_however_its_rows_stand_and_it_is_read),
        cmocka_unit_test(damage_is_refused_or_read_and_does_no_more),
        cmocka_unit_test(memory_that_is_refused_is_said_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
