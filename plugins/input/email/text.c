// SPDX-License-Identifier: MIT
// Memory of a mail, small string helpers, and the text of mail: charsets (the host decodes them, so that it works without
// files and iconv), encoded words of headers (RFC 2047), parameters (RFC 2231), dates (RFC 5322 and its neighbours).
#include "plugins/input/email/email.h"

struct chunk { struct chunk *next; size_t cap, used; };

void email_reset(struct email *e)
{
    struct chunk *c = e->chunks;
    while (c && c->next) { // the first, of the usual size, stays
        struct chunk *next = c->next;
        e->host->free(e->cx, c);
        c = next;
    }
    e->chunks = c;
    if (c) c->used = 0;
}

void *email_alloc(struct email *e, size_t size)
{
    size = (size + 15) & ~(size_t)15;
    struct chunk *c = e->chunks;
    if (!c || c->cap - c->used < size) {
        size_t cap = size > EMAIL_CHUNK ? size : EMAIL_CHUNK;
        c = e->host->alloc(e->cx, sizeof *c + cap + 16);
        if (!c) {
            e->rc = VOC_E_NOMEM;
            return NULL;
        }
        *c = (struct chunk){e->chunks, cap, 0};
        e->chunks = c;
    }
    void *p = (char *)(c + 1) + c->used;
    c->used += size;
    return p;
}

voc_str email_keep(struct email *e, const char *ptr, size_t len)
{
    if (len == 0) return S("");
    char *p = email_alloc(e, len);
    if (!p) return S("");
    memcpy(p, ptr, len);
    return (voc_str){p, len};
}

int text_room(struct email *e, struct text *t, size_t n)
{
    if (t->cap - t->n >= n) return 1;
    size_t cap = t->cap ? t->cap : 4096;
    while (cap - t->n < n) cap *= 2;
    char *p = e->host->resize(e->cx, t->p, cap);
    if (!p) {
        e->rc = VOC_E_NOMEM;
        return 0;
    }
    t->p = p;
    t->cap = cap;
    return 1;
}

void text_add(struct email *e, struct text *t, const char *ptr, size_t len)
{
    if (len == 0 || !text_room(e, t, len)) return;
    memcpy(t->p + t->n, ptr, len);
    t->n += len;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

int str_begins(voc_str s, const char *z)
{
    size_t i = 0;
    for (; z[i]; i++)
        if (i == s.len || lower(s.ptr[i]) != lower(z[i])) return 0;
    return 1;
}

int str_same(voc_str a, const char *z) { return a.len == strlen(z) && str_begins(a, z); }

const char *str_find(voc_str s, const char *z)
{
    return s.len ? memmem(s.ptr, s.len, z, strlen(z)) : NULL;
}

static int blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

voc_str str_trim(voc_str s)
{
    while (s.len && blank(s.ptr[0])) s.ptr++, s.len--;
    while (s.len && blank(s.ptr[s.len - 1])) s.len--;
    return s;
}

voc_str str_line(voc_str *rest)
{
    const char *nl = rest->len ? memchr(rest->ptr, '\n', rest->len) : NULL;
    voc_str line = {rest->ptr, nl ? (size_t)(nl - rest->ptr) : rest->len};
    size_t taken = line.len + (nl != NULL);
    rest->ptr += taken;
    rest->len -= taken;
    return line;
}

voc_str email_folded(struct email *e, voc_str s)
{
    voc_str out = email_keep(e, s.ptr, s.len);
    char *p = (char *)(uintptr_t)out.ptr; // ours since email_keep
    for (size_t i = 0; i < out.len; i++) {
        unsigned char c = (unsigned char)p[i];
        if (c >= 'A' && c <= 'Z') p[i] = (char)(c + 32);
        if (i && (unsigned char)p[i - 1] == 0xC3 && c >= 0x80 && c <= 0x9E && c != 0x97) p[i] = (char)(c + 32);
    }
    return out;
}

int str_any(voc_str folded, const char *const *patterns)
{
    for (; *patterns; patterns++)
        if (str_find(folded, *patterns)) return 1;
    return 0;
}

// ---- charsets -------------------------------------------------------------------------------------------------------------

static int ascii(voc_str s)
{
    size_t i = 0;
    uint64_t word;
    for (; i + 8 <= s.len; i += 8) {
        memcpy(&word, s.ptr + i, 8);
        if (word & UINT64_C(0x8080808080808080)) return 0;
    }
    for (; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= 0x80) return 0;
    return 1;
}

// Charsets in which bytes of ASCII are not always ASCII.
static int shifting(voc_str cs)
{
    return str_begins(cs, "iso-2022") || str_begins(cs, "hz") || str_begins(cs, "utf-7") || str_begins(cs, "utf7") || str_begins(cs, "utf-16") || str_begins(cs, "utf-32") ||
           str_begins(cs, "unicode-1-1") || str_begins(cs, "utf16") || str_begins(cs, "ucs") || str_begins(cs, "unicode") || str_begins(cs, "imap");
}

// One byte a letter: text of it that is sound UTF-8 was labelled wrongly.
static int single_byte(voc_str cs)
{
    return cs.len == 0 || str_begins(cs, "us-ascii") || str_begins(cs, "ascii") || str_begins(cs, "ansi_x3") ||
           str_begins(cs, "iso-8859") || str_begins(cs, "iso8859") || str_begins(cs, "windows-12") || str_begins(cs, "cp12") ||
           str_begins(cs, "latin") || str_begins(cs, "koi8") || str_begins(cs, "unknown") || str_begins(cs, "x-unknown") ||
           str_begins(cs, "8bit");
}

static voc_rc decode(struct email *e, voc_str charset, voc_str bytes, struct text *out)
{
    size_t room = bytes.len * 3 + 16, len = 0;
    voc_rc rc = VOC_E_LIMIT;
    if (!VOC_HOST_HAS(e->host, charset_decode)) return VOC_E_INPUT;
    while (rc == VOC_E_LIMIT) {
        if (!text_room(e, out, room)) return VOC_E_NOMEM;
        rc = e->host->charset_decode(e->cx, charset, bytes, out->p + out->n, out->cap - out->n, &len);
        room = len;
    }
    if (!rc) out->n += len;
    return rc;
}

void email_utf8(struct email *e, voc_str charset, voc_str bytes, struct text *out)
{
    charset = str_trim(charset);
    int utf8 = str_same(charset, "utf-8") || str_same(charset, "utf8");
    if (!shifting(charset) && ascii(bytes)) {
        text_add(e, out, bytes.ptr, bytes.len);
        return;
    }
    if ((utf8 || single_byte(charset)) && e->host->utf8_valid(bytes.ptr, bytes.len)) {
        text_add(e, out, bytes.ptr, bytes.len);
        return;
    }
    voc_rc rc = VOC_E_INPUT;
    int west = str_same(charset, "iso-8859-1") || str_same(charset, "latin1") || str_begins(charset, "us-ascii") || charset.len == 0; // as browsers read them
    if (!west) rc = decode(e, charset, bytes, out);
    if (rc == VOC_E_INPUT || rc == VOC_E_OPTION) rc = decode(e, S("windows-1252"), bytes, out);
    if (rc == VOC_E_INPUT || rc == VOC_E_OPTION) { // a host that cannot: letters beyond ASCII are unknown
        for (size_t i = 0; i < bytes.len; i++) {
            if ((unsigned char)bytes.ptr[i] < 0x80) text_byte(e, out, bytes.ptr[i]);
            else text_add(e, out, "\xEF\xBF\xBD", 3);
        }
        rc = VOC_OK;
    }
    if (rc) e->rc = rc;
}

// ---- encoded words ----------------------------------------------------------------------------------------------------------

struct word { voc_str charset, text; char encoding; size_t whole; };

// =?charset*language?Q?text?=
static int word_at(voc_str s, size_t at, struct word *w)
{
    size_t i = at + 2, from = i;
    if (at + 8 > s.len || s.ptr[at] != '=' || s.ptr[at + 1] != '?') return 0;
    while (i < s.len && s.ptr[i] != '?' && s.ptr[i] != ' ' && s.ptr[i] != '*' && i - from < 60) i++;
    w->charset = (voc_str){s.ptr + from, i - from};
    if (i < s.len && s.ptr[i] == '*')
        while (i < s.len && s.ptr[i] != '?' && i - from < 60) i++;
    if (w->charset.len == 0 || i + 2 >= s.len || s.ptr[i] != '?' || s.ptr[i + 2] != '?') return 0;
    w->encoding = lower(s.ptr[i + 1]);
    if (w->encoding != 'q' && w->encoding != 'b') return 0;
    from = i += 3;
    while (i + 1 < s.len && !(s.ptr[i] == '?' && s.ptr[i + 1] == '=')) i++;
    if (i + 1 >= s.len) return 0;
    w->text = (voc_str){s.ptr + from, i - from};
    w->whole = i + 2 - at;
    return 1;
}

static int hex(char c) { return c >= '0' && c <= '9' ? c - '0' : lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1; }

static int base64(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static void word_bytes(struct email *e, const struct word *w, struct text *out)
{
    unsigned bits = 0, n = 0;
    for (size_t i = 0; i < w->text.len; i++) {
        char c = w->text.ptr[i];
        if (w->encoding == 'q') {
            int h = c == '=' && i + 2 < w->text.len ? hex(w->text.ptr[i + 1]) : -1, l = h >= 0 ? hex(w->text.ptr[i + 2]) : -1;
            if (l >= 0) i += 2;
            text_byte(e, out, l >= 0 ? (char)(h * 16 + l) : c == '_' ? ' ' : c);
        } else if (base64(c) >= 0) {
            bits = bits << 6 | (unsigned)base64(c);
            if (++n % 4 == 1) continue;
            text_byte(e, out, (char)(bits >> (n % 4 == 2 ? 4 : n % 4 == 3 ? 2 : 0)));
        }
    }
}

static int same_word(const struct word *a, const struct word *b)
{
    return a->encoding == b->encoding && a->charset.len == b->charset.len && strncasecmp(a->charset.ptr, b->charset.ptr, a->charset.len) == 0;
}

// No control characters in a header: what was folded is one line.
static voc_str clean(struct email *e, struct text *t)
{
    size_t to = 0;
    for (size_t i = 0; i < t->n; i++) {
        char c = (unsigned char)t->p[i] < 0x20 || t->p[i] == 0x7F ? ' ' : t->p[i];
        if (c == ' ' && to && t->p[to - 1] == ' ') continue;
        t->p[to++] = c;
    }
    voc_str s = str_trim((voc_str){t->n ? t->p : "", to});
    return email_keep(e, s.ptr, s.len);
}

voc_str email_header(struct email *e, voc_str raw)
{
    struct text *out = &e->utf8, *bytes = &e->scratch;
    struct word w, next;
    size_t plain = 0;
    raw = str_trim(raw);
    out->n = 0;
    for (size_t i = 0; i < raw.len;) {
        if (raw.ptr[i] != '=' || !word_at(raw, i, &w)) {
            i++;
            continue;
        }
        email_utf8(e, S(""), (voc_str){raw.ptr + plain, i - plain}, out);
        bytes->n = 0;
        word_bytes(e, &w, bytes);
        i += w.whole;
        for (;;) { // words with only blanks between them are one; a letter may be cut between two of one charset
            size_t k = i;
            while (k < raw.len && blank(raw.ptr[k])) k++;
            if (k == raw.len || !word_at(raw, k, &next)) break;
            if (!same_word(&w, &next) || (w.encoding == 'b' && str_begins(w.charset, "iso-2022"))) {
                email_utf8(e, w.charset, text_str(bytes), out);
                bytes->n = 0;
                w = next;
            }
            word_bytes(e, &next, bytes);
            i = k + next.whole;
        }
        email_utf8(e, w.charset, text_str(bytes), out);
        plain = i;
    }
    email_utf8(e, S(""), (voc_str){raw.ptr + plain, raw.len - plain}, out);
    return clean(e, out);
}

// ---- parameters -------------------------------------------------------------------------------------------------------------

struct parameter { voc_str name, value; };

// The next NAME=VALUE behind a semicolon; quotes are taken off, what they escape stays escaped.
static int parameter_next(voc_str *rest, struct parameter *p)
{
    for (;;) {
        size_t i = 0;
        int quoted = 0;
        while (i < rest->len && (quoted || rest->ptr[i] != ';')) {
            if (rest->ptr[i] == '\\' && quoted) i++;
            else if (rest->ptr[i] == '"') quoted = !quoted;
            i++;
        }
        if (i >= rest->len) return 0;
        rest->ptr += i + 1;
        rest->len -= i + 1;
        const char *eq = memchr(rest->ptr, '=', rest->len), *semi = memchr(rest->ptr, ';', rest->len);
        if (!eq || (semi && semi < eq)) continue;
        p->name = str_trim((voc_str){rest->ptr, (size_t)(eq - rest->ptr)});
        rest->len -= (size_t)(eq + 1 - rest->ptr);
        rest->ptr = eq + 1;
        while (rest->len && blank(*rest->ptr)) rest->ptr++, rest->len--;
        size_t n = 0;
        if (rest->len && *rest->ptr == '"') {
            for (n = 1; n < rest->len && rest->ptr[n] != '"'; n++)
                if (rest->ptr[n] == '\\') n++;
            if (n > rest->len) n = rest->len;
            p->value = (voc_str){rest->ptr + 1, n - 1};
        } else {
            while (n < rest->len && rest->ptr[n] != ';') n++;
            p->value = str_trim((voc_str){rest->ptr, n});
        }
        rest->ptr += n;
        rest->len -= n;
        return 1;
    }
}

static void percent(struct email *e, voc_str s, struct text *out)
{
    for (size_t i = 0; i < s.len; i++) {
        int h = s.ptr[i] == '%' && i + 2 < s.len ? hex(s.ptr[i + 1]) : -1, l = h >= 0 ? hex(s.ptr[i + 2]) : -1;
        if (l >= 0) i += 2;
        text_byte(e, out, l >= 0 ? (char)(h * 16 + l) : s.ptr[i]);
    }
}

voc_str email_parameter(struct email *e, voc_str raw, const char *name)
{
    size_t n = strlen(name);
    struct text bytes = {0};
    voc_str rest = raw, charset = S(""), plain = S("");
    struct parameter p;
    int extended = 0;
    while (parameter_next(&rest, &p)) {
        if (!str_begins(p.name, name)) continue;
        if (p.name.len == n) plain = p.value;
        if (p.name.len == n || p.name.ptr[n] != '*') continue;
        int encoded = p.name.ptr[p.name.len - 1] == '*';
        voc_str v = p.value;
        if (encoded && !extended) { // charset'language'text
            const char *q = v.len ? memchr(v.ptr, '\'', v.len) : NULL, *r = q ? memchr(q + 1, '\'', (size_t)(v.ptr + v.len - q - 1)) : NULL;
            if (r) {
                charset = (voc_str){v.ptr, (size_t)(q - v.ptr)};
                v = (voc_str){r + 1, (size_t)(v.ptr + v.len - r - 1)};
            }
        }
        extended = 1;
        if (encoded) percent(e, v, &bytes);
        else text_add(e, &bytes, v.ptr, v.len);
    }
    voc_str out;
    if (extended) {
        e->utf8.n = 0;
        email_utf8(e, charset, text_str(&bytes), &e->utf8);
        out = clean(e, &e->utf8);
    } else {
        out = email_header(e, plain); // many write encoded words here
    }
    e->host->free(e->cx, bytes.p);
    return out;
}

// ---- dates ------------------------------------------------------------------------------------------------------------------

static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

static int month_of(voc_str w)
{
    if (w.len < 3) return 0;
    for (int i = 0; i < 12; i++)
        if (lower(w.ptr[0]) == months[3 * i] && lower(w.ptr[1]) == months[3 * i + 1] && lower(w.ptr[2]) == months[3 * i + 2]) return i + 1;
    return 0;
}

static int64_t days_from_civil(int64_t y, int m, int d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400, doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static long number(voc_str w)
{
    long n = 0;
    for (size_t i = 0; i < w.len; i++) {
        if (w.ptr[i] < '0' || w.ptr[i] > '9' || i > 5) return -1;
        n = n * 10 + (w.ptr[i] - '0');
    }
    return w.len ? n : -1;
}

// "+0200", "-05:00", "EST"; seconds east of Greenwich. A zone that is not known is taken for UTC (RFC 5322, 4.3).
static int zone_of(voc_str w, long *east)
{
    static const struct { const char *name; int hours; } zones[] = {{"ut", 0}, {"gmt", 0}, {"utc", 0}, {"z", 0}, {"est", -5}, {"edt", -4}, {"cst", -6}, {"cdt", -5},
        {"mst", -7}, {"mdt", -6}, {"pst", -8}, {"pdt", -7}, {"cet", 1}, {"cest", 2}, {"met", 1}, {"mest", 2}, {"bst", 1}, {"wet", 0}, {"west", 1}, {"eet", 2}, {"eest", 3}, {"msk", 3}, {"jst", 9}, {"kst", 9}};
    if (w.len >= 5 && (w.ptr[0] == '+' || w.ptr[0] == '-')) {
        size_t colon = w.ptr[3] == ':';
        if (w.len < 5 + colon) return 0;
        long h = number((voc_str){w.ptr + 1, 2}), m = number((voc_str){w.ptr + 3 + colon, 2});
        if (h < 0 || m < 0 || h > 15) return 0;
        *east = (h * 3600 + m * 60) * (w.ptr[0] == '-' ? -1 : 1);
        return 1;
    }
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (str_same(w, zones[i].name)) return *east = zones[i].hours * 3600L, 1;
    return 0;
}

static int clock_of(voc_str w, long *seconds)
{
    long part[3] = {0, 0, 0};
    size_t k = 0, from = 0;
    for (size_t i = 0; i <= w.len && k < 3; i++) {
        if (i < w.len && w.ptr[i] != ':' && w.ptr[i] != '.') continue;
        part[k] = number((voc_str){w.ptr + from, i - from});
        if (part[k] < 0) return 0;
        k++;
        from = i + 1;
    }
    if (k < 2 || part[0] > 24 || part[1] > 59 || part[2] > 60) return 0;
    *seconds = part[0] * 3600 + part[1] * 60 + part[2];
    return 1;
}

int email_date(voc_str s, int64_t *us)
{
    long day = -1, year = -1, seconds = -1, east = 0;
    int month = 0, zoned = 0, comment = 0;
    for (size_t i = 0; i < s.len;) {
        char c = s.ptr[i];
        if (c == '(') comment++;
        if (c == ')' && comment) comment--;
        if (comment || blank(c) || c == ',' || c == ')' || c == '(') {
            i++;
            continue;
        }
        size_t from = i;
        while (i < s.len && !blank(s.ptr[i]) && s.ptr[i] != ',' && s.ptr[i] != '(' && (s.ptr[i] != '-' || i == from || seconds >= 0)) i++; // 12-Mar-2003
        voc_str w = {s.ptr + from, i - from};
        if (w.len > 1 && w.ptr[0] == '-' && seconds < 0) w.ptr++, w.len--;
        long n = number(w), t;
        if (memchr(w.ptr, ':', w.len) && w.ptr[0] != '+' && w.ptr[0] != '-') {
            if (seconds < 0 && clock_of(w, &t)) seconds = t;
        } else if (n >= 0) {
            if (n > 31 && w.len >= 4) year = n;
            else if (day < 0) day = n;
            else if (year < 0) year = n < 50 ? 2000 + n : n < 1000 ? 1900 + n : n;
        } else if (!month && month_of(w)) {
            month = month_of(w);
        } else if (seconds >= 0 && !zoned) {
            zoned = zone_of(w, &east);
        }
    }
    if (day < 1 || day > 31 || !month || year < 1 || year > 9999) return 0;
    if (seconds < 0) seconds = 0;
    *us = (days_from_civil(year, month, (int)day) * 86400 + seconds - east) * 1000000;
    return 1;
}
