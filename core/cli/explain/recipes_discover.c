// SPDX-License-Identifier: MIT
// Recipes of voc discover: how long stages take, where journeys break, what changed, and what follows what.
#include "cli/explain/recipes.h"
#include "cli/explain/recipes_sql.h"

#define ANY "by events collapse at every since target within compare" // none of these changes how long stages take
#define WALKED "by collapse at every since target within compare" // ... what follows what
#define ONE "{and stage stage:stage}"
#define ONE_SEGMENT "{and stage stage:stage}{and segment segment}"
#define ALL "stage, 'all' AS segment"

// ---- how long stages take --------------------------------------------------------------------------------------------------------------

#define COUNTED(keys, by, only) \
    "SELECT " keys ", count(*) AS stays, sum(end = 'censored') AS open\n  FROM journey WHERE beginning = 'seen'" only "\n  GROUP BY " by
#define LASTING(keys, part, only) \
    "WITH " STAYS(part, only) ",\n  " CURVE(part) "\n" \
    "  SELECT " keys ",\n    " WHEN_STAY("0.75") " / 86400e6 AS quarter_days,\n    " WHEN_STAY("0.5") " / 86400e6 AS median_days,\n    " WHEN_STAY("0.25") " / 86400e6 AS three_quarters_days\n" \
    "  FROM steps GROUP BY " part
// The range of the median: where the band of the curve comes down to a half (Brookmeyer and Crowley).
#define BANDS(part) \
    "bands AS (SELECT *, sum(1.0 * gone / (at_risk * (at_risk - gone))) OVER (PARTITION BY " part " ORDER BY us) AS v FROM steps),\n" \
    "  ranges AS (SELECT *, CASE WHEN stay > 0 AND stay < 1 THEN exp(-exp(ln(-ln(stay)) + 1.959963984540054 * sqrt(v) / abs(ln(stay)))) END AS lo,\n" \
    "    CASE WHEN stay > 0 AND stay < 1 THEN exp(-exp(ln(-ln(stay)) - 1.959963984540054 * sqrt(v) / abs(ln(stay)))) END AS hi FROM bands)"
#define RANGE_OF(keys, part, only) \
    "WITH " STAYS(part, only) ",\n  " CURVE(part) ",\n  " BANDS(part) "\n" \
    "  SELECT " keys ", min(CASE WHEN lo < 0.5 + 1.5e-8 THEN us END) / 86400e6 AS median_lo_days,\n" \
    "    min(CASE WHEN hi < 0.5 + 1.5e-8 THEN us END) / 86400e6 AS median_hi_days\n  FROM ranges GROUP BY " part
// By some times after the stage was entered: Aalen and Johansen. Behind the last stay that was seen, nothing is known.
#define OUTCOMES(part, of, joined, only) \
    "WITH " STAYS(part, only) ",\n  " CURVE(part) ",\n" \
    "  looked(after) AS {at}, ends AS (SELECT " part ", max(us) AS last, count(*) AS stays FROM stays GROUP BY " part "),\n" \
    "  by_then AS (SELECT ends.*, after, coalesce(sum(1.0 * before * moved / at_risk), 0) AS advanced,\n" \
    "    coalesce(sum(1.0 * before * (gone - moved) / at_risk), 0) AS gone_by, min(stay) AS stay\n" \
    "    FROM ends JOIN looked LEFT JOIN steps ON " joined " AND us <= after GROUP BY " of ", after)"
#define SHARES_THEN "CASE WHEN after <= last OR stay = 0 THEN advanced END AS moved_on, CASE WHEN after <= last OR stay = 0 THEN gone_by END AS left"
#define BY_STAGE "steps.stage = ends.stage"
#define BY_SEGMENT "steps.stage = ends.stage AND steps.segment IS ends.segment"
#define INCIDENCE(keys, part, of, joined, same, only) \
    "SELECT * FROM (" OUTCOMES(part, of, joined, only) "\n" \
    "  SELECT " keys ", after, " SHARES_THEN ",\n" \
    "    CASE WHEN after <= last OR stay = 0 THEN max(0, 1 - advanced - gone_by) END AS still_there,\n" \
    "    (SELECT count(*) FROM stays WHERE " same " AND us >= after) AS at_risk, stays FROM by_then){only}"
#define THEN_DWELL(keys, part, of, joined, only) \
    OUTCOMES(part, of, joined, only) "\n  SELECT " keys ", " SHARES_THEN "\n  FROM by_then WHERE after = (SELECT max(after) FROM looked)"
#define CURVES(keys, part, only) \
    "SELECT * FROM (WITH " STAYS(part, only) ",\n  " CURVE(part) ",\n  " BANDS(part) "\n" \
    "  SELECT " keys ", at_risk, moved AS advanced, gone - moved AS left_then, us / 86400e6 AS days, stay, lo, hi,\n" \
    "    sum(1.0 * before * moved / at_risk) OVER o AS moved_on, sum(1.0 * before * (gone - moved) / at_risk) OVER o AS left\n" \
    "  FROM ranges WINDOW o AS (PARTITION BY " part " ORDER BY us)\n" \
    "  UNION ALL SELECT " keys ", count(*), 0, 0, 0, 1, NULL, NULL, 0, 0 FROM stays GROUP BY " part "){only}"

// ---- where journeys break ----------------------------------------------------------------------------------------------------------------

#define JUDGED "WITH " STAYS("stage", "") ",\n  " CURVE("stage") ",\n  " HORIZON
#define BREAKS_BY "by events collapse at every within compare since"
#define BREAKS(only, more) \
    "WITH " STAYS("stage", only) ",\n  " CURVE("stage") ",\n  " HORIZON ",\n" \
    "  counts AS (SELECT stage, count(*) AS entered, sum(advanced) AS advanced, within,\n" \
    "    1 - 1.0 * sum(advanced) / count(*) AS attrition FROM judged WHERE {goes_on}{since} GROUP BY stage)" more
// What is expected: the other stages together, or with --since what held before, where 30 stays say so.
#define AGAINST \
    ",\n  against AS (SELECT *, coalesce({history}1.0 * (sum(entered - advanced) OVER () - entered + advanced)\n    / nullif(sum(entered) OVER () - entered, 0), NULL) AS expected FROM counts)"
#define LATER "(SELECT CASE WHEN min(l.advanced) = 0 THEN 0 ELSE coalesce(exp(sum(ln(1.0 * l.advanced / l.entered))), 1) END\n    FROM ranked AS l WHERE l.rank > a.rank)"

// ---- what changed --------------------------------------------------------------------------------------------------------------------------

#define PERIODS \
    JUDGED ",\n" \
    "  old AS (SELECT stage, {period} AS period, count(*) AS old, CASE WHEN {goes_on} THEN count(*) ELSE 0 END AS judged,\n" \
    "    CASE WHEN {goes_on} THEN sum(advanced) ELSE 0 END AS advanced FROM judged GROUP BY stage, period),\n" \
    "  stays_by AS (SELECT stage, {period} AS period, count(*) AS stays FROM stays GROUP BY stage, period),\n" \
    "  periods AS (SELECT stage, period, stays, coalesce(old, 0) AS old, coalesce(judged, 0) AS judged,\n" \
    "    coalesce(advanced, 0) AS advanced FROM stays_by LEFT JOIN old USING (stage, period))"
#define PERIOD_CURVES \
    "WITH parts AS (SELECT *, {period} AS period FROM stays),\n" \
    "  times AS (SELECT stage, period, us, sum(gone) AS gone, sum(count(*)) OVER (PARTITION BY stage, period ORDER BY us DESC) AS at_risk\n    FROM parts GROUP BY stage, period, us),\n" \
    "  curve AS (SELECT *, CASE gone WHEN at_risk THEN 0 ELSE exp(sum(ln(1 - 1.0 * gone / at_risk))\n    OVER (PARTITION BY stage, period ORDER BY us)) END AS stay FROM times WHERE gone > 0)\n" \
    "  SELECT *, lead(us) OVER (PARTITION BY stage, period ORDER BY us) AS next FROM curve"
#define PERIOD_MEDIANS \
    "WITH " STAYS("stage, {period} AS period", "{and stage stage:stage}") ",\n  " CURVE("stage, period") ",\n" \
    "  medians AS (SELECT stage, period, " WHEN_STAY("0.5") " AS median FROM steps GROUP BY stage, period)"

// ---- what follows what -----------------------------------------------------------------------------------------------------------------

#define PAIRS \
    "WITH " TURNS("NOT {cut}") ",\n" \
    "  pairs AS (SELECT {group} AS [group], coalesce(before, '(start)') AS [from], action AS [to], time_us - before_us AS gap, unit FROM turns\n" \
    "    WHERE {repeats}before IS NOT action\n" \
    "    UNION ALL SELECT {group}, action, '(end)', NULL, unit FROM turns WHERE next IS NULL AND NOT open)"
#define FOLLOWS \
    PAIRS "\n  SELECT * FROM (SELECT [group], [from], [to], count(*) AS count,\n" \
    "    1.0 * count(*) / sum(count(*)) OVER (PARTITION BY [group], [from]) AS share FROM pairs GROUP BY 1, 2, 3){only}"
#define FOLLOWS_AFTER \
    PAIRS "\n  SELECT * FROM (SELECT [group], [from], [to], avg(gap) / 86400e6 AS median_gap_days FROM " MEDIAN_ROWS("[group], [from], [to]", "gap", "pairs") "\n" \
    "    WHERE " MIDDLE " GROUP BY 1, 2, 3){only}"

// ---- the typical journey --------------------------------------------------------------------------------------------------------------

#define GROUPS \
    "WITH " WAYS ",\n  groups AS (SELECT *, {group} AS [group] FROM ways)"
#define REACH \
    "WITH " TURNS("NOT {cut}") ",\n  done AS (SELECT DISTINCT {group} AS [group], action, unit, episode FROM turns)\n" \
    "  SELECT * FROM (SELECT [group], action, count(*) AS journeys, 1.0 * count(*) / of AS share FROM done\n" \
    "    JOIN (SELECT {group} AS [group], count(DISTINCT unit || '/' || episode) AS of FROM turns GROUP BY 1) USING ([group])\n    GROUP BY [group], action){only}"
#define STEPS_AFTER \
    PAIRS ",\n  way([group], step, [from], [to]) AS {steps},\n  gaps AS (SELECT [group], step, gap FROM way JOIN pairs USING ([group], [from], [to]))\n"

static const struct recipe all[] = {
    {"discover", "dwell", "", ANY, "stage:stage", "stays open", COUNTED("stage", "stage", ONE)},
    {"discover", "dwell_segments", "segment=all", ANY, "stage:stage segment", "stays open", COUNTED(ALL, "stage", ONE)},
    {"discover", "dwell_segments", "segment!=all", ANY, "stage:stage segment", "stays open", COUNTED("stage, segment", "stage, segment", ONE_SEGMENT)},
    {"discover", "dwell", "", ANY, "stage:stage", "quarter median three_quarters", LASTING("stage", "stage", ONE)},
    {"discover", "dwell_segments", "segment=all", ANY, "stage:stage segment", "quarter median three_quarters", LASTING(ALL, "stage", ONE)},
    {"discover", "dwell_segments", "segment!=all", ANY, "stage:stage segment", "quarter median three_quarters", LASTING("stage, segment", "stage, segment", ONE_SEGMENT)},
    {"discover", "dwell", "", ANY, "stage:stage", "median_lo median_hi", RANGE_OF("stage", "stage", ONE)},
    {"discover", "dwell_segments", "segment=all", ANY, "stage:stage segment", "median_lo median_hi", RANGE_OF(ALL, "stage", ONE)},
    {"discover", "dwell_segments", "segment!=all", ANY, "stage:stage segment", "median_lo median_hi", RANGE_OF("stage, segment", "stage, segment", ONE_SEGMENT)},
    {"discover", "dwell", "", ANY, "stage:stage", "moved_on left", THEN_DWELL("stage", "stage", "ends.stage", BY_STAGE, ONE)},
    {"discover", "dwell_segments", "segment=all", ANY, "stage:stage segment", "moved_on left", THEN_DWELL(ALL, "stage", "ends.stage", BY_STAGE, ONE)},
    {"discover", "dwell_segments", "segment!=all", ANY, "stage:stage segment", "moved_on left", THEN_DWELL("stage, segment", "stage, segment", "ends.stage, ends.segment", BY_SEGMENT, ONE_SEGMENT)},
    {"discover", "incidence", "segment=all", ANY, "stage:stage segment after", "after moved_on left still_there at_risk stays", INCIDENCE(ALL, "stage", "ends.stage", BY_STAGE, "stays.stage = by_then.stage", ONE)},
    {"discover", "incidence", "segment!=all", ANY, "stage:stage segment after", "after moved_on left still_there at_risk stays",
     INCIDENCE("stage, segment", "stage, segment", "ends.stage, ends.segment", BY_SEGMENT, "stays.stage = by_then.stage AND stays.segment IS by_then.segment", ONE_SEGMENT)},
    {"discover", "curves", "segment=all", ANY, "stage:stage segment at_risk advanced left_then", "at_risk advanced left_then days stay lo hi moved_on left", CURVES(ALL, "stage", ONE)},
    {"discover", "curves", "segment!=all", ANY, "stage:stage segment at_risk advanced left_then", "at_risk advanced left_then days stay lo hi moved_on left", CURVES("stage, segment", "stage, segment", ONE_SEGMENT)},
    {"discover", "break_points", "", BREAKS_BY, "stage:stage", "entered advanced within attrition",
     BREAKS("{and stage stage:stage}", "") "\n  SELECT stage, entered, advanced, within / 86400e6 AS within_days, attrition FROM counts"},
    {"discover", "break_points", "", BREAKS_BY, "stage:stage", "attrition_lo attrition_hi",
     BREAKS("{and stage stage:stage}", "") "\n  SELECT stage, " WILSON_LO("(entered - advanced)", "entered") " AS attrition_lo,\n    " WILSON_HI("(entered - advanced)", "entered") " AS attrition_hi\n  FROM counts"},
    {"discover", "break_points", "", BREAKS_BY, "stage:stage", "expected", BREAKS("", AGAINST) "\n  SELECT stage, expected FROM against{only}"},
    {"discover", "break_points", "", BREAKS_BY, "stage:stage", "wins_lost",
     BREAKS("", AGAINST) ",\n  rank(stage, rank) AS {rank},\n  ranked AS (SELECT * FROM against JOIN rank USING (stage))\n"
     "  SELECT * FROM (SELECT stage, max(0, entered * (attrition - expected)) * " LATER " AS wins_lost FROM ranked AS a){only}"},
    {"discover", "trend_tests", "", "by events collapse at compare within every since", "stage:stage", "periods judged moved_on_early moved_on_late",
     PERIODS ",\n"
     "  halves AS (SELECT *, row_number() OVER (PARTITION BY stage ORDER BY period) > (count(*) OVER (PARTITION BY stage) + 1) / 2 AS late\n"
     "    FROM periods WHERE judged > 0)\n"
     "  SELECT * FROM (SELECT stage, count(*) AS periods, sum(judged) AS judged, 1.0 * sum(advanced * NOT late) / sum(judged * NOT late) AS moved_on_early,\n"
     "    1.0 * sum(advanced * late) / sum(judged * late) AS moved_on_late FROM halves GROUP BY stage){only}"},
    {"discover", "periods", "", "by events collapse at compare within every since", "stage:stage period", "stays judged advanced share",
     PERIODS "\n  SELECT * FROM (SELECT stage, period, stays, judged, advanced, 1.0 * advanced / nullif(judged, 0) AS share FROM periods){only}"},
    {"discover", "periods", "", "by events collapse at compare within every since", "stage:stage period", "share_lo share_hi",
     PERIODS "\n  SELECT * FROM (SELECT stage, period, " WILSON_LO("advanced", "judged") " AS share_lo,\n    " WILSON_HI("advanced", "judged") " AS share_hi FROM periods WHERE judged > 0){only}"},
    {"discover", "trend_tests", "", "by events collapse at compare within every since", "stage:stage", "median_first median_last",
     PERIODS ",\n  of_periods AS (SELECT stage, period, " WHEN_STAY("0.5") " AS median FROM (" PERIOD_CURVES ") GROUP BY stage, period),\n"
     "  whole AS (SELECT stage, period, median / 86400e6 AS median FROM of_periods JOIN periods USING (stage, period)\n    WHERE stays >= 5 AND old = stays AND median IS NOT NULL)\n"
     "  SELECT * FROM (SELECT DISTINCT stage, first_value(median) OVER w AS median_first_days, last_value(median) OVER w AS median_last_days\n"
     "    FROM whole WINDOW w AS (PARTITION BY stage ORDER BY period ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)){only}"},
    {"discover", "typical", "", WALKED, "group", "journeys ways",
     GROUPS "\n  SELECT * FROM (SELECT [group], count(*) AS journeys, count(DISTINCT way) AS ways FROM groups GROUP BY 1){only}"},
    {"discover", "typical", "", WALKED, "group", "share median_duration",
     GROUPS ",\n  typical([group], way) AS {typical},\n  so AS (SELECT [group], lasted_us FROM groups JOIN typical USING ([group], way))\n"
     "  SELECT * FROM (SELECT [group], max(of) * 1.0 / (SELECT count(*) FROM groups WHERE groups.[group] = m.[group]) AS share,\n"
     "    avg(CASE WHEN " MIDDLE " THEN lasted_us END) / 86400e6 AS median_duration_days FROM " MEDIAN_ROWS("[group]", "lasted_us", "so") " AS m GROUP BY [group]){only}"},
    {"discover", "alternatives", "", WALKED, "group way", "journeys share length",
     GROUPS "\n  SELECT * FROM (SELECT [group], way, count(*) AS journeys, 1.0 * count(*) / sum(count(*)) OVER (PARTITION BY [group]) AS share, length\n    FROM groups GROUP BY [group], way){only}"},
    {"discover", "typical_steps", "", WALKED, "group action", "journeys share", REACH},
    {"discover", "typical_steps", "step!=1", WALKED, "group step", "followed median_gap",
     STEPS_AFTER "  SELECT [group], step, max(of) AS followed, avg(CASE WHEN " MIDDLE " THEN gap END) / 86400e6 AS median_gap_days\n  FROM " MEDIAN_ROWS("[group], step", "gap", "gaps") " GROUP BY [group], step"},
    {"discover", "periods", "", "by events collapse at compare within every since", "stage:stage period", "median",
     PERIOD_MEDIANS "\n  SELECT * FROM (SELECT stage, period, median / 86400e6 AS median_days FROM medians\n"
     "    WHERE (SELECT count(*) FROM stays WHERE stays.stage = medians.stage AND stays.period = medians.period) >= 5){only}"},
    {"discover", "typical_map", "", WALKED, "group from to", "count share", FOLLOWS},
    {"discover", "typical_map", "typical=yes", WALKED, "group from to", "median_gap", FOLLOWS_AFTER},
};
const struct recipes recipes_discover = {all, sizeof all / sizeof *all, NULL};
