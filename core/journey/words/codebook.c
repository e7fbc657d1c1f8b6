// SPDX-License-Identifier: MIT
// Coding of one text: what is quoted is cut, each theme's patterns are looked for, what its exclusions cover is left out,
// each mention is held against the words before it, and children are counted for their parents.
#include "journey/words/codebook.h"

#include <stdlib.h>

#include "base/utf8.h"

#define TEXT_MAX ((size_t)1 << 30)
#define MENTIONS_MAX ((size_t)1 << 24)

void coding_done(struct coding *c)
{
    vec_free(&c->mentions);
    vec_free(&c->found);
    vec_free(&c->room);
    buf_done(&c->own);
    *c = (struct coding){0};
}

// ---- what is quoted ---------------------------------------------------------------------------------------------------------

static voc_str line_at(voc_str t, size_t at)
{
    const char *end = at < t.len ? memchr(t.ptr + at, '\n', t.len - at) : NULL;
    size_t n = end ? (size_t)(end - t.ptr) - at : t.len - at;
    if (n && t.ptr[at + n - 1] == '\r') n--;
    return str_mk(t.ptr + at, n);
}

static size_t next_line(voc_str t, size_t at)
{
    const char *end = memchr(t.ptr + at, '\n', t.len - at);
    return end ? (size_t)(end - t.ptr) + 1 : t.len;
}

static bool announces(voc_str line) { return str_starts(line, "On ") && str_ends(str_trim(line), "wrote:"); }

// Behind "On ... wrote:" stands what was quoted: lines with ">", between which there may be words of one's own; or all the rest.
static bool marked_behind(voc_str t, size_t at)
{
    for (; at < t.len; at = next_line(t, at)) {
        voc_str line = str_trim(line_at(t, at));
        if (line.len) return line.ptr[0] == '>';
    }
    return false;
}

voc_rc codebook_own(voc_str *out, struct buf *own, voc_str text)
{
    *out = text;
    bool cut = false, rest = false;
    for (size_t at = 0, end; at < text.len; at = end) {
        voc_str line = line_at(text, at);
        end = next_line(text, at);
        bool leads = announces(line);
        if (str_is(line, "-- ") || (leads && !marked_behind(text, end))) rest = true;
        if (!rest && !leads && !str_starts(line, ">")) continue;
        if (!cut) {
            buf_clear(own);
            own->max = TEXT_MAX;
            if (buf_str(own, text)) return own->rc;
        }
        cut = true;
        if (rest) end = text.len;
        memset(own->ptr + at, '\n', end - at);
    }
    if (cut) *out = str_mk(own->ptr, own->len);
    return VOC_OK;
}

// ---- one theme --------------------------------------------------------------------------------------------------------------

static size_t char_behind(voc_str t, size_t at)
{
    uint32_t cp;
    size_t n = at < t.len ? utf8_next(t.ptr + at, t.len - at, &cp) : 0;
    return at + (n ? n : 1);
}

// Every match of a pattern into c->found. VOC_E_LIMIT: it cannot be decided.
static voc_rc find_all(struct coding *c, uint32_t theme, const struct voc_regex *re, voc_str t)
{
    size_t at = 0, from = 0, to = 0;
    while (at <= t.len) {
        int hit = regex_match_from(re, t, at, &from, &to);
        if (hit < 0) return VOC_E_LIMIT;
        if (hit == 0) return VOC_OK;
        at = to > from ? to : char_behind(t, to);
        if (to == from) continue;
        voc_rc rc = vec_reserve(&c->found, 1, MENTIONS_MAX);
        if (rc) return rc;
        c->found.at[c->found.n++] = (struct mention){.theme = theme, .from = from, .to = to};
    }
    return VOC_OK;
}

static int by_place(const void *x, const void *y)
{
    const struct mention *a = x, *b = y;
    if (a->from != b->from) return a->from < b->from ? -1 : 1;
    return (a->to < b->to) - (a->to > b->to); // the longer first
}

static bool covered(const struct mention *m, const struct mention *by, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (by[i].from < m->to && m->from < by[i].to) return true;
    return false;
}

// Mentions of found[0..n), of several patterns what overlaps once, less what the exclusions behind them cover.
static voc_rc keep(struct coding *c, size_t n, voc_str t)
{
    size_t end = 0;
    if (n > 1) qsort(c->found.at, n, sizeof *c->found.at, by_place);
    for (size_t i = 0; i < n; i++) {
        struct mention m = c->found.at[i];
        if (m.from < end || covered(&m, c->found.at + n, c->found.n - n)) continue;
        end = m.to;
        m.negated = negation_before(t, m.from, &m.cue_from, &m.cue_to);
        voc_rc rc = vec_reserve(&c->mentions, 1, MENTIONS_MAX);
        if (rc) return rc;
        c->mentions.at[c->mentions.n++] = m;
    }
    return VOC_OK;
}

static voc_rc code_theme(struct coding *c, const struct theme *th, uint32_t theme, voc_str t)
{
    voc_rc rc = VOC_OK;
    c->found.n = 0;
    for (size_t i = 0; i < th->n_include && !rc; i++) rc = find_all(c, theme, th->include[i], t);
    size_t n = c->found.n;
    for (size_t i = 0; i < th->n_exclude && !rc && n; i++) rc = find_all(c, theme, th->exclude[i], t);
    if (rc != VOC_E_LIMIT) return rc ? rc : keep(c, n, t);
    c->room.at[theme].undecided = true;
    return VOC_OK;
}

// ---- all themes -------------------------------------------------------------------------------------------------------------

voc_rc codebook_code(struct coding *c, const struct theme *themes, size_t n, voc_str text)
{
    voc_str t;
    c->mentions.n = c->room.n = 0;
    c->undecided = false;
    voc_rc rc = vec_reserve(&c->room, n ? n : 1, UINT32_MAX);
    if (!rc) rc = codebook_own(&t, &c->own, text);
    if (rc) return rc;
    memset(c->room.at, 0, (n ? n : 1) * sizeof *c->room.at);
    for (uint32_t i = 0; i < n && !rc; i++) rc = code_theme(c, &themes[i], i, t);
    for (size_t i = 0; i < c->mentions.n && !rc; i++) {
        const struct mention *m = &c->mentions.at[i];
        for (uint32_t th = m->theme; th != VOC_NONE; th = themes[th].parent) m->negated ? c->room.at[th].negated++ : c->room.at[th].affirmed++;
    }
    for (uint32_t i = 0; i < n && !rc; i++) // of those above, unless something in or below them was found
        for (uint32_t th = themes[i].parent; c->room.at[i].undecided && th != VOC_NONE; th = themes[th].parent) c->room.at[th].undecided = true;
    for (uint32_t i = 0; i < n && !rc; i++) {
        if (coded_has(&c->room.at[i])) c->room.at[i].undecided = false;
        c->undecided = c->undecided || c->room.at[i].undecided;
    }
    c->of = c->room.at;
    return rc;
}

// ---- what decided -----------------------------------------------------------------------------------------------------------

bool theme_is_below(const struct theme *themes, uint32_t theme, uint32_t top)
{
    while (theme != VOC_NONE && theme != top) theme = themes[theme].parent;
    return theme == top;
}

static void put_line(struct buf *b, voc_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        const bool blank = s.ptr[i] == '\n' || s.ptr[i] == '\r' || s.ptr[i] == '\t' || s.ptr[i] == ' ';
        if (!blank) buf_byte(b, s.ptr[i]);
        else if (b->len && b->ptr[b->len - 1] != ' ') buf_byte(b, ' ');
    }
}

voc_rc codebook_decided(struct buf *b, const struct coding *c, const struct theme *themes, voc_str text, uint32_t theme)
{
    const size_t before = b->len;
    for (size_t i = 0; i < c->mentions.n; i++) {
        const struct mention *m = &c->mentions.at[i];
        if (theme != VOC_NONE && !theme_is_below(themes, m->theme, theme)) continue;
        if (b->len > before) buf_cstr(b, "; ");
        if (m->negated) {
            put_line(b, str_mk(text.ptr + m->cue_from, m->cue_to - m->cue_from));
            buf_cstr(b, " ... ");
        }
        put_line(b, str_mk(text.ptr + m->from, m->to - m->from));
    }
    return b->rc;
}
