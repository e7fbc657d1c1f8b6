// SPDX-License-Identifier: MIT
// What customers do next: the reference of METHODS 4.1, journeys counted in another way, states that go through their bytes.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/lib/csv.h"
#include "tests/lib/json.h"
#include "tests/unit/plugins/paths_run.h"

static const char *const all[] = {"all=yes", NULL};

static const char *const by_segment[] = {"by=segment", NULL};

static void read_reference(struct paths_run *r)
{
    struct csv *c = csv_read_source("tests/truth/in/sec04_journeys.csv");
    assert_non_null(c);
    world_new(&r->w, "unit='account'", "<segments><segment id='ENT'><fact of='account' name='size' at-least='100'/></segment></segments>");
    for (size_t i = 0; i < c->n_rows; i++) {
        char rest[200], *save = NULL;
        int64_t at = HOUR;
        snprintf(rest, sizeof rest, "%s", csv_get(c, i, "sequence"));
        world_fact(&r->w, VOC_ENTITY_ACCOUNT, csv_get(c, i, "journey"), "size", strcmp(csv_get(c, i, "segment"), "ENT") == 0 ? "200" : "10", VOC_NA);
        for (char *act = strtok_r(rest, ">", &save); act; act = strtok_r(NULL, ">", &save), at += HOUR)
            EVENT_OF(&r->w, .account = csv_get(c, i, "journey"), .action = act, .at = at, .record = (uint64_t)at);
    }
    csv_free(c);
}

static void the_reference_comes_out_edge_by_edge_in_order(void **state)
{
    (void)state;
    struct paths_run r = {0};
    struct json *j = json_read_source("tests/truth/expected/sec04_journey.json");
    static const char *const segments[] = {"ENT", "SMB"};
    read_reference(&r);
    assert_int_equal(paths_fold(&r, VOC_NA, 1, by_segment), VOC_OK);
    const voc_table t = paths_table(&r, "edges");
    size_t row = 0;
    for (size_t s = 0; s < 2; s++) {
        const struct json *edges = json_get(json_get(j, segments[s]), "dfg");
        assert_true(json_length(edges) > 5);
        for (size_t i = 0; i < json_length(edges); i++, row++) {
            const struct json *e = json_at(edges, i);
            assert_true(paths_text_is(&t, row, "segment", s ? "other" : "ENT"));
            assert_true(paths_text_is(&t, row, "from", json_string(json_at(e, 0))));
            assert_true(paths_text_is(&t, row, "to", json_string(json_at(e, 1))));
            assert_int_equal(paths_cell(&t, row, "count")->i, (int64_t)json_number(json_at(e, 2)));
        }
    }
    assert_int_equal(t.n_rows, row);
    json_free(j);
    paths_close(&r);
}

// ---- journeys counted in another way ---------------------------------------------------------------------------------------

struct edge { const char *from, *to, *unit; uint64_t n, units, source; int64_t *gaps; size_t n_gaps; };
struct edges { struct edge at[64]; size_t n; };

static void add(struct edges *o, const char *unit, const char *from, const char *to, int64_t gap)
{
    size_t i = 0;
    while (i < o->n && (strcmp(o->at[i].from, from) != 0 || strcmp(o->at[i].to, to) != 0)) i++;
    struct edge *e = &o->at[i];
    if (i == o->n) {
        assert_true(o->n++ < 64);
        *e = (struct edge){.from = from, .to = to, .gaps = calloc(100000, sizeof *e->gaps)};
        assert_non_null(e->gaps);
    }
    e->n++;
    e->units += !e->unit || strcmp(e->unit, unit) != 0;
    e->unit = unit;
    assert_true(e->n_gaps < 100000);
    if (gap >= 0) e->gaps[e->n_gaps++] = gap;
}

static void add_journey(struct edges *o, const struct random_journey *j, bool collapse)
{
    const char *before = "(start)";
    int64_t last = -1;
    for (size_t i = 0; i < j->n; i++) {
        if (!(collapse && i && strcmp(before, j->act[i]) == 0)) add(o, j->unit, before, j->act[i], last < 0 ? -1 : j->at[i] - last);
        before = j->act[i];
        last = j->at[i];
    }
    if (!j->open && !j->limited) add(o, j->unit, before, "(end)", -1);
}

static int by_order(const void *x, const void *y)
{
    const struct edge *a = x, *b = y;
    if (a->n != b->n) return a->n > b->n ? -1 : 1;
    return strcmp(a->from, b->from) ? strcmp(a->from, b->from) : strcmp(a->to, b->to);
}

static int by_size(const void *x, const void *y)
{
    const int64_t *a = x, *b = y;
    return (*a > *b) - (*a < *b);
}

static void check_edges(const voc_table *t, struct edges *o)
{
    for (size_t i = 0; i < o->n; i++)
        for (size_t k = 0; k < o->n; k++)
            if (strcmp(o->at[i].from, o->at[k].from) == 0) o->at[i].source += o->at[k].n;
    qsort(o->at, o->n, sizeof *o->at, by_order);
    assert_int_equal(t->n_rows, o->n);
    for (size_t i = 0; i < o->n; i++) {
        struct edge *e = &o->at[i];
        const voc_cell *median = paths_cell(t, i, "median_gap"), *mean = paths_cell(t, i, "mean_gap");
        assert_true(paths_text_is(t, i, "from", e->from));
        assert_true(paths_text_is(t, i, "to", e->to));
        assert_int_equal(paths_cell(t, i, "count")->i, e->n);
        assert_int_equal(paths_cell(t, i, "units")->i, e->units);
        assert_true(paths_cell(t, i, "share")->r == (double)e->n / (double)e->source);
        assert_int_equal(median->type, e->n_gaps ? VOC_CELL_DURATION : VOC_CELL_NA);
        assert_int_equal(mean->type, e->n_gaps ? VOC_CELL_DURATION : VOC_CELL_NA);
        if (e->n_gaps) {
            int64_t sum = 0;
            qsort(e->gaps, e->n_gaps, sizeof *e->gaps, by_size);
            for (size_t k = 0; k < e->n_gaps; k++) sum += e->gaps[k];
            assert_int_equal(mean->i, sum / (int64_t)e->n_gaps);
            assert_int_equal(median->i, (e->gaps[(e->n_gaps - 1) / 2] + e->gaps[e->n_gaps / 2]) / 2);
        }
        free(e->gaps);
    }
}

static void random_journeys_give_what_counting_by_hand_gives(void **state)
{
    (void)state;
    static const char *const collapsed[] = {"collapse=yes", NULL};
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct paths_run r = {0};
        struct random_world o;
        paths_random(&r, seed, seed == 6 ? 2000 : 20 * seed, &o);
        for (int collapse = 0; collapse < 2; collapse++) {
            struct edges e = {0};
            uint64_t ends = 0, sum = 0;
            for (size_t i = 0; i < o.n; i++) add_journey(&e, &o.at[i], collapse);
            assert_int_equal(paths_fold(&r, RANDOM_END, 2, collapse ? collapsed : NULL), VOC_OK);
            const voc_table t = paths_table(&r, "edges");
            for (size_t i = 0; i < o.n; i++) ends += !o.at[i].open;
            for (size_t i = 0; i < e.n; i++) sum += e.at[i].n;
            if (!collapse) assert_int_equal(sum, o.events - o.outside - o.n + o.n + ends); // steps between, starts, ends
            check_edges(&t, &e);
            assert_true(o.n > ends); // some are open, or the test says little
            assert_true(paths_notes(&t, "still open"));
        }
        free(o.at);
        paths_close(&r);
    }
}

static void parts_of_journeys_give_what_cutting_them_by_hand_gives(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct paths_run r = {0};
        struct random_world o;
        struct random_limited l;
        paths_random(&r, 100 + seed, 40 * seed, &o);
        paths_limit(&o, &paths_limits[seed - 1], &l);
        for (int collapse = 0; collapse < 2; collapse++) {
            struct edges e = {0};
            size_t n = 0;
            while (l.options[n]) n++;
            l.options[n] = collapse ? "collapse=yes" : NULL;
            for (size_t i = 0; i < l.ways.n; i++) add_journey(&e, &l.ways.at[i], collapse);
            assert_int_equal(paths_fold(&r, RANDOM_END, 2, l.options), VOC_OK);
            const voc_table t = paths_table(&r, "edges");
            check_edges(&t, &e);
            assert_int_equal(paths_notes(&t, "left out"), l.missed > 0);
        }
        free(l.ways.at);
        free(o.at);
        paths_close(&r);
    }
}

static void tables_are_the_same_by_any_number_of_threads_and_through_saved_shards(void **state)
{
    (void)state;
    struct paths_run r = {0};
    struct random_world o;
    paths_random(&r, 77, 3000, &o);
    assert_true(o.events > 40000); // several pieces of the fold
    assert_int_equal(paths_fold(&r, RANDOM_END, 1, NULL), VOC_OK);
    char *one = paths_dump(&r);
    for (uint32_t threads = 2; threads <= 7; threads += 5) {
        assert_int_equal(paths_fold(&r, RANDOM_END, threads, NULL), VOC_OK);
        char *many = paths_dump(&r);
        assert_string_equal(many, one);
        free(many);
    }
    for (size_t n = 1; n <= 7; n += 3) {
        assert_int_equal(paths_shards(&r, RANDOM_END, n, NULL), VOC_OK);
        char *many = paths_dump(&r);
        assert_string_equal(many, one);
        free(many);
    }
    free(one);
    free(o.at);
    paths_close(&r);
}

static void without_medians_all_else_is_the_same_also_through_saved_shards(void **state)
{
    (void)state;
    struct paths_run with = {0}, r = {0};
    struct random_world o, p;
    static const char *const plain[] = {"median=no", NULL};
    paths_random(&with, 78, 300, &o);
    paths_random(&r, 78, 300, &p);
    assert_int_equal(paths_fold(&with, RANDOM_END, 1, NULL), VOC_OK);
    const voc_table full = paths_table(&with, "edges");
    for (size_t shards = 0; shards <= 3; shards += 3) {
        assert_int_equal(shards ? paths_shards(&r, RANDOM_END, shards, plain) : paths_fold(&r, RANDOM_END, 2, plain), VOC_OK);
        const voc_table t = paths_table(&r, "edges");
        assert_int_equal(t.n_rows, full.n_rows);
        assert_int_equal(t.n_columns + 1, full.n_columns);
        for (size_t i = 0; i < t.n_rows; i++) {
            static const char *const columns[] = {"count", "mean_gap", "units"};
            for (size_t c = 0; c < 3; c++) assert_int_equal(paths_cell(&t, i, columns[c])->i, paths_cell(&full, i, columns[c])->i);
        }
    }
    assert_int_equal(paths_load_bytes(&r, plain, paths_saved.ptr, paths_saved.len), VOC_OK);
    assert_int_equal(paths_load_bytes(&r, NULL, paths_saved.ptr, paths_saved.len), VOC_E_INPUT);
    free(o.at);
    free(p.at);
    paths_close(&with);
    paths_close(&r);
}

// Where every event is an act of a customer, means are counted over whole batches; rows of nobody lie between.
static void units_that_are_journeys_as_they_lie_count_as_if_walked_one_by_one(void **state)
{
    (void)state;
    enum { UNITS = 120 };
    static const char *const plain[] = {"median=no", NULL}, *const columns[] = {"count", "mean_gap", "units"};
    static const char *const name[] = {"look", "ask", "buy", "call"};
    static char unit[UNITS][8];
    struct paths_run r = {0};
    uint64_t seed = 5;
    world_new(&r.w, "unit='account'", "");
    for (size_t u = 0; u < UNITS; u++) {
        snprintf(unit[u], sizeof unit[u], "u%03zu", u);
        for (size_t k = 0; k <= u % 7; k++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            EVENT_OF(&r.w, .account = unit[u], .action = name[seed >> 62], .at = (int64_t)(seed >> 40 & 0xffff) * 60000007, .record = u * 8 + k);
        }
    }
    for (size_t k = 0; k < 9; k++) EVENT_OF(&r.w, .action = name[k & 3], .at = (int64_t)k * HOUR, .record = 1000 + k);
    assert_int_equal(paths_fold(&r, VOC_NA, 1, NULL), VOC_OK);
    const voc_table full = paths_table(&r, "edges");
    struct { int64_t n[3]; } had[64];
    char said[1200];
    assert_true(full.n_rows > 16 && full.n_rows <= 64);
    for (size_t i = 0; i < full.n_rows; i++)
        for (size_t c = 0; c < 3; c++) had[i].n[c] = paths_cell(&full, i, columns[c])->i;
    snprintf(said, sizeof said, "%.*s", (int)full.semantics.len, full.semantics.ptr);
    assert_int_equal(paths_fold(&r, VOC_NA, 2, plain), VOC_OK);
    const voc_table t = paths_table(&r, "edges");
    assert_int_equal(t.n_rows, full.n_rows);
    for (size_t i = 0; i < t.n_rows; i++)
        for (size_t c = 0; c < 3; c++) assert_int_equal(paths_cell(&t, i, columns[c])->i, had[i].n[c]);
    assert_int_equal(t.semantics.len, strlen(said));
    assert_memory_equal(t.semantics.ptr, said, t.semantics.len);
    paths_close(&r);
}

// Sums beyond 2^62 microseconds, and pairs too many to be tallied one beside the other.
static void means_are_exact_over_long_times_and_many_actions(void **state)
{
    (void)state;
    enum { UNITS = 60 };
    static const char *const plain[] = {"median=no", NULL};
    static char name[300][8], unit[UNITS][8];
    const int64_t age = INT64_C(7000) * 365 * DAY;
    for (size_t i = 0; i < 300; i++) snprintf(name[i], sizeof name[i], "a%03zu", i);
    for (size_t actions = 2; actions <= 300; actions += 298) {
        struct paths_run r = {0};
        world_new(&r.w, "unit='account'", "");
        for (size_t u = 0; u < UNITS; u++) {
            snprintf(unit[u], sizeof unit[u], "u%02zu", u);
            EVENT_OF(&r.w, .account = unit[u], .action = name[0], .at = 0, .record = u * 400);
            for (size_t k = 1; k < actions; k++)
                EVENT_OF(&r.w, .account = unit[u], .action = name[k], .at = age + (int64_t)(k * u), .record = u * 400 + k);
        }
        for (size_t shards = 0; shards <= 2; shards += 2) {
            assert_int_equal(shards ? paths_shards(&r, VOC_NA, shards, plain) : paths_fold(&r, VOC_NA, 1, plain), VOC_OK);
            const voc_table t = paths_table(&r, "edges");
            assert_int_equal(t.n_rows, actions + 1);
            for (size_t i = 0; i < t.n_rows; i++) {
                if (paths_text_is(&t, i, "from", "(start)") || paths_text_is(&t, i, "to", "(end)")) continue;
                assert_int_equal(paths_cell(&t, i, "count")->i, UNITS);
                assert_int_equal(paths_cell(&t, i, "units")->i, UNITS);
                assert_int_equal(paths_cell(&t, i, "mean_gap")->i, (paths_text_is(&t, i, "from", "a000") ? age : 0) + (UNITS - 1) / 2); // of 0 to 59, down
            }
        }
        paths_close(&r);
    }
}

static void bytes_that_are_no_state_of_this_run_are_refused(void **state)
{
    (void)state;
    struct paths_run r = {0};
    struct random_world o;
    static const char *const touches[] = {"events=all", NULL};
    paths_random(&r, 5, 4, &o);
    assert_int_equal(paths_shards(&r, VOC_NA, 1, NULL), VOC_OK);
    assert_int_equal(paths_load_bytes(&r, NULL, paths_saved.ptr, paths_saved.len), VOC_OK);
    assert_int_equal(paths_load_bytes(&r, touches, paths_saved.ptr, paths_saved.len), VOC_E_INPUT);
    assert_int_equal(paths_load_bytes(&r, by_segment, paths_saved.ptr, paths_saved.len), VOC_E_INPUT);
    for (size_t len = 0; len < paths_saved.len; len++) assert_int_equal(paths_load_bytes(&r, NULL, paths_saved.ptr, len), VOC_E_INPUT);
    free(o.at);
    paths_close(&r);
}

// ---- by hand -----------------------------------------------------------------------------------------------------------------

static void touches_stand_among_actions_by_their_own_name(void **state)
{
    (void)state;
    struct paths_run r = {0};
    static const char *const both[] = {"events=all", "all=yes", NULL}, *const only[] = {"events=touches", "all=yes", NULL};
    world_new(&r.w, "unit='account'", "");
    EVENT_OF(&r.w, .account = "a", .action = "look", .at = HOUR);
    EVENT_OF(&r.w, .account = "a", .action = "send", .touchpoint = "mail", .actor = VOC_ACTOR_COMPANY, .at = 2 * HOUR);
    EVENT_OF(&r.w, .account = "a", .action = "note", .actor = VOC_ACTOR_OTHER, .at = 3 * HOUR);
    EVENT_OF(&r.w, .account = "a", .action = "mail", .at = 5 * HOUR);
    assert_int_equal(paths_fold(&r, VOC_NA, 1, both), VOC_OK);
    voc_table t = paths_table(&r, "edges");
    assert_int_equal(t.n_rows, 4);
    assert_true(paths_text_is(&t, 0, "to", "look"));
    assert_true(paths_text_is(&t, 1, "to", "touchpoint:mail"));
    assert_true(paths_text_is(&t, 2, "to", "(end)"));
    assert_true(paths_text_is(&t, 3, "from", "touchpoint:mail"));
    assert_int_equal(paths_cell(&t, 3, "median_gap")->i, 3 * HOUR);
    assert_int_equal(paths_fold(&r, VOC_NA, 1, only), VOC_OK);
    t = paths_table(&r, "edges");
    assert_int_equal(t.n_rows, 2);
    assert_int_equal(paths_fold(&r, VOC_NA, 1, all), VOC_OK);
    t = paths_table(&r, "edges");
    assert_int_equal(t.n_rows, 3);
    assert_true(paths_text_is(&t, 1, "to", "mail"));
    paths_close(&r);
}

static void people_see_the_steps_that_make_up_80_per_cent_and_how_many_are_not_shown(void **state)
{
    (void)state;
    struct paths_run r = {0};
    char name[16];
    world_new(&r.w, "unit='account'", "");
    for (int i = 0; i < 10; i++) {
        snprintf(name, sizeof name, "a%d", i);
        EVENT_OF(&r.w, .account = name, .action = "look", .at = HOUR);
        EVENT_OF(&r.w, .account = name, .action = i < 8 ? "buy" : i == 8 ? "ask" : "leave", .at = 2 * HOUR);
    }
    assert_int_equal(paths_fold(&r, VOC_NA, 1, NULL), VOC_OK);
    voc_table t = paths_table(&r, "flow");
    assert_int_equal(t.n_rows, 3); // 10 + 8 + 8 of 30
    assert_true(paths_notes(&t, "4 rarer ones (4 times together) are"));
    assert_int_equal(paths_table(&r, "edges").n_rows, 7);
    assert_int_equal(paths_fold(&r, VOC_NA, 1, all), VOC_OK);
    assert_int_equal(r.result.n_tables, 1);
    paths_close(&r);
}

static void without_an_act_of_a_customer_it_says_what_can_be_followed(void **state)
{
    (void)state;
    struct paths_run r = {0};
    world_new(&r.w, "unit='account'", "");
    EVENT_OF(&r.w, .account = "a", .action = "send", .touchpoint = "mail", .actor = VOC_ACTOR_COMPANY, .at = HOUR);
    assert_int_equal(paths_fold(&r, VOC_NA, 1, NULL), VOC_E_OPTION);
    assert_non_null(strstr(paths_said(&r), "--events touches"));
    paths_close(&r);
    r = (struct paths_run){0};
    world_new(&r.w, RANDOM_HEAD, RANDOM_STAGES);
    EVENT_OF(&r.w, .account = "a", .action = "look", .at = HOUR);
    assert_int_equal(paths_fold(&r, VOC_NA, 1, NULL), VOC_E_OPTION);
    assert_non_null(strstr(paths_said(&r), "no journey has begun"));
    paths_close(&r);
}

static int setup(void **state)
{
    (void)state;
    return paths_load("flow");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_comes_out_edge_by_edge_in_order),
        cmocka_unit_test(random_journeys_give_what_counting_by_hand_gives),
        cmocka_unit_test(parts_of_journeys_give_what_cutting_them_by_hand_gives),
        cmocka_unit_test(tables_are_the_same_by_any_number_of_threads_and_through_saved_shards),
        cmocka_unit_test(without_medians_all_else_is_the_same_also_through_saved_shards),
        cmocka_unit_test(units_that_are_journeys_as_they_lie_count_as_if_walked_one_by_one),
        cmocka_unit_test(means_are_exact_over_long_times_and_many_actions),
        cmocka_unit_test(bytes_that_are_no_state_of_this_run_are_refused),
        cmocka_unit_test(touches_stand_among_actions_by_their_own_name),
        cmocka_unit_test(people_see_the_steps_that_make_up_80_per_cent_and_how_many_are_not_shown),
        cmocka_unit_test(without_an_act_of_a_customer_it_says_what_can_be_followed),
    };
    return cmocka_run_group_tests(tests, setup, paths_unload);
}
