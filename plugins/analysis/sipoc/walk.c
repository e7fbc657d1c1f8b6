// SPDX-License-Identifier: MIT
//
// One batch of units into counts, visit by visit: who opened it, what was done in it, how it ended, and who acted after it went on. Stays
// are the host's, so that visits of stages and their ends are those of voc stages; visits of steps are cut here.
#include "plugins/analysis/sipoc/sipoc.h"

enum visit_end { VISIT_OPEN, VISIT_ON, VISIT_BACK, VISIT_EXIT, VISIT_LAPSED, VISIT_LEFT };

struct visit {
    size_t section;
    size_t first, n;       // events of it, in the batch; the one that ends it is not among them
    size_t opener;         // the event that opened it, where one did: at one time others may lie before it
    bool opened;
    int64_t out_us;
    enum visit_end end;
    bool on;               // went on to what comes next, or won
    size_t how;            // VISIT_EXIT: which exit; VISIT_LEFT: which leave
    size_t next;           // section that it went on to, or SIZE_MAX
};

struct walk { const struct sipoc *s; struct sipoc_state *st; const voc_journeys *j; const voc_unit *u; size_t end; }; // end: of the unit's events

// Codes are bounded by what the host said before the first event.
static size_t bounded(const struct sipoc *s, enum sipoc_kind kind, size_t code) { return code < s->first[kind + 1] - s->first[kind] ? code : 0; }

static struct sipoc_tally *once(struct sipoc_state *st, size_t slot)
{
    struct sipoc_tally *t = &st->tallies[slot];
    t->visits += st->seen[slot] != st->visit;
    st->seen[slot] = st->visit;
    return t;
}

// ---- what is counted of a visit ------------------------------------------------------------------------------------------------

// The first of the declared fields that the event has which opened the visit; where none is declared, its campaign, else its channel.
static voc_rc count_supplier(const struct walk *w, const struct visit *v)
{
    const struct sipoc *s = w->s;
    const struct sipoc_section *x = &s->sections[v->section];
    const uint32_t *campaign = w->j->columns[VOC_COL_CAMPAIGN], *channel = w->j->columns[VOC_COL_CHANNEL];
    enum sipoc_kind kind = SIPOC_NOBODY;
    struct sipoc_tally *t = NULL;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; v->opened && i < x->has.n_suppliers && !t && !rc; i++) {
        const voc_str text = w->j->fields[x->suppliers[i]][v->opener];
        if (text.len && !(rc = sipoc_name(s, &w->st->names, v->section, text, &t))) t->visits++;
    }
    if (rc) return rc;
    if (v->opened && !x->has.n_suppliers) kind = campaign[v->opener] ? SIPOC_CAMPAIGN : channel[v->opener] ? SIPOC_CHANNEL : SIPOC_NOBODY;
    if (!t)
        t = once(w->st, sipoc_slot(s, v->section, kind,
                                   bounded(s, kind,
                                           kind == SIPOC_CAMPAIGN  ? campaign[v->opener]
                                           : kind == SIPOC_CHANNEL ? channel[v->opener]
                                                                   : 0)));
    t->finished += v->end != VISIT_OPEN;
    t->forward += v->on;
    return VOC_OK;
}

static int64_t minutes_of(const struct walk *w, size_t e, uint32_t touchpoint)
{
    const int64_t *minutes = w->j->columns[VOC_COL_MINUTES];
    return minutes[e] != VOC_NA ? minutes[e] : analysis_touchpoint(&w->s->base, touchpoint)->minutes;
}

// What the company did since the observation began (METHODS 1.5).
static bool is_work(const struct walk *w, size_t e)
{
    const uint32_t *touchpoint = w->j->columns[VOC_COL_TOUCHPOINT];
    const uint8_t *actor = w->j->columns[VOC_COL_ACTOR], *delivered = w->j->columns[VOC_COL_DELIVERED];
    return actor[e] == VOC_ACTOR_COMPANY && delivered[e] && touchpoint[e] < w->s->base.def->n_touchpoints &&
           ((const int64_t *)w->j->columns[VOC_COL_TIME])[e] >= w->s->base.info->start_us;
}

static void add_work(const struct walk *w, struct sipoc_tally *t, size_t e)
{
    const int64_t own = minutes_of(w, e, ((const uint32_t *)w->j->columns[VOC_COL_TOUCHPOINT])[e]);
    t->times++;
    if (own != VOC_NA && own > 0) t->minutes += (uint64_t)own;
}

// In a stage whatever the company does; in a step what is its own.
static void count_work(const struct walk *w, const struct visit *v)
{
    const uint32_t *touchpoint = w->j->columns[VOC_COL_TOUCHPOINT];
    const struct sipoc_section *x = &w->s->sections[v->section];
    for (size_t e = v->first; e < v->first + v->n; e++)
        if (is_work(w, e) && (!x->is_step || sipoc_belongs(w->s, x, analysis_touchpoint(&w->s->base, touchpoint[e]))))
            add_work(w, once(w->st, sipoc_slot(w->s, v->section, SIPOC_TOUCH, touchpoint[e])), e);
}

// Of a visit that went on: where to, and the roles whose acts follow within the window of the stage.
static void count_customers(const struct walk *w, const struct visit *v)
{
    const struct sipoc *s = w->s;
    const uint32_t *role = w->j->columns[VOC_COL_ROLE],
                   stage = s->sections[v->section].is_step ? s->sections[v->section].has.stage : (uint32_t)v->section;
    const uint8_t *actor = w->j->columns[VOC_COL_ACTOR], *class_ = w->j->columns[VOC_COL_CLASS];
    const int64_t *time = w->j->columns[VOC_COL_TIME],
                  window = stage < s->n_stages ? analysis_stage(&s->base, stage)->window_us : s->base.def->window_us;
    if (!v->on || v->end == VISIT_EXIT) return;
    if (v->next < s->n_sections) (void)once(w->st, sipoc_slot(s, v->section, SIPOC_NEXT, v->next));
    for (size_t e = v->first; e < w->end && (time[e] < v->out_us || time[e] - v->out_us <= window); e++)
        if (time[e] >= v->out_us && actor[e] == VOC_ACTOR_CUSTOMER && class_[e] != VOC_CLASS_MECHANICAL && class_[e] != VOC_CLASS_UNDELIVERED)
            (void)once(w->st, sipoc_slot(s, v->section, SIPOC_ROLE, bounded(s, SIPOC_ROLE, role[e])));
}

// At the event that opened the visit; where none did, at the first of it.
static void count_inputs(const struct walk *w, const struct visit *v)
{
    const struct sipoc_section *x = &w->s->sections[v->section];
    bool all = x->has.n_inputs > 0;
    for (size_t i = 0; i < x->has.n_inputs; i++) {
        const bool there = (v->opened || v->n > 0) && w->j->predicates[x->inputs[i]][v->opened ? v->opener : v->first];
        if (there) (void)once(w->st, sipoc_slot(w->s, v->section, SIPOC_INPUT, i));
        all = all && (there || !sipoc_input(x, i)->required);
    }
    w->st->sections[v->section].complete += all;
}

// Some event of the visit up to its end (`at_end`: of that time) is so.
static bool any_event(const struct walk *w, const struct visit *v, const uint8_t *is, bool at_end)
{
    const int64_t *time = w->j->columns[VOC_COL_TIME];
    for (size_t e = v->first; e < w->end && time[e] <= v->out_us; e++)
        if (is[e] && (!at_end || time[e] == v->out_us)) return true;
    return false;
}

// What an output of a visit that went on is declared to reach has it too.
static void count_outputs(const struct walk *w, const struct visit *v)
{
    const struct sipoc_section *x = &w->s->sections[v->section];
    for (size_t i = 0; i < x->has.n_outputs; i++) {
        const voc_def_output *o = sipoc_output(x, i);
        if (!any_event(w, v, w->j->predicates[x->outputs[i]], false)) continue;
        (void)once(w->st, sipoc_slot(w->s, v->section, SIPOC_OUTPUT, i));
        if (v->on && o->next_step != VOC_NONE) (void)once(w->st, sipoc_slot(w->s, v->section, SIPOC_NEXT, w->s->n_stages + o->next_step));
    }
}

// Of a visit that went on: an event at that time meets it, or it is a defect.
static void count_requirements(const struct walk *w, const struct visit *v)
{
    const struct sipoc_section *x = &w->s->sections[v->section];
    struct sipoc_counts *g = &w->st->sections[v->section];
    uint64_t defects = 0;
    if (!x->has.n_requirements) return;
    for (size_t i = 0; i < x->has.n_requirements; i++) {
        if (any_event(w, v, w->j->predicates[x->requirements[i]], true)) continue;
        (void)once(w->st, sipoc_slot(w->s, v->section, SIPOC_REQUIREMENT, i));
        defects++;
    }
    g->checked++;
    g->defects += defects;
    g->whole += !defects;
}

static voc_rc count_visit(const struct walk *w, const struct visit *v)
{
    struct sipoc_counts *g = &w->st->sections[v->section];
    w->st->visit++;
    g->visits++;
    g->forward += v->on;
    g->back += v->end == VISIT_BACK;
    g->lapsed += v->end == VISIT_LAPSED;
    g->open += v->end == VISIT_OPEN;
    g->exits += !v->on && (v->end == VISIT_EXIT || v->end == VISIT_LEFT);
    if (v->end == VISIT_EXIT) (void)once(w->st, sipoc_slot(w->s, v->section, SIPOC_EXIT, v->how));
    if (v->end == VISIT_LEFT) (void)once(w->st, sipoc_slot(w->s, v->section, SIPOC_LEAVE, v->how));
    voc_rc rc = count_supplier(w, v);
    count_work(w, v);
    count_customers(w, v);
    count_inputs(w, v);
    if (v->end != VISIT_OPEN) count_outputs(w, v);
    if (v->on) count_requirements(w, v);
    return rc;
}

// ---- visits of stages ------------------------------------------------------------------------------------------------------------

// The event that moved the unit into the stage when stay k began; events of that time before it belong to the stay as well. Where the
// unit came into the stage several times at one time, each stay has its own.
static bool find_opener(const struct walk *w, size_t k, size_t from, size_t *opener)
{
    const voc_stay *v = analysis_stay(w->j, k);
    const int64_t *time = w->j->columns[VOC_COL_TIME];
    const uint32_t *stage = w->j->columns[VOC_COL_STAGE];
    size_t earlier = 0;
    for (size_t i = k; i > w->u->first_stay && analysis_stay(w->j, i - 1)->in_us == v->in_us; i--) earlier += analysis_stay(w->j, i - 1)->stage == v->stage;
    for (size_t e = from; e < w->end && time[e] == v->in_us; e++) {
        if (stage[e] != v->stage || (e > w->u->first_event && stage[e - 1] == v->stage) || earlier-- > 0) continue;
        *opener = e;
        return true;
    }
    return false;
}

static voc_rc visit_of_stay(const struct walk *w, size_t k, struct visit *out)
{
    const struct sipoc *s = w->s;
    const voc_stay *v = analysis_stay(w->j, k), *after = k + 1 < w->u->first_stay + w->u->n_stays ? analysis_stay(w->j, k + 1) : NULL;
    static const enum visit_end ends[] = {[VOC_END_FORWARD] = VISIT_ON, [VOC_END_BACKWARD] = VISIT_BACK, [VOC_END_EXIT] = VISIT_EXIT, [VOC_END_LAPSED] = VISIT_LAPSED, [VOC_END_CENSORED] = VISIT_OPEN};
    if (v->stage >= s->n_stages || v->end < VOC_END_FORWARD || v->end > VOC_END_CENSORED ||
        (v->end == VOC_END_EXIT && v->exit >= s->base.def->n_exits))
        return VOC_E_BUG;
    const size_t first = v->first_event < w->u->n_events ? w->u->first_event + v->first_event : w->end;
    *out = (struct visit){.section = v->stage, .first = first, .n = v->n_events <= w->end - first ? v->n_events : 0, .opener = w->end,
                          .out_us = v->out_us, .end = ends[v->end], .next = SIZE_MAX};
    out->opened = find_opener(w, k, first, &out->opener);
    out->on = v->end == VOC_END_FORWARD || (v->end == VOC_END_EXIT && analysis_exit_wins(&s->base, v->exit));
    if (v->end == VOC_END_EXIT) out->how = v->exit;
    if (v->end == VOC_END_FORWARD && after && after->episode == v->episode && after->in_us == v->out_us) out->next = after->stage;
    return VOC_OK;
}

// Of its stage, and of the steps of that stage that do not say what enters them.
static voc_rc count_stay(const struct walk *w, size_t k)
{
    struct visit v;
    voc_rc rc = visit_of_stay(w, k, &v);
    const size_t stage = v.section;
    if (!rc) rc = count_visit(w, &v);
    for (size_t i = w->s->n_stages; i < w->s->n_sections && !rc; i++) {
        const struct sipoc_section *x = &w->s->sections[i];
        if (x->has.enter != VOC_NONE || x->stage != stage) continue;
        v.section = i;
        rc = count_visit(w, &v);
    }
    return rc;
}

// ---- visits of steps ---------------------------------------------------------------------------------------------------------------

// Where a step hands over: by the leave, else by what it gives.
static size_t handed_to(const struct sipoc *s, const struct sipoc_section *x, const voc_def_leave *leave)
{
    if (leave->to != VOC_NONE) return s->n_stages + leave->to;
    for (size_t i = 0; i < x->has.n_outputs; i++) {
        const voc_def_output *o = sipoc_output(x, i);
        if (o->next_step != VOC_NONE) return s->n_stages + o->next_step;
        if (o->next_stage != VOC_NONE) return o->next_stage;
    }
    return SIZE_MAX;
}

static size_t leave_at(const struct walk *w, const struct sipoc_section *x, size_t e)
{
    size_t i = 0;
    while (i < x->has.n_leaves && !w->j->predicates[x->leaves[i]][e]) i++;
    return i;
}

static voc_rc count_step(const struct walk *w, size_t section)
{
    const struct sipoc_section *x = &w->s->sections[section];
    const int64_t *time = w->j->columns[VOC_COL_TIME];
    struct visit v = {.section = section, .opened = true, .next = SIZE_MAX};
    bool within = false;
    voc_rc rc = VOC_OK;
    for (size_t e = w->u->first_event; e < w->end && !rc; e++) {
        if (!within) {
            within = w->j->predicates[x->enter][e];
            v.first = v.opener = e;
            continue;
        }
        const size_t how = leave_at(w, x, e);
        if (how == x->has.n_leaves) continue;
        const voc_def_leave *leave = sipoc_leave(x, how);
        v.n = e - v.first;
        v.out_us = time[e];
        v.end = VISIT_LEFT;
        v.how = how;
        v.on = leave->outcome == VOC_LEAVE_NEXT || leave->outcome == VOC_LEAVE_WON;
        v.next = leave->outcome == VOC_LEAVE_NEXT ? handed_to(w->s, x, leave) : SIZE_MAX;
        rc = count_visit(w, &v);
        within = false;
    }
    if (rc || !within) return rc;
    v.n = w->end - v.first;
    v.out_us = w->s->base.info->end_us;
    v.end = VISIT_OPEN;
    v.on = false;
    v.next = SIZE_MAX;
    return count_visit(w, &v);
}

// Work of steps that nobody enters: how often it was done, for whomever.
static void count_work_alone(const struct walk *w)
{
    const uint32_t *touchpoint = w->j->columns[VOC_COL_TOUCHPOINT];
    for (size_t i = w->s->n_stages; i < w->s->n_sections; i++) {
        const struct sipoc_section *x = &w->s->sections[i];
        if (x->has.enter != VOC_NONE || x->stage != VOC_NONE) continue;
        for (size_t e = w->u->first_event; e < w->end; e++)
            if (is_work(w, e) && sipoc_belongs(w->s, x, analysis_touchpoint(&w->s->base, touchpoint[e])))
                add_work(w, &w->st->tallies[sipoc_slot(w->s, i, SIPOC_TOUCH, touchpoint[e])], e);
    }
}

voc_rc sipoc_walk(const struct sipoc *s, struct sipoc_state *st, const voc_journeys *j)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < j->n_units && !rc; i++) {
        const voc_unit *u = analysis_unit(j, i);
        const struct walk w = {s, st, j, u, u->first_event + u->n_events};
        count_work_alone(&w);
        if (u->flags & VOC_JOURNEY_INTERNAL) continue;
        for (size_t k = u->first_stay, end = k + u->n_stays; k < end && !rc; k++) rc = count_stay(&w, k);
        for (size_t k = s->n_stages; k < s->n_sections && !rc; k++)
            if (s->sections[k].enter != VOC_NONE) rc = count_step(&w, k);
    }
    return rc;
}
