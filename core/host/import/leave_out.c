// SPDX-License-Identifier: MIT
// One row against the <ignore>s of its source. A predicate comes as the loader left it or as the wire gave it; patterns are compiled
// here, in the order in which a walk meets them, so that the walk of a row finds them by counting. What looks beyond a row (counts,
// classes, segments, themes) the loader has refused. Means the same as the evaluator's leaves do (journey/predicate/predicate_eval.c).
#include "host/import/leave_out.h"

#include <stdio.h>

#include "base/mem.h"
#include "journey/predicate/fact_index.h"

struct rule { // one <ignore>
    voc_str reason;
    const struct predicate *when;
    size_t first_pattern;
    bool of_events; // an <event> is among its tests
};
struct leave_out {
    struct rule *rules;
    size_t n;
    VEC(struct voc_regex *) patterns;
};

static size_t count_patterns(const struct predicate *p)
{
    size_t n = p->pattern.ptr != NULL;
    for (size_t i = 0; i < p->n_tests; i++) n += p->tests[i].pattern.ptr != NULL;
    for (size_t i = 0; i < p->n_child; i++) n += count_patterns(p->child[i]);
    return n;
}

static bool has_event(const struct predicate *p)
{
    bool has = p->kind == PRED_EVENT;
    for (size_t i = 0; i < p->n_child && !has; i++) has = has_event(p->child[i]);
    return has;
}

// ---- making them --------------------------------------------------------------------------------------------------------------

static voc_rc add_pattern(struct leave_out *x, voc_str pattern, const char *file, uint64_t line, struct diag *d)
{
    struct voc_regex *re = NULL;
    voc_rc rc = vec_reserve(&x->patterns, 1, 1000000);
    if (!rc) rc = regex_new(&re, pattern, 0, file, line, d);
    if (!rc) x->patterns.at[x->patterns.n++] = re;
    return rc;
}

static voc_rc add_patterns(struct leave_out *x, const struct predicate *p, const char *file, struct diag *d)
{
    voc_rc rc = p->pattern.ptr ? add_pattern(x, p->pattern, file, p->line, d) : VOC_OK;
    for (size_t i = 0; i < p->n_tests && !rc; i++)
        if (p->tests[i].pattern.ptr) rc = add_pattern(x, p->tests[i].pattern, file, p->line, d);
    for (size_t i = 0; i < p->n_child && !rc; i++) rc = add_patterns(x, p->child[i], file, d);
    return rc;
}

voc_rc leave_out_new(struct leave_out **out, const struct source_rule *of, const char *file, struct diag *d)
{
    *out = NULL;
    if (!of || !of->n_ignores) return VOC_OK;
    struct leave_out *x = mem_zalloc(1, sizeof *x);
    if (x) x->rules = mem_zalloc(of->n_ignores, sizeof *x->rules);
    voc_rc rc = x && x->rules ? VOC_OK : VOC_E_NOMEM;
    for (size_t i = 0; i < of->n_ignores && !rc; i++) {
        const struct source_ignore *g = &of->ignores[i];
        x->rules[x->n++] = (struct rule){g->reason, g->when, x->patterns.n, has_event(g->when)};
        rc = add_patterns(x, g->when, file, d);
    }
    if (rc) leave_out_free(x);
    else *out = x;
    return rc;
}

void leave_out_free(struct leave_out *x)
{
    if (!x) return;
    for (size_t i = 0; i < x->patterns.n; i++) regex_free(x->patterns.at[i]);
    vec_free(&x->patterns);
    mem_free(x->rules);
    mem_free(x);
}

voc_str leave_out_reason(const struct leave_out *x, uint32_t rule) { return x->rules[rule].reason; }

// ---- a row --------------------------------------------------------------------------------------------------------------------

struct looking { // at one row
    const struct leave_out *x;
    const voc_row *r;
    uint32_t actor;
    voc_str source;
    char money[40];
};

static const voc_attr *attr_of(const voc_row *r, uint32_t entity, voc_str key)
{
    for (size_t i = 0; i < r->n_attrs; i++)
        if (r->attrs[i].entity == entity && str_eq(r->attrs[i].key, key)) return &r->attrs[i];
    return NULL;
}

static voc_str field(const struct looking *l, enum leaf_field f)
{
    const voc_row *r = l->r;
    switch (f) {
    case LEAF_ACTION: return r->action;
    case LEAF_CHANNEL: return r->channel;
    case LEAF_CAMPAIGN: return r->campaign;
    case LEAF_OBJECT: return r->object;
    case LEAF_TOUCHPOINT: return r->touchpoint;
    case LEAF_SOURCE: return l->source;
    case LEAF_OWNER: return r->owner;
    case LEAF_ROLE: return r->role;
    case LEAF_TEXT: return r->text;
    case LEAF_QUESTION: {
        const voc_attr *a = attr_of(r, VOC_ENTITY_EVENT, STR("question"));
        return a ? a->text : STR("");
    }
    default: return STR("");
    }
}

// As people write it: 12.5, not 12.500000.
static voc_str amount(struct looking *l, int64_t micro)
{
    const uint64_t size = micro < 0 ? 0u - (uint64_t)micro : (uint64_t)micro;
    int n = snprintf(l->money, sizeof l->money, "%s%llu.%06llu", micro < 0 ? "-" : "", (unsigned long long)(size / 1000000u),
                     (unsigned long long)(size % 1000000u));
    while (l->money[n - 1] == '0') n--;
    if (l->money[n - 1] == '.') n--;
    return str_mk(l->money, (size_t)n);
}

static const voc_alias *alias_of(const voc_row *r, enum fact_of of, voc_str kind)
{
    const voc_alias *at = of == FACT_INDIVIDUAL ? r->customer : r->account;
    for (size_t i = 0, n = of == FACT_INDIVIDUAL ? r->n_customer : r->n_account; i < n; i++)
        if (str_eq(at[i].kind, kind)) return &at[i];
    return NULL;
}

// What the row says under this name: an attribute, else of the event a field of its own, of others what they are called ("email").
static bool fact(struct looking *l, const struct predicate *p, voc_str *text)
{
    static const struct { const char *name; enum leaf_field field; } fields[] = {
        {"channel", LEAF_CHANNEL}, {"campaign", LEAF_CAMPAIGN}, {"object", LEAF_OBJECT}, {"touchpoint", LEAF_TOUCHPOINT},
        {"source", LEAF_SOURCE}, {"owner", LEAF_OWNER}, {"role", LEAF_ROLE}, {"text", LEAF_TEXT}};
    const struct { const char *name; int64_t micro; } amounts[] = {
        {"value", l->r->value}, {"cost", l->r->cost}, {"minutes", l->r->minutes}};
    const uint32_t entity = p->of == FACT_INDIVIDUAL ? VOC_ENTITY_INDIVIDUAL : p->of == FACT_ACCOUNT ? VOC_ENTITY_ACCOUNT : VOC_ENTITY_EVENT;
    const voc_attr *a = attr_of(l->r, entity, p->name);
    *text = a ? a->text : STR("");
    if (a) return true;
    if (entity != VOC_ENTITY_EVENT) {
        const voc_alias *alias = alias_of(l->r, p->of, p->name);
        if (alias) *text = alias->value;
        return alias != NULL;
    }
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++)
        if (str_is(p->name, amounts[i].name) && amounts[i].micro != VOC_NA) return *text = amount(l, amounts[i].micro), true;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (str_is(p->name, fields[i].name)) *text = field(l, fields[i].field);
    return text->len > 0;
}

static bool fits(const struct leave_out *x, size_t *pattern, voc_str value)
{
    return regex_match(x->patterns.at[(*pattern)++], value, NULL, NULL) == 1;
}

// *pattern: of this predicate's first; behind its last afterwards, whatever held.
static bool holds(struct looking *l, const struct predicate *p, size_t *pattern)
{
    const size_t end = *pattern + count_patterns(p);
    bool yes = p->kind != PRED_ANY;
    if (p->kind == PRED_EVENT) yes = l->r->kind == VOC_ROW_EVENT && (p->actors >> l->actor & 1u);
    if (p->kind == PRED_FACT) {
        voc_str text;
        const bool found = fact(l, p, &text);
        yes = fact_test(p, found, text) && (!p->pattern.ptr || (found && fits(l->x, pattern, text)));
    }
    for (size_t i = 0; i < p->n_tests && yes; i++) {
        const struct leaf_test *t = &p->tests[i];
        const voc_str value = field(l, t->field);
        yes = t->pattern.ptr ? fits(l->x, pattern, value) : str_eq(t->whole, value);
    }
    for (size_t i = 0; i < p->n_child && (p->kind == PRED_ANY ? !yes : yes); i++) yes = holds(l, p->child[i], pattern) != (p->kind == PRED_NOT);
    *pattern = end;
    return yes;
}

uint32_t leave_out_row(const struct leave_out *x, const voc_row *r, uint32_t actor, voc_str source)
{
    struct looking l = {.x = x, .r = r, .source = source, .actor = r->actor ? r->actor : actor ? actor : VOC_ACTOR_CUSTOMER};
    for (size_t i = 0; i < x->n; i++) {
        size_t pattern = x->rules[i].first_pattern;
        if (x->rules[i].of_events && r->kind != VOC_ROW_EVENT) continue;
        if (holds(&l, x->rules[i].when, &pattern)) return (uint32_t)i;
    }
    return VOC_NONE;
}

// ---- the hash -----------------------------------------------------------------------------------------------------------------

static void hash_text(struct hash_state *h, voc_str s)
{
    uint64_t len = s.len;
    hash_add(h, &len, sizeof len);
    hash_add(h, s.ptr, s.len);
}

static void hash_predicate(struct hash_state *h, const struct predicate *p)
{
    const uint32_t kind[] = {(uint32_t)p->kind, p->actors, (uint32_t)p->of, p->has_is, p->has_present, p->present, p->has_at_least, p->has_at_most, (uint32_t)p->n_tests, (uint32_t)p->n_child};
    const double bounds[] = {p->has_at_least ? p->fact_at_least : 0, p->has_at_most ? p->fact_at_most : 0};
    hash_add(h, kind, sizeof kind);
    hash_add(h, bounds, sizeof bounds);
    hash_text(h, p->name);
    hash_text(h, p->is);
    hash_text(h, p->pattern);
    for (size_t i = 0; i < p->n_tests; i++) {
        const uint32_t test[] = {(uint32_t)p->tests[i].field, p->tests[i].pattern.ptr != NULL};
        hash_add(h, test, sizeof test);
        hash_text(h, test[1] ? p->tests[i].pattern : p->tests[i].whole);
    }
    for (size_t i = 0; i < p->n_child; i++) hash_predicate(h, p->child[i]);
}

void leave_out_hash(struct hash_state *h, const struct source_rule *of)
{
    for (size_t i = 0; of && i < of->n_ignores; i++) {
        hash_text(h, of->ignores[i].reason);
        hash_predicate(h, of->ignores[i].when);
    }
}
