// SPDX-License-Identifier: MIT
// What of a mail GMime gets to see: not the headers that nobody reads, as it makes an object of each, and nothing that would make it
// decode by itself. It decodes parameters of types as it parses (name="=?...?=", charset*=...), and names and subjects of mails
// within the mail, with iconv; that needs files, a worker has none, and whoever opens one is killed. So what calls for decoding is
// hidden while GMime parses, and put back before anybody looks at the words. The host decodes (text.c).
#include "plugins/input/email/email.h"

#include <gmime/gmime.h>

struct place { size_t at; char was; };

// The headers of the mail itself that nothing here looks at do not go to GMime, which makes an object of each.
static void append_wanted(GByteArray *to, const char *p, size_t len)
{
    const char *end = p + head_length(p, len), *from = p, *at = p;
    int keeps = 1;
    while (at < end) {
        const char *nl = memchr(at, '\n', (size_t)(end - at)), *next = nl ? nl + 1 : end, *colon = memchr(at, ':', (size_t)(next - at));
        int folded = *at == ' ' || *at == '\t';
        if (!folded) {
            char name[32];
            size_t n = colon ? (size_t)(colon - at) : 0;
            int keep = 1;
            if (n == 0) break; // no header: as it is from here on
            if (n < sizeof name) {
                memcpy(name, at, n);
                name[n] = 0;
                keep = message_wants(name) || strncasecmp(name, "content-", 8) == 0 || strchr(name, ' ') != NULL;
            } else {
                keep = memchr(at, ' ', n) != NULL; // who knows what that is
            }
            if (keep != keeps) {
                if (keeps) g_byte_array_append(to, (const guint8 *)from, (guint)(at - from));
                from = at;
                keeps = keep;
            }
        }
        at = next;
    }
    if (!keeps) from = at;
    g_byte_array_append(to, (const guint8 *)from, (guint)(p + len - from));
}

static void hide(struct email *e, char *bytes, size_t at, char by)
{
    struct place p = {0};
    p.at = at;
    p.was = bytes[at];
    bytes[at] = by;
    text_add(e, &e->hidden, (const char *)&p, sizeof p);
}

// A header from `at` to `to`. Its type: the marks of charsets too.
static void hide_header(struct email *e, char *bytes, size_t at, size_t to, int of_type)
{
    for (; at + 1 < to; at++) {
        if (bytes[at] == '=' && bytes[at + 1] == '?') hide(e, bytes, at + 1, '*');
        if (of_type && bytes[at] == '*' && bytes[at + 1] == '=') hide(e, bytes, at, '_');
    }
}

// Lines that begin like such a header may be one, of a part or of a mail within the mail. The addresses of the mail itself GMime is
// not asked for.
static void hide_all(struct email *e, char *bytes, size_t len)
{
    static const char *const names[] = {"content-type:", "content-disposition:", "from:", "to:", "cc:", "bcc:", "sender:", "reply-to:", "subject:"};
    enum { TYPES = 2, NAMES = sizeof names / sizeof *names };
    const size_t top = head_length(bytes, len);
    for (size_t at = 0, next; at < len; at = next) {
        const char *nl = memchr(bytes + at, '\n', len - at);
        next = nl ? (size_t)(nl - bytes) + 1 : len;
        if (!strchr("cftbsr", bytes[at] | 0x20)) continue;
        const size_t most = at < top ? TYPES : NAMES;
        size_t k = 0;
        while (k < most && (len - at <= strlen(names[k]) || strncasecmp(bytes + at, names[k], strlen(names[k])) != 0)) k++;
        if (k == most) continue;
        while (next < len && (bytes[next] == ' ' || bytes[next] == '\t')) { // its continuation
            nl = memchr(bytes + next, '\n', len - next);
            next = nl ? (size_t)(nl - bytes) + 1 : len;
        }
        hide_header(e, bytes, at + strlen(names[k]), next, k < TYPES);
    }
}

void shown_make(struct email *e, voc_str mail, GByteArray *to)
{
    e->hidden.n = 0;
    append_wanted(to, mail.ptr, mail.len);
    hide_all(e, (char *)to->data, to->len);
}

void shown_restore(struct email *e, GByteArray *in)
{
    for (size_t i = 0; i + sizeof(struct place) <= e->hidden.n; i += sizeof(struct place)) {
        struct place p;
        memcpy(&p, e->hidden.p + i, sizeof p);
        if (p.at < in->len) in->data[p.at] = (guint8)p.was;
    }
}

voc_str shown_as_written(struct email *e, voc_str raw, int of_type)
{
    voc_str s = email_keep(e, raw.ptr, raw.len);
    char *p = (char *)(uintptr_t)s.ptr;
    for (size_t i = 0; i + 1 < s.len; i++) {
        if (p[i] == '=' && p[i + 1] == '*') p[i + 1] = '?';
        if (of_type && p[i] == '_' && p[i + 1] == '=') p[i] = '*';
    }
    return s;
}
