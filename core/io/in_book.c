// SPDX-License-Identifier: MIT
// A workbook: which part holds which sheet (through the relations that each part has, as no name of a part is certain), which sheet is
// read, and its text. A workbook without a named sheet is read where only one is neither hidden nor empty. The zip is gone
// through once for each part that is needed, so the bytes must be those of a file: a pipe is refused.
#include <string.h>
#include "base/cancel.h"
#include "base/str.h"
#include "io/in_book.h"

#define SHEETS_MAX 10000u
#define LINKS_MAX 100000u
#define NAMES_MAX ((size_t)64 << 20)

struct link { const char *id, *type, *target; bool outside; };
struct links { VEC(struct link) at; };
struct tab { const char *name, *part; bool hidden, cells; }; // a sheet as its tab names it; cells: it is one of cells, not of a chart

struct book { // owns all but source, path and d
    struct source *source;
    const char *path;
    struct diag *d;
    struct arena arena;
    VEC(struct tab) tabs;
    const char *strings_part, *styles_part;
    bool from_1904;
    struct strings strings;
    struct styles styles;
    struct ranges merged;
    struct book_part *part; // of the sheet
    struct sheet *sheet;
    bool fed_all;
    char piece[BOOK_PIECE];
};

// ---- relations

static bool is_local(voc_str name, const char *local)
{
    const char *colon = memchr(name.ptr, ':', name.len);
    if (colon) name = str_mk(colon + 1, name.len - (size_t)(colon + 1 - name.ptr));
    return str_is(name, local);
}

struct reading {
    struct book *b;
    struct links *links;             // to, while relations are read
    const struct links *of_workbook; // while the workbook is read
    const char *base;                // the part that the relations are of
    bool sheets;
};

static const char *keep(struct book *b, voc_str s)
{
    bool ok = true;
    voc_str copy = arena_str(&b->arena, s.ptr, s.len, &ok);
    return ok ? copy.ptr : NULL;
}

// A target as a part's name: "/xl/a.xml" is one; "a.xml" and "../a.xml" are seen from the folder of the part that names them.
static const char *part_named(struct book *b, const char *base, voc_str target)
{
    const char *slash = strrchr(base, '/');
    struct buf path;
    buf_init(&path, 8192);
    if (target.len && target.ptr[0] != '/' && slash) buf_add(&path, base, (size_t)(slash - base) + 1);
    while (target.len && target.ptr[0] == '/') target.ptr++, target.len--;
    while (target.len) {
        const char *next = memchr(target.ptr, '/', target.len);
        voc_str step = str_mk(target.ptr, next ? (size_t)(next - target.ptr) : target.len);
        target = str_mk(step.ptr + step.len + (next != NULL), target.len - step.len - (next != NULL));
        if (str_is(step, "..")) { // a folder up: what is before the last slash but one
            while (path.len > 0 && path.ptr[path.len - 1] == '/') path.len--;
            while (path.len > 0 && path.ptr[path.len - 1] != '/') path.len--;
        } else if (!str_is(step, ".")) {
            buf_str(&path, step);
            if (next) buf_byte(&path, '/');
        }
    }
    const char *kept = path.rc ? NULL : keep(b, str_mk(path.len ? path.ptr : "", path.len));
    buf_done(&path);
    return kept;
}

static voc_rc link_start(void *user, voc_str name, const voc_xml_attr *a, size_t n, uint64_t line, uint64_t byte)
{
    struct reading *r = user;
    struct link l = {"", "", "", false};
    (void)line, (void)byte;
    if (!is_local(name, "Relationship")) return VOC_OK;
    for (size_t i = 0; i < n; i++) {
        if (str_is(a[i].name, "Id")) l.id = keep(r->b, a[i].value);
        else if (str_is(a[i].name, "Type")) l.type = keep(r->b, a[i].value);
        else if (str_is(a[i].name, "Target")) l.target = part_named(r->b, r->base, a[i].value);
        else if (str_is(a[i].name, "TargetMode")) l.outside = str_is(a[i].value, "External");
    }
    if (!l.id || !l.type || !l.target) return VOC_E_NOMEM;
    voc_rc rc = vec_reserve(&r->links->at, 1, LINKS_MAX);
    if (!rc) r->links->at.at[r->links->at.n++] = l;
    return rc;
}

static voc_rc no_end(void *user, voc_str name, uint64_t line, uint64_t byte)
{
    (void)user, (void)name, (void)line, (void)byte;
    return VOC_OK;
}

static voc_rc parse_part(struct book *b, const char *name, const voc_xml_handler *h, struct reading *r, bool *found)
{
    struct book_part *p = NULL;
    voc_rc rc = book_part_open(&p, b->source, name, found);
    if (rc == VOC_OK && *found) rc = xml_sax(book_part_read, p, h, r, b->path, b->d);
    if (rc == VOC_E_LIMIT && b->d && diag_count(b->d, VOC_ERROR) == 0)
        diag_error(b->d, "IN-043", b->path, 0, "save the sheet as CSV UTF-8, and import that", "the workbook has more sheets or parts than a spreadsheet program allows");
    book_part_close(p);
    return rc;
}

// The relations of a part: "xl/_rels/workbook.xml.rels" for "xl/workbook.xml".
static voc_rc read_links(struct book *b, const char *of, struct links *out)
{
    static const voc_xml_handler handler = {.struct_size = sizeof handler, .start = link_start, .end = no_end};
    const char *slash = strrchr(of, '/');
    const char *name = arena_printf(&b->arena, "%.*s_rels/%s.rels", slash ? (int)(slash - of) + 1 : 0, of, slash ? slash + 1 : of);
    struct reading r = {.b = b, .links = out, .base = of};
    bool found;
    return name ? parse_part(b, name, &handler, &r, &found) : VOC_E_NOMEM;
}

static const struct link *link_of(const struct links *l, const char *type)
{
    for (size_t i = 0; i < l->at.n; i++)
        if (!l->at.at[i].outside && str_ends(str_of(l->at.at[i].type), type)) return &l->at.at[i];
    return NULL;
}

// ---- sheets

static voc_rc add_tab(struct reading *r, const voc_xml_attr *a, size_t n)
{
    struct tab t = {"", NULL, false, false};
    voc_str id = STR("");
    for (size_t i = 0; i < n; i++) {
        if (str_is(a[i].name, "name")) t.name = keep(r->b, a[i].value);
        else if (str_is(a[i].name, "state")) t.hidden = !str_is(a[i].value, "visible");
        else if (is_local(a[i].name, "id") && a[i].name.len > 2) id = a[i].value; // r:id, whatever the prefix
    }
    for (size_t i = 0; i < r->of_workbook->at.n; i++) {
        const struct link *l = &r->of_workbook->at.at[i];
        if (!str_is(id, l->id) || l->outside) continue;
        t.part = l->target;
        t.cells = str_ends(str_of(l->type), "/worksheet");
    }
    if (!t.name) return VOC_E_NOMEM;
    voc_rc rc = vec_reserve(&r->b->tabs, 1, SHEETS_MAX);
    if (!rc) r->b->tabs.at[r->b->tabs.n++] = t;
    return rc;
}

static voc_rc workbook_start(void *user, voc_str name, const voc_xml_attr *a, size_t n, uint64_t line, uint64_t byte)
{
    struct reading *r = user;
    (void)line, (void)byte;
    if (is_local(name, "sheets")) r->sheets = true;
    if (r->sheets && is_local(name, "sheet")) return add_tab(r, a, n);
    for (size_t i = 0; i < n && is_local(name, "workbookPr"); i++)
        if (str_is(a[i].name, "date1904")) r->b->from_1904 = !str_is(a[i].value, "0") && !str_is(a[i].value, "false");
    return VOC_OK;
}

static voc_rc read_workbook(struct book *b)
{
    static const voc_xml_handler handler = {.struct_size = sizeof handler, .start = workbook_start, .end = no_end};
    struct links top = {0}, own = {0};
    struct reading r = {.b = b, .of_workbook = &own};
    const struct link *l;
    bool found = false;
    voc_rc rc = read_links(b, "", &top);
    const char *workbook = rc == VOC_OK && (l = link_of(&top, "/officeDocument")) != NULL ? l->target : "xl/workbook.xml";
    if (rc == VOC_OK) rc = read_links(b, workbook, &own);
    if (rc == VOC_OK) rc = parse_part(b, workbook, &handler, &r, &found);
    if (rc == VOC_OK && (!found || b->tabs.n == 0)) {
        diag_error(b->d, "IN-041", b->path, 0, "open it in a spreadsheet program and save it as .xlsx again", "this workbook does not say which sheets it has");
        rc = VOC_E_INPUT;
    }
    if (rc == VOC_OK && (l = link_of(&own, "/sharedStrings")) != NULL) b->strings_part = l->target;
    if (rc == VOC_OK && (l = link_of(&own, "/styles")) != NULL) b->styles_part = l->target;
    vec_free(&top.at);
    vec_free(&own.at);
    return rc;
}

// Has it a cell at all? Sheets that nobody wrote on come with every new workbook.
static voc_rc has_cells(struct book *b, const struct tab *t, bool *some)
{
    struct book_part *p = NULL;
    char bytes[4096 + 8];
    size_t kept = 0, got = 1;
    bool found;
    *some = false;
    voc_rc rc = book_part_open(&p, b->source, t->part, &found);
    if (rc == VOC_OK && !found) return VOC_OK;
    while (rc == VOC_OK && got > 0 && !*some) {
        rc = book_part_read(p, bytes + kept, 4096, &got);
        if (rc != VOC_OK) break;
        size_t n = kept + got;
        *some = memmem(bytes, n, "<v>", 3) || memmem(bytes, n, ":v>", 3) || memmem(bytes, n, "<is>", 4) || memmem(bytes, n, ":is>", 4) || memmem(bytes, n, "<v ", 3);
        kept = n < 7 ? n : 7;
        memmove(bytes, bytes + n - kept, kept);
    }
    book_part_close(p);
    return rc;
}

// A slash would be taken for that of a folder, so it may be written as "_".
static bool is_named(const struct tab *t, const char *name)
{
    size_t i = 0;
    for (; t->name[i] && name[i]; i++)
        if (t->name[i] != name[i] && !(t->name[i] == '/' && name[i] == '_')) return false;
    return t->name[i] == name[i];
}

static void list(struct buf *out, const struct book *b, bool hidden)
{
    size_t n = 0;
    for (size_t i = 0; i < b->tabs.n; i++) {
        const struct tab *t = &b->tabs.at[i];
        if (!t->cells || t->hidden != hidden) continue;
        if (n++ < 12) buf_printf(out, "%s\"%.60s\"", n > 1 ? ", " : "", t->name);
    }
    if (n > 12) buf_printf(out, " and %zu more", n - 12);
}

static voc_rc choose_named(struct book *b, const char *name, const struct tab **out)
{
    const char **names = arena_alloc(&b->arena, b->tabs.n * sizeof *names);
    struct buf text;
    size_t n = 0;
    if (!names) return VOC_E_NOMEM;
    for (size_t i = 0; i < b->tabs.n; i++) {
        if (b->tabs.at[i].cells && b->tabs.at[i].part && is_named(&b->tabs.at[i], name)) return *out = &b->tabs.at[i], VOC_OK;
        if (b->tabs.at[i].cells) names[n++] = b->tabs.at[i].name;
    }
    const char *near = str_nearest(str_of(name), names, n);
    buf_init(&text, 8192);
    if (near) buf_printf(&text, "did you mean \"%.60s\"?", near);
    else buf_cstr(&text, "it has "), list(&text, b, false);
    diag_error(b->d, "IN-053", b->path, 0, text.ptr, "the workbook has no sheet \"%.60s\"", name);
    buf_done(&text);
    return VOC_E_INPUT;
}

static voc_rc choose_only(struct book *b, const struct tab **out)
{
    const struct tab *only = NULL;
    struct buf names;
    size_t n = 0;
    voc_rc rc = VOC_OK;
    buf_init(&names, (size_t)1 << 20);
    for (size_t i = 0; i < b->tabs.n && rc == VOC_OK; i++) {
        bool some = false;
        const struct tab *t = &b->tabs.at[i];
        if (t->hidden || !t->cells || !t->part) continue;
        rc = has_cells(b, t, &some);
        if (!some) continue;
        only = t;
        if (n++ < 12) rc = buf_printf(&names, "%s\"%.60s\"", n > 1 ? ", " : "", t->name);
    }
    if (rc == VOC_OK && n == 1) *out = only;
    if (rc == VOC_OK && n == 0) {
        list(&names, b, true);
        diag_error(b->d, "IN-054", b->path, 0,
                   names.len ? "a hidden sheet is read by its name: FILE!NAME" : "look at what was exported into it",
                   "no sheet of this workbook that is shown holds anything%s%s", names.len ? "; hidden: " : "",
                   names.len ? names.ptr : "");
        rc = VOC_E_INPUT;
    } else if (rc == VOC_OK && n > 1) {
        diag_error(b->d, "IN-055", b->path, 0, "name the sheet behind the file: FILE!NAME", "this workbook has %zu sheets: %s%s", n,
                   names.len ? names.ptr : "", n > 12 ? ", ..." : "");
        rc = VOC_E_INPUT;
    }
    buf_done(&names);
    return rc;
}

// ---- what a sheet needs

static voc_rc load_shared(struct book *b)
{
    struct book_part *p = NULL;
    bool found = false;
    voc_rc rc = VOC_OK;
    if (b->strings_part) rc = book_part_open(&p, b->source, b->strings_part, &found);
    if (rc == VOC_OK && found) rc = strings_read(&b->strings, p, b->path, b->d);
    book_part_close(p);
    p = NULL;
    found = false;
    if (rc == VOC_OK && b->styles_part) rc = book_part_open(&p, b->source, b->styles_part, &found);
    if (rc == VOC_OK && found) rc = styles_read(&b->styles, p, b->path, b->d);
    book_part_close(p);
    return rc;
}

static voc_rc open_sheet(struct book *b, const struct tab *t)
{
    bool found = false;
    struct sheet_spec spec = {&b->strings, &b->styles, &b->merged, b->from_1904, b->path, b->d};
    voc_rc rc = book_part_open(&b->part, b->source, t->part, &found);
    if (rc == VOC_OK && found) rc = merges_find(&b->merged, b->part);
    book_part_close(b->part);
    b->part = NULL;
    if (rc == VOC_OK && found) rc = book_part_open(&b->part, b->source, t->part, &found);
    if (rc == VOC_OK && !found) {
        diag_error(b->d, "IN-041", b->path, 0, "copy or download the file again", "the workbook names the sheet \"%.60s\" and does not hold it", t->name);
        rc = VOC_E_INPUT;
    }
    return rc == VOC_OK ? sheet_open(&b->sheet, &spec) : rc;
}

static voc_rc begin(struct book **out, struct source *s, const char *path, struct diag *d)
{
    struct book *b = mem_zalloc(1, sizeof *b);
    if (b == NULL) return VOC_E_NOMEM;
    b->source = s;
    b->path = path;
    b->d = d;
    arena_init(&b->arena, NAMES_MAX);
    buf_init(&b->strings.text, 0);
    voc_rc rc = read_workbook(b);
    if (rc == VOC_OK) *out = b;
    else book_close(b);
    return rc;
}

voc_rc book_open(struct book **out, struct source *s, const char *name, const char *path, struct diag *d)
{
    struct book *b = NULL;
    const struct tab *t = NULL;
    voc_rc rc = begin(&b, s, path, d);
    if (rc != VOC_OK) return rc;
    rc = name ? choose_named(b, name, &t) : choose_only(b, &t);
    if (rc == VOC_OK) rc = load_shared(b);
    if (rc == VOC_OK) rc = open_sheet(b, t);
    if (rc == VOC_OK) *out = b;
    else book_close(b);
    return rc;
}

voc_rc book_list(struct in_sheets *out, struct source *s, const char *path, struct diag *d)
{
    struct book *b = NULL;
    voc_rc rc = begin(&b, s, path, d);
    for (size_t i = 0; rc == VOC_OK && i < b->tabs.n; i++) {
        const struct tab *t = &b->tabs.at[i];
        struct in_sheet one = {mem_strndup(t->name, strlen(t->name)), t->hidden, !t->cells || !t->part, false, false};
        bool some = false;
        if (!one.name || vec_reserve(&out->at, 1, SHEETS_MAX)) rc = VOC_E_NOMEM;
        if (rc == VOC_OK && !one.other) rc = has_cells(b, t, &some);
        if (rc != VOC_OK) {
            mem_free(one.name);
            break;
        }
        one.empty = !some;
        for (char *c = one.name; *c; c++)
            if (*c == '/') *c = '_'; // as book_open takes it: a slash is that of a folder
        out->at.at[out->at.n++] = one;
    }
    book_close(b);
    return rc;
}

void book_close(struct book *b)
{
    if (b == NULL) return;
    sheet_close(b->sheet);
    book_part_close(b->part);
    strings_done(&b->strings);
    vec_free(&b->styles.of);
    vec_free(&b->merged.at);
    vec_free(&b->tabs);
    arena_done(&b->arena);
    mem_free(b);
}

voc_rc book_read(struct book *b, void *to, size_t size, size_t *got)
{
    voc_rc rc = VOC_OK;
    for (;;) {
        size_t n = 0;
        sheet_take(b->sheet, to, size, got);
        if (*got > 0 || b->fed_all) return VOC_OK;
        if (cancel_requested()) return VOC_CANCELLED;
        rc = book_part_read(b->part, b->piece, sizeof b->piece, &n);
        if (rc == VOC_OK) rc = sheet_feed(b->sheet, b->piece, n);
        if (rc != VOC_OK) return rc;
        b->fed_all = n == 0;
    }
}

uint64_t book_row(const struct book *b, uint64_t line) { return sheet_row(b->sheet, line); }
uint64_t book_fed(const struct book *b) { return book_part_fed(b->part); }
