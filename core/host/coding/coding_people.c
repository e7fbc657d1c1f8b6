// SPDX-License-Identifier: MIT
// What nearly every row has anew: its customer, its account, and texts of columns that hardly repeat (ids, attributes, full
// addresses). They are not looked up in a dictionary, which would find nothing at the price of a miss of the cache, but
// listed as they come, with the hash by which the keeper looks them up. Only what was met lately is not listed again.
#include "host/coding/coding_met.h"

#include "base/text.h"

// ---- aliases -----------------------------------------------------------------------------------------------------------

// Whether a value holds a control character or a backslash: then it may have to be escaped. What is shorter than eight bytes is
// filled up with blanks, and the last eight may have been looked at before.
static inline uint64_t escapes_in(uint64_t x) // not 0: in these eight bytes
{
    const uint64_t ones = UINT64_C(0x0101010101010101), slash = x ^ ones * '\\';
    return (((x - ones * 0x20) & ~x) | ((slash - ones) & ~slash)) & ones << 7;
}

static inline bool may_need_escape(voc_str s)
{
    uint64_t hit = 0;
    for (size_t i = 0; i < s.len; i += 8)
        hit |= escapes_in(s.len < 8 ? str_word(s.ptr, s.len, ' ') : str_word(s.ptr + (s.len - i >= 8 ? i : s.len - 8), 8, ' '));
    return hit;
}

// The kind's number. VOC_E_LIMIT: one too many, or it is too long.
static __attribute__((noinline)) voc_rc kind_new(struct coder *c, const voc_alias *a, unsigned *out)
{
    const voc_alias test = {.kind = a->kind, .value = STR("x"), .strong = a->strong};
    buf_clear(&c->scratch);
    voc_rc rc = aliases_encode(&c->scratch, &test, 1);
    if (rc) return rc;
    size_t len = c->scratch.len - 1;
    if (c->n_kinds == KINDS_MAX || len > sizeof c->kinds[0].text) return VOC_E_LIMIT;
    struct alias_kind *k = &c->kinds[c->n_kinds];
    memcpy(k->text, c->scratch.ptr, len);
    k->len = (uint8_t)len;
    k->strong = (uint8_t)a->strong;
    *out = c->n_kinds++;
    return VOC_OK;
}

static inline voc_rc kind_of(struct coder *c, const voc_alias *a, unsigned *out)
{
    for (unsigned k = 0; k < c->n_kinds; k++)
        if (c->kinds[k].len == a->kind.len + 2 && c->kinds[k].strong == a->strong && memcmp(c->kinds[k].text + 1, a->kind.ptr, a->kind.len) == 0)
            return *out = k, VOC_OK;
    return kind_new(c, a, out);
}

// ---- people ------------------------------------------------------------------------------------------------------------

// Lists the text that was put at the end of the others. Gives its number + 1.
static inline voc_rc list_text(struct coder *c, uint32_t *out)
{
    struct people *p = &c->people;
    if (p->end.n == p->end.cap) {
        voc_rc rc = vec_reserve(&p->end, 1, CODING_ROWS);
        if (rc) return rc;
    }
    p->end.at[p->end.n++] = (uint32_t)p->text.len; // at most CODING_STRINGS
    *out = (uint32_t)p->end.n;
    return VOC_OK;
}

// One behind the other, as each was written in pieces: read back at once, it would be waited for.
voc_rc coder_people_hashes(struct coder *c)
{
    struct people *p = &c->people;
    voc_rc rc = p->end.n > p->hash.n ? vec_reserve(&p->hash, p->end.n - p->hash.n, CODING_ROWS) : VOC_OK;
    for (size_t k = p->hash.n, from = k ? p->end.at[k - 1] : 0; !rc && k < p->end.n; from = p->end.at[k++])
        p->hash.at[p->hash.n++] = hash64(p->text.ptr + from, p->end.at[k] - from, 0);
    return rc;
}

static voc_rc meet_person(struct coder *c, struct met *m, unsigned kind, voc_str value, uint64_t first, uint64_t last, uint32_t *out)
{
    const struct alias_kind *k = &c->kinds[kind];
    struct buf *b = &c->people.text;
    if (!coder_sound(value)) return VOC_E_INPUT;
    char *to = buf_room(b, k->len + value.len);
    if (!to) return b->rc;
    memcpy(to, k->text, k->len);
    memcpy(to + k->len, value.ptr, value.len);
    b->len += k->len + value.len;
    voc_rc rc = list_text(c, out);
    if (!rc) *m = (struct met){.first = first, .last = last, .len = (uint32_t)value.len | kind << 29, .code = *out};
    return rc;
}

// A set of one alias whose value is as it stands: what nearly every row has.
static inline bool is_plain(const voc_alias *a, size_t n)
{
    return n == 1 && a->strong <= 1 && a->value.len && a->value.len < 1u << 29 && !may_need_escape(a->value);
}

// Where some are not written bare, *aliases becomes those of `own`, which are.
static inline voc_rc make_bare(struct coder *c, const voc_alias **aliases, size_t *n, voc_alias own[VOC_ALIASES_MAX])
{
    bool all = true;
    for (size_t i = 0; i < *n; i++) all = all && alias_is_bare(&(*aliases)[i]);
    if (all) return VOC_OK;
    voc_rc rc = aliases_bare(&c->bare, *aliases, *n, own, n);
    *aliases = own;
    return rc;
}

voc_rc coder_aliases(struct coder *c, const voc_alias *aliases, size_t n, uint32_t *out)
{
    voc_alias own[VOC_ALIASES_MAX];
    *out = 0;
    if (n == 0) return VOC_OK;
    if (n > VOC_ALIASES_MAX) return VOC_E_BUG;
    voc_rc rc = make_bare(c, &aliases, &n, own);
    if (rc || n == 0) return rc;
    buf_clear(&c->scratch);
    rc = aliases_encode(&c->scratch, aliases, n);
    return rc ? rc : coder_code(c, str_mk(c->scratch.ptr ? c->scratch.ptr : "", c->scratch.len), out);
}

// Whether person number `one` - 1 of the block, of this kind, has this value.
static inline bool is_value(const struct coder *c, uint32_t one, unsigned kind, voc_str value)
{
    const struct people *p = &c->people;
    const size_t from = one > 1 ? p->end.at[one - 2] : 0;
    return memcmp(p->text.ptr + from + c->kinds[kind].len, value.ptr, value.len) == 0;
}

// What is longer than sixteen bytes is not known again by them alone.
static inline voc_rc person_code(struct coder *c, const voc_alias *a, unsigned kind, uint32_t *out)
{
    uint64_t first, last;
    struct met *m = met_place(c, c->aliases, MET_ALIASES, a->value, &first, &last);
    if (m->first == first && m->last == last && m->len == ((uint32_t)a->value.len | kind << 29) &&
        (a->value.len <= 16 || is_value(c, m->code, kind, a->value)))
        return *out = m->code, VOC_OK;
    return meet_person(c, m, kind, a->value, first, last, out);
}

static voc_rc person(struct coder *c, const voc_alias *aliases, size_t n, uint32_t *out)
{
    unsigned kind;
    voc_alias own[VOC_ALIASES_MAX];
    *out = 0;
    if (n == 0) return VOC_OK;
    if (n > VOC_ALIASES_MAX) return VOC_E_BUG;
    voc_rc rc = make_bare(c, &aliases, &n, own);
    if (rc || n == 0) return rc;
    if (is_plain(aliases, n)) {
        rc = kind_of(c, aliases, &kind);
        if (rc != VOC_E_LIMIT) return rc ? rc : person_code(c, aliases, kind, out);
    }
    size_t at = c->people.text.len;
    rc = aliases_encode(&c->people.text, aliases, n);
    if (!rc && c->people.text.len == at) return VOC_OK;
    if (!rc && !text_utf8_valid(c->people.text.ptr + at, c->people.text.len - at)) rc = VOC_E_INPUT;
    if (rc) return c->people.text.len = at, rc;
    return list_text(c, out);
}

voc_rc coder_people(struct coder *c, const struct coder_rows *b, bool accounts, uint32_t *code)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < b->n && !rc; i++) {
        const voc_row *r = coder_row(b, i);
        rc = accounts ? person(c, r->account, r->n_account, &code[i]) : person(c, r->customer, r->n_customer, &code[i]);
    }
    return rc;
}

// ---- values of one kind ------------------------------------------------------------------------------------------------

struct short_value { uint64_t first, last; size_t len; };
typedef uint64_t words __attribute__((vector_size(16)));
typedef signed char letters __attribute__((vector_size(16)));

// Not 0 where a byte is a control character, a backslash or no ASCII, which as a signed one is below a blank.
static inline letters odd_in(words ends)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const words blanks = {ones * ' ', ones * ' '}, slashes = {ones * '\\', ones * '\\'};
    return ((letters)ends < (letters)blanks) | ((letters)ends == (letters)slashes);
}

// Values of eight to sixteen bytes, which their first and last eight are, none of them met lately: their sets are listed one behind
// the other. There is room, and nothing in them that has to be escaped or is not ASCII, and no blank around them.
static void list_short(struct coder *c, const struct alias_kind *k, const struct short_value *v, size_t n)
{
    struct people *p = &c->people;
    const struct alias_kind begin = *k;
    const size_t len = begin.len;
    char *const text = p->text.ptr;
    uint32_t *end = p->end.at + p->end.n;
    size_t at = p->text.len;
    for (size_t i = 0; i < n; i++) {
        memcpy(text + at, begin.text, 16); // that is no call
        if (len > 16) memcpy(text + at, begin.text, sizeof begin.text);
        memcpy(text + at + len, &v[i].first, 8);
        at += len + v[i].len;
        memcpy(text + at - 8, &v[i].last, 8);
        end[i] = (uint32_t)at;
    }
    p->end.n += n;
    p->text.len = at;
}

// The same of a batch, where all values are such: half of them were met in some logs, as chance has it, so that nothing is guessed of it.
// False: they are not, and nothing was done.
static bool short_values(struct coder *c, unsigned kind, const voc_str *value, size_t n, uint32_t *code)
{
    struct people *p = &c->people;
    const struct alias_kind *k = &c->kinds[kind];
    struct short_value v[CODING_AT_ONCE + 1];
    letters odd = {0};
    bool all = n <= CODING_AT_ONCE, blank = false;
    for (size_t i = 0; i < n; i++) all &= value[i].len - 8 <= 8;
    if (!all) return false;
    for (size_t i = 0; i < n; i++) {
        v[i].len = value[i].len;
        memcpy(&v[i].first, value[i].ptr, 8);
        memcpy(&v[i].last, value[i].ptr + value[i].len - 8, 8);
        odd |= odd_in((words){v[i].first, v[i].last});
        blank |= value[i].ptr[0] == ' ' || value[i].ptr[value[i].len - 1] == ' ';
    }
    if (((words)odd)[0] | ((words)odd)[1] | blank) return false;
    if (vec_reserve(&p->end, n, CODING_ROWS) != VOC_OK || !buf_room(&p->text, n * (sizeof k->text + 16))) return false;
    size_t fresh = 0;
    for (size_t i = 0; i < n; i++) {
        const struct short_value x = v[i];
        const uint32_t len = (uint32_t)x.len | kind << 29;
        struct met *m = met_among(c->aliases, MET_ALIASES, x.first, x.last, x.len);
        const uint64_t other = (m->first ^ x.first) | (m->last ^ x.last) | (m->len ^ len);
        const uint32_t is_new = (uint32_t)0 - (uint32_t)((other | (0 - other)) >> 63), next = (uint32_t)(p->end.n + fresh) + 1; // all ones or none: no branch
        m->first = x.first, m->last = x.last, m->len = len;
        m->code = code[i] = (next & is_new) | (m->code & ~is_new);
        v[fresh] = x;
        fresh += is_new & 1;
    }
    list_short(c, k, v, fresh);
    return true;
}

voc_rc coder_values(struct coder *c, const voc_alias *kind, const voc_str *value, size_t n, uint32_t *code)
{
    unsigned number = 0;
    voc_rc rc = kind->strong <= 1 ? kind_of(c, kind, &number) : VOC_E_LIMIT;
    const bool known = rc == VOC_OK;
    if (rc == VOC_E_LIMIT) rc = VOC_OK;
    if (!rc && known && !str_is(kind->kind, "email") && short_values(c, number, value, n, code)) return VOC_OK;
    for (size_t i = 0; i < n && !rc; i++) {
        const voc_alias a = {.kind = kind->kind, .value = value[i], .strong = kind->strong};
        code[i] = 0;
        if (a.value.len == 0) continue;
        rc = known && alias_is_bare(&a) && is_plain(&a, 1) ? person_code(c, &a, number, &code[i]) : person(c, &a, 1, &code[i]);
    }
    return rc;
}

// ---- texts -------------------------------------------------------------------------------------------------------------

// The whole of it is compared, with whatever is listed under that number now: so nothing is forgotten between blocks.
static bool is_listed(const struct people *p, uint32_t number, voc_str s)
{
    if (number >= p->end.n) return false;
    size_t from = number ? p->end.at[number - 1] : 0;
    return p->end.at[number] - from == s.len && memcmp(p->text.ptr + from, s.ptr, s.len) == 0;
}

voc_rc coder_list(struct coder *c, voc_str text, uint32_t *out)
{
    uint64_t first, last;
    struct people *p = &c->people;
    if (text.len == 0) return *out = 0, VOC_OK;
    struct met *m = met_place(c, c->listed, MET_LISTED, text, &first, &last);
    if (m->first == first && m->last == last && m->len == text.len && is_listed(p, m->code, text)) return *out = m->code | CODING_LISTED, VOC_OK;
    if (!coder_sound(text)) return VOC_E_INPUT;
    char *to = buf_room(&p->text, text.len);
    if (!to) return p->text.rc;
    memcpy(to, text.ptr, text.len);
    p->text.len += text.len;
    voc_rc rc = list_text(c, out);
    if (rc) return rc;
    *out -= 1;
    if (text.len <= UINT32_MAX) *m = (struct met){.first = first, .last = last, .len = (uint32_t)text.len, .code = *out};
    *out |= CODING_LISTED;
    return VOC_OK;
}
