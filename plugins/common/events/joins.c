// SPDX-License-Identifier: MIT
// A time whose date, clock and zone stand in columns of their own: which columns belong together, and their joined text. A
// clock belongs to a date by name ("start date", "start time"), or because there is one column of dates and one of clocks.
#include "plugins/common/events/plan.h"

static const char DATE_WORDS[] = "date datum fecha data dato day tag dzien jour dia giorno dag";
static const char CLOCK_WORDS[] = "time uhrzeit zeit hora heure ora godzina godz czas clock hour tijd horario orario timeofday tid klokkeslett";
static const char ZONE_NAMES[] = "tz timezone timezonename timezoneid zone zoneid utcoffset tzname tzid zeitzone fuseauhoraire "
                                 "zonahoraria husohorario fusohorario fusoorario strefaczasowa tijdzone";

void time_origin_init(struct time_origin *t, uint32_t column)
{
    memset(t, 0, sizeof *t);
    t->from.column = column;
    t->clock = t->zone = t->action_column = NO_COLUMN;
}

bool time_is_none(const struct time_origin *t) { return t->from.column == NO_COLUMN && t->from.constant.len == 0; }

voc_str time_joined(const struct time_origin *t, const voc_str *cells, char text[JOINED_MAX])
{
    voc_str parts[3] = {ev_trim(cells[t->from.column]), {"", 0}, {"", 0}};
    size_t len = 0;
    if (t->clock == NO_COLUMN && t->zone == NO_COLUMN) return cells[t->from.column];
    if (cell_missing(parts[0])) return (voc_str){"", 0};
    if (t->clock != NO_COLUMN && !cell_missing(cells[t->clock])) parts[1] = ev_trim(cells[t->clock]);
    if (t->zone != NO_COLUMN && !cell_missing(cells[t->zone])) parts[2] = ev_trim(cells[t->zone]);
    for (size_t i = 0; i < 3; i++) {
        if (parts[i].len == 0 || len + 1 + parts[i].len >= JOINED_MAX) continue; // what is too long is no time
        if (len) text[len++] = ' ';
        memcpy(text + len, parts[i].ptr, parts[i].len);
        len += parts[i].len;
    }
    return (voc_str){text, len};
}

// ---- by values ------------------------------------------------------------------------------------------------------------------

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

// 7:05, 07:05:30, 07:05:30.123, 7:05 PM, 14h30, 14:30 Uhr.
static bool is_clock(voc_str cell)
{
    size_t i = 0, groups = 0;
    cell = ev_trim(cell);
    for (;;) {
        size_t from = i;
        while (i < cell.len && is_digit(cell.ptr[i])) i++;
        size_t len = i - from;
        if (groups == 0 ? len < 1 || len > 2 : groups < 3 ? len != 2 : len < 1) return false;
        groups++;
        if (i == cell.len) break;
        bool mark = cell.ptr[i] == ':' || (groups == 1 && cell.ptr[i] == 'h') || (groups == 3 && (cell.ptr[i] == '.' || cell.ptr[i] == ','));
        if (!mark || groups == 4) break;
        i++;
    }
    voc_str rest = ev_trim((voc_str){cell.ptr + i, cell.len - i});
    if (groups < 2) return false;
    return rest.len == 0 || ev_is(rest, "Uhr") ||
           (rest.len <= 6 && strchr("aApP", rest.ptr[0]) && (rest.ptr[rest.len - 1] | 0x20) != ' ' &&
            memchr("mM.", rest.ptr[rest.len - 1], 3));
}

enum { NO_CLOCKS, MOST_CLOCKS, ALL_CLOCKS };

static int clocks_in(const struct events *e, uint32_t column)
{
    size_t n = 0, clocks = 0;
    for (size_t i = 0; i < e->n_samples; i++) {
        voc_str cell = column_cell(e, i, column);
        if (cell_missing(cell)) continue;
        clocks += is_clock(cell);
        n++;
    }
    return n == 0 ? NO_CLOCKS : clocks == n ? ALL_CLOCKS : clocks * 2 >= n ? MOST_CLOCKS : NO_CLOCKS;
}

// No cell has a clock of its own.
static bool all_days(const struct events *e, uint32_t column)
{
    size_t n = 0;
    for (size_t i = 0; i < e->n_samples; i++) {
        voc_str cell = column_cell(e, i, column);
        if (cell_missing(cell)) continue;
        if (memchr(cell.ptr, ':', cell.len) || (cell.len >= 11 && cell.ptr[10] == 'T')) return false;
        n++;
    }
    return n > 0;
}

// Every cell is a zone, told by reading a time with it; an ambiguous abbreviation counts, so that it can be asked about.
static bool all_zones(struct events *e, uint32_t column)
{
    voc_time_format *f;
    size_t n = 0;
    if (!ev_holds(e, e->host->time_format(e->cx, &f, (voc_str)VOC_LIT("iso VV"), (voc_str){"", 0}))) return false;
    for (size_t i = 0; i < e->n_samples; i++) {
        char text[JOINED_MAX] = "2025-01-15 12:00 ", summer[JOINED_MAX] = "2025-07-15 12:00 ";
        const size_t head = strlen(text);
        int64_t us;
        uint32_t resolution;
        voc_str cell = ev_trim(column_cell(e, i, column));
        if (cell_missing(cell)) continue;
        if (cell.len > 60 || is_clock(cell)) return false;
        memcpy(text + head, cell.ptr, cell.len);
        memcpy(summer + head, cell.ptr, cell.len);
        if (!ambiguous_zone(cell) && !ev_holds(e, e->host->time_parse(f, (voc_str){text, head + cell.len}, &us, &resolution)) &&
            !ev_holds(e, e->host->time_parse(f, (voc_str){summer, head + cell.len}, &us, &resolution)))
            return false;
        n++;
    }
    return n > 0;
}

// "Conversation started at (America/New_York)", as reports write the zone in which they were made.
static bool zone_in_name(const struct events *e, voc_str name, voc_str *zone)
{
    char text[JOINED_MAX] = "2025-01-15 12:00 ";
    const size_t head = strlen(text);
    voc_time_format *f;
    int64_t us;
    uint32_t resolution;
    name = ev_trim(name);
    size_t from = name.len;
    while (from && name.ptr[from - 1] != '(') from--;
    if (!from || name.ptr[name.len - 1] != ')' || name.len - from > 60) return false;
    *zone = (voc_str){name.ptr + from, name.len - from - 1};
    if (!memchr(zone->ptr, '/', zone->len)) return false;
    memcpy(text + head, zone->ptr, zone->len);
    return e->host->time_format(e->cx, &f, (voc_str)VOC_LIT("iso VV"), (voc_str){"", 0}) == VOC_OK &&
           e->host->time_parse(f, (voc_str){text, head + zone->len}, &us, &resolution) == VOC_OK;
}

voc_str zone_of(const struct events *e, const struct time_origin *t)
{
    voc_str zone;
    return !e->zone.len && t->from.column != NO_COLUMN && zone_in_name(e, e->columns[t->from.column].name, &zone) ? zone : e->zone;
}

const char *ambiguous_zone(voc_str cell)
{
    static const struct { const char *word, *means; } all[] = {
        {"CST", "America/Chicago, Asia/Shanghai or America/Havana"}, {"CDT", "America/Chicago or America/Havana"}, {"IST", "Asia/Kolkata, Europe/Dublin or Asia/Jerusalem"},
        {"BST", "Europe/London or Asia/Dhaka"}, {"AST", "America/Halifax or Asia/Riyadh"}, {"ADT", "America/Halifax or Asia/Baghdad"}, {"SST", "Pacific/Pago_Pago or Asia/Singapore"},
        {"GST", "Asia/Dubai or Atlantic/South_Georgia"}, {"AMT", "Asia/Yerevan or America/Manaus"}, {"ECT", "America/Guayaquil or America/Puerto_Rico"},
    };
    cell = ev_trim(cell);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (cell.len < 3 || memcmp(cell.ptr + cell.len - 3, all[i].word, 3) != 0) continue;
        if (cell.len == 3 || cell.ptr[cell.len - 4] == ' ') return all[i].means;
    }
    return NULL;
}

// ---- by names -------------------------------------------------------------------------------------------------------------------

// `name` with one of `words` at its end (or beginning) taken off; false: none is there.
static bool stem(voc_str name, const char *words, voc_str *out)
{
    for (const char *p = words; *p;) {
        size_t n = strcspn(p, " ");
        if (name.len >= n && memcmp(name.ptr + name.len - n, p, n) == 0) return *out = (voc_str){name.ptr, name.len - n}, true;
        if (name.len >= n && memcmp(name.ptr, p, n) == 0) return *out = (voc_str){name.ptr + n, name.len - n}, true;
        p += n;
        while (*p == ' ') p++;
    }
    return false;
}

// "startdate" and "starttime"; "datum" and "uhrzeit"; "complete" and "completetime".
static bool name_pair(voc_str date, voc_str clock)
{
    voc_str a, b;
    if (!stem(clock, CLOCK_WORDS, &b)) return false;
    return (stem(date, DATE_WORDS, &a) && ev_eq(a, b)) || (b.len && ev_eq(date, b));
}

static size_t times_of_days(struct events *e, struct time_origin **out)
{
    size_t n = 0;
    for (size_t i = 0; i < e->n_times + e->has_end; i++) {
        struct time_origin *t = i < e->n_times ? &e->times[i] : &e->end;
        if (t->from.column != NO_COLUMN && t->clock == NO_COLUMN && t->from.why != WHY_SAID && all_days(e, t->from.column)) out[n++] = t;
    }
    return n;
}

static void take(struct events *e, uint32_t column, uint32_t *to)
{
    *to = column;
    e->columns[column].used = e->proposed = true;
}

static void find_clocks(struct events *e)
{
    struct time_origin *days[TIMES_MAX + 1];
    uint32_t clocks[TIMES_MAX], only = NO_COLUMN;
    size_t n_days = times_of_days(e, days), n_clocks = 0, n_whole = 0;
    for (uint32_t c = 0; n_days && c < e->n_columns && n_clocks < TIMES_MAX; c++) {
        int found = e->columns[c].used ? NO_CLOCKS : clocks_in(e, c);
        if (found) clocks[n_clocks++] = c;
        if (found == ALL_CLOCKS) only = c, n_whole++;
    }
    for (size_t i = 0; i < n_days; i++)
        for (size_t k = 0; k < n_clocks && days[i]->clock == NO_COLUMN; k++)
            if (!e->columns[clocks[k]].used && name_pair(e->columns[days[i]->from.column].folded, e->columns[clocks[k]].folded))
                take(e, clocks[k], &days[i]->clock);
    if (n_days == 1 && n_clocks == 1 && n_whole == 1 && days[0]->clock == NO_COLUMN) take(e, only, &days[0]->clock);
}

void joins_find(struct events *e)
{
    uint32_t zones[4];
    find_clocks(e);
    size_t n = columns_named(e, ZONE_NAMES, zones, 4);
    for (size_t k = 0; k < n; k++) {
        if (!all_zones(e, zones[k])) continue;
        for (size_t i = 0; i < e->n_times + e->has_end; i++) {
            struct time_origin *t = i < e->n_times ? &e->times[i] : &e->end;
            bool days = t->from.column != NO_COLUMN && t->clock == NO_COLUMN && all_days(e, t->from.column); // a day is the same everywhere
            if (t->from.column != NO_COLUMN && !days && t->zone == NO_COLUMN && t->from.why != WHY_SAID) take(e, zones[k], &t->zone);
        }
        return;
    }
}

// The columns whose names are joined by "+" from *p on, at most `left` of them; a name may hold a "+" of its own. 0: none.
static size_t parts_read(const struct events *e, const char *p, const char *end, size_t left, uint32_t *column)
{
    for (const char *stop = p; left; stop++) {
        const char *plus = stop < end && left > 1 ? memchr(stop, '+', (size_t)(end - stop)) : NULL;
        stop = plus ? plus : end;
        *column = column_find(e, ev_trim((voc_str){p, (size_t)(stop - p)}));
        if (stop == end) return *column != NO_COLUMN;
        size_t more = *column != NO_COLUMN ? parts_read(e, stop + 1, end, left - 1, column + 1) : 0;
        if (more) return more + 1;
    }
    return 0;
}

voc_rc joins_read(struct events *e, voc_str name, struct time_origin *t)
{
    uint32_t column[3] = {NO_COLUMN, NO_COLUMN, NO_COLUMN};
    const size_t n = name.len ? parts_read(e, name.ptr, name.ptr + name.len, 3, column) : 0;
    if (n < 2) return VOC_E_INPUT;
    t->from.column = column[0];
    bool second_is_zone = n == 2 && clocks_in(e, column[1]) != ALL_CLOCKS && all_zones(e, column[1]);
    t->clock = second_is_zone ? NO_COLUMN : column[1];
    t->zone = second_is_zone ? column[1] : n == 3 ? column[2] : NO_COLUMN;
    return VOC_OK;
}
