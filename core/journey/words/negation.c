// SPDX-License-Identifier: MIT
// Is it said, or said not to be? A cue among the three words before a mention, in the same clause, negates it (METHODS 12.2).
// Words are runs of letters, marks, numbers, _ and apostrophes. Looked for backwards from the mention, so that a long text
// with many mentions costs three words each.
#include "base/text.h"
#include "base/utf8.h"
#include "journey/words/codebook.h"

#define WORDS 3u

struct word { size_t from, to; };

static size_t char_before(voc_str t, size_t at, uint32_t *cp)
{
    size_t n = 1;
    while (n < 4 && n < at && ((unsigned char)t.ptr[at - n] & 0xC0) == 0x80) n++;
    if (utf8_next(t.ptr + at - n, n, cp) == n) return n;
    *cp = 0xFFFD;
    return 1;
}

static bool apostrophe(uint32_t cp) { return cp == '\'' || cp == 0x2019; }
static bool ends_clause(uint32_t cp) { return cp < 0x80 && cp && strchr(".;:!?,", (int)cp); }

static bool among(voc_str s, const char *const *list)
{
    for (; *list; list++)
        if (str_ieq(s, str_of(*list))) return true;
    return false;
}

// The next run of letters in a word, which apostrophes divide: "don't" has two. false: there is none from *at on.
static bool piece(voc_str t, size_t *at, size_t end, struct word *out)
{
    uint32_t cp;
    size_t n;
    while (*at < end && (n = utf8_next(t.ptr + *at, end - *at, &cp)) && apostrophe(cp)) *at += n;
    out->from = *at;
    while (*at < end && (n = utf8_next(t.ptr + *at, end - *at, &cp)) && !apostrophe(cp)) *at += n;
    out->to = *at;
    return out->to > out->from;
}

static voc_str slice(voc_str t, struct word w) { return str_mk(t.ptr + w.from, w.to - w.from); }

// Where in a word a new clause has begun: behind the last "but" or the like in it, else at its beginning. *clause: one has.
static size_t clause_in(voc_str t, struct word w, bool *clause)
{
    static const char *const joints[] = {"but", "however", "although", "yet", NULL};
    size_t at = w.from, from = w.from;
    struct word p;
    while (piece(t, &at, w.to, &p)) {
        if (!among(slice(t, p), joints)) continue;
        *clause = true;
        from = p.to;
    }
    return from;
}

// The words before `from`, the nearest first.
static size_t words_before(voc_str t, size_t from, struct word words[WORDS])
{
    size_t n = 0, at = from;
    bool clause = false;
    while (n < WORDS && at && !clause) {
        uint32_t cp;
        size_t to = at, step = char_before(t, at, &cp);
        while (at && (text_in_word(cp) || apostrophe(cp))) {
            at -= step;
            if (at) step = char_before(t, at, &cp);
        }
        if (to > at) {
            struct word w = {at, to};
            w.from = clause_in(t, w, &clause);
            if (w.to > w.from) words[n++] = w;
            continue;
        }
        clause = ends_clause(cp);
        at -= step;
    }
    return n;
}

static bool begins_with_only(voc_str t, struct word w)
{
    size_t at = w.from;
    struct word p;
    return piece(t, &at, w.to, &p) && p.from == w.from && str_ieq(slice(t, p), STR("only"));
}

// Is "n't" at the end of this piece and the next: at least a letter, an n, one apostrophe, a t?
static bool short_not(voc_str t, struct word p, size_t end, struct word *whole)
{
    struct word next;
    size_t at = p.to;
    uint32_t cp;
    if (p.to - p.from < 2 || (t.ptr[p.to - 1] | 0x20) != 'n') return false;
    size_t one = at < end ? utf8_next(t.ptr + at, end - at, &cp) : 0;
    if (!piece(t, &at, end, &next) || next.from != p.to + one || !str_ieq(slice(t, next), STR("t"))) return false;
    *whole = (struct word){p.from, next.to};
    return true;
}

bool negation_before(voc_str text, size_t from, size_t *cue_from, size_t *cue_to)
{
    static const char *const cues[] = {"no", "never", "without", "nothing", "nobody", "hardly", "barely", NULL};
    struct word words[WORDS], p, cue = {0, 0};
    size_t n = words_before(text, from, words);
    for (size_t i = 0; i < n && !cue.to; i++) {
        size_t at = words[i].from;
        while (piece(text, &at, words[i].to, &p)) {
            bool only = p.to == words[i].to && i && begins_with_only(text, words[i - 1]); // "not only"
            if (among(slice(text, p), cues) || (str_ieq(slice(text, p), STR("not")) && !only)) cue = p;
            else (void)short_not(text, p, words[i].to, &cue);
        }
    }
    if (!cue.to) return false;
    *cue_from = cue.from;
    *cue_to = cue.to;
    return true;
}
