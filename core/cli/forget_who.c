// SPDX-License-Identifier: MIT
// Resolves the aliases that somebody types (forget_who.h) through core/identity. An alias is looked for in every alias set; whoever
// is behind the sets that have it is meant, with all sets of theirs. Exactly as it is written; where nobody has it so, with
// other capitals.
#include "cli/forget_who.h"

#include <stdio.h>

#include "identity/identity.h"

enum { SHOWN_MAX = 10, SORTED_MAX = 1000 }; // people that one alias means, in words

void forget_who_done(struct forget_who *w)
{
    mem_free(w->who);
    vec_free(&w->own);
    vec_free(&w->shared);
    arena_done(&w->arena);
}

// ---- cases -------------------------------------------------------------------------------------------------------------------

static voc_rc unknown(struct diag *d, const char *name, const char *hint)
{
    diag_error(d, "FORGET-010", NULL, 0, hint, "the project knows nobody by %.200s", name);
    return VOC_E_OPTION;
}

static voc_rc add_alias(struct forget_who *w, bool shared, voc_alias a)
{
    bool ok = true;
    voc_rc rc = shared ? vec_reserve(&w->shared, 1, UINT32_MAX) : vec_reserve(&w->own, 1, UINT32_MAX);
    if (rc) return rc;
    a.kind = arena_str(&w->arena, a.kind.ptr, a.kind.len, &ok);
    a.value = arena_str(&w->arena, a.value.ptr, a.value.len, &ok);
    if (!ok) return VOC_E_NOMEM;
    if (shared) w->shared.at[w->shared.n++] = a;
    else w->own.at[w->own.n++] = a;
    return VOC_OK;
}

static voc_rc find_cases(struct forget_who *w, struct project *p, const char *const *names, size_t n, struct diag *d)
{
    const voc_str *cases = NULL;
    voc_rc rc = store_strings(p, SPACE_CASE, &cases, &w->n);
    if (!rc && !(w->who = mem_zalloc(w->n, sizeof *w->who))) rc = VOC_E_NOMEM;
    for (size_t k = 0; k < n && !rc; k++) {
        uint32_t at = 1;
        while (at < w->n && !str_is(cases[at], names[k])) at++;
        if (at == w->n || !*names[k]) return unknown(d, names[k], "a case is named by its id, exactly as voc sql PROJECT 'SELECT DISTINCT \"case\" FROM event' shows it");
        w->n_people += !w->who[at];
        if (!w->who[at]) rc = add_alias(w, false, (voc_alias){.kind = STR(""), .value = cases[at]});
        w->who[at] = true;
    }
    return rc;
}

// ---- people and accounts -----------------------------------------------------------------------------------------------------

struct search { // borrows
    struct identity *id;
    uint32_t as, n;
    const voc_str *sets;
    bool *meant;     // by person
};

static uint32_t behind(const struct search *s, uint32_t set)
{
    return s->as == VOC_ENTITY_ACCOUNT ? identity_account(s->id, set) : identity_individual(s->id, set);
}

static voc_str name_of(const struct search *s, uint32_t person)
{
    return s->as == VOC_ENTITY_ACCOUNT ? identity_account_name(s->id, person) : identity_individual_name(s->id, person);
}

// email=ada@x.org: the kind and the value; or all of it is the value of an alias of any kind.
static bool same_alias(const voc_alias *a, voc_str typed, bool fold)
{
    const char *equals = memchr(typed.ptr, '=', typed.len);
    bool (*same)(voc_str, voc_str) = fold ? str_ieq : str_eq;
    if (same(a->value, typed)) return true;
    if (!equals) return false;
    const size_t kind = (size_t)(equals - typed.ptr);
    return same(a->kind, str_mk(typed.ptr, kind)) && same(a->value, str_mk(equals + 1, typed.len - kind - 1));
}

// Calls with each alias of each set.
static voc_rc each_alias(const struct search *s, voc_rc (*each)(void *user, uint32_t set, const voc_alias *a), void *user)
{
    voc_rc rc = VOC_OK;
    for (uint32_t i = 1; i < s->n && !rc; i++) {
        voc_alias aliases[VOC_ALIASES_MAX];
        struct arena a;
        size_t n = 0;
        arena_init(&a, 0);
        rc = aliases_decode(&a, s->sets[i], aliases, &n);
        for (size_t k = 0; k < n && !rc; k++) rc = each(user, i, &aliases[k]);
        arena_done(&a);
    }
    return rc;
}

struct asked { const struct search *s; voc_str typed; bool fold; VEC(uint32_t) people; };

static voc_rc look(void *user, uint32_t set, const voc_alias *a)
{
    struct asked *q = user;
    const uint32_t person = behind(q->s, set);
    if (!person || !same_alias(a, q->typed, q->fold)) return VOC_OK;
    for (size_t i = 0; i < q->people.n; i++)
        if (q->people.at[i] == person) return VOC_OK;
    voc_rc rc = vec_reserve(&q->people, 1, UINT32_MAX);
    if (!rc) q->people.at[q->people.n++] = person;
    return rc;
}

// In the order of their names.
static void sort_people(const struct asked *q)
{
    for (size_t i = 1; i < q->people.n; i++)
        for (size_t k = i; k > 0 && str_cmp(name_of(q->s, q->people.at[k]), name_of(q->s, q->people.at[k - 1])) < 0; k--) {
            const uint32_t swap = q->people.at[k];
            q->people.at[k] = q->people.at[k - 1];
            q->people.at[k - 1] = swap;
        }
}

static voc_rc refuse(const struct asked *q, struct diag *d)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    if (q->people.n <= SORTED_MAX) sort_people(q);
    for (size_t i = 0; i < q->people.n && i < SHOWN_MAX; i++) {
        voc_str name = name_of(q->s, q->people.at[i]);
        buf_printf(&b, "%s%.*s", i ? ", " : "", (int)(name.len < 200 ? name.len : 200), name.ptr);
    }
    if (q->people.n > SHOWN_MAX) buf_printf(&b, " and %zu more", q->people.n - SHOWN_MAX);
    diag_error(d, "FORGET-011", NULL, 0, "name the one that is meant by an alias of its own, or say --all to forget all of them", "%.*s means %zu: %s", (int)(q->typed.len < 200 ? q->typed.len : 200),
               q->typed.ptr, q->people.n, b.ptr ? b.ptr : "");
    buf_done(&b);
    return VOC_E_OPTION;
}

static voc_rc nobody(struct project *p, const char *name, struct diag *d)
{
    static const char hint[] = "an alias is KIND=VALUE, such as email=ada@example.org or id=4711, or the value alone; voc sql PROJECT 'SELECT DISTINCT individual FROM event' shows who there is";
    const voc_str *cases = NULL;
    uint32_t n = 0, at = 1;
    voc_rc rc = store_strings(p, SPACE_CASE, &cases, &n);
    if (rc) return rc;
    while (at < n && !str_is(cases[at], name)) at++;
    return unknown(d, name, at < n ? "a case has that id: --as case forgets it" : hint);
}

static voc_rc find_one(struct forget_who *w, const struct search *s, struct project *p, const char *name, bool all, struct diag *d)
{
    struct asked q = {.s = s, .typed = str_of(name)};
    voc_rc rc = each_alias(s, look, &q);
    q.fold = true;
    if (!rc && !q.people.n) rc = each_alias(s, look, &q);
    if (!rc && !q.people.n) rc = nobody(p, name, d);
    if (!rc && q.people.n > 1 && !all) rc = refuse(&q, d);
    for (size_t i = 0; i < q.people.n && !rc; i++) {
        w->n_people += !s->meant[q.people.at[i]];
        s->meant[q.people.at[i]] = true;
    }
    vec_free(&q.people);
    return rc;
}

// ---- aliases -----------------------------------------------------------------------------------------------------------------

struct gathering { struct forget_who *w; struct dict *aliases; VEC(bool) shared; struct buf key; };

static voc_rc key_of(struct gathering *g, const voc_alias *a)
{
    buf_clear(&g->key);
    (void)buf_str(&g->key, a->kind);
    (void)buf_byte(&g->key, '\x1f'); // cannot stand in a kind
    return buf_str(&g->key, a->value);
}

static voc_rc take_theirs(void *user, uint32_t set, const voc_alias *a)
{
    struct gathering *g = user;
    uint32_t code = 0;
    if (!g->w->who[set]) return VOC_OK;
    voc_rc rc = key_of(g, a);
    return rc ? rc : dict_code(g->aliases, str_mk(g->key.ptr, g->key.len), &code);
}

static voc_rc mark_shared(void *user, uint32_t set, const voc_alias *a)
{
    struct gathering *g = user;
    uint32_t code = 0;
    if (g->w->who[set]) return VOC_OK;
    voc_rc rc = key_of(g, a);
    if (!rc && dict_find(g->aliases, str_mk(g->key.ptr, g->key.len), &code)) g->shared.at[code] = true;
    return rc;
}

static voc_rc gather(struct forget_who *w, const struct search *s)
{
    struct gathering g = {.w = w};
    buf_init(&g.key, SIZE_MAX / 4);
    voc_rc rc = dict_new(&g.aliases, SIZE_MAX / 4);
    if (!rc) rc = each_alias(s, take_theirs, &g);
    const uint32_t n = g.aliases ? dict_n(g.aliases) : 0;
    if (!rc) rc = vec_reserve(&g.shared, n + 1, UINT32_MAX);
    if (!rc) memset(g.shared.at, 0, n * sizeof *g.shared.at);
    if (!rc) rc = each_alias(s, mark_shared, &g);
    for (uint32_t i = 0; i < n && !rc; i++) {
        voc_str text = dict_at(g.aliases, i);
        const size_t kind = (size_t)((const char *)memchr(text.ptr, '\x1f', text.len) - text.ptr);
        rc = add_alias(w, g.shared.at[i], (voc_alias){.kind = str_mk(text.ptr, kind), .value = str_mk(text.ptr + kind + 1, text.len - kind - 1)});
    }
    dict_free(g.aliases);
    vec_free(&g.shared);
    buf_done(&g.key);
    return rc;
}

static voc_rc find_people(struct forget_who *w, struct project *p, uint32_t as, const char *const *names, size_t n, bool all, struct diag *d)
{
    struct search s = {.as = as};
    voc_rc rc = store_strings(p, SPACE_ALIASES, &s.sets, &s.n);
    if (!rc) rc = identity_load(&s.id, p, d);
    if (rc) return rc;
    const uint32_t people = as == VOC_ENTITY_ACCOUNT ? identity_n_accounts(s.id) : identity_n_individuals(s.id);
    w->n = s.n;
    if (!(w->who = mem_zalloc(s.n, sizeof *w->who)) || !(s.meant = mem_zalloc((size_t)people + 1, sizeof *s.meant))) rc = VOC_E_NOMEM;
    for (size_t k = 0; k < n && !rc; k++) rc = find_one(w, &s, p, names[k], all, d);
    for (uint32_t i = 1; i < s.n && !rc; i++) w->who[i] = s.meant[behind(&s, i)];
    if (!rc) rc = gather(w, &s);
    mem_free(s.meant);
    identity_free(s.id);
    return rc;
}

voc_rc forget_who_find(struct forget_who *out, struct project *p, uint32_t as, const char *const *names, size_t n, bool all, struct diag *d)
{
    struct forget_who w = {0};
    arena_init(&w.arena, 0);
    voc_rc rc = as == VOC_ENTITY_CASE ? find_cases(&w, p, names, n, d) : find_people(&w, p, as, names, n, all, d);
    if (rc) forget_who_done(&w);
    else *out = w;
    return rc;
}
