// SPDX-License-Identifier: MIT
// What a journey says of each row: the rule of its action, the touchpoint that claims its events, the stages and exits that
// the action enters by itself. What a worksheet cannot show (counts, conditions) is not looked at, and so never changed.
#include <stdio.h>

#include "cli/worksheet/worksheet.h"

static voc_rc money_text(struct arena *a, int64_t micro, voc_str *out)
{
    *out = (voc_str){"", 0};
    if (micro == VOC_NA) return VOC_OK;
    char text[48];
    int n = snprintf(text, sizeof text, "%lld.%06lld", (long long)(micro / 1000000), (long long)(micro % 1000000));
    while (n > 1 && text[n - 1] == '0') n--;
    if (text[n - 1] == '.') n--;
    bool ok = true;
    *out = arena_str(a, text, (size_t)n, &ok);
    return ok ? VOC_OK : VOC_E_NOMEM;
}

uint32_t ws_effective_actor(const struct ws_row *r)
{
    if (r->rule && r->rule->actor != VOC_ACTOR_UNSET) return r->rule->actor;
    return r->recorded == VOC_ACTOR_UNSET ? VOC_ACTOR_CUSTOMER : r->recorded;
}

static const struct action_rule *rule_of(const struct journey *j, voc_str name)
{
    for (size_t i = 0; i < j->n_actions; i++) {
        const struct action_rule *r = &j->actions[i];
        if (r->like ? regex_match(r->like, name, NULL, NULL) == 1 : str_eq(r->name, name)) return r;
    }
    return NULL;
}

bool ws_simple_stage(const struct predicate *p, const struct ws_row *r)
{
    if (p->kind != PRED_EVENT || p->n_child || !p->n_tests || !(p->actors & 1u << ws_effective_actor(r))) return false;
    for (size_t t = 0; t < p->n_tests; t++) {
        const struct leaf_test *test = &p->tests[t];
        if (test->field != LEAF_ACTION) return false;
        if (test->re ? regex_match(test->re, r->action, NULL, NULL) != 1 : !str_eq(test->whole, r->action)) return false;
    }
    return true;
}

static bool any_simple(const struct predicate *p, const struct ws_row *r)
{
    if (p->kind != PRED_ANY) return ws_simple_stage(p, r);
    for (size_t i = 0; i < p->n_child; i++)
        if (ws_simple_stage(p->child[i], r)) return true;
    return false;
}

static voc_rc say_stages(struct worksheet *w, struct ws_row *r, const struct journey *j)
{
    struct buf b;
    bool ok = true;
    buf_init(&b, 1 << 16);
    for (size_t i = 0; i < j->n_stages; i++) {
        bool enters = false;
        for (size_t k = 0; k < j->stages[i].n_definitions && !enters; k++) enters = any_simple(j->stages[i].definition[k], r);
        if (enters) buf_printf(&b, "%s%.*s", b.len ? " " : "", STR_ARG(j->stages[i].id));
    }
    for (size_t i = 0; i < j->n_exits; i++)
        if (any_simple(j->exits[i].when, r)) buf_printf(&b, "%sexit:%.*s", b.len ? " " : "", STR_ARG(j->exits[i].id));
    r->said[WS_STAGE] = arena_str(&w->arena, b.ptr ? b.ptr : "", b.len, &ok);
    voc_rc rc = b.rc;
    buf_done(&b);
    return rc ? rc : ok ? VOC_OK : VOC_E_NOMEM;
}

static voc_rc say_touchpoint(struct worksheet *w, struct ws_row *r, const struct journey *j)
{
    voc_rc rc = VOC_OK;
    if (r->claim == VOC_NONE) return VOC_OK;
    const struct claim *c = &j->claims[r->claim];
    r->said[WS_TOUCHPOINT] = c->id;
    r->said[WS_KIND] = c->kind == VOC_TOUCH_PULL ? STR("pull") : STR("push");
    r->said[WS_GROUP] = c->group;
    r->said[WS_OWNER] = c->owner;
    r->said[WS_FUNCTION] = c->function;
    if (!rc) rc = money_text(&w->arena, c->cost, &r->said[WS_COST]);
    if (!rc) rc = money_text(&w->arena, c->minutes, &r->said[WS_MINUTES]);
    return rc;
}

static voc_rc say_row(struct worksheet *w, struct ws_row *r, const struct journey *j)
{
    static const voc_str actors[] = {{"", 0}, {"customer", 8}, {"company", 7}, {"other", 5}};
    voc_rc rc = VOC_OK;
    memset(r->said, 0, sizeof r->said);
    for (size_t c = 0; c < WS_COLUMNS; c++) r->said[c] = (voc_str){"", 0};
    r->rule = rule_of(j, r->action);
    bool ruled = r->rule && r->rule->actor != VOC_ACTOR_UNSET;
    r->said[WS_ACTOR] = actors[ruled ? r->rule->actor : r->recorded];
    if (r->rule && ws_effective_actor(r) == VOC_ACTOR_CUSTOMER) {
        r->said[WS_CLASS] = str_of(ws_class_names[r->rule->class_]);
        rc = money_text(&w->arena, r->rule->value, &r->said[WS_VALUE]);
    }
    if (!rc) rc = say_stages(w, r, j);
    if (!rc) rc = say_touchpoint(w, r, j);
    r->mentioned = r->claim != VOC_NONE || r->work != VOC_NONE || r->said[WS_STAGE].len ||
                   (r->rule && (ruled || ws_effective_actor(r) == VOC_ACTOR_CUSTOMER || !r->n_known));
    return rc;
}

// Which touchpoint has the events of each row: one count for each claim, and one for none.
static voc_rc claims(struct worksheet *w, const struct event_set *s, const struct journey *j, struct diag *d)
{
    struct timeline *tl = NULL;
    struct batch *b = NULL;
    struct timeline_options o = {.end_us = INT64_MAX};
    size_t declared = j->n_claims + j->n_works, wide = declared + 1;
    uint32_t *n = mem_zalloc(w->rows.n * wide + 1, sizeof *n);
    voc_rc rc = n ? VOC_OK : VOC_E_NOMEM;
    for (size_t k = 0; k < w->rows.n; k++) w->rows.at[k].claim = w->rows.at[k].work = VOC_NONE, w->rows.at[k].shared = false;
    if (declared && !rc) rc = timeline_new(&tl, s, j, &o, d);
    if (tl && !rc) rc = batch_new(&b, tl, 1u << VOC_COL_TOUCHPOINT);
    for (size_t u = 0; tl && !rc && u < timeline_n_units(tl); u++) {
        batch_clear(b);
        if ((rc = batch_add(b, u))) break;
        const voc_journeys *v = batch_view(b);
        const uint32_t *touch = v->columns[VOC_COL_TOUCHPOINT];
        for (size_t e = 0; e < v->n_events; e++) n[w->row_of[batch_source_event(b, e)] * wide + (touch[e] < declared ? touch[e] : declared)]++;
    }
    for (size_t k = 0; tl && !rc && k < w->rows.n; k++) {
        struct ws_row *r = &w->rows.at[k];
        size_t best = declared, parts = 0;
        for (size_t c = 0; c < wide; c++) {
            parts += n[k * wide + c] != 0;
            if (n[k * wide + c] > n[k * wide + best]) best = c;
        }
        r->shared = parts > 1;
        if (best < j->n_claims) r->claim = (uint32_t)best;
        else if (best < declared) r->work = (uint32_t)(best - j->n_claims);
    }
    batch_free(b);
    timeline_free(tl);
    mem_free(n);
    return rc;
}

voc_rc ws_say(struct worksheet *w, const struct event_set *s, const struct journey *j, struct diag *d)
{
    voc_rc rc = claims(w, s, j, d);
    w->declared = j->evidence_declared;
    for (size_t k = 0; k < w->rows.n && !rc; k++) rc = say_row(w, &w->rows.at[k], j);
    return rc;
}
