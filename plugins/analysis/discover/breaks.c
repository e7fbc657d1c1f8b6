// SPDX-License-Identifier: MIT
//
// Where journeys break (METHODS 4.5). A stay is judged when it began at least H before the data end, H being three times what half of
// the stays of its stage take: moved on within H or not. What is expected is declared (--target), else what held before --since, else what
// holds in the other stages together.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plugins/analysis/discover/discover.h"
#include "plugins/common/breaks.h"
#include "plugins/common/figure/declare.h"
#include "plugins/common/format.h"
#include "plugins/common/survival.h"

#define HISTORY_LEAST 30u  // stays before --since that make a reference
#define TIMES_HALF 3

enum { OF_NOTHING, OF_TARGET, OF_HISTORY, OF_OTHERS };
static const char *const reference_names[] = {"", "declared", "before that time", "the other stages"};

struct cohort { uint64_t n, advanced; };
struct judged {
    const struct journeys *all;
    const struct discover *d;
    struct breaks *at;
    int *reference;
    size_t n;
};

// A time within which a stay is judged; VOC_NA: half of the stays have not ended.
static voc_rc horizons(const struct journeys *all, int64_t *h)
{
    const struct analysis *a = &all->d->base;
    struct survival_case *cases;
    struct survival_step *steps = NULL;
    voc_rc rc = analysis_zeroed(a, (void **)&cases, all->n_stays, sizeof *cases);
    if (!rc) rc = analysis_zeroed(a, (void **)&steps, all->n_stays, sizeof *steps);
    for (size_t stage = 0; stage < a->def->n_stages && !rc; stage++) {
        size_t n = 0;
        for (size_t i = 0; i < all->n_stays; i++)
            if (all->stays[i].stage == stage && stay_is_whole(&all->stays[i]))
                cases[n++] = (struct survival_case){all->stays[i].dwell_us, stay_status(all->d, &all->stays[i]), 0};
        survival_sort(cases, n);
        const double half = survival_quantile(steps, survival_curve(steps, cases, n), 0.5, SURVIVAL_CURVE);
        h[stage] = isnan(half) || half * TIMES_HALF > 9e18 ? VOC_NA : (int64_t)floor(half * TIMES_HALF);
        if (all->d->options[OPT_WITHIN].set) h[stage] = all->d->options[OPT_WITHIN].i;
    }
    a->host->free(a->cx, cases);
    a->host->free(a->cx, steps);
    return rc;
}

voc_rc horizons_of(struct journeys *all)
{
    voc_rc rc = analysis_zeroed(&all->d->base, (void **)&all->horizon, all->d->base.def->n_stages, sizeof *all->horizon);
    return rc ? rc : horizons(all, all->horizon);
}

bool stay_is_judged(const struct journeys *all, const struct stay *s, bool *moved)
{
    const int64_t h = all->horizon[s->stage], end = all->d->base.info->end_us;
    if (h == VOC_NA || !stay_is_whole(s) || s->in_us > end - h) return false;
    *moved = stay_status(all->d, s) == SURVIVAL_ADVANCED && s->dwell_us <= h;
    return true;
}

static void count(const struct journeys *all, struct cohort *now, struct cohort *before)
{
    const voc_value *since = &all->d->options[OPT_SINCE];
    for (size_t i = 0; i < all->n_stays; i++) {
        const struct stay *s = &all->stays[i];
        bool moved;
        if (!stay_is_judged(all, s, &moved)) continue;
        struct cohort *to = since->set && s->in_us < since->i ? &before[s->stage] : &now[s->stage];
        to->n++;
        to->advanced += moved;
    }
}

static void refer(struct judged *p, const struct cohort *now, const struct cohort *before)
{
    for (size_t i = 0; i < p->n; i++) {
        uint64_t n = 0, lost = 0;
        p->at[i] = (struct breaks){.n = stage_leads_on(p->d, i) ? now[i].n : 0,
                                   .advanced = stage_leads_on(p->d, i) ? now[i].advanced : 0, .reference = NAN};
        for (size_t k = 0; k < p->n; k++) {
            if (k == i || !stage_leads_on(p->d, k)) continue;
            n += now[k].n;
            lost += now[k].n - now[k].advanced;
        }
        p->reference[i] = !isnan(p->d->target[i]) ? OF_TARGET : before[i].n >= HISTORY_LEAST ? OF_HISTORY : n ? OF_OTHERS : OF_NOTHING;
        if (p->reference[i] == OF_TARGET) p->at[i].reference = 1 - p->d->target[i];
        if (p->reference[i] == OF_HISTORY) p->at[i].reference = (double)(before[i].n - before[i].advanced) / (double)before[i].n;
        if (p->reference[i] == OF_OTHERS) p->at[i].reference = (double)lost / (double)n;
    }
}

// ---- the table ----------------------------------------------------------------------------------------------------------------------

static void write_line(struct page *s, const struct judged *p, size_t i)
{
    const struct breaks *b = &p->at[i];
    const int64_t h = p->all->horizon[i];
    cell_str(s, stage_title(p->d, i));
    cell_int(s, b->n);
    cell_int(s, b->advanced);
    cell_lasting(s, h == VOC_NA ? NAN : (double)h);
    cell_share(s, b->attrition, 1);
    cell_share(s, b->lo, 1);
    cell_share(s, b->hi, 1);
    cell_share(s, b->reference, 1);
    cell_text(s, b->n ? reference_names[p->reference[i]] : "");
    cell_real(s, b->wins_lost, 1);
    cell_real(s, b->p, 6);
    cell_real(s, b->adjusted, 6);
    cell_yes(s, b->is_break);
    cell_str(s, stage_name(p->d, i));
}

// The breaks with the most wins lost first.
static void say(struct page *s, const struct judged *p)
{
    bool *told = NULL;
    size_t breaks = 0;
    if (!s->rc) s->rc = analysis_zeroed(&p->d->base, (void **)&told, p->n, sizeof *told);
    while (!s->rc) {
        size_t best = p->n;
        char name[160], took[FORMAT_MAX], wins[FORMAT_MAX], came[FORMAT_MAX];
        for (size_t i = 0; i < p->n; i++)
            if (p->at[i].is_break && !told[i] && (best == p->n || p->at[i].wins_lost > p->at[best].wins_lost)) best = i;
        if (best == p->n) break;
        const struct breaks *b = &p->at[best];
        told[best] = true;
        breaks++;
        format_duration(took, sizeof took, p->all->horizon[best]);
        format_number(wins, sizeof wins, b->wins_lost, b->wins_lost < 10 ? 1 : 0, false);
        format_integer(came, sizeof came, (int64_t)b->n, false);
        page_notef(s, VOC_NOTE_LEAD,
                   "Journeys break in %s: %.0f %% of %s %s do not move on within %s; %.0f %% %s. The difference cost "
                   "about %s that would have come through to the end.",
                   text_of(name, sizeof name, stage_title(p->d, best)), 100 * b->attrition, came,
                   analysis_unit_word(&p->d->base, b->n != 1), took, 100 * b->reference,
                   p->reference[best] == OF_TARGET    ? "were expected"
                   : p->reference[best] == OF_HISTORY ? "did not before"
                                                      : "do not in the other stages",
                   wins);
    }
    bool judged = false;
    for (size_t i = 0; i < p->n; i++) judged = judged || !isnan(p->at[i].p);
    if (!judged)
        page_notef(s, VOC_NOTE_LEAD, "%s",
                   "Whether journeys break somewhere cannot be said: there are no other stages to compare with, or none "
                   "of them began long enough ago. --target and --since say what is expected.");
    else if (!breaks) page_notef(s, VOC_NOTE_LEAD, "%s", "Journeys break nowhere: in no stage do more customers stay behind than expected, by more than chance.");
    p->d->base.host->free(p->d->base.cx, told);
}

static void figure(struct page *s, const struct judged *p)
{
    static const voc_figure_part parts[] = {FIGURE_PART(VOC_AS_X, "title"),    FIGURE_PART(VOC_AS_Y, "attrition"),    FIGURE_PART(VOC_AS_LO, "attrition_lo"),
                                            FIGURE_PART(VOC_AS_HI, "attrition_hi"), FIGURE_PART(VOC_AS_VALUE, "expected"), FIGURE_PART(VOC_AS_ALWAYS, "break_point")};
    if (!s->rc)
        s->rc = figure_declare(p->d->base.host, s->t, VOC_FIGURE_CURVES, "Who does not move on",
                               "For each stage the share that did not move on in time, with its range at 95 %, and as an upright stroke the share that would be expected. Journeys break where the range lies to the right of "
                               "the stroke: that is written beside it where it is more than chance, all stages looked at together, and at least 5 of 100 more.",
                               parts, sizeof parts / sizeof *parts, 0, 0);
}

static voc_rc write_table(const struct judged *p, bool brief)
{
    static const struct page_column columns[] = {
        STAGE_TITLE,
        {"entered", "came", VOC_CELL_INT, "", 0, "stays that began so long ago that they can be judged"},
        {"advanced", "moved on", VOC_CELL_INT, "", 0, "of these went on to a later stage, or won, in time"},
        {"within", "within", VOC_CELL_DURATION, "", 0, "the time: three times what half of the stays take"},
        {"attrition", "did not", VOC_CELL_SHARE, "", 0, "share that left another way, went back, or was still there"},
        {"attrition_lo", "from", VOC_CELL_SHARE, "", VOC_COLUMN_DETAIL, "lower end of its range at 95 % (Wilson)"},
        {"attrition_hi", "to", VOC_CELL_SHARE, "", VOC_COLUMN_DETAIL, "upper end of its range"},
        {"expected", "expected", VOC_CELL_SHARE, "", 0, "share that would be expected not to move on"},
        {"expected_from", "as in", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT | PAGE_CHECK, "what is expected comes of: a declared target, the stage before --since, or the other stages together"},
        {"wins_lost", "cost, in wins", VOC_CELL_REAL, "", 0, "how many more would have come through all later stages, had only the expected share stayed behind"},
        {"p", "p", VOC_CELL_REAL, "", PAGE_CHECK, "chance of so many or more if the expected share held (exact binomial)"},
        {"p_adjusted", "p adjusted", VOC_CELL_REAL, "", PAGE_CHECK, "the same, for all stages looked at together (Benjamini-Hochberg)"},
        {"break_point", "breaks here", VOC_CELL_BOOL, "", 0, "more than chance, and at least 5 of 100 more than expected"},
        STAGE_ID,
    };
    struct page s = {.rc = VOC_OK};
    page_open_in(&s, &p->d->base, brief ? "breaks" : "break_points",
                 brief ? "Where journeys break" : "Where journeys break, with ranges and tests", brief ? VOC_TABLE_BRIEF : 0,
                 columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < p->n; i++)
        if (stage_leads_on(p->d, i) && p->at[i].n) write_line(&s, p, i);
    if (brief) say(&s, p);
    if (brief && s.n) figure(&s, p);
    page_say(&s, "%s", "Stays by the stage they are in, of those that began long enough before the data end; open and lost ones are treated alike.");
    if (brief && !p->all->n)
        page_notef(&s, VOC_NOTE_AFTER, "%s",
                   "No typical journey is shown: nothing that is followed is part of a journey. By itself that is what "
                   "customers do; --events all follows what we do to them too.");
    if (brief)
        page_notef(&s, VOC_NOTE_NEXT, "%s",
                   "voc discover PROJECT --table break_points shows ranges and tests; --target STAGE:70% says what is "
                   "expected of a stage; --since DATE compares with the time before it");
    return s.rc;
}

voc_rc breaks_tables(const struct journeys *all)
{
    const struct analysis *a = &all->d->base;
    struct judged p = {.all = all, .d = all->d, .n = a->def->n_stages};
    struct cohort *now = NULL, *before = NULL;
    double *work = NULL;
    struct stats_ranked *ranks = NULL;
    voc_rc rc = analysis_zeroed(a, (void **)&p.at, p.n, sizeof *p.at);
    if (!rc) rc = analysis_zeroed(a, (void **)&p.reference, p.n, sizeof *p.reference);
    if (!rc) rc = analysis_zeroed(a, (void **)&now, p.n, sizeof *now);
    if (!rc) rc = analysis_zeroed(a, (void **)&before, p.n, sizeof *before);
    if (!rc) rc = analysis_zeroed(a, (void **)&work, 2 * p.n, sizeof *work);
    if (!rc) rc = analysis_zeroed(a, (void **)&ranks, p.n, sizeof *ranks);
    if (!rc) {
        count(all, now, before);
        refer(&p, now, before);
        breaks_find(p.at, p.n, work, ranks);
        rc = write_table(&p, true);
        if (!rc) rc = write_table(&p, false);
    }
    void *const own[] = {p.at, p.reference, now, before, work, ranks};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) a->host->free(a->cx, own[i]);
    return rc;
}
