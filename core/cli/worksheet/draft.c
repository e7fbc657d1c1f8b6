// SPDX-License-Identifier: MIT
// A journey that begins: the text with nothing in it yet, and samples made from real journeys of the events: short ones that
// together reach as many stages as possible, with people, accounts and cases by number, and without objects and words.
#include <stdio.h>
#include <stdlib.h>

#include "cli/worksheet/edit.h"
#include "cli/worksheet/worksheet.h"
#include "journey/check.h"

#define SAMPLES_MAX 4u
#define EVENTS_SHORT 14u
#define EVENTS_LONG 40u

voc_rc ws_skeleton(struct buf *out, const struct worksheet *w, voc_str id)
{
    static const char *const units[] = {"", "account", "individual", "case"};
    buf_cstr(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<journey xmlns=\"urn:vocstream:journey:1\"");
    buf_cstr(out, " id=\"");
    edit_escape(out, id);
    buf_printf(out, "\" version=\"1\" unit=\"%s\" zone=\"UTC\">\n", units[w->unit]);
    buf_cstr(out, "  <note>Begun by voc from the events themselves. Each guess gives its reason in a note. What to look at first: which acts are\n"
                  "    of class value, by which act each stage is entered, and what each touchpoint costs.</note>\n</journey>\n");
    return out->rc;
}

// ---- which journeys -----------------------------------------------------------------------------------------------------------

struct candidate { size_t unit, events; uint64_t stages; /* bits; from 56 on: exits */ bool used; };

struct sampling {
    struct worksheet *w;
    const struct event_set *s;
    const struct journey *j;
    struct timeline *tl;
    struct batch *b;
    VEC(struct candidate) list;
};

static bool is_end(const struct ws_row *r) { return strstr(r->said[WS_STAGE].len ? r->said[WS_STAGE].ptr : "", "exit:") != NULL; }

// An event that a sample shows: an act of the customer, an end, a record where stages are records, the first touches.
static bool shown(const struct sampling *p, const voc_journeys *v, size_t e, size_t *touches)
{
    const uint8_t *actor = v->columns[VOC_COL_ACTOR];
    const struct ws_row *r = &p->w->rows.at[p->w->row_of[batch_source_event(p->b, e)]];
    if (p->j->evidence_declared || actor[e] == VOC_ACTOR_CUSTOMER || is_end(r)) return true;
    return r->claim != VOC_NONE && ++*touches <= 2;
}

static voc_rc find_candidates(struct sampling *p)
{
    voc_rc rc = VOC_OK;
    for (size_t u = 0; u < timeline_n_units(p->tl) && !rc; u++) {
        struct candidate c = {.unit = u};
        size_t touches = 0;
        if (timeline_unit_events(p->tl, u) > 2000) continue;
        batch_clear(p->b);
        if ((rc = batch_add(p->b, u))) break;
        const voc_journeys *v = batch_view(p->b);
        if (v->units[0].flags & VOC_JOURNEY_INTERNAL || v->n_stays == 0) continue;
        for (size_t e = 0; e < v->n_events; e++) c.events += shown(p, v, e, &touches);
        for (size_t k = 0; k < v->n_stays; k++) {
            c.stages |= UINT64_C(1) << (v->stays[k].stage < 55 ? v->stays[k].stage : 55);
            if (v->stays[k].end == VOC_END_EXIT) c.stages |= UINT64_C(1) << (v->stays[k].exit < 7 ? 56 + v->stays[k].exit : 63);
        }
        if (c.events < 2 || c.events > EVENTS_LONG) continue;
        rc = vec_reserve(&p->list, 1, SIZE_MAX);
        if (!rc) p->list.at[p->list.n++] = c;
    }
    return rc;
}

static unsigned bits(uint64_t x) { return (unsigned)__builtin_popcountll(x); }

// The one that reaches most of what is still missing; a short one before a long one, then the one with fewer events.
static struct candidate *best(struct sampling *p, uint64_t covered)
{
    struct candidate *found = NULL;
    for (size_t i = 0; i < p->list.n; i++) {
        struct candidate *c = &p->list.at[i];
        unsigned more = bits(c->stages & ~covered);
        if (c->used || !more) continue;
        unsigned has = found ? bits(found->stages & ~covered) : 0;
        bool brief = c->events <= EVENTS_SHORT, other = found && found->events <= EVENTS_SHORT;
        if (!found || (brief != other ? brief : more != has ? more > has : c->events < found->events)) found = c;
    }
    return found;
}

// ---- one sample ---------------------------------------------------------------------------------------------------------------

static void time_attr(struct buf *b, int64_t us, uint32_t resolution)
{
    buf_cstr(b, " at=\"");
    time_print(b, us, us % US_PER_SECOND == 0 && resolution < VOC_RES_SECOND ? VOC_RES_SECOND : resolution);
    buf_byte(b, '"');
}

static void text_attr(struct buf *b, const char *name, const voc_str *strings, const uint32_t *column, size_t i)
{
    if (!column || !column[i]) return;
    buf_printf(b, " %s=\"", name);
    edit_escape(b, strings[column[i]]);
    buf_byte(b, '"');
}

// Numbers for people and accounts, in the order in which they come.
static unsigned number_of(uint32_t *list, unsigned *n, uint32_t code)
{
    for (unsigned i = 0; i < *n; i++)
        if (list[i] == code) return i + 1;
    if (*n < 64) list[(*n)++] = code;
    return *n;
}

static void write_event(const struct sampling *p, struct buf *b, size_t i, uint32_t *people, unsigned *n_people, uint32_t *accounts,
                        unsigned *n_accounts)
{
    const struct event_set *s = p->s;
    const struct ws_row *r = &p->w->rows.at[p->w->row_of[i]];
    uint32_t person = identity_individual(s->identity, s->customer[i]), account = identity_account(s->identity, s->account[i]);
    if (!account && person) account = identity_account_at(s->identity, person, s->time_us[i]);
    buf_cstr(b, "\n  <e");
    time_attr(b, s->time_us[i], s->resolution[i]);
    if (person) buf_printf(b, " who=\"person %u\"", number_of(people, n_people, person));
    if (account) buf_printf(b, " account=\"account %u\"", number_of(accounts, n_accounts, account));
    if (s->case_id && s->case_id[i]) buf_cstr(b, " case=\"1\"");
    if (r->recorded == VOC_ACTOR_COMPANY || r->recorded == VOC_ACTOR_OTHER) buf_printf(b, " actor=\"%s\"", ws_actor_name(r->recorded));
    text_attr(b, "action", s->strings[SPACE_ACTION], s->action, i);
    text_attr(b, "channel", s->strings[SPACE_CHANNEL], s->channel, i);
    text_attr(b, "campaign", s->strings[SPACE_CAMPAIGN], s->campaign, i);
    text_attr(b, "touchpoint", s->strings[SPACE_TOUCHPOINT], s->touchpoint, i);
    buf_cstr(b, "/>");
}

static void write_expectations(const struct sampling *p, struct buf *b, const voc_journeys *v)
{
    for (size_t k = 0; k < v->n_stays; k++) {
        const voc_stay *y = &v->stays[k];
        if (y->out_us <= y->in_us || y->flags & VOC_STAY_KNOWN_FROM) continue;
        buf_cstr(b, "\n  <expect");
        time_attr(b, y->in_us, y->in_us % US_PER_SECOND ? VOC_RES_US : VOC_RES_SECOND);
        buf_cstr(b, " stage=\"");
        edit_escape(b, p->j->stages[y->stage].id);
        buf_cstr(b, "\"/>");
    }
    if (v->n_stays && v->stays[v->n_stays - 1].end == VOC_END_EXIT && v->stays[v->n_stays - 1].exit < p->j->n_exits) {
        buf_cstr(b, "\n  <expect exit=\"");
        edit_escape(b, p->j->exits[v->stays[v->n_stays - 1].exit].id);
        buf_cstr(b, "\"/>");
    }
}

static voc_rc write_sample(struct sampling *p, struct buf *b, const struct candidate *c, size_t number)
{
    uint32_t people[64], accounts[64];
    unsigned n_people = 0, n_accounts = 0;
    size_t touches = 0;
    batch_clear(p->b);
    voc_rc rc = batch_add(p->b, c->unit);
    if (rc) return rc;
    const voc_journeys *v = batch_view(p->b);
    buf_printf(b, "<sample name=\"" WS_SAMPLE "%zu: ", number);
    const voc_stay *last = &v->stays[v->n_stays - 1];
    if (last->end == VOC_END_EXIT && last->exit < p->j->n_exits) edit_escape(b, p->j->exits[last->exit].id);
    else edit_escape(b, p->j->stages[last->stage].id);
    buf_cstr(b, "\">");
    for (size_t e = 0; e < v->n_events; e++)
        if (shown(p, v, e, &touches)) write_event(p, b, batch_source_event(p->b, e), people, &n_people, accounts, &n_accounts);
    write_expectations(p, b, v);
    buf_cstr(b, "\n</sample>");
    return b->rc;
}

// ---- all ----------------------------------------------------------------------------------------------------------------------

// The text without the samples that were made here.
voc_rc ws_drop_samples(struct buf *out, voc_str journey_xml, size_t *n)
{
    struct edit *e = NULL;
    *n = 0;
    voc_rc rc = edit_new(&e, journey_xml, "journey.xml", NULL);
    for (size_t s = rc ? EDIT_NONE : edit_child(e, edit_child(e, 0, "samples"), "sample"); s != EDIT_NONE && !rc; s = edit_next(e, s, "sample")) {
        const voc_str *name = edit_get(e, s, "name");
        if (!name || !str_starts(*name, WS_SAMPLE)) continue;
        rc = edit_remove(e, s);
        ++*n;
    }
    if (!rc) rc = edit_done(e, out);
    edit_free(e);
    return rc;
}

static voc_rc with_samples(struct buf *out, voc_str journey_xml, const voc_str *samples, size_t n)
{
    static const char *const none[] = {NULL};
    struct edit *e = NULL;
    size_t section;
    voc_rc rc = edit_new(&e, journey_xml, "journey.xml", NULL);
    buf_clear(out);
    // Samples stand last: behind whatever the root has.
    if (!rc) rc = edit_section(e, "samples", none, &section);
    if (!rc && e->nodes.at[section].is_new && e->nodes.at[0].last != EDIT_NONE) e->nodes.at[section].start = e->nodes.at[e->nodes.at[0].last].end;
    for (size_t i = 0; i < n && !rc; i++) rc = edit_append(e, section, samples[i]);
    if (!rc) rc = edit_done(e, out);
    edit_free(e);
    return rc;
}

// Does the definition with these samples pass its own check?
static voc_rc passes(voc_str text, bool *yes)
{
    struct journey *j = NULL;
    struct check_result r = {0};
    voc_rc rc = journey_parse(&j, text, (voc_str){"", 0}, (voc_str){"", 0}, "journey.xml", NULL);
    if (!rc) rc = journey_check(j, &r, NULL);
    journey_free(j);
    *yes = rc == VOC_OK;
    return rc == VOC_E_NOMEM || rc == VOC_CANCELLED ? rc : VOC_OK;
}

voc_rc ws_add_samples(struct buf *out, struct worksheet *w, const struct event_set *s, const struct journey *j, voc_str journey_xml,
                      size_t *n, struct diag *d)
{
    struct sampling p = {.w = w, .s = s, .j = j};
    struct timeline_options o = {.end_us = INT64_MAX};
    voc_str kept[SAMPLES_MAX];
    uint64_t covered = 0;
    bool ok = true;
    *n = 0;
    voc_rc rc = timeline_new(&p.tl, s, j, &o, d);
    if (!rc) rc = batch_new(&p.b, p.tl, 1u << VOC_COL_TIME | 1u << VOC_COL_ACTOR);
    if (!rc) rc = find_candidates(&p);
    for (size_t tries = 0; tries < 12 && *n < SAMPLES_MAX && !rc; tries++) {
        struct candidate *c = best(&p, covered);
        struct buf b;
        bool good = false;
        if (!c) break;
        c->used = true;
        buf_init(&b, 1 << 22);
        rc = write_sample(&p, &b, c, *n + 1);
        if (!rc) kept[*n] = arena_str(&w->arena, b.ptr, b.len, &ok);
        buf_done(&b);
        if (!rc && !ok) rc = VOC_E_NOMEM;
        if (!rc) rc = with_samples(out, journey_xml, kept, *n + 1);
        if (!rc) rc = passes(str_mk(out->ptr, out->len), &good);
        if (!good) continue;
        covered |= c->stages;
        ++*n;
    }
    if (!rc && *n) rc = with_samples(out, journey_xml, kept, *n);
    if (!rc && !*n) {
        buf_clear(out);
        rc = buf_str(out, journey_xml);
    }
    batch_free(p.b);
    timeline_free(p.tl);
    vec_free(&p.list);
    return rc;
}
