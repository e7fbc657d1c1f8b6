// SPDX-License-Identifier: MIT
// Words of names in eight languages; a sheet that is written and read back whatever stands in its cells; rows that are found
// again; amounts as people write them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/text.h"
#include "cli/worksheet/words.h"
#include "cli/worksheet/worksheet.h"

static void says(const char *name, const char *class_, enum ws_near near_)
{
    struct ws_words w;
    assert_int_equal(ws_words_of(&w, str_of(name), STR("")), VOC_OK);
    if (!w.act || strcmp(ws_class_names[w.class_], class_) != 0 || w.near_ != near_)
        fail_msg("%s: %s, %s", name, w.act ? ws_class_names[w.class_] : "nothing", ws_near_names[w.near_]);
}

static void says_nothing(const char *name)
{
    struct ws_words w;
    assert_int_equal(ws_words_of(&w, str_of(name), STR("")), VOC_OK);
    if (w.act) fail_msg("%s: %s by %s", name, ws_class_names[w.class_], w.word);
}

static void names_are_understood_in_eight_languages(void **state)
{
    (void)state;
    says("download_guide", "value", NEAR_INVESTIGATING);
    says("addToCart", "value", NEAR_CONSIDERING);
    says("Purchase", "value", NEAR_WON);
    says("Bestellung aufgegeben", "value", NEAR_WON);
    says("Angebotsanfrage", "value", NEAR_CONSIDERING);
    says("Newsletter-Abmeldung", "harm", NEAR_NONE);
    says("Téléchargement", "value", NEAR_INVESTIGATING);
    says("TÉLÉCHARGER", "value", NEAR_INVESTIGATING);
    says("commande passée", "value", NEAR_WON);
    says("pedido realizado", "value", NEAR_WON);
    says("Descargar folleto", "value", NEAR_INVESTIGATING);
    says("acquisto", "value", NEAR_WON);
    says("richiesta preventivo", "value", NEAR_CONSIDERING);
    says("página de erro", "trouble", NEAR_NONE);
    says("betaling", "value", NEAR_WON);
    says("inloggen", "passage", NEAR_NONE);
    says("zamówienie", "value", NEAR_WON);
    says("Błąd strony", "trouble", NEAR_NONE);
}

static void what_went_wrong_goes_before_what_went_well(void **state)
{
    (void)state;
    says("payment_error", "trouble", NEAR_NONE);
    says("cancel-order", "harm", NEAR_NONE);
    says("where is my order?", "trouble", NEAR_NONE);
    says("payment_details", "passage", NEAR_PURCHASING);
    says("email bounced", "undelivered", NEAR_NONE);
    says("unsubscribe", "harm", NEAR_NONE);
    says("ask-proposal", "value", NEAR_CONSIDERING); // two words before the one of "proposal"
}

static void parts_of_words_are_no_words(void **state)
{
    (void)state;
    says_nothing("T10 Determine necessity to stop indication");
    says_nothing("opensource");
    says_nothing("border");
    says_nothing("xq17");
    says_nothing("");
}

static void the_company_and_its_records_are_told_by_words(void **state)
{
    struct ws_words w;
    (void)state;
    assert_int_equal(ws_words_of(&w, STR("mail"), STR("Rechnung")), VOC_OK);
    assert_string_equal(w.function, "other");
    assert_int_equal(ws_words_of(&w, STR("email sent"), STR("")), VOC_OK);
    assert_int_equal(w.actor, VOC_ACTOR_COMPANY);
    assert_false(w.act);
    assert_int_equal(ws_words_of(&w, STR("Closed Lost"), STR("")), VOC_OK);
    assert_string_equal(w.outcome, "lost");
    assert_int_equal(ws_words_of(&w, STR("Negotiation/Review"), STR("")), VOC_OK);
    assert_string_equal(w.record, "negotiating");
}

// ---- sheets ---------------------------------------------------------------------------------------------------------------

static const char *const hostile[] = {"=1+1", "+41", "-x", "@y", "'=z", "''", "a,b;c\td", "a \"quoted\" one", "two\nlines", " blank ", "Grünhagen \xE2\x9C\x93", "001", "1e5", "|", "\xEF\xBB\xBFx"};
#define N_HOSTILE (sizeof hostile / sizeof *hostile)

static struct worksheet *sheet_of(const char *const *names, size_t n)
{
    struct worksheet *w = mem_zalloc(1, sizeof *w);
    arena_init(&w->arena, 0);
    assert_int_equal(vec_reserve(&w->rows, n, 1000), VOC_OK);
    for (size_t i = 0; i < n; i++) {
        struct ws_row r = {.action = str_of(names[i]), .where = str_of(names[n - 1 - i]), .by = WS_BY_TOUCHPOINT,
                           .name = str_of(names[n - 1 - i]), .recorded = VOC_ACTOR_COMPANY, .claim = VOC_NONE, .work = VOC_NONE,
                           .count = i + 1};
        for (size_t c = 0; c < WS_COLUMNS; c++) r.said[c] = r.cell[c] = r.reason[c] = STR("");
        r.examples = r.channel = r.owner = r.why = r.typed = STR("");
        r.cell[WS_GROUP] = str_of(names[i]);
        r.cell[WS_COST] = STR("1234.5");
        w->rows.at[w->rows.n++] = r;
    }
    return w;
}

static void write_file(const char *path, const void *data, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static struct ws_sheet *read_text(const char *text, voc_rc want)
{
    char path[] = "/tmp/voc-sheet-XXXXXX";
    struct ws_sheet *s = NULL;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    write_file(path, text, strlen(text));
    assert_int_equal(ws_read(&s, path, NULL), want);
    unlink(path);
    return s;
}

static void whatever_stands_in_a_cell_comes_back(void **state)
{
    static const char separators[] = {',', ';', '\t'};
    (void)state;
    for (size_t k = 0; k < sizeof separators; k++) {
        struct worksheet *w = sheet_of(hostile, N_HOSTILE);
        struct buf b;
        struct journey *j = NULL;
        buf_init(&b, 1 << 20);
        assert_int_equal(journey_none(&j, VOC_UNIT_CASE), VOC_OK);
        w->j = j;
        assert_int_equal(ws_write(&b, w, separators[k]), VOC_OK);
        struct ws_sheet *s = read_text(b.ptr, VOC_OK);
        assert_int_equal(s->lines.n, N_HOSTILE);
        assert_int_equal(ws_take(w, s, NULL), VOC_OK); // every row was found again
        for (size_t i = 0; i < N_HOSTILE; i++) {
            voc_str was = str_trim(str_of(hostile[i]));
            assert_true(w->rows.at[i].line > 0);
            assert_true(str_eq(w->rows.at[i].cell[WS_GROUP], was));
            assert_true(str_is(w->rows.at[i].cell[WS_COST], "1234.5"));
        }
        ws_sheet_free(s);
        journey_free(j);
        buf_done(&b);
        ws_free(w);
    }
}

static void no_cell_runs_as_a_formula(void **state)
{
    struct worksheet *w = sheet_of(hostile, 4);
    struct buf b;
    (void)state;
    buf_init(&b, 1 << 20);
    assert_int_equal(ws_write(&b, w, ','), VOC_OK);
    for (const char *p = b.ptr; *p; p++)
        if (p[0] == ',' || p[0] == '\n' || p[0] == '"') assert_null(memchr("=+@-", p[1], p[1] ? 4 : 0));
    buf_done(&b);
    ws_free(w);
}

static void amount(const char *typed, const char *want)
{
    static const char *const names[] = {"mail"};
    struct worksheet *w = sheet_of(names, 1);
    struct journey *j = NULL;
    char text[300];
    assert_int_equal(journey_none(&j, VOC_UNIT_CASE), VOC_OK);
    w->j = j;
    snprintf(text, sizeof text, "action;channel/campaign;recorded actor;cost\nmail;mail;company;\"%s\"\n", typed);
    struct ws_sheet *s = read_text(text, VOC_OK);
    voc_rc rc = ws_take(w, s, NULL);
    voc_str got = w->rows.at[0].cell[WS_COST];
    if (rc != (want ? VOC_OK : VOC_E_OPTION) || (want && !str_is(got, want))) fail_msg("\"%s\" was read as %.*s", typed, (int)got.len, got.ptr);
    ws_sheet_free(s);
    journey_free(j);
    ws_free(w);
}

static void amounts_are_read_as_people_write_them(void **state)
{
    (void)state;
    amount("8", "8");
    amount("8.5", "8.5");
    amount("8,5", "8.5");
    amount("0,40", "0.4");
    amount("1.234,50", "1234.5");
    amount("1,234.50", "1234.5");
    amount("1.234.567", "1234567");
    amount("1 234,5", "1234.5");
    amount("EUR 8", NULL);
    amount("\xE2\x82\xAC 8,20", "8.2");
    amount("", "");
    amount("-", "");
    amount("1.234", NULL); // thousands, or a fraction?
    amount("8. Mai", NULL);
    amount("-3", NULL);
    amount("1e3", NULL);
    amount(",", NULL);
    amount("9999999999999999999", NULL);
}

static void a_sheet_needs_the_columns_by_which_rows_are_found(void **state)
{
    (void)state;
    assert_null(read_text("", VOC_E_INPUT));
    assert_null(read_text("a,b\n1,2\n", VOC_E_OPTION));
    assert_null(read_text("action,channel/campaign,recorded actor\nmail,,company\n", VOC_E_OPTION)); // nothing to say
    struct ws_sheet *s = read_text("sep=;\r\nwhy;RECORDED ACTOR;Action ;cost;channel/campaign\r\n;company;mail;3;\r\n;;;;\r\n", VOC_OK);
    assert_int_equal(s->lines.n, 1);
    assert_int_equal(s->lines.at[0].line, 3);
    assert_true(str_is(s->lines.at[0].cell[WS_ACTION], "mail"));
    assert_true(str_is(s->lines.at[0].cell[WS_COST], "3"));
    ws_sheet_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_understood_in_eight_languages),
        cmocka_unit_test(what_went_wrong_goes_before_what_went_well),
        cmocka_unit_test(parts_of_words_are_no_words),
        cmocka_unit_test(the_company_and_its_records_are_told_by_words),
        cmocka_unit_test(whatever_stands_in_a_cell_comes_back),
        cmocka_unit_test(no_cell_runs_as_a_formula),
        cmocka_unit_test(amounts_are_read_as_people_write_them),
        cmocka_unit_test(a_sheet_needs_the_columns_by_which_rows_are_found),
    };
    if (text_icu_memory() != VOC_OK || xml_init() != VOC_OK) return 99;
    return cmocka_run_group_tests_name("worksheet", tests, NULL, NULL);
}
