// SPDX-License-Identifier: MIT
// Format strings of Apache (%h %l "%r" %>s) and nginx ($remote_addr "$request"), compiled into fields and the literals that end
// them, and lines taken apart by them. A field ends where the whole literal behind it begins; within quotes a backslash takes
// the next byte along. Escapes (\" \\ \xHH) are undone only where a field has one. Read-only after compiling; any thread.
#include "plugins/input/weblog/bytes.h"
#include "plugins/input/weblog/weblog.h"

// ---- names of fields --------------------------------------------------------------------------------------------------------

struct name { const char *name; enum wl_field field; enum wl_time time; };

static const struct name nginx_names[] = {
    {"remote_addr", WL_IP, 0}, {"client_ip", WL_IP, 0}, {"realip_remote_addr", WL_SKIP, 0}, {"remote_user", WL_USER, 0}, {"time_local", WL_TIME, WL_TIME_CLF},
    {"time_iso8601", WL_TIME, WL_TIME_ISO}, {"msec", WL_TIME, WL_TIME_EPOCH_S}, {"time_haproxy", WL_TIME, WL_TIME_HAPROXY}, {"request", WL_REQUEST, 0},
    {"request_method", WL_METHOD, 0}, {"request_uri", WL_TARGET, 0}, {"uri", WL_TARGET, 0}, {"document_uri", WL_TARGET, 0}, {"args", WL_QUERY, 0},
    {"query_string", WL_QUERY, 0}, {"status", WL_STATUS, 0}, {"body_bytes_sent", WL_BYTES, 0}, {"bytes_sent", WL_BYTES, 0}, {"http_referer", WL_REFERRER, 0},
    {"http_user_agent", WL_AGENT, 0}, {"host", WL_HOST, 0}, {"http_host", WL_HOST, 0}, {"server_name", WL_HOST, 0}, {"http_x_forwarded_for", WL_FORWARDED, 0},
    {"proxy_add_x_forwarded_for", WL_FORWARDED, 0}, {"http_cf_connecting_ip", WL_FORWARDED, 0}, {"http_x_real_ip", WL_FORWARDED, 0}, {"http_cookie", WL_COOKIE, 0},
    {"request_time", WL_TAKEN_S, 0}, {"taken_ms", WL_TAKEN_MS, 0}, {"taken_us", WL_TAKEN_US, 0}, {"captured_headers", WL_CAPTURED, 0},
};

// Letters of Apache without a name in braces.
static const struct { char letter; enum wl_field field; enum wl_time time; } apache_letters[] = {
    {'h', WL_IP, 0}, {'a', WL_IP, 0}, {'u', WL_USER, 0}, {'t', WL_TIME, WL_TIME_CLF}, {'r', WL_REQUEST, 0}, {'m', WL_METHOD, 0}, {'U', WL_TARGET, 0},
    {'q', WL_QUERY, 0}, {'s', WL_STATUS, 0}, {'b', WL_BYTES, 0}, {'B', WL_BYTES, 0}, {'O', WL_BYTES, 0}, {'D', WL_TAKEN_US, 0}, {'T', WL_TAKEN_S, 0},
    {'v', WL_HOST, 0}, {'V', WL_HOST, 0},
};

static const struct { const char *header; enum wl_field field; } headers[] = {
    {"referer", WL_REFERRER}, {"referrer", WL_REFERRER}, {"user-agent", WL_AGENT}, {"host", WL_HOST}, {"x-forwarded-for", WL_FORWARDED}, {"x-real-ip", WL_FORWARDED},
    {"cf-connecting-ip", WL_FORWARDED}, {"true-client-ip", WL_FORWARDED}, {"cookie", WL_COOKIE},
};

// ---- compiling -----------------------------------------------------------------------------------------------------------------

static bool add_literal(struct wl_layout *l, const char *s, size_t len)
{
    if (l->literals_len + len > WL_LITERALS) return false;
    memcpy(l->literals + l->literals_len, s, len);
    l->literals_len += len;
    l->steps[l->n - 1].literal_len = (uint16_t)(l->steps[l->n - 1].literal_len + len);
    return true;
}

// What holds no blank where the line is as its layout says.
static bool is_one_word(unsigned field)
{
    return field == WL_IP || field == WL_STATUS || field == WL_BYTES || field == WL_TAKEN_S || field == WL_TAKEN_MS || field == WL_TAKEN_US;
}

static bool add_field(struct wl_layout *l, enum wl_field field, enum wl_time time)
{
    if (l->n == WL_STEPS) return false;
    const struct wl_step *before = &l->steps[l->n - 1];
    bool quoted = before->literal_len && l->literals[l->literals_len - 1] == '"';
    l->steps[l->n++] = (struct wl_step){.field = (uint8_t)field, .quoted = quoted, .time = (uint8_t)time,
                                        .one_word = is_one_word(field), .literal = (uint16_t)l->literals_len};
    l->has[field] = true;
    l->proxy |= field == WL_TIME && time == WL_TIME_HAPROXY;
    return true;
}

// The pattern of strftime in letters of the host's times. False: it has something that no pattern says.
static bool strftime_pattern(voc_str s, char out[WL_PATTERN])
{
    static const struct { char letter; const char *is; } letters[] = {{'d', "dd"}, {'e', "d"}, {'m', "MM"}, {'b', "MMM"}, {'h', "MMM"}, {'B', "MMMM"}, {'Y', "yyyy"}, {'y', "yy"},
        {'H', "HH"}, {'I', "hh"}, {'M', "mm"}, {'S', "ss"}, {'p', "a"}, {'z', "xx"}, {'T', "HH:mm:ss"}, {'F', "yyyy-MM-dd"}, {'R', "HH:mm"}, {'D', "MM/dd/yy"}, {'a', "EEE"}};
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        const char *is = NULL;
        char quoted[4] = {'\'', s.ptr[i], '\'', 0}, plain[2] = {s.ptr[i], 0};
        if (s.ptr[i] == '%' && i + 1 < s.len) {
            i++;
            for (size_t k = 0; k < sizeof letters / sizeof *letters; k++)
                if (letters[k].letter == s.ptr[i]) is = letters[k].is;
            if (!is) return false;
        } else {
            bool letter = (s.ptr[i] >= 'a' && s.ptr[i] <= 'z') || (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z');
            is = letter ? quoted : plain;
        }
        if (n + strlen(is) + 1 > WL_PATTERN) return false;
        memcpy(out + n, is, strlen(is) + 1);
        n += strlen(is);
    }
    return n > 0;
}

// %{NAME}letter
static const char *add_named(struct wl_layout *l, voc_str name, char letter)
{
    enum wl_field field = WL_SKIP;
    if (letter == 't') {
        enum wl_time time = WL_TIME_PATTERN;
        if (wl_is(name, "sec")) time = WL_TIME_EPOCH_S;
        else if (wl_is(name, "msec")) time = WL_TIME_EPOCH_MS;
        else if (wl_is(name, "usec")) time = WL_TIME_EPOCH_US;
        else if (l->pattern[0]) return "it has two times with patterns of their own";
        else if (!strftime_pattern(name, l->pattern)) return "the pattern of its time has a letter that is not known";
        return add_field(l, WL_TIME, time) ? NULL : "it is too long";
    }
    if (letter == 'i')
        for (size_t k = 0; k < sizeof headers / sizeof *headers; k++)
            if (wl_ieq(name, headers[k].header)) field = headers[k].field;
    if (letter == 'T') field = wl_is(name, "ms") ? WL_TAKEN_MS : wl_is(name, "us") ? WL_TAKEN_US : WL_TAKEN_S;
    if (letter == 'a') field = wl_is(name, "c") ? WL_SKIP : WL_IP;
    if (letter == 'C') field = WL_COOKIE_VALUE;
    return add_field(l, field, 0) ? NULL : "it is too long";
}

// A directive of Apache at s[*i], behind the %.
static const char *add_apache(struct wl_layout *l, voc_str s, size_t *i)
{
    while (*i < s.len && (s.ptr[*i] == '>' || s.ptr[*i] == '<' || s.ptr[*i] == '!' || s.ptr[*i] == ',' || wl_digit(s.ptr[*i]))) ++*i;
    if (*i == s.len) return "it ends in %";
    char c = s.ptr[*i];
    if (c == '%') return add_literal(l, s.ptr + (*i)++, 1) ? NULL : "it is too long";
    if (c == '{') {
        size_t end = *i + 1;
        while (end < s.len && s.ptr[end] != '}') end++;
        if (end + 1 >= s.len) return "a brace in it is not closed";
        voc_str name = wl_cut(s, *i + 1, end);
        size_t letter = end + 1;
        *i = letter + 1;
        if (s.ptr[letter] == '^') *i = letter + 3; // %{...}^ti
        return add_named(l, name, s.ptr[letter]);
    }
    ++*i;
    if (c == 't' && !add_literal(l, "[", 1)) return "it is too long";
    if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z')) return "a % in it is not followed by a letter";
    enum wl_field field = WL_SKIP;
    enum wl_time time = 0;
    for (size_t k = 0; k < sizeof apache_letters / sizeof *apache_letters; k++)
        if (apache_letters[k].letter == c) field = apache_letters[k].field, time = apache_letters[k].time;
    if (!add_field(l, field, time)) return "it is too long";
    return c != 't' || add_literal(l, "]", 1) ? NULL : "it is too long";
}

// A variable of nginx at s[*i], behind the $.
static const char *add_nginx(struct wl_layout *l, voc_str s, size_t *i)
{
    bool braced = *i < s.len && s.ptr[*i] == '{';
    size_t from = *i + braced, end = from;
    while (end < s.len && ((s.ptr[end] >= 'a' && s.ptr[end] <= 'z') || wl_digit(s.ptr[end]) || s.ptr[end] == '_')) end++;
    voc_str name = wl_cut(s, from, end);
    if (name.len == 0 || (braced && (end == s.len || s.ptr[end] != '}'))) return "a $ in it is not followed by a name";
    *i = end + braced;
    if (wl_is(name, "rest")) return *i == s.len ? (l->open_end = true, NULL) : "$rest is not at its end";
    enum wl_field field = name.len > 7 && memcmp(name.ptr, "cookie_", 7) == 0 ? WL_COOKIE_VALUE : WL_SKIP;
    enum wl_time time = 0;
    for (size_t k = 0; k < sizeof nginx_names / sizeof *nginx_names; k++)
        if (wl_is(name, nginx_names[k].name)) field = nginx_names[k].field, time = nginx_names[k].time;
    return add_field(l, field, time) ? NULL : "it is too long";
}

const char *wl_layout_compile(struct wl_layout *l, voc_str s)
{
    memset(l, 0, sizeof *l);
    l->n = 1;
    bool apache = memchr(s.ptr, '%', s.len) != NULL && memchr(s.ptr, '$', s.len) == NULL;
    for (size_t i = 0; i < s.len;) {
        const char *wrong = NULL;
        char c = s.ptr[i];
        if (apache && c == '\\' && i + 1 < s.len && (s.ptr[i + 1] == '"' || s.ptr[i + 1] == 't')) { // as it stands in httpd.conf
            if (!add_literal(l, s.ptr[i + 1] == 't' ? "\t" : "\"", 1)) wrong = "it is too long";
            i += 2;
        } else if (apache && c == '%') {
            i++;
            wrong = add_apache(l, s, &i);
        } else if (!apache && c == '$') {
            i++;
            wrong = add_nginx(l, s, &i);
        } else {
            if (!add_literal(l, s.ptr + i, 1)) wrong = "it is too long";
            i++;
        }
        if (wrong) return wrong;
    }
    for (unsigned k = 1; k + 1 < l->n; k++)
        if (l->steps[k].literal_len == 0) return "two of its fields stand side by side, so that nothing says where the first ends";
    for (unsigned k = 0; k < l->n; k++) {
        struct wl_step *step = &l->steps[k];
        const size_t n = step->literal_len < sizeof step->begins ? step->literal_len : sizeof step->begins;
        memcpy(&step->begins, l->literals + step->literal, n);
        memset(&step->mask, 0xFF, n);
        step->clf = step->field == WL_TIME && step->time == WL_TIME_CLF && n && l->literals[step->literal] == ']';
        step->sought = n && (k + 1 < l->n || l->open_end);
        if (n) memset(step->ends, l->literals[step->literal], sizeof step->ends);
        const bool ends_at_blank = step->sought && n == 1 && l->literals[step->literal] == ' ';
        step->plain = step->field != WL_TIME && step->field != WL_SKIP && (!step->one_word || ends_at_blank);
        for (unsigned i = 1; i < k; i++) step->plain &= l->steps[i].field != step->field;
    }
    if (!l->has[WL_TIME]) return "it has no time (%t, $time_local)";
    if (!l->has[WL_REQUEST] && !l->has[WL_TARGET]) return "it has no request (%r, $request)";
    return NULL;
}

// ---- reading ---------------------------------------------------------------------------------------------------------------------

static int hex(char c) { return wl_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

// \" \\ \t \xHH and the like; anything else stays as it is.
static bool unescape(struct wl_work *k, voc_str *s)
{
    size_t n = 0;
    char *to = wl_room(k, s->len);
    if (!to) return false;
    for (size_t i = 0; i < s->len; i++) {
        char c = s->ptr[i];
        if (c == '\\' && i + 1 < s->len) {
            char e = s->ptr[i + 1];
            if (e == 'x' && i + 3 < s->len && hex(s->ptr[i + 2]) >= 0 && hex(s->ptr[i + 3]) >= 0) {
                to[n++] = (char)(hex(s->ptr[i + 2]) * 16 + hex(s->ptr[i + 3]));
                i += 3;
                continue;
            }
            if (e == '"' || e == '\\') c = e, i++;
            else if (e == 't') c = '\t', i++;
            else if (e == 'n') c = '\n', i++;
            else if (e == 'r') c = '\r', i++;
        }
        to[n++] = c;
    }
    *s = (voc_str){to, n};
    return true;
}

// Whether the literal stands at p; its first byte is known to.
static inline bool is_there(const char *p, const char *end, const struct wl_step *s, const char *literal)
{
    if (s->literal_len == 1) return true;
    if (end - p >= 8 && s->literal_len <= 8) return ((wl_eight(p) ^ s->begins) & s->mask) == 0;
    return (size_t)(end - p) >= s->literal_len && memcmp(p, literal, s->literal_len) == 0;
}

// Where the literal begins that ends a field, from p on; NULL: nowhere. slashes: the line has backslashes, so that one may
// stand before a quote.
static inline const char *find_end(const char *line, const char *p, const char *end, const struct wl_step *s, const char *literal, bool slashes)
{
    for (;;) {
        const char *hit = wl_first_of(p, end, literal[0], s->ends);
        size_t n = 0;
        if (!hit) return NULL;
        while (slashes && hit - line > (ptrdiff_t)n && hit[-1 - (ptrdiff_t)n] == '\\') n++;
        if (n % 2 == 0 && is_there(hit, end, s, literal)) return hit;
        p = hit + 1;
    }
}

static struct wl_fault cut_short(const struct wl_step *s)
{
    static const char *const reasons[WL_FIELDS] = {
        [WL_SKIP] = "it does not have the fields of its layout", [WL_IP] = "the line ends within the visitor's address", [WL_USER] = "the line ends within the user",
        [WL_TIME] = "the line ends within its time", [WL_REQUEST] = "the line ends within the request", [WL_METHOD] = "the line ends within the method",
        [WL_TARGET] = "the line ends within the page", [WL_QUERY] = "the line ends within the query", [WL_STATUS] = "the line ends before its status",
        [WL_BYTES] = "the line ends before its bytes", [WL_REFERRER] = "the line ends within the referrer", [WL_AGENT] = "the line ends within the user agent",
        [WL_HOST] = "the line ends within the host", [WL_COOKIE] = "the line ends within the cookie"};
    const char *reason = reasons[s->field];
    return (struct wl_fault){"FIELDS", reason ? reason : "the line ends too early"};
}

// text: the field, with the rest of the line behind it.
static inline bool read_field(struct wl_work *k, const struct wl_step *s, voc_str text, const char *end, bool slashes,
                              struct wl_request *r, struct wl_fault *fault)
{
    static const struct wl_fault no_time = {"TIME", "its time is not understood"}, memory = {NULL, NULL}, more = {"FIELDS", "it does not have the fields of its layout"};
    if (s->field == WL_TIME) return (s->clf ? wl_time_clf(k, text, r) : wl_time_read(k, s->time, text, r)) || (*fault = no_time, false);
    if (s->field == WL_SKIP) return true;
    if (s->one_word) {
        const char *blank = wl_first(text.ptr, end, ' '); // beyond the field: of short texts that takes no call
        if (blank && blank < text.ptr + text.len) return *fault = more, false;
    }
    if (slashes && s->quoted && memchr(text.ptr, '\\', text.len) && !unescape(k, &text)) return *fault = memory, false;
    if (wl_none(r->at[s->field])) r->at[s->field] = text; // named twice: the first that says something
    return true;
}

#define CLF_LEN 26 // "22/Jan/2019:03:56:14 +0330"

// Where the field of step s ends that begins at p; NULL: it does not.
static inline const char *field_end(const struct wl_layout *l, const struct wl_step *s, voc_str line, const char *p, bool slashes)
{
    const char *literal = l->literals + s->literal, *end = line.ptr + line.len;
    if (s->sought) {
        // a time that can be read is as long as this, and has no bracket in it
        if (s->clf && end - p > CLF_LEN && p[CLF_LEN] == ']' && is_there(p + CLF_LEN, end, s, literal)) return p + CLF_LEN;
        return find_end(line.ptr, p, end, s, literal, slashes && s->quoted);
    }
    if ((size_t)(end - p) < s->literal_len || memcmp(end - s->literal_len, literal, s->literal_len) != 0) return NULL;
    return end - s->literal_len;
}

// Whether the line has a backslash. Nearly none has: a block is looked through at once, from one to the next.
static inline bool has_slash(struct wl_work *k, voc_str line)
{
    const char *end = line.ptr + line.len, *all = k->block.ptr + k->block.len;
    if (k->plain && line.ptr >= k->plain && end <= k->plain_end) return false;
    if (!wl_in_block(k, line.ptr, line.len)) return memchr(line.ptr, '\\', line.len) != NULL;
    const char *slash = memchr(line.ptr, '\\', (size_t)(all - line.ptr));
    k->plain = line.ptr;
    k->plain_end = slash ? slash : all;
    return end > k->plain_end;
}

bool wl_layout_read(struct wl_work *k, voc_str line, struct wl_request *r, struct wl_fault *fault)
{
    const struct wl_layout *l = &k->w->layout;
    static const struct wl_fault message = {"", "another message than a request"};
    const size_t begins = l->steps[0].literal_len;
    if (l->proxy && !memchr(line.ptr, '"', line.len)) return *fault = message, false;
    if (line.len < begins || (begins && memcmp(line.ptr, l->literals, begins) != 0)) return *fault = cut_short(&l->steps[0]), false;
    const bool slashes = has_slash(k, line);
    const char *p = line.ptr + begins;
    for (const struct wl_step *s = l->steps + 1, *stop = l->steps + l->n; s < stop; s++) {
        const char *to = field_end(l, s, line, p, slashes);
        if (!to) return *fault = cut_short(s), false;
        if (s->plain && !slashes) r->at[s->field] = (voc_str){p, (size_t)(to - p)};
        else if (!read_field(k, s, (voc_str){p, (size_t)(to - p)}, line.ptr + line.len, slashes, r, fault)) return false;
        p = to + s->literal_len;
    }
    if (!l->has[WL_QUERY] || wl_join_query(k, r)) return true;
    return *fault = (struct wl_fault){NULL, NULL}, false;
}
