// SPDX-License-Identifier: MIT
// A journey from its three files: parse, check against the table, resolve references, build the typed structures, number
// the predicates, hash. All faults of all files are reported before it gives up.
#include "journey/load/load.h"
#include <stdio.h>

#define ARENA_MAX (UINT64_C(512) << 20)

void journey_free(struct journey *j)
{
    struct loaded *own = (struct loaded *)j;
    if (!own) return;
    for (struct load_regex *r = own->regexes; r; r = r->next) regex_free(r->re);
    arena_done(&own->j.arena);
    mem_free(own);
}

// Bytes and name of one file into the journey, and its tree. An absent file has no bytes.
static const struct xml_node *load_file(struct loader *l, voc_str bytes, const char *label, const char *name, voc_str *kept, voc_str *file)
{
    struct xml_node *root = NULL;
    char *path = label && *label ? arena_printf(&l->j->arena, "%s/%s", label, name) : arena_printf(&l->j->arena, "%s", name);
    if (!path) {
        load_nomem(l, VOC_E_NOMEM);
        return NULL;
    }
    *file = str_of(path);
    *kept = str_of("");
    if (!bytes.ptr || !bytes.len || l->rc) return NULL;
    l->file = path;
    if (bytes.len > LOAD_FILE_MAX) {
        load_fault(l, "JOURNEY-001", 0, NULL, "larger than 16 MiB");
        return NULL;
    }
    bool ok = true;
    *kept = arena_str(&l->j->arena, bytes.ptr, bytes.len, &ok);
    if (!ok) {
        load_nomem(l, VOC_E_NOMEM);
        return NULL;
    }
    voc_rc rc = xml_tree(&root, &l->j->arena, kept->ptr, kept->len, path, l->d);
    if (rc == VOC_E_INPUT || rc == VOC_E_LIMIT) {
        l->faults++; // said by xml_tree
        return NULL;
    }
    load_nomem(l, rc);
    return rc ? NULL : root;
}

// Predicates by their names, all of them built.
static void load_named_rules(struct loader *l)
{
    struct group_rule *rules = load_take(l, l->named.n, sizeof *rules);
    for (size_t i = 0; rules && i < l->named.n; i++) {
        const struct load_named *n = &l->named.at[i];
        if (n->p) rules[l->j->n_named++] = (struct group_rule){n->id, load_given(n->node, "title") ? load_text(n->node, "title") : n->id, n->p, n->node->line};
    }
    l->j->named = rules;
}

static void load_zone(struct loader *l)
{
    voc_rc rc = time_format_new(&l->time, str_of(""), l->j->zone, NULL);
    if (rc == VOC_E_OPTION) rc = time_format_new(&l->time, str_of(""), str_of("UTC"), NULL); // the zone was reported
    if (!rc) time_format_midnights(l->time); // "start" of a definition is a moment, not what happened some time that day
    load_nomem(l, rc);
}

static void load_head(struct loader *l)
{
    static const char *const units[] = {"", "account", "individual", "case"};
    const struct xml_node *n = l->j->root;
    struct journey *j = l->j;
    j->id = load_text(n, "id");
    j->version = load_text(n, "version");
    j->title = load_given(n, "title") ? load_text(n, "title") : j->id;
    j->currency = load_text(n, "currency");
    j->effective_from = load_text(n, "effective-from");
    j->unit = (uint32_t)load_word(n, "unit", units, 4, VOC_UNIT_ACCOUNT);
    j->lapse_given = load_given(n, "lapse");
    j->lapse_us = load_duration(l, n, "lapse"); // none: NA
    if (!j->lapse_given) j->lapse_us = j->unit == VOC_UNIT_CASE ? VOC_NA : 180 * US_PER_DAY;

    const struct xml_node *observe = load_child(n, "observe");
    j->observe_start_us = j->observe_end_us = j->horizon_us = VOC_NA;
    if (!observe) return;
    j->observe_start_us = load_time(l, observe, "start", NULL);
    j->observe_end_us = load_time(l, observe, "end", NULL);
    j->horizon_us = load_duration(l, observe, "horizon");
    struct feed *feeds = load_take(l, load_children(observe, "feed"), sizeof *feeds);
    for (const struct xml_node *k = load_child(observe, "feed"); k && feeds; k = load_next(k->next, "feed")) {
        voc_str source = load_text(k, "source");
        char meant[100];
        if (j->sources_root && source.len && !load_known(l, "source", source))
            load_fault(l, "JOURNEY-010", k->line, NULL, "<feed>: sources.xml has no source \"%.*s\"%s", LOAD_SHOW(source),
                       load_meant(meant, sizeof meant, load_nearest(l, "source", source)));
        feeds[j->n_feeds++] = (struct feed){source, str_is(load_text(k, "watermark"), "none"), load_time(l, k, "watermark", NULL)};
    }
    j->feeds = feeds;
}

static void number_all(struct loader *l)
{
    const struct journey *j = l->j;
    for (size_t i = 0; i < j->n_stages; i++) {
        for (size_t k = 0; k < j->stages[i].n_definitions; k++) load_number(l, j->stages[i].definition[k]);
        load_number(l, j->stages[i].aim);
    }
    for (size_t i = 0; i < j->n_exits; i++) load_number(l, j->exits[i].when);
    for (size_t i = 0; i < j->n_regresses; i++) load_number(l, j->regresses[i].when);
    for (size_t w = 0; w < 2; w++) {
        const struct claim *claims = w ? j->works : j->claims;
        for (size_t i = 0; i < (w ? j->n_works : j->n_claims); i++) {
            for (size_t k = 0; k < claims[i].n_events; k++) load_number(l, claims[i].event[k]);
            load_number(l, claims[i].aim);
        }
    }
    for (size_t i = 0; i < j->n_roles; i++) load_number(l, j->roles[i].when);
    for (size_t i = 0; i < j->n_segments; i++) load_number(l, j->segments[i].when);
    for (size_t i = 0; i < j->n_holdouts; i++) {
        load_number(l, j->holdouts[i].treated);
        load_number(l, j->holdouts[i].control);
    }
    for (size_t i = 0; i < j->n_sources; i++)
        for (size_t k = 0; k < j->sources[i].n_ignores; k++) load_number(l, j->sources[i].ignores[k].when);
    const struct predicate **all = load_take(l, l->numbered.n, sizeof *all);
    if (!all) return;
    memcpy(all, l->numbered.at, l->numbered.n * sizeof *all);
    l->j->predicates = (const struct predicate *const *)all;
    l->j->n_predicates = l->numbered.n;
}

// Structures in the order of what they refer to: stages before actions, actions before aims, touchpoints before windows.
static void load_structures(struct loader *l)
{
    struct journey *j = l->j;
    l->file = j->file.ptr;
    load_predicates(l);
    load_head(l);
    load_groups(l);
    load_stages(l);
    load_actions(l);
    const struct xml_node *in = load_child(j->root, "stages"), *k = load_child(in, "stage");
    for (size_t i = 0; i < j->n_stages && k; i++, k = load_next(k->next, "stage")) {
        struct stage *s = (struct stage *)(uintptr_t)&j->stages[i]; // ours until the journey is given away
        load_aim(l, k, &s->aim, &s->aim_value);
    }
    load_touchpoints(l);
    load_steps(l);
    load_response(l);
    load_holdouts(l);
    load_costs(l);
    load_samples(l);
    load_every_predicate(l, j->root);
    load_named_rules(l);
    if (j->sources_root) {
        l->file = j->sources_file.ptr;
        load_sources(l);
    }
    if (j->codebook_root) {
        l->file = j->codebook_file.ptr;
        load_codebook(l);
    }
    l->file = j->file.ptr;
    load_needs(l);
}

static void loader_done(struct loader *l)
{
    time_format_free(l->time);
    dict_free(l->by_id);
    vec_free(&l->ids);
    vec_free(&l->named);
    vec_free(&l->numbered);
}

voc_rc load_journey(struct journey **out, voc_str journey_xml, voc_str sources_xml, voc_str codebook_xml, const char *label,
                    const struct load_names *names, struct diag *d)
{
    struct loader l = {.d = d};
    l.own = mem_zalloc(1, sizeof *l.own);
    if (!l.own) return VOC_E_NOMEM;
    struct journey *j = l.j = &l.own->j;
    arena_init(&j->arena, ARENA_MAX);
    load_nomem(&l, dict_new(&l.by_id, LOAD_FILE_MAX));
    j->root = load_file(&l, journey_xml, label, names->journey, &j->journey_xml, &j->file);
    j->sources_root = load_file(&l, sources_xml, label, names->sources, &j->sources_xml, &j->sources_file);
    j->codebook_root = load_file(&l, codebook_xml, label, names->codebook, &j->codebook_xml, &j->codebook_file);
    l.file = j->file.ptr;
    if (!j->root && !l.rc && !l.faults) load_fault(&l, "JOURNEY-001", 0, "begin with a copy of one that ships with the program (voc journey list)", "the file is empty");
    if (j->root && !l.rc) {
        j->zone = load_text(j->root, "zone");
        load_zone(&l);
        load_check_tree(&l, j->root, "journey");
    }
    if (j->sources_root && !l.rc) {
        l.file = j->sources_file.ptr;
        load_check_tree(&l, j->sources_root, "sources");
        if (!str_is(j->sources_root->name, "sources")) j->sources_root = NULL; // said; nothing in it is looked at
    }
    if (j->codebook_root && !l.rc) {
        l.file = j->codebook_file.ptr;
        load_check_tree(&l, j->codebook_root, "codebook");
    }
    bool rooted = j->root && str_is(j->root->name, "journey") && str_is(j->root->ns, GRAMMAR_NAMESPACE);
    if (rooted && !l.rc) {
        const struct xml_node *roots[] = {j->root, j->sources_root, j->codebook_root};
        const voc_str files[] = {j->file, j->sources_file, j->codebook_file};
        for (size_t i = 0; i < 3 && !l.rc; i++) {
            l.file = files[i].ptr;
            if (roots[i]) load_check_references(&l, roots[i]);
        }
        load_structures(&l);
        number_all(&l);
        load_hash(j);
    }
    voc_rc rc = l.rc ? l.rc : l.faults ? VOC_E_OPTION : VOC_OK;
    loader_done(&l);
    if (rc)
        journey_free(j);
    else
        *out = j;
    return rc;
}

voc_rc journey_parse(struct journey **out, voc_str journey_xml, voc_str sources_xml, voc_str codebook_xml, const char *label, struct diag *d)
{
    static const struct load_names names = {"journey.xml", "sources.xml", "codebook.xml"};
    return load_journey(out, journey_xml, sources_xml, codebook_xml, label, &names, d);
}

voc_rc journey_none(struct journey **out, uint32_t unit)
{
    static const char *const units[] = {"account", "account", "individual", "case"};
    char text[200];
    int n = snprintf(text, sizeof text, "<journey xmlns=\"" GRAMMAR_NAMESPACE "\" id=\"none\" version=\"0\" unit=\"%s\" lapse=\"none\"/>", units[unit <= VOC_UNIT_CASE ? unit : 0]);
    return journey_parse(out, str_mk(text, (size_t)n), str_of(""), str_of(""), NULL, NULL);
}
