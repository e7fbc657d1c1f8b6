// SPDX-License-Identifier: MIT
// A block: up to 65,536 rows as columns in one blob, with a directory and a checksum for each column. Knows nothing of
// what the columns mean; events, their tuples, attributes of entities, measures and
// long dictionaries are all kept so. docs/project-file.md has the layout.
#ifndef VOC_STORE_BLOCK_H
#define VOC_STORE_BLOCK_H
#include "store/columns/column.h"

#define BLOCK_ROWS 65536u
#define BLOCK_TEXT (UINT32_C(16) << 20) // a block is cut early when its texts exceed this
enum block_kind { BLOCK_EVENTS = 1, BLOCK_ATTRIBUTES = 2, BLOCK_TUPLES = 3, BLOCK_NAMES = 4, BLOCK_MEASURES = 5 };
enum block_column { // numbers are in files: they are never used again for something else
    COLUMN_TIME = 1, COLUMN_RESOLUTION, COLUMN_ACTOR, COLUMN_ACTION, COLUMN_TOUCHPOINT, COLUMN_CHANNEL, COLUMN_CAMPAIGN, COLUMN_OBJECT,
    COLUMN_CASE, COLUMN_ROLE, COLUMN_OWNER, COLUMN_THREAD, COLUMN_CUSTOMER, COLUMN_ACCOUNT, COLUMN_REF_KIND, COLUMN_REF,
    COLUMN_MINUTES, COLUMN_COST, COLUMN_VALUE, COLUMN_ID, COLUMN_TEXT, COLUMN_LANGUAGE, COLUMN_ATTRS, COLUMN_RECORD, COLUMN_SUB, COLUMN_LINE,
    COLUMN_TUPLE, COLUMN_NAMED, COLUMN_NAME, COLUMN_IMPORT,
    COLUMN_ENTITY = 40, COLUMN_TYPE, COLUMN_WHO, COLUMN_KEY, COLUMN_VALUE_TEXT, COLUMN_INTEGER, COLUMN_NUMBER, COLUMN_UNIT,
    COLUMNS_MAX = 64
};
const char *block_column_name(unsigned column);
bool block_column_is_text(unsigned column);

struct block_writer { // owns its buffers; used again for many blocks
    struct buf data, entries;
    struct column_zstd *z;
    uint32_t rows;
    unsigned n_columns;
    enum block_kind kind;
    voc_rc rc; // the first failure
};
voc_rc block_writer_init(struct block_writer *w);
void block_writer_done(struct block_writer *w);
void block_begin(struct block_writer *w, enum block_kind kind, size_t rows); // 1..BLOCK_ROWS
void block_ints(struct block_writer *w, unsigned column, const int64_t *v);
bool block_rare_ints(struct block_writer *w, unsigned column, const uint32_t *at, const int64_t *v, size_t n); // as column_put_rare; false: not put
void block_text(struct block_writer *w, unsigned column, const voc_str *v);
void block_same_int(struct block_writer *w, unsigned column, int64_t v);  // all rows alike
void block_same_text(struct block_writer *w, unsigned column, voc_str v);
voc_rc block_end(struct block_writer *w, struct buf *out); // out is cleared first

struct block_reader { // borrows the blob; owns its text buffers
    const unsigned char *blob;
    size_t len;
    uint32_t rows;
    unsigned n_columns;
    struct column_zstd *z;
    struct buf text[COLUMNS_MAX]; // decompressed texts, one buffer a column
    char why[96];                 // what is wrong, after VOC_E_INPUT
};
voc_rc block_reader_init(struct block_reader *r);
void block_reader_done(struct block_reader *r);
voc_rc block_open(struct block_reader *r, enum block_kind kind, const void *blob, size_t len); // checks header and directory
// How many of the first bytes of a block hold these columns (bit c: column c), by its own word, which block_open checks
// afterwards; `head` has its first bytes, BLOCK_HEAD of them or all. A block may be opened with no more than these.
#define BLOCK_HEAD (24u + 24u * 64u)
size_t block_extent(const void *head, size_t len, uint64_t columns);
bool block_has(const struct block_reader *r, unsigned column);
unsigned block_column_at(const struct block_reader *r, unsigned i); // of n_columns, in the order of the file
// out has room for r->rows. A column that is not in the block, or whose checksum is wrong: VOC_E_INPUT.
voc_rc block_read_ints(struct block_reader *r, unsigned column, int64_t *out);
// Codes below `limit`, as numbers or as runs; scratch has room for r->rows.
voc_rc block_read_codes(struct block_reader *r, unsigned column, uint32_t limit, uint32_t *out, int64_t *scratch);
voc_rc block_read_runs(struct block_reader *r, unsigned column, uint32_t limit, struct code_run *out, size_t *n_runs, int64_t *scratch);
voc_rc block_read_text(struct block_reader *r, unsigned column, voc_str *out); // borrows from the blob and from r until the next block_open
// Writes the rows with keep[row] to `out`, all columns, in their order; *rows: how many. None: out is untouched. add: NULL, or
// what is added to the integers of each column.
voc_rc block_filter(struct block_reader *r, enum block_kind kind, const bool *keep, const int64_t add[COLUMNS_MAX],
                    struct block_writer *w, struct buf *out, size_t *rows);
#endif
