// SPDX-License-Identifier: MIT
// Rows of a worksheet from the events of a project, and the facts about them: how many, by whom, when, examples, what they
// cost, where they stand in a journey. Customers' acts, and those of whom no source says who did them, are one row an action;
// what the company did is one row for each raw touchpoint or campaign, as METHODS names touches that nobody claims. Names
// that differ only in numbers share a row. The result depends on the events alone, not on the journey or their order.
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "cli/worksheet/words.h"
#include "cli/worksheet/worksheet.h"
#include "journey/memo.h"

#define ROWS_MAX 100000u
#define EXAMPLES 3
#define FOLD_FROM 3u // names that differ only in numbers share a row from this many on

const char *const ws_column_names[WS_COLUMNS] = {"action", "channel/campaign", "count", "customers", "first", "last", "examples", "recorded actor", "actor", "class", "value",
                                                 "kind", "stage", "touchpoint", "group", "owner", "function", "cost", "minutes", "why"};
const char *const ws_class_names[7] = {"neutral", "value", "mechanical", "harm", "undelivered", "passage", "trouble"};

const char *ws_actor_name(uint32_t actor)
{
    static const char *const names[] = {"not said", "customer", "company", "other"};
    return names[actor <= VOC_ACTOR_OTHER ? actor : 0];
}

struct combo { // an action by one kind of actor through one touchpoint, channel and campaign
    uint32_t action, recorded, touchpoint, channel, campaign;
    uint32_t pair, row, shape; // its action and actor; its row; its name without numbers
    uint64_t count, n_person, n_known, n_owned;
    voc_str folded;      // the name with # for numbers
    enum ws_by by;
};
struct example { int64_t time_us; uint64_t record; size_t at; };
struct numbers { int64_t *at; size_t n, cap; };
struct tallies { // of one row, while events are counted
    struct numbers cost, minutes, value;
    VEC(double) rank;
    struct example example[EXAMPLES];
    size_t n_examples;
};
struct gathering { // owns what is in it, except *w
    struct worksheet *w;
    const struct event_set *s;
    struct dict *keys;            // of combos
    VEC(struct combo) combos;
    uint32_t *combo_of;           // by event
    struct dict *names;           // of rows
    bool ours;                    // work_log()
    struct dict *shapes;          // names without their numbers
    VEC(uint32_t) n_shape;        // how many names have each
    struct tallies *tally;        // by row
    uint8_t *by_source;           // actor of rows that do not say, by code of their source
    struct keymap people, owners, channels;
};

static uint32_t code_at(const uint32_t *column, size_t i) { return column ? column[i] : 0; }

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

static voc_rc count_combos(struct gathering *g)
{
    const struct event_set *s = g->s;
    g->combo_of = mem_zalloc(s->n + 1, sizeof *g->combo_of);
    if (!g->combo_of) return VOC_E_NOMEM;
    for (size_t i = 0; i < s->n; i++) {
        voc_rc rc = combo_of_event(g, i, &g->combo_of[i]);
        if (rc) return rc;
        struct combo *c = &g->combos.at[g->combo_of[i]];
        uint32_t person = identity_individual(s->identity, code_at(s->customer, i)), account = identity_account(s->identity, code_at(s->account, i));
        c->count++;
        c->n_person += person != 0;
        c->n_known += person || account || code_at(s->case_id, i);
        c->n_owned += code_at(s->owner, i) != 0;
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
    return c->by == WS_BY_TOUCHPOINT ? g->s->strings[SPACE_TOUCHPOINT][c->touchpoint] : c->by == WS_BY_CAMPAIGN ? g->s->strings[SPACE_CAMPAIGN][c->campaign] : (voc_str){"", 0};
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
            if (!rc) pairs.at[pairs.n++] = (struct pair){.facts = {.action = g->s->strings[SPACE_ACTION][c->action], .recorded = c->recorded, .ours = g->ours}};
        }
        if (rc) break;
        struct ws_row *r = &pairs.at[c->pair].facts;
        r->count += c->count, r->n_person += c->n_person, r->n_known += c->n_known, r->n_owned += c->n_owned;
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
    struct ws_row r = {.action = g->s->strings[SPACE_ACTION][c->action], .recorded = c->recorded, .by = c->by, .ours = g->ours, .claim = VOC_NONE, .work = VOC_NONE,
                       .first_us = VOC_NA, .last_us = VOC_NA, .cost = VOC_NA, .minutes = VOC_NA, .value = VOC_NA};
    r.numbers = c->by != WS_BY_ACTION && shares(g, c);
    r.name = r.numbers ? c->folded : raw_of(g, c);
    if (c->by == WS_BY_CAMPAIGN) r.channel = g->s->strings[SPACE_CHANNEL][c->channel];
    r.where = r.name;
    if (r.channel.len) {
        char *joined = arena_printf(&w->arena, "%.*s:%.*s", (int)r.channel.len, r.channel.ptr, (int)r.name.len, r.name.ptr);
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

// ---- facts ---------------------------------------------------------------------------------------------------------------------

static voc_rc bump(struct keymap *m, uint32_t row, uint32_t code, bool *first)
{
    uint32_t *n = keymap_at(m, (uint64_t)row << 32 | code);
    if (!n) return VOC_E_NOMEM;
    if (first) *first = *n == 0;
    ++*n;
    return VOC_OK;
}

static bool before(const struct example *a, const struct example *b) { return a->time_us != b->time_us ? a->time_us < b->time_us : a->record < b->record; }

// The same object and words; where there are none, the same customer.
static bool alike(const struct event_set *s, size_t a, size_t b)
{
    uint32_t object = code_at(s->object, a);
    if (object != code_at(s->object, b) || !str_eq(s->text[a], s->text[b])) return false;
    if (object || s->text[a].len) return true;
    return code_at(s->customer, a) == code_at(s->customer, b) && code_at(s->account, a) == code_at(s->account, b) && code_at(s->case_id, a) == code_at(s->case_id, b);
}

// The earliest ones that say different things.
static void remember_example(struct gathering *g, struct tallies *t, size_t i)
{
    struct example e = {g->s->time_us[i], g->s->record[i], i};
    size_t n = t->n_examples;
    if (n == EXAMPLES && !before(&e, &t->example[n - 1])) return;
    for (size_t k = 0; k < n; k++) {
        if (!alike(g->s, i, t->example[k].at)) continue;
        if (!before(&e, &t->example[k])) return;
        for (n--; k < n; k++) t->example[k] = t->example[k + 1]; // it says the same, later
        break;
    }
    if (n == EXAMPLES) n--;
    size_t at = n;
    for (; at > 0 && before(&e, &t->example[at - 1]); at--) t->example[at] = t->example[at - 1];
    t->example[at] = e;
    t->n_examples = n + 1;
}

static voc_rc add_number(struct numbers *v, int64_t value)
{
    if (value == VOC_NA) return VOC_OK;
    voc_rc rc = vec_reserve(v, 1, SIZE_MAX);
    if (!rc) v->at[v->n++] = value;
    return rc;
}

static voc_rc count_event(struct gathering *g, size_t i)
{
    const struct event_set *s = g->s;
    uint32_t row = g->w->row_of[i], people = identity_n_individuals(s->identity), accounts = identity_n_accounts(s->identity);
    struct ws_row *r = &g->w->rows.at[row];
    struct tallies *t = &g->tally[row];
    uint32_t person = identity_individual(s->identity, code_at(s->customer, i)), account = identity_account(s->identity, code_at(s->account, i)), key = code_at(s->case_id, i);
    uint32_t who = person ? person : account ? people + account : key ? people + accounts + key : 0;
    bool first = false;
    voc_rc rc = who ? bump(&g->people, row, who, &first) : VOC_OK;
    r->count++;
    r->customers += first;
    r->n_person += person != 0;
    r->n_known += who != 0;
    r->n_owned += code_at(s->owner, i) != 0;
    r->n_ref += s->ref_kind[i] != VOC_REF_NONE && s->ref[i].len;
    if (r->first_us == VOC_NA || s->time_us[i] < r->first_us) r->first_us = s->time_us[i];
    if (r->last_us == VOC_NA || s->time_us[i] > r->last_us) r->last_us = s->time_us[i];
    if (!rc && code_at(s->owner, i)) rc = bump(&g->owners, row, s->owner[i], NULL);
    if (!rc && code_at(s->channel, i)) rc = bump(&g->channels, row, s->channel[i], NULL);
    if (!rc) rc = add_number(&t->cost, s->cost[i]);
    if (!rc) rc = add_number(&t->minutes, s->minutes[i]);
    if (!rc) rc = add_number(&t->value, s->value[i]);
    remember_example(g, t, i);
    return rc;
}

static int number_order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int real_order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int64_t median(int64_t *v, size_t n)
{
    if (!n) return VOC_NA;
    qsort(v, n, sizeof *v, number_order);
    return v[(n - 1) / 2]; // one that occurs
}

// The most frequent code of each row into *text(row), ties by name.
static void most_frequent(struct gathering *g, const struct keymap *m, enum store_space space, bool owner)
{
    uint32_t *best = mem_zalloc(g->w->rows.n + 1, sizeof *best);
    for (size_t k = 0; best && k < m->cap; k++) {
        const struct keymap_slot *x = &m->slots[k];
        if (x->era != m->era || !x->value) continue;
        struct ws_row *r = &g->w->rows.at[x->key >> 32];
        voc_str name = g->s->strings[space][(uint32_t)x->key], *to = owner ? &r->owner : &r->where;
        uint32_t *most = &best[x->key >> 32];
        if (!owner && r->by != WS_BY_ACTION) continue;
        if (x->value < *most || (x->value == *most && str_cmp(name, *to) >= 0)) continue;
        *most = x->value;
        *to = name;
    }
    mem_free(best);
}

static void shorten(struct buf *b, voc_str s)
{
    size_t n = text_fit(s, 40);
    for (size_t i = 0; i < n; i++) buf_byte(b, (unsigned char)s.ptr[i] < ' ' ? ' ' : s.ptr[i]);
    if (n < s.len) buf_cstr(b, "...");
}

// Who it was, for an event that says nothing else: its case, else the first alias of its customer.
static voc_str who(const struct event_set *s, size_t i)
{
    uint32_t set = code_at(s->customer, i);
    if (code_at(s->case_id, i)) return s->strings[SPACE_CASE][s->case_id[i]];
    if (!set) set = code_at(s->account, i);
    voc_str name = set ? s->strings[SPACE_ALIASES][set] : STR("");
    const char *eq = name.len ? memchr(name.ptr, '=', name.len) : NULL;
    if (!eq) return STR("");
    name = str_mk(eq + 1, name.len - (size_t)(eq + 1 - name.ptr));
    const char *end = memchr(name.ptr, '\x1f', name.len);
    return str_mk(name.ptr, end ? (size_t)(end - name.ptr) : name.len);
}

static voc_rc write_examples(struct gathering *g, struct ws_row *r, const struct tallies *t)
{
    struct buf b;
    bool ok = true;
    buf_init(&b, 4096);
    for (size_t k = 0; k < t->n_examples; k++) {
        size_t i = t->example[k].at;
        voc_str object = code_at(g->s->object, i) ? g->s->strings[SPACE_OBJECT][g->s->object[i]] : (voc_str){"", 0}, text = g->s->text[i];
        if (k) buf_cstr(&b, " | ");
        time_print(&b, g->s->time_us[i], g->s->resolution[i]);
        if (object.len) buf_byte(&b, ' '), shorten(&b, object);
        if (text.len) buf_cstr(&b, " \""), shorten(&b, text), buf_byte(&b, '"');
        voc_str name = object.len || text.len ? STR("") : who(g->s, i);
        if (name.len) buf_byte(&b, ' '), shorten(&b, name);
    }
    r->examples = arena_str(&g->w->arena, b.ptr ? b.ptr : "", b.len, &ok);
    voc_rc rc = b.rc;
    buf_done(&b);
    return rc ? rc : ok ? VOC_OK : VOC_E_NOMEM;
}

// ---- where they stand in journeys ------------------------------------------------------------------------------------------------

// What a log is about: cases if nearly every event has one, else accounts if most events name one, else people.
static uint32_t guess_unit(struct worksheet *w, const struct event_set *s)
{
    uint64_t cases = 0, accounts = 0, known = 0, cover = 0;
    for (size_t i = 0; i < s->n; i++) {
        uint32_t person = identity_individual(s->identity, code_at(s->customer, i)), account = identity_account(s->identity, code_at(s->account, i));
        if (!account && person) account = identity_account_at(s->identity, person, s->time_us[i]);
        cases += code_at(s->case_id, i) != 0;
        known += person || account;
        accounts += account != 0;
        cover++;
    }
    if (cover && cases * 10 >= cover * 9) {
        w->unit_reason = STR("nearly every event has a case of its own");
        return VOC_UNIT_CASE;
    }
    if (known && accounts * 2 >= known) {
        w->unit_reason = STR("most events name an account");
        return VOC_UNIT_ACCOUNT;
    }
    w->unit_reason = STR("events name people, and no accounts");
    return VOC_UNIT_INDIVIDUAL;
}

static bool is_purchase(const struct ws_row *r)
{
    return r->words && r->words->near_ == NEAR_WON && r->words->class_ == VOC_CLASS_VALUE && r->recorded != VOC_ACTOR_COMPANY;
}

static voc_rc place_unit(struct gathering *g, const struct batch *b, const voc_journeys *v, uint32_t *seen, uint32_t mark)
{
    struct worksheet *w = g->w;
    const uint8_t *actor = v->columns[VOC_COL_ACTOR];
    size_t ranks = 0, won_at = SIZE_MAX, n = v->n_events;
    if (v->units[0].flags & VOC_JOURNEY_INTERNAL) return VOC_OK;
    w->n_units++;
    for (size_t e = 0; e < n && won_at == SIZE_MAX; e++)
        if (is_purchase(&w->rows.at[w->row_of[batch_source_event(b, e)]]) && actor[e] == VOC_ACTOR_CUSTOMER) won_at = e;
    w->n_won += won_at != SIZE_MAX;
    for (size_t e = 0; e < n; e++) {
        uint32_t row = w->row_of[batch_source_event(b, e)];
        struct ws_row *r = &w->rows.at[row];
        if (seen[row] == mark) continue;
        seen[row] = mark;
        r->n_units++;
        if (won_at != SIZE_MAX && e < won_at) r->n_before++;
        if (actor[e] != VOC_ACTOR_CUSTOMER && w->unit != VOC_UNIT_CASE) continue; // ranks are among acts of customers
        voc_rc rc = vec_reserve(&g->tally[row].rank, 1, SIZE_MAX);
        if (rc) return rc;
        g->tally[row].rank.at[g->tally[row].rank.n++] = (double)++ranks;
    }
    return VOC_OK;
}

static voc_rc places(struct gathering *g, struct diag *d)
{
    struct worksheet *w = g->w;
    struct timeline *tl = NULL;
    struct batch *b = NULL;
    struct timeline_options o = {.end_us = INT64_MAX, .unit = w->unit};
    uint32_t *seen = mem_zalloc(w->rows.n + 1, sizeof *seen);
    voc_rc rc = seen ? timeline_new(&tl, g->s, w->j, &o, d) : VOC_E_NOMEM;
    if (!rc) rc = batch_new(&b, tl, 1u << VOC_COL_TIME | 1u << VOC_COL_ACTOR);
    for (size_t u = 0; !rc && u < timeline_n_units(tl); u++) {
        batch_clear(b);
        rc = batch_add(b, u);
        if (!rc) rc = place_unit(g, b, batch_view(b), seen, (uint32_t)u + 1);
    }
    for (size_t k = 0; !rc && k < w->rows.n; k++) {
        double *v = g->tally[k].rank.at;
        size_t n = g->tally[k].rank.n;
        if (n) qsort(v, n, sizeof *v, real_order);
        w->rows.at[k].rank = n ? (v[(n - 1) / 2] + v[n / 2]) / 2 : 0;
    }
    batch_free(b);
    timeline_free(tl);
    mem_free(seen);
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

static voc_rc facts(struct gathering *g, struct diag *d)
{
    struct worksheet *w = g->w;
    voc_rc rc = VOC_OK;
    g->tally = mem_zalloc(w->rows.n + 1, sizeof *g->tally);
    w->row_of = mem_zalloc(g->s->n + 1, sizeof *w->row_of);
    if (!g->tally || !w->row_of) return VOC_E_NOMEM;
    w->n_events = g->s->n;
    for (size_t k = 0; k < w->rows.n && !rc; k++) {
        struct ws_row *r = &w->rows.at[k];
        r->words = arena_alloc(&w->arena, sizeof *r->words);
        rc = r->words ? ws_words_of(r->words, r->action, r->by == WS_BY_ACTION ? (voc_str){"", 0} : r->where) : VOC_E_NOMEM;
    }
    for (size_t i = 0; i < g->s->n && !rc; i++) {
        w->row_of[i] = g->combos.at[g->combo_of[i]].row;
        rc = count_event(g, i);
    }
    if (rc) return rc;
    most_frequent(g, &g->owners, SPACE_OWNER, true);
    most_frequent(g, &g->channels, SPACE_CHANNEL, false);
    for (size_t k = 0; k < w->rows.n && !rc; k++) {
        struct ws_row *r = &w->rows.at[k];
        struct tallies *t = &g->tally[k];
        r->cost = median(t->cost.at, t->cost.n);
        r->minutes = median(t->minutes.at, t->minutes.n);
        r->value = median(t->value.at, t->value.n);
        rc = write_examples(g, r, t);
    }
    w->unit = guess_unit(w, g->s);
    if (!ws_is_none(w->j)) {
        w->unit = w->j->unit;
        w->unit_reason = STR("the journey says so");
    }
    return rc ? rc : places(g, d);
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
    if (!rc) rc = facts(&g, d);
    gathering_done(&g);
    if (!rc) rc = sort_rows(w);
    if (rc) {
        ws_free(w);
        return rc;
    }
    *out = w;
    return VOC_OK;
}
