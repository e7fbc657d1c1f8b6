// SPDX-License-Identifier: MIT
// The log in memory: objects, events, their values and references, in arrays that grow through the host's accounted memory; and
// what follows from all of it: which object a reference means, which types there are, whose journey the log tells.
#include <stdarg.h>
#include <stdio.h>

#include "plugins/input/ocel/ocel.h"

#define CHUNK ((size_t)256 << 10)

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

void *ocel_alloc(struct ocel *o, size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if (!o->chunks || o->chunks->room - o->chunks->used < size) {
        size_t room = size > CHUNK ? size : CHUNK;
        struct chunk *c = o->host->alloc(o->cx, sizeof *c + room);
        if (!c) return o->rc = VOC_E_NOMEM, NULL;
        *c = (struct chunk){.next = o->chunks, .room = room};
        o->chunks = c;
    }
    char *p = o->chunks->bytes + o->chunks->used;
    o->chunks->used += size;
    return p;
}

bool ocel_copy(struct ocel *o, voc_str s, voc_str *out)
{
    char *to = ocel_alloc(o, s.len + 1);
    if (!to) return false;
    if (s.len) memcpy(to, s.ptr, s.len);
    *out = (voc_str){to, s.len};
    return true;
}

// Room for one more of an array.
static bool grow(struct ocel *o, void **at, size_t n, size_t *room, size_t each)
{
    if (n < *room) return true;
    size_t more = *room ? *room * 2 : 256;
    void *to = n < NONE / 2 ? o->host->resize(o->cx, *at, more * each) : NULL;
    if (!to) return o->rc = VOC_E_NOMEM, false;
    *at = to;
    *room = more;
    return true;
}

struct thing *ocel_add(struct ocel *o, struct things *to)
{
    void *at = to->at;
    if (!grow(o, &at, to->n, &to->room, sizeof *to->at)) return NULL;
    to->at = at;
    struct thing *t = &to->at[to->n++];
    *t = (struct thing){.id = {"", 0}, .type = {"", 0}, .time = {"", 0}, .values = NONE, .last_value = NONE, .references = NONE, .last_reference = NONE, .kind = NONE, .hashed = NONE};
    return t;
}

bool ocel_value(struct ocel *o, struct thing *t, const struct value *v)
{
    void *at = o->values;
    if (!grow(o, &at, o->n_values, &o->values_room, sizeof *o->values)) return false;
    o->values = at;
    o->values[o->n_values] = *v;
    o->values[o->n_values].next = NONE;
    if (t->values == NONE) t->values = (uint32_t)o->n_values;
    else o->values[t->last_value].next = (uint32_t)o->n_values;
    t->last_value = (uint32_t)o->n_values++;
    t->n_values++;
    return true;
}

bool ocel_refer(struct ocel *o, struct thing *t, voc_str object, voc_str qualifier)
{
    void *at = o->references;
    if (!grow(o, &at, o->n_references, &o->references_room, sizeof *o->references)) return false;
    o->references = at;
    o->references[o->n_references] = (struct reference){object, qualifier, NONE, NONE};
    if (t->references == NONE) t->references = (uint32_t)o->n_references;
    else o->references[t->last_reference].next = (uint32_t)o->n_references;
    t->last_reference = (uint32_t)o->n_references++;
    t->n_references++;
    return true;
}

void ocel_free(struct ocel *o)
{
    for (struct chunk *c = o->chunks, *next; c; c = next) {
        next = c->next;
        o->host->free(o->cx, c);
    }
    o->host->free(o->cx, o->bytes);
    o->host->free(o->cx, o->events.at);
    o->host->free(o->cx, o->objects.at);
    o->host->free(o->cx, o->values);
    o->host->free(o->cx, o->references);
    o->host->free(o->cx, o->hash);
    o->host->free(o->cx, o);
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
    o->declared[o->n_declared].name = name;
    o->declared[o->n_declared++].type = found;
}

uint32_t ocel_declared(const struct ocel *o, voc_str name)
{
    for (size_t i = 0; i < o->n_declared; i++)
        if (ocel_eq(o->declared[i].name, name)) return o->declared[i].type;
    return NONE;
}

// ---- objects by id ------------------------------------------------------------------------------------------------------------------

static size_t slot_of(const struct ocel *o, voc_str id)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < id.len; i++) h = (h ^ (unsigned char)id.ptr[i]) * UINT64_C(1099511628211);
    return (size_t)(h ^ h >> 29) & (o->hash_size - 1);
}

static uint32_t find_object(const struct ocel *o, voc_str id)
{
    for (uint32_t i = o->hash[slot_of(o, id)]; i != NONE; i = o->objects.at[i].hashed)
        if (ocel_eq(o->objects.at[i].id, id)) return i;
    return NONE;
}

static uint32_t type_of(struct ocel *o, voc_str name)
{
    for (uint32_t i = 0; i < o->n_types; i++)
        if (ocel_eq(o->types[i].name, name)) return i;
    if (o->n_types == TYPES_MAX) return NONE;
    o->types[o->n_types] = (struct otype){.name = name};
    return o->n_types++;
}

static voc_rc index_objects(struct ocel *o)
{
    o->hash_size = 1024;
    while (o->hash_size < o->objects.n * 2) o->hash_size *= 2;
    o->hash = o->host->alloc(o->cx, o->hash_size * sizeof *o->hash);
    if (!o->hash) return VOC_E_NOMEM;
    memset(o->hash, 0xFF, o->hash_size * sizeof *o->hash);
    for (uint32_t i = 0; i < o->objects.n; i++) {
        struct thing *t = &o->objects.at[i];
        if (t->broken) continue;
        if (find_object(o, t->id) != NONE) { // the first one stands
            t->broken = true;
            o->doubled++;
            continue;
        }
        t->kind = type_of(o, t->type);
        if (t->kind == NONE) return ocel_refuse(o, t->line, "name one that matters with -O unit=TYPE and leave the others out", "there are more than %u types of objects", TYPES_MAX);
        o->types[t->kind].objects++;
        uint32_t *slot = &o->hash[slot_of(o, t->id)];
        t->hashed = *slot;
        *slot = i;
    }
    return VOC_OK;
}

static void look_up(struct ocel *o, const struct thing *t)
{
    for (uint32_t r = t->references; r != NONE; r = o->references[r].next) {
        o->references[r].to = find_object(o, o->references[r].object);
        if (o->references[r].to != NONE) continue;
        if (o->dangling++) continue;
        o->first_dangling = o->references[r].object;
        o->first_dangling_line = t->line;
    }
}

// How many different objects of a type an event refers to: none, one, or two for more.
static void count_types(struct ocel *o, const struct thing *t)
{
    for (uint32_t r = t->references; r != NONE; r = o->references[r].next) {
        if (o->references[r].to == NONE) continue;
        uint32_t kind = o->objects.at[o->references[r].to].kind, others = 0;
        bool first = true;
        for (uint32_t q = t->references; q != NONE; q = o->references[q].next) {
            if (o->references[q].to == NONE || o->objects.at[o->references[q].to].kind != kind) continue;
            first = first && !(q < r);
            others += o->references[q].to != o->references[r].to;
        }
        if (!first) continue;
        o->types[kind].any++;
        o->types[kind].once += others == 0;
    }
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
    for (uint32_t i = 0; i < o->n_types && n < sizeof all - 100; i++) n += (size_t)snprintf(all + n, sizeof all - n, "%s%.*s", i ? ", " : "the types are ", OCEL_STR(o->types[i].name));
    (void)ocel_refuse(o, 0, all, "there is no object of the type \"%.*s\"", OCEL_STR(name));
    return o->rc = VOC_E_OPTION;
}

voc_rc ocel_link(struct ocel *o)
{
    voc_rc rc = index_objects(o);
    if (rc) return rc;
    for (size_t i = 0; i < o->events.n; i++) {
        look_up(o, &o->events.at[i]);
        if (!o->events.at[i].broken && o->events.at[i].n_references <= REFERENCES_MAX) count_types(o, &o->events.at[i]);
    }
    for (size_t i = 0; i < o->objects.n; i++) look_up(o, &o->objects.at[i]);
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
