// SPDX-License-Identifier: MIT
// A host for analyses that lives in the test: journeys are given as arrays, tables are kept as text cells, and any allocation
// can be made to fail. The plugin's source is linked into the test. Needs cmocka's headers before it.
#ifndef VOC_TESTS_FOLD_MOCK_H
#define VOC_TESTS_FOLD_MOCK_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <voc/plugin.h>

#define MOCK_EVENTS 4096
#define MOCK_UNITS 512
#define MOCK_STAYS 2048
#define MOCK_CELLS 65536
#define MOCK_CELL 120

static struct {
    voc_definition def;
    voc_run_info info;
    int64_t time[MOCK_EVENTS];
    uint32_t action[MOCK_EVENTS], touchpoint[MOCK_EVENTS], person[MOCK_EVENTS], segment[MOCK_EVENTS];
    uint8_t actor[MOCK_EVENTS], class_[MOCK_EVENTS], delivered[MOCK_EVENTS], resolution[MOCK_EVENTS];
    uint32_t stage[MOCK_EVENTS];
    int64_t cost[MOCK_EVENTS];
    uint8_t holds[2][MOCK_EVENTS]; // predicates, by their number
    const uint8_t *predicates[2];
    voc_unit units[MOCK_UNITS];
    voc_stay stays[MOCK_STAYS];
    size_t n_units, n_events, n_stays;
    // what came out
    struct { char name[40]; size_t first, n, columns; char column[20][24]; } table[8];
    size_t n_tables, n_cells;
    char cell[MOCK_CELLS][MOCK_CELL];
    char said[1000], noted[4000]; // messages; notes of tables, a line each
    const voc_table *beside[4];   // what table_beside gives, by name; none: why and next
    const char *why, *next;
    unsigned char saved[1 << 20];
    size_t n_saved;
    // allocations
    long live, made, fail_at; // fail_at 0: none
} mock;

static void *mock_resize(voc_context *cx, void *old, size_t size)
{
    (void)cx;
    if (++mock.made == mock.fail_at) return NULL;
    void *p = realloc(old, size ? size : 1);
    mock.live += p && !old;
    return p;
}
static void *mock_alloc(voc_context *cx, size_t size)
{
    unsigned char *p = mock_resize(cx, NULL, size);
    if (p) memset(p, 0xA5, size); // nobody may count on zeros
    return p;
}
static void mock_free(voc_context *cx, void *p) { (void)cx, mock.live -= p != NULL, free(p); }
static void mock_diag(voc_context *cx, const voc_diag *d)
{
    (void)cx;
    snprintf(mock.said, sizeof mock.said, "%.*s: %.*s (%.*s)", (int)d->code.len, d->code.ptr, (int)d->message.len, d->message.ptr, (int)d->hint.len, d->hint.ptr);
}
static int mock_cancelled(voc_context *cx) { (void)cx; return 0; }
static const voc_definition *mock_definition(voc_run *run) { (void)run; return &mock.def; }
static const voc_run_info *mock_info(voc_run *run) { (void)run; return &mock.info; }
static voc_rc mock_want(voc_run *run, uint32_t column) { (void)run; return column < VOC_N_COLUMNS ? VOC_OK : VOC_E_BUG; }
static voc_rc mock_want_predicate(voc_run *run, uint32_t predicate, uint32_t *index)
{
    (void)run;
    return (*index = predicate) < 2 ? VOC_OK : VOC_E_OPTION;
}
static voc_rc mock_table(voc_run *run, voc_table_builder **out, const char *name, const char *title, uint32_t flags)
{
    (void)run, (void)title, (void)flags;
    *out = (voc_table_builder *)(void *)&mock;
    snprintf(mock.table[mock.n_tables].name, 40, "%s", name);
    mock.table[mock.n_tables].first = mock.n_cells;
    mock.table[mock.n_tables].n = mock.table[mock.n_tables].columns = 0;
    mock.n_tables++;
    return VOC_OK;
}
static voc_rc mock_column(voc_table_builder *t, const char *name, const char *title, uint32_t type, const char *unit,
                          uint32_t flags, const char *help)
{
    (void)t, (void)title, (void)type, (void)unit, (void)flags, (void)help;
    snprintf(mock.table[mock.n_tables - 1].column[mock.table[mock.n_tables - 1].columns++], 24, "%s", name);
    return VOC_OK;
}
static voc_rc mock_cell(voc_table_builder *t, const voc_cell *c)
{
    (void)t;
    if (mock.n_cells == MOCK_CELLS) return VOC_E_BUG;
    char *to = mock.cell[mock.n_cells++];
    mock.table[mock.n_tables - 1].n++;
    switch (c->type) {
    case VOC_CELL_NA: snprintf(to, MOCK_CELL, "-"); break;
    case VOC_CELL_TEXT: snprintf(to, MOCK_CELL, "%.*s", (int)c->s.len, c->s.ptr); break;
    case VOC_CELL_REAL:
    case VOC_CELL_SHARE: snprintf(to, MOCK_CELL, "%.6f", c->r); break;
    default: snprintf(to, MOCK_CELL, "%lld", (long long)c->i);
    }
    return VOC_OK;
}
static voc_rc mock_note(voc_table_builder *t, uint32_t kind, const char *text)
{
    const size_t at = strlen(mock.noted);
    (void)t, (void)kind;
    snprintf(mock.noted + at, sizeof mock.noted - at, "%s\n", text);
    return text[0] ? VOC_OK : VOC_E_BUG;
}
static const voc_table *mock_table_beside(voc_run *run, const char *name, voc_str *why, voc_str *next)
{
    (void)run;
    *why = mock.why ? (voc_str){mock.why, strlen(mock.why)} : (voc_str){"", 0};
    *next = mock.next ? (voc_str){mock.next, strlen(mock.next)} : (voc_str){"", 0};
    for (size_t i = 0; i < 4; i++)
        if (mock.beside[i] && mock.beside[i]->name.len == strlen(name) && memcmp(mock.beside[i]->name.ptr, name, strlen(name)) == 0)
            return mock.beside[i];
    return NULL;
}
static voc_rc mock_semantics(voc_table_builder *t, const char *text) { (void)t; return text[0] ? VOC_OK : VOC_E_BUG; }
static voc_rc mock_write(voc_writer *w, const void *data, size_t size)
{
    (void)w;
    if (size > sizeof mock.saved - mock.n_saved) return VOC_E_IO;
    memcpy(mock.saved + mock.n_saved, data, size);
    mock.n_saved += size;
    return VOC_OK;
}

static const voc_host mock_host = {.struct_size = sizeof mock_host, .abi_major = VOC_ABI_MAJOR, .abi_minor = VOC_ABI_MINOR, .version = "0",
    .alloc = mock_alloc, .resize = mock_resize, .free = mock_free, .diag = mock_diag, .cancelled = mock_cancelled, .definition = mock_definition,
    .info = mock_info, .want_column = mock_want, .write = mock_write, .table = mock_table, .column = mock_column, .cell = mock_cell, .note = mock_note,
    .semantics = mock_semantics, .want_predicate = mock_want_predicate, .table_beside = mock_table_beside};

static inline void mock_view(voc_journeys *j, size_t from, size_t to)
{
    *j = (voc_journeys){.struct_size = sizeof *j, .unit_size = sizeof(voc_unit), .stay_size = sizeof(voc_stay),
                        .units = mock.units + from, .n_units = to - from, .n_events = mock.n_events, .stays = mock.stays,
                        .n_stays = mock.n_stays};
    for (size_t i = 0; i < 2; i++) mock.predicates[i] = mock.holds[i];
    j->predicates = mock.predicates;
    j->n_predicates = 2;
    j->columns[VOC_COL_TIME] = mock.time;
    j->columns[VOC_COL_ACTION] = mock.action;
    j->columns[VOC_COL_TOUCHPOINT] = mock.touchpoint;
    j->columns[VOC_COL_INDIVIDUAL] = mock.person;
    j->columns[VOC_COL_SEGMENT] = mock.segment;
    j->columns[VOC_COL_ACTOR] = mock.actor;
    j->columns[VOC_COL_CLASS] = mock.class_;
    j->columns[VOC_COL_DELIVERED] = mock.delivered;
    j->columns[VOC_COL_RESOLUTION] = mock.resolution;
    j->columns[VOC_COL_STAGE] = mock.stage;
    j->columns[VOC_COL_COST] = mock.cost;
}

// One run over all units by `n_states` states, batches of `n_batch` units dealt out in turn; `portable`: every state goes through
// save and load first. Everything is freed, whatever happened.
static inline voc_rc mock_run(const voc_analysis_ops *ops, const voc_value *options, size_t n_states, size_t n_batch, int portable)
{
    void *analysis = NULL, *state[8] = {0};
    mock.n_tables = mock.n_cells = 0;
    mock.noted[0] = 0;
    voc_rc rc = ops->begin(&mock_host, NULL, NULL, options, &analysis);
    if (rc) return rc;
    for (size_t s = 0; s < n_states && !rc; s++) rc = ops->state_new(analysis, &state[s]);
    for (size_t u = 0, turn = 0; u < mock.n_units && !rc; u += n_batch, turn++) {
        voc_journeys j;
        mock_view(&j, u, u + n_batch < mock.n_units ? u + n_batch : mock.n_units);
        rc = ops->batch(analysis, state[turn % n_states], &j);
    }
    for (size_t s = 0; s < n_states && !rc && portable; s++) {
        void *again = NULL;
        mock.n_saved = 0;
        rc = ops->save(analysis, state[s], NULL);
        if (!rc) rc = ops->state_new(analysis, &again);
        if (!rc) rc = ops->load(analysis, again, mock.saved, mock.n_saved);
        if (again) ops->state_free(analysis, state[s]), state[s] = again;
    }
    for (size_t s = n_states; s-- > 1 && !rc;) rc = ops->merge(analysis, state[s - 1], state[s]); // from the right
    if (!rc) rc = ops->finish(analysis, state[0]);
    for (size_t s = 0; s < n_states; s++)
        if (state[s]) ops->state_free(analysis, state[s]);
    ops->end(analysis);
    return rc;
}

static inline const char *mock_at(const char *table, size_t row, const char *column)
{
    for (size_t t = 0; t < mock.n_tables; t++)
        for (size_t c = 0; strcmp(mock.table[t].name, table) == 0 && c < mock.table[t].columns; c++)
            if (strcmp(mock.table[t].column[c], column) == 0) {
                const size_t i = row * mock.table[t].columns + c;
                return i < mock.table[t].n ? mock.cell[mock.table[t].first + i] : "";
            }
    fail_msg("no column %s in %s", column, table);
    return "";
}
static inline long long mock_int(const char *table, size_t row, const char *column) { return strtoll(mock_at(table, row, column), NULL, 10); }

static inline void mock_begin_unit(void)
{
    mock.units[mock.n_units++] = (voc_unit){.name = VOC_LIT("unit"), .known_from_us = VOC_NA, .first_event = mock.n_events, .first_stay = mock.n_stays};
}
static inline void mock_event(int64_t time, uint32_t action, uint32_t actor)
{
    const size_t e = mock.n_events++;
    assert_true(e < MOCK_EVENTS);
    mock.time[e] = time;
    mock.action[e] = action;
    mock.actor[e] = (uint8_t)actor;
    mock.touchpoint[e] = VOC_NONE;
    mock.person[e] = mock.segment[e] = 0;
    mock.class_[e] = VOC_CLASS_NEUTRAL;
    mock.delivered[e] = 1;
    mock.holds[0][e] = mock.holds[1][e] = 0;
    mock.units[mock.n_units - 1].n_events++;
}
static inline void mock_clear(void) { mock.n_units = mock.n_events = mock.n_stays = 0; }

static uint64_t mock_seed = 7;
static inline uint32_t mock_below(uint32_t n)
{
    mock_seed = mock_seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((mock_seed >> 33) % n);
}
#endif
