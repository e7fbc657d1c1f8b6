// SPDX-License-Identifier: MIT
//
// Analysis plugin funnel: how many come how far, through the stages of the journey or through named steps in their order. The
// fold counts (walk.c); finish writes one table (write.c). The state is whole numbers and gathered times.
#include <stdio.h>

#include "plugins/analysis/funnel/funnel.h"
#include "plugins/common/near.h"

#define SHOW(s) (int)((s).len > 80 ? 80 : (s).len), (s).ptr
#define MAGIC UINT64_C(0x31304c4e46434f56)  // "VOCFNL01"

enum { OPT_STEPS, OPT_WITHIN, OPT_STRICT, OPT_BY, N_OPTIONS };
static const char *const by_choices[] = {"nothing", "segment", NULL};
static const voc_option options[N_OPTIONS] = {
    [OPT_STEPS] = {"steps", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "STEPS", "actions in their order, separated by commas, touchpoint:ID for a touch of the company, instead of the stages of the journey"},
    [OPT_WITHIN] = {"within", VOC_OPT_DURATION, 0, NULL, "1s", NULL, NULL, "TIME", "all steps within this time of the first one, such as 30d (any time)"},
    [OPT_STRICT] = {"strict", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "no other event of the steps in between"},
    [OPT_BY] = {"by", VOC_OPT_ENUM, 0, "nothing", NULL, NULL, by_choices, "WHAT", "also for each segment of the journey"},
};

voc_rc funnel_complain(const struct funnel *f, const char *code, const char *hint, const char *message)
{
    const voc_diag d = {.struct_size = sizeof d, .severity = VOC_ERROR, .code = {code, strlen(code)}, .message = {message, strlen(message)}, .hint = {hint, strlen(hint)}};
    f->host->diag(f->cx, &d);
    return VOC_E_OPTION;
}

const voc_def_stage *funnel_stage(const struct funnel *f, size_t i)
{
    return (const voc_def_stage *)(const void *)((const char *)f->def->stages + i * f->def->stage_size);
}

static const voc_def_action *action_at(const struct funnel *f, size_t i)
{
    return (const voc_def_action *)(const void *)((const char *)f->def->actions + i * f->def->action_size);
}

static const voc_def_touchpoint *touchpoint_at(const struct funnel *f, size_t i)
{
    return (const voc_def_touchpoint *)(const void *)((const char *)f->def->touchpoints + i * f->def->touchpoint_size);
}

static voc_rc zeroed(const struct funnel *f, void **out, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n ? n : 1, size, &bytes)) return VOC_E_NOMEM;
    void *p = f->host->alloc(f->cx, bytes);
    if (!p) return VOC_E_NOMEM;
    memset(p, 0, bytes);
    *out = p;
    return VOC_OK;
}

// ---- steps ------------------------------------------------------------------------------------------------------------------

static const char touch_prefix[] = "touchpoint:";
#define PREFIX (sizeof touch_prefix - 1)

static bool same(voc_str a, voc_str b) { return a.len == b.len && (!a.len || memcmp(a.ptr, b.ptr, a.len) == 0); }

static voc_rc refuse_step(const struct funnel *f, voc_str name, bool touch)
{
    char message[200], hint[400];
    size_t best = SIZE_MAX, at = 0;
    voc_str near = {"", 0};
    const size_t n = touch ? f->def->n_touchpoints : f->def->n_actions;
    for (size_t i = 0; i < n; i++) {
        const voc_str known = touch ? touchpoint_at(f, i)->id : action_at(f, i)->name;
        const size_t edits = near_distance(name, known);
        if (edits <= near_limit(name) && edits < best) best = edits, near = known;
    }
    bool other = false;
    for (size_t i = 0; !touch && i < f->def->n_touchpoints; i++) other = other || same(name, touchpoint_at(f, i)->id);
    snprintf(message, sizeof message, "the step \"%.*s\" is no %s of this project", SHOW(name), touch ? "touchpoint" : "action");
    if (near.len) at = (size_t)snprintf(hint, sizeof hint, "did you mean %.*s? ", SHOW(near));
    else if (other) at = (size_t)snprintf(hint, sizeof hint, "a touch of the company is named touchpoint:%.*s; ", SHOW(name));
    snprintf(hint + at, sizeof hint - at, "voc sql PROJECT \"SELECT %s, count(*) AS n FROM event GROUP BY %s ORDER BY n DESC\" lists them", touch ? "touchpoint" : "action", touch ? "touchpoint" : "action");
    return funnel_complain(f, "FUNNEL-003", hint, message);
}

static voc_rc add_step(struct funnel *f, voc_str name)
{
    const bool touch = name.len > PREFIX && memcmp(name.ptr, touch_prefix, PREFIX) == 0;
    const voc_str id = touch ? (voc_str){name.ptr + PREFIX, name.len - PREFIX} : name;
    const size_t n = touch ? f->def->n_touchpoints : f->def->n_actions;
    size_t i = 0;
    if (f->n_lines == FUNNEL_STEPS_MAX) return funnel_complain(f, "FUNNEL-004", "leave some out, or make two funnels", "a funnel has at most 32 steps");
    while (i < n && !same(id, touch ? touchpoint_at(f, i)->id : action_at(f, i)->name)) i++;
    if (i == n) return refuse_step(f, id, touch);
    (touch ? f->of_touchpoint : f->of_action)[i] |= UINT32_C(1) << f->n_lines;
    f->touches = f->touches || touch;
    f->step[f->n_lines++] = name;
    return VOC_OK;
}

voc_rc funnel_steps(struct funnel *f, voc_str text)
{
    voc_rc rc = zeroed(f, (void **)&f->of_action, f->def->n_actions, sizeof *f->of_action);
    if (!rc) rc = zeroed(f, (void **)&f->of_touchpoint, f->def->n_touchpoints, sizeof *f->of_touchpoint);
    for (size_t at = 0; at <= text.len && !rc;) {
        size_t from = at, to;
        while (at < text.len && text.ptr[at] != ',') at++;
        to = at++;
        while (from < to && (text.ptr[from] == ' ' || text.ptr[from] == '\t')) from++;
        while (from < to && (text.ptr[to - 1] == ' ' || text.ptr[to - 1] == '\t')) to--;
        if (from < to) rc = add_step(f, (voc_str){text.ptr + from, to - from});
    }
    if (!rc && f->n_lines < 2) rc = funnel_complain(f, "FUNNEL-002", "voc funnel PROJECT --steps FIRST,SECOND,THIRD", "a funnel needs at least two steps");
    return rc;
}

// ---- the fold -----------------------------------------------------------------------------------------------------------------

static voc_rc want(const struct funnel *f)
{
    static const uint32_t of_steps[] = {VOC_COL_TIME, VOC_COL_ACTION}, of_touches[] = {VOC_COL_TOUCHPOINT, VOC_COL_ACTOR, VOC_COL_DELIVERED};
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < sizeof of_steps / sizeof *of_steps && !f->of_stages && !rc; i++) rc = f->host->want_column(f->run, of_steps[i]);
    for (size_t i = 0; i < sizeof of_touches / sizeof *of_touches && f->touches && !rc; i++) rc = f->host->want_column(f->run, of_touches[i]);
    if (!rc && f->by_segment && !f->of_stages) rc = f->host->want_column(f->run, VOC_COL_SEGMENT);
    return rc;
}

static voc_rc ask(struct funnel *f, const voc_value *v)
{
    f->of_stages = !v[OPT_STEPS].set;
    f->by_segment = v[OPT_BY].i == 1;
    f->strict = v[OPT_STRICT].i != 0;
    f->within_us = v[OPT_WITHIN].set ? (uint64_t)v[OPT_WITHIN].i : UINT64_MAX;
    f->n_segments = f->by_segment ? f->def->n_segments : 1;
    if (f->of_stages && (v[OPT_WITHIN].set || f->strict))
        return funnel_complain(f, "FUNNEL-005", "voc funnel PROJECT --steps FIRST,SECOND,THIRD --within 30d", "--within and --strict belong to --steps");
    if (f->of_stages && f->def->n_stages == 0)
        return funnel_complain(f, "FUNNEL-001", "voc funnel PROJECT --steps FIRST,SECOND,THIRD counts actions in their order; voc journey use PROJECT online-shop, b2b-sale, crm-pipeline or your own folder gives stages",
                               "this project follows no journey: it has no stages to count");
    if (f->by_segment && f->def->n_segments < 2)
        return funnel_complain(f, "FUNNEL-006", "<segment id=\"small\"> ... in the journey says who belongs to which; then voc journey use PROJECT FOLDER", "the journey of this project has no segments");
    if (!f->of_stages) return funnel_steps(f, v[OPT_STEPS].s);
    f->n_lines = f->def->n_stages;
    return VOC_OK;
}

static void end(void *analysis)
{
    struct funnel *f = analysis;
    f->host->free(f->cx, f->of_action);
    f->host->free(f->cx, f->of_touchpoint);
    f->host->free(f->cx, f);
}

static voc_rc begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *values, void **analysis)
{
    struct funnel *f = host->alloc(cx, sizeof *f);
    if (!f) return VOC_E_NOMEM;
    memset(f, 0, sizeof *f);
    f->host = host;
    f->cx = cx;
    f->run = run;
    f->def = host->definition(run);
    f->info = host->info(run);
    voc_rc rc = ask(f, values);
    if (!rc) rc = want(f);
    if (rc) end(f);
    else *analysis = f;
    return rc;
}

static voc_rc state_new(void *analysis, void **state)
{
    const struct funnel *f = analysis;
    struct funnel_state *s = NULL;
    size_t n;
    if (__builtin_mul_overflow(f->n_segments, f->n_lines, &n)) return VOC_E_NOMEM;
    voc_rc rc = zeroed(f, (void **)&s, 1, sizeof *s);
    if (!rc) rc = zeroed(f, (void **)&s->lines, n, sizeof *s->lines);
    if (rc && s) f->host->free(f->cx, s);
    if (!rc) *state = s;
    return rc;
}

static void state_free(void *analysis, void *state)
{
    const struct funnel *f = analysis;
    struct funnel_state *s = state;
    for (size_t i = 0; i < f->n_segments * f->n_lines; i++) gathered_done(f->host, f->cx, &s->lines[i].times_us);
    f->host->free(f->cx, s->lines);
    f->host->free(f->cx, s);
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j)
{
    const struct funnel *f = analysis;
    return f->host->cancelled(f->cx) ? VOC_CANCELLED : funnel_walk(f, state, j);
}

static voc_rc merge(void *analysis, void *into, void *from)
{
    const struct funnel *f = analysis;
    struct funnel_state *a = into;
    const struct funnel_state *b = from;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < f->n_segments * f->n_lines && !rc; i++) {
        for (size_t k = 0; k < FUNNEL_COUNTS; k++) a->lines[i].n[k] += b->lines[i].n[k];
        rc = gathered_join(f->host, f->cx, &a->lines[i].times_us, &b->lines[i].times_us);
    }
    a->units += b->units;
    a->without += b->without;
    return rc;
}

// What a state counts: states of other questions are refused by load.
static uint64_t question(const struct funnel *f)
{
    uint64_t h = f->within_us ^ (f->strict ? UINT64_C(0x9e3779b97f4a7c15) : 0) ^ (f->of_stages ? UINT64_C(0xc2b2ae3d27d4eb4f) : 0);
    for (size_t i = 0; i < f->n_lines; i++) {
        const voc_str name = f->of_stages ? funnel_stage(f, i)->id : f->step[i];
        for (size_t k = 0; k <= name.len; k++) h = (h ^ (k < name.len ? (unsigned char)name.ptr[k] : 0x100u)) * UINT64_C(0x100000001b3);  // FNV-1a
    }
    return h;
}

static voc_rc save(void *analysis, void *state, voc_writer *w)
{
    const struct funnel *f = analysis;
    struct funnel_state *s = state;
    struct portable_out o = {.host = f->host, .writer = w};
    const uint64_t head[] = {MAGIC, question(f), f->n_segments, f->n_lines, s->units, s->without};
    for (size_t i = 0; i < sizeof head / sizeof *head; i++) portable_put(&o, head[i]);
    for (size_t i = 0; i < f->n_segments * f->n_lines; i++) {
        for (size_t k = 0; k < FUNNEL_COUNTS; k++) portable_put(&o, s->lines[i].n[k]);
        portable_put_gathered(&o, &s->lines[i].times_us);
    }
    return portable_flush(&o);
}

static voc_rc load(void *analysis, void *state, const void *data, size_t size)
{
    const struct funnel *f = analysis;
    struct funnel_state *s = state;
    struct portable_in in = {data, size, false};
    voc_rc rc = VOC_OK;
    const bool ours = portable_get(&in) == MAGIC, asked = portable_get(&in) == question(f);
    const bool fits = portable_get(&in) == f->n_segments && portable_get(&in) == f->n_lines;
    if (!ours || !asked || !fits) {
        (void)funnel_complain(f, "FUNNEL-007", "fold every part with the same options and the same journey", ours ? "this part answers another question" : "this is no part of a funnel");
        return VOC_E_INPUT;
    }
    s->units += portable_get(&in);
    s->without += portable_get(&in);
    for (size_t i = 0; i < f->n_segments * f->n_lines && !rc; i++) {
        for (size_t k = 0; k < FUNNEL_COUNTS; k++) s->lines[i].n[k] += portable_get(&in);
        rc = portable_get_gathered(&in, f->host, f->cx, &s->lines[i].times_us);
    }
    if (rc == VOC_E_NOMEM || (!rc && !in.broken && !in.left)) return rc;
    (void)funnel_complain(f, "FUNNEL-008", "fold it again", "this part of a funnel is damaged");
    return VOC_E_INPUT;
}

static voc_rc finish(void *analysis, void *state) { return funnel_write(analysis, state); }

static const voc_analysis_ops ops = {.struct_size = sizeof ops, .begin = begin, .state_new = state_new, .batch = batch, .merge = merge, .save = save, .load = load,
                                     .finish = finish, .state_free = state_free, .end = end};

static const char about[] =
    "Without --steps: the stages of the journey. A journey has come to a stage when it entered the stage or passed over it on the\n"
    "way to a later one; the figures of entering and leaving are those of voc stages: entered = moved on + back + exits + lapsed +\n"
    "open. Times are of those who moved on, until they did.\n"
    "\n"
    "With --steps: what each customer (account, case) did, in this order; other events may lie between. A step comes later than the\n"
    "one before it; of events at the same time the project's fixed order decides. With --within all of it lies within that time of\n"
    "the first step. A customer may begin several times: the longest run of steps from any beginning counts, and of several the one\n"
    "that was complete first; its times are those of the table. --strict: no other event of the steps lies in between.\n"
    "\n"
    "  voc funnel shop.voc --steps view,add_to_cart,purchase --within 30d\n"
    "  voc funnel sale.voc --steps \"touchpoint:webinar, ask for a proposal, order\" --by segment";

static const voc_plugin plugin = {.struct_size = sizeof plugin,
                                  .abi_major = VOC_ABI_MAJOR,
                                  .abi_minor = VOC_ABI_MINOR,
                                  .kind = VOC_KIND_ANALYSIS,
                                  .flags = VOC_NAMELESS,
                                  .option_size = sizeof(voc_option),
                                  .name = "funnel",
                                  .version = "0.1.0",
                                  .summary = "how many come how far, through the stages or through named steps",
                                  .licence = "MIT",
                                  .author = "the Vocstream authors",
                                  .options = options,
                                  .n_options = N_OPTIONS,
                                  .ops = &ops,
                                  .about = about};

VOC_PLUGIN("analysis", "funnel", "0.1.0", "MIT", plugin)
