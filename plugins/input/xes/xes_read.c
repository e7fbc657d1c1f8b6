// SPDX-License-Identifier: MIT
// The elements of XES (IEEE 1849): which may stand where, what their attributes must be. A fault in the structure refuses
// the file with its line; a fault in an event rejects that event. Called back by the host's SAX parser.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/input/xes/xes.h"

enum xes_type { XT_STRING, XT_DATE, XT_INT, XT_FLOAT, XT_BOOLEAN, XT_ID, XT_LIST, XT_CONTAINER, XT_NONE };

static const struct { voc_str name; enum element kind; enum xes_type type; } elements[] = {
    {VOC_LIT("string"), EL_ATTRIBUTE, XT_STRING},     {VOC_LIT("date"), EL_ATTRIBUTE, XT_DATE}, {VOC_LIT("int"), EL_ATTRIBUTE, XT_INT},
    {VOC_LIT("float"), EL_ATTRIBUTE, XT_FLOAT},       {VOC_LIT("event"), EL_EVENT, XT_NONE},    {VOC_LIT("trace"), EL_TRACE, XT_NONE},
    {VOC_LIT("boolean"), EL_ATTRIBUTE, XT_BOOLEAN},   {VOC_LIT("id"), EL_ATTRIBUTE, XT_ID},     {VOC_LIT("list"), EL_ATTRIBUTE, XT_LIST},
    {VOC_LIT("container"), EL_ATTRIBUTE, XT_CONTAINER}, {VOC_LIT("values"), EL_VALUES, XT_NONE},  {VOC_LIT("log"), EL_LOG, XT_NONE},
    {VOC_LIT("global"), EL_GLOBAL, XT_NONE},          {VOC_LIT("extension"), EL_EXTENSION, XT_NONE}, {VOC_LIT("classifier"), EL_CLASSIFIER, XT_NONE}};

static int strstr_in(voc_str s, const char *z)
{
    size_t n = strlen(z);
    for (size_t i = 0; i + n <= s.len; i++)
        if (memcmp(s.ptr + i, z, n) == 0) return 1;
    return 0;
}

static inline int same(voc_str a, voc_str b) { return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0; }
static inline int is(voc_str s, const char *z) { return same(s, (voc_str){z, strlen(z)}); }

static inline voc_str get(const voc_xml_attr *attrs, size_t n, const char *name, int *found)
{
    voc_str none = {"", 0};
    *found = 0;
    for (size_t i = 0; i < n; i++)
        if (is(attrs[i].name, name)) return *found = 1, attrs[i].value;
    return none;
}

/* The log decides the prefix of all elements. Its namespace is told where it is another one; the names are read all the same. */
static voc_str local_name(struct xes *x, voc_str name, const voc_xml_attr *attrs, size_t n)
{
    if (x->depth == 0) {
        const char *colon = memchr(name.ptr, ':', name.len);
        char attr[40] = "xmlns";
        int found;
        x->prefix_len = colon && (size_t)(colon - name.ptr) + 1 < sizeof x->prefix ? (size_t)(colon - name.ptr) + 1 : 0;
        memcpy(x->prefix, name.ptr, x->prefix_len);
        if (x->prefix_len) snprintf(attr, sizeof attr, "xmlns:%.*s", (int)x->prefix_len - 1, x->prefix);
        voc_str ns = get(attrs, n, attr, &found);
        if (found && !strstr_in(ns, "xes-standard.org")) snprintf(x->foreign, sizeof x->foreign, "%.*s", XES_CUT(ns.len), ns.ptr);
    }
    if (x->prefix_len && name.len > x->prefix_len && memcmp(name.ptr, x->prefix, x->prefix_len) == 0) return (voc_str){name.ptr + x->prefix_len, name.len - x->prefix_len};
    return name;
}

static int allowed(const struct xes *x, enum element kind)
{
    enum element in = x->depth ? x->open[x->depth - 1].kind : EL_LOG;
    if (x->depth == 0) return kind == EL_LOG && !x->done;
    switch (kind) {
    case EL_LOG: return 0;
    case EL_TRACE: case EL_GLOBAL: case EL_EXTENSION: case EL_CLASSIFIER: return in == EL_LOG;
    case EL_EVENT: return in == EL_LOG || in == EL_TRACE;
    case EL_VALUES: return in == EL_ATTRIBUTE && x->open[x->depth - 1].type == XT_LIST;
    case EL_ATTRIBUTE: return in != EL_EXTENSION && in != EL_CLASSIFIER;
    }
    return 0;
}

// Where an attribute's value goes, or NULL: log attributes and those nested in them are framing.
static struct bag *target(struct xes *x)
{
    for (size_t d = x->depth; d > 0; d--) {
        if (x->open[d - 1].kind == EL_EVENT) return &x->event;
        if (x->open[d - 1].kind == EL_TRACE) return &x->trace;
        if (x->open[d - 1].kind == EL_GLOBAL) return x->global_event ? &x->globals : NULL;
    }
    return NULL;
}

static void fault(struct xes *x, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void fault(struct xes *x, const char *format, ...)
{
    va_list ap;
    if (x->fault[0]) return; // the first one is told
    va_start(ap, format);
    vsnprintf(x->fault, sizeof x->fault, format, ap);
    va_end(ap);
}

static int parse_int(voc_str s, int64_t *out)
{
    char text[32];
    char *end;
    if (s.len == 0 || s.len >= sizeof text) return 0;
    memcpy(text, s.ptr, s.len);
    text[s.len] = 0;
    if (strspn(text, "+-0123456789") != s.len) return 0;
    *out = strtoll(text, &end, 10);
    return *end == 0 && *out != VOC_NA;
}

static int parse_float(voc_str s, double *out)
{
    char text[64];
    char *end;
    if (s.len == 0 || s.len >= sizeof text) return 0;
    memcpy(text, s.ptr, s.len);
    text[s.len] = 0;
    *out = strtod(text, &end); // the host never leaves the C locale
    return *end == 0 && *out - *out == 0;
}

// Reads the value by its type. VOC_E_INPUT: it is not one; the text stays what the source wrote.
static voc_rc typed(struct xes *x, enum xes_type type, voc_str text, struct bag_item *it)
{
    uint32_t res;
    it->type = VOC_TYPE_TEXT;
    it->integer = VOC_NA;
    switch (type) {
    case XT_DATE: it->type = VOC_TYPE_TIME; return xes_time(x, text, &it->integer, &res);
    case XT_INT: it->type = VOC_TYPE_INT; return parse_int(text, &it->integer) ? VOC_OK : VOC_E_INPUT;
    case XT_FLOAT: it->type = VOC_TYPE_REAL; return parse_float(text, &it->number) ? VOC_OK : VOC_E_INPUT;
    case XT_BOOLEAN:
        it->type = VOC_TYPE_BOOL;
        it->integer = is(text, "true") || is(text, "1");
        return it->integer || is(text, "false") || is(text, "0") ? VOC_OK : VOC_E_INPUT;
    default: return VOC_OK;
    }
}

// The path of keys that leads to a nested attribute: "parent.child"; members of a list are numbered.
static voc_rc push_key(struct xes *x, voc_str key, uint64_t line)
{
    char number[16] = "";
    for (size_t d = x->depth; d > 0 && x->open[d - 1].kind == EL_VALUES; d = 0)
        snprintf(number, sizeof number, "%u.", ++x->open[d - 1].members);
    size_t len = (x->path_len ? 1 : 0) + strlen(number) + key.len;
    if (x->path_len + len >= sizeof x->path) return xes_refuse(x, line, "shorten them", "the keys of nested attributes are too long: \"%.*s\"", XES_CUT(key.len), key.ptr);
    if (x->path_len) x->path[x->path_len++] = '.';
    memcpy(x->path + x->path_len, number, strlen(number));
    x->path_len += strlen(number);
    if (key.len) memcpy(x->path + x->path_len, key.ptr, key.len);
    x->path_len += key.len;
    return VOC_OK;
}

static voc_rc attribute(struct xes *x, enum xes_type type, const voc_xml_attr *attrs, size_t n, uint64_t line)
{
    int has_key, has_value;
    voc_str key = get(attrs, n, "key", &has_key), value = get(attrs, n, "value", &has_value);
    struct bag_item it = {0};
    struct bag *to = target(x);
    int holds = type != XT_LIST && type != XT_CONTAINER, in_event = to == &x->event;
    if (!has_key || (holds && !has_value)) {
        if (!in_event) return xes_refuse(x, line, "write key=\"...\" and value=\"...\"", "an attribute has no %.*s", 5, has_key ? "value" : "key");
        fault(x, "an attribute has no %s%.*s", has_key ? "value: " : "key", XES_CUT(key.len), key.ptr);
    }
    voc_rc rc = to ? push_key(x, key, line) : VOC_OK; // attributes of the log itself are framing
    if (rc || !holds || !has_value || !has_key) return rc;
    rc = typed(x, type, value, &it);
    if (rc && rc != VOC_E_INPUT) return rc;
    if (rc) {
        if (!in_event)
            return xes_refuse(x, line, "mend the value or make it a string", "\"%.*s\" is not a value of its attribute's type", XES_CUT(value.len), value.ptr);
        fault(x, "attribute %.*s: \"%.*s\" is not a value of its type", XES_CUT(key.len), key.ptr, XES_CUT(value.len), value.ptr);
        return VOC_OK;
    }
    if (!to) return VOC_OK;
    if (to == &x->trace && x->trace_had_events && x->path_len == 12 && memcmp(x->path, "concept:name", 12) == 0)
        return xes_refuse(x, line, "the attributes of a trace stand before its events", "%.*s of the trace comes after its events", 12, "concept:name");
    rc = bag_add(to, (voc_str){x->path, x->path_len}, value, &it);
    if (rc == VOC_E_LIMIT && in_event) {
        fault(x, "it has more than 250 attributes, or more than 16 MiB of them");
        rc = VOC_OK;
    }
    if (rc == VOC_E_LIMIT) return xes_refuse(x, line, "at most 250 and 16 MiB", "too many or too large attributes at %.*s", XES_CUT(key.len), key.ptr);
    return rc;
}

// Keys are blank-separated; one with a blank in it is quoted by ' as the standard says.
static voc_rc classifier(struct xes *x, const voc_xml_attr *attrs, size_t n, uint64_t line)
{
    int has_name, has_keys;
    voc_str name = get(attrs, n, "name", &has_name), keys = get(attrs, n, "keys", &has_keys);
    if (!has_name || !has_keys) return xes_refuse(x, line, "write name=\"...\" and keys=\"...\"", "a classifier has no %.*s", 4, has_name ? "keys" : "name");
    if (x->classifier_name.len == 0 || x->classifier_name.len != name.len || memcmp(name.ptr, x->classifier_name.ptr, name.len) != 0) return VOC_OK;
    if (keys.len >= sizeof x->classifier) return xes_refuse(x, line, "shorten them", "the keys of classifier %.*s are too long", XES_CUT(name.len), name.ptr);
    memcpy(x->classifier, keys.ptr, keys.len);
    x->classifier[keys.len] = 0;
    x->classifier_found = 1;
    return VOC_OK;
}

static voc_rc opened(struct xes *x, enum element kind, const voc_xml_attr *attrs, size_t n, uint64_t line, uint64_t byte)
{
    int found;
    voc_str scope;
    switch (kind) {
    case EL_GLOBAL:
        scope = get(attrs, n, "scope", &found);
        x->global_event = is(scope, "event");
        if (found && !x->global_event && !is(scope, "trace") && !is(scope, "log"))
            return xes_refuse(x, line, "event or trace", "\"%.*s\" is no scope of a global", XES_CUT(scope.len), scope.ptr);
        return VOC_OK;
    case EL_CLASSIFIER: return classifier(x, attrs, n, line);
    case EL_TRACE:
        bag_clear(&x->trace);
        x->case_len = 0;
        x->trace_had_events = 0;
        x->told = 0;
        x->first_us = VOC_NA;
        x->in_trace = 1;
        x->trace_from = byte;
        x->trace_line = line;
        x->n_traces++;
        return VOC_OK;
    case EL_EVENT:
        bag_clear(&x->event);
        x->fault[0] = 0;
        x->from = byte;
        x->line = line;
        return VOC_OK;
    default: return VOC_OK;
    }
}

voc_rc xes_start(void *user, voc_str name, const voc_xml_attr *attrs, size_t n, uint64_t line, uint64_t byte)
{
    struct xes *x = user;
    size_t e = 0, n_elements = sizeof elements / sizeof *elements;
    name = local_name(x, name, attrs, n);
    while (e < n_elements && !same(name, elements[e].name)) e++;
    if (e == n_elements)
        return xes_refuse(x, line, "mend it, or export the log again; XES has log, extension, global, classifier, trace, event, and string, date, int, float, boolean, id, list", "<%.*s> is no element of XES", XES_CUT(name.len), name.ptr);
    if (!allowed(x, elements[e].kind))
        return xes_refuse(x, line, "a log holds traces, a trace holds events, an event holds attributes", "<%.*s> may not stand here", XES_CUT(name.len), name.ptr);
    if (x->depth == XES_DEPTH) return xes_refuse(x, line, "at most 64 elements within each other", "<%.*s> lies too deep", XES_CUT(name.len), name.ptr);
    size_t path = x->path_len;
    voc_rc rc = elements[e].kind == EL_ATTRIBUTE ? attribute(x, elements[e].type, attrs, n, line) : opened(x, elements[e].kind, attrs, n, line, byte);
    if (rc) return rc;
    x->open[x->depth++] = (struct open_element){elements[e].kind, elements[e].type, path, 0};
    return VOC_OK;
}

voc_rc xes_end(void *user, voc_str name, uint64_t line, uint64_t byte)
{
    struct xes *x = user;
    struct open_element *o = &x->open[--x->depth];
    (void)name, (void)line;
    x->path_len = o->path;
    if (o->kind == EL_EVENT) return xes_event(x, byte);
    if (o->kind == EL_TRACE) return xes_trace_end(x, byte);
    if (o->kind == EL_LOG) x->done = 1;
    return VOC_OK;
}
