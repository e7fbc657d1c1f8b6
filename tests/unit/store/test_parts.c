// SPDX-License-Identifier: MIT
// Parts (parts.h): together they give the events that the plain reader gives, each once, however they are cut, from one run,
// from several, and from settled ones, by one thread or more; no unit is in two parts, and its rows are in order of time.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <pthread.h>
#include <stdatomic.h>
#include "rows.h"
#include "store/events/parts.h"

enum { ROWS = 3000, MANY = 150000, THREADS = 3 };

struct lines { VEC(char *) v; }; // owns
static struct row *made; // MANY
static struct project *p;

// ---- made-up events ----------------------------------------------------------------------------------------------------------

static uint32_t next_random(uint64_t *state, uint32_t n)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*state >> 33) % n);
}

static void import_made(const char *content, size_t n, uint32_t customers, bool rare)
{
    static char names[4000][16];
    uint64_t s = strlen(content) * 99 + 1;
    struct import_result out;
    for (uint32_t i = 0; i < customers; i++) (void)snprintf(names[i], sizeof names[i], "+id=c%u", (unsigned)i);
    for (size_t i = 0; i < n; i++) {
        made[i] = (struct row){.time_us = (int64_t)next_random(&s, 500) * 1000000, .action = i % 3 ? "visit" : "order",
                               .customer = names[next_random(&s, customers)], .record = i, .resolution = VOC_RES_SECOND,
                               .actor = next_random(&s, 3)};
        if (!rare) continue;
        if (next_random(&s, 9) == 0) made[i].customer = NULL;
        if (next_random(&s, 4) == 0) made[i].account = next_random(&s, 2) ? "+account=x" : "+account=y";
        if (next_random(&s, 5) == 0) made[i].case_id = "case1";
        if (next_random(&s, 3) == 0) made[i].text = "so late";
        if (next_random(&s, 3) == 0) made[i].cost = (int64_t)next_random(&s, 90) * 10000;
    }
    struct rows r = {.events = made, .n_events = n};
    assert_int_equal(import_rows(p, &r, strlen(content) % 2 ? "web" : "crm", content, 1, 0, &out, NULL), VOC_OK);
    assert_int_equal(out.events, n);
}

// ---- rows as text ------------------------------------------------------------------------------------------------------------

static void add_line(struct lines *to, const struct event_block *b, size_t i)
{
    char line[400];
    (void)snprintf(line, sizeof line, "%lld %u %u %u %u %u %u %u %u %u %lld %.*s %.*s %llu %llu %u %u", (long long)b->time_us[i],
                   b->resolution[i], b->actor[i], b->action[i], b->case_id[i], b->customer[i], b->account[i], b->source[i],
                   b->channel[i], b->ref_kind[i], (long long)b->cost[i], (int)b->id[i].len, b->id[i].ptr, (int)b->text[i].len,
                   b->text[i].ptr, (unsigned long long)b->record[i], (unsigned long long)b->line[i], b->sub[i], b->import[i]);
    assert_int_equal(vec_reserve(&to->v, 1, UINT32_MAX), VOC_OK);
    to->v.at[to->v.n] = strdup(line);
    assert_non_null(to->v.at[to->v.n++]);
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void read_plainly(struct lines *to)
{
    struct event_reader *r = NULL;
    struct event_block b;
    assert_int_equal(event_reader_open(&r, p, EV_ALL, NULL), VOC_OK);
    while (event_reader_next(r, &b) == VOC_OK && b.n)
        for (size_t i = 0; i < b.n; i++) add_line(to, &b, i);
    event_reader_close(r);
    qsort(to->v.at, to->v.n, sizeof *to->v.at, by_text);
}

static void free_lines(struct lines *l)
{
    for (size_t i = 0; i < l->v.n; i++) free(l->v.at[i]);
    vec_free(&l->v);
}

// ---- parts -------------------------------------------------------------------------------------------------------------------

struct work { // of several threads
    struct event_parts *e;
    atomic_size_t next;
    pthread_mutex_t lock;
    struct lines lines;
    struct dict *units; // seen in earlier parts
    atomic_int faults;
};

static bool unit_is_whole(const struct event_part *part, size_t u)
{
    const struct event_block *b = &part->b;
    bool whole = part->unit_first[u] < part->unit_first[u + 1];
    for (size_t i = part->unit_first[u]; i < part->unit_first[u + 1]; i++) {
        unsigned kind = b->case_id[i] ? VOC_UNIT_CASE : b->account[i] ? VOC_UNIT_ACCOUNT : b->customer[i] ? VOC_UNIT_INDIVIDUAL : 0;
        uint32_t code = kind == VOC_UNIT_CASE ? b->case_id[i] : kind == VOC_UNIT_ACCOUNT ? b->account[i] : b->customer[i];
        whole = whole && kind == part->unit_kind[u] && code == part->unit_code[u];
        if (i > part->unit_first[u] && b->time_us[i] < b->time_us[i - 1]) whole = false;
    }
    return whole;
}

static void take_part(struct work *w, const struct event_part *part)
{
    (void)pthread_mutex_lock(&w->lock);
    for (size_t u = 0; u < part->n_units; u++) {
        char name[40];
        uint32_t before = dict_n(w->units), code = 0;
        (void)snprintf(name, sizeof name, "%u:%u", part->unit_kind[u], part->unit_code[u]);
        if (dict_code(w->units, str_of(name), &code) != VOC_OK || code != before || !unit_is_whole(part, u)) w->faults++;
    }
    if (part->n_units == 0 ? part->b.n != 0 : part->unit_first[0] != 0 || part->unit_first[part->n_units] != part->b.n) w->faults++;
    for (size_t i = 0; i < part->b.n; i++) add_line(&w->lines, &part->b, i);
    (void)pthread_mutex_unlock(&w->lock);
}

static void *read_some(void *user)
{
    struct work *w = user;
    struct part_reader *r = NULL;
    struct event_part part;
    if (part_reader_new(&r, w->e) != VOC_OK) w->faults++;
    for (size_t k; r && (k = w->next++) < event_parts_n(w->e);) {
        if (part_read(r, k, &part) == VOC_OK) take_part(w, &part);
        else w->faults++;
    }
    part_reader_free(r);
    return NULL;
}

static size_t read_in_parts(struct lines *to, size_t rows, unsigned threads)
{
    struct work w = {0};
    pthread_t thread[THREADS];
    assert_int_equal(event_parts_plan(&w.e, p, EV_ALL, rows, NULL), VOC_OK);
    assert_true(event_parts_layout(w.e)->in_parts);
    assert_int_equal(dict_new(&w.units, SIZE_MAX / 4), VOC_OK);
    assert_int_equal(pthread_mutex_init(&w.lock, NULL), 0);
    for (unsigned t = 0; t < threads; t++) assert_int_equal(pthread_create(&thread[t], NULL, read_some, &w), 0);
    for (unsigned t = 0; t < threads; t++) assert_int_equal(pthread_join(thread[t], NULL), 0);
    size_t n = event_parts_n(w.e);
    uint64_t units = event_parts_layout(w.e)->n_units, events = event_parts_layout(w.e)->n_events;
    if (units) assert_int_equal(units, dict_n(w.units));
    assert_int_equal(events, w.lines.v.n);
    assert_int_equal(w.faults, 0);
    dict_free(w.units);
    event_parts_free(w.e);
    (void)pthread_mutex_destroy(&w.lock);
    qsort(w.lines.v.at, w.lines.v.n, sizeof *w.lines.v.at, by_text);
    *to = w.lines;
    return n;
}

// Units are the same whether their column is laid out by row or not.
static void assert_units_are_known_without_their_column(size_t rows)
{
    struct event_parts *all = NULL, *bare = NULL;
    struct part_reader *r_all = NULL, *r_bare = NULL;
    struct event_part a, b;
    assert_int_equal(event_parts_plan(&all, p, EV_ALL, rows, NULL), VOC_OK);
    assert_int_equal(event_parts_plan(&bare, p, EV_TIME, rows, NULL), VOC_OK);
    assert_int_equal(event_parts_n(all), event_parts_n(bare));
    assert_int_equal(part_reader_new(&r_all, all), VOC_OK);
    assert_int_equal(part_reader_new(&r_bare, bare), VOC_OK);
    for (size_t k = 0; k < event_parts_n(all); k++) {
        assert_int_equal(part_read(r_all, k, &a), VOC_OK);
        assert_int_equal(part_read(r_bare, k, &b), VOC_OK);
        assert_int_equal(a.n_units, b.n_units);
        assert_memory_equal(a.unit_first, b.unit_first, (a.n_units + 1) * sizeof *a.unit_first);
        assert_memory_equal(a.unit_code, b.unit_code, a.n_units * sizeof *a.unit_code);
        assert_memory_equal(a.unit_kind, b.unit_kind, a.n_units);
        assert_memory_equal(a.b.time_us, b.b.time_us, a.b.n * sizeof *a.b.time_us);
    }
    part_reader_free(r_all);
    part_reader_free(r_bare);
    event_parts_free(all);
    event_parts_free(bare);
}

static size_t assert_parts_are_the_events(size_t rows, unsigned threads)
{
    struct lines plain = {0}, parts = {0};
    read_plainly(&plain);
    size_t n = read_in_parts(&parts, rows, threads);
    assert_int_equal(plain.v.n, parts.v.n);
    for (size_t i = 0; i < plain.v.n; i++) assert_string_equal(plain.v.at[i], parts.v.at[i]);
    if (n) assert_units_are_known_without_their_column(rows);
    free_lines(&plain);
    free_lines(&parts);
    return n;
}

static uint32_t runs(void)
{
    struct event_parts *e = NULL;
    assert_int_equal(event_parts_plan(&e, p, EV_TIME, 1, NULL), VOC_OK);
    uint32_t n = event_parts_layout(e)->n_runs;
    event_parts_free(e);
    return n;
}

static void begin(void) { assert_int_equal(project_open(&p, in_folder("parts.voc"), PROJECT_CREATE, NULL), VOC_OK); }

static void end(void)
{
    project_close(p);
    remove_file("parts.voc");
}

static void a_project_without_events_has_no_parts(void **unused)
{
    (void)unused;
    begin();
    struct event_parts *e = NULL;
    assert_int_equal(event_parts_plan(&e, p, EV_ALL, 1000, NULL), VOC_OK);
    assert_int_equal(event_parts_n(e), 0);
    event_parts_free(e);
    end();
}

static void parts_of_one_run_are_its_events(void **unused)
{
    (void)unused;
    begin();
    import_made("x", ROWS, 90, true);
    assert_int_equal(runs(), 1);
    assert_int_equal(assert_parts_are_the_events(1, 1), 1); // one block cannot be cut
    assert_int_equal(assert_parts_are_the_events(1000000, 2), 1);
    end();
}

static void parts_of_several_runs_are_their_events(void **unused)
{
    (void)unused;
    begin();
    import_made("x", ROWS, 90, true);
    import_made("xx", ROWS / 2, 200, true);
    import_made("xxx", 10, 5, false);
    assert_int_equal(runs(), 3);
    assert_parts_are_the_events(1, 1);
    assert_parts_are_the_events(1000, THREADS);
    end();
}

static void parts_of_settled_runs_are_their_events(void **unused)
{
    (void)unused;
    begin();
    for (unsigned k = 1; k <= 6; k++) import_made(&"xxxxxx"[6 - k], ROWS / k, 30 * k, k % 2);
    assert_true(runs() > 1 && runs() < 6);
    assert_parts_are_the_events(100, 1);
    struct settle_result r;
    assert_int_equal(store_settle(p, &r), VOC_OK);
    assert_int_equal(runs(), 1);
    assert_parts_are_the_events(100, 1);
    import_made("xxxxxxx", ROWS, 50, true);
    assert_int_equal(runs(), 2);
    assert_parts_are_the_events(100, THREADS);
    end();
}

static void many_blocks_are_cut_where_asked_between_units(void **unused)
{
    (void)unused;
    begin();
    import_made("x", MANY, 4000, false);
    assert_true(assert_parts_are_the_events(1, 1) >= 3);
    assert_true(assert_parts_are_the_events(1, THREADS) >= 3);
    assert_int_equal(assert_parts_are_the_events(SIZE_MAX, 1), 1);
    import_made("xx", MANY / 2, 4000, false);
    import_made("xxxx", 300, 4000, true); // over all parts
    assert_true(assert_parts_are_the_events(1, THREADS) >= 3);
    struct settle_result r;
    assert_int_equal(store_settle(p, &r), VOC_OK);
    assert_true(assert_parts_are_the_events(1, THREADS) >= 3);
    end();
}

static int make_rows(void **unused)
{
    made = malloc(MANY * sizeof *made);
    return made ? make_folder(unused) : -1;
}

static int free_rows(void **unused)
{
    free(made);
    return remove_folder(unused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_project_without_events_has_no_parts),
        cmocka_unit_test(parts_of_one_run_are_its_events),
        cmocka_unit_test(parts_of_several_runs_are_their_events),
        cmocka_unit_test(parts_of_settled_runs_are_their_events),
        cmocka_unit_test(many_blocks_are_cut_where_asked_between_units),
    };
    return cmocka_run_group_tests(tests, make_rows, free_rows);
}
