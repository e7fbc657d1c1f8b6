// SPDX-License-Identifier: MIT
// See world.h. Everything here may fail the test that calls it.
#include "tests/unit/journey/world.h"
#include <stdio.h>
#include <string.h>

static void complain(const struct diag *d)
{
    for (size_t i = 0; i < diag_n(d); i++)
        print_message("%s:%llu: %s\n", diag_at(d, i)->file ? diag_at(d, i)->file : "", (unsigned long long)diag_at(d, i)->line, diag_at(d, i)->message);
}

void world_new(struct world *w, const char *head, const char *body)
{
    *w = (struct world){.d = diag_new()};
    struct buf b;
    buf_init(&b, 1u << 20);
    buf_printf(&b, "<journey xmlns=\"urn:vocstream:journey:1\" id=\"t\" version=\"1\" %s>%s</journey>", head, body);
    assert_int_equal(b.rc, VOC_OK);
    voc_rc rc = journey_parse(&w->j, str_mk(b.ptr, b.len), (voc_str){"", 0}, (voc_str){"", 0}, "test", w->d);
    if (rc) complain(w->d);
    assert_int_equal(rc, VOC_OK);
    buf_done(&b);
    assert_int_equal(event_set_new(&w->s), VOC_OK);
}

void world_event(struct world *w, const struct ev *e)
{
    voc_row r = voc_row_init(VOC_ROW_EVENT);
    voc_alias person = {.kind = STR("id"), .value = str_of(e->person), .strong = 1};
    voc_alias account = {.kind = STR("id"), .value = str_of(e->account), .strong = 1};
    voc_attr attr = {.key = str_of(e->key), .text = str_of(e->value_text), .entity = VOC_ENTITY_EVENT, .time_us = VOC_NA};
    r.actor = e->actor == NOBODY ? VOC_ACTOR_UNSET : e->actor ? e->actor : VOC_ACTOR_CUSTOMER;
    r.time_us = T0 + e->at;
    r.resolution = e->resolution;
    r.record = e->record;
    r.ref_kind = e->ref ? (e->ref_kind ? e->ref_kind : VOC_REF_EVENT) : VOC_REF_NONE;
    r.ref = str_of(e->ref);
    r.id = str_of(e->id);
    r.action = str_of(e->action);
    r.touchpoint = str_of(e->touchpoint);
    r.channel = str_of(e->channel);
    r.campaign = str_of(e->campaign);
    r.object = str_of(e->object);
    r.case_id = str_of(e->case_id);
    r.role = str_of(e->role);
    r.owner = str_of(e->owner);
    r.thread = str_of(e->thread);
    r.text = str_of(e->text);
    r.value = e->value ? e->value : VOC_NA;
    r.customer = &person;
    r.n_customer = e->person ? 1 : 0;
    r.account = &account;
    r.n_account = e->account ? 1 : 0;
    r.attrs = &attr;
    r.n_attrs = e->key ? 1 : 0;
    assert_int_equal(event_set_add(w->s, &r, str_of(e->source ? e->source : "test")), VOC_OK);
}

void world_fact(struct world *w, uint32_t entity, const char *who, const char *key, const char *text, int64_t from)
{
    voc_row r = voc_row_init(VOC_ROW_ATTRIBUTE);
    voc_alias alias = {.kind = STR("id"), .value = str_of(who), .strong = 1};
    voc_attr attr = {.key = str_of(key), .text = str_of(text), .entity = entity, .time_us = VOC_NA};
    r.time_us = from == VOC_NA ? VOC_NA : T0 + from;
    if (entity == VOC_ENTITY_INDIVIDUAL) {
        r.customer = &alias;
        r.n_customer = 1;
    } else if (entity == VOC_ENTITY_ACCOUNT) {
        r.account = &alias;
        r.n_account = 1;
    } else {
        r.case_id = str_of(who);
    }
    r.attrs = &attr;
    r.n_attrs = 1;
    assert_int_equal(event_set_add(w->s, &r, STR("test")), VOC_OK);
}

void world_run(struct world *w, const struct timeline_options *o)
{
    struct timeline_options defaults = {.end_us = VOC_NA, .moves = 1};
    assert_int_equal(event_set_seal(w->s), VOC_OK);
    assert_int_equal(timeline_new(&w->t, w->s, w->j, o ? o : &defaults, w->d), VOC_OK);
    assert_int_equal(batch_new(&w->b, w->t, (1u << VOC_N_COLUMNS) - 1u), VOC_OK);
    for (size_t u = 0; u < timeline_n_units(w->t); u++) assert_int_equal(batch_add(w->b, u), VOC_OK);
    w->v = batch_view(w->b);
}

void world_free(struct world *w)
{
    batch_free(w->b);
    timeline_free(w->t);
    event_set_free(w->s);
    journey_free(w->j);
    diag_free(w->d);
    *w = (struct world){0};
}

const voc_unit *world_unit(const struct world *w, const char *name)
{
    for (size_t u = 0; u < w->v->n_units; u++)
        if (str_is(w->v->units[u].name, name)) return &w->v->units[u];
    fail_msg("no unit %s", name);
    return NULL;
}

static void print_stays(const struct world *w, const voc_stay *stays, size_t n, struct buf *b)
{
    static const char *const ends[] = {"", "forward", "backward", "exit", "lapsed", "censored"};
    for (size_t i = 0; i < n; i++) {
        const voc_stay *s = &stays[i];
        buf_printf(b, "%s%s", b->len ? "; " : "", w->j->stages[s->stage].id.ptr);
        if (s->episode != 1) buf_printf(b, "#%u", s->episode);
        buf_printf(b, " %g-%g %s", (double)(s->in_us - T0) / (double)DAY, (double)(s->out_us - T0) / (double)DAY, ends[s->end]);
        if (s->end == VOC_END_EXIT) buf_printf(b, ":%s", w->j->exits[s->exit].id.ptr);
        if (s->flags & VOC_STAY_TRUNCATED) buf_cstr(b, " truncated");
        if (s->flags & VOC_STAY_KNOWN_FROM) buf_cstr(b, " known");
    }
}

static void give(struct buf *b, char *out, size_t size)
{
    assert_int_equal(b->rc, VOC_OK);
    assert_true(b->len < size);
    memcpy(out, b->ptr ? b->ptr : "", b->len + 1);
    buf_done(b);
}

void world_stays(const struct world *w, const char *unit, char *out, size_t size)
{
    const voc_unit *u = world_unit(w, unit);
    struct buf b;
    buf_init(&b, 1u << 20);
    print_stays(w, w->v->stays + u->first_stay, u->n_stays, &b);
    give(&b, out, size);
}

void world_persons(const struct world *w, const char *unit, const char *person, char *out, size_t size)
{
    const voc_unit *u = world_unit(w, unit);
    struct buf b;
    buf_init(&b, 1u << 20);
    for (size_t i = 0; i < u->n_person_stays; i++) {
        const voc_stay *s = &w->v->person_stays[u->first_person_stay + i];
        if (str_is(timeline_name(w->t, VOC_COL_INDIVIDUAL, s->individual), person)) print_stays(w, s, 1, &b);
    }
    give(&b, out, size);
}

size_t world_row(const struct world *w, const char *id)
{
    for (size_t i = 0; i < w->v->n_events; i++)
        if (str_is(w->s->id[batch_source_event(w->b, i)], id)) return i;
    fail_msg("no event %s", id);
    return 0;
}

uint32_t world_u32(const struct world *w, uint32_t column, const char *id) { return ((const uint32_t *)w->v->columns[column])[world_row(w, id)]; }

const char *world_stage(const struct world *w, const char *id)
{
    uint32_t s = world_u32(w, VOC_COL_STAGE, id);
    return s == VOC_NONE ? "" : w->j->stages[s].id.ptr;
}

const char *world_touchpoint(const struct world *w, const char *id)
{
    uint32_t p = world_u32(w, VOC_COL_TOUCHPOINT, id);
    return p == VOC_NONE ? "" : timeline_definition(w->t)->touchpoints[p].id.ptr;
}

void world_name(const struct world *w, uint32_t column, uint32_t code, char *out, size_t size)
{
    voc_str name = timeline_name(w->t, column, code);
    assert_true(name.len < size);
    memcpy(out, name.ptr, name.len);
    out[name.len] = 0;
}

void world_print(const struct world *w, struct buf *b)
{
    const voc_definition *d = timeline_definition(w->t);
    for (size_t i = 0; i < d->n_touchpoints; i++) buf_printf(b, "T %.*s %u\n", (int)d->touchpoints[i].id.len, d->touchpoints[i].id.ptr, d->touchpoints[i].kind);
    for (size_t u = 0; u < w->v->n_units; u++) {
        const voc_unit *x = &w->v->units[u];
        buf_printf(b, "U %.*s %zu %zu\n", (int)x->name.len, x->name.ptr, x->n_events, x->n_stays);
        for (size_t i = x->first_event; i < x->first_event + x->n_events; i++) {
            static const uint32_t named[] = {VOC_COL_ACTION, VOC_COL_TOUCHPOINT, VOC_COL_INDIVIDUAL, VOC_COL_ROLE, VOC_COL_STAGE, VOC_COL_SEGMENT, VOC_COL_ACCOUNT, VOC_COL_REF_TOUCHPOINT};
            voc_str id = w->s->id[batch_source_event(w->b, i)];
            buf_printf(b, "%.*s", (int)id.len, id.ptr);
            for (size_t c = 0; c < sizeof named / sizeof *named; c++) {
                voc_str name = timeline_name(w->t, named[c], ((const uint32_t *)w->v->columns[named[c]])[i]);
                buf_printf(b, " %.*s", (int)name.len, name.ptr);
            }
            buf_printf(b, " %d %u\n", ((const int32_t *)w->v->columns[VOC_COL_REF_EVENT])[i], ((const uint8_t *)w->v->columns[VOC_COL_DELIVERED])[i]);
        }
        for (size_t i = x->first_stay; i < x->first_stay + x->n_stays; i++) {
            const voc_stay *s = &w->v->stays[i];
            buf_printf(b, "S %lld %lld %u %u %u %u %u %u\n", (long long)s->in_us, (long long)s->out_us, s->stage, s->episode, s->end, s->flags, s->first_event, s->n_events);
        }
        for (size_t i = x->first_person_stay; i < x->first_person_stay + x->n_person_stays; i++) {
            const voc_stay *s = &w->v->person_stays[i];
            voc_str name = timeline_name(w->t, VOC_COL_INDIVIDUAL, s->individual);
            buf_printf(b, "P %.*s %lld %lld %u %u\n", (int)name.len, name.ptr, (long long)s->in_us, (long long)s->out_us, s->stage, s->number);
        }
    }
}
