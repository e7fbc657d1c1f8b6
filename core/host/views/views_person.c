// SPDX-License-Identifier: MIT
// Who somebody was at a time: the role that their event names, or that their last event named, or, before that, their first (what
// events of others name counts where the journey declares that role, or where the person's own events name none: else it is the
// role of who acted); and the stage of their own in which they were (METHODS 2.5). The value map counts by both, in its own code: voc explain
// --check holds one against the other.
#include <stdlib.h>

#include "host/views/views_fill.h"

void persons_done(struct persons *p)
{
    vec_free(&p->own);
    vec_free(&p->role);
}

static int person_order(const void *x, const void *y)
{
    const struct own_event *a = x, *b = y;
    return a->who != b->who ? (a->who > b->who) - (a->who < b->who) : (a->at > b->at) - (a->at < b->at);
}

static bool is_declared(const struct persons *p, uint32_t role)
{
    const voc_definition *d = timeline_definition(p->timeline);
    const voc_str name = d->n_roles ? timeline_name(p->timeline, VOC_COL_ROLE, role) : STR("");
    for (size_t i = 0; i < d->n_roles; i++)
        if (str_eq(d->roles[i].id, name)) return true;
    return false;
}

static void drop_roles_of_others(struct persons *p, const uint8_t *actor, size_t from, size_t to)
{
    bool own = false;
    for (size_t i = from; i < to && !own; i++) own = actor[p->own.at[i].at] == VOC_ACTOR_CUSTOMER && p->role.at[p->own.at[i].at];
    for (size_t i = from; i < to && own; i++) {
        uint32_t at = p->own.at[i].at, *role = &p->role.at[at];
        if (actor[at] != VOC_ACTOR_CUSTOMER && *role && !is_declared(p, *role)) *role = 0;
    }
}

// Roles of one person's events, own[from..to).
static void hand_on(struct persons *p, size_t from, size_t to)
{
    uint32_t role = 0;
    for (size_t i = from; i < to && !role; i++) role = p->role.at[p->own.at[i].at];
    for (size_t i = from; i < to; i++) {
        uint32_t *mine = &p->role.at[p->own.at[i].at];
        role = *mine ? *mine : role;
        *mine = role;
    }
}

voc_rc persons_of(struct persons *p, const voc_journeys *v, const voc_unit *u)
{
    const uint8_t *actor = (const uint8_t *)v->columns[VOC_COL_ACTOR] + u->first_event;
    const uint32_t *who = (const uint32_t *)v->columns[VOC_COL_INDIVIDUAL] + u->first_event,
                   *role = (const uint32_t *)v->columns[VOC_COL_ROLE] + u->first_event;
    p->own.n = p->role.n = 0;
    voc_rc rc = vec_reserve(&p->own, u->n_events, VIEWS_ROWS_MAX);
    if (!rc) rc = vec_reserve(&p->role, u->n_events, VIEWS_ROWS_MAX);
    if (rc) return rc;
    for (uint32_t i = 0; i < u->n_events; i++) {
        p->role.at[p->role.n++] = role[i];
        if (who[i]) p->own.at[p->own.n++] = (struct own_event){who[i], i}; // nobody hands a role on
    }
    if (p->own.n > 1) qsort(p->own.at, p->own.n, sizeof *p->own.at, person_order);
    for (size_t from = 0, to; from < p->own.n; from = to) {
        for (to = from; to < p->own.n && p->own.at[to].who == p->own.at[from].who; to++) {}
        drop_roles_of_others(p, actor, from, to);
        hand_on(p, from, to);
    }
    return VOC_OK;
}

// How many of own are of people before this one, or of this one and no later.
static size_t behind(const struct persons *p, const int64_t *time, uint32_t who, int64_t time_us)
{
    size_t lo = 0, hi = p->own.n;
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        const struct own_event *e = &p->own.at[mid];
        if (e->who < who || (e->who == who && time[e->at] <= time_us)) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

uint32_t persons_role(const struct persons *p, const voc_journeys *v, const voc_unit *u, uint32_t individual, int64_t time_us)
{
    const size_t n = behind(p, (const int64_t *)v->columns[VOC_COL_TIME] + u->first_event, individual, time_us);
    const struct own_event *last = n ? &p->own.at[n - 1] : NULL, *first = n < p->own.n ? &p->own.at[n] : NULL;
    if (last && last->who == individual) return p->role.at[last->at];
    return first && first->who == individual ? p->role.at[first->at] : 0;
}

// Up to, not including, the end of a stay (METHODS 0.3); one without length counts only where none began then that lasts.
uint32_t persons_stage(const voc_journeys *v, const voc_unit *u, uint32_t individual, int64_t time_us)
{
    uint32_t stage = VOC_NONE;
    for (size_t i = u->first_person_stay, end = i + u->n_person_stays; individual && i < end; i++) {
        const voc_stay *s = &v->person_stays[i];
        if (s->individual != individual || s->in_us > time_us) continue;
        if (time_us < s->out_us) return s->stage;
        if (s->in_us == time_us) stage = s->stage;
    }
    return stage;
}
