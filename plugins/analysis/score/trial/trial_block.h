// SPDX-License-Identifier: MIT
//
// One block of neighbours: stays next to each other in a group, and what happened to them, by time since entry. A comparator is
// asked about at the same time in stage as the touch, so in a block all questions are asked in the order of that one time: what
// is known about each stay moves on with it and nothing is searched (trial_sweep.c). Blocks share nothing but the frame, so
// they are worked on in parallel. trial_find.c makes blocks, trial_judge.c asks.
#ifndef VOC_PLUGINS_ANALYSIS_SCORE_TRIAL_BLOCK_H
#define VOC_PLUGINS_ANALYSIS_SCORE_TRIAL_BLOCK_H

#include "plugins/analysis/score/trial/trial_internal.h"

#define TRIAL_NO_STATE UINT16_MAX  // not in the stage at that time

// Memory that is used again and again: it grows and is never cleared.
struct trial_room {
    void *at;
    size_t bytes;
};

// n x size bytes; what was there stays. NULL when out of memory.
void *trial_room(const struct trial_alloc *alloc, struct trial_room *room, size_t n, size_t size);

// A touch that opens a trial.
struct trial_entry {
    int64_t since;                    // its time since entry
    int64_t unit;                     // how exactly it is known
    int64_t previous;                 // the last one before it of its type and person, since entry; INT64_MIN: none that matters
    uint32_t position, touch, trial, type;  // in the frame
    uint32_t lo, hi;                  // neighbours that may be looked at: positions [lo, hi)
};

// Events of each stay of the block, by time since its entry.
struct trial_list {
    uint32_t *first;    // by place: n + 1 offsets
    uint32_t *now;      // by place: moves on with the time that is asked about
    size_t *origin;     // by place: index of its first event in the series
    int64_t *since;
    struct trial_room first_room, now_room, origin_room, since_room;
};

// Outcomes of the requests of the block's stage; only such as many touches of the block are asked about are listed.
struct trial_series {
    const struct trial_events *events;
    size_t uses;
    bool listed, exact;
    struct trial_list list;
};

// The block's stays have places 0 .. n - 1.
struct trial_block {
    const struct trial_frame *frame;
    const struct trial_alloc *alloc;
    uint32_t begin, n;
    int64_t latest;            // the largest time since entry that is asked about
    int64_t longest_window;
    int64_t *in, *length;      // by place; alive at [0, length)
    uint32_t *account;
    struct trial_list actions, touches;
    uint32_t *touch_type;      // of touches
    struct trial_room in_room, length_room, account_room, type_room;
};

// Reads the stays at [begin, begin + n) of the frame and their events.
enum trial_rc trial_block_read(struct trial_block *b, uint32_t begin, uint32_t n, int64_t latest, int64_t longest_window);
enum trial_rc trial_block_read_series(const struct trial_block *b, struct trial_series *series);
void trial_block_done(struct trial_block *b);
void trial_list_done(struct trial_list *list, const struct trial_alloc *alloc);

// ---- what changes at which of the times that are asked about (trial_sweep.c) -------------------------------------------------

#define TRIAL_FEW 4  // moments that are looked through at once: a slot of the lookup mostly has no more

// The distinct times since entry that are asked about, ascending.
struct trial_moments {
    const int64_t *at;  // and behind them TRIAL_FEW times INT64_MAX
    uint32_t n;
    uint32_t *lookup;  // by time >> shift: the first moment not before it
    unsigned shift;
};

// The first moment that is not before `time`; n: none.
static inline uint32_t trial_moment_of(const struct trial_moments *m, int64_t time)
{
    if (time <= m->at[0])
        return 0;
    if (time > m->at[m->n - 1])
        return m->n;
    const size_t slot = (size_t)((uint64_t)time >> m->shift);
    uint32_t lo = m->lookup[slot], hi = m->lookup[slot + 1];
    if (hi - lo <= TRIAL_FEW) {  // without a branch on times, that no processor foretells
        const int64_t *at = m->at + lo;
        for (uint32_t i = 0; i < TRIAL_FEW; i++)
            lo += at[i] < time;
        return lo;
    }
    while (lo < hi) {
        const uint32_t middle = lo + (hi - lo) / 2;
        if (m->at[middle] < time)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

struct trial_change {
    uint32_t place, code;  // whose, and what: each list has codes of its own
};

// Changes of many stays, noted stay by stay and then put in the order of moments.
struct trial_changes {
    struct trial_change *sorted;
    uint32_t *first;  // by moment: n_moments + 1 offsets
    struct trial_change *raw;
    uint32_t *raw_moment;
    size_t n_raw, raw_limit;
    bool failed;      // out of memory while they were noted
    struct trial_room rooms[4];
};

enum trial_rc trial_changes_begin(struct trial_changes *c, const struct trial_alloc *alloc, uint32_t n_moments);
bool trial_changes_grow(struct trial_changes *c, const struct trial_alloc *alloc);
enum trial_rc trial_changes_sort(struct trial_changes *c, const struct trial_alloc *alloc, uint32_t n_moments);
void trial_changes_done(struct trial_changes *c, const struct trial_alloc *alloc);

static inline void trial_note(struct trial_changes *c, const struct trial_alloc *alloc, uint32_t moment, uint32_t place, uint32_t code)
{
    if (c->n_raw == c->raw_limit && !trial_changes_grow(c, alloc))
        return;
    c->raw_moment[c->n_raw] = moment;
    c->raw[c->n_raw++] = (struct trial_change){place, code};
    c->first[moment + 1]++;
}

// Covariate `which`: 0 is recency and engagement together, 1 + w the other touches within window w.
struct trial_sweep {
    const struct trial_block *block;
    uint32_t n_which, n_words;
    uint32_t *first_state;        // by which: where its states begin in `bits`
    uint16_t *state;              // [which][place]
    uint64_t *bits;               // [state][word]: who is in it
    struct trial_moments moments;
    struct trial_changes changes; // code: which << 16 | state
    struct trial_room rooms[5];
};

// Finds every change of class up to the last moment, for touches known as exactly as `unit`.
enum trial_rc trial_sweep_prepare(struct trial_sweep *s, const struct trial_block *block, const int64_t *windows, uint32_t n_windows,
                                  const int64_t *moments, uint32_t n_moments, int64_t unit);
void trial_sweep_to(struct trial_sweep *s, uint32_t moment);  // moments must be gone to one after the other, from 0
void trial_sweep_done(struct trial_sweep *s, const struct trial_alloc *alloc);

static inline uint16_t trial_state(const struct trial_sweep *s, uint32_t which, uint32_t place)
{
    return s->state[(size_t)which * s->block->n + place];
}

static inline const uint64_t *trial_bits(const struct trial_sweep *s, uint32_t which, uint16_t state)
{
    return s->bits + (size_t)(s->first_state[which] + state) * s->n_words;
}

// ---- what stays saw and did around one time since entry (trial_now.c) ----------------------------------------------------------

// One stay at the present moment; mostly one line of the cache.
struct trial_line {
    int64_t next[TRIAL_OUTCOMES];  // the next outcome of the series that most ask about, once it was looked for; it may have passed
    int64_t length;
    uint64_t more[];               // seen: [window][word], then before: [window], of 32 bits
};

struct trial_asked;
struct trial_now {
    const struct trial_block *block;
    const struct trial_moments *moments;
    uint32_t n_windows, words;    // words: of a set of types
    size_t stride;
    char *lines;                  // by place
    uint32_t n_words;             // of a set of places
    uint64_t *recent;             // [request][word]: who was touched by its type in [now - W, now]
    struct trial_changes seen, before, recents;
    const struct trial_asked *asked;
    const uint32_t *first_of_type;
    const int64_t *windows;
    uint32_t *last_of_type;       // while a stay is read: number of its last touch of each type, from 1
    struct trial_room rooms[3];
};

// `asked`: requests by number, with type and window. Of requests that are in the lists of types: those whose touches open a trial.
enum trial_rc trial_now_prepare(struct trial_now *x, const struct trial_block *block, const struct trial_moments *moments, const int64_t *windows,
                                uint32_t n_windows, const struct trial_asked *asked, const uint32_t *first_of_type, uint32_t n_asked);
void trial_now_to(struct trial_now *x, uint32_t moment);
void trial_now_done(struct trial_now *x, const struct trial_alloc *alloc);

static inline struct trial_line *trial_line_of(const struct trial_now *x, uint32_t place)
{
    return (struct trial_line *)(void *)(x->lines + x->stride * place);
}

// Types that touched in [now - 7 d, now + W].
static inline const uint64_t *trial_seen(const struct trial_now *x, const struct trial_line *line, uint32_t window)
{
    return line->more + (size_t)window * x->words;
}

// Actions in [now - G - L, now - G) of the placebo with that window.
static inline uint32_t *trial_before(const struct trial_now *x, struct trial_line *line)
{
    return (uint32_t *)(void *)(line->more + (size_t)x->n_windows * x->words);
}

// ---- who is comparable, outward from a place (trial_outward.c) -----------------------------------------------------------------

#define TRIAL_TOGETHER 4  // at most so many views are looked for in one walk

// Those of one word of places on one side, in the order in which they come.
struct trial_side {
    uint32_t n, i, word;
    bool ended;
    int64_t away[65];  // distance in entry time; INT64_MAX ends the last word
    uint32_t place[65];
    uint8_t fit[65];   // the views that it is comparable with, a bit each
};

// The nearer in entry time first, the left one at equal distance.
struct trial_outward {
    const struct trial_now *now;
    const uint64_t *one, *other[TRIAL_TOGETHER], *recent[TRIAL_TOGETHER];  // comparable: in `one` and in the view's other, not in its recent
    uint32_t n_views, wanted;  // wanted: views, a bit each; one that has enough is taken out
    uint32_t lo, hi;
    int64_t entry;
    struct trial_side left, right;
};

// All but entry and the sides are set.
void trial_outward_begin(struct trial_outward *o, uint32_t place);
void trial_outward_fill(struct trial_outward *o, struct trial_side *side);

// A place and the views it fits, of which some may no longer be wanted; false: there are no more.
static inline bool trial_outward_next(struct trial_outward *o, uint32_t *place, uint32_t *fit)
{
    struct trial_side *side = o->left.away[o->left.i] <= o->right.away[o->right.i] ? &o->left : &o->right;
    const uint32_t i = side->i;
    if (side->away[i] == INT64_MAX)
        return false;
    *place = side->place[i];
    *fit = side->fit[i];
    if (++side->i == side->n)
        trial_outward_fill(o, side);
    return true;
}

#endif
