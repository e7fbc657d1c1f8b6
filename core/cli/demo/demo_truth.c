// SPDX-License-Identifier: MIT
// Writes truth.json: the tables of demo_model.c with the counts of the company that was played. Written by hand, field by
// field, so that its layout is fixed and a diff of two versions reads well.
#include "cli/demo/demo_truth.h"
#include <inttypes.h>
#include <string.h>
#include "cli/demo/demo.h"

// Touchpoints whose verdict lies near a border with DEMO_SEED, and which border.
static const char *const borders[TOUCH_COUNT] = {
    [TOUCH_CASE] = "while investigating: a little less uncertainty would make it W2; while considering: before it they were "
                   "not much less active",
    [TOUCH_DINNER] = "fewer acting after it would make it W2",
    [TOUCH_NEWSLETTER] = "judged on the few days before everybody has it: fewer acting in them would make it W1",
    [TOUCH_THANKS] = "38 % of its touches have nobody comparable: over half would make it U2",
    [TOUCH_TERMS] = "by chance some more leave after it: a few more would make it I-",
};

static void text(struct buf *b, const char *s)
{
    buf_json(b, (voc_str){s, strlen(s)});
}

// Parts of a million as a decimal without trailing zeros.
static void ppm(struct buf *b, uint32_t value)
{
    char digits[8];
    for (int i = 5; i >= 0; i--) {
        digits[i] = (char)('0' + value % 10u);
        value /= 10u;
    }
    size_t n = 6;
    while (n > 1 && digits[n - 1] == '0') {
        n--;
    }
    buf_printf(b, "%" PRIu32 ".%.*s", value, (int)n, digits);
}

static bool any(const uint32_t *v)
{
    return v[0] || v[1] || v[2] || v[3];
}


static void chances(struct buf *b, const struct demo_touch *t)
{
    buf_cstr(b, ", \"chance_per_day\": {");
    const char *comma = "";
    for (unsigned s = 0; s < DEMO_SELLING; s++) {
        if (t->chance_ppm[s]) {
            buf_printf(b, "%s\"%s\": ", comma, demo_stage_ids[s + DEMO_AWARE]);
            ppm(b, t->chance_ppm[s]);
            comma = ", ";
        }
    }
    buf_byte(b, '}');
}

static void factors(struct buf *b, const struct demo_touch *t)
{
    bool same = t->factor_pct[0] == t->factor_pct[1] && t->factor_pct[1] == t->factor_pct[2] &&
                t->factor_pct[2] == t->factor_pct[3];
    buf_cstr(b, ", \"factor\": ");
    if (same) {
        ppm(b, t->factor_pct[0] * 10000u);
        return;
    }
    const char *comma = "{";
    for (unsigned s = 0; s < DEMO_SELLING; s++) {
        if (t->chance_ppm[s]) {
            buf_printf(b, "%s\"%s\": ", comma, demo_stage_ids[s + DEMO_AWARE]);
            ppm(b, t->factor_pct[s] * 10000u);
            comma = ", ";
        }
    }
    buf_byte(b, '}');
}

static void expected(struct buf *b, const struct demo_touch *t)
{
    buf_cstr(b, ", \"expect\": {");
    const char *comma = "";
    if (*t->expect) {
        buf_printf(b, "\"pooled\": \"%s\"", t->expect);
        comma = ", ";
    }
    for (unsigned s = 0; s < DEMO_SELLING; s++) {
        if (t->by_stage[s]) {
            buf_printf(b, "%s\"%s\": \"%s\"", comma, demo_stage_ids[s + DEMO_AWARE], t->by_stage[s]);
            comma = ", ";
        }
    }
    buf_byte(b, '}');
}

static void push(struct buf *b, unsigned id, uint64_t rows, uint64_t seed)
{
    const struct demo_touch *t = &demo_touches[id];
    buf_printf(b, "    {\"id\": \"%s\", \"kind\": \"push\", \"rows\": %" PRIu64 ", \"unit_cost\": %" PRIu32 ".%02" PRIu32, t->id,
               rows, t->cost_cents / 100u, t->cost_cents % 100u);
    if (any(t->chance_ppm)) {
        chances(b, t);
    }
    factors(b, t);
    buf_cstr(b, ", \"harm_per_day\": ");
    ppm(b, t->harm_ppm);
    expected(b, t);
    if (t->rule == RULE_HOLDOUT) {
        buf_cstr(b, ", \"randomised\": true");
    }
    if (*t->note) {
        buf_cstr(b, ", \"note\": ");
        text(b, t->note);
    }
    if (seed == DEMO_SEED && borders[id]) {
        buf_cstr(b, ", \"near_border\": ");
        text(b, borders[id]);
    }
    buf_byte(b, '}');
}

struct counts {
    uint64_t actor[3], touch[TOUCH_COUNT], act[ACT_COUNT];
    uint64_t entered[DEMO_STAGES], ended[END_KINDS], chains, targets, people;
};

static void count(struct counts *c, struct demo_sim *sim)
{
    for (size_t i = 0; i < sim->events.n; i++) {
        const struct demo_event *e = &sim->events.at[i];
        if (e->person != DEMO_NOBODY && !sim->people.at[e->person].seen) { // some are never met
            sim->people.at[e->person].seen = true;
            c->people++;
        }
        c->actor[demo_actions[e->act].actor]++;
        c->act[e->act]++;
        if (e->act == ACT_TOUCH) {
            c->touch[e->touch]++;
        }
    }
    for (unsigned i = 0; i < DEMO_ACCOUNTS; i++) {
        const struct demo_account *a = &sim->accounts[i];
        c->chains += a->chain;
        c->targets += a->known_day >= 0;
        c->ended[a->end]++;
        for (unsigned s = 0; s < DEMO_STAGES; s++) {
            c->entered[s] += a->entered[s] != 0;
        }
    }
}

static void stages(struct buf *b, const struct counts *c)
{
    buf_cstr(b, "  \"stages\": {\"entered\": {");
    for (unsigned s = 0; s < DEMO_STAGES; s++) {
        buf_printf(b, "%s\"%s\": %" PRIu64, s ? ", " : "", demo_stage_ids[s], c->entered[s]);
    }
    buf_printf(b, "}, \"ended\": {\"open\": %" PRIu64 ", \"lost\": %" PRIu64 ", \"lapsed\": %" PRIu64 "}},\n", c->ended[END_OPEN],
               c->ended[END_LOST], c->ended[END_LAPSED]);
}

// Of those who entered considering early enough to be judged, how many went on: before and from the break.
static void the_break(struct buf *b, const struct demo_sim *sim)
{
    int64_t at = DEMO_START + DEMO_BREAK_DAY * DEMO_DAY, end = DEMO_START + DEMO_DAYS * DEMO_DAY;
    uint64_t n[2] = {0}, on[2] = {0};
    for (unsigned i = 0; i < DEMO_ACCOUNTS; i++) {
        int64_t in = sim->accounts[i].entered[DEMO_CONSIDERING], out = sim->accounts[i].entered[DEMO_PURCHASING];
        if (in == 0 || in + DEMO_BREAK_DAYS * DEMO_DAY > end) {
            continue;
        }
        bool after = in >= at;
        if (!after && in + DEMO_BREAK_DAYS * DEMO_DAY > at) {
            continue; // stood in both periods
        }
        n[after]++;
        on[after] += out != 0 && out <= in + DEMO_BREAK_DAYS * DEMO_DAY;
    }
    buf_printf(b,
               "  \"break\": {\"from\": \"considering\", \"to\": \"purchasing\", \"since\": \"2025-07-01\", \"within_days\": %d,\n"
               "    \"before\": {\"entered\": %" PRIu64 ", \"went_on\": %" PRIu64 "}, \"after\": {\"entered\": %" PRIu64
               ", \"went_on\": %" PRIu64 "}},\n",
               DEMO_BREAK_DAYS, n[0], on[0], n[1], on[1]);
}

// What the value map must find: what finance says and does, and who took part in the deals.
static void value_map(struct buf *b, const struct demo_sim *sim)
{
    enum { SPOKE = 1, PRICE = 2, PROOF = 4, ASKED = 8, ACTED = 16 };
    uint64_t spoke = 0, price = 0, proof = 0, asked = 0, won = 0, open = 0, won_with[DEMO_ROLES] = {0}, lacks = 0;
    uint8_t *of = mem_zalloc(sim->people.n + 1, 1), *there = mem_zalloc(DEMO_ACCOUNTS, 1);
    for (size_t i = 0; of && there && i < sim->events.n; i++) {
        const struct demo_event *e = &sim->events.at[i];
        if (e->person == DEMO_NOBODY || demo_actions[e->act].actor != DEMO_CUSTOMER) {
            continue;
        }
        of[e->person] |= (uint8_t)(ACTED | (e->theme != DEMO_NO_TEXT ? SPOKE : 0) | (e->theme == THEME_PRICE ? PRICE : 0) |
                                   (e->theme == THEME_PROOF ? ASKED : 0) | (e->act == ACT_USE_CALCULATOR ? PROOF : 0));
        there[e->account] |= (uint8_t)(1u << sim->people.at[e->person].role);
    }
    for (size_t i = 0; of && i < sim->people.n; i++) {
        bool finance = sim->people.at[i].role == DEMO_FINANCE;
        spoke += finance && (of[i] & SPOKE);
        price += finance && (of[i] & PRICE);
        proof += finance && (of[i] & PROOF);
        asked += finance && (of[i] & ASKED);
    }
    for (unsigned i = 0; there && i < DEMO_ACCOUNTS; i++) {
        const struct demo_account *a = &sim->accounts[i];
        bool is_won = a->entered[DEMO_KEEPING] != 0, is_open = !is_won && a->end == END_OPEN && a->entered[DEMO_SEEKING] != 0;
        won += is_won;
        open += is_open;
        lacks += is_open && !(there[i] & 1u << DEMO_FINANCE);
        for (unsigned r = 0; r < DEMO_ROLES; r++) {
            won_with[r] += is_won && (there[i] & 1u << r);
        }
    }
    if (!of || !there) {
        b->rc = VOC_E_NOMEM;
    }
    mem_free(of);
    mem_free(there);
    buf_printf(b,
               "  \"value_map\": {\"role\": \"%s\", \"spoke\": %" PRIu64 ", \"said_price\": %" PRIu64 ", \"said_proof\": %" PRIu64 ", \"acted_for_proof\": %" PRIu64
               ", \"served_with_proof\": 0,\n    \"won\": %" PRIu64 ", \"won_with_finance\": %" PRIu64 ", \"won_with_operations\": %" PRIu64 ", \"open\": %" PRIu64
               ", \"open_without_finance\": %" PRIu64 "},\n",
               demo_role_names[DEMO_FINANCE], spoke, price, asked, proof, won, won_with[DEMO_FINANCE], won_with[DEMO_OPERATIONS], open, lacks);
}

void demo_truth(struct buf *b, struct demo_sim *sim, uint64_t seed)
{
    struct counts c = {0};
    count(&c, sim);
    buf_printf(b,
               "{\n  \"company\": \"Arcwell\", \"seed\": %" PRIu64 ", \"start\": \"2024-07-01\", \"days\": %d,\n"
               "  \"journey\": {\"id\": \"b2b-sale\", \"version\": \"3\"},\n"
               "  \"trial\": {\"unit\": \"account\", \"window_days\": %d, \"value_per_action\": %d},\n",
               seed, DEMO_DAYS, DEMO_EFFECT_DAYS, DEMO_ACTION_VALUE);
    buf_printf(b,
               "  \"rows\": {\"all-events.csv\": %zu, \"customer\": %" PRIu64 ", \"company\": %" PRIu64 ", \"other\": %" PRIu64 "},\n"
               "  \"accounts\": %d, \"chains\": %" PRIu64 ", \"target_list\": %" PRIu64 ", \"people\": %" PRIu64 ",\n",
               sim->events.n, c.actor[DEMO_CUSTOMER], c.actor[DEMO_COMPANY], c.actor[DEMO_OTHER], DEMO_ACCOUNTS, c.chains,
               c.targets, c.people);
    stages(b, &c);
    the_break(b, sim);
    value_map(b, sim);
    buf_printf(b, "  \"holdout\": {\"campaign\": \"calculator-mail\", \"treated\": %" PRIu64 ", \"control\": %" PRIu64 "},\n",
               c.act[ACT_ASSIGNED_TREATED], c.act[ACT_ASSIGNED_CONTROL]);
    buf_cstr(b, "  \"touchpoints\": [\n");
    for (unsigned t = 0; t < TOUCH_COUNT; t++) {
        push(b, t, c.touch[t], seed);
        buf_cstr(b, ",\n");
    }
    for (unsigned i = 0; i < DEMO_PULLS; i++) {
        const struct demo_pull *p = &demo_pulls[i];
        buf_printf(b, "    {\"id\": \"%s\", \"kind\": \"pull\", \"rows\": %" PRIu64 ", \"expect\": {\"pooled\": \"%s\"}, \"note\": ",
                   p->id, p->act == ACT_COUNT ? 0 : c.act[p->act], p->expect);
        text(b, p->note);
        buf_cstr(b, "},\n");
    }
    buf_printf(b,
               "    {\"id\": \"pipeline-report\", \"kind\": \"work\", \"rows\": %" PRIu64
               ", \"minutes\": 180, \"expect\": {\"pooled\": \"W4\"}, \"note\": \"used by nothing\"},\n"
               "    {\"id\": \"prepare-proposal\", \"kind\": \"work\", \"rows\": %" PRIu64
               ", \"minutes\": 120, \"expect\": {}, \"note\": \"used: the customer accepts what it makes\"}\n  ],\n",
               c.act[ACT_PIPELINE_REPORT], c.act[ACT_PREPARE_PROPOSAL]);
    buf_printf(b,
               "  \"passage\": {\"view-home\": %" PRIu64 ", \"login\": %" PRIu64 "},\n"
               "  \"trouble\": {\"error-page\": %" PRIu64 ", \"where-is-my-sensor\": %" PRIu64 "}\n}\n",
               c.act[ACT_VIEW_HOME], c.act[ACT_LOGIN], c.act[ACT_ERROR_PAGE], c.act[ACT_WHERE_IS_SENSOR]);
}
