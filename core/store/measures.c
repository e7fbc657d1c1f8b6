// SPDX-License-Identifier: MIT
// Measures of one key, such as the answers to one question.
#include "store/measures.h"

#include <math.h>
#include <stdio.h>

#include "store/project.h"

static const char SELECT_MEASURES[] =
    "SELECT i.source, m.own_id, m.record, m.who, m.type, m.text, m.integer, m.number, m.unit, m.time_us FROM measure AS m LEFT JOIN import AS i ON i.number = m.import"
    " WHERE m.key = ? AND m.entity = 1 ORDER BY i.source, m.own_id, m.record, m.sub";
_Static_assert(VOC_ENTITY_INDIVIDUAL == 1, "as the statement has it");

voc_rc store_measures(struct project *p, voc_str key, voc_rc (*each)(void *user, const struct store_measure *m), void *user)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_MEASURES);
    if (rc == VOC_OK) rc = db_bind(p, s, "t", key);
    while (rc == VOC_OK) {
        char number[24];
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        struct store_measure m = {.source = db_text(s, 0), .response = db_text(s, 1), .text = db_text(s, 5), .unit = db_text(s, 8), .time_us = sqlite3_column_int64(s, 9), .number = NAN};
        if (m.response.len == 0) { // the record is one of its own
            (void)snprintf(number, sizeof number, "%lld", (long long)sqlite3_column_int64(s, 2));
            m.response = str_of(number);
        }
        const int64_t type = sqlite3_column_int64(s, 4), who = sqlite3_column_int64(s, 3);
        if (type == VOC_TYPE_INT) m.number = (double)sqlite3_column_int64(s, 6);
        else if (type == VOC_TYPE_REAL) m.number = sqlite3_column_double(s, 7);
        else if (!str_real(str_trim(m.text), &m.number)) m.number = NAN;
        if (who) rc = space_find(p, SPACE_ALIASES, (uint32_t)who, &m.customer);
        if (rc == VOC_OK) rc = each(user, &m);
    }
    db_done(&s);
    return rc;
}
