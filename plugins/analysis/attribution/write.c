// SPDX-License-Identifier: MIT
//
// The tables of attribution: the credit by each model, where the models disagree, and the most frequent paths. Kinds of touch are numbered
// anew by their names, so that neither codes nor threads show in a sum or a draw.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugins/analysis/attribution/attribution.h"
#include "plugins/common/figure/declare.h"
#include "plugins/common/format.h"
#include "plugins/common/page.h"
#include "plugins/common/show.h"
#include "plugins/common/stats.h"

enum { FIRST, LAST, EVEN, RECENT, MISSING, GAIN, N_MODELS };
static const struct { const char *name, *title, *help; } models[N_MODELS] = {
    [FIRST] = {"first", "first touch", "all credit to the first touch of a path"},
    [LAST] = {"last", "last touch", "all credit to the last touch before the conversion"},
    [EVEN] = {"even", "even split", "the same credit to each touch of a path"},
    [RECENT] = {"recent", "recent more", "a touch weighs half as much for each half-life that it is older (time decay)"},
    [MISSING] = {"missing", "if missing", "by the conversions that would be missing if nobody got past this touch (Markov removal effect)"},
    [GAIN] = {"gain", "average gain", "by what the touch adds on average to the rate of conversion, beside all sets of others (Shapley value)"},
};

struct kind {
    voc_str name;
    uint32_t code;
    uint64_t paths;  // that have it
    double credit[N_MODELS], removal, gain, error;
};

struct sheet {
    const struct attribution *a;
    struct attribution_state *s;
    struct page p;
    struct kind *kind;  // by name
    const struct kind **order;  // by the credit for what would be missing
    uint32_t *number;   // of a code, in `kind`
    size_t n;
    struct ways ways, sets;  // with kinds by number; sets: each set of kinds once
    struct path *path;
    uint64_t won, lost;  // of touched paths
    bool exact;          // the average gain
};

static int by_name(const void *x, const void *y)
{
    const struct kind *a = x, *b = y;
    const size_t n = a->name.len < b->name.len ? a->name.len : b->name.len;
    const int c = n ? memcmp(a->name.ptr, b->name.ptr, n) : 0;
    if (c) return c;
    if (a->name.len != b->name.len) return a->name.len < b->name.len ? -1 : 1;
    return a->code < b->code ? -1 : a->code > b->code;
}

// ---- kinds and paths, by names --------------------------------------------------------------------------------------------------

static voc_rc name_kinds(struct sheet *x)
{
    const struct analysis *b = &x->a->base;
    const struct ways *w = &x->s->ways;
    uint32_t codes = 0;
    for (size_t i = 0; i < w->n_numbers; i++) codes = w->numbers[i] >= codes ? w->numbers[i] + 1 : codes;
    voc_rc rc = analysis_zeroed(b, (void **)&x->number, codes, sizeof *x->number);
    if (rc) return rc;
    for (size_t i = 0; i < w->n_numbers; i++) x->n += !x->number[w->numbers[i]]++;
    if (x->n > ATTRIBUTION_KINDS_MAX)
        return analysis_refuse(b, "ATTRIBUTION-005",
                               "voc attribution PROJECT --by channel, or --by group where the journey puts touchpoints into groups",
                               "these are more than 1,000 kinds of touch");
    rc = analysis_zeroed(b, (void **)&x->kind, x->n, sizeof *x->kind);
    for (uint32_t code = 0, n = 0; code < codes && !rc; code++)
        if (x->number[code]) x->kind[n++] = (struct kind){.name = attribution_kind(x->a, code), .code = code};
    if (!rc) qsort(x->kind, x->n, sizeof *x->kind, by_name);
    for (size_t i = 0; i < x->n && !rc; i++) x->number[x->kind[i].code] = (uint32_t)i;
    return rc;
}

static int ascending(const void *x, const void *y)
{
    const uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    return (a > b) - (a < b);
}

// The kinds of a path as a set: sorted, each once.
static size_t set_of(uint32_t *kinds, size_t n)
{
    size_t m = 0;
    qsort(kinds, n, sizeof *kinds, ascending);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || kinds[i] != kinds[m - 1]) kinds[m++] = kinds[i];
    return m;
}

static voc_rc number_paths(struct sheet *x)
{
    const struct analysis *b = &x->a->base;
    const struct ways *w = &x->s->ways;
    uint32_t *kinds = NULL;
    size_t longest = 0;
    for (size_t i = 0; i < w->n; i++) longest = w->at[i].n > longest ? w->at[i].n : longest;
    voc_rc rc = analysis_zeroed(b, (void **)&kinds, longest, sizeof *kinds);
    for (size_t i = 0; i < w->n && !rc; i++) {
        const struct way *y = &w->at[i];
        for (size_t k = 0; k < y->n; k++) kinds[k] = x->number[w->numbers[y->first + k]];
        rc = ways_add(b, &x->ways, kinds, y->n, y->won, y->lost);
        const size_t m = set_of(kinds, y->n);
        for (size_t k = 0; k < m; k++) x->kind[kinds[k]].paths += y->won + y->lost;
        if (!rc) rc = ways_add(b, &x->sets, kinds, m, y->won, y->lost);
        x->won += y->won;
        x->lost += y->lost;
    }
    b->host->free(b->cx, kinds);
    ways_sort(&x->ways);
    ways_sort(&x->sets);
    return rc ? rc : ways_paths(b, &x->ways, &x->path);
}

// ---- models ---------------------------------------------------------------------------------------------------------------------

// Room for k kinds: credit and effects of all models, and the work of the largest.
static size_t room_of(size_t k, bool exact)
{
    const size_t solve = (k + 1) * (2 * k + 2), sets = exact ? (size_t)3 << k : 4 * k + 2;
    return 6 * k + (solve > sets ? solve : sets);
}

static voc_rc gains(struct sheet *x, double *phi, double *error, void *work)
{
    struct path *sets = NULL;
    const struct attribution *a = x->a;
    voc_rc rc = ways_paths(&a->base, &x->sets, &sets);
    if (rc) return rc;
    const struct paths p = {sets, x->sets.n, x->n, x->s->won_untouched, x->s->lost_untouched};
    if (x->exact) models_shapley(&p, phi, work);
    else models_shapley_sampled(&p, a->seed, a->samples, phi, error, work);
    a->base.host->free(a->base.cx, sets);
    return VOC_OK;
}

static voc_rc judge(struct sheet *x)
{
    const struct attribution *a = x->a;
    const size_t k = x->n;
    double *all = NULL, sum = 0;
    x->exact = k <= MODELS_EXACT_MAX;
    voc_rc rc = analysis_zeroed(&a->base, (void **)&all, room_of(k, x->exact), sizeof *all);
    if (rc || !k) return a->base.host->free(a->base.cx, all), rc;
    double *first = all, *last = all + k, *even = all + 2 * k, *removal = all + 3 * k, *missing = all + 4 * k, *error = all + 5 * k,
           *work = all + 6 * k;
    const struct paths p = {x->path, x->ways.n, k, x->s->won_untouched, x->s->lost_untouched};
    models_rules(&p, first, last, even);
    models_markov(&p, removal, missing, work);
    for (size_t i = 0; i < k; i++) {
        struct kind *y = &x->kind[i];
        const struct credit c = y->code < x->s->n_recent ? x->s->recent[y->code] : (struct credit){0, 0};
        y->credit[FIRST] = first[i];
        y->credit[LAST] = last[i];
        y->credit[EVEN] = even[i];
        y->credit[RECENT] = ldexp((double)c.high, 4) + ldexp((double)c.low, -60);
        y->credit[MISSING] = missing[i];
        y->removal = removal[i];
    }
    rc = gains(x, first, error, work);
    for (size_t i = 0; i < k; i++) sum += first[i];
    for (size_t i = 0; i < k; i++) {
        x->kind[i].gain = first[i];
        x->kind[i].error = x->exact ? NAN : error[i];
        x->kind[i].credit[GAIN] = sum > 0 ? first[i] / sum * (double)x->won : NAN;
    }
    a->base.host->free(a->base.cx, all);
    return rc;
}

// Without touches there is nothing to look at but the reason.
static uint32_t shown_if(const struct sheet *x) { return x->n ? VOC_TABLE_BRIEF : VOC_TABLE_HIDDEN; }

static double part(const struct sheet *x, const struct kind *k, int model) { return x->won ? k->credit[model] / (double)x->won : NAN; }

// ---- the credit -----------------------------------------------------------------------------------------------------------------

static int by_missing(const void *x, const void *y)
{
    const struct kind *a = *(const struct kind *const *)x, *b = *(const struct kind *const *)y;
    if (a->credit[MISSING] > b->credit[MISSING]) return -1;
    if (a->credit[MISSING] < b->credit[MISSING]) return 1;
    return by_name(a, b);
}

static voc_rc order_kinds(struct sheet *x)
{
    voc_rc rc = analysis_zeroed(&x->a->base, (void **)&x->order, x->n, sizeof *x->order);
    for (size_t i = 0; i < x->n && !rc; i++) x->order[i] = &x->kind[i];
    if (!rc) qsort(x->order, x->n, sizeof *x->order, by_missing);
    return rc;
}

static void say_basis(struct sheet *x)
{
    char line[600], won[FORMAT_MAX], all[FORMAT_MAX], half[FORMAT_MAX];
    format_integer(won, sizeof won, (int64_t)(x->won + x->s->won_untouched), false);
    format_integer(all, sizeof all, (int64_t)(x->won + x->lost + x->s->won_untouched + x->s->lost_untouched), false);
    format_duration(half, sizeof half, x->a->half_life_us);
    snprintf(line, sizeof line,
             "%.40s %s on %.40s paths; shares of the conversions that some touch came before; touches strictly "
             "before the conversion; half-life %.60s",
             won, x->won + x->s->won_untouched == 1 ? "conversion" : "conversions", all, half);
    page_semantics(&x->p, line);
}

static void say_rest(struct sheet *x)
{
    char n[FORMAT_MAX];
    const struct attribution_state *s = x->s;
    if (s->won_untouched) {
        format_integer(n, sizeof n, (int64_t)s->won_untouched, false);
        page_notef(&x->p, VOC_NOTE_AFTER, "%s %s no touch before %s: nobody's credit.", n,
                   s->won_untouched == 1 ? "conversion had" : "conversions had", s->won_untouched == 1 ? "it" : "them");
    }
    if (s->behind) {
        format_integer(n, sizeof n, (int64_t)s->behind, false);
        page_notef(&x->p, VOC_NOTE_AFTER, "%s touches came behind the win of their journey and count for none.", n);
    }
    if (s->open) {
        format_integer(n, sizeof n, (int64_t)s->open, false);
        page_notef(&x->p, VOC_NOTE_ASSUMED, s->open == 1 ? "%s journey is still open: not converted so far." : "%s journeys are still open: not converted so far.", n);
    }
    if (x->a->base.info->actor_assumed) page_note(&x->p, VOC_NOTE_ASSUMED, "Where a source does not say who acted, the customer is taken to have acted.");
    if (x->exact) return;
    format_integer(n, sizeof n, (int64_t)x->a->samples, false);
    page_notef(&x->p, VOC_NOTE_AFTER, "The average gain is drawn from %s orders of the touches (seed %" PRIu64 "); its error stands in the table credits.", n, x->a->seed);
}

static void credit_table(struct sheet *x)
{
    struct page_column columns[2 + N_MODELS] = {{"touch", "touch", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "what gets the credit"},
                                                {"paths", "paths", VOC_CELL_INT, "", 0, "ways to a conversion or to an end that had it"}};
    for (int m = 0; m < N_MODELS; m++) columns[2 + m] = (struct page_column){models[m].name, models[m].title, VOC_CELL_SHARE, "", 0, models[m].help};
    page_open(&x->p, "attribution", "Who gets the credit, by six models", VOC_TABLE_BRIEF, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < x->n; i++) {
        cell_str(&x->p, x->order[i]->name);
        cell_int(&x->p, x->order[i]->paths);
        for (int m = 0; m < N_MODELS; m++) cell_share(&x->p, part(x, x->order[i], m), 1);
    }
    say_basis(x);
    say_rest(x);
    if (!x->n)
        page_notef(&x->p, VOC_NOTE_NEXT,
                   "No touch was found: voc attribution PROJECT --by channel takes whatever names a channel, and a "
                   "journey with touchpoints says what the company's touches are");
    else if (!(x->won + x->s->won_untouched))
        page_note(&x->p, VOC_NOTE_NEXT,
                  "Nobody has converted: voc attribution PROJECT --to ACTION counts something that customers do earlier");
}

// ---- where they disagree ----------------------------------------------------------------------------------------------------------

struct apart {
    const struct kind *kind;
    int least, most;
    double by;
};

static struct apart apart_of(const struct sheet *x, const struct kind *k)
{
    struct apart d = {k, FIRST, FIRST, 0};
    for (int m = 1; m < N_MODELS; m++) {
        if (isnan(k->credit[m])) continue;
        if (k->credit[m] < k->credit[d.least]) d.least = m;
        if (k->credit[m] > k->credit[d.most]) d.most = m;
    }
    d.by = part(x, k, d.most) - part(x, k, d.least);
    return d;
}

static int by_apart(const void *x, const void *y)
{
    const struct apart *a = x, *b = y;
    if (a->by > b->by) return -1;
    if (a->by < b->by) return 1;
    return by_name(a->kind, b->kind);
}

static voc_rc disagree_table(struct sheet *x)
{
    static const struct page_column columns[] = {{"touch", "touch", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, ""},
                                                 {"least", "least", VOC_CELL_SHARE, "", 0, "of the credit, by the model that gives it least"},
                                                 {"least_by", "by", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "that model"},
                                                 {"most", "most", VOC_CELL_SHARE, "", 0, "of the credit, by the model that gives it most"},
                                                 {"most_by", "by", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "that model"},
                                                 {"apart", "apart", VOC_CELL_SHARE, "", 0, "the most less the least"}};
    struct apart *all = NULL;
    voc_rc rc = analysis_zeroed(&x->a->base, (void **)&all, x->n, sizeof *all);
    if (rc) return rc;
    for (size_t i = 0; i < x->n; i++) all[i] = apart_of(x, &x->kind[i]);
    qsort(all, x->n, sizeof *all, by_apart);
    page_open(&x->p, "disagree", "Where the models disagree", shown_if(x), columns, sizeof columns / sizeof *columns);
    const size_t shown = x->a->top && x->a->top < x->n ? (size_t)x->a->top : x->n;
    for (size_t i = 0; i < shown; i++) {
        cell_str(&x->p, all[i].kind->name);
        cell_share(&x->p, part(x, all[i].kind, all[i].least), 1);
        cell_text(&x->p, models[all[i].least].title);
        cell_share(&x->p, part(x, all[i].kind, all[i].most), 1);
        cell_text(&x->p, models[all[i].most].title);
        cell_share(&x->p, all[i].by, 1);
    }
    if (x->n) {
        char least[FORMAT_MAX], most[FORMAT_MAX];
        format_number(least, sizeof least, part(x, all[0].kind, all[0].least) * 100, 1, false);
        format_number(most, sizeof most, part(x, all[0].kind, all[0].most) * 100, 1, false);
        if (strcmp(least, most) == 0) // what differs behind that is rounding
            page_note(&x->p, VOC_NOTE_LEAD, "The models give each touch the same share of the credit. None of the rules knows what the touch caused.");
        else
            page_notef(&x->p, VOC_NOTE_LEAD,
                       "%.*s gets %s%% of the credit or %s%%, depending on the rule. None of the rules knows what the touch caused.",
                       SHOW_AT_MOST(all[0].kind->name, 80), least, most);
    }
    x->a->base.host->free(x->a->base.cx, all);
    page_semantics(&x->p, "A description, no effect: each model is a rule for splitting credit, and none of them can tell \"caused\" from \"was there\"; the widest apart first");
    if (shown < x->n) page_note(&x->p, VOC_NOTE_AFTER, "Touches that the models judge more alike are not shown: --top 0 shows all.");
    page_note(&x->p, VOC_NOTE_NEXT, "voc score PROJECT compares customers who got a touch with comparable ones who did not");
    return x->p.rc;
}

// ---- paths ----------------------------------------------------------------------------------------------------------------------

#define SHORT_STEPS 6u

// "a > b > ... > z"; whole: every step.
static size_t path_text(const struct sheet *x, const struct path *p, bool whole, char *to, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        const voc_str s = x->kind[p->kind[i]].name;
        if (!whole && p->n > SHORT_STEPS && i == SHORT_STEPS / 2) {
            char gap[48];
            const int m = snprintf(gap, sizeof gap, " > (%zu more)", p->n - SHORT_STEPS + 1);
            if (to && n + (size_t)m <= size) memcpy(to + n, gap, (size_t)m);
            n += (size_t)m;
            i = p->n - SHORT_STEPS / 2;
            continue;
        }
        if (i) {
            if (to && n + 3 <= size) memcpy(to + n, " > ", 3);
            n += 3;
        }
        if (to && s.len && n + s.len <= size) memcpy(to + n, s.ptr, s.len);
        n += s.len;
    }
    return n;
}

static void put_path(struct sheet *x, const struct path *p, bool whole)
{
    const size_t n = path_text(x, p, whole, NULL, 0);
    char *text = x->p.rc ? NULL : x->a->base.host->alloc(x->a->base.cx, n + 1);
    if (!x->p.rc && !text) x->p.rc = VOC_E_NOMEM;
    if (!text) return;
    path_text(x, p, whole, text, n);
    cell_str(&x->p, (voc_str){text, n});
    x->a->base.host->free(x->a->base.cx, text);
}

static int by_count(const void *x, const void *y)
{
    const struct path *a = x, *b = y;
    const uint64_t m = a->won + a->lost, n = b->won + b->lost;
    if (m != n) return m > n ? -1 : 1;
    if (a->n != b->n) return a->n < b->n ? -1 : 1;
    for (size_t i = 0; i < a->n; i++)
        if (a->kind[i] != b->kind[i]) return a->kind[i] < b->kind[i] ? -1 : 1;
    return 0;
}

static void path_row(struct sheet *x, const struct path *p, bool whole, uint64_t paths)
{
    const struct stats_interval w = stats_wilson((double)p->won, (double)(p->won + p->lost));
    put_path(x, p, whole);
    cell_int(&x->p, p->won + p->lost);
    cell_part(&x->p, p->won + p->lost, paths);
    cell_int(&x->p, p->won);
    cell_part(&x->p, p->won, p->won + p->lost);
    cell_share(&x->p, w.lo, 1);
    cell_share(&x->p, w.hi, 1);
}

static void path_table(struct sheet *x, const char *name, bool whole, uint32_t flags)
{
    static const struct page_column columns[] = {{"path", "path", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "touches in their order, up to a conversion or the end"},
                                                 {"paths", "paths", VOC_CELL_INT, "", 0, "that are exactly this one"},
                                                 {"share", "of all touched", VOC_CELL_SHARE, "", 0, "of all paths with a touch"},
                                                 {"won", "converted", VOC_CELL_INT, "", 0, "ended in a conversion"},
                                                 {"rate", "rate", VOC_CELL_SHARE, "", 0, "converted, of these paths"},
                                                 {"rate_low", "at least", VOC_CELL_SHARE, "", 0, "lower limit of the rate, 95 % (Wilson)"},
                                                 {"rate_high", "at most", VOC_CELL_SHARE, "", 0, "upper limit of the rate, 95 % (Wilson)"}};
    const size_t n = !whole && x->a->top && x->a->top < x->ways.n ? (size_t)x->a->top : x->ways.n;
    page_open(&x->p, name, whole ? "Every path" : "The most frequent paths", flags, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < n; i++) path_row(x, &x->path[i], whole, x->won + x->lost);
    page_semantics(&x->p, "touches in their order, repeats kept; most frequent first, then the shorter, then by name; the rate with its 95 % range");
    if (n < x->ways.n) page_notef(&x->p, VOC_NOTE_AFTER, "%zu rarer paths are not shown: --top 0 shows them, csv and json hold them whole (the table all_paths).", x->ways.n - n);
}

// ---- for data formats -----------------------------------------------------------------------------------------------------------

static void credits_table(struct sheet *x)
{
    static const struct page_column columns[] = {{"touch", "touch", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, ""},
                                                 {"model", "model", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "column of the table attribution"},
                                                 {"credit", "credit", VOC_CELL_REAL, "conversions", 0, "conversions credited to it"},
                                                 {"share", "share", VOC_CELL_SHARE, "", 0, "of the conversions that some touch came before"},
                                                 {"effect", "effect", VOC_CELL_REAL, "", 0, "missing: removal effect, the share of conversions that would be lost; gain: its part of the rate of conversion"},
                                                 {"error", "error", VOC_CELL_REAL, "", 0, "standard error of a drawn gain; not available where it is exact"},
                                                 {"rule", "rule", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL | VOC_COLUMN_LEFT, "the model as people call it"}};
    static const voc_figure_part parts[] = {FIGURE_PART(VOC_AS_X, "touch"), FIGURE_PART(VOC_AS_Y, "share"), FIGURE_PART(VOC_AS_SERIES, "rule")};
    page_open(&x->p, "credits", "Credit in numbers", VOC_TABLE_HIDDEN, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < x->n; i++)
        for (int m = 0; m < N_MODELS; m++) {
            const struct kind *k = x->order[i];
            cell_str(&x->p, k->name);
            cell_text(&x->p, models[m].name);
            cell_real(&x->p, k->credit[m], 3);
            cell_share(&x->p, part(x, k, m), 1);
            cell_real(&x->p, m == MISSING ? k->removal : m == GAIN ? k->gain : NAN, 6);
            cell_real(&x->p, m == GAIN ? k->error : NAN, 6);
            cell_text(&x->p, models[m].title);
        }
    if (!x->p.rc && x->n)
        x->p.rc = figure_declare(x->a->base.host, x->p.t, VOC_FIGURE_CURVES, "How far the models are apart",
                                 "For each touch the share of the credit that each of the six models gives it; the longer the rail behind the signs, the more the credit depends on the model. It describes rules for splitting "
                                 "credit: no sign on it says what a touch caused.",
                                 parts, sizeof parts / sizeof *parts, 0, 0);
    page_semantics(&x->p, "touches as in attribution, models in the order of its columns");
}

voc_rc attribution_write(const struct attribution *a, struct attribution_state *s)
{
    struct sheet x = {.a = a, .s = s, .p = page_of(a->base.host, a->base.run)};
    voc_rc rc = name_kinds(&x);
    if (!rc) rc = number_paths(&x);
    if (!rc) rc = judge(&x);
    if (!rc) rc = order_kinds(&x);
    if (!rc) {
        credit_table(&x);
        rc = disagree_table(&x);
    }
    if (!rc) {
        qsort(x.path, x.ways.n, sizeof *x.path, by_count);
        path_table(&x, "paths", false, shown_if(&x));
        path_table(&x, "all_paths", true, VOC_TABLE_HIDDEN);
        credits_table(&x);
        rc = x.p.rc;
    }
    ways_done(&a->base, &x.ways);
    ways_done(&a->base, &x.sets);
    a->base.host->free(a->base.cx, x.kind);
    a->base.host->free(a->base.cx, (void *)x.order);
    a->base.host->free(a->base.cx, x.number);
    a->base.host->free(a->base.cx, x.path);
    return rc;
}
