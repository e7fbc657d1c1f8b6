// SPDX-License-Identifier: MIT
// OCEL as XML, called back by the host's SAX parser. 2.0: <event id type time> with <attribute name> and <relationship object-id qualifier>.
// 1.0: <event> with <string key="id" value=...>, lists omap and vmap. Which it is shows in each element.
#include <stdio.h>

#include "plugins/input/ocel/ocel.h"

#define DEPTH 64u
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION // --enable-fuzzing: it is got for each reading
#define TEXT_MAX ((size_t)4 << 10)
#else
#define TEXT_MAX ((size_t)1 << 20)
#endif

enum element { EL_OTHER, EL_EVENTS, EL_OBJECTS, EL_EVENT, EL_OBJECT, EL_ATTRIBUTE, EL_OMAP, EL_VMAP };

struct xml { // while the log is read
    struct ocel *o;
    enum element open[DEPTH];
    size_t depth;
    struct thing *thing; // at hand, or NULL
    struct value value;  // being read
    char *text;
    size_t n_text;
};

static voc_str get(const voc_xml_attr *attrs, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (ocel_is(attrs[i].name, name)) return attrs[i].value;
    return (voc_str){"", 0};
}

static bool within(const struct xml *x, enum element e)
{
    for (size_t d = x->depth; d > 0; d--)
        if (x->open[d - 1] == e) return true;
    return false;
}

// A name without its prefix, if it has one.
static voc_str local(voc_str name)
{
    const char *colon = name.len ? memchr(name.ptr, ':', name.len) : NULL;
    return colon ? (voc_str){colon + 1, name.len - (size_t)(colon + 1 - name.ptr)} : name;
}

static voc_rc begin(struct xml *x, bool event, const voc_xml_attr *attrs, size_t n, uint64_t line, uint64_t byte)
{
    struct ocel *o = x->o;
    struct thing *t = ocel_begin(o, event);
    t->from = t->to = byte;
    t->line = line;
    x->thing = t;
    if (!ocel_copy(o, get(attrs, n, "id"), &t->id) || !ocel_copy(o, get(attrs, n, "type"), &t->type) ||
        !ocel_copy(o, get(attrs, n, "time"), &t->time))
        return o->rc;
    return VOC_OK;
}

// 1.0: <string key="id" value="e1"/> within an event or object, or within its lists.
static voc_rc keyed(struct xml *x, voc_str name, const voc_xml_attr *attrs, size_t n)
{
    static const struct { const char *name; uint32_t type; } kinds[] = {{"string", VOC_TYPE_TEXT}, {"date", VOC_TYPE_TIME}, {"int", VOC_TYPE_INT}, {"float", VOC_TYPE_REAL}, {"boolean", VOC_TYPE_BOOL}};
    struct ocel *o = x->o;
    struct thing *t = x->thing;
    voc_str key = get(attrs, n, "key"), text;
    enum element in = x->depth ? x->open[x->depth - 1] : EL_OTHER;
    size_t k = 0;
    while (k < sizeof kinds / sizeof *kinds && !ocel_is(name, kinds[k].name)) k++;
    if (!t || k == sizeof kinds / sizeof *kinds) return VOC_OK;
    if (!ocel_copy(o, get(attrs, n, "value"), &text)) return o->rc;
    if (in == EL_OMAP) return text.len == 0 || ocel_refer(o, text, (voc_str){"", 0}) ? VOC_OK : o->rc;
    if (in == EL_VMAP) {
        struct value v = {.text = text, .time = {"", 0}, .type = kinds[k].type};
        return ocel_copy(o, key, &v.name) && ocel_value(o, &v) ? VOC_OK : o->rc;
    }
    key = local(key);
    if (ocel_is(key, "id")) t->id = text;
    else if (ocel_is(key, "activity") || ocel_is(key, "type")) t->type = text;
    else if (ocel_is(key, "timestamp")) t->time = text;
    return VOC_OK;
}

static voc_rc relationship(struct xml *x, const voc_xml_attr *attrs, size_t n)
{
    voc_str object, qualifier, id = get(attrs, n, "object-id");
    if (!x->thing || id.len == 0) return VOC_OK;
    if (!ocel_copy(x->o, id, &object) || !ocel_copy(x->o, get(attrs, n, "qualifier"), &qualifier) || !ocel_refer(x->o, object, qualifier)) return x->o->rc;
    return VOC_OK;
}

static voc_rc attribute(struct xml *x, const voc_xml_attr *attrs, size_t n)
{
    if (!x->thing) { // of a type: what its values are
        ocel_declare(x->o, get(attrs, n, "name"), get(attrs, n, "type"));
        return x->o->rc;
    }
    x->value = (struct value){.text = {"", 0}, .type = VOC_TYPE_TEXT};
    x->n_text = 0;
    return ocel_copy(x->o, get(attrs, n, "name"), &x->value.name) && ocel_copy(x->o, get(attrs, n, "time"), &x->value.time) ? VOC_OK : x->o->rc;
}

static voc_rc start(void *user, voc_str name, const voc_xml_attr *attrs, size_t n, uint64_t line, uint64_t byte)
{
    struct xml *x = user;
    enum element e = EL_OTHER;
    voc_rc rc = VOC_OK;
    name = local(name);
    if (x->depth == 0 && !ocel_is(name, "log")) return ocel_refuse(x->o, line, "the first element of OCEL is <log>", "<%.*s> is no object-centric log", OCEL_STR(name));
    if (x->depth == DEPTH) return ocel_refuse(x->o, line, "at most 64 elements within each other", "<%.*s> lies too deep", OCEL_STR(name));
    enum element in = x->depth ? x->open[x->depth - 1] : EL_OTHER;
    voc_str key = get(attrs, n, "key");
    if (x->depth == 1 && ocel_is(name, "events")) e = EL_EVENTS;
    else if (x->depth == 1 && ocel_is(name, "objects")) e = EL_OBJECTS;
    else if (in == EL_EVENTS && ocel_is(name, "event")) e = EL_EVENT, rc = begin(x, true, attrs, n, line, byte);
    else if (in == EL_OBJECTS && ocel_is(name, "object")) e = EL_OBJECT, rc = begin(x, false, attrs, n, line, byte);
    else if (x->thing && ocel_is(name, "list") && ocel_is(key, "omap")) e = EL_OMAP;
    else if (x->thing && ocel_is(name, "list") && (ocel_is(key, "vmap") || ocel_is(key, "ovmap"))) e = EL_VMAP;
    else if (ocel_is(name, "attribute")) e = EL_ATTRIBUTE, rc = attribute(x, attrs, n);
    else if (x->thing && (ocel_is(name, "relationship") || ocel_is(name, "object")) && !within(x, EL_ATTRIBUTE)) rc = relationship(x, attrs, n);
    else rc = keyed(x, name, attrs, n);
    x->open[x->depth++] = e;
    return rc;
}

static voc_rc text(void *user, voc_str s)
{
    struct xml *x = user;
    if (!x->thing || x->depth == 0 || x->open[x->depth - 1] != EL_ATTRIBUTE || s.len == 0) return VOC_OK;
    if (s.len > TEXT_MAX - x->n_text) return ocel_refuse(x->o, x->thing->line, "at most 1 MiB", "a value is too long");
    memcpy(x->text + x->n_text, s.ptr, s.len);
    x->n_text += s.len;
    return VOC_OK;
}

static voc_rc end(void *user, voc_str name, uint64_t line, uint64_t byte)
{
    struct xml *x = user;
    enum element e = x->open[--x->depth];
    (void)name, (void)line;
    if (e == EL_ATTRIBUTE && x->thing) {
        if (!ocel_copy(x->o, (voc_str){x->text, x->n_text}, &x->value.text)) return x->o->rc;
        if (x->value.name.len && !ocel_value(x->o, &x->value)) return x->o->rc;
    }
    if (e != EL_EVENT && e != EL_OBJECT) return VOC_OK;
    x->thing->to = byte;
    x->thing = NULL;
    return ocel_end(x->o);
}

voc_rc ocel_read_xml(struct ocel *o, voc_stream *s)
{
    static const voc_xml_handler handler = {.struct_size = sizeof handler, .start = start, .end = end, .text = text};
    struct xml x = {.o = o, .text = o->host->alloc(o->cx, TEXT_MAX)};
    voc_rc rc = x.text ? o->host->xml_parse(o->cx, s, &handler, &x) : VOC_E_NOMEM;
    o->host->free(o->cx, x.text);
    return rc;
}
