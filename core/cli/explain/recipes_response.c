// SPDX-License-Identifier: MIT
// Recipes of voc response: what follows touches, beside other moments of customers who are as far on and as active. A moment is a touch or an act of
// a customer; how active is by the moments (or, between them, by the acts) of the time before.
#include <stdio.h>

#include "cli/explain/recipes.h"
#include "cli/explain/recipes_sql.h"

#define OPTIONS "after to within"
#define W "{us within 604800000000}"
#define MOMENTS \
    "WITH asked AS (SELECT unit, rowid AS n, time_us AS t, {response_touch} AS touch,\n" \
    "    actor = 'customer' AND coalesce(class, '') NOT IN ('mechanical', 'undelivered') AS own, {response_step} AS step, stage FROM event WHERE unit <> ''{seen}),\n" \
    "  moments AS MATERIALIZED (SELECT unit, n, t, touch, own AND touch IS NULL AND step > 0 AS acts, {response_far} AS stage\n    FROM asked WHERE own OR touch IS NOT NULL),\n" \
    "  touches AS MATERIALIZED (SELECT unit, t, touch FROM moments WHERE touch IS NOT NULL)"
#define BAND(active) "((" active " > 1) + (" active " > 5))"
#define BY_MOMENTS \
    MOMENTS ",\n" \
    "  seen AS MATERIALIZED (SELECT unit, n, t, touch, last_value(stage) OVER at || '/' || " BAND("count(*) OVER (PARTITION BY unit ORDER BY t RANGE BETWEEN " W " PRECEDING AND CURRENT ROW)") " AS stratum,\n" \
    "    min(CASE WHEN acts THEN t END) OVER (PARTITION BY unit ORDER BY t RANGE BETWEEN 1 FOLLOWING AND " W " FOLLOWING) IS NOT NULL AS y\n" \
    "    FROM moments WINDOW at AS (PARTITION BY unit, t ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)),\n" \
    "  everybody AS (SELECT stratum, count(*) AS n, sum(y) AS y FROM seen GROUP BY stratum),\n" \
    "  exposed AS (SELECT touch, stratum, count(*) AS n, sum(y) AS y FROM (SELECT DISTINCT s.n, touches.touch, s.stratum, s.y\n" \
    "    FROM seen AS s JOIN touches ON touches.unit = s.unit AND touches.t BETWEEN s.t - " W " AND s.t{and touches.touch touch}) GROUP BY touch, stratum),\n" \
    "  touched AS (SELECT touch, stratum, count(*) AS n, sum(y) AS y FROM seen WHERE touch IS NOT NULL{and touch touch} GROUP BY touch, stratum),\n" \
    "  sums AS (SELECT t.touch, sum(t.n) AS touches, sum(CASE WHEN m.n > e.n THEN t.n ELSE 0 END) AS compared, sum(CASE WHEN m.n > e.n THEN t.y ELSE 0 END) AS followed,\n" \
    "    sum(CASE WHEN m.n > e.n THEN 1.0 * t.n * (m.y - e.y) / (m.n - e.n) ELSE 0 END) AS expected\n" \
    "    FROM touched AS t JOIN exposed AS e USING (touch, stratum) JOIN everybody AS m USING (stratum) GROUP BY t.touch)\n"
// Between moments: from each moment, and from each end of the time after a touch, to the next of them.
#define BY_TIME \
    MOMENTS ",\n" \
    "  lasts AS (SELECT unit, max(t) AS last FROM moments GROUP BY unit),\n" \
    "  marks AS (SELECT unit, t, n, acts, touch IS NULL AS other FROM moments\n" \
    "    UNION ALL SELECT unit, t + " W ", NULL, 0, 0 FROM touches JOIN lasts USING (unit) WHERE t + " W " < last),\n" \
    "  marked AS (SELECT unit, t, max(n) OVER (PARTITION BY unit ORDER BY t) AS n, sum(other) OVER (PARTITION BY unit ORDER BY t RANGE BETWEEN " W " - 1 PRECEDING AND CURRENT ROW) AS active,\n" \
    "    sum(acts) OVER (PARTITION BY unit, t) AS acts FROM marks),\n" \
    "  points AS (SELECT unit, t, max(n) AS n, max(active) AS active, max(acts) AS acts FROM marked GROUP BY unit, t),\n" \
    "  spans AS MATERIALIZED (SELECT p.unit, p.t, m.stage || '/' || " BAND("active") " AS stratum, lead(p.t) OVER w - p.t AS us, lead(p.acts) OVER w AS y\n" \
    "    FROM points AS p JOIN moments AS m USING (n) WINDOW w AS (PARTITION BY p.unit ORDER BY p.t)),\n" \
    "  everybody AS (SELECT stratum, sum(us) / 86400e6 AS days, sum(y) AS y FROM spans GROUP BY stratum),\n" \
    "  after AS (SELECT touch, stratum, sum(us) / 86400e6 AS days, sum(y) AS y FROM (SELECT DISTINCT s.unit, s.t, touches.touch, s.stratum, s.us, s.y\n" \
    "    FROM spans AS s JOIN touches ON touches.unit = s.unit AND touches.t <= s.t AND touches.t > s.t - " W " WHERE us IS NOT NULL{and touches.touch touch}) GROUP BY touch, stratum),\n" \
    "  beside AS (SELECT touch, a.days, a.y, e.days - a.days AS other_days, e.y - a.y AS other_y FROM after AS a JOIN everybody AS e USING (stratum)\n" \
    "    WHERE a.days > 0 AND e.days - a.days > 1e-12)\n"

static const struct recipe all[] = {
    {"response", "response", "", OPTIONS, "touch", "touches compared followed share other_share times",
     BY_MOMENTS "  SELECT * FROM (SELECT touch, touches, compared, followed, 1.0 * followed / nullif(compared, 0) AS share,\n"
                "    1.0 * expected / nullif(compared, 0) AS other_share, followed / nullif(expected, 0) AS times FROM sums){only}"},
    {"response", "pace", "", OPTIONS, "touch", "days responses a_day times",
     BY_TIME "  SELECT * FROM (SELECT touch, sum(days) AS days, sum(y) AS responses, sum(y) / sum(days) AS a_day,\n"
             "    sum(y * other_days / (days + other_days)) / nullif(sum(other_y * days / (days + other_days)), 0) AS times FROM beside GROUP BY touch){only}"},
};

// ---- what the options say ----------------------------------------------------------------------------------------------------------

static void put_list(struct buf *b, struct explainer *x, const char *first, voc_str name, size_t *n, bool *ok)
{
    buf_printf(b, "%s%s", (*n)++ ? ", " : first, again_quoted(x, name, ok));
}

// Touches of the company that the journey declares, or those of --after: actions, and touchpoint:ID.
static bool put_touch(struct explainer *x, struct buf *b, bool *ok)
{
    const struct option_given *after = recipe_given(x, "after");
    const struct source *s = NULL;
    size_t touchpoints = 0, actions = 0;
    struct buf named;
    buf_init(&named, 1 << 16);
    for (size_t i = 0; i < x->sources.n && !s; i++)
        if (strcmp(x->sources.at[i].command, "response") == 0) s = &x->sources.at[i];
    buf_cstr(b, "CASE ");
    for (size_t row = 0; s && row < s->view.n_rows; row++) {
        const voc_str touch = figures_text(&s->view, row, "touch");
        if (after && recipe_is_action(x, touch)) put_list(&named, x, "WHEN action IN (", touch, &actions, ok);
        else put_list(b, x, "WHEN actor = 'company' AND touchpoint IN (", touch, &touchpoints, ok);
    }
    if (touchpoints) buf_cstr(b, ")"), recipe_delivered(x, b), buf_cstr(b, " THEN touchpoint ");
    if (actions) buf_str(b, str_mk(named.ptr, named.len)), buf_cstr(b, ")"), recipe_delivered(x, b), buf_cstr(b, " THEN action ");
    buf_cstr(b, "END");
    *ok = *ok && !named.rc;
    buf_done(&named);
    return touchpoints || actions;
}

// Actions of --to, step by step: "view, sign up+subscribe, buy".
static bool put_steps(struct explainer *x, struct buf *b, bool *ok)
{
    const struct option_given *to = recipe_given(x, "to");
    size_t rank = 0;
    bool known = true;
    if (!to) return buf_cstr(b, "class IS 'value'"), true;
    buf_cstr(b, "CASE");
    for (voc_str rest = to->value; rest.len;) {
        voc_str step = recipe_part(&rest, ',');
        size_t n = 0;
        if (!step.len) continue;
        rank++;
        if (recipe_is_action(x, step)) put_list(b, x, " WHEN action IN (", step, &n, ok), step.len = 0;
        while (step.len) {
            const voc_str name = recipe_part(&step, '+');
            if (name.len) known = recipe_is_action(x, name) && known, put_list(b, x, " WHEN action IN (", name, &n, ok);
        }
        if (n) buf_printf(b, ") THEN %zu", rank);
    }
    buf_cstr(b, " ELSE 0 END");
    return known && rank;
}

static bool hole(struct explainer *x, const struct recipe *r, voc_str word, struct buf *b, bool *ok, bool *whole)
{
    (void)r;
    if (str_is(word, "response_touch")) *whole = put_touch(x, b, ok) && *whole;
    else if (str_is(word, "response_step")) *whole = put_steps(x, b, ok) && *whole;
    else if (!str_is(word, "response_far")) return false;
    else
        buf_cstr(b, recipe_given(x, "to")
                        ? "coalesce(max(CASE WHEN own AND touch IS NULL THEN step END) OVER (PARTITION BY unit ORDER BY n ROWS "
                          "UNBOUNDED PRECEDING), 0)"
                        : "coalesce(stage, '')");
    return true;
}

const struct recipes recipes_response = {all, sizeof all / sizeof *all, hole};
