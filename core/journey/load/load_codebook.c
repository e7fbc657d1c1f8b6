// SPDX-License-Identifier: MIT
// codebook.xml: themes with their patterns and the sentences that show what they mean; and the needs of a journey, which name
// themes, acts and questions.
#include <stdio.h>

#include "journey/load/load.h"

// The theme of that id, or VOC_NONE: then it was reported where references are checked.
static uint32_t theme_index(const struct loader *l, voc_str id)
{
    for (size_t i = 0; i < l->j->n_themes; i++)
        if (str_eq(l->j->themes[i].id, id)) return (uint32_t)i;
    return VOC_NONE;
}

static struct theme_list theme_list(struct loader *l, const struct xml_node *n, const char *attr)
{
    size_t count = 0;
    struct theme_list list = {0};
    const voc_str *words = load_words(l, n, attr, &count);
    uint32_t *at = load_take(l, count, sizeof *at);
    for (size_t i = 0; i < count && at && words; i++) {
        uint32_t theme = theme_index(l, words[i]);
        if (theme != VOC_NONE) at[list.n++] = theme;
    }
    list.at = at;
    return list;
}

// A pattern that matches nothing at all would be found in every text, and mean nothing.
static struct voc_regex *const *patterns(struct loader *l, const struct xml_node *theme, const char *element, size_t *n)
{
    struct voc_regex **at = load_take(l, load_children(theme, element), sizeof *at);
    *n = 0;
    for (const struct xml_node *k = load_child(theme, element); k && at; k = load_next(k->next, element)) {
        struct voc_regex *re = load_pattern(l, str_trim(k->text), REGEX_CASELESS, k->line);
        if (!re) continue;
        if (regex_match(re, str_of(""), NULL, NULL) == 1)
            load_fault(l, "JOURNEY-025", k->line, "write what must stand there: \\bprices?\\b",
                       "this pattern of theme \"%.*s\" also matches where there is nothing", LOAD_SHOW(load_text(theme, "id")));
        at[(*n)++] = re;
    }
    return at;
}

static void load_theme_sample(struct loader *l, const struct xml_node *n, uint32_t of, struct theme_sample *s)
{
    s->text = load_text(n, "text");
    s->line = n->line;
    s->has = theme_list(l, n, "has");
    s->without = theme_list(l, n, "not");
    s->negated = theme_list(l, n, "negated");
    if (of == VOC_NONE || s->has.n || s->without.n || s->negated.n) return;
    uint32_t *at = load_take(l, 1, sizeof *at); // a sentence in a theme is one of it
    if (!at) return;
    *at = of;
    s->has = (struct theme_list){at, 1};
}

// A theme that is its own ancestor: walk up at most as many steps as there are themes.
static void find_circle(struct loader *l)
{
    const struct journey *j = l->j;
    for (size_t i = 0; i < j->n_themes; i++) {
        uint32_t up = j->themes[i].parent;
        for (size_t steps = j->n_themes; up != VOC_NONE && up != i && steps; steps--) up = j->themes[up].parent;
        if (up != i) continue;
        load_fault(l, "JOURNEY-018", j->themes[i].line, "break the circle", "theme \"%.*s\" is its own ancestor", LOAD_SHOW(j->themes[i].id));
        return;
    }
}

void load_codebook(struct loader *l)
{
    struct journey *j = l->j;
    const struct xml_node *root = j->codebook_root;
    size_t n = load_children(root, "sample"), themes = load_children(root, "theme");
    for (const struct xml_node *t = load_child(root, "theme"); t; t = load_next(t->next, "theme")) n += load_children(t, "sample");
    struct theme *theme = load_take(l, themes, sizeof *theme);
    struct theme_sample *samples = load_take(l, n, sizeof *samples);
    j->themes = theme;
    j->theme_samples = samples;
    for (const struct xml_node *t = load_child(root, "theme"); t && theme && !l->rc; t = load_next(t->next, "theme")) {
        struct theme *to = &theme[j->n_themes++];
        to->id = load_text(t, "id");
        to->title = load_given(t, "title") ? load_text(t, "title") : to->id;
        to->line = t->line;
        to->include = patterns(l, t, "include", &to->n_include);
        to->exclude = patterns(l, t, "exclude", &to->n_exclude);
    }
    uint32_t at = 0;
    for (const struct xml_node *t = load_child(root, "theme"); t && theme && !l->rc; t = load_next(t->next, "theme"), at++) {
        theme[at].parent = load_given(t, "parent") ? theme_index(l, load_text(t, "parent")) : VOC_NONE;
        for (const struct xml_node *k = load_child(t, "sample"); k && samples; k = load_next(k->next, "sample"))
            load_theme_sample(l, k, at, &samples[j->n_theme_samples++]);
    }
    for (const struct xml_node *k = load_child(root, "sample"); k && samples && !l->rc; k = load_next(k->next, "sample"))
        load_theme_sample(l, k, VOC_NONE, &samples[j->n_theme_samples++]);
    if (!l->rc) find_circle(l);
}

static void load_need(struct loader *l, const struct xml_node *n, struct need *to)
{
    to->id = load_text(n, "id");
    to->title = load_given(n, "title") ? load_text(n, "title") : to->id;
    to->line = n->line;
    uint32_t *said = load_take(l, load_children(n, "said"), sizeof *said);
    for (const struct xml_node *k = load_child(n, "said"); k && said; k = load_next(k->next, "said")) {
        uint32_t theme = theme_index(l, load_text(k, "theme"));
        if (theme != VOC_NONE) said[to->said.n++] = theme;
    }
    to->said.at = said;
    to->sought = load_any(l, n, "sought");
    struct need_asked *asked = load_take(l, load_children(n, "asked"), sizeof *asked);
    for (const struct xml_node *k = load_child(n, "asked"); k && asked; k = load_next(k->next, "asked"))
        asked[to->n_asked++] = (struct need_asked){load_text(k, "importance"), load_text(k, "satisfaction")};
    to->asked = asked;
}

void load_needs(struct loader *l)
{
    const struct xml_node *in = load_child(l->j->root, "needs");
    struct need *needs = load_take(l, load_children(in, "need"), sizeof *needs);
    for (const struct xml_node *k = load_child(in, "need"); k && needs && !l->rc; k = load_next(k->next, "need")) load_need(l, k, &needs[l->j->n_needs++]);
    l->j->needs = needs;
}
