// SPDX-License-Identifier: MIT
// What people want to see of what was linked (linking.h), in an order that depends on nothing but it.
#include "identity/linking_in.h"
#include "store/sort.h"

voc_alias linking_standing(const struct linking *l, uint32_t x)
{
    const uint32_t best = l->node.at[linking_root(l, x)].best;
    return l->node.at[best == NOBODY ? x : best].alias;
}

static int by_alias(const voc_alias *x, const voc_alias *y)
{
    int c = str_cmp(x->kind, y->kind);
    return c ? c : str_cmp(x->value, y->value);
}

static int by_doubt(const void *a, const void *b, const void *user)
{
    const struct link_doubt *x = a, *y = b;
    (void)user;
    int c = by_alias(&x->a, &y->a);
    if (!c) c = by_alias(&x->b, &y->b);
    return c ? c : by_alias(&x->key, &y->key);
}

static int by_idle(const void *a, const void *b, const void *user)
{
    (void)user;
    return by_alias(&((const struct link_idle *)a)->key, &((const struct link_idle *)b)->key);
}

static voc_rc list_doubts(struct linking *l)
{
    voc_rc rc = vec_reserve(&l->doubts, l->doubt.n, NOBODY);
    if (rc) return rc;
    for (size_t i = 0; i < l->doubt.n; i++) {
        const struct pair *p = &l->doubt.at[i];
        l->doubts.at[l->doubts.n++] = (struct link_doubt){linking_standing(l, p->a), linking_standing(l, p->b), l->node.at[p->key].alias};
    }
    return sort_stable(l->doubts.at, l->doubts.n, sizeof *l->doubts.at, by_doubt, NULL);
}

static voc_rc list_idle(struct linking *l)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0, behind; i < l->holding.n && !rc; i = behind) {
        const uint32_t key = l->holding.at[i].key;
        uint32_t records = 0;
        l->mark++;
        for (behind = i; behind < l->holding.n && l->holding.at[behind].key == key; behind++) {
            struct node *record = &l->node.at[l->holding.at[behind].record];
            records += record->mark != l->mark;
            record->mark = l->mark;
        }
        const enum link_use use = (enum link_use)l->node.at[key].use;
        if (use == LINK_KEY || use == LINK_NO_NAME) continue;
        rc = vec_reserve(&l->idle, 1, NOBODY);
        if (!rc) l->idle.at[l->idle.n++] = (struct link_idle){l->node.at[key].alias, use, records};
    }
    return rc ? rc : sort_stable(l->idle.at, l->idle.n, sizeof *l->idle.at, by_idle, NULL);
}

voc_rc linking_list(struct linking *l)
{
    voc_rc rc = list_doubts(l);
    return rc ? rc : list_idle(l);
}
