// SPDX-License-Identifier: MIT
// Unit tests of `journey check`: each kind of expectation holds where it should and fails where it should not, what fails
// is named with its line, unreached stages and double claims are warned about once, and nothing leaks.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "journey/check.h"
#include "tests/unit/base/fault.h"

#define HEAD                                                                                                                       \
    "<journey xmlns=\"urn:vocstream:journey:1\" id=\"m\" lapse=\"30d\"><actions><action name=\"open\" class=\"mechanical\"/></actions><stages>" \
    "<stage id=\"a\" skippable=\"yes\"><definition><event action=\"see\"/></definition></stage>"                                      \
    "<stage id=\"b\" skippable=\"no\"><definition><count at-least=\"2\" within=\"10d\"><event action=\"load\"/></count></definition></stage>" \
    "<stage id=\"c\"><definition><event action=\"buy\"/></definition></stage>"                                                       \
    "<exit id=\"lost\" outcome=\"lost\"><event actor=\"any\" action=\"lose\"/></exit>"                                               \
    "<regress to=\"a\" from=\"c\"><event action=\"again\"/></regress></stages>"                                                      \
    "<touchpoints><touchpoint id=\"mail\" kind=\"push\"><event actor=\"company\" channel=\"mail\"/></touchpoint></touchpoints><samples>"
#define TAIL "</samples></journey>"
#define AT(day, what) "<e at=\"2024-01-" day "\" who=\"p\" account=\"firm\" action=\"" what "\"/>"
#define STORY "<sample name=\"s\">" AT("01", "see") AT("02", "buy") AT("03", "load") AT("04", "load") AT("05", "buy") \
    "<e at=\"2024-01-06\" who=\"p\" account=\"firm\" actor=\"company\" action=\"send\" channel=\"mail\"/>" AT("07", "again") AT("08", "see")

static voc_rc checked(const char *text, struct check_result *r, struct diag *d)
{
    struct journey *j = NULL;
    voc_rc rc = journey_parse(&j, str_of(text), str_of(""), str_of(""), "x", d);
    if (!rc) rc = journey_check(j, r, d);
    journey_free(j);
    return rc;
}

// One expectation of the story: does it hold?
static bool expects(const char *expect)
{
    char text[8192];
    struct check_result r = {0};
    struct diag *d = diag_new();
    (void)snprintf(text, sizeof text, HEAD STORY "\n%s</sample>" TAIL, expect);
    voc_rc rc = checked(text, &r, d);
    if (rc && rc != VOC_E_CHECK)
        for (size_t i = 0; i < diag_n(d); i++) print_message("%s\n", diag_at(d, i)->message);
    assert_true(rc == VOC_OK || rc == VOC_E_CHECK);
    assert_int_equal(r.samples, 1);
    assert_int_equal(r.expectations, 1);
    assert_int_equal(r.failed, rc == VOC_E_CHECK);
    if (rc) { // says which sample, where, and what is so instead
        bool said = false;
        for (size_t i = 0; i < diag_n(d); i++) {
            const struct diag_msg *m = diag_at(d, i);
            said = said || (m->severity == VOC_ERROR && m->line == 2 && strcmp(m->file, "x/journey.xml") == 0 && strstr(m->message, "sample \"s\" expected") && m->hint);
        }
        assert_true(said);
    }
    diag_free(d);
    return rc == VOC_OK;
}

static void the_stage_at_a_moment_is_compared(void **state)
{
    (void)state;
    assert_true(expects("<expect at=\"2024-01-01\" stage=\"a\"/>"));
    assert_true(expects("<expect at=\"2023-12-31\" stage=\"none\"/>"));
    assert_true(expects("<expect at=\"2024-01-02\" stage=\"a\"/>")); // the order was blocked
    assert_true(expects("<expect at=\"2024-01-04\" stage=\"b\"/>"));
    assert_true(expects("<expect at=\"2024-01-05\" stage=\"c\"/>"));
    assert_true(expects("<expect at=\"2024-01-07\" stage=\"a\"/>")); // back again
    assert_true(expects("<expect stage=\"a\"/>"));
    assert_false(expects("<expect at=\"2024-01-01\" stage=\"b\"/>"));
    assert_false(expects("<expect at=\"2024-01-03\" stage=\"b\"/>"));
    assert_false(expects("<expect stage=\"none\"/>"));
}

static void ends_exits_and_blocked_moves_are_compared(void **state)
{
    (void)state;
    assert_true(expects("<expect stage=\"a\" end=\"forward\" at=\"2024-01-05\"/>"));
    assert_true(expects("<expect stage=\"c\" end=\"backward\"/>"));
    assert_false(expects("<expect stage=\"c\" end=\"forward\"/>"));
    assert_true(expects("<expect end=\"censored\"/>"));
    assert_true(expects("<expect blocked=\"c\"/>"));
    assert_true(expects("<expect blocked=\"c\" at=\"2024-01-02\"/>"));
    assert_false(expects("<expect blocked=\"c\" at=\"2024-01-05\"/>"));
    assert_false(expects("<expect blocked=\"b\"/>"));
    assert_false(expects("<expect exit=\"lost\"/>"));
    assert_true(expects("<e at=\"2024-01-09\" account=\"firm\" actor=\"other\" action=\"lose\"/><expect exit=\"lost\"/>"));
    assert_false(expects("<e at=\"2024-01-09\" account=\"firm\" actor=\"other\" action=\"lose\"/><expect exit=\"lost\" at=\"2024-01-08\"/>"));
    assert_true(expects("<expect at=\"2024-03-01\" stage=\"a\" end=\"lapsed\"/>")); // nothing happened for 30 days
    assert_true(expects("<expect at=\"2024-03-01\" stage=\"none\"/>"));
    assert_false(expects("<expect at=\"2024-02-01\" stage=\"none\"/>"));
}

static void touchpoints_and_people_are_compared(void **state)
{
    (void)state;
    assert_true(expects("<expect touchpoint=\"mail\"/>"));
    assert_true(expects("<expect touchpoint=\"mail\" at=\"2024-01-06\"/>"));
    assert_true(expects("<expect touchpoint=\"none\" at=\"2024-01-01\"/>"));
    assert_false(expects("<expect touchpoint=\"mail\" at=\"2024-01-01\"/>"));
    assert_true(expects("<expect who=\"firm\" stage=\"a\"/>"));
    assert_true(expects("<expect who=\"p\" stage=\"a\"/>"));
    assert_false(expects("<expect who=\"q\" stage=\"a\"/>"));
}

static void journeys_of_people_are_found_by_their_account_too(void **state)
{
    (void)state;
    struct check_result r = {0};
    const char *text = "<journey xmlns=\"urn:vocstream:journey:1\" id=\"m\" unit=\"individual\"><stages>"
                       "<stage id=\"a\"><definition><event action=\"see\"/></definition></stage></stages><samples><sample name=\"s\">"
                       "<e at=\"2024-01-01\" who=\"p\" account=\"f\" action=\"see\"/><e at=\"2024-01-01\" who=\"q\" account=\"g\" action=\"look\"/>"
                       "<expect who=\"f\" stage=\"a\"/><expect who=\"g\" stage=\"none\"/></sample></samples></journey>";
    struct diag *d = diag_new();
    assert_int_equal(checked(text, &r, d), VOC_OK);
    assert_int_equal(r.expectations, 2);
    diag_free(d);
}

static void facts_of_a_sample_are_seen_by_the_tests(void **state)
{
    (void)state;
    struct check_result r = {0};
    const char *text = "<journey xmlns=\"urn:vocstream:journey:1\" id=\"m\"><segments><segment id=\"big\"><fact name=\"size\" at-least=\"50\"/></segment></segments><stages>"
                       "<stage id=\"few\"><definition><event action=\"see\"><fact name=\"pages\" at-most=\"3\"/></event></definition></stage>"
                       "<stage id=\"many\"><definition><event action=\"see\" segment=\"big\"><fact name=\"pages\" at-least=\"4\"/></event></definition></stage>"
                       "</stages><samples><sample name=\"s\">"
                       "<e at=\"2024-01-01\" who=\"p\" account=\"f\" action=\"see\"><fact name=\"pages\" is=\"2\"/><fact of=\"account\" name=\"size\" is=\"60\"/></e>"
                       "<e at=\"2024-01-02\" who=\"p\" account=\"f\" action=\"see\"><fact name=\"pages\" is=\"9\"/></e>"
                       "<e at=\"2024-01-02\" who=\"q\" account=\"g\" action=\"see\"><fact name=\"pages\" is=\"9\"/></e>"
                       "<expect who=\"f\" at=\"2024-01-01\" stage=\"few\"/><expect who=\"f\" stage=\"many\"/><expect who=\"g\" stage=\"none\"/></sample></samples></journey>";
    struct diag *d = diag_new();
    assert_int_equal(checked(text, &r, d), VOC_OK);
    assert_int_equal(r.expectations, 3);
    diag_free(d);
}

static size_t warnings(const struct diag *d, const char *text, uint64_t line)
{
    size_t n = 0;
    for (size_t i = 0; i < diag_n(d); i++)
        n += diag_at(d, i)->severity == VOC_WARNING && strstr(diag_at(d, i)->message, text) && diag_at(d, i)->line == line;
    return n;
}

static void stages_without_a_sample_and_double_claims_are_named_once(void **state)
{
    (void)state;
    struct check_result r = {0};
    const char *text = "<journey xmlns=\"urn:vocstream:journey:1\" id=\"m\"><stages>\n"
                       "<stage id=\"a\" skippable=\"yes\"><definition><event action=\"see\"/></definition></stage>\n"
                       "<stage id=\"b\" skippable=\"yes\"><definition><event action-like=\"see\"/></definition><definition><event action=\"see\"/></definition></stage>\n"
                       "<stage id=\"far\"><definition><event action=\"never\"/></definition></stage></stages>\n"
                       "<touchpoints><touchpoint id=\"one\" kind=\"push\"><event actor=\"company\" action=\"send\"/></touchpoint>\n"
                       "<touchpoint id=\"two\" kind=\"push\"><event actor=\"company\" action-like=\"^s\"/></touchpoint></touchpoints><samples><sample name=\"s\">\n"
                       "<e at=\"2024-01-01\" who=\"p\" action=\"see\"/>\n"
                       "<e at=\"2024-01-02\" who=\"p\" action=\"see\"/>\n"
                       "<e at=\"2024-01-03\" who=\"p\" actor=\"company\" action=\"send\"/></sample></samples></journey>";
    struct diag *d = diag_new();
    assert_int_equal(checked(text, &r, d), VOC_OK); // worth a look, but nothing is wrong
    assert_int_equal(r.unreached, 1 + (warnings(d, "no sample reaches stage \"a\"", 2) == 1)); // an event of both enters the higher
    assert_int_equal(warnings(d, "no sample reaches stage \"far\"", 4), 1);
    assert_int_equal(warnings(d, "stages \"a\" and \"b\" both claim", 7), 1);
    assert_int_equal(warnings(d, "\"one\" and \"two\" both claim", 9), 1);
    assert_true(r.double_claims >= 3);
    diag_free(d);

    d = diag_new();
    assert_int_equal(checked("<journey xmlns=\"urn:vocstream:journey:1\" id=\"m\"><stages><stage id=\"a\"><definition><event "
                             "action=\"x\"/></definition></stage></stages></journey>",
                             &r, d),
                     VOC_OK);
    assert_int_equal(warnings(d, "has no samples", 1), 1);
    assert_int_equal(r.samples, 0);
    diag_free(d);
}

static void the_samples_of_the_shipped_journeys_hold(void **state)
{
    (void)state;
    const char *top = getenv("VOC_TEST_SRCDIR");
    size_t n = 0;
    const char *const *ids = journey_shipped(&n);
    for (size_t i = 0; i < n; i++) {
        char path[4096];
        struct journey *j = NULL;
        struct check_result r = {0};
        struct diag *d = diag_new();
        (void)snprintf(path, sizeof path, "%s/journeys/%s", top ? top : ".", ids[i]);
        assert_int_equal(journey_load(&j, path, d), VOC_OK);
        assert_int_equal(journey_check(j, &r, d), VOC_OK);
        assert_true(r.samples >= 3 && r.expectations >= 10 && r.failed == 0 && r.unreached == 0);
        journey_free(j);
        diag_free(d);
    }
}

static voc_rc check_once(void *user)
{
    struct check_result r;
    (void)user;
    return checked(HEAD "<sample name=\"s\">" AT("01", "see") "<expect stage=\"a\"/></sample>" TAIL, &r, NULL);
}

static void a_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    assert_int_equal(check_once(NULL), VOC_OK);
    assert_true(fail_each_allocation(check_once, NULL) > 30);
}

static int begin(void **state)
{
    (void)state;
    return xml_init() == VOC_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    xml_done();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_stage_at_a_moment_is_compared),
        cmocka_unit_test(ends_exits_and_blocked_moves_are_compared),
        cmocka_unit_test(touchpoints_and_people_are_compared),
        cmocka_unit_test(journeys_of_people_are_found_by_their_account_too),
        cmocka_unit_test(facts_of_a_sample_are_seen_by_the_tests),
        cmocka_unit_test(stages_without_a_sample_and_double_claims_are_named_once),
        cmocka_unit_test(the_samples_of_the_shipped_journeys_hold),
        cmocka_unit_test(a_failed_allocation_is_reported_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
