// SPDX-License-Identifier: MIT
//
// The decision table of METHODS 3.7: from the measurements of one touchpoint (in one stage, or pooled) to a verdict with its
// code. Pure functions of their arguments. A number that is not known is NaN, never 0: a missing cost is not a free touch.
// Reference cases: tests/truth/expected/sec03_verdict.json.
#ifndef VOC_PLUGINS_ANALYSIS_SCORE_VERDICT_H
#define VOC_PLUGINS_ANALYSIS_SCORE_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

enum verdict_class { VERDICT_VALUE, VERDICT_INCIDENTAL, VERDICT_WASTE, VERDICT_UNPROVEN };

enum verdict_code {
    VERDICT_V0, VERDICT_V1, VERDICT_V2, VERDICT_V3,
    VERDICT_I_PLUS, VERDICT_I_ZERO, VERDICT_I_MINUS,
    VERDICT_W0, VERDICT_W1, VERDICT_W2, VERDICT_W3, VERDICT_W4, VERDICT_W5,
    VERDICT_U1, VERDICT_U2, VERDICT_U3, VERDICT_U4, VERDICT_U5, VERDICT_U6, VERDICT_U7,
    VERDICT_CODES
};

struct verdict_name {
    const char *code;    // "V1"
    const char *word;    // "VALUE"
    const char *verb;    // "do more"
    const char *reason;  // follows "because"
    enum verdict_class class;
};

const struct verdict_name *verdict_name(enum verdict_code code);

// Every threshold of the table, in one place.
struct verdict_limits {
    double q;                // false discovery rate
    double min_touches, min_accounts, min_events;  // the evidence rule
    double max_unmatched;    // share of the fresh touches: above, everyone comparable got it
    double min_covered;      // share of the follow-up with a comparator
    double harm_min;         // harmed customers
    double harm_max;         // linked harm per touch, lower limit
    double placebo_p, trigger, bundle;
    double lift_min;         // without economics, an upper limit below it is no effect worth having
    double response_min;     // without economics, the response rate below which nobody acts
    double largest_account;  // share of the evidence above which it is run again without that account
    double take_min, min_days;  // pull: share that takes it, days on offer
    double planned_lift;     // touches needed: where there is no break-even
    double evalue_strong, evalue_moderate;
    double judged_min;       // share judged, below which it is said
    double busiest;          // share of the touches in one week
};
extern const struct verdict_limits verdict_limits;

// Measurements of a push touch.
struct verdict_push {
    double matched, accounts, fresh, unmatched;
    double any_response, linked_response;  // counts over all fresh touches; linked: actions that name the touch
    double o, e, lift, lo, hi;             // lift NaN: not defined
    double p_adjusted;                     // NaN: not in the family
    double extra_lo, extra_hi;
    double harm_o, harm_lift, harm_p_adjusted;  // adjusted p NaN: not in the family
    double linked_harm_lo;                 // lower Wilson limit of linked harm per touch
    double placebo_lift, placebo_p;        // NaN: not measurable
    double trigger, bundle, covered;
    double value, cost, unit_cost;         // of one action; C = unit cost x touches x matched / fresh; NaN unknown
    double money_lo, money_hi;             // worth of the extra actions where v differs by stage; NaN: value x extra
    bool incidental;
    bool randomised;                       // a hold-out: U2, U3, U4 and U7 cannot apply
};

enum verdict_code verdict_push(const struct verdict_push *cell);

// Measurements of a pull item: something that customers act to obtain.
struct verdict_pull {
    double people, obtained, accounts, days_available;
    double p_adjusted, lift;                    // of the follow-on trial; NaN: none
    double harm_o, harm_lift, harm_p_adjusted;
    double value, cost;                         // of one obtaining action; in all; NaN unknown
    bool incidental;
};

enum verdict_code verdict_pull(const struct verdict_pull *cell);

// The evidence rule, which also decides membership in a Benjamini-Hochberg family.
bool verdict_evidence(double touches, double accounts, double o, double e);

// The verdict of a cell of which one account holds most of the evidence: U1 if it changes class without that account.
enum verdict_code verdict_concentrated(enum verdict_code whole, enum verdict_code without_largest);

// E-value of a lower limit (VanderWeele & Ding 2017); 1 for a limit of at most 1.
double verdict_evalue(double lower_limit);

// Lift at which the touches pay: 1 + C / (v E); the planned lift if v or C is not known or v E is not positive.
double verdict_break_even(double cost, double value, double e);

// Matched touches needed for 80 % power at two-sided 5 % to see the lift, whole number; NaN if it cannot be said (E = 0, lift 1).
double verdict_needed(double matched, double e, double v, double q, double lift);

// The least response rate that `touches` without any response would have shown with 95 % certainty: 1 - 0.05^(1/touches).
double verdict_none_of(double touches);

#endif
