// SPDX-License-Identifier: MIT
// Fields of events that an analysis asked for by name: the attribute of the event, else that of its unit, its person or the unit's account
// as it held then, else the event's own column. Texts that are made (numbers, attributes with escapes) live in the batch until it is cleared.
#include "journey/walk/batch_int.h"
#include "journey/predicate/event_text.h"
#include "journey/predicate/fact_index.h"

#define MADE_MAX ((size_t)1 << 30)

struct asked { const struct batch *b; const struct unit_entry *u; struct buf *scratch; };

static bool fact_of(const struct asked *a, uint32_t entity, uint32_t who, voc_str name, int64_t t_us, voc_str *text)
{
    const struct fact_index *f = evaluator_facts(a->b->t->ev);
    if (!who) return false;
    const struct fact_at at = facts_find(f, entity, who, name, t_us);
    if (at.found) *text = f->s->attributes[at.at].text;
    return at.found && text->len > 0;
}

static bool field_of(const struct asked *a, size_t row, voc_str name, voc_str *text)
{
    const struct event_set *s = a->b->w->s;
    const int64_t t_us = s->time_us[row];
    if (s->attrs && facts_json(s->attrs[row], name, a->scratch, text)) return text->len > 0;
    if (a->scratch->rc) return false;
    if (fact_of(a, unit_entity(a->u), a->u->code, name, t_us, text)) return true;
    const uint32_t *person = a->b->w->individual;
    if (a->u->kind != VOC_UNIT_INDIVIDUAL && person && fact_of(a, VOC_ENTITY_INDIVIDUAL, person[row], name, t_us, text)) return true;
    if (a->u->kind != VOC_UNIT_ACCOUNT && fact_of(a, VOC_ENTITY_ACCOUNT, a->u->account, name, t_us, text)) return true;
    return event_text(s, row, name, a->scratch, text);
}

voc_rc batch_fields_fill(struct batch *b, const struct unit_entry *u, bool as_it_lies)
{
    const struct asked a = {b, u, &b->field_scratch};
    bool ok = true;
    for (size_t k = 0; k < b->n_fields; k++)
        for (size_t i = 0; i < u->n; i++) {
            voc_str text = {"", 0};
            const size_t row = as_it_lies ? b->n_events + i : span_row(b->w, u, i);
            if (!field_of(&a, row, b->t->wanted_fields.at[k], &text)) text = (voc_str){"", 0};
            if (a.scratch->rc) return a.scratch->rc;
            if (text.len && text.ptr == a.scratch->ptr) text = arena_str(&b->field_made, text.ptr, text.len, &ok);
            if (!ok) return VOC_E_NOMEM;
            b->field[k][b->n_events + i] = text;
        }
    return VOC_OK;
}

voc_rc batch_fields_begin(struct batch *b)
{
    const size_t n = b->t->wanted_fields.n;
    if (n == b->n_fields) return VOC_OK;
    if (b->n_fields || b->n_events) return VOC_E_BUG; // asked after the first unit
    b->field = mem_zalloc(n, sizeof *b->field);
    if (!b->field) return VOC_E_NOMEM;
    buf_init(&b->field_scratch, MADE_MAX);
    arena_init(&b->field_made, MADE_MAX);
    b->n_fields = n;
    b->room = 0; // they need rooms of their own
    return VOC_OK;
}

void batch_fields_clear(struct batch *b)
{
    if (b->field) arena_done(&b->field_made), arena_init(&b->field_made, MADE_MAX);
}

void batch_fields_done(struct batch *b)
{
    for (size_t k = 0; k < b->n_fields; k++) mem_free(b->field[k]);
    if (b->field) arena_done(&b->field_made), buf_done(&b->field_scratch);
    mem_free(b->field);
}
