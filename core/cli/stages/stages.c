// SPDX-License-Identifier: MIT
// voc stages: what the stage tracker makes of a project: entries, moves, ends and dwell of each stage (METHODS 2, 4.6).
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/reading.h"
#include "cli/options.h"
#include "cli/stages/ends.h"
#include "cli/stages/why.h"
#include "host/fold/fold.h"
#include "host/fold/units.h"

struct spell { int64_t us; bool left; }; // a stay's length, and whether it was seen to end

struct stage_count {
    uint64_t entries, advanced, backward, exits, lapsed, open, passed, blocked, truncated, stalled, ever_stalled;
    int64_t stall_us; // VOC_NA: the journey says nothing of it, or says it in working time
    VEC(struct spell) spells;
};

struct tally {
    struct stage_count *stage;
    size_t n;
    uint64_t units, without;
    uint64_t *touched; // events of each touchpoint that the journey declares
    size_t n_claims;
    uint64_t events, customers, companies; // events of units, and by whom
    struct ends ends;
};

// METHODS 2.4: a stay stalls when no customer acts for so long, and goes on with the next act. Zero-length stalls are none.
static void count_stall(struct stage_count *c, const voc_stay *s, const int64_t *time, const uint8_t *actor)
{
    bool stalled = false;
    int64_t last = s->in_us;
    if (c->stall_us == VOC_NA) return;
    for (size_t e = s->first_event; e < (size_t)s->first_event + s->n_events; e++) {
        if (actor[e] != VOC_ACTOR_CUSTOMER) continue;
        stalled = stalled || time[e] - last > c->stall_us;
        last = time[e];
    }
    const bool at_the_end = s->out_us - last > c->stall_us;
    c->ever_stalled += stalled || at_the_end;
    c->stalled += at_the_end && s->end == VOC_END_CENSORED;
}

static voc_rc count_stays(struct tally *t, const voc_stay *stays, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const voc_stay *s = &stays[i];
        struct stage_count *c = &t->stage[s->stage];
        c->entries++;
        if (s->end == VOC_END_FORWARD) c->advanced++;
        if (s->end == VOC_END_BACKWARD) c->backward++;
        if (s->end == VOC_END_EXIT) c->exits++;
        if (s->end == VOC_END_LAPSED) c->lapsed++;
        if (s->end == VOC_END_CENSORED) c->open++;
        if (s->flags & VOC_STAY_TRUNCATED) {
            c->truncated++;
            continue;
        }
        voc_rc rc = vec_reserve(&c->spells, 1, SIZE_MAX);
        if (rc) return rc;
        c->spells.at[c->spells.n++] = (struct spell){s->out_us - s->in_us, s->end != VOC_END_CENSORED};
    }
    return ends_count(&t->ends, stays, n);
}

static void count_moves(struct tally *t, const struct move *moves, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < t->n && k < 64; k++)
            if (moves[i].skipped >> k & 1) t->stage[k].passed++;
        if (moves[i].kind == MOVE_BLOCKED && moves[i].to < t->n) t->stage[moves[i].to].blocked++;
    }
}

static voc_rc count_units(struct tally *t, const struct batch *b, const voc_journeys *v)
{
    const uint32_t *touchpoint = v->columns[VOC_COL_TOUCHPOINT];
    const uint8_t *actor = v->columns[VOC_COL_ACTOR];
    const int64_t *time = v->columns[VOC_COL_TIME];
    voc_rc rc = VOC_OK;
    for (size_t k = 0; k < v->n_units && !rc; k++) {
        const voc_unit *u = &v->units[k];
        size_t n_moves = 0;
        const struct move *moves = batch_moves(b, k, &n_moves);
        if (u->flags & VOC_JOURNEY_INTERNAL) continue;
        t->units++;
        t->without += u->n_stays == 0;
        t->events += u->n_events;
        for (size_t e = u->first_event; e < u->first_event + u->n_events; e++) {
            if (touchpoint[e] < t->n_claims) t->touched[touchpoint[e]]++;
            t->customers += actor[e] == VOC_ACTOR_CUSTOMER;
            t->companies += actor[e] == VOC_ACTOR_COMPANY;
        }
        count_moves(t, moves, n_moves);
        for (size_t s = u->first_stay; s < u->first_stay + u->n_stays; s++)
            count_stall(&t->stage[v->stays[s].stage], &v->stays[s], time + u->first_event, actor + u->first_event);
        rc = count_stays(t, v->stays + u->first_stay, u->n_stays);
    }
    return rc;
}

static int spell_order(const void *x, const void *y)
{
    const struct spell *a = x, *b = y;
    if (a->us != b->us) return a->us < b->us ? -1 : 1;
    return (int)b->left - (int)a->left; // cases censored at a tied time are still at risk
}

// Kaplan-Meier median of leaving by any route (METHODS 4.6): the first time with S <= 0.5; where S is 0.5 within 1.5e-8 and a
// lower step follows, the middle of the flat piece; VOC_NA: never reached.
static int64_t median_dwell(struct stage_count *c)
{
    double s = 1;
    int64_t flat_from = VOC_NA;
    if (c->spells.n) qsort(c->spells.at, c->spells.n, sizeof *c->spells.at, spell_order);
    for (size_t i = 0, risk = c->spells.n; i < c->spells.n;) {
        size_t d = 0, same = 0;
        int64_t at = c->spells.at[i].us;
        for (; i + same < c->spells.n && c->spells.at[i + same].us == at; same++) d += c->spells.at[i + same].left;
        if (d) {
            s *= 1 - (double)d / (double)risk;
            if (flat_from != VOC_NA) return flat_from + (at - flat_from) / 2;
            if (fabs(s - 0.5) < 1.5e-8)
                flat_from = at;
            else if (s < 0.5)
                return at;
        }
        i += same;
        risk -= same;
    }
    return flat_from;
}

static void put_stall(struct table *t, const struct stage_count *c, uint64_t count)
{
    if (c->stall_us == VOC_NA) table_na(t);
    else table_int(t, (int64_t)count);
}

// The last two only where the journey says when a stage stalls.
static voc_rc stage_columns(struct table *t, bool stalls)
{
    static const struct { const char *name, *title; uint32_t type, flags; const char *help; } columns[] = {
        {"title", "stage", VOC_CELL_TEXT, 0, "in the order of the definition"},
        {"entries", "entries", VOC_CELL_INT, 0, "stays begun"},
        {"advanced", "advanced", VOC_CELL_INT, 0, "ended by entering a later stage"},
        {"backward", "back", VOC_CELL_INT, 0, "ended by a backward move"},
        {"exits", "exits", VOC_CELL_INT, 0, "ended by an exit: won, lost, disqualified"},
        {"lapsed", "lapsed", VOC_CELL_INT, 0, "ended because the customer fell silent"},
        {"open", "open", VOC_CELL_INT, 0, "still there at the end of observation"},
        {"passed", "passed", VOC_CELL_INT, VOC_COLUMN_DETAIL, "moves that skipped this stage"},
        {"blocked", "blocked", VOC_CELL_INT, VOC_COLUMN_DETAIL, "evidence of this stage while an obligatory one before it was missing"},
        {"left_truncated", "began before", VOC_CELL_INT, VOC_COLUMN_DETAIL, "stays that began before observation: counted, not in the dwell"},
        {"median_dwell", "half leave within", VOC_CELL_DURATION, 0, "time after which half of the stays have ended; open stays count as not yet ended; - where not reached"},
        {"stalled", "stalled", VOC_CELL_INT, 0, "of the open: nobody of them acted for the stage's stall time before the end of observation"},
        {"ever_stalled", "ever stalled", VOC_CELL_INT, VOC_COLUMN_DETAIL, "stays in which nobody acted for the stage's stall time at least once"},
    };
    const size_t n = sizeof columns / sizeof *columns - (stalls ? 0 : 2);
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < n && !rc; i++)
        rc = table_column(t, columns[i].name, columns[i].title, columns[i].type, columns[i].type == VOC_CELL_DURATION ? "s" : "",
                          columns[i].flags, columns[i].help);
    return rc ? rc : table_column(t, "stage", "id", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "of the stage, in the journey");
}

static voc_rc stage_table(struct table **out, struct tally *t, const struct journey *j, const voc_definition *d, const voc_run_info *info)
{
    char text[400];
    bool stalls = false;
    for (size_t i = 0; i < t->n; i++) stalls = stalls || t->stage[i].stall_us != VOC_NA;
    voc_rc rc = table_new(out, "stages", "", 0);
    if (!rc) rc = stage_columns(*out, stalls);
    for (size_t i = 0; i < t->n && !rc; i++) {
        struct stage_count *c = &t->stage[i];
        table_text(*out, stage_title(&d->stages[i]));
        table_int(*out, (int64_t)c->entries);
        table_int(*out, (int64_t)c->advanced);
        table_int(*out, (int64_t)c->backward);
        table_int(*out, (int64_t)c->exits);
        table_int(*out, (int64_t)c->lapsed);
        table_int(*out, (int64_t)c->open);
        table_int(*out, (int64_t)c->passed);
        table_int(*out, (int64_t)c->blocked);
        table_int(*out, (int64_t)c->truncated);
        table_duration(*out, median_dwell(c));
        if (stalls) put_stall(*out, c, c->stalled);
        if (stalls) put_stall(*out, c, c->ever_stalled);
        table_text(*out, d->stages[i].id);
    }
    static const char *const kinds[] = {"", "account", "individual", "case"};
    snprintf(text, sizeof text,
             "%llu %s%s, %llu without a stage; entries = advanced + back + exits + lapsed + open. Journey %.*s, "
             "version %.*s.",
             (unsigned long long)t->units, kinds[d->unit], t->units == 1 ? "" : "s", (unsigned long long)t->without,
             STR_SHOWN(d->id, 80), STR_SHOWN(d->version, 40));
    if (!rc) rc = table_semantics(*out, text);
    for (size_t i = 0; i < t->n && !rc; i++)
        if (j->stages[i].opens_known_from && t->stage[i].entries == 0) {
            snprintf(text, sizeof text,
                     "%.*s: not measurable, nobody is observed before the first action (known_from of a target list would tell).",
                     STR_SHOWN(stage_title(&d->stages[i]), 100));
            rc = table_note(*out, VOC_NOTE_AFTER, text);
        }
    for (size_t i = 0; i < t->n && !rc; i++)
        if (j->stages[i].stall_working) {
            snprintf(text, sizeof text, "The stall of %.*s is working time, and stays are measured by the clock: it is not counted. In h or d it is.",
                     STR_SHOWN(stage_title(&d->stages[i]), 100));
            rc = table_note(*out, VOC_NOTE_AFTER, text);
        }
    if (!rc && d->evidence_declared) rc = table_note(*out, VOC_NOTE_ASSUMED, "Stages are as the company recorded them, not as customers acted.");
    if (!rc && info->actor_assumed) rc = table_note(*out, VOC_NOTE_ASSUMED, "Where a source does not say who acted, the customer is taken to have acted.");
    if (!rc && info->n_set_aside) {
        snprintf(text, sizeof text, "%llu events at or after the end of observation are set aside.", (unsigned long long)info->n_set_aside);
        rc = table_note(*out, VOC_NOTE_AFTER, text);
    }
    return rc;
}

// ---- the walk -------------------------------------------------------------------------------------------------------------

struct tallies { // one a thread; owns
    struct cli *c;
    struct tally *at;
    uint32_t n;
};

static voc_rc tally_open(struct tally *t, const struct journey *j, const voc_definition *d)
{
    t->n = d->n_stages;
    t->stage = mem_zalloc(t->n, sizeof *t->stage);
    t->n_claims = j->n_claims;
    t->touched = mem_zalloc(j->n_claims + 1, sizeof *t->touched);
    for (size_t i = 0; t->stage && i < t->n; i++) t->stage[i].stall_us = j->stages[i].stall_working ? VOC_NA : j->stages[i].stall_us;
    return t->stage && t->touched ? ends_open(&t->ends, d->n_exits, t->n) : VOC_E_NOMEM;
}

static void tally_close(struct tally *t)
{
    for (size_t i = 0; t->stage && i < t->n; i++) vec_free(&t->stage[i].spells);
    mem_free(t->stage);
    mem_free(t->touched);
    ends_close(&t->ends);
}

static voc_rc tally_add(struct tally *t, const struct tally *o)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < t->n && !rc; i++) {
        struct stage_count *to = &t->stage[i];
        const struct stage_count *from = &o->stage[i];
        to->entries += from->entries, to->advanced += from->advanced, to->backward += from->backward;
        to->exits += from->exits, to->lapsed += from->lapsed, to->open += from->open;
        to->passed += from->passed, to->blocked += from->blocked, to->truncated += from->truncated;
        to->stalled += from->stalled, to->ever_stalled += from->ever_stalled;
        rc = vec_reserve(&to->spells, from->spells.n, SIZE_MAX);
        for (size_t k = 0; k < from->spells.n && !rc; k++) to->spells.at[to->spells.n++] = from->spells.at[k];
    }
    for (size_t i = 0; i < t->n_claims; i++) t->touched[i] += o->touched[i];
    t->units += o->units, t->without += o->without;
    t->events += o->events, t->customers += o->customers, t->companies += o->companies;
    return rc ? rc : ends_add(&t->ends, &o->ends);
}

static voc_rc count_batch(void *user, uint32_t slot, const struct batch *b, const voc_journeys *v)
{
    struct tallies *all = user;
    voc_rc rc = count_units(&all->at[slot], b, v);
    return rc ? rc : units_memory(cli_memory(all->c), "what is known of the stages", all->c->diag);
}

// Into the first of them, which is then that of all units.
static voc_rc tally_units(struct tallies *all, struct timeline *tl)
{
    const struct units_walk walk = {.timeline = tl, .columns = 1u << VOC_COL_TIME | 1u << VOC_COL_TOUCHPOINT | 1u << VOC_COL_ACTOR,
                                    .threads = all->n, .batch = count_batch, .user = all};
    voc_rc rc = units_walk(&walk);
    for (uint32_t i = 1; i < all->n && !rc; i++) rc = tally_add(&all->at[0], &all->at[i]);
    return rc;
}

static voc_rc explain(struct table *t, struct cli *c, struct project *p, const struct journey *j, const struct event_set *held,
                      const struct tally *y, bool actor_assumed, uint32_t unit)
{
    struct stage_seen *stage = mem_zalloc(y->n + 1, sizeof *stage);
    if (!stage) return VOC_E_NOMEM;
    for (size_t i = 0; i < y->n; i++) stage[i] = (struct stage_seen){y->stage[i].entries, y->stage[i].passed, y->stage[i].blocked};
    struct stages_seen seen = {.stage = stage, .touched = y->touched, .units = y->units, .without = y->without, .events = y->events,
                               .customers = y->customers, .companies = y->companies, .actor_assumed = actor_assumed, .unit = unit};
    voc_rc rc = stages_why(t, c, p, j, held, &seen);
    mem_free(stage);
    return rc;
}

voc_rc cli_stages(struct cli *c, struct project *p, const struct journey *j, uint32_t unit, struct table *out[STAGES_TABLES])
{
    struct timeline *tl = NULL;
    struct tallies all = {.c = c, .n = cli_threads(c) < UNITS_THREADS_MAX ? cli_threads(c) : UNITS_THREADS_MAX};
    struct timeline_options to = {.moves = 1, .end_us = VOC_NA, .unit = unit, .nameless = 1, .threads = all.n, .parallel = parallel_for};
    voc_rc rc = timeline_open(&tl, p, j, &to, false, c->diag);
    if (!rc) rc = units_memory(cli_memory(c), "what is known of all events", c->diag);
    if (!rc && !(all.at = mem_zalloc(all.n, sizeof *all.at))) rc = VOC_E_NOMEM;
    for (uint32_t i = 0; i < all.n && !rc; i++) rc = tally_open(&all.at[i], j, timeline_definition(tl));
    if (!rc) rc = tally_units(&all, tl);
    if (!rc) rc = stage_table(&out[0], &all.at[0], j, timeline_definition(tl), timeline_info(tl));
    if (!rc) rc = ends_table(&all.at[0].ends, timeline_definition(tl), &out[1]);
    if (!rc) rc = explain(out[0], c, p, j, timeline_held(tl), &all.at[0], timeline_info(tl)->actor_assumed != 0, unit);
    for (uint32_t i = 0; all.at && i < all.n; i++) tally_close(&all.at[i]);
    mem_free(all.at);
    timeline_free(tl);
    return rc;
}

// Where all is well: a closer look, and a page.
static voc_rc next_step(struct cli *c, const struct journey *j, struct table *t)
{
    voc_table v;
    voc_rc rc = table_view(t, &v);
    for (size_t i = 0; i < v.n_notes && !rc; i++)
        if (v.notes[i].kind == VOC_NOTE_NEXT) return VOC_OK;
    const char *text = arena_printf(&c->arena, "voc explain PROJECT %.*s | voc stages PROJECT -o stages.html", STR_ARG(j->stages[0].id));
    if (!rc && !text) rc = VOC_E_NOMEM;
    if (!rc) rc = table_note(t, VOC_NOTE_NEXT, text);
    return rc ? rc : reading_table(c, t, c->args[0]);
}

int run_stages(struct cli *c)
{
    struct project *p = NULL;
    struct journey *j = NULL;
    struct table *t[STAGES_TABLES] = {NULL};
    int n_files = 0;
    voc_rc rc = reading_count(c, c->n_args, &n_files);
    if (!rc && n_files && !c->own[STAGES_JOURNEY].set) {
        diag_error(c->diag, "STAGES-001", NULL, 0,
                   "--journey online-shop (or b2b-sale, crm-pipeline, your own folder); voc journey infer FILE -o "
                   "FOLDER begins one from the events",
                   "which stages? a file says nothing of them, a journey does");
        rc = VOC_E_OPTION;
    }
    if (!rc) rc = reading_open(c, n_files, NULL, 0, &p, &j);
    if (!rc && j->n_stages == 0) {
        const char *
            hint = arena_printf(&c->arena,
                                "voc journey use %s online-shop (or b2b-sale, crm-pipeline, your own folder); or voc journey infer "
                                "%s -o FOLDER begins one from the events",
                                cli_word(c, c->args[0]), cli_word(c, c->args[0]));
        diag_error(c->diag, "STAGES-001", NULL, 0, hint, "%s follows no journey yet", project_name(p));
        rc = VOC_E_OPTION;
    }
    if (!rc) rc = cli_need_events(c, p);
    if (!rc) rc = cli_stages(c, p, j, c->own[STAGES_UNIT].set ? (uint32_t)c->own[STAGES_UNIT].i + 1 : 0, t);
    if (!rc) rc = next_step(c, j, t[0]);
    if (!rc) rc = cli_tables(c, p, j, t, t[1] ? STAGES_TABLES : 1);
    for (size_t i = 0; i < STAGES_TABLES; i++) table_free(t[i]);
    journey_free(j);
    project_close(p);
    return cli_exit(c, rc);
}
