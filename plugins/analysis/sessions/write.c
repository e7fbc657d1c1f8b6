// SPDX-License-Identifier: MIT
//
// The two tables of sessions: how many and how long, and the actions that they begin and end with.
#include <stdio.h>

#include "plugins/analysis/sessions/sessions.h"
#include "plugins/common/format.h"
#include "plugins/common/page.h"

static const struct sessions *of(const struct page *p) { return p->of; }

static uint64_t persons(const struct sessions_part *p)
{
    uint64_t n = p->nobody;
    for (size_t i = 0; i < p->n_persons; i++) n += (uint64_t)__builtin_popcountll(p->persons[i]);
    return n;
}

// The number of events of session k, of all in order of their number.
static int64_t length_of(struct sessions_part *p, uint64_t k)
{
    for (size_t n = 0; n < SESSIONS_SHORT; n++) {
        if (k < p->of_length[n]) return (int64_t)n;
        k -= p->of_length[n];
    }
    return gathered_nth(&p->long_ones, (size_t)k);
}

void sessions_measure(struct sessions_part *p)
{
    p->half_lasted = gaps_median_with(&p->lasted, p->single);
    p->half_longer = gaps_median(&p->lasted);
    p->half_length = p->sessions ? (double)(length_of(p, (p->sessions - 1) / 2) + length_of(p, p->sessions / 2)) / 2 : 0;
}

// ---- sessions -------------------------------------------------------------------------------------------------------------------

static void sessions_row(struct page *p, const struct sessions_part *x, const voc_str *segment)
{
    if (segment) cell_str(p, *segment);
    cell_int(p, x->sessions);
    cell_int(p, persons(x));
    cell_int(p, x->events);
    if (x->sessions) {
        cell_real(p, (double)x->events / (double)x->sessions, 1);
        cell_real(p, x->half_length, 1);
    } else {
        cell_na(p);
        cell_na(p);
    }
    cell_duration(p, x->half_lasted);
    cell_duration(p, x->half_longer);
    cell_int(p, x->single);
    if (x->sessions) cell_part(p, x->single, x->sessions);
    else cell_na(p);
}

static void sessions_words(struct page *p, const struct sessions_part *all)
{
    const struct sessions *a = of(p);
    char words[FORMAT_MAX + 300], gap[FORMAT_MAX];
    format_duration(gap, sizeof gap, (int64_t)a->gap_us);
    snprintf(words, sizeof words, "Customer actions of one person%s without a pause of more than %s; for display only: sessions open no journey.",
             a->base.def->unit == VOC_UNIT_CASE ? " in one case" : "", gap);
    page_semantics(p, words);
    if (all->nobody) {
        snprintf(words, sizeof words, "%llu %s with actions that name no person: counted as one person each.", (unsigned long long)all->nobody,
                 a->base.def->unit == VOC_UNIT_CASE ? (all->nobody == 1 ? "case" : "cases") : all->nobody == 1 ? "customer" : "customers");
        page_note(p, VOC_NOTE_AFTER, words);
    }
    if (a->base.info->n_set_aside) {
        snprintf(words, sizeof words, "%llu events at or after the end of observation are set aside.", (unsigned long long)a->base.info->n_set_aside);
        page_note(p, VOC_NOTE_AFTER, words);
    }
    if (a->base.info->actor_assumed) page_note(p, VOC_NOTE_ASSUMED, "Where a source does not say who acted, the customer is taken to have acted.");
    if (!all->sessions) page_note(p, VOC_NOTE_NEXT, "No customer action was found: voc worksheet PROJECT -o sheet.csv lets you say which actions are those of customers.");
    else page_note(p, VOC_NOTE_NEXT, "voc funnel PROJECT --steps FIRST,SECOND,THIRD --within 30d shows how far they come");
}

static voc_rc write_sessions(const struct sessions *a, struct sessions_state *s, struct sessions_part *all)
{
    static const voc_str everybody = {"all", 3};
    struct page p = {.host = a->base.host, .run = a->base.run, .of = a};
    p.rc = a->base.host->table(a->base.run, &p.t, "sessions", "Sessions", VOC_TABLE_BRIEF);
    if (a->by_segment) page_column(&p, "segment", "segment", VOC_CELL_TEXT, "", 0, "at the first action of the session; all: whatever the segment");
    page_column(&p, "sessions", "sessions", VOC_CELL_INT, "", 0, "actions of one person without a pause longer than the gap");
    page_column(&p, "persons", "persons", VOC_CELL_INT, "", 0, "persons with at least one session");
    page_column(&p, "events", "actions", VOC_CELL_INT, "", 0, "customer actions in all sessions");
    page_column(&p, "events_mean", "actions each", VOC_CELL_REAL, "", 0, "actions of a session, on average");
    page_column(&p, "events_median", "half have at most", VOC_CELL_REAL, "", 0, "actions; half of the sessions have no more");
    page_column(&p, "median_duration", "half last at most", VOC_CELL_DURATION, "s", 0, "from the first action to the last; a session of one action lasts no time");
    page_column(&p, "median_longer", "half of the longer ones", VOC_CELL_DURATION, "s", VOC_COLUMN_DETAIL, "half of the sessions of more than one action last at most this time");
    page_column(&p, "single", "of one action", VOC_CELL_INT, "", 0, "sessions of a single action");
    page_column(&p, "share_single", "share", VOC_CELL_SHARE, "", 0, "sessions of a single action, of all sessions");
    sessions_row(&p, all, a->by_segment ? &everybody : NULL);
    for (size_t i = 0; a->by_segment && i < a->n_segments; i++)
        if (s->parts[i].sessions) sessions_row(&p, &s->parts[i], &a->base.def->segments[i]);
    sessions_words(&p, all);
    return p.rc;
}

// ---- how they begin and end -----------------------------------------------------------------------------------------------------

struct ranked {
    uint64_t n;
    voc_str name;
};

static int most_first(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;
    if (a->n != b->n) return a->n > b->n ? -1 : 1;
    const size_t len = a->name.len < b->name.len ? a->name.len : b->name.len;
    const int c = len ? memcmp(a->name.ptr, b->name.ptr, len) : 0;
    return c ? c : (a->name.len > b->name.len) - (a->name.len < b->name.len);
}

static void end_rows(struct page *p, struct ranked *scratch, const struct sessions_part *x, bool first, const voc_str *segment, uint64_t *left_out)
{
    const struct sessions *a = of(p);
    const uint64_t *of = first ? x->first : x->last;
    size_t n = 0;
    for (size_t i = 0; i < a->base.def->n_actions; i++)
        if (of[i]) scratch[n++] = (struct ranked){of[i], analysis_action(&a->base, i)->name};
    if (n) qsort(scratch, n, sizeof *scratch, most_first);
    for (size_t i = 0; i < n; i++) {
        if (a->top && i >= a->top) {
            *left_out += n - i;
            break;
        }
        if (segment) cell_str(p, *segment);
        cell_str(p, first ? (voc_str){"begin", 5} : (voc_str){"end", 3});
        cell_str(p, scratch[i].name);
        cell_int(p, scratch[i].n);
        cell_part(p, scratch[i].n, x->sessions);
    }
}

static voc_rc write_ends(const struct sessions *a, struct sessions_state *s, struct sessions_part *all)
{
    static const voc_str everybody = {"all", 3};
    struct page p = {.host = a->base.host, .run = a->base.run, .of = a};
    char words[200];
    uint64_t left_out = 0;
    size_t bytes;
    if (__builtin_mul_overflow(a->base.def->n_actions + 1, sizeof(struct ranked), &bytes)) return VOC_E_NOMEM;
    struct ranked *scratch = a->base.host->alloc(a->base.cx, bytes);
    if (!scratch) return VOC_E_NOMEM;
    p.rc = a->base.host->table(a->base.run, &p.t, "ends", "How sessions begin and end", VOC_TABLE_BRIEF);
    if (a->by_segment) page_column(&p, "segment", "segment", VOC_CELL_TEXT, "", 0, "at the first action of the session; all: whatever the segment");
    page_column(&p, "side", "sessions", VOC_CELL_TEXT, "", 0, "begin: with this action; end: with this action");
    page_column(&p, "action", "with", VOC_CELL_TEXT, "", 0, "what the customer did first, or last");
    page_column(&p, "sessions", "times", VOC_CELL_INT, "", 0, "sessions that begin, or end, so");
    page_column(&p, "share", "share", VOC_CELL_SHARE, "", 0, "of the sessions");
    for (int first = 1; first >= 0; first--) end_rows(&p, scratch, all, first != 0, a->by_segment ? &everybody : NULL, &left_out);
    for (size_t i = 0; a->by_segment && i < a->n_segments; i++)
        for (int first = 1; first >= 0 && s->parts[i].sessions; first--)
            end_rows(&p, scratch, &s->parts[i], first != 0, &a->base.def->segments[i], &left_out);
    page_semantics(&p, "The first and the last action of every session, the most frequent first; a session of one action begins and ends with it.");
    if (left_out) {
        snprintf(words, sizeof words, "%llu less frequent %s left out: --top 0 shows all.", (unsigned long long)left_out, left_out == 1 ? "line is" : "lines are");
        page_note(&p, VOC_NOTE_AFTER, words);
    }
    a->base.host->free(a->base.cx, scratch);
    return p.rc;
}

voc_rc sessions_write(const struct sessions *a, struct sessions_state *s, struct sessions_part *all)
{
    voc_rc rc = write_sessions(a, s, all);
    return rc ? rc : write_ends(a, s, all);
}
