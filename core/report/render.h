// SPDX-License-Identifier: MIT
// Renderers of tables: text for people (width-aware, colour only on a terminal), csv and tsv (safe against formulas),
// json and jsonl (schema version, inputs with hashes, definitions with versions, warnings). Markdown is an OUTPUT plugin.
#ifndef VOC_REPORT_RENDER_H
#define VOC_REPORT_RENDER_H
#include "io/out.h"
#include "report/table.h"

#define REPORT_SCHEMA_VERSION 1
struct render_options {
    unsigned width;  // columns of the terminal; 0: unlimited
    bool colour;
    bool unicode;    // else plain ASCII
};
typedef voc_rc (*render_fn)(struct out *o, const voc_meta *meta, const voc_table *tables, size_t n, const struct render_options *ro);
voc_rc render_text(struct out *o, const voc_meta *meta, const voc_table *tables, size_t n, const struct render_options *ro);
voc_rc render_csv(struct out *o, const voc_meta *meta, const voc_table *tables, size_t n, const struct render_options *ro);
voc_rc render_tsv(struct out *o, const voc_meta *meta, const voc_table *tables, size_t n, const struct render_options *ro);
voc_rc render_json(struct out *o, const voc_meta *meta, const voc_table *tables, size_t n, const struct render_options *ro);
voc_rc render_jsonl(struct out *o, const voc_meta *meta, const voc_table *tables, size_t n, const struct render_options *ro);
render_fn render_find(voc_str format); // "table", "csv", ...; NULL: not a built-in one
const char *render_name(size_t i);     // of the built-in ones, from 0; NULL: there are no more

// One cell for people: "1,072", "+99 (+70 to +128)", "14 d", "1 Jul 2024", "-".
void render_cell(struct buf *out, const voc_cell *c, const voc_column *col);
// One cell for machines: plain numbers, ISO times; money as decimal; RANGE gives its middle (lo and hi are columns of their own).
void render_value(struct buf *out, const voc_cell *c);
#endif
