// SPDX-License-Identifier: MIT
// The thing at hand, memory, and what follows from all of the log: which types there are, how many events have one object of each,
// whose journey the log tells.
#include <stdarg.h>
#include <stdio.h>

#include "plugins/input/ocel/ocel.h"

#define CHUNK_FIRST ((size_t)4 << 10)
#define CHUNK_MOST ((size_t)256 << 10)

struct chunk {
    struct chunk *next;
    size_t used, room;
    _Alignas(16) char bytes[];
};

bool ocel_eq(voc_str a, voc_str b) { return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0); }
bool ocel_is(voc_str a, const char *b) { return ocel_eq(a, (voc_str){b, strlen(b)}); }

voc_rc ocel_refuse(struct ocel *o, uint64_t line, const char *hint, const char *format, ...)
{
    char message[400];
    va_list ap;
    va_start(ap, format);
    vsnprintf(message, sizeof message, format, ap);
    va_end(ap);
    voc_diag d = {.struct_size = sizeof d, .severity = VOC_ERROR, .code = VOC_LIT("OCEL-001"), .line = line};
    d.message = (voc_str){message, strlen(message)};
    if (!o->host->utf8_valid(d.message.ptr, d.message.len)) d.message = (voc_str)VOC_LIT("it holds what is not valid UTF-8");
    d.hint = (voc_str){hint, strlen(hint)};
    o->host->diag(o->cx, &d);
    return o->rc = VOC_E_INPUT;
}

// ---- memory -------------------------------------------------------------------------------------------------------------------

static void *take(struct ocel *o, struct chunk **from, size_t size, size_t align)
{
    struct chunk *c = *from;
    size_t at = c ? (c->used + align - 1) & ~(align - 1) : 0;
    if (!c || c->room < at || c->room - at < size) {
        size_t room = !c ? CHUNK_FIRST : c->room < CHUNK_MOST / 2 ? c->room * 2 : CHUNK_MOST;
        if (room < size) room = size;
        c = o->host->alloc(o->cx, sizeof *c + room);
        if (!c) return o->rc = VOC_E_NOMEM, NULL;
        *c = (struct chunk){.next = *from, .room = room};
        *from = c;
        at = 0;
    }
    c->used = at + size;
    return c->bytes + at;
}

void *ocel_alloc(struct ocel *o, struct chunk **from, size_t size) { return take(o, from, size, 16); }
unsigned char *ocel_pack(struct ocel *o, struct chunk **from, size_t size) { return take(o, from, size, 1); }
void *ocel_scratch(struct ocel *o, size_t size) { return take(o, &o->scratch, size, 16); }

void ocel_drop(struct ocel *o, struct chunk **all)
{
    for (struct chunk *c = *all, *next; c; c = next) {
        next = c->next;
        o->host->free(o->cx, c);
    }
    *all = NULL;
}

// The last chunk stays, if it is of the usual size.
void ocel_scratch_begin(struct ocel *o)
{
    if (!o->scratch) return;
    ocel_drop(o, &o->scratch->next);
    if (o->scratch->room > CHUNK_MOST) ocel_drop(o, &o->scratch);
    else o->scratch->used = 0;
}

static bool copy(struct ocel *o, struct chunk **to, voc_str s, voc_str *out)
{
    unsigned char *at = take(o, to, s.len + 1, 1);
    if (!at) return false;
    if (s.len) memcpy(at, s.ptr, s.len);
    *out = (voc_str){(const char *)at, s.len};
    return true;
}

bool ocel_copy(struct ocel *o, voc_str s, voc_str *out) { return copy(o, &o->scratch, s, out); }
bool ocel_keep(struct ocel *o, voc_str s, voc_str *out) { return copy(o, &o->chunks, s, out); }

bool ocel_grow(struct ocel *o, void **at, size_t n, size_t *room, size_t each)
{
    if (n < *room) return true;
    size_t more = *room ? *room * 2 : 64;
    void *to = n < NONE / 2 ? o->host->resize(o->cx, *at, more * each) : NULL;
    if (!to) return o->rc = VOC_E_NOMEM, false;
    *at = to;
    *room = more;
    return true;
}

void ocel_free(struct ocel *o)
{
    ocel_drop(o, &o->chunks);
    ocel_drop(o, &o->scratch);
    for (uint32_t i = 0; i < o->n_types; i++) ocel_drop(o, &o->types[i].states);
    o->host->free(o->cx, o->at_hand.values);
    o->host->free(o->cx, o->at_hand.references);
    o->host->free(o->cx, o->objects);
    o->host->free(o->cx, o->slots);
    o->host->free(o->cx, o->names.at);
    o->host->free(o->cx, o->names.slots);
    o->host->free(o->cx, o->work);
    o->host->free(o->cx, o);
}

// ---- the thing at hand ------------------------------------------------------------------------------------------------------------

struct thing *ocel_begin(struct ocel *o, bool event)
{
    const struct thing old = o->at_hand;
    ocel_scratch_begin(o);
    o->at_hand = (struct thing){.event = event, .id = {"", 0}, .type = {"", 0}, .time = {"", 0}, .values = old.values, .values_room = old.values_room, .references = old.references, .references_room = old.references_room};
    return &o->at_hand;
}

bool ocel_value(struct ocel *o, const struct value *v)
{
    struct thing *t = &o->at_hand;
    void *at = t->values;
    if (!ocel_grow(o, &at, t->n_values, &t->values_room, sizeof *t->values)) return false;
    t->values = at;
    t->values[t->n_values++] = *v;
    return true;
}

bool ocel_refer(struct ocel *o, voc_str object, voc_str qualifier)
{
    struct thing *t = &o->at_hand;
    void *at = t->references;
    if (!ocel_grow(o, &at, t->n_references, &t->references_room, sizeof *t->references)) return false;
    t->references = at;
    t->references[t->n_references++] = (struct reference){object, qualifier, NONE, NONE};
    return true;
}

static void look_up(struct ocel *o, struct thing *t)
{
    for (size_t i = 0; i < t->n_references; i++) {
        struct reference *r = &t->references[i];
        r->to = ocel_find(o, r->object);
        r->kind = r->to == NONE ? NONE : ocel_object(o, r->to)->kind;
    }
}

static uint32_t type_of(struct ocel *o, voc_str name)
{
    for (uint32_t i = 0; i < o->n_types; i++)
        if (ocel_eq(o->types[i].name, name)) return i;
    if (o->n_types == TYPES_MAX) return NONE;
    o->types[o->n_types] = (struct otype){.name = {"", 0}};
    return ocel_keep(o, name, &o->types[o->n_types].name) ? o->n_types++ : NONE;
}

// The first one of an id stands.
static voc_rc learn_object(struct ocel *o, const struct thing *t)
{
    o->n_objects++;
    o->late = o->late || o->n_events;
    if (t->broken || ocel_find(o, t->id) != NONE) return VOC_OK;
    const uint32_t kind = type_of(o, t->type);
    if (kind == NONE && o->rc) return o->rc;
    if (kind == NONE) return ocel_refuse(o, t->line, "name one that matters with -O unit=TYPE and leave the others out", "there are more than %u types of objects", TYPES_MAX);
    o->types[kind].objects++;
    return ocel_index(o, t->id, kind) ? VOC_OK : o->rc;
}

// How many different objects of a type an event refers to: none, one, or more.
static void count_types(struct ocel *o, const struct thing *t)
{
    if (t->broken || t->n_references > REFERENCES_MAX) return;
    for (size_t r = 0; r < t->n_references; r++) {
        const uint32_t kind = t->references[r].kind;
        bool first = true, others = false;
        if (kind == NONE) continue;
        for (size_t q = 0; q < t->n_references; q++) {
            if (t->references[q].kind != kind) continue;
            first = first && q >= r;
            others = others || t->references[q].to != t->references[r].to;
        }
        if (!first) continue;
        o->types[kind].any++;
        o->types[kind].once += !others;
    }
}

// Of an object that is not there, to be said at the end.
static void note_dangling(struct ocel *o, const struct thing *t)
{
    const int which = !t->event;
    for (size_t i = 0; i < t->n_references; i++) {
        if (t->references[i].to != NONE) continue;
        o->dangling++;
        if (!o->first_dangling[which].ptr && ocel_keep(o, t->references[i].object, &o->first_dangling[which]))
            o->first_dangling_line[which] = t->line;
    }
}

// Where objects stand in front of all events, their states can wait until it is known whose journey it is: units need none.
static bool wants_state(const struct ocel *o, const struct object *x)
{
    return o->reading == COUNT || (!o->late && x->kind != o->unit_type);
}

static voc_rc state_object(struct ocel *o, const struct thing *t)
{
    const uint32_t i = t->broken ? NONE : ocel_find(o, t->id);
    struct object *x = i == NONE ? NULL : ocel_object(o, i);
    if (!x || x->flags & OBJECT_STATED || !wants_state(o, x)) return VOC_OK;
    return ocel_keep_state(o, x, t) ? VOC_OK : o->rc;
}

voc_rc ocel_end(struct ocel *o)
{
    struct thing *t = &o->at_hand;
    voc_rc rc = VOC_OK;
    if (o->host->cancelled(o->cx)) return o->rc = VOC_CANCELLED;
    if (o->reading == LEARN && !t->event) return learn_object(o, t);
    o->n_events += o->reading == LEARN;
    if (t->event || o->reading == EMIT) look_up(o, t);
    if (t->event && o->reading != EMIT) count_types(o, t);
    if (!t->event) rc = state_object(o, t);
    if (o->reading != EMIT || rc) return rc;
    note_dangling(o, t);
    rc = o->rc ? o->rc : ocel_emit(o, t);
    return rc ? o->rc = rc : VOC_OK;
}

// ---- types of attributes ----------------------------------------------------------------------------------------------------------

void ocel_declare(struct ocel *o, voc_str name, voc_str type)
{
    static const struct { const char *name; uint32_t type; } names[] = {{"string", VOC_TYPE_TEXT}, {"time", VOC_TYPE_TIME}, {"date", VOC_TYPE_TIME}, {"timestamp", VOC_TYPE_TIME}, {"integer", VOC_TYPE_INT},
        {"int", VOC_TYPE_INT}, {"float", VOC_TYPE_REAL}, {"double", VOC_TYPE_REAL}, {"boolean", VOC_TYPE_BOOL}};
    uint32_t found = NONE;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (ocel_is(type, names[i].name)) found = names[i].type;
    if (found == NONE || o->n_declared == TYPES_MAX) return;
    for (size_t i = 0; i < o->n_declared; i++) {
        if (!ocel_eq(o->declared[i].name, name)) continue;
        if (o->declared[i].type != found) o->declared[i].type = VOC_TYPE_TEXT; // two types of things have it, each in its own way
        return;
    }
    if (!ocel_keep(o, name, &o->declared[o->n_declared].name)) return;
    o->declared[o->n_declared++].type = found;
}

uint32_t ocel_type_of_value(const struct ocel *o, const struct value *v)
{
    for (size_t i = 0; i < o->n_declared; i++)
        if (ocel_eq(o->declared[i].name, v->name)) return o->declared[i].type;
    return v->type;
}

bool ocel_value_time(const struct ocel *o, const struct value *v, int64_t *us, uint32_t *resolution)
{
    *resolution = VOC_RES_US;
    *us = VOC_NA;
    if (v->time.len == 0) return true;
    if (o->host->time_parse(o->time, v->time, us, resolution) != VOC_OK) return false;
    if (*us < INT64_C(172800000000) && *us > -INT64_C(172800000000)) *us = VOC_NA; // in any zone
    return true;
}

// ---- whose journey ------------------------------------------------------------------------------------------------------------------

static int by_name(voc_str a, voc_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return c ? c : a.len < b.len ? -1 : a.len > b.len;
}

// The type that most events have one object of; then the one of most events; then by name.
static uint32_t best_unit(const struct ocel *o)
{
    uint32_t best = NONE;
    for (uint32_t i = 0; i < o->n_types; i++) {
        const struct otype *t = &o->types[i], *b = best == NONE ? NULL : &o->types[best];
        if (t->any == 0) continue;
        if (!b || t->once > b->once || (t->once == b->once && (t->any > b->any || (t->any == b->any && by_name(t->name, b->name) < 0)))) best = i;
    }
    return best;
}

static bool says_customer(voc_str name)
{
    static const char *const words[] = {"customer", "customers", "client", "clients", "person", "persons", "people", "user", "users", "contact", "contacts", "kunde", "kunden"};
    char low[16];
    if (name.len >= sizeof low) return false;
    for (size_t i = 0; i < name.len; i++) low[i] = name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? (char)(name.ptr[i] - 'A' + 'a') : name.ptr[i];
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == name.len && memcmp(low, words[i], name.len) == 0) return true;
    return false;
}

static voc_rc named_type(struct ocel *o, voc_str name, uint32_t *out)
{
    char all[400] = "";
    size_t n = 0;
    for (uint32_t i = 0; i < o->n_types; i++)
        if (ocel_eq(o->types[i].name, name)) return *out = i, VOC_OK;
    for (uint32_t i = 0; i < o->n_types && n < sizeof all - 100; i++)
        n += (size_t)snprintf(all + n, sizeof all - n, "%s%.*s", i ? ", " : "the types are ", OCEL_STR(o->types[i].name));
    (void)ocel_refuse(o, 0, all, "there is no object of the type \"%.*s\"", OCEL_STR(name));
    return o->rc = VOC_E_OPTION;
}

voc_rc ocel_choose(struct ocel *o)
{
    voc_rc rc = VOC_OK;
    o->unit_type = o->customer_type = NONE;
    for (uint32_t i = 0; i < o->n_types && !o->customer.len; i++)
        if (says_customer(o->types[i].name) && (o->customer_type == NONE || o->types[i].once > o->types[o->customer_type].once)) o->customer_type = i;
    o->customer_guessed = o->customer_type != NONE;
    if (o->customer.len && !ocel_is(o->customer, "-")) rc = named_type(o, o->customer, &o->customer_type);
    if (!rc && o->unit.len && !ocel_is(o->unit, "-")) rc = named_type(o, o->unit, &o->unit_type);
    if (!rc && !o->unit.len) {
        o->unit_type = best_unit(o);
        o->unit_guessed = o->unit_type != NONE;
    }
    return rc;
}
