// SPDX-License-Identifier: MIT
// voc holdout: what a random test of a touchpoint takes (customers, weeks, money), as the score plans it; the element that
// makes the journey understand it; and the list of who goes without. The side of a customer follows from seed, touchpoint
// and name alone, so the list can be made again, and goes on to those who come later. Whoever shares an account shares a
// side: colleagues talk.
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "cli/cli.h"
#include "cli/options.h"

#define DAY_US INT64_C(86400000000)

struct plans { // the score's tables
    struct fold_result result;
    voc_table t, all; // holdouts, touchpoints
    size_t *row; // those asked for; in the arena
    size_t n;
};

static const voc_cell *cell(const voc_table *t, size_t row, const char *column)
{
    static const voc_cell none = {.type = VOC_CELL_NA};
    for (size_t i = 0; i < t->n_columns; i++)
        if (str_is(t->columns[i].name, column)) return &t->cells[row * t->n_columns + i];
    return &none;
}

static voc_str text(const voc_table *t, size_t row, const char *column)
{
    const voc_cell *c = cell(t, row, column);
    return c->type == VOC_CELL_TEXT ? c->s : (voc_str){"", 0};
}

// How the sources of this journey know people, where it is not by a plain id: then a person's name is "kind:value", and the
// list has a column for each kind.
#define KINDS_MAX 8u
struct keys {
    const voc_map *at[KINDS_MAX];
    size_t n;
};

static void find_keys(struct keys *k, const struct journey *j)
{
    bool other = false;
    k->n = 0;
    for (size_t i = 0; i < j->n_sources && j->unit == VOC_UNIT_INDIVIDUAL; i++)
        for (size_t m = 0; m < j->sources[i].n_maps && k->n < KINDS_MAX; m++) {
            const voc_map *map = &j->sources[i].maps[m];
            bool known = !str_is(map->to, "customer") || !map->alias_kind.len;
            for (size_t x = 0; x < k->n; x++) known = known || str_eq(k->at[x]->alias_kind, map->alias_kind);
            if (known) continue;
            other = other || !str_is(map->alias_kind, "id");
            k->at[k->n++] = map;
        }
    if (!other) k->n = 0;
}

// Whether the name is of this kind; *value: without the kind.
static bool of_kind(voc_str name, voc_str kind, voc_str *value)
{
    *value = name;
    if (str_is(kind, "id")) return true;
    if (name.len <= kind.len + 1 || name.ptr[kind.len] != ':' || !str_eq(str_mk(name.ptr, kind.len), kind)) return false;
    *value = str_mk(name.ptr + kind.len + 1, name.len - kind.len - 1);
    return true;
}

// ---- which touchpoints ------------------------------------------------------------------------------------------------------

static bool names(const voc_table *t, size_t row, const char *word)
{
    return str_ieq(text(t, row, "touchpoint"), str_of(word)) || str_ieq(text(t, row, "title"), str_of(word));
}

// A touchpoint that the score knows and that has no plan: why not.
static voc_rc not_held_back(struct cli *c, const voc_table *t, size_t row, const char *word)
{
    const char *why = cell(t, row, "randomised")->i                        ? "it is judged by a random test already"
                      : str_is(text(t, row, "kind"), "pull")               ? "customers fetch it for themselves, the company does not start it"
                      : str_is(text(t, row, "verdict"), "INCIDENTAL")      ? "the law, safety, billing or a contract asks for it"
                      : str_is(text(t, row, "kind"), "work")               ? "it is internal work, no customer gets it"
                                                                           : "nobody got it";
    diag_error(c->diag, "HOLDOUT-005", NULL, 0,
               arena_printf(&c->arena, "voc holdout %s shows what a random test would settle", cli_word(c, c->args[0])),
               "\"%s\" cannot be held back: %s", word, why);
    return VOC_E_OPTION;
}

static voc_rc not_there(struct cli *c, const struct plans *p, const char *word)
{
    const char **known = arena_alloc(&c->arena, (p->t.n_rows + 1) * sizeof *known);
    const char *list = "";
    if (!known) return VOC_E_NOMEM;
    for (size_t i = 0; i < p->all.n_rows; i++)
        if (names(&p->all, i, word)) return not_held_back(c, &p->all, i, word);
    for (size_t i = 0; i < p->t.n_rows; i++) {
        voc_str id = text(&p->t, i, "touchpoint");
        known[i] = arena_printf(&c->arena, "%.*s", STR_ARG(id));
        if (!known[i]) return VOC_E_NOMEM;
        if (i < 12) list = arena_printf(&c->arena, "%s%s%s", list ? list : "", i ? ", " : "", known[i]);
    }
    const char *near = str_nearest(str_of(word), known, p->t.n_rows);
    const char *hint = near            ? arena_printf(&c->arena, "did you mean \"%s\"?", near)
                       : p->t.n_rows ? arena_printf(&c->arena, "those that can be held back: %s", list)
                                       : "nothing that the company starts was scored: voc score shows what was";
    diag_error(c->diag, "HOLDOUT-001", NULL, 0, hint, "there is no touchpoint \"%s\" to hold back", word);
    return VOC_E_OPTION;
}

// The soonest first; tests that would never end last.
static bool sooner(const voc_table *t, size_t a, size_t b)
{
    const voc_cell *x = cell(t, a, "weeks"), *y = cell(t, b, "weeks");
    if (x->type == VOC_CELL_NA || y->type == VOC_CELL_NA) return x->type != VOC_CELL_NA && y->type == VOC_CELL_NA;
    return x->r < y->r;
}

static void add_row(struct plans *p, size_t i)
{
    size_t at = p->n++;
    for (; at > 0 && sooner(&p->t, i, p->row[at - 1]); at--) p->row[at] = p->row[at - 1];
    p->row[at] = i;
}

static voc_rc choose(struct cli *c, struct plans *p)
{
    p->row = arena_alloc(&c->arena, (p->t.n_rows + (size_t)c->n_args) * sizeof *p->row);
    if (!p->row) return VOC_E_NOMEM;
    for (size_t i = 0; i < p->t.n_rows && c->n_args == 1; i++)
        if (cell(&p->t, i, "settles")->i) add_row(p, i);
    for (int a = 1; a < c->n_args; a++) {
        size_t i = 0;
        while (i < p->t.n_rows && !names(&p->t, i, c->args[a])) i++;
        if (i == p->t.n_rows) return not_there(c, p, c->args[a]);
        p->row[p->n++] = i;
    }
    return VOC_OK;
}

static voc_rc score_plans(struct cli *c, struct project *p, const struct journey *j, struct plans *out)
{
    const struct option_given quick = {.name = STR("sensitivity"), .value = STR("no"), .has_value = true};
    voc_rc rc = cli_fold(c, p, j, "score", &quick, 1, &out->result);
    for (size_t i = 0; i < out->result.n_tables && !rc; i++) {
        voc_table t;
        rc = table_view(out->result.tables[i], &t);
        if (!rc && str_is(t.name, "holdouts")) out->t = t;
        if (!rc && str_is(t.name, "touchpoints")) out->all = t;
    }
    if (!rc && out->t.n_columns) return choose(c, out);
    if (!rc) diag_error(c->diag, "HOLDOUT-002", NULL, 0, "voc plugin show score says which file it is", "this plugin score plans no hold-outs");
    return rc ? rc : VOC_E_OPTION;
}

// ---- the plans ---------------------------------------------------------------------------------------------------------------

static bool for_data(const struct cli *c)
{
    static const char *const formats[] = {"csv", "tsv", "json", "jsonl"};
    voc_str f = c->common[COMMON_FORMAT].s, file = c->common[COMMON_OUTPUT].s;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (f.len
                ? str_is(f, formats[i])
                : file.len > strlen(formats[i]) && file.ptr[file.len - strlen(formats[i]) - 1] == '.' && str_ends(file, formats[i]))
            return true;
    return false;
}

static bool for_people(voc_str column)
{
    static const char *const shown[] = {"touchpoint", "a_week", "hold_back", "controls", "treated", "weeks", "ends", "base_rate", "effect", "saved"};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (str_is(column, shown[i])) return true;
    return false;
}

// Of those that were not asked for by name only what can be done soon is told at length.
static bool at_length(const struct cli *c, const struct plans *p, size_t i)
{
    const voc_cell *weeks = cell(&p->t, p->row[i], "weeks");
    return c->n_args > 1 || i == 0 || (weeks->type != VOC_CELL_NA && weeks->r <= 52);
}

static voc_rc notes(struct cli *c, struct table *t, const struct plans *p)
{
    voc_rc rc = VOC_OK;
    char *note;
    for (size_t i = 0; i < p->n && !rc; i++) {
        voc_str id = text(&p->t, p->row[i], "touchpoint"), how = text(&p->t, p->row[i], "how"), why = text(&p->t, p->row[i], "effect_is");
        if (!at_length(c, p, i)) continue;
        note = arena_printf(&c->arena, "%.*s: %.*s%s%.*s%s", STR_ARG(id), STR_ARG(how), why.len ? " The effect sought: " : "",
                            STR_ARG(why), why.len ? "; a smaller one would go unseen." : "");
        rc = note ? table_note(t, VOC_NOTE_AFTER, note) : VOC_E_NOMEM;
    }
    if (!rc && p->n == 0) rc = table_note(t, VOC_NOTE_AFTER, "No verdict waits for a hold-out. Name a touchpoint to plan one all the same.");
    if (rc || p->n == 0) return rc;
    voc_str id = text(&p->t, p->row[0], "touchpoint");
    note = arena_printf(&c->arena, "voc holdout %s %.*s --list -o holdout.csv chooses who goes without", cli_word(c, c->args[0]),
                        STR_ARG(id));
    return note ? table_note(t, VOC_NOTE_NEXT, note) : VOC_E_NOMEM;
}

static voc_rc plans_table(struct cli *c, const struct plans *p, struct table **out)
{
    bool all = for_data(c);
    voc_rc rc = table_new(out, "holdouts", "Hold-outs", 0);
    if (!rc) rc = table_currency(*out, p->t.currency);
    for (size_t k = 0; k < p->t.n_columns && !rc; k++) {
        const voc_column *col = &p->t.columns[k];
        if (!all && !for_people(col->name)) continue;
        rc = table_column(*out, col->name.ptr, col->title.ptr, col->type, col->unit.ptr,
                          all ? col->flags : col->flags & (uint32_t)~VOC_COLUMN_DETAIL, col->help.ptr);
    }
    for (size_t i = 0; i < p->n && !rc; i++)
        for (size_t k = 0; k < p->t.n_columns && !rc; k++)
            if (all || for_people(p->t.columns[k].name)) rc = table_cell(*out, &p->t.cells[p->row[i] * p->t.n_columns + k]);
    if (!rc) rc = table_semantics(*out, p->t.semantics.ptr);
    return rc ? rc : all ? VOC_OK : notes(c, *out, p);
}

// The list is a source of its own that cuts nothing: else the time that is looked at would end with the last choice.
static void print_source(const struct journey *j)
{
    static const char *const fields[] = {"id", "time", "actor", "action", "campaign"};
    const char *in = j->sources_xml.len ? "" : "  ";
    struct keys k;
    find_keys(&k, j);
    if (!j->sources_xml.len)
        printf("A new file sources.xml beside it, named in <journey sources=\"sources.xml\">, so that the list is "
               "read as what it is:\n<sources xmlns=\"urn:vocstream:journey:1\">\n");
    if (j->sources_xml.len) printf("For sources.xml, so that the list is read as what it is:\n");
    printf("%s<source id=\"holdout\" as=\"events\" files=\"holdout*.csv\" watermark=\"none\"%s\n", in, k.n ? ">" : "/>");
    for (size_t i = 0; i < sizeof fields / sizeof *fields && k.n; i++) printf("%s  <map to=\"%s\" from=\"%s\"/>\n", in, fields[i], fields[i]);
    for (size_t i = 0; i < k.n; i++) {
        voc_str kind = k.at[i]->alias_kind;
        printf("%s  <alias kind=\"%.*s\" from=\"who-%.*s\" strength=\"%s\"/>\n", in, STR_ARG(kind), STR_ARG(kind),
               k.at[i]->strong ? "strong" : "weak");
    }
    if (k.n) printf("%s</source>\n", in);
    if (!j->sources_xml.len) printf("</sources>\n");
}

// What to paste, below the table: whole lines, so not a note of it.
static void print_elements(struct cli *c, const struct journey *j, const struct plans *p)
{
    bool any = false;
    if (for_data(c) || c->common[COMMON_OUTPUT].s.len || c->common[COMMON_FORMAT].s.len) return;
    for (size_t i = 0; i < p->n; i++) {
        voc_str e = text(&p->t, p->row[i], "element");
        if (!e.len || !at_length(c, p, i)) continue;
        if (!any) printf("\nFor journey.xml, behind <response>:\n");
        any = true;
        cli_print("%.*s\n", STR_ARG(e));
    }
    if (!any) return;
    print_source(j);
    printf("Then: voc journey use %s FOLDER\n", cli_word(c, c->args[0]));
}

// ---- the list ------------------------------------------------------------------------------------------------------------------

struct list {
    struct table *t;
    const struct timeline *tl;
    voc_str touchpoint;
    uint64_t seed;
    int64_t one_in, start_us, end_us;
    uint32_t unit;
    struct keys keys;
    size_t treated, control;
};

static bool goes_without(const struct list *l, voc_str name)
{
    struct hash_state h;
    unsigned char out[HASH_BYTES];
    uint64_t x = 0;
    hash_begin(&h);
    hash_add(&h, "voc holdout 1", 14);
    for (unsigned i = 0; i < 8; i++) hash_add(&h, &(unsigned char){(unsigned char)(l->seed >> (8 * i))}, 1);
    hash_add(&h, l->touchpoint.ptr, l->touchpoint.len);
    hash_add(&h, "", 1);
    hash_add(&h, name.ptr, name.len);
    hash_end(&h, out);
    for (unsigned i = 0; i < 8; i++) x |= (uint64_t)out[i] << (8 * i);
    return (double)(x >> 11) * 0x1p-53 * (double)l->one_in < 1;
}

// Whoever is in a stage where the data end may still get it.
static bool eligible(const struct list *l, const voc_journeys *v)
{
    if (v->units[0].flags & VOC_JOURNEY_INTERNAL) return false;
    for (size_t i = 0; i < v->n_stays; i++)
        if (v->stays[i].end == VOC_END_CENSORED && v->stays[i].out_us >= l->end_us) return true;
    return false;
}

// In the column of its kind; a kind before "id", which takes any name.
static void put_who(struct list *l, voc_str name)
{
    size_t mine = SIZE_MAX;
    voc_str value = name, v;
    for (size_t i = 0; i < l->keys.n; i++)
        if (of_kind(name, l->keys.at[i]->alias_kind, &v) && (mine == SIZE_MAX || str_is(l->keys.at[mine]->alias_kind, "id"))) mine = i, value = v;
    if (!l->keys.n) table_text(l->t, name);
    for (size_t i = 0; i < l->keys.n; i++) {
        if (i == mine)
            table_text(l->t, value);
        else
            table_na(l->t);
    }
}

static voc_rc list_unit(struct list *l, const voc_journeys *v)
{
    struct buf b;
    if (!eligible(l, v)) return VOC_OK;
    voc_str name = v->units[0].name, account = timeline_name(l->tl, VOC_COL_ACCOUNT, v->units[0].account);
    bool without = goes_without(l, account.len ? account : name);
    buf_init(&b, 1 << 16);
    buf_printf(&b, "%.*s-holdout %.*s", STR_ARG(l->touchpoint), STR_ARG(name));
    if (b.rc) return buf_done(&b), VOC_E_NOMEM;
    table_text(l->t, str_mk(b.ptr, b.len));
    table_time(l->t, l->start_us);
    put_who(l, name);
    table_text(l->t, STR("other"));
    table_text(l->t, without ? STR("assigned-control") : STR("assigned-treated"));
    buf_clear(&b);
    buf_printf(&b, "%.*s-holdout", STR_ARG(l->touchpoint));
    if (!b.rc) table_text(l->t, str_mk(b.ptr, b.len));
    voc_rc rc = b.rc;
    buf_done(&b);
    l->control += without;
    l->treated += !without;
    return rc;
}

static voc_rc list_columns(struct list *l)
{
    static const char *const kinds[][2] = {{"customer", "customer"}, {"account", "account"}, {"customer", "person"}, {"case", "case"}};
    voc_rc rc = table_new(&l->t, "assignments", "Who goes without", 0);
    if (!rc) rc = table_column(l->t, "id", "id", VOC_CELL_TEXT, "", 0, "of the choice: a later one of the same id replaces it");
    if (!rc) rc = table_column(l->t, "time", "time", VOC_CELL_TIME, "", 0, "when its turn comes; the planned start until you know better");
    if (!rc && !l->keys.n) rc = table_column(l->t, kinds[l->unit][0], kinds[l->unit][1], VOC_CELL_TEXT, "", 0, "who");
    for (size_t i = 0; i < l->keys.n && !rc; i++) {
        char column[80];
        voc_str kind = l->keys.at[i]->alias_kind;
        snprintf(column, sizeof column, "who-%.*s", STR_SHOWN(kind, 60));
        rc = table_column(l->t, column, column, VOC_CELL_TEXT, "", 0, "who, as this kind of key knows them");
    }
    if (!rc) rc = table_column(l->t, "actor", "actor", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(l->t, "action", "action", VOC_CELL_TEXT, "", 0, "assigned-treated gets it, assigned-control does not");
    if (!rc) rc = table_column(l->t, "campaign", "campaign", VOC_CELL_TEXT, "", 0, "ties the choices of one test together");
    return rc;
}

static voc_rc fill_list(struct cli *c, struct project *p, const struct journey *j, struct list *l)
{
    struct event_set *events = NULL;
    struct timeline *tl = NULL;
    struct batch *b = NULL;
    const struct timeline_options to = {.end_us = VOC_NA};
    voc_rc rc = event_set_load(&events, p, EV_ALL, c->diag);
    if (!rc) rc = timeline_new(&tl, events, j, &to, c->diag);
    if (!rc) {
        l->tl = tl;
        l->unit = timeline_definition(tl)->unit;
        find_keys(&l->keys, j);
        l->end_us = timeline_info(tl)->end_us;
        if (l->start_us == VOC_NA) l->start_us = (l->end_us + DAY_US - 1) / DAY_US * DAY_US;
        rc = list_columns(l);
    }
    if (!rc) rc = batch_new(&b, tl, 1u << VOC_COL_TIME);
    for (size_t u = 0; !rc && u < timeline_n_units(tl); u++) {
        batch_clear(b);
        rc = host_cancelled() ? VOC_CANCELLED : batch_add(b, u);
        if (!rc) rc = list_unit(l, batch_view(b));
    }
    if (!rc) rc = table_semantics(l->t, "Events that voc import understands: who was chosen for which side, and when.");
    batch_free(b);
    timeline_free(tl);
    event_set_free(events);
    return rc;
}

static voc_rc share_of(struct cli *c, const struct plans *p, int64_t *one_in)
{
    voc_str plan = text(&p->t, p->row[0], "hold_back");
    if (c->own[HOLDOUT_HOLD_BACK].set) return *one_in = c->own[HOLDOUT_HOLD_BACK].i, VOC_OK;
    if (str_starts(plan, "1 in ") && str_int(str_mk(plan.ptr + 5, plan.len - 5), one_in)) return VOC_OK;
    voc_str how = text(&p->t, p->row[0], "how");
    diag_error(c->diag, "HOLDOUT-003", NULL, 0, "--hold-back 5 holds back one in five all the same",
               "no share can be proposed: %.*s", STR_ARG(how));
    return VOC_E_OPTION;
}

static voc_rc make_list(struct cli *c, struct project *p, const struct journey *j, const struct plans *plans)
{
    struct list l = {.seed = (uint64_t)c->own[HOLDOUT_SEED].i, .start_us = c->own[HOLDOUT_START].set ? c->own[HOLDOUT_START].i : VOC_NA};
    if (c->n_args != 2) {
        diag_error(c->diag, "HOLDOUT-004", NULL, 0, "voc holdout PROJECT TOUCHPOINT --list -o holdout.csv", "a list is made for one touchpoint");
        return VOC_E_OPTION;
    }
    l.touchpoint = text(&plans->t, plans->row[0], "touchpoint");
    voc_rc rc = share_of(c, plans, &l.one_in);
    if (!rc) rc = fill_list(c, p, j, &l);
    if (!rc && !c->common[COMMON_FORMAT].s.len && !c->common[COMMON_OUTPUT].s.len) c->common[COMMON_FORMAT].s = STR("csv");
    if (!rc) rc = cli_tables(c, p, j, &l.t, 1);
    if (!rc) {
        const char *project = cli_word(c, c->args[0]);
        cli_say(c, "%zu get it, %zu go without (1 in %lld, seed %llu)\n", l.treated, l.control, (long long)l.one_in, (unsigned long long)l.seed);
        cli_say(c,
                "Next: send it to those who are assigned-treated only; where a customer's turn comes later than the start, put that "
                "time.\n"
                "      Paste into the journey what voc holdout %s %.*s prints. When the last window is over: voc import %s FILE "
                "--source holdout | voc score %s\n",
                project, STR_ARG(l.touchpoint), project, project);
    }
    table_free(l.t);
    return rc;
}

int run_holdout(struct cli *c)
{
    struct project *p = NULL;
    struct journey *j = NULL;
    struct plans plans = {0};
    struct table *t = NULL;
    voc_rc rc = cli_open(c, &p, PROJECT_READ);
    if (!rc) rc = cli_journey(c, p, (voc_str){"", 0}, &j);
    if (!rc) rc = score_plans(c, p, j, &plans);
    if (!rc && c->own[HOLDOUT_LIST].i) {
        rc = make_list(c, p, j, &plans);
    } else if (!rc) {
        rc = plans_table(c, &plans, &t);
        if (!rc) rc = cli_tables(c, p, j, &t, 1);
        if (!rc) print_elements(c, j, &plans);
    }
    table_free(t);
    fold_free(&plans.result);
    journey_free(j);
    project_close(p);
    return cli_exit(c, rc);
}
