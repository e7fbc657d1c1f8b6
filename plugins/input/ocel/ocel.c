// SPDX-License-Identifier: MIT
// Input plugin ocel: object-centric event logs, OCEL 2.0 and 1.0, as JSON and as XML (the host hands one in SQLite over as JSON).
// The case is the object of one type, the unit: named by an option, else the type that most events have one object of. This file
// holds the descriptor, the probe, and what is said about a log.
#include "plugins/input/ocel/ocel.h"

#include <stdio.h>

enum { OPT_UNIT, OPT_CUSTOMER, OPT_ZONE, N_OPTIONS };
static const voc_option options[N_OPTIONS] = {
    [OPT_UNIT] = {.name = "unit", .type = VOC_OPT_STRING, .argument = "TYPE", .help = "Objects of this type are the cases; -: none. The type that most events have one object of, if not given."},
    [OPT_CUSTOMER] = {.name = "customer", .type = VOC_OPT_STRING, .argument = "TYPE", .help = "Objects of this type are the customers; -: none. A type named customer, client, person, user ... if not given."},
    [OPT_ZONE] = {.name = "zone", .type = VOC_OPT_ZONE, .argument = "ZONE", .help = "Zone of times that name none, such as Europe/Warsaw."},
};

// ---- what kind of file --------------------------------------------------------------------------------------------------------------

enum layout { UNKNOWN, JSON_2, JSON_1, XML, SQLITE };

static bool contains(voc_str s, const char *z)
{
    size_t n = strlen(z);
    for (const char *p = s.ptr, *end = s.ptr + s.len; (size_t)(end - p) >= n; p++) {
        p = memchr(p, z[0], (size_t)(end - p) - n + 1);
        if (!p) return false;
        if (memcmp(p, z, n) == 0) return true;
    }
    return false;
}

static enum layout layout_of(voc_str head)
{
    size_t i = head.len >= 3 && memcmp(head.ptr, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (i < head.len && strchr(" \t\r\n", head.ptr[i])) i++;
    if (head.len >= 16 && memcmp(head.ptr, "SQLite format 3", 16) == 0)
        return contains(head, "event_map_type") || contains(head, "ocel_event_id") || contains(head, "ocel:eid") ? SQLITE : UNKNOWN;
    if (i == head.len || (head.ptr[i] == '{' && contains(head, "json-schema.org/"))) return UNKNOWN; // what describes such logs is none
    if (head.ptr[i] == '{' && (contains(head, "\"ocel:global-log\"") || contains(head, "\"ocel:events\"") || contains(head, "\"ocel:objects\""))) return JSON_1;
    if (head.ptr[i] == '{' && ((contains(head, "\"objectTypes\"") || contains(head, "\"eventTypes\"")) ||
                               (contains(head, "\"relationships\"") && contains(head, "\"objectId\""))))
        return JSON_2;
    if (head.ptr[i] == '<' && contains(head, "<log") &&
        (contains(head, "<object-types") || contains(head, "<event-types") || contains(head, "\"object-types\"") ||
         contains(head, "\"omap\"") || contains(head, "object-id")))
        return XML;
    return UNKNOWN;
}

static void probe(const voc_host *host, voc_context *cx, const voc_probe *p, voc_probe_result *r)
{
    static const char *const says[] = {"no object-centric log", "an object-centric log (OCEL 2.0, JSON)", "an object-centric log (OCEL 1.0, JSON)", "an object-centric log (OCEL, XML)", "an object-centric log (OCEL, SQLite)"};
    enum layout l = layout_of(p->head);
    (void)host, (void)cx;
    r->confidence = l == UNKNOWN ? 0 : 98;
    const bool table = l == JSON_2 && p->name.len > 7 && memcmp(p->name.ptr + p->name.len - 7, ".sqlite", 7) == 0; // the host has made JSON of it
    snprintf(r->reason, sizeof r->reason, "%s", table ? "an object-centric log (OCEL 2.0, SQLite)" : says[l]);
}

// ---- life of an instance ------------------------------------------------------------------------------------------------------------------

static void close_instance(void *instance) { ocel_free(instance); }

static voc_rc open_instance(const voc_host *host, voc_context *cx, const voc_source *source, const voc_value *v, void **instance)
{
    struct ocel *o = host->alloc(cx, sizeof *o);
    if (!o) return VOC_E_NOMEM;
    memset(o, 0, sizeof *o);
    o->host = host;
    o->cx = cx;
    voc_rc rc = ocel_keep(o, v[OPT_UNIT].s, &o->unit) && ocel_keep(o, v[OPT_CUSTOMER].s, &o->customer) ? VOC_OK : VOC_E_NOMEM;
    if (!rc) rc = host->time_format(cx, &o->time, (voc_str){"", 0}, v[OPT_ZONE].set ? v[OPT_ZONE].s : source->zone);
    if (rc) close_instance(o);
    else *instance = o;
    return rc;
}

// What is wrong in a log and no reason to refuse it.
static void warn(struct ocel *o, uint64_t line, const char *hint, const char *message)
{
    voc_diag d = {.struct_size = sizeof d, .severity = VOC_WARNING, .code = VOC_LIT("OCEL-002"), .line = line,
                  .message = {message, strlen(message)}, .hint = {hint, strlen(hint)}};
    if (o->host->utf8_valid(d.message.ptr, d.message.len)) o->host->diag(o->cx, &d);
}

static void say_doubts(struct ocel *o)
{
    char text[300];
    const int which = !o->first_dangling[0].ptr; // of events first
    if (o->dangling && o->first_dangling[which].ptr) {
        snprintf(text, sizeof text, "%llu %s an object that is not there, the first to \"%.*s\"", (unsigned long long)o->dangling,
                 o->dangling == 1 ? "reference leads to" : "references lead to", OCEL_STR(o->first_dangling[which]));
        warn(o, o->first_dangling_line[which], "the events are kept; they name it as \"object that is not there\"", text);
    }
}

static voc_rc read_once(struct ocel *o, voc_stream *stream, bool json, enum reading reading)
{
    voc_rc rc = reading == LEARN ? VOC_OK : o->host->again(stream);
    o->reading = reading;
    if (!rc) rc = json ? ocel_read_json(o, stream) : ocel_read_xml(o, stream);
    return rc ? rc : o->rc;
}

// Types of objects that stood behind the events are counted anew, now that they are known; and states are kept until it is known
// which are not wanted.
static voc_rc count_again(struct ocel *o, voc_stream *stream, bool json)
{
    for (uint32_t i = 0; i < o->n_types; i++) o->types[i].once = o->types[i].any = 0;
    return read_once(o, stream, json, COUNT);
}

static voc_rc run(void *instance, voc_stream *stream, voc_sink *sink)
{
    struct ocel *o = instance;
    voc_str head;
    if (!VOC_HOST_HAS(o->host, again)) return ocel_refuse(o, 0, "use a newer voc", "this plugin needs a newer program");
    voc_rc rc = o->host->peek(stream, (size_t)64 << 10, &head);
    if (rc) return rc;
    o->sink = sink;
    enum layout l = layout_of(head);
    if (l == SQLITE)
        return ocel_refuse(o, 0, "write it as JSON, and import that: python3 -c \"import pm4py; pm4py.write_ocel_json(pm4py.read_ocel_sqlite('LOG.sqlite'), 'LOG.jsonocel')\"",
                           "this object-centric log is a SQLite database that is not of OCEL 2.0, and such are not read");
    bool json = l == JSON_1 || l == JSON_2;
    for (size_t i = 0; i < head.len && l == UNKNOWN && !json && head.ptr[i] != '<'; i++) json = head.ptr[i] == '{';
    rc = o->host->keep(stream);
    if (!rc) rc = read_once(o, stream, json, LEARN);
    if (!rc && o->n_events + o->n_objects == 0)
        return ocel_refuse(o, 0, "an object-centric log has events and objects; another format is named with --as NAME",
                           "it holds neither events nor objects");
    if (!rc && o->late) rc = count_again(o, stream, json);
    if (!rc) rc = ocel_choose(o);
    if (!rc && o->unit_type != NONE) ocel_drop(o, &o->types[o->unit_type].states);
    if (!rc) rc = read_once(o, stream, json, EMIT);
    if (!rc) say_doubts(o);
    return rc;
}

// ---- in words ---------------------------------------------------------------------------------------------------------------------------

static void describe(void *instance, char *out, size_t size)
{
    const struct ocel *o = instance;
    size_t n = 0;
    if (size) out[0] = 0;
#define SAY(...) n += n < size ? (size_t)snprintf(out + n, size - n, __VA_ARGS__) : 0
    SAY("%llu events, %llu objects of %u types: action <- the type of the event\n", (unsigned long long)o->n_events, (unsigned long long)o->n_objects, o->n_types);
    if (o->unit_type != NONE && o->n_types)
        SAY("case <- %.*s: %llu events have one, %llu more have several%s\n", OCEL_STR(o->types[o->unit_type].name), (unsigned long long)o->types[o->unit_type].once,
            (unsigned long long)(o->types[o->unit_type].any - o->types[o->unit_type].once), o->unit_guessed ? " (a guess: the type that most events have one of)" : "");
    if (o->without_unit) SAY("%llu of the events have none, and belong to no case\n", (unsigned long long)o->without_unit);
    if (o->with_many) SAY("an event of several stands in each of their cases (%llu)\n", (unsigned long long)o->with_many);
    if (o->customer_type != NONE && o->n_types) SAY("customer <- %.*s%s\n", OCEL_STR(o->types[o->customer_type].name), o->customer_guessed ? " (by its name)" : "");
    SAY("change with -O unit=TYPE, -O customer=TYPE (-: none); types:");
    for (uint32_t i = 0; i < o->n_types && n + 200 < size; i++) SAY("%s %.*s", i ? "," : "", OCEL_STR(o->types[i].name));
    SAY("\n");
#undef SAY
    if (n >= size && size) out[size - 1] = 0;
    for (size_t i = 0; size && out[i]; i++)
        if ((unsigned char)out[i] < 0x20 && out[i] != '\n') out[i] = ' ';
}

static const voc_input_ops ops = {
    .struct_size = sizeof ops,
    .framing = VOC_FRAMING_STREAM,
    .probe = probe,
    .open = open_instance,
    .close = close_instance,
    .run = run,
    .describe = describe,
};

static const voc_plugin ocel_plugin = {
    .struct_size = sizeof ocel_plugin,
    .abi_major = VOC_ABI_MAJOR,
    .abi_minor = VOC_ABI_MINOR,
    .kind = VOC_KIND_INPUT,
    .option_size = sizeof *options,
    .name = "ocel",
    .version = "0.1.0",
    .summary = "Object-centric event logs (OCEL 2.0 and 1.0, as JSON and XML)",
    .licence = "MIT",
    .author = "Vocstream",
    .options = options,
    .n_options = N_OPTIONS,
    .extensions = "jsonocel xmlocel json xml",
    .ops = &ops,
};

VOC_PLUGIN("input", "ocel", "0.1.0", "MIT", ocel_plugin)
