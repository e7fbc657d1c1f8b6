// SPDX-License-Identifier: MIT
//
// Analysis plugin value-map: what each role does, says and gets, need by need. The fold gathers a line for each person, role and stage
// (walk.c); the end counts people (tally.c) and writes (write.c, card.c). Only whole numbers and the shortest texts are
// gathered, so that no order shows. What is needed, sought and served is the journey's to say: <needs>, <serves>, codebook.xml.
#include "plugins/analysis/value-map/value_map.h"

#include <stdio.h>
#include <string.h>

enum { OPT_CARD, N_OPTIONS };
static const voc_option options[N_OPTIONS] = {
    [OPT_CARD] = {"card", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "ROLE", "one page for this role: what it wants, why, in its own words, who served it, what is missing"},
};

const voc_def_need *vm_need(const struct vm *v, size_t i)
{
    return (const voc_def_need *)(const void *)((const char *)v->base.def->needs + i * v->base.def->need_size);
}
const voc_def_theme *vm_theme(const struct vm *v, size_t i)
{
    return (const voc_def_theme *)(const void *)((const char *)v->base.def->themes + i * v->base.def->theme_size);
}

const voc_def_role *vm_declared_role(const struct vm *v, uint32_t code)
{
    const voc_definition *def = v->base.def;
    const voc_str name = def->n_roles ? v->base.host->name(v->base.run, VOC_COL_ROLE, code) : (voc_str){"", 0};
    for (size_t i = 0; i < def->n_roles; i++) {
        const voc_def_role *r = (const voc_def_role *)(const void *)((const char *)def->roles + i * def->role_size);
        if (r->id.len == name.len && memcmp(r->id.ptr, name.ptr, name.len) == 0) return r;
    }
    return NULL;
}

voc_str vm_role(const struct vm *v, uint32_t code)
{
    const voc_str name = v->base.host->name(v->base.run, VOC_COL_ROLE, code);
    const voc_def_role *r = vm_declared_role(v, code);
    return r ? r->title : name.len ? name : (voc_str)VOC_LIT("role unknown");
}

static void end(void *analysis)
{
    struct vm *v = analysis;
    v->base.host->free(v->base.cx, v->needs_of_touchpoint);
    v->base.host->free(v->base.cx, v->needs_of_theme);
    v->base.host->free(v->base.cx, v);
}

static voc_rc ask(struct vm *v)
{
    static const uint32_t columns[] = {VOC_COL_TIME, VOC_COL_ACTOR, VOC_COL_INDIVIDUAL, VOC_COL_ROLE, VOC_COL_TOUCHPOINT, VOC_COL_DELIVERED, VOC_COL_ACTION};
    const voc_host *host = v->base.host;
    voc_rc rc = analysis_want(&v->base, columns, sizeof columns / sizeof *columns);
    if (!rc) rc = host->want_person_stays(v->base.run);
    if (!rc) rc = host->want_words(v->base.run);
    if (!rc) rc = analysis_zeroed(&v->base, (void **)&v->needs_of_touchpoint, v->base.def->n_touchpoints, sizeof *v->needs_of_touchpoint);
    if (!rc) rc = analysis_zeroed(&v->base, (void **)&v->needs_of_theme, v->n_themes, sizeof *v->needs_of_theme);
    for (size_t i = 0; i < v->n_needs && !rc; i++) {
        const voc_def_need *n = vm_need(v, i);
        v->predicate[i] = VOC_NONE;
        if (n->sought != VOC_NONE) rc = host->want_predicate(v->base.run, n->sought, &v->predicate[i]);
        for (size_t k = 0; k < n->n_served; k++) v->needs_of_touchpoint[n->served[k]] |= UINT64_C(1) << i;
        for (size_t k = 0; k < n->n_said; k++) v->needs_of_theme[n->said[k]] |= UINT64_C(1) << i;
    }
    return rc;
}

static voc_rc begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *values, void **analysis)
{
    struct vm *v = host->alloc(cx, sizeof *v);
    if (!v) return VOC_E_NOMEM;
    *v = (struct vm){.base = analysis_of(host, cx, run)};
    v->n_needs = v->base.def->n_needs;
    v->n_themes = v->base.def->n_themes;
    v->n_stages = v->base.def->n_stages;
    v->card = values[OPT_CARD].set ? values[OPT_CARD].s : (voc_str){"", 0};
    voc_rc rc = VOC_OK;
    if (v->n_needs == 0)
        rc = analysis_refuse(&v->base, "VALUEMAP-001",
                             "<needs> in journey.xml say what customers want: by which themes they say it, by which acts they "
                             "seek it, what serves it; b2b-sale is an example (voc journey use PROJECT b2b-sale)",
                             "the journey of this project names no needs");
    else if (v->n_needs > VM_NEEDS_MAX || v->n_themes > VM_THEME_WORDS * 64)
        rc = analysis_refuse(&v->base, "VALUEMAP-002", "join some", "a value map has at most 64 needs and 256 themes");
    if (!rc) rc = ask(v);
    if (rc) end(v);
    else *analysis = v;
    return rc;
}

static void state_free(void *analysis, void *state)
{
    const struct vm *v = analysis;
    struct vm_state *s = state;
    void *arrays[] = {s->quotes, s->lines, s->touched, s->acts, s->role, s->events, s->said, s};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) v->base.host->free(v->base.cx, arrays[i]);
}

static voc_rc state_new(void *analysis, void **state)
{
    const struct vm *v = analysis;
    struct vm_state *s = NULL;
    voc_rc rc = analysis_zeroed(&v->base, (void **)&s, 1, sizeof *s);
    if (!rc) rc = v->base.host->spool_new(v->base.run, &s->people);
    if (!rc) rc = v->base.host->spool_new(v->base.run, &s->units);
    if (!rc) *state = s;
    else if (s) state_free(analysis, s);
    return rc;
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j)
{
    const struct vm *v = analysis;
    return v->base.host->cancelled(v->base.cx) ? VOC_CANCELLED : vm_walk(v, state, j);
}

static voc_rc merge(void *analysis, void *into, void *from)
{
    const struct vm *v = analysis;
    struct vm_state *a = into;
    const struct vm_state *b = from;
    voc_rc rc = v->base.host->spool_merge(a->people, b->people);
    if (!rc) rc = v->base.host->spool_merge(a->units, b->units);
    a->words += b->words;
    a->nameless += b->nameless;
    a->undecided += b->undecided;
    return rc ? rc : vm_quotes_join(v, a, b);
}

// The role of --card, by its title or its name in the source.
static voc_rc card_role(const struct vm *v, const struct vm_tally *t, uint32_t *role)
{
    for (*role = 0; *role < t->n_roles; ++*role) {
        const voc_str names[] = {vm_role(v, *role), v->base.host->name(v->base.run, VOC_COL_ROLE, *role)};
        for (size_t i = 0; i < 2; i++)
            if (names[i].len && names[i].len == v->card.len && memcmp(names[i].ptr, v->card.ptr, v->card.len) == 0) return VOC_OK;
    }
    char hint[400] = "there are: ";
    size_t at = strlen(hint);
    for (uint32_t r = 0; r < t->n_roles && at < 300; r++) {
        const voc_str name = vm_role(v, r);
        if (!vm_of_role(t, r, 0)->people || name.len > 80) continue;
        at += (size_t)snprintf(hint + at, sizeof hint - at, "%s%.*s", at > strlen("there are: ") ? ", " : "", (int)name.len, name.ptr);
    }
    return analysis_refuse(&v->base, "VALUEMAP-003", hint, "nobody in this project has that role");
}

static voc_rc finish(void *analysis, void *state)
{
    const struct vm *v = analysis;
    struct vm_tally t;
    uint32_t role = 0;
    voc_rc rc = vm_tally_new(&t, v, state);
    if (!rc && v->card.len) rc = card_role(v, &t, &role);
    if (!rc) rc = v->card.len ? vm_write_card(&t, role) : vm_write(&t);
    vm_tally_done(&t);
    return rc;
}

static const voc_analysis_ops ops = {.struct_size = sizeof ops, .begin = begin, .state_new = state_new, .batch = batch,
                                     .merge = merge, .finish = finish, .state_free = state_free, .end = end};

static const char about[] =
    "Value is what customers act to obtain. For each role and need of the journey: how many of the people did something for it (<sought>), how\n"
    "many of those who said anything spoke of it (<said theme>), and how many were reached by what serves it (<serves> of a touchpoint).\n"
    "People are counted, not events. What they do ranks the needs; what they say tells why; the two are never averaged. Wanted and not\n"
    "served is the gap; served and not wanted may be waste. With so few people that a number means little, it is said in words.\n"
    "\n"
    "A role is the one that the event carries, or that the journey's <roles> find; who has none is counted as role unknown. Questions of a survey\n"
    "that <asked> names give the opportunity of each need. Roles that won deals had and open ones lack come last.\n"
    "\n"
    "  voc value-map sale.voc                       # what is wanted, said and served, role by role\n"
    "  voc value-map sale.voc --card finance        # one page for this role\n"
    "  voc value-map sale.voc --table cells --format csv   # role by stage by need";

static const voc_plugin plugin = {.struct_size = sizeof plugin,
                                  .abi_major = VOC_ABI_MAJOR,
                                  .abi_minor = VOC_ABI_MINOR,
                                  .kind = VOC_KIND_ANALYSIS,
                                  .option_size = sizeof(voc_option),
                                  .name = "value-map",
                                  .version = "0.1.0",
                                  .summary = "what each role does, says and gets, need by need",
                                  .licence = "MIT",
                                  .author = "the Vocstream authors",
                                  .options = options,
                                  .n_options = N_OPTIONS,
                                  .ops = &ops,
                                  .about = about};

VOC_PLUGIN("analysis", "value-map", "0.1.0", "MIT", plugin)
