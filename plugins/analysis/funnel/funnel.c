// SPDX-License-Identifier: MIT
//
// Analysis plugin funnel: how many come how far, through the stages of the journey or through named steps in their order. The
// fold counts (walk.c); finish writes one table (write.c). The state is whole numbers and gathered times.
#include "plugins/analysis/funnel/funnel.h"

#define MAGIC UINT64_C(0x31304c4e46434f56)  // "VOCFNL01"

static const char *const by_choices[] = {"nothing", "segment", NULL};
static const char *const order_choices[] = {"ordered", "strict", "exact", "any", NULL};  // enum funnel_order
static const voc_option options[N_OPTIONS] = {
    [OPT_STEPS] = {"steps", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "STEPS", "actions in their order, separated by commas, instead of the stages of the journey: A|B where one of them is enough, \"A within 3d\" at most so long after the step before, A? may be left out, touchpoint:ID a touch of the company, predicate:ID what a <predicate> of the journey says"},
    [OPT_WITHIN] = {"within", VOC_OPT_DURATION, 0, NULL, "1s", NULL, NULL, "TIME", "all steps within this time of the first one, such as 30d (any time)"},
    [OPT_STRICT] = {"strict", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "the same as --order strict"},
    [OPT_BY] = {"by", VOC_OPT_ENUM, 0, "nothing", NULL, NULL, by_choices, "WHAT", "also for each segment of the journey"},
    [OPT_NOT] = {"not", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "ACTIONS", "none of these between the steps: who does one has to begin again; \"A between B and C\": not between these two steps; separated by commas"},
    [OPT_OR] = {"or", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "ACTIONS", "how many of those who did not make the next step did one of these instead; separated by commas"},
    [OPT_ORDER] = {"order", VOC_OPT_ENUM, 0, "ordered", NULL, NULL, order_choices, "ORDER", "ordered: as they are named, other events may lie between; strict: no other event of the steps between; exact: nothing else that the customer does between; any: in whatever order"},
};

// ---- the fold -----------------------------------------------------------------------------------------------------------------

static voc_rc want(const struct funnel *f)
{
    static const uint32_t of_steps[] = {VOC_COL_TIME, VOC_COL_ACTION}, of_touches[] = {VOC_COL_TOUCHPOINT, VOC_COL_ACTOR, VOC_COL_DELIVERED}, of_acts[] = {VOC_COL_ACTOR, VOC_COL_CLASS}, segment[] = {VOC_COL_SEGMENT};
    voc_rc rc = f->of_stages ? VOC_OK : analysis_want(&f->base, of_steps, 2);
    if (!rc && f->touches) rc = analysis_want(&f->base, of_touches, 3);
    if (!rc && f->order == FUNNEL_EXACT) rc = analysis_want(&f->base, of_acts, 2);
    if (!rc && f->by_segment && !f->of_stages) rc = analysis_want(&f->base, segment, 1);
    return rc;
}

static void end(void *analysis)
{
    struct funnel *f = analysis;
    void *const own[] = {f->of_action, f->of_touchpoint, f->breaks_action, f->breaks_touchpoint, f};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) f->base.host->free(f->base.cx, own[i]);
}

static voc_rc begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *values, void **analysis)
{
    struct funnel *f = host->alloc(cx, sizeof *f);
    if (!f) return VOC_E_NOMEM;
    *f = (struct funnel){.base = analysis_of(host, cx, run)};
    voc_rc rc = funnel_ask(f, values);
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
    voc_rc rc = analysis_zeroed(&f->base, (void **)&s, 1, sizeof *s);
    if (!rc) rc = analysis_zeroed(&f->base, (void **)&s->lines, n, sizeof *s->lines);
    if (rc && s) f->base.host->free(f->base.cx, s);
    if (!rc) *state = s;
    return rc;
}

static void state_free(void *analysis, void *state)
{
    const struct funnel *f = analysis;
    struct funnel_state *s = state;
    for (size_t i = 0; i < f->n_segments * f->n_lines; i++) gathered_done(f->base.host, f->base.cx, &s->lines[i].times_us);
    f->base.host->free(f->base.cx, s->lines);
    f->base.host->free(f->base.cx, s->room);
    f->base.host->free(f->base.cx, s);
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j)
{
    const struct funnel *f = analysis;
    return f->base.host->cancelled(f->base.cx) ? VOC_CANCELLED : funnel_walk(f, state, j);
}

static voc_rc merge(void *analysis, void *into, void *from)
{
    const struct funnel *f = analysis;
    struct funnel_state *a = into;
    const struct funnel_state *b = from;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < f->n_segments * f->n_lines && !rc; i++) {
        for (size_t k = 0; k < FUNNEL_COUNTS; k++) a->lines[i].n[k] += b->lines[i].n[k];
        rc = gathered_join(f->base.host, f->base.cx, &a->lines[i].times_us, &b->lines[i].times_us);
    }
    a->units += b->units;
    a->without += b->without;
    return rc;
}

static uint64_t hash_name(uint64_t h, voc_str name)
{
    for (size_t k = 0; k <= name.len; k++) h = (h ^ (k < name.len ? (unsigned char)name.ptr[k] : 0x100u)) * UINT64_C(0x100000001b3);  // FNV-1a
    return h;
}

// What a state counts: states of other questions are refused by load.
static uint64_t question(const struct funnel *f)
{
    uint64_t h = f->within_us ^ (uint64_t)f->order * UINT64_C(0x9e3779b97f4a7c15) ^ (f->of_stages ? UINT64_C(0xc2b2ae3d27d4eb4f) : 0);
    for (size_t i = 0; i < f->n_lines; i++) h = hash_name(h, f->of_stages ? analysis_stage(&f->base, i)->id : f->step[i].text);
    if (f->excluded.len) h = hash_name(h, f->excluded);
    return f->instead.len ? hash_name(h + 1, f->instead) : h;
}

static voc_rc save(void *analysis, void *state, voc_writer *w)
{
    const struct funnel *f = analysis;
    struct funnel_state *s = state;
    struct portable_out o = {.host = f->base.host, .writer = w};
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
        (void)analysis_refuse(&f->base, "FUNNEL-007", "fold every part with the same options and the same journey",
                              ours ? "this part answers another question" : "this is no part of a funnel");
        return VOC_E_INPUT;
    }
    s->units += portable_get(&in);
    s->without += portable_get(&in);
    for (size_t i = 0; i < f->n_segments * f->n_lines && !rc; i++) {
        for (size_t k = 0; k < FUNNEL_COUNTS; k++) s->lines[i].n[k] += portable_get(&in);
        rc = portable_get_gathered(&in, f->base.host, f->base.cx, &s->lines[i].times_us);
    }
    if (rc == VOC_E_NOMEM || (!rc && !in.broken && !in.left)) return rc;
    (void)analysis_refuse(&f->base, "FUNNEL-008", "fold it again", "this part of a funnel is damaged");
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
    "the first step, with \"A within 3d\" step A at most so long after the step before it. A customer may begin several times: the\n"
    "longest run of steps from any beginning counts, and of several the one that was complete first, of these the one that began\n"
    "last; its times are those of the table.\n"
    "\n"
    "A step with a ? may be left out: who does it between the steps before and behind it that are counted has made it. It changes\n"
    "no other row: the steps behind it are counted from the step before it, whether it was made or not.\n"
    "\n"
    "--order strict: no other event of the steps lies between two of them. --order exact: nothing else that the customer did (nor a\n"
    "touch, where a step is one). --order any: a row counts who did this step and all above it, in whatever order, each with an\n"
    "event of its own, and within the time; its time is from the first of them to the last.\n"
    "\n"
    "--not: who does what it names, as the next thing or before the next step, has to begin again. \"A between B and C\": only from\n"
    "step B on until step C; steps are named as --steps does, or by their number.\n"
    "\n"
    "predicate:ID stands for an event where that <predicate> of the journey holds: a condition on more than the action, such as a\n"
    "large order. It can be a step, and what --not and --or name.\n"
    "\n"
    "  voc funnel shop.voc --steps view,add_to_cart,purchase --within 30d\n"
    "  voc funnel shop.voc --steps \"view,add_to_cart|add_to_list,purchase\" --not remove_from_cart --or unsubscribe\n"
    "  voc funnel shop.voc --steps \"view, add_to_cart within 1d, review?, purchase within 7d\" --not \"refund between 2 and purchase\"\n"
    "  voc funnel shop.voc --steps view,review,purchase --order any --within 30d\n"
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
