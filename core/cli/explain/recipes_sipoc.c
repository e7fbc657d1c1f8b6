// SPDX-License-Identifier: MIT
// Recipes of voc sipoc: visits of stages. Those of the company's own steps are in recipes_visits.c.
#include "cli/explain/recipes.h"
#include "cli/explain/recipes_sql.h"

#define OF_STAGE "step~stage&part="
#define LINE "step:stage part what"
#define VISITS \
    "visits AS MATERIALIZED (SELECT rowid AS visit, unit, stage AS step, entered_us, left_us, end, exit,\n" \
    "    {moved} AS on_ FROM journey{where stage step:stage}),\n" \
    "  sums AS (SELECT step, count(*) AS visits, sum(end <> 'censored') AS over_, sum(on_) AS went FROM visits GROUP BY step)"

#define SUPPLIERS \
    "WITH " VISITS ",\n" \
    "  opened AS (SELECT v.*, coalesce(nullif(campaign, ''), nullif(channel, ''), '(not given)') AS what, min(e.rowid)\n" \
    "    FROM visits AS v LEFT JOIN event AS e ON e.unit = v.unit AND e.time_us = v.entered_us AND e.stage = v.step{no_suppliers} GROUP BY visit),\n" \
    "  counts AS (SELECT step, what, count(*) AS n, sum(end <> 'censored') AS finished, sum(on_) AS forward\n    FROM opened GROUP BY step, what)\n"

static const struct recipe all[] = {
    {"sipoc", "steps", "step~stage", "stage", "step:stage", "visits open went_on",
     "SELECT stage AS step, count(*) AS visits, sum(end = 'censored') AS open,\n    CASE WHEN {not_last} THEN avg(CASE WHEN end <> 'censored' THEN {moved} END) END AS went_on\n"
     "  FROM journey{where stage step:stage} GROUP BY stage"},
    {"sipoc", "measures", "step~stage", "stage", "step:stage", "lo hi",
     "WITH counts AS (SELECT stage AS step, sum(end <> 'censored') AS n, sum(end <> 'censored' AND ({moved})) AS went\n    FROM journey WHERE {not_last}{and stage step:stage} GROUP BY stage)\n"
     "  SELECT step, " WILSON_LO("went", "n") " AS lo,\n    " WILSON_HI("went", "n") " AS hi\n  FROM counts WHERE n > 0"},
    {"sipoc", "sipoc", OF_STAGE "supplier&origin=events", "stage", LINE, "n among share went_on",
     SUPPLIERS "  SELECT * FROM (SELECT step, 'supplier' AS part, what, n, visits AS among, 1.0 * n / visits AS share,\n"
     "    CASE WHEN {not_last step} THEN 1.0 * forward / nullif(finished, 0) END AS went_on\n    FROM counts JOIN sums USING (step)){only}"},
    {"sipoc", "sipoc", OF_STAGE "supplier&origin=events", "stage", LINE, "lo hi",
     SUPPLIERS "  SELECT * FROM (SELECT step, 'supplier' AS part, what, " WILSON_LO("forward", "finished") " AS lo,\n    " WILSON_HI("forward", "finished") " AS hi\n"
     "    FROM counts WHERE finished > 0 AND {not_last step}){only}"},
    {"sipoc", "sipoc", OF_STAGE "process", "stage", "step:stage part what:touchpoint", "n among share times minutes",
     "WITH " VISITS ",\n  usual(touchpoint, usual) AS {minutes},\n"
     "  work AS MATERIALIZED (SELECT unit, stage, touchpoint, time_us, minutes FROM event\n    WHERE actor = 'company' AND touchpoint IS NOT NULL{delivered}{seen}{and touchpoint what:touchpoint}),\n"
     "  done AS (SELECT step, touchpoint, count(DISTINCT visit) AS n, count(*) AS times, sum(coalesce(minutes, usual)) AS minutes\n"
     "    FROM visits JOIN work ON work.unit = visits.unit AND work.stage = step AND time_us BETWEEN entered_us AND left_us\n"
     "    LEFT JOIN usual USING (touchpoint) GROUP BY step, touchpoint)\n"
     "  SELECT * FROM (SELECT step, 'process' AS part, touchpoint AS what, coalesce(n, 0) AS n, visits AS among,\n"
     "    1.0 * coalesce(n, 0) / visits AS share, coalesce(times, 0) AS times, nullif(minutes, 0) / visits AS minutes\n"
     "    FROM sums JOIN (SELECT column1 AS touchpoint FROM {touchpoints} UNION SELECT touchpoint FROM work) LEFT JOIN done USING (step, touchpoint)){only}"},
    {"sipoc", "sipoc", OF_STAGE "output&origin=events", "stage", "step:stage part what:exit", "n among share",
     "WITH " VISITS ",\n"
     "  ends AS (SELECT step, 'went on' AS what FROM visits WHERE on_ UNION ALL SELECT step, 'went back' FROM visits WHERE end = 'backward'\n"
     "    UNION ALL SELECT step, 'fell silent' FROM visits WHERE end = 'lapsed' UNION ALL SELECT step, exit FROM visits WHERE end = 'exit')\n"
     "  SELECT * FROM (SELECT step, 'output' AS part, what, count(*) AS n, over_ AS among, 1.0 * count(*) / over_ AS share\n"
     "    FROM ends JOIN sums USING (step) GROUP BY step, what){only}"},
    {"sipoc", "sipoc", OF_STAGE "customer&what~next", "stage", LINE, "n among share",
     "WITH " VISITS ",\n  names(next, what) AS {next},\n"
     "  moves AS (SELECT unit, stage AS step, end, left_us, episode, lead(stage) OVER w AS next, lead(entered_us) OVER w AS next_us,\n"
     "    lead(episode) OVER w AS next_episode FROM journey WINDOW w AS (PARTITION BY unit ORDER BY rowid))\n"
     "  SELECT * FROM (SELECT step, 'customer' AS part, what, count(*) AS n, went AS among, 1.0 * count(*) / went AS share\n"
     "    FROM moves JOIN sums USING (step) JOIN names USING (next)\n"
     "    WHERE end = 'forward' AND next_us = left_us AND next_episode = episode GROUP BY step, what){only}"},
    {"sipoc", "sipoc", OF_STAGE "customer&what~role", "stage", "step:stage part what:role", "n among share",
     "WITH " VISITS ",\n  windows(step, window_us) AS {windows},\n"
     "  acts AS MATERIALIZED (SELECT unit, role, time_us FROM event WHERE actor = 'customer'\n"
     "    AND coalesce(class, '') NOT IN ('mechanical', 'undelivered') AND role IS NOT NULL{and role what:role})\n"
     "  SELECT step, 'customer' AS part, role AS what, count(DISTINCT visit) AS n, went AS among, 1.0 * count(DISTINCT visit) / went AS share\n"
     "  FROM visits JOIN sums USING (step) JOIN windows USING (step)\n"
     "    JOIN acts ON acts.unit = visits.unit AND time_us - left_us BETWEEN 0 AND window_us\n"
     "    WHERE end = 'forward' GROUP BY step, role"},
};
const struct recipes recipes_sipoc = {all, sizeof all / sizeof *all, NULL};
