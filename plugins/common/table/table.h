// SPDX-License-Identifier: MIT
// How delimited text becomes named cells, for every input plugin that reads tables. What becomes of them is plugins/common/events.
//   table.c   an instance, its options, the beginning of a file for probing
//   sniff.c   separator, quote, preamble      header.c  rows of the header, names of the columns
//   reader.c  the columns, and the cells of samples    fields.c  the cells of a block's records
#ifndef VOC_PLUGINS_COMMON_TABLE_H
#define VOC_PLUGINS_COMMON_TABLE_H

#include "plugins/common/csv.h"
#include "plugins/common/events/plan.h"

// Options of such a plugin: TABLE_OPTIONS (options.h), and behind them PLAN_OPTIONS.
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

// table.c: what `open` and `rule` of the plugin do; `size` is that of a struct that begins with a struct table
voc_rc delimited_new(struct events **out, size_t size, const struct cell_reader *reader, const voc_host *host, voc_context *cx);
voc_rc delimited_open(struct events *e, const voc_source *source, const voc_value *values); // those from OPT_SEPARATOR on
voc_rc delimited_options(struct events *e, const voc_value *v); // TABLE_OPTIONS alone
voc_rc delimited_cut(struct events *e, voc_str first, voc_line_rule *out);
// Probing: is it delimited text? Then the columns' rule is set, and *head is its beginning as the host would cut it. Else the
// reason is said.
bool delimited_probe(struct events *e, const voc_probe *p, voc_block *head, voc_probe_result *r);

// sniff.c: the rule that the text's first records keep best
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
size_t fields_cut(void *reading, uint64_t i, size_t max, struct cut_record *out);
void fields_close(void *reading);

// reader.c
extern const struct cell_reader delimited_reader; // of input/events; others copy what is in it
void delimited_rule(struct events *e, const struct csv_rule *rule); // the rule that is used from now on

#endif
