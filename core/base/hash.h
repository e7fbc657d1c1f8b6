// SPDX-License-Identifier: MIT
// Hashes: BLAKE2b-256 (libsodium) for definitions and the digest; XXH3 for tables and to know an input again. And a set
// of interned strings.
#ifndef VOC_BASE_HASH_H
#define VOC_BASE_HASH_H
#include "base/buf.h"

#define HASH_BYTES 32
struct hash_state { _Alignas(64) unsigned char opaque[384]; };
void hash_begin(struct hash_state *h);
void hash_add(struct hash_state *h, const void *data, size_t len);
void hash_end(struct hash_state *h, unsigned char out[HASH_BYTES]);
void hash_of(const void *data, size_t len, unsigned char out[HASH_BYTES]);
void hash_hex(const unsigned char in[HASH_BYTES], char out[2 * HASH_BYTES + 1]);
bool hash_from_hex(voc_str hex, unsigned char out[HASH_BYTES]);
uint64_t hash64(const void *data, size_t len, uint64_t seed);

// By which an input is known again: XXH3-128 of its bytes (canonical: the higher half first), then XXH3-128 with seed 1 of
// those 16 bytes. Not cryptographic: it tells files apart, not forgeries; BLAKE2b costs ten times as much, a third of an import.
struct fingerprint { _Alignas(64) unsigned char opaque[640]; };
void fingerprint_begin(struct fingerprint *f);
void fingerprint_add(struct fingerprint *f, const void *data, size_t len);
void fingerprint_end(const struct fingerprint *f, unsigned char out[HASH_BYTES]); // of the bytes so far; more may follow
void fingerprint_of(const void *data, size_t len, unsigned char out[HASH_BYTES]);
bool fingerprint_is(const unsigned char hash[HASH_BYTES]); // else it is what older files know their inputs by: BLAKE2b-256

// Dictionary: distinct strings to dense codes 0.. in order of first appearance. Owns its strings.
struct dict; // single-threaded
voc_rc dict_new(struct dict **out, size_t max_bytes);
void dict_free(struct dict *d);
voc_rc dict_code(struct dict *d, voc_str s, uint32_t *code);          // adds if new; VOC_E_LIMIT over 2^31 strings or max_bytes
bool dict_find(const struct dict *d, voc_str s, uint32_t *code);
// The same for a caller who has the hash: hash64(s.ptr, s.len, 0).
voc_rc dict_code_hashed(struct dict *d, voc_str s, uint64_t hash, uint32_t *code);
bool dict_find_hashed(const struct dict *d, voc_str s, uint64_t hash, uint32_t *code);
// What the caller keeps with a string, at first 0: it stays where it is, until dict_clear.
uint32_t *dict_value(const struct dict *d, uint32_t code); // code is below dict_n
// Many at once, side by side: what is kept with each; 0 also where there is no such string.
void dict_find_all(const struct dict *d, const voc_str *s, const uint64_t *hash, size_t n, uint32_t *value);
// Fetch what a lookup of this hash will touch, in two steps, a dozen lookups apart; the second gives the code that is
// likely, or DICT_NONE.
#define DICT_NONE UINT32_MAX
void dict_prefetch(const struct dict *d, uint64_t hash);
uint32_t dict_prefetch_entry(const struct dict *d, uint64_t hash);
void dict_clear(struct dict *d); // empty again; keeps most of its memory for what comes next
void dict_prefetch_at(const struct dict *d, uint32_t code); // its string is about to be asked for
uint32_t dict_n(const struct dict *d);
size_t dict_bytes(const struct dict *d); // of its strings, and what each costs beside
voc_str dict_at(const struct dict *d, uint32_t code); // borrows until dict_free or dict_clear
#endif
