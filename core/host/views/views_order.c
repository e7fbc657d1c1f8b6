// SPDX-License-Identifier: MIT
// Orders of rows. Units are put in order of their names, by the eight bytes that follow what all names begin with. For who groups
// by action rows are laid out by action, without a sort by SQLite, which would compare each row's text with others twenty times:
// codes are ranked by name once, and rows are counted into place, column by column from the last one, in linear time. What is
// equal stays in the order in which the rows lie.
#include <stdlib.h>

#include "host/views/views_int.h"

#include "base/str.h"

// ---- units ---------------------------------------------------------------------------------------------------------------------------------

struct name_key { uint64_t key; uint32_t segment; };

static size_t shared_prefix(const struct set *s)
{
    voc_str first = s->segments.at[0].unit;
    size_t n = SIZE_MAX;
    for (size_t i = 0; i < s->segments.n; i++) {
        voc_str x = s->segments.at[i].unit;
        size_t k = 0, most = first.len < x.len ? first.len : x.len;
        if (x.len == 0) continue; // of those who are not named
        if (first.len == 0) {
            first = x;
            continue;
        }
        if (most > n) most = n;
        while (k < most && first.ptr[k] == x.ptr[k]) k++;
        n = k;
    }
    return n == SIZE_MAX ? 0 : n;
}

// 0: shorter than what the others share.
static uint64_t key_behind(voc_str name, size_t skip)
{
    uint64_t key = 0;
    for (size_t i = 0; i < 8; i++) key = key << 8 | (skip + i < name.len ? (uint8_t)name.ptr[skip + i] : 0);
    return key;
}

static int by_key(const void *x, const void *y, void *set)
{
    const struct name_key *a = x, *b = y;
    const struct set *s = set;
    const struct segment *p = &s->segments.at[a->segment], *q = &s->segments.at[b->segment];
    if (a->key != b->key && p->unit.len && q->unit.len) return a->key < b->key ? -1 : 1;
    int c = str_cmp(p->unit, q->unit);
    return c ? c : (a->segment > b->segment) - (a->segment < b->segment);
}

voc_rc set_sort(struct set *s)
{
    if (s->by_name) return VOC_OK;
    struct name_key *keys = mem_alloc((s->segments.n + 1) * sizeof *keys);
    s->by_name = mem_alloc((s->segments.n + 1) * sizeof *s->by_name);
    if (!keys || !s->by_name) {
        mem_free(keys);
        mem_free(s->by_name);
        s->by_name = NULL;
        return VOC_E_NOMEM;
    }
    size_t skip = s->segments.n ? shared_prefix(s) : 0;
    for (size_t i = 0; i < s->segments.n; i++) keys[i] = (struct name_key){key_behind(s->segments.at[i].unit, skip), (uint32_t)i};
    if (s->segments.n) qsort_r(keys, s->segments.n, sizeof *keys, by_key, s);
    for (size_t i = 0; i < s->segments.n; i++) s->by_name[i] = keys[i].segment;
    mem_free(keys);
    return VOC_OK;
}

voc_rc set_number(struct set *s)
{
    uint32_t n = 0;
    voc_rc rc = set_sort(s);
    if (rc || s->numbers) return rc;
    if (!(s->numbers = mem_alloc(((size_t)s->n + 1) * sizeof *s->numbers))) return VOC_E_NOMEM;
    for (size_t u = 0; u < s->segments.n; u++) {
        const struct segment *x = &s->segments.at[s->by_name[u]];
        for (uint64_t i = x->first; i < x->first + x->n; i++) s->numbers[i] = n++;
    }
    return VOC_OK;
}

// ---- columns with few values -----------------------------------------------------------------------------------------------------------------

struct ranked { voc_str name; uint32_t code; };

static int by_name(const void *x, const void *y) { return str_cmp(((const struct ranked *)x)->name, ((const struct ranked *)y)->name); }

static const struct { unsigned column; enum stored stored; uint32_t names; } ordered[] = {
    {E_ACTION, S_ACTION, VOC_COL_ACTION}, {E_TOUCHPOINT, S_TOUCHPOINT, VOC_COL_TOUCHPOINT}, {E_ACTOR, S_ACTOR, VOC_COL_ACTOR},
    {E_CHANNEL, S_CHANNEL, VOC_COL_CHANNEL}, {E_CAMPAIGN, S_CAMPAIGN, VOC_COL_CAMPAIGN}};

static voc_str name_of(const struct timeline *t, uint32_t names, uint32_t code)
{
    if (names == VOC_COL_ACTOR) return str_of(views_actors[code]);
    return names == VOC_COL_TOUCHPOINT ? timeline_definition(t)->touchpoints[code].id : timeline_name(t, names, code);
}

// The rank of each code by its name: from 1 to *n - 1, the same for the same name; 0 is for what has none.
static voc_rc rank_codes(const struct timeline *t, uint32_t names, uint32_t codes, uint32_t **out, uint32_t *n)
{
    uint32_t rank = 0;
    struct ranked *all = mem_zalloc((size_t)codes + 1, sizeof *all);
    uint32_t *ranks = mem_zalloc((size_t)codes + 1, sizeof *ranks);
    voc_rc rc = all && ranks ? VOC_OK : VOC_E_NOMEM;
    for (uint32_t i = 0; i < codes && !rc; i++) all[i] = (struct ranked){name_of(t, names, i), i};
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

#define N_ORDERED (sizeof ordered / sizeof *ordered)

// One column of an order: the rank of each of its codes, or of each segment where it is the unit.
struct ranking { // owns
    size_t which;    // of ordered[]; N_ORDERED: the unit
    uint32_t *ranks, codes;
    uint32_t n, none; // ranks are below n; that of what has no code
};

static size_t which_column(unsigned column)
{
    size_t i = 0;
    while (i < N_ORDERED && ordered[i].column != (column & ~SQL_DOWN)) i++;
    return i;
}

static voc_rc rank_segments(struct ranking *r, const struct set *s)
{
    r->codes = r->n = (uint32_t)s->segments.n;
    if (!(r->ranks = mem_alloc((s->segments.n + 1) * sizeof *r->ranks))) return VOC_E_NOMEM;
    for (uint32_t u = 0; u < r->n; u++) r->ranks[s->by_name[u]] = u;
    return VOC_OK;
}

static voc_rc rank_names(struct ranking *r, const struct timeline *t)
{
    const uint32_t names = ordered[r->which].names;
    r->codes = names == VOC_COL_ACTOR        ? VIEWS_ACTORS
               : names == VOC_COL_TOUCHPOINT ? (uint32_t)timeline_definition(t)->n_touchpoints
                                             : timeline_n_codes(t, names);
    return rank_codes(t, names, r->codes, &r->ranks, &r->n);
}

static voc_rc ranking_make(struct ranking *r, const struct set *s, size_t which, bool down)
{
    *r = (struct ranking){.which = which};
    voc_rc rc = which == N_ORDERED ? rank_segments(r, s) : rank_names(r, s->of->timeline);
    for (uint32_t i = 0; !rc && down && i < r->codes; i++) r->ranks[i] = r->n - 1 - r->ranks[i];
    if (!rc && down) r->none = r->n - 1;
    return rc;
}

// The ranks of the rows of a slab.
static void rank_units(const struct ranking *r, const struct set *s, const struct slab *b, uint32_t *key)
{
    const uint64_t end = b->first + b->n;
    for (uint64_t row = b->first; row < end;) {
        const struct segment *x = set_segment(s, row);
        const uint64_t to = x->first + x->n < end ? x->first + x->n : end;
        while (row < to) key[row++ - b->first] = r->ranks[x - s->segments.at];
    }
}

static void rank_rows(const struct ranking *r, const struct set *s, const struct slab *b, uint32_t *key)
{
    if (r->which == N_ORDERED) {
        rank_units(r, s, b, key);
        return;
    }
    const void *column = slab_column(s, b, ordered[r->which].stored);
    for (size_t i = 0; i < b->n; i++) {
        const uint32_t code = ordered[r->which].stored == S_ACTOR ? ((const uint8_t *)column)[i] : ((const uint32_t *)column)[i];
        key[i] = code < r->codes ? r->ranks[code] : r->none;
    }
}

// Lays rows out by key; equal ones stay as they are.
static voc_rc sort_by(const uint32_t *key, uint32_t n_keys, const uint32_t *from, uint32_t *to, size_t n)
{
    uint32_t *at = mem_zalloc((size_t)n_keys + 2, sizeof *at);
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

static voc_rc rank_set(const struct set *s, size_t which, bool down, uint32_t *key, uint32_t *n)
{
    struct ranking r;
    voc_rc rc = ranking_make(&r, s, which, down);
    for (size_t b = 0; b < s->slabs.n && !rc; b++) rank_rows(&r, s, &s->slabs.at[b], key + s->slabs.at[b].first);
    *n = r.n;
    mem_free(r.ranks);
    return rc;
}

voc_rc order_rows(const struct set *s, const unsigned *columns, size_t n, bool named, uint32_t **rows)
{
    uint32_t *from = NULL, *to = NULL, *key = NULL, n_keys = 0;
    size_t n_rows = (size_t)s->n;
    voc_rc rc = (key = mem_alloc((n_rows + 1) * sizeof *key)) ? VOC_OK : VOC_E_NOMEM;
    for (size_t c = n + named; c-- > 0 && !rc;) {
        to = mem_alloc((n_rows + 1) * sizeof *to);
        rc = to ? VOC_OK : VOC_E_NOMEM;
        if (!rc) rc = rank_set(s, c == n ? N_ORDERED : which_column(columns[c]), c < n && columns[c] & SQL_DOWN, key, &n_keys);
        if (!rc) rc = sort_by(key, n_keys, from, to, n_rows);
        mem_free(from);
        from = to;
    }
    mem_free(key);
    if (rc) mem_free(from);
    else *rows = from;
    return rc;
}

#define RUNS_MAX 4194304u // kinds of rows that may be counted
#define RANKINGS_MAX 8u

// Rows of each kind, which is the ranks of all columns as one number; slab by slab, so that nothing is kept of a row.
static voc_rc count_kinds(const struct set *s, const struct ranking *r, size_t n, struct run *runs)
{
    size_t room = 1;
    for (size_t b = 0; b < s->slabs.n; b++)
        if (s->slabs.at[b].n > room) room = s->slabs.at[b].n;
    uint32_t *key = mem_alloc(room * sizeof *key), *kind = mem_alloc(room * sizeof *kind);
    voc_rc rc = key && kind ? VOC_OK : VOC_E_NOMEM;
    for (size_t b = 0; b < s->slabs.n && !rc; b++) {
        const struct slab *at = &s->slabs.at[b];
        memset(kind, 0, at->n * sizeof *kind);
        for (size_t c = 0; c < n; c++) {
            rank_rows(&r[c], s, at, key);
            for (size_t i = 0; i < at->n; i++) kind[i] = kind[i] * r[c].n + key[i];
        }
        for (size_t i = 0; i < at->n; i++)
            if (runs[kind[i]].n++ == 0) runs[kind[i]].row = at->first + i;
    }
    mem_free(key);
    mem_free(kind);
    return rc;
}

voc_rc order_runs(const struct set *s, const unsigned *columns, size_t n, struct run **out, size_t *n_out)
{
    struct ranking r[RANKINGS_MAX] = {0};
    struct run *runs = NULL;
    uint64_t kinds = 1;
    size_t k = 0;
    voc_rc rc = VOC_OK;
    *out = NULL;
    if (n > RANKINGS_MAX) return VOC_OK;
    for (size_t c = 0; c < n && !rc && kinds <= RUNS_MAX; c++) {
        rc = ranking_make(&r[c], s, which_column(columns[c]), columns[c] & SQL_DOWN);
        kinds *= r[c].n;
    }
    if (!rc && kinds <= RUNS_MAX && !(runs = mem_zalloc((size_t)kinds + 1, sizeof *runs))) rc = VOC_E_NOMEM;
    if (!rc && runs) rc = count_kinds(s, r, n, runs);
    for (size_t c = 0; c < n; c++) mem_free(r[c].ranks);
    if (rc) {
        mem_free(runs);
        return rc;
    }
    for (size_t i = 0; runs && i < kinds; i++)
        if (runs[i].n) runs[k++] = runs[i];
    *out = runs;
    *n_out = k;
    return VOC_OK;
}

// ---- numbers of rows -----------------------------------------------------------------------------------------------------------------------------

voc_rc order_places(struct views *v, struct shown **of, unsigned table)
{
    struct set *s = NULL;
    uint64_t at = 0;
    if ((*of)->places[table].at) return VOC_OK;
    voc_rc rc = set_get(v, of, table, STORED_UNITS, NULL, 0, &s);
    if (!rc) rc = set_sort(s);
    struct place *p = rc ? NULL : mem_alloc((s->segments.n + 1) * sizeof *p);
    if (!rc && !p) rc = VOC_E_NOMEM;
    for (size_t i = 0; !rc && i < s->segments.n; i++) {
        const struct segment *x = &s->segments.at[s->by_name[i]];
        p[i] = (struct place){x->unit, at += x->n};
    }
    if (!rc) {
        (*of)->places[table].at = p;
        (*of)->places[table].n = s->segments.n;
    }
    set_let_go(s);
    return rc;
}

uint64_t places_row(const struct shown *s, unsigned table, voc_str unit)
{
    const struct place *p = s->places[table].at;
    size_t lo = 0, hi = s->places[table].n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (str_cmp(p[mid].unit, unit) < 0) lo = mid + 1;
        else hi = mid;
    }
    return lo ? p[lo - 1].end : 0;
}

size_t places_find(const struct shown *s, unsigned table, uint64_t row, uint64_t *within)
{
    const struct place *p = s->places[table].at;
    size_t lo = 0, hi = s->places[table].n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (p[mid].end > row) hi = mid;
        else lo = mid + 1;
    }
    *within = row - (lo ? p[lo - 1].end : 0);
    return lo;
}
