// SPDX-License-Identifier: MIT
// What events have in common is known again by the bytes of their records: a number is one text's alone, whatever collides and
// however long it is; a file read so gives the rows, rejects and ignored records that it gives where nothing is known again, in
// every form of the scan, for any blocks and threads; and a plugin that errs in it is told, not believed.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/scan.h"
#include "host/coding/encode_sink.h"
#include "host/import/import.h"
#include "host/import/row_sums.h"
#include "tests/unit/host/coded.h"
#include "tests/unit/host/modules.h"

static uint32_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

// ---- numbers -----------------------------------------------------------------------------------------------------------

enum { KINDS = 3000, LONGEST = 1100 };

// Text number k: of any length, and hardly different from its neighbours, in a byte that stands anywhere in it.
static voc_str text_of(uint32_t k, char to[LONGEST])
{
    const size_t len = 1 + (k % 7 ? k % 80 : k % LONGEST);
    memset(to, 'a', len);
    for (uint32_t left = k, at = k * 2654435761u; left; left /= 26, at += 7) to[at % len] = (char)('a' + left % 26);
    return str_mk(to, len);
}

static void each_text_has_a_number_of_its_own_that_stays(uint64_t hash_bits, uint32_t kinds)
{
    static char texts[KINDS][LONGEST];
    static struct { voc_str text; uint32_t number; } met[KINDS];
    struct coder c;
    uint64_t seed = 7, told_again = 0;
    assert_int_equal(coder_init(&c, 1), VOC_OK);
    c.alikes.hash_bits = hash_bits;
    for (unsigned block = 0; block < 12; block++) {
        coder_clear(&c);
        memset(met, 0, sizeof met);
        for (unsigned i = 0; i < 600; i++) {
            uint32_t kind[8], number[8];
            unsigned char told[8];
            voc_str text[8];
            for (size_t k = 0; k < 8; k++) kind[k] = next(&seed) % 3 ? next(&seed) % (kinds / 8) : next(&seed) % kinds;
            for (size_t k = 0; k < 8; k++) text[k] = text_of(kind[k], texts[kind[k]]);
            coder_alike(&c, text, 8, number, told);
            for (size_t k = 0; k < 8; k++) {
                if (!number[k]) continue;
                if (met[kind[k]].number) assert_int_equal(met[kind[k]].number, number[k]);
                met[kind[k]].number = number[k];
                met[kind[k]].text = text[k];
                told_again += told[k];
                if (told[k]) {
                    uint32_t tuple, attrs;
                    assert_int_equal(coder_alike_tuples(&c, &number[k], 1, 0, &tuple, &attrs), VOC_OK);
                    assert_true(str_eq(dict_at(c.strings, c.tuples.at[tuple].action), text[k]));
                } else {
                    struct coded_tuple t = {.action = 0};
                    assert_int_equal(coder_code(&c, text[k], &t.action), VOC_OK);
                    assert_int_equal(coder_alike_tell(&c, number[k], &t, 0), VOC_OK);
                }
            }
        }
        for (uint32_t k = 0; k < kinds; k++)
            for (uint32_t j = 0; j < k && met[k].number; j++)
                if (met[j].number == met[k].number) assert_true(str_eq(met[j].text, met[k].text)); // two numbers of text_of may be one text
    }
    assert_true(told_again > 1000);
    coder_done(&c);
}

static void numbers_are_of_one_text_each(void **state)
{
    (void)state;
    for (unsigned form = 0; scan_form(form); form++)
        if (scan_use(form)) each_text_has_a_number_of_its_own_that_stays(UINT64_MAX, KINDS);
}

static void numbers_are_of_one_text_each_where_all_collide(void **state)
{
    (void)state;
    for (unsigned form = 0; scan_form(form); form++)
        if (scan_use(form)) each_text_has_a_number_of_its_own_that_stays(0, 300), each_text_has_a_number_of_its_own_that_stays(3, 300);
}

static void texts_that_hardly_repeat_get_no_numbers_any_more(void **state)
{
    struct coder c;
    uint32_t number = 1, given = 0;
    (void)state;
    assert_int_equal(coder_init(&c, 1), VOC_OK);
    coder_clear(&c);
    for (unsigned i = 0; i < 20000; i++) {
        char text[32];
        unsigned char told;
        const int len = snprintf(text, sizeof text, "kind %u", i);
        const voc_str one = str_mk(text, (size_t)len);
        coder_alike(&c, &one, 1, &number, &told);
        assert_int_equal(told, 0);
        given += number != 0;
    }
    assert_int_equal(number, 0);
    assert_in_range(given, 100, 8192);
    coder_done(&c);
}

// ---- the sink ----------------------------------------------------------------------------------------------------------

enum { RECORDS = 6 };
struct world { struct diag *d; struct voc_sink *sink; size_t start[RECORDS], end[RECORDS]; uint64_t line[RECORDS]; voc_block block; };
static const char bytes[] = "r0\nr1\nr2\nr3\nr4\nr5\n";

static void open_sink(struct world *w, bool apart)
{
    const struct encode_spec spec = {.actor = VOC_ACTOR_CUSTOMER, .resolution = VOC_RES_US, .file = "f", .apart = apart};
    memset(w, 0, sizeof *w);
    for (size_t i = 0; i < RECORDS; i++) w->start[i] = i * 3, w->end[i] = i * 3 + 2, w->line[i] = i + 1;
    w->block = (voc_block){.struct_size = sizeof w->block, .bytes = bytes, .n_bytes = sizeof bytes - 1, .start = w->start,
                           .end = w->end, .line = w->line, .n_records = RECORDS};
    w->d = diag_new();
    assert_int_equal(sink_new(&w->sink, &spec, w->d), VOC_OK);
    sink_reset(w->sink);
    sink_block(w->sink, &w->block, NULL);
}

static void close_sink(struct world *w)
{
    sink_free(w->sink);
    diag_free(w->d);
}

static uint32_t share(struct world *w, const char *text, const char *action, bool tell)
{
    const voc_str one = str_of(text);
    uint32_t number;
    unsigned char told;
    voc_row r = voc_row_init(VOC_ROW_EVENT);
    r.action = str_of(action);
    sink_alike(w->sink, &one, 1, &number, &told);
    assert_int_equal(told, 0);
    assert_int_not_equal(number, 0);
    if (tell) assert_int_equal(sink_share(w->sink, number, &r), VOC_OK);
    return number;
}

static void an_event_that_cannot_be_kept_is_rejected_alone(void **state)
{
    struct world w;
    struct coded_block b;
    (void)state;
    open_sink(&w, false);
    const uint32_t n = share(&w, "x", "buy", true), alike[] = {n, n, n, n};
    const uint64_t record[] = {0, 1, 3, 5};
    const int64_t time_us[] = {1, VOC_NA, 3, INT64_MAX}, cost[] = {VOC_NA, 5, 6, 7};
    const voc_str customer[] = {STR("anna"), STR("ben"), STR("caf\xe9"), STR("")};
    const voc_events e = {.struct_size = sizeof e, .resolution = VOC_RES_DAY, .n = 4, .record = record, .alike = alike, .time_us = time_us, .cost = cost, .customer = customer,
                          .customer_kind = STR("id"), .customer_strong = 1};
    assert_int_equal(sink_events(w.sink, &e), VOC_OK);
    assert_int_equal(sink_ignore(w.sink, 2, STR("none")), VOC_OK);
    assert_int_equal(sink_reject(w.sink, 4, STR("X"), STR("why")), VOC_OK);
    assert_int_equal(sink_end(w.sink), VOC_OK);
    assert_int_equal(sink_coded(w.sink, &b), VOC_OK);
    assert_int_equal(b.events.n, 1);
    assert_int_equal(coded_tuple_of(&b.events, 0).resolution, VOC_RES_DAY);
    assert_int_equal(coded_tuple_of(&b.events, 0).actor, VOC_ACTOR_CUSTOMER);
    assert_true(str_is(b.strings[coded_tuple_of(&b.events, 0).action], "buy"));
    assert_true(str_is(b.strings[b.events.customer[0]], "+id=anna"));
    assert_int_equal(b.n_rejects, 4);
    assert_true(str_is(b.strings[b.rejects[0].reason], "it has no time"));
    assert_true(str_is(b.strings[b.rejects[1].reason], "its text is not valid UTF-8"));
    assert_true(str_is(b.strings[b.rejects[2].reason], "its time is outside the years 1 to 9999"));
    close_sink(&w);
}

static void a_late_rejection_takes_the_event_back(void **state)
{
    struct world w;
    (void)state;
    open_sink(&w, false);
    const uint32_t n = share(&w, "x", "buy", true), alike[] = {n, n};
    const uint64_t record[] = {0, 1};
    const int64_t time_us[] = {1, 2};
    const voc_events e = {.struct_size = sizeof e, .n = 2, .record = record, .alike = alike, .time_us = time_us};
    assert_int_equal(sink_events(w.sink, &e), VOC_OK);
    assert_int_equal(w.sink->c.n, 2);
    assert_int_equal(sink_reject(w.sink, 1, STR("X"), STR("why")), VOC_OK);
    assert_int_equal(w.sink->c.n, 1);
    close_sink(&w);
}

static void what_a_plugin_makes_up_is_its_fault(void **state)
{
    struct world w;
    (void)state;
    open_sink(&w, false);
    const uint32_t n = share(&w, "x", "buy", true), untold = share(&w, "y", "sell", false);
    const uint64_t record[] = {0, 1}, back[] = {1, 0}, beyond[] = {0, RECORDS};
    const int64_t time_us[] = {1, 2};
    const uint32_t fine[] = {n, n}, wrong[][2] = {{n, untold}, {0, n}, {n, 77}, {UINT32_MAX, n}};
    voc_events e = {.struct_size = sizeof e, .n = 2, .record = record, .time_us = time_us};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        e.alike = wrong[k];
        assert_int_equal(sink_events(w.sink, &e), VOC_E_BUG);
    }
    e.alike = fine;
    e.record = back;
    assert_int_equal(sink_events(w.sink, &e), VOC_E_BUG);
    e.record = beyond;
    assert_int_equal(sink_events(w.sink, &e), VOC_E_BUG);
    e.record = record;
    e.resolution = VOC_RES_DAY + 1;
    assert_int_equal(sink_events(w.sink, &e), VOC_E_BUG);
    e.resolution = VOC_RES_US;
    e.struct_size = 8;
    assert_int_equal(sink_events(w.sink, &e), VOC_E_BUG);
    assert_int_equal(w.sink->c.n, 0);
    const voc_row nothing = voc_row_init(VOC_ROW_EVENT);
    assert_int_equal(sink_share(w.sink, n, &nothing), VOC_E_INPUT); // no action
    voc_row bad = nothing;
    bad.action = STR("caf\xe9");
    assert_int_equal(sink_share(w.sink, n, &bad), VOC_E_INPUT);
    bad.action = STR("fine");
    assert_int_equal(sink_share(w.sink, 0, &bad), VOC_E_BUG);
    assert_int_equal(sink_share(w.sink, UINT32_MAX, &bad), VOC_E_BUG);
    close_sink(&w);
}

static void nothing_has_a_number_where_that_is_asked_for(void **state)
{
    struct world w;
    uint32_t number = 7;
    unsigned char told = 1;
    const voc_str text = STR("x");
    (void)state;
    open_sink(&w, true);
    sink_alike(w.sink, &text, 1, &number, &told);
    assert_int_equal(number, 0);
    assert_int_equal(told, 0);
    close_sink(&w);
}

// ---- values ------------------------------------------------------------------------------------------------------------

// Three customers as a column, and as rows: the same is listed of them, or the same is wrong with them.
static void listed_as_rows_are(const voc_str value[3])
{
    const voc_alias kind = {.kind = STR("id")};
    voc_alias alias[3];
    voc_row rows[3];
    struct coder by_column, by_row;
    uint32_t code[2][3];
    assert_int_equal(coder_init(&by_column, 1), VOC_OK);
    assert_int_equal(coder_init(&by_row, 1), VOC_OK);
    for (size_t i = 0; i < 3; i++) {
        alias[i] = (voc_alias){.kind = kind.kind, .value = value[i]};
        rows[i] = voc_row_init(VOC_ROW_EVENT);
        rows[i].customer = &alias[i], rows[i].n_customer = 1;
    }
    const struct coder_rows all = {.rows = (const char *)rows, .stride = sizeof *rows, .n = 3};
    const voc_rc rc = coder_people(&by_row, &all, false, code[0]);
    assert_int_equal(coder_values(&by_column, &kind, value, 3, code[1]), rc);
    if (!rc) {
        const struct people *a = &by_row.people, *b = &by_column.people;
        assert_memory_equal(code[0], code[1], sizeof code[0]);
        assert_int_equal(a->end.n, b->end.n);
        assert_memory_equal(a->end.at, b->end.at, a->end.n * sizeof *a->end.at);
        assert_memory_equal(a->text.ptr, b->text.ptr, a->end.at[a->end.n - 1]);
    }
    coder_done(&by_column);
    coder_done(&by_row);
}

static void values_are_listed_as_those_of_rows_whatever_byte_stands_where(void **state)
{
    static const char *const odd[] = {"\x01", "\x1f", " ", "\\", "~", "\x7f", "\x80", "\xff", "\xc3\xa9"};
    char text[20];
    (void)state;
    for (size_t len = 7; len <= 17; len++)
        for (size_t k = 0; k < sizeof odd / sizeof *odd; k++)
            for (size_t at = 0; at + strlen(odd[k]) <= len; at++) {
                memcpy(text, "abcdefghijklmnopqr", len);
                memcpy(text + at, odd[k], strlen(odd[k]));
                const voc_str value[3] = {STR("somebody"), str_mk(text, len), STR("somebody else")};
                listed_as_rows_are(value);
            }
}

// ---- files -------------------------------------------------------------------------------------------------------------

static const char *const heads[] = {
    "customer_id,timestamp,activity,channel,actor,role,campaign,cost,value", // side by side
    "activity,customer_id,channel,cost,timestamp,campaign,actor",            // in three runs
    "event_id,timestamp,activity,customer_id,case_id,minutes,object",        // with texts of its own
    "timestamp,activity,account,customer,thread,role",
    "browser,timestamp,activity,customer,plan,cost",                         // with attributes
    "timestamp,activity,user_id,value",                                      // customers of eight to sixteen bytes, but for a few
    "\"customer_id\",\"timestamp\",\"activity\",\"channel\",\"role\",\"value\"",
    "\"activity\",\"role\",\"timestamp\",\"customer\",\"plan\",\"cost\""}; // in quotes, as some programs write all cells

static void put_cell(struct buf *b, const char *column, uint64_t *seed)
{
    static const char *const channels[] = {"web", "app", "", "store", "caf\xc3\xa9", "a channel whose name is as long as that of a campaign, and longer than one line of the cache"};
    static const char *const actors[] = {"customer", "customer", "customer", "company", "", "Customer", "nobody"};
    static const char *const roles[] = {"user", "buyer", "", "\"user, chief\"", "\"the \"\"big\"\" one\"", "\"two\nlines\"", "caf\xe9"};
    const uint32_t r = next(seed), odd = next(seed) % 40;
    const bool is_id = strstr(column, "customer") || strstr(column, "account") || strstr(column, "id") || strcmp(column, "thread") == 0 || strcmp(column, "object") == 0;
    if (strcmp(column, "timestamp") == 0) {
        if (odd == 0) buf_cstr(b, r % 2 ? "" : "soon");
        else if (odd < 4) buf_printf(b, "2024-%02u-%02u", 1 + r % 12, 1 + r % 28);
        else buf_printf(b, "2024-%02u-%02uT%02u:%02u%s", 1 + r % 12, 1 + r / 16 % 28, r % 24, r % 60, odd < 10 ? "" : ":07Z");
    } else if (strcmp(column, "user_id") == 0) {
        const uint32_t few = next(seed) % 400;
        buf_printf(b, few == 0 ? "back\\slash %u" : few == 1 ? "caf\xc3\xa9 %04u" : few == 2 ? "u%u" : few == 3 ? "bad\xff %05u" : r % 3 ? "u%07u" : "user %09u", r % 300);
    } else if (is_id) {
        if (odd == 0) buf_cstr(b, r % 3 ? "" : "bad\xff");
        else if (odd == 1) buf_printf(b, "\"%c,%u\"", column[0], r % 50);
        else buf_printf(b, odd < 20 ? "%c%u" : odd == 20 ? "back\\%c%u" : odd == 21 ? "a\ttab %c%u" : odd < 30 ? "person %c%u" : "%c%u and more than sixteen", column[0], r % 700);
    } else if (strcmp(column, "activity") == 0) {
        if (odd == 0) buf_cstr(b, r % 2 ? " " : "");
        else buf_printf(b, r % 50 ? "action %u" : "\"action %u\"", next(seed) % 3 ? r % 9 : r % 400);
    } else if (strcmp(column, "cost") == 0 || strcmp(column, "value") == 0 || strcmp(column, "minutes") == 0) {
        if (odd < 20) return;
        buf_printf(b, odd == 39 ? "%u e" : odd == 38 ? "-%u.5" : odd == 37 ? "%u.1234567" : "%u.25", r % 90);
    } else if (strcmp(column, "campaign") == 0) {
        if (odd > 20) buf_printf(b, "campaign_%u", r % 300);
        else if (odd == 1) for (unsigned i = 0; i < 30 + r % 2 * 30; i++) buf_cstr(b, "a campaign of a long name ");
    } else if (strcmp(column, "channel") == 0) buf_cstr(b, channels[r % 6]);
    else if (strcmp(column, "actor") == 0) buf_cstr(b, actors[odd ? r % 6 : 6]);
    else buf_cstr(b, roles[odd ? r % 3 : 3 + r % 4]);
}

// In quotes, if its column's name is.
static void put_named(struct buf *b, const char *column, uint64_t *seed)
{
    char name[40];
    struct buf cell;
    if (column[0] != '"') {
        put_cell(b, column, seed);
        return;
    }
    snprintf(name, sizeof name, "%.*s", (int)strlen(column) - 2, column + 1);
    buf_init(&cell, 1 << 20);
    put_cell(&cell, name, seed);
    const bool own = cell.len == 0 || cell.ptr[0] == '"' || next(seed) % 60 == 0;
    if (!own) buf_byte(b, '"');
    if (cell.len) buf_add(b, cell.ptr, cell.len);
    if (next(seed) % 100 == 0 && (!own || (cell.len && cell.ptr[0] != '"'))) buf_cstr(b, own ? "\"" : "\"\"");
    if (!own) buf_byte(b, '"');
    buf_done(&cell);
}

// More than the first block, which is 1 MiB whatever is asked for.
static void make_file(struct buf *b, const char *head, uint64_t seed)
{
    buf_init(b, 1 << 24);
    buf_printf(b, "%s\n", head);
    while (b->len < ((size_t)1 << 20) + 120000) {
        char name[40];
        for (const char *p = head; *p;) {
            const size_t len = strcspn(p, ",");
            snprintf(name, sizeof name, "%.*s", (int)len, p);
            put_named(b, name, &seed);
            p += len;
            if (*p) buf_byte(b, ','), p++;
        }
        const uint32_t end = next(&seed) % 200;
        buf_cstr(b, end == 0 ? ",one too many\n" : end == 1 ? "\r\n" : end == 2 ? ",\n" : end == 3 ? "\nshort\n" : end == 4 ? "\nTotal,,,\n" : "\n");
    }
    assert_int_equal(b->rc, VOC_OK);
}

struct reading { struct row_sums sums; struct import_account account; voc_rc rc; };

static struct reading read_file(struct catalogue *c, const struct buf *file, uint32_t threads, uint32_t block_bytes, uint32_t at_once, bool apart)
{
    static const struct option_given given = {.name = STR("decimal"), .value = STR("point"), .has_value = true};
    const voc_str all = str_mk(file->ptr, file->len);
    struct import_report report;
    struct reading x = {.rc = VOC_OK};
    struct row_summing w;
    struct arena a;
    struct diag *d = diag_new();
    arena_init(&a, 0);
    row_summing_init(&w);
    const struct import_request r = {.catalogue = c, .path = "x.csv", .bytes = &all, .as = STR("events"), .threads = threads, .block_bytes = block_bytes, .records_at_once = at_once,
                                     .apart = apart, .max_rejects = UINT64_MAX, .options = &given, .n_options = 1, .block = row_sums_block, .user = &w};
    x.rc = import_file(&r, &report, &a, d);
    if (x.rc) fail_msg("%s", diag_n(d) ? diag_at(d, diag_n(d) - 1)->message : "");
    x.sums = w.sums;
    x.account = report.account;
    x.account.by_rule = NULL;
    row_summing_done(&w);
    arena_done(&a);
    diag_free(d);
    return x;
}

static void files_are_read_as_where_nothing_is_alike(void **state)
{
    static const struct { uint32_t threads, block, at_once; } ways[] = {{1, 0, 0}, {2, 1000, 0}, {4, 30000, 7}};
    char plugins[PATH_MAX], from[PATH_MAX];
    struct catalogue *c = NULL;
    struct diag *d = diag_new();
    (void)state;
    scratch_open(plugins);
    if (!module_path(from, "plugins/input/events", "input-events.so")) fail_msg("%s is not built", from);
    place_module(from, plugins, "input-events.so", 0644);
    const char *dirs[] = {plugins};
    const struct catalogue_places places = {.dirs = dirs, .n_dirs = 1};
    assert_int_equal(catalogue_open(&c, &places, NULL, d), VOC_OK);
    for (size_t h = 0; h < sizeof heads / sizeof *heads; h++) {
        struct buf file;
        make_file(&file, heads[h], 11 + h);
        const struct reading whole = read_file(c, &file, 1, 0, 0, true);
        assert_true(whole.sums.n_events > 1000 && whole.sums.n_rejects > 100 && whole.account.ignored > 10);
        for (unsigned form = 0; scan_form(form); form++) {
            if (!scan_use(form)) continue;
            for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) {
                const struct reading x = read_file(c, &file, ways[k].threads, ways[k].block, ways[k].at_once, false);
                if (!row_sums_same(&x.sums, &whole.sums) || memcmp(&x.account, &whole.account, sizeof x.account) != 0)
                    fail_msg("%s, %s, %u threads, blocks of %u: %llu events, %llu rejects, and not %llu, %llu", heads[h],
                             scan_form(form), ways[k].threads, ways[k].block, (unsigned long long)x.sums.n_events,
                             (unsigned long long)x.sums.n_rejects, (unsigned long long)whole.sums.n_events,
                             (unsigned long long)whole.sums.n_rejects);
            }
        }
        buf_done(&file);
    }
    catalogue_close(c);
    diag_free(d);
    scratch_close(plugins);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_of_one_text_each),
        cmocka_unit_test(numbers_are_of_one_text_each_where_all_collide),
        cmocka_unit_test(texts_that_hardly_repeat_get_no_numbers_any_more),
        cmocka_unit_test(an_event_that_cannot_be_kept_is_rejected_alone),
        cmocka_unit_test(a_late_rejection_takes_the_event_back),
        cmocka_unit_test(what_a_plugin_makes_up_is_its_fault),
        cmocka_unit_test(nothing_has_a_number_where_that_is_asked_for),
        cmocka_unit_test(values_are_listed_as_those_of_rows_whatever_byte_stands_where),
        cmocka_unit_test(files_are_read_as_where_nothing_is_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
