// SPDX-License-Identifier: MIT
// The ways customers take: the reference of METHODS 4.2, journeys counted in another way, states that go through their bytes.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/lib/csv.h"
#include "tests/lib/json.h"
#include "tests/unit/plugins/paths_run.h"

static const char *const every_one[] = {"collapse=no", "top=0", NULL};

// "a>b" as the tables write it.
static void as_written(char *out, size_t size, const char *sequence)
{
    size_t n = 0;
    for (; *sequence && n + 4 < size; sequence++) {
        if (*sequence == '>') out[n++] = ' ';
        out[n++] = *sequence;
        if (*sequence == '>') out[n++] = ' ';
    }
    out[n] = 0;
}

static void the_reference_comes_out_in_order(void **state)
{
    (void)state;
    struct json *j = json_read_source("tests/truth/expected/sec04_journey.json");
    struct csv *c = csv_read_source("tests/truth/in/sec04_journeys.csv");
    static const char *const segments[] = {"ENT", "SMB"};
    assert_non_null(c);
    for (size_t s = 0; s < 2; s++) {
        struct paths_run r = {0};
        world_new(&r.w, "unit='account'", "");
        for (size_t i = 0; i < c->n_rows; i++) {
            char rest[200], *save = NULL;
            int64_t at = HOUR;
            if (strcmp(csv_get(c, i, "segment"), segments[s]) != 0) continue;
            snprintf(rest, sizeof rest, "%s", csv_get(c, i, "sequence"));
            for (char *act = strtok_r(rest, ">", &save); act; act = strtok_r(NULL, ">", &save), at += HOUR)
                EVENT_OF(&r.w, .account = csv_get(c, i, "journey"), .action = act, .at = at, .record = (uint64_t)at);
        }
        const struct json *wanted = json_get(json_get(j, segments[s]), "variants");
        int64_t sum = 0;
        assert_int_equal(paths_fold(&r, VOC_NA, 1, every_one), VOC_OK);
        const voc_table t = paths_table(&r, "sequences");
        assert_true(t.n_rows > 2);
        assert_int_equal(t.n_rows, json_length(wanted));
        for (size_t i = 0; i < t.n_rows; i++) {
            char text[400];
            as_written(text, sizeof text, json_string(json_at(json_at(wanted, i), 0)));
            assert_true(paths_text_is(&t, i, "sequence", text));
            assert_int_equal(paths_cell(&t, i, "count")->i, (int64_t)json_number(json_at(json_at(wanted, i), 1)));
            sum += paths_cell(&t, i, "count")->i;
            assert_true(paths_cell(&t, i, "cumulative_share")->r == (double)sum / json_num(json_get(j, segments[s]), "n"));
        }
        paths_close(&r);
    }
    csv_free(c);
    json_free(j);
}

// ---- journeys counted in another way ---------------------------------------------------------------------------------------

struct way { char text[RANDOM_EVENTS * 8]; const char *act[RANDOM_EVENTS], *unit; size_t length, n; bool open; int64_t lasted; };

static void way_of(struct way *w, const struct random_journey *j, bool collapse)
{
    size_t at = 0;
    *w = (struct way){.unit = j->unit, .n = 1, .open = j->open, .lasted = j->at[j->n - 1] - j->at[0]};
    for (size_t i = 0; i < j->n; i++) {
        if (collapse && i && strcmp(j->act[i], j->act[i - 1]) == 0) continue;
        at += (size_t)snprintf(w->text + at, sizeof w->text - at, "%s%s", w->length ? " > " : "", j->act[i]);
        w->act[w->length++] = j->act[i];
    }
}

static int same_way(const struct way *a, const struct way *b)
{
    if (a->length != b->length) return a->length < b->length ? -1 : 1;
    for (size_t i = 0; i < a->length; i++)
        if (strcmp(a->act[i], b->act[i]) != 0) return strcmp(a->act[i], b->act[i]);
    return (int)a->open - (int)b->open;
}

static int together(const void *x, const void *y)
{
    const struct way *a = x, *b = y;
    int c = same_way(a, b);
    return c ? c : (a->lasted > b->lasted) - (a->lasted < b->lasted);
}

static int by_order(const void *x, const void *y)
{
    const struct way *a = x, *b = y;
    return a->n != b->n ? (a->n > b->n ? -1 : 1) : same_way(a, b);
}

static size_t n_open(const struct random_limited *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->ways.n; i++) n += l->ways.at[i].open;
    return n;
}

// Merges equal ways; what is left has count, median and first unit.
static size_t merge_ways(struct way *w, size_t n)
{
    size_t kept = 0;
    qsort(w, n, sizeof *w, together);
    for (size_t i = 0, next; i < n; i = next) {
        struct way first = w[i];
        for (next = i; next < n && same_way(&w[i], &w[next]) == 0; next++)
            if (strcmp(w[next].unit, first.unit) < 0) first.unit = w[next].unit;
        first.n = next - i;
        first.lasted = (w[i + (first.n - 1) / 2].lasted + w[i + first.n / 2].lasted) / 2;
        w[kept++] = first;
    }
    qsort(w, kept, sizeof *w, by_order);
    return kept;
}

static void random_journeys_give_what_counting_by_hand_gives(void **state)
{
    (void)state;
    static const char *const options[2][3] = {{"collapse=no", "top=0", NULL}, {"collapse=yes", "top=7", NULL}};
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct paths_run r = {0};
        struct random_world o;
        paths_random(&r, seed, seed == 5 ? 2000 : 20 * seed, &o);
        struct way *w = calloc(o.n, sizeof *w);
        assert_non_null(w);
        for (int collapse = 0; collapse < 2; collapse++) {
            for (size_t i = 0; i < o.n; i++) way_of(&w[i], &o.at[i], collapse);
            size_t n = merge_ways(w, o.n);
            assert_int_equal(paths_fold(&r, RANDOM_END, 2, options[collapse]), VOC_OK);
            const voc_table t = paths_table(&r, "sequences");
            assert_int_equal(t.n_rows, collapse ? 7 : n);
            for (size_t i = 0; i < t.n_rows; i++) {
                assert_true(paths_text_is(&t, i, "sequence", w[i].text));
                assert_true(paths_text_is(&t, i, "example", w[i].unit));
                assert_int_equal(paths_cell(&t, i, "count")->i, w[i].n);
                assert_int_equal(paths_cell(&t, i, "length")->i, w[i].length);
                assert_int_equal(paths_cell(&t, i, "open")->i, w[i].open);
                assert_int_equal(paths_cell(&t, i, "median_duration")->i, w[i].lasted);
                assert_true(paths_cell(&t, i, "share")->r == (double)w[i].n / (double)o.n);
            }
            assert_int_equal(paths_notes(&t, "more ways are taken by"), collapse);
        }
        free(w);
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
        paths_random(&r, 200 + seed, 60 * seed, &o);
        paths_limit(&o, &paths_limits[seed - 1], &l);
        struct way *w = calloc(l.ways.n + 1, sizeof *w);
        assert_non_null(w);
        size_t given = 0;
        while (l.options[given]) given++;
        l.options[given++] = "top=0";
        for (int collapse = 0; collapse < 2; collapse++) {
            l.options[given] = collapse ? "collapse=yes" : "collapse=no";
            for (size_t i = 0; i < l.ways.n; i++) way_of(&w[i], &l.ways.at[i], collapse);
            const size_t n = merge_ways(w, l.ways.n);
            assert_int_equal(collapse ? paths_shards(&r, RANDOM_END, 3, l.options) : paths_fold(&r, RANDOM_END, 2, l.options), VOC_OK);
            const voc_table t = paths_table(&r, "sequences");
            assert_int_equal(t.n_rows, n);
            for (size_t i = 0; i < n; i++) {
                assert_true(paths_text_is(&t, i, "sequence", w[i].text));
                assert_int_equal(paths_cell(&t, i, "count")->i, w[i].n);
                assert_int_equal(paths_cell(&t, i, "open")->i, w[i].open);
                assert_int_equal(paths_cell(&t, i, "median_duration")->i, w[i].lasted);
                assert_true(paths_cell(&t, i, "share")->r == (double)w[i].n / (double)l.ways.n);
            }
        }
        assert_true(n_open(&l) > 0 || paths_limits[seed - 1].to);
        free(w);
        free(l.ways.at);
        free(o.at);
        paths_close(&r);
    }
}

static void limits_that_cannot_be_are_said_with_the_next_step(void **state)
{
    (void)state;
    static const struct { const char *const options[4], *says; } cases[] = {
        {{"from=lok", NULL}, "did you mean look"},       {{"to=touchpoint:none", NULL}, "is no touchpoint of this project"},
        {{"events=touches", "from=look", NULL}, "--events all"}, {{"from=bye", "to=entry", NULL}, "no journey leads from"},
        {{"to=never|neither", NULL}, "\"never\" is no action"}};
    struct paths_run r = {0};
    struct random_world o;
    paths_random(&r, 3, 30, &o);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(paths_fold(&r, RANDOM_END, 1, cases[i].options), VOC_E_OPTION);
        if (!strstr(paths_said(&r), cases[i].says)) fail_msg("%s", paths_said(&r));
    }
    free(o.at);
    paths_close(&r);
}

// More than one byte to a node, more ways than one group of those that wait, and each way from both sides of a merge.
static void ways_through_more_than_128_actions_are_told_apart(void **state)
{
    (void)state;
    static char name[300][8], unit[600][8];
    static const char *const every[] = {"top=0", NULL};
    struct paths_run r = {0};
    world_new(&r.w, "unit='account'", "");
    for (size_t a = 0; a < 300; a++) snprintf(name[a], sizeof name[a], "a%03zu", a);
    for (size_t u = 0; u < 600; u++) {
        snprintf(unit[u], sizeof unit[u], "u%03zu", u);
        for (size_t k = 0; k < 3; k++)
            EVENT_OF(&r.w, .account = unit[u], .action = name[(u % 300 + k * (u % 300 % 7 + 1)) % 300],
                     .at = (int64_t)(u * 10 + k * (u + 1)) * HOUR, .record = u * 3 + k);
    }
    for (size_t shards = 0; shards <= 3; shards += 3) {
        assert_int_equal(shards ? paths_shards(&r, VOC_NA, shards, every) : paths_fold(&r, VOC_NA, 1, every), VOC_OK);
        const voc_table t = paths_table(&r, "sequences");
        assert_int_equal(t.n_rows, 300);
        for (size_t i = 0; i < 300; i++) { // all are taken twice and have three steps: they stand by name
            char way[40];
            snprintf(way, sizeof way, "a%03zu > a%03zu > a%03zu", i, (i + i % 7 + 1) % 300, (i + 2 * (i % 7 + 1)) % 300);
            assert_true(paths_text_is(&t, i, "sequence", way));
            assert_true(paths_text_is(&t, i, "example", unit[i]));
            assert_int_equal(paths_cell(&t, i, "count")->i, 2);
            assert_int_equal(paths_cell(&t, i, "median_duration")->i, (int64_t)(2 * i + 302) * HOUR);
        }
    }
    paths_close(&r);
}

static void tables_are_the_same_by_any_number_of_threads_and_through_saved_shards(void **state)
{
    (void)state;
    struct paths_run r = {0};
    struct random_world o;
    paths_random(&r, 77, 3000, &o);
    assert_true(o.events > 40000); // several pieces of the fold
    assert_int_equal(paths_fold(&r, RANDOM_END, 1, every_one), VOC_OK);
    char *one = paths_dump(&r);
    for (uint32_t threads = 2; threads <= 7; threads += 5) {
        assert_int_equal(paths_fold(&r, RANDOM_END, threads, every_one), VOC_OK);
        char *many = paths_dump(&r);
        assert_string_equal(many, one);
        free(many);
    }
    for (size_t n = 1; n <= 7; n += 3) {
        assert_int_equal(paths_shards(&r, RANDOM_END, n, every_one), VOC_OK);
        char *many = paths_dump(&r);
        assert_string_equal(many, one);
        free(many);
    }
    free(one);
    free(o.at);
    paths_close(&r);
}

static void bytes_that_are_no_state_of_this_run_are_refused(void **state)
{
    (void)state;
    struct paths_run r = {0};
    struct random_world o;
    paths_random(&r, 5, 4, &o);
    assert_int_equal(paths_shards(&r, VOC_NA, 1, NULL), VOC_OK);
    assert_int_equal(paths_load_bytes(&r, NULL, paths_saved.ptr, paths_saved.len), VOC_OK);
    assert_int_equal(paths_load_bytes(&r, every_one, paths_saved.ptr, paths_saved.len), VOC_E_INPUT);
    for (size_t len = 0; len < paths_saved.len; len++) assert_int_equal(paths_load_bytes(&r, NULL, paths_saved.ptr, len), VOC_E_INPUT);
    free(o.at);
    paths_close(&r);
}

// What does not fit the short form of a journey: a way of more than 65,535 bytes, a name of more than 32,767, times between seconds.
static void what_is_long_or_no_whole_second_is_kept_as_it_is(void **state)
{
    (void)state;
    enum { STEPS = 66000, NAME = 33000 };
    static const char *const every[] = {"collapse=no", "top=0", NULL};
    struct paths_run r = {0};
    char *name = calloc(1, NAME + 1);
    assert_non_null(name);
    memset(name, 'n', NAME);
    world_new(&r.w, "unit='account'", "");
    for (int i = 0; i < STEPS; i++)
        for (int k = 0; k < 2; k++)
            EVENT_OF(&r.w, .account = k ? "z" : "y", .action = i % 2 ? "b" : "a", .at = (int64_t)i * 1000000,
                     .record = (uint64_t)(2 * i + k));
    for (int k = 0; k < 3; k++) {
        EVENT_OF(&r.w, .account = k == 2 ? name : k ? "x" : "o", .action = "c", .at = HOUR, .record = 1000000u + (uint64_t)k);
        EVENT_OF(&r.w, .account = k == 2 ? name : k ? "x" : "o", .action = "d", .at = HOUR + k * 250000, .record = 2000000u + (uint64_t)k);
    }
    for (size_t shards = 0; shards <= 3; shards += 3) {
        assert_int_equal(shards ? paths_shards(&r, VOC_NA, shards, every) : paths_fold(&r, VOC_NA, 1, every), VOC_OK);
        const voc_table t = paths_table(&r, "sequences");
        assert_int_equal(t.n_rows, 2);
        assert_int_equal(paths_cell(&t, 0, "count")->i, 3);
        assert_int_equal(paths_cell(&t, 0, "median_duration")->i, 250000);
        assert_int_equal(paths_cell(&t, 0, "example")->s.len, NAME);
        assert_int_equal(paths_cell(&t, 1, "count")->i, 2);
        assert_int_equal(paths_cell(&t, 1, "length")->i, STEPS);
        assert_int_equal(paths_cell(&t, 1, "median_duration")->i, (int64_t)(STEPS - 1) * 1000000);
        assert_true(paths_text_is(&t, 1, "example", "y"));
    }
    free(name);
    paths_close(&r);
}

// More units than one bucket is for.
static void ways_of_many_are_counted_whichever_bucket_they_lie_in(void **state)
{
    (void)state;
    static char unit[9000][8];
    static const char *const top[] = {"top=3", NULL}, *const act[] = {"a", "b", "c", "d", "e", "f", "g"};
    struct paths_run r = {0};
    world_new(&r.w, "unit='account'", "");
    for (size_t u = 0; u < 9000; u++) { // every tenth goes a way of many, the others spell their number
        snprintf(unit[u], sizeof unit[u], "u%04zu", u);
        size_t rest = u % 10 ? u : u % 20 ? 8 : 1;
        for (size_t k = 0; rest; k++, rest /= 7)
            EVENT_OF(&r.w, .account = unit[u], .action = act[rest % 7], .at = (int64_t)(k * k) * HOUR, .record = u * 10 + k);
    }
    for (uint32_t shards = 0; shards <= 2; shards += 2) {
        assert_int_equal(shards ? paths_shards(&r, VOC_NA, shards, top) : paths_fold(&r, VOC_NA, 2, top), VOC_OK);
        const voc_table t = paths_table(&r, "sequences");
        assert_int_equal(t.n_rows, 3);
        assert_true(paths_text_is(&t, 0, "sequence", "b"));
        assert_true(paths_text_is(&t, 0, "example", "u0000"));
        assert_int_equal(paths_cell(&t, 0, "count")->i, 904); // with 1, 8, 57 and 2801, which are ones in base 7
    }
    char *two = paths_dump(&r);
    assert_int_equal(paths_fold(&r, VOC_NA, 1, top), VOC_OK);
    char *one = paths_dump(&r);
    assert_string_equal(one, two);
    free(one);
    free(two);
    paths_close(&r);
}

// ---- by hand -----------------------------------------------------------------------------------------------------------------

static void a_long_way_is_shortened_for_people_and_whole_in_data(void **state)
{
    (void)state;
    struct paths_run r = {0};
    world_new(&r.w, "unit='account'", "");
    for (int i = 0; i < 12; i++) EVENT_OF(&r.w, .account = "a", .action = i % 2 ? "odd" : "even", .at = i * HOUR, .record = (uint64_t)i);
    assert_int_equal(paths_fold(&r, VOC_NA, 1, NULL), VOC_OK);
    const voc_table t = paths_table(&r, "variants"), whole = paths_table(&r, "sequences");
    assert_true(paths_text_is(&t, 0, "sequence", "even > odd > even > odd > ... 4 more ... > even > odd > even > odd"));
    assert_true(paths_text_is(&whole, 0, "sequence", "even > odd > even > odd > even > odd > even > odd > even > odd > even > odd"));
    assert_true(paths_notes(&t, "--collapse=no"));
    for (size_t i = 0; i < t.n_columns; i++) assert_false(str_is(t.columns[i].name, "open")); // there is no stage, so no end
    paths_close(&r);
}

static void names_decide_one_by_one_and_not_as_joined_text(void **state)
{
    (void)state;
    struct paths_run r = {0};
    world_new(&r.w, "unit='account'", ""); // joined, "a > z" would stand behind "a b > c" only by its blank
    EVENT_OF(&r.w, .account = "1", .action = "a!", .at = HOUR);
    EVENT_OF(&r.w, .account = "1", .action = "c", .at = 2 * HOUR);
    EVENT_OF(&r.w, .account = "2", .action = "a", .at = HOUR);
    EVENT_OF(&r.w, .account = "2", .action = "z", .at = 2 * HOUR);
    EVENT_OF(&r.w, .account = "3", .action = "a\x1f", .at = HOUR);
    EVENT_OF(&r.w, .account = "3", .action = "b", .at = 2 * HOUR);
    assert_int_equal(paths_fold(&r, VOC_NA, 1, NULL), VOC_OK);
    const voc_table t = paths_table(&r, "sequences");
    assert_true(paths_text_is(&t, 0, "example", "2"));
    assert_true(paths_text_is(&t, 1, "example", "3"));
    assert_true(paths_text_is(&t, 2, "example", "1"));
    paths_close(&r);
}

static int setup(void **state)
{
    (void)state;
    return paths_load("variants");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_comes_out_in_order),
        cmocka_unit_test(random_journeys_give_what_counting_by_hand_gives),
        cmocka_unit_test(parts_of_journeys_give_what_cutting_them_by_hand_gives),
        cmocka_unit_test(limits_that_cannot_be_are_said_with_the_next_step),
        cmocka_unit_test(ways_through_more_than_128_actions_are_told_apart),
        cmocka_unit_test(tables_are_the_same_by_any_number_of_threads_and_through_saved_shards),
        cmocka_unit_test(bytes_that_are_no_state_of_this_run_are_refused),
        cmocka_unit_test(what_is_long_or_no_whole_second_is_kept_as_it_is),
        cmocka_unit_test(ways_of_many_are_counted_whichever_bucket_they_lie_in),
        cmocka_unit_test(a_long_way_is_shortened_for_people_and_whole_in_data),
        cmocka_unit_test(names_decide_one_by_one_and_not_as_joined_text),
    };
    return cmocka_run_group_tests(tests, setup, paths_unload);
}
