// SPDX-License-Identifier: MIT
// Keeps an import within its memory: when the rows that are held come to a third of what is allowed, they are written as a
// run of their own, inside the import's transaction, and forgotten; readers merge runs. What the file is to its source, and what
// a later row replaces, is known at the commit alone: import_early.c puts right then what was written.
#include <inttypes.h>
#include "store/import/import.h"

static const char NEXT_NUMBER[] = "SELECT coalesce(max(number), 0) + 1 FROM import";
static const char NEXT_BASE[] = "SELECT coalesce(max(base + records - repeated), 0) FROM import WHERE source = ?";
enum { SHARE = 3, WORTH_BYTES = 1 << 20, PROGRAM_BYTES = 80 << 20 };

static uint64_t held_bytes(const struct pending *q)
{
    return q->chunk_bytes + q->rare.n * sizeof *q->rare.at + q->amounts.n * sizeof *q->amounts.at + q->bytes.used +
           q->heap.n * sizeof *q->heap.at + q->facts.n * sizeof *q->facts.at + q->rejects.n * sizeof *q->rejects.at;
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

// Records are counted as they are if the file turns out to be a new one of its source.
static voc_rc begin(struct import *i)
{
    sqlite3_stmt *s = NULL;
    bool row = false;
    voc_rc rc = db_int(i->p, NEXT_NUMBER, &i->number);
    if (rc == VOC_OK) rc = db_prepare(i->p, &s, NEXT_BASE);
    if (rc == VOC_OK) rc = db_bind(i->p, s, "t", i->spec.source);
    if (rc == VOC_OK) rc = db_step(i->p, s, &row);
    if (rc == VOC_OK && row) i->base = (uint64_t)sqlite3_column_int64(s, 0);
    db_done(&s);
    return rc;
}

voc_rc import_spill(struct import *i)
{
    voc_rc rc = project_hold(i->p);
    if (rc == VOC_OK && !i->spilled) rc = begin(i);
    if (rc == VOC_OK) rc = import_names(i);
    i->spilled = true;
    count_records(i);
    if (rc == VOC_OK) rc = import_write_events(i, i->names);
    if (rc == VOC_OK) rc = import_write_attributes(i, i->names);
    if (rc == VOC_OK) rc = import_write_measures(i, i->names);
    if (rc == VOC_OK) rc = import_write_facts(i, i->names);
    if (rc == VOC_OK) rc = import_write_links(i);
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
    const uint64_t most = own_share(i->spec.memory_max), held = held_bytes(&i->q);
    if (!most) return VOC_OK;
    return held >= most / SHARE || (mem_stats().live_bytes > most && held > WORTH_BYTES) ? import_spill(i) : VOC_OK;
}

// Codes of the project for what the import has named so far.
voc_rc import_names(struct import *i)
{
    if (i->names) return names_extend(i->names);
    i->names = mem_zalloc(1, sizeof *i->names);
    return i->names ? names_open(i->names, i->p, &i->q) : VOC_E_NOMEM;
}
