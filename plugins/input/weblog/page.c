// SPDX-License-Identifier: MIT
// The page of a request as people speak of it: no host, no query but the parameters that were named, no session in the path, no
// slash at the end, no index.html, percent signs undone where they are text; and ids in it folded to *, so that all products
// are one page. What was asked for, with its ids, stays as the object. Any thread, on its own work.
#include "plugins/input/weblog/bytes.h"
#include "plugins/input/weblog/weblog.h"

#define PATH_MAX_ 1024u

static int hex(char c) { return wl_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

// %C3%A9 -> é; what would change the meaning of the path, and controls, stay as they are. plus: + is a blank.
static bool decode(struct wl_work *k, voc_str *s, bool plus)
{
    if (!memchr(s->ptr, '%', s->len) && !(plus && memchr(s->ptr, '+', s->len))) return true;
    char *to = wl_room(k, s->len);
    size_t n = 0;
    if (!to) return false;
    for (size_t i = 0; i < s->len; i++) {
        char c = s->ptr[i];
        if (c == '%' && i + 2 < s->len && hex(s->ptr[i + 1]) >= 0 && hex(s->ptr[i + 2]) >= 0) {
            int b = hex(s->ptr[i + 1]) * 16 + hex(s->ptr[i + 2]);
            if (b >= 0x20 && b != 0x7F && b != '/' && b != '%' && b != '?' && b != '#') {
                to[n++] = (char)b;
                i += 2;
                continue;
            }
        }
        to[n++] = plus && c == '+' ? ' ' : c;
    }
    if (k->w->host->utf8_valid(to, n)) *s = (voc_str){to, n};
    return true;
}

// "https://www.example.com:443/path" -> "/path"
static voc_str without_host(voc_str t)
{
    size_t skip = t.len > 7 && memcmp(t.ptr, "http://", 7) == 0 ? 7 : t.len > 8 && memcmp(t.ptr, "https://", 8) == 0 ? 8 : 0;
    if (!skip) return t;
    const char *slash = memchr(t.ptr + skip, '/', t.len - skip);
    return slash ? wl_cut(t, (size_t)(slash - t.ptr), t.len) : (voc_str){"/", 1};
}

// ---- the path as asked for --------------------------------------------------------------------------------------------------------

// What one look over a path tells: which of the steps below it needs at all.
struct look { bool percent, twice, session, digit; };

enum { IS_SLASH = 1, IS_PERCENT = 2, IS_SESSION = 4, IS_DIGIT = 8 };

static const unsigned char means[256] = {['/'] = IS_SLASH, ['%'] = IS_PERCENT, [';'] = IS_SESSION, ['0'] = IS_DIGIT, ['1'] = IS_DIGIT, ['2'] = IS_DIGIT,
                                        ['3'] = IS_DIGIT, ['4'] = IS_DIGIT, ['5'] = IS_DIGIT, ['6'] = IS_DIGIT, ['7'] = IS_DIGIT, ['8'] = IS_DIGIT, ['9'] = IS_DIGIT};

static struct look look_at(voc_str t)
{
    unsigned all = 0, before = 0, twice = 0;
    for (size_t i = 0; i < t.len; i++) {
        unsigned m = means[(unsigned char)t.ptr[i]];
        all |= m;
        twice |= m & before;
        before = m;
    }
    return (struct look){.percent = all & IS_PERCENT, .twice = twice & IS_SLASH, .session = all & IS_SESSION, .digit = all & IS_DIGIT};
}

// Repeated slashes are one; ";jsessionid=..." goes.
static bool tidy(struct wl_work *k, voc_str *s)
{
    char *to = wl_room(k, s->len);
    size_t n = 0;
    if (!to) return false;
    for (size_t i = 0; i < s->len; i++) {
        if (s->ptr[i] == '/' && n && to[n - 1] == '/') continue;
        if (s->ptr[i] == ';') {
            while (i + 1 < s->len && s->ptr[i + 1] != '/') i++;
            continue;
        }
        to[n++] = s->ptr[i];
    }
    *s = (voc_str){to, n};
    return true;
}

static const char *const indexes[] = {"index.html", "index.htm", "index.php", "index.jsp", "index.asp", "index.aspx", "default.htm", "default.asp", "default.aspx"};

// "/shop/index.html" -> "/shop/" -> "/shop"
static voc_str without_end(voc_str s)
{
    size_t slash = s.len;
    while (slash && s.ptr[slash - 1] != '/') slash--;
    voc_str last = wl_cut(s, slash, s.len);
    if (slash && last.len > 8 && (wl_lower(last.ptr[0]) == 'i' || wl_lower(last.ptr[0]) == 'd'))
        for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++)
            if (wl_ieq(last, indexes[i])) s.len = slash;
    while (s.len > 1 && s.ptr[s.len - 1] == '/') s.len--;
    return s;
}

// ---- ids ------------------------------------------------------------------------------------------------------------------------------

static bool is_uuid(voc_str s)
{
    if (s.len != 36) return false;
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s.ptr[i] != '-' : hex(s.ptr[i]) < 0) return false;
    }
    return true;
}

// Digits alone; a long hexadecimal number; a long word of letters and digits mixed, as keys are.
static bool is_id(voc_str s)
{
    size_t digits = 0, hexes = 0, letters = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        digits += wl_digit(c);
        hexes += hex(c) >= 0;
        letters += wl_lower(c) >= 'a' && wl_lower(c) <= 'z';
    }
    if (s.len == 0 || digits == 0) return false;
    return digits == s.len || (hexes == s.len && s.len >= 12) || (digits + letters == s.len && s.len >= 20 && digits >= 4) || is_uuid(s);
}

static bool is_year(voc_str s) { return s.len == 4 && ((s.ptr[0] == '1' && s.ptr[1] == '9') || (s.ptr[0] == '2' && s.ptr[1] == '0')); }

// A segment with its id as *; gives the length written.
static size_t fold_segment(voc_str s, char *to)
{
    size_t stem = s.len, n = 0;
    unsigned all = 0;
    for (size_t i = 0; i < s.len; i++) all |= means[(unsigned char)s.ptr[i]];
    if (!(all & IS_DIGIT) && s.len < 36) { // what most are
        memcpy(to, s.ptr, s.len);
        return s.len;
    }
    for (size_t i = s.len; i-- > 1 && s.len - i <= 6;)
        if (s.ptr[i] == '.') {
            stem = i;
            break;
        }
    voc_str name = wl_cut(s, 0, stem);
    size_t digits = 0;
    while (digits < name.len && wl_digit(name.ptr[name.len - 1 - digits])) digits++;
    if (is_id(name)) {
        to[0] = '*';
        n = 1;
    } else if (digits >= 3 && digits + 1 < name.len && (name.ptr[name.len - digits - 1] == '-' || name.ptr[name.len - digits - 1] == '_') &&
               !is_year(wl_cut(name, name.len - digits, name.len))) {
        n = name.len - digits;
        memcpy(to, s.ptr, n);
        to[n++] = '*';
    } else {
        n = name.len;
        memcpy(to, s.ptr, n);
    }
    memcpy(to + n, s.ptr + stem, s.len - stem);
    return n + s.len - stem;
}

static bool fold_ids(struct wl_work *k, voc_str *page)
{
    char *to = wl_room(k, page->len + 1);
    size_t n = 0, i = 0;
    if (!to) return false;
    while (i < page->len) {
        size_t from = i;
        while (i < page->len && page->ptr[i] != '/') i++;
        if (i > from) n += fold_segment(wl_cut(*page, from, i), to + n);
        if (i < page->len) to[n++] = page->ptr[i++];
    }
    *page = (voc_str){to, n};
    return true;
}

// ---- endings --------------------------------------------------------------------------------------------------------------------------

// Up to eight letters as one number, in lower case.
static uint64_t packed(voc_str word)
{
    uint64_t x = 0;
    for (size_t i = 0; i < word.len; i++) x = x << 8 | (unsigned char)wl_lower(word.ptr[i]);
    return x;
}

#define P1(a) ((uint64_t)(a))
#define P2(a, b) (P1(a) << 8 | (b))
#define P3(a, b, c) (P2(a, b) << 8 | (c))
#define P4(a, b, c, d) (P3(a, b, c) << 8 | (d))
#define P5(a, b, c, d, e) (P4(a, b, c, d) << 8 | (e))
#define P6(a, b, c, d, e, f) (P5(a, b, c, d, e) << 8 | (f))

static const uint64_t part_endings[] = {
    P2('j', 's'), P3('c', 's', 's'), P3('p', 'n', 'g'), P3('j', 'p', 'g'), P4('j', 'p', 'e', 'g'), P3('g', 'i', 'f'), P4('w', 'e', 'b', 'p'), P3('s', 'v', 'g'), P3('i', 'c', 'o'),
    P5('w', 'o', 'f', 'f', '2'), P4('w', 'o', 'f', 'f'), P3('t', 't', 'f'), P3('o', 't', 'f'), P3('e', 'o', 't'), P4('a', 'v', 'i', 'f'), P3('b', 'm', 'p'), P3('m', 'a', 'p'),
    P3('m', 'j', 's'), P3('c', 'u', 'r')};
static const uint64_t download_endings[] = {
    P3('p', 'd', 'f'), P3('z', 'i', 'p'), P3('d', 'o', 'c'), P4('d', 'o', 'c', 'x'), P3('x', 'l', 's'), P4('x', 'l', 's', 'x'), P3('p', 'p', 't'), P4('p', 'p', 't', 'x'), P3('o', 'd', 't'),
    P3('o', 'd', 's'), P3('o', 'd', 'p'), P3('c', 's', 'v'), P2('g', 'z'), P3('t', 'g', 'z'), P3('b', 'z', '2'), P2('x', 'z'), P2('7', 'z'), P3('r', 'a', 'r'), P3('t', 'a', 'r'), P3('e', 'x', 'e'),
    P3('m', 's', 'i'), P3('d', 'm', 'g'), P3('p', 'k', 'g'), P3('d', 'e', 'b'), P3('r', 'p', 'm'), P3('a', 'p', 'k'), P3('i', 's', 'o'), P3('j', 'a', 'r'), P4('e', 'p', 'u', 'b'),
    P4('m', 'o', 'b', 'i'), P3('m', 'p', '3'), P3('m', '4', 'a'), P3('w', 'a', 'v'), P3('o', 'g', 'g'), P3('m', 'p', '4'), P3('m', 'o', 'v'), P3('a', 'v', 'i'), P3('m', 'k', 'v'),
    P4('w', 'e', 'b', 'm'), P3('v', 'c', 'f'), P3('i', 'c', 's')};
// Folders that hold parts of pages, whatever their files are called.
static const uint64_t part_folders[] = {P5('i', 'm', 'a', 'g', 'e'), P6('i', 'm', 'a', 'g', 'e', 's'), P3('i', 'm', 'g'), P6('s', 't', 'a', 't', 'i', 'c'), P6('a', 's', 's', 'e', 't', 's'),
    P5('f', 'o', 'n', 't', 's'), P3('c', 's', 's'), P2('j', 's'), P5('m', 'e', 'd', 'i', 'a'), P6('t', 'h', 'u', 'm', 'b', 's'), P5('_', 'n', 'e', 'x', 't'), P5('_', 'n', 'u', 'x', 't')};

#define LISTED(list, word) is_listed(list, sizeof list / sizeof *list, packed(word))

static bool is_listed(const uint64_t *list, size_t n, uint64_t word)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) any |= list[i] == word;
    return any;
}

static bool in_parts(voc_str path)
{
    size_t end = 1;
    while (end < path.len && end < 8 && path.ptr[end] != '/') end++;
    return end > 1 && end < path.len && path.ptr[end] == '/' && LISTED(part_folders, wl_cut(path, 1, end));
}

static void judge_ending(voc_str path, struct wl_page *out)
{
    size_t i = path.len;
    while (i && path.len - i < 6 && path.ptr[i - 1] != '.' && path.ptr[i - 1] != '/') i--;
    if (i == 0 || i == path.len || path.ptr[i - 1] != '.') {
        out->part = in_parts(path);
        return;
    }
    voc_str ending = wl_cut(path, i, path.len);
    out->part = LISTED(part_endings, ending);
    out->download = !out->part && LISTED(download_endings, ending);
}

// ---- queries --------------------------------------------------------------------------------------------------------------------------

voc_str wl_parameter(voc_str q, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i + len < q.len;) {
        size_t from = i;
        const char *amp = memchr(q.ptr + i, '&', q.len - i);
        i = amp ? (size_t)(amp - q.ptr) : q.len;
        if (i - from > len && q.ptr[from + len] == '=' && memcmp(q.ptr + from, name, len) == 0) return wl_cut(q, from + len + 1, i);
        i++;
    }
    return (voc_str){"", 0};
}

static bool first_of(struct wl_work *k, voc_str q, const char *const names[3], voc_str *out)
{
    for (size_t i = 0; i < 3 && out->len == 0; i++) *out = wl_parameter(q, names[i]);
    return decode(k, out, true);
}

static bool read_campaign(struct wl_work *k, struct wl_page *out)
{
    static const char *const campaign[] = {"utm_campaign", "mtm_campaign", "pk_campaign"}, *const source[] = {"utm_source", "mtm_source", "pk_source"},
                      *const medium[] = {"utm_medium", "mtm_medium", "pk_medium"};
    if (out->query.len < 12) return true;
    return first_of(k, out->query, campaign, &out->campaign) && first_of(k, out->query, source, &out->source) &&
           first_of(k, out->query, medium, &out->medium);
}

// Parameters that tell pages apart: "/index.php" -> "/?page=prices".
static bool add_kept(struct wl_work *k, struct wl_page *out)
{
    const struct weblog *w = k->w;
    if (w->n_keep == 0 || out->query.len == 0) return true;
    char *to = wl_room(k, out->page.len + out->query.len + 2);
    size_t n = out->page.len;
    if (!to) return false;
    memcpy(to, out->page.ptr, n);
    for (size_t i = 0; i < w->n_keep; i++) {
        voc_str value = wl_parameter(out->query, w->keep[i].ptr);
        if (value.len == 0 || n + w->keep[i].len + value.len + 2 > out->page.len + out->query.len + 2) continue;
        to[n] = n == out->page.len ? '?' : '&';
        n++;
        memcpy(to + n, w->keep[i].ptr, w->keep[i].len);
        n += w->keep[i].len;
        to[n++] = '=';
        memcpy(to + n, value.ptr, value.len);
        n += value.len;
    }
    out->page = (voc_str){to, n};
    return true;
}

static voc_str at_most(struct wl_work *k, voc_str s)
{
    if (s.len <= PATH_MAX_) return s;
    s.len = PATH_MAX_;
    for (int i = 0; i < 3 && s.len && !k->w->host->utf8_valid(s.ptr, s.len); i++) s.len--;
    return s;
}

// Of a path without host and query. *out has no query yet.
static bool read_path(struct wl_work *k, voc_str t, struct wl_page *out)
{
    struct look l = look_at(t);
    *out = (struct wl_page){0};
    if ((l.twice || l.session) && !tidy(k, &t)) return false;
    if (l.percent && !decode(k, &t, false)) return false;
    judge_ending(t, out);
    out->object = at_most(k, t);
    out->page = without_end(out->object);
    if (out->part && k->w->n_rules == 0) return true; // nobody asks for the page of a part
    return !k->w->ids || !(l.digit || l.percent || t.len >= 36) || fold_ids(k, &out->page);
}

// Paths that the target begins with are learned: as the target is sound, they are.
bool wl_page_read(struct wl_work *k, voc_str target, struct wl_page *out)
{
    const bool local = target.ptr[0] == '/';
    voc_str t = local ? target : without_host(target), query = {"", 0};
    const char *end = t.ptr + t.len, *hash = wl_first(t.ptr, end, '#'), *mark = wl_first(t.ptr, hash ? hash : end, '?');
    if (mark) query = (voc_str){mark + 1, (size_t)(end - mark - 1)};
    if (mark || hash) t.len = (size_t)((mark ? mark : hash) - t.ptr);
    if (!local || !wl_page_met(k, t, out)) {
        if (!read_path(k, t, out)) return false;
        if (local) wl_page_learn(k, t, out);
    }
    out->query = query;
    if (query.len == 0) return true;
    if (!read_campaign(k, out)) return false;
    return (out->part && k->w->n_rules == 0) || add_kept(k, out);
}
