// SPDX-License-Identifier: MIT
// Somebody is forgotten: what is left is, to the digest, what an import of the same rows without theirs makes; nothing of them
// stands anywhere in the file, what others wrote of them is told with its place; and whatever fails on the way, the file
// holds the state before or the one after.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "tests/unit/store/answer.h"
#include "tests/unit/store/format_3.h"
#include "tests/unit/store/forgets.h"
#include "store/project.h"

#define ADA "+email=ada@x.org"
#define ADA_AND "+email=ada@x.org\x1f-cookie=c77c77"

static const struct leaving ADA_LEAVES = {VOC_ENTITY_INDIVIDUAL,
                                          {ADA, ADA_AND},
                                          {{STR("email"), STR("ada@x.org"), 1, 0}, {STR("cookie"), STR("c77c77"), 0, 0}},
                                          2,
                                          false,
                                          false};

// Rows of which ada's can be left out; records are those of the source whoever they are of.
static const struct row EVENTS[] = {
    {.time_us = 1000, .action = "visit", .customer = "+id=bob", .account = "+id=acme", .id = "1", .text = "hello", .record = 0, .actor = VOC_ACTOR_CUSTOMER},
    {.time_us = 2000, .action = "visit", .customer = ADA, .account = "+id=acme", .id = "2", .touchpoint = "/only/adas", .record = 1, .actor = VOC_ACTOR_CUSTOMER},
    {.time_us = 3000, .action = "ring up ada", .customer = ADA_AND, .id = "3", .case_id = "adas case", .text = "I am Ada", .attrs = "{\"who\":\"ada\"}", .record = 2, .actor = VOC_ACTOR_CUSTOMER},
    {.time_us = 4000, .action = "send", .customer = ADA, .channel = "email", .record = 3, .actor = VOC_ACTOR_COMPANY, .resolution = VOC_RES_DAY},
    {.time_us = 4000, .action = "order", .customer = "+id=zoe", .account = "+id=acme", .id = "5", .touchpoint = "/shared", .record = 4, .actor = VOC_ACTOR_CUSTOMER},
    {.time_us = 500, .action = "order", .customer = ADA, .touchpoint = "/shared", .record = 5, .actor = VOC_ACTOR_CUSTOMER},
};
static const struct fact FACTS[] = {
    {.kind = VOC_ROW_WORD, .a = ADA, .text = "zanzibarically slow", .time_us = 2000, .record = 1},
    {.kind = VOC_ROW_WORD, .a = "+id=zoe", .text = "quick", .time_us = 4000, .record = 4},
    {.kind = VOC_ROW_MEASURE, .entity = VOC_ENTITY_INDIVIDUAL, .a = ADA, .key = "nps", .text = "adas three", .unit = "points", .time_us = 2000, .record = 1},
    {.kind = VOC_ROW_MEASURE, .entity = VOC_ENTITY_INDIVIDUAL, .a = "+id=zoe", .key = "nps", .text = "9", .unit = "points", .time_us = 4000, .record = 4},
    {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_INDIVIDUAL, .a = ADA, .key = "born", .text = "1815-12-10", .time_us = 2000, .record = 1},
    {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_INDIVIDUAL, .a = "+id=zoe", .key = "role", .text = "user", .time_us = 4000, .record = 4},
    {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_CASE, .a = "adas case", .key = "size", .text = "9", .time_us = 4000, .record = 4},
    {.kind = VOC_ROW_LINK, .a = ADA, .b = "+phone=555-0199", .unit = "crm", .time_us = 4000, .record = 4},
    {.kind = VOC_ROW_LINK, .a = "+id=zoe", .b = "+email=zoe@x.org", .unit = "crm", .time_us = 4000, .record = 4},
    {.kind = VOC_ROW_REFERENCE, .key = "ledger", .text = "{\"account\":\"acme\"}", .time_us = 20, .integer = VOC_NA, .record = 4},
};
enum { N_EVENTS = sizeof EVENTS / sizeof *EVENTS, N_FACTS = sizeof FACTS / sizeof *FACTS };
static const struct rejected BAD[] = {{.record = 6, .line = 8, .code = "TIME", .reason = "no time", .raw = "x,ADA@x.org,y"}, {.record = 7, .line = 9, .code = "TIME", .reason = "no time", .raw = "nada@x.org"}};

static bool adas(const char *set) { return set && strncmp(set, ADA, strlen(ADA)) == 0; }

// Three imports of two sources: all of it, some of it again under other ids, and one that replaces a row of ada's.
static void make(const char *name, bool with_ada, bool rejects, unsigned settle)
{
    struct project *p = NULL;
    struct import_result out;
    struct settle_result settled;
    struct row events[N_EVENTS],
        more[2] = {{.time_us = 2500,
                    .action = "visit",
                    .customer = ADA,
                    .account = "+id=acme",
                    .id = "2",
                    .text = "again",
                    .record = 0,
                    .actor = VOC_ACTOR_CUSTOMER},
                   {.time_us = 9000, .action = "leave", .customer = "+id=bob", .record = 1, .actor = VOC_ACTOR_CUSTOMER}};
    struct fact facts[N_FACTS];
    size_t n = 0, m = 0;
    for (size_t i = 0; i < N_EVENTS; i++)
        if (with_ada || !adas(EVENTS[i].customer)) events[n++] = EVENTS[i];
    for (size_t i = 0; i < N_FACTS; i++)
        if (with_ada || !adas(FACTS[i].a)) facts[m++] = FACTS[i];
    const struct rows r = {.events = events, .n_events = n, .facts = facts, .n_facts = m, .rejects = BAD, .n_rejects = rejects ? 2 : 0, .records = 8};
    const struct rows again = {.events = more + !with_ada, .n_events = 1u + with_ada, .records = 2},
                      other = {.events = events, .n_events = n, .records = 8};
    assert_int_equal(project_open(&p, in_folder(name), PROJECT_CREATE, NULL), VOC_OK);
    assert_int_equal(import_rows(p, &r, "crm", "one", 1, 0, &out, NULL), VOC_OK);
    assert_int_equal(import_rows(p, &other, "shop", "two", 1, 0, &out, NULL), VOC_OK);
    if (settle == 1) assert_int_equal(store_settle(p, &settled), VOC_OK);
    assert_int_equal(import_rows(p, &again, "crm", "three", 1, 0, &out, NULL), VOC_OK);
    if (settle == 2) assert_int_equal(store_settle(p, &settled), VOC_OK);
    project_close(p);
}

static void digest_of(const char *name, char out[65])
{
    struct project *p = NULL;
    struct diag *d = diag_new();
    assert_int_equal(project_open(&p, in_folder(name), PROJECT_WRITE, d), VOC_OK);
    voc_rc rc = store_verify(p, d);
    if (rc != VOC_OK) fail_msg("%s", diag_n(d) ? diag_at(d, 0)->message : "verify");
    digest_text(p, out);
    project_close(p);
    diag_free(d);
}

static voc_rc leave(const char *name, const struct leaving *l, struct forget_result *out)
{
    struct project *p = NULL;
    struct diag *d = diag_new();
    voc_rc rc = project_open(&p, in_folder(name), l->dry_run ? PROJECT_READ : PROJECT_WRITE, d);
    if (rc == VOC_OK) rc = forget(p, l, out, NULL, NULL);
    if (rc == VOC_E_CHECK) print_message("# %s\n", diag_n(d) ? diag_at(d, 0)->message : "");
    project_close(p);
    diag_free(d);
    return rc;
}

// These are the two events that there are, by time.
static void check_events(struct project *p, int64_t first, int64_t last)
{
    struct event_reader *r = NULL;
    struct event_block b;
    int64_t times[2] = {0, 0};
    size_t n = 0;
    assert_int_equal(event_reader_open(&r, p, EV_TIME, NULL), VOC_OK);
    while (event_reader_next(r, &b) == VOC_OK && b.n)
        for (size_t i = 0; i < b.n; i++, n++) times[n % 2] = b.time_us[i];
    event_reader_close(r);
    assert_int_equal(n, 2);
    assert_int_equal(times[0] < times[1] ? times[0] : times[1], first);
    assert_int_equal(times[0] < times[1] ? times[1] : times[0], last);
}

// Text and attributes of the event at that time.
static void check_texts(struct project *p, int64_t time_us, const char *expected)
{
    struct event_reader *r = NULL;
    struct event_block b;
    char text[400] = "";
    assert_int_equal(event_reader_open(&r, p, EV_TIME | EV_TEXT | EV_ATTRS, NULL), VOC_OK);
    while (event_reader_next(r, &b) == VOC_OK && b.n)
        for (size_t i = 0; i < b.n; i++)
            if (b.time_us[i] == time_us)
                (void)snprintf(text, sizeof text, "%.*s|%.*s", (int)b.text[i].len, b.text[i].ptr, (int)b.attrs[i].len,
                               b.attrs[i].ptr);
    event_reader_close(r);
    assert_string_equal(text, expected);
}

// ---- what is left ------------------------------------------------------------------------------------------------------------

static void what_is_left_is_what_an_import_without_them_makes(void **state)
{
    (void)state;
    static const char tables[] =
        "SELECT (SELECT count(*) FROM link), (SELECT group_concat(value) FROM (SELECT value FROM alias ORDER BY value)), "
        "(SELECT group_concat(from_us) FROM (SELECT from_us FROM member ORDER BY from_us)),"
        " (SELECT count(*) FROM word), (SELECT count(*) FROM measure), (SELECT sum(events) FROM settled)";
    for (unsigned settle = 0; settle < 3; settle++) {
        char with[65], without[65];
        struct forget_result out;
        struct project *p = NULL;
        make("without.voc", false, false, settle);
        make("p.voc", true, false, settle);
        digest_of("without.voc", without);
        digest_of("p.voc", with);
        assert_string_not_equal(with, without);
        assert_int_equal(leave("p.voc", &ADA_LEAVES, &out), VOC_OK);
        assert_int_equal(out.events, 8);
        assert_true(out.words == 1 && out.measures == 1 && out.attributes == 1 && out.first_us == 500 && out.last_us == 4000);
        assert_true(out.members == 2 && out.links >= 1 && out.places == 0 && out.pages > 10 && out.seen_rows > 5);
        digest_of("p.voc", with);
        assert_string_equal(with, without);
        for (unsigned k = 0; k < 2; k++) {
            static struct answer said[2];
            said[k].say = VOC_OK;
            assert_int_equal(project_open(&p, in_folder(k ? "without.voc" : "p.voc"), PROJECT_READ, NULL), VOC_OK);
            assert_int_equal(store_sql(p, tables, take_head, take_row, &said[k], NULL), VOC_OK);
            project_close(p);
            if (k) assert_string_equal(said[0].text, said[1].text);
        }
        remove_file("p.voc");
        remove_file("without.voc");
    }
}

static void nothing_of_them_is_left_in_the_bytes(void **state)
{
    (void)state;
    static const char *const traces[] = {"ada@x.org", "c77c77", "zanzibarically", "1815-12-10", "/only/adas", "ring up ada", "I am Ada", "adas three", "555-0199"};
    for (unsigned settle = 0; settle < 3; settle++) {
        struct forget_result out;
        make("p.voc", true, false, settle);
        unsigned there = 0;
        for (size_t i = 0; i < sizeof traces / sizeof *traces; i++) there += file_holds(in_folder("p.voc"), traces[i]);
        assert_true(there > 6); // some texts may be packed
        assert_int_equal(leave("p.voc", &ADA_LEAVES, &out), VOC_OK);
        for (size_t i = 0; i < sizeof traces / sizeof *traces; i++)
            if (file_holds(in_folder("p.voc"), traces[i])) fail_msg("'%s' is still in the file", traces[i]);
        assert_true(file_holds(in_folder("p.voc"), "adas case")); // of which somebody else told something
        assert_false(is_there(in_folder("p.voc-wal")));
        remove_file("p.voc");
    }
}

// The place of a block is the hash of a name: that of a name which went must not stay either.
static void no_key_of_theirs_is_left(void **state)
{
    (void)state;
    static const char *const units[] = {ADA, ADA_AND};
    struct forget_result out;
    struct project *p = NULL;
    make("p.voc", true, false, 0);
    assert_int_equal(leave("p.voc", &ADA_LEAVES, &out), VOC_OK);
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_READ, NULL), VOC_OK);
    for (size_t i = 0; i < 2; i++) {
        char sql[200];
        const int64_t key = (int64_t)(hash64(units[i], strlen(units[i]), 0) ^ (UINT64_C(1) << 63));
        (void)snprintf(sql, sizeof sql, "SELECT count(*) AS n FROM block WHERE first_key = %lld OR last_key = %lld", (long long)key, (long long)key);
        check_answer(p, sql, "n / 0");
    }
    project_close(p);
    remove_file("p.voc");
}

static void rejects_that_name_them_lose_their_text_and_keep_their_place(void **state)
{
    (void)state;
    struct forget_result out;
    struct project *p = NULL;
    char digest[65];
    make("p.voc", true, true, 0);
    assert_int_equal(leave("p.voc", &ADA_LEAVES, &out), VOC_OK);
    assert_int_equal(out.rejects, 1);
    digest_of("p.voc", digest);
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_READ, NULL), VOC_OK);
    check_answer(p, "SELECT record, line, code, reason, CAST(raw AS TEXT) AS raw FROM reject ORDER BY id",
                 "record,line,code,reason,raw / 6,8,'TIME','its text named somebody who was forgotten','' / 7,9,'TIME','no time','nada@x.org'");
    project_close(p);
    remove_file("p.voc");
}

// ---- many --------------------------------------------------------------------------------------------------------------------

enum { MANY = 3000 };

// People in pages of names; every seventh leaves. The text of a row is the person's own.
static void make_many(const char *name, unsigned left_out, const char *kind)
{
    static struct row rows[2 * MANY];
    static char sets[MANY][40], texts[MANY][40];
    struct project *p = NULL;
    struct import_result out;
    size_t n = 0;
    for (unsigned i = 0; i < 2 * MANY; i++) {
        const unsigned who = i * 7 % MANY;
        (void)snprintf(sets[who], sizeof sets[who], "+%s=p%u", kind, who);
        (void)snprintf(texts[who], sizeof texts[who], "the text of p%u", who);
        if (left_out && who % left_out == 0) continue;
        rows[n++] = (struct row){.time_us = 1000 + i, .action = i % 3 ? "visit" : "order", .customer = sets[who], .text = texts[who], .record = i};
    }
    const struct rows r = {.events = rows, .n_events = n, .records = 2 * MANY};
    assert_int_equal(project_open(&p, in_folder(name), PROJECT_CREATE, NULL), VOC_OK);
    assert_int_equal(import_rows(p, &r, "shop", "many", 1, 0, &out, NULL), VOC_OK);
    project_close(p);
}

static void many_may_leave_at_once(void **state)
{
    (void)state;
    char with[65], without[65];
    struct project *p = NULL;
    struct forget_result out;
    const voc_str *names = NULL;
    uint32_t n = 0;
    bool who[MANY + 1] = {false};
    static voc_alias aliases[MANY];
    static char values[MANY][16];
    size_t n_aliases = 0;
    make_many("without.voc", 7, "id");
    make_many("p.voc", 0, "id");
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL), VOC_OK);
    assert_int_equal(store_strings(p, SPACE_ALIASES, &names, &n), VOC_OK);
    assert_int_equal(n, MANY + 1);
    for (uint32_t i = 1; i < n; i++) {
        unsigned number = (unsigned)strtoul(names[i].ptr + 5, NULL, 10);
        who[i] = number % 7 == 0;
        if (!who[i]) continue;
        (void)snprintf(values[n_aliases], sizeof values[n_aliases], "p%u", number);
        aliases[n_aliases] = (voc_alias){.kind = STR("id"), .value = str_of(values[n_aliases]), .strong = 1};
        n_aliases++;
    }
    const struct forget_spec s = {.as = VOC_ENTITY_INDIVIDUAL, .who = who, .n_who = n, .aliases = aliases, .n_aliases = n_aliases};
    assert_int_equal(store_forget(p, &s, &out, NULL, NULL), VOC_OK);
    assert_true(out.events == 2 * n_aliases && out.strings == n_aliases && out.places == 0);
    check_answer(p, "SELECT DISTINCT flags FROM names WHERE space = 11", "flags / 4"); // all strong, and one a set, as before
    project_close(p);
    digest_of("p.voc", with);
    digest_of("without.voc", without);
    assert_string_equal(with, without);
    remove_file("p.voc");
    remove_file("without.voc");
}

// Somebody is called what the place of a string that went would be called.
static void the_text_in_the_place_of_a_string_is_nobodys_name(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {.time_us = 1, .action = "visit", .customer = "+id=ann", .record = 0},
        {.time_us = 2, .action = "visit", .customer = "+id=forgotten-1", .record = 1},
        {.time_us = 3, .action = "visit", .customer = "+id=forgotten-2-1", .record = 2},
    };
    const struct rows r = {.events = rows, .n_events = 3};
    const struct leaving ann = {VOC_ENTITY_INDIVIDUAL, {"+id=ann"}, {{STR("id"), STR("ann"), 1, 0}}, 1, false, false};
    struct import_result in;
    struct forget_result out;
    struct project *p = NULL;
    char digest[65];
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_CREATE, NULL), VOC_OK);
    assert_int_equal(import_rows(p, &r, "shop", "x", 1, 0, &in, NULL), VOC_OK);
    assert_int_equal(forget(p, &ann, &out, NULL, NULL), VOC_OK);
    assert_int_equal(out.strings, 1);
    check_answer(p, "SELECT text FROM string WHERE space = 11 ORDER BY text", "text / '+id=forgotten-1' / '+id=forgotten-2-1' / '+id=forgotten-3-1'");
    project_close(p);
    digest_of("p.voc", digest); // no name comes twice
    remove_file("p.voc");
}

// ---- accounts and cases ------------------------------------------------------------------------------------------------------

static void an_alias_in_another_role_is_somebody_else(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {.time_us = 1, .action = "visit", .customer = "+id=7", .account = "+id=acme", .record = 0},
        {.time_us = 2, .action = "visit", .customer = "+id=8", .account = "+id=7", .case_id = "t1", .record = 1},
        {.time_us = 3, .action = "visit", .customer = "+id=8", .account = "+id=acme", .case_id = "t2", .record = 2},
    };
    const struct rows r = {.events = rows, .n_events = 3};
    static const struct { struct leaving l; int64_t first, last; uint64_t other; } ways[] = {
        {{VOC_ENTITY_INDIVIDUAL, {"+id=7"}, {{STR("id"), STR("7"), 1, 0}}, 1, false, false}, 2, 3, 1},
        {{VOC_ENTITY_ACCOUNT, {"+id=7"}, {{STR("id"), STR("7"), 1, 0}}, 1, false, false}, 1, 3, 1},
        {{VOC_ENTITY_CASE, {"t2"}, {{STR(""), STR("t2"), 0, 0}}, 1, false, false}, 1, 2, 0},
    };
    for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) {
        struct import_result in;
        struct forget_result out;
        struct project *p = NULL;
        assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_CREATE, NULL), VOC_OK);
        assert_int_equal(import_rows(p, &r, "shop", "x", 1, 0, &in, NULL), VOC_OK);
        assert_int_equal(forget(p, &ways[k].l, &out, NULL, NULL), VOC_OK);
        assert_true(out.events == 1 && out.other_events == ways[k].other);
        check_events(p, ways[k].first, ways[k].last);
        check_answer(p, "SELECT count(*) AS n FROM member", "n / 2");
        assert_int_equal(store_verify(p, NULL), VOC_OK);
        project_close(p);
        remove_file("p.voc");
    }
}

struct told { char text[1000]; size_t n; };

static voc_rc tell(void *user, const struct forget_place *x)
{
    struct told *t = user;
    int len = snprintf(t->text + t->n, sizeof t->text - t->n, "%s|%.*s:%llu|%.*s\n", x->what, (int)x->file_name.len,
                       x->file_name.ptr, (unsigned long long)x->line, (int)x->value.len, x->value.ptr);
    assert_true(len > 0 && t->n + (size_t)len < sizeof t->text);
    t->n += (size_t)len;
    return VOC_OK;
}

static void a_case_of_theirs_is_told_where_it_has_events_that_name_nobody(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {.time_us = 1, .action = "ask", .customer = ADA, .case_id = "t1", .record = 0},
        {.time_us = 2, .action = "close", .case_id = "t1", .record = 1},
        {.time_us = 3, .action = "ask", .customer = ADA, .case_id = "t2", .record = 2},
        {.time_us = 4, .action = "close", .case_id = "t3", .record = 3},
    };
    const struct rows r = {.events = rows, .n_events = 4};
    struct import_result in;
    struct forget_result out;
    struct project *p = NULL;
    struct told t = {.n = 0};
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_CREATE, NULL), VOC_OK);
    assert_int_equal(import_rows(p, &r, "shop", "x", 1, 0, &in, NULL), VOC_OK);
    assert_int_equal(forget(p, &ADA_LEAVES, &out, tell, &t), VOC_OK);
    assert_true(out.events == 2 && out.case_events == 1 && out.cases == 1);
    assert_string_equal(t.text, "a case of theirs, in events that name nobody|:0|t1\n");
    check_events(p, 2, 4);
    project_close(p);
}

// ---- what others wrote -------------------------------------------------------------------------------------------------------

static void what_others_wrote_is_told_with_its_place_or_blanked(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {.time_us = 1, .action = "write", .customer = "+id=bob", .text = "ask Ada@X.org, not bada@x.org", .attrs = "{\"cc\":\"ada@x.org\",\"n\":1}", .record = 0},
        {.time_us = 2, .action = "write", .customer = ADA, .text = "of no matter", .record = 1},
        {.time_us = 3, .action = "write to ada@x.org", .customer = "+id=zoe", .record = 2},
    };
    static const struct fact facts[] = {
        {.kind = VOC_ROW_WORD, .a = "+id=bob", .text = "<ada@x.org> is nice; ada@x.org!", .time_us = 3, .record = 0},
        {.kind = VOC_ROW_MEASURE, .entity = VOC_ENTITY_INDIVIDUAL, .a = "+id=bob", .key = "why", .text = "ada@x.org", .time_us = 3, .record = 2},
    };
    const struct rows r = {.events = rows, .n_events = 3, .facts = facts, .n_facts = 2};
    for (unsigned texts = 0; texts < 2; texts++) {
        struct leaving l = ADA_LEAVES;
        struct import_result in;
        struct forget_result out;
        struct project *p = NULL;
        struct told t = {.n = 0};
        l.texts = texts;
        assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_CREATE, NULL), VOC_OK);
        assert_int_equal(import_rows(p, &r, "shop", "x", 1, 0, &in, NULL), VOC_OK);
        assert_int_equal(forget(p, &l, &out, tell, &t), VOC_OK);
        assert_int_equal(store_verify(p, NULL), VOC_OK);
        if (!texts) {
            assert_string_equal(t.text, "an action|:0|ada@x.org\na text|a.csv:2|ada@x.org\n"
                                        "attributes of an event|a.csv:2|ada@x.org\n"
                                        "a text|a.csv:4|ada@x.org\na word|a.csv:2|ada@x.org\n");
            assert_true(out.places == 5 && out.texts == 0);
        } else {
            assert_string_equal(t.text, "an action|:0|ada@x.org\n");
            assert_int_equal(out.texts, 4);
            check_texts(p, 1, "ask [forgotten], not bada@x.org|{\"cc\":\"[forgotten]\",\"n\":1}");
            check_answer(p, "SELECT text FROM word", "text / '<[forgotten]> is nice; [forgotten]!'");
            check_answer(p, "SELECT text FROM measure", "text / '[forgotten]'");
            check_answer(p, "SELECT count(*) AS n FROM word_index WHERE word_index MATCH 'ada'", "n / 0");
        }
        project_close(p);
        remove_file("p.voc");
    }
}

// ---- around it ---------------------------------------------------------------------------------------------------------------

static void a_dry_run_says_the_same_and_changes_nothing(void **state)
{
    (void)state;
    struct leaving l = ADA_LEAVES;
    struct forget_result would, did;
    char one[65], two[65];
    make("p.voc", true, true, 0);
    digest_of("p.voc", one);
    l.dry_run = true;
    assert_int_equal(leave("p.voc", &l, &would), VOC_OK);
    digest_of("p.voc", two);
    assert_string_equal(one, two);
    assert_true(file_holds(in_folder("p.voc"), "ada@x.org"));
    assert_int_equal(leave("p.voc", &ADA_LEAVES, &did), VOC_OK);
    assert_int_equal(would.pages, 0);
    would.pages = did.pages;
    assert_memory_equal(&would, &did, sizeof did);
    remove_file("p.voc");
}

static void a_table_of_another_program_is_not_thrown_away(void **state)
{
    (void)state;
    struct project *p = NULL;
    struct diag *d = diag_new();
    struct forget_result out;
    sqlite3 *db = NULL;
    make_format_3("p.voc");
    assert_int_equal(sqlite3_open(in_folder("p.voc"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE notes(x)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    const struct leaving ann = {VOC_ENTITY_INDIVIDUAL, {"+id=ann"}, {{STR("id"), STR("ann"), 1, 0}}, 1, false, false};
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_WRITE, d), VOC_OK);
    assert_int_equal(forget(p, &ann, &out, NULL, NULL), VOC_E_INPUT);
    assert_non_null(strstr(diag_at(d, 0)->message, "notes"));
    project_close(p);
    diag_free(d);
    remove_file("p.voc");
}

// Blocks of format 1 hold the names of their first and last unit as they are.
static void somebody_leaves_a_file_that_an_older_program_made(void **state)
{
    (void)state;
    static void (*const make_of[])(const char *) = {make_format_1, make_format_2, make_format_3};
    static const struct leaving bob = {VOC_ENTITY_INDIVIDUAL, {"-cookie=1\x1f+id=bob"}, {{STR("id"), STR("bob"), 1, 0}}, 1, false, false};
    for (size_t k = 0; k < 3; k++) {
        struct project *p = NULL;
        struct forget_result out;
        make_of[k]("p.voc");
        assert_int_equal(leave("p.voc", &bob, &out), VOC_OK);
        assert_true(out.events == 1 && out.first_us == 61000000 && out.measures == (k == 2));
        assert_int_equal(file_holds(in_folder("p.voc"), "=bob"), k == 2); // where an account of that name was measured
        assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_READ, NULL), VOC_OK);
        assert_int_equal(store_verify(p, NULL), VOC_OK);
        check_answer(p, "SELECT first_unit, last_unit, rows, last_us FROM block WHERE kind = 1", "first_unit,last_unit,rows,last_us / '+id=ann','+id=ann',2,31000000");
        check_events(p, 1000000, 31000000);
        project_close(p);
        remove_file("p.voc");
    }
}

// For a moment nobody holds the place of the writer. Who wrote in it is not written over.
static void what_somebody_wrote_meanwhile_is_not_written_over(void **state)
{
    (void)state;
    char other[65], now[65];
    struct project *p = NULL, *q = NULL, *by = NULL;
    struct import_result in;
    bool in_use = false;
    static const struct row rows[] = {{.time_us = 9, .action = "visit", .customer = "+id=eve", .record = 0}};
    const struct rows r = {.events = rows, .n_events = 1};
    make("p.voc", true, false, 0);
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL), VOC_OK);
    assert_int_equal(project_open_like(&by, p, 0), VOC_OK);
    project_rest(p);
    assert_int_equal(project_open(&q, in_folder("p.voc"), PROJECT_WRITE, NULL), VOC_OK);
    assert_int_equal(import_rows(q, &r, "mail", "four", 1, 0, &in, NULL), VOC_OK);
    digest_text(q, other);
    project_close(q);
    assert_int_equal(project_replace(p, by, NULL, NULL, &in_use), VOC_E_BUSY);
    digest_text(p, now);
    assert_string_equal(now, other);
    project_close(p);
    project_close(by);
    digest_of("p.voc", now);
    assert_string_equal(now, other);
}

// What comes in afterwards finds its names, and the rows that stayed.
static void a_project_goes_on_after_somebody_left(void **state)
{
    (void)state;
    struct forget_result out;
    char one[65], two[65];
    for (unsigned k = 0; k < 2; k++) {
        struct project *p = NULL;
        struct import_result in;
        static const struct row rows[] = {{.time_us = 9, .action = "ring up ada", .customer = ADA, .touchpoint = "/shared", .id = "5", .record = 0}, {.time_us = 10, .action = "visit", .customer = "+id=bob", .record = 1}};
        const struct rows r = {.events = rows, .n_events = 2};
        make("p.voc", k == 0, false, 0);
        if (k == 0) assert_int_equal(leave("p.voc", &ADA_LEAVES, &out), VOC_OK);
        assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL), VOC_OK);
        assert_int_equal(import_rows(p, &r, "crm", "four", 1, 0, &in, NULL), VOC_OK);
        assert_int_equal(in.replaced_events, 1);
        project_close(p);
        digest_of("p.voc", k ? two : one);
        remove_file("p.voc");
    }
    assert_string_equal(one, two);
}

static void each_failing_allocation_leaves_the_state_before_or_after(void **state)
{
    (void)state;
    char before[65], after[65], now[65];
    struct forget_result out;
    unsigned failed = 0;
    make("p.voc", true, true, 1);
    digest_of("p.voc", before);
    assert_int_equal(leave("p.voc", &ADA_LEAVES, &out), VOC_OK);
    digest_of("p.voc", after);
    remove_file("p.voc");
    make("p.voc", true, true, 1);
    bool fired = true;
    for (uint64_t nth = 1; fired; nth += 1 + nth / 40) {
        struct mem_stats start = mem_stats();
        mem_fault(nth, nth % 2 != 0);
        voc_rc rc = leave("p.voc", &ADA_LEAVES, &out);
        mem_fault(0, false);
        fired = mem_fault_fired();
        assert_int_equal(mem_stats().live_blocks, start.live_blocks);
        digest_of("p.voc", now);
        if (rc != VOC_OK) {
            assert_int_equal(rc, VOC_E_NOMEM);
            failed++;
        } else assert_string_equal(now, after);
        if (strcmp(now, before) == 0) continue;
        assert_string_equal(now, after);
        remove_file("p.voc");
        make("p.voc", true, true, 1);
    }
    assert_true(failed > 60);
    remove_file("p.voc");
}

static int clean(void **state)
{
    (void)state;
    mem_fault(0, false);
    remove_file("p.voc");
    remove_file("without.voc");
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_is_left_is_what_an_import_without_them_makes, clean),
        cmocka_unit_test_teardown(nothing_of_them_is_left_in_the_bytes, clean),
        cmocka_unit_test_teardown(no_key_of_theirs_is_left, clean),
        cmocka_unit_test_teardown(rejects_that_name_them_lose_their_text_and_keep_their_place, clean),
        cmocka_unit_test_teardown(many_may_leave_at_once, clean),
        cmocka_unit_test_teardown(the_text_in_the_place_of_a_string_is_nobodys_name, clean),
        cmocka_unit_test_teardown(an_alias_in_another_role_is_somebody_else, clean),
        cmocka_unit_test_teardown(a_case_of_theirs_is_told_where_it_has_events_that_name_nobody, clean),
        cmocka_unit_test_teardown(what_others_wrote_is_told_with_its_place_or_blanked, clean),
        cmocka_unit_test_teardown(a_dry_run_says_the_same_and_changes_nothing, clean),
        cmocka_unit_test_teardown(a_table_of_another_program_is_not_thrown_away, clean),
        cmocka_unit_test_teardown(somebody_leaves_a_file_that_an_older_program_made, clean),
        cmocka_unit_test_teardown(what_somebody_wrote_meanwhile_is_not_written_over, clean),
        cmocka_unit_test_teardown(a_project_goes_on_after_somebody_left, clean),
        cmocka_unit_test_teardown(each_failing_allocation_leaves_the_state_before_or_after, clean),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
