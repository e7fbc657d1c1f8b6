// SPDX-License-Identifier: MIT
//
// What would settle an UNPROVEN (METHODS 3.7, "Wording"): how many touches are missing, how many come at present, and so in
// which month it will be known. The present rate is that of matched touches in the last 90 days of the data (of all their
// days where there are fewer); the date is the end of the data + missing / rate. A hold-out has a date of its own.
#include <math.h>

#include "plugins/analysis/score/score.h"
#include "plugins/analysis/score/size.h"

#define DAY_US INT64_C(86400000000)
#define DAYS_KNOWABLE 3652.0  // ten years
#define NEEDED_TOO_MANY 50.0  // times what there is: then a gain of a half is asked for (say.c says so too)

static const struct trial_estimate *aim_of(const struct finding *f) { return f->randomised ? &f->random.estimate[0] : &f->cell.estimate[0]; }

// The evidence rule: touches until there are enough of them, of accounts and of events, each at its present share of a touch.
static double for_evidence(const struct finding *f)
{
    const struct verdict_limits *l = &verdict_limits;
    double m = f->push.matched, events = fmax(f->push.o, f->push.e), missing = fmax(0, l->min_touches - m);
    if (f->push.accounts < l->min_accounts)
        missing = fmax(missing, (l->min_accounts - f->push.accounts) * (f->push.accounts > 0 ? m / f->push.accounts : 1));
    if (events < l->min_events) missing = events > 0 ? fmax(missing, (l->min_events - events) * m / events) : missing;
    return ceil(missing);
}

// Fresh touches until nobody acting shows that nobody will (W0): 1 - 0.05^(1/n) < r.
static double for_nobody(const struct finding *f)
{
    double r = f->value > 0 && f->unit_cost > 0 ? f->unit_cost / f->value : verdict_limits.response_min;
    if (!(r < 1)) return NAN;
    double n = floor(log(0.05) / log1p(-r));
    while (verdict_none_of(n) >= r) n++;
    return n - f->push.fresh;
}

// The account that holds most of the evidence would hold no more than its share if the others brought so many more.
static double for_concentrated(const struct finding *f)
{
    double share = f->randomised ? f->random.largest_share : f->cell.largest_share;
    return ceil(fmax(for_evidence(f), f->push.matched * (share / verdict_limits.largest_account - 1)));
}

// If it goes on as it has: touches until the range of the extra actions leaves zero, or what pays (the rest of U6: what was
// planned for is there already, and chance has left it between the two).
static double as_so_far(const struct finding *f)
{
    const struct trial_estimate *a = aim_of(f);
    double m = f->push.matched, each = a->extra / m, spread = STATS_Z95 * STATS_Z95 * a->v / m, pays = f->cost / f->value / m;
    double up = each > 0 ? spread / (each * each) : INFINITY, down = pays > each ? spread / ((pays - each) * (pays - each)) : INFINITY;
    double n = ceil(fmin(up, down)) - m;
    return n >= 1 && isfinite(n) ? n : NAN;
}

static double for_effect(const struct finding *f)
{
    const struct trial_estimate *a = aim_of(f);
    double m = f->push.matched, needed = f->needed;
    double half = verdict_needed(m, a->e, a->v, a->q, verdict_limits.planned_lift);
    if (needed > NEEDED_TOO_MANY * m && half > m) needed = half;
    return needed > m ? needed - m : as_so_far(f);
}

// Touches without the partner until the two are apart half of the time: then they can be told from each other.
static double for_alone(const struct finding *f)
{
    return ceil(f->push.matched * (f->cell.bundle / verdict_limits.bundle - 1)) + 1;
}

// ---- how fast they come -------------------------------------------------------------------------------------------------------

// Customers that the hold-outs of this touchpoint treated in the last 90 days.
static double assigned_lately(const struct score *s, uint32_t touchpoint)
{
    const struct data *d = &s->data;
    int64_t from = settle_recent_from(s);
    double n = 0;
    for (size_t h = 0; h < s->def->n_holdouts; h++)
        for (size_t i = 0; i < d->n_events && s->def->holdouts[h].touchpoint == touchpoint; i++)
            n += d->events[i].time >= from && score_counts(s, &d->events[i]) && data_bit(d, i, s->aims.treated[h]) &&
                 !data_bit(d, i, s->aims.control[h]);
    return n;
}

// People who obtained a pull item in the last 90 days, each time weighing as much as it did before.
static double obtained_lately(const struct score *s, const struct finding *f)
{
    const struct data *d = &s->data;
    int64_t from = settle_recent_from(s);
    double n = 0;
    for (size_t i = 0; i < d->n_events; i++) {
        const struct event *e = &d->events[i];
        n += e->touchpoint == f->touchpoint && e->actor == VOC_ACTOR_CUSTOMER && e->class_ != VOC_CLASS_PASSAGE &&
             e->class_ != VOC_CLASS_TROUBLE && e->time >= from && score_counts(s, e);
    }
    return f->uses ? n * f->obtained / (double)f->uses : 0;
}

static double lately(const struct score *s, const struct finding *f)
{
    if (f->pull) return obtained_lately(s, f);
    if (f->randomised) return assigned_lately(s, f->touchpoint);
    return (double)(f->settle.way == SETTLE_NOBODY || f->push.matched <= 0 ? f->recent.fresh : f->recent.matched);
}

static void date(const struct score *s, struct settle *x)
{
    double days = x->missing / x->rate;
    if (days >= 0 && days <= DAYS_KNOWABLE) x->known_us = (s->info->end_us / DAY_US + (int64_t)days) * DAY_US;  // not for NaN
}

// ---- each verdict ----------------------------------------------------------------------------------------------------------------

static void too_little(const struct finding *f, struct settle *x)
{
    x->way = SETTLE_MORE;
    if (f->pull) {
        double people = fmax(0, verdict_limits.min_touches - f->obtained), accounts = fmax(0, verdict_limits.min_accounts - f->pull_cell.accounts);
        x->missing = ceil(fmax(people, accounts));
        return;
    }
    if (f->concentrated) {
        x->missing = for_concentrated(f);
        return;
    }
    double nobody = f->push.any_response <= 0 && f->linked <= 0 ? for_nobody(f) : NAN;
    x->missing = for_evidence(f);
    if (nobody > 0 && (fmax(f->push.o, f->push.e) <= 0 || nobody < x->missing)) {
        x->way = SETTLE_NOBODY;
        x->missing = nobody;
    }
}

static void settle(const struct study *st, struct finding *f)
{
    struct settle *x = &f->settle;
    *x = (struct settle){.missing = NAN, .rate = NAN, .known_us = VOC_NA,
                         .holdout = st->holdouts && st->holdouts[f->touchpoint].planned ? &st->holdouts[f->touchpoint] : NULL};
    if (!f->judged || verdict_name(f->code)->class != VERDICT_UNPROVEN) return;
    switch (f->code) {
    case VERDICT_U1: too_little(f, x); break;
    case VERDICT_U4:
        x->way = SETTLE_ALONE;
        x->missing = for_alone(f);
        break;
    case VERDICT_U5: x->way = SETTLE_PERSON; return;
    case VERDICT_U6:
        x->way = SETTLE_MORE;
        x->missing = for_effect(f);
        break;
    default:
        x->way = SETTLE_HOLDOUT;
        if (!x->holdout || x->holdout->ends_us == VOC_NA) return;
        x->missing = x->holdout->controls + x->holdout->treated;
        x->rate = x->holdout->a_week / 7;
        x->known_us = x->holdout->ends_us;
        return;
    }
    x->rate = lately(st->s, f) / settle_days(st->s);
    date(st->s, x);
}

voc_rc settle_all(struct study *st)
{
    voc_rc rc = holdouts_plan(st);
    for (size_t i = 0; i < st->n_pooled && !rc; i++) settle(st, &st->pooled[i]);
    for (size_t i = 0; i < st->n_cells && !rc; i++) settle(st, &st->cells[i]);
    return rc;
}
