// SPDX-License-Identifier: MIT
// Rows to columns, a few dozen rows at a time and column by column, so that a field which no row uses costs one look for
// all of them. A string is looked up in three steps: empty; met lately (its length and its bytes say so, without a
// hash); the dictionary. Only strings that are new to the block are checked to be UTF-8. One thread at a time.
#include "host/coding/coding_met.h"

#include <string.h>

#include "base/text.h"

#define SLOTS_MIN 256u
#define STAY_STRINGS 32768u // strings and tuples that stay for the next block: those of a file that repeats them fit
#define STAY_TUPLES 131072u
#define JUDGED_FROM 1024u   // lookups of a column's texts, before it is said that they hardly repeat

// The texts of a row lie side by side.
enum {
    TEXT_REF, TEXT_ID, TEXT_ACTION, TEXT_TOUCHPOINT, TEXT_CHANNEL, TEXT_CAMPAIGN, TEXT_OBJECT, TEXT_CASE, TEXT_ROLE,
    TEXT_OWNER, TEXT_THREAD, TEXT_TEXT, TEXT_LANGUAGE, TEXT_N
};
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
    buf_init(&c->bare, (size_t)64 << 20);
    c->alikes.hash_bits = UINT64_MAX;
    arena_init(&c->alikes.rest, 0);
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
    vec_free(&c->amount_row);
    vec_free(&c->tuples), vec_free(&c->slots), vec_free(&c->whose[0]), vec_free(&c->whose[1]);
    vec_free(&c->people.end), vec_free(&c->people.hash);
    coder_alike_done(c);
    buf_done(&c->people.text);
    buf_done(&c->scratch);
    buf_done(&c->bare);
}

static void forget_strings(struct coder *c)
{
    uint32_t empty;
    c->tuples.n = 0;
    memset(c->slots.at, 0, c->slots.n * sizeof *c->slots.at);
    memset(c->common, 0, sizeof c->common);
    coder_attrs_forget(c);
    coder_alike_forget(c);
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
    for (size_t k = 0; k < CODES_N; k++) {
        struct repeats *r = &c->repeats[k];
        if (r->seen < JUDGED_FROM) continue;
        r->listed = r->listed || r->fresh > r->seen / 2;
        r->seen = r->fresh = 0;
    }
    if (!c->sender || dict_n(c->strings) > STAY_STRINGS || dict_bytes(c->strings) > CODING_STAY_BYTES || c->tuples.n > STAY_TUPLES) forget_strings(c);
    coder_alike_begin(c);
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
    while (c->amount_row.n && c->amount_row.at[c->amount_row.n - 1] >= n) c->amount_row.n--;
    for (size_t k = 0; k < AMOUNT_N; k++)
        if (c->amounts[k].n > c->amount_row.n) c->amounts[k].n = c->amount_row.n;
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

static __attribute__((noinline)) voc_rc meet(struct coder *c, struct met *m, voc_str s, uint64_t first, uint64_t last, uint32_t *out)
{
    voc_rc rc = coder_code(c, s, out);
    if (rc || s.len > UINT32_MAX) return rc;
    *m = (struct met){.first = first, .last = last, .len = (uint32_t)s.len, .code = *out};
    if (s.len > 32) m->text = dict_at(c->strings, *out).ptr;
    else if (s.len > 16) met_between(s, m->between);
    return VOC_OK;
}

static inline voc_rc common_code(struct coder *c, voc_str s, uint32_t *out)
{
    uint64_t first, last;
    if (s.len == 0) return *out = 0, VOC_OK;
    struct met *m = met_place(c, c->common, MET_COMMON, s, &first, &last);
    if (is_met(m, s, first, last)) return *out = m->code, VOC_OK;
    return meet(c, m, s, first, last, out);
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

// Grows to n amounts, missing ones being VOC_NA.
static voc_rc extend_amounts(struct coder *c, unsigned k, size_t n)
{
    voc_rc rc = n > c->amounts[k].n ? vec_reserve(&c->amounts[k], n - c->amounts[k].n, CODING_ROWS) : VOC_OK;
    while (!rc && c->amounts[k].n < n) c->amounts[k].at[c->amounts[k].n++] = VOC_NA;
    return rc;
}

// Amounts of rows c->n to c->n + n, each NULL or n of them. Only rows that have one are kept, and columns in which there is one:
// most logs have few.
static voc_rc put_amounts(struct coder *c, const int64_t *const amount[AMOUNT_N], size_t n)
{
    _Static_assert(CODING_AT_ONCE <= 64, "a bit a row");
    uint64_t some[AMOUNT_N] = {0}, any = 0; // bits of rows
    const size_t before = c->amount_row.n;
    for (unsigned k = 0; k < AMOUNT_N; k++)
        for (size_t i = 0; amount[k] && i < n; i++) some[k] |= (uint64_t)(amount[k][i] != VOC_NA) << i;
    for (unsigned k = 0; k < AMOUNT_N; k++) any |= some[k];
    if (!any) return VOC_OK;
    voc_rc rc = vec_reserve(&c->amount_row, n, CODING_ROWS);
    for (uint64_t left = any; left && !rc; left &= left - 1) c->amount_row.at[c->amount_row.n++] = (uint32_t)(c->n + (size_t)__builtin_ctzll(left));
    for (unsigned k = 0; k < AMOUNT_N && !rc; k++) {
        if (!some[k]) continue;
        rc = extend_amounts(c, k, before);
        if (!rc) rc = vec_reserve(&c->amounts[k], n, CODING_ROWS);
        for (uint64_t left = any; left && !rc; left &= left - 1) c->amounts[k].at[c->amounts[k].n++] = amount[k][__builtin_ctzll(left)];
    }
    return rc;
}

static voc_rc put_rows_amounts(struct coder *c, const struct coder_rows *b)
{
    int64_t amount[AMOUNT_N][CODING_AT_ONCE];
    const int64_t *const all[AMOUNT_N] = {amount[AMOUNT_MINUTES], amount[AMOUNT_COST], amount[AMOUNT_VALUE]};
    for (size_t i = 0; i < b->n; i++) {
        const voc_row *r = coder_row(b, i);
        amount[AMOUNT_MINUTES][i] = r->minutes, amount[AMOUNT_COST][i] = r->cost, amount[AMOUNT_VALUE][i] = r->value;
    }
    return put_amounts(c, all, b->n);
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

// Texts of column k, which go through the dictionary until it is seen that they are nearly always new there. What a lookup
// touches is fetched while others are worked out.
static voc_rc column_codes(struct coder *c, unsigned k, const voc_str *text, size_t n, uint32_t *code)
{
    struct repeats *r = &c->repeats[k];
    uint64_t hash[CODING_AT_ONCE];
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < n && !rc && r->listed; i++) rc = coder_list(c, text[i], &code[i]);
    if (r->listed) return rc;
    for (size_t i = 0; i < n; i++) {
        hash[i] = text[i].len ? hash64(text[i].ptr, text[i].len, 0) : 0;
        if (text[i].len) dict_prefetch(c->strings, hash[i]);
    }
    for (size_t i = 0; i < n; i++)
        if (text[i].len) (void)dict_prefetch_entry(c->strings, hash[i]);
    const uint32_t before = dict_n(c->strings);
    for (size_t i = 0; i < n && !rc; i++) {
        code[i] = 0;
        if (text[i].len == 0) continue;
        rc = code_hashed(c, text[i], hash[i], &code[i]);
        r->seen++;
    }
    r->fresh += dict_n(c->strings) - before;
    return rc;
}

static voc_rc put_text(struct coder *c, const struct coder_rows *b, unsigned which, unsigned k)
{
    voc_str text[CODING_AT_ONCE];
    uint32_t code[CODING_AT_ONCE];
    for (size_t i = 0; i < b->n; i++) text[i] = text_at(b, i, which);
    voc_rc rc = column_codes(c, k, text, b->n, code);
    return rc ? rc : put_codes(c, k, code, b->n);
}

static voc_rc put_customers(struct coder *c, const struct coder_rows *b)
{
    uint32_t code[CODING_AT_ONCE];
    voc_rc rc = coder_people(c, b, false, code);
    return rc ? rc : put_codes(c, CODES_CUSTOMER, code, b->n);
}

static voc_rc put_accounts(struct coder *c, const struct coder_rows *b)
{
    uint32_t code[CODING_AT_ONCE];
    size_t any = 0;
    for (size_t i = 0; i < b->n; i++) any |= coder_row(b, i)->n_account;
    if (!any) return VOC_OK;
    voc_rc rc = coder_people(c, b, true, code);
    return rc ? rc : put_codes(c, CODES_ACCOUNT, code, b->n);
}

static voc_rc put_attrs(struct coder *c, const struct coder_rows *b)
{
    uint32_t code[CODING_AT_ONCE];
    size_t any = 0;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < b->n; i++) any |= coder_row(b, i)->n_attrs;
    if (!any) return VOC_OK;
    for (size_t i = 0; i < b->n && !rc; i++) {
        voc_str text;
        struct met_attrs *place = NULL;
        if (!c->repeats[CODES_ATTRS].listed && coder_attrs_met(c, coder_row(b, i), &code[i], &place)) {
            c->repeats[CODES_ATTRS].seen += code[i] != 0;
            continue;
        }
        rc = coder_attrs(c, coder_row(b, i), &text);
        if (!rc) rc = column_codes(c, CODES_ATTRS, &text, 1, &code[i]);
        if (!rc) coder_attrs_meet(place, code[i]);
    }
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
        tuples[i] = (struct coded_tuple){.action = of[0][i], .touchpoint = of[1][i], .channel = of[2][i], .campaign = of[3][i],
                                         .role = of[4][i], .owner = of[5][i], .language = of[6][i],
                                         .resolution = (uint8_t)(r->resolution > b->resolution ? r->resolution : b->resolution),
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
    if (!rc && (c->kept & EV_MONEY)) rc = put_rows_amounts(c, b);
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

// ---- columns -----------------------------------------------------------------------------------------------------------

voc_rc coder_shared(struct coder *c, const voc_row *r, uint32_t actor, struct coded_tuple *out, uint32_t *attrs, bool *unset)
{
    if (r->actor != VOC_ACTOR_UNSET) actor = r->actor;
    *out = (struct coded_tuple){.actor = (uint8_t)actor};
    *unset = *unset || actor == VOC_ACTOR_UNSET;
    const struct { voc_str text; uint32_t column, *code; } texts[] = {
        {r->action, EV_ALL, &out->action}, {r->touchpoint, EV_ALL, &out->touchpoint}, {r->channel, EV_CHANNEL, &out->channel},
        {r->campaign, EV_CAMPAIGN, &out->campaign}, {r->role, EV_ROLE, &out->role}, {r->owner, EV_OWNER, &out->owner}};
    voc_rc rc = VOC_OK;
    for (size_t k = 0; k < sizeof texts / sizeof *texts && !rc; k++)
        if (c->kept & texts[k].column) rc = common_code(c, texts[k].text, texts[k].code);
        else if (!coder_sound(texts[k].text)) rc = VOC_E_INPUT;
    *attrs = 0;
    if (rc || r->n_attrs == 0) return rc;
    const struct coder_rows one = {.rows = (const char *)r, .stride = sizeof *r, .n = 1};
    if (!(c->kept & EV_ATTRS)) return coder_pass_attrs(&one);
    voc_str text;
    rc = coder_attrs(c, r, &text);
    return rc ? rc : coder_code(c, text, attrs);
}

// Texts that may be missing, from the first of the batch on.
static voc_rc column_texts(struct coder *c, unsigned k, const voc_str *text, const struct coder_columns *b)
{
    uint32_t code[CODING_AT_ONCE];
    size_t any = 0;
    for (size_t i = 0; text && i < b->n; i++) any |= text[b->first + i].len;
    if (!any) return VOC_OK;
    voc_rc rc = column_codes(c, k, text + b->first, b->n, code);
    return rc ? rc : put_codes(c, k, code, b->n);
}

static voc_rc column_people(struct coder *c, unsigned k, voc_str kind, uint32_t strong, const voc_str *value, const struct coder_columns *b)
{
    uint32_t code[CODING_AT_ONCE];
    const voc_alias alias = {.kind = kind, .strong = strong};
    if (!value) return VOC_OK;
    voc_rc rc = coder_values(c, &alias, value + b->first, b->n, code);
    return rc ? rc : put_codes(c, k, code, b->n);
}

static voc_rc put_columns(struct coder *c, const struct coder_columns *b)
{
    const voc_events *e = b->e;
    uint32_t attrs[CODING_AT_ONCE];
    voc_rc rc = reserve(c, b->n);
    if (!rc) rc = coder_alike_tuples(c, e->alike + b->first, b->n, b->resolution, c->tuple.at + c->n, attrs);
    if (!rc) rc = put_codes(c, CODES_ATTRS, attrs, b->n);
    if (!rc) rc = column_texts(c, CODES_OBJECT, e->object, b);
    if (!rc) rc = column_texts(c, CODES_CASE, e->case_id, b);
    if (!rc) rc = column_texts(c, CODES_THREAD, e->thread, b);
    if (!rc) rc = column_texts(c, CODES_ID, e->id, b);
    if (!rc) rc = column_people(c, CODES_CUSTOMER, e->customer_kind, e->customer_strong, e->customer, b);
    if (!rc) rc = column_people(c, CODES_ACCOUNT, e->account_kind, e->account_strong, e->account, b);
    const int64_t *const amounts[AMOUNT_N] = {e->minutes ? e->minutes + b->first : NULL, e->cost ? e->cost + b->first : NULL, e->value ? e->value + b->first : NULL};
    return rc || !(c->kept & EV_MONEY) ? rc : put_amounts(c, amounts, b->n);
}

voc_rc coder_columns(struct coder *c, const struct coder_columns *b)
{
    voc_rc rc = put_columns(c, b);
    if (rc) {
        coder_cut(c, c->n);
        return rc;
    }
    memcpy(c->time_us.at + c->n, b->e->time_us + b->first, b->n * sizeof *b->e->time_us);
    memcpy(c->record.at + c->n, b->record, b->n * sizeof *b->record);
    memcpy(c->line.at + c->n, b->line, b->n * sizeof *b->line);
    c->n += b->n;
    c->time_us.n = c->record.n = c->line.n = c->tuple.n = c->n;
    return VOC_OK;
}

// ---- what comes out ------------------------------------------------------------------------------------------------------

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

// Codes of listed texts likewise, where they are.
static void listed_coded(struct coder *c, unsigned k, uint32_t n_strings)
{
    uint32_t *code = c->codes[k].at;
    for (size_t i = 0; i < c->codes[k].n && c->repeats[k].listed; i++)
        if (code[i] & CODING_LISTED) code[i] = (code[i] & ~CODING_LISTED) + n_strings;
}

static const uint32_t *whose_at(const struct coder *c, unsigned w) { return c->whose[w].n ? c->whose[w].at : NULL; }

voc_rc coder_coded(struct coder *c, size_t more, struct coded_block *out)
{
    uint32_t n = dict_n(c->strings), n_people = (uint32_t)c->people.end.n;
    c->table.n = c->n_known < c->table.n ? c->n_known : c->table.n;
    voc_rc rc = coder_people_hashes(c);
    if (!rc) rc = vec_reserve(&c->table, n - c->table.n + n_people + more, SIZE_MAX);
    for (unsigned k = 0; k < CODES_N && !rc; k++) rc = extend_codes(c, k);
    for (unsigned k = 0; k < AMOUNT_N && !rc; k++)
        if (c->amounts[k].n) rc = extend_amounts(c, k, c->amount_row.n);
    if (rc) return rc;
    while (c->table.n < n) c->table.at[c->table.n] = dict_at(c->strings, (uint32_t)c->table.n), c->table.n++;
    const struct people *p = &c->people;
    for (size_t i = 0, from = 0; i < n_people; from = p->end.at[i++]) c->table.at[c->table.n++] = str_mk(p->text.ptr + from, p->end.at[i] - from);
    rc = whose_coded(c, 0, CODES_CUSTOMER, n);
    if (!rc) rc = whose_coded(c, 1, CODES_ACCOUNT, n);
    if (rc) return rc;
    for (unsigned k = CODES_OBJECT; k < CODES_N; k++) listed_coded(c, k, n);
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
    out->events = (struct coded_events){.tuple = c->tuple.at, .tuples = c->tuples.at, .n_tuples = (uint32_t)c->tuples.n,
                                        .time_us = c->time_us.at, .record = c->record.at, .line = c->line.at,
                                        .object = codes_at(c, CODES_OBJECT), .case_id = codes_at(c, CODES_CASE),
                                        .thread = codes_at(c, CODES_THREAD), .customer = whose_at(c, 0), .account = whose_at(c, 1),
                                        .id = codes_at(c, CODES_ID), .ref = codes_at(c, CODES_REF), .text = codes_at(c, CODES_TEXT),
                                        .attrs = codes_at(c, CODES_ATTRS), .sub = codes_at(c, CODES_SUB),
                                        .minutes = amounts_at(c, AMOUNT_MINUTES), .cost = amounts_at(c, AMOUNT_COST),
                                        .value = amounts_at(c, AMOUNT_VALUE),
                                        .amount_row = c->amount_row.n < c->n ? c->amount_row.at : NULL,
                                        .n_amounts = c->amount_row.n, .n = c->n};
    return VOC_OK;
}
