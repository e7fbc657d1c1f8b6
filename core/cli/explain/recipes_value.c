// SPDX-License-Identifier: MIT
// Recipes of voc attribution.
#include "cli/explain/recipes.h"
#include "cli/explain/recipes_sql.h"

static const struct recipe all[] = {
    // a path: the touches up to an end of a journey; behind a win nothing belongs to one until the journey is over
    {"attribution", "attribution", "", "half-life top samples seed", "touch:touchpoint", "paths",
     "WITH ends AS MATERIALIZED (SELECT unit, episode,\n    min(CASE WHEN stage = {win_stage} THEN entered_us WHEN exit = {win_exit} THEN left_us END) AS won_us,\n"
     "    max(CASE WHEN end IN ('exit', 'lapsed') THEN left_us END) AS ended_us,\n    max(CASE end WHEN 'censored' THEN 9e18 ELSE left_us END) AS over_us FROM journey GROUP BY unit, episode),\n"
     "  touches AS MATERIALIZED (SELECT rowid AS touch_no, unit, touchpoint AS touch, time_us FROM event\n    WHERE actor IN ('customer', 'company') AND {touch}touchpoint IS NOT NULL\n      AND coalesce(class, '') NOT IN ('mechanical', 'undelivered', 'harm'){delivered}{seen}{and touchpoint touch:touchpoint}),\n"
     "  paths AS (SELECT touches.*, sum(CASE WHEN won_us IS NULL THEN coalesce(ended_us < time_us, 0) ELSE won_us <= time_us END) AS path,\n"
     "    max(coalesce(won_us <= time_us AND time_us < over_us, 0)) AS behind FROM touches LEFT JOIN ends USING (unit) GROUP BY touch_no)\n"
     "  SELECT touch, count(DISTINCT unit || '/' || coalesce(path, 0)) AS paths FROM paths WHERE NOT behind GROUP BY touch"},
};
const struct recipes recipes_value = {all, sizeof all / sizeof *all};
