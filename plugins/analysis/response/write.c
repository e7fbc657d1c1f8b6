// SPDX-License-Identifier: MIT
//
// The two tables of the response: by moments and by time. Both set a touch beside the rest of its own strata (stage reached, how
// active), so that neither newcomers nor the busy are compared with everybody.
#include <math.h>
#include <stdio.h>

#include "plugins/analysis/response/response.h"
#include "plugins/common/format.h"
#include "plugins/common/page.h"

static const struct response *of(const struct page *p) { return p->of; }

static double days(const struct pace *p) { return (ldexp((double)p->high, 64) + (double)p->low_us) / 86400e6; }

static void words(struct page *p, const char *before, const char *after)
{
    const struct response *a = of(p);
    char line[FORMAT_MAX + 400], within[FORMAT_MAX];
    format_duration(within, sizeof within, a->within_us);
    snprintf(line, sizeof line, "%s %s %s", before, within, after);
    page_semantics(p, line);
    if (a->base.info->n_set_aside) {
        snprintf(line, sizeof line, "%llu events at or after the end of observation are set aside.", (unsigned long long)a->base.info->n_set_aside);
        page_note(p, VOC_NOTE_AFTER, line);
    }
    if (a->base.info->actor_assumed) page_note(p, VOC_NOTE_ASSUMED, "Where a source does not say who acted, the customer is taken to have acted.");
}

// ---- by moments ---------------------------------------------------------------------------------------------------------------

// A stratum in which every moment has the touch in the time before says nothing of other moments: its touches are not compared.
static void moments_row(struct page *p, const struct response_state *s, size_t touch)
{
    const struct response *a = of(p);
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
    cell_str(p, a->touch[touch]);
    cell_int(p, all);
    cell_int(p, n);
    cell_int(p, y);
    cell_share(p, n ? (double)y / (double)n : NAN, 1);
    cell_share(p, n ? expected / (double)n : NAN, 1);
    cell_real(p, n && expected > 0 ? (double)y / expected : NAN, 2);
}

static voc_rc write_moments(const struct response *a, const struct response_state *s)
{
    struct page p = {.host = a->base.host, .run = a->base.run, .of = a};
    uint64_t all = 0;
    p.rc = a->base.host->table(a->base.run, &p.t, "response", "What follows touches", VOC_TABLE_BRIEF);
    page_column(&p, "touch", "after", VOC_CELL_TEXT, "", 0, "the touch");
    page_column(&p, "touches", "touches", VOC_CELL_INT, "", 0, "all of them");
    page_column(&p, "compared", "compared", VOC_CELL_INT, "", 0, "touches for which there are other moments of customers as far on and as active");
    page_column(&p, "followed", "followed", VOC_CELL_INT, "", 0, "of those compared: a response came later, within the time");
    page_column(&p, "share", "share", VOC_CELL_SHARE, "", 0, "followed, of those compared");
    page_column(&p, "other_share", "other moments", VOC_CELL_SHARE, "", 0,
                "share of other moments that a response followed, of customers as far on and as active who had not "
                "got it in the time before");
    page_column(&p, "times", "times", VOC_CELL_REAL, "", 0, "share after the touch, in times that of other moments");
    for (size_t i = 0; i < a->n_touches; i++) moments_row(&p, s, i);
    words(&p, "A description, no effect: who is touched was chosen. Followed: a response came strictly later, within", "after it. Other moments weigh as the touches do.");
    for (size_t k = 0; k < a->n_strata * a->n_touches; k++) all += s->touches[k].n;
    if (!all) page_note(&p, VOC_NOTE_NEXT, "None of these touches occurs: voc stats PROJECT shows what does");
    else page_note(&p, VOC_NOTE_NEXT, "voc score PROJECT compares like with like, with a range");
    return p.rc;
}

// ---- by time ------------------------------------------------------------------------------------------------------------------

// Each stratum weighs by how much both sides know of it (Mantel & Haenszel 1959, for person-time: Rothman & Boice 1979).
static void pace_row(struct page *p, const struct response_state *s, size_t touch)
{
    const struct response *a = of(p);
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
    cell_str(p, a->touch[touch]);
    cell_real(p, time, 1);
    cell_int(p, y);
    cell_real(p, time > 0 ? (double)y / time : NAN, 4);
    cell_real(p, below > 0 ? above / below : NAN, 2);
}

static voc_rc write_pace(const struct response *a, const struct response_state *s)
{
    struct page p = {.host = a->base.host, .run = a->base.run, .of = a};
    p.rc = a->base.host->table(a->base.run, &p.t, "pace", "How fast responses come", VOC_TABLE_BRIEF);
    page_column(&p, "touch", "after", VOC_CELL_TEXT, "", 0, "the touch");
    page_column(&p, "days", "days after it", VOC_CELL_REAL, "d", 0, "of all customers together, within the time after the touch and before their last event");
    page_column(&p, "responses", "responses", VOC_CELL_INT, "", 0, "in these days");
    page_column(&p, "a_day", "a day", VOC_CELL_REAL, "", 0, "responses of one customer in one day");
    page_column(&p, "times", "times", VOC_CELL_REAL, "", 0, "as many a day as at other times of customers as far on and as active");
    for (size_t i = 0; i < a->n_touches; i++) pace_row(&p, s, i);
    words(&p, "A description, no effect. Time counts from a customer's first event to the last;", "after a touch belong to it, counted anew from each further one.");
    return p.rc;
}

voc_rc response_write(const struct response *a, const struct response_state *s)
{
    voc_rc rc = write_moments(a, s);
    return rc ? rc : write_pace(a, s);
}
