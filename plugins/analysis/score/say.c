// SPDX-License-Identifier: MIT
//
// Verdicts in words. Reasons name no statistic; the explanation is the fixed template of METHODS 3.8. Nothing here ever says
// "caused": a comparison of what customers did is not an experiment, unless it was one.
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "plugins/analysis/score/score.h"
#include "plugins/common/format.h"
#include "plugins/common/show.h"

// Digits in groups of three, "1,072"; NaN is "-".
void say_number(char *out, size_t size, double x, int digits)
{
    if (isinf(x))
        snprintf(out, size, x > 0 ? "any number" : "-any number");
    else
        format_number(out, size, x, (unsigned)digits, false);
}

static void percent(char *out, size_t size, double share)
{
    if (share < 0.001)
        snprintf(out, size, "%.2f%%", share * 100);
    else
        snprintf(out, size, share < 0.1 ? "%.1f%%" : "%.0f%%", share * 100);
}

const char *say_firmness(const struct finding *f)
{
    const struct trial_estimate *a = f->randomised ? &f->random.estimate[0] : &f->cell.estimate[0];
    if (f->randomised) return "strong";
    double e = verdict_evalue(a->lo);
    return e >= verdict_limits.evalue_strong ? "strong" : e >= verdict_limits.evalue_moderate ? "moderate" : "fragile";
}

static voc_str title_of(const struct study *st, uint32_t touchpoint)
{
    const voc_def_touchpoint *t = definition_touchpoint(st->s->def, touchpoint);
    return t->title.len ? t->title : t->id;
}

static size_t add(char *out, size_t size, size_t at, const char *format, ...) __attribute__((format(printf, 4, 5)));
static size_t add(char *out, size_t size, size_t at, const char *format, ...)
{
    va_list ap;
    if (at >= size) return at;
    va_start(ap, format);
    int n = vsnprintf(out + at, size - at, format, ap);
    va_end(ap);
    return n < 0 ? at : at + (size_t)n;
}

// "1 customer", "1,072 customers".
void say_count(char *out, size_t size, double n, const char *one, const char *many)
{
    char number[40];
    say_number(number, sizeof number, n, 0);
    add(out, size, 0, "%s %s", number, n > 0.5 && n < 1.5 ? one : many);
}

// Stages where a touchpoint that works on the whole shows no gain: "no gain seen while investigating (-24 to +9)".
static size_t add_exceptions(const struct study *st, const struct finding *f, char *out, size_t size, size_t at)
{
    for (size_t i = 0; i < st->n_cells && f->stage == TRIAL_ALL; i++) {
        const struct finding *c = &st->cells[i];
        if (c->touchpoint != f->touchpoint || c->segment != TRIAL_ALL || !c->judged || verdict_name(c->code)->class == VERDICT_VALUE) continue;
        if (c->code != VERDICT_U6 && c->code != VERDICT_W2 && c->code != VERDICT_W1) continue;
        const struct trial_estimate *a = &c->cell.estimate[0];
        const voc_def_stage *s = definition_stage(st->s->def, c->stage);
        voc_str name = s->title.len ? s->title : s->id;
        at = add(out, size, at, "; no gain seen in \"%.*s\" (%+.0f to %+.0f)", SHOW_AT_MOST(name, 60), a->extra_lo, a->extra_hi);
    }
    return at;
}

// More leave after it than after nothing, or by answering it (METHODS 3.7).
static bool harmed(const struct finding *f)
{
    const struct trial_estimate *h = f->randomised ? &f->random.estimate[1] : &f->cell.estimate[1];
    return f->harm_p_adjusted <= verdict_limits.q && h->lift > 1 && h->o >= verdict_limits.harm_min;
}
static bool harms(const struct finding *f) { return harmed(f) || f->push.linked_harm_lo > verdict_limits.harm_max; }
static bool fewer_act(const struct finding *f)
{
    return f->p_adjusted <= verdict_limits.q && (f->randomised ? f->random.estimate[0].lift : f->cell.estimate[0].lift) < 1;
}

static size_t add_harm(const struct finding *f, char *out, size_t size, size_t at)
{
    const struct trial_estimate *h = f->randomised ? &f->random.estimate[1] : &f->cell.estimate[1];
    if (f->linked_harm > 0 && f->push.linked_harm_lo > verdict_limits.harm_max && !harmed(f)) return add(out, size, at, "%.0f left by answering it", f->linked_harm);
    return add(out, size, at, "%.0f left, %.0f expected", h->o, h->e);
}

// ---- what would settle it ------------------------------------------------------------------------------------------------

// "March 2027"
static void say_month(int64_t us, char *out, size_t size)
{
    static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};
    int64_t year, rest;
    unsigned month, day;
    format_civil(us, &year, &month, &day, &rest);
    snprintf(out, size, "%s %lld", months[month - 1], (long long)year);
}

// "by March 2027 at this rate"; or why not.
static void say_when(const struct study *st, const struct settle *x, char *out, size_t size)
{
    char month[60];
    if (x->known_us != VOC_NA) {
        say_month(x->known_us, month, sizeof month);
        snprintf(out, size, "by %s at this rate", month);
    } else if (x->rate <= 0) {
        snprintf(out, size, "none came in the last %.0f days", settle_days(st->s));
    } else {
        snprintf(out, size, "not in ten years at this rate");
    }
}

// Another touchpoint of the same kind and group, with which it can be pooled.
static bool has_kin(const struct study *st, const struct finding *f)
{
    const voc_definition *d = st->s->def;
    const voc_def_touchpoint *t = &d->touchpoints[f->touchpoint];
    for (size_t i = 0; i < d->n_touchpoints && t->group.len; i++) {
        const voc_def_touchpoint *o = &d->touchpoints[i];
        if (o != t && o->kind == t->kind && o->group.len == t->group.len && memcmp(o->group.ptr, t->group.ptr, t->group.len) == 0) return true;
    }
    return false;
}

// "hold back 1 in 5 for 8 weeks"; false: none is possible, and `out` says so.
static bool say_holdout(const struct settle *x, char *out, size_t size)
{
    char weeks[60];
    if (!x->holdout || x->holdout->ends_us == VOC_NA) {
        snprintf(out, size, "leave it out for a random part");
        return false;
    }
    say_count(weeks, sizeof weeks, x->holdout->weeks, "week", "weeks");
    snprintf(out, size, x->holdout->weeks <= 104 ? "hold back 1 in %u for %s" : "hold back 1 in %u, which at this rate takes %s", x->holdout->one_in, weeks);
    return true;
}

// Comparable contacts, or what a pull item or a hold-out counts instead.
static void say_missing(const struct finding *f, char *out, size_t size)
{
    if (f->pull)
        say_count(out, size, f->settle.missing, "more person who takes it", "more people who take it");
    else if (f->randomised)
        say_count(out, size, f->settle.missing, "more customer of the random test", "more customers of the random test");
    else
        say_count(out, size, f->settle.missing, "more comparable contact", "more comparable contacts");
}

static void settle_alone(const struct study *st, const struct finding *f, char *out, size_t size)
{
    char when[80], n[60];
    voc_str partner = f->cell.bundle_type != TRIAL_NONE ? title_of(st, f->cell.bundle_type) : (voc_str){"the other", 9};
    say_when(st, &f->settle, when, sizeof when);
    say_count(n, sizeof n, f->settle.missing, "contact", "contacts");
    size_t at = add(out, size, 0, "run one alone: about %s without %.*s, %s", n, SHOW_AT_MOST(partner, 60), when);
    if (has_kin(st, f)) add(out, size, at, "; or judge them as one: voc score PROJECT --by group");
}

static void settle_more(const struct study *st, const struct finding *f, char *out, size_t size)
{
    char when[80], n[100];
    voc_str id = definition_touchpoint(st->s->def, f->touchpoint)->id;
    say_when(st, &f->settle, when, sizeof when);
    say_missing(f, n, sizeof n);
    size_t at = isnan(f->settle.missing) ? add(out, size, 0, "more of them") : add(out, size, 0, "about %s, %s", n, when);
    if (f->code == VERDICT_U1 && has_kin(st, f)) at = add(out, size, at, "; or judge it with others of its kind: voc score PROJECT --by group");
    if (f->code == VERDICT_U6 && say_holdout(&f->settle, n, sizeof n))
        add(out, size, at, "; or %s: voc holdout PROJECT %.*s", n, SHOW_AT_MOST(id, 100));
}

void say_settle(const struct study *st, const struct finding *f, char *out, size_t size)
{
    const struct settle *x = &f->settle;
    const struct trial_estimate *a = f->randomised ? f->random.estimate : f->cell.estimate;
    voc_str id = definition_touchpoint(st->s->def, f->touchpoint)->id;
    char when[80], n[100], of[60];
    out[0] = 0;
    switch (x->way) {
    case SETTLE_NOTHING: break;
    case SETTLE_MORE: settle_more(st, f, out, size); break;
    case SETTLE_NOBODY:
        say_when(st, x, when, sizeof when);
        say_count(n, sizeof n, x->missing, "more contact", "more contacts");
        add(out, size, 0, "if nobody acts after %s either, nobody does: %s", n, when);
        break;
    case SETTLE_HOLDOUT:
        if (!say_holdout(x, n, sizeof n)) {
            add(out, size, 0, "leave it out for a random part of those who would get it, and compare");
            break;
        }
        say_month(x->known_us, when, sizeof when);
        say_count(of, sizeof of, x->missing, "customer", "customers");
        add(out, size, 0, "%s (%.0f of %s): begun where the data end, known by %s (voc holdout PROJECT %.*s)", n,
            x->holdout->controls, of, when, SHOW_AT_MOST(id, 100));
        break;
    case SETTLE_ALONE: settle_alone(st, f, out, size); break;
    case SETTLE_PERSON: add(out, size, 0, "you decide: %+.0f acted, and %+.0f left", a[0].extra, a[1].extra); break;
    }
}

// ---- verdicts ------------------------------------------------------------------------------------------------------------

static void too_little(const struct study *st, const struct finding *f, char *out, size_t size)
{
    const struct trial_cell *c = &f->cell;
    char share[60], pays[80];
    size_t at = 0;
    if (f->pull) {
        say_count(share, sizeof share, f->people, "person", "people");
        say_when(st, &f->settle, pays, sizeof pays);
        snprintf(out, size, "%.0f of %s took it: too few to say; %.0f more would do, %s", f->obtained, share, f->settle.missing, pays);
        return;
    }
    if (c->fresh && c->responded[0] == 0) {
        percent(share, sizeof share, verdict_none_of((double)c->fresh));
        at = c->fresh == 1 ? add(out, size, at, "one contact, and no action after it: too little to tell")
                           : add(out, size, at, "nobody of %zu acted: under %s do", c->fresh, share);
        if (!isnan(f->unit_cost) && !isnan(f->value) && f->value > 0) {
            percent(pays, sizeof pays, f->unit_cost / f->value);
            at = add(out, size, at, "; it would pay at %s", pays);
        }
    } else if (c->matched == 0) {
        at = add(out, size, at, c->fresh ? "no comparable customer without it" : "nobody could be followed after it");
    } else {
        say_count(share, sizeof share, f->push.matched, "contact", "contacts");
        say_count(pays, sizeof pays, f->push.accounts, "customer", "customers");
        at = add(out, size, at, "only %s of %s can be compared: too little to tell", share, pays);
    }
    if (f->concentrated) {
        voc_str name = st->s->host->name(st->s->run, VOC_COL_ACCOUNT, f->randomised ? f->random.largest : c->largest);
        percent(share, sizeof share, f->randomised ? f->random.largest_share : c->largest_share);
        at = add(out, size, at, "; %s of the evidence is one customer, %.*s", share, SHOW_AT_MOST(name, 60));
    }
    if (isnan(f->settle.missing)) return;
    say_when(st, &f->settle, pays, sizeof pays);
    if (f->settle.way == SETTLE_NOBODY) {
        at = add(out, size, at, "; %s", pays);
    } else {
        say_number(share, sizeof share, f->settle.missing, 0);
        at = add(out, size, at, "; %s more would do, %s", share, pays);
    }
    if (has_kin(st, f)) add(out, size, at, "; or --by group");
}

// How much would tell. A touch that costs next to nothing pays at a gain too small ever to be seen: then a gain of a half is named.
static void more_needed(const struct study *st, const struct finding *f, char *out, size_t size)
{
    const struct trial_estimate *a = f->randomised ? &f->random.estimate[0] : &f->cell.estimate[0];
    const char *many = f->randomised ? "customers of the test" : "comparable contacts";
    double half = verdict_needed(f->push.matched, a->e, a->v, a->q, verdict_limits.planned_lift);
    char number[80], when[80];
    bool had = false;
    size_t at;
    say_when(st, &f->settle, when, sizeof when);
    if (isnan(f->needed)) {
        at = add(out, size, 0, "may pay or not: more is needed");
    } else if (f->needed <= 50 * f->push.matched) {
        say_count(number, sizeof number, f->needed, f->randomised ? "customer of the test" : "comparable contact", many);
        at = add(out, size, 0, "may pay or not: about %s would tell", number);
    } else {
        had = half <= f->push.matched;
        say_number(number, sizeof number, half, 0);
        at = add(out, size, 0, had ? "no clear gain; %s %s would have shown one of a half" : "no clear gain: about %s %s would show one of a half", number, many);
    }
    if (!isnan(f->settle.missing)) add(out, size, at, "%s %s", had ? "; clear" : f->settle.known_us == VOC_NA ? ";" : ",", when);
}

static void unproven(const struct study *st, const struct finding *f, char *out, size_t size)
{
    const struct trial_cell *c = &f->cell;
    char share[32], hold[80];
    voc_str partner = c->bundle_type != TRIAL_NONE && f->tested ? title_of(st, c->bundle_type) : (voc_str){"another touch", 13};
    const char *command = say_holdout(&f->settle, hold, sizeof hold) ? ": voc holdout" : "";
    switch (f->code) {
    case VERDICT_U2: snprintf(out, size, "everybody comparable gets it; %s%s", hold, command); break;
    case VERDICT_U3: snprintf(out, size, "those who get it were acting more before it already; %s%s", hold, command); break;
    case VERDICT_U4:
        snprintf(out, size, "nearly always together with %.*s: run one alone%s", SHOW_AT_MOST(partner, 60),
                 has_kin(st, f) ? ", or --by group" : "");
        break;
    case VERDICT_U5: add_harm(f, out, size, add(out, size, 0, "more act and more leave; you decide: ")); break;
    case VERDICT_U6: more_needed(st, f, out, size); break;
    case VERDICT_U7:
        percent(share, sizeof share, c->fresh ? (double)c->responded[0] / (double)c->fresh : 0);
        snprintf(out, size, "sent while they were already acting: that %s acted shows nothing; %s%s", share, hold, command);
        break;
    default: too_little(st, f, out, size); break;
    }
}

static void waste(const struct study *st, const struct finding *f, char *out, size_t size)
{
    char a[80], b[40];
    const struct trial_cell *c = &f->cell;
    size_t at = 0;
    voc_str currency = st->s->def->currency;
    switch (f->code) {
    case VERDICT_W0:
        percent(a, sizeof a, verdict_none_of(f->pull ? f->people : (double)c->fresh));
        snprintf(out, size, "nobody %s: under %s do", f->pull ? "took it" : "acted", a);
        break;
    case VERDICT_W1:
        if (fewer_act(f)) at = add(out, size, at, "fewer act");
        if (harms(f))
            add_harm(f, out, size, add(out, size, at, at ? "; " : "it drives customers away: "));
        break;
    case VERDICT_W2:
        snprintf(out, size, isnan(f->cost) || isnan(f->value) ? "no effect worth having, even in the best case" : "even the best case does not pay");
        break;
    case VERDICT_W3:
        format_money(a, sizeof a, f->value, 0, currency.ptr, currency.len);
        snprintf(out, size, "customers act, but an action is worth %s", a);
        break;
    case VERDICT_W4: snprintf(out, size, "nothing refers to it: no stage, aim, step or customer action"); break;
    case VERDICT_W5:
        say_count(a, sizeof a, f->people, "person", "people");
        say_number(b, sizeof b, f->obtained, 0);
        snprintf(out, size, "offered to %s, %s took it", a, b);
        break;
    default: snprintf(out, size, "%s", verdict_name(f->code)->reason); break;
    }
}

static void value(const struct study *st, const struct finding *f, char *out, size_t size)
{
    size_t at = 0;
    if (f->code == VERDICT_V3) {
        char share[32];
        percent(share, sizeof share, f->people > 0 ? f->obtained / f->people : 0);
        snprintf(out, size, "customers act to obtain it: %s of those who could", share);
        return;
    }
    at = add(out, size, at, "%s%s", f->randomised ? "by a random test" : say_firmness(f), "");
    if (f->code == VERDICT_V2) at = add(out, size, at, "; that it pays back is not proven yet");
    if (f->code == VERDICT_V0) at = add(out, size, at, isnan(f->value) ? "; what an action is worth is not declared" : "; what it costs is not declared");
    add_exceptions(st, f, out, size, at);
}

static void incidental(const struct study *st, const struct finding *f, char *out, size_t size)
{
    static const char *const reasons[] = {"", "the law asks for it", "safety asks for it", "billing asks for it", "a contract asks for it"};
    size_t at = add(out, size, 0, "%s: ", reasons[definition_touchpoint(st->s->def, f->touchpoint)->incidental]);
    if (f->code == VERDICT_I_MINUS) {
        at = harms(f) ? add_harm(f, out, size, add(out, size, at, "! ")) : add(out, size, at, "! fewer act");
        add(out, size, at, ": soften it");
    } else {
        add(out, size, at, f->code == VERDICT_I_PLUS ? "customers act on it too; make it cheap" : "make it cheap");
    }
}

double say_reached(const struct finding *f) { return f->stage == TRIAL_ALL ? (double)f->delivered : (double)f->cell.touches; }

double say_judged(const struct finding *f) { return say_reached(f) > 0 ? (double)f->cell.matched / say_reached(f) : NAN; }

// A verdict on part of its touches, or on one week, says so (METHODS 3.6).
static void add_reach(const struct finding *f, char *out, size_t size, size_t at)
{
    const struct trial_cell *c = &f->cell;
    char share[32];
    if (!f->tested || f->pull || f->randomised || c->matched == 0 || verdict_name(f->code)->class == VERDICT_UNPROVEN) return;
    percent(share, sizeof share, say_judged(f));
    if (say_judged(f) < verdict_limits.judged_min) at = add(out, size, at, "; judged on %s of its touches", share);
    percent(share, sizeof share, c->busiest);
    if (c->busiest > verdict_limits.busiest) add(out, size, at, "; %s of them in one week, so it may be the week", share);
}

void say_reason(const struct study *st, const struct finding *f, char *out, size_t size)
{
    out[0] = 0;
    switch (verdict_name(f->code)->class) {
    case VERDICT_VALUE: value(st, f, out, size); break;
    case VERDICT_INCIDENTAL: incidental(st, f, out, size); break;
    case VERDICT_WASTE: waste(st, f, out, size); break;
    case VERDICT_UNPROVEN: unproven(st, f, out, size); break;
    }
    size_t at = strlen(out);
    if (f->window_flag) at = add(out, size, at, "; changes with the window");
    add_reach(f, out, size, at);
}

// ---- the template of METHODS 3.8 -------------------------------------------------------------------------------------------

// Never "-0 %".
static double whole_percent(double share) { return fabs(share) < 0.005 ? 0 : share * 100; }

static size_t add_checks(const struct study *st, const struct finding *f, char *out, size_t size, size_t at)
{
    const struct trial_cell *c = &f->cell;
    if (f->randomised) return add(out, size, at, " Assigned at random: no check of comparability is needed.");
    at = add(out, size, at, " Checks:");
    if (c->placebo.sets) at = add(out, size, at, " actions a week before the touch %.0f against %.1f expected;", c->placebo.o, c->placebo.e);
    at = add(out, size, at, " acting in the hour before %+.0f%%;", whole_percent(c->trigger));
    if (c->bundle_type != TRIAL_NONE) {
        voc_str partner = title_of(st, c->bundle_type);
        at = add(out, size, at, " together with %.*s %+.0f%%;", SHOW_AT_MOST(partner, 60), whole_percent(c->bundle));
    }
    at = add(out, size, at, " follow-up covered %.0f%%; without a comparable customer %.0f%%;", c->covered * 100,
             c->fresh ? 100.0 * (double)(c->fresh - c->matched) / (double)c->fresh : 0.0);
    if (say_judged(f) < verdict_limits.judged_min) at = add(out, size, at, " judged on part of its touches (%.0f%%);", 100.0 * say_judged(f));
    if (c->busiest > verdict_limits.busiest) at = add(out, size, at, " %.0f%% fell into one week, and are confounded with that week;", c->busiest * 100);
    at = add(out, size, at, " largest customer %.0f%% of the evidence;", c->largest_share * 100);
    if (!(c->estimate[0].lo > 1)) {
        if (at < size) out[at - 1] = '.';  // in place of the last semicolon
        return at;
    }
    return add(out, size, at, " a hidden cause would need a ratio of %.2f to explain it away.", verdict_evalue(c->estimate[0].lo));
}

// What follows; say_settle says it of what is unproven.
static const char *next_step(const struct finding *f)
{
    switch (f->code) {
    case VERDICT_V0: return "declare what one costs and what an action is worth";
    case VERDICT_V1: return "do more of it, and look again";
    case VERDICT_V2: return "keep it; more touches will tell whether it pays back";
    case VERDICT_V3: return "keep it where customers find it";
    case VERDICT_I_PLUS:
    case VERDICT_I_ZERO: return "keep it, and make it cheap";
    case VERDICT_I_MINUS: return "keep it, make it cheap, and soften it";
    case VERDICT_W4: return "leave it out, and see who asks for it";
    default: return "stop it, or change it and look again";
    }
}

static bool one_window(const struct study *st, uint32_t touchpoint)
{
    for (uint32_t k = 1; k < st->s->def->n_stages; k++)
        if (window_of(st->s, touchpoint, k) != window_of(st->s, touchpoint, 0)) return false;
    return true;
}

static size_t explain_push(const struct study *st, const struct finding *f, char *out, size_t size)
{
    const struct trial_estimate *a = f->randomised ? &f->random.estimate[0] : &f->cell.estimate[0];
    const struct trial_estimate *h = f->randomised ? &f->random.estimate[1] : &f->cell.estimate[1];
    voc_str currency = st->s->def->currency;
    char cost[80], each[40], worth[40], days[40] = "the window of its stage", of[80];
    double length = (double)window_of(st->s, f->touchpoint, f->stage == TRIAL_ALL ? 0 : f->stage) / (double)score_unit_of[VOC_RES_DAY];
    if (f->stage != TRIAL_ALL || one_window(st, f->touchpoint)) snprintf(days, sizeof days, "%.4g day%s", length, length > 0.999 && length < 1.001 ? "" : "s");
    format_money(cost, sizeof cost, f->cost, 2, currency.ptr, currency.len);
    say_number(each, sizeof each, a->extra > 0 ? f->cost / a->extra : NAN, 2);
    say_number(worth, sizeof worth, f->value, 2);
    say_count(of, sizeof of, f->push.matched, f->randomised ? "randomly chosen customer" : "comparable touch", f->randomised ? "randomly chosen customers" : "comparable touches");
    size_t at = add(out, size, 0,
                    "After %.0f of %s the customer acted within %s. %.1f would have been expected of comparable "
                    "customers who did not get it: %+.1f more (%+.1f to %+.1f)",
                    a->o, of, days, a->e, a->extra, a->extra_lo, a->extra_hi);
    at = isnan(a->lift) ? add(out, size, at, ".") : add(out, size, at, ", lift %.3f.", a->lift);
    if (isnan(f->cost))
        at = add(out, size, at, " What it cost is not known.");
    else if (!(a->extra > 0))
        at = add(out, size, at, " It cost %s, and no extra action came of it.", cost);
    else
        at = add(out, size, at, " It cost %s; one extra action cost %s and is worth %s.", cost, each, isnan(f->value) ? "an amount that is not declared" : worth);
    if (h->o > 0 || h->e > 0) at = add(out, size, at, " %.0f left after it, %.1f would have been expected.", h->o, h->e);
    return add_checks(st, f, out, size, at);
}

void say_explanation(const struct study *st, const struct finding *f, char *out, size_t size)
{
    const struct verdict_name *v = verdict_name(f->code);
    bool waste = v->class == VERDICT_WASTE;
    char people[60], accounts[60], times[40], settle[600];
    size_t at = 0;
    out[0] = 0;
    say_settle(st, f, settle, sizeof settle);
    if (f->pull) {
        say_count(people, sizeof people, f->people, "person", "people");
        say_count(accounts, sizeof accounts, f->pull_cell.accounts, "account", "accounts");
        say_count(times, sizeof times, f->pull_cell.days_available, "day", "days");
        at = add(out, size, at, "%.0f of %s who could obtain it did, of %s, in %s on offer.", f->obtained, people, accounts, times);
    } else if (f->work) {
        say_count(times, sizeof times, (double)f->uses, "time", "times");
        at = add(out, size, at, "Done %s.", times);
    } else {
        at = explain_push(st, f, out, size);
    }
    add(out, size, at, " Verdict: %s (%s)%s, because %s%s. Next: %s.", v->word, v->code,
        !waste ? "" : f->stage == TRIAL_ALL ? " for this aim" : " for this aim, at this stage",
        f->concentrated ? "without the one customer that holds most of the evidence it would be judged otherwise: " : "", v->reason, settle[0] ? settle : next_step(f));
}

// ---- what every table says ------------------------------------------------------------------------------------------------------

voc_rc say_semantics(const struct score *s, voc_table_builder *t, const char *text)
{
    char all[1200];
    size_t at = add(all, sizeof all, 0, "%s", text);
    if (s->options[OPT_SEGMENT].set) {
        voc_str name = s->def->segments[s->options[OPT_SEGMENT].i];
        at = add(all, sizeof all, at, " Only customers of the segment %.*s.", SHOW_AT_MOST(name, 60));
    }
    if (s->def->evidence_declared) add(all, sizeof all, at, " Stages follow what the company recorded, not what customers did.");
    return s->host->semantics(t, all);
}
