// SPDX-License-Identifier: MIT
// The fields of a block's records, one record after the other. The host finds every separator and quote of some kilobytes
// at once; a record without a quote is cut where they stand, and any other by csv_split, which has the rules. Private to one
// call of lines().
#include "plugins/input/events/events.h"

#define AT_ONCE ((size_t)8 << 10) // bytes whose marks are found together: they stay in the nearest cache
#define MARKS_SLACK 64u           // what the host may write behind them

voc_rc fields_open(struct fields *f, const struct events *e, const voc_block *block)
{
    *f = (struct fields){.e = e, .block = block};
    f->marks = e->host->alloc(e->cx, (AT_ONCE + MARKS_SLACK + 1) * sizeof *f->marks);
    return f->marks ? VOC_OK : VOC_E_NOMEM;
}

void fields_close(struct fields *f)
{
    f->e->host->free(f->e->cx, f->marks);
    f->e->host->free(f->e->cx, f->scratch);
}

// For texts that are not as they stand in the block, of all of its records.
static voc_rc split_quoted(struct fields *f, voc_str record, voc_str *cells, size_t *n, enum csv_fault *fault)
{
    const struct events *e = f->e;
    if (!f->scratch) {
        f->scratch = f->to = e->host->alloc(e->cx, f->block->n_bytes + 1);
        if (!f->scratch) return VOC_E_NOMEM;
    }
    *n = csv_split(&e->rule, record, cells, e->n_columns, &f->to, fault);
    return VOC_OK;
}

// The marks of the bytes from `start` on.
static void find_marks(struct fields *f, size_t start)
{
    const struct csv_rule *rule = &f->e->rule;
    size_t left = f->block->n_bytes - start;
    f->first = start;
    f->known = start + (left < AT_ONCE ? left : AT_ONCE);
    f->n = f->e->host->marks(f->block->bytes + start, f->known - start, rule->separator, rule->quote ? rule->quote : rule->separator, f->marks, &f->has_quote);
    f->marks[f->n] = UINT32_MAX;
    f->at = 0;
}

voc_rc fields_of(struct fields *f, uint64_t i, voc_str *cells, size_t *n, enum csv_fault *fault)
{
    const struct events *e = f->e;
    const size_t start = f->block->start[i], end = f->block->end[i];
    const voc_str record = {f->block->bytes + start, end - start};
    if (record.len > AT_ONCE || e->rule.quote == e->rule.separator || !VOC_HOST_HAS(e->host, marks)) return split_quoted(f, record, cells, n, fault);
    if (start < f->first || end > f->known) find_marks(f, start);
    const char *bytes = f->block->bytes + f->first;
    const uint32_t from = (uint32_t)(start - f->first), to = (uint32_t)(end - f->first);
    const uint32_t *mark = f->marks + f->at;
    while (*mark < from) mark++;
    uint32_t field = from;
    size_t k = 0;
    for (; *mark < to; mark++, k++) {
        if (f->has_quote && bytes[*mark] == e->rule.quote) {
            f->at = (size_t)(mark - f->marks);
            return split_quoted(f, record, cells, n, fault);
        }
        if (k < e->n_columns) cells[k] = (voc_str){bytes + field, *mark - field};
        field = *mark + 1;
    }
    if (k < e->n_columns) cells[k] = (voc_str){bytes + field, to - field};
    f->at = (size_t)(mark - f->marks);
    *n = k + 1;
    *fault = CSV_FINE;
    return VOC_OK;
}
