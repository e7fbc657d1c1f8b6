// SPDX-License-Identifier: MIT
// The members of the first records as a tree: each is a name that a map can say ("user.id", "items[0].name"), and most hold a
// column. Made in head(), only read afterwards. An array is one cell with its JSON text, unless it holds pairs of key and value
// (GA4's event_params), whose members are by key, or a map names one of its members by index.
#include <stdio.h>

#include "plugins/input/json/json.h"

#define NODES_MAX 16384u

static uint32_t hash_of(const struct paths *p, uint32_t parent, voc_str key, unsigned char kind)
{
    uint64_t h = (UINT64_C(14695981039346656037) ^ parent) * 1099511628211u + kind;
    for (size_t i = 0; i < key.len; i++) h = (h ^ (unsigned char)key.ptr[i]) * 1099511628211u;
    return (uint32_t)(h ^ h >> 32) & (p->hash_size - 1);
}

voc_rc paths_new(struct paths *p, struct events *e)
{
    *p = (struct paths){.e = e, .max = NODES_MAX, .hash_size = NODES_MAX};
    p->nodes = ev_alloc(e, p->max * sizeof *p->nodes);
    p->hash = ev_alloc(e, p->hash_size * sizeof *p->hash);
    if (!p->nodes || !p->hash) return VOC_E_NOMEM;
    memset(p->hash, 0xFF, p->hash_size * sizeof *p->hash);
    p->nodes[p->n++] = (struct node){.key = {"", 0}, .quoted = {"", 0}, .parent = NO_NODE, .child = NO_NODE, .next = NO_NODE, .last = NO_NODE, .column = NO_COLUMN, .hashed = NO_NODE};
    return VOC_OK;
}

uint32_t paths_find(const struct paths *p, uint32_t parent, voc_str key, unsigned char kind)
{
    for (uint32_t i = p->hash[hash_of(p, parent, key, kind)]; i != NO_NODE; i = p->nodes[i].hashed)
        if (p->nodes[i].parent == parent && p->nodes[i].kind == kind && ev_eq(p->nodes[i].key, key)) return i;
    return NO_NODE;
}

static bool needs_escapes(voc_str key)
{
    for (size_t i = 0; i < key.len; i++)
        if ((unsigned char)key.ptr[i] < 0x20 || key.ptr[i] == '"' || key.ptr[i] == '\\') return true;
    return false;
}

voc_rc paths_add(struct paths *p, uint32_t parent, voc_str key, unsigned char kind, uint32_t *out)
{
    *out = paths_find(p, parent, key, kind);
    if (*out != NO_NODE || p->n == p->max) return VOC_OK; // too many: they are kept by their paths
    char *text = ev_alloc(p->e, key.len + 2);
    if (!text) return VOC_E_NOMEM;
    text[0] = text[key.len + 1] = '"';
    if (key.len) memcpy(text + 1, key.ptr, key.len);
    struct node *n = &p->nodes[p->n];
    *n = (struct node){.key = {text + 1, key.len}, .quoted = {text, needs_escapes(key) ? 0 : key.len + 2}, .parent = parent,
                       .child = NO_NODE, .next = NO_NODE, .last = NO_NODE, .column = NO_COLUMN, .kind = kind};
    uint32_t *slot = &p->hash[hash_of(p, parent, n->key, kind)];
    n->hashed = *slot;
    *slot = p->n;
    if (p->nodes[parent].child == NO_NODE) p->nodes[parent].child = p->n;
    else p->nodes[p->nodes[parent].last].next = p->n;
    p->nodes[parent].last = p->n;
    if (kind == KIND_INDEX) p->nodes[parent].indexed = true;
    *out = p->n++;
    return VOC_OK;
}

void paths_column(struct paths *p, uint32_t node)
{
    if (node != NO_NODE && p->nodes[node].column == NO_COLUMN && p->n_columns < COLUMNS_MAX) p->nodes[node].column = p->n_columns++;
}

size_t paths_name(const struct paths *p, uint32_t node, char *to, size_t size)
{
    const struct node *n = &p->nodes[node];
    if (n->parent == NO_NODE) return 0;
    size_t at = paths_name(p, n->parent, to, size);
    if (at == SIZE_MAX || at + n->key.len + 2 > size) return SIZE_MAX;
    if (n->kind == KIND_INDEX) to[at++] = '[';
    else if (at) to[at++] = '.';
    if (n->key.len) memcpy(to + at, n->key.ptr, n->key.len);
    at += n->key.len;
    if (n->kind == KIND_INDEX) to[at++] = ']';
    return at;
}

// The parts of "a.b[2].c": a name up to a dot or bracket, or digits in brackets.
voc_rc paths_named(struct paths *p, voc_str name, uint32_t *out)
{
    uint32_t node = 0, indexed = 0;
    voc_rc rc = VOC_OK;
    size_t at = 0;
    *out = NO_NODE;
    while (at < name.len && node != NO_NODE && !rc) {
        unsigned char kind = name.ptr[at] == '[' ? KIND_INDEX : KIND_MEMBER;
        size_t from = at + (kind == KIND_INDEX || (name.ptr[at] == '.' && at)), to = from;
        while (to < name.len && name.ptr[to] != (kind == KIND_INDEX ? ']' : '.') && (kind == KIND_INDEX || name.ptr[to] != '[')) {
            if (kind == KIND_INDEX && (name.ptr[to] < '0' || name.ptr[to] > '9')) return VOC_OK;
            to++;
        }
        if (to == from || (kind == KIND_INDEX && to == name.len)) return VOC_OK; // no path
        rc = paths_add(p, node, (voc_str){name.ptr + from, to - from}, kind, &node);
        at = to + (kind == KIND_INDEX);
        indexed += kind == KIND_INDEX;
        if (indexed > p->indexed) p->indexed = indexed;
        if (kind == KIND_INDEX && at < name.len && name.ptr[at] != '.' && name.ptr[at] != '[') return rc;
    }
    if (!rc && node != 0) *out = node;
    return rc;
}

// ---- pairs of key and value --------------------------------------------------------------------------------------------------

static bool ends_value(voc_str key)
{
    return key.len > 5 && (memcmp(key.ptr + key.len - 5, "value", 5) == 0 || memcmp(key.ptr + key.len - 5, "Value", 5) == 0);
}

// {"string_value": null, "int_value": "7"}
static bool typed_value(struct json *j, voc_str *text, enum json_kind *kind, bool *escaped)
{
    bool done, found = false;
    *text = (voc_str){"", 0};
    *kind = JSON_NULL;
    *escaped = false;
    if (!json_enter(j, '{', '}', &done)) return false;
    while (!done) {
        voc_str key, value;
        bool key_escaped, value_escaped = false;
        if (!json_key(j, &key, &key_escaped)) return false;
        enum json_kind k = json_kind(j);
        if (k == JSON_OBJECT || k == JSON_ARRAY ? !json_skip(j, 3, &value) : !json_scalar(j, k, &value, &value_escaped)) return false;
        if (!found && k != JSON_NULL && ends_value(key)) {
            *text = value;
            *kind = k;
            *escaped = value_escaped;
            found = true;
        }
        if (!json_next(j, '}', &done)) return false;
    }
    return true;
}

bool pair_read(struct json *j, voc_str *key, bool *key_escaped, voc_str *text, enum json_kind *kind, bool *escaped)
{
    bool done, has_key = false, has_value = false;
    *text = (voc_str){"", 0};
    if (!json_enter(j, '{', '}', &done)) return false;
    while (!done) {
        voc_str name;
        bool name_escaped;
        if (!json_key(j, &name, &name_escaped)) return false;
        if (ev_is(name, "key") && json_kind(j) == JSON_STRING && !has_key) {
            has_key = true;
            if (!json_string(j, key, key_escaped)) return false;
        } else if (ev_is(name, "value") && !has_value) {
            has_value = true;
            *kind = json_kind(j);
            *escaped = false;
            if (*kind == JSON_OBJECT  ? !typed_value(j, text, kind, escaped)
                : *kind == JSON_ARRAY ? !json_skip(j, 3, text)
                                      : !json_scalar(j, *kind, text, escaped))
                return false;
        } else {
            return json_fault(j, "a pair of key and value holds something else");
        }
        if (!json_next(j, '}', &done)) return false;
    }
    return (has_key && has_value) || json_fault(j, "a pair lacks its key or value");
}

bool pairs_at(struct json j)
{
    bool done, escaped[2];
    voc_str key, text;
    enum json_kind kind;
    if (!json_enter(&j, '[', ']', &done) || done) return false;
    while (!done) {
        if (!pair_read(&j, &key, &escaped[0], &text, &kind, &escaped[1]) || !json_next(&j, ']', &done)) return false;
    }
    return true;
}

// ---- looking at records --------------------------------------------------------------------------------------------------------

struct look {
    struct paths *p;
    struct json j;
    voc_rc rc;
};

static bool see_object(struct look *l, uint32_t node, unsigned depth);

static uint32_t member(struct look *l, uint32_t node, voc_str raw, bool escaped)
{
    uint32_t to = NO_NODE;
    voc_str key = raw;
    if (escaped) {
        char *text = l->p->e->host->alloc(l->p->e->cx, raw.len + 1);
        if (!text) return l->rc = VOC_E_NOMEM, NO_NODE;
        key = (voc_str){text, json_unescape(raw, text)};
    }
    if (key.len <= PATH_MAX_LEN) l->rc = paths_add(l->p, node, key, KIND_MEMBER, &to);
    if (escaped) l->p->e->host->free(l->p->e->cx, (char *)(uintptr_t)key.ptr);
    return to;
}

static bool see_pairs(struct look *l, uint32_t node)
{
    bool done, escaped, value_escaped;
    voc_str key, text;
    enum json_kind kind;
    l->p->nodes[node].pairs = true;
    if (!json_enter(&l->j, '[', ']', &done)) return false;
    while (!done && !l->rc) {
        if (!pair_read(&l->j, &key, &escaped, &text, &kind, &value_escaped)) return false;
        paths_column(l->p, member(l, node, key, escaped));
        if (!json_next(&l->j, ']', &done)) return false;
    }
    return true;
}

static bool see_value(struct look *l, uint32_t node, unsigned depth)
{
    voc_str text;
    bool escaped;
    enum json_kind kind = json_kind(&l->j);
    if (node == NO_NODE) return json_skip(&l->j, depth, NULL);
    if (kind == JSON_OBJECT) return see_object(l, node, depth);
    if (kind == JSON_ARRAY && pairs_at(l->j)) return see_pairs(l, node);
    if (kind != JSON_ARRAY || !l->p->nodes[node].pairs) paths_column(l->p, node);
    return kind == JSON_ARRAY ? json_skip(&l->j, depth, NULL) : json_scalar(&l->j, kind, &text, &escaped);
}

static bool see_object(struct look *l, uint32_t node, unsigned depth)
{
    bool done, escaped;
    voc_str key;
    if (depth >= JSON_DEPTH) return json_fault(&l->j, "it lies too deep");
    if (!json_enter(&l->j, '{', '}', &done)) return false;
    while (!done && !l->rc)
        if (!json_key(&l->j, &key, &escaped) || !see_value(l, member(l, node, key, escaped), depth + 1) ||
            !json_next(&l->j, '}', &done))
            return false;
    return true;
}

voc_rc paths_see(struct paths *p, voc_str record)
{
    struct json whole = {record.ptr, record.ptr + record.len, NULL};
    struct look l = {.p = p, .j = whole};
    json_blank(&whole);
    if (json_kind(&whole) != JSON_OBJECT || !json_skip(&whole, 0, NULL) || !json_done(&whole)) return VOC_OK;
    json_blank(&l.j);
    (void)see_object(&l, 0, 0);
    return l.rc;
}
