// SPDX-License-Identifier: MIT
// The elements of XES (IEEE 1849): which may stand where, what their attributes must be. A fault in the structure refuses
// the file with its line; a fault in an event rejects that event. Called back by the host's SAX parser.
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/input/xes/xes.h"

enum xes_type { XT_STRING, XT_DATE, XT_INT, XT_FLOAT, XT_BOOLEAN, XT_ID, XT_LIST, XT_CONTAINER, XT_NONE };

struct meaning { enum element kind; enum xes_type type; };

#define IS BAG_IS

// What an element is; false: nothing that XES has. Compared in the order in which they are frequent.
static bool meaning_of(voc_str name, struct meaning *m)
{
#define MEANS(word, kind, type) if (IS(name, word)) return *m = (struct meaning){kind, type}, true
    MEANS("string", EL_ATTRIBUTE, XT_STRING);
    MEANS("date", EL_ATTRIBUTE, XT_DATE);
    MEANS("event", EL_EVENT, XT_NONE);
    MEANS("int", EL_ATTRIBUTE, XT_INT);
    MEANS("float", EL_ATTRIBUTE, XT_FLOAT);
    MEANS("boolean", EL_ATTRIBUTE, XT_BOOLEAN);
    MEANS("trace", EL_TRACE, XT_NONE);
    MEANS("id", EL_ATTRIBUTE, XT_ID);
    MEANS("list", EL_ATTRIBUTE, XT_LIST);
    MEANS("container", EL_ATTRIBUTE, XT_CONTAINER);
    MEANS("values", EL_VALUES, XT_NONE);
    MEANS("log", EL_LOG, XT_NONE);
    MEANS("global", EL_GLOBAL, XT_NONE);
    MEANS("extension", EL_EXTENSION, XT_NONE);
    MEANS("classifier", EL_CLASSIFIER, XT_NONE);
#undef MEANS
    return false;
}

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
    if (x->prefix_len && name.len > x->prefix_len && memcmp(name.ptr, x->prefix, x->prefix_len) == 0)
        return (voc_str){name.ptr + x->prefix_len, name.len - x->prefix_len};
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

// Digits with a point among them: exact where the digits fit 2^53, as the power of ten is (Clinger 1990).
static int plain_float(voc_str s, double *out)
{
    static const double power[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    int64_t whole = 0;
    size_t behind = 0, points = 0;
    const int minus = s.len && s.ptr[0] == '-';
    if (s.len < 2 || s.len > 15) return 0;
    for (size_t i = (size_t)minus; i < s.len; i++) {
        if (s.ptr[i] == '.' && !points++) continue;
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return 0;
        whole = whole * 10 + (s.ptr[i] - '0');
        behind += points;
    }
    if (s.len == (size_t)minus + points) return 0;
    *out = (double)whole / power[behind];
    if (minus) *out = -*out;
    return 1;
}

static int parse_float(voc_str s, double *out)
{
    char text[64];
    char *end;
    if (plain_float(s, out)) return 1;
    if (s.len == 0 || s.len >= sizeof text) return 0;
    memcpy(text, s.ptr, s.len);
    text[s.len] = 0;
    *out = strtod(text, &end); // the host never leaves the C locale
    return *end == 0 && *out - *out == 0;
}

struct value { uint32_t type, resolution; int64_t integer; double number; };

// Reads the value by its type. VOC_E_INPUT: it is not one; the text stays what the source wrote.
static inline voc_rc typed(struct xes *x, enum xes_type type, voc_str text, struct value *it)
{
    *it = (struct value){.type = VOC_TYPE_TEXT, .integer = VOC_NA};
    switch (type) {
    case XT_DATE: it->type = VOC_TYPE_TIME; return xes_time(x, text, &it->integer, &it->resolution);
    case XT_INT: it->type = VOC_TYPE_INT; return parse_int(text, &it->integer) ? VOC_OK : VOC_E_INPUT;
    case XT_FLOAT: it->type = VOC_TYPE_REAL; return parse_float(text, &it->number) ? VOC_OK : VOC_E_INPUT;
    case XT_BOOLEAN:
        it->type = VOC_TYPE_BOOL;
        it->integer = is(text, "true") || is(text, "1");
        return it->integer || is(text, "false") || is(text, "0") ? VOC_OK : VOC_E_INPUT;
    default: return VOC_OK;
    }
}

static inline voc_rc add(struct bag *to, voc_str key, voc_str text, const struct value *v)
{
    voc_rc rc;
    struct bag_item *it = bag_add(to, key, text, &rc);
    if (it) it->type = v->type, it->resolution = v->resolution, it->integer = v->integer, it->number = v->number;
    return rc;
}

// The path of keys that leads to a nested attribute: "parent.child"; members of a list are numbered.
static voc_rc push_key(struct xes *x, voc_str key, uint64_t line)
{
    char number[16];
    size_t number_len = 0;
    if (x->depth && x->open[x->depth - 1].kind == EL_VALUES)
        number_len = (size_t)snprintf(number, sizeof number, "%u.", ++x->open[x->depth - 1].members);
    const size_t len = (x->path_len ? 1 : 0) + number_len + key.len;
    if (x->path_len + len >= sizeof x->path) return xes_refuse(x, line, "shorten them", "the keys of nested attributes are too long: \"%.*s\"", XES_CUT(key.len), key.ptr);
    if (x->path_len) x->path[x->path_len++] = '.';
    memcpy(x->path + x->path_len, number, number_len);
    x->path_len += number_len;
    if (key.len) memcpy(x->path + x->path_len, key.ptr, key.len);
    x->path_len += key.len;
    return VOC_OK;
}

// The attribute that is open has others within it.
static void enter_last(struct xes *x)
{
    const voc_str key = bag_key(x->last, x->last->n - 1);
    if (key.len) memcpy(x->path, key.ptr, key.len);
    x->path_len = key.len;
    x->last = NULL;
}

static voc_rc attribute(struct xes *x, enum xes_type type, const voc_xml_attr *attrs, size_t n, uint64_t line)
{
    int has_key = n == 2 && IS(attrs[0].name, "key"), has_value = has_key && IS(attrs[1].name, "value"); // as nearly all stand
    voc_str key = has_value ? attrs[0].value : get(attrs, n, "key", &has_key);
    voc_str value = has_value ? attrs[1].value : get(attrs, n, "value", &has_value);
    struct value it;
    struct bag *to = target(x);
    int holds = type != XT_LIST && type != XT_CONTAINER, in_event = to == &x->event;
    if (!has_key || (holds && !has_value)) {
        if (!in_event) return xes_refuse(x, line, "write key=\"...\" and value=\"...\"", "an attribute has no %.*s", 5, has_key ? "value" : "key");
        fault(x, "an attribute has no %s%.*s", has_key ? "value: " : "key", XES_CUT(key.len), key.ptr);
    }
    // few have others within them: then their keys become the path
    const bool plain = to && holds && has_key && has_value && x->depth && x->open[x->depth - 1].kind != EL_ATTRIBUTE &&
                       x->open[x->depth - 1].kind != EL_VALUES && key.len < sizeof x->path;
    voc_rc rc = to && !plain ? push_key(x, key, line) : VOC_OK; // attributes of the log itself are framing
    const voc_str path = plain ? key : (voc_str){x->path, x->path_len};
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
    if (to == &x->trace && x->trace_had_events && bag_key_of(path) == BAG_NAME)
        return xes_refuse(x, line, "the attributes of a trace stand before its events", "%.*s of the trace comes after its events", 12, "concept:name");
    rc = add(to, path, value, &it);
    if (!rc && plain) x->last = to;
    if (rc == VOC_E_LIMIT && in_event) {
        fault(x, "it has more than 250 attributes, or more than 16 MiB of them");
        rc = VOC_OK;
    }
    if (rc == VOC_E_LIMIT) return xes_refuse(x, line, "at most 250 and 16 MiB", "too many or too large attributes at %.*s", XES_CUT(key.len), key.ptr);
    return rc;
}

// What nearly all attributes are: of an event itself, with a key and a value. False: it is not, or something is wrong with it.
static inline bool plain_attribute(struct xes *x, enum xes_type type, const voc_xml_attr *attrs, size_t n)
{
    struct value it = {.type = VOC_TYPE_TEXT, .integer = VOC_NA};
    if (n != 2 || type == XT_LIST || type == XT_CONTAINER || x->depth == 0 || x->open[x->depth - 1].kind != EL_EVENT) return false;
    if (!IS(attrs[0].name, "key") || !IS(attrs[1].name, "value") || attrs[0].value.len >= sizeof x->path) return false;
    if ((type != XT_STRING && typed(x, type, attrs[1].value, &it) != VOC_OK) ||
        add(&x->event, attrs[0].value, attrs[1].value, &it) != VOC_OK)
        return false;
    x->last = &x->event;
    return true;
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
    struct meaning m;
    if (x->depth == 0 || x->prefix_len) name = local_name(x, name, attrs, n);
    if (!meaning_of(name, &m))
        return xes_refuse(x, line,
                          "mend it, or export the log again; XES has log, extension, global, classifier, trace, event, and "
                          "string, date, int, float, boolean, id, list",
                          "<%.*s> is no element of XES", XES_CUT(name.len), name.ptr);
    if (m.kind == EL_ATTRIBUTE && x->depth < XES_DEPTH && plain_attribute(x, m.type, attrs, n)) {
        x->open[x->depth++] = (struct open_element){m.kind, m.type, x->path_len, 0};
        return VOC_OK;
    }
    if (!allowed(x, m.kind))
        return xes_refuse(x, line, "a log holds traces, a trace holds events, an event holds attributes", "<%.*s> may not stand here", XES_CUT(name.len), name.ptr);
    if (x->depth == XES_DEPTH) return xes_refuse(x, line, "at most 64 elements within each other", "<%.*s> lies too deep", XES_CUT(name.len), name.ptr);
    if (x->last) enter_last(x);
    size_t path = x->path_len;
    voc_rc rc = m.kind == EL_ATTRIBUTE ? attribute(x, m.type, attrs, n, line) : opened(x, m.kind, attrs, n, line, byte);
    if (rc) return rc;
    x->open[x->depth++] = (struct open_element){m.kind, m.type, path, 0};
    return VOC_OK;
}

voc_rc xes_end(void *user, voc_str name, uint64_t line, uint64_t byte)
{
    struct xes *x = user;
    struct open_element *o = &x->open[--x->depth];
    (void)name, (void)line;
    x->path_len = o->path;
    x->last = NULL;
    if (o->kind == EL_EVENT) return xes_event(x, byte);
    if (o->kind == EL_TRACE) return xes_trace_end(x, byte);
    if (o->kind == EL_LOG) x->done = 1;
    return VOC_OK;
}
