// SPDX-License-Identifier: MIT
// Blocks on the wire: a head of counts, then arrays, those of wider elements first, so that each lies at a multiple of its size;
// the text of the new strings is last. Where records or lines only count up, they are not sent. Reading holds every count
// against the bytes that are there before it is used, and looks through each column once.
#include "host/worker/wire.h"

#include <math.h>

#include "base/text.h"
#include "host/coding/coding.h"

enum { SENDERS_MOST = 1024 };
#define ROWS_MOST (UINT64_C(1) << 26)
#define KEPT_MOST (UINT64_C(1) << 30)        // bytes of strings that stay, of all senders
#define TIME_MIN INT64_C(-62135596800000000) // year 1
#define TIME_END INT64_C(253402300800000000) // year 10000

#define HAS_RECORDS (1u << 30) // else they count up from the head's
#define HAS_LINES (1u << 29)
#define HAS_AMOUNT_ROWS (1u << 28) // amounts are those of some rows, else each has its own

struct wire_block_head {
    uint64_t stored, of, n_events, n_facts, n_rejects, n_text, record, line;
    uint32_t sender, n_known, n_stay, n_strings; // n_known: of the sender's last block; n_stay: for its next one
    uint32_t n_known_tuples, n_tuples, n_hash, columns;
    uint64_t n_amounts;
};

struct wire_sender {
    struct arena arena; // text of strings that stay
    VEC(voc_str) table;
    VEC(uint8_t) attrs; // of each string: it has been seen to be attributes
    VEC(struct coded_tuple) tuples;
    uint32_t n_stay;
    uint64_t kept;
};

// The columns that may be missing: where they stand in coded_events, and whether they are codes of strings.
static const struct { size_t at; bool code; } codes[] = {
    {offsetof(struct coded_events, object), true}, {offsetof(struct coded_events, case_id), true}, {offsetof(struct coded_events, thread), true},
    {offsetof(struct coded_events, customer), true}, {offsetof(struct coded_events, account), true}, {offsetof(struct coded_events, id), true},
    {offsetof(struct coded_events, ref), true}, {offsetof(struct coded_events, text), true}, {offsetof(struct coded_events, attrs), true},
    {offsetof(struct coded_events, sub), false}};
static const size_t amounts[] = {offsetof(struct coded_events, minutes), offsetof(struct coded_events, cost), offsetof(struct coded_events, value)};
enum { N_CODES = sizeof codes / sizeof *codes, N_AMOUNTS = sizeof amounts / sizeof *amounts };

// ---- packing -----------------------------------------------------------------------------------------------------------------

voc_rc wire_packer_init(struct wire_packer *p)
{
    buf_init(&p->lengths, SIZE_MAX / 4);
    buf_init(&p->text, WIRE_MOST);
    return (p->head = mem_zalloc(1, sizeof *p->head)) ? VOC_OK : VOC_E_NOMEM;
}

void wire_packer_done(struct wire_packer *p)
{
    buf_done(&p->lengths);
    buf_done(&p->text);
    mem_free(p->head);
    p->head = NULL;
}

// Strings mostly lie one behind the other: they are copied as long as they do.
static voc_rc pack_strings(struct wire_packer *p, const voc_str *s, size_t n)
{
    buf_clear(&p->lengths);
    buf_clear(&p->text);
    uint32_t *len = (uint32_t *)(void *)buf_room(&p->lengths, n * sizeof *len + 1);
    if (!len) return p->lengths.rc;
    for (size_t i = 0, from; i < n;) {
        const char *end = s[i].ptr + s[i].len;
        for (from = i++; i < n && s[i].ptr == end; i++) end += s[i].len;
        if (buf_add(&p->text, s[from].ptr, (size_t)(end - s[from].ptr)) != VOC_OK) return p->text.rc;
    }
    for (size_t i = 0; i < n; i++) len[i] = (uint32_t)s[i].len;
    p->lengths.len = n * sizeof *len;
    return VOC_OK;
}

static bool counts_up(const uint64_t *x, size_t n)
{
    uint64_t off = 0;
    for (size_t i = 0; i < n; i++) off |= x[i] - x[0] - i;
    return off == 0;
}

static void add_piece(struct iovec *pieces, size_t *n, const void *at, size_t len)
{
    if (len) pieces[(*n)++] = (struct iovec){(void *)(uintptr_t)at, len};
}

static const void *column(const struct coded_events *e, size_t at)
{
    const void *p;
    memcpy(&p, (const char *)e + at, sizeof p);
    return p;
}

static bool has_amounts(const struct coded_events *e)
{
    bool some = false;
    for (unsigned k = 0; k < N_AMOUNTS; k++) some = some || column(e, amounts[k]);
    return some && e->n;
}

voc_rc wire_pack(struct wire_packer *p, const struct coded_block *b, uint64_t stored, uint64_t of, struct iovec pieces[WIRE_PIECES], size_t *n)
{
    const struct coded_events *e = &b->events;
    struct wire_block_head *h = p->head;
    if ((e->n && (!e->tuple || !e->line)) || b->hash_from > b->n_strings || b->n_known > b->hash_from) return VOC_E_BUG;
    voc_rc rc = pack_strings(p, b->strings + b->n_known, b->n_strings - b->n_known);
    if (rc) return rc;
    *h = (struct wire_block_head){.stored = stored, .of = of, .n_events = e->n, .n_facts = b->n_facts, .n_rejects = b->n_rejects,
                                  .n_text = p->text.len, .sender = b->sender, .n_known = b->n_known, .n_stay = b->hash_from,
                                  .n_strings = b->n_strings, .n_known_tuples = b->n_known_tuples, .n_tuples = e->n_tuples,
                                  .n_hash = b->n_hash};
    if (e->n) h->record = e->record[0], h->line = e->line[0];
    if (!counts_up(e->record, e->n)) h->columns |= HAS_RECORDS;
    if (!counts_up(e->line, e->n)) h->columns |= HAS_LINES;
    *n = 0;
    add_piece(pieces, n, h, sizeof *h);
    add_piece(pieces, n, b->hash, b->n_hash * sizeof *b->hash);
    add_piece(pieces, n, e->time_us, e->n * sizeof *e->time_us);
    if (h->columns & HAS_RECORDS) add_piece(pieces, n, e->record, e->n * sizeof *e->record);
    if (h->columns & HAS_LINES) add_piece(pieces, n, e->line, e->n * sizeof *e->line);
    h->n_amounts = has_amounts(e) ? e->amount_row ? e->n_amounts : e->n : 0;
    for (unsigned k = 0; k < N_AMOUNTS && h->n_amounts; k++)
        if (column(e, amounts[k])) h->columns |= 1u << (N_CODES + k), add_piece(pieces, n, column(e, amounts[k]), h->n_amounts * sizeof(int64_t));
    add_piece(pieces, n, b->facts, b->n_facts * sizeof *b->facts);
    add_piece(pieces, n, b->rejects, b->n_rejects * sizeof *b->rejects);
    add_piece(pieces, n, e->tuples + b->n_known_tuples, (e->n_tuples - b->n_known_tuples) * sizeof *e->tuples);
    add_piece(pieces, n, p->lengths.ptr, p->lengths.len);
    if (h->n_amounts && e->amount_row) h->columns |= HAS_AMOUNT_ROWS, add_piece(pieces, n, e->amount_row, h->n_amounts * sizeof *e->amount_row);
    add_piece(pieces, n, e->tuple, e->n * sizeof *e->tuple);
    for (unsigned k = 0; k < N_CODES && e->n; k++)
        if (column(e, codes[k].at)) h->columns |= 1u << k, add_piece(pieces, n, column(e, codes[k].at), e->n * sizeof(uint32_t));
    add_piece(pieces, n, p->text.ptr, p->text.len);
    return VOC_OK;
}

// ---- unpacking ---------------------------------------------------------------------------------------------------------------

struct unpacker {
    struct wire_sender *s;
    const char *at;
    size_t left;
    const struct wire_block_head *h;
    uint32_t n_text; // strings that are text; behind them are raw bytes of rejects
    const char *why;
    voc_rc rc;
};

static void lie(struct unpacker *u, const char *why)
{
    if (!u->rc) u->rc = VOC_E_BUG, u->why = why;
}

// The next n elements; NULL: there are none, or they are not there.
static const void *take(struct unpacker *u, uint64_t n, size_t size)
{
    if (u->rc || n == 0) return NULL;
    if (n > u->left / size) return lie(u, "an array is longer than its message"), NULL;
    const void *at = u->at;
    u->at += n * size;
    u->left -= n * size;
    return at;
}

static void check_codes(struct unpacker *u, const uint32_t *x, size_t n, uint32_t below)
{
    uint32_t most = 0;
    for (size_t i = 0; x && i < n; i++) most = x[i] > most ? x[i] : most;
    if (x && n && most >= below) lie(u, "a code is out of range");
}

// Rows that go up, each of them one that there is.
static void check_rows(struct unpacker *u, const uint32_t *x, size_t n, size_t n_rows)
{
    bool up = true;
    for (size_t i = 1; x && i < n; i++) up &= x[i] > x[i - 1];
    if (x && n && (!up || x[n - 1] >= n_rows)) lie(u, "amounts are of no rows");
}

static void check_numbers(struct unpacker *u, const uint64_t *x, size_t n)
{
    uint64_t tops = 0;
    for (size_t i = 0; x && i < n; i++) tops |= x[i];
    if (tops >> 63) lie(u, "a record or line number is out of range");
}

static void check_times(struct unpacker *u, const int64_t *x, size_t n)
{
    int64_t least = 0, most = 0;
    for (size_t i = 0; x && i < n; i++) least = x[i] < least ? x[i] : least, most = x[i] > most ? x[i] : most;
    if (least < TIME_MIN || most >= TIME_END) lie(u, "a time is out of range");
}

static bool is_ascii(const char *p, size_t n)
{
    uint64_t tops = 0, word;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) memcpy(&word, p + i, 8), tops |= word;
    for (; i < n; i++) tops |= (unsigned char)p[i];
    return !(tops & UINT64_C(0x8080808080808080));
}

// New strings into the table; those that stay are copied.
static void unpack_strings(struct unpacker *u, struct wire_senders *all, const uint32_t *len, const char *text)
{
    const struct wire_block_head *h = u->h;
    struct wire_sender *s = u->s;
    size_t n = h->n_strings - h->n_known, at = 0;
    bool ok = true;
    if (u->rc) return;
    const bool ascii = is_ascii(text ? text : "", h->n_text);
    for (size_t i = 0; i < n && !u->rc; i++) {
        voc_str x = {len[i] ? text + at : "", len[i]};
        if (len[i] > h->n_text - at) return lie(u, "strings are longer than their text");
        at += len[i];
        if (!ascii && h->n_known + i < u->n_text && !text_utf8_valid(x.ptr, x.len)) return lie(u, "a string is not UTF-8");
        if (h->n_known + i == 0 && x.len) return lie(u, "string 0 is not empty");
        if (h->n_known + i < h->n_stay) {
            s->kept += x.len + 1;
            all->kept += x.len + 1;
            if (all->kept > KEPT_MOST) return lie(u, "it keeps too many strings");
            x = arena_str(&s->arena, x.ptr, x.len, &ok);
            if (!ok) u->rc = VOC_E_NOMEM;
        }
        s->table.at[s->table.n++] = x;
    }
    if (!u->rc && at != h->n_text) lie(u, "strings are shorter than their text");
}

static void check_tuples(struct unpacker *u, const struct coded_tuple *t, size_t n)
{
    for (size_t i = 0; t && i < n && !u->rc; i++) {
        const uint32_t all[] = {t[i].action, t[i].touchpoint, t[i].channel, t[i].campaign, t[i].role, t[i].owner, t[i].language};
        check_codes(u, all, sizeof all / sizeof *all, u->h->n_stay); // they stay, and so must what they name
        if (t[i].resolution > VOC_RES_DAY || t[i].actor > VOC_ACTOR_OTHER || t[i].ref_kind > VOC_REF_CASE) lie(u, "a resolution, actor or kind of reference is out of range");
    }
}

static void check_facts(struct unpacker *u, const struct coded_fact *f, size_t n)
{
    for (size_t i = 0; f && i < n && !u->rc; i++) {
        const uint32_t all[] = {f[i].a, f[i].b, f[i].key, f[i].text, f[i].unit, f[i].language, f[i].ref, f[i].id};
        const uint64_t places[] = {f[i].record, f[i].line};
        check_codes(u, all, sizeof all / sizeof *all, u->n_text);
        check_numbers(u, places, 2);
        if (f[i].time_us != VOC_NA) check_times(u, &f[i].time_us, 1);
        if (f[i].kind < VOC_ROW_WORD || f[i].kind > VOC_ROW_REFERENCE || f[i].entity > VOC_ENTITY_CASE ||
            f[i].type > VOC_TYPE_MONEY || f[i].resolution > VOC_RES_DAY || f[i].ref_kind > VOC_REF_CASE)
            lie(u, "a kind, entity, type, resolution or kind of reference is out of range");
        if (!isfinite(f[i].number)) lie(u, "a number is not finite");
    }
}

static void check_rejects(struct unpacker *u, const struct coded_reject *r, size_t n)
{
    for (size_t i = 0; r && i < n && !u->rc; i++) {
        const uint64_t places[] = {r[i].record, r[i].line};
        const uint32_t said[] = {r[i].code, r[i].reason};
        check_codes(u, said, 2, u->n_text);
        check_codes(u, &r[i].raw, 1, u->h->n_strings);
        check_numbers(u, places, 2);
    }
}

// ---- attributes of events: one JSON object without blanks, whose values are texts, numbers, true and false ------------------------

// Behind a backslash; gives how many bytes stand there, 0: no such escape.
static size_t json_escape(voc_str s, size_t at)
{
    if (at >= s.len || !memchr("\"\\/bfnrtu", s.ptr[at], 9)) return 0;
    if (s.ptr[at] != 'u') return 1;
    for (size_t d = 1; d <= 4; d++)
        if (at + d >= s.len || !memchr("0123456789abcdefABCDEF", s.ptr[at + d], 22)) return 0;
    return 5;
}

static bool json_text(voc_str s, size_t *at)
{
    size_t i = *at;
    if (i >= s.len || s.ptr[i++] != '"') return false;
    while (i < s.len && s.ptr[i] != '"') {
        size_t n = s.ptr[i] == '\\' ? json_escape(s, i + 1) : 0;
        if ((unsigned char)s.ptr[i] < 0x20 || (s.ptr[i] == '\\' && n == 0)) return false;
        i += 1 + n;
    }
    *at = i + 1;
    return i < s.len;
}

static bool json_plain(voc_str s, size_t *at)
{
    size_t i = *at;
    while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9') i++;
    if (i > *at && i - *at < 18 && i < s.len && (s.ptr[i] == ',' || s.ptr[i] == '}')) return *at = i, true; // what most are
    while (i < s.len && s.ptr[i] != ',' && s.ptr[i] != '}') i++;
    voc_str word = str_mk(s.ptr + *at, i - *at);
    double number;
    *at = i;
    return str_is(word, "true") || str_is(word, "false") ||
           (word.len && (word.ptr[0] == '-' || (word.ptr[0] >= '0' && word.ptr[0] <= '9')) && str_real(word, &number));
}

static bool is_attributes(voc_str s)
{
    size_t at = 1;
    if (s.len < 2 || s.ptr[0] != '{') return false;
    for (;;) {
        if (!json_text(s, &at) || at >= s.len || s.ptr[at++] != ':') return false;
        if (at < s.len && s.ptr[at] == '"' ? !json_text(s, &at) : !json_plain(s, &at)) return false;
        if (at >= s.len || (s.ptr[at] != ',' && s.ptr[at] != '}')) return false;
        if (s.ptr[at++] == '}') return at == s.len;
    }
}

static void check_attributes(struct unpacker *u, const uint32_t *code, size_t n)
{
    struct wire_sender *s = u->s;
    for (size_t i = 0; code && i < n && !u->rc; i++) {
        if (code[i] == 0 || s->attrs.at[code[i]]) continue;
        if (!is_attributes(s->table.at[code[i]])) lie(u, "attributes are no JSON object");
        s->attrs.at[code[i]] = 1;
    }
}

// ---- a block --------------------------------------------------------------------------------------------------------------------

static struct wire_sender *sender(struct wire_senders *all, uint32_t number, voc_rc *rc)
{
    while (all->all.n <= number && !*rc) {
        *rc = vec_reserve(&all->all, 1, SENDERS_MOST);
        struct wire_sender *s = *rc ? NULL : mem_zalloc(1, sizeof *s);
        if (!s) return *rc = *rc ? *rc : VOC_E_NOMEM, NULL;
        arena_init(&s->arena, 0);
        all->all.at[all->all.n++] = s;
    }
    return *rc ? NULL : all->all.at[number];
}

void wire_senders_done(struct wire_senders *all)
{
    for (size_t i = 0; i < all->all.n; i++) {
        struct wire_sender *s = all->all.at[i];
        arena_done(&s->arena);
        vec_free(&s->table), vec_free(&s->attrs), vec_free(&s->tuples);
        mem_free(s);
    }
    vec_free(&all->all), vec_free(&all->record), vec_free(&all->line);
    all->kept = 0;
}

// Counts against each other, and room for what is new. What the sender had either stays or begins anew.
static void begin_block(struct unpacker *u, struct wire_senders *all)
{
    const struct wire_block_head *h = u->h;
    struct wire_sender *s = u->s;
    if (h->n_events > ROWS_MOST || h->n_facts > ROWS_MOST || h->n_rejects > ROWS_MOST) return lie(u, "there are too many rows");
    if (h->n_stay < h->n_known || h->n_stay > h->n_strings || h->n_hash > h->n_strings - h->n_stay) return lie(u, "there are fewer strings than it says");
    if (h->n_rejects > h->n_strings - h->n_stay || h->n_known_tuples > h->n_tuples || h->n_strings == 0) return lie(u, "there are fewer strings than it says");
    if ((h->n_known || h->n_known_tuples) && (h->n_known != s->n_stay || h->n_known_tuples != s->tuples.n)) return lie(u, "what the last block had is out of range");
    if (h->n_known && s->kept > CODING_STAY_BYTES) return lie(u, "it keeps too many strings");
    if ((h->n_strings - h->n_known) > u->left / sizeof(uint32_t) ||
        h->n_tuples - h->n_known_tuples > u->left / sizeof(struct coded_tuple))
        return lie(u, "an array is longer than its message");
    if (h->n_known == 0) {
        arena_done(&s->arena);
        arena_init(&s->arena, 0);
        all->kept -= s->kept;
        s->kept = 0;
        s->tuples.n = 0;
    }
    s->table.n = h->n_known;
    s->attrs.n = h->n_known;
    u->rc = vec_reserve(&s->table, h->n_strings - h->n_known, SIZE_MAX);
    if (!u->rc) u->rc = vec_reserve(&s->attrs, h->n_strings - h->n_known, SIZE_MAX);
    if (!u->rc) u->rc = vec_reserve(&s->tuples, h->n_tuples - h->n_known_tuples, SIZE_MAX);
    if (!u->rc) memset(s->attrs.at + h->n_known, 0, h->n_strings - h->n_known);
    s->n_stay = h->n_stay;
    u->n_text = h->n_strings - (uint32_t)h->n_rejects;
}

// Numbers that only count up were not sent.
static const uint64_t *numbers(struct unpacker *u, bool sent, uint64_t first, uint64_t **at, size_t *n_at, size_t *cap)
{
    size_t n = (size_t)u->h->n_events;
    if (sent) return take(u, n, sizeof(uint64_t));
    if (first > INT64_MAX - ROWS_MOST) return lie(u, "a record or line number is out of range"), NULL;
    *n_at = 0;
    if (!u->rc) u->rc = vec_reserve_((void **)at, cap, 0, n + 1, sizeof **at, SIZE_MAX);
    for (size_t i = 0; i < n && !u->rc; i++) (*at)[i] = first + i;
    return *at;
}

static void unpack_events(struct unpacker *u, struct wire_senders *all, struct coded_block *out)
{
    const struct wire_block_head *h = u->h;
    struct coded_events *e = &out->events;
    size_t n = (size_t)h->n_events;
    if (h->columns & ~(HAS_RECORDS | HAS_LINES | HAS_AMOUNT_ROWS | ((1u << (N_CODES + N_AMOUNTS)) - 1))) lie(u, "it has columns that there are not");
    e->n = n;
    e->time_us = take(u, n, sizeof *e->time_us);
    if (!u->rc && n > u->left / sizeof(uint32_t)) lie(u, "an array is longer than its message");
    e->record = numbers(u, h->columns & HAS_RECORDS, h->record, &all->record.at, &all->record.n, &all->record.cap);
    e->line = numbers(u, h->columns & HAS_LINES, h->line, &all->line.at, &all->line.n, &all->line.cap);
    if (h->n_amounts > n || (h->n_amounts < n && h->n_amounts && !(h->columns & HAS_AMOUNT_ROWS))) lie(u, "amounts are of no rows");
    for (unsigned k = 0; k < N_AMOUNTS; k++)
        if (h->columns & 1u << (N_CODES + k)) {
            const void *at = take(u, h->n_amounts, sizeof(int64_t));
            memcpy((char *)e + amounts[k], &at, sizeof at);
        }
}

static void unpack_codes(struct unpacker *u, struct coded_events *e)
{
    size_t n = e->n;
    e->n_amounts = (size_t)u->h->n_amounts;
    if (u->h->columns & HAS_AMOUNT_ROWS) e->amount_row = take(u, e->n_amounts, sizeof *e->amount_row);
    check_rows(u, e->amount_row, e->n_amounts, n);
    e->tuple = take(u, n, sizeof *e->tuple);
    check_codes(u, e->tuple, n, u->h->n_tuples);
    for (unsigned k = 0; k < N_CODES; k++)
        if (u->h->columns & 1u << k) {
            const void *at = take(u, n, sizeof(uint32_t));
            if (codes[k].code) check_codes(u, at, n, u->n_text);
            memcpy((char *)e + codes[k].at, &at, sizeof at);
        }
}

static void unpack(struct unpacker *u, struct wire_senders *all, struct coded_block *out)
{
    const struct wire_block_head *h = u->h;
    struct wire_sender *s = u->s;
    begin_block(u, all);
    out->hash = take(u, h->n_hash, sizeof *out->hash);
    unpack_events(u, all, out);
    out->facts = take(u, h->n_facts, sizeof *out->facts);
    out->rejects = take(u, h->n_rejects, sizeof *out->rejects);
    const struct coded_tuple *tuples = take(u, h->n_tuples - h->n_known_tuples, sizeof *tuples);
    const uint32_t *len = take(u, h->n_strings - h->n_known, sizeof *len);
    unpack_codes(u, &out->events);
    const char *text = take(u, h->n_text, 1);
    if (!u->rc && u->left) lie(u, "it is longer than what is in it");
    unpack_strings(u, all, len, text);
    if (u->rc) return;
    if (tuples) memcpy(s->tuples.at + h->n_known_tuples, tuples, (h->n_tuples - h->n_known_tuples) * sizeof *tuples);
    s->tuples.n = h->n_tuples;
    check_tuples(u, tuples, h->n_tuples - h->n_known_tuples);
    check_times(u, out->events.time_us, out->events.n);
    check_numbers(u, out->events.record, out->events.n);
    check_numbers(u, out->events.line, out->events.n);
    check_facts(u, out->facts, h->n_facts);
    check_rejects(u, out->rejects, h->n_rejects);
    check_attributes(u, out->events.attrs, out->events.n);
    out->strings = s->table.at;
    out->n_strings = h->n_strings;
    out->hash_from = h->n_stay;
    out->n_hash = h->n_hash;
    out->sender = h->sender;
    out->n_known = h->n_known;
    out->n_known_tuples = h->n_known_tuples;
    out->events.tuples = s->tuples.at;
    out->events.n_tuples = h->n_tuples;
    out->n_facts = (size_t)h->n_facts;
    out->n_rejects = (size_t)h->n_rejects;
}

voc_rc wire_unpack(struct wire_senders *all, voc_str bytes, struct coded_block *out, uint64_t *stored, uint64_t *of, const char **why)
{
    struct unpacker u = {.at = bytes.ptr, .left = bytes.len};
    *out = (struct coded_block){.n_strings = 0};
    *why = "";
    u.h = take(&u, 1, sizeof *u.h);
    if (!u.rc && (u.h->sender == 0 || u.h->sender >= SENDERS_MOST)) lie(&u, "there are too many senders");
    if (!u.rc) u.s = sender(all, u.h->sender, &u.rc);
    if (!u.rc) unpack(&u, all, out);
    if (u.rc) {
        if (u.s) u.s->n_stay = 0, u.s->tuples.n = 0; // nothing of a block that was refused is built upon
        *why = u.why ? u.why : "";
        return u.rc;
    }
    *stored = u.h->stored;
    *of = u.h->of;
    return VOC_OK;
}
