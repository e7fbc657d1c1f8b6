// SPDX-License-Identifier: MIT
// The people that links make (linking.h); without any, each distinct first strong alias is a person (in a set without a strong alias: its
// first alias), and accounts are so in any case. Codes are given in the order of the alias sets, code 0 is nobody. Names are unique:
// where the bare value of an "id" looks like another alias's "kind:value", the later one gets a number. Immutable after it
// is made, so any number of threads may read it.
#include "identity/identity.h"

#define KEY_SEPARATOR "\x1f" // cannot stand in a kind

struct people { // individuals or accounts; owns
    struct dict *keys;     // kind, separator, value: who it is; code + 1 of ours
    struct dict *names;    // by code; [0] is empty
    uint32_t *of;          // by code of an alias set
};
struct membership { uint32_t individual, account; int64_t from_us; };
struct identity { // owns
    uint32_t n_sets;
    bool simple;             // individuals and accounts are empty
    const voc_str *sets;     // simple: borrowed; NULL: unnamed
    voc_str *names;          // simple: by code; NULL: each name is what stands behind "+id=" in its set
    struct arena arena;      // of names
    struct people individuals, accounts;
    struct membership *members; // sorted by (individual, from_us, name of the account)
    size_t n_members;
};

static void people_done(struct people *p)
{
    dict_free(p->keys);
    dict_free(p->names);
    mem_free(p->of);
}

void identity_free(struct identity *id)
{
    if (!id) return;
    people_done(&id->individuals);
    people_done(&id->accounts);
    mem_free(id->names);
    arena_done(&id->arena);
    mem_free(id->members);
    mem_free(id);
}

// ---- making ------------------------------------------------------------------------------------------------------------------

static voc_rc people_init(struct people *p, uint32_t n_sets)
{
    uint32_t code = 0;
    voc_rc rc = dict_new(&p->keys, SIZE_MAX / 4);
    if (rc == VOC_OK) rc = dict_new(&p->names, SIZE_MAX / 4);
    if (rc == VOC_OK) rc = dict_code(p->keys, STR(""), &code);
    if (rc == VOC_OK) rc = dict_code(p->names, STR(""), &code);
    if (rc == VOC_OK && !(p->of = mem_zalloc(n_sets ? n_sets : 1, sizeof *p->of))) rc = VOC_E_NOMEM;
    return rc;
}

// A name that nobody has: the value of an "id", else kind:value, and a number behind it where that is taken.
static voc_rc add_name(struct people *p, const voc_alias *who, struct buf *text)
{
    uint32_t code = 0;
    for (unsigned number = 1;; number++) {
        buf_clear(text);
        if (!str_is(who->kind, "id")) {
            (void)buf_str(text, who->kind);
            (void)buf_byte(text, ':');
        }
        (void)buf_str(text, who->value);
        if (number > 1) (void)buf_printf(text, " (%u)", number);
        if (text->rc != VOC_OK) return text->rc;
        if (!dict_find(p->names, str_mk(text->ptr, text->len), &code)) return dict_code(p->names, str_mk(text->ptr, text->len), &code);
    }
}

static voc_rc add_person(struct people *p, uint32_t set, const voc_alias *who, struct buf *text)
{
    uint32_t before = dict_n(p->keys);
    buf_clear(text);
    (void)buf_str(text, who->kind);
    (void)buf_cstr(text, KEY_SEPARATOR);
    voc_rc rc = buf_str(text, who->value);
    if (rc == VOC_OK) rc = dict_code(p->keys, str_mk(text->ptr, text->len), &p->of[set]);
    return rc == VOC_OK && p->of[set] == before ? add_name(p, who, text) : rc;
}

// The alias that says who is behind a set.
static const voc_alias *naming(const voc_alias *aliases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (aliases[i].strong) return &aliases[i];
    return n ? &aliases[0] : NULL;
}

static voc_rc add_set(struct identity *id, uint32_t set, voc_str encoded, const struct linking *links, struct buf *text)
{
    struct arena a;
    voc_alias aliases[VOC_ALIASES_MAX];
    size_t n = 0;
    arena_init(&a, 0);
    voc_rc rc = aliases_decode(&a, encoded, aliases, &n);
    const voc_alias *who = rc == VOC_OK ? naming(aliases, n) : NULL;
    voc_alias person = who ? *who : (voc_alias){0};
    if (who && links) rc = linking_person(links, linking_record(aliases, n), &person);
    if (who && rc == VOC_OK) rc = add_person(&id->individuals, set, &person, text);
    if (who && rc == VOC_OK) rc = add_person(&id->accounts, set, who, text);
    arena_done(&a);
    return rc;
}

// ---- memberships -------------------------------------------------------------------------------------------------------------

static int by_individual(const struct identity *id, const struct membership *x, const struct membership *y)
{
    if (x->individual != y->individual) return x->individual < y->individual ? -1 : 1;
    if (x->from_us != y->from_us) return x->from_us < y->from_us ? -1 : 1;
    return str_cmp(identity_account_name(id, x->account), identity_account_name(id, y->account));
}

// Heap sort: in place, and the order is total but for rows that are alike.
static void sift(const struct identity *id, struct membership *m, size_t root, size_t n)
{
    for (size_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && by_individual(id, &m[child], &m[child + 1]) < 0) child++;
        if (by_individual(id, &m[root], &m[child]) >= 0) return;
        struct membership swap = m[root];
        m[root] = m[child];
        m[child] = swap;
    }
}

static void sort_members(const struct identity *id, struct membership *m, size_t n)
{
    for (size_t i = n / 2; i-- > 0;) sift(id, m, i, n);
    for (size_t i = n; i-- > 1;) {
        struct membership swap = m[0];
        m[0] = m[i];
        m[i] = swap;
        sift(id, m, 0, i);
    }
}

static voc_rc take_members(struct identity *id, const struct store_member *members, size_t n_members)
{
    if (n_members && !(id->members = mem_zalloc(n_members, sizeof *id->members))) return VOC_E_NOMEM;
    for (size_t i = 0; i < n_members; i++) {
        struct membership m = {identity_individual(id, members[i].customer), identity_account(id, members[i].account), members[i].valid_from_us};
        if (m.individual && m.account) id->members[id->n_members++] = m;
    }
    if (id->n_members > 1) sort_members(id, id->members, id->n_members);
    return VOC_OK;
}

voc_rc identity_make(struct identity **out, const voc_str *alias_sets, uint32_t n_sets, const struct store_member *members, size_t n_members, const struct linking *links)
{
    struct buf text;
    buf_init(&text, SIZE_MAX / 4);
    struct identity *id = mem_zalloc(1, sizeof *id);
    if (id) arena_init(&id->arena, 0);
    voc_rc rc = id ? people_init(&id->individuals, n_sets) : VOC_E_NOMEM;
    if (rc == VOC_OK) rc = people_init(&id->accounts, n_sets);
    if (rc == VOC_OK) id->n_sets = n_sets;
    for (uint32_t i = 0; rc == VOC_OK && i < n_sets; i++) rc = add_set(id, i, alias_sets[i], links, &text);
    if (rc == VOC_OK) rc = take_members(id, members, n_members);
    buf_done(&text);
    if (rc == VOC_OK) *out = id;
    else identity_free(id);
    return rc;
}

// ---- one alias a set ---------------------------------------------------------------------------------------------------------

#define BARE 4u // length of "+id="

// Is the set the value of an "id", as it stands?
static bool bare(voc_str set)
{
    return set.len > BARE && memcmp(set.ptr + 1, "id=", 3) == 0 && !memchr(set.ptr + BARE, '\\', set.len - BARE);
}

static voc_rc simple_name(struct identity *id, voc_str set, voc_str *name)
{
    voc_alias aliases[VOC_ALIASES_MAX];
    size_t n = 0;
    voc_rc rc = aliases_decode(&id->arena, set, aliases, &n);
    if (rc || n != 1) return rc ? rc : VOC_E_INPUT;
    *name = aliases[0].value;
    if (str_is(aliases[0].kind, "id")) return VOC_OK;
    char *text = arena_printf(&id->arena, "%.*s:%.*s", STR_ARG(aliases[0].kind), STR_ARG(aliases[0].value));
    if (!text) return VOC_E_NOMEM;
    *name = str_of(text);
    return VOC_OK;
}

// Could its name be that of another set? The value of an "id" that holds a colon, or a kind that does.
static bool unclear(voc_str set)
{
    const char *equals = memchr(set.ptr, '=', set.len);
    if (!equals) return true;
    size_t kind = (size_t)(equals - set.ptr);
    bool id = kind == 3 && memcmp(set.ptr + 1, "id", 2) == 0;
    return id ? memchr(equals, ':', set.len - kind) != NULL : memchr(set.ptr, ':', kind) != NULL;
}

// *clear false: two of them could have one name.
static voc_rc simple_names(struct identity *id, bool *clear)
{
    bool all_bare = true;
    for (uint32_t i = 1; i < id->n_sets && all_bare; i++) all_bare = bare(id->sets[i]);
    *clear = true;
    if (all_bare) return VOC_OK;
    for (uint32_t i = 1; i < id->n_sets && *clear; i++) *clear = !unclear(id->sets[i]);
    if (!*clear) return VOC_OK;
    if (!(id->names = mem_zalloc((size_t)id->n_sets + 1, sizeof *id->names))) return VOC_E_NOMEM;
    voc_rc rc = VOC_OK;
    id->names[0] = STR("");
    for (uint32_t i = 1; i < id->n_sets && rc == VOC_OK; i++) rc = simple_name(id, id->sets[i], &id->names[i]);
    return rc;
}

voc_rc identity_simple(struct identity **out, const voc_str *alias_sets, uint32_t n_sets, const struct store_member *members, size_t n_members)
{
    struct identity *id = mem_zalloc(1, sizeof *id);
    bool clear = false;
    if (!id) return VOC_E_NOMEM;
    arena_init(&id->arena, 0);
    id->simple = true;
    id->sets = alias_sets;
    id->n_sets = n_sets;
    voc_rc rc = simple_names(id, &clear);
    if (rc == VOC_OK && clear) rc = take_members(id, members, n_members);
    if (rc == VOC_OK) *out = clear ? id : NULL;
    if (rc || !clear) identity_free(id);
    return rc;
}

struct member_list { VEC(struct store_member) v; };

static voc_rc take_member(void *user, const struct store_member *m)
{
    struct member_list *list = user;
    voc_rc rc = vec_reserve(&list->v, 1, SIZE_MAX / 2);
    if (rc == VOC_OK) list->v.at[list->v.n++] = *m;
    return rc;
}

static voc_rc load(struct identity **out, struct project *p, bool simple, struct diag *d)
{
    const voc_str *sets = NULL;
    uint32_t n = 0;
    struct member_list members = {0};
    struct linking *links = NULL;
    voc_rc rc = store_strings(p, SPACE_ALIASES, &sets, &n);
    if (rc == VOC_OK) rc = store_members(p, take_member, &members);
    if (rc == VOC_OK && !simple && (rc = linking_load(&links, p, d)) != VOC_OK) {
        vec_free(&members.v);
        return rc;
    }
    if (rc == VOC_OK) rc = simple ? identity_simple(out, sets, n, members.v.at, members.v.n) : identity_make(out, sets, n, members.v.at, members.v.n, links);
    if (rc == VOC_E_INPUT) diag_error(d, "STORE-007", project_path(p), 0, "`voc verify` lists all damage", "an alias set of the project is damaged");
    vec_free(&members.v);
    linking_free(links);
    return rc;
}

voc_rc identity_load_unnamed(struct identity **out, struct project *p)
{
    struct member_list members = {0};
    struct identity *id = NULL;
    voc_rc rc = store_members(p, take_member, &members);
    if (rc == VOC_OK && !members.v.n && !(id = mem_zalloc(1, sizeof *id))) rc = VOC_E_NOMEM;
    vec_free(&members.v);
    if (!id) return rc;
    arena_init(&id->arena, 0);
    id->simple = true;
    rc = store_n_strings(p, SPACE_ALIASES, &id->n_sets);
    if (rc == VOC_OK) *out = id;
    else identity_free(id);
    return rc;
}

voc_rc identity_load(struct identity **out, struct project *p, struct diag *d) { return load(out, p, false, d); }
voc_rc identity_load_simple(struct identity **out, struct project *p, struct diag *d) { return load(out, p, true, d); }

// ---- asking ------------------------------------------------------------------------------------------------------------------

uint32_t identity_individual(const struct identity *id, uint32_t aliases)
{
    if (aliases >= id->n_sets) return 0;
    return id->simple ? aliases : id->individuals.of[aliases];
}

uint32_t identity_account(const struct identity *id, uint32_t account_aliases)
{
    if (account_aliases >= id->n_sets) return 0;
    return id->simple ? account_aliases : id->accounts.of[account_aliases];
}

// The first membership at or behind (individual, t).
static size_t lower_bound(const struct identity *id, uint32_t individual, int64_t t_us)
{
    size_t low = 0, high = id->n_members;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct membership *m = &id->members[middle];
        if (m->individual < individual || (m->individual == individual && m->from_us < t_us)) low = middle + 1;
        else high = middle;
    }
    return low;
}

uint32_t identity_account_at(const struct identity *id, uint32_t individual, int64_t t_us)
{
    size_t first = lower_bound(id, individual, INT64_MIN), at = lower_bound(id, individual, t_us);
    if (first == id->n_members || id->members[first].individual != individual) return 0;
    if (at < id->n_members && id->members[at].individual == individual && id->members[at].from_us == t_us) return id->members[at].account;
    if (at == first) return id->members[first].account; // all begin later: the earliest
    return id->members[lower_bound(id, individual, id->members[at - 1].from_us)].account; // of those that begin together, the first by name
}

void identity_soon(const struct identity *id, uint32_t aliases)
{
    const voc_str *names = id->names ? id->names : id->sets;
    if (names && aliases < id->n_sets) __builtin_prefetch(&names[aliases]);
}

bool identity_unnamed(const struct identity *id, uint32_t *n)
{
    *n = id->n_sets;
    return id->simple && !id->sets;
}

bool identity_has_members(const struct identity *id) { return id->n_members != 0; }

static uint32_t n_simple(const struct identity *id) { return id->n_sets ? id->n_sets : 1; } // code 0 is always there

static voc_str name_simple(const struct identity *id, uint32_t code)
{
    if (!code || code >= id->n_sets || !id->sets) return STR("");
    return id->names ? id->names[code] : str_mk(id->sets[code].ptr + BARE, id->sets[code].len - BARE);
}

uint32_t identity_n_individuals(const struct identity *id)
{
    return id->simple ? n_simple(id) : dict_n(id->individuals.names);
}

uint32_t identity_n_accounts(const struct identity *id)
{
    return id->simple ? n_simple(id) : dict_n(id->accounts.names);
}

voc_str identity_individual_name(const struct identity *id, uint32_t individual)
{
    if (id->simple) return name_simple(id, individual);
    return individual < dict_n(id->individuals.names) ? dict_at(id->individuals.names, individual) : STR("");
}

voc_str identity_account_name(const struct identity *id, uint32_t account)
{
    if (id->simple) return name_simple(id, account);
    return account < dict_n(id->accounts.names) ? dict_at(id->accounts.names, account) : STR("");
}
