// SPDX-License-Identifier: MIT
// One record of delimited text into fields (RFC 4180), without copying: a field points into the record, or into the caller's
// scratch where a doubled quote had to become one. For every plugin that reads delimited text. Safe in threads: no state.
//
// A quote opens only as the first byte of a field; within, two are one, and separators and line breaks are text. Behind the
// closing quote only a separator or the record's end may stand. A quote elsewhere in a field that is not quoted is text: RFC
// 4180 forbids it, but it hides nothing (5" pipe), and refusing it would lose rows that every spreadsheet reads.
#ifndef VOC_PLUGINS_COMMON_CSV_H
#define VOC_PLUGINS_COMMON_CSV_H

#include <voc/plugin.h>

struct csv_rule {
    char separator;
    char quote;   // 0: none
    char newline; // 0: line feed (a carriage return before it is part of it)
};

enum csv_fault {
    CSV_FINE = 0,
    CSV_BEHIND_QUOTE, // text between a closing quote and the next separator
    CSV_UNCLOSED      // a quote that is never closed
};

// Gives the number of fields, at least 1, and stores the first `max` of them (none if max is 0). *scratch is moved behind
// what was written there, at most record.len bytes. With a fault the fields up to the faulty one are right.
size_t csv_split(const struct csv_rule *rule, voc_str record, voc_str *fields, size_t max, char **scratch, enum csv_fault *fault);

// The record that begins at `at`, without its newline; gives where the next begins, text.len at the end. For text that is
// there as a whole (probing); files are cut by the host.
size_t csv_next(const struct csv_rule *rule, voc_str text, size_t at, voc_str *record);

// A rule's newline for this text: a carriage return where it holds no line feed (old Mac), else 0.
char csv_newline(voc_str text);

#endif
