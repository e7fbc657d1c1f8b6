// SPDX-License-Identifier: MIT
// XML changed as text. The parser of the house gives names, lines and the bytes at which elements begin and end; attributes
// are then found in the bytes of their tag. Changes are kept as cuts and put together at the end, in order of place.
#include "cli/worksheet/edit.h"

#include <stdlib.h>

#include "base/text.h"
#include "base/xml.h"

#define NODES_MAX 2000000u

// ---- finding elements ---------------------------------------------------------------------------------------------------------

struct reading { struct edit *e; size_t at; size_t open; voc_rc rc; };

static voc_rc give(void *user, void *to, size_t size, size_t *got)
{
    struct reading *r = user;
    size_t n = r->e->text.len - r->at < size ? r->e->text.len - r->at : size;
    memcpy(to, r->e->text.ptr + r->at, n);
    r->at += n;
    *got = n;
    return VOC_OK;
}

static bool space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// The attributes of a start tag in its bytes; values as decoded come from the parser, in the same order but for xmlns.
static voc_rc find_attrs(struct edit *e, struct edit_node *n, const voc_xml_attr *decoded, size_t n_decoded)
{
    const char *t = e->text.ptr;
    size_t i = n->start + 1, room = 0;
    while (i < e->text.len && !space(t[i]) && t[i] != '>' && t[i] != '/') i++;
    n->attrs = arena_alloc(&e->arena, (n_decoded + 1) * sizeof *n->attrs);
    if (!n->attrs) return VOC_E_NOMEM;
    for (room = n_decoded; i < e->text.len;) {
        while (i < e->text.len && space(t[i])) i++;
        if (i >= e->text.len) return VOC_E_BUG;
        if (t[i] == '>' || t[i] == '/') {
            n->empty = t[i] == '/';
            n->open_end = i + 1 + n->empty;
            return n->open_end <= e->text.len ? VOC_OK : VOC_E_BUG;
        }
        struct edit_attr a = {.from = i};
        while (i < e->text.len && t[i] != '=' && !space(t[i])) i++;
        a.name = str_mk(t + a.from, i - a.from);
        while (i < e->text.len && t[i] != '"' && t[i] != '\'') i++;
        if (i >= e->text.len) return VOC_E_BUG;
        char quote = t[i++];
        a.value_from = i;
        while (i < e->text.len && t[i] != quote) i++;
        a.value_to = i;
        a.to = ++i;
        for (size_t k = 0; k < n_decoded; k++) {
            bool ok = true;
            if (str_eq(decoded[k].name, a.name)) a.value = arena_str(&e->arena, decoded[k].value.ptr, decoded[k].value.len, &ok);
            if (!ok) return VOC_E_NOMEM;
        }
        if (n->n_attrs >= room) return VOC_E_BUG;
        n->attrs[n->n_attrs++] = a;
    }
    return VOC_E_BUG;
}

static voc_rc on_start(void *user, voc_str name, const voc_xml_attr *attrs, size_t n_attrs, uint64_t line, uint64_t byte)
{
    struct reading *r = user;
    struct edit *e = r->e;
    bool ok = true;
    if (byte >= e->text.len || e->text.ptr[byte] != '<') return VOC_E_BUG;
    struct edit_node n = {.name = arena_str(&e->arena, name.ptr, name.len, &ok), .line = line, .start = (size_t)byte,
                          .parent = r->open, .first = EDIT_NONE, .next = EDIT_NONE, .last = EDIT_NONE, .new_attrs = {"", 0}};
    voc_rc rc = ok ? find_attrs(e, &n, attrs, n_attrs) : VOC_E_NOMEM;
    if (!rc) rc = vec_reserve(&e->nodes, 1, NODES_MAX);
    if (rc) return rc;
    size_t at = e->nodes.n++;
    e->nodes.at[at] = n;
    if (r->open != EDIT_NONE) {
        struct edit_node *p = &e->nodes.at[r->open];
        if (p->last == EDIT_NONE) p->first = at;
        else e->nodes.at[p->last].next = at;
        p->last = at;
    }
    r->open = at;
    return VOC_OK;
}

static voc_rc on_end(void *user, voc_str name, uint64_t line, uint64_t byte)
{
    struct reading *r = user;
    (void)name, (void)line;
    struct edit_node *n = &r->e->nodes.at[r->open];
    n->end = n->empty ? n->open_end : (size_t)byte;
    if (n->end > r->e->text.len || r->e->text.ptr[n->end - 1] != '>') return VOC_E_BUG;
    n->close = n->open_end;
    if (!n->empty)
        for (n->close = n->end - 1; n->close > n->open_end && r->e->text.ptr[n->close] != '<';) n->close--;
    r->open = n->parent;
    return VOC_OK;
}

static voc_rc on_text(void *user, voc_str text)
{
    (void)user, (void)text;
    return VOC_OK;
}

static bool other_charset(voc_str text)
{
    if (!text_utf8_valid(text.ptr, text.len)) return true;
    // <?xml ... encoding="X" ?>
    if (!str_starts(text, "<?xml") && !str_starts(text, "\xEF\xBB\xBF<?xml")) return false;
    const char *end = memchr(text.ptr, '>', text.len);
    voc_str head = str_mk(text.ptr, end ? (size_t)(end - text.ptr) : text.len);
    for (size_t i = 0; i + 9 < head.len; i++)
        if (memcmp(head.ptr + i, "encoding", 8) == 0) {
            voc_str rest = str_mk(head.ptr + i + 8, head.len - i - 8);
            while (rest.len && (*rest.ptr == '=' || *rest.ptr == '"' || *rest.ptr == '\'' || space(*rest.ptr)))
                rest = str_mk(rest.ptr + 1, rest.len - 1);
            return !(rest.len >= 5 && str_ieq(str_mk(rest.ptr, 5), STR("utf-8"))) && !(rest.len >= 8 && str_ieq(str_mk(rest.ptr, 8), STR("us-ascii")));
        }
    return false;
}

void edit_free(struct edit *e)
{
    if (!e) return;
    vec_free(&e->nodes);
    vec_free(&e->cuts);
    arena_done(&e->arena);
    mem_free(e);
}

voc_rc edit_new(struct edit **out, voc_str text, const char *file, struct diag *d)
{
    static const voc_xml_handler handler = {sizeof handler, 0, on_start, on_end, on_text};
    struct edit *e = mem_zalloc(1, sizeof *e);
    if (!e) return VOC_E_NOMEM;
    arena_init(&e->arena, 0);
    e->text = text;
    const char *nl = memchr(text.ptr, '\n', text.len);
    e->newline = nl && nl > text.ptr && nl[-1] == '\r' ? "\r\n" : "\n";
    struct reading r = {.e = e, .open = EDIT_NONE};
    voc_rc rc = VOC_OK;
    if (other_charset(text)) {
        diag_error(d, "WORKSHEET-030", file, 1, "save it as UTF-8, then apply the sheet again", "only a journey in UTF-8 can be changed from a worksheet");
        rc = VOC_E_INPUT;
    }
    if (!rc) rc = xml_sax(give, &r, &handler, &r, file, d);
    if (!rc && !e->nodes.n) rc = VOC_E_INPUT;
    if (rc)
        edit_free(e);
    else
        *out = e;
    return rc;
}

// ---- looking ------------------------------------------------------------------------------------------------------------------

static size_t from_here(const struct edit *e, size_t node, const char *name)
{
    while (node != EDIT_NONE && (e->nodes.at[node].gone || !str_is(e->nodes.at[node].name, name))) node = e->nodes.at[node].next;
    return node;
}

size_t edit_child(const struct edit *e, size_t parent, const char *name)
{
    return parent == EDIT_NONE ? EDIT_NONE : from_here(e, e->nodes.at[parent].first, name);
}
size_t edit_next(const struct edit *e, size_t node, const char *name) { return from_here(e, e->nodes.at[node].next, name); }

const voc_str *edit_get(const struct edit *e, size_t node, const char *attr)
{
    const struct edit_node *n = &e->nodes.at[node];
    for (size_t i = 0; i < n->n_attrs; i++)
        if (str_is(n->attrs[i].name, attr)) return &n->attrs[i].value;
    return NULL;
}

size_t edit_find(const struct edit *e, size_t parent, const char *name, const char *attr, voc_str value)
{
    size_t n = edit_child(e, parent, name);
    for (; n != EDIT_NONE; n = edit_next(e, n, name)) {
        const voc_str *v = edit_get(e, n, attr);
        if (v && str_eq(*v, value)) break;
    }
    return n;
}

// ---- noting changes -----------------------------------------------------------------------------------------------------------

void edit_escape(struct buf *b, voc_str s)
{
    for (size_t i = 0; i < s.len; i++)
        switch (s.ptr[i]) {
        case '&': buf_cstr(b, "&amp;"); break;
        case '<': buf_cstr(b, "&lt;"); break;
        case '>': buf_cstr(b, "&gt;"); break;
        case '"': buf_cstr(b, "&quot;"); break;
        case '\n': buf_cstr(b, "&#10;"); break;
        case '\r': buf_cstr(b, "&#13;"); break;
        case '\t': buf_cstr(b, "&#9;"); break;
        default:
            if ((unsigned char)s.ptr[i] >= ' ') buf_byte(b, s.ptr[i]); // others cannot stand in XML
        }
}

static voc_rc kept(struct edit *e, struct buf *b, voc_str *out)
{
    bool ok = true;
    *out = arena_str(&e->arena, b->ptr ? b->ptr : "", b->len, &ok);
    voc_rc rc = b->rc ? b->rc : ok ? VOC_OK : VOC_E_NOMEM;
    buf_done(b);
    return rc;
}

voc_rc edit_replace(struct edit *e, size_t from, size_t to, voc_str text)
{
    voc_rc rc = vec_reserve(&e->cuts, 1, NODES_MAX);
    if (rc) return rc;
    e->cuts.at[e->cuts.n] = (struct edit_cut){from, to, e->cuts.n, text};
    e->cuts.n++;
    e->n_changes++;
    return VOC_OK;
}

voc_rc edit_set(struct edit *e, size_t node, const char *attr, voc_str value)
{
    const struct edit_node *n = &e->nodes.at[node];
    struct buf b;
    voc_str put;
    buf_init(&b, 1 << 22);
    size_t from = n->open_end - 1 - n->empty, to, i = 0;
    while (i < n->n_attrs && !str_is(n->attrs[i].name, attr)) i++;
    if (i < n->n_attrs) {
        from = n->attrs[i].value_from, to = n->attrs[i].value_to;
        if (str_eq(n->attrs[i].value, value)) return VOC_OK;
        if (e->text.ptr[from - 1] == '\'') { // escaped for double quotes only
            from--, to++;
            buf_byte(&b, '"');
            edit_escape(&b, value);
            buf_byte(&b, '"');
        } else {
            edit_escape(&b, value);
        }
    } else {
        if (n->n_attrs) from = n->attrs[n->n_attrs - 1].to;
        else while (from > n->start && space(e->text.ptr[from - 1])) from--;
        to = from;
        buf_printf(&b, " %s=\"", attr);
        edit_escape(&b, value);
        buf_byte(&b, '"');
    }
    voc_rc rc = kept(e, &b, &put);
    return rc ? rc : edit_replace(e, from, to, put);
}

voc_rc edit_unset(struct edit *e, size_t node, const char *attr)
{
    const struct edit_node *n = &e->nodes.at[node];
    for (size_t i = 0; i < n->n_attrs; i++) {
        if (!str_is(n->attrs[i].name, attr)) continue;
        size_t from = n->attrs[i].from;
        while (from > n->start && space(e->text.ptr[from - 1])) from--;
        return edit_replace(e, from, n->attrs[i].to, (voc_str){"", 0});
    }
    return VOC_OK;
}

// The blanks before an element that begins its line; false: something stands before it.
static bool indent_of(const struct edit *e, size_t at, voc_str *out)
{
    size_t from = at;
    while (from > 0 && (e->text.ptr[from - 1] == ' ' || e->text.ptr[from - 1] == '\t')) from--;
    *out = str_mk(e->text.ptr + from, at - from);
    return from == 0 || e->text.ptr[from - 1] == '\n';
}

static void indented(struct edit *e, struct buf *b, voc_str indent, voc_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (i == 0 || text.ptr[i - 1] == '\n') buf_str(b, indent);
        if (text.ptr[i] == '\n') buf_cstr(b, e->newline);
        else buf_byte(b, text.ptr[i]);
    }
}

// The indentation of what is put into an element.
static voc_rc child_indent(struct edit *e, size_t parent, voc_str *out)
{
    const struct edit_node *p = &e->nodes.at[parent];
    voc_str own;
    for (size_t k = p->first; k != EDIT_NONE; k = e->nodes.at[k].next)
        if (indent_of(e, e->nodes.at[k].start, out)) return VOC_OK;
    struct buf b;
    buf_init(&b, 4096);
    if (p->is_new) buf_cstr(&b, "  ");
    else if (indent_of(e, p->start, &own)) buf_str(&b, own);
    buf_cstr(&b, "  ");
    return kept(e, &b, out);
}

voc_rc edit_append(struct edit *e, size_t parent, voc_str text)
{
    struct edit_child *c = arena_alloc(&e->arena, sizeof *c);
    bool ok = true;
    if (!c) return VOC_E_NOMEM;
    c->text = arena_str(&e->arena, text.ptr, text.len, &ok);
    if (!ok) return VOC_E_NOMEM;
    struct edit_node *p = &e->nodes.at[parent];
    if (p->tail) p->tail->next = c;
    else p->children = c;
    p->tail = c;
    e->n_changes++;
    return VOC_OK;
}

voc_rc edit_before(struct edit *e, size_t node, voc_str text)
{
    struct buf b;
    voc_str indent, put;
    size_t at = e->nodes.at[node].start;
    buf_init(&b, 1 << 22);
    if (indent_of(e, at, &indent)) {
        indented(e, &b, indent, text);
        buf_cstr(&b, e->newline);
        at -= indent.len;
    } else {
        indented(e, &b, (voc_str){"", 0}, text);
    }
    voc_rc rc = kept(e, &b, &put);
    return rc ? rc : edit_replace(e, at, at, put);
}

voc_rc edit_after(struct edit *e, size_t node, voc_str text)
{
    struct buf b;
    voc_str indent, put;
    buf_init(&b, 1 << 22);
    if (indent_of(e, e->nodes.at[node].start, &indent)) {
        buf_cstr(&b, e->newline);
        indented(e, &b, indent, text);
    } else {
        indented(e, &b, (voc_str){"", 0}, text);
    }
    voc_rc rc = kept(e, &b, &put);
    return rc ? rc : edit_replace(e, e->nodes.at[node].end, e->nodes.at[node].end, put);
}

voc_rc edit_remove(struct edit *e, size_t node)
{
    struct edit_node *n = &e->nodes.at[node];
    size_t from = n->start, to = n->end, after = n->end;
    voc_str indent;
    n->gone = true;
    while (after < e->text.len && (e->text.ptr[after] == ' ' || e->text.ptr[after] == '\t' || e->text.ptr[after] == '\r')) after++;
    if (indent_of(e, from, &indent) && after < e->text.len && e->text.ptr[after] == '\n') { // the whole line, with its end before it
        from -= indent.len;
        if (from > 0) from--;
        if (from > 0 && e->text.ptr[from - 1] == '\r') from--;
        to = after - (after > n->end && e->text.ptr[after - 1] == '\r');
    }
    return edit_replace(e, from, to, (voc_str){"", 0});
}

voc_rc edit_section(struct edit *e, const char *name, const char *const *order, size_t *node)
{
    size_t found = edit_child(e, 0, name), before = EDIT_NONE;
    if (found != EDIT_NONE) return *node = found, VOC_OK;
    for (size_t i = 1; i < e->nodes.n; i++) // one that was noted as new
        if (e->nodes.at[i].is_new && str_is(e->nodes.at[i].name, name)) return *node = i, VOC_OK;
    for (size_t c = edit_child(e, 0, "note");
         c != EDIT_NONE && c == (before == EDIT_NONE ? e->nodes.at[0].first : e->nodes.at[before].next); c = e->nodes.at[c].next) {
        if (!str_is(e->nodes.at[c].name, "note")) break;
        before = c; // notes that open the file
    }
    for (size_t k = 0; order[k] && strcmp(order[k], name) != 0; k++)
        for (size_t c = edit_child(e, 0, order[k]); c != EDIT_NONE; c = edit_next(e, c, order[k]))
            if (before == EDIT_NONE || e->nodes.at[c].end > e->nodes.at[before].end) before = c;
    voc_rc rc = vec_reserve(&e->nodes, 1, NODES_MAX);
    if (rc) return rc;
    size_t at = before != EDIT_NONE ? e->nodes.at[before].end : e->nodes.at[0].open_end;
    e->nodes.at[e->nodes.n] = (struct edit_node){.name = str_of(name), .start = at, .open_end = at, .close = at, .end = at,
                                                 .empty = true, .parent = EDIT_NONE, .first = EDIT_NONE, .next = EDIT_NONE,
                                                 .last = EDIT_NONE, .is_new = true, .new_attrs = {"", 0}};
    *node = e->nodes.n++;
    return VOC_OK;
}

// ---- the new text -------------------------------------------------------------------------------------------------------------

// What was put at the end of an element, as a cut.
static voc_rc put_children(struct edit *e, size_t node)
{
    struct edit_node *n = &e->nodes.at[node];
    struct buf b;
    voc_str indent, own = {"", 0}, put;
    size_t from, to;
    if (!n->children || n->gone) return VOC_OK;
    voc_rc rc = child_indent(e, node, &indent);
    if (rc) return rc;
    buf_init(&b, (size_t)1 << 28);
    if (n->is_new) {
        buf_cstr(&b, e->newline);
        buf_printf(&b, "%s  <%.*s%.*s>", e->newline, STR_ARG(n->name), STR_ARG(n->new_attrs));
        from = to = n->start;
        own = STR("  ");
    } else if (n->empty) {
        buf_byte(&b, '>');
        from = n->open_end - 2, to = n->open_end;
        while (from > n->start && space(e->text.ptr[from - 1])) from--;
        (void)indent_of(e, n->start, &own);
    } else {
        from = to = n->last != EDIT_NONE ? e->nodes.at[n->last].end : n->open_end;
    }
    for (const struct edit_child *c = n->children; c; c = c->next) {
        buf_cstr(&b, e->newline);
        indented(e, &b, indent, c->text);
    }
    bool apart = n->empty || (!n->empty && n->first == EDIT_NONE && memchr(e->text.ptr + n->open_end, '\n', n->close - n->open_end) == NULL);
    if (apart) {
        if (!n->empty) (void)indent_of(e, n->start, &own);
        buf_cstr(&b, e->newline);
        buf_str(&b, own);
    }
    if (n->empty) buf_printf(&b, "</%.*s>", STR_ARG(n->name));
    rc = kept(e, &b, &put);
    return rc ? rc : edit_replace(e, from, to, put);
}

static int cut_order(const void *x, const void *y)
{
    const struct edit_cut *a = x, *b = y;
    if (a->from != b->from) return a->from < b->from ? -1 : 1;
    bool empty = a->from == a->to, other = b->from == b->to;
    if (empty != other) return empty ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

voc_rc edit_done(struct edit *e, struct buf *out)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < e->nodes.n && !rc; i++) rc = put_children(e, i);
    if (rc) return rc;
    if (e->cuts.n) qsort(e->cuts.at, e->cuts.n, sizeof *e->cuts.at, cut_order);
    size_t at = 0;
    for (size_t i = 0; i < e->cuts.n; i++) {
        const struct edit_cut *c = &e->cuts.at[i];
        if (c->from < at && c->to > c->from) continue; // within what was taken out
        if (c->from > at) buf_add(out, e->text.ptr + at, c->from - at);
        buf_str(out, c->put);
        if (c->to > at) at = c->to;
    }
    buf_add(out, e->text.ptr + at, e->text.len - at);
    return out->rc;
}
