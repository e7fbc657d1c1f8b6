// SPDX-License-Identifier: MIT
// The sequential scanner that cuts records (lines.h has the rule). It looks for newlines and quotes and for nothing else:
// outside quotes a quote opens only where the byte before it is the separator or the record begins; inside, only a quote
// matters. Whole records are cut by the positions of all newlines and quotes (cut_whole); what is left, a record that is not
// all there or never ends, is looked at step by step (find_end), and both see the same records. Where records end depends on the bytes
// alone, never on how they arrive: each record is looked at through a window of LINES_RECORD_MAX + 1 bytes from its start. A quote
// that is still open at the window's or the input's end costs its first line and is looked at no more than once a window: what would
// leave another quote open within it would have closed this one. One thread.
#include "io/lines.h"
#include <stddef.h>
#include <string.h>
#include "base/scan.h"

#define TARGET_MAX ((size_t)64 << 20)
#define RECORDS_MAX (TARGET_MAX + 4 * LINES_RECORD_MAX) // of at least one byte each
#define HEAD_CHUNK ((size_t)64 << 10)
#define PIECE ((size_t)16 << 10) // bytes whose newlines and quotes are found at once
#define VALUE_DEPTH 64u // of values of JSON
#define NONE SIZE_MAX

enum state { OUTSIDE, INSIDE, BEHIND /* a quote that may be the first of two */, BROKEN };

struct lines { // owns carry; borrows in
    struct in *in;
    struct diag *d;
    char separator, quote, newline;
    bool quotes;
    bool values; // records are values of JSON (cut_values)
    uint32_t head_left; // header records not seen yet
    struct buf carry;   // read but not delivered, from carry_at on
    size_t carry_at;
    size_t skip_bytes;  // of the byte order mark
    bool skip_line;     // the rest of a line that was too long
    bool ended, unclean;
    uint64_t line, records, record_bytes, consumed;
    uint32_t marks[PIECE + SCAN_SLACK];
};

// The record being looked at, in the bytes of a block.
struct scan {
    size_t start, at; // its first byte; the next one to look at
    size_t quote;     // the first quote at or behind `at`, or the number of bytes that are there; NONE: not looked for
    size_t first_end; // end of its first line if it has another, or NONE
    uint64_t newlines; // within it
    enum state state;
    bool begun;      // values: the record's first byte has been seen
    bool bare;       // it is neither an object nor in one: what stands up to a comma, a bracket or the line's end
    uint32_t depth;  // objects and arrays that are open
    uint64_t object; // bit d: at depth d it is an object
};

// A byte order mark; where files were joined one stands before any record.
static bool is_mark(const char *p, size_t len) { return len >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0; }

voc_rc lines_new(struct lines **out, struct in *in, const voc_line_rule *rule, struct diag *d)
{
    voc_str head;
    bool complete;
    voc_rc rc = in_peek(in, HEAD_CHUNK, &head, &complete);
    if (rc != VOC_OK) return rc;
    struct lines *l = mem_zalloc(1, sizeof *l);
    if (l == NULL) return VOC_E_NOMEM;
    l->in = in;
    l->d = d;
    l->separator = (char)rule->separator;
    l->quote = (char)rule->quote;
    l->quotes = rule->separator != 0 && rule->quote != 0 && rule->separator != rule->quote;
    l->head_left = rule->n_head;
    l->values = rule->struct_size >= offsetof(voc_line_rule, values) + sizeof rule->values && rule->values;
    l->unclean = l->values; // what has grown begins with brackets that were closed: it is another text
    l->line = 1;
    if (is_mark(head.ptr, head.len)) l->skip_bytes = 3;
    // old Mac: carriage returns alone
    bool cr_only = head.len > 0 && memchr(head.ptr, '\r', head.len) != NULL && memchr(head.ptr, '\n', head.len) == NULL;
    l->newline = cr_only ? '\r' : '\n';
    buf_init(&l->carry, TARGET_MAX + 4 * LINES_RECORD_MAX);
    *out = l;
    return VOC_OK;
}

void lines_free(struct lines *l)
{
    if (l == NULL) return;
    buf_done(&l->carry);
    mem_free(l);
}

void lines_block_init(struct lines_block *b)
{
    *b = (struct lines_block){0};
    buf_init(&b->bytes, TARGET_MAX + 4 * LINES_RECORD_MAX);
}

void lines_block_done(struct lines_block *b)
{
    buf_done(&b->bytes);
    vec_free(&b->start);
    vec_free(&b->end);
    vec_free(&b->line);
    vec_free(&b->bad);
}

// All of the input has been read and none of it is carried over.
static bool at_end(const struct lines *l) { return l->ended && l->carry_at == l->carry.len; }

static size_t find(const char *p, size_t from, size_t to, char c)
{
    const char *hit = from < to ? memchr(p + from, c, to - from) : NULL;
    return hit == NULL ? to : (size_t)(hit - p);
}

static void begin_record(struct scan *s, size_t start)
{
    s->start = s->at = start;
    s->first_end = NONE;
    s->newlines = 0;
    s->state = OUTSIDE;
    s->begun = s->bare = false;
    s->depth = 0;
}

// Newlines within quotes, from..to.
static void count_newlines(const struct lines *l, struct scan *s, const char *p, size_t from, size_t to)
{
    while ((from = find(p, from, to, l->newline)) < to) {
        if (s->first_end == NONE) s->first_end = from;
        s->newlines++;
        from++;
    }
}

// Looks on for the newline that ends the record, as far as `limit` (len is what is there). True: s->at is that newline.
static bool find_end(const struct lines *l, struct scan *s, const char *p, size_t limit, size_t len)
{
    while (s->at < limit) {
        if (s->state == BEHIND) {
            s->state = p[s->at] == l->quote ? INSIDE : OUTSIDE;
            s->at += s->state == INSIDE;
        } else if (s->state == INSIDE) {
            size_t close = find(p, s->at, limit, l->quote);
            count_newlines(l, s, p, s->at, close);
            s->at = close;
            if (close == limit) return false;
            s->at++;
            s->state = BEHIND;
        } else {
            size_t end = find(p, s->at, limit, l->newline);
            while (l->quotes) {
                if (s->quote < s->at || s->quote == NONE) s->quote = find(p, s->at, len, l->quote);
                if (s->quote >= end) break;
                size_t q = s->quote;
                s->at = q + 1;
                if (q > s->start && p[q - 1] != l->separator) continue;
                s->state = INSIDE;
                break;
            }
            if (s->state == INSIDE) continue;
            s->at = end;
            if (end < limit) return true;
        }
    }
    return false;
}

// Delivers start..end (without a mark before it and carriage returns before a line feed), unless it is empty or a header that was not asked for.
static voc_rc emit(struct lines *l, struct lines_block *b, const struct scan *s, size_t end, uint8_t bad, bool is_head)
{
    const char *p = b->bytes.ptr;
    uint64_t line = l->line;
    size_t start = s->start + (is_mark(p + s->start, end - s->start) ? 3 : 0), text = end;
    l->line += bad ? 1 : s->newlines + 1;
    if (l->newline == '\n' && text > start && p[text - 1] == '\r') text--;
    size_t full = start;
    while (full < text && p[full] == '\r') full++;
    if (full == text) return VOC_OK;
    if (l->head_left > 0) {
        l->head_left--;
        if (!is_head) return VOC_OK;
    } else {
        l->records++;
        l->record_bytes += text - start;
    }
    bool room = b->start.n < b->start.cap && b->start.n < b->end.cap && b->start.n < b->line.cap && b->start.n < b->bad.cap;
    if (!room && (vec_reserve(&b->start, 1, RECORDS_MAX) || vec_reserve(&b->end, 1, RECORDS_MAX) ||
                  vec_reserve(&b->line, 1, RECORDS_MAX) || vec_reserve(&b->bad, 1, RECORDS_MAX))) return VOC_E_NOMEM;
    b->start.at[b->start.n++] = start;
    b->end.at[b->end.n++] = text;
    b->line.at[b->line.n++] = line;
    b->bad.at[b->bad.n++] = bad == 1 && l->values ? 3 : bad;
    return VOC_OK;
}

// The mark at the very beginning, and the rest of a line that was too long. True: the next record begins at s->start.
static bool skip(struct lines *l, struct scan *s, const char *p, size_t len)
{
    size_t to = s->start;
    if (l->skip_bytes > 0) {
        size_t part = len - to < l->skip_bytes ? len - to : l->skip_bytes;
        l->skip_bytes -= part;
        to += part;
    }
    if (l->skip_line) {
        to = find(p, to, len, l->newline);
        if (to < len) {
            l->skip_line = false;
            to++;
        }
    }
    begin_record(s, to);
    return l->skip_bytes == 0 && !l->skip_line;
}

// A record without an end within its window, or within the input: its first line alone is bad (1), and what follows is
// looked at anew; if that line itself is too long (2), its first LINES_RECORD_MAX bytes are kept.
static voc_rc emit_bad(struct lines *l, struct lines_block *b, struct scan *s, bool is_head)
{
    voc_rc rc;
    if (s->first_end != NONE) {
        rc = emit(l, b, s, s->first_end, 1, is_head);
        begin_record(s, s->first_end + 1);
    } else if (b->bytes.len - s->start <= LINES_RECORD_MAX) { // the last line, which is open at the end
        rc = emit(l, b, s, b->bytes.len, 1, is_head);
        begin_record(s, b->bytes.len);
    } else {
        rc = emit(l, b, s, s->start + LINES_RECORD_MAX, 2, is_head);
        begin_record(s, s->start + LINES_RECORD_MAX);
        l->skip_line = true;
    }
    if (s->quote > s->at) s->quote = NONE; // the scan had gone further
    return rc;
}

// Records within quotes or not, as far as the marks of one piece tell. quoted: inside; skip: the second of two quotes.
struct whole { size_t start, skip; uint64_t newlines; bool quoted, stop; };

// Records without quotes, one behind the other, as nearly all are: emit, up to the first mark that ends anything else. How many of
// the marks they end at. There is room for them.
static size_t emit_plain(struct lines *l, struct lines_block *b, struct whole *w, size_t from, const uint32_t *marks, size_t n)
{
    const char *p = b->bytes.ptr, newline = l->newline;
    size_t start = w->start, to = b->start.n, done = 0;
    for (; done < n; done++, to++) {
        const size_t at = from + marks[done];
        if (p[at] != newline || at == start || p[start] == '\r' || p[start] == '\xEF' || at - start > LINES_RECORD_MAX) break;
        const size_t text = at - (newline == '\n' && p[at - 1] == '\r');
        b->start.at[to] = start;
        b->end.at[to] = text;
        b->line.at[to] = l->line + done;
        b->bad.at[to] = 0;
        l->record_bytes += text - start;
        start = at + 1;
    }
    b->start.n = b->end.n = b->line.n = b->bad.n = to;
    l->line += done;
    l->records += done;
    w->start = start;
    return done;
}

static void pass_quote(const struct lines *l, struct whole *w, const char *p, size_t at, size_t len)
{
    if (at == w->skip) return;
    if (!w->quoted) w->quoted = at == w->start || p[at - 1] == l->separator;
    else if (at + 1 == len) w->stop = true; // another may follow
    else if (p[at + 1] == l->quote) w->skip = at + 1;
    else w->quoted = false;
}

// Cuts every record from s->start on that ends within the bytes and is not too long, and moves s behind the last of them.
static voc_rc cut_whole(struct lines *l, struct lines_block *b, struct scan *s)
{
    const char *p = b->bytes.ptr;
    const size_t len = b->bytes.len;
    struct whole w = {.start = s->start, .skip = NONE};
    voc_rc rc = VOC_OK;
    for (size_t from = s->start; from < len && !rc && !w.stop; from += PIECE) {
        bool has_quote;
        size_t part = len - from < PIECE ? len - from : PIECE;
        size_t n = scan_marks(p + from, part, l->newline, l->quotes ? l->quote : l->newline, l->marks, &has_quote);
        if (vec_reserve(&b->start, n, RECORDS_MAX) || vec_reserve(&b->end, n, RECORDS_MAX) || vec_reserve(&b->line, n, RECORDS_MAX) ||
            vec_reserve(&b->bad, n, RECORDS_MAX)) rc = VOC_E_NOMEM;
        for (size_t k = 0; k < n && !rc && !w.stop; k++) {
            if (!w.quoted && w.newlines == 0) k += emit_plain(l, b, &w, from, l->marks + k, n - k);
            if (k == n) break;
            size_t at = from + l->marks[k];
            if (has_quote && p[at] == l->quote) {
                pass_quote(l, &w, p, at, len);
            } else if (w.quoted) {
                w.newlines++;
            } else if (at - w.start > LINES_RECORD_MAX) {
                w.stop = true;
            } else {
                const struct scan one = {.start = w.start, .newlines = w.newlines};
                rc = emit(l, b, &one, at, 0, false);
                w.start = at + 1;
                w.newlines = 0;
            }
        }
    }
    begin_record(s, w.start);
    return rc;
}

// ---- values of JSON -----------------------------------------------------------------------------------------------------------

// What stands between records: never a part of one.
static bool is_between(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == '[' || c == ']'; }

static void pass_between(struct lines *l, struct scan *s, const char *p, size_t len)
{
    while (s->at < len && (is_between(p[s->at]) || is_mark(p + s->at, len - s->at)))
        if (p[s->at] == '\xEF') s->at += 3;
        else l->line += p[s->at++] == '\n';
    begin_record(s, s->at);
    if (s->at == len || (p[s->at] == '\xEF' && len - s->at < 3 && !at_end(l))) return; // the rest of a mark may follow
    s->begun = true;
    s->bare = p[s->at] != '{';
}

static void pass_newline(struct scan *s)
{
    if (s->first_end == NONE) s->first_end = s->at;
    s->newlines++;
}

static void open_value(struct scan *s, bool object)
{
    if (s->depth == VALUE_DEPTH) {
        s->state = BROKEN;
        return;
    }
    s->object = object ? s->object | UINT64_C(1) << s->depth : s->object & ~(UINT64_C(1) << s->depth);
    s->depth++;
}

// True: that was the record's last one.
static bool close_value(struct scan *s, bool object)
{
    if ((s->object >> (s->depth - 1) & 1) != object) s->state = BROKEN;
    else s->depth--;
    return s->state != BROKEN && s->depth == 0;
}

// Looks on for the end of the value, as far as `limit`. True: s->at is behind it, or it is broken and its first line has
// ended: a text goes over the line's end, a bracket closes a brace, or more lies within each other than any plugin reads. So
// no byte is looked at from more than VALUE_DEPTH beginnings.
static bool find_value_end(struct scan *s, const char *p, size_t limit)
{
    for (; s->at < limit; s->at++) {
        char c = p[s->at];
        if (c == '\n') {
            if (s->bare) return true;
            pass_newline(s);
            if (s->state != OUTSIDE) s->state = BROKEN;
        }
        if (s->state == BROKEN && s->first_end != NONE) return true;
        if (s->state == BEHIND) s->state = INSIDE; // behind a backslash: whatever it is
        else if (s->state == INSIDE) s->state = c == '"' ? OUTSIDE : c == '\\' ? BEHIND : INSIDE;
        else if (s->state == BROKEN) continue;
        else if (s->bare && (c == ',' || c == ']')) return true;
        else if (c == '"') s->state = INSIDE;
        else if (s->bare) continue;
        else if (c == '{' || c == '[') open_value(s, c == '{');
        else if ((c == '}' || c == ']') && s->depth && close_value(s, c == '}')) return s->at++, true;
    }
    return false;
}

// emit counts the newline that a line ends with; a value ends without.
static voc_rc emit_value(struct lines *l, struct lines_block *b, struct scan *s)
{
    s->newlines--;
    return emit(l, b, s, s->at, 0, false);
}

// Objects one after the other, whatever stands between them. One that is never closed costs its first line.
static voc_rc cut_values(struct lines *l, struct lines_block *b, struct scan *s)
{
    voc_rc rc = VOC_OK;
    const char *p = b->bytes.ptr;
    const size_t len = b->bytes.len;
    while (rc == VOC_OK && s->start < len) {
        if ((l->skip_bytes > 0 || l->skip_line) && !skip(l, s, p, len)) break;
        if (!s->begun) pass_between(l, s, p, len);
        if (!s->begun) break;
        bool narrow = len - s->start > LINES_RECORD_MAX;
        size_t limit = narrow ? s->start + LINES_RECORD_MAX + 1 : len;
        bool ended = find_value_end(s, p, limit) || (s->bare && at_end(l) && s->at == len);
        if (ended && s->state != BROKEN) {
            rc = emit_value(l, b, s);
            begin_record(s, s->at);
        } else if (ended || narrow || at_end(l)) {
            rc = emit_bad(l, b, s, false);
        } else {
            break;
        }
    }
    return rc;
}

// Cuts what the bytes hold; stops where more are needed, or behind the header.
static voc_rc cut(struct lines *l, struct lines_block *b, struct scan *s, bool is_head)
{
    voc_rc rc = VOC_OK;
    const char *p = b->bytes.ptr;
    const size_t len = b->bytes.len;
    bool whole = true;
    if (l->values) return cut_values(l, b, s);
    while (rc == VOC_OK && s->start < len && !(is_head && l->head_left == 0)) {
        if ((l->skip_bytes > 0 || l->skip_line) && !skip(l, s, p, len)) break;
        if (whole && s->at == s->start && l->head_left == 0 && !(l->quotes && l->quote == l->newline)) {
            rc = cut_whole(l, b, s);
            whole = false; // it stopped before what has to be looked at step by step
            continue;
        }
        whole = true;
        bool narrow = len - s->start > LINES_RECORD_MAX;
        size_t limit = narrow ? s->start + LINES_RECORD_MAX + 1 : len;
        if (find_end(l, s, p, limit, len)) {
            size_t end = s->at;
            rc = emit(l, b, s, end, 0, is_head);
            begin_record(s, end + 1);
        } else if (narrow) {
            rc = emit_bad(l, b, s, is_head);
        } else if (!at_end(l)) {
            break;
        } else if (s->state == INSIDE) {
            l->unclean = true;
            rc = emit_bad(l, b, s, is_head);
        } else if (s->start < len) {
            l->unclean = true;
            rc = emit(l, b, s, len, 0, is_head);
            begin_record(s, len);
        }
    }
    return rc;
}

// Adds up to `want` bytes to the block: what was carried over first, then what the input gives.
static voc_rc more(struct lines *l, struct lines_block *b, struct scan *s, size_t want)
{
    size_t kept = l->carry.len - l->carry_at, before = b->bytes.len, got;
    char *room = buf_room(&b->bytes, want);
    if (room == NULL) return b->bytes.rc;
    if (kept > 0) {
        got = kept < want ? kept : want;
        memcpy(room, l->carry.ptr + l->carry_at, got);
        l->carry_at += got;
    } else {
        voc_rc rc = in_read(l->in, room, want, &got);
        if (rc != VOC_OK) return rc;
        l->ended = got == 0;
    }
    b->bytes.len += got;
    b->bytes.ptr[b->bytes.len] = 0;
    if (s->quote == before) s->quote = NONE; // there may be one now
    return VOC_OK;
}

// Puts the bytes behind the last record back. If carried bytes are left, those are the last that were taken from there.
static voc_rc put_back(struct lines *l, struct lines_block *b, size_t from)
{
    size_t rest = b->bytes.len - from;
    l->consumed += from;
    if (l->carry_at < l->carry.len) l->carry_at -= rest;
    else {
        buf_clear(&l->carry);
        l->carry_at = 0;
        if (rest > 0 && buf_add(&l->carry, b->bytes.ptr + from, rest) != VOC_OK) return l->carry.rc;
    }
    b->bytes.len = from;
    if (b->bytes.ptr != NULL) b->bytes.ptr[from] = 0;
    return VOC_OK;
}

// Nothing but framing so far: it need not be kept.
static void drop_framing(struct lines *l, struct lines_block *b, struct scan *s)
{
    size_t gone = s->start;
    memmove(b->bytes.ptr, b->bytes.ptr + gone, b->bytes.len - gone);
    b->bytes.len -= gone;
    l->consumed += gone;
    s->start = 0;
    s->at -= gone;
    if (s->first_end != NONE) s->first_end -= gone;
    s->quote = NONE;
}

static voc_rc fill(struct lines *l, struct lines_block *b, size_t target, bool is_head)
{
    struct scan s = {.quote = NONE};
    voc_rc rc = VOC_OK;
    if (target < 1) target = 1;
    if (target > TARGET_MAX) target = TARGET_MAX;
    buf_clear(&b->bytes);
    b->start.n = b->end.n = b->line.n = b->bad.n = 0;
    b->first_record = l->records;
    begin_record(&s, 0);
    while (rc == VOC_OK && !(is_head && l->head_left == 0)) {
        size_t len = b->bytes.len;
        if (len >= target && b->start.n > 0 && !is_head) break;
        if (at_end(l)) break;
        if (b->start.n == 0 && s.start > 0) drop_framing(l, b, &s);
        len = b->bytes.len;
        rc = more(l, b, &s, len < target ? target - len : target < HEAD_CHUNK ? target : HEAD_CHUNK);
        if (rc == VOC_OK && (at_end(l) || b->bytes.len >= target)) rc = cut(l, b, &s, is_head);
    }
    if (b->line.n > 0) in_rows(l->in, b->line.at, b->line.n);
    return rc == VOC_OK ? put_back(l, b, s.start) : rc;
}

voc_rc lines_head(struct lines *l, struct lines_block *head) { return fill(l, head, HEAD_CHUNK, true); }

voc_rc lines_next(struct lines *l, struct lines_block *b, size_t target) { return fill(l, b, target, false); }

struct lines_account lines_account(const struct lines *l)
{
    return (struct lines_account){l->records, l->record_bytes, l->consumed - l->record_bytes};
}

bool lines_ends_clean(const struct lines *l) { return l->ended && !l->unclean && !l->skip_line; }
