// SPDX-License-Identifier: MIT
// Who says and does what, planted over an account that was played: finance talks of price and acts for proof; deals that were won had
// operations and finance, and two of five that are under way lack finance. What happens when, and to which account, stays as it was played:
// only persons, roles and sentences change, drawn from a stream of their own, so that no verdict moves.
#include "cli/demo/demo_plant.h"
#include "cli/demo/demo_rng.h"

enum { STREAM_PLANT = 3000, NONE = -1 };

struct plant { // one account
    struct demo_sim *sim;
    struct demo_account *a;
    struct demo_rng rng;
    size_t from;           // its events: from here to the last
    int32_t finance, operations;
};

static struct demo_person *person_at(const struct plant *p, int32_t i) { return &p->sim->people.at[i]; }

static int32_t with_role(const struct plant *p, uint8_t role)
{
    for (int32_t i = p->a->first_person; i < p->a->first_person + p->a->n_people; i++) {
        if (person_at(p, i)->role == role) {
            return i;
        }
    }
    return NONE;
}

// Whoever changes the role writes what people of the new one write.
static void re_role(struct plant *p, int32_t person, uint8_t role)
{
    person_at(p, person)->role = role;
    for (size_t i = p->from; i < p->sim->events.n; i++) {
        struct demo_event *e = &p->sim->events.at[i];
        if (e->person != person || e->theme == DEMO_NO_TEXT || e->theme == THEME_WHERE) {
            continue;
        }
        e->theme = (uint8_t)demo_rng_pick(&p->rng, demo_theme_weight[role], THEME_COUNT - 1u);
        e->line = (uint8_t)demo_rng_below(&p->rng, 4);
    }
}

static uint8_t role_not_there(const struct plant *p)
{
    for (uint8_t r = 0; r < DEMO_ROLES; r++) {
        if (r != DEMO_FINANCE && with_role(p, r) == NONE) {
            return r;
        }
    }
    return DEMO_TECHNICIAN;
}

// Acts that anybody of the account may have done: nothing that answers something, nothing written.
static bool is_free(const struct plant *p, size_t i)
{
    const struct demo_event *e = &p->sim->events.at[i];
    return e->person >= 0 && demo_actions[e->act].actor == DEMO_CUSTOMER && e->ref == DEMO_NO_REF && e->theme == DEMO_NO_TEXT &&
           e->act != ACT_UNSUBSCRIBE;
}

// The thanks of five minutes later go to whoever acted.
static void give_to(struct plant *p, size_t i, int32_t person)
{
    struct demo_event *e = &p->sim->events.at[i], *next = i + 1 < p->sim->events.n ? e + 1 : NULL;
    if (next && next->act == ACT_TOUCH && next->touch == TOUCH_THANKS && next->person == e->person) {
        next->person = person;
    }
    e->person = person;
}

static unsigned acts_of(const struct plant *p, int32_t person)
{
    unsigned n = 0;
    for (size_t i = p->from; i < p->sim->events.n; i++) {
        const struct demo_event *e = &p->sim->events.at[i];
        n += e->person == person && demo_actions[e->act].actor == DEMO_CUSTOMER;
    }
    return n;
}

// Proof is what finance acts for, and little else; where things are is not its question either.
static void act_for_proof(struct plant *p)
{
    for (size_t i = p->from; i < p->sim->events.n && p->finance != NONE; i++) {
        struct demo_event *e = &p->sim->events.at[i];
        if (!is_free(p, i) && e->theme != THEME_WHERE) {
            continue;
        }
        if (e->act == ACT_USE_CALCULATOR) {
            if (demo_rng_chance(&p->rng, 750000)) {
                give_to(p, i, p->finance);
            }
        } else if (e->person == p->finance && p->a->n_people > 1 && demo_rng_chance(&p->rng, 850000)) {
            int32_t others = p->a->n_people - 1, nth = (int32_t)demo_rng_below(&p->rng, (uint64_t)others);
            int32_t to = p->a->first_person + nth;
            give_to(p, i, to >= p->finance ? to + 1 : to);
        }
    }
}

// Both took part: who has done nothing yet has done the last thing that can be given; the other keeps one.
static void take_part(struct plant *p)
{
    const int32_t who[] = {p->operations, p->finance};
    for (unsigned k = 0; k < 2; k++) {
        bool spare = acts_of(p, who[1 - k]) > 1;
        for (size_t i = p->sim->events.n; i > p->from && acts_of(p, who[k]) == 0; i--) {
            if (is_free(p, i - 1) && (spare || p->sim->events.at[i - 1].person != who[1 - k])) {
                give_to(p, i - 1, who[k]);
            }
        }
    }
}

// Somebody of this role: one more in a small account, else one of those who are there, but not `but`.
static voc_rc find_one(struct plant *p, uint8_t role, int32_t but, unsigned *named, int32_t *found)
{
    *found = with_role(p, role);
    if (*found != NONE) {
        return VOC_OK;
    }
    if (p->a->n_people > 2) {
        int32_t end = p->a->first_person + p->a->n_people - 1;
        *found = end != but ? end : end - 1;
        re_role(p, *found, role);
        return VOC_OK;
    }
    voc_rc rc = vec_reserve(&p->sim->people, 1, 8 * DEMO_ACCOUNTS);
    if (rc != VOC_OK) {
        return rc;
    }
    *found = (int32_t)p->sim->people.n;
    struct demo_person *person = &p->sim->people.at[p->sim->people.n++]; // behind the account's own: it was hired last
    *person = (struct demo_person){.role = role};
    demo_person_name(person->name, p->a->script, named[p->a->script]++);
    p->a->n_people++;
    return VOC_OK;
}

voc_rc demo_plant(struct demo_sim *sim, uint64_t seed, int32_t account, size_t from, unsigned *named, unsigned *n_open)
{
    struct plant p = {.sim = sim, .a = &sim->accounts[account], .from = from};
    demo_rng_init(&p.rng, seed, STREAM_PLANT + (uint64_t)account);
    bool won = p.a->entered[DEMO_KEEPING] != 0, open = !won && p.a->end == END_OPEN && p.a->entered[DEMO_SEEKING] != 0;
    bool lacks = open && (*n_open)++ * 2u % 5u < 2u, whole = won || (open && !lacks);
    p.finance = with_role(&p, DEMO_FINANCE);
    p.operations = with_role(&p, DEMO_OPERATIONS);
    if (lacks && p.finance != NONE) {
        re_role(&p, p.finance, role_not_there(&p));
        p.finance = NONE;
    }
    voc_rc rc = whole ? find_one(&p, DEMO_OPERATIONS, p.finance, named, &p.operations) : VOC_OK;
    rc = rc == VOC_OK && whole ? find_one(&p, DEMO_FINANCE, p.operations, named, &p.finance) : rc;
    if (rc != VOC_OK) {
        return rc;
    }
    act_for_proof(&p);
    if (whole) {
        take_part(&p);
    }
    return VOC_OK;
}
