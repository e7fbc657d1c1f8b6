// SPDX-License-Identifier: MIT
// Sessions against a slow second count of random journeys of several persons, by any number of states, through saved bytes, and
// with memory that fails.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/plugins/fold_mock.h"

const voc_plugin *voc_plugin_query(uint32_t host_abi_major);
static const voc_analysis_ops *ops;
static const voc_def_action actions[] = {{.name = VOC_LIT("a")}, {.name = VOC_LIT("b")}, {.name = VOC_LIT("c")}};
static const voc_str segments[] = {VOC_LIT("small"), VOC_LIT("other")};

enum { GAP, BY, TOP, N };
#define PERSONS 300u
static voc_value options[N];

static void ask(int64_t gap, bool by, int64_t top)
{
    memset(options, 0, sizeof options);
    options[GAP].i = gap;
    options[BY].i = by;
    options[TOP].i = top;
}

static int setup(void **state)
{
    (void)state;
    ops = voc_plugin_query(VOC_ABI_MAJOR)->ops;
    mock.def = (voc_definition){.struct_size = sizeof mock.def, .action_size = sizeof *actions, .unit = VOC_UNIT_ACCOUNT,
                                .actions = actions, .n_actions = 3, .segments = segments, .n_segments = 2};
    return 0;
}

static void random_journeys(uint32_t units)
{
    mock_clear();
    for (uint32_t u = 0; u < units; u++) {
        const uint32_t person = mock_below(PERSONS - 30), persons = u % 5 == 1 ? 30 : 3; // few to a unit, or many
        const bool long_one = u == 0;
        int64_t t = 0;
        mock_begin_unit();
        for (uint32_t e = long_one ? 700 : mock_below(20); e > 0; e--) {
            mock_event(t += long_one ? mock_below(2) : mock_below(9), mock_below(3), mock_below(5) ? VOC_ACTOR_CUSTOMER : VOC_ACTOR_COMPANY);
            mock.person[mock.n_events - 1] = long_one || mock_below(4) ? person + (long_one ? 0 : mock_below(persons)) : 0;
            mock.segment[mock.n_events - 1] = mock_below(2);
            if (mock_below(8) == 0) mock.class_[mock.n_events - 1] = VOC_CLASS_MECHANICAL;
        }
    }
}

// ---- the second count -------------------------------------------------------------------------------------------------------

struct counted {
    int64_t sessions, events, single, persons, first[3], last[3];
    int64_t lasted[MOCK_EVENTS], lengths[MOCK_EVENTS];
};
static struct counted counted;

static bool counts(size_t e, uint32_t person)
{
    return mock.actor[e] == VOC_ACTOR_CUSTOMER && mock.class_[e] != VOC_CLASS_MECHANICAL && mock.person[e] == person;
}

static int ascending(const void *x, const void *y)
{
    const int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

static void count_again(int64_t gap, int segment)
{
    bool had[PERSONS] = {false};
    memset(&counted, 0, sizeof counted);
    for (size_t u = 0; u < mock.n_units; u++)
        for (uint32_t person = 0; person < PERSONS; person++) {
            const size_t end = mock.units[u].first_event + mock.units[u].n_events;
            bool any = false;
            for (size_t e = mock.units[u].first_event; e < end; e++) {
                size_t before = SIZE_MAX, n = 0, last = e;
                if (!counts(e, person)) continue;
                for (size_t k = mock.units[u].first_event; k < e; k++)
                    if (counts(k, person)) before = k;
                if (before != SIZE_MAX && mock.time[e] - mock.time[before] <= gap) continue; // goes on
                for (size_t k = e; k < end; k++)
                    if (counts(k, person)) {
                        if (mock.time[k] - mock.time[last] > gap) break;
                        last = k;
                        n++;
                    }
                if (segment >= 0 && mock.segment[e] != (uint32_t)segment) continue;
                counted.lasted[counted.sessions] = mock.time[last] - mock.time[e];
                counted.lengths[counted.sessions++] = (int64_t)n;
                counted.events += (int64_t)n;
                counted.single += n == 1;
                counted.first[mock.action[e]]++;
                counted.last[mock.action[last]]++;
                any = true;
            }
            if (person ? any && !had[person] : any) counted.persons++;
            had[person] = had[person] || any;
        }
    qsort(counted.lasted, (size_t)counted.sessions, sizeof(int64_t), ascending);
    qsort(counted.lengths, (size_t)counted.sessions, sizeof(int64_t), ascending);
}

static double middle(const int64_t *of, int64_t n) { return n % 2 ? (double)of[n / 2] : ((double)of[n / 2 - 1] + (double)of[n / 2]) / 2; }

static void compare(size_t row)
{
    const int64_t n = counted.sessions;
    assert_int_equal(mock_int("sessions", row, "sessions"), n);
    assert_int_equal(mock_int("sessions", row, "events"), counted.events);
    assert_int_equal(mock_int("sessions", row, "single"), counted.single);
    assert_true(n > 0);
    assert_int_equal(strtod(mock_at("sessions", row, "events_median"), NULL) * 2, middle(counted.lengths, n) * 2);
    assert_int_equal(mock_int("sessions", row, "median_duration"), (int64_t)middle(counted.lasted, n));
}

static void every_figure_is_that_of_a_second_count(void **state)
{
    (void)state;
    for (int round = 0; round < 120; round++) {
        const int64_t gap = 1 + mock_below(9);
        long long begun[2] = {0};
        random_journeys(1 + mock_below(40));
        mock_begin_unit();
        mock_event(0, 0, VOC_ACTOR_CUSTOMER); // at least one
        ask(gap, round % 2, 0);
        assert_int_equal(mock_run(ops, options, 1, 9, 0), VOC_OK);
        if (round % 2) {
            int64_t all = mock_int("sessions", 0, "sessions");
            for (size_t row = 1; mock_at("sessions", row, "segment")[0]; row++) {
                count_again(gap, strcmp(mock_at("sessions", row, "segment"), "other") == 0);
                compare(row);
                all -= counted.sessions;
            }
            assert_int_equal(all, 0);
        }
        count_again(gap, -1);
        compare(0);
        assert_int_equal(mock_int("sessions", 0, "persons"), counted.persons);
        for (size_t row = 0; mock_at("ends", row, "side")[0]; row++) {
            const bool first = strcmp(mock_at("ends", row, "side"), "begin") == 0;
            if (round % 2 && strcmp(mock_at("ends", row, "segment"), "all") != 0) continue;
            const char action = mock_at("ends", row, "action")[0];
            assert_true(action >= 'a' && action <= 'c');
            assert_int_equal(mock_int("ends", row, "sessions"), first ? counted.first[action - 'a'] : counted.last[action - 'a']);
            begun[first] += mock_int("ends", row, "sessions");
        }
        assert_int_equal(begun[0], counted.sessions); // every session begins and ends once
        assert_int_equal(begun[1], counted.sessions);
    }
    assert_int_equal(mock.live, 0);
}

static void a_pause_of_exactly_the_gap_goes_on_and_events_before_observation_do_not_count(void **state)
{
    (void)state;
    mock_clear();
    mock_begin_unit();
    mock_event(-5, 0, VOC_ACTOR_CUSTOMER);
    mock_event(0, 0, VOC_ACTOR_CUSTOMER);
    mock_event(10, 1, VOC_ACTOR_CUSTOMER);
    mock_event(21, 2, VOC_ACTOR_CUSTOMER);
    ask(10, false, 0);
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_OK);
    assert_int_equal(mock_int("sessions", 0, "sessions"), 2);
    assert_int_equal(mock_int("sessions", 0, "events"), 3);
    assert_int_equal(mock_int("sessions", 0, "median_longer"), 10);
}

static char kept[200][MOCK_CELL];

static void any_number_of_states_and_saved_parts_give_the_same_tables(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        size_t n = 0;
        random_journeys(100);
        ask(4, round % 2, round % 3);
        for (size_t states = 1; states <= 5; states++)
            for (int portable = 0; portable < 2; portable++) {
                assert_int_equal(mock_run(ops, options, states, 7, portable), VOC_OK);
                if (!n) {
                    n = mock.n_cells;
                    assert_true(n > 10 && n <= 200);
                    memcpy(kept, mock.cell, n * sizeof *kept);
                }
                assert_int_equal(mock.n_cells, n);
                for (size_t i = 0; i < n; i++) assert_string_equal(mock.cell[i], kept[i]);
            }
    }
    assert_int_equal(mock.live, 0);
}

static void a_damaged_or_foreign_part_is_refused(void **state)
{
    (void)state;
    void *analysis, *a, *b;
    voc_journeys j;
    random_journeys(60);
    mock_view(&j, 0, mock.n_units);
    ask(4, true, 0);
    assert_int_equal(ops->begin(&mock_host, NULL, NULL, options, &analysis), VOC_OK);
    assert_int_equal(ops->state_new(analysis, &a), VOC_OK);
    assert_int_equal(ops->batch(analysis, a, &j), VOC_OK);
    mock.n_saved = 0;
    assert_int_equal(ops->save(analysis, a, NULL), VOC_OK);
    for (size_t size = 0; size <= mock.n_saved; size++) {
        assert_int_equal(ops->state_new(analysis, &b), VOC_OK);
        assert_int_equal(ops->load(analysis, b, mock.saved, size), size == mock.n_saved ? VOC_OK : VOC_E_INPUT);
        ops->state_free(analysis, b);
    }
    ops->state_free(analysis, a);
    ops->end(analysis);
    ask(5, true, 0); // another question
    assert_int_equal(ops->begin(&mock_host, NULL, NULL, options, &analysis), VOC_OK);
    assert_int_equal(ops->state_new(analysis, &b), VOC_OK);
    assert_int_equal(ops->load(analysis, b, mock.saved, mock.n_saved), VOC_E_INPUT);
    assert_non_null(strstr(mock.said, "SESSIONS-002"));
    ops->state_free(analysis, b);
    ops->end(analysis);
    assert_int_equal(mock.live, 0);
}

static void each_failing_allocation_is_out_of_memory_and_leaves_nothing(void **state)
{
    (void)state;
    long n = 1;
    random_journeys(100);
    ask(4, true, 0);
    for (;; n++) {
        mock.made = 0;
        mock.fail_at = n;
        const voc_rc rc = mock_run(ops, options, 2, 9, 1);
        mock.fail_at = 0;
        assert_int_equal(mock.live, 0);
        if (mock.made < n) {
            assert_int_equal(rc, VOC_OK);
            break;
        }
        assert_int_equal(rc, VOC_E_NOMEM);
    }
    assert_true(n > 20);
}

static void nothing_to_count_is_no_number_and_no_segments_is_said(void **state)
{
    (void)state;
    mock_clear();
    ask(4, false, 0);
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_OK);
    assert_int_equal(mock_int("sessions", 0, "sessions"), 0);
    assert_string_equal(mock_at("sessions", 0, "events_mean"), "-");
    assert_string_equal(mock_at("sessions", 0, "median_duration"), "-");
    mock.def.n_segments = 1;
    ask(4, true, 0);
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_E_OPTION);
    assert_non_null(strstr(mock.said, "SESSIONS-001"));
    mock.def.n_segments = 2;
    assert_int_equal(mock.live, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_figure_is_that_of_a_second_count),
        cmocka_unit_test(a_pause_of_exactly_the_gap_goes_on_and_events_before_observation_do_not_count),
        cmocka_unit_test(any_number_of_states_and_saved_parts_give_the_same_tables),
        cmocka_unit_test(a_damaged_or_foreign_part_is_refused),
        cmocka_unit_test(each_failing_allocation_is_out_of_memory_and_leaves_nothing),
        cmocka_unit_test(nothing_to_count_is_no_number_and_no_segments_is_said),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
