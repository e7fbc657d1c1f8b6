// SPDX-License-Identifier: MIT
// voc explain: finds out what is meant by a word, and lets the other files answer.
#include "base/regex.h"
#include "cli/explain/explain.h"
#include "cli/options.h"
#include "host/views/views.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NAMES_MAX 2000u

voc_rc explain_table(struct explainer *x, struct table **out, const char *name, const char *title)
{
    voc_rc rc = vec_reserve(&x->out, 1, 64);
    if (!rc) rc = table_new(out, name, title, 0);
    if (!rc) x->out.at[x->out.n++] = *out;
    if (!rc && x->j->currency.len) rc = table_currency(*out, x->j->currency);
    return rc;
}

static const char *z(struct explainer *x, voc_str s)
{
    bool ok = true;
    voc_str copy = arena_str(&x->c->arena, s.ptr, s.len, &ok);
    return ok ? copy.ptr : "";
}

// ---- the kinds of things ----------------------------------------------------------------------------------------------------------

static voc_rc explain_code(struct explainer *x, const struct source *codes, size_t row)
{
    const struct source *s = figures_table(x, "touchpoints");
    voc_str code = figures_text(&codes->view, row, "code");
    struct table *t = NULL;
    size_t n = 0;
    const char *lead = arena_printf(&x->c->arena, "%s: %s, %s.", z(x, code), z(x, figures_text(&codes->view, row, "verdict")),
                                    z(x, figures_text(&codes->view, row, "verb")));
    voc_rc rc = lead ? explain_table(x, &t, "code", "") : VOC_E_NOMEM;
    if (!rc) rc = table_column(t, "about", "", VOC_CELL_TEXT, "", 0, "");
    if (!rc) rc = table_column(t, "text", "", VOC_CELL_TEXT, "", 0, "");
    if (!rc) rc = table_note(t, VOC_NOTE_LEAD, lead);
    if (!rc) table_text(t, STR("when")), table_text(t, figures_text(&codes->view, row, "rule"));
    if (!rc) table_text(t, STR("next")), table_text(t, figures_text(&codes->view, row, "next"));
    for (size_t i = 0; s && !rc && i < s->view.n_rows; i++) {
        if (!str_eq(figures_text(&s->view, i, "code"), code)) continue;
        if (n++ == 0) rc = table_group(t, "In this project", "");
        table_text(t, figures_text(&s->view, i, "touchpoint"));
        table_text(t, figures_text(&s->view, i, "reason"));
    }
    if (!rc && n == 0) rc = table_note(t, VOC_NOTE_AFTER, "No touchpoint of this project has it.");
    return rc ? rc : again_code(x, code);
}

static uint64_t line_of_touchpoint(const struct journey *j, voc_str id, const char **element)
{
    for (size_t i = 0; i < j->n_claims; i++)
        if (str_eq(j->claims[i].id, id)) return *element = "touchpoint", j->claims[i].line;
    for (size_t i = 0; i < j->n_works; i++)
        if (str_eq(j->works[i].id, id) || str_eq(j->works[i].title, id)) return *element = "work", j->works[i].line;
    return 0;
}

// What counts as acting, where the touchpoint and its stages have no aim of their own.
static voc_rc note_aims(struct explainer *x, struct table *t)
{
    struct buf b;
    size_t n = 0;
    buf_init(&b, 1 << 14);
    buf_cstr(&b, "What counts as acting, unless the touchpoint or the stage names an aim: ");
    for (size_t i = 0; i < x->j->n_actions; i++) {
        const struct action_rule *a = &x->j->actions[i];
        if (a->class_ != VOC_CLASS_VALUE || a->name.len == 0 || n > 20) continue;
        buf_printf(&b, "%s%.*s", n++ ? ", " : "", STR_ARG(a->name));
    }
    buf_byte(&b, '.');
    voc_rc rc = b.rc;
    if (!rc && n) rc = table_note(t, VOC_NOTE_AFTER, b.ptr);
    buf_done(&b);
    return rc;
}

static int64_t time_of(const voc_table *t, size_t row, const char *column)
{
    const voc_cell *c = figures_cell(t, row, column);
    return c && c->type == VOC_CELL_TIME ? c->i : VOC_NA;
}

static voc_rc explain_touchpoint(struct explainer *x, const struct source *s, size_t row)
{
    const voc_table *v = &s->view;
    voc_str id = figures_text(v, row, "touchpoint"), title = figures_text(v, row, "title");
    const struct example_customer who[] = {{figures_text(v, row, "responder"), time_of(v, row, "responder_at"), "got it, and acted"},
                                           {figures_text(v, row, "non_responder"), time_of(v, row, "non_responder_at"), "got it, and did not act"},
                                           {figures_text(v, row, "comparator"), time_of(v, row, "comparator_at"), "compared with that one, and did not get it"}};
    const char *element = "";
    uint64_t line = line_of_touchpoint(x->j, id, &element);
    const char *lead = arena_printf(&x->c->arena, "%s: %s (%s). %s", z(x, title.len ? title : id), z(x, figures_text(v, row, "verdict")), z(x, figures_text(v, row, "code")),
                                    z(x, figures_text(v, row, "explanation")));
    voc_rc rc = lead ? figures_of_row(x, s, row, "numbers", "", lead) : VOC_E_NOMEM;
    if (!rc && !line)
        rc = table_note(x->out.at[0], VOC_NOTE_AFTER,
                        "The journey does not declare it: it goes by the name that the events carry. Declare it to give it a "
                        "cost, an aim and a place.");
    if (!rc) rc = note_aims(x, x->out.at[0]);
    if (!rc) rc = figures_by_stage(x, id);
    if (!rc && line) rc = defined_table(x, element, line);
    if (!rc && (who[0].unit.len || who[1].unit.len)) rc = customers_table(x, who, 3, id, x->j->response.window_us);
    return rc ? rc : again_touchpoint(x, v, row);
}

// ---- actions ------------------------------------------------------------------------------------------------------------------------

static bool action_named(const struct explainer *x, voc_str word, voc_str *name)
{
    const voc_str *all = NULL;
    uint32_t n = 0;
    if (store_strings(x->p, SPACE_ACTION, &all, &n)) return false;
    for (uint32_t i = 1; i < n; i++)
        if (str_ieq(all[i], word)) return *name = all[i], true;
    return false;
}

// The first that fits, as when events are read.
static const struct action_rule *rule_of(const struct journey *j, voc_str action)
{
    for (size_t i = 0; i < j->n_actions; i++) {
        const struct action_rule *r = &j->actions[i];
        if (r->like ? regex_match(r->like, action, NULL, NULL) == 1 : str_eq(r->name, action)) return r;
    }
    return NULL;
}

static voc_rc explain_action(struct explainer *x, voc_str action)
{
    static const char *const classes[] = {"neutral", "value: what customers do because it is worth it to them", "mechanical: it can happen without a person", "harm", "undelivered",
                                          "passage: on the way to something else", "trouble: because the company failed"};
    const struct action_rule *r = rule_of(x->j, action);
    struct table *t = NULL;
    const char *lead = arena_printf(&x->c->arena,
                                    r ? "%s: an action; the journey classes it as %s."
                                      : "%s: an action that the journey does not name, so that it counts as %s.",
                                    z(x, action), classes[r ? r->class_ : 0]);
    voc_rc rc = !lead ? VOC_E_NOMEM : r ? defined_table(x, "action", r->line) : VOC_OK;
    if (!rc) rc = again_action(x, action);
    t = x->out.n ? x->out.at[0] : NULL;
    if (!rc && t) rc = table_note(t, VOC_NOTE_LEAD, lead);
    if (!rc && t && !r) rc = table_note(t, VOC_NOTE_NEXT, "voc worksheet PROJECT -o sheet.csv gives it a class and a stage");
    return rc || !t ? rc : table_name_project(t, x->c->project);
}

// Declared, but no event is it: then there is nothing to judge, and the definition is what to look at.
static bool declared_named(const struct explainer *x, voc_str word, const struct claim **claim, const char **element)
{
    for (size_t i = 0; i < x->j->n_claims + x->j->n_works; i++) {
        bool work = i >= x->j->n_claims;
        const struct claim *k = work ? &x->j->works[i - x->j->n_claims] : &x->j->claims[i];
        if (str_ieq(k->id, word) || (k->title.len && str_ieq(k->title, word))) return *claim = k, *element = work ? "work" : "touchpoint", true;
    }
    return false;
}

static voc_rc explain_declared(struct explainer *x, const struct claim *k, const char *element)
{
    voc_rc rc = defined_table(x, element, k->line);
    if (rc || !x->out.n) return rc;
    rc = table_note(x->out.at[0], VOC_NOTE_LEAD,
                    x->refused[0]
                        ? "The journey declares it; nothing was scored, so there is no verdict."
                        : "The journey declares it, but no event of this project is it: it has no numbers and no verdict.");
    if (!rc && x->refused[0]) rc = table_note(x->out.at[0], VOC_NOTE_AFTER, x->refused);
    if (!rc)
        rc = table_note(x->out.at[0], VOC_NOTE_NEXT,
                        "compare its <event> with what there is: voc sql PROJECT \"SELECT action, touchpoint, channel, "
                        "campaign, actor, count(*) AS n FROM event GROUP BY 1, 2, 3, 4, 5 ORDER BY n DESC\"");
    return rc ? rc : table_name_project(x->out.at[0], x->c->project);
}

static voc_rc explain_stage(struct explainer *x, uint32_t stage)
{
    const struct stage *st = &x->j->stages[stage];
    const struct source *s = NULL;
    for (size_t i = 0; i < x->sources.n; i++)
        if (!x->sources.at[i].plugin && str_is(x->sources.at[i].view.name, "stages")) s = &x->sources.at[i];
    size_t row = s ? figures_row(&s->view, "stage", st->id) : SIZE_MAX;
    const char *lead = arena_printf(&x->c->arena, "%s: stage %u of %zu%s", z(x, st->title.len ? st->title : st->id), stage + 1, x->j->n_stages,
                                    x->j->evidence_declared ? ", as the company recorded it." : ". A customer enters it by what the customer does.");
    voc_rc rc = !lead ? VOC_E_NOMEM : row == SIZE_MAX ? VOC_OK : figures_of_row(x, s, row, "numbers", "", lead);
    if (!rc) rc = defined_table(x, "stage", st->line);
    if (!rc) rc = customers_of_stage(x, stage);
    return rc ? rc : again_stage(x, st->id);
}

// ---- what is meant -----------------------------------------------------------------------------------------------------------------

static bool stage_named(const struct explainer *x, voc_str word, uint32_t *stage)
{
    for (uint32_t i = 0; i < x->j->n_stages; i++)
        if (str_ieq(x->j->stages[i].id, word) || (x->j->stages[i].title.len && str_ieq(x->j->stages[i].title, word))) return *stage = i, true;
    return false;
}

static const struct source *column_named(const struct explainer *x, voc_str word, size_t *column)
{
    for (unsigned by_title = 0; by_title < 2; by_title++)
        for (unsigned brief = 0; brief < 2; brief++) // the full tables first: their help says more
            for (size_t i = 0; i < x->sources.n; i++) {
                const voc_table *t = &x->sources.at[i].view;
                if (((t->flags & VOC_TABLE_BRIEF) != 0) != (brief != 0)) continue;
                for (size_t k = 0; k < t->n_columns; k++)
                    if (str_ieq(by_title ? t->columns[k].title : t->columns[k].name, word)) return *column = k, &x->sources.at[i];
            }
    return NULL;
}

static size_t touchpoint_named(const struct source *s, voc_str word)
{
    size_t row = s ? figures_row(&s->view, "touchpoint", word) : SIZE_MAX;
    return s && row == SIZE_MAX ? figures_row(&s->view, "title", word) : row;
}

// What the journey, the events or the score call so.
static voc_rc try_thing(struct explainer *x, voc_str word, bool *found)
{
    const struct source *codes = figures_table(x, "codes"), *touchpoints = figures_table(x, "touchpoints");
    size_t row = codes ? figures_row(&codes->view, "code", word) : SIZE_MAX;
    uint32_t stage = 0;
    const struct claim *claim = NULL;
    const char *element = "";
    voc_str action;
    *found = true;
    if (row != SIZE_MAX) return explain_code(x, codes, row);
    if ((row = touchpoint_named(touchpoints, word)) != SIZE_MAX) return explain_touchpoint(x, touchpoints, row);
    if (stage_named(x, word, &stage)) return explain_stage(x, stage);
    if (declared_named(x, word, &claim, &element)) return explain_declared(x, claim, element);
    if (action_named(x, word, &action)) return explain_action(x, action);
    *found = false;
    return VOC_OK;
}

static voc_rc try_number(struct explainer *x, voc_str word, bool *found)
{
    size_t column = 0;
    const struct source *s = column_named(x, word, &column);
    if (!s) return figures_of_number(x, word, found);
    *found = true;
    voc_rc rc = figures_of_column(x, s, column, SIZE_MAX);
    return rc ? rc : again_column(x, s, column, SIZE_MAX);
}

// "webinar expected": one number of one touchpoint.
static voc_rc try_number_of(struct explainer *x, voc_str what, voc_str number, bool *found)
{
    const struct source *s = figures_table(x, "touchpoints");
    size_t row = touchpoint_named(s, what), column = 0;
    *found = false;
    if (row == SIZE_MAX) return VOC_OK;
    for (column = 0; column < s->view.n_columns; column++)
        if (str_ieq(s->view.columns[column].name, number) || str_ieq(s->view.columns[column].title, number)) break;
    if (column == s->view.n_columns) return VOC_OK;
    *found = true;
    voc_rc rc = figures_of_column(x, s, column, row);
    if (!rc) rc = again_column(x, s, column, row);
    return rc;
}

static size_t add_names(const struct source *s, const char *column, struct explainer *x, const char **names, size_t n)
{
    for (size_t i = 0; s && i < s->view.n_rows && n < NAMES_MAX; i++) {
        voc_str name = figures_text(&s->view, i, column);
        if (name.len) names[n++] = z(x, name);
    }
    return n;
}

static voc_rc not_found(struct explainer *x, voc_str word)
{
    const char **names = arena_alloc(&x->c->arena, (NAMES_MAX + 1) * sizeof *names);
    size_t n = 0;
    char hint[600];
    if (!names) return VOC_E_NOMEM;
    n = add_names(figures_table(x, "touchpoints"), "touchpoint", x, names, n);
    n = add_names(figures_table(x, "touchpoints"), "title", x, names, n);
    n = add_names(figures_table(x, "codes"), "code", x, names, n);
    for (size_t i = 0; i < x->j->n_stages && n < NAMES_MAX; i++) names[n++] = z(x, x->j->stages[i].id);
    for (size_t i = 0; i < x->sources.n; i++)
        for (size_t k = 0; k < x->sources.at[i].view.n_columns && n < NAMES_MAX; k++) names[n++] = z(x, x->sources.at[i].view.columns[k].name);
    const char *near = str_nearest(word, names, n);
    if (x->refused_one)
        snprintf(hint, sizeof hint, "%s", x->refused_one);
    else if (near)
        snprintf(hint, sizeof hint, "did you mean %s?", near);
    else if (x->j->n_stages == 0)
        snprintf(hint, sizeof hint, "the project follows no journey yet: voc journey use PROJECT online-shop (or b2b-sale, crm-pipeline, your own folder)");
    else
        snprintf(hint, sizeof hint,
                 "a touchpoint or code of voc score, a stage of voc stages, an action, the name of a number "
                 "(expected), or a number as printed (1,072)%s%s",
                 x->refused[0] ? "; " : "", x->refused);
    if (figures_is_number(x, word) && !near)
        diag_error(x->c->diag, "EXPLAIN-001", NULL, 0,
                   x->asked ? "voc explain PROJECT ANALYSIS ROW NUMBER, with the options that the analysis was run with"
                            : "numbers of every analysis are looked up, as it is without options; where it was run with some, name "
                              "it and give them: voc explain PROJECT funnel 13.3 --by segment",
                   "no table holds the number %.*s", STR_SHOWN(word, 60));
    else diag_error(x->c->diag, "EXPLAIN-001", NULL, 0, hint, "nothing in this project is called \"%.*s\"", STR_SHOWN(word, 100));
    return VOC_E_OPTION;
}

static voc_str joined(struct explainer *x, int from, int to)
{
    struct buf b;
    bool ok = true;
    buf_init(&b, 4096);
    for (int i = from; i < to; i++) buf_printf(&b, "%s%s", i > from ? " " : "", x->c->args[i]);
    voc_str s = arena_str(&x->c->arena, b.ptr ? b.ptr : "", b.len, &ok);
    buf_done(&b);
    return ok ? s : STR("");
}

struct words { voc_str all, row, last; bool several; };

// Of an analysis that comes first: only it is run.
static voc_rc answer_of_one(struct explainer *x, int from, const struct words *w, bool *found)
{
    voc_rc rc = cli_catalogue(x->c);
    if (rc || !w->several || !catalogue_find(x->c->catalogue, VOC_KIND_ANALYSIS, str_of(x->c->args[from]))) return rc;
    rc = figures_gather(x, x->c->args[from]);
    if (!rc) rc = figures_of_place(x, w->row, w->last, found);
    if (!rc && x->refused[0]) x->refused_one = arena_printf(&x->c->arena, "%s", x->refused);
    if (!rc && !*found) figures_forget(x);
    return rc;
}

// Of a touchpoint, a code, a stage or an action: of all analyses the score is enough.
static voc_rc answer_of_thing(struct explainer *x, const struct words *w, bool *found)
{
    if (figures_is_number(x, w->all)) return VOC_OK;
    voc_rc rc = figures_gather(x, "score");
    if (!rc) rc = figures_of_stages(x);
    if (!rc) rc = try_thing(x, w->all, found);
    if (!rc && !*found && w->several) rc = try_number_of(x, w->row, w->last, found);
    if (!rc && !*found) figures_forget(x);
    return rc;
}

static voc_rc answer_of_all(struct explainer *x, const struct words *w, bool *found)
{
    voc_rc rc = figures_gather(x, NULL);
    if (!rc) rc = figures_of_stages(x);
    if (!rc && figures_is_number(x, w->all)) rc = try_thing(x, w->all, found);
    if (!rc && !*found) rc = try_number(x, w->all, found);
    return rc || *found || !w->several ? rc : figures_of_place(x, w->row, w->last, found);
}

static voc_rc answer(struct explainer *x, int from)
{
    const int n = x->c->n_args, last = n - from > 2 && figures_is_number(x, joined(x, n - 2, n)) ? n - 2 : n - 1; // "16.1 d" is one
    const struct words w = {joined(x, from, n), joined(x, from, last), joined(x, last, n), n - from > 1};
    bool found = false;
    if (x->asked) { // what stands in its tables, and nothing else
        voc_rc of = figures_gather(x, NULL);
        if (!of && w.several) of = figures_of_place(x, w.row, w.last, &found);
        return of || found ? of : not_found(x, joined(x, from + 1, n));
    }
    voc_rc rc = answer_of_one(x, from, &w, &found);
    if (!rc && !found) rc = answer_of_thing(x, &w, &found);
    if (!rc && !found) rc = answer_of_all(x, &w, &found);
    return rc || found ? rc : not_found(x, w.all);
}

// ---- which project ---------------------------------------------------------------------------------------------------------------------

// The one project of the working directory, if there is just one.
static const char *only_project(struct cli *c, size_t *n)
{
    DIR *d = opendir(".");
    const char *name = NULL;
    *n = 0;
    for (const struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
        if (e->d_name[0] != '.' && str_ends(str_of(e->d_name), ".voc") && ++*n == 1) name = arena_printf(&c->arena, "%s", e->d_name);
    if (d) closedir(d);
    return *n == 1 ? name : NULL;
}

// The first argument where it is a project, else the only one that lies here.
static voc_rc open_project(struct explainer *x, int *from)
{
    struct cli *c = x->c;
    size_t n = 0;
    *from = 1;
    if (str_ends(str_of(c->args[0]), ".voc") || access(c->args[0], F_OK) == 0) {
        if (c->n_args > 1 || explain_of_all(c)) return cli_open(c, &x->p, PROJECT_READ);
        diag_error(c->diag, "USAGE-001", NULL, 0, "voc explain PROJECT webinar, voc explain PROJECT U6, voc explain PROJECT 1,072", "say what is to be explained");
        return VOC_E_OPTION;
    }
    const char *path = only_project(c, &n);
    *from = 0;
    if (path) {
        cli_say(c, "%s:\n", path);
        c->project = path;
        return project_open(&x->p, path, PROJECT_READ, c->diag);
    }
    diag_error(c->diag, "USAGE-001", NULL, 0, "voc explain PROJECT WORD", n ? "%zu projects lie here: say which one is meant" : "no project lies here: say which one is meant", n);
    return VOC_E_OPTION;
}

bool explain_of_all(const struct cli *c) { return c->own[EXPLAIN_CHECK].i || c->own[EXPLAIN_NUMBERS].set; }

static voc_rc page_all(struct explainer *x)
{
    voc_rc rc = figures_gather(x, NULL);
    if (!rc) rc = figures_of_stages(x);
    return rc ? rc : page_numbers(x, x->c->own[EXPLAIN_NUMBERS].s);
}

static voc_rc check_all(struct explainer *x)
{
    voc_rc rc = figures_gather(x, NULL);
    if (!rc) rc = views_new(&x->views);
    if (!rc) views_bound(x->views, cli_threads(x->c), cli_memory(x->c));
    if (!rc) views_show(x->views, x->p, x->j, x->c->diag);
    if (!rc) rc = views_register(x->views, x->p);
    return rc ? rc : check_numbers(x);
}

int run_explain(struct cli *c)
{
    struct explainer x = {.c = c};
    int from = 1;
    voc_rc rc = open_project(&x, &from);
    if (!rc) rc = cli_journey(c, x.p, STR(""), &x.j);
    if (!rc) rc = asked_of(&x, from);
    if (!rc && c->own[EXPLAIN_CHECK].i) rc = check_all(&x);
    else if (!rc && c->own[EXPLAIN_NUMBERS].set) rc = page_all(&x);
    else if (!rc) rc = answer(&x, from);
    if (!rc) rc = cli_tables(c, x.p, x.j, x.out.at, x.out.n);
    for (size_t i = 0; i < x.out.n; i++) table_free(x.out.at[i]);
    vec_free(&x.out);
    figures_forget(&x);
    for (size_t i = 0; i < STAGES_TABLES; i++) table_free(x.stages[i]);
    project_close(x.p);
    views_free(x.views);
    journey_free(x.j);
    return cli_exit(c, rc ? rc : x.differs ? VOC_E_CHECK : VOC_OK);
}
