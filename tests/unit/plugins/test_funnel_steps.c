// SPDX-License-Identifier: MIT
// Orders, steps that may be left out, times of single steps and exclusions between two of them: the funnel against all chains of events
// that the rules allow, tried one by one on random journeys; and what cannot be asked.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/plugins/fold_mock.h"

#define SECOND INT64_C(1000000)

const voc_plugin *voc_plugin_query(uint32_t host_abi_major);
static const voc_analysis_ops *ops;
static const voc_def_action actions[] = {{.name = VOC_LIT("a")}, {.name = VOC_LIT("b")}, {.name = VOC_LIT("c")}, {.name = VOC_LIT("d")}, {.name = VOC_LIT("x")}, {.name = VOC_LIT("is it? within 3d")}};
static const voc_def_touchpoint touchpoints[] = {{.id = VOC_LIT("mail")}};
static const voc_def_predicate predicates[] = {{.id = VOC_LIT("small"), .predicate = 0}, {.id = VOC_LIT("large order"), .predicate = 1}};
static const voc_str segments[] = {VOC_LIT("small"), VOC_LIT("other")};

enum { STEPS, WITHIN, STRICT, BY, NOT, OR, ORDER, N };
enum { ORDERED, STRICTLY, EXACTLY, ANY };
static voc_value options[N];
static char texts[3][400];

static int setup(void **state)
{
    (void)state;
    ops = voc_plugin_query(VOC_ABI_MAJOR)->ops;
    mock.def = (voc_definition){.struct_size = sizeof mock.def, .action_size = sizeof *actions,
                                .touchpoint_size = sizeof *touchpoints, .unit = VOC_UNIT_INDIVIDUAL, .actions = actions,
                                .n_actions = 6, .touchpoints = touchpoints, .n_touchpoints = 1, .segments = segments,
                                .n_segments = 2, .predicate_size = sizeof *predicates, .predicates = predicates, .n_predicates = 2};
    return 0;
}

// ---- a question -----------------------------------------------------------------------------------------------------------

#define STEPS_MOST 5
#define TOUCH 8u  // bit of the touchpoint, beside those of the actions 0 to 5
#define LARGE 9u  // of the predicate

static struct question {
    struct asked { uint32_t is; bool optional; int64_t within; } step[STEPS_MOST];
    size_t n;
    int order;
    int64_t within;  // of all
    uint32_t excluded, between, instead;  // between: excluded from link `from` on until link `to`
    size_t from, to;
} q;

static void put(char *to, const char *words)
{
    const size_t n = strlen(to);
    snprintf(to + n, sizeof *texts - n, "%s", words);
}

static void put_names(char *to, uint32_t is, const char *between)
{
    for (uint32_t bit = 0; bit < 16; bit++) {
        if (!(is >> bit & 1u)) continue;
        if (*to) put(to, between);
        put(to, bit == TOUCH ? "touchpoint:mail" : bit == LARGE ? "predicate:large order" : (const char[][2]){"a", "b", "c", "d", "x", "?"}[bit]);
    }
}

static void give(size_t option, char *text)
{
    if (*text) options[option] = (voc_value){.set = 1, .s = {text, strlen(text)}};
}

// The question as it is written in options.
static void ask(void)
{
    memset(options, 0, sizeof options);
    memset(texts, 0, sizeof texts);
    for (size_t i = 0; i < q.n; i++) {
        char one[sizeof *texts] = "";
        put_names(one, q.step[i].is, "|");
        if (i) put(texts[0], ", ");
        put(texts[0], one);
        if (q.step[i].optional) put(texts[0], "?");
        if (q.step[i].within) snprintf(one, sizeof one, " within %llds", (long long)(q.step[i].within / SECOND)), put(texts[0], one);
    }
    put_names(texts[1], q.excluded, ",");
    for (uint32_t bit = 0; bit < 16; bit++) {
        if (!(q.between >> bit & 1u)) continue;
        if (texts[1][0]) put(texts[1], ", ");
        put_names(texts[1], UINT32_C(1) << bit, "");
        size_t at = strlen(texts[1]), line[2] = {0, 0};
        for (size_t i = 0, link = 0; i < q.n; i++) {
            if (q.step[i].optional) continue;
            if (link == q.from) line[0] = i + 1;
            if (link == q.to) line[1] = i + 1;
            link++;
        }
        snprintf(texts[1] + at, sizeof texts[1] - at, " between %zu and %zu", line[0], line[1]);
    }
    put_names(texts[2], q.instead, ",");
    give(STEPS, texts[0]);
    give(NOT, texts[1]);
    give(OR, texts[2]);
    if (q.within) options[WITHIN] = (voc_value){.set = 1, .i = q.within};
    options[ORDER].i = q.order;
}

static void random_question(int order)
{
    static const uint32_t some[] = {1, 2, 4, 8, 3, 6, 1u << TOUCH, 1u << TOUCH | 1, 1u << LARGE, 1u << LARGE | 2};
    q = (struct question){.n = 2 + mock_below(order == ANY ? 3 : 4), .order = order};
    size_t links = 0;
    for (size_t i = 0; i < q.n; i++) {
        q.step[i].is = some[mock_below(10)];
        q.step[i].optional = order != ANY && i && mock_below(4) == 0;
        if (order != ANY && i && mock_below(2)) q.step[i].within = (1 + mock_below(6)) * SECOND;
        links += !q.step[i].optional;
    }
    if (mock_below(2)) q.within = (1 + mock_below(12)) * SECOND;
    uint32_t used = 0;
    for (size_t i = 0; i < q.n; i++) used |= q.step[i].is;
    if (mock_below(3) == 0) q.excluded = mock_below(2) ? 1u << 4 : 1u << LARGE;
    else if (mock_below(2)) q.instead = mock_below(2) ? 1u << 4 : 1u << LARGE;
    if (order != ANY && links > 1 && mock_below(2)) {
        q.between = mock_below(3) ? 1u << mock_below(4) : 1u << LARGE;
        q.from = mock_below((uint32_t)links - 1);
        q.to = q.from + 1 + mock_below((uint32_t)(links - q.from - 1));
        if (q.from == 0 && q.to + 1 == links && used & q.between) q.between = 0;  // everywhere: a step itself is refused
    }
}

static void random_unit(void)
{
    mock_begin_unit();
    int64_t t = 100;
    for (uint32_t e = mock_below(11); e > 0; e--) {
        const uint32_t actor = mock_below(5) ? VOC_ACTOR_CUSTOMER : VOC_ACTOR_COMPANY;
        mock_event((t += mock_below(4)) * SECOND, mock_below(6), actor);
        if (actor == VOC_ACTOR_COMPANY) mock.touchpoint[mock.n_events - 1] = 0;
        mock.holds[1][mock.n_events - 1] = mock_below(5) == 0;
        if (mock_below(6) == 0) mock.class_[mock.n_events - 1] = VOC_CLASS_MECHANICAL;
    }
}

// ---- all chains -----------------------------------------------------------------------------------------------------------

static uint32_t is_what(size_t e)
{
    return 1u << mock.action[e] | (mock.actor[e] == VOC_ACTOR_COMPANY && mock.touchpoint[e] == 0 ? 1u << TOUCH : 0) |
           (uint32_t)mock.holds[1][e] << LARGE;
}
static bool is_act(size_t e)
{
    bool touches = false;
    for (size_t i = 0; i < q.n; i++) touches = touches || q.step[i].is >> TOUCH & 1u;
    return mock.actor[e] == VOC_ACTOR_CUSTOMER ? mock.class_[e] != VOC_CLASS_MECHANICAL : touches;
}

static size_t line_of(size_t link)
{
    size_t i = 0;
    for (;; i++)
        if (!q.step[i].optional && link-- == 0) return i;
}
static size_t n_links(void)
{
    size_t n = 0;
    for (size_t i = 0; i < q.n; i++) n += !q.step[i].optional;
    return n;
}

static bool excluded_behind(size_t e, size_t link) { return is_what(e) & q.excluded || (is_what(e) & q.between && link >= q.from && link < q.to); }

// Does this event, which is no step that counts, part the steps link and link + 1?
static bool parts(size_t e, size_t link)
{
    bool a_step = false;
    for (size_t i = 0; i < q.n; i++) a_step = a_step || q.step[i].is & is_what(e);
    for (size_t i = line_of(link) + 1; i < q.n && q.step[i].optional; i++)
        if (q.step[i].is & is_what(e)) return false;
    return (q.order == STRICTLY && a_step) || (q.order == EXACTLY && (a_step || is_act(e)));
}

static struct found { size_t reached, at[STEPS_MOST]; } best;

// More links, then complete earlier, then begun later; then, from the last back, each step as early as can be.
static bool better(const size_t *at, size_t n)
{
    if (n != best.reached) return n > best.reached;
    if (at[n - 1] != best.at[n - 1]) return at[n - 1] < best.at[n - 1];
    if (at[0] != best.at[0]) return at[0] > best.at[0];
    for (size_t k = n - 1; k-- > 0;)
        if (at[k] != best.at[k]) return at[k] < best.at[k];
    return false;
}

static void try_chains(size_t *at, size_t n, size_t from, size_t end)
{
    if (n && n <= STEPS_MOST && better(at, n)) {
        best.reached = n;
        memcpy(best.at, at, n * sizeof *at);
    }
    for (size_t e = from; e < end && n < n_links() && n < STEPS_MOST; e++) {
        const struct asked *s = &q.step[line_of(n)];
        bool fits = (s->is & is_what(e)) != 0;
        if (n && q.within && mock.time[e] - mock.time[at[0]] > q.within) fits = false;
        if (n && s->within && mock.time[e] - mock.time[at[n - 1]] > s->within) fits = false;
        if (n && excluded_behind(e, n - 1)) break;
        if (fits) {
            at[n] = e;
            try_chains(at, n + 1, e + 1, end);
        }
        if (n && parts(e, n - 1)) break;
    }
}

// Any order: all ways to give each of the first k steps an event of its own; the one complete first, begun last.
static struct { size_t first, last; } any_best;
static void try_sets(size_t k, size_t step, size_t *at, size_t from, size_t end)
{
    if (step < k && step < STEPS_MOST) {
        for (size_t e = from; e < end; e++) {
            bool used = !(q.step[step].is & is_what(e)) || is_what(e) & q.excluded;
            for (size_t i = 0; i < step; i++) used = used || at[i] == e;
            at[step] = e;
            if (!used) try_sets(k, step + 1, at, from, end);
        }
        return;
    }
    size_t first = at[0], last = at[0];
    for (size_t i = 1; i < k; i++) {
        if (at[i] < first) first = at[i];
        if (at[i] > last) last = at[i];
    }
    if (q.within && mock.time[last] - mock.time[first] > q.within) return;
    for (size_t e = first; e <= last; e++)
        if (is_what(e) & q.excluded) return;
    if (any_best.first == SIZE_MAX || last < any_best.last || (last == any_best.last && first > any_best.first))
        any_best.first = first, any_best.last = last;
}

// ---- comparing ------------------------------------------------------------------------------------------------------------

struct row { long long units, instead; char time[40]; };  // of one unit

static bool did_instead(size_t first, size_t last, size_t next, size_t end)
{
    for (size_t e = last + 1; e < end; e++) {
        if (q.within && mock.time[e] - mock.time[first] > q.within) return false;
        if (next < q.n && q.step[next].within && mock.time[e] - mock.time[last] > q.step[next].within) return false;
        if (is_what(e) & q.instead) return true;
    }
    return false;
}

static void made_between(struct row *row, size_t i, size_t link, size_t end)
{
    const size_t before = best.at[link], to = link + 1 < best.reached ? best.at[link + 1] : end;
    for (size_t e = before + 1; e < to; e++) {
        if (excluded_behind(e, link)) return;
        if (q.step[i].within && mock.time[e] - mock.time[before] > q.step[i].within) return;
        if (q.within && mock.time[e] - mock.time[best.at[0]] > q.within) return;
        if (q.step[i].is & is_what(e)) {
            row->units = 1;
            snprintf(row->time, sizeof row->time, "%lld", (long long)(mock.time[e] - mock.time[before]));
            return;
        }
        if (parts(e, link)) return;
    }
}

static void expect(struct row *rows, size_t from, size_t end)
{
    size_t at[STEPS_MOST], link = 0;
    for (size_t i = 0; i < q.n; i++) rows[i] = (struct row){.time = "-"};
    if (q.order == ANY) {
        for (size_t k = 1; k <= q.n; k++) {
            any_best.first = SIZE_MAX;
            try_sets(k, 0, at, from, end);
            if (any_best.first == SIZE_MAX) return;
            rows[k - 1].units = 1;
            if (k > 1) snprintf(rows[k - 1].time, sizeof rows->time, "%lld", (long long)(mock.time[any_best.last] - mock.time[any_best.first]));
            if (k > 1) rows[k - 1].instead = rows[k - 2].instead = 0;
            if (k < q.n) rows[k].instead = did_instead(any_best.first, any_best.last, q.n, end);
        }
        return;
    }
    best.reached = 0;
    try_chains(at, 0, from, end);
    for (size_t i = 0; i < q.n; i++) {
        if (!q.step[i].optional) {
            if (link == best.reached) {
                if (link) rows[i].instead = did_instead(best.at[0], best.at[link - 1], i, end);
                return;
            }
            rows[i].units = 1;
            if (link) snprintf(rows[i].time, sizeof rows->time, "%lld", (long long)(mock.time[best.at[link]] - mock.time[best.at[link - 1]]));
            link++;
        } else
            made_between(&rows[i], i, link - 1, end);
    }
}

static void compare_one_by_one(int order, int rounds)
{
    struct row rows[STEPS_MOST];
    for (int round = 0; round < rounds; round++) {
        long long all[STEPS_MOST] = {0}, instead[STEPS_MOST] = {0};
        random_question(order);
        ask();
        mock_clear();
        for (int u = 0; u < 12; u++) random_unit();
        const size_t units = mock.n_units;
        for (size_t u = 0; u < units; u++) {
            const voc_unit one = mock.units[u], first = mock.units[0];
            expect(rows, one.first_event, one.first_event + one.n_events);
            mock.units[0] = one;
            mock.n_units = 1;
            assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_OK);
            mock.n_units = units;
            mock.units[0] = first;
            for (size_t i = 0; i < q.n; i++) {
                if (mock_int("funnel", i, "units") != rows[i].units || strcmp(mock_at("funnel", i, "median_time"), rows[i].time) != 0)
                    fail_msg("round %d unit %zu row %zu: %s, not: %s, order %d: %lld, expected %lld", round, u, i, texts[0],
                             texts[1], order, mock_int("funnel", i, "units"), rows[i].units);
                if (strcmp(rows[i].time, "-") != 0) assert_int_equal(mock_int("funnel", i, "median_time"), strtoll(rows[i].time, NULL, 10));
                if (q.instead && i && !q.step[i].optional) assert_int_equal(mock_int("funnel", i, "instead"), rows[i].instead);
                all[i] += rows[i].units;
                instead[i] += rows[i].instead;
            }
        }
        assert_int_equal(mock_run(ops, options, 3, 2, round % 2), VOC_OK);  // all at once, divided
        for (size_t i = 0; i < q.n; i++) {
            assert_int_equal(mock_int("funnel", i, "units"), all[i]);
            if (q.instead && i && !q.step[i].optional) assert_int_equal(mock_int("funnel", i, "instead"), instead[i]);
        }
    }
    assert_int_equal(mock.live, 0);
}

static void steps_in_order_are_the_best_of_all_chains_that_the_rules_allow(void **state) { (void)state, compare_one_by_one(ORDERED, 700); }
static void strict_steps_have_no_other_step_between(void **state) { (void)state, compare_one_by_one(STRICTLY, 400); }
static void exact_steps_have_no_other_act_between(void **state) { (void)state, compare_one_by_one(EXACTLY, 400); }
static void steps_in_any_order_each_have_an_event_of_their_own(void **state) { (void)state, compare_one_by_one(ANY, 400); }

// ---- what must hold besides -----------------------------------------------------------------------------------------------

static char kept[6][8][MOCK_CELL];

static void keep_rows(size_t n)
{
    static const char *const columns[] = {"step", "units", "share_first", "share_before", "lost", "median_time"};
    for (size_t i = 0; i < n; i++)
        for (size_t c = 1; c < 6; c++) snprintf(kept[i][c], MOCK_CELL, "%s", mock_at("funnel", i, columns[c]));
}

static void a_step_that_may_be_left_out_changes_no_other_row(void **state)
{
    (void)state;
    static const char *const with[] = {"a,b?,c,d", "a,c,b?,d", "a,c,d,b?", "a within 3s"};
    for (int round = 0; round < 150; round++) {
        mock_clear();
        for (int u = 0; u < 30; u++) random_unit();
        memset(options, 0, sizeof options);
        options[STEPS] = (voc_value){.set = 1, .s = VOC_LIT("a,c,d")};
        if (round % 2) options[WITHIN] = (voc_value){.set = 1, .i = 8 * SECOND};
        assert_int_equal(mock_run(ops, options, 1, 9, 0), VOC_OK);
        keep_rows(3);
        const size_t at = (size_t)round % 3;
        options[STEPS].s = (voc_str){with[at], strlen(with[at])};
        assert_int_equal(mock_run(ops, options, 1, 9, 0), VOC_OK);
        for (size_t i = 0, k = 0; i < 4; i++) {
            if (i == at + 1) continue;
            assert_string_equal(mock_at("funnel", i, "units"), kept[k][1]);
            assert_string_equal(mock_at("funnel", i, "share_before"), kept[k][3]);
            assert_string_equal(mock_at("funnel", i, "median_time"), kept[k++][5]);
        }
    }
}

static void a_time_that_is_long_enough_is_none(void **state)
{
    (void)state;
    for (int round = 0; round < 150; round++) {
        mock_clear();
        for (int u = 0; u < 30; u++) random_unit();
        memset(options, 0, sizeof options);
        options[STEPS] = (voc_value){.set = 1, .s = VOC_LIT("a,b,a|c,d")};
        if (round % 2) options[WITHIN] = (voc_value){.set = 1, .i = 6 * SECOND};
        options[STRICT].i = options[STRICT].set = round % 3 == 2;
        assert_int_equal(mock_run(ops, options, 1, 9, 0), VOC_OK);
        keep_rows(4);
        options[STEPS].s = (voc_str)VOC_LIT("a,b within 500w,a|c within 2d,d within 90m");
        assert_int_equal(mock_run(ops, options, 1, 9, 0), VOC_OK);
        static const char *const columns[] = {"step", "units", "share_first", "share_before", "lost", "median_time"};
        for (size_t i = 0; i < 4; i++)
            for (size_t c = 1; c < 6; c++) assert_string_equal(mock_at("funnel", i, columns[c]), kept[i][c]);
    }
}

static void order_any_with_more_time_or_fewer_steps_loses_nobody(void **state)
{
    (void)state;
    for (int round = 0; round < 60; round++) {
        mock_clear();
        for (int u = 0; u < 40; u++) random_unit();
        memset(options, 0, sizeof options);
        options[STEPS] = (voc_value){.set = 1, .s = VOC_LIT("a,b,c")};
        options[WITHIN] = (voc_value){.set = 1, .i = (1 + mock_below(9)) * SECOND};
        assert_int_equal(mock_run(ops, options, 1, 9, 0), VOC_OK);
        keep_rows(3);
        options[ORDER].i = ANY;
        assert_int_equal(mock_run(ops, options, 1, 9, 0), VOC_OK);
        for (size_t i = 0; i < 3; i++) assert_true(mock_int("funnel", i, "units") >= strtoll(kept[i][1], NULL, 10));  // who did them in order did them
        keep_rows(3);
        options[WITHIN].i *= 2;
        assert_int_equal(mock_run(ops, options, 1, 9, 0), VOC_OK);
        for (size_t i = 0; i < 3; i++) assert_true(mock_int("funnel", i, "units") >= strtoll(kept[i][1], NULL, 10));
    }
}

static void a_name_with_signs_in_it_is_that_name(void **state)
{
    (void)state;
    mock_clear();
    mock_begin_unit();
    mock_event(0, 5, VOC_ACTOR_CUSTOMER);
    mock_event(9 * 86400 * SECOND, 5, VOC_ACTOR_CUSTOMER);
    memset(options, 0, sizeof options);
    options[STEPS] = (voc_value){.set = 1, .s = VOC_LIT("is it? within 3d, is it? within 3d")};
    assert_int_equal(mock_run(ops, options, 1, 9, 0), VOC_OK);
    assert_int_equal(mock_int("funnel", 1, "units"), 1);
    options[STEPS] = (voc_value){.set = 1, .s = VOC_LIT("is it? within 3d, is it? within 3d within 8d")};
    assert_int_equal(mock_run(ops, options, 1, 9, 0), VOC_OK);
    assert_int_equal(mock_int("funnel", 1, "units"), 0);
}

static void each_failing_allocation_is_out_of_memory_and_leaves_nothing(void **state)
{
    (void)state;
    static const voc_str steps[] = {VOC_LIT("a,b within 3s,c?,d"), VOC_LIT("a,b,c|d")};
    mock_clear();
    for (int u = 0; u < 30; u++) random_unit();
    for (int any = 0; any < 2; any++) {
        memset(options, 0, sizeof options);
        options[STEPS] = (voc_value){.set = 1, .s = steps[any]};
        options[ORDER].i = any ? ANY : ORDERED;
        for (long n = 1;; n++) {
            mock.made = 0;
            mock.fail_at = n;
            const voc_rc rc = mock_run(ops, options, 2, 9, 1);
            mock.fail_at = 0;
            assert_int_equal(mock.live, 0);
            if (mock.made < n) {
                assert_int_equal(rc, VOC_OK);
                assert_true(n > 12);
                break;
            }
            assert_int_equal(rc, VOC_E_NOMEM);
        }
    }
}

static void what_cannot_be_asked_is_said_with_the_next_step(void **state)
{
    (void)state;
    static const struct { const char *steps, *not, *says; int order; bool strict; } cases[] = {
        {"a?,b", NULL, "FUNNEL-010: the first step cannot", 0, false},
        {"a within 3d,b", NULL, "FUNNEL-010: the first step has", 0, false},
        {"a,b within 3d", NULL, "FUNNEL-012", ANY, false},
        {"a,b?", NULL, "FUNNEL-012", ANY, false},
        {"a,b", "x between 1 and 2", "FUNNEL-012", ANY, false},
        {"a,b", NULL, "FUNNEL-011", ANY, true},
        {"a,predicate:large ordr", NULL, "did you mean predicate:large order", 0, false},
        {"a,b", "predicate:none", "<predicate id=\"none\">", 0, false},
        {"a,b within 3 moons", NULL, "FUNNEL-003", 0, false},
        {"a,b,c", "x between b and a", "earlier to a later", 0, false},
        {"a,b,c", "x between b and e", "\"e\" is none of the steps", 0, false},
        {"a,b,c", "x between b", "needs two steps", 0, false},
        {"a,b,a", "x between a and b", "\"a\" is several", 0, false},
        {"a,b?,c", "x between a and b", "\"b\" may be left out", 0, false},
        {"a,b,c", "x between 1 and 4", "\"4\" is none", 0, false},
        {"a,b,c", "y between 1 and 3", "FUNNEL-003", 0, false},
        {"a,b,c", "b", "FUNNEL-009", 0, false},
        {"a,b,c", "b between 1 and 3", "FUNNEL-009", 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memset(options, 0, sizeof options);
        options[STEPS] = (voc_value){.set = 1, .s = {cases[i].steps, strlen(cases[i].steps)}};
        if (cases[i].not) options[NOT] = (voc_value){.set = 1, .s = {cases[i].not, strlen(cases[i].not)}};
        options[ORDER].i = cases[i].order;
        options[STRICT].i = options[STRICT].set = cases[i].strict;
        mock.said[0] = '\0';
        if (mock_run(ops, options, 1, 1, 0) != VOC_E_OPTION || !strstr(mock.said, cases[i].says)) fail_msg("%s: %s", cases[i].steps, mock.said);
        assert_int_equal(mock.live, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_in_order_are_the_best_of_all_chains_that_the_rules_allow),
        cmocka_unit_test(strict_steps_have_no_other_step_between),
        cmocka_unit_test(exact_steps_have_no_other_act_between),
        cmocka_unit_test(steps_in_any_order_each_have_an_event_of_their_own),
        cmocka_unit_test(a_step_that_may_be_left_out_changes_no_other_row),
        cmocka_unit_test(a_time_that_is_long_enough_is_none),
        cmocka_unit_test(order_any_with_more_time_or_fewer_steps_loses_nobody),
        cmocka_unit_test(a_name_with_signs_in_it_is_that_name),
        cmocka_unit_test(each_failing_allocation_is_out_of_memory_and_leaves_nothing),
        cmocka_unit_test(what_cannot_be_asked_is_said_with_the_next_step),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
