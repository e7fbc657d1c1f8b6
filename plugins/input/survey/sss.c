// SPDX-License-Identifier: MIT
// Triple-S (1.1 to 3.0): an XML file of variables, whose answers are in another file, in columns of fixed width or as CSV.
// Read: names, labels, positions, values and spreads of variables. DOCTYPE, which its own examples have, is passed over; one
// that declares anything is refused by the host. Called from sv_structure_read.
#include "plugins/input/survey/survey.h"

#define TEXT_MAX 4096u
#define PLACE_MAX 1000000u

enum where { NOWHERE, IN_NAME, IN_TITLE, IN_LABEL, IN_VALUE };

struct sss {
    struct survey *s;
    struct sv_item *item; // the variable that is open
    enum where where;
    unsigned inner; // depth of <text> within a label or value
    bool own, first_done; // the label has text of its own; one <text> of it was read
    size_t labels_room;
    char text[TEXT_MAX];
    size_t len;
    voc_rc rc;
};

static voc_str attr(const voc_xml_attr *a, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (ev_is(a[i].name, name)) return a[i].value;
    return (voc_str){"", 0};
}

static uint32_t number(voc_str s)
{
    uint32_t n = 0;
    for (size_t i = 0; i < s.len && sv_digit(s.ptr[i]) && n < PLACE_MAX; i++) n = n * 10 + (uint32_t)(s.ptr[i] - '0');
    return n;
}

static void begin_variable(struct sss *t, const voc_xml_attr *a, size_t n)
{
    static const struct { const char *type; uint32_t kind; } kinds[] = {{"single", SV_CHOICE}, {"multiple", SV_SEVERAL}, {"quantity", SV_NUMBER}, {"character", SV_OPEN}, {"logical", SV_CHOICE}, {"date", SV_DATE}, {"time", SV_CLOCK}};
    t->item = sv_item_new(t->s);
    t->labels_room = 0;
    if (!t->item) {
        t->rc = VOC_E_NOMEM;
        return;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (ev_is(attr(a, n, "type"), kinds[i].type)) t->item->kind = kinds[i].kind, t->item->said = true;
    if (ev_is(attr(a, n, "use"), "serial")) t->item->role = SV_ID;
    if (ev_is(attr(a, n, "use"), "weight")) t->item->role = SV_EXTRA;
}

static void begin_value(struct sss *t, const voc_xml_attr *a, size_t n)
{
    struct sv_item *item = t->item;
    if (item->n_labels == t->labels_room) {
        size_t room = t->labels_room ? t->labels_room * 2 : 16;
        struct sv_label *more = ev_alloc(EVENTS(t->s), room * sizeof *more);
        if (!more) {
            t->rc = VOC_E_NOMEM;
            return;
        }
        if (item->n_labels) memcpy(more, item->labels, item->n_labels * sizeof *more);
        item->labels = more;
        t->labels_room = room;
    }
    struct sv_label *l = &item->labels[item->n_labels++];
    *l = (struct sv_label){.text = {"", 0}};
    if (!ev_copy(EVENTS(t->s), ev_trim(attr(a, n, "code")), &l->code)) t->rc = VOC_E_NOMEM;
}

static void begin_text(struct sss *t, enum where where)
{
    t->where = where;
    t->len = 0;
    t->own = t->first_done = false;
    t->inner = 0;
}

static voc_rc on_start(void *user, voc_str name, const voc_xml_attr *a, size_t n, uint64_t line, uint64_t byte)
{
    struct sss *t = user;
    (void)line, (void)byte;
    if (t->where) { // <text>, <br/>
        if (ev_is(name, "text")) t->inner++;
        if (ev_is(name, "br") && t->len && t->len < TEXT_MAX) t->text[t->len++] = ' ';
        return VOC_OK;
    }
    if (ev_is(name, "record")) {
        t->s->structure.data_csv = ev_is(attr(a, n, "format"), "csv");
        t->s->structure.data_skip = number(attr(a, n, "skip"));
    } else if (ev_is(name, "variable")) begin_variable(t, a, n);
    else if (ev_is(name, "name") && t->item) begin_text(t, IN_NAME);
    else if (ev_is(name, "title") && !t->item) begin_text(t, IN_TITLE);
    else if (ev_is(name, "label") && t->item) begin_text(t, IN_LABEL);
    else if (ev_is(name, "value") && t->item) {
        begin_value(t, a, n);
        begin_text(t, IN_VALUE);
    } else if (ev_is(name, "position") && t->item) {
        uint32_t start = number(attr(a, n, "start")), finish = attr(a, n, "finish").len ? number(attr(a, n, "finish")) : start;
        if (start == 0 || finish < start || finish >= PLACE_MAX)
            t->rc = ev_error(EVENTS(t->s), VOC_E_OPTION, "022", "mend the structure, or export it again",
                             "a position in the structure is from %u to %u", start, finish);
        t->item->start = start ? start - 1 : 0;
        t->item->width = finish >= start ? finish - start + 1 : 0;
    } else if (ev_is(name, "spread") && t->item) t->item->fields = number(attr(a, n, "subfields"));
    return t->rc;
}

// A label's own words come before those of its <text> elements, of which the first counts.
static voc_rc on_text(void *user, voc_str text)
{
    struct sss *t = user;
    if (!t->where || (t->inner && (t->own || t->first_done))) return VOC_OK;
    if (!t->inner && !t->own && ev_trim(text).len) {
        if (t->first_done) t->len = 0;
        t->own = true;
    }
    size_t n = text.len < TEXT_MAX - t->len ? text.len : TEXT_MAX - t->len;
    if (n) memcpy(t->text + t->len, text.ptr, n);
    t->len += n;
    return VOC_OK;
}

static voc_rc keep_text(struct sss *t, voc_str *to)
{
    *to = sv_clean(t->s, (voc_str){t->text, t->len});
    return VOC_OK;
}

static voc_rc on_end(void *user, voc_str name, uint64_t line, uint64_t byte)
{
    struct sss *t = user;
    (void)line, (void)byte;
    if (t->where && ev_is(name, "text") && t->inner) {
        if (--t->inner == 0) t->first_done = true;
        return VOC_OK;
    }
    if (ev_is(name, "br")) return VOC_OK;
    struct sv_item *item = t->item;
    switch (t->where) {
    case IN_NAME: t->rc = keep_text(t, &item->code); break;
    case IN_TITLE: t->rc = keep_text(t, &t->s->structure.title); break;
    case IN_LABEL: t->rc = keep_text(t, &item->text); break;
    case IN_VALUE:
        if (item->n_labels) t->rc = keep_text(t, &item->labels[item->n_labels - 1].text);
        break;
    case NOWHERE: break;
    }
    t->where = NOWHERE;
    if (ev_is(name, "variable")) t->item = NULL;
    return t->rc;
}

// "<!DOCTYPE sss PUBLIC ...>" becomes blanks, lines are kept. What has a part in brackets stays, and is refused.
static void blank_doctype(char *text, size_t len)
{
    char *from = len > 9 ? memmem(text, len < 4096 ? len : 4096, "<!DOCTYPE", 9) : NULL, *end = from ? memchr(from, '>', len - (size_t)(from - text)) : NULL;
    if (!end || memchr(from, '[', (size_t)(end - from))) return;
    for (char *p = from; p <= end; p++)
        if (*p != '\n' && *p != '\r') *p = ' ';
}

voc_rc sv_xml_read(struct survey *s, voc_str text, const char *what, const voc_xml_handler *h, void *user)
{
    struct events *e = EVENTS(s);
    char *copy = ev_alloc(e, text.len + 1);
    if (!copy) return VOC_E_NOMEM;
    if (text.len) memcpy(copy, text.ptr, text.len);
    blank_doctype(copy, text.len);
    return VOC_HOST_HAS(e->host, xml_text) ? e->host->xml_text(e->cx, (voc_str){copy, text.len}, (voc_str){what, strlen(what)}, h, user) : VOC_OK;
}

voc_rc sv_sss_read(struct survey *s, voc_str text)
{
    struct events *e = EVENTS(s);
    struct sss *t = ev_alloc(e, sizeof *t);
    const voc_xml_handler h = {.struct_size = sizeof h, .start = on_start, .end = on_end, .text = on_text};
    if (!t) return VOC_E_NOMEM;
    memset(t, 0, sizeof *t);
    t->s = s;
    voc_rc rc = sv_xml_read(s, text, "the structure (.sss)", &h, t);
    if (!rc && s->structure.n_items > COLUMNS_MAX) rc = ev_error(e, VOC_E_LIMIT, "022", NULL, "the structure has %zu variables; %u are read", s->structure.n_items, COLUMNS_MAX);
    return rc;
}
