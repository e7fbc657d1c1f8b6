// SPDX-License-Identifier: MIT
//
// Analysis plugin flow: what customers do next (METHODS 4.1), the directly-follows graph with counts and gaps. The fold counts
// in integers and gathers gaps; mean and median come of them in finish.
#include "plugins/analysis/flow/flow.h"

#include <string.h>

#include "plugins/common/analysis.h"

static const char *const by_choices[] = {"nothing", "segment", NULL};
static const char *const events_choices[] = {"customer", "touches", "all", NULL};
static const voc_option options[N_OPTIONS] = {
    [OPT_BY] = {"by", VOC_OPT_ENUM, 0, "nothing", NULL, NULL, by_choices, "WHAT", "segment: each segment of customers by itself"},
    [OPT_EVENTS] = {"events", VOC_OPT_ENUM, 0, "customer", NULL, NULL, events_choices, "WHICH", "follow what customers do (customer), what the company sends and does to them (touches), or both (all)"},
    [OPT_COLLAPSE] = {"collapse", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, "YES|NO", "count the same thing several times in a row as once"},
    [OPT_MEDIAN] = {"median", VOC_OPT_BOOL, 0, "yes", NULL, NULL, NULL, "YES|NO", "also the time that half of them took at most; without it the mean only, in less time and memory"},
    [OPT_DETAIL] = {"detail", VOC_OPT_REAL, 0, "80", "1", "100", NULL, "PERCENT", "show and draw the most frequent steps until they make up so much of all"},
    [OPT_ALL] = {"all", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, "YES|NO", "list every step, whatever --detail says; it is then only drawn"},
    [OPT_GAP] = {"gap", VOC_OPT_DURATION, 0, NULL, "1s", NULL, NULL, "TIME", "a way ends where nothing happened for more than this, such as 30d, and another begins behind it (never)"},
    [OPT_WITHIN] = {"within", VOC_OPT_DURATION, 0, NULL, "1s", NULL, NULL, "TIME", "only what happened within this time of the beginning of a way (any time)"},
    [OPT_FROM] = {"from", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "ACTION", "a way begins with the first of these: A, A|B for one of them, touchpoint:ID for a touch of the company, predicate:ID for what a <predicate> of the journey says"},
    [OPT_TO] = {"to", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "ACTION", "a way ends with the first of these behind its beginning; who does none of them is left out"},
};
#define DENSE_MOST ((size_t)1 << 20)  // pairs that have a slot each
#define TALLIES_MOST ((size_t)1 << 16)
static const char magic[8] = {'V', 'O', 'C', 'F', 'L', 'O', 'W', '1'};

static voc_rc begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *given, void **analysis)
{
    struct flow *f = host->alloc(cx, sizeof *f);
    voc_value *own = host->alloc(cx, N_OPTIONS * sizeof *own);
    if (!f || !own) return VOC_E_NOMEM;
    memcpy(own, given, N_OPTIONS * sizeof *own);
    f->options = own;
    f->medians = own[OPT_MEDIAN].i != 0;
    *analysis = f;
    voc_rc rc = walk_begin(&f->w, host, cx, run, (uint32_t)own[OPT_EVENTS].i, own[OPT_COLLAPSE].i != 0, own[OPT_BY].i == BY_SEGMENT);
    if (!rc) rc = walk_limit(&f->w, "FLOW-002", (struct walk_asked){&own[OPT_GAP], &own[OPT_WITHIN], &own[OPT_FROM], &own[OPT_TO]});
    const size_t segments = own[OPT_BY].i == BY_SEGMENT ? f->w.def->n_segments : 1;
    f->stride = (size_t)f->w.n_nodes + 2;
    f->n_dense = f->stride <= DENSE_MOST / f->stride && segments <= DENSE_MOST / (f->stride * f->stride) ? segments * f->stride * f->stride : 0;
    f->tallies = !f->medians && f->n_dense && f->n_dense <= TALLIES_MOST;
    return rc;
}

// Zeroed; NULL: out of memory.
static void *zeros(const struct walk *w, size_t n, size_t size)
{
    void *at = w->host->alloc(w->cx, n * size);
    if (at) memset(at, 0, n * size);
    return at;
}

static void state_free(void *analysis, void *state)
{
    struct flow *f = analysis;
    struct state *st = state;
    void *const own[] = {st->edges_room, st->slots, st->tallies, st->tally_unit, st};
    walker_done(&f->w, &st->walker);
    pool_done(&st->pool);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) f->w.host->free(f->w.cx, own[i]);
}

static voc_rc state_new(void *analysis, void **state)
{
    struct flow *f = analysis;
    struct state *st = zeros(&f->w, 1, sizeof *st);
    if (!st) return VOC_E_NOMEM;
    st->flow = f;
    st->pool = (struct pool){f->w.host, f->w.cx, NULL};
    if (f->n_dense) st->slots = zeros(&f->w, f->n_dense, sizeof *st->slots);
    if (f->tallies) st->tallies = zeros(&f->w, f->n_dense, sizeof *st->tallies);
    if (f->tallies) st->tally_unit = zeros(&f->w, f->n_dense, sizeof *st->tally_unit);
    if ((f->n_dense && !st->slots) || (f->tallies && (!st->tallies || !st->tally_unit))) {
        state_free(f, st);
        return VOC_E_NOMEM;
    }
    *state = st;
    return VOC_OK;
}

// ---- edges -------------------------------------------------------------------------------------------------------------

static inline size_t slot_of(const struct state *st, uint32_t segment, uint32_t from, uint32_t to)
{
    const struct flow *f = st->flow;
    if (f->n_dense) return ((size_t)segment * f->stride + from) * f->stride + to;
    uint64_t h = ((uint64_t)from << 32 | to) * UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)segment * UINT64_C(0xc2b2ae3d27d4eb4f);
    size_t at = (size_t)(h ^ h >> 29) & (st->n_slots - 1);
    for (; st->slots[at]; at = (at + 1) & (st->n_slots - 1)) {
        const struct edge *e = &st->edges[st->slots[at] - 1];
        if (e->from == from && e->to == to && e->segment == segment) break;
    }
    return at;
}

static voc_rc rehash(struct state *st)
{
    const struct walk *w = &st->flow->w;
    uint32_t *slots = w->host->alloc(w->cx, st->cap * 2 * sizeof *slots);
    if (!slots) return VOC_E_NOMEM;
    w->host->free(w->cx, st->slots);
    memset(slots, 0, st->cap * 2 * sizeof *slots);
    st->slots = slots;
    st->n_slots = st->cap * 2;
    for (size_t i = 0; i < st->n; i++) slots[slot_of(st, st->edges[i].segment, st->edges[i].from, st->edges[i].to)] = (uint32_t)i + 1;
    return VOC_OK;
}

static voc_rc grow(struct state *st)
{
    const struct walk *w = &st->flow->w;
    const size_t cap = st->cap ? st->cap * 2 : 64;
    if (cap > UINT32_MAX / 4) return VOC_E_LIMIT;
    char *room = w->host->alloc(w->cx, (cap + 1) * sizeof(struct edge));
    if (!room) return VOC_E_NOMEM;
    struct edge *edges = (struct edge *)(void *)(room + (-(uintptr_t)room & (sizeof *edges - 1)));
    if (st->n) memcpy(edges, st->edges, st->n * sizeof *edges);
    w->host->free(w->cx, st->edges_room);
    st->edges = edges;
    st->edges_room = room;
    st->cap = cap;
    return st->flow->n_dense ? VOC_OK : rehash(st);
}

static voc_rc edge_at(struct state *st, uint32_t segment, uint32_t from, uint32_t to, struct edge **out)
{
    voc_rc rc = st->n == st->cap ? grow(st) : VOC_OK;
    if (rc) return rc;
    size_t slot = slot_of(st, segment, from, to);
    if (!st->slots[slot]) {
        st->edges[st->n] = (struct edge){.segment = segment, .from = from, .to = to};
        st->slots[slot] = (uint32_t)++st->n;
    }
    *out = &st->edges[st->slots[slot] - 1];
    return VOC_OK;
}

static inline voc_rc count(struct state *st, uint32_t segment, uint32_t from, uint32_t to, struct edge **out)
{
    const uint32_t known = st->flow->n_dense ? st->slots[slot_of(st, segment, from, to)] : 0;
    voc_rc rc = VOC_OK;
    if (known) *out = &st->edges[known - 1];
    else rc = edge_at(st, segment, from, to, out);
    if (rc) return rc;
    (*out)->units += (*out)->last_unit != st->unit_number;
    (*out)->last_unit = st->unit_number;
    return VOC_OK;
}

// The steps of a journey where all pairs have a slot. What does not change on the way is kept at hand, as the compiler cannot
// know that what is written to an edge is none of it.
#define FAR 16u  // steps: their edges are fetched meanwhile
static voc_rc add_dense(struct state *st, uint32_t segment, const struct walked *j)
{
    const struct flow *f = st->flow;
    const uint32_t *const node = j->node, unit = st->unit_number;
    const int64_t *const came = j->came, *const left = j->left;
    const size_t stride = f->stride, n = j->n;
    const uint32_t *slots = st->slots + (size_t)segment * stride * stride;
    const size_t ahead = n + j->more > FAR ? n + j->more - FAR : 0;
    struct edge *edges = st->edges;
    for (size_t i = 1; i < n; i++) {
        if (i < ahead) { // two lines an edge: of the edge, and where its gaps go
            const uint32_t later = slots[node[i + FAR - 1] * stride + node[i + FAR]];
            if (later) __builtin_prefetch(&edges[later - 1], 1);
        }
        const uint32_t known = slots[node[i - 1] * stride + node[i]];
        struct edge *e;
        voc_rc rc = VOC_OK;
        if (known) e = &edges[known - 1];
        else if ((rc = edge_at(st, segment, node[i - 1], node[i], &e))) return rc;
        else edges = st->edges;
        e->units += e->last_unit != unit;
        e->last_unit = unit;
        rc = gaps_add(&e->of.gaps, &st->pool, came[i] - left[i - 1]);
        if (rc) return rc;
    }
    return VOC_OK;
}

static voc_rc add_sparse(struct state *st, uint32_t segment, const struct walked *j)
{
    struct edge *e;
    voc_rc rc = VOC_OK;
    for (size_t i = 1; i < j->n && !rc; i++) {
        rc = count(st, segment, j->node[i - 1], j->node[i], &e);
        if (!rc && st->flow->medians) rc = gaps_add(&e->of.gaps, &st->pool, j->came[i] - j->left[i - 1]);
        else if (!rc) sum_add(&e->of.sum, j->came[i] - j->left[i - 1]);
    }
    return rc;
}

// ---- tallies -----------------------------------------------------------------------------------------------------------

static void add_sum(struct sum *to, const struct sum *more)
{
    to->n += more->n;
    to->seconds += more->seconds + more->micros / 1000000u;
    to->micros += more->micros % 1000000u;
    sum_carry(to);
}

// What was tallied of a pair goes to its edge.
static voc_rc untally(struct state *st, size_t pair)
{
    const size_t stride = st->flow->stride;
    struct tally *t = &st->tallies[pair];
    struct edge *e;
    if (!t->counts) return VOC_OK;
    voc_rc rc = edge_at(st, (uint32_t)(pair / (stride * stride)), (uint32_t)(pair / stride % stride), (uint32_t)(pair % stride), &e);
    if (rc) return rc;
    e->units += (uint32_t)(t->counts >> 32);
    add_sum(&e->of.sum, &(struct sum){(uint32_t)t->counts, 0, t->micros});
    *t = (struct tally){0};
    return VOC_OK;
}

static voc_rc untally_all(struct state *st)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; st->tallies && i < st->flow->n_dense && !rc; i++) rc = untally(st, i);
    st->tallied = st->tallied_micros = 0;
    return rc;
}

// What a pair was counted for: nobody can foretell whether it is the same unit again, so there is no branch on it.
static inline void tally(struct tally *t, uint32_t *last_unit, uint32_t unit)
{
    const uint64_t another = ((uint64_t)(*last_unit ^ unit) + UINT32_MAX) & UINT64_C(1) << 32;
    t->counts += 1 + another;
    *last_unit = unit;
}

struct ends { bool begins, ends; };  // of a way

// The steps of a way. What does not change on it is kept at hand, as in add_dense.
static inline void tally_way(struct tally *tallies, uint32_t *last_unit, size_t stride, uint32_t unit, const uint32_t *node,
                             const int64_t *came, const int64_t *left, size_t n, struct ends way)
{
    const size_t start = (stride - 2) * stride, end = stride - 1;
    if (way.begins) tally(&tallies[start + node[0]], &last_unit[start + node[0]], unit);
    size_t row = node[0] * stride;
    for (size_t i = 1; i < n; i++) {
        const size_t to = node[i], pair = row + to;
        row = to * stride;
        tally(&tallies[pair], &last_unit[pair], unit);
        tallies[pair].micros += (uint64_t)(came[i] - left[i - 1]);
    }
    if (way.ends) tally(&tallies[row + end], &last_unit[row + end], unit);
}

// The segment under which a journey counts, and the number of its unit.
static inline voc_rc number_unit(struct state *st, const struct walked *j, uint32_t *segment)
{
    const struct flow *f = st->flow;
    const bool by_segment = f->options[OPT_BY].i == BY_SEGMENT;
    *segment = by_segment ? j->segment : 0;
    st->unit_number += j->unit != st->unit;
    st->unit = j->unit;
    if (!st->unit_number) return VOC_E_LIMIT;  // four thousand million of them
    return *segment < (by_segment ? f->w.def->n_segments : 1) ? VOC_OK : VOC_E_BUG;
}

// All gaps of a journey are no longer than it lasts.
static voc_rc add_tallies(void *user, const struct walked *j)
{
    struct state *st = user;
    uint32_t segment;
    voc_rc rc = number_unit(st, j, &segment);
    if (!rc && st->tallied_micros >> 62) rc = untally_all(st);
    if (rc) return rc;
    const size_t stride = st->flow->stride, first = (size_t)segment * stride * stride;
    st->tallied_micros += (uint64_t)(j->came[j->n - 1] - j->left[0]);
    tally_way(st->tallies + first, st->tally_unit + first, stride, st->unit_number, j->node, j->came, j->left, j->n,
              (struct ends){!j->cut, !j->open && !j->limited});
    return VOC_OK;
}

// The same for all units of a batch that are journeys as they lie.
static voc_rc add_units(struct state *st, const voc_journeys *j)
{
    const size_t stride = st->flow->stride;
    const uint32_t *const node = j->columns[VOC_COL_ACTION];
    const int64_t *const time = j->columns[VOC_COL_TIME];
    uint64_t journeys = 0, steps = 0;
    for (size_t i = 0; i < j->n_units; i++) {
        const voc_unit *u = analysis_unit(j, i);
        const size_t at = u->first_event, n = u->n_events;
        if (!n || (u->flags & VOC_JOURNEY_INTERNAL)) continue;
        voc_rc rc = st->tallied_micros >> 62 ? untally_all(st) : VOC_OK;
        if (!rc && !++st->unit_number) rc = VOC_E_LIMIT;
        if (rc) return rc;
        st->tallied_micros += (uint64_t)(time[at + n - 1] - time[at]);
        tally_way(st->tallies, st->tally_unit, stride, st->unit_number, node + at, time + at, time + at, n, (struct ends){true, true});
        journeys++;
        steps += n;
    }
    walk_counted(&st->walker, journeys, steps);
    return VOC_OK;
}

// A journey that is still open, or went on behind its limit, has no (end), one whose beginning is not in the data no (start).
static voc_rc add(void *user, const struct walked *j)
{
    struct state *st = user;
    const struct flow *f = st->flow;
    const uint32_t start = f->w.n_nodes;
    uint32_t segment;
    struct edge *e;
    voc_rc rc = number_unit(st, j, &segment);
    if (rc) return rc;
    if (!j->cut) rc = count(st, segment, start, j->node[0], &e);
    if (!rc && !j->cut) e->of.sum.n++;
    if (!rc) rc = f->n_dense && f->medians ? add_dense(st, segment, j) : add_sparse(st, segment, j);
    const bool ended = !j->open && !j->limited;
    if (!rc && ended) rc = count(st, segment, j->node[j->n - 1], start + 1, &e);
    if (!rc && ended) e->of.sum.n++;
    return rc;
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j)
{
    struct state *st = state;
    st->unit = NULL;  // the next batch may reuse the place
    const uint64_t most = (uint64_t)j->n_events * 3;  // each begins, goes on and ends a journey at most
    voc_rc rc = st->tallied + most > UINT32_MAX ? untally_all(st) : VOC_OK;
    st->tallied += most;
    const struct walk *w = &((struct flow *)analysis)->w;
    if (!rc && st->tallies && walk_lies(w, j)) return add_units(st, j);
    return rc ? rc : walk_batch(w, &st->walker, j, st->tallies ? add_tallies : add, st);
}

static voc_rc merge(void *analysis, void *into, void *from)
{
    const struct flow *f = analysis;
    struct state *a = into, *b = from;
    voc_rc rc = untally_all(b);
    for (size_t i = 0; i < WALK_N_COUNTS; i++) a->walker.counts[i] += b->walker.counts[i];
    for (size_t i = 0; i < b->n && !rc; i++) {
        struct edge *e;
        rc = edge_at(a, b->edges[i].segment, b->edges[i].from, b->edges[i].to, &e);
        if (rc) return rc;
        e->units += b->edges[i].units;
        if (edge_has_gaps(f, e)) gaps_join(&e->of.gaps, &b->edges[i].of.gaps);
        else add_sum(&e->of.sum, &b->edges[i].of.sum);
    }
    pool_join(&a->pool, &b->pool);
    return rc;
}

// ---- portable bytes ----------------------------------------------------------------------------------------------------

// Which question a state answers.
static uint64_t question(const struct flow *f) { return (uint64_t)f->options[OPT_BY].i | (f->medians ? 0 : 2); }

// The durations: all of them, or what a mean needs.
static voc_rc save_gaps(const struct flow *f, const struct edge *e, voc_writer *to)
{
    static const struct gaps none = {0};
    struct sum sum = e->of.sum;
    if (!f->medians) sum_carry(&sum);
    const uint64_t numbers[] = {sum.n, sum.seconds, sum.micros};
    if (f->medians) return gaps_save(edge_has_gaps(f, e) ? &e->of.gaps : &none, f->w.host, to);
    voc_rc rc = VOC_OK;
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers && !rc; k++) rc = varint_write(f->w.host, to, numbers[k]);
    return rc;
}

// `count` is what the edge says of itself: durations must be as many.
static voc_rc load_gaps(const struct flow *f, struct edge *e, uint64_t count, struct pool *pool, struct bytes *b)
{
    const uint64_t before = edge_has_gaps(f, e) ? gaps_n(&e->of.gaps) : 0;
    struct sum more = {0};
    struct gaps none = {0};
    if (!f->medians) {
        if (!varint_get(b, &more.n) || !varint_get(b, &more.seconds) || !varint_get(b, &more.micros) || more.n != count) return VOC_E_INPUT;
        add_sum(&e->of.sum, &more);
        return VOC_OK;
    }
    voc_rc rc = gaps_load(edge_has_gaps(f, e) ? &e->of.gaps : &none, pool, b);
    if (rc) return rc;
    if (edge_has_gaps(f, e)) return gaps_n(&e->of.gaps) - before == count ? VOC_OK : VOC_E_INPUT;
    e->of.sum.n += count;
    return none.whole || none.odd ? VOC_E_INPUT : VOC_OK;
}

static voc_rc save(void *analysis, void *state, voc_writer *to)
{
    struct flow *f = analysis;
    struct state *st = state;
    voc_rc rc = untally_all(st);
    if (!rc) rc = walk_save(&f->w, &st->walker, magic, to);
    if (!rc) rc = varint_write(f->w.host, to, question(f));
    if (!rc) rc = varint_write(f->w.host, to, st->n);
    for (size_t i = 0; i < st->n && !rc; i++) {
        const struct edge *e = &st->edges[i];
        const uint64_t numbers[] = {e->segment, e->from, e->to, edge_has_gaps(f, e) ? gaps_n(&e->of.gaps) : e->of.sum.n, e->units};
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers && !rc; k++) rc = varint_write(f->w.host, to, numbers[k]);
        if (!rc) rc = save_gaps(f, e, to);
    }
    return rc;
}

static voc_rc load(void *analysis, void *state, const void *data, size_t size)
{
    struct flow *f = analysis;
    struct state *st = state;
    struct bytes b = {data, (const unsigned char *)data + size};
    uint64_t asked, n, v[5];
    const size_t segments = f->options[OPT_BY].i == BY_SEGMENT ? f->w.def->n_segments : 1;
    voc_rc rc = walk_load(&f->w, &st->walker, magic, &b);
    if (rc) return rc;
    if (!varint_get(&b, &asked) || asked != question(f) || !varint_get(&b, &n)) return VOC_E_INPUT;
    for (; n && !rc; n--) {
        struct edge *e;
        for (size_t k = 0; k < 5; k++)
            if (!varint_get(&b, &v[k])) return VOC_E_INPUT;
        if (v[0] >= segments || v[1] > f->w.n_nodes || v[2] > (uint64_t)f->w.n_nodes + 1) return VOC_E_INPUT;
        rc = edge_at(st, (uint32_t)v[0], (uint32_t)v[1], (uint32_t)v[2], &e);
        if (rc) return rc;
        if (v[4] > UINT32_MAX - e->units) return VOC_E_INPUT;
        e->units += (uint32_t)v[4];
        rc = load_gaps(f, e, v[3], &st->pool, &b);
    }
    return rc ? rc : b.at == b.end ? VOC_OK : VOC_E_INPUT;
}

static voc_rc finish(void *analysis, void *state)
{
    struct flow *f = analysis;
    struct state *st = state;
    if (!st->walker.counts[WALK_JOURNEYS]) return walk_nothing(&f->w, &st->walker, "FLOW-001", "flow");
    voc_rc rc = untally_all(st);
    return rc ? rc : flow_tables(f, st);
}

static void end(void *analysis) { (void)analysis; }  // all of it is the instance's

static const voc_analysis_ops ops = {.struct_size = sizeof ops, .begin = begin, .state_new = state_new, .batch = batch, .merge = merge,
                                     .save = save, .load = load, .finish = finish, .state_free = state_free, .end = end};

static const char about[] =
    "Counts, over all journeys, how often one thing followed another at once, and how long it took: the steps that customers\n"
    "really take, not those that were planned. (start) leads to what a journey begins with, the last thing of a journey to (end).\n"
    "A journey that is still open has no end, and one that began before the data do has no start: neither is made up.\n"
    "\n"
    "Where the project follows a journey with stages, a journey lasts from the act that opens its first stage to the one that ends\n"
    "it, or until nothing more came; a case is one journey, and without stages all that one customer did is one.\n"
    "\n"
    "Part of a journey is followed with --from, --to, --within and --gap: from the first of what --from names to the first of what\n"
    "--to names behind it, for at most --within, without a silence longer than --gap. What went on behind --within has no (end).\n"
    "\n"
    "  voc flow shop.voc --from touchpoint:newsletter --to purchase --within 14d --events all\n"
    "\n"
    "For people the most frequent steps are shown and drawn, up to 80 % of all (--detail), and what leads to them from (start), however\n"
    "rare; --all lists every one, and csv and json always hold them (the table edges). --format svg gives the map of them as a picture,\n"
    "and html puts it above the table. With --events all the touches of the company stand among the acts of customers, as\n"
    "touchpoint:NAME; on a map they have boxes of another kind. With\n"
    "--collapse the same thing several times in a row is one: the time to the next is then counted from the last of them.";

static const voc_plugin plugin = {.struct_size = sizeof plugin,
                                  .abi_major = VOC_ABI_MAJOR,
                                  .abi_minor = VOC_ABI_MINOR,
                                  .kind = VOC_KIND_ANALYSIS,
                                  .flags = VOC_NAMELESS,
                                  .option_size = sizeof(voc_option),
                                  .name = "flow",
                                  .version = "0.1.0",
                                  .summary = "what customers do next: each step from one action to another, how often and how long it takes",
                                  .licence = "MIT",
                                  .author = "the Vocstream authors",
                                  .options = options,
                                  .n_options = N_OPTIONS,
                                  .ops = &ops,
                                  .about = about};

VOC_PLUGIN("analysis", "flow", "0.1.0", "MIT", plugin)
