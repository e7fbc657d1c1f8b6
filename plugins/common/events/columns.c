// SPDX-License-Identifier: MIT
// Names and samples of the columns: what the proposal, the formats of times and the kind of decimals are read from.
// Called once, from head() or probe().
#include <stdio.h>

#include "plugins/common/near.h"
#include "plugins/common/events/plan.h"

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Those that do not break a line come from web pages and word processors.
voc_str ev_trim(voc_str s)
{
    const char no_break[] = "\xC2\xA0";
    for (;;) {
        while (s.len && is_blank(s.ptr[0])) s.ptr++, s.len--;
        while (s.len && is_blank(s.ptr[s.len - 1])) s.len--;
        if (s.len > 1 && memcmp(s.ptr, no_break, 2) == 0) s.ptr += 2, s.len -= 2;
        else if (s.len > 1 && memcmp(s.ptr + s.len - 2, no_break, 2) == 0) s.len -= 2;
        else return s;
    }
}

bool ev_eq(voc_str a, voc_str b) { return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0); }
bool ev_is(voc_str a, const char *b) { return ev_eq(a, (voc_str){b, strlen(b)}); }

voc_str ev_clip(voc_str s, size_t max)
{
    if (s.len <= max) return s;
    while (max && ((unsigned char)s.ptr[max] & 0xC0) == 0x80) max--; // not within a character
    return (voc_str){s.ptr, max};
}

// "case:concept:name" and "Case Concept Name" are the same name. Letters outside ASCII stay as they are.
voc_str column_fold(struct events *e, voc_str name, bool *ok)
{
    char *to = ev_alloc(e, name.len + 1);
    size_t n = 0;
    *ok = to != NULL;
    for (size_t i = 0; to && i < name.len; i++) {
        char c = name.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80) to[n++] = c;
    }
    return to ? (voc_str){to, n} : (voc_str){"", 0};
}

voc_str column_cell(const struct events *e, size_t sample, uint32_t column) { return e->samples[sample * e->n_columns + column]; }

uint32_t column_called(const struct events *e, voc_str name)
{
    voc_str wanted = ev_trim(name);
    for (size_t c = 0; c < e->n_columns; c++)
        if (ev_eq(e->columns[c].name, wanted)) return (uint32_t)c;
    return NO_COLUMN;
}

uint32_t column_find(const struct events *e, voc_str name)
{
    voc_str wanted = ev_trim(name);
    uint32_t found = column_called(e, wanted);
    char folded[256];
    size_t n = 0;
    if (found != NO_COLUMN) return found;
    for (size_t i = 0; i < wanted.len; i++) {
        char c = wanted.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80)) continue;
        if (n == sizeof folded) return NO_COLUMN;
        folded[n++] = c;
    }
    for (size_t c = 0; c < e->n_columns && n; c++) {
        if (!ev_eq(e->columns[c].folded, (voc_str){folded, n})) continue;
        if (found != NO_COLUMN) return NO_COLUMN; // two fit
        found = (uint32_t)c;
    }
    return found;
}

size_t columns_named(const struct events *e, const char *names, uint32_t *out, size_t max)
{
    size_t n = 0;
    for (const char *p = names; *p;) {
        size_t len = strcspn(p, " ");
        for (size_t c = 0; c < e->n_columns && n < max; c++)
            if (!e->columns[c].used && !e->columns[c].late && ev_eq(e->columns[c].folded, (voc_str){p, len})) out[n++] = (uint32_t)c;
        for (size_t c = 0; c < e->n_columns && n < max; c++)
            if (!e->columns[c].used && e->columns[c].leaf.len && ev_eq(e->columns[c].leaf, (voc_str){p, len})) out[n++] = (uint32_t)c;
        p += len;
        while (*p == ' ') p++;
    }
    return n;
}

uint32_t column_unknown(struct events *e, voc_str name, const char *what, voc_rc *rc)
{
    char hint[400], *p = hint, *end = hint + sizeof hint;
    size_t best = name.len / 3 + 1, near = SIZE_MAX;
    for (size_t c = 0; c < e->n_columns; c++) {
        size_t d = near_distance(name, e->columns[c].name);
        if (d <= best && d < 64) {
            if (near == SIZE_MAX || d < best) near = c;
            best = d;
        }
    }
    if (near != SIZE_MAX) p += snprintf(p, (size_t)(end - p), "did you mean \"%.*s\"? ", EV_STR(e->columns[near].name, 60));
    p += snprintf(p, (size_t)(end - p), "the %ss are", EV_PLACE(e));
    for (size_t c = 0; c < e->n_columns && end - p > 80; c++)
        p += snprintf(p, (size_t)(end - p), "%s %.*s", c ? "," : "", EV_STR(e->columns[c].name, 60));
    *rc = ev_error(e, VOC_E_OPTION, "002", hint, "there is no %s \"%.*s\"%s", EV_PLACE(e), EV_STR(name, 80), what);
    return NO_COLUMN;
}

// ---- reading the first block ------------------------------------------------------------------------------------------

static voc_str record_text(const voc_block *b, size_t i) { return (voc_str){b->bytes + b->start[i], b->end[i] - b->start[i]}; }

// A name for each column: empty ones by their place, repeated ones with a number.
voc_rc columns_make(struct events *e, const voc_str *header, bool named)
{
    e->columns = ev_alloc(e, e->n_columns * sizeof *e->columns);
    if (!e->columns) return VOC_E_NOMEM;
    memset(e->columns, 0, e->n_columns * sizeof *e->columns);
    for (size_t c = 0; c < e->n_columns; c++) {
        char made[300];
        bool ok;
        voc_str name = named ? ev_trim(header[c]) : (voc_str){"", 0};
        if (name.len == 0 || !e->host->utf8_valid(name.ptr, name.len))
            name = (voc_str){made, (size_t)snprintf(made, sizeof made, named ? "column %zu" : "col%zu", c + 1)};
        name = ev_clip(name, 256);
        for (size_t i = 0; i < c; i++) {
            if (!ev_eq(e->columns[i].name, name)) continue;
            char longer[sizeof made];
            size_t n = (size_t)snprintf(longer, sizeof longer, "%.*s (column %zu)", EV_STR(name, 256), c + 1);
            memcpy(made, longer, n + 1);
            name = (voc_str){made, n};
        }
        if (!ev_copy(e, name, &e->columns[c].name)) return VOC_E_NOMEM;
        e->columns[c].folded = column_fold(e, e->columns[c].name, &ok);
        if (!ok) return VOC_E_NOMEM;
    }
    return VOC_OK;
}

voc_rc columns_read(struct events *e, const voc_block *first)
{
    e->n_columns = e->n_samples = 0;
    if (first->n_records == 0) return VOC_OK;
    voc_rc rc = e->reader->names(e, first);
    if (rc) e->n_columns = 0; // counted perhaps, and not made
    if (e->n_columns == 0) return rc;
    size_t from = e->n_head, n = first->n_records > from ? first->n_records - from : 0, bytes = 0;
    if (n > SAMPLES_MAX) n = SAMPLES_MAX;
    for (size_t i = from; i < from + n; i++) bytes += record_text(first, i).len;
    e->samples = ev_alloc(e, (n * e->n_columns + 1) * sizeof *e->samples);
    char *text = ev_alloc(e, bytes * 2 + 1), *to = text;
    if (!e->samples || !text) return VOC_E_NOMEM;
    for (size_t i = from; i < from + n; i++) {
        voc_str record = record_text(first, i), *cells = &e->samples[e->n_samples * e->n_columns];
        if (record.len) memcpy(to, record.ptr, record.len); // the block is gone when lines() runs, but messages quote it
        voc_str copy = {to, record.len};
        to += record.len;
        if (e->reader->sample(e, copy, cells, &to)) e->n_samples++;
    }
    return VOC_OK;
}

voc_rc time_gather(struct events *e, const voc_block *first, const struct time_origin *t, voc_str **out, size_t *n, char **scratch)
{
    size_t from = e->n_head, rows = first->n_records > from ? first->n_records - from : 0;
    bool joined = t->clock != NO_COLUMN || t->zone != NO_COLUMN;
    voc_str *cells = e->host->alloc(e->cx, e->n_columns * sizeof *cells);
    *n = 0;
    *out = e->host->alloc(e->cx, (rows + 1) * sizeof **out);
    *scratch = e->host->alloc(e->cx, first->n_bytes + 1 + (joined ? rows * JOINED_MAX : 0));
    char *to = *scratch;
    voc_rc rc = cells && *out && to ? VOC_OK : VOC_E_NOMEM;
    for (size_t i = from; i < from + rows && !rc; i++) {
        if (!e->reader->sample(e, record_text(first, i), cells, &to)) continue;
        voc_str cell = joined ? time_joined(t, cells, to) : cells[t->from.column];
        if (cell_missing(cell) || (t->clock != NO_COLUMN && cell_missing(cells[t->clock]))) continue;
        if (cell.ptr == to) to += cell.len;
        (*out)[(*n)++] = cell;
    }
    e->host->free(e->cx, cells);
    return rc;
}

voc_rc column_gather(struct events *e, const voc_block *first, uint32_t column, voc_str **out, size_t *n, char **scratch)
{
    struct time_origin alone;
    time_origin_init(&alone, column);
    return time_gather(e, first, &alone, out, n, scratch);
}
