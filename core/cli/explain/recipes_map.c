// SPDX-License-Identifier: MIT
// Recipes of voc map, lane by lane.
#include "cli/explain/recipes.h"
#include "cli/explain/recipes_sql.h"

#define ROW "lane stage:stage what"
#define THERE "(SELECT count(DISTINCT unit) FROM journey WHERE journey.stage = e.stage)"
#define PEOPLE "count(DISTINCT e.unit || '/' || coalesce(individual, ''))"
#define COUNTS "count(*) AS times, " PEOPLE " AS people,\n    count(DISTINCT e.unit) AS units"
#define OF_THOSE "1.0 * count(DISTINCT e.unit) / " THERE " AS value"
#define SENT "actor = 'company' AND {touch}touchpoint IS NOT NULL"
#define TOUCH SENT "{delivered}{seen}"

static const struct recipe all[] = {
    {"map", "map", "lane=customers there", "top", ROW, "value", "SELECT 'customers there' AS lane, stage, 'came' AS what, count(DISTINCT unit) AS value\n  FROM journey{where stage stage:stage} GROUP BY stage"},
    {"map", "map", "lane=they do", "top", ROW, "times people units value",
     "SELECT 'they do' AS lane, stage, action AS what, " COUNTS ",\n    " OF_THOSE "\n  FROM event AS e WHERE actor = 'customer' AND class = 'value' AND stage IS NOT NULL{seen}{and stage stage:stage}{and action what}\n  GROUP BY stage, action"},
    {"map", "map", "lane=they say", "top", "lane stage:stage what:theme", "times people units value",
     "SELECT 'they say' AS lane, stage, theme AS what, " COUNTS ",\n    " OF_THOSE "\n  FROM mention AS e WHERE stage IS NOT NULL{and stage stage:stage}{and theme what:theme}\n  GROUP BY stage, theme"},
    {"map", "map", "lane=they act for", "top", "lane stage:stage what:need", "times people units value",
     "WITH sought(need, action) AS {sought}\n  SELECT 'they act for' AS lane, stage, need AS what, " COUNTS ",\n    " OF_THOSE "\n"
     "  FROM event AS e JOIN sought USING (action) WHERE actor = 'customer' AND stage IS NOT NULL\n"
     "    AND coalesce(class, '') NOT IN ('mechanical', 'undelivered'){seen}{and stage stage:stage}\n  GROUP BY stage, need"},
    {"map", "map", "lane=we serve", "top", "lane stage:stage what:need", "times people units value",
     "WITH served(need, touchpoint) AS {served}\n  SELECT 'we serve' AS lane, stage, need AS what, " COUNTS ",\n    " OF_THOSE "\n"
     "  FROM event AS e JOIN served USING (touchpoint) WHERE " TOUCH " AND stage IS NOT NULL{and stage stage:stage}\n  GROUP BY stage, need"},
    {"map", "map", "lane=they meet", "top", "lane stage:stage what:touchpoint", "times people units",
     "SELECT 'they meet' AS lane, stage, touchpoint AS what, " COUNTS "\n  FROM event AS e WHERE " TOUCH " AND stage IS NOT NULL{and stage stage:stage}{and touchpoint what:touchpoint}\n  GROUP BY stage, touchpoint"},
    {"map", "map", "lane=they take", "top", "lane stage:stage what:touchpoint", "times people units value",
     "SELECT 'they take' AS lane, stage, touchpoint AS what, " COUNTS ",\n    " OF_THOSE "\n"
     "  FROM event AS e WHERE actor = 'customer' AND touchpoint IS NOT NULL AND stage IS NOT NULL\n"
     "    AND coalesce(class, '') NOT IN ('mechanical', 'undelivered', 'passage', 'trouble'){seen}{and stage stage:stage}{and touchpoint what:touchpoint}\n  GROUP BY stage, touchpoint"},
    // acted: an act of value within the window of the stage, later at the coarser of the two resolutions (METHODS 0.2)
    {"map", "map", "lane=they meet", "top", "lane stage:stage what:touchpoint", "value",
     "WITH windows(stage, window_us) AS {windows},\n"
     "  exact(resolution, res_us) AS (VALUES ('us', 1), ('ms', 1000), ('second', 1000000), ('minute', 60000000),\n    ('hour', 3600000000), ('day', 86400000000)),\n"
     "  acts AS MATERIALIZED (SELECT unit, time_us, res_us FROM event JOIN exact USING (resolution)\n    WHERE actor = 'customer' AND class = 'value'),\n"
     "  touches AS MATERIALIZED (SELECT event.rowid AS touch, unit, stage, touchpoint, time_us, res_us, window_us FROM event\n"
     "    JOIN exact USING (resolution) JOIN windows USING (stage) WHERE " TOUCH "{and stage stage:stage}{and touchpoint what:touchpoint}),\n"
     "  acted AS (SELECT touch FROM touches AS t JOIN acts AS a ON a.unit = t.unit AND a.time_us - t.time_us BETWEEN 0 AND window_us\n"
     "    AND a.time_us / max(a.res_us, t.res_us) > t.time_us / max(a.res_us, t.res_us))\n"
     "  SELECT 'they meet' AS lane, stage, touchpoint AS what, avg(touch IN (SELECT touch FROM acted)) AS value\n"
     "  FROM touches GROUP BY stage, touchpoint"},
    {"map", "map", "lane=time in stage", "top", ROW, "value",
     "WITH " STAYS("stage", "{and stage stage:stage}") ",\n  " CURVE("stage") "\n  SELECT 'time in stage' AS lane, stage, 'time' AS what,\n    " WHEN_STAY("0.5") " / 86400e6 AS value\n  FROM steps GROUP BY stage"},
    {"map", "map", "lane=leave without going on", "top", ROW, "value",
     "SELECT 'leave without going on' AS lane, stage, 'leave' AS what, avg(NOT ({moved})) AS value,\n    sum(NOT ({moved})) AS n, count(*) AS among FROM journey WHERE end <> 'censored'{and stage stage:stage} GROUP BY stage"},
    {"map", "map", "lane=cost of touches", "top", ROW, "value",
     "WITH costs(touchpoint, unit_cost) AS {costs}\n  SELECT 'cost of touches' AS lane, stage, 'cost' AS what, sum(coalesce(cost, unit_cost)) AS value, count(*) AS touches\n"
     "  FROM event LEFT JOIN costs USING (touchpoint) WHERE " SENT "{seen} AND stage IS NOT NULL{and stage stage:stage}\n  GROUP BY stage"},
    {"map", "map", "lane=too long", "top", ROW, "value",
     "WITH targets(stage, target_us) AS {targets}, " STAYS("stage", "{and stage stage:stage}") ",\n  " CURVE("stage") "\n"
     "  SELECT 'too long' AS lane, stage, 'target' AS what, coalesce(min(CASE WHEN us <= target_us THEN stay END), 1) AS value\n"
     "  FROM steps JOIN targets USING (stage) GROUP BY stage"},
};
const struct recipes recipes_map = {all, sizeof all / sizeof *all, NULL};
