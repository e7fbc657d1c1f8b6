// SPDX-License-Identifier: MIT
// Coded blocks as text, without codes: one line for each event, fact and reject, so that two ways of reading the same bytes
// can be compared. Lines of several blocks are sorted by record and row with coded_sort.
#ifndef VOC_TESTS_UNIT_HOST_CODED_H
#define VOC_TESTS_UNIT_HOST_CODED_H
#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "store/store.h"

static inline void coded_text(struct buf *out, const struct coded_block *b, uint32_t code)
{
    assert_true(code < b->n_strings);
    voc_str s = b->strings[code];
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c < 0x20 || c == '|' || c == '%' || c >= 0x7f)
            buf_printf(out, "%%%02x", c);
        else
            buf_byte(out, (char)c);
    }
    buf_byte(out, '|');
}

static inline void coded_number(struct buf *out, int64_t n)
{
    if (n == VOC_NA)
        buf_cstr(out, "-|");
    else
        buf_printf(out, "%" PRId64 "|", n);
}

// A line begins with the record and the number within it, so that bytewise order is the order of the file.
static inline void coded_dump(struct buf *out, const struct coded_block *b)
{
    const struct coded_events *e = &b->events;
    assert_true(b->n_strings > 0 && b->strings[0].len == 0);
    for (size_t i = 0; i < e->n; i++) {
        const struct coded_tuple t = coded_tuple_of(e, i);
        const uint32_t codes[] = {t.action, t.touchpoint, t.channel, t.campaign, coded_code(e->object, i), coded_code(e->case_id, i), t.role, t.owner,
                                  coded_code(e->thread, i), coded_code(e->customer, i), coded_code(e->account, i), coded_code(e->id, i), coded_code(e->ref, i),
                                  coded_code(e->text, i), t.language, coded_code(e->attrs, i)};
        buf_printf(out, "%08" PRIu64 "|%04" PRIu32 "|event|%" PRIu64 "|%d|%d|%d|", e->record[i], coded_code(e->sub, i), e->line[i], t.resolution, t.actor, t.ref_kind);
        coded_number(out, e->time_us[i]);
        for (size_t k = 0; k < sizeof codes / sizeof *codes; k++) coded_text(out, b, codes[k]);
        coded_number(out, coded_amount(e, e->minutes, i));
        coded_number(out, coded_amount(e, e->cost, i));
        coded_number(out, coded_amount(e, e->value, i));
        buf_byte(out, '\n');
    }
    for (size_t i = 0; i < b->n_facts; i++) {
        const struct coded_fact *f = &b->facts[i];
        const uint32_t codes[] = {f->a, f->b, f->key, f->text, f->unit, f->language, f->ref, f->id};
        buf_printf(out, "%08" PRIu64 "|%04" PRIu32 "|fact|%" PRIu64 "|%u|%u|%u|%u|%u|", f->record, f->sub, f->line, f->kind, f->entity, f->type, f->resolution, f->ref_kind);
        for (size_t k = 0; k < sizeof codes / sizeof *codes; k++) coded_text(out, b, codes[k]);
        coded_number(out, f->time_us);
        coded_number(out, f->integer);
        buf_printf(out, "%.17g\n", f->number);
    }
    for (size_t i = 0; i < b->n_rejects; i++) {
        const struct coded_reject *r = &b->rejects[i];
        buf_printf(out, "%08" PRIu64 "|0000|reject|%" PRIu64 "|", r->record, r->line);
        coded_text(out, b, r->code);
        coded_text(out, b, r->reason);
        coded_text(out, b, r->raw);
        buf_byte(out, '\n');
    }
    assert_int_equal(out->rc, VOC_OK);
}

static inline int coded_order(const void *x, const void *y) { return strcmp(*(char *const *)x, *(char *const *)y); }

// The lines of *b, sorted. Changes b.
static inline void coded_sort(struct buf *b)
{
    size_t n = 0, at = 0;
    for (size_t i = 0; i < b->len; i++) n += b->ptr[i] == '\n';
    char **lines = malloc((n + 1) * sizeof *lines), *copy = malloc(b->len + 1);
    assert_true(lines != NULL && copy != NULL);
    if (b->len) memcpy(copy, b->ptr, b->len);
    for (size_t i = 0; i < n; i++) {
        lines[i] = copy + at;
        while (copy[at] != '\n') at++;
        copy[at++] = 0;
    }
    qsort(lines, n, sizeof *lines, coded_order);
    buf_clear(b);
    for (size_t i = 0; i < n; i++) buf_printf(b, "%s\n", lines[i]);
    free(lines);
    free(copy);
}
#endif
