// SPDX-License-Identifier: MIT
// The first walk over a calendar: its components, its zones, when it was last written, and of each meeting which version holds (the
// highest SEQUENCE, then the newest DTSTAMP, then the last in the file). A reply is a message of its own and no version.
#include <stdlib.h>

#include "plugins/input/ics/ics.h"

int component_of(voc_str name, enum component *out)
{
    static const struct { const char *name; enum component is; } known[] = {{"VEVENT", COMPONENT_EVENT}, {"VTODO", COMPONENT_TODO}, {"VJOURNAL", COMPONENT_JOURNAL}, {"VFREEBUSY", COMPONENT_FREEBUSY}};
    name = str_trimmed(name);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_is_word(name, known[i].name)) return *out = known[i].is, 1;
    *out = COMPONENT_OTHER;
    return 0;
}

static enum method method_of(voc_str s)
{
    static const struct { const char *name; enum method is; } known[] = {{"PUBLISH", METHOD_PUBLISH}, {"REQUEST", METHOD_REQUEST}, {"REPLY", METHOD_REPLY}, {"ADD", METHOD_ADD},
                                                                         {"CANCEL", METHOD_CANCEL}, {"REFRESH", METHOD_REFRESH}, {"COUNTER", METHOD_COUNTER}, {"DECLINECOUNTER", METHOD_DECLINE_COUNTER}};
    s = str_trimmed(s);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_is_word(s, known[i].name)) return known[i].is;
    return METHOD_OTHER;
}

// ---- components -----------------------------------------------------------------------------------------------------------------------

struct walk { size_t at, line_at; uint64_t line; int in_calendar; };

static uint64_t line_of(const struct ics *c, struct walk *w, size_t at)
{
    while (w->line_at < at) {
        const char *nl = memchr(c->bytes + w->line_at, '\n', at - w->line_at);
        if (!nl) break;
        w->line_at = (size_t)(nl - c->bytes) + 1;
        w->line++;
    }
    return w->line;
}

static void add_place(struct ics *c, struct walk *w, enum component kind, size_t from, size_t to, int ended)
{
    if (!ics_grow(c, (void **)&c->places, &c->room_places, c->n_places, sizeof *c->places)) return;
    c->places[c->n_places++] = (struct place){.kind = kind, .calendar = (uint32_t)c->n_calendars - 1, .ended = (uint32_t)ended,
                                              .from = from, .to = to, .line = line_of(c, w, from), .recurrence = SECONDS_NA,
                                              .stamp = SECONDS_NA};
}

static int open_calendar(struct ics *c)
{
    if (!ics_grow(c, (void **)&c->calendars, &c->room_calendars, c->n_calendars, sizeof *c->calendars)) return 0;
    c->calendars[c->n_calendars++] = (struct calendar){.zone = S("")};
    return 1;
}

// From behind a component's BEGIN to behind its END; at another of its kind, or the end of the calendar, it is broken off there.
static int skip_component(struct ics *c, size_t *at)
{
    struct ics_line l;
    unsigned depth = 0;
    size_t before = *at;
    enum component other;
    while (!c->rc && ics_line(c, at, c->n_bytes, &l)) {
        voc_str value = str_trimmed(l.value);
        int begin = str_is_word(l.name, "BEGIN"), end = str_is_word(l.name, "END");
        if ((begin && component_of(value, &other)) || (end && str_is_word(value, "VCALENDAR"))) {
            *at = before;
            return 0;
        }
        if (begin) depth++;
        if (end && depth == 0) return 1;
        if (end) depth--;
        before = *at;
        if (c->once.first) ics_empty(c, &c->once);
    }
    return 0;
}

static void calendar_line(struct ics *c, const struct ics_line *l)
{
    struct calendar *k = &c->calendars[c->n_calendars - 1];
    if (str_is_word(l->name, "METHOD")) k->method = method_of(l->value);
    if (str_is_word(l->name, "X-WR-TIMEZONE")) k->zone = ics_keep(c, &c->all, str_trimmed(ics_text(c, l->value)));
    if (str_is_word(l->name, "VERSION")) k->version_1 = (uint32_t)str_is_word(str_trimmed(l->value), "1.0");
}

// Lines that belong to no calendar: one record for as many as follow each other.
static void stray(struct ics *c, struct walk *w, size_t from)
{
    struct place *last = c->n_places ? &c->places[c->n_places - 1] : NULL;
    if (last && last->kind == COMPONENT_STRAY && last->to == from) last->to = w->at;
    else add_place(c, w, COMPONENT_STRAY, from, w->at, 1);
}

static void one_line(struct ics *c, struct walk *w)
{
    struct ics_line l;
    enum component kind;
    size_t from = w->at;
    ics_empty(c, &c->once);
    if (!ics_line(c, &w->at, c->n_bytes, &l)) return;
    voc_str value = str_trimmed(l.value);
    if (l.name.len == 0 && value.len == 0) return; // an empty line
    if (str_is_word(l.name, "BEGIN") && str_is_word(value, "VCALENDAR")) {
        w->in_calendar = open_calendar(c);
    } else if (str_is_word(l.name, "END") && str_is_word(value, "VCALENDAR")) {
        w->in_calendar = 0;
    } else if (str_is_word(l.name, "BEGIN") && str_is_word(value, "VTIMEZONE")) {
        zone_read(c, &w->at, c->n_bytes);
    } else if (str_is_word(l.name, "BEGIN")) {
        component_of(value, &kind);
        if (!c->n_calendars && !open_calendar(c)) return; // a component without a calendar around it
        int ended = skip_component(c, &w->at);
        add_place(c, w, kind, from, w->at, ended);
    } else if (w->in_calendar && l.name.len) {
        calendar_line(c, &l);
    } else if (c->n_calendars || open_calendar(c)) {
        stray(c, w, from);
    }
}

// ---- versions ---------------------------------------------------------------------------------------------------------------------------

static void look_at(struct ics *c, struct place *p)
{
    struct event e;
    ics_empty(c, &c->once);
    event_read(c, p, &e);
    if (e.stamp != SECONDS_NA && e.stamp > c->horizon) c->horizon = e.stamp;
    if (e.modified != SECONDS_NA && e.modified > c->horizon) c->horizon = e.modified;
    enum method m = c->calendars[p->calendar].method;
    p->is_reply = m == METHOD_REPLY || m == METHOD_COUNTER || m == METHOD_REFRESH || m == METHOD_DECLINE_COUNTER;
    p->uid = ics_keep(c, &c->all, e.uid);
    p->recurrence = e.recurrence.form == WHEN_NONE ? SECONDS_NA : when_seconds(c, p->calendar, &e.recurrence);
    p->sequence = e.sequence;
    p->stamp = e.stamp;
}

int ics_compare(voc_str a, voc_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int d = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return d ? d : (a.len > b.len) - (a.len < b.len);
}

#define COMPARE(x, y) if ((x) != (y)) return (x) < (y) ? -1 : 1
static int by_version(const void *x, const void *y)
{
    const struct place *a = *(struct place *const *)x, *b = *(struct place *const *)y; // both in the array of all
    int d = ics_compare(a->uid, b->uid);
    if (d) return d;
    COMPARE(a->kind, b->kind);
    COMPARE(a->is_reply, b->is_reply);
    COMPARE(a->recurrence, b->recurrence);
    COMPARE(a->sequence, b->sequence);
    COMPARE(a->stamp, b->stamp);
    COMPARE(a, b);
    return 0;
}

static void find_versions(struct ics *c)
{
    size_t room = c->n_places ? c->n_places : 1;
    c->order = c->host->alloc(c->cx, room * sizeof *c->order);
    if (!c->order) {
        c->rc = VOC_E_NOMEM;
        return;
    }
    for (size_t i = 0; i < c->n_places; i++) {
        struct place *p = &c->places[i];
        if ((p->kind != COMPONENT_EVENT && p->kind != COMPONENT_TODO) || !p->ended) continue;
        look_at(c, p);
        if (p->uid.len) c->order[c->n_order++] = p;
    }
    qsort(c->order, c->n_order, sizeof *c->order, by_version);
    for (size_t i = 0; i + 1 < c->n_order; i++) {
        struct place *a = c->order[i];
        const struct place *b = c->order[i + 1];
        a->older = !a->is_reply && a->kind == b->kind && !b->is_reply && a->recurrence == b->recurrence && ics_compare(a->uid, b->uid) == 0;
    }
}

static void guess_company(struct ics *c)
{
    struct party_count *count = party_count_new(c->host, c->cx);
    uint32_t n = 0;
    if (!count) {
        c->rc = VOC_E_NOMEM;
        return;
    }
    for (size_t i = 0; i < c->n_places && !c->rc && n < 2000; i++) {
        struct event e;
        if (c->places[i].kind != COMPONENT_EVENT || !c->places[i].ended || c->places[i].older) continue;
        ics_empty(c, &c->once);
        event_read(c, &c->places[i], &e);
        if (e.n_people < 2) continue; // who meets nobody says nothing
        n++;
        for (size_t k = 0; k < e.n_people && k < 50; k++)
            party_count_add(count, e.people[k].address, e.people[k].organizer ? PARTY_AT_HOME : PARTY_RECEIVES, n);
    }
    voc_rc rc = party_guess(&c->party, count, n);
    if (rc) c->rc = rc;
    party_count_free(count);
}

voc_rc ics_find(struct ics *c)
{
    struct walk w = {.line = 1};
    c->horizon = SECONDS_NA;
    if (c->n_bytes >= 3 && memcmp(c->bytes, "\xEF\xBB\xBF", 3) == 0) w.at = 3;
    while (w.at < c->n_bytes && !c->rc) one_line(c, &w);
    if (!c->rc) find_versions(c);
    if (!c->rc && !party_declared(&c->party)) guess_company(c);
    return c->rc;
}
