// SPDX-License-Identifier: MIT
// Triple-S hierarchies (2.0 and later): a file lists levels (households, their people, their trips), each with the structure of its
// own answers, and the variable in which a row names the respondent of the level above. Which level a file of answers is of is told
// by its name, which is that of its structure. Called from open() for the option, and from the plan.
#include <stdio.h>

#include "plugins/input/survey/survey.h"

static voc_str attr(const voc_xml_attr *a, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (ev_is(a[i].name, name)) return a[i].value;
    return (voc_str){"", 0};
}

// Without folder and ending: "data/persons.sss" is persons.
static voc_str stem(voc_str name)
{
    size_t end = name.len, from = name.len;
    while (from && name.ptr[from - 1] != '/' && name.ptr[from - 1] != '\\') from--;
    while (end > from && name.ptr[end - 1] != '.') end--;
    if (end <= from + 1) end = name.len + 1;
    return (voc_str){name.ptr + from, end - 1 - from};
}

static voc_rc on_start(void *user, voc_str name, const voc_xml_attr *a, size_t n, uint64_t line, uint64_t byte)
{
    struct survey *s = user;
    struct events *e = EVENTS(s);
    struct sv_levels *l = &s->levels;
    (void)line, (void)byte;
    if (ev_is(name, "level")) {
        if (l->n == SV_LEVELS_MAX) return ev_error(e, VOC_E_LIMIT, "024", NULL, "the hierarchy has more than %u levels", SV_LEVELS_MAX);
        struct sv_level *x = &l->at[l->n++];
        *x = (struct sv_level){.ident = {"", 0}, .file = {"", 0}, .parent = {"", 0}, .link = {"", 0}};
        return ev_copy(e, ev_clip(ev_trim(attr(a, n, "ident")), 100), &x->ident) &&
                       ev_copy(e, stem(ev_trim(attr(a, n, "href"))), &x->file)
                   ? VOC_OK
                   : VOC_E_NOMEM;
    }
    if (ev_is(name, "parent") && l->n && l->at[l->n - 1].parent.len == 0) { // of several the first
        struct sv_level *x = &l->at[l->n - 1];
        return ev_copy(e, ev_clip(ev_trim(attr(a, n, "level")), 100), &x->parent) && ev_copy(e, ev_trim(attr(a, n, "linkvar")), &x->link) ? VOC_OK : VOC_E_NOMEM;
    }
    return VOC_OK;
}

static voc_rc on_end(void *user, voc_str name, uint64_t line, uint64_t byte)
{
    (void)user, (void)name, (void)line, (void)byte;
    return VOC_OK;
}

static voc_rc on_text(void *user, voc_str text)
{
    (void)user, (void)text;
    return VOC_OK;
}

voc_rc sv_hierarchy_read(struct survey *s, voc_str text)
{
    const voc_xml_handler h = {.struct_size = sizeof h, .start = on_start, .end = on_end, .text = on_text};
    bool lists = false;
    struct events *e = EVENTS(s);
    if (!sv_structure_looks(text, &lists) || !lists)
        return ev_error(e, VOC_E_OPTION, "024", "it is the .sss with <hierarchy> and a <level> for each file", "-O hierarchy: this is not the list of a Triple-S hierarchy");
    voc_rc rc = sv_xml_read(s, text, "the hierarchy (.sss)", &h, s);
    for (size_t i = 0; i < s->levels.n && !rc; i++)
        if (s->levels.at[i].ident.len == 0 || s->levels.at[i].file.len == 0)
            rc = ev_error(e, VOC_E_OPTION, "024", "each <level> needs ident= and href=", "level %zu of the hierarchy has no name, or names no file", i + 1);
    return rc;
}

// Respondents of a level are called level/number, in its own file and in those below.
voc_rc sv_hierarchy_plan(struct survey *s)
{
    struct events *e = EVENTS(s);
    struct sv_levels *l = &s->levels;
    const voc_str own = stem(s->file);
    l->own = NULL;
    l->link = NO_COLUMN;
    l->has_below = false;
    if (l->n == 0) return VOC_OK;
    for (size_t i = 0; i < l->n; i++)
        if (ev_eq(l->at[i].file, own)) l->own = &l->at[i];
    if (!l->own) {
        char known[200];
        size_t n = 0;
        known[0] = 0;
        for (size_t i = 0; i < l->n && n < sizeof known; i++)
            n += (size_t)snprintf(known + n, sizeof known - n, "%s%.*s", i ? ", " : "", EV_STR(l->at[i].file, 40));
        return ev_error(e, VOC_E_OPTION, "024",
                        "answers are named like the structure of their level: persons.asc beside persons.sss",
                        "the hierarchy has no level for this file; its levels are of %s", known);
    }
    for (size_t i = 0; i < l->n; i++) l->has_below = l->has_below || ev_eq(l->at[i].parent, l->own->ident);
    if (l->own->parent.len == 0) return VOC_OK;
    for (uint32_t c = 0; c < e->n_columns; c++)
        if (ev_eq(e->columns[c].name, l->own->link)) l->link = c;
    if (l->link == NO_COLUMN)
        return ev_error(e, VOC_E_OPTION, "024", "mend linkvar= of this level, or export the survey again",
                        "the answers have no \"%.*s\", by which the hierarchy says whose they are", EV_STR(l->own->link, 60));
    if (s->id == l->link) s->id = NO_COLUMN;
    else s->columns[l->link].role = SV_LEFT_OUT; // it is no question: it says whose answers these are
    return VOC_OK;
}
