// SPDX-License-Identifier: MIT
// Steps and ways of customers are counted while memory runs out, at each place in turn: it is said, nothing is left
// allocated, and the tables are whole where they come out at all.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "base/text.h"
#include "host/fold/fold.h"
#include "host/plugin/options.h"
#include "report/render.h"
#include "tests/fault/inject.h"

struct job {
    struct plugin *plugin;
    const struct option_given *options;
    size_t n_options;
    uint64_t cells, now; // a sum over all cells of all tables: without faults, and of the last run
};

static struct catalogue *plugins;
static struct journey *journey;
static struct event_set *events;

static uint64_t sum_of(const struct fold_result *r)
{
    uint64_t sum = r->n_tables;
    for (size_t i = 0; i < r->n_tables; i++) {
        voc_table t;
        if (table_view(r->tables[i], &t) != VOC_OK) return 0;
        for (size_t k = 0; k < t.n_rows * t.n_columns; k++) {
            const voc_cell *c = &t.cells[k];
            sum = sum * 31 + c->type + (uint64_t)c->i + (uint64_t)(c->r * 1e6);
            for (size_t b = 0; b < c->s.len; b++) sum = sum * 31 + (unsigned char)c->s.ptr[b];
        }
    }
    return sum;
}

static voc_rc work(void *user)
{
    struct job *job = user;
    struct arena a;
    struct diag *d = diag_new();
    voc_value *values = NULL;
    struct fold_result out = {0};
    const voc_plugin *p = job->plugin->desc;
    arena_init(&a, 0);
    voc_rc rc = options_parse(&a, p->options, p->n_options, p->option_size, job->options, job->n_options, &values, d);
    if (!rc) {
        struct fold_request r = {.journey = journey, .plugin = job->plugin, .options = values, .threads = 2, .end_us = VOC_NA, .events = events};
        rc = fold_run(&r, &out, d);
    }
    job->now = rc ? 0 : sum_of(&out);
    fold_free(&out);
    options_done(values, values ? p->n_options : 0);
    arena_done(&a);
    diag_free(d);
    return rc;
}

static bool check(void *user, voc_rc rc)
{
    const struct job *job = user;
    return rc != VOC_OK || job->now == job->cells;
}

static void run(const char *analysis, const struct option_given *options, size_t n)
{
    if (!plugins) skip();
    struct job job = {.plugin = catalogue_find(plugins, VOC_KIND_ANALYSIS, str_of(analysis)), .options = options, .n_options = n};
    assert_non_null(job.plugin);
    assert_int_equal(work(&job), VOC_OK);
    job.cells = job.now;
    assert_true(job.cells != 0);
    struct trial t = {work, check, &job, EACH};
    assert_true(fail_in_turn(&t) > 100);
}

static void steps_of_customers_and_touches(void **state)
{
    (void)state;
    const struct option_given options[] = {{.name = STR("events"), .value = STR("all"), .has_value = true}, {.name = STR("by"), .value = STR("segment"), .has_value = true}};
    run("flow", options, 2);
}

static void ways_of_customers(void **state)
{
    (void)state;
    const struct option_given options[] = {{.name = STR("top"), .value = STR("0"), .has_value = true}, {.name = STR("collapse"), .value = STR("no"), .has_value = true}};
    run("variants", options, 2);
}

// Eighty accounts, twenty actions, a hold of memory that grows several times.
static void write_events(void)
{
    uint64_t seed = 11;
    for (unsigned i = 0; i < 1600; i++) {
        char account[16], action[16];
        voc_row r = voc_row_init(VOC_ROW_EVENT);
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        unsigned draw = (unsigned)(seed >> 40);
        (void)snprintf(account, sizeof account, "a%u", draw % 80);
        (void)snprintf(action, sizeof action, "act%u", draw / 80 % 20);
        voc_alias who = {.kind = STR("id"), .value = str_of(account), .strong = 1};
        r.time_us = INT64_C(1704067200000000) + (int64_t)i * 60000000;
        r.actor = draw / 1600 % 4 ? VOC_ACTOR_CUSTOMER : VOC_ACTOR_COMPANY;
        r.action = str_of(action);
        r.touchpoint = r.actor == VOC_ACTOR_COMPANY ? STR("mail") : STR("");
        r.account = &who;
        r.n_account = 1;
        assert_int_equal(event_set_add(events, &r, STR("test")), VOC_OK);
    }
    assert_int_equal(event_set_seal(events), VOC_OK);
}

static int prepare(void **state)
{
    (void)state;
    folder_open();
    assert_int_equal(text_icu_memory(), VOC_OK);
    assert_int_equal(xml_init(), VOC_OK);
    plugins = built_plugins();
    assert_int_equal(journey_none(&journey, VOC_UNIT_ACCOUNT), VOC_OK);
    assert_int_equal(event_set_new(&events), VOC_OK);
    write_events();
    return 0;
}

static int end(void **state)
{
    (void)state;
    event_set_free(events);
    journey_free(journey);
    catalogue_close(plugins);
    xml_done();
    return rmdir(folder);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_of_customers_and_touches),
        cmocka_unit_test(ways_of_customers),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, prepare, end);
}
