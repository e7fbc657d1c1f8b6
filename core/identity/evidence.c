// SPDX-License-Identifier: MIT
// The evidence of linking (linking.h), as a project has it: its table `link` says which aliases stood together on rows of which source, and
// what sources said of two. Links are those of people alone; which aliases an account has is no evidence of anything.
#include <stdlib.h>

#include "identity/linking_in.h"
#include "store/sort.h"

struct together { uint32_t first, other, source; bool taken; }; // the first alias of a set and one of its others, by node

struct evidence { // owns all but l
    struct linking *l;
    VEC(uint32_t) node;   // by id of an alias; NOBODY: none has it
    VEC(struct together) together;
    struct dict *sources;
    bool orphans;         // a link names an alias that is not there
};

static voc_rc take_alias(void *user, const struct store_alias *a)
{
    struct evidence *e = user;
    const voc_alias alias = {.kind = a->kind, .value = a->value};
    voc_rc rc = a->id < 0 || a->id >= NOBODY ? VOC_E_INPUT : VOC_OK;
    while (!rc && e->node.n <= (size_t)a->id) {
        rc = vec_reserve(&e->node, 1, NOBODY);
        if (!rc) e->node.at[e->node.n++] = NOBODY;
    }
    return rc ? rc : linking_node(e->l, &alias, &e->node.at[a->id]);
}

static voc_rc take_link(void *user, const struct store_link *link)
{
    struct evidence *e = user;
    uint32_t source;
    const bool there = link->a >= 0 && link->b >= 0 && (size_t)link->a < e->node.n && (size_t)link->b < e->node.n;
    const uint32_t a = there ? e->node.at[link->a] : NOBODY, b = there ? e->node.at[link->b] : NOBODY;
    if (a == NOBODY || b == NOBODY) {
        e->orphans = true;
        return VOC_E_INPUT;
    }
    voc_rc rc = dict_code(e->sources, link->source, &source);
    if (!rc && !link->same_row) return linking_said_nodes(e->l, a, b, source);
    if (!rc) rc = vec_reserve(&e->together, 1, SIZE_MAX / sizeof *e->together.at);
    if (!rc) e->together.at[e->together.n++] = (struct together){a, b, source, false};
    return rc;
}

static int by_first(const void *a, const void *b, const void *user)
{
    const struct together *x = a, *y = b;
    (void)user;
    if (x->first != y->first) return x->first < y->first ? -1 : 1;
    if (x->other != y->other) return x->other < y->other ? -1 : 1;
    return (x->source > y->source) - (x->source < y->source);
}

// In order, each once: every import of a source says them again.
static voc_rc sort_together(struct evidence *e)
{
    size_t n = 0;
    voc_rc rc = sort_stable(e->together.at, e->together.n, sizeof *e->together.at, by_first, NULL);
    for (size_t i = 0; i < e->together.n && !rc; i++)
        if (n == 0 || by_first(&e->together.at[n - 1], &e->together.at[i], NULL) != 0) e->together.at[n++] = e->together.at[i];
    if (!rc) e->together.n = n;
    return rc;
}

// The first at or behind it.
static size_t find_together(const struct evidence *e, const struct together *x)
{
    size_t low = 0, high = e->together.n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (by_first(&e->together.at[middle], x, NULL) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

static struct together *the_one(const struct evidence *e, uint32_t first, uint32_t other, uint32_t source)
{
    const struct together x = {first, other, source, false};
    const size_t at = find_together(e, &x);
    return at < e->together.n && by_first(&e->together.at[at], &x, NULL) == 0 ? &e->together.at[at] : NULL;
}

// Did a row of this source have them all?
static bool all_together(const struct evidence *e, const uint32_t *node, size_t n, uint32_t source)
{
    for (size_t k = 1; k < n; k++)
        if (node[k] != node[0] && !the_one(e, node[0], node[k], source)) return false;
    for (size_t k = 1; k < n; k++)
        if (node[k] != node[0]) the_one(e, node[0], node[k], source)->taken = true;
    return true;
}

static voc_rc take_row(struct evidence *e, const voc_alias *aliases, size_t n)
{
    uint32_t node[VOC_ALIASES_MAX];
    size_t other = 0;
    for (size_t k = 0; k < n; k++) {
        voc_rc rc = linking_known(e->l, &aliases[k], &node[k]);
        if (rc || node[k] == NOBODY) return rc; // NOBODY: of an account
        if (!other && node[k] != node[0]) other = k;
    }
    if (!other) return VOC_OK;
    voc_rc rc = VOC_OK;
    const struct together from = {node[0], node[other], 0, false};
    for (size_t i = find_together(e, &from); i < e->together.n && !rc; i++) {
        const struct together *x = &e->together.at[i];
        if (x->first != from.first || x->other != from.other) break;
        if (all_together(e, node, n, x->source)) rc = linking_row(e->l, aliases, n, x->source);
    }
    return rc;
}

// Sets of several go before those of one: they say how strong an alias is, and who is a record.
static voc_rc take_several(void *user, uint32_t set, const voc_alias *aliases, size_t n)
{
    (void)set;
    return n > 1 ? take_row(user, aliases, n) : VOC_OK;
}

static voc_rc take_alone(void *user, uint32_t set, const voc_alias *aliases, size_t n)
{
    struct evidence *e = user;
    (void)set;
    return n == 1 ? linking_alone(e->l, &aliases[0]) : VOC_OK;
}

// Pairs that no set has any more.
static voc_rc take_rest(struct evidence *e)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < e->together.n && !rc; i++) {
        const struct together *x = &e->together.at[i];
        if (!x->taken) rc = linking_said_nodes(e->l, x->first, x->other, x->source);
    }
    return rc;
}

static voc_rc start(struct linking **out, struct project *p)
{
    struct arena a;
    voc_str country = STR("");
    bool found = false;
    arena_init(&a, 0);
    voc_rc rc = store_setting(p, &a, str_of(LINKING_COUNTRY), &country, &found);
    if (!rc) rc = linking_new(out, found ? country : STR(""));
    arena_done(&a);
    return rc;
}

static voc_rc take_all(struct evidence *e, struct project *p)
{
    const voc_str *sets = NULL;
    uint32_t n_sets = 0;
    voc_rc rc = dict_new(&e->sources, SIZE_MAX / 4);
    if (!rc) rc = store_aliases(p, take_alias, e);
    if (!rc) rc = store_links(p, take_link, e);
    if (!rc) rc = sort_together(e);
    if (!rc) rc = store_strings(p, SPACE_ALIASES, &sets, &n_sets);
    if (!rc) rc = aliases_each(sets, n_sets, take_several, e);
    if (!rc) rc = aliases_each(sets, n_sets, take_alone, e);
    if (!rc) rc = take_rest(e);
    return rc ? rc : linking_solve(e->l);
}

voc_rc linking_load(struct linking **out, struct project *p, struct diag *d)
{
    struct evidence e = {0};
    bool linked = false;
    voc_rc rc = store_linked(p, &linked);
    if (rc || !linked) {
        *out = NULL;
        return rc;
    }
    rc = start(&e.l, p);
    if (!rc) rc = take_all(&e, p);
    if (rc == VOC_E_INPUT) diag_error(d, "STORE-007", project_path(p), 0, "`voc verify` lists all damage", "%s of the project is damaged", e.orphans ? "a link" : "an alias set");
    vec_free(&e.node);
    vec_free(&e.together);
    dict_free(e.sources);
    if (rc) linking_free(e.l);
    else *out = e.l;
    return rc;
}

struct in_memory { struct linking *l; const bool *of_people; };

static voc_rc memory_several(void *user, uint32_t set, const voc_alias *aliases, size_t n)
{
    struct in_memory *x = user;
    return x->of_people[set] && n > 1 ? linking_row(x->l, aliases, n, 0) : VOC_OK;
}

static voc_rc memory_alone(void *user, uint32_t set, const voc_alias *aliases, size_t n)
{
    struct in_memory *x = user;
    return x->of_people[set] && n == 1 ? linking_alone(x->l, &aliases[0]) : VOC_OK;
}

voc_rc linking_of_sets(struct linking **out, const voc_str *alias_sets, uint32_t n_sets, const bool *of_people)
{
    struct linking *l = NULL;
    voc_rc rc = linking_new(&l, STR(""));
    struct in_memory x = {l, of_people};
    if (!rc) rc = aliases_each(alias_sets, n_sets, memory_several, &x);
    if (!rc) rc = aliases_each(alias_sets, n_sets, memory_alone, &x);
    if (!rc) rc = linking_solve(l);
    if (rc) linking_free(l);
    else *out = l;
    return rc;
}
