// SPDX-License-Identifier: MIT
// OCEL as JSON. 2.0 has arrays (events, objects, eventTypes, objectTypes), 1.0 has objects by id (ocel:events, ocel:objects). Of the
// text a window is there: what stands at the top of the log, and each event and object, is read as if it were whole; where it goes
// over the window's end more is read, and it is read anew. What has no escape is not copied. A fault in the text refuses the file
// with its line; a part of an event or object that is of the wrong kind makes it broken.
#include <stdio.h>

#include "plugins/input/ocel/ocel.h"

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION // --enable-fuzzing: inputs are small, and meet its end
#define WINDOW_FIRST ((size_t)64)
#else
#define WINDOW_FIRST ((size_t)128 << 10)
#endif
#define WINDOW_MOST ((size_t)256 << 20) // one event or object
#define FAULT_REACH 16 // bytes behind a fault that may tell what is one: \\ud800\\udc00

struct reader {
    struct ocel *o;
    voc_stream *stream;
    struct json j;
    char *bytes; // the window
    size_t n, room;
    bool ended;
    uint64_t before; // bytes in front of it
    uint64_t line, counted; // lines up to this byte of the log
    char *key; // of the member at hand of an object at the top
    size_t n_key, key_room;
};
typedef bool (*member_read)(struct reader *r, voc_str key, void *user); // takes the value
typedef bool (*item_read)(struct reader *r, void *user);

// ---- the window ---------------------------------------------------------------------------------------------------------------------

static uint64_t byte_at(const struct reader *r, const char *p) { return r->before + (uint64_t)(p - r->bytes); }

static uint64_t line_at(struct reader *r, const char *p)
{
    const char *from = r->bytes + (r->counted - r->before);
    while (from < p) {
        const char *nl = memchr(from, '\n', (size_t)(p - from));
        if (nl) r->line++;
        from = nl ? nl + 1 : p;
    }
    if (byte_at(r, p) > r->counted) r->counted = byte_at(r, p);
    return r->line;
}

// More bytes, of which those from r->j.at on stay. A fault that was met at the window's end is none.
static bool more(struct reader *r)
{
    const size_t gone = (size_t)(r->j.at - r->bytes), left = r->n - gone;
    size_t got;
    (void)line_at(r, r->j.at);
    memmove(r->bytes, r->j.at, r->n - gone);
    r->n -= gone;
    r->before += gone;
    if (r->n > r->room / 2) {
        char *to = r->room < WINDOW_MOST ? r->o->host->resize(r->o->cx, r->bytes, r->room * 2) : NULL;
        if (!to && r->room >= WINDOW_MOST)
            return ocel_refuse(r->o, r->line, "it may be no log of events; see what stands in this line",
                               "an event or object of more than %zu MiB", WINDOW_MOST / 2 >> 20),
                   false;
        if (!to) return r->o->rc = VOC_E_NOMEM, false;
        r->bytes = to;
        r->room *= 2;
    }
    do {
        r->o->rc = r->o->host->read(r->stream, r->bytes + r->n, r->room - r->n, &got);
        if (r->o->rc) return false;
        r->n += got;
        r->ended = got == 0;
    } while (!r->ended && left > WINDOW_FIRST / 2 && r->n < 2 * left); // what is long is not read anew for each small piece of it
    r->j = (struct json){r->bytes, r->bytes + r->n, NULL};
    return true;
}

// A step at the top of the log.
static bool step(struct reader *r, item_read read, void *user)
{
    for (;;) {
        const size_t from = (size_t)(r->j.at - r->bytes);
        const bool done = read(r, user);
        if (r->o->rc) return false;
        if (r->ended || (done ? r->j.at < r->j.end : r->j.end - r->j.at > FAULT_REACH)) return done;
        r->j.at = r->bytes + from;
        if (!more(r)) return false;
    }
}

// ---- values -------------------------------------------------------------------------------------------------------------------------

static bool text_of(struct reader *r, voc_str raw, bool escaped, voc_str *out)
{
    *out = raw;
    if (!escaped) return true;
    char *to = ocel_scratch(r->o, raw.len + 1);
    if (!to) return false;
    *out = (voc_str){to, json_unescape(raw, to)};
    return true;
}

// Any value as a text: null is empty.
static bool any_text(struct reader *r, voc_str *out, uint32_t *type)
{
    enum json_kind kind = json_kind(&r->j);
    voc_str raw;
    bool escaped = false;
    *type = VOC_TYPE_TEXT;
    if (kind == JSON_OBJECT || kind == JSON_ARRAY) {
        if (!json_skip(&r->j, 4, &raw)) return false;
        if (json_loose(raw)) {
            char *to = ocel_scratch(r->o, raw.len);
            if (!to) return false;
            raw = (voc_str){to, json_compact(raw, to)};
        }
        *out = raw;
        return true;
    }
    if (!json_scalar(&r->j, kind, &raw, &escaped)) return false;
    if (kind == JSON_TRUE || kind == JSON_FALSE) *type = VOC_TYPE_BOOL;
    if (kind == JSON_NUMBER)
        *type = memchr(raw.ptr, '.', raw.len) || memchr(raw.ptr, 'e', raw.len) || memchr(raw.ptr, 'E', raw.len) ? VOC_TYPE_REAL
                                                                                                                : VOC_TYPE_INT;
    if (kind == JSON_NULL) raw.len = 0;
    return text_of(r, raw, escaped, out);
}

static bool members(struct reader *r, member_read read, void *user)
{
    bool done, escaped;
    voc_str key;
    if (!json_enter(&r->j, '{', '}', &done)) return false;
    while (!done)
        if (!json_key(&r->j, &key, &escaped) || !text_of(r, key, escaped, &key) || !read(r, key, user) || !json_next(&r->j, '}', &done)) return false;
    return true;
}

static bool items(struct reader *r, item_read read, void *user)
{
    bool done;
    if (!json_enter(&r->j, '[', ']', &done)) return false;
    while (!done)
        if (!read(r, user) || !json_next(&r->j, ']', &done)) return false;
    return true;
}

// Its kind is not what it should be: it is passed over, and what it belongs to is broken.
static bool wrong(struct reader *r, struct thing *t)
{
    if (t) t->broken = true;
    return json_skip(&r->j, 4, NULL);
}

// ---- an event, an object -----------------------------------------------------------------------------------------------------------

struct part { // an attribute, a reference, a declaration
    struct thing *of;
    voc_str name, object, qualifier;
    struct value value;
};

static bool part_member(struct reader *r, voc_str key, void *user)
{
    struct part *p = user;
    uint32_t type;
    voc_str text;
    if (!any_text(r, &text, &type)) return false;
    if (ocel_is(key, "name")) p->value.name = text;
    else if (ocel_is(key, "time")) p->value.time = text;
    else if (ocel_is(key, "value")) p->value.text = text, p->value.type = type;
    else if (ocel_is(key, "objectId")) p->object = text;
    else if (ocel_is(key, "qualifier")) p->qualifier = text;
    else if (ocel_is(key, "type")) p->name = text;
    return true;
}

static bool read_part(struct reader *r, struct part *p)
{
    *p = (struct part){.of = p->of, .name = {"", 0}, .object = {"", 0}, .qualifier = {"", 0}, .value = {.name = {"", 0}, .text = {"", 0}, .time = {"", 0}}};
    return members(r, part_member, p);
}

static bool attribute(struct reader *r, void *user)
{
    struct part p = {.of = user};
    if (json_kind(&r->j) != JSON_OBJECT) return wrong(r, user);
    return read_part(r, &p) && (p.value.name.len == 0 || ocel_value(r->o, &p.value));
}

static bool relationship(struct reader *r, void *user)
{
    struct part p = {.of = user};
    if (json_kind(&r->j) != JSON_OBJECT) return wrong(r, user);
    return read_part(r, &p) && (p.object.len == 0 || ocel_refer(r->o, p.object, p.qualifier));
}

static bool object_id(struct reader *r, void *user)
{
    voc_str id;
    uint32_t type;
    (void)user;
    return any_text(r, &id, &type) && (id.len == 0 || ocel_refer(r->o, id, (voc_str){"", 0}));
}

// 1.0: "ocel:vmap": {"price": 12}
static bool mapped_value(struct reader *r, voc_str key, void *user)
{
    struct value v = {.name = key, .time = {"", 0}};
    (void)user;
    return any_text(r, &v.text, &v.type) && ocel_value(r->o, &v);
}

static bool thing_member(struct reader *r, voc_str key, void *user)
{
    struct thing *t = user;
    enum json_kind kind = json_kind(&r->j);
    uint32_t type;
    voc_str unused;
    if (ocel_is(key, "id")) return any_text(r, &t->id, &type);
    if (ocel_is(key, "type") || ocel_is(key, "ocel:activity") || ocel_is(key, "ocel:type")) return any_text(r, &t->type, &type);
    if (ocel_is(key, "time") || ocel_is(key, "ocel:timestamp")) return any_text(r, &t->time, &type);
    if (ocel_is(key, "attributes")) return kind == JSON_ARRAY ? items(r, attribute, t) : wrong(r, t);
    if (ocel_is(key, "relationships")) return kind == JSON_ARRAY ? items(r, relationship, t) : wrong(r, t);
    if (ocel_is(key, "ocel:omap")) return kind == JSON_ARRAY ? items(r, object_id, t) : wrong(r, t);
    if (ocel_is(key, "ocel:vmap") || ocel_is(key, "ocel:ovmap")) return kind == JSON_OBJECT ? members(r, mapped_value, t) : wrong(r, t);
    return any_text(r, &unused, &type);
}

struct which { bool event, named; };

static bool thing(struct reader *r, void *user)
{
    const struct which *w = user;
    struct thing *t = ocel_begin(r->o, w->event);
    t->line = line_at(r, r->j.at);
    t->from = byte_at(r, r->j.at);
    if (w->named) t->id = (voc_str){r->key, r->n_key};
    if (json_kind(&r->j) != JSON_OBJECT ? !wrong(r, t) : !members(r, thing_member, t)) return false;
    t->to = byte_at(r, r->j.at);
    return true;
}

// ---- the log ------------------------------------------------------------------------------------------------------------------------

static bool declaration(struct reader *r, void *user)
{
    struct part p = {.of = NULL};
    (void)user;
    if (json_kind(&r->j) != JSON_OBJECT) return wrong(r, NULL);
    if (!read_part(r, &p)) return false;
    if (p.value.name.len) ocel_declare(r->o, p.value.name, p.name);
    return r->o->rc == VOC_OK;
}

static bool type_member(struct reader *r, voc_str key, void *user)
{
    (void)user;
    return ocel_is(key, "attributes") && json_kind(&r->j) == JSON_ARRAY ? items(r, declaration, NULL) : json_skip(&r->j, 3, NULL);
}

static bool one_type(struct reader *r, void *user)
{
    (void)user;
    ocel_scratch_begin(r->o);
    return json_kind(&r->j) == JSON_OBJECT ? members(r, type_member, NULL) : json_skip(&r->j, 2, NULL);
}

static bool skip(struct reader *r, void *user) { return (void)user, json_skip(&r->j, 2, NULL); }

// What an array or object at the top holds, each read by itself.
struct each {
    char open, close;
    bool done;
};

static bool enter(struct reader *r, void *user)
{
    struct each *e = user;
    return json_enter(&r->j, e->open, e->close, &e->done);
}

static bool next(struct reader *r, void *user)
{
    struct each *e = user;
    return json_next(&r->j, e->close, &e->done);
}

// Its text goes where it stays while the value is read, for which the window may move.
static bool key(struct reader *r, void *user)
{
    voc_str raw;
    bool escaped;
    (void)user;
    if (!json_key(&r->j, &raw, &escaped)) return false;
    if (raw.len > r->key_room) {
        char *to = r->o->host->resize(r->o->cx, r->key, raw.len * 2);
        if (!to) return r->o->rc = VOC_E_NOMEM, false;
        r->key = to;
        r->key_room = raw.len * 2;
    }
    if (raw.len) memcpy(r->key, raw.ptr, raw.len);
    r->n_key = escaped ? json_unescape(raw, r->key) : raw.len;
    return true;
}

static bool each(struct reader *r, bool object, item_read read, void *user, bool things)
{
    struct each e = {object ? '{' : '[', object ? '}' : ']', false};
    if (!step(r, enter, &e)) return false;
    while (!e.done) {
        if ((object && !step(r, key, NULL)) || !step(r, read, user)) return false;
        if (things && ocel_end(r->o) != VOC_OK) return false;
        if (!step(r, next, &e)) return false;
    }
    return true;
}

static bool log_member(struct reader *r)
{
    const voc_str name = {r->key, r->n_key};
    const bool array = json_kind(&r->j) == JSON_ARRAY, object = json_kind(&r->j) == JSON_OBJECT;
    struct which event = {true, object}, thing_of = {false, object};
    if (ocel_is(name, array ? "events" : "ocel:events") && (array || object)) return each(r, object, thing, &event, true);
    if (ocel_is(name, array ? "objects" : "ocel:objects") && (array || object)) return each(r, object, thing, &thing_of, true);
    if (array && (ocel_is(name, "eventTypes") || ocel_is(name, "objectTypes"))) return each(r, false, one_type, NULL, false);
    return array || object ? each(r, object, skip, NULL, false) : step(r, skip, NULL);
}

static bool read_log(struct reader *r)
{
    struct each e = {'{', '}', false};
    if (!step(r, enter, &e)) return false;
    while (!e.done)
        if (!step(r, key, NULL) || !log_member(r) || !step(r, next, &e)) return false;
    return true;
}

static bool beginning(struct reader *r, void *user)
{
    (void)user;
    if (r->j.end - r->j.at < 3 && !r->ended) return false;
    if (r->j.end - r->j.at >= 3 && memcmp(r->j.at, "\xEF\xBB\xBF", 3) == 0) r->j.at += 3;
    json_blank(&r->j);
    return true;
}

static bool nothing_more(struct reader *r, void *user) { return (void)user, json_done(&r->j); }

voc_rc ocel_read_json(struct ocel *o, voc_stream *s)
{
    struct reader r = {.o = o, .stream = s, .line = 1, .room = WINDOW_FIRST, .bytes = o->host->alloc(o->cx, WINDOW_FIRST)};
    r.j = (struct json){r.bytes, r.bytes, NULL};
    const bool whole = r.bytes && step(&r, beginning, NULL) && read_log(&r) && step(&r, nothing_more, NULL);
    if (!r.bytes) o->rc = VOC_E_NOMEM;
    if (!whole && !o->rc) (void)ocel_refuse(o, line_at(&r, r.j.at), "mend it, or export the log again", "this is no JSON: %s", r.j.fault ? r.j.fault : "a fault");
    o->host->free(o->cx, r.bytes);
    o->host->free(o->cx, r.key);
    return o->rc;
}
