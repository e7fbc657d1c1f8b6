// SPDX-License-Identifier: MIT
// Which user agents are robots': one pass over the agent finds whether it holds any text of the list (an automaton after Aho
// and Corasick over the letters that occur in the list, made once for an instance). What a robot is called is the word in
// which the first text ends. Read-only after making; any thread.
#include "plugins/input/weblog/weblog.h"

#define STATES_MAX 60000u
#define NAME_MAX 40u
#define LINE_MAX 200u

enum { IS_ROBOT = 1, IS_NONE = 2 };

struct wl_robots {
    uint8_t letter[256]; // byte -> column; 0: occurs in no text
    unsigned n_letters;
    uint32_t n, room;
    uint16_t *next;      // [state * n_letters + letter]
    uint8_t *out;        // IS_* of each state
};

// The next text of a list; false: the end.
static bool next_text(voc_str *rest, voc_str *text)
{
    while (rest->len) {
        const char *nl = memchr(rest->ptr, '\n', rest->len);
        size_t len = nl ? (size_t)(nl - rest->ptr) : rest->len;
        *text = (voc_str){rest->ptr, len};
        rest->ptr += len + (nl != NULL);
        rest->len -= len + (nl != NULL);
        while (text->len && (text->ptr[text->len - 1] == '\r' || text->ptr[text->len - 1] == '\t')) text->len--;
        if (text->len && text->ptr[0] != '#' && !(text->len == 1 && text->ptr[0] == '!')) return true;
    }
    return false;
}

static size_t count_letters(struct wl_robots *r, voc_str list)
{
    voc_str text;
    size_t total = 0;
    while (next_text(&list, &text)) {
        total += text.len;
        for (size_t i = text.ptr[0] == '!'; i < text.len; i++) {
            unsigned char c = (unsigned char)wl_lower(text.ptr[i]);
            if (!r->letter[c]) r->letter[c] = (uint8_t)++r->n_letters;
        }
    }
    return total;
}

static void add_texts(struct wl_robots *r, voc_str list)
{
    voc_str text;
    while (next_text(&list, &text)) {
        uint32_t state = 0;
        for (size_t i = text.ptr[0] == '!'; i < text.len; i++) {
            uint16_t *to = &r->next[state * r->n_letters + r->letter[(unsigned char)wl_lower(text.ptr[i])]];
            if (!*to) *to = (uint16_t)r->n++;
            state = *to;
        }
        r->out[state] |= text.ptr[0] == '!' ? IS_NONE : IS_ROBOT;
    }
}

// Failing moves are worked out in order of depth; afterwards every move is there.
static bool link_states(struct weblog *w, struct wl_robots *r)
{
    uint16_t *queue = w->host->alloc(w->cx, r->n * sizeof *queue), *fail = w->host->alloc(w->cx, r->n * sizeof *fail);
    size_t head = 0, tail = 0;
    bool ok = queue && fail;
    if (ok) memset(fail, 0, r->n * sizeof *fail);
    for (unsigned c = 1; ok && c < r->n_letters; c++)
        if (r->next[c]) queue[tail++] = r->next[c];
    while (ok && head < tail) {
        uint16_t s = queue[head++];
        r->out[s] |= r->out[fail[s]];
        for (unsigned c = 1; c < r->n_letters; c++) {
            uint16_t *to = &r->next[s * r->n_letters + c], other = r->next[fail[s] * r->n_letters + c];
            if (*to) fail[*to] = other, queue[tail++] = *to;
            else *to = other;
        }
    }
    w->host->free(w->cx, queue);
    w->host->free(w->cx, fail);
    return ok;
}

voc_rc wl_robots_make(struct weblog *w, voc_str extra, const struct wl_robots **out)
{
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION // --enable-fuzzing: with all of them it took most of a run
    const voc_str own = wl_cut(wl_str(wl_robots_list), 0, 200);
#else
    const voc_str own = wl_str(wl_robots_list);
#endif
    struct wl_robots *r = wl_alloc(w, sizeof *r);
    if (!r) return VOC_E_NOMEM;
    memset(r, 0, sizeof *r);
    size_t total = count_letters(r, own) + count_letters(r, extra) + 1;
    if (total > STATES_MAX) return wl_error(w, "WEBLOG-002", "name the parts that robots have in common", "the list of robots is longer than %u letters", STATES_MAX);
    r->n_letters++; // column 0: no letter of any text
    r->n = 1;
    r->next = wl_alloc(w, total * r->n_letters * sizeof *r->next);
    r->out = wl_alloc(w, total);
    if (!r->next || !r->out) return VOC_E_NOMEM;
    memset(r->next, 0, total * r->n_letters * sizeof *r->next);
    memset(r->out, 0, total);
    add_texts(r, own);
    add_texts(r, extra);
    if (!link_states(w, r)) return VOC_E_NOMEM;
    *out = r;
    return VOC_OK;
}

static bool in_word(char c) { return wl_digit(c) || (wl_lower(c) >= 'a' && wl_lower(c) <= 'z') || c == '-' || c == '_' || c == '.'; }

voc_str wl_robots_name(const struct wl_robots *r, voc_str agent)
{
    static const voc_str none = {"", 0};
    size_t found = SIZE_MAX, state = 0;
    for (size_t i = 0; i <= agent.len; i++) {
        char c = i < agent.len ? agent.ptr[i] : ' '; // a text of the list may want to see where the word ends
        state = r->next[state * r->n_letters + r->letter[(unsigned char)wl_lower(c)]];
        if (!r->out[state]) continue;
        if (r->out[state] & IS_NONE) return none;
        if (found == SIZE_MAX) found = i;
    }
    if (found == SIZE_MAX) return none;
    while (found && (found == agent.len || !in_word(agent.ptr[found]))) found--; // the text may end in a sign
    size_t from = found, to = found + 1;
    while (from && in_word(agent.ptr[from - 1])) from--;
    while (to < agent.len && in_word(agent.ptr[to])) to++;
    while (to > from + 1 && (agent.ptr[to - 1] == '.' || agent.ptr[to - 1] == '-')) to--;
    if (to - from > NAME_MAX) to = from + NAME_MAX;
    return wl_cut(agent, from, to);
}
