// SPDX-License-Identifier: MIT
//
// Finds the comparators of all fresh touches of some requests. The touches are taken in blocks of neighbours, each block in the
// order of time in stage (trial_block.h), for all requests at once: the classes of a stay are the same for every touchpoint. A
// record of each trial is left, by request and trial, for the sums (trial.c). Blocks are worked on in any order, by any thread.
#include "plugins/analysis/score/trial/trial_find.h"

#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/score/trial/trial_record.h"
#include "plugins/analysis/score/trial/trial_work.h"
#include "plugins/common/splitmix.h"

#define CHUNK ((size_t)1 << 17)  // of records of one request, the first
#define CHUNK_MOST ((size_t)1 << 20) // so large that the host can put it where memory does not hold all
#define CHUNKS ((size_t)1 << 24) // that are begun, of all requests, about
#define PIECES 64           // more than threads; those that come too late find nothing left

enum {
    ROOM_ASKED, ROOM_TYPES, ROOM_WINDOWS, ROOM_ENTRIES, ROOM_MOMENTS, ROOM_FOUND, ROOM_FIT, ROOM_UNTIL, ROOM_MEMBER, ROOM_ENDS,
    ROOM_PLACE, ROOM_BEFORE, ROOM_SAW, ROOM_RANKED, ROOM_CHUNKS, ROOM_ACTED
};

// Touches [begin, end) of the pass's list: one group, near each other.
struct trial_span {
    uint32_t group, begin, end;
};

struct chunk {
    struct chunk *next;
    size_t sum;  // of bytes in it and all that follow
    uint8_t bytes[];
};

static bool admits(const struct trial_request *q, const struct trial_stay *s)
{
    return s->account != q->without_account && (q->only_stage == TRIAL_ALL || s->stage == q->only_stage) &&
           (q->only_segment == TRIAL_ALL || s->segment == q->only_segment);
}

// ---- records ------------------------------------------------------------------------------------------------------------------

struct trial_chunk *trial_record_room(struct trial_work *w, uint32_t request)
{
    const size_t limit = trial_record_limit(w->block.frame), usual = CHUNKS / w->pass->n < CHUNK ? CHUNKS / w->pass->n : CHUNK;
    struct trial_chunk *room = &w->chunks[request];
    if (room->left >= limit)
        return room;
    const struct chunk *last = atomic_load(&w->pass->chunks[request]);
    const size_t grown = last && last->sum > usual ? last->sum : usual, size = limit > grown ? limit : grown < CHUNK_MOST ? grown : CHUNK_MOST;
    struct chunk *c = w->alloc.resize(w->alloc.ctx, NULL, sizeof *c + size);
    if (!c)
        return NULL;
    c->next = atomic_load(&w->pass->chunks[request]);
    do
        c->sum = size + (c->next ? c->next->sum : 0);
    while (!atomic_compare_exchange_weak(&w->pass->chunks[request], &c->next, c));
    *room = (struct trial_chunk){c->bytes, size};
    return room;
}

// ---- one block ------------------------------------------------------------------------------------------------------------------

static bool make_found(struct trial_work *w, size_t n)
{
    const struct trial_alloc *a = &w->alloc;
    struct trial_found *x = &w->found;
    x->place = trial_room(a, &w->rooms[ROOM_FOUND], n, sizeof *x->place);
    x->fit = trial_room(a, &w->rooms[ROOM_FIT], n, sizeof *x->fit);
    x->until = trial_room(a, &w->rooms[ROOM_UNTIL], n, sizeof *x->until);
    x->member = trial_room(a, &w->rooms[ROOM_MEMBER], n, sizeof *x->member);
    x->acted = trial_room(a, &w->rooms[ROOM_ACTED], n, sizeof *x->acted);
    x->ends[0] = trial_room(a, &w->rooms[ROOM_ENDS], TRIAL_OUTCOMES * n, sizeof *x->ends[0]);
    if (!x->place || !x->fit || !x->until || !x->member || !x->acted || !x->ends[0])
        return false;
    for (size_t k = 1; k < TRIAL_OUTCOMES; k++)
        x->ends[k] = x->ends[0] + k * n;
    return true;
}

static bool make_members(struct trial_work *w, size_t n)
{
    const struct trial_alloc *a = &w->alloc;
    struct trial_members *x = &w->members;
    x->place = trial_room(a, &w->rooms[ROOM_PLACE], n, sizeof *x->place);
    x->before = trial_room(a, &w->rooms[ROOM_BEFORE], n, sizeof *x->before);
    w->saw = trial_room(a, &w->rooms[ROOM_SAW], n, sizeof *w->saw);
    uint32_t *numbers = trial_room(a, &w->rooms[ROOM_RANKED], TRIAL_OUTCOMES * 4 * (n + 1), sizeof *numbers);
    if (!x->place || !x->before || !w->saw || !numbers)
        return false;
    for (size_t k = 0; k < TRIAL_OUTCOMES; k++, numbers += 4 * (n + 1))
        x->ranked[k] = (struct trial_ranked){.at_risk = numbers, .events = numbers + (n + 1), .early = numbers + 2 * (n + 1),
                                             .rank = numbers + 3 * (n + 1)};
    return true;
}

static enum trial_rc work_init(struct trial_work *w, struct trial_pass *pass)
{
    const struct trial_frame *f = pass->frame;
    const struct trial_alloc *a = &f->alloc;
    const size_t types = (size_t)f->in.n_types + 1;
    *w = (struct trial_work){.pass = pass, .alloc = f->alloc, .block = {.frame = f}, .seen_words = f->in.n_types / 64 + 1};
    w->block.alloc = &w->alloc;
    w->asked = trial_room(a, &w->rooms[ROOM_ASKED], pass->n, sizeof *w->asked);
    w->first_of_type = trial_room(a, &w->rooms[ROOM_TYPES], types, sizeof *w->first_of_type);
    w->windows = trial_room(a, &w->rooms[ROOM_WINDOWS], pass->n, sizeof *w->windows);
    w->chunks = trial_room(a, &w->rooms[ROOM_CHUNKS], pass->n, sizeof *w->chunks);
    const size_t members = (size_t)f->options.comparators + 1;
    if (!w->chunks || !w->asked || !w->first_of_type || !w->windows || !make_found(w, TRIAL_TOGETHER * members) || !make_members(w, members))
        return TRIAL_NOMEM;
    memset(w->chunks, 0, pass->n * sizeof *w->chunks);
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint8_t bits[8];
        for (uint32_t bit = 0; bit < 8; bit++)
            bits[bit] = byte >> bit & 1;
        memcpy(&w->spread[byte], bits, sizeof bits);
    }
    return TRIAL_OK;
}

static void series_done(struct trial_work *w)
{
    for (uint32_t i = 0; i < w->n_series; i++)
        trial_list_done(&w->series[i].list, &w->alloc);
    w->n_series = 0;
}

static void work_done(struct trial_work *w)
{
    series_done(w);
    w->alloc.free(w->alloc.ctx, w->series);
    if (w->block.alloc)
        trial_block_done(&w->block);
    trial_sweep_done(&w->sweep, &w->alloc);
    trial_now_done(&w->now, &w->alloc);
    for (size_t i = 0; i < sizeof w->rooms / sizeof *w->rooms; i++)
        w->alloc.free(w->alloc.ctx, w->rooms[i].at);
}

static enum trial_rc number_series(struct trial_work *w, const struct trial_events *events, uint32_t *number)
{
    const struct trial_frame *f = w->pass->frame;
    *number = TRIAL_NONE;
    if (!events)
        return TRIAL_OK;
    for (uint32_t i = 0; i < w->n_series; i++)
        if (w->series[i].events == events)
            return *number = i, TRIAL_OK;
    if (w->n_series == w->series_limit) {
        const uint32_t limit = w->series_limit * 2 + 8;
        void *grown = w->alloc.resize(w->alloc.ctx, w->series, limit * sizeof *w->series);
        if (!grown)
            return TRIAL_NOMEM;
        w->series = grown;
        w->series_limit = limit;
    }
    *number = w->n_series;
    w->series[w->n_series++] = (struct trial_series){
        .events = events, .exact = f->grain > 0 && (events->first[f->n_local] == 0 || events->grain == f->grain)};
    return TRIAL_OK;
}

// The requests as they are in the stage and segment of a group.
static enum trial_rc enter_group(struct trial_work *w, const struct trial_group *group)
{
    const struct trial_pass *pass = w->pass;
    series_done(w);
    w->n_windows = 0;
    for (uint32_t t = 0; t < pass->frame->in.n_types; t++)
        w->first_of_type[t] = TRIAL_NONE;
    for (uint32_t r = pass->n; r-- > 0;) {
        const struct trial_request *q = &pass->requests[r];
        if ((q->only_stage != TRIAL_ALL && group->stage != q->only_stage) || (q->only_segment != TRIAL_ALL && group->segment != q->only_segment))
            continue;
        struct trial_asked *a = &w->asked[r];
        *a = (struct trial_asked){.request = q, .number = r, .next = w->first_of_type[q->type], .window = q->window[group->stage]};
        w->first_of_type[q->type] = r;
        while (a->which_window < w->n_windows && w->windows[a->which_window] != a->window)
            a->which_window++;
        if (a->which_window == w->n_windows)
            w->windows[w->n_windows++] = a->window;
        for (uint32_t k = 0; k < q->n_outcomes; k++)
            if (number_series(w, q->outcome[k] ? q->outcome[k][group->stage] : NULL, &a->series[k]) != TRIAL_OK)
                return TRIAL_NOMEM;
    }
    return TRIAL_OK;
}

// How far the `scan` nearest neighbours of a position reach: [lo, hi). The left one is nearer at equal distance.
static void reach(const struct trial_frame *f, const struct trial_group *group, uint32_t position, uint32_t *lo, uint32_t *hi)
{
    const int64_t *entry = f->entry, in = entry[position];
    const uint32_t scan = f->options.scan, n_left = position - group->begin, n_right = group->end - position - 1;
    // The most left neighbours of which the last still comes among the first `scan`: fewer right ones are nearer than it.
    uint32_t least = 0, most = n_left < scan ? n_left : scan;
    while (least < most) {
        uint32_t left = least + (most - least + 1) / 2, right = scan - left + 1;
        if (right > n_right || entry[position + right] - in >= in - entry[position - left])
            least = left;
        else
            most = left - 1;
    }
    const uint32_t right = scan - least < n_right ? scan - least : n_right;
    *lo = position - least;
    *hi = position + 1 + right;
}

static int by_time(const void *left, const void *right)
{
    const struct trial_entry *l = left, *r = right;
    if (l->unit != r->unit)
        return l->unit < r->unit ? -1 : 1;
    if (l->since != r->since)
        return l->since < r->since ? -1 : 1;
    return l->touch < r->touch ? -1 : l->touch > r->touch;
}

#define DIGIT 11

// By time since entry, which is not negative, digit by digit; those at one time stay in their order. `other` is as long.
static struct trial_entry *sort_digits(struct trial_entry *entries, struct trial_entry *other, uint32_t n, int64_t latest)
{
    for (unsigned shift = 0; shift < 63 && latest >> shift; shift += DIGIT) {
        uint32_t first[(1 << DIGIT) + 1] = {0};
        for (uint32_t i = 0; i < n; i++)
            first[(entries[i].since >> shift & ((1 << DIGIT) - 1)) + 1]++;
        for (uint32_t d = 0; d < 1 << DIGIT; d++)
            first[d + 1] += first[d];
        for (uint32_t i = 0; i < n; i++)
            other[first[entries[i].since >> shift & ((1 << DIGIT) - 1)]++] = entries[i];
        struct trial_entry *was = entries;
        entries = other;
        other = was;
    }
    return entries;
}

struct extent {
    uint32_t lo, hi;
    int64_t latest;
};

// The last touch before one that has its type, and is not too old to matter. Its time since the entry of the stay of the later one.
static int64_t previous_of(const struct trial_frame *f, const struct trial_index *at, int64_t longest_window)
{
    const size_t first = f->touches.first[f->stays[at->position].unit];
    const uint32_t type = f->touch_type[at->touch];
    for (size_t i = at->touch; i > first && f->touches.time[i - 1] >= at->time - longest_window; i--)
        if (f->touch_type[i - 1] == type)
            return f->touches.time[i - 1] - at->time + at->since;
    return INT64_MIN;
}

static int64_t longest_of(const struct trial_work *w)
{
    int64_t longest = 0;
    for (uint32_t i = 0; i < w->n_windows; i++)
        longest = w->windows[i] > longest ? w->windows[i] : longest;
    return longest;
}

static enum trial_rc list_entries(struct trial_work *w, const struct trial_span *span, struct extent *extent)
{
    const struct trial_frame *f = w->pass->frame;
    const uint32_t n = span->end - span->begin;
    const int64_t longest = longest_of(w);
    bool alike = true;  // all times are known to the same unit
    w->entries = trial_room(&w->alloc, &w->rooms[ROOM_ENTRIES], 2 * (size_t)n, sizeof *w->entries);
    w->moments = trial_room(&w->alloc, &w->rooms[ROOM_MOMENTS], (size_t)n + TRIAL_FEW, sizeof *w->moments);
    if (!w->entries || !w->moments)
        return TRIAL_NOMEM;
    *extent = (struct extent){UINT32_MAX, 0, 0};
    for (uint32_t i = 0; i < w->n_series; i++)
        w->series[i].uses = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct trial_entry *e = &w->entries[i];
        const uint32_t trial = w->pass->list[span->begin + i];
        const struct trial_index at = f->trials[trial];
        *e = (struct trial_entry){.since = at.since,
                                  .previous = previous_of(f, &at, longest),
                                  .unit = trial_unit(&f->touches, f->in.unit_of, at.touch),
                                  .position = at.position, .touch = at.touch, .trial = trial, .type = f->touch_type[at.touch]};
        alike = alike && e->unit == w->entries->unit;
        reach(f, &f->groups[span->group], at.position, &e->lo, &e->hi);
        extent->lo = e->lo < extent->lo ? e->lo : extent->lo;
        extent->hi = e->hi > extent->hi ? e->hi : extent->hi;
        extent->latest = e->since > extent->latest ? e->since : extent->latest;
        for (uint32_t r = w->first_of_type[e->type]; r != TRIAL_NONE; r = w->asked[r].next)
            for (uint32_t k = 0; k < w->asked[r].request->n_outcomes; k++)
                if (w->asked[r].series[k] != TRIAL_NONE)
                    w->series[w->asked[r].series[k]].uses++;
    }
    if (alike)
        w->entries = sort_digits(w->entries, w->entries + n, n, extent->latest);
    else
        qsort(w->entries, n, sizeof *w->entries, by_time);
    return TRIAL_OK;
}

static enum trial_rc read_block(struct trial_work *w, const struct extent *extent)
{
    const uint32_t n = extent->hi - extent->lo;
    enum trial_rc rc = trial_block_read(&w->block, extent->lo, n, extent->latest, longest_of(w));
    for (uint32_t i = 0; i < w->n_series && rc == TRIAL_OK; i++) {
        w->series[i].listed = false;
        if (w->series[i].uses * w->pass->frame->options.comparators >= n)
            rc = trial_block_read_series(&w->block, &w->series[i]);
    }
    return rc;
}

// Of what is asked about most often the lines of the stays keep the next.
static void choose_common(struct trial_work *w)
{
    for (uint32_t k = 0; k < TRIAL_OUTCOMES; k++) {
        w->common[k] = TRIAL_NONE;
        for (uint32_t t = 0; t < w->pass->frame->in.n_types; t++)
            for (uint32_t r = w->first_of_type[t]; r != TRIAL_NONE; r = w->asked[r].next) {
                const uint32_t x = k < w->asked[r].request->n_outcomes ? w->asked[r].series[k] : TRIAL_NONE;
                if (x != TRIAL_NONE && w->series[x].listed && w->series[x].exact &&
                    (w->common[k] == TRIAL_NONE || w->series[x].uses > w->series[w->common[k]].uses))
                    w->common[k] = x;
            }
    }
}

static void rewind_list(struct trial_list *list, uint32_t n)
{
    memcpy(list->now, list->first, n * sizeof *list->now);
}

static const uint8_t left_out[] = {TRIAL_LEFT_OUT};

// Of a request that takes a part: the same for a touch whatever else is in the project and in whatever order it came.
static bool is_taken(const struct trial_frame *f, const struct trial_request *q, uint32_t local, int64_t time)
{
    uint64_t unit = f->in.unit_hash ? f->in.unit_hash[f->unit_of_local[local]] : 0, type = f->in.type_hash ? f->in.type_hash[q->type] : 0;
    struct splitmix mixed = {(unit ^ (type << 32 | type >> 32)) + (uint64_t)time};
    return splitmix_next(&mixed) < q->keep;
}

// Whether comparators of two requests of one type can be looked for together.
static bool go_together(const struct trial_asked *a, const struct trial_asked *b)
{
    return a->request->n_outcomes == b->request->n_outcomes && a->request->without_account == b->request->without_account &&
           memcmp(a->series, b->series, a->request->n_outcomes * sizeof *a->series) == 0;
}

// METHODS 3.3: no touch of the type in [t - W, t] earlier in the order.
static enum trial_rc judge_touch(struct trial_work *w, const struct trial_entry *e)
{
    const struct trial_frame *f = w->pass->frame;
    const uint32_t place = e->position - w->block.begin, account = w->block.account[place];
    struct trial_view views[TRIAL_TOGETHER];
    uint32_t n = 0;
    enum trial_rc rc = TRIAL_OK;
    for (uint32_t r = w->first_of_type[e->type]; r != TRIAL_NONE && rc == TRIAL_OK; r = w->asked[r].next) {
        const struct trial_asked *a = &w->asked[r];
        const uint8_t **record = &w->pass->records[r][e->trial - f->trial_first[e->type]];
        if (account == a->request->without_account || e->previous >= e->since - a->window)
            continue;
        if (a->request->keep && !is_taken(f, a->request, f->stays[e->position].unit, w->block.in[place] + e->since)) {
            *record = left_out;
            continue;
        }
        if (n > 0 && (n == TRIAL_TOGETHER || !go_together(views[0].asked, a))) {
            rc = trial_judge(w, e, views, n);
            n = 0;
        }
        views[n++] = (struct trial_view){.asked = a, .out = record};
    }
    return rc == TRIAL_OK && n > 0 ? trial_judge(w, e, views, n) : rc;
}

// All touches whose time is known to the same unit.
static enum trial_rc sweep_touches(struct trial_work *w, const struct trial_entry *entries, uint32_t n)
{
    uint32_t n_moments = 0;
    for (uint32_t i = 0; i < n; i++)
        if (i == 0 || entries[i].since != entries[i - 1].since)
            w->moments[n_moments++] = entries[i].since;
    for (uint32_t i = 0; i < TRIAL_FEW; i++)
        w->moments[n_moments + i] = INT64_MAX;
    rewind_list(&w->block.actions, w->block.n);
    rewind_list(&w->block.touches, w->block.n);
    for (uint32_t i = 0; i < w->n_series; i++)
        if (w->series[i].listed)
            rewind_list(&w->series[i].list, w->block.n);
    enum trial_rc rc = trial_sweep_prepare(&w->sweep, &w->block, w->windows, w->n_windows, w->moments, n_moments, entries[0].unit);
    if (rc == TRIAL_OK)
        rc = trial_now_prepare(&w->now, &w->block, &w->sweep.moments, w->windows, w->n_windows, w->asked, w->first_of_type, w->pass->n);
    for (uint32_t i = 0, m = 0; i < n && rc == TRIAL_OK; i++) {
        if (i == 0 || entries[i].since != entries[i - 1].since) {
            trial_sweep_to(&w->sweep, m);
            trial_now_to(&w->now, m++);
        }
        rc = judge_touch(w, &entries[i]);
    }
    return rc;
}

static enum trial_rc judge_span(struct trial_work *w, const struct trial_span *span)
{
    struct extent extent;
    enum trial_rc rc = list_entries(w, span, &extent);
    if (rc == TRIAL_OK)
        rc = read_block(w, &extent);
    choose_common(w);
    const uint32_t n = span->end - span->begin;
    for (uint32_t i = 0, next; i < n && rc == TRIAL_OK; i = next) {
        for (next = i + 1; next < n && w->entries[next].unit == w->entries[i].unit;)
            next++;
        rc = sweep_touches(w, w->entries + i, next - i);
    }
    return rc;
}

static enum trial_rc find_some(void *ctx, size_t piece)
{
    struct trial_pass *pass = ctx;
    struct trial_work w = {0};
    uint32_t group = TRIAL_NONE;
    bool ready = false;
    enum trial_rc rc = TRIAL_OK;
    (void)piece;
    while (rc == TRIAL_OK && !atomic_load(&pass->failed)) {
        const size_t i = atomic_fetch_add(&pass->next, 1);
        if (i >= pass->n_spans)
            break;
        if (!ready)
            rc = work_init(&w, pass);
        ready = true;
        if (rc == TRIAL_OK && pass->spans[i].group != group)
            rc = enter_group(&w, &pass->frame->groups[pass->spans[i].group]);
        group = pass->spans[i].group;
        if (rc == TRIAL_OK)
            rc = judge_span(&w, &pass->spans[i]);
        if (rc == TRIAL_OK && trial_stopped(pass->crew))
            rc = TRIAL_STOPPED;
    }
    if (rc != TRIAL_OK)
        atomic_store(&pass->failed, true);
    if (ready)
        work_done(&w);
    return rc;
}

// ---- all of them ------------------------------------------------------------------------------------------------------------------

// The touches that some request asks about, by position, cut into spans.
static enum trial_rc make_spans(struct trial_pass *pass, const uint32_t *first_of_type, const uint32_t *next)
{
    const struct trial_frame *f = pass->frame;
    const uint32_t n = f->trial_first[f->in.n_types];
    uint32_t n_list = 0, group = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t trial = f->by_position[i], position = f->trials[trial].position;
        bool asked = false;
        for (uint32_t r = first_of_type[f->touch_type[f->trials[trial].touch]]; r != TRIAL_NONE && !asked; r = next[r])
            asked = admits(&pass->requests[r], &f->stays[position]);
        if (!asked)
            continue;
        while (position >= f->groups[group].end)
            group++;
        struct trial_span *last = pass->n_spans ? &pass->spans[pass->n_spans - 1] : NULL;
        if (!last || last->group != group || position - f->trials[pass->list[last->begin]].position >= f->options.block) {
            if (pass->n_spans == pass->spans_limit) {
                const size_t limit = pass->spans_limit * 2 + 64;
                void *grown = f->alloc.resize(f->alloc.ctx, pass->spans, limit * sizeof *pass->spans);
                if (!grown)
                    return TRIAL_NOMEM;
                pass->spans = grown;
                pass->spans_limit = limit;
            }
            last = &pass->spans[pass->n_spans++];
            *last = (struct trial_span){group, n_list, n_list};
        }
        pass->list[n_list++] = trial;
        last->end = n_list;
    }
    return TRIAL_OK;
}

static enum trial_rc list_touches(struct trial_pass *pass)
{
    const struct trial_frame *f = pass->frame;
    const struct trial_alloc *a = &f->alloc;
    uint32_t *first_of_type = a->resize(a->ctx, NULL, ((size_t)f->in.n_types + 1) * sizeof *first_of_type);
    uint32_t *next = a->resize(a->ctx, NULL, ((size_t)pass->n + 1) * sizeof *next);
    enum trial_rc rc = TRIAL_NOMEM;
    pass->list = a->resize(a->ctx, NULL, ((size_t)f->trial_first[f->in.n_types] + 1) * sizeof *pass->list);
    if (!first_of_type || !next || !pass->list)
        goto out;
    for (uint32_t t = 0; t < f->in.n_types; t++)
        first_of_type[t] = TRIAL_NONE;
    for (uint32_t r = 0; r < pass->n; r++) {
        next[r] = first_of_type[pass->requests[r].type];
        first_of_type[pass->requests[r].type] = r;
    }
    rc = make_spans(pass, first_of_type, next);
out:
    a->free(a->ctx, next);
    a->free(a->ctx, first_of_type);
    return rc;
}

enum trial_rc trial_pass_find(struct trial_pass *pass, const struct trial_frame *frame, const struct trial_request *requests, uint32_t n,
                              const struct trial_crew *crew)
{
    const struct trial_alloc *a = &frame->alloc;
    *pass = (struct trial_pass){.frame = frame, .requests = requests, .n = n, .crew = crew};
    pass->records = a->resize(a->ctx, NULL, ((size_t)n + 1) * sizeof *pass->records);
    pass->chunks = a->resize(a->ctx, NULL, ((size_t)n + 1) * sizeof *pass->chunks);
    for (uint32_t r = 0; r < n && pass->chunks; r++)
        atomic_init(&pass->chunks[r], NULL);
    if (!pass->records)
        return TRIAL_NOMEM;
    memset(pass->records, 0, ((size_t)n + 1) * sizeof *pass->records);
    if (!pass->chunks)
        return TRIAL_NOMEM;
    for (uint32_t r = 0; r < n; r++) {
        const size_t trials = frame->trial_first[requests[r].type + 1] - frame->trial_first[requests[r].type];
        pass->records[r] = a->resize(a->ctx, NULL, (trials + 1) * sizeof *pass->records[r]);
        if (!pass->records[r])
            return TRIAL_NOMEM;
        for (size_t i = 0; i < trials; i++)
            pass->records[r][i] = NULL;
    }
    enum trial_rc rc = list_touches(pass);
    return rc == TRIAL_OK ? trial_each(crew, PIECES, find_some, pass) : rc;
}

void trial_pass_let_go(struct trial_pass *pass, uint32_t request)
{
    const struct trial_alloc *a = &pass->frame->alloc;
    for (struct chunk *c = atomic_load(&pass->chunks[request]), *next; c; c = next) {
        next = c->next;
        a->free(a->ctx, c);
    }
    atomic_store(&pass->chunks[request], NULL);
    a->free(a->ctx, pass->records[request]);
    pass->records[request] = NULL;
}

void trial_pass_done(struct trial_pass *pass)
{
    if (!pass->frame)
        return;
    const struct trial_alloc *a = &pass->frame->alloc;
    for (uint32_t r = 0; pass->records && pass->chunks && r < pass->n; r++)
        trial_pass_let_go(pass, r);
    a->free(a->ctx, pass->records);
    a->free(a->ctx, pass->chunks);
    a->free(a->ctx, pass->list);
    a->free(a->ctx, pass->spans);
    *pass = (struct trial_pass){0};
}
