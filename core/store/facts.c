// SPDX-License-Identifier: MIT
// What the file says about itself, told row by row: sources, imports, rejects, counts. Rows come in a fixed order; texts
// borrow until the callback returns. A callback that fails ends the telling with its status.
#include <inttypes.h>
#include "store/project.h"

// Of the events of source s.id: in blocks that are one import's own, and in settled runs.
#define OF_SOURCE(all, of_blocks, of_settled)                                                                                            \
    " (SELECT " all "(x) FROM (SELECT " of_blocks " AS x FROM import AS i JOIN block AS b ON b.import = i.number WHERE i.source = s.id AND b.kind = 1" \
    " UNION ALL SELECT " of_settled " FROM import AS i JOIN settled AS t ON t.import = i.number WHERE i.source = s.id))"
static const char SELECT_SOURCES[] =
    "SELECT s.id, s.plugin, (SELECT coalesce(max(i.actor_assumed), 0) FROM import AS i WHERE i.source = s.id),"
    " (SELECT coalesce(max(i.resolution), 0) FROM import AS i WHERE i.source = s.id), s.watermark_none, s.watermark_us,"
    " (SELECT count(*) FROM import AS i WHERE i.source = s.id),"
    OF_SOURCE("min", "min(b.first_us)", "min(t.first_us)") ","
    OF_SOURCE("max", "max(b.last_us)", "max(t.last_us)") ","
    OF_SOURCE("sum", "coalesce(sum(b.rows), 0)", "coalesce(sum(t.events), 0)")
    " FROM source AS s ORDER BY s.id";
// Of the blocks and settled runs that reach up to the last time of a source: the coarsest resolution, and whether one does not say.
static const char SELECT_LAST[] =
    "SELECT max(x), sum(unknown) FROM (SELECT coalesce(max(b.last_resolution), 0) AS x, count(*) - count(b.last_resolution) AS unknown"
    " FROM import AS i JOIN block AS b ON b.import = i.number WHERE i.source = ?1 AND b.kind = 1 AND b.last_us = ?2"
    " UNION ALL SELECT coalesce(max(t.last_resolution), 0), 0 FROM import AS i JOIN settled AS t ON t.import = i.number WHERE i.source = ?1 AND t.last_us = ?2)";
static const char SELECT_IMPORTS[] =
    "SELECT i.number, i.source, i.plugin, i.file_name, i.hash, i.bytes, i.records, i.gave, i.rejected, i.ignored, i.at_us,"
    " (SELECT coalesce(sum(b.rows), 0) FROM block AS b WHERE b.import = i.number AND b.kind = 1)"
    " + (SELECT coalesce(sum(t.events), 0) FROM settled AS t WHERE t.import = i.number) FROM import AS i ORDER BY i.number";
static const char SELECT_REJECTS[] =
    "SELECT r.import, i.source, i.file_name, r.record, r.line, r.code, r.reason, r.raw FROM reject AS r LEFT JOIN import AS i ON i.number = r.import"
    " ORDER BY r.import, r.record, r.id";
static const char SELECT_COUNTS[] =
    "SELECT (SELECT count(*) FROM import), (SELECT count(*) FROM source), (SELECT coalesce(sum(rows), 0) FROM block WHERE kind = 1),"
    " (SELECT count(*) FROM word), (SELECT count(*) FROM link), (SELECT coalesce(sum(rows), 0) FROM block WHERE kind = 2),"
    " (SELECT coalesce(sum(rows), 0) FROM block WHERE kind = 5), (SELECT count(*) FROM reject), (SELECT count(*) FROM block WHERE kind <> 3),"
    " (SELECT min(first_us) FROM block WHERE kind = 1), (SELECT max(last_us) FROM block WHERE kind = 1)";
static const char COUNT_LINKED[] = "SELECT count(*) FROM alias";
static const char SELECT_LINKED[] = "SELECT kind || '=' || value FROM alias";
static const char SELECT_SPAN[] = "SELECT min(first_us), max(last_us) FROM block WHERE kind = 1";
static const char GET_PAGES[] = "PRAGMA page_count";
static const char GET_PAGE_SIZE[] = "PRAGMA page_size";

static voc_rc last_resolution(struct project *p, struct store_source *x)
{
    sqlite3_stmt *s = NULL;
    bool row = false;
    voc_rc rc = db_prepare(p, &s, SELECT_LAST);
    if (rc == VOC_OK) rc = db_bind(p, s, "tn", x->id, x->last_us);
    if (rc == VOC_OK) rc = db_step(p, s, &row);
    if (rc == VOC_OK) x->last_resolution = row && sqlite3_column_int64(s, 1) == 0 ? (uint32_t)sqlite3_column_int64(s, 0) : UINT32_MAX;
    db_done(&s);
    return rc;
}

voc_rc store_sources(struct project *p, voc_rc (*each)(void *user, const struct store_source *s), void *user)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_SOURCES);
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        struct store_source x = {
            .id = db_text(s, 0), .plugin = db_text(s, 1), .actor_assumed = sqlite3_column_int64(s, 2) != 0,
            .resolution = (uint32_t)sqlite3_column_int64(s, 3), .watermark_none = sqlite3_column_int64(s, 4) != 0, .watermark_us = db_int_or_na(s, 5),
            .n_imports = (uint32_t)sqlite3_column_int64(s, 6), .first_us = db_int_or_na(s, 7), .last_us = db_int_or_na(s, 8),
            .events = (uint64_t)sqlite3_column_int64(s, 9),
        };
        if (x.resolution > VOC_RES_DAY) {
            rc = db_damaged(p, "a source has an impossible resolution");
            break;
        }
        rc = last_resolution(p, &x);
        if (rc == VOC_OK) rc = each(user, &x);
    }
    db_done(&s);
    return rc;
}

voc_rc store_imports(struct project *p, voc_rc (*each)(void *user, const struct store_import *i), void *user)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    char hex[2 * HASH_BYTES + 1];
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_IMPORTS);
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        voc_str hash = db_text(s, 4);
        if (hash.len != HASH_BYTES) {
            rc = db_damaged(p, "the hash of import %" PRId64 " has the wrong length", (int64_t)sqlite3_column_int64(s, 0));
            break;
        }
        hash_hex((const unsigned char *)hash.ptr, hex);
        struct store_import x = {
            .number = sqlite3_column_int64(s, 0),
            .source = db_text(s, 1),
            .plugin = db_text(s, 2),
            .file_name = db_text(s, 3),
            .hash_hex = str_of(hex),
            .bytes = (uint64_t)sqlite3_column_int64(s, 5),
            .records = (uint64_t)sqlite3_column_int64(s, 6),
            .gave = (uint64_t)sqlite3_column_int64(s, 7),
            .rejected = (uint64_t)sqlite3_column_int64(s, 8),
            .ignored = (uint64_t)sqlite3_column_int64(s, 9),
            .at_us = sqlite3_column_int64(s, 10),
            .events = (uint64_t)sqlite3_column_int64(s, 11),
        };
        rc = each(user, &x);
    }
    db_done(&s);
    return rc;
}

voc_rc store_rejects(struct project *p, voc_rc (*each)(void *user, const struct store_reject *r), void *user)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_REJECTS);
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        struct store_reject x = {
            .import = sqlite3_column_int64(s, 0), .source = db_text(s, 1), .file_name = db_text(s, 2), .record = (uint64_t)sqlite3_column_int64(s, 3),
            .line = (uint64_t)sqlite3_column_int64(s, 4), .code = db_text(s, 5), .reason = db_text(s, 6), .raw = db_text(s, 7),
        };
        rc = each(user, &x);
    }
    db_done(&s);
    return rc;
}

// ---- counts ----------------------------------------------------------------------------------------------------------------

static voc_rc count_aliases(void *user, uint32_t first, const voc_str *texts, size_t n)
{
    struct dict *seen = user;
    (void)first;
    for (size_t i = 0; i < n; i++) {
        voc_alias alias[VOC_ALIASES_MAX];
        struct arena a;
        size_t count = 0;
        arena_init(&a, 0);
        voc_rc rc = aliases_decode(&a, texts[i], alias, &count);
        for (size_t k = 0; rc == VOC_OK && k < count; k++) {
            uint32_t code;
            char *text = arena_printf(&a, "%.*s=%.*s", STR_ARG(alias[k].kind), STR_ARG(alias[k].value));
            rc = text ? dict_code(seen, str_of(text), &code) : VOC_E_NOMEM;
        }
        arena_done(&a);
        if (rc != VOC_OK) return rc;
    }
    return VOC_OK;
}

static voc_rc count_linked(struct project *p, struct dict *seen)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    uint32_t code;
    voc_rc rc = db_prepare(p, &s, SELECT_LINKED);
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        rc = dict_code(seen, db_text(s, 0), &code);
    }
    db_done(&s);
    return rc;
}

// Distinct aliases. Where each set is one alias, and no links name others, there are as many as sets.
static voc_rc distinct_aliases(struct project *p, uint64_t *n)
{
    struct dict *seen = NULL;
    uint32_t flags = 0;
    int64_t linked = 0;
    voc_rc rc = space_flags(p, &flags);
    if (rc == VOC_OK) rc = db_int(p, COUNT_LINKED, &linked);
    bool plain = linked == 0 && !(flags & SETS_SEVERAL) && (flags & (SETS_WEAK | SETS_STRONG)) != (SETS_WEAK | SETS_STRONG);
    if (rc == VOC_OK && plain) {
        uint32_t codes = 1;
        rc = space_count(p, SPACE_ALIASES, &codes);
        *n = codes - 1u;
        return rc;
    }
    if (rc == VOC_OK) rc = dict_new(&seen, SIZE_MAX / 4);
    if (rc == VOC_OK) rc = space_each(p, SPACE_ALIASES, count_aliases, seen);
    if (rc == VOC_OK) rc = count_linked(p, seen);
    *n = seen ? dict_n(seen) : 0;
    dict_free(seen);
    return rc;
}

voc_rc store_count(struct project *p, struct store_counts *out)
{
    uint64_t aliases = 0;
    sqlite3_stmt *s = NULL;
    bool row = false;
    int64_t pages = 0, size = 0;
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = db_int(p, GET_PAGES, &pages);
    if (rc == VOC_OK) rc = db_int(p, GET_PAGE_SIZE, &size);
    if (rc == VOC_OK) rc = distinct_aliases(p, &aliases);
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_COUNTS);
    if (rc == VOC_OK) rc = db_step(p, s, &row);
    if (rc == VOC_OK && row) {
        uint64_t n[9];
        for (int i = 0; i < 9; i++) n[i] = (uint64_t)sqlite3_column_int64(s, i);
        *out = (struct store_counts){
            .imports = n[0],
            .sources = n[1],
            .events = n[2],
            .words = n[3],
            .links = n[4],
            .attributes = n[5],
            .measures = n[6],
            .rejects = n[7],
            .aliases = aliases,
            .blocks = n[8],
            .file_bytes = (uint64_t)pages * (uint64_t)size,
            .first_us = db_int_or_na(s, 9),
            .last_us = db_int_or_na(s, 10),
        };
    }
    db_done(&s);
    return rc;
}

voc_rc store_span(struct project *p, int64_t *first_us, int64_t *last_us)
{
    sqlite3_stmt *s = NULL;
    bool row = false;
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_SPAN);
    if (rc == VOC_OK) rc = db_step(p, s, &row);
    if (rc == VOC_OK) {
        *first_us = row ? db_int_or_na(s, 0) : VOC_NA;
        *last_us = row ? db_int_or_na(s, 1) : VOC_NA;
    }
    db_done(&s);
    return rc;
}
