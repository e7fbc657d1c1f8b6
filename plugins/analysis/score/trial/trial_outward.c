// SPDX-License-Identifier: MIT
//
// The stays comparable with one, the nearer in entry time first (METHODS 3.3). Who is comparable with each view is the
// intersection of a few bit sets; each side of the touched is read word by word, those of a word are laid out in the order in which
// they come, and the two sides are merged by distance as they are asked for (trial_block.h).
#include "plugins/analysis/score/trial/trial_block.h"

// Bits of one word that are comparable with each view that is wanted; gives all of them.
static inline uint64_t word_of(const struct trial_outward *o, uint32_t word, uint64_t views[TRIAL_TOGETHER])
{
    uint64_t any = 0;
    for (uint32_t v = 0; v < TRIAL_TOGETHER; v++) {
        views[v] = 0;
        if (v < o->n_views && (o->wanted >> v & 1))
            views[v] = o->one[word] & o->other[v][word] & ~o->recent[v][word];
        any |= views[v];
    }
    return any;
}

static inline uint8_t fit_of(const uint64_t views[TRIAL_TOGETHER], uint32_t bit)
{
    uint32_t fit = 0;
    for (uint32_t v = 0; v < TRIAL_TOGETHER; v++)
        fit |= (uint32_t)(views[v] >> bit & 1) << v;
    return (uint8_t)fit;
}

static inline void put(const struct trial_outward *o, struct trial_side *side, uint32_t bit, const uint64_t views[TRIAL_TOGETHER])
{
    const uint32_t place = side->word * 64 + bit;
    const int64_t in = o->now->block->in[place];
    __builtin_prefetch(trial_line_of(o->now, place));
    side->place[side->n] = place;
    side->away[side->n] = in < o->entry ? o->entry - in : in - o->entry;
    side->fit[side->n++] = fit_of(views, bit);
}

static void read_left(const struct trial_outward *o, struct trial_side *side, uint64_t mask)
{
    uint64_t views[TRIAL_TOGETHER], any = word_of(o, side->word, views) & mask;
    side->ended = side->word == o->lo / 64;
    if (side->ended)
        any &= ~UINT64_C(0) << (o->lo & 63);
    while (any) {
        const uint32_t bit = 63 - (uint32_t)__builtin_clzll(any);
        any &= ~(UINT64_C(1) << bit);
        put(o, side, bit, views);
    }
}

static void read_right(const struct trial_outward *o, struct trial_side *side, uint64_t mask)
{
    uint64_t views[TRIAL_TOGETHER], any = word_of(o, side->word, views) & mask;
    side->ended = side->word == o->hi / 64;
    if (side->ended)
        any &= (UINT64_C(1) << (o->hi & 63)) - 1;
    for (; any; any &= any - 1)
        put(o, side, (uint32_t)__builtin_ctzll(any), views);
}

// The next word that has any.
void trial_outward_fill(struct trial_outward *o, struct trial_side *side)
{
    side->i = side->n = 0;
    while (side->n == 0 && !side->ended) {
        if (side == &o->left) {
            side->word--;
            read_left(o, side, ~UINT64_C(0));
        } else {
            side->word++;
            read_right(o, side, ~UINT64_C(0));
        }
    }
    if (side->n == 0) {
        side->away[0] = INT64_MAX;
        side->n = 1;
    }
}

void trial_outward_begin(struct trial_outward *o, uint32_t place)
{
    const uint64_t below = (UINT64_C(1) << (place & 63)) - 1;
    o->entry = o->now->block->in[place];
    o->left.word = o->right.word = place / 64;
    o->left.i = o->left.n = o->right.i = o->right.n = 0;
    read_left(o, &o->left, below);
    read_right(o, &o->right, ~below << 1);
    if (o->left.n == 0)
        trial_outward_fill(o, &o->left);
    if (o->right.n == 0)
        trial_outward_fill(o, &o->right);
}
