// SPDX-License-Identifier: MIT
// Rules about several attributes or children of one element: what excludes or needs what, which ranges are empty, what can
// never happen. Called for each element that stands where it may.
#include "journey/load/load.h"

#define LATER "the end must be later than the beginning"

// Exactly one of two attributes.
static void one_of(struct loader *l, const struct xml_node *n, const char *a, const char *b)
{
    bool has_a = load_given(n, a), has_b = load_given(n, b);
    if (has_a && has_b)
        load_fault(l, "JOURNEY-015", n->line, "remove one of them", "<%.*s> has both %s and %s", LOAD_SHOW(n->name), a, b);
    else if (!has_a && !has_b)
        load_fault(l, "JOURNEY-015", n->line, NULL, "<%.*s> has neither %s nor %s; it needs one of them", LOAD_SHOW(n->name), a, b);
}

static void expect_rules(struct loader *l, const struct xml_node *n)
{
    static const char *const what[] = {"stage", "exit", "blocked", "touchpoint"};
    size_t count = 0;
    for (size_t i = 0; i < 4; i++) count += load_given(n, what[i]);
    if (count > 1)
        load_fault(l, "JOURNEY-015", n->line, "write one <expect> for each", "<expect> expects several things at once");
    else if (!count && !load_given(n, "end"))
        load_fault(l, "JOURNEY-015", n->line, "write one of stage, exit, blocked, touchpoint, end", "<expect> expects nothing");
}

static void map_rules(struct loader *l, const struct xml_node *n)
{
    bool action = load_given(n, "action"), from = load_given(n, "action-from");
    if (!load_given(n, "from") && !load_given(n, "const"))
        load_fault(l, "JOURNEY-015", n->line, "write from=\"COLUMN\", or const=\"VALUE\" where every row has the same", "<map> has neither from nor const");
    if (action && from) load_fault(l, "JOURNEY-015", n->line, "remove one of them", "<map> has both action and action-from");
    if ((action || from) && !str_is(load_text(n, "to"), "time"))
        load_fault(l, "JOURNEY-015", n->line, "only a date column of a wide table names an action: write to=\"time\"", "<map to=\"%.*s\"> names an action",
                   LOAD_SHOW(load_text(n, "to")));
}

static void aim_rules(struct loader *l, const struct xml_node *n)
{
    size_t tests = 0;
    for (const struct xml_node *k = n->first; k; k = k->next) tests += grammar_is_predicate(k->name, false);
    if (load_given(n, "actions") && tests)
        load_fault(l, "JOURNEY-015", n->line, "remove one of them", "<aim> has both a list of actions and a test");
    else if (!load_given(n, "actions") && !tests)
        load_fault(l, "JOURNEY-015", n->line, "write actions=\"order renew\", or put an <event> in it", "<aim> names no action of the customer");
}

static void stage_rules(struct loader *l, const struct xml_node *n)
{
    size_t definitions = load_children(n, "definition");
    if (!definitions && !load_given(n, "opens"))
        load_fault(l, "JOURNEY-019", n->line, "give it a <definition>: the act of a customer that shows that it has begun",
                   "nothing can enter stage \"%.*s\": it has no definition", LOAD_SHOW(load_text(n, "id")));
    for (const struct xml_node *d = load_child(n, "definition"); d; d = load_next(d->next, "definition"))
        for (const struct xml_node *e = load_next(d->next, "definition"); e; e = load_next(e->next, "definition"))
            if (load_given(d, "id") && load_given(e, "id") && str_eq(load_text(d, "id"), load_text(e, "id")))
                load_fault(l, "JOURNEY-011", e->line, "give this one another", "two definitions of a stage have the id \"%.*s\"", LOAD_SHOW(load_text(e, "id")));
}

// The same name may be declared once for each actor. Names too long for an index are not compared.
static void action_rules(struct loader *l, const struct xml_node *n)
{
    static const char *const actors[] = {"action", "customer's action", "company's action", "action of others"};
    static const char *const words[] = {"", "customer", "company", "other"};
    const voc_str *name = xml_get(n, "name");
    one_of(l, n, "name", "name-like");
    if (name && name->len <= 200) load_remember(l, str_of(actors[load_word(n, "actor", words, 4, 0)]), *name, n);
}

static void range(struct loader *l, const struct xml_node *n, const char *from, const char *to)
{
    int64_t a = load_time(l, n, from, NULL), b = load_time(l, n, to, NULL);
    if (a != VOC_NA && b != VOC_NA && a >= b)
        load_fault(l, "JOURNEY-016", n->line, LATER, "<%.*s>: %s is not before %s", LOAD_SHOW(n->name), from, to);
}

static void numbers(struct loader *l, const struct xml_node *n)
{
    double a, b;
    if (str_real(load_text(n, "at-least"), &a) && str_real(load_text(n, "at-most"), &b) && a > b)
        load_fault(l, "JOURNEY-016", n->line, "no number is both", "<%.*s>: at-least is greater than at-most", LOAD_SHOW(n->name));
}

// Lists that must rise: recency "1d 7d 30d", cuts "1 4".
static void rising(struct loader *l, const struct xml_node *n)
{
    size_t count = 0;
    const int64_t *v = load_durations(l, n, "recency", &count);
    for (size_t i = 1; v && i < count; i++)
        if (v[i - 1] >= v[i]) load_fault(l, "JOURNEY-016", n->line, "write the shortest first", "recency of <response> does not rise");
    v = load_integers(l, n, "cuts", &count);
    for (size_t i = 1; v && i < count; i++)
        if (v[i - 1] >= v[i]) load_fault(l, "JOURNEY-016", n->line, "write the smallest first", "cuts of <response> do not rise");
}

static void chart_rules(struct loader *l, const struct xml_node *n)
{
    size_t count = 0;
    const int64_t *v = load_integers(l, n, "rules", &count);
    for (size_t i = 0; v && i < count; i++)
        if (v[i] < 1 || v[i] > 8) load_fault(l, "JOURNEY-007", n->line, "the rules are numbered 1 to 8", "rule %lld of <chart> does not exist", (long long)v[i]);
}

void load_either_or(struct loader *l, const struct xml_node *n)
{
    voc_str e = n->name;
    if (str_is(e, "action")) action_rules(l, n);
    else if (str_is(e, "win")) one_of(l, n, "stage", "exit");
    else if (str_is(e, "aim")) aim_rules(l, n);
    else if (str_is(e, "stage")) stage_rules(l, n);
    else if (str_is(e, "expect")) expect_rules(l, n);
    else if (str_is(e, "map")) map_rules(l, n);
    else if (str_is(e, "response")) rising(l, n);
    else if (str_is(e, "chart")) chart_rules(l, n);
    else if (str_is(e, "observe")) range(l, n, "start", "end");
    else if (str_is(e, "holdout") || str_is(e, "exclude")) range(l, n, "from", "to");
    else if (str_is(e, "touchpoint")) range(l, n, "available-from", "available-to");
    else if (str_is(e, "count") || str_is(e, "clause") || (str_is(e, "fact") && load_given(n, "at-least"))) numbers(l, n);
    else if (str_is(e, "window") && !load_given(n, "stage") && !load_given(n, "touchpoint"))
        load_fault(l, "JOURNEY-015", n->line, "for all of them write <response window=\"...\">", "<window> names neither a stage nor a touchpoint");
}
