// SPDX-License-Identifier: MIT
// XML in, by libxml2 (2.9.14 and later: no XML_PARSE_NO_XXE, so what is refused is refused here; xml_library.c is the only other file with it).
// One hardened SAX2 parser under both faces: xml_sax hands events on, with names as written and byte positions, those of plain
// tags and text from xml_quick.c; xml_tree builds nodes in an arena. No DOCTYPE, so no entity but the five and character references;
// no file, no network. libxml2 keeps its own malloc (it cannot survive injected faults); all that our callbacks need comes through
// base/mem, nothing of it once the first few elements have been seen. Threads: one parse belongs to one thread; xml_init comes first.
#include "base/xml.h"
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <string.h>
#include "base/str.h"
#include "base/xml_library.h"
#include "base/xml_quick.h"

#define DEPTH_MAX 256u
#define ATTRS_MAX 1000u      // in one tag: libxml2 compares each with each
#define NAMESPACES_MAX 256u  // in scope at once: libxml2 looks them up one by one
#define TEXT_MAX ((size_t)10 << 20)
#define CHUNK ((size_t)64 << 10)

// Counts the attributes of a tag before libxml2 has it whole: it compares them pairwise, which for a tag of 10 MB takes hours.
struct guard {
    enum { G_TEXT, G_OPEN, G_TAG, G_EQUALS, G_QUOTE } state;
    char quote;
    unsigned attrs;
};

struct piece { // of a node's text; lives in the arena
    struct piece *next;
    voc_str text;
};

struct open_node {
    struct xml_node *node, *last; // last child so far
    struct piece *first, *tail;
    size_t n_pieces, len;
};

struct tree {
    struct arena *arena;
    struct xml_node *root;
    struct open_node open[DEPTH_MAX + 1];
};

struct parser {
    xmlParserCtxtPtr ctxt;
    voc_rc rc; // the first thing that went wrong; from then on nothing is handed out
    const voc_xml_handler *h; // SAX, or
    struct tree *tree;        // tree
    void *user;
    xml_read read; // NULL: from `bytes`
    void *read_user;
    const char *bytes;
    size_t n_bytes;
    char *chunk;      // owned, if `read`
    const char *from; // the part of the chunk that libxml2 has not taken yet
    size_t left;
    const struct xml_quick *quick; // what was read without libxml2, or NULL
    voc_str again;                 // its open tags, to be told to libxml2 first
    unsigned muted;                // how many of them on_start has not seen yet
    int64_t moved;                 // bytes by which libxml2's offsets are short
    struct guard guard;
    const char *file;
    struct diag *d;
    unsigned depth, namespaces;
    uint16_t declared[DEPTH_MAX + 1]; // namespaces declared at each open depth
    size_t text_len;                  // since the last tag
    uint64_t last_byte;
    VEC(voc_xml_attr) attrs;
    struct buf names; // names with a prefix, put together for one event
};

// ---- what can go wrong

static void fail(struct parser *p, voc_rc rc)
{
    if (p->rc == VOC_OK) p->rc = rc;
}

// From a SAX callback only: there libxml2 looks for this; elsewhere it may still hold pointers into what it frees.
static void stop(struct parser *p, voc_rc rc)
{
    if (rc == VOC_OK) return;
    fail(p, rc);
    xmlStopParser(p->ctxt);
}

static void too_much(struct parser *p, uint64_t line, const char *what)
{
    if (p->rc) return;
    diag_error(p->d, "XML-003", p->file, line, "the bound guards against files made to exhaust the reader", "%s", what);
    fail(p, VOC_E_LIMIT);
}

static void on_error(void *user, xmlErrorPtr e)
{
    struct parser *p = user;
    bool prefix = e->domain == XML_FROM_NAMESPACE && e->level == XML_ERR_ERROR && p->tree; // SAX takes names as they are
    if (p->rc || (e->level != XML_ERR_FATAL && !prefix)) return;
    if (e->code == XML_ERR_NO_MEMORY) {
        fail(p, VOC_E_NOMEM);
        return;
    }
    xml_add_error(p->d, VOC_ERROR, prefix ? "XML-004" : "XML-001", p->file, e);
    fail(p, VOC_E_INPUT);
}

// ---- where we are

// Offset of `at` in the bytes that were read. Exact for UTF-8; for other charsets libxml2 encodes back what it holds.
static uint64_t offset_of(struct parser *p, const xmlChar *at)
{
    xmlParserInputPtr in = p->ctxt->input;
    if (!at) return p->last_byte;
    if (in->buf && in->buf->encoder) {
        const xmlChar *cur = in->cur;
        in->cur = at;
        long n = xmlByteConsumed(p->ctxt);
        in->cur = cur;
        return n >= 0 && (uint64_t)n > p->last_byte ? (uint64_t)n : p->last_byte;
    }
    return (uint64_t)in->consumed + (uint64_t)(at - in->base) + (uint64_t)p->moved;
}

// ---- bytes in

static bool guard_byte(struct guard *g, char c)
{
    if (c == '<') *g = (struct guard){.state = G_OPEN};
    else if (g->state == G_OPEN) g->state = c == '!' || c == '?' || c == '/' ? G_TEXT : G_TAG;
    else if (g->state == G_QUOTE) g->state = c == g->quote ? G_TAG : G_QUOTE;
    else if (c == '>') g->state = G_TEXT;
    else if (c == '=') g->state = G_EQUALS;
    else if (g->state == G_EQUALS && (c == '"' || c == '\'')) {
        g->state = G_QUOTE;
        g->quote = c;
        g->attrs++;
    } else if (g->state == G_EQUALS && c != ' ' && c != '\t' && c != '\r' && c != '\n') g->state = G_TAG;
    return g->attrs <= ATTRS_MAX;
}

// Looks only at the tag that the last chunk left open and at the one that this chunk leaves open; on_start sees the others.
static bool guard_chunk(struct guard *g, const char *at, size_t n)
{
    const char *end = at + n, *open;
    while (at < end && g->state != G_TEXT && *at != '<') {
        if (!guard_byte(g, *at++)) return false;
    }
    open = memrchr(at, '<', (size_t)(end - at));
    for (at = open ? open : end; at < end; at++) {
        if (!guard_byte(g, *at)) return false;
        if (g->state == G_TEXT) break;
    }
    return true;
}

static void guard(struct parser *p)
{
    if (p->left && !guard_chunk(&p->guard, p->from, p->left))
        too_much(p, xml_line_of(p->ctxt->input, NULL), "a tag has more than 1000 attributes");
}

static void fill(struct parser *p)
{
    const struct xml_quick *q = p->quick;
    p->from = p->read ? p->chunk : p->bytes;
    if (q && q->failed) fail(p, q->failed);
    if (p->rc) return;
    if (p->read) {
        voc_rc rc = p->read(p->read_user, p->chunk, CHUNK, &p->left);
        if (rc) {
            fail(p, rc);
            return;
        }
    } else {
        p->left = p->n_bytes < CHUNK ? p->n_bytes : CHUNK;
        p->bytes += p->left;
        p->n_bytes -= p->left;
    }
    guard(p);
}

// Gives all that was asked for unless the input ends: libxml2 takes what it gets as enough to look ahead.
static int on_read(void *user, char *to, int size)
{
    struct parser *p = user;
    size_t got = 0, want = size > 0 ? (size_t)size : 0;
    if (p->again.len && want) {
        got = p->again.len < want ? p->again.len : want;
        memcpy(to, p->again.ptr, got);
        p->again = str_mk(p->again.ptr + got, p->again.len - got);
    }
    while (got < want) {
        if (p->rc == VOC_OK && p->left == 0) fill(p);
        if (p->rc) return -1;
        size_t n = p->left < want - got ? p->left : want - got;
        if (n == 0) break;
        memcpy(to + got, p->from, n);
        p->from += n;
        p->left -= n;
        got += n;
    }
    return (int)got;
}

// ---- tree

static void *tree_alloc(struct parser *p, size_t size)
{
    struct arena *a = p->tree->arena;
    void *ptr = arena_alloc(a, size);
    if (ptr) return ptr;
    if (a->max && (a->used > a->max || size > a->max - a->used)) too_much(p, xml_line_of(p->ctxt->input, NULL), "the document is too large");
    else fail(p, VOC_E_NOMEM);
    return NULL;
}

static voc_str tree_str(struct parser *p, voc_str s)
{
    char *to = tree_alloc(p, s.len + 1);
    if (!to) return (voc_str){"", 0};
    if (s.len) memcpy(to, s.ptr, s.len);
    return (voc_str){to, s.len};
}

static void tree_start(struct parser *p, voc_str local, voc_str ns, uint64_t line)
{
    struct tree *t = p->tree;
    struct open_node *parent = p->depth > 1 ? &t->open[p->depth - 1] : NULL;
    struct xml_node *n = tree_alloc(p, sizeof *n);
    if (!n) return;
    n->name = tree_str(p, local);
    n->ns = tree_str(p, ns);
    n->text = (voc_str){"", 0};
    n->line = line;
    n->n_attrs = p->attrs.n;
    struct xml_attr *attrs = n->n_attrs ? tree_alloc(p, n->n_attrs * sizeof *attrs) : NULL;
    for (size_t i = 0; attrs && i < n->n_attrs; i++)
        attrs[i] = (struct xml_attr){tree_str(p, p->attrs.at[i].name), tree_str(p, p->attrs.at[i].value)};
    n->attrs = attrs;
    if (p->rc) return;
    if (!parent) t->root = n;
    else {
        n->parent = parent->node;
        if (parent->last) parent->last->next = n;
        else parent->node->first = n;
        parent->last = n;
    }
    t->open[p->depth] = (struct open_node){.node = n};
}

static void tree_text(struct parser *p, voc_str text)
{
    struct open_node *o = &p->tree->open[p->depth];
    struct piece *piece = tree_alloc(p, sizeof *piece);
    if (!piece) return;
    piece->text = tree_str(p, text);
    if (o->tail) o->tail->next = piece;
    else o->first = piece;
    o->tail = piece;
    o->n_pieces++;
    o->len += text.len;
}

static void tree_end(struct parser *p)
{
    struct open_node *o = &p->tree->open[p->depth];
    if (o->n_pieces == 1) o->node->text = o->first->text;
    if (o->n_pieces < 2) return;
    char *to = tree_alloc(p, o->len + 1);
    if (!to) return;
    o->node->text = (voc_str){to, o->len};
    for (const struct piece *piece = o->first; piece; piece = piece->next) {
        memcpy(to, piece->text.ptr, piece->text.len);
        to += piece->text.len;
    }
}

// ---- events

static voc_str whole_name(struct parser *p, const xmlChar *prefix, const xmlChar *local)
{
    voc_str name = str_of((const char *)local);
    if (!prefix) return name;
    size_t from = p->names.len;
    buf_cstr(&p->names, (const char *)prefix);
    if (name.len) {
        buf_byte(&p->names, ':');
        buf_str(&p->names, name);
    }
    if (p->names.rc) return (voc_str){"", 0};
    return (voc_str){p->names.ptr + from, p->names.len - from};
}

static size_t name_room(const xmlChar *prefix, const xmlChar *local)
{
    return prefix ? strlen((const char *)prefix) + (local ? strlen((const char *)local) : 0) + 1 : 0;
}

// Declarations of namespaces are attributes of the text, so SAX gets them too, first; a tree has them as `ns`.
static voc_rc take_attrs(struct parser *p, const xmlChar *prefix, const xmlChar *local, size_t n_ns, const xmlChar **ns,
                         size_t n, const xmlChar **a, voc_str *name)
{
    size_t room = name_room(prefix, local);
    voc_rc rc = vec_reserve(&p->attrs, n_ns + n, ATTRS_MAX + NAMESPACES_MAX);
    if (rc) return rc;
    p->attrs.n = 0;
    buf_clear(&p->names);
    for (size_t i = 0; i < n_ns; i++) room += ns[2 * i] ? name_room(BAD_CAST "xmlns", ns[2 * i]) : 0;
    for (size_t i = 0; i < n; i++) room += name_room(a[5 * i + 1], a[5 * i]);
    if (room && !buf_room(&p->names, room)) return p->names.rc; // at once: the names below point into it
    *name = whole_name(p, prefix, local);
    for (size_t i = 0; i < n_ns && !p->tree; i++) {
        voc_str key = ns[2 * i] ? whole_name(p, BAD_CAST "xmlns", ns[2 * i]) : STR("xmlns");
        p->attrs.at[p->attrs.n++] = (voc_xml_attr){key, str_of((const char *)ns[2 * i + 1])};
    }
    for (size_t i = 0; i < n; i++, a += 5) {
        voc_str value = {(const char *)a[3], (size_t)(a[4] - a[3])};
        p->attrs.at[p->attrs.n++] = (voc_xml_attr){whole_name(p, a[1], a[0]), value};
    }
    return p->names.rc;
}

// A tag that the listener knows: it is there only so that libxml2 knows it too, and the lines on which it and the next one begin.
static void place_of_open(struct parser *p)
{
    const struct xml_quick *q = p->quick;
    const char *newline = q->at ? memrchr(q->chunk, '\n', q->at) : NULL;
    const uint64_t line = --p->muted ? q->open[q->depth - p->muted].line : q->line;
    p->ctxt->input->line = line < INT32_MAX ? (int)line : INT32_MAX;
    if (newline) p->ctxt->input->col = (int)(q->chunk + q->at - newline);
}

static void on_start(void *user, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri, int n_ns, const xmlChar **ns,
                     int n_attrs, int n_defaulted, const xmlChar **attrs)
{
    struct parser *p = user;
    (void)n_defaulted;
    if (p->rc) return;
    if (p->muted) {
        place_of_open(p);
        return;
    }
    const xmlChar *at = xml_tag_start(p->ctxt->input);
    uint64_t line = xml_line_of(p->ctxt->input, at), byte = offset_of(p, at);
    p->text_len = 0;
    if (p->depth >= DEPTH_MAX) too_much(p, line, "elements are nested deeper than 256");
    else if (n_attrs > (int)ATTRS_MAX) too_much(p, line, "a tag has more than 1000 attributes");
    else if (n_ns > (int)(NAMESPACES_MAX - p->namespaces)) too_much(p, line, "more than 256 namespaces are open at once");
    if (p->rc) {
        stop(p, p->rc);
        return;
    }
    p->declared[++p->depth] = (uint16_t)n_ns;
    p->namespaces += (unsigned)n_ns;
    p->last_byte = byte;
    voc_str name = {"", 0};
    voc_rc rc = take_attrs(p, prefix, local, (size_t)n_ns, ns, (size_t)n_attrs, attrs, &name);
    if (rc == VOC_OK && p->tree) {
        tree_start(p, str_of((const char *)local), str_of((const char *)uri), line);
        rc = p->rc;
    } else if (rc == VOC_OK) rc = p->h->start(p->user, name, p->attrs.at, p->attrs.n, line, byte);
    stop(p, rc);
}

static void on_end(void *user, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    struct parser *p = user;
    (void)uri;
    if (p->rc || p->depth == 0) return;
    voc_rc rc;
    if (p->tree) {
        tree_end(p);
        rc = p->rc;
    } else {
        uint64_t byte = offset_of(p, p->ctxt->input->cur);
        buf_clear(&p->names);
        voc_str name = whole_name(p, prefix, local);
        rc = p->names.rc ? p->names.rc : p->h->end(p->user, name, xml_line_of(p->ctxt->input, NULL), byte);
        p->last_byte = byte;
    }
    p->text_len = 0;
    p->namespaces -= p->declared[p->depth--];
    stop(p, rc);
}

static void on_text(void *user, const xmlChar *text, int len)
{
    struct parser *p = user;
    if (p->rc || p->depth == 0 || len <= 0) return;
    p->text_len += (size_t)len;
    voc_rc rc = VOC_OK;
    if (p->text_len > TEXT_MAX) {
        too_much(p, xml_line_of(p->ctxt->input, NULL), "a text is longer than 10 MiB");
        rc = p->rc;
    } else if (p->tree) {
        tree_text(p, (voc_str){(const char *)text, (size_t)len});
        rc = p->rc;
    } else rc = p->h->text(p->user, (voc_str){(const char *)text, (size_t)len});
    stop(p, rc);
}

static void on_doctype(void *user, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
    struct parser *p = user;
    (void)name, (void)external, (void)system;
    if (p->rc) return;
    xml_refuse_doctype(xml_line_of(p->ctxt->input, xml_tag_start(p->ctxt->input)), p->file, p->d);
    stop(p, VOC_E_INPUT);
}

// ---- one parse

// Entities that are declared behind another fault make libxml2 begin a document of its own, though no handler of ours does.
static void free_context(xmlParserCtxtPtr ctxt)
{
    xmlFreeDoc(ctxt->myDoc);
    ctxt->myDoc = NULL;
    xmlFreeParserCtxt(ctxt);
}

static xmlSAXHandler handlers(const struct parser *p)
{
    xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC,
                         .internalSubset = on_doctype,
                         .startElementNs = on_start,
                         .endElementNs = on_end,
                         .serror = on_error};
    if (p->tree || p->h->text) sax.characters = sax.ignorableWhitespace = on_text;
    return sax;
}

static void check_whole(struct parser *p)
{
    if (p->rc != VOC_OK || p->ctxt->wellFormed) return;
    diag_error(p->d, "XML-001", p->file, 0, "mend it, or export it again", "not well-formed XML");
    p->rc = VOC_E_INPUT;
}

static voc_rc parse(struct parser *p)
{
    xmlSAXHandler sax = handlers(p);
    buf_init(&p->names, (size_t)32 << 20);
    if (p->read && !(p->chunk = mem_alloc(CHUNK))) return VOC_E_NOMEM;
    p->ctxt = xmlCreateIOParserCtxt(&sax, p, on_read, NULL, p, XML_CHAR_ENCODING_NONE);
    if (p->ctxt) {
        xmlCtxtUseOptions(p->ctxt, XML_LIBRARY_OPTIONS);
        if (p->muted) p->ctxt->input->line = (int)p->quick->open[0].line;
        guard(p);
        xmlParseDocument(p->ctxt);
        check_whole(p);
        free_context(p->ctxt);
    } else fail(p, VOC_E_NOMEM);
    vec_free(&p->attrs);
    buf_done(&p->names);
    mem_free(p->chunk);
    return p->rc;
}

// What the quick reader left is read on: its open tags are told to libxml2 again, then the rest of its chunk and of the source.
static void go_on(struct parser *p, const struct xml_quick *q)
{
    p->quick = q;
    p->again = str_mk(q->tags.ptr, q->depth ? q->tags.len : 0);
    p->muted = q->depth;
    p->moved = (int64_t)(q->before + q->at) - (int64_t)p->again.len;
    p->left = q->len - q->at;
    p->from = q->chunk + q->at;
    p->depth = q->depth;
    p->namespaces = q->namespaces;
    p->declared[1] = (uint16_t)q->namespaces;
    p->text_len = q->text_len;
    p->last_byte = q->last_byte;
}

voc_rc xml_sax(xml_read read, void *read_user, const voc_xml_handler *h, void *user, const char *file, struct diag *d)
{
    struct parser p = {.h = h, .user = user, .read = read, .read_user = read_user, .file = file, .d = d};
    struct xml_quick *q = mem_zalloc(1, sizeof *q);
    if (!q) return VOC_E_NOMEM;
    q->h = h, q->user = user, q->read = read, q->read_user = read_user;
    voc_rc rc = xml_quick_read(q);
    if (rc == VOC_OK) {
        go_on(&p, q);
        rc = parse(&p);
    }
    xml_quick_done(q);
    mem_free(q);
    return rc;
}

struct xml_feed { struct parser p; };

voc_rc xml_feed_new(struct xml_feed **out, const voc_xml_handler *h, void *user, const char *file, struct diag *d)
{
    struct xml_feed *f = mem_zalloc(1, sizeof *f);
    if (!f) return VOC_E_NOMEM;
    f->p.h = h;
    f->p.user = user;
    f->p.file = file;
    f->p.d = d;
    buf_init(&f->p.names, (size_t)32 << 20);
    xmlSAXHandler sax = handlers(&f->p);
    f->p.ctxt = xmlCreatePushParserCtxt(&sax, &f->p, NULL, 0, NULL);
    if (!f->p.ctxt) {
        xml_feed_free(f);
        return VOC_E_NOMEM;
    }
    xmlCtxtUseOptions(f->p.ctxt, XML_LIBRARY_OPTIONS);
    *out = f;
    return VOC_OK;
}

voc_rc xml_feed_add(struct xml_feed *f, const char *ptr, size_t len)
{
    struct parser *p = &f->p;
    if (p->rc || len == 0) return p->rc;
    if (len > CHUNK) return VOC_E_BUG;
    if (guard_chunk(&p->guard, ptr, len)) (void)xmlParseChunk(p->ctxt, ptr, (int)len, 0);
    else too_much(p, xml_line_of(p->ctxt->input, NULL), "a tag has more than 1000 attributes");
    return p->rc;
}

voc_rc xml_feed_end(struct xml_feed *f)
{
    if (f->p.rc == VOC_OK) (void)xmlParseChunk(f->p.ctxt, "", 0, 1);
    check_whole(&f->p);
    return f->p.rc;
}

void xml_feed_free(struct xml_feed *f)
{
    if (!f) return;
    if (f->p.ctxt) free_context(f->p.ctxt);
    vec_free(&f->p.attrs);
    buf_done(&f->p.names);
    mem_free(f);
}

voc_rc xml_tree(struct xml_node **out, struct arena *a, const char *bytes, size_t len, const char *file, struct diag *d)
{
    struct tree t = {.arena = a};
    struct parser p = {.tree = &t, .bytes = len ? bytes : "", .n_bytes = len, .file = file, .d = d};
    voc_rc rc = parse(&p);
    if (rc == VOC_OK) *out = t.root;
    return rc;
}

const voc_str *xml_get(const struct xml_node *n, const char *attr)
{
    for (size_t i = 0; i < n->n_attrs; i++) {
        if (str_is(n->attrs[i].name, attr)) return &n->attrs[i].value;
    }
    return NULL;
}
