// SPDX-License-Identifier: MIT
// What one definition shows of a project: its timeline, opened when a query first needs it. A query may name another definition
// than the active one, among those that were ever attached; each has a timeline of its own. Where a timeline holds all events it
// has only the columns that were asked for, and is opened anew for more; the old one stays as long as anything points into it.
#include "host/views/views_int.h"

#include "base/str.h"

static void shown_close(struct shown *s)
{
    batch_free(s->one);
    timeline_free(s->timeline);
    for (size_t t = 0; t < VIEWS_TABLES; t++) mem_free(s->places[t].at);
    s->one = NULL;
    s->timeline = NULL;
    memset(s->places, 0, sizeof s->places);
}

static void shown_free(struct shown *s)
{
    shown_close(s);
    journey_free(s->own);
    mem_free(s->name);
    mem_free(s);
}

static void reap(struct views *v)
{
    for (struct shown **at = &v->gone; *at && v->n_scans == 0;) {
        struct shown *s = *at;
        if (s->refs) {
            at = &s->next;
            continue;
        }
        *at = s->next;
        shown_free(s);
    }
}

void shown_all_done(struct views *v)
{
    sets_drop(v, NULL);
    while (v->shown) {
        struct shown *s = v->shown;
        v->shown = s->next;
        shown_free(s);
    }
    reap(v);
}

// ---- which definition --------------------------------------------------------------------------------------------------------------

static voc_rc unknown(struct views *v, voc_str name)
{
    struct buf b;
    buf_init(&b, 65536);
    voc_rc rc = store_definition_names(v->project, &b);
    diag_error(v->diag, "SQL-003", NULL, 0, b.len ? b.ptr : "voc journey use PROJECT FOLDER attaches a journey",
               "no journey \"%.*s\" was ever attached to this project", STR_SHOWN(name, 80));
    buf_done(&b);
    return rc ? rc : VOC_E_OPTION;
}

static voc_rc load(struct views *v, struct shown *s, voc_str name)
{
    struct store_definition def;
    struct arena a;
    bool found = false;
    arena_init(&a, 0);
    voc_rc rc = store_definition_named(v->project, &a, name, &def, &found);
    if (!rc && !found) rc = unknown(v, name);
    if (!rc) rc = journey_parse(&s->own, def.journey_xml, def.sources_xml, def.codebook_xml, project_name(v->project), v->diag);
    s->journey = s->own;
    arena_done(&a);
    return rc;
}

voc_rc shown_find(struct views *v, voc_str name, struct shown **out)
{
    struct shown **at = &v->shown;
    reap(v);
    for (; *at; at = &(*at)->next)
        if (name.len ? (*at)->name && str_is(name, (*at)->name) : !(*at)->name) {
            *out = *at;
            return VOC_OK;
        }
    struct shown *s = mem_zalloc(1, sizeof *s);
    if (!s) return VOC_E_NOMEM;
    s->journey = v->journey;
    voc_rc rc = VOC_OK;
    if (name.len) rc = (s->name = mem_strndup(name.ptr, name.len)) ? load(v, s, name) : VOC_E_NOMEM;
    if (rc) {
        shown_free(s);
        return rc;
    }
    *at = *out = s;
    return VOC_OK;
}

// ---- its timeline ------------------------------------------------------------------------------------------------------------------

voc_rc shown_open(struct views *v, struct shown *s)
{
    if (s->timeline) return VOC_OK;
    struct timeline_options to = {.end_us = VOC_NA, .columns = s->have | EV_TIME, .threads = v->threads, .parallel = parallel_for};
    voc_rc rc = timeline_open(&s->timeline, v->project, s->journey, &to, false, v->diag);
    return rc ? rc : units_memory(v->memory_max, "what is known of all events", v->diag);
}

voc_rc shown_columns(struct views *v, struct shown **out, uint32_t columns)
{
    struct shown *s = *out;
    voc_rc rc = shown_open(v, s);
    if (rc || timeline_in_parts(s->timeline) || !(columns & ~s->have)) return rc;
    struct shown *fresh = mem_zalloc(1, sizeof *fresh), **at = &v->shown;
    if (!fresh) return VOC_E_NOMEM;
    sets_drop(v, s);
    *fresh = (struct shown){.name = s->name, .own = s->own, .journey = s->journey, .have = s->have | columns, .next = s->next};
    while (*at != s) at = &(*at)->next;
    *at = fresh;
    s->name = NULL;
    s->own = NULL;
    s->next = v->gone;
    v->gone = s;
    reap(v);
    rc = shown_open(v, fresh);
    *out = fresh;
    return rc;
}
