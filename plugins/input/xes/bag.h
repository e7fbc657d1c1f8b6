/* SPDX-License-Identifier: MIT */
/* Attributes of an event or a trace while it is being read: keys and values copied into one buffer that is reused. */
#ifndef VOC_XES_BAG_H
#define VOC_XES_BAG_H
#include <voc/plugin.h>

/* The keys that have a meaning. Those up to BAG_FIELDS become fields of a row, and are no attributes of an event. */
enum bag_key { BAG_NAME, BAG_TIME, BAG_RESOURCE, BAG_ROLE, BAG_COST, BAG_ID, BAG_FIELDS, BAG_TRANSITION = BAG_FIELDS, BAG_KEYS, BAG_OTHER = BAG_KEYS };
enum bag_key bag_key_of(voc_str key);
extern const voc_str bag_words[BAG_KEYS];

struct bag_item {
    size_t key, key_len, text, text_len; /* places in bytes; a key that is known is not there */
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
/* VOC_E_NOMEM, or VOC_E_LIMIT over 250 attributes or 16 MiB. */
voc_rc bag_add(struct bag *b, voc_str key, voc_str text, const struct bag_item *typed);
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
