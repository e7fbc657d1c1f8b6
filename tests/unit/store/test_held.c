// SPDX-License-Identifier: MIT
// Events that a private project holds (held.h) are those that another project has in blocks: the same rows in the same order, unit by
// unit, the same counts, sources and attributes; and what cannot be held is in blocks there too.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "rows.h"
#include "store/events/parts.h"
#include "store/project.h"

enum { MANY = 20000 };
static struct row made[MANY];
static char names[900][16];

static uint32_t next_random(uint64_t *state, uint32_t n)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*state >> 33) % n);
}

// Times come in any order, many are equal, and each row may have a bit of everything.
static void make(size_t n)
{
    uint64_t s = 7;
    for (uint32_t i = 0; i < 900; i++) (void)snprintf(names[i], sizeof names[i], "+id=c%u", (unsigned)i);
    for (size_t i = 0; i < n; i++) {
        struct row *r = &made[i];
        *r = (struct row){.time_us = (int64_t)next_random(&s, 700) * 1000000, .action = next_random(&s, 3) ? "visit" : "order",
                          .record = i, .resolution = next_random(&s, 3),
                          .actor = next_random(&s, 4)};
        uint32_t who = next_random(&s, 20);
        if (who > 1) r->customer = names[next_random(&s, 900)];
        if (who == 1) r->case_id = next_random(&s, 2) ? "case1" : "case2";
        if (next_random(&s, 5) == 0) r->text = next_random(&s, 2) ? "so late" : "grün";
        if (next_random(&s, 5) == 0) r->attrs = "{\"a\":1}";
        if (next_random(&s, 5) == 0) r->ref = "r1";
        if (next_random(&s, 5) == 0) r->channel = "web";
        if (next_random(&s, 3) == 0) r->cost = (int64_t)next_random(&s, 90) * 10000;
    }
}

static void import_made(struct project *p, size_t n)
{
    static const struct fact facts[] = {{.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_INDIVIDUAL, .type = VOC_TYPE_TEXT, .a = "+id=c5", .key = "segment", .text = "small", .time_us = 5, .record = 3, .sub = 1},
                                        {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_INDIVIDUAL, .type = VOC_TYPE_TEXT, .a = "+id=only here", .key = "segment", .text = "large", .time_us = 9, .record = 4, .sub = 1}};
    struct rows r = {.events = made, .n_events = n, .facts = facts, .n_facts = 2, .in_block = 700};
    struct import_result out;
    assert_int_equal(import_rows(p, &r, "web", "log", 1, 0, &out, NULL), VOC_OK);
    assert_int_equal(out.events, n);
}

// ---- what a reader sees, as text -------------------------------------------------------------------------------------------------

static voc_str name_of(struct project *p, enum store_space space, uint32_t code)
{
    const voc_str *all = NULL;
    uint32_t n = 0;
    assert_int_equal(store_strings(p, space, &all, &n), VOC_OK);
    assert_true(code < n);
    return all[code];
}

#define S(s) (int)(s).len, (s).ptr
static void add_row(struct project *p, struct buf *to, const struct event_block *b, size_t i)
{
    buf_printf(to, "%lld %u %u %u %lld %lld %lld ", (long long)b->time_us[i], b->resolution[i], b->actor[i], b->ref_kind[i],
               (long long)b->cost[i], (long long)b->value[i], (long long)b->minutes[i]);
    const voc_str all[] = {name_of(p, SPACE_ACTION, b->action[i]), name_of(p, SPACE_CHANNEL, b->channel[i]), name_of(p, SPACE_CASE, b->case_id[i]), name_of(p, SPACE_ALIASES, b->customer[i]),
                           name_of(p, SPACE_ALIASES, b->account[i]), name_of(p, SPACE_SOURCE, b->source[i]), name_of(p, SPACE_OBJECT, b->object[i]), b->id[i], b->ref[i], b->text[i], b->attrs[i]};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) buf_printf(to, "|%.*s", S(all[k]));
    assert_int_equal(buf_printf(to, " %llu %llu %u %u\n", (unsigned long long)b->record[i], (unsigned long long)b->line[i], b->sub[i], b->import[i]), VOC_OK);
}

static void read_plainly(struct project *p, struct buf *to)
{
    struct event_reader *r = NULL;
    struct event_block b;
    assert_int_equal(event_reader_open(&r, p, EV_ALL, NULL), VOC_OK);
    while (event_reader_next(r, &b) == VOC_OK && b.n)
        for (size_t i = 0; i < b.n; i++) add_row(p, to, &b, i);
    event_reader_close(r);
}

// Unit by unit: parts are cut in other places.
static void read_parts(struct project *p, size_t rows, struct buf *to)
{
    struct event_parts *e = NULL;
    struct part_reader *r = NULL;
    struct event_part part;
    assert_int_equal(event_parts_plan(&e, p, EV_ALL | EV_TUPLE, rows, NULL), VOC_OK);
    const struct event_layout *l = event_parts_layout(e);
    buf_printf(to, "%d %d %x %x %d %llu %llu %u %lld %lld %u\n", l->in_parts, l->simple_identity, l->has, l->unit_kinds, l->both,
               (unsigned long long)l->n_events, (unsigned long long)l->n_units, l->n_runs, (long long)l->first_us,
               (long long)l->last_us, l->n_tuples);
    assert_int_equal(part_reader_new(&r, e), VOC_OK);
    for (size_t k = 0; k < event_parts_n(e); k++) {
        assert_int_equal(part_read(r, k, &part), VOC_OK);
        for (size_t u = 0; u < part.n_units; u++) {
            buf_printf(to, "unit %u %.*s\n", part.unit_kind[u], S(name_of(p, part.unit_kind[u] == VOC_UNIT_CASE ? SPACE_CASE : SPACE_ALIASES, part.unit_code[u])));
            for (size_t i = part.unit_first[u]; i < part.unit_first[u + 1]; i++) {
                add_row(p, to, &part.b, i);
                assert_int_equal(l->tuples[part.tuple[i]].action, part.b.action[i]);
                assert_int_equal(l->tuples[part.tuple[i]].named, part.unit_kind[u] != 0);
            }
        }
    }
    part_reader_free(r);
    event_parts_free(e);
}

static voc_rc add_source(void *user, const struct store_source *s)
{
    return buf_printf(user, "%.*s %u %u %lld %lld %llu\n", S(s->id), s->n_imports, s->last_resolution, (long long)s->first_us,
                      (long long)s->last_us, (unsigned long long)s->events);
}

struct attributes { struct project *p; struct buf *to; };
static voc_rc add_attribute(void *user, const struct store_attribute *a)
{
    struct attributes *x = user;
    return buf_printf(x->to, "%u %.*s %.*s=%.*s %lld\n", a->entity, S(name_of(x->p, SPACE_ALIASES, a->aliases)), S(a->key), S(a->text), (long long)a->valid_from_us);
}

static void read_catalogue(struct project *p, struct buf *to)
{
    struct store_counts n = {0};
    int64_t first = 0, last = 0;
    assert_int_equal(store_count(p, &n), VOC_OK);
    assert_int_equal(store_span(p, &first, &last), VOC_OK);
    buf_printf(to, "%llu %llu %llu %llu %llu %lld %lld %lld %lld\n", (unsigned long long)n.imports, (unsigned long long)n.events,
               (unsigned long long)n.attributes, (unsigned long long)n.aliases, (unsigned long long)n.sources,
               (long long)n.first_us, (long long)n.last_us, (long long)first, (long long)last);
    assert_int_equal(store_sources(p, add_source, to), VOC_OK);
    struct attributes x = {p, to};
    assert_int_equal(store_attributes(p, add_attribute, &x), VOC_OK);
}

// ---- tests -----------------------------------------------------------------------------------------------------------------------

static struct project *kept(void)
{
    struct project *p = NULL;
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_CREATE, NULL), VOC_OK);
    return p;
}

static void put_away(struct project *p)
{
    project_close(p);
    assert_int_equal(unlink(in_folder("p.voc")), 0);
}

static struct project *private_one(bool hold)
{
    struct project *p = NULL;
    assert_int_equal(project_open_private(&p, "shop.voc", 0, NULL), VOC_OK);
    if (hold) project_hold_events(p);
    return p;
}

static void same(struct project *a, struct project *b, void (*read)(struct project *p, size_t rows, struct buf *to), size_t rows_a, size_t rows_b)
{
    struct buf x, y;
    buf_init(&x, SIZE_MAX), buf_init(&y, SIZE_MAX);
    read(a, rows_a, &x), read(b, rows_b, &y);
    assert_true(x.len > 0);
    assert_string_equal(x.ptr, y.ptr);
    buf_done(&x), buf_done(&y);
}

static void plainly(struct project *p, size_t rows, struct buf *to) { (void)rows; read_plainly(p, to); }
static void catalogue(struct project *p, size_t rows, struct buf *to) { (void)rows; read_catalogue(p, to); }

static void held_events_are_those_in_blocks(void **state)
{
    (void)state;
    make(MANY);
    struct project *blocks = kept(), *held = private_one(true), *not_held = private_one(false);
    import_made(blocks, MANY);
    import_made(held, MANY);
    import_made(not_held, MANY);
    assert_non_null(held->held);
    assert_null(not_held->held);
    struct project *const private_ones[] = {held, not_held};
    for (size_t k = 0; k < 2; k++) {
        same(blocks, private_ones[k], read_parts, 500, 90000);
        same(blocks, private_ones[k], read_parts, 90000, 1);
        same(blocks, private_ones[k], plainly, 0, 0);
        same(blocks, private_ones[k], catalogue, 0, 0);
    }
    put_away(blocks);
    project_close(held);
    project_close(not_held);
}

static void one_row_is_held(void **state)
{
    (void)state;
    make(1);
    struct project *blocks = kept(), *held = private_one(true);
    import_made(blocks, 1);
    import_made(held, 1);
    assert_non_null(held->held);
    same(blocks, held, read_parts, 500, 500);
    same(blocks, held, catalogue, 0, 0);
    put_away(blocks);
    project_close(held);
}

// What a file has of money and time is asked of its layout: an amount that the layout does not know of is read by nobody.
static void an_amount_that_stands_alone_is_read_back(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct buf read;
        buf_init(&read, SIZE_MAX);
        make(1);
        made[0].cost = kind == 0 ? 11000000 : 0;
        made[0].value = kind == 1 ? 12000000 : 0;
        made[0].minutes = kind == 2 ? 13000000 : 0;
        struct project *blocks = kept(), *held = private_one(true);
        import_made(blocks, 1);
        import_made(held, 1);
        struct event_parts *e = NULL;
        assert_int_equal(event_parts_plan(&e, blocks, EV_ALL | EV_TUPLE, 1, NULL), VOC_OK);
        assert_true(event_parts_layout(e)->has & EV_MONEY);
        event_parts_free(e);
        read_parts(blocks, 1, &read);
        assert_non_null(strstr(read.ptr, ((const char *const[]){" 11000000 ", " 12000000 ", " 13000000 "})[kind]));
        same(blocks, held, read_parts, 1, 1);
        put_away(blocks);
        project_close(held);
        buf_done(&read);
    }
}

// Ids may be replaced; two of case, customer and account make members.
static void what_cannot_be_held_is_in_blocks(void **state)
{
    (void)state;
    for (unsigned k = 0; k < 2; k++) {
        make(3000);
        if (k == 0) made[17].id = "e17";
        else made[17].customer = names[3], made[17].account = "+account=x";
        struct project *blocks = kept(), *private = private_one(true);
        import_made(blocks, 3000);
        import_made(private, 3000);
        assert_null(private->held);
        same(blocks, private, read_parts, 500, 500);
        same(blocks, private, catalogue, 0, 0);
        put_away(blocks);
        project_close(private);
    }
}

static void a_project_that_is_kept_holds_nothing(void **state)
{
    (void)state;
    make(100);
    struct project *p = kept();
    project_hold_events(p);
    import_made(p, 100);
    assert_null(p->held);
    put_away(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(held_events_are_those_in_blocks),
        cmocka_unit_test(one_row_is_held),
        cmocka_unit_test(an_amount_that_stands_alone_is_read_back),
        cmocka_unit_test(what_cannot_be_held_is_in_blocks),
        cmocka_unit_test(a_project_that_is_kept_holds_nothing),
    };
    return cmocka_run_group_tests_name("store/held", tests, make_folder, remove_folder);
}
