// SPDX-License-Identifier: MIT
// Rows to columns, a few dozen rows at a time and column by column, so that a field which no row uses costs one look for
// all of them. A string is looked up in three steps: empty; met lately (its length and up to sixteen of its bytes say so,
// without a hash); the dictionary. Only strings that are new to the block are checked to be UTF-8. One thread at a time.
#include "host/coding.h"

#include <string.h>

#include "base/text.h"

#define SLOTS_MIN 256u
#define STAY_STRINGS 32768u // strings and tuples that stay for the next block: those of a file that repeats them fit
#define STAY_TUPLES 131072u

// The texts of a row lie side by side.
enum { TEXT_REF, TEXT_ID, TEXT_ACTION, TEXT_TOUCHPOINT, TEXT_CHANNEL, TEXT_CAMPAIGN, TEXT_OBJECT, TEXT_CASE, TEXT_ROLE, TEXT_OWNER, TEXT_THREAD, TEXT_TEXT, TEXT_LANGUAGE, TEXT_N };
_Static_assert(offsetof(voc_row, language) == offsetof(voc_row, ref) + TEXT_LANGUAGE * sizeof(voc_str), "texts of a row");
_Static_assert(KINDS_MAX <= 8, "three bits of a length");

voc_rc coder_init(struct coder *c, uint32_t sender)
{
    uint32_t empty;
    memset(c, 0, sizeof *c);
    c->kept = EV_ALL;
    c->sender = sender;
    buf_init(&c->people.text, CODING_STRINGS);
    buf_init(&c->scratch, (size_t)64 << 20);
    voc_rc rc = dict_new(&c->strings, CODING_STRINGS);
    if (!rc) rc = dict_code(c->strings, STR(""), &empty);
    if (!rc) rc = vec_reserve(&c->slots, SLOTS_MIN, SIZE_MAX);
    if (!rc) memset(c->slots.at, 0, (c->slots.n = SLOTS_MIN) * sizeof *c->slots.at);
    return rc;
}

void coder_done(struct coder *c)
{
    dict_free(c->strings);
    c->strings = NULL;
    vec_free(&c->table), vec_free(&c->time_us), vec_free(&c->record), vec_free(&c->line), vec_free(&c->tuple);
    for (size_t k = 0; k < CODES_N; k++) vec_free(&c->codes[k]);
    for (size_t k = 0; k < AMOUNT_N; k++) vec_free(&c->amounts[k]);
    vec_free(&c->tuples), vec_free(&c->slots), vec_free(&c->whose[0]), vec_free(&c->whose[1]);
    vec_free(&c->people.end), vec_free(&c->people.hash);
    buf_done(&c->people.text);
    buf_done(&c->scratch);
}

static void forget_strings(struct coder *c)
{
    uint32_t empty;
    c->tuples.n = 0;
    memset(c->slots.at, 0, c->slots.n * sizeof *c->slots.at);
    memset(c->common, 0, sizeof c->common);
    dict_clear(c->strings);
    (void)dict_code(c->strings, STR(""), &empty); // it has room: it was there before
    c->n_known = c->n_known_tuples = 0;
}

void coder_clear(struct coder *c)
{
    coder_cut(c, 0);
    memset(c->aliases, 0, sizeof c->aliases);
    c->people.end.n = c->people.hash.n = 0;
    buf_clear(&c->people.text);
    if (!c->sender || dict_n(c->strings) > STAY_STRINGS || c->tuples.n > STAY_TUPLES) forget_strings(c);
}

void coder_text(struct coder *c, const char *bytes, size_t len)
{
    c->from = (uintptr_t)bytes;
    c->places = len >= 8 ? len - 7 : 0;
}

void coder_cut(struct coder *c, size_t n)
{
    c->n = n;
    if (c->time_us.n > n) c->time_us.n = c->record.n = c->line.n = c->tuple.n = n;
    for (size_t k = 0; k < CODES_N; k++)
        if (c->codes[k].n > n) c->codes[k].n = n;
    for (size_t k = 0; k < AMOUNT_N; k++)
        if (c->amounts[k].n > n) c->amounts[k].n = n;
}

// ---- strings -----------------------------------------------------------------------------------------------------------

static voc_rc code_hashed(struct coder *c, voc_str text, uint64_t hash, uint32_t *out)
{
    if (dict_find_hashed(c->strings, text, hash, out)) return VOC_OK;
    if (!text_utf8_valid(text.ptr, text.len)) return VOC_E_INPUT;
    return dict_code_hashed(c->strings, text, hash, out);
}

voc_rc coder_code(struct coder *c, voc_str text, uint32_t *out)
{
    if (text.len == 0) return *out = 0, VOC_OK;
    return code_hashed(c, text, hash64(text.ptr, text.len, 0), out);
}

static uint64_t load(const char *p, size_t n) // 1 to 8 bytes, the rest 0
{
    uint64_t x = 0;
    if (n >= 8) memcpy(&x, p, 8);
    else memcpy(&x, p, n);
    return x;
}

// The place of a text that is not empty among those met, by its length and its first and last eight bytes.
static inline struct met *met_place(const struct coder *c, struct met *all, size_t n_all, voc_str s, uint64_t *first, uint64_t *last)
{
    size_t behind = s.len > 8 ? s.len - 8 : 0;
    if ((uintptr_t)s.ptr - c->from < c->places) {
        uint64_t x, y;
        memcpy(&x, s.ptr, 8);
        memcpy(&y, s.ptr + behind, 8);
        unsigned cut = s.len < 8 ? (unsigned)(8 - s.len) * 8 : 0; // the bytes behind a short text are not its own
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        x = x >> cut << cut;
#else
        x = x << cut >> cut;
#endif
        *first = x;
        *last = behind ? y : x;
    } else {
        *first = load(s.ptr, s.len);
        *last = behind ? load(s.ptr + behind, 8) : *first;
    }
    uint64_t h = (*first ^ (*last << 23 | *last >> 41) ^ s.len) * UINT64_C(0x9E3779B97F4A7C15);
    return &all[(h >> 40) & (n_all - 1)];
}

static inline bool is_met(const struct met *m, voc_str s, uint64_t first, uint64_t last)
{
    return m->first == first && m->last == last && m->len == s.len && (s.len <= 16 || memcmp(m->text, s.ptr, s.len) == 0);
}

static __attribute__((noinline)) voc_rc meet(struct coder *c, struct met *m, voc_str s, uint64_t first, uint64_t last, uint32_t *out)
{
    voc_rc rc = coder_code(c, s, out);
    if (!rc && s.len <= UINT32_MAX) *m = (struct met){first, last, dict_at(c->strings, *out).ptr, (uint32_t)s.len, *out};
    return rc;
}

static inline voc_rc common_code(struct coder *c, voc_str s, uint32_t *out)
{
    uint64_t first, last;
    if (s.len == 0) return *out = 0, VOC_OK;
    struct met *m = met_place(c, c->common, MET_COMMON, s, &first, &last);
    if (is_met(m, s, first, last)) return *out = m->code, VOC_OK;
    return meet(c, m, s, first, last, out);
}

// ---- aliases -----------------------------------------------------------------------------------------------------------

// Whether a value holds a control character or a backslash: then it may have to be escaped.
static bool may_need_escape(voc_str s)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    size_t i = 0;
    for (; i + 8 <= s.len; i += 8) {
        uint64_t x;
        memcpy(&x, s.ptr + i, 8);
        uint64_t slash = x ^ ones * '\\';
        if ((((x - ones * 0x20) & ~x) | ((slash - ones) & ~slash)) & tops) return true;
    }
    for (; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == '\\') return true;
    return false;
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

// Lists an encoded set of aliases; `at` is where its text was put, at the end of the others. Gives its number + 1.
static voc_rc list_person(struct coder *c, size_t at, uint32_t *out)
{
    struct people *p = &c->people;
    if (p->end.n == p->end.cap || p->hash.n == p->hash.cap) {
        voc_rc rc = vec_reserve(&p->end, 1, CODING_ROWS);
        if (!rc) rc = vec_reserve(&p->hash, 1, CODING_ROWS);
        if (rc) return rc;
    }
    p->end.at[p->end.n++] = p->text.len;
    p->hash.at[p->hash.n++] = hash64(p->text.ptr + at, p->text.len - at, 0);
    *out = (uint32_t)p->end.n;
    return VOC_OK;
}

static voc_rc meet_person(struct coder *c, struct met *m, unsigned kind, voc_str value, uint64_t first, uint64_t last, uint32_t *out)
{
    const struct alias_kind *k = &c->kinds[kind];
    size_t at = c->people.text.len, len = k->len + value.len;
    if (!text_utf8_valid(value.ptr, value.len)) return VOC_E_INPUT;
    char *to = buf_room(&c->people.text, len);
    if (!to) return c->people.text.rc;
    memcpy(to, k->text, k->len);
    memcpy(to + k->len, value.ptr, value.len);
    c->people.text.len += len;
    voc_rc rc = list_person(c, at, out);
    if (!rc) *m = (struct met){first, last, NULL, (uint32_t)value.len | kind << 29, *out};
    return rc;
}

// A set of one alias whose value is as it stands: what nearly every row has.
static inline bool is_plain(const voc_alias *a, size_t n)
{
    return n == 1 && a->strong <= 1 && a->value.len && a->value.len < 1u << 29 && !may_need_escape(a->value);
}

voc_rc coder_aliases(struct coder *c, const voc_alias *aliases, size_t n, uint32_t *out)
{
    *out = 0;
    if (n == 0) return VOC_OK;
    if (n > VOC_ALIASES_MAX) return VOC_E_BUG;
    buf_clear(&c->scratch);
    voc_rc rc = aliases_encode(&c->scratch, aliases, n);
    return rc ? rc : coder_code(c, str_mk(c->scratch.ptr ? c->scratch.ptr : "", c->scratch.len), out);
}

// What is longer than sixteen bytes is not known again by them alone, and is listed each time.
static inline voc_rc person_code(struct coder *c, const voc_alias *a, unsigned kind, uint32_t *out)
{
    uint64_t first, last;
    struct met *m = met_place(c, c->aliases, MET_ALIASES, a->value, &first, &last);
    if (m->first == first && m->last == last && m->len == ((uint32_t)a->value.len | kind << 29) && a->value.len <= 16) return *out = m->code, VOC_OK;
    return meet_person(c, m, kind, a->value, first, last, out);
}

static voc_rc coder_person(struct coder *c, const voc_alias *aliases, size_t n, uint32_t *out)
{
    unsigned kind;
    *out = 0;
    if (n == 0) return VOC_OK;
    if (n > VOC_ALIASES_MAX) return VOC_E_BUG;
    if (is_plain(aliases, n)) {
        voc_rc rc = kind_of(c, aliases, &kind);
        if (rc != VOC_E_LIMIT) return rc ? rc : person_code(c, aliases, kind, out);
    }
    size_t at = c->people.text.len;
    voc_rc rc = aliases_encode(&c->people.text, aliases, n);
    if (!rc && c->people.text.len == at) return VOC_OK;
    if (!rc && !text_utf8_valid(c->people.text.ptr + at, c->people.text.len - at)) rc = VOC_E_INPUT;
    if (rc) return c->people.text.len = at, rc;
    return list_person(c, at, out);
}

// ---- columns -----------------------------------------------------------------------------------------------------------

// Codes of rows c->n to c->n + n in column k. If none of them has anything, the column stays as short as it is.
static voc_rc put_codes(struct coder *c, unsigned k, const uint32_t *code, size_t n)
{
    uint32_t any = 0;
    for (size_t i = 0; i < n; i++) any |= code[i];
    if (!any) return VOC_OK;
    voc_rc rc = vec_reserve(&c->codes[k], c->n + n - c->codes[k].n, CODING_ROWS);
    if (rc) return rc;
    memset(c->codes[k].at + c->codes[k].n, 0, (c->n - c->codes[k].n) * sizeof *code);
    memcpy(c->codes[k].at + c->n, code, n * sizeof *code);
    c->codes[k].n = c->n + n;
    return VOC_OK;
}

static voc_rc extend_codes(struct coder *c, unsigned k)
{
    size_t more = c->n - c->codes[k].n;
    if (c->codes[k].n == 0 || more == 0) return VOC_OK;
    voc_rc rc = vec_reserve(&c->codes[k], more, CODING_ROWS);
    if (!rc) memset(c->codes[k].at + c->codes[k].n, 0, more * sizeof *c->codes[k].at);
    if (!rc) c->codes[k].n = c->n;
    return rc;
}

// Grows to n rows, missing ones being VOC_NA.
static voc_rc extend_amounts(struct coder *c, unsigned k, size_t n)
{
    voc_rc rc = n > c->amounts[k].n ? vec_reserve(&c->amounts[k], n - c->amounts[k].n, CODING_ROWS) : VOC_OK;
    while (!rc && c->amounts[k].n < n) c->amounts[k].at[c->amounts[k].n++] = VOC_NA;
    return rc;
}

static int64_t amount_of(const voc_row *r, unsigned k) { return k == AMOUNT_MINUTES ? r->minutes : k == AMOUNT_COST ? r->cost : r->value; }

static voc_rc put_amounts(struct coder *c, const struct coder_rows *b, unsigned k)
{
    bool any = false;
    for (size_t i = 0; i < b->n; i++) any = any || amount_of(coder_row(b, i), k) != VOC_NA;
    voc_rc rc = any ? extend_amounts(c, k, c->n) : VOC_OK;
    if (!rc && any) rc = vec_reserve(&c->amounts[k], b->n, CODING_ROWS);
    for (size_t i = 0; i < b->n && any && !rc; i++) c->amounts[k].at[c->amounts[k].n++] = amount_of(coder_row(b, i), k);
    return rc;
}

// Which texts are used at all: bits of their lengths.
static void used_texts(const struct coder_rows *b, uint64_t used[TEXT_N])
{
    memset(used, 0, TEXT_N * sizeof *used);
    for (size_t i = 0; i < b->n; i++) {
        const voc_str *text = &coder_row(b, i)->ref;
        for (size_t k = 0; k < TEXT_N; k++) used[k] |= text[k].len;
    }
}

static voc_str text_at(const struct coder_rows *b, size_t i, unsigned which) { return (&coder_row(b, i)->ref)[which]; }

static voc_rc put_text(struct coder *c, const struct coder_rows *b, unsigned which, unsigned k)
{
    uint32_t code[CODING_AT_ONCE];
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < b->n && !rc; i++) rc = k == CODES_OBJECT ? common_code(c, text_at(b, i, which), &code[i]) : coder_code(c, text_at(b, i, which), &code[i]);
    return rc ? rc : put_codes(c, k, code, b->n);
}

static voc_rc put_customers(struct coder *c, const struct coder_rows *b)
{
    uint32_t code[CODING_AT_ONCE];
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < b->n && !rc; i++) rc = coder_person(c, coder_row(b, i)->customer, coder_row(b, i)->n_customer, &code[i]);
    return rc ? rc : put_codes(c, CODES_CUSTOMER, code, b->n);
}

static voc_rc put_accounts(struct coder *c, const struct coder_rows *b)
{
    uint32_t code[CODING_AT_ONCE];
    size_t any = 0;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < b->n; i++) any |= coder_row(b, i)->n_account;
    if (!any) return VOC_OK;
    for (size_t i = 0; i < b->n && !rc; i++) rc = coder_person(c, coder_row(b, i)->account, coder_row(b, i)->n_account, &code[i]);
    return rc ? rc : put_codes(c, CODES_ACCOUNT, code, b->n);
}

static voc_rc put_attrs(struct coder *c, const struct coder_rows *b)
{
    uint32_t code[CODING_AT_ONCE];
    size_t any = 0;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < b->n; i++) any |= coder_row(b, i)->n_attrs;
    if (!any) return VOC_OK;
    for (size_t i = 0; i < b->n && !rc; i++) rc = coder_attrs(c, coder_row(b, i), &code[i]);
    return rc ? rc : put_codes(c, CODES_ATTRS, code, b->n);
}

// ---- tuples ------------------------------------------------------------------------------------------------------------

// Codes of one text of each row.
static voc_rc common_codes(struct coder *c, const struct coder_rows *b, unsigned which, uint32_t code[CODING_AT_ONCE])
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < b->n && !rc; i++) rc = common_code(c, text_at(b, i, which), &code[i]);
    return rc;
}

static voc_rc put_tuples(struct coder *c, const struct coder_rows *b, const uint64_t used[TEXT_N], uint32_t *to, bool *unset)
{
    static const unsigned char texts[] = {TEXT_ACTION, TEXT_TOUCHPOINT, TEXT_CHANNEL, TEXT_CAMPAIGN, TEXT_ROLE, TEXT_OWNER, TEXT_LANGUAGE};
    enum { N = sizeof texts };
    static const uint32_t nothing[CODING_AT_ONCE];
    uint32_t codes[N][CODING_AT_ONCE];
    const uint32_t *of[N];
    voc_rc rc = VOC_OK;
    bool some_unset = false;
    for (size_t k = 0; k < N && !rc; k++) {
        of[k] = nothing;
        if (used[texts[k]] == 0) continue;
        rc = common_codes(c, b, texts[k], codes[k]);
        of[k] = codes[k];
    }
    if (rc) return rc;
    struct coded_tuple tuples[CODING_AT_ONCE];
    for (size_t i = 0; i < b->n; i++) {
        const voc_row *r = coder_row(b, i);
        uint32_t actor = r->actor != VOC_ACTOR_UNSET ? r->actor : b->actor;
        tuples[i] = (struct coded_tuple){.action = of[0][i], .touchpoint = of[1][i], .channel = of[2][i], .campaign = of[3][i], .role = of[4][i], .owner = of[5][i],
                                      .language = of[6][i], .resolution = (uint8_t)(r->resolution > b->resolution ? r->resolution : b->resolution),
                                      .actor = (uint8_t)actor, .ref_kind = (uint8_t)(r->ref.len ? r->ref_kind : VOC_REF_NONE)};
        some_unset = some_unset || actor == VOC_ACTOR_UNSET;
    }
    rc = coder_tuples(c, tuples, b->n, to);
    if (!rc && some_unset) *unset = true;
    return rc;
}

// ---- rows --------------------------------------------------------------------------------------------------------------

// Room for rows in what every row has. They grow by the same steps, `tuple` last: where it has room, all have.
static voc_rc reserve(struct coder *c, size_t n)
{
    voc_rc rc = VOC_OK;
    if (n <= c->tuple.cap - c->tuple.n) return VOC_OK;
    rc = vec_reserve(&c->time_us, n, CODING_ROWS);
    if (!rc) rc = vec_reserve(&c->record, n, CODING_ROWS);
    if (!rc) rc = vec_reserve(&c->line, n, CODING_ROWS);
    if (!rc) rc = vec_reserve(&c->tuple, n, CODING_ROWS);
    return rc;
}

// Texts that are not kept become texts that no row has.
static voc_rc pass_texts(const struct coder *c, const struct coder_rows *b, uint64_t used[TEXT_N])
{
    static const struct { unsigned char text; uint32_t column; } texts[] = {{TEXT_CHANNEL, EV_CHANNEL}, {TEXT_CAMPAIGN, EV_CAMPAIGN}, {TEXT_ROLE, EV_ROLE}, {TEXT_OWNER, EV_OWNER},
                                                                            {TEXT_TEXT, EV_TEXT}, {TEXT_LANGUAGE, EV_TEXT}};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        if ((c->kept & texts[k].column) || !used[texts[k].text]) continue;
        for (size_t i = 0; i < b->n; i++)
            if (!coder_sound(text_at(b, i, texts[k].text))) return VOC_E_INPUT;
        used[texts[k].text] = 0;
    }
    return VOC_OK;
}

static voc_rc put_rows(struct coder *c, const struct coder_rows *b, bool *unset)
{
    static const struct { unsigned char text, codes; } texts[] = {{TEXT_OBJECT, CODES_OBJECT}, {TEXT_CASE, CODES_CASE}, {TEXT_THREAD, CODES_THREAD},
                                                                  {TEXT_ID, CODES_ID}, {TEXT_REF, CODES_REF}, {TEXT_TEXT, CODES_TEXT}};
    uint64_t used[TEXT_N];
    used_texts(b, used);
    voc_rc rc = reserve(c, b->n);
    if (!rc) rc = pass_texts(c, b, used);
    if (!rc) rc = put_tuples(c, b, used, c->tuple.at + c->n, unset);
    for (size_t k = 0; k < sizeof texts / sizeof *texts && !rc; k++)
        if (used[texts[k].text]) rc = put_text(c, b, texts[k].text, texts[k].codes);
    if (!rc) rc = put_customers(c, b);
    if (!rc) rc = put_accounts(c, b);
    if (!rc) rc = c->kept & EV_ATTRS ? put_attrs(c, b) : coder_pass_attrs(b);
    for (unsigned k = 0; k < AMOUNT_N && !rc && (c->kept & EV_MONEY); k++) rc = put_amounts(c, b, k);
    return rc ? rc : put_codes(c, CODES_SUB, b->sub, b->n);
}

voc_rc coder_events(struct coder *c, const struct coder_rows *b, bool *unset)
{
    voc_rc rc = put_rows(c, b, unset);
    if (rc) {
        coder_cut(c, c->n);
        return rc;
    }
    for (size_t i = 0; i < b->n; i++) c->time_us.at[c->n + i] = coder_row(b, i)->time_us;
    memcpy(c->record.at + c->n, b->record, b->n * sizeof *b->record);
    memcpy(c->line.at + c->n, b->line, b->n * sizeof *b->line);
    c->n += b->n;
    c->time_us.n = c->record.n = c->line.n = c->tuple.n = c->n;
    return VOC_OK;
}

static const uint32_t *codes_at(const struct coder *c, unsigned k) { return c->codes[k].n ? c->codes[k].at : NULL; }
static const int64_t *amounts_at(const struct coder *c, unsigned k) { return c->amounts[k].n ? c->amounts[k].at : NULL; }

// Column k in codes of the table, where people stand behind the strings.
static voc_rc whose_coded(struct coder *c, unsigned w, unsigned k, uint32_t n_strings)
{
    const uint32_t *code = c->codes[k].at;
    size_t n = c->codes[k].n;
    c->whose[w].n = 0;
    voc_rc rc = vec_reserve(&c->whose[w], n, CODING_ROWS);
    if (rc) return rc;
    for (size_t i = 0; i < n; i++) c->whose[w].at[i] = code[i] ? code[i] - 1 + n_strings : 0;
    c->whose[w].n = n;
    return VOC_OK;
}

static const uint32_t *whose_at(const struct coder *c, unsigned w) { return c->whose[w].n ? c->whose[w].at : NULL; }

voc_rc coder_coded(struct coder *c, size_t more, struct coded_block *out)
{
    uint32_t n = dict_n(c->strings), n_people = (uint32_t)c->people.end.n;
    c->table.n = c->n_known < c->table.n ? c->n_known : c->table.n;
    voc_rc rc = vec_reserve(&c->table, n - c->table.n + n_people + more, SIZE_MAX);
    for (unsigned k = 0; k < CODES_N && !rc; k++) rc = extend_codes(c, k);
    for (unsigned k = 0; k < AMOUNT_N && !rc; k++)
        if (c->amounts[k].n) rc = extend_amounts(c, k, c->n);
    if (rc) return rc;
    while (c->table.n < n) c->table.at[c->table.n] = dict_at(c->strings, (uint32_t)c->table.n), c->table.n++;
    const struct people *p = &c->people;
    for (size_t i = 0, from = 0; i < n_people; from = p->end.at[i++]) c->table.at[c->table.n++] = str_mk(p->text.ptr + from, p->end.at[i] - from);
    rc = whose_coded(c, 0, CODES_CUSTOMER, n);
    if (!rc) rc = whose_coded(c, 1, CODES_ACCOUNT, n);
    if (rc) return rc;
    out->strings = c->table.at;
    out->n_strings = n + n_people;
    out->hash = c->people.hash.at;
    out->hash_from = n;
    out->n_hash = n_people;
    out->sender = c->sender;
    out->n_known = c->n_known;
    out->n_known_tuples = c->n_known_tuples;
    c->n_known = n;
    c->n_known_tuples = (uint32_t)c->tuples.n;
    out->events = (struct coded_events){
        .tuple = c->tuple.at, .tuples = c->tuples.at, .n_tuples = (uint32_t)c->tuples.n, .time_us = c->time_us.at, .record = c->record.at, .line = c->line.at,
        .object = codes_at(c, CODES_OBJECT), .case_id = codes_at(c, CODES_CASE), .thread = codes_at(c, CODES_THREAD),
        .customer = whose_at(c, 0), .account = whose_at(c, 1), .id = codes_at(c, CODES_ID), .ref = codes_at(c, CODES_REF),
        .text = codes_at(c, CODES_TEXT), .attrs = codes_at(c, CODES_ATTRS), .sub = codes_at(c, CODES_SUB), .minutes = amounts_at(c, AMOUNT_MINUTES),
        .cost = amounts_at(c, AMOUNT_COST), .value = amounts_at(c, AMOUNT_VALUE), .n = c->n};
    return VOC_OK;
}
