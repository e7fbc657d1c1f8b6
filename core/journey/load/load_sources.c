// SPDX-License-Identifier: MIT
// sources.xml (how files become rows), the observation window and the samples of a definition.
#include <fnmatch.h>
#include <stdio.h>

#include "io/in.h"
#include "journey/load/load.h"

static const char *const resolutions[] = {"us", "ms", "second", "minute", "hour", "day"};

static voc_map map_of(const struct xml_node *n)
{
    static const char *const types[] = {"text", "int", "real", "bool", "time", "money"};
    static const char *const entities[] = {"event", "individual", "account", "case"};
    voc_map m = {.from = load_text(n, "from"), .line = (uint32_t)n->line};
    if (str_is(n->name, "map")) {
        m.to = load_text(n, "to");
        m.format = load_text(n, "format");
        m.constant = load_text(n, "const");
        m.action = load_text(n, "action");
        m.action_from = load_text(n, "action-from");
    } else if (str_is(n->name, "alias")) {
        m.to = STR("customer");
        m.alias_kind = load_text(n, "kind");
        m.strong = str_is(load_text(n, "strength"), "strong");
    } else if (str_is(n->name, "attr")) {
        m.to = STR("attr");
        m.constant = load_text(n, "name");
        if (!m.from.len) m.from = m.constant;
        m.type = (uint32_t)load_word(n, "type", types, 6, VOC_TYPE_TEXT);
        m.entity = (uint32_t)load_word(n, "of", entities, 4, VOC_ENTITY_EVENT);
    } else {
        m.to = n->name; // case, account
    }
    return m;
}

static bool is_map(const struct xml_node *n)
{
    return str_is(n->name, "map") || str_is(n->name, "alias") || str_is(n->name, "attr") || str_is(n->name, "case") || str_is(n->name, "account");
}

// ---- <ignore> -----------------------------------------------------------------------------------------------------------

// What a source leaves out is told of one row alone, before anybody knows whose journey it is in. NULL: it can be.
static const char *looks_beyond(const struct predicate *p)
{
    if (p->kind == PRED_COUNT) return "<count> looks at other events";
    if (p->kind == PRED_NOT && p->within_us != VOC_NA) return "<not within> looks at other events";
    if (p->kind == PRED_FACT && p->of == FACT_UNIT) return "<fact of=\"unit\"> asks whose journey it is (of=\"event\", \"individual\" or \"account\" is what the row says)";
    for (size_t i = 0; i < p->n_tests; i++) {
        const enum leaf_field f = p->tests[i].field;
        if (f == LEAF_CLASS || f == LEAF_SEGMENT || f == LEAF_THEME)
            return f == LEAF_CLASS     ? "a class is given to events by the journey (name the action)"
                   : f == LEAF_SEGMENT ? "a segment is of the one whose journey it is"
                                       : "themes are read in texts later (text-like is a pattern)";
    }
    const char *why = NULL;
    for (size_t i = 0; i < p->n_child && !why; i++) why = looks_beyond(p->child[i]);
    return why;
}

static void load_ignores(struct loader *l, const struct xml_node *n, struct source_rule *s)
{
    struct source_ignore *ignores = load_take(l, load_children(n, "ignore"), sizeof *ignores);
    for (const struct xml_node *k = load_child(n, "ignore"); k && ignores; k = load_next(k->next, "ignore")) {
        const struct predicate *when = load_predicate_in(l, k);
        const char *why = when ? looks_beyond(when) : NULL;
        if (why)
            load_fault(l, "JOURNEY-034", k->line,
                       "test what a row itself says: action, actor, channel, campaign, object, touchpoint, owner, role, "
                       "text, question, <fact of=\"event\">",
                       "an <ignore> is decided row by row: %s", why);
        if (when && !why) ignores[s->n_ignores++] = (struct source_ignore){.reason = load_text(k, "reason"), .when = when, .line = k->line};
    }
    s->ignores = ignores;
}

static void load_source(struct loader *l, const struct xml_node *n, struct source_rule *s)
{
    static const char *const actors[] = {"", "customer", "company", "other"};
    s->id = load_text(n, "id");
    s->as = load_text(n, "as");
    s->zone = load_text(n, "zone");
    s->files = load_words(l, n, "files", &s->n_files);
    s->resolution = (uint32_t)load_word(n, "resolution", resolutions, 6, VOC_RES_US);
    s->actor = (uint32_t)load_word(n, "actor", actors, 4, VOC_ACTOR_UNSET);
    s->watermark_none = str_is(load_text(n, "watermark"), "none");
    s->watermark_us = load_time(l, n, "watermark", NULL);
    s->line = n->line;
    size_t count = 0;
    for (const struct xml_node *k = n->first; k; k = k->next) count += is_map(k);
    voc_map *maps = load_take(l, count, sizeof *maps);
    for (const struct xml_node *k = n->first; k && maps; k = k->next)
        if (is_map(k)) maps[s->n_maps++] = map_of(k);
    s->maps = maps;
    struct source_option *options = load_take(l, load_children(n, "option"), sizeof *options);
    for (const struct xml_node *k = load_child(n, "option"); k && options; k = load_next(k->next, "option"))
        options[s->n_options++] = (struct source_option){load_text(k, "name"), load_text(k, "value"), k->line};
    s->options = options;
    load_ignores(l, n, s);
}

void load_sources(struct loader *l)
{
    struct source_rule *sources = load_take(l, load_children(l->j->sources_root, "source"), sizeof *sources);
    for (const struct xml_node *k = load_child(l->j->sources_root, "source"); k && sources; k = load_next(k->next, "source"))
        load_source(l, k, &sources[l->j->n_sources++]);
    l->j->sources = sources;
}

static void load_sample(struct loader *l, const struct xml_node *n, struct sample *s)
{
    s->name = load_text(n, "name");
    s->line = n->line;
    struct sample_event *e = load_take(l, load_children(n, "e"), sizeof *e);
    for (const struct xml_node *k = load_child(n, "e"); k && e; k = load_next(k->next, "e")) {
        struct sample_event *to = &e[s->n_e];
        *to = (struct sample_event){.who = load_text(k, "who"), .account = load_text(k, "account"), .node = k, .line = k->line};
        to->at_us = load_time(l, k, "at", &to->resolution);
        if (to->at_us != VOC_NA) s->n_e++;
    }
    s->e = e;
    struct sample_expect *x = load_take(l, load_children(n, "expect"), sizeof *x);
    for (const struct xml_node *k = load_child(n, "expect"); k && x; k = load_next(k->next, "expect")) {
        voc_str touchpoint = load_text(k, "touchpoint");
        bool known = !touchpoint.len || str_is(touchpoint, "none") || load_known(l, "touchpoint", touchpoint);
        for (size_t i = 0; i < l->j->n_works && !known; i++) known = str_eq(l->j->works[i].id, touchpoint);
        char meant[100];
        if (!known)
            load_fault(l, "JOURNEY-010", k->line, "name a <touchpoint>, the title of a <work>, or none", "<expect> names the touchpoint \"%.*s\", which is not declared%s",
                       LOAD_SHOW(touchpoint), load_meant(meant, sizeof meant, load_nearest(l, "touchpoint", touchpoint)));
        x[s->n_expect++] = (struct sample_expect){.at = load_text(k, "at"), .stage = load_text(k, "stage"), .exit = load_text(k, "exit"),
                                                  .blocked = load_text(k, "blocked"), .touchpoint = touchpoint, .end = load_text(k, "end"),
                                                  .who = load_text(k, "who"), .at_us = load_time(l, k, "at", NULL), .line = k->line};
    }
    s->expect = x;
}

void load_samples(struct loader *l)
{
    const struct xml_node *in = load_child(l->j->root, "samples");
    struct sample *samples = load_take(l, load_children(in, "sample"), sizeof *samples);
    for (const struct xml_node *k = load_child(in, "sample"); k && samples; k = load_next(k->next, "sample"))
        load_sample(l, k, &samples[l->j->n_samples++]);
    l->j->samples = samples;
}

// ---- which source reads a file ------------------------------------------------------------------------------------------------

static bool fits(voc_str pattern, voc_str name)
{
    char glob[256], file[256];
    snprintf(glob, sizeof glob, "%.*s", STR_SHOWN(pattern, 255));
    snprintf(file, sizeof file, "%.*s", STR_SHOWN(name, 255));
    voc_str plain = in_plain_name(file);
    if (fnmatch(glob, file, 0) == 0) return true;
    file[plain.len + (size_t)(plain.ptr - file)] = 0;
    return fnmatch(glob, plain.ptr, 0) == 0;
}

bool source_reads(const struct source_rule *s, voc_str file_name)
{
    for (size_t f = 0; f < s->n_files; f++)
        if (fits(s->files[f], file_name)) return true;
    return false;
}
