// SPDX-License-Identifier: MIT
//
// See medoid.h. Some ways are measured first, the most frequent ones and some of all lengths; what the best of them has is what any other
// must stay below, counting for texts not yet compared the least that their length alone makes.
#include "plugins/common/medoid.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MEDOID_VECTOR 32u  // bytes; a group has two vectors, as the steps of one would wait for each other
#define LANES_MOST MEDOID_VECTOR
#define FIRST 64u          // ways that are measured before the others
#define TIE 1e-12          // sums in another order differ by less, other means by more
#define PIECES 64u         // groups that threads take at a time are one of so many shares

int medoid_compare(const struct medoid_way *a, const struct medoid_way *b)
{
    if (a->n != b->n) return a->n < b->n ? -1 : 1;
    for (uint32_t i = 0; i < a->n; i++)
        if (a->node[i] != b->node[i]) return a->node[i] < b->node[i] ? -1 : 1;
    return 0;
}

struct text { uint32_t n, shared; uint64_t count; };  // a way; so many letters are those of the one before it
struct length { uint32_t n; uint64_t count; };  // journeys of it

struct study {
    const struct medoid_set *set;
    struct text *texts;
    uint32_t *letters;  // of all texts, one behind the other, without those that are shared
    struct length *lengths;
    size_t n_lengths;
    uint32_t longest;
    size_t *candidate;  // ways that are measured, in their order
    size_t n_candidates;
    double *sum;        // of all ways; NaN: not measured to the end
    double limit;       // a sum above it is given up
    bool avx2;
};

struct group {  // candidates that are measured together
    const size_t *of;
    size_t n, next_length;
    uint32_t longest;
    void *eq, *columns;  // aligned
    uint64_t sum[LANES_MOST];
    double total[LANES_MOST];
};

// The texts of one length are done. Whether every candidate is beaten.
static bool group_settle(const struct study *s, struct group *g, uint32_t length)
{
    bool beaten = true;
    g->next_length++;
    for (size_t l = 0; l < g->n; l++) {
        const uint32_t m = s->set->ways[g->of[l]].n;
        double least = g->total[l] += (double)g->sum[l] / (m > length ? m : length);
        g->sum[l] = 0;
        for (size_t k = g->next_length; beaten && least <= s->limit && k < s->n_lengths; k++) {
            const uint32_t n = s->lengths[k].n;
            least += (double)s->lengths[k].count * (m > n ? m - n : n - m) / (m > n ? m : n);
        }
        beaten = beaten && least > s->limit;
    }
    return beaten;
}

#define BITS 16
#include "plugins/common/medoid_lanes.h"
#undef BITS
#define BITS 64
#include "plugins/common/medoid_lanes.h"
#undef BITS

// A single candidate of any length, in words of 64 letters.
static void words(const struct study *s, struct group *g)
{
    const struct medoid_way *ways = s->set->ways;
    const uint32_t m = ways[g->of[0]].n;
    const size_t n = (m + 63u) / 64u;
    const uint64_t *eq = g->eq, last = m % 64 ? (UINT64_C(1) << m % 64) - 1 : UINT64_MAX;
    uint64_t *pv = g->columns, *mv = pv + (s->longest + 1) * n;
    for (size_t k = 0; k < n; k++) {
        pv[k] = k + 1 == n ? last : UINT64_MAX;
        mv[k] = 0;
    }
    const uint32_t *letter = s->letters;
    for (size_t j = 0; j < s->set->n; j++) {
        const struct text *w = &s->texts[j];
        if (j && w->n != w[-1].n && group_settle(s, g, w[-1].n)) return;
        for (uint32_t i = w->shared; i < w->n; i++) {
            const uint64_t *e = eq + *letter++ * n, *p = pv + i * n, *q = mv + i * n;
            uint64_t carry = 0, up = 1, down = 0, *to_p = pv + (i + 1) * n, *to_q = mv + (i + 1) * n;
            for (size_t k = 0; k < n; k++) {
                const uint64_t xv = e[k] | q[k], both = e[k] & p[k];
                uint64_t sum;
                const bool c1 = __builtin_add_overflow(both, p[k], &sum), c2 = __builtin_add_overflow(sum, carry, &sum);
                const uint64_t xh = (sum ^ p[k]) | e[k], h = q[k] | ~(xh | p[k]), d = p[k] & xh;
                const uint64_t ph = h << 1 | up, mh = d << 1 | down;
                carry = c1 | c2;
                up = h >> 63;
                down = d >> 63;
                to_p[k] = mh | ~(xv | ph);
                to_q[k] = ph & xv;
            }
        }
        uint64_t distance = w->n;
        for (size_t k = 0; k < n; k++) {
            const uint64_t mask = k + 1 == n ? last : UINT64_MAX;
            distance += (uint64_t)__builtin_popcountll(pv[w->n * n + k] & mask);
            distance -= (uint64_t)__builtin_popcountll(mv[w->n * n + k] & mask);
        }
        g->sum[0] += w->count * distance;
    }
    (void)group_settle(s, g, s->texts[s->set->n - 1].n);
}

// ---- groups --------------------------------------------------------------------------------------------------------------------

// How many candidates from number i on form a group, and how many bits each has in a word; 0 bits: one of many words.
static size_t group_at(const struct study *s, size_t i, unsigned *bits)
{
    const uint32_t longest_of = s->longest;
    size_t n = 1, most;
    *bits = s->set->ways[s->candidate[i]].n <= 16 && longest_of < INT16_MAX ? 16 : s->set->ways[s->candidate[i]].n <= 64 ? 64 : 0;
    most = *bits ? 2 * MEDOID_VECTOR * 8 / *bits : 1;
    while (n < most && i + n < s->n_candidates && s->set->ways[s->candidate[i + n]].n <= *bits) n++;
    return n;
}

static void *aligned(void *p) { return (char *)p + (-(uintptr_t)p & 63); }

// Marks where each letter stands in each candidate; the same again clears them.
static void mark(const struct study *s, const struct group *g, unsigned bits)
{
    for (size_t l = 0; l < g->n; l++) {
        const struct medoid_way *w = &s->set->ways[g->of[l]];
        const size_t n = bits ? 0 : (w->n + 63u) / 64u;
        for (uint32_t i = 0; i < w->n; i++) {
            if (bits == 16) ((uint16_t *)g->eq)[(size_t)w->node[i] * MEDOID_VECTOR + l] ^= (uint16_t)(1u << i);
            else if (bits == 64) ((uint64_t *)g->eq)[(size_t)w->node[i] * (MEDOID_VECTOR / 4) + l] ^= UINT64_C(1) << i;
            else ((uint64_t *)g->eq)[w->node[i] * n + i / 64] ^= UINT64_C(1) << i % 64;
        }
    }
}

static void measure(const struct study *s, struct group *g, unsigned bits)
{
    memset(g->sum, 0, sizeof g->sum);
    memset(g->total, 0, sizeof g->total);
    g->next_length = 0;
    g->longest = s->set->ways[g->of[g->n - 1]].n;
    mark(s, g, bits);
    if (!bits) words(s, g);
#if defined(__x86_64__)
    else if (s->avx2 && bits == 16) lanes16_avx2(s, g);
    else if (s->avx2) lanes64_avx2(s, g);
#endif
    else if (bits == 16) lanes16_plain(s, g);
    else lanes64_plain(s, g);
    mark(s, g, bits);
    for (size_t l = 0; l < g->n; l++) s->sum[g->of[l]] = g->next_length == s->n_lengths ? g->total[l] : NAN;
}

static voc_rc measure_share(void *user, size_t share)
{
    const struct study *s = user;
    const voc_host *h = s->set->host;
    const size_t n = (s->longest + 63u) / 64u, width = n > MEDOID_VECTOR / 4 ? n : MEDOID_VECTOR / 4;  // words of a column
    size_t letters, columns;
    voc_rc rc = VOC_OK;
    if (__builtin_mul_overflow((size_t)s->set->alphabet + 1, width * 8, &letters) ||
        __builtin_mul_overflow((size_t)s->longest + 1, width * 16, &columns))
        return VOC_E_NOMEM;
    char *eq = h->alloc(s->set->cx, letters + 64), *room = eq ? h->alloc(s->set->cx, columns + 64) : NULL;
    if (!room) rc = VOC_E_NOMEM;
    else memset(eq, 0, letters + 64);
    struct group g = {.eq = eq ? aligned(eq) : NULL, .columns = room ? aligned(room) : NULL};
    for (size_t i = 0, number = 0; i < s->n_candidates && !rc; i += g.n, number++) {
        unsigned bits;
        g.n = group_at(s, i, &bits);
        g.of = s->candidate + i;
        if (number % PIECES != share) continue;
        measure(s, &g, bits);
        if (h->cancelled(s->set->cx)) rc = VOC_CANCELLED;
    }
    h->free(s->set->cx, room);
    h->free(s->set->cx, eq);
    return rc;
}

static voc_rc measure_all(struct study *s)
{
    voc_rc rc = VOC_OK;
    if (s->set->run) return s->set->host->parallel(s->set->run, PIECES, measure_share, s);
    for (size_t i = 0; i < PIECES && !rc; i++) rc = measure_share(s, i);
    return rc;
}

// ---- which are measured ----------------------------------------------------------------------------------------------------------

struct ranked_way { uint64_t count; size_t i; };

static int more_often(const void *x, const void *y)
{
    const struct ranked_way *a = x, *b = y;
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    return (a->i > b->i) - (a->i < b->i);
}

// The ways that are marked become the candidates, in their order.
static void candidates(struct study *s, const unsigned char *marked)
{
    s->n_candidates = 0;
    for (size_t i = 0; i < s->set->n; i++)
        if (marked[i]) s->candidate[s->n_candidates++] = i;
}

static void first_ones(const struct study *s, const struct ranked_way *order, unsigned char *marked)
{
    const size_t n = s->set->n;
    for (size_t i = 0; i < n && i < FIRST / 2; i++) marked[order[i].i] = 1;
    for (size_t i = 0; i < FIRST / 2; i++) marked[(size_t)((double)n * (double)i / (FIRST / 2))] = 1;
}

// What measuring one costs, in parts of a step for each letter of the texts.
static double cost_of(const struct medoid_way *w) { return w->n <= 16 ? 1.0 / LANES_MOST : w->n <= 64 ? 4.0 / LANES_MOST : (w->n + 63u) / 64u; }

// Marks all that have not been measured, or as many as the effort allows.
static void other_ones(const struct study *s, const struct ranked_way *order, unsigned char *marked)
{
    const double effort = (double)(s->set->effort ? s->set->effort : MEDOID_EFFORT);
    double letters = 0, all = 0, spent = 0;
    const size_t n = s->set->n;
    for (size_t i = 0; i < n; i++) letters += s->texts[i].n - s->texts[i].shared + 1;
    for (size_t i = 0; i < n; i++) all += letters * cost_of(&s->set->ways[i]);
    for (size_t i = 0; i < n; i++) marked[i] = all <= effort;
    for (size_t i = 0; i < n && all > effort && order[i].count > 1 && spent < effort / 2; i++) {
        spent += letters * cost_of(&s->set->ways[order[i].i]);
        marked[order[i].i] = 1;
    }
    const size_t step = all > effort ? (size_t)ceil(all / (effort / 2)) : 1;
    for (size_t i = 0; i < n; i += step) marked[i] = 1;
    for (size_t i = 0; i < n; i++)
        if (!isnan(s->sum[i])) marked[i] = 0;
}

static voc_rc find(struct medoid *out, struct study *s, struct ranked_way *order, unsigned char *marked)
{
    const size_t n = s->set->n;
    double journeys = 0, least = INFINITY;
    for (size_t i = 0; i < n; i++) {
        s->sum[i] = NAN;
        order[i] = (struct ranked_way){s->set->ways[i].count, i};
        journeys += (double)s->set->ways[i].count;
    }
    qsort(order, n, sizeof *order, more_often);
    first_ones(s, order, marked);
    candidates(s, marked);
    voc_rc rc = measure_all(s);
    if (rc) return rc;
    for (size_t i = 0; i < n; i++) least = fmin(least, s->sum[i]);
    out->candidates = s->n_candidates;
    s->limit = least * (1 + 1e-9);
    other_ones(s, order, marked);
    candidates(s, marked);
    if ((rc = measure_all(s))) return rc;
    out->candidates += s->n_candidates;
    for (size_t i = 0; i < n; i++) least = fmin(least, s->sum[i]);
    for (size_t i = 0; i < n; i++) {  // in the order of ties
        out->best = order[i].i;
        if (s->sum[out->best] <= least * (1 + TIE)) break;
    }
    out->frequent = order[0].i;
    out->mean = s->sum[out->best] / journeys;
    out->mean_of_frequent = s->sum[out->frequent] / journeys;
    return VOC_OK;
}

static void *take(const struct medoid_set *set, size_t n, size_t size)
{
    size_t bytes;
    return __builtin_mul_overflow(n, size, &bytes) ? NULL : set->host->alloc(set->cx, bytes);
}

static voc_rc texts(struct study *s)
{
    const struct medoid_way *w = s->set->ways;
    size_t letters = 1, n = 0;
    for (size_t i = 0; i < s->set->n; i++) {
        uint32_t same = 0;
        if (i) while (same < w[i - 1].n && same < w[i].n && w[i - 1].node[same] == w[i].node[same]) same++;
        s->texts[i] = (struct text){w[i].n, same, w[i].count};
        if (!i || w[i].n != w[i - 1].n) s->lengths[s->n_lengths++] = (struct length){w[i].n, 0};
        s->lengths[s->n_lengths - 1].count += w[i].count;
        letters += w[i].n - same;
    }
    s->longest = w[s->set->n - 1].n;
    s->letters = take(s->set, letters, sizeof *s->letters);
    if (!s->letters) return VOC_E_NOMEM;
    for (size_t i = 0; i < s->set->n; i++)
        for (uint32_t k = s->texts[i].shared; k < w[i].n; k++) s->letters[n++] = w[i].node[k];
    return VOC_OK;
}

voc_rc medoid_find(struct medoid *out, const struct medoid_set *set)
{
    struct study s = {.set = set, .limit = INFINITY};
    if (!set->n) return VOC_E_BUG;
#if defined(__x86_64__)
    __builtin_cpu_init();
    s.avx2 = __builtin_cpu_supports("avx2") != 0;
#endif
    struct ranked_way *order = take(set, set->n, sizeof *order);
    unsigned char *marked = take(set, set->n, 1);
    s.texts = take(set, set->n, sizeof *s.texts);
    s.lengths = take(set, set->n, sizeof *s.lengths);
    s.candidate = take(set, set->n, sizeof *s.candidate);
    s.sum = take(set, set->n, sizeof *s.sum);
    void *const own[] = {order, marked, s.texts, s.lengths, s.candidate, s.sum};
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (!own[i]) rc = VOC_E_NOMEM;
    if (!rc) {
        memset(marked, 0, set->n);
        rc = texts(&s);
    }
    if (!rc) rc = find(out, &s, order, marked);
    set->host->free(set->cx, s.letters);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) set->host->free(set->cx, own[i]);
    return rc;
}
