// SPDX-License-Identifier: MIT
// The parallel loop, and the fold of an analysis over units: the same tables for any number of threads, the error of the
// lowest failing piece, everything freed on every way out.
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/fold/fold.h"
#include "report/render.h"
#include "tests/unit/host/modules.h"

// ---- parallel_for ---------------------------------------------------------------------------------------------------------

struct work {
    _Atomic unsigned done[500];
    size_t fail_first, fail_second; // pieces that fail, SIZE_MAX: none
};

static voc_rc piece(void *user, size_t i)
{
    struct work *w = user;
    atomic_fetch_add(&w->done[i], 1);
    if (i == w->fail_first) {
        struct timespec ts = {0, 20000000};
        nanosleep(&ts, NULL); // so that the later one fails first where there are threads
        return VOC_E_INPUT;
    }
    return i == w->fail_second ? VOC_E_LIMIT : VOC_OK;
}

static void every_piece_runs_once_for_any_number_of_threads(void **state)
{
    static const uint32_t threads[] = {0, 1, 2, 4, 13, 400, 100000};
    (void)state;
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++)
        for (size_t n = 0; n <= 500; n = n * 7 + 1) {
            struct work w = {.fail_first = SIZE_MAX, .fail_second = SIZE_MAX};
            assert_int_equal(parallel_for(threads[t], n, piece, &w), VOC_OK);
            for (size_t i = 0; i < 500; i++) assert_int_equal(atomic_load(&w.done[i]), i < n);
        }
}

static void the_error_of_the_lowest_failing_piece_is_given(void **state)
{
    static const uint32_t threads[] = {1, 2, 4, 8};
    (void)state;
    for (size_t t = 0; t < 4; t++)
        for (int again = 0; again < 5; again++) {
            struct work w = {.fail_first = 10, .fail_second = 11};
            assert_int_equal(parallel_for(threads[t], 500, piece, &w), VOC_E_INPUT);
            for (size_t i = 0; i <= 10; i++) assert_int_equal(atomic_load(&w.done[i]), 1);
            unsigned done = 0;
            for (size_t i = 0; i < 500; i++) done += atomic_load(&w.done[i]);
            assert_true(done < 500); // the rest is not begun
        }
}

// ---- the fold -------------------------------------------------------------------------------------------------------------

// Counts the events of each unit into a spool, and gives them as a table. fault: what to do wrong.
enum { FAULT_NONE, FAULT_BEGIN, FAULT_BATCH, FAULT_MERGE, FAULT_FINISH, FAULT_LATE_WANT, FAULT_HALF_ROW };
static int fault;
static _Atomic int live; // states

struct counter {
    const voc_host *host;
    voc_run *run;
};
struct counts {
    voc_spool *spool;
    uint64_t events;
};

static voc_rc begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *options, void **analysis)
{
    static struct counter c;
    (void)cx, (void)options;
    c = (struct counter){host, run};
    if (host->want_column(run, VOC_N_COLUMNS) != VOC_E_BUG) return VOC_E_BUG;
    *analysis = &c;
    return fault == FAULT_BEGIN ? VOC_E_OPTION : host->want_column(run, VOC_COL_TIME);
}

static voc_rc state_new(void *analysis, void **state)
{
    struct counter *c = analysis;
    struct counts *s = calloc(1, sizeof *s);
    assert_non_null(s);
    live++;
    *state = s;
    return c->host->spool_new(c->run, &s->spool);
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j)
{
    struct counter *c = analysis;
    struct counts *s = state;
    if (fault == FAULT_LATE_WANT) return c->host->want_column(c->run, VOC_COL_ACTION);
    for (size_t u = 0; u < j->n_units; u++) {
        const voc_unit *unit = (const voc_unit *)(const void *)((const char *)j->units + u * j->unit_size);
        const int64_t *time = j->columns[VOC_COL_TIME];
        int64_t data[3] = {(int64_t)unit->n_events, time[unit->first_event], time[unit->first_event + unit->n_events - 1]};
        if (j->columns[VOC_COL_ACTION]) return VOC_E_BUG; // nobody asked for it
        s->events += unit->n_events;
        voc_rc rc = c->host->spool_add(s->spool, unit->name, data, sizeof data);
        if (rc) return rc;
        if (fault == FAULT_BATCH && str_is(unit->name, "case 0700")) return VOC_E_LIMIT;
    }
    return VOC_OK;
}

static voc_rc merge(void *analysis, void *into, void *from)
{
    struct counter *c = analysis;
    struct counts *a = into, *b = from;
    if (fault == FAULT_MERGE) return VOC_E_BUG;
    a->events += b->events;
    return c->host->spool_merge(a->spool, b->spool);
}

static voc_rc finish(void *analysis, void *state)
{
    struct counter *c = analysis;
    struct counts *s = state;
    const voc_host *h = c->host;
    voc_table_builder *t;
    size_t n;
    voc_rc rc = h->spool_seal(s->spool, &n);
    if (!rc) rc = h->table(c->run, &t, "counts", "Counts", VOC_TABLE_BRIEF);
    if (!rc) rc = h->column(t, "unit", "unit", VOC_CELL_TEXT, "", 0, "");
    if (!rc) rc = h->column(t, "events", "events", VOC_CELL_INT, "", 0, "");
    if (!rc) rc = h->column(t, "first", "first", VOC_CELL_TIME, "", 0, "");
    if (!rc) rc = h->column(t, "last", "last", VOC_CELL_TIME, "", 0, "");
    for (size_t i = 0; i < n && !rc; i++) {
        voc_str key;
        const void *data;
        size_t size;
        int64_t v[3];
        rc = h->spool_get(s->spool, i, &key, &data, &size);
        if (rc) break;
        memcpy(v, data, sizeof v);
        const voc_cell cells[] = {{.type = VOC_CELL_TEXT, .s = key}, {.type = VOC_CELL_INT, .i = v[0]}, {.type = VOC_CELL_TIME, .i = v[1]}, {.type = VOC_CELL_TIME, .i = v[2]}};
        size_t all = fault == FAULT_HALF_ROW && i + 1 == n ? 3 : 4;
        for (size_t k = 0; k < all && !rc; k++) rc = h->cell(t, &cells[k]);
    }
    return fault == FAULT_FINISH ? VOC_E_INPUT : rc;
}

static void state_free(void *analysis, void *state)
{
    (void)analysis;
    live--;
    free(state);
}

static void end(void *analysis) { (void)analysis; }

static const voc_analysis_ops ops = {
    .struct_size = sizeof ops, .begin = begin, .state_new = state_new, .batch = batch, .merge = merge, .finish = finish, .state_free = state_free, .end = end};

struct world {
    char folder[PATH_MAX], file[PATH_MAX];
    struct project *project;
    struct journey *journey;
    struct plugin plugin;
    struct diag *diag;
};


// 1,000 cases with 1 to 90 events each, written straight into a project.
static int open_world(void **state)
{
    enum { EVENTS = 45500 };
    static struct world w;
    static int64_t time_us[EVENTS], none[EVENTS];
    static uint8_t zero8[EVENTS];
    static uint32_t action[EVENTS], case_id[EVENTS], zero[EVENTS];
    static uint64_t record[EVENTS], line[EVENTS];
    static char names[1002][16];
    static voc_str strings[1002];
    size_t n = 0;
    memset(&w, 0, sizeof w);
    scratch_open(w.folder);
    join_path(w.file, w.folder, "p.voc");
    w.diag = diag_new();
    strings[0] = (voc_str){"", 0};
    strings[1] = STR("act");
    for (unsigned c = 0; c < 1000; c++) {
        strings[c + 2] = str_mk(names[c], (size_t)snprintf(names[c], sizeof names[c], "case %04u", (c * 337) % 1000));
        for (unsigned k = 0; k < 1 + (c * 13) % 90 && n < EVENTS; k++, n++) {
            time_us[n] = INT64_C(1700000000000000) + (int64_t)n * 1000000;
            none[n] = VOC_NA;
            action[n] = 1;
            case_id[n] = c + 2;
            record[n] = n;
            line[n] = n + 1;
        }
    }
    struct coded_block b = {.strings = strings,
                            .n_strings = 1002,
                            .events = {.time_us = time_us, .resolution = zero8, .actor = zero8, .ref_kind = zero8, .action = action,
                                       .touchpoint = zero, .channel = zero, .campaign = zero, .object = zero, .case_id = case_id,
                                       .role = zero, .owner = zero, .thread = zero, .customer = zero, .account = zero, .id = zero,
                                       .ref = zero, .text = zero, .language = zero, .attrs = zero, .minutes = none, .cost = none,
                                       .value = none, .record = record, .line = line, .sub = zero, .n = n}};
    struct import_spec spec = {.source = STR("made"), .plugin = STR("test"), .plugin_version = STR("1"), .file_name = STR("f"), .watermark_us = VOC_NA};
    struct import_account a = {.records = n, .gave = n, .bytes = n, .gave_bytes = n, .decoded_raw = n};
    struct import *im = NULL;
    struct import_result result;
    assert_int_equal(project_open(&w.project, w.file, PROJECT_CREATE, w.diag), VOC_OK);
    assert_int_equal(import_begin(&im, w.project, &spec, w.diag), VOC_OK);
    assert_int_equal(import_add(im, &b), VOC_OK);
    assert_int_equal(import_commit(im, &a, 0, &result), VOC_OK);
    assert_int_equal(result.events, n);
    assert_int_equal(journey_none(&w.journey, VOC_UNIT_CASE), VOC_OK);
    w.plugin.note.kind = VOC_KIND_ANALYSIS;
    snprintf(w.plugin.note.name, sizeof w.plugin.note.name, "counter");
    w.plugin.ops = &ops;
    *state = &w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;
    journey_free(w->journey);
    project_close(w->project);
    diag_free(w->diag);
    scratch_close(w->folder);
    store_done();
    return 0;
}

static voc_rc fold(struct world *w, uint32_t threads, struct fold_result *out)
{
    struct fold_request r = {.project = w->project, .journey = w->journey, .plugin = &w->plugin, .threads = threads, .end_us = VOC_NA,
                             .whole = fault == FAULT_MERGE}; // so few events are one part, and one part is one state
    memset(out, 0, sizeof *out);
    voc_rc rc = fold_run(&r, out, w->diag);
    assert_int_equal(atomic_load(&live), 0);
    return rc;
}

static void the_tables_are_the_same_for_any_number_of_threads(void **state)
{
    static const uint32_t threads[] = {1, 2, 4, 7};
    struct world *w = *state;
    struct buf first, other;
    buf_init(&first, 1 << 24);
    buf_init(&other, 1 << 24);
    fault = FAULT_NONE;
    for (size_t t = 0; t < 4; t++) {
        struct fold_result result;
        struct out *o;
        voc_table view;
        const voc_meta meta = {.struct_size = sizeof meta};
        const struct render_options ro = {.width = 0};
        assert_int_equal(fold(w, threads[t], &result), VOC_OK);
        assert_int_equal(result.n_tables, 1);
        assert_int_equal(result.info.n_units, 1000);
        assert_int_equal(table_view(result.tables[0], &view), VOC_OK);
        assert_int_equal(view.n_rows, 1000);
        buf_clear(&other);
        assert_int_equal(out_memory(&o, t ? &other : &first), VOC_OK);
        assert_int_equal(render_csv(o, &meta, &view, 1, &ro), VOC_OK);
        assert_int_equal(out_commit(o), VOC_OK);
        if (t) assert_string_equal(other.ptr, first.ptr);
        fold_free(&result);
    }
    assert_non_null(strstr(first.ptr, "\ncase 0999,"));
    assert_non_null(strstr(first.ptr, "unit,events,first,last\ncase 0000,1,"));
    buf_done(&first);
    buf_done(&other);
}

static void a_failure_at_any_step_is_given_and_leaves_nothing_behind(void **state)
{
    static const struct { int fault; voc_rc rc; } all[] = {{FAULT_BEGIN, VOC_E_OPTION}, {FAULT_BATCH, VOC_E_LIMIT}, {FAULT_MERGE, VOC_E_BUG}, {FAULT_FINISH, VOC_E_INPUT},
                                                           {FAULT_LATE_WANT, VOC_E_BUG}, {FAULT_HALF_ROW, VOC_E_BUG}};
    struct world *w = *state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (uint32_t threads = 2; threads <= 4; threads += 2) {
            struct fold_result result;
            fault = all[i].fault;
            voc_rc rc = fold(w, threads, &result);
            if (rc != all[i].rc) fail_msg("fault %d, %u threads: %s", all[i].fault, threads, rc_name(rc));
            assert_int_equal(result.n_tables, 0);
            if (rc == VOC_E_BUG) assert_non_null(strstr(diag_at(w->diag, diag_n(w->diag) - 1)->message, "counter"));
        }
    fault = FAULT_NONE;
}

static void what_an_analysis_gathers_is_bounded_by_memory(void **state)
{
    struct world *w = *state;
    struct fold_request r = {.project = w->project, .journey = w->journey, .plugin = &w->plugin, .threads = 2, .end_us = VOC_NA, .memory_max = 4000};
    struct fold_result result = {0};
    fault = FAULT_NONE;
    assert_int_equal(fold_run(&r, &result, w->diag), VOC_E_LIMIT); // not even the events
    assert_int_equal(atomic_load(&live), 0);
    assert_string_equal(diag_at(w->diag, diag_n(w->diag) - 1)->code, "MEMORY-003");
}

// ---- what is run beside another ------------------------------------------------------------------------------------------------

static char seen[700]; // by the one that looks: rows of the table beside it, or why there is none

static voc_rc look(void *analysis, void *state)
{
    struct counter *c = analysis;
    voc_str why, next;
    const voc_table *t = c->host->table_beside(c->run, "counts", &why, &next), *other = c->host->table_beside(c->run, "no such table", &why, &next);
    assert_null(other);
    if (t) snprintf(seen, sizeof seen, "%zu rows", t->n_rows);
    else snprintf(seen, sizeof seen, "none: %.*s (%.*s)", (int)why.len, why.ptr, (int)next.len, next.ptr);
    (void)state;
    voc_table_builder *own;
    voc_rc rc = c->host->table(c->run, &own, "seen", "Seen", VOC_TABLE_BRIEF);
    return rc ? rc : c->host->column(own, "unit", "unit", VOC_CELL_TEXT, "", 0, "");
}

// The first is asked for, the second is run for it: what is to go wrong goes wrong there only.
static struct plugin guest;
static voc_rc quiet_begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *options, void **analysis)
{
    static struct counter c;
    (void)cx, (void)options;
    c = (struct counter){host, run};
    *analysis = &c;
    return VOC_OK;
}
static voc_rc quiet_batch(void *analysis, void *state, const voc_journeys *j)
{
    (void)analysis;
    ((struct counts *)state)->events += j->n_events;
    return VOC_OK;
}
static voc_rc quiet_merge(void *analysis, void *into, void *from)
{
    (void)analysis;
    ((struct counts *)into)->events += ((struct counts *)from)->events;
    return VOC_OK;
}
static const voc_analysis_ops looking = {
    .struct_size = sizeof looking, .begin = quiet_begin, .state_new = state_new, .batch = quiet_batch, .merge = quiet_merge, .finish = look, .state_free = state_free, .end = end};

static struct plugin *find(void *user, const char *name)
{
    (void)user;
    return strcmp(name, guest.note.name) == 0 ? &guest : NULL;
}

static void the_tables_of_another_analysis_can_be_read_and_its_failure_is_none(void **state)
{
    static const int faults[] = {FAULT_NONE, FAULT_BEGIN, FAULT_BATCH, FAULT_FINISH, FAULT_LATE_WANT, FAULT_HALF_ROW};
    static const voc_plugin described = {.name = "counter"}, looks = {.name = "look", .beside = "counter"}, lost = {.name = "look", .beside = "nobody"};
    struct world *w = *state;
    guest = w->plugin;
    guest.desc = &described;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        for (uint32_t threads = 1; threads <= 3; threads += 2) {
            struct plugin asked = {.desc = &looks, .ops = &looking};
            struct fold_item item = {.plugin = &asked};
            const struct fold_request r = {.project = w->project, .journey = w->journey, .threads = threads, .end_us = VOC_NA, .analysis = find};
            const size_t said = diag_n(w->diag);
            fault = faults[i];
            seen[0] = 0;
            if (fold_run_all(&r, &item, 1, w->diag) != VOC_OK) fail_msg("fault %d, %u threads", fault, threads);
            if (i == 0) assert_string_equal(seen, "1000 rows");
            else assert_memory_equal(seen, "none: ", 6);
            if (i) assert_true(strlen(seen) > strlen("none:  ()")); // a reason
            assert_int_equal(diag_n(w->diag), said);
            assert_int_equal(item.result.n_tables, 1); // its own
            assert_int_equal(atomic_load(&live), 0);
            fold_free(&item.result);
        }
    fault = FAULT_NONE;
    struct plugin asked = {.desc = &lost, .ops = &looking};
    struct fold_item item = {.plugin = &asked};
    const struct fold_request r = {.project = w->project, .journey = w->journey, .threads = 1, .end_us = VOC_NA, .analysis = find};
    assert_int_equal(fold_run_all(&r, &item, 1, w->diag), VOC_OK);
    assert_string_equal(seen, "none: there is no analysis \"nobody\" (voc plugin list shows what there is)");
    fold_free(&item.result);
}

static void an_analysis_that_is_asked_for_is_not_run_twice(void **state)
{
    static const voc_plugin described = {.name = "counter"}, looks = {.name = "look", .beside = "counter"};
    struct world *w = *state;
    guest = w->plugin;
    guest.desc = &described;
    struct plugin asked = {.desc = &looks, .ops = &looking};
    for (size_t first = 0; first < 2; first++) {
        struct fold_item items[2];
        items[first] = (struct fold_item){.plugin = &asked};
        items[1 - first] = (struct fold_item){.plugin = &guest};
        const struct fold_request r = {.project = w->project, .journey = w->journey, .threads = 2, .end_us = VOC_NA, .analysis = find};
        seen[0] = 0;
        assert_int_equal(fold_run_all(&r, items, 2, w->diag), VOC_OK);
        assert_string_equal(seen, "1000 rows");
        assert_int_equal(items[1 - first].result.n_tables, 1);
        assert_int_equal(items[first].result.n_tables, 1);
        for (size_t k = 0; k < 2; k++) fold_free(&items[k].result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_piece_runs_once_for_any_number_of_threads),
        cmocka_unit_test(the_error_of_the_lowest_failing_piece_is_given),
        cmocka_unit_test(the_tables_are_the_same_for_any_number_of_threads),
        cmocka_unit_test(a_failure_at_any_step_is_given_and_leaves_nothing_behind),
        cmocka_unit_test(what_an_analysis_gathers_is_bounded_by_memory),
        cmocka_unit_test(the_tables_of_another_analysis_can_be_read_and_its_failure_is_none),
        cmocka_unit_test(an_analysis_that_is_asked_for_is_not_run_twice),
    };
    if (store_init() != VOC_OK) return 99;
    return cmocka_run_group_tests_name("fold", tests, open_world, close_world);
}
