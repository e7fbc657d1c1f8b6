// SPDX-License-Identifier: MIT
// Tables of analyses in SQL. The statement is looked through for words ANALYSIS_TABLE before it is prepared, because a table's
// columns are known only when the analysis has run. Names in SQL are made of [a-z0-9_]: a hyphen becomes a "_". A range gives
// three columns (name, name_lo, name_hi), money decimals, a duration seconds, a time ISO 8601 in UTC.
#include "cli/results.h"

#include <stdio.h>

#include "base/time.h"

#define RUNS_MAX 16u
#define COLUMN_MAX 512u

enum part { PART_WHOLE, PART_LOW, PART_HIGH };
struct shown { size_t column; enum part part; }; // what a column of SQL shows of a column of the table

struct result_table {
    struct results *owner;
    voc_table view;
    struct shown columns[COLUMN_MAX];
    uint8_t types[COLUMN_MAX];
    struct sql_table sql;
    struct result_table *next;
};

struct results {
    struct arena arena;
    struct fold_result run[RUNS_MAX];
    struct { const struct plugin *analysis; const voc_option *asks; } ran[RUNS_MAX];
    size_t n_runs;
    struct buf text; // what the last made-up text points to
    struct result_table *tables;
};

// ---- words of the statement -------------------------------------------------------------------------------------------------

static bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

static void lower(char *out, size_t size, const char *from, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len && n + 1 < size; i++)
        out[n++] = is_word(from[i]) ? (from[i] >= 'A' && from[i] <= 'Z' ? (char)(from[i] + 32) : from[i]) : '_';
    out[n] = 0;
}

// The next word at or after *at, in lower case; false at the end. Words in quotes are words as well.
static bool next_word(const char **at, char word[128])
{
    while (**at && !is_word(**at)) (*at)++;
    const char *from = *at;
    while (is_word(**at)) (*at)++;
    lower(word, 128, from, (size_t)(*at - from));
    return *at > from;
}

// ---- cells ---------------------------------------------------------------------------------------------------------------------

static voc_rc open_rows(void *user, uint64_t *n)
{
    *n = ((struct result_table *)user)->view.n_rows;
    return VOC_OK;
}

static voc_cell real_cell(double r) { return (voc_cell){.type = r == r ? VOC_CELL_REAL : VOC_CELL_NA, .r = r}; }

static voc_rc cell(void *user, uint64_t row, unsigned column, voc_cell *out)
{
    struct result_table *t = user;
    const struct shown *s = &t->columns[column];
    const voc_cell *c = &t->view.cells[row * t->view.n_columns + s->column];
    struct buf *text = &t->owner->text;
    switch (c->type) {
    case VOC_CELL_MONEY:
    case VOC_CELL_DURATION: *out = real_cell((double)c->i / 1e6); break;
    case VOC_CELL_RANGE: *out = real_cell(s->part == PART_LOW ? c->lo : s->part == PART_HIGH ? c->hi : c->r); break;
    case VOC_CELL_TIME:
        buf_clear(text);
        time_print(text, c->i, VOC_RES_SECOND);
        *out = (voc_cell){.type = VOC_CELL_TEXT, .s = str_mk(text->ptr ? text->ptr : "", text->len)};
        return text->rc;
    default: *out = *c; break;
    }
    return VOC_OK;
}

// What cell() makes of each kind of column.
static enum sql_type type_of(uint32_t cells)
{
    switch (cells) {
    case VOC_CELL_INT:
    case VOC_CELL_BOOL: return SQL_INTEGER;
    case VOC_CELL_TEXT:
    case VOC_CELL_TIME: return SQL_TEXT;
    default: return SQL_REAL;
    }
}

// ---- tables ----------------------------------------------------------------------------------------------------------------------

static const char *column_name(struct results *r, voc_str name, enum part part)
{
    static const char *const ends[] = {"", "_lo", "_hi"};
    char plain[128];
    lower(plain, sizeof plain, name.ptr, name.len);
    return arena_printf(&r->arena, "%s%s", plain, ends[part]);
}

static voc_rc add_table(struct results *r, struct project *p, const char *analysis, struct table *from)
{
    struct result_table *t = arena_alloc(&r->arena, sizeof *t);
    const char **names = arena_alloc(&r->arena, (COLUMN_MAX + 1) * sizeof *names);
    size_t n = 0;
    char name[128];
    if (!t || !names) return VOC_E_NOMEM;
    voc_rc rc = table_view(from, &t->view);
    for (size_t k = 0; k < t->view.n_columns && !rc; k++) {
        const voc_column *c = &t->view.columns[k];
        for (unsigned part = PART_WHOLE; part <= (c->type == VOC_CELL_RANGE ? PART_HIGH : PART_WHOLE) && n < COLUMN_MAX; part++) {
            t->columns[n] = (struct shown){k, (enum part)part};
            t->types[n] = (uint8_t)type_of(c->type);
            if (!(names[n++] = column_name(r, c->name, (enum part)part))) rc = VOC_E_NOMEM;
        }
    }
    names[n] = NULL;
    lower(name, sizeof name, t->view.name.ptr, t->view.name.len);
    t->owner = r;
    t->sql = (struct sql_table){arena_printf(&r->arena, "%s_%s", analysis, name), names, t->types, t, open_rows, cell};
    for (const struct result_table *o = r->tables; o; o = o->next)
        if (t->sql.name && strcmp(o->sql.name, t->sql.name) == 0) return rc; // made by an earlier run already
    t->next = r->tables;
    r->tables = t;
    if (!rc && !t->sql.name) rc = VOC_E_NOMEM;
    return rc ? rc : store_sql_table(p, &t->sql);
}

static bool has_run(const struct results *r, const struct plugin *a, const voc_option *asks)
{
    for (size_t i = 0; i < r->n_runs; i++)
        if (r->ran[i].analysis == a && r->ran[i].asks == asks) return true;
    return r->n_runs == RUNS_MAX;
}

// An option that is named like a table asks for it.
static const voc_option *option_for(const struct plugin *p, const char *table)
{
    for (size_t i = 0; i < p->desc->n_options; i++) {
        const voc_option *o = option_at(p->desc->options, p->desc->option_size, i);
        char name[128];
        lower(name, sizeof name, o->name, strlen(o->name));
        if (strcmp(name, table) == 0 && (o->type == VOC_OPT_LIST || o->type == VOC_OPT_BOOL)) return o;
    }
    return NULL;
}

static voc_rc run(struct results *r, struct cli *c, struct project *p, const struct journey *j, struct plugin *a, const char *plain,
                  const char *table)
{
    voc_rc rc = plugin_load(a, c->diag);
    const voc_option *asks = rc ? NULL : option_for(a, table);
    if (rc || has_run(r, a, asks)) return rc;
    struct option_given given = {.value = STR("all"), .has_value = true};
    if (asks) given.name = str_of(asks->name);
    if (asks && asks->type == VOC_OPT_BOOL) given.value = STR("yes");
    struct fold_result *result = &r->run[r->n_runs];
    rc = cli_fold(c, p, j, a->note.name, &given, asks ? 1 : 0, result);
    if (rc) return rc;
    r->ran[r->n_runs].analysis = a;
    r->ran[r->n_runs++].asks = asks;
    for (size_t i = 0; i < result->n_tables && !rc; i++) rc = add_table(r, p, plain, result->tables[i]);
    return rc;
}

voc_rc results_new(struct results **out, struct cli *c, struct project *p, const struct journey *j, const char *sql)
{
    struct results *r = mem_zalloc(1, sizeof *r);
    char word[128];
    if (!r) return VOC_E_NOMEM;
    *out = r;
    arena_init(&r->arena, 0);
    buf_init(&r->text, 4096);
    voc_rc rc = VOC_OK;
    while (!rc && next_word(&sql, word)) {
        if (!strchr(word, '_')) continue; // most queries name no analysis, and need no catalogue of plugins
        rc = cli_catalogue(c);
        for (size_t i = 0; !rc && i < catalogue_n(c->catalogue); i++) {
            struct plugin *a = catalogue_at(c->catalogue, i);
            char plain[64];
            lower(plain, sizeof plain, a->note.name, strlen(a->note.name));
            size_t len = strlen(plain);
            if (a->note.kind != VOC_KIND_ANALYSIS || a->refused || strncmp(word, plain, len) != 0 || word[len] != '_') continue;
            rc = run(r, c, p, j, a, plain, word + len + 1);
        }
    }
    return rc;
}

void results_free(struct results *r)
{
    if (!r) return;
    for (size_t i = 0; i < r->n_runs; i++) fold_free(&r->run[i]);
    buf_done(&r->text);
    arena_done(&r->arena);
    mem_free(r);
}
