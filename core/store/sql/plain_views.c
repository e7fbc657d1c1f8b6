// SPDX-License-Identifier: MIT
// Views with plain names: what a person or a charting tool asks for first, without codes, microseconds and joins. They are
// temporary, so nothing is written to a project. They are a convenience: a connection that may not have them (it is told to
// query only) goes on without. Names and columns are documented in docs/sql.md, and only added to.
#include "store/sql/plain_views.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define TIME(us) "strftime('%Y-%m-%dT%H:%M:%SZ', " us " / 1e6, 'unixepoch')"

static const struct plain_view { const char *name, *query; } views[] = {
    {"events",
     "SELECT id, unit, individual, account, \"case\", episode, time, date(time_us / 1e6, 'unixepoch') AS day, actor, action, class, touchpoint, channel, campaign,"
     " object, role, segment, stage, step, owner, minutes, cost, value, text, source, line FROM event"},
    {"stays",
     "SELECT unit, episode, stage, entered_time AS entered, left_time AS until, (left_us - entered_us) / 86400e6 AS days, \"end\" AS ended, exit, segment, stalled FROM journey"},
    {"customers",
     "SELECT unit, kind, account, segment, episodes, " TIME("first_us") " AS first_seen, " TIME("last_us") " AS last_seen, stage, outcome, events FROM unit WHERE kind <> 'internal'"},
    {"touchpoints",
     "SELECT touchpoint, count(*) AS events, count(DISTINCT unit) AS units, " TIME("min(time_us)") " AS first_seen, " TIME("max(time_us)") " AS last_seen,"
     " sum(cost) AS cost FROM event WHERE touchpoint IS NOT NULL GROUP BY touchpoint"},
    {"actions",
     "SELECT action, actor, count(*) AS events, count(DISTINCT unit) AS units, " TIME("min(time_us)") " AS first_seen, " TIME("max(time_us)") " AS last_seen"
     " FROM event GROUP BY action, actor"},
    {"sources",
     "SELECT s.id AS source, s.plugin, count(i.number) AS imports, coalesce(sum(i.bytes), 0) AS bytes, coalesce(sum(i.records), 0) AS records,"
     " coalesce(sum(i.gave), 0) AS used, coalesce(sum(i.rejected), 0) AS rejected, coalesce(sum(i.ignored), 0) AS ignored, " TIME("max(i.at_us)") " AS last_import"
     " FROM source AS s LEFT JOIN import AS i ON i.source = s.id GROUP BY s.id"},
    {"imports",
     "SELECT number, source, plugin, file_name AS file, bytes, records, gave AS used, rejected, ignored, " TIME("at_us") " AS imported FROM import"},
    {"answers",
     "SELECT key AS question, text AS answer, CASE type WHEN 1 THEN integer WHEN 2 THEN number END AS number, unit AS scale, " TIME("time_us") " AS time,"
     " own_id AS response, source FROM measure"},
    {"rejects",
     "SELECT i.source, i.file_name AS file, r.line, r.reason, CAST(r.raw AS TEXT) AS text FROM reject AS r JOIN import AS i ON i.number = r.import"},
};

static bool is_known(sqlite3 *db, const char *name)
{
    char sql[80];
    sqlite3_stmt *s = NULL;
    (void)snprintf(sql, sizeof sql, "SELECT 1 FROM %s LIMIT 0", name); // names are constants of the program
    bool known = sqlite3_prepare_v3(db, sql, -1, 0, &s, NULL) == SQLITE_OK;
    (void)sqlite3_finalize(s);
    return known;
}

static bool is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

bool sql_names(const char *sql, const char *table)
{
    size_t n = strlen(table);
    for (const char *at = sql; (at = strcasestr(at, table)) != NULL; at += n)
        if ((at == sql || !is_name(at[-1])) && !is_name(at[n])) return true;
    return false;
}

// A view of each reference table that the statement names, with a column for each name of a cell that some row has.
static const char SELECT_REFERENCES[] = "SELECT DISTINCT r.name, c.key FROM reference AS r JOIN json_each(r.cells) AS c ORDER BY 1, 2";

static void make_view(sqlite3 *db, const char *name, char *columns) // frees columns
{
    static const char from[] = TIME("r.from_us"), until[] = TIME("r.until_us");
    char *make = columns ? sqlite3_mprintf("CREATE TEMP VIEW \"%w\" AS SELECT %s AS \"from\", %s AS \"until\"%s, i.source AS \"source\", r.line AS \"line\""
                                           " FROM reference AS r JOIN import AS i ON i.number = r.import WHERE r.name = %Q", name, from, until, columns, name)
                         : NULL;
    if (make) (void)sqlite3_exec(db, make, NULL, NULL, NULL);
    sqlite3_free(make);
    sqlite3_free(columns);
}

static bool is_own(const char *key) // columns that every such view has
{
    static const char *const own[] = {"from", "until", "source", "line"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcasecmp(key, own[i]) == 0) return true;
    return false;
}

static void reference_views(sqlite3 *db, const char *sql)
{
    char name[200] = "", *columns = NULL, *more;
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v3(db, SELECT_REFERENCES, -1, 0, &s, NULL) != SQLITE_OK) return;
    while (sqlite3_step(s) == SQLITE_ROW) {
        const char *table = (const char *)sqlite3_column_text(s, 0), *key = (const char *)sqlite3_column_text(s, 1);
        if (!table || !key || strlen(table) >= sizeof name) continue;
        if (strcmp(table, name) != 0) {
            if (columns) make_view(db, name, columns);
            (void)snprintf(name, sizeof name, "%s", table);
            columns = (!sql || sql_names(sql, name)) ? sqlite3_mprintf("%s", "") : NULL;
        }
        if (!columns || is_own(key) || strchr(key, '"')) continue; // a path of JSON cannot name a key with a quote
        more = sqlite3_mprintf("%z, json_extract(r.cells, '$.\"%q\"') AS \"%w\"", columns, key, key);
        columns = more;
        if (!columns) break;
    }
    (void)sqlite3_finalize(s);
    if (columns) make_view(db, name, columns);
}

const char *plain_view_name(size_t i) { return i < sizeof views / sizeof *views ? views[i].name : NULL; }

void plain_views(sqlite3 *db, const char *sql)
{
    char make[1024];
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        if ((sql && !sql_names(sql, views[i].name)) || is_known(db, views[i].name)) continue;
        (void)snprintf(make, sizeof make, "CREATE TEMP VIEW %s AS %s", views[i].name, views[i].query);
        (void)sqlite3_exec(db, make, NULL, NULL, NULL);
    }
    reference_views(db, sql);
}
