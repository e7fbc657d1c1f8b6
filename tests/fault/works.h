// SPDX-License-Identifier: MIT
// What the tests of faults do to a project, each from open to close, and what it holds before and after. Needs cmocka's
// headers before it.
#ifndef VOC_TESTS_FAULT_WORKS_H
#define VOC_TESTS_FAULT_WORKS_H
#include "tests/fault/powercut.h"
#include "tests/unit/store/rows.h"
#include "tests/unit/store/forgets.h"

#define T INT64_C(1735689600000000) // 2025-01-01

static const char NONE[] = "no project";

struct work {
    voc_rc (*make)(struct project *p); // what stands before; NULL: no file
    voc_rc (*run)(struct project *p);  // what is put to the test; twice does no harm
};

enum { STATE = 80 };
static char before[STATE], after[STATE], empty[STATE]; // digests; empty: of a project in which nothing is
static bool with_runs; // a state tells of the runs of blocks too, which the digest does not know

// ---- what is written -------------------------------------------------------------------------------------------------------

static const struct row FIRST[] = {
    {.time_us = T + 1, .action = "visit", .customer = "+id=ann", .account = "+id=acme", .id = "1", .record = 0, .actor = VOC_ACTOR_CUSTOMER},
    {.time_us = T + 2, .action = "visit", .customer = "+id=bob", .id = "2", .record = 1, .actor = VOC_ACTOR_CUSTOMER},
    {.time_us = T + 3, .action = "order", .customer = "+id=bob", .account = "+id=acme", .record = 2, .actor = VOC_ACTOR_CUSTOMER},
};
static const struct row SECOND[] = { // replaces event 1; new names in every dictionary
    {.time_us = T + 11, .action = "call", .customer = "+id=ann\x1f-cookie=7", .account = "+id=bolt", .id = "1", .channel = "phone", .touchpoint = "desk", .case_id = "c1",
     .text = "well then", .attrs = "{\"k\":1}", .ref = "0", .cost = 5000000, .record = 0, .actor = VOC_ACTOR_CUSTOMER},
    {.time_us = T + 12, .action = "visit", .customer = "+id=zoe", .account = "+id=bolt", .record = 1, .actor = VOC_ACTOR_CUSTOMER},
};
static const struct row GROWN[] = { // FIRST, which goes on
    {.time_us = T + 1, .action = "visit", .customer = "+id=ann", .account = "+id=acme", .id = "1", .record = 0, .actor = VOC_ACTOR_CUSTOMER},
    {.time_us = T + 2, .action = "visit", .customer = "+id=bob", .id = "2", .record = 1, .actor = VOC_ACTOR_CUSTOMER},
    {.time_us = T + 3, .action = "order", .customer = "+id=bob", .account = "+id=acme", .record = 2, .actor = VOC_ACTOR_CUSTOMER},
    {.time_us = T + 4, .action = "leave", .customer = "+id=bob", .record = 3, .actor = VOC_ACTOR_CUSTOMER},
};
static const struct fact FACTS[] = {
    {.kind = VOC_ROW_WORD, .a = "+id=zoe", .text = "bad", .time_us = T + 12, .record = 1},
    {.kind = VOC_ROW_MEASURE, .entity = VOC_ENTITY_INDIVIDUAL, .a = "+id=zoe", .key = "nps", .text = "3", .unit = "points", .time_us = T + 12, .record = 1},
    {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_CASE, .a = "c1", .key = "size", .text = "9", .time_us = T + 12, .record = 1},
    {.kind = VOC_ROW_LINK, .a = "+id=zoe", .b = "+email=z@example.com", .unit = "crm", .time_us = T + 12, .record = 1},
};
static const struct rejected BAD[] = {{.record = 2, .line = 4, .code = "TIME", .reason = "no time", .raw = "x"}};

static inline voc_rc import_first(struct project *p)
{
    const struct rows r = {.events = FIRST, .n_events = 3};
    struct import_result out;
    return import_rows(p, &r, "crm", "one", 1, 0, &out, NULL);
}

static inline voc_rc import_second(struct project *p)
{
    const struct rows r = {.events = SECOND, .n_events = 2, .facts = FACTS, .n_facts = 4, .rejects = BAD, .n_rejects = 1};
    struct import_result out;
    return import_rows(p, &r, "shop", "two", 1, 0, &out, NULL);
}

static inline voc_rc import_over_ids(struct project *p)
{
    const struct rows r = {.events = SECOND, .n_events = 2, .facts = FACTS, .n_facts = 4};
    struct import_result out;
    return import_rows(p, &r, "crm", "two", 1, 0, &out, NULL);
}

static inline voc_rc import_grown(struct project *p)
{
    const struct rows r = {.events = GROWN, .n_events = 4};
    struct import_result out;
    return import_rows(p, &r, "crm", "one and more", 1, 3, &out, NULL);
}

static inline voc_rc import_read_otherwise(struct project *p)
{
    const struct rows r = {.events = GROWN + 1, .n_events = 3};
    struct import_result out;
    return import_rows(p, &r, "crm", "one", 2, 0, &out, NULL);
}

static inline voc_rc use_definition(struct project *p)
{
    struct store_definition d = {.id = STR("b2b"), .version = STR("1"), .journey_xml = STR("<journey/>"), .sources_xml = STR("<sources/>"), .attached_us = 7};
    memset(d.hash, 7, sizeof d.hash);
    voc_rc rc = store_definition_use(p, &d);
    return rc == VOC_OK ? store_definition_set(p, STR("start"), STR("2024")) : rc;
}

// More than SQLite holds in memory, so that pages are written before the commit, and checkpoints come in between.
static inline voc_rc import_much(struct project *p)
{
    enum { N = 2600, TEXT = 9000 };
    static struct row rows[N];
    static char texts[N][TEXT], who[N][16];
    uint64_t seed = 5;
    struct import_result out;
    for (size_t i = 0; i < N; i++) {
        for (size_t k = 0; k < TEXT - 1; k++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            texts[i][k] = (char)(33 + (seed >> 40) % 94);
        }
        (void)snprintf(who[i], sizeof who[i], "+id=%zu", i * 7 % 211);
        rows[i] = (struct row){.time_us = T + (int64_t)i, .action = "write", .customer = who[i], .text = texts[i], .record = i};
    }
    const struct rows r = {.events = rows, .n_events = N, .in_block = 400};
    return import_rows(p, &r, "mail", "much", 1, 0, &out, NULL);
}

// In as many runs as there are imports; too few to be settled at the end of one.
static inline voc_rc import_three(struct project *p)
{
    voc_rc rc = import_first(p);
    if (rc == VOC_OK) rc = import_second(p);
    return rc == VOC_OK ? import_grown(p) : rc;
}

static inline voc_rc nothing(struct project *p)
{
    (void)p;
    return VOC_OK;
}

static inline voc_rc settle_all(struct project *p)
{
    struct settle_result r;
    return store_settle(p, &r);
}

// Somebody of whom two imports have events and facts; and again, when they are gone.
static inline voc_rc forget_one(struct project *p)
{
    static const struct leaving zoe = {VOC_ENTITY_INDIVIDUAL,
                                       {"+id=zoe", "+id=bob"},
                                       {{STR("id"), STR("zoe"), 1, 0},
                                        {STR("id"), STR("bob"), 1, 0},
                                        {STR("email"), STR("z@example.com"), 1, 0}},
                                       3,
                                       false,
                                       false};
    struct forget_result out;
    return forget(p, &zoe, &out, NULL, NULL);
}

static inline voc_rc forget_a_writer(struct project *p) // of import_much
{
    static const struct leaving who = {VOC_ENTITY_INDIVIDUAL, {"+id=7", "+id=8"}, {{STR("id"), STR("7"), 1, 0}, {STR("id"), STR("8"), 1, 0}}, 2, false, false};
    struct forget_result out;
    return forget(p, &who, &out, NULL, NULL);
}

static inline voc_rc no_head(void *user, const char *const *names, size_t n)
{
    (void)user, (void)names, (void)n;
    return VOC_OK;
}

static inline voc_rc one_number(void *user, const voc_cell *cells, size_t n)
{
    assert_int_equal(n, 1);
    *(int64_t *)user = cells[0].i;
    return VOC_OK;
}

static inline void describe(struct project *p, char out[STATE])
{
    int64_t runs = 0;
    digest_text(p, out);
    if (!with_runs) return;
    assert_int_equal(store_sql(p, "SELECT count(DISTINCT import) FROM block WHERE kind = 1", no_head, one_number, &runs, NULL), VOC_OK);
    (void)snprintf(out + strlen(out), 12, "/%d", (int)runs);
}

// Makes what stands before the work.
static inline void begin_work(const struct work *w)
{
    struct project *p = NULL;
    remove_file("p.voc");
    (void)snprintf(before, sizeof before, "%s", NONE);
    if (!w->make) return;
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_CREATE, NULL), VOC_OK);
    assert_int_equal(w->make(p), VOC_OK);
    describe(p, before);
    project_close(p);
}

// ---- before and after ------------------------------------------------------------------------------------------------------

static inline voc_rc do_work(const struct work *w, struct diag *d, size_t *kept)
{
    struct project *p = NULL;
    voc_rc rc = project_open(&p, in_folder("p.voc"), PROJECT_CREATE, d);
    if (rc == VOC_OK) rc = w->run(p);
    if (kept) *kept = powercut_steps();
    project_close(p);
    return rc;
}

// Of the file as it lies there; NONE where it is not one yet, and where nothing is in it.
static inline void state_of(char out[STATE], enum project_mode mode)
{
    struct project *p = NULL;
    struct diag *d = diag_new();
    voc_rc rc = project_open(&p, in_folder("p.voc"), mode, d);
    (void)snprintf(out, STATE, "%s", NONE);
    if (rc == VOC_OK) {
        if (mode == PROJECT_WRITE) assert_int_equal(store_verify(p, d), VOC_OK);
        describe(p, out);
        if (strcmp(out, empty) == 0 && strcmp(before, NONE) == 0) (void)snprintf(out, STATE, "%s", NONE);
    } else if (strcmp(before, NONE) != 0 || (rc != VOC_E_IO && rc != VOC_E_INPUT)) {
        fail_msg("does not open: %s, %s", rc_name(rc), diag_n(d) ? diag_at(d, 0)->message : "");
    }
    project_close(p);
    diag_free(d);
}
// The group's setup: a folder of its own, the file system that fails as it is told.
static inline int prepare_works(void **state)
{
    struct project *p = NULL;
    if (make_folder(state) != 0 || powercut_register() != 0) return -1;
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_CREATE, NULL), VOC_OK);
    digest_text(p, empty);
    project_close(p);
    remove_file("p.voc");
    return 0;
}
#endif
