// SPDX-License-Identifier: MIT
// Keeps an import within its memory: when the rows that are held come to a third of what is allowed, they are written as a
// run of their own, inside the import's transaction, and forgotten; readers merge runs. That is possible while it is
// certain what the rows will be called: the source has no import yet (so nothing is continued or replaced), no row has had
// an id of the source's own, and no row names somebody by two aliases. Otherwise the import ends where memory does.
#include <inttypes.h>
#include "store/import.h"

static const char COUNT_IMPORTS[] = "SELECT count(*) FROM import WHERE source = ?";
static const char NEXT_NUMBER[] = "SELECT coalesce(max(number), 0) + 1 FROM import";
enum { SHARE = 3, WORTH_BYTES = 1 << 20, PROGRAM_BYTES = 80 << 20 };

static uint64_t held_bytes(const struct pending *q)
{
    return q->n_events * sizeof(struct pending_row) + q->rare.n * sizeof *q->rare.at + q->bytes.used + q->heap.n * sizeof *q->heap.at +
           q->facts.n * sizeof *q->facts.at + q->rejects.n * sizeof *q->rejects.at;
}

static voc_rc can_spill(struct import *i, bool *can)
{
    *can = i->spilled;
    if (i->q.has_ids || (i->q.set_flags & SETS_SEVERAL)) {
        *can = false;
        return VOC_OK;
    }
    if (i->spilled) return VOC_OK;
    sqlite3_stmt *s = NULL;
    bool row = false;
    voc_rc rc = db_prepare(i->p, &s, COUNT_IMPORTS);
    if (rc == VOC_OK) rc = db_bind(i->p, s, "t", i->spec.source);
    if (rc == VOC_OK) rc = db_step(i->p, s, &row);
    *can = rc == VOC_OK && row && sqlite3_column_int64(s, 0) == 0;
    db_done(&s);
    return rc;
}

// The account is checked at the end; what is written now must be counted now.
static void count_records(struct import *i)
{
    if (i->q.last_record > i->last_record) i->last_record = i->q.last_record;
    for (size_t k = 0; k < i->q.facts.n; k++)
        if (i->q.facts.at[k].record > i->last_record) i->last_record = i->q.facts.at[k].record;
    for (size_t k = 0; k < i->q.rejects.n; k++)
        if (i->q.rejects.at[k].record > i->last_record) i->last_record = i->q.rejects.at[k].record;
    i->spilled_rejects += i->q.rejects.n;
}

static voc_rc spill(struct import *i)
{
    voc_rc rc = project_hold(i->p);
    if (rc == VOC_OK && !i->spilled) rc = db_int(i->p, NEXT_NUMBER, &i->number);
    if (rc == VOC_OK) rc = import_names(i);
    i->spilled = true;
    count_records(i);
    if (rc == VOC_OK) rc = import_write_events(i, i->names);
    if (rc == VOC_OK) rc = import_write_attributes(i, i->names);
    if (rc == VOC_OK) rc = import_write_measures(i, i->names);
    if (rc == VOC_OK) rc = import_write_facts(i, i->names);
    if (rc == VOC_OK) rc = import_write_rejects(i);
    if (rc == VOC_OK) pending_forget(&i->q);
    i->run++;
    return rc;
}

// Of what may be held: all but what the libraries and the program itself take, and the worker that reads the file beside it (25 MiB,
// unless the file must be held whole).
static uint64_t own_share(uint64_t memory_max)
{
    return memory_max - (memory_max / 4 < PROGRAM_BYTES ? memory_max / 4 : PROGRAM_BYTES);
}

voc_rc import_fit(struct import *i)
{
    uint64_t most = own_share(i->spec.memory_max), held;
    bool can = false;
    if (!most) return VOC_OK;
    held = held_bytes(&i->q);
    bool over = mem_stats().live_bytes > most;
    if (held < most / SHARE && !(over && held > WORTH_BYTES)) return VOC_OK;
    voc_rc rc = can_spill(i, &can);
    if (rc == VOC_OK && can) return spill(i);
    if (rc != VOC_OK || !over) return rc;
    diag_error(i->d, "STORE-024", i->spec.file_name.ptr, 0, "give more, with --memory SIZE, or import the file in pieces",
               "the rows of this file need more than %" PRIu64 " MiB: %" PRIu64 " MiB are held after %zu rows%s", i->spec.memory_max >> 20, mem_stats().live_bytes >> 20,
               i->q.n_events, i->q.has_ids ? ", and rows with ids of their own are held to the end, as a later one may replace them" : "");
    return VOC_E_LIMIT;
}

// Codes of the project for what the import has named so far.
voc_rc import_names(struct import *i)
{
    if (i->names) return names_extend(i->names);
    i->names = mem_zalloc(1, sizeof *i->names);
    return i->names ? names_open(i->names, i->p, &i->q) : VOC_E_NOMEM;
}
