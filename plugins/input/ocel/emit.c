// SPDX-License-Identifier: MIT
// Things as rows. An event is one row for each object of the unit's type that it refers to, whose id is the case; the other objects
// stand by their types as attributes of the event, with their own attributes as they were then, where there is one of a type. The
// attributes of the unit's objects are attributes of the case, valid from their time.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugins/input/ocel/ocel.h"

#define ATTRS_MAX 250u
#define UNITS_MAX 1000u

struct work {
    struct ocel *o;
    uint64_t record;
    voc_attr attrs[ATTRS_MAX];
    size_t n;
    const struct reference *units[UNITS_MAX];
    size_t n_units;
};

static voc_rc reject(struct work *w, const char *code, const char *format, ...) __attribute__((format(printf, 3, 4)));
static voc_rc reject(struct work *w, const char *code, const char *format, ...)
{
    char reason[300];
    va_list ap;
    va_start(ap, format);
    vsnprintf(reason, sizeof reason, format, ap);
    va_end(ap);
    voc_str text = {reason, strlen(reason)};
    if (!w->o->host->utf8_valid(text.ptr, text.len)) text = (voc_str)VOC_LIT("a value is not valid UTF-8");
    return w->o->host->reject(w->o->sink, w->record, (voc_str){code, strlen(code)}, text);
}

// ---- values -----------------------------------------------------------------------------------------------------------------------

static bool plain(const voc_attr *a, char text[64])
{
    if (a->text.len == 0 || a->text.len >= 64) return false;
    memcpy(text, a->text.ptr, a->text.len);
    text[a->text.len] = 0;
    return strspn(text, "+-0123456789.eE") == a->text.len;
}

// By its type, where its text is of that; else as a text.
static void set_type(struct ocel *o, voc_attr *a, uint32_t type)
{
    char text[64], *end;
    uint32_t resolution;
    a->type = VOC_TYPE_TEXT;
    a->time_us = VOC_NA;
    a->number = 0;
    if (type == VOC_TYPE_TIME && o->host->time_parse(o->time, a->text, &a->time_us, &resolution) == VOC_OK) a->type = type;
    if (type == VOC_TYPE_BOOL && (ocel_is(a->text, "true") || ocel_is(a->text, "false"))) a->type = type, a->time_us = ocel_is(a->text, "true");
    if (type == VOC_TYPE_INT && plain(a, text) && a->text.len < 19) {
        long long n = strtoll(text, &end, 10);
        if (*end == 0) a->type = type, a->time_us = n;
    }
    if (type == VOC_TYPE_REAL && plain(a, text)) {
        double real = strtod(text, &end); // the host never leaves the C locale
        if (*end == 0 && real - real == 0) a->type = type, a->number = real;
    }
}

static bool add_attr(struct work *w, voc_str key, voc_str text, uint32_t type, uint32_t entity)
{
    if (text.len == 0) return true;
    if (w->n == ATTRS_MAX) return false;
    voc_attr *a = &w->attrs[w->n++];
    *a = (voc_attr){.key = key, .text = text, .entity = entity};
    set_type(w->o, a, type);
    return true;
}

// "Invoice.is_blocked"
static bool joined(struct ocel *o, voc_str a, const char *between, voc_str b, voc_str *out)
{
    size_t n = strlen(between);
    char *to = ocel_scratch(o, a.len + n + b.len);
    if (!to) return false;
    memcpy(to, a.ptr, a.len);
    memcpy(to + a.len, between, n);
    if (b.len) memcpy(to + a.len + n, b.ptr, b.len);
    *out = (voc_str){to, a.len + n + b.len};
    return true;
}

// ---- the objects of an event ---------------------------------------------------------------------------------------------------------

// The latest value of each attribute that an object had at a time.
static bool add_state(struct work *w, const struct object *object, int64_t at_us)
{
    struct ocel *o = w->o;
    struct state s[STATES_MAX];
    const size_t n = ocel_state(o, object, s);
    for (size_t i = 0; i < n; i++) {
        voc_str key;
        bool latest = s[i].from_us == VOC_NA || s[i].from_us <= at_us;
        for (size_t k = 0; k < n && latest; k++)
            if (k != i && s[k].name.ptr == s[i].name.ptr && (s[k].from_us == VOC_NA || s[k].from_us <= at_us))
                latest = s[k].from_us < s[i].from_us || (s[k].from_us == s[i].from_us && k < i); // VOC_NA is the least
        if (!latest) continue;
        if (!joined(o, o->types[object->kind].name, ".", s[i].name, &key) || !add_attr(w, key, s[i].text, s[i].type, VOC_ENTITY_EVENT)) return false;
    }
    return true;
}

static bool append(char *to, size_t room, size_t *n, voc_str s)
{
    size_t comma = *n ? 2 : 0;
    if (*n + comma + s.len > room) return false;
    memcpy(to + *n, ", ", comma);
    if (s.len) memcpy(to + *n + comma, s.ptr, s.len);
    *n += comma + s.len;
    return true;
}

// "Invoice" = "R1, R2", and what they are to the event, "Invoice qualifier".
static bool add_type(struct work *w, const struct thing *e, uint32_t kind, int64_t us)
{
    struct ocel *o = w->o;
    size_t room = 0, n_ids = 0, n_qualifiers = 0, objects = 0;
    const struct object *only = NULL;
    bool qualified = false;
    for (size_t r = 0; r < e->n_references; r++) room += e->references[r].object.len + e->references[r].qualifier.len + 4;
    char *ids = ocel_scratch(o, room), *qualifiers = ocel_scratch(o, room);
    if (!ids || !qualifiers) return false;
    for (size_t r = 0; r < e->n_references; r++) {
        const struct reference *x = &e->references[r];
        if (x->kind != kind) continue;
        (void)append(ids, room, &n_ids, x->object);
        (void)append(qualifiers, room, &n_qualifiers, x->qualifier);
        qualified = qualified || x->qualifier.len;
        only = x->to == NONE ? NULL : ocel_object(o, x->to);
        objects++;
    }
    voc_str name = kind == NONE ? (voc_str)VOC_LIT("object that is not there") : o->types[kind].name, key;
    bool told = kind != NONE && (kind == o->unit_type || kind == o->customer_type); // by the row itself
    if (!told && !add_attr(w, name, (voc_str){ids, n_ids}, VOC_TYPE_TEXT, VOC_ENTITY_EVENT)) return false;
    if (qualified && (!joined(o, name, " qualifier", (voc_str){"", 0}, &key) ||
                      !add_attr(w, key, (voc_str){qualifiers, n_qualifiers}, VOC_TYPE_TEXT, VOC_ENTITY_EVENT)))
        return false;
    return objects != 1 || !only || kind == o->unit_type || add_state(w, only, us);
}

static bool is_first(const struct thing *e, size_t r)
{
    for (size_t q = 0; q < r; q++)
        if (e->references[q].kind == e->references[r].kind) return false;
    return true;
}

// Of each unit one reference to it.
static bool find_units(struct work *w, const struct thing *e)
{
    w->n_units = 0;
    for (size_t r = 0; r < e->n_references; r++) {
        const struct reference *x = &e->references[r];
        if (x->to == NONE || x->kind != w->o->unit_type) continue;
        bool known = false;
        for (size_t i = 0; i < w->n_units; i++) known = known || w->units[i]->to == x->to;
        if (!known && w->n_units == UNITS_MAX) return false;
        if (!known) w->units[w->n_units++] = x;
    }
    return true;
}

static size_t find_customer(const struct ocel *o, const struct thing *e, voc_alias *a)
{
    const struct reference *only = NULL;
    for (size_t r = 0; r < e->n_references && o->customer_type != NONE; r++) {
        const struct reference *x = &e->references[r];
        if (x->to == NONE || x->kind != o->customer_type || (only && x->to == only->to)) continue;
        if (only) return 0; // two are not one person
        only = x;
    }
    if (!only) return 0;
    *a = (voc_alias){.kind = VOC_LIT("id"), .value = only->object, .strong = 1};
    return 1;
}

// ---- rows -----------------------------------------------------------------------------------------------------------------------------

static voc_rc give(struct work *w, const voc_row *r)
{
    voc_batch b = {.struct_size = sizeof b, .row_size = sizeof *r, .rows = r, .n_rows = 1};
    return w->o->host->rows(w->o->sink, &b);
}

static bool event_attrs(struct work *w, const struct thing *e, int64_t us)
{
    struct ocel *o = w->o;
    w->n = 0;
    for (size_t i = 0; i < e->n_values; i++)
        if (!add_attr(w, e->values[i].name, e->values[i].text, ocel_type_of_value(o, &e->values[i]), VOC_ENTITY_EVENT)) return false;
    for (size_t r = 0; r < e->n_references; r++)
        if (is_first(e, r) && !add_type(w, e, e->references[r].kind, us)) return false;
    return true;
}

static voc_rc emit_event(struct work *w, const struct thing *e)
{
    struct ocel *o = w->o;
    voc_row r = voc_row_init(VOC_ROW_EVENT);
    voc_alias customer;
    if (e->id.len == 0) return reject(w, "ID", "an event has no id");
    if (e->type.len == 0) return reject(w, "ACTION", "event %.*s has no type (its activity)", OCEL_STR(e->id));
    if (e->time.len == 0) return reject(w, "TIME", "event %.*s has no time", OCEL_STR(e->id));
    if (o->host->time_parse(o->time, e->time, &r.time_us, &r.resolution) != VOC_OK)
        return reject(w, "TIME", "event %.*s: \"%.*s\" is not a time (ISO 8601)", OCEL_STR(e->id), OCEL_STR(e->time));
    if (e->n_references > REFERENCES_MAX) return reject(w, "OBJECTS", "event %.*s refers to more than %u objects", OCEL_STR(e->id), REFERENCES_MAX);
    if (!find_units(w, e)) return reject(w, "OBJECTS", "event %.*s refers to more than %u objects of one type", OCEL_STR(e->id), UNITS_MAX);
    if (!event_attrs(w, e, r.time_us)) return o->rc ? o->rc : reject(w, "ATTRIBUTES", "event %.*s has more than %u attributes", OCEL_STR(e->id), ATTRS_MAX);
    r.record = w->record;
    r.action = e->type;
    r.id = e->id;
    r.n_customer = find_customer(o, e, &customer);
    r.customer = &customer;
    r.attrs = w->attrs;
    r.n_attrs = w->n;
    o->without_unit += w->n_units == 0;
    o->with_many += w->n_units > 1;
    voc_rc rc = w->n_units == 0 ? give(w, &r) : VOC_OK;
    for (size_t i = 0; i < w->n_units && !rc; i++) {
        r.case_id = w->units[i]->object;
        if (w->n_units > 1 && !joined(o, e->id, "@", r.case_id, &r.id)) return o->rc;
        rc = give(w, &r);
    }
    return rc;
}

// Values of a unit are its case's, those of a customer the customer's, each from its time on.
static voc_rc emit_values(struct work *w, const struct thing *t, bool unit)
{
    struct ocel *o = w->o;
    voc_alias alias = {.kind = VOC_LIT("id"), .value = t->id, .strong = 1};
    voc_rc rc = VOC_OK;
    bool some = false;
    for (size_t i = 0; i < t->n_values && !rc; i++) {
        const struct value *v = &t->values[i];
        voc_row r = voc_row_init(VOC_ROW_ATTRIBUTE);
        if (v->text.len == 0) continue;
        if (!ocel_value_time(o, v, &r.time_us, &r.resolution)) return reject(w, "TIME", "object %.*s: \"%.*s\" is not a time (ISO 8601)", OCEL_STR(t->id), OCEL_STR(v->time));
        w->n = 0;
        (void)add_attr(w, v->name, v->text, ocel_type_of_value(o, v), unit ? VOC_ENTITY_CASE : VOC_ENTITY_INDIVIDUAL);
        r.record = w->record;
        if (unit) r.case_id = t->id;
        else r.customer = &alias, r.n_customer = 1;
        r.attrs = w->attrs;
        r.n_attrs = w->n;
        rc = give(w, &r);
        some = true;
    }
    return rc || some ? rc : o->host->ignore(o->sink, w->record, (voc_str)VOC_LIT("an object without attributes"));
}

static voc_rc emit_object(struct work *w, const struct thing *t)
{
    struct ocel *o = w->o;
    if (t->id.len == 0 || t->type.len == 0) return reject(w, "ID", "an object has no %s", t->id.len ? "type" : "id");
    if (t->broken) return reject(w, "ID", "object %.*s: its attributes or relationships are no list of what OCEL has there", OCEL_STR(t->id));
    const uint32_t at = ocel_find(o, t->id);
    struct object *x = at == NONE ? NULL : ocel_object(o, at);
    if (!x || x->flags & OBJECT_MET) return reject(w, "ID", "object %.*s stands twice: the first one is kept", OCEL_STR(t->id));
    x->flags |= OBJECT_MET;
    if (x->kind != o->unit_type && x->kind != o->customer_type)
        return o->host->ignore(o->sink, w->record, (voc_str)VOC_LIT("an object that is no unit: it stands with its events"));
    return emit_values(w, t, x->kind == o->unit_type);
}

voc_rc ocel_emit(struct ocel *o, const struct thing *t)
{
    if (!o->work) {
        o->work = o->host->alloc(o->cx, sizeof *o->work);
        if (!o->work) return VOC_E_NOMEM;
        o->work->o = o;
    }
    voc_rc rc = o->host->record(o->sink, t->from, t->to, t->line, &o->work->record);
    return rc ? rc : t->event ? emit_event(o->work, t) : emit_object(o->work, t);
}
