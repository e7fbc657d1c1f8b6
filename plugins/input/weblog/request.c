// SPDX-License-Identifier: MIT
// A request as an event: who, what (view, download, submit, redirect, error-page; of machines: crawl, load), which page, from
// where. What a browser fetches by itself and what robots do is nobody's act: it is kept apart as acts of others, so that
// pages and visits hold what people did. Any thread, on its own work.
#include <stdio.h>

#include "plugins/input/weblog/bytes.h"
#include "plugins/input/weblog/weblog.h"

#define REFERRER_MAX 512u
#define ATTR(key_) (voc_str) VOC_LIT(key_)

// ---- the request line ------------------------------------------------------------------------------------------------------------

static bool is_method(voc_str s)
{
    if (s.len < 3 || s.len > 16) return false;
    for (size_t i = 0; i < s.len; i++)
        if ((s.ptr[i] < 'A' || s.ptr[i] > 'Z') && s.ptr[i] != '-' && s.ptr[i] != '_') return false;
    return true;
}

// Whether one of eight bytes is below a blank or is DEL; where it says yes, it may be another byte behind such a one.
static bool may_be_control(uint64_t x)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t delete = x ^ ones * 0x7F;
    return (((x - ones * 0x20) & ~x) | ((delete - ones) & ~delete)) & tops;
}

// Controls and escapes of bytes that are no text: what a TLS handshake or another protocol looks like on a plain port.
static bool is_rubbish(voc_str s)
{
    const size_t n = s.len < 64 ? s.len : 64;
    size_t i = 0;
    for (; i + 8 <= n && !may_be_control(wl_eight(s.ptr + i)); i += 8) continue;
    for (; i < n; i++)
        if (((unsigned char)s.ptr[i] < 0x20 && s.ptr[i] != '\t') || s.ptr[i] == 0x7F) return true;
    return false;
}

// As nearly all are: "GET /page HTTP/1.1" and no blank at the end.
static inline bool split_plain(struct wl_request *r)
{
    const voc_str q = r->at[WL_REQUEST];
    if (q.len < 14 || memcmp(q.ptr, "GET /", 5) != 0) return false;
    const char *version = q.ptr + q.len - 9;
    if (memcmp(version, " HTTP/", 6) != 0 || version[6] == ' ' || version[7] == ' ' || version[8] == ' ') return false;
    r->at[WL_METHOD] = wl_cut(q, 0, 3);
    r->at[WL_TARGET] = wl_cut(q, 4, q.len - 9);
    return true;
}

// "GET /page HTTP/1.1"; the version may be missing, and a target may hold blanks.
static bool split_request(struct wl_request *r, struct wl_fault *fault)
{
    static const struct wl_fault none = {"", "a connection without a request"}, rubbish = {"REQUEST", "the request is no HTTP: TLS or another protocol on a plain port"},
                                 strange = {"REQUEST", "the request is not METHOD PAGE PROTOCOL"};
    if (split_plain(r)) return true;
    voc_str q = r->at[WL_REQUEST];
    while (q.len && q.ptr[q.len - 1] == ' ') q.len--;
    if (wl_none(q) || (q.len > 1 && q.ptr[0] == '-' && q.ptr[1] == ' ') || wl_is(q, "<BADREQ>")) return *fault = none, false;
    const char *blank = memchr(q.ptr, ' ', q.len);
    voc_str method = blank ? wl_cut(q, 0, (size_t)(blank - q.ptr)) : q;
    if (!blank || !is_method(method)) return *fault = is_rubbish(q) ? rubbish : strange, false;
    voc_str target = wl_cut(q, method.len + 1, q.len);
    size_t end = target.len;
    while (end && target.ptr[end - 1] != ' ') end--;
    voc_str version = wl_cut(target, end, target.len);
    if (end && version.len > 5 && memcmp(version.ptr, "HTTP/", 5) == 0) target.len = end - 1;
    while (target.len && target.ptr[0] == ' ') target.ptr++, target.len--;
    r->at[WL_METHOD] = method;
    r->at[WL_TARGET] = target;
    return true;
}

// "GET /pa192.0.2.1 - - [time] "GET /page HTTP/1.1": the first line was never finished.
static bool runs_together(voc_str target)
{
    const char *quote = memchr(target.ptr, '"', target.len);
    return quote && quote - target.ptr > 2 && quote[-1] == ' ' && quote[-2] == ']';
}

static bool check_target(struct wl_request *r, struct wl_fault *fault)
{
    static const struct wl_fault none = {"", "a connection without a request"}, strange = {"REQUEST", "the page that was asked for is not a path or an address"},
                                 method = {"REQUEST", "its method is none of HTTP"},
                                 together = {"REQUEST", "the line ends within the request, and another one goes on behind it"};
    voc_str t = r->at[WL_TARGET];
    if (wl_none(t)) return *fault = none, false;
    if (!wl_none(r->at[WL_METHOD]) && !is_method(r->at[WL_METHOD])) return *fault = method, false; // FTP servers write such logs too
    bool plain = t.ptr[0] == '/' || wl_is(t, "*") || (t.len > 7 && memcmp(t.ptr, "http://", 7) == 0) || (t.len > 8 && memcmp(t.ptr, "https://", 8) == 0);
    if (!plain && wl_is(r->at[WL_METHOD], "CONNECT")) plain = true;
    if (!plain || is_rubbish(t)) return *fault = strange, false;
    if (runs_together(t)) return *fault = together, false;
    return true;
}

// 100 to 599; 0: the line does not say; -1: something else.
static int read_status(voc_str s)
{
    if (wl_none(s)) return 0;
    if (s.len != 3 || s.ptr[0] < '1' || s.ptr[0] > '9' || !wl_digit(s.ptr[1]) || !wl_digit(s.ptr[2])) return -1;
    return (s.ptr[0] - '0') * 100 + (s.ptr[1] - '0') * 10 + (s.ptr[2] - '0');
}

static bool read_count(voc_str s, int64_t *out)
{
    int64_t x = 0;
    if (s.len == 0 || s.len > 18) return false;
    for (size_t i = 0; i < s.len; i++) {
        if (!wl_digit(s.ptr[i])) return false;
        x = x * 10 + (s.ptr[i] - '0');
    }
    *out = x;
    return true;
}

// ---- the agent ---------------------------------------------------------------------------------------------------------------------

// What HAProxy was told to capture: "{host|agent}". The agent is the part with a product and its version.
static void read_captured(struct wl_request *r)
{
    voc_str rest = r->at[WL_CAPTURED];
    while (rest.len && wl_none(r->at[WL_AGENT])) {
        const char *bar = memchr(rest.ptr, '|', rest.len);
        voc_str part = wl_cut(rest, 0, bar ? (size_t)(bar - rest.ptr) : rest.len);
        const char *slash = memchr(part.ptr, '/', part.len);
        if (slash && slash != part.ptr && slash + 1 < part.ptr + part.len && wl_digit(slash[1])) r->at[WL_AGENT] = part;
        rest = wl_cut(rest, part.len + (bar != NULL), rest.len);
    }
}

// ---- the row -------------------------------------------------------------------------------------------------------------------------

struct meaning {
    const char *action;
    uint32_t actor;
    enum whose { OF_PERSON, OF_PART, OF_ROBOT } whose;
};

static bool is_reading(voc_str method) { return wl_is(method, "GET"); }
static bool is_writing(voc_str method) { return wl_is(method, "POST") || wl_is(method, "PUT") || wl_is(method, "PATCH") || wl_is(method, "DELETE"); }

static struct meaning means(const struct wl_request *r, const struct wl_page *p, int status, bool robot)
{
    voc_str method = r->at[WL_METHOD];
    bool said = !wl_none(method);
    if (robot) return (struct meaning){"crawl", VOC_ACTOR_OTHER, OF_ROBOT};
    if (p->part || (said && !is_reading(method) && !is_writing(method))) return (struct meaning){"load", VOC_ACTOR_OTHER, OF_PART};
    if (status >= 400) return (struct meaning){"error-page", VOC_ACTOR_CUSTOMER, OF_PERSON};
    if (said && is_writing(method)) return (struct meaning){"submit", VOC_ACTOR_CUSTOMER, OF_PERSON}; // often answered by a redirect
    if (status >= 300 && status != 304) return (struct meaning){"redirect", VOC_ACTOR_CUSTOMER, OF_PERSON};
    return (struct meaning){p->download ? "download" : "view", VOC_ACTOR_CUSTOMER, OF_PERSON};
}

static void add_text(struct wl_work *k, voc_row *row, voc_str key, voc_str text)
{
    if (wl_none(text)) return;
    k->attrs[k->n_attrs + row->n_attrs++] = (voc_attr){.key = key, .text = text, .type = VOC_TYPE_TEXT, .entity = VOC_ENTITY_EVENT,
                                                       .time_us = VOC_NA};
}

static void add_number(struct wl_work *k, voc_row *row, voc_str key, voc_str text, int64_t n)
{
    k->attrs[k->n_attrs + row->n_attrs++] = (voc_attr){.key = key, .text = text, .type = VOC_TYPE_INT, .entity = VOC_ENTITY_EVENT, .time_us = n};
}

// Milliseconds, from whatever unit the log has.
static void add_taken(struct wl_work *k, voc_row *row, const struct wl_request *r)
{
    static const struct { enum wl_field field; int64_t unit_us; } units[] = {{WL_TAKEN_S, 1000000}, {WL_TAKEN_MS, 1000}, {WL_TAKEN_US, 1}};
    int64_t us, n;
    uint32_t unused;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (r->at[units[i].field].len && wl_time_epoch(r->at[units[i].field], units[i].unit_us, &us, &unused)) {
            add_number(k, row, ATTR("ms"), r->at[units[i].field], us / 1000);
            return;
        }
    if (read_count(r->at[WL_TAKEN_NS], &n)) add_number(k, row, ATTR("ms"), r->at[WL_TAKEN_NS], n / 1000000);
}

// The site of a referrer, without www.
voc_str wl_site_of(voc_str referrer)
{
    size_t from = referrer.len > 7 && memcmp(referrer.ptr, "http://", 7) == 0 ? 7 : referrer.len > 8 && memcmp(referrer.ptr, "https://", 8) == 0 ? 8 : 0, to = from;
    if (!from) return (voc_str){"", 0};
    while (to < referrer.len && referrer.ptr[to] != '/' && referrer.ptr[to] != ':' && referrer.ptr[to] != '?') to++;
    if (to - from > 4 && memcmp(referrer.ptr + from, "www.", 4) == 0) from += 4;
    return wl_cut(referrer, from, to);
}

static voc_str without_port(voc_str host)
{
    const char *colon = memchr(host.ptr ? host.ptr : "", ':', host.len);
    if (colon && host.ptr[0] != '[') host.len = (size_t)(colon - host.ptr);
    return host;
}

static voc_str without_www(voc_str host)
{
    host = without_port(host);
    if (host.len > 4 && memcmp(host.ptr, "www.", 4) == 0) host.ptr += 4, host.len -= 4;
    return host;
}

// Where a visitor came from. Another page of the same site is known from the events before.
static voc_str foreign_referrer(const struct wl_work *k, const struct wl_request *r)
{
    static const voc_str none = {"", 0};
    voc_str ref = r->at[WL_REFERRER], site;
    if (wl_none(ref)) return none;
    if (k->w->home.len && ref.len >= k->w->home.len && memcmp(ref.ptr, k->w->home.ptr, k->w->home.len) == 0) return none; // as most are
    site = wl_site_of(ref);
    if (site.len && (wl_eq(site, k->w->site) || (!wl_none(r->at[WL_HOST]) && wl_eq(site, without_www(r->at[WL_HOST]))))) return none;
    if (ref.len > REFERRER_MAX) {
        ref.len = REFERRER_MAX;
        for (int i = 0; i < 3 && !k->w->host->utf8_valid(ref.ptr, ref.len); i++) ref.len--;
    }
    return k->w->host->utf8_valid(ref.ptr, ref.len) ? ref : none;
}

// In order of their keys, as the host stores them.
static void add_attrs(struct wl_work *k, voc_row *row, const struct wl_request *r, const struct wl_page *p, enum whose whose,
                      voc_str robot, int status)
{
    int64_t bytes;
    row->attrs = k->attrs + k->n_attrs;
    row->n_attrs = 0;
    if (whose == OF_PART && status < 400) return; // that a browser fetched a picture of the page says nothing more
    if (read_count(r->at[WL_BYTES], &bytes)) add_number(k, row, ATTR("bytes"), r->at[WL_BYTES], bytes);
    if (r->at[WL_HOST].len && r->at[WL_HOST].len < 256 && k->w->host->utf8_valid(r->at[WL_HOST].ptr, r->at[WL_HOST].len))
        add_text(k, row, ATTR("host"), without_port(r->at[WL_HOST]));
    if (whose == OF_PERSON) add_text(k, row, ATTR("medium"), p->medium);
    if (!wl_none(r->at[WL_METHOD]) && !wl_is(r->at[WL_METHOD], "GET")) add_text(k, row, ATTR("method"), r->at[WL_METHOD]);
    add_taken(k, row, r);
    if (whose == OF_PERSON) add_text(k, row, ATTR("referrer"), foreign_referrer(k, r));
    if (whose == OF_ROBOT) add_text(k, row, ATTR("robot"), robot);
    if (whose == OF_PERSON) add_text(k, row, ATTR("source"), p->source);
    if (status) add_number(k, row, ATTR("status"), r->at[WL_STATUS], status);
}

// ---- rules of the user -----------------------------------------------------------------------------------------------------------

static const struct wl_rule *matching(const struct weblog *w, enum wl_rule_kind kind, voc_str text)
{
    for (size_t i = 0; i < w->n_rules; i++)
        if (w->rules[i].kind == kind && w->host->regex_match(w->rules[i].pattern, text) == 1) return &w->rules[i];
    return NULL;
}

// The path with its query, decoded as the object is: what patterns see.
static bool ruled_text(struct wl_work *k, const struct wl_page *p, voc_str *out)
{
    *out = p->object;
    if (p->query.len == 0) return true;
    char *to = wl_room(k, p->object.len + 1 + p->query.len);
    if (!to) return false;
    memcpy(to, p->object.ptr, p->object.len);
    to[p->object.len] = '?';
    memcpy(to + p->object.len + 1, p->query.ptr, p->query.len);
    *out = (voc_str){to, p->object.len + 1 + p->query.len};
    return true;
}

// False: no memory. *left_out: the name of the rule by which the request is ignored.
static bool apply_rules(struct wl_work *k, struct wl_page *p, voc_str *action, voc_str *left_out)
{
    const struct weblog *w = k->w;
    const struct wl_rule *rule;
    voc_str text;
    if (w->n_rules == 0) return true;
    if (!ruled_text(k, p, &text)) return false;
    if ((rule = matching(w, WL_RULE_IGNORE, text)) != NULL) return *left_out = rule->name, true;
    if ((rule = matching(w, WL_RULE_PAGE, text)) != NULL) p->page = rule->name;
    if ((rule = matching(w, WL_RULE_ACTION, text)) != NULL) *action = rule->name, p->part = false;
    if (matching(w, WL_RULE_PART, text)) p->part = true;
    return true;
}

// ---- the whole -----------------------------------------------------------------------------------------------------------------------

static bool robot_alias(struct wl_work *k, const struct wl_request *r, voc_str name, voc_alias *out)
{
    voc_str address = wl_address(k, r->at[WL_IP]);
    char *to = wl_room(k, name.len + 1 + address.len);
    if (!to) return false;
    memcpy(to, name.ptr, name.len);
    to[name.len] = ' ';
    memcpy(to + name.len + 1, address.ptr, address.len);
    *out = (voc_alias){.kind = VOC_LIT("robot"), .value = {to, name.len + (address.len ? 1 + address.len : 0)}, .strong = 0};
    return true;
}

// The robot's name; empty: a person's browser, or nobody can tell. *agent: of the agent that the line has, if any.
static voc_str find_robot(struct wl_work *k, const struct wl_request *r, const struct wl_page *p, struct wl_agent *agent)
{
    static const voc_str nameless = VOC_LIT("nameless"), none = {"", 0};
    const voc_str said = r->at[WL_AGENT];
    voc_str robot = none;
    agent->hash = 0;
    if (!wl_none(said)) *agent = wl_agent_find(k, said, &robot);
    if (k->w->robots == WL_AS_VISITORS) return none;
    if (said.ptr && wl_none(said)) return nameless; // the log has agents, and this one gives none
    if (robot.len) return robot;
    return wl_is(p->object, "/robots.txt") ? nameless : none;
}

// "view", "view product" or "view /product/*"; the first page of all is the section "home". False: no memory.
static bool name_action(struct wl_work *k, const struct wl_page *p, const struct meaning *m, voc_str *out)
{
    voc_str kind = wl_str(m->action), what = p->page;
    *out = kind;
    if (k->w->naming == WL_NAME_KIND || m->whose != OF_PERSON || wl_is(kind, "error-page") || wl_is(kind, "redirect")) return true;
    if (k->w->naming == WL_NAME_SECTION) {
        size_t end = 1;
        while (end < what.len && what.ptr[end] != '/' && what.ptr[end] != '?') end++;
        what = what.len > 1 ? wl_cut(what, what.ptr[0] == '/', end) : (voc_str)VOC_LIT("home");
    }
    char *to = wl_room(k, kind.len + 1 + what.len);
    if (!to) return false;
    memcpy(to, kind.ptr, kind.len);
    to[kind.len] = ' ';
    memcpy(to + kind.len + 1, what.ptr, what.len);
    *out = (voc_str){to, kind.len + 1 + what.len};
    return true;
}

static void fill_row(struct wl_work *k, const struct wl_request *r, const struct wl_page *p, const struct meaning *m, voc_row *row)
{
    row->time_us = r->time_us;
    row->resolution = r->resolution;
    row->actor = m->actor;
    row->touchpoint = m->whose == OF_PART ? (voc_str){"", 0} : p->page;
    row->object = p->object;
    row->campaign = m->whose == OF_PERSON ? p->campaign : (voc_str){"", 0};
    row->customer = &k->aliases[k->n];
}

bool wl_request_row(struct wl_work *k, struct wl_request *r, uint64_t record, struct wl_fault *fault)
{
    static const struct wl_fault memory = {NULL, NULL}, no_status = {"STATUS", "its status is not a number from 100 to 999"}, robot_rule = {"", "a robot"}, part_rule = {"", "a part of a page"};
    struct wl_page p;
    struct wl_agent agent;
    voc_str action = {"", 0}, left_out = {"", 0};
    voc_row *row = &k->rows[k->n];
    const bool whole = r->at[WL_REQUEST].ptr != NULL; // then its method was looked at
    if (whole && !split_request(r, fault)) return false;
    const bool known = wl_page_met(k, r->at[WL_TARGET], &p); // then it is sound, and has no query
    if (!(known && whole) && !check_target(r, fault)) return false;
    if (r->at[WL_CAPTURED].len) read_captured(r);
    int status = read_status(r->at[WL_STATUS]);
    if (status < 0) return *fault = no_status, false;
    if (!known && !wl_page_read(k, r->at[WL_TARGET], &p)) return *fault = memory, false;
    if (!apply_rules(k, &p, &action, &left_out)) return *fault = memory, false;
    if (left_out.len) return *fault = (struct wl_fault){"", left_out.ptr}, false;
    voc_str robot = find_robot(k, r, &p, &agent);
    struct meaning m = means(r, &p, status, robot.len > 0);
    if (m.whose == OF_PART && k->w->parts == WL_AS_VISITORS) m = (struct meaning){"load", VOC_ACTOR_CUSTOMER, OF_PERSON};
    if (m.whose == OF_ROBOT && k->w->robots == WL_LEAVE_OUT) return *fault = robot_rule, false;
    if (m.whose == OF_PART && k->w->parts == WL_LEAVE_OUT) return *fault = part_rule, false;
    bool named = m.whose == OF_ROBOT ? robot_alias(k, r, robot, &k->aliases[k->n]) : wl_visitor_alias(k, r, &agent, &k->aliases[k->n]);
    fill_row(k, r, &p, &m, row);
    row->record = record;
    row->n_customer = named;
    if (!name_action(k, &p, &m, &row->action)) return *fault = memory, false;
    if (action.len && m.whose == OF_PERSON && !wl_is(row->action, "error-page") && !wl_is(row->action, "redirect")) row->action = action;
    add_attrs(k, row, r, &p, m.whose, robot, status);
    k->n_attrs += row->n_attrs;
    k->n++;
    return true;
}
