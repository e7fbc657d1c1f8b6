// SPDX-License-Identifier: MIT
//
// The tables of flow: `flow`, the steps that make up 80 % of all (--detail), for people, with the map of them; `edges`, every one.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/flow/flow.h"
#include "plugins/common/figure/declare.h"
#include "plugins/common/format.h"

#define NAME_ROOM 300u
#define NUMBER 32u

struct line {
    const struct edge *edge;
    const struct flow *flow;
    uint64_t count, source;  // how often this, and anything, followed what it comes from
    int64_t median, mean;
};

struct lines { struct line *at; size_t n; };

static const char *node_name(const struct walk *w, uint32_t node, const char **kind, int *len)
{
    *kind = "";
    *len = node == w->n_nodes ? 7 : 5;
    if (node >= w->n_nodes) return node == w->n_nodes ? "(start)" : "(end)";
    voc_str s = walk_name(w, node);
    *kind = walk_kind(w, node);
    *len = (int)s.len;
    return s.ptr;
}

static int compare_nodes(const struct walk *w, uint32_t a, uint32_t b)
{
    char x[2][NAME_ROOM];
    if (a == b) return 0;
    if (a < w->n_nodes && b < w->n_nodes) return walk_compare(w, a, b);
    for (int i = 0; i < 2; i++) {
        const char *kind;
        int len;
        const char *name = node_name(w, i ? b : a, &kind, &len);
        snprintf(x[i], NAME_ROOM, "%s%.*s", kind, len, name);
    }
    int c = strcmp(x[0], x[1]);
    return c ? c : (a > b) - (a < b);
}

static int by_source(const void *x, const void *y)
{
    const struct edge *a = ((const struct line *)x)->edge, *b = ((const struct line *)y)->edge;
    if (a->segment != b->segment) return a->segment > b->segment ? 1 : -1;
    return (a->from > b->from) - (a->from < b->from);
}

// Segments as declared; count desc, from, to.
static int in_order(const void *x, const void *y)
{
    const struct edge *a = ((const struct line *)x)->edge, *b = ((const struct line *)y)->edge;
    const struct walk *w = &((const struct line *)x)->flow->w;
    if (a->segment != b->segment) return a->segment > b->segment ? 1 : -1;
    const uint64_t m = ((const struct line *)x)->count, n = ((const struct line *)y)->count;
    if (m != n) return m > n ? -1 : 1;
    int c = compare_nodes(w, a->from, b->from);
    return c ? c : compare_nodes(w, a->to, b->to);
}

#define PIECE 64u  // lines that a thread measures at a time

static voc_rc measure(void *user, size_t piece)
{
    const struct lines *l = user;
    for (size_t i = piece * PIECE; i < l->n && i < (piece + 1) * PIECE; i++) {
        struct line *to = &l->at[i];
        const bool ends = to->edge->from >= to->flow->w.n_nodes || to->edge->to >= to->flow->w.n_nodes, gaps = edge_has_gaps(to->flow, to->edge);
        to->count = gaps ? gaps_n(&to->edge->of.gaps) : to->edge->of.sum.n;
        to->median = gaps ? gaps_median(&to->edge->of.gaps) : VOC_NA;
        to->mean = gaps ? gaps_mean(&to->edge->of.gaps) : ends ? VOC_NA : sum_mean(&to->edge->of.sum);
    }
    return VOC_OK;
}

static voc_rc sort_lines(struct flow *f, const struct state *st, struct lines *out)
{
    out->n = st->n;
    out->at = f->w.host->alloc(f->w.cx, (st->n ? st->n : 1) * sizeof *out->at);
    if (!out->at) return VOC_E_NOMEM;
    for (size_t i = 0; i < st->n; i++) out->at[i] = (struct line){&st->edges[i], f, 0, 0, VOC_NA, VOC_NA};
    voc_rc rc = f->w.host->parallel(f->w.run, (out->n + PIECE - 1) / PIECE, measure, out);
    if (rc) return rc;
    qsort(out->at, out->n, sizeof *out->at, by_source);
    for (size_t i = 0, next; i < out->n; i = next) {
        uint64_t sum = 0;
        for (next = i; next < out->n && by_source(&out->at[i], &out->at[next]) == 0; next++) sum += out->at[next].count;
        for (size_t k = i; k < next; k++) out->at[k].source = sum;
    }
    qsort(out->at, out->n, sizeof *out->at, in_order);
    return VOC_OK;
}

// ---- one table ---------------------------------------------------------------------------------------------------------

static voc_rc columns(struct flow *f, voc_table_builder *t)
{
    const voc_host *h = f->w.host;
    voc_rc rc = f->options[OPT_BY].i == BY_SEGMENT ? h->column(t, "segment", "segment", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT,
                                                               "segment of the customer when the journey began")
                                                   : VOC_OK;
    if (!rc) rc = h->column(t, "from", "from", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "what was done; (start): a journey began");
    if (!rc) rc = h->column(t, "to", "to", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "what came next; (end): the journey ended");
    if (!rc) rc = h->column(t, "count", "times", VOC_CELL_INT, "", 0, "how often the one followed the other at once");
    if (!rc) rc = h->column(t, "share", "of all from there", VOC_CELL_SHARE, "", 0, "share of all that came next");
    if (!rc && f->medians) rc = h->column(t, "median_gap", "half within", VOC_CELL_DURATION, "", 0, "median time between the two");
    if (!rc) rc = h->column(t, "mean_gap", "on average", VOC_CELL_DURATION, "", f->medians ? VOC_COLUMN_DETAIL : 0, "mean time between the two");
    return rc ? rc : h->column(t, "units", walk_unit_word(&f->w), VOC_CELL_INT, "", VOC_COLUMN_DETAIL, "how many of them it happened to");
}

static voc_rc text_cell(struct flow *f, voc_table_builder *t, const char *ptr, size_t len)
{
    const voc_cell c = {.type = VOC_CELL_TEXT, .s = {ptr, len}};
    return f->w.host->cell(t, &c);
}

static voc_rc node_cell(struct flow *f, voc_table_builder *t, uint32_t node)
{
    const char *kind;
    int len;
    const char *name = node_name(&f->w, node, &kind, &len);
    size_t before = strlen(kind);
    if (!before) return text_cell(f, t, name, (size_t)len);
    char *whole = f->w.host->alloc(f->w.cx, before + (size_t)len + 1);
    if (!whole) return VOC_E_NOMEM;
    memcpy(whole, kind, before);
    memcpy(whole + before, name, (size_t)len);
    voc_rc rc = text_cell(f, t, whole, before + (size_t)len);
    f->w.host->free(f->w.cx, whole);
    return rc;
}

static voc_rc number_cell(struct flow *f, voc_table_builder *t, uint32_t type, int64_t i)
{
    const voc_cell c = {.type = i == VOC_NA ? VOC_CELL_NA : type, .i = i};
    return f->w.host->cell(t, &c);
}

static voc_rc row(struct flow *f, voc_table_builder *t, const struct line *l)
{
    const struct edge *e = l->edge;
    const voc_cell share = {.type = VOC_CELL_SHARE, .r = (double)l->count / (double)l->source};
    voc_rc rc = VOC_OK;
    if (f->options[OPT_BY].i == BY_SEGMENT) {
        voc_str s = e->segment < f->w.def->n_segments ? f->w.def->segments[e->segment] : (voc_str){"", 0};
        rc = text_cell(f, t, s.ptr, s.len);
    }
    if (!rc) rc = node_cell(f, t, e->from);
    if (!rc) rc = node_cell(f, t, e->to);
    if (!rc) rc = number_cell(f, t, VOC_CELL_INT, (int64_t)l->count);
    if (!rc) rc = f->w.host->cell(t, &share);
    if (!rc && f->medians) rc = number_cell(f, t, VOC_CELL_DURATION, l->median);
    if (!rc) rc = number_cell(f, t, VOC_CELL_DURATION, l->mean);
    return rc ? rc : number_cell(f, t, VOC_CELL_INT, (int64_t)e->units);
}

// ---- words -------------------------------------------------------------------------------------------------------------

static voc_rc semantics(struct flow *f, const struct state *st, voc_table_builder *t)
{
    static const char *const what[] = {"what customers did", "what the company did to customers", "what customers did and what the company did to them"};
    char text[1200], limits[600], n[NUMBER], m[NUMBER];
    const struct walk *w = &f->w;
    walk_limits_words(w, limits, sizeof limits);
    format_integer(n, sizeof n, (int64_t)st->walker.counts[WALK_JOURNEYS], false);
    format_integer(m, sizeof m, (int64_t)st->walker.counts[WALK_STEPS], false);
    snprintf(text, sizeof text, "%s: %s %s of %s %s; %s%s%s; most frequent first, then by name", what[w->what], m,
             st->walker.counts[WALK_STEPS] == 1 ? "event" : "events", n,
             w->limits.any                           ? st->walker.counts[WALK_JOURNEYS] == 1 ? "way" : "ways"
             : st->walker.counts[WALK_JOURNEYS] == 1 ? "journey"
                                                     : "journeys",
             w->episodes                     ? "a journey lasts from the act that opens a stage to its end"
             : w->def->unit == VOC_UNIT_CASE ? "each case is one journey"
                                             : "all of one customer is one journey",
             w->collapse ? "; repeats in a row counted once" : "", limits);
    return w->host->semantics(t, text);
}

static voc_rc notes(struct flow *f, const struct state *st, voc_table_builder *t)
{
    char text[400], n[NUMBER];
    const uint64_t *c = st->walker.counts;
    const voc_host *h = f->w.host;
    voc_rc rc = walk_limits_notes(&f->w, &st->walker, t);
    if (!rc && c[WALK_OPEN]) {
        format_integer(n, sizeof n, (int64_t)c[WALK_OPEN], false);
        snprintf(text, sizeof text, c[WALK_OPEN] == 1 ? "%s journey is still open and has no (end)." : "%s journeys are still open and have no (end).", n);
        rc = h->note(t, VOC_NOTE_AFTER, text);
    }
    if (c[WALK_CUT] && !rc) {
        format_integer(n, sizeof n, (int64_t)c[WALK_CUT], false);
        snprintf(text, sizeof text, c[WALK_CUT] == 1 ? "%s journey began before the data do and has no (start)." : "%s journeys began before the data do and have no (start).", n);
        rc = h->note(t, VOC_NOTE_AFTER, text);
    }
    if (c[WALK_OUTSIDE] && !rc) {
        format_integer(n, sizeof n, (int64_t)c[WALK_OUTSIDE], false);
        snprintf(text, sizeof text, "%s more events are part of no journey: they came before its first stage was opened or after it had ended.", n);
        rc = h->note(t, VOC_NOTE_AFTER, text);
    }
    return rc;
}

struct shown { size_t left_out, leading; uint64_t times; };  // lines that the brief table has not, and how often they were; those that only lead to others

static double detail(const struct flow *f) { return f->options[OPT_DETAIL].r / 100; }

// How many lines from i on, of one segment, make up --detail of its occurrences.
static size_t main_lines(const struct flow *f, const struct lines *l, size_t i, size_t end)
{
    uint64_t sum = 0, so_far = 0;
    size_t n = 0;
    for (size_t k = i; k < end; k++) sum += l->at[k].count;
    for (; i + n < end && (double)so_far < (double)sum * detail(f) * (1 - 1e-12); n++) so_far += l->at[i + n].count;
    return n;
}

// Lines [i, end), of one segment: the most frequent, and what leads to them from (start); it may be rarer.
static voc_rc main_rows(struct flow *f, voc_table_builder *t, const struct lines *l, size_t i, size_t end, struct shown *shown)
{
    const voc_host *h = f->w.host;
    const size_t n = end - i, main = main_lines(f, l, i, end);
    struct flow_step *steps = h->alloc(f->w.cx, n * sizeof *steps);
    uint8_t *keep = h->alloc(f->w.cx, n);
    voc_rc rc = steps && keep ? VOC_OK : VOC_E_NOMEM;
    for (size_t k = 0; k < n && !rc; k++) steps[k] = (struct flow_step){l->at[i + k].edge->from, l->at[i + k].edge->to};
    if (!rc) rc = flow_connect(f, steps, n, main, keep);
    for (size_t k = 0; k < n && !rc; k++) {
        if (k < main || keep[k]) rc = row(f, t, &l->at[i + k]);
        else shown->left_out++, shown->times += l->at[i + k].count;
        shown->leading += k >= main && keep[k];
    }
    h->free(f->w.cx, steps);
    h->free(f->w.cx, keep);
    return rc;
}

static void say_detail(const struct flow *f, char percent[NUMBER])
{
    format_number(percent, NUMBER, f->options[OPT_DETAIL].r, f->options[OPT_DETAIL].r == floor(f->options[OPT_DETAIL].r) ? 0 : 1, false);
}

// What a map of the lines shows: of the brief table all that it holds, of all steps the most frequent.
static voc_rc map(struct flow *f, voc_table_builder *t, bool everything, const struct shown *shown)
{
    static const voc_figure_part parts[] = {FIGURE_PART(VOC_AS_FROM, "from"), FIGURE_PART(VOC_AS_TO, "to"), FIGURE_PART(VOC_AS_COUNT, "count"), FIGURE_PART(VOC_AS_TIME, "median_gap"),
                                            FIGURE_PART(VOC_AS_SERIES, "segment")};
    static const voc_figure_part means[] = {FIGURE_PART(VOC_AS_FROM, "from"), FIGURE_PART(VOC_AS_TO, "to"), FIGURE_PART(VOC_AS_COUNT, "count"), FIGURE_PART(VOC_AS_TIME, "mean_gap"),
                                            FIGURE_PART(VOC_AS_SERIES, "segment")};
    char text[500], rest[240] = "", n[NUMBER], m[NUMBER], percent[NUMBER];
    if (shown->left_out) {
        format_integer(n, sizeof n, (int64_t)shown->left_out, false);
        format_integer(m, sizeof m, (int64_t)shown->times, false);
        say_detail(f, percent);
        snprintf(rest, sizeof rest,
                 shown->left_out == 1
                     ? " The table has the steps that make up %.20s %% of all%s; edges has the %.30s rarer one too (%.30s times)."
                     : " The table has the steps that make up %.20s %% of all%s; edges has the %.30s rarer ones too (%.30s "
                       "times together).",
                 percent, shown->leading ? ", and what leads to them" : "", n, m);
    }
    snprintf(text, sizeof text,
             "Each arrow leads to what came next at once; the thicker, the more often. On it: how often, and %s; "
             "in a box: how often the same came again.%s",
             f->medians ? "the time that half took at most" : "the time it took on average", rest);
    return figure_declare(f->w.host, t, VOC_FIGURE_MAP,
                          f->w.what == WALK_TOUCHES ? "What the company does next"
                          : f->w.what == WALK_ALL   ? "What customers and the company do next"
                                                    : "What customers do next",
                          text, f->medians ? parts : means, f->options[OPT_BY].i == BY_SEGMENT ? 5 : 4, everything ? detail(f) : 0,
                          0);
}

static voc_rc left_out(struct flow *f, voc_table_builder *t, const struct shown *shown)
{
    char text[400], n[NUMBER], m[NUMBER], percent[NUMBER];
    if (!shown->left_out) return VOC_OK;
    format_integer(n, sizeof n, (int64_t)shown->left_out, false);
    format_integer(m, sizeof m, (int64_t)shown->times, false);
    say_detail(f, percent);
    snprintf(text, sizeof text, "Shown are the most frequent steps, %s %% of all%s. %s rarer %s (%s%s) %s not shown.", percent,
             shown->leading ? ", and what leads to them" : "", n, shown->left_out == 1 ? "one" : "ones",
             shown->times == 1 ? "once" : m,
             shown->times == 1      ? ""
             : shown->left_out == 1 ? " times"
                                    : " times together",
             shown->left_out == 1 ? "is" : "are");
    voc_rc rc = f->w.host->note(t, VOC_NOTE_AFTER, text);
    return rc ? rc : f->w.host->note(t, VOC_NOTE_NEXT, "voc flow PROJECT --all shows every step; --format csv gives them to a spreadsheet");
}

static voc_rc write_table(struct flow *f, const struct state *st, const struct lines *l, const char *name, bool everything, uint32_t flags)
{
    voc_table_builder *t;
    struct shown shown = {0};
    voc_rc rc = f->w.host->table(f->w.run, &t, name, everything ? "What follows what" : "What mostly follows what", flags);
    if (!rc) rc = columns(f, t);
    if (!rc) rc = semantics(f, st, t);
    for (size_t i = 0, end; i < l->n && !rc; i = end) {
        for (end = i; end < l->n && l->at[end].edge->segment == l->at[i].edge->segment; end++) {}
        if (!everything) rc = main_rows(f, t, l, i, end, &shown);
        for (size_t k = i; everything && k < end && !rc; k++) rc = row(f, t, &l->at[k]);
    }
    if (!rc) rc = map(f, t, everything, &shown);
    if (!rc) rc = notes(f, st, t);
    return rc ? rc : left_out(f, t, &shown);
}

voc_rc flow_tables(struct flow *f, struct state *st)
{
    struct lines l = {0};
    bool all = f->options[OPT_ALL].i != 0;
    voc_rc rc = sort_lines(f, st, &l);
    if (!rc && !all) rc = write_table(f, st, &l, "flow", false, VOC_TABLE_BRIEF);
    if (!rc) rc = write_table(f, st, &l, "edges", true, all ? VOC_TABLE_BRIEF : 0);
    f->w.host->free(f->w.cx, l.at);
    return rc;
}
