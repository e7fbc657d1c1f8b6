// SPDX-License-Identifier: MIT
// The neutral table as it is built: typed columns, groups of rows, notes, a semantics line. Its finished view is voc_table
// of plugin.h, which every renderer and OUTPUT plugin reads.
#ifndef VOC_REPORT_TABLE_H
#define VOC_REPORT_TABLE_H
#include "base/buf.h"
#include "base/str.h"

struct table; // owns all its strings (voc_table_builder of plugin.h is this)
voc_rc table_new(struct table **out, const char *name, const char *title, uint32_t flags);
void table_free(struct table *t);
// VOC_E_BUG: after the first cell, or of no type that there is.
voc_rc table_column(struct table *t, const char *name, const char *title, uint32_t type, const char *unit, uint32_t flags, const char *help);
// Of an analysis, whose columns are asked for by name: VOC_E_BUG also without a name, or of one that another column has.
voc_rc table_own_column(struct table *t, const char *name, const char *title, uint32_t type, const char *unit, uint32_t flags, const char *help);
voc_rc table_group(struct table *t, const char *title, const char *subtitle); // before its first row
// Copies the cell. Type must be NA or the column's (an INT fits REAL, SHARE and RANGE); NaN becomes NA. Else VOC_E_BUG.
voc_rc table_cell(struct table *t, const voc_cell *cell);
voc_rc table_note(struct table *t, uint32_t kind, const char *text);
// The word PROJECT in notes that were written so far becomes this name, in quotes where a shell needs them.
voc_rc table_name_project(struct table *t, const char *name);
voc_rc table_reword(struct table *t, voc_rc (*word)(void *user, struct buf *out, const char *text), void *user); // each note
voc_rc table_semantics(struct table *t, const char *text);
// A way to look at it, once the columns are there. Copied; VOC_E_BUG: an unknown kind, or it names a column that is not there.
voc_rc table_figure(struct table *t, const voc_figure *figure);
voc_rc table_currency(struct table *t, voc_str currency);
// VOC_E_BUG if the last row is not complete. Borrows until the next change or table_free.
voc_rc table_view(struct table *t, voc_table *out);
voc_str table_name(const struct table *t);
const char *table_fault(const struct table *t); // what a call that gave VOC_E_BUG found wrong, the first of them; NULL: nothing. Until table_free

// Short forms for the cli. A failure sticks and is reported by table_view.
void table_text(struct table *t, voc_str s);
void table_int(struct table *t, int64_t i);
void table_real(struct table *t, double r, unsigned digits);
void table_time(struct table *t, int64_t us);     // VOC_NA: NA
void table_duration(struct table *t, int64_t us); // VOC_NA: NA
void table_na(struct table *t);
#endif
