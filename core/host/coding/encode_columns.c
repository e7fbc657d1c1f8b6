// SPDX-License-Identifier: MIT
// Events that come as columns, and what they have in common by number: the sink's way for what nearly all rows of a log are. What is
// unusual about an event (a time out of range, text that is not UTF-8) is found here and rejected in the words that rows get.
#include "host/coding/encode_sink.h"

#include <string.h>

#include "host/host.h"

// Where an <ignore> looks at rows, each has to say itself all that it is.
void sink_alike(struct voc_sink *s, const voc_str *texts, size_t n, uint32_t *number, unsigned char *told)
{
    const bool none = !s->block || s->spec.leave_out || s->spec.apart;
    for (size_t i = 0, some; i < n; i += some) {
        some = n - i < CODING_AT_ONCE ? n - i : CODING_AT_ONCE;
        if (!none) coder_alike(&s->c, texts + i, some, number + i, told + i);
        else memset(number + i, 0, some * sizeof *number), memset(told + i, 0, some);
    }
}

static uint32_t resolution_of(const struct voc_sink *s, uint32_t own) { return own > s->spec.resolution ? own : s->spec.resolution; }

voc_rc sink_share(struct voc_sink *s, uint32_t number, const voc_row *row)
{
    struct coded_tuple t;
    uint32_t attrs;
    if (row->actor > VOC_ACTOR_OTHER || row->resolution > VOC_RES_DAY)
        return sink_broke(s, s->current, "shares an actor or resolution that does not exist: begin with voc_row_init");
    if (row->action.len == 0) return VOC_E_INPUT;
    for (size_t i = 0; i < row->n_attrs; i++)
        if (row->attrs[i].entity != VOC_ENTITY_EVENT) return sink_broke(s, s->current, "shares an attribute that is not the event's own"); // those are facts, which have a time
    voc_rc rc = coder_shared(&s->c, row, s->spec.actor, &t, &attrs, &s->account.actor_unset);
    t.resolution = (uint8_t)resolution_of(s, row->resolution);
    if (rc == VOC_E_LIMIT) rc = VOC_E_INPUT; // rows says so
    if (!rc) rc = coder_alike_tell(&s->c, number, &t, attrs);
    return rc == VOC_E_BUG ? sink_broke(s, s->current, "shares under a number that alike did not give") : rc;
}

static bool in_range(int64_t us) { return us >= SINK_TIME_MIN && us < SINK_TIME_END; }

// VOC_E_INPUT: one of them cannot be kept, and none was added.
static voc_rc add_columns(struct voc_sink *s, const voc_events *e, size_t first, size_t n)
{
    uint64_t record[CODING_AT_ONCE], line[CODING_AT_ONCE];
    const struct coder_columns b = {e, first, n, record, line, resolution_of(s, e->resolution)};
    bool range = true;
    for (size_t i = 0; i < n; i++) {
        const uint64_t own = e->record[first + i];
        if (own >= s->block->n_records) return sink_broke(s, own, "gives an event of a record that there is not: record is the index in the block");
        if (first + i && own <= e->record[first + i - 1]) return sink_broke(s, own, "gives events as columns that are not one of a record, in the order of records");
        if (s->state.at[own] == RECORD_REJECTED) return VOC_E_INPUT; // cut by the host: it has its reason
        if (s->state.at[own] != RECORD_OPEN) return sink_broke(s, own, "gives an event of a record that it has answered before");
        record[i] = sink_record_number(s, own);
        line[i] = sink_record_line(s, own);
        range = range && in_range(e->time_us[first + i]);
    }
    const size_t before = s->c.n;
    voc_rc rc = range ? coder_columns(&s->c, &b) : VOC_E_INPUT;
    if (rc == VOC_E_BUG) return sink_broke(s, e->record[first], "gives events with a number that share was not told of, or with an alias whose kind cannot be");
    if (rc) return rc;
    for (size_t i = 0; i < n; i++) s->state.at[e->record[first + i]] = RECORD_ROWS;
    s->current = e->record[first + n - 1];
    s->sub = 1;
    s->mark_events = before + n - 1;
    s->mark_facts = s->facts.n;
    return VOC_OK;
}

// Of a single event.
static voc_rc add_or_reject(struct voc_sink *s, const voc_events *e, size_t i)
{
    voc_rc rc = add_columns(s, e, i, 1);
    if (rc != VOC_E_INPUT || s->state.at[e->record[i]] == RECORD_REJECTED) return rc == VOC_E_INPUT ? VOC_OK : rc;
    const int64_t us = e->time_us[i];
    voc_str why = us == VOC_NA ? STR("it has no time") : STR("its time is outside the years 1 to 9999");
    return in_range(us) ? sink_reject(s, e->record[i], STR("UTF-8"), STR("its text is not valid UTF-8")) : sink_reject(s, e->record[i], STR("ROW"), why);
}

voc_rc sink_events(struct voc_sink *s, const voc_events *e)
{
    if (e->struct_size < sizeof *e || e->resolution > VOC_RES_DAY)
        return sink_broke(s, UINT64_MAX, "gives events whose struct_size is not set, or whose resolution does not exist");
    if (!s->block || s->spec.leave_out) return sink_broke(s, UINT64_MAX, "gives events with numbers that alike did not give");
    if (e->n && (!e->record || !e->alike || !e->time_us)) return sink_broke(s, UINT64_MAX, "gives events without their columns record, alike or time_us");
    if (host_cancelled()) return VOC_CANCELLED;
    voc_rc rc = sink_states(s);
    for (size_t i = 0, n; i < e->n && !rc; i += n) {
        n = e->n - i < CODING_AT_ONCE ? e->n - i : CODING_AT_ONCE;
        rc = add_columns(s, e, i, n);
        if (rc != VOC_E_INPUT) continue;
        rc = VOC_OK;
        for (size_t k = i; k < i + n && !rc; k++) rc = add_or_reject(s, e, k);
    }
    return rc;
}
