// SPDX-License-Identifier: MIT
// What layout a log has, from its first lines. Each of some dozens of lines is taken apart by blanks, quotes and brackets and
// proposes a format string for itself; the proposal that reads most of the lines is taken. So any order of the usual parts is
// found, and what was found can be shown, kept and mended as a format string. Called by the probe and when a file is opened.
#include <stdio.h>

#include "plugins/input/weblog/weblog.h"

#define LINES_MAX 60u
#define WORDS_MAX 40u
#define PROPOSALS_MAX 12u

// ---- words of a line -------------------------------------------------------------------------------------------------------------

enum shape { PLAIN, QUOTED, BRACKETED, ROUND };

struct word { voc_str text; enum shape shape; };

// False: the line is not made of words with one blank between.
static bool cut_words(voc_str line, struct word words[WORDS_MAX], unsigned *n)
{
    static const char close[] = {' ', '"', ']', ')'};
    size_t at = 0;
    *n = 0;
    while (at < line.len) {
        enum shape shape = line.ptr[at] == '"' ? QUOTED : line.ptr[at] == '[' ? BRACKETED : line.ptr[at] == '(' ? ROUND : PLAIN;
        size_t from = at + (shape != PLAIN);
        at = from;
        while (at < line.len && (line.ptr[at] != close[shape] || (shape == QUOTED && at + 1 < line.len && line.ptr[at + 1] != ' ')))
            at += shape == QUOTED && line.ptr[at] == '\\' ? 2 : 1;
        if (at > line.len || (shape != PLAIN && at == line.len)) return false;
        if (*n == WORDS_MAX) return false;
        words[(*n)++] = (struct word){wl_cut(line, from, at), shape};
        at += shape != PLAIN;
        if (at < line.len && line.ptr[at] != ' ') return false;
        at++;
    }
    return *n > 0;
}

static bool is_clf_time(const struct word *w)
{
    return w->shape == BRACKETED && w->text.len == 26 && w->text.ptr[2] == '/' && w->text.ptr[6] == '/' && w->text.ptr[11] == ':' &&
           w->text.ptr[20] == ' ';
}

static bool is_iso_time(voc_str s)
{
    return s.len >= 19 && wl_digit(s.ptr[0]) && s.ptr[4] == '-' && s.ptr[7] == '-' && s.ptr[10] == 'T' && s.ptr[13] == ':';
}

static bool is_whole_number(voc_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!wl_digit(s.ptr[i])) return false;
    return s.len > 0;
}

static bool is_decimal(voc_str s)
{
    size_t dots = 0;
    for (size_t i = 0; i < s.len; i++) {
        dots += s.ptr[i] == '.';
        if (!wl_digit(s.ptr[i]) && s.ptr[i] != '.') return false;
    }
    return s.len > 2 && dots == 1 && wl_digit(s.ptr[0]) && wl_digit(s.ptr[s.len - 1]);
}

static bool is_status(voc_str s) { return s.len == 3 && s.ptr[0] >= '1' && s.ptr[0] <= '5' && wl_digit(s.ptr[1]) && wl_digit(s.ptr[2]); }

// Of the words from w on; "-" is one too, if a status follows: of a connection that asked for nothing.
static bool is_request(const struct word *w, unsigned n)
{
    static const char *const methods[] = {"GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "PROPFIND "};
    if (w->shape != QUOTED) return false;
    if (wl_none(w->text)) return n > 1 && is_status(w[1].text);
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (w->text.len > strlen(methods[i]) && memcmp(w->text.ptr, methods[i], strlen(methods[i])) == 0) return true;
    return false;
}

// ---- a proposal --------------------------------------------------------------------------------------------------------------------

struct text {
    char at[WL_LITERALS];
    size_t n;
    bool taken; // a whole number at its end was taken for microseconds
};

static void add(struct text *t, const char *s)
{
    size_t len = strlen(s);
    if (t->n + len + 1 > sizeof t->at) return;
    memcpy(t->at + t->n, s, len + 1);
    t->n += len;
}

static void add_word(struct text *t, const char *name, enum shape shape)
{
    static const char *const open[] = {"", "\"", "[", "("}, *const close[] = {"", "\"", "]", ")"};
    if (t->n) add(t, " ");
    add(t, open[shape]);
    add(t, name);
    add(t, close[shape]);
}

// What stands before the time: the address, a host before or behind it, the user last.
static void propose_front(struct text *t, const struct word *w, unsigned n)
{
    unsigned ip = 0;
    while (ip < n && !wl_is_address(w[ip].text)) ip++;
    if (ip == n) ip = n >= 4 ? 1 : 0; // a name instead of an address
    for (unsigned i = 0; i < n; i++) {
        bool last = i + 1 == n, host = i != ip && !last && memchr(w[i].text.ptr, '.', w[i].text.len) && !wl_is_address(w[i].text);
        if (i == 0 && ip == 1) host = true;
        add_word(t, i == ip ? "$remote_addr" : host ? "$host" : last ? "$remote_user" : "$ident", w[i].shape);
    }
}

// What stands behind the bytes: referrer and agent in quotes, then what there is.
static void propose_end(struct text *t, const struct word *w, unsigned n, unsigned i)
{
    unsigned quoted = 0;
    for (; i < n; i++) {
        const char *name = "$unknown";
        if (w[i].shape == QUOTED) {
            static const char *const names[] = {"$http_referer", "$http_user_agent", "$http_x_forwarded_for"};
            name = quoted < 3 ? names[quoted] : "$unknown";
            quoted++;
        } else if (w[i].shape == PLAIN && quoted >= 2 && is_decimal(w[i].text)) {
            name = "$request_time";
        } else if (w[i].shape == PLAIN && quoted >= 2 && i + 1 == n && is_whole_number(w[i].text) && w[i].text.len >= 5) {
            name = "$taken_us";
            t->taken = true;
        }
        add_word(t, name, w[i].shape);
    }
}

// NCSA and its relatives: ... [time] ... "request" status bytes ...
static bool propose_ncsa(struct text *t, const struct word *w, unsigned n)
{
    unsigned time = 0, request, i;
    while (time < n && !is_clf_time(&w[time])) time++;
    if (time == 0 || time >= n) return false;
    request = time + 1;
    while (request < n && !is_request(&w[request], n - request)) request++;
    if (request >= n) return false;
    propose_front(t, w, time);
    add_word(t, "$time_local", BRACKETED);
    for (i = time + 1; i < request; i++) add_word(t, "$unknown", w[i].shape);
    add_word(t, "$request", QUOTED);
    i = request + 1;
    if (i < n && is_status(w[i].text)) add_word(t, "$status", w[i++].shape);
    if (i < n && w[i].shape == PLAIN && (is_whole_number(w[i].text) || wl_none(w[i].text))) add_word(t, "$body_bytes_sent", w[i++].shape);
    propose_end(t, w, n, i);
    return true;
}

static const struct preset { const char *said, *format; } presets[] = {
    {"an Amazon S3 access log",
     "$owner $bucket [$time_local] $remote_addr $requester $id $operation $key \"$request\" $status $error $bytes_sent $size $total $turn \"$http_referer\" \"$http_user_agent\"$rest"},
    {"an Amazon application load balancer's log",
     "$type $time_iso8601 $elb $remote_addr $target $t1 $t2 $t3 $status $target_status $received $bytes_sent \"$request\" \"$http_user_agent\"$rest"},
    {"an Amazon load balancer's log",
     "$time_iso8601 $elb $remote_addr $target $t1 $t2 $t3 $status $target_status $received $bytes_sent \"$request\" \"$http_user_agent\"$rest"},
    {"an HAProxy log with captured headers",
     "$before haproxy[$pid]: $remote_addr [$time_haproxy] $frontend $backend $timers $status $bytes_sent $c1 $c2 $state $counts $queues {$captured_headers} $more\"$request\"$rest"},
    {"an HAProxy log", "$before haproxy[$pid]: $remote_addr [$time_haproxy] $frontend $backend $timers $status $bytes_sent $c1 $c2 $state $counts $queues \"$request\"$rest"},
};

static bool holds(voc_str s, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= s.len; i++)
        if (memcmp(s.ptr + i, word, n) == 0) return true;
    return false;
}

static const struct preset *preset_for(voc_str line, const struct word *w, unsigned n)
{
    if (holds(line, " haproxy[")) return holds(line, " {") ? &presets[3] : &presets[4];
    if (n > 11 && w[0].text.len == 64 && is_clf_time(&w[2]) && wl_is_address(w[3].text)) return &presets[0];
    if (n > 12 && is_iso_time(w[1].text) && wl_is_address(w[3].text) && w[12].shape == QUOTED) return &presets[1];
    if (n > 11 && is_iso_time(w[0].text) && wl_is_address(w[2].text) && w[11].shape == QUOTED) return &presets[2];
    return NULL;
}

// ---- choosing ------------------------------------------------------------------------------------------------------------------------

struct proposal { struct text text; const char *said; size_t votes, read; };

struct guesser {
    const voc_host *host;
    voc_context *cx;
    voc_str lines[LINES_MAX];
    unsigned n_lines;
    struct proposal proposals[PROPOSALS_MAX];
    unsigned n_proposals;
    struct weblog w;
    struct wl_work k;
};

static void vote(struct guesser *g, const struct text *t, const char *said)
{
    for (unsigned i = 0; i < g->n_proposals; i++)
        if (g->proposals[i].text.n == t->n && memcmp(g->proposals[i].text.at, t->at, t->n) == 0) {
            g->proposals[i].votes++;
            return;
        }
    if (g->n_proposals == PROPOSALS_MAX) return;
    g->proposals[g->n_proposals++] = (struct proposal){*t, said, 1, 0};
}

static void propose(struct guesser *g, voc_str line)
{
    struct word words[WORDS_MAX];
    struct text t = {.n = 0};
    unsigned n = 0;
    bool cut = cut_words(line, words, &n);
    const struct preset *p = preset_for(line, words, cut ? n : 0);
    if (p) {
        add(&t, p->format);
        vote(g, &t, p->said);
    } else if (cut && propose_ncsa(&t, words, n)) {
        vote(g, &t, NULL);
    }
}

// How many of the lines the proposal reads.
static void count_read(struct guesser *g, struct proposal *p)
{
    struct wl_fault fault;
    if (wl_layout_compile(&g->w.layout, (voc_str){p->text.at, p->text.n}) != NULL) return;
    for (unsigned i = 0; i < g->n_lines; i++) {
        struct wl_request r;
        memset(&r, 0, sizeof r);
        g->k.used = 0;
        p->read += wl_layout_read(&g->k, g->lines[i], &r, &fault) && (wl_none(r.at[WL_STATUS]) || is_status(r.at[WL_STATUS]));
    }
}

static const char *name_of(const struct text *t)
{
    static const struct { const char *format, *name; } known[] = {
        {"$remote_addr $ident $remote_user [$time_local] \"$request\" $status $body_bytes_sent", "the common log format"},
        {"$remote_addr $ident $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\"", "the combined log format of Apache and nginx"},
        {"$remote_addr $ident $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\" \"$http_x_forwarded_for\"",
         "the combined log format with a forwarded address"},
        {"$host $remote_addr $ident $remote_user [$time_local] \"$request\" $status $body_bytes_sent", "the common log format with hosts"},
        {"$host $remote_addr $ident $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\"", "the combined log format with hosts"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (t->n == strlen(known[i].format) && memcmp(t->at, known[i].format, t->n) == 0) return known[i].name;
    return "an access log with its own order of fields";
}

static void take_lines(struct guesser *g, voc_str text, bool complete)
{
    if (text.len >= 3 && memcmp(text.ptr, "\xEF\xBB\xBF", 3) == 0) text = wl_cut(text, 3, text.len);
    while (text.len && g->n_lines < LINES_MAX) {
        const char *nl = memchr(text.ptr, '\n', text.len);
        size_t len = nl ? (size_t)(nl - text.ptr) : text.len;
        voc_str line = wl_cut(text, 0, len);
        if (!nl && !complete && g->n_lines) return; // cut off
        if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
        while (line.len && line.ptr[0] == 0) line.ptr++, line.len--;
        bool blank = true;
        for (size_t i = 0; i < line.len && blank; i++) blank = line.ptr[i] == ' ' || line.ptr[i] == '\t';
        if (!blank && line.len < WL_GUESS_LINE) g->lines[g->n_lines++] = line;
        text = wl_cut(text, len + (nl != NULL), text.len);
    }
}

static bool is_w3c(struct guesser *g, struct wl_guess *out)
{
    struct wl_w3c c;
    bool found = false;
    for (unsigned i = 0; i < g->n_lines; i++) {
        if (g->lines[i].ptr[0] != '#') {
            if (!found) return false; // a line before any #Fields
            out->read++;
            continue;
        }
        memset(&c, 0, sizeof c);
        found = found || wl_w3c_fields(g->lines[i], &c);
    }
    out->said = "an extended log (W3C, #Fields)";
    return found;
}

static bool is_json(struct guesser *g, struct wl_guess *out)
{
    for (unsigned i = 0; i < g->n_lines; i++) out->read += wl_json_is_request(g->lines[i]);
    out->said = "an access log of JSON lines";
    return out->read > 0;
}

static void choose(struct guesser *g, struct wl_guess *out)
{
    struct proposal *best = NULL;
    for (unsigned i = 0; i < g->n_lines; i++)
        if (g->lines[i].ptr[0] != '#') propose(g, g->lines[i]);
    for (unsigned i = 0; i < g->n_proposals; i++) {
        struct proposal *p = &g->proposals[i];
        count_read(g, p);
        if (!best || p->read > best->read || (p->read == best->read && p->votes > best->votes)) best = p;
    }
    if (!best || best->read == 0) return;
    memcpy(out->format, best->text.at, best->text.n);
    out->format_len = best->text.n;
    out->said = best->said ? best->said : name_of(&best->text);
    out->taken_guessed = best->text.taken;
    out->read = best->read;
}

voc_rc wl_guess(const voc_host *host, voc_context *cx, voc_str text, bool complete, struct wl_guess *out)
{
    struct guesser *g = host->alloc(cx, sizeof *g);
    memset(out, 0, sizeof *out);
    if (!g) return VOC_E_NOMEM;
    memset(g, 0, sizeof *g);
    g->host = g->w.host = host;
    g->cx = g->w.cx = cx;
    g->k.w = &g->w;
    g->k.room = WL_SCRATCH;
    g->k.scratch = host->alloc(cx, g->k.room);
    voc_rc rc = g->k.scratch ? host->time_format(cx, &g->w.zoned, (voc_str){"", 0}, (voc_str){"", 0}) : VOC_E_NOMEM;
    g->w.zone_utc = true;
    take_lines(g, text, complete);
    out->lines = g->n_lines;
    if (!rc && is_w3c(g, out)) out->kind = WL_KIND_W3C;
    else if (!rc && (out->read = 0, is_json(g, out))) out->kind = WL_KIND_JSON;
    else if (!rc) choose(g, out);
    for (unsigned i = 0; i < g->n_lines; i++) out->lines -= g->lines[i].ptr[0] == '#' && out->kind != WL_KIND_JSON;
    host->free(cx, g->k.scratch);
    host->free(cx, g);
    return rc;
}
