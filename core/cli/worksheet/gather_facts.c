// SPDX-License-Identifier: MIT
// The facts about the rows of a worksheet: how many events, by whom, when, examples, what they cost, and where they stand in a journey.
// They depend on the events alone, not on their order.
#include <stdlib.h>

#include "base/text.h"
#include "cli/worksheet/gather.h"
#include "cli/worksheet/words.h"

// ---- each event ---------------------------------------------------------------------------------------------------------------------

static voc_rc bump(struct keymap *m, uint32_t row, uint32_t code, bool *first)
{
    uint32_t *n = keymap_at(m, (uint64_t)row << 32 | code);
    if (!n) return VOC_E_NOMEM;
    if (first) *first = *n == 0;
    ++*n;
    return VOC_OK;
}

static bool before(const struct example *a, const struct example *b)
{
    return a->time_us != b->time_us ? a->time_us < b->time_us : a->record < b->record;
}

// The same object and words; where there are none, the same customer.
static bool alike(const struct event_set *s, size_t a, size_t b)
{
    uint32_t object = code_at(s->object, a);
    if (object != code_at(s->object, b) || !str_eq(s->text[a], s->text[b])) return false;
    if (object || s->text[a].len) return true;
    return code_at(s->customer, a) == code_at(s->customer, b) && code_at(s->account, a) == code_at(s->account, b) &&
           code_at(s->case_id, a) == code_at(s->case_id, b);
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
    uint32_t person = identity_individual(s->identity, code_at(s->customer, i)),
             account = identity_account(s->identity, code_at(s->account, i)), key = code_at(s->case_id, i);
    uint32_t who = person ? person : account ? people + account : key ? people + accounts + key : 0;
    bool first = false;
    voc_rc rc = who ? bump(&g->people, row, who, &first) : VOC_OK;
    r->count++;
    r->customers += first;
    r->n_person += person != 0;
    r->n_known += who != 0;
    r->n_owned += code_at(s->owner, i) != 0;
    r->n_device += g->device[code_at(s->customer, i)];
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
    if (n) w->rows.at[w->row_of[batch_source_event(b, n - 1)]].n_last++;
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

// ---- all of them --------------------------------------------------------------------------------------------------------------

voc_rc gather_facts(struct gathering *g, struct diag *d)
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
