// SPDX-License-Identifier: MIT
// Aliases as keys (linking.h): how each is spelled, what each is worth by itself, who holds it, and what is asked of it in the end.
#include "identity/linking_in.h"

enum { PHONE_MIN = 7, PHONE_MAX = 32, NATIONAL_MAX = 10, COUNTRY_MAX = 4 }; // digits

voc_rc linking_new(struct linking **out, voc_str country)
{
    struct linking *l = mem_zalloc(1, sizeof *l);
    if (!l) return VOC_E_NOMEM;
    arena_init(&l->arena, 0);
    buf_init(&l->text, SIZE_MAX / 4);
    buf_init(&l->country, 64);
    voc_rc rc = dict_new(&l->keys, SIZE_MAX / 4);
    if (!rc) rc = dict_new(&l->sorts, SIZE_MAX / 4);
    for (size_t i = 0; i < country.len && !rc && l->country.len < COUNTRY_MAX; i++) // a damaged file may have any text there
        if (country.ptr[i] >= '0' && country.ptr[i] <= '9') rc = buf_byte(&l->country, country.ptr[i]);
    if (rc) linking_free(l);
    else *out = l;
    return rc;
}

void linking_free(struct linking *l)
{
    if (!l) return;
    dict_free(l->keys);
    dict_free(l->sorts);
    vec_free(&l->node);
    vec_free(&l->holding);
    vec_free(&l->said);
    vec_free(&l->space);
    vec_free(&l->doubt);
    vec_free(&l->doubts);
    vec_free(&l->idle);
    buf_done(&l->text);
    buf_done(&l->country);
    arena_done(&l->arena);
    mem_free(l);
}

// ---- one alias ------------------------------------------------------------------------------------------------------------------

static bool one_of(voc_str s, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(s, names[i])) return true;
    return false;
}
#define ONE_OF(s, names) one_of(s, names, sizeof names / sizeof *names)

static bool is_email(const voc_alias *a) { return str_is(a->kind, "email"); }

// What says where somebody sat, or what they used once, and not who it was.
static bool is_no_name(const voc_alias *a)
{
    static const char *const kinds[] = {"ip", "visitor", "robot", "response", "session"};
    return ONE_OF(a->kind, kinds);
}

static bool is_role(const voc_alias *a)
{
    static const char *const roles[] = {"info", "sales", "support", "office", "noreply", "no-reply", "admin", "hello", "contact"};
    const char *at = a->value.len ? memchr(a->value.ptr, '@', a->value.len) : NULL;
    if (!is_email(a) || !at) return false;
    voc_str local = str_trim(str_mk(a->value.ptr, (size_t)(at - a->value.ptr)));
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (str_ieq(local, str_of(roles[i]))) return true;
    return false;
}

unsigned linking_sort(const voc_alias *a)
{
    if (is_no_name(a)) return 4;
    if (!a->strong) return 3;
    return !is_email(a) ? 0 : is_role(a) ? 2 : 1;
}

const voc_alias *linking_record(const voc_alias *aliases, size_t n)
{
    const voc_alias *best = n ? aliases : NULL;
    for (size_t i = 1; i < n; i++)
        if (linking_sort(&aliases[i]) < linking_sort(best)) best = &aliases[i];
    return best;
}

// One "x@y.z", without blanks.
static bool is_address(voc_str s)
{
    const char *at = s.len ? memchr(s.ptr, '@', s.len) : NULL;
    if (!at || at == s.ptr) return false;
    voc_str host = str_mk(at + 1, s.len - (size_t)(at + 1 - s.ptr));
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= ' ') return false;
    if (host.len < 3 || memchr(host.ptr, '@', host.len)) return false;
    return memchr(host.ptr + 1, '.', host.len - 2) != NULL;
}

// Digits with the country's in front: "+1 (555) 010-2000", "001 555 010 2000" and, where the country is 1, "555-010-2000" are one.
// Gives how many; 0: they say nobody's number.
static size_t phone_digits(const struct linking *l, voc_str s, char to[PHONE_MAX])
{
    char own[PHONE_MAX];
    size_t n = 0, cut = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') continue;
        if (n == PHONE_MAX) return 0;
        own[n++] = s.ptr[i];
    }
    const voc_str country = str_mk(l->country.ptr, l->country.len);
    bool abroad = (s.len && s.ptr[0] == '+') || country.len == 0;
    if (n > 1 && own[0] == '0' && own[1] == '0') abroad = true, cut = 2;
    if (!abroad && n && own[0] == '0') cut = 1;
    else if (!abroad && n > NATIONAL_MAX && memcmp(own, country.ptr, country.len) == 0) abroad = true; // it has the country's in front
    const size_t in_front = abroad ? 0 : country.len;
    if (n - cut + in_front > PHONE_MAX || n - cut + in_front < PHONE_MIN) return 0;
    if (in_front) memcpy(to, country.ptr, in_front);
    memcpy(to + in_front, own + cut, n - cut);
    return in_front + n - cut;
}

// ---- nodes ----------------------------------------------------------------------------------------------------------------------

// Who an alias is, as all would write it: into l->text. *use: what kind of key it is by itself.
static voc_rc spell(struct linking *l, const voc_alias *a, enum link_use *use)
{
    char digits[PHONE_MAX];
    size_t n = 0;
    *use = is_no_name(a) ? LINK_NO_NAME : is_role(a) ? LINK_ROLE : LINK_KEY;
    buf_clear(&l->text);
    (void)buf_str(&l->text, a->kind);
    (void)buf_cstr(&l->text, KEY_SEPARATOR);
    if (str_is(a->kind, "phone") && (n = phone_digits(l, a->value, digits)) > 0) return buf_add(&l->text, digits, n);
    if (str_is(a->kind, "phone") || (is_email(a) && !is_address(str_trim(a->value)))) *use = LINK_NO_NAME;
    voc_str value = is_email(a) ? str_trim(a->value) : a->value;
    const size_t from = l->text.len;
    voc_rc rc = buf_str(&l->text, value);
    for (size_t i = from; !rc && is_email(a) && i < l->text.len; i++)
        if (l->text.ptr[i] >= 'A' && l->text.ptr[i] <= 'Z') l->text.ptr[i] = (char)(l->text.ptr[i] + ('a' - 'A'));
    return rc;
}

// As people see it; of several spellings of one key the bytewise smallest, so that the order of files does not show.
static voc_rc name_node(struct linking *l, struct node *x, const voc_alias *a)
{
    bool ok = true;
    x->alias.kind = arena_str(&l->arena, a->kind.ptr, a->kind.len, &ok);
    x->alias.value = arena_str(&l->arena, a->value.ptr, a->value.len, &ok);
    const char *name = str_is(a->kind, "id") ? x->alias.value.ptr : arena_printf(&l->arena, "%.*s:%.*s", STR_ARG(a->kind), STR_ARG(a->value));
    if (!ok || !name) return VOC_E_NOMEM;
    x->name = str_is(a->kind, "id") ? x->alias.value : str_of(name);
    return VOC_OK;
}

voc_rc linking_node(struct linking *l, const voc_alias *a, uint32_t *node)
{
    enum link_use use;
    voc_rc rc = spell(l, a, &use);
    if (!rc) rc = dict_code(l->keys, str_mk(l->text.ptr, l->text.len), node);
    const bool is_new = !rc && *node == l->node.n;
    if (is_new) rc = vec_reserve(&l->node, 1, NOBODY);
    if (rc) return rc;
    struct node *x = &l->node.at[*node];
    if (is_new) *x = (struct node){.parent = *node, .best = NOBODY, .apart = NOBODY, .use = (uint8_t)use};
    if (is_new || str_cmp(a->value, x->alias.value) < 0) rc = name_node(l, x, a);
    l->node.n += is_new && !rc;
    x->alias.strong |= a->strong;
    return rc;
}

// ---- evidence -------------------------------------------------------------------------------------------------------------------

voc_rc linking_hold(struct linking *l, uint32_t record, uint32_t key, uint32_t source)
{
    if (record == key) return VOC_OK;
    voc_rc rc = vec_reserve(&l->holding, 1, SIZE_MAX / sizeof *l->holding.at);
    if (!rc) l->holding.at[l->holding.n++] = (struct holding){key, source, record};
    return rc;
}

voc_rc linking_row(struct linking *l, const voc_alias *aliases, size_t n, uint32_t source)
{
    const voc_alias *record = linking_record(aliases, n);
    uint32_t of, key;
    voc_rc rc = record ? linking_node(l, record, &of) : VOC_OK;
    if (rc || !record) return rc;
    l->node.at[of].is_record = true;
    for (size_t i = 0; i < n && !rc; i++) {
        if (&aliases[i] == record) continue;
        rc = linking_node(l, &aliases[i], &key);
        if (!rc) rc = linking_hold(l, of, key, source);
    }
    return rc;
}

voc_rc linking_alone(struct linking *l, const voc_alias *alias)
{
    uint32_t node;
    voc_rc rc = linking_known(l, alias, &node);
    // Of all others one spelling is one alias, so that whom no evidence names need not be kept.
    if (!rc && (node != NOBODY || str_is(alias->kind, "phone"))) rc = linking_node(l, alias, &node);
    if (!rc && node != NOBODY) l->node.at[node].is_record = true;
    return rc;
}

// Whose keys they are is seen when all is known: a cookie that a login is said to have is a weak key as on any row.
voc_rc linking_said_nodes(struct linking *l, uint32_t a, uint32_t b, uint32_t source)
{
    voc_rc rc = vec_reserve(&l->said, 1, SIZE_MAX / sizeof *l->said.at);
    if (!rc) l->said.at[l->said.n++] = (struct said){a, b, source};
    return rc;
}

// ---- asking -----------------------------------------------------------------------------------------------------------------------

size_t linking_doubts(const struct linking *l, const struct link_doubt **out)
{
    *out = l->doubts.at;
    return l->doubts.n;
}

size_t linking_idle(const struct linking *l, const struct link_idle **out)
{
    *out = l->idle.at;
    return l->idle.n;
}

voc_rc linking_known(const struct linking *l, const voc_alias *who, uint32_t *node)
{
    struct linking asking = {.country = l->country}; // its text is the asking thread's own
    enum link_use use;
    buf_init(&asking.text, SIZE_MAX / 4);
    voc_rc rc = spell(&asking, who, &use);
    if (rc || !dict_find(l->keys, str_mk(asking.text.ptr, asking.text.len), node)) *node = NOBODY;
    buf_done(&asking.text);
    return rc;
}

voc_rc linking_person(const struct linking *l, const voc_alias *who, voc_alias *person)
{
    uint32_t node;
    voc_rc rc = linking_known(l, who, &node);
    *person = node == NOBODY ? *who : linking_standing(l, node);
    return rc;
}

voc_rc linking_how(const struct linking *l, const voc_alias *record, struct link_how *out)
{
    uint32_t node;
    voc_rc rc = linking_known(l, record, &node);
    out->joined = node != NOBODY && l->node.at[linking_root(l, node)].records > 1;
    out->has_key = (node != NOBODY && l->node.at[node].holds_key) || (is_email(record) && is_address(str_trim(record->value)));
    return rc;
}
