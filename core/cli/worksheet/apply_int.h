// SPDX-License-Identifier: MIT
// What the apply*.c files share: one application of a worksheet to the text of journey.xml. Faults are counted and told, and
// never stop it, so that one run names them all.
#ifndef VOC_CLI_WORKSHEET_APPLY_INT_H
#define VOC_CLI_WORKSHEET_APPLY_INT_H
#include "cli/worksheet/edit.h"
#include "cli/worksheet/worksheet.h"

struct applying {
    struct ws_change *out;
    struct worksheet *w;
    const struct journey *j;
    struct edit *e;
    struct diag *d;
    size_t faults;
    voc_rc rc;             // out of memory and the like: sticks
    struct ws_row **order; // rows by action
};
extern const char *const apply_sections[]; // of a journey, in order

void apply_fault(struct applying *a, const struct ws_row *r, const char *hint, const char *format, ...) __attribute__((format(printf, 4, 5)));
void apply_said(struct applying *a, const char *format, ...) __attribute__((format(printf, 2, 3))); // one line of what changed
const char *apply_label(struct applying *a, const struct ws_row *r);  // "mail (newsletter)"
uint32_t apply_actor(const struct ws_row *r);                         // who acts by the cells
void apply_attr(struct buf *b, const char *name, voc_str value);      // ` name="value"`, if there is one
void apply_note(struct applying *a, struct buf *b, const char *indent, voc_str text); // "\n<note>...", where notes are wanted
const char *apply_or(voc_str s, char buf[96], const char *nothing);   // for "%s"
static inline bool apply_rc(struct applying *a, voc_rc rc) { return (a->rc = a->rc ? a->rc : rc) == VOC_OK; }
// Where else the definition names an id, by the attributes that hold it: a line of journey.xml, or 0.
uint64_t apply_named_at(const struct applying *a, const char *const *attrs, voc_str id, size_t except);

void apply_touchpoints(struct applying *a);
void apply_stages(struct applying *a);
#define APPLY_SHOW(s) STR_SHOWN(s, 80)
#endif
