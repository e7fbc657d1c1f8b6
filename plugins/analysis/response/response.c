// SPDX-License-Identifier: MIT
//
// Analysis plugin response: what customers do after a touch, beside what customers who are as far on and as active do at other
// moments. It describes and proves nothing: who is touched was chosen by somebody. The score compares (voc score). The fold
// counts (walk.c); finish writes two tables (write.c).

#include "plugins/analysis/response/response.h"
#include "plugins/common/xxh64.h"

#define MAGIC UINT64_C(0x3130505352434f56)  // "VOCRSP01"
#define STAGES_MAX 250u

enum { OPT_AFTER, OPT_TO, OPT_WITHIN, N_OPTIONS };
static const voc_option options[N_OPTIONS] = {
    [OPT_AFTER] = {"after", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "TOUCHES", "actions, or touchpoint:ID for a touch of the company, separated by commas (all touches of the journey that the company starts)"},
    [OPT_TO] = {"to", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "ACTIONS", "what counts as a response: actions from the first step to the last, separated by commas, a + between those of one step (the valued actions of the journey)"},
    [OPT_WITHIN] = {"within", VOC_OPT_DURATION, 0, "7d", "1s", "730d", NULL, "TIME", "how long after a touch"},
};

// ---- what is asked ----------------------------------------------------------------------------------------------------------

static voc_rc add_touch(struct response *a, uint8_t *of, voc_str name)
{
    if (*of) return VOC_OK;
    if (a->n_touches == RESPONSE_TOUCHES_MAX) return analysis_refuse(&a->base, "RESPONSE-004", "name those that matter with --after", "these are more than 64 kinds of touches");
    a->touch[a->n_touches++] = name;
    *of = (uint8_t)a->n_touches;
    return VOC_OK;
}

static voc_rc name_touch(struct response *a, voc_str name)
{
    struct named n;
    voc_rc rc = analysis_named(&a->base, "RESPONSE-003", "", name, &n);
    if (rc) return rc;
    a->by_touchpoint = a->by_touchpoint || n.touch;
    return add_touch(a, n.touch ? &a->of_touchpoint[n.i] : &a->of_action[n.i], n.id);
}

static voc_rc ask_after(struct response *a, const voc_value *v)
{
    voc_str list = v->s, name;
    voc_rc rc = VOC_OK;
    if (v->set) {
        while (!rc && analysis_part(&list, ',', &name))
            if (name.len) rc = name_touch(a, name);
    } else
        for (size_t i = 0; i < a->base.def->n_touchpoints && !rc; i++)
            if (analysis_touchpoint(&a->base, i)->kind == VOC_TOUCH_PUSH) {
                a->by_touchpoint = true;
                rc = add_touch(a, &a->of_touchpoint[i], analysis_touchpoint(&a->base, i)->id);
            }
    if (rc || a->n_touches) return rc;
    return analysis_refuse(&a->base, "RESPONSE-001",
                           "voc response PROJECT --after newsletter,sales_call --to signup,order names them; voc journey use "
                           "PROJECT online-shop, b2b-sale, crm-pipeline or your own folder has touchpoints",
                           v->set
                               ? "--after names nothing"
                               : "this project follows no journey with touches of the company: it is not known after what to look");
}

// A step: an action, or several with + between them, where the whole is no name itself.
static voc_rc name_step(struct response *a, voc_str step)
{
    struct named n;
    voc_str name;
    if (a->n_stages == STAGES_MAX) return analysis_refuse(&a->base, "RESPONSE-005", "leave some out", "these are more than 250 steps");
    const uint8_t rank = (uint8_t)++a->n_stages;
    if (analysis_find(&a->base, step, &n) && !n.touch) return a->rank[n.i] = rank, VOC_OK;
    while (analysis_part(&step, '+', &name)) {
        if (!name.len) continue;
        voc_rc rc = analysis_named(&a->base, "RESPONSE-003", "", name, &n);
        if (!rc && n.touch)
            rc = analysis_refuse(&a->base, "RESPONSE-003", "--after names touches; --to names what customers do",
                                 "a response is an action of a customer, no touch of the company");
        if (rc) return rc;
        a->rank[n.i] = rank;
    }
    return VOC_OK;
}

static voc_rc ask_to(struct response *a, const voc_value *v)
{
    voc_str list = v->s, step;
    voc_rc rc = VOC_OK;
    if (!v->set) {
        a->n_stages = a->base.def->n_stages + 1;
        return a->base.def->n_stages
                   ? VOC_OK
                   : analysis_refuse(
                         &a->base, "RESPONSE-002",
                         "voc response PROJECT --to signup,order says it; voc journey use PROJECT online-shop, b2b-sale, "
                         "crm-pipeline or your own folder says what customers value",
                         "this project follows no journey: it is not known which actions are a response");
    }
    rc = analysis_zeroed(&a->base, (void **)&a->rank, a->base.def->n_actions, 1);
    while (!rc && analysis_part(&list, ',', &step))
        if (step.len) rc = name_step(a, step);
    if (!rc && !a->n_stages) rc = analysis_refuse(&a->base, "RESPONSE-002", "voc response PROJECT --to signup,order", "--to names nothing");
    a->n_stages++;  // before any of them
    return rc;
}

static uint64_t hash_of(const struct response *a)
{
    uint64_t h = (uint64_t)a->within_us;
    for (size_t i = 0; i < a->n_touches; i++) h = xxh64(a->touch[i].ptr, a->touch[i].len, h + 1);
    for (size_t i = 0; i < a->base.def->n_actions; i++) {
        const uint8_t own[] = {a->of_action[i], a->rank ? a->rank[i] : 0, a->rank != NULL};
        h = xxh64(own, sizeof own, xxh64(analysis_action(&a->base, i)->name.ptr, analysis_action(&a->base, i)->name.len, h));
    }
    return h;
}

// ---- the fold -----------------------------------------------------------------------------------------------------------------

static void end(void *analysis)
{
    struct response *a = analysis;
    a->base.host->free(a->base.cx, a->of_action);
    a->base.host->free(a->base.cx, a->of_touchpoint);
    a->base.host->free(a->base.cx, a->rank);
    a->base.host->free(a->base.cx, a);
}

static voc_rc want(const struct response *a)
{
    static const uint32_t columns[] = {VOC_COL_TIME, VOC_COL_ACTION, VOC_COL_ACTOR, VOC_COL_CLASS, VOC_COL_DELIVERED}, touchpoint[] = {VOC_COL_TOUCHPOINT}, stage[] = {VOC_COL_STAGE};
    voc_rc rc = analysis_want(&a->base, columns, 5);
    if (!rc && a->by_touchpoint) rc = analysis_want(&a->base, touchpoint, 1);
    return rc || a->rank ? rc : analysis_want(&a->base, stage, 1);
}

static voc_rc begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *values, void **analysis)
{
    struct response *a = host->alloc(cx, sizeof *a);
    if (!a) return VOC_E_NOMEM;
    *a = (struct response){.base = analysis_of(host, cx, run), .within_us = values[OPT_WITHIN].i};
    voc_rc rc = analysis_zeroed(&a->base, (void **)&a->of_action, a->base.def->n_actions, 1);
    if (!rc) rc = analysis_zeroed(&a->base, (void **)&a->of_touchpoint, a->base.def->n_touchpoints, 1);
    if (!rc) rc = ask_after(a, &values[OPT_AFTER]);
    if (!rc) rc = ask_to(a, &values[OPT_TO]);
    if (!rc) rc = want(a);
    a->n_strata = a->n_stages * RESPONSE_BANDS;
    if (!rc) a->question = hash_of(a);
    if (rc) end(a);
    else *analysis = a;
    return rc;
}

static void state_free(void *analysis, void *state)
{
    const struct response *a = analysis;
    struct response_state *s = state;
    void *const all[] = {s->moments, s->touches, s->exposed, s->time, s->after, s->at, s->next, s->stage, s->touch, s->acts, s};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) a->base.host->free(a->base.cx, all[i]);
}

static voc_rc state_new(void *analysis, void **state)
{
    const struct response *a = analysis;
    struct response_state *s = NULL;
    voc_rc rc = analysis_zeroed(&a->base, (void **)&s, 1, sizeof *s);
    if (!rc) rc = analysis_zeroed(&a->base, (void **)&s->moments, a->n_strata, sizeof *s->moments);
    if (!rc) rc = analysis_zeroed(&a->base, (void **)&s->time, a->n_strata, sizeof *s->time);
    if (!rc) rc = analysis_zeroed(&a->base, (void **)&s->touches, a->n_strata * a->n_touches, sizeof *s->touches);
    if (!rc) rc = analysis_zeroed(&a->base, (void **)&s->exposed, a->n_strata * a->n_touches, sizeof *s->exposed);
    if (!rc) rc = analysis_zeroed(&a->base, (void **)&s->after, a->n_strata * a->n_touches, sizeof *s->after);
    if (!rc) *state = s;
    else if (s) state_free(analysis, s);
    return rc;
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j)
{
    const struct response *a = analysis;
    return a->base.host->cancelled(a->base.cx) ? VOC_CANCELLED : response_walk(a, state, j);
}

static void join_tallies(struct tally *into, const struct tally *from, size_t n)
{
    for (size_t i = 0; i < n; i++) into[i].n += from[i].n, into[i].y += from[i].y;
}

static void join_paces(struct pace *into, const struct pace *from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        pace_add(&into[i], from[i].low_us, from[i].y);
        into[i].high += from[i].high;
    }
}

static voc_rc merge(void *analysis, void *into, void *from)
{
    const struct response *a = analysis;
    struct response_state *x = into;
    const struct response_state *y = from;
    const size_t n = a->n_strata, m = n * a->n_touches;
    join_tallies(x->moments, y->moments, n);
    join_tallies(x->touches, y->touches, m);
    join_tallies(x->exposed, y->exposed, m);
    join_paces(x->time, y->time, n);
    join_paces(x->after, y->after, m);
    return VOC_OK;
}

// ---- parts --------------------------------------------------------------------------------------------------------------------

static void put_tallies(struct portable_out *o, const struct tally *t, size_t n)
{
    for (size_t i = 0; i < n; i++) portable_put(o, t[i].n), portable_put(o, t[i].y);
}

static void put_paces(struct portable_out *o, const struct pace *p, size_t n)
{
    for (size_t i = 0; i < n; i++) portable_put(o, p[i].low_us), portable_put(o, p[i].high), portable_put(o, p[i].y);
}

static voc_rc save(void *analysis, void *state, voc_writer *w)
{
    const struct response *a = analysis;
    const struct response_state *s = state;
    const size_t n = a->n_strata, m = n * a->n_touches;
    struct portable_out o = {.host = a->base.host, .writer = w};
    portable_put(&o, MAGIC);
    portable_put(&o, a->question);
    put_tallies(&o, s->moments, n);
    put_tallies(&o, s->touches, m);
    put_tallies(&o, s->exposed, m);
    put_paces(&o, s->time, n);
    put_paces(&o, s->after, m);
    return portable_flush(&o);
}

static void get_tallies(struct portable_in *in, struct tally *t, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct tally one;
        one.n = portable_get(in);
        one.y = portable_get(in);
        in->broken = in->broken || one.y > one.n;
        join_tallies(&t[i], &one, 1);
    }
}

static void get_paces(struct portable_in *in, struct pace *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct pace one;
        one.low_us = portable_get(in);
        one.high = portable_get(in);
        one.y = portable_get(in);
        join_paces(&p[i], &one, 1);
    }
}

static voc_rc load(void *analysis, void *state, const void *data, size_t size)
{
    const struct response *a = analysis;
    struct response_state *s = state;
    const size_t n = a->n_strata, m = n * a->n_touches;
    struct portable_in in = {data, size, false};
    const bool own = portable_get(&in) == MAGIC;
    if (!own || portable_get(&in) != a->question) {
        (void)analysis_refuse(&a->base, "RESPONSE-006", "fold every part with the same options and the same journey",
                              own ? "this part answers another question" : "this is no part of response");
        return VOC_E_INPUT;
    }
    get_tallies(&in, s->moments, n);
    get_tallies(&in, s->touches, m);
    get_tallies(&in, s->exposed, m);
    get_paces(&in, s->time, n);
    get_paces(&in, s->after, m);
    if (!in.broken && !in.left) return VOC_OK;
    (void)analysis_refuse(&a->base, "RESPONSE-007", "fold it again", "this part of the response is damaged");
    return VOC_E_INPUT;
}

static voc_rc finish(void *analysis, void *state) { return response_write(analysis, state); }

static const voc_analysis_ops ops = {.struct_size = sizeof ops, .begin = begin, .state_new = state_new, .batch = batch, .merge = merge, .save = save, .load = load,
                                     .finish = finish, .state_free = state_free, .end = end};

static const char about[] =
    "After how many touches does a customer act within --within (7 days), and how often at other moments? A moment is a touch or anything a\n"
    "customer does. Other moments are those of customers who have come as far and are as active, and did not get the touch in the time\n"
    "before; they weigh as the touches do. The table pace counts by time instead: how many responses there are a day within --within after\n"
    "the touch, and how many times as many as at other times.\n"
    "\n"
    "This describes what happened. Who is touched was chosen by somebody, and one customer counts many times: it is no effect of the touch,\n"
    "and no range is given. voc score compares each touch with customers at the same time in the same stage, and gives one.\n"
    "\n"
    "  voc response shop.voc\n"
    "  voc response shop.voc --after newsletter,touchpoint:sales-call --to subscribe,signup,order+reorder --within 14d";

static const voc_plugin plugin = {.struct_size = sizeof plugin,
                                  .abi_major = VOC_ABI_MAJOR,
                                  .abi_minor = VOC_ABI_MINOR,
                                  .kind = VOC_KIND_ANALYSIS,
                                  .option_size = sizeof(voc_option),
                                  .name = "response",
                                  .version = "0.1.0",
                                  .summary = "what customers do after a touch, beside what they do at other moments",
                                  .licence = "MIT",
                                  .author = "the Vocstream authors",
                                  .options = options,
                                  .n_options = N_OPTIONS,
                                  .ops = &ops,
                                  .about = about};

VOC_PLUGIN("analysis", "response", "0.1.0", "MIT", plugin)
