// SPDX-License-Identifier: MIT
// Access logs of one JSON object a line: Caddy, Traefik, nginx with a JSON format, Cloudflare, Envoy, ECS. Read in one pass without
// a tree: the path of names to a value ("request.headers.user-agent", whether nested or written with dots) says what it is; of
// an array the first value counts. A message that is valid but names no page is another message. Any thread.
#include "plugins/input/weblog/weblog.h"

#define DEPTH_MAX 24
#define NAME_MAX 96u

static const struct key { const char *path; enum wl_field field; } keys[] = {
    {"ts", WL_TIME}, {"time", WL_TIME}, {"timestamp", WL_TIME}, {"@timestamp", WL_TIME}, {"date", WL_TIME}, {"datetime", WL_TIME}, {"msec", WL_TIME}, {"time_local", WL_TIME},
    {"time_iso8601", WL_TIME}, {"start_time", WL_TIME}, {"startutc", WL_TIME}, {"startlocal", WL_TIME}, {"edgestarttimestamp", WL_TIME}, {"requesttime", WL_TIME},
    {"request.client_ip", WL_IP}, {"request.remote_ip", WL_IP}, {"request.remote_addr", WL_IP}, {"remote_addr", WL_IP}, {"remote_ip", WL_IP}, {"client_ip", WL_IP},
    {"clientip", WL_IP}, {"clienthost", WL_IP}, {"ip", WL_IP}, {"source.ip", WL_IP}, {"client.ip", WL_IP}, {"client.address", WL_IP}, {"remote", WL_IP}, {"client", WL_IP},
    {"httprequest.remoteip", WL_IP}, {"downstream_remote_address", WL_IP},
    {"request.headers.x-forwarded-for", WL_FORWARDED}, {"http_x_forwarded_for", WL_FORWARDED}, {"x_forwarded_for", WL_FORWARDED}, {"x-forwarded-for", WL_FORWARDED},
    {"request_x-forwarded-for", WL_FORWARDED},
    {"user_id", WL_USER}, {"remote_user", WL_USER}, {"clientusername", WL_USER}, {"user.name", WL_USER}, {"userid", WL_USER}, {"user", WL_USER},
    {"request", WL_REQUEST}, {"request.method", WL_METHOD}, {"request_method", WL_METHOD}, {"requestmethod", WL_METHOD}, {"method", WL_METHOD}, {"http.request.method", WL_METHOD},
    {"clientrequestmethod", WL_METHOD}, {"httprequest.requestmethod", WL_METHOD}, {"verb", WL_METHOD},
    {"request.uri", WL_TARGET}, {"request_uri", WL_TARGET}, {"requesturi", WL_TARGET}, {"requestpath", WL_TARGET}, {"uri", WL_TARGET}, {"url", WL_TARGET}, {"path", WL_TARGET},
    {"url.original", WL_TARGET}, {"url.path", WL_TARGET}, {"clientrequesturi", WL_TARGET}, {"httprequest.requesturl", WL_TARGET},
    {"args", WL_QUERY}, {"query_string", WL_QUERY}, {"url.query", WL_QUERY}, {"query", WL_QUERY},
    {"status", WL_STATUS}, {"downstreamstatus", WL_STATUS}, {"response", WL_STATUS}, {"http.response.status_code", WL_STATUS}, {"edgeresponsestatus", WL_STATUS},
    {"response_code", WL_STATUS}, {"status_code", WL_STATUS}, {"httprequest.status", WL_STATUS}, {"code", WL_STATUS},
    {"size", WL_BYTES}, {"body_bytes_sent", WL_BYTES}, {"bytes_sent", WL_BYTES}, {"bytes", WL_BYTES}, {"length", WL_BYTES}, {"downstreamcontentsize", WL_BYTES},
    {"edgeresponsebytes", WL_BYTES}, {"http.response.body.bytes", WL_BYTES}, {"httprequest.responsesize", WL_BYTES},
    {"request.headers.referer", WL_REFERRER}, {"http_referer", WL_REFERRER}, {"referer", WL_REFERRER}, {"referrer", WL_REFERRER}, {"http_referrer", WL_REFERRER},
    {"request_referer", WL_REFERRER}, {"clientrequestreferer", WL_REFERRER}, {"http.request.referrer", WL_REFERRER}, {"httprequest.referer", WL_REFERRER},
    {"request.headers.user-agent", WL_AGENT}, {"http_user_agent", WL_AGENT}, {"user_agent", WL_AGENT}, {"useragent", WL_AGENT}, {"agent", WL_AGENT}, {"user-agent", WL_AGENT},
    {"request_user-agent", WL_AGENT}, {"clientrequestuseragent", WL_AGENT}, {"user_agent.original", WL_AGENT}, {"httprequest.useragent", WL_AGENT},
    {"request.host", WL_HOST}, {"http_host", WL_HOST}, {"host", WL_HOST}, {"server_name", WL_HOST}, {"vhost", WL_HOST}, {"requesthost", WL_HOST}, {"clientrequesthost", WL_HOST},
    {"url.domain", WL_HOST}, {"request.headers.cookie", WL_COOKIE}, {"http_cookie", WL_COOKIE}, {"cookie", WL_COOKIE},
    {"request_time", WL_TAKEN_S}, {"generation_time_milli", WL_TAKEN_MS}, {"duration_ms", WL_TAKEN_MS},
};

struct scan {
    voc_str s;
    size_t at;
    char path[NAME_MAX]; // of the value being read, in lower case
    size_t path_len;
    bool too_long;       // the path is
    struct wl_work *k;   // NULL: only looked at, and nothing is unescaped
    struct wl_request *r;
    bool seen[WL_FIELDS];
    bool memory;         // there is none
};

static void blanks(struct scan *x)
{
    while (x->at < x->s.len && (x->s.ptr[x->at] == ' ' || x->s.ptr[x->at] == '\t' || x->s.ptr[x->at] == '\r')) x->at++;
}

static char here(const struct scan *x) { return x->at < x->s.len ? x->s.ptr[x->at] : 0; }

// A string at its quote; *out as written, without quotes.
static bool string(struct scan *x, voc_str *out, bool *escaped)
{
    size_t from = ++x->at;
    *escaped = false;
    while (x->at < x->s.len && x->s.ptr[x->at] != '"') {
        if (x->s.ptr[x->at] == '\\') x->at++, *escaped = true;
        x->at++;
    }
    if (x->at >= x->s.len) return false;
    *out = wl_cut(x->s, from, x->at++);
    return true;
}

static int hex(char c) { return wl_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

static bool four(voc_str s, size_t i, unsigned *out)
{
    *out = 0;
    if (i + 4 > s.len) return false;
    for (size_t k = 0; k < 4; k++) {
        if (hex(s.ptr[i + k]) < 0) return false;
        *out = *out * 16 + (unsigned)hex(s.ptr[i + k]);
    }
    return true;
}

static size_t utf8(unsigned c, char *to)
{
    if (c < 0x80) return to[0] = (char)c, 1;
    if (c < 0x800) return to[0] = (char)(0xC0 | c >> 6), to[1] = (char)(0x80 | (c & 63)), 2;
    if (c < 0x10000) return to[0] = (char)(0xE0 | c >> 12), to[1] = (char)(0x80 | (c >> 6 & 63)), to[2] = (char)(0x80 | (c & 63)), 3;
    return to[0] = (char)(0xF0 | c >> 18), to[1] = (char)(0x80 | (c >> 12 & 63)), to[2] = (char)(0x80 | (c >> 6 & 63)),
           to[3] = (char)(0x80 | (c & 63)), 4;
}

// \uD83D\uDE00 is one character; half of one is the replacement character.
static size_t unicode(voc_str s, size_t *i, char *to)
{
    unsigned c, low;
    if (!four(s, *i + 2, &c)) return to[0] = '?', *i += 1, 1;
    *i += 5;
    if (c >= 0xD800 && c < 0xDC00 && *i + 2 < s.len && s.ptr[*i + 1] == '\\' && s.ptr[*i + 2] == 'u' && four(s, *i + 3, &low) &&
        low >= 0xDC00 && low < 0xE000) {
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        *i += 6;
    }
    return utf8(c >= 0xD800 && c < 0xE000 ? 0xFFFD : c, to);
}

static bool unescape(struct scan *x, voc_str *s)
{
    static const char from[] = "\"\\/bfnrt", to_[] = "\"\\/\b\f\n\r\t";
    char *to = wl_room(x->k, s->len);
    size_t n = 0;
    if (!to) return x->memory = true, false;
    for (size_t i = 0; i < s->len; i++) {
        if (s->ptr[i] != '\\' || i + 1 == s->len) {
            to[n++] = s->ptr[i];
            continue;
        }
        if (s->ptr[i + 1] == 'u') {
            n += unicode(*s, &i, to + n);
            continue;
        }
        const char *known = strchr(from, s->ptr[++i]);
        to[n++] = known && *known ? to_[known - from] : s->ptr[i];
    }
    *s = (voc_str){to, n};
    return true;
}

static void keep(struct scan *x, voc_str value, bool is_string, bool escaped)
{
    if (x->too_long || x->path_len == 0) return;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *p = keys[i].path;
        if (p[0] != x->path[0] || strlen(p) != x->path_len || memcmp(p, x->path, x->path_len) != 0) continue;
        x->seen[keys[i].field] = true;
        if (escaped && x->k && !unescape(x, &value)) return;
        voc_str *to = &x->r->at[keys[i].field];
        if (to->ptr == NULL || wl_none(*to)) *to = value;
        return;
    }
    static const char duration[] = "duration"; // Caddy: seconds; Traefik: nanoseconds
    if (!is_string && x->k && x->path_len == sizeof duration - 1 && memcmp(x->path, duration, x->path_len) == 0)
        x->r->at[memchr(value.ptr, '.', value.len) || value.len < 6 ? WL_TAKEN_S : WL_TAKEN_NS] = value;
}

static size_t push(struct scan *x, voc_str name)
{
    size_t before = x->path_len, n = before;
    if (n + name.len + 1 > NAME_MAX) return x->too_long = true, before;
    if (n) x->path[n++] = '.';
    for (size_t i = 0; i < name.len; i++) x->path[n++] = wl_lower(name.ptr[i]);
    x->path_len = n;
    return before;
}

static bool value(struct scan *x, int depth, bool counts);

static bool object(struct scan *x, int depth)
{
    voc_str name;
    bool escaped;
    x->at++;
    blanks(x);
    if (here(x) == '}') return x->at++, true;
    for (;;) {
        blanks(x);
        if (here(x) != '"' || !string(x, &name, &escaped)) return false;
        blanks(x);
        if (here(x) != ':') return false;
        x->at++;
        bool was_long = x->too_long;
        size_t before = push(x, name);
        if (!value(x, depth + 1, true)) return false;
        x->path_len = before;
        x->too_long = was_long;
        blanks(x);
        if (here(x) == '}') return x->at++, true;
        if (here(x) != ',') return false;
        x->at++;
    }
}

static bool array(struct scan *x, int depth, bool counts)
{
    x->at++;
    blanks(x);
    if (here(x) == ']') return x->at++, true;
    for (bool first = counts;; first = false) {
        if (!value(x, depth + 1, first)) return false;
        blanks(x);
        if (here(x) == ']') return x->at++, true;
        if (here(x) != ',') return false;
        x->at++;
    }
}

static bool value(struct scan *x, int depth, bool counts)
{
    voc_str text;
    bool escaped;
    if (depth > DEPTH_MAX) return false;
    blanks(x);
    char c = here(x);
    if (c == '{') {
        if (counts) return object(x, depth);
        bool was = x->too_long; // of an array's further objects nothing is kept
        x->too_long = true;
        bool ok = object(x, depth);
        x->too_long = was;
        return ok;
    }
    if (c == '[') return array(x, depth, counts);
    if (c == '"') {
        if (!string(x, &text, &escaped)) return false;
        if (counts) keep(x, text, true, escaped);
        return true;
    }
    size_t from = x->at;
    while (x->at < x->s.len && (wl_digit(here(x)) || (here(x) >= 'a' && here(x) <= 'z') || here(x) == '-' || here(x) == '+' ||
                                here(x) == '.' || here(x) == 'E'))
        x->at++;
    text = wl_cut(x->s, from, x->at);
    if (text.len == 0) return false;
    bool number = wl_digit(text.ptr[0]) || text.ptr[0] == '-';
    if (!number && !wl_is(text, "true") && !wl_is(text, "false") && !wl_is(text, "null")) return false;
    if (counts && number) keep(x, text, false, false);
    return true;
}

static bool whole(struct scan *x)
{
    const char *brace = memchr(x->s.ptr, '{', x->s.len); // docker writes "caddy  | {...}"
    if (!brace || (size_t)(brace - x->s.ptr) > 64) return false;
    x->at = (size_t)(brace - x->s.ptr);
    if (!object(x, 0)) return false;
    blanks(x);
    return x->at == x->s.len || (x->at + 1 == x->s.len && here(x) == ',');
}

bool wl_json_is_request(voc_str line)
{
    struct wl_request r;
    struct scan x = {.s = line, .r = &r};
    memset(&r, 0, sizeof r);
    if (!whole(&x)) return false;
    voc_str page = wl_none(r.at[WL_TARGET]) ? r.at[WL_REQUEST] : r.at[WL_TARGET];
    return page.len && (page.ptr[0] == '/' || page.ptr[0] == '*' || memchr(page.ptr, '/', page.len)) && x.seen[WL_TIME] &&
           (x.seen[WL_STATUS] + x.seen[WL_METHOD] + x.seen[WL_IP] + x.seen[WL_AGENT] + x.seen[WL_REQUEST] >= 2);
}

// Epochs by their size; else as the log of a server writes it, or ISO.
static bool read_time(struct wl_work *k, voc_str t, struct wl_request *r)
{
    size_t digits = 0;
    while (digits < t.len && wl_digit(t.ptr[digits])) digits++;
    bool number = digits == t.len || (digits && t.ptr[digits] == '.');
    if (number && digits == 19) t.len = digits = 16; // nanoseconds
    if (number) return wl_time_epoch(t, digits <= 11 ? 1000000 : digits <= 14 ? 1000 : 1, &r->time_us, &r->resolution);
    return wl_time_read(k, t.len == 26 && t.ptr[2] == '/' ? WL_TIME_CLF : WL_TIME_ISO, t, r);
}

bool wl_json_read(struct wl_work *k, voc_str line, struct wl_request *r, struct wl_fault *fault)
{
    static const struct wl_fault broken = {"JSON", "the line is not one whole JSON object"}, other = {"", "another message than a request"},
                                 no_time = {"TIME", "its time is missing, or not understood"}, memory = {NULL, NULL};
    struct scan x = {.s = line, .k = k, .r = r};
    if (!whole(&x)) return *fault = x.memory ? memory : broken, false;
    if (x.memory) return *fault = memory, false;
    if (wl_none(r->at[WL_TARGET]) && wl_none(r->at[WL_REQUEST])) return *fault = other, false;
    if (!wl_none(r->at[WL_TARGET])) r->at[WL_REQUEST] = (voc_str){NULL, 0};
    if (!read_time(k, r->at[WL_TIME], r)) return *fault = no_time, false;
    voc_str ip = r->at[WL_IP];
    const char *port = memchr(ip.ptr ? ip.ptr : "", ':', ip.len);
    if (port && !wl_is_address(ip)) r->at[WL_IP] = wl_cut(ip, 0, (size_t)(port - ip.ptr));
    return wl_join_query(k, r) ? true : (*fault = memory, false);
}
