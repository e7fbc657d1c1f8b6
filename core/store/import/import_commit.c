// SPDX-License-Identifier: MIT
// The commit of an import: decides what the file is to its source (the same again, grown, read with another mapping, or
// new), drops what is held already or replaced, and writes the rest in the project's one transaction. A failure of any kind
// leaves the file as it was, and the import is spent either way.
#include <inttypes.h>
#include "store/events/held.h"
#include "store/import/import.h"
#include "store/events/settle.h"

static const char FIND_ALREADY[] = "SELECT number FROM import WHERE source = ? AND hash = ? AND length = ? AND mapping = ?";
static const char FIND_OTHER_MAPPING[] = "SELECT number FROM import WHERE source = ? AND hash = ? AND length = ? ORDER BY number DESC LIMIT 1";
static const char FIND_ELSEWHERE[] =
    "SELECT number, source FROM import AS x WHERE source <> ? AND hash = ? AND length = ?"
    " AND behind IS NULL AND NOT EXISTS (SELECT 1 FROM import WHERE behind = x.number) ORDER BY number LIMIT 1";
static const char FORGET_SOURCE[] = "DELETE FROM source WHERE id = ? AND NOT EXISTS (SELECT 1 FROM import WHERE source = source.id)";
static const char FIND_BEHIND[] = "SELECT records, mapping, ends_clean FROM import WHERE number = ? AND source = ? AND length <= ?";
static const char NEXT_BASE[] = "SELECT coalesce(max(base + records - repeated), 0) FROM import WHERE source = ?";
static const char NEXT_NUMBER[] = "SELECT coalesce(max(number), 0) + 1 FROM import";
static const char SELECT_CHAIN[] = "SELECT base, behind, records FROM import WHERE number = ?";
static const char REDIRECT[] = "UPDATE import SET behind = ? WHERE behind = ?";
static const char INSERT_IMPORT[] =
    "INSERT INTO import(number, source, plugin, plugin_version, file_name, mapping, hash, length, ends_clean, records, gave, rejected, ignored,"
    " bytes, gave_bytes, rejected_bytes, ignored_bytes, framing_bytes, actor_assumed, resolution, base, repeated, behind, at_us) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char INSERT_IGNORED[] = "INSERT INTO ignored(import, rule, records) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET records = records + excluded.records";
static const char PUT_SOURCE[] =
    "INSERT OR REPLACE INTO source(id, plugin, watermark_none, watermark_us) VALUES (?, ?, ?, ?)";

// ---- the account -------------------------------------------------------------------------------------------------------------

// The first thing that does not add up, or NULL.
static const char *account_fault(const struct import *i, const struct import_account *a)
{
    uint64_t by_rule = 0;
    const struct pending *q = &i->q;
    if (a->records > INT64_MAX || a->bytes > INT64_MAX || a->decoded_raw > INT64_MAX) return "a count is out of range";
    if (a->records - a->gave - a->rejected != a->ignored || a->gave > a->records || a->rejected > a->records)
        return "records read are not those that gave rows, were rejected or were ignored";
    if (a->bytes - a->gave_bytes - a->rejected_bytes - a->ignored_bytes != a->framing_bytes || a->gave_bytes > a->bytes ||
        a->rejected_bytes > a->bytes || a->ignored_bytes > a->bytes)
        return "bytes read are not those of the records and of the framing";
    for (size_t k = 0; k < a->n_by_rule; k++) by_rule += a->by_rule[k].records;
    if (by_rule != a->ignored) return "ignored records are not the sum over their rules";
    if (q->rejects.n + i->spilled_rejects != a->rejected) return "the rejects that came are not as many as were counted";
    if (i->spilled && i->last_record >= a->records) return "a row names a record that was not read";
    if (q->n_events && q->last_record >= a->records) return "an event names a record that was not read";
    for (size_t k = 0; k < q->facts.n; k++)
        if (q->facts.at[k].record >= a->records) return "a row names a record that was not read";
    for (size_t k = 0; k < q->rejects.n; k++)
        if (q->rejects.at[k].record >= a->records) return "a reject names a record that was not read";
    return NULL;
}

// ---- what the file is to its source --------------------------------------------------------------------------------------

static voc_str hash_str(const unsigned char *hash)
{
    return str_mk((const char *)hash, HASH_BYTES);
}

static voc_rc find_already(struct import *i, const struct import_account *a, bool *found)
{
    sqlite3_stmt *s = NULL;
    voc_rc rc = db_prepare(i->p, &s, FIND_ALREADY);
    if (rc == VOC_OK) rc = db_bind(i->p, s, "tbub", i->spec.source, hash_str(a->hash), a->decoded_raw, hash_str(i->spec.mapping));
    if (rc == VOC_OK) rc = db_step(i->p, s, found);
    db_done(&s);
    return rc;
}

// An import is removed together with those that it continued behind: the new one holds all their records.
static voc_rc replace_chain(struct import *i, int64_t victim)
{
    sqlite3_stmt *chain = NULL, *redirect = NULL;
    bool row = true;
    voc_rc rc = db_prepare(i->p, &chain, SELECT_CHAIN);
    if (rc == VOC_OK) rc = db_prepare(i->p, &redirect, REDIRECT);
    while (rc == VOC_OK && victim != VOC_NA) {
        int64_t number = victim;
        rc = db_bind(i->p, chain, "i", number);
        if (rc == VOC_OK) rc = db_step(i->p, chain, &row);
        if (rc == VOC_OK && row) {
            i->base = (uint64_t)sqlite3_column_int64(chain, 0);
            victim = db_int_or_na(chain, 1);
            const uint64_t records = (uint64_t)sqlite3_column_int64(chain, 2);
            if (records > i->standing) i->standing = records;
            i->result.replaced_import = 1;
        } else victim = VOC_NA;
        (void)sqlite3_reset(chain);
        if (rc == VOC_OK && victim != VOC_NA && victim >= number) rc = db_damaged(i->p, "import %" PRId64 " continues behind a later one", number);
        if (rc == VOC_OK) rc = db_run(i->p, redirect, "ii", i->number, number);
        if (rc == VOC_OK) rc = import_remove(i->p, number);
    }
    db_done(&chain);
    db_done(&redirect);
    return rc;
}

// The import `behind` holds the leading records. Read with another mapping it is replaced instead, and so is one that ended
// within a record, which has gone on since: what was made of that piece is not there any more.
static voc_rc continue_or_replace(struct import *i, const struct import_account *a, int64_t behind)
{
    sqlite3_stmt *s = NULL;
    bool row = false, same_mapping = false, ended = false;
    uint64_t records = 0;
    voc_rc rc = db_prepare(i->p, &s, FIND_BEHIND);
    if (rc == VOC_OK) rc = db_bind(i->p, s, "itu", behind, i->spec.source, a->decoded_raw);
    if (rc == VOC_OK) rc = db_step(i->p, s, &row);
    if (rc == VOC_OK && row) {
        records = (uint64_t)sqlite3_column_int64(s, 0);
        same_mapping = str_eq(db_text(s, 1), hash_str(i->spec.mapping));
        ended = sqlite3_column_int64(s, 2) != 0;
    }
    db_done(&s);
    if (rc != VOC_OK) return rc;
    if (!row || (ended && records > a->records)) {
        diag_error(i->d, "STORE-022", i->spec.file_name.ptr, 0, NULL, "no import %" PRId64 " of source '%s' holds its leading records", behind, i->spec.source.ptr);
        return VOC_E_BUG;
    }
    if (!same_mapping) return replace_chain(i, behind);
    if (!ended) {
        rc = replace_chain(i, behind);
        i->result.replaced_import = 0;
        i->result.renewed = 1;
        return rc;
    }
    i->behind = behind;
    i->dropped = records;
    i->result.continued = 1;
    i->result.repeated_records = records;
    return VOC_OK;
}

// The same bytes under other sources, which a mapping that came later reads as another one: counted once, as read last.
static voc_rc replace_elsewhere(struct import *i, const struct import_account *a)
{
    sqlite3_stmt *s = NULL, *forget = NULL;
    struct buf source;
    bool row = true;
    buf_init(&source, 1 << 20);
    voc_rc rc = db_prepare(i->p, &s, FIND_ELSEWHERE);
    if (rc == VOC_OK) rc = db_prepare(i->p, &forget, FORGET_SOURCE);
    while (rc == VOC_OK) {
        rc = db_bind(i->p, s, "tbu", i->spec.source, hash_str(a->hash), a->decoded_raw);
        if (rc == VOC_OK) rc = db_step(i->p, s, &row);
        if (rc != VOC_OK || !row) break;
        int64_t number = sqlite3_column_int64(s, 0);
        voc_str name = db_text(s, 1);
        buf_clear(&source);
        rc = buf_add(&source, name.ptr, name.len);
        (void)sqlite3_reset(s);
        const uint64_t base = i->base; // replace_chain takes that of the victim, which counts another source's records
        if (rc == VOC_OK) rc = replace_chain(i, number);
        i->base = base;
        i->standing = 0;
        if (rc == VOC_OK) rc = db_run(i->p, forget, "t", str_mk(source.ptr ? source.ptr : "", source.len));
    }
    db_done(&s);
    db_done(&forget);
    buf_done(&source);
    return rc;
}

static voc_rc not_held(struct import *i)
{
    diag_error(i->d, "STORE-024", i->spec.file_name.ptr, 0,
               "voc import PROJECT FILE reads it as it is now, in place of the first reading; the one as it was can "
               "be named behind --replay",
               "this is not the file that was imported: it has changed since");
    return VOC_E_INPUT;
}

static voc_rc place(struct import *i, const struct import_account *a, int64_t behind)
{
    sqlite3_stmt *s = NULL;
    bool row = false;
    int64_t other = VOC_NA;
    voc_rc rc = db_int(i->p, NEXT_NUMBER, &i->number);
    if (rc == VOC_OK) rc = db_prepare(i->p, &s, FIND_OTHER_MAPPING);
    if (rc == VOC_OK) rc = db_bind(i->p, s, "tbu", i->spec.source, hash_str(a->hash), a->decoded_raw);
    if (rc == VOC_OK) rc = db_step(i->p, s, &row);
    if (rc == VOC_OK && row) other = sqlite3_column_int64(s, 0);
    db_done(&s);
    if (rc == VOC_OK) rc = db_prepare(i->p, &s, NEXT_BASE);
    if (rc == VOC_OK) rc = db_bind(i->p, s, "t", i->spec.source);
    if (rc == VOC_OK) rc = db_step(i->p, s, &row);
    if (rc == VOC_OK) i->base = (uint64_t)sqlite3_column_int64(s, 0);
    db_done(&s);
    if (rc == VOC_OK && i->spec.one_source) rc = replace_elsewhere(i, a);
    if (rc == VOC_OK && other != VOC_NA) return replace_chain(i, other);
    if (rc == VOC_OK && i->spec.again && !i->result.replaced_import) return not_held(i);
    return rc == VOC_OK && behind ? continue_or_replace(i, a, behind) : rc;
}

static void drop_leading(struct import *i)
{
    struct pending *q = &i->q;
    struct pending_walk walk = {.q = q};
    while (i->dropped && pending_next(&walk))
        if (walk.event.record < i->dropped) pending_drop(&walk);
    for (size_t k = 0; k < q->facts.n; k++)
        if (q->facts.at[k].record < i->dropped) q->facts.at[k].dropped = true;
    for (size_t k = 0; k < q->rejects.n; k++)
        if (q->rejects.at[k].record < i->dropped) q->rejects.at[k].dropped = true;
}

// ---- writing ---------------------------------------------------------------------------------------------------------------

static voc_rc write_catalogue(struct import *i, const struct import_account *a, struct names *names)
{
    sqlite3_stmt *s = NULL;
    int64_t code = 0;
    const struct import_spec *p = &i->spec;
    voc_rc rc = db_prepare(i->p, &s, INSERT_IMPORT);
    if (rc == VOC_OK)
        rc = db_run(i->p, s, "ittttbbuiuuuuuuuuuiiuuni", i->number, p->source, p->plugin, p->plugin_version, p->file_name,
                    hash_str(p->mapping), hash_str(a->hash), a->decoded_raw, (int64_t)(a->ends_clean != 0), a->records, a->gave,
                    a->rejected, a->ignored, a->bytes, a->gave_bytes, a->rejected_bytes, a->ignored_bytes, a->framing_bytes,
                    (int64_t)(p->actor_assumed != 0), (int64_t)p->resolution, i->base, i->dropped, i->behind, clock_now_us());
    db_done(&s);
    if (rc == VOC_OK) rc = db_prepare(i->p, &s, INSERT_IGNORED);
    for (size_t k = 0; rc == VOC_OK && k < a->n_by_rule; k++) rc = db_run(i->p, s, "itu", i->number, a->by_rule[k].rule, a->by_rule[k].records);
    db_done(&s);
    if (rc == VOC_OK) rc = db_prepare(i->p, &s, PUT_SOURCE);
    if (rc == VOC_OK)
        rc = db_run(i->p, s, "ttin", p->source, p->plugin, (int64_t)(p->watermark_none != 0), p->watermark_us);
    db_done(&s);
    return rc == VOC_OK ? names_code(names, SPACE_SOURCE, i->source, &code) : rc;
}

static voc_rc write_all(struct import *i, const struct import_account *a, int64_t behind)
{
    struct dict *ids = NULL;
    const uint64_t as_written = i->base;
    voc_rc rc = i->spilled ? import_spill(i) : VOC_OK; // the rest too: all rows are put right in the same way
    if (rc == VOC_OK) rc = place(i, a, behind);
    if (rc == VOC_OK && i->spilled) rc = import_settle_early(i, as_written);
    if (rc != VOC_OK) return rc;
    drop_leading(i);
    if (i->q.has_ids && !i->spilled) {
        rc = upsert_within(i, &ids);
        if (rc == VOC_OK) rc = upsert_earlier(i, ids);
        dict_free(ids);
    }
    const bool hold = held_may(i);
    if (rc == VOC_OK) rc = import_names(i);
    if (rc == VOC_OK && hold) rc = held_names(i->names);
    if (rc == VOC_OK) rc = write_catalogue(i, a, i->names);
    if (rc == VOC_OK) rc = hold ? held_catalogue(i) : import_write_events(i, i->names);
    if (rc == VOC_OK) rc = import_write_attributes(i, i->names);
    if (rc == VOC_OK) rc = import_write_measures(i, i->names);
    if (rc == VOC_OK) rc = import_write_facts(i, i->names);
    if (rc == VOC_OK) rc = import_write_links(i);
    if (rc == VOC_OK) rc = import_write_same_row_links(i);
    if (rc == VOC_OK) rc = import_write_rejects(i);
    if (rc == VOC_OK) rc = names_write(i->names);
    if (rc == VOC_OK) rc = member_rebuild(i->p, &i->number, 1);
    if (rc != VOC_OK) return rc;
    return hold ? held_take(i) : settle_some(i->p);
}

static voc_rc commit(struct import *i, const struct import_account *a, int64_t behind)
{
    bool already = false;
    const char *fault = account_fault(i, a);
    if (fault) {
        diag_error(i->d, "STORE-023", i->spec.file_name.ptr, 0, "report it to the author of the plugin", "the account of plugin %s does not add up: %s",
                   i->spec.plugin.ptr, fault);
        return VOC_E_BUG;
    }
    voc_rc rc = project_hold(i->p);
    if (rc == VOC_OK) rc = find_already(i, a, &already);
    if (rc != VOC_OK) return rc;
    if (already && !i->spec.again) {
        if (i->spilled) project_undo(i->p);
        i->result = (struct import_result){.already = 1, .first_us = VOC_NA, .last_us = VOC_NA};
        return VOC_OK;
    }
    rc = write_all(i, a, behind);
    if (rc == VOC_OK) rc = project_keep(i->p);
    if (rc != VOC_OK) project_undo(i->p);
    return rc;
}

voc_rc import_commit(struct import *i, const struct import_account *a, int64_t behind, struct import_result *out)
{
    voc_rc rc = commit(i, a, behind);
    if (rc == VOC_OK) *out = i->result;
    i->spilled = false; // kept, or undone
    import_rollback(i); // spent
    return rc;
}
