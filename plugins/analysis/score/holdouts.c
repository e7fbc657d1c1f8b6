// SPDX-License-Identifier: MIT
//
// Hold-outs: for each push touchpoint that could be held back, how many customers would get it, how many have to go without,
// for how long, and what that costs; as the hidden table `holdouts`, with the element that makes the journey understand it.
// Customers are chosen, not touches, and stay on their side: each enters when the first touch of the test would be sent, is
// followed for the window, and is counted again when it would get another after that. So the last 90 days are read as such
// windows, by customer; those of one customer are alike, and count for less than as many customers.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plugins/analysis/score/page.h"
#include "plugins/analysis/score/size.h"

#define DAY_US INT64_C(86400000000)
#define WEEKS_WISHED 12.0  // the smallest share is held back with which it is over by then
#define WEEKS_PAYS 52.0    // a break-even that takes longer than this with one in two is not looked for
#define WEEKS_KNOWABLE 520.0
#define BASE_CASES 20.0    // so many of the last 90 days say how many act, else all of them

bool holdout_settles(const struct finding *f)
{
    if (!f->judged || f->pull || f->work || f->randomised) return false;
    return f->code == VERDICT_U2 || f->code == VERDICT_U3 || f->code == VERDICT_U4 || f->code == VERDICT_U6 || f->code == VERDICT_U7;
}

int64_t settle_recent_from(const struct score *s)
{
    int64_t from = s->info->end_us - SETTLE_DAYS * DAY_US;
    return from > s->info->start_us ? from : s->info->start_us;
}

double settle_days(const struct score *s)
{
    double days = (double)(s->info->end_us - settle_recent_from(s)) / (double)DAY_US;
    return days > 1 ? days : 1;
}

// ---- who got it in the last 90 days -------------------------------------------------------------------------------------

struct lately {  // of one touchpoint
    double customers[SETTLE_DAYS];   // by the day of their first touch
    double cases[SETTLE_DAYS];       // by the day they begin: a touch, and those that follow within its window
    double touches, n, acted;        // of cases whose window is over: touches in them, their number, those who acted
    struct size_alike alike;
    double own, own_acted;           // such cases of the customer last seen, for `alike`
    int64_t window;                  // the longest of its stages
    size_t unit;                     // the customer last seen, + 1
    int64_t case_end;
    bool over;
};

// An aimed action within the window, strictly after the touch.
static bool acted_within(const struct score *s, size_t unit, size_t touch, uint32_t stage, int64_t window)
{
    const struct data *d = &s->data;
    const struct event *t = &d->events[touch];
    for (size_t i = touch + 1; i < d->first_event[unit + 1] && d->events[i].time <= t->time + window; i++)
        if (d->events[i].actor == VOC_ACTOR_CUSTOMER && score_strictly_after(&d->events[i], t) &&
            outcome_is(s, i, d->first_event[unit], t->touchpoint, stage))
            return true;
    return false;
}

static void close_customer(struct lately *l)
{
    if (l->own > 0) {
        l->alike.customers++;
        l->alike.cases += l->own;
        l->alike.cases2 += l->own * l->own;
        l->alike.yes += l->own_acted;
        l->alike.yes2 += l->own_acted * l->own_acted / l->own;
    }
    l->own = l->own_acted = 0;
}

static void begin_case(const struct score *s, struct lately *l, size_t unit, size_t touch, uint32_t stage, int64_t window)
{
    l->case_end = s->data.events[touch].time + window;
    l->over = l->case_end < s->info->end_us;
    if (!l->over) return;
    bool yes = acted_within(s, unit, touch, stage, window);
    l->n++;
    l->own++;
    l->acted += yes;
    l->own_acted += yes;
}

static void add_touch(const struct score *s, struct lately *l, size_t unit, size_t touch, int64_t from)
{
    const struct event *e = &s->data.events[touch];
    size_t stay = stay_of(&s->data, unit, e->time + 1), day = (size_t)((e->time - from) / DAY_US);
    if (stay == SIZE_MAX) return;
    if (day >= SETTLE_DAYS) day = SETTLE_DAYS - 1;
    int64_t window = window_of(s, e->touchpoint, s->data.stays[stay].stage);
    if (window > l->window) l->window = window;
    bool again = l->unit == unit + 1;
    if (!again) {
        close_customer(l);
        l->customers[day]++;
        l->unit = unit + 1;
    }
    if (!again || e->time > l->case_end) {
        l->cases[day]++;
        begin_case(s, l, unit, touch, s->data.stays[stay].stage, window);
    }
    if (l->over) l->touches++;
}

static void look_back(const struct score *s, struct lately *all, size_t n)
{
    const struct data *d = &s->data;
    int64_t from = settle_recent_from(s);
    for (size_t u = 0; u < d->n_units; u++)
        for (size_t i = d->first_event[u]; i < d->first_event[u + 1] && !d->units[u].internal; i++) {
            const struct event *e = &d->events[i];
            if (e->time < from || e->touchpoint == VOC_NONE || e->actor != VOC_ACTOR_COMPANY || !e->delivered || !score_counts(s, e)) continue;
            if (definition_touchpoint(s->def, e->touchpoint)->kind == VOC_TOUCH_PUSH) add_touch(s, &all[e->touchpoint], u, i, from);
        }
    for (size_t i = 0; i < n; i++) close_customer(&all[i]);
}

// ---- the plan -----------------------------------------------------------------------------------------------------------------

static double window_weeks(const struct holdout *h) { return ceil((double)h->window / (double)(7 * DAY_US)); }

static struct size_flow flow_of(const struct score *s, const struct lately *l)
{
    return (struct size_flow){l->cases, l->customers, (size_t)ceil(settle_days(s)), size_alike(&l->alike)};
}

// Weeks with one in `k` held back, to find this lift; *t: the sending.
static double weeks_of(const struct holdout *h, const struct size_flow *f, unsigned k, double lift, struct size_time *t)
{
    *t = size_days(f, size_controls(h->base, h->base * lift, (double)k - 1) * (double)k);
    return ceil(t->days / 7) + window_weeks(h);
}

// The share that acts without it: of comparable customers; where nobody comparable is without it, or those who get it are
// acting already, of those who got it.
static void find_base(const struct score *s, struct holdout *h, const struct finding *f, const struct lately *l)
{
    const struct trial_cell *c = &f->cell;
    h->base_own = f->code == VERDICT_U2 || f->code == VERDICT_U3 || f->code == VERDICT_U7 || c->matched == 0;
    if (!h->base_own)
        h->base = c->estimate[0].e / (double)c->matched;
    else if (l->n >= BASE_CASES && !aim_is_forward(s))
        h->base = l->acted / l->n;
    else
        h->base = c->fresh ? (double)c->responded[0] / (double)c->fresh : NAN;
}

// What pays, if that can be found at all; else a gain of a half (of the rest where that is more than everybody).
static void find_effect(struct holdout *h, const struct finding *f, const struct size_flow *flow)
{
    struct size_time t;
    double rest = (1 + 1 / h->base) / 2, pays = verdict_break_even(h->each, f->value, h->base);
    if (!(h->base > 0 && h->base < 1)) return;
    if (!isnan(h->each) && f->value > 0) {
        if (h->base * pays >= 1) return;  // not even if everybody acted
        h->lift = pays;
        h->lift_is = LIFT_PAYS;
        if (weeks_of(h, flow, 2, pays, &t) <= WEEKS_PAYS) return;
    }
    h->lift_is = verdict_limits.planned_lift < rest ? LIFT_HALF : LIFT_REST;
    h->lift = h->lift_is == LIFT_HALF ? verdict_limits.planned_lift : rest;
}

static void find_size(const struct score *s, struct holdout *h, const struct size_flow *flow)
{
    static const unsigned shares[] = {10, 5, 3, 2};
    struct size_time t = {NAN, NAN, NAN};
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        h->one_in = shares[i];
        h->weeks = weeks_of(h, flow, shares[i], h->lift, &t);
        if (h->weeks <= WEEKS_WISHED) break;
    }
    // customers: the cases needed, in which each of them is counted as often as in the time that it takes
    double needed = size_controls(h->base, h->base * h->lift, (double)h->one_in - 1), times = t.customers > 0 ? t.cases / t.customers : 1;
    h->cases = ceil(needed * (double)h->one_in * (1 + (times - 1) * flow->alike));
    h->controls = ceil(h->cases / times / (double)h->one_in);
    h->treated = ceil(h->cases / times) - h->controls;
    if (h->weeks <= WEEKS_KNOWABLE) h->ends_us = (s->info->end_us / DAY_US + (int64_t)h->weeks * 7) * DAY_US;
    double cases = 0, customers = 0;
    for (size_t d = 0; d < flow->days && (double)d < (WEEKS_WISHED - window_weeks(h)) * 7; d++)
        cases += flow->cases[d], customers += flow->customers[d];
    if (cases > 0) h->found = size_lift_found(h->base, cases / (1 + (cases / customers - 1) * flow->alike) / 2, 1);
}

static void plan(const struct score *s, struct holdout *h, const struct finding *f, const struct lately *l)
{
    double days = settle_days(s), came = 0, first = 0;
    struct size_flow flow = flow_of(s, l);
    *h = (struct holdout){.a_week = NAN, .at_once = NAN, .base = NAN, .each = NAN, .lift = NAN, .controls = NAN, .treated = NAN,
                          .cases = NAN, .weeks = NAN, .found = NAN, .forgone = NAN, .saved = NAN, .ends_us = VOC_NA,
                          .window = l->window};
    h->planned = f->judged && !f->pull && !f->work && !f->randomised && f->all_touches > 0 && verdict_name(f->code)->class != VERDICT_INCIDENTAL;
    if (!h->planned) return;
    for (size_t d = 0; d < SETTLE_DAYS; d++) {
        came += l->customers[d];
        if (d < 7) first += l->customers[d];
    }
    for (uint32_t k = 0; k < s->def->n_stages && l->window == 0; k++)
        if (window_of(s, f->touchpoint, k) > h->window) h->window = window_of(s, f->touchpoint, k);
    h->a_week = came * 7 / (days > 7 ? days : 7);
    h->at_once = first;
    h->each = l->n > 0 ? f->unit_cost * l->touches / l->n : f->unit_cost;
    find_base(s, h, f, l);
    find_effect(h, f, &flow);
    if (h->lift_is == LIFT_NONE) return;
    find_size(s, h, &flow);
    double without = h->cases / (double)h->one_in;
    h->saved = without * h->each;
    if (!h->base_own && f->cell.estimate[0].extra > 0) h->forgone = without * f->cell.estimate[0].extra / (double)f->cell.matched;
}

voc_rc holdouts_plan(struct study *st)
{
    const struct score *s = st->s;
    struct lately *all = score_alloc(s, st->n_pooled, sizeof *all);
    st->holdouts = score_alloc(s, st->n_pooled, sizeof *st->holdouts);
    if (!all || !st->holdouts) return VOC_E_NOMEM;
    look_back(s, all, st->n_pooled);
    for (uint32_t i = 0; i < st->n_pooled; i++) plan(s, &st->holdouts[i], &st->pooled[i], &all[i]);
    s->host->free(s->cx, all);
    return VOC_OK;
}

// ---- the table -----------------------------------------------------------------------------------------------------------------

// Text for an attribute in double quotes. Ids of the vocabulary need no escape; raw names of undeclared touchpoints may.
static size_t escape(char *out, size_t size, size_t at, voc_str s)
{
    for (size_t i = 0; i < s.len && at + 8 < size; i++) {
        const char *as = s.ptr[i] == '&' ? "&amp;" : s.ptr[i] == '<' ? "&lt;" : s.ptr[i] == '"' ? "&quot;" : NULL;
        if (as)
            for (; *as; as++) out[at++] = *as;
        else
            out[at++] = s.ptr[i];
    }
    out[at] = 0;
    return at;
}

static void element(const struct score *s, uint32_t touchpoint, char *out, size_t size)
{
    voc_str id = definition_touchpoint(s->def, touchpoint)->id;
    char name[700];
    out[0] = 0;
    if (!definition_touchpoint(s->def, touchpoint)->declared || id.len > 100) return;
    escape(name, sizeof name, 0, id);
    snprintf(out, size,
             "<holdout id=\"%s-holdout\" touchpoint=\"%s\">\n"
             "  <treated><event actor=\"other\" action=\"assigned-treated\" campaign=\"%s-holdout\"/></treated>\n"
             "  <control><event actor=\"other\" action=\"assigned-control\" campaign=\"%s-holdout\"/></control>\n"
             "</holdout>",
             name, name, name, name);
}

static void how(const struct score *s, const struct holdout *h, uint32_t touchpoint, char *out, size_t size)
{
    static const char *const kinds[] = {"", "account", "person", "case"};
    char controls[40], all[40];
    bool declared = definition_touchpoint(s->def, touchpoint)->declared != 0;
    if (isnan(h->base) || h->base <= 0) {
        snprintf(out, size, "Nobody acted, with it or without: there is nothing to compare yet.");
    } else if (h->lift_is == LIFT_NONE) {
        snprintf(out, size, "Not even if everybody acted would it pay: no test is needed.");
    } else if (isinf(h->weeks)) {
        snprintf(out, size, "Nobody got it of late: begin again, and leave out a random part from the first day.");
    } else if (h->ends_us == VOC_NA) {
        snprintf(out, size, "At the present rate even one in two would take longer than ten years: pool it with others of its kind.");
    } else {
        say_number(controls, sizeof controls, h->controls, 0);
        say_number(all, sizeof all, h->controls + h->treated, 0);
        snprintf(out, size,
                 "Choose at random by %s, not by touch: %s of %s do not get it. Record each choice as an event when "
                 "its turn comes%s, then send as always%s.",
                 kinds[s->def->unit], controls, all,
                 h->cases > 1.05 * (h->controls + h->treated) ? ", and again when it would get another after the window" : "",
                 declared ? "" : "; declare the touchpoint in the journey first");
    }
}

static const struct page_column holdout_columns[] = {
    {"touchpoint", "touchpoint", VOC_CELL_TEXT, "", 0, "id in the journey, or the raw name of an undeclared one"},
    {"title", "title", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, ""},
    {"code", "code", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "its verdict as it stands"},
    {"settles", "settles it", VOC_CELL_BOOL, "", VOC_COLUMN_DETAIL, "whether a random test is what that verdict waits for"},
    {"a_week", "a week", VOC_CELL_REAL, "customers", 0, "customers who would get it: by their first touch in the last 90 days, a week"},
    {"at_once", "first week", VOC_CELL_REAL, "customers", VOC_COLUMN_DETAIL, "customers of the first week of those 90 days"},
    {"hold_back", "hold back", VOC_CELL_TEXT, "", 0, "share that goes without: the smallest with which it is over within twelve weeks, at most one in two"},
    {"controls", "without it", VOC_CELL_REAL, "customers", 0, "customers needed, for four chances in five to see the effect (Fleiss, Levin & Paik 2003: two shares, unequal sides)"},
    {"treated", "with it", VOC_CELL_REAL, "customers", 0, "needed on the other side"},
    {"cases", "cases", VOC_CELL_REAL, "windows", VOC_COLUMN_DETAIL, "windows of all of them that are counted: who would get it again after its window is a case again, and those of one customer are alike"},
    {"weeks", "weeks", VOC_CELL_REAL, "weeks", 0, "until enough customers came by, and the window after the last of them"},
    {"ends", "ends", VOC_CELL_TIME, "", 0, "if it were begun where the data end"},
    {"base_rate", "act anyway", VOC_CELL_SHARE, "", 0, "share that acts within the window without it"},
    {"base_from", "as seen in", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "whose share that is"},
    {"effect", "effect sought", VOC_CELL_REAL, "times", 0, "smallest effect worth finding: so many times as many act"},
    {"effect_is", "because", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "where that comes from"},
    {"found_in_12_weeks", "found in 12 weeks", VOC_CELL_REAL, "", VOC_COLUMN_DETAIL, "smallest effect that one in two would find within twelve weeks"},
    {"forgone_actions", "actions forgone", VOC_CELL_REAL, "actions", VOC_COLUMN_DETAIL, "of those without it, at the effect seen so far; missing where none can be seen"},
    {"forgone_value", "worth", VOC_CELL_MONEY, "", VOC_COLUMN_DETAIL, "what those actions are worth"},
    {"saved", "saved", VOC_CELL_MONEY, "", 0, "cost of what is not sent within the window"},
    {"how", "how", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "how to do it"},
    {"element", "for the journey", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "what to paste into journey.xml, so that the choices are understood"},
};

// What never ends has no number.
static void put_finite(struct page *p, double x, uint32_t digits) { cell_real(p, isinf(x) ? NAN : x, digits); }

static void row(struct page *p, const struct finding *f, const struct holdout *h)
{
    static const char *const effects[] = {"", "where it begins to pay", "a gain of a half", "half of those who do not act would"};
    const voc_def_touchpoint *t = definition_touchpoint(told(p)->s->def, f->touchpoint);
    char share[24] = "", text[400], xml[3200];
    bool sized = h->lift_is != LIFT_NONE;
    if (sized) snprintf(share, sizeof share, "1 in %u", h->one_in);
    cell_str(p, t->id);
    cell_str(p, t->title);
    cell_text(p, verdict_name(f->code)->code);
    cell_yes(p, holdout_settles(f));
    cell_real(p, h->a_week, 1);
    cell_real(p, h->at_once, 0);
    cell_text(p, share);
    cell_real(p, h->controls, 0);
    cell_real(p, h->treated, 0);
    cell_real(p, h->cases, 0);
    put_finite(p, h->weeks, 0);
    cell_time(p, h->ends_us);
    cell_share(p, h->base, 0);
    cell_text(p, isnan(h->base) ? "" : h->base_own ? "those who got it" : "comparable customers without it");
    cell_real(p, h->lift, 2);
    cell_text(p, effects[h->lift_is]);
    put_finite(p, h->found, 2);
    cell_real(p, h->forgone, 1);
    cell_money(p, h->forgone * f->value, 0);
    cell_money(p, h->saved, 0);
    how(told(p)->s, h, f->touchpoint, text, sizeof text);
    cell_text(p, text);
    element(told(p)->s, f->touchpoint, xml, sizeof xml);
    cell_text(p, xml);
}

voc_rc holdouts_write(struct study *st)
{
    struct page p = score_page(st);
    page_open(&p, "holdouts", "Hold-outs", VOC_TABLE_HIDDEN, holdout_columns, sizeof holdout_columns / sizeof *holdout_columns);
    for (uint32_t i = 0; i < st->n_pooled; i++)
        if (st->holdouts[i].planned) row(&p, &st->pooled[i], &st->holdouts[i]);
    return p.rc
               ? p.rc
               : say_semantics(st->s, p.t,
                               "Customers are chosen at random, not touches, and counted by what was chosen, not by what was sent; "
                               "large enough to find the effect four times in five, and one that is not there one time in twenty.");
}
