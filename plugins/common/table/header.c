// SPDX-License-Identifier: MIT
// The header's rows and the names of the columns. A survey's export has labels or ids below the names, a pivot table groups
// above them, some tools a row of units: a record below the header belongs to it if it holds words where the data below holds
// numbers and dates. Called before the host cuts records (header_find) and from head() (header_names).
#include <stdio.h>

#include "plugins/common/table/table.h"

#define ROWS_MAX 3u     // of a header
#define BODY_MAX 60u    // records below it that are looked at
#define BODY_LEAST 2u

struct body {
    voc_str *cells; // records of n columns
    size_t n, columns;
};

static bool has_digit(voc_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] >= '0' && s.ptr[i] <= '9') return true;
    return false;
}

static voc_str cell_at(const struct body *b, size_t record, size_t column) { return ev_trim(b->cells[record * b->columns + column]); }

// Nearly all that stands in the column below has a digit in it: numbers, dates, ids.
static bool bears_digits(const struct body *b, size_t from, size_t column)
{
    size_t filled = 0, digits = 0;
    if (from < ROWS_MAX - 1 && b->n >= ROWS_MAX - 1 + BODY_LEAST) from = ROWS_MAX - 1; // behind whatever the header may have
    for (size_t i = from; i < b->n; i++) {
        voc_str cell = cell_at(b, i, column);
        if (cell_missing(cell)) continue;
        filled++;
        digits += has_digit(cell);
    }
    return filled >= BODY_LEAST && filled * 2 >= b->n - from && digits * 10 >= filled * 9;
}

static bool is_unit(voc_str cell)
{
    static const char *const units[] = {"EUR", "USD", "GBP", "CHF", "PLN", "SEK", "NOK", "DKK", "CZK", "HUF", "min", "minutes", "h", "hours", "s", "sec", "days", "d", "UTC", "CET", "kg", "%", "\xE2\x82\xAC", "$", "text", "date", "number", "string", "integer"};
    if (cell.len > 2 && (cell.ptr[0] == '(' || cell.ptr[0] == '[') && (cell.ptr[cell.len - 1] == ')' || cell.ptr[cell.len - 1] == ']')) return true;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (ev_is(cell, units[i])) return true;
    return false;
}

// Does record `row` say what the data below it cannot: words in two columns of numbers and dates, or units alone? A value
// that the data repeats is data.
static bool is_header_row(const struct body *b, size_t row)
{
    size_t words = 0, units = 0, filled = 0;
    for (size_t c = 0; c < b->columns; c++) {
        voc_str cell = cell_at(b, row, c);
        if (cell_missing(cell)) continue;
        filled++;
        units += is_unit(cell);
        for (size_t i = row + 1; i < b->n; i++)
            if (ev_eq(cell, cell_at(b, i, c))) return false;
        if (!bears_digits(b, row + 1, c)) continue;
        if (has_digit(cell) && cell.ptr[0] != '{') return false;
        words++;
    }
    return filled && (words > 1 || units == filled);
}

static voc_rc read_body(struct events *e, voc_str text, bool complete, size_t skip, size_t columns, struct body *b)
{
    char *scratch = ev_alloc(e, text.len + 1), *to = scratch;
    size_t record_number = 0;
    *b = (struct body){.cells = ev_alloc(e, BODY_MAX * columns * sizeof(voc_str)), .columns = columns};
    if (!scratch || !b->cells) return VOC_E_NOMEM;
    for (size_t at = 0; at < text.len && b->n < BODY_MAX;) {
        voc_str record;
        enum csv_fault fault;
        at = csv_next(&TABLE(e)->rule, text, at, &record);
        if (record.len == 0) continue;
        if (at == text.len && !complete) break;
        if (record_number++ <= skip) continue;
        size_t n = csv_split(&TABLE(e)->rule, record, &b->cells[b->n * columns], columns, &to, &fault);
        if (!fault && n >= columns) b->n++;
        else if (b->n < ROWS_MAX) break; // header rows are as wide as the header
    }
    return VOC_OK;
}

voc_rc header_find(struct events *e, voc_str text, bool complete, const struct sniffed_csv *found)
{
    struct body b;
    if (text.len >= 3 && memcmp(text.ptr, "\xEF\xBB\xBF", 3) == 0) text.ptr += 3, text.len -= 3;
    TABLE(e)->n_skip = found->n_skip;
    if (TABLE(e)->rows_said >= 0) TABLE(e)->n_rows = (uint32_t)TABLE(e)->rows_said;
    else TABLE(e)->n_rows = 1;
    if (TABLE(e)->rows_said < 0 && found->n_columns > 1 && found->n_columns <= COLUMNS_MAX) {
        voc_rc rc = read_body(e, ev_clip(text, (size_t)256 << 10), complete && text.len <= (size_t)256 << 10, TABLE(e)->n_skip, found->n_columns, &b);
        if (rc) return rc;
        while (TABLE(e)->n_rows < ROWS_MAX && TABLE(e)->n_rows - 1 + BODY_LEAST < b.n && is_header_row(&b, TABLE(e)->n_rows - 1)) TABLE(e)->n_rows++;
    }
    e->n_head = TABLE(e)->n_skip + TABLE(e)->n_rows;
    return VOC_OK;
}

// ---- names ------------------------------------------------------------------------------------------------------------------

// Groups stand above names where the upper row has gaps, or says the same twice, and the lower one fills them.
static bool is_grouped(const voc_str *upper, const voc_str *lower, size_t n)
{
    size_t gaps = 0, names = 0, units = 0;
    for (size_t c = 0; c < n; c++) {
        voc_str u = ev_trim(upper[c]), l = ev_trim(lower[c]);
        names += l.len > 0;
        units += is_unit(l);
        if (l.len && u.len == 0) gaps++;
        if (c && u.len && l.len && ev_eq(u, ev_trim(upper[c - 1])) && !ev_eq(l, ev_trim(lower[c - 1]))) gaps++;
    }
    return gaps * 4 >= names && names > 1 && units < names;
}

static bool repeats(const voc_str *row, size_t n, size_t column)
{
    for (size_t c = 0; c < n; c++)
        if (c != column && ev_eq(ev_trim(row[c]), ev_trim(row[column]))) return true;
    return false;
}

// The lower row's name; the upper one's where it has none; both where the lower name stands twice.
static voc_rc join(struct events *e, const voc_str *upper, const voc_str *lower, voc_str *names)
{
    voc_str group = {"", 0};
    for (size_t c = 0; c < e->n_columns; c++) {
        char made[300];
        voc_str u = ev_trim(upper[c]), l = ev_trim(lower[c]);
        if (u.len) group = u;
        if (l.len == 0 || group.len == 0 || !repeats(lower, e->n_columns, c)) {
            names[c] = l.len ? l : u;
            continue;
        }
        snprintf(made, sizeof made, "%.*s %.*s", EV_STR(group, 120), EV_STR(l, 120));
        if (!ev_copy(e, (voc_str){made, strlen(made)}, &names[c])) return VOC_E_NOMEM;
    }
    return VOC_OK;
}

voc_rc header_names(struct events *e, const voc_str *upper, const voc_str *lower, voc_str *names)
{
    TABLE(e)->grouped = lower && is_grouped(upper, lower, e->n_columns);
    if (TABLE(e)->grouped) return join(e, upper, lower, names);
    memcpy(names, upper, e->n_columns * sizeof *names);
    return VOC_OK;
}
