// SPDX-License-Identifier: MIT
// Pieces of statements that recipes share: ranges, curves of survival (METHODS 4.6), medians, and the journeys that ways are made of.
#ifndef VOC_CLI_EXPLAIN_RECIPES_SQL_H
#define VOC_CLI_EXPLAIN_RECIPES_SQL_H

// Wilson's range of x among n at 95 % (METHODS 0.4): its lower or upper end.
#define Z2 "3.8414588206941227"
#define WILSON_MID(x, n) "(" x " + " Z2 " / 2) / (" n " + " Z2 ")"
#define WILSON_HALF(x, n) "1.959963984540054 * sqrt(1.0 * (" x ") * (" n " - " x ") / " n " + " Z2 " / 4) / (" n " + " Z2 ")"
#define WILSON_LO(x, n) "CASE " x " WHEN 0 THEN 0 ELSE " WILSON_MID(x, n) "\n    - " WILSON_HALF(x, n) " END"
#define WILSON_HI(x, n) "CASE " x " WHEN " n " THEN 1 ELSE " WILSON_MID(x, n) "\n    + " WILSON_HALF(x, n) " END"

// stays -> curve: the share still there just after each time at which somebody left. `part`: what curves are told apart by.
#define STAYS(part, only) \
    "stays AS (SELECT " part ", entered_us, left_us - entered_us AS us, end <> 'censored' AS gone,\n" \
    "    {moved} AS moved\n" \
    "    FROM journey WHERE beginning = 'seen'" only ")"
#define CURVE(part) \
    "times AS (SELECT " part ", us, sum(gone) AS gone, sum(moved) AS moved,\n" \
    "    sum(count(*)) OVER (PARTITION BY " part " ORDER BY us DESC) AS at_risk FROM stays GROUP BY " part ", us),\n" \
    "  curve AS (SELECT *, CASE gone WHEN at_risk THEN 0 ELSE exp(sum(ln(1 - 1.0 * gone / at_risk))\n" \
    "    OVER (PARTITION BY " part " ORDER BY us)) END AS stay FROM times WHERE gone > 0),\n" \
    "  steps AS (SELECT *, coalesce(lag(stay) OVER (PARTITION BY " part " ORDER BY us), 1) AS before,\n" \
    "    lead(us) OVER (PARTITION BY " part " ORDER BY us) AS next FROM curve)"
// When no more than this share is still there, in microseconds; half between two times where the curve lies on it.
#define WHEN_STAY(p) "min(CASE WHEN stay < " p " - 1.5e-8 THEN us WHEN stay < " p " + 1.5e-8\n    THEN (us + coalesce(next, us)) / 2.0 END)"
// Until when a stay is judged, and stays by that (METHODS 4.5).
#define HORIZON \
    "h AS (SELECT stage, CAST({within} AS INTEGER) AS us FROM steps GROUP BY stage),\n" \
    "  judged AS (SELECT s.*, h.us AS within, moved AND s.us <= h.us AS advanced FROM stays AS s JOIN h USING (stage)\n" \
    "    WHERE s.entered_us <= {end} - h.us)"

// What was done in each journey, one thing after the other; the same several times in a row is one.
#define ACTS \
    "{journeys},\n" \
    "  acts AS (SELECT unit, {episode} AS episode, action, time_us, rowid AS n FROM event\n" \
    "    WHERE actor = 'customer'{inside}{seen}{exits})"
#define TURNS(which) \
    ACTS "{limits},\n" \
    "  turns AS (SELECT a.*, segment, {open} AS open, {cut} AS cut, lag(action) OVER w AS before, lag(time_us) OVER w AS before_us,\n" \
    "    lead(action) OVER w AS next FROM {acts} AS a JOIN journeys USING (unit, episode) WHERE " which "\n" \
    "    WINDOW w AS (PARTITION BY unit, episode{part} ORDER BY n))"
// ... of each journey as one text.
#define WAYS \
    TURNS("NOT {cut}") ",\n" \
    "  ways AS (SELECT unit, episode, segment, open, sum(told) AS length, max(time_us) - min(time_us) AS lasted_us,\n" \
    "    group_concat(CASE WHEN told THEN action END, ' > ') AS way\n" \
    "    FROM (SELECT *, {repeats}before IS NOT action AS told FROM turns ORDER BY n) GROUP BY unit, episode{part})"

// The median of us within each group of `by` of the rows of `from`, in days.
#define MEDIAN_ROWS(by, us, from) \
    "(SELECT *, row_number() OVER (PARTITION BY " by " ORDER BY " us ") AS i,\n    count(*) OVER (PARTITION BY " by ") AS of FROM " from " WHERE " us " IS NOT NULL)"
#define MIDDLE "i IN ((of + 1) / 2, (of + 2) / 2)"

#endif
