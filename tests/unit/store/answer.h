// SPDX-License-Identifier: MIT
// The answer to a statement as one text: names, then each row behind " / "; texts in quotes, "-" for NULL. Needs cmocka's
// headers before it.
#ifndef VOC_TESTS_UNIT_STORE_ANSWER_H
#define VOC_TESTS_UNIT_STORE_ANSWER_H
#include "tests/unit/store/rows.h"

struct answer { char text[4000]; size_t rows; voc_rc say; };

static inline voc_rc take_head(void *user, const char *const *names, size_t n)
{
    struct answer *a = user;
    a->text[0] = '\0';
    a->rows = 0;
    for (size_t i = 0; i < n; i++) (void)snprintf(a->text + strlen(a->text), sizeof a->text - strlen(a->text), "%s%s", i ? "," : "", names[i]);
    return VOC_OK;
}

static inline voc_rc take_row(void *user, const voc_cell *cells, size_t n)
{
    struct answer *a = user;
    for (size_t i = 0; i < n; i++) {
        char *to = a->text + strlen(a->text);
        size_t size = sizeof a->text - strlen(a->text);
        const char *separator = i ? "," : " / ";
        switch (cells[i].type) {
        case VOC_CELL_NA: (void)snprintf(to, size, "%s-", separator); break;
        case VOC_CELL_INT: (void)snprintf(to, size, "%s%lld", separator, (long long)cells[i].i); break;
        case VOC_CELL_REAL: (void)snprintf(to, size, "%s%.*f", separator, (int)cells[i].digits, cells[i].r); break;
        default: (void)snprintf(to, size, "%s'%.*s'", separator, (int)cells[i].s.len, cells[i].s.ptr); break;
        }
    }
    a->rows++;
    return a->say;
}

static inline void check_answer(struct project *p, const char *sql, const char *expected)
{
    struct answer a = {.say = VOC_OK};
    struct diag *d = diag_new();
    voc_rc rc = store_sql(p, sql, take_head, take_row, &a, d);
    if (rc != VOC_OK) fail_msg("%s: %d: %s", sql, (int)rc, diag_n(d) ? diag_at(d, 0)->message : "");
    assert_string_equal(a.text, expected);
    diag_free(d);
}
#endif
