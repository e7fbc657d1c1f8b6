// SPDX-License-Identifier: MIT
// A file is imported while memory runs out, at each place in turn: it is said, nothing is left allocated, the project holds
// what it held before (or all of the file), and the same import again works. One test for each way of framing and decoding.
// libxml2 and libarchive have memory of their own, and do not bear its end as well as we must (libxml2 2.9.14 crashes, leaks, or reports
// success here and there): they are put to this test in the worker only, whose death is one diagnostic.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "base/text.h"
#include "host/import/import.h"
#include "tests/fault/inject.h"
#include "tests/unit/store/faults.h"

struct job {
    const char *file, *as;
    const struct option_given *options;
    size_t n_options;
    uint32_t threads, block_bytes;
    uint64_t tries;
};

static struct catalogue *plugins;
static struct journey *journey;
static char *base;
static size_t n_base;
static char before[2 * HASH_BYTES + 1], after[2 * HASH_BYTES + 1];

static const char SOURCES[] =
    "<sources xmlns=\"urn:vocstream:journey:1\">"
    "<source id=\"mapped\" as=\"events\" files=\"mapped*.csv\" zone=\"Europe/Warsaw\" resolution=\"second\" actor=\"customer\">"
    "<map to=\"time\" from=\"when\" format=\"d.M.yyyy HH:mm\"/><map to=\"action\" from=\"what\"/><map to=\"channel\" const=\"web\"/>"
    "<alias kind=\"id\" from=\"who\" strength=\"strong\"/><alias kind=\"cookie\" from=\"device\" strength=\"weak\"/>"
    "<attr name=\"plan\" from=\"plan\" type=\"text\" of=\"individual\"/>"
    "</source></sources>";
static const char FIRST[] = "id,time,account,person,actor,action,value,note\n"
                            "1,2024-01-02T10:00:00Z,Acme,ann,customer,visit,,a\n"
                            "2,2024-01-03T10:00:00Z,Acme,bob,customer,order,12.50,b\n";
static const char LONG[] = "id,time,account,person,actor,action,touchpoint,value,note,text\n"
                           "1,2024-02-02T10:00:00Z,Acme,ann,customer,\"visit, again\",,,a,\"Well,\nthank you\"\n"
                           "3,2024-02-03T10:00:00+01:00,Bolt,zoe,company,mail,\"the \"\"blue\"\" one\",1.25,b,\n"
                           "4,no time at all,Bolt,zoe,customer,visit,,,c,\n"
                           "5,2024-02-04 11:00:00.5,Bolt,zoe,customer,order,,99,d,\n"
                           "6,2024-02-05,Zinc,max,other,listed,,,e,\n";
static const char MAPPED[] = "who;device;when;what;plan\n"
                             "Zo\xeb;c1;31.3.2024 02:30;Besuch \xfc" "ber Suche;gro\xdf\n"
                             "Zo\xeb;c1;1.4.2024 09:05;Kauf;gro\xdf\n"
                             "Max;;2.4.2024 19:45;Besuch;klein\n";
static const char ANSWERS[] = "Submitted at\tName\tE-mail\tHow satisfied are you with us?\n"
                              "2024-07-01 10:00 Europe/Berlin\tAnna\tanna@kunde.example\tvery\n"
                              "2024-07-02 11:30 America/New_York\tBert\tbert@kunde.example\tnot at all\n"
                              "2024-07-03 09:15 W._Europe_Standard_Time\tCora\tcora@kunde.example\tvery\n";
static const char WIDE[] = "opportunity,account,agent,created date,won date,value\n"
                           "o1,Acme,Kim,13/01/2024,20/02/2024,100\n"
                           "o2,Bolt,Kim,14/01/2024,,\n"
                           "o3,Zinc,Lee,,,\n"
                           "o4,Acme,Lee,05/02/2024,25/02/2024,7\n";
static const char LOG[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log xes.version=\"2.0\" xmlns=\"http://www.xes-standard.org/\">\n"
    "<extension name=\"Concept\" prefix=\"concept\" uri=\"http://www.xes-standard.org/concept.xesext\"/>\n"
    "<global scope=\"event\"><string key=\"org:resource\" value=\"nobody\"/></global>\n"
    "<classifier name=\"Activity\" keys=\"concept:name lifecycle:transition\"/>\n"
    "<string key=\"concept:name\" value=\"log\"/>\n"
    "<trace><string key=\"concept:name\" value=\"c1\"/><int key=\"size\" value=\"7\"/>\n"
    "<event><string key=\"concept:name\" value=\"ask\"/><string key=\"lifecycle:transition\" value=\"complete\"/><date key=\"time:timestamp\" value=\"2024-03-01T10:00:00+01:00\"/>"
    "<list key=\"parts\"><values><string key=\"part\" value=\"a\"/><string key=\"part\" value=\"b\"/></values></list></event>\n"
    "<event><string key=\"concept:name\" value=\"answer\"/><string key=\"lifecycle:transition\" value=\"complete\"/><date key=\"time:timestamp\" value=\"25/03/2024 11:30\"/>"
    "<float key=\"cost:total\" value=\"2.5\"/><string key=\"org:resource\" value=\"kim\"><string key=\"team\" value=\"west\"/></string></event>\n"
    "</trace>\n<trace><string key=\"concept:name\" value=\"c2\"/>\n"
    "<event><string key=\"concept:name\" value=\"ask\"/><string key=\"lifecycle:transition\" value=\"start\"/><date key=\"time:timestamp\" value=\"26/03/2024 12:30\"/></event>\n"
    "<event><string key=\"concept:name\" value=\"late\"/><string key=\"lifecycle:transition\" value=\"complete\"/></event>\n"
    "<event><string key=\"concept:name\" value=\"end\"/><string key=\"lifecycle:transition\" value=\"complete\"/><date key=\"time:timestamp\" value=\"2024-03-09T10:00:00\"/><boolean key=\"b\" value=\"true\"/></event>\n"
    "</trace>\n</log>\n";

static voc_rc import_of(const struct job *job, struct project *p)
{
    struct import_report report;
    struct arena a;
    struct diag *d = diag_new(); // may fail: then nobody hears
    arena_init(&a, 0);
    struct import_request r = {.project = p,
                               .catalogue = plugins,
                               .journey = journey,
                               .path = in_folder(job->file),
                               .as = job->as ? str_of(job->as) : (voc_str){"", 0},
                               .options = job->options,
                               .n_options = job->n_options,
                               .threads = job->threads,
                               .block_bytes = job->block_bytes,
                               .max_rejects = UINT64_MAX};
    voc_rc rc = import_file(&r, &report, &a, d);
    arena_done(&a);
    diag_free(d);
    return rc;
}

static voc_rc work(void *user)
{
    struct project *p = NULL;
    voc_rc rc = project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL);
    if (rc == VOC_OK) rc = import_of(user, p);
    project_close(p);
    return rc;
}

static void digest_of(char out[2 * HASH_BYTES + 1], bool verify)
{
    struct project *p = NULL;
    unsigned char hash[HASH_BYTES];
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_READ, NULL), VOC_OK);
    assert_int_equal(store_digest(p, hash), VOC_OK);
    if (verify) assert_int_equal(store_verify(p, NULL), VOC_OK);
    project_close(p);
    hash_hex(hash, out);
}

static void restore(void)
{
    drop("p.voc");
    file_write("p.voc", base, n_base);
}

static bool check(void *user, voc_rc rc)
{
    struct job *job = user;
    char now[2 * HASH_BYTES + 1];
    bool again = ++job->tries % 16 == 0 && rc != VOC_OK;
    if (again) assert_int_equal(work(job), VOC_OK);
    digest_of(now, again || job->tries % 64 == 0);
    if (rc == VOC_OK || again) restore();
    return strcmp(now, rc == VOC_OK || again ? after : before) == 0;
}

// What the import comes to without faults, then with them.
static void run(struct job *job, const char *bytes, size_t size, uint64_t each)
{
    if (!plugins) skip();
    file_write(job->file, bytes, size);
    restore();
    assert_int_equal(work(job), VOC_OK);
    digest_of(after, true);
    assert_string_not_equal(after, before);
    restore();
    struct trial t = {work, check, job, each};
    uint64_t n = fail_in_turn(&t);
    assert_true(n > 200);
    drop(job->file);
}

static void a_delimited_log_of_text_and_ids(void **state)
{
    (void)state;
    struct job job = {.file = "all.csv", .threads = 1};
    run(&job, LONG, sizeof LONG - 1, EACH);
}

static void a_mapped_log_in_latin_1_with_a_zone(void **state)
{
    (void)state;
    struct job job = {.file = "mapped.csv", .threads = 1};
    run(&job, MAPPED, sizeof MAPPED - 1, 0);
}

static void answers_whose_times_name_their_zones(void **state)
{
    (void)state;
    struct job job = {.file = "answers.tsv", .as = "survey", .threads = 1};
    run(&job, ANSWERS, sizeof ANSWERS - 1, 0);
}

static void a_table_of_dates_in_blocks_by_two_threads(void **state)
{
    (void)state;
    struct job job = {.file = "wide.csv", .threads = 2, .block_bytes = 40};
    run(&job, WIDE, sizeof WIDE - 1, 0);
}

static void a_stream_of_xml_with_a_classifier_and_odd_times(void **state)
{
    (void)state;
    const struct option_given options[] = {{.name = STR("classifier"), .value = STR("Activity"), .has_value = true}, {.name = STR("lifecycle"), .value = STR("complete"), .has_value = true}};
    struct job job = {.file = "log.xes", .as = "xes", .options = options, .n_options = 2, .threads = 1};
    run(&job, LOG, sizeof LOG - 1, EACH);
}

static int prepare(void **state)
{
    (void)state;
    struct project *p = NULL;
    const struct job first = {.file = "first.csv", .threads = 1};
    const voc_str none = {"", 0}, xml = STR("<journey xmlns=\"urn:vocstream:journey:1\" id=\"t\" version=\"1\" unit=\"account\" sources=\"sources.xml\"/>");
    folder_open();
    assert_int_equal(text_icu_memory(), VOC_OK);
    assert_int_equal(xml_init(), VOC_OK);
    assert_int_equal(store_init(), VOC_OK);
    if (disk_register() != SQLITE_OK) return -1;
    plugins = built_plugins();
    if (!plugins) return 0;
    assert_int_equal(journey_parse(&journey, xml, str_of(SOURCES), none, "t", NULL), VOC_OK);
    file_write("first.csv", FIRST, sizeof FIRST - 1);
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_CREATE, NULL), VOC_OK);
    assert_int_equal(import_of(&first, p), VOC_OK);
    project_close(p);
    base = file_read("p.voc", &n_base);
    digest_of(before, true);
    return 0;
}

static int end(void **state)
{
    (void)state;
    drop("p.voc");
    drop("first.csv");
    free(base);
    journey_free(journey);
    catalogue_close(plugins);
    store_done();
    xml_done();
    return rmdir(folder);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_delimited_log_of_text_and_ids),
        cmocka_unit_test(a_mapped_log_in_latin_1_with_a_zone),
        cmocka_unit_test(answers_whose_times_name_their_zones),
        cmocka_unit_test(a_table_of_dates_in_blocks_by_two_threads),
        cmocka_unit_test(a_stream_of_xml_with_a_classifier_and_odd_times),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, prepare, end);
}
