// SPDX-License-Identifier: MIT
//
// How long stages take (METHODS 4.6): `dwell` for all customers and for each segment, `incidence` of moving on and of leaving at the times
// of --at, `curves` for pictures. Stays that began before the data do, or before their unit was known, have no known beginning and are
// left out; who is still there counts as not yet gone.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plugins/analysis/discover/discover.h"
#include "plugins/common/format.h"
#include "plugins/common/stats.h"
#include "plugins/common/survival.h"

#define THIN 0.0025  // a curve is written where it has changed by so much
#define EXAMPLE_LEAST 10u  // stays of a segment that a sentence is about

struct line {  // of a stage, and all (segment VOC_NONE) or one segment
    size_t stage;
    uint32_t segment;
    uint64_t n, open;
    double median, lo, hi, quarter, three_quarters;
    double to_advance, to_leave;  // at the last time of --at
    double over;                  // takes longer than the target of the stage
};

struct dwell {
    const struct journeys *all;
    const struct discover *d;
    size_t n_segments;             // that are told apart: 0 where there is only one
    struct line *lines;
    size_t n_lines;
    double *p, *adjusted;          // of each stage: whether segments differ
    bool targets;                  // some stage has one
    struct page incidence, curves;
    struct survival_case *cases, *part;
    struct survival_step *steps;
};

static void segment_text(struct page *s, const struct dwell *w, uint32_t segment)
{
    if (segment == VOC_NONE) cell_text(s, "all");
    else cell_str(s, w->d->base.def->segments[segment]);
}

static int64_t target_of(const struct dwell *w, size_t stage)
{
    bool working;
    return analysis_target(&w->d->base, stage, &working);
}

// ---- curves and incidence ---------------------------------------------------------------------------------------------------------

// At a time behind which nobody was seen, nothing is known, unless all had left before.
static double at_time(const struct survival_case *cases, size_t n, const struct survival_step *steps, size_t k, int64_t time, bool advance)
{
    const struct survival_step *s = survival_at(steps, k, time);
    if (time > cases[n - 1].time && !(s && s->stay <= 0)) return NAN;
    return !s ? 0 : advance ? s->to_advance : s->to_leave;
}

static void write_incidence(struct dwell *w, const struct line *l, const struct survival_case *cases, const struct survival_step *steps, size_t k)
{
    struct page *s = &w->incidence;
    for (size_t i = 0; i < w->d->n_at; i++) {
        const int64_t time = w->d->at[i];
        const double advance = at_time(cases, l->n, steps, k, time, true), leave = at_time(cases, l->n, steps, k, time, false);
        uint64_t risk = 0;
        for (size_t c = (size_t)l->n; c > 0 && cases[c - 1].time >= time; c--) risk++;
        cell_str(s, stage_title(w->d, l->stage));
        segment_text(s, w, l->segment);
        cell_lasting(s, (double)time);
        cell_share(s, advance, 1);
        cell_share(s, leave, 1);
        cell_share(s, 1 - advance - leave < 0 ? 0 : 1 - advance - leave, 1);
        cell_int(s, risk);
        cell_int(s, l->n);
        cell_str(s, stage_name(w->d, l->stage));
    }
}

static void curve_row(struct dwell *w, const struct line *l, const char *series, const struct survival_step *step)
{
    struct page *s = &w->curves;
    cell_text(s, series);
    cell_str(s, stage_title(w->d, l->stage));
    segment_text(s, w, l->segment);
    cell_real(s, (double)step->time / 86400e6, 3);
    cell_int(s, step->at_risk);
    cell_int(s, step->advanced);
    cell_int(s, step->left);
    cell_share(s, step->stay, 1);
    cell_share(s, step->lo, 1);
    cell_share(s, step->hi, 1);
    cell_share(s, step->to_advance, 1);
    cell_share(s, step->to_leave, 1);
    cell_str(s, stage_name(w->d, l->stage));
}

static void write_curve(struct dwell *w, const struct line *l, const struct survival_step *steps, size_t k)
{
    double told = 1;
    char series[400], stage[160], segment[160];
    if (w->n_segments)
        snprintf(series, sizeof series, "%s, %s", text_of(stage, sizeof stage, stage_name(w->d, l->stage)),
                 l->segment == VOC_NONE ? "all" : text_of(segment, sizeof segment, w->d->base.def->segments[l->segment]));
    else text_of(series, sizeof series, stage_name(w->d, l->stage));
    if (k && steps[0].time > 0) curve_row(w, l, series, &(struct survival_step){.at_risk = l->n, .stay = 1, .lo = NAN, .hi = NAN}); // at first all are there
    for (size_t i = 0; i < k; i++) {
        if (i && i + 1 < k && told - steps[i].stay < THIN) continue;
        told = steps[i].stay;
        curve_row(w, l, series, &steps[i]);
    }
}

static void measure(struct dwell *w, size_t stage, uint32_t segment, const struct survival_case *cases, size_t n)
{
    struct line *l = &w->lines[w->n_lines++];
    *l = (struct line){.stage = stage, .segment = segment, .n = n, .to_advance = NAN, .to_leave = NAN, .over = NAN};
    l->median = l->lo = l->hi = l->quarter = l->three_quarters = NAN;
    if (!n) return;
    const size_t k = survival_curve(w->steps, cases, n);
    for (size_t i = 0; i < n; i++) l->open += cases[i].status == SURVIVAL_STAYED;
    l->median = survival_quantile(w->steps, k, 0.5, SURVIVAL_CURVE);
    l->lo = survival_quantile(w->steps, k, 0.5, SURVIVAL_LOWER);
    l->hi = survival_quantile(w->steps, k, 0.5, SURVIVAL_UPPER);
    l->quarter = survival_quantile(w->steps, k, 0.75, SURVIVAL_CURVE);
    l->three_quarters = survival_quantile(w->steps, k, 0.25, SURVIVAL_CURVE);
    if (target_of(w, stage) != VOC_NA) l->over = survival_beyond(w->steps, k, cases, n, target_of(w, stage));
    if (w->d->n_at) l->to_advance = at_time(cases, n, w->steps, k, w->d->at[w->d->n_at - 1], true);
    if (w->d->n_at) l->to_leave = at_time(cases, n, w->steps, k, w->d->at[w->d->n_at - 1], false);
    write_incidence(w, l, cases, w->steps, k);
    write_curve(w, l, w->steps, k);
}

static void measure_stage(struct dwell *w, size_t stage)
{
    size_t n = 0;
    for (size_t i = 0; i < w->all->n_stays; i++) {
        const struct stay *s = &w->all->stays[i];
        if (s->stage == stage && stay_is_whole(s)) w->cases[n++] = (struct survival_case){s->dwell_us, stay_status(w->d, s), s->segment};
    }
    survival_sort(w->cases, n);
    measure(w, stage, VOC_NONE, w->cases, n);
    w->p[stage] = NAN;
    if (!w->n_segments) return;
    for (uint32_t g = 0; g < w->n_segments; g++) {
        size_t k = 0;
        for (size_t i = 0; i < n; i++)
            if (w->cases[i].group == g) w->part[k++] = w->cases[i];
        if (k) measure(w, stage, g, w->part, k);
    }
    struct survival_logrank r;
    survival_logrank(&r, w->cases, n, w->n_segments);
    w->p[stage] = r.p;
}

// ---- the table ----------------------------------------------------------------------------------------------------------------------

static void between(char *to, size_t size, double lo, double hi)
{
    char a[FORMAT_MAX], b[FORMAT_MAX];
    if (isnan(lo)) {
        snprintf(to, size, "%s", "");
        return;
    }
    format_duration(a, sizeof a, (int64_t)lo);
    if (!isnan(hi)) format_duration(b, sizeof b, (int64_t)hi);
    snprintf(to, size, "%s to %s", a, isnan(hi) ? "?" : b);
}

static void write_line(struct page *s, const struct dwell *w, const struct line *l)
{
    char range[2 * FORMAT_MAX + 8];
    cell_str(s, stage_title(w->d, l->stage));
    segment_text(s, w, l->segment);
    cell_int(s, l->n);
    cell_int(s, l->open);
    cell_lasting(s, l->quarter);
    cell_lasting(s, l->median);
    between(range, sizeof range, l->lo, l->hi);
    cell_text(s, range);
    cell_lasting(s, l->lo);
    cell_lasting(s, l->hi);
    cell_lasting(s, l->three_quarters);
    cell_duration(s, target_of(w, l->stage));
    cell_share(s, l->over, 1);
    cell_share(s, l->to_advance, 1);
    cell_share(s, l->to_leave, 1);
    cell_real(s, l->segment == VOC_NONE ? w->p[l->stage] : NAN, 4);
    cell_real(s, l->segment == VOC_NONE ? w->adjusted[l->stage] : NAN, 4);
    cell_str(s, stage_name(w->d, l->stage));
}

// The segments of a stage that take least and most time, in words, where they differ by more than chance.
static void say_difference(struct page *s, const struct dwell *w, size_t stage)
{
    const struct line *fast = NULL, *slow = NULL;
    char a[FORMAT_MAX], b[FORMAT_MAX], name[3][160];
    if (!(w->adjusted[stage] <= 0.05)) return;
    for (size_t i = 0; i < w->n_lines; i++) {
        const struct line *l = &w->lines[i];
        if (l->stage != stage || l->segment == VOC_NONE || l->n < EXAMPLE_LEAST || isnan(l->median)) continue;
        if (!fast || l->median < fast->median) fast = l;
        if (!slow || l->median > slow->median) slow = l;
    }
    if (!fast || fast == slow || !(fast->median < slow->median)) return;
    format_duration(a, sizeof a, (int64_t)fast->median);
    format_duration(b, sizeof b, (int64_t)slow->median);
    page_notef(s, VOC_NOTE_AFTER, "%s is left sooner by %s (half within %s) than by %s (%s): more than chance makes.",
               text_of(name[0], sizeof name[0], stage_title(w->d, stage)),
               text_of(name[1], sizeof name[1], w->d->base.def->segments[fast->segment]), a,
               text_of(name[2], sizeof name[2], w->d->base.def->segments[slow->segment]), b);
}

static void open_dwell(struct page *s, const struct dwell *w, const char *name, const char *title, uint32_t flags)
{
    char moved[96] = "moved on", gone[96] = "left otherwise", took[FORMAT_MAX];
    if (w->d->n_at) {
        format_duration(took, sizeof took, w->d->at[w->d->n_at - 1]);
        snprintf(moved, sizeof moved, "moved on within %.60s", took);
        snprintf(gone, sizeof gone, "left within %.60s", took);
    }
    const uint32_t target = w->targets ? 0 : PAGE_CHECK;
    const struct page_column columns[] = {
        STAGE_TITLE,
        {"segment", "segment", VOC_CELL_TEXT, "", PAGE_CHECK, "of the customer when the stage was entered; all: whatever the segment"},
        {"stays", "stays", VOC_CELL_INT, "", 0, "stays in the stage whose beginning is known"},
        {"open", "still there", VOC_CELL_INT, "", 0, "of these not over when the data end"},
        {"quarter", "a quarter within", VOC_CELL_DURATION, "", VOC_COLUMN_DETAIL, "time after which a quarter have gone on or left; - where not reached"},
        {"median", "half within", VOC_CELL_DURATION, "", 0, "time after which half have gone on or left; - where not reached"},
        {"range", "certain to", VOC_CELL_TEXT, "", VOC_COLUMN_RIGHT | VOC_COLUMN_DETAIL, "the range in which that time lies, at 95 %; ?: not reached"},
        {"median_lo", "from", VOC_CELL_DURATION, "", PAGE_CHECK, "lower end of the range"},
        {"median_hi", "to", VOC_CELL_DURATION, "", PAGE_CHECK, "upper end of the range; - where not reached"},
        {"three_quarters", "three quarters within", VOC_CELL_DURATION, "", VOC_COLUMN_DETAIL, "time after which three quarters have gone on or left; - where not reached"},
        {"target", "should take", VOC_CELL_DURATION, "", target, "the time that the journey sets as its target"},
        {"over_target", "take longer", VOC_CELL_SHARE, "", target, "share that takes longer than the target, who is still there counting as not yet gone (Kaplan and Meier); - where nobody was seen for so long"},
        {"moved_on", moved, VOC_CELL_SHARE, "", 0, "share that has moved on to a later stage, or won, by the last time of --at"},
        {"left", gone, VOC_CELL_SHARE, "", 0, "share that has left another way (ended, fell silent, went back) by then"},
        {"p", "p", VOC_CELL_REAL, "", PAGE_CHECK, "chance of such a difference between segments if there were none (log-rank test)"},
        {"p_adjusted", "p adjusted", VOC_CELL_REAL, "", PAGE_CHECK, "the same, for all stages looked at together (Benjamini-Hochberg)"},
        STAGE_ID,
    };
    page_open_in(s, &w->d->base, name, title, flags, columns, sizeof columns / sizeof *columns);
    page_say(s, "%s", "Stays by the stage they are in; who is still there counts as not yet gone; ranges at 95 %.");
}

// A target that is not compared is said.
static void say_working(struct page *s, const struct dwell *w, size_t stage)
{
    bool working;
    char name[160];
    (void)analysis_target(&w->d->base, stage, &working);
    if (working)
        page_notef(s, VOC_NOTE_AFTER,
                   "The target of %s is working time, and stays are measured by the clock: no share over it is given. "
                   "In h or d it is compared.",
                   text_of(name, sizeof name, stage_title(w->d, stage)));
}

static voc_rc write_tables(const struct dwell *w)
{
    struct page brief = {.rc = VOC_OK}, whole = {.rc = VOC_OK};
    open_dwell(&brief, w, "dwell", "How long stages take", VOC_TABLE_BRIEF);
    for (size_t i = 0; i < w->n_lines; i++)
        if (w->lines[i].segment == VOC_NONE && w->lines[i].n) write_line(&brief, w, &w->lines[i]);
    for (size_t i = 0; i < w->d->base.def->n_stages; i++) say_difference(&brief, w, i);
    for (size_t i = 0; i < w->d->base.def->n_stages; i++) say_working(&brief, w, i);
    page_notef(&brief, VOC_NOTE_NEXT, "%s",
               "voc discover PROJECT --table dwell_segments shows each segment, with ranges; --table incidence how "
               "many have moved on after 5, 10 and 30 days");
    if (brief.rc) return brief.rc;
    open_dwell(&whole, w, "dwell_segments", "How long stages take, by segment", 0);
    for (size_t i = 0; i < w->n_lines; i++)
        if (w->lines[i].n) write_line(&whole, w, &w->lines[i]);
    return whole.rc;
}

static void open_details(struct dwell *w)
{
    static const struct page_column incidence[] = {
        STAGE_TITLE,
        {"segment", "segment", VOC_CELL_TEXT, "", 0, "of the customer when the stage was entered; all: whatever the segment"},
        {"after", "after", VOC_CELL_DURATION, "", 0, "time since the stage was entered"},
        {"moved_on", "moved on", VOC_CELL_SHARE, "", 0, "share that has moved on to a later stage, or won, by then (cumulative incidence of Aalen and Johansen)"},
        {"left", "left", VOC_CELL_SHARE, "", 0, "share that has left another way by then"},
        {"still_there", "still there", VOC_CELL_SHARE, "", 0, "share that is still there"},
        {"at_risk", "still seen", VOC_CELL_INT, "", 0, "stays that were not over, and still looked at, at that time"},
        {"stays", "stays", VOC_CELL_INT, "", 0, "stays in the stage whose beginning is known"},
        STAGE_ID,
    };
    static const struct page_column curves[] = {
        {"series", "curve", VOC_CELL_TEXT, "", 0, "stage and segment"},
        STAGE_TITLE,
        {"segment", "segment", VOC_CELL_TEXT, "", 0, "of the customer when the stage was entered; all: whatever the segment"},
        {"days", "days", VOC_CELL_REAL, "", 0, "since the stage was entered"},
        {"at_risk", "still there", VOC_CELL_INT, "", 0, "stays just before that time"},
        {"advanced", "moved on", VOC_CELL_INT, "", 0, "that moved on then"},
        {"left_then", "left", VOC_CELL_INT, "", 0, "that left another way then"},
        {"stay", "still there", VOC_CELL_SHARE, "", 0, "share still there just after (Kaplan and Meier)"},
        {"lo", "from", VOC_CELL_SHARE, "", 0, "lower end of its range at 95 %"},
        {"hi", "to", VOC_CELL_SHARE, "", 0, "upper end of its range"},
        {"moved_on", "have moved on", VOC_CELL_SHARE, "", 0, "share that has moved on by then"},
        {"left", "have left", VOC_CELL_SHARE, "", 0, "share that has left another way by then"},
        STAGE_ID,
    };
    page_open_in(&w->incidence, &w->d->base, "incidence", "Moved on, left or still there", 0, incidence, sizeof incidence / sizeof *incidence);
    page_say(&w->incidence, "%s", "Stays by the stage they are in; - where nobody was looked at for so long.");
    page_open_in(&w->curves, &w->d->base, "curves", "Who is still in a stage", VOC_TABLE_HIDDEN, curves, sizeof curves / sizeof *curves);
    page_say(&w->curves, "%s", "A line where a curve has changed by 0.25 % or more, and its first and last step.");
}

static void figure(struct dwell *w)
{
    static const voc_figure_part parts[] = {{VOC_AS_SERIES, 0, VOC_LIT("title")}, {VOC_AS_ROW, 0, VOC_LIT("segment")}, {VOC_AS_X, 0, VOC_LIT("days")}, {VOC_AS_Y, 0, VOC_LIT("stay")},
                                            {VOC_AS_LO, 0, VOC_LIT("lo")},         {VOC_AS_HI, 0, VOC_LIT("hi")}};
    static const voc_figure f = {.struct_size = sizeof f, .kind = VOC_FIGURE_CURVES, .part_size = sizeof *parts, .title = VOC_LIT("Who is still in a stage"),
                                 .description = VOC_LIT("For each stage, the share of customers who are still in it after so many days. A curve that falls fast is a stage that is left soon."),
                                 .parts = parts, .n_parts = sizeof parts / sizeof *parts};
    const voc_host *h = w->d->base.host;
    if (!w->curves.rc && VOC_HOST_HAS(h, figure)) w->curves.rc = h->figure(w->curves.t, &f);
}

// How many segments are told apart: none where all stays are of one.
static size_t segments_seen(const struct journeys *all)
{
    const size_t n = all->d->base.def->n_segments;
    for (size_t i = 1; i < all->n_stays && n <= SURVIVAL_GROUPS; i++)
        if (all->stays[i].segment != all->stays[0].segment) return n;
    return 0;
}

voc_rc dwell_tables(const struct journeys *all)
{
    const struct analysis *a = &all->d->base;
    const size_t n = all->n_stays, stages = a->def->n_stages;
    struct dwell w = {.all = all, .d = all->d, .n_segments = segments_seen(all)};
    struct stats_ranked *work = NULL;
    voc_rc rc = analysis_zeroed(a, (void **)&w.cases, n, sizeof *w.cases);
    if (!rc) rc = analysis_zeroed(a, (void **)&w.part, n, sizeof *w.part);
    if (!rc) rc = analysis_zeroed(a, (void **)&w.steps, n, sizeof *w.steps);
    if (!rc) rc = analysis_zeroed(a, (void **)&w.lines, stages * (w.n_segments + 1), sizeof *w.lines);
    if (!rc) rc = analysis_zeroed(a, (void **)&w.p, stages, sizeof *w.p);
    if (!rc) rc = analysis_zeroed(a, (void **)&w.adjusted, stages, sizeof *w.adjusted);
    if (!rc) rc = analysis_zeroed(a, (void **)&work, stages, sizeof *work);
    for (size_t i = 0; i < stages && !w.targets; i++) w.targets = target_of(&w, i) != VOC_NA;
    if (!rc) open_details(&w);
    for (size_t i = 0; i < stages && !rc; i++) measure_stage(&w, i);
    if (!rc) {
        figure(&w);
        stats_bh(w.adjusted, w.p, stages, work);
        rc = w.incidence.rc ? w.incidence.rc : w.curves.rc ? w.curves.rc : write_tables(&w);
    }
    void *const own[] = {w.cases, w.part, w.steps, w.lines, w.p, w.adjusted, work};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) a->host->free(a->cx, own[i]);
    return rc;
}
