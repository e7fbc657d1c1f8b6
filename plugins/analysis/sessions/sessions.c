// SPDX-License-Identifier: MIT
//
// Analysis plugin sessions: visits, that is customer actions of one person without a pause longer than the gap (METHODS 1.6): how
// many, how long, and with what they begin and end. For display only: a session opens no journey. The state is whole numbers, gathered
// lengths and a set of persons, so that states can be added in any order; write.c makes the tables.
#include "plugins/analysis/sessions/sessions.h"

#define MAGIC UINT64_C(0x32304e5345434f56)  // "VOCESN02"

enum { OPT_GAP, OPT_BY, OPT_TOP, N_OPTIONS };
static const char *const by_choices[] = {"nothing", "segment", NULL};
static const voc_option options[N_OPTIONS] = {
    [OPT_GAP] = {"gap", VOC_OPT_DURATION, 0, "30m", "1s", "30d", NULL, "TIME", "a pause longer than this begins a new session"},
    [OPT_BY] = {"by", VOC_OPT_ENUM, 0, "nothing", NULL, NULL, by_choices, "WHAT", "also for each segment of the journey, by the person's first action in the session"},
    [OPT_TOP] = {"top", VOC_OPT_INT, 0, "10", "0", NULL, NULL, "N", "so many first and last actions, the most frequent; 0: all"},
};

// An array of words that is long enough for number i; new words are 0.
static voc_rc reach(const struct sessions *a, void **words, size_t *n, size_t size, size_t i)
{
    const size_t had = *n;
    voc_rc rc = analysis_reach(&a->base, words, n, i + 1, size);
    if (!rc && *n > had) memset((char *)*words + had * size, 0, (*n - had) * size);
    return rc;
}

// ---- the walk -------------------------------------------------------------------------------------------------------------------

static voc_rc mark_person(const struct sessions *a, struct sessions_part *p, uint32_t person)
{
    const size_t word = person / 64;
    voc_rc rc = reach(a, (void **)&p->persons, &p->n_persons, sizeof *p->persons, word);
    if (!rc) p->persons[word] |= UINT64_C(1) << (person % 64);
    return rc;
}

static inline voc_rc add_session(const struct sessions *a, struct sessions_part *p, uint64_t events, int64_t lasted, uint32_t first, uint32_t last)
{
    p->sessions++;
    p->events += events;
    p->single += events == 1;
    p->first[first]++;
    p->last[last]++;
    voc_rc rc = gaps_add_if(&p->lasted, &p->pool, lasted, events > 1);
    if (events < SESSIONS_SHORT) p->of_length[events]++;
    else if (!rc) rc = gathered_add(a->base.host, a->base.cx, &p->long_ones, (int64_t)events);
    return rc;
}

static voc_rc close_session(const struct sessions *a, struct sessions_state *s, const struct session *v)
{
    struct sessions_part *p = &s->parts[v->segment];
    voc_rc rc = add_session(a, p, v->events, v->last_us - v->first_us, v->first_action, v->last_action);
    if (!v->person) p->nobody += v->opens_person;
    return rc || !v->person ? rc : mark_person(a, p, v->person);
}

static voc_rc open_one(const struct sessions *a, struct sessions_state *s, uint32_t person, struct session **out)
{
    voc_rc rc = reach(a, (void **)&s->open, &s->room_open, sizeof *s->open, s->n_open);
    if (rc) return rc;
    *out = &s->open[s->n_open++];
    **out = (struct session){.person = person, .opens_person = true};
    return VOC_OK;
}

// The open session of a person. The first few of a unit are looked through; for the others `where` may hold anything for a
// person who has none (Briggs & Torczon 1993), so that nothing is cleared between units.
#define FEW 8u
static voc_rc of_person(const struct sessions *a, struct sessions_state *s, uint32_t person, struct session **out)
{
    for (size_t i = 0; i < s->n_open && i < FEW; i++)
        if (s->open[i].person == person) return *out = &s->open[i], VOC_OK;
    if (s->n_open < FEW) return open_one(a, s, person, out);
    voc_rc rc = reach(a, (void **)&s->where, &s->n_where, sizeof *s->where, person);
    if (rc) return rc;
    const uint32_t at = s->where[person];
    if (at >= FEW && at < s->n_open && s->open[at].person == person) return *out = &s->open[at], VOC_OK;
    s->where[person] = (uint32_t)s->n_open;
    return open_one(a, s, person, out);
}

// Events of several persons, that are told apart.
static voc_rc walk_persons(const struct sessions *a, struct sessions_state *s, const voc_journeys *j, size_t n)
{
    const int64_t *time = j->columns[VOC_COL_TIME];
    const uint32_t *action = j->columns[VOC_COL_ACTION], *person = j->columns[VOC_COL_INDIVIDUAL], *segment = j->columns[VOC_COL_SEGMENT];
    voc_rc rc = VOC_OK;
    struct session *v = NULL;
    s->n_open = 0;
    for (size_t i = 0; i < n && !rc; i++) {
        const size_t e = s->found[i];
        if (!v || v->person != person[e]) rc = of_person(a, s, person[e], &v);
        if (rc) return rc;
        if (v->events && (uint64_t)time[e] - (uint64_t)v->last_us > a->gap_us) {
            rc = close_session(a, s, v);
            *v = (struct session){.person = person[e]};
        }
        if (!v->events) {
            *v = (struct session){.person = person[e], .opens_person = v->opens_person, .first_us = time[e],
                                  .first_action = action[e], .segment = a->by_segment ? segment[e] : 0};
            if (v->segment >= a->n_segments) return VOC_E_BUG;
        }
        v->events++;
        v->last_us = time[e];
        v->last_action = action[e];
    }
    for (size_t i = 0; i < s->n_open && !rc; i++) rc = close_session(a, s, &s->open[i]);
    return rc;
}

// Events of one person: first where sessions begin, then each of them, so that no pause is a branch that nothing foretells.
// found: their numbers; NULL: they lie behind each other from `from` on.
static inline size_t place(const size_t *found, size_t from, size_t i) { return found ? found[i] : from + i; }
static inline voc_rc walk_person(const struct sessions *a, struct sessions_state *s, const voc_journeys *j, const size_t *found,
                                 size_t from, size_t n, uint32_t person)
{
    const int64_t *time = j->columns[VOC_COL_TIME];
    const uint32_t *action = j->columns[VOC_COL_ACTION], *segment = j->columns[VOC_COL_SEGMENT];
    size_t *begun = s->begun, m = 1;
    voc_rc rc = VOC_OK;
    begun[0] = 0;
    for (size_t i = 1; i < n; i++) {
        begun[m] = i;
        m += (uint64_t)time[place(found, from, i)] - (uint64_t)time[place(found, from, i - 1)] > a->gap_us;
    }
    begun[m] = n;
    for (size_t k = 0; k < m && !rc; k++) {
        const size_t first = place(found, from, begun[k]), last = place(found, from, begun[k + 1] - 1), part = a->by_segment ? segment[first] : 0;
        if (part >= a->n_segments) return VOC_E_BUG;
        rc = add_session(a, &s->parts[part], begun[k + 1] - begun[k], time[last] - time[first], action[first], action[last]);
        if (k == 0 && !person) s->parts[part].nobody++;
        if (person && !rc && (k == 0 || a->by_segment)) rc = mark_person(a, &s->parts[part], person);
    }
    return rc;
}

static voc_rc room_for(const struct sessions *a, struct sessions_state *s, size_t n)
{
    size_t room = s->room;
    voc_rc rc = analysis_reach(&a->base, (void **)&s->found, &room, n + 1, sizeof *s->found);
    return rc ? rc : analysis_reach(&a->base, (void **)&s->begun, &s->room, n + 1, sizeof *s->begun);
}

// Are all events of the batch acts of customers that count? Then nothing has to be picked out of them.
static bool all_count(const struct sessions *a, const voc_journeys *j)
{
    const int64_t *time = j->columns[VOC_COL_TIME];
    const uint8_t *actor = j->columns[VOC_COL_ACTOR], *class_ = j->columns[VOC_COL_CLASS];
    uint8_t others = 0;
    for (size_t e = 0; e < j->n_events; e++)
        others |= (uint8_t)((actor[e] != VOC_ACTOR_CUSTOMER) | (class_[e] == VOC_CLASS_MECHANICAL) |
                            (class_[e] == VOC_CLASS_UNDELIVERED));
    for (size_t i = 0; i < j->n_units && !others; i++) {
        const voc_unit *u = analysis_unit(j, i);
        if (u->n_events) others = time[u->first_event] < a->base.info->start_us; // times ascend
    }
    return !others;
}

// A unit of a batch whose events all count.
static voc_rc walk_whole_unit(const struct sessions *a, struct sessions_state *s, const voc_journeys *j, const voc_unit *u)
{
    const uint32_t *person = (const uint32_t *)j->columns[VOC_COL_INDIVIDUAL] + u->first_event;
    const size_t n = u->n_events;
    voc_rc rc = room_for(a, s, n);
    uint32_t others = 0;
    if (rc || !n) return rc;
    for (size_t i = 1; i < n; i++) others |= person[i] ^ person[0];
    if (!others) return walk_person(a, s, j, NULL, u->first_event, n, person[0]);
    for (size_t i = 0; i < n; i++) s->found[i] = u->first_event + i;
    return walk_persons(a, s, j, n);
}

static voc_rc walk_unit(const struct sessions *a, struct sessions_state *s, const voc_journeys *j, const voc_unit *u)
{
    const int64_t *time = j->columns[VOC_COL_TIME];
    const uint32_t *person = j->columns[VOC_COL_INDIVIDUAL];
    const uint8_t *actor = j->columns[VOC_COL_ACTOR], *class_ = j->columns[VOC_COL_CLASS];
    voc_rc rc = room_for(a, s, u->n_events);
    if (rc) return rc;
    size_t n = 0;
    uint32_t others = 0;
    for (size_t e = u->first_event, end = e + u->n_events; e < end; e++) {
        s->found[n] = e;
        n += (actor[e] == VOC_ACTOR_CUSTOMER) & (class_[e] != VOC_CLASS_MECHANICAL) & (class_[e] != VOC_CLASS_UNDELIVERED) &
             (time[e] >= a->base.info->start_us);
    }
    if (!n) return VOC_OK;
    for (size_t i = 1; i < n; i++) others |= person[s->found[i]] ^ person[s->found[0]];
    return others ? walk_persons(a, s, j, n) : walk_person(a, s, j, s->found, 0, n, person[s->found[0]]);
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j)
{
    const struct sessions *a = analysis;
    voc_rc rc = a->base.host->cancelled(a->base.cx) ? VOC_CANCELLED : VOC_OK;
    const bool whole = all_count(a, j);
    for (size_t i = 0; i < j->n_units && !rc; i++) {
        const voc_unit *u = analysis_unit(j, i);
        if (u->flags & VOC_JOURNEY_INTERNAL) continue;
        rc = whole ? walk_whole_unit(a, state, j, u) : walk_unit(a, state, j, u);
    }
    return rc;
}

// ---- the fold -------------------------------------------------------------------------------------------------------------------

static voc_rc begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *values, void **analysis)
{
    static const uint32_t columns[] = {VOC_COL_TIME, VOC_COL_ACTION, VOC_COL_ACTOR, VOC_COL_CLASS, VOC_COL_INDIVIDUAL}, segment[] = {VOC_COL_SEGMENT};
    struct sessions *a = host->alloc(cx, sizeof *a);
    if (!a) return VOC_E_NOMEM;
    *a = (struct sessions){.base = analysis_of(host, cx, run), .by_segment = values[OPT_BY].i == 1,
                           .gap_us = (uint64_t)values[OPT_GAP].i, .top = (uint64_t)values[OPT_TOP].i};
    a->n_segments = a->by_segment ? a->base.def->n_segments : 1;
    voc_rc rc = VOC_OK;
    if (a->by_segment && a->base.def->n_segments < 2)
        rc = analysis_refuse(
            &a->base, "SESSIONS-001",
            "<segment id=\"small\"> ... in the journey says who belongs to which; then voc journey use PROJECT FOLDER",
            "the journey of this project has no segments");
    if (!rc) rc = analysis_want(&a->base, columns, 5);
    if (!rc && a->by_segment) rc = analysis_want(&a->base, segment, 1);
    if (rc) host->free(cx, a);
    else *analysis = a;
    return rc;
}

static void state_free(void *analysis, void *state)
{
    const struct sessions *a = analysis;
    struct sessions_state *s = state;
    for (size_t i = 0; s->parts && i < a->n_segments; i++) {
        struct sessions_part *p = &s->parts[i];
        a->base.host->free(a->base.cx, p->first);
        a->base.host->free(a->base.cx, p->last);
        a->base.host->free(a->base.cx, p->persons);
        gathered_done(a->base.host, a->base.cx, &p->long_ones);
        pool_done(&p->pool);
    }
    a->base.host->free(a->base.cx, s->parts);
    a->base.host->free(a->base.cx, s->found);
    a->base.host->free(a->base.cx, s->begun);
    a->base.host->free(a->base.cx, s->where);
    a->base.host->free(a->base.cx, s->open);
    a->base.host->free(a->base.cx, s);
}

static voc_rc state_new(void *analysis, void **state)
{
    const struct sessions *a = analysis;
    struct sessions_state *s = NULL;
    voc_rc rc = analysis_zeroed(&a->base, (void **)&s, 1, sizeof *s);
    if (!rc) rc = analysis_zeroed(&a->base, (void **)&s->parts, a->n_segments, sizeof *s->parts);
    for (size_t i = 0; i < a->n_segments && !rc; i++) {
        s->parts[i].pool = (struct pool){a->base.host, a->base.cx, NULL};
        rc = analysis_zeroed(&a->base, (void **)&s->parts[i].first, a->base.def->n_actions, sizeof(uint64_t));
        if (!rc) rc = analysis_zeroed(&a->base, (void **)&s->parts[i].last, a->base.def->n_actions, sizeof(uint64_t));
    }
    if (!rc) *state = s;
    else if (s) state_free(analysis, s);
    return rc;
}

// What it gathered, `from` hands over: it keeps its counts only.
voc_rc sessions_join(const struct sessions *a, struct sessions_part *into, struct sessions_part *from)
{
    into->sessions += from->sessions;
    into->events += from->events;
    into->single += from->single;
    into->nobody += from->nobody;
    for (size_t i = 0; i < a->base.def->n_actions; i++) {
        into->first[i] += from->first[i];
        into->last[i] += from->last[i];
    }
    voc_rc rc = from->n_persons ? reach(a, (void **)&into->persons, &into->n_persons, sizeof *into->persons, from->n_persons - 1) : VOC_OK;
    for (size_t i = 0; i < from->n_persons && !rc; i++) into->persons[i] |= from->persons[i];
    for (size_t i = 0; i < SESSIONS_SHORT; i++) into->of_length[i] += from->of_length[i];
    gaps_join(&into->lasted, &from->lasted);
    pool_join(&into->pool, &from->pool);
    return rc ? rc : gathered_join(a->base.host, a->base.cx, &into->long_ones, &from->long_ones);
}

static voc_rc merge(void *analysis, void *into, void *from)
{
    const struct sessions *a = analysis;
    struct sessions_state *x = into;
    struct sessions_state *y = from;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < a->n_segments && !rc; i++) rc = sessions_join(a, &x->parts[i], &y->parts[i]);
    return rc;
}

// Rooms grow by doubling, so trailing zeros are left out: the same persons are the same bytes.
static size_t used(const struct sessions_part *p)
{
    size_t n = p->n_persons;
    while (n && !p->persons[n - 1]) n--;
    return n;
}

static voc_rc save_part(const struct sessions *a, struct portable_out *o, struct sessions_part *p)
{
    const uint64_t n[] = {p->sessions, p->events, p->single, p->nobody, used(p)};
    for (size_t k = 0; k < sizeof n / sizeof *n; k++) portable_put(o, n[k]);
    for (size_t k = 0; k < used(p); k++) portable_put(o, p->persons[k]);
    for (size_t k = 0; k < a->base.def->n_actions; k++) portable_put(o, p->first[k]);
    for (size_t k = 0; k < a->base.def->n_actions; k++) portable_put(o, p->last[k]);
    for (size_t k = 0; k < SESSIONS_SHORT; k++) portable_put(o, p->of_length[k]);
    portable_put_gathered(o, &p->long_ones);
    voc_rc rc = portable_flush(o);
    return rc ? rc : gaps_save(&p->lasted, a->base.host, o->writer);
}

static voc_rc save(void *analysis, void *state, voc_writer *w)
{
    const struct sessions *a = analysis;
    struct sessions_state *s = state;
    struct portable_out o = {.host = a->base.host, .writer = w};
    const uint64_t head[] = {MAGIC, a->gap_us, a->n_segments, a->base.def->n_actions};
    for (size_t i = 0; i < sizeof head / sizeof *head; i++) portable_put(&o, head[i]);
    voc_rc rc = portable_flush(&o);
    for (size_t i = 0; i < a->n_segments && !rc; i++) rc = save_part(a, &o, &s->parts[i]);
    return rc;
}

// The medians count on it: every session has a length, and one that is longer than one event a duration.
static bool adds_up(const struct sessions_part *p)
{
    uint64_t n = p->long_ones.n;
    for (size_t k = 0; k < SESSIONS_SHORT; k++) n += p->of_length[k];
    return n == p->sessions && p->single == p->of_length[1] && p->single <= p->sessions && gaps_n(&p->lasted) == p->sessions - p->single;
}

static voc_rc load_part(const struct sessions *a, struct portable_in *in, struct sessions_part *p)
{
    p->sessions += portable_get(in);
    p->events += portable_get(in);
    p->single += portable_get(in);
    p->nobody += portable_get(in);
    const uint64_t n = portable_get(in);
    if (in->broken || n > in->left / 8) return VOC_E_INPUT;
    voc_rc rc = n ? reach(a, (void **)&p->persons, &p->n_persons, sizeof *p->persons, (size_t)n - 1) : VOC_OK;
    if (rc) return rc;
    for (size_t k = 0; k < n; k++) p->persons[k] |= portable_get(in);
    for (size_t k = 0; k < a->base.def->n_actions; k++) p->first[k] += portable_get(in);
    for (size_t k = 0; k < a->base.def->n_actions; k++) p->last[k] += portable_get(in);
    for (size_t k = 0; k < SESSIONS_SHORT; k++) p->of_length[k] += portable_get(in);
    rc = portable_get_gathered(in, a->base.host, a->base.cx, &p->long_ones);
    if (rc) return rc;
    struct bytes b = {in->at, in->at + in->left};
    rc = gaps_load(&p->lasted, &p->pool, &b);
    in->left = (size_t)(b.end - b.at);
    in->at = b.at;
    return rc ? rc : adds_up(p) ? VOC_OK : VOC_E_INPUT;
}

static voc_rc load(void *analysis, void *state, const void *data, size_t size)
{
    const struct sessions *a = analysis;
    struct sessions_state *s = state;
    struct portable_in in = {data, size, false};
    const uint64_t head[] = {MAGIC, a->gap_us, a->n_segments, a->base.def->n_actions};
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        if (portable_get(&in) != head[i]) {
            (void)analysis_refuse(&a->base, "SESSIONS-002", "fold every part with the same options and the same journey",
                                  i ? "this part answers another question" : "this is no part of sessions");
            return VOC_E_INPUT;
        }
    for (size_t i = 0; i < a->n_segments && !rc; i++) rc = load_part(a, &in, &s->parts[i]);
    if (rc == VOC_E_NOMEM || (!rc && !in.broken && !in.left)) return rc;
    (void)analysis_refuse(&a->base, "SESSIONS-003", "fold it again", "this part of the sessions is damaged");
    return VOC_E_INPUT;
}

static voc_rc finish(void *analysis, void *state)
{
    const struct sessions *a = analysis;
    struct sessions_state *s = state;
    void *all = NULL;  // a state whose only part is used: everybody
    voc_rc rc = state_new(analysis, &all);
    for (size_t i = 0; i < a->n_segments && !rc; i++) {
        sessions_measure(&s->parts[i]);
        rc = sessions_join(a, &((struct sessions_state *)all)->parts[0], &s->parts[i]);
    }
    if (!rc) sessions_measure(&((struct sessions_state *)all)->parts[0]);
    if (!rc) rc = sessions_write(a, s, &((struct sessions_state *)all)->parts[0]);
    if (all) state_free(analysis, all);
    return rc;
}

static void end(void *analysis)
{
    struct sessions *a = analysis;
    a->base.host->free(a->base.cx, a);
}

static const voc_analysis_ops ops = {.struct_size = sizeof ops, .begin = begin, .state_new = state_new, .batch = batch, .merge = merge, .save = save, .load = load,
                                     .finish = finish, .state_free = state_free, .end = end};

static const char about[] =
    "A session is what one person does without a pause longer than --gap (30 minutes); actions that no person made, such as a mail\n"
    "opened by a machine, and what the company does are no part of it. Sessions are for display: they open no journey and end none.\n"
    "\n"
    "The table ends says with which action sessions begin and end. Where a project is read by case, a session is what one person does\n"
    "in one case; events that name no person count as those of one person for each case or account.\n"
    "\n"
    "  voc sessions shop.voc\n"
    "  voc sessions shop.voc --gap 1h --by segment --top 3";

static const voc_plugin plugin = {.struct_size = sizeof plugin,
                                  .abi_major = VOC_ABI_MAJOR,
                                  .abi_minor = VOC_ABI_MINOR,
                                  .kind = VOC_KIND_ANALYSIS,
                                  .flags = VOC_NAMELESS,
                                  .option_size = sizeof(voc_option),
                                  .name = "sessions",
                                  .version = "0.1.0",
                                  .summary = "visits of customers: how many, how long, how they begin and end",
                                  .licence = "MIT",
                                  .author = "the Vocstream authors",
                                  .options = options,
                                  .n_options = N_OPTIONS,
                                  .ops = &ops,
                                  .about = about};

VOC_PLUGIN("analysis", "sessions", "0.1.0", "MIT", plugin)
