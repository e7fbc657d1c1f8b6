// SPDX-License-Identifier: MIT
// What both files on libxml2 need of it. See xml_library.c; only xml.c includes this.
#ifndef VOC_BASE_XML_LIBRARY_H
#define VOC_BASE_XML_LIBRARY_H
#include "base/diag.h"

#define XML_LIBRARY_OPTIONS (XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_BIG_LINES)

struct _xmlError;
struct _xmlParserInput;
const unsigned char *xml_tag_start(const struct _xmlParserInput *in); // the < before the parser's place; NULL: out of sight
uint64_t xml_line_of(const struct _xmlParserInput *in, const unsigned char *at); // NULL: of the parser's place
void xml_add_error(struct diag *d, uint32_t severity, const char *code, const char *file, const struct _xmlError *e);
void xml_refuse_doctype(uint64_t line, const char *file, struct diag *d); // line: of the DOCTYPE

#endif
