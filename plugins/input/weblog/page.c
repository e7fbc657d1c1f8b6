// SPDX-License-Identifier: MIT
// The page of a request as people speak of it: no host, no query but the parameters that were named, no session in the path, no
// slash at the end, no index.html, percent signs undone where they are text; and ids in it folded to *, so that all products
// are one page. What was asked for, with its ids, stays as the object. Any thread, on its own work.
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
struct look { bool percent, twice, session, digit; size_t len; };

static struct look look_at(voc_str t)
{
    struct look l = {.len = 0};
    size_t i = 0;
    char before = 0;
    for (; i < t.len && t.ptr[i] != '?' && t.ptr[i] != '#'; i++) {
        char c = t.ptr[i];
        if (c == '/') l.twice |= before == '/';
        else if (c == ';') l.session = true;
        else if (c == '%') l.percent = true;
        else l.digit |= wl_digit(c);
        before = c;
    }
    l.len = i;
    return l;
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
    size_t stem = s.len, n;
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

static bool listed(const char *list, voc_str word) // lower case, between blanks
{
    for (const char *p = list; *p;) {
        const char *end = strchr(p, ' ');
        size_t n = end ? (size_t)(end - p) : strlen(p);
        if (n == word.len && wl_lower(word.ptr[0]) == p[0]) {
            size_t i = 1;
            while (i < n && wl_lower(word.ptr[i]) == p[i]) i++;
            if (i == n) return true;
        }
        p += n + (end != NULL);
    }
    return false;
}

// Folders that hold parts of pages, whatever their files are called.
static bool in_parts(voc_str path)
{
    size_t end = 1;
    while (end < path.len && path.ptr[end] != '/') end++;
    return end < path.len && end > 1 && listed("image images img static assets fonts css js media thumbs thumbnails _next _nuxt cdn-cgi", wl_cut(path, 1, end));
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
    out->part = listed("js css png jpg jpeg gif webp svg ico woff2 woff ttf otf eot avif bmp map mjs cur", ending);
    if (out->part) return;
    out->download = listed("pdf zip doc docx xls xlsx ppt pptx odt ods odp csv gz tgz bz2 xz 7z rar tar exe msi dmg pkg deb rpm apk iso jar epub mobi mp3 m4a wav ogg mp4 mov avi mkv webm vcf ics",
                           ending);
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
    return first_of(k, out->query, campaign, &out->campaign) && first_of(k, out->query, source, &out->source) && first_of(k, out->query, medium, &out->medium);
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

bool wl_page_read(struct wl_work *k, voc_str target, struct wl_page *out)
{
    voc_str t = target.ptr[0] == '/' ? target : without_host(target);
    struct look l = look_at(t);
    *out = (struct wl_page){0};
    if (l.len < t.len && t.ptr[l.len] == '?') out->query = wl_cut(t, l.len + 1, t.len);
    t.len = l.len;
    if ((l.twice || l.session) && !tidy(k, &t)) return false;
    if (l.percent && !decode(k, &t, false)) return false;
    if (out->query.len && !read_campaign(k, out)) return false;
    judge_ending(t, out);
    out->object = at_most(k, t);
    out->page = without_end(out->object);
    if (k->w->ids && (l.digit || l.percent || l.len >= 36) && !fold_ids(k, &out->page)) return false;
    return !out->query.len || add_kept(k, out);
}
