// SPDX-License-Identifier: MIT
// The stage tracker (METHODS 2). One pass over the events of a unit; at each event only the definitions that its action
// can touch are asked, all of them before anything moves, so that each keeps its evidence whatever the outcome.
#include "journey/walk/track.h"

#define STAYS_MAX (SIZE_MAX / 1024u)
#define LAPSE_DEFAULT_US (180 * US_PER_DAY) // METHODS 1.6

enum asked { ASK_ENTRY, ASK_EXIT, ASK_REGRESS };
struct question { enum asked kind; uint32_t index; /* stage, exit or regress */ const struct predicate *when; };

struct track_rules { // owns programs and questions
    const struct journey *j;
    struct programs *programs; // program i is question i
    struct question *questions;
    uint64_t *entries; // set of the programs that are entries
    struct track_window window;
    int64_t lapse_us;
    uint32_t known_stage; // opened by known_from, or VOC_NONE
    bool one_episode;
};

struct tracker { // owns its arrays
    const struct track_rules *rules;
    struct program_run *run;
    uint8_t *fires;   // by stage
    uint8_t *visited; // by stage, this episode
    // the state of one job
    const struct track_job *job;
    struct track_stays *stays;
    struct track_moves *moves;
    size_t first_stay;
    voc_stay open;       // valid while stage != VOC_NONE
    uint32_t stage, episode, episodes;
    int64_t last_us;     // the action that silence is counted from, VOC_NA: none yet
    int64_t began_us;    // first entry of this episode
    bool acted, lapsed, known_pending;
};

// ---- rules ------------------------------------------------------------------------------------------------------------------

static size_t count_questions(const struct journey *j)
{
    size_t n = j->n_exits + j->n_regresses;
    for (size_t s = 0; s < j->n_stages; s++) n += j->stages[s].n_definitions;
    return n;
}

static voc_rc ask(struct track_rules *t, enum asked kind, size_t index, const struct predicate *p)
{
    uint32_t program;
    voc_rc rc = programs_add(t->programs, p, &program);
    if (!rc) t->questions[program] = (struct question){kind, (uint32_t)index, p};
    return rc;
}

static voc_rc ask_all(struct track_rules *t, const struct journey *j)
{
    voc_rc rc = VOC_OK;
    for (size_t s = 0; s < j->n_stages; s++)
        for (size_t d = 0; !rc && d < j->stages[s].n_definitions; d++) rc = ask(t, ASK_ENTRY, s, j->stages[s].definition[d]);
    for (size_t x = 0; !rc && x < j->n_exits; x++)
        if (j->exits[x].when) rc = ask(t, ASK_EXIT, x, j->exits[x].when);
    for (size_t g = 0; !rc && g < j->n_regresses; g++)
        if (j->regresses[g].when) rc = ask(t, ASK_REGRESS, g, j->regresses[g].when);
    return rc ? rc : programs_seal(t->programs);
}

voc_rc track_rules_new(struct track_rules **out, struct evaluator *ev, const struct journey *j, uint32_t unit, struct track_window w)
{
    struct track_rules *t = mem_zalloc(1, sizeof *t);
    if (!t) return VOC_E_NOMEM;
    t->j = j;
    t->window = w;
    t->one_episode = unit == VOC_UNIT_CASE;
    t->lapse_us = j->lapse_us;
    if (!j->lapse_given) t->lapse_us = unit == VOC_UNIT_CASE ? VOC_NA : LAPSE_DEFAULT_US; // the unit may not be the definition's own
    t->known_stage = VOC_NONE;
    for (size_t s = j->n_stages; s-- > 0;)
        if (j->stages[s].opens_known_from) t->known_stage = (uint32_t)s;
    voc_rc rc = VOC_E_NOMEM;
    size_t n = count_questions(j);
    t->questions = mem_zalloc(n ? n : 1u, sizeof *t->questions);
    t->entries = mem_zalloc(n / 64 + 1, sizeof *t->entries);
    if (!t->questions || !t->entries) goto out;
    if ((rc = programs_new(&t->programs, ev, PROGRAMS_EXPLICIT)) || (rc = ask_all(t, j))) goto out;
    for (size_t i = 0; i < programs_n(t->programs); i++)
        if (t->questions[i].kind == ASK_ENTRY) t->entries[i / 64] |= UINT64_C(1) << (i % 64);
    *out = t;
    t = NULL;
out:
    track_rules_free(t);
    return rc;
}

void track_rules_free(struct track_rules *t)
{
    if (!t) return;
    programs_free(t->programs);
    mem_free(t->questions);
    mem_free(t->entries);
    mem_free(t);
}

int64_t track_lapse_us(const struct track_rules *t) { return t->lapse_us; }
bool track_uses_sessions(const struct track_rules *t) { return programs_use_sessions(t->programs); }

voc_rc tracker_new(struct tracker **out, const struct track_rules *rules)
{
    struct tracker *t = mem_zalloc(1, sizeof *t);
    if (!t) return VOC_E_NOMEM;
    t->rules = rules;
    voc_rc rc = program_run_new(&t->run, rules->programs);
    t->fires = mem_zalloc(rules->j->n_stages + 1, 1);
    t->visited = mem_zalloc(rules->j->n_stages + 1, 1);
    if (!rc && (!t->fires || !t->visited)) rc = VOC_E_NOMEM;
    if (rc) {
        tracker_free(t);
        return rc;
    }
    *out = t;
    return VOC_OK;
}

void tracker_free(struct tracker *t)
{
    if (!t) return;
    program_run_free(t->run);
    mem_free(t->fires);
    mem_free(t->visited);
    mem_free(t);
}

void tracker_rows(struct tracker *t, const struct event_set *rows) { program_run_rows(t->run, rows); }

// ---- stays and moves ----------------------------------------------------------------------------------------------------------

static voc_rc note(struct tracker *t, struct move m)
{
    if (!t->moves) return VOC_OK;
    voc_rc rc = vec_reserve(t->moves, 1, STAYS_MAX);
    if (rc) return rc;
    m.individual = t->job->individual;
    m.episode = t->episode;
    t->moves->at[t->moves->n++] = m;
    return VOC_OK;
}

static voc_rc close_stay(struct tracker *t, int64_t out_us, uint32_t end, uint32_t exit)
{
    if (t->stage == VOC_NONE) return VOC_OK;
    voc_rc rc = vec_reserve(t->stays, 1, STAYS_MAX);
    if (rc) return rc;
    t->open.out_us = out_us;
    t->open.end = end;
    t->open.exit = exit;
    t->open.number = t->job->first_number + (uint32_t)(t->stays->n - t->first_stay);
    t->stays->at[t->stays->n++] = t->open;
    t->stage = VOC_NONE;
    return VOC_OK;
}

static void open_stay(struct tracker *t, uint32_t stage, int64_t in_us, uint32_t segment, uint32_t flags)
{
    if (t->episode == 0) {
        if (t->episodes == 0 || !t->rules->one_episode) {
            t->episodes++;
            t->began_us = in_us;
            memset(t->visited, 0, t->rules->j->n_stages);
        }
        t->episode = t->episodes;
    }
    bool before = t->began_us < t->rules->window.start_us;
    if (t->job->known_from_us != VOC_NA && t->began_us < t->job->known_from_us) before = true;
    t->open = (voc_stay){.in_us = in_us, .stage = stage, .episode = t->episode, .segment = segment, .exit = VOC_NONE,
                         .flags = flags | (before ? VOC_STAY_TRUNCATED : 0u), .individual = t->job->individual};
    t->stage = stage;
    t->visited[stage] = 1;
}

// A silence of exactly `lapse` is not yet one.
static bool silent_at(const struct tracker *t, int64_t now_us, int64_t *until_us)
{
    if (t->rules->lapse_us == VOC_NA || t->last_us == VOC_NA || t->lapsed) return false;
    if (__builtin_add_overflow(t->last_us, t->rules->lapse_us, until_us)) return false;
    return now_us > *until_us;
}

static voc_rc lapse(struct tracker *t, int64_t at_us)
{
    t->lapsed = true;
    program_run_clear(t->run);
    voc_rc rc = VOC_OK;
    if (t->stage != VOC_NONE) {
        rc = note(t, (struct move){.kind = MOVE_LAPSED, .event = VOC_NONE, .from = t->stage, .to = VOC_NONE, .time_us = at_us});
        if (!rc) rc = close_stay(t, at_us, VOC_END_LAPSED, VOC_NONE);
    }
    t->episode = 0;
    return rc;
}

// ---- one event ------------------------------------------------------------------------------------------------------------------

struct answers { uint32_t exit, regress; bool entry; }; // lowest that fired, or VOC_NONE; entry: some stage fires

static voc_rc ask_programs(struct tracker *t, const struct eval_event *e, bool entries, struct answers *a)
{
    const struct track_rules *r = t->rules;
    const uint64_t *may = programs_may(r->programs, e->action);
    size_t words = programs_words(r->programs);
    *a = (struct answers){VOC_NONE, VOC_NONE, false};
    for (size_t w = 0; w < words; w++) {
        uint64_t left = entries ? may[w] : may[w] & ~r->entries[w];
        for (; left; left &= left - 1) {
            uint32_t p = (uint32_t)(w * 64 + (size_t)__builtin_ctzll(left));
            bool fired;
            voc_rc rc = program_fire(t->run, p, e, &fired);
            if (rc) return rc;
            if (!fired) continue;
            const struct question *q = &r->questions[p];
            if (q->kind == ASK_ENTRY) {
                t->fires[q->index] = 1;
                a->entry = true;
            } else if (q->kind == ASK_EXIT) {
                if (q->index < a->exit) a->exit = q->index;
            } else {
                const struct regress *g = &r->j->regresses[q->index];
                bool here = t->stage != VOC_NONE && g->to < t->stage && (g->from == VOC_NONE || g->from == t->stage);
                if (here && q->index < a->regress) a->regress = q->index;
            }
        }
    }
    return VOC_OK;
}

static uint64_t stages_between(uint32_t from, uint32_t to) // from may be VOC_NONE
{
    uint64_t set = 0;
    for (uint32_t s = from == VOC_NONE ? 0 : from + 1; s < to && s < 64; s++) set |= UINT64_C(1) << s;
    return set;
}

static bool blocked(const struct journey *j, uint32_t from, uint32_t to)
{
    for (uint32_t s = from == VOC_NONE ? 0 : from + 1; s < to; s++)
        if (!j->stages[s].skippable) return true;
    return false;
}

static voc_rc move_to(struct tracker *t, const struct eval_event *e, uint32_t i, uint32_t to, bool backward)
{
    uint32_t from = t->stage;
    voc_rc rc = close_stay(t, e->time_us, backward ? VOC_END_BACKWARD : VOC_END_FORWARD, VOC_NONE);
    if (rc) return rc;
    if (backward) program_run_clear(t->run);
    open_stay(t, to, e->time_us, e->segment, 0);
    if (t->last_us == VOC_NA || t->lapsed) { // an entry by an event that ends no silence
        t->last_us = e->time_us;
        t->lapsed = false;
    }
    enum move_kind kind = from == VOC_NONE ? MOVE_START : backward ? MOVE_BACKWARD : MOVE_FORWARD;
    return note(t, (struct move){.kind = kind, .event = i, .from = from, .to = to, .time_us = e->time_us,
                                 .skipped = backward ? 0 : stages_between(from, to)});
}

static bool may_enter(const struct tracker *t, uint32_t stage)
{
    return t->fires[stage] && (t->rules->j->stages[stage].repeatable || t->episode == 0 || !t->visited[stage]);
}

// METHODS 2.3, step 3: the highest stage that fires above the current one and is not blocked. Blocked ones are noted.
static voc_rc forward_target(struct tracker *t, const struct eval_event *e, uint32_t i, uint32_t *target)
{
    const struct journey *j = t->rules->j;
    *target = VOC_NONE;
    for (uint32_t s = t->stage == VOC_NONE ? 0 : t->stage + 1; s < j->n_stages; s++) {
        if (!may_enter(t, s)) continue;
        if (!blocked(j, t->stage, s)) {
            *target = s;
            continue;
        }
        voc_rc rc = note(t, (struct move){.kind = MOVE_BLOCKED, .event = i, .from = t->stage, .to = s, .time_us = e->time_us});
        if (rc) return rc;
    }
    return VOC_OK;
}

static uint32_t declared_target(const struct tracker *t)
{
    for (uint32_t s = (uint32_t)t->rules->j->n_stages; s-- > 0;) {
        if (s == t->stage && t->fires[s]) return VOC_NONE;
        if (may_enter(t, s)) return s;
    }
    return VOC_NONE;
}

static voc_rc leave(struct tracker *t, const struct eval_event *e, uint32_t i, uint32_t exit)
{
    voc_rc rc = VOC_OK;
    program_run_clear(t->run);
    if (t->stage != VOC_NONE) {
        rc = note(t, (struct move){.kind = MOVE_EXIT, .event = i, .from = t->stage, .to = VOC_NONE, .time_us = e->time_us});
        if (!rc) rc = close_stay(t, e->time_us, VOC_END_EXIT, exit);
    }
    t->episode = 0;
    return rc;
}

static voc_rc open_known(struct tracker *t)
{
    const struct track_job *job = t->job;
    t->known_pending = false;
    if (t->acted || t->episodes || t->stage != VOC_NONE || job->known_from_us >= t->rules->window.end_us) return VOC_OK;
    open_stay(t, t->rules->known_stage, job->known_from_us, job->known_segment, VOC_STAY_KNOWN_FROM);
    return note(t, (struct move){.kind = MOVE_START, .event = VOC_NONE, .from = VOC_NONE, .to = t->stage, .time_us = job->known_from_us,
                                 .skipped = stages_between(VOC_NONE, t->stage)});
}

static voc_rc step(struct tracker *t, const struct eval_event *e, uint32_t i)
{
    const struct journey *j = t->rules->j;
    voc_rc rc = VOC_OK;
    int64_t until_us;
    if (t->known_pending && e->time_us >= t->job->known_from_us && (rc = open_known(t))) return rc;
    if (silent_at(t, e->time_us, &until_us) && (rc = lapse(t, until_us))) return rc;
    bool customer = e->actor == VOC_ACTOR_CUSTOMER;
    bool heard = customer || j->evidence_declared;
    if (heard && e->class_ != VOC_CLASS_MECHANICAL && e->class_ != VOC_CLASS_UNDELIVERED) {
        t->last_us = e->time_us;
        t->lapsed = false;
        t->acted = t->acted || customer;
    }
    struct answers a;
    if ((rc = ask_programs(t, e, heard, &a))) return rc;
    uint32_t target = VOC_NONE;
    if (a.exit != VOC_NONE) {
        rc = leave(t, e, i, a.exit);
    } else {
        if (a.entry && j->evidence_declared) target = declared_target(t);
        else if (a.entry) rc = forward_target(t, e, i, &target);
        if (!rc && target != VOC_NONE) rc = move_to(t, e, i, target, t->stage != VOC_NONE && target < t->stage);
        else if (!rc && a.regress != VOC_NONE) rc = move_to(t, e, i, j->regresses[a.regress].to, true);
    }
    if (a.entry) memset(t->fires, 0, j->n_stages);
    if (t->job->stage_after) t->job->stage_after[i] = t->stage;
    return rc;
}

// ---- events by their kinds --------------------------------------------------------------------------------------------------------

const struct programs *track_programs(const struct track_rules *rules) { return rules->programs; }

voc_rc track_answer_of(struct track_answer *out, const struct track_rules *r, struct program_run *run, const struct eval_event *e,
                       bool (*plain)(const void *user, const struct predicate *p), const void *user)
{
    bool customer = e->actor == VOC_ACTOR_CUSTOMER, heard = customer || r->j->evidence_declared;
    bool silent = e->class_ == VOC_CLASS_MECHANICAL || e->class_ == VOC_CLASS_UNDELIVERED;
    struct track_answer a = {.exit = VOC_NONE, .heard = heard, .ends_silence = heard && !silent, .customer = customer};
    const uint64_t *may = programs_may(r->programs, e->action);
    for (size_t w = 0; w < programs_words(r->programs); w++)
        for (uint64_t left = heard ? may[w] : may[w] & ~r->entries[w]; left && !a.asks; left &= left - 1) {
            uint32_t p = (uint32_t)(w * 64 + (size_t)__builtin_ctzll(left));
            const struct question *q = &r->questions[p];
            bool holds = false;
            a.asks = q->when->kind != PRED_EVENT || q->index >= 64 || !plain(user, q->when);
            voc_rc rc = a.asks ? VOC_OK : program_holds(run, p, e, &holds);
            if (rc) return rc;
            if (!holds) continue;
            if (q->kind == ASK_ENTRY) a.stages |= UINT64_C(1) << q->index;
            else if (q->kind == ASK_REGRESS) a.asks = true; // it depends on where the unit stands
            else if (q->index < a.exit) a.exit = q->index;
        }
    *out = a;
    return VOC_OK;
}

// step() for an event whose answer is known. Nothing above the stage it stands in: nothing moves.
static voc_rc answered(struct tracker *t, const struct track_answer *a, int64_t time_us, size_t i)
{
    const struct journey *j = t->rules->j;
    const struct eval_event e = {.time_us = time_us}; // moves ask for no more: there are no segments
    uint32_t target = VOC_NONE;
    voc_rc rc = VOC_OK;
    if (!j->evidence_declared && a->exit == VOC_NONE && t->stage != VOC_NONE && (t->stage == 63 || !(a->stages >> (t->stage + 1)))) return VOC_OK;
    if (a->exit != VOC_NONE) return leave(t, &e, (uint32_t)i, a->exit);
    for (uint64_t left = a->stages; left; left &= left - 1) t->fires[__builtin_ctzll(left)] = 1;
    if (j->evidence_declared) target = declared_target(t);
    else rc = forward_target(t, &e, (uint32_t)i, &target);
    if (!rc && target != VOC_NONE) rc = move_to(t, &e, (uint32_t)i, target, t->stage != VOC_NONE && target < t->stage);
    for (uint64_t left = a->stages; left; left &= left - 1) t->fires[__builtin_ctzll(left)] = 0;
    return rc;
}

static voc_rc run_typed(struct tracker *t)
{
    const struct track_typed *x = t->job->typed;
    const int64_t lapse_us = t->rules->lapse_us;
    uint32_t *stage_after = t->job->stage_after;
    for (size_t i = 0, n = t->job->n_events; i < n; i++) {
        const struct track_answer *a = &x->answers[x->kind[i]];
        int64_t now_us = x->time_us[i], until_us;
        voc_rc rc = VOC_OK;
        if (a->asks) {
            struct eval_event e;
            x->event(x->user, i, &e);
            rc = step(t, &e, (uint32_t)i);
        } else {
            if (lapse_us != VOC_NA && silent_at(t, now_us, &until_us)) rc = lapse(t, until_us);
            if (a->ends_silence) {
                t->last_us = now_us;
                t->lapsed = false;
                t->acted = t->acted || a->customer;
            }
            if (!rc && (a->stages || a->exit != VOC_NONE)) rc = answered(t, a, now_us, i);
            if (stage_after) stage_after[i] = t->stage;
        }
        if (rc) return rc;
    }
    return VOC_OK;
}

// ---- one unit -------------------------------------------------------------------------------------------------------------------

static int64_t time_of(const struct track_job *job, size_t i) { return job->typed ? job->typed->time_us[i] : job->events[i].time_us; }

static uint32_t first_at(const struct track_job *job, int64_t time_us)
{
    size_t lo = 0, hi = job->n_events;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (time_of(job, mid) < time_us) lo = mid + 1;
        else hi = mid;
    }
    return (uint32_t)lo;
}

voc_rc track_run(struct tracker *t, const struct track_job *job, struct track_stays *stays, struct track_moves *moves)
{
    const struct track_rules *r = t->rules;
    t->job = job;
    t->stays = stays;
    t->moves = moves;
    t->first_stay = stays->n;
    t->stage = VOC_NONE;
    t->episode = t->episodes = 0;
    t->last_us = VOC_NA;
    t->acted = t->lapsed = false;
    t->known_pending = job->known_from_us != VOC_NA && r->known_stage != VOC_NONE;
    memset(t->fires, 0, r->j->n_stages);
    program_run_unit(t->run, job->entity, job->who);
    voc_rc rc = job->typed ? run_typed(t) : VOC_OK;
    size_t n = job->typed ? 0 : job->own ? job->n_own : job->n_events;
    for (size_t k = 0; !rc && k < n; k++) {
        uint32_t i = job->own ? job->own[k] : (uint32_t)k;
        rc = step(t, &job->events[i], i);
    }
    if (!rc && t->known_pending) rc = open_known(t);
    int64_t until_us;
    if (!rc && silent_at(t, r->window.end_us, &until_us)) rc = lapse(t, until_us);
    if (!rc) rc = close_stay(t, r->window.end_us, VOC_END_CENSORED, VOC_NONE);
    for (size_t s = t->first_stay; !rc && s < stays->n; s++) {
        stays->at[s].first_event = first_at(job, stays->at[s].in_us);
        stays->at[s].n_events = first_at(job, stays->at[s].out_us) - stays->at[s].first_event;
    }
    return rc;
}
