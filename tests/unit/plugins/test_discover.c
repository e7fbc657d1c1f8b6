// SPDX-License-Identifier: MIT
// The typical journey of METHODS 4.3 by the plugin; journeys made in another way; states that go through their bytes.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/lib/csv.h"
#include "tests/lib/json.h"
#include "tests/unit/plugins/paths_run.h"
#include "tests/lib/close.h"

static const char *const every_one[] = {"collapse=no", "by=nothing", NULL};

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

static void the_reference_medoids_come_out(void **state)
{
    (void)state;
    struct json *j = json_read_source("tests/truth/expected/sec04_journey.json");
    struct csv *c = csv_read_source("tests/truth/in/sec04_journeys.csv");
    static const char *const segments[] = {"ENT", "SMB"};
    assert_non_null(c);
    for (size_t s = 0; s < 2; s++) {
        struct paths_run r = {0};
        const struct json *medoid = json_get(json_get(j, segments[s]), "medoid"), *variants = json_get(json_get(j, segments[s]), "variants");
        char text[400];
        world_new(&r.w, "unit='account'", "");
        for (size_t i = 0; i < c->n_rows; i++) {
            char rest[200], *save = NULL;
            int64_t at = HOUR;
            if (strcmp(csv_get(c, i, "segment"), segments[s]) != 0) continue;
            snprintf(rest, sizeof rest, "%s", csv_get(c, i, "sequence"));
            for (char *act = strtok_r(rest, ">", &save); act; act = strtok_r(NULL, ">", &save), at += HOUR)
                EVENT_OF(&r.w, .account = csv_get(c, i, "journey"), .action = act, .at = at, .record = (uint64_t)at);
        }
        assert_int_equal(paths_fold(&r, VOC_NA, 1, every_one), VOC_OK);
        const voc_table t = paths_table(&r, "alternatives"), steps = paths_table(&r, "typical_steps");
        assert_int_equal(t.n_rows, 2);
        as_written(text, sizeof text, json_str(medoid, "sequence"));
        assert_true(paths_text_is(&t, 0, "way", text));
        assert_close(paths_cell(&t, 0, "mean_distance")->r, json_num(medoid, "mean_distance"), CLOSED_FORM);
        as_written(text, sizeof text, json_string(json_at(json_at(variants, 0), 0)));
        assert_true(paths_text_is(&t, 1, "way", text));
        for (size_t i = 0; i < json_length(json_get(medoid, "all")); i++) { // the most frequent one has its reference score too
            const struct json *one = json_at(json_get(medoid, "all"), i);
            if (strcmp(json_string(json_at(one, 0)), json_string(json_at(json_at(variants, 0), 0))) == 0)
                assert_close(paths_cell(&t, 1, "mean_distance")->r, json_number(json_at(one, 1)), CLOSED_FORM);
        }
        assert_int_equal(paths_cell(&steps, 1, "median_gap")->i, HOUR);
        paths_close(&r);
    }
    csv_free(c);
    json_free(j);
}

static void threads_and_shards_change_nothing(void **state)
{
    (void)state;
    static const char *const options[][3] = {{NULL}, {"by=outcome", "collapse=no", NULL}, {"at=1d,2w", NULL}, {"compare=fell silent,ended", "every=week", NULL}, {"since=2024-03-01", "compare=before,since", NULL}};
    struct paths_run r = {0};
    struct random_world o;
    paths_random(&r, 4, 300, &o);
    for (size_t k = 0; k < sizeof options / sizeof *options; k++) {
        assert_int_equal(paths_fold(&r, RANDOM_END, 1, options[k]), VOC_OK);
        char *one = paths_dump(&r);
        assert_int_equal(paths_fold(&r, RANDOM_END, 4, options[k]), VOC_OK);
        char *four = paths_dump(&r);
        assert_int_equal(paths_shards(&r, RANDOM_END, 3, options[k]), VOC_OK);
        char *three = paths_dump(&r);
        assert_true(strlen(one) > 1000);
        assert_string_equal(one, four);
        assert_string_equal(one, three);
        free(one);
        free(four);
        free(three);
    }
    free(o.at);
    paths_close(&r);
}

static int ascending(const void *x, const void *y)
{
    const int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

// Entries of the one stage are the journeys; each ends by the exit, by silence or not at all, and together they lasted as long as
// the journeys did. Nobody is counted twice or lost.
static void stays_are_the_journeys_that_were_made(void **state)
{
    (void)state;
    struct paths_run r = {0};
    struct random_world o;
    paths_random(&r, 9, 400, &o);
    int64_t *took = calloc(o.n, sizeof *took);
    size_t n = 0, open = 0;
    for (size_t i = 0; i < o.n; i++) {
        const struct random_journey *w = &o.at[i];
        const bool ended = strcmp(w->act[w->n - 1], "bye") == 0;
        open += w->open;
        if (!w->open) took[n++] = w->at[w->n - 1] + (ended ? 0 : 30 * DAY) - w->at[0];
    }
    assert_int_equal(paths_fold(&r, RANDOM_END, 2, every_one), VOC_OK);
    const voc_table t = paths_table(&r, "dwell"), typical = paths_table(&r, "typical"), incidence = paths_table(&r, "incidence");
    assert_int_equal(t.n_rows, 1);
    assert_int_equal(paths_cell(&t, 0, "stays")->i, o.n);
    assert_int_equal(paths_cell(&t, 0, "open")->i, open);
    assert_int_equal(paths_cell(&typical, 0, "journeys")->i, o.n);
    qsort(took, n, sizeof *took, ascending);
    const int64_t median = paths_cell(&t, 0, "median")->i;
    assert_true(median >= took[(n - 1) / 2]); // who is still there can only make it longer
    for (size_t i = 0; i < incidence.n_rows; i++) {
        const double moved = paths_cell(&incidence, i, "moved_on")->r, left = paths_cell(&incidence, i, "left")->r, there = paths_cell(&incidence, i, "still_there")->r;
        assert_close(moved, 0, 0); // there is no second stage
        assert_close(left + there, 1, CLOSED_FORM);
    }
    free(took);
    free(o.at);
    paths_close(&r);
}

static const char *how(const struct random_journey *w) { return w->open ? "still open" : strcmp(w->act[w->n - 1], "bye") == 0 ? "ended" : "fell silent"; }

static void what_is_done_on_two_sides_is_counted_once_a_journey(void **state)
{
    (void)state;
    static const char *const options[] = {"compare=ended,fell silent", "collapse=no", NULL};
    static const char *const acts[] = {"ask", "buy", "bye", "entry", "look"};
    struct paths_run r = {0};
    struct random_world o;
    paths_random(&r, 12, 200, &o);
    assert_int_equal(paths_fold(&r, RANDOM_END, 2, options), VOC_OK);
    const voc_table t = paths_table(&r, "action_differences"), stages = paths_table(&r, "time_differences");
    int64_t n[2] = {0};
    for (size_t i = 0; i < o.n; i++) {
        n[0] += strcmp(how(&o.at[i]), "ended") == 0;
        n[1] += strcmp(how(&o.at[i]), "fell silent") == 0;
    }
    assert_true(n[0] > 5 && n[1] > 5);
    assert_int_equal(paths_cell(&stages, 0, "n_a")->i, n[0]);
    assert_int_equal(paths_cell(&stages, 0, "n_b")->i, n[1]);
    assert_int_equal(t.n_rows, sizeof acts / sizeof *acts);
    for (size_t k = 0; k < t.n_rows; k++) {
        double with[2] = {0};
        size_t row = 0;
        while (row < t.n_rows && !(paths_cell(&t, row, "what")->s.len == strlen(acts[k]) &&
                                   memcmp(paths_cell(&t, row, "what")->s.ptr, acts[k], strlen(acts[k])) == 0))
            row++;
        assert_true(row < t.n_rows);
        for (size_t i = 0; i < o.n; i++) {
            bool did = false;
            for (size_t e = 0; e < o.at[i].n; e++) did = did || strcmp(o.at[i].act[e], acts[k]) == 0;
            with[0] += did && strcmp(how(&o.at[i]), "ended") == 0;
            with[1] += did && strcmp(how(&o.at[i]), "fell silent") == 0;
        }
        assert_close(paths_cell(&t, row, "share_a")->r, with[0] / (double)n[0], CLOSED_FORM);
        assert_close(paths_cell(&t, row, "share_b")->r, with[1] / (double)n[1], CLOSED_FORM);
        assert_close(paths_cell(&t, row, "difference")->r, 100 * (with[0] / (double)n[0] - with[1] / (double)n[1]), CLOSED_FORM);
        const voc_cell *d = paths_cell(&t, row, "difference");
        assert_true(d->lo <= d->r && d->r <= d->hi);
    }
    free(o.at);
    paths_close(&r);
}

static void what_cannot_be_asked_is_refused_with_what_can(void **state)
{
    (void)state;
    static const char *const wrong[][3] = {{"compare=ended,nobody", NULL}, {"compare=ended", NULL}, {"compare=ended,ended", NULL}, {"compare=before,since", NULL}, {"target=nowhere:50%", NULL},
                                           {"target=in:150%", NULL},       {"target=in:", NULL},    {"at=10", NULL},               {"at=d", NULL},               {"at=1d 2d 3d 4d 5d 6d 7d 8d 9d 10d 11d 12d 13d", NULL}};
    struct paths_run r = {0};
    struct random_world o;
    paths_random(&r, 3, 5, &o);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(paths_fold(&r, RANDOM_END, 1, wrong[i]), VOC_E_OPTION);
        assert_non_null(strstr(paths_said(&r), "DISCOVER-00"));
        assert_non_null(strstr(paths_said(&r), "--"));
    }
    free(o.at);
    paths_close(&r);
}

static void saved_states_that_are_cut_or_changed_are_refused(void **state)
{
    (void)state;
    struct paths_run r = {0};
    struct random_world o;
    uint64_t seed = 1;
    paths_random(&r, 2, 30, &o);
    assert_int_equal(paths_shards(&r, RANDOM_END, 2, every_one), VOC_OK);
    struct buf kept;
    buf_init(&kept, 1 << 26);
    assert_int_equal(buf_add(&kept, paths_saved.ptr, paths_saved.len), VOC_OK);
    assert_int_equal(paths_load_bytes(&r, every_one, kept.ptr, kept.len), VOC_OK);
    for (size_t n = 0; n < kept.len; n += 7) assert_int_equal(paths_load_bytes(&r, every_one, kept.ptr, n), VOC_E_INPUT);
    for (size_t i = 0; i < 500; i++) { // refused, or another number: never out of bounds
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        unsigned char *at = (unsigned char *)kept.ptr + (seed >> 33) % kept.len, was = *at;
        *at ^= (unsigned char)(1u << (seed >> 20) % 8);
        voc_rc rc = paths_load_bytes(&r, every_one, kept.ptr, kept.len);
        assert_true(rc == VOC_OK || rc == VOC_E_INPUT);
        *at = was;
    }
    buf_done(&kept);
    free(o.at);
    paths_close(&r);
}

static int load(void **state) { (void)state; return paths_load("discover"); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_medoids_come_out),
        cmocka_unit_test(threads_and_shards_change_nothing),
        cmocka_unit_test(stays_are_the_journeys_that_were_made),
        cmocka_unit_test(what_is_done_on_two_sides_is_counted_once_a_journey),
        cmocka_unit_test(what_cannot_be_asked_is_refused_with_what_can),
        cmocka_unit_test(saved_states_that_are_cut_or_changed_are_refused),
    };
    return cmocka_run_group_tests(tests, load, paths_unload);
}
