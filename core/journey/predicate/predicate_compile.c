// SPDX-License-Identifier: MIT
// Predicates to programs: nodes with their tests bound to memos, and for each action the set of programs that it can
// touch, so that an event costs only the definitions that can see it. Single-threaded; the result is read by all threads.
#include "journey/predicate/predicate_int.h"
#include "journey/predicate/event_text.h"

static const char *const class_names[] = {"neutral", "value", "mechanical", "harm", "undelivered", "passage", "trouble"};
#define CLASSES (sizeof class_names / sizeof *class_names)

voc_rc evaluator_new(struct evaluator **out, const struct event_set *s)
{
    struct evaluator *ev = mem_zalloc(1, sizeof *ev);
    if (!ev) return VOC_E_NOMEM;
    ev->s = s;
    ev->roles = (struct eval_names){s->strings[SPACE_ROLE], s->n_strings[SPACE_ROLE]};
    voc_rc rc = facts_init(&ev->facts, s);
    if (rc) {
        evaluator_free(ev);
        return rc;
    }
    *out = ev;
    return VOC_OK;
}

void evaluator_free(struct evaluator *ev)
{
    if (!ev) return;
    for (size_t i = 0; i < ev->attr_memos.n; i++) {
        mem_free((void *)ev->attr_memos.at[i]->state);
        mem_free(ev->attr_memos.at[i]);
    }
    vec_free(&ev->attr_memos);
    memo_done(&ev->memos);
    interned_done(&ev->text);
    interned_done(&ev->attrs);
    interned_done(&ev->values);
    facts_done(&ev->facts);
    mem_free(ev->theme_ids);
    mem_free(ev);
}

voc_rc evaluator_themes(struct evaluator *ev, const struct journey *j, const struct voices *voices)
{
    ev->theme_ids = mem_zalloc(j->n_themes + 1, sizeof *ev->theme_ids);
    if (!ev->theme_ids) return VOC_E_NOMEM;
    for (size_t i = 0; i < j->n_themes; i++) ev->theme_ids[i] = j->themes[i].id;
    ev->j = j;
    ev->voices = voices;
    return VOC_OK;
}

void evaluator_roles(struct evaluator *ev, struct eval_names names) { ev->roles = names; }
void evaluator_segments(struct evaluator *ev, struct eval_names names) { ev->segments = names; }
void evaluator_touchpoints(struct evaluator *ev, struct eval_names names) { ev->touchpoints = names; }
void evaluator_classes(struct evaluator *ev, const uint8_t *class_of_action) { ev->class_of_action = class_of_action; }
const struct fact_index *evaluator_facts(const struct evaluator *ev) { return &ev->facts; }

voc_rc programs_new(struct programs **out, struct evaluator *ev, uint32_t flags)
{
    struct programs *ps = mem_zalloc(1, sizeof *ps);
    if (!ps) return VOC_E_NOMEM;
    ps->ev = ev;
    ps->flags = flags;
    *out = ps;
    return VOC_OK;
}

void programs_free(struct programs *ps)
{
    if (!ps) return;
    vec_free(&ps->nodes);
    vec_free(&ps->tests);
    vec_free(&ps->children);
    vec_free(&ps->roots);
    mem_free(ps->may);
    mem_free(ps);
}

size_t programs_n(const struct programs *ps) { return ps->roots.n; }
size_t programs_words(const struct programs *ps) { return ps->words; }
bool programs_use_sessions(const struct programs *ps) { return ps->sessions; }

const uint64_t *programs_may(const struct programs *ps, uint32_t action) { return ps->may + (size_t)action * ps->words; }

// ---- leaves -----------------------------------------------------------------------------------------------------------------

static struct eval_names field_names(const struct evaluator *ev, enum leaf_field field)
{
    static const enum store_space space[LEAF_N] = {
        [LEAF_ACTION] = SPACE_ACTION, [LEAF_CHANNEL] = SPACE_CHANNEL, [LEAF_CAMPAIGN] = SPACE_CAMPAIGN,
        [LEAF_OBJECT] = SPACE_OBJECT, [LEAF_TOUCHPOINT] = SPACE_TOUCHPOINT, [LEAF_SOURCE] = SPACE_SOURCE, [LEAF_OWNER] = SPACE_OWNER,
    };
    switch (field) {
    case LEAF_ROLE: return ev->roles;
    case LEAF_SEGMENT: return ev->segments;
    case LEAF_THEME: return (struct eval_names){ev->theme_ids, ev->j ? (uint32_t)ev->j->n_themes : 0};
    case LEAF_TEXT: return (struct eval_names){ev->text.strings, ev->text.n};
    case LEAF_QUESTION: return (struct eval_names){ev->attrs.strings, ev->attrs.n}; // the attribute `question` in it
    default: return (struct eval_names){ev->s->strings[space[field]], ev->s->n_strings[space[field]]};
    }
}

static uint8_t class_mask(const struct leaf_test *t)
{
    unsigned mask = 0;
    for (size_t c = 0; c < CLASSES; c++) {
        voc_str name = str_of(class_names[c]);
        if (t->re ? regex_match(t->re, name, NULL, NULL) == 1 : str_eq(t->whole, name)) mask |= 1u << c;
    }
    return (uint8_t)mask;
}

static voc_rc intern_once(struct interned *i, const void *rows, size_t stride, size_t n)
{
    return i->strings ? VOC_OK : intern_rows(i, rows, stride, n);
}

// A test of one field: bound to the memo of its dictionary.
static voc_rc compile_test(struct programs *ps, struct node *n, const struct leaf_test *t)
{
    struct evaluator *ev = ps->ev;
    if (t->field == LEAF_CLASS) {
        n->class_mask &= class_mask(t);
        n->names_action = true;
        return VOC_OK;
    }
    if (t->field == LEAF_ACTION) n->names_action = true;
    voc_rc rc = VOC_OK;
    if (t->field == LEAF_TEXT) rc = intern_once(&ev->text, ev->s->text, sizeof(voc_str), ev->s->n);
    if (t->field == LEAF_QUESTION) rc = intern_once(&ev->attrs, ev->s->attrs, sizeof(voc_str), ev->s->n);
    if (rc) return rc;
    if ((rc = vec_reserve(&ps->tests, 1, NODES_MAX * 16u))) return rc;
    struct test c = {.field = t->field};
    struct eval_names names = field_names(ev, t->field);
    rc = memo_get((struct value_memo **)&c.memo, &ev->memos, t->re, t->whole, names.at, names.n);
    if (!rc && t->field == LEAF_TOUCHPOINT && ev->touchpoints.at)
        rc = memo_get((struct value_memo **)&c.resolved, &ev->memos, t->re, t->whole, ev->touchpoints.at, ev->touchpoints.n);
    if (rc) return rc;
    ps->tests.at[ps->tests.n++] = c;
    n->n_test++;
    return VOC_OK;
}

static voc_rc compile_fact(struct programs *ps, struct node *n)
{
    struct evaluator *ev = ps->ev;
    n->fact = ps->n_facts++;
    if (n->p->of != FACT_EVENT) {
        if (!n->p->like) return VOC_OK;
        const struct event_set *s = ev->s;
        voc_rc rc = intern_once(&ev->values, s->n_attributes ? &s->attributes[0].text : NULL, sizeof *s->attributes, s->n_attributes);
        if (rc) return rc;
        return memo_get((struct value_memo **)&n->like, &ev->memos, n->p->like, (voc_str){0}, ev->values.strings, ev->values.n);
    }
    voc_rc rc = intern_once(&ev->attrs, ev->s->attrs, sizeof(voc_str), ev->s->n);
    if (rc) return rc;
    for (size_t i = 0; i < ev->attr_memos.n; i++)
        if (ev->attr_memos.at[i]->p == n->p) {
            n->attrs = ev->attr_memos.at[i];
            return VOC_OK;
        }
    if ((rc = vec_reserve(&ev->attr_memos, 1, NODES_MAX))) return rc;
    struct attr_memo *m = mem_zalloc(1, sizeof *m);
    if (!m) return VOC_E_NOMEM;
    m->p = n->p;
    m->state = mem_zalloc(ev->attrs.n, sizeof *m->state);
    if (!m->state) {
        mem_free(m);
        return VOC_E_NOMEM;
    }
    n->attrs = ev->attr_memos.at[ev->attr_memos.n++] = m;
    return VOC_OK;
}

// ---- trees ------------------------------------------------------------------------------------------------------------------

static voc_rc compile(struct programs *ps, const struct predicate *p, unsigned depth, uint32_t *index)
{
    if (depth > DEPTH_MAX) return VOC_E_LIMIT;
    struct node n = {.p = p, .class_mask = UINT8_MAX, .event_in_it = p->kind == PRED_EVENT || (p->kind == PRED_FACT && p->of == FACT_EVENT)};
    voc_rc rc = VOC_OK;
    uint32_t *child = mem_zalloc(p->n_child ? p->n_child : 1u, sizeof *child);
    if (!child) return VOC_E_NOMEM;
    for (size_t i = 0; i < p->n_child; i++) {
        if ((rc = compile(ps, p->child[i], depth + 1, &child[i]))) goto out;
        if (p->kind != PRED_NOT && ps->nodes.at[child[i]].event_in_it) n.event_in_it = true;
    }
    if ((p->kind == PRED_COUNT || p->kind == PRED_NOT) && p->n_child != 1) { rc = VOC_E_BUG; goto out; }
    if (p->kind == PRED_COUNT && p->distinct == DISTINCT_SESSION) ps->sessions = true;
    n.first_test = (uint32_t)ps->tests.n;
    for (size_t i = 0; p->kind == PRED_EVENT && i < p->n_tests; i++)
        if ((rc = compile_test(ps, &n, &p->tests[i]))) goto out;
    if (p->kind == PRED_FACT && (rc = compile_fact(ps, &n))) goto out;
    if ((rc = vec_reserve(&ps->children, p->n_child, NODES_MAX)) || (rc = vec_reserve(&ps->nodes, 1, NODES_MAX))) goto out;
    n.first_child = (uint32_t)ps->children.n;
    n.n_child = (uint32_t)p->n_child;
    if (p->n_child) memcpy(ps->children.at + ps->children.n, child, p->n_child * sizeof *child);
    ps->children.n += p->n_child;
    *index = (uint32_t)ps->nodes.n;
    ps->nodes.at[ps->nodes.n++] = n;
out:
    mem_free(child);
    return rc;
}

voc_rc programs_add(struct programs *ps, const struct predicate *p, uint32_t *index)
{
    voc_rc rc = vec_reserve(&ps->roots, 1, NODES_MAX);
    if (rc) return rc;
    uint32_t node;
    if ((rc = compile(ps, p, 0, &node))) return rc;
    *index = (uint32_t)ps->roots.n;
    ps->roots.at[ps->roots.n++] = node;
    return VOC_OK;
}

// ---- which actions a program can see ------------------------------------------------------------------------------------------

static bool leaf_may(const struct programs *ps, const struct node *n, uint32_t action)
{
    unsigned classes = 1u << VOC_CLASS_NEUTRAL; // of events that are not the customer's
    if (ps->ev->class_of_action) classes |= 1u << ps->ev->class_of_action[action];
    if (!(n->class_mask & classes)) return false;
    for (uint32_t i = 0; i < n->n_test; i++) {
        const struct test *t = &ps->tests.at[n->first_test + i];
        if (t->field == LEAF_ACTION && !memo_test(t->memo, action)) return false;
    }
    return true;
}

// facts: whether a fact of an entity alone would fire here, so that every event has to be looked at.
static bool node_may(const struct programs *ps, uint32_t index, uint32_t action, bool facts)
{
    const struct node *n = &ps->nodes.at[index];
    switch (n->p->kind) {
    case PRED_EVENT: return leaf_may(ps, n, action);
    case PRED_FACT: return n->p->of == FACT_EVENT || facts;
    case PRED_COUNT: facts = true; break;
    case PRED_ALL: facts = facts && !n->event_in_it; break;
    case PRED_ANY: break;
    case PRED_NOT: facts = false; break;
    }
    for (uint32_t i = 0; i < n->n_child; i++)
        if (node_may(ps, ps->children.at[n->first_child + i], action, facts)) return true;
    return false;
}

voc_rc programs_seal(struct programs *ps)
{
    size_t words = (ps->roots.n + 63) / 64, n = ps->ev->s->n_strings[SPACE_ACTION];
    size_t cells;
    if (!mem_mul(n ? n : 1u, words ? words : 1u, &cells)) return VOC_E_LIMIT;
    uint64_t *may = mem_zalloc(cells, sizeof *may);
    if (!may) return VOC_E_NOMEM;
    for (uint32_t a = 0; a < n; a++)
        for (size_t r = 0; r < ps->roots.n; r++)
            if (node_may(ps, ps->roots.at[r], a, true)) may[a * words + r / 64] |= UINT64_C(1) << (r % 64);
    mem_free(ps->may);
    ps->may = may;
    ps->words = words;
    return VOC_OK;
}

// ---- what a journey tests -------------------------------------------------------------------------------------------------------

static uint32_t columns_of_one(const struct predicate *p)
{
    static const uint32_t column[LEAF_N] = {
        [LEAF_CHANNEL] = EV_CHANNEL, [LEAF_CAMPAIGN] = EV_CAMPAIGN, [LEAF_OBJECT] = EV_OBJECT, [LEAF_TOUCHPOINT] = EV_TOUCHPOINT,
        [LEAF_SOURCE] = EV_SOURCE, [LEAF_OWNER] = EV_OWNER, [LEAF_ROLE] = EV_ROLE, [LEAF_TEXT] = EV_TEXT, [LEAF_QUESTION] = EV_ATTRS,
        [LEAF_THEME] = EV_TEXT | EV_ID | EV_SOURCE, // the event's own text, and the words that name it
    };
    uint32_t mask = 0;
    for (size_t t = 0; p->kind == PRED_EVENT && t < p->n_tests; t++) mask |= column[p->tests[t].field];
    if (p->kind == PRED_COUNT && p->distinct == DISTINCT_OBJECT) mask |= EV_OBJECT;
    if (p->kind == PRED_FACT && p->of == FACT_EVENT) mask |= event_text_columns(p->name);
    return mask;
}

uint32_t predicate_columns(const struct journey *j)
{
    uint32_t mask = EV_TIME | EV_ACTION;
    for (size_t i = 0; i < j->n_predicates; i++) mask |= columns_of_one(j->predicates[i]);
    return mask;
}

uint32_t predicate_columns_of(const struct predicate *p)
{
    uint32_t mask = columns_of_one(p);
    for (size_t i = 0; i < p->n_child; i++) mask |= predicate_columns_of(p->child[i]);
    return mask;
}

bool predicate_names_theme(const struct predicate *p)
{
    for (size_t t = 0; p->kind == PRED_EVENT && t < p->n_tests; t++)
        if (p->tests[t].field == LEAF_THEME) return true;
    for (size_t i = 0; i < p->n_child; i++)
        if (predicate_names_theme(p->child[i])) return true;
    return false;
}

static bool exchange_names_theme(const struct exchange *x)
{
    bool any = false;
    for (size_t i = 0; i < x->n_outputs; i++) any = any || predicate_names_theme(x->outputs[i].shown);
    for (size_t i = 0; i < x->n_requirements; i++) any = any || predicate_names_theme(x->requirements[i].met);
    return any;
}

static bool step_names_theme(const struct step *s)
{
    bool any = exchange_names_theme(&s->exchange) || (s->enter && predicate_names_theme(s->enter));
    for (size_t i = 0; i < s->n_leaves; i++) any = any || predicate_names_theme(s->leaves[i].when);
    return any;
}

bool predicates_name_theme(const struct journey *j)
{
    for (size_t i = 0; i < j->n_stages; i++)
        if (exchange_names_theme(&j->stages[i].exchange)) return true;
    for (size_t i = 0; i < j->n_steps; i++)
        if (step_names_theme(&j->steps[i])) return true;
    for (size_t i = 0; i < j->n_predicates; i++)
        if (predicate_names_theme(j->predicates[i])) return true;
    for (size_t i = 0; i < j->n_needs; i++)
        if (j->needs[i].sought && predicate_names_theme(j->needs[i].sought)) return true;
    for (size_t i = 0; i < j->n_named; i++)
        if (predicate_names_theme(j->named[i].when)) return true;
    return false;
}
