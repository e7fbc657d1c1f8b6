// SPDX-License-Identifier: MIT
// Unit tests of base/xml.h: events and their places, trees, RELAX NG, and what hostile files get.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <fcntl.h>
#include <ftw.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/sanitized.h"
#include "base/str.h"
#include "base/xml.h"
#include "tests/unit/base/fault.h"

// ---- a source, and a listener that writes down what it hears

struct source {
    voc_str left;
    size_t step; // at most so many bytes a read; 0: as asked
    voc_rc fail; // at the end, instead of the end
};

static voc_rc source_read(void *user, void *to, size_t size, size_t *got)
{
    struct source *s = user;
    size_t n = s->left.len < size ? s->left.len : size;
    if (n == 0 && s->fail) return s->fail;
    if (s->step && n > s->step) n = s->step;
    if (n) memcpy(to, s->left.ptr, n);
    s->left.ptr += n;
    s->left.len -= n;
    *got = n;
    return VOC_OK;
}

struct heard {
    struct buf log;
    int stop_at, n; // gives `status` at the stop_at-th event
    voc_rc status;
    uint64_t shift; // of all places
};

static voc_rc heard_one(struct heard *h)
{
    if (h->log.rc) return h->log.rc;
    return ++h->n == h->stop_at ? h->status : VOC_OK;
}

static voc_rc hear_start(void *user, voc_str name, const voc_xml_attr *attrs, size_t n, uint64_t line, uint64_t byte)
{
    struct heard *h = user;
    buf_printf(&h->log, "<%.*s %d:%d", (int)name.len, name.ptr, (int)line, (int)(byte - h->shift));
    for (size_t i = 0; i < n; i++)
        buf_printf(&h->log, " %.*s=%.*s", (int)attrs[i].name.len, attrs[i].name.ptr, (int)attrs[i].value.len, attrs[i].value.ptr);
    buf_byte(&h->log, '\n');
    return heard_one(h);
}

static voc_rc hear_end(void *user, voc_str name, uint64_t line, uint64_t byte)
{
    struct heard *h = user;
    buf_printf(&h->log, ">%.*s %d:%d\n", (int)name.len, name.ptr, (int)line, (int)(byte - h->shift));
    return heard_one(h);
}

static voc_rc hear_text(void *user, voc_str text)
{
    struct heard *h = user;
    buf_str(&h->log, text);
    return heard_one(h);
}

static const voc_xml_handler with_text = {sizeof(voc_xml_handler), 0, hear_start, hear_end, hear_text};
static const voc_xml_handler without_text = {sizeof(voc_xml_handler), 0, hear_start, hear_end, NULL};

static voc_rc sax(voc_str doc, size_t step, const voc_xml_handler *handler, struct heard *h, struct diag *d)
{
    struct source s = {.left = doc, .step = step};
    return xml_sax(source_read, &s, handler, h, "a.xml", d);
}

static void check_sax(voc_str doc, const voc_xml_handler *handler, const char *expected)
{
    for (size_t step = 0; step < 3; step++) {
        struct heard h = {.n = 0};
        struct diag *d = diag_new();
        buf_init(&h.log, 10000);
        assert_int_equal(sax(doc, step, handler, &h, d), VOC_OK);
        assert_string_equal(h.log.ptr, expected);
        assert_int_equal(diag_n(d), 0);
        buf_done(&h.log);
        diag_free(d);
    }
}

static void check_refused(voc_str doc, voc_rc rc, const char *code, uint64_t line)
{
    for (int tree = 0; tree < 2; tree++) {
        struct heard h = {.n = 0};
        struct arena a;
        struct xml_node *root = NULL;
        struct diag *d = diag_new();
        buf_init(&h.log, (size_t)64 << 20);
        arena_init(&a, 0);
        assert_int_equal(tree ? xml_tree(&root, &a, doc.ptr, doc.len, "a.xml", d) : sax(doc, 0, &with_text, &h, d), rc);
        assert_null(root);
        assert_int_equal(diag_n(d), 1);
        assert_string_equal(diag_at(d, 0)->code, code);
        assert_string_equal(diag_at(d, 0)->file, "a.xml");
        assert_int_equal(diag_at(d, 0)->line, line);
        arena_done(&a);
        buf_done(&h.log);
        diag_free(d);
    }
}

// ---- SAX

static void events_come_in_order_with_line_and_byte(void **state)
{
    (void)state;
    check_sax(STR("<?xml version='1.0'?>\n<!-- <c> -->\n<a>\n <b\n  k='1'\n  l=\"2>\"/>\n</a >\n"), &without_text,
              "<a 3:35\n<b 4:40 k=1 l=2>\n>b 6:61\n>a 7:67\n");
}

static void a_byte_order_mark_counts_as_three_bytes(void **state)
{
    (void)state;
    check_sax(STR("\xEF\xBB\xBF<a>\xC3\xA9<b/></a>"), &with_text, "<a 1:3\n\xC3\xA9<b 1:8\n>b 1:12\n>a 1:16\n");
}

static void names_are_as_written_and_values_are_decoded(void **state)
{
    (void)state;
    check_sax(STR("<x:a xmlns:x='urn:x' xmlns='urn:d' x:k='&amp;&lt;&gt;&quot;&apos;&#65;&#x20AC;&#38;' v=' a\nb '>"
                  "<y:b z:q='1'/><c/></x:a>"),
              &without_text,
              "<x:a 1:0 xmlns:x=urn:x xmlns=urn:d x:k=&<>\"'A\xE2\x82\xAC& v= a b \n"
              "<y:b 2:95 z:q=1\n>y:b 2:109\n<c 2:109\n>c 2:113\n>x:a 2:119\n");
}

static void text_is_decoded_and_complete(void **state)
{
    (void)state;
    check_sax(STR("<a> <b/>\n\t</a>"), &with_text, "<a 1:0\n <b 1:4\n>b 1:8\n\n\t>a 2:14\n"); // blanks are text
    check_sax(STR("<a>x &amp; y<![CDATA[<&>]]><!-- no --><?pi no?>&#x41;z</a>"), &with_text, "<a 1:0\nx & y<&>Az>a 1:58\n");
}

// Behind a byte order mark nothing is read without libxml2.
static void elements_that_begin_as_the_ones_before_are_read_as_libxml2_reads_them(void **state)
{
    (void)state;
    static const char *const elements[] = {"<e key=\"a\" value=\"b\"/>", "<e key=\"a\" value=\"b\" />", "<e key='a' value='b'/>", "<e key=\"a'b\" value=\"c]d&amp;e\"/>", "<e key=\"a\" value=\"b\"></e\n>",
        "<e key=\"a\" value=\"b\" more=\"c\"/>", "<e key=\"a\"/>", "<e ab=\"1\" cd=\"2\"/>", "<e value=\"1\" key=\"2\"/>", "<e key=\"\xC3\xA9\" value=\"a\tb\"/>", "<f key=\"a\" value=\"b\"/>",
        "<e\nkey=\"a\" value=\"b\"/>", "<e key=\"\" value=\"\"/>", "<e key=\"a\" value=\"b\">c</e>", "<e/>"};
    static const char *const between[] = {"\n  ", "", "\r\n", " \n\n\t", "\n<!-- c -->", "\nc", "\n"};
    const size_t n = sizeof elements / sizeof *elements;
    struct buf doc;
    buf_init(&doc, 1 << 20);
    buf_cstr(&doc, "\xEF\xBB\xBF<log>");
    for (size_t i = 0; i < n * n; i++) buf_printf(&doc, "%s%s%s%s", elements[i / n], between[i % 7], elements[i % n], between[i / 7 % 7]);
    assert_int_equal(buf_cstr(&doc, "</log>"), VOC_OK);
    for (size_t step = 0; step < 4; step++)
        for (int text = 0; text < 2; text++) {
            struct heard h[2] = {{.shift = 3}, {.shift = 0}};
            for (size_t k = 0; k < 2; k++) {
                struct diag *d = diag_new();
                buf_init(&h[k].log, 1 << 20);
                assert_int_equal(sax(str_mk(doc.ptr + 3 * k, doc.len - 3 * k), step * step, text ? &with_text : &without_text, &h[k], d), VOC_OK);
                diag_free(d);
            }
            assert_string_equal(h[0].log.ptr, h[1].log.ptr);
            buf_done(&h[0].log);
            buf_done(&h[1].log);
        }
    buf_done(&doc);
    check_refused(STR("<log>\n<e ab=\"1\" cd=\"2\"/>\n<e ab=\"1\" cd=\"2\"/>\n<e ab=\"1\" ab=\"2\"/>\n</log>"), VOC_E_INPUT, "XML-001", 4);
    check_refused(STR("<log>\n<e key=\"1\" value=\"2\"/>\n<e key=\"1\" value=\"<\"/>\n</log>"), VOC_E_INPUT, "XML-001", 3);
}

static void other_charsets_are_read_and_their_bytes_found(void **state)
{
    (void)state;
    check_sax(STR("<?xml version='1.0' encoding='ISO-8859-1'?><a k='\xE9'><b/>\xE9</a>"), &with_text,
              "<a 1:43 k=\xC3\xA9\n<b 1:52\n>b 1:56\n\xC3\xA9>a 1:61\n");
    check_sax(STR("\xFF\xFE<\0a\0>\0\xE9\0<\0/\0a\0>\0"), &with_text, "<a 1:2\n\xC3\xA9>a 1:18\n");
}

static void a_long_document_keeps_its_places_however_it_is_cut(void **state)
{
    (void)state;
    struct buf doc, first;
    buf_init(&doc, (size_t)1 << 22);
    buf_init(&first, (size_t)1 << 22);
    buf_cstr(&doc, "<log>");
    for (int i = 0; i < 3000; i++) buf_printf(&doc, "\n<event n='%d'>\n\t<string key=\"concept:name\" value=\"a &amp; %d\"/></event>", i, i);
    buf_cstr(&doc, "</log>");
    static const size_t steps[] = {0, 1, 7, 4000, 65537};
    for (size_t i = 0; i < 5; i++) {
        struct heard h = {.n = 0};
        struct source s = {.left = str_mk(doc.ptr, doc.len), .step = steps[i]};
        buf_init(&h.log, (size_t)1 << 22);
        assert_int_equal(xml_sax(source_read, &s, &with_text, &h, "a", NULL), VOC_OK);
        if (i == 0) buf_add(&first, h.log.ptr, h.log.len);
        assert_string_equal(h.log.ptr, first.ptr);
        buf_done(&h.log);
    }
    char last[100];
    (void)snprintf(last, sizeof last, ">log 6001:%d\n", (int)doc.len);
    assert_true(str_ends(str_mk(first.ptr, first.len), last));
    buf_done(&doc);
    buf_done(&first);
}

static voc_rc start_at_its_tag(void *user, voc_str name, const voc_xml_attr *attrs, size_t n, uint64_t line, uint64_t byte)
{
    const char *doc = user;
    (void)attrs, (void)n, (void)line;
    return doc[byte] == '<' && memcmp(doc + byte + 1, name.ptr, name.len) == 0 ? VOC_OK : VOC_E_BUG;
}

static voc_rc end_behind_its_tag(void *user, voc_str name, uint64_t line, uint64_t byte)
{
    const char *doc = user;
    (void)name, (void)line;
    return doc[byte - 1] == '>' ? VOC_OK : VOC_E_BUG;
}

static void places_are_right_and_nothing_is_allocated_in_the_long_run(void **state)
{
    (void)state;
    static const voc_xml_handler handler = {sizeof handler, 0, start_at_its_tag, end_behind_its_tag, NULL};
    struct buf doc;
    uint64_t allocations[2];
    for (int k = 0; k < 2; k++) {
        buf_init(&doc, (size_t)1 << 24);
        buf_cstr(&doc, "<?xml version='1.0' encoding='UTF-8'?>\n<l>");
        for (int i = 0; i < 100 + k * 20000; i++) {
            buf_printf(&doc, "<x:e%d a='%d'", i % 50, i);
            buf_fill(&doc, ' ', (size_t)(i * 31 % 997));
            buf_printf(&doc, " b='\xC3\xA9'>t</x:e%d>", i % 50);
        }
        buf_cstr(&doc, "</l>");
        struct source s = {.left = str_mk(doc.ptr, doc.len)};
        uint64_t before = mem_stats().allocations;
        assert_int_equal(xml_sax(source_read, &s, &handler, doc.ptr, "a", NULL), VOC_OK);
        allocations[k] = mem_stats().allocations - before;
        buf_done(&doc);
    }
    assert_int_equal(allocations[0], allocations[1]);
}

static void a_status_of_the_listener_stops_at_once_and_is_given_back(void **state)
{
    (void)state;
    voc_str doc = STR("<a k='v'>t<b/>u<c>v</c></a>");
    for (int stop = 1; stop <= 10; stop++) {
        struct heard h = {.stop_at = stop, .status = VOC_CANCELLED};
        struct diag *d = diag_new();
        buf_init(&h.log, 10000);
        assert_int_equal(sax(doc, 0, &with_text, &h, d), stop <= 9 ? VOC_CANCELLED : VOC_OK);
        assert_int_equal(h.n, stop <= 9 ? stop : 9);
        assert_int_equal(diag_n(d), 0);
        buf_done(&h.log);
        diag_free(d);
    }
}

static void a_failing_source_gives_its_status_and_no_other_message(void **state)
{
    (void)state;
    struct heard h = {.n = 0};
    struct source s = {.left = STR("<a><b"), .fail = VOC_E_IO};
    struct diag *d = diag_new();
    buf_init(&h.log, 10000);
    assert_int_equal(xml_sax(source_read, &s, &with_text, &h, "a", d), VOC_E_IO);
    assert_int_equal(diag_n(d), 0);
    buf_done(&h.log);
    diag_free(d);
}

// ---- what is refused

static void what_is_not_well_formed_is_refused_with_its_line(void **state)
{
    (void)state;
    check_refused(STR("<a>\n<b>\n</a>"), VOC_E_INPUT, "XML-001", 3);
    check_refused(STR("<a>\n<b/>"), VOC_E_INPUT, "XML-001", 2);
    check_refused(STR("<a/>\n<b/>"), VOC_E_INPUT, "XML-001", 2);
    check_refused(STR("<a>\n<b k=1/></a>"), VOC_E_INPUT, "XML-001", 2);
    check_refused(STR("<a>\n<b k='1' k='2'/></a>"), VOC_E_INPUT, "XML-001", 2);
    check_refused(STR("<a>\n&unknown;</a>"), VOC_E_INPUT, "XML-001", 2);
    check_refused(STR("<a k='\n&unknown;'/>"), VOC_E_INPUT, "XML-001", 2);
    check_refused(STR("<a>\n\xFF</a>"), VOC_E_INPUT, "XML-001", 2);
    check_refused(STR("<a>\n\x01</a>"), VOC_E_INPUT, "XML-001", 2);
    check_refused(STR("no xml"), VOC_E_INPUT, "XML-001", 1);
    check_refused(STR(""), VOC_E_INPUT, "XML-001", 1);
    check_refused(STR("<?xml version='1.0' encoding='no-such-charset'?><a/>"), VOC_E_INPUT, "XML-001", 1);
}

static void a_doctype_is_refused_where_it_stands(void **state)
{
    (void)state;
    check_refused(STR("<!DOCTYPE a>\n<a/>"), VOC_E_INPUT, "XML-002", 1);
    check_refused(STR("<?xml version='1.0'?>\n<!-- x -->\n<!DOCTYPE a [<!ENTITY e 'x'>]>\n<a>&e;</a>"), VOC_E_INPUT, "XML-002", 3);
    check_refused(STR("\n<!DOCTYPE a\n SYSTEM\n 'file:///etc/passwd'>\n<a/>"), VOC_E_INPUT, "XML-002", 2);
    check_refused(STR("<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1/x'> %p;"), VOC_E_INPUT, "XML-002", 1);
}

static void nesting_is_bounded_at_256(void **state)
{
    (void)state;
    struct buf doc;
    for (int depth = 256; depth <= 257; depth++) {
        struct arena a;
        struct xml_node *root = NULL;
        buf_init(&doc, 10000);
        arena_init(&a, 0);
        for (int i = 0; i < depth; i++) buf_cstr(&doc, i ? "<b>" : "<a>\n");
        for (int i = 0; i < depth; i++) buf_cstr(&doc, i < depth - 1 ? "</b>" : "</a>");
        if (depth == 256) assert_int_equal(xml_tree(&root, &a, doc.ptr, doc.len, "a", NULL), VOC_OK);
        else check_refused(str_mk(doc.ptr, doc.len), VOC_E_LIMIT, "XML-003", 2);
        arena_done(&a);
        buf_done(&doc);
    }
}

// <a K0='' K1='' ...>, n of them.
static void many_attributes(struct buf *doc, const char *prefix, size_t n)
{
    buf_clear(doc);
    buf_cstr(doc, "<a");
    for (size_t i = 0; i < n; i++) buf_printf(doc, " %s%zu='u'", prefix, i);
    buf_cstr(doc, "/>");
}

static void attributes_and_namespaces_are_bounded(void **state)
{
    (void)state;
    struct buf doc;
    struct arena a;
    struct xml_node *root = NULL;
    buf_init(&doc, (size_t)16 << 20);
    arena_init(&a, 0);
    many_attributes(&doc, "k", 1000);
    assert_int_equal(xml_tree(&root, &a, doc.ptr, doc.len, "a", NULL), VOC_OK);
    assert_int_equal(root->n_attrs, 1000);
    many_attributes(&doc, "k", 1001);
    check_refused(str_mk(doc.ptr, doc.len), VOC_E_LIMIT, "XML-003", 1);
    many_attributes(&doc, "xmlns:k", 257);
    check_refused(str_mk(doc.ptr, doc.len), VOC_E_LIMIT, "XML-003", 1);
    many_attributes(&doc, "k", 500000); // would take libxml2 minutes
    check_refused(str_mk(doc.ptr, doc.len), VOC_E_LIMIT, "XML-003", 1);
    buf_clear(&doc); // one in each of 200 levels, 256 in scope at the 201st
    for (int i = 0; i < 200; i++) buf_printf(&doc, "<a xmlns:k%d='u'>", i);
    for (int i = 0; i < 1000; i++) buf_cstr(&doc, "<b xmlns:x='u' xmlns:y='u'/>"); // these go out of scope again
    buf_cstr(&doc, "\n<c");
    for (int i = 0; i < 56; i++) buf_printf(&doc, " xmlns:m%d='u'", i);
    size_t kept = doc.len;
    buf_cstr(&doc, "/>");
    for (int i = 0; i < 200; i++) buf_cstr(&doc, "</a>");
    assert_int_equal(xml_tree(&root, &a, doc.ptr, doc.len, "a", NULL), VOC_OK);
    doc.len = kept;
    buf_cstr(&doc, " xmlns:n='u'/>");
    check_refused(str_mk(doc.ptr, doc.len), VOC_E_LIMIT, "XML-003", 2);
    buf_clear(&doc); // many quotes, but in a comment and in text: these are no attributes
    buf_cstr(&doc, "<a><!-- ");
    for (int i = 0; i < 20000; i++) buf_cstr(&doc, "k='v' ");
    buf_cstr(&doc, "-->");
    for (int i = 0; i < 20000; i++) buf_cstr(&doc, "k='v' ");
    buf_cstr(&doc, "</a>");
    assert_int_equal(xml_tree(&root, &a, doc.ptr, doc.len, "a", NULL), VOC_OK);
    assert_int_equal(root->text.len, 120000);
    arena_done(&a);
    buf_done(&doc);
}

static void a_text_and_a_value_are_bounded(void **state)
{
    (void)state;
    struct buf doc;
    buf_init(&doc, (size_t)16 << 20);
    buf_cstr(&doc, "<a>");
    for (int i = 0; i < 2; i++) { // each text for itself
        buf_cstr(&doc, "<b>");
        buf_fill(&doc, 'x', (size_t)6 << 20);
        buf_cstr(&doc, "</b>");
    }
    buf_cstr(&doc, "</a>");
    struct arena a;
    struct xml_node *root = NULL;
    arena_init(&a, 0);
    assert_int_equal(xml_tree(&root, &a, doc.ptr, doc.len, "a", NULL), VOC_OK);
    assert_int_equal(root->first->next->text.len, 6 << 20);
    arena_done(&a);
    buf_clear(&doc);
    buf_cstr(&doc, "<a>\n");
    buf_fill(&doc, 'x', ((size_t)10 << 20) + 1);
    buf_cstr(&doc, "</a>");
    check_refused(str_mk(doc.ptr, doc.len), VOC_E_LIMIT, "XML-003", 2);
    buf_clear(&doc);
    buf_cstr(&doc, "<a>\n<b k='");
    buf_fill(&doc, 'x', ((size_t)10 << 20) + 1);
    buf_cstr(&doc, "'/></a>");
    check_refused(str_mk(doc.ptr, doc.len), VOC_E_INPUT, "XML-001", 2); // libxml2's own bound
    buf_done(&doc);
}

// ---- tree

static void a_tree_has_names_namespaces_lines_and_joined_text(void **state)
{
    (void)state;
    voc_str doc = STR("<journey xmlns='urn:v' xmlns:n='urn:n' id='b&amp;b'>\n one <stage\n id='s1'/> two"
                      "<n:note>&lt;x&gt;<![CDATA[&]]></n:note>\n</journey>");
    struct arena a;
    struct xml_node *root = NULL;
    arena_init(&a, 0);
    assert_int_equal(xml_tree(&root, &a, doc.ptr, doc.len, "a.xml", NULL), VOC_OK);
    assert_true(str_is(root->name, "journey") && str_is(root->ns, "urn:v"));
    assert_true(str_is(root->text, "\n one  two\n"));
    assert_int_equal(root->n_attrs, 1);
    assert_true(str_is(*xml_get(root, "id"), "b&b"));
    assert_null(xml_get(root, "xmlns"));
    assert_null(xml_get(root, "i"));
    const struct xml_node *stage = root->first, *note = stage->next;
    assert_true(str_is(stage->name, "stage") && str_is(stage->ns, "urn:v") && str_is(stage->text, ""));
    assert_int_equal(root->line, 1);
    assert_int_equal(stage->line, 2);
    assert_ptr_equal(stage->parent, root);
    assert_null(stage->first);
    assert_true(str_is(note->name, "note") && str_is(note->ns, "urn:n") && str_is(note->text, "<x>&"));
    assert_int_equal(note->line, 3);
    assert_null(note->next);
    assert_null(root->parent);
    arena_done(&a);
}

static void a_tree_without_namespaces_has_empty_ones(void **state)
{
    (void)state;
    struct arena a;
    struct xml_node *root = NULL;
    arena_init(&a, 0);
    assert_int_equal(xml_tree(&root, &a, "<a><b/></a>", 11, "a.xml", NULL), VOC_OK);
    assert_int_equal(root->ns.len, 0);
    assert_non_null(root->ns.ptr);
    assert_int_equal(root->first->ns.len, 0);
    arena_done(&a);
}

static void lines_are_right_beyond_65535(void **state)
{
    (void)state;
    struct buf doc;
    struct arena a;
    struct xml_node *root = NULL;
    buf_init(&doc, 1000000);
    arena_init(&a, 0);
    buf_cstr(&doc, "<a>");
    buf_fill(&doc, '\n', 200000);
    buf_cstr(&doc, "<b/></a>");
    assert_int_equal(xml_tree(&root, &a, doc.ptr, doc.len, "a.xml", NULL), VOC_OK);
    assert_int_equal(root->first->line, 200001);
    arena_done(&a);
    buf_done(&doc);
}

static void an_unknown_prefix_is_an_error_of_a_tree(void **state)
{
    (void)state;
    static const char *const docs[] = {"<a>\n<p:b/></a>", "<a>\n<b p:k='1'/></a>"};
    for (size_t i = 0; i < 2; i++) {
        struct arena a;
        struct xml_node *root = NULL;
        struct diag *d = diag_new();
        arena_init(&a, 0);
        assert_int_equal(xml_tree(&root, &a, docs[i], strlen(docs[i]), "a.xml", d), VOC_E_INPUT);
        assert_null(root);
        assert_string_equal(diag_at(d, 0)->code, "XML-004");
        assert_int_equal(diag_at(d, 0)->line, 2);
        arena_done(&a);
        diag_free(d);
    }
}

static void a_tree_over_the_bound_of_its_arena_says_so(void **state)
{
    (void)state;
    struct arena a;
    struct xml_node *root = NULL;
    struct diag *d = diag_new();
    arena_init(&a, 300);
    assert_int_equal(xml_tree(&root, &a, "<a><b/><b/><b/></a>", 19, "a.xml", d), VOC_E_LIMIT);
    assert_string_equal(diag_at(d, 0)->code, "XML-003");
    arena_done(&a);
    diag_free(d);
}

static voc_rc tree_work(void *user)
{
    const struct buf *doc = user;
    struct arena a;
    struct xml_node *root = NULL;
    arena_init(&a, 0);
    voc_rc rc = xml_tree(&root, &a, doc->ptr, doc->len, "a.xml", NULL);
    assert_int_equal(root != NULL, rc == VOC_OK);
    arena_done(&a);
    return rc;
}

static voc_rc sax_work(void *user)
{
    const struct buf *doc = user;
    struct heard h = {.n = 0};
    buf_init(&h.log, (size_t)1 << 20);
    voc_rc rc = sax(str_mk(doc->ptr, doc->len), 0, &with_text, &h, NULL);
    buf_done(&h.log);
    return rc;
}

static void each_failed_allocation_is_out_of_memory_and_leaks_nothing(void **state)
{
    (void)state;
    struct buf doc;
    buf_init(&doc, (size_t)1 << 20);
    buf_cstr(&doc, "<x:a xmlns:x='u'>");
    for (int i = 0; i < 100; i++) buf_printf(&doc, "<x:b%d x:k='%d' l='%d'>some text &amp; more</x:b%d>\n", i, i, i, i);
    buf_cstr(&doc, "</x:a>");
    assert_true(fail_each_allocation(tree_work, &doc) >= 5);
    assert_true(fail_each_allocation(sax_work, &doc) >= 5);
    buf_done(&doc);
}

// ---- RELAX NG

static const char schema[] = "<element name='a' xmlns='http://relaxng.org/ns/structure/1.0'"
                             " datatypeLibrary='http://www.w3.org/2001/XMLSchema-datatypes'>"
                             "<attribute name='n'><data type='integer'/></attribute>"
                             "<zeroOrMore><element name='b'><text/></element></zeroOrMore></element>";

static int relaxng(const char *rules, const char *doc, struct diag *d)
{
    return xml_relaxng(rules, strlen(rules), doc, strlen(doc), d);
}

static void a_schema_tells_valid_from_not(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    assert_int_equal(relaxng(schema, "<a n='1'><b>x</b><b/></a>", d), 1);
    assert_int_equal(diag_n(d), 0);
    assert_int_equal(relaxng(schema, "<a n='x'>\n<b/></a>", d), 0);
    assert_int_equal(relaxng(schema, "<a n='1'>\n<c/></a>", d), 0);
    assert_true(diag_count(d, VOC_INFO) >= 2);
    assert_int_equal(diag_count(d, VOC_ERROR), 0);
    diag_free(d);
}

static void a_schema_or_document_that_cannot_be_read_is_no_verdict(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    assert_int_equal(relaxng("<element", "<a n='1'/>", d), -1);
    assert_int_equal(relaxng("<no-schema/>", "<a n='1'/>", d), -1);
    assert_int_equal(relaxng(schema, "<a", d), -1);
    assert_int_equal(relaxng(schema, "<!DOCTYPE a [<!ENTITY e 'x'>]><a n='1'/>", d), -1);
    assert_int_equal(relaxng("<!DOCTYPE element><element name='a' xmlns='http://relaxng.org/ns/structure/1.0'><empty/></element>", "<a/>", d), -1);
    assert_true(diag_n(d) >= 5);
    diag_free(d);
}

// ---- no other file

static xmlExternalEntityLoader ours;
static int asked, given;

static xmlParserInputPtr counting(const char *url, const char *id, xmlParserCtxtPtr ctxt)
{
    xmlParserInputPtr in = ours(url, id, ctxt);
    asked++;
    given += in != NULL;
    return in;
}

static void a_schema_that_names_other_files_gets_none(void **state)
{
    (void)state;
    char path[] = "/tmp/voc-test-xml-XXXXXX", rules[500];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    static const char other[] = "<grammar xmlns='http://relaxng.org/ns/structure/1.0'><start><element name='a'><empty/></element></start></grammar>";
    assert_int_equal(write(fd, other, sizeof other - 1), sizeof other - 1);
    close(fd);
    (void)snprintf(rules, sizeof rules, "<grammar xmlns='http://relaxng.org/ns/structure/1.0'><include href='file://%s'/></grammar>", path);
    asked = given = 0;
    assert_int_equal(relaxng(rules, "<a/>", NULL), -1);
    assert_true(asked > 0); // the schema did name it
    assert_int_equal(given, 0);
    (void)snprintf(rules, sizeof rules, "<externalRef xmlns='http://relaxng.org/ns/structure/1.0' href='file://%s'/>", path);
    assert_int_equal(relaxng(rules, "<a/>", NULL), -1);
    assert_int_equal(given, 0);
    unlink(path);
}

static size_t address_space(void)
{
    unsigned long long pages = 0;
    char text[100] = "";
    int fd = open("/proc/self/statm", O_RDONLY);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (n > 0) pages = strtoull(text, NULL, 10);
    if (fd >= 0) close(fd);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

// In a child that may open no file and map at most 64 MiB more: 0 read, 1 refused, 2 wrong.
static int read_in_a_cage(voc_str doc)
{
    struct heard h = {.n = 0};
    struct arena a;
    struct xml_node *root = NULL;
    struct diag *d = diag_new();
    struct rlimit files = {0, 0}, space;
    space.rlim_cur = space.rlim_max = address_space() + ((size_t)64 << 20);
    if (setrlimit(RLIMIT_NOFILE, &files) || (!SANITIZED && setrlimit(RLIMIT_AS, &space)) || open("/dev/null", O_RDONLY) >= 0) return 2;
    alarm(SANITIZED ? 60 : 10);
    buf_init(&h.log, (size_t)8 << 20);
    arena_init(&a, (size_t)16 << 20);
    voc_rc by_sax = sax(doc, 0, &with_text, &h, d), by_tree = xml_tree(&root, &a, doc.ptr, doc.len, "a", d);
    bool entity = h.log.ptr && (strstr(h.log.ptr, "haha") || strstr(h.log.ptr, "Ha !") || strstr(h.log.ptr, "internal data"));
    const struct diag_msg *m = diag_at(d, 0);
    int verdict = 2;
    if (by_sax == VOC_OK && by_tree == VOC_OK && root) verdict = 0;
    if ((by_sax == VOC_E_INPUT || by_sax == VOC_E_LIMIT) && by_tree == by_sax && m && m->line > 0) verdict = 1;
    if (asked || entity) verdict = 2;
    arena_done(&a);
    buf_done(&h.log);
    diag_free(d);
    return verdict;
}

static int visited, refused, wrong;

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    struct buf doc;
    (void)ftw;
    if (type != FTW_F) return 0;
    buf_init(&doc, (size_t)16 << 20);
    int fd = open(path, O_RDONLY), status = 0;
    char *room = buf_room(&doc, (size_t)st->st_size);
    if (fd < 0 || !room || read(fd, room, (size_t)st->st_size) != st->st_size) return 1;
    doc.len = (size_t)st->st_size;
    close(fd);
    pid_t child = fork();
    if (child == 0) _exit(read_in_a_cage(str_mk(doc.ptr, doc.len)));
    if (child < 0 || waitpid(child, &status, 0) != child) return 1;
    visited++;
    if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) {
        print_message("%s: status %x\n", path, (unsigned)status);
        wrong++;
    } else refused += WEXITSTATUS(status);
    buf_done(&doc);
    return 0;
}

static void hostile_files_are_refused_or_read_within_64_mib_and_without_another_file(void **state)
{
    (void)state;
    char path[4096];
    const char *shared = getenv("VOC_SHARED"), *top = getenv("VOC_TEST_SRCDIR");
    if (shared) (void)snprintf(path, sizeof path, "%s/data/adversarial/xml", shared);
    else (void)snprintf(path, sizeof path, "%s/../shared/data/adversarial/xml", top ? top : ".");
    if (access(path, R_OK) != 0) skip();
    visited = refused = wrong = asked = 0;
    assert_int_equal(nftw(path, visit, 16, FTW_PHYS), 0);
    assert_true(visited > 0);
    assert_int_equal(wrong, 0);
    assert_true(refused > 0);
}

static void the_cage_itself_notices(void **state)
{
    (void)state;
    assert_int_equal(read_in_a_cage(STR("<a>haha</a>")), 2);
}

static void in_a_child(void (*test)(void **state), void **state)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        test(state);
        _exit(0);
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    assert_int_equal(status, 0);
}

static void the_cage_finds_what_it_looks_for(void **state) { in_a_child(the_cage_itself_notices, state); }

static int set_up(void **state)
{
    (void)state;
    if (xml_init() != VOC_OK) return -1;
    ours = xmlGetExternalEntityLoader();
    xmlSetExternalEntityLoader(counting);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    xml_done();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_in_order_with_line_and_byte),
        cmocka_unit_test(a_byte_order_mark_counts_as_three_bytes),
        cmocka_unit_test(names_are_as_written_and_values_are_decoded),
        cmocka_unit_test(text_is_decoded_and_complete),
        cmocka_unit_test(elements_that_begin_as_the_ones_before_are_read_as_libxml2_reads_them),
        cmocka_unit_test(other_charsets_are_read_and_their_bytes_found),
        cmocka_unit_test(a_long_document_keeps_its_places_however_it_is_cut),
        cmocka_unit_test(places_are_right_and_nothing_is_allocated_in_the_long_run),
        cmocka_unit_test(a_status_of_the_listener_stops_at_once_and_is_given_back),
        cmocka_unit_test(a_failing_source_gives_its_status_and_no_other_message),
        cmocka_unit_test(what_is_not_well_formed_is_refused_with_its_line),
        cmocka_unit_test(a_doctype_is_refused_where_it_stands),
        cmocka_unit_test(nesting_is_bounded_at_256),
        cmocka_unit_test(attributes_and_namespaces_are_bounded),
        cmocka_unit_test(a_text_and_a_value_are_bounded),
        cmocka_unit_test(a_tree_has_names_namespaces_lines_and_joined_text),
        cmocka_unit_test(a_tree_without_namespaces_has_empty_ones),
        cmocka_unit_test(lines_are_right_beyond_65535),
        cmocka_unit_test(an_unknown_prefix_is_an_error_of_a_tree),
        cmocka_unit_test(a_tree_over_the_bound_of_its_arena_says_so),
        cmocka_unit_test(each_failed_allocation_is_out_of_memory_and_leaks_nothing),
        cmocka_unit_test(a_schema_tells_valid_from_not),
        cmocka_unit_test(a_schema_or_document_that_cannot_be_read_is_no_verdict),
        cmocka_unit_test(a_schema_that_names_other_files_gets_none),
        cmocka_unit_test(hostile_files_are_refused_or_read_within_64_mib_and_without_another_file),
        cmocka_unit_test(the_cage_finds_what_it_looks_for),
    };
    return cmocka_run_group_tests_name("base/xml", tests, set_up, tear_down);
}
