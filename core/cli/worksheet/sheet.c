// SPDX-License-Identifier: MIT
// A worksheet as CSV: UTF-8 with byte order mark, CR LF, so that spreadsheets show it right; with a semicolon between cells,
// numbers have a decimal comma. A cell that a spreadsheet would run as a formula gets an apostrophe before it.
#include <stdio.h>

#include "cli/worksheet/worksheet.h"

// Apostrophes before such a text count as it does, so that the one that is put before it can be told from its own.
static bool risky(voc_str s)
{
    size_t i = 0;
    while (i < s.len && s.ptr[i] == '\'') i++;
    return i < s.len && s.ptr[i] && strchr("=+-@\t\r", s.ptr[i]);
}

static void cell(struct buf *b, voc_str s, char separator)
{
    bool formula = risky(s);
    bool quote = formula || memchr(s.ptr, separator, s.len) || memchr(s.ptr, '"', s.len) || memchr(s.ptr, '\n', s.len) ||
                 memchr(s.ptr, '\r', s.len) || (s.len && (s.ptr[0] == ' ' || s.ptr[s.len - 1] == ' '));
    if (quote) buf_byte(b, '"');
    if (formula) buf_byte(b, '\'');
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"') buf_byte(b, '"');
        buf_byte(b, s.ptr[i] ? s.ptr[i] : ' ');
    }
    if (quote) buf_byte(b, '"');
}

static void number(struct buf *b, voc_str s, char separator)
{
    for (size_t i = 0; i < s.len; i++) buf_byte(b, s.ptr[i] == '.' && separator == ';' ? ',' : s.ptr[i]);
}

static void one_row(struct buf *b, const struct ws_row *r, char separator)
{
    struct buf time;
    buf_init(&time, 1 << 16); // of a cell that is written otherwise than it is kept
    for (enum ws_column c = 0; c < WS_COLUMNS; c++) {
        if (c) buf_byte(b, separator);
        buf_clear(&time);
        switch (c) {
        case WS_ACTION: cell(b, r->action, separator); break;
        case WS_WHERE: cell(b, r->where, separator); break;
        case WS_COUNT: buf_printf(b, "%llu", (unsigned long long)r->count); break;
        case WS_CUSTOMERS: buf_printf(b, "%llu", (unsigned long long)r->customers); break;
        case WS_FIRST:
        case WS_LAST:
            if (r->count) time_print(&time, c == WS_FIRST ? r->first_us : r->last_us, VOC_RES_DAY);
            cell(b, str_mk(time.ptr ? time.ptr : "", time.len), separator);
            break;
        case WS_EXAMPLES: cell(b, r->examples, separator); break;
        case WS_RECORDED: cell(b, str_of(ws_actor_name(r->recorded)), separator); break;
        case WS_WHY: cell(b, r->why, separator); break;
        case WS_STAGE: // "aware, exit:lost"
            for (size_t i = 0; i < r->cell[c].len; i++) buf_cstr(&time, r->cell[c].ptr[i] == ' ' ? ", " : (char[]){r->cell[c].ptr[i], 0});
            cell(b, str_mk(time.ptr ? time.ptr : "", time.len), separator);
            break;
        case WS_VALUE:
        case WS_COST:
        case WS_MINUTES: number(b, r->cell[c], separator); break;
        default: cell(b, r->cell[c], separator); break;
        }
    }
    buf_cstr(b, "\r\n");
    buf_done(&time);
}

voc_rc ws_write(struct buf *out, const struct worksheet *w, char separator)
{
    buf_cstr(out, "\xEF\xBB\xBF");
    for (enum ws_column c = 0; c < WS_COLUMNS; c++) {
        if (c) buf_byte(out, separator);
        buf_cstr(out, ws_column_names[c]);
    }
    buf_cstr(out, "\r\n");
    for (size_t i = 0; i < w->rows.n; i++) one_row(out, &w->rows.at[i], separator);
    return out->rc;
}
