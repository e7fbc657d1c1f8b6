// SPDX-License-Identifier: MIT
// The life of an import up to its commit: what earlier imports hold, begin, blocks in, rollback; and behind it, what others hold of
// it too. Until the commit nothing is written but what memory does not hold (import_spill.c), so a rollback mostly only forgets. One
// import at a time in a project.
#include <inttypes.h>
#include <stdio.h>
#include "store/events/held.h"
#include "store/events/parts.h"
#include "store/import/import.h"

static const char SELECT_PRIORS[] =
    "SELECT number, length, records, hash, mapping FROM import WHERE source = ? ORDER BY file_name = ? DESC, number DESC LIMIT ?";

voc_rc import_priors(struct project *p, voc_str source, voc_str file_name, struct import_prior *out, size_t max, size_t *n)
{
    sqlite3_stmt *s = NULL;
    size_t count = 0;
    bool row = true;
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_PRIORS);
    if (rc == VOC_OK) rc = db_bind(p, s, "tti", source, file_name, (int64_t)(max < INT32_MAX ? max : INT32_MAX));
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row || count == max) break;
        voc_str hash = db_text(s, 3), mapping = db_text(s, 4);
        if (hash.len != HASH_BYTES || mapping.len != HASH_BYTES) {
            rc = db_damaged(p, "the hash of an import has the wrong length");
            break;
        }
        struct import_prior *to = &out[count++];
        *to = (struct import_prior){.number = sqlite3_column_int64(s, 0), .length = (uint64_t)sqlite3_column_int64(s, 1),
                                    .records = (uint64_t)sqlite3_column_int64(s, 2)};
        memcpy(to->hash, hash.ptr, HASH_BYTES);
        memcpy(to->mapping, mapping.ptr, HASH_BYTES);
    }
    db_done(&s);
    if (rc == VOC_OK) *n = count;
    return rc;
}

static bool own(struct arena *a, voc_str *s)
{
    bool ok = true;
    *s = arena_str(a, s->ptr, s->len, &ok);
    return ok;
}

enum { CACHE_KIB = 16384 }; // as project.c opens it

// SQLite's cache of pages is part of what may be held.
static voc_rc bound_cache(struct project *p, uint64_t memory_max)
{
    char pragma[64];
    const uint64_t kib = memory_max / 8 >> 10;
    if (!memory_max || kib >= CACHE_KIB) return VOC_OK;
    (void)snprintf(pragma, sizeof pragma, "PRAGMA cache_size = -%" PRIu64, kib + 1);
    return db_exec(p, pragma);
}

voc_rc import_begin(struct import **out, struct project *p, const struct import_spec *spec, struct diag *d)
{
    voc_rc rc = project_need_write(p, "an import");
    if (rc != VOC_OK) return rc;
    if (p->importing || spec->source.len == 0 || spec->resolution > VOC_RES_DAY) return VOC_E_BUG;
    if ((rc = bound_cache(p, spec->memory_max)) != VOC_OK || (rc = project_hold(p)) != VOC_OK) return rc;
    struct import *i = mem_zalloc(1, sizeof *i);
    if (!i) return VOC_E_NOMEM;
    i->p = p;
    i->d = d;
    i->spec = *spec;
    i->behind = VOC_NA;
    i->result = (struct import_result){.first_us = VOC_NA, .last_us = VOC_NA};
    arena_init(&i->arena, 0);
    rc = pending_init(&i->q);
    if (rc == VOC_OK && !(own(&i->arena, &i->spec.source) && own(&i->arena, &i->spec.plugin) && own(&i->arena, &i->spec.plugin_version) &&
                          own(&i->arena, &i->spec.file_name)))
        rc = VOC_E_NOMEM;
    if (rc == VOC_OK) rc = dict_code(i->q.names[SPACE_SOURCE], i->spec.source, &i->source);
    p->importing = true;
    if (rc == VOC_OK) *out = i;
    else import_rollback(i);
    return rc;
}

voc_rc import_add(struct import *i, const struct coded_block *b)
{
    const char *why = "";
    voc_rc rc = pending_add(&i->q, b, &why);
    if (rc == VOC_E_BUG)
        diag_error(i->d, "STORE-020", i->spec.file_name.ptr, 0, "report it to the author of the plugin", "plugin %s broke its contract: %s", i->spec.plugin.ptr, why);
    else if (rc == VOC_E_LIMIT) diag_error(i->d, "STORE-005", i->spec.file_name.ptr, 0, NULL, "%s", why);
    if (rc == VOC_OK && i->spec.reject_max && i->q.rejects.n + i->spilled_rejects > i->spec.reject_max) {
        diag_error(i->d, "STORE-021", i->spec.file_name.ptr, 0, "look at them with `voc rejects`, or allow more", "more than %" PRIu64 " records were not understood",
                   i->spec.reject_max);
        rc = VOC_E_LIMIT;
    }
    return rc == VOC_OK ? import_fit(i) : rc;
}

void import_assumed(struct import *i, bool actor_unset)
{
    if (actor_unset) i->spec.actor_assumed = 1;
}

void import_rollback(struct import *i)
{
    if (!i) return;
    i->p->importing = false;
    if (i->spilled) project_undo(i->p);
    if (i->names) names_close(i->names);
    mem_free(i->names);
    held_drop(i);
    pending_done(&i->q);
    arena_done(&i->arena);
    mem_free(i);
}

// ---- behind the commit ---------------------------------------------------------------------------------------------------------

#define LOOKED_AT ((size_t)65536) // rows, of all imports

// The newest import, if an earlier one of its source has events in the same time; those of settled blocks (import below 0) may be its. To look
// costs by the names of the project, so not for a file that is small beside it: appending costs by the size of the file.
#define SMALL_BESIDE "100" // times as many events
static const char FIND_OVERLAP[] =
    "SELECT number FROM import AS x WHERE number = (SELECT max(number) FROM import) AND EXISTS (SELECT 1 FROM block WHERE kind = 1 AND first_us <= ? AND last_us >= ?"
    " AND (import < 0 OR import IN (SELECT number FROM import WHERE source = x.source AND number <> x.number)))"
    " AND (SELECT sum(rows) FROM block WHERE kind = 1) <= ? * " SMALL_BESIDE;

// Does another import of its source have an event of this row's unit, time and tuple?
static bool held_too(const struct event_part *t, size_t row, size_t from, size_t to)
{
    const struct event_block *b = &t->b;
    size_t i = row;
    while (i > from && b->time_us[i - 1] == b->time_us[row]) i--;
    for (; i < to && b->time_us[i] == b->time_us[row]; i++)
        if (b->import[i] != b->import[row] && b->source[i] == b->source[row] && t->tuple[i] == t->tuple[row]) return true;
    return false;
}

static voc_rc count_twice(struct event_parts *parts, int64_t import, struct store_twice *out)
{
    struct part_reader *r = NULL;
    struct event_part t;
    if (!event_parts_layout(parts)->in_parts || event_parts_n(parts) == 0) return VOC_OK;
    voc_rc rc = part_reader_new(&r, parts);
    if (rc == VOC_OK) rc = part_read(r, 0, &t);
    for (size_t u = 0; rc == VOC_OK && u < t.n_units; u++) {
        for (size_t i = t.unit_first[u]; i < t.unit_first[u + 1] && t.unit_code[u]; i++) {
            if (t.b.import[i] != import) continue;
            out->looked_at++;
            out->twice += held_too(&t, i, t.unit_first[u], t.unit_first[u + 1]);
        }
    }
    part_reader_free(r);
    return rc;
}

voc_rc store_twice(struct project *p, const struct import_result *newest, struct store_twice *out, struct diag *d)
{
    sqlite3_stmt *s = NULL;
    struct event_parts *parts = NULL;
    bool row = false;
    int64_t number = 0;
    *out = (struct store_twice){0, 0};
    voc_rc rc = db_prepare(p, &s, FIND_OVERLAP);
    if (rc == VOC_OK) rc = db_bind(p, s, "iii", newest->last_us, newest->first_us, (int64_t)newest->events);
    if (rc == VOC_OK) rc = db_step(p, s, &row);
    if (rc == VOC_OK && row) number = sqlite3_column_int64(s, 0);
    db_done(&s);
    if (rc != VOC_OK || !row) return rc;
    rc = event_parts_plan(&parts, p, EV_TIME | EV_TUPLE | EV_SOURCE | EV_PLACE, LOOKED_AT, d);
    if (rc == VOC_OK) rc = count_twice(parts, number, out);
    event_parts_free(parts);
    return rc;
}
