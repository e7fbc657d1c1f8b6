// SPDX-License-Identifier: MIT
// Attribute bags: see bag.h. Growing doubles through the host's accounted memory; nothing is freed between events.
#include "plugins/input/xes/bag.h"

#include <string.h>

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

const voc_str bag_words[BAG_KEYS] = {[BAG_NAME] = VOC_LIT("concept:name"), [BAG_TIME] = VOC_LIT("time:timestamp"), [BAG_RESOURCE] = VOC_LIT("org:resource"), [BAG_ROLE] = VOC_LIT("org:role"),
                                     [BAG_COST] = VOC_LIT("cost:total"), [BAG_ID] = VOC_LIT("identity:id"), [BAG_TRANSITION] = VOC_LIT("lifecycle:transition")};

voc_rc bag_room(struct bag *b, size_t bytes)
{
    if (b->n_bytes + bytes > BYTES_MAX || b->n >= BAG_ITEMS) return VOC_E_LIMIT;
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
