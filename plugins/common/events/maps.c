// SPDX-License-Identifier: MIT
// The plan as maps, as sources.xml would say it: what a guess becomes when it is saved. Reading a file by these maps gives the
// same rows as the plan that they were made from.
#include <stdio.h>

#include "plugins/common/events/plan.h"

static voc_str text_of(const char *s) { return (voc_str){s, strlen(s)}; }

static voc_str reason_of(const struct origin *o)
{
    static const char *const reasons[] = {"", "by its name", "by what stands in it", "nothing else took it", "by its name: nothing stands in it in what was looked at"};
    return text_of(reasons[o->why <= WHY_EMPTY ? o->why : 0]);
}

static voc_map map_of(const struct events *e, const char *to, const struct origin *o)
{
    voc_map m = {.to = text_of(to), .constant = o->constant, .format = o->format, .reason = reason_of(o)};
    if (o->column != NO_COLUMN) m.from = e->columns[o->column].name;
    return m;
}

// "date+clock+zone"
static voc_rc joined_name(struct events *e, const struct time_origin *t, voc_str *out)
{
    const uint32_t columns[3] = {t->from.column, t->clock, t->zone};
    size_t n = 0, most = 0;
    for (size_t i = 0; i < 3; i++) most += columns[i] != NO_COLUMN ? e->columns[columns[i]].name.len + 1 : 0;
    char *name = ev_alloc(e, most);
    if (!name) return VOC_E_NOMEM;
    for (size_t i = 0; i < 3; i++) {
        if (columns[i] == NO_COLUMN) continue;
        const voc_str part = e->columns[columns[i]].name;
        if (n) name[n++] = '+';
        if (part.len) memcpy(name + n, part.ptr, part.len); // not by printf: it may hold a byte 0
        n += part.len;
    }
    *out = (voc_str){name, n};
    return VOC_OK;
}

static voc_rc add_time(struct events *e, const char *to, const struct time_origin *t, voc_map *out)
{
    *out = map_of(e, to, &t->from);
    out->format = t->pattern[0] ? text_of(t->pattern) : (voc_str)VOC_LIT("iso");
    out->action = t->action;
    if (t->action_column != NO_COLUMN) out->action_from = e->columns[t->action_column].name;
    return t->clock != NO_COLUMN || t->zone != NO_COLUMN ? joined_name(e, t, &out->from) : VOC_OK;
}

static const char *target(const struct events *e, size_t field)
{
    static const char *const refs[] = {"ref", "ref-event", "ref-touchpoint", "ref-thread", "ref-case"};
    return field == FIELD_REF ? refs[e->ref_kind <= VOC_REF_CASE ? e->ref_kind : 0] : field_names[field];
}

voc_rc plan_maps(struct events *e, voc_source *out)
{
    size_t n = 0, max = e->n_times + 1 + FIELD_N + e->n_customers + e->n_accounts + e->n_attrs;
    out->n_maps = 0;
    if (e->n_columns == 0) return VOC_OK; // no record: there is no plan
    voc_map *maps = ev_alloc(e, max * sizeof *maps);
    voc_rc rc = maps ? VOC_OK : VOC_E_NOMEM;
    for (size_t i = 0; i < e->n_times && !rc; i++)
        if (!time_is_none(&e->times[i])) rc = add_time(e, "time", &e->times[i], &maps[n++]);
    if (e->has_end && !rc) rc = add_time(e, "end", &e->end, &maps[n++]);
    for (size_t f = 0; f < FIELD_N && !rc; f++) {
        const struct origin *o = &e->field[f];
        if (o->column == NO_COLUMN && o->constant.len == 0) continue;
        maps[n] = map_of(e, target(e, f), o);
        if (f >= FIELD_MINUTES && o->column != NO_COLUMN) maps[n].format = text_of(o->decimal == ',' ? "comma" : "point");
        n++;
    }
    for (size_t i = 0; i < e->n_customers + e->n_accounts && !rc; i++) {
        const struct alias_origin *a = i < e->n_customers ? &e->customers[i] : &e->accounts[i - e->n_customers];
        maps[n] = map_of(e, i < e->n_customers ? "customer" : "account", &a->from);
        maps[n].alias_kind = a->kind;
        maps[n++].strong = a->strong;
    }
    for (size_t i = 0; i < e->n_attrs && !rc; i++) {
        const struct attr_origin *a = &e->attrs[i];
        if (a->from.column != NO_COLUMN && e->columns[a->from.column].late) continue; // an attribute of that name wherever it comes
        maps[n] = map_of(e, "attr", &a->from);
        maps[n].format = a->time ? text_of(a->time->pattern) : (voc_str){"", 0};
        maps[n].constant = a->key;
        maps[n].type = a->type;
        maps[n++].entity = a->entity;
    }
    if (rc) return rc;
    out->zone = e->zone;
    out->map_size = sizeof *maps;
    out->maps = maps;
    out->n_maps = n;
    return VOC_OK;
}
