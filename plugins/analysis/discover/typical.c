// SPDX-License-Identifier: MIT
//
// The tables of the typical journey: `typical`, a line of steps for each kind of customer; `typical_steps`, step by step; `alternatives`,
// beside the most frequent way.
#include <stdio.h>
#include <string.h>

#include "plugins/analysis/discover/discover.h"
#include "plugins/common/format.h"
#include "plugins/common/show.h"

#define SHOWN_ENDS 4u  // of a long way: so many steps at its beginning and at its end
#define SHOWN_MOST 10u
#define STEP_ROOM (FORMAT_MAX + 8)

struct groups {
    const struct journeys *all;
    struct typical *of;  // by group
    size_t n;
};

static const char *group_title(const struct discover *d)
{
    return d->options[OPT_BY].i == BY_SEGMENT ? "segment" : d->options[OPT_BY].i == BY_OUTCOME ? "ended as" : "journeys of";
}

void put_node(struct page *s, const struct journeys *all, uint32_t rank)
{
    const struct walk *w = &all->d->w;
    const uint32_t node = all->of_rank[rank];
    const voc_str name = walk_name(w, node);
    char text[400];
    if (!walk_kind(w, node)[0]) {
        cell_str(s, name);
        return;
    }
    snprintf(text, sizeof text, "%s%.*s", walk_kind(w, node), SHOW_AT_MOST(name, 300));
    cell_text(s, text);
}

// "view-home > 12 d > unsubscribe"; without times where there are none. What is left out in the middle is counted.
static void way_text(struct page *s, const struct journeys *all, const struct medoid_way *way, const int64_t *half, bool whole)
{
    const struct walk *w = &all->d->w;
    const bool cut = !whole && way->n > SHOWN_MOST;
    size_t room = 64, n = 0;
    for (uint32_t i = 0; i < way->n; i++)
        room += strlen(walk_kind(w, all->of_rank[way->node[i]])) + walk_name(w, all->of_rank[way->node[i]]).len + STEP_ROOM;
    char *text = w->host->alloc(w->cx, room), took[FORMAT_MAX];
    if (!text) {
        s->rc = s->rc ? s->rc : VOC_E_NOMEM;
        return;
    }
    for (uint32_t i = 0; i < way->n; i++) {
        const uint32_t node = all->of_rank[way->node[i]];
        if (cut && i >= SHOWN_ENDS && i < way->n - SHOWN_ENDS) {
            if (i == SHOWN_ENDS) n += (size_t)snprintf(text + n, room - n, " > ... %u more ...", way->n - 2 * SHOWN_ENDS);
            continue;
        }
        if (i && half && half[i] != VOC_NA) format_duration(took, sizeof took, half[i]);
        if (i) n += (size_t)(half && half[i] != VOC_NA ? snprintf(text + n, room - n, " > %s > ", took) : snprintf(text + n, room - n, " > "));
        n += (size_t)snprintf(text + n, room - n, "%s%.*s", walk_kind(w, node), (int)walk_name(w, node).len, walk_name(w, node).ptr);
    }
    cell_str(s, (voc_str){text, n});
    w->host->free(w->cx, text);
}

static const char *followed(const struct walk *w)
{
    static const char *const what[] = {"what customers did", "what the company did to customers", "what customers did and what the company did to them"};
    return what[w->what];
}

static const char *journey_is(const struct walk *w)
{
    return w->episodes                     ? "a journey lasts from the act that opens a stage to its end"
           : w->def->unit == VOC_UNIT_CASE ? "each case is one journey"
                                           : "all of one customer is one journey";
}

// ---- typical ----------------------------------------------------------------------------------------------------------------------

static void say_left_out(struct page *s, const struct state *st, const struct groups *p)
{
    char n[FORMAT_MAX];
    uint64_t all = 0, measured = 0;
    for (size_t g = 0; g < p->n; g++) all += p->of[g].ways, measured += p->of[g].candidates;
    if (st->walker.counts[WALK_CUT]) {
        format_integer(n, sizeof n, (int64_t)st->walker.counts[WALK_CUT], false);
        page_notef(s, VOC_NOTE_AFTER,
                   st->walker.counts[WALK_CUT] == 1 ? "%s journey began before the data do and is left out."
                                                    : "%s journeys began before the data do and are left out.",
                   n);
    }
    if (measured < all)
        page_notef(s, VOC_NOTE_AFTER,
                   "There are too many different ways to compare each with each: the typical one is the best of the "
                   "most frequent ones and of a sample of the others, %.0f %% of all.",
                   100.0 * (double)measured / (double)all);
    if (p->all->d->w.collapse) page_notef(s, VOC_NOTE_AFTER, "The same thing several times in a row is counted once; --collapse=no counts every one.");
}

static voc_rc write_typical(const struct groups *p, const struct state *st)
{
    const struct discover *d = p->all->d;
    const struct page_column columns[] = {
        {"group", group_title(d), VOC_CELL_TEXT, "", 0, "whose journeys"},
        {"journeys", "journeys", VOC_CELL_INT, "", 0, "how many there are"},
        {"share", "go exactly so", VOC_CELL_SHARE, "", 0, "share of journeys that are this way and no other"},
        {"difference", "others differ in", VOC_CELL_SHARE, "", 0, "mean share of steps to add, leave out or exchange to make a journey of this one"},
        {"ways", "different ways", VOC_CELL_INT, "", VOC_COLUMN_DETAIL, "how many different ways there are"},
        {"median_duration", "half within", VOC_CELL_DURATION, "", 0, "median time from the first to the last step of those that go exactly so"},
        {"way", "typical journey, and half of the times between", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "what is done, and after how long half had gone on from the one to the next"},
    };
    struct page s = {.rc = VOC_OK};
    page_open_in(&s, &d->base, "typical", "The typical journey", VOC_TABLE_BRIEF, columns, sizeof columns / sizeof *columns);
    for (size_t g = 0; g < p->n; g++) {
        const struct typical *t = &p->of[g];
        voc_str name;
        if (!t->journeys) continue;
        group_name(d, g, &name);
        cell_str(&s, name);
        cell_int(&s, t->journeys);
        cell_share(&s, (double)t->best.count / (double)t->journeys, 1);
        cell_share(&s, t->mean, 1);
        cell_int(&s, t->ways);
        cell_lasting(&s, (double)t->half_lasted);
        way_text(&s, p->all, &t->best, t->half, false);
    }
    page_say(&s, "%s; %s; of all ways that customers took, the one to which journeys of the group are nearest", followed(&d->w), journey_is(&d->w));
    say_left_out(&s, st, p);
    page_notef(&s, VOC_NOTE_NEXT,
               "voc discover PROJECT --table typical_steps shows each step; --by outcome tells won and lost "
               "journeys apart; voc variants PROJECT shows all ways");
    return s.rc;
}

static voc_rc write_steps(const struct groups *p)
{
    const struct discover *d = p->all->d;
    const struct page_column columns[] = {
        {"group", group_title(d), VOC_CELL_TEXT, "", 0, "whose journeys"},
        {"step", "step", VOC_CELL_INT, "", 0, "number of the step on the typical way"},
        {"action", "what is done", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "the step"},
        {"journeys", "journeys", VOC_CELL_INT, "", 0, "journeys of the group in which it is done at all"},
        {"share", "of all", VOC_CELL_SHARE, "", 0, "share of them"},
        {"followed", "followed so", VOC_CELL_INT, "", 0, "how often it came at once after the step before it, in all journeys of the group"},
        {"median_gap", "half within", VOC_CELL_DURATION, "", 0, "median time since the step before it, where it came at once after it"},
    };
    struct page s = {.rc = VOC_OK};
    page_open_in(&s, &d->base, "typical_steps", "The typical journey, step by step", 0, columns, sizeof columns / sizeof *columns);
    for (size_t g = 0; g < p->n; g++) {
        const struct typical *t = &p->of[g];
        voc_str name;
        group_name(d, g, &name);
        for (uint32_t i = 0; i < t->best.n; i++) {
            cell_str(&s, name);
            cell_int(&s, i + 1);
            put_node(&s, p->all, t->best.node[i]);
            cell_int(&s, t->reach[i]);
            cell_share(&s, (double)t->reach[i] / (double)t->journeys, 1);
            if (i) cell_int(&s, t->times[i]);
            else cell_na(&s);
            if (i) cell_lasting(&s, (double)t->half[i]);
            else cell_na(&s);
        }
    }
    page_say(&s, "%s; %s; in the order of the steps", followed(&d->w), journey_is(&d->w));
    return s.rc;
}

static void alternative(struct page *s, const struct groups *p, size_t g, const char *rule, const struct medoid_way *way, double mean)
{
    voc_str name;
    group_name(p->all->d, g, &name);
    cell_str(s, name);
    cell_text(s, rule);
    cell_int(s, way->count);
    cell_share(s, (double)way->count / (double)p->of[g].journeys, 1);
    cell_real(s, mean, 4);
    cell_int(s, way->n);
    way_text(s, p->all, way, NULL, true);
}

static voc_rc write_alternatives(const struct groups *p)
{
    const struct discover *d = p->all->d;
    const struct page_column columns[] = {
        {"group", group_title(d), VOC_CELL_TEXT, "", 0, "whose journeys"},
        {"rule", "chosen as", VOC_CELL_TEXT, "", 0, "nearest: the typical journey; most frequent: the way that most journeys took"},
        {"journeys", "journeys", VOC_CELL_INT, "", 0, "that took exactly this way"},
        {"share", "of all", VOC_CELL_SHARE, "", 0, "share of the journeys of the group"},
        {"mean_distance", "difference", VOC_CELL_REAL, "", 0, "mean edit distance to all journeys of the group, each divided by the length of the longer"},
        {"length", "steps", VOC_CELL_INT, "", 0, "how many things were done"},
        {"way", "way", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "what was done, in order"},
    };
    struct page s = {.rc = VOC_OK};
    page_open_in(&s, &d->base, "alternatives", "The typical journey and the most frequent one", 0, columns, sizeof columns / sizeof *columns);
    for (size_t g = 0; g < p->n; g++) {
        const struct typical *t = &p->of[g];
        if (!t->journeys) continue;
        alternative(&s, p, g, "nearest", &t->best, t->mean);
        alternative(&s, p, g, "most frequent", &t->frequent, t->mean_of_frequent);
    }
    page_say(&s, "%s; %s; equally near: the more frequent, the shorter, the first by name", followed(&d->w), journey_is(&d->w));
    return s.rc;
}

voc_rc typical_tables(const struct journeys *all, const struct state *st)
{
    struct groups p = {.all = all, .n = groups_of(all->d)};
    voc_rc rc = analysis_zeroed(&all->d->base, (void **)&p.of, p.n, sizeof *p.of);
    for (size_t g = 0; g < p.n && !rc; g++) rc = typical_find(&p.of[g], all, g);
    if (!rc) rc = write_typical(&p, st);
    if (!rc) rc = write_steps(&p);
    if (!rc) rc = write_alternatives(&p);
    if (!rc) rc = map_table(all, p.of, p.n);
    for (size_t g = 0; p.of && g < p.n; g++) typical_done(&p.of[g], all->d);
    all->d->base.host->free(all->d->base.cx, p.of);
    return rc;
}
