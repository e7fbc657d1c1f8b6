// SPDX-License-Identifier: MIT
// What libarchive leaves out (3.6 still): gzip's checksum and length at the end of each member. A file of one member is
// checked for certain. Where one member ends and the next begins cannot be seen from outside libarchive, so it is proven:
// the eight stored bytes in front of what looks like another header are a candidate (checksum, length), and the candidate
// whose length and checksum fit the bytes given since the last proven end is one. Candidates are false with a chance of
// 2^-27 at each stored byte; one that is not yet passed holds up those behind it, unless deflate could not have made so
// much of so little. Where the proof fails and there were candidates, the answer is "unsure", not "damaged".
#include <string.h>
#include "io/in_internal.h"

#define CANDIDATES 16384u  // in one read-ahead of the source there cannot be many more members
#define WINDOW 16u         // candidates looked at together: false ones in front of a true one are rare
#define DEFLATE_MAX 1032u  // deflate makes at most so many bytes of one
#define STORED_SURE 4000000u // stored bytes of which deflate makes less than 2^32
#define HEADER 4u         // bytes of a header that are looked at
#define TRAILER 8u

struct trailer {
    uint32_t crc, size; // size modulo 2^32
    uint64_t at;        // stored bytes up to its end
};

struct gzip_check {
    uint32_t table[8][256];
    uint32_t crc;  // of the member since its proven beginning
    uint64_t size;
    uint64_t begun; // stored bytes in front of it
    struct trailer candidate[CANDIDATES];
    size_t first, n; // candidate[first .. n)
    char last[TRAILER + HEADER - 1]; // stored bytes at the border of two pieces
    size_t n_last;
    uint64_t fed;
    bool seen; // any candidate
};

// Slicing by 8 (Kounavis and Berry 2005), the polynomial of RFC 1952.
static void make_table(struct gzip_check *g)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int k = 0; k < 8; k++) c = c & 1 ? c >> 1 ^ 0xEDB88320u : c >> 1;
        g->table[0][i] = c;
    }
    for (uint32_t i = 0; i < 256; i++) {
        for (int k = 1; k < 8; k++) g->table[k][i] = g->table[k - 1][i] >> 8 ^ g->table[0][g->table[k - 1][i] & 255];
    }
}

static uint32_t read_u32(const char *p)
{
    const unsigned char *s = (const unsigned char *)p;
    return (uint32_t)s[0] | (uint32_t)s[1] << 8 | (uint32_t)s[2] << 16 | (uint32_t)s[3] << 24;
}

static uint32_t crc_add(const struct gzip_check *g, uint32_t crc, const char *p, size_t len)
{
    crc = ~crc;
    for (; len >= 8; p += 8, len -= 8) {
        uint32_t a = crc ^ read_u32(p), b = read_u32(p + 4);
        crc = g->table[7][a & 255] ^ g->table[6][a >> 8 & 255] ^ g->table[5][a >> 16 & 255] ^ g->table[4][a >> 24] ^
              g->table[3][b & 255] ^ g->table[2][b >> 8 & 255] ^ g->table[1][b >> 16 & 255] ^ g->table[0][b >> 24];
    }
    for (; len > 0; p++, len--) crc = crc >> 8 ^ g->table[0][(crc ^ (unsigned char)*p) & 255];
    return ~crc;
}

voc_rc gzip_check_new(struct gzip_check **out)
{
    struct gzip_check *g = mem_zalloc(1, sizeof *g);
    if (g == NULL) return VOC_E_NOMEM;
    make_table(g);
    *out = g;
    return VOC_OK;
}

void gzip_check_free(struct gzip_check *g) { mem_free(g); }

static void add_candidate(struct gzip_check *g, const char *trailer, uint64_t at)
{
    g->seen = true;
    if (g->n == CANDIDATES) {
        size_t drop = g->first > 0 ? g->first : 1; // the oldest was false: its bytes would have been given by now
        memmove(g->candidate, g->candidate + drop, (g->n - drop) * sizeof g->candidate[0]);
        g->n -= drop;
        g->first = 0;
    }
    g->candidate[g->n++] = (struct trailer){read_u32(trailer), read_u32(trailer + 4), at};
}

// Candidates whose header begins behind their trailer in p[0 .. len), which is the stored byte `offset`.
static void scan(struct gzip_check *g, const char *p, size_t len, uint64_t offset)
{
    size_t from = TRAILER;
    while (from + HEADER <= len) {
        const char *hit = memchr(p + from, 0x1F, len - from - HEADER + 1);
        if (hit == NULL) return;
        from = (size_t)(hit - p);
        if (memcmp(hit, "\x1F\x8B\x08", 3) == 0 && (unsigned char)hit[3] < 0x20) add_candidate(g, hit - TRAILER, offset + from);
        from++;
    }
}

void gzip_check_fed(struct gzip_check *g, const char *ptr, size_t len)
{
    char joint[2 * sizeof g->last];
    size_t some = len < sizeof g->last ? len : sizeof g->last, n = g->n_last + some;
    memcpy(joint, g->last, g->n_last);
    if (some > 0) memcpy(joint + g->n_last, ptr, some);
    scan(g, joint, n, g->fed - g->n_last); // headers that end in this piece and begin, or have their trailer, in the one before
    if (len > sizeof g->last) {
        scan(g, ptr, len, g->fed);
        memcpy(g->last, ptr + len - sizeof g->last, sizeof g->last);
        g->n_last = sizeof g->last;
    } else {
        size_t keep = n < sizeof g->last ? n : sizeof g->last;
        memcpy(g->last, joint + n - keep, keep);
        g->n_last = keep;
    }
    g->fed += len;
}

static size_t window_end(const struct gzip_check *g) { return g->n - g->first < WINDOW ? g->n : g->first + WINDOW; }

static bool possible(const struct gzip_check *g, const struct trailer *t)
{
    uint64_t stored = t->at - g->begun;
    return stored > STORED_SURE || t->size <= stored * DEFLATE_MAX;
}

// Begins the next member where a candidate fits here and none in front of it may still come.
static bool take_proven(struct gzip_check *g)
{
    for (size_t i = g->first, end = window_end(g); i < end; i++) {
        const struct trailer *t = &g->candidate[i];
        if (!possible(g, t)) continue;
        if (t->size > (uint32_t)g->size) return false;
        if (t->size != (uint32_t)g->size || t->crc != g->crc) continue;
        g->begun = t->at;
        g->first = i + 1;
        g->crc = 0;
        g->size = 0;
        return true;
    }
    return false;
}

void gzip_check_given(struct gzip_check *g, const char *ptr, size_t len)
{
    while (len > 0) {
        while (take_proven(g)) {
        }
        size_t step = len;
        for (size_t i = g->first, end = window_end(g); i < end; i++) {
            uint32_t left = g->candidate[i].size - (uint32_t)g->size; // lengths are kept modulo 2^32
            if (left > 0 && left < step) step = left;
        }
        g->crc = crc_add(g, g->crc, ptr, step);
        g->size += step;
        ptr += step;
        len -= step;
    }
}

enum gzip_verdict gzip_check_end(struct gzip_check *g, const char trailer[8])
{
    uint32_t crc = read_u32(trailer), size = read_u32(trailer + 4);
    while (crc != g->crc || size != (uint32_t)g->size) {
        if (!take_proven(g)) return g->seen ? GZIP_UNSURE : GZIP_DAMAGED; // else: empty members at the end
    }
    return GZIP_GOOD;
}
