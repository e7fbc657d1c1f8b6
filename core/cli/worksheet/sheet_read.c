// SPDX-License-Identifier: MIT
// A worksheet as it comes back from a spreadsheet: with comma, semicolon or tab, quoted or not, with or without byte order
// mark (or in another charset), columns in any order and others between them. Numbers and dates that the spreadsheet wrote
// anew in columns that nobody edits are not looked at.
#include "cli/worksheet/worksheet.h"
#include "host/import/file_kind.h"
#include "io/in.h"

#define SHEET_MAX ((size_t)64 << 20)

struct cells { // of one record
    VEC(voc_str) at;
    struct buf bytes; // of all of them, one behind the other
    VEC(size_t) start;
};
struct scan { const char *p, *end; uint64_t line; };

static voc_rc read_all(const char *path, struct buf *out, struct diag *d)
{
    struct in *in = NULL;
    size_t got = 1;
    struct file_look look = file_look(path);
    if ((look.kind == FILE_FOREIGN && !look.worksheet) || look.workbook || look.kind == FILE_PROJECT) { // a spreadsheet saves in its own format unless it is told
        diag_error(d, "WORKSHEET-013", path, 0,
                   look.kind != FILE_PROJECT ? "save the sheet as CSV UTF-8 (File > Save as), and name that file"
                                             : "name the CSV that voc worksheet wrote",
                   "this is %s, not a worksheet in CSV", look.kind != FILE_PROJECT ? look.what : "a Vocstream project");
        return VOC_E_INPUT;
    }
    voc_rc rc = in_open(&in, path, NULL, d);
    if (!rc) rc = in_text(in, "auto");
    while (!rc && got) {
        char *room = buf_room(out, 65536);
        rc = room ? in_read(in, room, 65536, &got) : out->rc;
        if (!rc) out->len += got;
    }
    if (rc == VOC_E_LIMIT) diag_error(d, "WORKSHEET-010", path, 0, "is this a worksheet of voc worksheet?", "larger than 64 MiB");
    in_close(in);
    return rc;
}

// The next record. False: the end.
static bool record(struct scan *s, char separator, struct cells *c, voc_rc *rc)
{
    if (s->p == s->end || *rc) return false;
    c->start.n = c->at.n = 0;
    buf_clear(&c->bytes);
    for (bool more = true; more && !*rc;) {
        bool quoted = false;
        more = false;
        if ((*rc = vec_reserve(&c->start, 2, 1 << 20))) break;
        c->start.at[c->start.n++] = c->bytes.len;
        if (s->p < s->end && *s->p == '"') quoted = true, s->p++;
        while (s->p < s->end) {
            char ch = *s->p++;
            if (ch == '\n') s->line++;
            if (quoted) {
                if (ch != '"') buf_byte(&c->bytes, ch);
                else if (s->p < s->end && *s->p == '"') buf_byte(&c->bytes, *s->p++);
                else quoted = false;
                continue;
            }
            if (ch == separator) {
                more = true;
                break;
            }
            if (ch == '\r' && (s->p == s->end || *s->p == '\n')) continue;
            if (ch == '\n' || ch == '\r') break;
            buf_byte(&c->bytes, ch);
        }
        if (c->bytes.rc) *rc = c->bytes.rc;
    }
    if (!*rc) *rc = vec_reserve(&c->at, c->start.n, 1 << 20);
    for (size_t i = 0; i < c->start.n && !*rc; i++) {
        size_t end = i + 1 < c->start.n ? c->start.at[i + 1] : c->bytes.len;
        c->at.at[c->at.n++] = str_mk((c->bytes.ptr ? c->bytes.ptr : "") + c->start.at[i], end - c->start.at[i]);
    }
    return !*rc;
}

// Blanks around, those that do not break too; and the apostrophe that kept a formula from running.
static voc_str clean(voc_str s)
{
    for (;;) {
        voc_str t = str_trim(s);
        if (t.len >= 2 && memcmp(t.ptr, "\xC2\xA0", 2) == 0) t = str_mk(t.ptr + 2, t.len - 2);
        if (t.len >= 2 && memcmp(t.ptr + t.len - 2, "\xC2\xA0", 2) == 0) t.len -= 2;
        if (t.len == s.len) break;
        s = t;
    }
    size_t i = 0;
    while (i < s.len && s.ptr[i] == '\'') i++;
    if (i && i < s.len && s.ptr[i] && strchr("=+-@\t\r", s.ptr[i])) s = str_mk(s.ptr + 1, s.len - 1);
    return s;
}

static int column_named(voc_str name)
{
    static const struct { const char *name; enum ws_column is; } others[] = {{"where", WS_WHERE}, {"channel", WS_WHERE}, {"recorded", WS_RECORDED}};
    name = clean(name);
    for (int c = 0; c < WS_COLUMNS; c++)
        if (str_ieq(name, str_of(ws_column_names[c]))) return c;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (str_ieq(name, str_of(others[i].name))) return (int)others[i].is;
    return -1;
}

static size_t known_columns(const struct cells *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->at.n; i++) n += column_named(c->at.at[i]) >= 0;
    return n;
}

// The separator under which the first record has the most columns that are known.
static char find_separator(struct scan s, struct cells *c, voc_rc *rc)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    size_t best = 0;
    char found = ',';
    for (size_t i = 0; i < sizeof candidates && !*rc; i++) {
        struct scan again = s;
        size_t n = record(&again, candidates[i], c, rc) ? known_columns(c) : 0;
        if (n > best) best = n, found = candidates[i];
    }
    return found;
}

static bool blank(const struct cells *c)
{
    for (size_t i = 0; i < c->at.n; i++)
        if (clean(c->at.at[i]).len) return false;
    return true;
}

static voc_rc check_columns(const struct ws_sheet *s, struct diag *d)
{
    static const enum ws_column needed[] = {WS_ACTION, WS_WHERE, WS_RECORDED};
    size_t editable = 0, missing = 0;
    for (enum ws_column c = 0; c < WS_COLUMNS; c++) editable += ws_editable(c) && s->has[c];
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (s->has[needed[i]]) continue;
        missing++;
        diag_error(d, "WORKSHEET-011", s->file.ptr, 1,
                   "rows are found again by action, channel/campaign and recorded actor: keep these three columns, and "
                   "their names in the first line",
                   "there is no column \"%s\"", ws_column_names[needed[i]]);
    }
    if (!missing && !editable)
        diag_error(d, "WORKSHEET-011", s->file.ptr, 1, "at least one of actor, class, value, kind, stage, touchpoint, group, owner, function, cost, minutes",
                   "there is no column that says anything of an action");
    return missing || !editable ? VOC_E_OPTION : VOC_OK;
}

static voc_rc take_lines(struct ws_sheet *s, struct scan *scan, char separator, struct cells *c)
{
    int column[512];
    voc_rc rc = VOC_OK;
    size_t n = c->at.n < 512 ? c->at.n : 512;
    for (size_t i = 0; i < n; i++) {
        column[i] = column_named(c->at.at[i]);
        if (column[i] >= 0 && s->has[column[i]]) column[i] = -1; // the first of two
        if (column[i] >= 0) s->has[column[i]] = true;
    }
    for (;;) {
        uint64_t line = scan->line;
        if (!record(scan, separator, c, &rc)) break;
        if (blank(c)) continue;
        struct ws_line l = {.line = line};
        bool ok = true;
        for (size_t k = 0; k < WS_COLUMNS; k++) l.cell[k] = (voc_str){"", 0};
        for (size_t i = 0; i < n && i < c->at.n; i++) {
            voc_str v = column[i] >= 0 ? clean(c->at.at[i]) : (voc_str){"", 0};
            if (v.len) l.cell[column[i]] = arena_str(&s->arena, v.ptr, v.len, &ok);
        }
        rc = ok ? vec_reserve(&s->lines, 1, 1 << 24) : VOC_E_NOMEM;
        if (rc) break;
        s->lines.at[s->lines.n++] = l;
    }
    return rc;
}

void ws_sheet_free(struct ws_sheet *s)
{
    if (!s) return;
    vec_free(&s->lines);
    arena_done(&s->arena);
    mem_free(s);
}

voc_rc ws_read(struct ws_sheet **out, const char *path, struct diag *d)
{
    struct buf text;
    struct cells c = {0};
    bool ok = true;
    char separator = ',';
    struct ws_sheet *s = mem_zalloc(1, sizeof *s);
    if (!s) return VOC_E_NOMEM;
    arena_init(&s->arena, 0);
    buf_init(&text, SHEET_MAX);
    buf_init(&c.bytes, SHEET_MAX);
    const char *slash = strrchr(path, '/');
    s->file = arena_str(&s->arena, slash ? slash + 1 : path, strlen(slash ? slash + 1 : path), &ok);
    voc_rc rc = ok ? read_all(path, &text, d) : VOC_E_NOMEM;
    struct scan scan = {text.ptr, text.ptr + text.len, 1};
    if (!rc && text.len >= 3 && memcmp(text.ptr, "\xEF\xBB\xBF", 3) == 0) scan.p += 3;
    if (!rc && scan.end - scan.p > 4 && memcmp(scan.p, "sep=", 4) == 0) // a hint for spreadsheets
        while (scan.p < scan.end && scan.line == 1)
            if (*scan.p++ == '\n') scan.line++;
    if (!rc) separator = find_separator(scan, &c, &rc);
    if (!rc && !record(&scan, separator, &c, &rc) && !rc) {
        diag_error(d, "WORKSHEET-012", s->file.ptr, 0, "voc worksheet PROJECT -o sheet.csv writes one", "the sheet is empty");
        rc = VOC_E_INPUT;
    }
    if (!rc) rc = take_lines(s, &scan, separator, &c);
    if (!rc) rc = check_columns(s, d);
    vec_free(&c.at);
    vec_free(&c.start);
    buf_done(&c.bytes);
    buf_done(&text);
    if (rc)
        ws_sheet_free(s);
    else
        *out = s;
    return rc;
}
