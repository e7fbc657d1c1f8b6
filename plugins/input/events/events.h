// SPDX-License-Identifier: MIT
// Inside of the plugin input/events: how delimited text becomes named cells. What becomes of them is plugins/common/events.
//   csv_sniff.c  separator, quote, preamble   header.c  rows of the header, names of the columns
//   reader.c     the columns, and the cells of samples    fields.c  the cells of a block's records
#ifndef VOC_PLUGINS_INPUT_EVENTS_H
#define VOC_PLUGINS_INPUT_EVENTS_H

#include "plugins/common/csv.h"
#include "plugins/common/events/plan.h"

// Options, in the order of the table in events.c.
enum { OPT_SEPARATOR, OPT_QUOTE, OPT_SKIP, OPT_HEADER, OPT_SHARED };

struct table { // one instance
    struct events events; // first: the instance is both
    struct csv_rule rule;
    int quote_said, skip_said, rows_said; // -1: find out
    uint32_t n_skip, n_rows;              // records before the header, rows of the header
    bool grouped;                         // names are of two rows
    voc_str preamble, labels;             // the first record of what stands before the header, and of rows below the names
};
#define TABLE(e) ((struct table *)(e))

// csv_sniff.c: the rule that the text's first records keep best
struct sniffed_csv {
    struct csv_rule rule;
    uint32_t n_skip;                        // records before the header
    size_t n_columns, n_records, n_regular; // of the records looked at from the header on, those as wide as it
    size_t n_quoted, n_faults;              // those with a quoted field, and those whose quotes are wrong
};
// separator 0, quote -1, skip -1: find out
voc_rc csv_sniff(struct events *e, voc_str text, bool complete, char separator, int quote, int skip, struct sniffed_csv *out);

// header.c: n_skip, n_rows and n_head from the text's beginning, by the rule; and names of columns from the header's records
voc_rc header_find(struct events *e, voc_str text, bool complete, const struct sniffed_csv *found);
voc_rc header_names(struct events *e, const voc_str *upper, const voc_str *lower, voc_str *names); // lower NULL: one row

// fields.c: as struct cell_reader says
// The first n_columns fields of record i, and how many there are; as csv_split. Records come in their order.
voc_rc fields_of(void *reading, uint64_t i, voc_str *cells, size_t *n, enum csv_fault *fault);
voc_rc fields_open(void **reading, const struct events *e, const voc_block *block);
voc_rc fields_next(void *reading, uint64_t i, voc_str *cells, voc_attr *more, size_t *n_more, struct cells_fault *fault);
void fields_close(void *reading);

// reader.c
extern const struct cell_reader table_reader;
void table_rule(struct events *e, const struct csv_rule *rule); // the rule that is used from now on

#endif
