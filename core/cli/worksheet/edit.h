// SPDX-License-Identifier: MIT
// An XML file changed as text: elements are found with their places in the bytes, changes are noted, and the new text is the
// old one with only those places changed. Comments, layout and everything else stay byte for byte. UTF-8 only.
#ifndef VOC_CLI_WORKSHEET_EDIT_H
#define VOC_CLI_WORKSHEET_EDIT_H
#include "base/diag.h"
#include "base/str.h"

#define EDIT_NONE SIZE_MAX
struct edit_attr { voc_str name, value; /* decoded */ size_t from, to; /* raw: from the name to behind the closing quote */ size_t value_from, value_to; };
struct edit_node {
    voc_str name;
    uint64_t line;
    size_t start, open_end; // '<' of the start tag, and behind its '>'
    size_t close, end;      // '<' of the end tag (open_end where it has none), and behind the element
    bool empty;             // <x/>
    size_t parent, first, next, last; // EDIT_NONE
    struct edit_attr *attrs;
    size_t n_attrs;
    bool gone;
    bool is_new;            // a section that is not there yet: written if something is put into it
    struct edit_child { voc_str text; struct edit_child *next; } *children, *tail; // to be put at its end
    voc_str new_attrs;      // of a new section
};
struct edit_cut { size_t from, to, number; voc_str put; };
struct edit { // owns
    struct arena arena;
    voc_str text;           // borrowed
    const char *newline;    // "\n" or "\r\n"
    VEC(struct edit_node) nodes; // 0: the root
    VEC(struct edit_cut) cuts;
    size_t n_changes;
};
// VOC_E_INPUT with a diagnostic: no XML, or no UTF-8.
voc_rc edit_new(struct edit **out, voc_str text, const char *file, struct diag *d);
void edit_free(struct edit *e);
size_t edit_child(const struct edit *e, size_t parent, const char *name); // first that is not gone, or EDIT_NONE
size_t edit_next(const struct edit *e, size_t node, const char *name);    // next sibling of that name
size_t edit_find(const struct edit *e, size_t parent, const char *name, const char *attr, voc_str value);
const voc_str *edit_get(const struct edit *e, size_t node, const char *attr);
// The section of that name below the root; noted as new in its place among `order` (NULL-terminated) if there is none.
voc_rc edit_section(struct edit *e, const char *name, const char *const *order, size_t *node);
voc_rc edit_set(struct edit *e, size_t node, const char *attr, voc_str value);
voc_rc edit_unset(struct edit *e, size_t node, const char *attr);
// Texts of elements: lines are indented as the file does; children of a line by two more blanks as given.
voc_rc edit_append(struct edit *e, size_t parent, voc_str text);  // behind the last child
voc_rc edit_before(struct edit *e, size_t node, voc_str text);    // in front of an element
voc_rc edit_after(struct edit *e, size_t node, voc_str text);     // behind it
voc_rc edit_remove(struct edit *e, size_t node);                  // with its line, if it stands alone there
voc_rc edit_replace(struct edit *e, size_t from, size_t to, voc_str text);
voc_rc edit_done(struct edit *e, struct buf *out);                // the new text
void edit_escape(struct buf *b, voc_str s);                       // for an attribute in double quotes, or text
#endif
