// SPDX-License-Identifier: MIT
//
// Stage values by the absorbing chain of METHODS 3.10 against tests/truth/expected/sec03_attrib.json.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plugins/common/linear.h"
#include "tests/lib/close.h"
#include "tests/lib/csv.h"
#include "tests/lib/json.h"

#define STAGES 5

static const char *const stages[STAGES] = {"aware", "investigating", "seeking", "considering", "purchasing"};

static size_t stage_index(const char *name)
{
    size_t i = 0;
    while (i < STAGES && strcmp(stages[i], name) != 0)
        i++;
    return i;
}

static void stage_values_come_from_the_counted_moves(void **state)
{
    double moves[STAGES * STAGES] = {0}, win[STAGES] = {0}, lose[STAGES] = {0}, p[STAGES];
    double work[STAGES * (STAGES + 2)];
    unsigned char mark[2 * STAGES];
    size_t where = 0;
    (void)state;

    struct csv *in = csv_read_source("tests/truth/in/sec03_moves.csv");
    struct json *truth = json_read_source("tests/truth/expected/sec03_attrib.json");
    assert_non_null(in);
    const struct json *expected = json_get(truth, "stage_value");
    assert_non_null(expected);
    for (size_t i = 0; i < in->n_rows; i++) {
        size_t from = stage_index(csv_get(in, i, "from")), to = stage_index(csv_get(in, i, "to"));
        assert_true(from < STAGES);
        double n = csv_number(in, i, "count");
        if (to < STAGES)
            moves[from * STAGES + to] += n;
        else if (strcmp(csv_get(in, i, "to"), "won") == 0)
            win[from] += n;
        else
            lose[from] += n;
    }
    assert_true(linear_chain(p, moves, win, lose, STAGES, work, mark, &where));
    double margin = json_num(expected, "margin_per_win");
    for (size_t s = 0; s < STAGES; s++) {
        assert_close(p[s], json_num(json_get(expected, "p_win"), stages[s]), CLOSED_FORM);
        assert_close(p[s] * margin, json_num(json_get(expected, "value"), stages[s]), CLOSED_FORM);
        assert_close(((s + 1 < STAGES ? p[s + 1] : 1.0) - p[s]) * margin,
                     json_num(json_get(expected, "forward_move_value"), stages[s]), CLOSED_FORM);
    }
    csv_free(in);
    json_free(truth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(stage_values_come_from_the_counted_moves)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
