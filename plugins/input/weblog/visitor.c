// SPDX-License-Identifier: MIT
// Who a visitor is: the user who logged in (strong), else the visitor's cookie, else the address with the browser's name (both
// weak: shared by people). Addresses are written one way (RFC 5952), so that two spellings are one visitor. The browser's name
// goes into the alias as a short hash: what it says is of no use to tell people apart. Any thread.
#include <stdio.h>

#include "plugins/input/weblog/bytes.h"
#include "plugins/input/weblog/weblog.h"

// ---- addresses ------------------------------------------------------------------------------------------------------------------

// Four numbers up to 255; *to NULL: not asked for.
static inline bool ipv4(voc_str s, unsigned char to[4])
{
    const char *p = s.ptr, *end = s.ptr + s.len;
    for (int part = 0; part < 4; part++) {
        unsigned x, digit;
        if (p == end || (x = (unsigned)(unsigned char)*p - '0') > 9) return false;
        p++;
        for (int more = 0; more < 2 && p < end && (digit = (unsigned)(unsigned char)*p - '0') <= 9; more++, p++) x = x * 10 + digit;
        if (x > 255) return false;
        if (to) to[part] = (unsigned char)x;
        if (part < 3 && (p == end || *p++ != '.')) return false;
    }
    return p == end;
}

#if defined(__SSE2__)
// "0" to "255", of which there are one to three digits.
static inline bool is_part(const char *p, unsigned n)
{
    return n - 1 < 2 || (n == 3 && (p[0] < '2' || (p[0] == '2' && (p[1] < '5' || (p[1] == '5' && p[2] <= '5')))));
}

// Whether the at most 15 bytes at p are an IPv4 address; a sixteenth can be read.
static inline bool is_ipv4(const char *p, unsigned len)
{
    static const char dot[16] = "................", zero[16] = "0000000000000000";
    typedef unsigned char digits __attribute__((vector_size(16)));
    digits x, y;
    memcpy(&x, p, sizeof x);
    memcpy(&y, zero, sizeof y);
    const unsigned all = (1u << len) - 1, dots = wl_which(p, dot) & all, numbers = (unsigned)__builtin_ia32_pmovmskb128((wl_lane)(x - y < 10)) & all;
    const unsigned second = dots & (dots - 1), third = second & (second - 1);
    if ((dots | numbers) != all || third == 0 || (third & (third - 1)) != 0) return false;
    const unsigned a = (unsigned)__builtin_ctz(dots) + 1, b = (unsigned)__builtin_ctz(second) + 1, c = (unsigned)__builtin_ctz(third) + 1;
    return is_part(p, a - 1) && is_part(p + a, b - a - 1) && is_part(p + b, c - b - 1) && is_part(p + c, len - c);
}
#endif

static int hex(char c) { return wl_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

static bool ipv6(voc_str s, uint16_t to[8])
{
    uint16_t group[8] = {0};
    int n = 0, gap = -1;
    size_t i = 0;
    if (s.len < 2) return false;
    if (s.ptr[0] == ':' && s.ptr[1] == ':') gap = 0, i = 2;
    while (i < s.len && n < 8) {
        size_t from = i;
        unsigned x = 0;
        while (i < s.len && i - from < 4 && hex(s.ptr[i]) >= 0) x = x * 16 + (unsigned)hex(s.ptr[i++]);
        if (i < s.len && s.ptr[i] == '.' && n <= 6) { // an IPv4 address at the end
            unsigned char v4[4];
            if (!ipv4(wl_cut(s, from, s.len), v4)) return false;
            group[n++] = (uint16_t)(v4[0] << 8 | v4[1]);
            group[n++] = (uint16_t)(v4[2] << 8 | v4[3]);
            i = s.len;
            break;
        }
        if (i == from) return false;
        group[n++] = (uint16_t)x;
        if (i == s.len) break;
        if (s.ptr[i++] != ':') return false;
        if (i == s.len) return false;
        if (s.ptr[i] == ':') {
            if (gap >= 0) return false;
            gap = n;
            i++;
        }
    }
    if (i != s.len || (gap < 0 ? n != 8 : n > 7)) return false;
    memset(to, 0, 8 * sizeof *to);
    int head = gap < 0 ? n : gap;
    for (int k = 0; k < head; k++) to[k] = group[k];
    for (int k = head; k < n; k++) to[8 - n + k] = group[k];
    return true;
}

// Without brackets, port and zone: "[2001:db8::1]:443", "1.2.3.4:5678", "fe80::1%eth0".
static voc_str bare(voc_str s)
{
    while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '"')) s.ptr++, s.len--;
    while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '"')) s.len--;
    const char *end;
    if (s.len && s.ptr[0] == '[') {
        end = memchr(s.ptr, ']', s.len);
        return end ? wl_cut(s, 1, (size_t)(end - s.ptr)) : s;
    }
    const char *percent = memchr(s.ptr, '%', s.len), *colon = memchr(s.ptr, ':', s.len);
    if (percent) s.len = (size_t)(percent - s.ptr);
    if (colon && (size_t)(colon - s.ptr) < s.len && memchr(colon + 1, ':', s.len - (size_t)(colon + 1 - s.ptr)) == NULL)
        s.len = (size_t)(colon - s.ptr);
    return s;
}

bool wl_is_address(voc_str s)
{
    uint16_t g[8];
    if (s.len < 2 || s.len > 80) return false;
    voc_str b = bare(s);
    return ipv4(b, NULL) || ipv6(b, g);
}

// Of an address as wl_address writes it: within a network of its own, or this machine.
bool wl_is_private(voc_str s)
{
    unsigned char a[4];
    uint16_t g[8];
    if (ipv4(s, a))
        return a[0] == 10 || a[0] == 127 || (a[0] == 172 && a[1] >= 16 && a[1] < 32) || (a[0] == 192 && a[1] == 168) ||
               (a[0] == 100 && a[1] >= 64 && a[1] < 128);
    if (!ipv6(s, g)) return false;
    return (g[0] & 0xFE00) == 0xFC00 || (g[0] & 0xFFC0) == 0xFE80 ||
           (g[0] == 0 && g[1] == 0 && g[2] == 0 && g[3] == 0 && g[4] == 0 && g[5] == 0 && g[6] == 0 && g[7] == 1);
}

static size_t print_ipv6(const uint16_t g[8], char to[48])
{
    int best = -1, best_n = 1;
    size_t n = 0;
    for (int i = 0; i < 8; i++) { // the longest run of zeros, of two at least
        int run = 0;
        while (i + run < 8 && g[i + run] == 0) run++;
        if (run > best_n) best = i, best_n = run;
    }
    for (int i = 0; i < 8; i++) {
        if (i == best) {
            n += (size_t)snprintf(to + n, 48 - n, "::");
            i += best_n - 1;
            continue;
        }
        n += (size_t)snprintf(to + n, 48 - n, "%s%x", i && n && to[n - 1] != ':' ? ":" : "", g[i]);
    }
    return n;
}

voc_str wl_address(struct wl_work *k, voc_str s)
{
    static const voc_str none = {"", 0};
    uint16_t g[8];
    if (s.len < 2 || s.len > 80) return none;
#if defined(__SSE2__)
    if (s.len <= 15 && wl_in_block(k, s.ptr, 16) && is_ipv4(s.ptr, (unsigned)s.len)) return s; // what nearly all are
#endif
    if (s.len <= 15 && ipv4(s, NULL)) return s;
    s = bare(s);
    if (ipv4(s, NULL)) return s;
    if (!ipv6(s, g)) return none;
    char *to = wl_room(k, 48);
    if (!to) return none;
    bool mapped = g[0] == 0 && g[1] == 0 && g[2] == 0 && g[3] == 0 && g[4] == 0 && g[5] == 0xFFFF;
    size_t n = mapped ? (size_t)snprintf(to, 48, "%u.%u.%u.%u", g[6] >> 8, g[6] & 255u, g[7] >> 8, g[7] & 255u) : print_ipv6(g, to);
    return (voc_str){to, n};
}

// ---- cookies ----------------------------------------------------------------------------------------------------------------------

// Visitors' cookies of the usual web analytics: they tell browsers apart over days. Cookies of sessions do not.
static const char *const usual[] = {"_ga", "_pk_id", "_sp_id", "ajs_anonymous_id", "_fbp", "uid", "visitor_id", "__utma"};

// The value of a cookie in "a=b; c=d"; prefix: the name may go on ("_pk_id.1.1fff").
static voc_str cookie_value(voc_str header, voc_str name, bool prefix)
{
    for (size_t i = 0; i < header.len;) {
        while (i < header.len && (header.ptr[i] == ' ' || header.ptr[i] == ';' || header.ptr[i] == '+')) i++;
        size_t from = i;
        while (i < header.len && header.ptr[i] != ';') i++;
        voc_str one = wl_cut(header, from, i);
        const char *eq = memchr(one.ptr, '=', one.len);
        if (!eq) continue;
        size_t n = (size_t)(eq - one.ptr);
        if (n < name.len || memcmp(one.ptr, name.ptr, name.len) != 0 || (n > name.len && !(prefix && one.ptr[name.len] == '.'))) continue;
        return wl_cut(one, n + 1, one.len);
    }
    return (voc_str){"", 0};
}

static voc_str visitor_cookie(const struct weblog *w, const struct wl_request *r)
{
    voc_str header = r->at[WL_COOKIE], value = r->at[WL_COOKIE_VALUE];
    if (!wl_none(value)) return value;
    if (wl_none(header)) return (voc_str){"", 0};
    if (w->cookie.len) return cookie_value(header, w->cookie, false);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        value = cookie_value(header, wl_str(usual[i]), true);
        if (!wl_none(value)) return value;
    }
    return (voc_str){"", 0};
}

// ---- the alias ----------------------------------------------------------------------------------------------------------------------

// The client's address: the one that a proxy of ours passes on, else the one that connected.
static voc_str client(struct wl_work *k, const struct wl_request *r)
{
    voc_str address = wl_address(k, r->at[WL_IP]), forwarded = r->at[WL_FORWARDED];
    if (wl_none(forwarded) || (address.len && !wl_is_private(address))) return address;
    const char *comma = memchr(forwarded.ptr, ',', forwarded.len); // client, proxy, proxy
    if (comma) forwarded.len = (size_t)(comma - forwarded.ptr);
    forwarded = wl_address(k, forwarded);
    return forwarded.len ? forwarded : address;
}

static bool is_control(voc_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7F) return true;
    return false;
}

static bool named(const char *kind, voc_str value, uint32_t strong, voc_alias *out)
{
    if (wl_none(value) || value.len > 256 || is_control(value)) return false;
    *out = (voc_alias){.kind = wl_str(kind), .value = value, .strong = strong};
    return true;
}

bool wl_visitor_alias(struct wl_work *k, const struct wl_request *r, const struct wl_agent *agent, voc_alias *out)
{
    const struct weblog *w = k->w;
    enum wl_visitor by = w->visitor;
    if ((by == WL_VISITOR_AUTO || by == WL_VISITOR_USER) && named("login", r->at[WL_USER], 1, out)) return true;
    if (by == WL_VISITOR_USER) return false;
    if ((by == WL_VISITOR_AUTO || by == WL_VISITOR_COOKIE) && named("cookie", visitor_cookie(w, r), 0, out)) return true;
    if (by == WL_VISITOR_COOKIE) return false;
    voc_str address = client(k, r);
    if (address.len == 0) { // a name, or an address that was made unreadable on purpose
        address = r->at[WL_IP];
        if (wl_none(address) || address.len > 256 || is_control(address)) return false;
    }
    if (by == WL_VISITOR_IP) return named("ip", address, 0, out);
    if (agent->hash == 0) return named("visitor", address, 0, out); // the log has no agents
    char *to = wl_room(k, address.len + 1 + sizeof agent->digits);
    if (!to) return false;
    memcpy(to, address.ptr, address.len);
    to[address.len] = '/';
    memcpy(to + address.len + 1, agent->digits, sizeof agent->digits);
    *out = (voc_alias){.kind = VOC_LIT("visitor"), .value = {to, address.len + 1 + sizeof agent->digits}, .strong = 0};
    return true;
}
