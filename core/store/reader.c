// SPDX-License-Identifier: MIT
// Events as they are read: block by block in the order of the file, only the columns that were asked for. Everything that
// a block says is checked against the dictionaries before anyone may index with it.
#include <inttypes.h>
#include <stdio.h>
#include "store/block.h"
#include "store/project.h"

static const char SELECT_EVENT_BLOCKS[] =
    "SELECT b.id, b.import, b.rows, b.data, i.source FROM block AS b LEFT JOIN import AS i ON i.number = b.import WHERE b.kind = 1 ORDER BY b.id";

struct code_column { uint32_t flag; unsigned column, space; };
static const struct code_column CODES[] = {
    {EV_ACTION, COLUMN_ACTION, SPACE_ACTION},       {EV_TOUCHPOINT, COLUMN_TOUCHPOINT, SPACE_TOUCHPOINT},
    {EV_CHANNEL, COLUMN_CHANNEL, SPACE_CHANNEL},    {EV_CAMPAIGN, COLUMN_CAMPAIGN, SPACE_CAMPAIGN},
    {EV_OBJECT, COLUMN_OBJECT, SPACE_OBJECT},       {EV_CASE, COLUMN_CASE, SPACE_CASE},
    {EV_ROLE, COLUMN_ROLE, SPACE_ROLE},             {EV_OWNER, COLUMN_OWNER, SPACE_OWNER},
    {EV_THREAD, COLUMN_THREAD, SPACE_THREAD},       {EV_CUSTOMER, COLUMN_CUSTOMER, SPACE_ALIASES},
    {EV_ACCOUNT, COLUMN_ACCOUNT, SPACE_ALIASES},    {EV_TEXT, COLUMN_LANGUAGE, SPACE_LANGUAGE},
    {EV_PLACE, COLUMN_SUB, SPACE_ALL /* no codes */},
};
enum { N_CODES = sizeof CODES / sizeof CODES[0], N_SMALL = 3, N_WIDE = 6, N_TEXTS = 4 };
struct plain_column { uint32_t flag; unsigned column; int64_t max; };
static const struct plain_column SMALL[N_SMALL] = {
    {EV_RESOLUTION, COLUMN_RESOLUTION, VOC_RES_DAY}, {EV_ACTOR, COLUMN_ACTOR, VOC_ACTOR_OTHER}, {EV_REF, COLUMN_REF_KIND, VOC_REF_CASE}};
static const struct plain_column WIDE[N_WIDE] = {{EV_TIME, COLUMN_TIME, 0},   {EV_MONEY, COLUMN_MINUTES, 0}, {EV_MONEY, COLUMN_COST, 0},
                                                 {EV_MONEY, COLUMN_VALUE, 0}, {EV_PLACE, COLUMN_RECORD, 0},  {EV_PLACE, COLUMN_LINE, 0}};
static const struct plain_column TEXTS[N_TEXTS] = {{EV_ID, COLUMN_ID, 0}, {EV_REF, COLUMN_REF, 0}, {EV_TEXT, COLUMN_TEXT, 0}, {EV_ATTRS, COLUMN_ATTRS, 0}};

struct event_reader { // owns
    struct project *p;     // borrows
    struct diag *d;        // borrows
    uint32_t columns;
    uint32_t limit[N_CODES]; // codes are below
    struct block_reader block;
    sqlite3_stmt *s;
    int64_t *wide[N_WIDE], *scratch;
    uint8_t *small[N_SMALL];
    uint32_t *code[N_CODES], *source, *import;
    voc_str *text[N_TEXTS];
};

void event_reader_close(struct event_reader *r)
{
    if (!r) return;
    db_done(&r->s);
    block_reader_done(&r->block);
    for (unsigned i = 0; i < N_WIDE; i++) mem_free(r->wide[i]);
    for (unsigned i = 0; i < N_SMALL; i++) mem_free(r->small[i]);
    for (unsigned i = 0; i < N_CODES; i++) mem_free(r->code[i]);
    for (unsigned i = 0; i < N_TEXTS; i++) mem_free(r->text[i]);
    mem_free(r->scratch);
    mem_free(r->source);
    mem_free(r->import);
    mem_free(r);
}

// Room for one block of each column that was asked for.
static voc_rc make_room(struct event_reader *r)
{
    voc_rc rc = VOC_OK;
#define ROOM(array, wanted) \
    if ((wanted) && rc == VOC_OK && !((array) = mem_zalloc(BLOCK_ROWS, sizeof *(array)))) rc = VOC_E_NOMEM
    for (unsigned i = 0; i < N_WIDE; i++) ROOM(r->wide[i], r->columns & WIDE[i].flag);
    for (unsigned i = 0; i < N_SMALL; i++) ROOM(r->small[i], r->columns & SMALL[i].flag);
    for (unsigned i = 0; i < N_CODES; i++) ROOM(r->code[i], r->columns & CODES[i].flag);
    for (unsigned i = 0; i < N_TEXTS; i++) ROOM(r->text[i], r->columns & TEXTS[i].flag);
    ROOM(r->source, r->columns & EV_SOURCE);
    ROOM(r->import, r->columns & EV_PLACE);
    ROOM(r->scratch, true);
#undef ROOM
    return rc;
}

voc_rc event_reader_open(struct event_reader **out, struct project *p, uint32_t columns, struct diag *d)
{
    struct event_reader *r = mem_zalloc(1, sizeof *r);
    if (!r) return VOC_E_NOMEM;
    r->p = p;
    r->d = d;
    r->columns = columns & EV_ALL;
    voc_rc rc = block_reader_init(&r->block);
    if (rc == VOC_OK) rc = make_room(r);
    if (rc == VOC_OK) rc = project_hold(p);
    for (unsigned i = 0; rc == VOC_OK && i < N_CODES; i++) {
        r->limit[i] = UINT32_MAX;
        if ((r->columns & CODES[i].flag) && CODES[i].space < SPACE_ALL) rc = space_count(p, CODES[i].space, &r->limit[i]);
    }
    if (rc == VOC_OK && (columns & EV_SOURCE)) rc = space_load(p, SPACE_SOURCE);
    if (rc == VOC_OK) rc = db_prepare(p, &r->s, SELECT_EVENT_BLOCKS);
    if (rc == VOC_OK) *out = r;
    else event_reader_close(r);
    return rc;
}

static voc_rc out_of_range(struct event_reader *r, unsigned column)
{
    (void)snprintf(r->block.why, sizeof r->block.why, "column %s has a value out of range", block_column_name(column));
    return VOC_E_INPUT;
}

static voc_rc read_codes(struct event_reader *r, unsigned i)
{
    voc_rc rc = block_read_ints(&r->block, CODES[i].column, r->scratch);
    for (size_t k = 0; rc == VOC_OK && k < r->block.rows; k++) {
        if (r->scratch[k] < 0 || r->scratch[k] >= r->limit[i]) return out_of_range(r, CODES[i].column);
        r->code[i][k] = (uint32_t)r->scratch[k];
    }
    return rc;
}

static voc_rc read_small(struct event_reader *r, unsigned i)
{
    voc_rc rc = block_read_ints(&r->block, SMALL[i].column, r->scratch);
    for (size_t k = 0; rc == VOC_OK && k < r->block.rows; k++) {
        if (r->scratch[k] < 0 || r->scratch[k] > SMALL[i].max) return out_of_range(r, SMALL[i].column);
        r->small[i][k] = (uint8_t)r->scratch[k];
    }
    return rc;
}

static voc_rc read_columns(struct event_reader *r)
{
    voc_rc rc = VOC_OK;
    for (unsigned i = 0; rc == VOC_OK && i < N_CODES; i++)
        if (r->code[i]) rc = read_codes(r, i);
    for (unsigned i = 0; rc == VOC_OK && i < N_SMALL; i++)
        if (r->small[i]) rc = read_small(r, i);
    for (unsigned i = 0; rc == VOC_OK && i < N_WIDE; i++)
        if (r->wide[i]) rc = block_read_ints(&r->block, WIDE[i].column, r->wide[i]);
    for (unsigned i = 0; rc == VOC_OK && i < N_TEXTS; i++)
        if (r->text[i]) rc = block_read_text(&r->block, TEXTS[i].column, r->text[i]);
    for (size_t k = 0; rc == VOC_OK && r->wide[5] && k < r->block.rows; k++) // a line is stored by its distance to the record
        r->wide[5][k] = (int64_t)((uint64_t)r->wide[5][k] + (uint64_t)r->wide[4][k]);
    return rc;
}

// The import that a block is of gives its source.
static voc_rc read_place(struct event_reader *r, int64_t import, voc_str source)
{
    uint32_t code = 0;
    if (r->source && (source.len == 0 || !dict_find(r->p->space[SPACE_SOURCE].dict, source, &code))) {
        (void)snprintf(r->block.why, sizeof r->block.why, "the import that it belongs to is missing");
        return VOC_E_INPUT;
    }
    if (import < 0 || import > UINT32_MAX) return VOC_E_INPUT;
    for (size_t k = 0; k < r->block.rows; k++) {
        if (r->source) r->source[k] = code;
        if (r->import) r->import[k] = (uint32_t)import;
    }
    return VOC_OK;
}

static void show(const struct event_reader *r, struct event_block *out)
{
    *out = (struct event_block){
        .n = r->block.rows, .time_us = r->wide[0], .resolution = r->small[0], .actor = r->small[1], .ref_kind = r->small[2],
        .action = r->code[0], .touchpoint = r->code[1], .channel = r->code[2], .campaign = r->code[3], .object = r->code[4], .case_id = r->code[5],
        .role = r->code[6], .owner = r->code[7], .thread = r->code[8], .customer = r->code[9], .account = r->code[10], .language = r->code[11],
        .sub = r->code[12], .source = r->source, .minutes = r->wide[1], .cost = r->wide[2], .value = r->wide[3], .id = r->text[0], .ref = r->text[1],
        .text = r->text[2], .attrs = r->text[3], .record = (const uint64_t *)r->wide[4], .line = (const uint64_t *)r->wide[5], .import = r->import,
    };
}

voc_rc event_reader_next(struct event_reader *r, struct event_block *out)
{
    bool row = false;
    *out = (struct event_block){0};
    voc_rc rc = db_step(r->p, r->s, &row);
    if (rc != VOC_OK || !row) return rc;
    voc_str data = db_text(r->s, 3);
    rc = block_open(&r->block, BLOCK_EVENTS, data.ptr, data.len);
    if (rc == VOC_OK && r->block.rows != sqlite3_column_int64(r->s, 2)) {
        (void)snprintf(r->block.why, sizeof r->block.why, "its number of rows is not the one in the catalogue");
        rc = VOC_E_INPUT;
    }
    if (rc == VOC_OK) rc = read_columns(r);
    if (rc == VOC_OK) rc = read_place(r, sqlite3_column_int64(r->s, 1), db_text(r->s, 4));
    if (rc == VOC_E_INPUT) {
        struct diag *d = r->d ? r->d : r->p->d;
        diag_error(d, "STORE-007", r->p->path, 0, "`voc verify` lists all damage; restore the file from a copy, or import it anew",
                   "block %" PRId64 " of the project is damaged: %s", (int64_t)sqlite3_column_int64(r->s, 0), r->block.why);
    }
    if (rc == VOC_OK) show(r, out);
    return rc;
}
