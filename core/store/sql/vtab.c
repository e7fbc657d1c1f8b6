// SPDX-License-Identifier: MIT
// Eponymous virtual tables (event, journey, unit): SELECT ... FROM event works without anything in the file's schema. Rows
// are numbered 0..n-1, and the number is the rowid. A table is opened at its first use in a statement. Read-only.
// A table that does not hold its rows has a walk: what a query reads, its limits and its order are handed down, in the string
// of xBestIndex: 16 hex digits for the columns, then for each limit two for the key and one for the operation. SQLite tests
// limits again (never `omit`), so one that cannot be used is just dropped.
#include <math.h>
#include <stdio.h>
#include "store/sql/vtab.h"

#define LIMITS_MAX 16u
#define ROWS_UNKNOWN 1e6 // of a table that was not opened yet
#define ROWS_AT_KEY 10.0 // of the rarest value
#define ORDER_MAX 4u      // columns that a walk is ordered by; each is four bits of the plan's number, and a bit behind them all
#define COLUMNS_DIGITS 16 // of the plan's text
enum { PLAN_ROW = 1, PLAN_LIMITS = 2, PLAN_ORDER = 4 /* bits from here on */, PLAN_DOWN = PLAN_ORDER + 4 * (int)ORDER_MAX }; // the plan's number

struct vtab {
    sqlite3_vtab base;
    struct sql_module *module; // borrows
};
struct cursor {
    sqlite3_vtab_cursor base;
    uint64_t at, end; // rows, where the table holds them
    void *scan;       // of the walk; owns
    bool more;        // the scan stands on a row
};

// In the project's own connection the reason goes past SQLite, through the diagnostics; a guest's stands in the statement's error.
static int status(struct vtab *v, voc_rc rc)
{
    struct sql_tables *all = v->module->all;
    if (rc == VOC_OK) return SQLITE_OK;
    all->rc = rc;
    if (rc == VOC_E_NOMEM) return SQLITE_NOMEM;
    if (rc == VOC_CANCELLED) return SQLITE_INTERRUPT;
    if (!all->why) return SQLITE_ABORT;
    sqlite3_free(v->base.zErrMsg);
    v->base.zErrMsg = sqlite3_mprintf("%s", all->why(all->user, rc));
    return rc == VOC_E_BUSY ? SQLITE_BUSY : SQLITE_ERROR;
}

static int vtab_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **error)
{
    static const char *const types[] = {[SQL_TEXT] = " TEXT", [SQL_INTEGER] = " INTEGER", [SQL_REAL] = " REAL"};
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
        if (m->table->types) (void)buf_cstr(&sql, types[m->table->types[i]]);
        if (m->walk && m->walk->first_hidden && i >= m->walk->first_hidden) (void)buf_cstr(&sql, " HIDDEN");
    }
    (void)buf_byte(&sql, ')');
    struct vtab *v = sql.rc == VOC_OK ? sqlite3_malloc((int)sizeof *v) : NULL;
    m->all->declaring = true;
    int rc = v ? sqlite3_declare_vtab(db, sql.ptr) : SQLITE_NOMEM;
    m->all->declaring = false;
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

static int limit_op(unsigned char op)
{
    switch (op) {
    case SQLITE_INDEX_CONSTRAINT_EQ: return SQL_EQUALS;
    case SQLITE_INDEX_CONSTRAINT_GT:
    case SQLITE_INDEX_CONSTRAINT_GE: return SQL_FROM;
    case SQLITE_INDEX_CONSTRAINT_LT:
    case SQLITE_INDEX_CONSTRAINT_LE: return SQL_TO;
    default: return -1;
    }
}

// The key that a constraint is about, or n_keys. A text that another collation compares is left to SQLite.
static size_t key_of(const struct sql_walk *w, sqlite3_index_info *info, int i)
{
    size_t k = 0;
    int op = limit_op(info->aConstraint[i].op);
    while (k < w->n_keys && (int)w->keys[k].column != info->aConstraint[i].iColumn) k++;
    if (k == w->n_keys || op < 0 || (op != SQL_EQUALS && !w->keys[k].range)) return w->n_keys;
    if (w->keys[k].text && sqlite3_stricmp(sqlite3_vtab_collation(info, i), "BINARY") != 0) return w->n_keys;
    return k;
}

// The order that SQLite asks for, as the upper bits of the plan's number; 0: it sorts by itself. Where a unit was given, its
// few rows are sorted faster than all.
static int order_of(const struct sql_walk *w, const sqlite3_index_info *info, bool jumps)
{
    int number = 0;
    if (info->nOrderBy < 1 || (unsigned)info->nOrderBy > ORDER_MAX) return 0;
    for (int i = 0; i < info->nOrderBy; i++) {
        size_t k = 0;
        while (k < w->n_keys && (int)w->keys[k].column != info->aOrderBy[i].iColumn) k++;
        if (k >= w->n_keys || k > 13 || w->keys[k].order == SQL_UNORDERED) return 0;
        if (info->aOrderBy[i].desc && w->keys[k].order != SQL_SORTS) return 0;
        if (jumps && (info->nOrderBy > 1 || w->keys[k].order != SQL_NATURAL)) return 0;
        number |= (int)(k + 1) << (PLAN_ORDER + 4 * i);
        if (info->aOrderBy[i].desc) number |= 1 << (PLAN_DOWN + i);
    }
    return number;
}

struct limits_text { char at[COLUMNS_DIGITS + 3 * LIMITS_MAX + 1]; size_t n; };

// A limit as the next argument of xFilter.
static void hand_down(struct limits_text *t, sqlite3_index_info *info, int i, size_t key)
{
    char *at = t->at + COLUMNS_DIGITS + 3 * t->n;
    at[0] = "0123456789abcdef"[key >> 4 & 15];
    at[1] = "0123456789abcdef"[key & 15];
    at[2] = (char)('0' + limit_op(info->aConstraint[i].op) % 10);
    at[3] = 0;
    t->n++;
    info->aConstraintUsage[i].argvIndex = (int)t->n + (info->idxNum & PLAN_ROW);
}

static int plan_text(struct limits_text *t, sqlite3_index_info *info)
{
    char columns[COLUMNS_DIGITS + 1];
    (void)snprintf(columns, sizeof columns, "%016llx", (unsigned long long)info->colUsed);
    memcpy(t->at, columns, COLUMNS_DIGITS);
    info->idxStr = sqlite3_mprintf("%s", t->at);
    info->needToFreeIdxStr = 1;
    return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

// A row that is walked costs a tenth of one that is given; finding the place of a walk costs a few rows.
static int best_walk(const struct sql_module *m, sqlite3_index_info *info)
{
    const struct sql_walk *w = m->walk;
    double rows = m->opened ? (double)m->n_rows + 1.0 : ROWS_UNKNOWN, walked = rows, given = rows;
    struct limits_text text = {.at = ""};
    bool jumps = false, one_row = info->idxNum & PLAN_ROW;
    for (int i = 0; i < info->nConstraint && text.n < LIMITS_MAX; i++) {
        size_t k = key_of(w, info, i);
        if (k == w->n_keys) continue;
        if (!info->aConstraint[i].usable) {
            if (w->keys[k].chooses) return SQLITE_CONSTRAINT;
            continue;
        }
        if (one_row && !w->keys[k].chooses) continue; // the row's number says it all
        hand_down(&text, info, i, k);
        double share = limit_op(info->aConstraint[i].op) == SQL_EQUALS ? w->keys[k].share : 0.5;
        given *= share;
        if (w->keys[k].jumps) walked *= share, jumps = true;
    }
    if (!one_row) {
        if (given < ROWS_AT_KEY) given = rows < ROWS_AT_KEY ? rows : ROWS_AT_KEY;
        if (walked < given) walked = given;
        info->estimatedRows = (sqlite3_int64)given + 1;
        info->estimatedCost = 5.0 + walked * 0.1 + given;
        int order = order_of(w, info, jumps);
        info->orderByConsumed = order != 0;
        info->idxNum |= order;
    }
    if (text.n) info->idxNum |= PLAN_LIMITS;
    return plan_text(&text, info);
}

static int best_plain(const struct sql_module *m, sqlite3_index_info *info)
{
    double rows = m->opened ? (double)m->n_rows + 1.0 : ROWS_UNKNOWN;
    if (info->idxNum & PLAN_ROW) return SQLITE_OK;
    info->estimatedRows = (sqlite3_int64)rows + 1;
    info->estimatedCost = 5.0 + rows * 1.1;
    return SQLITE_OK;
}

static int vtab_best(sqlite3_vtab *v, sqlite3_index_info *info)
{
    struct sql_module *m = ((struct vtab *)(void *)v)->module;
    info->idxNum = 0;
    for (int i = 0; i < info->nConstraint && !info->idxNum; i++) {
        if (!info->aConstraint[i].usable || info->aConstraint[i].iColumn != -1 || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
        info->aConstraintUsage[i].argvIndex = 1;
        info->idxNum = PLAN_ROW;
        info->estimatedCost = 1.0;
        info->estimatedRows = 1;
        info->idxFlags = SQLITE_INDEX_SCAN_UNIQUE;
    }
    return m->walk ? best_walk(m, info) : best_plain(m, info);
}

static int vtab_open(sqlite3_vtab *v, sqlite3_vtab_cursor **out)
{
    struct sql_tables *all = ((struct vtab *)(void *)v)->module->all;
    struct cursor *c = sqlite3_malloc((int)sizeof *c);
    if (!c) return SQLITE_NOMEM;
    *c = (struct cursor){.at = 0};
    *out = &c->base;
    if (all->cursors++ == 0 && all->begin) all->statement++;
    return SQLITE_OK;
}

static struct vtab *table_of(sqlite3_vtab_cursor *c)
{
    return (struct vtab *)(void *)c->pVtab;
}

static void scan_drop(struct sql_module *m, struct cursor *c)
{
    if (c->scan) m->walk->end(m->user, c->scan);
    c->scan = NULL;
    c->more = false;
}

static int vtab_close(sqlite3_vtab_cursor *c)
{
    struct sql_tables *all = table_of(c)->module->all;
    scan_drop(table_of(c)->module, (struct cursor *)(void *)c);
    sqlite3_free(c);
    if (--all->cursors == 0 && all->begun) {
        all->begun = false;
        all->end(all->user);
    }
    return SQLITE_OK;
}

// A value as a limit on a key. false: it says nothing that can be used; SQLite's rules of affinity may still make a number
// equal to a text, so types that differ are left to it.
static bool limit_of(const struct sql_key *key, enum sql_limit_op op, sqlite3_value *value, struct sql_limit *out)
{
    int type = sqlite3_value_type(value);
    *out = (struct sql_limit){.column = key->column, .op = op, .value = {.type = VOC_CELL_INT}};
    if (key->text) {
        if (type != SQLITE_TEXT) return false;
        const char *text = (const char *)sqlite3_value_text(value);
        if (!text) return false;
        out->value.type = VOC_CELL_TEXT;
        out->value.s = str_mk(text, (size_t)sqlite3_value_bytes(value));
        return true;
    }
    if (type == SQLITE_INTEGER) {
        out->value.i = sqlite3_value_int64(value);
        return true;
    }
    double r = type == SQLITE_FLOAT ? sqlite3_value_double(value) : 1e19;
    if (!(fabs(r) < 9e15) || (op == SQL_EQUALS && r != floor(r))) return false;
    out->value.i = (int64_t)(op == SQL_TO ? ceil(r) : floor(r)); // the wider of the two
    return true;
}

static unsigned hex_of(char digit) { return (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10); }

// Limits as the plan's text has them. *none: a value is NULL, which equals nothing and lies in no range.
static size_t limits_of(const struct sql_walk *w, const char *text, int argc, sqlite3_value **argv, struct sql_limit limits[LIMITS_MAX], bool *none)
{
    size_t n = 0;
    for (int i = 0; i < argc && (size_t)i < LIMITS_MAX; i++) {
        unsigned k = hex_of(text[3 * i]) * 16 + hex_of(text[3 * i + 1]), op = (unsigned)(text[3 * i + 2] - '0');
        *none = *none || sqlite3_value_type(argv[i]) == SQLITE_NULL;
        if (!*none && limit_of(&w->keys[k], (enum sql_limit_op)op, argv[i], &limits[n])) n++;
    }
    return n;
}

// The scan of a plan, on its first row.
static voc_rc scan_begin(struct sql_module *m, struct cursor *c, int idx, const char *text, int argc, sqlite3_value **argv)
{
    const struct sql_walk *w = m->walk;
    struct sql_limit limits[LIMITS_MAX];
    unsigned columns[ORDER_MAX], order = (unsigned)idx >> PLAN_ORDER & 0xFFFFu, down = (unsigned)idx >> PLAN_DOWN;
    struct sql_ask ask = {.limits = limits, .order = columns, .row = -1};
    bool none = false;
    for (int i = 0; i < COLUMNS_DIGITS; i++) ask.columns = ask.columns << 4 | hex_of(text[i]);
    for (; order && ask.n_order < ORDER_MAX; order >>= 4, down >>= 1)
        columns[ask.n_order++] = w->keys[(order & 15) - 1].column | (down & 1 ? SQL_DOWN : 0);
    if (ask.n_order == 1 && w->keys[0].column == columns[0] && w->keys[0].order == SQL_NATURAL) ask.n_order = 0;
    if (idx & PLAN_ROW) { // SQLite compares again, so a value that is not a whole number finds nothing
        ask.row = sqlite3_value_int64(argv[0]);
        none = ask.row < 0;
        argc--, argv++;
    }
    ask.n_limits = limits_of(w, text + COLUMNS_DIGITS, argc, argv, limits, &none);
    if (none) return VOC_OK;
    voc_rc rc = w->begin(m->user, &ask, &c->scan);
    return rc == VOC_OK ? w->next(m->user, c->scan, &c->more) : rc;
}

// A guest's tables are opened at each walk: another statement may have asked for more columns since.
static voc_rc ready(struct sql_module *m)
{
    struct sql_tables *all = m->all;
    if (m->opened == all->statement && !all->begin) return VOC_OK;
    voc_rc rc = all->begin && !all->begun ? all->begin(all->user) : VOC_OK;
    if (rc != VOC_OK) return rc;
    all->begun = all->begin != NULL;
    rc = m->table->open(m->user, &m->n_rows);
    if (rc == VOC_OK) m->opened = all->statement;
    return rc;
}

static int vtab_filter(sqlite3_vtab_cursor *base, int idx, const char *text, int argc, sqlite3_value **argv)
{
    struct cursor *c = (struct cursor *)(void *)base;
    struct vtab *v = table_of(base);
    struct sql_module *m = v->module;
    scan_drop(m, c);
    voc_rc rc = ready(m);
    if (rc != VOC_OK) return status(v, rc);
    if (m->walk) return status(v, scan_begin(m, c, idx, text, argc, argv));
    c->at = 0;
    c->end = m->n_rows;
    if (idx & PLAN_ROW) {
        int64_t want = sqlite3_value_int64(argv[0]);
        bool there = want >= 0 && (uint64_t)want < m->n_rows;
        c->at = there ? (uint64_t)want : 0;
        c->end = there ? c->at + 1 : 0;
    }
    return SQLITE_OK;
}

static int vtab_next(sqlite3_vtab_cursor *base)
{
    struct cursor *c = (struct cursor *)(void *)base;
    const struct sql_module *m = table_of(base)->module;
    if (c->scan) return status(table_of(base), m->walk->next(m->user, c->scan, &c->more));
    c->at++;
    return SQLITE_OK;
}

static int vtab_eof(sqlite3_vtab_cursor *base)
{
    const struct cursor *c = (const struct cursor *)(const void *)base;
    return table_of(base)->module->walk ? !c->more : c->at >= c->end;
}

static int vtab_column(sqlite3_vtab_cursor *base, sqlite3_context *cx, int column)
{
    const struct cursor *c = (const struct cursor *)(const void *)base;
    const struct sql_module *m = table_of(base)->module;
    voc_cell cell = {0};
    bool lasts = false;
    voc_rc rc = c->scan ? m->walk->cell(m->user, c->scan, (unsigned)column, &cell, &lasts) : m->table->cell(m->user, c->at, (unsigned)column, &cell);
    if (rc != VOC_OK) return status(table_of(base), rc);
    switch (cell.type) {
    case VOC_CELL_NA: sqlite3_result_null(cx); break;
    case VOC_CELL_TEXT:
        sqlite3_result_text64(cx, cell.s.len ? cell.s.ptr : "", cell.s.len, lasts ? SQLITE_STATIC : SQLITE_TRANSIENT, SQLITE_UTF8);
        break;
    case VOC_CELL_REAL:
    case VOC_CELL_SHARE:
    case VOC_CELL_RANGE: sqlite3_result_double(cx, cell.r); break;
    default: sqlite3_result_int64(cx, cell.i); break;
    }
    return SQLITE_OK;
}

static int vtab_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    const struct cursor *c = (const struct cursor *)(const void *)base;
    const struct sql_module *m = table_of(base)->module;
    uint64_t row = c->at;
    voc_rc rc = c->scan ? m->walk->number(m->user, c->scan, &row) : VOC_OK;
    *out = (sqlite3_int64)row;
    return status(table_of(base), rc);
}

static const sqlite3_module MODULE = { // no xCreate: eponymous only
    .iVersion = 1, .xConnect = vtab_connect, .xBestIndex = vtab_best, .xDisconnect = vtab_disconnect, .xOpen = vtab_open, .xClose = vtab_close,
    .xFilter = vtab_filter, .xNext = vtab_next, .xEof = vtab_eof, .xColumn = vtab_column, .xRowid = vtab_rowid,
};

int sql_module_add(struct sql_tables *all, const struct sql_table *t, const struct sql_walk *w, void (*done)(void *module))
{
    struct sql_module *m = mem_zalloc(1, sizeof *m);
    if (!m) return SQLITE_NOMEM;
    *m = (struct sql_module){.all = all, .table = t, .walk = w, .user = t->user ? t->user : all, .next = all->modules};
    all->modules = m;
    return sqlite3_create_module_v2(all->db, t->name, &MODULE, m, done);
}

voc_rc store_sql_table_walk(struct project *p, const struct sql_table *t, const struct sql_walk *w)
{
    int rc = sql_module_add(&p->sql, t, w, NULL);
    return rc == SQLITE_OK ? VOC_OK : db_fail(p, rc, "a virtual table cannot be made");
}

voc_rc store_sql_table(struct project *p, const struct sql_table *t) { return store_sql_table_walk(p, t, NULL); }

void sql_modules_free(struct sql_tables *all)
{
    questions_free(all->questions);
    while (all->modules) {
        struct sql_module *m = all->modules;
        all->modules = m->next;
        mem_free(m);
    }
}
