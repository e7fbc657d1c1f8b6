// SPDX-License-Identifier: MIT
// Strings of an import as codes of the project (names.h). A few new strings of a space become rows of table `string`, which
// anybody can read; many become pages of table `names`: a row of SQLite for each of a million customers would cost more
// than all of their events.
#include "store/import/names.h"

static const char INSERT_STRING[] = "INSERT INTO string(space, code, text) VALUES (?, ?, ?)";
static const char INSERT_PAGE[] = "INSERT INTO names(space, first, n, flags, data) VALUES (?, ?, ?, ?, ?)";
enum { PAGE_NAMES = 16384, PAGES_FROM = 256, AHEAD = 24 };
#define PAGE_TEXT ((size_t)8 << 20) // a page ends where its texts exceed this

// ---- strings ---------------------------------------------------------------------------------------------------------------

// Most of what a large project holds is not in the file: a bit of a few that each hash has says so, without a look into a dictionary.
struct sieve { uint64_t *bits; unsigned shift; }; // bits NULL: all may be in it
enum { SIEVE_BITS = 32, SIEVE_SHARE = 4 }; // bits a string; not for more than a quarter of what the project has

static voc_rc sieve_new(struct sieve *s, size_t n, size_t known)
{
    unsigned log = 6;
    *s = (struct sieve){0};
    if (n > known / SIEVE_SHARE) return VOC_OK;
    while ((size_t)1 << log < n * SIEVE_BITS) log++;
    s->shift = 64 - log;
    s->bits = mem_zalloc(((size_t)1 << log) / 64, sizeof *s->bits);
    return s->bits ? VOC_OK : VOC_E_NOMEM;
}

static inline void sieve_add(struct sieve *s, uint64_t hash)
{
    if (s->bits) s->bits[hash >> s->shift >> 6] |= UINT64_C(1) << (hash >> s->shift & 63);
}

static inline bool sieve_may(const struct sieve *s, uint64_t hash)
{
    return !s->bits || s->bits[hash >> s->shift >> 6] >> (hash >> s->shift & 63) & 1;
}

struct finding { struct names *n; unsigned space; struct sieve sieve; };

static voc_rc find_known(void *user, uint32_t first, const voc_str *texts, size_t n)
{
    struct finding *f = user;
    const struct dict *own = f->n->q->names[f->space];
    uint32_t code;
    for (size_t i = 0; i < n; i++) {
        const uint64_t hash = hash64(texts[i].ptr, texts[i].len, 0);
        if (sieve_may(&f->sieve, hash) && dict_find_hashed(own, texts[i], hash, &code)) f->n->code[f->space][code] = first + (uint32_t)i + 1;
    }
    return VOC_OK;
}

// Which strings of the import the project has, of those from code `from` on.
static voc_rc find_strings(struct names *n, unsigned space, uint32_t from)
{
    const struct dict *own = n->q->names[space];
    const uint32_t end = dict_n(own);
    struct finding f = {.n = n, .space = space};
    if (end == from || end == 1 || n->known[space] <= 1) return VOC_OK;
    voc_rc rc = sieve_new(&f.sieve, end - from, n->known[space]);
    for (uint32_t c = from; f.sieve.bits && c < end; c++) {
        const voc_str s = dict_at(own, c);
        sieve_add(&f.sieve, hash64(s.ptr, s.len, 0));
    }
    if (rc == VOC_OK) rc = space_each(n->p, space, find_known, &f);
    mem_free(f.sieve.bits);
    return rc;
}

voc_rc names_give(struct names *n, unsigned space, uint32_t code)
{
    voc_rc rc = vec_reserve(&n->fresh[space], 1, UINT32_MAX);
    if (rc == VOC_OK && n->next[space] >= INT32_MAX) rc = VOC_E_LIMIT;
    if (rc != VOC_OK) return rc;
    n->fresh[space].at[n->fresh[space].n++] = code;
    n->code[space][code] = ++n->next[space]; // its code + 1
    return VOC_OK;
}

// ---- tuples ----------------------------------------------------------------------------------------------------------------

enum { TUPLE_STRINGS = 7 };
static const unsigned char TUPLE_SPACE[TUPLE_STRINGS] = {SPACE_ACTION, SPACE_TOUCHPOINT, SPACE_CHANNEL, SPACE_CAMPAIGN, SPACE_ROLE, SPACE_OWNER, SPACE_LANGUAGE};
#define TUPLE_CODES(t) {&(t)->action, &(t)->touchpoint, &(t)->channel, &(t)->campaign, &(t)->role, &(t)->owner, &(t)->language}

// Codes of the import become those of the project. Without `give` only where it has all of them: *known.
static voc_rc translate(struct names *n, struct event_tuple *t, bool give, bool *known)
{
    uint32_t *const codes[TUPLE_STRINGS] = TUPLE_CODES(t);
    *known = true;
    for (unsigned k = 0; k < TUPLE_STRINGS; k++) *known &= !*codes[k] || n->code[TUPLE_SPACE[k]][*codes[k]];
    voc_rc rc = VOC_OK;
    for (unsigned k = 0; rc == VOC_OK && (give || *known) && k < TUPLE_STRINGS; k++) {
        int64_t code = 0;
        rc = names_code(n, TUPLE_SPACE[k], *codes[k], &code);
        *codes[k] = (uint32_t)code;
    }
    return rc;
}

struct asked { struct tuple_set set; VEC(uint32_t) own; struct sieve sieve; }; // tuples of the import that the project may have, as it names them; by code: which

static voc_rc ask_for_tuples(struct names *n, uint32_t from, struct asked *a)
{
    const uint32_t end = tuple_set_n(&n->q->tuples);
    voc_rc rc = sieve_new(&a->sieve, end - from, n->known_tuples);
    for (uint32_t own = from; rc == VOC_OK && own < end; own++) {
        struct event_tuple t;
        bool known = false;
        uint32_t code;
        tuple_set_at(&n->q->tuples, own, &t);
        rc = translate(n, &t, false, &known);
        if (rc != VOC_OK || !known) continue;
        rc = tuple_set_code(&a->set, &t, &code); // no two are alike, as no two of the import are
        if (rc == VOC_OK) rc = vec_reserve(&a->own, 1, UINT32_MAX);
        if (rc == VOC_OK) a->own.at[a->own.n++] = own;
        sieve_add(&a->sieve, tuple_hash(&t));
    }
    return rc;
}

// Which tuples of the import the project has, of those from code `from` on.
static voc_rc find_tuples(struct names *n, uint32_t from)
{
    const struct event_tuple *known = NULL;
    struct asked a = {0};
    uint32_t n_known = 0, code;
    if (n->known_tuples == 0 || tuple_set_n(&n->q->tuples) == from) return VOC_OK;
    voc_rc rc = ask_for_tuples(n, from, &a);
    if (rc == VOC_OK && a.own.n) rc = tuples_load(n->p, &known, &n_known);
    for (uint32_t i = 0; rc == VOC_OK && i < n_known; i++) {
        const uint64_t hash = tuple_hash(&known[i]);
        if (sieve_may(&a.sieve, hash) && tuple_set_find(&a.set, &known[i], hash, &code)) n->tuple[a.own.at[code]] = i + 1;
    }
    tuple_set_done(&a.set);
    vec_free(&a.own);
    mem_free(a.sieve.bits);
    return rc;
}

voc_rc names_tuple(struct names *n, uint32_t tuple, uint32_t *out)
{
    if (!n->tuple[tuple]) { // the project has none like it
        struct event_tuple t;
        bool known = false;
        tuple_set_at(&n->q->tuples, tuple, &t);
        voc_rc rc = translate(n, &t, true, &known);
        if (rc == VOC_OK) rc = vec_reserve(&n->fresh_tuples, 1, INT32_MAX - n->known_tuples);
        if (rc != VOC_OK) return rc;
        n->fresh_tuples.at[n->fresh_tuples.n++] = t;
        n->tuple[tuple] = n->known_tuples + (uint32_t)n->fresh_tuples.n;
    }
    *out = n->tuple[tuple] - 1;
    return VOC_OK;
}

// ---- all of an import ------------------------------------------------------------------------------------------------------

static voc_rc grow(uint32_t **at, uint32_t *have, uint32_t want)
{
    if (want <= *have) return VOC_OK;
    uint32_t *p = mem_realloc(*at, (size_t)want * sizeof **at);
    if (!p) return VOC_E_NOMEM;
    memset(p + *have, 0, ((size_t)want - *have) * sizeof *p);
    *at = p;
    *have = want;
    return VOC_OK;
}

voc_rc names_extend(struct names *n)
{
    voc_rc rc = VOC_OK;
    for (unsigned s = 0; rc == VOC_OK && s < SPACE_ALL; s++) {
        const uint32_t before = n->own[s];
        rc = grow(&n->code[s], &n->own[s], dict_n(n->q->names[s]));
        if (rc == VOC_OK) rc = find_strings(n, s, before);
    }
    const uint32_t before = n->own_tuples;
    if (rc == VOC_OK) rc = grow(&n->tuple, &n->own_tuples, tuple_set_n(&n->q->tuples));
    return rc == VOC_OK ? find_tuples(n, before) : rc;
}

voc_rc names_open(struct names *n, struct project *p, const struct pending *q)
{
    const struct event_tuple *known = NULL;
    *n = (struct names){.p = p, .q = q};
    voc_rc rc = tuples_load(p, &known, &n->known_tuples);
    for (unsigned s = 0; rc == VOC_OK && s < SPACE_ALL; s++) {
        rc = space_count(p, s, &n->known[s]);
        n->next[s] = n->known[s];
    }
    return rc == VOC_OK ? names_extend(n) : rc;
}

void names_close(struct names *n)
{
    for (unsigned s = 0; s < SPACE_ALL; s++) {
        mem_free(n->code[s]);
        vec_free(&n->fresh[s]);
    }
    vec_free(&n->fresh_tuples);
    mem_free(n->tuple);
}

// ---- writing ---------------------------------------------------------------------------------------------------------------

static voc_rc write_rows(struct names *n, unsigned space)
{
    sqlite3_stmt *s = NULL;
    voc_rc rc = db_prepare(n->p, &s, INSERT_STRING);
    for (size_t i = 0; rc == VOC_OK && i < n->fresh[space].n; i++) {
        uint32_t code = n->fresh[space].at[i];
        rc = db_run(n->p, s, "iit", (int64_t)space, (int64_t)n->code[space][code] - 1, dict_at(n->q->names[space], code));
    }
    db_done(&s);
    return rc;
}

static voc_rc write_page(struct names *n, unsigned space, size_t from, size_t *to, voc_str *texts, struct block_writer *w, struct buf *blob)
{
    sqlite3_stmt *s = NULL;
    const uint32_t all = space == SPACE_ALIASES ? n->q->set_flags : 0;
    const bool alike = all == 0 || all == SETS_WEAK || all == SETS_STRONG; // each set has one of these two
    uint32_t flags = alike ? all : 0;
    size_t rows = 0, bytes = 0;
    for (; from + rows < n->fresh[space].n && rows < PAGE_NAMES && bytes < PAGE_TEXT; rows++) {
        if (from + rows + AHEAD < n->fresh[space].n) dict_prefetch_at(n->q->names[space], n->fresh[space].at[from + rows + AHEAD]);
        texts[rows] = dict_at(n->q->names[space], n->fresh[space].at[from + rows]);
        bytes += texts[rows].len;
        if (!alike) flags |= aliases_flags(texts[rows]);
    }
    *to = from + rows;
    block_begin(w, BLOCK_NAMES, rows);
    block_text(w, COLUMN_NAME, texts);
    voc_rc rc = block_end(w, blob);
    if (rc == VOC_OK) rc = db_prepare(n->p, &s, INSERT_PAGE);
    if (rc == VOC_OK)
        rc = db_run(n->p, s, "iiiib", (int64_t)space, (int64_t)n->code[space][n->fresh[space].at[from]] - 1, (int64_t)rows,
                    (int64_t)flags, str_mk(blob->ptr, blob->len));
    db_done(&s);
    return rc;
}

static voc_rc write_pages(struct names *n, unsigned space)
{
    struct block_writer w;
    struct buf blob;
    buf_init(&blob, 0x7fffffff);
    voc_str *texts = mem_alloc(PAGE_NAMES * sizeof *texts);
    voc_rc rc = block_writer_init(&w);
    if (rc == VOC_OK && !texts) rc = VOC_E_NOMEM;
    for (size_t at = 0; rc == VOC_OK && at < n->fresh[space].n;) rc = write_page(n, space, at, &at, texts, &w, &blob);
    block_writer_done(&w);
    buf_done(&blob);
    mem_free(texts);
    return rc;
}

voc_rc names_write(struct names *n)
{
    voc_rc rc = VOC_OK;
    for (unsigned s = 0; rc == VOC_OK && s < SPACE_ALL; s++)
        if (n->fresh[s].n) rc = n->fresh[s].n < PAGES_FROM ? write_rows(n, s) : write_pages(n, s);
    if (rc == VOC_OK) rc = tuples_write(n->p, n->fresh_tuples.at, (uint32_t)n->fresh_tuples.n);
    space_drop(n->p);
    return rc;
}
