// SPDX-License-Identifier: MIT
// Measures of one key, such as the answers to one question: those of the key are gathered from the blocks, then told in order.
#include "store/measures/measures.h"

#include <math.h>
#include <stdio.h>

#include "store/measures/measure_rows.h"
#include "store/sort.h"

struct found { // one measure
    struct store_measure m; // texts in the arena; customer comes when it is told
    int64_t record, sub, who;
    uint32_t source;        // of sources
    bool own;               // response is the source's own id
};
struct finding { // owns
    struct project *p;
    VEC(struct found) v;
    VEC(voc_str) sources;   // in arena
    struct arena arena;
    uint32_t key;
};

// By source, own id (those without one first, by record), place.
static int by_place(const void *a, const void *b, const void *user)
{
    const struct found *x = a, *y = b;
    (void)user;
    int c = x->source == y->source ? 0 : str_cmp(x->m.source, y->m.source);
    if (!c) c = x->own != y->own ? (x->own ? 1 : -1) : x->own ? str_cmp(x->m.response, y->m.response) : 0;
    if (c) return c;
    if (x->record != y->record) return x->record < y->record ? -1 : 1;
    return (x->sub > y->sub) - (x->sub < y->sub);
}

static voc_str keep(struct finding *f, voc_str s, voc_rc *rc)
{
    bool ok = true;
    voc_str to = s.len ? arena_str(&f->arena, s.ptr, s.len, &ok) : STR("");
    if (!ok) *rc = VOC_E_NOMEM;
    return to;
}

// Blocks of one import follow each other, and so mostly do those of one source.
static voc_rc source_of(struct finding *f, voc_str source, uint32_t *out)
{
    voc_rc rc = VOC_OK;
    size_t k = f->sources.n;
    while (k > 0 && !str_eq(f->sources.at[k - 1], source)) k--;
    if (k == 0) {
        rc = vec_reserve(&f->sources, 1, UINT32_MAX);
        if (rc == VOC_OK) f->sources.at[f->sources.n] = keep(f, source, &rc);
        if (rc == VOC_OK) k = ++f->sources.n;
    }
    if (rc == VOC_OK) *out = (uint32_t)k - 1;
    return rc;
}

struct columns { const int64_t *key, *entity, *unit, *type, *who, *integer, *number, *time, *record, *sub; const voc_str *text, *id; };

static voc_rc read_columns(struct measure_rows *r, struct columns *c)
{
    static const unsigned char which[] = {COLUMN_UNIT, COLUMN_TYPE, COLUMN_WHO, COLUMN_INTEGER, COLUMN_NUMBER, COLUMN_TIME, COLUMN_RECORD, COLUMN_SUB};
    const int64_t **const to[] = {&c->unit, &c->type, &c->who, &c->integer, &c->number, &c->time, &c->record, &c->sub};
    voc_rc rc = VOC_OK;
    for (size_t k = 0; rc == VOC_OK && k < sizeof which; k++) rc = measure_rows_ints(r, which[k], to[k]);
    if (rc == VOC_OK) rc = measure_rows_text(r, COLUMN_TEXT, &c->text);
    return rc == VOC_OK ? measure_rows_text(r, COLUMN_ID, &c->id) : rc;
}

static double number_of(const struct columns *c, size_t i)
{
    double number;
    if (c->type[i] == VOC_TYPE_INT) return (double)c->integer[i];
    memcpy(&number, &c->number[i], sizeof number);
    if (c->type[i] == VOC_TYPE_REAL) return number;
    return str_real(str_trim(c->text[i]), &number) ? number : NAN;
}

static voc_rc add(struct finding *f, const struct columns *c, size_t i, uint32_t source)
{
    char number[24];
    voc_rc rc = vec_reserve(&f->v, 1, UINT32_MAX);
    if (rc != VOC_OK) return rc;
    struct found *x = &f->v.at[f->v.n];
    *x = (struct found){.record = c->record[i], .sub = c->sub[i], .who = c->who[i], .source = source, .own = c->id[i].len > 0};
    voc_str response = c->id[i];
    if (!x->own) response = str_mk(number, (size_t)snprintf(number, sizeof number, "%lld", (long long)x->record)); // the record is one of its own
    x->m = (struct store_measure){.source = f->sources.at[source], .response = keep(f, response, &rc), .text = keep(f, c->text[i], &rc),
                                  .number = number_of(c, i), .time_us = c->time[i] == VOC_NA ? 0 : c->time[i]};
    if (rc == VOC_OK) rc = space_find(f->p, SPACE_KEY, (uint32_t)c->unit[i], &x->m.unit);
    if (rc == VOC_OK) f->v.n++;
    return rc;
}

static voc_rc gather(struct finding *f, struct measure_rows *r)
{
    voc_rc rc = measure_rows_open(r, f->p);
    while (rc == VOC_OK) {
        struct columns c = {0};
        uint32_t source = 0;
        rc = measure_rows_next(r);
        if (rc != VOC_OK || r->n == 0) break;
        rc = measure_rows_ints(r, COLUMN_KEY, &c.key);
        if (rc == VOC_OK) rc = measure_rows_ints(r, COLUMN_ENTITY, &c.entity);
        if (rc == VOC_OK) rc = source_of(f, r->source, &source);
        for (size_t i = 0; rc == VOC_OK && i < r->n; i++) {
            if (c.key[i] != f->key || c.entity[i] != VOC_ENTITY_INDIVIDUAL) continue;
            if (!c.id) rc = read_columns(r, &c);
            if (rc == VOC_OK) rc = add(f, &c, i, source);
        }
    }
    return rc;
}

voc_rc store_measures(struct project *p, voc_str key, voc_rc (*each)(void *user, const struct store_measure *m), void *user)
{
    struct finding f = {.p = p};
    struct measure_rows r = {0};
    arena_init(&f.arena, 0);
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = space_load(p, SPACE_KEY);
    if (rc == VOC_OK && key.len && space_seek(p, SPACE_KEY, key, &f.key)) rc = gather(&f, &r);
    if (rc == VOC_OK) rc = sort_stable(f.v.at, f.v.n, sizeof *f.v.at, by_place, NULL);
    for (size_t i = 0; rc == VOC_OK && i < f.v.n; i++) {
        struct found *x = &f.v.at[i];
        if (x->who) rc = space_find(p, SPACE_ALIASES, (uint32_t)x->who, &x->m.customer);
        if (rc == VOC_OK) rc = each(user, &x->m);
    }
    measure_rows_close(&r);
    vec_free(&f.v);
    vec_free(&f.sources);
    arena_done(&f.arena);
    return rc;
}
