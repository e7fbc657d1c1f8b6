// SPDX-License-Identifier: MIT
// Which pattern does each time column use? What was declared, else the one pattern that reads the column's cells in the
// first block. Whether the day or the month stands first must be proven, by the column itself or by another one of the
// same file; else it is an error that names the option. Called from head().
#include <stdio.h>

#include "plugins/common/events/plan.h"

#define SHAPES_MAX 32u
#define SHAPE_LEN 48u
#define SINGLES_MAX 500u // cells that are guessed one by one

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80; }

bool cell_missing(voc_str cell)
{
    static const char *const words[] = {"null", "nat", "na", "n/a", "#n/a", "none", "nan", "undefined", "never", "(not set)", "-", "--", "\xE2\x80\x93", "\xE2\x80\x94", "\\n", "0000-00-00", "0000-00-00 00:00:00"};
    cell = ev_trim(cell);
    if (cell.len == 0) return true;
    if (is_digit(cell.ptr[0]) && cell.ptr[0] != '0') return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i]) != cell.len) continue;
        size_t k = 0;
        while (k < cell.len && lower(cell.ptr[k]) == words[i][k]) k++;
        if (k == cell.len) return true;
    }
    return false;
}

// ---- guessing ---------------------------------------------------------------------------------------------------------

// "30/12/2010 14:32" -> "9/9/9 9:9": cells of one pattern have one shape.
static void shape_of(voc_str cell, char out[SHAPE_LEN])
{
    size_t n = 0;
    cell = ev_trim(cell);
    for (size_t i = 0; i < cell.len && n + 1 < SHAPE_LEN; i++) {
        char c = is_digit(cell.ptr[i]) ? '9' : is_letter(cell.ptr[i]) ? 'a' : cell.ptr[i];
        if ((c == '9' || c == 'a') && n && out[n - 1] == c) continue;
        out[n++] = c;
    }
    out[n] = 0;
}

// The most frequent shape whose first cell reads as a time; false: none does.
static bool chief_shape(struct events *e, const voc_str *cells, size_t n, char chief[SHAPE_LEN])
{
    struct { char text[SHAPE_LEN]; size_t n; bool reads; } seen[SHAPES_MAX];
    size_t n_seen = 0, best = SHAPES_MAX;
    for (size_t i = 0; i < n; i++) {
        char shape[SHAPE_LEN], pattern[PATTERN_MAX];
        uint32_t possible;
        size_t k = 0;
        shape_of(cells[i], shape);
        while (k < n_seen && strcmp(seen[k].text, shape) != 0) k++;
        if (k == SHAPES_MAX) continue;
        if (k == n_seen) {
            memcpy(seen[k].text, shape, SHAPE_LEN);
            seen[k].n = 0;
            seen[k].reads = ev_holds(e, e->host->time_guess(e->cx, &cells[i], 1, pattern, &possible));
            n_seen++;
        }
        seen[k].n++;
    }
    for (size_t k = 0; k < n_seen; k++)
        if (seen[k].reads && (best == SHAPES_MAX || seen[k].n > seen[best].n)) best = k;
    if (best == SHAPES_MAX) return false;
    memcpy(chief, seen[best].text, SHAPE_LEN);
    return true;
}

#define FROM_1900 (INT64_C(-2208988800) * 1000000)
#define UPTO_2200 (INT64_C(7258118400) * 1000000)

// The pattern of months or years that all cells are, of years that people write; other numbers are other things. VOC_E_INPUT: they are none.
static voc_rc periods_guess(struct events *e, const voc_str *cells, size_t n, char pattern[PATTERN_MAX])
{
    static const char *const patterns[] = {"yyyy-MM", "yyyy/MM", "yyyy.MM", "MM/yyyy", "M/yyyy", "MM.yyyy", "M.yyyy", "MM-yyyy", "yyyyMM", "MMM yyyy", "MMM-yyyy", "yyyy"};
    for (size_t k = 0; k < sizeof patterns / sizeof *patterns && n; k++) {
        voc_time_format *f = NULL;
        int64_t us;
        uint32_t resolution;
        size_t i = 0;
        voc_rc rc = e->host->time_format(e->cx, &f, (voc_str){patterns[k], strlen(patterns[k])}, e->zone);
        if (rc) return rc;
        while (i < n && ev_holds(e, e->host->time_parse(f, cells[i], &us, &resolution)) && us >= FROM_1900 && us < UPTO_2200) i++;
        if (i < n) continue;
        memcpy(pattern, patterns[k], strlen(patterns[k]) + 1);
        return VOC_OK;
    }
    return VOC_E_INPUT;
}

// The pattern of all cells, or, where some are no times, of those of the chief shape. VOC_E_INPUT: none.
voc_rc times_guess(struct events *e, const voc_str *cells, size_t n, char pattern[PATTERN_MAX], uint32_t *possible)
{
    char chief[SHAPE_LEN];
    voc_rc rc = e->periods ? periods_guess(e, cells, n, pattern) : VOC_E_INPUT;
    if (rc != VOC_E_INPUT) return *possible = 1, rc;
    rc = e->host->time_guess(e->cx, cells, n, pattern, possible);
    if (rc != VOC_E_INPUT || n == 0 || !chief_shape(e, cells, n, chief)) return rc;
    voc_str *alike = e->host->alloc(e->cx, n * sizeof *alike);
    size_t n_alike = 0;
    if (!alike) return VOC_E_NOMEM;
    for (size_t i = 0; i < n; i++) {
        char shape[SHAPE_LEN];
        shape_of(cells[i], shape);
        if (strcmp(shape, chief) == 0) alike[n_alike++] = cells[i];
    }
    // cells of the shape that are no date at all (99/99/2020) are left out as well
    rc = e->host->time_guess(e->cx, alike, n_alike, pattern, possible);
    if (rc == VOC_E_INPUT) {
        size_t kept = 0;
        for (size_t i = 0; i < n_alike && i < SINGLES_MAX; i++)
            if (ev_holds(e, e->host->time_guess(e->cx, &alike[i], 1, pattern, possible))) alike[kept++] = alike[i];
        rc = e->host->time_guess(e->cx, alike, kept, pattern, possible);
    }
    e->host->free(e->cx, alike);
    return rc;
}

static bool looks_dated(voc_str cell)
{
    unsigned marks = 0, digits = 0, letters = 0;
    cell = ev_trim(cell);
    for (size_t i = 0; i < cell.len; i++) {
        char c = cell.ptr[i];
        marks += c == '-' || c == '/' || c == ':' || c == '.' || (is_letter(c) && i && is_digit(cell.ptr[i - 1]));
        digits += is_digit(c);
        letters += is_letter(c);
    }
    return digits >= 3 && (marks >= 2 || (letters >= 3 && memchr(cell.ptr, ' ', cell.len))); // 3 March 2024
}

// Two cells of one shape of which one has the day first and the other the month, each by a day over 12: no pattern reads both,
// and of the cells between nobody knows what they are.
static bool find_both_orders(struct events *e, const voc_str *cells, size_t n, voc_str *day_first, voc_str *month_first)
{
    char shape[2][SHAPE_LEN] = {"", ""};
    for (size_t i = 0; i < n; i++) {
        char pattern[PATTERN_MAX];
        uint32_t possible;
        if (cell_missing(cells[i])) continue;
        if (!ev_holds(e, e->host->time_guess(e->cx, &cells[i], 1, pattern, &possible)) || possible != 1) continue;
        const char *day = strchr(pattern, 'd'), *month = strchr(pattern, 'M'), *year = strchr(pattern, 'y');
        if (!day || !month || !year || year < day || year < month) continue;
        *(day < month ? day_first : month_first) = cells[i];
        shape_of(cells[i], shape[day > month]);
        if (shape[0][0] && strcmp(shape[0], shape[1]) == 0) return true;
    }
    return false;
}

bool time_column_plausible(struct events *e, uint32_t column, bool named)
{
    voc_str cells[SAMPLES_MAX], day, month;
    size_t n = 0, read = 0;
    char pattern[PATTERN_MAX];
    uint32_t possible, resolution;
    int64_t us;
    voc_time_format *f;
    for (size_t i = 0; i < e->n_samples; i++) {
        voc_str cell = column_cell(e, i, column);
        if (cell_missing(cell)) continue;
        if (!named && !looks_dated(cell)) return false;
        cells[n++] = cell;
    }
    if (n == 0) return named && e->n_samples == 0;
    if (!named) return ev_holds(e, e->host->time_guess(e->cx, cells, n, pattern, &possible)) || find_both_orders(e, cells, n, &day, &month);
    voc_rc rc = times_guess(e, cells, n, pattern, &possible);
    if (rc == VOC_E_INPUT && find_both_orders(e, cells, n, &day, &month)) return true; // an error then says what it holds
    if (!rc) rc = e->host->time_format(e->cx, &f, (voc_str){pattern, strlen(pattern)}, e->zone);
    if (rc && rc != VOC_E_INPUT) e->trouble = rc;
    if (rc) return false;
    for (size_t i = 0; i < n; i++) read += ev_holds(e, e->host->time_parse(f, cells[i], &us, &resolution));
    return read * 2 >= n;
}

// ---- the columns of the plan ----------------------------------------------------------------------------------------------

enum { OPEN = 0, KNOWN, EITHER, YEAR_TOO };

static bool has_named_zone(const char *pattern)
{
    size_t n = strlen(pattern);
    return n >= 2 && strcmp(pattern + n - 2, "VV") == 0;
}

// "d.M.yyyy H:mm VV" -> "d.M.yyyy VV": of a row that has a date and no clock.
static voc_rc set_day_format(struct events *e, struct time_origin *t)
{
    char day[PATTERN_MAX + 4];
    bool quoted = false, named = has_named_zone(t->pattern);
    size_t n = 0;
    if (t->clock == NO_COLUMN || t->pattern[0] == 0 || strncmp(t->pattern, "iso", 3) == 0) return VOC_OK;
    while (t->pattern[n] && (quoted || !strchr("Hha", t->pattern[n]))) quoted ^= t->pattern[n++] == '\'';
    if (t->pattern[n] == 0) return VOC_OK;
    while (n && t->pattern[n - 1] == ' ') n--;
    memcpy(day, t->pattern, n);
    memcpy(day + n, " VV", 4);
    return e->host->time_format(e->cx, &t->day_format, (voc_str){day, n + (named ? 3 : 0)}, zone_of(e, t));
}

static voc_rc set_pattern(struct events *e, struct time_origin *t, voc_str pattern)
{
    if (pattern.len + 7 >= sizeof t->pattern)
        return ev_error(e, VOC_E_OPTION, "005", NULL, "the time format \"%.*s\" is too long", EV_STR(pattern, 80));
    if (ev_is(pattern, "iso")) pattern.len = 0;
    if (pattern.len) memcpy(t->pattern, pattern.ptr, pattern.len);
    t->pattern[pattern.len] = 0;
    if (t->zone != NO_COLUMN && !has_named_zone(t->pattern)) memcpy(t->pattern + pattern.len, pattern.len ? " VV" : "iso VV", pattern.len ? 4 : 7);
    voc_rc rc = e->host->time_format(e->cx, &t->format, (voc_str){t->pattern, strlen(t->pattern)}, zone_of(e, t));
    return rc ? rc : set_day_format(e, t);
}

// CST is three places: which one must be said.
static voc_rc ask_zone(struct events *e, const struct time_origin *t, const voc_str *cells, size_t n)
{
    char hint[300];
    const char *means = NULL;
    size_t i = 0;
    while (i < n && !means)
        if ((means = ambiguous_zone(cells[i])) == NULL) i++;
    if (!means || !has_named_zone(t->pattern)) return VOC_OK;
    const char *word = ev_trim(cells[i]).ptr + ev_trim(cells[i]).len - 3;
    int base = (int)strlen(t->pattern) - 3;
    if (t->zone != NO_COLUMN)
        snprintf(hint, sizeof hint, "say which with -O zone=ZONE, and leave the column out with -O time=\"%.*s%s%.*s\"",
                 EV_STR(e->columns[t->from.column].name, 60), t->clock != NO_COLUMN ? "+" : "",
                 t->clock != NO_COLUMN ? (int)ev_clip(e->columns[t->clock].name, 60).len : 0,
                 t->clock != NO_COLUMN ? e->columns[t->clock].name.ptr : "");
    else
        snprintf(hint, sizeof hint, "say which with -O zone=ZONE -O time-format=\"%.*s '%.3s'\"", strncmp(t->pattern, "iso", 3) == 0 ? 16 : base,
                 strncmp(t->pattern, "iso", 3) == 0 ? "yyyy-MM-dd HH:mm" : t->pattern, word);
    return ev_error(e, VOC_E_INPUT, "012", hint, "in %s \"%.*s\" the zone of \"%.*s\" may be %s", EV_PLACE(e),
                    EV_STR(e->columns[t->zone != NO_COLUMN ? t->zone : t->from.column].name, 80), EV_STR(cells[i], 60), means);
}

// Days as spreadsheets count them, of 1950 to 2099: as seconds all of them would be in the first night of 1970.
static bool serial_days(const voc_str *cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int64_t micro;
        double real;
        if (!number_read(cells[i], '.', &micro, &real) || real < 18264 || real >= 73051) return false;
    }
    return n > 0;
}

// What is read as a time by nothing, or by two things.
static voc_rc refuse_column(struct events *e, const struct time_origin *t, const voc_str *cells, size_t n)
{
    const voc_str name = e->columns[t->from.column].name;
    voc_str day, month;
    if (find_both_orders(e, cells, n, &day, &month))
        return ev_error(e, VOC_E_INPUT, "013",
                        "split the file where the dates change; or say which order holds with -O time-format=d/M/yyyy or the "
                        "like, and what it does not read is rejected",
                        "in %s \"%.*s\" the day stands first in \"%.*s\", and the month in \"%.*s\"", EV_PLACE(e), EV_STR(name, 80),
                        EV_STR(day, 60), EV_STR(month, 60));
    return ev_error(e, VOC_E_INPUT, "005",
                    e->reader->paths
                        ? "write its pattern with -O time-format=\"d.M.yyyy HH:mm\", or name another path with -O time=PATH"
                        : "write its pattern with -O time-format=\"d.M.yyyy HH:mm\", or name another column with -O time=COLUMN",
                    "%s \"%.*s\" holds nothing that is read as a time, such as \"%.*s\"", EV_PLACE(e), EV_STR(name, 80),
                    EV_STR(cells[0], 60));
}

static voc_rc resolve_one(struct events *e, const voc_block *first, struct time_origin *t, bool own, int *state)
{
    voc_str declared = t->from.format;
    if (declared.len == 0 && own && e->time_format_given) declared = e->time_format;
    if (declared.len || (own && e->time_format_given) || t->from.column == NO_COLUMN) {
        *state = KNOWN;
        return set_pattern(e, t, declared);
    }
    voc_str *cells = NULL;
    char *scratch = NULL;
    size_t n = 0;
    uint32_t possible = 1;
    voc_rc rc = time_gather(e, first, t, &cells, &n, &scratch);
    char pattern[PATTERN_MAX] = "";
    if (!rc && n) rc = times_guess(e, cells, n, pattern, &possible);
    if (rc == VOC_E_INPUT) rc = refuse_column(e, t, cells, n);
    if (!rc && n && pattern[0] == 0 && serial_days(cells, n))
        rc =
            ev_error(e, VOC_E_INPUT, "014", "say which it is with -O time-format=excel or -O time-format=epoch-s",
                     "in %s \"%.*s\" it cannot be told whether \"%.*s\" is a day as spreadsheets count them, or seconds since 1970",
                     EV_PLACE(e), EV_STR(e->columns[t->from.column].name, 80), EV_STR(cells[0], 60));
    if (!rc) {
        *state = possible > 2 ? YEAR_TOO : possible > 1 ? EITHER : KNOWN;
        rc = set_pattern(e, t, (voc_str){pattern, strlen(pattern)});
    }
    if (!rc) rc = ask_zone(e, t, cells, n);
    e->host->free(e->cx, cells);
    e->host->free(e->cx, scratch);
    return rc;
}

static bool reads_all(struct events *e, const voc_time_format *f, const voc_str *cells, size_t n)
{
    int64_t us;
    uint32_t resolution;
    for (size_t i = 0; i < n; i++)
        if (!ev_holds(e, e->host->time_parse(f, cells[i], &us, &resolution))) return false;
    return true;
}

static void exchange_day_and_month(const char *pattern, char out[PATTERN_MAX])
{
    size_t i = 0;
    for (; pattern[i] && i + 1 < PATTERN_MAX; i++) out[i] = pattern[i] == 'd' ? 'M' : pattern[i] == 'M' ? 'd' : pattern[i];
    out[i] = 0;
}

// A column that cannot say for itself takes the order that another column of the file proves.
static voc_rc resolve_either(struct events *e, const voc_block *first, struct time_origin *t, bool year_too,
                             struct time_origin *const *all, const int *state, size_t n)
{
    voc_str *cells = NULL;
    char *scratch = NULL, hint[240], other[PATTERN_MAX];
    size_t n_cells = 0;
    bool found = false;
    voc_rc rc = time_gather(e, first, t, &cells, &n_cells, &scratch);
    for (size_t i = 0; i < n && !rc && !found; i++) {
        if (state[i] != KNOWN || all[i]->pattern[0] == 0 || !reads_all(e, all[i]->format, cells, n_cells)) continue;
        found = true;
        rc = set_pattern(e, t, (voc_str){all[i]->pattern, strlen(all[i]->pattern)});
    }
    if (!rc && !found) {
        exchange_day_and_month(t->pattern, other);
        snprintf(hint, sizeof hint, "say which it is with -O time-format=\"%s\" or -O time-format=\"%s\"%s", t->pattern, other, year_too ? ", or with yy in front" : "");
        rc = ev_error(e, VOC_E_INPUT, "006", hint, "in %s \"%.*s\" it cannot be told whether the day%s the month%s stands first (\"%.*s\")", EV_PLACE(e),
                      EV_STR(e->columns[t->from.column].name, 80), year_too ? "," : " or", year_too ? " or the year" : "", EV_STR(cells[0], 60));
    }
    e->host->free(e->cx, cells);
    e->host->free(e->cx, scratch);
    return rc;
}

voc_rc times_resolve(struct events *e, const voc_block *first)
{
    size_t n = 0, max = e->n_times + 1 + e->n_attrs;
    struct time_origin **all = ev_alloc(e, max * sizeof *all);
    int *state = ev_alloc(e, max * sizeof *state);
    voc_rc rc = all && state ? VOC_OK : VOC_E_NOMEM;
    if (rc) return rc;
    for (size_t i = 0; i < e->n_times; i++) all[n++] = &e->times[i];
    if (e->has_end) all[n++] = &e->end;
    size_t own = n;
    for (size_t i = 0; i < e->n_attrs; i++)
        if (e->attrs[i].time) all[n++] = e->attrs[i].time;
    for (size_t i = 0; i < n && !rc; i++) rc = resolve_one(e, first, all[i], i < own, &state[i]);
    for (size_t i = 0; i < n && !rc; i++)
        if (state[i] == EITHER || state[i] == YEAR_TOO) rc = resolve_either(e, first, all[i], state[i] == YEAR_TOO, all, state, n);
    return rc;
}
