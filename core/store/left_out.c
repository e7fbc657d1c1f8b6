// SPDX-License-Identifier: MIT
// What the imports left out, summed for people: by the rule that ignored a record, by the reason that rejected it. Texts
// borrow until the callback returns; a callback that fails ends the telling with its status.
#include "store/project.h"

static const char SELECT_IGNORED[] = "SELECT import, rule, records, 0 FROM ignored ORDER BY import, records DESC, rule";
// A reason quotes the value that it is about: reasons that agree up to the quotation mark are one, told by the first of them
// (SQLite gives bare columns from the row that has the minimum).
static const char SELECT_REJECTED[] =
    "SELECT import, reason, count(*), min(line) FROM reject GROUP BY import, code, CASE instr(reason, '\"') WHEN 0 THEN reason ELSE substr(reason, 1, instr(reason, '\"')) END"
    " ORDER BY import, count(*) DESC, min(line), reason";

static voc_rc tell(struct project *p, const char *query, voc_rc (*each)(void *user, const struct store_left_out *l), void *user)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = db_prepare(p, &s, query);
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        struct store_left_out x = {.import = sqlite3_column_int64(s, 0), .why = db_text(s, 1),
                                   .records = (uint64_t)sqlite3_column_int64(s, 2),
                                   .first_line = (uint64_t)sqlite3_column_int64(s, 3)};
        rc = each(user, &x);
    }
    db_done(&s);
    return rc;
}

voc_rc store_ignored(struct project *p, voc_rc (*each)(void *user, const struct store_left_out *l), void *user)
{
    return tell(p, SELECT_IGNORED, each, user);
}
voc_rc store_rejected(struct project *p, voc_rc (*each)(void *user, const struct store_left_out *l), void *user)
{
    return tell(p, SELECT_REJECTED, each, user);
}
