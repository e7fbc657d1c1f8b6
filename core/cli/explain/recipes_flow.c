// SPDX-License-Identifier: MIT
// Recipes of voc flow, voc variants and voc funnel.
#include "cli/explain/recipes.h"
#include "cli/explain/recipes_sql.h"

#define WALKED "collapse median detail all top gap within" // of flow and variants

// ---- flow ----------------------------------------------------------------------------------------------------------------------------------

#define PAIRS \
    "WITH " TURNS("1") ",\n" \
    "  pairs AS (SELECT unit, segment, coalesce(before, '(start)') AS [from], action AS [to], time_us - before_us AS gap FROM turns\n" \
    "    WHERE ({repeats}before IS NOT action) AND NOT (before IS NULL AND cut)\n" \
    "    UNION ALL SELECT unit, segment, action, '(end)', NULL FROM turns WHERE next IS NULL AND NOT open{unlimited})"
#define FOLLOWS(by) \
    PAIRS "\n  SELECT * FROM (SELECT " by "[from], [to], count(*) AS count, avg(gap) / 86400e6 AS mean_gap_days, count(DISTINCT unit) AS units,\n" \
    "    1.0 * count(*) / sum(count(*)) OVER (PARTITION BY " by "[from]) AS share FROM pairs GROUP BY " by "[from], [to]){only}"
#define FOLLOWS_AFTER(by) \
    PAIRS "\n  SELECT * FROM (SELECT " by "[from], [to], avg(gap) / 86400e6 AS median_gap_days FROM " MEDIAN_ROWS(by "[from], [to]", "gap", "pairs") "\n" \
    "    WHERE " MIDDLE " GROUP BY " by "[from], [to]){only}"

// ---- variants ------------------------------------------------------------------------------------------------------------------------------

#define KINDS(by) \
    "WITH " WAYS ",\n" \
    "  kinds AS (SELECT " by "way AS sequence, length, open, count(*) AS count, min(unit) AS example, min(lasted_us) AS lasted_us FROM ways GROUP BY " by "way, open)"
#define COUNTED(by, total) \
    KINDS(by) "\n  SELECT * FROM (SELECT " by "sequence, open, count, 1.0 * count / sum(count) OVER (" total ") AS share, length,\n" \
    "    1.0 * sum(count) OVER (" total " ORDER BY count DESC, length, sequence, open ROWS UNBOUNDED PRECEDING)\n      / sum(count) OVER (" total ") AS cumulative_share FROM kinds){only}"
#define LASTED(by) \
    "WITH " WAYS "\n  SELECT * FROM (SELECT " by "way AS sequence, open, avg(lasted_us) / 86400e6 AS median_duration_days\n    FROM " MEDIAN_ROWS(by "way, open", "lasted_us", "ways") "\n    WHERE " MIDDLE " GROUP BY " by "way, open){only}"

// ---- funnel of stages -----------------------------------------------------------------------------------------------------------------------

#define RANKED "WITH rank(stage, rank) AS {rank}"
#define REACHED(keys, part, only) \
    RANKED ",\n  furthest AS (SELECT unit, episode, max(rank) AS furthest FROM journey JOIN rank USING (stage) GROUP BY unit, episode),\n" \
    "  began AS (SELECT unit, episode, segment, min(rowid) FROM journey GROUP BY unit, episode)\n" \
    "  SELECT * FROM (SELECT " keys "stage, count(*) AS journeys,\n" \
    "    1.0 * count(*) / lag(count(*)) OVER (" part "ORDER BY rank) AS share_before,\n" \
    "    1.0 * count(*) / first_value(count(*)) OVER (" part "ORDER BY rank) AS share_all\n" \
    "    FROM furthest JOIN began USING (unit, episode) JOIN rank ON rank <= furthest GROUP BY " only "stage, rank){only}"
#define ENDED(keys, by) \
    "SELECT * FROM (WITH began AS (SELECT unit, episode, segment, min(rowid) FROM journey GROUP BY unit, episode)\n" \
    "  SELECT " keys "stage, count(*) AS entered, sum(end = 'forward') AS advanced, sum(end = 'backward') AS backward,\n" \
    "    sum(end = 'exit') AS exits, sum(end = 'lapsed') AS lapsed, sum(end = 'censored') AS open\n  FROM (SELECT unit, episode, stage, end FROM journey) JOIN began USING (unit, episode) GROUP BY " by "stage){only}"
#define PASSED(keys, by) \
    RANKED ",\n  began AS (SELECT unit, episode, segment, min(rowid) FROM journey GROUP BY unit, episode),\n" \
    "  moves AS (SELECT unit, episode, rank, lag(end) OVER w AS came, lag(rank) OVER w AS before FROM\n" \
    "    (SELECT unit, episode, end, rank, journey.rowid AS n FROM journey JOIN rank USING (stage)) WINDOW w AS (PARTITION BY unit ORDER BY n))\n" \
    "  SELECT * FROM (SELECT " keys "stage, count(*) AS passed FROM moves JOIN began USING (unit, episode)\n" \
    "    JOIN rank ON rank.rank < moves.rank AND rank.rank > CASE came WHEN 'forward' THEN before ELSE 0 END\n" \
    "    WHERE came IS NOT 'backward' GROUP BY " by "stage){only}"
#define WENT_ON(keys, by) \
    "WITH began AS (SELECT unit, episode, segment, min(rowid) FROM journey GROUP BY unit, episode),\n" \
    "  stays AS (SELECT stage, segment, us FROM (SELECT unit, episode, stage, left_us - entered_us AS us FROM journey\n" \
    "    WHERE end = 'forward' AND beginning = 'seen') JOIN began USING (unit, episode))\n" \
    "  SELECT * FROM (SELECT " keys "stage, avg(us) / 86400e6 AS median_next_days FROM " MEDIAN_ROWS(by "stage", "us", "stays") "\n    WHERE " MIDDLE " GROUP BY " by "stage){only}"
#define SHARES "journeys share_before share_all"
#define ENDS "entered advanced backward exits lapsed open"

static const struct recipe all[] = {
    {"flow", "edges", "segment=", WALKED, "from to", "count share mean_gap units", FOLLOWS("")},
    {"flow", "edges", "segment=", WALKED, "from to", "median_gap", FOLLOWS_AFTER("")},
    {"flow", "edges", "segment!=all", WALKED " by", "segment from to", "count share mean_gap units", FOLLOWS("segment, ")},
    {"flow", "edges", "segment!=all", WALKED " by", "segment from to", "median_gap", FOLLOWS_AFTER("segment, ")},
    {"variants", "sequences", "segment=", WALKED, "sequence open", "count share cumulative_share length", COUNTED("", "")},
    {"variants", "sequences", "segment=", WALKED, "sequence open", "median_duration", LASTED("")},
    {"variants", "sequences", "segment!=all", WALKED " by", "segment sequence open", "count share cumulative_share length", COUNTED("segment, ", "PARTITION BY segment")},
    {"variants", "sequences", "segment!=all", WALKED " by", "segment sequence open", "median_duration", LASTED("segment, ")},
    {"funnel", "funnel", "segment=", "", "stage:stage", SHARES, REACHED("", "", "")},
    {"funnel", "funnel", "segment=all", "by", "segment stage:stage", SHARES, REACHED("'all' AS segment, ", "", "")},
    {"funnel", "funnel", "segment!=all", "by", "segment stage:stage", SHARES, REACHED("segment, ", "PARTITION BY segment ", "segment, ")},
    {"funnel", "funnel", "segment=", "", "stage:stage", ENDS, ENDED("", "")},
    {"funnel", "funnel", "segment=all", "by", "segment stage:stage", ENDS, ENDED("'all' AS segment, ", "")},
    {"funnel", "funnel", "segment!=all", "by", "segment stage:stage", ENDS, ENDED("segment, ", "segment, ")},
    {"funnel", "funnel", "segment=", "", "stage:stage", "passed", PASSED("", "")},
    {"funnel", "funnel", "segment=all", "by", "segment stage:stage", "passed", PASSED("'all' AS segment, ", "")},
    {"funnel", "funnel", "segment!=all", "by", "segment stage:stage", "passed", PASSED("segment, ", "segment, ")},
    {"funnel", "funnel", "segment=", "", "stage:stage", "median_next", WENT_ON("", "")},
    {"funnel", "funnel", "segment=all", "by", "segment stage:stage", "median_next", WENT_ON("'all' AS segment, ", "")},
    {"funnel", "funnel", "segment!=all", "by", "segment stage:stage", "median_next", WENT_ON("segment, ", "segment, ")},
};
const struct recipes recipes_flow = {all, sizeof all / sizeof *all, NULL};
