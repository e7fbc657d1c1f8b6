// SPDX-License-Identifier: MIT
// XML in, hardened: no DOCTYPE, no external entity, bounded depth (256), bytes and attributes, structured errors.
// Only xml.c includes libxml2. SAX for large input (XES), a small tree for definitions, RELAX NG for the schema test.
#ifndef VOC_BASE_XML_H
#define VOC_BASE_XML_H
#include "base/buf.h"
#include "base/diag.h"

voc_rc xml_init(void); // once, before threads
void xml_done(void);
void xml_init_guest(void); // instead of both, in a process that may use libxml2 itself: changes no setting of the library; any number of times

// Streaming. read gives the next bytes (got 0: end). Errors become diagnostics with file:line; DOCTYPE is VOC_E_INPUT.
typedef voc_rc (*xml_read)(void *user, void *to, size_t size, size_t *got);
voc_rc xml_sax(xml_read read, void *read_user, const voc_xml_handler *h, void *user, const char *file, struct diag *d);

// The same, for who has the bytes and wants what comes of them in pieces (a sheet that is read as text): fed one piece after
// the other, each at most 64 KiB. The first failure is the answer of every later call. end: it must be well-formed as a whole.
struct xml_feed;
voc_rc xml_feed_new(struct xml_feed **out, const voc_xml_handler *h, void *user, const char *file, struct diag *d); // borrows all but out
voc_rc xml_feed_add(struct xml_feed *f, const char *ptr, size_t len);
voc_rc xml_feed_end(struct xml_feed *f);
void xml_feed_free(struct xml_feed *f); // takes NULL

// Tree. Strings and nodes live in the arena.
struct xml_attr { voc_str name, value; };
struct xml_node {
    voc_str name; // local name; prefix and namespace are checked by the caller through `ns`
    voc_str ns;
    voc_str text; // direct text content, joined
    uint64_t line;
    const struct xml_attr *attrs;
    size_t n_attrs;
    struct xml_node *parent, *first, *next; // children in order
};
voc_rc xml_tree(struct xml_node **out, struct arena *a, const char *bytes, size_t len, const char *file, struct diag *d);
const voc_str *xml_get(const struct xml_node *n, const char *attr); // NULL: absent
// 1 valid, 0 not (messages kept at info), -1 failed: RELAX NG verdict of the schema on the document.
int xml_relaxng(const char *schema, size_t schema_len, const char *doc, size_t doc_len, struct diag *d);
#endif
