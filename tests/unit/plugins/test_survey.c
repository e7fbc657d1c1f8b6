// SPDX-License-Identifier: MIT
// Input plugin survey: every sample gives its expected rows and mapping; which question is NPS, CSAT or CES; header rows, times,
// previews, unfinished responses, ids; rejects with their reasons; damaged exports and failing allocations.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/base/fault.h"
#include "tests/unit/plugins/events_run.h"

#define N(x) (sizeof(x) / sizeof *(x))

// ---- samples ------------------------------------------------------------------------------------------------------------------

static const char *const samples[] = {"qualtrics.csv", "qualtrics-legacy.csv", "limesurvey.csv", "surveymonkey.csv", "google.csv", "formbricks.csv", "plain.tsv", "typeform.csv", "google-german.csv"};

static char *read_whole(const char *folder, const char *name, const char *ending, size_t *len)
{
    char path[1024];
    const char *top = getenv("VOC_TEST_SRCDIR") ? getenv("VOC_TEST_SRCDIR") : ".";
    snprintf(path, sizeof path, "%s/plugins/input/survey/%s/%s%s", top, folder, name, ending);
    FILE *f = fopen(path, "rb");
    char *text = f ? malloc(1 << 16) : NULL;
    *len = text ? fread(text, 1, (1 << 16) - 1, f) : 0;
    if (text) text[*len] = 0;
    if (f) fclose(f);
    return text;
}

// VOC_UPDATE_GOLDEN=1 writes what is expected; git diff is the review.
static void every_sample_gives_its_expected_rows_and_mapping(void **state)
{
    (void)state;
    const char *top = getenv("VOC_TEST_SRCDIR") ? getenv("VOC_TEST_SRCDIR") : ".", *update = getenv("VOC_UPDATE_GOLDEN");
    for (size_t i = 0; i < N(samples); i++) {
        char *text, *expected, reason[200], got[1 << 15];
        size_t len, n;
        struct events_run r = {0};
        assert_non_null(text = read_whole("samples", samples[i], "", &len));
        events_run(&r, str_mk(text, len));
        if (r.rc) print_error("%s: %s\n", samples[i], r.says.ptr ? r.says.ptr : "");
        assert_int_equal(r.rc, VOC_OK);
        int confidence = events_probe(str_mk(text, len), reason);
        n = (size_t)snprintf(got, sizeof got, "%d %s\n%s\n%s", confidence, reason, r.mapping, r.rows.ptr);
        assert_true(n < sizeof got);
        if (update && *update) {
            char path[1024];
            snprintf(path, sizeof path, "%s/plugins/input/survey/expected/%s.txt", top, samples[i]);
            FILE *f = fopen(path, "wb");
            assert_non_null(f);
            fputs(got, f);
            fclose(f);
        }
        assert_non_null(expected = read_whole("expected", samples[i], ".txt", &n));
        assert_string_equal(got, expected);
        free(text);
        free(expected);
        events_done(&r);
    }
}

// ---- structures -----------------------------------------------------------------------------------------------------------------

// Answers with the file that says what was asked.
static const struct { const char *answers, *structure; } pairs[] = {{"shop.csv", "shop.qsf"}, {"tour.csv", "tour.lss"}, {"visit.asc", "visit.sss"}, {"stay.csv", "stay.xml"}};

static void path_of(char path[1024], const char *folder, const char *name)
{
    const char *top = getenv("VOC_TEST_SRCDIR") ? getenv("VOC_TEST_SRCDIR") : ".";
    snprintf(path, 1024, "%s/plugins/input/survey/%s/%s", top, folder, name);
}

static void a_structure_gives_questions_options_and_places(void **state)
{
    (void)state;
    const char *update = getenv("VOC_UPDATE_GOLDEN");
    for (size_t i = 0; i < N(pairs); i++) {
        char *text, *expected, path[1024], structure[1024], got[1 << 15];
        size_t len, n;
        path_of(structure, "structures", pairs[i].structure);
        const char *const options[] = {"structure", structure, "date", "2024-06-30", NULL};
        struct events_run r = {.options = options};
        assert_non_null(text = read_whole("structures", pairs[i].answers, "", &len));
        events_run(&r, str_mk(text, len));
        if (r.rc) print_error("%s: %s\n", pairs[i].answers, r.says.ptr ? r.says.ptr : "");
        assert_int_equal(r.rc, VOC_OK);
        n = (size_t)snprintf(got, sizeof got, "%s\n%s", r.mapping, r.rows.ptr);
        assert_true(n < sizeof got);
        if (update && *update) {
            char name[200];
            snprintf(name, sizeof name, "%s.txt", pairs[i].answers);
            path_of(path, "expected", name);
            FILE *f = fopen(path, "wb");
            assert_non_null(f);
            fputs(got, f);
            fclose(f);
        }
        assert_non_null(expected = read_whole("expected", pairs[i].answers, ".txt", &n));
        assert_string_equal(got, expected);
        free(text);
        free(expected);
        events_done(&r);
    }
}

static void write_temporary(char path[], const char *text, size_t len)
{
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), (ssize_t)len);
    close(fd);
}

static void with_structure(const char *text, size_t len, const char *answers, struct events_run *r)
{
    char path[] = "/tmp/voc-survey-XXXXXX";
    write_temporary(path, text, len);
    const char *const options[] = {"structure", path, "date", "2024-06-30", NULL};
    r->options = options;
    events_run(r, str_of(answers));
    unlink(path);
}

#define SSS(variables) "<?xml version=\"1.0\"?>\n<sss version=\"1.2\"><survey><record ident=\"A\">" variables "</record></survey></sss>"
#define ONE(kind, place, more) "<variable ident=\"1\" type=\"" kind "\"><name>Q1</name><label>Asked</label><position " place "/>" more "</variable>"

static void a_record_that_does_not_fit_its_structure_is_rejected(void **state)
{
    (void)state;
    static const struct { const char *variables, *answers, *rows; } cases[] = {
        {SSS(ONE("quantity", "start=\"2\" finish=\"4\"", "")), "x123\n", "{customer.Q1=123 123}"},
        {SSS(ONE("quantity", "start=\"2\" finish=\"4\"", "")), "x12\nx123\nx124\n", "1 reject WIDTH: it ends within Q1\n"},
        {SSS(ONE("quantity", "start=\"2\" finish=\"4\"", "")), "x1234\nx123\nx124\n", "1 reject WIDTH: 5 characters, the structure says 4\n"},
        {SSS(ONE("character", "start=\"2\" finish=\"20\"", "")), "xso\n", " text=so"},
        {SSS(ONE("multiple", "start=\"1\" finish=\"3\"", "<values><value code=\"1\">One</value><value code=\"3\">Three</value></values>")), "111\n", "{customer.Q1=One 1} {customer.Q1=2 2} {customer.Q1=Three 3}"},
        {SSS(ONE("multiple", "start=\"1\" finish=\"2\"", "<values><value code=\"a\">A</value><value code=\"b\">B</value></values>")), "01\n", "{customer.Q1=B}"},
    };
    for (size_t i = 0; i < N(cases); i++) {
        struct events_run r = {0};
        with_structure(cases[i].variables, strlen(cases[i].variables), cases[i].answers, &r);
        if (r.rc || !strstr(r.rows.ptr, cases[i].rows)) print_error("%s%s\n", r.rows.ptr ? r.rows.ptr : "", r.says.ptr ? r.says.ptr : "");
        assert_int_equal(r.rc, VOC_OK);
        assert_non_null(strstr(r.rows.ptr, cases[i].rows));
        events_done(&r);
    }
}

static void what_is_no_structure_is_refused_with_what_would_be(void **state)
{
    (void)state;
    static const struct { const char *text, *says; } cases[] = {
        {"a,b\n1,2\n", "this is not the structure of a survey"},
        {"<sss version=\"2.0\"><hierarchy><level ident=\"a\" href=\"a.sss\"/></hierarchy></sss>", "not the structure of a survey, but a list of such"},
        {"{\"SurveyEntry\":{", "the .qsf is cut off"},
        {SSS("<variable ident=\"1\" type=\"single\">"), "XML-001"},
        {SSS(ONE("single", "start=\"0\"", "")), "a position in the structure is from 0 to 0"},
        {"<!DOCTYPE sss [<!ENTITY a \"b\">]>" SSS(ONE("single", "start=\"1\"", "")), "DOCTYPE"},
    };
    for (size_t i = 0; i < N(cases); i++) {
        struct events_run r = {0};
        with_structure(cases[i].text, strlen(cases[i].text), "1\n", &r);
        if (!r.rc || !strstr(r.says.ptr, cases[i].says)) print_error("%s: %s\n", cases[i].text, r.says.ptr ? r.says.ptr : "nothing");
        assert_true(r.rc == VOC_E_OPTION || r.rc == VOC_E_INPUT);
        assert_non_null(strstr(r.says.ptr, cases[i].says));
        events_done(&r);
    }
    struct events_run none = {0};
    char reason[200];
    assert_int_equal(events_probe(str_of(SSS(ONE("single", "start=\"1\"", ""))), reason), 95);
    events_done(&none);
}

// ---- parts of what comes out ----------------------------------------------------------------------------------------------------

static void expect_parts(const char *const *options, const char *text, const char *const *parts) // "!...": it does not stand there
{
    struct events_run r = {.options = options};
    events_run(&r, str_of(text));
    if (r.rc) print_error("%s\n", r.says.ptr ? r.says.ptr : "");
    assert_int_equal(r.rc, VOC_OK);
    for (; *parts; parts++) {
        bool want = **parts != '!', there = (r.rows.ptr && strstr(r.rows.ptr, *parts + !want)) || strstr(r.mapping, *parts + !want);
        if (want != there) print_error("%s: rows %s\nmapping %s\n", *parts, r.rows.ptr ? r.rows.ptr : "", r.mapping);
        assert_true(want == there);
    }
    events_done(&r);
}
#define EXPECT(options, text, ...) expect_parts(options, text, (const char *const[]){__VA_ARGS__, NULL})

#define DAY "date", "2024-06-30"
static const char *const day[] = {DAY, NULL};

// ---- which question is which ----------------------------------------------------------------------------------------------------

static void a_question_is_nps_if_it_asks_to_recommend_from_0_to_10(void **state)
{
    (void)state;
    static const struct { const char *header, *cells; bool nps; } cases[] = {
        {"How likely are you to recommend us to a friend?", "9\n3\n10\n", true},
        {"Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen?", "9\n3\n0\n", true},
        {"Recommanderiez-vous notre service ?", "8\n10\n2\n", true},
        {"\xC2\xBFNos recomendar\xC3\xAD" "a a un amigo?", "8\n10\n2\n", true},
        {"Ci consiglierebbe a un amico?", "8\n10\n2\n", true},
        {"Zou u ons aanbevelen aan een vriend?", "8\n10\n2\n", true},
        {"Czy poleci\xC5\x82" "aby nas Pani?", "8\n10\n2\n", true},
        {"nps", "0\n1\n7\n", true},
        {"nps", "3\n", true}, // its code says so, and one answer is enough
        {"Would you recommend us? (0-10)", "9 - very likely\n0 - not at all\n5\n", true},
        {"Would you recommend us? (1-5)", "5\n4\n1\n", false},       // another scale is said
        {"How likely are you to recommend us to a friend?", "3\n4\n5\n", false}, // seen: no more than 5
        {"How likely are you to recommend us to a friend?", "9\n11\n5\n", false},
        {"Why would you recommend us?", "price\nquality\nprice\n", false},
        {"How do you like our shop?", "9\n10\n2\n", false},
    };
    for (size_t i = 0; i < N(cases); i++) {
        char text[400];
        snprintf(text, sizeof text, "%s\n%s", cases[i].header, cases[i].cells);
        struct events_run r = {.options = day};
        events_run(&r, str_of(text));
        bool there = r.rows.ptr && strstr(r.rows.ptr, "{customer.nps=");
        if (r.rc || there != cases[i].nps) print_error("%s: %s%s\n", text, r.rows.ptr ? r.rows.ptr : "", r.mapping);
        assert_int_equal(r.rc, VOC_OK);
        assert_true(there == cases[i].nps);
        assert_true((strstr(r.mapping, "read as NPS (-O nps=- if it is not)") != NULL) == cases[i].nps);
        events_done(&r);
    }
}

static void satisfaction_and_effort_are_found_and_the_user_can_say_otherwise(void **state)
{
    (void)state;
    static const char text[] = "How satisfied are you with the price? (1-5),\"Overall, how satisfied are you? (1-5)\",How easy was "
                               "it to order? (1-7),Rate us from 0 to 10\n"
                               "4,2,7,3\n5,1,6,9\n";
    EXPECT(day, text, "{customer.csat=2 2}", "{customer.ces=7 7}", "{customer.Rate us from 0 to 10=3 3}",
           "no question is read as NPS; if it is \"Rate us from 0 to 10\"", "{csat=2 2}");
    const char *const said[] = {DAY, "nps", "Rate us from 0 to 10", "csat", "How satisfied", "ces", "-", NULL};
    EXPECT(said, text, "{customer.nps=3 3}", "{customer.csat=4 4}", "!{customer.ces=", "{customer.How easy was it to order? (1-7)=7 7}", "!no question is read as NPS");
    const char *const wrong[] = {DAY, "nps", "Rate them", NULL};
    expect_error(wrong, text, VOC_E_OPTION, "there is no column \"Rate them\"");
}

static void words_of_satisfaction_count_from_one_to_five(void **state)
{
    (void)state;
    EXPECT(day, "Overall, how satisfied are you?\nVery satisfied\nDissatisfied\nNeutral\nvery dissatisfied\nSatisfied\n",
           "{customer.csat=Very satisfied 5}", "{customer.csat=Dissatisfied 2}", "{customer.csat=Neutral 3}", "{customer.csat=very dissatisfied 1}", "{customer.csat=Satisfied 4}");
}

// A value that is not of the scale stays an answer to its question, and is no NPS.
static void what_is_not_on_the_scale_is_no_score(void **state)
{
    (void)state;
    EXPECT(day, "Would you recommend us? (0-10),Q2\n9,a\n10,b\ndon't know,a\n7,a\n", "{customer.nps=9 9}",
           "{customer.Would you recommend us? (0-10)=don't know}", "!{customer.nps=don't know");
    const char *const said[] = {DAY, "nps", "-", NULL};
    EXPECT(said, "nps,Q2\n9,a\n10,b\n", "{customer.nps (no score)=9 9}", "!{nps=");
}

#define QUALTRICS "StartDate,EndDate,Status,Finished,ResponseId,Q1\nStart Date,End Date,Response Type,Finished,Response ID,How old are you?\n"

// ---- kinds ----------------------------------------------------------------------------------------------------------------------

static void what_people_wrote_is_words_and_what_they_chose_is_not(void **state)
{
    (void)state;
    EXPECT(day,
           "Where did you hear of us?,What can we do better?\n"
           "from a friend,Please answer the phone in the morning.\n"
           "from a friend,The manual could have pictures.\n"
           "in a shop,  Nothing at all   \n"
           "from a friend,I would like a bigger one\n",
           "words of customers: What can we do better?", "text=  Nothing at all   ",
           "{customer.Where did you hear of us?=from a friend}", "ref-event=survey/#3-");
    const char *const said[] = {DAY, "words", "Colour", NULL};
    EXPECT(said, "Colour,How much?\nred,1\nred,2\n", "id=survey/#1-", "/Colour ref-event=", "text=red", "!{customer.Colour");
}

// Options that stand in one cell are answers of their own; a comma in a sentence parts nothing.
static void options_in_one_cell_are_told_apart(void **state)
{
    (void)state;
    EXPECT(day,
           "What have you used?,How rude is it to recline?\n"
           "\"App, Shop\",\"No, not at all\"\n"
           "App,\"Yes, very\"\n\"Shop, Phone\",\"No, not at all\"\n"
           "\"App, Shop, Phone\",\"Yes, very\"\n"
           "Phone,\"No, not at all\"\n\"App, Phone\",\"Yes, very\"\n",
           "unit=several {customer.What have you used?=App} {customer.What have you used?=Shop} {customer.What "
           "have you used?=Phone}\n",
           "{customer.How rude is it to recline?=No, not at all}", "1 question of which any are chosen");
    EXPECT(NULL,
           QUALTRICS "2024-01-01 10:00:00,2024-01-01 10:01:00,0,1,R_11111111,\"1,3\"\n"
                     "2024-01-01 11:00:00,2024-01-01 11:01:00,0,1,R_22222222,2\n",
           "unit=several {customer.Q1=1 1} {customer.Q1=3 3}\n");
    EXPECT(day, "How long, in hours?;And how far, in km?\n1,5;3\n2,25;4\n", "{customer.How long, in hours?=1,5 1.5}");
    static const char qsf[] =
        "{\"SurveyEntry\":{},\"SurveyElements\":[{\"Element\":\"SQ\",\"Payload\":{\"DataExportTag\":\"Q1\",\"QuestionText\":\"Used?\",\"QuestionType\":\"MC\",\"Selector\":\"MAVR\","
        "\"Choices\":{\"1\":{\"Display\":\"App, of course\"},\"2\":{\"Display\":\"Shop\"}}}}]}";
    struct events_run r = {0};
    with_structure(qsf, strlen(qsf),
                   QUALTRICS "2024-01-01 10:00:00,2024-01-01 10:01:00,0,1,R_11111111,\"Shop,App, of course\"\n"
                             "2024-01-01 11:00:00,2024-01-01 11:01:00,0,1,R_22222222,\"1,2\"\n",
                   &r);
    assert_int_equal(r.rc, VOC_OK);
    assert_non_null(strstr(r.rows.ptr, "unit=several {customer.Q1=Shop} {customer.Q1=App, of course}\n"));
    assert_non_null(strstr(r.rows.ptr, "unit=several {customer.Q1=App, of course 1} {customer.Q1=Shop 2}\n"));
    events_done(&r);
}

static void every_character_of_what_was_written_is_kept(void **state)
{
    (void)state;
    const char *const said[] = {DAY, "words", "What?", NULL};
    EXPECT(said, "What?,n\n\"a \"\"quoted\"\" word,\r\nand a line \xF0\x9F\x98\x80\",1\n", "text=a \"quoted\" word,\r\nand a line \xF0\x9F\x98\x80\n");
}

// ---- responses ------------------------------------------------------------------------------------------------------------------


static void previews_and_tests_are_left_out_by_a_rule_unless_they_are_kept(void **state)
{
    (void)state;
    static const char text[] = QUALTRICS "2024-01-01 10:00:00,2024-01-01 10:01:00,0,1,R_11111111,30\n2024-01-01 11:00:00,2024-01-01 11:01:00,Survey Preview,1,R_22222222,31\n"
                                         "2024-01-01 12:00:00,2024-01-01 12:01:00,2,1,R_33333333,32\n2024-01-01 13:00:00,2024-01-01 13:01:00,8,1,R_44444444,33\n";
    EXPECT(NULL, text, "3 2024-01-01T10:01:00Z answer-survey", "4 ignore a preview or test of the survey",
           "5 ignore a preview or test of the survey", "6 ignore marked as spam by the survey tool");
    EXPECT(day, "Status,How was it?,And why?\n1,3,a\n2,4,b\n", "2 2024-06-30 answer-survey", "3 2024-06-30 answer-survey"); // another tool's codes
    const char *const keep[] = {"previews", "keep", NULL};
    EXPECT(keep, text, "4 2024-01-01T11:01:00Z answer-survey", "!ignore");
}

static void what_was_not_finished_is_another_action_or_left_out(void **state)
{
    (void)state;
    static const char text[] = QUALTRICS "2024-01-01 10:00:00,2024-01-01 10:01:00,0,True,R_11111111,30\n"
                                         "2024-01-01 11:00:00,2024-01-01 11:01:00,0,False,R_22222222,31\n"
                                         "2024-01-01 11:00:00,2024-01-01 11:01:00,0,False,R_22222223,\n";
    EXPECT(NULL, text, "3 2024-01-01T10:01:00Z answer-survey", "4 2024-01-01T11:01:00Z begin-survey", "5 ignore no question was answered");
    const char *const leave[] = {"unfinished", "leave-out", NULL};
    EXPECT(leave, text, "4 ignore not finished");
}

static void a_limesurvey_response_without_its_date_submitted_was_not_finished(void **state)
{
    (void)state;
    EXPECT(NULL,
           "id,submitdate,lastpage,startlanguage,startdate,datestamp,Q1\n"
           "1,2024-05-02 10:11:12,3,de,2024-05-02 10:00:00,2024-05-02 10:11:12,4\n"
           "2,,1,en,2024-05-02 11:00:00,2024-05-02 11:05:00,3\n"
           "3,1980-01-01 00:00:00,1,en,1980-01-01 00:00:00,2024-05-03 09:00:00,3\n",
           "2 2024-05-02T10:11:12Z answer-survey by=customer customer=response:survey/1 id=survey/1",
           "3 2024-05-02T11:05:00Z begin-survey", "4 2024-05-03T09:00:00Z answer-survey", "language=de");
}

static void who_answered_is_an_address_a_key_or_the_response_itself(void **state)
{
    (void)state;
    EXPECT(day,
           "Email address,Customer ID,How was it?,Why was it so?\n"
           "ann@example.org,C-1,3,a\n,C-2,4,b\n"
           ",,5,c\nno address,,5,c\n",
           "customer=email:ann@example.org! customer=id:C-1!", "customer=id:C-2! id", "customer=response:survey/#3-",
           "customer=response:survey/#4-");
}

// Numbers that another survey has too are told apart by the survey's name; long ids of a tool are one world over.
static void short_ids_are_those_of_their_survey(void **state)
{
    (void)state;
    const char *const named[] = {DAY, "survey", "Spring", NULL};
    EXPECT(named, "Response ID,How was it?,And why?\n1,3,a\n2,4,b\n", "id=Spring/1 ", "touchpoint=Spring");
    EXPECT(named, "Response ID,How was it?,And why?\nR_aaaaaaaa,3,a\nR_bbbbbbbb,4,b\n", "id=R_aaaaaaaa ");
}

// ---- times ----------------------------------------------------------------------------------------------------------------------

static void the_day_comes_first_or_the_month_as_proven_said_or_written_in_the_united_states(void **state)
{
    (void)state;
    EXPECT(NULL, "Timestamp,How was it for you?\n13/01/2024 10:00:00,4\n01/02/2024 10:00:00,5\n", "3 2024-02-01T10:00:00Z answer-survey");
    EXPECT(NULL, "Timestamp,How was it for you?\n1/2/2024 9:00:00,4\n2/3/2024 10:00:00,5\n", "2 2024-01-02T09:00:00Z answer-survey", "month first, as in the United States");
    expect_error(NULL, "Timestamp,How was it for you?\n01/02/2024 10:00:00,4\n02/03/2024 10:00:00,5\n", VOC_E_OPTION, "whether the day or the month stands first");
    const char *const said[] = {"time-format", "dd/MM/yyyy HH:mm:ss", NULL};
    EXPECT(said, "Timestamp,How was it for you?\n01/02/2024 10:00:00,4\n02/03/2024 10:00:00,5\n", "2 2024-02-01T10:00:00Z answer-survey", "!month first");
}

static void without_a_time_it_is_refused_unless_a_day_is_given(void **state)
{
    (void)state;
    expect_error(NULL, "How was it?,And why?\n4,a\n", VOC_E_INPUT, "no column says when people answered -- -O date=2024-06-30");
    EXPECT(day, "How was it?,And why?\n4,a\n", "2 2024-06-30 answer-survey");
    EXPECT(NULL, "Timestamp,How was it?,And why?\n2024-01-01 10:00:00,4,a\n,4,b\nyesterday,3,c\n2024-01-03 10:00:00,4,a\n",
           "3 reject TIME: it does not say when it was answered",
           "4 reject TIME: \"yesterday\" in Timestamp is not a time as the others are");
}

// ---- what is wrong --------------------------------------------------------------------------------------------------------------

static void a_broken_line_is_rejected_with_its_reason(void **state)
{
    (void)state;
    EXPECT(day, "Q1,Q2,Q3\n1,\"2\",3\n1,2\n1,2,3,4\n1,\"2\"x,3\n,,\n1,\"2\",3\n", "2 2024-06-30 answer-survey",
           "3 reject FIELDS: 2 fields, the header has 3", "4 reject FIELDS: 4 fields, the header has 3",
           "5 reject QUOTE: there is text behind a closing quote in field 2", "6 ignore an empty line");
}

static void a_structure_holds_no_answers_and_says_so(void **state)
{
    (void)state;
    char reason[200];
    static const char text[] = "{\"SurveyEntry\":{\"SurveyName\":\"X\"},\"SurveyElements\":[]}";
    EXPECT(NULL, text, "1 ignore it describes a survey, and holds no answers", "import the file of answers");
    assert_int_equal(events_probe(str_of(text), reason), 95);
    assert_int_equal(events_probe(str_of("time,action,customer\n2024-01-01,buy,1\n"), reason), 0);
}

// ---- whatever comes -------------------------------------------------------------------------------------------------------------

static uint64_t next_random(uint64_t *state) { return *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407), *state >> 33; }

// Cut off, bytes changed: rows, rejects or an error, and nothing worse.
static void damaged_exports_never_do_worse_than_reject(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (size_t i = 0; i < N(samples); i++) {
        size_t len;
        char *text = read_whole("samples", samples[i], "", &len);
        assert_non_null(text);
        for (unsigned round = 0; round < 40; round++) {
            char *copy = malloc(len + 1);
            size_t n = round % 2 ? next_random(&seed) % (len + 1) : len;
            memcpy(copy, text, len);
            for (unsigned k = 0; k < round / 4; k++)
                copy[next_random(&seed) % len] = (char)(next_random(&seed) % 3 ? ",\"\n{[ \t'-0"[next_random(&seed) % 10]
                                                                               : (int)next_random(&seed));
            struct events_run r = {.options = day, .target = 64};
            events_run(&r, str_mk(copy, n));
            assert_true(r.rc == VOC_OK || r.rc == VOC_E_INPUT || r.rc == VOC_E_OPTION || r.rc == VOC_E_LIMIT);
            events_done(&r);
            free(copy);
        }
        free(text);
    }
}

static void damaged_structures_are_read_or_refused(void **state)
{
    (void)state;
    uint64_t seed = 11;
    for (size_t i = 0; i < N(pairs); i++) {
        size_t len, n;
        char *structure = read_whole("structures", pairs[i].structure, "", &len), *answers = read_whole("structures", pairs[i].answers, "", &n);
        assert_true(structure && answers);
        for (unsigned round = 0; round < 60; round++) {
            char *copy = malloc(len + 1);
            size_t kept = round % 3 == 0 ? next_random(&seed) % (len + 1) : len;
            memcpy(copy, structure, len);
            for (unsigned k = 0; k < 1 + round / 8; k++) copy[next_random(&seed) % len] = "<>\"&0123456789{}[],: aZ"[next_random(&seed) % 23];
            struct events_run r = {0};
            with_structure(copy, kept, answers, &r);
            assert_true(r.rc == VOC_OK || r.rc == VOC_E_INPUT || r.rc == VOC_E_OPTION || r.rc == VOC_E_LIMIT);
            if (r.rc) assert_true(r.says.len > 0);
            events_done(&r);
            free(copy);
        }
        free(structure);
        free(answers);
    }
}

static void however_blocks_are_cut_the_rows_are_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < N(samples); i++) {
        size_t len;
        char *text = read_whole("samples", samples[i], "", &len);
        struct events_run whole = {0}, pieces = {.target = 1};
        events_run(&whole, str_mk(text, len));
        // the plan is made from the first block: where that is one record it may be another, but each record has its say
        events_run(&pieces, str_mk(text, len));
        assert_int_equal(whole.rc, VOC_OK);
        assert_true(pieces.rc == VOC_OK || pieces.rc == VOC_E_OPTION); // of one record the order of day and month is not proven
        if (!pieces.rc) assert_int_equal(pieces.gave + pieces.rejected + pieces.ignored, whole.gave + whole.rejected + whole.ignored);
        events_done(&whole);
        events_done(&pieces);
        free(text);
    }
}

static voc_rc import_once(void *user)
{
    struct events_run r = {0};
    events_run(&r, *(const voc_str *)user);
    voc_rc rc = r.rc;
    events_done(&r);
    return rc;
}

static void each_allocation_that_fails_is_said_and_leaks_nothing(void **state)
{
    (void)state;
    size_t len;
    char *text = read_whole("samples", "google.csv", "", &len);
    voc_str all = str_mk(text, len);
    assert_true(fail_each_allocation(import_once, &all) > 40);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_gives_its_expected_rows_and_mapping),
        cmocka_unit_test(a_structure_gives_questions_options_and_places),
        cmocka_unit_test(a_record_that_does_not_fit_its_structure_is_rejected),
        cmocka_unit_test(what_is_no_structure_is_refused_with_what_would_be),
        cmocka_unit_test(a_question_is_nps_if_it_asks_to_recommend_from_0_to_10),
        cmocka_unit_test(satisfaction_and_effort_are_found_and_the_user_can_say_otherwise),
        cmocka_unit_test(words_of_satisfaction_count_from_one_to_five),
        cmocka_unit_test(what_is_not_on_the_scale_is_no_score),
        cmocka_unit_test(what_people_wrote_is_words_and_what_they_chose_is_not),
        cmocka_unit_test(options_in_one_cell_are_told_apart),
        cmocka_unit_test(every_character_of_what_was_written_is_kept),
        cmocka_unit_test(previews_and_tests_are_left_out_by_a_rule_unless_they_are_kept),
        cmocka_unit_test(what_was_not_finished_is_another_action_or_left_out),
        cmocka_unit_test(a_limesurvey_response_without_its_date_submitted_was_not_finished),
        cmocka_unit_test(who_answered_is_an_address_a_key_or_the_response_itself),
        cmocka_unit_test(short_ids_are_those_of_their_survey),
        cmocka_unit_test(the_day_comes_first_or_the_month_as_proven_said_or_written_in_the_united_states),
        cmocka_unit_test(without_a_time_it_is_refused_unless_a_day_is_given),
        cmocka_unit_test(a_broken_line_is_rejected_with_its_reason),
        cmocka_unit_test(a_structure_holds_no_answers_and_says_so),
        cmocka_unit_test(damaged_exports_never_do_worse_than_reject),
        cmocka_unit_test(damaged_structures_are_read_or_refused),
        cmocka_unit_test(however_blocks_are_cut_the_rows_are_the_same),
        cmocka_unit_test(each_allocation_that_fails_is_said_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
