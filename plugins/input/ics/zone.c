// SPDX-License-Identifier: MIT
// Zones of a calendar. A TZID is a zone of the host's where it is one by name (also behind a prefix, as X-LIC-LOCATION, or as
// Windows calls it); else the rules of the VTIMEZONE hold. Repeated and skipped times are read as METHODS 0.2 has them.
#include <stdio.h>
#include <stdlib.h>

#include "plugins/input/ics/ics.h"

#define LAST_YEAR 2100
#define ONSETS_MAX 700u // of one rule

static int offset_read(voc_str s, int64_t *out)
{
    int64_t n = 0;
    s = str_trimmed(s);
    if ((s.len != 5 && s.len != 7) || (*s.ptr != '+' && *s.ptr != '-')) return 0;
    for (size_t i = 1; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return 0;
        else n = n * 10 + (s.ptr[i] - '0');
    if (s.len == 5) n *= 100;
    n = n / 10000 * 3600 + n / 100 % 100 * 60 + n % 100;
    if (n > 18 * 3600) return 0;
    *out = *s.ptr == '-' ? -n : n;
    return 1;
}

// ---- what the host knows ------------------------------------------------------------------------------------------------------------

static int host_knows(struct ics *c, const char *word, const char *date)
{
    char text[100];
    int64_t us;
    uint32_t resolution;
    int n = snprintf(text, sizeof text, "%s 12:00:00 %s", date, word);
    if (!c->named || n <= 0 || (size_t)n >= sizeof text) return 0;
    voc_rc rc = c->host->time_parse(c->named, (voc_str){text, (size_t)n}, &us, &resolution);
    if (rc != VOC_OK && rc != VOC_E_INPUT) c->rc = rc;
    return rc == VOC_OK;
}

// In winter and in summer: CET is no zone, but what clocks show in one of them.
static int try_name(struct ics *c, struct zone *z, voc_str word, int windows)
{
    char name[sizeof z->name];
    if (word.len < 3 || word.len >= sizeof name) return 0;
    for (size_t i = 0; i < word.len; i++) {
        unsigned char k = (unsigned char)word.ptr[i];
        if (k == ' ' && windows) k = '_';
        if (k <= ' ' || k >= 127) return 0;
        name[i] = (char)k;
    }
    name[word.len] = 0;
    if (!host_knows(c, name, "2024-01-15") || !host_knows(c, name, "2024-07-15")) return 0;
    memcpy(z->name, name, word.len + 1);
    z->kind = ZONE_NAMED;
    z->windows = windows;
    return 1;
}

static int by_name(struct ics *c, struct zone *z, voc_str id)
{
    if (try_name(c, z, id, 0)) return 1;
    for (int parts = 3; parts >= 2; parts--) { // /citadel.org/20210210_1/America/Argentina/Buenos_Aires
        int slashes = 0;
        for (size_t i = id.len; i > 0; i--)
            if (id.ptr[i - 1] == '/' && ++slashes == parts) {
                if (try_name(c, z, (voc_str){id.ptr + i, id.len - i}, 0)) return 1;
                break;
            }
    }
    return id.len > 5 && str_is_word((voc_str){id.ptr + id.len - 5, 5}, " Time") && try_name(c, z, id, 1);
}

static int earlier(const void *a, const void *b)
{
    const struct onset *x = a, *y = b;
    return x->local != y->local ? (x->local < y->local ? -1 : 1) : x->to < y->to ? -1 : x->to > y->to;
}

// Which of the ways leads to its times: asked for once, when the zone was read whole.
static void settle(struct ics *c, struct zone *z)
{
    if (z->kind != ZONE_UNKNOWN || z->used) return;
    if (by_name(c, z, z->id) || (z->location.len && by_name(c, z, z->location))) return;
    if (!z->n_onsets) return;
    qsort(z->onsets, z->n_onsets, sizeof *z->onsets, earlier);
    z->kind = ZONE_RULES;
}

// ---- a VTIMEZONE ----------------------------------------------------------------------------------------------------------------------

static void add_onset(struct ics *c, struct zone *z, int64_t local, int64_t from, int64_t to)
{
    if (ics_grow(c, (void **)&z->onsets, &z->room, z->n_onsets, sizeof *z->onsets)) z->onsets[z->n_onsets++] = (struct onset){local, from, to};
}

struct observance { struct when start; struct rule rule; int has_rule, bad, has_from, has_to; int64_t from, to; };

static void add_observance(struct ics *c, struct zone *z, const struct observance *o)
{
    if (o->bad || o->start.form == WHEN_NONE || !o->has_from || !o->has_to) return;
    add_onset(c, z, o->start.local, o->from, o->to);
    if (!o->has_rule) return;
    int64_t *days = ics_take(c, &c->once, ONSETS_MAX * sizeof *days), clock = o->start.local - floor_day(o->start.local) * DAY_SECONDS;
    size_t n = days ? rule_days(&o->rule, floor_day(o->start.local), day_of(LAST_YEAR, 1, 1), days, ONSETS_MAX) : 0;
    for (size_t i = 1; i < n && n != SIZE_MAX && !c->rc; i++) {
        int64_t local = days[i] * DAY_SECONDS + clock;
        if (o->rule.until.form == WHEN_UTC && local - o->from > o->rule.until.local) break;
        if (o->rule.until.form != WHEN_NONE && o->rule.until.form != WHEN_UTC && floor_day(local) > floor_day(o->rule.until.local)) break;
        add_onset(c, z, local, o->from, o->to);
    }
}

static void observance_line(struct ics *c, struct zone *z, struct observance *o, const struct ics_line *l)
{
    struct when w;
    if (str_is_word(l->name, "DTSTART")) o->bad |= !when_read(l->value, &o->start);
    if (str_is_word(l->name, "TZOFFSETFROM")) o->has_from = offset_read(l->value, &o->from);
    if (str_is_word(l->name, "TZOFFSETTO")) o->has_to = offset_read(l->value, &o->to);
    if (str_is_word(l->name, "RRULE")) o->has_rule = 1, o->bad |= rule_read(l->value, &o->rule) != NULL;
    if (!str_is_word(l->name, "RDATE") || !o->has_from || !o->has_to) return;
    for (size_t i = 0, from = 0; i <= l->value.len; i++) {
        if (i < l->value.len && l->value.ptr[i] != ',') continue;
        if (when_read((voc_str){l->value.ptr + from, i - from}, &w)) add_onset(c, z, w.local, o->from, o->to);
        from = i + 1;
    }
}

void zone_read(struct ics *c, size_t *at, size_t end)
{
    struct zone z = {.kind = ZONE_UNKNOWN};
    struct observance o = {0};
    struct ics_line l;
    int inside = 0;
    while (!c->rc && ics_line(c, at, end, &l)) {
        if (str_is_word(l.name, "END") && !inside) break;
        if (str_is_word(l.name, "BEGIN")) {
            if (++inside == 1) o = (struct observance){0};
        } else if (str_is_word(l.name, "END")) {
            if (--inside == 0) add_observance(c, &z, &o);
        } else if (inside == 1) observance_line(c, &z, &o, &l);
        else if (!inside && str_is_word(l.name, "TZID")) z.id = ics_keep(c, &c->all, str_trimmed(ics_text(c, l.value)));
        else if (!inside && str_is_word(l.name, "X-LIC-LOCATION")) z.location = ics_keep(c, &c->all, str_trimmed(ics_text(c, l.value)));
    }
    for (size_t i = 0; i < c->n_zones; i++) // the first of that name holds
        if (c->zones[i].id.len == z.id.len && memcmp(c->zones[i].id.ptr, z.id.ptr, z.id.len) == 0) z.id.len = 0;
    if (z.id.len && !c->rc && c->n_zones < 5000 && ics_grow(c, (void **)&c->zones, &c->room_zones, c->n_zones, sizeof *c->zones))
        c->zones[c->n_zones++] = z;
    else c->host->free(c->cx, z.onsets);
}

uint32_t zone_find(struct ics *c, voc_str id)
{
    size_t i = 0;
    id = str_trimmed(id);
    while (i < c->n_zones && !(c->zones[i].id.len == id.len && memcmp(c->zones[i].id.ptr, id.ptr, id.len) == 0)) i++;
    if (i == c->n_zones) {
        if (c->n_zones >= 10000 || !ics_grow(c, (void **)&c->zones, &c->room_zones, i, sizeof *c->zones)) return UINT32_MAX;
        c->zones[c->n_zones++] = (struct zone){.id = ics_keep(c, &c->all, id)};
    }
    settle(c, &c->zones[i]);
    c->zones[i].used = 1;
    return c->rc ? UINT32_MAX : (uint32_t)i;
}

// ---- times ------------------------------------------------------------------------------------------------------------------------------

static int64_t by_rules(const struct zone *z, int64_t local)
{
    size_t low = 0, high = z->n_onsets;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (z->onsets[middle].local <= local) low = middle + 1;
        else high = middle;
    }
    if (low == 0) return local - z->onsets[0].from;
    const struct onset *o = &z->onsets[low - 1];
    int skipped = o->to > o->from && local < o->local + (o->to - o->from);
    return local - (skipped ? o->from : o->to);
}

static voc_rc by_host(struct ics *c, const voc_time_format *f, const struct when *w, const char *zone, int64_t *us, uint32_t *resolution)
{
    char text[120];
    int64_t year, day = floor_day(w->local), s = w->local - day * DAY_SECONDS;
    unsigned month, of_month;
    day_split(day, &year, &month, &of_month);
    int n = snprintf(text, sizeof text, "%04lld-%02u-%02u %02d:%02d:%02d%s%s", (long long)year, month, of_month, (int)(s / 3600),
                     (int)(s / 60 % 60), (int)(s % 60), zone ? " " : "", zone ? zone : "");
    if (n <= 0 || (size_t)n >= sizeof text || year < 1 || year > 9999 || !f) return VOC_E_INPUT;
    voc_rc rc = c->host->time_parse(f, (voc_str){text, (size_t)n}, us, resolution);
    if (rc != VOC_OK && rc != VOC_E_INPUT) c->rc = rc;
    return rc;
}

static voc_rc in_zone(struct ics *c, struct zone *z, const struct when *w, int64_t *us, uint32_t *resolution)
{
    if (z->kind == ZONE_NAMED) return by_host(c, c->named, w, z->name, us, resolution);
    if (z->kind != ZONE_RULES) return VOC_E_INPUT;
    *us = by_rules(z, w->local) * 1000000;
    return VOC_OK;
}

voc_rc when_utc(struct ics *c, uint32_t calendar, const struct when *w, int64_t *us, uint32_t *resolution)
{
    if (w->form == WHEN_NONE || w->local < day_of(1, 1, 2) * DAY_SECONDS || w->local > day_of(9999, 12, 30) * DAY_SECONDS) return VOC_E_INPUT;
    *resolution = VOC_RES_SECOND;
    if (w->form == WHEN_UTC || w->form == WHEN_DATE) { // a day is no time of a clock: stored at 00:00 (METHODS 0.2)
        if (w->form == WHEN_DATE) *resolution = VOC_RES_DAY;
        *us = w->local * 1000000;
        return VOC_OK;
    }
    if (w->form == WHEN_ZONED) return w->zone < c->n_zones ? in_zone(c, &c->zones[w->zone], w, us, resolution) : VOC_E_INPUT;
    voc_str own = c->zone.len || calendar >= c->n_calendars ? S("") : c->calendars[calendar].zone;
    if (own.len) {
        uint32_t z = zone_find(c, own);
        if (z == UINT32_MAX) return VOC_E_NOMEM;
        if (c->zones[z].kind != ZONE_UNKNOWN) return in_zone(c, &c->zones[z], w, us, resolution);
    }
    return by_host(c, c->floating, w, NULL, us, resolution);
}

int64_t when_seconds(struct ics *c, uint32_t calendar, const struct when *w)
{
    int64_t us;
    uint32_t resolution;
    return when_utc(c, calendar, w, &us, &resolution) == VOC_OK ? us / 1000000 : SECONDS_NA;
}
