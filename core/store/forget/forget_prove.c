// SPDX-License-Identifier: MIT
// Looks through everything that a file without a person holds (forget.c), for the values of their aliases: strings, decoded texts
// of blocks, tables; the index of words must say what the words say, nothing more. What others wrote, or the name of a
// file, may still name them: each such place is told. At last the bytes of the file itself: what stands nowhere in all of
// that must not stand there.
#include <inttypes.h>
#include <stdio.h>
#include "store/forget/forget_work.h"

static const char SELECT_BLOCKS[] = "SELECT id, import, kind, data FROM block WHERE kind <> 3 ORDER BY id";
static const char SELECT_FILE[] = "SELECT file_name FROM import WHERE number = ?";
// Texts with their import and line, or NULL.
static const struct { const char *what, *select; } TABLES[] = {
    {"the name of a file", "SELECT number, NULL, file_name, '' FROM import ORDER BY number"},
    {"a word", "SELECT import, line, text, own_id || char(10) || ref FROM word ORDER BY id"},
    {"a reference table", "SELECT import, line, cells, own_id FROM reference ORDER BY id"},
    {"a reject", "SELECT import, line, raw, reason FROM reject ORDER BY id"},
    {"a link", "SELECT import, NULL, own_id, rule FROM link ORDER BY id"},
    {"a link", "SELECT NULL, NULL, value, kind FROM alias ORDER BY id"},
    {"an ignored rule", "SELECT import, NULL, rule, '' FROM ignored"},
    {"a setting", "SELECT NULL, NULL, value, key FROM setting"},
    {"a source", "SELECT NULL, NULL, id, '' FROM source"},
    {"a journey", "SELECT NULL, NULL, journey_xml, sources_xml FROM definition"},
    {"a journey", "SELECT NULL, NULL, codebook_xml, id || char(10) || version FROM definition"},
};
static const char CHECK_INDEX[] = "INSERT INTO word_index(word_index, rank) VALUES ('integrity-check', 1)";
enum { NEEDLE_MIN = 6 }; // shorter ones come about by chance among compressed bytes

struct proof { // owns all but f
    struct forgetting *f;
    struct block_reader block;
    voc_str *texts;
    int64_t *import, *record, *line; // by row, of a block in which something was found
    bool placed;
    sqlite3_stmt *file;
};

static voc_rc tell(struct proof *x, const char *what, int64_t import, int64_t line, size_t alias)
{
    struct forgetting *f = x->f;
    bool row = false;
    struct forget_place p = {.what = what, .file_name = STR(""), .line = line > 0 ? (uint64_t)line : 0, .value = f->spec->aliases[alias].value};
    voc_rc rc = import > 0 ? db_bind(f->to, x->file, "i", import) : VOC_OK;
    if (rc == VOC_OK && import > 0) rc = db_step(f->to, x->file, &row);
    if (rc == VOC_OK && row) p.file_name = db_text(x->file, 0);
    f->r.places++;
    if (rc == VOC_OK && f->place) rc = f->place(f->user, &p);
    (void)sqlite3_reset(x->file);
    return rc;
}

// What stands in the text is noted; *alias: a value that stands by itself.
static bool look(struct forgetting *f, voc_str text, size_t *alias)
{
    bool word = false;
    f->r.seen_texts += text.len > 0;
    for (struct forget_hit hit = {0}; forget_find(f, text, FORGET_SHORT, &hit); hit.at++) {
        f->seen[hit.alias] = true;
        if (!hit.word || word) continue;
        *alias = hit.alias;
        word = true;
    }
    return word;
}

// ---- strings -------------------------------------------------------------------------------------------------------------------

struct spelling { struct proof *x; unsigned space; };

static voc_rc look_at_strings(void *user, uint32_t first, const voc_str *texts, size_t n)
{
    static const char *const what[SPACE_ALL] = {
        "an action", "a touchpoint", "a channel", "a campaign", "an object", "a case", "a role", "an owner", "a thread", "a language", "a source", "the alias of somebody else", "a key", "the value of an attribute",
    };
    struct spelling *s = user;
    size_t alias = 0;
    voc_rc rc = VOC_OK;
    (void)first;
    for (size_t i = 0; rc == VOC_OK && i < n; i++)
        if (look(s->x->f, texts[i], &alias)) rc = tell(s->x, what[s->space], 0, 0, alias);
    return rc;
}

// ---- blocks --------------------------------------------------------------------------------------------------------------------

static voc_rc place_of_row(struct proof *x, int64_t import, size_t row, int64_t *of_import, int64_t *line)
{
    voc_rc rc = VOC_OK;
    if (!x->placed) rc = block_read_ints(&x->block, COLUMN_RECORD, x->record);
    if (rc == VOC_OK && !x->placed) rc = block_read_ints(&x->block, COLUMN_LINE, x->line);
    if (rc == VOC_OK && !x->placed && import < 0) rc = block_read_ints(&x->block, COLUMN_IMPORT, x->import);
    if (rc != VOC_OK) return rc;
    x->placed = true;
    *of_import = import < 0 ? x->import[row] : import;
    *line = (int64_t)((uint64_t)x->line[row] + (uint64_t)x->record[row]);
    return VOC_OK;
}

static voc_rc look_at_column(struct proof *x, unsigned column, int64_t import, const char *what)
{
    if (!block_has(&x->block, column)) return VOC_OK;
    voc_rc rc = block_read_text(&x->block, column, x->texts);
    for (size_t i = 0; rc == VOC_OK && i < x->block.rows; i++) {
        size_t alias = 0;
        int64_t of = 0, line = 0;
        if (x->texts[i].len == 0 || !look(x->f, x->texts[i], &alias)) continue;
        rc = place_of_row(x, import, i, &of, &line);
        if (rc == VOC_OK) rc = tell(x, what, of, line, alias);
    }
    return rc;
}

static voc_rc look_at_blocks(struct proof *x)
{
    static const struct { unsigned char column; const char *what; } columns[] = {
        {COLUMN_ID, "the id of a row"}, {COLUMN_REF, "what a row refers to"}, {COLUMN_TEXT, "a text"}, {COLUMN_ATTRS, "attributes of an event"},
    };
    struct project *p = x->f->to;
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = db_prepare(p, &s, SELECT_BLOCKS);
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        voc_str data = db_text(s, 3);
        x->placed = false;
        rc = block_open(&x->block, (enum block_kind)sqlite3_column_int(s, 2), data.ptr, data.len);
        if (rc == VOC_OK) x->f->r.seen_rows += x->block.rows;
        for (size_t k = 0; rc == VOC_OK && k < sizeof columns / sizeof *columns; k++)
            rc = look_at_column(x, columns[k].column, sqlite3_column_int64(s, 1), columns[k].what);
        if (rc == VOC_E_INPUT) rc = db_damaged(x->f->from, "block %" PRId64 ": %s", (int64_t)sqlite3_column_int64(s, 0), x->block.why);
    }
    db_done(&s);
    return rc;
}

// Rows of a case that was theirs and that name nobody stay; whether they tell of the person only the reader knows.
static voc_rc tell_cases(struct proof *x)
{
    const struct forgetting *f = x->f;
    voc_rc rc = VOC_OK;
    for (uint32_t i = 1; rc == VOC_OK && f->spec->as == VOC_ENTITY_INDIVIDUAL && i < f->n[SPACE_CASE]; i++) {
        struct forget_place p = {.what = "a case of theirs, in events that name nobody", .file_name = STR("")};
        if (!f->case_of_theirs[i] || !f->case_rest[i]) continue;
        rc = space_find(f->from, SPACE_CASE, i, &p.value);
        x->f->r.case_events += f->case_rest[i];
        x->f->r.cases++;
        x->f->r.places++;
        if (rc == VOC_OK && f->place) rc = f->place(f->user, &p);
    }
    return rc;
}

// ---- tables --------------------------------------------------------------------------------------------------------------------

static voc_rc look_at_table(struct proof *x, const char *what, const char *select)
{
    struct project *p = x->f->to;
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = db_prepare(p, &s, select);
    while (rc == VOC_OK) {
        size_t alias = 0;
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        const bool first = look(x->f, db_text(s, 2), &alias);
        if (first || look(x->f, db_text(s, 3), &alias)) rc = tell(x, what, sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1), alias);
    }
    db_done(&s);
    return rc;
}

static voc_rc look_at_index(struct forgetting *f)
{
    int rc = sqlite3_exec(f->to->db, CHECK_INDEX, NULL, NULL, NULL);
    if (rc == SQLITE_OK) return VOC_OK;
    return (rc & 0xff) == SQLITE_CORRUPT ? db_damaged(f->to, "the index of the words does not match the words") : db_fail(f->to, rc, "the index of the words cannot be checked");
}

voc_rc forget_prove(struct forgetting *f)
{
    struct proof x = {.f = f, .texts = mem_alloc(BLOCK_ROWS * sizeof *x.texts)};
    x.import = mem_alloc(BLOCK_ROWS * sizeof *x.import);
    x.record = mem_alloc(BLOCK_ROWS * sizeof *x.record);
    x.line = mem_alloc(BLOCK_ROWS * sizeof *x.line);
    voc_rc rc = block_reader_init(&x.block);
    if (rc == VOC_OK && !(x.texts && x.import && x.record && x.line)) rc = VOC_E_NOMEM;
    if (rc == VOC_OK) rc = db_prepare(f->to, &x.file, SELECT_FILE);
    for (unsigned space = 0; rc == VOC_OK && space < SPACE_ALL; space++)
        rc = space_each(f->to, space, look_at_strings, &(struct spelling){&x, space});
    if (rc == VOC_OK) rc = look_at_blocks(&x);
    for (size_t k = 0; rc == VOC_OK && k < sizeof TABLES / sizeof *TABLES; k++) rc = look_at_table(&x, TABLES[k].what, TABLES[k].select);
    if (rc == VOC_OK) rc = look_at_index(f);
    if (rc == VOC_OK) rc = tell_cases(&x);
    db_done(&x.file);
    block_reader_done(&x.block);
    mem_free(x.texts);
    mem_free(x.import);
    mem_free(x.record);
    mem_free(x.line);
    return rc;
}

// ---- bytes ---------------------------------------------------------------------------------------------------------------------

// Digits alone come about where numbers follow each other; behind the kind, as a set has them, they do not.
static bool is_trace(const voc_alias *a, voc_str page, size_t at)
{
    bool digits = true;
    for (size_t i = 0; i < a->value.len; i++) digits = digits && a->value.ptr[i] >= '0' && a->value.ptr[i] <= '9';
    if (a->value.len >= NEEDLE_MIN && !digits) return memcmp(page.ptr + at, a->value.ptr, a->value.len) == 0;
    const size_t before = a->kind.len + 1;
    return a->kind.len && at >= before && before + a->value.len >= NEEDLE_MIN && page.ptr[at - 1] == '=' &&
           memcmp(page.ptr + at - before, a->kind.ptr, a->kind.len) == 0;
}

voc_rc forget_look_at_page(void *user, const unsigned char *page, size_t n)
{
    struct forgetting *f = user;
    const voc_str bytes = str_mk((const char *)page, n);
    f->r.pages++;
    for (struct forget_hit hit = {0}; forget_find(f, bytes, FORGET_SHORT, &hit); hit.at++) {
        const voc_alias *a = &f->spec->aliases[hit.alias];
        if (f->seen[hit.alias] || !is_trace(a, bytes, hit.at)) continue;
        diag_error(f->from->d, "FORGET-001", f->from->path, 0,
                   "this is an error of the program: please report it; `voc verify` says whether the file is whole",
                   "page %" PRIu64 " of the file still holds %.*s", f->r.pages, STR_SHOWN(a->value, 100));
        return VOC_E_CHECK;
    }
    return VOC_OK;
}
