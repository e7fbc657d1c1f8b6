// SPDX-License-Identifier: MIT
//
// `--balance`: were those who were touched like those they are compared with? For each trait its mean among the touched, among all
// others at risk at the same time in the stage (before matching), and among the comparators (after), with standardised
// differences d = (x1 - x0) / sqrt((s1^2 + s0^2) / 2): Rosenbaum & Rubin 1985, American Statistician 39, 33-38; the standard
// deviations of before matching in both and the line of 0.1 as in Austin 2009, Statistics in Medicine 28, 3083-3107; weighted
// variances as in Austin & Stuart 2015, Statistics in Medicine 34, 3661-3679. Nothing here changes a verdict.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/score/page.h"
#include "plugins/analysis/score/traits.h"
#include "plugins/common/show.h"

#define LINE 0.1           // where a difference is worth a word
#define LOOKS 4000000.0    // at others, for one touchpoint, about; beyond, an even part of each group is looked at
#define LOOKS_LEAST 100.0  // at others, for one touch

struct tally {  // of one trait; values less `shift`, so that squares of large numbers do not swallow what differs
    double shift;
    bool shifted;
    double n, x, xx;         // touched
    double w, ww, ox, oxx;   // others: each touch weighs 1, shared by those others
    double c, cx;            // compared: the same
};

struct arm {  // of one touchpoint; worked on by one thread
    struct tally *tally;
    double *now, *member;         // traits of the exposed, and of another
    double *sum, *squares, *known;  // of the members of one set
    size_t touches, sets, looks;
    bool part;
};

struct group { size_t first, n; };

struct other { int64_t in, out; uint32_t stay, unit, account; };  // what is asked first of each: most are not at risk

struct balance {
    struct score *s;
    struct traits traits;
    struct group *groups;  // by stage and segment
    struct other *others;  // eligible stays, group after group, by entry
    struct arm *arms;      // by touchpoint
    struct page page;
};

// ---- who is at risk --------------------------------------------------------------------------------------------------------

struct keyed { int64_t in; uint32_t group, stay; };

static int by_entry(const void *x, const void *y)
{
    const struct keyed *a = x, *b = y;
    if (a->group != b->group) return a->group < b->group ? -1 : 1;
    if (a->in != b->in) return a->in < b->in ? -1 : 1;
    return (a->stay > b->stay) - (a->stay < b->stay);
}

static voc_rc make_groups(struct balance *b)
{
    const struct score *s = b->s;
    const struct data *d = &s->data;
    const size_t n_segments = s->def->n_segments ? s->def->n_segments : 1;
    struct keyed *all = score_alloc(s, d->n_stays, sizeof *all);
    size_t n = 0;
    b->groups = score_alloc(s, s->def->n_stages * n_segments, sizeof *b->groups);
    b->others = score_alloc(s, d->n_stays, sizeof *b->others);
    if (!all || !b->groups || !b->others) return VOC_E_NOMEM;
    for (size_t i = 0; i < d->n_stays; i++)
        if (!(d->stays[i].flags & VOC_STAY_TRUNCATED) && d->stays[i].segment < n_segments)
            all[n++] = (struct keyed){d->stays[i].in_us, (uint32_t)(d->stays[i].stage * n_segments + d->stays[i].segment), (uint32_t)i};
    if (n) qsort(all, n, sizeof *all, by_entry);
    for (size_t i = 0; i < n; i++) {
        struct group *g = &b->groups[all[i].group];
        if (g->n++ == 0) g->first = i;
        const size_t unit = b->traits.unit_of_stay[all[i].stay];
        b->others[i] = (struct other){all[i].in, d->stays[all[i].stay].out_us, all[i].stay, (uint32_t)unit, d->units[unit].account};
    }
    s->host->free(s->cx, all);
    return VOC_OK;
}

static bool touched_within(const struct score *s, size_t unit, uint32_t touchpoint, int64_t from, int64_t to)
{
    const struct data *d = &s->data;
    size_t lo = d->first_event[unit], hi = d->first_event[unit + 1];
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        if (d->events[middle].time < from) lo = middle + 1;
        else hi = middle;
    }
    for (; lo < d->first_event[unit + 1] && d->events[lo].time <= to; lo++)
        if (d->events[lo].touchpoint == touchpoint && study_is_touch(s, &d->events[lo], true)) return true;
    return false;
}

// As METHODS 3.3 has comparators, but for the classes and the nearest: another account, still in the stage and observed at the
// same time in it, and without the touch in the window before.
static bool at_risk(const struct balance *b, uint32_t touchpoint, const struct trial_set *set, const struct other *o)
{
    const int64_t x = o->in + set->in_stage;
    return o->account != set->account && x < o->out && x < b->s->info->end_us && !touched_within(b->s, o->unit, touchpoint, x - set->window, x);
}

// ---- sums --------------------------------------------------------------------------------------------------------------------

static void clear_members(const struct balance *b, struct arm *a)
{
    for (size_t k = 0; k < b->traits.n; k++) a->sum[k] = a->squares[k] = a->known[k] = 0;
}

static double shifted(struct tally *t, double x)
{
    if (!t->shifted) t->shift = x, t->shifted = true;  // the first that is known of anybody
    return x - t->shift;
}

static void add_member(const struct balance *b, struct arm *a, const struct trait_moment *m)
{
    traits_at(&b->traits, m, a->member);
    for (size_t k = 0; k < b->traits.n; k++) {
        if (isnan(a->member[k])) continue;
        double x = shifted(&a->tally[k], a->member[k]);
        a->sum[k] += x;
        a->squares[k] += x * x;
        a->known[k] += 1;
    }
}

static void add_touched(const struct balance *b, struct arm *a, const struct trait_moment *m)
{
    traits_at(&b->traits, m, a->now);
    for (size_t k = 0; k < b->traits.n; k++) {
        struct tally *t = &a->tally[k];
        if (isnan(a->now[k])) continue;
        double x = shifted(t, a->now[k]);
        t->n += 1;
        t->x += x;
        t->xx += x * x;
    }
}

static void add_others(const struct balance *b, struct arm *a, uint32_t touchpoint, const struct trial_set *set, struct trait_moment m)
{
    const struct score *s = b->s;
    const struct group *g = &b->groups[set->stage * (s->def->n_segments ? s->def->n_segments : 1) + set->segment];
    const double most = fmax(LOOKS / (double)(a->touches ? a->touches : 1), LOOKS_LEAST);
    const size_t stride = (double)g->n > most ? (size_t)ceil((double)g->n / most) : 1;
    a->part = a->part || stride > 1;
    clear_members(b, a);
    for (size_t i = a->sets % stride; i < g->n; i += stride) {
        const struct other *o = &b->others[g->first + i];
        if (g->n - i > 4 * stride) __builtin_prefetch(o + 4 * stride);
        if (!at_risk(b, touchpoint, set, o)) continue;
        m.stay = o->stay;
        m.time = o->in + set->in_stage;
        add_member(b, a, &m);
    }
    for (size_t k = 0; k < b->traits.n; k++) {
        struct tally *t = &a->tally[k];
        if (!(a->known[k] > 0)) continue;
        t->w += 1;
        t->ww += 1 / a->known[k];
        t->ox += a->sum[k] / a->known[k];
        t->oxx += a->squares[k] / a->known[k];
    }
}

static int add_set(void *ctx, uint32_t touchpoint, uint8_t resolution, const struct trial_set *set)
{
    struct balance *b = ctx;
    struct arm *a = &b->arms[touchpoint];
    if (set->n_members == 0) return b->s->host->cancelled(b->s->cx);
    struct trait_moment m = {set->stay, set->time, resolution, set->window, definition_touchpoint(b->s->def, touchpoint)->kind == VOC_TOUCH_PULL};
    add_touched(b, a, &m);
    clear_members(b, a);
    for (size_t i = 0; i < set->n_members; i++) {
        m.stay = set->members[i].stay;
        m.time = set->members[i].index;
        add_member(b, a, &m);
    }
    for (size_t k = 0; k < b->traits.n; k++) {
        if (!(a->known[k] > 0)) continue;
        a->tally[k].c += 1;
        a->tally[k].cx += a->sum[k] / a->known[k];
    }
    add_others(b, a, touchpoint, set, m);
    a->sets++;
    return b->s->host->cancelled(b->s->cx);
}

// ---- rows --------------------------------------------------------------------------------------------------------------------

struct compared { double touched, others, compared, s1, s0, before, after; };

static double spread(double weights, double squared_weights, double x, double xx)
{
    double free = weights * weights - squared_weights, about = xx - x * x / weights;
    if (!(free > 1e-12 * weights * weights)) return NAN;
    return sqrt(fmax(0, weights / free * about));
}

// 0 / 0 is no difference; anything else over 0 is one that has no size.
static double difference(double x1, double x0, double scale)
{
    double d = x1 - x0;
    if (isnan(d) || isnan(scale)) return NAN;
    return scale > 0 ? d / scale : fabs(d) > 0 ? NAN : 0;
}

static struct compared compare(const struct tally *t)
{
    struct compared c = {.touched = t->shift + t->x / t->n, .others = t->shift + t->ox / t->w, .compared = t->shift + t->cx / t->c};
    c.s1 = spread(t->n, t->n, t->x, t->xx);
    c.s0 = spread(t->w, t->ww, t->ox, t->oxx);
    double scale = sqrt((c.s1 * c.s1 + c.s0 * c.s0) / 2);
    c.before = difference(t->x / t->n, t->ox / t->w, scale);
    c.after = difference(t->x / t->n, t->cx / t->c, scale);
    return c;
}

// A trait that nobody or everybody has says nothing.
static bool is_shown(const struct trait *x, const struct tally *t)
{
    if (!(t->n > 0) || !(t->w > 0) || !(t->c > 0)) return false;
    return x->matched_on || t->xx > 0 || t->oxx > 0 || fabs(t->cx) > 0;
}

static bool differs(const struct compared *c) { return fabs(c->after) > LINE; }

static const char *word(const struct trait *x, const struct compared *c)
{
    if (differs(c)) {
        if (x->share) return c->after > 0 ? "still more common among the touched" : "still less common among the touched";
        return c->after > 0 ? "still higher among the touched" : "still lower among the touched";
    }
    if (isnan(c->after)) return "cannot be put in proportion: too few, or all alike on one side";
    return fabs(c->before) > LINE ? "differed, and was evened out" : "";
}

static void put_trait(struct balance *b, uint32_t touchpoint, const struct trait *x, const struct tally *t)
{
    const struct compared c = compare(t);
    const char *note = word(x, &c);
    cell_str(&b->page, definition_touchpoint(b->s->def, touchpoint)->id);
    cell_str(&b->page, (voc_str){"all", 3});
    cell_str(&b->page, x->name);
    cell_yes(&b->page, x->matched_on);
    cell_real(&b->page, c.touched, 2);
    cell_real(&b->page, c.others, 2);
    cell_real(&b->page, c.compared, 2);
    cell_real(&b->page, c.before, 2);
    cell_real(&b->page, c.after, 2);
    cell_text(&b->page, note);
    cell_signed(&b->page, (int64_t)t->n);
}

static void put_arm(struct balance *b, uint32_t touchpoint)
{
    const struct arm *a = &b->arms[touchpoint];
    const voc_def_touchpoint *d = definition_touchpoint(b->s->def, touchpoint);
    size_t shown = 0, far = 0;
    char title[80], text[200];
    if (!a->sets) return;
    for (size_t k = 0; k < b->traits.n; k++) {
        if (!is_shown(&b->traits.at[k], &a->tally[k])) continue;
        const struct compared c = compare(&a->tally[k]);
        shown++;
        far += differs(&c);
    }
    voc_str name = d->title.len ? d->title : d->id;
    snprintf(title, sizeof title, "%.*s", SHOW_AT_MOST(name, 60));
    snprintf(text, sizeof text, "%zu matched touches; %zu of %zu traits still differ%s", a->sets, far, shown, a->part ? "; others: an even part of them" : "");
    if (!b->page.rc) b->page.rc = b->s->host->group(b->page.t, title, text);
    for (size_t k = 0; k < b->traits.n; k++)
        if (is_shown(&b->traits.at[k], &a->tally[k])) put_trait(b, touchpoint, &b->traits.at[k], &a->tally[k]);
}

static const struct page_column columns[] = {
    {"touchpoint", "touchpoint", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "id in the journey, or the raw name of an undeclared one"},
    {"stage", "stage", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "all: sets of all stages together; each is compared within its own stage and segment"},
    {"covariate", "trait", VOC_CELL_TEXT, "", 0, "what was known of the customer before the touch"},
    {"matched_on", "matched on", VOC_CELL_BOOL, "", VOC_COLUMN_DETAIL, "the comparison looks at it: exactly, in classes, or by the nearest"},
    {"touched_mean", "touched", VOC_CELL_REAL, "", 0, "mean among the touched; of a yes or no: the share"},
    {"others_mean", "others", VOC_CELL_REAL, "", 0, "mean of all others at risk: same stage and segment, same time in it, not touched within the window before; each touch weighs 1"},
    {"compared_mean", "compared with", VOC_CELL_REAL, "", 0, "mean of the comparators; each set weighs 1"},
    {"difference_before", "before", VOC_CELL_REAL, "", VOC_COLUMN_SIGNED, "(touched - others) / sqrt((s1^2 + s0^2) / 2)"},
    {"difference_after", "after", VOC_CELL_REAL, "", VOC_COLUMN_SIGNED, "(touched - compared) by the same standard deviations; beyond 0.1 either way is worth a look"},
    {"note", "in words", VOC_CELL_TEXT, "", 0, ""},
    {"touches", "touches", VOC_CELL_INT, "", VOC_COLUMN_DETAIL, "matched touches of which the trait is known"},
};

static voc_rc close_table(struct balance *b)
{
    const struct score *s = b->s;
    bool any = false;
    for (uint32_t i = 0; i < s->def->n_touchpoints; i++) any = any || b->arms[i].sets;
    voc_rc rc = say_semantics(s, b->page.t,
                              "Of matched touches. Differences are standardised: (x1 - x0) / sqrt((s1^2 + s0^2) / 2), standard deviations from before matching "
                              "(Rosenbaum & Rubin 1985; Austin 2009). Traits as known strictly before the touch, and before the same time in the stage of the others. Last action: log of "
                              "1 + days, where there was none since first seen; lately: actions in the span of engagement, touches in the response window; days count from "
                              "the start of the data.");
    if (!rc && any)
        rc = s->host->note(b->page.t, VOC_NOTE_AFTER,
                           "before and after: how far the touched differ from the others, and from those they are compared "
                           "with; beyond 0.1 either way is worth a look. What nobody recorded is not in this list.");
    if (!rc && any && told(&b->page)->keep) rc = s->host->note(b->page.t, VOC_NOTE_WARNING, SAMPLE_OF_TOUCHES);
    if (!rc && any)
        rc = s->host->note(b->page.t, VOC_NOTE_NEXT,
                           "make a trait that still differs a <segment> of the journey: segments are compared only within "
                           "themselves | voc score PROJECT --sets TOUCHPOINT");
    if (!rc && !any) rc = s->host->note(b->page.t, VOC_NOTE_NEXT, "No touch was compared with anybody: voc score PROJECT says why.");
    return rc;
}

static voc_rc make_arms(struct balance *b)
{
    const struct score *s = b->s;
    const size_t n = b->traits.n;
    b->arms = score_alloc(s, s->def->n_touchpoints, sizeof *b->arms);
    if (!b->arms) return VOC_E_NOMEM;
    for (size_t i = 0; i < s->data.n_events; i++)
        if (study_is_touch(s, &s->data.events[i], true)) b->arms[s->data.events[i].touchpoint].touches++;
    for (uint32_t i = 0; i < s->def->n_touchpoints; i++) {
        struct arm *a = &b->arms[i];
        if (!s->asked[i]) continue;
        a->tally = score_alloc(s, n, sizeof *a->tally);
        double *room = score_alloc(s, 5 * n, sizeof *room);
        if (!a->tally || !room) return VOC_E_NOMEM;
        a->now = room, a->member = room + n, a->sum = room + 2 * n, a->squares = room + 3 * n, a->known = room + 4 * n;
    }
    return VOC_OK;
}

voc_rc balance_write(struct study *st)
{
    struct balance b = {.s = st->s, .page = score_page(st)};
    voc_rc rc = traits_new(&b.traits, b.s);
    if (!rc) rc = make_groups(&b);
    if (!rc) rc = make_arms(&b);
    if (!rc) rc = study_sets(st, b.s->asked, true, add_set, &b);
    if (!rc) page_open(&b.page, "balance", "Alike before the touch?", 0, columns, sizeof columns / sizeof *columns);
    if (!rc) rc = b.page.rc;
    for (uint32_t i = 0; i < b.s->def->n_touchpoints && !rc; i++) {
        put_arm(&b, i);
        rc = b.page.rc;
    }
    return rc ? rc : close_table(&b);
}
