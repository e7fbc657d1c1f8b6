// SPDX-License-Identifier: MIT
// The extended log file format of W3C, as IIS, CloudFront, Netscaler and others write it: directives (#Fields, #Date,
// #GMT-Offset) say what the lines behind them hold, and may change within a file. A context is what holds from a directive on;
// it is made when the host comes to the line and never changed. Times are UTC unless a field says local. Any thread.
#include <stdio.h>

#include "plugins/input/weblog/weblog.h"

#define EARLY_S 3600 // by which a request may stand before the #Date line's clock: it had begun

static const struct { const char *name; enum wl_field field; } names[] = {
    {"date", WL_DATE}, {"time", WL_CLOCK}, {"date-local", WL_DATE}, {"time-local", WL_CLOCK}, {"c-ip", WL_IP}, {"c-dns", WL_SKIP}, {"x-forwarded-for", WL_FORWARDED},
    {"x-forwarded-for", WL_FORWARDED}, {"cs(x-forwarded-for)", WL_FORWARDED}, {"cs-username", WL_USER}, {"cs-method", WL_METHOD}, {"cs-uri-stem", WL_TARGET},
    {"cs-uri", WL_TARGET}, {"cs-uri-query", WL_QUERY}, {"sc-status", WL_STATUS}, {"c-status", WL_STATUS}, {"sc-bytes", WL_BYTES}, {"bytes", WL_BYTES},
    {"cs(user-agent)", WL_AGENT}, {"c-user-agent", WL_AGENT}, {"cs(referer)", WL_REFERRER}, {"cs(referrer)", WL_REFERRER}, {"c-referrer", WL_REFERRER},
    {"cs(cookie)", WL_COOKIE}, {"cs-host", WL_HOST}, {"cs(host)", WL_HOST}, {"x-host-header", WL_HOST}, {"time-taken", WL_TAKEN_MS}, {"timetakenms", WL_TAKEN_MS},
    {"cs-vid", WL_COOKIE_VALUE}, {"ip", WL_IP},
};

static voc_str next_word(voc_str *rest)
{
    size_t from = 0, to;
    while (from < rest->len && (rest->ptr[from] == ' ' || rest->ptr[from] == '\t')) from++;
    to = from;
    while (to < rest->len && rest->ptr[to] != ' ' && rest->ptr[to] != '\t' && rest->ptr[to] != '\r') to++;
    voc_str word = wl_cut(*rest, from, to);
    *rest = wl_cut(*rest, to, rest->len);
    return word;
}

// ---- directives ----------------------------------------------------------------------------------------------------------------

static bool begins(voc_str s, const char *lower)
{
    size_t n = strlen(lower);
    return s.len >= n && wl_ieq(wl_cut(s, 0, n), lower);
}

bool wl_w3c_fields(voc_str line, struct wl_w3c *to)
{
    bool request = false, cloudfront = false, taken = false;
    if (!begins(line, "#fields:")) return false;
    voc_str rest = wl_cut(line, 8, line.len), word;
    memset(to->field, 0, sizeof to->field);
    to->n = 0;
    to->local = false;
    while ((word = next_word(&rest)).len && to->n < WL_W3C_FIELDS) {
        enum wl_field field = WL_SKIP;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (wl_ieq(word, names[i].name)) field = names[i].field;
        to->local |= wl_ieq(word, "date-local") || wl_ieq(word, "time-local");
        cloudfront |= begins(word, "x-edge-");
        taken |= field == WL_TAKEN_MS;
        request |= field == WL_TARGET;
        to->field[to->n++] = (uint8_t)field;
    }
    for (unsigned i = 0; cloudfront && taken && i < to->n; i++) // CloudFront gives seconds
        if (to->field[i] == WL_TAKEN_MS) to->field[i] = WL_TAKEN_S;
    return request;
}

// Seconds of the day at "16:44:49"; 0: it is none.
static int32_t seconds_of(voc_str clock)
{
    int32_t part[3];
    if (clock.len < 8 || clock.ptr[2] != ':' || clock.ptr[5] != ':') return 0;
    for (size_t i = 0; i < 3; i++) {
        const char *p = clock.ptr + i * 3;
        if (!wl_digit(p[0]) || !wl_digit(p[1])) return 0;
        part[i] = (p[0] - '0') * 10 + (p[1] - '0');
    }
    return (part[0] * 60 + part[1]) * 60 + part[2];
}

// "2000-10-09 16:44:49": the day of lines that have a time only.
static void read_date(voc_str rest, struct wl_w3c *to)
{
    voc_str day = next_word(&rest);
    if (day.len != 10 || day.ptr[4] != '-' || day.ptr[7] != '-') return;
    memcpy(to->date, day.ptr, 10);
    to->date_len = 10;
    to->clock_s = seconds_of(next_word(&rest));
}

// "-0800"
static void read_offset(voc_str rest, struct wl_w3c *to)
{
    voc_str s = next_word(&rest);
    if (s.len != 5 || (s.ptr[0] != '-' && s.ptr[0] != '+')) return;
    for (size_t i = 1; i < 5; i++)
        if (!wl_digit(s.ptr[i])) return;
    int minutes = ((s.ptr[1] - '0') * 10 + (s.ptr[2] - '0')) * 60 + (s.ptr[3] - '0') * 10 + (s.ptr[4] - '0');
    to->offset_s = minutes * (s.ptr[0] == '-' ? -60 : 60);
}

bool wl_w3c_is_directive(voc_str line)
{
    size_t i = 1;
    while (i < line.len && (line.ptr[i] == '-' || ((line.ptr[i] | 32) >= 'a' && (line.ptr[i] | 32) <= 'z'))) i++;
    return line.len && line.ptr[0] == '#' && i > 1 && i < line.len && line.ptr[i] == ':' && !begins(line, "#remark:");
}

voc_rc wl_w3c_directive(struct weblog *w, voc_str line, struct wl_w3c **context)
{
    struct wl_w3c next;
    if (*context) next = **context;
    else memset(&next, 0, sizeof next);
    if (begins(line, "#fields:")) next.known = wl_w3c_fields(line, &next);
    else if (begins(line, "#date:")) read_date(wl_cut(line, 6, line.len), &next);
    else if (begins(line, "#start-date:")) read_date(wl_cut(line, 12, line.len), &next);
    else if (begins(line, "#gmt-offset:")) read_offset(wl_cut(line, 12, line.len), &next);
    else if (*context) return VOC_OK;
    if (*context && memcmp(&next, *context, sizeof next) == 0) return VOC_OK;
    struct wl_w3c *own = wl_alloc(w, sizeof *own);
    if (!own) return VOC_E_NOMEM;
    *own = next;
    *context = own;
    return VOC_OK;
}

// ---- lines --------------------------------------------------------------------------------------------------------------------------

// The values of a line: between tabs where it has one, else between blanks, in quotes or not ("" is a quote).
static bool next_value(voc_str line, size_t *at, bool tabs, voc_str *out, bool *quoted)
{
    char stop = tabs ? '\t' : ' ';
    size_t i = *at;
    while (i < line.len && (line.ptr[i] == ' ' || (!tabs && line.ptr[i] == '\t'))) i++;
    if (i >= line.len) return *at = line.len, false;
    *quoted = line.ptr[i] == '"';
    size_t from = i + *quoted;
    if (*quoted) {
        i = from;
        while (i < line.len && (line.ptr[i] != '"' || (i + 1 < line.len && line.ptr[i + 1] == '"'))) i += line.ptr[i] == '"' ? 2 : 1;
        if (i > line.len) i = line.len;
        *out = wl_cut(line, from, i);
        while (i < line.len && line.ptr[i] != stop) i++;
    } else {
        while (i < line.len && line.ptr[i] != stop) i++;
        *out = wl_cut(line, from, i);
        while (out->len && out->ptr[out->len - 1] == ' ') out->len--;
    }
    *at = i + (i < line.len);
    return true;
}

// IIS writes + for a blank; CloudFront %20 or %2520.
static bool plain_text(struct wl_work *k, voc_str *s)
{
    for (int round = 0; round < 2; round++) {
        if (!memchr(s->ptr, '+', s->len) && !memchr(s->ptr, '%', s->len)) return true;
        char *to = wl_room(k, s->len);
        size_t n = 0;
        if (!to) return false;
        for (size_t i = 0; i < s->len; i++) {
            char c = s->ptr[i];
            if (c == '%' && i + 2 < s->len && s->ptr[i + 1] == '2' && (s->ptr[i + 2] == '0' || s->ptr[i + 2] == '5')) {
                c = s->ptr[i + 2] == '0' ? ' ' : '%';
                i += 2;
            } else if (c == '+' && (round == 0)) {
                c = ' ';
            }
            to[n++] = c;
        }
        *s = (voc_str){to, n};
    }
    return true;
}

// A time of lines without a date that is earlier than when they began is of the day behind: they went on over midnight.
static bool read_time(struct wl_work *k, const struct wl_w3c *c, struct wl_request *r)
{
    voc_str date = r->at[WL_DATE], clock = r->at[WL_CLOCK];
    const bool next_day = wl_none(date) && seconds_of(clock) + EARLY_S < c->clock_s;
    char iso[48];
    if (wl_none(date)) date = (voc_str){c->date, c->date_len};
    if (date.len < 8 || date.len > 10 || clock.len < 8 || clock.len > 16) return false;
    int n = snprintf(iso, sizeof iso, "%.*sT%.*s%s", (int)date.len, date.ptr, (int)clock.len, clock.ptr, c->local ? "" : "Z");
    if (k->w->host->time_parse(k->w->zoned, (voc_str){iso, (size_t)n}, &r->time_us, &r->resolution) != VOC_OK) return false;
    if (!c->local) r->time_us -= (int64_t)c->offset_s * 1000000;
    if (next_day) r->time_us += INT64_C(86400) * 1000000;
    return true;
}

bool wl_join_query(struct wl_work *k, struct wl_request *r)
{
    voc_str path = r->at[WL_TARGET], query = r->at[WL_QUERY];
    if (wl_none(query) || wl_none(path) || memchr(path.ptr, '?', path.len)) return true;
    bool mark = query.ptr[0] == '?'; // Apache's %q has it
    char *to = wl_room(k, path.len + query.len + 1);
    if (!to) return false;
    memcpy(to, path.ptr, path.len);
    to[path.len] = '?';
    memcpy(to + path.len + 1, query.ptr + mark, query.len - mark);
    r->at[WL_TARGET] = (voc_str){to, path.len + 1 + query.len - mark};
    return true;
}

bool wl_w3c_read(struct wl_work *k, voc_str line, struct wl_request *r, struct wl_fault *fault)
{
    static const struct wl_fault no_fields = {"FIELDS", "no #Fields line before it says what it holds"}, few = {"FIELDS", "it has fewer values than #Fields names"},
                                 many = {"FIELDS", "it has more values than #Fields names"}, no_time = {"TIME", "its time is not understood"}, memory = {NULL, NULL};
    const struct wl_w3c *c = k->w3c;
    bool tabs = memchr(line.ptr, '\t', line.len) != NULL, quoted;
    size_t at = 0;
    unsigned n = 0;
    voc_str value;
    if (!c || !c->known) return *fault = no_fields, false;
    while (next_value(line, &at, tabs, &value, &quoted)) {
        if (n == c->n) return *fault = many, false;
        enum wl_field field = c->field[n++];
        if (field == WL_SKIP) continue;
        bool text = field == WL_AGENT || field == WL_REFERRER || field == WL_USER;
        if (text && !quoted && !plain_text(k, &value)) return *fault = memory, false;
        if (r->at[field].ptr == NULL || wl_none(r->at[field])) r->at[field] = value;
    }
    if (n < c->n) return *fault = few, false;
    if (!read_time(k, c, r)) return *fault = no_time, false;
    voc_str t = r->at[WL_TARGET];
    if (!wl_none(t) && t.ptr[0] != '/' && t.ptr[0] != '*' && !memchr(t.ptr, ':', t.len)) { // "www.example.com/page" of cs-uri
        const char *slash = memchr(t.ptr, '/', t.len);
        r->at[WL_TARGET] = slash ? wl_cut(t, (size_t)(slash - t.ptr), t.len) : (voc_str){"/", 1};
    }
    return wl_join_query(k, r) ? true : (*fault = memory, false);
}
