// SPDX-License-Identifier: MIT
// Recipes of voc sipoc for the company's own steps, and for what steps and stages are declared to give. A visit begins at an event
// that enters the step and ends at the next one that leaves it; what the definition asks of one event is said as a condition on event.
// What it asks of several, of facts or by a pattern has no statement.
#include <inttypes.h>

#include "cli/explain/recipes.h"
#include "cli/explain/recipes_sql.h"

#define OF_STEP "step~step&part="
#define VISITS \
    "WITH RECURSIVE marks AS MATERIALIZED (SELECT *, row_number() OVER (PARTITION BY step, unit ORDER BY at) AS k FROM ({marks})\n" \
    "    WHERE enters OR how IS NOT NULL),\n" \
    "  walk AS (SELECT step, unit, k, at, time_us, how, enters AS within, at AS from_at, 0 AS left_ FROM marks WHERE k = 1\n" \
    "    UNION ALL SELECT m.step, m.unit, m.k, m.at, m.time_us, m.how, CASE WHEN w.within THEN m.how IS NULL ELSE m.enters END,\n" \
    "      CASE WHEN w.within THEN w.from_at ELSE m.at END, w.within AND m.how IS NOT NULL\n" \
    "      FROM walk AS w JOIN marks AS m ON m.step = w.step AND m.unit = w.unit AND m.k = w.k + 1),\n" \
    "  leaves(step, how, on_, way) AS {leaves},\n" \
    "  visits AS MATERIALIZED (SELECT step, unit, from_at, at AS out_at, time_us AS out_us, on_, how, way FROM walk JOIN leaves USING (step, how) WHERE left_\n" \
    "    UNION ALL SELECT step, unit, from_at, NULL, NULL, 0, NULL, NULL FROM walk\n" \
    "      JOIN (SELECT step, unit, max(k) AS k FROM marks GROUP BY step, unit) USING (step, unit, k) WHERE within),\n" \
    "  sums AS (SELECT step, count(*) AS visits, count(out_at) AS over_, sum(on_) AS went FROM visits GROUP BY step)"
#define SUPPLIERS \
    VISITS ",\n" \
    "  opened AS (SELECT v.*, {own_suppliers}coalesce(nullif(campaign, ''), nullif(channel, ''), '(not given)') AS what\n" \
    "    FROM visits AS v JOIN event AS e ON e.unit = v.unit AND e.rowid = from_at),\n" \
    "  counts AS (SELECT step, what, count(*) AS n, count(out_at) AS finished, sum(on_) AS forward FROM opened GROUP BY step, what)\n"
#define HANDED \
    "WITH stays AS MATERIALIZED (SELECT rowid AS visit, unit, stage AS step, entered_us, left_us, end, {moved} AS on_ FROM journey{where stage step:stage}),\n" \
    "  sums AS (SELECT step, sum(end <> 'censored') AS over_, sum(on_) AS went FROM stays GROUP BY step),\n" \
    "  declared(step, what, next) AS {outputs_stages},\n" \
    "  shown AS MATERIALIZED ({shown_stages}),\n" \
    "  had AS (SELECT DISTINCT visit, step, what, on_ FROM stays JOIN shown USING (step, unit)\n" \
    "    WHERE end <> 'censored' AND time_us BETWEEN entered_us AND left_us)\n"

static const struct recipe all[] = {
    {"sipoc", "steps", "step~step", "stage", "step", "visits open went_on",
     VISITS "\n  SELECT * FROM (SELECT column1 AS step, coalesce(visits, 0) AS visits, coalesce(visits - over_, 0) AS open,\n"
     "    1.0 * went / nullif(over_, 0) AS went_on FROM {own_steps} LEFT JOIN sums ON step = column1){only}"},
    {"sipoc", "measures", "step~step", "stage", "step", "lo hi",
     VISITS "\n  SELECT * FROM (SELECT step, " WILSON_LO("went", "over_") " AS lo,\n    " WILSON_HI("went", "over_") " AS hi FROM sums WHERE over_ > 0){only}"},
    {"sipoc", "sipoc", OF_STEP "supplier&origin=events", "stage", "step part what", "n among share went_on",
     SUPPLIERS "  SELECT * FROM (SELECT step, 'supplier' AS part, what, n, visits AS among, 1.0 * n / visits AS share, 1.0 * forward / nullif(finished, 0) AS went_on\n"
     "    FROM counts JOIN sums USING (step)){only}"},
    {"sipoc", "sipoc", OF_STEP "supplier&origin=events", "stage", "step part what", "lo hi",
     SUPPLIERS "  SELECT * FROM (SELECT step, 'supplier' AS part, what, " WILSON_LO("forward", "finished") " AS lo,\n    " WILSON_HI("forward", "finished") " AS hi\n"
     "    FROM counts WHERE finished > 0){only}"},
    {"sipoc", "sipoc", OF_STEP "process", "stage", "step part what", "n among share times minutes",
     VISITS ",\n  own(step, touchpoint, what, usual, is_entered) AS {own_work},\n"
     "  work AS MATERIALIZED (SELECT unit, rowid AS at, touchpoint, minutes FROM event WHERE actor = 'company' AND touchpoint IS NOT NULL{delivered}{seen}),\n"
     "  done AS (SELECT step, what, count(DISTINCT from_at) AS n, count(*) AS times, sum(coalesce(minutes, usual)) AS minutes\n"
     "    FROM visits JOIN own USING (step) JOIN work USING (unit, touchpoint) WHERE at >= from_at AND at < coalesce(out_at, 9e18) GROUP BY step, what),\n"
     "  alone AS (SELECT step, what, count(at) AS times FROM own LEFT JOIN work USING (touchpoint) WHERE NOT is_entered GROUP BY step, what)\n"
     "  SELECT * FROM (SELECT step, 'process' AS part, what, coalesce(n, 0) AS n, visits AS among, 1.0 * coalesce(n, 0) / visits AS share,\n"
     "      coalesce(times, 0) AS times, nullif(minutes, 0) / visits AS minutes FROM sums JOIN own USING (step) LEFT JOIN done USING (step, what)\n"
     "    UNION ALL SELECT step, 'process', what, NULL, NULL, NULL, times, NULL FROM alone){only}"},
    {"sipoc", "sipoc", OF_STEP "output", "stage", "step part what", "n among share",
     VISITS ",\n  declared(step, what, next) AS {outputs_steps},\n  shown AS MATERIALIZED ({shown_steps}),\n"
     "  had AS (SELECT DISTINCT step, what, from_at FROM visits JOIN shown USING (step, unit) WHERE at >= from_at AND time_us <= out_us),\n"
     "  gave AS (SELECT step, what, count(from_at) AS n FROM declared LEFT JOIN had USING (step, what) GROUP BY step, what),\n"
     "  lines AS (SELECT step, 'went on' AS what, went AS n FROM sums WHERE went\n"
     "    UNION ALL SELECT step, way, count(out_at) FROM leaves LEFT JOIN visits USING (step, way) WHERE way IS NOT NULL GROUP BY step, way\n"
     "    UNION ALL SELECT * FROM gave)\n"
     "  SELECT * FROM (SELECT step, 'output' AS part, what, n, over_ AS among, 1.0 * n / nullif(over_, 0) AS share FROM lines JOIN sums USING (step)){only}"},
    {"sipoc", "sipoc", OF_STEP "customer&what~role", "stage", "step part what:role", "n among share",
     VISITS ",\n  windows(step, window_us) AS {step_windows},\n"
     "  acts AS MATERIALIZED (SELECT unit, rowid AS n, role, time_us FROM event WHERE actor = 'customer'\n"
     "    AND coalesce(class, '') NOT IN ('mechanical', 'undelivered') AND role IS NOT NULL{and role what:role})\n"
     "  SELECT * FROM (SELECT step, 'customer' AS part, role AS what, count(DISTINCT from_at) AS n, went AS among, 1.0 * count(DISTINCT from_at) / went AS share\n"
     "    FROM visits JOIN sums USING (step) JOIN windows USING (step) JOIN acts USING (unit)\n"
     "    WHERE on_ AND acts.n >= from_at AND time_us - out_us BETWEEN 0 AND window_us GROUP BY step, role){only}"},
    {"sipoc", "sipoc", OF_STEP "customer&what~handed", "stage", "step part what", "n among share",
     VISITS ",\n  declared(step, what, next) AS {outputs_steps},\n  shown AS MATERIALIZED ({shown_steps}),\n  handed(step, how, next) AS {handed},\n"
     "  went_to AS (SELECT step, from_at, next FROM visits JOIN handed USING (step, how) WHERE on_\n"
     "    UNION SELECT step, from_at, next FROM visits JOIN shown USING (step, unit) JOIN declared USING (step, what)\n      WHERE on_ AND at >= from_at AND time_us <= out_us),\n"
     "  names AS (SELECT step, next FROM handed UNION SELECT step, next FROM declared)\n"
     "  SELECT * FROM (SELECT step, 'customer' AS part, next AS what, count(from_at) AS n, went AS among, 1.0 * count(from_at) / nullif(went, 0) AS share\n"
     "    FROM names JOIN sums USING (step) LEFT JOIN went_to USING (step, next) WHERE next IS NOT NULL GROUP BY step, next){only}"},
    {"sipoc", "sipoc", "step~stage&part=output&origin=declared", "stage", "step:stage part what", "n among share",
     HANDED "  SELECT * FROM (SELECT step, 'output' AS part, what, count(visit) AS n, over_ AS among, 1.0 * count(visit) / nullif(over_, 0) AS share\n"
     "    FROM declared JOIN sums USING (step) LEFT JOIN had USING (step, what) GROUP BY step, what){only}"},
    {"sipoc", "sipoc", "step~stage&part=customer&what~handed", "stage", "step:stage part what", "n among share",
     HANDED "  SELECT * FROM (SELECT step, 'customer' AS part, next AS what, count(DISTINCT CASE WHEN on_ THEN visit END) AS n, went AS among,\n"
     "      1.0 * count(DISTINCT CASE WHEN on_ THEN visit END) / nullif(went, 0) AS share\n"
     "    FROM declared JOIN sums USING (step) LEFT JOIN had USING (step, what) WHERE next IS NOT NULL GROUP BY step, next){only}"},
};

// ---- conditions --------------------------------------------------------------------------------------------------------------------------

static const char *const columns[LEAF_N] = {[LEAF_ACTION] = "action", [LEAF_CHANNEL] = "channel", [LEAF_CAMPAIGN] = "campaign", [LEAF_OBJECT] = "object", [LEAF_TOUCHPOINT] = "touchpoint"};

// An event that is so; false: it cannot be said.
static bool put_event(struct explainer *x, struct buf *b, const struct predicate *p, bool *ok)
{
    static const char *const actors[] = {[VOC_ACTOR_CUSTOMER] = "'customer'", [VOC_ACTOR_COMPANY] = "'company'", [VOC_ACTOR_OTHER] = "'other'"};
    const uint32_t any = 1u << VOC_ACTOR_CUSTOMER | 1u << VOC_ACTOR_COMPANY | 1u << VOC_ACTOR_OTHER;
    size_t n = 0, put = 0;
    if (p->n_child) return false;
    for (size_t i = 0; i < p->n_tests; i++) {
        const struct leaf_test *t = &p->tests[i];
        if (t->re || !columns[t->field] || (t->field == LEAF_TOUCHPOINT && !recipe_is_named(x->j, STR("touchpoint"), t->whole))) return false;
        buf_printf(b, "%s%s = %s", put++ ? " AND " : "", columns[t->field], again_quoted(x, t->whole, ok));
    }
    if ((p->actors & any) == any) {
        if (!put) buf_byte(b, '1');
        return true;
    }
    buf_printf(b, "%sactor IN (", put ? " AND " : "");
    for (unsigned a = VOC_ACTOR_CUSTOMER; a <= VOC_ACTOR_OTHER; a++)
        if (p->actors >> a & 1u) buf_printf(b, "%s%s", n++ ? ", " : "", actors[a]);
    buf_byte(b, ')');
    return true;
}

static bool put_predicate(struct explainer *x, struct buf *b, const struct predicate *p, bool *ok)
{
    bool all_said = p->kind == PRED_ANY ? p->n_child > 0 : p->kind == PRED_EVENT;
    if (p->kind == PRED_EVENT) return put_event(x, b, p, ok);
    for (size_t i = 0; i < p->n_child && all_said; i++) {
        buf_cstr(b, i ? " OR (" : "(");
        all_said = put_predicate(x, b, p->child[i], ok);
        buf_byte(b, ')');
    }
    return all_said;
}

// ---- what the definition says of steps ---------------------------------------------------------------------------------------------------

// Events that enter or leave a step, and which <leave> it is. A step that is entered with its stage has its visits.
static bool put_marks(struct explainer *x, struct buf *b, bool *ok)
{
    const struct journey *j = x->j;
    size_t n = 0;
    bool said = true;
    for (size_t i = 0; i < j->n_steps && said; i++) {
        const struct step *s = &j->steps[i];
        if (!s->enter && s->stage == VOC_NONE) continue;
        if (!s->enter) return false;
        buf_printf(b, "%sSELECT %s AS step, unit, rowid AS at, time_us, coalesce(", n++ ? "\n    UNION ALL " : "", again_quoted(x, s->id, ok));
        said = put_predicate(x, b, s->enter, ok);
        buf_cstr(b, ", 0) AS enters, CASE");
        for (size_t k = 0; k < s->n_leaves && said; k++) {
            buf_cstr(b, " WHEN ");
            said = put_predicate(x, b, s->leaves[k].when, ok);
            buf_printf(b, " THEN %zu", k);
        }
        buf_printf(b, "%s END AS how FROM event WHERE unit NOT IN (SELECT unit FROM unit WHERE kind = 'internal')", s->n_leaves ? "" : " WHEN 0 THEN 0");
    }
    if (!n) buf_cstr(b, "SELECT NULL AS step, NULL AS unit, 0 AS at, 0 AS time_us, 0 AS enters, NULL AS how WHERE 0");
    return said;
}

static const char *left_as(struct explainer *x, const struct leave *l, bool *ok)
{
    static const char *const outcomes[] = {"", "went on", "won", "lost", "returned", "rejected"}; // VOC_LEAVE_*, as sipoc calls them
    const char *how = outcomes[l->outcome <= VOC_LEAVE_REJECTED ? l->outcome : 0];
    if (l->outcome == VOC_LEAVE_NEXT) return "NULL";
    if (l->to >= x->j->n_steps) return again_quoted(x, str_of(how), ok);
    const struct step *to = &x->j->steps[l->to];
    const voc_str title = to->title.len ? to->title : to->id;
    const char *text = arena_printf(&x->c->arena, "%s to %.*s", how, STR_ARG(title));
    *ok = *ok && text;
    return text ? again_quoted(x, str_of(text), ok) : "";
}

static void put_leaves(struct explainer *x, struct buf *b, bool *ok)
{
    const struct journey *j = x->j;
    size_t n = 0;
    buf_cstr(b, "(VALUES");
    for (size_t i = 0; i < j->n_steps; i++)
        for (size_t k = 0; k < j->steps[i].n_leaves; k++) {
            const struct leave *l = &j->steps[i].leaves[k];
            buf_printf(b, "%s(%s, %zu, %d, %s)", n++ ? ", " : " ", again_quoted(x, j->steps[i].id, ok), k,
                       l->outcome == VOC_LEAVE_NEXT || l->outcome == VOC_LEAVE_WON, left_as(x, l, ok));
        }
    buf_cstr(b, n ? ")" : " (NULL, NULL, NULL, NULL))");
}

static void put_own_steps(struct explainer *x, struct buf *b, bool *ok)
{
    buf_cstr(b, "(VALUES");
    for (size_t i = 0; i < x->j->n_steps; i++) buf_printf(b, "%s(%s)", i ? ", " : " ", again_quoted(x, x->j->steps[i].id, ok));
    buf_byte(b, ')');
}

// The work of each step, with the minutes that it usually takes.
static void put_own_work(struct explainer *x, struct buf *b, bool *ok)
{
    const struct journey *j = x->j;
    size_t n = 0;
    buf_cstr(b, "(VALUES");
    for (size_t s = 0; s < j->n_steps; s++)
        for (size_t i = 0; i < j->n_claims + j->n_works; i++) {
            const struct claim *c = i < j->n_claims ? &j->claims[i] : &j->works[i - j->n_claims];
            if (!str_eq(c->step, j->steps[s].id)) continue;
            buf_printf(b, "%s(%s, %s, ", n++ ? ", " : " ", again_quoted(x, j->steps[s].id, ok), again_quoted(x, c->id.len ? c->id : c->title, ok));
            buf_printf(b, "%s, ", again_quoted(x, c->title.len ? c->title : c->id, ok));
            if (c->minutes == VOC_NA) buf_printf(b, "NULL, %d)", j->steps[s].enter != NULL);
            else buf_printf(b, "%.6g, %d)", (double)c->minutes / 1e6, j->steps[s].enter != NULL);
        }
    buf_cstr(b, n ? ")" : " (NULL, NULL, NULL, NULL, 0))");
}

// "field sales (Propose)": what comes next, as what a section gives says, else as it says itself.
static const char *next_name(struct explainer *x, const struct exchange *e, uint32_t step, uint32_t stage, bool *ok)
{
    const struct journey *j = x->j;
    if (step >= j->n_steps && stage >= j->n_stages) return "NULL";
    const bool is_step = step < j->n_steps;
    const voc_str id = is_step ? j->steps[step].id : j->stages[stage].id,
                  given = is_step ? j->steps[step].title : j->stages[stage].title, title = given.len ? given : id;
    voc_str owner = is_step ? j->steps[step].owner : j->stages[stage].owner;
    for (size_t i = e->n_outputs; i-- > 0;) {
        const struct output *o = &e->outputs[i];
        if (o->owner.len && (is_step ? o->next_step == step : o->next_stage == stage)) owner = o->owner;
    }
    const char *text = owner.len ? arena_printf(&x->c->arena, "%.*s (%.*s)", STR_ARG(owner), STR_ARG(title))
                                 : arena_printf(&x->c->arena, "%.*s", STR_ARG(title));
    *ok = *ok && text;
    return text ? again_quoted(x, str_of(text), ok) : "";
}

static const struct exchange *exchange_at(const struct journey *j, bool of_steps, size_t i)
{
    return of_steps ? &j->steps[i].exchange : &j->stages[i].exchange;
}
static voc_str section_id(const struct journey *j, bool of_steps, size_t i) { return of_steps ? j->steps[i].id : j->stages[i].id; }
static voc_str output_title(const struct output *o) { return o->title.len ? o->title : STR("the declared output"); }

// What stages or steps are declared to give, and the step that it goes to.
static void put_declared(struct explainer *x, struct buf *b, bool of_steps, bool *ok)
{
    const struct journey *j = x->j;
    size_t n = 0;
    buf_cstr(b, "(VALUES");
    for (size_t i = 0; i < (of_steps ? j->n_steps : j->n_stages); i++) {
        const struct exchange *e = exchange_at(j, of_steps, i);
        for (size_t k = 0; k < e->n_outputs; k++) {
            buf_printf(b, "%s(%s, ", n++ ? ", " : " ", again_quoted(x, section_id(j, of_steps, i), ok));
            buf_printf(b, "%s, %s)", again_quoted(x, output_title(&e->outputs[k]), ok), next_name(x, e, e->outputs[k].next_step, VOC_NONE, ok));
        }
    }
    buf_cstr(b, n ? ")" : " (NULL, NULL, NULL))");
}

// The events that show it.
static bool put_shown(struct explainer *x, struct buf *b, bool of_steps, bool *ok)
{
    const struct journey *j = x->j;
    size_t n = 0;
    bool said = true;
    for (size_t i = 0; i < (of_steps ? j->n_steps : j->n_stages) && said; i++) {
        const struct exchange *e = exchange_at(j, of_steps, i);
        for (size_t k = 0; k < e->n_outputs && said; k++) {
            buf_printf(b, "%sSELECT %s AS step, ", n++ ? "\n    UNION ALL " : "", again_quoted(x, section_id(j, of_steps, i), ok));
            buf_printf(b, "%s AS what, unit, rowid AS at, time_us FROM event WHERE ", again_quoted(x, output_title(&e->outputs[k]), ok));
            said = e->outputs[k].shown && put_predicate(x, b, e->outputs[k].shown, ok);
        }
    }
    if (!n) buf_cstr(b, "SELECT NULL AS step, NULL AS what, NULL AS unit, 0 AS at, 0 AS time_us WHERE 0");
    return said;
}

// Where each <leave> that goes on hands over: as it says, else to what the step gives to.
static void put_handed(struct explainer *x, struct buf *b, bool *ok)
{
    const struct journey *j = x->j;
    size_t n = 0;
    buf_cstr(b, "(VALUES");
    for (size_t i = 0; i < j->n_steps; i++)
        for (size_t k = 0; k < j->steps[i].n_leaves; k++) {
            const struct leave *l = &j->steps[i].leaves[k];
            const struct exchange *e = &j->steps[i].exchange;
            uint32_t step = l->to, stage = VOC_NONE;
            if (l->outcome != VOC_LEAVE_NEXT) continue;
            for (size_t o = 0; step == VOC_NONE && stage == VOC_NONE && o < e->n_outputs; o++)
                step = e->outputs[o].next_step, stage = step == VOC_NONE ? e->outputs[o].next_stage : VOC_NONE;
            buf_printf(b, "%s(%s, %zu, %s)", n++ ? ", " : " ", again_quoted(x, j->steps[i].id, ok), k, next_name(x, e, step, stage, ok));
        }
    buf_cstr(b, n ? ")" : " (NULL, NULL, NULL))");
}

static void put_windows(struct explainer *x, struct buf *b, bool *ok)
{
    const struct journey *j = x->j;
    buf_cstr(b, "(VALUES");
    for (size_t i = 0; i < j->n_steps; i++) {
        int64_t us = j->response.window_us;
        for (size_t k = 0; k < j->response.n_windows; k++)
            if (j->steps[i].stage != VOC_NONE && j->response.windows[k].stage == j->steps[i].stage &&
                j->response.windows[k].touchpoint == VOC_NONE)
                us = j->response.windows[k].us;
        buf_printf(b, "%s(%s, %" PRId64 ")", i ? ", " : " ", again_quoted(x, j->steps[i].id, ok), us);
    }
    buf_byte(b, ')');
}

static bool declares_suppliers(const struct journey *j)
{
    bool any = false;
    for (size_t i = 0; i < j->n_steps; i++) any = any || j->steps[i].exchange.n_suppliers;
    return any;
}

static bool hole(struct explainer *x, const struct recipe *r, voc_str word, struct buf *b, bool *ok, bool *whole)
{
    (void)r;
    if (str_is(word, "marks")) *whole = put_marks(x, b, ok) && *whole;
    else if (str_is(word, "shown_steps") || str_is(word, "shown_stages")) *whole = put_shown(x, b, str_is(word, "shown_steps"), ok) && *whole;
    else if (str_is(word, "outputs_steps") || str_is(word, "outputs_stages")) put_declared(x, b, str_is(word, "outputs_steps"), ok);
    else if (str_is(word, "own_suppliers")) *whole = *whole && !declares_suppliers(x->j);
    else if (str_is(word, "handed")) put_handed(x, b, ok);
    else if (str_is(word, "leaves")) put_leaves(x, b, ok);
    else if (str_is(word, "own_steps")) put_own_steps(x, b, ok);
    else if (str_is(word, "own_work")) put_own_work(x, b, ok);
    else if (str_is(word, "step_windows")) put_windows(x, b, ok);
    else return false;
    return true;
}
const struct recipes recipes_visits = {all, sizeof all / sizeof *all, hole};
