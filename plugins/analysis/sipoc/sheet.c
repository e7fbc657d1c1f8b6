// SPDX-License-Identifier: MIT
//
// The SIPOC as people hang it up: a card for each step with its six parts beside each other, the first lines of each in words. The table
// is the twin of the figure and has nothing that write.c does not have with all its numbers.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "plugins/analysis/sipoc/rows.h"
#include "plugins/common/figure/declare.h"
#include "plugins/common/format.h"
#include "plugins/common/show.h"

#define SHOW(s) SHOW_AT_MOST(s, 160)
#define NUMBER 64u
#define CARD 700u

static const struct page_column columns[] = {
    {"step", "id", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "id of the stage or step"},
    {"card", "step", VOC_CELL_TEXT, "", 0, "the stage or step, who owns it, how many visits it had and how many of those that are over went on"},
    {"part", "part", VOC_CELL_TEXT, "", 0, "suppliers, inputs, process, outputs, customers, requirements"},
    {"words", "in words", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "as it stands on the sheet"},
    {"share", "share", VOC_CELL_SHARE, "", 0, "behind the bar: suppliers, inputs and process of all visits; outputs of those that are over; customers and requirements of those that went on"},
    {"known_from", "known from", VOC_CELL_TEXT, "", 0, "events: it was found; declared: the journey names it, and what was found of it is counted; typed: people wrote it, nothing is measured"},
};

static const char *const titles[PARTS] = {"Suppliers", "Inputs", "Process", "Outputs", "Customers", "Requirements", "Also written"};
static const char *const nothing[PARTS] = {"nobody came", "none is declared", "nothing was recorded", "no visit is over", "nobody went on", "none is declared", ""};

// ---- one line in words ---------------------------------------------------------------------------------------------------------

static double share_of(const struct sipoc_row *r) { return r->among > 0 && r->origin != FROM_PEOPLE ? (double)r->n / (double)r->among : (double)NAN; }

static void say_work(const struct sipoc_row *r, char *out, size_t size)
{
    char times[NUMBER];
    format_integer(times, sizeof times, (int64_t)r->times, false);
    if (!r->times) snprintf(out, size, "%s: never done", r->what);
    else if (!r->among) snprintf(out, size, "%s: %s time%s", r->what, times, r->times == 1 ? "" : "s");
    else snprintf(out, size, "%s: %s time%s, in %.0f%% of visits", r->what, times, r->times == 1 ? "" : "s", 100 * share_of(r));
}

static void say(const struct sipoc_row *r, char *out, size_t size)
{
    const double share = 100 * share_of(r);
    char n[NUMBER];
    format_integer(n, sizeof n, (int64_t)r->n, false);
    if (r->origin == FROM_PEOPLE) snprintf(out, size, "%s (typed%s%.*s)", r->what, r->author.len ? " by " : "", SHOW(r->author));
    else if (r->work) say_work(r, out, size);
    else if (!r->among) snprintf(out, size, "%s: no data", r->what);
    else if (r->part == PART_SUPPLIER && !isnan(r->went_on)) snprintf(out, size, "%s: %s, %.0f%% went on", r->what, n, 100 * r->went_on);
    else if (r->part == PART_INPUT) snprintf(out, size, "%s: %.0f%% had it", r->what, share);
    else if (r->part == PART_REQUIREMENT && !isnan(r->range.lo)) snprintf(out, size, "%s: %.0f%% met it (%.0f to %.0f)", r->what, share, 100 * r->range.lo, 100 * r->range.hi);
    else snprintf(out, size, "%s: %s, %.0f%%", r->what, n, share);
}

// ---- a card --------------------------------------------------------------------------------------------------------------------

static void name_card(const struct sipoc_section *x, const struct sipoc_counts *g, size_t number, char out[CARD])
{
    char visits[NUMBER], open[NUMBER];
    const uint64_t over = sipoc_over(g);
    format_integer(visits, sizeof visits, (int64_t)g->visits, false);
    format_integer(open, sizeof open, (int64_t)g->open, false);
    size_t at = (size_t)snprintf(out, CARD, "%zu. %.*s", number, SHOW(x->title));
    if (x->owner.len) at += (size_t)snprintf(out + at, CARD - at, " \xC2\xB7 %.*s", SHOW(x->owner));
    if (!g->visits) {
        (void)snprintf(out + at, CARD - at, " \xC2\xB7 nobody was here");
        return;
    }
    at += (size_t)snprintf(out + at, CARD - at, " \xC2\xB7 %s visit%s, %s still here", visits, g->visits == 1 ? "" : "s", open);
    if (over && !x->is_last) (void)snprintf(out + at, CARD - at, ", %.0f%% of the others went on", 100 * (double)g->forward / (double)over);
}

struct card { voc_str id; char name[CARD]; };

static void put(struct page *p, const struct card *card, enum sipoc_part part, const char *words, double share, const char *known)
{
    cell_str(p, card->id);
    cell_text(p, card->name);
    cell_text(p, titles[part]);
    cell_text(p, words);
    cell_share(p, share, 0);
    cell_text(p, known);
}

static void put_part(struct page *p, const struct sipoc *s, const struct card *card, enum sipoc_part part,
                     const struct sipoc_row *rows, size_t n, bool went_on)
{
    static const char *const origins[] = {"events", "declared", "typed"};
    char words[800];
    size_t measured = 0;
    while (measured < n && rows[measured].origin != FROM_PEOPLE) measured++;
    const size_t top = measured > s->top + 1 ? s->top : measured; // "and 1 more" takes the room of that one
    for (size_t i = 0; i < n; i++) {                              // what people typed is never left out
        if (i >= top && i < measured) continue;
        say(&rows[i], words, sizeof words);
        put(p, card, part, words, share_of(&rows[i]), origins[rows[i].origin]);
        if (i + 1 != top || top == measured) continue;
        snprintf(words, sizeof words, "and %zu more", measured - top);
        put(p, card, part, words, (double)NAN, "events");
    }
    if (!n && part != PART_WRITTEN) put(p, card, part, part == PART_CUSTOMER && went_on ? "nothing comes after it" : nothing[part], (double)NAN, "no data");
}

void sipoc_sheet_open(struct page *p, const struct sipoc *s)
{
    static const voc_figure_part parts[] = {FIGURE_PART(VOC_AS_ROW, "card"), FIGURE_PART(VOC_AS_COLUMN, "part"), FIGURE_PART(VOC_AS_TEXT, "words"), FIGURE_PART(VOC_AS_VALUE, "share")};
    const voc_definition *def = s->base.def;
    char title[300];
    page_open_in(p, &s->base, "sheet", "The SIPOC on one sheet", VOC_TABLE_HIDDEN, columns, sizeof columns / sizeof *columns);
    snprintf(title, sizeof title, "SIPOC: %.*s", SHOW(def->title.len ? def->title : def->id));
    if (!p->rc)
        p->rc = figure_declare(p->host, p->t, VOC_FIGURE_GRID, title,
                               "A card for each step, from left to right: who brings customers here, what should be there when they come, what is done, what comes out, who gets it, and what it should meet. "
                               "The numbers are visits; a bar is their share, a full one all. What is declared and not measured says so.",
                               parts, sizeof parts / sizeof *parts, 0, VOC_FIGURE_BY_ROW);
    page_say(p,
             "Of each part the %zu most frequent lines; the table sipoc has all of them with their numbers. A "
             "visit is a stay in the stage; of a step, from an event that enters it to the next that leaves it.",
             s->top);
}

void sipoc_sheet_put(struct page *p, const struct sipoc *s, const struct sipoc_state *st, size_t section,
                     const struct sipoc_rows *rows, size_t number)
{
    struct card card = {.id = s->sections[section].id};
    size_t at = 0;
    name_card(&s->sections[section], &st->sections[section], number, card.name);
    for (unsigned part = 0; part < PARTS; part++) {
        const size_t from = at;
        while (at < rows->n && rows->at[at].part == part) at++;
        put_part(p, s, &card, (enum sipoc_part)part, rows->at + from, at - from, st->sections[section].forward > 0);
    }
}
