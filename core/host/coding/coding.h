// SPDX-License-Identifier: MIT
// Columns of one block being filled: strings to local codes, rows to arrays. What many rows have in common (action, channel,
// actor ...) is one tuple; a column in which no row has anything is never made. The sink's inner half, private to core/host.
#ifndef VOC_HOST_CODING_H
#define VOC_HOST_CODING_H
#include "base/hash.h"
#include "store/store.h"

#define CODING_ROWS ((size_t)1 << 24)    // of one block: a record of 1 MiB cannot give more
#define CODING_STRINGS ((size_t)1 << 30) // bytes
#define CODING_STAY_BYTES ((size_t)8 << 20) // of strings that stay from block to block: with more, the next block begins anew
#define CODING_AT_ONCE 64u               // rows: what the steps of one batch touch stays in the nearest cache

// A string met before, and its code: found by its length and its first and last eight bytes, without a hash. Of up to 32 bytes
// it holds all; a longer one is compared where it lies.
struct met { uint64_t first, last; union { uint64_t between[2]; const char *text; }; uint32_t len, code; };
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION // --enable-fuzzing: clearing them took a tenth of a run, and small ones forget more
enum { MET_COMMON = 64, MET_ALIASES = 16, MET_LISTED = 16, MET_PARTS = 16, MET_ATTRS = 16 };
#else
enum { MET_COMMON = 4096, MET_ALIASES = 256, MET_LISTED = 256, MET_PARTS = 1024, MET_ATTRS = 1024 };
#endif
// Attributes met before, and the code of their text: so rows that repeat them need none. Keys and values are numbered as they are met,
// none ever twice; what is forgotten gets another number when it comes again.
enum { ATTRS_SET = 6 }; // more than that are not remembered
struct met_attrs { uint32_t part[2 * ATTRS_SET], n, code; };
struct alias_kind { char text[62]; uint8_t len, strong; }; // as a set begins: "+email="; strong as in the alias
enum { KINDS_MAX = 8 };

enum { CODES_OBJECT, CODES_CASE, CODES_THREAD, CODES_ID, CODES_REF, CODES_TEXT, CODES_CUSTOMER, CODES_ACCOUNT, CODES_ATTRS, CODES_SUB, CODES_N };
enum { AMOUNT_MINUTES, AMOUNT_COST, AMOUNT_VALUE, AMOUNT_N };

// Customers and accounts of events, of whom most blocks have nearly as many as rows, and texts of columns that hardly repeat: listed
// as they come, with the hash that they are looked up by later. Only those met lately are not listed again.
struct people { struct buf text; VEC(uint32_t) end; VEC(uint64_t) hash; }; // hashes: those that coder_coded worked out
#define CODING_LISTED (UINT32_C(1) << 31) // in the code of a column that is listed: the number of the listed text, not of a string
struct repeats { uint32_t seen, fresh; bool listed; }; // of a column's texts so many were looked up, and so many of them were new

// Texts that decide a tuple (coding_alike.c).
struct alike_entry;
struct alikes {
    struct alike_entry *at; // n of them in the order of their coming, room for `size`; in `owned`
    void *owned;
    uint32_t *slots;        // by hash: number, and some of the hash; 2 * size
    uint32_t size, n, asked, found;
    bool vary;              // they hardly repeat, and get no numbers
    uint64_t hash_bits;     // those that count: tests let texts collide
    struct arena rest;      // of long texts
};

struct coder { // owns everything but the text at `from`
    uint32_t sender;    // where it is not 0, strings and tuples stay from block to block
    uint32_t n_known, n_known_tuples; // that the last block had
    struct dict *strings;
    struct people people;
    VEC(voc_str) table; // strings as an array, then people, made by coder_coded
    VEC(uint32_t) whose[2]; // customers and accounts as codes of the table, likewise
    size_t n;           // rows
    VEC(int64_t) time_us;
    VEC(uint64_t) record, line;
    VEC(uint32_t) tuple;
    VEC(uint32_t) codes[CODES_N];    // as long as to the last row that has something: 0 behind it; customer, account: of people, + 1
    struct repeats repeats[CODES_N]; // of texts alone
    VEC(uint32_t) amount_row;        // rows that have some amount
    VEC(int64_t) amounts[AMOUNT_N];  // of these rows, as long as to the last that has something: VOC_NA behind it
    VEC(struct coded_tuple) tuples;
    VEC(uint32_t) slots;             // of tuples, by hash (coding_tuples.c); a power of two
    struct buf scratch, bare;        // bare: aliases in other letters than they came in
    uintptr_t from;                  // the block's text, and in how many places of it eight bytes can be read at once
    size_t places;
    struct met common[MET_COMMON], aliases[MET_ALIASES], listed[MET_LISTED];
    struct met parts[MET_PARTS];         // keys and values of attributes
    uint32_t n_parts;                    // numbers given
    struct met_attrs attrs[MET_ATTRS];
    struct { uint32_t asked, found; bool vary; } attrs_met; // vary: they hardly repeat, and are not asked for
    struct alias_kind kinds[KINDS_MAX]; // met so far
    unsigned n_kinds;
    struct alikes alikes;
    uint32_t kept;                   // EV_*: columns that are coded; of others it is only seen that they are text
};
voc_rc coder_init(struct coder *c, uint32_t sender);
void coder_done(struct coder *c);
void coder_clear(struct coder *c);                                  // a new block
void coder_text(struct coder *c, const char *bytes, size_t len);    // whose text most strings are
// VOC_E_INPUT: not UTF-8, and nothing was added.
voc_rc coder_code(struct coder *c, voc_str text, uint32_t *out);
voc_rc coder_aliases(struct coder *c, const voc_alias *aliases, size_t n, uint32_t *out);

// A row's own attributes as one text, in c->scratch; empty: it has none. VOC_E_INPUT: not UTF-8; VOC_E_LIMIT: too many.
voc_rc coder_attrs(struct coder *c, const voc_row *r, voc_str *out);
// Whether such attributes were met, with *code that of their text; else *place (NULL: nowhere) is where coder_attrs_meet remembers them.
bool coder_attrs_met(struct coder *c, const voc_row *r, uint32_t *code, struct met_attrs **place);
static inline void coder_attrs_meet(struct met_attrs *place, uint32_t code) { if (place) place->code = code; }
void coder_attrs_forget(struct coder *c);
bool coder_sound(voc_str s); // UTF-8, nearly always seen without a look at each character
voc_rc coder_tuples(struct coder *c, const struct coded_tuple *t, size_t n, uint32_t *to); // n at most CODING_AT_ONCE

// Numbers for texts that decide a tuple, n at most CODING_AT_ONCE; 0: none. told: its tuple is known. They hold until coder_clear.
void coder_alike(struct coder *c, const voc_str *texts, size_t n, uint32_t *number, unsigned char *told);
voc_rc coder_alike_tell(struct coder *c, uint32_t number, const struct coded_tuple *t, uint32_t attrs); // VOC_E_BUG: no such number
voc_rc coder_alike_tuples(struct coder *c, const uint32_t *number, size_t n, unsigned resolution, uint32_t *out, uint32_t *attrs); // VOC_E_BUG: not told
void coder_alike_begin(struct coder *c); // a block
void coder_alike_forget(struct coder *c);
void coder_alike_done(struct coder *c);

struct coder_rows { // at most CODING_AT_ONCE; each an event, checked
    const char *rows; // voc_row
    size_t stride, n;
    const uint64_t *record, *line; // arrays of n, as they are kept
    const uint32_t *sub;
    uint32_t actor, resolution;    // where a row does not say who, and what it cannot be finer than
};
static inline const voc_row *coder_row(const struct coder_rows *b, size_t i) { return (const voc_row *)(const void *)(b->rows + i * b->stride); }
voc_rc coder_pass_attrs(const struct coder_rows *b); // what coder_attrs would refuse, where nobody asks for them
// The two halves of a product, folded: every bit of the result depends on nearly all of both.
static inline uint64_t coder_fold(uint64_t a, uint64_t b)
{
    unsigned __int128 p = (unsigned __int128)a * b;
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}
// Customers (or accounts) of rows as numbers of people, + 1; a text as the number of a listed one, with CODING_LISTED.
voc_rc coder_people(struct coder *c, const struct coder_rows *b, bool accounts, uint32_t *code);
voc_rc coder_list(struct coder *c, voc_str text, uint32_t *out);
voc_rc coder_people_hashes(struct coder *c); // of those that have none
// The same of values of one kind, of which empty ones name nobody.
voc_rc coder_values(struct coder *c, const voc_alias *kind, const voc_str *value, size_t n, uint32_t *code);
// All of them or none. *unset: one does not say who acted.
voc_rc coder_events(struct coder *c, const struct coder_rows *b, bool *unset);
// What a row has in common with others, for coder_alike_tell. VOC_E_INPUT: its text is not UTF-8; VOC_E_LIMIT as coder_attrs. *unset as above.
voc_rc coder_shared(struct coder *c, const voc_row *r, uint32_t actor, struct coded_tuple *out, uint32_t *attrs, bool *unset);
// Events as columns, at most CODING_AT_ONCE, checked; whose numbers are told. All of them or none.
struct coder_columns { const voc_events *e; size_t first, n; const uint64_t *record, *line; uint32_t resolution; };
voc_rc coder_columns(struct coder *c, const struct coder_columns *b);
void coder_cut(struct coder *c, size_t n); // forgets the rows behind the first n; not their strings and tuples
// Columns, strings, and room for `more` strings behind them. Borrows until the next change.
voc_rc coder_coded(struct coder *c, size_t more, struct coded_block *out);
#endif
