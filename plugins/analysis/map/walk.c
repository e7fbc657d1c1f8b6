// SPDX-License-Identifier: MIT
//
// One batch of units into counts, stage by stage. The stays and the stage after each event are the host's tracker's, so every figure
// agrees with voc stages and the funnel. People are told apart within their unit.
#include "plugins/analysis/map/map.h"

static voc_rc meet(const struct map *m, struct map_state *s, size_t stage, enum map_kind kind, size_t i, uint32_t person)
{
    map_tally(m, s, stage, kind, i)->times++;
    if (s->n_met == s->room) {
        const size_t room = s->room ? s->room * 2 : 256;
        struct map_met *met = room > SIZE_MAX / sizeof *met ? NULL : m->base.host->resize(m->base.cx, s->met, room * sizeof *met);
        if (!met) return VOC_E_NOMEM;
        s->met = met;
        s->room = room;
    }
    s->met[s->n_met++] = (struct map_met){(uint64_t)stage * map_things(m) + m->first[kind] + i, person};
    return VOC_OK;
}

static int by_slot(const void *x, const void *y)
{
    const struct map_met *a = x, *b = y;
    if (a->slot != b->slot) return a->slot > b->slot ? 1 : -1;
    return (a->person > b->person) - (a->person < b->person);
}

// Each once: the unit, and its people.
static void count_met(struct map_state *s)
{
    if (s->n_met > 1) qsort(s->met, s->n_met, sizeof *s->met, by_slot);
    for (size_t i = 0; i < s->n_met; i++) {
        struct map_tally *t = &s->tallies[s->met[i].slot];
        const bool same = i && s->met[i - 1].slot == s->met[i].slot;
        t->units += !same;
        t->people += !same || s->met[i - 1].person != s->met[i].person;
    }
    s->n_met = 0;
}

// ---- stays -------------------------------------------------------------------------------------------------------------

static voc_rc count_stays(const struct map *m, struct map_state *s, const voc_journeys *j, const voc_unit *u)
{
    for (size_t i = u->first_stay, end = i + u->n_stays; i < end; i++) {
        const voc_stay *v = analysis_stay(j, i);
        if (v->stage >= m->n_stages) return VOC_E_BUG;
        struct map_stage *g = &s->stages[v->stage];
        bool before = false;
        for (size_t k = u->first_stay; k < i && !before; k++) before = analysis_stay(j, k)->stage == v->stage;
        g->stays++;
        g->units += !before;
        switch (v->end) {
        case VOC_END_FORWARD: g->forward++; break;
        case VOC_END_BACKWARD: g->back++; break;
        case VOC_END_EXIT: g->exits++, g->won += analysis_exit_wins(&m->base, v->exit); break;
        case VOC_END_LAPSED: g->lapsed++; break;
        case VOC_END_CENSORED: g->open++; break;
        default: return VOC_E_BUG;
        }
        if (v->flags & VOC_STAY_TRUNCATED) continue;
        voc_rc rc = gathered_add(m->base.host, m->base.cx, v->end == VOC_END_CENSORED ? &g->open_us : &g->ended_us, v->out_us - v->in_us);
        if (rc) return rc;
    }
    return VOC_OK;
}

// ---- events ------------------------------------------------------------------------------------------------------------

static const int64_t resolution_us[] = {1, 1000, 1000000, 60000000, 3600000000, 86400000000};

// Strictly later, at the coarser of the two resolutions (METHODS 0.2): of the same day is not later.
static bool later(int64_t a, uint8_t ra, int64_t b, uint8_t rb)
{
    const uint8_t r = ra > rb ? ra : rb;
    const int64_t unit = resolution_us[r <= VOC_RES_DAY ? r : VOC_RES_DAY];
    const int64_t x = a / unit - (a % unit < 0), y = b / unit - (b % unit < 0);
    return x > y;
}

static bool answered(const struct map *m, const voc_journeys *j, const voc_unit *u, size_t e, uint32_t stage)
{
    const int64_t *time = j->columns[VOC_COL_TIME];
    const uint8_t *actor = j->columns[VOC_COL_ACTOR], *class_ = j->columns[VOC_COL_CLASS], *resolution = j->columns[VOC_COL_RESOLUTION];
    const int64_t window = analysis_stage(&m->base, stage)->window_us;
    for (size_t k = e + 1, end = u->first_event + u->n_events; k < end && time[k] - time[e] <= window; k++)
        if (actor[k] == VOC_ACTOR_CUSTOMER && class_[k] == VOC_CLASS_VALUE && later(time[k], resolution[k], time[e], resolution[e])) return true;
    return false;
}

static void add_cost(struct map_stage *g, int64_t cost)
{
    g->touches++;
    g->costless += cost == VOC_NA || cost < 0;
    if (cost == VOC_NA || cost < 0) return;
    g->cost[0] += (uint64_t)cost;
    g->cost[1] += g->cost[0] < (uint64_t)cost;
}

// What did not reach anybody has cost its money all the same.
static voc_rc count_touch(const struct map *m, struct map_state *s, const voc_journeys *j, const voc_unit *u, size_t e,
                          uint32_t stage, uint32_t touch)
{
    const int64_t *own = j->columns[VOC_COL_COST];
    const uint32_t *person = j->columns[VOC_COL_INDIVIDUAL];
    const voc_def_touchpoint *t = analysis_touchpoint(&m->base, touch);
    if (t->kind == VOC_TOUCH_WORK) return VOC_OK;
    add_cost(&s->stages[stage], own[e] != VOC_NA ? own[e] : t->unit_cost);
    if (!((const uint8_t *)j->columns[VOC_COL_DELIVERED])[e]) return VOC_OK;
    map_tally(m, s, stage, MAP_TOUCH, touch)->answered += answered(m, j, u, e, stage);
    voc_rc rc = meet(m, s, stage, MAP_TOUCH, touch, person[e]);
    for (size_t n = 0; n < m->base.def->n_needs && !rc; n++)
        for (size_t k = 0; k < map_need(m, n)->n_served && !rc; k++)
            if (map_need(m, n)->served[k] == touch) rc = meet(m, s, stage, MAP_SERVED, n, person[e]);
    return rc;
}

// As score counts who obtained an item (METHODS 3.7): passage and trouble are not what a customer came for.
static bool is_taken(const struct map *m, uint32_t touch, uint8_t class_)
{
    return touch < m->base.def->n_touchpoints && analysis_touchpoint(&m->base, touch)->kind == VOC_TOUCH_PULL &&
           class_ != VOC_CLASS_PASSAGE && class_ != VOC_CLASS_TROUBLE;
}

static voc_rc count_events(const struct map *m, struct map_state *s, const voc_journeys *j, const voc_unit *u)
{
    const int64_t *time = j->columns[VOC_COL_TIME];
    const uint32_t *action = j->columns[VOC_COL_ACTION], *touchpoint = j->columns[VOC_COL_TOUCHPOINT],
                   *stage = j->columns[VOC_COL_STAGE], *person = j->columns[VOC_COL_INDIVIDUAL];
    const uint8_t *actor = j->columns[VOC_COL_ACTOR], *class_ = j->columns[VOC_COL_CLASS];
    voc_rc rc = VOC_OK;
    for (size_t e = u->first_event, end = e + u->n_events; e < end && !rc; e++) {
        if (stage[e] >= m->n_stages || time[e] < m->base.info->start_us) continue;
        if (actor[e] == VOC_ACTOR_CUSTOMER && class_[e] != VOC_CLASS_MECHANICAL && class_[e] != VOC_CLASS_UNDELIVERED) {
            if (class_[e] == VOC_CLASS_VALUE) rc = meet(m, s, stage[e], MAP_ACTION, action[e], person[e]);
            if (!rc && is_taken(m, touchpoint[e], class_[e])) rc = meet(m, s, stage[e], MAP_TAKEN, touchpoint[e], person[e]);
            for (size_t n = 0; n < m->base.def->n_needs && !rc; n++)
                if (m->sought[n] != VOC_NONE && j->predicates[m->sought[n]][e]) rc = meet(m, s, stage[e], MAP_SOUGHT, n, person[e]);
        } else if (actor[e] == VOC_ACTOR_COMPANY && touchpoint[e] < m->base.def->n_touchpoints) {
            rc = count_touch(m, s, j, u, e, stage[e], touchpoint[e]);
        }
    }
    return rc;
}

// ---- words -------------------------------------------------------------------------------------------------------------

// The stage in which it was said: of its event, else of the stay that its time lies in.
static uint32_t stage_of(const voc_journeys *j, const voc_unit *u, const voc_word *w)
{
    const uint32_t *stage = j->columns[VOC_COL_STAGE];
    if (w->event != VOC_NONE && w->event < u->n_events) return stage[u->first_event + w->event];
    for (size_t i = u->first_stay, end = i + u->n_stays; i < end; i++)
        if (w->time_us >= analysis_stay(j, i)->in_us && w->time_us < analysis_stay(j, i)->out_us) return analysis_stay(j, i)->stage;
    return VOC_NONE;
}

static voc_rc count_words(const struct map *m, struct map_state *s, const voc_journeys *j, const voc_unit *u)
{
    voc_rc rc = VOC_OK;
    for (size_t i = u->first_word, end = i + u->n_words; i < end && !rc; i++) {
        const voc_word *w = (const voc_word *)(const void *)((const char *)j->words + i * j->word_size);
        const uint32_t stage = stage_of(j, u, w);
        if (stage >= m->n_stages) continue;
        for (size_t k = 0; k < w->n_mentions && !rc; k++)
            if (w->mentions[k].theme < m->base.def->n_themes) rc = meet(m, s, stage, MAP_THEME, w->mentions[k].theme, w->individual);
    }
    return rc;
}

voc_rc map_walk(const struct map *m, struct map_state *s, const voc_journeys *j)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < j->n_units && !rc; i++) {
        const voc_unit *u = analysis_unit(j, i);
        if (u->flags & VOC_JOURNEY_INTERNAL) continue;
        s->units++;
        rc = count_stays(m, s, j, u);
        if (!rc) rc = count_events(m, s, j, u);
        if (!rc && m->words) rc = count_words(m, s, j, u);
        count_met(s);
    }
    return rc;
}
