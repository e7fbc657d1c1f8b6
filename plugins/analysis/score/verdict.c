// SPDX-License-Identifier: MIT
//
// The decision table of METHODS 3.7, top to bottom, first match wins. The order of the tests is the method: read it beside
// the table there.
#include "plugins/analysis/score/verdict.h"

#include "plugins/common/stats.h"

const struct verdict_limits verdict_limits = {
    .q = 0.05,
    .min_touches = 20.0,
    .min_accounts = 10.0,
    .min_events = 5.0,
    .max_unmatched = 0.5,
    .min_covered = 0.5,
    .harm_min = 5.0,
    .harm_max = 0.005,
    .placebo_p = 0.05,
    .trigger = 0.3,
    .bundle = 0.5,
    .lift_min = 1.20,
    .response_min = 0.01,
    .largest_account = 0.3,
    .take_min = 0.01,
    .min_days = 90.0,
    .planned_lift = 1.5,
    .evalue_strong = 2.0,
    .evalue_moderate = 1.5,
    .judged_min = 0.5,
    .busiest = 0.5,
};

static const struct verdict_name names[VERDICT_CODES] = {
    [VERDICT_V0] = {"V0", "VALUE", "keep", "it adds customer actions; what they are worth is not declared", VERDICT_VALUE},
    [VERDICT_V1] = {"V1", "VALUE", "do more", "it adds customer actions and pays even at the low end", VERDICT_VALUE},
    [VERDICT_V2] = {"V2", "VALUE", "keep", "it adds customer actions; that it pays back is not proven yet", VERDICT_VALUE},
    [VERDICT_V3] = {"V3", "VALUE", "keep", "customers act to obtain it", VERDICT_VALUE},
    [VERDICT_I_PLUS] = {"I+", "INCIDENTAL", "keep, and make it cheap", "it must be done, and it also adds customer actions",
                        VERDICT_INCIDENTAL},
    [VERDICT_I_ZERO] = {"I0", "INCIDENTAL", "keep, and make it cheap", "it must be done", VERDICT_INCIDENTAL},
    [VERDICT_I_MINUS] = {"I-", "INCIDENTAL", "keep, and make it cheap", "it must be done, but it repels customers",
                         VERDICT_INCIDENTAL},
    [VERDICT_W0] = {"W0", "WASTE", "stop or change", "nobody acts on it", VERDICT_WASTE},
    [VERDICT_W1] = {"W1", "WASTE", "stop or change", "it repels customers", VERDICT_WASTE},
    [VERDICT_W2] = {"W2", "WASTE", "stop or change", "even the best case does not pay", VERDICT_WASTE},
    [VERDICT_W3] = {"W3", "WASTE", "stop or change", "it works, but costs more than the best case returns", VERDICT_WASTE},
    [VERDICT_W4] = {"W4", "WASTE", "stop or change",
                    "no stage, aim, step or requirement refers to it and no customer action does", VERDICT_WASTE},
    [VERDICT_W5] = {"W5", "WASTE", "stop or change", "it is offered and hardly anybody takes it", VERDICT_WASTE},
    [VERDICT_U1] = {"U1", "UNPROVEN", "test", "there is too little evidence", VERDICT_UNPROVEN},
    [VERDICT_U2] = {"U2", "UNPROVEN", "test", "everyone comparable got it: withhold it from a random part",
                    VERDICT_UNPROVEN},
    [VERDICT_U3] = {"U3", "UNPROVEN", "test", "they were already acting before it", VERDICT_UNPROVEN},
    [VERDICT_U4] = {"U4", "UNPROVEN", "test", "it cannot be told apart from another touch", VERDICT_UNPROVEN},
    [VERDICT_U5] = {"U5", "UNPROVEN", "test", "it adds actions and drives customers away: a person must decide",
                    VERDICT_UNPROVEN},
    [VERDICT_U6] = {"U6", "UNPROVEN", "test", "it may or may not pay: more touches are needed", VERDICT_UNPROVEN},
    [VERDICT_U7] = {"U7", "UNPROVEN", "test", "it is sent while the customer is already acting", VERDICT_UNPROVEN},
};

const struct verdict_name *verdict_name(enum verdict_code code)
{
    return &names[code];
}

bool verdict_evidence(double touches, double accounts, double o, double e)
{
    const struct verdict_limits *l = &verdict_limits;
    return touches >= l->min_touches && accounts >= l->min_accounts && fmax(o, e) >= l->min_events;
}

// Comparisons with NaN are false, so an unknown number never decides for harm, up or down.
static bool is_harm(double o, double lift, double p_adjusted)
{
    return p_adjusted <= verdict_limits.q && lift > 1.0 && o >= verdict_limits.harm_min;
}

double verdict_none_of(double touches)
{
    return touches > 0.0 ? 1.0 - pow(0.05, 1.0 / touches) : 1.0;
}

static bool nobody_acts(const struct verdict_push *c)
{
    double least = c->value > 0.0 && c->unit_cost > 0.0 ? c->unit_cost / c->value : verdict_limits.response_min;
    return c->any_response <= 0.0 && c->linked_response <= 0.0 && c->fresh > 0.0 && verdict_none_of(c->fresh) < least;
}

static bool everyone_got_it(const struct verdict_push *c)
{
    const struct verdict_limits *l = &verdict_limits;
    return (c->fresh >= l->min_touches && c->unmatched > l->max_unmatched * c->fresh) ||
           (c->matched >= l->min_touches && c->covered < l->min_covered);
}

// What stands in the way of believing an effect, or VERDICT_CODES.
static enum verdict_code doubt(const struct verdict_push *c)
{
    const struct verdict_limits *l = &verdict_limits;
    if (c->placebo_p <= l->placebo_p && c->placebo_lift > 1.0 && c->lo <= c->placebo_lift)
        return VERDICT_U3;
    if (c->trigger >= l->trigger)
        return VERDICT_U7;
    if (c->bundle >= l->bundle)
        return VERDICT_U4;
    return VERDICT_CODES;
}

enum verdict_code verdict_push(const struct verdict_push *c)
{
    const struct verdict_limits *l = &verdict_limits;
    const bool enough = verdict_evidence(c->matched, c->accounts, c->o, c->e);
    const bool up = enough && c->p_adjusted <= l->q && c->lift > 1.0;
    const bool down = enough && c->p_adjusted <= l->q && c->lift < 1.0;
    const bool harm = is_harm(c->harm_o, c->harm_lift, c->harm_p_adjusted) || c->linked_harm_lo > l->harm_max;
    const double gain_lo = isnan(c->money_lo) ? c->value * c->extra_lo : c->money_lo;
    const double gain_hi = isnan(c->money_hi) ? c->value * c->extra_hi : c->money_hi;
    const bool economics = !isnan(gain_lo) && !isnan(gain_hi) && !isnan(c->cost);

    if (c->incidental)
        return harm || down ? VERDICT_I_MINUS : up ? VERDICT_I_PLUS : VERDICT_I_ZERO;
    if (harm && up)
        return VERDICT_U5;
    if (harm || down)
        return VERDICT_W1;
    if (nobody_acts(c))
        return VERDICT_W0;
    if (!c->randomised && everyone_got_it(c))
        return VERDICT_U2;
    if (!enough)
        return VERDICT_U1;
    if (up) {
        enum verdict_code why = c->randomised ? VERDICT_CODES : doubt(c);
        if (why != VERDICT_CODES)
            return why;
        if (!economics)
            return VERDICT_V0;
        if (gain_hi < c->cost)
            return VERDICT_W3;
        return gain_lo >= c->cost ? VERDICT_V1 : VERDICT_V2;
    }
    if (economics ? gain_hi < c->cost : c->hi < l->lift_min)
        return VERDICT_W2;
    return VERDICT_U6;
}

enum verdict_code verdict_pull(const struct verdict_pull *c)
{
    const struct verdict_limits *l = &verdict_limits;
    const bool harm = is_harm(c->harm_o, c->harm_lift, c->harm_p_adjusted);
    const bool down = c->p_adjusted <= l->q && c->lift < 1.0;

    if (c->incidental)
        return harm || down ? VERDICT_I_MINUS : VERDICT_I_ZERO;
    if (harm || down)
        return VERDICT_W1;
    if (c->days_available >= l->min_days && c->people > 0.0) {
        if (c->obtained <= 0.0 && verdict_none_of(c->people) < l->take_min)
            return VERDICT_W0;
        if (c->obtained > 0.0 && stats_wilson(c->obtained, c->people).hi < l->take_min)
            return VERDICT_W5;
    }
    if (c->obtained < l->min_touches || c->accounts < l->min_accounts)
        return VERDICT_U1;
    if (c->obtained * c->value < c->cost)
        return VERDICT_W3;
    return VERDICT_V3;
}

enum verdict_code verdict_concentrated(enum verdict_code whole, enum verdict_code without_largest)
{
    return names[whole].class == names[without_largest].class ? whole : VERDICT_U1;
}

double verdict_evalue(double lower_limit)
{
    return lower_limit > 1.0 ? lower_limit + sqrt(lower_limit * (lower_limit - 1.0)) : 1.0;
}

double verdict_break_even(double cost, double value, double e)
{
    return !isnan(cost) && value * e > 0.0 ? 1.0 + cost / (value * e) : verdict_limits.planned_lift;
}

double verdict_needed(double matched, double e, double v, double q, double lift)
{
    const double z = STATS_Z95 + 0.8416212335729143;
    if (!(e > 0.0) || isnan(lift) || !(fabs(lift - 1.0) > 0.0) || isinf(lift))
        return NAN;
    double design = q > 0.0 ? fmax(1.0, v / q) : 1.0;
    return ceil(matched * design * z * z * lift / ((lift - 1.0) * (lift - 1.0)) / e);
}
