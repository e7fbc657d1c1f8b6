// SPDX-License-Identifier: MIT
// The query that gives a figure again: first from the result, then from what the result was made of (the matched sets, the
// events, the stays), so that nobody has to believe the program. Each line is short enough to be copied from a terminal.
#include <ctype.h>
#include <stdio.h>

#include "cli/explain/explain.h"

voc_rc again_open(struct explainer *x, struct table **t)
{
    const char *title = arena_printf(&x->c->arena, "Get it again: voc sql %s \"...\"", x->c->project ? cli_word(x->c, x->c->project) : "PROJECT");
    voc_rc rc = title ? explain_table(x, t, "again", title) : VOC_E_NOMEM;
    return rc ? rc : table_column(*t, "sql", "", VOC_CELL_TEXT, "", 0, "");
}

// Lines of a query, one row each. Takes the text apart at newlines.
voc_rc again_put(struct table *t, const char *title, voc_str lines)
{
    voc_rc rc = table_group(t, title, "");
    while (lines.len && !rc) {
        const char *nl = memchr(lines.ptr, '\n', lines.len);
        size_t len = nl ? (size_t)(nl - lines.ptr) : lines.len;
        table_text(t, str_mk(lines.ptr, len));
        lines = str_mk(lines.ptr + len + (nl != NULL), lines.len - len - (nl != NULL));
    }
    return rc;
}

// A text of SQL: quotes are doubled.
const char *again_quoted(struct explainer *x, voc_str s, bool *ok)
{
    char *to = arena_alloc(&x->c->arena, 2 * s.len + 3);
    size_t n = 0;
    if (!to) {
        *ok = false;
        return "''";
    }
    to[n++] = '\'';
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '\'') to[n++] = '\'';
        to[n++] = s.ptr[i];
    }
    to[n++] = '\'';
    to[n] = 0;
    return to;
}

const char *again_name(struct explainer *x, voc_str s)
{
    static const char *const meant[] = {"all", "and", "as", "by", "case", "check", "default", "else", "end", "from", "group", "in", "index", "is", "join", "left", "limit", "not", "null", "on", "or", "order", "outer", "right", "select", "set", "table", "then", "to", "union", "values", "when", "where"};
    bool plain = true;
    for (size_t i = 0; i < sizeof meant / sizeof *meant; i++) plain = plain && !str_is(s, meant[i]);
    return arena_printf(&x->c->arena, plain ? "%.*s" : "[%.*s]", STR_ARG(s));
}

// Queries below hold one "?" where the name belongs.
static voc_rc query(struct explainer *x, struct table *t, const char *title, const char *text, voc_str what)
{
    bool ok = true;
    size_t before = strcspn(text, "?");
    const char *whole = arena_printf(&x->c->arena, "%.*s%s%s", (int)before, text, again_quoted(x, what, &ok), text + before + 1);
    return ok && whole ? again_put(t, title, str_of(whole)) : VOC_E_NOMEM;
}

static const char from_result[] = "SELECT code, touches, matched, observed, expected, extra, extra_lo, extra_hi, p_adjusted, spent\n"
                                  "  FROM score_touchpoints WHERE touchpoint = ?";
// METHODS 3.4 from the sets: m(v) comparators are still followed at v.
static const char from_sets[] = "WITH m AS (SELECT set_no, role, event, follow_up_us,\n"
                                "  count(*) OVER (PARTITION BY set_no, role ORDER BY follow_up_us DESC) AS still,\n"
                                "  max(CASE role WHEN 'exposed' THEN follow_up_us END) OVER (PARTITION BY set_no) AS f1,\n"
                                "  max(CASE role WHEN 'comparator' THEN follow_up_us END) OVER (PARTITION BY set_no) AS last\n"
                                "  FROM score_sets WHERE touchpoint = ?)\n"
                                "  SELECT count(DISTINCT CASE WHEN last > 0 THEN set_no END) AS matched,\n"
                                "  sum(role = 'exposed' AND event AND follow_up_us <= last) AS observed,\n"
                                "  sum(CASE WHEN role = 'comparator' AND event AND follow_up_us <= f1\n"
                                "    THEN 1.0 / still END) AS expected FROM m";
static const char from_touches[] = "SELECT count(*) AS touches, count(DISTINCT unit) AS customers FROM event\n"
                                   "  WHERE touchpoint = ? AND actor = 'company'";
static const char from_uses[] = "SELECT count(*) AS times, count(DISTINCT individual) AS obtained FROM event\n"
                                "  WHERE touchpoint = ? AND actor = 'customer'";
static const char from_work[] = "SELECT count(*) AS times, sum(minutes) AS minutes FROM event WHERE touchpoint = ?";
static const char from_stays[] = "SELECT count(*) AS entries, sum(end = 'forward') AS advanced, sum(end = 'backward') AS backward,\n"
                                 "  sum(end = 'exit') AS exits, sum(end = 'lapsed') AS lapsed, sum(end = 'censored') AS open\n"
                                 "  FROM journey WHERE stage = ?";
static const char of_exits[] = "SELECT end, exit, count(*) AS n FROM journey WHERE stage = ? GROUP BY end, exit";
static const char who_stays[] = "SELECT unit, entered_time, left_time, (left_us - entered_us) / 86400e6 AS days, end\n"
                                "  FROM journey WHERE stage = ? ORDER BY days DESC";
static const char with_code[] = "SELECT touchpoint, stage, reason FROM score_touchpoints WHERE code = ?";

static const char of_action[] = "SELECT actor, class, touchpoint, stage, count(*) AS n, count(DISTINCT unit) AS customers\n"
                                "  FROM event WHERE action = ? GROUP BY 1, 2, 3, 4 ORDER BY n DESC";
static const char when_action[] = "SELECT time, unit, object, source, line FROM event WHERE action = ? ORDER BY time_us";

voc_rc again_action(struct explainer *x, voc_str action)
{
    struct table *t = NULL;
    voc_rc rc = again_open(x, &t);
    if (!rc) rc = query(x, t, "By whom, as what, and in which stage", of_action, action);
    return rc ? rc : query(x, t, "Each of them, with its file and line", when_action, action);
}

voc_rc again_touchpoint(struct explainer *x, const voc_table *v, size_t row)
{
    struct table *t = NULL;
    voc_str id = figures_text(v, row, "touchpoint"), kind = figures_text(v, row, "kind");
    const voc_cell *random = figures_cell(v, row, "randomised");
    voc_rc rc = again_open(x, &t);
    if (!rc) rc = query(x, t, "As the score found it", from_result, id);
    if (!rc && str_is(kind, "push")) rc = query(x, t, "From the matched sets (voc score PROJECT --sets, one row a customer)", from_sets, id);
    if (!rc && str_is(kind, "push")) rc = query(x, t, "From the events: all its touches", from_touches, id);
    if (!rc && str_is(kind, "pull")) rc = query(x, t, "From the events: who obtained it", from_uses, id);
    if (!rc && str_is(kind, "work")) rc = query(x, t, "From the events: how often it was done", from_work, id);
    if (!rc && random && random->i) rc = table_note(t, VOC_NOTE_AFTER, "The verdict is that of the random test. The sets show what the comparison without it would have said.");
    return rc;
}

const char *again_table(struct explainer *x, const struct source *s)
{
    char *name = arena_printf(&x->c->arena, "%s_%.*s", s->command, STR_ARG(s->view.name));
    for (char *c = name; c && *c; c++)
        if (!isalnum((unsigned char)*c)) *c = '_';
    return name;
}

voc_rc again_column(struct explainer *x, const struct source *s, size_t column, size_t row)
{
    struct table *t = NULL;
    bool ok = true;
    const voc_table *v = &s->view;
    voc_str id = row == SIZE_MAX ? STR("") : figures_text(v, row, "touchpoint");
    if (!s->plugin) return VOC_OK;
    const char *where = id.len ? arena_printf(&x->c->arena, " WHERE touchpoint = %s", again_quoted(x, id, &ok)) : "";
    const char *table = again_table(x, s), *col = again_name(x, v->columns[column].name), *first = again_name(x, v->columns[0].name);
    voc_rc rc = !where || !table || !col || !first || !ok ? VOC_E_NOMEM : again_open(x, &t);
    const char *range = !rc && v->columns[column].type == VOC_CELL_RANGE ? arena_printf(&x->c->arena, ", %s_lo, %s_hi", col, col) : "";
    const char *text = rc || !range ? NULL : arena_printf(&x->c->arena, "SELECT %s, %s%s\n  FROM %s%s", first, col, range, table, where);
    if (!rc && !text) rc = VOC_E_NOMEM;
    return rc ? rc : again_put(t, "As the analysis found it", str_of(text));
}

voc_rc again_stage(struct explainer *x, voc_str stage)
{
    struct table *t = NULL;
    voc_rc rc = again_open(x, &t);
    if (!rc) rc = query(x, t, "The counts, from the stays", from_stays, stage);
    if (!rc) rc = query(x, t, "How the stays ended", of_exits, stage);
    return rc ? rc : query(x, t, "Who, and for how long", who_stays, stage);
}

voc_rc again_code(struct explainer *x, voc_str code)
{
    struct table *t = NULL;
    voc_rc rc = again_open(x, &t);
    return rc ? rc : query(x, t, "Which touchpoints have it", with_code, code);
}
