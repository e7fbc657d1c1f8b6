// SPDX-License-Identifier: MIT
// Cuts mails out of the stream: mailboxes (mboxo, mboxrd, mboxcl, mboxcl2), a folder as the host hands it over (one line
// "From voc-folder LENGTH NAME" before each file), or a single mail. A separator is a line "From " that has a date, or that a
// header follows, behind an empty line or the beginning. Content-Length is believed only where the next mail begins at its end.
// Of a mail that is longer than `max` the beginning is kept.
#include "plugins/input/email/email.h"

#define FOLDER "From voc-folder "

static voc_rc grow(struct email *e, struct frame *f, size_t cap)
{
    char *p = e->host->resize(e->cx, f->buf, cap);
    if (!p) return e->rc = VOC_E_NOMEM;
    f->buf = p;
    f->cap = cap;
    return VOC_OK;
}

// More bytes behind `end`; *got 0: there are none, or no room is left.
static voc_rc fill(struct email *e, struct frame *f, size_t *got)
{
    *got = 0;
    if (!f->stream || f->ended) return VOC_OK;
    if (f->at && f->cap - f->end < EMAIL_READ_MIN) {
        memmove(f->buf, f->buf + f->at, f->end - f->at);
        f->base += f->at;
        f->end -= f->at;
        f->at = 0;
    }
    if (f->cap - f->end < EMAIL_READ_MIN && f->cap < f->max + (EMAIL_READ_MIN << 2)) {
        size_t cap = f->cap * 2 < f->max + (EMAIL_READ_MIN << 2) ? f->cap * 2 : f->max + (EMAIL_READ_MIN << 2);
        voc_rc rc = grow(e, f, cap);
        if (rc) return rc;
    }
    if (f->cap == f->end) return VOC_OK;
    voc_rc rc = e->host->read(f->stream, f->buf + f->end, f->cap - f->end, got);
    f->end += *got;
    if (!rc && *got == 0) f->ended = 1;
    return rc;
}

static size_t lines_in(const char *p, size_t n)
{
    size_t lines = 0;
    for (const char *end = p + n; n && (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++) {
        lines++;
        if (p + 1 == end) break;
    }
    return lines;
}

static int digits(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] < '0' || p[i] > '9') return 0;
    return 1;
}

static int has_clock_and_year(const char *p, size_t n)
{
    int clock = 0, year = 0;
    for (size_t i = 0; i + 4 <= n; i++) {
        if (i + 5 <= n && p[i + 2] == ':' && digits(p + i, 2) && digits(p + i + 3, 2)) clock = 1;
        if ((i + 4 == n || p[i + 4] == '\r' || p[i + 4] == ' ') && p[i - (i > 0)] == ' ' && digits(p + i, 4) &&
            (p[i] == '1' || p[i] == '2'))
            year = 1;
    }
    return clock && year;
}

static int header_line(const char *p, size_t n)
{
    size_t i = 0;
    const char *nl = memchr(p, '\n', n);
    if (nl) n = (size_t)(nl - p);
    if (n > 6 && memcmp(p, ">From ", 6) == 0) return has_clock_and_year(p + 6, n - 6); // some write it into headers
    while (i < n && p[i] > ' ' && p[i] < 127 && p[i] != ':') i++;
    return i > 1 && i < n && p[i] == ':';
}

// line: a whole line that begins with "From "; avail: bytes from its beginning on that are there.
int mbox_separator(const char *line, size_t len, size_t avail, int after_blank)
{
    const char *next = line + len + 1;
    if (len < 6) return 0;
    int dated = has_clock_and_year(line + 5, len - 5), headed = avail > len + 1 && header_line(next, avail - len - 1);
    return after_blank ? dated || headed : dated && headed;
}

size_t head_length(const char *p, size_t len)
{
    for (const char *at = p, *end = p + len; at < end; at++) {
        if (*at == '\n') return (size_t)(at - p) + 1; // an empty line
        if (*at == '\r' && at + 1 < end && at[1] == '\n') return (size_t)(at - p) + 2;
        at = memchr(at, '\n', (size_t)(end - at));
        if (!at) break;
    }
    return len;
}

size_t mbox_unquote(char *bytes, size_t len)
{
    size_t to = 0, from = 0;
    while (from < len) {
        char *hit = bytes + from;
        while (hit && !(*hit == '>' && (hit == bytes || hit[-1] == '\n'))) { // the next line that begins with it
            hit = memchr(hit, '\n', (size_t)(bytes + len - hit));
            if (hit && ++hit == bytes + len) hit = NULL;
        }
        size_t part = hit ? (size_t)(hit - bytes) - from : len - from;
        if (to != from) memmove(bytes + to, bytes + from, part);
        to += part;
        from += part;
        if (!hit) break;
        size_t k = from;
        while (k < len && bytes[k] == '>') k++;
        if (len - k >= 5 && memcmp(bytes + k, "From ", 5) == 0) from++;
        if (k - from) memmove(bytes + to, bytes + from, k - from);
        to += k - from;
        from = k;
    }
    return to;
}

static void begin_kind(struct frame *f)
{
    size_t i = f->at;
    while (i < f->end && (f->buf[i] == '\n' || f->buf[i] == '\r')) i++; // empty lines before the first mail
    if (f->end - i >= 3 && memcmp(f->buf + i, "\xEF\xBB\xBF", 3) == 0) i += 3;
    f->line += lines_in(f->buf + f->at, i - f->at);
    f->at = i;
    if (f->end - i >= sizeof FOLDER && memcmp(f->buf + i, FOLDER, sizeof FOLDER - 1) == 0) f->kind = FRAME_FOLDER;
    else if (f->end - i >= 5 && memcmp(f->buf + i, "From ", 5) == 0) f->kind = FRAME_MBOX;
    else f->kind = FRAME_SINGLE;
}

voc_rc frame_ahead(struct email *e, struct frame *f, size_t ahead)
{
    size_t got = 1;
    voc_rc rc = VOC_OK;
    while (!rc && f->end - f->at < ahead && got) rc = fill(e, f, &got);
    return rc;
}

voc_rc frame_open(struct email *e, struct frame *f, voc_stream *stream, size_t ahead)
{
    *f = (struct frame){.stream = stream, .line = 1, .mbox = e->mbox, .max = e->max_message};
    voc_rc rc = grow(e, f, ahead * 2);
    if (!rc) rc = frame_ahead(e, f, ahead);
    if (!rc) begin_kind(f);
    return rc;
}

void frame_close(struct email *e, struct frame *f)
{
    e->host->free(e->cx, f->buf);
    f->buf = NULL;
}

// The whole line at `at` (relative to f->at), its end in *len; fills as needed. *len without newline at the end of the input.
static voc_rc line_at(struct email *e, struct frame *f, size_t at, size_t *len, int *whole)
{
    size_t got = 1, from = at;
    voc_rc rc = VOC_OK;
    *whole = 0;
    for (;;) {
        size_t have = f->end - f->at;
        const char *nl = from < have ? memchr(f->buf + f->at + from, '\n', have - from) : NULL;
        if (nl) {
            *len = (size_t)(nl - (f->buf + f->at)) - at;
            *whole = 1;
            return VOC_OK;
        }
        from = have;
        if (!got || rc) break;
        rc = fill(e, f, &got);
    }
    *len = f->end - f->at - at;
    return rc;
}

static voc_rc have(struct email *e, struct frame *f, size_t want, int *there)
{
    size_t got = 1;
    voc_rc rc = VOC_OK;
    while (!rc && got && f->end - f->at < want) rc = fill(e, f, &got);
    *there = f->end - f->at >= want;
    return rc;
}

// Content-Length holds if the next mail begins where it ends. at: where the body begins. *end: where it ends.
static voc_rc by_length(struct email *e, struct frame *f, size_t at, uint64_t length, size_t *end, int *holds)
{
    int there;
    *holds = 0;
    if (length > f->max) return VOC_OK;
    size_t to = at + (size_t)length;
    voc_rc rc = have(e, f, to + 7, &there);
    size_t avail = f->end - f->at;
    const char *p = f->buf + f->at;
    if (rc || to > avail) return rc;
    size_t k = to;
    while (k < avail && k < to + 3 && (p[k] == '\n' || p[k] == '\r')) k++;
    *holds = (k == avail && f->ended) || (avail - k >= 5 && memcmp(p + k, "From ", 5) == 0 && (k > to || (to && p[to - 1] == '\n')));
    *end = k;
    return VOC_OK;
}

// A mail so long that the buffer is full: its beginning stays, and of the rest only what is looked at next.
static void drop_middle(struct frame *f, size_t *scan, uint64_t *dropped, size_t head)
{
    size_t keep = head + f->max < *scan ? head + f->max : *scan, tail = f->end - f->at - *scan;
    memmove(f->buf + f->at + keep, f->buf + f->at + *scan, tail);
    *dropped += *scan - keep;
    f->base += *scan - keep;
    f->end = f->at + keep + tail;
    *scan = keep;
}

static uint32_t quoted_from(const char *p, size_t len)
{
    size_t i = 0;
    while (i < len && p[i] == '>') i++;
    return len - i >= 5 && memcmp(p + i, "From ", 5) == 0;
}

// From the first line of a mail (behind its From_ line, at `head`) to the next separator.
static voc_rc scan_mbox(struct email *e, struct frame *f, size_t head, size_t *stop, uint64_t *lines, uint64_t *dropped,
                        int *trusted, uint32_t *quoted)
{
    size_t at = head, len;
    uint64_t content = UINT64_MAX;
    int whole, in_head = 1, blank = 0;
    for (;;) {
        if (f->cap - f->end < EMAIL_READ_MIN && f->at == 0 && at > head + f->max) drop_middle(f, &at, dropped, head);
        voc_rc rc = line_at(e, f, at, &len, &whole);
        if (rc) return rc;
        const char *p = f->buf + f->at + at;
        if (len >= 5 && p[0] == 'F' && memcmp(p, "From ", 5) == 0 && at > head) {
            int there;
            rc = have(e, f, at + len + 2 + 80, &there); // the beginning of the next line
            if (rc) return rc;
            p = f->buf + f->at + at;
            if (mbox_separator(p, len, f->end - f->at - at, blank)) break;
        }
        if (!whole) {
            at += len;
            blank = 0;
            if (f->end - f->at - at == 0 && (f->ended || !f->stream)) break;
            if (len == 0) break;
            continue;
        }
        blank = len == 0 || (len == 1 && p[0] == '\r');
        if (len > 5 && p[0] == '>') *quoted |= quoted_from(p, len);
        if (in_head && !blank && content == UINT64_MAX && len > 15 && str_begins((voc_str){p, len}, "content-length:")) {
            voc_str v = str_trim((voc_str){p + 15, len - 15});
            if (v.len && v.len < 12 && digits(v.ptr, v.len))
                for (content = 0; v.len; v.ptr++, v.len--) content = content * 10 + (uint64_t)(*v.ptr - '0');
        }
        at += len + 1;
        ++*lines;
        if (in_head && blank) {
            size_t end;
            in_head = 0;
            if (content == UINT64_MAX || f->mbox == MBOX_O || f->mbox == MBOX_RD) continue;
            rc = by_length(e, f, at, content, &end, trusted);
            if (rc) return rc;
            if (!*trusted) continue;
            *lines += lines_in(f->buf + f->at + at, end - at);
            *quoted = 1; // it was not looked at
            at = end;
            break;
        }
    }
    *stop = at;
    return VOC_OK;
}

// A mail of a mailbox that lies whole in the buffer, as a file of a folder.
static void inner_mail(struct email *e, struct frame *f, struct piece *out)
{
    char *p = f->buf + f->at;
    const char *nl = memchr(p, '\n', f->inside);
    size_t head = nl ? (size_t)(nl - p) + 1 : f->inside, at = head, blank = 0;
    out->envelope = email_keep(e, p, head < 500 ? head : 500);
    while (at < f->inside) {
        nl = memchr(p + at, '\n', f->inside - at);
        size_t len = nl ? (size_t)(nl - (p + at)) : f->inside - at;
        if (at > head && len > 5 && memcmp(p + at, "From ", 5) == 0 && mbox_separator(p + at, len, f->inside - at, blank != 0)) break;
        blank = len == 0 || (len == 1 && p[at] == '\r');
        at += len + (nl != NULL);
    }
    size_t keep = at - head;
    while (at < f->inside && keep > 1 && p[head + keep - 1] == '\n' && p[head + keep - 2] == '\n') keep--;
    *out = (struct piece){.bytes = p + head, .len = keep, .from = f->base + f->at + head, .line = f->line + 1,
                          .envelope = out->envelope, .unquote = f->mbox != MBOX_CL2};
    out->to = out->from + keep;
    f->line += lines_in(p, at);
    f->at += at;
    f->inside -= at;
}

// The line in front of a file of a folder: its length, and the name behind it. Empty lines before it are passed over.
static voc_rc folder_line(struct email *e, struct frame *f, uint64_t *length, voc_str *name, int *there)
{
    size_t len, skip = sizeof FOLDER - 1;
    int whole;
    for (;; f->at++, f->line++) {
        voc_rc rc = have(e, f, 1, there);
        if (rc || !*there) return rc;
        if (f->buf[f->at] != '\n') break;
    }
    voc_rc rc = line_at(e, f, 0, &len, &whole);
    if (rc) return rc;
    const char *p = f->buf + f->at;
    if (len < skip || memcmp(p, FOLDER, skip) != 0) return VOC_E_INPUT;
    for (*length = 0; skip < len && p[skip] >= '0' && p[skip] <= '9' && *length < UINT64_MAX / 100; skip++)
        *length = *length * 10 + (uint64_t)(p[skip] - '0');
    *name = email_keep(e, p + skip, len - skip);
    f->at += len + (size_t)whole;
    f->line++;
    return VOC_OK;
}

// What a file has behind the `keep` bytes that are read of it.
static voc_rc pass_over(struct email *e, struct frame *f, struct piece *out, size_t keep, uint64_t left)
{
    size_t got = 1, tail = f->end - f->at - keep;
    voc_rc rc = VOC_OK;
    while (left && !rc) {
        size_t part = tail < left ? tail : (size_t)left;
        f->line += lines_in(f->buf + f->at + keep, part);
        memmove(f->buf + f->at + keep, f->buf + f->at + keep + part, tail - part);
        f->base += part;
        f->end -= part;
        left -= part;
        out->to += part;
        if (!left) break;
        rc = fill(e, f, &got);
        if (!got) break;
        tail = f->end - f->at - keep;
    }
    out->bytes = f->buf + f->at;
    return rc;
}

// A file of a folder: its length is known.
static voc_rc folder_file(struct email *e, struct frame *f, struct piece *out, int *some)
{
    int there;
    uint64_t length;
    voc_str name;
    if (f->inside) {
        inner_mail(e, f, out);
        *some = 1;
        return VOC_OK;
    }
    voc_rc rc = folder_line(e, f, &length, &name, &there);
    if (rc || !there) return rc;
    size_t keep = length < f->max ? (size_t)length : f->max;
    rc = have(e, f, keep, &there);
    if (rc) return rc;
    if (!there) keep = f->end - f->at;
    *some = 1;
    f->given = 1;
    *out = (struct piece){.bytes = f->buf + f->at, .len = keep, .from = f->base + f->at, .line = f->line, .envelope = name};
    out->to = out->from + keep;
    out->cut = length > keep;
    if (there && length == keep && keep > 5 && memcmp(out->bytes, "From ", 5) == 0) { // a mailbox, or a mail with its From_ line
        f->inside = keep;
        inner_mail(e, f, out);
        return VOC_OK;
    }
    f->line += lines_in(out->bytes, keep);
    if (out->cut && f->stream) rc = pass_over(e, f, out, keep, length - keep);
    f->at += keep;
    return rc;
}

voc_rc frame_next(struct email *e, struct frame *f, struct piece *out, int *some)
{
    size_t len = 0, stop = 0, got = 1;
    uint64_t lines = 0, dropped = 0;
    uint32_t quoted = 0;
    int whole = 0, trusted = 0;
    voc_rc rc = VOC_OK;
    *some = 0;
    *out = (struct piece){0};
    if (f->kind == FRAME_FOLDER) return folder_file(e, f, out, some);
    if (f->kind == FRAME_SINGLE) {
        if (f->given || f->at == f->end) return VOC_OK;
        while (!rc && got && f->end - f->at < f->max) rc = fill(e, f, &got);
        size_t keep = f->end - f->at < f->max ? f->end - f->at : f->max;
        uint64_t to = f->base + f->end, from = f->base + f->at;
        *out = (struct piece){.bytes = f->buf + f->at, .len = keep, .from = from, .line = f->line, .cut = keep < f->end - f->at};
        while (!rc && got && f->stream && !f->ended) { // what is beyond the bound is read, so that all bytes are known
            char rest[4096];
            rc = e->host->read(f->stream, rest, sizeof rest, &got);
            to += got;
            if (got) out->cut = 1;
        }
        out->to = to;
        f->at = f->end;
        *some = 1;
        f->given = 1;
        return rc;
    }
    rc = line_at(e, f, 0, &len, &whole);
    if (rc || f->at == f->end) return rc;
    voc_str envelope = email_keep(e, f->buf + f->at, len < 500 ? len : 500);
    size_t head = len + (size_t)whole;
    rc = scan_mbox(e, f, head, &stop, &lines, &dropped, &trusted, &quoted);
    if (rc) return rc;
    char *p = f->buf + f->at;
    size_t keep = stop - head;
    while (keep > 1 && p[head + keep - 1] == '\n' && p[head + keep - 2] == '\n') keep--; // the empty line belongs to the separator
    *out = (struct piece){.bytes = p + head, .len = keep < f->max ? keep : f->max, .line = f->line + 1, .envelope = envelope};
    out->cut = dropped > 0 || keep > f->max;
    out->from = f->base + f->at + head - dropped;
    out->to = f->base + f->at + head + keep;
    out->unquote = quoted && f->mbox != MBOX_CL2;
    f->line += lines + 1;
    f->at += stop;
    *some = 1;
    f->given = 1;
    return VOC_OK;
}
