// SPDX-License-Identifier: MIT
// One read-only statement from the user. Three fences: the connection is told to query only, an authoriser lets nothing
// through but reading, and a statement that SQLite does not call read-only is refused. Errors show where they are.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include "store/sql/own_tables.h"
#include "store/sql/plain_views.h"
#include "store/sql/sql_hint.h"
#include "store/sql/vtab.h"

static const char QUERY_ONLY[] = "PRAGMA query_only = 1";
static const char QUERY_FREE[] = "PRAGMA query_only = 0";

// What there is; each is also a table, pragma_table_info and so on.
static const char *const pragmas[] = {"table_info",       "table_xinfo",   "table_list",    "index_list",     "index_info",  "index_xinfo",
                                      "foreign_key_list", "database_list", "function_list", "collation_list", "module_list", "compile_options"};

// What a statement of the user may do; FTS5 reads its own tables, and asks for their data version.
static int allow(void *user, int action, const char *a, const char *b, const char *database, const char *trigger)
{
    const struct project *p = user;
    (void)database, (void)trigger;
    if (p->sql.declaring) return SQLITE_OK; // SQLite parses a CREATE TABLE then, and runs nothing
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_FUNCTION: return b && str_ieq(str_of(b), STR("load_extension")) ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA:
        if (a && str_ieq(str_of(a), STR("data_version"))) return SQLITE_OK;
        for (size_t i = 0; i < sizeof pragmas / sizeof pragmas[0]; i++)
            if (a && str_ieq(str_of(a), str_of(pragmas[i]))) return SQLITE_OK;
        return SQLITE_DENY;
    default: return SQLITE_DENY;
    }
}

static voc_rc refuse(struct project *p, struct diag *d, const char *sql, int offset, const char *why)
{
    char message[300];
    struct buf hint;
    size_t line = 1, column = 1;
    (void)snprintf(message, sizeof message, "%s", why); // SQLite's own, which the hint's statements replace
    buf_init(&hint, 65536);
    (void)sqlite3_set_authorizer(p->db, NULL, NULL); // the statement is refused; what follows are the store's own
    sql_hint(p, sql, message, &hint);
    for (int i = 0; i < offset && sql[i]; i++) {
        column++;
        if (sql[i] == '\n') line++, column = 1;
    }
    int rest = offset < 0 ? 0 : (int)strcspn(sql + offset, "\n");
    if (offset < 0)
        diag_error(d, "SQL-001", NULL, 0, hint.len ? hint.ptr : NULL, "%s", message);
    else
        diag_error(d, "SQL-001", NULL, 0, hint.len ? hint.ptr : NULL, "%s (line %zu, column %zu, at \"%.*s\")", message, line, column, rest < 40 ? rest : 40, sql + offset);
    buf_done(&hint);
    return VOC_E_OPTION;
}

static int error_offset(sqlite3 *db)
{
#if SQLITE_VERSION_NUMBER >= 3038000
    return sqlite3_error_offset(db);
#else
    (void)db;
    return -1;
#endif
}

// SQLite looks whether a table takes changes before it asks whether they are allowed, and a virtual one takes none.
static bool changes_rows(sqlite3 *db, int rc)
{
    return rc == SQLITE_ERROR && strstr(sqlite3_errmsg(db), "may not be modified") != NULL;
}

static voc_rc prepare(struct project *p, sqlite3_stmt **out, const char *sql, struct diag *d)
{
    const char *tail = NULL;
    sqlite3_stmt *more = NULL;
    int rc = sqlite3_prepare_v3(p->db, sql, -1, 0, out, &tail);
    if (rc == SQLITE_NOMEM) return VOC_E_NOMEM;
    if (rc == SQLITE_AUTH || changes_rows(p->db, rc)) return refuse(p, d, sql, -1, "only reading is allowed: SELECT, and nothing that changes the project");
    if ((rc & 0xff) == SQLITE_ERROR) return refuse(p, d, sql, error_offset(p->db), sqlite3_errmsg(p->db));
    if (rc != SQLITE_OK) return db_fail(p, rc, "the statement cannot be prepared");
    if (!*out) return refuse(p, d, sql, -1, "there is no statement");
    if (!sqlite3_stmt_readonly(*out)) return refuse(p, d, sql, -1, "only reading is allowed");
    rc = sqlite3_prepare_v3(p->db, tail, -1, 0, &more, NULL);
    if (rc == SQLITE_OK && !more) return VOC_OK;
    db_done(&more);
    return rc == SQLITE_NOMEM ? VOC_E_NOMEM : refuse(p, d, sql, (int)(tail - sql), "one statement at a time");
}

// Digits after the point with which a number is shown whole, up to 15 significant ones.
static uint32_t digits_of(double r)
{
    char text[40];
    (void)snprintf(text, sizeof text, "%.15g", r);
    const char *point = strchr(text, '.');
    if (!point || strchr(text, 'e') || strchr(text, 'n')) return point || strchr(text, 'e') ? 6 : 1;
    return (uint32_t)strlen(point + 1);
}

static voc_rc hex_text(struct buf *out, voc_str blob)
{
    static const char digits[] = "0123456789abcdef";
    buf_clear(out);
    for (size_t i = 0; i < blob.len; i++) {
        (void)buf_byte(out, digits[(unsigned char)blob.ptr[i] >> 4]);
        (void)buf_byte(out, digits[(unsigned char)blob.ptr[i] & 15]);
    }
    return out->rc;
}

static voc_rc fill(sqlite3_stmt *s, int column, voc_cell *cell, struct buf *hex)
{
    *cell = (voc_cell){.type = VOC_CELL_NA, .s = {"", 0}};
    switch (sqlite3_column_type(s, column)) {
    case SQLITE_INTEGER:
        cell->type = VOC_CELL_INT;
        cell->i = sqlite3_column_int64(s, column);
        return VOC_OK;
    case SQLITE_FLOAT:
        cell->r = sqlite3_column_double(s, column);
        if (!isfinite(cell->r)) return VOC_OK; // NA
        cell->type = VOC_CELL_REAL;
        cell->digits = digits_of(cell->r);
        return VOC_OK;
    case SQLITE_TEXT:
        cell->type = VOC_CELL_TEXT;
        cell->s = db_text(s, column);
        return VOC_OK;
    case SQLITE_BLOB: { // hashes and files of a definition
        voc_rc rc = hex_text(hex, db_text(s, column));
        cell->type = VOC_CELL_TEXT;
        if (rc == VOC_OK && hex->len) cell->s = str_mk(hex->ptr, hex->len);
        return rc;
    }
    default: return VOC_OK;
    }
}

struct answer { // owns
    const char **names;
    voc_cell *cells;
    struct buf *hex;
    size_t n;
};

static voc_rc make_answer(struct answer *a, sqlite3_stmt *s)
{
    a->n = (size_t)sqlite3_column_count(s);
    a->names = mem_zalloc(a->n + 1, sizeof *a->names);
    a->cells = mem_zalloc(a->n + 1, sizeof *a->cells);
    a->hex = mem_zalloc(a->n + 1, sizeof *a->hex);
    if (!a->names || !a->cells || !a->hex) return VOC_E_NOMEM;
    for (size_t i = 0; i < a->n; i++) {
        buf_init(&a->hex[i], SIZE_MAX / 4);
        if (!(a->names[i] = sqlite3_column_name(s, (int)i))) return VOC_E_NOMEM;
    }
    return VOC_OK;
}

static void free_answer(struct answer *a)
{
    for (size_t i = 0; a->hex && i < a->n; i++) buf_done(&a->hex[i]);
    mem_free(a->hex);
    mem_free(a->names);
    mem_free(a->cells);
}

static voc_rc run(struct project *p, sqlite3_stmt *s, voc_rc (*head)(void *user, const char *const *names, size_t n),
                  voc_rc (*row)(void *user, const voc_cell *cells, size_t n), void *user, struct diag *d)
{
    struct answer a = {0};
    voc_rc rc = make_answer(&a, s);
    if (rc == VOC_OK) rc = head(user, a.names, a.n);
    while (rc == VOC_OK) {
        int got = sqlite3_step(s);
        if (got == SQLITE_DONE) break;
        if (p->sql.rc != VOC_OK) {
            rc = p->sql.rc;
        } else if (got == SQLITE_ROW) {
            for (size_t i = 0; rc == VOC_OK && i < a.n; i++) rc = fill(s, (int)i, &a.cells[i], &a.hex[i]);
            if (rc == VOC_OK) rc = row(user, a.cells, a.n);
        } else if ((got & 0xff) == SQLITE_ERROR) {
            diag_error(d, "SQL-001", NULL, 0, NULL, "%s", sqlite3_errmsg(p->db)); // a function refused its argument
            rc = VOC_E_OPTION;
        } else {
            rc = db_fail(p, got, "the statement failed");
        }
    }
    free_answer(&a);
    return rc;
}

static voc_rc own_ready(struct project *p)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; rc == VOC_OK && !p->sql.own && i < OWN_TABLES; i++) rc = store_sql_table_walk(p, own_tables[i].table, own_tables[i].walk);
    if (rc == VOC_OK) p->sql.own = true;
    return rc;
}

// SQLite declares such a table when a statement names it first, and the authoriser would take that for a CREATE TABLE of the user.
static void declare_pragmas(sqlite3 *db, const char *sql)
{
    char select[80];
    sqlite3_stmt *s = NULL;
    for (size_t i = 0; strcasestr(sql, "pragma_") && i < sizeof pragmas / sizeof *pragmas; i++) {
        (void)snprintf(select, sizeof select, "SELECT 1 FROM pragma_%s", pragmas[i]);
        (void)sqlite3_prepare_v3(db, select, -1, 0, &s, NULL); // where it fails, the statement of the user says why
        db_done(&s);
    }
}

voc_rc store_sql(struct project *p, const char *sql, voc_rc (*head)(void *user, const char *const *names, size_t n),
                 voc_rc (*row)(void *user, const voc_cell *cells, size_t n), void *user, struct diag *d)
{
    sqlite3_stmt *s = NULL;
    p->sql.statement++;
    p->sql.rc = VOC_OK;
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = own_ready(p);
    if (rc == VOC_OK) plain_views(p->db, sql);
    if (rc == VOC_OK) declare_pragmas(p->db, sql);
    if (rc == VOC_OK) rc = db_exec(p, QUERY_ONLY);
    if (rc != VOC_OK) return rc;
    (void)sqlite3_set_authorizer(p->db, allow, p);
    rc = prepare(p, &s, sql, d);
    if (rc == VOC_OK) rc = run(p, s, head, row, user, d);
    db_done(&s);
    (void)sqlite3_set_authorizer(p->db, NULL, NULL);
    if (sqlite3_exec(p->db, QUERY_FREE, NULL, NULL, NULL) != SQLITE_OK && rc == VOC_OK) rc = VOC_E_NOMEM;
    return rc;
}
