// SPDX-License-Identifier: MIT
// Options: every type and bound, what is refused and how it is said, who is named when a name is nearly right.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/regex.h"
#include "host/plugin/options.h"
#include "tests/unit/base/fault.h"

#define N(table) (sizeof(table) / sizeof *(table))

static const char *const colours[] = {"red", "green", "blue", NULL};
static const voc_option all[] = {
    {"flag", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "a flag"},
    {"count", VOC_OPT_INT, 0, "7", "-3", "10", NULL, "N", "a count"},
    {"share", VOC_OPT_REAL, 0, NULL, "0", "0.5", NULL, "R", "a share"},
    {"room", VOC_OPT_SIZE, 0, "64K", "1K", "2G", NULL, "SIZE", "a size"},
    {"window", VOC_OPT_DURATION, 0, "14d", "1h", "4w", NULL, "W", "a window"},
    {"label", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "TEXT", "a label"},
    {"colour", VOC_OPT_ENUM, 0, "green", NULL, NULL, colours, "C", "a colour"},
    {"pattern", VOC_OPT_REGEX, 0, "^a+$", NULL, NULL, NULL, "RE", "a pattern"},
    {"list-file", VOC_OPT_FILE, 0, NULL, NULL, NULL, NULL, "FILE", "a file"},
    {"zone", VOC_OPT_ZONE, 0, NULL, NULL, NULL, NULL, "ZONE", "a zone"},
    {"since", VOC_OPT_TIME, 0, NULL, "2000-01-01", "2030-01-01", NULL, "TIME", "a time"},
    {"names", VOC_OPT_LIST, 0, "a,b", NULL, NULL, NULL, "NAMES", "some names"},
};
enum { FLAG, COUNT, SHARE, ROOM, WINDOW, LABEL, COLOUR, PATTERN, LIST_FILE, ZONE, SINCE, NAMES };

struct world {
    struct arena arena;
    struct diag *diag;
    voc_value *values;
    voc_rc rc;
};

static void world_open(struct world *w)
{
    memset(w, 0, sizeof *w);
    arena_init(&w->arena, 0);
    w->diag = diag_new();
    assert_non_null(w->diag);
}

static void world_close(struct world *w)
{
    options_done(w->values, w->values ? N(all) : 0);
    diag_free(w->diag);
    arena_done(&w->arena);
}

static void parse_given(struct world *w, const struct option_given *given, size_t n)
{
    options_done(w->values, w->values ? N(all) : 0);
    w->values = NULL;
    w->rc = options_parse(&w->arena, all, N(all), sizeof *all, given, n, &w->values, w->diag);
}

// One option of the table `all`.
static const voc_value *parse(struct world *w, const char *name, const char *value)
{
    struct option_given g = {.name = str_of(name), .value = str_of(value), .has_value = value != NULL};
    parse_given(w, &g, 1);
    for (size_t i = 0; i < N(all); i++)
        if (strcmp(all[i].name, name) == 0) return w->rc ? NULL : &w->values[i];
    return NULL;
}

static const struct diag_msg *last(const struct world *w)
{
    assert_true(diag_n(w->diag) > 0);
    return diag_at(w->diag, diag_n(w->diag) - 1);
}

static void defaults_hold_where_nothing_was_given(void **state)
{
    struct world w;
    (void)state;
    world_open(&w);
    parse_given(&w, NULL, 0);
    assert_int_equal(w.rc, VOC_OK);
    for (size_t i = 0; i < N(all); i++) {
        assert_int_equal(w.values[i].type, all[i].type);
        assert_int_equal(w.values[i].set, 0);
    }
    assert_int_equal(w.values[COUNT].i, 7);
    assert_int_equal(w.values[ROOM].i, 65536);
    assert_int_equal(w.values[WINDOW].i, INT64_C(14) * 86400 * 1000000);
    assert_int_equal(w.values[COLOUR].i, 1);
    assert_true(str_is(w.values[COLOUR].s, "green"));
    assert_non_null(w.values[PATTERN].regex);
    assert_int_equal(w.values[NAMES].n_list, 2);
    assert_int_equal(w.values[LABEL].s.len, 0);
    world_close(&w);
}

static void every_type_reads_what_it_should(void **state)
{
    static const struct { const char *name, *value; int64_t i; } whole[] = {
        {"flag", "yes", 1}, {"flag", "TRUE", 1}, {"flag", "1", 1}, {"flag", "on", 1}, {"flag", "No", 0}, {"flag", "false", 0}, {"flag", "0", 0},
        {"flag", NULL, 1}, {"count", "-3", -3}, {"count", "10", 10}, {"count", "+4", 4}, {"room", "1024", 1024}, {"room", "2K", 2048},
        {"room", "3m", 3 << 20}, {"room", "2G", INT64_C(2) << 30}, {"window", "1h", INT64_C(3600000000)}, {"window", "4w", INT64_C(2419200000000)},
        {"window", "90m", INT64_C(5400000000)}, {"colour", "red", 0}, {"colour", "blue", 2}, {"since", "2024-07-01", INT64_C(1719792000000000)},
        {"since", "2024-07-01T02:00:00+02:00", INT64_C(1719792000000000)}};
    struct world w;
    (void)state;
    world_open(&w);
    for (size_t k = 0; k < N(whole); k++) {
        const voc_value *v = parse(&w, whole[k].name, whole[k].value);
        if (!v) fail_msg("%s %s: %s", whole[k].name, whole[k].value ? whole[k].value : "", last(&w)->message);
        assert_int_equal(v->set, 1);
        if (v->i != whole[k].i) fail_msg("%s %s: %lld", whole[k].name, whole[k].value ? whole[k].value : "", (long long)v->i);
    }
    const voc_value *v = parse(&w, "share", "2.5e-1");
    assert_non_null(v);
    assert_true(v->r == 0.25);
    v = parse(&w, "label", "");
    assert_non_null(v);
    assert_int_equal(v->set, 1);
    assert_int_equal(v->s.len, 0);
    v = parse(&w, "zone", "Europe/Berlin");
    assert_non_null(v);
    assert_true(str_is(v->s, "Europe/Berlin"));
    v = parse(&w, "pattern", "^b[0-9]+$");
    assert_non_null(v);
    assert_int_equal(regex_match(v->regex, STR("b17"), NULL, NULL), 1);
    assert_int_equal(regex_match(v->regex, STR("aaa"), NULL, NULL), 0);
    world_close(&w);
}

static void what_is_no_value_of_its_type_is_refused_by_name(void **state)
{
    static const struct { const char *name, *value; } wrong[] = {
        {"flag", "maybe"}, {"flag", ""}, {"count", "1.5"}, {"count", "ten"}, {"count", ""}, {"count", "99999999999999999999"}, {"share", "nan"},
        {"share", "inf"}, {"share", "1,5"}, {"share", ""}, {"room", "-1"}, {"room", "64Q"}, {"room", "K"}, {"room", "9999999999999G"}, {"window", "14"},
        {"window", "d"}, {"window", "-1d"}, {"window", "1 fortnight"}, {"colour", "Red"}, {"colour", ""}, {"pattern", "a("}, {"zone", "Mars/Olympus"},
        {"since", "yesterday"}, {"since", "2024-02-30"}, {"since", ""}};
    struct world w;
    (void)state;
    world_open(&w);
    for (size_t k = 0; k < N(wrong); k++) {
        size_t before = diag_n(w.diag);
        if (parse(&w, wrong[k].name, wrong[k].value)) fail_msg("%s \"%s\" is taken", wrong[k].name, wrong[k].value);
        assert_null(w.values);
        if (w.rc != VOC_E_OPTION) fail_msg("%s \"%s\": %s", wrong[k].name, wrong[k].value, rc_name(w.rc));
        if (diag_n(w.diag) == before && k < 18) fail_msg("%s \"%s\" is refused in silence", wrong[k].name, wrong[k].value);
    }
    world_close(&w);
}

static void bounds_are_part_of_what_is_allowed_and_are_told(void **state)
{
    static const struct { const char *name, *value; } outside[] = {{"count", "-4"}, {"count", "11"}, {"share", "-0.001"}, {"share", "0.50001"}, {"room", "1023"},
                                                                   {"room", "3G"}, {"window", "59m"}, {"window", "29d"}, {"since", "1999-12-31"}, {"since", "2030-01-02"}};
    struct world w;
    (void)state;
    world_open(&w);
    for (size_t k = 0; k < N(outside); k++) {
        if (parse(&w, outside[k].name, outside[k].value)) fail_msg("%s %s is taken", outside[k].name, outside[k].value);
        assert_int_equal(w.rc, VOC_E_OPTION);
        assert_non_null(strstr(last(&w)->message, outside[k].name));
        assert_non_null(strstr(last(&w)->message, "between"));
    }
    assert_non_null(parse(&w, "share", "0.5"));
    assert_non_null(parse(&w, "share", "0"));
    assert_non_null(parse(&w, "window", "1h"));
    world_close(&w);
}

static void a_wrong_choice_names_the_choices_and_the_nearest(void **state)
{
    struct world w;
    (void)state;
    world_open(&w);
    assert_null(parse(&w, "colour", "gren"));
    assert_non_null(strstr(last(&w)->message, "red, green, blue"));
    assert_non_null(strstr(last(&w)->message, "did you mean green?"));
    assert_null(parse(&w, "colour", "transparent"));
    assert_null(strstr(last(&w)->message, "did you mean"));
    world_close(&w);
}

static void an_unknown_option_names_the_nearest_or_all_of_them(void **state)
{
    struct world w;
    struct option_given near = {STR("widnow"), STR("1d"), true, "sources.xml", 12, NULL}, far = {.name = STR("qqqqqqqq"), .value = STR("1d"), .has_value = true};
    (void)state;
    world_open(&w);
    parse_given(&w, &near, 1);
    assert_int_equal(w.rc, VOC_E_OPTION);
    assert_string_equal(last(&w)->code, "OPTION-001");
    assert_string_equal(last(&w)->hint, "did you mean window?");
    assert_string_equal(last(&w)->file, "sources.xml");
    assert_int_equal(last(&w)->line, 12);
    parse_given(&w, &far, 1);
    assert_int_equal(w.rc, VOC_E_OPTION);
    assert_non_null(strstr(last(&w)->hint, "it has flag, count, share"));
    world_close(&w);
}

static void an_option_without_its_value_is_refused_unless_it_is_a_flag(void **state)
{
    struct world w;
    (void)state;
    world_open(&w);
    assert_null(parse(&w, "count", NULL));
    assert_string_equal(last(&w)->code, "OPTION-004");
    assert_non_null(parse(&w, "flag", NULL));
    world_close(&w);
}

static void a_required_option_must_be_given(void **state)
{
    static const voc_option one[] = {{"must", VOC_OPT_STRING, VOC_OPT_REQUIRED, NULL, NULL, NULL, NULL, "X", "it must"}};
    struct option_given g = {.name = STR("must"), .value = STR("x"), .has_value = true};
    struct world w;
    voc_value *v = NULL;
    (void)state;
    world_open(&w);
    assert_int_equal(options_parse(&w.arena, one, 1, sizeof *one, NULL, 0, &v, w.diag), VOC_E_OPTION);
    assert_null(v);
    assert_non_null(strstr(last(&w)->message, "must"));
    assert_int_equal(options_parse(&w.arena, one, 1, sizeof *one, &g, 1, &v, w.diag), VOC_OK);
    assert_true(str_is(v[0].s, "x"));
    world_close(&w);
}

static void the_last_of_two_equal_options_wins(void **state)
{
    struct world w;
    struct option_given twice[] = {{.name = STR("pattern"), .value = STR("^x$"), .has_value = true},
                                   {.name = STR("pattern"), .value = STR("^y$"), .has_value = true},
                                   {.name = STR("count"), .value = STR("1"), .has_value = true},
                                   {.name = STR("count"), .value = STR("2"), .has_value = true}};
    (void)state;
    world_open(&w);
    parse_given(&w, twice, N(twice));
    assert_int_equal(w.rc, VOC_OK);
    assert_int_equal(w.values[COUNT].i, 2);
    assert_int_equal(regex_match(w.values[PATTERN].regex, STR("y"), NULL, NULL), 1);
    world_close(&w);
}

static void a_list_is_cut_at_commas_and_at_any_blank(void **state)
{
    static const struct { const char *text; size_t n; } lists[] = {{"", 0}, {" , ", 0}, {"one", 1}, {"one,two", 2}, {" one  two ", 2}, {"a\tb\nc", 3}, {"a,b,c,d", 4}};
    struct world w;
    (void)state;
    world_open(&w);
    for (size_t k = 0; k < N(lists); k++) {
        const voc_value *v = parse(&w, "names", lists[k].text);
        assert_non_null(v);
        if (v->n_list != lists[k].n) fail_msg("\"%s\": %zu", lists[k].text, v->n_list);
        for (size_t i = 0; i < v->n_list; i++) assert_true(v->list[i].len > 0);
    }
    const voc_value *v = parse(&w, "names", "x, yy");
    assert_non_null(v);
    assert_true(str_is(v->list[0], "x"));
    assert_true(str_is(v->list[1], "yy"));
    world_close(&w);
}

static void a_list_that_is_given_again_goes_on(void **state)
{
    static const struct option_given twice[] = {{.name = VOC_LIT("names"), .value = VOC_LIT("x,y"), .has_value = true}, {.name = VOC_LIT("names"), .value = VOC_LIT(""), .has_value = true}, {.name = VOC_LIT("names"), .value = VOC_LIT("z"), .has_value = true}};
    struct world w;
    (void)state;
    world_open(&w);
    parse_given(&w, twice, N(twice));
    assert_int_equal(w.rc, VOC_OK);
    assert_int_equal(w.values[NAMES].n_list, 3); // the default is not part of it
    assert_true(str_is(w.values[NAMES].list[0], "x"));
    assert_true(str_is(w.values[NAMES].list[2], "z"));
    world_close(&w);
}

static void a_file_gives_its_content_and_nothing_but_a_regular_file_is_read(void **state)
{
    char dir[] = "/tmp/voc-options-XXXXXX", path[64], missing[64];
    struct world w;
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/words", dir);
    snprintf(missing, sizeof missing, "%s/none", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs("one\ntwo", f) >= 0);
    assert_int_equal(fclose(f), 0);
    world_open(&w);
    const voc_value *v = parse(&w, "list-file", path);
    assert_non_null(v);
    assert_true(str_is(v->s, "one\ntwo"));
    assert_null(parse(&w, "list-file", missing));
    assert_non_null(strstr(last(&w)->message, missing));
    assert_null(parse(&w, "list-file", dir));
    assert_non_null(strstr(last(&w)->message, "regular file"));
    world_close(&w);
    unlink(path);
    rmdir(dir);
}

// A newer plugin's entries are longer than the host's voc_option.
static void write_beside(const char *folder, const char *name, const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0 && fclose(f) == 0);
}

// The first ending of the table that is there, named like the input; never the input itself.
static void a_file_beside_the_input_is_found_by_its_name(void **state)
{
    (void)state;
    static const char *const endings[] = {"qsf", "sss", NULL};
    static const voc_option o = {.name = "structure", .type = VOC_OPT_FILE, .flags = VOC_OPT_BESIDE, .choices = endings};
    static const struct { const char *input, *found; } cases[] = {
        {"a.csv", "a.qsf"}, {"a.csv.gz", "a.qsf"}, {"b.asc", "b.sss"}, {"b", "b.sss"}, {"b.sss", NULL}, {"c.csv", NULL}, {"a.b.csv", NULL},
    };
    struct world w;
    char folder[] = "/tmp/voc-options-XXXXXX", path[300];
    assert_non_null(mkdtemp(folder));
    world_open(&w);
    write_beside(folder, "a.sss", "later");
    write_beside(folder, "a.qsf", "first");
    write_beside(folder, "b.sss", "only");
    for (size_t i = 0; i < N(cases); i++) {
        voc_value v = {.type = VOC_OPT_FILE};
        const char *found = NULL;
        snprintf(path, sizeof path, "%s/%s", folder, cases[i].input);
        assert_int_equal(options_beside(&w.arena, &o, path, &v, &found, w.diag), cases[i].found != NULL);
        if (cases[i].found) assert_string_equal(found, cases[i].found);
        assert_int_equal(v.set, 0);
        if (cases[i].found) assert_true(str_is(v.s, cases[i].found[0] == 'a' ? "first" : "only"));
    }
    for (size_t i = 0; i < 3; i++) {
        static const char *const names[] = {"a.sss", "a.qsf", "b.sss"};
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
    world_close(&w);
}

static void a_longer_stride_is_stepped_over(void **state)
{
    static const struct longer { voc_option o; const char *later; } table[] = {
        {{"first", VOC_OPT_INT, 0, "1", NULL, NULL, NULL, NULL, "one"}, "x"}, {{"second", VOC_OPT_INT, 0, "2", NULL, NULL, NULL, NULL, "two"}, "y"}};
    struct option_given g = {.name = STR("second"), .value = STR("5"), .has_value = true};
    struct world w;
    voc_value *v = NULL;
    (void)state;
    world_open(&w);
    assert_int_equal(options_parse(&w.arena, &table[0].o, 2, sizeof *table, &g, 1, &v, w.diag), VOC_OK);
    assert_int_equal(v[0].i, 1);
    assert_int_equal(v[1].i, 5);
    world_close(&w);
}

static voc_rc parse_all(void *user)
{
    static const struct option_given given[] = {{.name = {"names", 5}, .value = {"a b c", 5}, .has_value = true}, {.name = {"pattern", 7}, .value = {"^z$", 3}, .has_value = true}, {.name = {"label", 5}, .value = {"t", 1}, .has_value = true}};
    struct arena a;
    voc_value *v = NULL;
    (void)user;
    arena_init(&a, 0);
    voc_rc rc = options_parse(&a, all, N(all), sizeof *all, given, N(given), &v, NULL);
    options_done(v, v ? N(all) : 0);
    arena_done(&a);
    return rc;
}

static void memory_running_out_is_said_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(fail_each_allocation(parse_all, NULL) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_hold_where_nothing_was_given),
        cmocka_unit_test(every_type_reads_what_it_should),
        cmocka_unit_test(what_is_no_value_of_its_type_is_refused_by_name),
        cmocka_unit_test(bounds_are_part_of_what_is_allowed_and_are_told),
        cmocka_unit_test(a_wrong_choice_names_the_choices_and_the_nearest),
        cmocka_unit_test(an_unknown_option_names_the_nearest_or_all_of_them),
        cmocka_unit_test(an_option_without_its_value_is_refused_unless_it_is_a_flag),
        cmocka_unit_test(a_required_option_must_be_given),
        cmocka_unit_test(the_last_of_two_equal_options_wins),
        cmocka_unit_test(a_list_is_cut_at_commas_and_at_any_blank),
        cmocka_unit_test(a_list_that_is_given_again_goes_on),
        cmocka_unit_test(a_file_gives_its_content_and_nothing_but_a_regular_file_is_read),
        cmocka_unit_test(a_file_beside_the_input_is_found_by_its_name),
        cmocka_unit_test(a_longer_stride_is_stepped_over),
        cmocka_unit_test(memory_running_out_is_said_and_leaks_nothing),
    };
    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
