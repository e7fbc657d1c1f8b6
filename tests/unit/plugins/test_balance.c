// SPDX-License-Identifier: MIT
// How alike the touched and the others were: a small world by hand; random worlds against a brute force that knows neither the
// plugin's running totals nor its groups, with times of two resolutions; large groups looked at in part; and attributes of
// units as known at a time. The plugin as built, in the host's fold.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/plugins/score_run.h"

#include "tests/lib/close.h"

#define COMPANY VOC_ACTOR_COMPANY
#define OTHER VOC_ACTOR_OTHER

static void balance(struct score_run *r, double end_day, uint32_t threads, const char *more)
{
    const char *options[] = {"balance=yes", more, NULL};
    voc_rc rc = score_fold(r, end_day, threads, options);
    if (rc) fail_msg("%s", score_said(r));
}

// Row of a trait, or SIZE_MAX.
static size_t trait_row(const struct score_run *r, const char *touchpoint, const char *trait)
{
    for (size_t i = 0; i < score_n_rows(r, "balance"); i++)
        if (str_is(score_cell(r, "balance", i, "touchpoint")->s, touchpoint) && str_is(score_cell(r, "balance", i, "covariate")->s, trait)) return i;
    return SIZE_MAX;
}

static double real(const struct score_run *r, size_t row, const char *column)
{
    const voc_cell *c = score_cell(r, "balance", row, column);
    return c->type == VOC_CELL_NA ? NAN : c->r;
}

// ---- by hand ---------------------------------------------------------------------------------------------------------------

static const char SMALL[] = "<actions><action name='order' class='value'/><action name='leave' class='harm'/></actions>"
                            "<stages><stage id='s'><definition><event action='entry'/></definition></stage></stages>"
                            "<touchpoints><touchpoint id='call' kind='push'><event actor='company' touchpoint='call'/></touchpoint></touchpoints>"
                            "<response window='10d'/>";

// A and E are called on day 5. B and D are like them; C looked in on day 4.5, so it is of other classes and no comparator.
static void small_events(struct score_run *r)
{
    static const struct { const char *who, *size, *role; } all[] = {{"A", "30", "boss"}, {"B", "10", ""}, {"C", "20", "boss"}, {"D", NULL, "boss"}, {"E", "50", ""}};
    score_open(r, SMALL);
    for (size_t i = 0; i < 5; i++)
        SE(r, .account = all[i].who, .action = "entry", .role = all[i].role, .key = all[i].size ? "size" : NULL,
           .value = all[i].size, .day = 0);
    SE(r, .account = "B", .action = "leave", .day = 1);
    SE(r, .account = "C", .action = "look", .day = 4.5);
    SE(r, .account = "A", .action = "call", .touchpoint = "call", .actor = COMPANY, .day = 5);
    SE(r, .account = "E", .action = "call", .touchpoint = "call", .actor = COMPANY, .day = 5);
    SE(r, .account = "A", .action = "look", .key = "size", .value = "99", .day = 6); // not known on day 5
    SE(r, .account = "B", .action = "order", .day = 40);
}

static void a_small_world_gives_the_numbers_of_a_pencil(void **state)
{
    // others: B, C and D in both sets, a third of a touch each; compared: B and D, a half each.
    // size: touched 30 and 50, variance 200; others 10 and 20 (of D it is not known), so half a touch each: 2 / (4 - 1) x 50
    const double size = sqrt((200 + 100.0 / 3) / 2);
    // 0 or 1: touched have none, variance 0; others a third: 2 / (4 - 6/9) x 2 x (1/3)(2/3)
    const double third = sqrt(2 / (4 - 2.0 / 3) * 2 * (2.0 / 9) / 2);
    // boss: one of two touched, variance 1/2; two thirds of the others
    const double boss = sqrt((0.5 + 2 / (4 - 2.0 / 3) * 2 * (2.0 / 9)) / 2);
    // the last action: 5 days before but for C, half a day
    const double five = log(6), half = log(1.5), mean = (2 * five + half) / 3;
    const double recency = sqrt(2 / (4 - 2.0 / 3) * 2 * ((2 * (five - mean) * (five - mean) + (half - mean) * (half - mean)) / 3) / 2);
    const struct { const char *trait; double touched, others, compared, before, after; int touches; } all[] = {
        {"attribute size", 40, 15, 10, 25 / size, 30 / size, 2},
        {"attribute size is missing", 0, 1.0 / 3, 0.5, -1 / (3 * third), -0.5 / third, 2},
        {"harm before", 0, 1.0 / 3, 0.5, -1 / (3 * third), -0.5 / third, 2},
        {"role seen so far: boss", 0.5, 2.0 / 3, 0.5, -1 / (6 * boss), 0, 2},
        {"days since last action (log)", five, mean, five, (five - mean) / recency, 0, 2},
        {"actions lately", 1, 4.0 / 3, 1, -1 / (3 * third), 0, 2},
        {"days in the stage", 5, 5, 5, 0, 0, 2},
        {"day of entry", 0, 0, 0, 0, 0, 2},
        {"other touches lately", 0, 0, 0, 0, 0, 2},
    };
    struct score_run r;
    (void)state;
    small_events(&r);
    balance(&r, 60, 1, NULL);
    assert_int_equal(r.result.n_tables, 1);
    assert_int_equal(score_n_rows(&r, "balance"), sizeof all / sizeof *all); // what is alike everywhere and not matched on says nothing
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        size_t row = trait_row(&r, "call", all[i].trait);
        if (row == SIZE_MAX) fail_msg("no %s", all[i].trait);
        assert_named_close(all[i].trait, real(&r, row, "touched_mean"), all[i].touched, CLOSED_FORM);
        assert_named_close(all[i].trait, real(&r, row, "others_mean"), all[i].others, CLOSED_FORM);
        assert_named_close(all[i].trait, real(&r, row, "compared_mean"), all[i].compared, CLOSED_FORM);
        assert_named_close(all[i].trait, real(&r, row, "difference_before"), all[i].before, CLOSED_FORM);
        assert_named_close(all[i].trait, real(&r, row, "difference_after"), all[i].after, CLOSED_FORM);
        assert_int_equal(score_cell(&r, "balance", row, "touches")->i, all[i].touches);
    }
    const struct { const char *trait, *note; } notes[] = {{"attribute size", "still higher among the touched"}, {"harm before", "still lower among the touched"},
                                                          {"attribute size is missing", "still less common among the touched"},
                                                          {"actions lately", "differed, and was evened out"}};
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
        assert_string_equal(score_cell(&r, "balance", trait_row(&r, "call", notes[i].trait), "note")->s.ptr, notes[i].note);
    assert_int_equal(score_cell(&r, "balance", trait_row(&r, "call", "day of entry"), "note")->type, VOC_CELL_NA);
    score_close(&r);
}

static void without_a_comparison_there_is_no_row_but_a_next_step(void **state)
{
    struct score_run r;
    voc_table t;
    (void)state;
    score_open(&r, SMALL);
    SE(&r, .account = "A", .action = "entry", .day = 0);
    SE(&r, .account = "A", .action = "call", .touchpoint = "call", .actor = COMPANY, .day = 5);
    SE(&r, .account = "A", .action = "order", .day = 20);
    balance(&r, 60, 1, NULL);
    assert_int_equal(score_n_rows(&r, "balance"), 0);
    assert_int_equal(table_view(r.result.tables[0], &t), VOC_OK);
    assert_true(t.n_notes == 1 && t.notes[0].kind == VOC_NOTE_NEXT);
    score_close(&r);
}

// ---- by brute force --------------------------------------------------------------------------------------------------------------

enum { ENTRY, ADVANCE, CLOSED, ORDER, LOOK, OOPS, LEAVE, MAIL, CALL, N_KINDS };
static const struct { const char *action, *touchpoint; uint32_t actor; } kinds[N_KINDS] = {
    [ENTRY] = {"entry", NULL, 0}, [ADVANCE] = {"advance", NULL, 0}, [CLOSED] = {"closed", NULL, OTHER}, [ORDER] = {"order", NULL, 0}, [LOOK] = {"look", NULL, 0},
    [OOPS] = {"oops", NULL, 0}, [LEAVE] = {"leave", NULL, 0}, [MAIL] = {"send", "mail", COMPANY}, [CALL] = {"send", "call", COMPANY}};

#define UNITS 40
#define END_DAY 100
#define SECONDS (US_PER_DAY / 86400)

struct one { int unit, kind, person; int64_t time; bool day; const char *role, *key, *value; };
struct stay { int unit, stage, number; int64_t in, out; };
struct brute {
    struct one e[UNITS * 40];
    size_t n;
    struct stay stays[UNITS * 2];
    size_t n_stays;
    uint64_t seed;
    int64_t start;
};

static const char WORLD[] = "<actions><action name='order' class='value'/><action name='oops' class='trouble'/><action name='leave' class='harm'/></actions>"
                            "<stages><stage id='one'><definition><event action='entry'/></definition></stage>"
                            "<stage id='two'><definition><event action='advance'/></definition></stage><exit id='out'><event actor='other' action='closed'/></exit></stages>"
                            "<touchpoints><touchpoint id='mail' kind='push'><event actor='company' touchpoint='mail'/></touchpoint>"
                            "<touchpoint id='call' kind='push'><event actor='company' touchpoint='call'/></touchpoint></touchpoints>"
                            "<response window='10d' comparators='5'/>";

static uint32_t draw(struct brute *b, uint32_t below)
{
    b->seed = b->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(b->seed >> 33) % below;
}

// At a second of its own, or at the day.
static void happen(struct brute *b, struct one e, double from_day, double to_day)
{
    int64_t second = (int64_t)(from_day * 86400) + draw(b, (uint32_t)((to_day - from_day) * 86400));
    second = second / 2000 * 2000 + (int64_t)b->n % 2000;
    e.time = T0 + second * SECONDS;
    if (e.day) e.time -= e.time % DAY;
    b->e[b->n++] = e;
}

static void make_world(struct brute *b, uint64_t seed, bool with_days)
{
    static const char *const roles[] = {NULL, "boss", "clerk"}, *const branches[] = {"a", "a", "a", "a", "a", "a", "b", "b", "b", "b", "b", "c", "c", "c", "c", "d", "d", "d", "e", "e", "f"};
    static char sizes[100][8];
    *b = (struct brute){.seed = seed * 77, .start = INT64_MAX};
    for (int u = 0; u < UNITS; u++) {
        size_t first = b->n;
        double entry = draw(b, 20);
        happen(b, (struct one){.unit = u, .kind = ENTRY, .role = roles[draw(b, 3)]}, entry, entry + 1);
        int64_t in = b->e[first].time, advance = INT64_MAX, closed = T0 + END_DAY * DAY;
        for (int i = 0, n = 4 + (int)draw(b, 24); i < n; i++) {
            struct one e = {.unit = u, .kind = ORDER + (int)draw(b, 6), .person = (int)draw(b, 4), .day = with_days && draw(b, 3) == 0};
            if (e.kind == LEAVE && draw(b, 2)) e.kind = LOOK;
            e.role = e.kind < MAIL ? roles[draw(b, 3)] : NULL;
            if (!e.day && draw(b, 2)) {
                bool size = draw(b, 2);
                uint32_t at = draw(b, size ? 100 : 21);
                snprintf(sizes[at % 100], sizeof sizes[0], "%u", at % 100);
                e.key = size ? "size" : "branch";
                e.value = size ? sizes[at] : branches[at];
            }
            happen(b, e, entry > 3 && draw(b, 3) == 0 ? entry - 3 : entry + 1, 80);
        }
        if (draw(b, 2)) {
            happen(b, (struct one){.unit = u, .kind = ADVANCE}, entry + 5, 50);
            advance = b->e[b->n - 1].time;
        }
        if (draw(b, 3) == 0) {
            happen(b, (struct one){.unit = u, .kind = CLOSED}, 60, 80);
            closed = b->e[b->n - 1].time;
        }
        b->stays[b->n_stays++] = (struct stay){u, 0, 0, in, advance < closed ? advance : closed};
        if (advance < closed) b->stays[b->n_stays++] = (struct stay){u, 1, 1, advance, closed};
    }
    for (size_t i = 0; i < b->n; i++) b->start = b->e[i].time < b->start ? b->e[i].time : b->start;
}

static void tell(const struct brute *b, struct score_run *r)
{
    score_open(r, WORLD);
    for (size_t i = 0; i < b->n; i++) {
        const struct one *e = &b->e[i];
        char account[16], person[24];
        snprintf(account, sizeof account, "A%02d", e->unit);
        snprintf(person, sizeof person, "A%02d P%d", e->unit, e->person);
        SE(r, .account = account, .person = e->person ? person : NULL, .action = kinds[e->kind].action,
           .touchpoint = kinds[e->kind].touchpoint, .actor = kinds[e->kind].actor, .role = e->role, .key = e->key,
           .value = e->value, .coarse = e->day ? VOC_RES_DAY : 0, .day = (double)(e->time - T0) / (double)DAY);
    }
}

static int64_t floored(int64_t t, bool day) { return day ? t - t % DAY : t; }

// METHODS 0.2: both truncated to the coarser unit.
static bool is_before(const struct one *e, int64_t x, bool x_day) { return floored(e->time, e->day || x_day) < floored(x, e->day || x_day); }

static bool is_action(const struct one *e) { return e->kind <= OOPS && e->kind != CLOSED; }

// One trait of one customer at one moment, straight from the list of events.
static double value_of(const struct brute *b, const char *trait, const struct stay *s, int64_t x, bool x_day)
{
    double actions = 0, lately = 0, touches = 0, orders = 0, harm = 0, oops = 0, people = 0, boss = 0, clerk = 0;
    int64_t last = INT64_MIN, seen = s->in, from = INT64_MIN;
    bool known[4] = {false};
    const char *is_key = strncmp(trait, "attribute size", 14) == 0 ? "size" : "branch", *now = NULL;
    for (size_t i = 0; i < b->n_stays; i++)
        if (b->stays[i].unit == s->unit && b->stays[i].in < seen) seen = b->stays[i].in;
    for (size_t i = 0; i < b->n; i++) {
        const struct one *e = &b->e[i];
        if (e->unit != s->unit) continue;
        if (e->time < seen) seen = e->time;
        if (e->key && strcmp(e->key, is_key) == 0 && e->time <= x && e->time > from) from = e->time, now = e->value;
        if (!is_before(e, x, x_day)) continue;
        if (is_action(e)) actions++, last = e->time > last ? e->time : last, lately += e->time >= x - 90 * DAY;
        touches += e->kind >= MAIL && e->time >= x - 10 * DAY;
        orders += e->kind == ORDER;
        harm += e->kind == LEAVE;
        oops += e->kind == OOPS;
        if (e->person && !known[e->person]) known[e->person] = true, people++;
        boss = e->role && strcmp(e->role, "boss") == 0 ? 1 : boss;
        clerk = e->role && strcmp(e->role, "clerk") == 0 ? 1 : clerk;
    }
    if (seen > x) seen = x;
    const char *is = strstr(trait, " = ");
    if (is) return now ? strcmp(now, is + 3) == 0 : NAN;
    if (strstr(trait, "is missing")) return now == NULL;
    if (strcmp(trait, "attribute size") == 0) return now ? strtod(now, NULL) : NAN;
    const struct { const char *name; double is; } all[] = {
        {"days since last action (log)", log(1 + (double)(x - (last == INT64_MIN ? seen : last)) / (double)DAY)}, {"has acted before", actions > 0}, {"actions lately", lately},
        {"other touches lately", touches}, {"days in the stage", (double)(x - s->in) / (double)DAY}, {"day of entry", (double)(s->in - b->start) / (double)DAY},
        {"stays before", s->number}, {"number of the journey", 1}, {"value actions before", orders}, {"harm before", harm}, {"trouble before", oops},
        {"days since first seen", (double)(x - seen) / (double)DAY}, {"people seen so far", people}, {"role seen so far: boss", boss}, {"role seen so far: clerk", clerk}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].name, trait) == 0) return all[i].is;
    fail_msg("no trait %s", trait);
    return NAN;
}

struct list { double *x, *w; size_t n, cap; };

static void push(struct list *l, double x, double w)
{
    if (l->n == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 1024;
        l->x = realloc(l->x, l->cap * sizeof *l->x);
        l->w = realloc(l->w, l->cap * sizeof *l->w);
        assert_true(l->x && l->w);
    }
    l->x[l->n] = x;
    l->w[l->n++] = w;
}

static double mean_of(const struct list *l)
{
    double w = 0, x = 0;
    for (size_t i = 0; i < l->n; i++) w += l->w[i], x += l->w[i] * l->x[i];
    return x / w;
}

static double variance_of(const struct list *l)
{
    double w = 0, ww = 0, about = 0, mean = mean_of(l);
    for (size_t i = 0; i < l->n; i++) w += l->w[i], ww += l->w[i] * l->w[i], about += l->w[i] * (l->x[i] - mean) * (l->x[i] - mean);
    return w / (w * w - ww) * about;
}

static void free_list(struct list *l)
{
    free(l->x);
    free(l->w);
}

struct pool { const struct stay *who[UNITS * 2]; int64_t at[UNITS * 2]; size_t n; };

// Weighs each of the pool of whom the trait is known alike, all of them together 1.
static void add_pool(const struct brute *b, const char *trait, const struct pool *p, bool day, struct list *l)
{
    double known = 0;
    for (size_t i = 0; i < p->n; i++) known += !isnan(value_of(b, trait, p->who[i], p->at[i], day));
    for (size_t i = 0; i < p->n; i++) {
        double x = value_of(b, trait, p->who[i], p->at[i], day);
        if (!isnan(x)) push(l, x, 1 / known);
    }
}

static const struct stay *stay_at(const struct brute *b, voc_str account, int64_t x)
{
    for (size_t i = 0; i < b->n_stays; i++) {
        char name[16];
        snprintf(name, sizeof name, "A%02d", b->stays[i].unit);
        if (str_is(account, name) && b->stays[i].in <= x && x < b->stays[i].out) return &b->stays[i];
    }
    fail_msg("no stay");
    return NULL;
}

static void others_of(const struct brute *b, int kind, const struct stay *touched, int64_t t, struct pool *p)
{
    p->n = 0;
    for (size_t i = 0; i < b->n_stays; i++) {
        const struct stay *s = &b->stays[i];
        int64_t x = s->in + (t - touched->in);
        bool got = false;
        if (s->unit == touched->unit || s->stage != touched->stage || x >= s->out || x >= T0 + END_DAY * DAY) continue;
        for (size_t k = 0; k < b->n; k++)
            got = got || (b->e[k].unit == s->unit && b->e[k].kind == kind && b->e[k].time >= x - 10 * DAY && b->e[k].time <= x);
        if (got) continue;
        p->who[p->n] = s;
        p->at[p->n++] = x;
    }
}

// The matching is taken from the rows of the sets (which have tests of their own).
static void compare_trait(const struct brute *b, const struct score_run *sets, const struct score_run *r, const char *touchpoint, const char *trait)
{
    struct list touched = {0}, others = {0}, compared = {0};
    const int kind = strcmp(touchpoint, "mail") == 0 ? MAIL : CALL;
    size_t n = score_n_rows(sets, "sets"), row = trait_row(r, touchpoint, trait);
    for (size_t i = 0, next; i < n; i = next) {
        struct pool p = {.n = 0};
        int64_t t = score_cell(sets, "sets", i, "index_time")->i;
        const struct stay *s = stay_at(b, score_cell(sets, "sets", i, "account")->s, t);
        bool day = false;
        for (size_t k = 0; k < b->n; k++) day = day || (b->e[k].unit == s->unit && b->e[k].kind == kind && b->e[k].time == t && b->e[k].day);
        for (next = i + 1; next < n && score_cell(sets, "sets", next, "member")->i; next++) {
            p.at[p.n] = score_cell(sets, "sets", next, "index_time")->i;
            p.who[p.n] = stay_at(b, score_cell(sets, "sets", next, "account")->s, p.at[p.n]);
            p.n++;
        }
        if (!p.n || !str_is(score_cell(sets, "sets", i, "touchpoint")->s, touchpoint)) continue;
        double x = value_of(b, trait, s, t, day);
        if (!isnan(x)) push(&touched, x, 1);
        add_pool(b, trait, &p, day, &compared);
        others_of(b, kind, s, t, &p);
        add_pool(b, trait, &p, day, &others);
    }
    assert_true(touched.n > 15);
    double scale = sqrt((variance_of(&touched) + variance_of(&others)) / 2);
    if (row == SIZE_MAX) { // left out: alike in all
        assert_true(scale < 1e-12 && fabs(mean_of(&touched) - mean_of(&compared)) < 1e-12);
    } else {
        assert_named_close(trait, real(r, row, "touched_mean"), mean_of(&touched), CLOSED_FORM);
        assert_named_close(trait, real(r, row, "others_mean"), mean_of(&others), CLOSED_FORM);
        assert_named_close(trait, real(r, row, "compared_mean"), mean_of(&compared), CLOSED_FORM);
        assert_true(fabs(real(r, row, "difference_before") - (mean_of(&touched) - mean_of(&others)) / scale) < 1e-8);
        assert_true(fabs(real(r, row, "difference_after") - (mean_of(&touched) - mean_of(&compared)) / scale) < 1e-8);
        assert_int_equal(score_cell(r, "balance", row, "touches")->i, touched.n);
    }
    free_list(&touched);
    free_list(&others);
    free_list(&compared);
}

static void random_worlds_agree_with_a_brute_force(void **state)
{
    static const char *const traits[] = {"days since last action (log)", "has acted before", "actions lately", "other touches lately", "days in the stage", "day of entry", "stays before",
                                         "number of the journey", "value actions before", "harm before", "trouble before", "days since first seen", "people seen so far",
                                         "role seen so far: boss", "role seen so far: clerk", "attribute size", "attribute size is missing", "attribute branch = a",
                                         "attribute branch = b", "attribute branch = c", "attribute branch = d", "attribute branch is missing"};
    static struct brute b;
    size_t shown = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct score_run r, sets;
        const char *all[] = {"sets=all", NULL};
        make_world(&b, seed, seed % 2);
        tell(&b, &sets);
        assert_int_equal(score_fold(&sets, END_DAY, 1, all), VOC_OK);
        tell(&b, &r);
        balance(&r, END_DAY, 2, NULL);
        for (size_t k = 0; k < sizeof traits / sizeof *traits; k++) {
            compare_trait(&b, &sets, &r, "mail", traits[k]);
            compare_trait(&b, &sets, &r, "call", traits[k]);
            shown += trait_row(&r, "mail", traits[k]) != SIZE_MAX;
        }
        size_t branches = 0; // of the six, the five most frequent
        for (const char *name = "abcdef"; *name; name++) {
            char trait[32];
            snprintf(trait, sizeof trait, "attribute branch = %c", *name);
            branches += trait_row(&r, "mail", trait) != SIZE_MAX;
        }
        assert_true(branches >= 4 && branches <= 5);
        score_close(&sets);
        score_close(&r);
    }
    assert_true(shown > 100);
}

// ---- the rest --------------------------------------------------------------------------------------------------------------------

static void threads_and_names_asked_for_do_not_show(void **state)
{
    static struct brute b;
    struct score_run r;
    struct buf one, many;
    (void)state;
    make_world(&b, 11, true);
    tell(&b, &r);
    buf_init(&one, 1 << 20);
    buf_init(&many, 1 << 20);
    balance(&r, END_DAY, 1, NULL);
    score_dump(&r, &one);
    balance(&r, END_DAY, 4, "sets=call,mail");
    score_dump(&r, &many);
    assert_true(one.len > 2000);
    assert_int_equal(one.len, many.len);
    assert_memory_equal(one.ptr, many.ptr, one.len);
    balance(&r, END_DAY, 1, "sets=call");
    assert_true(score_has(&r, "balance", "call") && !score_has(&r, "balance", "mail"));
    buf_done(&one);
    buf_done(&many);
    score_close(&r);
}

// More than four million looks: of each group an even part is enough, and it is said.
static void of_large_groups_an_even_part_is_looked_at(void **state)
{
    static const char *const sizes[] = {"0", "1", "2", "3", "4", "5", "6"};
    struct score_run r;
    voc_table t;
    (void)state;
    score_open(&r, SMALL);
    for (int i = 0; i < 3000; i++) {
        char account[16];
        snprintf(account, sizeof account, "A%04d", i);
        SE(&r, .account = account, .action = "entry", .key = "size", .value = sizes[i % 7], .day = i * 0.001);
        if (i % 2) SE(&r, .account = account, .action = "call", .touchpoint = "call", .actor = COMPANY, .day = 5 + i * 0.001);
    }
    SE(&r, .account = "A0000", .action = "order", .day = 20);
    balance(&r, 60, 2, NULL);
    size_t row = trait_row(&r, "call", "attribute size");
    assert_true(fabs(real(&r, row, "touched_mean") - 3) < 0.01);
    assert_true(fabs(real(&r, row, "others_mean") - 3) < 0.01);
    assert_true(fabs(real(&r, row, "compared_mean") - 3) < 0.05);
    assert_true(fabs(real(&r, row, "difference_before")) < 0.01);
    assert_int_equal(table_view(r.result.tables[0], &t), VOC_OK);
    assert_int_equal(t.n_groups, 1);
    assert_non_null(strstr(t.groups[0].subtitle.ptr, "1500 matched touches"));
    assert_non_null(strstr(t.groups[0].subtitle.ptr, "an even part"));
    score_close(&r);
}

// ---- what an analysis reads of attributes ------------------------------------------------------------------------------------------

static void attributes_come_with_their_unit_in_order_of_key_and_time(void **state)
{
    struct world w;
    (void)state;
    world_new(&w, "unit='individual'", "<stages><stage id='s'><definition><event action='entry'/></definition></stage></stages>");
    EVENT_OF(&w, .person = "p", .account = "A", .action = "entry", .at = 0);
    EVENT_OF(&w, .person = "q", .account = "A", .action = "entry", .at = DAY);
    world_fact(&w, VOC_ENTITY_INDIVIDUAL, "p", "job", "clerk", 5 * DAY);
    world_fact(&w, VOC_ENTITY_INDIVIDUAL, "p", "job", "boss", 9 * DAY);
    world_fact(&w, VOC_ENTITY_INDIVIDUAL, "p", "age", "44", VOC_NA);
    world_fact(&w, VOC_ENTITY_ACCOUNT, "A", "size", "10", VOC_NA);
    assert_int_equal(event_set_seal(w.s), VOC_OK);
    const struct timeline_options o = {.end_us = VOC_NA};
    assert_int_equal(timeline_new(&w.t, w.s, w.j, &o, w.d), VOC_OK);
    assert_int_equal(timeline_want_attributes(w.t), VOC_OK);
    assert_int_equal(batch_new(&w.b, w.t, 1u << VOC_COL_TIME), VOC_OK);
    for (size_t u = 0; u < timeline_n_units(w.t); u++) assert_int_equal(batch_add(w.b, u), VOC_OK);
    w.v = batch_view(w.b);
    static const struct { const char *key, *text; int64_t from; uint32_t entity; } all[] = {
        {"age", "44", VOC_NA, VOC_ENTITY_INDIVIDUAL}, {"job", "clerk", 5 * DAY + T0, VOC_ENTITY_INDIVIDUAL}, {"job", "boss", 9 * DAY + T0, VOC_ENTITY_INDIVIDUAL},
        {"size", "10", VOC_NA, VOC_ENTITY_ACCOUNT}};
    const voc_unit *p = world_unit(&w, "p"), *q = world_unit(&w, "q");
    assert_int_equal(w.v->attribute_size, sizeof(voc_attribute));
    assert_int_equal(p->n_attributes, 4);
    assert_int_equal(q->n_attributes, 1); // of the account, whose people both are
    assert_int_equal(w.v->n_attributes, 5);
    for (size_t i = 0; i < 4; i++) {
        const voc_attribute *x = &w.v->attributes[p->first_attribute + i];
        assert_true(str_is(x->key, all[i].key) && str_is(x->text, all[i].text));
        assert_int_equal(x->from_us, all[i].from);
        assert_int_equal(x->entity, all[i].entity);
    }
    world_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_world_gives_the_numbers_of_a_pencil),
        cmocka_unit_test(without_a_comparison_there_is_no_row_but_a_next_step),
        cmocka_unit_test(random_worlds_agree_with_a_brute_force),
        cmocka_unit_test(threads_and_names_asked_for_do_not_show),
        cmocka_unit_test(of_large_groups_an_even_part_is_looked_at),
        cmocka_unit_test(attributes_come_with_their_unit_in_order_of_key_and_time),
    };
    return cmocka_run_group_tests_name("balance", tests, score_setup, score_teardown);
}
