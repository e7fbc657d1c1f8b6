// SPDX-License-Identifier: MIT
// One VEVENT or VTODO as a structure: its properties, the people in it, its rule and exceptions. What makes it unreadable is kept
// as a sentence (`wrong`); parts within it (reminders) are skipped.
#include <stdio.h>

#include "plugins/input/ics/ics.h"

static void wrong(struct event *e, const char *name, voc_str value, const char *what)
{
    if (e->wrong) return;
    int n = value.len < 40 ? (int)value.len : 40;
    for (int i = 0; i < n; i++)
        if ((unsigned char)value.ptr[i] < 0x20 || (unsigned char)value.ptr[i] > 126) n = 0;
    snprintf(e->why, sizeof e->why, "%s: \"%.*s\" %s", name, n, value.ptr, what);
    e->wrong = e->why;
    e->code = "TIME";
}

static void wrong_rule(struct event *e, const char *why)
{
    if (e->wrong) return;
    e->wrong = why;
    e->code = "RULE";
}

// A time with its zone. 0: it is none, and the event says so.
static int read_when(struct ics *c, struct event *e, const char *name, const struct ics_line *l, voc_str value, struct when *out)
{
    struct when w;
    if (!when_read(value, &w)) {
        wrong(e, name, value, "is not a time");
        return 0;
    }
    voc_str zone = w.form == WHEN_FLOATING || w.form == WHEN_DATE ? ics_param(c, l->params, "TZID") : S("");
    if (zone.len && w.form == WHEN_FLOATING) {
        w.form = WHEN_ZONED;
        w.zone = zone_find(c, zone);
        if (w.zone == UINT32_MAX) return 0;
        if (c->zones[w.zone].kind == ZONE_UNKNOWN) {
            wrong(e, name, zone, "is a zone that is neither known nor described in the file");
            return 0;
        }
    }
    *out = w;
    return 1;
}

static void read_dates(struct ics *c, struct event *e, const char *name, const struct ics_line *l, struct when **at, size_t *n, size_t *room)
{
    struct when w;
    voc_str v = str_trimmed(l->value);
    for (size_t i = 0, from = 0; i <= v.len; i++) {
        if (i < v.len && v.ptr[i] != ',') continue;
        voc_str item = {v.ptr + from, i - from};
        from = i + 1;
        if (item.len == 0) continue;
        if (memchr(item.ptr, '/', item.len)) wrong(e, name, item, "is a period, which is not understood");
        else if (read_when(c, e, name, l, item, &w) && ics_grow_once(c, (void **)at, room, *n, sizeof **at)) (*at)[(*n)++] = w;
    }
}

// ---- people -----------------------------------------------------------------------------------------------------------------------------

static voc_str small(struct ics *c, voc_str s)
{
    char *p = s.len ? ics_take(c, &c->once, s.len) : NULL;
    if (!p) return S("");
    for (size_t i = 0; i < s.len; i++) p[i] = (char)(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? s.ptr[i] + 32 : s.ptr[i]);
    return (voc_str){p, s.len};
}

static int is_address(voc_str s)
{
    const char *at = s.len ? memchr(s.ptr, '@', s.len) : NULL;
    if (!at || at == s.ptr || at == s.ptr + s.len - 1 || s.len > 254) return 0;
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || strchr("<>\",;()", s.ptr[i])) return 0;
    return memchr(at + 1, '@', (size_t)(s.ptr + s.len - at - 1)) == NULL;
}

static voc_str address_of(struct ics *c, const struct ics_line *l, voc_str name)
{
    voc_str v = str_trimmed(ics_text(c, l->value)), other = ics_param(c, l->params, "EMAIL");
    if (str_begins_word(v, "mailto:")) v.ptr += 7, v.len -= 7;
    v = str_trimmed(v);
    return is_address(v) ? small(c, v) : is_address(other) ? small(c, other) : is_address(name) ? small(c, name) : S("");
}

static enum part_stat stat_of(voc_str s)
{
    return str_is_word(s, "ACCEPTED")    ? STAT_ACCEPTED
           : str_is_word(s, "DECLINED")  ? STAT_DECLINED
           : str_is_word(s, "TENTATIVE") ? STAT_TENTATIVE
           : str_is_word(s, "DELEGATED") ? STAT_DELEGATED
                                         : STAT_NONE;
}

static int same(voc_str a, voc_str b) { return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0); }

// Rooms and calendars that are written like people are none.
static int is_thing(struct ics *c, const struct ics_line *l, voc_str address)
{
    voc_str type = ics_param(c, l->params, "CUTYPE"), domain = party_domain(address);
    return str_is_word(type, "ROOM") || str_is_word(type, "RESOURCE") || str_is_word(domain, "resource.calendar.google.com") || str_is_word(domain, "group.calendar.google.com");
}

static void read_person(struct ics *c, struct event *e, const struct ics_line *l, int organizer)
{
    voc_str name = str_trimmed(ics_param(c, l->params, "CN")), address = address_of(c, l, name);
    if (address.len == 0 || is_thing(c, l, address) || !c->host->utf8_valid(address.ptr, address.len)) return;
    voc_str role = ics_param(c, l->params, "ROLE");
    struct person p = {.address = address, .name = is_address(name) ? S("") : name,
                       .stat = stat_of(ics_param(c, l->params, "PARTSTAT")),
                       .company = (uint32_t)party_is_company(&c->party, address),
                       .optional = (uint32_t)str_is_word(role, "OPT-PARTICIPANT"), .organizer = (uint32_t)organizer};
    for (size_t i = 0; i < e->n_people; i++) {
        struct person *was = &e->people[i];
        if (!same(was->address, address)) continue;
        if (organizer && !was->organizer) was->organizer = 1; // moved to the front below
        if (was->stat == STAT_NONE) was->stat = p.stat;
        if (was->name.len == 0) was->name = p.name;
        if (was->organizer && i) {
            struct person moved = *was;
            memmove(e->people + 1, e->people, i * sizeof *e->people);
            e->people[0] = moved;
        }
        return;
    }
    if (e->n_people >= PEOPLE_MAX || !ics_grow_once(c, (void **)&e->people, &e->room_people, e->n_people, sizeof *e->people)) return;
    if (organizer) memmove(e->people + 1, e->people, e->n_people * sizeof *e->people);
    e->people[organizer ? 0 : e->n_people] = p;
    e->n_people++;
}

// ---- properties ---------------------------------------------------------------------------------------------------------------------------

static void stamp(struct ics *c, const struct place *p, const struct ics_line *l, int64_t *to)
{
    struct when w;
    if (when_read(l->value, &w)) *to = when_seconds(c, p->calendar, &w);
}

static int time_line(struct ics *c, const struct place *p, struct event *e, const struct ics_line *l)
{
    if (str_is_word(l->name, "DTSTART")) read_when(c, e, "DTSTART", l, l->value, &e->start);
    else if (str_is_word(l->name, "DTEND") || (str_is_word(l->name, "DUE") && p->kind == COMPONENT_TODO)) read_when(c, e, "DTEND", l, l->value, &e->end);
    else if (str_is_word(l->name, "COMPLETED")) read_when(c, e, "COMPLETED", l, l->value, &e->completed);
    else if (str_is_word(l->name, "DTSTAMP")) stamp(c, p, l, &e->stamp);
    else if (str_is_word(l->name, "LAST-MODIFIED")) stamp(c, p, l, &e->modified);
    else if (str_is_word(l->name, "RDATE")) read_dates(c, e, "RDATE", l, &e->rdates, &e->n_rdates, &e->room_rdates);
    else if (str_is_word(l->name, "EXDATE")) read_dates(c, e, "EXDATE", l, &e->exdates, &e->n_exdates, &e->room_exdates);
    else if (str_is_word(l->name, "EXRULE")) e->has_exrule = 1;
    else if (str_is_word(l->name, "DURATION")) {
        if (!duration_read(l->value, &e->duration)) wrong(e, "DURATION", l->value, "is not a duration");
    } else if (str_is_word(l->name, "RECURRENCE-ID")) {
        read_when(c, e, "RECURRENCE-ID", l, l->value, &e->recurrence);
        if (ics_param(c, l->params, "RANGE").len) e->range = 1;
    } else if (str_is_word(l->name, "RRULE")) {
        const char *why = rule_read(l->value, &e->rule);
        e->n_rules++;
        if (why) wrong_rule(e, why);
    } else return 0;
    return 1;
}

static void property(struct ics *c, const struct place *p, struct event *e, const struct ics_line *l)
{
    static const struct { const char *name; size_t at; } texts[] = {
        {"UID", offsetof(struct event, uid)}, {"SUMMARY", offsetof(struct event, summary)}, {"DESCRIPTION", offsetof(struct event, description)}, {"COMMENT", offsetof(struct event, comment)},
        {"LOCATION", offsetof(struct event, location)}, {"CATEGORIES", offsetof(struct event, categories)}, {"STATUS", offsetof(struct event, status)}};
    if (time_line(c, p, e, l)) return;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        voc_str *to = (voc_str *)(void *)((char *)e + texts[i].at);
        if (str_is_word(l->name, texts[i].name) && to->len == 0) *to = str_trimmed(ics_text(c, l->value));
    }
    if (str_is_word(l->name, "ORGANIZER")) read_person(c, e, l, 1);
    if (str_is_word(l->name, "ATTENDEE")) read_person(c, e, l, 0);
    if (str_is_word(l->name, "SEQUENCE")) (void)ics_number(l->value, &e->sequence);
    if (str_is_word(l->name, "CLASS")) e->is_private = str_is_word(str_trimmed(l->value), "PRIVATE") || str_is_word(str_trimmed(l->value), "CONFIDENTIAL");
}

void event_read(struct ics *c, const struct place *p, struct event *e)
{
    struct ics_line l;
    unsigned depth = 0;
    size_t at = physical_end(c, p->from);
    voc_str none = S("");
    memset(e, 0, sizeof *e);
    e->uid = e->summary = e->description = e->comment = e->location = e->categories = e->status = none;
    e->duration = e->stamp = e->modified = SECONDS_NA;
    while (!c->rc && ics_line(c, &at, p->to, &l)) {
        if (str_is_word(l.name, "BEGIN")) {
            if (depth++ == 0) e->reminders++;
        } else if (str_is_word(l.name, "END")) {
            if (depth == 0) break;
            depth--;
        } else if (depth == 0) property(c, p, e, &l);
    }
    if (e->n_rules > 1) wrong_rule(e, "it has several rules by which it recurs");
    if (e->has_exrule) wrong_rule(e, "it has a rule of exceptions (EXRULE), which is not understood");
    if (e->range) wrong_rule(e, "it changes all later ones of a series (RANGE), which is not understood");
    if (c->calendars[p->calendar].version_1) e->wrong = "it is in vCalendar 1.0; export it as iCalendar", e->code = "FORM";
}
