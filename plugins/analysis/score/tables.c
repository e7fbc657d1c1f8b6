// SPDX-License-Identifier: MIT
//
// The full tables behind the summary: every touchpoint with every number of its explanation, the same by stage and segment,
// trouble, the work mix, and the worth of the stages.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/score/page.h"
#include "plugins/common/show.h"
#include "plugins/common/stats.h"

static const struct page_column finding_columns[] = {
    {"touchpoint", "touchpoint", VOC_CELL_TEXT, "", 0, "id in the journey, or the raw name of an undeclared one"},
    {"title", "title", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, ""},
    {"kind", "kind", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "push: the company starts it; pull: the customer acts to obtain it; work: internal"},
    {"stage", "stage", VOC_CELL_TEXT, "", 0, "stage of the customer, or all"},
    {"segment", "segment", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "segment at entry of the stage, or all"},
    {"verdict", "verdict", VOC_CELL_TEXT, "", 0, "VALUE, INCIDENTAL, WASTE or UNPROVEN"},
    {"code", "code", VOC_CELL_TEXT, "", 0, "the line of the decision table (METHODS 3.7)"},
    {"verb", "do", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "what follows from it"},
    {"touches", "touches", VOC_CELL_INT, "touches", 0, "delivered touches in stays (pull: times obtained; work: times done)"},
    {"fresh", "fresh", VOC_CELL_REAL, "touches", VOC_COLUMN_DETAIL, "touches that open a trial"},
    {"matched", "matched", VOC_CELL_REAL, "touches", 0, "fresh touches with comparable customers"},
    {"accounts", "accounts", VOC_CELL_REAL, "accounts", VOC_COLUMN_DETAIL, "accounts behind the matched touches"},
    {"responded", "responded", VOC_CELL_REAL, "touches", VOC_COLUMN_DETAIL, "fresh touches after which the customer acted within the window, matched or not"},
    {"linked", "linked", VOC_CELL_REAL, "actions", VOC_COLUMN_DETAIL, "customer actions that answer this touch, by name or in its thread"},
    {"linked_rate", "answered", VOC_CELL_RANGE, "", VOC_COLUMN_DETAIL, "share of delivered touches that were answered, with its 95% interval (Wilson): engagement, no outcome"},
    {"observed", "acted", VOC_CELL_REAL, "touches", 0, "O: aimed actions after matched touches, while a comparator is still followed"},
    {"expected", "expected", VOC_CELL_REAL, "touches", 0, "E: of comparable customers who did not get it"},
    {"extra", "extra", VOC_CELL_RANGE, "actions", VOC_COLUMN_SIGNED, "O - E with its 95% interval"},
    {"lift", "lift", VOC_CELL_RANGE, "", 0, "O / E with its 95% interval, the union of Sato's and the clustered Fieller's"},
    {"p", "p", VOC_CELL_REAL, "", VOC_COLUMN_DETAIL, "two-sided, clustered by account"},
    {"p_adjusted", "p adjusted", VOC_CELL_REAL, "", VOC_COLUMN_DETAIL, "Benjamini-Hochberg within its family; missing where the evidence rule fails"},
    {"q", "Q", VOC_CELL_REAL, "", VOC_COLUMN_DETAIL, "sum over events of 1/m"},
    {"variance", "V", VOC_CELL_REAL, "", VOC_COLUMN_DETAIL, "max(clustered variance, Q)"},
    {"harm_observed", "left", VOC_CELL_REAL, "customers", VOC_COLUMN_DETAIL, "harm outcomes after matched touches"},
    {"harm_expected", "left, expected", VOC_CELL_REAL, "customers", VOC_COLUMN_DETAIL, "of comparable customers"},
    {"harm_p_adjusted", "p of harm", VOC_CELL_REAL, "", VOC_COLUMN_DETAIL, "adjusted in its family"},
    {"placebo_lift", "placebo", VOC_CELL_REAL, "", VOC_COLUMN_DETAIL, "lift of actions before the touch: should be 1"},
    {"placebo_p", "p of placebo", VOC_CELL_REAL, "", VOC_COLUMN_DETAIL, ""},
    {"trigger", "trigger", VOC_CELL_REAL, "", VOC_COLUMN_DETAIL, "share acting in the hour before, less the comparators'"},
    {"bundle", "bundle", VOC_CELL_REAL, "", VOC_COLUMN_DETAIL, "share with another touch near by, less the comparators'"},
    {"bundle_with", "with", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "that other touch"},
    {"covered", "covered", VOC_CELL_REAL, "", VOC_COLUMN_DETAIL, "share of the follow-up with a comparator"},
    {"judged_share", "judged", VOC_CELL_REAL, "", VOC_COLUMN_DETAIL, "matched / all delivered touches, in stays or not"},
    {"busiest_week", "busiest week", VOC_CELL_REAL, "", VOC_COLUMN_DETAIL, "share of touches in the busiest 7 days"},
    {"largest_account", "largest account", VOC_CELL_REAL, "", VOC_COLUMN_DETAIL, "its share of the evidence"},
    {"hidden_cause", "hidden cause", VOC_CELL_REAL, "", VOC_COLUMN_DETAIL, "E-value of the lower limit: >= 2 strong, >= 1.5 moderate, else fragile"},
    {"randomised", "randomised", VOC_CELL_BOOL, "", VOC_COLUMN_DETAIL, "judged by a declared hold-out"},
    {"unit_cost", "unit cost", VOC_CELL_MONEY, "", VOC_COLUMN_DETAIL, "of one touch; missing is not free"},
    {"cost", "cost", VOC_CELL_MONEY, "", VOC_COLUMN_DETAIL, "C: unit cost x touches x matched / fresh"},
    {"value_per_action", "value", VOC_CELL_MONEY, "", VOC_COLUMN_DETAIL, "v of one aimed action"},
    {"net", "net", VOC_CELL_MONEY, "", VOC_COLUMN_DETAIL, "extra x v - C; over all stages: each stage's extra x its v"},
    {"cost_per_extra", "cost of an extra", VOC_CELL_MONEY, "", VOC_COLUMN_DETAIL, "C / extra; missing if there is no extra"},
    {"spent", "spent", VOC_CELL_MONEY, "", 0, "unit cost x all touches, in stays or not"},
    {"minutes", "minutes", VOC_CELL_REAL, "min", VOC_COLUMN_DETAIL, "own minutes of all touches, where declared"},
    {"needed", "needed", VOC_CELL_REAL, "touches", VOC_COLUMN_DETAIL, "matched touches for 80% power at break-even (or lift 1.5)"},
    {"half_window", "at half", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "code at half the window"},
    {"double_window", "at double", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "code at twice the window"},
    {"half_lift", "lift at half", VOC_CELL_RANGE, "", VOC_COLUMN_DETAIL, "lift at half the window"},
    {"double_lift", "lift at double", VOC_CELL_RANGE, "", VOC_COLUMN_DETAIL, "lift at twice the window"},
    {"people", "people", VOC_CELL_REAL, "people", VOC_COLUMN_DETAIL, "pull: who could obtain it"},
    {"obtained", "obtained", VOC_CELL_REAL, "people", VOC_COLUMN_DETAIL, "pull: who did"},
    {"last_touch_credit", "last touch", VOC_CELL_REAL, "actions", VOC_COLUMN_DETAIL, "aimed actions that last-touch credit would give it: a description"},
    {"responder", "example: acted", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "a customer who acted after it, with the median time in stage"},
    {"non_responder", "example: did not", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "a customer who did not"},
    {"comparator", "compared with", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "that one's nearest comparable customer without it"},
    {"responder_at", "at", VOC_CELL_TIME, "", VOC_COLUMN_DETAIL, "the touch after which the first example acted"},
    {"non_responder_at", "at", VOC_CELL_TIME, "", VOC_COLUMN_DETAIL, "the touch after which the second did not"},
    {"comparator_at", "at", VOC_CELL_TIME, "", VOC_COLUMN_DETAIL, "the same time in the stage of the one it is compared with"},
    {"reason", "reason", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "in plain words"},
    {"explanation", "explanation", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "the whole sentence, with each check"},
    {"missing", "missing", VOC_CELL_REAL, "touches", VOC_COLUMN_DETAIL, "UNPROVEN: comparable touches that would settle it, or customers of a hold-out (pull: people)"},
    {"rate", "a day", VOC_CELL_REAL, "touches", VOC_COLUMN_DETAIL, "how many of them come a day at present: mean of the last 90 days of the data"},
    {"known_by", "known by", VOC_CELL_TIME, "", VOC_COLUMN_DETAIL, "end of the data + missing / rate; missing: not in ten years, or not by waiting"},
    {"settle", "what would settle it", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "in plain words, with the month"},
};
#define N_FINDING (sizeof finding_columns / sizeof *finding_columns)

static const char *code_name(enum verdict_code c) { return c < VERDICT_CODES ? verdict_name(c)->code : ""; }

static void put_lift(struct page *p, const struct trial_cell *c)
{
    const struct trial_estimate *a = c ? &c->estimate[0] : NULL;
    cell_range(p, a ? a->lift : NAN, a ? a->lo : NAN, a ? a->hi : NAN, 2);
}

static void settle_cells(struct page *p, const struct finding *f)
{
    const struct settle *x = &f->settle;
    char text[600];
    say_settle(told(p), f, text, sizeof text);
    cell_real(p, x->way != SETTLE_NOTHING ? x->missing : NAN, 0);
    cell_real(p, x->way != SETTLE_NOTHING ? x->rate : NAN, 2);
    cell_time(p, x->way == SETTLE_NOTHING ? VOC_NA : x->known_us);
    cell_text(p, text);
}

static const voc_str all_of_it = VOC_LIT("all"), none = VOC_LIT("");

// What the extra actions are worth: of all stages the sum of what they are in each, as the verdict counts it (METHODS 3.7).
static double gain_of(const struct finding *f, const struct trial_estimate *a)
{
    return f->randomised || isnan(f->cell.money) ? a->extra * f->value : f->cell.money;
}

// What was compared: a comparison of touches with their sets, or the choices of a random test.
static void compared_cells(struct page *p, const struct finding *f)
{
    const struct trial_cell *c = &f->cell;
    const struct trial_estimate *acted = f->randomised ? &f->random.estimate[0] : &c->estimate[0],
                                *left = f->randomised ? &f->random.estimate[1] : &c->estimate[1];
    const bool tried = f->tested && !f->pull, observed = tried && !f->randomised, placebo = observed && c->placebo.sets;
    const double no = NAN;
    cell_real(p, tried ? acted->o : no, 0);
    cell_real(p, tried ? acted->e : no, 1);
    cell_range(p, tried ? acted->extra : no, acted->extra_lo, acted->extra_hi, 0);
    cell_range(p, tried ? acted->lift : no, acted->lo, acted->hi, 2);
    cell_real(p, tried ? acted->p : no, 4);
    cell_real(p, tried ? f->p_adjusted : no, 4);
    cell_real(p, tried ? acted->q : no, 2);
    cell_real(p, tried ? acted->v : no, 2);
    cell_real(p, tried ? left->o : no, 0);
    cell_real(p, tried ? left->e : no, 1);
    cell_real(p, tried || f->pull ? f->harm_p_adjusted : no, 4);
    cell_real(p, placebo ? c->placebo.lift : no, 2);
    cell_real(p, placebo ? c->placebo.p : no, 4);
    cell_real(p, observed ? c->trigger : no, 3);
    cell_real(p, observed ? c->bundle : no, 3);
    cell_str(p, tried && c->bundle_type != TRIAL_NONE ? definition_touchpoint(told(p)->s->def, c->bundle_type)->id : none);
    cell_real(p, observed ? c->covered : no, 3);
    cell_real(p, tried ? say_judged(f) : no, 3);
    cell_real(p, tried ? c->busiest : no, 3);
    cell_real(p, tried ? (f->randomised ? f->random.largest_share : c->largest_share) : no, 3);
    cell_real(p, observed ? verdict_evalue(acted->lo) : no, 2);
    cell_yes(p, f->randomised);
    cell_money(p, f->unit_cost, 2);
    cell_money(p, f->work ? f->spend : f->cost, 2);
    cell_money(p, f->work ? no : f->value, 2);
    cell_money(p, tried ? gain_of(f, acted) - f->cost : no, 2);
    cell_money(p, tried && acted->extra > 0 ? f->cost / acted->extra : no, 2);
}

static void example_cells(struct page *p, const struct finding *f)
{
    cell_str(p, f->responder);
    cell_str(p, f->non_responder);
    cell_str(p, f->comparator);
    cell_time(p, f->responder.len ? f->responder_at : VOC_NA);
    cell_time(p, f->non_responder.len ? f->non_responder_at : VOC_NA);
    cell_time(p, f->comparator.len ? f->comparator_at : VOC_NA);
}

// In the order of finding_columns.
static void finding_row(struct page *p, const struct finding *f)
{
    static const char *const kinds[] = {"", "push", "pull", "work"};
    const struct score *s = told(p)->s;
    const voc_def_touchpoint *t = definition_touchpoint(s->def, f->touchpoint);
    const struct trial_cell *c = &f->cell;
    const bool tried = f->tested && !f->pull, whole = f->stage == TRIAL_ALL;
    const double no = NAN;
    const struct stats_interval answered = stats_wilson(f->linked_touches, say_reached(f));
    char reason[600], explanation[2000];
    say_reason(told(p), f, reason, sizeof reason);
    say_explanation(told(p), f, explanation, sizeof explanation);
    cell_str(p, t->id);
    cell_str(p, t->title);
    cell_text(p, kinds[t->kind]);
    cell_str(p, whole ? all_of_it : definition_stage(s->def, f->stage)->id);
    cell_str(p, f->segment == TRIAL_ALL ? all_of_it : s->def->segments[f->segment]);
    cell_text(p, verdict_name(f->code)->word);
    cell_text(p, verdict_name(f->code)->code);
    cell_text(p, verdict_name(f->code)->verb);
    cell_int(p, tried ? c->touches : f->uses);
    cell_real(p, tried ? f->push.fresh : no, 0);
    cell_real(p, tried ? f->push.matched : no, 0);
    cell_real(p, tried ? f->push.accounts : f->pull ? f->pull_cell.accounts : no, 0);
    cell_real(p, tried ? f->push.any_response : no, 0);
    cell_real(p, tried ? f->linked : no, 0);
    cell_range(p, tried && say_reached(f) > 0 ? f->linked_touches / say_reached(f) : no, answered.lo, answered.hi, 3);
    compared_cells(p, f);
    cell_money(p, whole ? f->spend : f->unit_cost * (double)c->touches, 2);
    cell_real(p, whole ? f->minutes : no, 0);
    cell_real(p, f->code == VERDICT_U6 ? f->needed : no, 0);
    cell_text(p, code_name(f->half));
    cell_text(p, code_name(f->twice));
    put_lift(p, f->randomised ? NULL : f->half_cell);
    put_lift(p, f->randomised ? NULL : f->twice_cell);
    cell_real(p, f->pull ? f->people : no, 0);
    cell_real(p, f->pull ? f->obtained : no, 0);
    cell_real(p, whole && tried ? told(p)->credit[f->touchpoint] : no, 0);
    example_cells(p, f);
    cell_text(p, reason);
    cell_text(p, explanation);
    settle_cells(p, f);
}

static void semantics(struct page *p)
{
    const struct score *s = told(p)->s;
    char text[600];
    static const char *const kinds[] = {"", "account", "individual", "case"};
    snprintf(text, sizeof text,
             "Unit: %s; variance clustered by account. A touch counts if delivered inside a stay; responses lie "
             "in (touch, touch + W], strictly after it. "
             "O, E: METHODS 3.4, weights %s, %lld comparators. Families at q = 0.05. Journey %.*s, version %.*s, hash %.*s.",
             kinds[s->def->unit], s->def->weights == VOC_WEIGHTS_MH ? "mh" : "smr", (long long)s->def->comparators,
             SHOW_AT_MOST(s->def->id, 60), SHOW_AT_MOST(s->def->version, 20), SHOW_AT_MOST(s->def->hash, 12));
    if (!p->rc) p->rc = say_semantics(s, p->t, text);
}

static voc_rc findings(struct page *p)
{
    const struct study *st = told(p);
    page_open(p, "touchpoints", "Touchpoints", 0, finding_columns, N_FINDING);
    semantics(p);
    for (size_t i = 0; i < st->n_pooled; i++)
        if (st->pooled[i].judged) finding_row(p, &st->pooled[i]);
    page_open(p, "stages", "By stage", 0, finding_columns, N_FINDING);
    semantics(p);
    for (size_t i = 0; i < st->n_cells; i++)
        if (st->cells[i].segment == TRIAL_ALL && st->cells[i].judged) finding_row(p, &st->cells[i]);
    page_open(p, "segments", "By stage and segment", 0, finding_columns, N_FINDING);
    semantics(p);
    for (size_t i = 0; i < st->n_cells; i++) {
        const struct finding *f = &st->cells[i];
        if (f->segment == TRIAL_ALL || !f->judged) continue;
        if (verdict_evidence(f->push.matched, f->push.accounts, f->push.o, f->push.e)) finding_row(p, f);  // shown when the evidence rule passes
    }
    return p->rc;
}

voc_rc tables_groups(struct study *st, const bool *shown)
{
    struct page p = score_page(st);
    page_open(&p, "groups", "By group", 0, finding_columns, N_FINDING);
    semantics(&p);
    for (size_t i = 0; i < st->n_pooled; i++)
        if (shown[i]) finding_row(&p, &st->pooled[i]);
    return p.rc;
}

// ---- trouble -------------------------------------------------------------------------------------------------------------------

struct trouble {  // one action
    size_t n, customers, last_unit;
    double cost;
    bool costed;
    size_t *after;  // by touchpoint: how often it was the last before
};

static voc_rc add_trouble(const struct study *st, struct trouble *x, size_t unit, int64_t cost, uint32_t last)
{
    if (!x->n) x->after = score_alloc(st->s, st->n_pooled, sizeof *x->after);
    if (!x->after) return VOC_E_NOMEM;
    if (x->n++ == 0 || x->last_unit != unit) x->customers++;
    x->last_unit = unit;
    if (cost != VOC_NA) x->cost += (double)cost / 1e6, x->costed = true;
    if (last != VOC_NONE) x->after[last]++;
    return VOC_OK;
}

// By action, in one walk.
static voc_rc find_trouble(const struct study *st, struct trouble *t)
{
    const struct data *d = &st->s->data;
    voc_rc rc = VOC_OK;
    for (size_t u = 0; u < d->n_units && !rc; u++) {
        uint32_t last = VOC_NONE;
        for (size_t i = d->first_event[u]; i < d->first_event[u + 1] && !rc; i++) {
            const struct event *e = &d->events[i];
            bool acts = e->actor == VOC_ACTOR_CUSTOMER, passes = acts && (e->class_ == VOC_CLASS_TROUBLE || e->class_ == VOC_CLASS_PASSAGE);
            if (acts && e->class_ == VOC_CLASS_TROUBLE && score_counts(st->s, e)) rc = add_trouble(st, &t[e->action], u, data_more(d, e)->cost, last);
            if (e->touchpoint != VOC_NONE && e->delivered && !passes) last = e->touchpoint;
        }
    }
    return rc;
}

static voc_rc trouble(struct page *p)
{
    static const struct page_column columns[] = {{"action", "what customers had to do", VOC_CELL_TEXT, "", 0, ""},
                                            {"times", "times", VOC_CELL_INT, "", 0, ""},
                                            {"customers", "customers", VOC_CELL_INT, "", 0, ""},
                                            {"cost", "cost", VOC_CELL_MONEY, "", 0, "of the events themselves, where recorded"},
                                            {"before", "most often after", VOC_CELL_TEXT, "", 0, "the touchpoint before it"},
                                            {"before_times", "times", VOC_CELL_INT, "", 0, ""}};
    const struct study *st = told(p);
    struct trouble *t = score_alloc(st->s, st->s->def->n_actions, sizeof *t);
    size_t n, *count = score_alloc(st->s, st->s->def->n_actions, sizeof *count);
    voc_rc rc = t && count ? find_trouble(st, t) : VOC_E_NOMEM;
    if (rc) return rc;
    for (uint32_t a = 0; a < st->s->def->n_actions; a++) count[a] = t[a].n;
    const uint32_t *most = score_by_count(st->s, count, &n);
    if (!most) return VOC_E_NOMEM;
    page_open(p, "trouble", "Work that our own faults make", 0, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < n; i++) {
        const uint32_t a = most[i];
        uint32_t before = VOC_NONE;  // the touchpoint that stood before most often
        size_t before_n = 0;
        for (uint32_t k = 0; k < st->n_pooled; k++)
            if (t[a].after[k] > before_n) before = k, before_n = t[a].after[k];
        cell_str(p, definition_action(st->s->def, a)->name);
        cell_int(p, t[a].n);
        cell_int(p, t[a].customers);
        cell_money(p, t[a].costed ? t[a].cost : NAN, 2);
        cell_str(p, before != VOC_NONE ? definition_touchpoint(st->s->def, before)->id : (voc_str){"", 0});
        cell_int(p, before_n);
    }
    if (!p->rc) p->rc = say_semantics(st->s, p->t, "Trouble is never an outcome and never value: the customer acts because the company failed.");
    return p->rc;
}

// ---- work mix --------------------------------------------------------------------------------------------------------------------

static voc_rc mix(struct page *p)
{
    static const struct page_column columns[] = {{"kind", "kind of work", VOC_CELL_TEXT, "", 0, ""},       {"touchpoints", "touchpoints", VOC_CELL_INT, "", 0, ""},
                                            {"touches", "touches", VOC_CELL_INT, "", 0, ""},          {"spent", "spent", VOC_CELL_MONEY, "", 0, "where costs are known"},
                                            {"share", "share", VOC_CELL_SHARE, "", 0, "of what is spent"}, {"minutes", "minutes", VOC_CELL_REAL, "min", 0, "where declared"}};
    static const char *const names[] = {"VALUE", "INCIDENTAL", "WASTE", "UNPROVEN", "internal work in use"};
    const struct study *st = told(p);
    struct { size_t n, touches, costed; double spend, minutes; } m[5] = {{0}};
    double all = 0;
    for (size_t i = 0; i < st->n_pooled; i++) {
        const struct finding *f = &st->pooled[i];
        if (!f->judged && !(f->work && f->all_touches)) continue;
        size_t k = f->judged ? (size_t)verdict_name(f->code)->class : 4;
        m[k].n++;
        m[k].touches += f->all_touches;
        if (!isnan(f->spend)) m[k].spend += f->spend, all += f->spend, m[k].costed++;
        m[k].minutes += f->minutes;
    }
    page_open(p, "mix", "Work mix", 0, columns, sizeof columns / sizeof *columns);
    for (size_t k = 0; k < 5; k++) {
        cell_text(p, names[k]);
        cell_int(p, m[k].n);
        cell_int(p, m[k].touches);
        cell_money(p, m[k].costed || m[k].n == 0 ? m[k].spend : NAN, 2);
        cell_share(p, all > 0 ? m[k].spend / all : NAN, 1);
        cell_real(p, m[k].minutes, 0);
    }
    if (!p->rc) p->rc = say_semantics(st->s, p->t, "UNPROVEN is a slice of its own and never split among the others.");
    return p->rc;
}

static voc_rc stage_values(struct page *p)
{
    static const struct page_column columns[] = {{"stage", "stage", VOC_CELL_TEXT, "", 0, ""},
                                            {"p_win", "chance to win", VOC_CELL_REAL, "", 0, "P(win) by the absorbing chain over counted moves (METHODS 3.10)"},
                                            {"value", "worth", VOC_CELL_MONEY, "", 0, "P(win) x margin"},
                                            {"move_value", "worth of the move on", VOC_CELL_MONEY, "", 0, "V(next) - V(stage)"}};
    const struct study *st = told(p);
    const voc_definition *d = st->s->def;
    double margin = d->margin == VOC_NA ? NAN : (double)d->margin / 1e6;
    bool alone = true;
    if (!st->p_win_known) return p->rc;
    page_open(p, "stage_values", "Worth of the stages", 0, columns, sizeof columns / sizeof *columns);
    for (uint32_t i = 0; i < d->n_stages; i++) {
        double next = d->win_stage != VOC_NONE && i + 1 >= d->win_stage ? 1 : i + 1 < d->n_stages ? st->p_win[i + 1] : 1;
        if (d->win_stage == i) continue;
        cell_str(p, d->stages[i].id);
        cell_real(p, st->p_win[i], 3);
        cell_money(p, st->p_win[i] * margin, 2);
        cell_money(p, (next - st->p_win[i]) * margin, 2);
    }
    for (size_t i = 0; i < d->n_stages; i++) alone = alone && (st->p_win[i] == 1 || isnan(st->p_win[i]));
    if (alone)
        page_note(p, VOC_NOTE_AFTER,
                  "Nobody was seen to end without winning, so a chance of 1 says only that none has failed yet: define "
                  "how customers leave (an exit, or a shorter lapse).");
    if (!p->rc) p->rc = say_semantics(st->s, p->t, "Moves counted from ended stays; open stays are not yet moves.");
    return p->rc;
}

voc_rc tables_write(struct study *st)
{
    struct page p = score_page(st);
    voc_rc rc = findings(&p);
    if (!rc) rc = holdouts_write(st);
    if (!rc) rc = trouble(&p);
    if (!rc) rc = mix(&p);
    if (!rc) rc = stage_values(&p);
    return rc ? rc : codes_write(st);
}
