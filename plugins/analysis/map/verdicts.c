// SPDX-License-Identifier: MIT
//
// What score found of each touchpoint, in each stage and over all of them, by the numbers that the map knows them by. The tables are the
// host's: read by the names of their columns, each of which may be missing.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugins/analysis/map/map.h"
#include "plugins/common/show.h"

#define NOT_THERE UINT32_MAX
enum column { TOUCHPOINT, STAGE, VERDICT, CODE, VERB, LIFT, SPENT, REASON, COLUMNS };
static const char *const names[COLUMNS] = {"touchpoint", "stage", "verdict", "code", "verb", "lift", "spent", "reason"};

static bool same(voc_str a, const char *b) { return a.len == strlen(b) && memcmp(a.ptr, b, a.len) == 0; }

static const voc_cell *cell_of(const voc_table *t, size_t row, enum column column)
{
    for (size_t k = 0; k < t->n_columns; k++) {
        const voc_column *c = (const voc_column *)(const void *)((const char *)t->columns + k * t->column_size);
        if (same(c->name, names[column])) return (const voc_cell *)(const void *)((const char *)t->cells + (row * t->n_columns + k) * t->cell_size);
    }
    return NULL;
}

static voc_str text_of(const voc_table *t, size_t row, enum column column)
{
    const voc_cell *c = cell_of(t, row, column);
    return c && c->type == VOC_CELL_TEXT ? c->s : (voc_str){"", 0};
}

// ---- which row is whose ------------------------------------------------------------------------------------------------------

struct known { voc_str id; uint32_t i; };

static int by_id(const void *x, const void *y)
{
    const struct known *a = x, *b = y;
    const int c = memcmp(a->id.ptr, b->id.ptr, a->id.len < b->id.len ? a->id.len : b->id.len);
    return c ? c : (a->id.len > b->id.len) - (a->id.len < b->id.len);
}

static size_t stage_named(const struct map *m, voc_str id)
{
    size_t i = 0;
    while (i < m->n_stages &&
           !(analysis_stage(&m->base, i)->id.len == id.len && memcmp(analysis_stage(&m->base, i)->id.ptr, id.ptr, id.len) == 0))
        i++;
    return i;
}

static void take(const struct map *m, struct map_verdicts *v, const voc_table *t, bool whole, const struct known *known)
{
    const size_t n = m->base.def->n_touchpoints;
    for (size_t r = 0; r < t->n_rows; r++) {
        const struct known wanted = {.id = text_of(t, r, TOUCHPOINT)}, *at = bsearch(&wanted, known, n, sizeof *known, by_id);
        const size_t stage = whole ? m->n_stages : stage_named(m, text_of(t, r, STAGE));
        if (at && (whole || stage < m->n_stages)) v->row[stage * n + at->i] = (uint32_t)r;
    }
}

voc_rc map_verdicts(const struct map *m, struct map_verdicts *v)
{
    const voc_host *h = m->base.host;
    const size_t n = m->base.def->n_touchpoints;
    struct known *known = NULL;
    size_t all;
    *v = (struct map_verdicts){.why = {"", 0}, .next = {"", 0}};
    if (!m->verdicts || !VOC_HOST_HAS(h, table_beside) || !h->table_beside) return VOC_OK;
    v->table[0] = h->table_beside(m->base.run, "stages", &v->why, &v->next);
    v->table[1] = h->table_beside(m->base.run, "touchpoints", &v->why, &v->next);
    if (!v->table[0] || !v->table[1] || !n) return VOC_OK;
    voc_rc rc = __builtin_mul_overflow(m->n_stages + 1, n, &all) ? VOC_E_LIMIT : analysis_zeroed(&m->base, (void **)&v->row, all, sizeof *v->row);
    if (!rc) rc = analysis_zeroed(&m->base, (void **)&known, n, sizeof *known);
    for (size_t i = 0; i < n && !rc; i++) known[i] = (struct known){analysis_touchpoint(&m->base, i)->id, (uint32_t)i};
    if (!rc) {
        memset(v->row, 0xFF, all * sizeof *v->row); // NOT_THERE
        qsort(known, n, sizeof *known, by_id);
        take(m, v, v->table[0], false, known);
        take(m, v, v->table[1], true, known);
    }
    h->free(m->base.cx, known);
    return rc;
}

void map_verdicts_free(const struct map *m, struct map_verdicts *v) { m->base.host->free(m->base.cx, v->row); }

// ---- one of them -----------------------------------------------------------------------------------------------------------

static const char *const classes[] = {"VALUE", "INCIDENTAL", "WASTE", "UNPROVEN"};

static int class_of(voc_str verdict)
{
    for (int i = 0; i < 4; i++)
        if (same(verdict, classes[i])) return i;
    return -1;
}

bool map_verdict(const struct map *m, const struct map_verdicts *v, size_t stage, size_t touch, struct map_verdict *out)
{
    static const char *const here[] = {"value", "incidental", "waste here", "unproven"}, *const over_all[] = {"value over all stages", "incidental over all stages", "waste over all stages", "unproven over all stages"};
    const size_t n = m->base.def->n_touchpoints;
    if (!v->row) return false;
    const bool whole = v->row[stage * n + touch] == NOT_THERE;
    const uint32_t r = v->row[(whole ? m->n_stages : stage) * n + touch];
    if (r == NOT_THERE) return false;
    const voc_table *t = v->table[whole];
    const int class_ = class_of(text_of(t, r, VERDICT));
    const voc_str verb = text_of(t, r, VERB);
    const voc_cell *lift = cell_of(t, r, LIFT), *spent = cell_of(t, r, SPENT);
    if (class_ < 0) return false;
    *out = (struct map_verdict){.class_ = class_, .whole = whole, .code = text_of(t, r, CODE), .reason = text_of(t, r, REASON),
                                .lift = NAN, .lo = NAN, .hi = NAN, .spent = NAN};
    if (lift && lift->type == VOC_CELL_RANGE) out->lift = lift->r, out->lo = lift->lo, out->hi = lift->hi;
    if (spent && spent->type == VOC_CELL_MONEY) out->spent = (double)spent->i / 1e6;
    snprintf(out->words, sizeof out->words, "%s%s%.*s", (whole ? over_all : here)[class_], verb.len ? ": " : "",
             SHOW_AT_MOST(verb, 80));
    return true;
}
