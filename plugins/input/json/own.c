// SPDX-License-Identifier: MIT
// Our own rows: every field of a row by its own name, as `voc rows` writes them and docs/row.schema.json says. The shortest way
// from any language: ./mine.py f | voc import P - --as json. A name that is no field is a reject that says which was meant.
#include <stdio.h>

#include "plugins/common/near.h"
#include "plugins/input/json/json.h"

#define SHOWN 60u

static const char *const kinds[] = {"event", "word", "link", "attribute", "measure", "reference", NULL}; // VOC_ROW_*, from 1
static const char *const actors[] = {"customer", "company", "other", NULL};                // VOC_ACTOR_*, from 1
static const char *const refs[] = {"event", "touchpoint", "thread", "case", NULL};         // VOC_REF_*, from 1
static const char *const resolutions[] = {"microsecond", "millisecond", "second", "minute", "hour", "day", NULL}; // VOC_RES_*, from 0
static const char *const entities[] = {"event", "individual", "account", "case", NULL};    // VOC_ENTITY_*, from 0
static const char *const types[] = {"text", "int", "real", "bool", "time", "money", NULL}; // VOC_TYPE_*, from 0

static const char *const fields[] = {"kind", "record", "line", "time", "resolution", "actor", "action", "customer", "account", "case", "id", "ref", "ref_kind", "role", "owner",
                                     "thread", "touchpoint", "channel", "campaign", "object", "text", "language", "minutes", "cost", "value", "attributes", "unit", "rule"};
#define N_FIELDS (sizeof fields / sizeof *fields)

static const struct { const char *name; size_t at; } texts[] = {
    {"action", offsetof(voc_row, action)}, {"case", offsetof(voc_row, case_id)}, {"id", offsetof(voc_row, id)}, {"ref", offsetof(voc_row, ref)}, {"role", offsetof(voc_row, role)},
    {"owner", offsetof(voc_row, owner)}, {"thread", offsetof(voc_row, thread)}, {"touchpoint", offsetof(voc_row, touchpoint)}, {"channel", offsetof(voc_row, channel)},
    {"campaign", offsetof(voc_row, campaign)}, {"object", offsetof(voc_row, object)}, {"text", offsetof(voc_row, text)}, {"language", offsetof(voc_row, language)},
    {"unit", offsetof(voc_row, unit)}, {"rule", offsetof(voc_row, unit)}};

static bool is_field(voc_str key)
{
    for (size_t i = 0; i < N_FIELDS; i++)
        if (ev_is(key, fields[i])) return true;
    return false;
}

// "event", with its quotes
static bool is_kind(voc_str text)
{
    voc_str word = text.len > 1 ? (voc_str){text.ptr + 1, text.len - 2} : text;
    for (size_t i = 0; kinds[i]; i++)
        if (ev_is(word, kinds[i])) return true;
    return ev_is(word, "reject"); // as voc rows writes them
}

bool own_shaped(voc_str record)
{
    struct json j = {record.ptr, record.ptr + record.len, NULL};
    bool done, escaped, timed = false, said = false;
    voc_str key, text;
    json_blank(&j);
    if (!json_enter(&j, '{', '}', &done)) return false;
    while (!done) {
        if (!json_key(&j, &key, &escaped) || escaped || !is_field(key)) return false;
        if (!json_skip(&j, 1, &text) || (ev_is(key, "kind") && !is_kind(text))) return false;
        timed = timed || ev_is(key, "time") || ev_is(key, "kind");
        said = said || ev_is(key, "action") || ev_is(key, "kind");
        if (!json_next(&j, '}', &done)) return false;
    }
    return said && timed && json_done(&j);
}

// ---- small steps ---------------------------------------------------------------------------------------------------------------

static bool refuse_unknown(struct whole *w, voc_str key)
{
    size_t best = 3;
    const char *near = NULL;
    for (size_t i = 0; i < N_FIELDS; i++) {
        size_t d = near_distance(key, (voc_str){fields[i], strlen(fields[i])});
        if (d < best) best = d, near = fields[i];
    }
    if (near) return whole_refuse(w, "ROW", "\"%.*s\" is no field of a row; did you mean \"%s\"?", EV_STR(key, SHOWN), near);
    return whole_refuse(w, "ROW", "\"%.*s\" is no field of a row; what is your own goes into \"attributes\"", EV_STR(key, SHOWN));
}

// One of the words; *out counts from `first`.
static bool word(struct whole *w, const struct member *m, const char *const *words, uint32_t first, uint32_t *out)
{
    voc_str text;
    char all[120] = "";
    if (!whole_text(w, m, &text)) return false;
    if (text.len == 0) return true;
    for (uint32_t i = 0; words[i]; i++)
        if (ev_is(text, words[i])) return *out = first + i, true;
    for (size_t i = 0, n = 0; words[i] && n < sizeof all; i++) n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", i ? ", " : "", words[i]);
    return whole_refuse(w, "ROW", "%.*s: \"%.*s\" is none of %s", EV_STR(m->key, SHOWN), EV_STR(text, SHOWN), all);
}

static bool scalar_text(struct whole *w, const struct member *m, voc_str *out)
{
    if (m->kind == JSON_OBJECT || m->kind == JSON_ARRAY) return whole_refuse(w, "ROW", "%.*s: this field is one text", EV_STR(m->key, SHOWN));
    return whole_text(w, m, out);
}

// ---- aliases ------------------------------------------------------------------------------------------------------------------

static bool is_weak(voc_str kind)
{
    static const char *const weak[] = {"cookie", "phone", "device", "ip", "network-cookie"};
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++)
        if (ev_is(kind, weak[i])) return true;
    return false;
}

static bool add_alias(struct whole *w, const struct member *m, voc_str kind, voc_alias *all, size_t *n)
{
    voc_alias *a = &all[*n];
    voc_str value;
    if (!scalar_text(w, m, &value)) return false;
    if (value.len == 0) return true;
    if (*n == VOC_ALIASES_MAX) return whole_refuse(w, "ROW", "more than %u identities of one", VOC_ALIASES_MAX);
    *a = (voc_alias){.kind = kind, .value = value, .strong = !is_weak(kind)};
    ++*n;
    return true;
}

// {"kind": "email", "value": "a@b", "strong": true}
static bool full_alias(struct whole *w, voc_str object, voc_alias *all, size_t *n)
{
    voc_str kind = VOC_LIT("id");
    if (!whole_members(w, object, &w->inner)) return false;
    const struct member *k = whole_find(&w->inner, "kind"), *v = whole_find(&w->inner, "value"), *s = whole_find(&w->inner, "strong");
    if (!v) return whole_refuse(w, "ROW", "an identity has no value: {\"kind\": \"email\", \"value\": \"...\"}");
    if (k && !scalar_text(w, k, &kind)) return false;
    size_t before = *n;
    if (!add_alias(w, v, kind, all, n)) return false;
    if (*n > before && s) all[before].strong = s->kind == JSON_TRUE || ev_is(s->text, "1");
    return true;
}

// "7", {"email": "a@b", "cookie": "c"}, or [{"kind": ..., "value": ..., "strong": ...}]
static bool aliases(struct whole *w, const struct member *m, voc_alias *all, size_t *n)
{
    bool done;
    *n = 0;
    if (m->kind == JSON_OBJECT) {
        if (!whole_members(w, m->text, &w->inner)) return false;
        for (size_t i = 0; i < w->inner.n; i++)
            if (!add_alias(w, &w->inner.at[i], w->inner.at[i].key, all, n)) return false;
        return true;
    }
    if (m->kind != JSON_ARRAY) return add_alias(w, m, (voc_str)VOC_LIT("id"), all, n);
    struct json j = {m->text.ptr, m->text.ptr + m->text.len, NULL};
    (void)json_enter(&j, '[', ']', &done); // it has been checked
    while (!done) {
        voc_str one;
        if (json_kind(&j) != JSON_OBJECT) return whole_refuse(w, "ROW", "%.*s: a list holds {\"kind\": ..., \"value\": ...}", EV_STR(m->key, SHOWN));
        (void)json_skip(&j, 2, &one);
        if (!full_alias(w, one, all, n)) return false;
        (void)json_next(&j, ']', &done);
    }
    return true;
}

// ---- attributes ------------------------------------------------------------------------------------------------------------------

static bool typed(struct whole *w, const struct member *value, voc_attr *a, uint32_t type)
{
    uint32_t resolution;
    int64_t n = VOC_NA;
    double real = 0;
    if (type == a->type) return true;
    if (type == VOC_TYPE_TEXT) {
        a->type = type;
        a->time_us = VOC_NA;
        a->number = 0;
        return true;
    }
    switch (type) {
    case VOC_TYPE_TIME:
        if (!whole_time(w, value, &n, &resolution)) return false;
        break;
    case VOC_TYPE_MONEY:
        if (!whole_amount(w, value, &n)) return false;
        break;
    case VOC_TYPE_REAL:
        if (!number_read(a->text, '.', &n, &real)) return whole_refuse(w, "NUMBER", "attribute %.*s: \"%.*s\" is not a number", EV_STR(a->key, SHOWN), EV_STR(a->text, SHOWN));
        n = VOC_NA;
        break;
    case VOC_TYPE_INT:
        if (!number_read(a->text, '.', &n, &real) || n == VOC_NA || n % 1000000)
            return whole_refuse(w, "NUMBER", "attribute %.*s: \"%.*s\" is not a whole number", EV_STR(a->key, SHOWN),
                                EV_STR(a->text, SHOWN));
        n /= 1000000;
        break;
    default:
        n = ev_is(a->text, "true") || ev_is(a->text, "1");
        if (!n && !ev_is(a->text, "false") && !ev_is(a->text, "0"))
            return whole_refuse(w, "NUMBER", "attribute %.*s: \"%.*s\" is neither true nor false", EV_STR(a->key, SHOWN),
                                EV_STR(a->text, SHOWN));
        break;
    }
    a->type = type;
    a->time_us = n;
    a->number = real;
    return true;
}

// {"entity": "individual", "key": "size", "type": "int", "value": 12, "text": "12"}
static bool full_attr(struct whole *w, voc_str object, size_t *n)
{
    uint32_t entity = VOC_ENTITY_EVENT, type = UINT32_MAX;
    voc_str key, said = {"", 0};
    if (!whole_members(w, object, &w->inner)) return false;
    const struct member *e = whole_find(&w->inner, "entity"), *k = whole_find(&w->inner, "key"), *t = whole_find(&w->inner, "type"),
                        *v = whole_find(&w->inner, "value"), *x = whole_find(&w->inner, "text");
    if (!k || k->kind != JSON_STRING || k->text.len == 0) return whole_refuse(w, "ROW", "an attribute has no key: {\"key\": \"size\", \"value\": \"12\"}");
    if (e && !word(w, e, entities, 0, &entity)) return false;
    bool number = t && ev_is(t->text, "number"); // as its JSON says
    if ((t && !number && !word(w, t, types, 0, &type)) || !whole_text(w, k, &key) || (x && !scalar_text(w, x, &said))) return false;
    size_t at = *n;
    if (!v) return true;
    if (!whole_attr(w, v, key, entity, n)) return false;
    if (*n == at) return true;
    if (type != UINT32_MAX && !typed(w, v, &w->attrs[at], type)) return false;
    if (said.len) w->attrs[at].text = said;
    return true;
}

static bool attributes(struct whole *w, const struct member *m, size_t *n)
{
    bool done;
    if (m->kind == JSON_OBJECT) {
        if (!whole_members(w, m->text, &w->inner)) return false;
        for (size_t i = 0; i < w->inner.n; i++)
            if (!whole_attr(w, &w->inner.at[i], w->inner.at[i].key, VOC_ENTITY_EVENT, n)) return false;
        return true;
    }
    if (m->kind != JSON_ARRAY) return whole_refuse(w, "ROW", "attributes are an object, {\"size\": 12}, or a list of {\"entity\": ..., \"key\": ..., \"value\": ...}");
    struct json j = {m->text.ptr, m->text.ptr + m->text.len, NULL};
    (void)json_enter(&j, '[', ']', &done);
    while (!done) {
        voc_str one;
        if (json_kind(&j) != JSON_OBJECT) return whole_refuse(w, "ROW", "a list of attributes holds {\"entity\": ..., \"key\": ..., \"value\": ...}");
        (void)json_skip(&j, 2, &one);
        if (!full_attr(w, one, n)) return false;
        (void)json_next(&j, ']', &done);
    }
    return true;
}

// ---- a row -----------------------------------------------------------------------------------------------------------------------

static bool one_field(struct whole *w, const struct member *m, voc_row *r, uint32_t *resolution)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (ev_is(m->key, texts[i].name)) return scalar_text(w, m, (voc_str *)(void *)((char *)r + texts[i].at));
    if (ev_is(m->key, "time")) return whole_time(w, m, &r->time_us, &r->resolution);
    if (ev_is(m->key, "customer")) return aliases(w, m, w->customer, &r->n_customer);
    if (ev_is(m->key, "account")) return aliases(w, m, w->account, &r->n_account);
    if (ev_is(m->key, "attributes")) return attributes(w, m, &r->n_attrs);
    if (ev_is(m->key, "actor")) return word(w, m, actors, VOC_ACTOR_CUSTOMER, &r->actor);
    if (ev_is(m->key, "minutes")) return whole_amount(w, m, &r->minutes);
    if (ev_is(m->key, "cost")) return whole_amount(w, m, &r->cost);
    if (ev_is(m->key, "value")) return whole_amount(w, m, &r->value);
    if (ev_is(m->key, "ref_kind")) return word(w, m, refs, VOC_REF_EVENT, &r->ref_kind);
    if (ev_is(m->key, "resolution")) return word(w, m, resolutions, VOC_RES_US, resolution);
    return is_field(m->key) || refuse_unknown(w, m->key);
}

// What each kind of row needs.
static bool complete(struct whole *w, const voc_row *r)
{
    bool dated = r->kind == VOC_ROW_EVENT || r->kind == VOC_ROW_WORD || r->kind == VOC_ROW_MEASURE;
    if (dated && r->time_us == VOC_NA) return whole_refuse(w, "TIME", "it has no time");
    if (r->kind == VOC_ROW_EVENT && r->action.len == 0) return whole_refuse(w, "ACTION", "it has no action");
    if (r->kind == VOC_ROW_WORD && r->text.len == 0) return whole_refuse(w, "ROW", "a word has no text");
    if (r->kind == VOC_ROW_LINK && r->n_customer != 2) return whole_refuse(w, "ROW", "a link has two identities: \"customer\": {\"email\": ..., \"cookie\": ...}");
    if (r->kind == VOC_ROW_REFERENCE && r->object.len == 0) return whole_refuse(w, "ROW", "a row of a reference table names its table: \"object\": \"ledger\"");
    if ((r->kind == VOC_ROW_ATTRIBUTE || r->kind == VOC_ROW_MEASURE || r->kind == VOC_ROW_REFERENCE) && r->n_attrs == 0)
        return whole_refuse(w, "ROW", "it has no attributes");
    return true;
}

void own_read(struct whole *w, voc_str record)
{
    uint32_t kind = VOC_ROW_EVENT, resolution = UINT32_MAX;
    if (!whole_members(w, record, &w->members)) return;
    const struct member *k = whole_find(&w->members, "kind");
    if (k && ev_is(k->text, "reject")) return whole_ignore(w, "a reject, as voc rows writes it");
    if (k && !word(w, k, kinds, VOC_ROW_EVENT, &kind)) return;
    voc_row r = voc_row_init(kind);
    r.record = w->record;
    r.customer = w->customer;
    r.account = w->account;
    r.attrs = w->attrs;
    for (size_t i = 0; i < w->members.n; i++)
        if (w->members.at[i].kind != JSON_NULL && !one_field(w, &w->members.at[i], &r, &resolution)) return;
    if (resolution != UINT32_MAX && resolution > r.resolution) r.resolution = resolution;
    if (r.ref.len == 0) r.ref_kind = VOC_REF_NONE;
    else if (r.ref_kind == VOC_REF_NONE) r.ref_kind = VOC_REF_EVENT;
    if (complete(w, &r)) whole_row(w, &r);
}
