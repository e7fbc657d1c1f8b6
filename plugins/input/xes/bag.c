// SPDX-License-Identifier: MIT
// Attribute bags: see bag.h. Growing doubles through the host's accounted memory; nothing is freed between events.
#include "plugins/input/xes/bag.h"

#include <string.h>

#define ITEMS_MAX 250u
#define BYTES_MAX ((size_t)16 << 20)

void bag_done(struct bag *b)
{
    if (!b->host) return;
    b->host->free(b->cx, b->bytes);
    b->host->free(b->cx, b->items);
    b->bytes = NULL;
    b->items = NULL;
}

void bag_clear(struct bag *b)
{
    b->n = b->n_bytes = 0;
    memset(b->first, 0, sizeof b->first);
}

#define IS(s, word) ((s).len == sizeof(word) - 1 && memcmp((s).ptr, word, sizeof(word) - 1) == 0)

const voc_str bag_words[BAG_KEYS] = {[BAG_NAME] = VOC_LIT("concept:name"), [BAG_TIME] = VOC_LIT("time:timestamp"), [BAG_RESOURCE] = VOC_LIT("org:resource"), [BAG_ROLE] = VOC_LIT("org:role"),
                                     [BAG_COST] = VOC_LIT("cost:total"), [BAG_ID] = VOC_LIT("identity:id"), [BAG_TRANSITION] = VOC_LIT("lifecycle:transition")};

enum bag_key bag_key_of(voc_str key)
{
    if (IS(key, "concept:name")) return BAG_NAME;
    if (IS(key, "time:timestamp")) return BAG_TIME;
    if (IS(key, "org:resource")) return BAG_RESOURCE;
    if (IS(key, "org:role")) return BAG_ROLE;
    if (IS(key, "lifecycle:transition")) return BAG_TRANSITION;
    if (IS(key, "cost:total")) return BAG_COST;
    if (IS(key, "identity:id")) return BAG_ID;
    return BAG_OTHER;
}

static voc_rc room(struct bag *b, size_t bytes)
{
    if (b->n_bytes + bytes > BYTES_MAX || b->n >= ITEMS_MAX) return VOC_E_LIMIT;
    if (b->n_bytes + bytes > b->cap_bytes) {
        size_t cap = b->cap_bytes ? b->cap_bytes * 2 : 4096;
        while (cap < b->n_bytes + bytes) cap *= 2;
        char *to = b->host->resize(b->cx, b->bytes, cap);
        if (!to) return VOC_E_NOMEM;
        b->bytes = to;
        b->cap_bytes = cap;
    }
    if (b->n == b->cap) {
        size_t cap = b->cap ? b->cap * 2 : 32;
        struct bag_item *to = b->host->resize(b->cx, b->items, cap * sizeof *to);
        if (!to) return VOC_E_NOMEM;
        b->items = to;
        b->cap = cap;
    }
    return VOC_OK;
}

// Most texts are short, and a call takes longer than that.
static inline void put(struct bag *b, voc_str s)
{
    char *to = b->bytes + b->n_bytes;
    if (s.len >= 8 && s.len <= 16) {
        memcpy(to, s.ptr, 8);
        memcpy(to + s.len - 8, s.ptr + s.len - 8, 8);
    } else if (s.len >= 4 && s.len < 8) {
        memcpy(to, s.ptr, 4);
        memcpy(to + s.len - 4, s.ptr + s.len - 4, 4);
    } else if (s.len) {
        memcpy(to, s.ptr, s.len);
    }
    b->n_bytes += s.len;
}

voc_rc bag_add(struct bag *b, voc_str key, voc_str text, const struct bag_item *typed)
{
    if (b->n == b->cap || b->n_bytes + key.len + text.len > b->cap_bytes || b->n >= ITEMS_MAX) {
        voc_rc rc = room(b, key.len + text.len);
        if (rc) return rc;
    }
    struct bag_item *it = &b->items[b->n++];
    *it = *typed;
    it->known = bag_key_of(key);
    if (it->known != BAG_OTHER && b->first[it->known] == 0) b->first[it->known] = (uint32_t)b->n;
    it->key = b->n_bytes;
    it->key_len = key.len;
    if (it->known == BAG_OTHER) put(b, key);
    it->text = b->n_bytes;
    it->text_len = text.len;
    put(b, text);
    return VOC_OK;
}

const struct bag_item *bag_find_key(const struct bag *b, voc_str key, voc_str *text)
{
    for (size_t i = 0; i < b->n; i++) {
        voc_str k = bag_key(b, i);
        if (k.len != key.len || memcmp(k.ptr, key.ptr, key.len) != 0) continue;
        *text = bag_text(b, i);
        return &b->items[i];
    }
    return NULL;
}
