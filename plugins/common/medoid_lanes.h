// SPDX-License-Identifier: MIT
//
// One kernel of medoid.c, included once for each width of a lane: BITS is 16 or 64, and a candidate of at most so many letters fits one
// lane. All candidates of a group take each text together, letter by letter. vec is written without intrinsics, so that every
// compiler of the family makes of it what the processor has.
#ifdef BITS
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define LANE JOIN(JOIN(uint, BITS), _t)
#define VEC JOIN(vec, BITS)
#define LANES (MEDOID_VECTOR / sizeof(LANE))  // of a vector; a group has two of them
#define EACH(x) ((LANE)((LANE)~(LANE)0 / 255 * (x)))  // a byte in every byte

typedef LANE VEC __attribute__((vector_size(MEDOID_VECTOR)));
#define INLINE static inline __attribute__((always_inline))

// One letter of a text: up and down are the steps of a column of distances, from one letter of the candidate to the next.
INLINE void JOIN(step, BITS)(const VEC *eq, VEC *up, VEC *down)
{
    const VEC e = *eq, xv = e | *down, xh = (((e & *up) + *up) ^ *up) | e, h = *down | ~(xh | *up), ph = h << 1 | 1, mh = (*up & xh) << 1;
    *up = mh | ~(xv | ph);
    *down = ph & xv;
}

// Distances at the end of a text: its length, less the steps down, and the steps up: bits of both together are counted.
INLINE void JOIN(distance, BITS)(VEC *to, uint32_t length, const VEC *up, const VEC *down, const VEC *mask, const VEC *letters)
{
    const VEC p = *up & *mask, n = ~*down & *mask;
    const VEC a = p - (p >> 1 & EACH(0x55)), b = n - (n >> 1 & EACH(0x55));
    VEC s = (a & EACH(0x33)) + (a >> 2 & EACH(0x33)) + (b & EACH(0x33)) + (b >> 2 & EACH(0x33));
    s = (s & EACH(0x0F)) + (s >> 4 & EACH(0x0F));
    s += s >> 8;
    for (unsigned by = 16; by < BITS; by *= 2) s += s >> (by & (BITS - 1));
    *to = (s & (LANE)0xFF) + (LANE)length - *letters;
}

// Adds what was gathered in lanes to the sums of the length at hand.
INLINE void JOIN(flush, BITS)(uint64_t *sum, VEC gathered[2])
{
    for (unsigned l = 0; l < 2 * LANES; l++) sum[l] += gathered[l / LANES][l % LANES];
    gathered[0] = gathered[1] = (VEC){0};
}

INLINE void JOIN(lanes, BITS)(const struct study *s, struct group *g)
{
    const VEC *eq = g->eq;
    VEC *column = g->columns, mask[2], letters[2], gathered[2] = {{0}}, distance[2];  // of a column: up, down, up, down
    const uint32_t *letter = s->letters;
    uint64_t room = 0;
    for (unsigned l = 0; l < 2 * LANES; l++) {
        const uint32_t m = l < g->n ? s->set->ways[g->of[l]].n : 0;
        LANE low = 0;  // as many bits as it has letters
        if (m) low = (LANE)((LANE)~(LANE)0 >> (BITS - m));
        mask[l / LANES][l % LANES] = low;
        letters[l / LANES][l % LANES] = (LANE)m;
    }
    column[0] = mask[0], column[2] = mask[1];
    column[1] = column[3] = (VEC){0};
    for (size_t j = 0; j < s->set->n; j++) {
        const struct text *w = &s->texts[j];
        if (j == 0 || w->n != w[-1].n) {
            if (j) JOIN(flush, BITS)(g->sum, gathered);
            if (j && group_settle(s, g, w[-1].n)) return;
            room = 0;
        }
        VEC *at = column + 4 * (size_t)w->shared;
        VEC up0 = at[0], down0 = at[1], up1 = at[2], down1 = at[3];
        for (uint32_t i = w->shared; i < w->n; i++) {
            const VEC *e = eq + 2 * (size_t)*letter++;
            JOIN(step, BITS)(e, &up0, &down0);
            JOIN(step, BITS)(e + 1, &up1, &down1);
            at += 4;
            at[0] = up0, at[1] = down0, at[2] = up1, at[3] = down1;
        }
        JOIN(distance, BITS)(&distance[0], w->n, &up0, &down0, &mask[0], &letters[0]);
        JOIN(distance, BITS)(&distance[1], w->n, &up1, &down1, &mask[1], &letters[1]);
        const uint64_t most = (uint64_t)(w->n > g->longest ? w->n : g->longest) * (w->count < UINT32_MAX ? w->count : UINT32_MAX);
        if (most > room) {
            JOIN(flush, BITS)(g->sum, gathered);
            room = (LANE)~(LANE)0;
        }
        if (most > room) {
            for (unsigned l = 0; l < 2 * LANES; l++) g->sum[l] += w->count * distance[l / LANES][l % LANES];
        } else {
            gathered[0] += distance[0] * (LANE)w->count;
            gathered[1] += distance[1] * (LANE)w->count;
            room -= most;
        }
    }
    JOIN(flush, BITS)(g->sum, gathered);
    (void)group_settle(s, g, s->texts[s->set->n - 1].n);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void JOIN(JOIN(lanes, BITS), _avx2)(const struct study *s, struct group *g) { JOIN(lanes, BITS)(s, g); }
#endif
static void JOIN(JOIN(lanes, BITS), _plain)(const struct study *s, struct group *g) { JOIN(lanes, BITS)(s, g); }

#undef INLINE
#undef EACH
#undef LANES
#undef VEC
#undef LANE
#undef JOIN
#undef JOIN_
#endif
