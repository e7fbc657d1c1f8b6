// SPDX-License-Identifier: MIT
// Strings on their way into a file without a person (forget.c). One that no row has any more goes, whoever had it: codes have no
// gaps and no text comes twice, so that a text that says nothing takes its place: forgotten-CODE. An alias set keeps the
// kind and the strength of its first alias, so that what is known of all sets (SETS_*) stays so.
#include <inttypes.h>
#include <stdio.h>
#include "store/forget/forget_work.h"

static const char SELECT_ROWS[] = "SELECT space, code, text FROM string ORDER BY space, code";
static const char INSERT_ROW[] = "INSERT INTO string(space, code, text) VALUES (?, ?, ?)";
static const char SELECT_PAGES[] = "SELECT space, first, n, flags, data FROM names ORDER BY space, first";
static const char INSERT_PAGE[] = "INSERT INTO names(space, first, n, flags, data) VALUES (?, ?, ?, ?, ?)";

struct naming { // owns all but f
    struct forgetting *f;
    char base[SPACE_ALL][32]; // how texts that say nothing begin, in a space; empty: nothing goes
    struct block_reader reader;
    struct block_writer writer;
    struct buf blob;
    voc_str *texts;           // of a page
    struct arena arena;       // of its new texts
    sqlite3_stmt *insert;
};

// ---- a beginning that no string has ------------------------------------------------------------------------------------------

struct clash { const struct forgetting *f; unsigned space; voc_str base; bool found; };

static voc_rc look_for_clash(void *user, uint32_t first, const voc_str *texts, size_t n)
{
    struct clash *c = user;
    for (size_t i = 0; i < n && !c->found; i++)
        c->found = c->f->used[c->space][first + i] && texts[i].len >= c->base.len && memmem(texts[i].ptr, texts[i].len, c->base.ptr, c->base.len);
    return VOC_OK;
}

static voc_rc choose_base(struct naming *x, unsigned space)
{
    const struct forgetting *f = x->f;
    bool any = false;
    voc_rc rc = VOC_OK;
    for (uint32_t i = 1; i < f->n[space] && !any; i++) any = !f->used[space][i];
    for (unsigned number = 1; any && rc == VOC_OK; number++) {
        (void)snprintf(x->base[space], sizeof x->base[space], number > 1 ? "forgotten-%u-" : "forgotten-", number);
        struct clash c = {f, space, str_of(x->base[space]), false};
        rc = space_each(f->from, space, look_for_clash, &c);
        if (!c.found) break;
    }
    return rc;
}

// ---- strings -----------------------------------------------------------------------------------------------------------------

static voc_rc nobodys(struct naming *x, unsigned space, uint32_t code, voc_str *text)
{
    const char *kind = memchr(text->ptr, '=', text->len);
    const int len = space == SPACE_ALIASES && kind ? (int)(kind - text->ptr) + 1 : 0;
    char *to = arena_printf(&x->arena, "%.*s%s%" PRIu32, len, text->ptr, x->base[space], code);
    if (!to) return VOC_E_NOMEM;
    if (!str_eq(*text, str_of(to))) x->f->r.strings++;
    *text = str_of(to);
    return VOC_OK;
}

static bool goes(const struct naming *x, unsigned space, uint32_t code)
{
    return !x->f->used[space][code];
}

static voc_rc check_code(struct forgetting *f, sqlite3_stmt *s, unsigned *space, uint32_t *code)
{
    const int64_t a = sqlite3_column_int64(s, 0), b = sqlite3_column_int64(s, 1);
    if (a < 0 || a >= SPACE_ALL || b < 1 || b >= f->n[a]) return db_damaged(f->from, "a string has an impossible code");
    *space = (unsigned)a;
    *code = (uint32_t)b;
    return VOC_OK;
}

static voc_rc copy_rows(struct naming *x)
{
    struct forgetting *f = x->f;
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = db_prepare(f->from, &s, SELECT_ROWS);
    if (rc == VOC_OK) rc = db_prepare(f->to, &x->insert, INSERT_ROW);
    while (rc == VOC_OK) {
        unsigned space = 0;
        uint32_t code = 0;
        rc = db_step(f->from, s, &row);
        if (rc != VOC_OK || !row) break;
        rc = check_code(f, s, &space, &code);
        voc_str text = db_text(s, 2);
        if (rc == VOC_OK && goes(x, space, code)) rc = nobodys(x, space, code, &text);
        if (rc == VOC_OK) rc = db_run(f->to, x->insert, "iit", (int64_t)space, (int64_t)code, text);
    }
    db_done(&s);
    db_done(&x->insert);
    return rc;
}

static voc_rc write_page(struct naming *x, unsigned space, uint32_t first)
{
    const uint32_t n = x->reader.rows;
    uint32_t flags = 0;
    voc_rc rc = VOC_OK;
    arena_done(&x->arena);
    arena_init(&x->arena, 0);
    for (uint32_t i = 0; rc == VOC_OK && i < n; i++) {
        if (goes(x, space, first + i)) rc = nobodys(x, space, first + i, &x->texts[i]);
        if (space == SPACE_ALIASES) flags |= aliases_flags(x->texts[i]);
    }
    block_begin(&x->writer, BLOCK_NAMES, n);
    block_text(&x->writer, COLUMN_NAME, x->texts);
    if (rc == VOC_OK) rc = block_end(&x->writer, &x->blob);
    return rc == VOC_OK ? db_run(x->f->to, x->insert, "iiiib", (int64_t)space, (int64_t)first, (int64_t)n, (int64_t)flags,
                                 str_mk(x->blob.ptr, x->blob.len))
                        : rc;
}

static voc_rc copy_page(struct naming *x, sqlite3_stmt *s)
{
    unsigned space = 0;
    uint32_t first = 0;
    bool any = false;
    voc_rc rc = check_code(x->f, s, &space, &first);
    if (rc != VOC_OK) return rc;
    voc_str data = db_text(s, 4);
    rc = block_open(&x->reader, BLOCK_NAMES, data.ptr, data.len);
    if (rc == VOC_OK && (x->reader.rows != sqlite3_column_int64(s, 2) || x->reader.rows > x->f->n[space] - first)) rc = VOC_E_INPUT;
    for (uint32_t i = 0; rc == VOC_OK && i < x->reader.rows && !any; i++) any = goes(x, space, first + i);
    if (rc == VOC_OK && any) rc = block_read_text(&x->reader, COLUMN_NAME, x->texts);
    if (rc == VOC_E_INPUT) return db_damaged(x->f->from, "the names of dictionary '%s' from code %" PRIu32 " on: %s", space_name(space), first, x->reader.why);
    if (rc != VOC_OK) return rc;
    if (any) return write_page(x, space, first);
    return db_run(x->f->to, x->insert, "iiiib", (int64_t)space, (int64_t)first, sqlite3_column_int64(s, 2), sqlite3_column_int64(s, 3), data);
}

static voc_rc copy_pages(struct naming *x)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = db_prepare(x->f->from, &s, SELECT_PAGES);
    if (rc == VOC_OK) rc = db_prepare(x->f->to, &x->insert, INSERT_PAGE);
    while (rc == VOC_OK && (rc = db_step(x->f->from, s, &row)) == VOC_OK && row) rc = copy_page(x, s);
    db_done(&s);
    db_done(&x->insert);
    return rc;
}

voc_rc forget_names(struct forgetting *f)
{
    struct naming x = {.f = f, .texts = mem_alloc(BLOCK_ROWS * sizeof *x.texts)};
    buf_init(&x.blob, 0x7fffffff);
    arena_init(&x.arena, 0);
    voc_rc rc = block_reader_init(&x.reader), rc2 = block_writer_init(&x.writer);
    if (rc == VOC_OK) rc = rc2;
    if (rc == VOC_OK && !x.texts) rc = VOC_E_NOMEM;
    memset(f->used[SPACE_SOURCE], 1, f->n[SPACE_SOURCE]); // imports name them by text
    for (unsigned space = 0; rc == VOC_OK && space < SPACE_ALL; space++) rc = choose_base(&x, space);
    if (rc == VOC_OK) rc = copy_rows(&x);
    if (rc == VOC_OK) rc = copy_pages(&x);
    block_reader_done(&x.reader);
    block_writer_done(&x.writer);
    buf_done(&x.blob);
    arena_done(&x.arena);
    mem_free(x.texts);
    return rc;
}
