// SPDX-License-Identifier: MIT
//
// What is counted rather than tried: pull items (who obtained them, of how many that could), and P(win | stage) by the
// absorbing chain (METHODS 3.10).
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/score/score.h"
#include "plugins/common/linear.h"

struct person {  // who could obtain an item, or did
    uint64_t who;  // code of an individual; behind those, units
    uint32_t account;
};

// Units stand for people that nobody told apart.
static uint64_t who(uint32_t individual, size_t unit) { return individual ? individual : ((uint64_t)1 << 32) + unit; }

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

struct offer {  // when an item was on offer
    int64_t from, to;
};

static struct offer offer_of(const struct score *s, const voc_def_touchpoint *t)
{
    struct offer o = {s->info->start_us, s->info->end_us};
    if (t->available_from_us != VOC_NA && t->available_from_us > o.from) o.from = t->available_from_us;
    if (t->available_to_us != VOC_NA && t->available_to_us < o.to) o.to = t->available_to_us;
    return o;
}

static bool could(const struct score *s, const voc_def_touchpoint *t, const struct offer *o, const voc_stay *stay)
{
    return in_stages(t, stay->stage) && stay->in_us < o->to && stay->out_us > o->from && score_counts_segment(s, stay->segment);
}

// The people of a unit; where nobody in it is named, the unit itself.
static size_t collect_people(const struct score *s, const voc_def_touchpoint *t, const struct offer *o, struct person *out)
{
    const struct data *d = &s->data;
    size_t n = 0;
    for (size_t u = 0; u < d->n_units; u++) {
        bool persons = false;
        for (size_t i = d->first_event[u]; i < d->first_event[u + 1] && !persons; i++) persons = data_more(d, &d->events[i])->individual != 0;
        const voc_stay *stays = persons ? d->persons : d->stays;
        const size_t *first = persons ? d->first_person : d->first_stay;
        for (size_t i = first[u]; i < first[u + 1]; i++)
            if (could(s, t, o, &stays[i])) out[n++] = (struct person){who(persons ? stays[i].individual : 0, u), d->units[u].account};
    }
    return distinct(out, n);
}

static size_t collect_obtained(const struct score *s, uint32_t touchpoint, struct person *out, struct finding *f, double *worth)
{
    const struct data *d = &s->data;
    size_t n = 0, valued = 0;
    double sum = 0;
    for (size_t u = 0; u < d->n_units; u++)
        for (size_t i = d->first_event[u]; i < d->first_event[u + 1]; i++) {
            const struct event *e = &d->events[i];
            if (e->touchpoint != touchpoint || e->actor != VOC_ACTOR_CUSTOMER || e->class_ == VOC_CLASS_PASSAGE ||
                e->class_ == VOC_CLASS_TROUBLE)
                continue;
            if (!score_counts(s, e)) continue;
            f->uses++;
            if (definition_action(s->def, e->action)->value != VOC_NA) sum += (double)definition_action(s->def, e->action)->value / 1e6, valued++;
            out[n++] = (struct person){who(data_more(d, e)->individual, u), d->units[u].account};
        }
    *worth = valued && valued == f->uses ? sum / (double)valued : NAN;
    return distinct(out, n);
}

// Those who obtained it are among those who could, whatever their recorded stages say.
static size_t join(struct person *people, size_t n, const struct person *obtained, size_t m)
{
    memcpy(people + n, obtained, m * sizeof *people);
    return distinct(people, n + m);
}

static voc_rc one_pull(struct study *st, struct finding *f)
{
    const struct score *s = st->s;
    const voc_def_touchpoint *t = definition_touchpoint(s->def, f->touchpoint);
    struct offer o = offer_of(s, t);
    size_t room = s->data.n_persons + s->data.n_stays + 2 * s->data.n_events;
    struct person *people = score_alloc(s, room, sizeof *people), *obtained = score_alloc(s, room, sizeof *obtained);
    double worth = NAN;
    if (!people || !obtained) return VOC_E_NOMEM;
    size_t n_people = collect_people(s, t, &o, people), n_obtained = collect_obtained(s, f->touchpoint, obtained, f, &worth);
    if (t->aim_value != VOC_NA) worth = (double)t->aim_value / 1e6;
    n_people = join(people, n_people, obtained, n_obtained);
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
        if (definition_touchpoint(st->s->def, i)->kind == VOC_TOUCH_PULL) rc = one_pull(st, &st->pooled[i]);
    return rc;
}

// ---- P(win | stage) ------------------------------------------------------------------------------------------------------------------

static bool wins(const voc_definition *d, const voc_stay *stay, const voc_stay *next)
{
    if (next && stay->end == VOC_END_FORWARD && d->win_stage != VOC_NONE && next->stage >= d->win_stage) return true;
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
            if (a->stage == def->win_stage || a->end == VOC_END_CENSORED || !score_counts_segment(s, a->segment)) continue;
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
