// SPDX-License-Identifier: MIT
// What stands between the braces of a recipe (recipes.h): what the journey declares, what the options say, what the row is about; and lines that
// no terminal breaks within a name.
#include <inttypes.h>
#include <stdio.h>

#include "base/time.h"
#include "cli/explain/recipes.h"
#include "cli/explain/recipes_sql.h"

struct filling {
    struct explainer *x;
    const struct recipe *r;
    const struct source *s;
    size_t row;
    struct buf *b;
    bool ok, whole;
};

// Moved on to a later stage, or won by an exit.
static void put_moved(struct filling *f)
{
    const struct journey *j = f->x->j;
    size_t n = 0;
    buf_cstr(f->b, "end = 'forward'");
    for (size_t i = 0; i < j->n_exits; i++)
        if (str_is(j->exits[i].outcome, "won") || i == j->win_exit) buf_printf(f->b, "%s%s", n++ ? ", " : " OR coalesce(exit IN (", again_quoted(f->x, j->exits[i].id, &f->ok));
    if (n) buf_cstr(f->b, "), 0)");
}

static void put_rank(struct filling *f)
{
    const struct journey *j = f->x->j;
    buf_cstr(f->b, "(VALUES");
    for (size_t i = 0; i < j->n_stages; i++) buf_printf(f->b, "%s(%s, %zu)", i ? ", " : " ", again_quoted(f->x, j->stages[i].id, &f->ok), i + 1);
    buf_byte(f->b, ')');
}

// The actions of an event that is one of some, where the predicate asks for nothing else.
static bool put_actions(struct filling *f, const struct predicate *p, voc_str need, size_t *n)
{
    const bool plain = p->kind == PRED_ANY || (p->kind == PRED_EVENT && p->n_tests == 1 && !p->n_child &&
                                               p->tests[0].field == LEAF_ACTION && !p->tests[0].re);
    bool all = plain;
    if (plain && p->kind == PRED_EVENT)
        buf_printf(f->b, "%s(%s, %s)", (*n)++ ? ", " : " ", again_quoted(f->x, need, &f->ok), again_quoted(f->x, p->tests[0].whole, &f->ok));
    for (size_t i = 0; all && p->kind == PRED_ANY && i < p->n_child; i++) all = put_actions(f, p->child[i], need, n);
    return all;
}

// Needs, or pairs of need and what seeks, speaks of or serves it: of the need of the row, or of all.
static void put_pairs(struct filling *f, voc_str what, bool every)
{
    const struct journey *j = f->x->j;
    bool number;
    const voc_str only = f->row == SIZE_MAX || every
                             ? STR("")
                             : recipe_text(f->x, f->s, f->row,
                                           str_is(f->s->view.name, "map") && strcmp(f->s->command, "map") == 0 ? STR("what:need")
                                                                                                               : STR("need:need"),
                                           &number);
    size_t n = 0;
    buf_cstr(f->b, "(VALUES");
    for (size_t i = 0; i < j->n_needs; i++) {
        const struct need *d = &j->needs[i];
        if (only.len && !str_eq(only, d->id)) continue;
        if (str_is(what, "needs")) buf_printf(f->b, "%s(%s)", n++ ? ", " : " ", again_quoted(f->x, d->id, &f->ok));
        if (str_is(what, "sought") && d->sought) f->whole = put_actions(f, d->sought, d->id, &n) && f->whole;
        for (size_t k = 0; str_is(what, "said") && k < d->said.n; k++)
            buf_printf(f->b, "%s(%s, %s)", n++ ? ", " : " ", again_quoted(f->x, d->id, &f->ok), again_quoted(f->x, j->themes[d->said.at[k]].id, &f->ok));
        for (size_t c = 0; str_is(what, "served") && c < j->n_claims; c++)
            for (size_t k = 0; k < j->claims[c].n_serves; k++)
                if (str_eq(j->claims[c].serves[k], d->id))
                    buf_printf(f->b, "%s(%s, %s)", n++ ? ", " : " ", again_quoted(f->x, d->id, &f->ok),
                               again_quoted(f->x, j->claims[c].id, &f->ok));
    }
    if (!n) buf_cstr(f->b, str_is(what, "needs") ? " (NULL)" : " (NULL, NULL)");
    buf_byte(f->b, ')');
}

// Need, question of importance, question of satisfaction.
static void put_asked(struct filling *f)
{
    const struct journey *j = f->x->j;
    const voc_str only = f->row == SIZE_MAX ? STR("") : figures_text(&f->s->view, f->row, "id");
    size_t n = 0;
    buf_cstr(f->b, "(VALUES");
    for (size_t i = 0; i < j->n_needs; i++)
        for (size_t k = 0; k < j->needs[i].n_asked && (!only.len || str_eq(only, j->needs[i].id)); k++)
            buf_printf(f->b, "%s(%s, %s, %s)", n++ ? ", " : " ", again_quoted(f->x, j->needs[i].id, &f->ok),
                       again_quoted(f->x, j->needs[i].asked[k].importance, &f->ok),
                       again_quoted(f->x, j->needs[i].asked[k].satisfaction, &f->ok));
    if (!n) buf_cstr(f->b, " (NULL, NULL, NULL)");
    buf_byte(f->b, ')');
}

static void put_time(struct filling *f, bool start)
{
    for (size_t i = 0; i < f->x->n_runs; i++) {
        const voc_run_info *info = &f->x->runs[i].info;
        buf_printf(f->b, "%" PRId64, start ? info->start_us : info->end_us);
        return;
    }
    f->whole = false;
}

// " AND expr = 'what the row has'", or nothing where it is of all rows.
static void put_condition(struct filling *f, const char *word, voc_str rest)
{
    size_t blank = rest.len;
    bool number;
    while (blank && rest.ptr[blank - 1] != ' ') blank--;
    if (f->row == SIZE_MAX || !blank) return;
    const voc_str text = recipe_text(f->x, f->s, f->row, str_mk(rest.ptr + blank, rest.len - blank), &number);
    if (number) buf_printf(f->b, " %s %.*s = %.*s", word, (int)blank - 1, rest.ptr, STR_ARG(text));
    else buf_printf(f->b, " %s %.*s = %s", word, (int)blank - 1, rest.ptr, again_quoted(f->x, text, &f->ok));
}

static void put_only(struct filling *f)
{
    const size_t n = recipe_keys(f->r);
    size_t put = 0;
    voc_str kind;
    bool number;
    for (size_t i = 0; f->row != SIZE_MAX && i < n; i++) {
        const voc_str word = recipe_key_word(f->r, i), column = recipe_column(word, &kind), text = recipe_text(f->x, f->s, f->row, word, &number);
        const char *name = again_name(f->x, column);
        f->ok = f->ok && name;
        if (!recipe_has(f->s, column)) continue;
        if (number) buf_printf(f->b, "%s %s = %.*s", put++ ? " AND" : "\n  WHERE", name ? name : "", STR_ARG(text));
        else buf_printf(f->b, "%s %s = %s", put++ ? " AND" : "\n  WHERE", name ? name : "", again_quoted(f->x, text, &f->ok));
    }
}

// The journeys that ways are made of, as plugins/common/walk.c has them: episodes, or a whole unit where it is a case or nothing has stages.
static void put_journeys(struct filling *f)
{
    const struct journey *j = f->x->j;
    static const char ends[] = "sum(end = 'censored') AS open, sum(beginning = 'before the data') AS cut, min(rowid)";
    if (j->n_stages && j->unit != VOC_UNIT_CASE)
        buf_printf(f->b, "journeys AS (SELECT unit, episode, segment, %s\n    FROM journey GROUP BY unit, episode)", ends);
    else if (j->n_stages)
        buf_printf(f->b,
                   "ends AS (SELECT unit, segment, %s FROM journey GROUP BY unit),\n"
                   "  journeys AS (SELECT unit, 1 AS episode, ends.segment, coalesce(open, 1) AS open, coalesce(cut, 0) "
                   "AS cut\n    FROM unit LEFT JOIN ends USING (unit))",
                   ends);
    else
        buf_cstr(f->b, "journeys AS (SELECT unit, 1 AS episode, segment, 0 AS open, 0 AS cut, min(rowid) FROM event\n    WHERE actor = 'customer' GROUP BY unit)");
}

// When the stays began, as the periods of the table are written.
static void put_period(struct filling *f)
{
    const struct source *s = NULL;
    for (size_t i = 0; i < f->x->sources.n; i++)
        if (str_is(f->x->sources.at[i].view.name, "periods") && strcmp(f->x->sources.at[i].command, f->s->command) == 0) s = &f->x->sources.at[i];
    const voc_str like = s && s->view.n_rows ? figures_text(&s->view, 0, "period") : STR("");
    if (like.len == 10) buf_cstr(f->b, "date(entered_us / 1e6, 'unixepoch', '-6 days', 'weekday 1')");
    else if (memchr(like.ptr, 'Q', like.len)) buf_cstr(f->b, "strftime('%Y-Q', entered_us / 1e6, 'unixepoch') || ((strftime('%m', entered_us / 1e6, 'unixepoch') + 2) / 3)");
    else buf_cstr(f->b, "strftime('%Y-%m', entered_us / 1e6, 'unixepoch')");
}

// The times of --at, as the table of them has them.
static void put_at(struct filling *f)
{
    const struct source *s = NULL;
    size_t n = 0;
    for (size_t i = 0; i < f->x->sources.n; i++)
        if (str_is(f->x->sources.at[i].view.name, "incidence")) s = &f->x->sources.at[i];
    const size_t after = s ? figures_column(&s->view, "after") : SIZE_MAX;
    buf_cstr(f->b, "(VALUES");
    for (size_t row = 0; after != SIZE_MAX && row < s->view.n_rows; row++) {
        const int64_t us = s->view.cells[row * s->view.n_columns + after].i;
        bool before = false;
        for (size_t k = 0; k < row && !before; k++) before = s->view.cells[k * s->view.n_columns + after].i == us;
        if (!before) buf_printf(f->b, "%s(%" PRId64 ")", n++ ? ", " : " ", us);
    }
    f->whole = f->whole && n;
    buf_byte(f->b, ')');
}

const struct option_given *recipe_given(const struct explainer *x, const char *option)
{
    for (size_t i = 0; i < x->n_given; i++)
        if (str_is(x->given[i].name, option)) return &x->given[i];
    return NULL;
}

static const struct option_given *given(const struct filling *f, const char *name) { return recipe_given(f->x, name); }

// A stage that leads on: the last one does only where journeys are won by an end, if that counts.
static void put_goes_on(struct filling *f, voc_str column, bool ends_count)
{
    const struct journey *j = f->x->j;
    bool by_end = ends_count && j->win_exit != VOC_NONE;
    for (size_t i = 0; ends_count && i < j->n_exits; i++) by_end = by_end || str_is(j->exits[i].outcome, "won");
    if (by_end || !j->n_stages) buf_byte(f->b, '1');
    else buf_printf(f->b, "%.*s <> %s", STR_ARG(column), again_quoted(f->x, j->stages[j->n_stages - 1].id, &f->ok));
}

static bool says_no(const struct option_given *g)
{
    return g->has_value &&
           (str_is(g->value, "no") || str_is(g->value, "false") || str_is(g->value, "off") || str_is(g->value, "0"));
}

// What is nobody's touch: the company's own work.
void recipe_not_work(struct explainer *x, struct buf *b, bool *ok)
{
    const struct journey *j = x->j;
    for (size_t i = 0; i < j->n_works; i++)
        buf_printf(b, "%s%s", i ? ", " : "touchpoint NOT IN (",
                   again_quoted(x, j->works[i].id.len ? j->works[i].id : j->works[i].title, ok));
    if (j->n_works) buf_cstr(b, ") AND ");
}

// A touch that came back did not reach anybody.
void recipe_delivered(const struct explainer *x, struct buf *b)
{
    bool any = false;
    for (size_t i = 0; i < x->j->n_actions; i++) any = any || x->j->actions[i].class_ == VOC_CLASS_UNDELIVERED;
    if (any) buf_cstr(b, " AND delivered");
}

static void put_pair(struct filling *f, voc_str name, int64_t value, size_t *n)
{
    if (value != VOC_NA) buf_printf(f->b, "%s(%s, %" PRId64 ")", (*n)++ ? ", " : " ", again_quoted(f->x, name, &f->ok), value);
}

static void put_money(struct filling *f, voc_str name, int64_t micro, size_t *n)
{
    if (micro != VOC_NA) buf_printf(f->b, "%s(%s, %.6g)", (*n)++ ? ", " : " ", again_quoted(f->x, name, &f->ok), (double)micro / 1e6);
}

// Of one row: what it names by one of these columns is enough.
static bool wanted(const struct filling *f, const char *const columns[], voc_str kind, voc_str id)
{
    for (size_t i = 0; f->row != SIZE_MAX && columns[i]; i++) {
        const voc_str text = figures_text(&f->s->view, f->row, columns[i]);
        if (text.len && recipe_is_named(f->x->j, kind, text)) return str_eq(recipe_id(f->x->j, kind, text), id);
    }
    return true;
}

static const char *const stage_columns[] = {"stage", "step", NULL}, *const touchpoint_columns[] = {"what", NULL};

// What the journey declares of each stage or touchpoint, as rows.
static void put_values(struct filling *f, voc_str what)
{
    const struct journey *j = f->x->j;
    size_t n = 0;
    buf_cstr(f->b, "(VALUES");
    for (size_t i = 0; i < j->n_stages; i++) {
        int64_t us = j->response.window_us;
        if (!wanted(f, stage_columns, STR("stage"), j->stages[i].id)) continue;
        for (size_t k = 0; k < j->response.n_windows; k++)
            if (j->response.windows[k].stage == i && j->response.windows[k].touchpoint == VOC_NONE) us = j->response.windows[k].us;
        if (str_is(what, "windows")) put_pair(f, j->stages[i].id, us, &n);
        if (str_is(what, "targets") && !j->stages[i].target_working) put_pair(f, j->stages[i].id, j->stages[i].target_us, &n);
    }
    for (size_t i = 0; i < j->n_claims + j->n_works; i++) {
        const struct claim *c = i < j->n_claims ? &j->claims[i] : &j->works[i - j->n_claims];
        if (!wanted(f, touchpoint_columns, STR("touchpoint"), c->id.len ? c->id : c->title)) continue;
        if (str_is(what, "touchpoints")) buf_printf(f->b, "%s(%s)", n++ ? ", " : " ", again_quoted(f->x, c->id.len ? c->id : c->title, &f->ok));
        if (str_is(what, "costs")) put_money(f, c->id.len ? c->id : c->title, c->cost, &n);
        if (str_is(what, "minutes")) put_money(f, c->id.len ? c->id : c->title, c->minutes, &n);
    }
    if (!n) buf_cstr(f->b, str_is(what, "touchpoints") ? " (NULL)" : " (NULL, NULL)");
    buf_byte(f->b, ')');
}

static void put_next(struct filling *f)
{
    const struct journey *j = f->x->j;
    buf_cstr(f->b, "(VALUES");
    for (size_t i = 0; i < j->n_stages; i++)
        buf_printf(f->b, "%s(%s, %s)", i ? ", " : " ", again_quoted(f->x, j->stages[i].id, &f->ok),
                   again_quoted(f->x, recipe_next_name(f->x, &j->stages[i]), &f->ok));
    buf_byte(f->b, ')');
}

// The typical journeys of each group, step by step.
static void put_steps(struct filling *f)
{
    const voc_table *v = &f->s->view;
    size_t n = 0;
    buf_cstr(f->b, "(VALUES");
    for (size_t row = 1; row < v->n_rows; row++) {
        const voc_str group = figures_text(v, row, "group"), from = figures_text(v, row - 1, "action"), to = figures_text(v, row, "action");
        const voc_cell *step = figures_cell(v, row, "step");
        if (!str_eq(group, figures_text(v, row - 1, "group")) || !step || (f->row != SIZE_MAX && f->row != row)) continue;
        buf_printf(f->b, "%s(%s, %" PRId64 ", %s, %s)", n++ ? ", " : " ", again_quoted(f->x, group, &f->ok), step->i,
                   again_quoted(f->x, from, &f->ok), again_quoted(f->x, to, &f->ok));
    }
    f->whole = f->whole && n;
    buf_byte(f->b, ')');
}

// The whole typical way of each group.
static void put_typical(struct filling *f)
{
    const struct source *s = recipe_sister(f->x, f->s, "alternatives");
    size_t n = 0;
    buf_cstr(f->b, "(VALUES");
    for (size_t row = 0; s && row < s->view.n_rows; row++)
        if (str_is(figures_text(&s->view, row, "rule"), "nearest"))
            buf_printf(f->b, "%s(%s, %s)", n++ ? ", " : " ", again_quoted(f->x, figures_text(&s->view, row, "group"), &f->ok),
                       again_quoted(f->x, figures_text(&s->view, row, "way"), &f->ok));
    f->whole = f->whole && n;
    buf_byte(f->b, ')');
}

static bool declares_suppliers(const struct journey *j)
{
    bool any = false;
    for (size_t i = 0; i < j->n_stages; i++) any = any || j->stages[i].exchange.n_suppliers;
    return any;
}

// The stage or exit of a win, and the stages of the phase in which deals are won: all, where none says so.
static void put_win(struct filling *f, voc_str word)
{
    const struct journey *j = f->x->j;
    bool phases = false;
    size_t n = 0;
    if (str_is(word, "win_stage")) buf_cstr(f->b, j->win_stage < j->n_stages ? again_quoted(f->x, j->stages[j->win_stage].id, &f->ok) : "NULL");
    if (str_is(word, "win_exit")) buf_cstr(f->b, j->win_exit < j->n_exits ? again_quoted(f->x, j->exits[j->win_exit].id, &f->ok) : "NULL");
    for (size_t i = 0; i < j->n_stages; i++) phases = phases || str_is(j->stages[i].phase, "win");
    for (size_t i = 0; str_is(word, "win_phase") && i < j->n_stages; i++)
        if (!phases || str_is(j->stages[i].phase, "win")) buf_printf(f->b, "%s%s", n++ ? ", " : "", again_quoted(f->x, j->stages[i].id, &f->ok));
}

// Of stays from --since on; or what held before it, where that says enough.
static void put_since(struct filling *f, bool before)
{
    const struct option_given *since = given(f, "since");
    const char *time = since ? again_quoted(f->x, since->value, &f->ok) : NULL;
    if (!time) return;
    if (!before) buf_printf(f->b, " AND entered_us >= strftime('%%s', %s) * 1000000", time);
    else
        buf_printf(f->b,
                   "(SELECT CASE WHEN count(*) >= 30 THEN 1 - 1.0 * sum(j.advanced) / count(*) END FROM judged AS j\n"
                   "    WHERE j.stage = counts.stage AND j.entered_us < strftime('%%s', %s) * 1000000), ",
                   time);
}

// Ways instead of journeys: --gap parts them, --within ends them (plugins/common/walk_limits.c). Of discover --within is another thing.
static bool limited(const struct filling *f) { return strcmp(f->s->command, "discover") != 0 && (given(f, "gap") || given(f, "within")); }

static void put_limits(struct filling *f)
{
    const struct option_given *gap = given(f, "gap"), *within = given(f, "within");
    int64_t gap_us = 0, within_us = 0;
    char after[64] = "1", during[64] = "1", silent[64] = "0", inside[64] = "1", over[64] = "0";
    const int64_t end_us = f->x->n_runs ? f->x->runs[0].info.end_us : 0;
    if (!limited(f)) return;
    if (gap && time_duration(gap->value, &gap_us)) {
        (void)snprintf(silent, sizeof silent, "time_us - before_us > %" PRId64, gap_us);
        (void)snprintf(after, sizeof after, "%" PRId64 " - to_us <= %" PRId64, end_us, gap_us);
    }
    if (within && time_duration(within->value, &within_us)) {
        (void)snprintf(inside, sizeof inside, "time_us - from_us <= %" PRId64, within_us);
        (void)snprintf(during, sizeof during, "%" PRId64 " - from_us <= %" PRId64, end_us, within_us);
        (void)snprintf(over, sizeof over, "to_us - from_us > %" PRId64, within_us);
    }
    buf_printf(f->b,
               ",\n  parts AS (SELECT *, coalesce(sum(%s) OVER (PARTITION BY unit, episode ORDER BY n), 0) AS part FROM\n"
               "    (SELECT *, lag(time_us) OVER (PARTITION BY unit, episode ORDER BY n) AS before_us FROM acts)),\n"
               "  timed AS (SELECT *, min(time_us) OVER p AS from_us, max(time_us) OVER p AS to_us,\n    max(part) OVER (PARTITION BY unit, episode) AS last_part FROM parts WINDOW p AS (PARTITION BY unit, episode, part)),\n"
               "  kept AS (SELECT unit, episode, part, action, time_us, n, %s AS limited,\n    part = last_part AND %s AND %s AS going_on FROM timed WHERE %s)",
               silent, over, after, during, inside);
}

// ---- holes ---------------------------------------------------------------------------------------------------------------------------------

static bool episodes(const struct filling *f) { return f->x->j->n_stages && f->x->j->unit != VOC_UNIT_CASE; }
static void plain(struct filling *f, bool first, const char *one, const char *other) { buf_cstr(f->b, first ? one : other); }

static void hole_end(struct filling *f, voc_str rest) { (void)rest, put_time(f, false); }
static void hole_where(struct filling *f, voc_str rest) { put_condition(f, "WHERE", rest); }
static void hole_and(struct filling *f, voc_str rest) { put_condition(f, "AND", rest); }
static void hole_goes_on(struct filling *f, voc_str rest) { put_goes_on(f, rest.len ? rest : STR("stage"), true); }
static void hole_not_last(struct filling *f, voc_str rest) { put_goes_on(f, rest.len ? rest : STR("stage"), false); }
static void hole_no_suppliers(struct filling *f, voc_str rest) { (void)rest, f->whole = f->whole && !declares_suppliers(f->x->j); }
static void hole_episode(struct filling *f, voc_str rest) { (void)rest, plain(f, episodes(f), "episode", "1"); }
static void hole_inside(struct filling *f, voc_str rest) { (void)rest, plain(f, episodes(f), " AND episode IS NOT NULL", ""); }
static void hole_acts(struct filling *f, voc_str rest) { (void)rest, plain(f, limited(f), "kept", "acts"); }
static void hole_part(struct filling *f, voc_str rest) { (void)rest, plain(f, limited(f), ", part", ""); }
static void hole_open(struct filling *f, voc_str rest) { (void)rest, plain(f, limited(f), "(open AND going_on AND NOT limited)", "open"); }
static void hole_unlimited(struct filling *f, voc_str rest) { (void)rest, plain(f, limited(f), " AND NOT limited", ""); }
static void hole_cut(struct filling *f, voc_str rest) { (void)rest, plain(f, limited(f), "(cut AND part = 0)", "cut"); }
static void hole_since(struct filling *f, voc_str rest) { (void)rest, put_since(f, false); }
static void hole_history(struct filling *f, voc_str rest) { (void)rest, put_since(f, true); }

static void hole_steps(struct filling *f, voc_str rest)
{
    (void)rest;
    if (strcmp(f->s->command, "funnel") == 0) f->whole = recipe_steps(f->x, f->b, &f->ok) && f->whole;
    else put_steps(f);
}

// The acts up to the one that ended a journey are of it; those of its second stand in no stay any more.
static void hole_exits(struct filling *f, voc_str rest)
{
    (void)rest;
    if (episodes(f))
        buf_cstr(f->b, "\n    UNION ALL SELECT unit, episode, action, time_us, n FROM (SELECT j.unit, j.episode, e.action, e.time_us, e.actor, e.rowid AS n,\n"
                                     "      min(CASE WHEN e.stage IS NULL THEN e.rowid END) OVER (PARTITION BY j.unit, j.episode) AS ended_by\n"
                                     "    FROM (SELECT * FROM journey LEFT JOIN (SELECT unit, episode, max(rowid) AS last FROM event WHERE episode IS NOT NULL\n"
                                     "      GROUP BY unit, episode) USING (unit, episode) WHERE end = 'exit') AS j\n"
                                     "    JOIN event AS e ON e.unit = j.unit AND e.time_us = j.left_us AND e.episode IS NULL AND e.rowid > coalesce(last, -1))\n"
                                     "    WHERE actor = 'customer' AND n <= ended_by");
}

static void hole_seen(struct filling *f, voc_str rest)
{
    (void)rest;
    if (f->x->n_runs && f->x->runs[0].info.start_declared) buf_printf(f->b, " AND time_us >= %" PRId64, f->x->runs[0].info.start_us);
}

static void hole_group(struct filling *f, voc_str rest)
{
    const struct option_given *by = given(f, "by");
    (void)rest, plain(f, by && str_is(by->value, "nothing"), "'all'", "segment");
}

// Whether the same several times in a row is one; of flow it is not, unless asked for.
static void hole_repeats(struct filling *f, voc_str rest)
{
    const struct option_given *collapse = given(f, "collapse");
    (void)rest, plain(f, collapse ? says_no(collapse) : strcmp(f->s->command, "flow") == 0, "1 OR ", "");
}

static void hole_within(struct filling *f, voc_str rest)
{
    const struct option_given *within = given(f, "within");
    int64_t us = 0;
    (void)rest;
    if (within && time_duration(within->value, &us)) buf_printf(f->b, "%" PRId64, us);
    else buf_cstr(f->b, "3 * " WHEN_STAY("0.5"));
}

static void hole_not_work(struct filling *f, voc_str rest) { (void)rest, recipe_not_work(f->x, f->b, &f->ok); }

static void hole_delivered(struct filling *f, voc_str rest) { (void)rest, recipe_delivered(f->x, f->b); }

// "half-life 604800000000"
static void hole_us(struct filling *f, voc_str rest)
{
    voc_str option = STR("");
    int64_t us;
    (void)str_split(&rest, &option);
    const struct option_given *g = given(f, arena_printf(&f->x->c->arena, "%.*s", STR_ARG(option)));
    if (g && time_duration(g->value, &us)) buf_printf(f->b, "%" PRId64, us);
    else buf_str(f->b, str_trim(rest));
}

#define HOLE(name) static void hole_##name(struct filling *f, voc_str rest) { (void)rest, put_##name(f); }
HOLE(moved) HOLE(rank) HOLE(only) HOLE(journeys) HOLE(period) HOLE(at) HOLE(next) HOLE(typical) HOLE(limits) HOLE(asked)
#undef HOLE

static const struct { const char *word; void (*put)(struct filling *f, voc_str rest); } holes[] = {
    {"moved", hole_moved}, {"rank", hole_rank}, {"end", hole_end}, {"where", hole_where}, {"and", hole_and}, {"only", hole_only}, {"journeys", hole_journeys},
    {"period", hole_period}, {"at", hole_at}, {"goes_on", hole_goes_on}, {"not_last", hole_not_last}, {"next", hole_next}, {"steps", hole_steps}, {"typical", hole_typical},
    {"no_suppliers", hole_no_suppliers}, {"episode", hole_episode}, {"inside", hole_inside}, {"exits", hole_exits}, {"seen", hole_seen}, {"since", hole_since},
    {"history", hole_history}, {"limits", hole_limits}, {"acts", hole_acts}, {"part", hole_part}, {"open", hole_open}, {"unlimited", hole_unlimited}, {"cut", hole_cut},
    {"touch", hole_not_work}, {"delivered", hole_delivered}, {"asked", hole_asked}, {"group", hole_group}, {"repeats", hole_repeats}, {"within", hole_within}, {"us", hole_us}};

static void put_filled(struct filling *f, voc_str hole)
{
    voc_str rest = hole, word = STR("");
    (void)str_split(&rest, &word);
    rest = str_trim(rest);
    for (size_t i = 0; i < sizeof holes / sizeof *holes; i++)
        if (str_is(word, holes[i].word)) {
            holes[i].put(f, rest);
            return;
        }
    if (str_starts(word, "win_")) put_win(f, word);
    else if (str_is(word, "needs") || str_is(word, "sought") || str_is(word, "said") || str_is(word, "served")) put_pairs(f, word, str_is(rest, "all"));
    else if (str_is(word, "windows") || str_is(word, "targets") || str_is(word, "costs") || str_is(word, "minutes") || str_is(word, "touchpoints")) put_values(f, word);
    else f->ok = recipe_hole(f->x, f->r, word, f->b, &f->ok, &f->whole) && f->ok;
}

#define WIDTH 96u // of a line, so that a terminal does not break it within a name

// Where a line is cut: at a blank that is in no name; 0: nowhere.
static size_t cut_of(const char *line, size_t n)
{
    size_t cut = 0;
    bool quoted = false, begun = false;
    for (size_t i = 0; i < n && (i < WIDTH || !cut); i++) {
        quoted ^= line[i] == '\'';
        begun = begun || line[i] != ' ';
        if (line[i] == ' ' && !quoted && begun) cut = i;
    }
    return cut;
}

static void put_narrow(struct buf *to, const char *text)
{
    while (*text) {
        const size_t indent = strspn(text, " ");
        size_t n = strcspn(text, "\n"), cut = n > WIDTH ? cut_of(text, n) : 0;
        while (cut) {
            buf_add(to, text, cut);
            buf_byte(to, '\n');
            buf_fill(to, ' ', indent + 2);
            text += cut + 1;
            n -= cut + 1;
            cut = n + indent + 2 > WIDTH ? cut_of(text, n) : 0;
        }
        buf_add(to, text, n);
        text += n;
        if (*text == '\n') buf_byte(to, *text++);
    }
}

static voc_rc fill(struct explainer *x, const struct recipe *r, const struct source *s, size_t row, struct buf *b, bool *whole)
{
    struct filling f = {x, r, s, row, b, true, true};
    for (const char *at = r->sql; *at;) {
        const size_t plain = strcspn(at, "{");
        buf_add(b, at, plain);
        at += plain;
        if (!*at) break;
        const size_t n = strcspn(at + 1, "}");
        put_filled(&f, str_mk(at + 1, n));
        at += n + 2;
    }
    *whole = f.whole;
    return f.ok ? b->rc : VOC_E_NOMEM;
}

voc_rc recipe_sql(struct explainer *x, const struct recipe *r, const struct source *s, size_t row, struct buf *b, bool *whole)
{
    struct buf wide;
    buf_init(&wide, b->max);
    voc_rc rc = fill(x, r, s, row, &wide, whole);
    if (!rc && wide.ptr) put_narrow(b, wide.ptr);
    buf_done(&wide);
    return rc ? rc : b->rc;
}
