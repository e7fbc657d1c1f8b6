// SPDX-License-Identifier: MIT
// Blocks on the wire: what is packed comes out as it was, strings that stay included; and of bytes that somebody changed, cut or
// made up, either nothing comes out or what may be looked at in every column.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/coder.h"
#include "host/import/row_sums.h"
#include "host/worker/wire.h"
#include "tests/unit/host/coded.h"

struct body { char *bytes; size_t len; }; // at a multiple of 16

static struct body packed(struct wire_packer *p, const struct coded_block *b)
{
    struct iovec pieces[WIRE_PIECES];
    struct body to = {NULL, 0};
    size_t n = 0;
    assert_int_equal(wire_pack(p, b, 5, 7, pieces, &n), VOC_OK);
    assert_in_range(n, 1, WIRE_PIECES);
    for (size_t i = 0; i < n; i++) to.len += pieces[i].iov_len;
    assert_non_null(to.bytes = mem_alloc(to.len));
    for (size_t i = 0, at = 0; i < n; at += pieces[i++].iov_len) memcpy(to.bytes + at, pieces[i].iov_base, pieces[i].iov_len);
    return to;
}

// Two blocks of one sender: the second knows three strings and a tuple of the first.
#define S(x) {x, sizeof(x) - 1}
static const voc_str first_strings[] = {S(""), S("buy"), S("{\"a\":1,\"b\":\"\\u00e4\\\"\",\"c\":true,\"d\":-1.5e+20}"), S("+id=kim"), S("+id=lee"), S("\xff raw")};
static const voc_str second_strings[] = {S(""), S("buy"), S("{\"a\":1,\"b\":\"\\u00e4\\\"\",\"c\":true,\"d\":-1.5e+20}"), S("gr\xc3\xb6\xc3\x9f" "e"), S("+id=mo")};
static const struct coded_tuple tuples[] = {{.action = 1, .actor = VOC_ACTOR_CUSTOMER, .resolution = VOC_RES_SECOND}, {.action = 3, .channel = 1, .ref_kind = VOC_REF_CASE}};
static const uint32_t first_tuple[] = {0, 0, 0}, second_tuple[] = {1, 0}, first_who[] = {3, 4, 3}, second_who[] = {4, 4}, attrs[] = {0, 2, 2}, sub[] = {0, 1}, paid[] = {1};
static const int64_t times[] = {1704100000000000, 1704100001000000, -5}, cost[] = {VOC_NA, 2500000, 0}, few[] = {7000000};
static const uint64_t counted[] = {7, 8, 9}, lines[] = {20, 21, 22}, same[] = {10, 10};
static const struct coded_fact facts[] = {{.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_INDIVIDUAL, .a = 4, .key = 1, .text = 3, .time_us = VOC_NA, .number = 0.5, .record = 10, .line = 23}};
static const struct coded_reject rejects[] = {{.record = 11, .line = 24, .code = 1, .reason = 1, .raw = 5}};

static struct coded_block first_block(uint64_t hash[2])
{
    for (size_t i = 0; i < 2; i++) hash[i] = hash64(first_strings[3 + i].ptr, first_strings[3 + i].len, 0);
    return (struct coded_block){
        .strings = first_strings, .n_strings = 6, .hash = hash, .hash_from = 3, .n_hash = 2, .sender = 1, .rejects = rejects,
        .n_rejects = 1,
        .events = {.tuple = first_tuple, .tuples = tuples, .n_tuples = 1, .time_us = times, .record = counted, .line = lines, .customer = first_who, .attrs = attrs, .cost = cost, .n = 3}};
}

static struct coded_block second_block(uint64_t hash[2])
{
    hash[0] = hash64(second_strings[4].ptr, second_strings[4].len, 0);
    return (struct coded_block){
        .strings = second_strings, .n_strings = 5, .hash = hash, .hash_from = 4, .n_hash = 1, .sender = 1, .n_known = 3,
        .n_known_tuples = 1, .facts = facts, .n_facts = 1,
        .events = {.tuple = second_tuple, .tuples = tuples, .n_tuples = 2, .time_us = times, .record = same, .line = same, .customer = second_who, .sub = sub, .value = few, .amount_row = paid, .n_amounts = 1, .n = 2}};
}

static void assert_same(const struct coded_block *a, const struct coded_block *b)
{
    struct buf x, y;
    buf_init(&x, 1 << 20);
    buf_init(&y, 1 << 20);
    coded_dump(&x, a);
    coded_dump(&y, b);
    assert_true(x.len > 0);
    assert_string_equal(x.ptr, y.ptr);
    buf_done(&x);
    buf_done(&y);
}

struct pair { struct wire_packer p; struct body body[2]; struct coded_block block[2]; uint64_t hash[2][2]; };

static void make_pair(struct pair *w)
{
    assert_int_equal(wire_packer_init(&w->p), VOC_OK);
    w->block[0] = first_block(w->hash[0]);
    w->block[1] = second_block(w->hash[1]);
    for (size_t i = 0; i < 2; i++) w->body[i] = packed(&w->p, &w->block[i]);
}

static void drop_pair(struct pair *w)
{
    for (size_t i = 0; i < 2; i++) mem_free(w->body[i].bytes);
    wire_packer_done(&w->p);
}

static voc_rc take(struct wire_senders *s, const char *bytes, size_t len, struct coded_block *out)
{
    uint64_t stored = 0, of = 0;
    const char *why = NULL;
    voc_rc rc = wire_unpack(s, str_mk(bytes, len), out, &stored, &of, &why);
    assert_true(rc == VOC_OK || (rc == VOC_E_BUG && why && *why));
    return rc;
}

// What an import would look at, in every column.
static void look_at(const struct coded_block *b)
{
    struct row_summing w;
    row_summing_init(&w);
    assert_int_equal(row_sums_block(&w, b), VOC_OK);
    row_summing_done(&w);
}

static void blocks_come_out_as_they_were_and_strings_stay(void **state)
{
    struct pair w;
    struct wire_senders s = {.kept = 0};
    struct coded_block out;
    uint64_t stored = 0, of = 0;
    const char *why = NULL;
    (void)state;
    make_pair(&w);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(wire_unpack(&s, str_mk(w.body[i].bytes, w.body[i].len), &out, &stored, &of, &why), VOC_OK);
        assert_int_equal(stored, 5);
        assert_int_equal(of, 7);
        assert_same(&w.block[i], &out);
        memset(w.body[i].bytes, 0, w.body[i].len); // what stays does not lie in the message
    }
    wire_senders_done(&s);
    drop_pair(&w);
}

static void a_body_that_is_cut_or_longer_is_refused(void **state)
{
    struct pair w;
    (void)state;
    make_pair(&w);
    for (size_t len = 0; len < w.body[0].len; len++) {
        struct wire_senders s = {.kept = 0};
        struct coded_block out;
        char *copy = mem_dup(w.body[0].bytes, len ? len : 1);
        assert_int_equal(take(&s, copy, len, &out), VOC_E_BUG);
        mem_free(copy);
        wire_senders_done(&s);
    }
    struct wire_senders s = {.kept = 0};
    struct coded_block out;
    char *more = mem_zalloc(1, w.body[0].len + 8);
    memcpy(more, w.body[0].bytes, w.body[0].len);
    assert_int_equal(take(&s, more, w.body[0].len + 8, &out), VOC_E_BUG);
    mem_free(more);
    wire_senders_done(&s);
    drop_pair(&w);
}

// Every byte of either block, each to several values; what is taken is looked at, and the block behind it is tried too.
static void a_changed_byte_is_refused_or_harmless(void **state)
{
    static const unsigned char to[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 0x22};
    struct pair w;
    size_t refused = 0, tried = 0;
    (void)state;
    make_pair(&w);
    for (size_t which = 0; which < 2; which++)
        for (size_t i = 0; i < w.body[which].len; i++)
            for (size_t k = 0; k < sizeof to; k++) {
                struct wire_senders s = {.kept = 0};
                struct coded_block out;
                char *const at = &w.body[which].bytes[i], was = *at;
                *at = (char)to[k];
                for (size_t b = 0; b < 2; b++) {
                    voc_rc rc = take(&s, w.body[b].bytes, w.body[b].len, &out);
                    if (rc == VOC_OK) look_at(&out);
                    refused += b == which && rc != VOC_OK;
                    if (rc != VOC_OK) break;
                }
                tried++;
                *at = was;
                wire_senders_done(&s);
            }
    assert_in_range(refused, tried / 4, tried - 1);
    drop_pair(&w);
}

static void refused(struct coded_block b)
{
    struct wire_packer p;
    struct wire_senders s = {.kept = 0};
    struct coded_block out;
    assert_int_equal(wire_packer_init(&p), VOC_OK);
    struct body body = packed(&p, &b);
    assert_int_equal(take(&s, body.bytes, body.len, &out), VOC_E_BUG);
    mem_free(body.bytes);
    wire_senders_done(&s);
    wire_packer_done(&p);
}

static void what_cannot_be_is_refused(void **state)
{
    static const uint32_t far[] = {6, 0, 0}, raw[] = {5, 0, 0}, tuple[] = {0, 1, 0}, amount_rows[][4] = {{0, 3}, {2, 1}, {1, 1}, {0, 1, 2, 3}};
    static const int64_t four[] = {1, 2, 3, 4}, late[] = {0, 0, INT64_MAX}, early[] = {VOC_NA, 0, 0};
    static const uint64_t past[] = {1, (uint64_t)1 << 63, 2};
    static const char *const objects[] = {"", "x", "{", "{}", "{\"a\"}", "{\"a\":}", "{\"a\":1", "{\"a\":1}x", "{\"a\":1,}", "{\"a\":[1]}", "{\"a\":nan}", "{\"a:1}", "{\"a\\\":1}",
                                         "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\n\"}", "{\"a\": 1}", "[1]"};
    uint64_t hash[2];
    const struct coded_block good = first_block(hash);
    struct coded_block b;
    (void)state;
    b = good, b.events.customer = far, refused(b);
    b = good, b.events.customer = raw, refused(b); // raw bytes of a reject are no text
    b = good, b.events.attrs = first_who, refused(b);
    b = good, b.events.tuple = tuple, refused(b);
    b = good, b.events.time_us = late, refused(b);
    b = good, b.events.time_us = early, refused(b);
    b = good, b.events.record = past, refused(b);
    b = good, b.events.line = past, refused(b);
    for (size_t i = 0; i < 4; i++)
        b = good, b.events.amount_row = amount_rows[i], b.events.cost = i < 3 ? cost : four, b.events.n_amounts = i < 3 ? 2 : 4,
        refused(b);
    b = good, b.sender = 0, refused(b);
    b = good, b.sender = 100000, refused(b);
    b = good, b.n_known = 3, refused(b); // it had none
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        voc_str strings[6];
        memcpy(strings, first_strings, sizeof strings);
        strings[2] = str_of(objects[i]);
        b = good, b.strings = strings, refused(b);
    }
    const struct coded_tuple wrong[] = {{.action = 6}, {.actor = VOC_ACTOR_OTHER + 1}, {.resolution = VOC_RES_DAY + 1}, {.ref_kind = VOC_REF_CASE + 1}};
    for (size_t i = 0; i < 4; i++) b = good, b.events.tuples = &wrong[i], refused(b);
    const struct coded_fact bad[] = {{.kind = 0}, {.kind = 9}, {.kind = 2, .entity = 9}, {.kind = 2, .type = 9}, {.kind = 2, .a = 9}, {.kind = 2, .number = (double)1e308 * 10}};
    for (size_t i = 0; i < 6; i++) b = good, b.facts = &bad[i], b.n_facts = 1, refused(b);
}

static void what_reading_came_to_crosses_as_it_is(void **state)
{
    const struct import_ignored rules[] = {{S("a rule"), 3}, {S("another"), 4}};
    const voc_map maps[] = {{.to = S("time"), .from = S("when"), .format = S("iso"), .reason = S("by its name"), .type = VOC_TYPE_TIME}, {.to = S("attr"), .constant = S("x")}};
    struct read_end end = {
        .account = {.records = 10, .gave = 3, .rejected = 0, .ignored = 7, .bytes = 99, .by_rule = rules, .n_by_rule = 2, .ends_clean = 1},
        .decoded = 99, .actor_unset = true, .n_watched = 1, .watched = {{.length = 12, .reached = true}}, .charset = "UTF-8",
        .reason = "cut gr\xc3", .plugin = "events", .turns = {5, 6},
                           .plan = {.id = S("web"), .zone = S("UTC"), .maps = maps, .n_maps = 2}};
    struct read_end got = {.decoded = 0};
    struct arena a;
    struct buf out;
    voc_rc rc = VOC_E_CHECK;
    (void)state;
    arena_init(&a, 0);
    buf_init(&out, 1 << 20);
    struct coder c = {.out = &out};
    wire_end(&c, &end, &rc);
    assert_int_equal(c.rc, VOC_OK);
    const unsigned char *at = (const unsigned char *)out.ptr;
    for (size_t len = 0; len <= out.len; len++) {
        struct coder in = {.at = at, .end = at + len, .arena = &a};
        memset(&got, 0, sizeof got);
        wire_end(&in, &got, &rc);
        assert_int_equal(in.rc, len < out.len ? VOC_E_INPUT : VOC_OK);
    }
    assert_int_equal(rc, VOC_E_CHECK);
    assert_int_equal(got.account.records, 10);
    assert_int_equal(got.account.n_by_rule, 2);
    assert_true(str_is(got.account.by_rule[1].rule, "another") && got.account.by_rule[1].records == 4);
    assert_true(got.actor_unset && got.n_watched == 1 && got.watched[0].length == 12 && got.watched[0].reached);
    assert_string_equal(got.reason, "cut gr");
    assert_true(got.turns.repeated == 5 && got.turns.skipped == 6);
    assert_int_equal(got.plan.n_maps, 2);
    assert_true(str_is(got.plan.maps[0].reason, "by its name") && str_is(got.plan.maps[1].constant, "x") && str_is(got.plan.id, "web"));
    buf_done(&out);
    arena_done(&a);
}

static void a_request_crosses_with_the_sources_of_its_journey(void **state)
{
    const struct option_given options[] = {{.name = S("time"), .value = S("when"), .has_value = true}, {.name = S("flag"), .file = "sources.xml", .line = 4}};
    const voc_str files[] = {S("*.csv"), S("x\xff")};
    const struct source_option own[] = {{S("skip"), S("1"), 9}};
    const voc_map maps[] = {{.to = S("time"), .from = S("when")}};
    const struct source_rule rules[] = {{.id = S("web"), .as = S("events"), .files = files, .n_files = 2, .options = own, .n_options = 1, .maps = maps, .n_maps = 1, .actor = 1}};
    const struct journey j = {.id = S("shop"), .zone = S("Europe/Berlin"), .sources = rules, .n_sources = 1, .sources_file = S("sources.xml")};
    struct wire_request q = {.r = {.path = "a b.csv",
                                   .as = S("events"),
                                   .options = options,
                                   .n_options = 2,
                                   .threads = 3,
                                   .kept = 5,
                                   .journey = &j},
                             .look = {.kind = FILE_FOREIGN, .what = "x", .instead = "y"}},
                        got = {.sniff = true};
    struct arena a;
    struct buf out;
    (void)state;
    arena_init(&a, 0);
    buf_init(&out, 1 << 20);
    struct coder c = {.out = &out};
    wire_request(&c, &q);
    assert_int_equal(c.rc, VOC_OK);
    struct coder in = {.at = (const unsigned char *)out.ptr, .end = (const unsigned char *)out.ptr + out.len, .arena = &a};
    wire_request(&in, &got);
    assert_int_equal(in.rc, VOC_OK);
    assert_true(in.at == in.end && !got.sniff && got.r.threads == 3 && got.r.kept == 5 && got.r.name == NULL);
    assert_string_equal(got.r.path, "a b.csv");
    assert_true(got.r.n_options == 2 && str_is(got.r.options[0].value, "when") && !got.r.options[0].file && got.r.options[1].line == 4);
    assert_string_equal(got.r.options[1].file, "sources.xml");
    const struct source_rule *r = got.r.journey->sources;
    assert_true(got.r.journey->n_sources == 1 && str_is(got.r.journey->zone, "Europe/Berlin") && source_reads(r, STR("log.csv")) && !source_reads(r, STR("log.txt")));
    assert_true(r->n_options == 1 && r->options[0].line == 9 && str_is(r->maps[0].from, "when") && r->actor == 1);
    assert_string_equal(got.look.instead, "y");
    buf_done(&out);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_come_out_as_they_were_and_strings_stay),
        cmocka_unit_test(a_body_that_is_cut_or_longer_is_refused),
        cmocka_unit_test(a_changed_byte_is_refused_or_harmless),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(what_reading_came_to_crosses_as_it_is),
        cmocka_unit_test(a_request_crosses_with_the_sources_of_its_journey),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
