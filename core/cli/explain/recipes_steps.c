// SPDX-License-Identifier: MIT
// Recipes of voc funnel --steps: the chains of steps as a statement. For each first step the earliest events that follow it, link by link; of a
// unit the longest chain, of several the one that was complete first, and of these the one that began last (plugins/analysis/funnel). Steps that
// may be left out, have a time of their own, or bear conditions (--not, --or, --order) have no recipe.
#include <inttypes.h>
#include <stdio.h>

#include "base/time.h"
#include "cli/explain/recipes.h"
#include "cli/explain/recipes_sql.h"

#define STEPS_MAX 30u

bool recipe_is_action(const struct explainer *x, voc_str name)
{
    const voc_str *all = NULL;
    uint32_t n = 0;
    if (store_strings(x->p, SPACE_ACTION, &all, &n)) return false;
    for (uint32_t i = 1; i < n; i++)
        if (str_eq(all[i], name)) return true;
    return false;
}

// What an event of the step is; false: it is none of an action.
static bool put_name(struct explainer *x, struct buf *b, voc_str name, size_t *n, bool *ok)
{
    if (!recipe_is_action(x, name)) return false;
    buf_printf(b, "%s%s", (*n)++ ? ", " : "action IN (", again_quoted(x, name, ok));
    return true;
}

voc_str recipe_part(voc_str *rest, char between)
{
    const char *at = memchr(rest->ptr, between, rest->len);
    const size_t n = at ? (size_t)(at - rest->ptr) : rest->len;
    const voc_str part = str_trim(str_mk(rest->ptr, n));
    *rest = str_mk(rest->ptr + n + (at != NULL), rest->len - n - (at != NULL));
    return part;
}

static bool put_step(struct explainer *x, struct buf *b, voc_str text, bool *ok)
{
    size_t n = 0;
    bool all = true;
    if (recipe_is_action(x, text)) all = put_name(x, b, text, &n, ok);
    else
        for (voc_str rest = text; rest.len && all;) {
            const voc_str name = recipe_part(&rest, '|');
            if (name.len) all = put_name(x, b, name, &n, ok);
        }
    if (n) buf_byte(b, ')');
    return all && n;
}

// s1: the first step; s2 ...: for each of these the earliest event of the next one behind it.
static void put_links(struct buf *b, size_t i, const char *within)
{
    if (i == 1) buf_cstr(b, "s1 AS (SELECT unit, segment, n AS n1, time_us AS t1 FROM e1)");
    else
        buf_printf(b,
                   ",\n  s%zu AS (SELECT s.unit, n1, t1, min(e.n) AS n%zu, e.time_us AS t%zu FROM s%zu AS s\n"
                   "    JOIN e%zu AS e ON e.unit = s.unit AND e.n > s.n%zu%s GROUP BY s.unit, n1)",
                   i, i, i, i - 1, i, i - 1, within);
}

static void put_best(struct buf *b, size_t n)
{
    buf_cstr(b, ",\n  best AS (SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY unit ORDER BY ");
    for (size_t i = 2; i <= n; i++) buf_printf(b, "%s(n%zu IS NOT NULL)", i > 2 ? " + " : "", i);
    buf_cstr(b, " DESC,\n    coalesce(");
    for (size_t i = n; i; i--) buf_printf(b, "n%zu%s", i, i > 1 ? ", " : "");
    buf_cstr(b, "), n1 DESC) AS choice FROM\n    (SELECT s1.unit, segment, s1.n1, s1.t1");
    for (size_t i = 2; i <= n; i++) buf_printf(b, ", n%zu, t%zu", i, i);
    buf_cstr(b, " FROM s1");
    for (size_t i = 2; i <= n; i++) buf_printf(b, " LEFT JOIN s%zu USING (unit, n1)", i);
    buf_cstr(b, ")) WHERE choice = 1)");
}

bool recipe_steps(struct explainer *x, struct buf *b, bool *ok)
{
    const struct option_given *steps = recipe_given(x, "steps"), *within = recipe_given(x, "within");
    voc_str texts[STEPS_MAX];
    char limit[60] = "";
    size_t n = 0;
    int64_t us;
    if (!steps || !x->n_runs || (within && !time_duration(within->value, &us))) return false;
    if (within) (void)snprintf(limit, sizeof limit, " AND e.time_us - t1 <= %" PRId64, us);
    for (voc_str rest = steps->value; rest.len;) {
        const voc_str text = recipe_part(&rest, ',');
        if (!text.len) continue;
        if (n == STEPS_MAX) return false;
        texts[n++] = text;
        buf_printf(b, "%s  e%zu AS MATERIALIZED (SELECT unit, segment, rowid AS n, time_us FROM event WHERE ", n > 1 ? "\n" : "", n);
        if (!put_step(x, b, text, ok)) return false;
        buf_printf(b, "\n    AND time_us >= %" PRId64 "),", x->runs[0].info.start_us);
    }
    if (n < 2) return false;
    buf_cstr(b, "\n  ");
    for (size_t i = 1; i <= n; i++) put_links(b, i, limit);
    put_best(b, n);
    buf_cstr(b, ",\n  lines AS (");
    for (size_t i = 1; i <= n; i++) {
        buf_printf(b, "%sSELECT %zu AS line, %s AS step, segment, n%zu AS n, ", i > 1 ? "\n    UNION ALL " : "", i, again_quoted(x, texts[i - 1], ok), i);
        if (i == 1) buf_cstr(b, "NULL AS us FROM best");
        else buf_printf(b, "t%zu - t%zu FROM best", i, i - 1);
    }
    buf_byte(b, ')');
    return true;
}

#define MADE(keys, part, by) \
    "WITH{steps}\n  SELECT * FROM (SELECT " keys "step, count(n) AS units, 1.0 * count(n) / nullif(first_value(count(n)) OVER (" part "ORDER BY line), 0) AS share_first,\n" \
    "    1.0 * count(n) / nullif(lag(count(n)) OVER (" part "ORDER BY line), 0) AS share_before,\n    lag(count(n)) OVER (" part "ORDER BY line) - count(n) AS lost FROM lines GROUP BY " by "line){only}"
#define TOOK(keys, by) \
    "WITH{steps}\n  SELECT * FROM (SELECT " keys "step, avg(us) / 86400e6 AS median_time_days FROM " MEDIAN_ROWS(by "line", "us", "lines") "\n    WHERE " MIDDLE " GROUP BY " by "line){only}"
#define COUNTS "units share_first share_before lost"

static const struct recipe all[] = {
    {"funnel", "funnel", "segment=&step!=", "steps within", "step", COUNTS, MADE("", "", "")},
    {"funnel", "funnel", "segment=all&step!=", "steps within by", "segment step", COUNTS, MADE("'all' AS segment, ", "", "")},
    {"funnel", "funnel", "segment!=all&step!=", "steps within by", "segment step", COUNTS, MADE("segment, ", "PARTITION BY segment ", "segment, ")},
    {"funnel", "funnel", "segment=&step!=", "steps within", "step", "median_time", TOOK("", "")},
    {"funnel", "funnel", "segment=all&step!=", "steps within by", "segment step", "median_time", TOOK("'all' AS segment, ", "")},
    {"funnel", "funnel", "segment!=all&step!=", "steps within by", "segment step", "median_time", TOOK("segment, ", "segment, ")},
};
const struct recipes recipes_steps = {all, sizeof all / sizeof *all, NULL};
