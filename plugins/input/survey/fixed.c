// SPDX-License-Identifier: MIT
// Records in columns of fixed width, as a Triple-S structure says: each variable is a cell. Places count characters, not
// bytes. Another reader of cells for the same plan.
#include <stdio.h>

#include "plugins/input/survey/survey.h"

struct fixed { const struct events *e; const voc_block *block; };

// The byte at which character n begins; places ascend mostly, so the walk goes on from *at.
struct walk { voc_str record; size_t at, n; bool ascii; };

static size_t byte_of(struct walk *w, size_t n)
{
    if (w->ascii) return n < w->record.len ? n : w->record.len;
    if (n < w->n) w->at = w->n = 0;
    while (w->n < n && w->at < w->record.len) {
        w->at++;
        while (w->at < w->record.len && ((unsigned char)w->record.ptr[w->at] & 0xC0) == 0x80) w->at++;
        w->n++;
    }
    return w->at;
}

static size_t characters(voc_str s, bool *ascii)
{
    size_t n = 0;
    *ascii = true;
    for (size_t i = 0; i < s.len; i++) {
        n += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
        if ((unsigned char)s.ptr[i] >= 0x80) *ascii = false;
    }
    return n;
}

static size_t record_width(const struct survey *s)
{
    size_t width = 0;
    for (size_t c = 0; c < s->structure.n_items; c++)
        if (s->structure.items[c].start + s->structure.items[c].width > width) width = s->structure.items[c].start + s->structure.items[c].width;
    return width;
}

// Blanks at the end of a record may be missing.
static bool cut(const struct survey *s, voc_str record, voc_str *cells, struct cells_fault *fault)
{
    struct walk w = {.record = record};
    size_t n = characters(record, &w.ascii), width = record_width(s);
    while (n > width && record.len && record.ptr[record.len - 1] == ' ') record.len--, n--;
    w.record = record;
    if (n > width) {
        fault->code = "WIDTH";
        snprintf(fault->text, sizeof fault->text, "%zu characters, the structure says %zu", n, width);
        return false;
    }
    for (size_t c = 0; c < s->structure.n_items; c++) {
        const struct sv_item *item = &s->structure.items[c];
        size_t from = byte_of(&w, item->start), to = byte_of(&w, item->start + item->width);
        cells[c] = (voc_str){record.ptr + from, to - from};
        if (n > item->start && n < item->start + item->width && item->kind != SV_OPEN) {
            fault->code = "WIDTH";
            snprintf(fault->text, sizeof fault->text, "it ends within %.*s", EV_STR(item->code, 60));
            return false;
        }
    }
    return true;
}

static voc_rc read_names(struct events *e, const voc_block *first)
{
    struct survey *s = (struct survey *)e;
    (void)first;
    e->n_columns = s->structure.n_items;
    voc_str *names = ev_alloc(e, e->n_columns * sizeof *names);
    s->columns = ev_alloc(e, e->n_columns * sizeof *s->columns);
    if (!names || !s->columns) return VOC_E_NOMEM;
    memset(s->columns, 0, e->n_columns * sizeof *s->columns);
    for (size_t c = 0; c < e->n_columns; c++) {
        const struct sv_item *item = &s->structure.items[c];
        names[c] = item->code;
        s->columns[c].item = item;
        s->columns[c].text = item->text.len ? item->text : item->code;
        s->columns[c].label = (voc_str){"", 0};
    }
    e->header = true;
    return columns_make(e, names, true);
}

static bool sample(const struct events *e, voc_str record, voc_str *cells, char **to)
{
    struct cells_fault fault = {.code = NULL};
    (void)to;
    return cut((const struct survey *)e, record, cells, &fault);
}

static voc_rc open_block(void **reading, const struct events *e, const voc_block *block)
{
    struct fixed *f = e->host->alloc(e->cx, sizeof *f);
    if (!f) return VOC_E_NOMEM;
    *f = (struct fixed){e, block};
    *reading = f;
    return VOC_OK;
}

static voc_rc next(void *reading, uint64_t i, voc_str *cells, voc_attr *more, size_t *n_more, struct cells_fault *fault)
{
    const struct fixed *f = reading;
    (void)more, (void)n_more;
    (void)cut((const struct survey *)f->e, (voc_str){f->block->bytes + f->block->start[i], f->block->end[i] - f->block->start[i]}, cells, fault);
    return VOC_OK;
}

static void close_block(void *reading)
{
    struct fixed *f = reading;
    f->e->host->free(f->e->cx, f);
}

const struct cell_reader sv_fixed_reader = {
    .code = "SURVEY", .names = read_names, .sample = sample, .open = open_block, .next = next, .close = close_block,
};
