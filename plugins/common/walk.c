// SPDX-License-Identifier: MIT
//
// One pass over the events of a unit beside its stays. Which event opens and which one ends an episode is decided by the
// stage after each event, so that events of the same second fall on the right side.
#include "plugins/common/analysis.h"
#include "plugins/common/walk.h"

#include <stdio.h>
#include <string.h>

static voc_rc touch_nodes(struct walk *w)
{
    const size_t n = w->def->n_touchpoints;
    uint32_t *node = w->host->alloc(w->cx, (n + 1) * sizeof *node);
    if (!node) return VOC_E_NOMEM;
    for (size_t i = 0; i < n; i++) node[i] = definition_touchpoint(w->def, i)->kind == VOC_TOUCH_WORK ? VOC_NONE : (uint32_t)(w->def->n_actions + i);
    node[n] = VOC_NONE;
    w->of_touchpoint = node;
    return VOC_OK;
}

voc_rc walk_begin(struct walk *w, const voc_host *host, voc_context *cx, voc_run *run, uint32_t what, bool collapse, bool segments)
{
    const voc_definition *d = host->definition(run);
    *w = (struct walk){.host = host, .cx = cx, .run = run, .def = d, .info = host->info(run), .what = what, .collapse = collapse,
                       .segments = segments};
    w->staged = d->n_stages > 0;
    w->episodes = w->staged && d->unit != VOC_UNIT_CASE;
    if (d->n_actions + d->n_touchpoints >= (size_t)1 << 28) return VOC_E_LIMIT;
    w->n_nodes = (uint32_t)(d->n_actions + d->n_touchpoints);
    voc_rc rc = touch_nodes(w);
    if (!rc) rc = host->want_column(run, VOC_COL_TIME);
    if (!rc) rc = host->want_column(run, VOC_COL_ACTOR);
    if (!rc && what != WALK_TOUCHES) rc = host->want_column(run, VOC_COL_ACTION);
    if (!rc && what != WALK_CUSTOMER) rc = host->want_column(run, VOC_COL_TOUCHPOINT);
    if (!rc && what != WALK_CUSTOMER) rc = host->want_column(run, VOC_COL_DELIVERED);
    if (!rc && segments) rc = host->want_column(run, VOC_COL_SEGMENT);
    if (!rc && w->episodes) rc = host->want_column(run, VOC_COL_STAGE);
    return rc;
}

// ---- names -------------------------------------------------------------------------------------------------------------

const char *walk_kind(const struct walk *w, uint32_t node) { return node < w->def->n_actions ? "" : "touchpoint:"; }

voc_str walk_name(const struct walk *w, uint32_t node)
{
    return node < w->def->n_actions ? definition_action(w->def, node)->name : definition_touchpoint(w->def, node - w->def->n_actions)->id;
}

static int compare_bytes(voc_str a, voc_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

// Of which byte the name as written (kind and name together) has at a place.
static int byte_at(const struct walk *w, uint32_t node, size_t i)
{
    const char *kind = walk_kind(w, node);
    size_t before = strlen(kind);
    voc_str name = walk_name(w, node);
    if (i < before) return (unsigned char)kind[i];
    return i - before < name.len ? (unsigned char)name.ptr[i - before] : -1;
}

int walk_compare(const struct walk *w, uint32_t a, uint32_t b)
{
    int c = 0;
    if (walk_kind(w, a) == walk_kind(w, b) || strcmp(walk_kind(w, a), walk_kind(w, b)) == 0)
        c = compare_bytes(walk_name(w, a), walk_name(w, b));
    else
        for (size_t i = 0; !c; i++) {
            int x = byte_at(w, a, i), y = byte_at(w, b, i);
            if (x < 0 && y < 0) break;
            c = x - y;
        }
    return c ? c : (a > b) - (a < b);
}

const char *walk_unit_word(const struct walk *w)
{
    return w->def->unit == VOC_UNIT_CASE ? "cases" : w->def->unit == VOC_UNIT_ACCOUNT ? "accounts" : "customers";
}

// ---- walking -----------------------------------------------------------------------------------------------------------

struct unit_events {
    const int64_t *time;
    const uint8_t *actor, *delivered;
    const uint32_t *action, *touchpoint, *segment, *stage;
    const uint8_t *const *predicates;  // of the whole batch: the first of these events is at `first`
    size_t first, n;
};

static struct unit_events events_of(const voc_journeys *j, const voc_unit *u)
{
    struct unit_events e = {.n = u->n_events, .first = u->first_event, .predicates = j->predicates};
    size_t at = u->first_event;
#define COLUMN(member, type, column) e.member = j->columns[column] ? (const type *)j->columns[column] + at : NULL
    COLUMN(time, int64_t, VOC_COL_TIME);
    COLUMN(actor, uint8_t, VOC_COL_ACTOR);
    COLUMN(delivered, uint8_t, VOC_COL_DELIVERED);
    COLUMN(action, uint32_t, VOC_COL_ACTION);
    COLUMN(touchpoint, uint32_t, VOC_COL_TOUCHPOINT);
    COLUMN(segment, uint32_t, VOC_COL_SEGMENT);
    COLUMN(stage, uint32_t, VOC_COL_STAGE);
#undef COLUMN
    return e;
}

// The node of a touch, or VOC_NONE: this event is none of those that are walked.
static inline uint32_t touch_of(const struct walk *w, const struct unit_events *e, size_t i)
{
    const uint32_t t = e->touchpoint[i];
    const uint32_t node = w->of_touchpoint[t < w->def->n_touchpoints ? t : w->def->n_touchpoints];
    return ((e->actor[i] == VOC_ACTOR_COMPANY) & (e->delivered[i] != 0)) ? node : VOC_NONE;
}

static inline uint32_t node_of(const struct walk *w, const struct unit_events *e, size_t i, uint32_t what)
{
    const bool customer = e->actor[i] == VOC_ACTOR_CUSTOMER;
    if (what == WALK_CUSTOMER) return customer ? e->action[i] : VOC_NONE;
    const uint32_t touch = touch_of(w, e, i);
    if (what == WALK_TOUCHES) return customer ? VOC_NONE : touch;
    return customer ? e->action[i] : touch;
}

static voc_rc make_room(const struct walk *w, struct walker *k, size_t extra)
{
    size_t cap = k->cap ? k->cap : 256;
    if (extra > SIZE_MAX / 32 - k->n) return VOC_E_NOMEM;
    if (k->n + extra <= k->cap) return VOC_OK;
    while (cap < k->n + extra) cap *= 2;
    uint32_t *node = w->host->resize(w->cx, k->node, cap * sizeof *node);
    if (node) k->node = node;
    int64_t *came = node ? w->host->resize(w->cx, k->came, cap * sizeof *came) : NULL;
    if (came) k->came = came;
    int64_t *left = came && w->collapse ? w->host->resize(w->cx, k->left, cap * sizeof *left) : NULL;
    if (left) k->left = left;
    uint8_t *marks = came && w->limits.n_conditions ? w->host->resize(w->cx, k->mark, cap) : NULL;
    if (marks) k->mark = marks;
    if (!came || (w->collapse && !left) || (w->limits.n_conditions && !marks)) return VOC_E_NOMEM;
    k->cap = cap;
    return VOC_OK;
}

// Without a branch on what an event is: what does not count is overwritten by the next.
static inline void copy_nodes(const struct walk *w, struct walker *k, const struct unit_events *e, size_t from, size_t to, uint32_t what)
{
    uint32_t *node = k->node;
    int64_t *came = k->came;
    size_t n = k->n;
    for (size_t i = from; i < to; i++) {
        const uint32_t x = node_of(w, e, i, what);
        node[n] = x;
        came[n] = e->time[i];
        n += x != VOC_NONE;
    }
    k->n = n;
}

// What predicates say of the nodes that copy_nodes takes from the same events; the first of them becomes node n.
static void copy_marks(const struct walk *w, struct walker *k, const struct unit_events *e, size_t from, size_t to, size_t n)
{
    const struct walk_limits *l = &w->limits;
    for (size_t i = from; i < to; i++) {
        if (node_of(w, e, i, w->what) == VOC_NONE) continue;
        k->mark[n] = 0;
        for (size_t c = 0; c < l->n_conditions; c++)
            if (e->predicates[l->condition[c].index][e->first + i]) k->mark[n] |= l->condition[c].mark;
        n++;
    }
}

// Events before the data count: a prefix of any range, as times ascend. Gives where the others begin.
static size_t leave_out(const struct walk *w, struct walker *k, const struct unit_events *e, size_t from, size_t to)
{
    for (; from < to && w->info->start_declared && e->time[from] < w->info->start_us; from++) {
        const uint64_t counts = node_of(w, e, from, w->what) != VOC_NONE;
        k->counts[WALK_OF_KIND] += counts;
        k->counts[WALK_BEFORE] += counts;
    }
    return from;
}

// Adds events [from, to) to the journey at hand.
static voc_rc gather(const struct walk *w, struct walker *k, const struct unit_events *e, size_t from, size_t to, struct walked *j)
{
    const uint64_t before = k->counts[WALK_BEFORE], had = k->n;
    voc_rc rc = make_room(w, k, to - from);
    if (rc) return rc;
    from = leave_out(w, k, e, from, to);
    j->cut = j->cut || k->counts[WALK_BEFORE] > before;
    if (w->what == WALK_CUSTOMER) copy_nodes(w, k, e, from, to, WALK_CUSTOMER);
    else if (w->what == WALK_TOUCHES) copy_nodes(w, k, e, from, to, WALK_TOUCHES);
    else copy_nodes(w, k, e, from, to, WALK_ALL);
    if (w->limits.n_conditions) copy_marks(w, k, e, from, to, had);
    k->counts[WALK_OF_KIND] += k->n - had;
    k->counts[WALK_STEPS] += k->n - had;
    for (; w->segments && j->segment == VOC_NONE && k->n > had; from++)
        if (node_of(w, e, from, w->what) != VOC_NONE) j->segment = e->segment[from];
    return VOC_OK;
}

// Repeats in a row become one, that lasts from the first of them to the last. Of nodes [from, to); gives how many are left.
static size_t collapse(struct walker *k, size_t from, size_t to)
{
    size_t m = from;
    for (size_t i = from; i < to; i++) {
        const uint32_t node = k->node[i];
        const int64_t time = k->came[i];
        const bool same = m > from && k->node[m - 1] == node;
        m += !same;
        k->node[m - 1] = node;
        k->came[m - 1] = same ? k->came[m - 1] : time;
        k->left[m - 1] = time;
    }
    return m - from;
}

static voc_rc tell(struct walker *k, struct walked *to, walk_fn *fn, void *user)
{
    k->counts[WALK_JOURNEYS]++;
    k->counts[WALK_OPEN] += to->open;
    k->counts[WALK_CUT] += to->cut;
    return fn(user, to);
}

// A journey with limits, its nodes not yet collapsed, way by way. Those that are collapsed lie in the walker.
static voc_rc tell_ways(const struct walk *w, struct walker *k, const struct walked *journey, walk_fn *fn, void *user)
{
    voc_rc rc = VOC_OK;
    k->counts[WALK_STEPS] -= journey->n;
    k->counts[WALK_BEYOND] += journey->n;
    for (struct way x = {0}; !rc && walk_next_way(w, journey, &x);) {
        struct walked to = *journey;
        if (x.missed) {
            k->counts[WALK_LEFT_OUT]++;
            continue;
        }
        k->counts[WALK_STEPS] += x.to - x.from;
        k->counts[WALK_BEYOND] -= x.to - x.from;
        to.n = w->collapse ? collapse(k, x.from, x.to) : x.to - x.from;
        to.node = journey->node + x.from;
        to.came = journey->came + x.from;
        to.left = (w->collapse ? k->left : journey->came) + x.from;
        to.more = journey->n - x.from - to.n;
        to.open = x.open;
        to.cut = x.cut;
        to.limited = x.limited;
        rc = tell(k, &to, fn, user);
    }
    return rc;
}

static voc_rc give(const struct walk *w, struct walker *k, struct walked *to, walk_fn *fn, void *user)
{
    if (!k->n) return VOC_OK;
    to->node = k->node;
    to->came = k->came;
    to->mark = w->limits.n_conditions ? k->mark : NULL;
    to->n = k->n;
    if (w->limits.any) return tell_ways(w, k, to, fn, user);
    if (w->collapse) to->n = collapse(k, 0, k->n);
    to->left = w->collapse ? k->left : k->came;
    return tell(k, to, fn, user);
}

static bool began_unseen(const voc_stay *first) { return (first->flags & (VOC_STAY_TRUNCATED | VOC_STAY_KNOWN_FROM)) == VOC_STAY_TRUNCATED; }

// What the first and the last stay say of a unit that is one journey.
static void as_stays_say(const struct walk *w, const voc_journeys *j, const voc_unit *u, struct walked *to)
{
    if (!w->staged) return;
    to->first_stay = u->first_stay;
    to->n_stays = u->n_stays;
    to->open = u->n_stays == 0 || analysis_stay(j, u->first_stay + u->n_stays - 1)->end == VOC_END_CENSORED;
    if (u->n_stays) to->segment = analysis_stay(j, u->first_stay)->segment;
    if (u->n_stays) to->cut = began_unseen(analysis_stay(j, u->first_stay));
}

static voc_rc walk_whole(const struct walk *w, struct walker *k, const voc_journeys *j, const voc_unit *u, walk_fn *fn, void *user)
{
    struct unit_events e = events_of(j, u);
    struct walked to = {.unit = u, .segment = VOC_NONE};
    as_stays_say(w, j, u, &to);
    k->n = 0;
    voc_rc rc = gather(w, k, &e, 0, e.n, &to);
    return rc ? rc : give(w, k, &to, fn, user);
}

// Events [from, to) belong to no journey.
static void outside(const struct walk *w, struct walker *k, const struct unit_events *e, size_t from, size_t to)
{
    for (from = leave_out(w, k, e, from, to); from < to; from++) {
        const uint64_t counts = node_of(w, e, from, w->what) != VOC_NONE;
        k->counts[WALK_OF_KIND] += counts;
        k->counts[WALK_OUTSIDE] += counts;
    }
}

// The first event from `at` on that belongs to an episode that begins with this stay, and the first behind one that ends with
// this stay: events of the second at which a stay begins or ends are told apart by the stage after them.
static size_t episode_from(const struct unit_events *e, size_t at, const voc_stay *first)
{
    while (at < e->n && (e->time[at] < first->in_us || (e->time[at] == first->in_us && e->stage[at] == VOC_NONE))) at++;
    return at;
}

static size_t episode_to(const struct unit_events *e, size_t at, const voc_stay *last)
{
    while (at < e->n && e->time[at] < last->out_us) at++;
    if (last->end != VOC_END_EXIT) return at;
    for (; at < e->n && e->time[at] == last->out_us; at++)
        if (e->stage[at] == VOC_NONE) return at + 1;  // it was the one that ends the episode
    return at;
}

static voc_rc walk_episodes(const struct walk *w, struct walker *k, const voc_journeys *j, const voc_unit *u, walk_fn *fn, void *user)
{
    struct unit_events e = events_of(j, u);
    size_t at = 0;
    voc_rc rc = VOC_OK;
    for (size_t s = 0, next; s < u->n_stays && !rc; s = next) {
        const voc_stay *first = analysis_stay(j, u->first_stay + s), *last = first;
        for (next = s + 1; next < u->n_stays && analysis_stay(j, u->first_stay + next)->episode == first->episode; next++)
            last = analysis_stay(j, u->first_stay + next);
        struct walked to = {.unit = u, .first_stay = u->first_stay + s, .n_stays = next - s, .segment = first->segment,
                            .open = last->end == VOC_END_CENSORED, .cut = began_unseen(first)};
        const size_t from = episode_from(&e, at, first);
        outside(w, k, &e, at, from);
        at = episode_to(&e, from, last);
        k->n = 0;
        rc = gather(w, k, &e, from, at, &to);
        if (!rc) rc = give(w, k, &to, fn, user);
    }
    outside(w, k, &e, at, e.n);
    return rc;
}

// Every event of the batch is an act of a customer that counts: journeys are then the columns themselves.
static bool columns_are_journeys(const struct walk *w, const voc_journeys *j)
{
    static const unsigned char customers[8] = {VOC_ACTOR_CUSTOMER, VOC_ACTOR_CUSTOMER, VOC_ACTOR_CUSTOMER, VOC_ACTOR_CUSTOMER,
                                               VOC_ACTOR_CUSTOMER, VOC_ACTOR_CUSTOMER, VOC_ACTOR_CUSTOMER, VOC_ACTOR_CUSTOMER};
    const uint8_t *actor = j->columns[VOC_COL_ACTOR];
    uint64_t all, eight, other = 0;
    size_t i = 0;
    if (w->episodes || w->collapse || w->what == WALK_TOUCHES || w->info->start_declared || w->limits.n_conditions) return false;
    memcpy(&all, customers, 8);
    for (; i + 8 <= j->n_events; i += 8) {
        memcpy(&eight, actor + i, 8);
        other |= eight ^ all;
    }
    for (; i < j->n_events; i++) other |= actor[i] ^ (uint64_t)VOC_ACTOR_CUSTOMER;
    return !other;
}

static voc_rc walk_columns(const struct walk *w, struct walker *k, const voc_journeys *j, const voc_unit *u, walk_fn *fn, void *user)
{
    const int64_t *time = (const int64_t *)j->columns[VOC_COL_TIME] + u->first_event;
    struct walked to = {.unit = u, .node = (const uint32_t *)j->columns[VOC_COL_ACTION] + u->first_event, .came = time,
                        .left = time, .n = u->n_events, .more = j->n_events - u->first_event - u->n_events, .segment = VOC_NONE};
    if (!u->n_events) return VOC_OK;
    as_stays_say(w, j, u, &to);
    if (w->segments && to.segment == VOC_NONE) to.segment = ((const uint32_t *)j->columns[VOC_COL_SEGMENT])[u->first_event];
    k->counts[WALK_OF_KIND] += to.n;
    k->counts[WALK_STEPS] += to.n;
    return w->limits.any ? tell_ways(w, k, &to, fn, user) : tell(k, &to, fn, user);
}

bool walk_lies(const struct walk *w, const voc_journeys *j) { return !w->staged && !w->segments && !w->limits.any && columns_are_journeys(w, j); }

void walk_counted(struct walker *k, uint64_t journeys, uint64_t steps)
{
    k->counts[WALK_JOURNEYS] += journeys;
    k->counts[WALK_OF_KIND] += steps;
    k->counts[WALK_STEPS] += steps;
}

voc_rc walk_batch(const struct walk *w, struct walker *k, const voc_journeys *j, walk_fn *fn, void *user)
{
    const bool plain = columns_are_journeys(w, j);
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < j->n_units && !rc; i++) {
        const voc_unit *u = analysis_unit(j, i);
        if (u->flags & VOC_JOURNEY_INTERNAL) continue;
        rc = w->episodes ? walk_episodes(w, k, j, u, fn, user) : plain ? walk_columns(w, k, j, u, fn, user) : walk_whole(w, k, j, u, fn, user);
    }
    return rc;
}

voc_rc walk_unit(const struct walk *w, struct walker *k, const voc_journeys *j, const voc_unit *u, walk_fn *fn, void *user)
{
    return w->episodes ? walk_episodes(w, k, j, u, fn, user) : walk_whole(w, k, j, u, fn, user);
}

void walker_done(const struct walk *w, struct walker *k)
{
    w->host->free(w->cx, k->node);
    w->host->free(w->cx, k->came);
    w->host->free(w->cx, k->left);
    w->host->free(w->cx, k->mark);
    memset(k, 0, sizeof *k);
}

// ---- saved states ------------------------------------------------------------------------------------------------------

static uint64_t head_number(const struct walk *w, size_t i)
{
    const uint64_t numbers[] = {w->def->n_actions, w->def->n_touchpoints, w->def->n_segments, w->what, w->collapse, w->limits.question};
    return numbers[i];
}
#define N_HEAD 6u

voc_rc walk_save(const struct walk *w, const struct walker *k, const char magic[8], voc_writer *to)
{
    voc_rc rc = w->host->write(to, magic, 8);
    if (!rc) rc = varint_write(w->host, to, w->def->hash.len);
    if (!rc && w->def->hash.len) rc = w->host->write(to, w->def->hash.ptr, w->def->hash.len);
    for (size_t i = 0; i < N_HEAD && !rc; i++) rc = varint_write(w->host, to, head_number(w, i));
    for (size_t i = 0; i < WALK_N_COUNTS && !rc; i++) rc = varint_write(w->host, to, k->counts[i]);
    return rc;
}

voc_rc walk_load(const struct walk *w, struct walker *k, const char magic[8], struct bytes *b)
{
    uint64_t v, counts[WALK_N_COUNTS];
    voc_str hash = w->def->hash;
    if (b->end - b->at < 8 || memcmp(b->at, magic, 8) != 0) return VOC_E_INPUT;
    b->at += 8;
    if (!varint_get(b, &v) || v != hash.len || v > (uint64_t)(b->end - b->at)) return VOC_E_INPUT;
    if (hash.len && memcmp(b->at, hash.ptr, hash.len) != 0) return VOC_E_INPUT;
    b->at += hash.len;
    for (size_t i = 0; i < N_HEAD; i++)
        if (!varint_get(b, &v) || v != head_number(w, i)) return VOC_E_INPUT;
    for (size_t i = 0; i < WALK_N_COUNTS; i++)
        if (!varint_get(b, &counts[i])) return VOC_E_INPUT;
    for (size_t i = 0; i < WALK_N_COUNTS; i++) k->counts[i] += counts[i];
    return VOC_OK;
}

// ---- what is said ------------------------------------------------------------------------------------------------------

voc_rc walk_complain(const struct walk *w, const char *code, const char *message, const char *hint)
{
    voc_diag d = {.struct_size = sizeof d, .severity = VOC_ERROR, .code = {code, strlen(code)},
                  .message = {message, strlen(message)}, .hint = {hint, strlen(hint)}};
    w->host->diag(w->cx, &d);
    return VOC_E_OPTION;
}

voc_rc walk_nothing(const struct walk *w, const struct walker *k, const char *code, const char *command)
{
    char hint[300];
    if (k->counts[WALK_LEFT_OUT]) {
        if (w->limits.n_conditions && w->what != WALK_ALL)
            snprintf(hint, sizeof hint,
                     "a predicate counts at the events that are followed, here %s; add --events all: both are followed then",
                     w->what == WALK_TOUCHES ? "touches of the company" : "those of customers");
        else snprintf(hint, sizeof hint, "voc %s PROJECT --from FIRST without --to shows what follows; a longer --within or --gap gives them more time", command);
        return walk_complain(w, code,
                             w->limits.from.len && w->limits.to.len ? "no journey leads from what --from names to what --to names"
                             : w->limits.to.len                     ? "no journey comes to what --to names"
                                                                    : "no journey has what --from names",
                             hint);
    }
    if (k->counts[WALK_OF_KIND]) {
        snprintf(hint, sizeof hint, "voc stages PROJECT shows which stages are entered; the <definition> of a stage says which actions open it");
        return walk_complain(w, code,
                             k->counts[WALK_OUTSIDE]
                                 ? "none of what customers did opens a stage of the journey: no journey has begun"
                                 : "everything here was before the time from which the data count",
                             hint);
    }
    if (w->what == WALK_CUSTOMER) {
        snprintf(hint, sizeof hint,
                 "voc %s PROJECT --events touches follows what the company did; voc worksheet PROJECT -o sheet.csv "
                 "says which actions are those of customers",
                 command);
        return walk_complain(w, code, "nothing in this project is known to be an act of a customer", hint);
    }
    snprintf(hint, sizeof hint,
             "voc %s PROJECT follows what customers did; voc sql PROJECT \"SELECT actor, touchpoint, count(*) AS "
             "n FROM event GROUP BY 1, 2 ORDER BY n DESC\" shows what there is",
             command);
    return walk_complain(w, code, "no touch of the company is in this project", hint);
}
