// SPDX-License-Identifier: MIT
//
// Analysis plugin sipoc: one table of suppliers, inputs, process, outputs, customers and requirements for each stage and step of a
// journey, drafted from events and completed by the definition (METHODS 7). walk.c counts, write.c makes the
// tables, sheet.c the one that is drawn.
#include "plugins/analysis/sipoc/sipoc.h"

enum { OPT_STAGE, OPT_TOP, N_OPTIONS };
static const voc_option options[N_OPTIONS] = {
    [OPT_STAGE] = {"stage", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "STAGE", "of this stage or step only"},
    [OPT_TOP] = {"top", VOC_OPT_INT, 0, "3", "1", "6", NULL, "LINES", "how many lines of each part stand on the sheet that is drawn"},
};

static void end(void *analysis)
{
    struct sipoc *s = analysis;
    sipoc_sections_free(s);
    s->base.host->free(s->base.cx, s);
}

static size_t section_named(const struct sipoc *s, voc_str name)
{
    for (unsigned by_title = 0; by_title < 2; by_title++)
        for (size_t i = 0; i < s->n_sections; i++)
            if (sipoc_is(by_title ? s->sections[i].title : s->sections[i].id, name)) return i;
    return SIZE_MAX;
}

static voc_rc ask(struct sipoc *s, const voc_value *v)
{
    static const uint32_t columns[] = {VOC_COL_TIME, VOC_COL_ACTOR, VOC_COL_CLASS, VOC_COL_TOUCHPOINT, VOC_COL_DELIVERED, VOC_COL_MINUTES, VOC_COL_CAMPAIGN, VOC_COL_CHANNEL, VOC_COL_ROLE, VOC_COL_STAGE};
    const voc_definition *def = s->base.def;
    if (!s->n_stages || s->n_stages > 64)
        return analysis_refuse(&s->base, "SIPOC-001",
                               "voc journey use PROJECT online-shop, b2b-sale, crm-pipeline or your own folder gives stages",
                               "this project follows no journey: it has no stages");
    size_t n[SIPOC_KINDS] = {[SIPOC_CAMPAIGN] = s->base.host->n_codes(s->base.run, VOC_COL_CAMPAIGN),
                             [SIPOC_CHANNEL] = s->base.host->n_codes(s->base.run, VOC_COL_CHANNEL),
                             [SIPOC_NOBODY] = 1,
                             [SIPOC_TOUCH] = def->n_touchpoints,
                             [SIPOC_EXIT] = def->n_exits,
                             [SIPOC_ROLE] = s->base.host->n_codes(s->base.run, VOC_COL_ROLE)};
    voc_rc rc = sipoc_sections(s, n);
    if (!rc && v[OPT_STAGE].set && (s->only = section_named(s, v[OPT_STAGE].s)) == SIZE_MAX)
        rc = analysis_refuse(&s->base, "SIPOC-002",
                             "voc stages PROJECT shows the stages by their names; steps are named in journey.xml",
                             "the journey has no stage or step of this name");
    n[SIPOC_NEXT] = s->n_sections;
    for (size_t k = 0; k < SIPOC_KINDS; k++) s->first[k + 1] = s->first[k] + n[k];
    return rc ? rc : analysis_want(&s->base, columns, sizeof columns / sizeof *columns);
}

static voc_rc begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *values, void **analysis)
{
    struct sipoc *s = host->alloc(cx, sizeof *s);
    if (!s) return VOC_E_NOMEM;
    *s = (struct sipoc){.base = analysis_of(host, cx, run), .only = SIZE_MAX, .top = (size_t)values[OPT_TOP].i};
    s->n_stages = s->base.def->n_stages;
    voc_rc rc = ask(s, values);
    if (rc) end(s);
    else *analysis = s;
    return rc;
}

static void state_free(void *analysis, void *state)
{
    const struct sipoc *s = analysis;
    struct sipoc_state *st = state;
    void *const own[] = {st->sections, st->tallies, st->seen, st};
    sipoc_names_free(s, &st->names);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) s->base.host->free(s->base.cx, own[i]);
}

static voc_rc state_new(void *analysis, void **state)
{
    const struct sipoc *s = analysis;
    struct sipoc_state *st = NULL;
    size_t all;
    voc_rc rc = analysis_zeroed(&s->base, (void **)&st, 1, sizeof *st);
    if (rc) return rc;
    rc = __builtin_mul_overflow(s->n_sections, s->first[SIPOC_KINDS], &all)
             ? VOC_E_LIMIT
             : analysis_zeroed(&s->base, (void **)&st->sections, s->n_sections, sizeof *st->sections);
    if (!rc) rc = analysis_zeroed(&s->base, (void **)&st->tallies, all, sizeof *st->tallies);
    if (!rc) rc = analysis_zeroed(&s->base, (void **)&st->seen, all, sizeof *st->seen);
    if (rc) state_free(analysis, st);
    else *state = st;
    return rc;
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j)
{
    const struct sipoc *s = analysis;
    return s->base.host->cancelled(s->base.cx) ? VOC_CANCELLED : sipoc_walk(s, state, j);
}

static voc_rc merge(void *analysis, void *into, void *from)
{
    const struct sipoc *s = analysis;
    struct sipoc_state *a = into, *b = from;
    analysis_add(a->tallies, b->tallies, s->n_sections * s->first[SIPOC_KINDS] * sizeof *a->tallies);
    analysis_add(a->sections, b->sections, s->n_sections * sizeof *a->sections);
    return sipoc_names_join(s, &a->names, &b->names);
}

static voc_rc finish(void *analysis, void *state) { return sipoc_write(analysis, state); }

static const voc_analysis_ops ops = {.struct_size = sizeof ops, .begin = begin, .state_new = state_new, .batch = batch,
                                     .merge = merge, .finish = finish, .state_free = state_free, .end = end};

static const char about[] =
    "One table of suppliers, inputs, process, outputs, customers and requirements (SIPOC) for each step: for each stage of the journey, and\n"
    "for each <step> of the company's own work that it declares. Drafted from what was recorded, completed by what is declared: known from\n"
    "says which. A visit is a stay of a customer in the stage; of a step, what lies between an event that enters it and the next one that\n"
    "leaves it.\n"
    "\n"
    "Suppliers: who or what brought the visit: the first of the declared fields (<supplier field=\"lead_source\"/>) that the event has which\n"
    "opened it, or its person or account; where none is declared, its campaign, else its channel; how many visits, and of those that are over\n"
    "how many went on. Inputs: what the journey declares (<input>), and how often it was there at the beginning, with that event or known of\n"
    "its person or account. Process: what the company did in the visits, and the minutes for each; what is declared for it (<work>,\n"
    "touchpoints with step or stages) and never done stands there with 0. Outputs: how visits ended, and the declared ones (<output>).\n"
    "Customers: who owns what comes next, and whose acts follow within the response window. Requirements (<requirement>): how often\n"
    "a visit that went on met them. Where nothing is declared there is no data, which is not the same as all right.\n"
    "\n"
    "What people write of a step (<typed step=\"proposal\" field=\"supplier\" value=\"the fair team\" author=\"Ann\"/> in the <stream> of\n"
    "<steps>) stands under its part, marked as typed and without numbers. It stays as it is when there are new events, and makes no other\n"
    "version of the journey.\n"
    "\n"
    "  voc sipoc sale.voc -o sipoc.svg         all steps on one sheet to hang up; -o sipoc.html for the page\n"
    "  voc sipoc sale.voc --stage considering\n"
    "  voc sipoc sale.voc --format csv         one table of all, a line for each thing of each step";

static const voc_plugin plugin = {.struct_size = sizeof plugin,
                                  .abi_major = VOC_ABI_MAJOR,
                                  .abi_minor = VOC_ABI_MINOR,
                                  .kind = VOC_KIND_ANALYSIS,
                                  .flags = VOC_NAMELESS,
                                  .option_size = sizeof(voc_option),
                                  .name = "sipoc",
                                  .version = "0.1.0",
                                  .summary = "who delivers to each step, what is done there, what comes out of it and for whom",
                                  .licence = "MIT",
                                  .author = "the Vocstream authors",
                                  .options = options,
                                  .n_options = N_OPTIONS,
                                  .ops = &ops,
                                  .about = about};

VOC_PLUGIN("analysis", "sipoc", "0.1.0", "MIT", plugin)
