// SPDX-License-Identifier: MIT
//
// Analysis plugin response: what customers do after a touch, beside what customers who are as far on and as active do at other
// moments. It describes and proves nothing: who is touched was chosen by somebody. The score compares (voc score). The fold
// counts (walk.c); finish writes two tables (write.c).
#include <stdio.h>

#include "plugins/analysis/response/response.h"
#include "plugins/common/near.h"
#include "plugins/common/xxh64.h"

#define SHOW(s) (int)((s).len > 80 ? 80 : (s).len), (s).ptr
#define MAGIC UINT64_C(0x3130505352434f56)  // "VOCRSP01"
#define STAGES_MAX 250u

enum { OPT_AFTER, OPT_TO, OPT_WITHIN, N_OPTIONS };
static const voc_option options[N_OPTIONS] = {
    [OPT_AFTER] = {"after", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "TOUCHES", "actions, or touchpoint:ID for a touch of the company, separated by commas (all touches of the journey that the company starts)"},
    [OPT_TO] = {"to", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "ACTIONS", "what counts as a response: actions from the first step to the last, separated by commas, a + between those of one step (the valued actions of the journey)"},
    [OPT_WITHIN] = {"within", VOC_OPT_DURATION, 0, "7d", "1s", "730d", NULL, "TIME", "how long after a touch"},
};

static voc_rc complain(const struct response *a, const char *code, const char *hint, const char *message)
{
    const voc_diag d = {.struct_size = sizeof d, .severity = VOC_ERROR, .code = {code, strlen(code)}, .message = {message, strlen(message)}, .hint = {hint, strlen(hint)}};
    a->host->diag(a->cx, &d);
    return VOC_E_OPTION;
}

static voc_rc zeroed(const struct response *a, void **out, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n ? n : 1, size, &bytes)) return VOC_E_NOMEM;
    void *p = a->host->alloc(a->cx, bytes);
    if (!p) return VOC_E_NOMEM;
    memset(p, 0, bytes);
    *out = p;
    return VOC_OK;
}

// ---- what is asked ----------------------------------------------------------------------------------------------------------

static voc_str action_name(const struct response *a, size_t i) { return ((const voc_def_action *)(const void *)((const char *)a->def->actions + i * a->def->action_size))->name; }

static const voc_def_touchpoint *touchpoint_at(const struct response *a, size_t i)
{
    return (const voc_def_touchpoint *)(const void *)((const char *)a->def->touchpoints + i * a->def->touchpoint_size);
}

static bool same(voc_str a, voc_str b) { return a.len == b.len && (!a.len || memcmp(a.ptr, b.ptr, a.len) == 0); }

static voc_str trimmed(voc_str s)
{
    while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) s.ptr++, s.len--;
    while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t')) s.len--;
    return s;
}

// The next part of a list; false: there is none.
static bool part_of(voc_str *list, char between, voc_str *part)
{
    if (!list->len) return false;
    size_t n = 0;
    while (n < list->len && list->ptr[n] != between) n++;
    *part = trimmed((voc_str){list->ptr, n});
    list->ptr += n;
    list->len -= n;
    if (list->len) list->ptr++, list->len--;
    return true;
}

static voc_rc refuse_name(const struct response *a, voc_str name, bool touch)
{
    char message[200], hint[400];
    size_t best = SIZE_MAX, at = 0;
    voc_str near = {"", 0};
    const size_t n = touch ? a->def->n_touchpoints : a->def->n_actions;
    const char *what = touch ? "touchpoint" : "action";
    for (size_t i = 0; i < n; i++) {
        const voc_str known = touch ? touchpoint_at(a, i)->id : action_name(a, i);
        const size_t edits = near_distance(name, known);
        if (edits <= near_limit(name) && edits < best) best = edits, near = known;
    }
    snprintf(message, sizeof message, "\"%.*s\" is no %s of this project", SHOW(name), what);
    if (near.len) at = (size_t)snprintf(hint, sizeof hint, "did you mean %.*s? ", SHOW(near));
    snprintf(hint + at, sizeof hint - at, "voc sql PROJECT \"SELECT %s, count(*) AS n FROM event GROUP BY %s ORDER BY n DESC\" lists them", what, what);
    return complain(a, "RESPONSE-003", hint, message);
}

static voc_rc add_touch(struct response *a, uint8_t *of, voc_str name)
{
    if (*of) return VOC_OK;
    if (a->n_touches == RESPONSE_TOUCHES_MAX) return complain(a, "RESPONSE-004", "name those that matter with --after", "these are more than 64 kinds of touches");
    a->touch[a->n_touches++] = name;
    *of = (uint8_t)a->n_touches;
    return VOC_OK;
}

static voc_rc name_touch(struct response *a, voc_str name)
{
    static const char prefix[] = "touchpoint:";
    const bool touch = name.len >= sizeof prefix && memcmp(name.ptr, prefix, sizeof prefix - 1) == 0;
    const voc_str id = touch ? (voc_str){name.ptr + sizeof prefix - 1, name.len - (sizeof prefix - 1)} : name;
    const size_t n = touch ? a->def->n_touchpoints : a->def->n_actions;
    size_t i = 0;
    while (i < n && !same(id, touch ? touchpoint_at(a, i)->id : action_name(a, i))) i++;
    if (i == n) return refuse_name(a, id, touch);
    a->by_touchpoint = a->by_touchpoint || touch;
    return add_touch(a, touch ? &a->of_touchpoint[i] : &a->of_action[i], id);
}

static voc_rc ask_after(struct response *a, const voc_value *v)
{
    voc_str list = v->s, name;
    voc_rc rc = VOC_OK;
    if (v->set) {
        while (!rc && part_of(&list, ',', &name))
            if (name.len) rc = name_touch(a, name);
    } else
        for (size_t i = 0; i < a->def->n_touchpoints && !rc; i++)
            if (touchpoint_at(a, i)->kind == VOC_TOUCH_PUSH) {
                a->by_touchpoint = true;
                rc = add_touch(a, &a->of_touchpoint[i], touchpoint_at(a, i)->id);
            }
    if (rc || a->n_touches) return rc;
    return complain(a, "RESPONSE-001", "voc response PROJECT --after newsletter,sales_call --to signup,order names them; voc journey use PROJECT online-shop, b2b-sale, crm-pipeline or your own folder has touchpoints",
                    v->set ? "--after names nothing" : "this project follows no journey with touches of the company: it is not known after what to look");
}

static bool find_action(const struct response *a, voc_str name, size_t *i)
{
    for (*i = 0; *i < a->def->n_actions; ++*i)
        if (same(name, action_name(a, *i))) return true;
    return false;
}

// A step: an action, or several with + between them, where the whole is no name itself.
static voc_rc name_step(struct response *a, voc_str step)
{
    size_t i;
    voc_str name;
    if (a->n_stages == STAGES_MAX) return complain(a, "RESPONSE-005", "leave some out", "these are more than 250 steps");
    const uint8_t rank = (uint8_t)++a->n_stages;
    if (find_action(a, step, &i)) return a->rank[i] = rank, VOC_OK;
    while (part_of(&step, '+', &name)) {
        if (!name.len) continue;
        if (!find_action(a, name, &i)) return refuse_name(a, name, false);
        a->rank[i] = rank;
    }
    return VOC_OK;
}

static voc_rc ask_to(struct response *a, const voc_value *v)
{
    voc_str list = v->s, step;
    voc_rc rc = VOC_OK;
    if (!v->set) {
        a->n_stages = a->def->n_stages + 1;
        return a->def->n_stages ? VOC_OK
                                : complain(a, "RESPONSE-002", "voc response PROJECT --to signup,order says it; voc journey use PROJECT online-shop, b2b-sale, crm-pipeline or your own folder says what customers value",
                                           "this project follows no journey: it is not known which actions are a response");
    }
    rc = zeroed(a, (void **)&a->rank, a->def->n_actions, 1);
    while (!rc && part_of(&list, ',', &step))
        if (step.len) rc = name_step(a, step);
    if (!rc && !a->n_stages) rc = complain(a, "RESPONSE-002", "voc response PROJECT --to signup,order", "--to names nothing");
    a->n_stages++;  // before any of them
    return rc;
}

static uint64_t hash_of(const struct response *a)
{
    uint64_t h = (uint64_t)a->within_us;
    for (size_t i = 0; i < a->n_touches; i++) h = xxh64(a->touch[i].ptr, a->touch[i].len, h + 1);
    for (size_t i = 0; i < a->def->n_actions; i++) {
        const uint8_t own[] = {a->of_action[i], a->rank ? a->rank[i] : 0, a->rank != NULL};
        h = xxh64(own, sizeof own, xxh64(action_name(a, i).ptr, action_name(a, i).len, h));
    }
    return h;
}

// ---- the fold -----------------------------------------------------------------------------------------------------------------

static void end(void *analysis)
{
    struct response *a = analysis;
    a->host->free(a->cx, a->of_action);
    a->host->free(a->cx, a->of_touchpoint);
    a->host->free(a->cx, a->rank);
    a->host->free(a->cx, a);
}

static voc_rc want(const struct response *a)
{
    static const uint32_t columns[] = {VOC_COL_TIME, VOC_COL_ACTION, VOC_COL_ACTOR, VOC_COL_CLASS, VOC_COL_DELIVERED};
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < sizeof columns / sizeof *columns && !rc; i++) rc = a->host->want_column(a->run, columns[i]);
    if (!rc && a->by_touchpoint) rc = a->host->want_column(a->run, VOC_COL_TOUCHPOINT);
    if (!rc && !a->rank) rc = a->host->want_column(a->run, VOC_COL_STAGE);
    return rc;
}

static voc_rc begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *values, void **analysis)
{
    struct response *a = host->alloc(cx, sizeof *a);
    if (!a) return VOC_E_NOMEM;
    *a = (struct response){.host = host, .cx = cx, .run = run, .def = host->definition(run), .info = host->info(run), .within_us = values[OPT_WITHIN].i};
    voc_rc rc = zeroed(a, (void **)&a->of_action, a->def->n_actions, 1);
    if (!rc) rc = zeroed(a, (void **)&a->of_touchpoint, a->def->n_touchpoints, 1);
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
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) a->host->free(a->cx, all[i]);
}

static voc_rc state_new(void *analysis, void **state)
{
    const struct response *a = analysis;
    struct response_state *s = NULL;
    voc_rc rc = zeroed(a, (void **)&s, 1, sizeof *s);
    if (!rc) rc = zeroed(a, (void **)&s->moments, a->n_strata, sizeof *s->moments);
    if (!rc) rc = zeroed(a, (void **)&s->time, a->n_strata, sizeof *s->time);
    if (!rc) rc = zeroed(a, (void **)&s->touches, a->n_strata * a->n_touches, sizeof *s->touches);
    if (!rc) rc = zeroed(a, (void **)&s->exposed, a->n_strata * a->n_touches, sizeof *s->exposed);
    if (!rc) rc = zeroed(a, (void **)&s->after, a->n_strata * a->n_touches, sizeof *s->after);
    if (!rc) *state = s;
    else if (s) state_free(analysis, s);
    return rc;
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j)
{
    const struct response *a = analysis;
    return a->host->cancelled(a->cx) ? VOC_CANCELLED : response_walk(a, state, j);
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
    struct portable_out o = {.host = a->host, .writer = w};
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
        (void)complain(a, "RESPONSE-006", "fold every part with the same options and the same journey", own ? "this part answers another question" : "this is no part of response");
        return VOC_E_INPUT;
    }
    get_tallies(&in, s->moments, n);
    get_tallies(&in, s->touches, m);
    get_tallies(&in, s->exposed, m);
    get_paces(&in, s->time, n);
    get_paces(&in, s->after, m);
    if (!in.broken && !in.left) return VOC_OK;
    (void)complain(a, "RESPONSE-007", "fold it again", "this part of the response is damaged");
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
