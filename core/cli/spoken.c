// SPDX-License-Identifier: MIT
// What customers said, coded: texts are gathered by one thread and coded by all. A coding is a byte for each text and theme; places
// are worked out again for the few texts that are shown.
#include "cli/spoken.h"

#include <stdlib.h>

#include "host/parallel.h"

#define PIECE 256u // texts that one thread codes at a time

void spoken_done(struct spoken *s)
{
    said_done(&s->said);
    mem_free(s->marks);
    identity_free(s->people);
    *s = (struct spoken){0};
}

bool spoken_fits(const struct spoken *s, size_t text)
{
    for (size_t i = 0; i < s->n_themes; i++)
        if (spoken_mark(s, text, i) & (SPOKEN_AFFIRMED | SPOKEN_NEGATED)) return true;
    return false;
}

struct work { struct spoken *s; const struct journey *j; };

static voc_rc code_piece(void *user, size_t piece)
{
    const struct work *w = user;
    struct coding c = {0};
    voc_rc rc = VOC_OK;
    for (size_t i = piece * PIECE; i < w->s->said.all.n && i < (piece + 1) * PIECE && !rc; i++) {
        rc = host_cancelled() ? VOC_CANCELLED : codebook_code(&c, w->j->themes, w->j->n_themes, w->s->said.all.at[i].text);
        for (size_t t = 0; t < w->s->n_themes && !rc; t++)
            w->s->marks[i * w->s->n_themes + t] = (uint8_t)((c.of[t].affirmed ? SPOKEN_AFFIRMED : 0) |
                                                            (c.of[t].negated ? SPOKEN_NEGATED : 0) |
                                                            (c.of[t].undecided ? SPOKEN_UNDECIDED : 0));
    }
    coding_done(&c);
    return rc;
}

static int latest_first(const void *x, const void *y)
{
    const struct said *a = x, *b = y;
    if (a->time_us != b->time_us) return a->time_us > b->time_us ? -1 : 1;
    int c = str_cmp(a->id, b->id); // what has an id is in one order however files were cut
    if (c || (c = str_cmp(a->file, b->file))) return c;
    if (a->line != b->line) return a->line < b->line ? -1 : 1;
    return str_cmp(a->text, b->text);
}

voc_rc spoken_gather(struct spoken *s, struct cli *c, struct project *p, const struct journey *j, voc_str query)
{
    struct work w = {s, j};
    size_t cells;
    if (!j->n_themes) {
        diag_error(c->diag, "THEMES-001", NULL, 0,
                   "write a codebook.xml beside journey.xml (that of b2b-sale is an example), name it in <journey "
                   "codebook=\"codebook.xml\">, and follow it: voc journey use PROJECT FOLDER",
                   j->n_stages ? "the journey of this project has no themes"
                               : "this project follows no journey: no themes are defined");
        return VOC_E_OPTION;
    }
    s->n_themes = j->n_themes;
    voc_rc rc = said_words(&s->said, p, query, c->diag);
    if (!rc && !query.len) rc = said_events(&s->said, p, j, c->diag); // these are not in the index
    if (!rc) rc = identity_load(&s->people, p, c->diag);
    if (rc) return rc;
    size_t n = s->said.all.n;
    if (n > 1) qsort(s->said.all.at, n, sizeof *s->said.all.at, latest_first);
    if (!mem_mul(n + 1, s->n_themes, &cells)) return VOC_E_LIMIT;
    s->marks = mem_zalloc(cells, 1);
    return s->marks ? parallel_for(cli_threads(c), (n + PIECE - 1) / PIECE, code_piece, &w) : VOC_E_NOMEM;
}

voc_rc spoken_theme(const struct journey *j, voc_str id, uint32_t *theme, struct diag *d)
{
    const char *near = NULL;
    size_t best = SIZE_MAX;
    for (uint32_t i = 0; i < j->n_themes; i++) {
        size_t far = str_distance(id, j->themes[i].id);
        if (far < best && far <= (id.len > 3 ? id.len / 3 : 1)) {
            best = far;
            near = j->themes[i].id.ptr;
        }
        if (far) continue;
        *theme = i;
        return VOC_OK;
    }
    struct buf hint;
    buf_init(&hint, 4096);
    if (near) buf_printf(&hint, "did you mean %s? ", near);
    buf_cstr(&hint, "there are: ");
    for (size_t i = 0; i < j->n_themes && hint.len < 300; i++) buf_printf(&hint, "%s%.*s", i ? ", " : "", STR_ARG(j->themes[i].id));
    diag_error(d, "THEMES-002", NULL, 0, hint.ptr ? hint.ptr : "", "the codebook has no theme \"%.*s\"", STR_SHOWN(id, 60));
    buf_done(&hint);
    return VOC_E_OPTION;
}

// ---- what decided -----------------------------------------------------------------------------------------------------------------

struct place { size_t from, to; };

static int place_order(const void *x, const void *y)
{
    const struct place *a = x, *b = y;
    if (a->from != b->from) return a->from < b->from ? -1 : 1;
    return (a->to > b->to) - (a->to < b->to);
}

// What is to be marked, in order; what overlaps is one.
static struct place *places(struct arena *a, const struct coding *c, const struct journey *j, uint32_t theme, size_t *n)
{
    struct place *at = arena_alloc(a, (c->mentions.n * 2 + 1) * sizeof *at);
    *n = 0;
    for (size_t i = 0; at && i < c->mentions.n; i++) {
        const struct mention *m = &c->mentions.at[i];
        if (theme != VOC_NONE && !theme_is_below(j->themes, m->theme, theme)) continue;
        at[(*n)++] = (struct place){m->from, m->to};
        if (m->negated) at[(*n)++] = (struct place){m->cue_from, m->cue_to};
    }
    if (at && *n > 1) qsort(at, *n, sizeof *at, place_order);
    size_t kept = 0;
    for (size_t i = 0; at && i < *n; i++) {
        if (kept && at[i].from <= at[kept - 1].to && at[i].from != at[kept - 1].to) {
            if (at[i].to > at[kept - 1].to) at[kept - 1].to = at[i].to;
        } else {
            at[kept++] = at[i];
        }
    }
    *n = kept;
    return at;
}

static void put(struct buf *b, voc_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        bool blank = s.ptr[i] == '\n' || s.ptr[i] == '\r' || s.ptr[i] == '\t' || s.ptr[i] == ' ';
        if (!blank) buf_byte(b, s.ptr[i]);
        else if (b->len && b->ptr[b->len - 1] != ' ') buf_byte(b, ' ');
    }
}

static size_t on_character(voc_str t, size_t at)
{
    while (at && at < t.len && ((unsigned char)t.ptr[at] & 0xC0) == 0x80) at--;
    return at;
}

voc_str spoken_marked(struct arena *a, struct coding *c, const struct journey *j, voc_str text, uint32_t theme, size_t max, bool *ok)
{
    struct buf b;
    size_t n = 0, from = 0, to = text.len;
    if (codebook_code(c, j->themes, j->n_themes, text)) *ok = false;
    struct place *at = *ok ? places(a, c, j, theme, &n) : NULL;
    if (!at) return *ok = false, (voc_str){"", 0};
    if (n && at[0].from > max / 4 && text.len > max) {
        from = on_character(text, at[0].from - max / 4);
        while (from < at[0].from && text.ptr[from] != ' ' && text.ptr[from] != '\n') from++;
    }
    if (to - from > max) to = on_character(text, from + max);
    buf_init(&b, 1 << 22);
    if (from) buf_cstr(&b, "... ");
    for (size_t i = 0; i < n && at[i].from < to; i++) {
        if (at[i].to > to) to = at[i].to;
        put(&b, str_mk(text.ptr + from, at[i].from - from));
        buf_byte(&b, '[');
        put(&b, str_mk(text.ptr + at[i].from, at[i].to - at[i].from));
        buf_byte(&b, ']');
        from = at[i].to;
    }
    put(&b, str_mk(text.ptr + from, to - from));
    if (to < text.len) buf_cstr(&b, " ...");
    voc_str out = *ok && !b.rc ? arena_str(a, b.ptr ? b.ptr : "", b.len, ok) : (voc_str){"", 0};
    if (b.rc) *ok = false;
    buf_done(&b);
    return out;
}

voc_str spoken_decided(struct arena *a, const struct coding *c, const struct journey *j, voc_str text, uint32_t theme, bool *ok)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    if (codebook_decided(&b, c, j->themes, text, theme)) *ok = false;
    voc_str out = *ok ? arena_str(a, b.ptr ? b.ptr : "", b.len, ok) : (voc_str){"", 0};
    buf_done(&b);
    return out;
}
