// SPDX-License-Identifier: MIT
// Reads the blocks of measures (measure_rows.h). A block that does not fit its place in the catalogue is damage, and named.
#include "store/measures/measure_rows.h"
#include <inttypes.h>
#include <stdio.h>

static const char SELECT_BLOCKS[] =
    "SELECT b.id, b.rows, b.data, i.number, i.source FROM import AS i CROSS JOIN block AS b ON b.import = i.number AND b.kind = 5 ORDER BY i.number, b.id";
_Static_assert(BLOCK_MEASURES == 5, "as the statement has it");

static const unsigned char COLUMNS[MEASURE_INTS] = {COLUMN_KEY, COLUMN_UNIT, COLUMN_ENTITY, COLUMN_TYPE, COLUMN_WHO, COLUMN_INTEGER,
                                                    COLUMN_NUMBER, COLUMN_TIME, COLUMN_RESOLUTION, COLUMN_RECORD, COLUMN_LINE, COLUMN_SUB};

voc_rc measure_rows_open(struct measure_rows *r, struct project *p)
{
    *r = (struct measure_rows){.p = p};
    voc_rc rc = block_reader_init(&r->block);
    return rc == VOC_OK ? db_prepare(p, &r->s, SELECT_BLOCKS) : rc;
}

void measure_rows_close(struct measure_rows *r)
{
    if (!r->p) return;
    db_done(&r->s);
    block_reader_done(&r->block);
    for (unsigned k = 0; k < MEASURE_INTS; k++) mem_free(r->ints[k]);
    mem_free(r->text);
    mem_free(r->id);
    *r = (struct measure_rows){0};
}

static voc_rc damaged(struct measure_rows *r, voc_rc rc)
{
    return rc == VOC_E_INPUT ? db_damaged(r->p, "block %" PRId64 ": %s", r->number, r->block.why) : rc;
}

voc_rc measure_rows_next(struct measure_rows *r)
{
    bool row = false;
    r->first += r->n;
    r->n = 0;
    r->decoded = 0;
    voc_rc rc = db_step(r->p, r->s, &row);
    if (rc != VOC_OK || !row) return rc;
    const voc_str data = db_text(r->s, 2);
    r->number = sqlite3_column_int64(r->s, 0);
    r->import = sqlite3_column_int64(r->s, 3);
    r->source = db_text(r->s, 4);
    rc = block_open(&r->block, BLOCK_MEASURES, data.ptr, data.len);
    if (rc == VOC_OK && r->block.rows != sqlite3_column_int64(r->s, 1)) {
        (void)snprintf(r->block.why, sizeof r->block.why, "its number of rows is not the one in the catalogue");
        rc = VOC_E_INPUT;
    }
    if (rc != VOC_OK) return damaged(r, rc);
    r->n = r->block.rows;
    return VOC_OK;
}

voc_rc measure_rows_ints(struct measure_rows *r, unsigned column, const int64_t **out)
{
    unsigned k = 0;
    while (k < MEASURE_INTS && COLUMNS[k] != column) k++;
    if (k == MEASURE_INTS) return VOC_E_BUG;
    if (!r->ints[k] && !(r->ints[k] = mem_alloc(BLOCK_ROWS * sizeof *r->ints[k]))) return VOC_E_NOMEM;
    voc_rc rc = r->decoded >> column & 1 ? VOC_OK : damaged(r, block_read_ints(&r->block, column, r->ints[k]));
    if (rc != VOC_OK) return rc;
    r->decoded |= UINT64_C(1) << column;
    *out = r->ints[k];
    return VOC_OK;
}

voc_rc measure_rows_text(struct measure_rows *r, unsigned column, const voc_str **out)
{
    voc_str **to = column == COLUMN_ID ? &r->id : &r->text;
    if (column != COLUMN_ID && column != COLUMN_TEXT) return VOC_E_BUG;
    if (!*to && !(*to = mem_alloc(BLOCK_ROWS * sizeof **to))) return VOC_E_NOMEM;
    voc_rc rc = r->decoded >> column & 1 ? VOC_OK : damaged(r, block_read_text(&r->block, column, *to));
    if (rc != VOC_OK) return rc;
    r->decoded |= UINT64_C(1) << column;
    *out = *to;
    return VOC_OK;
}
