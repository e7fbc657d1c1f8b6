// SPDX-License-Identifier: MIT
//
// The one table of a funnel: a row for each stage or step, of all and, if asked for, of each segment.
#include <stdio.h>

#include "plugins/analysis/funnel/funnel.h"
#include "plugins/common/figure/declare.h"
#include "plugins/common/format.h"
#include "plugins/common/page.h"
#include "plugins/common/show.h"

#define SHOW(s) SHOW_AT_MOST(s, 80)

static const struct funnel *of(const struct page *p) { return p->of; }

static void median(struct page *p, struct gathered *times_us)
{
    bool halved;
    const int64_t us = gathered_median(times_us, 0, 0, &halved);
    cell_duration(p, us);
}

// ---- stages -------------------------------------------------------------------------------------------------------------------

static void stage_columns(struct page *p)
{
    if (of(p)->by_segment) page_column(p, "segment", "segment", VOC_CELL_TEXT, "", 0, "of the journey when it began; all: whatever the segment");
    page_column(p, "title", "stage", VOC_CELL_TEXT, "", 0, "in the order of the definition");
    page_column(p, "journeys", "journeys", VOC_CELL_INT, "", 0, "journeys that came to this stage: entered it or passed over it");
    page_column(p, "share_before", "of the stage before", VOC_CELL_SHARE, "", 0, "of the journeys that came to the stage before");
    page_column(p, "share_all", "of all", VOC_CELL_SHARE, "", 0, "of all journeys that began");
    page_column(p, "entered", "entered", VOC_CELL_INT, "", 0, "stays begun, the entries of voc stages; a journey can enter a stage again");
    page_column(p, "passed", "passed", VOC_CELL_INT, "", VOC_COLUMN_DETAIL, "moves that skipped this stage");
    page_column(p, "advanced", "moved on", VOC_CELL_INT, "", 0, "stays that ended by entering a later stage");
    page_column(p, "backward", "back", VOC_CELL_INT, "", VOC_COLUMN_DETAIL, "stays that ended by a backward move");
    page_column(p, "exits", "exits", VOC_CELL_INT, "", 0, "stays that ended by an exit: won, lost, disqualified");
    page_column(p, "lapsed", "lapsed", VOC_CELL_INT, "", 0, "stays that ended because the customer fell silent");
    page_column(p, "open", "open", VOC_CELL_INT, "", 0, "still there at the end of observation");
    page_column(p, "median_next", "half moved on within", VOC_CELL_DURATION, "s", 0, "of the stays that moved on and whose beginning was observed: half took at most this time");
    page_column(p, "stage", "id", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "of the stage, in the journey");
}

static voc_str stage_title(const struct funnel *f, size_t k)
{
    const voc_def_stage *g = analysis_stage(&f->base, k);
    return g->title.len ? g->title : g->id;
}

static void stage_rows(struct page *p, struct funnel_line *lines, const voc_str *segment)
{
    const struct funnel *f = of(p);
    for (size_t k = 0; k < f->n_lines; k++) {
        const uint64_t *n = lines[k].n;
        if (segment) cell_str(p, *segment);
        cell_str(p, stage_title(f, k));
        cell_int(p, n[FUNNEL_REACHED]);
        cell_part(p, n[FUNNEL_REACHED], k ? lines[k - 1].n[FUNNEL_REACHED] : 0);
        cell_part(p, n[FUNNEL_REACHED], lines[0].n[FUNNEL_REACHED]);
        for (size_t c = FUNNEL_ENTERED; c < FUNNEL_COUNTS; c++) cell_int(p, n[c]);
        median(p, &lines[k].times_us);
        cell_str(p, analysis_stage(&f->base, k)->id);
    }
}

static void stage_words(struct page *p, const struct funnel_state *s, const struct funnel_line *all)
{
    const struct funnel *f = of(p);
    char words[500];
    size_t worst = SIZE_MAX;
    snprintf(words, sizeof words,
             "%llu %s, %llu without a stage, %llu journeys; entered = moved on + back + exits + lapsed + open. "
             "Journey %.*s, version %.*s.",
             (unsigned long long)s->units, analysis_unit_word(&f->base, s->units != 1), (unsigned long long)s->without,
             (unsigned long long)all[0].n[FUNNEL_REACHED], SHOW(f->base.def->id), SHOW(f->base.def->version));
    page_semantics(p, words);
    for (size_t k = 1; k < f->n_lines; k++) {
        const uint64_t from = all[k - 1].n[FUNNEL_REACHED], to = all[k].n[FUNNEL_REACHED];
        if (from > to && (worst == SIZE_MAX || from - to > all[worst].n[FUNNEL_REACHED] - all[worst + 1].n[FUNNEL_REACHED])) worst = k - 1;
    }
    if (all[0].n[FUNNEL_REACHED] == 0) {
        page_note(p, VOC_NOTE_NEXT, "No journey has begun: voc stages PROJECT says which definitions fit nothing.");
        return;
    }
    if (worst == SIZE_MAX) {
        page_note(p, VOC_NOTE_NEXT, "voc stages PROJECT says how long each stage takes");
        return;
    }
    snprintf(words, sizeof words, "Most stay behind in %.*s: %llu of the %llu journeys that came to it have not come further.", SHOW(stage_title(f, worst)),
             (unsigned long long)(all[worst].n[FUNNEL_REACHED] - all[worst + 1].n[FUNNEL_REACHED]), (unsigned long long)all[worst].n[FUNNEL_REACHED]);
    page_note(p, VOC_NOTE_AFTER, words);
    snprintf(words, sizeof words, "voc explain PROJECT %.*s | voc score PROJECT", SHOW(analysis_stage(&f->base, worst)->id));
    page_note(p, VOC_NOTE_NEXT, words);
}

// ---- steps --------------------------------------------------------------------------------------------------------------------

static void step_columns(struct page *p)
{
    const struct funnel *f = of(p);
    const bool any = f->order == FUNNEL_ANY;
    char help[200];
    if (f->by_segment) page_column(p, "segment", "segment", VOC_CELL_TEXT, "", 0, "at the first step; all: whatever the segment");
    page_column(p, "step", "step", VOC_CELL_TEXT, "", 0, any ? "as they were asked for; they may come in whatever order" : "in the order that was asked for");
    snprintf(help, sizeof help, "%s that made this step and all before it%s", analysis_unit_word(&f->base, true), f->n_links < f->n_lines ? " that may not be left out" : "");
    page_column(p, "units", analysis_unit_word(&f->base, true), VOC_CELL_INT, "", 0, help);
    page_column(p, "share_first", "of the first", VOC_CELL_SHARE, "", 0, "of those who made the first step");
    page_column(p, "share_before", any ? "of all above" : "of the step before", VOC_CELL_SHARE, "", 0,
                any ? "of those who made all steps above it" : "of those who made the step before that may not be left out");
    page_column(p, "lost", "lost before it", VOC_CELL_INT, "", 0, "made the step before, but not this one");
    if (f->instead.len) page_column(p, "instead", "went elsewhere", VOC_CELL_INT, "", 0, "made the step before and not this one, but what --or names");
    page_column(p, "median_time", "half took at most", VOC_CELL_DURATION, "s", 0,
                any                       ? "from the first of the steps so far to the last of them, of those who made them"
                : f->n_links < f->n_lines ? "from the step before that may not be left out, of those who made it"
                                          : "from the step before, of those who made it");
}

static void step_rows(struct page *p, struct funnel_line *lines, const voc_str *segment)
{
    const struct funnel *f = of(p);
    for (size_t i = 0; i < f->n_lines; i++) {
        const struct funnel_step *step = &f->step[i];
        const struct funnel_line *before = step->optional ? &lines[f->line_of[step->link]] : i ? &lines[f->line_of[step->link - 1]] : NULL;
        const uint64_t n = lines[i].n[FUNNEL_REACHED];
        if (segment) cell_str(p, *segment);
        cell_str(p, step->text);
        cell_int(p, n);
        cell_part(p, n, lines[0].n[FUNNEL_REACHED]);
        cell_part(p, n, before ? before->n[FUNNEL_REACHED] : 0);
        if (before && !step->optional) cell_int(p, before->n[FUNNEL_REACHED] - n);
        else cell_na(p);
        if (f->instead.len && before && !step->optional) cell_int(p, before->n[FUNNEL_INSTEAD]);
        else if (f->instead.len) cell_na(p);
        median(p, &lines[i].times_us);
    }
}

// What counts, of one unit.
static void rules(const struct funnel *f, char *to, size_t size)
{
    char within[FORMAT_MAX + 60] = "at any time", time[FORMAT_MAX];
    const bool any = f->order == FUNNEL_ANY;
    if (f->within_us != FUNNEL_ANY_TIME) {
        format_duration(time, sizeof time, (int64_t)f->within_us);
        snprintf(within, sizeof within, any ? "all within %s" : "within %s of the first step", time);
    }
    size_t at = (size_t)snprintf(to, size, "the steps in %s order, %s", any ? "whatever" : "this", within);
    if (f->windows) at += (size_t)snprintf(to + at, size - at, ", each within its time of the step before");
    if (f->order == FUNNEL_STRICT) at += (size_t)snprintf(to + at, size - at, ", no other event of the steps between");
    if (f->order == FUNNEL_EXACT) at += (size_t)snprintf(to + at, size - at, ", nothing else that was done between");
    if (f->excluded.len) at += (size_t)snprintf(to + at, size - at, ", none of what --not names between");
    else if (f->order == FUNNEL_ORDERED) at += (size_t)snprintf(to + at, size - at, ", other events may lie between");
    if (f->n_links < f->n_lines) at += (size_t)snprintf(to + at, size - at, ", those with a ? may be left out and change no other row");
    snprintf(to + at, size - at, any ? "; of each %s the steps from the first row on that it made all of, each with an event of its own, as soon as they were complete"
                                     : "; of each %s the longest run of steps from any first step counts, of several the one complete first", analysis_unit_word(&f->base, false));
}

static void step_words(struct page *p, const struct funnel_state *s, const struct funnel_line *all)
{
    const struct funnel *f = of(p);
    char words[FORMAT_MAX + 700];
    rules(f, words, sizeof words);
    page_say(p, "%llu %s, %llu without the first step; %s; of events at one time the project's order decides.",
             (unsigned long long)s->units, analysis_unit_word(&f->base, s->units != 1), (unsigned long long)s->without, words);
    if (f->base.info->n_set_aside) page_notef(p, VOC_NOTE_AFTER, "%llu events at or after the end of observation are set aside.", (unsigned long long)f->base.info->n_set_aside);
    if (all[f->line_of[f->n_links - 1]].n[FUNNEL_REACHED] == 0)
        page_note(p, VOC_NOTE_NEXT,
                  f->order == FUNNEL_ANY
                      ? "Nobody made all of them: try fewer of them | voc sql PROJECT \"SELECT action, count(*) AS n FROM "
                        "event GROUP BY action ORDER BY n DESC\""
                      : "Nobody made all of them: try them in another order, or fewer of them | voc sql PROJECT \"SELECT "
                        "action, count(*) AS n FROM event GROUP BY action ORDER BY n DESC\"");
    else if (f->within_us == FUNNEL_ANY_TIME)
        page_note(p, VOC_NOTE_NEXT,
                  f->order == FUNNEL_ANY ? "Add --within 30d to count only what was all done within 30 days."
                                         : "Add --within 30d to count only what followed within 30 days of the first step.");
    else if (!f->by_segment && f->base.def->n_segments > 1) page_note(p, VOC_NOTE_NEXT, "Add --by segment to compare the segments of the journey.");
    else page_note(p, VOC_NOTE_NEXT, "voc sessions PROJECT shows how visits begin and end");
}

// ---- the table ----------------------------------------------------------------------------------------------------------------

static voc_rc add_up(const struct funnel *f, const struct funnel_state *s, struct funnel_line *all)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < f->n_segments * f->n_lines && !rc; i++) {
        struct funnel_line *to = &all[i % f->n_lines];
        for (size_t k = 0; k < FUNNEL_COUNTS; k++) to->n[k] += s->lines[i].n[k];
        rc = gathered_join(f->base.host, f->base.cx, &to->times_us, &s->lines[i].times_us);
    }
    return rc;
}

static void picture(struct page *p)
{
    static const voc_figure_part of_stages[] = {FIGURE_PART(VOC_AS_LABEL, "title"), FIGURE_PART(VOC_AS_COUNT, "journeys"), FIGURE_PART(VOC_AS_SHARE, "share_all"), FIGURE_PART(VOC_AS_SERIES, "segment")};
    static const voc_figure_part of_steps[] = {FIGURE_PART(VOC_AS_LABEL, "step"), FIGURE_PART(VOC_AS_COUNT, "units"), FIGURE_PART(VOC_AS_SHARE, "share_first"), FIGURE_PART(VOC_AS_SERIES, "segment")};
    static const voc_figure_part with_optional[] = {FIGURE_PART(VOC_AS_LABEL, "step"), FIGURE_PART(VOC_AS_COUNT, "units"), FIGURE_PART(VOC_AS_SHARE, "share_first"), FIGURE_PART(VOC_AS_VALUE, "lost"), FIGURE_PART(VOC_AS_SERIES, "segment")};
    const struct funnel *f = of(p);
    const bool optional = !f->of_stages && f->n_links < f->n_lines;
    const voc_figure_part *parts = f->of_stages ? of_stages : optional ? with_optional : of_steps;
    char words[400];
    snprintf(words, sizeof words,
             f->of_stages ? "Each bar: the journeys that came to a stage or beyond it, and their share of all. Between two bars: "
                            "how many have not come further."
                          : "Each bar: the %s that made a step and all before it, and their share of those who made the first. "
                            "Between two bars: how many did not go on.%s",
             analysis_unit_word(&f->base, true), optional ? " A step with a ? may be left out: nobody is lost there." : "");
    if (!p->rc)
        p->rc = figure_declare(f->base.host, p->t, VOC_FIGURE_FUNNEL,
                               f->of_stages ? "How far journeys come" : "How many make each step", words, parts,
                               (optional ? 4u : 3u) + f->by_segment, 0, 0);
}

voc_rc funnel_write(const struct funnel *f, struct funnel_state *s)
{
    static const voc_str everybody = {"all", 3};
    struct page p = {.host = f->base.host, .run = f->base.run, .of = f};
    struct funnel_line *all = f->base.host->alloc(f->base.cx, f->n_lines * sizeof *all);
    if (!all) return VOC_E_NOMEM;
    memset(all, 0, f->n_lines * sizeof *all);
    p.rc = add_up(f, s, all);
    if (!p.rc) p.rc = f->base.host->table(f->base.run, &p.t, "funnel", f->of_stages ? "How far journeys come" : "How many make each step", VOC_TABLE_BRIEF);
    (f->of_stages ? stage_columns : step_columns)(&p);
    (f->of_stages ? stage_rows : step_rows)(&p, all, f->by_segment ? &everybody : NULL);
    for (size_t i = 0; f->by_segment && i < f->n_segments; i++)
        if (s->lines[i * f->n_lines].n[FUNNEL_REACHED])
            (f->of_stages ? stage_rows : step_rows)(&p, s->lines + i * f->n_lines, &f->base.def->segments[i]);
    picture(&p);
    (f->of_stages ? stage_words : step_words)(&p, s, all);
    if (f->base.info->actor_assumed && f->of_stages) page_note(&p, VOC_NOTE_ASSUMED, "Where a source does not say who acted, the customer is taken to have acted.");
    for (size_t k = 0; k < f->n_lines; k++) gathered_done(f->base.host, f->base.cx, &all[k].times_us);
    f->base.host->free(f->base.cx, all);
    return p.rc;
}
