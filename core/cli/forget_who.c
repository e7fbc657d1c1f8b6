// SPDX-License-Identifier: MIT
// Resolves the aliases that somebody types (forget_who.h) through core/identity. An alias is looked for in every alias set; whoever
// is behind the sets that have it is meant, with all sets of theirs. Exactly as it is written; where nobody has it so, with
// other capitals.
#include "cli/forget_who.h"

#include <stdio.h>

#include "identity/identity.h"
#include "store/events/parts.h"

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

struct per_alias { voc_rc (*each)(void *user, uint32_t set, const voc_alias *a); void *user; };

static voc_rc each_of_set(void *user, uint32_t set, const voc_alias *aliases, size_t n)
{
    const struct per_alias *x = user;
    voc_rc rc = VOC_OK;
    for (size_t k = 0; k < n && !rc; k++) rc = x->each(x->user, set, &aliases[k]);
    return rc;
}

// Calls with each alias of each set.
static voc_rc each_alias(const struct search *s, voc_rc (*each)(void *user, uint32_t set, const voc_alias *a), void *user)
{
    struct per_alias x = {each, user};
    return aliases_each(s->sets, s->n, each_of_set, &x);
}

struct asked { voc_str typed; VEC(uint32_t) people; }; // one name, and who has it
struct asking { // owns all but s
    const struct search *s;
    struct dict *names;  // as typed; folded in the second round
    struct asked *asked; // by code of names
    bool fold;           // only those that nobody has as they are written
    struct buf key;
};

static voc_rc fold_key(struct asking *x)
{
    for (size_t i = 0; x->fold && i < x->key.len; i++)
        if (x->key.ptr[i] >= 'A' && x->key.ptr[i] <= 'Z') x->key.ptr[i] = (char)(x->key.ptr[i] + ('a' - 'A'));
    return x->key.rc;
}

// The text in the key is somebody's alias.
static voc_rc look_up(struct asking *x, uint32_t person)
{
    uint32_t code = 0;
    voc_rc rc = fold_key(x);
    if (rc || !dict_find(x->names, str_mk(x->key.ptr, x->key.len), &code)) return rc;
    struct asked *q = &x->asked[code];
    for (size_t i = 0; i < q->people.n; i++)
        if (q->people.at[i] == person) return VOC_OK;
    rc = vec_reserve(&q->people, 1, UINT32_MAX);
    if (!rc) q->people.at[q->people.n++] = person;
    return rc;
}

// email=ada@x.org: the kind and the value; or all of it is the value of an alias of any kind.
static voc_rc look(void *user, uint32_t set, const voc_alias *a)
{
    struct asking *x = user;
    const uint32_t person = behind(x->s, set);
    if (!person) return VOC_OK;
    buf_clear(&x->key);
    (void)buf_str(&x->key, a->value);
    voc_rc rc = look_up(x, person);
    buf_clear(&x->key);
    (void)buf_str(&x->key, a->kind);
    (void)buf_byte(&x->key, '=');
    (void)buf_str(&x->key, a->value);
    return rc ? rc : look_up(x, person);
}

// In the order of their names.
static void sort_people(const struct search *s, const struct asked *q)
{
    for (size_t i = 1; i < q->people.n; i++)
        for (size_t k = i; k > 0 && str_cmp(name_of(s, q->people.at[k]), name_of(s, q->people.at[k - 1])) < 0; k--) {
            const uint32_t swap = q->people.at[k];
            q->people.at[k] = q->people.at[k - 1];
            q->people.at[k - 1] = swap;
        }
}

static voc_rc refuse(const struct search *s, const struct asked *q, struct diag *d)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    if (q->people.n <= SORTED_MAX) sort_people(s, q);
    for (size_t i = 0; i < q->people.n && i < SHOWN_MAX; i++) {
        voc_str name = name_of(s, q->people.at[i]);
        buf_printf(&b, "%s%.*s", i ? ", " : "", STR_SHOWN(name, 200));
    }
    if (q->people.n > SHOWN_MAX) buf_printf(&b, " and %zu more", q->people.n - SHOWN_MAX);
    diag_error(d, "FORGET-011", NULL, 0, "name the one that is meant by an alias of its own, or say --all to forget all of them",
               "%.*s means %zu: %s", STR_SHOWN(q->typed, 200), q->people.n, b.ptr ? b.ptr : "");
    buf_done(&b);
    return VOC_E_OPTION;
}

static voc_rc nobody(struct project *p, const char *name, struct diag *d)
{
    static const char hint[] = "an alias is KIND=VALUE, such as email=ada@example.org or id=4711, or the value alone; voc sql "
                               "PROJECT 'SELECT DISTINCT individual FROM event' shows who there is";
    const voc_str *cases = NULL;
    uint32_t n = 0, at = 1;
    voc_rc rc = store_strings(p, SPACE_CASE, &cases, &n);
    if (rc) return rc;
    while (at < n && !str_is(cases[at], name)) at++;
    return unknown(d, name, at < n ? "a case has that id: --as case forgets it" : hint);
}

static voc_rc begin_round(struct asking *x, const char *const *names, size_t n, bool fold)
{
    uint32_t code = 0;
    x->fold = fold;
    dict_clear(x->names);
    voc_rc rc = VOC_OK;
    for (size_t k = 0; k < n && !rc; k++) {
        buf_clear(&x->key);
        (void)buf_cstr(&x->key, names[k]);
        rc = fold_key(x);
        if (!rc) rc = dict_code(x->names, str_mk(x->key.ptr, x->key.len), &code);
        if (!rc) x->asked[code].typed = str_of(names[k]);
    }
    return rc ? rc : each_alias(x->s, look, x);
}

static voc_rc mean(struct forget_who *w, const struct search *s, const struct asked *q, bool all, struct diag *d)
{
    if (q->people.n > 1 && !all) return refuse(s, q, d);
    for (size_t i = 0; i < q->people.n; i++) {
        w->n_people += !s->meant[q->people.at[i]];
        s->meant[q->people.at[i]] = true;
    }
    return VOC_OK;
}

// All names in one walk over the sets, and in a second one those that nobody has as they are written.
static voc_rc find_all(struct forget_who *w, const struct search *s, struct project *p, const char *const *names, size_t n, bool all, struct diag *d)
{
    struct asking x = {.s = s, .asked = mem_zalloc(n, sizeof *x.asked)};
    const char **left = mem_zalloc(n, sizeof *left);
    size_t n_left = 0;
    buf_init(&x.key, SIZE_MAX / 4);
    voc_rc rc = x.asked && left ? dict_new(&x.names, SIZE_MAX / 4) : VOC_E_NOMEM;
    if (!rc) rc = begin_round(&x, names, n, false);
    for (unsigned round = 0; round < 2 && !rc; round++) {
        const size_t n_asked = dict_n(x.names);
        n_left = 0;
        for (size_t k = 0; k < n_asked && !rc; k++) {
            if (!x.asked[k].people.n && round) rc = nobody(p, x.asked[k].typed.ptr, d);
            else if (!x.asked[k].people.n) left[n_left++] = x.asked[k].typed.ptr;
            if (!rc) rc = mean(w, s, &x.asked[k], all, d);
            vec_free(&x.asked[k].people);
        }
        if (!rc && !n_left) break;
        if (!rc) rc = begin_round(&x, left, n_left, true);
    }
    for (size_t k = 0; x.asked && k < n; k++) vec_free(&x.asked[k].people);
    mem_free(x.asked);
    mem_free(left);
    dict_free(x.names);
    buf_done(&x.key);
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

// Where everybody is one alias, nothing has to be made to know who is behind one.
static voc_rc load_identity(struct identity **out, struct project *p, struct diag *d)
{
    struct event_parts *parts = NULL;
    voc_rc rc = event_parts_plan(&parts, p, 0, 0, d);
    const bool simple = !rc && event_parts_layout(parts)->simple_identity;
    event_parts_free(parts);
    if (!rc && simple) rc = identity_load_simple(out, p, d);
    return !rc && !*out ? identity_load(out, p, d) : rc;
}

static voc_rc find_people(struct forget_who *w, struct project *p, uint32_t as, const char *const *names, size_t n, bool all, struct diag *d)
{
    struct search s = {.as = as};
    voc_rc rc = store_strings(p, SPACE_ALIASES, &s.sets, &s.n);
    if (!rc) rc = load_identity(&s.id, p, d);
    if (rc) return rc;
    const uint32_t people = as == VOC_ENTITY_ACCOUNT ? identity_n_accounts(s.id) : identity_n_individuals(s.id);
    w->n = s.n;
    if (!(w->who = mem_zalloc(s.n, sizeof *w->who)) || !(s.meant = mem_zalloc((size_t)people + 1, sizeof *s.meant))) rc = VOC_E_NOMEM;
    if (!rc) rc = find_all(w, &s, p, names, n, all, d);
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
