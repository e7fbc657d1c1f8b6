// SPDX-License-Identifier: MIT
// The least that reading an XML file costs with libxml2: its SAX2 interface, 256 KiB at a time, every element and the length of
// every value looked at, nothing kept. Writes how many elements there were. sax2 FILE
#include <libxml/parser.h>
#include <stdio.h>
#include <string.h>

struct seen { unsigned long long elements, bytes; };

static void start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_namespaces,
                  const xmlChar **namespaces, int n, int n_defaulted, const xmlChar **attributes)
{
    struct seen *s = user;
    (void)name, (void)prefix, (void)uri, (void)n_namespaces, (void)namespaces, (void)n_defaulted;
    s->elements++;
    for (int i = 0; i < n; i++) s->bytes += (unsigned long long)(attributes[5 * i + 4] - attributes[5 * i + 3]); // end - begin
}

int main(int argc, char **argv)
{
    static char piece[256 << 10];
    struct seen s = {0, 0};
    xmlSAXHandler handler;
    memset(&handler, 0, sizeof handler);
    handler.initialized = XML_SAX2_MAGIC;
    handler.startElementNs = start;
    FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
    xmlParserCtxtPtr parser = f ? xmlCreatePushParserCtxt(&handler, &s, NULL, 0, argv[1]) : NULL;
    if (!parser) return fputs("usage: sax2 FILE\n", stderr), 2;
    xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_HUGE);
    int bad = 0;
    for (size_t n; !bad && (n = fread(piece, 1, sizeof piece, f)) > 0;) bad = xmlParseChunk(parser, piece, (int)n, 0);
    if (!bad) bad = xmlParseChunk(parser, piece, 0, 1);
    printf("%llu elements, %llu bytes of values\n", s.elements, s.bytes);
    xmlFreeParserCtxt(parser);
    (void)fclose(f);
    return bad != 0;
}
