// SPDX-License-Identifier: MIT
//
// Touchpoints of one group as one kind of touch (--by group): the same events, read by a definition in which each group is a
// touchpoint, go through the same study and the same decision table. So a touch is fresh if no touch of the whole group came
// before it within the window, and a comparator has had none of them. Touchpoints without a group keep their own type;
// those that the law or a contract asks for are never pooled with others. What a group costs is what its members cost.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plugins/analysis/score/score.h"

struct pool {
    const struct study *of;
    struct score score;      // its definition, data and aims are made here
    voc_definition def;
    uint32_t *type;          // by touchpoint: its type
    voc_def_touchpoint *types;
    size_t n;                // types
    size_t *members;         // by type: touchpoints declared in it
    bool *shown;             // by type: pooled of two or more, and judged
};

static bool together(const voc_def_touchpoint *a, const voc_def_touchpoint *b)
{
    return a->group.len && a->group.len == b->group.len && memcmp(a->group.ptr, b->group.ptr, a->group.len) == 0 &&
           a->kind == b->kind && a->incidental == b->incidental;
}

bool group_any(const voc_definition *d)
{
    for (size_t i = 0; i < d->n_touchpoints; i++)
        for (size_t k = 0; k < i && d->touchpoints[i].group.len; k++)
            if (together(&d->touchpoints[i], &d->touchpoints[k])) return true;
    return false;
}

// ---- the definition ------------------------------------------------------------------------------------------------------------

static void assign_types(struct pool *p)
{
    const voc_definition *d = p->of->s->def;
    for (uint32_t i = 0; i < d->n_touchpoints; i++) {
        uint32_t k = d->touchpoints[i].group.len ? 0 : i;
        while (k < i && !together(&d->touchpoints[i], &d->touchpoints[k])) k++;
        p->type[i] = k < i ? p->type[k] : (uint32_t)p->n++;
        p->members[p->type[i]]++;
    }
}

static int64_t earliest(int64_t a, int64_t b) { return a == VOC_NA || b == VOC_NA ? VOC_NA : a < b ? a : b; }
static int64_t latest(int64_t a, int64_t b) { return a == VOC_NA || b == VOC_NA ? VOC_NA : a > b ? a : b; }

// "visit (reference visit, briefing)"
static voc_rc name_type(struct pool *p, uint32_t type)
{
    const voc_definition *d = p->of->s->def;
    size_t size = 8, at;
    voc_str group = p->types[type].group;
    for (size_t i = 0; i < d->n_touchpoints; i++)
        if (p->type[i] == type) size += 2 + (d->touchpoints[i].title.len ? d->touchpoints[i].title.len : d->touchpoints[i].id.len);
    char *title = score_alloc(p->of->s, size + group.len, 1);
    if (!title) return VOC_E_NOMEM;
    memcpy(title, group.ptr, group.len);
    at = group.len;
    for (size_t i = 0, n = 0; i < d->n_touchpoints; i++) {
        if (p->type[i] != type) continue;
        voc_str name = d->touchpoints[i].title.len ? d->touchpoints[i].title : d->touchpoints[i].id;
        memcpy(title + at, n++ ? ", " : " (", 2);
        memcpy(title + at + 2, name.ptr, name.len);
        at += 2 + name.len;
    }
    title[at++] = ')';
    p->types[type].id = group;
    p->types[type].title = (voc_str){title, at};
    p->types[type].group = (voc_str){"", 0};
    return VOC_OK;
}

// Stages, time on offer and value of all members; what differs between them is not known of the whole.
static voc_rc add_member(struct pool *p, voc_def_touchpoint *t, const voc_def_touchpoint *m)
{
    t->available_from_us = earliest(t->available_from_us, m->available_from_us);
    t->available_to_us = latest(t->available_to_us, m->available_to_us);
    if (t->aim_value != m->aim_value) t->aim_value = VOC_NA;
    if (t->n_stages == 0 || m->n_stages == 0) return t->n_stages = 0, VOC_OK;
    uint32_t *stages = score_alloc(p->of->s, t->n_stages + m->n_stages, sizeof *stages);
    size_t n = t->n_stages;
    if (!stages) return VOC_E_NOMEM;
    memcpy(stages, t->stages, n * sizeof *stages);
    for (size_t i = 0; i < m->n_stages; i++) {
        bool seen = false;
        for (size_t k = 0; k < n; k++) seen = seen || stages[k] == m->stages[i];
        if (!seen) stages[n++] = m->stages[i];
    }
    t->stages = stages;
    t->n_stages = n;
    return VOC_OK;
}

static voc_rc make_types(struct pool *p)
{
    const voc_definition *d = p->of->s->def;
    bool *begun = score_alloc(p->of->s, p->n, sizeof *begun);
    voc_rc rc = begun ? VOC_OK : VOC_E_NOMEM;
    for (size_t i = 0; i < d->n_touchpoints && !rc; i++) {
        voc_def_touchpoint *t = &p->types[p->type[i]];
        if (begun[p->type[i]])
            rc = add_member(p, t, &d->touchpoints[i]);
        else
            *t = d->touchpoints[i];
        begun[p->type[i]] = true;
    }
    for (uint32_t k = 0; k < p->n && !rc; k++) {
        if (p->members[k] < 2) continue;
        p->types[k].unit_cost = p->types[k].minutes = p->types[k].window_us = VOC_NA;
        rc = name_type(p, k);
    }
    p->def.touchpoints = p->types;
    p->def.n_touchpoints = p->n;
    return rc;
}

// A group's window is the longest of its members', so that nobody's is cut.
static voc_rc make_windows(struct pool *p)
{
    const struct score *s = p->of->s;
    voc_def_window *w = score_alloc(s, p->n * s->def->n_stages, sizeof *w);
    size_t n = 0;
    if (!w) return VOC_E_NOMEM;
    for (uint32_t type = 0; type < p->n; type++)
        for (uint32_t stage = 0; stage < s->def->n_stages; stage++) {
            int64_t longest = 0;
            for (uint32_t i = 0; i < s->def->n_touchpoints; i++)
                if (p->type[i] == type && window_of(s, i, stage) > longest) longest = window_of(s, i, stage);
            if (longest != window_of(s, VOC_NONE, stage) || p->types[type].window_us != VOC_NA) w[n++] = (voc_def_window){stage, type, longest};
        }
    p->def.windows = w;
    p->def.n_windows = n;
    return VOC_OK;
}

// A hold-out of one member is none of the group.
static voc_rc make_holdouts(struct pool *p)
{
    const voc_definition *d = p->of->s->def;
    voc_def_holdout *h = score_alloc(p->of->s, d->n_holdouts, sizeof *h);
    if (!h) return VOC_E_NOMEM;
    for (size_t i = 0; i < d->n_holdouts; i++) {
        h[i] = d->holdouts[i];
        if (h[i].touchpoint != VOC_NONE) h[i].touchpoint = p->members[p->type[h[i].touchpoint]] > 1 ? VOC_NONE : p->type[h[i].touchpoint];
    }
    p->def.holdouts = h;
    return VOC_OK;
}

// ---- events and aims -----------------------------------------------------------------------------------------------------------

static voc_rc make_events(struct pool *p)
{
    const struct data *from = &p->of->s->data;
    struct event *e = score_alloc(p->of->s, from->n_events, sizeof *e);
    struct more *m = score_alloc(p->of->s, from->n_more, sizeof *m);
    if (!e || !m) return VOC_E_NOMEM;
    for (size_t i = 0; i < from->n_events; i++) {
        e[i] = from->events[i];
        if (e[i].touchpoint != VOC_NONE) e[i].touchpoint = p->type[e[i].touchpoint];
    }
    for (size_t i = 0; i < from->n_more; i++) {
        m[i] = from->more[i];
        if (m[i].ref_touchpoint != VOC_NONE) m[i].ref_touchpoint = p->type[m[i].ref_touchpoint];
    }
    p->score.data.events = e;
    p->score.data.more = m;
    return VOC_OK;
}

// The aim of a group is that of any member; where a member has none of its own, that of the stage. Its bit is made of theirs.
static bool has_aim(const struct pool *p, uint32_t type)
{
    const struct score *s = p->of->s;
    for (size_t i = 0; i < s->def->n_touchpoints; i++)
        if (p->type[i] == type && s->aims.touchpoint[i] == VOC_NONE) return false;
    return true;
}

static voc_rc make_aims(struct pool *p)
{
    const struct score *s = p->of->s;
    const struct data *from = &s->data;
    size_t n = s->n_predicates;
    uint32_t *aim = score_alloc(s, p->n, sizeof *aim);
    if (!aim) return VOC_E_NOMEM;
    for (uint32_t k = 0; k < p->n; k++) aim[k] = p->members[k] > 1 && has_aim(p, k) ? (uint32_t)n++ : VOC_NONE;
    for (size_t i = 0; i < s->def->n_touchpoints; i++)
        if (p->members[p->type[i]] == 1) aim[p->type[i]] = s->aims.touchpoint[i];
    p->score.aims.touchpoint = aim;
    if (n == s->n_predicates) return VOC_OK;
    struct data *to = &p->score.data;
    to->words = (n + 63) / 64;
    to->bits = score_alloc(s, from->n_events * to->words, sizeof *to->bits);
    if (!to->bits) return VOC_E_NOMEM;
    for (size_t e = 0; e < from->n_events; e++) {
        memcpy(to->bits + e * to->words, from->bits + e * from->words, from->words * sizeof *to->bits);
        for (size_t i = 0; i < s->def->n_touchpoints; i++) {
            uint32_t bit = aim[p->type[i]];
            if (p->members[p->type[i]] > 1 && bit != VOC_NONE && data_bit(from, e, s->aims.touchpoint[i]))
                to->bits[e * to->words + bit / 64] |= (uint64_t)1 << (bit % 64);
        }
    }
    p->score.n_predicates = n;
    return VOC_OK;
}

// ---- what it costs --------------------------------------------------------------------------------------------------------------

static const struct finding *member_cell(const struct study *st, uint32_t touchpoint, const struct finding *f)
{
    if (f->stage == TRIAL_ALL) return &st->pooled[touchpoint];
    for (size_t i = 0; i < st->n_cells; i++)
        if (st->cells[i].touchpoint == touchpoint && st->cells[i].stage == f->stage && st->cells[i].segment == f->segment) return &st->cells[i];
    return NULL;
}

// The mean unit cost of the touches in the cell, so that unit cost x touches is the sum over members of theirs.
static void set_cost(const struct pool *p, struct finding *f)
{
    double cost = 0, touches = 0, all_cost = 0, all = 0;
    for (uint32_t i = 0; i < p->of->s->def->n_touchpoints; i++) {
        if (p->type[i] != f->touchpoint) continue;
        const struct finding *whole = &p->of->pooled[i], *m = member_cell(p->of, i, f);
        double n = m ? (double)(whole->pull ? m->uses : m->cell.touches) : 0;
        if (n > 0) cost += whole->unit_cost * n, touches += n;
        if (whole->all_touches) all_cost += whole->spend, all += (double)whole->all_touches;
    }
    f->unit_cost = touches > 0 ? cost / touches : all > 0 ? all_cost / all : NAN;
}

static voc_rc set_costs(struct pool *p, struct study *st)
{
    st->credit = score_alloc(p->of->s, p->n, sizeof *st->credit);
    if (!st->credit) return VOC_E_NOMEM;
    for (uint32_t i = 0; i < p->of->s->def->n_touchpoints; i++) st->credit[p->type[i]] += p->of->credit[i];
    for (uint32_t k = 0; k < p->n; k++) {
        struct finding *f = &st->pooled[k];
        if (p->members[k] < 2) continue;
        set_cost(p, f);
        f->spend = f->minutes = 0;
        for (uint32_t i = 0; i < p->of->s->def->n_touchpoints; i++)
            if (p->type[i] == k) f->spend += p->of->pooled[i].spend, f->minutes += p->of->pooled[i].minutes;
    }
    for (size_t i = 0; i < st->n_cells; i++)
        if (p->members[st->cells[i].touchpoint] > 1) set_cost(p, &st->cells[i]);
    return VOC_OK;
}

static voc_rc run(struct pool *p, struct study *st)
{
    *st = (struct study){.s = &p->score, .p_win = p->of->p_win, .p_win_known = p->of->p_win_known};
    voc_rc rc = study_run(st);
    if (!rc) rc = study_work(st);
    if (!rc) rc = study_links(st);
    if (!rc) rc = study_pull(st);
    if (!rc) rc = set_costs(p, st);
    if (!rc) rc = judge_all(st);
    return rc ? rc : settle_all(st);
}

voc_rc group_write(const struct study *of)
{
    const struct score *s = of->s;
    size_t n = s->def->n_touchpoints;
    struct pool p = {.of = of, .score = *s, .def = *s->def};
    struct study st;
    p.type = score_alloc(s, n, sizeof *p.type);
    p.types = score_alloc(s, n, sizeof *p.types);
    p.members = score_alloc(s, n, sizeof *p.members);
    p.shown = score_alloc(s, n, sizeof *p.shown);
    if (!p.type || !p.types || !p.members || !p.shown) return VOC_E_NOMEM;
    p.score.def = &p.def;
    assign_types(&p);
    voc_rc rc = make_types(&p);
    if (!rc) rc = make_windows(&p);
    if (!rc) rc = make_holdouts(&p);
    if (!rc) rc = make_events(&p);
    if (!rc) rc = make_aims(&p);
    if (!rc) rc = run(&p, &st);
    for (size_t k = 0; k < p.n && !rc; k++) p.shown[k] = p.members[k] > 1 && st.pooled[k].judged;
    if (!rc) rc = summary_groups(&st, p.shown);
    return rc ? rc : tables_groups(&st, p.shown);
}
