// SPDX-License-Identifier: MIT
// One sheet becomes text: the XML of its cells is fed in, rows of CSV are taken out. The first rows are held until the one with the
// names of the columns is found; what stands above it (titles, dates of a report) is left out and told, and so are cells that
// hold an error, or a formula whose result was not stored. Merged cells in the names are refused: which column a name belongs
// to would be a guess. A row of the sheet is known by its number there (sheet_row), whatever was left out before it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/cancel.h"
#include "base/str.h"
#include "io/in_book.h"

#define HELD_ROWS 50u            // among which the names of the columns are looked for
#define TEXT_MAX ((size_t)64 << 20) // of held rows, of a cell, and of what one piece becomes
#define CELLS_MAX (HELD_ROWS * (size_t)BOOK_COLUMNS_MAX)
#define MERGED_MAX 1000000u

enum kind { EMPTY, TEXT, NUMBER, DATE };
struct cell { uint32_t column; enum kind kind; size_t at, len; };
struct row { uint32_t number; size_t first, n; };
struct jump { uint64_t line; int64_t ahead; }; // from this line of text on, rows are so many ahead of lines

struct seen { uint64_t n; char first[16]; }; // of a kind of cell that is told of

struct sheet { // owns all but what spec borrows
    struct sheet_spec spec;
    struct xml_feed *xml;
    // the cell and row that are open
    bool data, in_row, in_cell, in_value, in_text, preserve, formula;
    unsigned phonetic;
    uint32_t row, column;
    char type;     // s shared, i inline, t text of a formula, b truth, e error, d date, n number
    uint32_t style;
    struct buf value;
    size_t value_from;
    // rows that are not written yet: all of the beginning, then one
    VEC(struct row) rows;
    VEC(struct cell) cells;
    struct buf text;
    size_t row_first; // cells of the open row
    bool unsorted;
    bool begun;          // the names of the columns have been written
    uint32_t width;      // columns from 1
    struct buf out;
    size_t out_at;
    uint64_t lines; // of text, so far
    VEC(struct jump) jumps;
    struct seen errors, unstored, merged;
    bool ended;
};

static bool is_local(voc_str name, const char *local)
{
    const char *colon = memchr(name.ptr, ':', name.len);
    if (colon) name = str_mk(colon + 1, name.len - (size_t)(colon + 1 - name.ptr));
    return str_is(name, local);
}

// ---- places

void cell_name(char out[16], uint32_t row, uint32_t column)
{
    char letters[8];
    size_t n = sizeof letters;
    letters[--n] = 0;
    for (uint32_t c = column; c > 0 && n > 0; c = (c - 1) / 26) letters[--n] = (char)('A' + (c - 1) % 26);
    if (row) snprintf(out, 16, "%s%u", letters + n, row);
    else snprintf(out, 16, "%s", letters + n);
}

static bool place_read(voc_str text, uint32_t *row, uint32_t *column)
{
    uint64_t r = 0, c = 0;
    size_t i = 0;
    for (; i < text.len; i++) {
        char l = text.ptr[i];
        if (l == '$') continue;
        if (l >= 'a' && l <= 'z') l = (char)(l - 'a' + 'A');
        if (l < 'A' || l > 'Z' || c > BOOK_COLUMNS_MAX) break;
        c = c * 26 + (uint64_t)(l - 'A' + 1);
    }
    if (!str_uint64(str_mk(text.ptr + i, text.len - i), &r) || r < 1 || r > BOOK_ROWS_MAX || c < 1 || c > BOOK_COLUMNS_MAX) return false;
    *row = (uint32_t)r;
    *column = (uint32_t)c;
    return true;
}

bool range_read(voc_str text, struct range *out)
{
    const char *colon = memchr(text.ptr, ':', text.len);
    size_t n = colon ? (size_t)(colon - text.ptr) : text.len;
    return place_read(str_mk(text.ptr, n), &out->row, &out->column) &&
           place_read(colon ? str_mk(colon + 1, text.len - n - 1) : text, &out->to_row, &out->to_column);
}

// A tag <mergeCell ref="B2:D2"/> among bytes[0..n): gives where the next look begins; what is cut off is left for then.
static size_t merges_scan(struct ranges *out, const char *bytes, size_t n, voc_rc *rc)
{
    static const char word[] = "mergeCell ";
    const size_t len = sizeof word - 1;
    size_t at = 0;
    for (;;) {
        const char *hit = memmem(bytes + at, n - at, word, len), *end, *ref;
        if (!hit) return n - at > len ? n - len : at;
        at = (size_t)(hit - bytes);
        end = memchr(hit, '>', n - at);
        if (!end) return n - at > 1024 ? at + len : at;
        ref = memmem(hit, (size_t)(end - hit), "ref=", 4);
        const char *close = ref && end - ref > 5 ? memchr(ref + 5, ref[4], (size_t)(end - ref) - 5) : NULL;
        struct range r;
        if (close && range_read(str_mk(ref + 5, (size_t)(close - ref) - 5), &r)) {
            *rc = vec_reserve(&out->at, 1, MERGED_MAX);
            if (*rc) return n;
            out->at.at[out->at.n++] = r;
        }
        at = (size_t)(end - bytes);
    }
}

voc_rc merges_find(struct ranges *out, struct book_part *p)
{
    const size_t size = (size_t)64 << 10;
    char *bytes = mem_alloc(size);
    size_t have = 0, got = 1;
    voc_rc rc = bytes ? VOC_OK : VOC_E_NOMEM;
    while (!rc && got) {
        if (cancel_requested()) rc = VOC_CANCELLED;
        if (!rc) rc = book_part_read(p, bytes + have, size - have, &got);
        if (rc) break;
        have += got;
        size_t next = merges_scan(out, bytes, have, &rc);
        memmove(bytes, bytes + next, have - next);
        have -= next;
    }
    mem_free(bytes);
    return rc;
}

static void see(struct seen *s, uint32_t row, uint32_t column)
{
    if (s->n++ == 0) cell_name(s->first, row, column);
}

// ---- rows of text

static voc_rc too_long(const struct sheet *s, voc_rc rc)
{
    if (rc == VOC_E_LIMIT)
        diag_error(s->spec.d, "IN-044", s->spec.file, s->row, "save the sheet as CSV UTF-8 and look at this row", "what is in and around this row is longer than 64 MiB");
    return rc;
}

static void put_field(struct buf *out, voc_str f, uint64_t *lines)
{
    bool quote = false;
    for (size_t i = 0; i < f.len; i++) {
        if (strchr(",;\t|\"\r\n", f.ptr[i]) && f.ptr[i]) quote = true;
        if (f.ptr[i] == '\n') ++*lines;
    }
    if (!quote) {
        buf_str(out, f);
        return;
    }
    buf_byte(out, '"');
    for (size_t i = 0; i < f.len; i++) {
        if (f.ptr[i] == '"') buf_byte(out, '"');
        buf_byte(out, f.ptr[i]);
    }
    buf_byte(out, '"');
}

static voc_str cell_text(const struct sheet *s, const struct cell *c) { return c->len ? str_mk(s->text.ptr + c->at, c->len) : STR(""); }

// names: empty ones of columns that hold something are called by their letters.
static voc_rc put_row(struct sheet *s, const struct row *r, const bool *named)
{
    const struct cell *c = s->cells.at + r->first, *end = c + r->n;
    uint64_t line = s->lines + 1, more = 0;
    int64_t ahead = (int64_t)r->number - (int64_t)line;
    if (ahead != (s->jumps.n ? s->jumps.at[s->jumps.n - 1].ahead : 0)) {
        voc_rc rc = vec_reserve(&s->jumps, 1, (size_t)2 * BOOK_ROWS_MAX);
        if (rc) return rc;
        s->jumps.at[s->jumps.n++] = (struct jump){line, ahead};
    }
    uint32_t last = r->n && end[-1].column > s->width ? end[-1].column : s->width;
    for (uint32_t column = 1; column <= last; column++) {
        char letters[16] = "";
        voc_str field = STR("");
        if (column > 1) buf_byte(&s->out, ',');
        if (c < end && c->column == column) field = cell_text(s, c++);
        if (named && field.len == 0 && named[column]) {
            cell_name(letters, 0, column);
            buf_printf(&s->out, "column %s", letters);
        }
        put_field(&s->out, field, &more);
    }
    s->lines += 1 + more;
    return too_long(s, buf_byte(&s->out, '\n'));
}

// ---- the names of the columns

static bool is_names(const struct sheet *s, const struct row *r, size_t widest)
{
    size_t text = 0;
    for (size_t i = 0; i < r->n; i++) text += s->cells.at[r->first + i].kind == TEXT;
    return text >= 2 && r->n * 5 >= widest * 3 && text * 2 > r->n;
}

// The first row that is mostly text, with at least two of it and three fifths of the widest row; else the first row of all.
static size_t find_names(const struct sheet *s)
{
    size_t widest = 0;
    for (size_t i = 0; i < s->rows.n; i++)
        if (s->rows.at[i].n > widest) widest = s->rows.at[i].n;
    for (size_t i = 0; i + 1 < s->rows.n; i++)
        if (is_names(s, &s->rows.at[i], widest)) return i;
    return 0;
}

static voc_rc check_merged(struct sheet *s, uint32_t names)
{
    char from[16], to[16];
    const struct ranges *m = s->spec.merged;
    for (size_t i = 0; i < m->at.n; i++) {
        const struct range *r = &m->at.at[i];
        if (r->to_row < names || (r->row == r->to_row && r->column == r->to_column)) continue;
        if (r->row > names) {
            see(&s->merged, r->row, r->column);
            continue;
        }
        cell_name(from, r->row, r->column);
        cell_name(to, r->to_row, r->to_column);
        diag_error(s->spec.d, "IN-045", s->spec.file, names, "undo the merge (Home > Merge & Center) so that each column has one name in one row, save, and import it again",
                   "cells %s:%s are merged, in the row that names the columns", from, to);
        return VOC_E_INPUT;
    }
    return VOC_OK;
}

static voc_rc write_rows(struct sheet *s, size_t from)
{
    voc_rc rc = VOC_OK;
    for (size_t i = from; i < s->rows.n && !rc; i++) rc = put_row(s, &s->rows.at[i], NULL);
    s->rows.n = s->cells.n = 0;
    buf_clear(&s->text);
    return rc;
}

// Among the held rows: the names of the columns and all rows behind them.
static voc_rc begin_text(struct sheet *s)
{
    size_t names = find_names(s);
    s->begun = true;
    if (s->rows.n == 0) return VOC_OK;
    const struct row *head = &s->rows.at[names];
    bool *named = mem_zalloc(BOOK_COLUMNS_MAX + 2, sizeof *named);
    voc_rc rc = named ? check_merged(s, head->number) : VOC_E_NOMEM;
    for (size_t i = names; i < s->rows.n && !rc; i++) {
        const struct row *r = &s->rows.at[i];
        for (size_t k = 0; k < r->n; k++) named[s->cells.at[r->first + k].column] = true;
        if (r->n && s->cells.at[r->first + r->n - 1].column > s->width) s->width = s->cells.at[r->first + r->n - 1].column;
    }
    if (!rc && names > 0) {
        voc_str what = cell_text(s, &s->cells.at[s->rows.at[0].first]);
        diag_put(s->spec.d, VOC_INFO, "IN-046", s->spec.file, s->rows.at[0].number,
                 "delete them in the sheet if they are not titles",
                 "the columns are named in row %u; %zu %s above %s left out (\"%.*s\")", head->number, names,
                 names == 1 ? "row" : "rows", names == 1 ? "was" : "were", STR_SHOWN(what, 60));
    }
    if (!rc) rc = put_row(s, head, named);
    mem_free(named);
    return rc ? rc : write_rows(s, names + 1);
}

// ---- cells

static voc_rc store_cell(struct sheet *s, enum kind kind, size_t from)
{
    size_t len = s->text.len - from;
    if (s->text.rc) return too_long(s, s->text.rc);
    if (len == 0) return VOC_OK;
    voc_rc rc = too_long(s, vec_reserve(&s->cells, 1, CELLS_MAX));
    if (rc) return rc;
    if (s->cells.n > s->row_first && s->cells.at[s->cells.n - 1].column >= s->column) s->unsorted = true;
    s->cells.at[s->cells.n++] = (struct cell){s->column, kind, from, len};
    return VOC_OK;
}

static voc_rc end_cell(struct sheet *s)
{
    const voc_str raw = str_trim(str_mk(s->value.len ? s->value.ptr : "", s->value.len));
    size_t from = s->text.len;
    enum kind kind = TEXT;
    if (s->value.rc) return too_long(s, s->value.rc);
    if (s->type == 'e') {
        see(&s->errors, s->row, s->column);
    } else if (s->type == 's') {
        uint64_t i;
        bool ok = str_uint64(raw, &i);
        voc_str shared = ok ? strings_at(s->spec.strings, i, &ok) : STR("");
        if (!ok && raw.len) {
            char name[16];
            cell_name(name, s->row, s->column);
            diag_error(s->spec.d, "IN-047", s->spec.file, s->row, "open it in a spreadsheet program and save it again",
                       "cell %s names a text that the workbook does not have", name);
            return VOC_E_INPUT;
        }
        buf_str(&s->text, shared);
    } else if (s->type == 'i' || s->type == 't') {
        buf_str(&s->text, str_mk(s->value.len ? s->value.ptr : "", s->value.len));
    } else if (raw.len == 0) {
        if (s->formula) see(&s->unstored, s->row, s->column);
    } else if (s->type == 'b') {
        buf_cstr(&s->text, str_is(raw, "0") || str_ieq(raw, STR("false")) ? "FALSE" : "TRUE");
    } else if (s->type == 'd') {
        buf_str(&s->text, raw);
        kind = DATE;
    } else {
        uint8_t format = s->style < s->spec.styles->of.n ? s->spec.styles->of.at[s->style] : NUMBER_PLAIN;
        (void)number_text(&s->text, raw, format, s->spec.from_1904);
        kind = format == NUMBER_PLAIN ? NUMBER : DATE;
    }
    return store_cell(s, kind, from);
}

static int by_column(const void *x, const void *y)
{
    const struct cell *a = x, *b = y;
    return (a->column > b->column) - (a->column < b->column);
}

// Cells as their columns stand; two for one place: which of them is meant cannot be told.
static voc_rc sort_row(struct sheet *s)
{
    struct cell *c = s->cells.at + s->row_first;
    size_t n = s->cells.n - s->row_first;
    char name[16];
    s->unsorted = false;
    qsort(c, n, sizeof *c, by_column);
    for (size_t i = 1; i < n; i++) {
        if (c[i - 1].column != c[i].column) continue;
        cell_name(name, s->row, c[i].column);
        diag_error(s->spec.d, "IN-048", s->spec.file, s->row, "open it in a spreadsheet program and save it again", "cell %s is there twice", name);
        return VOC_E_INPUT;
    }
    return VOC_OK;
}

static voc_rc end_row(struct sheet *s)
{
    size_t n = s->cells.n - s->row_first;
    voc_rc rc = s->unsorted ? sort_row(s) : VOC_OK;
    if (rc || n == 0) return rc;
    rc = vec_reserve(&s->rows, 1, HELD_ROWS);
    if (rc) return rc;
    s->rows.at[s->rows.n++] = (struct row){s->row, s->row_first, n};
    if (s->begun) return write_rows(s, 0);
    return s->rows.n == HELD_ROWS ? begin_text(s) : VOC_OK;
}

// ---- XML

static voc_rc wrong_place(const struct sheet *s, const char *what, voc_str where)
{
    diag_error(s->spec.d, "IN-049", s->spec.file, s->row, "open it in a spreadsheet program and save it again",
               "%s \"%.*s\" is outside the sheet or out of order", what, STR_SHOWN(where, 40));
    return VOC_E_INPUT;
}

static voc_rc start_row(struct sheet *s, const voc_xml_attr *a, size_t n)
{
    uint64_t number = (uint64_t)s->row + 1;
    voc_str given = STR("");
    for (size_t i = 0; i < n; i++)
        if (str_is(a[i].name, "r")) given = a[i].value;
    if (given.len && (!str_uint64(given, &number) || number <= s->row)) return wrong_place(s, "row", given);
    if (number > BOOK_ROWS_MAX) return wrong_place(s, "row", given.len ? given : STR("1048577"));
    s->row = (uint32_t)number;
    s->column = 0;
    s->in_row = true;
    s->row_first = s->cells.n;
    return VOC_OK;
}

static char type_of(voc_str t)
{
    static const struct { const char *name; char type; } types[] = {{"s", 's'}, {"inlineStr", 'i'}, {"str", 't'}, {"b", 'b'}, {"e", 'e'}, {"d", 'd'}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_is(t, types[i].name)) return types[i].type;
    return 'n';
}

static voc_rc start_cell(struct sheet *s, const voc_xml_attr *a, size_t n)
{
    uint32_t row = s->row, column = s->column + 1;
    uint64_t style = 0;
    voc_str place = STR("");
    s->type = 'n';
    s->style = 0;
    for (size_t i = 0; i < n; i++) {
        if (str_is(a[i].name, "r")) place = a[i].value;
        else if (str_is(a[i].name, "t")) s->type = type_of(a[i].value);
        else if (str_is(a[i].name, "s") && str_uint64(a[i].value, &style) && style < UINT32_MAX) s->style = (uint32_t)style;
    }
    if (place.len && (!place_read(place, &row, &column) || row != s->row)) return wrong_place(s, "cell", place);
    if (column > BOOK_COLUMNS_MAX) return wrong_place(s, "cell", STR("XFE"));
    s->column = column;
    s->in_cell = true;
    s->formula = false;
    buf_clear(&s->value);
    return VOC_OK;
}

static voc_rc on_start(void *user, voc_str name, const voc_xml_attr *a, size_t n, uint64_t line, uint64_t byte)
{
    struct sheet *s = user;
    (void)line, (void)byte;
    if (!s->data) {
        s->data = is_local(name, "sheetData");
        return VOC_OK;
    }
    if (!s->in_row) return is_local(name, "row") ? start_row(s, a, n) : VOC_OK;
    if (!s->in_cell) return is_local(name, "c") ? start_cell(s, a, n) : VOC_OK;
    if (is_local(name, "v")) s->in_value = s->type != 'i';
    else if (is_local(name, "f")) s->formula = true;
    else if (is_local(name, "rPh")) s->phonetic++;
    else if (is_local(name, "t") && !s->phonetic && s->type == 'i') {
        s->in_text = true;
        s->preserve = false;
        s->value_from = s->value.len;
        for (size_t i = 0; i < n; i++) s->preserve = s->preserve || (str_is(a[i].name, "xml:space") && str_is(a[i].value, "preserve"));
    }
    return VOC_OK;
}

static voc_rc on_text(void *user, voc_str text)
{
    struct sheet *s = user;
    return s->in_value || s->in_text ? too_long(s, buf_str(&s->value, text)) : VOC_OK;
}

static voc_rc on_end(void *user, voc_str name, uint64_t line, uint64_t byte)
{
    struct sheet *s = user;
    (void)line, (void)byte;
    if (s->in_value && is_local(name, "v")) {
        if (s->type == 't') string_unescape(&s->value, 0, true);
        s->in_value = false;
    } else if (s->in_text && is_local(name, "t")) {
        string_unescape(&s->value, s->value_from, s->preserve);
        s->in_text = false;
    } else if (s->phonetic && is_local(name, "rPh")) {
        s->phonetic--;
    } else if (s->in_cell && is_local(name, "c")) {
        s->in_cell = false;
        s->phonetic = 0;
        return end_cell(s);
    } else if (s->in_row && !s->in_cell && is_local(name, "row")) {
        s->in_row = false;
        return end_row(s);
    } else if (s->data && !s->in_row && is_local(name, "sheetData")) {
        s->data = false;
    }
    return VOC_OK;
}

// ---- the whole

static void tell(const struct sheet *s, const struct seen *what, const char *code, const char *hint, const char *text)
{
    if (what->n)
        diag_put(s->spec.d, VOC_INFO, code, s->spec.file, 0, hint, "%llu %s %s (the first: %s)", (unsigned long long)what->n,
                 what->n == 1 ? "cell" : "cells", text, what->first);
}

static voc_rc end_sheet(struct sheet *s)
{
    voc_rc rc = xml_feed_end(s->xml);
    if (!rc && !s->begun) rc = begin_text(s);
    s->ended = true;
    if (rc) return rc;
    tell(s, &s->errors, "IN-050", "mend the formulas if the figures matter",
         s->errors.n == 1 ? "holds an error such as #N/A and was read as empty"
                          : "hold an error such as #N/A and were read as empty");
    tell(s, &s->unstored, "IN-051", "open it in a spreadsheet program and save it: only then are results stored",
         s->unstored.n == 1 ? "holds a formula without its result and was read as empty"
                            : "hold a formula without its result and were read as empty");
    tell(s, &s->merged, "IN-052", "undo the merge and fill the cells if the others are meant to say the same",
         s->merged.n == 1 ? "was merged with others: only the first has the text"
                          : "were merged with others: only the first of each has the text");
    return VOC_OK;
}

voc_rc sheet_open(struct sheet **out, const struct sheet_spec *spec)
{
    static const voc_xml_handler handler = {.struct_size = sizeof handler, .start = on_start, .end = on_end, .text = on_text};
    struct sheet *s = mem_zalloc(1, sizeof *s);
    if (s == NULL) return VOC_E_NOMEM;
    s->spec = *spec;
    buf_init(&s->value, TEXT_MAX);
    buf_init(&s->text, TEXT_MAX);
    buf_init(&s->out, TEXT_MAX);
    voc_rc rc = xml_feed_new(&s->xml, &handler, s, spec->file, spec->d);
    if (rc == VOC_OK) *out = s;
    else sheet_close(s);
    return rc;
}

void sheet_close(struct sheet *s)
{
    if (s == NULL) return;
    xml_feed_free(s->xml);
    buf_done(&s->value);
    buf_done(&s->text);
    buf_done(&s->out);
    vec_free(&s->rows);
    vec_free(&s->cells);
    vec_free(&s->jumps);
    mem_free(s);
}

voc_rc sheet_feed(struct sheet *s, const char *ptr, size_t len)
{
    if (len == 0) return s->ended ? VOC_OK : end_sheet(s);
    return xml_feed_add(s->xml, ptr, len);
}

void sheet_take(struct sheet *s, void *to, size_t size, size_t *got)
{
    size_t left = s->out.len - s->out_at;
    *got = left < size ? left : size;
    if (*got) memcpy(to, s->out.ptr + s->out_at, *got);
    s->out_at += *got;
    if (s->out_at == s->out.len) {
        buf_clear(&s->out);
        s->out_at = 0;
    }
}

uint64_t sheet_row(const struct sheet *s, uint64_t line)
{
    size_t low = 0, high = s->jumps.n;
    while (low < high) { // the last jump at or before the line
        size_t mid = low + (high - low) / 2;
        if (s->jumps.at[mid].line <= line) low = mid + 1;
        else high = mid;
    }
    return low == 0 ? line : (uint64_t)((int64_t)line + s->jumps.at[low - 1].ahead);
}

bool sheet_has_cells(const struct sheet *s) { return s->rows.n > 0 || s->begun || s->cells.n > 0; }
