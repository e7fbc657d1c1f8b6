// SPDX-License-Identifier: MIT
// Where all touches would be too many comparisons a part is compared: always the same part, an honest one, never so little that a
// verdict is lost, and it is said. Worlds in which a call makes customers order; the plugin as built, in the host's fold.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plugins/common/splitmix.h"
#include "plugins/common/xxh64.h"
#include "tests/unit/plugins/score_run.h"

#define COMPANY VOC_ACTOR_COMPANY
#define PEOPLE 600
#define END_DAY 120.0

static const char JOURNEY[] = "<actions><action name='order' class='value' value='100'/><action name='leave' class='harm'/></actions>"
                              "<stages><stage id='s'><definition><event action='entry'/></definition></stage></stages>"
                              "<touchpoints><touchpoint id='call' kind='push' cost='5'><event actor='company' touchpoint='call'/></touchpoint></touchpoints>"
                              "<response window='10d'/>";

static void tell_customer(struct score_run *r, uint64_t seed, int i)
{
    struct splitmix draw = {seed * 1000003 + (uint64_t)i};
    char account[16];
    const double entry = i * 0.1, call = entry + 1 + 4 * splitmix_u01(&draw), late = 10 * splitmix_u01(&draw);
    snprintf(account, sizeof account, "A%04d", i);
    SE(r, .account = account, .action = "entry", .day = entry);
    const bool called = splitmix_u01(&draw) < 0.5, orders = splitmix_u01(&draw) < (called ? 0.4 : 0.2);
    if (called) SE(r, .account = account, .action = "call", .touchpoint = "call", .actor = COMPANY, .day = call);
    if (orders) SE(r, .account = account, .action = "order", .day = call + 0.01 + late);
}

static void tell(struct score_run *r, uint64_t seed, bool backwards)
{
    score_open(r, JOURNEY);
    for (int i = 0; i < PEOPLE; i++) tell_customer(r, seed, backwards ? PEOPLE - 1 - i : i);
}

static void score(struct score_run *r, uint32_t threads, const char *one, const char *other)
{
    const char *options[] = {one, other, NULL};
    voc_rc rc = score_fold(r, END_DAY, threads, options);
    if (rc) fail_msg("%s", score_said(r));
}

static double real(const struct score_run *r, const char *column) { return score_real(r, "touchpoints", "call", "all", column); }

static const voc_cell *range(const struct score_run *r, const char *column)
{
    return score_cell(r, "touchpoints", score_row(r, "touchpoints", "call", "all"), column);
}

// The summary is the table that people see.
static bool says(const struct score_run *r, const char *words)
{
    voc_table t;
    assert_int_equal(table_view(r->result.tables[0], &t), VOC_OK);
    for (size_t i = 0; i < t.n_notes; i++)
        if (strstr(t.notes[i].text.ptr, words)) return true;
    return false;
}

// -----------------------------------------------------------------------------------------------------------------------------

static void the_hash_gives_the_published_values(void **state)
{
    static const struct { const char *text; uint64_t hash; } all[] = {
        {"", UINT64_C(0xEF46DB3751D8E999)}, {"a", UINT64_C(0xD24EC4F1A98C6E5B)}, {"abc", UINT64_C(0x44BC2CF5AD770999)},
        {"message digest", UINT64_C(0x066ED728FCEEB3BE)}, {"abcdefghijklmnopqrstuvwxyz", UINT64_C(0xCFE1F278FA89835C)},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", UINT64_C(0xAAA46907D3047814)}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) assert_true(xxh64(all[i].text, strlen(all[i].text), 0) == all[i].hash);
    assert_true(xxh64("abc", 3, 1) != all[2].hash);
}

static void a_sample_is_the_same_for_any_threads_and_order_of_input(void **state)
{
    struct score_run r, other;
    struct buf one, many, turned;
    (void)state;
    tell(&r, 1, false);
    tell(&other, 1, true);
    buf_init(&one, 1 << 20);
    buf_init(&many, 1 << 20);
    buf_init(&turned, 1 << 20);
    score(&r, 1, "trials-max=9000", NULL);
    assert_true(says(&r, "A sample: "));
    score_dump(&r, &one);
    score(&r, 4, "trials-max=9000", NULL);
    score_dump(&r, &many);
    score(&other, 3, "trials-max=9000", NULL);
    score_dump(&other, &turned);
    assert_true(one.len > 2000);
    assert_int_equal(one.len, many.len);
    assert_memory_equal(one.ptr, many.ptr, one.len);
    assert_int_equal(one.len, turned.len);
    assert_memory_equal(one.ptr, turned.ptr, one.len);
    buf_done(&one);
    buf_done(&many);
    buf_done(&turned);
    score_close(&r);
    score_close(&other);
}

static void all_trials_gives_what_no_sample_gives_and_says_nothing_of_one(void **state)
{
    struct score_run r;
    struct buf whole, asked;
    (void)state;
    tell(&r, 2, false);
    buf_init(&whole, 1 << 20);
    buf_init(&asked, 1 << 20);
    score(&r, 2, NULL, NULL);
    score_dump(&r, &whole);
    assert_false(says(&r, "A sample: "));
    score(&r, 2, "trials-max=100", "all-trials=yes");
    score_dump(&r, &asked);
    assert_int_equal(whole.len, asked.len);
    assert_memory_equal(whole.ptr, asked.ptr, whole.len);
    buf_done(&whole);
    buf_done(&asked);
    score_close(&r);
}

static void a_sample_is_honest_and_its_range_wider_as_it_says(void **state)
{
    int covered = 0, worlds = 40;
    double wider = 0, part = 0;
    (void)state;
    for (int seed = 1; seed <= worlds; seed++) {
        struct score_run r;
        tell(&r, (uint64_t)seed, false);
        score(&r, 2, NULL, NULL);
        const double lift = range(&r, "lift")->r, width = log(range(&r, "lift")->hi / range(&r, "lift")->lo), all = real(&r, "fresh");
        const double cost = real(&r, "cost") / real(&r, "matched");
        score(&r, 2, "trials-max=6000", NULL);
        assert_true(real(&r, "fresh") < 0.5 * all && real(&r, "fresh") > 0.2 * all);
        assert_int_equal(real(&r, "touches"), all);
        // of the cost of the touches goes against the extra actions what those that were compared cost
        assert_true(fabs(real(&r, "cost") / real(&r, "matched") - cost) < 0.01 * cost);
        covered += range(&r, "lift")->lo <= lift && lift <= range(&r, "lift")->hi;
        wider += log(range(&r, "lift")->hi / range(&r, "lift")->lo) / width / worlds;
        part += real(&r, "fresh") / all / worlds;
        score_close(&r);
    }
    assert_true(covered >= worlds - 2);
    assert_true(part > 0.3 && part < 0.37);          // 6,000 of about 300 x 20 x 3
    assert_true(wider > 1.2 && wider < sqrt(1 / part) + 0.05);  // as the note says: comparators serve many, and are many still
}

static void where_the_part_is_too_small_for_a_verdict_all_is_compared(void **state)
{
    struct score_run r;
    (void)state;
    tell(&r, 3, false);
    score(&r, 2, NULL, NULL);
    const double fresh = real(&r, "fresh"), o = real(&r, "observed"), e = real(&r, "expected"), p = real(&r, "p");
    score(&r, 2, "trials-max=600", NULL);  // some ten touches
    assert_int_equal(real(&r, "fresh"), fresh);
    assert_true(fabs(real(&r, "observed") - o) < 1e-12 && fabs(real(&r, "expected") - e) < 1e-12 && fabs(real(&r, "p") - p) < 1e-15);
    assert_false(says(&r, "A sample: "));
    score_close(&r);
}

static void the_note_says_how_many_what_it_costs_and_what_to_do(void **state)
{
    struct score_run r;
    char words[100];
    (void)state;
    tell(&r, 4, false);
    score(&r, 2, "trials-max=6000", NULL);
    snprintf(words, sizeof words, "A sample: %.0f of %.0f touches", real(&r, "fresh"), real(&r, "touches"));
    assert_true(says(&r, words));
    assert_true(says(&r, "more than 6,000 comparisons"));
    snprintf(words, sizeof words, "at most about %.1f times as wide", sqrt(real(&r, "touches") / real(&r, "fresh")));
    assert_true(says(&r, words));
    assert_true(says(&r, "voc score PROJECT --all-trials"));
    score_close(&r);
}

static void the_sets_of_a_sample_are_those_behind_its_verdicts(void **state)
{
    struct score_run r;
    (void)state;
    tell(&r, 5, false);
    score(&r, 2, "trials-max=9000", NULL);
    const double fresh = real(&r, "fresh");
    score(&r, 2, "trials-max=9000", "sets=call");
    size_t n = score_n_rows(&r, "sets"), exposed = 0;
    for (size_t i = 0; i < n; i++) exposed += score_cell(&r, "sets", i, "member")->i == 0;
    assert_int_equal(exposed, fresh);
    assert_true(score_notes(&r, "sets", "--all-trials"));
    score_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hash_gives_the_published_values),
        cmocka_unit_test(a_sample_is_the_same_for_any_threads_and_order_of_input),
        cmocka_unit_test(all_trials_gives_what_no_sample_gives_and_says_nothing_of_one),
        cmocka_unit_test(a_sample_is_honest_and_its_range_wider_as_it_says),
        cmocka_unit_test(where_the_part_is_too_small_for_a_verdict_all_is_compared),
        cmocka_unit_test(the_note_says_how_many_what_it_costs_and_what_to_do),
        cmocka_unit_test(the_sets_of_a_sample_are_those_behind_its_verdicts),
    };
    return cmocka_run_group_tests(tests, score_setup, score_teardown);
}
