// SPDX-License-Identifier: MIT
// An OCEL 2.0 log in SQLite (tables event, object, event_object, object_object, event_map_type, object_map_type, and one for each
// type) to OCEL 2.0 JSON. Each table is read once, in the order of `event` or `object`: all statements go forward together. The
// database is a piece of memory (sqlite3_deserialize, read-only); schemas are not trusted, and steps look at the interrupt.
#include "store/foreign.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/str.h"

#define TYPES_MAX 1000u
#define STEPS 100000

struct reading { // a statement that goes forward; its first column is the rowid of what it belongs to
    sqlite3_stmt *s;
    bool row;
};
struct kind { // the objects, or the events
    const char *thing, *types, *many; // "object", its map of types, the member that lists them
    const char *refers, *from, *to;   // the table of its relationships, and its columns
};
struct foreign {
    sqlite3 *db;
    struct buf *out;
    const char *path;
    struct diag *d;
    struct reading type[TYPES_MAX]; // of the kind at hand
    char *name[TYPES_MAX];
    size_t n_types;
};

static const struct kind kinds[] = {
    {"object", "object_map_type", "objects", "object_object", "ocel_source_id", "ocel_target_id"},
    {"event", "event_map_type", "events", "event_object", "ocel_event_id", "ocel_object_id"},
};

// ---- SQLite -----------------------------------------------------------------------------------------------------------------

static voc_rc fail(struct foreign *f, int rc)
{
    rc &= 0xff;
    if (rc == SQLITE_NOMEM) return VOC_E_NOMEM;
    if (rc == SQLITE_INTERRUPT) return VOC_CANCELLED;
    diag_error(f->d, "STORE-030", f->path, 0, "sqlite3 FILE .dump shows what it holds; export the log again, or as JSON", "this SQLite file cannot be read as an object-centric log: %s", sqlite3_errmsg(f->db));
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
    struct reading r = {NULL, false};
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
    diag_error(f->d, "STORE-031", f->path, 0, "OCEL 2.0 is read from SQLite; write an older one as JSON, and import that", "this SQLite file has no table %.100s, as an object-centric log (OCEL 2.0) has", name);
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

// ---- types --------------------------------------------------------------------------------------------------------------------

static void close_types(struct foreign *f)
{
    for (size_t i = 0; i < f->n_types; i++) {
        (void)sqlite3_finalize(f->type[i].s);
        mem_free(f->name[i]);
        f->type[i] = (struct reading){NULL, false};
        f->name[i] = NULL;
    }
    f->n_types = 0;
}

// A type, its attributes, and its rows from the first on.
static voc_rc open_type(struct foreign *f, const struct kind *k, voc_str name, voc_str map)
{
    const size_t at = f->n_types;
    char *table = sqlite3_mprintf("%s_%.*s", k->thing, (int)map.len, map.ptr);
    voc_rc rc = table ? need_table(f, table) : VOC_E_NOMEM;
    if (rc == VOC_OK && (f->name[at] = mem_strndup(name.ptr, name.len)) == NULL) rc = VOC_E_NOMEM;
    f->n_types += rc == VOC_OK;
    if (rc == VOC_OK)
        rc = prepare(f, &f->type[at].s,
                     sqlite3_mprintf("SELECT x.rowid, t.* FROM \"%w\" AS x JOIN \"%w\" AS t ON t.ocel_id = x.ocel_id WHERE x.ocel_type = '%q' ORDER BY x.rowid, t.rowid", k->thing, table, f->name[at]));
    if (rc == VOC_OK) rc = step(f, &f->type[at]);
    sqlite3_free(table);
    if (rc != VOC_OK) return rc;
    sqlite3_stmt *s = f->type[at].s;
    buf_cstr(f->out, at ? ",\n{\"name\":" : "\n{\"name\":");
    buf_json(f->out, name);
    buf_cstr(f->out, ",\"attributes\":[");
    const char *between = "";
    for (int i = 1; i < sqlite3_column_count(s); i++) {
        if (is_own(sqlite3_column_name(s, i))) continue;
        buf_printf(f->out, "%s{\"name\":", between);
        buf_json(f->out, str_of(sqlite3_column_name(s, i)));
        buf_printf(f->out, ",\"type\":\"%s\"}", type_of(s, i));
        between = ",";
    }
    buf_cstr(f->out, "]}");
    return f->out->rc;
}

static voc_rc open_types(struct foreign *f, const struct kind *k)
{
    struct reading r = {NULL, false};
    buf_printf(f->out, "\"%sTypes\":[", k->thing);
    voc_rc rc = prepare(f, &r.s, sqlite3_mprintf("SELECT rowid, ocel_type, ocel_type_map FROM \"%w\" ORDER BY rowid", k->types));
    if (rc == VOC_OK) rc = step(f, &r);
    while (rc == VOC_OK && r.row) {
        if (f->n_types == TYPES_MAX) {
            diag_error(f->d, "STORE-032", f->path, 0, NULL, "the log has more than %u types of %ss", TYPES_MAX, k->thing);
            rc = VOC_E_LIMIT;
        }
        if (rc == VOC_OK) rc = open_type(f, k, text(r.s, 1), text(r.s, 2));
        if (rc == VOC_OK) rc = step(f, &r);
    }
    (void)sqlite3_finalize(r.s);
    buf_cstr(f->out, "],\n");
    return rc;
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
        buf_printf(f->out, "%s{\"name\":", *between);
        buf_json(f->out, str_of(name));
        if (object && time > 0 && sqlite3_column_type(s, time) != SQLITE_NULL) {
            buf_cstr(f->out, ",\"time\":");
            buf_json(f->out, text(s, time));
        }
        buf_cstr(f->out, ",\"value\":");
        put_value(f->out, s, i);
        buf_byte(f->out, '}');
        *between = ",";
    }
}

static size_t type_named(const struct foreign *f, voc_str name)
{
    size_t i = 0;
    while (i < f->n_types && !str_is(name, f->name[i])) i++;
    return i;
}

static voc_rc put_thing(struct foreign *f, const struct kind *k, sqlite3_stmt *s, struct reading *refers)
{
    const bool object = k == &kinds[0];
    const int64_t at = sqlite3_column_int64(s, 0);
    const size_t type = type_named(f, text(s, 2));
    struct reading *r = type < f->n_types ? &f->type[type] : NULL;
    const char *between = "";
    voc_rc rc = VOC_OK;
    buf_cstr(f->out, "\n{\"id\":");
    buf_json(f->out, text(s, 1));
    buf_cstr(f->out, ",\"type\":");
    buf_json(f->out, text(s, 2));
    if (!object && r && r->row && sqlite3_column_int64(r->s, 0) == at && column_of(r->s, "ocel_time") > 0) {
        buf_cstr(f->out, ",\"time\":");
        buf_json(f->out, text(r->s, column_of(r->s, "ocel_time")));
    }
    buf_cstr(f->out, ",\"attributes\":[");
    while (rc == VOC_OK && r && r->row && sqlite3_column_int64(r->s, 0) == at) {
        put_row(f, r->s, object, &between);
        rc = step(f, r);
    }
    buf_cstr(f->out, "],\"relationships\":[");
    between = "";
    while (rc == VOC_OK && refers->row && sqlite3_column_int64(refers->s, 0) == at) {
        buf_printf(f->out, "%s{\"objectId\":", between);
        buf_json(f->out, text(refers->s, 1));
        buf_cstr(f->out, ",\"qualifier\":");
        buf_json(f->out, text(refers->s, 2));
        buf_byte(f->out, '}');
        between = ",";
        rc = step(f, refers);
    }
    buf_cstr(f->out, "]}");
    return rc != VOC_OK ? rc : f->out->rc;
}

static voc_rc put_things(struct foreign *f, const struct kind *k)
{
    struct reading r = {NULL, false}, refers = {NULL, false};
    bool first = true;
    voc_rc rc = prepare(f, &r.s, sqlite3_mprintf("SELECT rowid, ocel_id, ocel_type FROM \"%w\" ORDER BY rowid", k->thing));
    if (rc == VOC_OK)
        rc = prepare(f, &refers.s, sqlite3_mprintf("SELECT x.rowid, r.\"%w\", r.ocel_qualifier FROM \"%w\" AS x JOIN \"%w\" AS r ON r.\"%w\" = x.ocel_id ORDER BY x.rowid, r.rowid", k->to, k->thing, k->refers, k->from));
    if (rc == VOC_OK) rc = step(f, &r);
    if (rc == VOC_OK) rc = step(f, &refers);
    buf_printf(f->out, "\"%s\":[", k->many);
    while (rc == VOC_OK && r.row) {
        if (!first) buf_byte(f->out, ',');
        first = false;
        rc = put_thing(f, k, r.s, &refers);
        if (rc == VOC_OK) rc = step(f, &r);
    }
    buf_cstr(f->out, "]");
    (void)sqlite3_finalize(r.s);
    (void)sqlite3_finalize(refers.s);
    return rc;
}

// ---- the whole ------------------------------------------------------------------------------------------------------------------

static voc_rc open_bytes(struct foreign *f, unsigned char *bytes, size_t len)
{
    static const int switches[][2] = {{SQLITE_DBCONFIG_DEFENSIVE, 1}, {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}, {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0}};
    int rc = sqlite3_open_v2(":memory:", &f->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    for (size_t i = 0; i < sizeof switches / sizeof *switches && rc == SQLITE_OK; i++) rc = sqlite3_db_config(f->db, switches[i][0], switches[i][1], (int *)NULL);
    if (rc == SQLITE_OK) rc = sqlite3_exec(f->db, "PRAGMA temp_store = MEMORY", NULL, NULL, NULL); // what is sorted never goes to a file
    // Written with a log of its own beside it (WAL), which is not here: what it had written back is read.
    if (len > 19 && bytes[18] == 2 && bytes[19] == 2) bytes[18] = bytes[19] = 1;
    if (rc == SQLITE_OK) rc = sqlite3_deserialize(f->db, "main", bytes, (sqlite3_int64)len, (sqlite3_int64)len, SQLITE_DESERIALIZE_READONLY);
    if (rc != SQLITE_OK) return f->db ? fail(f, rc) : VOC_E_NOMEM;
    (void)sqlite3_limit(f->db, SQLITE_LIMIT_ATTACHED, 0);
    (void)sqlite3_limit(f->db, SQLITE_LIMIT_LENGTH, 1 << 28);
    sqlite3_progress_handler(f->db, STEPS, stop, NULL);
    return VOC_OK;
}

bool foreign_is_ocel(voc_str head)
{
    if (head.len < 100 || memcmp(head.ptr, "SQLite format 3", 16) != 0 || memcmp(head.ptr + 68, "Voc1", 4) == 0) return false;
    return memmem(head.ptr, head.len, "event_map_type", 14) != NULL;
}

voc_rc foreign_ocel(struct buf *out, unsigned char *bytes, size_t len, const char *path, struct diag *d)
{
    static const char *const tables[] = {"event", "object", "event_object", "object_object", "event_map_type", "object_map_type"};
    struct foreign *f = mem_zalloc(1, sizeof *f);
    if (!f) return VOC_E_NOMEM;
    f->out = out;
    f->path = path;
    f->d = d;
    voc_rc rc = open_bytes(f, bytes, len);
    for (size_t i = 0; i < sizeof tables / sizeof *tables && rc == VOC_OK; i++) rc = need_table(f, tables[i]);
    buf_byte(out, '{');
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && rc == VOC_OK; i++) {
        rc = open_types(f, &kinds[i]);
        if (rc == VOC_OK) rc = put_things(f, &kinds[i]);
        buf_cstr(out, i ? "}\n" : ",\n");
        close_types(f);
    }
    close_types(f);
    (void)sqlite3_close(f->db);
    if (rc == VOC_OK && out->rc == VOC_E_LIMIT) diag_error(d, "STORE-033", path, 0, "write it as JSON in parts, and import these", "this log is too large to be read from SQLite");
    mem_free(f);
    return rc != VOC_OK ? rc : out->rc;
}
