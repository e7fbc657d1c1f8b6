// SPDX-License-Identifier: MIT
// csv (RFC 4180, LF) and tsv: the rows of one table after the other, with a header each and an empty line between tables; a
// RANGE becomes three columns. A text that a spreadsheet would run as a formula gets an apostrophe before it.
#include <string.h>

#include "report/render.h"

static bool formula(voc_str s) { return s.len && strchr("=+-@\t\r", s.ptr[0]) && s.ptr[0]; }

static void csv_text(struct buf *b, voc_str s)
{
    bool risky = formula(s);
    bool quote = risky || memchr(s.ptr, ',', s.len) || memchr(s.ptr, '"', s.len) || memchr(s.ptr, '\n', s.len) || memchr(s.ptr, '\r', s.len) ||
                 (s.len && (s.ptr[0] == ' ' || s.ptr[s.len - 1] == ' '));
    if (!quote) {
        buf_str(b, s);
        return;
    }
    buf_byte(b, '"');
    if (risky) buf_byte(b, '\'');
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"') buf_byte(b, '"');
        buf_byte(b, s.ptr[i]);
    }
    buf_byte(b, '"');
}

static void tsv_text(struct buf *b, voc_str s)
{
    if (formula(s)) buf_byte(b, '\'');
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '\t' || c == '\n' || c == '\r' || c == '\\')
            buf_printf(b, "\\%c", c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : '\\');
        else
            buf_byte(b, c);
    }
}

static void field(struct buf *b, const voc_cell *c, bool tabs)
{
    if (c->type != VOC_CELL_TEXT)
        render_value(b, c);
    else if (tabs)
        tsv_text(b, c->s);
    else
        csv_text(b, c->s);
}

// A column of voc sql is named by the query, so its name is as much a text as any cell.
static void header(struct buf *b, const voc_table *t, char sep)
{
    static const char *const ends[] = {"", "_lo", "_hi"};
    struct buf name;
    buf_init(&name, (size_t)1 << 20);
    for (size_t k = 0; k < t->n_columns; k++)
        for (size_t e = 0; e < (t->columns[k].type == VOC_CELL_RANGE ? 3 : 1); e++) {
            buf_clear(&name);
            buf_str(&name, t->columns[k].name);
            buf_cstr(&name, ends[e]);
            if (k || e) buf_byte(b, sep);
            (sep == '\t' ? tsv_text : csv_text)(b, str_mk(name.ptr ? name.ptr : "", name.len));
            if (name.rc && !b->rc) b->rc = name.rc; // the next clear forgets it
        }
    buf_done(&name);
    buf_byte(b, '\n');
}

static voc_rc delimited(struct out *o, const voc_table *tables, size_t n, char sep)
{
    struct buf b;
    voc_rc rc = VOC_OK;
    buf_init(&b, (size_t)1 << 26);
    for (size_t i = 0; i < n && !rc; i++) {
        const voc_table *t = &tables[i];
        buf_clear(&b);
        if (i) buf_byte(&b, '\n');
        header(&b, t, sep);
        for (size_t r = 0; r < t->n_rows && !rc; r++) {
            for (size_t k = 0; k < t->n_columns; k++) {
                const voc_cell *c = &t->cells[r * t->n_columns + k];
                if (k) buf_byte(&b, sep);
                field(&b, c, sep == '\t');
                if (t->columns[k].type != VOC_CELL_RANGE) continue;
                voc_cell end = {.type = c->type == VOC_CELL_NA ? VOC_CELL_NA : VOC_CELL_REAL, .r = c->lo};
                buf_byte(&b, sep);
                field(&b, &end, sep == '\t');
                end.r = c->hi;
                buf_byte(&b, sep);
                field(&b, &end, sep == '\t');
            }
            buf_byte(&b, '\n');
            rc = b.rc ? b.rc : out_write(o, b.ptr, b.len);
            buf_clear(&b);
        }
        if (!rc) rc = b.rc ? b.rc : out_write(o, b.ptr, b.len);
    }
    buf_done(&b);
    return rc;
}

voc_rc render_csv(struct out *o, const voc_meta *meta, const voc_table *tables, size_t n, const struct render_options *ro)
{
    (void)meta, (void)ro;
    return delimited(o, tables, n, ',');
}

voc_rc render_tsv(struct out *o, const voc_meta *meta, const voc_table *tables, size_t n, const struct render_options *ro)
{
    (void)meta, (void)ro;
    return delimited(o, tables, n, '\t');
}
