// SPDX-License-Identifier: MIT
// Recipes of voc attribution and voc value-map: people of a role, what they did and what served them. What they said is read by the codebook, which no
// statement says.
#include "cli/explain/recipes.h"
#include "cli/explain/recipes_sql.h"

#define WHO "actor IN ('customer', 'company') AND class IS NOT 'undelivered' AND role IS NOT NULL AND individual IS NOT NULL"
#define PEOPLE \
    "WITH sought(need, action) AS {sought}, served(need, touchpoint) AS {served},\n" \
    "  there AS MATERIALIZED (SELECT role, individual, actor, action, touchpoint FROM event\n    WHERE " WHO "{delivered}{and role role:role}),\n" \
    "  people AS (SELECT role, count(DISTINCT individual) AS people FROM there GROUP BY role),\n" \
    "  did AS (SELECT role, need, count(DISTINCT individual) AS did FROM there JOIN sought USING (action) WHERE actor = 'customer' GROUP BY role, need),\n" \
    "  got AS (SELECT role, need, count(DISTINCT individual) AS served FROM there JOIN served USING (touchpoint) GROUP BY role, need),\n" \
    "  needs AS (SELECT role, need, people, coalesce(did, 0) AS did, coalesce(served, 0) AS served\n" \
    "    FROM people JOIN (SELECT need FROM sought UNION SELECT need FROM served) LEFT JOIN did USING (role, need) LEFT JOIN got USING (role, need))\n"
#define DEALS \
    "WITH won AS (SELECT DISTINCT unit FROM journey WHERE stage = {win_stage} OR exit = {win_exit}),\n" \
    "  open AS (SELECT unit FROM (SELECT unit, stage, end, max(rowid) FROM journey GROUP BY unit)\n    WHERE end = 'censored' AND stage IN ({win_phase}) AND unit NOT IN (SELECT unit FROM won)),\n" \
    "  took_part AS (SELECT DISTINCT unit, role FROM event WHERE actor = 'customer' AND individual IS NOT NULL AND role IS NOT NULL),\n" \
    "  roles AS (SELECT role, count(won.unit) AS won_with, count(open.unit) AS open_with FROM took_part\n" \
    "    LEFT JOIN won USING (unit) LEFT JOIN open USING (unit){where role role:role} GROUP BY role),\n" \
    "  sums AS (SELECT (SELECT count(*) FROM won) AS won, (SELECT count(*) FROM open) AS open)\n"

static const struct recipe all[] = {
    // a path: the touches up to an end of a journey; behind a win nothing belongs to one until the journey is over
    {"attribution", "attribution", "", "half-life top samples seed", "touch:touchpoint", "paths",
     "WITH ends AS MATERIALIZED (SELECT unit, episode,\n    min(CASE WHEN stage = {win_stage} THEN entered_us WHEN exit = {win_exit} THEN left_us END) AS won_us,\n"
     "    max(CASE WHEN end IN ('exit', 'lapsed') THEN left_us END) AS ended_us,\n    max(CASE end WHEN 'censored' THEN 9e18 ELSE left_us END) AS over_us FROM journey GROUP BY unit, episode),\n"
     "  touches AS MATERIALIZED (SELECT rowid AS touch_no, unit, touchpoint AS touch, time_us FROM event\n    WHERE actor IN ('customer', 'company') AND {touch}touchpoint IS NOT NULL\n      AND coalesce(class, '') NOT IN ('mechanical', 'undelivered', 'harm'){delivered}{seen}{and touchpoint touch:touchpoint}),\n"
     "  paths AS (SELECT touches.*, sum(CASE WHEN won_us IS NULL THEN coalesce(ended_us < time_us, 0) ELSE won_us <= time_us END) AS path,\n"
     "    max(coalesce(won_us <= time_us AND time_us < over_us, 0)) AS behind FROM touches LEFT JOIN ends USING (unit) GROUP BY touch_no)\n"
     "  SELECT touch, count(DISTINCT unit || '/' || coalesce(path, 0)) AS paths FROM paths WHERE NOT behind GROUP BY touch"},
    {"value-map", "needs", "role~role", "", "role:role need", "people did did_share served served_share",
     PEOPLE "  SELECT * FROM (SELECT role, need, people, did, 1.0 * did / people AS did_share, served, 1.0 * served / people AS served_share FROM needs){only}"},
    {"value-map", "needs", "role~role", "", "role:role need", "did_low did_high", PEOPLE "  SELECT * FROM (SELECT role, need, " WILSON_LO("did", "people") " AS did_low,\n    " WILSON_HI("did", "people") " AS did_high FROM needs){only}"},
    {"value-map", "needs", "role~role", "", "role:role need", "served_low served_high", PEOPLE "  SELECT * FROM (SELECT role, need, " WILSON_LO("served", "people") " AS served_low,\n    " WILSON_HI("served", "people") " AS served_high FROM needs){only}"},
    {"value-map", "map", "role~role", "", "role:role need_id", "did served",
     PEOPLE "  SELECT role, need AS need_id, printf('%,d of %,d', did, people) AS did, printf('%,d of %,d', served, people) AS served FROM needs{where need need_id}"},
    {"value-map", "distinctive", "role~role", "", "role:role action", "people others",
     "WITH acts AS (SELECT DISTINCT role, action, individual FROM event WHERE actor = 'customer'\n"
     "    AND coalesce(class, '') NOT IN ('mechanical', 'undelivered') AND role IS NOT NULL AND individual IS NOT NULL{and action action}),\n"
     "  counts AS (SELECT role, action, count(*) AS people FROM acts GROUP BY role, action)\n"
     "  SELECT * FROM (SELECT role, action, people, sum(people) OVER (PARTITION BY action) - people AS others FROM counts){only}"},
    {"value-map", "missing_roles", "role~role", "", "role:role", "won_with open_without won_share open_share",
     DEALS "  SELECT role, printf('%,d of %,d', won_with, won) AS won_with, printf('%,d of %,d', open - open_with, open) AS open_without,\n"
     "    1.0 * won_with / nullif(won, 0) AS won_share, 1.0 * (open - open_with) / nullif(open, 0) AS open_share FROM roles JOIN sums"},
};
const struct recipes recipes_value = {all, sizeof all / sizeof *all};
