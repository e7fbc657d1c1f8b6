// SPDX-License-Identifier: MIT
//
// Runs the touch trials: one frame of all stays and push touches, then each touchpoint for itself, in parallel; with the
// declared window, its half and its double; with hold-outs where they are declared (METHODS 3.3 to 3.6). Sums are made in
// a fixed order inside each touchpoint, so threads do not show.
#include <math.h>
#include <string.h>

#include "plugins/analysis/score/score.h"

struct plan {  // one touchpoint's trial
    uint32_t touchpoint;
    int64_t *window;  // by stage
    const struct trial_events **outcome[2];
    double *value;
    struct trial_result result, half, twice;
    struct examples examples;
};

struct trials {
    struct study *st;
    struct trial_frame *frame;
    struct series harm;
    double *move_value;   // by stage: worth of a forward move
    struct series *base;  // outcomes of each stage for touchpoints without aim or clicks of their own
    const uint8_t *resolution;  // of each touch of the frame
    struct plan *plans;
    size_t n_plans;
    uint64_t keep;  // sample.c
    bool *clicks;   // by touchpoint: see find_clicks
};

static void *resize(void *ctx, void *old, size_t size)
{
    const struct score *s = ctx;
    return s->host->resize(s->cx, old, size);
}

static void release(void *ctx, void *ptr)
{
    const struct score *s = ctx;
    s->host->free(s->cx, ptr);
}

struct trial_alloc score_trial_alloc(const struct score *s) { return (struct trial_alloc){(void *)(uintptr_t)s, resize, release}; }

voc_rc score_rc(enum trial_rc rc)
{
    return rc == TRIAL_OK ? VOC_OK : rc == TRIAL_NOMEM ? VOC_E_NOMEM : rc == TRIAL_STOPPED ? VOC_CANCELLED : VOC_E_BUG;
}

// Delivered push touches; in the frame for pull items also the claimed customer events of those.
bool study_is_touch(const struct score *s, const struct event *e, bool with_pull)
{
    if (e->touchpoint == VOC_NONE) return false;
    uint32_t kind = definition_touchpoint(s->def, e->touchpoint)->kind;
    if (e->actor == VOC_ACTOR_COMPANY) return kind == VOC_TOUCH_PUSH && e->delivered;
    return with_pull && kind == VOC_TOUCH_PULL && e->actor == VOC_ACTOR_CUSTOMER;
}

static voc_rc frame_touches(const struct score *s, bool with_pull, struct trial_input *in)
{
    const struct data *d = &s->data;
    size_t n = 0, at = 0;
    for (size_t i = 0; i < d->n_events; i++) n += study_is_touch(s, &d->events[i], with_pull);
    size_t *first = score_alloc(s, d->n_units + 1, sizeof *first);
    int64_t *time = score_alloc(s, n, sizeof *time);
    uint8_t *resolution = score_alloc(s, n, sizeof *resolution);
    uint32_t *type = score_alloc(s, n, sizeof *type);
    if (!first || !time || !resolution || !type) return VOC_E_NOMEM;
    for (size_t u = 0; u < d->n_units; u++) {
        first[u] = at;
        for (size_t i = d->first_event[u]; i < d->first_event[u + 1] && !d->units[u].internal; i++) {
            if (!study_is_touch(s, &d->events[i], with_pull)) continue;
            time[at] = d->events[i].time;
            resolution[at] = d->events[i].resolution;
            type[at++] = d->events[i].touchpoint;
        }
    }
    first[d->n_units] = at;
    in->touches = (struct trial_events){.first = first, .time = time, .resolution = resolution};
    in->touch_type = type;
    return VOC_OK;
}

static voc_rc frame_stays(const struct score *s, struct trial_input *in)
{
    const struct data *d = &s->data;
    struct trial_stay *stays = score_alloc(s, d->n_stays, sizeof *stays);
    if (!stays) return VOC_E_NOMEM;
    for (size_t u = 0; u < d->n_units; u++)
        for (size_t i = d->first_stay[u]; i < d->first_stay[u + 1]; i++) {
            const voc_stay *v = &d->stays[i];
            stays[i] = (struct trial_stay){.in = v->in_us, .out = v->out_us, .stage = v->stage, .segment = v->segment, .account = d->units[u].account,
                                           .unit = (uint32_t)u, .order = (uint32_t)i, .eligible = !(v->flags & VOC_STAY_TRUNCATED)};
        }
    in->stays = stays;
    in->n_stays = d->n_stays;
    return VOC_OK;
}

static struct trial_options options_of(const struct score *s)
{
    const voc_definition *d = s->def;
    struct trial_options o = trial_defaults(1000000);
    if (d->comparators > 0) o.comparators = (uint32_t)d->comparators;
    if (d->scan > 0) o.scan = (uint32_t)d->scan;
    o.lag = d->placebo_lag_us;
    o.engagement_span = d->engagement_us;
    o.n_recency = (uint32_t)(d->n_recency < TRIAL_CUTS ? d->n_recency : TRIAL_CUTS);
    for (uint32_t i = 0; i < o.n_recency; i++) o.recency[i] = d->recency_us[i];
    o.n_engagement = (uint32_t)(d->n_engagement_cuts < TRIAL_CUTS ? d->n_engagement_cuts : TRIAL_CUTS);
    for (uint32_t i = 0; i < o.n_engagement; i++) o.engagement[i] = d->engagement_cuts[i];
    return o;
}

// Half and twice the window are for verdicts on push touches alone.
static size_t windows_of(const struct score *s, bool pull) { return s->options[OPT_SENSITIVITY].i && !pull ? 3 : 1; }

// The frame has copies of all these: what comes next uses their memory.
static void let_go(const struct score *s, const struct trial_input *in)
{
    const void *const done[] = {in->stays, in->touches.time, in->touch_type, in->actions.first, in->actions.time, in->actions.resolution};
    for (size_t i = 0; i < sizeof done / sizeof *done; i++) s->host->free(s->cx, (void *)(uintptr_t)done[i]);
}

static voc_rc make_frame(struct trials *t, bool with_pull)
{
    const struct score *s = t->st->s;
    struct series actions;
    struct trial_options o = options_of(s);
    struct trial_alloc alloc = score_trial_alloc(s);
    struct trial_input in = {.n_units = (uint32_t)s->data.n_units,
                             .n_accounts = s->host->n_codes(s->run, VOC_COL_ACCOUNT),
                             .n_stages = (uint32_t)s->def->n_stages,
                             .n_segments = (uint32_t)s->def->n_segments,
                             .n_types = (uint32_t)s->def->n_touchpoints,
                             .data_start = s->info->start_declared ? s->info->start_us : INT64_MIN,
                             .data_end = s->info->end_us,
                             .unit_of = score_unit_of,
                             .n_resolutions = 6};
    voc_rc rc = sample_names(s, &in);
    if (!rc) rc = frame_stays(s, &in);
    if (!rc) rc = frame_touches(s, with_pull, &in);
    if (!rc) rc = series_actions(s, &actions);
    if (!rc) {
        in.actions = actions.events;
        t->resolution = in.touches.resolution;
        rc = score_rc(trial_frame_new(&t->frame, &alloc, &in, &o));
        let_go(s, &in);
    }
    return rc ? rc : sample_keep(s, t->frame, with_pull ? VOC_TOUCH_PULL : VOC_TOUCH_PUSH, windows_of(s, with_pull), &t->keep);
}

// Of which touchpoints some customer event answers a touch, or is itself claimed by it: then their outcomes are their own.
static voc_rc find_clicks(struct trials *t)
{
    const struct score *s = t->st->s;
    const struct data *d = &s->data;
    t->clicks = score_alloc(s, s->def->n_touchpoints, sizeof *t->clicks);
    if (!t->clicks) return VOC_E_NOMEM;
    for (size_t u = 0; u < d->n_units; u++)
        for (size_t i = d->first_event[u]; i < d->first_event[u + 1]; i++) {
            const struct event *e = &d->events[i];
            if (e->actor != VOC_ACTOR_CUSTOMER) continue;
            const uint32_t answered = e->ref_event >= 0 ? d->events[d->first_event[u] + (size_t)e->ref_event].touchpoint : VOC_NONE;
            if (e->touchpoint != VOC_NONE) t->clicks[e->touchpoint] = true;
            if (answered != VOC_NONE) t->clicks[answered] = true;
        }
    return VOC_OK;
}

bool aim_is_forward(const struct score *s)
{
    const voc_value *aim = &s->options[OPT_AIM];
    return aim->n_list == 1 && aim->list[0].len == 7 && memcmp(aim->list[0].ptr, "forward", 7) == 0;
}

// Worth of a forward move: V(next) - V(s), V = P(win) x margin (METHODS 3.7); NaN unknown.
static double move_value(const struct study *st, uint32_t stage)
{
    const voc_definition *d = st->s->def;
    if (d->margin == VOC_NA || !st->p_win_known) return NAN;
    double next = stage + 1 < d->n_stages ? st->p_win[stage + 1] : 1;
    if (d->win_stage != VOC_NONE && stage + 1 >= d->win_stage) next = 1;
    return (next - st->p_win[stage]) * (double)d->margin / 1e6;
}

static voc_rc outcomes_of(struct trials *t, uint32_t touchpoint, uint32_t stage, struct series *out)
{
    const struct score *s = t->st->s;
    if (aim_is_forward(s)) return series_forward(s, out, stage, t->move_value);
    return series_outcomes(s, out, touchpoint, stage);
}

// Whether what counts, and what it is worth, is the same in both stages for touchpoints without outcomes of their own.
static bool same_outcomes(const struct score *s, uint32_t a, uint32_t b)
{
    if (aim_is_forward(s) || s->aims.stage[a] != s->aims.stage[b] || s->aims.stage[a] != VOC_NONE) return false;
    for (size_t i = 0; i < s->def->n_actions; i++)
        if (outcome_counts_in(definition_action(s->def, i), a) != outcome_counts_in(definition_action(s->def, i), b)) return false;
    return true;
}

static voc_rc plan_outcomes(struct trials *t, struct plan *p)
{
    const struct score *s = t->st->s;
    size_t n = s->def->n_stages;
    bool own = (s->aims.touchpoint[p->touchpoint] != VOC_NONE && !s->options[OPT_AIM].n_list) || t->clicks[p->touchpoint] ||
               definition_touchpoint(s->def, p->touchpoint)->kind == VOC_TOUCH_PULL;
    p->window = score_alloc(s, n, sizeof *p->window);
    p->value = score_alloc(s, n, sizeof *p->value);
    p->outcome[0] = score_alloc(s, n, sizeof *p->outcome[0]);
    p->outcome[1] = score_alloc(s, n, sizeof *p->outcome[1]);
    if (!p->window || !p->value || !p->outcome[0] || !p->outcome[1]) return VOC_E_NOMEM;
    voc_rc rc = VOC_OK;
    for (uint32_t k = 0; k < n && !rc; k++) {
        struct series *x = &t->base[k];
        if (own) {
            x = score_alloc(s, 1, sizeof *x);
            rc = x ? outcomes_of(t, p->touchpoint, k, x) : VOC_E_NOMEM;
        }
        if (rc) break;
        p->window[k] = window_of(s, p->touchpoint, k);
        p->value[k] = aim_is_forward(s) ? t->move_value[k] : aim_value(s, p->touchpoint, k);
        p->outcome[0][k] = &x->events;
        p->outcome[1][k] = &t->harm.events;
    }
    return rc;
}

typedef int (*see_set)(void *ctx, const struct trial_set *set);

// The trial of one touchpoint with its windows times num / den.
static voc_rc ask(const struct trials *t, const struct plan *p, int64_t num, int64_t den, see_set see, void *ctx, struct trial_request *out)
{
    const struct score *s = t->st->s;
    size_t n = s->def->n_stages;
    int64_t *window = score_alloc(s, n, sizeof *window);
    if (!window) return VOC_E_NOMEM;
    for (size_t k = 0; k < n; k++) window[k] = p->window[k] * num / den;
    *out = (struct trial_request){.type = p->touchpoint,
                                  .window = window,
                                  .outcome = {p->outcome[0], p->outcome[1]},
                                  .n_outcomes = 2,
                                  .value = p->value,
                                  .weights = s->def->weights == VOC_WEIGHTS_MH ? TRIAL_MH : TRIAL_SMR,
                                  .without_account = TRIAL_NONE,
                                  .only_stage = TRIAL_ALL,
                                  .only_segment = s->options[OPT_SEGMENT].set ? (uint32_t)s->options[OPT_SEGMENT].i : TRIAL_ALL,
                                  .keep = t->keep,
                                  .on_set = see,
                                  .on_set_ctx = ctx};
    return VOC_OK;
}

// ---- many hands ------------------------------------------------------------------------------------------------------------

struct hands {
    enum trial_rc (*piece)(void *ctx, size_t i);
    void *ctx;
};

static voc_rc one_piece(void *user, size_t i)
{
    const struct hands *h = user;
    return score_rc(h->piece(h->ctx, i));
}

static enum trial_rc in_parallel_pieces(void *ctx, size_t n, enum trial_rc (*piece)(void *piece_ctx, size_t i), void *piece_ctx)
{
    const struct score *s = ctx;
    struct hands h = {piece, piece_ctx};
    voc_rc rc = s->host->parallel(s->run, n, one_piece, &h);
    return rc == VOC_OK ? TRIAL_OK : rc == VOC_E_NOMEM ? TRIAL_NOMEM : rc == VOC_CANCELLED ? TRIAL_STOPPED : TRIAL_INVALID;
}

static bool is_stopped(void *ctx)
{
    const struct score *s = ctx;
    return s->host->cancelled(s->cx) != 0;
}

static struct trial_crew crew_of(const struct score *s) { return (struct trial_crew){(void *)(uintptr_t)s, in_parallel_pieces, is_stopped}; }

// All plans at the declared window and, of push touches, its half and its double: what is known of a stay at a time is the same for all of them.
static voc_rc run_plans(struct trials *t, bool pull)
{
    const struct score *s = t->st->s;
    const size_t times = windows_of(s, pull);
    struct trial_request *requests = score_alloc(s, t->n_plans * times, sizeof *requests);
    struct trial_result *results = score_alloc(s, t->n_plans * times, sizeof *results);
    uint32_t *unit_of_stay = score_alloc(s, s->data.n_stays, sizeof *unit_of_stay);
    const struct trial_crew crew = crew_of(s);
    voc_rc rc = requests && results && unit_of_stay ? VOC_OK : VOC_E_NOMEM;
    for (size_t u = 0; u < s->data.n_units && !rc; u++)
        for (size_t i = s->data.first_stay[u]; i < s->data.first_stay[u + 1]; i++) unit_of_stay[i] = (uint32_t)u;
    for (size_t i = 0; i < t->n_plans && !rc; i++) {
        struct plan *p = &t->plans[i];
        p->examples.s = s;
        p->examples.unit_of_stay = unit_of_stay;
        p->examples.recent_from = settle_recent_from(s);
        p->examples.recent = score_alloc(s, s->def->n_stages * s->def->n_segments, sizeof *p->examples.recent);
        rc = p->examples.recent ? plan_outcomes(t, p) : VOC_E_NOMEM;
        if (!rc) rc = ask(t, p, 1, 1, examples_add, &p->examples, &requests[i * times]);
        requests[i * times].brief = true;
        requests[i * times].on_set_room = examples_room;
        if (!rc && times == 3) rc = ask(t, p, 1, 2, NULL, NULL, &requests[i * 3 + 1]);
        if (!rc && times == 3) rc = ask(t, p, 2, 1, NULL, NULL, &requests[i * 3 + 2]);
    }
    if (!rc) rc = score_rc(trial_run_all(results, t->frame, requests, t->n_plans * times, &crew));
    for (size_t i = 0; i < t->n_plans; i++)
        if (t->plans[i].examples.failed) return VOC_E_NOMEM;
    for (size_t i = 0; i < t->n_plans && !rc; i++) {
        struct plan *p = &t->plans[i];
        p->result = results[i * times];
        if (times == 3) p->half = results[i * 3 + 1], p->twice = results[i * 3 + 2];
    }
    return rc;
}

// The pooled estimate again without the account that holds most of the evidence (METHODS 3.6).
static voc_rc without_largest(struct trials *t, struct plan *p, const struct trial_cell *cell, struct trial_cell *out)
{
    const struct score *s = t->st->s;
    struct trial_result r;
    struct trial_request q = {.type = p->touchpoint,
                              .window = p->window,
                              .outcome = {p->outcome[0], p->outcome[1]},
                              .n_outcomes = 2,
                              .value = p->value,
                              .weights = s->def->weights == VOC_WEIGHTS_MH ? TRIAL_MH : TRIAL_SMR,
                              .without_account = cell->largest,
                              .keep = cell->left_out ? t->keep : 0,
                              .only_stage = cell->stage,
                              .only_segment = cell->segment != TRIAL_ALL ? cell->segment
                                              : s->options[OPT_SEGMENT].set ? (uint32_t)s->options[OPT_SEGMENT].i
                                                                            : TRIAL_ALL};
    voc_rc rc = score_rc(trial_run(&r, t->frame, &q));
    if (rc) return rc;
    *out = r.cells[0];
    trial_result_done(&r);
    return VOC_OK;
}

// ---- findings ------------------------------------------------------------------------------------------------------------------

static void take(struct finding *f, uint32_t touchpoint, const struct trial_cell *c)
{
    f->touchpoint = touchpoint;
    f->stage = c->stage;
    f->segment = c->segment;
    f->cell = *c;
    f->tested = true;
    f->half = f->twice = VERDICT_CODES;
}

static const struct trial_cell *same_cell(const struct trial_result *r, const struct trial_cell *c)
{
    for (size_t i = 0; i < r->n_cells; i++)
        if (r->cells[i].stage == c->stage && r->cells[i].segment == c->segment) return &r->cells[i];
    return NULL;
}

// A cell again with all its touches, at all windows.
static voc_rc compare_all(struct trials *t, struct plan *p, struct finding *f)
{
    const struct score *s = t->st->s;
    const size_t times = windows_of(s, f->pull);
    static const int64_t num[] = {1, 1, 2}, den[] = {1, 2, 1};
    struct trial_request requests[3];
    struct trial_result *results = score_alloc(s, 3, sizeof *results);
    const struct trial_crew crew = crew_of(s);
    voc_rc rc = results ? VOC_OK : VOC_E_NOMEM;
    for (size_t i = 0; i < times && !rc; i++) {
        rc = ask(t, p, num[i], den[i], NULL, NULL, &requests[i]);
        requests[i].keep = 0;
        requests[i].only_stage = f->stage;
        if (f->segment != TRIAL_ALL) requests[i].only_segment = f->segment;
    }
    if (!rc) rc = score_rc(trial_run_all(results, t->frame, requests, times, &crew));
    if (rc) return rc;
    const struct trial_cell *whole = same_cell(&results[0], &f->cell);
    if (times == 3) f->half_cell = same_cell(&results[1], &f->cell), f->twice_cell = same_cell(&results[2], &f->cell);
    if (whole) f->cell = *whole;
    return VOC_OK;
}

static bool is_short(const struct finding *f)
{
    return sample_is_short(&f->cell) || (f->half_cell && sample_is_short(f->half_cell)) || (f->twice_cell && sample_is_short(f->twice_cell));
}

static voc_rc find(struct trials *t, struct plan *p, struct finding *f, const struct trial_cell *c)
{
    take(f, p->touchpoint, c);
    for (uint32_t k = 0; k < t->st->s->def->n_stages; k++)
        for (uint32_t g = 0; g < t->st->s->def->n_segments; g++) {
            if ((c->stage != TRIAL_ALL && c->stage != k) || (c->segment != TRIAL_ALL && c->segment != g)) continue;
            const struct recent *r = &p->examples.recent[k * t->st->s->def->n_segments + g];
            f->recent.fresh += r->fresh;
            f->recent.matched += r->matched;
        }
    if (p->half.n_cells) f->half_cell = same_cell(&p->half, c);
    if (p->twice.n_cells) f->twice_cell = same_cell(&p->twice, c);
    sample_scale(&f->recent, c);
    voc_rc rc = is_short(f) ? compare_all(t, p, f) : VOC_OK;
    c = &f->cell;
    if (rc) return rc;
    if (c->largest_share <= verdict_limits.largest_account || c->largest == TRIAL_NONE || c->matched == 0) return VOC_OK;
    f->without = score_alloc(t->st->s, 1, sizeof *f->without);
    return f->without ? without_largest(t, p, c, f->without) : VOC_E_NOMEM;
}

static voc_rc collect(struct trials *t)
{
    struct study *st = t->st;
    size_t n = 0;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < t->n_plans; i++) n += t->plans[i].result.n_cells - 1;
    st->cells = score_alloc(st->s, n, sizeof *st->cells);
    if (!st->cells) return VOC_E_NOMEM;
    for (size_t i = 0; i < t->n_plans && !rc; i++) {
        struct plan *p = &t->plans[i];
        rc = find(t, p, &st->pooled[p->touchpoint], &p->result.cells[0]);
        examples_choose(&p->examples, &st->pooled[p->touchpoint]);
        for (size_t c = 1; c < p->result.n_cells && !rc; c++) rc = find(t, p, &st->cells[st->n_cells++], &p->result.cells[c]);
    }
    for (size_t h = 0; h < st->s->def->n_holdouts && !rc; h++)
        if (st->s->def->holdouts[h].touchpoint != VOC_NONE)
            rc = study_holdout(st->s, h, t->move_value, &t->harm, &st->pooled[st->s->def->holdouts[h].touchpoint]);
    return rc;
}

// What follows after customers obtained a pull item: it informs, and it can show harm (METHODS 3.7). The items become
// touches of a frame of their own, so that the push trials do not see them.
static voc_rc run_pulls(struct trials *push)
{
    const struct score *s = push->st->s;
    struct trials t = *push;
    t.frame = NULL;
    t.n_plans = 0;
    t.plans = score_alloc(s, s->def->n_touchpoints, sizeof *t.plans);
    if (!t.plans) return VOC_E_NOMEM;
    for (uint32_t i = 0; i < s->def->n_touchpoints; i++)
        if (definition_touchpoint(s->def, i)->kind == VOC_TOUCH_PULL) t.plans[t.n_plans++].touchpoint = i;
    if (t.n_plans == 0) return VOC_OK;
    voc_rc rc = make_frame(&t, true);
    if (!rc) rc = run_plans(&t, true);
    for (size_t i = 0; i < t.n_plans && !rc; i++) {
        struct finding *f = &push->st->pooled[t.plans[i].touchpoint];
        take(f, t.plans[i].touchpoint, &t.plans[i].result.cells[0]);
        f->pull = true;
        if (sample_is_short(&f->cell)) rc = compare_all(&t, &t.plans[i], f);
    }
    return rc;
}

// The series that all trials share.
static voc_rc prepare(struct trials *t, struct study *st)
{
    const struct score *s = st->s;
    const voc_definition *d = s->def;
    *t = (struct trials){.st = st};
    voc_rc rc = series_of_class(s, &t->harm, VOC_CLASS_HARM);
    if (!rc) rc = find_clicks(t);
    t->base = score_alloc(s, d->n_stages, sizeof *t->base);
    t->move_value = score_alloc(s, d->n_stages, sizeof *t->move_value);
    t->plans = score_alloc(s, d->n_touchpoints, sizeof *t->plans);
    if (!rc && (!t->base || !t->move_value || !t->plans)) rc = VOC_E_NOMEM;
    for (uint32_t k = 0; k < d->n_stages && !rc; k++) t->move_value[k] = move_value(st, k);
    for (uint32_t k = 0, same; k < d->n_stages && !rc; k++) {
        for (same = 0; same < k && !same_outcomes(s, same, k);) same++;
        if (same < k) t->base[k] = t->base[same];
        else rc = outcomes_of(t, VOC_NONE, k, &t->base[k]);
    }
    return rc;
}

// ---- set by set ------------------------------------------------------------------------------------------------------------

struct watch {
    struct trials *t;
    study_set_fn see;
    void *ctx;
};

struct watched {
    const struct watch *w;
    uint32_t touchpoint;
};

static int see_one(void *ctx, const struct trial_set *set)
{
    const struct watched *x = ctx;
    return x->w->see(x->w->ctx, x->touchpoint, x->w->t->resolution[set->touch], set);
}

// All together, or one after the other so that their sets come in order.
static voc_rc watch_plans(struct watch *w, bool in_parallel)
{
    const struct score *s = w->t->st->s;
    const size_t n = w->t->n_plans;
    struct watched *watched = score_alloc(s, n, sizeof *watched);
    struct trial_request *requests = score_alloc(s, n, sizeof *requests);
    struct trial_result *results = score_alloc(s, n, sizeof *results);
    const struct trial_crew crew = crew_of(s);
    voc_rc rc = watched && requests && results ? VOC_OK : VOC_E_NOMEM;
    for (size_t i = 0; i < n && !rc; i++) {
        struct plan *p = &w->t->plans[i];
        watched[i] = (struct watched){w, p->touchpoint};
        rc = plan_outcomes(w->t, p);
        if (!rc) rc = ask(w->t, p, 1, 1, see_one, &watched[i], &requests[i]);
        if (!rc && !in_parallel) rc = score_rc(trial_run(&results[i], w->t->frame, &requests[i]));
    }
    if (!rc && in_parallel) rc = score_rc(trial_run_all(results, w->t->frame, requests, n, &crew));
    for (size_t i = 0; i < n && results; i++) trial_result_done(&results[i]);
    return rc;
}

voc_rc study_sets(struct study *st, const bool *asked, bool in_parallel, study_set_fn see, void *ctx)
{
    const struct score *s = st->s;
    struct trials t;
    struct watch w = {&t, see, ctx};
    voc_rc rc = prepare(&t, st);
    for (int with_pull = 0; with_pull < 2 && !rc; with_pull++) {
        t.n_plans = 0;
        for (uint32_t i = 0; i < s->def->n_touchpoints; i++)
            if (asked[i] && definition_touchpoint(s->def, i)->kind == (with_pull ? VOC_TOUCH_PULL : VOC_TOUCH_PUSH))
                t.plans[t.n_plans++] = (struct plan){.touchpoint = i};
        if (t.n_plans == 0) continue;
        rc = make_frame(&t, with_pull);
        if (t.keep) st->keep = t.keep;
        if (!rc) rc = watch_plans(&w, in_parallel);
    }
    return rc;
}

// ---- all of them -----------------------------------------------------------------------------------------------------------

voc_rc study_run(struct study *st)
{
    const struct score *s = st->s;
    const voc_definition *d = s->def;
    struct trials t;
    voc_rc rc = prepare(&t, st);
    if (!rc) rc = make_frame(&t, false);
    st->pooled = score_alloc(s, d->n_touchpoints, sizeof *st->pooled);
    if (!rc && !st->pooled) rc = VOC_E_NOMEM;
    for (uint32_t i = 0; i < d->n_touchpoints && !rc; i++) {
        st->pooled[i] = (struct finding){.touchpoint = i, .stage = TRIAL_ALL, .segment = TRIAL_ALL, .code = VERDICT_CODES,
                                         .half = VERDICT_CODES, .twice = VERDICT_CODES};
        if (d->touchpoints[i].kind == VOC_TOUCH_PUSH) t.plans[t.n_plans++].touchpoint = i;
    }
    st->n_pooled = d->n_touchpoints;
    if (!rc) rc = run_plans(&t, false);
    st->keep = t.keep;
    if (!rc) rc = collect(&t);
    return rc ? rc : run_pulls(&t);
}
