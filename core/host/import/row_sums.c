// SPDX-License-Identifier: MIT
// What was read, as hashes: by what rows say, not by how blocks were cut or strings coded. Readings of one input are compared
// by them, in voc plugin check and by the fuzz targets. One thread.
#include "host/import/row_sums.h"

#include "base/hash.h"

#define ROW_MAX ((size_t)256 << 20)

static void add_text(struct buf *b, const struct coded_block *from, uint32_t code)
{
    uint64_t len = from->strings[code].len;
    (void)buf_add(b, &len, sizeof len);
    (void)buf_str(b, from->strings[code]);
}

static void add_number(struct buf *b, int64_t n) { (void)buf_add(b, &n, sizeof n); }

// Chained: the order counts.
static void take(struct row_summing *w, uint64_t *sum, uint64_t *n)
{
    if (!w->rc) w->rc = w->row.rc;
    *sum = hash64(w->row.ptr, w->row.len, *sum + 1);
    ++*n;
    buf_clear(&w->row);
}

// Added up: the order does not count. A block tells what the host rejects behind what the plugin does.
static void take_anywhere(struct row_summing *w, uint64_t *sum, uint64_t *n)
{
    uint64_t one = 0;
    take(w, &one, n);
    *sum += one;
}

static void sum_event(struct row_summing *w, const struct coded_block *b, size_t i)
{
    const struct coded_events *e = &b->events;
    const struct coded_tuple t = coded_tuple_of(e, i);
    const uint32_t texts[] = {t.action, t.touchpoint, t.channel, t.campaign, t.role, t.owner, t.language, coded_code(e->object, i), coded_code(e->case_id, i),
                              coded_code(e->thread, i), coded_code(e->customer, i), coded_code(e->account, i), coded_code(e->id, i), coded_code(e->ref, i),
                              coded_code(e->text, i), coded_code(e->attrs, i)};
    const int64_t numbers[] = {e->time_us[i], (int64_t)e->record[i], (int64_t)(e->line ? e->line[i] : 0), coded_code(e->sub, i), t.resolution, t.actor, t.ref_kind,
                               coded_amount(e, e->minutes, i), coded_amount(e, e->cost, i), coded_amount(e, e->value, i)};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) add_text(&w->row, b, texts[k]);
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) add_number(&w->row, numbers[k]);
    take(w, &w->sums.events, &w->sums.n_events);
}

static void sum_fact(struct row_summing *w, const struct coded_block *b, const struct coded_fact *f)
{
    const uint32_t texts[] = {f->a, f->b, f->key, f->text, f->unit, f->language, f->ref, f->id};
    const int64_t numbers[] = {f->kind, f->entity, f->type, f->resolution, f->ref_kind, f->sub, f->time_us, f->integer, (int64_t)f->record, (int64_t)f->line};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) add_text(&w->row, b, texts[k]);
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) add_number(&w->row, numbers[k]);
    (void)buf_add(&w->row, &f->number, sizeof f->number);
    take(w, &w->sums.facts, &w->sums.n_facts);
}

voc_rc row_sums_block(void *user, const struct coded_block *b)
{
    struct row_summing *w = user;
    for (size_t i = 0; i < b->events.n; i++) sum_event(w, b, i);
    for (size_t i = 0; i < b->n_facts; i++) sum_fact(w, b, &b->facts[i]);
    for (size_t i = 0; i < b->n_rejects; i++) {
        const struct coded_reject *r = &b->rejects[i];
        add_text(&w->row, b, r->code);
        add_text(&w->row, b, r->reason);
        add_text(&w->row, b, r->raw);
        add_number(&w->row, (int64_t)r->record);
        take_anywhere(w, &w->sums.rejects, &w->sums.n_rejects);
    }
    return w->rc;
}

void row_summing_init(struct row_summing *w)
{
    *w = (struct row_summing){.rc = VOC_OK};
    buf_init(&w->row, ROW_MAX);
}

void row_summing_done(struct row_summing *w) { buf_done(&w->row); }

bool row_sums_same(const struct row_sums *a, const struct row_sums *b)
{
    return a->events == b->events && a->facts == b->facts && a->rejects == b->rejects && a->n_events == b->n_events &&
           a->n_facts == b->n_facts && a->n_rejects == b->n_rejects;
}
