// SPDX-License-Identifier: MIT
// An OCEL 2.0 log in SQLite (tables event, object, event_object, object_object, event_map_type, object_map_type, and one for each
// type) to OCEL 2.0 JSON, made while it is read. Each table is gone through once, in the order of `event` or `object`: all statements
// go forward together. A table whose rows stand in that order, as most programs write them, is read as it lies; of others SQLite
// finds the rows by an index, which it makes in memory if the table has none. Steps look at the interrupt.
#include "store/foreign/foreign.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/str.h"
#include "store/foreign/foreign_file.h"

#define TYPES_MAX 1000u
#define STEPS 100000
#define TEXT_MAX ((size_t)1 << 30) // of one event or object

struct reading { // a statement that goes forward; its first column is what it belongs to: its id as it lies, or its rowid
    sqlite3_stmt *s;
    bool row, joined;
};
struct kind { // the objects, or the events
    const char *thing, *types, *many; // "object", its map of types, the member that lists them
    const char *refers, *from, *to;   // the table of its relationships, and its columns
};
enum { N_KINDS = 2 };
struct foreign {
    sqlite3 *db;
    struct foreign_file file;
    const char *path;
    struct diag *d;
    struct buf out; // made, not given yet from at on
    size_t at;
    // where it is
    unsigned kind; // N_KINDS: at the end
    bool open, first;
    struct reading things, refers, type[TYPES_MAX]; // of the kind at hand
    char *name[TYPES_MAX];
    size_t n_types;
    // what is known of the order of rows
    bool ordered[N_KINDS], join_refers[N_KINDS], join_type[N_KINDS][TYPES_MAX];
};

static const struct kind kinds[N_KINDS] = {
    {"object", "object_map_type", "objects", "object_object", "ocel_source_id", "ocel_target_id"},
    {"event", "event_map_type", "events", "event_object", "ocel_event_id", "ocel_object_id"},
};

// ---- SQLite -----------------------------------------------------------------------------------------------------------------

static voc_rc fail(struct foreign *f, int rc)
{
    rc &= 0xff;
    if (rc == SQLITE_NOMEM) return VOC_E_NOMEM;
    if (rc == SQLITE_INTERRUPT) return VOC_CANCELLED;
    diag_error(f->d, "STORE-030", f->path, 0, "sqlite3 FILE .dump shows what it holds; export the log again, or as JSON",
               "this SQLite file cannot be read as an object-centric log: %s", sqlite3_errmsg(f->db));
    return VOC_E_INPUT;
}

static int stop(void *user)
{
    (void)user;
    return cancel_requested();
}

// Names are put in with %w, within quotes: they cannot be bound.
static voc_rc prepare(struct foreign *f, sqlite3_stmt **s, char *sql)
{
    int rc = sql ? sqlite3_prepare_v2(f->db, sql, -1, s, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return rc == SQLITE_OK ? VOC_OK : fail(f, rc);
}

static voc_rc step(struct foreign *f, struct reading *r)
{
    int rc = sqlite3_step(r->s);
    r->row = rc == SQLITE_ROW;
    return r->row || rc == SQLITE_DONE ? VOC_OK : fail(f, rc);
}

static voc_str text(sqlite3_stmt *s, int i)
{
    const unsigned char *p = sqlite3_column_text(s, i);
    return str_mk(p ? (const char *)p : "", p ? (size_t)sqlite3_column_bytes(s, i) : 0);
}

// Tables of rows that lie in the file: no views, and none that code makes.
static voc_rc is_table(struct foreign *f, const char *name, bool *yes)
{
    static const char SELECT[] = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ? AND sql NOT LIKE 'CREATE VIRTUAL%'";
    struct reading r = {NULL, false, false};
    voc_rc rc = prepare(f, &r.s, sqlite3_mprintf("%s", SELECT));
    if (rc == VOC_OK && sqlite3_bind_text(r.s, 1, name, -1, SQLITE_STATIC) != SQLITE_OK) rc = VOC_E_NOMEM;
    if (rc == VOC_OK) rc = step(f, &r);
    *yes = r.row;
    (void)sqlite3_finalize(r.s);
    return rc;
}

static voc_rc need_table(struct foreign *f, const char *name)
{
    bool yes = false;
    voc_rc rc = is_table(f, name, &yes);
    if (rc != VOC_OK || yes) return rc;
    diag_error(f->d, "STORE-031", f->path, 0, "OCEL 2.0 is read from SQLite; write an older one as JSON, and import that",
               "this SQLite file has no table %.100s, as an object-centric log (OCEL 2.0) has", name);
    return VOC_E_INPUT;
}

// ---- values -----------------------------------------------------------------------------------------------------------------

static void put_number(struct buf *b, double v)
{
    char s[40];
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(s, sizeof s, "%.*g", digits, v);
        if (strtod(s, NULL) == v) break;
    }
    buf_cstr(b, s);
    if (!strpbrk(s, ".e")) buf_cstr(b, ".0"); // a real number, as the column says
}

static void put_value(struct buf *b, sqlite3_stmt *s, int i)
{
    const int type = sqlite3_column_type(s, i);
    if (type == SQLITE_INTEGER) buf_printf(b, "%lld", (long long)sqlite3_column_int64(s, i));
    else if (type == SQLITE_FLOAT && isfinite(sqlite3_column_double(s, i))) put_number(b, sqlite3_column_double(s, i));
    else buf_json(b, text(s, i));
}

static bool is_own(const char *column) { return strncmp(column, "ocel_", 5) == 0; } // ocel_id, ocel_time, ocel_changed_field

static int column_of(sqlite3_stmt *s, const char *name)
{
    for (int i = 1; i < sqlite3_column_count(s); i++)
        if (strcmp(sqlite3_column_name(s, i), name) == 0) return i;
    return -1;
}

// By its column's declaration.
static const char *type_of(sqlite3_stmt *s, int i)
{
    static const struct { const char *declared, *type; } types[] = {{"INTEGER", "integer"}, {"REAL", "float"}, {"FLOAT", "float"}, {"DOUBLE", "float"}, {"BOOLEAN", "boolean"}, {"TIMESTAMP", "time"}};
    voc_str declared = str_of(sqlite3_column_decltype(s, i));
    for (size_t k = 0; k < sizeof types / sizeof *types; k++)
        if (str_ieq(declared, str_of(types[k].declared))) return types[k].type;
    return "string";
}

// ---- rows of a table that tell of things -------------------------------------------------------------------------------------

static void close_reading(struct reading *r)
{
    (void)sqlite3_finalize(r->s);
    *r = (struct reading){NULL, false, false};
}

// Does the row belong to the thing at hand? As it lies, where both ids are the same value.
static bool is_of(const struct foreign *f, const struct reading *r)
{
    sqlite3_stmt *x = f->things.s;
    if (!r->row) return false;
    if (r->joined) return sqlite3_column_int64(r->s, 0) == sqlite3_column_int64(x, 0);
    const int type = sqlite3_column_type(r->s, 0);
    return type != SQLITE_NULL && type == sqlite3_column_type(x, 1) && str_eq(text(r->s, 0), text(x, 1));
}

// Rows of `table`, whose column `key` names the thing: `columns` of each. type: only of things of this type, or NULL.
static voc_rc open_rows(struct foreign *f, const struct kind *k, struct reading *r, const char *columns, const char *table,
                        const char *key, const char *type)
{
    const bool joined = r->joined;
    char *sql =
        !joined ? sqlite3_mprintf("SELECT t.\"%w\", %s FROM \"%w\" AS t ORDER BY t.rowid", key, columns, table)
        : type ? sqlite3_mprintf("SELECT x.rowid, %s FROM \"%w\" AS x CROSS JOIN \"%w\" AS t ON t.\"%w\" = x.ocel_id WHERE "
                                 "x.ocel_type = '%q' ORDER BY x.rowid, t.rowid",
                                 columns, k->thing, table, key, type)
               : sqlite3_mprintf(
                     "SELECT x.rowid, %s FROM \"%w\" AS x CROSS JOIN \"%w\" AS t ON t.\"%w\" = x.ocel_id ORDER BY x.rowid, t.rowid",
                     columns, k->thing, table, key);
    voc_rc rc = prepare(f, &r->s, sql);
    return rc == VOC_OK ? step(f, r) : rc;
}

static voc_rc open_refers(struct foreign *f)
{
    const struct kind *k = &kinds[f->kind];
    char *columns = sqlite3_mprintf("t.\"%w\", t.ocel_qualifier", k->to);
    f->refers.joined = f->join_refers[f->kind];
    voc_rc rc = columns ? open_rows(f, k, &f->refers, columns, k->refers, k->from, NULL) : VOC_E_NOMEM;
    sqlite3_free(columns);
    return rc;
}

static voc_rc open_things(struct foreign *f)
{
    voc_rc rc = prepare(f, &f->things.s, sqlite3_mprintf("SELECT rowid, ocel_id, ocel_type FROM \"%w\" ORDER BY rowid", kinds[f->kind].thing));
    return rc == VOC_OK ? step(f, &f->things) : rc;
}

// ---- types --------------------------------------------------------------------------------------------------------------------

static void close_kind(struct foreign *f)
{
    for (size_t i = 0; i < f->n_types; i++) {
        close_reading(&f->type[i]);
        mem_free(f->name[i]);
        f->name[i] = NULL;
    }
    f->n_types = 0;
    close_reading(&f->things);
    close_reading(&f->refers);
}

// A type and its rows from the first on.
static voc_rc open_type(struct foreign *f, voc_str name, voc_str map)
{
    const struct kind *k = &kinds[f->kind];
    const size_t at = f->n_types;
    char *table = sqlite3_mprintf("%s_%.*s", k->thing, STR_ARG(map));
    voc_rc rc = table ? need_table(f, table) : VOC_E_NOMEM;
    if (rc == VOC_OK && (f->name[at] = mem_strndup(name.ptr, name.len)) == NULL) rc = VOC_E_NOMEM;
    f->n_types += rc == VOC_OK;
    f->type[at].joined = f->join_type[f->kind][at];
    if (rc == VOC_OK) rc = open_rows(f, k, &f->type[at], "t.*", table, "ocel_id", f->name[at]);
    sqlite3_free(table);
    return rc;
}

static voc_rc open_types(struct foreign *f)
{
    const struct kind *k = &kinds[f->kind];
    struct reading r = {NULL, false, false};
    voc_rc rc = prepare(f, &r.s, sqlite3_mprintf("SELECT rowid, ocel_type, ocel_type_map FROM \"%w\" ORDER BY rowid", k->types));
    if (rc == VOC_OK) rc = step(f, &r);
    while (rc == VOC_OK && r.row) {
        if (f->n_types == TYPES_MAX) {
            diag_error(f->d, "STORE-032", f->path, 0, NULL, "the log has more than %u types of %ss", TYPES_MAX, k->thing);
            rc = VOC_E_LIMIT;
        }
        if (rc == VOC_OK) rc = open_type(f, text(r.s, 1), text(r.s, 2));
        if (rc == VOC_OK) rc = step(f, &r);
    }
    close_reading(&r);
    return rc;
}

static void put_type(struct foreign *f, size_t at)
{
    sqlite3_stmt *s = f->type[at].s;
    buf_cstr(&f->out, at ? ",\n{\"name\":" : "\n{\"name\":");
    buf_json(&f->out, str_of(f->name[at]));
    buf_cstr(&f->out, ",\"attributes\":[");
    const char *between = "";
    for (int i = 1; i < sqlite3_column_count(s); i++) {
        if (is_own(sqlite3_column_name(s, i))) continue;
        buf_printf(&f->out, "%s{\"name\":", between);
        buf_json(&f->out, str_of(sqlite3_column_name(s, i)));
        buf_printf(&f->out, ",\"type\":\"%s\"}", type_of(s, i));
        between = ",";
    }
    buf_cstr(&f->out, "]}");
}

// ---- objects and events --------------------------------------------------------------------------------------------------------

// The row of its type's table: of an object each value from a time on, of an event its values.
static void put_row(struct foreign *f, sqlite3_stmt *s, bool object, const char **between)
{
    const int time = column_of(s, "ocel_time"), changed = object ? column_of(s, "ocel_changed_field") : -1;
    voc_str only = changed > 0 ? text(s, changed) : STR("");
    for (int i = 1; i < sqlite3_column_count(s); i++) {
        const char *name = sqlite3_column_name(s, i);
        const int type = sqlite3_column_type(s, i);
        if (is_own(name) || type == SQLITE_NULL || type == SQLITE_BLOB || (only.len && !str_is(only, name))) continue;
        buf_printf(&f->out, "%s{\"name\":", *between);
        buf_json(&f->out, str_of(name));
        if (object && time > 0 && sqlite3_column_type(s, time) != SQLITE_NULL) {
            buf_cstr(&f->out, ",\"time\":");
            buf_json(&f->out, text(s, time));
        }
        buf_cstr(&f->out, ",\"value\":");
        put_value(&f->out, s, i);
        buf_byte(&f->out, '}');
        *between = ",";
    }
}

static size_t type_named(const struct foreign *f, voc_str name)
{
    size_t i = 0;
    while (i < f->n_types && !str_is(name, f->name[i])) i++;
    return i;
}

static struct reading *rows_of_type(struct foreign *f)
{
    const size_t type = type_named(f, text(f->things.s, 2));
    return type < f->n_types ? &f->type[type] : NULL;
}

static voc_rc put_thing(struct foreign *f)
{
    const bool object = f->kind == 0;
    struct reading *r = rows_of_type(f);
    const char *between = "";
    voc_rc rc = VOC_OK;
    buf_cstr(&f->out, "\n{\"id\":");
    buf_json(&f->out, text(f->things.s, 1));
    buf_cstr(&f->out, ",\"type\":");
    buf_json(&f->out, text(f->things.s, 2));
    if (!object && r && is_of(f, r) && column_of(r->s, "ocel_time") > 0) {
        buf_cstr(&f->out, ",\"time\":");
        buf_json(&f->out, text(r->s, column_of(r->s, "ocel_time")));
    }
    buf_cstr(&f->out, ",\"attributes\":[");
    while (rc == VOC_OK && r && is_of(f, r)) {
        put_row(f, r->s, object, &between);
        rc = step(f, r);
    }
    buf_cstr(&f->out, "],\"relationships\":[");
    between = "";
    while (rc == VOC_OK && is_of(f, &f->refers)) {
        buf_printf(&f->out, "%s{\"objectId\":", between);
        buf_json(&f->out, text(f->refers.s, 1));
        buf_cstr(&f->out, ",\"qualifier\":");
        buf_json(&f->out, text(f->refers.s, 2));
        buf_byte(&f->out, '}');
        between = ",";
        rc = step(f, &f->refers);
    }
    buf_cstr(&f->out, "]}");
    return rc;
}

// Goes through all rows as they lie: those that are left over when the things are at their end stand in another order, or belong to
// none.
static voc_rc look_at_order(struct foreign *f)
{
    const unsigned k = f->kind;
    if (f->ordered[k]) return VOC_OK;
    voc_rc rc = open_types(f);
    if (rc == VOC_OK) rc = open_refers(f);
    if (rc == VOC_OK) rc = open_things(f);
    while (rc == VOC_OK && f->things.row) {
        struct reading *r = rows_of_type(f);
        while (rc == VOC_OK && r && is_of(f, r)) rc = step(f, r);
        while (rc == VOC_OK && is_of(f, &f->refers)) rc = step(f, &f->refers);
        if (rc == VOC_OK) rc = step(f, &f->things);
    }
    f->ordered[k] = rc == VOC_OK;
    f->join_refers[k] = f->refers.row;
    for (size_t i = 0; i < f->n_types; i++) f->join_type[k][i] = f->type[i].row;
    close_kind(f);
    return rc;
}

// ---- the whole ------------------------------------------------------------------------------------------------------------------

static voc_rc begin_kind(struct foreign *f)
{
    const struct kind *k = &kinds[f->kind];
    voc_rc rc = look_at_order(f);
    if (rc == VOC_OK) rc = open_types(f);
    if (rc == VOC_OK) rc = open_things(f);
    if (rc == VOC_OK) rc = open_refers(f);
    if (rc != VOC_OK) return rc;
    buf_printf(&f->out, "%s\"%sTypes\":[", f->kind == 0 ? "{" : "", k->thing);
    for (size_t i = 0; i < f->n_types; i++) put_type(f, i);
    buf_printf(&f->out, "],\n\"%s\":[", k->many);
    f->open = f->first = true;
    return VOC_OK;
}

static voc_rc make_more(struct foreign *f)
{
    voc_rc rc = VOC_OK;
    buf_clear(&f->out);
    f->at = 0;
    if (!f->open) {
        rc = begin_kind(f);
    } else if (f->things.row) {
        if (!f->first) buf_byte(&f->out, ',');
        f->first = false;
        rc = put_thing(f);
        if (rc == VOC_OK) rc = step(f, &f->things);
    } else {
        close_kind(f);
        f->open = false;
        buf_cstr(&f->out, ++f->kind == N_KINDS ? "]}\n" : "],\n");
    }
    if (rc == VOC_OK && f->out.rc == VOC_E_LIMIT) diag_error(f->d, "STORE-033", f->path, 0, NULL, "an event or object is larger than %zu MiB", TEXT_MAX >> 20);
    return rc != VOC_OK ? rc : f->out.rc;
}

voc_rc foreign_read(struct foreign *f, void *to, size_t size, size_t *got)
{
    voc_rc rc = VOC_OK;
    for (*got = 0; rc == VOC_OK && *got < size;) {
        const size_t left = f->out.len - f->at, n = left < size - *got ? left : size - *got;
        if (n > 0) memcpy((char *)to + *got, f->out.ptr + f->at, n);
        f->at += n;
        *got += n;
        if (f->at < f->out.len) continue;
        if (f->kind == N_KINDS) break;
        rc = make_more(f);
    }
    return rc;
}

void foreign_again(struct foreign *f)
{
    close_kind(f);
    buf_clear(&f->out);
    f->at = 0;
    f->kind = 0;
    f->open = false;
}

bool foreign_is_ocel(voc_str head)
{
    if (head.len < 100 || memcmp(head.ptr, "SQLite format 3", 16) != 0 || memcmp(head.ptr + 68, "Voc1", 4) == 0) return false;
    return memmem(head.ptr, head.len, "event_map_type", 14) != NULL;
}

voc_rc foreign_open(struct foreign **out, int fd, const void *bytes, size_t len, const char *path, struct diag *d)
{
    static const char *const tables[] = {"event", "object", "event_object", "object_object", "event_map_type", "object_map_type"};
    struct foreign *f = mem_zalloc(1, sizeof *f);
    if (!f) return VOC_E_NOMEM;
    f->path = path;
    f->d = d;
    f->file = (struct foreign_file){.fd = fd, .bytes = bytes, .size = len};
    buf_init(&f->out, TEXT_MAX);
    int code = foreign_file_open(&f->file, &f->db);
    voc_rc rc = code == SQLITE_OK ? VOC_OK : f->db ? fail(f, code) : VOC_E_NOMEM;
    if (rc == VOC_OK) sqlite3_progress_handler(f->db, STEPS, stop, NULL);
    for (size_t i = 0; i < sizeof tables / sizeof *tables && rc == VOC_OK; i++) rc = need_table(f, tables[i]);
    if (rc == VOC_OK) *out = f;
    else foreign_close(f);
    return rc;
}

void foreign_close(struct foreign *f)
{
    if (!f) return;
    close_kind(f);
    foreign_file_close(&f->file, f->db);
    buf_done(&f->out);
    mem_free(f);
}
