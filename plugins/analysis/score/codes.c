// SPDX-License-Identifier: MIT
//
// The decision table (METHODS 3.7) as a table of words: what each code means, when it is given, and what follows. `voc explain`
// reads it. Thresholds are printed from verdict_limits, so that words and verdicts cannot drift apart.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plugins/analysis/score/score.h"

#define WORDS 1200

struct words {
    char evidence[200], more[200], less[200], harm[300];
    double none_of;  // so many without a single taker show less than take_min
};

static double percent(double share) { return 100 * share; }

static void common_words(struct words *w)
{
    const struct verdict_limits *l = &verdict_limits;
    snprintf(w->evidence, sizeof w->evidence, "at least %g touches with comparable customers, of at least %g accounts, and at least %g actions seen or expected", l->min_touches,
             l->min_accounts, l->min_events);
    snprintf(w->more, sizeof w->more,
             "clearly more customers act after it than comparable ones without it (at most %g%% of such findings "
             "are chance, counted over all that are compared)",
             percent(l->q));
    snprintf(w->less, sizeof w->less, "clearly fewer act after it than comparable ones without it");
    snprintf(w->harm, sizeof w->harm,
             "clearly more leave after it than comparable ones without it (at least %g who left), or more than "
             "%g%% answer it by leaving even at the low end",
             l->harm_min, percent(l->harm_max));
    w->none_of = ceil(log(0.05) / log1p(-l->take_min));
}

static void rule_of_value(enum verdict_code code, const struct words *w, char *out)
{
    const struct verdict_limits *l = &verdict_limits;
    switch (code) {
    case VERDICT_V0:
        snprintf(out, WORDS,
                 "There is enough to tell (%s); %s; no check speaks against it; what an action is worth or what a "
                 "touch costs is not known.",
                 w->evidence, w->more);
        break;
    case VERDICT_V1:
        snprintf(out, WORDS,
                 "There is enough to tell (%s); %s; no check speaks against it; and even the low end of the extra "
                 "actions is worth at least what the touches cost.",
                 w->evidence, w->more);
        break;
    case VERDICT_V2:
        snprintf(out, WORDS,
                 "There is enough to tell (%s); %s; no check speaks against it; the low end of the extra actions is "
                 "worth less than the touches cost, the high end is not.",
                 w->evidence, w->more);
        break;
    case VERDICT_V3:
        snprintf(out, WORDS,
                 "Customers fetch it for themselves: at least %g people did, of at least %g accounts, and what they "
                 "did is not known to be worth less than it costs; nothing shows that it repels.",
                 l->min_touches, l->min_accounts);
        break;
    case VERDICT_I_PLUS: snprintf(out, WORDS, "The journey declares that law, safety, billing or a contract asks for it; and there is enough to tell that %s.", w->more); break;
    case VERDICT_I_ZERO: snprintf(out, WORDS, "The journey declares that law, safety, billing or a contract asks for it. It need not add anything."); break;
    default: snprintf(out, WORDS, "The journey declares that law, safety, billing or a contract asks for it; but %s, or %s.", w->harm, w->less); break;
    }
}

static void rule_of_waste(enum verdict_code code, const struct words *w, char *out)
{
    const struct verdict_limits *l = &verdict_limits;
    switch (code) {
    case VERDICT_W0:
        snprintf(out, WORDS,
                 "Nobody acted after it and nobody answered it, after so many touches that somebody would have (in 19 "
                 "of 20 cases) if it paid: if one in (value / unit cost) acted, or "
                 "%g%% where those are not known (%g touches). What customers fetch for themselves: on offer for at "
                 "least %g days to at least %g people, and nobody took it.",
                 percent(l->response_min), ceil(log(0.05) / log1p(-l->response_min)), l->min_days, w->none_of);
        break;
    case VERDICT_W1: snprintf(out, WORDS, "It repels: %s; or there is enough to tell (%s) that %s.", w->harm, w->evidence, w->less); break;
    case VERDICT_W2:
        snprintf(out, WORDS,
                 "There is enough to tell (%s); no clear gain; and even the high end of the extra actions is worth "
                 "less than the touches cost, or, where worth or cost is not known, is "
                 "less than %g%% more than expected.",
                 w->evidence, percent(l->lift_min - 1));
        break;
    case VERDICT_W3:
        snprintf(out, WORDS,
                 "There is enough to tell (%s); %s; but even the high end of the extra actions is worth less than the "
                 "touches cost. What customers fetch for themselves: all that "
                 "they did to obtain it is worth less than it costs.",
                 w->evidence, w->more);
        break;
    case VERDICT_W4: snprintf(out, WORDS, "Internal work, declared in the journey, that no stage, aim, step or requirement refers to and no customer action either."); break;
    default:
        snprintf(out, WORDS, "On offer for at least %g days, and even at the high end fewer than %g%% of those who could take it did.", l->min_days, percent(l->take_min));
        break;
    }
}

static void rule_of_doubt(enum verdict_code code, const struct words *w, char *out)
{
    const struct verdict_limits *l = &verdict_limits;
    switch (code) {
    case VERDICT_U1:
        snprintf(out, WORDS,
                 "Too little to tell: there are not %s. Or one account holds more than %g%% of the evidence, and "
                 "without it the verdict is another. What customers fetch for themselves: "
                 "fewer than %g people or %g accounts.",
                 w->evidence, percent(l->largest_account), l->min_touches, l->min_accounts);
        break;
    case VERDICT_U2:
        snprintf(out, WORDS,
                 "Everybody comparable got it: for more than %g%% of at least %g touches nobody comparable is without "
                 "it, or comparable customers without it can be followed for less "
                 "than %g%% of the time.",
                 percent(l->max_unmatched), l->min_touches, percent(l->min_covered));
        break;
    case VERDICT_U3:
        snprintf(out, WORDS,
                 "More act after it; but the same customers already did more before it than those they are compared "
                 "with (by chance in at most %g%% of cases), and the gain may be no more than that.",
                 percent(l->placebo_p));
        break;
    case VERDICT_U4:
        snprintf(out, WORDS,
                 "More act after it; but its share of touches with one other touch near by is %g percentage points or "
                 "more above that of the customers compared with: which of the two did it cannot be told.",
                 percent(l->bundle));
        break;
    case VERDICT_U5: snprintf(out, WORDS, "It does both: %s; and %s.", w->more, w->harm); break;
    case VERDICT_U6:
        snprintf(out, WORDS,
                 "There is enough to look (%s), but neither a clear gain nor a loss: what is likely reaches from not "
                 "paying to paying, or, where worth or cost is not known, to %g%% more actions "
                 "or beyond.",
                 w->evidence, percent(l->lift_min - 1));
        break;
    default:
        snprintf(out, WORDS,
                 "More act after it; but it is sent while customers are already acting: the share of touches with an "
                 "action in the hour before is %g percentage points or more above that of the "
                 "customers compared with.",
                 percent(l->trigger));
        break;
    }
}

static const char *const next_of[VERDICT_CODES] = {
    [VERDICT_V0] = "Declare what an action is worth and what a touch costs: then it can be said whether it pays.",
    [VERDICT_V1] = "Do more of it; before spending much more, confirm it by leaving out a random part: voc holdout PROJECT TOUCHPOINT.",
    [VERDICT_V2] = "Keep it; more touches, or cheaper ones, decide whether it pays back.",
    [VERDICT_V3] = "Keep it, and keep it easy to find.",
    [VERDICT_I_PLUS] = "Keep it, make it cheap, and leave alone what customers act on.",
    [VERDICT_I_ZERO] = "Keep it, and make it cheap.",
    [VERDICT_I_MINUS] = "Keep what must be, and soften it: fewer words, another time, another channel.",
    [VERDICT_W0] = "Stop it, or change what it offers; then look again after as many touches.",
    [VERDICT_W1] = "Stop it, or change it before it goes out again.",
    [VERDICT_W2] = "Stop it, or change it; at another stage it may be worth something: voc score PROJECT --by stage.",
    [VERDICT_W3] = "Make it cheaper or aim it at those who are worth more; else stop it.",
    [VERDICT_W4] = "Stop it, or declare in the journey what it is for.",
    [VERDICT_W5] = "Show it better, or stop offering it.",
    [VERDICT_U1] = "More touches settle it; where it is rare, pool it with its like: voc score PROJECT --by group.",
    [VERDICT_U2] = "Leave out a random part of the customers for a while: voc holdout PROJECT TOUCHPOINT says how many and how long.",
    [VERDICT_U3] = "Choose by lot who gets it: voc holdout PROJECT TOUCHPOINT. More of the same touches cannot settle it.",
    [VERDICT_U4] = "Run one of the two alone for a while, or judge them as one: give both the same group and use voc score PROJECT --by group.",
    [VERDICT_U5] = "A person must decide what an action is worth against a customer who leaves; aiming it at fewer may keep the gain.",
    [VERDICT_U6] = "More touches settle it: the column needed of table touchpoints says how many, known_by by when at the present rate.",
    [VERDICT_U7] = "Choose by lot who gets it: voc holdout PROJECT TOUCHPOINT. More of the same touches cannot settle it.",
};

static void rule(enum verdict_code code, const struct words *w, char *out)
{
    switch (verdict_name(code)->class) {
    case VERDICT_VALUE:
    case VERDICT_INCIDENTAL: rule_of_value(code, w, out); break;
    case VERDICT_WASTE: rule_of_waste(code, w, out); break;
    default: rule_of_doubt(code, w, out); break;
    }
}

voc_rc codes_write(struct study *st)
{
    static const struct { const char *name, *title; } columns[] = {{"code", "code"}, {"verdict", "verdict"}, {"verb", "do"}, {"rule", "when"}, {"next", "what follows"}};
    const struct score *s = st->s;
    voc_table_builder *t = NULL;
    struct words w;
    common_words(&w);
    voc_rc rc = s->host->table(s->run, &t, "codes", "What the codes mean", VOC_TABLE_HIDDEN);
    for (size_t i = 0; i < sizeof columns / sizeof *columns && !rc; i++)
        rc = s->host->column(t, columns[i].name, columns[i].title, VOC_CELL_TEXT, "", 0, "");
    for (int c = 0; c < VERDICT_CODES && !rc; c++) {
        const struct verdict_name *name = verdict_name((enum verdict_code)c);
        char text[WORDS];
        rule((enum verdict_code)c, &w, text);
        const char *cells[] = {name->code, name->word, name->verb, text, next_of[c]};
        for (size_t i = 0; i < sizeof cells / sizeof *cells && !rc; i++)
            rc = s->host->cell(t, &(voc_cell){.type = VOC_CELL_TEXT, .s = {cells[i], strlen(cells[i])}});
    }
    if (rc) return rc;
    return s->host->semantics(t, "The lines of the decision table, METHODS 3.7: for a push touchpoint incidental, harm, W0, U2, U1 are asked "
                                 "in this order, then the rest; the first that fits is given.");
}
