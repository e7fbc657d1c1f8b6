// SPDX-License-Identifier: MIT
// How far long work is: what is printed when, by the clock that tests set; what is guessed of the time left; names that would
// steer the terminal, and lines that do not fit it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/time.h"
#include "cli/progress.h"

static void at(const char *clock) // minutes and seconds
{
    char now[40];
    snprintf(now, sizeof now, "2024-01-01T00:%sZ", clock);
    setenv("VOC_NOW", now, 1);
    clock_env();
}

struct shown { char *text; size_t len; FILE *f; };

static void open_shown(struct shown *s, struct progress *p, enum progress_mode mode, unsigned width)
{
    s->f = open_memstream(&s->text, &s->len);
    assert_non_null(s->f);
    fflush(s->f); // text and len are there from now on
    progress_init(p, mode, s->f, width);
}

static void close_shown(struct shown *s, struct progress *p)
{
    progress_done(p);
    fclose(s->f);
    free(s->text);
}

static void a_plain_line_comes_every_ten_seconds(void **state)
{
    struct shown s;
    struct progress p;
    struct import_progress i = {.bytes = 25 << 20, .of = 100 << 20, .events = 1000000, .rejects = 0};
    (void)state;
    at("00:00");
    open_shown(&s, &p, PROGRESS_PLAIN, 0);
    progress_of(&p, "log.csv");
    at("00:09.9");
    progress_import(&p, &i);
    assert_int_equal(s.len, 0);
    at("00:10");
    progress_import(&p, &i);
    assert_string_equal(s.text, "voc: log.csv: 25 % of 100 MiB, 100,000 events a second, 31 seconds left\n");
    progress_import(&p, &i);
    at("00:19.9");
    progress_import(&p, &i);
    assert_int_equal(s.len, strlen("voc: log.csv: 25 % of 100 MiB, 100,000 events a second, 31 seconds left\n"));
    at("00:20");
    i.rejects = 1234;
    i.bytes = 50 << 20;
    progress_import(&p, &i);
    assert_non_null(strstr(s.text, "50 % of 100 MiB, 50,000 events a second, 1,234 not understood, 21 seconds left\n"));
    close_shown(&s, &p);
}

static void a_line_on_a_terminal_is_rewritten_at_most_ten_times_a_second_and_taken_away(void **state)
{
    struct shown s;
    struct progress p;
    struct fold_progress f = {FOLD_WALK, 1500, 40000};
    (void)state;
    at("00:00");
    open_shown(&s, &p, PROGRESS_LINE, 80);
    progress_of(&p, "score");
    at("00:00.4");
    progress_fold(&p, &f);
    assert_int_equal(s.len, 0); // short work shows nothing
    at("00:00.5");
    progress_fold(&p, &f);
    assert_string_equal(s.text, "\rscore: 1,500 of 40,000 journeys\033[K");
    size_t one = s.len;
    at("00:00.59");
    progress_fold(&p, &f);
    assert_int_equal(s.len, one);
    at("00:00.6");
    progress_fold(&p, &f);
    assert_int_equal(s.len, 2 * one);
    f = (struct fold_progress){FOLD_FINISH, 1, 3}; // announced at once
    progress_fold(&p, &f);
    assert_non_null(strstr(s.text, "\rscore: working out the results (2 of 3)\033[K"));
    progress_clear(&p);
    assert_string_equal(s.text + s.len - 4, "\r\033[K");
    size_t all = s.len;
    progress_clear(&p); // once
    assert_int_equal(s.len, all);
    close_shown(&s, &p);
}

static void a_line_fits_the_terminal_and_a_name_does_not_steer_it(void **state)
{
    struct shown s;
    struct progress p;
    struct import_progress i = {.bytes = 5 << 20, .events = 10};
    (void)state;
    at("00:00");
    open_shown(&s, &p, PROGRESS_LINE, 12);
    progress_of(&p, "\303\266l\033[2J\n.csv");
    at("00:01");
    progress_import(&p, &i);
    assert_string_equal(s.text, "\r\303\266l?[2J?.csv\033[K"); // 11 columns
    close_shown(&s, &p);
}

static void without_progress_nothing_is_printed(void **state)
{
    struct shown s;
    struct progress p;
    struct import_progress i = {.bytes = 5, .of = 10};
    (void)state;
    at("00:00");
    open_shown(&s, &p, PROGRESS_NONE, 80);
    at("59:00");
    progress_import(&p, &i);
    progress_clear(&p);
    progress_clear(NULL);
    fflush(s.f);
    assert_int_equal(s.len, 0);
    close_shown(&s, &p);
}

static void what_cannot_be_known_is_not_guessed(void **state)
{
    struct shown s;
    struct progress p;
    struct import_progress i = {.bytes = 3 << 20, .events = 600}; // a pipe: no end is known
    (void)state;
    at("00:00");
    open_shown(&s, &p, PROGRESS_PLAIN, 0);
    progress_of(&p, "stdin");
    at("01:00");
    progress_import(&p, &i);
    assert_string_equal(s.text, "voc: stdin: 3 MiB read, 10 events a second\n");
    at("02:00");
    i.phase = IMPORT_WRITE;
    progress_import(&p, &i);
    assert_non_null(strstr(s.text, "voc: stdin: 600 events read, putting them into the project\n"));
    close_shown(&s, &p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_line_comes_every_ten_seconds),
        cmocka_unit_test(a_line_on_a_terminal_is_rewritten_at_most_ten_times_a_second_and_taken_away),
        cmocka_unit_test(a_line_fits_the_terminal_and_a_name_does_not_steer_it),
        cmocka_unit_test(without_progress_nothing_is_printed),
        cmocka_unit_test(what_cannot_be_known_is_not_guessed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
