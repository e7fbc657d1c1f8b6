// SPDX-License-Identifier: MIT
//
// What a sceptic asks for: what the comparison cannot see, every check of every comparison with its number, what was left out
// of it and why, and what last-touch credit would have said instead. Numbers of METHODS 3.6 under plain names.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/score/page.h"
#include "plugins/common/format.h"
#include "plugins/common/show.h"

static const struct page_column check_columns[] = {
    {"touchpoint", "", VOC_CELL_TEXT, "", 0, "as customers meet it"},
    {"before", "already acting the week before", VOC_CELL_TEXT, "actions", VOC_COLUMN_RIGHT,
     "actions of the touched in the time before the touch, and what is expected of comparable customers: they should be alike"},
    {"trigger", "in the hour before", VOC_CELL_SHARE, "", VOC_COLUMN_SIGNED, "share of the touched who acted in the hour before, less the comparable customers' (sent because they acted)"},
    {"bundle", "came together with", VOC_CELL_TEXT, "", 0, "the other touchpoint that most often came near by, and how much more often than to comparable customers"},
    {"covered", "time compared", VOC_CELL_SHARE, "", 0, "share of the time followed in which a comparable customer without it is still there"},
    {"largest_account", "largest customer", VOC_CELL_SHARE, "", 0, "share of the evidence that one customer holds"},
    {"hidden_cause", "a hidden cause must be", VOC_CELL_TEXT, "", VOC_COLUMN_RIGHT,
     "how many times likelier a hidden difference must make both the touch and the action, to explain even the low end away; from 2 on it is called strong, from 1.5 moderate"},
};

static const struct page_column ranking_columns[] = {
    {"touchpoint", "", VOC_CELL_TEXT, "", 0, "as customers meet it"},
    {"rank", "our rank", VOC_CELL_INT, "", 0, "by extra actions"},
    {"extra", "extra (95% range)", VOC_CELL_RANGE, "actions", VOC_COLUMN_SIGNED, "acted less expected; missing where nothing could be compared"},
    {"credit_rank", "last touch", VOC_CELL_INT, "", 0, "rank by last-touch credit"},
    {"credit", "its share", VOC_CELL_SHARE, "", 0, "of the actions to which a touch can be credited"},
    {"verdict", "our answer", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "verdict, and what follows from it"},
};

static const struct trial_estimate *estimate(const struct finding *f) { return f->randomised ? &f->random.estimate[0] : &f->cell.estimate[0]; }

static voc_str name_of(const struct study *st, uint32_t touchpoint)
{
    const voc_def_touchpoint *t = definition_touchpoint(st->s->def, touchpoint);
    return t->title.len ? t->title : t->id;
}

static bool is_compared(const struct finding *f) { return f->judged && f->tested && !f->pull && !f->work && f->cell.matched > 0; }

// Nothing could be compared where everybody got it, or nothing is known of it: no extra, and no rank.
static bool has_extra(const struct finding *f)
{
    return is_compared(f) && f->code != VERDICT_U1 && f->code != VERDICT_U2 && f->code != VERDICT_U7 && f->code != VERDICT_W0;
}

static int by_extra(const void *a, const void *b)
{
    const struct finding *x = *(const struct finding *const *)a, *y = *(const struct finding *const *)b;
    if (has_extra(x) != has_extra(y)) return has_extra(x) ? -1 : 1;
    double ex = has_extra(x) ? estimate(x)->extra : 0, ey = has_extra(y) ? estimate(y)->extra : 0;
    if (ex != ey) return ex > ey ? -1 : 1;
    return (x->touchpoint > y->touchpoint) - (x->touchpoint < y->touchpoint);
}

// ---- checks ------------------------------------------------------------------------------------------------------------------

static void check_row(struct page *p, const struct finding *f)
{
    const struct trial_cell *c = &f->cell;
    char text[200] = "", a[40], b[40];
    cell_str(p, name_of(told(p), f->touchpoint));
    if (f->randomised) { // who got it was drawn by lot: these checks have nothing to find
        cell_text(p, "drawn by lot");
        for (size_t i = 0; i < 3; i++) cell_na(p);
        cell_share(p, f->random.largest_share, 0);
        cell_na(p);
        return;
    }
    if (c->placebo.sets) {
        say_number(a, sizeof a, c->placebo.o, 0);
        say_number(b, sizeof b, c->placebo.e, 0);
        snprintf(text, sizeof text, "%s, expected %s", a, b);
    }
    cell_text(p, text);
    cell_share(p, fabs(c->trigger) < 0.005 ? 0 : c->trigger, 0);
    text[0] = 0;
    if (c->bundle_type != TRIAL_NONE && c->bundle >= 0.005) {
        voc_str with = name_of(told(p), c->bundle_type);
        snprintf(text, sizeof text, "%.*s +%.0f%%", SHOW_AT_MOST(with, 80), 100 * c->bundle);
    }
    cell_text(p, text[0] ? text : "nothing");
    cell_share(p, c->covered, 0);
    cell_share(p, c->largest_share, 0);
    text[0] = 0;
    if (c->estimate[0].lo > 1 && isfinite(c->estimate[0].lo)) snprintf(text, sizeof text, "%.1f times", verdict_evalue(c->estimate[0].lo));
    cell_text(p, text);
}

// Until when was looked, which source set that end, and what was put aside for it (METHODS 1.5).
static void note_window(struct page *p)
{
    const voc_run_info *info = told(p)->s->info;
    char from[64], to[64], n[80], text[500], source[120] = "";
    format_day(from, sizeof from, info->start_us);
    format_day(to, sizeof to, info->end_us - 1);
    say_count(n, sizeof n, (double)info->n_set_aside, "later event was", "later events were");
    if (info->end_source.len) snprintf(source, sizeof source, ", where %.*s ends", SHOW_AT_MOST(info->end_source, 80));
    snprintf(text, sizeof text, "Observed from %s to %s%s; %s set aside, because not every source reaches so far.", from, to, source, n);
    if (info->n_set_aside == 0) snprintf(text, sizeof text, "Observed from %s to %s%s; no event had to be set aside.", from, to, source);
    page_note(p, VOC_NOTE_AFTER, text);
}

static void note_left_out(struct page *p)
{
    const struct study *st = told(p);
    size_t all = 0, fresh = 0, matched = 0;
    char a[60], b[60], c[60], text[500];
    for (size_t i = 0; i < st->n_pooled; i++) {
        const struct finding *f = &st->pooled[i];
        if (!f->tested || f->pull || f->work) continue;
        all += f->all_touches;
        fresh += f->cell.fresh;
        matched += f->cell.matched;
    }
    if (all == 0) return;
    say_count(a, sizeof a, (double)all, "touch", "touches");
    say_number(b, sizeof b, (double)fresh, 0);
    say_number(c, sizeof c, (double)matched, 0);
    snprintf(text, sizeof text,
             "Of %s, %s opened a comparison (the others came while one of the same kind was still running, or "
             "outside any stage), and for %s of these a comparable customer without it was found.",
             a, b, c);
    page_note(p, VOC_NOTE_AFTER, text);
    if (st->s->info->n_undelivered == 0) return;
    say_count(a, sizeof a, (double)st->s->info->n_undelivered, "touch was", "touches were");
    snprintf(text, sizeof text, "%s not delivered, and not counted.", a);
    page_note(p, VOC_NOTE_AFTER, text);
}

static voc_rc checks(struct page *p, const struct finding **order, size_t n)
{
    page_open(p, "checks", "What else could explain it", 0, check_columns, sizeof check_columns / sizeof *check_columns);
    page_note(p, VOC_NOTE_LEAD,
              "What this cannot see: a lasting difference between customers that nobody recorded. If keener customers are also given more, they act more, with it and without it, and no check "
              "below finds that. The last column says how large such a difference would have to be. Only leaving a random part out rules it out.");
    for (size_t i = 0; i < n && !p->rc; i++) check_row(p, order[i]);
    note_window(p);
    note_left_out(p);
    page_note(p, VOC_NOTE_NEXT, "voc explain PROJECT TOUCHPOINT | voc score PROJECT --balance");
    return p->rc ? p->rc
                 : say_semantics(
                       told(p)->s, p->t,
                       "Touches with comparable customers; each number compares the touched with the customers of their own "
                       "sets. Shares are differences where they carry a sign.");
}

// ---- ranking -------------------------------------------------------------------------------------------------------------------

static size_t credit_rank(const struct study *st, const struct finding **order, size_t n, const struct finding *f)
{
    size_t rank = 1;
    for (size_t i = 0; i < n; i++) rank += st->credit[order[i]->touchpoint] > st->credit[f->touchpoint];
    return rank;
}

static voc_rc ranking(struct page *p, const struct finding **order, size_t n)
{
    const struct study *st = told(p);
    char text[160];
    page_open(p, "ranking", "What last-touch credit would have said", 0, ranking_columns, sizeof ranking_columns / sizeof *ranking_columns);
    for (size_t i = 0; i < n && !p->rc; i++) {
        const struct finding *f = order[i];
        const struct verdict_name *v = verdict_name(f->code);
        cell_str(p, name_of(st, f->touchpoint));
        if (has_extra(f)) {
            cell_int(p, i + 1);
            cell_range(p, estimate(f)->extra, estimate(f)->extra_lo, estimate(f)->extra_hi, 0);
        } else {
            cell_na(p);
            cell_na(p);
        }
        cell_int(p, credit_rank(st, order, n, f));
        cell_share(p, st->n_credited ? st->credit[f->touchpoint] / (double)st->n_credited : NAN, 0);
        snprintf(text, sizeof text, "%s: %s", v->word, v->class == VERDICT_INCIDENTAL ? "keep" : v->verb);
        cell_text(p, text);
    }
    page_note(p, VOC_NOTE_AFTER, "Last-touch credit gives each action to the touch before it. It describes what came last, and cannot tell what would have happened anyway.");
    return p->rc ? p->rc
                 : say_semantics(st->s, p->t,
                                 "Ranks among the touchpoints that the company starts. Credit: the touch that an aimed action "
                                 "answers, else the last touch before it.");
}

voc_rc sceptic_write(struct study *st)
{
    struct page p = score_page(st);
    const struct finding **order = score_alloc(st->s, st->n_pooled, sizeof *order);
    size_t n = 0;
    if (!order) return VOC_E_NOMEM;
    for (size_t i = 0; i < st->n_pooled; i++)
        if (is_compared(&st->pooled[i])) order[n++] = &st->pooled[i];
    if (n == 0) return VOC_OK;
    qsort(order, n, sizeof *order, by_extra);
    voc_rc rc = checks(&p, order, n);
    return rc ? rc : ranking(&p, order, n);
}
