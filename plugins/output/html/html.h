// SPDX-License-Identifier: MIT
// Inside of the output plugin html. put.c writes escaped text and cells, style.c holds the sheet, headline.c the box of
// findings, table.c one section for each table, html.c the page around them.
//
// The page is HTML that is well-formed XML too (every tag closed, every attribute quoted): so a test can read it back.
#ifndef VOC_OUTPUT_HTML_H
#define VOC_OUTPUT_HTML_H
#include <stdbool.h>

#include <voc/plugin.h>

struct room { // growing bytes, through the host's allocator
    char *ptr;
    size_t len, size;
};

struct html {
    const voc_host *host;
    voc_context *cx;
    voc_writer *out;
    struct room page; // not yet written
    struct room foot; // made at begin: what the host says of the run is borrowed until begin returns
    struct room command;
    struct room *into; // where put() puts
    size_t tables;
    voc_rc rc; // sticks
};

enum tone { TONE_PLAIN, TONE_DO, TONE_KEEP, TONE_STOP, TONE_ASK };

// Ends of a column of ranges: one scale for all its bars.
struct scale {
    double lo, hi;
    bool drawn;
};

// put.c
void put(struct html *h, const char *s, size_t n);
void put_s(struct html *h, const char *s);
void put_text(struct html *h, voc_str s);   // escaped, for content and for quoted attributes alike
void put_isolated(struct html *h, voc_str s); // in <bdi>: a name of any direction disturbs nothing around it
void put_size(struct html *h, size_t n);
void put_capital(struct html *h, voc_str s);  // the first letter, if it is one of a-z
void put_sentence(struct html *h, voc_str s); // a capital first, a full stop at the end
void put_number(struct html *h, double r, unsigned digits, bool sign);
void put_cell(struct html *h, const voc_cell *c, const voc_column *col, const struct scale *scale);
void put_chip(struct html *h, enum tone tone, voc_str words);
void html_flush(struct html *h);

// text helpers, put.c
bool text_is(voc_str s, const char *literal);
bool text_starts(voc_str s, const char *literal);
size_t text_find(voc_str s, const char *literal); // s.len: not in it
voc_str text_from(voc_str s, size_t at);
enum tone tone_of(voc_str group); // by the title of the group or the word of the verdict

// strides, put.c
const voc_column *column_at(const voc_table *t, size_t k);
const voc_cell *cell_at(const voc_table *t, size_t row, size_t k);
const voc_group *group_at(const voc_table *t, size_t i);
const voc_note *note_at(const voc_table *t, size_t i);

void html_style(struct html *h);
bool html_is_score(const voc_table *t);
void html_headline(struct html *h, const voc_table *t);
// first_lead: its first lead note already stands in the page's head
void html_table(struct html *h, const voc_table *t, bool first_lead);
#endif
