/* SPDX-License-Identifier: MIT */
/* Attributes of an event or a trace while it is being read: keys and values copied into one buffer that is reused. */
#ifndef VOC_XES_BAG_H
#define VOC_XES_BAG_H
#include <string.h>

#include <voc/plugin.h>

struct bag_item {
    size_t key, key_len, text, text_len; /* places in bytes */
    uint32_t type;                       /* VOC_TYPE_* */
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
};
void bag_done(struct bag *b);
void bag_clear(struct bag *b); /* keeps the memory */
/* VOC_E_NOMEM, or VOC_E_LIMIT over 250 attributes or 16 MiB. */
voc_rc bag_add(struct bag *b, voc_str key, voc_str text, const struct bag_item *typed);
voc_str bag_key(const struct bag *b, size_t i);
voc_str bag_text(const struct bag *b, size_t i);
const struct bag_item *bag_find_key(const struct bag *b, voc_str key, voc_str *text); /* the first of that key, or NULL */
static inline const struct bag_item *bag_find(const struct bag *b, const char *key, voc_str *text)
{
    voc_str k = {key, strlen(key)};
    return bag_find_key(b, k, text);
}
#endif
