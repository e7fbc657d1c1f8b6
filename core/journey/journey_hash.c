// SPDX-License-Identifier: MIT
// The hash of a journey: over names, attributes in order of name and text of all elements but notes and
// the stream, so that layout, comments and what people write about it do not make another version of it.
#include "journey/load/load.h"
#include <stdio.h>

static void hash_str(struct hash_state *h, char tag, voc_str s)
{
    char head[24];
    int n = snprintf(head, sizeof head, "%c%zu:", tag, s.len);
    hash_add(h, head, (size_t)n);
    if (s.len) hash_add(h, s.ptr, s.len);
}

static bool counts(const struct xml_attr *a)
{
    return !str_is(a->name, "xmlns") && !str_starts(a->name, "xmlns:");
}

static void hash_node(struct hash_state *h, const struct xml_node *n)
{
    if (str_is(n->name, "note") || str_is(n->name, "stream")) return;
    hash_str(h, '<', n->name);
    const struct xml_attr *last = NULL;
    for (size_t i = 0; i < n->n_attrs; i++) {
        const struct xml_attr *next = NULL;
        for (size_t k = 0; k < n->n_attrs; k++) {
            const struct xml_attr *a = &n->attrs[k];
            if (counts(a) && (!last || str_cmp(a->name, last->name) > 0) && (!next || str_cmp(a->name, next->name) < 0)) next = a;
        }
        if (!next) break;
        hash_str(h, '@', next->name);
        hash_str(h, '=', next->value);
        last = next;
    }
    voc_str text = str_trim(n->text);
    if (text.len) hash_str(h, '"', text);
    for (const struct xml_node *k = n->first; k; k = k->next) hash_node(h, k);
    hash_add(h, ">", 1);
}

void load_hash(struct journey *j)
{
    struct hash_state h;
    const struct xml_node *roots[] = {j->root, j->sources_root, j->codebook_root};
    hash_begin(&h);
    for (size_t i = 0; i < 3; i++) {
        if (roots[i]) hash_node(&h, roots[i]);
        hash_add(&h, ";", 1);
    }
    hash_end(&h, j->hash);
}
