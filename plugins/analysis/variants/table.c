// SPDX-License-Identifier: MIT
//
// The tables of variants: `variants` for people, long ways shortened in the middle; `sequences`, the same ways whole.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/variants/variants.h"
#include "plugins/common/format.h"

#define NUMBER 32u
#define SHOWN_ENDS 4u  // of a long way: so many at its beginning and at its end
#define SHOWN_MOST 10u

struct ranked {
    struct variants *v;
    uint32_t *rank;  // of a node's name among all
    const struct variant **at;
    struct gaps *lasted;  // of each of them
    size_t n, top;
    uint64_t journeys;
};

// ---- order: count desc, shorter, bytewise name by name, ended before open ------------------------------------------------

struct named { const struct walk *w; uint32_t node; };

static int by_name(const void *x, const void *y) { return walk_compare(((const struct named *)x)->w, ((const struct named *)x)->node, ((const struct named *)y)->node); }

static voc_rc rank_names(struct ranked *r)
{
    const struct walk *w = &r->v->w;
    struct named *all = w->host->alloc(w->cx, ((size_t)w->n_nodes + 1) * sizeof *all);
    r->rank = w->host->alloc(w->cx, ((size_t)w->n_nodes + 1) * sizeof *r->rank);
    if (!all || !r->rank) return VOC_E_NOMEM;
    for (uint32_t i = 0; i < w->n_nodes; i++) all[i] = (struct named){w, i};
    qsort(all, w->n_nodes, sizeof *all, by_name);
    for (uint32_t i = 0; i < w->n_nodes; i++) r->rank[all[i].node] = i;
    w->host->free(w->cx, all);
    return VOC_OK;
}

static int compare(const struct ranked *r, const struct variant *a, const struct variant *b)
{
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    if (a->n != b->n) return a->n < b->n ? -1 : 1;
    struct bytes x = {a->path, a->path + a->size}, y = {b->path, b->path + b->size};
    for (uint64_t p, q; varint_get(&x, &p) && varint_get(&y, &q);)
        if (p != q) return r->rank[p] < r->rank[q] ? -1 : 1;
    return (a->open > b->open) - (a->open < b->open);
}

// Moves an element of a heap, whose root is the last in order, down to where it belongs.
static void sift(struct ranked *r, size_t at, size_t n)
{
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && compare(r, r->at[child + 1], r->at[child]) > 0) child++;
        if (compare(r, r->at[child], r->at[at]) <= 0) return;
        const struct variant *v = r->at[at];
        r->at[at] = r->at[child];
        r->at[child] = v;
    }
}

// The first `top` in order, by a heap of so many.
static voc_rc choose(struct ranked *r, const struct state *st)
{
    const struct walk *w = &r->v->w;
    r->n = st->n;
    r->top = r->v->options[OPT_TOP].i && (uint64_t)r->v->options[OPT_TOP].i < st->n ? (size_t)r->v->options[OPT_TOP].i : st->n;
    r->at = w->host->alloc(w->cx, (r->top + 1) * sizeof *r->at);
    if (!r->at) return VOC_E_NOMEM;
    for (size_t i = 0; i < r->top; i++) r->at[i] = variant_of(st, i);
    for (size_t i = r->top / 2; i-- > 0;) sift(r, i, r->top);
    for (size_t i = r->top; i < st->n; i++) {
        const struct variant *v = variant_of(st, i);
        if (v->count < r->at[0]->count || compare(r, v, r->at[0]) > 0) continue;
        r->at[0] = v;
        sift(r, 0, r->top);
    }
    for (size_t n = r->top; n > 1; n--) {
        const struct variant *last = r->at[0];
        r->at[0] = r->at[n - 1];
        r->at[n - 1] = last;
        sift(r, 0, n - 1);
    }
    return VOC_OK;
}

static voc_rc gather(struct ranked *r, const struct state *st, struct pool *pool)
{
    const struct walk *w = &r->v->w;
    uint32_t *place = w->host->alloc(w->cx, (st->n + 1) * sizeof *place);
    r->lasted = place ? w->host->alloc(w->cx, (r->top + 1) * sizeof *r->lasted) : NULL;
    if (!r->lasted) return VOC_E_NOMEM;
    memset(place, 0xff, st->n * sizeof *place);  // none
    memset(r->lasted, 0, (r->top + 1) * sizeof *r->lasted);
    for (size_t i = 0; i < r->top; i++) place[r->at[i]->number] = (uint32_t)i;
    voc_rc rc = variants_lasted(st, place, r->lasted, pool);
    w->host->free(w->cx, place);
    return rc;
}

// ---- a way as text -----------------------------------------------------------------------------------------------------

static size_t append(char *to, const char *from, size_t len)
{
    if (len) memcpy(to, from, len);
    return len;
}

static size_t put_node(const struct walk *w, char *to, uint32_t node)
{
    voc_str name = walk_name(w, node);
    const char *kind = walk_kind(w, node);
    size_t n = append(to, kind, strlen(kind));
    return n + append(to + n, name.ptr, name.len);
}

static voc_rc path_cell(struct ranked *r, voc_table_builder *t, const struct variant *v, bool whole)
{
    const struct walk *w = &r->v->w;
    struct bytes b = {v->path, v->path + v->size};
    bool cut = !whole && v->n > SHOWN_MOST;
    size_t room = 64, n = 0;
    for (uint64_t node; varint_get(&b, &node);) room += strlen(walk_kind(w, (uint32_t)node)) + walk_name(w, (uint32_t)node).len + 3;
    char *text = w->host->alloc(w->cx, room);
    if (!text) return VOC_E_NOMEM;
    b = (struct bytes){v->path, v->path + v->size};
    uint64_t node;
    for (uint32_t i = 0; varint_get(&b, &node); i++) {
        if (cut && i >= SHOWN_ENDS && i < v->n - SHOWN_ENDS) {
            if (i == SHOWN_ENDS) n += (size_t)snprintf(text + n, room - n, " > ... %u more ...", v->n - 2 * SHOWN_ENDS);
            continue;
        }
        if (i) n += append(text + n, " > ", 3);
        n += put_node(w, text + n, (uint32_t)node);
    }
    const voc_cell c = {.type = VOC_CELL_TEXT, .s = {text, n}};
    voc_rc rc = w->host->cell(t, &c);
    w->host->free(w->cx, text);
    return rc;
}

// ---- tables ------------------------------------------------------------------------------------------------------------

static voc_rc columns(const struct walk *w, voc_table_builder *t)
{
    const voc_host *h = w->host;
    voc_rc rc = h->column(t, "count", "journeys", VOC_CELL_INT, "", 0, "how many journeys took exactly this way");
    if (!rc) rc = h->column(t, "share", "of all", VOC_CELL_SHARE, "", 0, "share of all journeys");
    if (!rc) rc = h->column(t, "cumulative_share", "so far", VOC_CELL_SHARE, "", VOC_COLUMN_DETAIL, "share of this way and all above it");
    if (!rc) rc = h->column(t, "length", "steps", VOC_CELL_INT, "", 0, "how many things were done");
    if (!rc) rc = h->column(t, "median_duration", "half within", VOC_CELL_DURATION, "", 0, "median time from the first to the last of them");
    if (!rc && w->staged) rc = h->column(t, "open", "still open", VOC_CELL_BOOL, "", 0, "yes: these journeys had not ended when the data end");
    if (!rc) rc = h->column(t, "example", "for example", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT | VOC_COLUMN_DETAIL, "one whose journey it is, the first by name");
    return rc ? rc : h->column(t, "sequence", "way", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "what was done, in order");
}

static voc_rc row(struct ranked *r, voc_table_builder *t, size_t i, uint64_t so_far, bool whole)
{
    const struct walk *w = &r->v->w;
    const struct variant *v = r->at[i];
    int64_t median = gaps_median(&r->lasted[i]);
    const voc_cell cells[] = {{.type = VOC_CELL_INT, .i = (int64_t)v->count},
                              {.type = VOC_CELL_SHARE, .r = (double)v->count / (double)r->journeys},
                              {.type = VOC_CELL_SHARE, .r = (double)so_far / (double)r->journeys},
                              {.type = VOC_CELL_INT, .i = v->n},
                              {.type = VOC_CELL_DURATION, .i = median},
                              {.type = VOC_CELL_BOOL, .i = v->open},
                              {.type = VOC_CELL_TEXT, .s = {v->example, v->example_len}}};
    voc_rc rc = VOC_OK;
    for (size_t k = 0; k < sizeof cells / sizeof *cells && !rc; k++)
        if (cells[k].type != VOC_CELL_BOOL || w->staged) rc = w->host->cell(t, &cells[k]);
    return rc ? rc : path_cell(r, t, v, whole);
}

static voc_rc say(const struct walk *w, voc_table_builder *t, uint32_t kind, const char *one, const char *many, uint64_t n)
{
    char text[400], number[NUMBER];
    if (!n) return VOC_OK;
    format_integer(number, sizeof number, (int64_t)n, false);
    snprintf(text, sizeof text, "%s %s", number, n == 1 ? one : many);
    return w->host->note(t, kind, text);
}

static voc_rc notes(struct ranked *r, const struct state *st, voc_table_builder *t, uint64_t shown)
{
    const struct walk *w = &r->v->w;
    char text[400], number[NUMBER], share[NUMBER];
    voc_rc rc = w->collapse ? w->host->note(t, VOC_NOTE_AFTER, "The same thing several times in a row is counted once; --collapse=no counts every one.") : VOC_OK;
    if (!rc) rc = say(w, t, VOC_NOTE_AFTER, "journey began before the data do and is left out.", "journeys began before the data do and are left out.", st->walker.counts[WALK_CUT]);
    if (!rc)
        rc = say(w, t, VOC_NOTE_AFTER, "more event is part of no journey: it came before its first stage was opened or after it had ended.",
                 "more events are part of no journey: they came before its first stage was opened or after it had ended.", st->walker.counts[WALK_OUTSIDE]);
    if (rc || r->top == r->n) return rc;
    format_integer(number, sizeof number, (int64_t)(r->n - r->top), false);
    format_number(share, sizeof share, 100.0 * (double)(r->journeys - shown) / (double)r->journeys, 1, false);
    snprintf(text, sizeof text, "%s more %s taken by %s %% of the journeys.", number, r->n - r->top == 1 ? "way is" : "ways are", share);
    rc = w->host->note(t, VOC_NOTE_AFTER, text);
    return rc ? rc : w->host->note(t, VOC_NOTE_NEXT, "voc variants PROJECT --top 0 shows all; voc flow PROJECT shows single steps instead of whole ways");
}

static voc_rc semantics(struct ranked *r, voc_table_builder *t)
{
    static const char *const what[] = {"what customers did", "what the company did to customers", "what customers did and what the company did to them"};
    const struct walk *w = &r->v->w;
    char text[600], n[NUMBER], m[NUMBER];
    format_integer(n, sizeof n, (int64_t)r->journeys, false);
    format_integer(m, sizeof m, (int64_t)r->n, false);
    snprintf(text, sizeof text, "%s: %s %s, %s different %s; %s%s; most frequent first, then the shorter, then by name", what[w->what], n, r->journeys == 1 ? "journey" : "journeys", m,
             r->n == 1 ? "way" : "ways", w->episodes ? "a journey lasts from the act that opens a stage to its end" : w->def->unit == VOC_UNIT_CASE ? "each case is one journey" : "all of one customer is one journey",
             w->collapse ? "; repeats in a row counted once" : "");
    return w->host->semantics(t, text);
}

static voc_rc write_table(struct ranked *r, const struct state *st, const char *name, bool whole)
{
    voc_table_builder *t;
    uint64_t so_far = 0;
    voc_rc rc = r->v->w.host->table(r->v->w.run, &t, name, whole ? "The ways customers take, whole" : "The ways customers take", whole ? 0 : VOC_TABLE_BRIEF);
    if (!rc) rc = columns(&r->v->w, t);
    if (!rc) rc = semantics(r, t);
    for (size_t i = 0; i < r->top && !rc; i++) {
        so_far += r->at[i]->count;
        rc = row(r, t, i, so_far, whole);
    }
    return rc ? rc : notes(r, st, t, so_far);
}

voc_rc variants_tables(struct variants *v, struct state *st)
{
    struct ranked r = {.v = v, .journeys = st->walker.counts[WALK_JOURNEYS] - st->walker.counts[WALK_CUT]};
    struct pool pool = {v->w.host, v->w.cx, NULL};
    voc_rc rc = rank_names(&r);
    if (!rc) rc = choose(&r, st);
    if (!rc) rc = gather(&r, st, &pool);
    if (!rc) rc = write_table(&r, st, "variants", false);
    if (!rc) rc = write_table(&r, st, "sequences", true);
    pool_done(&pool);
    v->w.host->free(v->w.cx, r.lasted);
    v->w.host->free(v->w.cx, r.at);
    v->w.host->free(v->w.cx, r.rank);
    return rc;
}
