// SPDX-License-Identifier: MIT
// Strings of an import as codes of the project (names.h). A few new strings of a space become rows of table `string`, which
// anybody can read; many become pages of table `names`: a row of SQLite for each of a million customers would cost more
// than all of their events.
#include "store/names.h"

static const char INSERT_STRING[] = "INSERT INTO string(space, code, text) VALUES (?, ?, ?)";
static const char INSERT_PAGE[] = "INSERT INTO names(space, first, n, flags, data) VALUES (?, ?, ?, ?, ?)";
enum { PAGE_NAMES = 16384, PAGES_FROM = 256, AHEAD = 24 };
#define PAGE_TEXT ((size_t)8 << 20) // a page ends where its texts exceed this

struct finding { struct names *n; unsigned space; };

static voc_rc find_known(void *user, uint32_t first, const voc_str *texts, size_t n)
{
    struct finding *f = user;
    const struct dict *own = f->n->q->names[f->space];
    uint32_t code;
    for (size_t i = 0; i < n; i++)
        if (dict_find(own, texts[i], &code)) f->n->code[f->space][code] = first + (uint32_t)i + 1;
    return VOC_OK;
}

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
    voc_rc rc = grow(&n->tuple, &n->own_tuples, tuple_set_n(&n->q->tuples) + 1u);
    for (unsigned s = 0; rc == VOC_OK && s < SPACE_ALL; s++) {
        uint32_t before = n->own[s], now = dict_n(n->q->names[s]);
        struct finding f = {n, s};
        rc = grow(&n->code[s], &n->own[s], now);
        if (rc == VOC_OK && now > before && now > 1 && n->known[s] > 1) rc = space_each(n->p, s, find_known, &f);
    }
    return rc;
}

voc_rc names_open(struct names *n, struct project *p, const struct pending *q)
{
    const struct event_tuple *known = NULL;
    uint32_t code = 0;
    *n = (struct names){.p = p, .q = q};
    tuple_set_init(&n->tuples);
    voc_rc rc = tuples_load(p, &known, &n->n_tuples);
    for (uint32_t i = 0; rc == VOC_OK && i < n->n_tuples; i++) rc = tuple_set_code(&n->tuples, &known[i], &code);
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
    tuple_set_done(&n->tuples);
    mem_free(n->tuple);
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

voc_rc names_tuple(struct names *n, uint32_t tuple, uint32_t *out)
{
    if (!n->tuple[tuple]) {
        struct event_tuple t;
        tuple_set_at(&n->q->tuples, tuple, &t);
        static const unsigned char spaces[] = {SPACE_ACTION, SPACE_TOUCHPOINT, SPACE_CHANNEL, SPACE_CAMPAIGN, SPACE_ROLE, SPACE_OWNER, SPACE_LANGUAGE};
        uint32_t *const codes[] = {&t.action, &t.touchpoint, &t.channel, &t.campaign, &t.role, &t.owner, &t.language};
        voc_rc rc = VOC_OK;
        for (unsigned k = 0; rc == VOC_OK && k < sizeof spaces; k++) {
            int64_t code = 0;
            rc = names_code(n, spaces[k], *codes[k], &code);
            *codes[k] = (uint32_t)code;
        }
        uint32_t code = 0;
        if (rc == VOC_OK && !tuple_set_find(&n->tuples, &t, &code)) rc = tuple_set_add(&n->tuples, &t, &code);
        if (rc != VOC_OK) return rc;
        n->tuple[tuple] = code + 1;
    }
    *out = n->tuple[tuple] - 1;
    return VOC_OK;
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
        rc = db_run(n->p, s, "iiiib", (int64_t)space, (int64_t)n->code[space][n->fresh[space].at[from]] - 1, (int64_t)rows, (int64_t)flags, str_mk(blob->ptr, blob->len));
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
    if (rc == VOC_OK) rc = tuples_write(n->p, &n->tuples, n->n_tuples);
    space_drop(n->p);
    return rc;
}
