// SPDX-License-Identifier: MIT
// Reference tables, told row by row. A row's cells are a JSON object (host/coding/coding_attrs.c), which SQLite takes apart.
#include "store/references.h"

#include "store/project.h"

static const char SELECT_TABLES[] =
    "SELECT r.name, count(*), min(r.from_us), max(r.from_us), (SELECT group_concat(x.source, ', ') FROM (SELECT DISTINCT i.source FROM reference AS o"
    " JOIN import AS i ON i.number = o.import WHERE o.name = r.name ORDER BY 1) AS x) FROM reference AS r GROUP BY r.name ORDER BY r.name";
static const char SELECT_CELLS[] =
    "SELECT r.id, r.from_us, r.until_us, r.resolution, r.line, i.source, i.file_name, c.key, c.type, c.atom FROM reference AS r"
    " JOIN import AS i ON i.number = r.import JOIN json_each(r.cells) AS c WHERE r.name = ? ORDER BY r.from_us, i.source, r.record, r.sub, r.id, c.id";

voc_rc store_tables(struct project *p, voc_rc (*each)(void *user, const struct store_table *t), void *user)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_TABLES);
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        struct store_table t = {.name = db_text(s, 0), .rows = (uint64_t)sqlite3_column_int64(s, 1), .first_us = db_int_or_na(s, 2),
                                .last_us = db_int_or_na(s, 3), .sources = db_text(s, 4)};
        rc = each(user, &t);
    }
    db_done(&s);
    return rc;
}

static uint32_t type_of(voc_str json)
{
    return str_is(json, "integer") ? VOC_CELL_INT : str_is(json, "real") ? VOC_CELL_REAL : str_is(json, "true") || str_is(json, "false") ? VOC_CELL_BOOL : VOC_CELL_TEXT;
}

voc_rc store_table_cells(struct project *p, voc_str name, voc_rc (*each)(void *user, const struct store_cell *c), void *user)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_CELLS);
    if (rc == VOC_OK) rc = db_bind(p, s, "t", name);
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        struct store_cell c = {.row = sqlite3_column_int64(s, 0), .from_us = db_int_or_na(s, 1), .until_us = db_int_or_na(s, 2),
                               .resolution = (uint32_t)sqlite3_column_int64(s, 3), .line = (uint64_t)sqlite3_column_int64(s, 4),
                               .source = db_text(s, 5), .file_name = db_text(s, 6), .key = db_text(s, 7),
                               .type = type_of(db_text(s, 8)), .integer = sqlite3_column_int64(s, 9),
                               .number = sqlite3_column_double(s, 9)};
        c.text = db_text(s, 9); // last: it may turn the number into text
        rc = each(user, &c);
    }
    db_done(&s);
    return rc;
}
