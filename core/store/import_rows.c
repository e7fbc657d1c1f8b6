// SPDX-License-Identifier: MIT
// Writes the rows of an import: events and attributes of entities as sorted blocks, words, links, measures and rejects as
// rows of tables. Dictionaries grow by the strings that are used, in the order of the rows.
#include "store/import.h"
#include "store/sort.h"

static const char INSERT_BLOCK[] =
    "INSERT INTO block(import, kind, rows, has_ids, first_us, last_us, first_unit, last_unit, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char INSERT_WORD[] =
    "INSERT INTO word(import, customer, time_us, resolution, text, language, ref_kind, ref, own_id, record, sub, line) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char INDEX_WORD[] = "INSERT INTO word_index(rowid, text) VALUES (?, ?)";
static const char INSERT_MEASURE[] =
    "INSERT INTO measure(import, entity, who, key, type, text, integer, number, unit, time_us, resolution, own_id, record, sub, line) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char INSERT_LINK[] = "INSERT INTO link(import, a, b, rule, time_us, own_id, record, sub) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
static const char INSERT_REJECT[] = "INSERT INTO reject(import, record, line, code, reason, raw) VALUES (?, ?, ?, ?, ?, ?)";

struct rows { // scratch of the writer; owns
    struct import *i;
    struct space_writer *w;
    struct block_writer block;
    struct buf blob;
    sqlite3_stmt *insert;
    int64_t *ints;            // BLOCK_ROWS
    voc_str *texts;           // BLOCK_ROWS
    struct pending_event *events; // the rows of the block at hand, side by side: columns are made from them one by one
    uint32_t *code[SPACE_ALL]; // code of the import -> code of the project + 1; 0: not yet
};

static voc_rc rows_open(struct rows *r, struct import *i, struct space_writer *w)
{
    *r = (struct rows){.i = i, .w = w};
    buf_init(&r->blob, 0x7fffffff);
    r->ints = mem_zalloc(BLOCK_ROWS, sizeof *r->ints);
    r->texts = mem_zalloc(BLOCK_ROWS, sizeof *r->texts);
    voc_rc rc = block_writer_init(&r->block);
    if (rc == VOC_OK && (!r->ints || !r->texts)) rc = VOC_E_NOMEM;
    return rc == VOC_OK ? db_prepare(i->p, &r->insert, INSERT_BLOCK) : rc;
}

static void rows_close(struct rows *r)
{
    for (unsigned i = 0; i < SPACE_ALL; i++) mem_free(r->code[i]);
    block_writer_done(&r->block);
    buf_done(&r->blob);
    mem_free(r->ints);
    mem_free(r->texts);
    mem_free(r->events);
    db_done(&r->insert);
}

// The project's code of a string of this import, added where it is new.
static voc_rc project_code(struct rows *r, unsigned space, uint32_t code, int64_t *out)
{
    const struct dict *names = r->i->q.names[space];
    uint32_t got = 0;
    *out = 0;
    if (code == 0) return VOC_OK;
    if (!r->code[space] && !(r->code[space] = mem_zalloc(dict_n(names), sizeof *r->code[space]))) return VOC_E_NOMEM;
    if (r->code[space][code] == 0) {
        voc_rc rc = space_code(r->w, space, dict_at(names, code), &got);
        if (rc != VOC_OK) return rc;
        r->code[space][code] = got + 1;
    }
    *out = (int64_t)r->code[space][code] - 1;
    return VOC_OK;
}

static uint64_t stored_record(const struct import *i, uint64_t record)
{
    return i->base + record - i->dropped;
}

struct bounds { size_t rows; bool has_ids; int64_t first_us, last_us; voc_str first_unit, last_unit; };

static voc_rc put_block(struct rows *r, enum block_kind kind, const struct bounds *b)
{
    voc_rc rc = block_end(&r->block, &r->blob);
    if (rc != VOC_OK) return rc;
    return db_run(r->i->p, r->insert, "iiiinnttb", r->i->number, (int64_t)kind, (int64_t)b->rows, (int64_t)b->has_ids, b->first_us, b->last_us,
                  b->first_unit, b->last_unit, str_mk(r->blob.ptr, r->blob.len));
}

// ---- events ------------------------------------------------------------------------------------------------------------------

static const unsigned char CODE_COLUMN[PE_CODES] = {
    [PE_ACTION] = COLUMN_ACTION, [PE_TOUCHPOINT] = COLUMN_TOUCHPOINT, [PE_CHANNEL] = COLUMN_CHANNEL, [PE_CAMPAIGN] = COLUMN_CAMPAIGN,
    [PE_OBJECT] = COLUMN_OBJECT, [PE_CASE] = COLUMN_CASE, [PE_ROLE] = COLUMN_ROLE, [PE_OWNER] = COLUMN_OWNER, [PE_THREAD] = COLUMN_THREAD,
    [PE_LANGUAGE] = COLUMN_LANGUAGE, [PE_CUSTOMER] = COLUMN_CUSTOMER, [PE_ACCOUNT] = COLUMN_ACCOUNT,
};
static const unsigned char TEXT_COLUMN[PE_N - PE_CODES] = {COLUMN_ID, COLUMN_REF, COLUMN_TEXT, COLUMN_ATTRS};

static int64_t event_int(const struct import *i, const struct pending_event *e, unsigned column)
{
    switch (column) {
    case COLUMN_TIME: return e->time_us;
    case COLUMN_RESOLUTION: return e->resolution;
    case COLUMN_ACTOR: return e->actor;
    case COLUMN_REF_KIND: return e->ref_kind;
    case COLUMN_MINUTES: return e->minutes;
    case COLUMN_COST: return e->cost;
    case COLUMN_VALUE: return e->value;
    case COLUMN_RECORD: return (int64_t)stored_record(i, e->record);
    case COLUMN_LINE: return (int64_t)(e->line - stored_record(i, e->record)); // mostly the same for all rows
    default: return e->sub;
    }
}

static voc_str event_unit(const struct pending *q, const struct pending_event *e)
{
    if (e->code[PE_CASE]) return dict_at(q->names[SPACE_CASE], e->code[PE_CASE]);
    return dict_at(q->names[SPACE_ALIASES], e->code[PE_ACCOUNT] ? e->code[PE_ACCOUNT] : e->code[PE_CUSTOMER]);
}

// Of *differ, those bits become set that row and first do not have in common: most columns of most files have one value
// throughout, and need not be walked.
static void add_differences(struct pending_event *differ, const struct pending_event *row, const struct pending_event *first)
{
    for (unsigned k = 0; k < PE_N; k++) differ->code[k] |= row->code[k] ^ first->code[k];
    differ->minutes |= row->minutes ^ first->minutes;
    differ->cost |= row->cost ^ first->cost;
    differ->value |= row->value ^ first->value;
    differ->sub |= row->sub ^ first->sub;
    differ->resolution = (uint8_t)(differ->resolution | (row->resolution ^ first->resolution));
    differ->actor = (uint8_t)(differ->actor | (row->actor ^ first->actor));
    differ->ref_kind = (uint8_t)(differ->ref_kind | (row->ref_kind ^ first->ref_kind));
}

// Copies the rows of the next block side by side; gives how many they are and what bounds them. The rows of a unit lie far
// apart, so that each would be waited for: fetched ahead, this takes half the time.
static struct bounds gather_events(struct rows *r, const uint32_t *order, size_t n, struct pending_event *differ)
{
    enum { AHEAD = 12 };
    const struct pending *q = &r->i->q;
    struct bounds b = {.first_us = INT64_MAX, .last_us = INT64_MIN};
    size_t text = 0;
    *differ = (struct pending_event){0};
    while (b.rows < n && b.rows < BLOCK_ROWS && text <= BLOCK_TEXT) {
        if (b.rows + AHEAD < n) {
            const char *next = (const char *)pending_row(q, order[b.rows + AHEAD]);
            __builtin_prefetch(next);
            __builtin_prefetch(next + sizeof(struct pending_row) - 1);
        }
        struct pending_event *e = &r->events[b.rows];
        pending_get(q, order[b.rows++], e);
        add_differences(differ, e, &r->events[0]);
        for (unsigned k = PE_CODES; k < PE_N; k++)
            if (e->code[k]) text += pending_text(q, e->code[k]).len;
        if (e->code[PE_ID]) b.has_ids = true;
        if (e->time_us < b.first_us) b.first_us = e->time_us;
        if (e->time_us > b.last_us) b.last_us = e->time_us;
    }
    b.first_unit = event_unit(q, &r->events[0]);
    b.last_unit = event_unit(q, &r->events[b.rows - 1]);
    return b;
}

static bool column_differs(const struct pending_event *differ, unsigned column)
{
    switch (column) {
    case COLUMN_RESOLUTION: return differ->resolution != 0;
    case COLUMN_ACTOR: return differ->actor != 0;
    case COLUMN_REF_KIND: return differ->ref_kind != 0;
    case COLUMN_MINUTES: return differ->minutes != 0;
    case COLUMN_COST: return differ->cost != 0;
    case COLUMN_VALUE: return differ->value != 0;
    case COLUMN_SUB: return differ->sub != 0;
    default: return true;
    }
}

// The rows that gather_events has laid out.
static voc_rc write_event_block(struct rows *r, const struct bounds *b, const struct pending_event *differ)
{
    static const unsigned char plain[] = {COLUMN_TIME, COLUMN_RESOLUTION, COLUMN_ACTOR, COLUMN_REF_KIND, COLUMN_MINUTES,
                                          COLUMN_COST, COLUMN_VALUE,      COLUMN_RECORD, COLUMN_LINE,    COLUMN_SUB};
    const struct pending *q = &r->i->q;
    const struct pending_event *e = r->events;
    voc_rc rc = VOC_OK;
    block_begin(&r->block, BLOCK_EVENTS, b->rows);
    for (unsigned k = 0; k < sizeof plain; k++) {
        size_t n = column_differs(differ, plain[k]) ? b->rows : 1;
        for (size_t i = 0; i < n; i++) r->ints[i] = event_int(r->i, &e[i], plain[k]);
        for (size_t i = n; i < b->rows; i++) r->ints[i] = r->ints[0];
        block_ints(&r->block, plain[k], r->ints);
    }
    for (unsigned k = 0; k < PE_CODES; k++) {
        size_t n = differ->code[k] ? b->rows : 1;
        for (size_t i = 0; rc == VOC_OK && i < n; i++) rc = project_code(r, pending_space[k], e[i].code[k], &r->ints[i]);
        if (rc != VOC_OK) return rc;
        for (size_t i = n; i < b->rows; i++) r->ints[i] = r->ints[0];
        block_ints(&r->block, CODE_COLUMN[k], r->ints);
    }
    for (unsigned k = PE_CODES; k < PE_N; k++) {
        size_t n = differ->code[k] ? b->rows : 1;
        for (size_t i = 0; i < n; i++) r->texts[i] = pending_text(q, e[i].code[k]);
        for (size_t i = n; i < b->rows; i++) r->texts[i] = r->texts[0];
        block_text(&r->block, TEXT_COLUMN[k - PE_CODES], r->texts);
    }
    return put_block(r, BLOCK_EVENTS, b);
}

voc_rc import_write_events(struct import *i, struct space_writer *w)
{
    struct rows r;
    size_t n = 0;
    uint32_t *order = mem_zalloc(i->q.n_events ? i->q.n_events : 1, sizeof *order);
    voc_rc rc = rows_open(&r, i, w);
    if (rc == VOC_OK && (!order || !(r.events = mem_zalloc(i->q.n_events < BLOCK_ROWS ? i->q.n_events + 1 : BLOCK_ROWS, sizeof *r.events)))) rc = VOC_E_NOMEM;
    if (rc == VOC_OK) rc = import_order(&i->q, order, &n);
    for (size_t at = 0; rc == VOC_OK && at < n;) {
        struct pending_event differ;
        struct bounds b = gather_events(&r, order + at, n - at, &differ);
        rc = write_event_block(&r, &b, &differ);
        at += b.rows;
        struct import_result *out = &i->result;
        if (out->first_us == VOC_NA || b.first_us < out->first_us) out->first_us = b.first_us;
        if (out->last_us == VOC_NA || b.last_us > out->last_us) out->last_us = b.last_us;
    }
    i->result.events = n;
    rows_close(&r);
    mem_free(order);
    return rc;
}

// ---- attributes of entities -----------------------------------------------------------------------------------------------

struct attribute_order { const struct pending *q; const uint32_t *alias_rank, *case_rank, *key_rank; };

static int by_entity(const void *a, const void *b, const void *user)
{
    const struct attribute_order *o = user;
    const struct pending_fact *x = &o->q->facts.at[*(const uint32_t *)a], *y = &o->q->facts.at[*(const uint32_t *)b];
    if (x->entity != y->entity) return x->entity < y->entity ? -1 : 1;
    const uint32_t *rank = x->entity == VOC_ENTITY_CASE ? o->case_rank : o->alias_rank;
    if (rank[x->a] != rank[y->a]) return rank[x->a] < rank[y->a] ? -1 : 1;
    if (o->key_rank[x->key] != o->key_rank[y->key]) return o->key_rank[x->key] < o->key_rank[y->key] ? -1 : 1;
    if (x->time_us != y->time_us) return x->time_us < y->time_us ? -1 : 1;
    if (x->record != y->record) return x->record < y->record ? -1 : 1;
    return x->sub < y->sub ? -1 : x->sub > y->sub;
}

static voc_rc space_ranks(const struct dict *names, uint32_t **ranks)
{
    uint32_t n = dict_n(names);
    voc_str *texts = mem_zalloc(n, sizeof *texts);
    *ranks = mem_zalloc(n, sizeof **ranks);
    voc_rc rc = texts && *ranks ? VOC_OK : VOC_E_NOMEM;
    for (uint32_t i = 0; rc == VOC_OK && i < n; i++) texts[i] = dict_at(names, i);
    if (rc == VOC_OK) rc = sort_ranks(texts, NULL, n, *ranks);
    mem_free(texts);
    return rc;
}

static voc_rc attribute_order(const struct pending *q, uint32_t *order, size_t n)
{
    uint32_t *alias = NULL, *cases = NULL, *key = NULL;
    voc_rc rc = space_ranks(q->names[SPACE_ALIASES], &alias);
    if (rc == VOC_OK) rc = space_ranks(q->names[SPACE_CASE], &cases);
    if (rc == VOC_OK) rc = space_ranks(q->names[SPACE_KEY], &key);
    struct attribute_order o = {q, alias, cases, key};
    if (rc == VOC_OK) rc = sort_stable(order, n, sizeof *order, by_entity, &o);
    mem_free(alias);
    mem_free(cases);
    mem_free(key);
    return rc;
}

static voc_rc fact_int(struct rows *r, const struct pending_fact *f, unsigned column, int64_t *out)
{
    switch (column) {
    case COLUMN_TIME: *out = f->time_us; return VOC_OK;
    case COLUMN_RESOLUTION: *out = f->resolution; return VOC_OK;
    case COLUMN_ENTITY: *out = f->entity; return VOC_OK;
    case COLUMN_TYPE: *out = f->type; return VOC_OK;
    case COLUMN_INTEGER: *out = f->integer; return VOC_OK;
    case COLUMN_NUMBER: memcpy(out, &f->number, sizeof *out); return VOC_OK;
    case COLUMN_RECORD: *out = (int64_t)stored_record(r->i, f->record); return VOC_OK;
    case COLUMN_LINE: *out = (int64_t)(f->line - stored_record(r->i, f->record)); return VOC_OK;
    case COLUMN_SUB: *out = f->sub; return VOC_OK;
    case COLUMN_WHO: return project_code(r, f->entity == VOC_ENTITY_CASE ? SPACE_CASE : SPACE_ALIASES, f->a, out);
    case COLUMN_ACCOUNT: return project_code(r, SPACE_ALIASES, f->b, out);
    case COLUMN_KEY: return project_code(r, SPACE_KEY, f->key, out);
    default: return project_code(r, SPACE_VALUE, f->value, out);
    }
}

static voc_rc write_attribute_block(struct rows *r, const uint32_t *order, struct bounds *b)
{
    static const unsigned char columns[] = {COLUMN_ENTITY, COLUMN_TYPE,    COLUMN_WHO,    COLUMN_ACCOUNT, COLUMN_KEY,  COLUMN_VALUE_TEXT, COLUMN_TIME,
                                            COLUMN_RESOLUTION, COLUMN_INTEGER, COLUMN_NUMBER, COLUMN_RECORD, COLUMN_LINE, COLUMN_SUB};
    const struct pending *q = &r->i->q;
    voc_rc rc = VOC_OK;
    block_begin(&r->block, BLOCK_ATTRIBUTES, b->rows);
    for (unsigned k = 0; k < sizeof columns; k++) {
        for (size_t i = 0; rc == VOC_OK && i < b->rows; i++) rc = fact_int(r, &q->facts.at[order[i]], columns[k], &r->ints[i]);
        if (rc != VOC_OK) return rc;
        block_ints(&r->block, columns[k], r->ints);
    }
    b->first_us = b->last_us = VOC_NA; // attributes may be valid from always on
    b->first_unit = b->last_unit = STR("");
    for (size_t i = 0; i < b->rows; i++) {
        r->texts[i] = pending_text(q, q->facts.at[order[i]].id);
        if (r->texts[i].len) b->has_ids = true;
    }
    block_text(&r->block, COLUMN_ID, r->texts);
    return put_block(r, BLOCK_ATTRIBUTES, b);
}

voc_rc import_write_attributes(struct import *i, struct space_writer *w)
{
    const struct pending *q = &i->q;
    struct rows r;
    size_t n = 0;
    uint32_t *order = mem_zalloc(q->facts.n ? q->facts.n : 1, sizeof *order);
    voc_rc rc = rows_open(&r, i, w);
    if (rc == VOC_OK && !order) rc = VOC_E_NOMEM;
    for (size_t k = 0; rc == VOC_OK && k < q->facts.n; k++)
        if (q->facts.at[k].kind == VOC_ROW_ATTRIBUTE && !q->facts.at[k].dropped) order[n++] = (uint32_t)k;
    if (rc == VOC_OK && n) rc = attribute_order(q, order, n);
    for (size_t at = 0; rc == VOC_OK && at < n;) {
        struct bounds b = {.rows = n - at < BLOCK_ROWS ? n - at : BLOCK_ROWS};
        rc = write_attribute_block(&r, order + at, &b);
        at += b.rows;
    }
    i->result.attributes = n;
    rows_close(&r);
    mem_free(order);
    return rc;
}

// ---- words, measures, links, rejects ---------------------------------------------------------------------------------------

struct fact_writer { sqlite3_stmt *word, *index, *measure, *link; struct rows rows; };

static voc_rc write_word(struct fact_writer *f, const struct pending_fact *x)
{
    struct import *i = f->rows.i;
    const struct pending *q = &i->q;
    int64_t who = 0;
    voc_rc rc = x->entity == VOC_ENTITY_CASE ? VOC_OK : project_code(&f->rows, SPACE_ALIASES, x->a, &who);
    if (rc == VOC_OK)
        rc = db_run(i->p, f->word, "iinittittuii", i->number, who, x->time_us, (int64_t)x->resolution, pending_text(q, x->text), pending_text(q, x->language),
                    (int64_t)x->ref_kind, pending_text(q, x->ref), pending_text(q, x->id), stored_record(i, x->record), (int64_t)x->sub, (int64_t)x->line);
    if (rc == VOC_OK) rc = db_run(i->p, f->index, "it", (int64_t)sqlite3_last_insert_rowid(i->p->db), pending_text(q, x->text));
    i->result.words++;
    return rc;
}

static voc_rc write_measure(struct fact_writer *f, const struct pending_fact *x)
{
    struct import *i = f->rows.i;
    const struct pending *q = &i->q;
    int64_t who = 0;
    voc_rc rc = project_code(&f->rows, x->entity == VOC_ENTITY_CASE ? SPACE_CASE : SPACE_ALIASES, x->a, &who);
    i->result.measures++;
    if (rc != VOC_OK) return rc;
    return db_run(i->p, f->measure, "iiititnrtnituii", i->number, (int64_t)x->entity, who, dict_at(q->names[SPACE_KEY], x->key), (int64_t)x->type,
                  pending_text(q, x->text), x->integer, x->number, pending_text(q, x->unit), x->time_us, (int64_t)x->resolution, pending_text(q, x->id),
                  stored_record(i, x->record), (int64_t)x->sub, (int64_t)x->line);
}

// The first alias of a and the first of b, by the rule that the row names.
static voc_rc write_link(struct fact_writer *f, const struct pending_fact *x)
{
    struct import *i = f->rows.i;
    const struct pending *q = &i->q;
    voc_alias alias[VOC_ALIASES_MAX];
    struct arena scratch;
    size_t n = 0;
    int64_t id[2] = {0, 0};
    arena_init(&scratch, 0);
    voc_rc rc = VOC_OK;
    for (unsigned k = 0; rc == VOC_OK && k < 2; k++) {
        rc = aliases_decode(&scratch, dict_at(q->names[SPACE_ALIASES], k ? x->b : x->a), alias, &n);
        if (rc == VOC_OK) rc = alias_id(f->rows.w, &alias[0], &id[k]);
    }
    if (rc == VOC_OK)
        rc = db_run(i->p, f->link, "iiitntui", i->number, id[0], id[1], pending_text(q, x->unit), x->time_us, pending_text(q, x->id),
                    stored_record(i, x->record), (int64_t)x->sub);
    arena_done(&scratch);
    i->result.links++;
    return rc;
}

// Two customer aliases on one row are evidence of a link: one link for each further alias of each set that the import has.
static voc_rc link_same_row(struct fact_writer *f, uint32_t set, int64_t time_us)
{
    struct import *i = f->rows.i;
    voc_alias alias[VOC_ALIASES_MAX];
    struct arena scratch;
    size_t n = 0;
    int64_t first = 0, other = 0;
    arena_init(&scratch, 0);
    voc_rc rc = aliases_decode(&scratch, dict_at(i->q.names[SPACE_ALIASES], set), alias, &n);
    if (rc == VOC_OK && n > 1) rc = alias_id(f->rows.w, &alias[0], &first);
    for (size_t k = 1; rc == VOC_OK && k < n; k++) {
        rc = alias_id(f->rows.w, &alias[k], &other);
        if (rc != VOC_OK || other == first) continue;
        rc = db_run(i->p, f->link, "iiitntii", i->number, first, other, STR("same-row"), time_us, STR(""), INT64_C(0), INT64_C(0));
        i->result.links++;
    }
    arena_done(&scratch);
    return rc;
}

static voc_rc write_same_row_links(struct fact_writer *f)
{
    const struct pending *q = &f->rows.i->q;
    uint32_t n = dict_n(q->names[SPACE_ALIASES]);
    int64_t *first = mem_zalloc(n, sizeof *first); // INT64_MAX: not on any row that stays
    voc_rc rc = first ? VOC_OK : VOC_E_NOMEM;
    for (uint32_t k = 0; rc == VOC_OK && k < n; k++) first[k] = INT64_MAX;
    for (size_t k = 0; rc == VOC_OK && k < q->n_events; k++) {
        const struct pending_row *e = pending_row(q, k);
        if (!e->dropped && e->time_us < first[e->customer]) first[e->customer] = e->time_us;
    }
    for (size_t k = 0; rc == VOC_OK && k < q->facts.n; k++) {
        const struct pending_fact *x = &q->facts.at[k];
        bool person = x->kind == VOC_ROW_WORD || (x->kind != VOC_ROW_LINK && x->entity == VOC_ENTITY_INDIVIDUAL);
        if (!x->dropped && person && x->entity != VOC_ENTITY_CASE && x->time_us < first[x->a]) first[x->a] = x->time_us;
    }
    for (uint32_t k = 1; rc == VOC_OK && k < n; k++)
        if (first[k] != INT64_MAX) rc = link_same_row(f, k, first[k]);
    mem_free(first);
    return rc;
}

voc_rc import_write_facts(struct import *i, struct space_writer *w)
{
    struct fact_writer f = {0};
    voc_rc rc = rows_open(&f.rows, i, w);
    if (rc == VOC_OK) rc = db_prepare(i->p, &f.word, INSERT_WORD);
    if (rc == VOC_OK) rc = db_prepare(i->p, &f.index, INDEX_WORD);
    if (rc == VOC_OK) rc = db_prepare(i->p, &f.measure, INSERT_MEASURE);
    if (rc == VOC_OK) rc = db_prepare(i->p, &f.link, INSERT_LINK);
    for (size_t k = 0; rc == VOC_OK && k < i->q.facts.n; k++) {
        const struct pending_fact *x = &i->q.facts.at[k];
        if (x->dropped) continue;
        if (x->kind == VOC_ROW_WORD) rc = write_word(&f, x);
        else if (x->kind == VOC_ROW_MEASURE) rc = write_measure(&f, x);
        else if (x->kind == VOC_ROW_LINK) rc = write_link(&f, x);
    }
    if (rc == VOC_OK) rc = write_same_row_links(&f);
    db_done(&f.word);
    db_done(&f.index);
    db_done(&f.measure);
    db_done(&f.link);
    rows_close(&f.rows);
    return rc;
}

voc_rc import_write_rejects(struct import *i)
{
    sqlite3_stmt *s = NULL;
    voc_rc rc = db_prepare(i->p, &s, INSERT_REJECT);
    for (size_t k = 0; rc == VOC_OK && k < i->q.rejects.n; k++) {
        const struct pending_reject *r = &i->q.rejects.at[k];
        if (r->dropped) continue;
        rc = db_run(i->p, s, "iuuttb", i->number, stored_record(i, r->record), r->line, pending_text(&i->q, r->code), pending_text(&i->q, r->reason),
                    pending_text(&i->q, r->raw));
        i->result.rejects++;
    }
    db_done(&s);
    return rc;
}
