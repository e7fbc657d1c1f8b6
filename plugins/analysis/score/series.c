// SPDX-License-Identifier: MIT
//
// Which customer actions are outcomes (METHODS 3.2), as series that the trial reads. Never an outcome: mechanical,
// undelivered, passage, trouble and harm; and clicks, that is an action whose ref is a touch of the very type under study, or that
// obtains the very item.
#include <math.h>
#include <string.h>

#include "plugins/analysis/score/score.h"

const int64_t score_unit_of[6] = {1, 1000, 1000000, 60000000, INT64_C(3600000000), INT64_C(86400000000)};

int64_t window_of(const struct score *s, uint32_t touchpoint, uint32_t stage)
{
    const voc_definition *d = s->def;
    int64_t by_stage = d->stages[stage].window_us, best = VOC_NA;
    if (s->options[OPT_WINDOW].set) return s->options[OPT_WINDOW].i;
    for (size_t i = 0; i < d->n_windows; i++)
        if (d->windows[i].stage == stage && d->windows[i].touchpoint == touchpoint) best = d->windows[i].us;
    if (best != VOC_NA) return best;
    if (touchpoint < d->n_touchpoints && d->touchpoints[touchpoint].window_us != VOC_NA) return d->touchpoints[touchpoint].window_us;
    return by_stage != VOC_NA ? by_stage : d->window_us;
}

static bool never(uint8_t class_) { return class_ != VOC_CLASS_VALUE && class_ != VOC_CLASS_NEUTRAL; }

static bool listed(const voc_value *names, voc_str name)
{
    for (size_t i = 0; i < names->n_list; i++)
        if (names->list[i].len == name.len && memcmp(names->list[i].ptr, name.ptr, name.len) == 0) return true;
    return false;
}

bool outcome_counts_in(const voc_def_action *a, uint32_t stage)
{
    for (size_t i = 0; i < a->n_stages; i++)
        if (a->stages[i] == stage) return true;
    return a->n_stages == 0;
}

// The aim given on the command line, else of the touchpoint, else of the stage, else the value actions that count there.
static bool aimed(const struct score *s, size_t event, uint32_t touchpoint, uint32_t stage)
{
    const struct event *e = &s->data.events[event];
    const voc_def_action *a = definition_action(s->def, e->action);
    if (s->options[OPT_AIM].n_list) return listed(&s->options[OPT_AIM], a->name);
    if (touchpoint != VOC_NONE && s->aims.touchpoint[touchpoint] != VOC_NONE) return data_bit(&s->data, event, s->aims.touchpoint[touchpoint]);
    if (s->aims.stage[stage] != VOC_NONE) return data_bit(&s->data, event, s->aims.stage[stage]);
    return e->class_ == VOC_CLASS_VALUE && outcome_counts_in(a, stage);
}

bool outcome_is(const struct score *s, size_t event, size_t unit_first, uint32_t touchpoint, uint32_t stage)
{
    const struct event *e = &s->data.events[event];
    if (e->actor != VOC_ACTOR_CUSTOMER || never(e->class_) || !aimed(s, event, touchpoint, stage)) return false;
    if (touchpoint != VOC_NONE && e->touchpoint == touchpoint) return false;  // obtaining an item is no effect of having obtained it
    return touchpoint == VOC_NONE || e->ref_event < 0 || s->data.events[unit_first + (size_t)e->ref_event].touchpoint != touchpoint;
}

// What the aim itself declares; VOC_NA: nothing.
static int64_t declared_value(const struct score *s, uint32_t touchpoint, uint32_t stage)
{
    if (touchpoint != VOC_NONE && s->aims.touchpoint[touchpoint] != VOC_NONE) return definition_touchpoint(s->def, touchpoint)->aim_value;
    return s->aims.stage[stage] != VOC_NONE ? definition_stage(s->def, stage)->aim_value : VOC_NA;
}

double outcome_value(const struct score *s, const struct event *e, uint32_t touchpoint, uint32_t stage)
{
    int64_t v = s->options[OPT_AIM].n_list ? VOC_NA : declared_value(s, touchpoint, stage);
    if (v == VOC_NA) v = definition_action(s->def, e->action)->value;  // an aim of the command line has no value of its own
    return v == VOC_NA ? NAN : (double)v / 1e6;
}

double aim_value(const struct score *s, uint32_t touchpoint, uint32_t stage)
{
    const voc_value *aim = &s->options[OPT_AIM];
    int64_t v = aim->n_list ? VOC_NA : declared_value(s, touchpoint, stage);
    if (v != VOC_NA) return (double)v / 1e6;
    if (!aim->n_list && ((touchpoint != VOC_NONE && s->aims.touchpoint[touchpoint] != VOC_NONE) || s->aims.stage[stage] != VOC_NONE)) return NAN;
    for (size_t i = 0; i < s->def->n_actions; i++) {
        const voc_def_action *a = definition_action(s->def, i);
        if (aim->n_list ? !listed(aim, a->name) : a->class_ != VOC_CLASS_VALUE || !outcome_counts_in(a, stage)) continue;
        if (a->value == VOC_NA || (v != VOC_NA && v != a->value)) return NAN;
        v = a->value;
    }
    return v == VOC_NA ? NAN : (double)v / 1e6;
}

size_t stay_of(const struct data *d, size_t unit, int64_t time)
{
    for (size_t i = d->first_stay[unit]; i < d->first_stay[unit + 1]; i++)
        if (d->stays[i].in_us < time && time <= d->stays[i].out_us) return i;
    return SIZE_MAX;
}

// Which events of a unit go into a series.
struct filter {
    const struct score *s;
    uint32_t touchpoint, stage, class_;
    bool (*take)(const struct filter *f, size_t unit, size_t event);
    double (*worth)(const struct filter *f, size_t unit, size_t event);  // of one that is taken; NULL: not asked about
};

// Counts first, so that a series takes only its own room, and marks what it counts, so that the second walk asks no more.
static voc_rc build(struct series *out, const struct filter *f)
{
    const struct data *d = &f->s->data;
    size_t n = 0, at = 0;
    uint64_t *marks = score_alloc(f->s, d->n_events / 64 + 1, sizeof *marks);
    *out = (struct series){.first = score_alloc(f->s, d->n_units + 1, sizeof *out->first)};
    if (!out->first || !marks) return VOC_E_NOMEM;
    for (size_t u = 0; u < d->n_units; u++) {
        out->first[u] = n;
        for (size_t i = d->first_event[u]; i < d->first_event[u + 1]; i++) {
            if (!f->take(f, u, i)) continue;
            marks[i / 64] |= UINT64_C(1) << (i % 64);
            n++;
        }
    }
    out->first[d->n_units] = out->n = n;
    int64_t *time = f->s->host->alloc(f->s->cx, n * sizeof *time + 1);
    uint8_t *resolution = f->s->host->alloc(f->s->cx, n * sizeof *resolution + 1);
    double *value = f->worth ? f->s->host->alloc(f->s->cx, n * sizeof *value + 1) : NULL;
    if (!time || !resolution || (f->worth && !value)) return VOC_E_NOMEM;
    for (size_t k = 0; k <= d->n_events / 64; k++)
        for (uint64_t left = marks[k]; left; left &= left - 1, at++) {
            const struct event *e = &d->events[k * 64 + (size_t)__builtin_ctzll(left)];
            time[at] = e->time;
            resolution[at] = e->resolution;
        }
    for (size_t u = 0; u < d->n_units && value; u++)
        for (size_t i = d->first_event[u], k = out->first[u]; k < out->first[u + 1]; i++)
            if (marks[i / 64] >> (i % 64) & 1) value[k++] = f->worth(f, u, i);
    f->s->host->free(f->s->cx, marks);
    out->events = (struct trial_events){.first = out->first, .time = time, .resolution = resolution, .value = value};
    return score_rc(trial_events_prepare(&out->events, (uint32_t)d->n_units, score_unit_of, 6));
}

static bool take_outcome(const struct filter *f, size_t unit, size_t event)
{
    return outcome_is(f->s, event, f->s->data.first_event[unit], f->touchpoint, f->stage);
}

static double worth_of_outcome(const struct filter *f, size_t unit, size_t event)
{
    (void)unit;
    return outcome_value(f->s, &f->s->data.events[event], f->touchpoint, f->stage);
}

static bool take_class(const struct filter *f, size_t unit, size_t event)
{
    (void)unit;
    return f->s->data.events[event].actor == VOC_ACTOR_CUSTOMER && f->s->data.events[event].class_ == f->class_;
}

static bool take_action(const struct filter *f, size_t unit, size_t event)
{
    const struct event *e = &f->s->data.events[event];
    (void)unit;
    return e->actor == VOC_ACTOR_CUSTOMER && e->class_ != VOC_CLASS_MECHANICAL && e->class_ != VOC_CLASS_UNDELIVERED && e->class_ != VOC_CLASS_HARM;
}

static bool take_aimed(const struct filter *f, size_t unit, size_t event)
{
    const struct data *d = &f->s->data;
    if (d->events[event].actor != VOC_ACTOR_CUSTOMER) return false;
    size_t stay = stay_of(d, unit, d->events[event].time);
    return stay != SIZE_MAX && outcome_is(f->s, event, d->first_event[unit], f->touchpoint, d->stays[stay].stage);
}

static double worth_of_aimed(const struct filter *f, size_t unit, size_t event)
{
    const struct data *d = &f->s->data;
    return outcome_value(f->s, &d->events[event], f->touchpoint, d->stays[stay_of(d, unit, d->events[event].time)].stage);
}

// Whether the worth of any outcome is known.
static bool any_worth(const struct score *s, uint32_t touchpoint, uint32_t stage)
{
    bool any = !s->options[OPT_AIM].n_list && declared_value(s, touchpoint, stage) != VOC_NA;
    for (size_t i = 0; i < s->def->n_actions && !any; i++) any = definition_action(s->def, i)->value != VOC_NA;
    return any;
}

voc_rc series_outcomes(const struct score *s, struct series *out, uint32_t touchpoint, uint32_t stage)
{
    return build(out, &(struct filter){.s = s, .touchpoint = touchpoint, .stage = stage, .take = take_outcome,
                                       .worth = any_worth(s, touchpoint, stage) ? worth_of_outcome : NULL});
}

voc_rc series_of_class(const struct score *s, struct series *out, uint32_t class_)
{
    return build(out, &(struct filter){.s = s, .class_ = class_, .take = take_class});
}

voc_rc series_actions(const struct score *s, struct series *out) { return build(out, &(struct filter){.s = s, .take = take_action}); }

voc_rc series_aimed(const struct score *s, struct series *out, uint32_t touchpoint)
{
    return build(out, &(struct filter){.s = s, .touchpoint = touchpoint, .take = take_aimed, .worth = worth_of_aimed});
}

// Forward moves out of a stage happen at the end of its stays.
voc_rc series_forward(const struct score *s, struct series *out, uint32_t stage, const double *worth)
{
    const struct data *d = &s->data;
    *out = (struct series){.first = score_alloc(s, d->n_units + 1, sizeof *out->first)};
    int64_t *time = score_alloc(s, d->n_stays, sizeof *time);
    uint8_t *resolution = score_alloc(s, d->n_stays, sizeof *resolution);
    double *value = score_alloc(s, d->n_stays, sizeof *value);
    if (!out->first || !time || !resolution || !value) return VOC_E_NOMEM;
    for (size_t u = 0; u < d->n_units; u++) {
        out->first[u] = out->n;
        for (size_t i = d->first_stay[u]; i < d->first_stay[u + 1]; i++) {
            if (d->stays[i].end != VOC_END_FORWARD || (stage != VOC_NONE && d->stays[i].stage != stage)) continue;
            time[out->n] = d->stays[i].out_us;
            value[out->n++] = worth[d->stays[i].stage];
        }
    }
    out->first[d->n_units] = out->n;
    out->events = (struct trial_events){.first = out->first, .time = time, .resolution = resolution, .value = value};
    return score_rc(trial_events_prepare(&out->events, (uint32_t)d->n_units, score_unit_of, 6));
}
