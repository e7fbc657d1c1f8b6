// SPDX-License-Identifier: MIT
// Dictionaries of the project as they are read: code spaces of repeated strings. A few strings are rows of table `string`,
// many are blocks of table `names` (docs/project-file.md); both give a text by its code. Nothing is hashed: whoever needs
// the code of a text walks the strings once (names.c).
#include <inttypes.h>
#include "store/columns/block.h"
#include "store/events/held.h"
#include "store/project.h"

static const char SELECT_ROWS[] = "SELECT code, text FROM string WHERE space = ? ORDER BY code";
static const char SELECT_PAGES[] = "SELECT first, n, data FROM names WHERE space = ? ORDER BY first";
static const char MAX_CODE[] =
    "SELECT max(coalesce((SELECT max(code) FROM string WHERE space = ?1), 0),"
    " coalesce((SELECT first + n - 1 FROM names WHERE space = ?1 ORDER BY first DESC LIMIT 1), 0))";
static const char SELECT_FLAGS[] = "SELECT flags FROM names WHERE space = ?";
static const char SELECT_SETS[] = "SELECT text FROM string WHERE space = ?";

const char *space_name(unsigned space)
{
    static const char *const names[SPACE_ALL] = {
        "action", "touchpoint", "channel", "campaign", "object", "case", "role", "owner", "thread", "language", "source", "aliases", "key", "value",
    };
    return space < SPACE_ALL ? names[space] : "?";
}

static void drop_one(struct space *s)
{
    for (size_t i = 0; i < s->bytes.n; i++) mem_free(s->bytes.at[i]);
    vec_free(&s->bytes);
    mem_free(s->text);
    *s = (struct space){0};
}

void space_drop(struct project *p)
{
    for (unsigned i = 0; i < SPACE_ALL; i++) drop_one(&p->space[i]);
    mem_free(p->tuples);
    p->tuples = NULL;
    p->n_tuples = 0;
    mem_free(p->imports);
    p->imports = NULL;
    p->n_imports = 0;
}

// ---- telling ---------------------------------------------------------------------------------------------------------------

struct teller { // rows and pages of one space, merged by code; owns
    struct project *p;
    unsigned space;
    sqlite3_stmt *rows, *pages;
    bool row, page; // one is at hand
    bool from_rows; // what was told last came from there
    struct block_reader block;
    voc_str one, *texts; // of a row; of a page, made for the first
    const voc_str *told;
};

static voc_rc teller_open(struct teller *t, struct project *p, unsigned space)
{
    *t = (struct teller){.p = p, .space = space};
    voc_rc rc = block_reader_init(&t->block);
    if (rc == VOC_OK) rc = db_prepare(p, &t->rows, SELECT_ROWS);
    if (rc == VOC_OK) rc = db_prepare(p, &t->pages, SELECT_PAGES);
    if (rc == VOC_OK) rc = db_bind(p, t->rows, "i", (int64_t)space);
    if (rc == VOC_OK) rc = db_bind(p, t->pages, "i", (int64_t)space);
    if (rc == VOC_OK) rc = db_step(p, t->rows, &t->row);
    if (rc == VOC_OK) rc = db_step(p, t->pages, &t->page);
    return rc;
}

static void teller_close(struct teller *t)
{
    db_done(&t->rows);
    db_done(&t->pages);
    block_reader_done(&t->block);
    mem_free(t->texts);
}

// The next texts are in t->told; n 0: there are no more.
static voc_rc teller_next(struct teller *t, uint32_t next, size_t *n)
{
    voc_rc rc = VOC_OK;
    *n = 0;
    if (t->row && sqlite3_column_int64(t->rows, 0) == next) {
        t->one = db_text(t->rows, 1);
        t->told = &t->one;
        t->from_rows = true;
        *n = 1;
    } else if (t->page && sqlite3_column_int64(t->pages, 0) == next) {
        voc_str data = db_text(t->pages, 2);
        rc = block_open(&t->block, BLOCK_NAMES, data.ptr, data.len);
        if (rc == VOC_OK && t->block.rows != sqlite3_column_int64(t->pages, 1)) rc = VOC_E_INPUT;
        if (rc == VOC_OK && !t->texts && !(t->texts = mem_alloc(BLOCK_ROWS * sizeof *t->texts))) rc = VOC_E_NOMEM;
        if (rc == VOC_OK) rc = block_read_text(&t->block, COLUMN_NAME, t->texts);
        t->told = t->texts;
        if (rc == VOC_E_INPUT) rc = db_damaged(t->p, "the names of dictionary '%s' from code %" PRIu32 " on: %s", space_name(t->space), next, t->block.why);
        t->from_rows = false;
        *n = t->block.rows;
    } else if (t->row || t->page) {
        rc = db_damaged(t->p, "dictionary '%s' lacks code %" PRIu32, space_name(t->space), next);
    }
    return rc;
}

static voc_rc teller_step(struct teller *t)
{
    return t->from_rows ? db_step(t->p, t->rows, &t->row) : db_step(t->p, t->pages, &t->page);
}

static voc_rc each_held(struct project *p, unsigned space, voc_rc (*each)(void *user, uint32_t first, const voc_str *texts, size_t n), void *user)
{
    voc_rc rc = space_load(p, space);
    return rc == VOC_OK && p->space[space].n > 1 ? each(user, 1, p->space[space].text + 1, p->space[space].n - 1u) : rc;
}

voc_rc space_each(struct project *p, unsigned space, voc_rc (*each)(void *user, uint32_t first, const voc_str *texts, size_t n), void *user)
{
    struct teller t;
    uint32_t next = 1;
    size_t n = 0;
    if (p->held) return each_held(p, space, each, user);
    voc_rc rc = teller_open(&t, p, space);
    while (rc == VOC_OK) {
        rc = teller_next(&t, next, &n);
        if (rc != VOC_OK || n == 0) break;
        if (n > INT32_MAX - next) rc = db_damaged(p, "dictionary '%s' has impossible codes", space_name(space));
        if (rc == VOC_OK) rc = each(user, next, t.told, n);
        if (rc == VOC_OK) rc = teller_step(&t);
        next += (uint32_t)n;
    }
    teller_close(&t);
    return rc;
}

// ---- a whole space ---------------------------------------------------------------------------------------------------------

static voc_rc keep_texts(void *user, uint32_t first, const voc_str *texts, size_t n)
{
    struct space *to = user;
    size_t bytes = 0, cap = to->cap;
    for (size_t i = 0; i < n; i++) bytes += texts[i].len;
    voc_rc rc = vec_reserve_((void **)&to->text, &cap, first, n, sizeof *to->text, UINT32_MAX);
    if (rc == VOC_OK) rc = vec_reserve(&to->bytes, 1, UINT32_MAX);
    to->cap = (uint32_t)cap;
    char *at = rc == VOC_OK ? mem_alloc(bytes ? bytes : 1) : NULL;
    if (!at) return rc == VOC_OK ? VOC_E_NOMEM : rc;
    to->bytes.at[to->bytes.n++] = at;
    for (size_t i = 0; i < n; i++) {
        to->text[first + i] = str_mk(at, texts[i].len);
        if (texts[i].len) memcpy(at, texts[i].ptr, texts[i].len);
        at += texts[i].len;
    }
    to->n = first + (uint32_t)n;
    return VOC_OK;
}

voc_rc space_load(struct project *p, unsigned space)
{
    struct space fresh = {0};
    if (p->space[space].text) return VOC_OK;
    if (p->held) return held_strings(p, space, &p->space[space]);
    voc_rc rc = space_count(p, space, &fresh.cap); // exactly as many as there will be
    if (rc == VOC_OK && !(fresh.text = mem_alloc(fresh.cap * sizeof *fresh.text))) rc = VOC_E_NOMEM;
    if (rc == VOC_OK) {
        fresh.text[0] = STR("");
        fresh.n = 1;
        rc = space_each(p, space, keep_texts, &fresh);
    }
    if (rc == VOC_OK) p->space[space] = fresh;
    else drop_one(&fresh);
    return rc;
}

voc_rc space_count(struct project *p, unsigned space, uint32_t *n)
{
    if (p->space[space].text) {
        *n = p->space[space].n;
        return VOC_OK;
    }
    if (p->held) {
        *n = held_count(p, space);
        return VOC_OK;
    }
    sqlite3_stmt *s = NULL;
    bool row = false;
    voc_rc rc = db_prepare(p, &s, MAX_CODE);
    if (rc == VOC_OK) rc = db_bind(p, s, "i", (int64_t)space);
    if (rc == VOC_OK) rc = db_step(p, s, &row);
    int64_t max = rc == VOC_OK && row ? sqlite3_column_int64(s, 0) : 0;
    if (rc == VOC_OK && (max < 0 || max >= INT32_MAX)) rc = db_damaged(p, "dictionary '%s' has impossible codes", space_name(space));
    if (rc == VOC_OK) *n = (uint32_t)max + 1;
    db_done(&s);
    return rc;
}

voc_rc space_find(struct project *p, unsigned space, uint32_t code, voc_str *out)
{
    voc_rc rc = space_load(p, space);
    if (rc != VOC_OK) return rc;
    if (code >= p->space[space].n) return db_damaged(p, "code %" PRIu32 " is not in dictionary '%s'", code, space_name(space));
    *out = p->space[space].text[code];
    return VOC_OK;
}

bool space_seek(const struct project *p, unsigned space, voc_str text, uint32_t *code)
{
    const struct space *s = &p->space[space];
    for (*code = 0; *code < s->n; ++*code)
        if (str_eq(s->text[*code], text)) return true;
    return false;
}

voc_rc store_strings(struct project *p, enum store_space space, const voc_str **out, uint32_t *n)
{
    if ((unsigned)space >= SPACE_N) return VOC_E_BUG;
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = space_load(p, space);
    if (rc != VOC_OK) return rc;
    *out = p->space[space].text;
    *n = p->space[space].n;
    return VOC_OK;
}

voc_rc store_n_strings(struct project *p, enum store_space space, uint32_t *n)
{
    voc_rc rc = (unsigned)space < SPACE_N ? project_hold(p) : VOC_E_BUG;
    return rc == VOC_OK ? space_count(p, space, n) : rc;
}

voc_rc space_flags(struct project *p, uint32_t *flags)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    *flags = p->held ? held_flags(p) : 0;
    if (p->held) return VOC_OK;
    voc_rc rc = db_prepare(p, &s, SELECT_FLAGS);
    if (rc == VOC_OK) rc = db_bind(p, s, "i", (int64_t)SPACE_ALIASES);
    while (rc == VOC_OK && (rc = db_step(p, s, &row)) == VOC_OK && row) *flags |= (uint32_t)sqlite3_column_int64(s, 0);
    db_done(&s);
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_SETS);
    if (rc == VOC_OK) rc = db_bind(p, s, "i", (int64_t)SPACE_ALIASES);
    while (rc == VOC_OK && (rc = db_step(p, s, &row)) == VOC_OK && row) *flags |= aliases_flags(db_text(s, 0));
    db_done(&s);
    return rc;
}
