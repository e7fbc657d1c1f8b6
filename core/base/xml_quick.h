// SPDX-License-Identifier: MIT
// The plain part of an XML document, read without libxml2. See xml_quick.c; only xml.c calls it.
#ifndef VOC_BASE_XML_QUICK_H
#define VOC_BASE_XML_QUICK_H
#include "base/buf.h"
#include "base/xml.h"

#define XML_QUICK_DEPTH 256u

struct xml_quick_open { // an element that is open
    size_t tag, name_len; // its start tag in `tags`, as it was written
    uint64_t line;
};

// What stood before the value of an attribute: `<string key="`, or ` value="` behind another value. Tags that begin like one that was
// read lately are not taken apart again. Bytes of the masks are 255 where the text has one.
struct xml_quick_head { uint64_t text[2], mask[2]; uint8_t len, tag_len, name, name_len; }; // name: where the attribute's is

#define XML_QUICK_HEADS 16u
struct xml_quick {
    const voc_xml_handler *h; // this and the next three are set by the caller
    void *user;
    xml_read read;
    void *read_user;
    char *chunk; // owned; what was read is chunk[0..len), of which chunk[at..) has not been handed out
    size_t at, len;
    uint64_t *marks; // owned: of the bytes of the chunk, see xml_marks.h; chunk[len], a byte 0, has one too
    uint64_t before; // bytes of the document before the chunk
    uint64_t line;   // of chunk[at]
    voc_rc failed;   // what `read` said behind the chunk
    voc_rc status;   // the listener's, or VOC_E_NOMEM
    bool ended;
    struct buf tags;
    struct xml_quick_open open[XML_QUICK_DEPTH];
    unsigned depth, namespaces; // namespaces: declared by the root
    size_t text_len;            // since the last tag
    uint64_t last_byte;         // of the last tag
    VEC(voc_xml_attr) attrs;
    struct buf values;
    struct xml_quick_head first[XML_QUICK_HEADS], next[XML_QUICK_HEADS]; // by the tag's first letter; by the number of the attribute
};

// Hands out events up to the first thing that is not plain. VOC_OK: libxml2 goes on at chunk[at], within the open elements; else
// the status, and nothing more is to be read.
voc_rc xml_quick_read(struct xml_quick *q);
void xml_quick_done(struct xml_quick *q);
#endif
