// SPDX-License-Identifier: MIT
// Hashes behind one door: BLAKE2b-256 for what must never collide (definitions, the digest), XXH3 for tables and inputs.
// Only base includes libsodium and xxHash. Thread-safe; a hash_state belongs to one thread.
#define XXH_INLINE_ALL // short keys are most of them, and a call costs as much as their hash
#include "base/hash.h"
#include "base/hash_wide.h"
#include "base/scan.h"
#include <pthread.h>
#include <sodium.h>
#include <string.h>
#include <xxhash.h>

_Static_assert(sizeof(crypto_generichash_state) <= sizeof(struct hash_state), "hash_state is too small for libsodium");
_Static_assert(_Alignof(struct hash_state) >= _Alignof(crypto_generichash_state), "hash_state is not aligned for libsodium");

_Static_assert(sizeof(XXH3_state_t) <= sizeof(struct fingerprint) && _Alignof(struct fingerprint) >= _Alignof(XXH3_state_t), "fingerprint is too small for xxHash");

static crypto_generichash_state *inner(struct hash_state *h) { return (void *)h->opaque; }

// Picks the fast code for this processor; without it libsodium works, but with its portable code.
static void choose(void)
{
    if (sodium_init() < 0) return;
}

void hash_begin(struct hash_state *h)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, choose);
    crypto_generichash_init(inner(h), NULL, 0, HASH_BYTES);
}

void hash_add(struct hash_state *h, const void *data, size_t len)
{
    if (len) crypto_generichash_update(inner(h), data, len);
}

void hash_end(struct hash_state *h, unsigned char out[HASH_BYTES]) { crypto_generichash_final(inner(h), out, HASH_BYTES); }

void hash_of(const void *data, size_t len, unsigned char out[HASH_BYTES])
{
    struct hash_state h;
    hash_begin(&h);
    hash_add(&h, data, len);
    hash_end(&h, out);
}

void hash_hex(const unsigned char in[HASH_BYTES], char out[2 * HASH_BYTES + 1])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < HASH_BYTES; i++) {
        out[2 * i] = digits[in[i] >> 4];
        out[2 * i + 1] = digits[in[i] & 15];
    }
    out[2 * HASH_BYTES] = '\0';
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool hash_from_hex(voc_str hex, unsigned char out[HASH_BYTES])
{
    unsigned char bytes[HASH_BYTES];
    if (hex.len != 2u * HASH_BYTES) return false;
    for (size_t i = 0; i < HASH_BYTES; i++) {
        int high = nibble(hex.ptr[2 * i]), low = nibble(hex.ptr[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        bytes[i] = (unsigned char)(high << 4 | low);
    }
    memcpy(out, bytes, HASH_BYTES);
    return true;
}

#define LONG 1024u // bytes: from here on the wide form is worth a look whether there is one

uint64_t hash64(const void *data, size_t len, uint64_t seed)
{
    if (len >= LONG && scan_wide()) return hash64_wide(data, len, seed);
    return XXH3_64bits_withSeed(len ? data : "", len, seed);
}

// ---- inputs ------------------------------------------------------------------------------------------------------------

void fingerprint_begin(struct fingerprint *f)
{
    XXH3_state_t *state = (void *)f->opaque;
    memset(f->opaque, 0, sizeof f->opaque);
    XXH3_128bits_reset(state);
}

void fingerprint_add(struct fingerprint *f, const void *data, size_t len)
{
    if (len) XXH3_128bits_update((XXH3_state_t *)(void *)f->opaque, data, len);
}

static void add_second_half(unsigned char out[HASH_BYTES])
{
    XXH128_canonicalFromHash((XXH128_canonical_t *)(void *)(out + 16), XXH3_128bits_withSeed(out, 16, 1));
}

void fingerprint_end(const struct fingerprint *f, unsigned char out[HASH_BYTES])
{
    XXH128_canonicalFromHash((XXH128_canonical_t *)(void *)out, XXH3_128bits_digest((const XXH3_state_t *)(const void *)f->opaque));
    add_second_half(out);
}

void fingerprint_of(const void *data, size_t len, unsigned char out[HASH_BYTES])
{
    XXH128_canonicalFromHash((XXH128_canonical_t *)(void *)out, XXH3_128bits(len ? data : "", len));
    add_second_half(out);
}

bool fingerprint_is(const unsigned char hash[HASH_BYTES])
{
    unsigned char right[HASH_BYTES];
    memcpy(right, hash, 16);
    add_second_half(right);
    return memcmp(right, hash, HASH_BYTES) == 0;
}
