// SPDX-License-Identifier: MIT
// What to do about a statement that SQLite did not understand: the table or column that was meant, and what there is. Reads
// SQLite's own sentence, which has been the same for as long as it has had one; where it is another one, there is no hint.
#include "store/sql/sql_hint.h"

#include "store/sql/plain_views.h"
#include "store/sql/vtab.h"

#define NAMES_MAX 512u

static const char TABLES[] = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND "
                             "name NOT LIKE 'word!_index!_%' ESCAPE '!' ORDER BY name";
static const char COLUMNS[] = "SELECT name FROM pragma_table_xinfo(?)";

struct names { const char *at[NAMES_MAX + 1]; size_t n; struct arena arena; };

static void add(struct names *x, voc_str s)
{
    bool ok = true;
    voc_str copy = arena_str(&x->arena, s.ptr, s.len, &ok);
    if (ok && x->n < NAMES_MAX) x->at[x->n++] = copy.ptr;
}

// One text column of a statement of the store's own; t is bound if it has a parameter.
static void add_query(struct project *p, struct names *x, const char *sql, voc_str t)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v3(p->db, sql, -1, 0, &s, NULL) != SQLITE_OK) return;
    if (sqlite3_bind_parameter_count(s) == 1) (void)sqlite3_bind_text(s, 1, t.ptr, (int)t.len, SQLITE_TRANSIENT);
    while (sqlite3_step(s) == SQLITE_ROW) add(x, db_text(s, 0));
    db_done(&s);
}

static void all_tables(struct project *p, struct names *x)
{
    for (const struct sql_module *m = p->sql.modules; m; m = m->next) add(x, str_of(m->table->name)); // the last comes first
    for (size_t i = 0; i < x->n / 2; i++) {
        const char *other = x->at[i];
        x->at[i] = x->at[x->n - 1 - i];
        x->at[x->n - 1 - i] = other;
    }
    for (size_t i = 0; plain_view_name(i); i++) add(x, str_of(plain_view_name(i)));
    add_query(p, x, TABLES, (voc_str){"", 0});
}

static void columns_of(struct project *p, struct names *x, const char *table)
{
    for (const struct sql_module *m = p->sql.modules; m; m = m->next)
        if (strcmp(m->table->name, table) == 0) {
            for (size_t i = 0; m->table->columns[i]; i++) add(x, str_of(m->table->columns[i]));
            return;
        }
    add_query(p, x, COLUMNS, str_of(table));
}

static void list(struct buf *b, const struct names *x, size_t from)
{
    for (size_t i = from; i < x->n; i++) buf_printf(b, "%s%s", i > from ? ", " : "", x->at[i]);
}

// A table that an analysis made: its name has two parts.
static bool is_made(const struct project *p, const char *name)
{
    for (const struct sql_module *m = p->sql.modules; m; m = m->next)
        if (strcmp(m->table->name, name) == 0) return strchr(name, '_') != NULL;
    return false;
}

static void unknown_table(struct project *p, const char *name, struct buf *b)
{
    struct names x = {.n = 0};
    arena_init(&x.arena, 0);
    all_tables(p, &x);
    const char *near = str_nearest(str_of(name), x.at, x.n);
    if (near) buf_printf(b, "did you mean %s? ", near);
    buf_cstr(b, "the tables are ");
    size_t said = 0;
    for (size_t i = 0; i < x.n; i++) // those of analyses are many, and are told by each
        if (!is_made(p, x.at[i])) buf_printf(b, "%s%s", said++ ? ", " : "", x.at[i]);
    buf_cstr(b, "; and ANALYSIS_TABLE for each table of an analysis, such as score_touchpoints");
    arena_done(&x.arena);
}

// Text between double quotes is a name in SQL: what people mean by it is mostly a value.
static bool is_quoted(const char *sql, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = sql; (at = strstr(at, name)) != NULL; at++)
        if (at > sql && at[-1] == '"' && at[n] == '"') return true;
    return false;
}

static void unknown_column(struct project *p, const char *name, const char *sql, struct buf *b)
{
    if (is_quoted(sql, name)) {
        buf_printf(b, "a text stands between single quotes: '%s'", name);
        return;
    }
    struct names tables = {.n = 0}, x = {.n = 0};
    struct buf there;
    const char *dot = strrchr(name, '.');
    buf_init(&there, 65536);
    arena_init(&tables.arena, 0);
    arena_init(&x.arena, 0);
    all_tables(p, &tables);
    for (size_t i = 0; i < tables.n; i++) {
        size_t from = x.n;
        if (!sql_names(sql, tables.at[i])) continue;
        columns_of(p, &x, tables.at[i]);
        buf_printf(&there, "%s%s has ", there.len ? "; " : "", tables.at[i]);
        list(&there, &x, from);
    }
    const char *near = str_nearest(str_of(dot ? dot + 1 : name), x.at, x.n);
    if (near) buf_printf(b, "did you mean %s? ", near);
    if (there.len) buf_add(b, there.ptr, there.len);
    if (!there.len) buf_printf(b, "a text stands between single quotes: '%s'; the table is named with FROM", name);
    buf_done(&there);
    arena_done(&tables.arena);
    arena_done(&x.arena);
}

void sql_hint(struct project *p, const char *sql, const char *message, struct buf *b)
{
    static const char no_table[] = "no such table: ", no_column[] = "no such column: ", no_function[] = "no such function: ";
    if (strncmp(message, no_table, sizeof no_table - 1) == 0)
        unknown_table(p, message + sizeof no_table - 1, b);
    else if (strncmp(message, no_column, sizeof no_column - 1) == 0)
        unknown_column(p, message + sizeof no_column - 1, sql, b);
    else if (strncmp(message, no_function, sizeof no_function - 1) == 0)
        buf_cstr(b, "functions are those of SQLite: count, sum, avg, min, max, round, lower, substr, date, strftime ...");
    else if (strstr(message, "syntax error") || strstr(message, "incomplete input") || strstr(message, "no statement"))
        buf_cstr(b, "for example SELECT action, count(*) AS n FROM event WHERE actor = 'customer' GROUP BY action ORDER BY n DESC");
    else if (strstr(message, "one statement"))
        buf_cstr(b, "ask each in a voc sql of its own, or join them with UNION ALL");
    else if (strncmp(message, "ambiguous", 9) == 0)
        buf_cstr(b, "write the table before it: event.unit");
    else if (strstr(message, "only reading"))
        buf_cstr(b, "a project is changed by voc import and voc journey use; what you would write can mostly be asked with SELECT or WITH");
}
