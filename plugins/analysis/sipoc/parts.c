// SPDX-License-Identifier: MIT
//
// The lines of each part (rows.h), from the counts of a section and from what the definition declares for it.
#include <math.h>
#include <stdio.h>

#include "plugins/analysis/sipoc/rows.h"
#include "plugins/common/show.h"

#define SHOW(s) SHOW_AT_MOST(s, 160)

struct making {
    const struct sipoc *s;
    const struct sipoc_state *st;
    size_t section;
    struct sipoc_rows *rows;
    voc_rc rc;
    struct sipoc_row lost; // what could not be kept; rc says so
};

static const struct sipoc_section *section_of(const struct making *m) { return &m->s->sections[m->section]; }
static const struct sipoc_counts *counts_of(const struct making *m) { return &m->st->sections[m->section]; }
static const struct sipoc_tally *tally_of(const struct making *m, enum sipoc_kind kind, size_t i)
{
    return &m->st->tallies[sipoc_slot(m->s, m->section, kind, i)];
}
static size_t codes_of(const struct making *m, enum sipoc_kind kind) { return m->s->first[kind + 1] - m->s->first[kind]; }
static double share(uint64_t x, uint64_t n) { return n ? (double)x / (double)n : NAN; }

// Bytes that begin a character which is cut off are left out.
static void set_what(struct sipoc_row *r, voc_str text)
{
    size_t n = text.len < sizeof r->what ? text.len : sizeof r->what - 1;
    while (n < text.len && n > 0 && ((unsigned char)text.ptr[n] & 0xC0) == 0x80) n--;
    memcpy(r->what, text.ptr, n);
    r->what[n] = 0;
}

static struct sipoc_row *add(struct making *m, enum sipoc_part part, enum sipoc_origin origin, voc_str what, uint64_t n, uint64_t among)
{
    struct sipoc_rows *rows = m->rows;
    if (!m->rc && rows->n == rows->room) {
        const size_t room = rows->room ? rows->room * 2 : 64;
        struct sipoc_row *at = room > SIZE_MAX / sizeof *at ? NULL : m->s->base.host->resize(m->s->base.cx, rows->at, room * sizeof *at);
        if (!at) m->rc = VOC_E_NOMEM;
        else rows->at = at, rows->room = room;
    }
    if (m->rc) return &m->lost;
    struct sipoc_row *r = &rows->at[rows->n++];
    *r = (struct sipoc_row){.part = part, .origin = origin, .n = n, .among = among, .went_on = NAN, .range = {NAN, NAN}};
    set_what(r, what);
    return r;
}

static int most_first(const void *x, const void *y)
{
    const struct sipoc_row *a = x, *b = y;
    if (a->n != b->n) return a->n > b->n ? -1 : 1;
    if (a->times != b->times) return a->times > b->times ? -1 : 1;
    return strcmp(a->what, b->what);
}

static void sort_from(struct making *m, size_t from)
{
    if (!m->rc && m->rows->n > from + 1) qsort(m->rows->at + from, m->rows->n - from, sizeof *m->rows->at, most_first);
}

// ---- suppliers -----------------------------------------------------------------------------------------------------------------

static void supplier(struct making *m, enum sipoc_origin origin, voc_str what, const struct sipoc_tally *t)
{
    if (!t->visits) return;
    struct sipoc_row *r = add(m, PART_SUPPLIER, origin, what, t->visits, counts_of(m)->visits);
    if (section_of(m)->is_last) return;
    r->went_on = share(t->forward, t->finished);
    if (t->finished) r->range = stats_wilson((double)t->forward, (double)t->finished);
}

static void suppliers(struct making *m)
{
    const size_t from = m->rows->n;
    const enum sipoc_origin origin = section_of(m)->has.n_suppliers ? FROM_DEFINITION : FROM_EVENTS;
    static const struct { enum sipoc_kind kind; uint32_t column; } coded[] = {{SIPOC_CAMPAIGN, VOC_COL_CAMPAIGN}, {SIPOC_CHANNEL, VOC_COL_CHANNEL}};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < codes_of(m, coded[k].kind); i++)
            supplier(m, FROM_EVENTS, m->s->base.host->name(m->s->base.run, coded[k].column, (uint32_t)i),
                     tally_of(m, coded[k].kind, i));
    for (size_t i = 0; i < m->st->names.n; i++)
        if (m->st->names.at[i].section == m->section) supplier(m, origin, m->st->names.at[i].text, &m->st->names.at[i].t);
    supplier(m, FROM_EVENTS, (voc_str)VOC_LIT("(not given)"), tally_of(m, SIPOC_NOBODY, 0));
    sort_from(m, from);
}

// ---- inputs, process --------------------------------------------------------------------------------------------------------------

static void inputs(struct making *m)
{
    const uint64_t visits = counts_of(m)->visits;
    const size_t n = section_of(m)->has.n_inputs;
    for (size_t i = 0; i < n; i++)
        (void)add(m, PART_INPUT, FROM_DEFINITION, sipoc_input(section_of(m), i)->name, tally_of(m, SIPOC_INPUT, i)->visits, visits);
    if (n) (void)add(m, PART_INPUT, FROM_DEFINITION, (voc_str)VOC_LIT("all that is required"), counts_of(m)->complete, visits);
}

static void process(struct making *m)
{
    const size_t from = m->rows->n;
    for (size_t i = 0; i < codes_of(m, SIPOC_TOUCH); i++) {
        const voc_def_touchpoint *t = analysis_touchpoint(&m->s->base, i);
        const struct sipoc_tally *x = tally_of(m, SIPOC_TOUCH, i);
        const bool declared = t->declared && t->kind != VOC_TOUCH_PULL && sipoc_belongs(m->s, section_of(m), t);
        if (!x->times && !declared) continue;
        struct sipoc_row *r = add(m, PART_PROCESS, declared ? FROM_DEFINITION : FROM_EVENTS, t->title.len ? t->title : t->id,
                                  x->visits, counts_of(m)->visits);
        r->work = true;
        r->times = x->times;
        r->minutes = x->minutes;
    }
    sort_from(m, from);
}

// ---- outputs ----------------------------------------------------------------------------------------------------------------------

static void declared_outputs(struct making *m)
{
    for (size_t i = 0; i < section_of(m)->has.n_outputs; i++) {
        const voc_def_output *o = sipoc_output(section_of(m), i);
        (void)add(m, PART_OUTPUT, FROM_DEFINITION, o->title.len ? o->title : (voc_str)VOC_LIT("the declared output"),
                  tally_of(m, SIPOC_OUTPUT, i)->visits, sipoc_over(counts_of(m)));
    }
}

static void left(struct making *m, size_t i)
{
    static const char *const outcomes[] = {"", "went on", "won", "lost", "returned", "rejected"}; // VOC_LEAVE_*
    const voc_def_leave *l = sipoc_leave(section_of(m), i);
    const char *how = outcomes[l->outcome <= VOC_LEAVE_REJECTED ? l->outcome : 0];
    char what[300];
    if (l->to != VOC_NONE && l->outcome != VOC_LEAVE_NEXT) snprintf(what, sizeof what, "%s to %.*s", how, SHOW(m->s->sections[m->s->n_stages + l->to].title));
    else snprintf(what, sizeof what, "%s", how);
    if (l->outcome != VOC_LEAVE_NEXT)
        (void)add(m, PART_OUTPUT, FROM_DEFINITION, (voc_str){what, strlen(what)}, tally_of(m, SIPOC_LEAVE, i)->visits,
                  sipoc_over(counts_of(m)));
}

static void outputs(struct making *m)
{
    const struct sipoc_counts *g = counts_of(m);
    const uint64_t over = sipoc_over(g);
    const struct { const char *what; uint64_t n; } ends[] = {{"went on", g->forward}, {"went back", g->back}, {"fell silent", g->lapsed}};
    declared_outputs(m);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends[i].n) (void)add(m, PART_OUTPUT, FROM_EVENTS, (voc_str){ends[i].what, strlen(ends[i].what)}, ends[i].n, over);
    const size_t from = m->rows->n;
    for (size_t i = 0; i < codes_of(m, SIPOC_EXIT); i++) {
        const voc_def_exit *e = analysis_exit(&m->s->base, i);
        if (tally_of(m, SIPOC_EXIT, i)->visits)
            (void)add(m, PART_OUTPUT, FROM_EVENTS, e->title.len ? e->title : e->id, tally_of(m, SIPOC_EXIT, i)->visits, over);
    }
    for (size_t i = 0; i < section_of(m)->has.n_leaves; i++) left(m, i);
    sort_from(m, from);
}

// ---- customers --------------------------------------------------------------------------------------------------------------------

static bool leads_to(const struct making *m, const voc_def_output *o, size_t section)
{
    return (o->next_stage != VOC_NONE && o->next_stage == section) || (o->next_step != VOC_NONE && m->s->n_stages + o->next_step == section);
}

// "field sales (Propose)": who owns it, as an output that goes there says, else as it says itself.
static void next_one(struct making *m, size_t next)
{
    const struct sipoc_section *to = &m->s->sections[next];
    const uint64_t n = tally_of(m, SIPOC_NEXT, next)->visits;
    voc_str owner = to->owner;
    bool declared = false;
    char what[400];
    for (size_t i = section_of(m)->has.n_outputs; i-- > 0;) {
        const voc_def_output *o = sipoc_output(section_of(m), i);
        if (!leads_to(m, o, next)) continue;
        declared = true;
        if (o->owner.len) owner = o->owner;
    }
    if (!n && !declared) return;
    if (owner.len) snprintf(what, sizeof what, "%.*s (%.*s)", SHOW(owner), SHOW(to->title));
    else snprintf(what, sizeof what, "%.*s", SHOW(to->title));
    (void)add(m, PART_CUSTOMER, declared || owner.len ? FROM_DEFINITION : FROM_EVENTS, (voc_str){what, strlen(what)}, n, counts_of(m)->forward);
}

static voc_str role_name(const struct making *m, size_t code)
{
    const voc_str name = m->s->base.host->name(m->s->base.run, VOC_COL_ROLE, (uint32_t)code);
    const voc_definition *def = m->s->base.def;
    for (size_t i = 0; def->struct_size >= offsetof(voc_definition, n_roles) + sizeof def->n_roles && i < def->n_roles; i++) {
        const voc_def_role *r = sipoc_at(def->roles, def->role_size, i);
        if (sipoc_is(r->id, name) && r->title.len) return r->title;
    }
    return name.len ? name : (voc_str)VOC_LIT("(role not given)");
}

// Where no role is declared and none was recorded, that it is not given says nothing.
static bool has_roles(const struct making *m)
{
    const voc_definition *def = m->s->base.def;
    if (def->struct_size >= offsetof(voc_definition, n_roles) + sizeof def->n_roles && def->n_roles) return true;
    for (size_t i = 0; i < codes_of(m, SIPOC_ROLE); i++)
        if (tally_of(m, SIPOC_ROLE, i)->visits && m->s->base.host->name(m->s->base.run, VOC_COL_ROLE, (uint32_t)i).len) return true;
    return false;
}

static void customers(struct making *m)
{
    size_t from = m->rows->n;
    for (size_t i = 0; i < m->s->n_sections; i++) next_one(m, i);
    const bool roles = m->rows->n == from || has_roles(m);
    sort_from(m, from);
    from = m->rows->n;
    for (size_t i = 0; roles && i < codes_of(m, SIPOC_ROLE); i++)
        if (tally_of(m, SIPOC_ROLE, i)->visits)
            (void)add(m, PART_CUSTOMER, FROM_EVENTS, role_name(m, i), tally_of(m, SIPOC_ROLE, i)->visits, counts_of(m)->forward);
    sort_from(m, from);
}

// ---- requirements -------------------------------------------------------------------------------------------------------------------

// What is missed most often comes first.
static int fewest_first(const void *x, const void *y)
{
    const struct sipoc_row *a = x, *b = y;
    if (a->n != b->n) return a->n < b->n ? -1 : 1;
    return strcmp(a->what, b->what);
}

// How many met it, of those that went on. Nobody went on: no data, never all.
static void requirements(struct making *m)
{
    const struct sipoc_counts *g = counts_of(m);
    const size_t n = section_of(m)->has.n_requirements, from = m->rows->n;
    for (size_t i = 0; i < n; i++) {
        const uint64_t met = g->checked - tally_of(m, SIPOC_REQUIREMENT, i)->visits;
        struct sipoc_row *r = add(m, PART_REQUIREMENT, FROM_DEFINITION, sipoc_requirement(section_of(m), i)->title, met, g->checked);
        if (g->checked) r->range = stats_wilson((double)met, (double)g->checked);
    }
    if (!m->rc && n > 1) qsort(m->rows->at + from, n, sizeof *m->rows->at, fewest_first);
    if (n) (void)add(m, PART_REQUIREMENT, FROM_DEFINITION, (voc_str)VOC_LIT("every one of them"), g->whole, g->checked);
}

// ---- what people typed --------------------------------------------------------------------------------------------------------------

// The part that a field names: "supplier", "Suppliers", ... Another field stands for itself.
static enum sipoc_part part_named(voc_str field)
{
    static const struct { const char *name; enum sipoc_part part; } names[] = {{"supplier", PART_SUPPLIER}, {"input", PART_INPUT}, {"process", PART_PROCESS}, {"work", PART_PROCESS},
                                                                                {"output", PART_OUTPUT}, {"customer", PART_CUSTOMER}, {"requirement", PART_REQUIREMENT}};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        size_t n = strlen(names[k].name), i = 0;
        while (i < n && i < field.len && (field.ptr[i] | 0x20) == names[k].name[i]) i++;
        if (i == n && (field.len == n || (field.len == n + 1 && (field.ptr[n] | 0x20) == 's'))) return names[k].part;
    }
    return PART_WRITTEN;
}

static void typed(struct making *m, enum sipoc_part part)
{
    const voc_definition *def = m->s->base.def;
    const struct sipoc_section *x = section_of(m);
    if (def->struct_size < offsetof(voc_definition, typed_size) + sizeof def->typed_size) return;
    for (size_t i = 0; i < def->n_typed; i++) {
        const voc_def_typed *t = sipoc_at(def->typed, def->typed_size, i);
        const bool here = x->is_step ? t->step != VOC_NONE && m->s->n_stages + t->step == m->section : t->stage != VOC_NONE && t->stage == m->section;
        char what[400];
        if (!here || part_named(t->field) != part) continue;
        if (part == PART_WRITTEN) snprintf(what, sizeof what, "%.*s: %.*s", SHOW(t->field), SHOW(t->value));
        struct sipoc_row *r = add(m, part, FROM_PEOPLE, part == PART_WRITTEN ? (voc_str){what, strlen(what)} : t->value, 0, 0);
        r->author = t->author;
        r->date = t->date;
    }
}

voc_rc sipoc_rows_of(const struct sipoc *s, const struct sipoc_state *st, size_t section, struct sipoc_rows *out)
{
    static void (*const parts[PARTS])(struct making *) = {suppliers, inputs, process, outputs, customers, requirements, NULL};
    struct making m = {.s = s, .st = st, .section = section, .rows = out};
    out->n = 0;
    for (unsigned p = 0; p < PARTS; p++) {
        if (parts[p]) parts[p](&m);
        typed(&m, (enum sipoc_part)p);
    }
    return m.rc;
}
