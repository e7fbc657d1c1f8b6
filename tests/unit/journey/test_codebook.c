// SPDX-License-Identifier: MIT
// Unit tests of journey/words/codebook.h: themes and negation against the reference of METHODS 12.2, exclusions, hierarchy, what is
// quoted, limits, places, and the samples of a codebook.
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
#include "journey/words/codebook.h"
#include "tests/lib/json.h"
#include "tests/unit/base/fault.h"

static const char JOURNEY[] = "<journey xmlns=\"urn:vocstream:journey:1\" id=\"j\" version=\"1\" codebook=\"codebook.xml\">%s</journey>";
static const char CODEBOOK[] = "<codebook xmlns=\"urn:vocstream:journey:1\">%s</codebook>";

static struct journey *journey_with(const char *themes, const char *needs, struct diag *d, voc_rc expect)
{
    struct journey *j = NULL;
    struct buf code, way;
    buf_init(&code, 1 << 20);
    buf_init(&way, 1 << 20);
    buf_printf(&code, CODEBOOK, themes);
    buf_printf(&way, JOURNEY, needs);
    assert_int_equal(journey_parse(&j, str_mk(way.ptr, way.len), str_of(""), str_mk(code.ptr, code.len), "x", d), expect);
    buf_done(&code);
    buf_done(&way);
    return j;
}

static struct journey *themes_of(const char *themes) { return journey_with(themes, "", NULL, VOC_OK); }

static const struct coded *code(struct coding *c, const struct journey *j, const char *text)
{
    assert_int_equal(codebook_code(c, j->themes, j->n_themes, str_of(text)), VOC_OK);
    return c->of;
}

static void the_sentences_of_the_reference_have_their_codes(void **state)
{
    struct json *truth = json_read_source("tests/truth/expected/sec12_voc.json");
    const struct json *coding = json_get(truth, "coding"), *book = json_get(coding, "codebook"), *rows = json_get(coding, "rows");
    struct buf b;
    struct coding c = {0};
    size_t mentions = 0;
    (void)state;
    assert_int_equal(json_length(book), 5);
    assert_int_equal(json_length(rows), 15);
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < json_length(book); i++)
        buf_printf(&b, "<theme id=\"%s\"><include>%s</include></theme>", json_string(json_at(json_at(book, i), 0)), json_string(json_at(json_at(book, i), 1)));
    struct journey *j = themes_of(b.ptr);
    for (size_t i = 0; i < json_length(rows); i++) {
        const struct json *row = json_at(rows, i);
        const struct coded *of = code(&c, j, json_str(row, "text"));
        for (size_t t = 0; t < j->n_themes; t++) {
            const struct json *wanted = json_get(json_get(row, "themes"), j->themes[t].id.ptr);
            assert_int_equal(of[t].affirmed, wanted ? (int)json_num(wanted, "affirmed") : 0);
            assert_int_equal(of[t].negated, wanted ? (int)json_num(wanted, "negated") : 0);
            mentions += of[t].affirmed + of[t].negated;
        }
    }
    assert_int_equal(mentions, 20);
    coding_done(&c);
    journey_free(j);
    buf_done(&b);
    json_free(truth);
}

static bool negates(const char *text, const char *mention)
{
    size_t from, to;
    return negation_before(str_of(text), (size_t)(strstr(text, mention) - text), &from, &to);
}

static void a_cue_negates_what_is_within_three_words_of_the_same_clause(void **state)
{
    static const char *const yes[] = {"not dear", "NOT a dear", "not at all dear", "nothing is dear", "Nobody finds it dear", "hardly ever dear", "barely dear", "without being dear",
                                      "it isn't dear", "it isn\xE2\x80\x99t dear", "we DON'T find dear", "'no' dear", "not' only dear", "n\xC3\xA3o but not dear"};
    static const char *const no[] = {"not only dear", "not so very much dear", "not cheap, dear", "no: dear", "not cheap but dear", "not cheap YET dear", "never mind! dear", "knot dear", "n't dear",
                                     "not only' dear", "notable dear", "ain dear", "dear not", "not, dear", "don''t see dear", "can t see dear", "not 'although dear"};
    (void)state;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (!negates(yes[i], "dear")) fail_msg("not negated: %s", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (negates(no[i], "dear")) fail_msg("negated: %s", no[i]);
}

static void what_made_the_difference_is_given_with_its_place(void **state)
{
    const char *text = "Caf\xC3\xA9 owners don\xE2\x80\x99t find it expensive. The price is fine.";
    struct coding c = {0};
    (void)state;
    struct journey *j = themes_of("<theme id=\"price\"><include>\\b(price|expensive)\\b</include></theme>");
    const struct coded *of = code(&c, j, text);
    assert_int_equal(of[0].affirmed, 1);
    assert_int_equal(of[0].negated, 1);
    assert_int_equal(c.mentions.n, 2);
    const struct mention *m = &c.mentions.at[0];
    assert_true(m->negated);
    assert_int_equal(strncmp(text + m->from, "expensive", m->to - m->from), 0);
    assert_int_equal(m->to - m->from, 9);
    assert_int_equal(strncmp(text + m->cue_from, "don\xE2\x80\x99t", m->cue_to - m->cue_from), 0);
    assert_int_equal(m->cue_to - m->cue_from, 7);
    assert_false(c.mentions.at[1].negated);
    assert_int_equal(c.mentions.at[1].cue_to, 0);
    coding_done(&c);
    journey_free(j);
}

static void an_exclusion_takes_out_what_it_covers_and_no_more(void **state)
{
    struct coding c = {0};
    (void)state;
    struct journey *j = themes_of("<theme id=\"price\"><include>\\bpay\\b</include><include>\\bpay more\\b</include><exclude>\\bpay-?back\\b</exclude></theme>");
    assert_int_equal(code(&c, j, "What is the pay-back?")[0].affirmed, 0);
    assert_int_equal(code(&c, j, "What is the pay-back if we pay monthly?")[0].affirmed, 1);
    assert_int_equal(code(&c, j, "We pay more.")[0].affirmed, 1); // of two patterns what overlaps is one mention
    coding_done(&c);
    journey_free(j);
}

static void a_mention_of_a_child_is_one_of_its_parents(void **state)
{
    struct coding c = {0};
    (void)state;
    struct journey *j = themes_of("<theme id=\"money\"><include>\\bmoney\\b</include></theme><theme id=\"price\" parent=\"money\"><include>\\bprice\\b</include></theme>"
                                  "<theme id=\"rebate\" parent=\"price\"><include>\\brebate\\b</include></theme>");
    const struct coded *of = code(&c, j, "No rebate. The price.");
    assert_int_equal(of[0].affirmed, 1);
    assert_int_equal(of[0].negated, 1);
    assert_int_equal(of[1].affirmed, 1);
    assert_int_equal(of[1].negated, 1);
    assert_int_equal(of[2].affirmed, 0);
    assert_int_equal(of[2].negated, 1);
    assert_int_equal(c.mentions.n, 2); // each once, by the theme whose pattern it was
    coding_done(&c);
    journey_free(j);
}

static void what_is_quoted_is_never_counted(void **state)
{
    static const struct { const char *text; uint32_t n; } cases[] = {
        {"price\n> price\n>price\nprice", 2},
        {"Too late.\r\nOn Tue, 2 Jan 2024, Ada wrote:\r\nprice\r\nprice", 0},
        {"On Tue, 2 Jan 2024, Ada wrote:\n> price\nmy price", 1},
        {"the price\n-- \nprice Ltd", 1},
        {"the price\n--\nprice", 2},
        {"On the price we wrote: price", 2}, // not a line that ends so
        {" > price", 1},
        {"", 0},
    };
    struct coding c = {0};
    (void)state;
    struct journey *j = themes_of("<theme id=\"price\"><include>price</include></theme>");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct coded *of = code(&c, j, cases[i].text);
        assert_int_equal(of[0].affirmed, cases[i].n);
        for (size_t k = 0; k < c.mentions.n; k++) assert_int_equal(strncmp(cases[i].text + c.mentions.at[k].from, "price", 5), 0);
    }
    coding_done(&c);
    journey_free(j);
}

static void a_limit_that_is_hit_is_neither_yes_nor_no(void **state)
{
    char *text = malloc(40002);
    struct coding c = {0};
    (void)state;
    assert_non_null(text);
    memset(text, 'a', 40000);
    memcpy(text + 40000, "!", 2);
    struct journey *j = themes_of("<theme id=\"up\"/><theme id=\"slow\" parent=\"up\"><include>^(a|aa)+$</include></theme><theme id=\"price\"><include>price</include></theme>");
    const struct coded *of = code(&c, j, text);
    assert_true(of[0].undecided && of[1].undecided && !of[2].undecided && c.undecided);
    assert_false(coded_has(&of[1]));
    of = code(&c, j, "aa"); // and the next text is decided again
    assert_true(coded_has(&of[1]) && !c.undecided);
    coding_done(&c);
    journey_free(j);
    free(text);
}

static void a_long_text_is_read_up_to_its_limit_only(void **state)
{
    enum { N = 65536 };
    char *text = malloc(N + 20);
    struct coding c = {0};
    (void)state;
    assert_non_null(text);
    memset(text, ' ', N + 20);
    memcpy(text + N - 5, "price", 5);
    memcpy(text + N + 3, "price", 6);
    struct journey *j = themes_of("<theme id=\"price\"><include>price</include></theme>");
    assert_int_equal(code(&c, j, text)[0].affirmed, 1);
    coding_done(&c);
    journey_free(j);
    free(text);
}

static void samples_say_what_was_found_instead(void **state)
{
    struct codebook_result r = {0};
    struct diag *d = diag_new();
    (void)state;
    struct journey *j = themes_of("<theme id=\"price\"><include>\\bprice\\b</include><sample text=\"No price.\" negated=\"price\"/><sample text=\"prices\"/></theme>\n"
                                  "<theme id=\"speed\"><include>\\bslow\\b</include></theme><theme id=\"ease\"/>\n<sample text=\"A price.\" not=\"price\" has=\"speed\"/>");
    assert_int_equal(codebook_check(j, &r, d), VOC_E_CHECK);
    assert_int_equal(r.samples, 3);
    assert_int_equal(r.expectations, 4);
    assert_int_equal(r.failed, 3);
    assert_int_equal(r.bare, 1); // no sample shows what `ease` means
    diag_free(d);
    journey_free(j);
}

static void a_pattern_that_matches_nothing_is_refused(void **state)
{
    struct diag *d = diag_new();
    (void)state;
    assert_null(journey_with("<theme id=\"price\"><include>(price)?</include></theme>", "", d, VOC_E_OPTION));
    diag_free(d);
}

static void needs_know_their_themes_acts_and_questions(void **state)
{
    (void)state;
    struct journey *j = journey_with("<theme id=\"price\"><include>price</include></theme><theme id=\"proof\"><include>proof</include></theme>",
                                     "<needs><need id=\"figures\" title=\"Figures\"><said theme=\"proof\"/><said theme=\"price\"/><sought><event action=\"calculate\"/></sought>"
                                     "<asked importance=\"q1\" satisfaction=\"q2\"/></need><need id=\"rest\"/></needs>", NULL, VOC_OK);
    assert_int_equal(j->n_needs, 2);
    assert_int_equal(j->needs[0].said.n, 2);
    assert_int_equal(j->needs[0].said.at[0], 1);
    assert_int_equal(j->needs[0].said.at[1], 0);
    assert_int_equal(j->needs[0].sought->kind, PRED_EVENT);
    assert_null(j->needs[1].sought);
    assert_true(str_is(j->needs[0].asked[0].satisfaction, "q2"));
    assert_true(str_is(j->needs[1].title, "rest"));
    journey_free(j);
}

static voc_rc code_once(void *user)
{
    struct coding c = {0};
    const struct journey *j = user;
    voc_rc rc = codebook_code(&c, j->themes, j->n_themes, STR("no price\n> price\nprice"));
    coding_done(&c);
    return rc;
}

static void memory_that_runs_out_is_said(void **state)
{
    (void)state;
    struct journey *j = themes_of("<theme id=\"price\"><include>price</include></theme>");
    (void)fail_each_allocation(code_once, j);
    journey_free(j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sentences_of_the_reference_have_their_codes),
        cmocka_unit_test(a_cue_negates_what_is_within_three_words_of_the_same_clause),
        cmocka_unit_test(what_made_the_difference_is_given_with_its_place),
        cmocka_unit_test(an_exclusion_takes_out_what_it_covers_and_no_more),
        cmocka_unit_test(a_mention_of_a_child_is_one_of_its_parents),
        cmocka_unit_test(what_is_quoted_is_never_counted),
        cmocka_unit_test(a_limit_that_is_hit_is_neither_yes_nor_no),
        cmocka_unit_test(a_long_text_is_read_up_to_its_limit_only),
        cmocka_unit_test(samples_say_what_was_found_instead),
        cmocka_unit_test(a_pattern_that_matches_nothing_is_refused),
        cmocka_unit_test(needs_know_their_themes_acts_and_questions),
        cmocka_unit_test(memory_that_runs_out_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
