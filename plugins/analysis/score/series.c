// SPDX-License-Identifier: MIT
//
// Which customer actions are outcomes (METHODS 3.2), as series that the trial reads. Never an outcome: mechanical,
// undelivered, passage, trouble and harm; and clicks, that is an action whose ref is a touch of the very type under study.
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

// The aim given on the command line, else of the touchpoint, else of the stage, else the value actions that count there.
static bool aimed(const struct score *s, size_t event, uint32_t touchpoint, uint32_t stage)
{
    const struct event *e = &s->data.events[event];
    const voc_def_action *a = &s->def->actions[e->action];
    if (s->options[OPT_AIM].n_list) return listed(&s->options[OPT_AIM], a->name);
    if (touchpoint != VOC_NONE && s->aims.touchpoint[touchpoint] != VOC_NONE) return data_bit(&s->data, event, s->aims.touchpoint[touchpoint]);
    if (s->aims.stage[stage] != VOC_NONE) return data_bit(&s->data, event, s->aims.stage[stage]);
    if (e->class_ != VOC_CLASS_VALUE) return false;
    for (size_t i = 0; i < a->n_stages; i++)
        if (a->stages[i] == stage) return true;
    return a->n_stages == 0;
}

bool outcome_is(const struct score *s, size_t event, size_t unit_first, uint32_t touchpoint, uint32_t stage)
{
    const struct event *e = &s->data.events[event];
    if (e->actor != VOC_ACTOR_CUSTOMER || never(e->class_) || !aimed(s, event, touchpoint, stage)) return false;
    return touchpoint == VOC_NONE || e->ref_event < 0 || s->data.events[unit_first + (size_t)e->ref_event].touchpoint != touchpoint;
}

double outcome_value(const struct score *s, const struct event *e, uint32_t touchpoint, uint32_t stage)
{
    int64_t v = VOC_NA;
    if (touchpoint != VOC_NONE && s->aims.touchpoint[touchpoint] != VOC_NONE) {
        v = s->def->touchpoints[touchpoint].aim_value;
    } else if (s->aims.stage[stage] != VOC_NONE) {
        v = s->def->stages[stage].aim_value;
    }
    if (v == VOC_NA) v = s->def->actions[e->action].value;
    return v == VOC_NA ? NAN : (double)v / 1e6;
}

// Room for at most every event; then filled in order.
static voc_rc series_room(const struct score *s, struct series *out, size_t max, bool values)
{
    *out = (struct series){.first = score_alloc(s, s->data.n_units + 1, sizeof *out->first)};
    int64_t *time = score_alloc(s, max, sizeof *time);
    uint8_t *resolution = score_alloc(s, max, sizeof *resolution);
    double *value = values ? score_alloc(s, max, sizeof *value) : NULL;
    if (!out->first || !time || !resolution || (values && !value)) return VOC_E_NOMEM;
    out->events = (struct trial_events){.first = out->first, .time = time, .resolution = resolution, .value = value};
    return VOC_OK;
}

// The arrays are const only to the trial.
static void push(struct series *x, int64_t time, uint8_t resolution, double value)
{
    ((int64_t *)(uintptr_t)x->events.time)[x->n] = time;
    ((uint8_t *)(uintptr_t)x->events.resolution)[x->n] = resolution;
    if (x->events.value) ((double *)(uintptr_t)x->events.value)[x->n] = value;
    x->n++;
}

static voc_rc prepared(const struct score *s, struct series *x)
{
    return score_rc(trial_events_prepare(&x->events, (uint32_t)s->data.n_units, score_unit_of, 6));
}

voc_rc series_outcomes(const struct score *s, struct series *out, uint32_t touchpoint, uint32_t stage)
{
    const struct data *d = &s->data;
    voc_rc rc = series_room(s, out, d->n_events, true);
    for (size_t u = 0; u < d->n_units && !rc; u++) {
        out->first[u] = out->n;
        for (size_t i = d->first_event[u]; i < d->first_event[u + 1]; i++)
            if (outcome_is(s, i, d->first_event[u], touchpoint, stage))
                push(out, d->events[i].time, d->events[i].resolution, outcome_value(s, &d->events[i], touchpoint, stage));
    }
    if (rc) return rc;
    out->first[d->n_units] = out->n;
    return prepared(s, out);
}

voc_rc series_of_class(const struct score *s, struct series *out, uint32_t class_)
{
    const struct data *d = &s->data;
    voc_rc rc = series_room(s, out, d->n_events, false);
    for (size_t u = 0; u < d->n_units && !rc; u++) {
        out->first[u] = out->n;
        for (size_t i = d->first_event[u]; i < d->first_event[u + 1]; i++)
            if (d->events[i].actor == VOC_ACTOR_CUSTOMER && d->events[i].class_ == class_) push(out, d->events[i].time, d->events[i].resolution, 0);
    }
    if (rc) return rc;
    out->first[d->n_units] = out->n;
    return prepared(s, out);
}

voc_rc series_actions(const struct score *s, struct series *out)
{
    const struct data *d = &s->data;
    voc_rc rc = series_room(s, out, d->n_events, false);
    for (size_t u = 0; u < d->n_units && !rc; u++) {
        out->first[u] = out->n;
        for (size_t i = d->first_event[u]; i < d->first_event[u + 1]; i++) {
            const struct event *e = &d->events[i];
            bool real = e->class_ != VOC_CLASS_MECHANICAL && e->class_ != VOC_CLASS_UNDELIVERED && e->class_ != VOC_CLASS_HARM;
            if (e->actor == VOC_ACTOR_CUSTOMER && real) push(out, e->time, e->resolution, 0);
        }
    }
    if (rc) return rc;
    out->first[d->n_units] = out->n;
    return prepared(s, out);
}

voc_rc series_forward(const struct score *s, struct series *out, uint32_t stage, double value)
{
    const struct data *d = &s->data;
    voc_rc rc = series_room(s, out, d->n_stays, true);
    for (size_t u = 0; u < d->n_units && !rc; u++) {
        out->first[u] = out->n;
        for (size_t i = d->first_stay[u]; i < d->first_stay[u + 1]; i++)
            if (d->stays[i].end == VOC_END_FORWARD && d->stays[i].stage == stage) push(out, d->stays[i].out_us, VOC_RES_US, value);
    }
    if (rc) return rc;
    out->first[d->n_units] = out->n;
    return prepared(s, out);
}

size_t stay_of(const struct data *d, size_t unit, int64_t time)
{
    for (size_t i = d->first_stay[unit]; i < d->first_stay[unit + 1]; i++)
        if (d->stays[i].in_us < time && time <= d->stays[i].out_us) return i;
    return SIZE_MAX;
}

voc_rc series_aimed(const struct score *s, struct series *out, uint32_t touchpoint)
{
    const struct data *d = &s->data;
    voc_rc rc = series_room(s, out, d->n_events, true);
    for (size_t u = 0; u < d->n_units && !rc; u++) {
        out->first[u] = out->n;
        for (size_t i = d->first_event[u]; i < d->first_event[u + 1]; i++) {
            size_t stay = d->events[i].actor == VOC_ACTOR_CUSTOMER ? stay_of(d, u, d->events[i].time) : SIZE_MAX;
            if (stay == SIZE_MAX || !outcome_is(s, i, d->first_event[u], touchpoint, d->stays[stay].stage)) continue;
            push(out, d->events[i].time, d->events[i].resolution, outcome_value(s, &d->events[i], touchpoint, d->stays[stay].stage));
        }
    }
    if (rc) return rc;
    out->first[d->n_units] = out->n;
    return prepared(s, out);
}
