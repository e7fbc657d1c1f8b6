// SPDX-License-Identifier: MIT
// Recipes of voc attribution: the paths, and the credit by the four rules of METHODS 3.10. What the removal effect and the Shapley value share out
// they share out by a model over all paths at once, which no statement says.
#include "cli/explain/recipes.h"
#include "cli/explain/recipes_sql.h"

// A path: the touches up to an end of a journey, or behind the end before; behind a win nothing belongs to one until the journey is over. The next
// end is found by the order of time, twice as fine, as a win is no end for what happens at its moment: 4 times its number, and 1 if it is a win.
#define PATHS \
    "WITH ends AS MATERIALIZED (SELECT *, row_number() OVER (PARTITION BY unit ORDER BY at) AS k FROM {to_ends}),\n" \
    "  touches AS (SELECT rowid AS n, unit, {credited} AS touch, time_us FROM event\n    WHERE unit <> '' AND actor IN ('customer', 'company') AND {touch_of}{credited} IS NOT NULL\n" \
    "      AND coalesce(class, '') NOT IN ('mechanical', 'undelivered', 'harm'){delivered}{no_conversion}{seen}),\n" \
    "  line AS (SELECT unit, 2 * time_us AS at, n, touch, time_us, NULL AS ends, NULL AS over_us FROM touches\n" \
    "    UNION ALL SELECT unit, 2 * coalesce(won_us, ended_us) - (won_us IS NOT NULL), NULL, NULL, NULL, 4 * k + (won_us IS NOT NULL),\n" \
    "      CASE WHEN won_us IS NOT NULL THEN over_us END FROM ends),\n" \
    "  paths AS MATERIALIZED (SELECT n, unit, touch, time_us, coalesce(path, 0) AS path, coalesce(path & 1, 0) AS won FROM (SELECT *,\n" \
    "    min(ends) OVER (PARTITION BY unit ORDER BY at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS path,\n" \
    "    max(over_us) OVER (PARTITION BY unit ORDER BY at RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) > time_us AS behind FROM line)\n" \
    "    WHERE n IS NOT NULL AND behind IS NOT 1)"
#define CREDITED \
    PATHS ",\n" \
    "  parts AS (SELECT *, row_number() OVER w AS i, count(*) OVER p AS of, exp(-0.6931471805599453 * (max(time_us) OVER p - time_us) / {us half-life 604800000000}) AS weight\n" \
    "    FROM paths WINDOW w AS (PARTITION BY unit, path ORDER BY n), p AS (PARTITION BY unit, path)),\n" \
    "  credits AS (SELECT touch, sum(won AND i = 1) AS first, sum(won AND i = of) AS last, sum(1.0 * won / of) AS even, sum(won * weight / whole) AS recent\n" \
    "    FROM (SELECT *, sum(weight) OVER (PARTITION BY unit, path) AS whole FROM parts) GROUP BY touch),\n" \
    "  conversions AS (SELECT nullif(sum(won AND i = 1), 0) AS n FROM parts)\n"
#define CREDIT(model) "SELECT touch, '" model "' AS model, " model " AS credit, 1.0 * " model " / n AS share FROM credits, conversions"
#define WAYS_TO_WIN \
    PATHS ",\n" \
    "  told AS (SELECT unit, path, won, group_concat(touch, ' > ') AS way FROM (SELECT * FROM paths ORDER BY unit, path, n) GROUP BY unit, path),\n" \
    "  ways AS (SELECT way AS path, count(*) AS paths, 1.0 * count(*) / sum(count(*)) OVER () AS share, sum(won) AS won, avg(won) AS rate FROM told GROUP BY way)\n"
#define OPTIONS "by to half-life top samples seed"

static const struct recipe all[] = {
    {"attribution", "attribution", "", OPTIONS, "touch:touchpoint", "paths",
     PATHS "\n  SELECT * FROM (SELECT touch, count(DISTINCT unit || '/' || path) AS paths FROM paths GROUP BY touch){only}"},
    {"attribution", "attribution", "", OPTIONS, "touch:touchpoint", "first last even recent",
     CREDITED "  SELECT * FROM (SELECT touch, 1.0 * first / n AS first, 1.0 * last / n AS last, even / n AS even, recent / n AS recent FROM credits, conversions){only}"},
    {"attribution", "credits", "model=first|last|even|recent", OPTIONS, "touch:touchpoint model", "credit share",
     CREDITED "  SELECT * FROM (" CREDIT("first") "\n    UNION ALL " CREDIT("last") "\n    UNION ALL " CREDIT("even") "\n    UNION ALL " CREDIT("recent") "){only}"},
    {"attribution", "all_paths", "", OPTIONS, "path", "paths share won rate", WAYS_TO_WIN "  SELECT * FROM ways{only}"},
    {"attribution", "all_paths", "", OPTIONS, "path", "rate_low rate_high",
     WAYS_TO_WIN "  SELECT * FROM (SELECT path, " WILSON_LO("won", "paths") " AS rate_low,\n    " WILSON_HI("won", "paths") " AS rate_high FROM ways){only}"},
};

// ---- what the options say ----------------------------------------------------------------------------------------------------------

// The actions of --to: "order, reorder".
static bool put_conversions(struct explainer *x, struct buf *b, const struct option_given *to, bool *ok)
{
    size_t n = 0;
    bool all_known = true;
    buf_cstr(b, "actor = 'customer' AND ");
    for (voc_str rest = to->value; rest.len;) {
        const voc_str name = recipe_part(&rest, ',');
        if (name.len) all_known = recipe_is_action(x, name) && all_known, buf_printf(b, "%s%s", n++ ? ", " : "action IN (", again_quoted(x, name, ok));
    }
    buf_byte(b, ')');
    return all_known && n;
}

static bool put_ends(struct explainer *x, struct buf *b, bool *ok)
{
    const struct option_given *to = recipe_given(x, "to");
    const struct journey *j = x->j;
    if (to) {
        buf_cstr(b, "(SELECT unit, rowid AS at, time_us AS won_us, NULL AS ended_us, time_us AS over_us\n    FROM event WHERE ");
        const bool all_known = put_conversions(x, b, to, ok);
        if (x->n_runs && x->runs[0].info.start_declared) buf_printf(b, " AND time_us >= %lld", (long long)x->runs[0].info.start_us);
        buf_byte(b, ')');
        return all_known;
    }
    buf_printf(b,
               "(SELECT unit, min(rowid) AS at,\n"
               "    min(CASE WHEN stage = %s THEN entered_us WHEN exit = %s THEN left_us END) AS won_us,\n",
               j->win_stage < j->n_stages ? again_quoted(x, j->stages[j->win_stage].id, ok) : "NULL",
               j->win_exit < j->n_exits ? again_quoted(x, j->exits[j->win_exit].id, ok) : "NULL");
    buf_cstr(b, "    max(CASE WHEN end IN ('exit', 'lapsed') THEN left_us END) AS ended_us,\n    max(CASE end WHEN 'censored' THEN 9e18 ELSE left_us END) AS over_us\n"
                "    FROM journey GROUP BY unit, episode)\n    WHERE coalesce(won_us, ended_us) IS NOT NULL");
    return true;
}

static bool put_credited(struct explainer *x, struct buf *b, bool *ok)
{
    const struct option_given *by = recipe_given(x, "by");
    const struct journey *j = x->j;
    size_t n = 0;
    if (!by || str_is(by->value, "touchpoint")) return buf_cstr(b, "touchpoint"), true;
    if (!str_is(by->value, "group")) return buf_printf(b, "nullif(%s, '')", str_is(by->value, "channel") ? "channel" : "campaign"), true;
    for (size_t i = 0; i < j->n_claims; i++)
        if (j->claims[i].group.len)
            buf_printf(b, "%s WHEN %s THEN %s", n++ ? "" : "CASE touchpoint", again_quoted(x, j->claims[i].id, ok),
                       again_quoted(x, j->claims[i].group, ok));
    buf_cstr(b, n ? " ELSE touchpoint END" : "touchpoint");
    return true;
}

// What is nobody's touch: the company's own work.
static void put_touch_of(struct explainer *x, struct buf *b, bool *ok)
{
    const struct option_given *by = recipe_given(x, "by");
    if (!by || str_is(by->value, "touchpoint") || str_is(by->value, "group")) recipe_not_work(x, b, ok);
}

static bool hole(struct explainer *x, const struct recipe *r, voc_str word, struct buf *b, bool *ok, bool *whole)
{
    const struct option_given *to = recipe_given(x, "to");
    (void)r;
    if (str_is(word, "to_ends")) *whole = put_ends(x, b, ok) && *whole;
    else if (str_is(word, "touch_of")) put_touch_of(x, b, ok);
    else if (str_is(word, "credited")) *whole = put_credited(x, b, ok) && *whole;
    else if (!str_is(word, "no_conversion")) return false;
    else if (to) {
        buf_cstr(b, "\n      AND NOT (");
        *whole = put_conversions(x, b, to, ok) && *whole;
        buf_byte(b, ')');
    }
    return true;
}

const struct recipes recipes_attribution = {all, sizeof all / sizeof *all, hole};
