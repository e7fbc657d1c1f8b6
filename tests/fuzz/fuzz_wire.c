// SPDX-License-Identifier: MIT
// What a worker sends to the program, which believes none of it. "wire-block": bodies of blocks; the input is one body, or changes
// (FUZZ_PIECES: four bytes each, block and place, what is done, value) to two good ones, of which the second goes on where the
// first ends. What is unpacked is gone through as the import does. "wire-values": the first byte names one of the other messages;
// what is read is written and read again, which must give the same bytes.
#include <stdlib.h>
#include <string.h>

#include "host/coder.h"
#include "host/import/row_sums.h"
#include "host/worker/wire.h"
#include "tests/fuzz/fuzz.h"

#define assert_true(x) ((x) ? (void)0 : fuzz_fail("%s", #x))
#define assert_int_equal(x, y) assert_true((x) == (y))
#include "tests/unit/host/coded.h"

#define RECORDS 6u
#define BODY_MAX ((size_t)1 << 16)

static const char *const names[] = {"wire-block", "wire-values", NULL};
static enum { BLOCK, VALUES } chosen;
static struct buf good[2]; // bodies of blocks of one sender

const char *const *fuzz_names(void) { return names; }

// ---- good blocks ----------------------------------------------------------------------------------------------------------------

static voc_row make_row(uint32_t kind, uint64_t record, bool later)
{
    static const voc_alias who[] = {{VOC_LIT("email"), VOC_LIT("ann@example.org"), 1, 0}, {VOC_LIT("cookie"), VOC_LIT("c-1"), 0, 0}}, whose = {VOC_LIT("account"), VOC_LIT("Northwind"), 1, 0};
    static const voc_attr attr = {.key = VOC_LIT("plan"), .text = VOC_LIT("12.5"), .type = VOC_TYPE_REAL,
                                  .entity = VOC_ENTITY_EVENT, .time_us = VOC_NA, .number = 12.5};
    voc_row r = voc_row_init(kind);
    r.record = record;
    r.time_us = INT64_C(1709287200000000) + (int64_t)(record * 7000000);
    r.resolution = VOC_RES_SECOND;
    r.customer = who;
    r.n_customer = kind == VOC_ROW_LINK || later ? 2 : 1;
    r.text = STR("Where is my sensor?");
    r.language = STR("en");
    r.attrs = &attr;
    r.n_attrs = kind != VOC_ROW_LINK && kind != VOC_ROW_WORD;
    r.unit = STR("rule");
    if (kind != VOC_ROW_EVENT) return r;
    r.actor = VOC_ACTOR_CUSTOMER;
    r.action = later ? STR("order") : STR("visit");
    r.id = STR("e-1"), r.touchpoint = STR("shop"), r.channel = STR("web"), r.campaign = STR("spring"), r.object = STR("/a"), r.case_id = STR("k-1");
    r.role = STR("buyer"), r.owner = STR("Eve"), r.thread = STR("t-1"), r.ref = STR("e-0"), r.ref_kind = VOC_REF_EVENT;
    r.minutes = 1500000, r.cost = 250000, r.value = 4000000;
    r.account = &whose, r.n_account = 1;
    return r;
}

static voc_rc fill(struct voc_sink *s, bool later)
{
    static const char text[] = "a\nb\nc\nd\ne\nf\n";
    static const size_t start[RECORDS] = {0, 2, 4, 6, 8, 10}, end[RECORDS] = {1, 3, 5, 7, 9, 11};
    static const uint64_t line[RECORDS] = {1, 2, 3, 4, 5, 6};
    static const uint8_t bad[RECORDS] = {0};
    const voc_block b = {.struct_size = sizeof b, .bytes = text, .n_bytes = sizeof text - 1, .start = start, .end = end, .line = line, .n_records = RECORDS,
                         .first_record = later ? RECORDS : 0};
    voc_rc rc = VOC_OK;
    sink_reset(s);
    sink_block(s, &b, bad);
    for (uint32_t kind = VOC_ROW_EVENT; kind <= VOC_ROW_MEASURE && !rc; kind++) {
        voc_row r = make_row(kind, kind - 1, later);
        voc_row rows[2] = {r, r}; // of two events one has amounts
        rows[0].minutes = rows[0].cost = rows[0].value = VOC_NA;
        const bool two = later && kind == VOC_ROW_EVENT;
        const voc_batch batch = {.struct_size = sizeof batch, .row_size = sizeof r, .rows = two ? rows : &r, .n_rows = two ? 2 : 1};
        rc = sink_rows(s, &batch);
    }
    if (!rc) rc = sink_reject(s, RECORDS - 1, STR("CODE"), STR("why"));
    return rc ? rc : sink_end(s);
}

static voc_rc pack(struct wire_packer *p, struct voc_sink *s, bool later, struct buf *out)
{
    struct coded_block b;
    struct iovec piece[WIRE_PIECES];
    size_t n = 0;
    voc_rc rc = fill(s, later);
    if (!rc) rc = sink_coded(s, &b);
    if (!rc) rc = wire_pack(p, &b, 12, 24, piece, &n);
    buf_init(out, BODY_MAX);
    for (size_t i = 0; i < n && !rc; i++) rc = buf_add(out, piece[i].iov_base, piece[i].iov_len);
    return rc;
}

voc_rc fuzz_begin(const char *what)
{
    const struct encode_spec spec = {.file = "x", .sender = 1};
    struct voc_sink *s = NULL;
    struct wire_packer p;
    chosen = strcmp(what, names[VALUES]) == 0 ? VALUES : BLOCK;
    if (good[0].len) return VOC_OK;
    voc_rc rc = wire_packer_init(&p);
    if (!rc) rc = sink_new(&s, &spec, NULL);
    for (unsigned i = 0; i < 2 && !rc; i++) rc = pack(&p, s, i > 0, &good[i]);
    sink_free(s);
    wire_packer_done(&p);
    return rc;
}

// ---- blocks ---------------------------------------------------------------------------------------------------------------------

static void use(const struct coded_block *b)
{
    struct row_summing w;
    struct buf text;
    buf_init(&text, (size_t)1 << 28);
    row_summing_init(&w);
    coded_dump(&text, b);
    if (row_sums_block(&w, b) != VOC_OK) fuzz_fail("a block cannot be gone through");
    for (uint32_t i = 0; i + b->n_rejects < b->n_strings; i++) (void)hash64(b->strings[i].ptr, b->strings[i].len, 0);
    for (uint32_t i = 0; i < b->n_hash; i++) assert_true(b->hash_from + i < b->n_strings && (b->hash[i] | 1));
    row_summing_done(&w);
    buf_done(&text);
}

static voc_rc unpack(struct wire_senders *all, const char *bytes, size_t len)
{
    struct coded_block b;
    uint64_t stored, of;
    const char *why = NULL;
    char *body = malloc(len ? len : 1); // as long as it is, and at a multiple of 8
    if (!body) return VOC_E_NOMEM;
    if (len) memcpy(body, bytes, len);
    memset(&b, 0, sizeof b);
    voc_rc rc = wire_unpack(all, str_mk(body, len), &b, &stored, &of, &why);
    if (rc == VOC_OK) use(&b);
    else if (rc != VOC_E_BUG || !why || !*why) fuzz_fail("refused with \"%s\", and no reason", rc_name(rc));
    free(body);
    return rc;
}

static void change(struct buf *body, const unsigned char *c)
{
    const size_t at = ((size_t)(c[0] & 0x7f) << 8 | c[1]) % (body->len + 1);
    uint32_t word;
    if (at + sizeof word > body->len) {
        body->len = at;
        return;
    }
    memcpy(&word, body->ptr + (at & ~(size_t)3), sizeof word);
    switch (c[2] % 5) {
    case 0: word = c[3]; break;
    case 1: word += c[3]; break;
    case 2: word -= c[3]; break;
    case 3: word = UINT32_MAX - c[3]; break;
    default: body->ptr[at] = (char)c[3]; return;
    }
    memcpy(body->ptr + (at & ~(size_t)3), &word, sizeof word);
}

static void fuzz_changed(voc_str bytes)
{
    struct wire_senders all = {.kept = 0};
    struct buf body[2];
    for (unsigned i = 0; i < 2; i++) {
        buf_init(&body[i], BODY_MAX);
        if (buf_add(&body[i], good[i].ptr, good[i].len) != VOC_OK) fuzz_fail("no memory to begin with");
    }
    for (size_t i = 0; i + 4 <= bytes.len; i += 4) change(&body[bytes.ptr[i] < 0], (const unsigned char *)bytes.ptr + i);
    for (unsigned i = 0; i < 3; i++) // the first once more: it begins anew
        if (unpack(&all, body[i % 2].ptr, body[i % 2].len) != VOC_OK && bytes.len < 4) fuzz_fail("a good block is refused");
    wire_senders_done(&all);
    for (unsigned i = 0; i < 2; i++) buf_done(&body[i]);
}

static void fuzz_body(voc_str bytes)
{
    struct wire_senders all = {.kept = 0};
    for (unsigned i = 0; i < 2; i++) (void)unpack(&all, bytes.ptr, bytes.len);
    wire_senders_done(&all);
}

// ---- the other messages -----------------------------------------------------------------------------------------------------------

static void code(struct coder *c, unsigned which, void *x)
{
    union message { struct wire_request request; struct read_chosen chosen; struct read_wants wants; struct wire_diag diag; struct wire_content content; struct wire_beside beside;
        struct { struct read_end end; voc_rc rc; } end; struct { struct wire_sniffed *all; size_t n; voc_rc rc; } sniffed; } *m = x;
    switch (which) {
    case 0: wire_request(c, &m->request); break;
    case 1: wire_chosen(c, &m->chosen); break;
    case 2: wire_wants(c, &m->wants); break;
    case 3: wire_diag(c, &m->diag); break;
    case 4: wire_content(c, &m->content); break;
    case 5: wire_beside(c, &m->beside); break;
    case 6: wire_end(c, &m->end.end, &m->end.rc); break;
    default: wire_sniffed(c, &m->sniffed.all, &m->sniffed.n, &m->sniffed.rc); break;
    }
}

#define MESSAGE_MAX ((size_t)64 << 10) // more than any of them takes

// Reads it, and writes what was read; false: these are no such bytes.
static bool round_trip(unsigned which, voc_str bytes, struct buf *out)
{
    struct arena a;
    void *message = calloc(1, MESSAGE_MAX);
    arena_init(&a, (size_t)64 << 20);
    struct coder reading = {.at = (const unsigned char *)bytes.ptr, .end = (const unsigned char *)bytes.ptr + bytes.len,
                            .arena = &a},
                 writing = {.out = out};
    if (!message) fuzz_fail("no memory to begin with");
    code(&reading, which, message);
    bool read = reading.rc == VOC_OK;
    if (!read && reading.rc != VOC_E_INPUT && reading.rc != VOC_E_LIMIT && reading.rc != VOC_E_NOMEM) fuzz_fail("message %u is refused with \"%s\"", which, rc_name(reading.rc));
    if (read) code(&writing, which, message);
    if (read && writing.rc != VOC_OK) fuzz_fail("what was read of message %u cannot be written: %s", which, rc_name(writing.rc));
    arena_done(&a);
    free(message);
    return read;
}

static void fuzz_values(voc_str bytes)
{
    struct buf once, twice;
    if (bytes.len == 0) return;
    const unsigned which = (unsigned char)bytes.ptr[0] % 8;
    buf_init(&once, (size_t)1 << 26);
    buf_init(&twice, (size_t)1 << 26);
    if (round_trip(which, str_mk(bytes.ptr + 1, bytes.len - 1), &once)) {
        if (!round_trip(which, str_mk(once.ptr ? once.ptr : "", once.len), &twice)) fuzz_fail("message %u cannot be read as it was written", which);
        if (once.len != twice.len || (once.len && memcmp(once.ptr, twice.ptr, once.len) != 0)) fuzz_fail("message %u, read and written again, is another", which);
    }
    buf_done(&once);
    buf_done(&twice);
}

void fuzz_one(const struct fuzz_how *how, voc_str bytes)
{
    if (chosen == VALUES) fuzz_values(bytes);
    if (chosen == BLOCK && how->flags & FUZZ_PIECES) fuzz_changed(bytes);
    if (chosen == BLOCK && !(how->flags & FUZZ_PIECES)) fuzz_body(bytes);
}
