// SPDX-License-Identifier: MIT
// What lies under every input plugin: unpacking, charsets, and the cutting of records. The bytes are unpacked and decoded
// whole and in pieces, with and without a look ahead, which must give the same text; their records are cut with blocks of any
// size, which must give the same records, whose bytes and framing add up. how->name chooses the charset and the line rule.
#include <string.h>

#include "base/hash.h"
#include "io/lines.h"
#include "tests/fuzz/fuzz.h"

#define BLOCK ((size_t)32 << 10)
#define DECODED_MAX ((uint64_t)4 << 20) // a small input may unpack to much

static const char *const names[] = {"bytes", NULL};
const char *const *fuzz_names(void) { return names; }
voc_rc fuzz_begin(const char *what) { return strcmp(what, names[0]) == 0 ? VOC_OK : VOC_E_OPTION; }

static const char *const charsets[] = {"auto", NULL, "UTF-8", "UTF-16LE", "UTF-16BE", "windows-1252", "Shift_JIS", "GB18030", "ISO-2022-JP", "UTF-7", "EUC-KR"};
static const voc_line_rule rules[] = {
    {.separator = ',', .quote = '"', .n_head = 1}, {.n_head = 0},      {.separator = '\t', .quote = '"', .n_head = 2},
    {.values = 1},                                 {.directive = '#'}, {.separator = ';', .quote = '\'', .n_head = 1},
};
#define COUNT(a) (sizeof(a) / sizeof *(a))

struct read_sum { voc_rc rc; uint64_t decoded, raw, sum, records, record_bytes, framing; };

static voc_rc open_bytes(struct in **in, voc_str bytes, const char *charset, size_t peek, struct diag *d)
{
    const struct in_limits limits = {.decoded_max = DECODED_MAX};
    voc_str head;
    bool complete;
    voc_rc rc = in_memory(in, "x", bytes.ptr, bytes.len, &limits, d);
    if (rc == VOC_OK && peek) rc = in_peek(*in, peek, &head, &complete);
    if (rc == VOC_OK) rc = in_text(*in, charset);
    if (rc == VOC_OK && peek) rc = in_peek(*in, peek * 7, &head, &complete);
    return rc;
}

// All text, `piece` bytes at a time.
static struct read_sum read_text(voc_str bytes, const char *charset, size_t piece, size_t peek, struct diag *d)
{
    struct read_sum r = {.rc = VOC_OK};
    struct in *in = NULL;
    struct buf text;
    unsigned char hash[HASH_BYTES];
    size_t got = 1;
    buf_init(&text, 4 * DECODED_MAX);
    r.rc = open_bytes(&in, bytes, charset, peek, d);
    while (r.rc == VOC_OK && got > 0) {
        char *room = buf_room(&text, piece);
        r.rc = room ? in_read(in, room, piece, &got) : text.rc;
        if (r.rc == VOC_OK) text.len += got;
    }
    if (r.rc == VOC_OK) {
        in_hash(in, hash);
        r.decoded = in_decoded(in), r.raw = in_raw(in);
        r.sum = hash64(text.ptr ? text.ptr : "", text.len, hash64(hash, sizeof hash, in_malformed(in)));
        if (r.decoded != text.len) fuzz_fail("in_decoded says %llu of %zu bytes", (unsigned long long)r.decoded, text.len);
    }
    in_close(in);
    buf_done(&text);
    return r;
}

static void add_records(struct read_sum *r, const struct lines_block *b)
{
    for (size_t i = 0; i < b->start.n; i++) {
        const uint64_t place[] = {b->line.at[i], b->bad.at[i]};
        if (b->start.at[i] > b->end.at[i] || b->end.at[i] > b->bytes.len) fuzz_fail("a record beyond its block");
        r->sum = hash64(b->bytes.ptr ? b->bytes.ptr + b->start.at[i] : "", b->end.at[i] - b->start.at[i], hash64(place, sizeof place, r->sum));
        r->records++;
    }
}

static struct read_sum read_records(voc_str bytes, const char *charset, const voc_line_rule *rule, size_t target, struct diag *d)
{
    struct read_sum r = {.rc = VOC_OK};
    struct in *in = NULL;
    struct lines *l = NULL;
    struct lines_block b;
    lines_block_init(&b);
    r.rc = open_bytes(&in, bytes, charset, 0, d);
    if (r.rc == VOC_OK) r.rc = lines_new(&l, in, rule, d);
    if (r.rc == VOC_OK) r.rc = lines_head(l, &b);
    if (r.rc == VOC_OK) add_records(&r, &b);
    uint64_t head = r.records;
    do {
        if (r.rc == VOC_OK) r.rc = lines_next(l, &b, target);
        if (r.rc == VOC_OK) add_records(&r, &b);
    } while (r.rc == VOC_OK && b.start.n > 0);
    if (r.rc == VOC_OK) {
        struct lines_account a = lines_account(l);
        r.decoded = in_decoded(in), r.record_bytes = a.record_bytes, r.framing = a.framing_bytes;
        if (a.records != r.records - head) fuzz_fail("%llu records are counted, %llu were given", (unsigned long long)a.records, (unsigned long long)(r.records - head));
        if (a.record_bytes + a.framing_bytes != r.decoded)
            fuzz_fail("the account does not add up: %llu + %llu of %llu bytes", (unsigned long long)a.record_bytes,
                      (unsigned long long)a.framing_bytes, (unsigned long long)r.decoded);
    }
    lines_block_done(&b);
    lines_free(l);
    in_close(in);
    return r;
}

static void same(const char *what, const struct read_sum *x, const struct read_sum *y)
{
    if (x->rc != y->rc) fuzz_fail("%s: \"%s\" and not \"%s\"", what, rc_name(y->rc), rc_name(x->rc));
    if (x->rc == VOC_OK && (x->sum != y->sum || x->decoded != y->decoded || x->records != y->records || x->framing != y->framing))
        fuzz_fail("%s: %llu records of %llu bytes, and not %llu of %llu, or others", what, (unsigned long long)y->records,
                  (unsigned long long)y->decoded, (unsigned long long)x->records, (unsigned long long)x->decoded);
}

void fuzz_one(const struct fuzz_how *how, voc_str bytes)
{
    const char *charset = charsets[how->name % COUNT(charsets)];
    voc_line_rule rule = rules[how->name / 16 % COUNT(rules)];
    struct diag *d = diag_new();
    rule.struct_size = sizeof rule;
    struct read_sum whole = read_text(bytes, charset, BLOCK, 0, d);
    fuzz_check_answer(whole.rc, d, false);
    fuzz_check_words(d, whole.rc);
    if (whole.rc == VOC_OK && whole.raw <= 64 * 1024) {
        struct read_sum pieces = read_text(bytes, charset, 1u + how->piece, 1u + how->nth, d);
        same("text in pieces", &whole, &pieces);
        struct read_sum records = read_records(bytes, charset, &rule, BLOCK, d), small = read_records(bytes, charset, &rule, 1u + how->piece, d);
        fuzz_check_answer(records.rc, d, false);
        same("records in small blocks", &records, &small);
        if (records.decoded != whole.decoded) fuzz_fail("records of %llu bytes, and not %llu", (unsigned long long)records.decoded, (unsigned long long)whole.decoded);
    }
    diag_free(d);
}
