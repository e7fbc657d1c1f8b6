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
            int64_t at = 0;
            if (strcmp(csv_get(c, i, "segment"), segments[s]) != 0) continue;
            snprintf(rest, sizeof rest, "%s", csv_get(c, i, "sequence"));
            for (char *act = strtok_r(rest, ">", &save); act; act = strtok_r(NULL, ">", &save))
                EVENT_OF(&r.w, .account = csv_get(c, i, "journey"), .action = act, .at = at += HOUR, .record = (uint64_t)at);
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
            if (strcmp(json_string(json_at(one, 0)), json_string(json_at(json_at(variants, 0), 0))) == 0) assert_close(paths_cell(&t, 1, "mean_distance")->r, json_number(json_at(one, 1)), CLOSED_FORM);
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
    static const char *const options[][3] = {{NULL}, {"by=outcome", "collapse=no", NULL}, {"at=1d,2w", NULL}};
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
        cmocka_unit_test(saved_states_that_are_cut_or_changed_are_refused),
    };
    return cmocka_run_group_tests(tests, load, paths_unload);
}
