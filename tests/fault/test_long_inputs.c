// SPDX-License-Identifier: MIT
// A file of any length is imported within the same memory: each kind of input that is read record by record is made in two
// lengths, one eight times the other, of the same people, and the peak of the program is taken from the kernel. What the longer
// one holds more may not depend on its length; were its rows held to the end, it would be more than the bound.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/sanitized.h"

enum { PEOPLE = 500, TIMES = 8, GROWS_KIB = 16 << 10, AT_MOST_KIB = 100 << 10 };

static char folder[64];

static struct tm when(long k)
{
    const time_t t = 1704067200 + k * 3;
    struct tm tm;
    (void)gmtime_r(&t, &tm);
    return tm;
}

#define WHEN(format) \
    char t[32]; \
    const struct tm tm = when(k); \
    (void)strftime(t, sizeof t, format, &tm)

// ---- one record of each ----------------------------------------------------------------------------------------------------------

static void events(FILE *f, long k)
{
    WHEN("%Y-%m-%dT%H:%M:%SZ");
    if (k == 0) fputs("id,customer,time,action,channel,order\n", f);
    fprintf(f, "e%ld,c%ld,%s,visit,web,o%ld\n", k, k * 7 % PEOPLE, t, k);
}

static void weblog(FILE *f, long k)
{
    WHEN("%d/%b/%Y:%H:%M:%S +0000");
    fprintf(f, "10.0.%ld.%ld - - [%s] \"GET /page%ld HTTP/1.1\" 200 %ld \"-\" \"Mozilla/5.0 (X11; Linux x86_64) Firefox/120.0\"\n", k % 2, k * 7 % 250, t, k % 50, k);
}

static void json(FILE *f, long k)
{
    WHEN("%Y-%m-%dT%H:%M:%SZ");
    fprintf(f, "{\"type\":\"track\",\"event\":\"Opened\",\"userId\":\"u%ld\",\"messageId\":\"m%ld\",\"timestamp\":\"%s\",\"properties\":{\"n\":%ld}}\n", k * 7 % PEOPLE, k, t, k);
}

static void mails(FILE *f, long k)
{
    WHEN("%a, %d %b %Y %H:%M:%S +0000");
    fprintf(f,
            "From u%ld@example.com Mon Jan  1 00:00:00 2024\n"
            "From: U <u%ld@example.com>\nTo: shop@ours.example\n"
            "Subject: Question\nDate: %s\nMessage-ID: <m%ld@example.com>\n",
            k * 7 % PEOPLE, k * 7 % PEOPLE, t, k);
    fprintf(f,
            "References: <root%ld@example.com>\n"
            "\nHello, where is my order number %ld? I waited for days and nobody answered me so far. I would "
            "like to have my money back, or\n"
            "else the thing "
            "that I asked for; the one that came is of another colour, does not fit, and smells of fish.\n\n",
            k % PEOPLE, k);
}

static void xes(FILE *f, long k)
{
    WHEN("%Y-%m-%dT%H:%M:%S.000+00:00");
    if (k == 0) fputs("<?xml version=\"1.0\"?>\n<log xes.version=\"1.0\">\n", f);
    if (k % 10 == 0) fprintf(f, "%s<trace><string key=\"concept:name\" value=\"case%ld\"/>\n", k ? "</trace>\n" : "", k / 10 % PEOPLE);
    fprintf(f,
            "<event><string key=\"concept:name\" value=\"act%ld\"/><string key=\"note\" value=\"a note of its "
            "own, %ld\"/><date key=\"time:timestamp\" value=\"%s\"/></event>\n",
            k % 10, k, t);
}

static void survey(FILE *f, long k)
{
    WHEN("%Y-%m-%d %H:%M:%S");
    if (k == 0) fputs("Response ID,Date submitted,Email address,Q1,Q2,Q3,Q4,Q5,Q6,Q7,Q8,Q9,Q10,Comment\n", f);
    fprintf(f, "%ld,%s,u%ld@example.com", k, t, k * 7 % PEOPLE);
    for (long q = 1; q <= 10; q++) fprintf(f, ",%ld", k * q % 5 + 1);
    fprintf(f, ",\"I was number %ld, and it took them a long time to see that I was there at all\"\n", k);
}

static void crm(FILE *f, long k)
{
    WHEN("%Y-%m-%dT%H:%M:%S.000Z");
    if (k == 0) fputs("\"Id\",\"OpportunityId\",\"Field\",\"OldValue\",\"NewValue\",\"CreatedById\",\"CreatedDate\",\"IsDeleted\"\n", f);
    fprintf(f, "\"017%015ld\",\"0069%011ld\",\"StageName\",\"Prospecting\",\"%s\",\"Eve Adams\",\"%s\",\"false\"\n", k, k * 7 % PEOPLE, k % 3 ? "Qualification" : "Closed Won", t);
}

// Of an object-centric log the objects must be known, and those are the same few however many events there are.
static void ocel_json(FILE *f, long k)
{
    WHEN("%Y-%m-%dT%H:%M:%SZ");
    if (k == 0) fputs("{\"objectTypes\":[{\"name\":\"Order\",\"attributes\":[]}],\n\"objects\":[", f);
    for (long o = 0; k == 0 && o < PEOPLE; o++)
        fprintf(
            f,
            "%s\n{\"id\":\"o%ld\",\"type\":\"Order\",\"attributes\":[{\"name\":\"total\",\"time\":\"1970-01-01T00:00:00Z\",\"value\":%ld}]}",
            o ? "," : "", o, o);
    fprintf(f,
            "%s\n{\"id\":\"e%ld\",\"type\":\"pack\",\"time\":\"%s\",\"attributes\":[{\"name\":\"note\",\"value\":\"a "
            "note of its own, %ld\"}],\"relationships\":[{\"objectId\":\"o%ld\",\"qualifier\":\"of\"}]}",
            k ? "," : "],\n\"events\":[", k, t, k, k * 7 % PEOPLE);
}

static void ocel_xml(FILE *f, long k) // its objects stand at the end
{
    WHEN("%Y-%m-%dT%H:%M:%SZ");
    if (k == 0) fputs("<?xml version=\"1.0\"?>\n<log>\n<object-types><object-type name=\"Order\"/></object-types>\n<events>\n", f);
    fprintf(f,
            "<event id=\"e%ld\" type=\"pack\" time=\"%s\"><attributes><attribute name=\"note\">a note of its "
            "own, %ld</attribute></attributes><objects><relationship object-id=\"o%ld\" "
            "qualifier=\"of\"/></objects></event>\n",
            k, t, k, k * 7 % PEOPLE);
}

static void run(sqlite3 *db, const char *sql) { assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK); }

// Rows of relations stand in the order of events, or (in a table with a key) in another one.
static void ocel_tables(const char *path, long records, bool ordered)
{
    sqlite3 *db = NULL;
    char sql[1000];
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    run(db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN; CREATE TABLE event(ocel_id TEXT, ocel_type TEXT); CREATE TABLE object(ocel_id TEXT, ocel_type TEXT);"
            "CREATE TABLE object_object(ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT); CREATE TABLE event_map_type(ocel_type TEXT, ocel_type_map TEXT);"
            "CREATE TABLE object_map_type(ocel_type TEXT, ocel_type_map TEXT); CREATE TABLE event_Pack(ocel_id TEXT, ocel_time TIMESTAMP, note TEXT);"
            "CREATE TABLE object_Order(ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT, total REAL); INSERT INTO event_map_type VALUES('pack', 'Pack'); INSERT INTO object_map_type VALUES('Order', 'Order')");
    run(db, ordered ? "CREATE TABLE event_object(ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT)"
                    : "CREATE TABLE event_object(ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT, PRIMARY KEY(ocel_event_id, ocel_object_id))");
    (void)snprintf(sql, sizeof sql,
                   "WITH RECURSIVE n(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM n WHERE k < %d - 1) INSERT INTO object SELECT 'o' || k, 'Order' FROM n;"
                   "INSERT INTO object_Order SELECT ocel_id, '1970-01-01 00:00:00', NULL, 12.5 FROM object;"
                   "WITH RECURSIVE n(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM n WHERE k < %ld - 1) INSERT INTO event SELECT 'e' || k, 'pack' FROM n;"
                   "INSERT INTO event_Pack SELECT ocel_id, datetime(1704067200 + rowid * 3, 'unixepoch'), 'a note of its own, ' || ocel_id FROM event;"
                   "INSERT INTO event_object SELECT ocel_id, 'o' || (rowid * 7 %% %d), 'of' FROM event ORDER BY rowid * %d",
                   PEOPLE, records, PEOPLE, ordered ? 1 : -1);
    run(db, sql);
    run(db, "COMMIT");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void ocel_sqlite(const char *path, long records) { ocel_tables(path, records, true); }
static void ocel_keyed(const char *path, long records) { ocel_tables(path, records, false); }

static const struct input {
    const char *as, *option, *end;
    void (*put)(FILE *f, long k);
    long records; // of the shorter one
    void (*make)(const char *path, long records); // instead of put
} inputs[] = {
    {"events", "time=time", "", events, 25000, NULL},  {"weblog", NULL, "", weblog, 40000, NULL}, {"json", NULL, "", json, 20000, NULL}, {"email", NULL, "", mails, 5000, NULL},
    {"xes", NULL, "</trace>\n</log>\n", xes, 20000, NULL}, {"survey", NULL, "", survey, 8000, NULL},  {"crm", NULL, "", crm, 20000, NULL},
    {"ocel", NULL, "]}\n", ocel_json, 15000, NULL}, {"ocel", NULL, "</events>\n<objects><object id=\"o1\" type=\"Order\"/></objects></log>\n", ocel_xml, 12000, NULL},
    {"ocel", "zone=UTC", NULL, NULL, 12000, ocel_sqlite}, {"ocel", "zone=UTC", NULL, NULL, 8000, ocel_keyed},
};

// ---- the peak ------------------------------------------------------------------------------------------------------------------

static const char *path_of(const char *name)
{
    static char path[2][160];
    static unsigned turn;
    char *to = path[turn++ % 2];
    (void)snprintf(to, sizeof path[0], "%s/%s", folder, name);
    return to;
}

static void make_file(const struct input *in, long records)
{
    (void)unlink(path_of("input"));
    if (in->make) {
        in->make(path_of("input"), records);
        return;
    }
    FILE *f = fopen(path_of("input"), "w");
    assert_non_null(f);
    for (long k = 0; k < records; k++) in->put(f, k);
    fputs(in->end, f);
    assert_int_equal(fclose(f), 0);
}

// In KiB: of the program that reads the file itself, and so holds what a worker would hold beside it.
static long peak_of(const struct input *in)
{
    const char *voc = getenv("VOC"), *project = path_of("p.voc"), *file = path_of("input");
    struct rusage use;
    int status = 0;
    (void)unlink(project);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        const char *argv[] = {voc, "import", project, file, "--as", in->as, "--memory", "16M", "--threads", "2", "--quiet", "--isolate=never", in->option ? "-O" : NULL, in->option, NULL};
        int null = open("/dev/null", O_RDWR);
        if (null >= 0 && dup2(null, 1) >= 0) execv(voc, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    assert_true(wait4(pid, &status, 0, &use) == pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail_msg("voc import --as %s ended with %d", in->as, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    return use.ru_maxrss;
}

static void check(const struct input *in)
{
    long peak[2];
    if (!getenv("VOC") || SANITIZED) skip();
    for (unsigned n = 0; n < 2; n++) {
        make_file(in, n ? TIMES * in->records : in->records);
        peak[n] = peak_of(in);
    }
    print_message("# %s: %ld KiB, of %d times the length %ld KiB\n", in->as, peak[0], TIMES, peak[1]);
    if (peak[1] > peak[0] + GROWS_KIB || peak[1] > AT_MOST_KIB) fail_msg("%s: %ld KiB, of %d times the length %ld KiB", in->as, peak[0], TIMES, peak[1]);
}

#define TEST(name, n) \
    static void a_long_##name##_takes_no_more_memory(void **state) { (void)state; check(&inputs[n]); }
TEST(table_of_events, 0)
TEST(web_log, 1)
TEST(file_of_json_lines, 2)
TEST(mailbox, 3)
TEST(event_log_in_xml, 4)
TEST(survey, 5)
TEST(history_of_a_crm_system, 6)
TEST(object_centric_log_in_json, 7)
TEST(object_centric_log_in_xml_that_ends_with_its_objects, 8)
TEST(object_centric_log_in_sqlite, 9)
TEST(object_centric_log_in_sqlite_in_the_order_of_a_key, 10)

static int make_folder(void **state)
{
    const char *tmp = getenv("TMPDIR");
    (void)state;
    (void)snprintf(folder, sizeof folder, "%s/voc-long-XXXXXX", tmp && strlen(tmp) < 40 ? tmp : "/tmp");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(path_of("input"));
    (void)unlink(path_of("p.voc"));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_table_of_events_takes_no_more_memory), cmocka_unit_test(a_long_web_log_takes_no_more_memory),
        cmocka_unit_test(a_long_file_of_json_lines_takes_no_more_memory), cmocka_unit_test(a_long_mailbox_takes_no_more_memory),
        cmocka_unit_test(a_long_event_log_in_xml_takes_no_more_memory), cmocka_unit_test(a_long_survey_takes_no_more_memory),
        cmocka_unit_test(a_long_history_of_a_crm_system_takes_no_more_memory),
        cmocka_unit_test(a_long_object_centric_log_in_json_takes_no_more_memory),
        cmocka_unit_test(a_long_object_centric_log_in_xml_that_ends_with_its_objects_takes_no_more_memory),
        cmocka_unit_test(a_long_object_centric_log_in_sqlite_takes_no_more_memory),
        cmocka_unit_test(a_long_object_centric_log_in_sqlite_in_the_order_of_a_key_takes_no_more_memory),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
