// SPDX-License-Identifier: MIT
// Union-find over aliases (linking.h). What comes out depends on the set of evidence alone: strong keys make one whatever their order,
// weak ones are taken in order of their names, and of those that might be one person but hold different strong keys none is taken.
#include "identity/linking_in.h"
#include "store/sort.h"

static uint32_t find(struct linking *l, uint32_t x)
{
    struct node *node = l->node.at;
    while (node[x].parent != x) x = node[x].parent = node[node[x].parent].parent;
    return x;
}

uint32_t linking_root(const struct linking *l, uint32_t x)
{
    while (l->node.at[x].parent != x) x = l->node.at[x].parent;
    return x;
}

// Does x stand for a person rather than y?
bool linking_stands_before(const struct linking *l, uint32_t x, uint32_t y)
{
    if (x == NOBODY || y == NOBODY) return y == NOBODY && x != NOBODY;
    const struct node *a = &l->node.at[x], *b = &l->node.at[y];
    const unsigned sa = linking_sort(&a->alias), sb = linking_sort(&b->alias);
    return sa != sb ? sa < sb : str_cmp(a->name, b->name) < 0;
}

// Entries of both, each sort once.
static void join_spaces(struct linking *l, uint32_t into, uint32_t from)
{
    uint32_t *end = &l->node.at[into].apart;
    while (*end != NOBODY) end = &l->space.at[*end].next;
    for (uint32_t s = l->node.at[from].apart, next; s != NOBODY; s = next) {
        uint32_t k = l->node.at[into].apart;
        next = l->space.at[s].next;
        while (k != NOBODY && l->space.at[k].kind != l->space.at[s].kind) k = l->space.at[k].next;
        if (k != NOBODY) continue;
        *end = s;
        l->space.at[s].next = NOBODY;
        end = &l->space.at[s].next;
    }
}

static void join(struct linking *l, uint32_t a, uint32_t b)
{
    a = find(l, a), b = find(l, b);
    if (a == b) return;
    struct node *x = &l->node.at[a < b ? a : b], *y = &l->node.at[a < b ? b : a];
    if (linking_stands_before(l, y->best, x->best)) x->best = y->best;
    x->records += y->records;
    join_spaces(l, a < b ? a : b, a < b ? b : a);
    y->parent = a < b ? a : b;
}

bool linking_usable(const struct linking *l, uint32_t x) { return l->node.at[x].use == LINK_KEY; }

static int by_key(const void *a, const void *b, const void *user)
{
    const struct holding *x = a, *y = b;
    (void)user;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    if (x->source != y->source) return x->source < y->source ? -1 : 1;
    return (x->record > y->record) - (x->record < y->record);
}

static bool strong(const struct linking *l, uint32_t x) { return l->node.at[x].alias.strong; }

// A cookie that a login is said to have is a weak key, as on any row; of two of one strength each is the other.
static voc_rc hold_said(struct linking *l)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < l->said.n && !rc; i++) {
        const struct said *s = &l->said.at[i];
        if (strong(l, s->a) != strong(l, s->b)) rc = strong(l, s->a) ? linking_hold(l, s->a, s->b, s->source) : linking_hold(l, s->b, s->a, s->source);
    }
    return rc;
}

// Each holding once, and keys that too many hold.
static voc_rc count_holders(struct linking *l)
{
    size_t n = 0, of_source = 0;
    voc_rc rc = sort_stable(l->holding.at, l->holding.n, sizeof *l->holding.at, by_key, NULL);
    for (size_t i = 0; i < l->holding.n && !rc; i++) {
        const struct holding *h = &l->holding.at[i], *before = n ? &l->holding.at[n - 1] : NULL;
        if (before && by_key(before, h, NULL) == 0) continue;
        of_source = before && before->key == h->key && before->source == h->source ? of_source + 1 : 1;
        struct node *key = &l->node.at[h->key];
        if (of_source > LINK_SHARED_MAX && key->use == LINK_KEY) key->use = LINK_SHARED;
        l->holding.at[n++] = *h;
    }
    l->holding.n = n;
    return rc;
}

static void join_strong(struct linking *l)
{
    for (uint32_t i = 0; i < l->node.n; i++) {
        struct node *x = &l->node.at[i];
        if (x->is_record) x->best = i, x->records = 1;
    }
    for (size_t i = 0; i < l->said.n; i++) {
        const uint32_t a = l->said.at[i].a, b = l->said.at[i].b;
        if (strong(l, a) == strong(l, b) && linking_usable(l, a) && linking_usable(l, b)) join(l, a, b);
    }
    for (size_t i = 0; i < l->holding.n; i++) {
        const struct holding *h = &l->holding.at[i];
        if (l->node.at[h->key].use != LINK_NO_NAME) l->node.at[h->record].holds_key = l->node.at[h->key].holds_key = true;
        if (!linking_usable(l, h->key) || !linking_usable(l, h->record)) continue;
        if (strong(l, h->key) && strong(l, h->record)) join(l, h->key, h->record);
    }
}

// ---- weak keys ------------------------------------------------------------------------------------------------------------------

// Two people who both hold keys of one sort hold different ones here: the same one would have made them one.
static voc_rc add_space(struct linking *l, uint32_t of, uint32_t source)
{
    const struct node *x = &l->node.at[of];
    uint32_t kind = 0;
    if (!x->alias.strong || x->use != LINK_KEY) return VOC_OK;
    buf_clear(&l->text);
    (void)buf_str(&l->text, x->alias.kind);
    if (!str_is(x->alias.kind, "email")) (void)buf_printf(&l->text, KEY_SEPARATOR "%u", source);
    voc_rc rc = l->text.rc ? l->text.rc : dict_code(l->sorts, str_mk(l->text.ptr, l->text.len), &kind);
    if (rc) return rc;
    const uint32_t root = find(l, of);
    for (uint32_t s = l->node.at[root].apart; s != NOBODY; s = l->space.at[s].next)
        if (l->space.at[s].kind == kind) return VOC_OK;
    if ((rc = vec_reserve(&l->space, 1, NOBODY))) return rc;
    l->space.at[l->space.n] = (struct space){kind, l->node.at[root].apart};
    l->node.at[root].apart = (uint32_t)l->space.n++;
    return VOC_OK;
}

struct holders { // of one weak key: clusters, each once
    VEC(uint32_t) known, bare; // those that hold strong keys, and those that hold none
};

static voc_rc add_holder(struct linking *l, struct holders *h, uint32_t of)
{
    const uint32_t root = find(l, of);
    if (l->node.at[root].mark == l->mark) return VOC_OK;
    l->node.at[root].mark = l->mark;
    if (l->node.at[root].apart == NOBODY) {
        voc_rc rc = vec_reserve(&h->bare, 1, NOBODY);
        if (!rc) h->bare.at[h->bare.n++] = root;
        return rc;
    }
    voc_rc rc = vec_reserve(&h->known, 1, NOBODY);
    if (!rc) h->known.at[h->known.n++] = root;
    return rc;
}

static bool differ(const struct linking *l, uint32_t a, uint32_t b)
{
    for (uint32_t s = l->node.at[a].apart; s != NOBODY; s = l->space.at[s].next)
        for (uint32_t t = l->node.at[b].apart; t != NOBODY; t = l->space.at[t].next)
            if (l->space.at[s].kind == l->space.at[t].kind) return true;
    return false;
}

static bool any_differ(const struct linking *l, const struct holders *h)
{
    for (size_t i = 0; i < h->known.n; i++)
        for (size_t k = 0; k < i; k++)
            if (differ(l, h->known.at[i], h->known.at[k])) return true;
    return false;
}

// The first by name, and each other one with it.
static voc_rc add_doubts(struct linking *l, struct holders *h, uint32_t key)
{
    voc_rc rc = vec_reserve(&l->doubt, h->known.n, NOBODY);
    if (rc) return rc;
    for (size_t i = 1; i < h->known.n; i++) {
        if (!linking_stands_before(l, l->node.at[h->known.at[i]].best, l->node.at[h->known.at[0]].best)) continue;
        const uint32_t swap = h->known.at[0];
        h->known.at[0] = h->known.at[i];
        h->known.at[i] = swap;
    }
    for (size_t i = 1; i < h->known.n; i++) l->doubt.at[l->doubt.n++] = (struct pair){h->known.at[0], h->known.at[i], key};
    return VOC_OK;
}

static voc_rc join_weak(struct linking *l, struct holders *h, size_t first, size_t behind)
{
    const uint32_t key = l->holding.at[first].key;
    h->known.n = h->bare.n = 0;
    l->mark++;
    voc_rc rc = add_holder(l, h, key);
    for (size_t i = first; i < behind && !rc; i++)
        if (linking_usable(l, l->holding.at[i].record)) rc = add_holder(l, h, l->holding.at[i].record);
    if (rc) return rc;
    const bool doubtful = any_differ(l, h);
    if (doubtful) rc = add_doubts(l, h, key);
    for (size_t i = 1; i < h->bare.n; i++) join(l, h->bare.at[0], h->bare.at[i]);
    for (size_t i = 1; i < h->known.n && !doubtful; i++) join(l, h->known.at[0], h->known.at[i]);
    if (h->bare.n && h->known.n && !doubtful) join(l, h->known.at[0], h->bare.at[0]);
    return rc;
}

struct group { size_t first, behind; }; // holdings of one weak key

static int by_spelling(const void *a, const void *b, const void *user)
{
    const struct linking *l = user;
    const struct group *x = a, *y = b;
    return str_cmp(dict_at(l->keys, l->holding.at[x->first].key), dict_at(l->keys, l->holding.at[y->first].key));
}

static bool is_weak_key(const struct linking *l, uint32_t key) { return linking_usable(l, key) && !strong(l, key); }

// A record that is weak itself holds its other keys as weak ones, too: an e-mail address beside a cookie is the record, so there are none.
static voc_rc join_all_weak(struct linking *l)
{
    VEC(struct group) groups = {0};
    struct holders h = {0};
    voc_rc rc = VOC_OK;
    for (size_t i = 0, behind; i < l->holding.n && !rc; i = behind) {
        const uint32_t key = l->holding.at[i].key;
        for (behind = i; behind < l->holding.n && l->holding.at[behind].key == key; behind++) {}
        if (!is_weak_key(l, key)) continue;
        rc = vec_reserve(&groups, 1, SIZE_MAX / sizeof *groups.at);
        if (!rc) groups.at[groups.n++] = (struct group){i, behind};
    }
    if (!rc) rc = sort_stable(groups.at, groups.n, sizeof *groups.at, by_spelling, l);
    for (size_t i = 0; i < groups.n && !rc; i++) rc = join_weak(l, &h, groups.at[i].first, groups.at[i].behind);
    vec_free(&h.known);
    vec_free(&h.bare);
    vec_free(&groups);
    return rc;
}

voc_rc linking_solve(struct linking *l)
{
    voc_rc rc = hold_said(l);
    if (!rc) rc = count_holders(l);
    if (rc) return rc;
    join_strong(l);
    for (size_t i = 0; i < l->holding.n && !rc; i++) {
        rc = add_space(l, l->holding.at[i].record, l->holding.at[i].source);
        if (!rc) rc = add_space(l, l->holding.at[i].key, l->holding.at[i].source);
    }
    if (!rc) rc = join_all_weak(l);
    for (uint32_t x = 0; x < l->node.n; x++) l->node.at[x].parent = find(l, x); // who asks from now on has one step
    return rc ? rc : linking_list(l);
}
