// SPDX-License-Identifier: MIT
// The demo company, day by day. A day has its order: the company's touches from 06:00 to 09:00 UTC, looking around from
// 10:00, aimed actions from 12:00, leaving in the evening. So what is sent in the morning works from the same day on, and
// nothing that is sent can answer what the same day still brings; only the thank-you mail does that, on purpose.
// One random stream for each account and purpose: accounts are independent, except for the count of fair contacts.
#include "cli/demo/demo_sim.h"
#include <stdlib.h>
#include <string.h>
#include "cli/demo/demo_plant.h"
#include "cli/demo/demo_rng.h"

enum { STREAM_COMPANY = 1, STREAM_ACCOUNT = 1000, STREAM_PLAY = 2000 };
enum { MAX_EVENTS = 1000000, MAX_PEOPLE = 4 * DEMO_ACCOUNTS };
#define HOUR INT64_C(3600)
#define MINUTE INT64_C(60)
#define LONG_AGO INT64_C(-4000000000000)

struct play { // one account while it is played
    struct demo_sim *sim;
    struct demo_account *a;
    struct demo_rng rng;
    int32_t index;
    uint64_t frailty;             // Q32
    enum demo_stage stage;
    int64_t last;                 // last customer action, LONG_AGO: none
    int64_t touched[TOUCH_COUNT]; // last touch of each kind
    int32_t proposal;             // event of the work on the proposal
    int32_t calculator_day;       // day of the draw for the calculator mail
    bool done;
    voc_rc rc;
};

// ---- events

static int32_t add(struct demo_sim *sim, voc_rc *rc, struct demo_event e)
{
    if (*rc == VOC_OK) {
        *rc = vec_reserve(&sim->events, 1, MAX_EVENTS);
    }
    if (*rc != VOC_OK) {
        return DEMO_NO_REF;
    }
    sim->events.at[sim->events.n] = e;
    return (int32_t)sim->events.n++;
}

static int32_t anybody(struct play *p)
{
    return p->a->first_person + (int32_t)demo_rng_below(&p->rng, (uint64_t)p->a->n_people);
}

static int32_t actor_of(struct play *p, enum demo_stage stage)
{
    uint8_t weight[8] = {0};
    for (int32_t i = 0; i < p->a->n_people; i++) {
        weight[i] = demo_aims[stage].role_weight[p->sim->people.at[p->a->first_person + i].role];
    }
    return p->a->first_person + (int32_t)demo_rng_pick(&p->rng, weight, (unsigned)p->a->n_people);
}

static struct demo_event blank(const struct play *p, int64_t time, enum demo_act act)
{
    return (struct demo_event){.time = time, .account = p->index, .person = DEMO_NOBODY, .ref = DEMO_NO_REF,
                               .act = (uint8_t)act, .touch = DEMO_NO_TOUCH, .theme = DEMO_NO_TEXT};
}

// A customer action; it is the account's last one from now on. Written questions carry a sentence.
static int32_t act(struct play *p, int64_t time, enum demo_act what, int32_t person, int32_t ref)
{
    struct demo_event e = blank(p, time, what);
    e.person = person;
    e.ref = ref;
    if (what == ACT_ASK_INFORMATION || what == ACT_ASK_QUESTION) {
        e.theme = (uint8_t)demo_rng_pick(&p->rng, demo_theme_weight[p->sim->people.at[person].role], THEME_COUNT - 1u);
        e.line = (uint8_t)demo_rng_below(&p->rng, 4);
    } else if (what == ACT_WHERE_IS_SENSOR) {
        e.theme = THEME_WHERE;
        e.line = (uint8_t)demo_rng_below(&p->rng, 4);
    }
    if (what != ACT_UNSUBSCRIBE && time > p->last) {
        p->last = time;
    }
    return add(p->sim, &p->rc, e);
}

static int32_t touch(struct play *p, int64_t time, enum demo_touch_id t, int32_t person)
{
    struct demo_event e = blank(p, time, ACT_TOUCH);
    e.touch = (uint8_t)t;
    e.person = person;
    p->touched[t] = time;
    return add(p->sim, &p->rc, e);
}

static void enter(struct play *p, enum demo_stage stage, int64_t time)
{
    p->stage = stage;
    p->a->entered[stage] = time;
}

static void end(struct play *p, enum demo_end kind, int64_t time)
{
    p->a->end = (uint8_t)kind;
    p->a->ended = time;
    p->done = true;
}

static int64_t between(struct play *p, int64_t lo, int64_t hi)
{
    return demo_rng_range(&p->rng, lo, hi - 1);
}

static bool selling(const struct play *p)
{
    return p->stage >= DEMO_AWARE && p->stage <= DEMO_CONSIDERING;
}

static bool works(const struct play *p, enum demo_touch_id t, int64_t now)
{
    return now - p->touched[t] <= DEMO_EFFECT_DAYS * DEMO_DAY;
}

// ---- the company's morning

static bool is_sent(struct play *p, const struct demo_touch *t, int64_t midnight, int64_t now)
{
    int64_t quiet = now - p->last;
    switch (t->rule) {
    case RULE_DAILY:
        return demo_rng_chance(&p->rng, t->chance_ppm[p->stage - DEMO_AWARE]);
    case RULE_CALL:
        return demo_rng_chance(&p->rng, quiet <= DEMO_DAY ? 350000 : quiet <= 3 * DEMO_DAY ? 100000 : 2000);
    case RULE_REACTIVATION:
        return demo_rng_chance(&p->rng, quiet >= 10 * DEMO_DAY ? 12000 : 2000);
    case RULE_FAIR: {
        int64_t day = (midnight - DEMO_START) / DEMO_DAY - DEMO_FAIR_DAY;
        if (day < 0 || day >= 5 || p->sim->fair_contacts >= DEMO_FAIR_CONTACTS || p->touched[TOUCH_FAIR] != LONG_AGO ||
            !demo_rng_chance(&p->rng, 50000)) {
            return false;
        }
        p->sim->fair_contacts++;
        return true;
    }
    default:
        return false;
    }
}

static void newsletter(struct play *p, int64_t midnight)
{
    int64_t day = (midnight - DEMO_START) / DEMO_DAY;
    if (day % 7 != 1) { // Tuesdays
        return;
    }
    for (int32_t i = 0; i < p->a->n_people; i++) {
        int32_t person = p->a->first_person + i;
        int32_t sent = touch(p, midnight + 9 * HOUR, TOUCH_NEWSLETTER, person);
        if (demo_rng_chance(&p->rng, 15000)) {
            act(p, between(p, midnight + 10 * HOUR, midnight + 12 * HOUR), ACT_CLICK, person, sent);
        }
    }
}

// The draw for the calculator mail: half of the accounts, on the third day after they became aware.
static void holdout(struct play *p, int64_t midnight)
{
    if ((midnight - DEMO_START) / DEMO_DAY != p->calculator_day) {
        return;
    }
    int64_t now = between(p, midnight + 6 * HOUR, midnight + 8 * HOUR);
    bool treated = demo_rng_below(&p->rng, 2) == 0;
    struct demo_event e = blank(p, now, treated ? ACT_ASSIGNED_TREATED : ACT_ASSIGNED_CONTROL);
    e.touch = TOUCH_CALCULATOR_MAIL;
    add(p->sim, &p->rc, e);
    if (treated && demo_rng_chance(&p->rng, 970000)) { // a few are never delivered: counted as assigned
        touch(p, now + 20 * MINUTE, TOUCH_CALCULATOR_MAIL, anybody(p));
    }
}

static void morning(struct play *p, int64_t midnight)
{
    newsletter(p, midnight);
    if (!selling(p)) {
        return;
    }
    holdout(p, midnight);
    for (unsigned t = 0; t < TOUCH_COUNT; t++) {
        int64_t now = between(p, midnight + 6 * HOUR, midnight + 9 * HOUR);
        if (!is_sent(p, &demo_touches[t], midnight, now)) {
            continue;
        }
        int32_t person = anybody(p), sent = touch(p, now, (enum demo_touch_id)t, person);
        if (t == TOUCH_WEBINAR && demo_rng_chance(&p->rng, 250000)) {
            act(p, between(p, midnight + 10 * HOUR, midnight + 12 * HOUR), ACT_REGISTER, person, sent);
        }
        if (t == TOUCH_VISIT && demo_rng_chance(&p->rng, 900000)) {
            touch(p, now + 45 * MINUTE, TOUCH_BRIEFING, person);
        }
    }
}

// ---- the customer's day

static uint64_t hazard(const struct play *p, int64_t midnight, int64_t now)
{
    const struct demo_aims *aims = &demo_aims[p->stage];
    uint64_t h = demo_mul(aims->hazard_ppm * DEMO_ONE / 1000000u, p->frailty);
    int64_t days = (now - p->a->entered[p->stage]) / DEMO_DAY, quiet = midnight - p->last;
    unsigned pct = p->a->chain ? 125 : 100;
    h = h * pct / 100u;
    if (p->stage <= DEMO_CONSIDERING) {
        h = h * (days < 10 ? 100u : days < 40 ? 75u : 50u) / 100u;
    }
    h = h * (quiet <= DEMO_DAY ? 150u : quiet <= 7 * DEMO_DAY ? 120u : 100u) / 100u;
    if (selling(p)) {
        for (unsigned t = 0; t < TOUCH_COUNT; t++) {
            if (works(p, (enum demo_touch_id)t, now)) {
                h = h * demo_touches[t].factor_pct[p->stage - DEMO_AWARE] / 100u;
            }
        }
    }
    return h;
}

static void propose(struct play *p, int64_t asked, int32_t request)
{
    struct demo_event work = blank(p, asked + 15 * MINUTE, ACT_PREPARE_PROPOSAL);
    work.account = DEMO_NOBODY;
    work.ref = request;
    work.minutes = 120;
    p->proposal = add(p->sim, &p->rc, work);
    const int32_t person = anybody(p);
    touch(p, asked + between(p, 20 * MINUTE, HOUR), TOUCH_QUOTE, person);
}

// From the break on, who considers asks for proof of savings and gets none: fewer actions lead on, and more go to another.
static bool broken(const struct play *p, int64_t now)
{
    return p->stage == DEMO_CONSIDERING && now >= DEMO_START + DEMO_BREAK_DAY * DEMO_DAY;
}

static uint32_t advance_ppm(const struct play *p, int64_t now)
{
    uint32_t ppm = demo_aims[p->stage].advance_ppm;
    return broken(p, now) ? ppm * DEMO_BREAK_PCT / 100u : ppm;
}

// One aimed action and what follows it within minutes.
static void burst(struct play *p, int64_t now, int64_t latest)
{
    const struct demo_aims *aims = &demo_aims[p->stage];
    for (;;) {
        int32_t person = actor_of(p, p->stage);
        if (aims->advance != ACT_COUNT && demo_rng_chance(&p->rng, advance_ppm(p, now))) {
            int32_t done = act(p, now, (enum demo_act)aims->advance, person,
                               aims->advance == ACT_ACCEPT_PROPOSAL ? p->proposal : DEMO_NO_REF);
            enter(p, p->stage + 1, now);
            if (p->stage == DEMO_CONSIDERING) {
                propose(p, now, done);
            }
            return;
        }
        act(p, now, (enum demo_act)aims->other[demo_rng_pick(&p->rng, aims->weight, aims->n_other)], person, DEMO_NO_REF);
        if (selling(p) && demo_rng_chance(&p->rng, 800000)) {
            touch(p, now + 5 * MINUTE, TOUCH_THANKS, person);
        }
        now += between(p, 2 * MINUTE, 32 * MINUTE + 1);
        if (!demo_rng_chance(&p->rng, 450000) || now >= latest) {
            return;
        }
    }
}

// Who comes before when: the order in which the arguments of one call draw is the compiler's.
static void act_between(struct play *p, int64_t from, int64_t to, enum demo_act what)
{
    const int32_t person = actor_of(p, p->stage);
    act(p, between(p, from, to), what, person, DEMO_NO_REF);
}

static void look_around(struct play *p, int64_t midnight)
{
    bool customer = p->stage >= DEMO_PURCHASING;
    uint64_t home = demo_mul(10000u * DEMO_ONE / 1000000u, p->frailty);
    int64_t from = midnight + 10 * HOUR, to = midnight + 12 * HOUR;
    if (demo_rng_hazard(&p->rng, home)) {
        act_between(p, from, to, ACT_VIEW_HOME);
    }
    if (demo_rng_chance(&p->rng, 1500)) {
        act_between(p, from, to, ACT_ERROR_PAGE);
    }
    if (customer && demo_rng_chance(&p->rng, 40000)) {
        act_between(p, from, to, ACT_LOGIN);
    }
    if (customer && demo_rng_chance(&p->rng, p->stage == DEMO_PURCHASING ? 12000 : 3000)) {
        act_between(p, from, to, ACT_WHERE_IS_SENSOR);
    }
}

static void evening(struct play *p, int64_t midnight)
{
    int64_t now = between(p, midnight + 22 * HOUR, midnight + 23 * HOUR);
    uint32_t leave = p->stage == DEMO_KEEPING ? 300 : DEMO_LEAVE_PPM;
    for (unsigned t = 0; t < TOUCH_COUNT && selling(p); t++) {
        leave += works(p, (enum demo_touch_id)t, now) ? demo_touches[t].harm_ppm : 0;
    }
    if (demo_rng_chance(&p->rng, leave)) {
        act(p, now, ACT_UNSUBSCRIBE, actor_of(p, p->stage), DEMO_NO_REF);
        end(p, END_LOST, now);
    } else if (p->stage == DEMO_CONSIDERING && demo_rng_chance(&p->rng, broken(p, now) ? DEMO_BREAK_LOST_PPM : DEMO_LOST_PPM)) { // another supplier, says the rep
        add(p->sim, &p->rc, blank(p, now, ACT_CLOSED_LOST));
        end(p, END_LOST, now);
    }
}

static void one_day(struct play *p, int64_t midnight)
{
    if (p->last + DEMO_LAPSE_DAYS * DEMO_DAY < midnight + DEMO_DAY) {
        end(p, END_LAPSED, p->last + DEMO_LAPSE_DAYS * DEMO_DAY);
        return;
    }
    morning(p, midnight);
    look_around(p, midnight);
    int64_t now = between(p, midnight + 12 * HOUR, midnight + 19 * HOUR);
    if (demo_rng_hazard(&p->rng, hazard(p, midnight, now))) {
        burst(p, now, midnight + 21 * HOUR);
    }
    evening(p, midnight);
}

// ---- one account from its first day to its last

// The unaware get a few brochures, and none in the two weeks before they come by themselves. Day of the first visit.
static int64_t unaware(struct play *p)
{
    int64_t day = p->a->known_day;
    p->stage = DEMO_UNAWARE;
    p->a->entered[DEMO_UNAWARE] = DEMO_START + day * DEMO_DAY;
    add(p->sim, &p->rc, blank(p, p->a->entered[DEMO_UNAWARE], ACT_LISTED)); // says what is known of it from the start
    day += demo_rng_range(&p->rng, 2, 12);
    for (int64_t n = demo_rng_range(&p->rng, 2, 4); n > 0 && day < DEMO_DAYS; n--) {
        const int32_t person = anybody(p);
        touch(p, between(p, DEMO_START + day * DEMO_DAY + 6 * HOUR, DEMO_START + day * DEMO_DAY + 9 * HOUR), TOUCH_BROCHURE, person);
        day += demo_rng_range(&p->rng, 10, 30);
    }
    day = (p->touched[TOUCH_BROCHURE] - DEMO_START) / DEMO_DAY + DEMO_EFFECT_DAYS + 2 + demo_rng_range(&p->rng, 0, 20);
    return demo_rng_chance(&p->rng, 850000) ? day : DEMO_DAYS; // some never come
}

static voc_rc play_account(struct demo_sim *sim, uint64_t seed, int32_t index, int64_t first_day, uint64_t frailty)
{
    struct play p = {.sim = sim, .a = &sim->accounts[index], .index = index, .frailty = frailty, .last = LONG_AGO,
                     .proposal = DEMO_NO_REF, .rc = VOC_OK};
    demo_rng_init(&p.rng, seed, STREAM_PLAY + (uint64_t)index);
    for (unsigned t = 0; t < TOUCH_COUNT; t++) {
        p.touched[t] = LONG_AGO;
    }
    int64_t day = p.a->known_day >= 0 ? unaware(&p) : first_day;
    if (day >= DEMO_DAYS || p.rc != VOC_OK) {
        return p.rc;
    }
    int64_t now = between(&p, DEMO_START + day * DEMO_DAY + 12 * HOUR, DEMO_START + day * DEMO_DAY + 19 * HOUR);
    act(&p, now, ACT_VIEW_HOME, actor_of(&p, DEMO_UNAWARE), DEMO_NO_REF);
    enter(&p, DEMO_AWARE, now);
    p.calculator_day = (int32_t)day + 3;
    for (day++; day < DEMO_DAYS && !p.done && p.rc == VOC_OK; day++) {
        one_day(&p, DEMO_START + day * DEMO_DAY);
    }
    return p.rc;
}

// ---- the company

// Roles differ within an account: a random order of all, the first n of it.
static voc_rc hire(struct demo_sim *sim, struct demo_account *a, struct demo_rng *r, unsigned *named)
{
    static const uint8_t size_weight[2][4] = {{30, 40, 30, 0}, {15, 30, 35, 20}};
    uint8_t role[DEMO_ROLES];
    for (unsigned i = 0; i < DEMO_ROLES; i++) {
        unsigned j = (unsigned)demo_rng_below(r, i + 1u);
        role[i] = role[j];
        role[j] = (uint8_t)i;
    }
    a->first_person = (int32_t)sim->people.n;
    a->n_people = (int32_t)demo_rng_pick(r, size_weight[a->chain], 4) + 1;
    voc_rc rc = vec_reserve(&sim->people, (size_t)a->n_people, MAX_PEOPLE);
    for (int32_t i = 0; i < a->n_people && rc == VOC_OK; i++) {
        struct demo_person *person = &sim->people.at[sim->people.n++];
        *person = (struct demo_person){.role = role[i]};
        demo_person_name(person->name, a->script, named[a->script]++);
    }
    return rc;
}

static voc_rc internal_work(struct demo_sim *sim)
{
    voc_rc rc = VOC_OK;
    for (int64_t day = 4; day < DEMO_DAYS; day += 7) { // Fridays
        add(sim, &rc, (struct demo_event){.time = DEMO_START + day * DEMO_DAY + 13 * HOUR, .account = DEMO_NOBODY,
                                          .person = DEMO_NOBODY, .ref = DEMO_NO_REF, .minutes = 180,
                                          .act = ACT_PIPELINE_REPORT, .touch = DEMO_NO_TOUCH, .theme = DEMO_NO_TEXT});
    }
    return rc;
}

// Three people of three accounts that came as far as seeking read the API manual, a day after.
static voc_rc api_readers(struct demo_sim *sim)
{
    voc_rc rc = VOC_OK;
    int found = 0;
    for (int32_t i = 0; i < DEMO_ACCOUNTS && found < DEMO_API_READERS; i++) {
        const struct demo_account *a = &sim->accounts[i];
        int64_t from = a->entered[DEMO_SEEKING], to = a->entered[DEMO_CONSIDERING];
        if (from == 0 || to - from < 3 * DEMO_DAY) {
            continue;
        }
        add(sim, &rc, (struct demo_event){.time = from + DEMO_DAY, .account = i, .person = a->first_person,
                                          .ref = DEMO_NO_REF, .act = ACT_READ_API_MANUAL, .touch = DEMO_NO_TOUCH,
                                          .theme = DEMO_NO_TEXT});
        found++;
    }
    return rc;
}

struct sort_key {
    int64_t time;
    uint32_t actor, index;
};
static int by_time(const void *pa, const void *pb)
{
    const struct sort_key *a = pa, *b = pb;
    if (a->time != b->time) {
        return a->time < b->time ? -1 : 1;
    }
    if (a->actor != b->actor) {
        return a->actor < b->actor ? -1 : 1;
    }
    return a->index < b->index ? -1 : a->index > b->index;
}

static voc_rc sort_events(struct demo_sim *sim)
{
    size_t n = sim->events.n;
    struct sort_key *key = mem_zalloc(n, sizeof *key);
    sim->order = mem_zalloc(n, sizeof *sim->order);
    sim->rank = mem_zalloc(n, sizeof *sim->rank);
    if (!key || !sim->order || !sim->rank) {
        mem_free(key);
        return VOC_E_NOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const struct demo_event *e = &sim->events.at[i];
        key[i] = (struct sort_key){e->time, demo_actions[e->act].actor, (uint32_t)i};
    }
    qsort(key, n, sizeof *key, by_time);
    for (size_t i = 0; i < n; i++) {
        sim->order[i] = key[i].index;
        sim->rank[key[i].index] = (uint32_t)i;
    }
    mem_free(key);
    return VOC_OK;
}

voc_rc demo_sim_run(struct demo_sim *sim, uint64_t seed)
{
    struct demo_rng company;
    demo_rng_init(&company, seed, STREAM_COMPANY);
    unsigned named[DEMO_SCRIPTS] = {0}, n_open = 0, rotate = (unsigned)demo_rng_below(&company, DEMO_ACCOUNTS);
    voc_rc rc = VOC_OK;
    for (int32_t i = 0; i < DEMO_ACCOUNTS && rc == VOC_OK; i++) {
        struct demo_account *a = &sim->accounts[i];
        struct demo_rng r;
        demo_rng_init(&r, seed, STREAM_ACCOUNT + (uint64_t)i);
        a->script = (uint8_t)demo_account_name(a->name, (unsigned)i, rotate);
        a->chain = demo_rng_chance(&r, 350000);
        int64_t first_day = demo_rng_range(&r, 0, 420), known_day = demo_rng_range(&r, 0, 350);
        a->known_day = demo_rng_chance(&r, 300000) ? (int32_t)known_day : -1;
        uint64_t frailty = demo_rng_gamma(&r, 5);
        rc = hire(sim, a, &r, named);
        if (rc == VOC_OK) {
            size_t from = sim->events.n;
            rc = play_account(sim, seed, i, first_day, frailty);
            rc = rc == VOC_OK ? demo_plant(sim, seed, i, from, named, &n_open) : rc;
        }
    }
    if (rc == VOC_OK) {
        rc = internal_work(sim);
    }
    if (rc == VOC_OK) {
        rc = api_readers(sim);
    }
    return rc == VOC_OK ? sort_events(sim) : rc;
}

void demo_sim_done(struct demo_sim *sim)
{
    vec_free(&sim->events);
    vec_free(&sim->people);
    mem_free(sim->order);
    mem_free(sim->rank);
    sim->order = sim->rank = NULL;
}
