// SPDX-License-Identifier: MIT
// Input plugin xes: event logs of process mining (IEEE 1849), streamed. The trace is the case, the event's concept:name its
// action, time:timestamp its time, org:resource its owner, org:role its role, cost:total its cost, identity:id its own id; all
// else becomes attributes of the event, and the trace's attributes become attributes of the case. One event is one record.
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "plugins/input/xes/xes.h"
#include "plugins/common/show.h"

enum { OPT_CLASSIFIER, OPT_LIFECYCLE, OPT_TIME_FORMAT, N_OPTIONS };
static const char *const lifecycle_choices[] = {"all", "complete", NULL};
static const voc_option options[N_OPTIONS] = {
    {"classifier", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "NAME", "the action is made of this classifier's keys, joined by +, instead of concept:name"},
    {"lifecycle", VOC_OPT_ENUM, 0, "all", NULL, NULL, lifecycle_choices, "WHICH", "all events, or only those with lifecycle:transition complete (or none)"},
    {"time-format", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "PATTERN", "pattern of times that are not ISO 8601, such as dd/MM/yyyy HH:mm"},
};

voc_rc xes_refuse(struct xes *x, uint64_t line, const char *hint, const char *format, ...)
{
    char message[300];
    va_list ap;
    va_start(ap, format);
    vsnprintf(message, sizeof message, format, ap);
    va_end(ap);
    voc_diag d = {.struct_size = sizeof d, .severity = VOC_ERROR, .code = VOC_LIT("XES-001"), .line = line};
    d.message = (voc_str){message, strlen(message)};
    d.hint = (voc_str){hint, strlen(hint)};
    x->host->diag(x->cx, &d);
    return VOC_E_INPUT;
}

static inline int same(voc_str a, voc_str b) { return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0; }
static inline int is(voc_str s, const char *z) { return same(s, (voc_str){z, strlen(z)}); }

// ISO 8601, the pattern that was asked for, or the one that the first time that is neither proves.
voc_rc xes_time(struct xes *x, voc_str text, int64_t *us, uint32_t *resolution)
{
    char pattern[64];
    uint32_t possible = 0;
    if (x->host->time_parse(x->iso, text, us, resolution) == VOC_OK) return VOC_OK;
    if (!x->guessed) {
        if (x->pattern.len) return VOC_E_INPUT;
        if (x->host->time_guess(x->cx, &text, 1, pattern, &possible) != VOC_OK || possible != 1) return VOC_E_INPUT;
        voc_rc rc = x->host->time_format(x->cx, &x->guessed, (voc_str){pattern, strlen(pattern)}, x->zone);
        if (rc) return rc;
    }
    return x->host->time_parse(x->guessed, text, us, resolution);
}

// ---- one event --------------------------------------------------------------------------------------------------------

// A global is the value of an attribute that an event lacks; never for times: a default time is no time.
static inline const struct bag_item *lookup(const struct xes *x, enum bag_key key, voc_str *text)
{
    const struct bag_item *it = bag_find(&x->event, key, text);
    return it || key == BAG_TIME ? it : bag_find(&x->globals, key, text);
}

// Likewise of any key; also one that has a meaning.
static const struct bag_item *lookup_key(const struct xes *x, voc_str key, voc_str *text)
{
    const struct bag_item *it = bag_find_key(&x->event, key, text);
    return it || bag_key_of(key) == BAG_TIME ? it : bag_find_key(&x->globals, key, text);
}

// "concept:name lifecycle:transition" -> "Payment+complete"; a key with blanks is quoted by '.
static voc_rc classified(struct xes *x, char *out, size_t size, size_t *len)
{
    const char *p = x->classifier;
    *len = 0;
    while (*p) {
        char key[256];
        size_t n = 0;
        while (*p == ' ') p++;
        char stop = *p == '\'' ? *p++ : ' ';
        while (*p && *p != stop && n + 1 < sizeof key) key[n++] = *p++;
        if (*p && stop == '\'') p++;
        key[n] = 0;
        voc_str value;
        if (n == 0) continue;
        if (!lookup_key(x, (voc_str){key, n}, &value)) return VOC_E_INPUT;
        if (*len + value.len + 1 > size) return VOC_E_LIMIT;
        if (*len) out[(*len)++] = '+';
        memcpy(out + *len, value.ptr, value.len);
        *len += value.len;
    }
    return *len ? VOC_OK : VOC_E_INPUT;
}

static voc_rc reject(struct xes *x, uint64_t record, const char *code, const char *why)
{
    return x->host->reject(x->sink, record, (voc_str){code, strlen(code)}, (voc_str){why, strlen(why)});
}

static size_t add_attrs(const struct bag *b, size_t from, uint32_t entity, int skip_fields, voc_attr *out, size_t n, size_t max)
{
    for (size_t i = from; i < b->n && n < max; i++) {
        const enum bag_key known = b->items[i].known;
        if (skip_fields ? known < BAG_FIELDS : known == BAG_NAME) continue;
        out[n++] = (voc_attr){.key = bag_key(b, i), .text = bag_text(b, i), .type = b->items[i].type, .entity = entity,
                              .time_us = b->items[i].integer, .number = b->items[i].number};
    }
    return n;
}

static int wanted(const struct xes *x)
{
    voc_str transition;
    return !x->complete_only || !lookup(x, BAG_TRANSITION, &transition) || is(transition, "complete") || is(transition, "COMPLETE");
}

static voc_rc emit(struct xes *x, uint64_t record)
{
    voc_attr attrs[512];
    char action[1024];
    voc_str name, time, text;
    voc_row r = voc_row_init(VOC_ROW_EVENT);
    const struct bag_item *t = lookup(x, BAG_TIME, &time);
    if (!t) return reject(x, record, "TIME", "it has no time:timestamp");
    const bool read = t->type == VOC_TYPE_TIME; // else it is a <string>
    voc_rc rc = read ? VOC_OK : xes_time(x, time, &r.time_us, &r.resolution);
    if (read) r.time_us = t->integer, r.resolution = t->resolution;
    if (rc && rc != VOC_E_INPUT) return rc;
    if (rc) {
        char why[160];
        snprintf(why, sizeof why, "time:timestamp \"%.*s\" is not a time (-O time-format=PATTERN)", SHOW_AT_MOST(time, 60));
        return reject(x, record, "TIME", why);
    }
    if (x->classifier_found) {
        size_t len;
        if (classified(x, action, sizeof action, &len) != VOC_OK) return reject(x, record, "CLASSIFIER", "it lacks a key of the classifier");
        r.action = (voc_str){action, len};
    } else if (!lookup(x, BAG_NAME, &name) || name.len == 0) {
        return reject(x, record, "NAME", "it has no concept:name");
    } else {
        r.action = name;
    }
    r.record = record;
    r.case_id = (voc_str){x->case_id, x->case_len};
    if (lookup(x, BAG_RESOURCE, &text)) r.owner = text;
    if (lookup(x, BAG_ROLE, &text)) r.role = text;
    if (lookup(x, BAG_ID, &text)) r.id = text;
    const struct bag_item *cost = bag_find(&x->event, BAG_COST, &text);
    if (cost && cost->type == VOC_TYPE_INT && cost->integer < INT64_MAX / 1000000 && cost->integer > INT64_MIN / 1000000)
        r.cost = cost->integer * 1000000;
    if (cost && cost->type == VOC_TYPE_REAL && cost->number < 9e12 && cost->number > -9e12)
        r.cost = (int64_t)(cost->number * 1e6 + (cost->number < 0 ? -0.5 : 0.5));
    r.n_attrs = add_attrs(&x->event, 0, VOC_ENTITY_EVENT, 1, attrs, 0, 512);
    if (x->in_trace) r.n_attrs = add_attrs(&x->trace, x->told, VOC_ENTITY_CASE, 0, attrs, r.n_attrs, 512);
    r.attrs = attrs;
    voc_batch b = {.struct_size = sizeof b, .row_size = sizeof r, .rows = &r, .n_rows = 1};
    rc = x->host->rows(x->sink, &b);
    if (rc || !x->in_trace) return rc;
    x->told = x->trace.n;
    if (x->first_us == VOC_NA) x->first_us = r.time_us;
    return VOC_OK;
}

// Attributes of the trace that stand behind its events. A trace of which no event was kept tells nothing.
static voc_rc tell_rest(struct xes *x, uint64_t to)
{
    voc_attr attrs[512];
    uint64_t record;
    voc_row r = voc_row_init(VOC_ROW_ATTRIBUTE);
    voc_batch b = {.struct_size = sizeof b, .row_size = sizeof r, .rows = &r, .n_rows = 1};
    r.n_attrs = add_attrs(&x->trace, x->told, VOC_ENTITY_CASE, 0, attrs, 0, 512);
    if (r.n_attrs == 0 || x->first_us == VOC_NA) return VOC_OK;
    voc_rc rc = x->host->record(x->sink, x->event_to, to, x->trace_line, &record);
    r.record = record;
    r.time_us = x->first_us;
    r.case_id = (voc_str){x->case_id, x->case_len};
    r.attrs = attrs;
    return rc ? rc : x->host->rows(x->sink, &b);
}

static void name_case(struct xes *x)
{
    voc_str name;
    if (bag_find(&x->trace, BAG_NAME, &name) && name.len && name.len < sizeof x->case_id) {
        memcpy(x->case_id, name.ptr, name.len);
        x->case_len = name.len;
    } else {
        x->case_len = (size_t)snprintf(x->case_id, sizeof x->case_id, "trace %llu", (unsigned long long)x->n_traces);
    }
}

voc_rc xes_event(struct xes *x, uint64_t to)
{
    uint64_t record;
    voc_rc rc = x->host->record(x->sink, x->from, to, x->line, &record);
    if (rc) return rc;
    if (x->in_trace && !x->trace_had_events) name_case(x);
    if (!x->in_trace) x->case_len = 0;
    x->n_events++;
    if (x->fault[0])
        rc = reject(x, record, "EVENT", x->fault);
    else if (!wanted(x))
        rc = x->host->ignore(x->sink, record, (voc_str)VOC_LIT("lifecycle other than complete"));
    else
        rc = emit(x, record);
    if (x->in_trace) x->trace_had_events = 1;
    x->event_to = to;
    return rc;
}

voc_rc xes_trace_end(struct xes *x, uint64_t to)
{
    uint64_t record;
    x->in_trace = 0;
    if (x->trace_had_events) return tell_rest(x, to);
    voc_rc rc = x->host->record(x->sink, x->trace_from, to, x->trace_line, &record);
    return rc ? rc : x->host->ignore(x->sink, record, (voc_str)VOC_LIT("trace without events"));
}

// ---- the plugin -----------------------------------------------------------------------------------------------------------

static int contains(voc_str s, const char *z)
{
    size_t n = strlen(z);
    for (size_t i = 0; i + n <= s.len; i++)
        if (s.ptr[i] == z[0] && memcmp(s.ptr + i, z, n) == 0) return 1;
    return 0;
}

static void probe(const voc_host *host, voc_context *cx, const voc_probe *p, voc_probe_result *r)
{
    (void)host, (void)cx;
    int named = p->name.len > 4 && memcmp(p->name.ptr + p->name.len - 4, ".xes", 4) == 0;
    int log = contains(p->head, "<log>") || contains(p->head, "<log ") || contains(p->head, "<log/>") || contains(p->head, ":log ") || contains(p->head, ":log>");
    int marks = contains(p->head, "xes.version") || contains(p->head, "xes-standard.org") || contains(p->head, "concept:name");
    if (log && marks) {
        r->confidence = 95;
        snprintf(r->reason, sizeof r->reason, "an XML log with XES attributes");
    } else if (log && named) {
        r->confidence = 80;
        snprintf(r->reason, sizeof r->reason, "an XML <log> in a file named .xes");
    } else if (log) {
        r->confidence = 40;
        snprintf(r->reason, sizeof r->reason, "an XML <log> without XES attributes in its beginning");
    } else {
        r->confidence = named ? 25 : 0;
        snprintf(r->reason, sizeof r->reason, named ? "only its name ends in .xes" : "no XML <log>");
    }
}

static voc_rc xes_open(const voc_host *host, voc_context *cx, const voc_source *source, const voc_value *values, void **instance)
{
    struct xes *x = host->alloc(cx, sizeof *x);
    if (!x) return VOC_E_NOMEM;
    memset(x, 0, sizeof *x);
    x->host = host;
    x->cx = cx;
    x->zone = source->zone;
    x->pattern = values[OPT_TIME_FORMAT].s;
    x->classifier_name = values[OPT_CLASSIFIER].s;
    x->complete_only = values[OPT_LIFECYCLE].i == 1;
    x->trace.host = x->event.host = x->globals.host = host;
    x->trace.cx = x->event.cx = x->globals.cx = cx;
    voc_rc rc = host->time_format(cx, &x->iso, (voc_str){"", 0}, x->zone);
    if (!rc && x->pattern.len) rc = host->time_format(cx, &x->guessed, x->pattern, x->zone);
    *instance = x; // closed by the host in any case
    return rc;
}

static void xes_close(void *instance)
{
    struct xes *x = instance;
    bag_done(&x->trace);
    bag_done(&x->event);
    bag_done(&x->globals);
    x->host->free(x->cx, x);
}

static voc_rc xes_run(void *instance, voc_stream *stream, voc_sink *sink)
{
    struct xes *x = instance;
    static const voc_xml_handler handler = {.struct_size = sizeof handler, .start = xes_start, .end = xes_end};
    x->sink = sink;
    voc_rc rc = x->host->xml_parse(x->cx, stream, &handler, x);
    if (!rc && x->classifier_name.len && !x->classifier_found)
        return xes_refuse(x, 0, "see the <classifier> elements at its beginning", "the log has no classifier \"%.*s\"", XES_CUT(x->classifier_name.len), x->classifier_name.ptr);
    return rc;
}

static void describe(void *instance, char *out, size_t size)
{
    const struct xes *x = instance;
    int n = snprintf(out, size, "%llu traces, %llu events: case <- trace concept:name, action <- %s, time <- time:timestamp, owner <- org:resource\n",
             (unsigned long long)x->n_traces, (unsigned long long)x->n_events, x->classifier_found ? "the classifier's keys" : "concept:name");
    if (x->foreign[0] && n > 0 && (size_t)n < size)
        snprintf(out + n, size - (size_t)n,
                 "its namespace is %s, not that of XES: read by the names of its elements all the same\n", x->foreign);
}

static const voc_input_ops ops = {
    .struct_size = sizeof ops,
    .framing = VOC_FRAMING_STREAM,
    .probe = probe,
    .open = xes_open,
    .close = xes_close,
    .run = xes_run,
    .describe = describe,
};

static const voc_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = VOC_ABI_MAJOR,
    .abi_minor = VOC_ABI_MINOR,
    .kind = VOC_KIND_INPUT,
    .option_size = sizeof(voc_option),
    .name = "xes",
    .version = "0.1.0",
    .summary = "event logs of process mining (XES, IEEE 1849)",
    .licence = "MIT",
    .author = "the Vocstream authors",
    .options = options,
    .n_options = N_OPTIONS,
    .extensions = "xes",
    .ops = &ops,
};

VOC_PLUGIN("input", "xes", "0.1.0", "MIT", plugin)
