// SPDX-License-Identifier: MIT
//
// What changed over time (METHODS 4.7): of each stage, the share that moves on by the period in which the stage was entered (Cochran and
// Armitage), and the time that half of the stays take (Mann and Kendall; slope of Theil and Sen). Each of the two is one family of tests.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plugins/analysis/discover/discover.h"
#include "plugins/common/breaks.h"
#include "plugins/common/figure/declare.h"
#include "plugins/common/format.h"
#include "plugins/common/periods.h"
#include "plugins/common/survival.h"
#include "plugins/common/trend.h"

#define STAYS_LEAST 5u     // of a period whose median is looked at
#define PERIODS_LEAST 3u
#define PERIODS_MOST 600u
#define WEEK INT64_C(604800000000)

struct cell { uint64_t n, advanced, stays, old; double median; };  // of a stage and a period; n: that can be judged; old: began so long ago
struct line {
    uint64_t n, early_n, early, late_n, late;  // halves of its periods
    size_t periods, medians;
    double early_median, late_median;
    struct trend_test shares;
    struct trend_series dwell;
    double p, p_dwell, adjusted, adjusted_dwell;
};
struct trends {
    const struct journeys *all;
    const struct discover *d;
    enum period every;
    int64_t first;
    size_t n_periods, n;  // stages
    struct cell *cells;   // n x n_periods
    struct line *lines;
};

static voc_rc frame(struct trends *t)
{
    const struct journeys *all = t->all;
    int64_t low = INT64_MAX, high = INT64_MIN;
    for (size_t i = 0; i < all->n_stays; i++) {
        if (!stay_is_whole(&all->stays[i])) continue;
        if (all->stays[i].in_us < low) low = all->stays[i].in_us;
        if (all->stays[i].in_us > high) high = all->stays[i].in_us;
    }
    if (low > high) return VOC_OK;
    t->every = t->d->options[OPT_EVERY].i ? (enum period)(t->d->options[OPT_EVERY].i - 1)
               : high - low < 26 * WEEK   ? PERIOD_WEEK
               : high - low < 156 * WEEK  ? PERIOD_MONTH
                                          : PERIOD_QUARTER;
    t->first = period_of(t->every, low);
    const uint64_t n = (uint64_t)(period_of(t->every, high) - t->first) + 1;
    if (n > PERIODS_MOST) return analysis_refuse(&t->d->base, "DISCOVER-004", "voc discover PROJECT --every quarter", "there are more than 600 periods");
    t->n_periods = (size_t)n;
    return VOC_OK;
}

static struct cell *cell_of(const struct trends *t, const struct stay *s)
{
    return &t->cells[s->stage * t->n_periods + (size_t)(period_of(t->every, s->in_us) - t->first)];
}

static void count(struct trends *t)
{
    for (size_t i = 0; i < t->all->n_stays; i++) {
        const struct stay *s = &t->all->stays[i];
        bool moved = false;
        if (!stay_is_whole(s)) continue;
        struct cell *c = cell_of(t, s);
        c->stays++;
        if (!stay_is_judged(t->all, s, &moved)) continue;
        c->old++;
        if (!stage_leads_on(t->d, s->stage)) continue;
        c->n++;
        c->advanced += moved;
    }
}

// Of each stage, sorted by period: the cases of a period are counted where they lie.
static voc_rc medians(struct trends *t)
{
    const struct analysis *a = &t->d->base;
    struct survival_case *cases = NULL;
    struct survival_step *steps = NULL;
    size_t *at = NULL;
    voc_rc rc = analysis_zeroed(a, (void **)&cases, t->all->n_stays, sizeof *cases);
    if (!rc) rc = analysis_zeroed(a, (void **)&steps, t->all->n_stays, sizeof *steps);
    if (!rc) rc = analysis_zeroed(a, (void **)&at, t->n * t->n_periods + 1, sizeof *at);
    for (size_t i = 0, n = 0; i < t->n * t->n_periods && !rc; i++) at[i] = n, n += (size_t)t->cells[i].stays;
    for (size_t i = 0; i < t->all->n_stays && !rc; i++) {
        const struct stay *s = &t->all->stays[i];
        if (stay_is_whole(s)) cases[at[cell_of(t, s) - t->cells]++] = (struct survival_case){s->dwell_us, stay_status(t->d, s), 0};
    }
    for (size_t i = 0; i < t->n * t->n_periods && !rc; i++) {
        const size_t n = (size_t)t->cells[i].stays;
        struct survival_case *of = cases + at[i] - n;
        survival_sort(of, n);
        t->cells[i].median = n < STAYS_LEAST ? NAN : survival_quantile(steps, survival_curve(steps, of, n), 0.5, SURVIVAL_CURVE);
    }
    void *const own[] = {cases, steps, at};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) a->host->free(a->cx, own[i]);
    return rc;
}

static void judge_shares(const struct trends *t, size_t stage, struct trend_share *periods)
{
    struct line *l = &t->lines[stage];
    const struct cell *cells = t->cells + stage * t->n_periods;
    size_t k = 0, seen = 0;
    for (size_t i = 0; i < t->n_periods; i++) {
        if (!cells[i].n) continue;
        periods[k++] = (struct trend_share){(double)i + 1, cells[i].n, cells[i].advanced};
        l->n += cells[i].n;
    }
    l->periods = k;
    l->shares = k < PERIODS_LEAST ? (struct trend_test){NAN, NAN} : trend_shares(periods, k);
    l->p = l->shares.p;
    for (size_t i = 0; i < t->n_periods; i++) {
        if (!cells[i].n) continue;
        const bool late = seen++ >= (k + 1) / 2;
        *(late ? &l->late_n : &l->early_n) += cells[i].n;
        *(late ? &l->late : &l->early) += cells[i].advanced;
    }
}

// A period whose last stays are young shows their quick ends only: its median is no part of the trend.
static bool is_whole(const struct cell *c) { return c->old == c->stays && !isnan(c->median); }

static void judge_dwell(const struct trends *t, size_t stage, double *x, double *work)
{
    struct line *l = &t->lines[stage];
    const struct cell *cells = t->cells + stage * t->n_periods;
    size_t k = 0;
    for (size_t i = 0; i < t->n_periods; i++)
        if (cells[i].stays && is_whole(&cells[i])) x[k++] = cells[i].median;
    l->medians = k;
    l->early_median = k ? x[0] : NAN;
    l->late_median = k ? x[k - 1] : NAN;
    l->dwell = trend_numbers(x, k, work);
    l->p_dwell = k < PERIODS_LEAST ? NAN : isnan(l->dwell.p_exact) ? l->dwell.p : l->dwell.p_exact;
}

static voc_rc judge(struct trends *t)
{
    const struct analysis *a = &t->d->base;
    double *p = NULL, *work = NULL, *x = NULL;
    struct stats_ranked *ranks = NULL;
    struct trend_share *periods = NULL;
    voc_rc rc = analysis_zeroed(a, (void **)&p, 4 * t->n, sizeof *p);
    if (!rc) rc = analysis_zeroed(a, (void **)&work, t->n_periods * (t->n_periods + 1) / 2, sizeof *work);
    if (!rc) rc = analysis_zeroed(a, (void **)&x, t->n_periods, sizeof *x);
    if (!rc) rc = analysis_zeroed(a, (void **)&ranks, t->n, sizeof *ranks);
    if (!rc) rc = analysis_zeroed(a, (void **)&periods, t->n_periods, sizeof *periods);
    for (size_t i = 0; i < t->n && !rc; i++) {
        judge_shares(t, i, periods);
        judge_dwell(t, i, x, work);
        p[i] = t->lines[i].p;
        p[t->n + i] = t->lines[i].p_dwell;
    }
    if (!rc) {
        stats_bh(p + 2 * t->n, p, t->n, ranks);
        stats_bh(p + 3 * t->n, p + t->n, t->n, ranks);
        for (size_t i = 0; i < t->n; i++) {
            t->lines[i].adjusted = p[2 * t->n + i];
            t->lines[i].adjusted_dwell = p[3 * t->n + i];
        }
    }
    void *const own[] = {p, work, x, ranks, periods};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) a->host->free(a->cx, own[i]);
    return rc;
}

// ---- tables -------------------------------------------------------------------------------------------------------------------------

static double share(uint64_t x, uint64_t n) { return n ? (double)x / (double)n : NAN; }
static const char *period_word(const struct trends *t) { return t->every == PERIOD_WEEK ? "week" : t->every == PERIOD_MONTH ? "month" : "quarter"; }

static const char *moving(const struct line *l) { return isnan(l->adjusted) ? "" : l->adjusted > 0.05 ? "no" : l->shares.z > 0 ? "more" : "fewer"; }
static const char *taking(const struct line *l) { return isnan(l->adjusted_dwell) ? "" : l->adjusted_dwell > 0.05 ? "no" : l->dwell.s > 0 ? "longer" : "shorter"; }

static void say(struct page *s, const struct trends *t)
{
    size_t told = 0;
    char name[160], slope[FORMAT_MAX];
    for (size_t i = 0; i < t->n; i++) {
        const struct line *l = &t->lines[i];
        text_of(name, sizeof name, stage_title(t->d, i));
        if (l->adjusted <= 0.05) {
            told++;
            page_notef(s, VOC_NOTE_LEAD, "%s: %s customers move on than before, %.0f %% in the first half of the time and %.0f %% in the second: more than chance.", name,
                       l->shares.z > 0 ? "more" : "fewer", 100 * share(l->early, l->early_n), 100 * share(l->late, l->late_n));
        }
        if (l->adjusted_dwell <= 0.05) {
            told++;
            format_duration(slope, sizeof slope, (int64_t)floor(fabs(l->dwell.slope)));
            page_notef(s, VOC_NOTE_LEAD, "%s takes %s than before, by about %s with each %s: more than chance.", name,
                       l->dwell.s > 0 ? "longer" : "less time", slope, period_word(t));
        }
    }
    if (!told) page_notef(s, VOC_NOTE_LEAD, "%s", "No stage has changed over the time by more than chance: neither how many move on, nor how long it takes.");
}

static voc_rc write_trends(const struct trends *t, bool brief)
{
    static const struct page_column columns[] = {
        STAGE_TITLE,
        {"periods", "periods", VOC_CELL_INT, "", PAGE_CHECK, "with stays that can be judged"},
        {"judged", "stays", VOC_CELL_INT, "", 0, "that began so long ago that they can be judged"},
        {"moved_on_early", "moved on, first half", VOC_CELL_SHARE, "", 0, "share that moved on in time, in the first half of the periods"},
        {"moved_on_late", "second half", VOC_CELL_SHARE, "", 0, "the same in the second half"},
        {"change", "change", VOC_CELL_TEXT, "", 0, "more or fewer: beyond chance, over all periods; no: it may be chance"},
        {"z", "z", VOC_CELL_REAL, "", PAGE_CHECK, "test of trend of Cochran and Armitage; above 0: more move on"},
        {"p", "p", VOC_CELL_REAL, "", PAGE_CHECK, "chance of such a trend if there were none"},
        {"p_adjusted", "p adjusted", VOC_CELL_REAL, "", PAGE_CHECK, "the same, for all stages looked at together (Benjamini-Hochberg)"},
        {"median_first", "half within, first", VOC_CELL_DURATION, "", 0, "median time in the stage in the first period with 5 stays or more, all of which began long enough ago"},
        {"median_last", "last", VOC_CELL_DURATION, "", 0, "the same in the last such period"},
        {"dwell_change", "takes", VOC_CELL_TEXT, "", 0, "longer or shorter: beyond chance, over all periods; no: no change that is not chance"},
        {"slope", "each period", VOC_CELL_DURATION, "", PAGE_CHECK, "median change from period to period (Theil and Sen)"},
        {"dwell_p", "p of time", VOC_CELL_REAL, "", PAGE_CHECK, "test of trend of Mann and Kendall"},
        {"dwell_p_adjusted", "p of time adjusted", VOC_CELL_REAL, "", PAGE_CHECK, "the same, for all stages looked at together (Benjamini-Hochberg)"},
        STAGE_ID,
    };
    struct page s = {.rc = VOC_OK};
    page_open_in(&s, &t->d->base, brief ? "trends" : "trend_tests", brief ? "What changed" : "What changed, with tests",
                 brief ? VOC_TABLE_BRIEF : 0, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < t->n; i++) {
        const struct line *l = &t->lines[i];
        if (!l->n && !l->medians) continue;
        cell_str(&s, stage_title(t->d, i));
        cell_int(&s, l->periods);
        cell_int(&s, l->n);
        cell_share(&s, share(l->early, l->early_n), 1);
        cell_share(&s, share(l->late, l->late_n), 1);
        cell_text(&s, moving(l));
        cell_real(&s, l->shares.z, 4);
        cell_real(&s, l->p, 6);
        cell_real(&s, l->adjusted, 6);
        cell_lasting(&s, l->early_median);
        cell_lasting(&s, l->late_median);
        cell_text(&s, taking(l));
        cell_lasting(&s, l->dwell.slope);
        cell_real(&s, l->p_dwell, 6);
        cell_real(&s, l->adjusted_dwell, 6);
        cell_str(&s, stage_name(t->d, i));
    }
    if (brief) say(&s, t);
    page_say(&s, "Stays by the %s in which they began and the stage they are in.", period_word(t));
    if (brief)
        page_notef(&s, VOC_NOTE_NEXT, "%s",
                   "voc discover PROJECT --table periods shows each period, --table trend_tests the tests; --every "
                   "week, month or quarter changes the periods");
    return s.rc;
}

static voc_rc write_periods(const struct trends *t)
{
    static const struct page_column columns[] = {
        STAGE_TITLE,
        {"period", "period", VOC_CELL_TEXT, "", 0, "in which the stays began; a week by its Monday"},
        {"stays", "stays", VOC_CELL_INT, "", 0, "whose beginning is known"},
        {"judged", "judged", VOC_CELL_INT, "", 0, "of these began long enough before the data end"},
        {"advanced", "moved on", VOC_CELL_INT, "", 0, "of these in time"},
        {"share", "share", VOC_CELL_SHARE, "", 0, "of those judged"},
        {"share_lo", "from", VOC_CELL_SHARE, "", 0, "lower end of its range at 95 % (Wilson)"},
        {"share_hi", "to", VOC_CELL_SHARE, "", 0, "upper end of its range"},
        {"median", "half within", VOC_CELL_DURATION, "", 0, "median time in the stage; - for fewer than 5 stays, or where it is not reached"},
        {"begins", "begins", VOC_CELL_TIME, "", VOC_COLUMN_DETAIL, "first moment of the period, in UTC"},
        STAGE_ID,
    };
    static const voc_figure_part parts[] = {FIGURE_PART(VOC_AS_ROW, "title"), FIGURE_PART(VOC_AS_X, "begins"), FIGURE_PART(VOC_AS_Y, "share"), FIGURE_PART(VOC_AS_LO, "share_lo"), FIGURE_PART(VOC_AS_HI, "share_hi")};
    struct page s = {.rc = VOC_OK};
    char name[FORMAT_MAX];
    page_open_in(&s, &t->d->base, "periods", "Stages by the time of entry", VOC_TABLE_HIDDEN, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < t->n * t->n_periods; i++) {
        const struct cell *c = &t->cells[i];
        const struct stats_interval w = stats_wilson((double)c->advanced, (double)c->n);
        if (!c->stays) continue;
        period_name(t->every, t->first + (int64_t)(i % t->n_periods), name, sizeof name);
        cell_str(&s, stage_title(t->d, i / t->n_periods));
        cell_text(&s, name);
        cell_int(&s, c->stays);
        cell_int(&s, c->n);
        cell_int(&s, c->advanced);
        cell_share(&s, share(c->advanced, c->n), 1);
        cell_share(&s, w.lo, 1);
        cell_share(&s, w.hi, 1);
        cell_lasting(&s, c->median);
        cell_time(&s, period_begin(t->every, t->first + (int64_t)(i % t->n_periods)));
        cell_str(&s, stage_name(t->d, i / t->n_periods));
    }
    if (!s.rc)
        s.rc = figure_declare(t->d->base.host, s.t, VOC_FIGURE_CURVES, "Who moves on, by the time of entry",
                              "For each stage the share that moved on in time, by the period in which the stage was entered, with its range at 95 %: where the ranges are long, few came. Whether a line rises or falls by more than "
                              "chance is said with what changed.",
                              parts, sizeof parts / sizeof *parts, 0, 0);
    page_say(&s, "%s", "Stays by the stage they are in and the period in which they began.");
    return s.rc;
}

voc_rc trends_tables(const struct journeys *all)
{
    const struct analysis *a = &all->d->base;
    struct trends t = {.all = all, .d = all->d, .n = a->def->n_stages};
    voc_rc rc = frame(&t);
    if (rc || !t.n_periods) return rc;
    rc = analysis_zeroed(a, (void **)&t.cells, t.n * t.n_periods, sizeof *t.cells);
    if (!rc) rc = analysis_zeroed(a, (void **)&t.lines, t.n, sizeof *t.lines);
    if (!rc) {
        count(&t);
        rc = medians(&t);
    }
    if (!rc) rc = judge(&t);
    if (!rc) rc = write_trends(&t, true);
    if (!rc) rc = write_trends(&t, false);
    if (!rc) rc = write_periods(&t);
    a->host->free(a->cx, t.cells);
    a->host->free(a->cx, t.lines);
    return rc;
}
