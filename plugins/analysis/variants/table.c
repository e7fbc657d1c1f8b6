// SPDX-License-Identifier: MIT
//
// The tables of variants: `variants` for people, long ways shortened in the middle; `sequences`, the same ways whole.
#include <stdio.h>
#include <string.h>

#include "plugins/analysis/variants/variants.h"
#include "plugins/common/format.h"

#define NUMBER 32u
#define SHOWN_ENDS 4u  // of a long way: so many at its beginning and at its end
#define SHOWN_MOST 10u

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

static voc_rc path_cell(const struct ranking *r, voc_table_builder *t, const struct variant *v, bool whole)
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

static voc_rc columns(const struct walk *w, voc_table_builder *t, bool by_segment)
{
    const voc_host *h = w->host;
    voc_rc rc = by_segment ? h->column(t, "segment", "segment", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "segment of the customer when the journey began") : VOC_OK;
    if (!rc) rc = h->column(t, "count", "journeys", VOC_CELL_INT, "", 0, "how many journeys took exactly this way");
    if (!rc) rc = h->column(t, "share", "of all", VOC_CELL_SHARE, "", 0, by_segment ? "share of the journeys of the segment" : "share of all journeys");
    if (!rc) rc = h->column(t, "cumulative_share", "so far", VOC_CELL_SHARE, "", VOC_COLUMN_DETAIL, "share of this way and all above it");
    if (!rc) rc = h->column(t, "length", "steps", VOC_CELL_INT, "", 0, "how many things were done");
    if (!rc) rc = h->column(t, "median_duration", "half within", VOC_CELL_DURATION, "", 0, "median time from the first to the last of them");
    if (!rc && w->staged) rc = h->column(t, "open", "still open", VOC_CELL_BOOL, "", 0, "yes: these journeys had not ended when the data end");
    if (!rc) rc = h->column(t, "example", "for example", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT | VOC_COLUMN_DETAIL, "one whose journey it is, the first by name");
    return rc ? rc : h->column(t, "sequence", "way", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "what was done, in order");
}

static voc_rc row(const struct ranking *r, voc_table_builder *t, size_t i, uint64_t so_far, bool whole)
{
    const struct walk *w = &r->v->w;
    const struct variant *v = r->at[i];
    int64_t median = gaps_median(&ranked(r, i)->lasted);
    const double all = (double)r->of_segment[kind_segment(v->kind)];
    const voc_cell segment = {.type = VOC_CELL_TEXT, .s = r->v->by_segment ? w->def->segments[kind_segment(v->kind)] : (voc_str){"", 0}};
    const voc_cell cells[] = {{.type = VOC_CELL_INT, .i = (int64_t)v->count},
                              {.type = VOC_CELL_SHARE, .r = (double)v->count / all},
                              {.type = VOC_CELL_SHARE, .r = (double)so_far / all},
                              {.type = VOC_CELL_INT, .i = v->n},
                              {.type = VOC_CELL_DURATION, .i = median},
                              {.type = VOC_CELL_BOOL, .i = kind_open(v->kind)},
                              {.type = VOC_CELL_TEXT, .s = ranked(r, i)->example}};
    voc_rc rc = r->v->by_segment ? w->host->cell(t, &segment) : VOC_OK;
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

static voc_rc notes(const struct ranking *r, const struct state *st, voc_table_builder *t)
{
    const struct walk *w = &r->v->w;
    char text[400], number[NUMBER], share[NUMBER];
    voc_rc rc = w->collapse ? w->host->note(t, VOC_NOTE_AFTER, "The same thing several times in a row is counted once; --collapse=no counts every one.") : VOC_OK;
    if (!rc) rc = walk_limits_notes(w, &st->walker, t);
    if (!rc)
        rc = say(w, t, VOC_NOTE_AFTER, "journey began before the data do and is left out.",
                 "journeys began before the data do and are left out.", st->walker.counts[WALK_CUT]);
    if (!rc)
        rc = say(w, t, VOC_NOTE_AFTER, "more event is part of no journey: it came before its first stage was opened or after it had ended.",
                 "more events are part of no journey: they came before its first stage was opened or after it had ended.", st->walker.counts[WALK_OUTSIDE]);
    if (rc || r->ways_told == r->n) return rc;
    format_integer(number, sizeof number, (int64_t)(r->n - r->ways_told), false);
    format_number(share, sizeof share, 100.0 * (double)(r->journeys - r->journeys_told) / (double)r->journeys, 1, false);
    snprintf(text, sizeof text, "%s more %s taken by %s %% of the journeys.", number, r->n - r->ways_told == 1 ? "way is" : "ways are", share);
    rc = w->host->note(t, VOC_NOTE_AFTER, text);
    return rc ? rc : w->host->note(t, VOC_NOTE_NEXT, "voc variants PROJECT --top 0 shows all; voc flow PROJECT shows single steps instead of whole ways");
}

static voc_rc semantics(const struct ranking *r, voc_table_builder *t)
{
    static const char *const what[] = {"what customers did", "what the company did to customers", "what customers did and what the company did to them"};
    const struct walk *w = &r->v->w;
    char text[1200], limits[600], n[NUMBER], m[NUMBER];
    walk_limits_words(w, limits, sizeof limits);
    format_integer(n, sizeof n, (int64_t)r->journeys, false);
    format_integer(m, sizeof m, (int64_t)r->n, false);
    snprintf(text, sizeof text, "%s: %s %s, %s different %s; %s%s%s; most frequent first, then the shorter, then by name",
             what[w->what], n,
             w->limits.any      ? r->journeys == 1 ? "part of a journey" : "parts of journeys"
             : r->journeys == 1 ? "journey"
                                : "journeys",
             m, r->n == 1 ? "way" : "ways",
             w->episodes                     ? "a journey lasts from the act that opens a stage to its end"
             : w->def->unit == VOC_UNIT_CASE ? "each case is one journey"
                                             : "all of one customer is one journey",
             w->collapse ? "; repeats in a row counted once" : "", limits);
    return w->host->semantics(t, text);
}

static voc_rc write_table(const struct ranking *r, const struct state *st, const char *name, bool whole)
{
    voc_table_builder *t;
    uint64_t so_far = 0;
    voc_rc rc = r->v->w.host->table(r->v->w.run, &t, name, whole ? "The ways customers take, whole" : "The ways customers take", whole ? 0 : VOC_TABLE_BRIEF);
    if (!rc) rc = columns(&r->v->w, t, r->v->by_segment);
    if (!rc) rc = semantics(r, t);
    for (size_t i = 0; i < r->top && !rc; i++) {
        if (i && kind_segment(r->at[i]->kind) != kind_segment(r->at[i - 1]->kind)) so_far = 0;
        so_far += r->at[i]->count;
        if (ranked(r, i)->told) rc = row(r, t, i, so_far, whole);
    }
    return rc ? rc : notes(r, st, t);
}

voc_rc variants_tables(struct variants *v, struct state *st)
{
    struct ranking r;
    voc_rc rc = ranking_new(&r, v, st);
    if (!rc) rc = write_table(&r, st, "variants", false);
    if (!rc) rc = write_table(&r, st, "sequences", true);
    ranking_done(&r);
    return rc;
}
