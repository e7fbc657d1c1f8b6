// SPDX-License-Identifier: MIT
// Touchpoints are scored while memory runs out, at each place in turn: it is said, nothing is left allocated, and the tables
// are whole where they come out at all. With every option that makes the analysis keep more.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "base/text.h"
#include "host/fold/fold.h"
#include "host/import/import.h"
#include "host/plugin/options.h"
#include "report/render.h"
#include "tests/fault/inject.h"

struct job {
    const struct option_given *options;
    size_t n_options;
    uint32_t threads;
    char digest[2 * HASH_BYTES + 1]; // of the tables without faults
    char now[2 * HASH_BYTES + 1];
};

static struct catalogue *plugins;
static struct journey *journey;

// Forty accounts of a small company, as `voc demo` writes them: people who look, read and ask, mails and calls to most of
// them, a random half of a mailing, a report that nobody uses.
static void write_events(void)
{
    static const char *const people[] = {"ann", "bob", "cem", "dee"}, *const acts[] = {"view-home", "read-article", "download-guide", "use-calculator", "send-requirements",
                                                                                      "request-demo", "ask-proposal", "accept-proposal", "error-page", "unsubscribe"};
    static const char *const touches[] = {"webinar", "dinner", "reference visit", "briefing"};
    uint64_t seed = 7;
    unsigned id = 0;
    FILE *f = fopen(in_folder("all-events.csv"), "wb");
    assert_non_null(f);
    fputs("id,time,account,person,role,segment,known_from,actor,action,touchpoint,channel,campaign,object,owner,minutes,cost,value,ref,text\n", f);
    for (unsigned day = 1; day <= 60; day++) {
        for (unsigned k = 0; k < 5; k++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            unsigned draw = (unsigned)(seed >> 40), account = draw % 40, what = draw / 40;
            bool act = what % 3 > 0;
            fprintf(f, "e%u,2024-%02u-%02uT%02u:%02u:00Z,account %u,%s %u,technician,%s,,%s,%s,%s,email,,,kim,,,,,\n", ++id, 7 + (day - 1) / 30, 1 + (day - 1) % 30, 8 + k,
                    what % 60, account, people[what % 4], account, account % 2 ? "chain" : "independent", act ? "customer" : "company",
                    act ? acts[what / 4 % 10] : "send", act ? "" : touches[what / 4 % 4]);
        }
        if (day % 7 == 0) fprintf(f, "e%u,2024-%02u-%02uT17:00:00Z,,,,,,company,pipeline-report,,,,,kim,180,,,,\n", ++id, 7 + (day - 1) / 30, 1 + (day - 1) % 30);
    }
    for (unsigned a = 0; a < 40; a++) {
        const char *arm = a % 4 < 2 ? "treated" : "control";
        fprintf(f, "e%u,2024-07-20T09:00:00Z,account %u,,,,,other,assigned-%s,,,calculator-mail,,,,,,,\n", ++id, a, arm);
        if (a % 4 < 2) fprintf(f, "e%u,2024-07-20T09:30:00Z,account %u,,,,,company,send,calculator mail,email,calculator-mail,,kim,,0.4,,,\n", ++id, a);
    }
    assert_int_equal(fclose(f), 0);
}

// Every table in every format of the host.
static voc_rc hash_tables(const struct fold_result *r, char out[2 * HASH_BYTES + 1])
{
    static const char *const formats[] = {"table", "csv", "json", "jsonl"};
    static const struct render_options ro = {.width = 120, .unicode = true};
    const voc_meta meta = {.struct_size = sizeof meta,
                           .input_size = sizeof(struct voc_meta_input),
                           .definition_size = sizeof(struct voc_meta_definition),
                           .command = STR("voc score p.voc"),
                           .program = STR("voc"),
                           .version = STR("1")};
    voc_table tables[32];
    unsigned char hash[HASH_BYTES];
    struct buf b;
    voc_rc rc = VOC_OK;
    size_t n = 0;
    for (; n < r->n_tables && n < 32 && !rc; n++) rc = table_view(r->tables[n], &tables[n]);
    buf_init(&b, 1 << 24);
    for (size_t k = 0; k < sizeof formats / sizeof *formats && !rc; k++) {
        struct out *o = NULL;
        rc = out_memory(&o, &b);
        if (!rc) rc = render_find(str_of(formats[k]))(o, &meta, tables, n, &ro);
        if (!rc) rc = out_commit(o);
        else out_abort(o);
    }
    if (!rc) {
        hash_of(b.ptr, b.len, hash);
        hash_hex(hash, out);
    }
    buf_done(&b);
    return rc;
}

static voc_rc work(void *user)
{
    struct job *job = user;
    struct project *p = NULL;
    struct arena a;
    struct diag *d = diag_new();
    voc_value *values = NULL;
    struct fold_result out = {0};
    struct plugin *score = catalogue_find(plugins, VOC_KIND_ANALYSIS, STR("score"));
    arena_init(&a, 0);
    voc_rc rc = options_parse(&a, score->desc->options, score->desc->n_options, score->desc->option_size, job->options, job->n_options, &values, d);
    if (!rc) rc = project_open(&p, in_folder("p.voc"), PROJECT_READ, d);
    if (!rc) {
        struct fold_request r = {.project = p, .journey = journey, .plugin = score, .options = values, .threads = job->threads, .end_us = VOC_NA};
        rc = fold_run(&r, &out, d);
    }
    if (!rc) rc = hash_tables(&out, job->now);
    fold_free(&out);
    project_close(p);
    options_done(values, values ? score->desc->n_options : 0);
    arena_done(&a);
    diag_free(d);
    return rc;
}

// Whole tables or none; what was hashed when memory ran out is of no interest.
static bool check(void *user, voc_rc rc)
{
    const struct job *job = user;
    return rc != VOC_OK || strcmp(job->now, job->digest) == 0;
}

static void run(struct job *job, uint64_t each)
{
    if (!plugins) skip();
    assert_int_equal(work(job), VOC_OK);
    memcpy(job->digest, job->now, sizeof job->digest);
    struct trial t = {work, check, job, each};
    assert_true(fail_in_turn(&t) > 1000);
    assert_int_equal(work(job), VOC_OK);
    assert_string_equal(job->now, job->digest);
}

static void a_score_of_a_small_project(void **state)
{
    (void)state;
    struct job job = {.threads = 1};
    run(&job, EACH);
}

static void a_score_by_segment_with_other_windows_by_two_threads(void **state)
{
    (void)state;
    const struct option_given options[] = {{.name = STR("by"), .value = STR("segment"), .has_value = true}, {.name = STR("sensitivity"), .value = STR("yes"), .has_value = true}};
    struct job job = {.options = options, .n_options = 2, .threads = 2};
    run(&job, 0);
}

static void a_score_by_named_aims_of_one_segment(void **state)
{
    (void)state;
    const struct option_given options[] = {{.name = STR("aim"), .value = STR("read-article,ask-proposal"), .has_value = true}, {.name = STR("segment"), .value = STR("chain"), .has_value = true}, {.name = STR("window"), .value = STR("7d"), .has_value = true}};
    struct job job = {.options = options, .n_options = 3, .threads = 1};
    run(&job, 0);
}

static void a_score_by_group_plans_hold_outs_and_runs_twice(void **state)
{
    (void)state;
    const struct option_given options[] = {{.name = STR("by"), .value = STR("group"), .has_value = true}};
    struct job job = {.options = options, .n_options = 1, .threads = 2};
    run(&job, 0);
}

static void the_matched_sets(void **state)
{
    (void)state;
    const struct option_given options[] = {{.name = STR("sets"), .value = STR("all"), .has_value = true}};
    struct job job = {.options = options, .n_options = 1, .threads = 1};
    run(&job, 0);
}

static void how_alike_the_touched_and_the_others_were(void **state)
{
    (void)state;
    const struct option_given options[] = {{.name = STR("balance"), .value = STR("yes"), .has_value = true}};
    struct job job = {.options = options, .n_options = 1, .threads = 2};
    run(&job, 0);
}

static int prepare(void **state)
{
    (void)state;
    struct project *p = NULL;
    struct import_report report;
    struct arena a;
    char path[PATH_MAX];
    const char *src = getenv("VOC_TEST_SRCDIR");
    folder_open();
    assert_int_equal(text_icu_memory(), VOC_OK);
    assert_int_equal(xml_init(), VOC_OK);
    assert_int_equal(store_init(), VOC_OK);
    plugins = built_plugins();
    if (!plugins) return 0;
    (void)snprintf(path, sizeof path, "%s/journeys/b2b-sale", src ? src : ".");
    assert_int_equal(journey_load(&journey, path, NULL), VOC_OK);
    write_events();
    arena_init(&a, 0);
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_CREATE, NULL), VOC_OK);
    struct import_request r = {.project = p, .catalogue = plugins, .journey = journey, .path = in_folder("all-events.csv"), .threads = 1, .max_rejects = 0};
    assert_int_equal(import_file(&r, &report, &a, NULL), VOC_OK);
    assert_true(report.result.events > 300);
    project_close(p);
    arena_done(&a);
    return 0;
}

static int end(void **state)
{
    (void)state;
    drop("p.voc");
    drop("all-events.csv");
    journey_free(journey);
    catalogue_close(plugins);
    store_done();
    xml_done();
    return rmdir(folder);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_score_of_a_small_project),
        cmocka_unit_test(a_score_by_segment_with_other_windows_by_two_threads),
        cmocka_unit_test(a_score_by_named_aims_of_one_segment),
        cmocka_unit_test(a_score_by_group_plans_hold_outs_and_runs_twice),
        cmocka_unit_test(the_matched_sets),
        cmocka_unit_test(how_alike_the_touched_and_the_others_were),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, prepare, end);
}
