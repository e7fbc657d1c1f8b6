// SPDX-License-Identifier: MIT
// Statements from recipes (recipes.h): which one is for a number, and what stands between its braces.
#include <inttypes.h>
#include <stdio.h>

#include "base/time.h"
#include "cli/explain/recipes.h"

static const struct recipes *const sets[] = {&recipes_discover, &recipes_map, &recipes_flow, &recipes_steps, &recipes_sipoc, &recipes_value};

const struct recipe *recipe_at(size_t i)
{
    for (size_t k = 0; k < sizeof sets / sizeof *sets; k++) {
        if (i < sets[k]->n) return &sets[k]->at[i];
        i -= sets[k]->n;
    }
    return NULL;
}

// ---- numbers without -----------------------------------------------------------------------------------------------------------------

static const struct why { const char *command, *tables, *columns, *inputs, *text; } whys[] = {
    {"discover", "break_points", "p p_adjusted", "entered", "it is an exact test (binomial, then Benjamini-Hochberg over all stages; METHODS 4.5), computed by the program. What enters it are entered, advanced and expected"},
    {"discover", "dwell dwell_segments", "range", "median_lo", "it is the range in which the median lies, from median_lo to median_hi, in words"},
    {"discover", "dwell_segments", "p p_adjusted", "stays", "it is the log-rank test (METHODS 4.6), computed by the program from the curves of the segments. What enters it are the stays and their ends"},
    {"discover", "trend_tests trends", "z p p_adjusted slope dwell_p dwell_p_adjusted", "judged", "it is a test of trend (Cochran and Armitage, Mann and Kendall; METHODS 4.7), computed by the program. What enters it are the periods: voc discover PROJECT --table periods, whose numbers have queries"},
    {"discover", "typical alternatives", "difference mean_distance", "journeys", "it is the mean distance between ways, counted in steps to add, leave out or exchange (METHODS 4.3): it needs each way beside each other. What enters it are the ways: voc variants PROJECT --top 0, whose numbers have queries"},
    {"discover", "traces deviations", "", "", "it comes of the cheapest alignment of a journey to the order of the stages (METHODS 4.4), computed by the program. What enters it are the stays: SELECT unit, episode, stage, end FROM journey"},
    {"map", "map", "", "", "what customers say is read by the codebook (METHODS 12.1), word by word and with its negations: voc words PROJECT --theme NAME lists the texts, voc themes PROJECT counts them"},
    {"value-map", "cells", "", "", "it is counted by the stage of each person alone (METHODS 2.5), which the tables of SQL, that go by the unit of the journey, do not hold. voc explain PROJECT value-map needs ROLE NEED shows the same of all stages, with its query"},
    {"value-map", "distinctive", "log_odds z q", "people", "it is a ratio of odds with a prior, and its test, computed by the program. What enters it are people and others"},
    {"value-map", "map needs opportunity", "", "", "who spoke of a need is read by the codebook (METHODS 12.1), word by word and with its negations: voc words PROJECT --theme NAME lists the texts, voc themes PROJECT counts them"},
    {"sipoc", "", "", "", "visits of a step of the company's own work are cut at what the journey declares as <enter> and <leave>; the events are those of voc sql PROJECT \"SELECT * FROM event WHERE step = 'ID'\""},
    {"attribution", "", "", "paths", "it is shared out by a model (METHODS 3.10) over all paths at once. What enters it are the paths: voc attribution PROJECT --table all_paths"},
    {"score", "", "", "", "it comes of matched sets of customers (METHODS 3.3 to 3.6): voc explain PROJECT TOUCHPOINT shows the query that gives it again from the sets, and the events behind them"},
};

static bool listed_or_any(const char *words, voc_str name);

const char *recipe_why(const struct source *s, size_t column, const char **inputs)
{
    for (size_t i = 0; i < sizeof whys / sizeof *whys; i++) {
        const struct why *w = &whys[i];
        if (strcmp(w->command, s->command) != 0 || !listed_or_any(w->tables, s->view.name) || !listed_or_any(w->columns, s->view.columns[column].name)) continue;
        *inputs = w->inputs;
        return w->text;
    }
    return NULL;
}

// ---- which one -------------------------------------------------------------------------------------------------------------------------

static bool listed(const char *words, voc_str name)
{
    voc_str rest = str_of(words), word;
    while (str_split(&rest, &word))
        if (str_eq(word, name)) return true;
    return false;
}

static bool listed_or_any(const char *words, voc_str name) { return !words[0] || listed(words, name); }

bool recipe_fits(const struct explainer *x, const struct recipe *r, const struct source *s)
{
    if (strcmp(r->command, s->command) != 0 || !listed(r->tables, s->view.name)) return false;
    for (size_t i = 0; i < x->n_given; i++)
        if (!listed(r->options, x->given[i].name)) return false;
    return true;
}

static bool is_named(const struct journey *j, voc_str kind, voc_str text);

// One condition: "lane=they do"; "segment!=all": another text; "segment=": none, or no such column; "step~stage": a stage's name.
static bool is_so(const struct explainer *x, voc_str condition, const struct source *s, size_t row)
{
    size_t n = 0;
    while (n < condition.len && !strchr("=!~", condition.ptr[n])) n++;
    const bool not = n < condition.len && condition.ptr[n] == '!', named = n < condition.len && condition.ptr[n] == '~';
    const char *column = arena_printf(&x->c->arena, "%.*s", (int)n, condition.ptr);
    const voc_cell *c = column ? figures_cell(&s->view, row, column) : NULL;
    n += 1 + not;
    const voc_str is = n <= condition.len ? str_mk(condition.ptr + n, condition.len - n) : STR("");
    if (c && c->type == VOC_CELL_BOOL) return str_is(is, c->i ? "yes" : "no") != not;
    if (c && c->type == VOC_CELL_INT) return str_is(is, arena_printf(&x->c->arena, "%" PRId64, c->i)) != not;
    const voc_str text = c && c->type == VOC_CELL_TEXT ? c->s : STR("");
    if (named) return is_named(x->j, is, text);
    return not ? text.len && !str_eq(text, is) : str_eq(text, is);
}

// Conditions with "&" between them.
bool recipe_fits_row(const struct explainer *x, const struct recipe *r, const struct source *s, size_t row)
{
    for (const char *at = r->rows; *at && row != SIZE_MAX;) {
        const size_t n = strcspn(at, "&");
        if (!is_so(x, str_mk(at, n), s, row)) return false;
        at += n + (at[n] == '&');
    }
    return true;
}

bool recipe_gives(const struct recipe *r, voc_str column) { return listed(r->columns, column); }

const struct recipe *recipe_find(const struct explainer *x, const struct source *s, voc_str column, size_t row)
{
    const struct recipe *r;
    for (size_t i = 0; (r = recipe_at(i)) != NULL; i++)
        if (recipe_fits(x, r, s) && recipe_gives(r, column) && recipe_fits_row(x, r, s, row)) return r;
    return NULL;
}

// ---- tables that show lines of another -------------------------------------------------------------------------------------------------

static const struct source *sister(const struct explainer *x, const struct source *s, const char *table)
{
    for (size_t i = 0; i < x->sources.n; i++)
        if (strcmp(x->sources.at[i].command, s->command) == 0 && str_is(x->sources.at[i].view.name, table)) return &x->sources.at[i];
    return NULL;
}

static bool same_number(const struct place *a, const struct place *b, const char *column)
{
    const voc_cell *x = figures_cell(&a->s->view, a->row, column), *y = figures_cell(&b->s->view, b->row, column);
    return x && y && x->type == y->type && (x->type != VOC_CELL_INT || x->i == y->i);
}

// The sipoc of one step for people, whose lines are those of its part of the table of all.
static bool twin_of_step(const struct place *p, const struct source *all, struct place *out)
{
    const voc_str name = p->s->view.name, what = figures_text(&p->s->view, p->row, "what");
    const voc_str step = str_ends(name, "_step") ? str_mk(name.ptr, name.len - 5) : name;
    for (size_t row = 0; row < all->view.n_rows; row++) {
        *out = (struct place){all, row, figures_column(&all->view, "what")};
        if (str_eq(figures_text(&all->view, row, "step"), step) && str_eq(figures_text(&all->view, row, "what"), what) && same_number(p, out, "n") && same_number(p, out, "times")) return true;
    }
    return false;
}

// Tables for people whose rows all stand in another one, and the texts that tell them apart.
static const struct { const char *command, *table, *whole, *keys[4]; } shortened[] = {
    {"flow", "flow", "edges", {"segment", "from", "to", NULL}}, {"discover", "breaks", "break_points", {"stage", NULL}}, {"discover", "trends", "trend_tests", {"stage", NULL}}};

static bool twin_by_keys(const struct place *p, const struct source *whole, const char *const keys[], struct place *out)
{
    for (size_t row = 0; row < whole->view.n_rows; row++) {
        bool same = true;
        for (size_t i = 0; keys[i] && same; i++) same = str_eq(figures_text(&p->s->view, p->row, keys[i]), figures_text(&whole->view, row, keys[i]));
        *out = (struct place){whole, row, 0};
        if (same) return true;
    }
    return false;
}

struct place recipe_place(const struct explainer *x, const struct place *p)
{
    const voc_str name = p->s->view.name;
    struct place to = *p;
    if (strcmp(p->s->command, "variants") == 0 && str_is(name, "variants")) { // shortened for people, in the same order
        const struct source *whole = sister(x, p->s, "sequences");
        if (whole && whole->view.n_rows == p->s->view.n_rows) to.s = whole;
    }
    if (strcmp(p->s->command, "sipoc") == 0 && !str_is(name, "sipoc") && !str_is(name, "steps")) {
        const struct source *all = sister(x, p->s, "sipoc");
        if (!all || !twin_of_step(p, all, &to)) return *p;
    }
    for (size_t i = 0; i < sizeof shortened / sizeof *shortened && to.s == p->s; i++) {
        const struct source *whole = strcmp(p->s->command, shortened[i].command) == 0 && str_is(name, shortened[i].table) ? sister(x, p->s, shortened[i].whole) : NULL;
        if (whole && !twin_by_keys(p, whole, shortened[i].keys, &to)) return *p;
    }
    if (to.s == p->s) return to;
    for (size_t k = 0; k < to.s->view.n_columns; k++)
        if (str_eq(to.s->view.columns[k].name, p->s->view.columns[p->column].name)) return to.column = k, to;
    return *p;
}

// ---- what a text names -------------------------------------------------------------------------------------------------------------------

static bool names(voc_str id, voc_str title, voc_str text) { return str_eq(id, text) || (title.len && str_eq(title, text)); }

// As sipoc calls what comes next: "sales (Seeking a vendor)".
static voc_str next_name(const struct explainer *x, const struct stage *st)
{
    const voc_str title = st->title.len ? st->title : st->id;
    return st->owner.len ? str_of(arena_printf(&x->c->arena, "%.*s (%.*s)", (int)st->owner.len, st->owner.ptr, (int)title.len, title.ptr)) : title;
}

#define FIND(list, n) \
    for (size_t i = 0; i < (n); i++) \
        if (names((list)[i].id, (list)[i].title, text)) return (list)[i].id;

// A text that the journey does not name stands for itself.
static voc_str id_of(const struct journey *j, voc_str kind, voc_str text)
{
    if (str_is(kind, "stage")) { FIND(j->stages, j->n_stages) }
    if (str_is(kind, "exit")) { FIND(j->exits, j->n_exits) }
    if (str_is(kind, "touchpoint")) { FIND(j->claims, j->n_claims) }
    if (str_is(kind, "role")) { FIND(j->roles, j->n_roles) }
    if (str_is(kind, "need")) { FIND(j->needs, j->n_needs) }
    if (str_is(kind, "theme")) { FIND(j->themes, j->n_themes) }
    return text;
}

static bool among(voc_str text, const struct stage *stages, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (names(stages[i].id, stages[i].title, text)) return true;
    return false;
}

static bool is_next(const struct journey *j, voc_str text)
{
    for (size_t i = 0; i < j->n_stages; i++) {
        const voc_str title = j->stages[i].title.len ? j->stages[i].title : j->stages[i].id, owner = j->stages[i].owner;
        const size_t rest = owner.len ? owner.len + 2 : 0;
        if (!owner.len && str_eq(title, text)) return true;
        if (owner.len && text.len == rest + title.len + 1 && str_eq(str_mk(text.ptr, owner.len), owner) && str_eq(str_mk(text.ptr + rest, title.len), title)) return true;
    }
    return false;
}

static bool is_named(const struct journey *j, voc_str kind, voc_str text)
{
    if (str_is(kind, "stage")) return among(text, j->stages, j->n_stages);
    if (str_is(kind, "next")) return is_next(j, text);
    for (size_t i = 0; str_is(kind, "touchpoint") && i < j->n_claims + j->n_works; i++) {
        const struct claim *c = i < j->n_claims ? &j->claims[i] : &j->works[i - j->n_claims];
        if (names(c->id, c->title, text)) return true;
    }
    for (size_t i = 0; str_is(kind, "role") && i < j->n_roles; i++)
        if (names(j->roles[i].id, j->roles[i].title, text)) return true;
    return false;
}

static voc_str before_colon(voc_str word, voc_str *kind)
{
    const char *colon = memchr(word.ptr, ':', word.len);
    *kind = colon ? str_mk(colon + 1, word.len - (size_t)(colon + 1 - word.ptr)) : STR("");
    return colon ? str_mk(word.ptr, (size_t)(colon - word.ptr)) : word;
}

// What the row has in COLUMN or COLUMN:KIND, as an id or digits; *number: no quotes belong around it.
static voc_str text_of(const struct explainer *x, const struct source *s, size_t row, voc_str word, bool *number)
{
    voc_str kind;
    const voc_str column = before_colon(word, &kind);
    *number = false;
    for (size_t k = 0; k < s->view.n_columns; k++) {
        const voc_cell *c = &s->view.cells[row * s->view.n_columns + k];
        if (!str_eq(s->view.columns[k].name, column)) continue;
        if (c->type == VOC_CELL_TEXT) return id_of(x->j, kind, c->s);
        *number = true;
        if (c->type == VOC_CELL_INT || c->type == VOC_CELL_BOOL || c->type == VOC_CELL_DURATION) return str_of(arena_printf(&x->c->arena, "%" PRId64, c->i));
    }
    return STR("");
}

size_t recipe_keys(const struct recipe *r)
{
    voc_str rest = str_of(r->keys), word;
    size_t n = 0;
    while (str_split(&rest, &word)) n++;
    return n;
}

static voc_str key_word(const struct recipe *r, size_t i)
{
    voc_str rest = str_of(r->keys), word = STR("");
    do (void)str_split(&rest, &word);
    while (i--);
    return word;
}

const char recipe_any[] = "*";

static bool has_column(const struct source *s, voc_str name)
{
    for (size_t k = 0; k < s->view.n_columns; k++)
        if (str_eq(s->view.columns[k].name, name)) return true;
    return false;
}

voc_str recipe_key(const struct explainer *x, const struct recipe *r, size_t i, const struct source *s, size_t row)
{
    bool number;
    voc_str kind;
    if (!has_column(s, before_colon(key_word(r, i), &kind))) return str_of(recipe_any);
    return text_of(x, s, row, key_word(r, i), &number);
}

// ---- filling -----------------------------------------------------------------------------------------------------------------------------

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
    const bool plain = p->kind == PRED_ANY || (p->kind == PRED_EVENT && p->n_tests == 1 && !p->n_child && p->tests[0].field == LEAF_ACTION && !p->tests[0].re);
    bool all = plain;
    if (plain && p->kind == PRED_EVENT)
        buf_printf(f->b, "%s(%s, %s)", (*n)++ ? ", " : " ", again_quoted(f->x, need, &f->ok), again_quoted(f->x, p->tests[0].whole, &f->ok));
    for (size_t i = 0; all && p->kind == PRED_ANY && i < p->n_child; i++) all = put_actions(f, p->child[i], need, n);
    return all;
}

// Pairs of need and what seeks, speaks of or serves it: of the need of the row, or of all.
static void put_pairs(struct filling *f, voc_str what)
{
    const struct journey *j = f->x->j;
    bool number;
    const voc_str only = f->row == SIZE_MAX ? STR("") : text_of(f->x, f->s, f->row, str_is(f->s->view.name, "map") && strcmp(f->s->command, "map") == 0 ? STR("what:need") : STR("need:need"), &number);
    size_t n = 0;
    buf_cstr(f->b, "(VALUES");
    for (size_t i = 0; i < j->n_needs; i++) {
        const struct need *d = &j->needs[i];
        if (only.len && !str_eq(only, d->id)) continue;
        if (str_is(what, "sought") && d->sought) f->whole = put_actions(f, d->sought, d->id, &n) && f->whole;
        for (size_t k = 0; str_is(what, "said") && k < d->said.n; k++)
            buf_printf(f->b, "%s(%s, %s)", n++ ? ", " : " ", again_quoted(f->x, d->id, &f->ok), again_quoted(f->x, j->themes[d->said.at[k]].id, &f->ok));
        for (size_t c = 0; str_is(what, "served") && c < j->n_claims; c++)
            for (size_t k = 0; k < j->claims[c].n_serves; k++)
                if (str_eq(j->claims[c].serves[k], d->id)) buf_printf(f->b, "%s(%s, %s)", n++ ? ", " : " ", again_quoted(f->x, d->id, &f->ok), again_quoted(f->x, j->claims[c].id, &f->ok));
    }
    if (!n) buf_cstr(f->b, " (NULL, NULL)");
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
    const voc_str text = text_of(f->x, f->s, f->row, str_mk(rest.ptr + blank, rest.len - blank), &number);
    if (number) buf_printf(f->b, " %s %.*s = %.*s", word, (int)blank - 1, rest.ptr, (int)text.len, text.ptr);
    else buf_printf(f->b, " %s %.*s = %s", word, (int)blank - 1, rest.ptr, again_quoted(f->x, text, &f->ok));
}

static void put_only(struct filling *f)
{
    const size_t n = recipe_keys(f->r);
    size_t put = 0;
    voc_str kind;
    bool number;
    for (size_t i = 0; f->row != SIZE_MAX && i < n; i++) {
        const voc_str word = key_word(f->r, i), column = before_colon(word, &kind), text = text_of(f->x, f->s, f->row, word, &number);
        const char *name = again_name(f->x, column);
        f->ok = f->ok && name;
        if (!has_column(f->s, column)) continue;
        if (number) buf_printf(f->b, "%s %s = %.*s", put++ ? " AND" : "\n  WHERE", name ? name : "", (int)text.len, text.ptr);
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
        buf_printf(f->b, "ends AS (SELECT unit, segment, %s FROM journey GROUP BY unit),\n  journeys AS (SELECT unit, 1 AS episode, ends.segment, coalesce(open, 1) AS open, coalesce(cut, 0) AS cut\n    FROM unit LEFT JOIN ends USING (unit))", ends);
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

static const struct option_given *given(const struct filling *f, const char *name)
{
    for (size_t i = 0; i < f->x->n_given; i++)
        if (str_is(f->x->given[i].name, name)) return &f->x->given[i];
    return NULL;
}

// A stage that leads on: the last one does only where journeys are won by an end, if that counts.
static void put_goes_on(struct filling *f, voc_str column, bool ends_count)
{
    const struct journey *j = f->x->j;
    bool by_end = ends_count && j->win_exit != VOC_NONE;
    for (size_t i = 0; ends_count && i < j->n_exits; i++) by_end = by_end || str_is(j->exits[i].outcome, "won");
    if (by_end || !j->n_stages) buf_byte(f->b, '1');
    else buf_printf(f->b, "%.*s <> %s", (int)column.len, column.ptr, again_quoted(f->x, j->stages[j->n_stages - 1].id, &f->ok));
}

static bool says_no(const struct option_given *g) { return g->has_value && (str_is(g->value, "no") || str_is(g->value, "false") || str_is(g->value, "off") || str_is(g->value, "0")); }

// What is nobody's touch: the company's own work.
static void put_not_work(struct filling *f)
{
    const struct journey *j = f->x->j;
    for (size_t i = 0; i < j->n_works; i++) buf_printf(f->b, "%s%s", i ? ", " : "touchpoint NOT IN (", again_quoted(f->x, j->works[i].id.len ? j->works[i].id : j->works[i].title, &f->ok));
    if (j->n_works) buf_cstr(f->b, ") AND ");
}

// A touch that came back did not reach anybody.
static void put_delivered(struct filling *f)
{
    bool any = false;
    for (size_t i = 0; i < f->x->j->n_actions; i++) any = any || f->x->j->actions[i].class_ == VOC_CLASS_UNDELIVERED;
    if (any) buf_cstr(f->b, "\n    AND id NOT IN (SELECT ref FROM event WHERE class = 'undelivered' AND ref IS NOT NULL)");
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
        if (text.len && is_named(f->x->j, kind, text)) return str_eq(id_of(f->x->j, kind, text), id);
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
        buf_printf(f->b, "%s(%s, %s)", i ? ", " : " ", again_quoted(f->x, j->stages[i].id, &f->ok), again_quoted(f->x, next_name(f->x, &j->stages[i]), &f->ok));
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
        buf_printf(f->b, "%s(%s, %" PRId64 ", %s, %s)", n++ ? ", " : " ", again_quoted(f->x, group, &f->ok), step->i, again_quoted(f->x, from, &f->ok), again_quoted(f->x, to, &f->ok));
    }
    f->whole = f->whole && n;
    buf_byte(f->b, ')');
}

// The whole typical way of each group.
static void put_typical(struct filling *f)
{
    const struct source *s = sister(f->x, f->s, "alternatives");
    size_t n = 0;
    buf_cstr(f->b, "(VALUES");
    for (size_t row = 0; s && row < s->view.n_rows; row++)
        if (str_is(figures_text(&s->view, row, "rule"), "nearest"))
            buf_printf(f->b, "%s(%s, %s)", n++ ? ", " : " ", again_quoted(f->x, figures_text(&s->view, row, "group"), &f->ok), again_quoted(f->x, figures_text(&s->view, row, "way"), &f->ok));
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
    else buf_printf(f->b, "(SELECT CASE WHEN count(*) >= 30 THEN 1 - 1.0 * sum(j.advanced) / count(*) END FROM judged AS j\n    WHERE j.stage = counts.stage AND j.entered_us < strftime('%%s', %s) * 1000000), ", time);
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

static void put_asked(struct filling *f, voc_str word)
{
    const struct journey *j = f->x->j;
    const bool episodes = j->n_stages && j->unit != VOC_UNIT_CASE;
    const struct option_given *by = given(f, "by"), *collapse = given(f, "collapse"), *within = given(f, "within");
    int64_t us = 0;
    if (str_is(word, "episode")) buf_cstr(f->b, episodes ? "episode" : "1");
    else if (str_is(word, "inside")) buf_cstr(f->b, episodes ? " AND episode IS NOT NULL" : "");
    else if (str_is(word, "exits")) { // the act that ended a journey is one of it, but stands in no stage any more
        if (episodes) buf_cstr(f->b, "\n    UNION ALL SELECT unit, episode, action, time_us, n FROM (SELECT j.unit, j.episode, e.action, e.time_us, e.actor, e.rowid AS n,\n"
                                     "      min(CASE WHEN e.stage IS NULL THEN e.rowid END) OVER (PARTITION BY j.unit, j.episode) AS ended_by\n"
                                     "    FROM (SELECT * FROM journey LEFT JOIN (SELECT unit, episode, max(rowid) AS last FROM event WHERE episode IS NOT NULL\n"
                                     "      GROUP BY unit, episode) USING (unit, episode) WHERE end = 'exit') AS j\n"
                                     "    JOIN event AS e ON e.unit = j.unit AND e.time_us = j.left_us AND e.episode IS NULL AND e.rowid > coalesce(last, -1))\n"
                                     "    WHERE actor = 'customer' AND n <= ended_by");
    } else if (str_is(word, "seen")) {
        if (f->x->n_runs && f->x->runs[0].info.start_declared) buf_printf(f->b, " AND time_us >= %" PRId64, f->x->runs[0].info.start_us);
    } else if (str_is(word, "since")) put_since(f, false);
    else if (str_is(word, "history")) put_since(f, true);
    else if (str_is(word, "limits")) put_limits(f);
    else if (str_is(word, "acts")) buf_cstr(f->b, limited(f) ? "kept" : "acts");
    else if (str_is(word, "part")) buf_cstr(f->b, limited(f) ? ", part" : "");
    else if (str_is(word, "open")) buf_cstr(f->b, limited(f) ? "(open AND going_on AND NOT limited)" : "open");
    else if (str_is(word, "unlimited")) buf_cstr(f->b, limited(f) ? " AND NOT limited" : "");
    else if (str_is(word, "cut")) buf_cstr(f->b, limited(f) ? "(cut AND part = 0)" : "cut");
    else if (str_is(word, "touch")) put_not_work(f);
    else if (str_is(word, "delivered")) put_delivered(f);
    else if (str_is(word, "windows") || str_is(word, "costs") || str_is(word, "targets") || str_is(word, "minutes") || str_is(word, "touchpoints")) put_values(f, word);
    else if (str_is(word, "group")) buf_cstr(f->b, by && str_is(by->value, "nothing") ? "'all'" : "segment");
    else if (str_is(word, "repeats")) buf_cstr(f->b, (collapse ? says_no(collapse) : strcmp(f->s->command, "flow") == 0) ? "1 OR " : "");
    else if (str_is(word, "within") && within && time_duration(within->value, &us)) buf_printf(f->b, "%" PRId64, us);
    else if (str_is(word, "within")) buf_cstr(f->b, "3 * min(CASE WHEN stay < 0.5 - 1.5e-8 THEN us WHEN stay < 0.5 + 1.5e-8\n    THEN (us + coalesce(next, us)) / 2.0 END)");
    else f->ok = false;
}

static void put_filled(struct filling *f, voc_str hole)
{
    voc_str rest = hole, word = STR("");
    (void)str_split(&rest, &word);
    rest = str_trim(rest);
    if (str_is(word, "moved")) put_moved(f);
    else if (str_is(word, "rank")) put_rank(f);
    else if (str_is(word, "end")) put_time(f, false);
    else if (str_is(word, "start")) put_time(f, true);
    else if (str_is(word, "where")) put_condition(f, "WHERE", rest);
    else if (str_is(word, "and")) put_condition(f, "AND", rest);
    else if (str_is(word, "only")) put_only(f);
    else if (str_is(word, "journeys")) put_journeys(f);
    else if (str_is(word, "period")) put_period(f);
    else if (str_is(word, "at")) put_at(f);
    else if (str_is(word, "goes_on")) put_goes_on(f, STR("stage"), true);
    else if (str_is(word, "not_last")) put_goes_on(f, rest.len ? rest : STR("stage"), false);
    else if (str_is(word, "next")) put_next(f);
    else if (str_is(word, "steps") && strcmp(f->s->command, "funnel") == 0) f->whole = recipe_steps(f->x, f->b, &f->ok) && f->whole;
    else if (str_is(word, "steps")) put_steps(f);
    else if (str_is(word, "typical")) put_typical(f);
    else if (str_is(word, "no_suppliers")) f->whole = f->whole && !declares_suppliers(f->x->j);
    else if (str_starts(word, "win_")) put_win(f, word);
    else if (str_is(word, "sought") || str_is(word, "said") || str_is(word, "served")) put_pairs(f, word);
    else put_asked(f, word);
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
