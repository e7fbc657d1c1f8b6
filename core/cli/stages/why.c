// SPDX-License-Identifier: MIT
// A second look at a project whose stages stay empty. The event tests of the stages and exits are asked of every event by
// the same timeline that the table was made of; what none of them asks for is listed by how often it happens. One thread.
#include "cli/stages/why.h"

#include <stdio.h>
#include <stdlib.h>

#include "host/fold/units.h"

#define SHOW(s) STR_SHOWN(s, 60)
#define LEAVES_MAX 1024u
#define ACTIONS_SHOWN 5u
#define STAGES_SHOWN 4u
#define IDLE_SHOWN 6u

struct leaves { // event tests; owner: number of the stage, n_stages for exits and moves back
    const struct predicate *at[LEAVES_MAX];
    size_t owner[LEAVES_MAX], n;
};

struct counts { // by code of the action
    uint64_t *all, *asked;
    uint64_t *stage; // events that a test of the stage fits; n_stages + 1
};

static void gather(struct leaves *l, const struct predicate *p, size_t owner)
{
    if (!p || p->kind == PRED_NOT || l->n >= LEAVES_MAX) return;
    if (p->kind == PRED_EVENT) {
        l->at[l->n] = p;
        l->owner[l->n++] = owner;
        return;
    }
    for (size_t i = 0; i < p->n_child; i++) gather(l, p->child[i], owner);
}

static void gather_all(struct leaves *l, const struct journey *j)
{
    for (size_t i = 0; i < j->n_stages; i++)
        for (size_t k = 0; k < j->stages[i].n_definitions; k++) gather(l, j->stages[i].definition[k], i);
    for (size_t i = 0; i < j->n_exits; i++) gather(l, j->exits[i].when, j->n_stages);
    for (size_t i = 0; i < j->n_regresses; i++) gather(l, j->regresses[i].when, j->n_stages);
}

static void count_units(struct counts *n, const struct leaves *l, const voc_journeys *v)
{
    const uint32_t *action = v->columns[VOC_COL_ACTION], *touchpoint = v->columns[VOC_COL_TOUCHPOINT];
    for (size_t u = 0; u < v->n_units; u++) {
        if (v->units[u].flags & VOC_JOURNEY_INTERNAL) continue;
        for (size_t e = v->units[u].first_event; e < v->units[u].first_event + v->units[u].n_events; e++) {
            bool asked = touchpoint[e] != VOC_NONE;
            for (size_t i = 0; i < l->n; i++) {
                if (!v->predicates[i][e]) continue;
                n->stage[l->owner[i]]++;
                asked = true;
            }
            n->all[action[e]]++;
            n->asked[action[e]] += asked;
        }
    }
}

struct counting { struct counts *n; const struct leaves *l; };

static voc_rc count_batch(void *user, uint32_t slot, const struct batch *b, const voc_journeys *v)
{
    const struct counting *k = user;
    (void)slot, (void)b; // one thread
    count_units(k->n, k->l, v);
    return VOC_OK;
}

static voc_rc count_all(struct counts *n, const struct leaves *l, struct timeline *tl)
{
    struct counting counting = {n, l};
    const struct units_walk walk = {.timeline = tl, .columns = 1u << VOC_COL_ACTION | 1u << VOC_COL_TOUCHPOINT, .threads = 1,
                                    .batch = count_batch, .user = &counting};
    return units_walk(&walk);
}

// ---- sentences ------------------------------------------------------------------------------------------------------------

static voc_rc note(struct table *t, uint32_t kind, struct buf *b)
{
    voc_rc rc = b->rc ? b->rc : table_note(t, kind, b->ptr ? b->ptr : "");
    buf_clear(b);
    return rc;
}

// What a stage waits for, as far as it is said by names.
static size_t wanted_actions(const struct leaves *l, size_t stage, voc_str *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        for (size_t k = 0; l->owner[i] == stage && k < l->at[i]->n_tests && n < max; k++)
            if (l->at[i]->tests[k].field == LEAF_ACTION && !l->at[i]->tests[k].re) out[n++] = l->at[i]->tests[k].whole;
    return n;
}

static voc_str lower(voc_str s, char out[200])
{
    size_t n = s.len < 200 ? s.len : 200;
    for (size_t i = 0; i < n; i++) out[i] = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] - 'A' + 'a') : s.ptr[i];
    return str_mk(out, n);
}

// An action of the project that differs from the wanted one by case, blanks or a slip.
static voc_str near_action(const struct counts *n, const struct timeline *tl, voc_str wanted)
{
    uint32_t codes = timeline_n_codes(tl, VOC_COL_ACTION);
    voc_str best = {"", 0};
    size_t least = wanted.len / 3 + 1;
    for (uint32_t a = 1; a < codes; a++) {
        voc_str name = timeline_name(tl, VOC_COL_ACTION, a);
        if (!n->all[a] || name.len > 200) continue;
        char x[200], y[200];
        size_t d = str_distance(lower(name, x), lower(wanted, y));
        if (d < least) best = name, least = d;
    }
    return best;
}

static voc_rc one_stage(struct table *t, struct buf *b, const struct journey *j, size_t s, const struct stages_seen *seen,
                        const struct counts *n, const struct leaves *l, const struct timeline *tl)
{
    const struct stage *x = &j->stages[s];
    voc_str wanted[3];
    buf_printf(b, "Nobody enters %.*s (line %llu of its journey.xml): ", SHOW(x->id), (unsigned long long)x->line);
    if (n->stage[s]) {
        buf_printf(b, "%llu event%s its definition, but ", (unsigned long long)n->stage[s], n->stage[s] == 1 ? " fits" : "s fit");
        buf_cstr(b, seen->stage[s].blocked  ? "an obligatory stage before it was not reached then (skippable=\"yes\" allows that)"
                    : seen->stage[s].passed ? "each time a later stage was reached at once, or had been reached before"
                                            : "not all that it asks for (counts, times, facts) came true, or a later stage was reached already");
        buf_byte(b, '.');
        return note(t, VOC_NOTE_AFTER, b);
    }
    size_t k = wanted_actions(l, s, wanted, 3);
    for (size_t i = 0; i < k; i++) buf_printf(b, "%s\"%.*s\"", i ? ", " : "it waits for the action ", SHOW(wanted[i]));
    buf_cstr(b, ", and no event fits");
    voc_str near = near_action(n, tl, wanted[0]);
    if (near.len && !str_eq(near, wanted[0])) buf_printf(b, "; did you mean \"%.*s\"?", SHOW(near));
    buf_byte(b, '.');
    return note(t, VOC_NOTE_AFTER, b);
}

// Told one by one where there is more to say than that nothing fits; the others in one sentence.
static bool alone(const struct counts *n, const struct leaves *l, size_t s, size_t empty)
{
    voc_str wanted;
    return n->stage[s] || (empty <= STAGES_SHOWN && wanted_actions(l, s, &wanted, 1));
}

static voc_rc empty_stages(struct table *t, struct buf *b, const struct journey *j, const struct stages_seen *seen,
                           const struct counts *n, const struct leaves *l, const struct timeline *tl)
{
    size_t empty = 0, k = 0;
    voc_rc rc = VOC_OK;
    for (size_t s = 0; s < j->n_stages; s++) empty += seen->stage[s].entries == 0 && !j->stages[s].opens_known_from;
    for (size_t s = 0; s < j->n_stages && !rc; s++)
        if (seen->stage[s].entries == 0 && !j->stages[s].opens_known_from && alone(n, l, s, empty)) rc = one_stage(t, b, j, s, seen, n, l, tl);
    for (size_t s = 0; s < j->n_stages && !rc; s++)
        if (seen->stage[s].entries == 0 && !j->stages[s].opens_known_from && !alone(n, l, s, empty))
            buf_printf(b, "%s%.*s (line %llu)", k++ ? ", " : "Nobody enters ", SHOW(j->stages[s].id), (unsigned long long)j->stages[s].line);
    if (rc || !k) return rc;
    buf_printf(b, ": no event fits %s definition in journey.xml.", k == 1 ? "its" : "their");
    return note(t, VOC_NOTE_AFTER, b);
}

struct most { uint64_t times; voc_str name; };
static int more_often(const void *x, const void *y)
{
    const struct most *a = x, *b = y;
    if (a->times != b->times) return a->times > b->times ? -1 : 1;
    return str_cmp(a->name, b->name);
}

// The most frequent actions that nothing asks for; *none: there are none.
static voc_rc unasked_actions(struct table *t, struct buf *b, struct counts *n, const struct timeline *tl, bool *none)
{
    uint32_t codes = timeline_n_codes(tl, VOC_COL_ACTION);
    struct most *m = mem_zalloc(codes, sizeof *m);
    size_t k = 0;
    if (!m) return VOC_E_NOMEM;
    for (uint32_t a = 0; a < codes; a++) {
        n->all[a] -= n->asked[a]; // from here on: what is not asked for
        if (n->all[a]) m[k++] = (struct most){n->all[a], timeline_name(tl, VOC_COL_ACTION, a)};
    }
    if (k) qsort(m, k, sizeof *m, more_often);
    *none = k == 0;
    if (k) buf_cstr(b, "Most frequent actions that no stage, exit or touchpoint asks for: ");
    for (size_t i = 0; i < k && i < ACTIONS_SHOWN; i++) {
        const voc_str name = m[i].name.len ? m[i].name : STR("without a name");
        buf_printf(b, "%s%.*s (%llu)", i ? ", " : "", SHOW(name), (unsigned long long)m[i].times);
    }
    if (k > ACTIONS_SHOWN) buf_printf(b, " and %zu more", k - ACTIONS_SHOWN);
    if (k) buf_byte(b, '.');
    mem_free(m);
    return k ? note(t, VOC_NOTE_AFTER, b) : VOC_OK;
}

// ---- the next step --------------------------------------------------------------------------------------------------------

struct late { // a file that a <source> of the journey would read, but that was read otherwise
    const struct journey *j;
    char file[256];
};

static voc_rc find_late(void *user, const struct store_import *i)
{
    struct late *l = user;
    for (size_t s = 0; s < l->j->n_sources && !l->file[0]; s++) {
        const struct source_rule *r = &l->j->sources[s];
        if (source_reads(r, i->file_name) && !str_eq(r->id, i->source))
            snprintf(l->file, sizeof l->file, "%.*s", STR_SHOWN(i->file_name, 255));
    }
    return VOC_OK;
}

static voc_rc next_step(struct table *t, struct buf *b, struct cli *c, struct project *p, const struct journey *j, bool all_asked)
{
    struct late late = {.j = j};
    const char *project = cli_word(c, c->args[0]);
    voc_rc rc = store_imports(p, find_late, &late);
    if (rc) return rc;
    if (late.file[0])
        buf_printf(b,
                   "voc import %s %s reads the file again, as sources.xml of %.*s says; it was imported before the "
                   "project followed that journey",
                   project, cli_word(c, late.file), SHOW(j->id));
    else if (all_asked)
        buf_printf(b, "voc journey check FOLDER tries the definitions of a folder with its samples; then voc journey use %s FOLDER", project);
    else
        buf_printf(b, "voc worksheet %s -o sheet.csv lists every action, to be given its stage in a spreadsheet; or another journey fits (voc journey list)", project);
    return note(t, VOC_NOTE_NEXT, b);
}

// Nobody to follow, or nobody of them acts: no definition can mend that.
static voc_rc nobody(struct table *t, struct buf *b, struct cli *c, const struct stages_seen *seen, const char *unit)
{
    voc_rc rc;
    if (seen->events == 0) {
        buf_printf(b, "No event of this project names %s, so there is nobody to follow.", unit);
        rc = note(t, VOC_NOTE_AFTER, b);
        buf_printf(b, "voc import %s FILE -O customer=COLUMN (or account=, case=) reads a file again, with the column that says whose its events are", cli_word(c, c->args[0]));
    } else {
        buf_cstr(b, "No event of this project is an act of a customer; stages are entered by what customers do.");
        rc = note(t, VOC_NOTE_AFTER, b);
        buf_printf(b,
                   "voc import %s FILE with what customers did (visits, orders, calls they made); or, if these are such "
                   "acts, say so: <action name=... actor=\"customer\"/> in journey.xml",
                   cli_word(c, c->args[0]));
    }
    return rc ? rc : note(t, VOC_NOTE_NEXT, b);
}

static voc_rc no_company(struct table *t, struct buf *b, const struct journey *j, const struct stages_seen *seen)
{
    bool push = false;
    for (size_t i = 0; i < j->n_claims; i++) push |= j->claims[i].kind == VOC_TOUCH_PUSH;
    if (!push || seen->companies || !seen->events) return VOC_OK;
    buf_cstr(b, "Nothing here is an act of the company (mails sent, calls made), so what it did cannot be judged: ");
    buf_cstr(b, seen->actor_assumed ? "the source does not say who acted; name its company's acts with <action name=... actor=\"company\"/> in journey.xml."
                                    : "import a source that has them, with actor company.");
    return note(t, VOC_NOTE_AFTER, b);
}

static voc_rc idle_touchpoints(struct table *t, struct buf *b, const struct journey *j, const struct stages_seen *seen)
{
    size_t k = 0;
    for (size_t i = 0; i < j->n_claims; i++) {
        if (seen->touched[i]) continue;
        if (k < IDLE_SHOWN)
            buf_printf(b, "%s%.*s (line %llu)", k ? ", " : "No event belongs to the touchpoint ", SHOW(j->claims[i].title.len ? j->claims[i].title : j->claims[i].id),
                       (unsigned long long)j->claims[i].line);
        k++;
    }
    if (!k) return VOC_OK;
    if (k > IDLE_SHOWN) buf_printf(b, " and %zu more", k - IDLE_SHOWN);
    buf_printf(b, ": the <event> of %s in journey.xml fits nothing here.", k == 1 ? "it" : "each");
    return note(t, VOC_NOTE_AFTER, b);
}

voc_rc stages_why(struct table *t, struct cli *c, struct project *p, const struct journey *j, const struct event_set *held,
                  const struct stages_seen *seen)
{
    static const char *const kinds[] = {"", "an account", "a customer", "a case"};
    struct timeline *tl = NULL;
    struct leaves *l = NULL;
    struct counts n = {0};
    struct buf b;
    size_t empty = 0, entered = 0;
    bool none = false;
    for (size_t s = 0; s < j->n_stages; s++) {
        entered += seen->stage[s].entries > 0;
        empty += seen->stage[s].entries == 0 && !j->stages[s].opens_known_from;
    }
    buf_init(&b, 1 << 16);
    voc_rc rc = VOC_OK;
    if (seen->events == 0 || (seen->customers == 0 && !j->evidence_declared)) {
        rc = nobody(t, &b, c, seen, kinds[seen->unit ? seen->unit : j->unit]);
        goto out;
    }
    if (!empty) goto idle;
    rc = (l = mem_zalloc(1, sizeof *l)) != NULL ? VOC_OK : VOC_E_NOMEM;
    if (rc) goto out;
    gather_all(l, j);
    struct timeline_options to = {.end_us = VOC_NA, .unit = seen->unit, .predicates = l->at, .n_predicates = l->n};
    if ((rc = held ? timeline_new(&tl, held, j, &to, NULL) : timeline_open(&tl, p, j, &to, false, NULL)) != VOC_OK) goto out;
    size_t codes = timeline_n_codes(tl, VOC_COL_ACTION);
    n.all = mem_zalloc(codes + 1, sizeof *n.all);
    n.asked = mem_zalloc(codes + 1, sizeof *n.asked);
    n.stage = mem_zalloc(j->n_stages + 1, sizeof *n.stage);
    rc = n.all && n.asked && n.stage ? count_all(&n, l, tl) : VOC_E_NOMEM;
    if (!rc) rc = empty_stages(t, &b, j, seen, &n, l, tl);
    bool lost = entered == 0 || seen->without * 2 >= seen->units;
    if (!rc && lost) rc = unasked_actions(t, &b, &n, tl, &none);
    if (!rc && lost) rc = next_step(t, &b, c, p, j, none);
idle:
    if (!rc) rc = idle_touchpoints(t, &b, j, seen);
    if (!rc) rc = no_company(t, &b, j, seen);
out:
    timeline_free(tl);
    mem_free(n.all);
    mem_free(n.asked);
    mem_free(n.stage);
    mem_free(l);
    buf_done(&b);
    return rc;
}
