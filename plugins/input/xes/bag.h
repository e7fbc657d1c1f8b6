/* SPDX-License-Identifier: MIT */
/* Attributes of an event or a trace while it is being read: keys and values copied into one buffer that is reused. */
#ifndef VOC_XES_BAG_H
#define VOC_XES_BAG_H
#include <string.h>
#include <voc/plugin.h>

/* The keys that have a meaning. Those up to BAG_FIELDS become fields of a row, and are no attributes of an event. */
enum bag_key {
    BAG_NAME, BAG_TIME, BAG_RESOURCE, BAG_ROLE, BAG_COST, BAG_ID, BAG_FIELDS, BAG_TRANSITION = BAG_FIELDS, BAG_KEYS,
    BAG_OTHER = BAG_KEYS
};
extern const voc_str bag_words[BAG_KEYS];
#define BAG_IS(s, word) ((s).len == sizeof(word) - 1 && memcmp((s).ptr, word, sizeof(word) - 1) == 0)
static inline enum bag_key bag_key_of(voc_str key)
{
    switch (key.len) {
    case 8: return BAG_IS(key, "org:role") ? BAG_ROLE : BAG_OTHER;
    case 10: return BAG_IS(key, "cost:total") ? BAG_COST : BAG_OTHER;
    case 11: return BAG_IS(key, "identity:id") ? BAG_ID : BAG_OTHER;
    case 12: return BAG_IS(key, "concept:name") ? BAG_NAME : BAG_IS(key, "org:resource") ? BAG_RESOURCE : BAG_OTHER;
    case 14: return BAG_IS(key, "time:timestamp") ? BAG_TIME : BAG_OTHER;
    case 20: return BAG_IS(key, "lifecycle:transition") ? BAG_TRANSITION : BAG_OTHER;
    default: return BAG_OTHER;
    }
}

struct bag_item {
    uint32_t key, key_len, text, text_len; /* places in bytes; a key that is known is not there */
    enum bag_key known;
    uint32_t type;                       /* VOC_TYPE_* */
    uint32_t resolution;                 /* TIME */
    int64_t integer;                     /* INT, BOOL, TIME */
    double number;                       /* REAL */
};
struct bag { /* owns its memory */
    const voc_host *host;
    voc_context *cx;
    char *bytes;
    size_t n_bytes, cap_bytes;
    struct bag_item *items;
    size_t n, cap;
    uint32_t first[BAG_KEYS]; /* of the items that have this key, the number of the first + 1; 0: none has */
};
void bag_done(struct bag *b);
void bag_clear(struct bag *b); /* keeps the memory */
voc_rc bag_room(struct bag *b, size_t bytes); /* for one more; VOC_E_NOMEM, or VOC_E_LIMIT over BAG_ITEMS attributes or 16 MiB */
#define BAG_ITEMS 250u

/* Most texts are short, and a call takes longer than that. */
static inline void bag_put(struct bag *b, voc_str s)
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

/* The item is to be given its type and value. NULL: *rc is what bag_room said. */
static inline struct bag_item *bag_add(struct bag *b, voc_str key, voc_str text, voc_rc *rc)
{
    if (b->n == b->cap || b->n_bytes + key.len + text.len > b->cap_bytes || b->n >= BAG_ITEMS) {
        *rc = bag_room(b, key.len + text.len);
        if (*rc) return NULL;
    }
    struct bag_item *it = &b->items[b->n++];
    it->known = bag_key_of(key);
    it->key = (uint32_t)b->n_bytes;
    it->key_len = (uint32_t)key.len;
    if (it->known == BAG_OTHER) bag_put(b, key);
    else if (b->first[it->known] == 0) b->first[it->known] = (uint32_t)b->n;
    it->text = (uint32_t)b->n_bytes;
    it->text_len = (uint32_t)text.len;
    bag_put(b, text);
    *rc = VOC_OK;
    return it;
}
static inline voc_str bag_key(const struct bag *b, size_t i)
{
    const struct bag_item *it = &b->items[i];
    return it->known != BAG_OTHER ? bag_words[it->known] : (voc_str){b->bytes + it->key, it->key_len};
}
static inline voc_str bag_text(const struct bag *b, size_t i) { return (voc_str){b->bytes + b->items[i].text, b->items[i].text_len}; }
const struct bag_item *bag_find_key(const struct bag *b, voc_str key, voc_str *text); /* the first of that key, or NULL */
static inline const struct bag_item *bag_find(const struct bag *b, enum bag_key key, voc_str *text)
{
    if (b->first[key] == 0) return NULL;
    *text = bag_text(b, b->first[key] - 1);
    return &b->items[b->first[key] - 1];
}
#endif
