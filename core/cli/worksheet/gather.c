// SPDX-License-Identifier: MIT
// Rows of a worksheet from the events of a project; the facts about them are gather_facts.c. Customers' acts, and those of whom no
// source says who did them, are one row an action; what the company did is one row for each raw touchpoint or campaign, as METHODS
// names touches that nobody claims. Names that differ only in numbers share a row. The result depends on the events alone, not on
// the journey or their order.
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "cli/worksheet/gather.h"
#include "cli/worksheet/words.h"

#define ROWS_MAX 100000u
#define FOLD_FROM 3u // names that differ only in numbers share a row from this many on

const char *const ws_column_names[WS_COLUMNS] = {"action", "channel/campaign", "count", "customers", "first", "last", "examples", "recorded actor", "actor", "class", "value",
                                                 "kind", "stage", "touchpoint", "group", "owner", "function", "cost", "minutes", "why"};
const char *const ws_class_names[7] = {"neutral", "value", "mechanical", "harm", "undelivered", "passage", "trouble"};

const char *ws_actor_name(uint32_t actor)
{
    static const char *const names[] = {"not said", "customer", "company", "other"};
    return names[actor <= VOC_ACTOR_OTHER ? actor : 0];
}

// ---- who acted, by the source -----------------------------------------------------------------------------------------------

static voc_rc source_actors(struct gathering *g)
{
    uint32_t n = g->s->n_strings[SPACE_SOURCE];
    g->by_source = mem_zalloc((size_t)n + 1, 1);
    if (!g->by_source) return VOC_E_NOMEM;
    for (uint32_t c = 0; c < n; c++)
        for (size_t i = 0; i < g->w->j->n_sources; i++)
            if (str_eq(g->w->j->sources[i].id, g->s->strings[SPACE_SOURCE][c])) g->by_source[c] = (uint8_t)g->w->j->sources[i].actor;
    return VOC_OK;
}

static uint32_t recorded_actor(const struct gathering *g, size_t i)
{
    return g->s->actor[i] != VOC_ACTOR_UNSET ? g->s->actor[i] : g->by_source[code_at(g->s->source, i)];
}

// ---- rows ---------------------------------------------------------------------------------------------------------------------

static voc_rc combo_of_event(struct gathering *g, size_t i, uint32_t *out)
{
    char key[80];
    const struct event_set *s = g->s;
    struct combo c = {.action = code_at(s->action, i), .recorded = recorded_actor(g, i), .touchpoint = code_at(s->touchpoint, i),
                      .channel = code_at(s->channel, i), .campaign = code_at(s->campaign, i)};
    int n = snprintf(key, sizeof key, "%u %u %u %u %u", c.action, c.recorded, c.touchpoint, c.channel, c.campaign);
    voc_rc rc = dict_code(g->keys, str_mk(key, (size_t)n), out);
    if (rc || *out < g->combos.n) return rc;
    rc = vec_reserve(&g->combos, 1, SIZE_MAX);
    if (!rc) g->combos.at[g->combos.n++] = c;
    return rc;
}

static voc_rc see_device(void *user, uint32_t set, const voc_alias *aliases, size_t n)
{
    struct gathering *g = user;
    for (size_t i = 0; i < n; i++) g->device[set] |= str_is(aliases[i].kind, "cookie") || str_is(aliases[i].kind, "device");
    return VOC_OK;
}

static voc_rc count_combos(struct gathering *g)
{
    const struct event_set *s = g->s;
    g->combo_of = mem_zalloc(s->n + 1, sizeof *g->combo_of);
    g->device = mem_zalloc((size_t)s->n_strings[SPACE_ALIASES] + 1, sizeof *g->device);
    if (!g->combo_of || !g->device) return VOC_E_NOMEM;
    voc_rc seen = aliases_each(s->strings[SPACE_ALIASES], s->n_strings[SPACE_ALIASES], see_device, g);
    if (seen) return seen;
    for (size_t i = 0; i < s->n; i++) {
        voc_rc rc = combo_of_event(g, i, &g->combo_of[i]);
        if (rc) return rc;
        struct combo *c = &g->combos.at[g->combo_of[i]];
        uint32_t person = identity_individual(s->identity, code_at(s->customer, i)), account = identity_account(s->identity, code_at(s->account, i));
        c->count++;
        c->n_person += person != 0;
        c->n_known += person || account || code_at(s->case_id, i);
        c->n_owned += code_at(s->owner, i) != 0;
        c->n_device += g->device[code_at(s->customer, i)];
    }
    return VOC_OK;
}

static bool digit(char c) { return c >= '0' && c <= '9'; }

// "newsletter-2024-07" -> "newsletter-#-#".
static voc_rc fold_numbers(struct arena *a, voc_str name, voc_str *out)
{
    struct buf b;
    bool ok = true;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < name.len; i++) {
        if (!digit(name.ptr[i]))
            buf_byte(&b, name.ptr[i]);
        else if (i == 0 || !digit(name.ptr[i - 1]))
            buf_byte(&b, '#');
    }
    *out = arena_str(a, b.ptr ? b.ptr : "", b.len, &ok);
    voc_rc rc = b.rc;
    buf_done(&b);
    return rc ? rc : ok ? VOC_OK : VOC_E_NOMEM;
}

static voc_str raw_of(const struct gathering *g, const struct combo *c)
{
    return c->by == WS_BY_TOUCHPOINT ? g->s->strings[SPACE_TOUCHPOINT][c->touchpoint]
           : c->by == WS_BY_CAMPAIGN ? g->s->strings[SPACE_CAMPAIGN][c->campaign]
                                     : (voc_str){"", 0};
}

// An action by one kind of actor, as a whole: from its facts it is guessed who acts, so that the company's rows are told apart.
struct pair { struct ws_row facts; bool company; };

// Cases, no person of a customer's, and one of ours named for most of what was done: a log of our own work.
static bool work_log(const struct gathering *g)
{
    uint64_t n = 0, person = 0, owned = 0, cases = 0;
    for (size_t i = 0; i < g->combos.n; i++) n += g->combos.at[i].count, person += g->combos.at[i].n_person, owned += g->combos.at[i].n_owned;
    for (size_t i = 0; i < g->s->n; i++) cases += code_at(g->s->case_id, i) != 0;
    return n && !person && owned * 2 >= n && cases * 10 >= n * 9;
}

static voc_rc make_pairs(struct gathering *g, struct pair **out)
{
    struct dict *keys = NULL;
    VEC(struct pair) pairs = {0};
    voc_rc rc = dict_new(&keys, (size_t)1 << 32);
    g->ours = work_log(g);
    for (size_t i = 0; i < g->combos.n && !rc; i++) {
        struct combo *c = &g->combos.at[i];
        char key[40];
        int n = snprintf(key, sizeof key, "%u %u", c->action, c->recorded);
        rc = dict_code(keys, str_mk(key, (size_t)n), &c->pair);
        if (!rc && c->pair == pairs.n) {
            rc = vec_reserve(&pairs, 1, SIZE_MAX);
            if (!rc)
                pairs.at[pairs.n++] = (struct pair){
                    .facts = {.action = g->s->strings[SPACE_ACTION][c->action], .recorded = c->recorded, .ours = g->ours}};
        }
        if (rc) break;
        struct ws_row *r = &pairs.at[c->pair].facts;
        r->count += c->count, r->n_person += c->n_person, r->n_known += c->n_known, r->n_owned += c->n_owned, r->n_device += c->n_device;
    }
    for (size_t i = 0; i < pairs.n && !rc; i++) {
        uint32_t actor;
        rc = ws_guess_actor(&pairs.at[i].facts, &actor);
        pairs.at[i].company = actor == VOC_ACTOR_COMPANY;
    }
    dict_free(keys);
    if (rc)
        vec_free(&pairs);
    else
        *out = pairs.at; // the caller frees it
    return rc;
}

static voc_rc fold_key(struct buf *key, const struct combo *c, voc_str name)
{
    buf_clear(key);
    buf_printf(key, "%u %u %u ", c->pair, (unsigned)c->by, c->by == WS_BY_CAMPAIGN ? c->channel : 0);
    return buf_str(key, name);
}

// How many different names fall together where their numbers are left out.
static voc_rc count_shapes(struct gathering *g)
{
    struct dict *raw = NULL;
    struct buf key;
    buf_init(&key, 1 << 22);
    voc_rc rc = dict_new(&raw, (size_t)1 << 32);
    if (!rc) rc = dict_new(&g->shapes, (size_t)1 << 32);
    for (size_t i = 0; i < g->combos.n && !rc; i++) {
        struct combo *c = &g->combos.at[i];
        uint32_t code, known;
        if (c->by == WS_BY_ACTION) continue;
        known = dict_n(raw);
        rc = fold_key(&key, c, raw_of(g, c));
        if (!rc) rc = dict_code(raw, str_mk(key.ptr, key.len), &code);
        if (!rc) rc = fold_key(&key, c, c->folded);
        if (!rc && code == known) { // a name that is new
            rc = dict_code(g->shapes, str_mk(key.ptr, key.len), &c->shape);
            if (!rc && c->shape == g->n_shape.n) rc = vec_reserve(&g->n_shape, 1, SIZE_MAX);
            if (!rc && c->shape == g->n_shape.n) g->n_shape.at[g->n_shape.n++] = 0;
            if (!rc) g->n_shape.at[c->shape]++;
        } else if (!rc) {
            rc = dict_code(g->shapes, str_mk(key.ptr, key.len), &c->shape);
        }
    }
    dict_free(raw);
    buf_done(&key);
    return rc;
}

static voc_rc split(struct gathering *g)
{
    struct pair *pairs = NULL;
    voc_rc rc = make_pairs(g, &pairs);
    for (size_t i = 0; i < g->combos.n && !rc; i++) {
        struct combo *c = &g->combos.at[i];
        if (pairs[c->pair].company) c->by = c->touchpoint ? WS_BY_TOUCHPOINT : c->campaign ? WS_BY_CAMPAIGN : WS_BY_ACTION;
        if (c->by != WS_BY_ACTION) rc = fold_numbers(&g->w->arena, raw_of(g, c), &c->folded);
    }
    mem_free(pairs);
    return rc ? rc : count_shapes(g);
}

// Does the name share a row with others that differ only in numbers?
static bool shares(const struct gathering *g, const struct combo *c)
{
    return !str_eq(raw_of(g, c), c->folded) && g->n_shape.at[c->shape] >= FOLD_FROM;
}

static voc_rc row_of_combo(struct gathering *g, struct combo *c)
{
    struct worksheet *w = g->w;
    struct buf key;
    struct ws_row r = {.action = g->s->strings[SPACE_ACTION][c->action], .recorded = c->recorded, .by = c->by, .ours = g->ours,
                       .claim = VOC_NONE, .work = VOC_NONE, .first_us = VOC_NA, .last_us = VOC_NA, .cost = VOC_NA,
                       .minutes = VOC_NA, .value = VOC_NA};
    r.numbers = c->by != WS_BY_ACTION && shares(g, c);
    r.name = r.numbers ? c->folded : raw_of(g, c);
    if (c->by == WS_BY_CAMPAIGN) r.channel = g->s->strings[SPACE_CHANNEL][c->channel];
    r.where = r.name;
    if (r.channel.len) {
        char *joined = arena_printf(&w->arena, "%.*s:%.*s", STR_ARG(r.channel), STR_ARG(r.name));
        if (!joined) return VOC_E_NOMEM;
        r.where = str_of(joined);
    }
    buf_init(&key, 1 << 22);
    buf_printf(&key, "%u %u %u %d ", c->action, c->recorded, (unsigned)c->by, (int)r.numbers);
    buf_str(&key, r.where);
    voc_rc rc = key.rc ? key.rc : dict_code(g->names, str_mk(key.ptr, key.len), &c->row);
    buf_done(&key);
    if (rc || c->row < w->rows.n) return rc;
    rc = vec_reserve(&w->rows, 1, ROWS_MAX);
    if (!rc) w->rows.at[w->rows.n++] = r;
    return rc;
}

// ---- all together -------------------------------------------------------------------------------------------------------------------

static int row_order(const void *a, const void *b)
{
    const struct ws_row *x = a, *y = b;
    bool ours = x->recorded == VOC_ACTOR_COMPANY, theirs = y->recorded == VOC_ACTOR_COMPANY;
    if (ours != theirs) return ours ? 1 : -1; // customers first
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    int c = str_cmp(x->action, y->action);
    if (!c) c = str_cmp(x->where, y->where);
    if (!c) c = (x->recorded > y->recorded) - (x->recorded < y->recorded);
    return c ? c : (x->by > y->by) - (x->by < y->by);
}

// In the order of the sheet; row_of follows.
static voc_rc sort_rows(struct worksheet *w)
{
    uint32_t *to = mem_zalloc(w->rows.n + 1, sizeof *to);
    if (!to) return VOC_E_NOMEM;
    for (size_t i = 0; i < w->rows.n; i++) w->rows.at[i].line = i;
    if (w->rows.n) qsort(w->rows.at, w->rows.n, sizeof *w->rows.at, row_order);
    for (size_t i = 0; i < w->rows.n; i++) {
        to[w->rows.at[i].line] = (uint32_t)i;
        w->rows.at[i].line = 0;
    }
    for (size_t i = 0; i < w->n_events; i++) w->row_of[i] = to[w->row_of[i]];
    mem_free(to);
    return VOC_OK;
}

static void gathering_done(struct gathering *g)
{
    for (size_t k = 0; g->tally && k < g->w->rows.n; k++) {
        vec_free(&g->tally[k].cost);
        vec_free(&g->tally[k].minutes);
        vec_free(&g->tally[k].value);
        vec_free(&g->tally[k].rank);
    }
    dict_free(g->keys);
    dict_free(g->names);
    dict_free(g->shapes);
    vec_free(&g->n_shape);
    vec_free(&g->combos);
    mem_free(g->combo_of);
    mem_free(g->device);
    mem_free(g->tally);
    mem_free(g->by_source);
    keymap_done(&g->people);
    keymap_done(&g->owners);
    keymap_done(&g->channels);
}

void ws_free(struct worksheet *w)
{
    if (!w) return;
    vec_free(&w->rows);
    mem_free(w->row_of);
    arena_done(&w->arena);
    mem_free(w);
}

voc_rc ws_gather(struct worksheet **out, const struct event_set *s, const struct journey *j, struct diag *d)
{
    struct gathering g = {.s = s};
    struct worksheet *w = g.w = mem_zalloc(1, sizeof *w);
    if (!w) return VOC_E_NOMEM;
    arena_init(&w->arena, 0);
    w->j = j;
    keymap_clear(&g.people);
    keymap_clear(&g.owners);
    keymap_clear(&g.channels);
    voc_rc rc = source_actors(&g);
    if (!rc) rc = dict_new(&g.keys, (size_t)1 << 32);
    if (!rc) rc = dict_new(&g.names, (size_t)1 << 32);
    if (!rc) rc = count_combos(&g);
    if (!rc) rc = split(&g);
    for (size_t i = 0; i < g.combos.n && !rc; i++) rc = row_of_combo(&g, &g.combos.at[i]);
    if (rc == VOC_E_LIMIT) diag_error(d, "WORKSHEET-001", NULL, 0, "name a column that says what was done: -O action=COLUMN", "there are more than %u different actions", ROWS_MAX);
    if (!rc) rc = gather_facts(&g, d);
    gathering_done(&g);
    if (!rc) rc = sort_rows(w);
    if (rc) {
        ws_free(w);
        return rc;
    }
    *out = w;
    return VOC_OK;
}
