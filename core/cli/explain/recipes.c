// SPDX-License-Identifier: MIT
// Statements from recipes (recipes.h): which one is for a number, and what stands between its braces.
#include <inttypes.h>
#include <stdio.h>

#include "base/time.h"
#include "cli/explain/recipes.h"

static const struct recipes *const sets[] = {&recipes_discover, &recipes_map, &recipes_flow, &recipes_steps, &recipes_sipoc, &recipes_visits, &recipes_needs, &recipes_attribution, &recipes_sessions, &recipes_response};

const struct recipe *recipe_at(size_t i)
{
    for (size_t k = 0; k < sizeof sets / sizeof *sets; k++) {
        if (i < sets[k]->n) return &sets[k]->at[i];
        i -= sets[k]->n;
    }
    return NULL;
}

bool recipe_hole(struct explainer *x, const struct recipe *r, voc_str word, struct buf *b, bool *ok, bool *whole)
{
    for (size_t k = 0; k < sizeof sets / sizeof *sets; k++)
        if (r >= sets[k]->at && r < sets[k]->at + sets[k]->n) return sets[k]->hole && sets[k]->hole(x, r, word, b, ok, whole);
    return false;
}

// ---- numbers without -----------------------------------------------------------------------------------------------------------------

static const struct why { const char *command, *tables, *columns, *inputs, *text; } whys[] = {
    {"discover", "break_points", "p p_adjusted", "entered", "it is an exact test (binomial, then Benjamini-Hochberg over all stages; METHODS 4.5), computed by the program. What enters it are entered, advanced and expected"},
    {"discover", "dwell dwell_segments", "range", "median_lo", "it is the range in which the median lies, from median_lo to median_hi, in words"},
    {"discover", "dwell_segments", "p p_adjusted", "stays", "it is the log-rank test (METHODS 4.6), computed by the program from the curves of the segments. What enters it are the stays and their ends"},
    {"discover", "trend_tests trends", "z p p_adjusted slope dwell_p dwell_p_adjusted", "judged", "it is a test of trend (Cochran and Armitage, Mann and Kendall; METHODS 4.7), computed by the program. What enters it are the periods: voc discover PROJECT --table periods, whose numbers have queries"},
    {"discover", "typical alternatives", "difference mean_distance", "journeys", "it is the mean distance between ways, counted in steps to add, leave out or exchange (METHODS 4.3): it needs each way beside each other. What enters it are the ways: voc variants PROJECT --top 0, whose numbers have queries"},
    {"discover", "traces deviations", "", "", "it comes of the cheapest alignment of a journey to the order of the stages (METHODS 4.4), computed by the program. What enters it are the stays: SELECT unit, episode, stage, end FROM journey"},
    {"value-map", "distinctive", "q", "z", "it is the normal test of z, adjusted for all actions of the role (Benjamini and Hochberg 1995), computed by the program. What enters it is z"},
    {"value-map", "map needs cells", "", "", "which acts seek a need is said by more than their names in the journey (its <sought>), and no statement says that. Who speaks of it and who is served with it have a query"},
    {"sipoc", "", "", "", "what the journey declares for it (<supplier>, <input>, <requirement>, or an <enter>, <leave> or <output>) looks at facts, at several events or for a pattern, which no statement says; the events are those of voc sql PROJECT \"SELECT * FROM event WHERE step = 'ID'\""},
    {"attribution", "disagree", "apart", "", "it is the most less the least"},
    {"attribution", "", "", "paths", "it is shared out by a model (METHODS 3.10) over all paths at once: how many conversions would be missing without the touch (Markov), or what it adds to each set of others (Shapley). What enters it are the paths: voc attribution PROJECT --table all_paths, whose numbers have queries"},
    {"score", "", "", "", "it comes of matched sets of customers (METHODS 3.3 to 3.6): voc explain PROJECT TOUCHPOINT shows the query that gives it again from the sets, and the events behind them"},
};

static bool listed_or_any(const char *words, voc_str name);

const char *recipe_why(const struct source *s, size_t column, const char **inputs)
{
    for (size_t i = 0; i < sizeof whys / sizeof *whys; i++) {
        const struct why *w = &whys[i];
        if (strcmp(w->command, s->command) != 0 || !listed_or_any(w->tables, s->view.name) ||
            !listed_or_any(w->columns, s->view.columns[column].name))
            continue;
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

// One of "first|last": of "|all" the first is no text.
static bool is_one_of(voc_str text, voc_str words)
{
    for (;;) {
        const char *at = memchr(words.ptr, '|', words.len);
        const size_t n = at ? (size_t)(at - words.ptr) : words.len;
        if (str_eq(text, str_mk(words.ptr, n))) return true;
        if (!at) return false;
        words = str_mk(words.ptr + n + 1, words.len - n - 1);
    }
}

// One condition: "lane=they do", "lane=they do|they meet"; "segment!=all": another text; "segment=": none, or no such column;
// "step~stage": a stage's name.
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
    if (named) return recipe_is_named(x->j, is, text);
    return not ? text.len && !is_one_of(text, is) : is_one_of(text, is);
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

const struct source *recipe_sister(const struct explainer *x, const struct source *s, const char *table)
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
        *out = (struct place){.s = all, .row = row, .column = figures_column(&all->view, "what")};
        if (str_eq(figures_text(&all->view, row, "step"), step) && str_eq(figures_text(&all->view, row, "what"), what) &&
            same_number(p, out, "n") && same_number(p, out, "times"))
            return true;
    }
    return false;
}

// The sheet of all steps: "newsletter: 8,647 times, in 91% of visits".
static bool twin_of_sheet(const struct place *p, const struct source *all, struct place *out)
{
    const voc_str words = figures_text(&p->s->view, p->row, "words"), step = figures_text(&p->s->view, p->row, "step");
    const voc_cell *share = figures_cell(&p->s->view, p->row, "share");
    for (size_t row = 0; row < all->view.n_rows && share && share->type == VOC_CELL_SHARE; row++) {
        const voc_str what = figures_text(&all->view, row, "what");
        const voc_cell *there = figures_cell(&all->view, row, "share");
        const bool begins = what.len && what.len < words.len && words.ptr[what.len] == ':' && memcmp(words.ptr, what.ptr, what.len) == 0;
        *out = (struct place){.s = all, .row = row};
        if (begins && str_eq(figures_text(&all->view, row, "step"), step) && there && there->type == VOC_CELL_SHARE && there->r == share->r) return true;
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
        *out = (struct place){.s = whole, .row = row};
        if (same) return true;
    }
    return false;
}

// Where the models of attribution disagree: the least and the most are what some model says.
static bool twin_of_model(const struct place *p, const struct source *all, struct place *out)
{
    const voc_table *v = &p->s->view;
    const voc_str column = v->columns[p->column].name;
    const voc_str by = figures_text(v, p->row, str_is(column, "least") ? "least_by" : "most_by");
    size_t k = 0;
    if (!str_is(column, "least") && !str_is(column, "most")) return false;
    while (k < all->view.n_columns && !str_eq(all->view.columns[k].title, by)) k++;
    *out = (struct place){.s = all, .row = figures_row(&all->view, "touch", figures_text(v, p->row, "touch")), .column = k};
    return out->row != SIZE_MAX && k < all->view.n_columns;
}

// Shortened for people, in the same order.
static const struct { const char *command, *table, *whole; } in_order[] = {{"variants", "variants", "sequences"}, {"attribution", "paths", "all_paths"}};

struct place recipe_place(const struct explainer *x, const struct place *p)
{
    const voc_str name = p->s->view.name;
    struct place to = *p;
    for (size_t i = 0; i < sizeof in_order / sizeof *in_order; i++) {
        const bool it = strcmp(p->s->command, in_order[i].command) == 0 && str_is(name, in_order[i].table);
        const struct source *whole = it ? recipe_sister(x, p->s, in_order[i].whole) : NULL;
        if (whole && whole->view.n_rows >= p->s->view.n_rows) to.s = whole;
    }
    if (strcmp(p->s->command, "attribution") == 0 && str_is(name, "disagree")) {
        const struct source *all = recipe_sister(x, p->s, "attribution");
        return all && twin_of_model(p, all, &to) ? to : *p;
    }
    if (strcmp(p->s->command, "sipoc") == 0 && !str_is(name, "sipoc") && !str_is(name, "steps") && !str_is(name, "measures")) {
        const struct source *all = recipe_sister(x, p->s, "sipoc");
        if (!all || !(str_is(name, "sheet") ? twin_of_sheet : twin_of_step)(p, all, &to)) return *p;
    }
    for (size_t i = 0; i < sizeof shortened / sizeof *shortened && to.s == p->s; i++) {
        const struct source *whole = strcmp(p->s->command, shortened[i].command) == 0 && str_is(name, shortened[i].table)
                                         ? recipe_sister(x, p->s, shortened[i].whole)
                                         : NULL;
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
voc_str recipe_next_name(const struct explainer *x, const struct stage *st)
{
    const voc_str title = st->title.len ? st->title : st->id;
    return st->owner.len ? str_of(arena_printf(&x->c->arena, "%.*s (%.*s)", STR_ARG(st->owner), STR_ARG(title))) : title;
}

#define FIND(list, n) \
    for (size_t i = 0; i < (n); i++) \
        if (names((list)[i].id, (list)[i].title, text)) return (list)[i].id;

// A text that the journey does not name stands for itself.
voc_str recipe_id(const struct journey *j, voc_str kind, voc_str text)
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

// "sales (Seeking a vendor)", or the title alone.
static bool is_owned(voc_str text, voc_str owner, voc_str title)
{
    const size_t rest = owner.len ? owner.len + 2 : 0;
    if (!owner.len) return str_eq(title, text);
    return text.len == rest + title.len + 1 && str_eq(str_mk(text.ptr, owner.len), owner) && str_eq(str_mk(text.ptr + rest, title.len), title);
}

static bool is_next(const struct journey *j, voc_str text)
{
    for (size_t i = 0; i < j->n_stages; i++)
        if (is_owned(text, j->stages[i].owner, j->stages[i].title.len ? j->stages[i].title : j->stages[i].id)) return true;
    return false;
}

static bool hands_to(const struct journey *j, const struct exchange *e, const struct step *of, uint32_t to, voc_str text)
{
    voc_str owner = j->steps[to].owner;
    bool hands = false;
    for (size_t k = e->n_outputs; k-- > 0;) {
        if (e->outputs[k].next_step != to) continue;
        hands = true;
        if (e->outputs[k].owner.len) owner = e->outputs[k].owner;
    }
    for (size_t k = 0; of && k < of->n_leaves; k++) hands = hands || of->leaves[k].to == to;
    return hands && is_owned(text, owner, j->steps[to].title.len ? j->steps[to].title : j->steps[to].id);
}

// A step that what a stage or a step gives goes to.
static bool is_handed(const struct journey *j, voc_str text)
{
    bool handed = false;
    for (uint32_t to = 0; to < j->n_steps; to++) {
        for (size_t i = 0; i < j->n_stages; i++) handed = handed || hands_to(j, &j->stages[i].exchange, NULL, to, text);
        for (size_t i = 0; i < j->n_steps; i++) handed = handed || hands_to(j, &j->steps[i].exchange, &j->steps[i], to, text);
    }
    return handed;
}

bool recipe_is_named(const struct journey *j, voc_str kind, voc_str text)
{
    if (str_is(kind, "stage")) return among(text, j->stages, j->n_stages);
    if (str_is(kind, "next")) return is_next(j, text);
    if (str_is(kind, "handed")) return is_handed(j, text);
    for (size_t i = 0; str_is(kind, "step") && i < j->n_steps; i++)
        if (names(j->steps[i].id, j->steps[i].title, text)) return true;
    for (size_t i = 0; str_is(kind, "touchpoint") && i < j->n_claims + j->n_works; i++) {
        const struct claim *c = i < j->n_claims ? &j->claims[i] : &j->works[i - j->n_claims];
        if (names(c->id, c->title, text)) return true;
    }
    for (size_t i = 0; str_is(kind, "role") && i < j->n_roles; i++)
        if (names(j->roles[i].id, j->roles[i].title, text)) return true;
    return false;
}

voc_str recipe_column(voc_str word, voc_str *kind)
{
    const char *colon = memchr(word.ptr, ':', word.len);
    *kind = colon ? str_mk(colon + 1, word.len - (size_t)(colon + 1 - word.ptr)) : STR("");
    return colon ? str_mk(word.ptr, (size_t)(colon - word.ptr)) : word;
}

// What the row has in COLUMN or COLUMN:KIND, as an id or digits; *number: no quotes belong around it.
voc_str recipe_text(const struct explainer *x, const struct source *s, size_t row, voc_str word, bool *number)
{
    voc_str kind;
    const voc_str column = recipe_column(word, &kind);
    *number = false;
    for (size_t k = 0; k < s->view.n_columns; k++) {
        const voc_cell *c = &s->view.cells[row * s->view.n_columns + k];
        if (!str_eq(s->view.columns[k].name, column)) continue;
        if (c->type == VOC_CELL_TEXT) return recipe_id(x->j, kind, c->s);
        *number = c->type == VOC_CELL_INT || c->type == VOC_CELL_BOOL || c->type == VOC_CELL_DURATION;
        if (*number) return str_of(arena_printf(&x->c->arena, "%" PRId64, c->i));
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

voc_str recipe_key_word(const struct recipe *r, size_t i)
{
    voc_str rest = str_of(r->keys), word = STR("");
    do (void)str_split(&rest, &word);
    while (i--);
    return word;
}

const char recipe_any[] = "*";

bool recipe_has(const struct source *s, voc_str name)
{
    for (size_t k = 0; k < s->view.n_columns; k++)
        if (str_eq(s->view.columns[k].name, name)) return true;
    return false;
}

voc_str recipe_key(const struct explainer *x, const struct recipe *r, size_t i, const struct source *s, size_t row)
{
    bool number;
    voc_str kind;
    if (!recipe_has(s, recipe_column(recipe_key_word(r, i), &kind))) return str_of(recipe_any);
    return recipe_text(x, s, row, recipe_key_word(r, i), &number);
}
