// SPDX-License-Identifier: MIT
// Runs programs over the events of one unit. A node keeps what it needs of the history and no more: when it last fired,
// and, if it counts, its firings within the window; clearing the history is one increment of the era. One thread a run.
#include "journey/predicate/predicate_int.h"
#include "journey/predicate/event_text.h"
#include "journey/words/voices.h"

#define FIRINGS_MAX (SIZE_MAX / 64u)

struct firing { int64_t time_us; uint64_t key; };
struct node_state {
    uint32_t era;    // of what follows; another era: nothing yet
    bool fired;
    int64_t last_us; // last firing by an event
    size_t head;     // first firing inside the window
    size_t unknown;  // of them, those without a key
    uint64_t total;  // unbounded counts
    VEC(struct firing) ring;
    struct keymap keys;
    uint32_t distinct; // keys with a count above 0
};
struct fact_cache { uint32_t who; bool known, holds; int64_t from_us, until_us; };

struct program_run { // owns its arrays
    const struct programs *ps;
    const struct event_set *rows;
    struct node_state *states;
    struct fact_cache *facts;
    size_t n_states, n_facts;
    uint32_t era, entity, who;
    struct buf scratch;
    struct coding coding;   // of the texts of the event `coded_at`:
    uint8_t *themes;        // by theme: one of them speaks of it
    uint32_t coded_at;      // VOC_NONE: of none
    voc_rc rc; // the first failure
};
struct outcome { bool by_event, by_fact, met; };

voc_rc program_run_new(struct program_run **out, const struct programs *ps)
{
    struct program_run *r = mem_zalloc(1, sizeof *r);
    if (!r) return VOC_E_NOMEM;
    r->ps = ps;
    r->rows = ps->ev->s;
    r->era = 1;
    r->coded_at = VOC_NONE;
    buf_init(&r->scratch, (size_t)1 << 24);
    r->n_states = ps->nodes.n;
    r->n_facts = ps->n_facts;
    r->states = mem_zalloc(r->n_states ? r->n_states : 1u, sizeof *r->states);
    r->facts = mem_zalloc(r->n_facts ? r->n_facts : 1u, sizeof *r->facts);
    if (!r->states || !r->facts) {
        program_run_free(r);
        return VOC_E_NOMEM;
    }
    *out = r;
    return VOC_OK;
}

void program_run_free(struct program_run *r)
{
    if (!r) return;
    for (size_t i = 0; r->states && i < r->n_states; i++) {
        vec_free(&r->states[i].ring);
        keymap_done(&r->states[i].keys);
    }
    mem_free(r->states);
    mem_free(r->facts);
    mem_free(r->themes);
    coding_done(&r->coding);
    buf_done(&r->scratch);
    mem_free(r);
}

void program_run_rows(struct program_run *r, const struct event_set *rows)
{
    r->rows = rows;
    r->coded_at = VOC_NONE;
}

void program_run_clear(struct program_run *r)
{
    if (++r->era) return;
    for (size_t i = 0; i < r->n_states; i++) r->states[i].era = 0;
    r->era = 1;
}

void program_run_unit(struct program_run *r, uint32_t entity, uint32_t who)
{
    program_run_clear(r);
    buf_clear(&r->scratch);
    r->coded_at = VOC_NONE;
    r->rc = VOC_OK; // a unit that failed is behind us
    r->entity = entity;
    r->who = who;
    for (size_t i = 0; i < r->n_facts; i++) r->facts[i].known = false;
}

// ---- leaves -----------------------------------------------------------------------------------------------------------------

static uint32_t code_at(const uint32_t *column, uint32_t at) { return column ? column[at] : 0; }

static uint32_t raw_code(const struct event_set *s, enum leaf_field field, const struct eval_event *e)
{
    switch (field) {
    case LEAF_CHANNEL: return code_at(s->channel, e->at);
    case LEAF_CAMPAIGN: return code_at(s->campaign, e->at);
    case LEAF_OBJECT: return code_at(s->object, e->at);
    case LEAF_TOUCHPOINT: return code_at(s->touchpoint, e->at);
    case LEAF_SOURCE: return code_at(s->source, e->at);
    case LEAF_OWNER: return code_at(s->owner, e->at);
    default: return 0;
    }
}

// Texts and attributes have codes only in the evaluator's own set; those of other rows are looked at one by one.
static bool coded(const struct program_run *r) { return r->rows == r->ps->ev->s; }

static voc_str text_at(const voc_str *column, uint32_t at) { return column ? column[at] : (voc_str){"", 0}; }

static bool value_passes(const struct value_memo *m, voc_str v)
{
    return m->re ? regex_match(m->re, v, NULL, NULL) == 1 : str_eq(v, m->whole);
}

static bool asked_passes(struct program_run *r, const struct value_memo *m, voc_str attrs)
{
    voc_str v = {0};
    bool found = facts_json(attrs, STR("question"), &r->scratch, &v);
    if (r->scratch.rc) r->rc = r->scratch.rc;
    return found && value_passes(m, v);
}

// An event's `question` is its attribute of that name; the answer is kept by the code of all its attributes.
static bool question_passes(struct program_run *r, const struct value_memo *m, uint32_t at)
{
    if (!coded(r)) return asked_passes(r, m, text_at(r->rows->attrs, at));
    uint32_t code = r->ps->ev->attrs.code[at];
    uint8_t known = atomic_load_explicit(&m->state[code], memory_order_relaxed);
    if (!known) {
        known = asked_passes(r, m, m->strings[code]) ? 2 : 1;
        if (!r->rc) atomic_store_explicit(&m->state[code], known, memory_order_relaxed);
    }
    return known == 2;
}

static void add_themes(struct program_run *r, voc_str text)
{
    const struct journey *j = r->ps->ev->j;
    if (!r->rc && text.len) r->rc = codebook_code(&r->coding, j->themes, j->n_themes, text);
    for (size_t i = 0; i < j->n_themes && !r->rc && text.len; i++) r->themes[i] |= coded_has(&r->coding.of[i]);
}

// An event speaks of a theme if its own text does, or one of the words that belong to it. Several tests of one event code it once.
static bool theme_passes(struct program_run *r, const struct value_memo *m, uint32_t at)
{
    const struct evaluator *ev = r->ps->ev;
    if (!ev->j || !ev->j->n_themes) return false;
    if (!r->themes && !(r->themes = mem_zalloc(ev->j->n_themes, 1))) r->rc = VOC_E_NOMEM;
    if (r->rc) return false;
    if (r->coded_at != at) {
        memset(r->themes, 0, ev->j->n_themes);
        add_themes(r, text_at(r->rows->text, at));
        const struct said *s = ev->voices && r->rows->id ? voices_of_event(ev->voices, code_at(r->rows->source, at), r->rows->id[at]) : NULL;
        for (; s; s = voices_next(ev->voices, s)) add_themes(r, s->text);
        if (r->rc) return false;
        r->coded_at = at;
    }
    for (uint32_t i = 0; i < ev->j->n_themes; i++)
        if (r->themes[i] && memo_test(m, i)) return true;
    return false;
}

static bool test_passes(struct program_run *r, const struct test *t, const struct eval_event *e)
{
    const struct evaluator *ev = r->ps->ev;
    if (!t->memo) return false;
    switch (t->field) {
    case LEAF_ACTION: return memo_test(t->memo, e->action);
    case LEAF_ROLE: return memo_test(t->memo, e->role);
    case LEAF_SEGMENT: return memo_test(t->memo, e->segment);
    case LEAF_TEXT: return coded(r) ? memo_test(t->memo, ev->text.code[e->at]) : value_passes(t->memo, text_at(r->rows->text, e->at));
    case LEAF_QUESTION: return question_passes(r, t->memo, e->at);
    case LEAF_THEME: return theme_passes(r, t->memo, e->at);
    case LEAF_TOUCHPOINT:
        if (t->resolved && e->touchpoint != VOC_NONE && memo_test(t->resolved, e->touchpoint)) return true;
        return memo_test(t->memo, raw_code(r->rows, t->field, e));
    default: return memo_test(t->memo, raw_code(r->rows, t->field, e));
    }
}

static bool leaf_matches(struct program_run *r, const struct node *n, const struct eval_event *e)
{
    if (!(n->p->actors >> e->actor & 1u) || !(n->class_mask >> e->class_ & 1u)) return false;
    bool silent = e->class_ == VOC_CLASS_MECHANICAL || e->class_ == VOC_CLASS_UNDELIVERED;
    if (silent && (r->ps->flags & PROGRAMS_EXPLICIT) && !n->names_action) return false;
    for (uint32_t i = 0; i < n->n_test; i++)
        if (!test_passes(r, &r->ps->tests.at[n->first_test + i], e)) return false;
    return true;
}

// ---- facts ------------------------------------------------------------------------------------------------------------------

// Where an event has no such attribute, its own fields answer: name="value", "role", ...
static bool field_fact(struct program_run *r, const struct predicate *p, const struct eval_event *e)
{
    voc_str text = {0};
    bool found = event_text(r->rows, e->at, p->name, &r->scratch, &text);
    if (r->scratch.rc) {
        r->rc = r->scratch.rc;
        return false;
    }
    return fact_test(p, found, text) && (!p->like || (found && regex_match(p->like, text, NULL, NULL) == 1));
}

enum { ATTR_UNKNOWN, ATTR_NO, ATTR_YES, ATTR_ABSENT };

static uint8_t attr_fact(struct program_run *r, const struct predicate *p, voc_str attrs)
{
    voc_str v = {0};
    bool found = facts_json(attrs, p->name, &r->scratch, &v);
    if (r->scratch.rc) r->rc = r->scratch.rc;
    if (!found) return ATTR_ABSENT;
    return fact_test(p, true, v) && (!p->like || regex_match(p->like, v, NULL, NULL) == 1) ? ATTR_YES : ATTR_NO;
}

static bool event_fact(struct program_run *r, const struct node *n, const struct eval_event *e)
{
    const struct interned *attrs = &r->ps->ev->attrs;
    const struct predicate *p = n->p;
    uint32_t code = coded(r) ? attrs->code[e->at] : 0;
    uint8_t known = coded(r) ? atomic_load_explicit(&n->attrs->state[code], memory_order_relaxed) : ATTR_UNKNOWN;
    if (known == ATTR_UNKNOWN) {
        known = attr_fact(r, p, coded(r) ? attrs->strings[code] : text_at(r->rows->attrs, e->at));
        if (r->rc) return false;
        if (coded(r)) atomic_store_explicit(&n->attrs->state[code], known, memory_order_relaxed);
    }
    return known == ATTR_YES || (known == ATTR_ABSENT && field_fact(r, p, e));
}

static bool entity_fact(struct program_run *r, const struct node *n, const struct eval_event *e)
{
    const struct evaluator *ev = r->ps->ev;
    const struct predicate *p = n->p;
    uint32_t entity = p->of == FACT_INDIVIDUAL ? VOC_ENTITY_INDIVIDUAL : p->of == FACT_ACCOUNT ? VOC_ENTITY_ACCOUNT : r->entity;
    uint32_t who = p->of == FACT_INDIVIDUAL ? e->individual : p->of == FACT_ACCOUNT ? e->account : r->who;
    struct fact_cache *c = &r->facts[n->fact];
    if (c->known && c->who == who && e->time_us >= c->from_us && e->time_us < c->until_us) return c->holds;
    struct fact_at f = {.from_us = INT64_MIN, .until_us = INT64_MAX};
    if (who) f = facts_find(&ev->facts, entity, who, p->name, e->time_us);
    voc_str text = f.found ? ev->s->attributes[f.at].text : (voc_str){0};
    bool holds = fact_test(p, f.found, text);
    if (holds && p->like) holds = f.found && memo_test(n->like, ev->values.code[f.at]);
    *c = (struct fact_cache){.who = who, .known = true, .holds = holds, .from_us = f.from_us, .until_us = f.until_us};
    return holds;
}

static bool fact_holds(struct program_run *r, const struct node *n, const struct eval_event *e)
{
    return n->p->of == FACT_EVENT ? event_fact(r, n, e) : entity_fact(r, n, e);
}

// ---- without history ------------------------------------------------------------------------------------------------------

static bool node_holds(struct program_run *r, uint32_t index, const struct eval_event *e)
{
    const struct node *n = &r->ps->nodes.at[index];
    const uint32_t *child = r->ps->children.at + n->first_child;
    switch (n->p->kind) {
    case PRED_FACT: return fact_holds(r, n, e);
    case PRED_NOT: return !node_holds(r, child[0], e);
    case PRED_COUNT: {
        int64_t count = node_holds(r, child[0], e) ? 1 : 0;
        return count >= n->p->at_least && (n->p->at_most < 0 || count <= n->p->at_most);
    }
    case PRED_ANY:
        for (uint32_t i = 0; i < n->n_child; i++)
            if (node_holds(r, child[i], e)) return true;
        return false;
    case PRED_EVENT:
        if (!leaf_matches(r, n, e)) return false;
        break;
    case PRED_ALL: break;
    }
    for (uint32_t i = 0; i < n->n_child; i++)
        if (!node_holds(r, child[i], e)) return false;
    return true;
}

voc_rc program_holds(struct program_run *r, uint32_t index, const struct eval_event *e, bool *holds)
{
    bool yes = node_holds(r, r->ps->roots.at[index], e);
    if (r->rc) return r->rc;
    *holds = yes;
    return VOC_OK;
}

// ---- with history -----------------------------------------------------------------------------------------------------------

static struct node_state *state_of(struct program_run *r, uint32_t index)
{
    struct node_state *s = &r->states[index];
    if (s->era == r->era) return s;
    s->era = r->era;
    s->fired = false;
    s->last_us = 0;
    s->head = s->unknown = 0;
    s->total = 0;
    s->distinct = 0;
    s->ring.n = 0;
    keymap_clear(&s->keys);
    return s;
}

// Is a older than t - within?
static bool outside(int64_t a, int64_t t, int64_t within)
{
    int64_t span;
    if (within == VOC_NA) return false;
    return __builtin_sub_overflow(t, a, &span) || span > within;
}

static uint64_t key_of(const struct program_run *r, enum count_distinct d, const struct eval_event *e)
{
    switch (d) {
    case DISTINCT_INDIVIDUAL: return e->individual;
    case DISTINCT_OBJECT: return code_at(r->rows->object, e->at);
    case DISTINCT_DAY: return (uint64_t)(time_floor(e->time_us, VOC_RES_DAY) / US_PER_DAY) + (UINT64_C(1) << 40);
    case DISTINCT_SESSION: return e->session;
    case DISTINCT_NONE: break;
    }
    return 0;
}

static void push(struct program_run *r, struct node_state *s, const struct predicate *p, const struct eval_event *e)
{
    s->total++;
    if (p->distinct == DISTINCT_NONE && p->within_us == VOC_NA) return;
    if (s->head > 1024 && s->head > s->ring.n / 2) { // drop what has left the window
        memmove(s->ring.at, s->ring.at + s->head, (s->ring.n - s->head) * sizeof *s->ring.at);
        s->ring.n -= s->head;
        s->head = 0;
    }
    voc_rc rc = vec_reserve(&s->ring, 1, FIRINGS_MAX);
    uint64_t key = key_of(r, p->distinct, e);
    uint32_t *count = !rc && key ? keymap_at(&s->keys, key) : NULL;
    if (rc || (key && !count)) {
        r->rc = rc ? rc : VOC_E_NOMEM;
        return;
    }
    s->ring.at[s->ring.n++] = (struct firing){e->time_us, key};
    if (!key) s->unknown++;
    else if ((*count)++ == 0) s->distinct++;
}

static int64_t counted(struct program_run *r, struct node_state *s, const struct predicate *p, int64_t t)
{
    if (p->distinct == DISTINCT_NONE && p->within_us == VOC_NA) return (int64_t)s->total;
    while (s->head < s->ring.n && outside(s->ring.at[s->head].time_us, t, p->within_us)) {
        uint64_t key = s->ring.at[s->head++].key;
        if (!key) {
            s->unknown--;
            continue;
        }
        uint32_t *count = keymap_at(&s->keys, key);
        if (!count) {
            r->rc = VOC_E_NOMEM;
            return 0;
        }
        if (--*count == 0) s->distinct--;
    }
    if (p->distinct == DISTINCT_NONE) return (int64_t)(s->ring.n - s->head);
    if (p->distinct == DISTINCT_INDIVIDUAL && s->distinct == 0) return s->unknown ? 1 : 0;
    return s->distinct;
}

static struct outcome node_fire(struct program_run *r, uint32_t index, const struct eval_event *e);

static struct outcome fire_leaf(struct program_run *r, uint32_t index, const struct eval_event *e)
{
    const struct node *n = &r->ps->nodes.at[index];
    struct node_state *s = state_of(r, index);
    bool now = node_holds(r, index, e);
    if (now) {
        s->fired = true;
        s->last_us = e->time_us;
    }
    if (n->p->kind == PRED_FACT && n->p->of != FACT_EVENT) return (struct outcome){.by_fact = now, .met = now};
    return (struct outcome){.by_event = now, .met = s->fired};
}

static struct outcome fire_count(struct program_run *r, uint32_t index, const struct eval_event *e)
{
    const struct node *n = &r->ps->nodes.at[index];
    struct node_state *s = state_of(r, index);
    struct outcome c = node_fire(r, r->ps->children.at[n->first_child], e);
    if (c.by_event || c.by_fact) push(r, s, n->p, e);
    int64_t count = counted(r, s, n->p, e->time_us);
    bool met = count >= n->p->at_least && (n->p->at_most < 0 || count <= n->p->at_most);
    return (struct outcome){.by_event = met && c.by_event, .by_fact = met && c.by_fact, .met = met};
}

static struct outcome fire_not(struct program_run *r, uint32_t index, const struct eval_event *e)
{
    const struct node *n = &r->ps->nodes.at[index];
    struct node_state *s = state_of(r, index);
    struct outcome c = node_fire(r, r->ps->children.at[n->first_child], e);
    if (n->p->within_us == VOC_NA) return (struct outcome){.met = !c.met};
    if (c.by_event) {
        s->fired = true;
        s->last_us = e->time_us;
    }
    return (struct outcome){.met = !c.by_fact && !(s->fired && !outside(s->last_us, e->time_us, n->p->within_us))};
}

// Every member is asked at every event, so that each keeps its own history.
static struct outcome fire_members(struct program_run *r, uint32_t index, const struct eval_event *e)
{
    const struct node *n = &r->ps->nodes.at[index];
    bool all = true, any = false, by_event = false, by_fact = false;
    for (uint32_t i = 0; i < n->n_child; i++) {
        struct outcome c = node_fire(r, r->ps->children.at[n->first_child + i], e);
        all = all && c.met;
        any = any || c.met;
        by_event = by_event || c.by_event;
        by_fact = by_fact || c.by_fact;
    }
    if (n->p->kind == PRED_ANY) return (struct outcome){.by_event = by_event, .by_fact = by_fact, .met = any};
    return (struct outcome){.by_event = all && by_event, .by_fact = all && by_fact && !n->event_in_it, .met = all};
}

static struct outcome node_fire(struct program_run *r, uint32_t index, const struct eval_event *e)
{
    switch (r->ps->nodes.at[index].p->kind) {
    case PRED_COUNT: return fire_count(r, index, e);
    case PRED_NOT: return fire_not(r, index, e);
    case PRED_ALL:
    case PRED_ANY: return fire_members(r, index, e);
    case PRED_EVENT:
    case PRED_FACT: break;
    }
    return fire_leaf(r, index, e);
}

voc_rc program_fire(struct program_run *r, uint32_t index, const struct eval_event *e, bool *fired)
{
    struct outcome o = node_fire(r, r->ps->roots.at[index], e);
    if (r->rc) return r->rc;
    *fired = o.by_event || o.by_fact;
    return VOC_OK;
}
