// SPDX-License-Identifier: MIT
//
// The tables of the sipoc: one for each section, as people hang it up, and one of all lines for programs.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "plugins/analysis/sipoc/rows.h"
#include "plugins/common/format.h"
#include "plugins/common/page.h"
#include "plugins/common/show.h"

#define LINES_MAX 12u // of one part; the rest is counted
#define SHOW(s) SHOW_AT_MOST(s, 160)

static const struct { const char *id, *title, *about, *nothing; } parts[PARTS] = {
    [PART_SUPPLIER] = {"supplier", "Suppliers", "who or what brings customers here", "nobody came"},
    [PART_INPUT] = {"input", "Inputs", "what should be there when they come", "no <input> is declared"},
    [PART_PROCESS] = {"process", "Process", "what is done here", "nothing was recorded"},
    [PART_OUTPUT] = {"output", "Outputs", "what comes out of it, and how visits ended", "no visit is over"},
    [PART_CUSTOMER] = {"customer", "Customers", "who gets it", "nobody went on"},
    [PART_REQUIREMENT] = {"requirement", "Requirements", "what those that went on should meet", "no <requirement> is declared"},
    [PART_WRITTEN] = {"written", "Also written", "by people, about this step", ""},
};

static const struct page_column for_people[] = {
    {"what", "what", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "by its name"},
    {"n", "visits", VOC_CELL_INT, "", 0, "that it opened, was there for, was part of, ended, was followed by, or that met it"},
    {"share", "share", VOC_CELL_SHARE, "", 0, "suppliers, inputs and process: of all visits; outputs: of those that are over; customers and requirements: of those that went on"},
    {"went_on", "went on", VOC_CELL_SHARE, "", 0, "suppliers: of their visits that are over"},
    {"lo", "at least", VOC_CELL_SHARE, "", VOC_COLUMN_DETAIL, "lower end of the 95 % range of what went on, or of what met a requirement (Wilson)"},
    {"hi", "at most", VOC_CELL_SHARE, "", VOC_COLUMN_DETAIL, "upper end of it"},
    {"times", "times", VOC_CELL_INT, "", VOC_COLUMN_DETAIL, "process: how often"},
    {"minutes", "minutes a visit", VOC_CELL_REAL, "", VOC_COLUMN_DETAIL, "process: minutes of work, for each visit"},
    {"known_from", "known from", VOC_CELL_TEXT, "", 0, "events: it was found; declared: the journey names it, and what was found of it is counted; typed: people wrote it, nothing is measured"},
};

static const struct page_column for_programs[] = {
    {"step", "step", VOC_CELL_TEXT, "", 0, "id of the stage or step"},
    {"title", "title", VOC_CELL_TEXT, "", 0, "of the stage or step"},
    {"part", "part", VOC_CELL_TEXT, "", 0, "supplier, input, process, output, customer, requirement or written"},
    {"what", "what", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "by its name"},
    {"origin", "known from", VOC_CELL_TEXT, "", 0, "events: it was found; declared: the journey names it, and what was found of it is counted; typed: people wrote it, nothing is measured"},
    {"n", "visits", VOC_CELL_INT, "", 0, "that it opened, was there for, was part of, ended, was followed by, or that met it"},
    {"among", "of", VOC_CELL_INT, "", 0, "suppliers, inputs and process: all visits; outputs: those that are over; customers and requirements: those that went on"},
    {"share", "share", VOC_CELL_SHARE, "", 0, "n of among"},
    {"went_on", "went on", VOC_CELL_SHARE, "", 0, "suppliers: of their visits that are over"},
    {"lo", "at least", VOC_CELL_SHARE, "", VOC_COLUMN_DETAIL, "lower end of the 95 % range of what went on, or of what met a requirement (Wilson)"},
    {"hi", "at most", VOC_CELL_SHARE, "", VOC_COLUMN_DETAIL, "upper end of it"},
    {"times", "times", VOC_CELL_INT, "", VOC_COLUMN_DETAIL, "process: how often"},
    {"minutes", "minutes a visit", VOC_CELL_REAL, "", VOC_COLUMN_DETAIL, "process: minutes of work, for each visit"},
    {"author", "author", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "who typed it"},
    {"date", "date", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "when it was typed, as written"},
};

static const struct page_column of_steps[] = {
    {"title", "step", VOC_CELL_TEXT, "", 0, "stages in the order of the journey, then the steps of the company's own work"},
    {"step", "id", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "id of the stage or step"},
    {"owner", "owner", VOC_CELL_TEXT, "", 0, "who is responsible, as the journey declares it"},
    {"visits", "visits", VOC_CELL_INT, "", 0, "stays in the stage, or visits of the step"},
    {"open", "still here", VOC_CELL_INT, "", VOC_COLUMN_DETAIL, "visits that are not over"},
    {"went_on", "went on", VOC_CELL_SHARE, "", 0, "of the visits that are over: first pass yield; of the last stage nobody does"},
    {"complete", "inputs complete", VOC_CELL_SHARE, "", 0, "visits that had all required inputs when they began; none declared: no data"},
    {"met", "all met", VOC_CELL_SHARE, "", 0, "of the visits that went on, those that met every requirement; none declared: no data"},
};

static const struct page_column of_measures[] = { // for programs: more than fits on a page
    {"step", "step", VOC_CELL_TEXT, "", 0, "id of the stage or step"},
    {"lo", "went on at least", VOC_CELL_SHARE, "", 0, "lower end of the 95 % range of what went on (Wilson)"},
    {"hi", "at most", VOC_CELL_SHARE, "", 0, "upper end of it"},
    {"dpu", "defects each", VOC_CELL_REAL, "", 0, "requirements not met, for each visit that went on (DPU)"},
    {"dpmo", "defects in a million", VOC_CELL_REAL, "", 0, "requirements not met in a million chances (DPMO)"},
};

struct sheet { struct page p; const struct sipoc *s; const struct sipoc_state *st; size_t section; };

static const struct sipoc_section *section_of(const struct sheet *x) { return &x->s->sections[x->section]; }
static const struct sipoc_counts *counts_of(const struct sheet *x) { return &x->st->sections[x->section]; }

static void numbers(struct sheet *x, const struct sipoc_row *r, bool among)
{
    const uint64_t visits = counts_of(x)->visits;
    const bool counted = r->among > 0 && r->origin != FROM_PEOPLE;
    cell_signed(&x->p, counted ? (int64_t)r->n : VOC_NA);
    if (among) cell_signed(&x->p, counted ? (int64_t)r->among : VOC_NA);
    cell_share(&x->p, counted ? (double)r->n / (double)r->among : (double)NAN, 1);
    cell_share(&x->p, r->went_on, 1);
    cell_share(&x->p, r->range.lo, 1);
    cell_share(&x->p, r->range.hi, 1);
    cell_signed(&x->p, r->work ? (int64_t)r->times : VOC_NA);
    cell_real(&x->p, r->work && r->minutes && visits ? (double)r->minutes / 1e6 / (double)visits : (double)NAN, 1);
}

// ---- one of all ----------------------------------------------------------------------------------------------------------------

static void put_for_programs(struct sheet *x, const struct sipoc_row *r)
{
    static const char *const origins[] = {"events", "declared", "typed"};
    cell_str(&x->p, section_of(x)->id);
    cell_str(&x->p, section_of(x)->title);
    cell_text(&x->p, parts[r->part].id);
    cell_text(&x->p, r->what);
    cell_text(&x->p, origins[r->origin]);
    numbers(x, r, true);
    cell_str(&x->p, r->author);
    cell_str(&x->p, r->date);
}

// ---- one a section ---------------------------------------------------------------------------------------------------------------

static void put_for_people(struct sheet *x, const struct sipoc_row *r)
{
    char from[500];
    cell_text(&x->p, r->what);
    numbers(x, r, false);
    if (r->origin == FROM_PEOPLE)
        snprintf(from, sizeof from, "typed%s%.*s%s%.*s", r->author.len ? " by " : "", SHOW(r->author), r->date.len ? ", " : "", SHOW(r->date));
    else
        snprintf(from, sizeof from, "%s", r->origin == FROM_DEFINITION ? "declared" : "events");
    cell_text(&x->p, from);
}

static void put_words(struct sheet *x, const char *words, const char *known)
{
    cell_text(&x->p, words);
    for (size_t i = 2; i < sizeof for_people / sizeof *for_people; i++) cell_na(&x->p);
    cell_text(&x->p, known);
}

// The lines of one part: rows[0..n).
static void put_part(struct sheet *x, enum sipoc_part part, const struct sipoc_row *rows, size_t n)
{
    size_t measured = 0, typed = 0;
    if (part == PART_WRITTEN && !n) return;
    page_group(&x->p, parts[part].title, parts[part].about);
    while (measured < n && rows[measured].origin != FROM_PEOPLE) measured++;
    typed = n - measured;
    for (size_t i = 0; i < measured && i < LINES_MAX; i++) put_for_people(x, &rows[i]);
    if (measured > LINES_MAX) {
        char more[80];
        snprintf(more, sizeof more, "and %zu more", measured - LINES_MAX);
        put_words(x, more, "events");
    }
    if (!measured && part != PART_WRITTEN)
        put_words(x,
                  counts_of(x)->visits || part == PART_INPUT || part == PART_REQUIREMENT ? parts[part].nothing : "nobody was here",
                  "no data");
    for (size_t i = 0; i < typed; i++) put_for_people(x, &rows[measured + i]);
}

static void lead(struct sheet *x)
{
    const struct sipoc_counts *g = counts_of(x);
    const struct sipoc_section *of = section_of(x);
    const uint64_t over = sipoc_over(g);
    const struct stats_interval w = stats_wilson((double)g->forward, (double)over);
    char visits[64];
    format_integer(visits, sizeof visits, (int64_t)g->visits, false);
    if (!g->visits && of->is_step && of->enter == VOC_NONE && of->stage == VOC_NONE)
        page_notef(&x->p, VOC_NOTE_LEAD, "%s", "The journey does not say what enters this step (<enter>), or which stage it belongs to: its work is counted, but not in visits.");
    else if (!g->visits)
        page_notef(&x->p, VOC_NOTE_LEAD, "%s", "Nobody was here.");
    else if (!over)
        page_notef(&x->p, VOC_NOTE_LEAD, "%s visit%s, still here.", visits, g->visits == 1 ? "" : "s");
    else if (of->is_last)
        page_notef(&x->p, VOC_NOTE_LEAD, "%s visit%s, %" PRIu64 " of them still here. It is the last stage: nobody goes on from it.", visits, g->visits == 1 ? "" : "s", g->open);
    else
        page_notef(&x->p, VOC_NOTE_LEAD,
                   "%s visit%s, %" PRIu64 " of them still here; of the %" PRIu64
                   " that are over %.1f%% went on (95%% range %.1f to %.1f).",
                   visits, g->visits == 1 ? "" : "s", g->open, over, 100 * (double)g->forward / (double)over, 100 * w.lo,
                   100 * w.hi);
}

// Defects per unit and per million opportunities; NaN: nothing was checked.
static double per_unit(const struct sipoc_counts *g) { return g->checked ? (double)g->defects / (double)g->checked : (double)NAN; }
static double per_million(const struct sheet *x)
{
    return section_of(x)->has.n_requirements ? 1e6 * per_unit(counts_of(x)) / (double)section_of(x)->has.n_requirements
                                             : (double)NAN;
}

static void say_defects(struct sheet *x)
{
    const struct sipoc_counts *g = counts_of(x);
    if (section_of(x)->has.n_requirements && g->checked)
        page_notef(&x->p, VOC_NOTE_AFTER, "%.2f defects for each visit that went on (DPU), %.0f in a million chances (DPMO).",
                   per_unit(g), per_million(x));
}

static void put_section(struct sheet *x, const struct sipoc_rows *rows, size_t number, size_t of)
{
    const struct sipoc_section *g = section_of(x);
    char name[200], title[700];
    size_t at = 0;
    snprintf(name, sizeof name, "%.*s%s", SHOW_AT_MOST(g->id, 150), g->is_step ? "_step" : "");
    snprintf(title, sizeof title, "Step %zu of %zu: %.*s%s%.*s", number, of, SHOW(g->title), g->owner.len ? ", owned by " : "", SHOW(g->owner));
    page_open_in(&x->p, &x->s->base, name, title, VOC_TABLE_BRIEF, for_people, sizeof for_people / sizeof *for_people);
    lead(x);
    for (unsigned part = 0; part < PARTS; part++) {
        const size_t from = at;
        while (at < rows->n && rows->at[at].part == part) at++;
        put_part(x, (enum sipoc_part)part, rows->at + from, at - from);
    }
    say_defects(x);
}

// ---- all of them -------------------------------------------------------------------------------------------------------------------

// A stage that nobody reached and for which nothing is declared is left out, unless it was asked for.
static bool stands(const struct sipoc *s, const struct sipoc_state *st, const struct sipoc_rows *rows, size_t i)
{
    return s->only == SIZE_MAX ? st->sections[i].visits || rows->n : s->only == i;
}

static void notes(struct sheet *x)
{
    const struct sipoc *s = x->s;
    page_say(&x->p,
             "A visit is a stay in the stage; of a step, from an event that enters it to the next that leaves it; "
             "went on: of the visits that are over. At most %u lines of a part, the most frequent first, then by name.",
             LINES_MAX);
    if (s->only == SIZE_MAX && (s->n_stages < 5 || s->n_stages > 7))
        page_notef(&x->p, VOC_NOTE_AFTER, "A SIPOC is easiest to work with at five to seven steps; this journey has %zu stages.",
                   s->n_stages);
    if (s->base.info->actor_assumed) page_notef(&x->p, VOC_NOTE_ASSUMED, "%s", "Where a source does not say who acted, the customer is taken to have acted.");
    bool met = false;
    for (size_t i = 0; i < s->n_sections; i++) met = met || x->st->sections[i].visits;
    page_notef(&x->p, VOC_NOTE_NEXT, "%s",
               met ? "voc map PROJECT -o map.svg draws the journey | voc stages PROJECT says how long each stage takes"
                   : "voc stages PROJECT says which definitions fit nothing");
}

static size_t count_sections(struct sheet *x, struct sipoc_rows *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < x->s->n_sections && !x->p.rc; i++) {
        x->p.rc = sipoc_rows_of(x->s, x->st, i, rows);
        n += !x->p.rc && stands(x->s, x->st, rows, i);
    }
    return n;
}

static void put_sections(struct sheet *x, struct sipoc_rows *rows, size_t of)
{
    size_t n = 0;
    for (x->section = 0; x->section < x->s->n_sections && !x->p.rc; x->section++) {
        x->p.rc = sipoc_rows_of(x->s, x->st, x->section, rows);
        if (!x->p.rc && stands(x->s, x->st, rows, x->section)) put_section(x, rows, ++n, of);
    }
}

static void put_all(struct sheet *x, struct sipoc_rows *rows)
{
    page_open_in(&x->p, &x->s->base, "sipoc", "All steps, line by line", VOC_TABLE_HIDDEN, for_programs, sizeof for_programs / sizeof *for_programs);
    for (x->section = 0; x->section < x->s->n_sections && !x->p.rc; x->section++) {
        x->p.rc = sipoc_rows_of(x->s, x->st, x->section, rows);
        if (x->p.rc || !stands(x->s, x->st, rows, x->section)) continue;
        for (size_t i = 0; i < rows->n; i++) put_for_programs(x, &rows->at[i]);
    }
}

static void put_step(struct sheet *x)
{
    const struct sipoc_counts *g = counts_of(x);
    const uint64_t over = section_of(x)->is_last ? 0 : sipoc_over(g);
    cell_str(&x->p, section_of(x)->title);
    cell_str(&x->p, section_of(x)->id);
    cell_str(&x->p, section_of(x)->owner);
    cell_int(&x->p, g->visits);
    cell_int(&x->p, g->open);
    cell_part(&x->p, g->forward, over);
    cell_part(&x->p, g->complete, section_of(x)->has.n_inputs ? g->visits : 0);
    cell_part(&x->p, g->whole, section_of(x)->has.n_requirements ? g->checked : 0);
}

static void put_measures(struct sheet *x)
{
    const struct sipoc_counts *g = counts_of(x);
    const uint64_t over = section_of(x)->is_last ? 0 : sipoc_over(g);
    const bool checked = section_of(x)->has.n_requirements && g->checked;
    const struct stats_interval w = stats_wilson((double)g->forward, (double)over);
    cell_str(&x->p, section_of(x)->id);
    cell_share(&x->p, over ? w.lo : (double)NAN, 1);
    cell_share(&x->p, over ? w.hi : (double)NAN, 1);
    cell_real(&x->p, checked ? per_unit(g) : (double)NAN, 2);
    cell_real(&x->p, checked ? per_million(x) : (double)NAN, 0);
}

static void put_each(struct sheet *x, struct sipoc_rows *rows, void (*row)(struct sheet *))
{
    for (x->section = 0; x->section < x->s->n_sections && !x->p.rc; x->section++) {
        x->p.rc = sipoc_rows_of(x->s, x->st, x->section, rows);
        if (!x->p.rc && stands(x->s, x->st, rows, x->section)) row(x);
    }
}

static void put_steps(struct sheet *x, struct sipoc_rows *rows)
{
    page_open_in(&x->p, &x->s->base, "steps", "Suppliers, inputs, process, outputs, customers: every step", VOC_TABLE_BRIEF, of_steps, sizeof of_steps / sizeof *of_steps);
    put_each(x, rows, put_step);
    notes(x);
}

static void put_sheet(struct sheet *x, struct sipoc_rows *rows)
{
    size_t n = 0;
    sipoc_sheet_open(&x->p, x->s);
    for (x->section = 0; x->section < x->s->n_sections && !x->p.rc; x->section++) {
        x->p.rc = sipoc_rows_of(x->s, x->st, x->section, rows);
        if (!x->p.rc && stands(x->s, x->st, rows, x->section)) sipoc_sheet_put(&x->p, x->s, x->st, x->section, rows, ++n);
    }
}

voc_rc sipoc_write(const struct sipoc *s, const struct sipoc_state *st)
{
    struct sheet x = {.s = s, .st = st};
    struct sipoc_rows rows = {0};
    const size_t n = count_sections(&x, &rows);
    put_all(&x, &rows);
    put_sheet(&x, &rows);
    if (n != 1) put_steps(&x, &rows);
    put_sections(&x, &rows, n);
    if (n == 1) notes(&x);
    page_open_in(&x.p, &s->base, "measures", "All steps: ranges and defects", VOC_TABLE_HIDDEN, of_measures, sizeof of_measures / sizeof *of_measures);
    put_each(&x, &rows, put_measures);
    s->base.host->free(s->base.cx, rows.at);
    return x.p.rc;
}
