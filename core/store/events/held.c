// SPDX-License-Identifier: MIT
// Holds what an import has read (held.h). The catalogue has one row for all events, so that counts and spans need not know.
// Readers order a partition when they come to it, each thread its own.
#include "store/events/held.h"
#include "store/import/import.h"

static const char INSERT_STUB[] =
    "INSERT INTO block(import, kind, rows, has_ids, first_us, last_us, first_unit, last_unit, data, first_key, last_key, units, kinds, has, last_resolution, run)"
    " VALUES (?, 1, ?, 0, ?, ?, '', '', x'', 0, 0, ?, ?, ?, ?, 0)";

struct held { // owns
    struct pending q;
    struct ordering order;     // of all units; its rows are not used
    struct event_layout layout;
    uint32_t last_resolution;
    uint32_t import, source;
    uint64_t shift;            // from the record of the file to that of the source
};

void project_hold_events(struct project *p) { p->may_hold = p->mode == PROJECT_PRIVATE; }

bool held_may(const struct import *i)
{
    const struct pending *q = &i->q;
    return i->p->may_hold && !i->p->held && !i->spilled && i->number == 1 && !q->has_ids && !q->mixed && i->dropped == 0 &&
           i->base == 0 && q->n_events > 0;
}

voc_rc held_names(struct names *n)
{
    for (unsigned s = 0; s < SPACE_ALL; s++)
        for (uint32_t c = 1; c < n->own[s]; c++) n->code[s][c] = c + 1;
    return VOC_OK;
}

// ---- what there is -----------------------------------------------------------------------------------------------------------

static uint32_t kind_of(const struct pending_who *w)
{
    return w->case_id ? VOC_UNIT_CASE : w->account ? VOC_UNIT_ACCOUNT : w->customer ? VOC_UNIT_INDIVIDUAL : 0;
}

static void look_at_rows(struct held *h)
{
    struct pending_walk walk = {.q = &h->q};
    struct event_layout *l = &h->layout;
    l->first_us = INT64_MAX, l->last_us = INT64_MIN;
    for (const struct pending_row *r; (r = pending_next(&walk));) {
        struct event_tuple t;
        const int64_t time_us = walk.event.time_us;
        if (time_us < l->first_us) l->first_us = time_us;
        if (r->who == h->q.nobody) l->unit_kinds |= 1;
        if (time_us < l->last_us) continue;
        tuple_set_at(&h->q.tuples, pending_tuple(r), &t);
        if (time_us > l->last_us || t.resolution > h->last_resolution) h->last_resolution = t.resolution;
        l->last_us = time_us;
    }
}

static void look(struct held *h)
{
    static const struct { uint32_t rare, has; } has[] = {{RARE_MINUTES | RARE_COST | RARE_VALUE, EV_MONEY}, {RARE_OBJECT, EV_OBJECT}, {RARE_THREAD, EV_THREAD}, {RARE_REF, EV_REF},
                                                         {RARE_TEXT, EV_TEXT}, {RARE_ATTRS, EV_ATTRS}};
    static const uint32_t people[4] = {0, [VOC_UNIT_CASE] = EV_CASE, [VOC_UNIT_ACCOUNT] = EV_ACCOUNT, [VOC_UNIT_INDIVIDUAL] = EV_CUSTOMER};
    struct event_layout *l = &h->layout;
    uint32_t rare = 0;
    *l = (struct event_layout){.in_parts = true, .n_runs = 1, .n_events = h->q.n_events};
    for (size_t k = 0; k < h->q.rare.n; k++) rare |= h->q.rare.at[k].has;
    for (size_t k = 0; k < sizeof has / sizeof *has; k++)
        if (rare & has[k].rare) l->has |= has[k].has;
    for (unsigned p = 0; p < PARTITIONS; p++) {
        l->n_units += h->order.units[p];
        for (size_t w = 0; w < h->q.part[p].whos.n; w++) {
            const uint32_t kind = kind_of(&h->q.part[p].whos.at[w]);
            l->unit_kinds |= kind ? 1u << kind : 0; // nobody is looked for among the rows
            l->has |= people[kind];
        }
    }
    look_at_rows(h);
    if (!(l->unit_kinds & 1)) l->n_units--; // nobody has a place among the units, and no rows
}

// ---- taking them over ----------------------------------------------------------------------------------------------------------

static voc_rc held_new(struct import *i, struct held **out)
{
    struct held *h = mem_zalloc(1, sizeof *h);
    if (!h) return VOC_E_NOMEM;
    h->q = i->q; // as a whole: what it owns stays where it is
    voc_rc rc = ordering_open(&h->order, &h->q);
    if (rc != VOC_OK) {
        ordering_close(&h->order);
        mem_free(h);
        return rc;
    }
    h->import = (uint32_t)i->number;
    h->source = i->source;
    h->shift = i->base - i->dropped;
    look(h);
    *out = h;
    return VOC_OK;
}

voc_rc held_catalogue(struct import *i)
{
    sqlite3_stmt *s = NULL;
    struct import_result *out = &i->result;
    voc_rc rc = held_new(i, &i->held);
    if (rc != VOC_OK) return rc;
    const struct event_layout *l = &i->held->layout;
    rc = db_prepare(i->p, &s, INSERT_STUB);
    if (rc == VOC_OK)
        rc = db_run(i->p, s, "iunnuiii", i->number, l->n_events, l->first_us, l->last_us, l->n_units, (int64_t)l->unit_kinds,
                    (int64_t)l->has, (int64_t)i->held->last_resolution);
    db_done(&s);
    out->first_us = l->first_us;
    out->last_us = l->last_us;
    out->events = l->n_events;
    return rc;
}

void held_drop(struct import *i)
{
    if (i->held) ordering_close(&i->held->order);
    mem_free(i->held);
    i->held = NULL;
}

voc_rc held_take(struct import *i)
{
    struct held *h = i->held;
    h->q = i->q; // names may have grown since
    h->order.q = &h->q;
    i->q = (struct pending){0};
    i->held = NULL;
    space_drop(i->p);
    i->p->held = h;
    return VOC_OK;
}

void held_free(struct held *h)
{
    if (!h) return;
    ordering_close(&h->order);
    pending_done(&h->q);
    mem_free(h);
}

// ---- the dictionaries ------------------------------------------------------------------------------------------------------------

uint32_t held_count(const struct project *p, unsigned space) { return dict_n(p->held->q.names[space]); }

uint32_t held_flags(const struct project *p) { return p->held->q.set_flags; }

voc_rc held_strings(const struct project *p, unsigned space, struct space *out)
{
    const struct dict *names = p->held->q.names[space];
    struct space fresh = {.n = dict_n(names), .cap = dict_n(names)};
    if (!(fresh.text = mem_alloc((size_t)fresh.n * sizeof *fresh.text))) return VOC_E_NOMEM;
    for (uint32_t c = 0; c < fresh.n; c++) fresh.text[c] = dict_at(names, c);
    *out = fresh;
    return VOC_OK;
}

voc_rc held_tuples(const struct project *p, struct event_tuple **out, uint32_t *n)
{
    const struct tuple_set *all = &p->held->q.tuples;
    *n = tuple_set_n(all);
    if (!(*out = mem_alloc((size_t)*n * sizeof **out))) return VOC_E_NOMEM;
    for (uint32_t t = 0; t < *n; t++) tuple_set_at(all, t, &(*out)[t]);
    return VOC_OK;
}

void held_layout(const struct project *p, struct event_layout *l) { *l = p->held->layout; }

size_t held_rows(const struct project *p, unsigned partition) { return p->held->q.part[partition].n; }

// ---- reading -----------------------------------------------------------------------------------------------------------------------

voc_rc held_reader_open(struct held_reader *r, struct project *p, uint32_t columns)
{
    *r = (struct held_reader){.h = p->held};
    r->order = (struct ordering){.q = &p->held->q, .lines = p->held->q.lines_differ, .shift = p->held->shift, .unit_of = p->held->order.unit_of};
    memcpy(r->order.units, p->held->order.units, sizeof r->order.units);
    memcpy(r->order.first, p->held->order.first, sizeof r->order.first);
    return event_columns_open(&r->c, p, columns);
}

void held_reader_close(struct held_reader *r)
{
    r->order.unit_of = NULL; // the held one's
    ordering_close(&r->order);
    event_columns_close(&r->c);
    vec_free(&r->unit_first);
    vec_free(&r->unit_code);
    vec_free(&r->unit_kind);
    vec_free(&r->tuple);
}

void held_reader_clear(struct held_reader *r) { r->c.n = r->unit_first.n = r->unit_code.n = r->unit_kind.n = 0; }

static voc_rc add_units(struct held_reader *r)
{
    const struct ordering *o = &r->order;
    const size_t base = r->c.n;
    voc_rc rc = vec_reserve(&r->unit_first, o->end.n + 1, SIZE_MAX / 64);
    if (rc == VOC_OK) rc = vec_reserve(&r->unit_code, o->end.n, SIZE_MAX / 64);
    if (rc == VOC_OK) rc = vec_reserve(&r->unit_kind, o->end.n, SIZE_MAX / 64);
    if (rc != VOC_OK) return rc;
    if (r->unit_first.n) r->unit_first.n--; // the end, which is no end any more
    for (size_t u = 0, from = 0; u < o->end.n; from = o->end.at[u++]) {
        if (o->end.at[u] == from) continue; // nobody, where all rows name somebody
        const struct pending_who *w = pending_who_at(o->q, o->row[from].who);
        r->unit_first.at[r->unit_first.n++] = base + from;
        r->unit_code.at[r->unit_code.n++] = w->case_id ? w->case_id : w->account ? w->account : w->customer;
        r->unit_kind.at[r->unit_kind.n++] = (uint8_t)kind_of(w);
    }
    r->unit_first.at[r->unit_first.n++] = base + o->n;
    return VOC_OK;
}

static void put_people(struct held_reader *r)
{
    static const unsigned column[3] = {EC_CASE, EC_CUSTOMER, EC_ACCOUNT};
    const struct pending_row *row = r->order.row;
    for (unsigned c = 0; c < 3; c++) {
        uint32_t *to = r->c.code[column[c]];
        for (size_t k = 0; to && k < r->order.n; k++) {
            const struct pending_who *w = pending_who_at(r->order.q, row[k].who);
            to[r->c.n + k] = k && row[k].who == row[k - 1].who ? to[r->c.n + k - 1] : c == 0 ? w->case_id : c == 1 ? w->customer : w->account;
        }
    }
}

static void put_rare(struct held_reader *r)
{
    struct event_columns *c = &r->c;
    const struct pending *q = r->order.q;
    const size_t n = c->n;
    for (size_t k = 0; k < r->order.n; k++) {
        const struct pending_rare *x = &q->rare.at[r->order.rare[k]];
        if (c->code[EC_OBJECT]) c->code[EC_OBJECT][n + k] = x->object;
        if (c->code[EC_THREAD]) c->code[EC_THREAD][n + k] = x->thread;
        if (c->code[EC_SUB]) c->code[EC_SUB][n + k] = x->sub;
        const struct pending_amounts *a = pending_amounts_of(q, x);
        if (c->wide[EC_MINUTES]) c->wide[EC_MINUTES][n + k] = a->minutes;
        if (c->wide[EC_COST]) c->wide[EC_COST][n + k] = a->cost;
        if (c->wide[EC_VALUE]) c->wide[EC_VALUE][n + k] = a->value;
        const uint32_t texts[EC_TEXTS] = {x->id, x->ref, x->text, x->attrs};
        for (unsigned t = 0; t < EC_TEXTS; t++)
            if (c->text[t]) c->text[t][n + k] = pending_text(q, texts[t]);
    }
}

static void put_place(struct held_reader *r)
{
    const struct ordering *o = &r->order;
    ordering_take(o, 0, o->n, &(struct ordered_rows){.record = (uint64_t *)r->c.wide[EC_RECORD]}, r->c.n);
    for (size_t k = 0; k < o->n; k++) {
        const uint64_t line = (uint64_t)(o->line ? o->line[k] : o->q->first_line) - o->shift;
        r->c.wide[EC_LINE][r->c.n + k] = (int64_t)(line + (uint64_t)r->c.wide[EC_RECORD][r->c.n + k]);
        r->c.import[r->c.n + k] = r->h->import;
    }
}

voc_rc held_reader_add(struct held_reader *r, unsigned partition)
{
    struct event_columns *c = &r->c;
    voc_rc rc = ordering_part(&r->order, partition);
    const size_t n = r->order.n;
    if (rc == VOC_OK) rc = event_columns_room(c, c->n + n);
    if (rc == VOC_OK && !c->tuple) rc = vec_reserve(&r->tuple, n, SIZE_MAX / 64);
    if (rc == VOC_OK) rc = add_units(r);
    if (rc != VOC_OK || n == 0) return rc;
    uint32_t *tuple = c->tuple ? c->tuple + c->n : r->tuple.at;
    if (c->wide[EC_TIME]) ordering_take(&r->order, 0, n, &(struct ordered_rows){.time_us = c->wide[EC_TIME]}, c->n);
    ordering_take(&r->order, 0, n, &(struct ordered_rows){.tuple = tuple}, 0);
    event_columns_of_tuples(c, c->n, tuple, n);
    put_people(r);
    if (c->columns & (EV_OBJECT | EV_THREAD | EV_MONEY | EV_ID | EV_REF | EV_TEXT | EV_ATTRS | EV_PLACE)) put_rare(r);
    if (c->columns & EV_PLACE) put_place(r);
    for (size_t k = c->n; c->source && k < c->n + n; k++) c->source[k] = r->h->source;
    c->n += n;
    return VOC_OK;
}
