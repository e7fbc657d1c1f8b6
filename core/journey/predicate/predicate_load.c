// SPDX-License-Identifier: MIT
// Predicates: <event>, <fact>, <count>, <all>, <any>, <not>, and <use>, which gives the predicate it names itself (one
// node, shared by all who use it). Patterns are compiled here, once. Numbers are given at the end, only to predicates that
// typed structures reach.
#include "journey/load/load.h"

static const char *const leaf_names[LEAF_N][2] = {
    [LEAF_ACTION] = {"action", "action-like"},       [LEAF_CLASS] = {"class", "class-like"},
    [LEAF_CHANNEL] = {"channel", "channel-like"},    [LEAF_CAMPAIGN] = {"campaign", "campaign-like"},
    [LEAF_OBJECT] = {"object", "object-like"},       [LEAF_TOUCHPOINT] = {"touchpoint", "touchpoint-like"},
    [LEAF_SOURCE] = {"source", "source-like"},       [LEAF_OWNER] = {"owner", "owner-like"},
    [LEAF_ROLE] = {"role", "role-like"},             [LEAF_SEGMENT] = {"segment", "segment-like"},
    [LEAF_THEME] = {"theme", "theme-like"},          [LEAF_TEXT] = {"text", "text-like"},
    [LEAF_QUESTION] = {"question", "question-like"},
};

struct voc_regex *load_pattern(struct loader *l, voc_str pattern, unsigned flags, uint64_t line)
{
    struct voc_regex *re = NULL;
    struct load_regex *link = load_take(l, 1, sizeof *link);
    if (!link) return NULL;
    voc_rc rc = regex_new(&re, pattern, flags, l->file, line, l->d);
    if (rc == VOC_E_OPTION)
        l->faults++; // said by regex_new
    else
        load_nomem(l, rc);
    if (rc) return NULL;
    link->re = re;
    link->next = l->own->regexes;
    l->own->regexes = link;
    return re;
}

// A predicate with its size as if every <use> were written out, which bounds what evaluating it costs: a few lines of
// predicates that use each other twice would else grow without end.
#define SIZE_MAX_OUT 10000u
#define USES_MAX 32u
struct built { struct predicate p; uint64_t size; };

static struct predicate *predicate_take(struct loader *l, enum predicate_kind kind, const struct xml_node *n)
{
    struct built *b = load_take(l, 1, sizeof *b);
    if (!b) return NULL;
    struct predicate *p = &b->p;
    b->size = 1;
    p->kind = kind;
    p->line = n->line;
    p->within_us = VOC_NA;
    p->number = VOC_NONE;
    return p;
}

// Names that a leaf tests and that the definition declares: said at once if there is none of that name.
static void leaf_names_known(struct loader *l, const struct xml_node *n, enum leaf_field field, voc_str name)
{
    const char *kind = field == LEAF_ROLE ? "role" : field == LEAF_SEGMENT ? "segment" : field == LEAF_THEME ? "theme"
                     : field == LEAF_SOURCE && l->j->sources_root ? "source" : NULL;
    char meant[100];
    if (!kind || !name.len || load_known(l, kind, name)) return;
    if (field == LEAF_SEGMENT && str_is(name, "other")) return;
    if (field == LEAF_ROLE && !load_declares(l, kind)) return; // then the sources say which roles there are
    load_fault(l, "JOURNEY-010", n->line, field == LEAF_THEME && !l->j->codebook_root ? "themes stand in codebook.xml, which is not there" : NULL,
               "%s=\"%.*s\" of <event>: there is no <%s> of that id%s", kind, LOAD_SHOW(name), kind, load_meant(meant, sizeof meant, load_nearest(l, kind, name)));
}

static struct predicate *load_node(struct loader *l, const struct xml_node *n);

// The predicates among the children of n, in order.
static void load_members(struct loader *l, const struct xml_node *n, struct predicate *p)
{
    size_t count = 0, at = 0;
    for (const struct xml_node *k = n->first; k; k = k->next) count += grammar_is_predicate(k->name, false);
    const struct predicate **child = load_take(l, count, sizeof *child);
    struct built *b = (struct built *)p;
    for (const struct xml_node *k = n->first; k && child; k = k->next) {
        if (!grammar_is_predicate(k->name, false)) continue;
        const struct predicate *c = load_node(l, k);
        if (!c) continue;
        uint64_t size = ((const struct built *)c)->size;
        if (b->size + size > SIZE_MAX_OUT) {
            load_fault(l, "JOURNEY-018", k->line, "predicates that use each other several times grow fast; say it with fewer",
                       "this test is too large: over %u parts with every <use> written out", SIZE_MAX_OUT);
            break;
        }
        b->size += size;
        child[at++] = c;
    }
    p->child = child;
    p->n_child = at;
}

static struct predicate *load_event(struct loader *l, const struct xml_node *n)
{
    static const char *const actors[] = {"customer", "company", "other", "any"};
    static const uint32_t masks[] = {1u << VOC_ACTOR_CUSTOMER, 1u << VOC_ACTOR_COMPANY, 1u << VOC_ACTOR_OTHER,
                                     1u << VOC_ACTOR_CUSTOMER | 1u << VOC_ACTOR_COMPANY | 1u << VOC_ACTOR_OTHER};
    struct predicate *p = predicate_take(l, PRED_EVENT, n);
    if (!p) return NULL;
    p->actors = masks[load_word(n, "actor", actors, 4, 0)];
    size_t count = 0;
    for (size_t f = 0; f < LEAF_N; f++) count += (size_t)load_given(n, leaf_names[f][0]) + load_given(n, leaf_names[f][1]);
    struct leaf_test *tests = load_take(l, count, sizeof *tests);
    for (size_t f = 0; f < LEAF_N && tests; f++) {
        const voc_str *whole = xml_get(n, leaf_names[f][0]), *like = xml_get(n, leaf_names[f][1]);
        if (whole) {
            leaf_names_known(l, n, (enum leaf_field)f, *whole);
            tests[p->n_tests++] = (struct leaf_test){.field = (enum leaf_field)f, .whole = *whole};
        }
        struct voc_regex *re = like ? load_pattern(l, *like, 0, n->line) : NULL;
        if (re) tests[p->n_tests++] = (struct leaf_test){.field = (enum leaf_field)f, .re = re, .pattern = *like};
    }
    p->tests = tests;
    load_members(l, n, p);
    return p;
}

// `of` where it is not written: in an <event> or an <ignore> the event, in a role the person, in a segment the account, else the unit.
static enum fact_of fact_default(const struct xml_node *n)
{
    if (n->parent && str_is(n->parent->name, "event")) return FACT_EVENT;
    for (const struct xml_node *up = n->parent; up; up = up->parent) {
        if (str_is(up->name, "ignore")) return FACT_EVENT;
        if (str_is(up->name, "role")) return FACT_INDIVIDUAL;
        if (str_is(up->name, "segment")) return FACT_ACCOUNT;
    }
    return FACT_UNIT;
}

static struct predicate *load_fact(struct loader *l, const struct xml_node *n)
{
    static const char *const of[] = {"event", "individual", "account", "unit"};
    struct predicate *p = predicate_take(l, PRED_FACT, n);
    if (!p) return NULL;
    const voc_str *like = xml_get(n, "like");
    p->of = (enum fact_of)load_word(n, "of", of, 4, fact_default(n));
    p->name = load_text(n, "name");
    p->is = load_text(n, "is");
    p->has_is = load_given(n, "is");
    if (like) p->like = load_pattern(l, *like, 0, n->line), p->pattern = *like;
    p->has_present = load_given(n, "present");
    p->present = load_yes(n, "present");
    p->has_at_least = load_given(n, "at-least") && str_real(load_text(n, "at-least"), &p->fact_at_least);
    p->has_at_most = load_given(n, "at-most") && str_real(load_text(n, "at-most"), &p->fact_at_most);
    if (!p->has_is && !like && !p->has_present && !p->has_at_least && !p->has_at_most) p->has_present = p->present = true;
    return p;
}

static struct predicate *load_count(struct loader *l, const struct xml_node *n)
{
    static const char *const distinct[] = {"", "individual", "object", "day", "session"};
    struct predicate *p = predicate_take(l, PRED_COUNT, n);
    if (!p) return NULL;
    p->at_least = load_integer(n, "at-least", 1);
    p->at_most = load_integer(n, "at-most", -1);
    p->distinct = (enum count_distinct)load_word(n, "distinct", distinct, 5, DISTINCT_NONE);
    p->within_us = load_duration(l, n, "within");
    load_members(l, n, p);
    return p;
}

static void load_named_now(struct loader *l, struct load_named *named)
{
    if (l->uses == USES_MAX) {
        load_fault(l, "JOURNEY-018", named->node->line, "use fewer steps", "more than %u predicates use each other in a row", USES_MAX);
        named->state = NAMED_DONE;
        return;
    }
    l->uses++;
    named->state = NAMED_BUSY;
    struct predicate *p = NULL;
    for (const struct xml_node *k = named->node->first; k && !p && !l->rc; k = k->next)
        if (grammar_is_predicate(k->name, false)) p = load_node(l, k);
    named->p = p;
    named->state = NAMED_DONE;
    l->uses--;
}

static struct predicate *load_use(struct loader *l, const struct xml_node *n)
{
    voc_str ref = load_text(n, "ref");
    struct load_named *named = NULL;
    for (size_t i = 0; i < l->named.n && !named; i++)
        if (str_eq(l->named.at[i].id, ref)) named = &l->named.at[i];
    if (!named) return NULL; // the reference was reported
    if (named->state == NAMED_BUSY) {
        load_fault(l, "JOURNEY-018", n->line, "a predicate cannot be told by itself; break the circle", "<use ref=\"%.*s\"> leads back to itself", LOAD_SHOW(ref));
        return NULL;
    }
    if (named->state == NAMED_NEW) load_named_now(l, named);
    return named->p;
}

static struct predicate *load_node(struct loader *l, const struct xml_node *n)
{
    if (l->rc) return NULL;
    if (str_is(n->name, "event")) return load_event(l, n);
    if (str_is(n->name, "fact")) return load_fact(l, n);
    if (str_is(n->name, "count")) return load_count(l, n);
    if (str_is(n->name, "use")) return load_use(l, n);
    struct predicate *p = predicate_take(l, str_is(n->name, "all") ? PRED_ALL : str_is(n->name, "any") ? PRED_ANY : PRED_NOT, n);
    if (!p) return NULL;
    if (p->kind == PRED_NOT) p->within_us = load_duration(l, n, "within");
    load_members(l, n, p);
    return p;
}

void load_predicates(struct loader *l)
{
    for (const struct xml_node *n = load_child(l->j->root, "predicate"); n && !l->rc; n = load_next(n->next, "predicate")) {
        voc_rc rc = vec_reserve(&l->named, 1, 1000000);
        load_nomem(l, rc);
        if (!rc) l->named.at[l->named.n++] = (struct load_named){load_text(n, "id"), n, NULL, NAMED_NEW};
    }
}

const struct predicate *load_predicate_in(struct loader *l, const struct xml_node *holder)
{
    for (const struct xml_node *k = holder->first; k; k = k->next)
        if (grammar_is_predicate(k->name, false)) return load_node(l, k);
    return NULL;
}

const struct predicate *const *load_predicates_named(struct loader *l, const struct xml_node *holder, const char *element, size_t *n)
{
    const struct predicate **out = load_take(l, load_children(holder, element), sizeof *out);
    *n = 0;
    for (const struct xml_node *k = load_child(holder, element); k && out; k = load_next(k->next, element)) {
        const struct predicate *p = grammar_is_predicate(str_of(element), false) ? load_node(l, k) : load_predicate_in(l, k);
        if (p) out[(*n)++] = p;
    }
    return (const struct predicate *const *)out;
}

const struct predicate *load_any(struct loader *l, const struct xml_node *holder, const char *element)
{
    size_t n = 0;
    const struct predicate *const *of = load_predicates_named(l, holder, element, &n);
    if (n < 2) return n ? of[0] : NULL;
    struct predicate *any = predicate_take(l, PRED_ANY, holder);
    if (!any) return NULL;
    any->child = of;
    any->n_child = n;
    return any;
}

// An event of anybody that has the attribute, or whose unit, person or account has it at that time.
const struct predicate *load_present(struct loader *l, const struct xml_node *n, voc_str name)
{
    static const enum fact_of of[] = {FACT_EVENT, FACT_UNIT, FACT_INDIVIDUAL, FACT_ACCOUNT};
    enum { N_OF = sizeof of / sizeof *of };
    struct predicate *any = predicate_take(l, PRED_ANY, n);
    const struct predicate **child = load_take(l, N_OF, sizeof *child);
    for (size_t i = 0; i < N_OF && any && child; i++) {
        struct predicate *event = predicate_take(l, PRED_EVENT, n), *fact = predicate_take(l, PRED_FACT, n);
        const struct predicate **facts = load_take(l, 1, sizeof *facts);
        if (!event || !fact || !facts) return NULL;
        fact->of = of[i];
        fact->name = name;
        fact->has_present = fact->present = true;
        facts[0] = fact;
        event->actors = 1u << VOC_ACTOR_CUSTOMER | 1u << VOC_ACTOR_COMPANY | 1u << VOC_ACTOR_OTHER;
        event->child = facts;
        event->n_child = 1;
        child[i] = event;
    }
    if (!any || !child) return NULL;
    any->child = child;
    any->n_child = N_OF;
    return any;
}

const struct predicate *load_action_list(struct loader *l, const struct xml_node *aim)
{
    size_t n = 0;
    const voc_str *words = load_words(l, aim, "actions", &n);
    struct predicate *any = predicate_take(l, PRED_ANY, aim);
    const struct predicate **child = load_take(l, n, sizeof *child);
    for (size_t i = 0; i < n && child && any; i++) {
        struct predicate *p = predicate_take(l, PRED_EVENT, aim);
        struct leaf_test *t = load_take(l, 1, sizeof *t);
        if (!p || !t) return NULL;
        *t = (struct leaf_test){.field = LEAF_ACTION, .whole = words[i]};
        p->actors = 1u << VOC_ACTOR_CUSTOMER;
        p->tests = t;
        p->n_tests = 1;
        child[any->n_child++] = p;
    }
    if (any) any->child = child;
    return any;
}

// Predicates of elements that have no typed structure yet are built all the same: their patterns and names must be right.
void load_every_predicate(struct loader *l, const struct xml_node *n)
{
    static const char *const typed[] = {"predicate", "role", "segment", "definition", "exit", "regress", "aim", "touchpoint", "work", "treated", "control", "ignore", "sought",
                                        "enter", "leave", "output", "requirement"};
    bool skip = false;
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) skip = skip || str_is(n->name, typed[i]);
    if (str_is(n->name, "predicate") && !l->rc) { // also those that nothing uses
        for (size_t i = 0; i < l->named.n; i++)
            if (l->named.at[i].node == n && l->named.at[i].state == NAMED_NEW) load_named_now(l, &l->named.at[i]);
        return;
    }
    for (const struct xml_node *k = n->first; k && !l->rc; k = k->next) {
        if (!grammar_is_predicate(k->name, false))
            load_every_predicate(l, k);
        else if (!skip && !str_is(n->name, "e"))
            (void)load_node(l, k);
    }
}

void load_number(struct loader *l, const struct predicate *p)
{
    if (!p || p->number != VOC_NONE || l->rc) return;
    for (size_t i = 0; i < p->n_child; i++) load_number(l, p->child[i]);
    voc_rc rc = vec_reserve(&l->numbered, 1, UINT32_MAX / 2);
    load_nomem(l, rc);
    if (rc) return;
    ((struct predicate *)(uintptr_t)p)->number = (uint32_t)l->numbered.n; // ours until the journey is given away
    l->numbered.at[l->numbered.n++] = p;
}

bool predicate_has_leaf(const struct predicate *p)
{
    if (!p || p->kind == PRED_FACT || p->kind == PRED_NOT) return false;
    if (p->kind == PRED_EVENT) return true;
    for (size_t i = 0; i < p->n_child; i++)
        if (predicate_has_leaf(p->child[i])) return true;
    return false;
}
