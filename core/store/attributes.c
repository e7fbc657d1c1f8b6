// SPDX-License-Identifier: MIT
// Attributes of individuals, accounts and cases. Every import keeps what it observed; a reader merges the observations of
// all imports, so it does not matter in how many files, and in which order, they came. Where two say different things for
// the same time, the later in the order of METHODS 0.2 holds. A value that only repeats the one before is left out, unless
// the alias set shares its naming alias with another: then the value before may be the other set's.
#include <inttypes.h>
#include <stdio.h>
#include "store/columns/block.h"
#include "store/project.h"
#include "store/sort.h"

static const char SELECT_ATTRIBUTE_BLOCKS[] =
    "SELECT b.id, b.rows, b.data, i.source FROM block AS b JOIN import AS i ON i.number = b.import WHERE b.kind = 2 ORDER BY b.id";
static const char COUNT_ATTRIBUTE_BLOCKS[] = "SELECT count(*) FROM block WHERE kind = 2";

struct seen { // one observation
    int64_t time_us, record;
    uint32_t who, key, value, sub;
    uint32_t source; // rank by name comes later
    uint32_t id;     // index into ids; 0: none
    uint8_t entity, type;
};
struct observations { // owns
    struct project *p;
    VEC(struct seen) v;
    VEC(voc_str) ids; // in arena
    struct arena arena;
    struct dict *sources;
    struct block_reader block;
    int64_t *column[8];
    voc_str *id;
    uint32_t *alias_rank, *case_rank, *key_rank;
};

// The event id of METHODS 0.2: the source's own, else the source's name and 20 digits of record number.
static int by_event_id(const struct observations *o, const struct seen *x, const struct seen *y)
{
    char text[2][32];
    voc_str name[2];
    const struct seen *s[2] = {x, y};
    if (x->id == 0 && y->id == 0 && x->source == y->source) return x->record < y->record ? -1 : x->record > y->record;
    for (unsigned i = 0; i < 2; i++) {
        (void)snprintf(text[i], sizeof text[i], "%020" PRId64, s[i]->record);
        name[i] = s[i]->id ? o->ids.at[s[i]->id] : dict_at(o->sources, s[i]->source);
    }
    int c = str_cmp(name[0], name[1]);
    if (c || (x->id && y->id)) return c ? c : x->record < y->record ? -1 : x->record > y->record;
    return str_cmp(x->id ? STR("") : str_of(text[0]), y->id ? STR("") : str_of(text[1]));
}

static int by_key(const struct observations *o, const struct seen *x, const struct seen *y)
{
    if (x->entity != y->entity) return x->entity < y->entity ? -1 : 1;
    const uint32_t *rank = x->entity == VOC_ENTITY_CASE ? o->case_rank : o->alias_rank;
    if (rank[x->who] != rank[y->who]) return rank[x->who] < rank[y->who] ? -1 : 1;
    return o->key_rank[x->key] < o->key_rank[y->key] ? -1 : o->key_rank[x->key] > o->key_rank[y->key];
}

static int by_all(const void *a, const void *b, const void *user)
{
    const struct observations *o = user;
    const struct seen *x = a, *y = b;
    int c = by_key(o, x, y);
    if (c) return c;
    if (x->time_us != y->time_us) return x->time_us < y->time_us ? -1 : 1;
    c = by_event_id(o, x, y);
    return c ? c : x->sub < y->sub ? -1 : x->sub > y->sub;
}

// ---- loading -----------------------------------------------------------------------------------------------------------------

static const unsigned char COLUMNS[8] = {COLUMN_ENTITY, COLUMN_TYPE, COLUMN_WHO, COLUMN_KEY, COLUMN_VALUE_TEXT, COLUMN_TIME, COLUMN_RECORD, COLUMN_SUB};

static bool in_range(int64_t v, int64_t limit)
{
    return v >= 0 && v < limit;
}

static voc_rc add_row(struct observations *o, size_t i, uint32_t source)
{
    int64_t *const *c = o->column;
    struct space *s = o->p->space;
    int64_t entity = c[0][i], who_limit = s[entity == VOC_ENTITY_CASE ? SPACE_CASE : SPACE_ALIASES].n;
    if (!in_range(entity - 1, VOC_ENTITY_CASE) || !in_range(c[1][i], VOC_TYPE_MONEY + 1) || !in_range(c[2][i], who_limit) ||
        !in_range(c[3][i], s[SPACE_KEY].n) || !in_range(c[4][i], s[SPACE_VALUE].n) || !in_range(c[7][i], (int64_t)UINT32_MAX + 1)) {
        (void)snprintf(o->block.why, sizeof o->block.why, "row %zu has a value out of range", i);
        return VOC_E_INPUT;
    }
    struct seen x = {.time_us = c[5][i], .record = c[6][i], .who = (uint32_t)c[2][i], .key = (uint32_t)c[3][i], .value = (uint32_t)c[4][i],
                     .sub = (uint32_t)c[7][i], .source = source, .entity = (uint8_t)entity, .type = (uint8_t)c[1][i]};
    voc_rc rc = VOC_OK;
    if (o->id[i].len) {
        bool ok = true;
        rc = vec_reserve(&o->ids, 1, UINT32_MAX);
        if (rc == VOC_OK) o->ids.at[o->ids.n] = arena_str(&o->arena, o->id[i].ptr, o->id[i].len, &ok);
        if (!ok) rc = VOC_E_NOMEM;
        if (rc == VOC_OK) x.id = (uint32_t)o->ids.n++;
    }
    if (rc == VOC_OK) rc = vec_reserve(&o->v, 1, UINT32_MAX);
    if (rc == VOC_OK) o->v.at[o->v.n++] = x;
    return rc;
}

static voc_rc add_block(struct observations *o, voc_str data, int64_t rows, uint32_t source)
{
    voc_rc rc = block_open(&o->block, BLOCK_ATTRIBUTES, data.ptr, data.len);
    if (rc == VOC_OK && o->block.rows != rows) {
        (void)snprintf(o->block.why, sizeof o->block.why, "its number of rows is not the one in the catalogue");
        rc = VOC_E_INPUT;
    }
    for (unsigned k = 0; rc == VOC_OK && k < 8; k++) rc = block_read_ints(&o->block, COLUMNS[k], o->column[k]);
    if (rc == VOC_OK) rc = block_read_text(&o->block, COLUMN_ID, o->id);
    for (size_t i = 0; rc == VOC_OK && i < o->block.rows; i++) rc = add_row(o, i, source);
    return rc;
}

static voc_rc load(struct observations *o)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = db_prepare(o->p, &s, SELECT_ATTRIBUTE_BLOCKS);
    while (rc == VOC_OK) {
        uint32_t source = 0;
        rc = db_step(o->p, s, &row);
        if (rc != VOC_OK || !row) break;
        rc = dict_code(o->sources, db_text(s, 3), &source);
        if (rc == VOC_OK) rc = add_block(o, db_text(s, 2), sqlite3_column_int64(s, 1), source);
        if (rc == VOC_E_INPUT) rc = db_damaged(o->p, "block %" PRId64 ": %s", (int64_t)sqlite3_column_int64(s, 0), o->block.why);
    }
    db_done(&s);
    return rc;
}

static voc_rc ranks_of(struct project *p, unsigned space, uint32_t **out)
{
    const struct space *s = &p->space[space];
    *out = mem_zalloc(s->n, sizeof **out);
    return *out ? sort_ranks(s->text, NULL, s->n, *out) : VOC_E_NOMEM;
}

static voc_rc open_observations(struct observations *o, struct project *p)
{
    static const unsigned char spaces[] = {SPACE_ALIASES, SPACE_CASE, SPACE_KEY, SPACE_VALUE};
    *o = (struct observations){.p = p};
    arena_init(&o->arena, 0);
    voc_rc rc = block_reader_init(&o->block);
    if (rc == VOC_OK) rc = dict_new(&o->sources, SIZE_MAX / 4);
    if (rc == VOC_OK) rc = vec_reserve(&o->ids, 1, UINT32_MAX);
    if (rc == VOC_OK) o->ids.at[o->ids.n++] = STR("");
    for (unsigned i = 0; i < 8; i++)
        if (!(o->column[i] = mem_zalloc(BLOCK_ROWS, sizeof **o->column))) rc = VOC_E_NOMEM;
    if (!(o->id = mem_zalloc(BLOCK_ROWS, sizeof *o->id))) rc = VOC_E_NOMEM;
    for (unsigned i = 0; rc == VOC_OK && i < sizeof spaces; i++) rc = space_load(p, spaces[i]);
    return rc;
}

static void close_observations(struct observations *o)
{
    vec_free(&o->v);
    vec_free(&o->ids);
    arena_done(&o->arena);
    dict_free(o->sources);
    block_reader_done(&o->block);
    for (unsigned i = 0; i < 8; i++) mem_free(o->column[i]);
    mem_free(o->id);
    mem_free(o->alias_rank);
    mem_free(o->case_rank);
    mem_free(o->key_rank);
}

// alone[code]: no other set with attributes begins with the same strong (else first) alias, so its values stand alone.
static voc_rc find_alone(const struct observations *o, bool **out)
{
    const struct space *sets = &o->p->space[SPACE_ALIASES];
    uint32_t n = sets->n, code = 0;
    struct dict *names = NULL;
    bool *alone = mem_zalloc(n, sizeof *alone), *used = mem_zalloc(n, sizeof *used);
    uint32_t *first = mem_zalloc((size_t)n + 1, sizeof *first); // the set that was first with a name + 1
    voc_rc rc = alone && used && first ? dict_new(&names, SIZE_MAX / 4) : VOC_E_NOMEM;
    for (size_t i = 0; rc == VOC_OK && i < o->v.n; i++)
        if (o->v.at[i].entity != VOC_ENTITY_CASE) used[o->v.at[i].who] = true;
    for (uint32_t i = 0; rc == VOC_OK && i < n; i++) {
        if (!used[i]) continue;
        rc = dict_code(names, aliases_first(sets->text[i]), &code);
        if (rc != VOC_OK) break;
        alone[i] = first[code] == 0;
        if (first[code]) alone[first[code] - 1] = false;
        else first[code] = i + 1;
    }
    dict_free(names);
    mem_free(used);
    mem_free(first);
    if (rc == VOC_OK) *out = alone;
    else mem_free(alone);
    return rc;
}

static bool repeats(const struct observations *o, const struct seen *valid, const struct seen *x, const bool *alone)
{
    if (!valid || by_key(o, valid, x) != 0 || valid->value != x->value || valid->type != x->type) return false;
    return x->entity == VOC_ENTITY_CASE || !alone || alone[x->who];
}

voc_rc attributes_each(struct project *p, bool change_points, voc_rc (*each)(void *user, const struct store_attribute *a), void *user)
{
    struct observations o;
    const struct seen *valid = NULL; // what was told last
    bool *alone = NULL;
    int64_t blocks = 0;
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = db_int(p, COUNT_ATTRIBUTE_BLOCKS, &blocks);
    if (rc != VOC_OK || !blocks) return rc; // without them no name is needed
    rc = open_observations(&o, p);
    if (rc == VOC_OK) rc = load(&o);
    if (rc == VOC_OK && o.v.n) rc = ranks_of(p, SPACE_ALIASES, &o.alias_rank);
    if (rc == VOC_OK && o.v.n) rc = ranks_of(p, SPACE_CASE, &o.case_rank);
    if (rc == VOC_OK && o.v.n) rc = ranks_of(p, SPACE_KEY, &o.key_rank);
    if (rc == VOC_OK) rc = sort_stable(o.v.at, o.v.n, sizeof *o.v.at, by_all, &o);
    if (rc == VOC_OK && !change_points) rc = find_alone(&o, &alone);
    for (size_t i = 0; rc == VOC_OK && i < o.v.n; i++) {
        const struct seen *x = &o.v.at[i], *next = i + 1 < o.v.n ? x + 1 : NULL;
        if (next && by_key(&o, x, next) == 0 && x->time_us == next->time_us) continue; // the last of one time holds
        if (repeats(&o, valid, x, alone)) continue;
        valid = x;
        struct store_attribute a = {.entity = x->entity, .type = x->type, .aliases = x->who, .valid_from_us = x->time_us};
        rc = space_find(p, SPACE_KEY, x->key, &a.key);
        if (rc == VOC_OK) rc = space_find(p, SPACE_VALUE, x->value, &a.text);
        if (rc == VOC_OK) rc = each(user, &a);
    }
    mem_free(alone);
    close_observations(&o);
    return rc;
}

voc_rc store_attributes(struct project *p, voc_rc (*each)(void *user, const struct store_attribute *a), void *user)
{
    return attributes_each(p, false, each, user);
}
