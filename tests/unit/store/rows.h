// SPDX-License-Identifier: MIT
// Rows for tests of the store, written as texts and given to an import as a worker would give them: coded blocks with a
// string table of their own. Uses the plain allocator, so that injected faults hit only what is tested. Needs cmocka's
// headers before it.
#ifndef VOC_TESTS_UNIT_STORE_ROWS_H
#define VOC_TESTS_UNIT_STORE_ROWS_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/store.h"

struct row { // an event; texts may be NULL; money 0 is missing
    int64_t time_us;
    const char *action, *customer, *account, *case_id, *id, *channel, *touchpoint, *text, *attrs, *ref;
    int64_t cost, value, minutes;
    uint64_t record;
    uint32_t sub, resolution, actor;
};
struct fact {
    uint32_t kind, entity, type;
    const char *a, *b, *key, *text, *unit, *id;
    int64_t time_us, integer;
    double number;
    uint64_t record;
    uint32_t sub;
};
struct rejected { uint64_t record, line; const char *code, *reason, *raw; };
struct rows {
    const struct row *events;
    size_t n_events;
    const struct fact *facts;
    size_t n_facts;
    const struct rejected *rejects;
    size_t n_rejects;
    size_t in_block;    // events of one coded block; 0: all in one
    uint64_t records;   // 0: as the rows say
    bool unended;       // the last record was cut off
};

struct table { voc_str *at; uint32_t n, cap; };

static inline uint32_t coded(struct table *t, const char *text)
{
    if (!text || !*text) return 0;
    for (uint32_t i = t->n, tries = 0; i-- > 1 && tries < 40; tries++)
        if (str_is(t->at[i], text)) return i;
    if (t->n == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 64;
        t->at = realloc(t->at, t->cap * sizeof *t->at);
        assert_non_null(t->at);
    }
    t->at[t->n] = str_of(text);
    return t->n++;
}

static inline void table_begin(struct table *t)
{
    *t = (struct table){0};
    t->at = malloc(64 * sizeof *t->at);
    assert_non_null(t->at);
    t->cap = 64;
    t->at[t->n++] = (voc_str){"", 0};
}

// One coded block of the events from..to.
static inline voc_rc add_events(struct import *i, const struct row *rows, size_t n)
{
    enum { CODES = 10 };
    struct table t;
    table_begin(&t);
    int64_t *wide = malloc((n + 1) * 4 * sizeof *wide);
    uint8_t *small = malloc((n + 1) * 3);
    uint32_t *code = malloc((n + 1) * (CODES + 1) * sizeof *code);
    uint64_t *place = malloc((n + 1) * 2 * sizeof *place);
    assert_true(wide && small && code && place);
    for (size_t k = 0; k < n; k++) {
        const struct row *r = &rows[k];
        const char *const text[CODES] = {r->action, r->customer, r->account, r->case_id, r->id, r->channel, r->touchpoint, r->text, r->attrs, r->ref};
        wide[k] = r->time_us;
        wide[n + k] = r->cost ? r->cost : VOC_NA;
        wide[2 * n + k] = r->value ? r->value : VOC_NA;
        wide[3 * n + k] = r->minutes ? r->minutes : VOC_NA;
        small[k] = (uint8_t)r->resolution;
        small[n + k] = (uint8_t)r->actor;
        small[2 * n + k] = r->ref ? VOC_REF_EVENT : VOC_REF_NONE;
        place[k] = r->record;
        place[n + k] = r->record + 2;
        for (size_t c = 0; c < CODES; c++) code[c * n + k] = coded(&t, text[c]);
        code[CODES * n + k] = r->sub;
    }
    struct coded_block b = {
        .strings = t.at,
        .n_strings = t.n,
        .events = {.time_us = wide, .cost = wide + n, .value = wide + 2 * n, .minutes = wide + 3 * n, .resolution = small, .actor = small + n,
                   .ref_kind = small + 2 * n, .action = code, .customer = code + n, .account = code + 2 * n,
                   .case_id = code + 3 * n, .id = code + 4 * n, .channel = code + 5 * n, .touchpoint = code + 6 * n,
                   .text = code + 7 * n, .attrs = code + 8 * n, .ref = code + 9 * n, .sub = code + CODES * n, .record = place,
                   .line = place + n, .n = n},
    };
    voc_rc rc = import_add(i, &b);
    free(wide);
    free(small);
    free(code);
    free(place);
    free(t.at);
    return rc;
}

static inline voc_rc add_others(struct import *i, const struct rows *r)
{
    struct table t;
    table_begin(&t);
    struct coded_fact *f = calloc(r->n_facts + 1, sizeof *f);
    struct coded_reject *j = calloc(r->n_rejects + 1, sizeof *j);
    assert_true(f && j);
    for (size_t k = 0; k < r->n_facts; k++) {
        const struct fact *x = &r->facts[k];
        f[k] = (struct coded_fact){.kind = x->kind, .entity = x->entity, .type = x->type, .a = coded(&t, x->a),
                                   .b = coded(&t, x->b), .key = coded(&t, x->key), .text = coded(&t, x->text),
                                   .unit = coded(&t, x->unit), .id = coded(&t, x->id), .time_us = x->time_us, .integer = x->integer,
                                   .number = x->number, .record = x->record, .line = x->record + 2, .sub = x->sub};
    }
    for (size_t k = 0; k < r->n_rejects; k++)
        j[k] = (struct coded_reject){.record = r->rejects[k].record, .line = r->rejects[k].line, .code = coded(&t, r->rejects[k].code),
                                     .reason = coded(&t, r->rejects[k].reason), .raw = coded(&t, r->rejects[k].raw)};
    struct coded_block b = {.strings = t.at, .n_strings = t.n, .facts = f, .n_facts = r->n_facts, .rejects = j, .n_rejects = r->n_rejects};
    voc_rc rc = import_add(i, &b);
    free(f);
    free(j);
    free(t.at);
    return rc;
}

// The account of rows that were read well: each record 10 bytes, and 5 of framing.
static inline struct import_account account_of(const struct rows *r, const char *content)
{
    struct import_account a = {.records = r->records, .rejected = r->n_rejects, .framing_bytes = 5, .ends_clean = !r->unended};
    if (!a.records) {
        for (size_t k = 0; k < r->n_events; k++)
            if (r->events[k].record >= a.records) a.records = r->events[k].record + 1;
        for (size_t k = 0; k < r->n_facts; k++)
            if (r->facts[k].record >= a.records) a.records = r->facts[k].record + 1;
        for (size_t k = 0; k < r->n_rejects; k++)
            if (r->rejects[k].record >= a.records) a.records = r->rejects[k].record + 1;
    }
    a.gave = a.records - a.rejected;
    a.gave_bytes = 10 * a.gave;
    a.rejected_bytes = 10 * a.rejected;
    a.bytes = a.gave_bytes + a.rejected_bytes + a.framing_bytes;
    a.decoded_raw = strlen(content);
    hash_of(content, strlen(content), a.hash);
    return a;
}

static inline struct import_spec spec_of(const char *source, unsigned char mapping)
{
    struct import_spec s = {.source = str_of(source), .plugin = STR("events"), .plugin_version = STR("1"),
                            .file_name = STR("a.csv"), .resolution = VOC_RES_SECOND,
                            .watermark_us = VOC_NA};
    memset(s.mapping, mapping, sizeof s.mapping);
    return s;
}

// The newest import of the source that holds so many records; 0: none does.
static inline voc_rc import_with(struct project *p, const char *source, uint64_t records, int64_t *number)
{
    struct import_prior prior[16];
    size_t n = 0;
    *number = 0;
    voc_rc rc = records ? import_priors(p, str_of(source), STR(""), prior, 16, &n) : VOC_OK;
    for (size_t k = 0; k < n && !*number; k++)
        if (prior[k].records == records) *number = prior[k].number;
    return rc;
}

// A whole import. content stands for the bytes of the file.
static inline voc_rc import_rows(struct project *p, const struct rows *r, const char *source, const char *content,
                                 unsigned char mapping, uint64_t behind, struct import_result *out, struct diag *d)
{
    struct import *i = NULL;
    struct import_spec spec = spec_of(source, mapping);
    struct import_account a = account_of(r, content);
    int64_t held = 0;
    voc_rc rc = import_with(p, source, behind, &held);
    if (rc == VOC_OK) rc = import_begin(&i, p, &spec, d);
    size_t step = r->in_block ? r->in_block : r->n_events ? r->n_events : 1;
    for (size_t at = 0; rc == VOC_OK && at < r->n_events; at += step)
        rc = add_events(i, r->events + at, r->n_events - at < step ? r->n_events - at : step);
    if (rc == VOC_OK) rc = add_others(i, r);
    if (rc == VOC_OK) return import_commit(i, &a, held, out);
    import_rollback(i);
    return rc;
}

// ---- files -------------------------------------------------------------------------------------------------------------------

// A name in the test's own folder, which is removed by remove_folder.
static char test_folder[] = "store-test-XXXXXX";

static inline const char *in_folder(const char *name)
{
    static char path[4][128];
    static unsigned turn;
    char *to = path[turn++ % 4];
    (void)snprintf(to, sizeof path[0], "%s/%s", test_folder, name);
    return to;
}

static inline int make_folder(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR");
    if (chdir(tmp ? tmp : "/tmp") != 0 || !mkdtemp(test_folder)) return -1;
    return store_init() == VOC_OK ? 0 : -1;
}

static inline void remove_file(const char *name)
{
    static const char *const suffix[] = {"", "-wal", "-shm", "-journal"};
    char path[160];
    for (unsigned i = 0; i < 4; i++) {
        (void)snprintf(path, sizeof path, "%s/%s%s", test_folder, name, suffix[i]);
        (void)unlink(path);
    }
}

static inline bool is_there(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

static inline int remove_folder(void **state)
{
    (void)state;
    store_done();
    return rmdir(test_folder); // a test that leaves a file behind fails here
}

static inline void digest_text(struct project *p, char out[2 * HASH_BYTES + 1])
{
    unsigned char hash[HASH_BYTES];
    assert_int_equal(store_digest(p, hash), VOC_OK);
    hash_hex(hash, out);
}
#endif
