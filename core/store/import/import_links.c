// SPDX-License-Identifier: MIT
// Links that an import brings: those that it names, and those of rows that name one person by several aliases. The second
// kind is known when all rows are: from the rows that are held, or, where memory did not hold them, from the blocks in the file.
#include <inttypes.h>
#include "store/import/import.h"

static const char INSERT_ALIAS[] = "INSERT OR IGNORE INTO alias(kind, value) VALUES (?, ?)";
static const char FIND_ALIAS[] = "SELECT id FROM alias WHERE kind = ? AND value = ?";
static const char INSERT_LINK[] = "INSERT INTO link(import, a, b, rule, time_us, own_id, record, sub) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
static const char SELECT_BLOCKS[] = "SELECT id, kind, data FROM block WHERE import = ? AND kind IN (1, 2, 5) ORDER BY id";
static const char SELECT_WORDS[] = "SELECT customer, time_us FROM word WHERE import = ?";

struct writer { struct import *i; sqlite3_stmt *link, *alias_add, *alias_find; };

static voc_rc writer_open(struct writer *w, struct import *i)
{
    *w = (struct writer){.i = i};
    voc_rc rc = db_prepare(i->p, &w->link, INSERT_LINK);
    if (rc == VOC_OK) rc = db_prepare(i->p, &w->alias_add, INSERT_ALIAS);
    return rc == VOC_OK ? db_prepare(i->p, &w->alias_find, FIND_ALIAS) : rc;
}

static void writer_close(struct writer *w)
{
    db_done(&w->link);
    db_done(&w->alias_add);
    db_done(&w->alias_find);
}

// The id of an alias that takes part in a link.
static voc_rc alias_id(struct writer *w, const voc_alias *alias, int64_t *id)
{
    struct project *p = w->i->p;
    bool row = false;
    voc_rc rc = db_run(p, w->alias_add, "tt", alias->kind, alias->value);
    if (rc == VOC_OK && sqlite3_changes(p->db) == 1) { // it was new
        *id = sqlite3_last_insert_rowid(p->db);
        return VOC_OK;
    }
    if (rc == VOC_OK) rc = db_bind(p, w->alias_find, "tt", alias->kind, alias->value);
    if (rc == VOC_OK) rc = db_step(p, w->alias_find, &row);
    if (rc == VOC_OK && !row) rc = db_damaged(p, "an alias that was added is not there");
    if (rc == VOC_OK) *id = sqlite3_column_int64(w->alias_find, 0);
    (void)sqlite3_reset(w->alias_find);
    return rc;
}

// ---- those that are named ------------------------------------------------------------------------------------------------------

// The first alias of a and the first of b, by the rule that the row names.
static voc_rc write_link(struct writer *w, const struct pending_fact *x)
{
    struct import *i = w->i;
    const struct pending *q = &i->q;
    voc_alias alias[VOC_ALIASES_MAX];
    struct arena scratch;
    size_t n = 0;
    int64_t id[2] = {0, 0};
    arena_init(&scratch, 0);
    voc_rc rc = VOC_OK;
    for (unsigned k = 0; rc == VOC_OK && k < 2; k++) {
        rc = aliases_decode(&scratch, dict_at(q->names[SPACE_ALIASES], k ? x->b : x->a), alias, &n);
        if (rc == VOC_OK) rc = alias_id(w, &alias[0], &id[k]);
    }
    if (rc == VOC_OK)
        rc = db_run(i->p, w->link, "iiitntui", i->number, id[0], id[1], pending_text(q, x->unit), x->time_us, pending_text(q, x->id),
                    import_stored_record(i, x->record), (int64_t)x->sub);
    arena_done(&scratch);
    i->result.links++;
    return rc;
}

voc_rc import_write_links(struct import *i)
{
    struct writer w;
    voc_rc rc = writer_open(&w, i);
    for (size_t k = 0; rc == VOC_OK && k < i->q.facts.n; k++)
        if (i->q.facts.at[k].kind == VOC_ROW_LINK && !i->q.facts.at[k].dropped) rc = write_link(&w, &i->q.facts.at[k]);
    writer_close(&w);
    return rc;
}

// ---- aliases of the same row ---------------------------------------------------------------------------------------------------

// Two customer aliases on one row are evidence of a link: one link for each further alias of each set that the import has.
static voc_rc link_same_row(struct writer *w, uint32_t set, int64_t time_us)
{
    struct import *i = w->i;
    voc_alias alias[VOC_ALIASES_MAX];
    struct arena scratch;
    size_t n = 0;
    int64_t first = 0, other = 0;
    arena_init(&scratch, 0);
    voc_rc rc = aliases_decode(&scratch, dict_at(i->q.names[SPACE_ALIASES], set), alias, &n);
    if (rc == VOC_OK && n > 1) rc = alias_id(w, &alias[0], &first);
    for (size_t k = 1; rc == VOC_OK && k < n; k++) {
        rc = alias_id(w, &alias[k], &other);
        if (rc != VOC_OK || other == first) continue;
        rc = db_run(i->p, w->link, "iiitntii", i->number, first, other, STR("same-row"), time_us, STR(""), INT64_C(0), INT64_C(0));
        i->result.links++;
    }
    arena_done(&scratch);
    return rc;
}

static void earlier(int64_t *first, int64_t time_us)
{
    if (time_us < *first) *first = time_us;
}

// first: by alias set of the import, when it was seen first; INT64_MAX: not on any row that stays.
static void look_at_pending(const struct pending *q, int64_t *first)
{
    struct pending_walk walk = {.q = q};
    for (const struct pending_row *r; (r = pending_next(&walk));)
        if (!(r->tuple & PENDING_DROPPED)) earlier(&first[pending_who_at(q, r->who)->customer], walk.event.time_us);
    for (size_t k = 0; k < q->facts.n; k++) {
        const struct pending_fact *x = &q->facts.at[k];
        bool person = x->kind == VOC_ROW_WORD || (x->kind != VOC_ROW_LINK && x->entity == VOC_ENTITY_INDIVIDUAL); // no row of a reference table: its entity is EVENT
        if (!x->dropped && person && x->entity != VOC_ENTITY_CASE) earlier(&first[x->a], x->time_us);
    }
}

// The same of blocks; first: by alias set of the project, n of them.
static voc_rc look_at_block(struct block_reader *r, bool events, int64_t *const c[3], int64_t *first, uint32_t n)
{
    voc_rc rc = block_read_ints(r, events ? COLUMN_CUSTOMER : COLUMN_WHO, c[0]);
    if (rc == VOC_OK) rc = block_read_ints(r, COLUMN_TIME, c[1]);
    if (rc == VOC_OK && !events) rc = block_read_ints(r, COLUMN_ENTITY, c[2]);
    for (size_t k = 0; rc == VOC_OK && k < r->rows; k++)
        if ((events || c[2][k] == VOC_ENTITY_INDIVIDUAL) && c[0][k] > 0 && c[0][k] < n) earlier(&first[c[0][k]], c[1][k]);
    return rc;
}

static voc_rc look_at_blocks(struct import *i, int64_t *first, uint32_t n)
{
    struct block_reader r;
    sqlite3_stmt *s = NULL;
    bool row = true;
    int64_t *c[3] = {mem_alloc(BLOCK_ROWS * sizeof **c), mem_alloc(BLOCK_ROWS * sizeof **c), mem_alloc(BLOCK_ROWS * sizeof **c)};
    voc_rc rc = block_reader_init(&r);
    if (rc == VOC_OK && (!c[0] || !c[1] || !c[2])) rc = VOC_E_NOMEM;
    if (rc == VOC_OK) rc = db_prepare(i->p, &s, SELECT_BLOCKS);
    if (rc == VOC_OK) rc = db_bind(i->p, s, "i", i->number);
    while (rc == VOC_OK && (rc = db_step(i->p, s, &row)) == VOC_OK && row) {
        const enum block_kind kind = (enum block_kind)sqlite3_column_int(s, 1);
        const voc_str data = db_text(s, 2);
        rc = block_open(&r, kind, data.ptr, data.len);
        if (rc == VOC_OK) rc = look_at_block(&r, kind == BLOCK_EVENTS, c, first, n);
        if (rc == VOC_E_INPUT) rc = db_damaged(i->p, "block %" PRId64 ": %s", (int64_t)sqlite3_column_int64(s, 0), r.why);
    }
    db_done(&s);
    block_reader_done(&r);
    for (unsigned k = 0; k < 3; k++) mem_free(c[k]);
    return rc;
}

static voc_rc look_at_words(struct import *i, int64_t *first, uint32_t n)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = db_prepare(i->p, &s, SELECT_WORDS);
    if (rc == VOC_OK) rc = db_bind(i->p, s, "i", i->number);
    while (rc == VOC_OK && (rc = db_step(i->p, s, &row)) == VOC_OK && row) {
        const int64_t who = sqlite3_column_int64(s, 0);
        if (who > 0 && who < n) earlier(&first[who], db_int_or_na(s, 1));
    }
    db_done(&s);
    return rc;
}

voc_rc import_write_same_row_links(struct import *i)
{
    const struct dict *sets = i->q.names[SPACE_ALIASES];
    const uint32_t *code = i->names->code[SPACE_ALIASES]; // of the project + 1
    const uint32_t n = i->spilled ? i->names->next[SPACE_ALIASES] : dict_n(sets);
    struct writer w = {0};
    if (!(i->q.set_flags & SETS_SEVERAL)) return VOC_OK; // no row has two
    int64_t *first = mem_alloc(((size_t)n + 1) * sizeof *first);
    voc_rc rc = first ? writer_open(&w, i) : VOC_E_NOMEM;
    for (uint32_t k = 0; rc == VOC_OK && k < n; k++) first[k] = INT64_MAX;
    if (rc == VOC_OK && !i->spilled) look_at_pending(&i->q, first);
    if (rc == VOC_OK && i->spilled) rc = look_at_blocks(i, first, n);
    if (rc == VOC_OK && i->spilled) rc = look_at_words(i, first, n);
    for (uint32_t k = 1; rc == VOC_OK && k < dict_n(sets); k++) {
        const uint32_t at = !i->spilled ? k : code[k] ? code[k] - 1 : 0;
        if (at && first[at] != INT64_MAX && aliases_flags(dict_at(sets, k)) & SETS_SEVERAL) rc = link_same_row(&w, k, first[at]);
    }
    writer_close(&w);
    mem_free(first);
    return rc;
}
