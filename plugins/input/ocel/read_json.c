// SPDX-License-Identifier: MIT
// OCEL as JSON. 2.0 has arrays (events, objects, eventTypes, objectTypes), 1.0 has objects by id (ocel:events, ocel:objects). The text is
// read whole and stays in memory: what has no escape is not copied. A fault in the text refuses the file with its line; a part of
// an event or object that is of the wrong kind makes it broken, and is rejected with it.
#include <stdio.h>

#include "plugins/input/ocel/ocel.h"

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION // --enable-fuzzing: to get and clear so much took most of a run
#define READ_AT_ONCE ((size_t)256)
#else
#define READ_AT_ONCE ((size_t)1 << 20)
#endif
#define TEXT_MAX ((size_t)4 << 30)

struct reader {
    struct ocel *o;
    struct json j;
    const char *counted; // lines up to here
    uint64_t line;
};
typedef bool (*member_read)(struct reader *r, voc_str key, void *user); // takes the value
typedef bool (*item_read)(struct reader *r, void *user);

static uint64_t line_at(struct reader *r, const char *p)
{
    while (r->counted < p) {
        const char *nl = memchr(r->counted, '\n', (size_t)(p - r->counted));
        if (!nl) break;
        r->line++;
        r->counted = nl + 1;
    }
    return r->line;
}

static bool text_of(struct reader *r, voc_str raw, bool escaped, voc_str *out)
{
    *out = raw;
    if (!escaped) return true;
    char *to = ocel_alloc(r->o, raw.len + 1);
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
            char *to = ocel_alloc(r->o, raw.len);
            if (!to) return false;
            raw = (voc_str){to, json_compact(raw, to)};
        }
        *out = raw;
        return true;
    }
    if (!json_scalar(&r->j, kind, &raw, &escaped)) return false;
    if (kind == JSON_TRUE || kind == JSON_FALSE) *type = VOC_TYPE_BOOL;
    if (kind == JSON_NUMBER) *type = memchr(raw.ptr, '.', raw.len) || memchr(raw.ptr, 'e', raw.len) || memchr(raw.ptr, 'E', raw.len) ? VOC_TYPE_REAL : VOC_TYPE_INT;
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
    return read_part(r, &p) && (p.value.name.len == 0 || ocel_value(r->o, user, &p.value));
}

static bool relationship(struct reader *r, void *user)
{
    struct part p = {.of = user};
    if (json_kind(&r->j) != JSON_OBJECT) return wrong(r, user);
    return read_part(r, &p) && (p.object.len == 0 || ocel_refer(r->o, user, p.object, p.qualifier));
}

static bool object_id(struct reader *r, void *user)
{
    voc_str id;
    uint32_t type;
    return any_text(r, &id, &type) && (id.len == 0 || ocel_refer(r->o, user, id, (voc_str){"", 0}));
}

// 1.0: "ocel:vmap": {"price": 12}
static bool mapped_value(struct reader *r, voc_str key, void *user)
{
    struct value v = {.name = key, .time = {"", 0}};
    return any_text(r, &v.text, &v.type) && ocel_value(r->o, user, &v);
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

static bool thing(struct reader *r, struct things *all, voc_str id)
{
    const char *from = r->j.at;
    struct thing *t = ocel_add(r->o, all);
    if (!t) return false;
    t->line = line_at(r, from);
    t->from = (uint64_t)(from - r->o->bytes);
    t->id = id;
    if (json_kind(&r->j) != JSON_OBJECT ? !wrong(r, t) : !members(r, thing_member, t)) return false;
    t->to = (uint64_t)(r->j.at - r->o->bytes);
    return true;
}

static bool one_event(struct reader *r, void *user) { return (void)user, thing(r, &r->o->events, (voc_str){"", 0}); }
static bool one_object(struct reader *r, void *user) { return (void)user, thing(r, &r->o->objects, (voc_str){"", 0}); }
static bool named_event(struct reader *r, voc_str key, void *user) { return (void)user, thing(r, &r->o->events, key); }
static bool named_object(struct reader *r, voc_str key, void *user) { return (void)user, thing(r, &r->o->objects, key); }

// ---- the log ------------------------------------------------------------------------------------------------------------------------

static bool declaration(struct reader *r, void *user)
{
    struct part p = {.of = NULL};
    (void)user;
    if (json_kind(&r->j) != JSON_OBJECT) return wrong(r, NULL);
    if (!read_part(r, &p)) return false;
    if (p.value.name.len) ocel_declare(r->o, p.value.name, p.name);
    return true;
}

static bool type_member(struct reader *r, voc_str key, void *user)
{
    (void)user;
    return ocel_is(key, "attributes") && json_kind(&r->j) == JSON_ARRAY ? items(r, declaration, NULL) : json_skip(&r->j, 3, NULL);
}

static bool one_type(struct reader *r, void *user)
{
    (void)user;
    return json_kind(&r->j) == JSON_OBJECT ? members(r, type_member, NULL) : json_skip(&r->j, 2, NULL);
}

static bool log_member(struct reader *r, voc_str key, void *user)
{
    bool array = json_kind(&r->j) == JSON_ARRAY, object = json_kind(&r->j) == JSON_OBJECT;
    (void)user;
    if (array && ocel_is(key, "events")) return items(r, one_event, NULL);
    if (array && ocel_is(key, "objects")) return items(r, one_object, NULL);
    if (array && (ocel_is(key, "eventTypes") || ocel_is(key, "objectTypes"))) return items(r, one_type, NULL);
    if (object && ocel_is(key, "ocel:events")) return members(r, named_event, NULL);
    if (object && ocel_is(key, "ocel:objects")) return members(r, named_object, NULL);
    return json_skip(&r->j, 1, NULL);
}

static voc_rc read_whole(struct ocel *o, voc_stream *s)
{
    size_t room = READ_AT_ONCE, got = 1;
    o->bytes = o->host->alloc(o->cx, room);
    if (!o->bytes) return VOC_E_NOMEM;
    while (got) {
        if (room - o->n_bytes < READ_AT_ONCE) {
            room *= 2;
            char *to = room < TEXT_MAX ? o->host->resize(o->cx, o->bytes, room) : NULL;
            if (!to) return VOC_E_NOMEM;
            o->bytes = to;
        }
        voc_rc rc = o->host->read(s, o->bytes + o->n_bytes, READ_AT_ONCE, &got);
        if (rc) return rc;
        o->n_bytes += got;
    }
    return VOC_OK;
}

voc_rc ocel_read_json(struct ocel *o, voc_stream *s)
{
    voc_rc rc = read_whole(o, s);
    if (rc) return rc;
    struct reader r = {.o = o, .j = {o->bytes, o->bytes + o->n_bytes, NULL}, .counted = o->bytes, .line = 1};
    if (o->n_bytes >= 3 && memcmp(o->bytes, "\xEF\xBB\xBF", 3) == 0) r.j.at += 3;
    json_blank(&r.j);
    if (members(&r, log_member, NULL) && json_done(&r.j)) return VOC_OK;
    if (o->rc) return o->rc;
    return ocel_refuse(o, line_at(&r, r.j.at), "mend it, or export the log again", "this is no JSON: %s", r.j.fault ? r.j.fault : "a fault");
}
