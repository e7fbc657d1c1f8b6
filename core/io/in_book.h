// SPDX-License-Identifier: MIT
// A workbook (.xlsx, ECMA-376) as text: one sheet becomes the CSV that a spreadsheet program would save, so that whatever reads
// CSV reads sheets. What the in_book*.c files share. No macro, formula or link of a workbook is looked at: cells are what was stored
// with them. One thread.
#ifndef VOC_IO_IN_BOOK_H
#define VOC_IO_IN_BOOK_H
#include "base/xml.h"
#include "io/in_internal.h"

#define BOOK_ROWS_MAX 1048576u
#define BOOK_COLUMNS_MAX 16384u
#define BOOK_PIECE ((size_t)8 << 10) // of a part, at once: what it becomes is bounded by the cells that fit into it

// ---- parts of the zip (in_book_part.c)
struct book_part; // owns its archive; borrows the source, which serves one part at a time
// found: a member of this name is there (ASCII case does not matter); else *out is untouched.
voc_rc book_part_open(struct book_part **out, struct source *s, const char *name, bool *found);
voc_rc book_part_read(void *part, void *to, size_t size, size_t *got); // an xml_read
uint64_t book_part_fed(const struct book_part *p);
void book_part_close(struct book_part *p);
voc_rc book_part_is_workbook(struct source *s, bool *yes); // by the names of the members; damage is for others to find

// ---- what numbers mean (in_book_cell.c)
enum number_format { NUMBER_PLAIN, NUMBER_DATE, NUMBER_TIME, NUMBER_DATE_TIME, NUMBER_ELAPSED, NUMBER_ZEROS /* + digits */ };
struct styles { VEC(uint8_t) of; }; // number_format of each style index
uint8_t number_format_of(voc_str code);       // "dd.mm.yyyy hh:mm" -> NUMBER_DATE_TIME
uint8_t number_format_builtin(uint32_t id);   // of the numbers that have no code in the file
voc_rc number_text(struct buf *out, voc_str raw, uint8_t format, bool from_1904);

// ---- strings that cells share, and those of a cell (in_book_cell.c)
struct strings { // owns both
    struct buf text;
    VEC(size_t) end;
};
voc_str strings_at(const struct strings *s, uint64_t i, bool *ok);
void strings_done(struct strings *s);
// Text of one <t>, as it is added: without the blanks around it unless `preserve`, and _x000D_ as what it stands for.
void string_unescape(struct buf *b, size_t from, bool preserve);
voc_rc strings_read(struct strings *out, struct book_part *p, const char *file, struct diag *d);
voc_rc styles_read(struct styles *out, struct book_part *p, const char *file, struct diag *d);

// ---- a sheet (in_book_sheet.c)
struct range { uint32_t row, column, to_row, to_column; }; // from 1
bool range_read(voc_str text, struct range *out);            // "B2:D2"
void cell_name(char out[16], uint32_t row, uint32_t column); // "B2"
struct ranges { VEC(struct range) at; };
voc_rc merges_find(struct ranges *out, struct book_part *p); // by a look at the bytes: they stand behind the cells, and are needed before them

struct sheet;
struct sheet_spec { // all borrowed
    const struct strings *strings;
    const struct styles *styles;
    const struct ranges *merged;
    bool from_1904;
    const char *file; // for messages: "book.xlsx!Sheet"
    struct diag *d;
};
voc_rc sheet_open(struct sheet **out, const struct sheet_spec *spec);
voc_rc sheet_feed(struct sheet *s, const char *ptr, size_t len); // len 0: the end
void sheet_take(struct sheet *s, void *to, size_t size, size_t *got); // got 0: feed it
uint64_t sheet_row(const struct sheet *s, uint64_t line); // the row of the sheet that a line of the text began in
bool sheet_has_cells(const struct sheet *s);
void sheet_close(struct sheet *s);

// ---- the whole (in_book.c)
struct book; // owns all but source and d
// name: of the sheet, or NULL: the only one that is neither hidden nor empty. path for messages.
voc_rc book_open(struct book **out, struct source *s, const char *name, const char *path, struct diag *d);
voc_rc book_read(struct book *b, void *to, size_t size, size_t *got); // 0: end
voc_rc book_list(struct in_sheets *out, struct source *s, const char *path, struct diag *d);
uint64_t book_row(const struct book *b, uint64_t line);
uint64_t book_fed(const struct book *b);
void book_close(struct book *b);
#endif
