/* SPDX-License-Identifier: MIT */
/*
 * voc/mock_host.h - a host in one header, for unit tests and fuzzers of plugins: without the program, without files.
 *
 *     voc_mock m;
 *     voc_mock_init(&m);
 *     voc_rc rc = voc_mock_read(&m, voc_plugin_query(VOC_ABI_MAJOR), "some text\n", 10);
 *     assert(rc == VOC_OK && !m.broken && strcmp(voc_mock_text(&m), "0 event 2024-07-01T10:00:00Z ...\n") == 0);
 *     voc_mock_done(&m);
 *
 * It keeps what plugin.h promises for INPUT and OUTPUT plugins, and watches what a plugin promises; m.broken says in words what it
 * did that the contract forbids. It knows less than the host: times by ISO, epochs and plain patterns, in UTC or with an offset
 * (no zone by name); patterns by the C library's regcomp; UTF-8, Latin-1 and ASCII; XML without a DOCTYPE. What it does not know
 * it refuses, with a diagnostic. Tests of an ANALYSIS need journeys: voc plugin check makes them.
 *
 * C11 with POSIX regex.h; all functions are static, and all is in one file, so that it can be copied. Out of memory of its own, it
 * aborts.
 */
#ifndef VOC_MOCK_HOST_H
#define VOC_MOCK_HOST_H

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <voc/plugin.h>

VOC_EXPORT const voc_plugin *voc_plugin_query(uint32_t host_abi_major); /* of the plugin that is tested: linked with the test */

typedef struct voc_mock_block { struct voc_mock_block *next, *before; size_t size, even; } voc_mock_block; /* ahead of what is handed out */
typedef struct voc_mock_buf { char *ptr; size_t len, cap; } voc_mock_buf;
typedef struct voc_mock_alike { voc_mock_buf text, held; voc_row shared; voc_attr *attrs; int told; } voc_mock_alike; /* held: what `shared` borrows */
typedef struct voc_mock voc_mock;
struct voc_regex { struct voc_regex *next; regex_t re; };
struct voc_time_format { struct voc_time_format *next; char pattern[64]; int64_t offset_us; };
struct voc_context { voc_mock *m; };
struct voc_sink { voc_mock *m; };
struct voc_stream { voc_mock *m; };
struct voc_writer { voc_mock *m; };

struct voc_mock {
    /* Set these between voc_mock_init and voc_mock_read. */
    uint64_t fail_alloc;        /* the n-th allocation of the plugin fails; 0: none */
    size_t block_records;       /* LINES: records in a block at most; 0: all in one */
    size_t piece;               /* STREAM: bytes that a read gives at most; 0: what was asked for */
    int cancel;                 /* what cancelled() says */
    int apart;                  /* 1: alike() gives no numbers; what is read must be the same */
    const char *const *options; /* "name", "value", ..., NULL: as -O name=value */
    voc_source source;          /* zone, actor, maps */
    /* What came of it. */
    uint64_t n_records, n_gave, n_rejected, n_ignored, n_rows; /* rows: of records that were not rejected afterwards */
    voc_mock_buf diags;         /* what diag was told, a line each: severity code line message */
    const char *broken;         /* which promise was broken first, or NULL */
    int32_t confidence;         /* of its probe */
    size_t live;                /* blocks that it never freed: the host does so, but it costs memory */
    /* The mock's own. */
    voc_context cx;
    voc_sink sink;
    voc_stream stream;
    voc_writer writer;
    voc_mock_block blocks;
    voc_regex *regexes;
    voc_time_format *formats;
    voc_mock_buf text;          /* of records that are finished */
    voc_mock_buf *record_text;  /* LINES: of each record of the block; STREAM: one */
    unsigned char *state;       /* likewise */
    size_t n_state;
    voc_mock_alike alike[64];   /* number n is [n - 1] */
    uint32_t n_alike;
    uint64_t first, last_to, current;
    int is_stream, is_open, kept;
    const char *bytes;
    size_t n_bytes, at;
};

enum { VOC_MOCK_OPEN = 0, VOC_MOCK_ROWS = 1, VOC_MOCK_REJECTED = 2, VOC_MOCK_IGNORED = 3 };

/* ---- memory and text ------------------------------------------------------------------------------------------------- */

static inline void *voc_mock_own(void *old, size_t size)
{
    void *p = realloc(old, size ? size : 1);
    if (!p) abort();
    return p;
}
static inline void voc_mock_add(voc_mock_buf *b, const char *ptr, size_t len)
{
    if (b->len + len + 1 > b->cap) b->ptr = (char *)voc_mock_own(b->ptr, b->cap = 2 * (b->len + len + 1));
    if (len) memcpy(b->ptr + b->len, ptr, len);
    b->ptr[b->len += len] = 0;
}
static inline void voc_mock_word(voc_mock_buf *b, const char *word) { voc_mock_add(b, word, strlen(word)); }
static inline void voc_mock_number(voc_mock_buf *b, int64_t n)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)n);
    voc_mock_word(b, text);
}
static inline voc_rc voc_mock_break(voc_mock *m, const char *what)
{
    if (!m->broken) m->broken = what;
    return VOC_E_BUG;
}
static inline void *voc_mock_resize(voc_context *cx, void *old, size_t size)
{
    voc_mock *m = cx->m;
    voc_mock_block *b = old ? (voc_mock_block *)old - 1 : NULL;
    if ((m->fail_alloc && --m->fail_alloc == 0) || size > ((size_t)1 << 30)) return NULL;
    voc_mock_block *to = (voc_mock_block *)voc_mock_own(NULL, sizeof *to + size); /* always moves, and what is new is not zero: both are found out */
    memset(to + 1, 0xa5, size);
    if (b) memcpy(to + 1, old, b->size < size ? b->size : size);
    to->size = size;
    to->before = &m->blocks;
    to->next = m->blocks.next;
    if (to->next) to->next->before = to;
    m->blocks.next = to;
    m->live++;
    if (b) {
        b->before->next = b->next;
        if (b->next) b->next->before = b->before;
        free(b);
        m->live--;
    }
    return to + 1;
}
static inline void *voc_mock_alloc(voc_context *cx, size_t size) { return voc_mock_resize(cx, NULL, size); }
static inline void voc_mock_free(voc_context *cx, void *ptr)
{
    voc_mock_block *b = ptr ? (voc_mock_block *)ptr - 1 : NULL;
    if (!b) return;
    b->before->next = b->next;
    if (b->next) b->next->before = b->before;
    cx->m->live--;
    free(b);
}
static inline void voc_mock_diag(voc_context *cx, const voc_diag *d)
{
    voc_mock_buf *b = &cx->m->diags;
    voc_mock_word(b, d->severity == VOC_ERROR ? "error " : d->severity == VOC_WARNING ? "warning " : "info ");
    voc_mock_add(b, d->code.ptr, d->code.len);
    voc_mock_word(b, " ");
    voc_mock_number(b, (int64_t)d->line);
    voc_mock_word(b, " ");
    voc_mock_add(b, d->message.ptr, d->message.len);
    voc_mock_word(b, "\n");
}
static inline void voc_mock_say(voc_context *cx, const char *code, uint64_t line, const char *message)
{
    const voc_diag d = {sizeof d, VOC_ERROR, {code, strlen(code)}, line, 0, {message, strlen(message)}, {"", 0}};
    voc_mock_diag(cx, &d);
}
static inline int voc_mock_cancelled(voc_context *cx) { return cx->m->cancel; }
static inline int voc_mock_utf8_valid(const char *ptr, size_t len)
{
    const unsigned char *p = (const unsigned char *)ptr;
    for (size_t i = 0; i < len;) {
        size_t n = p[i] < 0x80 ? 1 : p[i] >= 0xc2 && p[i] < 0xe0 ? 2 : p[i] >= 0xe0 && p[i] < 0xf0 ? 3 : p[i] >= 0xf0 && p[i] < 0xf5 ? 4 : 0;
        if (n == 0 || n > len - i) return 0;
        for (size_t k = 1; k < n; k++)
            if ((p[i + k] & 0xc0) != 0x80) return 0;
        if (n > 2 && ((p[i] == 0xe0 && p[i + 1] < 0xa0) || (p[i] == 0xed && p[i + 1] > 0x9f) || (p[i] == 0xf0 && p[i + 1] < 0x90) || (p[i] == 0xf4 && p[i + 1] > 0x8f))) return 0;
        i += n;
    }
    return 1;
}
static inline voc_rc voc_mock_charset_decode(voc_context *cx, voc_str charset, voc_str bytes, char *to, size_t size, size_t *len)
{
    char name[32] = "";
    size_t n = 0;
    (void)cx;
    for (size_t i = 0; i < charset.len && i + 1 < sizeof name; i++) name[i] = (char)(charset.ptr[i] >= 'A' && charset.ptr[i] <= 'Z' ? charset.ptr[i] + 32 : charset.ptr[i]);
    int latin = strcmp(name, "iso-8859-1") == 0 || strcmp(name, "latin1") == 0;
    if (!latin && strcmp(name, "utf-8") != 0 && strcmp(name, "us-ascii") != 0 && strcmp(name, "ascii") != 0) return VOC_E_INPUT;
    for (size_t i = 0; i < bytes.len; i++) n += latin && (unsigned char)bytes.ptr[i] > 0x7f ? 2 : 1;
    if (!latin && !voc_mock_utf8_valid(bytes.ptr, bytes.len)) return VOC_E_INPUT;
    *len = n;
    if (n > size) return VOC_E_LIMIT;
    for (size_t i = 0, at = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.ptr[i];
        if (latin && c > 0x7f) to[at++] = (char)(0xc0 | c >> 6), to[at++] = (char)(0x80 | (c & 0x3f));
        else to[at++] = (char)c;
    }
    return VOC_OK;
}
static inline size_t voc_mock_marks(const char *ptr, size_t len, char a, char b, uint32_t *to, int *has_b)
{
    size_t n = 0;
    *has_b = 0;
    for (size_t i = 0; i < len; i++) {
        if (ptr[i] != a && ptr[i] != b) continue;
        if (ptr[i] != a) *has_b = 1;
        to[n++] = (uint32_t)i;
    }
    return n;
}
static inline voc_rc voc_mock_regex_compile(voc_context *cx, voc_regex **out, voc_str pattern)
{
    voc_regex *r = (voc_regex *)voc_mock_own(NULL, sizeof *r);
    voc_mock_buf text = {0};
    voc_mock_add(&text, pattern.ptr, pattern.len);
    int bad = regcomp(&r->re, text.ptr, REG_EXTENDED | REG_NOSUB);
    free(text.ptr);
    if (bad) return free(r), voc_mock_say(cx, "MOCK-001", 0, "regcomp does not take this pattern; the host, which has PCRE2, may"), VOC_E_OPTION;
    r->next = cx->m->regexes;
    cx->m->regexes = *out = r;
    return VOC_OK;
}
static inline int voc_mock_regex_match(const voc_regex *re, voc_str text)
{
    voc_mock_buf copy = {0};
    voc_mock_add(&copy, text.ptr, text.len);
    int met = regexec(&re->re, copy.ptr, 0, NULL, 0) == 0;
    free(copy.ptr);
    return met;
}

/* ---- time ------------------------------------------------------------------------------------------------------------ */

static inline int64_t voc_mock_days(int64_t y, int64_t m, int64_t d) /* since 1970-01-01, of the Gregorian calendar */
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400, doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}
static inline int voc_mock_digits(voc_str *s, size_t least, size_t most, int64_t *n)
{
    size_t i = 0;
    for (*n = 0; i < s->len && i < most && s->ptr[i] >= '0' && s->ptr[i] <= '9'; i++) *n = *n * 10 + (s->ptr[i] - '0');
    if (i < least) return 0;
    s->ptr += i, s->len -= i;
    return 1;
}
static inline int voc_mock_take(voc_str *s, char c) { return s->len && s->ptr[0] == c ? (s->ptr++, s->len--, 1) : 0; }
static inline int voc_mock_offset(voc_str *s, int64_t *us) /* Z, +01, +0100, +01:00 */
{
    int64_t h, m = 0;
    if (voc_mock_take(s, 'Z')) return *us = 0, 1;
    int minus = s->len && s->ptr[0] == '-';
    if (!minus && (s->len == 0 || s->ptr[0] != '+')) return 0;
    s->ptr++, s->len--;
    if (!voc_mock_digits(s, 2, 2, &h)) return 0;
    (void)voc_mock_take(s, ':');
    if (s->len && !voc_mock_digits(s, 2, 2, &m)) return 0;
    *us = (h * 60 + m) * 60000000 * (minus ? -1 : 1);
    return 1;
}
static inline voc_rc voc_mock_time_format(voc_context *cx, voc_time_format **out, voc_str pattern, voc_str zone)
{
    int64_t offset = 0;
    voc_str z = zone;
    if (zone.len && !(zone.len == 3 && memcmp(zone.ptr, "UTC", 3) == 0) && !(voc_mock_offset(&z, &offset) && z.len == 0))
        return voc_mock_say(cx, "MOCK-002", 0, "the mock host knows no zones by name: give it \"\", UTC or an offset"), VOC_E_OPTION;
    if (pattern.len > 63) return VOC_E_OPTION;
    voc_time_format *f = (voc_time_format *)voc_mock_own(NULL, sizeof *f);
    *f = (voc_time_format){cx->m->formats, "", offset};
    if (!(pattern.len == 3 && memcmp(pattern.ptr, "iso", 3) == 0) && pattern.len) memcpy(f->pattern, pattern.ptr, pattern.len);
    cx->m->formats = *out = f;
    return VOC_OK;
}
/* One letter run of a pattern, or a literal. f: year month day hour minute second; us: of the second. */
static inline int voc_mock_field(const char *p, size_t n, voc_str *s, int64_t f[6], int64_t *us, uint32_t *res, int64_t *offset)
{
    static const char letters[] = "yMdHms";
    const char *which = strchr(letters, *p);
    if (*p == 'S' || *p == 'Z') {
        int64_t scale = 100000;
        if (*p == 'Z') return voc_mock_offset(s, offset);
        if (s->len == 0 || s->ptr[0] < '0' || s->ptr[0] > '9') return 0;
        for (*us = 0, *res = VOC_RES_US; s->len && s->ptr[0] >= '0' && s->ptr[0] <= '9'; s->ptr++, s->len--, scale /= 10) *us += (s->ptr[0] - '0') * scale;
        if (scale >= 100) *res = VOC_RES_MS; /* three digits or fewer */
        return 1;
    }
    if (!which) return voc_mock_take(s, *p);
    if (!voc_mock_digits(s, n > 1 && *p != 'y' ? 2 : *p == 'y' ? 4 : 1, *p == 'y' ? 4 : 2, &f[which - letters])) return 0;
    if (which - letters == 3) *res = VOC_RES_HOUR;
    if (which - letters == 4) *res = VOC_RES_MINUTE;
    if (which - letters == 5) *res = VOC_RES_SECOND;
    return 1;
}
static inline int voc_mock_by_pattern(const char *p, voc_str s, int64_t offset, int64_t *out_us, uint32_t *out_res)
{
    int64_t f[6] = {0, 1, 1, 0, 0, 0}, us = 0;
    uint32_t res = VOC_RES_DAY;
    for (size_t n; *p; p += n) {
        for (n = 1; p[n] == *p; n++) {}
        if (!voc_mock_field(p, n, &s, f, &us, &res, &offset)) return 0;
    }
    if (s.len || f[1] < 1 || f[1] > 12 || f[2] < 1 || f[2] > 31 || f[3] > 24 || f[4] > 59 || f[5] > 60 || f[0] < 1) return 0;
    if (voc_mock_days(f[0], f[1], f[2]) >= voc_mock_days(f[0] + (f[1] == 12), f[1] % 12 + 1, 1)) return 0; /* the 30th of February */
    *out_us = (((voc_mock_days(f[0], f[1], f[2]) * 24 + f[3]) * 60 + f[4]) * 60 + f[5]) * 1000000 + us - offset;
    *out_res = res;
    return 1;
}
static inline voc_rc voc_mock_time_parse(const voc_time_format *f, voc_str text, int64_t *out_us, uint32_t *out_res)
{
    static const char *const iso[] = {"yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.SSSSSS", "yyyy-MM-dd HH:mmZ", "yyyy-MM-dd HH:mm:ssZ", "yyyy-MM-dd HH:mm:ss.SSSSSSZ"};
    char copy[64];
    int64_t n;
    voc_str s = text;
    if (f->pattern[0]) return voc_mock_by_pattern(f->pattern, text, f->offset_us, out_us, out_res) ? VOC_OK : VOC_E_INPUT;
    if (text.len >= 9 && text.len <= 16 && voc_mock_digits(&s, text.len, text.len, &n)) { /* an epoch, by its magnitude */
        *out_us = text.len <= 11 ? n * 1000000 : text.len <= 14 ? n * 1000 : n;
        *out_res = text.len <= 11 ? VOC_RES_SECOND : text.len <= 14 ? VOC_RES_MS : VOC_RES_US;
        return VOC_OK;
    }
    if (text.len < 10 || text.len >= sizeof copy) return VOC_E_INPUT;
    memcpy(copy, text.ptr, text.len);
    if (text.len > 10 && copy[10] == 'T') copy[10] = ' ';
    for (size_t i = 0; i < sizeof iso / sizeof *iso; i++)
        if (voc_mock_by_pattern(iso[i], (voc_str){copy, text.len}, f->offset_us, out_us, out_res)) return VOC_OK;
    return VOC_E_INPUT;
}
static inline voc_rc voc_mock_time_guess(voc_context *cx, const voc_str *samples, size_t n, char pattern[64], uint32_t *n_possible)
{
    static const char *const tried[] = {"", "dd.MM.yyyy", "dd.MM.yyyy HH:mm", "dd.MM.yyyy HH:mm:ss", "dd/MM/yyyy", "dd/MM/yyyy HH:mm", "MM/dd/yyyy", "MM/dd/yyyy HH:mm"};
    int64_t us;
    uint32_t res;
    (void)cx;
    *n_possible = 0;
    for (size_t k = 0; k < sizeof tried / sizeof *tried; k++) {
        voc_time_format f = {NULL, "", 0};
        size_t i = 0;
        memcpy(f.pattern, tried[k], strlen(tried[k]) + 1);
        while (i < n && (samples[i].len == 0 || voc_mock_time_parse(&f, samples[i], &us, &res) == VOC_OK)) i++;
        if (i == n && (*n_possible)++ == 0) memcpy(pattern, f.pattern, 64);
    }
    return *n_possible ? VOC_OK : VOC_E_INPUT;
}

/* ---- rows ------------------------------------------------------------------------------------------------------------ */

static inline void voc_mock_show(voc_mock_buf *b, const char *name, voc_str s)
{
    if (s.len == 0) return;
    voc_mock_word(b, " "), voc_mock_word(b, name), voc_mock_word(b, "="), voc_mock_add(b, s.ptr, s.len);
}
static inline void voc_mock_show_number(voc_mock_buf *b, const char *name, int64_t n)
{
    if (n == VOC_NA) return;
    voc_mock_word(b, " "), voc_mock_word(b, name), voc_mock_word(b, "="), voc_mock_number(b, n);
}
static inline void voc_mock_show_time(voc_mock_buf *b, int64_t us, uint32_t resolution)
{
    int64_t second = us / 1000000 - (us % 1000000 < 0), day = second / 86400 - (second % 86400 < 0), left = second - day * 86400, y = day / 365 + 1971, mo = 12;
    char text[96];
    while (voc_mock_days(y, 1, 1) > day) y--;
    while (voc_mock_days(y, mo, 1) > day) mo--;
    snprintf(text, sizeof text, resolution == VOC_RES_DAY ? " %04d-%02d-%02d" : " %04d-%02d-%02dT%02d:%02d:%02dZ", (int)y, (int)mo, (int)(day - voc_mock_days(y, mo, 1) + 1), (int)(left / 3600),
             (int)(left / 60 % 60), (int)(left % 60));
    voc_mock_word(b, text);
}
static inline voc_rc voc_mock_show_aliases(voc_mock *m, voc_mock_buf *b, const char *name, const voc_alias *a, size_t n)
{
    if (n > VOC_ALIASES_MAX) return voc_mock_break(m, "a row has more than VOC_ALIASES_MAX aliases");
    for (size_t i = 0; i < n; i++) {
        if (a[i].value.len == 0 || a[i].kind.len == 0) return voc_mock_break(m, "an alias is empty: leave it out");
        voc_mock_word(b, i ? "," : " "), voc_mock_word(b, i ? "" : name), voc_mock_word(b, i ? "" : "=");
        voc_mock_add(b, a[i].kind.ptr, a[i].kind.len), voc_mock_word(b, ":"), voc_mock_add(b, a[i].value.ptr, a[i].value.len);
    }
    return VOC_OK;
}
static inline voc_rc voc_mock_show_row(voc_mock *m, voc_mock_buf *b, const voc_row *r)
{
    static const char *const kinds[] = {"", " event", " word", " link", " attribute", " measure", " reference"}, *const actors[] = {"", " by=customer", " by=company", " by=other"};
    voc_mock_number(b, (int64_t)r->record);
    voc_mock_word(b, kinds[r->kind]);
    if (r->time_us != VOC_NA) voc_mock_show_time(b, r->time_us, r->resolution);
    voc_rc rc = voc_mock_show_aliases(m, b, "customer", r->customer, r->n_customer);
    if (!rc) rc = voc_mock_show_aliases(m, b, "account", r->account, r->n_account);
    if (rc) return rc;
    voc_mock_word(b, actors[r->actor]);
    voc_mock_show(b, "action", r->action), voc_mock_show(b, "touchpoint", r->touchpoint), voc_mock_show(b, "channel", r->channel), voc_mock_show(b, "campaign", r->campaign);
    voc_mock_show(b, "object", r->object), voc_mock_show(b, "case", r->case_id), voc_mock_show(b, "role", r->role), voc_mock_show(b, "owner", r->owner);
    voc_mock_show(b, "thread", r->thread), voc_mock_show(b, "id", r->id), voc_mock_show(b, "ref", r->ref), voc_mock_show(b, "text", r->text);
    voc_mock_show(b, "language", r->language), voc_mock_show(b, "unit", r->unit);
    voc_mock_show_number(b, "minutes", r->minutes), voc_mock_show_number(b, "cost", r->cost), voc_mock_show_number(b, "value", r->value);
    for (size_t i = 0; i < r->n_attrs; i++)
        voc_mock_word(b, " @"), voc_mock_add(b, r->attrs[i].key.ptr, r->attrs[i].key.len), voc_mock_word(b, "="), voc_mock_add(b, r->attrs[i].text.ptr, r->attrs[i].text.len);
    voc_mock_word(b, "\n");
    return VOC_OK;
}
static inline long voc_mock_slot(const voc_mock *m, uint64_t record)
{
    if (m->is_stream) return m->is_open && record + 1 == m->n_records ? 0 : -1;
    return record < m->n_state ? (long)record : -1;
}
static inline void voc_mock_line(voc_mock_buf *b, uint64_t record, const char *what, voc_str code, voc_str words)
{
    b->len = 0;
    voc_mock_number(b, (int64_t)record);
    voc_mock_word(b, what);
    voc_mock_add(b, code.ptr, code.len);
    voc_mock_word(b, words.len ? " " : "");
    voc_mock_add(b, words.ptr, words.len);
    voc_mock_word(b, "\n");
}
static inline uint64_t voc_mock_nth(const voc_mock *m, uint64_t record) { return m->is_stream ? record : m->first + record; }
static inline voc_rc voc_mock_reject(voc_sink *sink, uint64_t record, voc_str code, voc_str reason)
{
    voc_mock *m = sink->m;
    long at = voc_mock_slot(m, record);
    if (at < 0) return voc_mock_break(m, "reject: there is no such record");
    if (code.len == 0 || reason.len == 0) return voc_mock_break(m, "reject: a code and a reason are needed");
    if (m->state[at] == VOC_MOCK_IGNORED) return voc_mock_break(m, "reject: the record was ignored before");
    m->state[at] = VOC_MOCK_REJECTED;
    voc_mock_line(&m->record_text[at], voc_mock_nth(m, record), " reject ", code, reason);
    return VOC_OK;
}
static inline voc_rc voc_mock_ignore(voc_sink *sink, uint64_t record, voc_str rule)
{
    voc_mock *m = sink->m;
    long at = voc_mock_slot(m, record);
    if (at < 0) return voc_mock_break(m, "ignore: there is no such record");
    if (rule.len == 0) return voc_mock_break(m, "ignore: a rule is needed");
    if (m->state[at] != VOC_MOCK_OPEN) return voc_mock_break(m, "ignore: the record was answered before");
    m->state[at] = VOC_MOCK_IGNORED;
    voc_mock_line(&m->record_text[at], voc_mock_nth(m, record), " ignore ", rule, (voc_str){"", 0});
    return VOC_OK;
}
static inline voc_rc voc_mock_row(voc_mock *m, const voc_row *r)
{
    long at = voc_mock_slot(m, r->record);
    voc_row copy = *r;
    if (at < 0) return voc_mock_break(m, "rows: there is no such record");
    if (r->kind < VOC_ROW_EVENT || r->kind > VOC_ROW_REFERENCE || r->actor > VOC_ACTOR_OTHER || r->resolution > VOC_RES_DAY || r->ref_kind > VOC_REF_CASE)
        return voc_mock_break(m, "rows: a kind, actor, resolution or ref_kind that does not exist");
    if (m->state[at] == VOC_MOCK_IGNORED) return voc_mock_break(m, "rows: the record was ignored before");
    if (m->state[at] == VOC_MOCK_REJECTED) return VOC_OK;
    if (m->state[at] == VOC_MOCK_ROWS && m->current != r->record) return voc_mock_break(m, "rows: they must come record by record");
    if (r->kind == VOC_ROW_EVENT && (r->time_us == VOC_NA || r->action.len == 0))
        return voc_mock_reject(&m->sink, r->record, (voc_str)VOC_LIT("ROW"), r->time_us == VOC_NA ? (voc_str)VOC_LIT("it has no time") : (voc_str)VOC_LIT("it has no action"));
    if (r->kind == VOC_ROW_REFERENCE && (r->object.len == 0 || r->n_attrs == 0))
        return voc_mock_reject(&m->sink, r->record, (voc_str)VOC_LIT("ROW"), r->object.len ? (voc_str)VOC_LIT("it has no cells") : (voc_str)VOC_LIT("it names no reference table (object)"));
    m->state[at] = VOC_MOCK_ROWS;
    m->current = r->record;
    copy.record = voc_mock_nth(m, r->record);
    return voc_mock_show_row(m, &m->record_text[at], &copy);
}
static inline voc_rc voc_mock_rows(voc_sink *sink, const voc_batch *b)
{
    voc_rc rc = VOC_OK;
    if (b->struct_size < sizeof *b || b->row_size < sizeof(voc_row)) return voc_mock_break(sink->m, "rows: struct_size or row_size is wrong");
    for (size_t i = 0; i < b->n_rows && !rc; i++) rc = voc_mock_row(sink->m, (const voc_row *)(const void *)((const char *)b->rows + i * b->row_size));
    return rc;
}
static inline void voc_mock_alike_of(voc_sink *sink, const voc_str *texts, size_t n, uint32_t *number, unsigned char *told)
{
    voc_mock *m = sink->m;
    for (size_t i = 0; i < n; i++) {
        uint32_t k = 0;
        while (k < m->n_alike && (m->alike[k].text.len != texts[i].len || (texts[i].len && memcmp(m->alike[k].text.ptr, texts[i].ptr, texts[i].len) != 0))) k++;
        const int full = m->apart || k == sizeof m->alike / sizeof *m->alike;
        if (!full && k == m->n_alike) {
            memset(&m->alike[m->n_alike++], 0, sizeof *m->alike);
            voc_mock_add(&m->alike[k].text, texts[i].ptr, texts[i].len);
        }
        number[i] = full ? 0 : k + 1;
        told[i] = !full && m->alike[k].told;
    }
}
static inline voc_rc voc_mock_share(voc_sink *sink, uint32_t number, const voc_row *row)
{
    voc_mock *m = sink->m;
    if (number == 0 || number > m->n_alike) return voc_mock_break(m, "share: a number that alike did not give, or that holds no more");
    if (row->actor > VOC_ACTOR_OTHER) return voc_mock_break(m, "share: an actor that does not exist");
    voc_mock_alike *a = &m->alike[number - 1];
    if (row->action.len == 0) return VOC_E_INPUT;
    const voc_str from[] = {row->action, row->touchpoint, row->channel, row->campaign, row->role, row->owner};
    voc_str *const to[] = {&a->shared.action, &a->shared.touchpoint, &a->shared.channel, &a->shared.campaign, &a->shared.role, &a->shared.owner};
    a->shared = voc_row_init(VOC_ROW_EVENT);
    a->shared.actor = row->actor;
    a->held.len = 0;
    for (size_t k = 0; k < sizeof from / sizeof *from; k++) voc_mock_add(&a->held, from[k].ptr, from[k].len);
    for (size_t k = 0, at = 0; k < sizeof from / sizeof *from; at += from[k++].len) *to[k] = (voc_str){a->held.ptr + at, from[k].len};
    size_t at = a->held.len, i;
    a->attrs = (voc_attr *)voc_mock_own(a->attrs, row->n_attrs * sizeof *a->attrs);
    for (i = 0; i < row->n_attrs; i++) {
        if (row->attrs[i].entity != VOC_ENTITY_EVENT) return voc_mock_break(m, "share: an attribute that is not the event's own");
        a->attrs[i] = row->attrs[i];
        voc_mock_add(&a->held, row->attrs[i].key.ptr, row->attrs[i].key.len), voc_mock_add(&a->held, row->attrs[i].text.ptr, row->attrs[i].text.len);
    }
    for (size_t k = 0, from_at = 0; k < sizeof from / sizeof *from; from_at += from[k++].len) to[k]->ptr = a->held.ptr + from_at; /* it may have moved */
    for (i = 0; i < row->n_attrs; at += a->attrs[i].text.len, i++) {
        a->attrs[i].key.ptr = a->held.ptr + at, at += a->attrs[i].key.len;
        a->attrs[i].text.ptr = a->held.ptr + at;
    }
    a->shared.attrs = a->attrs, a->shared.n_attrs = row->n_attrs;
    a->told = 1;
    return VOC_OK;
}
static inline voc_rc voc_mock_events(voc_sink *sink, const voc_events *e)
{
    voc_mock *m = sink->m;
    voc_rc rc = VOC_OK;
    if (m->is_stream || e->struct_size < sizeof *e || (e->n && (!e->record || !e->alike || !e->time_us))) return voc_mock_break(m, "events: struct_size is wrong, a column is missing, or it is no plugin of LINES");
    for (size_t i = 0; i < e->n && !rc; i++) {
        const uint32_t number = e->alike[i];
        if (number == 0 || number > m->n_alike || !m->alike[number - 1].told) return voc_mock_break(m, "events: a number that share was not told of");
        if (i && e->record[i] <= e->record[i - 1]) return voc_mock_break(m, "events: one of a record, in their order");
        voc_row r = m->alike[number - 1].shared;
        const voc_alias customer = {e->customer_kind, e->customer ? e->customer[i] : (voc_str){"", 0}, e->customer_strong, 0};
        const voc_alias account = {e->account_kind, e->account ? e->account[i] : (voc_str){"", 0}, e->account_strong, 0};
        r.record = e->record[i], r.time_us = e->time_us[i], r.resolution = e->resolution;
        r.customer = &customer, r.n_customer = customer.value.len > 0, r.account = &account, r.n_account = account.value.len > 0;
        if (e->minutes) r.minutes = e->minutes[i];
        if (e->cost) r.cost = e->cost[i];
        if (e->value) r.value = e->value[i];
        if (e->id) r.id = e->id[i];
        if (e->case_id) r.case_id = e->case_id[i];
        if (e->object) r.object = e->object[i];
        if (e->thread) r.thread = e->thread[i];
        rc = voc_mock_row(m, &r);
    }
    return rc;
}
static inline void voc_mock_alike_forget(voc_mock *m)
{
    for (uint32_t k = 0; k < m->n_alike; k++) free(m->alike[k].text.ptr), free(m->alike[k].held.ptr), free(m->alike[k].attrs);
    m->n_alike = 0;
}
/* The records from here on: n of a block, or the one that a STREAM declares. Then whether each was answered. */
static inline void voc_mock_begin(voc_mock *m, size_t n)
{
    m->record_text = (voc_mock_buf *)voc_mock_own(m->record_text, n * sizeof *m->record_text);
    m->state = (unsigned char *)voc_mock_own(m->state, n);
    memset(m->record_text, 0, n * sizeof *m->record_text);
    memset(m->state, VOC_MOCK_OPEN, n ? n : 1);
    m->n_state = n;
    m->current = UINT64_MAX;
}
static inline voc_rc voc_mock_end(voc_mock *m, voc_rc rc)
{
    for (size_t i = 0; i < m->n_state; i++) {
        const voc_mock_buf *t = &m->record_text[i];
        if (!rc && m->state[i] == VOC_MOCK_OPEN) rc = voc_mock_break(m, "a record was neither read, rejected nor ignored");
        m->n_gave += m->state[i] == VOC_MOCK_ROWS, m->n_rejected += m->state[i] == VOC_MOCK_REJECTED, m->n_ignored += m->state[i] == VOC_MOCK_IGNORED;
        for (size_t k = 0; m->state[i] == VOC_MOCK_ROWS && k < t->len; k++) m->n_rows += t->ptr[k] == '\n';
        voc_mock_add(&m->text, t->len ? t->ptr : "", t->len);
        free(t->ptr);
    }
    voc_mock_alike_forget(m);
    m->n_state = 0;
    m->is_open = 0;
    return rc;
}
static inline voc_rc voc_mock_record(voc_sink *sink, uint64_t from, uint64_t to, uint64_t line, uint64_t *number)
{
    voc_mock *m = sink->m;
    voc_rc rc = m->is_open ? voc_mock_end(m, VOC_OK) : VOC_OK;
    if (rc) return rc;
    if (!m->is_stream || to < from || from < m->last_to || to > m->n_bytes || line == 0) return voc_mock_break(m, "record: it does not lie behind the one before it, within the bytes");
    voc_mock_begin(m, 1);
    m->is_open = 1;
    m->last_to = to;
    *number = m->n_records++;
    return VOC_OK;
}

/* ---- bytes and XML --------------------------------------------------------------------------------------------------- */

static inline voc_rc voc_mock_get(voc_stream *s, void *to, size_t size, size_t *got)
{
    voc_mock *m = s->m;
    size_t n = m->n_bytes - m->at < size ? m->n_bytes - m->at : size;
    if (m->piece && n > m->piece) n = m->piece;
    if (n) memcpy(to, m->bytes + m->at, n);
    m->at += n;
    *got = n;
    return VOC_OK;
}
static inline voc_rc voc_mock_peek(voc_stream *s, size_t size, voc_str *head)
{
    if (s->m->at) return voc_mock_break(s->m, "peek: something was read before");
    *head = (voc_str){s->m->bytes, s->m->n_bytes < size ? s->m->n_bytes : size};
    return VOC_OK;
}
static inline voc_rc voc_mock_keep(voc_stream *s)
{
    if (s->m->at) return voc_mock_break(s->m, "keep: something was read before");
    s->m->kept = 1;
    return VOC_OK;
}
static inline voc_rc voc_mock_again(voc_stream *s)
{
    if (!s->m->kept) return voc_mock_break(s->m, "again: keep was not asked for");
    if (s->m->n_records) return voc_mock_break(s->m, "again: records were declared before");
    s->m->at = 0;
    return VOC_OK;
}
static inline int voc_mock_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
static inline const char *voc_mock_find(const char *p, const char *end, const char *what)
{
    for (size_t n = strlen(what); (size_t)(end - p) >= n; p++)
        if (memcmp(p, what, n) == 0) return p;
    return NULL;
}
static inline int voc_mock_decode(voc_mock_buf *b, const char *p, const char *end) /* character references; 0: one that is not known */
{
    static const char *const names[] = {"&lt;", "<", "&gt;", ">", "&amp;", "&", "&quot;", "\"", "&apos;", "'"};
    while (p < end) {
        size_t k = 0;
        if (*p != '&') { voc_mock_add(b, p++, 1); continue; }
        while (k < 10 && ((size_t)(end - p) < strlen(names[k]) || memcmp(p, names[k], strlen(names[k])) != 0)) k += 2;
        if (k < 10) { voc_mock_word(b, names[k + 1]), p += strlen(names[k]); continue; }
        if (end - p < 4 || p[1] != '#') return 0;
        char *stop;
        char digits[12] = "";
        for (size_t i = 0; i < 11 && p + 2 + i < end && p[2 + i] != ';'; i++) digits[i] = p[2 + i];
        unsigned long c = digits[0] == 'x' ? strtoul(digits + 1, &stop, 16) : strtoul(digits, &stop, 10);
        if (*stop || c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return 0;
        char u[4] = {(char)(c < 0x80 ? c : c < 0x800 ? 0xc0 | c >> 6 : c < 0x10000 ? 0xe0 | c >> 12 : 0xf0 | c >> 18), 0, 0, 0};
        size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        for (size_t i = 1; i < n; i++) u[i] = (char)(0x80 | (c >> 6 * (n - 1 - i) & 0x3f));
        voc_mock_add(b, u, n);
        const char *semicolon = (const char *)memchr(p, ';', (size_t)(end - p));
        if (!semicolon) return 0;
        p = semicolon + 1;
    }
    return 1;
}
/* A start tag from behind its name on: attributes into a, which hold places in b until it is whole. *p: at '>' or '/'. */
static inline int voc_mock_attrs(voc_mock_buf *b, const char **p, const char *end, voc_xml_attr *a, size_t *n)
{
    size_t place[64];
    for (*n = 0; *p < end;) {
        while (*p < end && voc_mock_blank(**p)) ++*p;
        if (*p == end || **p == '>' || **p == '/') break;
        const char *name = *p;
        while (*p < end && **p != '=' && **p != '>' && !voc_mock_blank(**p)) ++*p;
        const size_t len = (size_t)(*p - name);
        while (*p < end && voc_mock_blank(**p)) ++*p;
        if (end - *p < 2 || **p != '=' || *n == 64) return 0;
        for (++*p; *p < end && voc_mock_blank(**p);) ++*p;
        const char quote = *p < end ? **p : 0, *close = quote == '"' || quote == '\'' ? (const char *)memchr(*p + 1, quote, (size_t)(end - *p - 1)) : NULL;
        if (!close) return 0;
        place[*n] = b->len;
        if (!voc_mock_decode(b, *p + 1, close)) return 0;
        a[*n] = (voc_xml_attr){{name, len}, {NULL, b->len - place[*n]}};
        ++*n;
        *p = close + 1;
    }
    for (size_t i = 0; i < *n; i++) a[i].value.ptr = b->ptr + place[i];
    return *p < end;
}
static inline voc_rc voc_mock_xml(voc_context *cx, voc_str text, const voc_xml_handler *h, void *user)
{
    const char *p = text.ptr, *const end = text.ptr + text.len, *counted = p;
    voc_str open[256];
    size_t depth = 0, seen = 0, n;
    uint64_t line = 1;
    voc_xml_attr attrs[64];
    voc_mock_buf b = {0};
    voc_rc rc = VOC_OK;
    const char *wrong = NULL;
    while (p < end && !rc && !wrong) {
        const char *stop = *p == '<' ? NULL : (const char *)memchr(p, '<', (size_t)(end - p)), *from = p;
        for (; counted < p; counted++) line += *counted == '\n';
        b.len = 0;
        if (*p != '<') {
            p = stop ? stop : end;
            if (!voc_mock_decode(&b, from, p)) wrong = "an entity that is not known";
            else if (depth && h->text && b.len) rc = h->text(user, (voc_str){b.ptr, b.len});
        } else if (voc_mock_find(p, end, "<!--") == p || voc_mock_find(p, end, "<?") == p) {
            const char *close = voc_mock_find(p, end, p[1] == '?' ? "?>" : "-->");
            if (!close) wrong = "it ends within a comment";
            else p = close + (p[1] == '?' ? 2 : 3);
        } else if (voc_mock_find(p, end, "<![CDATA[") == p) {
            const char *close = voc_mock_find(p, end, "]]>");
            if (!close) wrong = "it ends within CDATA";
            else if (depth && h->text) rc = h->text(user, (voc_str){p + 9, (size_t)(close - p - 9)});
            if (close) p = close + 3;
        } else if (end - p > 1 && p[1] == '!') {
            wrong = "a DOCTYPE is refused";
        } else if (end - p > 1 && p[1] == '/') {
            const char *close = (const char *)memchr(p, '>', (size_t)(end - p));
            size_t len = close ? (size_t)(close - p - 2) : 0;
            while (len && voc_mock_blank(p[1 + len])) len--;
            if (!close || !depth || open[depth - 1].len != len || memcmp(open[depth - 1].ptr, p + 2, len) != 0) wrong = "an end tag that nothing began";
            else rc = h->end(user, open[--depth], line, (uint64_t)(close + 1 - text.ptr));
            p = close ? close + 1 : end;
        } else {
            const char *name = ++p;
            while (p < end && *p != '>' && *p != '/' && !voc_mock_blank(*p)) p++;
            const voc_str named = {name, (size_t)(p - name)};
            if (named.len == 0 || (depth == 0 && seen++) || depth == 256 || !voc_mock_attrs(&b, &p, end, attrs, &n)) { wrong = "a start tag that is none"; break; }
            int empty = *p == '/';
            if (empty && (++p == end || *p != '>')) { wrong = "a start tag that is none"; break; }
            p++;
            rc = h->start(user, named, attrs, n, line, (uint64_t)(from - text.ptr));
            if (!rc && empty) rc = h->end(user, named, line, (uint64_t)(p - text.ptr));
            else open[depth++] = named;
        }
    }
    free(b.ptr);
    if (!rc && !wrong && (depth || !seen)) wrong = "it ends too early";
    if (wrong) voc_mock_say(cx, "MOCK-003", line, wrong);
    return rc ? rc : wrong ? VOC_E_INPUT : VOC_OK;
}
static inline voc_rc voc_mock_xml_parse(voc_context *cx, voc_stream *s, const voc_xml_handler *h, void *user)
{
    return voc_mock_xml(cx, (voc_str){s->m->bytes + s->m->at, s->m->n_bytes - s->m->at}, h, user);
}
static inline voc_rc voc_mock_xml_text(voc_context *cx, voc_str text, voc_str name, const voc_xml_handler *h, void *user) { return (void)name, voc_mock_xml(cx, text, h, user); }
static inline voc_rc voc_mock_write(voc_writer *w, const void *data, size_t size) { return voc_mock_add(&w->m->text, (const char *)data, size), VOC_OK; }

/* What it does not know, such as all that is for an ANALYSIS, is NULL. */
static inline const voc_host *voc_mock_host(void)
{
    static const voc_host host = {
        .struct_size = sizeof host, .abi_major = VOC_ABI_MAJOR, .abi_minor = VOC_ABI_MINOR, .version = "mock",
        .alloc = voc_mock_alloc, .resize = voc_mock_resize, .free = voc_mock_free, .diag = voc_mock_diag, .cancelled = voc_mock_cancelled,
        .utf8_valid = voc_mock_utf8_valid, .time_format = voc_mock_time_format, .time_parse = voc_mock_time_parse, .time_guess = voc_mock_time_guess,
        .regex_compile = voc_mock_regex_compile, .regex_match = voc_mock_regex_match, .rows = voc_mock_rows, .reject = voc_mock_reject, .ignore = voc_mock_ignore,
        .alike = voc_mock_alike_of, .share = voc_mock_share, .events = voc_mock_events,
        .record = voc_mock_record, .read = voc_mock_get, .xml_parse = voc_mock_xml_parse, .write = voc_mock_write, .marks = voc_mock_marks,
        .charset_decode = voc_mock_charset_decode, .peek = voc_mock_peek, .xml_text = voc_mock_xml_text,
        .keep = voc_mock_keep, .again = voc_mock_again};
    return &host;
}

/* ---- reading --------------------------------------------------------------------------------------------------------- */

static inline void voc_mock_init(voc_mock *m)
{
    memset(m, 0, sizeof *m);
    m->source = (voc_source){.struct_size = sizeof m->source, .map_size = sizeof(voc_map), .id = VOC_LIT("mock"), .file_name = VOC_LIT("mock")};
    m->cx.m = m->sink.m = m->stream.m = m->writer.m = m;
}
/* All that it was told, a line each in the order of the records: "0 event 2024-07-01T10:00:00Z customer=id:anna action=...", with the
 * fields that are not missing, "1 reject CODE reason", "2 ignore rule"; what an OUTPUT wrote. Lives until voc_mock_done. */
static inline const char *voc_mock_text(const voc_mock *m) { return m->text.ptr ? m->text.ptr : ""; }
static inline void voc_mock_forget(voc_mock *m) /* what closes with an instance; how much the plugin left stays in m->live */
{
    for (voc_mock_block *b = m->blocks.next, *next; b; b = next) next = b->next, free(b);
    for (voc_regex *r = m->regexes, *next; r; r = next) next = r->next, regfree(&r->re), free(r);
    for (voc_time_format *f = m->formats, *next; f; f = next) next = f->next, free(f);
    m->blocks.next = NULL, m->regexes = NULL, m->formats = NULL;
}
static inline void voc_mock_done(voc_mock *m)
{
    voc_mock_forget(m);
    free(m->text.ptr), free(m->diags.ptr), free(m->record_text), free(m->state);
    memset(m, 0, sizeof *m);
}
/* One value as the host would parse it. FILE: the text itself. No TIME, and of a REGEX the pattern must suit regcomp. */
static inline voc_rc voc_mock_value(voc_mock *m, const voc_option *o, const char *text, voc_value *v)
{
    char *end = NULL;
    v->s = (voc_str){text, strlen(text)};
    switch (o->type) {
    case VOC_OPT_BOOL: v->i = strcmp(text, "yes") == 0 || strcmp(text, "true") == 0 || strcmp(text, "1") == 0; return VOC_OK;
    case VOC_OPT_INT: v->i = strtoll(text, &end, 10); return *text && !*end ? VOC_OK : VOC_E_OPTION;
    case VOC_OPT_REAL: v->r = strtod(text, &end); return *text && !*end ? VOC_OK : VOC_E_OPTION;
    case VOC_OPT_SIZE: v->i = strtoll(text, &end, 10); v->i *= *end == 'K' ? 1 << 10 : *end == 'M' ? 1 << 20 : *end == 'G' ? 1 << 30 : 1; return VOC_OK;
    case VOC_OPT_DURATION:
        v->i = strtoll(text, &end, 10);
        v->i *= *end == 'w' ? 604800000000 : *end == 'd' ? 86400000000 : *end == 'h' ? 3600000000 : *end == 'm' ? 60000000 : 1000000;
        return VOC_OK;
    case VOC_OPT_ENUM:
        for (v->i = 0; o->choices[v->i]; v->i++)
            if (strcmp(o->choices[v->i], text) == 0) return VOC_OK;
        return VOC_E_OPTION;
    case VOC_OPT_REGEX: {
        voc_regex *r = NULL;
        voc_rc rc = voc_mock_regex_compile(&m->cx, &r, v->s);
        return v->regex = r, rc;
    }
    case VOC_OPT_LIST: v->list = &v->s, v->n_list = v->s.len > 0; return VOC_OK; /* one word */
    case VOC_OPT_TIME: return VOC_E_OPTION;
    default: return VOC_OK;
    }
}
static inline voc_rc voc_mock_values(voc_mock *m, const voc_plugin *p, voc_value **out)
{
    voc_value *values = (voc_value *)voc_mock_own(NULL, (p->n_options + 1) * sizeof *values);
    voc_rc rc = VOC_OK;
    memset(values, 0, (p->n_options + 1) * sizeof *values);
    for (size_t i = 0; i < p->n_options && !rc; i++) {
        const voc_option *o = (const voc_option *)(const void *)((const char *)p->options + i * p->option_size);
        const char *text = o->initial;
        values[i].type = o->type;
        for (size_t k = 0; m->options && m->options[k]; k += 2)
            if (strcmp(m->options[k], o->name) == 0) text = m->options[k + 1], values[i].set = 1;
        if (text) rc = voc_mock_value(m, o, text, &values[i]);
    }
    return *out = values, rc;
}
/* Where the record at `at` ends: behind its newline, or for JSON objects behind the object. *to: without the newline. */
static inline size_t voc_mock_cut(const voc_line_rule *r, const char *p, size_t at, size_t len, size_t *to)
{
    size_t i = at, depth = 0;
    int quoted = 0, field = 1;
    for (; i < len; i++) {
        if (r->values) {
            if (quoted) { if (p[i] == '\\') i++; else quoted = p[i] != '"'; }
            else if (p[i] == '"') quoted = 1;
            else if (p[i] == '{' || p[i] == '[') depth++;
            else if ((p[i] == '}' || p[i] == ']') && --depth == 0) return *to = i + 1;
        } else if (quoted) {
            if (p[i] == (char)r->quote) { if (i + 1 < len && p[i + 1] == (char)r->quote) i++; else quoted = 0; }
        } else if (p[i] == '\n') {
            break;
        } else {
            quoted = field && r->quote && p[i] == (char)r->quote;
            field = r->separator && p[i] == (char)r->separator;
        }
    }
    if (i > len) i = len;
    *to = i > at && !r->values && p[i - 1] == '\r' ? i - 1 : i;
    return i < len ? i + 1 : len;
}
/* Records as the host would cut them; a quote that is never closed takes all that is left. Gives how many. */
static inline size_t voc_mock_records(const voc_line_rule *r, const char *p, size_t len, size_t *start, size_t *end, uint64_t *line)
{
    size_t n = 0, at = 0, counted = 0;
    uint64_t lines = 1;
    while (at < len) {
        for (; r->values && at < len && (voc_mock_blank(p[at]) || p[at] == ',' || p[at] == '[' || p[at] == ']');) at++;
        if (at == len) break;
        for (; counted < at; counted++) lines += p[counted] == '\n';
        line[n] = lines, start[n] = at;
        at = voc_mock_cut(r, p, at, len, &end[n]);
        n++;
    }
    return n;
}
static inline voc_rc voc_mock_lines(voc_mock *m, const voc_input_ops *ops, void *x, const char *p, size_t len)
{
    voc_line_rule r = {.struct_size = sizeof r};
    size_t *start = (size_t *)voc_mock_own(NULL, (len + 1) * sizeof *start), *end = (size_t *)voc_mock_own(NULL, (len + 1) * sizeof *end), n = 0, at = 0;
    uint64_t *line = (uint64_t *)voc_mock_own(NULL, (len + 1) * sizeof *line);
    voc_block b = {.struct_size = sizeof b, .bytes = p, .n_bytes = len, .start = start, .end = end, .line = line};
    voc_rc rc = ops->rule(x, (voc_str){p, len < 1 << 20 ? len : 1 << 20}, &r);
    if (!rc) b.n_records = n = voc_mock_records(&r, p, len, start, end, line);
    if (!rc && ops->head) rc = ops->head(x, &b);
    for (at = r.n_head < n ? r.n_head : n; at < n && !rc; at += b.n_records) {
        if (r.directive && end[at] > start[at] && p[start[at]] == (char)r.directive && ops->directive) rc = ops->directive(x, (voc_str){p + start[at], end[at] - start[at]}, &b.context);
        for (b.n_records = 1; at + b.n_records < n && b.n_records != m->block_records; b.n_records++)
            if (r.directive && end[at + b.n_records] > start[at + b.n_records] && p[start[at + b.n_records]] == (char)r.directive) break;
        b.start = start + at, b.end = end + at, b.line = line + at, b.first_record = m->first = at - r.n_head;
        m->n_records += b.n_records;
        voc_mock_begin(m, b.n_records);
        if (!rc) rc = ops->lines(x, &b, &m->sink);
        rc = voc_mock_end(m, rc);
    }
    return free(start), free(end), free(line), rc;
}
/* Reads bytes (LINES: UTF-8 text) with an INPUT plugin, from its probe to its close. May be called once between init and done. */
static inline voc_rc voc_mock_read(voc_mock *m, const voc_plugin *p, const void *bytes, size_t len)
{
    const voc_input_ops *ops = p ? (const voc_input_ops *)p->ops : NULL;
    const voc_probe probe = {.struct_size = sizeof probe, .complete = len <= 65536, .name = m->source.file_name, .head = {(const char *)bytes, len < 65536 ? len : 65536}};
    voc_probe_result result = {0, ""};
    voc_value *values = NULL;
    void *x = NULL;
    if (!ops || p->kind != VOC_KIND_INPUT) return voc_mock_break(m, "it is no INPUT plugin of this ABI");
    m->bytes = (const char *)bytes, m->n_bytes = len, m->is_stream = ops->framing == VOC_FRAMING_STREAM;
    if (ops->struct_size >= offsetof(voc_input_ops, prepare) + sizeof ops->prepare && ops->prepare) ops->prepare();
    ops->probe(voc_mock_host(), &m->cx, &probe, &result);
    m->confidence = result.confidence;
    if (result.confidence < 0 || result.confidence > 100 || !memchr(result.reason, 0, sizeof result.reason)) (void)voc_mock_break(m, "probe: the confidence is not 0 to 100, or the reason has no end");
    voc_rc rc = voc_mock_values(m, p, &values);
    if (!rc) rc = ops->open(voc_mock_host(), &m->cx, &m->source, values, &x);
    if (!rc) rc = m->is_stream ? ops->run(x, &m->stream, &m->sink) : voc_mock_lines(m, ops, x, m->bytes, len);
    if (m->is_stream) rc = voc_mock_end(m, rc);
    if (x && ops->close) ops->close(x);
    free(values);
    voc_mock_forget(m);
    return m->broken ? VOC_E_BUG : rc;
}
/* Writes a table with an OUTPUT plugin; voc_mock_text is what it wrote. */
static inline voc_rc voc_mock_output(voc_mock *m, const voc_plugin *p, const voc_meta *meta, const voc_table *table)
{
    const voc_output_ops *ops = p ? (const voc_output_ops *)p->ops : NULL;
    voc_value *values = NULL;
    void *x = NULL;
    if (!ops || p->kind != VOC_KIND_OUTPUT) return voc_mock_break(m, "it is no OUTPUT plugin of this ABI");
    voc_rc rc = voc_mock_values(m, p, &values);
    if (!rc) rc = ops->begin(voc_mock_host(), &m->cx, &m->writer, meta, values, &x);
    if (!rc) rc = ops->table(x, table);
    if (!rc) rc = ops->end(x);
    if (x && ops->close) ops->close(x);
    free(values);
    voc_mock_forget(m);
    return rc;
}
#endif
