// SPDX-License-Identifier: MIT
// What the files of the input plugin ics share. A calendar (RFC 5545) is read as a whole, since zones, versions and exceptions of
// a series may stand anywhere in it: lines.c has its lines, zone.c its zones, find.c finds the components and which version of each
// holds, event.c reads one, series.c finds the days on which a recurring one falls, rows.c says what it becomes. What one component
// needs lies in a pool that the next one empties; running out of memory sets `rc`. One thread.
#ifndef VOC_ICS_H
#define VOC_ICS_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <voc/plugin.h>

#include "plugins/common/party.h"

#define S(literal) ((voc_str)VOC_LIT(literal))
#define SECONDS_NA INT64_MIN
#define DAY_SECONDS INT64_C(86400)

struct ics_line { voc_str name, params, value; }; // unfolded, as written; params without the leading ;

// A time as a calendar writes it: the seconds that a clock there shows, and whose clock that is.
enum when_form { WHEN_NONE, WHEN_DATE, WHEN_FLOATING, WHEN_ZONED, WHEN_UTC };
struct when { int64_t local; enum when_form form; uint32_t zone; }; // zone: index, WHEN_ZONED only

enum zone_kind { ZONE_UNKNOWN, ZONE_NAMED, ZONE_RULES };
struct zone {
    voc_str id, location;   // TZID and X-LIC-LOCATION, as written (they lie in the file's bytes or in the lasting pool)
    enum zone_kind kind;
    int used, windows;      // windows: `name` was made of a name that Windows has
    char name[64];          // ZONE_NAMED: what the host calls it
    struct onset *onsets;   // ZONE_RULES: ascending by `local`
    size_t n_onsets, room;
};
struct onset { int64_t local, from, to; }; // at this local time by the offset `from` its clocks go to `to`, seconds east

enum freq { FREQ_DAILY, FREQ_WEEKLY, FREQ_MONTHLY, FREQ_YEARLY };
struct rule {
    enum freq freq;
    int64_t interval, count; // count 0: none
    struct when until;       // WHEN_NONE: none
    struct { int ordinal, day; } by_day[64]; // day: 0 Monday .. 6 Sunday; ordinal 0: each
    int by_month_day[64], by_set_pos[64];
    unsigned n_day, n_month_day, n_set_pos, months; // months: bit 1 January .. 12; 0: all
    int week_start;
};

enum part_stat { STAT_NONE, STAT_ACCEPTED, STAT_DECLINED, STAT_TENTATIVE, STAT_DELEGATED };
struct person { voc_str address, name; enum part_stat stat; uint32_t company, optional, organizer; };
#define PEOPLE_MAX 500u

enum component { COMPONENT_EVENT, COMPONENT_TODO, COMPONENT_JOURNAL, COMPONENT_FREEBUSY, COMPONENT_OTHER, COMPONENT_STRAY };
enum method {
    METHOD_NONE, METHOD_PUBLISH, METHOD_REQUEST, METHOD_REPLY, METHOD_ADD, METHOD_CANCEL, METHOD_REFRESH,
    METHOD_COUNTER, METHOD_DECLINE_COUNTER, METHOD_OTHER
};

struct event { // one VEVENT or VTODO; strings in the pool or in the file
    voc_str uid, summary, description, comment, location, categories, status;
    struct when start, end, recurrence, completed;
    int64_t duration, stamp, modified, sequence; // seconds; stamps in UTC, SECONDS_NA: none
    int is_private, range, n_rules, has_exrule, reminders;
    struct rule rule;
    struct when *rdates, *exdates;
    size_t n_rdates, n_exdates, room_rdates, room_exdates;
    struct person *people; // the organizer first, if there is one
    size_t n_people, room_people;
    const char *wrong, *code; // what makes it unreadable, or NULL
    char why[160];         // ... where that has to be made
};

struct place { // a component in the file
    enum component kind;
    uint32_t calendar, ended, older; // older: a newer version of it stands in the file
    size_t from, to;
    uint64_t line;
    // of events and tasks, for versions and exceptions
    voc_str uid;
    int64_t recurrence, sequence, stamp; // recurrence: SECONDS_NA for the whole, else UTC seconds
    uint32_t is_reply;
};

struct calendar { enum method method; voc_str zone; uint32_t version_1; };

struct chunk;
struct pool { struct chunk *first; };

struct ics {
    const voc_host *host;
    voc_context *cx;
    voc_sink *sink;
    voc_rc rc;
    struct pool once, all; // of one component; as long as the instance
    char *bytes;            // the file
    size_t n_bytes;
    voc_time_format *floating, *named; // times of no zone; times with a zone's name behind them
    voc_str zone;           // declared for times of no zone, or empty
    struct party party;
    int64_t until;          // seconds, or SECONDS_NA
    int64_t horizon;        // up to which a series without an end is followed
    uint32_t horizon_used;
    struct zone *zones;
    size_t n_zones, room_zones;
    struct calendar *calendars;
    size_t n_calendars, room_calendars;
    struct place *places;
    size_t n_places, room_places;
    struct place **order;   // those that are events or tasks: by uid, kind, reply or not, recurrence, version
    size_t n_order;
    uint64_t *names;        // hashes of the names of people that were told; open addressing
    size_t n_names, room_names;
    uint32_t accounts;      // the domain of a customer is the account
    char why[600];
    uint64_t n_meetings, n_internal, n_alone, n_answers, n_cancelled, n_series, n_occurrences, n_tasks, n_reminders;
};

// pool.c
void *ics_take(struct ics *c, struct pool *a, size_t size); // NULL: c->rc is set
voc_str ics_keep(struct ics *c, struct pool *a, voc_str s);
void ics_empty(struct ics *c, struct pool *a);
void ics_release(struct ics *c, struct pool *a);
int ics_grow(struct ics *c, void **at, size_t *room, size_t n, size_t size); // room for one more than n; 0: c->rc is set
// Likewise for what lies in the pool of the component: what it outgrew stays there.
int ics_grow_once(struct ics *c, void **at, size_t *room, size_t n, size_t size);

// lines.c
int str_is_word(voc_str a, const char *z);                 // ASCII case does not matter
int str_begins_word(voc_str a, const char *z);
voc_str str_trimmed(voc_str s);
size_t physical_end(const struct ics *c, size_t at);       // where the next physical line begins
// The logical line at *at; moves *at behind it. 0: at `end`.
int ics_line(struct ics *c, size_t *at, size_t end, struct ics_line *out);
voc_str ics_param(struct ics *c, voc_str params, const char *name); // without quotes; empty: there is none
voc_str ics_text(struct ics *c, voc_str value);            // escapes undone, UTF-8; in the pool
voc_str ics_plain(struct ics *c, voc_str text);            // without tags of HTML, and what meeting services add below; in the pool
int ics_number(voc_str s, int64_t *out);

// days.c: the calendar of days
int64_t day_of(int64_t year, unsigned month, unsigned day); // since 1970-01-01
void day_split(int64_t day, int64_t *year, unsigned *month, unsigned *of_month);
unsigned days_in(int64_t year, unsigned month);
static inline int weekday(int64_t day) { return (int)(((day + 3) % 7 + 7) % 7); } // 0 Monday
static inline int64_t floor_day(int64_t s) { return s >= 0 ? s / DAY_SECONDS : -((-s + DAY_SECONDS - 1) / DAY_SECONDS); }
int when_read(voc_str s, struct when *out);                // 20240301, 20240301T100000, ...Z; 0: neither
int duration_read(voc_str s, int64_t *seconds);            // P1DT2H30M, -PT15M, P2W; 0: none

// zone.c
void zone_read(struct ics *c, size_t *at, size_t end);     // a VTIMEZONE, *at behind its BEGIN line
uint32_t zone_find(struct ics *c, voc_str id);             // makes one that is unknown where there is none; UINT32_MAX: c->rc is set
// VOC_E_INPUT: the zone is not known, or the time is out of range.
voc_rc when_utc(struct ics *c, uint32_t calendar, const struct when *w, int64_t *us, uint32_t *resolution);
int64_t when_seconds(struct ics *c, uint32_t calendar, const struct when *w); // UTC, or SECONDS_NA

// find.c
voc_rc ics_find(struct ics *c);
int ics_compare(voc_str a, voc_str b); // bytewise

// event.c
int component_of(voc_str name, enum component *out); // 0: an unknown one
void event_read(struct ics *c, const struct place *p, struct event *e);

// series.c
const char *rule_read(voc_str s, struct rule *out); // NULL, or what is not understood
// The days of a series, ascending, its own first one included, at most max. Gives their number, or SIZE_MAX where there are more.
// last: days behind it are of no interest.
size_t rule_days(const struct rule *r, int64_t first, int64_t last, int64_t *days, size_t max);

// rows.c
voc_rc rows_of(struct ics *c, const struct place *p, uint64_t record);
#endif
