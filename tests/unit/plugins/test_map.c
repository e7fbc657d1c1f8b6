// SPDX-License-Identifier: MIT
// The journey map against a case counted by hand: what was done in which stage, by how many, what followed a touch in time, when half
// have left, what it cost; the same by any number of states, and with memory that fails.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/plugins/fold_mock.h"

#define DAY INT64_C(86400000000)

const voc_plugin *voc_plugin_query(uint32_t host_abi_major);
static const voc_analysis_ops *ops;
static const voc_def_action actions[] = {{.name = VOC_LIT("read")}, {.name = VOC_LIT("order")}, {.name = VOC_LIT("open")}};
static const voc_def_touchpoint touchpoints[] = {{.id = VOC_LIT("mail"), .title = VOC_LIT("the mail"), .unit_cost = 2000000}, {.id = VOC_LIT("call"), .unit_cost = VOC_NA},
                                                 {.id = VOC_LIT("report"), .kind = VOC_TOUCH_WORK, .unit_cost = 9000000}};
static const voc_str segments[] = {VOC_LIT("other")};
static const voc_def_stage stages[] = {{.id = VOC_LIT("look"), .title = VOC_LIT("Look"), .aim = VOC_NONE, .window_us = 7 * DAY}, {.id = VOC_LIT("buy"), .aim = VOC_NONE, .window_us = 7 * DAY}};
static voc_value options[2] = {{.i = 2}, {.i = 0}}; // top, verdicts

enum { READ, ORDER, OPEN };
enum { LOOK, BUY };

static void act(int64_t day, uint32_t action, uint8_t class_, uint32_t stage, uint32_t person)
{
    const size_t e = mock.n_events++;
    mock.time[e] = day * DAY, mock.actor[e] = VOC_ACTOR_CUSTOMER, mock.action[e] = action, mock.class_[e] = class_,
    mock.stage[e] = stage, mock.person[e] = person;
    mock.touchpoint[e] = VOC_NONE, mock.delivered[e] = 1, mock.cost[e] = VOC_NA, mock.resolution[e] = VOC_RES_DAY;
    mock.units[mock.n_units - 1].n_events++;
}

static void touch(int64_t day, uint32_t touchpoint, uint32_t stage, uint8_t delivered, int64_t cost)
{
    act(day, OPEN, VOC_CLASS_NEUTRAL, stage, 1);
    const size_t e = mock.n_events - 1;
    mock.actor[e] = VOC_ACTOR_COMPANY, mock.touchpoint[e] = touchpoint, mock.delivered[e] = delivered, mock.cost[e] = cost;
}

static void stay(uint32_t stage, int64_t in, int64_t out, uint32_t end)
{
    mock.stays[mock.n_stays++] = (voc_stay){.in_us = in * DAY, .out_us = out * DAY, .stage = stage, .end = end, .exit = VOC_NONE};
    mock.units[mock.n_units - 1].n_stays++;
}

static void unit(const char *name)
{
    mock.units[mock.n_units++] = (voc_unit){.name = {name, strlen(name)}, .first_event = mock.n_events, .first_stay = mock.n_stays,
                                            .known_from_us = VOC_NA};
}

static int setup(void **state)
{
    (void)state;
    ops = voc_plugin_query(VOC_ABI_MAJOR)->ops;
    memset(&mock, 0, sizeof mock);
    options[1].i = 0;
    mock.def = (voc_definition){.struct_size = sizeof mock.def, .stage_size = sizeof *stages, .action_size = sizeof *actions,
                                .touchpoint_size = sizeof *touchpoints, .unit = VOC_UNIT_ACCOUNT, .id = VOC_LIT("shop"),
                                .version = VOC_LIT("1"), .currency = VOC_LIT("EUR"), .actions = actions, .n_actions = 3,
                                .touchpoints = touchpoints, .n_touchpoints = 3, .stages = stages, .n_stages = 2,
                                .segments = segments, .n_segments = 1};
    mock.info.start_us = INT64_MIN + 1;
    unit("a"); // two people read; a mail is answered on the 7th day, another on the day of the act: too late to be an answer
    act(0, READ, VOC_CLASS_VALUE, LOOK, 1);
    touch(1, 0, LOOK, 1, VOC_NA);
    act(1, OPEN, VOC_CLASS_MECHANICAL, LOOK, 1); // a machine may have opened it
    act(8, READ, VOC_CLASS_VALUE, LOOK, 2);
    touch(8, 0, LOOK, 1, 5000000);
    touch(9, 0, LOOK, 0, VOC_NA);   // came back
    touch(9, 2, LOOK, 1, VOC_NA);   // work that no customer sees
    act(20, ORDER, VOC_CLASS_VALUE, BUY, 1);
    stay(LOOK, 0, 20, VOC_END_FORWARD);
    stay(BUY, 20, 30, VOC_END_CENSORED);
    unit("b");
    act(0, READ, VOC_CLASS_VALUE, LOOK, 3);
    touch(2, 1, LOOK, 1, VOC_NA);
    stay(LOOK, 0, 10, VOC_END_LAPSED);
    unit("c");
    act(0, READ, VOC_CLASS_VALUE, LOOK, 4);
    stay(LOOK, 0, 30, VOC_END_CENSORED);
    return 0;
}

static const char *at(size_t row, size_t column) { return mock.cell[row * 9 + column]; }

static size_t row_of(const char *lane, const char *stage, const char *what)
{
    for (size_t r = 0; r * 9 < mock.n_cells; r++)
        if (!strcmp(at(r, 0), lane) && !strcmp(at(r, 1), stage) && !strcmp(at(r, 2), what)) return r;
    fail_msg("no line %s, %s, %s", lane, stage, what);
    return 0;
}

static void is(const char *lane, const char *stage, const char *what, const char *words, const char *times, const char *people,
               const char *units, const char *value, const char *grade)
{
    const char *expected[] = {words, times, people, units, value, grade};
    const size_t r = row_of(lane, stage, what);
    for (size_t k = 0; k < 6; k++)
        if (strcmp(at(r, k + 3), expected[k]) != 0) fail_msg("%s, %s, %s: \"%s\" is not \"%s\"", lane, stage, what, at(r, k + 3), expected[k]);
}

static void every_line_is_what_a_hand_counts(void **state)
{
    (void)state;
    for (size_t states = 1; states <= 3; states++) {
        assert_int_equal(mock_run(ops, options, states, 1, 0), VOC_OK);
        is("customers there", "Look", "came", "3 accounts, 1 still there", "-", "-", "-", "3.000000", "-");
        is("customers there", "buy", "came", "1 account, 1 still there", "-", "-", "-", "1.000000", "-");
        is("they do", "Look", "read", "3 \xC2\xB7 read", "4", "4", "3", "1.000000", "anecdote");
        is("they do", "buy", "order", "1 \xC2\xB7 order", "1", "1", "1", "1.000000", "anecdote");
        is("they meet", "Look", "the mail", "2 \xC2\xB7 the mail \xC2\xB7 50% acted", "2", "1", "1", "0.500000", "anecdote");
        is("they meet", "Look", "call", "1 \xC2\xB7 call \xC2\xB7 0% acted", "1", "1", "1", "0.000000", "anecdote");
        is("time in stage", "Look", "time", "half have left after 20 d", "-", "-", "-", "20.000000", "-"); // 2/3, then 1/3
        is("time in stage", "buy", "time", "more than half are still there", "-", "-", "-", "-", "-");
        is("leave without going on", "Look", "leave", "50% (1 of 2 ended)", "-", "-", "-", "0.500000", "-");
        is("cost of touches", "Look", "cost", "9 EUR, 3.00 for each; some costs are not known", "-", "-", "-", "9.000000", "-"); // what came back was paid for too
        assert_int_equal(mock.n_cells, 10 * 9);
    }
}

static void who_wins_by_an_exit_has_not_left_without_going_on(void **state)
{
    (void)state;
    static const voc_def_exit exits[] = {{.id = VOC_LIT("signed"), .outcome = VOC_LIT("won")}, {.id = VOC_LIT("lost"), .outcome = VOC_LIT("lost")}, {.id = VOC_LIT("joined"), .outcome = VOC_LIT("other")}};
    static const char *const said[] = {"0% (0 of 2 ended)", "50% (1 of 2 ended)", "0% (0 of 2 ended)"};
    mock.def.exits = exits, mock.def.exit_size = sizeof *exits, mock.def.n_exits = 3, mock.def.win_exit = 2;
    mock.stays[2].end = VOC_END_EXIT; // of b
    for (uint32_t i = 0; i < 3; i++) {
        mock.stays[2].exit = i;
        assert_int_equal(mock_run(ops, options, 2, 1, 0), VOC_OK);
        assert_string_equal(at(row_of("leave without going on", "Look", "leave"), 3), said[i]);
    }
}

// ---- what score found --------------------------------------------------------------------------------------------------

#define TEXT(literal) {.type = VOC_CELL_TEXT, .s = VOC_LIT(literal)}
enum { WORTH_COLUMNS = 8 };
static const voc_column worth_columns[WORTH_COLUMNS] = {{.name = VOC_LIT("lift"), .type = VOC_CELL_RANGE}, {.name = VOC_LIT("touchpoint"), .type = VOC_CELL_TEXT}, {.name = VOC_LIT("stage"), .type = VOC_CELL_TEXT},
                                                        {.name = VOC_LIT("code"), .type = VOC_CELL_TEXT}, {.name = VOC_LIT("verdict"), .type = VOC_CELL_TEXT}, {.name = VOC_LIT("verb"), .type = VOC_CELL_TEXT},
                                                        {.name = VOC_LIT("spent"), .type = VOC_CELL_MONEY}, {.name = VOC_LIT("reason"), .type = VOC_CELL_TEXT}};
static const voc_cell in_stages[3 * WORTH_COLUMNS] = { // of a touchpoint that the map does not know too
    {.type = VOC_CELL_RANGE, .r = 0.5, .lo = 0.2, .hi = 0.9}, TEXT("mail"), TEXT("look"), TEXT("W1"), TEXT("WASTE"), TEXT("stop or change"), {.type = VOC_CELL_MONEY, .i = 1234000000}, TEXT("fewer act"),
    {.type = VOC_CELL_NA}, TEXT("letter"), TEXT("look"), TEXT("U1"), TEXT("UNPROVEN"), TEXT("test"), {.type = VOC_CELL_NA}, TEXT("too little"),
    {.type = VOC_CELL_NA}, TEXT("mail"), TEXT("gone"), TEXT("U1"), TEXT("UNPROVEN"), TEXT("test"), {.type = VOC_CELL_NA}, TEXT("too little")};
static const voc_cell in_all[2 * WORTH_COLUMNS] = {
    {.type = VOC_CELL_NA}, TEXT("call"), TEXT("all"), TEXT("V0"), TEXT("VALUE"), TEXT("keep"), {.type = VOC_CELL_NA}, TEXT("strong"),
    {.type = VOC_CELL_NA}, TEXT("mail"), TEXT("all"), TEXT("V1"), TEXT("VALUE"), TEXT("do more"), {.type = VOC_CELL_NA}, TEXT("strong")};
#define WORTH(name_, cells_, rows_) {.struct_size = sizeof(voc_table), .column_size = sizeof(voc_column), .cell_size = sizeof(voc_cell), .name = VOC_LIT(name_), .columns = worth_columns, .n_columns = WORTH_COLUMNS, .cells = cells_, .n_rows = rows_}
static const voc_table by_stage = WORTH("stages", in_stages, 3), over_all = WORTH("touchpoints", in_all, 2);

static size_t line_of(const char *lane, const char *what)
{
    for (size_t r = 0; r * 13 < mock.n_cells; r++)
        if (!strcmp(mock_at("map", r, "lane"), lane) && !strcmp(mock_at("map", r, "what"), what)) return r;
    fail_msg("no line %s, %s", lane, what);
    return 0;
}

static void a_touchpoint_has_the_verdict_of_its_stage_else_that_of_all(void **state)
{
    (void)state;
    options[1].i = 1;
    mock.beside[0] = &by_stage, mock.beside[1] = &over_all;
    for (size_t states = 1; states <= 2; states++) {
        assert_int_equal(mock_run(ops, options, states, 1, 0), VOC_OK);
        const size_t mail = line_of("they meet", "the mail"), call = line_of("they meet", "call"), waste = line_of("what that is worth", "waste");
        assert_string_equal(mock_at("map", mail, "verdict"), "waste here: stop or change");
        assert_string_equal(mock_at("map", mail, "code"), "W1");
        assert_string_equal(mock_at("map", mail, "reason"), "fewer act");
        assert_string_equal(mock_at("map", call, "verdict"), "value over all stages: keep");
        assert_string_equal(mock_at("map", call, "code"), "V0");
        assert_string_equal(mock_at("map", waste, "verdict"), "waste: the mail (1,234 EUR)");
        assert_string_equal(mock_at("map", line_of("they do", "read"), "verdict"), "-");
        assert_int_equal(mock.n_cells, 11 * 13); // nothing else is judged in a stage
        assert_null(strstr(mock.noted, "are worth is not"));
    }
}

static void a_map_without_verdicts_says_why_and_what_to_do(void **state)
{
    (void)state;
    options[1].i = 1;
    mock.why = "there is nothing to judge by";
    mock.next = "mark what is worth it to customers";
    assert_int_equal(mock_run(ops, options, 2, 1, 0), VOC_OK);
    assert_int_equal(mock.n_cells, 10 * 9);
    assert_non_null(strstr(mock.noted, "What the touches are worth is not on it, since voc score has no answer: there is nothing to judge by.\n"));
    assert_non_null(strstr(mock.noted, "\nmark what is worth it to customers\n"));
    options[1].i = 0;
    assert_int_equal(mock_run(ops, options, 2, 1, 0), VOC_OK);
    assert_non_null(strstr(mock.noted, "as was asked (--verdicts=no)"));
    assert_null(strstr(mock.noted, "there is nothing to judge by"));
}

static void take(int64_t day, uint32_t touchpoint, uint8_t class_, uint32_t person)
{
    act(day, OPEN, class_, LOOK, person);
    mock.touchpoint[mock.n_events - 1] = touchpoint;
}

static void what_customers_take_has_a_lane_and_what_nobody_takes_is_named(void **state)
{
    static const voc_def_touchpoint with_pull[] = {{.id = VOC_LIT("mail"), .title = VOC_LIT("the mail"), .kind = VOC_TOUCH_PUSH, .unit_cost = 2000000}, {.id = VOC_LIT("call"), .kind = VOC_TOUCH_PUSH, .unit_cost = VOC_NA},
                                                   {.id = VOC_LIT("report"), .kind = VOC_TOUCH_WORK, .unit_cost = 9000000}, {.id = VOC_LIT("guide"), .title = VOC_LIT("the guide"), .kind = VOC_TOUCH_PULL, .unit_cost = VOC_NA},
                                                   {.id = VOC_LIT("letter"), .kind = VOC_TOUCH_PULL, .unit_cost = VOC_NA}};
    static const voc_cell worth[2 * WORTH_COLUMNS] = {
        {.type = VOC_CELL_NA}, TEXT("guide"), TEXT("all"), TEXT("V3"), TEXT("VALUE"), TEXT("keep"), {.type = VOC_CELL_NA}, TEXT("strong"),
        {.type = VOC_CELL_NA}, TEXT("letter"), TEXT("all"), TEXT("W0"), TEXT("WASTE"), TEXT("stop or change"), {.type = VOC_CELL_NA}, TEXT("nobody took it")};
    static const voc_table none = WORTH("stages", worth, 0), pulls = WORTH("touchpoints", worth, 2);
    (void)state;
    options[1].i = 1;
    mock.beside[0] = &none, mock.beside[1] = &pulls;
    mock.def.touchpoints = with_pull;
    mock.def.n_touchpoints = 5;
    take(3, 3, VOC_CLASS_NEUTRAL, 4);
    take(4, 3, VOC_CLASS_VALUE, 5);
    take(5, 3, VOC_CLASS_PASSAGE, 5);    // on the way to something else
    take(6, 3, VOC_CLASS_MECHANICAL, 5); // a machine may have taken it
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_OK);
    const size_t guide = line_of("they take", "the guide");
    assert_string_equal(mock_at("map", guide, "words"), "1 \xC2\xB7 the guide");
    assert_string_equal(mock_at("map", guide, "times"), "2");
    assert_string_equal(mock_at("map", guide, "people"), "2");
    assert_string_equal(mock_at("map", guide, "value"), "0.333333"); // of three accounts
    assert_string_equal(mock_at("map", guide, "verdict"), "value over all stages: keep");
    assert_non_null(strstr(mock.noted, "On offer, and taken by nobody: letter (waste over all stages: stop or change)."));
}

static void a_project_without_stages_is_told_what_to_do(void **state)
{
    (void)state;
    mock.def.n_stages = 0;
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_E_OPTION);
    assert_non_null(strstr(mock.said, "MAP-001"));
    assert_non_null(strstr(mock.said, "voc journey use"));
    assert_int_equal(mock.live, 0);
}

static void memory_running_out_is_said_and_leaks_nothing(void **state)
{
    (void)state;
    options[1].i = 1;
    mock.beside[0] = &by_stage, mock.beside[1] = &over_all;
    mock.made = 0;
    assert_int_equal(mock_run(ops, options, 2, 1, 0), VOC_OK);
    assert_int_equal(mock.live, 0);
    const long all = mock.made;
    assert_true(all > 8);
    for (long i = 1; i <= all; i++) {
        mock.made = 0;
        mock.fail_at = i;
        assert_int_equal(mock_run(ops, options, 2, 1, 0), VOC_E_NOMEM);
        assert_int_equal(mock.live, 0);
    }
    mock.fail_at = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_line_is_what_a_hand_counts, setup),
        cmocka_unit_test_setup(who_wins_by_an_exit_has_not_left_without_going_on, setup),
        cmocka_unit_test_setup(a_touchpoint_has_the_verdict_of_its_stage_else_that_of_all, setup),
        cmocka_unit_test_setup(what_customers_take_has_a_lane_and_what_nobody_takes_is_named, setup),
        cmocka_unit_test_setup(a_map_without_verdicts_says_why_and_what_to_do, setup),
        cmocka_unit_test_setup(a_project_without_stages_is_told_what_to_do, setup),
        cmocka_unit_test_setup(memory_running_out_is_said_and_leaks_nothing, setup),
    };
    return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
