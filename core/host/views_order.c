// SPDX-License-Identifier: MIT
// Rows of event in the order of columns with few values: who groups by action has his groups without a sort by SQLite, which
// would compare each row's text with others twenty times. Codes are ranked by name once, and rows are laid out by counting,
// column by column from the last one, in linear time. What is equal stays in the order in which the rows lie.
#include "host/views_int.h"

#include <stdlib.h>

#include "base/str.h"

struct ranked { voc_str name; uint32_t code; };

static int by_name(const void *x, const void *y) { return str_cmp(((const struct ranked *)x)->name, ((const struct ranked *)y)->name); }

static voc_str name_of(const struct views *v, unsigned column, uint32_t code)
{
    switch (column) {
    case E_ACTION: return timeline_name(v->timeline, VOC_COL_ACTION, code);
    case E_TOUCHPOINT: return timeline_definition(v->timeline)->touchpoints[code].id;
    case E_ACTOR: return str_of(views_actors[code]);
    case E_CHANNEL: return timeline_name(v->timeline, VOC_COL_CHANNEL, code);
    default: return timeline_name(v->timeline, VOC_COL_CAMPAIGN, code);
    }
}

static uint32_t n_codes(const struct views *v, unsigned column)
{
    switch (column) {
    case E_ACTION: return timeline_n_codes(v->timeline, VOC_COL_ACTION);
    case E_TOUCHPOINT: return (uint32_t)timeline_definition(v->timeline)->n_touchpoints;
    case E_ACTOR: return VIEWS_ACTORS;
    case E_CHANNEL: return timeline_n_codes(v->timeline, VOC_COL_CHANNEL);
    default: return timeline_n_codes(v->timeline, VOC_COL_CAMPAIGN);
    }
}

static uint32_t code_of(const struct views *v, unsigned column, size_t i)
{
    switch (column) {
    case E_ACTION: return timeline_event_code(v->timeline, VOC_COL_ACTION, i);
    case E_TOUCHPOINT: return timeline_event_code(v->timeline, VOC_COL_TOUCHPOINT, i);
    case E_ACTOR: return timeline_event_code(v->timeline, VOC_COL_ACTOR, i);
    case E_CHANNEL: return v->events->channel[i];
    default: return v->events->campaign[i];
    }
}

// The rank of each code by its name: from 1 to *n - 1, the same for the same name; 0 is for what has none.
static voc_rc rank_codes(const struct views *v, unsigned column, uint32_t **out, uint32_t *n)
{
    uint32_t codes = n_codes(v, column), rank = 0;
    struct ranked *all = mem_zalloc((size_t)codes + 1, sizeof *all);
    uint32_t *ranks = mem_zalloc((size_t)codes + 1, sizeof *ranks);
    voc_rc rc = all && ranks ? VOC_OK : VOC_E_NOMEM;
    for (uint32_t i = 0; i < codes && !rc; i++) all[i] = (struct ranked){name_of(v, column, i), i};
    if (!rc && codes) qsort(all, codes, sizeof *all, by_name);
    for (uint32_t i = 0; i < codes && !rc; i++) {
        if (all[i].name.len && (rank == 0 || !str_eq(all[i].name, all[i - 1].name))) rank++;
        ranks[all[i].code] = all[i].name.len ? rank : 0;
    }
    mem_free(all);
    if (rc) {
        mem_free(ranks);
        return rc;
    }
    *out = ranks;
    *n = rank + 1;
    return VOC_OK;
}

// The rank of each row in a column, and the number of ranks.
static voc_rc rank_rows(const struct views *v, unsigned column, uint32_t *key, uint32_t *n)
{
    uint32_t *ranks = NULL, codes = column == E_UNIT ? 0 : n_codes(v, column);
    voc_rc rc = column == E_UNIT ? VOC_OK : rank_codes(v, column, &ranks, n);
    if (rc) return rc;
    if (column == E_UNIT) *n = (uint32_t)timeline_n_units(v->timeline);
    size_t row = 0;
    for (size_t u = 0; u < timeline_n_units(v->timeline); u++)
        for (size_t e = 0, m = timeline_unit_events(v->timeline, u); e < m; e++, row++) {
            uint32_t code = ranks ? code_of(v, column, timeline_source_event(v->timeline, u, e)) : (uint32_t)u;
            key[row] = !ranks ? code : code < codes ? ranks[code] : 0;
        }
    mem_free(ranks);
    return VOC_OK;
}

// Lays rows out by key; equal ones stay as they are.
static voc_rc sort_by(const uint32_t *key, uint32_t n_keys, const uint32_t *from, uint32_t *to, size_t n)
{
    uint32_t *at = mem_zalloc((size_t)n_keys + 1, sizeof *at);
    if (!at) return VOC_E_NOMEM;
    for (size_t i = 0; i < n; i++) at[key[i] + 1]++;
    for (uint32_t k = 0; k < n_keys; k++) at[k + 1] += at[k];
    for (size_t i = 0; i < n; i++) {
        uint32_t row = from ? from[i] : (uint32_t)i;
        to[at[key[row]]++] = row;
    }
    mem_free(at);
    return VOC_OK;
}

voc_rc views_order(void *views, const unsigned *columns, size_t n, uint32_t **rows)
{
    struct views *v = views;
    uint32_t *from = NULL, *to = NULL, *key = NULL, n_keys = 0;
    voc_rc rc = views_ready(v);
    size_t n_rows = rc || !v->event_end.n ? 0 : (size_t)v->event_end.at[v->event_end.n - 1];
    if (!rc && n_rows > UINT32_MAX - 1) rc = VOC_E_LIMIT;
    if (!rc && !(key = mem_alloc((n_rows + 1) * sizeof *key))) rc = VOC_E_NOMEM;
    for (size_t c = n; c-- > 0 && !rc;) {
        to = mem_alloc((n_rows + 1) * sizeof *to);
        rc = to ? rank_rows(v, columns[c], key, &n_keys) : VOC_E_NOMEM;
        if (!rc) rc = sort_by(key, n_keys, from, to, n_rows);
        mem_free(from);
        from = to;
    }
    mem_free(key);
    if (rc) mem_free(from);
    else *rows = from;
    return rc;
}
