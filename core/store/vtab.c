// SPDX-License-Identifier: MIT
// Eponymous virtual tables (event, journey, unit): SELECT ... FROM event works without anything in the file's schema. Rows
// are numbered 0..n-1, and the number is the rowid. A table is opened at its first use in a statement. Read-only.
#include "store/vtab.h"

struct vtab {
    sqlite3_vtab base;
    struct sql_module *module; // borrows
};
struct cursor {
    sqlite3_vtab_cursor base;
    uint64_t row, end;
};

static int status(struct sql_module *m, voc_rc rc)
{
    if (rc == VOC_OK) return SQLITE_OK;
    m->p->sql_rc = rc;
    return rc == VOC_E_NOMEM ? SQLITE_NOMEM : rc == VOC_CANCELLED ? SQLITE_INTERRUPT : SQLITE_ABORT;
}

static int vtab_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **error)
{
    struct sql_module *m = aux;
    struct buf sql;
    (void)argc, (void)argv;
    buf_init(&sql, 65536);
    (void)buf_cstr(&sql, "CREATE TABLE x(");
    for (size_t i = 0; m->table->columns[i]; i++) {
        if (i) (void)buf_cstr(&sql, ", ");
        (void)buf_byte(&sql, '"');
        (void)buf_cstr(&sql, m->table->columns[i]); // names are constants of the program
        (void)buf_byte(&sql, '"');
    }
    (void)buf_byte(&sql, ')');
    struct vtab *v = sql.rc == VOC_OK ? sqlite3_malloc((int)sizeof *v) : NULL;
    m->p->declaring = true;
    int rc = v ? sqlite3_declare_vtab(db, sql.ptr) : SQLITE_NOMEM;
    m->p->declaring = false;
    buf_done(&sql);
    if (rc != SQLITE_OK) {
        *error = sqlite3_mprintf("%s", sqlite3_errmsg(db));
        sqlite3_free(v);
        return rc;
    }
    *v = (struct vtab){.module = m};
    *out = &v->base;
    return SQLITE_OK;
}

static int vtab_disconnect(sqlite3_vtab *v)
{
    sqlite3_free(v);
    return SQLITE_OK;
}

// Only "rowid = ?" is taken; everything else SQLite filters itself.
static int vtab_best(sqlite3_vtab *v, sqlite3_index_info *info)
{
    struct sql_module *m = ((struct vtab *)(void *)v)->module;
    info->idxNum = 0;
    info->estimatedCost = m->opened ? (double)m->n_rows + 1.0 : 1e6;
    for (int i = 0; i < info->nConstraint; i++) {
        if (!info->aConstraint[i].usable || info->aConstraint[i].iColumn != -1 || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
        info->aConstraintUsage[i].argvIndex = 1;
        info->idxNum = 1;
        info->estimatedCost = 1.0;
        info->estimatedRows = 1;
        info->idxFlags = SQLITE_INDEX_SCAN_UNIQUE;
        break;
    }
    return SQLITE_OK;
}

static int vtab_open(sqlite3_vtab *v, sqlite3_vtab_cursor **out)
{
    (void)v;
    struct cursor *c = sqlite3_malloc((int)sizeof *c);
    if (!c) return SQLITE_NOMEM;
    *c = (struct cursor){.row = 0};
    *out = &c->base;
    return SQLITE_OK;
}

static int vtab_close(sqlite3_vtab_cursor *c)
{
    sqlite3_free(c);
    return SQLITE_OK;
}

static struct sql_module *module_of(sqlite3_vtab_cursor *c)
{
    return ((struct vtab *)(void *)c->pVtab)->module;
}

static int vtab_filter(sqlite3_vtab_cursor *base, int idx, const char *name, int argc, sqlite3_value **argv)
{
    struct cursor *c = (struct cursor *)(void *)base;
    struct sql_module *m = module_of(base);
    (void)name, (void)argc;
    if (m->opened != m->p->statement) {
        voc_rc rc = m->table->open(m->table->user, &m->n_rows);
        if (rc != VOC_OK) return status(m, rc);
        m->opened = m->p->statement;
    }
    c->row = 0;
    c->end = m->n_rows;
    if (idx == 1) { // SQLite compares again, so a value that is not a whole number finds nothing
        int64_t want = sqlite3_value_int64(argv[0]);
        bool there = want >= 0 && (uint64_t)want < m->n_rows;
        c->row = there ? (uint64_t)want : 0;
        c->end = there ? c->row + 1 : 0;
    }
    return SQLITE_OK;
}

static int vtab_next(sqlite3_vtab_cursor *base)
{
    ((struct cursor *)(void *)base)->row++;
    return SQLITE_OK;
}

static int vtab_eof(sqlite3_vtab_cursor *base)
{
    const struct cursor *c = (const struct cursor *)(void *)base;
    return c->row >= c->end;
}

static int vtab_column(sqlite3_vtab_cursor *base, sqlite3_context *cx, int column)
{
    const struct cursor *c = (const struct cursor *)(void *)base;
    struct sql_module *m = module_of(base);
    voc_cell cell = {0};
    voc_rc rc = m->table->cell(m->table->user, c->row, (unsigned)column, &cell);
    if (rc != VOC_OK) return status(m, rc);
    switch (cell.type) {
    case VOC_CELL_NA: sqlite3_result_null(cx); break;
    case VOC_CELL_TEXT: sqlite3_result_text64(cx, cell.s.len ? cell.s.ptr : "", cell.s.len, SQLITE_TRANSIENT, SQLITE_UTF8); break;
    case VOC_CELL_REAL:
    case VOC_CELL_SHARE:
    case VOC_CELL_RANGE: sqlite3_result_double(cx, cell.r); break;
    default: sqlite3_result_int64(cx, cell.i); break;
    }
    return SQLITE_OK;
}

static int vtab_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)((const struct cursor *)(const void *)base)->row;
    return SQLITE_OK;
}

static const sqlite3_module MODULE = { // no xCreate: eponymous only
    .iVersion = 1, .xConnect = vtab_connect, .xBestIndex = vtab_best, .xDisconnect = vtab_disconnect, .xOpen = vtab_open, .xClose = vtab_close,
    .xFilter = vtab_filter, .xNext = vtab_next, .xEof = vtab_eof, .xColumn = vtab_column, .xRowid = vtab_rowid,
};

voc_rc store_sql_table(struct project *p, const struct sql_table *t)
{
    struct sql_module *m = mem_zalloc(1, sizeof *m);
    if (!m) return VOC_E_NOMEM;
    *m = (struct sql_module){.p = p, .table = t, .next = p->modules};
    int rc = sqlite3_create_module_v2(p->db, t->name, &MODULE, m, NULL);
    if (rc != SQLITE_OK) {
        mem_free(m);
        return db_fail(p, rc, "a virtual table cannot be made");
    }
    p->modules = m;
    return VOC_OK;
}

void sql_modules_free(struct project *p)
{
    while (p->modules) {
        struct sql_module *m = p->modules;
        p->modules = m->next;
        mem_free(m);
    }
}
