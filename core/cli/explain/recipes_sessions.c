// SPDX-License-Identifier: MIT
// Recipes of voc sessions: what one person does without a pause. Events that name nobody are one person's in each unit.
#include "cli/explain/recipes.h"
#include "cli/explain/recipes_sql.h"

#define OPTIONS "gap top by"
#define SESSIONS \
    "WITH acts AS (SELECT unit, coalesce(individual, '') AS person, segment, action, time_us, rowid AS n FROM event\n" \
    "    WHERE unit <> '' AND actor = 'customer' AND coalesce(class, '') NOT IN ('mechanical', 'undelivered'){seen}),\n" \
    "  paused AS (SELECT *, coalesce(time_us - lag(time_us) OVER w > {us gap 1800000000}, 1) AS begins,\n" \
    "    coalesce(lead(time_us) OVER w - time_us > {us gap 1800000000}, 1) AS ends FROM acts WINDOW w AS (PARTITION BY unit, person ORDER BY n)),\n" \
    "  told AS (SELECT *, sum(begins) OVER (PARTITION BY unit, person ORDER BY n) AS session FROM paused),\n" \
    "  sessions AS MATERIALIZED (SELECT unit, person, session, max(CASE WHEN begins THEN segment END) AS segment, count(*) AS events, max(time_us) - min(time_us) AS us,\n" \
    "    max(CASE WHEN begins THEN action END) AS first, max(CASE WHEN ends THEN action END) AS last FROM told GROUP BY unit, person, session)"
#define COUNTS(key, by) \
    SESSIONS "\n  SELECT * FROM (SELECT " key " AS segment, count(*) AS sessions, count(DISTINCT nullif(person, '')) + sum(person = '' AND session = 1) AS persons,\n" \
    "    sum(events) AS events, avg(events) AS events_mean, sum(events = 1) AS single, avg(events = 1) AS share_single FROM sessions" by "){only}"
#define HALF(name, us, unit, from, key, part, by) \
    SESSIONS "\n  SELECT * FROM (SELECT " key " AS segment, avg(" us ")" unit " AS " name "\n    FROM (SELECT *, row_number() OVER (" part "ORDER BY " us ") AS i, count(*) OVER (" part ") AS of FROM sessions" from ")\n    WHERE " MIDDLE by "){only}"
#define HALVES(rows, options, key, part, by) \
    {"sessions", "sessions", rows, options, "segment", "events_median", HALF("events_median", "events", "", "", key, part, by)}, \
    {"sessions", "sessions", rows, options, "segment", "median_duration", HALF("median_duration_days", "us", " / 86400e6", "", key, part, by)}, \
    {"sessions", "sessions", rows, options, "segment", "median_longer", HALF("median_longer_days", "us", " / 86400e6", " WHERE events > 1", key, part, by)}
#define NUMBERS "sessions persons events events_mean single share_single"
#define SIDES(key, part) \
    SESSIONS ",\n  sides AS (SELECT segment, 'begin' AS side, first AS action FROM sessions UNION ALL SELECT segment, 'end', last FROM sessions)\n" \
    "  SELECT * FROM (SELECT " key " AS segment, side, action, count(*) AS sessions, 1.0 * count(*) / sum(count(*)) OVER (PARTITION BY side" part ") AS share\n    FROM sides GROUP BY side, action" part "){only}"

static const struct recipe all[] = {
    {"sessions", "sessions", "segment=|all", OPTIONS, "segment", NUMBERS, COUNTS("'all'", "")},
    {"sessions", "sessions", "segment!=all", OPTIONS, "segment", NUMBERS, COUNTS("segment", " GROUP BY segment")},
    HALVES("segment=|all", OPTIONS, "'all'", "", ""),
    HALVES("segment!=all", OPTIONS, "segment", "PARTITION BY segment ", " GROUP BY segment"),
    {"sessions", "ends", "segment=|all", OPTIONS, "segment side action", "sessions share", SIDES("'all'", "")},
    {"sessions", "ends", "segment!=all", OPTIONS, "segment side action", "sessions share", SIDES("segment", ", segment")},
};
const struct recipes recipes_sessions = {all, sizeof all / sizeof *all, NULL};
