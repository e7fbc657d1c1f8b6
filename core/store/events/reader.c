// SPDX-License-Identifier: MIT
// Events as they are read: block by block in the order of the file, only the columns that were asked for.
#include <inttypes.h>
#include <stdio.h>
#include "store/events/event_columns.h"
#include "store/events/held.h"

static const char SELECT_EVENT_BLOCKS[] =
    "SELECT b.id, b.import, b.rows, b.data, i.source FROM block AS b LEFT JOIN import AS i ON i.number = b.import WHERE b.kind = 1 ORDER BY b.id";

struct event_reader { // owns
    struct project *p; // borrows
    struct diag *d;    // borrows
    struct block_reader block;
    struct event_columns columns;
    sqlite3_stmt *s;
    struct held_reader held; // where the project holds the events
    unsigned partition;      // of those: the next
};

void event_reader_close(struct event_reader *r)
{
    if (!r) return;
    db_done(&r->s);
    held_reader_close(&r->held);
    block_reader_done(&r->block);
    event_columns_close(&r->columns);
    mem_free(r);
}

voc_rc event_reader_open(struct event_reader **out, struct project *p, uint32_t columns, struct diag *d)
{
    struct event_reader *r = mem_zalloc(1, sizeof *r);
    if (!r) return VOC_E_NOMEM;
    r->p = p;
    r->d = d;
    voc_rc rc = block_reader_init(&r->block);
    if (rc == VOC_OK) rc = project_hold(p);
    if (rc == VOC_OK && (columns & EV_SOURCE)) rc = space_load(p, SPACE_SOURCE);
    if (rc == VOC_OK && p->held) rc = held_reader_open(&r->held, p, columns & EV_ALL);
    if (rc == VOC_OK) rc = event_columns_open(&r->columns, p, columns & EV_ALL);
    if (rc == VOC_OK) rc = db_prepare(p, &r->s, SELECT_EVENT_BLOCKS);
    if (rc == VOC_OK) *out = r;
    else event_reader_close(r);
    return rc;
}

static voc_rc read_block(struct event_reader *r)
{
    uint32_t source = 0;
    int64_t import = sqlite3_column_int64(r->s, 1);
    voc_str data = db_text(r->s, 3), id = db_text(r->s, 4);
    voc_rc rc = block_open(&r->block, BLOCK_EVENTS, data.ptr, data.len);
    if (rc == VOC_OK && r->block.rows != sqlite3_column_int64(r->s, 2)) {
        (void)snprintf(r->block.why, sizeof r->block.why, "its number of rows is not the one in the catalogue");
        rc = VOC_E_INPUT;
    }
    // The import that a block is of gives its source; where it is of several, its rows say it.
    bool missing = import > 0 && (r->columns.columns & EV_SOURCE) && (id.len == 0 || !space_seek(r->p, SPACE_SOURCE, id, &source));
    if (rc == VOC_OK && (missing || import == 0 || import > UINT32_MAX)) {
        (void)snprintf(r->block.why, sizeof r->block.why, "the import that it belongs to is missing");
        rc = VOC_E_INPUT;
    }
    return rc == VOC_OK ? event_columns_add(&r->columns, &r->block, import < 0 ? 0 : (uint32_t)import, source) : rc;
}

static voc_rc next_held(struct event_reader *r, struct event_block *out)
{
    voc_rc rc = VOC_OK;
    held_reader_clear(&r->held);
    while (rc == VOC_OK && r->held.c.n == 0 && r->partition < PARTITIONS) rc = held_reader_add(&r->held, r->partition++);
    if (rc == VOC_OK) event_columns_show(&r->held.c, out);
    return rc;
}

voc_rc event_reader_next(struct event_reader *r, struct event_block *out)
{
    bool row = false;
    *out = (struct event_block){0};
    r->columns.n = 0;
    if (r->p->held) return next_held(r, out);
    voc_rc rc = db_step(r->p, r->s, &row);
    if (rc != VOC_OK || !row) return rc;
    rc = read_block(r);
    if (rc == VOC_E_INPUT) {
        struct diag *d = r->d ? r->d : r->p->d;
        diag_error(d, "STORE-007", r->p->path, 0, "`voc verify` lists all damage; restore the file from a copy, or import it anew",
                   "block %" PRId64 " of the project is damaged: %s", (int64_t)sqlite3_column_int64(r->s, 0), r->block.why);
    }
    if (rc == VOC_OK) event_columns_show(&r->columns, out);
    return rc;
}
