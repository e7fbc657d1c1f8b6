// SPDX-License-Identifier: MIT
// Blocks on their way into a file without a person (forget.c): as they are where they have no row of theirs, else without these
// rows and with a place in the catalogue that knows nothing of them either: a block begins with the hash of a unit's name. All
// codes that rows which stay have are marked on the way, so that strings that nobody has can go.
#include <inttypes.h>
#include <stdio.h>
#include "store/forget/forget_work.h"

static const char SELECT_BLOCKS[] =
    "SELECT id, import, kind, rows, has_ids, first_us, last_us, first_unit, last_unit, data, first_key, last_key, units, kinds, has, last_resolution, run FROM block ORDER BY id";
static const char INSERT_BLOCK[] =
    "INSERT INTO block(id, import, kind, rows, has_ids, first_us, last_us, first_unit, last_unit, data, first_key, last_key, units, kinds, has, last_resolution, run)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
enum {
    AT_ID, AT_IMPORT, AT_KIND, AT_ROWS, AT_HAS_IDS, AT_FIRST_US, AT_LAST_US, AT_FIRST_UNIT, AT_LAST_UNIT, AT_DATA,
    AT_FIRST_KEY, AT_LAST_KEY, AT_UNITS, AT_KINDS, AT_HAS, AT_LAST_RESOLUTION, AT_RUN, AT_N
};

struct sieve { // owns all but f
    struct forgetting *f;
    struct block_reader reader;
    struct block_writer writer;
    struct buf blob;
    sqlite3_stmt *select, *insert;
    bool *keep;              // by row
    uint32_t *code[3];       // by row: case, account, customer; or of attributes and measures: who, account
    uint32_t *other;         // one more column
    int64_t *ints, *scratch;
    voc_str *texts;
    struct arena arena;      // of texts that were blanked, of one column
    size_t dropped;          // rows of the block at hand
    bool blanks;             // some text of those that stay is blanked
};

static voc_rc sieve_open(struct sieve *s, struct forgetting *f)
{
    *s = (struct sieve){.f = f};
    buf_init(&s->blob, 0x7fffffff);
    arena_init(&s->arena, 0);
    voc_rc rc = block_reader_init(&s->reader), rc2 = block_writer_init(&s->writer);
    if (rc == VOC_OK) rc = rc2;
    bool room = true;
    for (unsigned k = 0; k < 3; k++) room = (s->code[k] = mem_alloc(BLOCK_ROWS * sizeof **s->code)) && room;
    s->other = mem_alloc(BLOCK_ROWS * sizeof *s->other);
    s->ints = mem_alloc(BLOCK_ROWS * sizeof *s->ints);
    s->scratch = mem_alloc(BLOCK_ROWS * sizeof *s->scratch);
    s->keep = mem_alloc(BLOCK_ROWS * sizeof *s->keep);
    s->texts = mem_alloc(BLOCK_ROWS * sizeof *s->texts);
    if (rc == VOC_OK && !(room && s->texts && s->other && s->ints && s->scratch && s->keep)) rc = VOC_E_NOMEM;
    if (rc == VOC_OK) rc = db_prepare(f->from, &s->select, SELECT_BLOCKS);
    return rc == VOC_OK ? db_prepare(f->to, &s->insert, INSERT_BLOCK) : rc;
}

static void sieve_close(struct sieve *s)
{
    block_reader_done(&s->reader);
    block_writer_done(&s->writer);
    buf_done(&s->blob);
    arena_done(&s->arena);
    mem_free(s->texts);
    for (unsigned k = 0; k < 3; k++) mem_free(s->code[k]);
    mem_free(s->other);
    mem_free(s->ints);
    mem_free(s->scratch);
    mem_free(s->keep);
    db_done(&s->select);
    db_done(&s->insert);
}

// ---- what rows that stay have ------------------------------------------------------------------------------------------------

static voc_rc use_column(struct sieve *s, unsigned column, unsigned space)
{
    voc_rc rc = block_read_codes(&s->reader, column, s->f->n[space], s->other, s->scratch);
    for (size_t i = 0; rc == VOC_OK && i < s->reader.rows; i++)
        if (s->keep[i]) forget_use(s->f, space, s->other[i]);
    return rc;
}

static void use_codes(struct sieve *s, const uint32_t *code, unsigned space)
{
    for (size_t i = 0; i < s->reader.rows; i++)
        if (s->keep[i]) forget_use(s->f, space, code[i]);
}

// What tuples have is marked by forget_blocks when all of them are known.
static voc_rc use_tuples(struct sieve *s)
{
    voc_rc rc = block_read_codes(&s->reader, COLUMN_TUPLE, s->f->n_tuples, s->other, s->scratch);
    for (size_t i = 0; rc == VOC_OK && i < s->reader.rows; i++)
        if (s->keep[i]) s->f->used_tuple[s->other[i]] = 1;
    return rc;
}

static voc_rc use_columns_of_events(struct sieve *s)
{
    static const struct { unsigned char column, space; } by_row[] = {
        {COLUMN_ACTION, SPACE_ACTION}, {COLUMN_TOUCHPOINT, SPACE_TOUCHPOINT}, {COLUMN_CHANNEL, SPACE_CHANNEL}, {COLUMN_CAMPAIGN, SPACE_CAMPAIGN},
        {COLUMN_ROLE, SPACE_ROLE},     {COLUMN_OWNER, SPACE_OWNER},           {COLUMN_LANGUAGE, SPACE_LANGUAGE},
    };
    static const unsigned char spaces[3] = {SPACE_CASE, SPACE_ALIASES, SPACE_ALIASES};
    voc_rc rc = use_column(s, COLUMN_OBJECT, SPACE_OBJECT);
    if (rc == VOC_OK) rc = use_column(s, COLUMN_THREAD, SPACE_THREAD);
    for (unsigned k = 0; k < 3; k++) use_codes(s, s->code[k], spaces[k]);
    if (rc == VOC_OK && block_has(&s->reader, COLUMN_TUPLE)) return use_tuples(s);
    for (size_t k = 0; rc == VOC_OK && k < sizeof by_row / sizeof *by_row; k++) rc = use_column(s, by_row[k].column, by_row[k].space); // format 1
    return rc;
}

// ---- events ------------------------------------------------------------------------------------------------------------------

static voc_rc note_gone(struct sieve *s, int64_t import)
{
    voc_rc rc = import < 0 ? block_read_ints(&s->reader, COLUMN_IMPORT, s->ints) : VOC_OK;
    for (size_t i = 0; rc == VOC_OK && i < s->reader.rows; i++)
        if (!s->keep[i]) rc = shares_add(&s->f->gone, import < 0 ? s->ints[i] : import, 0, 0);
    if (s->dropped && import < 0) s->f->settled = true;
    return rc;
}

static voc_rc choose_events(struct sieve *s, int64_t import)
{
    static const unsigned char columns[3] = {COLUMN_CASE, COLUMN_ACCOUNT, COLUMN_CUSTOMER}, spaces[3] = {SPACE_CASE, SPACE_ALIASES, SPACE_ALIASES};
    struct forgetting *f = s->f;
    const unsigned by = f->spec->as == VOC_ENTITY_CASE ? 0 : f->spec->as == VOC_ENTITY_ACCOUNT ? 1 : 2, other = by == 0 ? 0 : 3 - by;
    voc_rc rc = VOC_OK;
    for (unsigned k = 0; rc == VOC_OK && k < 3; k++) rc = block_read_codes(&s->reader, columns[k], f->n[spaces[k]], s->code[k], s->scratch);
    for (size_t i = 0; rc == VOC_OK && i < s->reader.rows; i++) {
        s->keep[i] = !f->spec->who[s->code[by][i]];
        s->dropped += !s->keep[i];
        if (!s->keep[i]) f->case_of_theirs[s->code[0][i]] = true;
        else if (!s->code[2][i]) f->case_rest[s->code[0][i]]++;
        f->r.other_events += s->keep[i] && other && f->spec->who[s->code[other][i]];
    }
    if (rc == VOC_OK && s->dropped) rc = note_gone(s, import);
    return rc == VOC_OK ? use_columns_of_events(s) : rc;
}

struct placed { // of a block that lost rows: what the catalogue says of those that stay
    int64_t first_us, last_us, first_key, last_key, last_resolution;
    voc_str first_unit, last_unit;
};

static voc_rc unit_of(struct sieve *s, size_t row, voc_str *out)
{
    const unsigned k = s->code[0][row] ? 0 : s->code[1][row] ? 1 : 2;
    return space_find(s->f->from, k ? SPACE_ALIASES : SPACE_CASE, s->code[k][row], out);
}

// keyed: as format 2 has it; older blocks have the units themselves.
static voc_rc place_units(struct sieve *s, bool keyed, struct placed *to)
{
    size_t first = 0, last = s->reader.rows - 1;
    voc_str unit[2];
    while (!s->keep[first]) first++;
    while (!s->keep[last]) last--;
    voc_rc rc = unit_of(s, first, &unit[0]);
    if (rc == VOC_OK) rc = unit_of(s, last, &unit[1]);
    if (rc != VOC_OK) return rc;
    to->first_unit = keyed ? STR("") : unit[0];
    to->last_unit = keyed ? STR("") : unit[1];
    to->first_key = keyed ? (int64_t)(hash64(unit[0].ptr, unit[0].len, 0) ^ (UINT64_C(1) << 63)) : VOC_NA;
    to->last_key = keyed ? (int64_t)(hash64(unit[1].ptr, unit[1].len, 0) ^ (UINT64_C(1) << 63)) : VOC_NA;
    return VOC_OK;
}

// Times of the rows that stay, and of those that go.
static voc_rc place_times(struct sieve *s, struct placed *to)
{
    struct forget_result *r = &s->f->r;
    const bool tupled = block_has(&s->reader, COLUMN_TUPLE);
    voc_rc rc = block_read_ints(&s->reader, COLUMN_TIME, s->ints);
    if (rc == VOC_OK && tupled) rc = block_read_codes(&s->reader, COLUMN_TUPLE, s->f->n_tuples, s->other, s->scratch);
    to->first_us = to->last_us = to->last_resolution = VOC_NA;
    for (size_t i = 0; rc == VOC_OK && i < s->reader.rows; i++) {
        const int64_t t = s->ints[i], resolution = tupled ? s->f->tuples[s->other[i]].resolution : VOC_NA;
        int64_t *first = s->keep[i] ? &to->first_us : &r->first_us, *last = s->keep[i] ? &to->last_us : &r->last_us;
        if (s->keep[i] && (t > to->last_us || (t == to->last_us && resolution > to->last_resolution))) to->last_resolution = resolution;
        if (*first == VOC_NA || t < *first) *first = t;
        if (*last == VOC_NA || t > *last) *last = t;
    }
    return rc;
}

// ---- attributes and measures ---------------------------------------------------------------------------------------------------

// The entity of each row is in ints, whom it is of in code[0].
static voc_rc choose_facts(struct sieve *s, int64_t import, bool attributes)
{
    struct forgetting *f = s->f;
    const uint32_t limit = f->n[SPACE_ALIASES] > f->n[SPACE_CASE] ? f->n[SPACE_ALIASES] : f->n[SPACE_CASE];
    voc_rc rc = block_read_ints(&s->reader, COLUMN_ENTITY, s->ints);
    if (rc == VOC_OK) rc = block_read_codes(&s->reader, COLUMN_WHO, limit, s->code[0], s->scratch);
    if (rc == VOC_OK && attributes) rc = block_read_codes(&s->reader, COLUMN_ACCOUNT, f->n[SPACE_ALIASES], s->code[1], s->scratch);
    for (size_t i = 0; rc == VOC_OK && i < s->reader.rows; i++) {
        const unsigned space = s->ints[i] == VOC_ENTITY_CASE ? SPACE_CASE : SPACE_ALIASES;
        if (s->code[0][i] >= f->n[space]) {
            (void)snprintf(s->reader.why, sizeof s->reader.why, "column %s has a value out of range", block_column_name(COLUMN_WHO));
            return VOC_E_INPUT;
        }
        s->keep[i] = !(s->ints[i] == f->spec->as && f->spec->who[s->code[0][i]]) &&
                     !(attributes && f->spec->as == VOC_ENTITY_ACCOUNT && f->spec->who[s->code[1][i]]);
        s->dropped += !s->keep[i];
        if (!s->keep[i]) continue;
        forget_use(f, space, s->code[0][i]);
        if (attributes) forget_use(f, SPACE_ALIASES, s->code[1][i]);
    }
    if (rc == VOC_OK && s->dropped && attributes) rc = note_gone(s, import);
    if (rc == VOC_OK) rc = use_column(s, COLUMN_KEY, SPACE_KEY);
    return rc == VOC_OK ? use_column(s, attributes ? COLUMN_VALUE_TEXT : COLUMN_UNIT, attributes ? SPACE_VALUE : SPACE_KEY) : rc;
}

// ---- what others wrote ---------------------------------------------------------------------------------------------------------

static bool is_written(unsigned column) { return column == COLUMN_TEXT || column == COLUMN_ATTRS; }

// Does a text of a row that stays name them, so that it is to be blanked?
static voc_rc look_for_values(struct sieve *s)
{
    s->blanks = false;
    for (unsigned k = 0; k < s->reader.n_columns && s->f->spec->texts; k++) {
        const unsigned column = block_column_at(&s->reader, k);
        voc_rc rc = is_written(column) ? block_read_text(&s->reader, column, s->texts) : VOC_OK;
        if (rc != VOC_OK) return rc;
        for (size_t i = 0; is_written(column) && i < s->reader.rows && !s->blanks; i++)
            s->blanks = s->keep[i] && forget_named(s->f, s->texts[i], FORGET_SHORT);
    }
    return VOC_OK;
}

static voc_rc blank_texts(struct sieve *s, size_t n)
{
    voc_rc rc = VOC_OK;
    bool ok = true;
    for (size_t i = 0; rc == VOC_OK && i < n; i++) {
        bool any = false;
        buf_clear(&s->f->text);
        rc = forget_blank(s->f, s->texts[i], &s->f->text, &any);
        if (rc != VOC_OK || !any) continue;
        s->texts[i] = arena_str(&s->arena, s->f->text.ptr, s->f->text.len, &ok);
        s->f->r.texts++;
    }
    return ok ? rc : VOC_E_NOMEM;
}

static voc_rc sift_column(struct sieve *s, unsigned column)
{
    const bool is_text = block_column_is_text(column);
    size_t n = 0;
    voc_rc rc = is_text ? block_read_text(&s->reader, column, s->texts) : block_read_ints(&s->reader, column, s->ints);
    for (size_t i = 0; rc == VOC_OK && i < s->reader.rows; i++) {
        if (!s->keep[i]) continue;
        if (is_text) s->texts[n++] = s->texts[i];
        else s->ints[n++] = s->ints[i];
    }
    if (rc == VOC_OK && s->blanks && is_written(column)) rc = blank_texts(s, n);
    if (rc != VOC_OK) return rc;
    if (is_text) block_text(&s->writer, column, s->texts);
    else block_ints(&s->writer, column, s->ints);
    return s->writer.rc;
}

// The rows that stay, with what is blanked, in the order of the columns that the block has.
static voc_rc sift(struct sieve *s, enum block_kind kind)
{
    voc_rc rc = VOC_OK;
    block_begin(&s->writer, kind, s->reader.rows - s->dropped);
    for (unsigned k = 0; rc == VOC_OK && k < s->reader.n_columns; k++) rc = sift_column(s, block_column_at(&s->reader, k));
    if (rc == VOC_OK) rc = block_end(&s->writer, &s->blob);
    arena_done(&s->arena);
    arena_init(&s->arena, 0);
    return rc;
}

// ---- a block -------------------------------------------------------------------------------------------------------------------

static voc_rc put_as_it_is(struct sieve *s)
{
    bool row = true;
    for (int k = 0; k < AT_N; k++) {
        int rc = sqlite3_bind_value(s->insert, k + 1, sqlite3_column_value(s->select, k));
        if (rc != SQLITE_OK) return db_fail(s->f->to, rc, "a block cannot be copied");
    }
    voc_rc rc = db_step(s->f->to, s->insert, &row);
    (void)sqlite3_reset(s->insert);
    return rc;
}

static int64_t at(const struct sieve *s, int column) { return sqlite3_column_int64(s->select, column); }

// Of events all is said anew but the number of units that begin in it, which only the blocks before and behind would tell.
static voc_rc put_sifted(struct sieve *s, enum block_kind kind)
{
    const int64_t rows = (int64_t)(s->reader.rows - s->dropped), units = s->dropped ? VOC_NA : db_int_or_na(s->select, AT_UNITS);
    const bool events = kind == BLOCK_EVENTS;
    struct placed x = {.first_us = VOC_NA, .last_us = VOC_NA, .first_key = VOC_NA, .last_key = VOC_NA, .last_resolution = VOC_NA};
    voc_rc rc = events ? place_times(s, &x) : VOC_OK;
    if (rc != VOC_OK || rows == 0) return rc;
    if (events) rc = place_units(s, sqlite3_column_type(s->select, AT_FIRST_KEY) != SQLITE_NULL, &x);
    if (rc == VOC_OK) rc = sift(s, kind);
    if (rc != VOC_OK) return rc;
    return db_run(s->f->to, s->insert, "iiiiinnttbnnniini", at(s, AT_ID), at(s, AT_IMPORT), at(s, AT_KIND), rows, at(s, AT_HAS_IDS),
                  x.first_us, x.last_us, x.first_unit, x.last_unit, str_mk(s->blob.ptr, s->blob.len), x.first_key, x.last_key,
                  units, at(s, AT_KINDS), at(s, AT_HAS), x.last_resolution, at(s, AT_RUN));
}

static voc_rc pass_block(struct sieve *s)
{
    const int64_t kind = at(s, AT_KIND), import = at(s, AT_IMPORT);
    voc_str data = db_text(s->select, AT_DATA);
    s->dropped = 0;
    if (kind == BLOCK_TUPLES) return put_as_it_is(s);
    if (kind != BLOCK_EVENTS && kind != BLOCK_ATTRIBUTES && kind != BLOCK_MEASURES) return db_damaged(s->f->from, "block %" PRId64 ": its kind is not known", at(s, AT_ID));
    voc_rc rc = block_open(&s->reader, (enum block_kind)kind, data.ptr, data.len);
    if (rc == VOC_OK) rc = kind == BLOCK_EVENTS ? choose_events(s, import) : choose_facts(s, import, kind == BLOCK_ATTRIBUTES);
    if (rc == VOC_OK) rc = look_for_values(s);
    if (rc == VOC_OK) rc = s->dropped || s->blanks ? put_sifted(s, (enum block_kind)kind) : put_as_it_is(s);
    if (rc == VOC_E_INPUT) rc = db_damaged(s->f->from, "block %" PRId64 ": %s", at(s, AT_ID), s->reader.why);
    uint64_t *counts[] = {[BLOCK_EVENTS] = &s->f->r.events, [BLOCK_ATTRIBUTES] = &s->f->r.attributes, [BLOCK_MEASURES] = &s->f->r.measures};
    *counts[kind] += s->dropped;
    return rc;
}

static void use_tuple_codes(struct forgetting *f)
{
    for (uint32_t i = 0; i < f->n_tuples; i++) {
        const struct event_tuple *t = &f->tuples[i];
        if (!f->used_tuple[i]) continue;
        forget_use(f, SPACE_ACTION, t->action);
        forget_use(f, SPACE_TOUCHPOINT, t->touchpoint);
        forget_use(f, SPACE_CHANNEL, t->channel);
        forget_use(f, SPACE_CAMPAIGN, t->campaign);
        forget_use(f, SPACE_ROLE, t->role);
        forget_use(f, SPACE_OWNER, t->owner);
        forget_use(f, SPACE_LANGUAGE, t->language);
    }
}

voc_rc forget_blocks(struct forgetting *f)
{
    struct sieve s;
    bool row = true;
    voc_rc rc = sieve_open(&s, f);
    while (rc == VOC_OK) {
        rc = db_step(f->from, s.select, &row);
        if (rc != VOC_OK || !row) break;
        rc = pass_block(&s);
    }
    if (rc == VOC_OK) use_tuple_codes(f);
    sieve_close(&s);
    return rc;
}
