// SPDX-License-Identifier: MIT
//
// What is counted rather than tried: pull items (who obtained them, of how many that could), internal work, last-touch
// credit (METHODS 1.4), and P(win | stage) by the absorbing chain (METHODS 3.10).
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/score/score.h"
#include "plugins/common/linear.h"

struct person {  // who could obtain an item, or did
    uint32_t who, account;
};

static int person_order(const void *x, const void *y)
{
    const struct person *a = x, *b = y;
    return (a->who > b->who) - (a->who < b->who);
}

static int account_order(const void *x, const void *y)
{
    const struct person *a = x, *b = y;
    return (a->account > b->account) - (a->account < b->account);
}

static size_t distinct(struct person *p, size_t n)
{
    size_t k = 0;
    if (n) qsort(p, n, sizeof *p, person_order);
    for (size_t i = 0; i < n; i++)
        if (k == 0 || p[k - 1].who != p[i].who) p[k++] = p[i];
    return k;
}

static size_t distinct_accounts(struct person *p, size_t n)
{
    size_t k = 0;
    if (n) qsort(p, n, sizeof *p, account_order);
    for (size_t i = 0; i < n; i++) k += i == 0 || p[i].account != p[i - 1].account;
    return k;
}

static bool in_stages(const voc_def_touchpoint *t, uint32_t stage)
{
    for (size_t i = 0; i < t->n_stages; i++)
        if (t->stages[i] == stage) return true;
    return t->n_stages == 0;
}

struct offer {  // when an item was on offer, and how people are told apart
    int64_t from, to;
    bool persons;  // individuals are known; else units stand for them
};

static struct offer offer_of(const struct score *s, const voc_def_touchpoint *t)
{
    struct offer o = {s->info->start_us, s->info->end_us, s->data.n_persons > 0};
    if (t->available_from_us != VOC_NA && t->available_from_us > o.from) o.from = t->available_from_us;
    if (t->available_to_us != VOC_NA && t->available_to_us < o.to) o.to = t->available_to_us;
    return o;
}

static size_t collect_people(const struct score *s, const voc_def_touchpoint *t, const struct offer *o, struct person *out)
{
    const struct data *d = &s->data;
    const voc_stay *stays = o->persons ? d->persons : d->stays;
    const size_t *first = o->persons ? d->first_person : d->first_stay;
    size_t n = 0;
    for (size_t u = 0; u < d->n_units; u++)
        for (size_t i = first[u]; i < first[u + 1]; i++)
            if (in_stages(t, stays[i].stage) && stays[i].in_us < o->to && stays[i].out_us > o->from)
                out[n++] = (struct person){o->persons ? stays[i].individual : (uint32_t)u, d->units[u].account};
    return distinct(out, n);
}

static size_t collect_obtained(const struct score *s, uint32_t touchpoint, const struct offer *o, struct person *out, struct finding *f, double *worth)
{
    const struct data *d = &s->data;
    size_t n = 0, valued = 0;
    double sum = 0;
    for (size_t u = 0; u < d->n_units; u++)
        for (size_t i = d->first_event[u]; i < d->first_event[u + 1]; i++) {
            const struct event *e = &d->events[i];
            if (e->touchpoint != touchpoint || e->actor != VOC_ACTOR_CUSTOMER || e->class_ == VOC_CLASS_PASSAGE || e->class_ == VOC_CLASS_TROUBLE) continue;
            if (e->time >= s->info->end_us || (s->info->start_declared && e->time < s->info->start_us)) continue;
            f->uses++;
            if (s->def->actions[e->action].value != VOC_NA) sum += (double)s->def->actions[e->action].value / 1e6, valued++;
            out[n++] = (struct person){o->persons ? e->individual : (uint32_t)u, d->units[u].account};
        }
    *worth = valued && valued == f->uses ? sum / (double)valued : NAN;
    return distinct(out, n);
}

static voc_rc one_pull(struct study *st, struct finding *f)
{
    const struct score *s = st->s;
    const voc_def_touchpoint *t = &s->def->touchpoints[f->touchpoint];
    struct offer o = offer_of(s, t);
    size_t room = s->data.n_persons + s->data.n_stays + s->data.n_events;
    struct person *people = score_alloc(s, room, sizeof *people), *obtained = score_alloc(s, room, sizeof *obtained);
    double worth = NAN;
    if (!people || !obtained) return VOC_E_NOMEM;
    size_t n_people = collect_people(s, t, &o, people), n_obtained = collect_obtained(s, f->touchpoint, &o, obtained, f, &worth);
    if (t->aim_value != VOC_NA) worth = (double)t->aim_value / 1e6;
    if (n_people < n_obtained) n_people = n_obtained;  // who obtained it was there
    f->pull = true;
    f->people = (double)n_people;
    f->obtained = (double)n_obtained;
    f->value = worth;
    f->pull_cell.people = f->people;
    f->pull_cell.obtained = f->obtained;
    f->pull_cell.accounts = (double)distinct_accounts(obtained, n_obtained);
    f->pull_cell.days_available = o.to > o.from ? (double)((o.to - o.from) / score_unit_of[VOC_RES_DAY]) : 0;
    s->host->free(s->cx, people);
    s->host->free(s->cx, obtained);
    return VOC_OK;
}

voc_rc study_pull(struct study *st)
{
    voc_rc rc = VOC_OK;
    for (uint32_t i = 0; i < st->n_pooled && !rc; i++)
        if (st->s->def->touchpoints[i].kind == VOC_TOUCH_PULL) rc = one_pull(st, &st->pooled[i]);
    return rc;
}

// ---- counts and costs of everything -----------------------------------------------------------------------------------------

// All touches of each touchpoint, their own costs and minutes, and answers that name them (linked; METHODS 1.4).
voc_rc study_work(struct study *st)
{
    const struct score *s = st->s;
    const struct data *d = &s->data;
    double *cost = score_alloc(s, st->n_pooled, sizeof *cost);
    size_t *costed = score_alloc(s, st->n_pooled, sizeof *costed);
    if (!cost || !costed) return VOC_E_NOMEM;
    for (size_t u = 0; u < d->n_units; u++)
        for (size_t i = d->first_event[u]; i < d->first_event[u + 1]; i++) {
            const struct event *e = &d->events[i];
            if (e->time >= s->info->end_us || (s->info->start_declared && e->time < s->info->start_us)) continue;
            uint32_t linked = e->ref_touchpoint;
            if (e->actor == VOC_ACTOR_CUSTOMER && linked != VOC_NONE && e->class_ != VOC_CLASS_MECHANICAL && e->class_ != VOC_CLASS_UNDELIVERED) {
                st->pooled[linked].linked += e->class_ != VOC_CLASS_HARM;
                st->pooled[linked].linked_harm += e->class_ == VOC_CLASS_HARM;
            }
            if (e->touchpoint == VOC_NONE) continue;
            struct finding *f = &st->pooled[e->touchpoint];
            uint32_t kind = s->def->touchpoints[e->touchpoint].kind;
            if (kind == VOC_TOUCH_PULL ? e->actor != VOC_ACTOR_CUSTOMER : e->actor == VOC_ACTOR_CUSTOMER) continue;
            f->all_touches++;
            f->work = kind == VOC_TOUCH_WORK;
            if (e->cost != VOC_NA) cost[e->touchpoint] += (double)e->cost / 1e6, costed[e->touchpoint]++;
            int64_t minutes = e->minutes != VOC_NA ? e->minutes : s->def->touchpoints[e->touchpoint].minutes;
            if (minutes != VOC_NA) f->minutes += (double)minutes / 1e6;
        }
    for (uint32_t i = 0; i < st->n_pooled; i++) {
        struct finding *f = &st->pooled[i];
        int64_t declared = s->def->touchpoints[i].unit_cost;
        // the declared cost, else the mean of what the touches themselves say, if all of them do
        f->unit_cost = declared != VOC_NA ? (double)declared / 1e6 : f->all_touches && costed[i] == f->all_touches ? cost[i] / (double)f->all_touches : NAN;
        f->spend = f->all_touches ? f->unit_cost * (double)f->all_touches : 0;
    }
    for (size_t i = 0; i < st->n_cells; i++) st->cells[i].unit_cost = st->pooled[st->cells[i].touchpoint].unit_cost;
    return VOC_OK;
}

// ---- last-touch credit -----------------------------------------------------------------------------------------------------------

// Each aimed action is credited once: to the touch it is linked to, else to the last touch in [action - W, action).
voc_rc study_credit(struct study *st)
{
    const struct score *s = st->s;
    const struct data *d = &s->data;
    st->credit = score_alloc(s, st->n_pooled, sizeof *st->credit);
    if (!st->credit) return VOC_E_NOMEM;
    for (size_t u = 0; u < d->n_units; u++)
        for (size_t i = d->first_event[u]; i < d->first_event[u + 1]; i++) {
            const struct event *e = &d->events[i];
            size_t stay = e->actor == VOC_ACTOR_CUSTOMER ? stay_of(d, u, e->time) : SIZE_MAX;
            if (stay == SIZE_MAX || e->time >= s->info->end_us || !outcome_is(s, i, d->first_event[u], VOC_NONE, d->stays[stay].stage)) continue;
            st->n_aimed++;
            uint32_t to = e->ref_touchpoint != VOC_NONE && s->def->touchpoints[e->ref_touchpoint].kind == VOC_TOUCH_PUSH ? e->ref_touchpoint : VOC_NONE;
            for (size_t k = i; k-- > d->first_event[u] && to == VOC_NONE;) {
                const struct event *t = &d->events[k];
                if (e->time - t->time > window_of(s, t->touchpoint, d->stays[stay].stage) && t->touchpoint != VOC_NONE) break;
                if (t->actor == VOC_ACTOR_COMPANY && t->touchpoint != VOC_NONE && t->delivered && t->time < e->time &&
                    s->def->touchpoints[t->touchpoint].kind == VOC_TOUCH_PUSH)
                    to = t->touchpoint;
            }
            if (to == VOC_NONE) continue;
            st->n_credited++;
            st->credit[to]++;
        }
    return VOC_OK;
}

// ---- P(win | stage) ------------------------------------------------------------------------------------------------------------------

static bool wins(const voc_definition *d, const voc_stay *stay, const voc_stay *next)
{
    if (next && d->win_stage != VOC_NONE && next->stage == d->win_stage) return true;
    return stay->end == VOC_END_EXIT && d->win_exit != VOC_NONE && stay->exit == d->win_exit;
}

voc_rc study_p_win(struct study *st)
{
    const struct score *s = st->s;
    const voc_definition *def = s->def;
    const struct data *d = &s->data;
    size_t n = def->n_stages, bad;
    st->p_win = score_alloc(s, n, sizeof *st->p_win);
    double *moves = score_alloc(s, n * n, sizeof *moves), *win = score_alloc(s, n, sizeof *win), *lose = score_alloc(s, n, sizeof *lose);
    double *work = score_alloc(s, n * (n + 1) + n, sizeof *work);
    unsigned char *mark = score_alloc(s, 2 * n, 1);
    if (!st->p_win || !moves || !win || !lose || !work || !mark) return VOC_E_NOMEM;
    if (n == 0 || (def->win_stage == VOC_NONE && def->win_exit == VOC_NONE)) return VOC_OK;
    for (size_t u = 0; u < d->n_units; u++)
        for (size_t i = d->first_stay[u]; i < d->first_stay[u + 1]; i++) {
            const voc_stay *a = &d->stays[i];
            const voc_stay *b = i + 1 < d->first_stay[u + 1] && d->stays[i + 1].episode == a->episode ? &d->stays[i + 1] : NULL;
            if (a->stage == def->win_stage || a->end == VOC_END_CENSORED) continue;
            if (wins(def, a, b))
                win[a->stage]++;
            else if ((a->end == VOC_END_FORWARD || a->end == VOC_END_BACKWARD) && b)
                moves[a->stage * n + b->stage]++;
            else
                lose[a->stage]++;
        }
    if (def->win_stage != VOC_NONE) win[def->win_stage] = 1;  // there already
    linear_chain(st->p_win, moves, win, lose, n, work, mark, &bad);  // NaN where a stage cannot be solved
    st->p_win_known = true;
    return VOC_OK;
}
