// SPDX-License-Identifier: MIT
// Rows of event, journey and unit, as one reading of the project gives them: every unit is walked once, in several threads, and
// of its rows only the fields are kept that a query reads, and, where it says which rows, only those that may fit. Threads fill slabs
// of their own, which are numbered when all is read; rows of a unit are a segment, and segments are put in order of the units'
// names where that shows. Sets that hold whole tables are kept for the next question.
#include <stdatomic.h>
#include <stdlib.h>

#include "host/views_int.h"

#include "base/str.h"

#define SLAB_FIRST 1024u
#define SLAB_ROWS 262144u
#define TEXT_BYTES ((size_t)65536)
#define ROWS_MAX (UINT32_MAX - 1u)
#define UNITS_OFTEN 64u // single units looked for in one statement, before all are read at once
#define PLANS_OFTEN 3u  // likewise, of other conditions
#define TOO_MUCH VOC_E_BUSY // no failure of a reading: it is begun anew, for fewer units

// ---- fields ----------------------------------------------------------------------------------------------------------------------------

#define NO_COLUMN 0xFFu
static const struct { uint8_t width, column; uint32_t reads; } fields[S_N] = {
    [S_STAY] = {sizeof(voc_stay), NO_COLUMN, 0}, [S_SUMMARY] = {sizeof(struct summary), NO_COLUMN, 0},
    [S_ID] = {sizeof(voc_str), NO_COLUMN, EV_ID}, [S_REF] = {sizeof(voc_str), NO_COLUMN, EV_REF},
    [S_TEXT] = {sizeof(voc_str), NO_COLUMN, EV_TEXT}, [S_ATTRS] = {sizeof(voc_str), NO_COLUMN, EV_ATTRS},
    [S_TIME] = {8, VOC_COL_TIME, 0}, [S_MINUTES] = {8, VOC_COL_MINUTES, EV_MONEY}, [S_COST] = {8, VOC_COL_COST, EV_MONEY},
    [S_VALUE] = {8, VOC_COL_VALUE, EV_MONEY}, [S_LINE] = {8, NO_COLUMN, EV_PLACE},
    [S_ACTION] = {4, VOC_COL_ACTION, 0}, [S_TOUCHPOINT] = {4, VOC_COL_TOUCHPOINT, 0}, [S_CHANNEL] = {4, VOC_COL_CHANNEL, 0},
    [S_CAMPAIGN] = {4, VOC_COL_CAMPAIGN, 0}, [S_OBJECT] = {4, VOC_COL_OBJECT, EV_OBJECT}, [S_ROLE] = {4, VOC_COL_ROLE, 0},
    [S_SEGMENT] = {4, VOC_COL_SEGMENT, 0}, [S_STAGE] = {4, VOC_COL_STAGE, 0}, [S_OWNER] = {4, VOC_COL_OWNER, EV_OWNER},
    [S_THREAD] = {4, VOC_COL_THREAD, 0}, [S_INDIVIDUAL] = {4, VOC_COL_INDIVIDUAL, 0}, [S_ACCOUNT] = {4, VOC_COL_ACCOUNT, 0},
    [S_CASE] = {4, VOC_COL_CASE, 0}, [S_EPISODE] = {4, NO_COLUMN, 0}, [S_SOURCE] = {4, NO_COLUMN, EV_SOURCE}, [S_PLACE] = {4, NO_COLUMN, 0},
    [S_RESOLUTION] = {1, VOC_COL_RESOLUTION, 0}, [S_ACTOR] = {1, VOC_COL_ACTOR, 0}, [S_CLASS] = {1, VOC_COL_CLASS, 0},
};

uint32_t set_stored_for(unsigned table, uint64_t columns)
{
    static const uint32_t of_event[] = {
        [E_ID] = STORED(S_ID), [E_UNIT] = 0, [E_INDIVIDUAL] = STORED(S_INDIVIDUAL), [E_ACCOUNT] = STORED(S_ACCOUNT), [E_CASE] = STORED(S_CASE),
        [E_EPISODE] = STORED(S_EPISODE), [E_TIME] = STORED(S_TIME) | STORED(S_RESOLUTION), [E_TIME_US] = STORED(S_TIME),
        [E_RESOLUTION] = STORED(S_RESOLUTION), [E_ACTOR] = STORED(S_ACTOR), [E_ACTION] = STORED(S_ACTION), [E_CLASS] = STORED(S_CLASS),
        [E_TOUCHPOINT] = STORED(S_TOUCHPOINT), [E_CHANNEL] = STORED(S_CHANNEL), [E_CAMPAIGN] = STORED(S_CAMPAIGN), [E_OBJECT] = STORED(S_OBJECT),
        [E_ROLE] = STORED(S_ROLE), [E_SEGMENT] = STORED(S_SEGMENT), [E_STAGE] = STORED(S_STAGE), [E_STEP] = STORED(S_TOUCHPOINT),
        [E_OWNER] = STORED(S_OWNER), [E_MINUTES] = STORED(S_MINUTES), [E_COST] = STORED(S_COST), [E_VALUE] = STORED(S_VALUE),
        [E_REF] = STORED(S_REF), [E_THREAD] = STORED(S_THREAD), [E_TEXT] = STORED(S_TEXT), [E_ATTRIBUTES] = STORED(S_ATTRS),
        [E_SOURCE] = STORED(S_SOURCE), [E_LINE] = STORED(S_LINE), [E_DEFINITION] = 0};
    uint32_t stored = columns >> E_UNIT & 1u ? STORED_UNITS : 0;
    if (table == T_JOURNEY) return STORED_UNITS | (columns & ~(UINT64_C(1) << J_UNIT | UINT64_C(1) << J_DEFINITION) ? STORED(S_STAY) : 0);
    if (table == T_UNIT) return STORED_UNITS | (columns & ~(UINT64_C(1) << U_UNIT | UINT64_C(1) << U_DEFINITION) ? STORED(S_SUMMARY) : 0);
    for (size_t c = 0; c < sizeof of_event / sizeof *of_event; c++)
        if (columns >> c & 1u) stored |= of_event[c];
    return stored;
}

#define READS_STAYS (1u << 31)

// VOC_COL_* that batches must have, and EV_* that are read beside those, with READS_STAYS.
static uint32_t batch_columns(unsigned table, uint32_t stored, uint32_t *reads)
{
    const uint32_t of_stays = STORED(S_SUMMARY) | STORED(S_EPISODE) | STORED(S_STAGE) | STORED(S_SEGMENT) | STORED(S_ROLE);
    uint32_t mask = stored & STORED(S_SUMMARY) ? 1u << VOC_COL_TIME | 1u << VOC_COL_SEGMENT : 0;
    *reads = table == T_JOURNEY || (stored & of_stays) ? READS_STAYS : 0;
    for (unsigned s = 0; s < S_N; s++) {
        if (!(stored & STORED(s))) continue;
        if (fields[s].column != NO_COLUMN) mask |= 1u << fields[s].column;
        if (s == S_CLASS) mask |= 1u << VOC_COL_ACTOR;
        *reads |= fields[s].reads;
    }
    return mask;
}

// ---- making --------------------------------------------------------------------------------------------------------------------------------

struct filling { // of one thread; owns until it is taken into the set
    VEC(struct slab) slabs;
    VEC(struct segment) segments; // first: slab << 32 | row, until slabs are numbered
    VEC(char *) texts;
    size_t text_left;
    VEC(uint32_t) fit;  // rows of the batch
    VEC(uint32_t) unit; // and the unit that each is of
};
struct gather {
    struct views *v;
    struct set *set;
    const struct plan *plan; // NULL: every row
    voc_str unit, from, to;  // ptr NULL: all
    uint64_t most;           // bytes; 0: no bound
    _Atomic uint64_t bytes;
    size_t width;            // bytes a row
    struct filling *by_slot;
};

static size_t lay_out(struct set *s)
{
    size_t at = 0;
    for (unsigned c = 0; c < S_N; c++) {
        s->offset[c] = at;
        if (s->stored & STORED(c)) at += fields[c].width;
    }
    return at;
}

static void filling_done(struct filling *f)
{
    for (size_t i = 0; i < f->slabs.n; i++) mem_free(f->slabs.at[i].bytes);
    for (size_t i = 0; i < f->texts.n; i++) mem_free(f->texts.at[i]);
    vec_free(&f->slabs);
    vec_free(&f->segments);
    vec_free(&f->texts);
    vec_free(&f->fit);
    vec_free(&f->unit);
}

static voc_rc slab_room(const struct gather *g, struct filling *f, size_t rows)
{
    const struct slab *last = f->slabs.n ? &f->slabs.at[f->slabs.n - 1] : NULL;
    if (last && last->cap - last->n >= rows) return VOC_OK;
    size_t cap = last ? last->cap * 4 : g->unit.ptr ? 64 : SLAB_FIRST, bytes;
    if (cap > SLAB_ROWS) cap = SLAB_ROWS;
    if (cap < rows) cap = rows;
    cap = (cap + 15) / 16 * 16; // so that columns begin aligned
    voc_rc rc = vec_reserve(&f->slabs, 1, UINT32_MAX);
    if (rc) return rc;
    if (!mem_mul(cap, g->width ? g->width : 1, &bytes)) return VOC_E_LIMIT;
    unsigned char *p = mem_alloc(bytes);
    if (!p) return VOC_E_NOMEM;
    f->slabs.at[f->slabs.n++] = (struct slab){.bytes = p, .cap = cap};
    return VOC_OK;
}

static voc_rc keep_text(struct filling *f, voc_str s, voc_str *out)
{
    *out = (voc_str){"", 0};
    if (!s.len) return VOC_OK;
    if (s.len > f->text_left) {
        size_t room = s.len > TEXT_BYTES ? s.len : TEXT_BYTES;
        voc_rc rc = vec_reserve(&f->texts, 1, UINT32_MAX);
        char *p = rc ? NULL : mem_alloc(room);
        if (!p) return rc ? rc : VOC_E_NOMEM;
        f->texts.at[f->texts.n++] = p;
        f->text_left = room;
    }
    char *chunk = f->texts.at[f->texts.n - 1];
    size_t size = s.len > TEXT_BYTES ? s.len : TEXT_BYTES;
    char *to = chunk + (size - f->text_left);
    memcpy(to, s.ptr, s.len);
    f->text_left -= s.len;
    *out = str_mk(to, s.len);
    return VOC_OK;
}

// The rows of a batch that are kept, with the unit that each is of: events, stays or units.
static voc_rc choose(const struct gather *g, struct filling *f, const voc_journeys *v)
{
    const struct fields rows = {.time_us = v->columns[VOC_COL_TIME], .actor = v->columns[VOC_COL_ACTOR], .action = v->columns[VOC_COL_ACTION],
                                .touchpoint = v->columns[VOC_COL_TOUCHPOINT], .channel = v->columns[VOC_COL_CHANNEL], .campaign = v->columns[VOC_COL_CAMPAIGN],
                                .stage = v->columns[VOC_COL_STAGE], .stay = g->set->table == T_JOURNEY ? v->stays : NULL};
    const bool tests = g->plan && plan_tests(g->plan);
    size_t n = g->set->table == T_EVENT ? v->n_events : g->set->table == T_JOURNEY ? v->n_stays : v->n_units;
    f->fit.n = f->unit.n = 0;
    voc_rc rc = vec_reserve(&f->fit, n, ROWS_MAX);
    if (!rc) rc = vec_reserve(&f->unit, n, ROWS_MAX);
    for (size_t u = 0; u < v->n_units && !rc; u++) {
        const voc_unit *one = &v->units[u];
        size_t first = g->set->table == T_EVENT ? one->first_event : g->set->table == T_JOURNEY ? one->first_stay : u;
        size_t rows_of = g->set->table == T_EVENT ? one->n_events : g->set->table == T_JOURNEY ? one->n_stays : 1;
        if (g->unit.ptr && !str_eq(one->name, g->unit)) continue;
        if ((g->from.ptr && str_cmp(one->name, g->from) < 0) || (g->to.ptr && str_cmp(one->name, g->to) >= 0)) continue;
        for (size_t i = first; i < first + rows_of; i++) {
            if (tests && !plan_fits(g->plan, &rows, i)) continue;
            f->fit.at[f->fit.n++] = (uint32_t)i;
            f->unit.at[f->unit.n++] = (uint32_t)u;
        }
    }
    return rc;
}

static voc_rc add_segments(struct filling *f, const voc_journeys *v)
{
    const struct slab *to = &f->slabs.at[f->slabs.n - 1];
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < f->fit.n && !rc;) {
        size_t from = i;
        while (i < f->fit.n && f->unit.at[i] == f->unit.at[from]) i++;
        rc = vec_reserve(&f->segments, 1, UINT32_MAX);
        if (!rc) f->segments.at[f->segments.n++] = (struct segment){v->units[f->unit.at[from]].name, (uint64_t)(f->slabs.n - 1) << 32 | (to->n + from), (uint32_t)(i - from)};
    }
    return rc;
}

// ---- fields of rows ------------------------------------------------------------------------------------------------------------------------

static void put_column(void *to, const void *from, size_t width, const struct filling *f)
{
    size_t n = f->fit.n;
    if (n && f->fit.at[n - 1] - f->fit.at[0] == n - 1) { // all of them
        memcpy(to, (const char *)from + f->fit.at[0] * width, n * width);
        return;
    }
    for (size_t i = 0; i < n && width == 8; i++) ((int64_t *)to)[i] = ((const int64_t *)from)[f->fit.at[i]];
    for (size_t i = 0; i < n && width == 4; i++) ((uint32_t *)to)[i] = ((const uint32_t *)from)[f->fit.at[i]];
    for (size_t i = 0; i < n && width == 1; i++) ((uint8_t *)to)[i] = ((const uint8_t *)from)[f->fit.at[i]];
}

// The first stay that an event lies in says its episode.
static void put_episodes(uint32_t *to, const struct filling *f, const voc_journeys *v)
{
    size_t past = 0; // stays of the unit that ended before
    for (size_t i = 0; i < f->fit.n; i++) {
        const voc_unit *u = &v->units[f->unit.at[i]];
        const voc_stay *stays = v->stays + u->first_stay;
        size_t e = f->fit.at[i] - u->first_event;
        if (i == 0 || f->unit.at[i] != f->unit.at[i - 1]) past = 0;
        while (past < u->n_stays && e >= (size_t)stays[past].first_event + stays[past].n_events) past++;
        to[i] = 0;
        for (size_t s = past; s < u->n_stays && !to[i] && stays[s].first_event <= e; s++)
            if (e - stays[s].first_event < stays[s].n_events) to[i] = stays[s].episode;
    }
}

static void put_summaries(struct summary *to, const struct filling *f, const voc_journeys *v)
{
    const int64_t *time = v->columns[VOC_COL_TIME];
    const uint32_t *segment = v->columns[VOC_COL_SEGMENT];
    for (size_t i = 0; i < f->fit.n; i++) {
        const voc_unit *u = &v->units[f->fit.at[i]];
        const voc_stay *last = u->n_stays ? &v->stays[u->first_stay + u->n_stays - 1] : NULL;
        size_t from = u->first_event, end = from + u->n_events;
        to[i] = (struct summary){.first_us = u->n_events ? time[from] : VOC_NA, .last_us = u->n_events ? time[end - 1] : VOC_NA, .events = u->n_events,
                                 .account = u->account, .segment = u->n_events ? segment[end - 1] : VOC_NONE, .episodes = last ? last->episode : 0,
                                 .stage = last ? last->stage : VOC_NONE, .end = last ? last->end : 0, .exit = last ? last->exit : VOC_NONE,
                                 .internal = u->flags & VOC_JOURNEY_INTERNAL};
    }
}

static voc_rc put_texts(voc_str *to, const voc_str *from, struct filling *f, const struct batch *b)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < f->fit.n && !rc; i++) rc = keep_text(f, from ? from[batch_source_event(b, f->fit.at[i])] : (voc_str){"", 0}, &to[i]);
    return rc;
}

static voc_rc put_field(const struct gather *g, struct filling *f, unsigned field, void *to, const struct batch *b, const voc_journeys *v)
{
    const struct event_set *rows = batch_rows(b);
    const uint8_t *actor = v->columns[VOC_COL_ACTOR];
    (void)g;
    switch (field) {
    case S_STAY:
        for (size_t i = 0; i < f->fit.n; i++) ((voc_stay *)to)[i] = v->stays[f->fit.at[i]];
        return VOC_OK;
    case S_SUMMARY: put_summaries(to, f, v); return VOC_OK;
    case S_ID: return put_texts(to, rows->id, f, b);
    case S_REF: return put_texts(to, rows->ref, f, b);
    case S_TEXT: return put_texts(to, rows->text, f, b);
    case S_ATTRS: return put_texts(to, rows->attrs, f, b);
    case S_EPISODE: put_episodes(to, f, v); return VOC_OK;
    case S_SOURCE:
        for (size_t i = 0; i < f->fit.n; i++) ((uint32_t *)to)[i] = rows->source ? rows->source[batch_source_event(b, f->fit.at[i])] : 0;
        return VOC_OK;
    case S_LINE:
        for (size_t i = 0; i < f->fit.n; i++) ((uint64_t *)to)[i] = rows->line ? rows->line[batch_source_event(b, f->fit.at[i])] : 0;
        return VOC_OK;
    case S_PLACE:
        for (size_t i = 0; i < f->fit.n; i++) {
            const voc_unit *u = &v->units[f->unit.at[i]];
            ((uint32_t *)to)[i] = (uint32_t)(f->fit.at[i] - (g->set->table == T_EVENT ? u->first_event : g->set->table == T_JOURNEY ? u->first_stay : f->fit.at[i]));
        }
        return VOC_OK;
    default: put_column(to, v->columns[fields[field].column], fields[field].width, f); break;
    }
    for (size_t i = 0; field == S_CLASS && i < f->fit.n; i++)
        if (actor[f->fit.at[i]] != VOC_ACTOR_CUSTOMER) ((uint8_t *)to)[i] = UINT8_MAX;
    return VOC_OK;
}

static voc_rc gather_batch(void *user, uint32_t slot, const struct batch *b, const voc_journeys *v)
{
    struct gather *g = user;
    struct filling *f = &g->by_slot[slot];
    voc_rc rc = choose(g, f, v);
    if (rc || !f->fit.n) return rc;
    if ((rc = slab_room(g, f, f->fit.n)) || (rc = add_segments(f, v))) return rc;
    struct slab *to = &f->slabs.at[f->slabs.n - 1];
    for (unsigned c = 0; c < S_N && !rc; c++)
        if (g->set->stored & STORED(c)) rc = put_field(g, f, c, to->bytes + g->set->offset[c] * to->cap + to->n * fields[c].width, b, v);
    to->n += f->fit.n;
    if (!rc && g->most && atomic_fetch_add(&g->bytes, f->fit.n * (g->width + sizeof(uint32_t))) > g->most) rc = TOO_MUCH;
    return rc ? rc : units_memory(g->v->memory_max, "what this statement reads", g->v->diag);
}

// ---- reading -------------------------------------------------------------------------------------------------------------------------------

// What threads have filled, one after the other.
static voc_rc take_in(struct set *s, struct filling *f)
{
    size_t slabs = s->slabs.n;
    voc_rc rc = vec_reserve(&s->slabs, f->slabs.n, UINT32_MAX);
    if (!rc) rc = vec_reserve(&s->segments, f->segments.n, UINT32_MAX);
    if (!rc) rc = vec_reserve(&s->texts, f->texts.n, UINT32_MAX);
    if (rc) return rc;
    for (size_t i = 0; i < f->slabs.n; i++) {
        f->slabs.at[i].first = s->n;
        s->n += f->slabs.at[i].n;
        s->slabs.at[s->slabs.n++] = f->slabs.at[i];
    }
    for (size_t i = 0; i < f->segments.n; i++) {
        struct segment x = f->segments.at[i];
        x.first = s->slabs.at[slabs + (size_t)(x.first >> 32)].first + (x.first & UINT32_MAX);
        s->segments.at[s->segments.n++] = x;
    }
    for (size_t i = 0; i < f->texts.n; i++) s->texts.at[s->texts.n++] = f->texts.at[i];
    f->slabs.n = f->segments.n = f->texts.n = 0;
    return s->n > ROWS_MAX ? VOC_E_LIMIT : VOC_OK;
}

static voc_rc walk_one(struct gather *g, struct shown *s, uint32_t columns, uint32_t reads);

static voc_rc gather_all(struct gather *g, struct shown *s, uint32_t columns, uint32_t reads)
{
    uint32_t threads = g->v->threads < UNITS_THREADS_MAX ? g->v->threads : UNITS_THREADS_MAX;
    if (threads < 1 || !timeline_in_parts(s->timeline)) threads = 1; // units that are held come in their order
    g->by_slot = mem_zalloc(threads, sizeof *g->by_slot);
    if (!g->by_slot) return VOC_E_NOMEM;
    voc_rc rc;
    if (g->unit.ptr) {
        rc = walk_one(g, s, columns, reads);
    } else {
        batch_free(s->one); // its parts are planned anew
        s->one = NULL;
        timeline_read_also(s->timeline, reads & ~READS_STAYS);
    timeline_rows_only(s->timeline, !(reads & READS_STAYS));
        const struct units_walk walk = {.timeline = s->timeline, .columns = columns, .threads = threads, .batch = gather_batch, .user = g};
        rc = units_walk(&walk);
    }
    for (uint32_t i = 0; i < threads && !rc; i++) rc = take_in(g->set, &g->by_slot[i]);
    for (uint32_t i = 0; i < threads; i++) filling_done(&g->by_slot[i]);
    mem_free(g->by_slot);
    return rc;
}

// ---- single units ----------------------------------------------------------------------------------------------------------------------------

static bool is_unit(void *user, voc_str name) { return str_eq(name, *(const voc_str *)user); }

static voc_rc one_batch(struct shown *s, uint32_t columns, uint32_t reads)
{
    if (s->one && s->one_columns == columns && s->one_also == reads) return VOC_OK;
    batch_free(s->one);
    s->one = NULL;
    timeline_read_also(s->timeline, reads & ~READS_STAYS);
    timeline_rows_only(s->timeline, !(reads & READS_STAYS));
    voc_rc rc = timeline_columns(s->timeline, columns);
    s->one_columns = columns;
    s->one_also = reads;
    return rc ? rc : batch_new(&s->one, s->timeline, columns);
}

static size_t held_unit(const struct timeline *t, voc_str name)
{
    size_t lo = 0, hi = timeline_n_units(t);
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (str_cmp(timeline_unit_name(t, mid), name) < 0) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

static voc_rc walk_held(struct gather *g, struct shown *s)
{
    voc_rc rc = VOC_OK;
    for (size_t u = held_unit(s->timeline, g->unit); !rc && u < timeline_n_units(s->timeline) && str_eq(timeline_unit_name(s->timeline, u), g->unit); u++) {
        batch_clear(s->one);
        rc = batch_add(s->one, u);
        if (!rc) rc = gather_batch(g, 0, s->one, batch_view(s->one));
    }
    return rc;
}

static voc_rc walk_one(struct gather *g, struct shown *s, uint32_t columns, uint32_t reads)
{
    size_t part;
    bool more = true;
    voc_rc rc = one_batch(s, columns, reads);
    if (rc) return rc;
    if (!timeline_in_parts(s->timeline)) return walk_held(g, s);
    rc = timeline_part_of(s->timeline, g->unit, &part);
    if (rc || part == SIZE_MAX) return rc;
    rc = batch_part(s->one, part);
    while (!rc && more && !g->by_slot[0].segments.n) {
        rc = batch_more(s->one, is_unit, &g->unit, &more);
        if (!rc && more) rc = gather_batch(g, 0, s->one, batch_view(s->one));
    }
    return rc;
}

// ---- sets ------------------------------------------------------------------------------------------------------------------------------------

static void set_free(struct set *s)
{
    for (size_t i = 0; i < s->slabs.n; i++) mem_free(s->slabs.at[i].bytes);
    for (size_t i = 0; i < s->texts.n; i++) mem_free(s->texts.at[i]);
    vec_free(&s->slabs);
    vec_free(&s->texts);
    vec_free(&s->segments);
    mem_free(s->by_name);
    mem_free(s->numbers);
    s->of->refs--;
    mem_free(s);
}

void set_let_go(struct set *s)
{
    if (s && --s->refs == 0) set_free(s);
}

void sets_drop(struct views *v, const struct shown *of)
{
    for (size_t i = 0; i < VIEWS_SETS; i++) {
        if (!v->sets[i] || (of && v->sets[i]->of != of)) continue;
        set_let_go(v->sets[i]);
        v->sets[i] = NULL;
    }
}

struct reading { // what of a table is read
    unsigned table;
    uint32_t stored;
    const struct plan *plan;
    voc_str unit, from, to; // ptr NULL: all
    uint64_t most;
};

static voc_rc set_read(struct views *v, struct shown **of, const struct reading *r, struct set **out)
{
    uint32_t reads;
    voc_rc rc = shown_open(v, *of);
    uint32_t columns = batch_columns(r->table, r->stored, &reads);
    if (!rc) rc = shown_columns(v, of, reads & ~READS_STAYS);
    if (rc) return rc;
    struct set *s = mem_zalloc(1, sizeof *s);
    if (!s) return VOC_E_NOMEM;
    *s = (struct set){.of = *of, .table = r->table, .stored = r->stored, .refs = 1, .all = !r->plan && !r->unit.ptr && !r->from.ptr && !r->to.ptr};
    s->of->refs++;
    struct gather g = {.v = v, .set = s, .plan = r->plan, .unit = r->unit, .from = r->from, .to = r->to, .most = r->most, .width = lay_out(s)};
    if (!r->stored && s->all) s->n = timeline_info((*of)->timeline)->n_events;
    else rc = gather_all(&g, *of, columns, reads);
    if (!rc && (r->stored || !s->all)) s->stored |= STORED_UNITS;
    if (rc) set_free(s);
    else *out = s;
    return rc;
}

static struct set *kept(struct views *v, const struct shown *of, unsigned table, uint32_t stored)
{
    for (size_t i = 0; i < VIEWS_SETS; i++) {
        struct set *s = v->sets[i];
        if (s && s->of == of && s->table == table && !(stored & ~s->stored)) return s;
    }
    return NULL;
}

static void keep(struct views *v, struct set *s)
{
    size_t oldest = 0;
    for (size_t i = 0; i < VIEWS_SETS; i++) { // what has no more than the new one goes
        struct set *x = v->sets[i];
        if (x && x->of == s->of && x->table == s->table && !(x->stored & ~s->stored)) {
            set_let_go(x);
            v->sets[i] = NULL;
        }
    }
    for (size_t i = 0; i < VIEWS_SETS; i++)
        if (!v->sets[i] || (v->sets[oldest] && v->sets[i]->used < v->sets[oldest]->used)) oldest = i;
    set_let_go(v->sets[oldest]);
    v->sets[oldest] = s;
    s->refs++;
}

uint64_t set_bytes(unsigned table, uint32_t stored)
{
    uint64_t n = 4; // of its segment
    (void)table;
    for (unsigned c = 0; c < S_N; c++)
        if (stored & STORED(c)) n += fields[c].width;
    return stored & (STORED(S_ID) | STORED(S_REF) | STORED(S_TEXT) | STORED(S_ATTRS)) ? n + 16 : n;
}

// Tells a reading that took too much from one that failed.
static voc_rc too_much(voc_rc rc, struct set **out)
{
    if (rc != TOO_MUCH) return rc;
    *out = NULL;
    return VOC_OK;
}

voc_rc set_get(struct views *v, struct shown **of, unsigned table, uint32_t stored, const struct plan *p, uint64_t most, struct set **out)
{
    struct set *s = kept(v, *of, table, stored);
    struct reading r = {.table = table, .stored = stored, .most = most};
    if (s) s->refs++;
    if (!s && p && v->asked_rows[table]++ < PLANS_OFTEN) {
        r.plan = p;
        r.stored |= STORED(S_PLACE);
        return too_much(set_read(v, of, &r, out), out);
    }
    if (!s) {
        voc_rc rc = set_read(v, of, &r, &s);
        if (rc) return too_much(rc, out);
        if (stored) keep(v, s);
    }
    s->used = ++v->uses;
    *out = s;
    return VOC_OK;
}

voc_rc set_get_range(struct views *v, struct shown **of, unsigned table, uint32_t stored, const struct plan *p, voc_str from, voc_str to, struct set **out)
{
    const struct reading r = {.table = table, .stored = stored | STORED_UNITS | (p ? STORED(S_PLACE) : 0), .plan = p, .from = from, .to = to};
    return set_read(v, of, &r, out);
}

voc_rc set_get_unit(struct views *v, struct shown **of, unsigned table, uint32_t stored, voc_str unit, struct set **out)
{
    const struct reading r = {.table = table, .stored = stored | STORED_UNITS, .unit = unit};
    voc_rc rc = shown_open(v, *of);
    if (rc) return rc;
    bool often = timeline_in_parts((*of)->timeline) && v->asked_units[table]++ >= UNITS_OFTEN;
    return often || kept(v, *of, table, r.stored) ? set_get(v, of, table, r.stored, NULL, 0, out) : set_read(v, of, &r, out);
}

// ---- looking -----------------------------------------------------------------------------------------------------------------------------------

const struct slab *set_slab(const struct set *s, uint64_t row)
{
    size_t lo = 0, hi = s->slabs.n;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->slabs.at[mid].first <= row) lo = mid;
        else hi = mid;
    }
    return &s->slabs.at[lo];
}

const struct segment *set_segment(const struct set *s, uint64_t row)
{
    size_t lo = 0, hi = s->segments.n;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->segments.at[mid].first <= row) lo = mid;
        else hi = mid;
    }
    return &s->segments.at[lo];
}

struct fields set_fields(const struct set *s, const struct slab *b)
{
#define COLUMN(c) (s->stored & STORED(c) ? slab_column(s, b, c) : NULL)
    return (struct fields){.time_us = COLUMN(S_TIME), .actor = COLUMN(S_ACTOR), .action = COLUMN(S_ACTION), .touchpoint = COLUMN(S_TOUCHPOINT),
                           .channel = COLUMN(S_CHANNEL), .campaign = COLUMN(S_CAMPAIGN), .stage = COLUMN(S_STAGE), .stay = COLUMN(S_STAY)};
#undef COLUMN
}

size_t set_find(const struct set *s, voc_str unit)
{
    size_t lo = 0, hi = s->segments.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (str_cmp(s->segments.at[s->by_name[mid]].unit, unit) < 0) lo = mid + 1;
        else hi = mid;
    }
    return lo < s->segments.n && str_eq(s->segments.at[s->by_name[lo]].unit, unit) ? lo : s->segments.n;
}
