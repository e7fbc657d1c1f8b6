// SPDX-License-Identifier: MIT
//
// Analysis plugin attribution: how first touch, last touch, even split, time decay, the removal effect and the Shapley value split the
// credit for conversions, and where they disagree (METHODS 3.10). It describes, and proves nothing: the score compares (voc score).
#include "plugins/analysis/attribution/attribution.h"

#include <stdio.h>

#include "plugins/common/xxh64.h"

#define MAGIC UINT64_C(0x3130525454434f56)  // "VOCTTR01"

enum { OPT_BY, OPT_TO, OPT_HALF_LIFE, OPT_TOP, OPT_SAMPLES, OPT_SEED, N_OPTIONS };
static const char *const by_choices[] = {"touchpoint", "group", "channel", "campaign", NULL};
static const voc_option options[N_OPTIONS] = {
    [OPT_BY] = {"by", VOC_OPT_ENUM, 0, "touchpoint", NULL, NULL, by_choices, "WHAT", "what gets the credit: touchpoints, their groups in the journey, channels or campaigns"},
    [OPT_TO] = {"to", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "ACTIONS", "what is a conversion: actions of customers, separated by commas (the win of the journey)"},
    [OPT_HALF_LIFE] = {"half-life", VOC_OPT_DURATION, 0, "7d", "1s", "3650d", NULL, "TIME", "for the model that favours what is recent: a touch that is older by this weighs half"},
    [OPT_TOP] = {"top", VOC_OPT_INT, 0, "10", "0", NULL, NULL, "N", "so many paths, and touches on which the models disagree; 0: all"},
    [OPT_SAMPLES] = {"samples", VOC_OPT_INT, 0, "2000", "10", "1000000", NULL, "N", "with more than 16 kinds of touch: how many orders of them the average gain is drawn from"},
    [OPT_SEED] = {"seed", VOC_OPT_INT, 0, "1", "0", NULL, NULL, "N", "of these draws"},
};

// ---- what is asked --------------------------------------------------------------------------------------------------------------

static bool same(voc_str a, voc_str b) { return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0; }

// Internal work is no touch. Touchpoints of a group are the kind that the first of them is.
static voc_rc number_touchpoints(struct attribution *a)
{
    const size_t n = a->base.def->n_touchpoints;
    voc_rc rc = analysis_zeroed(&a->base, (void **)&a->of_touchpoint, n, sizeof *a->of_touchpoint);
    for (size_t i = 0; i < n && !rc; i++) {
        const voc_def_touchpoint *t = analysis_touchpoint(&a->base, i);
        a->of_touchpoint[i] = t->kind == VOC_TOUCH_WORK ? VOC_NONE : (uint32_t)i;
        for (size_t k = 0; a->by == BY_GROUP && t->group.len && t->kind != VOC_TOUCH_WORK && k < i; k++)
            if (a->of_touchpoint[k] != VOC_NONE && same(analysis_touchpoint(&a->base, k)->group, t->group)) {
                a->of_touchpoint[i] = a->of_touchpoint[k];
                break;
            }
    }
    return rc;
}

voc_str attribution_kind(const struct attribution *a, uint32_t kind)
{
    if (a->by == BY_CHANNEL || a->by == BY_CAMPAIGN)
        return a->base.host->name(a->base.run, a->by == BY_CHANNEL ? VOC_COL_CHANNEL : VOC_COL_CAMPAIGN, kind);
    const voc_def_touchpoint *t = analysis_touchpoint(&a->base, kind);
    return a->by == BY_GROUP && t->group.len ? t->group : t->id;
}

static voc_rc ask_to(struct attribution *a, const voc_value *v)
{
    voc_str list = v->s, name;
    struct named n;
    bool any = false;
    const voc_definition *d = a->base.def;
    if (!v->set) {
        if (d->win_stage != VOC_NONE || d->win_exit != VOC_NONE) return VOC_OK;
        return analysis_refuse(&a->base, "ATTRIBUTION-001", "voc attribution PROJECT --to order says it; in a journey, <win stage=\"...\"/> does",
                               d->n_stages ? "the journey of this project does not say what its win is" : "this project follows no journey: it is not known what a conversion is");
    }
    voc_rc rc = analysis_zeroed(&a->base, (void **)&a->converts, d->n_actions, 1);
    while (!rc && analysis_part(&list, ',', &name)) {
        if (!name.len) continue;
        rc = analysis_named(&a->base, "ATTRIBUTION-002", "", name, &n);
        if (!rc && n.touch) rc = analysis_refuse(&a->base, "ATTRIBUTION-002", "--to names what customers do", "a conversion is an action of a customer, no touch of the company");
        if (rc) break;
        a->converts[n.i] = 1;
        any = true;
    }
    return rc || any ? rc : analysis_refuse(&a->base, "ATTRIBUTION-001", "voc attribution PROJECT --to order", "--to names nothing");
}

// The same on machines of either byte order.
static uint64_t hash_of(const struct attribution *a)
{
    const unsigned char own[] = {(unsigned char)a->by, a->converts != NULL};
    uint64_t h = xxh64(own, sizeof own, (uint64_t)a->half_life_us);
    return a->converts ? xxh64(a->converts, a->base.def->n_actions, h) : h;
}

// ---- the fold -------------------------------------------------------------------------------------------------------------------

static void end(void *analysis)
{
    struct attribution *a = analysis;
    a->base.host->free(a->base.cx, a->of_touchpoint);
    a->base.host->free(a->base.cx, a->converts);
    a->base.host->free(a->base.cx, a);
}

static voc_rc want(const struct attribution *a)
{
    static const uint32_t columns[] = {VOC_COL_TIME, VOC_COL_ACTION, VOC_COL_ACTOR, VOC_COL_CLASS, VOC_COL_DELIVERED, VOC_COL_TOUCHPOINT};
    const uint32_t code[] = {a->by == BY_CHANNEL ? VOC_COL_CHANNEL : VOC_COL_CAMPAIGN};
    voc_rc rc = analysis_want(&a->base, columns, sizeof columns / sizeof *columns);
    return rc || a->by == BY_TOUCHPOINT || a->by == BY_GROUP ? rc : analysis_want(&a->base, code, 1);
}

static voc_rc begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *v, void **analysis)
{
    struct attribution *a = host->alloc(cx, sizeof *a);
    if (!a) return VOC_E_NOMEM;
    *a = (struct attribution){.base = analysis_of(host, cx, run), .by = (uint32_t)v[OPT_BY].i, .half_life_us = v[OPT_HALF_LIFE].i,
                              .top = (uint64_t)v[OPT_TOP].i, .samples = (uint64_t)v[OPT_SAMPLES].i,
                              .seed = (uint64_t)v[OPT_SEED].i};
    voc_rc rc = number_touchpoints(a);
    if (!rc) rc = ask_to(a, &v[OPT_TO]);
    if (!rc) rc = want(a);
    if (!rc) a->question = hash_of(a);
    if (rc) end(a);
    else *analysis = a;
    return rc;
}

static voc_rc state_new(void *analysis, void **state)
{
    const struct attribution *a = analysis;
    return analysis_zeroed(&a->base, state, 1, sizeof(struct attribution_state));
}

static void state_free(void *analysis, void *state)
{
    const struct attribution *a = analysis;
    struct attribution_state *s = state;
    ways_done(&a->base, &s->ways);
    a->base.host->free(a->base.cx, s->recent);
    a->base.host->free(a->base.cx, s->kind);
    a->base.host->free(a->base.cx, s->at);
    a->base.host->free(a->base.cx, s);
}

voc_rc attribution_credit(const struct attribution *a, struct attribution_state *s, uint32_t kind, struct credit c)
{
    if (kind >= s->n_recent) {
        size_t room = s->n_recent ? s->n_recent : 64;
        while (room <= kind) room *= 2;
        struct credit *to = a->base.host->resize(a->base.cx, s->recent, room * sizeof *to);
        if (!to) return VOC_E_NOMEM;
        memset(to + s->n_recent, 0, (room - s->n_recent) * sizeof *to);
        s->recent = to;
        s->n_recent = room;
    }
    struct credit *into = &s->recent[kind];
    into->low += c.low;
    into->high += c.high + (into->low < c.low);
    return VOC_OK;
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j)
{
    const struct attribution *a = analysis;
    return a->base.host->cancelled(a->base.cx) ? VOC_CANCELLED : attribution_walk(a, state, j);
}

static voc_rc join(const struct attribution *a, struct attribution_state *into, const struct attribution_state *from)
{
    into->won_untouched += from->won_untouched;
    into->lost_untouched += from->lost_untouched;
    into->open += from->open;
    into->behind += from->behind;
    voc_rc rc = ways_join(&a->base, &into->ways, &from->ways);
    for (size_t i = 0; i < from->n_recent && !rc; i++)
        if (from->recent[i].low || from->recent[i].high) rc = attribution_credit(a, into, (uint32_t)i, from->recent[i]);
    return rc;
}

static voc_rc merge(void *analysis, void *into, void *from) { return join(analysis, into, from); }

// ---- parts ----------------------------------------------------------------------------------------------------------------------

static voc_rc save(void *analysis, void *state, voc_writer *w)
{
    const struct attribution *a = analysis;
    struct attribution_state *s = state;
    struct portable_out o = {.host = a->base.host, .writer = w};
    size_t n = s->n_recent;
    while (n && !s->recent[n - 1].low && !s->recent[n - 1].high) n--;  // rooms grow by doubling: the same credit is the same bytes
    ways_sort(&s->ways);
    const uint64_t head[] = {MAGIC, a->question, s->won_untouched, s->lost_untouched, s->open, s->behind, n, s->ways.n};
    for (size_t i = 0; i < sizeof head / sizeof *head; i++) portable_put(&o, head[i]);
    for (size_t i = 0; i < n; i++) portable_put(&o, s->recent[i].low), portable_put(&o, s->recent[i].high);
    for (size_t i = 0; i < s->ways.n; i++) {
        const struct way *x = &s->ways.at[i];
        portable_put(&o, x->won);
        portable_put(&o, x->lost);
        portable_put(&o, x->n);
        for (size_t k = 0; k < x->n; k++) portable_put(&o, s->ways.numbers[x->first + k]);
    }
    return portable_flush(&o);
}

// Is it the number of a kind that this project has?
static bool is_kind(const struct attribution *a, uint64_t kind)
{
    if (a->by == BY_CHANNEL || a->by == BY_CAMPAIGN)
        return kind > 0 && kind < a->base.host->n_codes(a->base.run, a->by == BY_CHANNEL ? VOC_COL_CHANNEL : VOC_COL_CAMPAIGN);
    return kind < a->base.def->n_touchpoints && a->of_touchpoint[kind] == kind;
}

static voc_rc load_recent(const struct attribution *a, struct attribution_state *s, struct portable_in *in, uint64_t n)
{
    voc_rc rc = VOC_OK;
    for (uint64_t i = 0; i < n && !rc && !in->broken; i++) {
        struct credit c;
        c.low = portable_get(in);
        c.high = portable_get(in);
        if (!c.low && !c.high) continue;
        in->broken = in->broken || !is_kind(a, i);
        if (!in->broken) rc = attribution_credit(a, s, (uint32_t)i, c);
    }
    return rc;
}

static voc_rc load_way(const struct attribution *a, struct attribution_state *s, struct portable_in *in, uint32_t **kind, size_t *room)
{
    const uint64_t won = portable_get(in), lost = portable_get(in), n = portable_get(in);
    in->broken = in->broken || !n || n > in->left / 8 || n > UINT32_MAX || (!won && !lost);
    if (in->broken) return VOC_OK;
    if (n > *room) {
        uint32_t *to = a->base.host->resize(a->base.cx, *kind, (size_t)n * sizeof *to);
        if (!to) return VOC_E_NOMEM;
        *kind = to;
        *room = (size_t)n;
    }
    for (uint64_t k = 0; k < n; k++) {
        const uint64_t x = portable_get(in);
        in->broken = in->broken || !is_kind(a, x);
        (*kind)[k] = (uint32_t)x;
    }
    return in->broken ? VOC_OK : ways_add(&a->base, &s->ways, *kind, (size_t)n, won, lost);
}

static voc_rc load(void *analysis, void *state, const void *data, size_t size)
{
    const struct attribution *a = analysis;
    struct attribution_state *s = state;
    struct portable_in in = {data, size, false};
    uint32_t *kind = NULL;
    size_t room = 0;
    const bool own = portable_get(&in) == MAGIC;
    if (!own || portable_get(&in) != a->question) {
        (void)analysis_refuse(&a->base, "ATTRIBUTION-003", "fold every part with the same options and the same journey",
                              own ? "this part answers another question" : "this is no part of attribution");
        return VOC_E_INPUT;
    }
    s->won_untouched += portable_get(&in);
    s->lost_untouched += portable_get(&in);
    s->open += portable_get(&in);
    s->behind += portable_get(&in);
    const uint64_t n_recent = portable_get(&in), n_ways = portable_get(&in);
    in.broken = in.broken || n_recent > in.left / 16;
    voc_rc rc = load_recent(a, s, &in, in.broken ? 0 : n_recent);
    for (uint64_t i = 0; i < n_ways && !rc && !in.broken; i++) rc = load_way(a, s, &in, &kind, &room);
    a->base.host->free(a->base.cx, kind);
    if (rc || (!in.broken && !in.left)) return rc;
    (void)analysis_refuse(&a->base, "ATTRIBUTION-004", "fold it again", "this part of attribution is damaged");
    return VOC_E_INPUT;
}

static voc_rc finish(void *analysis, void *state) { return attribution_write(analysis, state); }

static const voc_analysis_ops ops = {.struct_size = sizeof ops, .begin = begin, .state_new = state_new, .batch = batch, .merge = merge, .save = save, .load = load,
                                     .finish = finish, .state_free = state_free, .end = end};

static const char about[] =
    "Six ways to split the credit for conversions among the touches that came before them: all of it to the first touch; to the last;\n"
    "to all in equal parts; more to what is recent (--half-life); by how many conversions would be missing if everybody who came to a\n"
    "touch had stopped there (Markov removal effect); and by what a touch adds on average to the rate of conversion, beside all sets of\n"
    "other touches (Shapley value, exact with up to 16 kinds of touch, otherwise the mean of --samples draws).\n"
    "\n"
    "A path goes from the beginning of a journey, or from the conversion before, to the conversion or to the end; a touch is what the\n"
    "journey's touchpoints claim, or with --by channel whatever names one. Journeys that are still open count as not converted so far.\n"
    "\n"
    "All of this describes what happened. A touch that everybody gets, or that is sent to those who are about to buy, earns credit by it\n"
    "and may do nothing. Where the ways disagree, none of them is right: voc score compares with customers who did not get the touch.\n"
    "\n"
    "  voc attribution shop.voc\n"
    "  voc attribution shop.voc --to order,reorder --by channel";

static const voc_plugin plugin = {.struct_size = sizeof plugin,
                                  .abi_major = VOC_ABI_MAJOR,
                                  .abi_minor = VOC_ABI_MINOR,
                                  .kind = VOC_KIND_ANALYSIS,
                                  .flags = VOC_NAMELESS,
                                  .option_size = sizeof(voc_option),
                                  .name = "attribution",
                                  .version = "0.1.0",
                                  .summary = "how six models split the credit for conversions, and where they disagree",
                                  .licence = "MIT",
                                  .author = "the Vocstream authors",
                                  .options = options,
                                  .n_options = N_OPTIONS,
                                  .ops = &ops,
                                  .about = about};

VOC_PLUGIN("analysis", "attribution", "0.1.0", "MIT", plugin)
