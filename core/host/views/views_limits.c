// SPDX-License-Identifier: MIT
// What a query asks of event, journey and unit, turned into a test of rows as they are read. A plan may leave out only rows
// that cannot fit: SQLite tests every row that is given. A unit that is named is looked for alone.
#include "host/views/views_int.h"

#include "base/str.h"

// Times outside these years are not written with four digits, so their text is not in order.
static int64_t year_us(int64_t year) { return time_from_civil(year, 1, 1) * US_PER_DAY; }

static bool number_at(voc_str s, size_t at, size_t n, unsigned *out)
{
    *out = 0;
    for (size_t i = at; i < at + n; i++) {
        if (i >= s.len || s.ptr[i] < '0' || s.ptr[i] > '9') return false;
        *out = *out * 10 + (unsigned)(s.ptr[i] - '0');
    }
    return true;
}

// The text of a time begins with its day, so it lies on a side of any text that begins with a day or a year. Wider, never
// narrower: SQLite compares the texts.
static void limit_time_text(struct plan *p, const struct sql_limit *l)
{
    unsigned year, month = 0, day = 0;
    voc_str s = l->value.s;
    if (!number_at(s, 0, 4, &year) || year < 1000) return;
    bool dated = s.len >= 10 && s.ptr[4] == '-' && number_at(s, 5, 2, &month) && s.ptr[7] == '-' && number_at(s, 8, 2, &day) &&
                 month >= 1 && month <= 12 && day >= 1 && day <= 28;
    int64_t from = dated ? time_from_civil((int64_t)year, month, day) * US_PER_DAY : year_us((int64_t)year);
    int64_t to = dated ? from + US_PER_DAY : year_us((int64_t)year + 1);
    if (l->op != SQL_TO && from > p->from_day_us) p->from_day_us = from;
    if (l->op != SQL_FROM && to < p->to_day_us) p->to_day_us = to;
    p->stored |= STORED(S_TIME);
}

static void one_code(struct plan *p, uint32_t *has, uint32_t code, enum stored column)
{
    if (code == VOC_NONE || (*has != VOC_NONE && *has != code)) p->none = true;
    *has = code;
    p->stored |= STORED(column);
}

static uint32_t code_of(const struct shown *s, uint32_t column, voc_str name)
{
    uint32_t n = timeline_n_codes(s->timeline, column);
    if (name.len == 0) return VOC_NONE;
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(timeline_name(s->timeline, column, i), name)) return i;
    return VOC_NONE;
}

static voc_rc limit_unit(struct plan *p, voc_str name)
{
    if (p->unit_given && !str_is(name, p->unit)) p->none = true;
    if (p->unit_given) return VOC_OK;
    p->unit = mem_strndup(name.ptr, name.len);
    if (name.len && memchr(name.ptr, 0, name.len)) p->none = true; // no name has one
    p->unit_given = p->unit != NULL;
    return p->unit ? VOC_OK : VOC_E_NOMEM;
}

// The same touchpoint may have several numbers (declared, and raw of that name), so its name is compared.
static voc_rc limit_touchpoint(struct plan *p, const struct shown *s, voc_str name)
{
    const voc_definition *d = timeline_definition(s->timeline);
    bool first = !p->touchpoint, any = false;
    if (first && !(p->touchpoint = mem_zalloc((size_t)d->n_touchpoints + 1, 1))) return VOC_E_NOMEM;
    p->n_touchpoints = (uint32_t)d->n_touchpoints;
    for (uint32_t i = 0; i < d->n_touchpoints; i++) {
        bool fits = name.len && str_eq(d->touchpoints[i].id, name) && (first || p->touchpoint[i]);
        p->touchpoint[i] = fits;
        any = any || fits;
    }
    p->none = p->none || !any;
    p->stored |= STORED(S_TOUCHPOINT);
    return VOC_OK;
}

// The first such text is looked for; another one is left to SQLite.
static voc_rc limit_text(struct plan *p, enum stored column, voc_str text)
{
    if (text.len == 0) p->none = true; // what is empty is NULL
    if (p->looked_for || p->none || memchr(text.ptr, 0, text.len)) return VOC_OK;
    p->looked_in = column;
    return (p->looked_for = mem_strndup(text.ptr, text.len)) ? VOC_OK : VOC_E_NOMEM;
}

static void limit_actor(struct plan *p, voc_str name)
{
    uint32_t code = VOC_NONE;
    for (uint32_t i = 1; i < VIEWS_ACTORS; i++)
        if (str_eq(str_of(views_actors[i]), name)) code = i;
    one_code(p, &p->actor, code, S_ACTOR);
}

static voc_rc limit_event(struct plan *p, const struct shown *s, const struct sql_limit *l)
{
    switch (l->column) {
    case E_UNIT: return limit_unit(p, l->value.s);
    case E_ID: return limit_text(p, S_ID, l->value.s);
    case E_REF: return limit_text(p, S_REF, l->value.s);
    case E_TIME: limit_time_text(p, l); break;
    case E_TIME_US:
        if (l->op != SQL_TO && l->value.i > p->from_us) p->from_us = l->value.i;
        if (l->op != SQL_FROM && l->value.i < p->to_us) p->to_us = l->value.i;
        p->stored |= STORED(S_TIME);
        break;
    case E_ACTION: one_code(p, &p->action, code_of(s, VOC_COL_ACTION, l->value.s), S_ACTION); break;
    case E_ACTOR: limit_actor(p, l->value.s); break;
    case E_CHANNEL: one_code(p, &p->channel, code_of(s, VOC_COL_CHANNEL, l->value.s), S_CHANNEL); break;
    case E_CAMPAIGN: one_code(p, &p->campaign, code_of(s, VOC_COL_CAMPAIGN, l->value.s), S_CAMPAIGN); break;
    case E_TOUCHPOINT: return limit_touchpoint(p, s, l->value.s);
    case E_STAGE: one_code(p, &p->stage, code_of(s, VOC_COL_STAGE, l->value.s), S_STAGE); break;
    default: break; // the definition
    }
    return VOC_OK;
}

voc_rc plan_make(struct plan *p, struct views *v, const struct shown *s, unsigned table, const struct sql_limit *limits, size_t n)
{
    voc_rc rc = VOC_OK;
    (void)v;
    *p = (struct plan){.from_us = INT64_MIN, .to_us = INT64_MAX, .from_day_us = INT64_MIN, .to_day_us = INT64_MAX, .action = VOC_NONE,
                       .actor = VOC_NONE, .channel = VOC_NONE, .campaign = VOC_NONE, .stage = VOC_NONE};
    for (size_t i = 0; i < n && !rc; i++) {
        if (table == T_EVENT) rc = limit_event(p, s, &limits[i]);
        else if (limits[i].column == views_unit_of[table]) rc = limit_unit(p, limits[i].value.s);
        else if (table == T_JOURNEY && limits[i].column == J_STAGE) one_code(p, &p->stage, code_of(s, VOC_COL_STAGE, limits[i].value.s), S_STAY);
    }
    return rc;
}

void plan_done(struct plan *p)
{
    mem_free(p->touchpoint);
    mem_free(p->unit);
    mem_free(p->looked_for);
    *p = (struct plan){0};
}

bool plan_fits(const struct plan *p, const struct fields *f, size_t i)
{
    if (p->stored & STORED(S_TIME)) {
        int64_t us = f->time_us[i];
        if (us < p->from_us || us > p->to_us) return false;
        if ((us < p->from_day_us || us >= p->to_day_us) && us >= year_us(1000) && us < year_us(10000)) return false;
    }
    if (p->action != VOC_NONE && f->action[i] != p->action) return false;
    if (p->actor != VOC_NONE && f->actor[i] != p->actor) return false;
    if (p->channel != VOC_NONE && f->channel[i] != p->channel) return false;
    if (p->campaign != VOC_NONE && f->campaign[i] != p->campaign) return false;
    if (p->touchpoint && (f->touchpoint[i] >= p->n_touchpoints || !p->touchpoint[f->touchpoint[i]])) return false;
    if (p->stage == VOC_NONE) return true;
    return f->stay ? f->stay[i].stage == p->stage : f->stage[i] == p->stage;
}
