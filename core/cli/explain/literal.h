// SPDX-License-Identifier: MIT
// A number as it stands on a page: "1,072", "+112", "63%", "4.2 d", "8.6k", "3,228 EUR". What is written says how exact it is: a cell holds it
// where it would be rounded to it.
#ifndef VOC_CLI_EXPLAIN_LITERAL_H
#define VOC_CLI_EXPLAIN_LITERAL_H
#include "report/table.h"

enum literal_kind { LITERAL_PLAIN, LITERAL_SHARE, LITERAL_TIME, LITERAL_MONEY };
struct literal {
    enum literal_kind kind;
    double digits;      // as written: 4.2
    double value, half; // of a time in microseconds; half: of its last digit
};

bool literal_read(voc_str word, voc_str currency, struct literal *out); // the word is a number and nothing else; currency may be empty
// The next number of a line, from *at on: no part of a name ("T07-1", "b2b") or of a date. *found: as it is written, with its unit.
bool literal_next(voc_str line, voc_str currency, size_t *at, voc_str *found, struct literal *out);
bool literal_in_text(const struct literal *l, voc_str text);
bool literal_in_cell(const struct literal *l, const voc_column *column, const voc_cell *c);
#endif
