// SPDX-License-Identifier: MIT
// XML changed as text: what was asked for is changed, and not a byte besides, whatever the layout.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/text.h"
#include "base/xml.h"
#include "cli/worksheet/edit.h"
#include "cli/worksheet/worksheet.h"

static const char *const order[] = {"actions", "stages", "samples", NULL};

static struct edit *open_text(const char *text)
{
    struct edit *e = NULL;
    assert_int_equal(edit_new(&e, str_of(text), "t.xml", NULL), VOC_OK);
    return e;
}

static void becomes(struct edit *e, const char *want)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    assert_int_equal(edit_done(e, &b), VOC_OK);
    assert_string_equal(b.ptr, want);
    struct edit *again = NULL; // and it is XML
    assert_int_equal(edit_new(&again, str_mk(b.ptr, b.len), "t.xml", NULL), VOC_OK);
    edit_free(again);
    buf_done(&b);
    edit_free(e);
}

static void nothing_asked_is_nothing_changed(void **state)
{
    static const char text[] = "\xEF\xBB\xBF<?xml version='1.0'?>\r\n<!-- <a/> --><j  a = '1'\t>\r\n <x/><![CDATA[<y>]]> </j >\n<!-- end -->";
    (void)state;
    becomes(open_text(text), text);
}

static void an_attribute_is_set_where_it_stands(void **state)
{
    (void)state;
    struct edit *e = open_text("<j>\n  <x b='2' a = \"1\"/> <!-- a=\"1\" -->\n</j>");
    assert_int_equal(edit_set(e, edit_child(e, 0, "x"), "a", STR("<\"&'")), VOC_OK);
    becomes(e, "<j>\n  <x b='2' a = \"&lt;&quot;&amp;'\"/> <!-- a=\"1\" -->\n</j>");
    e = open_text("<j><x b='it&apos;s'/></j>");
    assert_int_equal(edit_set(e, edit_child(e, 0, "x"), "b", STR("'")), VOC_OK);
    becomes(e, "<j><x b=\"'\"/></j>");
    e = open_text("<j><x/><y\n></y></j>");
    assert_int_equal(edit_set(e, edit_child(e, 0, "x"), "n", STR("1")), VOC_OK);
    assert_int_equal(edit_set(e, edit_child(e, 0, "y"), "n", STR("2")), VOC_OK);
    becomes(e, "<j><x n=\"1\"/><y n=\"2\"\n></y></j>");
    e = open_text("<j><x a='1'\n   b='>'   c='3'/></j>");
    assert_int_equal(edit_unset(e, edit_child(e, 0, "x"), "b"), VOC_OK);
    becomes(e, "<j><x a='1'   c='3'/></j>");
}

static void an_element_is_put_in_as_the_file_is_laid_out(void **state)
{
    (void)state;
    struct edit *e = open_text("<j>\n    <x>\n        <a/>\n        <!-- last -->\n    </x>\n    <y/>\n</j>\n");
    size_t x = edit_child(e, 0, "x"), y = edit_child(e, 0, "y");
    assert_int_equal(edit_append(e, x, STR("<b>\n  <c/>\n</b>")), VOC_OK);
    assert_int_equal(edit_append(e, y, STR("<d/>")), VOC_OK);
    assert_int_equal(edit_before(e, edit_child(e, x, "a"), STR("<z/>")), VOC_OK);
    becomes(e, "<j>\n    <x>\n        <z/>\n        <a/>\n        <b>\n          <c/>\n        </b>\n        <!-- last -->\n    </x>\n    <y>\n      <d/>\n    </y>\n</j>\n");
    e = open_text("<j>\r\n  <x>\r\n    <a/>\r\n  </x>\r\n</j>");
    assert_int_equal(edit_after(e, edit_child(e, edit_child(e, 0, "x"), "a"), STR("<b/>")), VOC_OK);
    becomes(e, "<j>\r\n  <x>\r\n    <a/>\r\n    <b/>\r\n  </x>\r\n</j>");
}

static void an_element_goes_with_its_line_and_no_other(void **state)
{
    (void)state;
    struct edit *e = open_text("<j>\n  <a/>\n  <b>\n  </b>\n  <c/> <d/>\n</j>");
    assert_int_equal(edit_remove(e, edit_child(e, 0, "b")), VOC_OK);
    assert_int_equal(edit_remove(e, edit_child(e, 0, "d")), VOC_OK);
    assert_int_equal(edit_child(e, 0, "b"), EDIT_NONE);
    becomes(e, "<j>\n  <a/>\n  <c/> \n</j>");
    e = open_text("<j>\n  <a/>\n  <b/>\n</j>"); // the last one, and another in its place
    size_t b = edit_child(e, 0, "b");
    assert_int_equal(edit_remove(e, b), VOC_OK);
    assert_int_equal(edit_append(e, 0, STR("<c/>")), VOC_OK);
    becomes(e, "<j>\n  <a/>\n  <c/>\n</j>");
}

static void a_section_is_made_in_its_place(void **state)
{
    size_t stages, again;
    (void)state;
    struct edit *e = open_text("<j>\n  <actions/>\n  <samples/>\n</j>");
    assert_int_equal(edit_section(e, "stages", order, &stages), VOC_OK);
    assert_int_equal(edit_section(e, "stages", order, &again), VOC_OK);
    assert_int_equal(stages, again);
    assert_int_equal(edit_append(e, stages, STR("<stage/>")), VOC_OK);
    becomes(e, "<j>\n  <actions/>\n\n  <stages>\n    <stage/>\n  </stages>\n  <samples/>\n</j>");
    e = open_text("<j>\n  <note>n</note>\n  <samples/>\n</j>");
    assert_int_equal(edit_section(e, "actions", order, &stages), VOC_OK);
    becomes(e, "<j>\n  <note>n</note>\n  <samples/>\n</j>"); // nothing was put in
}

static void what_is_no_utf8_is_refused(void **state)
{
    struct edit *e = NULL;
    (void)state;
    assert_int_equal(edit_new(&e, STR("<?xml version='1.0' encoding='ISO-8859-1'?><j/>"), "t.xml", NULL), VOC_E_INPUT);
    assert_int_equal(edit_new(&e, STR("<j a='\xE9'/>"), "t.xml", NULL), VOC_E_INPUT);
    assert_int_equal(edit_new(&e, STR("<j>"), "t.xml", NULL), VOC_E_INPUT);
    assert_int_equal(edit_new(&e, STR(""), "t.xml", NULL), VOC_E_INPUT);
    assert_null(e);
}

static void version(const char *from, const char *want)
{
    struct buf b;
    buf_init(&b, 4096);
    assert_int_equal(ws_raise_version(&b, str_of(from), NULL), VOC_OK);
    assert_string_equal(b.ptr, want);
    buf_done(&b);
}

static void a_version_is_raised_as_it_is_written(void **state)
{
    (void)state;
    version("<journey id='a' version='3'/>", "<journey id='a' version=\"4\"/>");
    version("<journey id='a' version=\"2024.09.9\"/>", "<journey id='a' version=\"2024.09.10\"/>");
    version("<journey id='a' version=\"draft\"/>", "<journey id='a' version=\"draft.2\"/>");
    version("<journey id='a'/>", "<journey id='a' version=\"2\"/>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_asked_is_nothing_changed),
        cmocka_unit_test(an_attribute_is_set_where_it_stands),
        cmocka_unit_test(an_element_is_put_in_as_the_file_is_laid_out),
        cmocka_unit_test(an_element_goes_with_its_line_and_no_other),
        cmocka_unit_test(a_section_is_made_in_its_place),
        cmocka_unit_test(what_is_no_utf8_is_refused),
        cmocka_unit_test(a_version_is_raised_as_it_is_written),
    };
    if (text_icu_memory() != VOC_OK || xml_init() != VOC_OK) return 99;
    return cmocka_run_group_tests_name("worksheet edit", tests, NULL, NULL);
}
