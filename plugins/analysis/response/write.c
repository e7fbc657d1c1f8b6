// SPDX-License-Identifier: MIT
//
// The two tables of the response: by moments and by time. Both set a touch beside the rest of its own strata (stage reached, how
// active), so that neither newcomers nor the busy are compared with everybody.
#include <math.h>
#include <stdio.h>

#include "plugins/analysis/response/response.h"
#include "plugins/common/format.h"

struct page {
    const struct response *a;
    voc_table_builder *t;
    voc_rc rc;
};

static void column(struct page *p, const char *name, const char *title, uint32_t type, const char *unit, const char *help)
{
    if (!p->rc) p->rc = p->a->base.host->column(p->t, name, title, type, unit, 0, help);
}

static void cell(struct page *p, const voc_cell *c)
{
    if (!p->rc) p->rc = p->a->base.host->cell(p->t, c);
}

static void text(struct page *p, voc_str s) { cell(p, &(voc_cell){.type = VOC_CELL_TEXT, .s = s}); }
static void integer(struct page *p, uint64_t n) { cell(p, &(voc_cell){.type = VOC_CELL_INT, .i = (int64_t)n}); }

static void number(struct page *p, uint32_t type, double x, uint32_t digits)
{
    if (isfinite(x)) cell(p, &(voc_cell){.type = type, .r = x, .digits = digits});
    else cell(p, &(voc_cell){.type = VOC_CELL_NA});
}

static void note(struct page *p, uint32_t kind, const char *words)
{
    if (!p->rc) p->rc = p->a->base.host->note(p->t, kind, words);
}

static double days(const struct pace *p) { return (ldexp((double)p->high, 64) + (double)p->low_us) / 86400e6; }

static void words(struct page *p, const char *before, const char *after)
{
    const struct response *a = p->a;
    char line[FORMAT_MAX + 400], within[FORMAT_MAX];
    format_duration(within, sizeof within, a->within_us);
    snprintf(line, sizeof line, "%s %s %s", before, within, after);
    if (!p->rc) p->rc = a->base.host->semantics(p->t, line);
    if (a->base.info->n_set_aside) {
        snprintf(line, sizeof line, "%llu events at or after the end of observation are set aside.", (unsigned long long)a->base.info->n_set_aside);
        note(p, VOC_NOTE_AFTER, line);
    }
    if (a->base.info->actor_assumed) note(p, VOC_NOTE_ASSUMED, "Where a source does not say who acted, the customer is taken to have acted.");
}

// ---- by moments ---------------------------------------------------------------------------------------------------------------

// A stratum in which every moment has the touch in the time before says nothing of other moments: its touches are not compared.
static void moments_row(struct page *p, const struct response_state *s, size_t touch)
{
    const struct response *a = p->a;
    uint64_t all = 0, n = 0, y = 0;
    double expected = 0;
    for (size_t k = 0; k < a->n_strata; k++) {
        const struct tally *t = &s->touches[touch * a->n_strata + k], *e = &s->exposed[touch * a->n_strata + k];
        const uint64_t others = s->moments[k].n - e->n;
        all += t->n;
        if (!t->n || !others) continue;
        n += t->n;
        y += t->y;
        expected += (double)t->n * (double)(s->moments[k].y - e->y) / (double)others;
    }
    text(p, a->touch[touch]);
    integer(p, all);
    integer(p, n);
    integer(p, y);
    number(p, VOC_CELL_SHARE, n ? (double)y / (double)n : NAN, 1);
    number(p, VOC_CELL_SHARE, n ? expected / (double)n : NAN, 1);
    number(p, VOC_CELL_REAL, n && expected > 0 ? (double)y / expected : NAN, 2);
}

static voc_rc write_moments(const struct response *a, const struct response_state *s)
{
    struct page p = {.a = a};
    uint64_t all = 0;
    p.rc = a->base.host->table(a->base.run, &p.t, "response", "What follows touches", VOC_TABLE_BRIEF);
    column(&p, "touch", "after", VOC_CELL_TEXT, "", "the touch");
    column(&p, "touches", "touches", VOC_CELL_INT, "", "all of them");
    column(&p, "compared", "compared", VOC_CELL_INT, "", "touches for which there are other moments of customers as far on and as active");
    column(&p, "followed", "followed", VOC_CELL_INT, "", "of those compared: a response came later, within the time");
    column(&p, "share", "share", VOC_CELL_SHARE, "", "followed, of those compared");
    column(&p, "other_share", "other moments", VOC_CELL_SHARE, "", "share of other moments that a response followed, of customers as far on and as active who had not got it in the time before");
    column(&p, "times", "times", VOC_CELL_REAL, "", "share after the touch, in times that of other moments");
    for (size_t i = 0; i < a->n_touches; i++) moments_row(&p, s, i);
    words(&p, "A description, no effect: who is touched was chosen. Followed: a response came strictly later, within", "after it. Other moments weigh as the touches do.");
    for (size_t k = 0; k < a->n_strata * a->n_touches; k++) all += s->touches[k].n;
    if (!all) note(&p, VOC_NOTE_NEXT, "None of these touches occurs: voc stats PROJECT shows what does");
    else note(&p, VOC_NOTE_NEXT, "voc score PROJECT compares like with like, with a range");
    return p.rc;
}

// ---- by time ------------------------------------------------------------------------------------------------------------------

// Each stratum weighs by how much both sides know of it (Mantel & Haenszel 1959, for person-time: Rothman & Boice 1979).
static void pace_row(struct page *p, const struct response_state *s, size_t touch)
{
    const struct response *a = p->a;
    double time = 0, above = 0, below = 0;
    uint64_t y = 0;
    for (size_t k = 0; k < a->n_strata; k++) {
        const struct pace *in = &s->after[touch * a->n_strata + k], *all = &s->time[k];
        struct pace out = {all->low_us - in->low_us, all->high - in->high - (all->low_us < in->low_us), all->y - in->y};
        const double d1 = days(in), d0 = days(&out);
        if (!(d1 > 0) || !(d0 > 0)) continue;
        time += d1;
        y += in->y;
        above += (double)in->y * d0 / (d0 + d1);
        below += (double)out.y * d1 / (d0 + d1);
    }
    text(p, a->touch[touch]);
    number(p, VOC_CELL_REAL, time, 1);
    integer(p, y);
    number(p, VOC_CELL_REAL, time > 0 ? (double)y / time : NAN, 4);
    number(p, VOC_CELL_REAL, below > 0 ? above / below : NAN, 2);
}

static voc_rc write_pace(const struct response *a, const struct response_state *s)
{
    struct page p = {.a = a};
    p.rc = a->base.host->table(a->base.run, &p.t, "pace", "How fast responses come", VOC_TABLE_BRIEF);
    column(&p, "touch", "after", VOC_CELL_TEXT, "", "the touch");
    column(&p, "days", "days after it", VOC_CELL_REAL, "d", "of all customers together, within the time after the touch and before their last event");
    column(&p, "responses", "responses", VOC_CELL_INT, "", "in these days");
    column(&p, "a_day", "a day", VOC_CELL_REAL, "", "responses of one customer in one day");
    column(&p, "times", "times", VOC_CELL_REAL, "", "as many a day as at other times of customers as far on and as active");
    for (size_t i = 0; i < a->n_touches; i++) pace_row(&p, s, i);
    words(&p, "A description, no effect. Time counts from a customer's first event to the last;", "after a touch belong to it, counted anew from each further one.");
    return p.rc;
}

voc_rc response_write(const struct response *a, const struct response_state *s)
{
    voc_rc rc = write_moments(a, s);
    return rc ? rc : write_pace(a, s);
}
