// SPDX-License-Identifier: MIT
// Decodes columns of event blocks into arrays (event_columns.h): those of format 2, where a tuple says what rows have in
// common, and those of format 1, where each row says it itself. Used by one thread at a time.
#include "store/events/event_columns.h"
#include <stdio.h>

struct code_column { uint32_t flag; unsigned column, space; bool in_tuple; };
static const struct code_column CODES[EC_CODES] = {
    {EV_ACTION, COLUMN_ACTION, SPACE_ACTION, true},       {EV_TOUCHPOINT, COLUMN_TOUCHPOINT, SPACE_TOUCHPOINT, true},
    {EV_CHANNEL, COLUMN_CHANNEL, SPACE_CHANNEL, true},    {EV_CAMPAIGN, COLUMN_CAMPAIGN, SPACE_CAMPAIGN, true},
    {EV_OBJECT, COLUMN_OBJECT, SPACE_OBJECT, false},      {EV_CASE, COLUMN_CASE, SPACE_CASE, false},
    {EV_ROLE, COLUMN_ROLE, SPACE_ROLE, true},             {EV_OWNER, COLUMN_OWNER, SPACE_OWNER, true},
    {EV_THREAD, COLUMN_THREAD, SPACE_THREAD, false},      {EV_CUSTOMER, COLUMN_CUSTOMER, SPACE_ALIASES, false},
    {EV_ACCOUNT, COLUMN_ACCOUNT, SPACE_ALIASES, false},   {EV_TEXT, COLUMN_LANGUAGE, SPACE_LANGUAGE, true},
    {EV_PLACE, COLUMN_SUB, SPACE_ALL /* no codes */, false},
};
struct plain_column { uint32_t flag; unsigned column; int64_t max; };
static const struct plain_column SMALL[EC_SMALL] = {
    {EV_RESOLUTION, COLUMN_RESOLUTION, VOC_RES_DAY}, {EV_ACTOR, COLUMN_ACTOR, VOC_ACTOR_OTHER}, {EV_REF, COLUMN_REF_KIND, VOC_REF_CASE}};
static const struct plain_column WIDE[EC_WIDE] = {{EV_TIME, COLUMN_TIME, 0},   {EV_MONEY, COLUMN_MINUTES, 0}, {EV_MONEY, COLUMN_COST, 0},
                                                  {EV_MONEY, COLUMN_VALUE, 0}, {EV_PLACE, COLUMN_RECORD, 0},  {EV_PLACE, COLUMN_LINE, 0}};
static const struct plain_column TEXTS[EC_TEXTS] = {{EV_ID, COLUMN_ID, 0}, {EV_REF, COLUMN_REF, 0}, {EV_TEXT, COLUMN_TEXT, 0}, {EV_ATTRS, COLUMN_ATTRS, 0}};

voc_rc event_columns_open(struct event_columns *c, struct project *p, uint32_t columns)
{
    *c = (struct event_columns){.columns = columns & (EV_ALL | EV_TUPLE)};
    c->scratch = mem_alloc(BLOCK_ROWS * sizeof *c->scratch);
    c->tuples_of_rows = mem_alloc(BLOCK_ROWS * sizeof *c->tuples_of_rows);
    voc_rc rc = c->scratch && c->tuples_of_rows ? tuples_load(p, &c->tuples, &c->n_tuples) : VOC_E_NOMEM;
    if (rc == VOC_OK && (c->columns & (EV_SOURCE | EV_PLACE))) rc = imports_load(p, &c->imports, &c->n_imports);
    for (unsigned i = 0; rc == VOC_OK && i < EC_CODES; i++) {
        c->limit[i] = UINT32_MAX;
        if ((c->columns & CODES[i].flag) && CODES[i].space < SPACE_ALL) rc = space_count(p, CODES[i].space, &c->limit[i]);
    }
    return rc;
}

void event_columns_close(struct event_columns *c)
{
    for (unsigned i = 0; i < EC_WIDE; i++) mem_free(c->wide[i]);
    for (unsigned i = 0; i < EC_SMALL; i++) mem_free(c->small[i]);
    for (unsigned i = 0; i < EC_CODES; i++) mem_free(c->code[i]);
    for (unsigned i = 0; i < EC_TEXTS; i++) mem_free(c->text[i]);
    mem_free(c->scratch);
    mem_free(c->tuples_of_rows);
    mem_free(c->tuple);
    mem_free(c->source);
    mem_free(c->import);
    *c = (struct event_columns){0};
}

static voc_rc grow(void **at, size_t rows, size_t width, bool wanted)
{
    size_t bytes;
    if (!wanted) return VOC_OK;
    void *p = mem_mul(rows, width, &bytes) ? mem_realloc(*at, bytes) : NULL;
    if (!p) return VOC_E_NOMEM;
    *at = p;
    return VOC_OK;
}

static voc_rc resize(struct event_columns *c, size_t cap)
{
    voc_rc rc = VOC_OK;
#define GROW(array, wanted) \
    if (rc == VOC_OK) rc = grow((void **)&(array), cap, sizeof *(array), (wanted))
    for (unsigned i = 0; i < EC_WIDE; i++) GROW(c->wide[i], c->columns & WIDE[i].flag);
    for (unsigned i = 0; i < EC_SMALL; i++) GROW(c->small[i], c->columns & SMALL[i].flag);
    for (unsigned i = 0; i < EC_CODES; i++) GROW(c->code[i], c->columns & CODES[i].flag);
    for (unsigned i = 0; i < EC_TEXTS; i++) GROW(c->text[i], c->columns & TEXTS[i].flag);
    GROW(c->tuple, c->columns & EV_TUPLE);
    GROW(c->source, c->columns & EV_SOURCE);
    GROW(c->import, c->columns & EV_PLACE);
#undef GROW
    if (rc == VOC_OK) c->cap = cap;
    return rc;
}

static voc_rc make_room(struct event_columns *c, size_t extra)
{
    size_t rows = c->n + extra;
    if (rows <= c->cap) return VOC_OK;
    return resize(c, rows > 2 * c->cap ? rows : 2 * c->cap);
}

void event_columns_fit(struct event_columns *c)
{
    mem_free(c->scratch);
    mem_free(c->tuples_of_rows);
    c->scratch = NULL;
    c->tuples_of_rows = NULL;
    (void)resize(c, c->n ? c->n : 1); // what could not be made smaller stays as it is
}

voc_rc event_columns_room(struct event_columns *c, size_t rows)
{
    return rows > c->n ? make_room(c, rows - c->n) : VOC_OK;
}

void event_columns_copy(struct event_columns *to, size_t at, const struct event_columns *from, size_t row)
{
    for (unsigned i = 0; i < EC_WIDE; i++)
        if (to->wide[i]) to->wide[i][at] = from->wide[i][row];
    for (unsigned i = 0; i < EC_SMALL; i++)
        if (to->small[i]) to->small[i][at] = from->small[i][row];
    for (unsigned i = 0; i < EC_CODES; i++)
        if (to->code[i]) to->code[i][at] = from->code[i][row];
    for (unsigned i = 0; i < EC_TEXTS; i++)
        if (to->text[i]) to->text[i][at] = from->text[i][row];
    if (to->tuple) to->tuple[at] = from->tuple[row];
    if (to->source) to->source[at] = from->source[row];
    if (to->import) to->import[at] = from->import[row];
}

// Column by column: what a row takes from many columns lies far apart, what a column takes from many rows does not.
void event_columns_gather(struct event_columns *to, const struct row_origin *o, size_t n)
{
#define GATHER(array) \
    for (size_t k = 0; to->array && k < n; k++) to->array[k] = o[k].from->array[o[k].row]
    for (unsigned i = 0; i < EC_WIDE; i++) GATHER(wide[i]);
    for (unsigned i = 0; i < EC_SMALL; i++) GATHER(small[i]);
    for (unsigned i = 0; i < EC_CODES; i++) GATHER(code[i]);
    for (unsigned i = 0; i < EC_TEXTS; i++) GATHER(text[i]);
    GATHER(tuple);
    GATHER(source);
    GATHER(import);
#undef GATHER
    to->n = n;
}

static voc_rc out_of_range(struct block_reader *r, unsigned column)
{
    (void)snprintf(r->why, sizeof r->why, "column %s has a value out of range", block_column_name(column));
    return VOC_E_INPUT;
}

static voc_rc read_small(struct event_columns *c, struct block_reader *r, unsigned i)
{
    voc_rc rc = block_read_ints(r, SMALL[i].column, c->scratch);
    for (size_t k = 0; rc == VOC_OK && k < r->rows; k++) {
        if (c->scratch[k] < 0 || c->scratch[k] > SMALL[i].max) return out_of_range(r, SMALL[i].column);
        c->small[i][c->n + k] = (uint8_t)c->scratch[k];
    }
    return rc;
}

static uint32_t of_tuple(const struct event_tuple *t, unsigned column)
{
    switch (column) {
    case COLUMN_ACTION: return t->action;
    case COLUMN_TOUCHPOINT: return t->touchpoint;
    case COLUMN_CHANNEL: return t->channel;
    case COLUMN_CAMPAIGN: return t->campaign;
    case COLUMN_ROLE: return t->role;
    case COLUMN_OWNER: return t->owner;
    default: return t->language;
    }
}

static bool needs_tuples(const struct event_columns *c)
{
    uint32_t flags = EV_TUPLE;
    for (unsigned i = 0; i < EC_CODES; i++) flags |= CODES[i].in_tuple ? CODES[i].flag : 0;
    for (unsigned i = 0; i < EC_SMALL; i++) flags |= SMALL[i].flag;
    return c->columns & flags;
}

uint64_t event_columns_read(const struct event_columns *c)
{
    uint64_t read = needs_tuples(c) ? UINT64_C(1) << COLUMN_TUPLE : 0;
    for (unsigned i = 0; i < EC_CODES; i++) read |= (uint64_t)((c->columns & CODES[i].flag) != 0) << CODES[i].column;
    for (unsigned i = 0; i < EC_SMALL; i++) read |= (uint64_t)((c->columns & SMALL[i].flag) != 0) << SMALL[i].column;
    for (unsigned i = 0; i < EC_WIDE; i++) read |= (uint64_t)((c->columns & WIDE[i].flag) != 0) << WIDE[i].column;
    for (unsigned i = 0; i < EC_TEXTS; i++) read |= (uint64_t)((c->columns & TEXTS[i].flag) != 0) << TEXTS[i].column;
    if (c->columns & (EV_SOURCE | EV_PLACE)) read |= UINT64_C(1) << COLUMN_IMPORT;
    return read;
}

void event_columns_of_tuples(struct event_columns *c, size_t at, const uint32_t *tuple, size_t n)
{
    if (c->tuple && c->tuple + at != tuple) memcpy(c->tuple + at, tuple, n * sizeof *tuple);
    for (unsigned i = 0; i < EC_CODES; i++)
        for (size_t k = 0; c->code[i] && CODES[i].in_tuple && k < n; k++) c->code[i][at + k] = of_tuple(&c->tuples[tuple[k]], CODES[i].column);
    for (size_t k = 0; c->small[0] && k < n; k++) c->small[0][at + k] = c->tuples[tuple[k]].resolution;
    for (size_t k = 0; c->small[1] && k < n; k++) c->small[1][at + k] = c->tuples[tuple[k]].actor;
    for (size_t k = 0; c->small[2] && k < n; k++) c->small[2][at + k] = c->tuples[tuple[k]].ref_kind;
}

static voc_rc read_tuples(struct event_columns *c, struct block_reader *r)
{
    uint32_t *tuple = c->tuple ? c->tuple + c->n : c->tuples_of_rows;
    voc_rc rc = block_read_codes(r, COLUMN_TUPLE, c->n_tuples, tuple, c->scratch);
    if (rc != VOC_OK) return rc;
    for (unsigned i = 0; i < EC_CODES; i++)
        for (size_t k = 0; c->code[i] && CODES[i].in_tuple && k < r->rows; k++)
            c->code[i][c->n + k] = of_tuple(&c->tuples[tuple[k]], CODES[i].column);
    for (size_t k = 0; c->small[0] && k < r->rows; k++) c->small[0][c->n + k] = c->tuples[tuple[k]].resolution;
    for (size_t k = 0; c->small[1] && k < r->rows; k++) c->small[1][c->n + k] = c->tuples[tuple[k]].actor;
    for (size_t k = 0; c->small[2] && k < r->rows; k++) c->small[2][c->n + k] = c->tuples[tuple[k]].ref_kind;
    return VOC_OK;
}

// The imports and sources that rows of a settled block name.
static voc_rc read_imports(struct event_columns *c, struct block_reader *r)
{
    const struct import_source *x = NULL;
    voc_rc rc = block_read_ints(r, COLUMN_IMPORT, c->scratch);
    for (size_t k = 0; rc == VOC_OK && k < r->rows; k++) {
        if (!x || x->number != c->scratch[k]) x = imports_find(c->imports, c->n_imports, c->scratch[k]);
        if (!x || x->source == 0 || x->number < 1 || x->number > UINT32_MAX) return out_of_range(r, COLUMN_IMPORT);
        if (c->source) c->source[c->n + k] = x->source;
        if (c->import) c->import[c->n + k] = (uint32_t)x->number;
    }
    return rc;
}

voc_rc event_columns_add(struct event_columns *c, struct block_reader *r, uint32_t import, uint32_t source)
{
    bool tuples = block_has(r, COLUMN_TUPLE);
    voc_rc rc = make_room(c, r->rows);
    if (rc == VOC_OK && !tuples && c->tuple) rc = VOC_E_BUG; // a block of format 1 is never in parts
    if (rc == VOC_OK && tuples && needs_tuples(c)) rc = read_tuples(c, r);
    for (unsigned i = 0; rc == VOC_OK && i < EC_CODES; i++)
        if (c->code[i] && !(tuples && CODES[i].in_tuple)) rc = block_read_codes(r, CODES[i].column, c->limit[i], c->code[i] + c->n, c->scratch);
    for (unsigned i = 0; !tuples && rc == VOC_OK && i < EC_SMALL; i++)
        if (c->small[i]) rc = read_small(c, r, i);
    for (unsigned i = 0; rc == VOC_OK && i < EC_WIDE; i++)
        if (c->wide[i]) rc = block_read_ints(r, WIDE[i].column, c->wide[i] + c->n);
    for (unsigned i = 0; rc == VOC_OK && i < EC_TEXTS; i++)
        if (c->text[i]) rc = block_read_text(r, TEXTS[i].column, c->text[i] + c->n);
    if (rc == VOC_OK && import == 0 && (c->source || c->import)) rc = read_imports(c, r);
    if (rc != VOC_OK) return rc;
    for (size_t k = c->n; c->wide[EC_LINE] && k < c->n + r->rows; k++)
        c->wide[EC_LINE][k] = (int64_t)((uint64_t)c->wide[EC_LINE][k] + (uint64_t)c->wide[EC_RECORD][k]); // stored by its distance
    for (size_t k = c->n; c->source && import && k < c->n + r->rows; k++) c->source[k] = source;
    for (size_t k = c->n; c->import && import && k < c->n + r->rows; k++) c->import[k] = import;
    c->n += r->rows;
    return VOC_OK;
}

void event_columns_show(const struct event_columns *c, struct event_block *out)
{
    *out = (struct event_block){
        .n = c->n, .time_us = c->wide[EC_TIME], .resolution = c->small[0], .actor = c->small[1], .ref_kind = c->small[2],
        .action = c->code[0], .touchpoint = c->code[1], .channel = c->code[2], .campaign = c->code[3], .object = c->code[4], .case_id = c->code[5],
        .role = c->code[6], .owner = c->code[7], .thread = c->code[8], .customer = c->code[9], .account = c->code[10], .language = c->code[11],
        .sub = c->code[12], .source = c->source, .minutes = c->wide[EC_MINUTES], .cost = c->wide[EC_COST], .value = c->wide[EC_VALUE],
        .id = c->text[0], .ref = c->text[1], .text = c->text[2], .attrs = c->text[3], .record = (const uint64_t *)c->wide[EC_RECORD],
        .line = (const uint64_t *)c->wide[EC_LINE], .import = c->import,
    };
}
