// SPDX-License-Identifier: MIT
//
// Analysis plugin discover (METHODS 4): options, the fold's frame, and the order of the answers. What is gathered stands in gather.c.
#include "plugins/analysis/discover/discover.h"

#include <math.h>
#include <string.h>

static const char *const by_choices[] = {"segment", "outcome", "nothing", NULL};
static const char *const events_choices[] = {"customer", "touches", "all", NULL};
static const char *const every_choices[] = {"auto", "week", "month", "quarter", NULL};
static const voc_option options[N_OPTIONS] = {
    [OPT_BY] = {"by", VOC_OPT_ENUM, 0, "segment", NULL, NULL, by_choices, "WHAT", "a typical journey for each segment of customers, for each way that journeys end (outcome), or one for all (nothing)"},
    [OPT_EVENTS] = {"events", VOC_OPT_ENUM, 0, "customer", NULL, NULL, events_choices, "WHICH", "follow what customers do (customer), what the company sends and does to them (touches), or both (all)"},
    [OPT_COLLAPSE] = {"collapse", VOC_OPT_BOOL, 0, "yes", NULL, NULL, NULL, "YES|NO", "count the same thing several times in a row as once"},
    [OPT_AT] = {"at", VOC_OPT_LIST, 0, "5d,10d,30d", NULL, NULL, NULL, "TIMES", "how many have moved on, and how many have left, after so long in a stage"},
    [OPT_WITHIN] = {"within", VOC_OPT_DURATION, 0, NULL, "1s", NULL, NULL, "TIME", "who has not moved on after so long has stayed behind (three times what half of the stays of a stage take)"},
    [OPT_SINCE] = {"since", VOC_OPT_TIME, 0, NULL, NULL, NULL, NULL, "DATE", "where journeys break from then on, compared with the time before"},
    [OPT_TARGET] = {"target", VOC_OPT_LIST, 0, NULL, NULL, NULL, NULL, "STAGE:SHARE", "what share should move on, such as considering:60%, instead of what other stages or the time before say"},
    [OPT_EVERY] = {"every", VOC_OPT_ENUM, 0, "auto", NULL, NULL, every_choices, "PERIOD", "what changed from week to week, month to month or quarter to quarter (auto: by how long the data go)"},
    [OPT_COMPARE] = {"compare", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "A,B", "two kinds of journeys beside each other: two segments, two of won, lost, \"fell silent\", \"still open\" ..., or before,since with --since"},
};

// "10d": a whole number and s, m, h, d or w.
static bool read_time(voc_str s, int64_t *us)
{
    static const char units[] = "smhdw";
    static const int64_t seconds[] = {1, 60, 3600, 86400, 604800};
    int64_t n = 0;
    const char *unit = s.len ? memchr(units, s.ptr[s.len - 1], sizeof units - 1) : NULL;
    if (!unit || s.len < 2 || s.len > 8) return false;
    for (size_t i = 0; i + 1 < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
        n = n * 10 + (s.ptr[i] - '0');
    }
    *us = n * seconds[unit - units] * 1000000;
    return n > 0;
}

// "60%", "60 %" or "0.6".
static bool read_share(voc_str s, double *share)
{
    double n = 0, place = 0;
    const bool percent = s.len && s.ptr[s.len - 1] == '%';
    size_t len = s.len - percent, digits = 0;
    for (size_t i = 0; i < len; i++) {
        if (s.ptr[i] == '.' && place == 0) {
            place = 1;
            continue;
        }
        if (s.ptr[i] < '0' || s.ptr[i] > '9' || ++digits > 9) return false;
        n = n * 10 + (s.ptr[i] - '0');
        place *= 10;
    }
    *share = n / (place > 0 ? place : 1) / (percent ? 100 : 1);
    return digits && *share > 0 && *share < 1;
}

static bool is(voc_str a, voc_str b) { return a.len == b.len && (!a.len || memcmp(a.ptr, b.ptr, a.len) == 0); }

static voc_rc read_target(struct discover *d, voc_str s)
{
    size_t colon = s.len, stage = 0;
    double share;
    while (colon && s.ptr[colon - 1] != ':') colon--;
    const voc_str name = {s.ptr, colon ? colon - 1 : 0};
    while (stage < d->base.def->n_stages && !is(analysis_stage(&d->base, stage)->id, name)) stage++;
    if (stage == d->base.def->n_stages)
        return analysis_refuse(&d->base, "DISCOVER-005", "write --target STAGE:60%; voc stages PROJECT lists the stages",
                               "--target names no stage of the journey");
    if (!read_share((voc_str){s.ptr + colon, s.len - colon}, &share))
        return analysis_refuse(&d->base, "DISCOVER-006", "write a share between 0 and 100 %: --target considering:60%",
                               "the share of --target cannot be read");
    d->target[stage] = share;
    return VOC_OK;
}

static voc_rc ask(struct discover *d)
{
    const voc_value *at = &d->options[OPT_AT], *target = &d->options[OPT_TARGET];
    const voc_definition *def = d->base.def;
    voc_rc rc = analysis_zeroed(&d->base, (void **)&d->target, def->n_stages, sizeof *d->target);
    if (!rc && at->n_list > TIMES_MOST) rc = analysis_refuse(&d->base, "DISCOVER-002", "leave some out: --at 5d,10d,30d", "--at takes at most 12 times");
    for (size_t i = 0; i < at->n_list && !rc; i++)
        if (!read_time(at->list[i], &d->at[d->n_at++]))
            rc = analysis_refuse(&d->base, "DISCOVER-003", "write whole numbers of s, m, h, d or w: --at 5d,10d,30d",
                                 "a time of --at cannot be read");
    for (size_t i = 0; i < def->n_stages && !rc; i++) d->target[i] = NAN;
    for (size_t i = 0; i < target->n_list && !rc; i++) rc = read_target(d, target->list[i]);
    d->won_by_end = def->win_exit != VOC_NONE;
    for (size_t i = 0; i < def->n_exits; i++) d->won_by_end = d->won_by_end || is(analysis_exit(&d->base, i)->outcome, (voc_str)VOC_LIT("won"));
    return rc ? rc : compare_ask(d);
}

static voc_rc begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *given, void **analysis)
{
    struct discover *d = host->alloc(cx, sizeof *d);
    voc_value *own = host->alloc(cx, N_OPTIONS * sizeof *own);
    if (!d || !own) return VOC_E_NOMEM;
    memset(d, 0, sizeof *d);
    memcpy(own, given, N_OPTIONS * sizeof *own);
    d->base = analysis_of(host, cx, run);
    d->options = own;
    *analysis = d;
    voc_rc rc = ask(d);
    return rc ? rc : walk_begin(&d->w, host, cx, run, (uint32_t)own[OPT_EVENTS].i, own[OPT_COLLAPSE].i != 0, true);
}

static voc_rc state_new(void *analysis, void **state)
{
    struct discover *d = analysis;
    struct state *st;
    voc_rc rc = analysis_zeroed(&d->base, (void **)&st, 1, sizeof *st);
    if (rc) return rc;
    st->d = d;
    *state = st;
    return d->base.host->spool_new(d->base.run, &st->spool);
}

static void state_free(void *analysis, void *state)
{
    struct discover *d = analysis;
    struct state *st = state;
    walker_done(&d->w, &st->walker);
    d->base.host->free(d->base.cx, st->record);
    d->base.host->free(d->base.cx, st);
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j) { return gather_batch(analysis, state, j); }

static voc_rc merge(void *analysis, void *into, void *from)
{
    struct state *a = into, *b = from;
    for (size_t i = 0; i < WALK_N_COUNTS; i++) a->walker.counts[i] += b->walker.counts[i];
    return ((struct discover *)analysis)->base.host->spool_merge(a->spool, b->spool);
}

static voc_rc save(void *analysis, void *state, voc_writer *w) { return gather_save(analysis, state, w); }
static voc_rc load(void *analysis, void *state, const void *data, size_t size) { return gather_load(analysis, state, data, size); }

static voc_rc stages_tables(struct journeys *all)
{
    voc_rc rc = horizons_of(all);
    if (!rc) rc = compare_tables(all);
    if (!rc) rc = breaks_tables(all);
    if (!rc) rc = dwell_tables(all);
    if (!rc) rc = trends_tables(all);
    return rc ? rc : conform_tables(all);
}

static voc_rc finish(void *analysis, void *state)
{
    const struct discover *d = analysis;
    const struct state *st = state;
    struct journeys all;
    voc_rc rc = journeys_load(&all, d, st->spool);
    if (!rc && !all.n && !all.n_stays) rc = walk_nothing(&d->w, &st->walker, "DISCOVER-001", "discover");
    if (!rc && all.n) rc = typical_tables(&all, st);
    if (!rc && all.n_stays) rc = stages_tables(&all);
    journeys_done(&all);
    return rc;
}

static void end(void *analysis) { (void)analysis; }  // all of it is the instance's

static const voc_analysis_ops ops = {.struct_size = sizeof ops, .begin = begin, .state_new = state_new, .batch = batch, .merge = merge,
                                     .save = save, .load = load, .finish = finish, .state_free = state_free, .end = end};

static const char about[] =
    "Shows the journey of each kind of customer as it really goes. The typical journey is one that somebody made: of all ways, that\n"
    "which is nearest to all journeys of its kind (fewest things to add, leave out or exchange, compared with the length of the\n"
    "longer). The most frequent way is often a short one that few others are like; the table alternatives compares the two.\n"
    "\n"
    "Times between steps are those after which half had gone on, wherever the one followed the other. How long a stage takes counts\n"
    "those who are still in it as not yet gone, and who leaves otherwise is not counted as one who would have moved on.\n"
    "\n"
    "Journeys break where more customers stay behind than expected, by more than chance: within three times what half of the stays\n"
    "take. What is expected is what --target says, else what held before --since, else what holds in the other stages. The cost is\n"
    "how many more would have come through all later stages.\n"
    "\n"
    "Other tables: typical_steps, typical_map, alternatives, dwell_segments, incidence, curves, periods, deviations and traces (whether journeys\n"
    "keep to the order of the stages); break_points and trend_tests hold the tests. --compare sets two kinds of journeys beside each\n"
    "other: its effects have ranges, and what is called more or less has been held against how much was looked at.";

static const voc_plugin plugin = {.struct_size = sizeof plugin,
                                  .abi_major = VOC_ABI_MAJOR,
                                  .abi_minor = VOC_ABI_MINOR,
                                  .kind = VOC_KIND_ANALYSIS,
                                  .option_size = sizeof(voc_option),
                                  .name = "discover",
                                  .version = "0.1.0",
                                  .summary = "the typical journey of each kind of customer, where it breaks and how long its stages take",
                                  .licence = "MIT",
                                  .author = "the Vocstream authors",
                                  .options = options,
                                  .n_options = N_OPTIONS,
                                  .ops = &ops,
                                  .about = about};

VOC_PLUGIN("analysis", "discover", "0.1.0", "MIT", plugin)
