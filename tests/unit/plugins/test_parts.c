// SPDX-License-Identifier: MIT
// The states of all analyses of this build as parts: divided and merged they give what the undivided fold gives, in every cell and note; and
// a state with any byte changed, the hash made right again, is refused or merged: it harms nothing.
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

#define BODY "<actions><action name='ask' class='value' value='12.5'/><action name='read' class='neutral'/></actions>" \
             "<stages><stage id='aware' skippable='yes'><definition><event action='look'/></definition></stage>" \
             "<stage id='asking'><definition><event action='ask'/></definition></stage><exit id='lost'><event action='leave'/></exit></stages>" \
             "<touchpoints><touchpoint id='mail' kind='push' cost='2'><event actor='company' touchpoint='mail'/></touchpoint>" \
             "<touchpoint id='page' kind='pull' cost='1'><event actor='company' touchpoint='page'/></touchpoint></touchpoints>"

static const char *const names[] = {"flow", "funnel", "score", "sessions", "variants"};
#define MEMORY_LEAST UINT64_C(64)
#define MEMORY_MOST (UINT64_C(256) << 20)
enum { N = sizeof names / sizeof *names, SHARDS = 3 };

static struct { struct world w; struct catalogue *catalogue; struct diag *d; struct plugin *plugin[N]; voc_value *options[N]; struct arena arena; char folder[PATH_MAX]; } all;

static void fill_world(void)
{
    static const char *const actions[] = {"look", "read", "ask", "read", "look", "leave"};
    world_new(&all.w, "unit='account'", BODY);
    world_fact(&all.w, VOC_ENTITY_ACCOUNT, "acme 3", "industry", "steel", VOC_NA);
    for (unsigned i = 0; i < 72; i++) {
        char account[16], person[16], id[16];
        snprintf(account, sizeof account, "acme %u", i % 7);
        snprintf(person, sizeof person, "p%u", i % 11);
        snprintf(id, sizeof id, "e%u", i);
        EVENT_OF(&all.w, .id = id, .account = account, .person = person, .action = actions[(i / 7 + i) % 6],
                 .at = (int64_t)i * 7 * HOUR, .channel = "web", .source = "s");
        if (i % 3 == 0)
            EVENT_OF(&all.w, .account = account, .person = person, .touchpoint = i % 2 ? "mail" : "page", .action = "send",
                     .actor = VOC_ACTOR_COMPANY, .at = (int64_t)i * 7 * HOUR + HOUR, .campaign = "c", .source = "s");
    }
    EVENT_OF(&all.w, .action = "batch", .actor = VOC_ACTOR_COMPANY, .at = 90 * HOUR, .source = "s");
    assert_int_equal(event_set_seal(all.w.s), VOC_OK);
}

static int open_all(void **state)
{
    (void)state;
    arena_init(&all.arena, 0);
    scratch_open(all.folder);
    for (size_t i = 0; i < N; i++) {
        char from[PATH_MAX], folder[64], file[64];
        snprintf(folder, sizeof folder, "plugins/analysis/%s", names[i]);
        snprintf(file, sizeof file, "analysis-%s.so", names[i]);
        if (!module_path(from, folder, file)) fail_msg("%s is not built", from);
        place_module(from, all.folder, file, 0644);
    }
    const char *dirs[] = {all.folder};
    const struct catalogue_places places = {.dirs = dirs, .n_dirs = 1};
    all.d = diag_new();
    assert_int_equal(catalogue_open(&all.catalogue, &places, NULL, all.d), VOC_OK);
    fill_world();
    for (size_t i = 0; i < N; i++) {
        all.plugin[i] = catalogue_find(all.catalogue, VOC_KIND_ANALYSIS, str_of(names[i]));
        assert_non_null(all.plugin[i]);
        assert_int_equal(plugin_load(all.plugin[i], all.d), VOC_OK);
        const voc_plugin *p = all.plugin[i]->desc;
        assert_int_equal(options_parse(&all.arena, p->options, p->n_options, p->option_size, NULL, 0, &all.options[i], all.d), VOC_OK);
    }
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < N; i++) options_done(all.options[i], all.plugin[i]->desc->n_options);
    world_free(&all.w);
    catalogue_close(all.catalogue);
    diag_free(all.d);
    arena_done(&all.arena);
    scratch_close(all.folder);
    return 0;
}

struct making { struct out *out; struct shard_common common; struct shard_own own; };

static voc_rc keep(void *user, const struct fold_kept *kept)
{
    struct making *m = user;
    return shard_write(m->out, &m->common, &m->own, kept);
}

static void make_part(size_t a, uint32_t shard, uint32_t shards, struct buf *bytes)
{
    struct making m = {.common = {.analysis = str_of(names[a]), .version = str_of(all.plugin[a]->note.version), .shards = shards},
                       .own = {.shard = shard}};
    struct fold_item item = {.plugin = all.plugin[a], .options = all.options[a]};
    const struct fold_request r = {.journey = all.w.j, .threads = 1, .end_us = VOC_NA, .events = all.w.s, .shard = shard,
                                   .shards = shards, .keep = keep, .keep_user = &m};
    buf_init(bytes, 1 << 20);
    assert_int_equal(out_memory(&m.out, bytes), VOC_OK);
    assert_int_equal(fold_run_all(&r, &item, 1, all.d), VOC_OK);
    assert_int_equal(out_commit(m.out), VOC_OK);
}

static const char *put_file(const char *name, const struct buf *bytes)
{
    static char path[SHARDS + 1][PATH_MAX];
    static unsigned next;
    char *to = path[next++ % (SHARDS + 1)];
    join_path(to, all.folder, name);
    write_bytes(to, bytes->ptr, bytes->len, 0644);
    return to;
}

static void dump(const struct fold_result *r, struct buf *b)
{
    buf_init(b, 1 << 24);
    for (size_t i = 0; i < r->n_tables; i++) {
        voc_table t;
        assert_int_equal(table_view(r->tables[i], &t), VOC_OK);
        buf_printf(b, "%.*s: %.*s\n", (int)t.name.len, t.name.ptr, (int)t.semantics.len, t.semantics.ptr);
        for (size_t k = 0; k < t.n_rows * t.n_columns; k++)
            buf_printf(b, "%u %lld %a %a %a %.*s|", t.cells[k].type, (long long)t.cells[k].i, t.cells[k].r, t.cells[k].lo,
                       t.cells[k].hi, (int)t.cells[k].s.len, t.cells[k].s.ptr);
        for (size_t k = 0; k < t.n_notes; k++) buf_printf(b, "%.*s\n", (int)t.notes[k].text.len, t.notes[k].text.ptr);
    }
    assert_int_equal(b->rc, VOC_OK);
}

static voc_rc merge_files(size_t a, const char *const *paths, size_t n, struct buf *tables)
{
    struct shards s;
    struct diag *d = diag_new();
    struct fold_result result = {0};
    const struct merge_request r = {.plugin = all.plugin[a], .options = all.options[a], .threads = 1, .memory_max = UINT64_C(1) << 28};
    voc_rc rc = shards_open(&s, paths, n, all.plugin[a], 0, d);
    if (!rc) rc = shards_merge(&s, &r, &result, d);
    if (rc) assert_true(diag_count(d, VOC_ERROR) > 0 || rc == VOC_E_NOMEM); // it is said why
    shards_close(&s);
    if (!rc && tables) dump(&result, tables);
    fold_free(&result);
    diag_free(d);
    return rc;
}

static void parts_of_each_analysis_give_its_undivided_tables(void **state)
{
    (void)state;
    for (size_t a = 0; a < N; a++) {
        struct buf whole, merged, bytes;
        const char *paths[SHARDS];
        struct fold_item item = {.plugin = all.plugin[a], .options = all.options[a]};
        const struct fold_request r = {.journey = all.w.j, .threads = 2, .end_us = VOC_NA, .events = all.w.s};
        assert_int_equal(fold_run_all(&r, &item, 1, all.d), VOC_OK);
        dump(&item.result, &whole);
        fold_free(&item.result);
        for (uint32_t i = 1; i <= SHARDS; i++) {
            char name[16];
            snprintf(name, sizeof name, "part%u", i);
            make_part(a, i, SHARDS, &bytes);
            paths[SHARDS - i] = put_file(name, &bytes);
            buf_done(&bytes);
        }
        assert_int_equal(merge_files(a, paths, SHARDS, &merged), VOC_OK);
        if (strcmp(whole.ptr, merged.ptr) != 0) fail_msg("%s: the parts give something else", names[a]);
        assert_true(whole.len > 300);
        buf_done(&whole);
        buf_done(&merged);
    }
}

// From far too little on: it is said, until it is enough, and then nothing shows but the time it took.
static void little_memory_is_said_or_gives_the_same_tables(void **state)
{
    char beside[PATH_MAX];
    (void)state;
    join_path(beside, all.folder, "p.voc");
    for (size_t a = 0; a < N; a++) {
        struct buf whole, bounded;
        size_t before = 0, within = 0; // too little to begin, and too little for what is gathered
        struct fold_item item = {.plugin = all.plugin[a], .options = all.options[a]};
        struct fold_request r = {.journey = all.w.j, .threads = 2, .end_us = VOC_NA, .events = all.w.s, .beside = beside};
        assert_int_equal(fold_run_all(&r, &item, 1, all.d), VOC_OK);
        dump(&item.result, &whole);
        fold_free(&item.result);
        for (r.memory_max = MEMORY_LEAST;; r.memory_max += r.memory_max / 5) {
            struct diag *d = diag_new();
            voc_rc rc = fold_run_all(&r, &item, 1, d);
            assert_int_equal(diag_count(d, VOC_ERROR), rc != VOC_OK);
            before += rc && strcmp(diag_at(d, 0)->code, "MEMORY-003") == 0;
            within += rc && strcmp(diag_at(d, 0)->code, "MEMORY-001") == 0;
            diag_free(d);
            if (!rc) break;
            if (rc != VOC_E_LIMIT) fail_msg("%s with %llu bytes: %s", names[a], (unsigned long long)r.memory_max, rc_name(rc));
        }
        assert_true(before > 0);
        assert_true(within > 0 || strcmp(names[a], "score") != 0);
        assert_true(r.memory_max < MEMORY_MOST);
        dump(&item.result, &bounded);
        fold_free(&item.result);
        if (strcmp(whole.ptr, bounded.ptr) != 0) fail_msg("%s: little memory gives something else", names[a]);
        buf_done(&whole);
        buf_done(&bounded);
    }
}

static void a_state_with_any_byte_changed_harms_nothing(void **state)
{
    (void)state;
    for (size_t a = 0; a < N; a++) {
        struct buf bytes;
        size_t refused = 0;
        make_part(a, 1, 1, &bytes);
        const unsigned char *at = (const unsigned char *)bytes.ptr;
        size_t end = bytes.len - HASH_BYTES, from = end - 8 - (at[end - 8] + 256u * at[end - 7] + 65536u * at[end - 6]);
        for (size_t i = from; i < end; i++) {
            const char was = bytes.ptr[i];
            bytes.ptr[i] = (char)(i % 3 == 0 ? was ^ 1 : i % 3 == 1 ? was ^ 0x80 : 0x7f);
            hash_of(bytes.ptr, end, (unsigned char *)bytes.ptr + end);
            const char *path = put_file("made", &bytes);
            refused += merge_files(a, &path, 1, NULL) != VOC_OK;
            bytes.ptr[i] = was;
        }
        assert_true(refused > 8); // the lengths and the magic at the least
        buf_done(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_each_analysis_give_its_undivided_tables),
        cmocka_unit_test(little_memory_is_said_or_gives_the_same_tables),
        cmocka_unit_test(a_state_with_any_byte_changed_harms_nothing),
    };
    return cmocka_run_group_tests_name("parts", tests, open_all, close_all);
}
