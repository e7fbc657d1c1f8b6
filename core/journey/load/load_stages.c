// SPDX-License-Identifier: MIT
// Stages, exits, regress and win; actions and their classes; roles and segments; aims. With the rules of METHODS 2.2 and
// 3.2: a stage is entered by what the customer does, and an aim never names what is no outcome.
#include "journey/load/load.h"

static const char *const class_names[] = {
    [VOC_CLASS_NEUTRAL] = "neutral", [VOC_CLASS_VALUE] = "value",             [VOC_CLASS_MECHANICAL] = "mechanical",
    [VOC_CLASS_HARM] = "harm",       [VOC_CLASS_UNDELIVERED] = "undelivered", [VOC_CLASS_PASSAGE] = "passage",
    [VOC_CLASS_TROUBLE] = "trouble",
};
#define N_CLASSES (sizeof class_names / sizeof *class_names)

uint32_t load_stage_index(const struct loader *l, voc_str id)
{
    for (size_t i = 0; i < l->j->n_stages; i++)
        if (str_eq(l->j->stages[i].id, id)) return (uint32_t)i;
    return VOC_NONE;
}

const uint32_t *load_stage_list(struct loader *l, const struct xml_node *n, const char *attr, size_t *count)
{
    size_t words = 0;
    const voc_str *word = load_words(l, n, attr, &words);
    uint32_t *out = load_take(l, words, sizeof *out);
    *count = 0;
    for (size_t i = 0; i < words && out; i++) {
        uint32_t s = load_stage_index(l, word[i]);
        if (s != VOC_NONE) out[(*count)++] = s;
    }
    return out;
}

// Events of others in a test that reads the customer's acts only.
static void customers_only(struct loader *l, const struct predicate *p, voc_str stage)
{
    if (p->kind == PRED_EVENT && p->actors != 1u << VOC_ACTOR_CUSTOMER)
        load_fault(l, "JOURNEY-013", p->line, "a stage is evidenced by what the customer does; for stages that the company recorded write <stages evidence=\"declared\">",
                   "a definition of stage \"%.*s\" tests events of others than the customer", LOAD_SHOW(stage));
    for (size_t i = 0; i < p->n_child; i++) customers_only(l, p->child[i], stage);
}

static void can_fire(struct loader *l, const struct predicate *p, const char *what)
{
    if (!predicate_has_leaf(p))
        load_fault(l, "JOURNEY-019", p->line, "<not> and <fact> only guard: add the <event> at which it happens", "this %s can never hold: it names no event", what);
}

static void load_stage(struct loader *l, const struct xml_node *n, struct stage *s)
{
    s->id = load_text(n, "id");
    s->title = load_given(n, "title") ? load_text(n, "title") : s->id;
    s->phase = load_text(n, "phase");
    s->owner = load_text(n, "owner");
    s->calendar = load_text(n, "calendar");
    s->line = n->line;
    s->skippable = load_yes(n, "skippable");
    s->repeatable = load_yes(n, "repeatable");
    s->opens_known_from = load_given(n, "opens");
    if (!grammar_duration(load_text(n, "stall"), &s->stall_us, &s->stall_working)) s->stall_us = VOC_NA;
    if (!grammar_duration(load_text(n, "target"), &s->target_us, &s->target_working)) s->target_us = VOC_NA;
    size_t count = load_children(n, "definition");
    const struct predicate **definition = load_take(l, count, sizeof *definition);
    voc_str *ids = load_take(l, count, sizeof *ids);
    for (const struct xml_node *k = load_child(n, "definition"); k && definition && ids; k = load_next(k->next, "definition")) {
        const struct predicate *p = load_predicate_in(l, k);
        if (!p) continue;
        can_fire(l, p, "definition");
        if (!l->j->evidence_declared) customers_only(l, p, s->id);
        ids[s->n_definitions] = load_text(k, "id");
        definition[s->n_definitions++] = p;
    }
    s->definition = definition;
    s->definition_id = ids;
}

void load_stages(struct loader *l)
{
    const struct xml_node *in = load_child(l->j->root, "stages");
    l->j->win_stage = l->j->win_exit = VOC_NONE;
    l->j->margin = VOC_NA;
    if (!in) return;
    l->j->evidence_declared = str_is(load_text(in, "evidence"), "declared");
    if (load_children(in, "stage") > 64) {
        load_fault(l, "JOURNEY-008", in->line, "join some", "more than 64 stages"); // moves keep the passed ones as bits
        return;
    }
    struct stage *stages = load_take(l, load_children(in, "stage"), sizeof *stages);
    for (const struct xml_node *k = load_child(in, "stage"); k && stages; k = load_next(k->next, "stage"))
        load_stage(l, k, &stages[l->j->n_stages++]);
    l->j->stages = stages;

    struct stage_exit *exits = load_take(l, load_children(in, "exit"), sizeof *exits);
    for (const struct xml_node *k = load_child(in, "exit"); k && exits; k = load_next(k->next, "exit")) {
        struct stage_exit *e = &exits[l->j->n_exits];
        e->id = load_text(k, "id");
        e->title = load_given(k, "title") ? load_text(k, "title") : e->id;
        e->outcome = load_text(k, "outcome");
        e->line = k->line;
        if (!(e->when = load_predicate_in(l, k))) continue;
        can_fire(l, e->when, "exit");
        l->j->n_exits++;
    }
    l->j->exits = exits;

    struct regress *back = load_take(l, load_children(in, "regress"), sizeof *back);
    for (const struct xml_node *k = load_child(in, "regress"); k && back; k = load_next(k->next, "regress")) {
        struct regress *r = &back[l->j->n_regresses];
        r->to = load_stage_index(l, load_text(k, "to"));
        r->from = load_given(k, "from") ? load_stage_index(l, load_text(k, "from")) : VOC_NONE;
        r->line = k->line;
        if (load_given(k, "from") && r->from != VOC_NONE && r->to != VOC_NONE && r->to >= r->from)
            load_fault(l, "JOURNEY-016", k->line, "stages rank by their order in the file", "<regress> goes back, but \"%.*s\" does not stand before \"%.*s\"",
                       LOAD_SHOW(load_text(k, "to")), LOAD_SHOW(load_text(k, "from")));
        if (r->to == VOC_NONE || !(r->when = load_predicate_in(l, k))) continue;
        can_fire(l, r->when, "regress");
        l->j->n_regresses++;
    }
    l->j->regresses = back;

    const struct xml_node *win = load_child(in, "win");
    if (!win) return;
    if (load_given(win, "stage")) l->j->win_stage = load_stage_index(l, load_text(win, "stage"));
    for (size_t i = 0; i < l->j->n_exits && load_given(win, "exit"); i++)
        if (str_eq(l->j->exits[i].id, load_text(win, "exit"))) l->j->win_exit = (uint32_t)i;
    l->j->margin = load_money(win, "margin");
}

void load_actions(struct loader *l)
{
    static const char *const actors[] = {"", "customer", "company", "other"};
    const struct xml_node *in = load_child(l->j->root, "actions");
    struct action_rule *actions = load_take(l, load_children(in, "action"), sizeof *actions);
    for (const struct xml_node *k = load_child(in, "action"); k && actions; k = load_next(k->next, "action")) {
        struct action_rule *a = &actions[l->j->n_actions];
        const voc_str *like = xml_get(k, "name-like");
        a->name = load_text(k, "name");
        a->line = k->line;
        if (like && !(a->like = load_pattern(l, *like, 0, k->line))) continue;
        a->actor = (uint32_t)load_word(k, "actor", actors, 4, VOC_ACTOR_UNSET);
        a->class_ = (uint32_t)load_word(k, "class", class_names, N_CLASSES, VOC_CLASS_NEUTRAL);
        a->value = load_money(k, "value");
        a->stages = load_stage_list(l, k, "stages", &a->n_stages);
        l->j->n_actions++;
    }
    l->j->actions = actions;
}

void load_groups(struct loader *l)
{
    static const char *const names[2][2] = {{"roles", "role"}, {"segments", "segment"}};
    for (size_t i = 0; i < 2; i++) {
        const struct xml_node *in = load_child(l->j->root, names[i][0]);
        struct group_rule *groups = load_take(l, load_children(in, names[i][1]), sizeof *groups);
        size_t n = 0;
        for (const struct xml_node *k = load_child(in, names[i][1]); k && groups; k = load_next(k->next, names[i][1])) {
            struct group_rule *g = &groups[n];
            g->id = load_text(k, "id");
            g->title = load_given(k, "title") ? load_text(k, "title") : g->id;
            g->line = k->line;
            if ((g->when = load_predicate_in(l, k))) n++;
        }
        if (i == 0) {
            l->j->roles = groups;
            l->j->n_roles = n;
        } else {
            l->j->segments = groups;
            l->j->n_segments = n;
        }
    }
}

static bool never_outcome(size_t class_)
{
    return class_ == VOC_CLASS_MECHANICAL || class_ == VOC_CLASS_UNDELIVERED || class_ == VOC_CLASS_PASSAGE || class_ == VOC_CLASS_TROUBLE;
}

static const struct action_rule *declared_action(const struct loader *l, voc_str name)
{
    for (size_t i = 0; i < l->j->n_actions; i++) {
        const struct action_rule *a = &l->j->actions[i];
        if (a->like ? regex_match(a->like, name, NULL, NULL) == 1 : str_eq(a->name, name)) return a;
    }
    return NULL;
}

// METHODS 3.2: an aim that names what is never an outcome is an error; harm never counts for one.
static void aim_names_outcomes(struct loader *l, const struct predicate *p)
{
    for (size_t t = 0; p->kind == PRED_EVENT && t < p->n_tests; t++) {
        const struct leaf_test *test = &p->tests[t];
        size_t class_ = N_CLASSES;
        char meant[100];
        voc_str names[1] = {{"", 0}};
        if (test->re) continue;
        if (test->field == LEAF_CLASS)
            for (size_t c = 0; c < N_CLASSES; c++) class_ = str_is(test->whole, class_names[c]) ? c : class_;
        if (test->field == LEAF_ACTION) {
            const struct action_rule *a = declared_action(l, test->whole);
            if (a) class_ = a->class_;
            for (size_t i = 0; !a && i < l->j->n_actions && !names[0].len; i++) names[0] = grammar_nearest(test->whole, &l->j->actions[i].name, 1);
            if (!a && names[0].len)
                load_warn(l, "JOURNEY-023", p->line, "an action that is not declared is neutral", "the aim names the action \"%.*s\", which is not declared%s",
                          LOAD_SHOW(test->whole), load_meant(meant, sizeof meant, names[0]));
        }
        if (class_ < N_CLASSES && never_outcome(class_))
            load_fault(l, "JOURNEY-012", p->line, "name actions that customers take to obtain something", "the aim names \"%.*s\", which is %s and never an outcome",
                       LOAD_SHOW(test->whole), class_names[class_]);
        else if (class_ == VOC_CLASS_HARM)
            load_warn(l, "JOURNEY-012", p->line, "harm is judged by itself, for every touchpoint",
                      "the aim names \"%.*s\", which is harm: it will not count", LOAD_SHOW(test->whole));
    }
    for (size_t i = 0; i < p->n_child; i++) aim_names_outcomes(l, p->child[i]);
}

void load_aim(struct loader *l, const struct xml_node *holder, const struct predicate **aim, int64_t *value)
{
    const struct xml_node *n = load_child(holder, "aim");
    *aim = NULL;
    *value = VOC_NA;
    if (!n) return;
    *value = load_money(n, "value");
    *aim = load_given(n, "actions") ? load_action_list(l, n) : load_predicate_in(l, n);
    if (!*aim) return;
    can_fire(l, *aim, "aim");
    aim_names_outcomes(l, *aim);
}
