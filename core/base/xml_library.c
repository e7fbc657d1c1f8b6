// SPDX-License-Identifier: MIT
// libxml2 as a whole: its beginning and end, its messages as ours, and RELAX NG, which it checks on documents of its own.
// Documents are refused a DOCTYPE here too, and reach no file and no network.
#include "base/xml_library.h"

#include <libxml/parser.h>
#include <libxml/relaxng.h>
#include <libxml/xmlerror.h>
#include <string.h>

#include "base/str.h"
#include "base/xml.h"

// ---- where a parse is

// The '<' of the tag that has just been read: nothing in a tag may be a '<', and libxml2 keeps a tag's bytes in its buffer.
const unsigned char *xml_tag_start(const struct _xmlParserInput *in)
{
    return in->base && in->cur > in->base ? memrchr(in->base, '<', (size_t)(in->cur - in->base)) : NULL;
}

uint64_t xml_line_of(const struct _xmlParserInput *in, const unsigned char *at)
{
    uint64_t line = in->line > 0 ? (uint64_t)in->line : 0;
    while (at && at < in->cur && (at = memchr(at, '\n', (size_t)(in->cur - at)))) {
        at++;
        line -= line > 0;
    }
    return line;
}

// ---- messages

void xml_add_error(struct diag *d, uint32_t severity, const char *code, const char *file, const struct _xmlError *e)
{
    char text[1024] = "not well-formed XML";
    if (e->message) {
        voc_str m = str_trim(str_of(e->message));
        size_t n = m.len < sizeof text - 1 ? m.len : sizeof text - 1;
        memcpy(text, m.ptr, n);
        text[n] = '\0';
    }
    const char *hint = "mend it at that place, or export it again";
    if (e->code == XML_ERR_DOCUMENT_EMPTY) hint = "this is no XML; look at what the file is";
    if (e->code == XML_ERR_DOCUMENT_END || e->code == XML_ERR_TAG_NOT_FINISHED) hint = "it may have been cut off; export or copy it again";
    if (severity != VOC_ERROR) hint = NULL;
    struct diag_msg msg = {.severity = severity, .code = code, .file = file, .message = text, .hint = hint};
    msg.line = e->line > 0 ? (uint64_t)e->line : 0;
    msg.column = e->int2 > 0 && e->domain == XML_FROM_PARSER ? (uint64_t)e->int2 : 0;
    diag_add(d, &msg);
}

void xml_refuse_doctype(uint64_t line, const char *file, struct diag *d)
{
    diag_error(d, "XML-002", file, line, "a DOCTYPE can name other files and grow without bound; the data is read without it",
               "this file has a DOCTYPE, which is not read: remove it");
}

// ---- RELAX NG, on documents of libxml2's own

struct verdict {
    struct diag *d;
    const char *what; // "schema" or "document"
    bool failed;
};

static void on_verdict(void *user, xmlErrorPtr e)
{
    struct verdict *v = user;
    xml_add_error(v->d, VOC_INFO, "XML-005", v->what, e);
}

static void on_doc_error(void *user, xmlErrorPtr e)
{
    struct verdict *v = ((xmlParserCtxtPtr)user)->_private;
    if (!v->failed && e->level == XML_ERR_FATAL) xml_add_error(v->d, VOC_INFO, "XML-001", v->what, e);
}

static void on_doc_doctype(void *user, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
    xmlParserCtxtPtr ctxt = user;
    struct verdict *v = ctxt->_private;
    (void)name, (void)external, (void)system;
    xml_refuse_doctype(xml_line_of(ctxt->input, xml_tag_start(ctxt->input)), v->what, v->d);
    v->failed = true;
    xmlStopParser(ctxt);
}

static xmlDocPtr read_doc(const char *bytes, size_t len, struct verdict *v)
{
    xmlParserCtxtPtr ctxt = len <= INT32_MAX ? xmlNewParserCtxt() : NULL;
    if (!ctxt) return NULL;
    ctxt->_private = v;
    ctxt->sax->internalSubset = on_doc_doctype;
    ctxt->sax->serror = on_doc_error;
    xmlDocPtr doc = xmlCtxtReadMemory(ctxt, bytes, (int)len, NULL, NULL, XML_LIBRARY_OPTIONS);
    if (v->failed) {
        xmlFreeDoc(doc);
        doc = NULL;
    }
    xmlFreeParserCtxt(ctxt);
    return doc;
}

int xml_relaxng(const char *schema, size_t schema_len, const char *doc, size_t doc_len, struct diag *d)
{
    struct verdict of_schema = {.d = d, .what = "schema"}, of_doc = {.d = d, .what = "document"};
    int verdict = -1;
    xmlRelaxNGParserCtxtPtr parser = NULL;
    xmlRelaxNGPtr rules = NULL;
    xmlRelaxNGValidCtxtPtr valid = NULL;
    xmlDocPtr rules_doc = read_doc(schema, schema_len, &of_schema), tree = NULL;
    if (!rules_doc || !(parser = xmlRelaxNGNewDocParserCtxt(rules_doc))) goto out;
    xmlRelaxNGSetParserStructuredErrors(parser, on_verdict, &of_schema);
    if (!(rules = xmlRelaxNGParse(parser)) || !(valid = xmlRelaxNGNewValidCtxt(rules))) goto out;
    if (!(tree = read_doc(doc, doc_len, &of_doc))) goto out;
    xmlRelaxNGSetValidStructuredErrors(valid, on_verdict, &of_doc);
    int rc = xmlRelaxNGValidateDoc(valid, tree);
    verdict = rc == 0 ? 1 : rc > 0 ? 0 : -1;
out:
    xmlFreeDoc(tree);
    xmlRelaxNGFreeValidCtxt(valid);
    xmlRelaxNGFree(rules);
    xmlRelaxNGFreeParserCtxt(parser);
    xmlFreeDoc(rules_doc);
    return verdict;
}

// ---- the library as a whole

static xmlParserInputPtr no_other_file(const char *url, const char *id, xmlParserCtxtPtr ctxt)
{
    (void)url, (void)id, (void)ctxt;
    return NULL;
}

static void silent(void *user, const char *format, ...) { (void)user, (void)format; }

voc_rc xml_init(void)
{
    xmlInitParser();
    xmlSetExternalEntityLoader(no_other_file);
    xmlSetGenericErrorFunc(NULL, silent);
    xmlThrDefSetGenericErrorFunc(NULL, silent); // threads that come later
    return VOC_OK;
}

// What xml_init adds (no other file, no sound) is a second fence: each parser here has its own handlers, and refuses a DOCTYPE.
void xml_init_guest(void) { xmlInitParser(); }

void xml_done(void)
{
    xmlRelaxNGCleanupTypes();
    xmlCleanupParser();
}
