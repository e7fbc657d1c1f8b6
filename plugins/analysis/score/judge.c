// SPDX-License-Identifier: MIT
//
// From measurements to verdicts: Benjamini-Hochberg families (pooled; stages; stages and segments; pull; harm in each), the
// decision table, the account that holds most of the evidence, and the other windows (METHODS 3.6, 3.7).
#include <math.h>
#include <string.h>

#include "plugins/analysis/score/score.h"

typedef const struct trial_cell *(*pick_cell)(const struct finding *f);

static const struct trial_cell *as_run(const struct finding *f) { return f->tested ? &f->cell : NULL; }
static const struct trial_cell *at_half(const struct finding *f) { return f->half_cell; }
static const struct trial_cell *at_twice(const struct finding *f) { return f->twice_cell; }

struct family {  // one family of tests; arrays of n
    double *p, *harm;           // raw, NaN where the evidence rule fails
    double *adjusted, *harm_adjusted;
    struct stats_ranked *work;
    size_t n;
};

static double evident_p(double matched, double accounts, const struct trial_estimate *e)
{
    return verdict_evidence(matched, accounts, e->o, e->e) && !isnan(e->lift) ? e->p : NAN;
}

// A hold-out that keeps few back may see the event hardly ever, or never, among them: then E, and the variance with it, know
// less than they seem to (at E = 0, seven who leave of 190 would be "7 left, 0 expected", where 39 were held back). With fewer
// events there than the evidence rule asks for, p is no smaller than that of the two counts given their sum.
static double random_p(const struct trial_randomised *r, uint32_t outcome)
{
    const double x1 = (double)r->responded[outcome], x0 = (double)r->control_responded[outcome],
                 share = (double)r->treated / (double)(r->treated + r->controls);
    double p = evident_p((double)r->matched, (double)r->accounts, &r->estimate[outcome]);
    if (isnan(p) || x0 >= verdict_limits.min_events) return p;
    return fmax(p, fmin(1, 2 * fmin(stats_binomial_sf(x1, x1 + x0, share), stats_binomial_cdf(x1, x1 + x0, share))));
}

static voc_rc family_new(const struct score *s, struct family *f, size_t n)
{
    *f = (struct family){.p = score_alloc(s, n, sizeof *f->p), .harm = score_alloc(s, n, sizeof *f->harm),
                         .adjusted = score_alloc(s, n, sizeof *f->adjusted),
                         .harm_adjusted = score_alloc(s, n, sizeof *f->harm_adjusted), .work = score_alloc(s, n, sizeof *f->work),
                         .n = n};
    return f->p && f->harm && f->adjusted && f->harm_adjusted && f->work ? VOC_OK : VOC_E_NOMEM;
}

static void family_adjust(struct family *f)
{
    stats_bh(f->adjusted, f->p, f->n, f->work);
    stats_bh(f->harm_adjusted, f->harm, f->n, f->work);
}

static double cost_of(double unit_cost, const struct trial_cell *c)
{
    return c->fresh ? unit_cost * (double)c->touches * (double)c->matched / (double)(c->fresh + c->left_out) : NAN;
}

static void fill_randomised(const struct finding *f, const struct trial_randomised *r, struct verdict_push *v)
{
    const struct trial_estimate *a = &r->estimate[0], *h = &r->estimate[1];
    v->matched = (double)r->matched;
    v->accounts = (double)r->accounts;
    v->fresh = (double)r->treated;
    v->unmatched = (double)r->unmatched;
    v->any_response = (double)r->responded[0];
    v->o = a->o, v->e = a->e, v->lift = a->lift, v->lo = a->lo, v->hi = a->hi;
    v->extra_lo = a->extra_lo, v->extra_hi = a->extra_hi;
    v->harm_o = h->o, v->harm_lift = h->lift;
    v->money_lo = v->money_hi = NAN;
    v->cost = f->unit_cost * (double)r->matched;
    v->randomised = true;
}

static void fill_push(const struct study *st, const struct finding *f, const struct trial_cell *c, double p, double harm_p, struct verdict_push *v)
{
    const struct trial_estimate *a = &c->estimate[0], *h = &c->estimate[1];
    *v = (struct verdict_push){.matched = (double)c->matched, .accounts = (double)c->accounts, .fresh = (double)c->fresh,
                               .unmatched = (double)(c->fresh - c->matched), .any_response = (double)c->responded[0], .linked_response = f->linked,
                               .o = a->o, .e = a->e, .lift = a->lift, .lo = a->lo, .hi = a->hi, .p_adjusted = p, .extra_lo = a->extra_lo,
                               .extra_hi = a->extra_hi, .harm_o = h->o, .harm_lift = h->lift, .harm_p_adjusted = harm_p, .linked_harm_lo = 0,
                               .placebo_lift = c->placebo.sets ? c->placebo.lift : NAN, .placebo_p = c->placebo.sets ? c->placebo.p : NAN,
                               .trigger = c->trigger, .bundle = c->bundle, .covered = c->covered, .value = f->value,
                               .cost = cost_of(f->unit_cost, c), .unit_cost = f->unit_cost, .money_lo = c->money_lo, .money_hi = c->money_hi,
                               .incidental = definition_touchpoint(st->s->def, f->touchpoint)->incidental != VOC_REASON_NONE};
    double touches = f->stage == TRIAL_ALL ? (double)f->delivered : (double)f->cell.touches;
    if (f->linked_harm > 0 && touches >= f->linked_harm) v->linked_harm_lo = stats_wilson(f->linked_harm, touches).lo;
    if (f->randomised && c == &f->cell) fill_randomised(f, &f->random, v);
}

// What an aimed action is worth where none was observed: what the stages of its touches say, if they agree.
static void settle_value(struct study *st, struct finding *f)
{
    f->value = f->cell.value;
    if (!isnan(f->value) || f->stage != TRIAL_ALL) return;
    double seen = NAN;
    for (size_t i = 0; i < st->n_cells; i++) {
        const struct finding *c = &st->cells[i];
        if (c->touchpoint != f->touchpoint || c->segment != TRIAL_ALL) continue;
        if (isnan(c->cell.value) && c->cell.estimate[0].o > 0) return;  // observed, and of unknown worth
        if (isnan(c->cell.value)) continue;
        if (!isnan(seen) && seen != c->cell.value) return;
        seen = c->cell.value;
    }
    f->value = seen;
}

// ---- families ------------------------------------------------------------------------------------------------------------

struct members { struct finding **at; size_t n; };

static voc_rc run_family(struct study *st, const struct members *m, pick_cell pick, enum verdict_code *codes, struct family *f)
{
    voc_rc rc = family_new(st->s, f, m->n);
    for (size_t i = 0; i < m->n && !rc; i++) {
        const struct trial_cell *c = pick(m->at[i]);
        f->p[i] = c ? evident_p((double)c->matched, (double)c->accounts, &c->estimate[0]) : NAN;
        f->harm[i] = c ? evident_p((double)c->matched, (double)c->accounts, &c->estimate[1]) : NAN;
        if (m->at[i]->randomised && pick == as_run) {
            const struct trial_randomised *r = &m->at[i]->random;
            f->p[i] = random_p(r, 0);
            f->harm[i] = random_p(r, 1);
        }
    }
    if (rc) return rc;
    family_adjust(f);
    for (size_t i = 0; i < m->n; i++) {
        const struct trial_cell *c = pick(m->at[i]);
        struct verdict_push v;
        codes[i] = VERDICT_CODES;
        if (!c) continue;
        fill_push(st, m->at[i], c, f->adjusted[i], f->harm_adjusted[i], &v);
        codes[i] = verdict_push(&v);
        if (pick == as_run) {
            m->at[i]->push = v;
            m->at[i]->p_adjusted = f->adjusted[i];
            m->at[i]->harm_p_adjusted = f->harm_adjusted[i];
        }
    }
    return VOC_OK;
}

// Member i again with its numbers from the run without its largest account, in the same family.
static enum verdict_code concentrated(struct study *st, const struct members *m, const struct family *f, size_t i, struct family *again)
{
    const struct finding *x = m->at[i];
    const struct trial_cell *c = x->randomised ? &x->cell : x->without;
    const struct trial_randomised *r = x->random_without;
    struct verdict_push v;
    memcpy(again->p, f->p, f->n * sizeof *f->p);
    memcpy(again->harm, f->harm, f->n * sizeof *f->harm);
    again->p[i] = x->randomised ? random_p(r, 0) : evident_p((double)c->matched, (double)c->accounts, &c->estimate[0]);
    again->harm[i] = x->randomised ? random_p(r, 1) : evident_p((double)c->matched, (double)c->accounts, &c->estimate[1]);
    family_adjust(again);
    fill_push(st, x, c, again->adjusted[i], again->harm_adjusted[i], &v);
    if (x->randomised) fill_randomised(x, r, &v);
    return verdict_push(&v);
}

// `code` is that before the largest account was looked at: the other windows were judged so too.
static void finish_push(struct finding *f, enum verdict_code code, enum verdict_code half, enum verdict_code twice)
{
    const struct trial_estimate *a = f->randomised ? &f->random.estimate[0] : &f->cell.estimate[0];
    f->judged = true;
    f->half = f->randomised ? VERDICT_CODES : half; // other windows were run without the assignment
    f->twice = f->randomised ? VERDICT_CODES : twice;
    half = f->half;
    twice = f->twice;
    f->cost = f->push.cost;
    f->break_even = verdict_break_even(f->cost, f->value, a->e);
    f->needed = verdict_needed(f->push.matched, a->e, a->v, a->q, f->break_even);
    if (half < VERDICT_CODES && verdict_name(half)->class != verdict_name(code)->class) f->window_flag = true;
    if (twice < VERDICT_CODES && verdict_name(twice)->class != verdict_name(code)->class) f->window_flag = true;
}

static voc_rc judge_push(struct study *st, const struct members *m)
{
    struct family f, other, again;
    enum verdict_code *code = score_alloc(st->s, m->n, sizeof *code), *half = score_alloc(st->s, m->n, sizeof *half),
                      *twice = score_alloc(st->s, m->n, sizeof *twice);
    if (!code || !half || !twice) return VOC_E_NOMEM;
    voc_rc rc = run_family(st, m, as_run, code, &f);
    if (!rc) rc = run_family(st, m, at_half, half, &other);
    if (!rc) rc = run_family(st, m, at_twice, twice, &other);
    if (!rc) rc = family_new(st->s, &again, m->n);
    for (size_t i = 0; i < m->n && !rc; i++) {
        struct finding *x = m->at[i];
        x->code = code[i];
        if (x->randomised ? x->random_without != NULL : x->without != NULL) {
            x->code = verdict_concentrated(code[i], concentrated(st, m, &f, i, &again));
            x->concentrated = x->code != code[i];
        }
        finish_push(x, code[i], half[i], twice[i]);
    }
    return rc;
}

static voc_rc judge_pull(struct study *st)
{
    struct family f;
    voc_rc rc = family_new(st->s, &f, st->n_pooled);
    for (size_t i = 0; i < st->n_pooled && !rc; i++) {
        const struct finding *x = &st->pooled[i];
        // where nearly everybody comparable has it too, what follows says nothing about it (as U2 for push)
        bool is = x->pull && x->tested && (double)(x->cell.fresh - x->cell.matched) <= verdict_limits.max_unmatched * (double)x->cell.fresh &&
                  x->cell.covered >= verdict_limits.min_covered;
        f.p[i] = is ? evident_p((double)x->cell.matched, (double)x->cell.accounts, &x->cell.estimate[0]) : NAN;
        f.harm[i] = is ? evident_p((double)x->cell.matched, (double)x->cell.accounts, &x->cell.estimate[1]) : NAN;
    }
    if (rc) return rc;
    family_adjust(&f);
    for (size_t i = 0; i < st->n_pooled; i++) {
        struct finding *x = &st->pooled[i];
        if (!x->pull) continue;
        x->p_adjusted = x->pull_cell.p_adjusted = f.adjusted[i];
        x->harm_p_adjusted = x->pull_cell.harm_p_adjusted = f.harm_adjusted[i];
        x->pull_cell.lift = x->tested ? x->cell.estimate[0].lift : NAN;
        x->pull_cell.harm_o = x->tested ? x->cell.estimate[1].o : 0;
        x->pull_cell.harm_lift = x->tested ? x->cell.estimate[1].lift : NAN;
        x->pull_cell.value = x->value;
        x->cost = x->pull_cell.cost = x->unit_cost * (double)x->uses;
        x->pull_cell.incidental = definition_touchpoint(st->s->def, i)->incidental != VOC_REASON_NONE;
        x->code = verdict_pull(&x->pull_cell);
        x->judged = true;
    }
    return VOC_OK;
}

// Internal work that the law, safety, billing or a contract asks for (I0), or that no stage, aim, step, requirement or customer
// action refers to (W4). Other internal work has no verdict.
static void judge_work(struct study *st)
{
    for (size_t i = 0; i < st->n_pooled; i++) {
        struct finding *x = &st->pooled[i];
        if (!x->work || x->all_touches == 0) continue;
        const voc_def_touchpoint *t = definition_touchpoint(st->s->def, i);
        x->uses = x->all_touches;
        if (t->incidental == VOC_REASON_NONE && (!t->declared || t->referred)) continue;
        x->code = t->incidental != VOC_REASON_NONE ? VERDICT_I_ZERO : VERDICT_W4;
        x->judged = true;
    }
}

voc_rc judge_all(struct study *st)
{
    struct members pooled = {score_alloc(st->s, st->n_pooled, sizeof *pooled.at), 0},
                   stages = {score_alloc(st->s, st->n_cells, sizeof *stages.at), 0},
                   segments = {score_alloc(st->s, st->n_cells, sizeof *segments.at), 0};
    if (!pooled.at || !stages.at || !segments.at) return VOC_E_NOMEM;
    for (size_t i = 0; i < st->n_cells; i++) {
        settle_value(st, &st->cells[i]);
        struct members *m = st->cells[i].segment == TRIAL_ALL ? &stages : &segments;
        m->at[m->n++] = &st->cells[i];
    }
    for (size_t i = 0; i < st->n_pooled; i++) {
        struct finding *x = &st->pooled[i];
        if (x->pull || x->work || !x->tested || x->all_touches == 0) continue;
        settle_value(st, x);
        pooled.at[pooled.n++] = x;
    }
    voc_rc rc = judge_push(st, &pooled);
    if (!rc) rc = judge_push(st, &stages);
    if (!rc) rc = judge_push(st, &segments);
    if (!rc) rc = judge_pull(st);
    judge_work(st);
    return rc;
}
