// SPDX-License-Identifier: MIT
//
// Analysis plugin score: each touchpoint as value-adding, incidental, waste or unproven, by the customer actions that follow
// it against comparable customers who did not get it (METHODS 3). The fold gathers; finish compares.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/score/score.h"
#include "plugins/common/near.h"
#include "plugins/common/show.h"

static const char *const by_choices[] = {"nothing", "stage", "segment", "group", NULL};
const voc_option score_options[N_OPTIONS] = {
    [OPT_WINDOW] = {"window", VOC_OPT_DURATION, 0, NULL, "1m", "730d", NULL, "TIME", "how long after a touch an action counts, such as 14d (as the journey says)"},
    [OPT_SEGMENT] = {"segment", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "NAME", "only customers of this segment"},
    [OPT_BY] = {"by", VOC_OPT_ENUM, 0, "nothing", NULL, NULL, by_choices, "WHAT", "also a line for each stage, for each stage and segment, or for each group of touchpoints, judged as one kind of touch"},
    [OPT_AIM] = {"aim", VOC_OPT_LIST, 0, NULL, NULL, NULL, NULL, "ACTIONS", "judge by these customer actions (comma-separated), or by \"forward\" moves, instead of the journey's aims"},
    [OPT_SENSITIVITY] = {"sensitivity", VOC_OPT_BOOL, 0, "yes", NULL, NULL, NULL, "YES|NO", "also judge at half and twice the window, and flag verdicts that change"},
    [OPT_BALANCE] = {"balance", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, "YES|NO", "show instead of the verdicts how alike those who were touched and those they are compared with were before (with --sets: of these touchpoints)"},
    [OPT_ALL_TRIALS] = {"all-trials", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, "YES|NO", "compare every touch, also where that takes long"},
    [OPT_TRIALS_MAX] = {"trials-max", VOC_OPT_INT, 0, "1000000000", "1", NULL, NULL, "N", "compare a part of the touches where all would be more than so many comparisons, and say so"},
    [OPT_SETS] = {"sets", VOC_OPT_LIST, 0, NULL, NULL, NULL, NULL, "TOUCHPOINTS", "write each matched set of these touchpoints (comma-separated, or all) instead of the verdicts, to compute them again elsewhere"},
};

static const uint32_t columns[] = {VOC_COL_TIME, VOC_COL_RESOLUTION, VOC_COL_ACTOR, VOC_COL_CLASS, VOC_COL_ACTION, VOC_COL_TOUCHPOINT, VOC_COL_INDIVIDUAL,
                                   VOC_COL_CAMPAIGN, VOC_COL_THREAD, VOC_COL_REF_EVENT, VOC_COL_REF_TOUCHPOINT, VOC_COL_COST, VOC_COL_MINUTES,
                                   VOC_COL_DELIVERED, VOC_COL_SEGMENT};

voc_rc score_complain(struct score *s, const char *code, const char *hint, const char *message)
{
    voc_diag d = {.struct_size = sizeof d, .severity = VOC_ERROR, .code = {code, strlen(code)},
                  .message = {message, strlen(message)}, .hint = {hint, strlen(hint)}};
    s->host->diag(s->cx, &d);
    return VOC_E_OPTION;
}

static voc_rc want(struct score *s, uint32_t predicate, uint32_t *index)
{
    *index = VOC_NONE;
    if (predicate == VOC_NONE) return VOC_OK;
    voc_rc rc = s->host->want_predicate(s->run, predicate, index);
    if (!rc && *index + 1 > s->n_predicates) s->n_predicates = *index + 1;
    return rc;
}

static voc_rc want_all(struct score *s)
{
    const voc_definition *d = s->def;
    voc_rc rc = VOC_OK;
    s->aims = (struct aims){score_alloc(s, d->n_stages, sizeof(uint32_t)), score_alloc(s, d->n_touchpoints, sizeof(uint32_t)),
                            score_alloc(s, d->n_holdouts, sizeof(uint32_t)), score_alloc(s, d->n_holdouts, sizeof(uint32_t))};
    if (!s->aims.stage || !s->aims.touchpoint || !s->aims.treated || !s->aims.control) return VOC_E_NOMEM;
    for (size_t i = 0; i < sizeof columns / sizeof *columns && !rc; i++) rc = s->host->want_column(s->run, columns[i]);
    for (size_t i = 0; i < d->n_stages && !rc; i++) rc = want(s, d->stages[i].aim, &s->aims.stage[i]);
    for (size_t i = 0; i < d->n_touchpoints && !rc; i++) rc = want(s, d->touchpoints[i].aim, &s->aims.touchpoint[i]);
    for (size_t i = 0; i < d->n_holdouts && !rc; i++) {
        rc = want(s, d->holdouts[i].treated, &s->aims.treated[i]);
        if (!rc) rc = want(s, d->holdouts[i].control, &s->aims.control[i]);
    }
    if (!rc && s->options[OPT_BALANCE].i) rc = s->host->want_column(s->run, VOC_COL_ROLE);
    if (!rc && s->options[OPT_BALANCE].i && VOC_HOST_HAS(s->host, want_attributes)) rc = s->host->want_attributes(s->run);
    bool pull = false;  // only what customers fetch is asked about person by person
    for (size_t i = 0; i < d->n_touchpoints; i++) pull = pull || d->touchpoints[i].kind == VOC_TOUCH_PULL;
    return rc || !pull ? rc : s->host->want_person_stays(s->run);
}

// The option is a name; the trial wants its code, left in `i`.
static voc_rc resolve_segment(struct score *s, voc_value *v)
{
    const voc_definition *d = s->def;
    if (!v->set) return VOC_OK;
    for (size_t i = 0; i < d->n_segments; i++)
        if (d->segments[i].len == v->s.len && memcmp(d->segments[i].ptr, v->s.ptr, v->s.len) == 0) return v->i = (int64_t)i, VOC_OK;
    char hint[400], message[120];
    size_t best = SIZE_MAX, nearest = 0, at = 0;
    for (size_t i = 0; i < d->n_segments; i++) {
        size_t n = near_distance(v->s, d->segments[i]);
        if (n <= near_limit(v->s) && n < best) best = n, nearest = i;
    }
    if (best != SIZE_MAX) at = (size_t)snprintf(hint, sizeof hint, "did you mean %.*s? ", SHOW_AT_MOST(d->segments[nearest], 60));
    at += (size_t)snprintf(hint + at, sizeof hint - at, "the journey has");
    for (size_t i = 0; i < d->n_segments && at < sizeof hint - 60; i++)
        at += (size_t)snprintf(hint + at, sizeof hint - at, "%s %.*s", i ? "," : "", SHOW_AT_MOST(d->segments[i], 40));
    snprintf(message, sizeof message, "there is no segment \"%.*s\"", SHOW_AT_MOST(v->s, 60));
    return score_complain(s, "SCORE-002", hint, message);
}

static voc_rc check_aim(struct score *s)
{
    const voc_value *aim = &s->options[OPT_AIM];
    if (aim->n_list == 1 && aim->list[0].len == 7 && memcmp(aim->list[0].ptr, "forward", 7) == 0) return VOC_OK;
    for (size_t i = 0; i < aim->n_list; i++) {
        size_t a = 0;
        while (a < s->def->n_actions && !(definition_action(s->def, a)->name.len == aim->list[i].len &&
                                          memcmp(definition_action(s->def, a)->name.ptr, aim->list[i].ptr, aim->list[i].len) == 0))
            a++;
        char message[200];
        snprintf(message, sizeof message, "the aim \"%.*s\" is no action of this project", SHOW_AT_MOST(aim->list[i], 80));
        if (a == s->def->n_actions)
            return score_complain(
                s, "SCORE-003",
                "voc sql PROJECT \"SELECT action, count(*) AS n FROM event GROUP BY action ORDER BY n DESC\" lists them", message);
        uint32_t c = definition_action(s->def, a)->class_;
        snprintf(message, sizeof message, "the aim \"%.*s\" is classed as something customers do not act to obtain",
                 SHOW_AT_MOST(aim->list[i], 80));
        if (c != VOC_CLASS_VALUE && c != VOC_CLASS_NEUTRAL)
            return score_complain(s, "SCORE-004", "mechanical, undelivered, passage, trouble and harm are never an outcome", message);
    }
    return VOC_OK;
}

static voc_rc begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *options, void **analysis)
{
    struct score *s = host->alloc(cx, sizeof *s);
    voc_value *own = host->alloc(cx, N_OPTIONS * sizeof *own);
    if (!s || !own) return VOC_E_NOMEM;
    memset(s, 0, sizeof *s);
    memcpy(own, options, N_OPTIONS * sizeof *own);
    s->host = host;
    s->cx = cx;
    s->run = run;
    s->options = own;
    s->def = host->definition(run);
    s->info = host->info(run);
    if (s->def->n_stages == 0)
        return score_complain(s, "SCORE-001", "voc journey use PROJECT online-shop, b2b-sale, crm-pipeline or your own folder says what counts as value",
                        "this project follows no journey: it is not known which actions customers value");
    voc_rc rc = resolve_segment(s, &own[OPT_SEGMENT]);
    if (!rc) rc = check_aim(s);
    if (!rc && own[OPT_BY].i == BY_GROUP && !group_any(s->def))
        rc = score_complain(
            s, "SCORE-008",
            "give touchpoints of one kind the same group in the journey: <touchpoint id=\"visit\" group=\"visits\" ...>",
            "no two touchpoints of this journey share a group: there is nothing to pool");
    if (!rc && (own[OPT_SETS].set || own[OPT_BALANCE].i)) rc = sets_asked(s);
    if (!rc) rc = want_all(s);
    *analysis = s;
    return rc;
}

static voc_rc state_new(void *analysis, void **state)
{
    struct score *s = analysis;
    struct state *st = score_alloc(s, 1, sizeof *st);
    if (!st) return VOC_E_NOMEM;
    st->score = s;
    *state = st;
    return s->host->spool_new(s->run, &st->spool);
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j) { return gather_batch(analysis, state, j); }

static voc_rc merge(void *analysis, void *into, void *from)
{
    (void)analysis;
    return gather_merge(into, from);
}

static voc_rc save(void *analysis, void *state, voc_writer *w) { return parts_save(analysis, ((struct state *)state)->spool, w); }
static voc_rc load(void *analysis, void *state, const void *data, size_t size) { return parts_load(analysis, state, data, size); }

// ---- refusing to guess (METHODS 2.3) -----------------------------------------------------------------------------------

struct counted_action { voc_str name; uint32_t action; size_t n; };

static int most_first(const void *x, const void *y)  // then by name: codes are in the order in which actions were first imported
{
    const struct counted_action *a = x, *b = y;
    if (a->n != b->n) return a->n > b->n ? -1 : 1;
    const size_t n = a->name.len < b->name.len ? a->name.len : b->name.len;
    const int c = n ? memcmp(a->name.ptr, b->name.ptr, n) : 0;
    return c ? c : (a->name.len > b->name.len) - (a->name.len < b->name.len);
}

uint32_t *score_by_count(const struct score *s, const size_t *count, size_t *n)
{
    struct counted_action *all = score_alloc(s, s->def->n_actions, sizeof *all);
    uint32_t *order = score_alloc(s, s->def->n_actions, sizeof *order);
    *n = 0;
    if (!all || !order) return NULL;
    for (uint32_t a = 0; a < s->def->n_actions; a++)
        if (count[a]) all[(*n)++] = (struct counted_action){definition_action(s->def, a)->name, a, count[a]};
    if (*n) qsort(all, *n, sizeof *all, most_first);
    for (size_t i = 0; i < *n; i++) order[i] = all[i].action;
    return order;
}

// Appends the most frequent actions, of customers if there are any.
static voc_rc name_frequent(struct score *s, bool customers, char *out, size_t at, size_t size)
{
    const struct data *d = &s->data;
    size_t n, *count = score_alloc(s, s->def->n_actions, sizeof *count);
    if (!count) return VOC_E_NOMEM;
    for (size_t i = 0; i < d->n_events; i++) count[d->events[i].action] += !customers || d->events[i].actor == VOC_ACTOR_CUSTOMER;
    const uint32_t *most = score_by_count(s, count, &n);
    for (size_t i = 0; i < n && i < 6 && at < size - 80; i++) {
        voc_str name = definition_action(s->def, most[i])->name;
        at += (size_t)snprintf(out + at, size - at, "%s %.*s (%zu)", i ? "," : "", SHOW_AT_MOST(name, 40), count[most[i]]);
    }
    return most ? VOC_OK : VOC_E_NOMEM;
}

// Without an action of class value (or an aim) there is nothing to judge by: the most frequent actions are named.
static voc_rc refuse_without_value(struct score *s)
{
    const struct data *d = &s->data;
    bool aim = s->options[OPT_AIM].n_list > 0;
    for (size_t i = 0; i < s->def->n_stages; i++) aim = aim || s->aims.stage[i] != VOC_NONE;
    for (size_t i = 0; i < s->def->n_touchpoints; i++) aim = aim || s->aims.touchpoint[i] != VOC_NONE;
    for (size_t i = 0; i < d->n_events && !aim; i++) aim = d->events[i].actor == VOC_ACTOR_CUSTOMER && d->events[i].class_ == VOC_CLASS_VALUE;
    if (aim) return VOC_OK;
    bool customers = false;  // what the company does is no candidate
    for (size_t i = 0; i < d->n_events && !customers; i++) customers = d->events[i].actor == VOC_ACTOR_CUSTOMER;
    char hint[700];
    if (s->def->evidence_declared || !customers) {
        int at = snprintf(hint, sizeof hint,
                          "voc stages PROJECT shows where it waits; to score, import what customers did as well (web, mail, calls), "
                          "or say in voc worksheet PROJECT -o sheet.csv which of these are acts of customers:");
        if (name_frequent(s, customers, hint, (size_t)at, sizeof hint)) return VOC_E_NOMEM;
        return score_complain(s, "SCORE-005", hint,
                              "nothing in this project is known to be an act of a customer: it holds what the company recorded, "
                              "and by that nothing can be judged");
    }
    int at = snprintf(hint, sizeof hint,
                      "mark those that customers do because it is worth it to them, as value in voc worksheet PROJECT -o sheet.csv "
                      "or with <action name=... class=\"value\"/>; the most frequent are");
    if (name_frequent(s, customers, hint, (size_t)at, sizeof hint)) return VOC_E_NOMEM;
    return score_complain(s, "SCORE-005", hint,
                          "no customer action of this project has class value in the journey: there is nothing to judge touchpoints by");
}

static voc_rc finish(void *analysis, void *state)
{
    struct score *s = analysis;
    struct study st = {.s = s};
    voc_rc rc = gather_load(s, state);
    if (!rc) rc = refuse_without_value(s);
    if (!rc) rc = study_p_win(&st);
    if (s->options[OPT_SETS].set || s->options[OPT_BALANCE].i) {
        if (!rc) rc = s->options[OPT_BALANCE].i ? balance_write(&st) : sets_write(&st);
        return rc;
    }
    if (!rc) rc = study_run(&st);
    if (!rc) rc = study_work(&st);
    if (!rc) rc = study_links(&st);
    if (!rc) rc = study_pull(&st);
    if (!rc) rc = study_credit(&st);
    if (!rc) rc = judge_all(&st);
    if (!rc) rc = settle_all(&st);
    if (!rc) rc = summary_write(&st);
    if (!rc && s->options[OPT_BY].i == BY_GROUP) rc = group_write(&st);
    if (!rc) rc = tables_write(&st);
    return rc ? rc : sceptic_write(&st);
}

static void state_free(void *analysis, void *state)
{
    struct score *s = analysis;
    struct state *st = state;
    s->host->free(s->cx, st->more);
    s->host->free(s->cx, st->buffer);
    s->host->free(s->cx, st);
}

static void end(void *analysis) { (void)analysis; }  // all of it is the instance's

static const voc_analysis_ops ops = {
    .struct_size = sizeof ops, .begin = begin, .state_new = state_new, .batch = batch, .merge = merge, .save = save, .load = load, .finish = finish, .state_free = state_free, .end = end};

static const char about[] =
    "Every touch is a small trial: the touched customer is compared with customers in the same stage and segment, at the same\n"
    "time in that stage, equally recently active, who had not got it. Both are followed; the actions that followed are set\n"
    "against the actions that would have been expected. What the company starts (push) is judged by that difference and by\n"
    "what an action is worth; what customers fetch for themselves (pull) by how many of those who could did so.\n"
    "\n"
    "DO MORE: customers act, and it pays even at the low end. KEEP: customers act for it, or the law or a contract asks for it.\n"
    "STOP OR CHANGE: it repels, nobody acts, or even the best case does not pay. CANNOT TELL YET: what would settle it is said.\n"
    "A comparison is not an experiment: a lasting difference between customers that nobody recorded can explain a gain. A\n"
    "hold-out declared in the journey is an experiment, and outranks the comparison.\n"
    "\n"
    "The tables touchpoints, stages and segments hold every number behind a verdict (--table touchpoints, or --format json);\n"
    "holdouts plans a random test of each thing that is sent (voc holdout), groups what --by group judges as one kind of touch;\n"
    "trouble lists what customers had to do because of our own faults, mix the kinds of work, stage_values what stages are worth;\n"
    "codes says when each code is given and what follows. --sets TOUCHPOINT -o sets.csv writes every single comparison, from which\n"
    "the figures can be computed again; --balance shows how alike the touched and those they are compared with were before.";

static const voc_plugin plugin = {.struct_size = sizeof plugin,
                                  .abi_major = VOC_ABI_MAJOR,
                                  .abi_minor = VOC_ABI_MINOR,
                                  .kind = VOC_KIND_ANALYSIS,
                                  .option_size = sizeof(voc_option),
                                  .name = "score",
                                  .version = "0.1.0",
                                  .summary = "each touchpoint: value, incidental, waste or unproven, by what customers do next",
                                  .licence = "MIT",
                                  .author = "the Vocstream authors",
                                  .options = score_options,
                                  .n_options = N_OPTIONS,
                                  .ops = &ops,
                                  .about = about};

VOC_PLUGIN("analysis", "score", "0.1.0", "MIT", plugin)
