// SPDX-License-Identifier: MIT
// The fields of a block's records, one record after the other. The host finds every separator and quote of some kilobytes
// at once; a record without a quote is cut where they stand, and any other by csv_split, which has the rules. Private to one
// call of lines().
#include <stdarg.h>
#include <stdio.h>

#include "plugins/common/table/table.h"

#define AT_ONCE ((size_t)8 << 10) // bytes whose marks are found together: they stay in the nearest cache
#define QUOTED_COLUMNS 256u // a wider record with quotes is left to csv_split
#define MARKS_SLACK 64u           // what the host may write behind them

struct fields { // of the records of one block; owns marks and scratch
    const struct events *e;
    const voc_block *block;
    uint32_t *marks;     // separators and quotes of the bytes first..known, counted from first; the next one is at `at`
    size_t n, at, first, known;
    int has_quote;
    uint32_t quote;      // the first behind those that were passed, counted like them; UINT32_MAX: none
    uint32_t *separators; // of records with quotes that fields_cut gave last; NULL: none so far
    uint64_t behind;     // the record behind those that fields_cut gave last, and its place among the marks
    size_t behind_at;
    char *scratch, *to;  // unquoted text of the block; NULL: none so far
};

voc_rc fields_open(void **reading, const struct events *e, const voc_block *block)
{
    struct fields *f = e->host->alloc(e->cx, sizeof *f);
    if (!f) return VOC_E_NOMEM;
    *f = (struct fields){.e = e, .block = block};
    *reading = f;
    f->marks = e->host->alloc(e->cx, (AT_ONCE + MARKS_SLACK + 1) * sizeof *f->marks);
    return f->marks ? VOC_OK : VOC_E_NOMEM;
}

void fields_close(void *reading)
{
    struct fields *f = reading;
    if (!f) return;
    f->e->host->free(f->e->cx, f->marks);
    f->e->host->free(f->e->cx, f->separators);
    f->e->host->free(f->e->cx, f->scratch);
    f->e->host->free(f->e->cx, f);
}

// For texts that are not as they stand in the block, of all of its records.
static voc_rc split_quoted(struct fields *f, voc_str record, voc_str *cells, size_t *n, enum csv_fault *fault)
{
    const struct events *e = f->e;
    if (!f->scratch) {
        f->scratch = f->to = e->host->alloc(e->cx, f->block->n_bytes + 1);
        if (!f->scratch) return VOC_E_NOMEM;
    }
    *n = csv_split(&TABLE(e)->rule, record, cells, e->n_columns, &f->to, fault);
    return VOC_OK;
}

static uint32_t next_quote(const struct fields *f, uint32_t from)
{
    const char *bytes = f->block->bytes + f->first, *at = memchr(bytes + from, TABLE(f->e)->rule.quote, f->known - f->first - from);
    return at ? (uint32_t)(at - bytes) : UINT32_MAX;
}

// The marks of the bytes from `start` on.
static void find_marks(struct fields *f, size_t start)
{
    const struct csv_rule *rule = &TABLE(f->e)->rule;
    size_t left = f->block->n_bytes - start;
    f->first = start;
    f->known = start + (left < AT_ONCE ? left : AT_ONCE);
    f->n = f->e->host->marks(f->block->bytes + start, f->known - start, rule->separator,
                             rule->quote ? rule->quote : rule->separator, f->marks, &f->has_quote);
    f->marks[f->n] = UINT32_MAX;
    f->at = 0;
    f->quote = f->has_quote ? next_quote(f, 0) : UINT32_MAX;
    f->behind = UINT64_MAX;
}

static inline bool quoted(const char *bytes, const uint32_t *mark, size_t n, char quote)
{
    bool any = false;
    for (size_t k = 0; k < n; k++) any |= bytes[mark[k]] == quote;
    return any;
}

voc_rc fields_of(void *reading, uint64_t i, voc_str *cells, size_t *n, enum csv_fault *fault)
{
    struct fields *f = reading;
    const struct events *e = f->e;
    const size_t start = f->block->start[i], end = f->block->end[i];
    const voc_str record = {f->block->bytes + start, end - start};
    if (record.len > AT_ONCE || TABLE(e)->rule.quote == TABLE(e)->rule.separator || !VOC_HOST_HAS(e->host, marks))
        return split_quoted(f, record, cells, n, fault);
    if (start < f->first || end > f->known) find_marks(f, start);
    const char *bytes = f->block->bytes + f->first;
    const uint32_t from = (uint32_t)(start - f->first), to = (uint32_t)(end - f->first);
    const uint32_t *mark = f->marks + f->at;
    while (*mark < from) mark++;
    uint32_t field = from;
    size_t k = 0;
    const size_t ends = e->n_columns - 1; // separators of a record as wide as the header
    if (f->n - (size_t)(mark - f->marks) >= ends && (ends == 0 || mark[ends - 1] < to) && mark[ends] >= to &&
        !(f->has_quote && quoted(bytes, mark, ends, TABLE(e)->rule.quote))) {
        for (; k < ends; k++) { // what nearly all are
            cells[k] = (voc_str){bytes + field, mark[k] - field};
            field = mark[k] + 1;
        }
        mark += ends;
    }
    for (; *mark < to; mark++, k++) {
        if (f->has_quote && bytes[*mark] == TABLE(e)->rule.quote) {
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

// Whether there is a quote in the bytes from..to. The next one is looked for only where the last one was passed.
static inline bool any_quote(struct fields *f, uint32_t from, uint32_t to)
{
    if (f->quote < from) f->quote = next_quote(f, from);
    return f->quote < to;
}

// The separators of a record where each quote opens a cell, closes it or is one of two. The marks behind it; NULL: csv_split has to
// look at it, or it has a newline, which no cell of a record that is cut has.
static const uint32_t *cut_quoted(const struct fields *f, const uint32_t *mark, uint32_t from, uint32_t to, uint32_t *out)
{
    const char quote = TABLE(f->e)->rule.quote, *bytes = f->block->bytes + f->first;
    const size_t ends = f->e->n_columns - 1;
    size_t n = 0;
    if (memchr(bytes + from, '\n', to - from)) return NULL;
    for (;; from = *mark++ + 1) {
        if (from < to && bytes[from] == quote) {
            for (mark++; *mark < to; mark++) { // over separators, and quotes that are two
                if (bytes[*mark] != quote) continue;
                if (mark[1] != *mark + 1 || mark[1] >= to || bytes[mark[1]] != quote) break;
                mark++;
            }
            if (*mark >= to) return NULL;
            const uint32_t closed = *mark++ + 1;
            if (closed < to && *mark != closed) return NULL;
        }
        if (*mark >= to) break;
        if (n == ends || bytes[*mark] == quote) return NULL;
        out[n++] = *mark;
    }
    return n == ends ? mark : NULL;
}

// Of `max` records; NULL: there is none.
static uint32_t *separators_room(struct fields *f, size_t max)
{
    if (!f->separators && f->e->n_columns <= QUOTED_COLUMNS)
        f->separators = f->e->host->alloc(f->e->cx, max * f->e->n_columns * sizeof *f->separators);
    return f->separators;
}

// `max` is the same for all of a block's records. Each of them can still be asked for.
size_t fields_cut(void *reading, uint64_t i, size_t max, struct cut_record *out)
{
    struct fields *f = reading;
    const struct events *e = f->e;
    const voc_block *b = f->block;
    const size_t ends = e->n_columns - 1;
    size_t n = 0;
    if (TABLE(e)->rule.quote == TABLE(e)->rule.separator || !VOC_HOST_HAS(e->host, marks) || b->end[i] - b->start[i] > AT_ONCE) return 0;
    if (b->start[i] < f->first || b->end[i] > f->known) find_marks(f, b->start[i]);
    const char *bytes = b->bytes + f->first;
    if (i == f->behind) f->at = f->behind_at;
    const uint32_t *mark = f->marks + f->at, *const last = f->marks + f->n;
    for (; n < max && i + n < b->n_records && b->end[i + n] <= f->known; n++) {
        const uint32_t from = (uint32_t)(b->start[i + n] - f->first), to = (uint32_t)(b->end[i + n] - f->first);
        while (*mark < from) mark++;
        if (any_quote(f, from, to)) {
            uint32_t *own = separators_room(f, max);
            const uint32_t *next = own ? cut_quoted(f, mark, from, to, own + n * ends) : NULL;
            if (!next) break;
            out[n] = (struct cut_record){bytes, own + n * ends, from, to, TABLE(e)->rule.quote};
            mark = next;
            continue;
        }
        if ((size_t)(last - mark) < ends || (ends && mark[ends - 1] >= to) || mark[ends] < to) break;
        out[n] = (struct cut_record){bytes, mark, from, to, 0};
        mark += ends;
    }
    f->behind = i + n;
    f->behind_at = (size_t)(mark - f->marks);
    return n;
}

__attribute__((format(printf, 3, 4))) static voc_rc refuse(struct cells_fault *fault, const char *code, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(fault->text, sizeof fault->text, format, ap);
    va_end(ap);
    fault->code = code;
    fault->ignored = false;
    return VOC_OK;
}

// As many as the header has. Behind them empty ones may stand.
voc_rc fields_next(void *reading, uint64_t i, voc_str *cells, voc_attr *more, size_t *n_more, struct cells_fault *out)
{
    struct fields *f = reading;
    const struct events *e = f->e;
    enum csv_fault fault;
    const char *rule;
    size_t n;
    voc_rc rc = fields_of(f, i, cells, &n, &fault);
    (void)more, (void)n_more;
    if (rc || (!fault && n == e->n_columns)) return rc;
    voc_str record = {f->block->bytes + f->block->start[i], f->block->end[i] - f->block->start[i]};
    if (fault == CSV_UNCLOSED) return refuse(out, "QUOTE", "a quote is never closed");
    if (fault) return refuse(out, "QUOTE", "there is text behind a closing quote in field %zu; a quote within is written twice", n);
    while (n > e->n_columns && record.len && record.ptr[record.len - 1] == TABLE(e)->rule.separator) {
        record.len--;
        n--;
    }
    if (n < e->n_columns && (rule = left_out(cells, n)) != NULL) {
        (void)refuse(out, "", "%s", rule);
        out->ignored = true;
        return VOC_OK;
    }
    if (n != e->n_columns) return refuse(out, "FIELDS", "%zu %s, the header has %zu", n, n == 1 ? "field" : "fields", e->n_columns);
    return VOC_OK;
}
