// SPDX-License-Identifier: MIT
//
// The table of the sipoc: a line for each supplier, activity, end and customer of each stage, the most frequent first.
#include <math.h>
#include <stdio.h>

#include "plugins/analysis/sipoc/sipoc.h"
#include "plugins/common/page.h"
#include "plugins/common/stats.h"

#define LINES_MAX 12u // of one stage and part; the rest is counted

static const struct page_column columns[] = {
    {"stage", "stage", VOC_CELL_TEXT, "", 0, "in the order of the journey"},
    {"part", "part", VOC_CELL_TEXT, "", 0, "supplier, input, process, output, customer or requirement"},
    {"what", "what", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "by its name"},
    {"n", "visits", VOC_CELL_INT, "", 0, "stays in the stage that it opened, was there for, was part of, ended, was followed by, or that met it"},
    {"share", "share", VOC_CELL_SHARE, "", 0, "suppliers, inputs and process: of all visits; outputs: of those that are over; customers and requirements: of those that went on"},
    {"went_on", "went on", VOC_CELL_SHARE, "", 0, "suppliers: of their visits that are over"},
    {"lo", "at least", VOC_CELL_SHARE, "", VOC_COLUMN_DETAIL, "lower end of the 95 % range of what went on, or of what met a requirement (Wilson)"},
    {"hi", "at most", VOC_CELL_SHARE, "", VOC_COLUMN_DETAIL, "upper end of it"},
    {"times", "times", VOC_CELL_INT, "", VOC_COLUMN_DETAIL, "process: how often"},
    {"minutes", "minutes a visit", VOC_CELL_REAL, "", 0, "process: minutes of work, for each visit of the stage"},
};

struct line { voc_str what; const struct sipoc_tally *t; };

static voc_str name_of(const struct sipoc *s, enum sipoc_kind kind, size_t code)
{
    static const uint32_t column[SIPOC_KINDS] = {[SIPOC_CAMPAIGN] = VOC_COL_CAMPAIGN, [SIPOC_CHANNEL] = VOC_COL_CHANNEL, [SIPOC_ROLE] = VOC_COL_ROLE};
    if (kind == SIPOC_NOBODY || (kind == SIPOC_ROLE && code == 0)) return (voc_str)VOC_LIT("(not given)");
    if (kind == SIPOC_TOUCH) {
        const voc_def_touchpoint *t = analysis_touchpoint(&s->base, code);
        return t->title.len ? t->title : t->id;
    }
    if (kind == SIPOC_EXIT) {
        const voc_def_exit *e = (const voc_def_exit *)(const void *)((const char *)s->base.def->exits + code * s->base.def->exit_size);
        return e->title.len ? e->title : e->id;
    }
    return s->base.host->name(s->base.run, column[kind], (uint32_t)code);
}

static int most_first(const void *x, const void *y)
{
    const struct line *a = x, *b = y;
    if (a->t->visits != b->t->visits) return a->t->visits > b->t->visits ? -1 : 1;
    const int c = memcmp(a->what.ptr, b->what.ptr, a->what.len < b->what.len ? a->what.len : b->what.len);
    return c ? c : (a->what.len > b->what.len) - (a->what.len < b->what.len);
}

static double share(uint64_t x, uint64_t n) { return n ? (double)x / (double)n : NAN; }

static void begin_line(struct page *t, const struct sipoc *s, size_t stage, const char *part, voc_str what, uint64_t n, double of)
{
    const voc_def_stage *g = analysis_stage(&s->base, stage);
    cell_str(t, g->title.len ? g->title : g->id);
    cell_text(t, part);
    cell_str(t, what);
    cell_int(t, n);
    cell_share(t, of, 1);
}

static void no_yield(struct page *t)
{
    for (int i = 0; i < 3; i++) cell_na(t);
}

static void end_line(struct page *t, bool work, uint64_t times, uint64_t minutes, uint64_t visits)
{
    if (work) cell_int(t, times);
    else cell_na(t);
    if (work && minutes) cell_real(t, (double)minutes / 1e6 / (double)visits, 1);
    else cell_na(t);
}

// The tallies of these kinds that are not empty, the most frequent first; *n how many.
static struct line *sorted(struct page *t, const struct sipoc *s, const struct sipoc_state *st, size_t stage, enum sipoc_kind from, enum sipoc_kind to, size_t *n)
{
    struct line *lines = NULL;
    *n = 0;
    if (!t->rc) t->rc = analysis_zeroed(&s->base, (void **)&lines, s->first[to + 1] - s->first[from], sizeof *lines);
    for (size_t k = from; k <= to && !t->rc; k++)
        for (size_t i = 0; i < s->first[k + 1] - s->first[k]; i++) {
            const struct sipoc_tally *x = &st->tallies[sipoc_slot(s, stage, (enum sipoc_kind)k, i)];
            if (x->visits) lines[(*n)++] = (struct line){name_of(s, (enum sipoc_kind)k, i), x};
        }
    if (lines && *n > 1) qsort(lines, *n, sizeof *lines, most_first);
    return lines;
}

static void suppliers(struct page *t, const struct sipoc *s, const struct sipoc_state *st, size_t stage)
{
    size_t n;
    struct line *lines = sorted(t, s, st, stage, SIPOC_CAMPAIGN, SIPOC_NOBODY, &n);
    for (size_t i = 0; i < n && i < LINES_MAX; i++) {
        const struct sipoc_tally *x = lines[i].t;
        const struct stats_interval w = stats_wilson((double)x->forward, (double)x->finished);
        begin_line(t, s, stage, "supplier", lines[i].what, x->visits, share(x->visits, st->stages[stage].visits));
        cell_share(t, share(x->forward, x->finished), 1);
        cell_share(t, w.lo, 1);
        cell_share(t, w.hi, 1);
        end_line(t, false, 0, 0, 0);
    }
    s->base.host->free(s->base.cx, lines);
}

static void process(struct page *t, const struct sipoc *s, const struct sipoc_state *st, size_t stage)
{
    size_t n;
    struct line *lines = sorted(t, s, st, stage, SIPOC_TOUCH, SIPOC_TOUCH, &n);
    for (size_t i = 0; i < n && i < LINES_MAX; i++) {
        begin_line(t, s, stage, "process", lines[i].what, lines[i].t->visits, share(lines[i].t->visits, st->stages[stage].visits));
        no_yield(t);
        end_line(t, true, lines[i].t->times, lines[i].t->minutes, st->stages[stage].visits);
    }
    s->base.host->free(s->base.cx, lines);
}

static void outputs(struct page *t, const struct sipoc *s, const struct sipoc_state *st, size_t stage)
{
    const struct sipoc_stage *g = &st->stages[stage];
    const uint64_t over = g->forward + g->back + g->exits + g->lapsed;
    const struct { const char *what; uint64_t n; } ends[] = {{"went on", g->forward}, {"went back", g->back}, {"fell silent", g->lapsed}};
    size_t n;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (!ends[i].n) continue;
        begin_line(t, s, stage, "output", (voc_str){ends[i].what, strlen(ends[i].what)}, ends[i].n, share(ends[i].n, over));
        no_yield(t);
        end_line(t, false, 0, 0, 0);
    }
    struct line *lines = sorted(t, s, st, stage, SIPOC_EXIT, SIPOC_EXIT, &n);
    for (size_t i = 0; i < n && i < LINES_MAX; i++) {
        begin_line(t, s, stage, "output", lines[i].what, lines[i].t->visits, share(lines[i].t->visits, over));
        no_yield(t);
        end_line(t, false, 0, 0, 0);
    }
    s->base.host->free(s->base.cx, lines);
}

static void customers(struct page *t, const struct sipoc *s, const struct sipoc_state *st, size_t stage)
{
    size_t n;
    struct line *lines = sorted(t, s, st, stage, SIPOC_ROLE, SIPOC_ROLE, &n);
    for (size_t i = 0; i < n && i < LINES_MAX; i++) {
        begin_line(t, s, stage, "customer", lines[i].what, lines[i].t->visits, share(lines[i].t->visits, st->stages[stage].forward));
        no_yield(t);
        end_line(t, false, 0, 0, 0);
    }
    s->base.host->free(s->base.cx, lines);
}

static void inputs(struct page *t, const struct sipoc *s, const struct sipoc_state *st, size_t stage)
{
    const uint64_t visits = st->stages[stage].visits;
    const size_t n = sipoc_n_inputs(s, stage);
    for (size_t i = 0; i <= n && n; i++) { // the last: all of them
        const uint64_t there = i < n ? st->tallies[sipoc_slot(s, stage, SIPOC_INPUT, i)].visits : st->stages[stage].complete;
        begin_line(t, s, stage, "input", i < n ? sipoc_input(s, stage, i)->name : (voc_str)VOC_LIT("all that is required"), there, share(there, visits));
        no_yield(t);
        end_line(t, false, 0, 0, 0);
    }
}

struct fault { size_t i; uint64_t n; voc_str title; };

static int most_faults(const void *x, const void *y)
{
    const struct fault *a = x, *b = y;
    if (a->n != b->n) return a->n > b->n ? -1 : 1;
    const int c = memcmp(a->title.ptr, b->title.ptr, a->title.len < b->title.len ? a->title.len : b->title.len);
    return c ? c : (a->title.len > b->title.len) - (a->title.len < b->title.len);
}

// How many met it, of those that went on; what is missed most often first. Nobody went on: no data, never all.
static void requirements(struct page *t, const struct sipoc *s, const struct sipoc_state *st, size_t stage)
{
    const struct sipoc_stage *g = &st->stages[stage];
    const size_t n = sipoc_n_requirements(s, stage);
    struct fault *faults = NULL;
    if (!n) return;
    if (!t->rc) t->rc = analysis_zeroed(&s->base, (void **)&faults, n, sizeof *faults);
    for (size_t i = 0; i < n && !t->rc; i++) faults[i] = (struct fault){i, st->tallies[sipoc_slot(s, stage, SIPOC_REQUIREMENT, i)].visits, sipoc_requirement(s, stage, i)->title};
    if (faults && n > 1) qsort(faults, n, sizeof *faults, most_faults);
    for (size_t i = 0; i < n && !t->rc; i++) {
        const struct stats_interval w = stats_wilson((double)(g->checked - faults[i].n), (double)g->checked);
        begin_line(t, s, stage, "requirement", faults[i].title, g->checked - faults[i].n, share(g->checked - faults[i].n, g->checked));
        cell_na(t);
        cell_share(t, w.lo, 1);
        cell_share(t, w.hi, 1);
        end_line(t, false, 0, 0, 0);
    }
    if (!t->rc) {
        begin_line(t, s, stage, "requirement", (voc_str)VOC_LIT("every one of them"), g->whole, share(g->whole, g->checked));
        no_yield(t);
        end_line(t, false, 0, 0, 0);
    }
    s->base.host->free(s->base.cx, faults);
}

// At most 160 bytes of it, cut between characters.
static int shown(voc_str s)
{
    size_t n = s.len < 160 ? s.len : 160;
    while (n < s.len && n > 0 && ((unsigned char)s.ptr[n] & 0xC0) == 0x80) n--;
    return (int)n;
}

// "1.04 defects a visit that went on": defects per unit and per million opportunities.
static void say_defects(struct page *t, const struct sipoc *s, const struct sipoc_state *st, size_t stage)
{
    const struct sipoc_stage *g = &st->stages[stage];
    const voc_def_stage *d = analysis_stage(&s->base, stage);
    const voc_str title = d->title.len ? d->title : d->id;
    const size_t n = sipoc_n_requirements(s, stage);
    if (!n || !g->checked) return;
    page_notef(t, VOC_NOTE_AFTER, "%.*s: %.2f defects for each visit that went on (DPU), %.0f in a million chances (DPMO).", shown(title), title.ptr, (double)g->defects / (double)g->checked,
               1e6 * (double)g->defects / ((double)g->checked * (double)n));
}

voc_rc sipoc_write(const struct sipoc *s, const struct sipoc_state *st)
{
    struct page t = {0};
    size_t met = 0, declared = 0;
    page_open_in(&t, &s->base, "sipoc", "Suppliers, inputs, process, outputs and customers of each stage", VOC_TABLE_BRIEF, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < s->n_stages; i++) {
        if ((s->only != SIZE_MAX && s->only != i) || !st->stages[i].visits) continue;
        met++;
        declared += sipoc_n_inputs(s, i) + sipoc_n_requirements(s, i);
        suppliers(&t, s, st, i);
        inputs(&t, s, st, i);
        process(&t, s, st, i);
        outputs(&t, s, st, i);
        customers(&t, s, st, i);
        requirements(&t, s, st, i);
    }
    page_say(&t, "A visit is a stay in the stage; went on: of the visits that are over. At most %u lines of a part, the most frequent first, then by name. Drafted from events.", LINES_MAX);
    for (size_t i = 0; i < s->n_stages; i++)
        if (s->only == SIZE_MAX || s->only == i) say_defects(&t, s, st, i);
    if (!declared) page_notef(&t, VOC_NOTE_AFTER, "%s", "The journey declares no inputs and requirements (<input>, <requirement> of a stage): no data, which is not the same as all right.");
    if (s->n_stages < 5 || s->n_stages > 7) page_notef(&t, VOC_NOTE_AFTER, "A SIPOC is easiest to work with at five to seven steps; this journey has %zu stages.", s->n_stages);
    if (s->base.info->actor_assumed) page_notef(&t, VOC_NOTE_ASSUMED, "%s", "Where a source does not say who acted, the customer is taken to have acted.");
    page_notef(&t, VOC_NOTE_NEXT, "%s", met ? "voc map PROJECT -o map.svg draws the journey | voc stages PROJECT says how long each stage takes" : "voc stages PROJECT says which definitions fit nothing");
    return t.rc;
}
