// SPDX-License-Identifier: MIT
// Parts of a fold: what comes back is what was written, in the same bytes on every machine; a byte that is not as it was is
// found; and what strangers wrote with the right hash is refused or merged, never believed.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "host/fold/shard.h"
#include "tests/unit/host/modules.h"
#include "tests/unit/journey/world.h"

// ---- an analysis that counts events by action and remembers the account with the most ---------------------------------------

struct tally { const voc_host *host; voc_context *cx; voc_run *run; };
struct counts { uint64_t *of; uint64_t units; };

static voc_rc begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *options, void **analysis)
{
    struct tally *t = host->alloc(cx, sizeof *t);
    (void)options;
    if (!t) return VOC_E_NOMEM;
    *t = (struct tally){host, cx, run};
    *analysis = t;
    voc_rc rc = host->want_column(run, VOC_COL_ACTION);
    return rc ? rc : host->want_column(run, VOC_COL_CHANNEL);
}

static voc_rc state_new(void *analysis, void **state)
{
    struct tally *t = analysis;
    size_t n = t->host->definition(t->run)->n_actions;
    struct counts *c = t->host->alloc(t->cx, sizeof *c + (n + 1) * sizeof *c->of);
    if (!c) return VOC_E_NOMEM;
    *c = (struct counts){.of = (uint64_t *)(c + 1)};
    memset(c->of, 0, (n + 1) * sizeof *c->of);
    *state = c;
    return VOC_OK;
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j)
{
    struct counts *c = state;
    (void)analysis;
    c->units += j->n_units;
    for (size_t i = 0; i < j->n_events; i++) c->of[((const uint32_t *)j->columns[VOC_COL_ACTION])[i]]++;
    return VOC_OK;
}

static voc_rc merge(void *analysis, void *into, void *from)
{
    struct tally *t = analysis;
    struct counts *a = into, *b = from;
    a->units += b->units;
    for (size_t i = 0; i < t->host->definition(t->run)->n_actions; i++) a->of[i] += b->of[i];
    return VOC_OK;
}

static voc_rc save(void *analysis, void *state, voc_writer *w)
{
    struct tally *t = analysis;
    struct counts *c = state;
    size_t n = t->host->definition(t->run)->n_actions;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i <= n && !rc; i++) {
        uint64_t x = i < n ? c->of[i] : c->units;
        const unsigned char two[] = {(unsigned char)x, (unsigned char)(x >> 8)};
        rc = t->host->write(w, two, sizeof two);
    }
    return rc;
}

static voc_rc load(void *analysis, void *state, const void *data, size_t size)
{
    struct tally *t = analysis;
    struct counts *c = state;
    const unsigned char *at = data;
    size_t n = t->host->definition(t->run)->n_actions;
    if (size != 2 * (n + 1)) return VOC_E_INPUT;
    for (size_t i = 0; i <= n; i++) *(i < n ? &c->of[i] : &c->units) += at[2 * i] + 256u * at[2 * i + 1];
    return VOC_OK;
}

static voc_rc finish(void *analysis, void *state)
{
    struct tally *t = analysis;
    const voc_host *h = t->host;
    struct counts *c = state;
    voc_table_builder *b;
    voc_rc rc = h->table(t->run, &b, "tally", "Tally", VOC_TABLE_BRIEF);
    if (!rc) rc = h->column(b, "action", "action", VOC_CELL_TEXT, "", 0, "");
    if (!rc) rc = h->column(b, "n", "n", VOC_CELL_INT, "", 0, "");
    for (size_t i = 0; i < h->definition(t->run)->n_actions && !rc; i++) {
        const voc_cell name = {.type = VOC_CELL_TEXT, .s = h->definition(t->run)->actions[i].name},
                       n = {.type = VOC_CELL_INT, .i = (int64_t)c->of[i]};
        rc = h->cell(b, &name);
        if (!rc) rc = h->cell(b, &n);
    }
    const voc_cell channel = {.type = VOC_CELL_TEXT, .s = h->name(t->run, VOC_COL_CHANNEL, 1)},
                   units = {.type = VOC_CELL_INT, .i = (int64_t)c->units};
    if (!rc) rc = h->cell(b, &channel);
    return rc ? rc : h->cell(b, &units);
}

static void state_free(void *analysis, void *state) { ((struct tally *)analysis)->host->free(((struct tally *)analysis)->cx, state); }
static void end(void *analysis) { (void)analysis; }

static const voc_analysis_ops ops = {
    .struct_size = sizeof ops, .begin = begin, .state_new = state_new, .batch = batch, .merge = merge, .save = save, .load = load, .finish = finish, .state_free = state_free, .end = end};

// ---- a world, its parts -------------------------------------------------------------------------------------------------------

#define BODY "<actions><action name='buy' class='value' value='12.5'/></actions>" \
             "<stages><stage id='in'><definition><event action='look'/></definition></stage><exit id='out'><event action='leave'/></exit></stages>" \
             "<touchpoints><touchpoint id='mail' kind='push' cost='2'><event actor='company' touchpoint='mail'/></touchpoint></touchpoints>"

static struct { struct world w; struct plugin plugin; char folder[PATH_MAX]; } all;

static int open_all(void **state)
{
    (void)state;
    static const char *const actions[] = {"look", "buy", "leave", "ask"};
    scratch_open(all.folder);
    world_new(&all.w, "unit='account'", BODY);
    for (unsigned i = 0; i < 60; i++) {
        char account[16];
        snprintf(account, sizeof account, "acme %u", i % 17);
        EVENT_OF(&all.w, .account = account, .action = actions[i % 4], .at = (int64_t)i * HOUR, .channel = "web", .source = "s");
    }
    EVENT_OF(&all.w, .account = "acme 1", .touchpoint = "mail", .action = "mail", .actor = VOC_ACTOR_COMPANY, .at = 90 * HOUR, .source = "s");
    assert_int_equal(event_set_seal(all.w.s), VOC_OK);
    all.plugin.note.kind = VOC_KIND_ANALYSIS;
    snprintf(all.plugin.note.name, sizeof all.plugin.note.name, "tally");
    snprintf(all.plugin.note.version, sizeof all.plugin.note.version, "1.2");
    all.plugin.ops = &ops;
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    world_free(&all.w);
    scratch_close(all.folder);
    return 0;
}

struct making { struct out *out; struct shard_common common; struct shard_own own; };

static voc_rc keep(void *user, const struct fold_kept *kept)
{
    struct making *m = user;
    return shard_write(m->out, &m->common, &m->own, kept);
}

static void make_part(struct buf *bytes, uint32_t shard, uint32_t shards)
{
    static struct shard_option option = {STR("by"), STR("segment")};
    static struct shard_said said = {VOC_WARNING, STR("X-1"), STR(""), STR("mind this"), STR(""), 0, 0};
    static const struct voc_meta_input input = {.source = STR("s"), .hash = STR("ab"), .bytes = 300, .rows = 61,
                                                .file_name = STR("f\xff.csv"), .plugin = STR("events"), .records = 61, .gave = 61};
    struct making m = {.common = {.analysis = STR("tally"),
                                  .version = STR("1.2"),
                                  .options = &option,
                                  .n_options = 1,
                                  .shards = shards,
                                  .meta = {.inputs = &input, .n_inputs = 1, .first_us = -1, .last_us = VOC_NA}},
                       .own = {.shard = shard, .project = STR("x/shop.voc"), .file_name = STR("shop.voc"),
                               .typed = STR("voc tally shop.voc"), .said = &said, .n_said = 1}};
    struct fold_item item = {.plugin = &all.plugin};
    const struct fold_request r = {.journey = all.w.j, .threads = 2, .end_us = VOC_NA, .events = all.w.s, .shard = shard,
                                   .shards = shards, .keep = keep, .keep_user = &m};
    buf_init(bytes, 1 << 20);
    assert_int_equal(out_memory(&m.out, bytes), VOC_OK);
    assert_int_equal(fold_run_all(&r, &item, 1, all.w.d), VOC_OK);
    assert_int_equal(item.result.n_tables, 0);
    assert_int_equal(out_commit(m.out), VOC_OK);
}

static const char *put_file(const char *name, const void *bytes, size_t size)
{
    static char path[4][PATH_MAX];
    static unsigned next;
    char *to = path[next++ % 4];
    join_path(to, all.folder, name);
    FILE *f = fopen(to, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
    return to;
}

static void dump(const struct fold_result *r, struct buf *b)
{
    voc_table t;
    buf_init(b, 1 << 16);
    assert_int_equal(r->n_tables, 1);
    assert_int_equal(table_view(r->tables[0], &t), VOC_OK);
    for (size_t i = 0; i < t.n_rows; i++) buf_printf(b, "%.*s=%lld ", (int)t.cells[2 * i].s.len, t.cells[2 * i].s.ptr, (long long)t.cells[2 * i + 1].i);
}

// The whole of what `voc merge` does below the command.
static voc_rc merge_files(const char *const *paths, size_t n, struct buf *tables)
{
    struct shards s;
    struct fold_result result = {0};
    const struct merge_request r = {.plugin = &all.plugin, .threads = 1};
    voc_rc rc = shards_open(&s, paths, n, &all.plugin, 0, all.w.d);
    if (!rc) rc = shards_merge(&s, &r, &result, all.w.d);
    shards_close(&s);
    if (!rc && tables) dump(&result, tables);
    fold_free(&result);
    return rc;
}

// ---- tests --------------------------------------------------------------------------------------------------------------------

static void parts_give_what_the_undivided_fold_gives(void **state)
{
    static const uint32_t numbers[] = {1, 2, 3, 4};
    struct fold_item item = {.plugin = &all.plugin};
    const struct fold_request r = {.journey = all.w.j, .threads = 3, .end_us = VOC_NA, .events = all.w.s};
    struct buf whole;
    (void)state;
    assert_int_equal(fold_run_all(&r, &item, 1, all.w.d), VOC_OK);
    dump(&item.result, &whole);
    assert_non_null(strstr(whole.ptr, "look=15 buy=15 leave=15 ask=15 "));
    assert_non_null(strstr(whole.ptr, "web=17 "));
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
        const char *paths[4];
        struct buf bytes, merged;
        for (uint32_t i = 1; i <= numbers[k]; i++) {
            char name[16];
            snprintf(name, sizeof name, "part%u", i);
            make_part(&bytes, i, numbers[k]);
            paths[numbers[k] - i] = put_file(name, bytes.ptr, bytes.len);
            buf_done(&bytes);
        }
        assert_int_equal(merge_files(paths, numbers[k], &merged), VOC_OK);
        assert_string_equal(merged.ptr, whole.ptr);
        buf_done(&merged);
    }
    buf_done(&whole);
    fold_free(&item.result);
}

static void what_is_read_is_what_was_written(void **state)
{
    struct buf bytes;
    struct shard *s = NULL;
    (void)state;
    make_part(&bytes, 2, 3);
    assert_int_equal(shard_open(&s, put_file("part", bytes.ptr, bytes.len), NULL, 0, all.w.d), VOC_OK);
    assert_true(str_is(s->common.analysis, "tally") && str_is(s->common.version, "1.2"));
    assert_int_equal(s->common.shards, 3);
    assert_int_equal(s->own.shard, 2);
    assert_int_equal(s->common.n_options, 1);
    assert_true(str_is(s->common.options[0].value, "segment"));
    const voc_definition *d = &s->common.def;
    assert_int_equal(d->unit, VOC_UNIT_ACCOUNT);
    assert_int_equal(d->n_stages, 1);
    assert_true(str_is(d->stages[0].id, "in") && str_is(d->exits[0].id, "out"));
    assert_true(str_is(d->touchpoints[0].id, "mail"));
    assert_int_equal(d->touchpoints[0].unit_cost, 2000000);
    assert_int_equal(d->win_stage, VOC_NONE);
    assert_int_equal(s->common.info.n_events, 61);
    assert_int_equal(s->common.meta.n_inputs, 1);
    assert_true(str_is(s->common.meta.inputs[0].file_name, "f\xff.csv")); // a name of a file is what it is
    assert_int_equal(s->common.meta.first_us, -1);
    assert_true(s->common.meta.last_us == VOC_NA);
    assert_int_equal(s->common.known.n_codes[VOC_COL_CHANNEL], 2);
    assert_true(str_is(s->common.known.names[VOC_COL_CHANNEL][1], "web"));
    assert_null(s->common.known.names[VOC_COL_ACCOUNT]); // nobody asked: no names of customers
    assert_int_equal(s->own.n_said, 1);
    assert_true(str_is(s->own.said[0].message, "mind this"));
    shard_close(s);
    buf_done(&bytes);
}

static void a_part_with_any_byte_changed_is_refused(void **state)
{
    struct buf bytes;
    (void)state;
    make_part(&bytes, 1, 1);
    for (size_t i = 0; i < bytes.len; i++) {
        bytes.ptr[i] ^= (char)(1 << i % 8);
        const char *path = put_file("changed", bytes.ptr, bytes.len);
        if (merge_files(&path, 1, NULL) != VOC_E_INPUT) fail_msg("byte %zu of %zu", i, bytes.len);
        bytes.ptr[i] ^= (char)(1 << i % 8);
    }
    buf_done(&bytes);
}

static void a_part_of_any_other_length_is_refused(void **state)
{
    struct buf bytes;
    (void)state;
    make_part(&bytes, 1, 1);
    for (size_t n = 0; n < bytes.len; n++) {
        const char *path = put_file("cut", bytes.ptr, n);
        if (merge_files(&path, 1, NULL) != VOC_E_INPUT) fail_msg("cut at %zu of %zu", n, bytes.len);
    }
    buf_byte(&bytes, 0);
    const char *path = put_file("cut", bytes.ptr, bytes.len);
    assert_int_equal(merge_files(&path, 1, NULL), VOC_E_INPUT);
    buf_done(&bytes);
}

// The hash keeps out accidents; this is malice. What comes of it is a status, and tables only where the bytes can be such.
static void a_part_with_any_byte_changed_and_the_hash_made_right_harms_nothing(void **state)
{
    struct buf bytes;
    size_t merged = 0;
    (void)state;
    make_part(&bytes, 1, 1);
    size_t end = bytes.len - HASH_BYTES;
    for (size_t i = 8; i < end; i++)
        for (unsigned k = 0; k < 3; k++) {
            const char was = bytes.ptr[i];
            bytes.ptr[i] = (char)(k == 0 ? was ^ 1 : k == 1 ? 0xff : 0);
            hash_of(bytes.ptr, end, (unsigned char *)bytes.ptr + end);
            const char *path = put_file("made", bytes.ptr, bytes.len);
            voc_rc rc = merge_files(&path, 1, NULL);
            merged += rc == VOC_OK;
            if (rc != VOC_OK && rc != VOC_E_INPUT && rc != VOC_E_OPTION && rc != VOC_E_NOMEM) fail_msg("byte %zu: %s", i, rc_name(rc));
            bytes.ptr[i] = was;
        }
    assert_true(merged > 0); // a changed number of events is a number
    buf_done(&bytes);
}

// A part as hex: what any machine writes for this world, and so what any machine must read. Its frame is read here by hand.
static const char golden[] =
#include "tests/unit/host/part.h"
    ;

static void a_part_is_the_same_bytes_on_every_machine(void **state)
{
    struct buf bytes, tables;
    unsigned char part[sizeof golden / 2];
    size_t n = (sizeof golden - 1) / 2;
    (void)state;
    make_part(&bytes, 1, 1);
    if (getenv("VOC_UPDATE_GOLDEN"))
        for (size_t i = 0; i < bytes.len; i++)
            fprintf(stderr, "%s%02x%s", i % 60 ? "" : "    \"", (unsigned char)bytes.ptr[i],
                    i % 60 == 59 || i + 1 == bytes.len ? "\"\n" : "");
    for (size_t i = 0; i < n; i++) {
        const char two[] = {golden[2 * i], golden[2 * i + 1], 0};
        part[i] = (unsigned char)strtoul(two, NULL, 16);
    }
    assert_int_equal(bytes.len, n);
    assert_memory_equal(bytes.ptr, part, n);
    size_t common = part[16] + 256u * part[17], own = part[24] + 256u * part[25], kept = part[n - 40] + 256u * part[n - 39];
    assert_int_equal(part[8], PART_VERSION);
    assert_int_equal(32 + common + own + kept + 40, n);
    assert_memory_equal(part + 32, "\5tally\0031.2\1\2by\7segment\1", 22); // texts, one option, N
    assert_memory_equal(part + 32 + common, "\1\21\75\12x/shop.voc\10shop.voc", 22); // shard 1, 17 units, 61 events
    const char *path = put_file("golden", part, n);
    assert_int_equal(merge_files(&path, 1, &tables), VOC_OK);
    assert_non_null(strstr(tables.ptr, "look=15 buy=15 leave=15 ask=15 "));
    buf_done(&tables);
    buf_done(&bytes);
}

static void another_form_is_told_from_damage(void **state)
{
    static const struct { char form; const char *said; } forms[] = {{PART_VERSION + 1, "a later voc"}, {PART_VERSION - 1, "an earlier voc"}};
    struct buf bytes;
    (void)state;
    make_part(&bytes, 1, 1);
    for (size_t i = 0; i < 2; i++) {
        bytes.ptr[8] = forms[i].form;
        const char *path = put_file("other", bytes.ptr, bytes.len);
        assert_int_equal(merge_files(&path, 1, NULL), VOC_E_INPUT);
        assert_non_null(strstr(diag_at(all.w.d, diag_n(all.w.d) - 1)->message, forms[i].said));
    }
    buf_done(&bytes);
}

static void another_version_of_the_analysis_is_refused(void **state)
{
    struct buf bytes;
    (void)state;
    make_part(&bytes, 1, 1);
    const char *path = put_file("part", bytes.ptr, bytes.len);
    snprintf(all.plugin.note.version, sizeof all.plugin.note.version, "1.3");
    voc_rc rc = merge_files(&path, 1, NULL);
    snprintf(all.plugin.note.version, sizeof all.plugin.note.version, "1.2");
    assert_int_equal(rc, VOC_E_OPTION);
    assert_non_null(strstr(diag_at(all.w.d, diag_n(all.w.d) - 1)->message, "made by tally 1.2, and here is 1.3"));
    buf_done(&bytes);
}

static void a_part_that_takes_more_than_is_allowed_says_so(void **state)
{
    struct buf bytes;
    struct shards s;
    (void)state;
    make_part(&bytes, 1, 1);
    const char *path = put_file("part", bytes.ptr, bytes.len);
    assert_int_equal(shards_open(&s, &path, 1, &all.plugin, 100, all.w.d), VOC_E_LIMIT);
    assert_non_null(strstr(diag_at(all.w.d, diag_n(all.w.d) - 1)->hint, "--memory"));
    shards_close(&s);
    buf_done(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_give_what_the_undivided_fold_gives),
        cmocka_unit_test(what_is_read_is_what_was_written),
        cmocka_unit_test(a_part_with_any_byte_changed_is_refused),
        cmocka_unit_test(a_part_of_any_other_length_is_refused),
        cmocka_unit_test(a_part_with_any_byte_changed_and_the_hash_made_right_harms_nothing),
        cmocka_unit_test(a_part_is_the_same_bytes_on_every_machine),
        cmocka_unit_test(another_form_is_told_from_damage),
        cmocka_unit_test(another_version_of_the_analysis_is_refused),
        cmocka_unit_test(a_part_that_takes_more_than_is_allowed_says_so),
    };
    return cmocka_run_group_tests_name("shard", tests, open_all, close_all);
}
