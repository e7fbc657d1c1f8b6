// SPDX-License-Identifier: MIT
//
// Two kinds of journeys beside each other (--compare): of each stage, how many move on and how long it takes; of each action, in how many
// journeys it is done. An effect with its interval at 95 %, and a p that counts how much was looked at: each table is one family.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/discover/discover.h"
#include "plugins/common/breaks.h"
#include "plugins/common/format.h"
#include "plugins/common/survival.h"

#define FEW 30u        // journeys of a side: said
#define SHOWN_MOST 15u // actions for people

struct side { uint64_t x, n; };
struct difference {  // a stage or an action on both sides
    size_t what;
    struct side of[2];
    double effect, lo, hi, p, adjusted;
    double half[2];  // times
};
struct compare {
    const struct journeys *all;
    const struct discover *d;
    uint64_t journeys[2];
    struct difference *at;
    size_t n;
};

// ---- which side -------------------------------------------------------------------------------------------------------------------------

static bool is(voc_str a, const char *b) { return a.len == strlen(b) && memcmp(a.ptr, b, a.len) == 0; }

static bool starts(voc_str *s, const char *with)
{
    const size_t n = strlen(with);
    if (s->len < n || memcmp(s->ptr, with, n) != 0) return false;
    *s = (voc_str){s->ptr + n, s->len - n};
    return true;
}

// "segment:chain", "chain", "won", "outcome:won", "before", "since".
static voc_rc read_side(const struct discover *d, voc_str text, struct cohort_rule *to)
{
    voc_str s = text;
    const bool segment = starts(&s, "segment:"), outcome = !segment && starts(&s, "outcome:");
    *to = (struct cohort_rule){.name = s};
    for (uint32_t i = 0; i < N_OUTCOMES && !segment; i++)
        if (is(s, outcome_names[i])) return to->kind = COHORT_OUTCOME, to->code = i, VOC_OK;
    for (uint32_t i = 0; i < d->base.def->n_segments && !outcome; i++) {
        const voc_str name = d->base.def->segments[i];
        if (name.len == s.len && memcmp(name.ptr, s.ptr, s.len) == 0) return to->kind = COHORT_SEGMENT, to->code = i, VOC_OK;
    }
    if (!segment && !outcome && (is(s, "before") || is(s, "since"))) {
        to->kind = is(s, "before") ? COHORT_BEFORE : COHORT_SINCE;
        return d->options[OPT_SINCE].set
                   ? VOC_OK
                   : analysis_refuse(&d->base, "DISCOVER-008", "voc discover PROJECT --compare before,since --since 2025-01-01",
                                     "--compare before,since needs a date");
    }
    return analysis_refuse(&d->base, "DISCOVER-007",
                           "--compare takes two segments, two of won, lost, \"fell silent\", \"still open\" ..., or "
                           "before,since with --since DATE",
                           "--compare names something that is neither a segment nor an outcome");
}

voc_rc compare_ask(struct discover *d)
{
    voc_str list = d->options[OPT_COMPARE].s, part;
    size_t n = 0;
    voc_rc rc = VOC_OK;
    if (!d->options[OPT_COMPARE].set) return VOC_OK;
    while (!rc && analysis_part(&list, ',', &part)) {
        if (n < 2) rc = read_side(d, part, &d->side[n]);
        n++;
    }
    if (!rc && n != 2)
        rc = analysis_refuse(&d->base, "DISCOVER-007", "--compare chain,independent or --compare won,lost",
                             "--compare takes two kinds of journeys with a comma between them");
    if (!rc && d->side[0].kind == d->side[1].kind && d->side[0].code == d->side[1].code)
        rc = analysis_refuse(&d->base, "DISCOVER-007", "--compare chain,independent or --compare won,lost",
                             "--compare names the same twice");
    d->compares = !rc;
    return rc;
}

static bool belongs(const struct discover *d, const struct cohort_rule *r, uint32_t segment, uint8_t outcome, int64_t began_us)
{
    switch (r->kind) {
    case COHORT_SEGMENT: return segment == r->code;
    case COHORT_OUTCOME: return outcome == r->code;
    case COHORT_BEFORE: return began_us < d->options[OPT_SINCE].i;
    default: return began_us >= d->options[OPT_SINCE].i;
    }
}

// 0 or 1; 2: of neither. Who is of both, such as a won journey of a segment, is of the first.
static size_t side_of(const struct discover *d, uint32_t segment, uint8_t outcome, int64_t began_us)
{
    return belongs(d, &d->side[0], segment, outcome, began_us) ? 0 : belongs(d, &d->side[1], segment, outcome, began_us) ? 1 : 2;
}

// ---- differences --------------------------------------------------------------------------------------------------------------------------

static void judge_shares(struct difference *x)
{
    const struct stats_interval i = stats_newcombe((double)x->of[0].x, (double)x->of[0].n, (double)x->of[1].x, (double)x->of[1].n);
    x->effect = x->of[0].n && x->of[1].n ? (double)x->of[0].x / (double)x->of[0].n - (double)x->of[1].x / (double)x->of[1].n : NAN;
    x->lo = i.lo;
    x->hi = i.hi;
    x->p = breaks_two_shares(x->of[0].x, x->of[0].n, x->of[1].x, x->of[1].n);
}

static voc_rc adjust(const struct compare *c)
{
    double *p = NULL;
    struct stats_ranked *work = NULL;
    voc_rc rc = analysis_zeroed(&c->d->base, (void **)&p, c->n, sizeof *p);
    if (!rc) rc = analysis_zeroed(&c->d->base, (void **)&work, c->n, sizeof *work);
    for (size_t i = 0; i < c->n && !rc; i++) p[i] = c->at[i].p;
    if (!rc) stats_bh(p, p, c->n, work);
    for (size_t i = 0; i < c->n && !rc; i++) c->at[i].adjusted = p[i];
    c->d->base.host->free(c->d->base.cx, p);
    c->d->base.host->free(c->d->base.cx, work);
    return rc;
}

static void count_moves(struct compare *c)
{
    for (size_t e = 0; e < c->all->n_episodes; e++) {
        const struct episode *j = &c->all->episodes[e];
        const size_t side = side_of(c->d, j->segment, j->outcome, j->began_us);
        for (size_t i = j->first_stay; i < j->first_stay + j->n && side < 2; i++) {
            bool moved;
            if (!stage_leads_on(c->d, c->all->stays[i].stage) || !stay_is_judged(c->all, &c->all->stays[i], &moved)) continue;
            c->at[c->all->stays[i].stage].of[side].n++;
            c->at[c->all->stays[i].stage].of[side].x += moved;
        }
    }
    for (size_t i = 0; i < c->n; i++) judge_shares(&c->at[i]);
}

// The ratio of how fast both leave, exp((O - E) / V) of the log-rank test, with its interval (Peto).
static void judge_times(struct difference *x, const struct survival_logrank *r)
{
    const double log_ratio = (r->observed[0] - r->expected[0]) / r->variance, half = STATS_Z95 / sqrt(r->variance);
    x->p = r->p;
    x->effect = exp(log_ratio);
    x->lo = exp(log_ratio - half);
    x->hi = exp(log_ratio + half);
    if (isnan(r->p) || !(r->variance > 0)) x->effect = x->lo = x->hi = NAN;
}

static voc_rc count_times(struct compare *c)
{
    const struct analysis *a = &c->d->base;
    struct survival_case *cases = NULL, *part = NULL;
    struct survival_step *steps = NULL;
    voc_rc rc = analysis_zeroed(a, (void **)&cases, c->all->n_stays, sizeof *cases);
    if (!rc) rc = analysis_zeroed(a, (void **)&part, c->all->n_stays, sizeof *part);
    if (!rc) rc = analysis_zeroed(a, (void **)&steps, c->all->n_stays, sizeof *steps);
    for (size_t stage = 0; stage < c->n && !rc; stage++) {
        struct difference *x = &c->at[stage];
        struct survival_logrank r;
        size_t n = 0;
        for (size_t e = 0; e < c->all->n_episodes; e++) {
            const struct episode *j = &c->all->episodes[e];
            const size_t side = side_of(c->d, j->segment, j->outcome, j->began_us);
            for (size_t i = j->first_stay; i < j->first_stay + j->n && side < 2; i++) {
                const struct stay *s = &c->all->stays[i];
                if (s->stage == stage && stay_is_whole(s)) cases[n++] = (struct survival_case){s->dwell_us, stay_status(c->d, s), (uint32_t)side};
            }
        }
        survival_sort(cases, n);
        survival_logrank(&r, cases, n, 2);
        judge_times(x, &r);
        for (uint32_t side = 0; side < 2; side++) {
            size_t k = 0;
            for (size_t i = 0; i < n; i++)
                if (cases[i].group == side) part[k++] = cases[i];
            x->of[side].n = k;
            x->half[side] = survival_quantile(steps, survival_curve(steps, part, k), 0.5, SURVIVAL_CURVE);
        }
    }
    void *const own[] = {cases, part, steps};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) a->host->free(a->cx, own[i]);
    return rc;
}

static voc_rc count_actions(struct compare *c)
{
    uint64_t *seen;
    voc_rc rc = analysis_zeroed(&c->d->base, (void **)&seen, c->n, sizeof *seen);
    for (size_t i = 0; i < c->all->n && !rc; i++) {
        const struct journey *j = &c->all->at[i];
        const size_t side = j->cut ? 2 : side_of(c->d, j->segment, j->outcome, j->began_us);
        if (side == 2) continue;
        c->journeys[side]++;
        for (uint32_t k = 0; k < j->n; k++) {
            const uint32_t what = c->all->node[j->first_node + k];
            c->at[what].of[side].x += seen[what] != i + 1;
            seen[what] = i + 1;
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < c->n && !rc; i++) {
        struct difference *x = &c->at[i];
        if (!x->of[0].x && !x->of[1].x) continue;
        x->of[0].n = c->journeys[0];
        x->of[1].n = c->journeys[1];
        judge_shares(x);
        c->at[kept++] = *x;
    }
    c->n = kept;
    c->d->base.host->free(c->d->base.cx, seen);
    return rc;
}

// The largest difference first.
static int largest_first(const void *x, const void *y)
{
    const struct difference *a = x, *b = y;
    const double p = isnan(a->effect) ? -1 : fabs(a->effect), q = isnan(b->effect) ? -1 : fabs(b->effect);
    if (p > q || p < q) return p > q ? -1 : 1;
    return (a->what > b->what) - (a->what < b->what);
}

// ---- tables ---------------------------------------------------------------------------------------------------------------------------------

struct words { char name[2][120], n[2][160], x[2][160]; };
static void words_of(struct words *w, const struct discover *d, const char *first, const char *second)
{
    for (size_t i = 0; i < 2; i++) {
        text_of(w->name[i], sizeof w->name[i], d->side[i].name);
        snprintf(w->n[i], sizeof w->n[i], "%s: %s", w->name[i], first);
        snprintf(w->x[i], sizeof w->x[i], "%s: %s", w->name[i], second);
    }
}

static const char *verdict(const struct difference *x, const char *more, const char *less, double even)
{
    return isnan(x->adjusted) ? "" : x->adjusted > 0.05 ? "no" : x->effect > even ? more : less;
}

static void end_sheet(struct page *s, const struct compare *c, const char *what)
{
    char text[2][160];
    for (size_t i = 0; i < 2; i++) {
        if (c->journeys[i] >= FEW) continue;
        page_notef(s, VOC_NOTE_WARNING, "%s: %llu journeys only. What is not found may be there all the same.",
                   text_of(text[0], sizeof text[0], c->d->side[i].name), (unsigned long long)c->journeys[i]);
    }
    page_say(s, "%s, beside %s; %s; more or less only where it is more than chance.",
             text_of(text[0], sizeof text[0], c->d->side[0].name), text_of(text[1], sizeof text[1], c->d->side[1].name), what);
}

static voc_rc write_shares(const struct compare *c, const char *name, const char *title, bool actions, bool brief)
{
    struct words w;
    words_of(&w, c->d, actions ? "journeys" : "stays", actions ? "with it" : "moved on");
    const struct page_column columns[] = {
        {"what", actions ? "what is done" : "stage", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, actions ? "an action of the journey" : "in the order of the definition"},
        {"n_a", w.n[0], VOC_CELL_INT, "", VOC_COLUMN_DETAIL, "how many there are on the first side"},
        {"share_a", w.x[0], VOC_CELL_SHARE, "", 0, actions ? "share of its journeys in which it is done" : "share of its stays that moved on in time"},
        {"n_b", w.n[1], VOC_CELL_INT, "", VOC_COLUMN_DETAIL, "how many there are on the second side"},
        {"share_b", w.x[1], VOC_CELL_SHARE, "", 0, "the same of the second side"},
        {"difference", "points more", VOC_CELL_RANGE, "", VOC_COLUMN_SIGNED, "of 100: first side less second side, with its range at 95 % (Newcombe)"},
        {"verdict", "more than chance", VOC_CELL_TEXT, "", 0, "more or less: beyond chance, as much as was looked at; no: it may be chance"},
        {"p", "p", VOC_CELL_REAL, "", PAGE_CHECK, "chance of such a difference if there were none (chi-square, or Fisher's exact test where few are expected)"},
        {"p_adjusted", "p adjusted", VOC_CELL_REAL, "", PAGE_CHECK, "the same, for all lines of the table together (Benjamini-Hochberg)"},
    };
    struct page s = {.rc = VOC_OK};
    page_open_in(&s, &c->d->base, name, title, brief ? VOC_TABLE_BRIEF : 0, columns, sizeof columns / sizeof *columns);
    size_t shown = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct difference *x = &c->at[i];
        if (!x->of[0].n && !x->of[1].n) continue;
        if (brief && actions && (shown == SHOWN_MOST || !(x->adjusted <= 0.05))) continue;
        shown++;
        if (actions) put_node(&s, c->all, (uint32_t)x->what);
        else cell_str(&s, stage_name(c->d, x->what));
        for (size_t k = 0; k < 2; k++) {
            cell_int(&s, x->of[k].n);
            cell_share(&s, x->of[k].n ? (double)x->of[k].x / (double)x->of[k].n : NAN, 1);
        }
        cell_range(&s, 100 * x->effect, 100 * x->lo, 100 * x->hi, 1);
        cell_text(&s, verdict(x, "more", "less", 0));
        cell_real(&s, x->p, 6);
        cell_real(&s, x->adjusted, 6);
    }
    end_sheet(&s, c,
              actions ? (brief ? "what is done in more or fewer journeys, the largest differences; a journey counts once"
                               : "share of journeys in which it is done at all")
                      : "stays that began long enough before the data end");
    if (brief && actions && !shown) page_notef(&s, VOC_NOTE_LEAD, "%s", "Nothing is done in more or fewer journeys of the one than of the other by more than chance.");
    if (brief && actions && c->d->side[0].kind == COHORT_OUTCOME)
        page_notef(&s, VOC_NOTE_AFTER, "%s",
                   "What can only be done late, or belongs to the end itself, differs by its nature: this describes, "
                   "and tells no cause.");
    if (brief && actions) page_notef(&s, VOC_NOTE_NEXT, "%s", "voc discover PROJECT --compare ... --table action_differences shows all actions, with tests");
    return s.rc;
}

static voc_rc write_times(const struct compare *c, bool brief)
{
    struct words w;
    words_of(&w, c->d, "stays", "half within");
    const struct page_column columns[] = {
        {"what", "stage", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "in the order of the definition"},
        {"n_a", w.n[0], VOC_CELL_INT, "", VOC_COLUMN_DETAIL, "stays of the first side"},
        {"half_a", w.x[0], VOC_CELL_DURATION, "", 0, "median time in the stage; - where not reached"},
        {"n_b", w.n[1], VOC_CELL_INT, "", VOC_COLUMN_DETAIL, "stays of the second side"},
        {"half_b", w.x[1], VOC_CELL_DURATION, "", 0, "the same of the second side"},
        {"ratio", "times as fast", VOC_CELL_RANGE, "", 0, "how fast the first side leaves the stage, compared with the second, with its range at 95 % (hazard ratio of Peto)"},
        {"verdict", "more than chance", VOC_CELL_TEXT, "", 0, "faster or slower: beyond chance, as much as was looked at; no: it may be chance"},
        {"p", "p", VOC_CELL_REAL, "", PAGE_CHECK, "chance of such a difference if there were none (log-rank test)"},
        {"p_adjusted", "p adjusted", VOC_CELL_REAL, "", PAGE_CHECK, "the same, for all stages together (Benjamini-Hochberg)"},
    };
    struct page s = {.rc = VOC_OK};
    page_open_in(&s, &c->d->base, brief ? "compared_times" : "time_differences",
                 brief ? "How long stages take, compared" : "How long stages take, compared, with tests",
                 brief ? VOC_TABLE_BRIEF : 0, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < c->n; i++) {
        const struct difference *x = &c->at[i];
        if (!x->of[0].n && !x->of[1].n) continue;
        cell_str(&s, stage_name(c->d, x->what));
        for (size_t k = 0; k < 2; k++) {
            cell_int(&s, x->of[k].n);
            cell_lasting(&s, x->half[k]);
        }
        cell_range(&s, x->effect, x->lo, x->hi, 2);
        cell_text(&s, verdict(x, "faster", "slower", 1));
        cell_real(&s, x->p, 6);
        cell_real(&s, x->adjusted, 6);
    }
    end_sheet(&s, c, "whole stays; who is still there counts as not yet gone");
    return s.rc;
}

static voc_rc fresh(struct compare *c, size_t n)
{
    c->d->base.host->free(c->d->base.cx, c->at);
    c->at = NULL;
    c->n = n;
    voc_rc rc = analysis_zeroed(&c->d->base, (void **)&c->at, n, sizeof *c->at);
    for (size_t i = 0; i < n && !rc; i++) c->at[i].what = i;
    return rc;
}

voc_rc compare_tables(const struct journeys *all)
{
    const struct discover *d = all->d;
    struct compare c = {.all = all, .d = d};
    if (!d->compares) return VOC_OK;
    for (size_t i = 0; i < all->n_episodes; i++) {
        const size_t side = side_of(d, all->episodes[i].segment, all->episodes[i].outcome, all->episodes[i].began_us);
        if (side < 2) c.journeys[side]++;
    }
    voc_rc rc = fresh(&c, d->base.def->n_stages);
    if (!rc) count_moves(&c);
    if (!rc) rc = adjust(&c);
    // how journeys end decides what moves on: no finding
    if (!rc && d->side[0].kind != COHORT_OUTCOME) rc = write_shares(&c, "compared_stages", "Who moves on, compared", false, true);
    if (!rc && d->side[0].kind != COHORT_OUTCOME) rc = write_shares(&c, "stage_differences", "Who moves on, compared, with tests", false, false);
    if (!rc) rc = fresh(&c, d->base.def->n_stages);
    if (!rc) rc = count_times(&c);
    if (!rc) rc = adjust(&c);
    if (!rc) rc = write_times(&c, true);
    if (!rc) rc = write_times(&c, false);
    c.journeys[0] = c.journeys[1] = 0;
    if (!rc) rc = fresh(&c, d->w.n_nodes);
    if (!rc) rc = count_actions(&c);
    if (!rc) rc = adjust(&c);
    if (!rc && c.n) qsort(c.at, c.n, sizeof *c.at, largest_first);
    if (!rc) rc = write_shares(&c, "compared_actions", "What is done, compared", true, true);
    if (!rc) rc = write_shares(&c, "action_differences", "What is done, compared, with tests", true, false);
    d->base.host->free(d->base.cx, c.at);
    return rc;
}
