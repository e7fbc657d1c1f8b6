// SPDX-License-Identifier: MIT
// voc words: what customers wrote, found by full-text search, with who, when, and where in the journey.
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "cli/spoken.h"
#include "host/views/views.h"
#include "store/words.h"

#define SHORT 160u   // bytes of a text that is shown without a query
#define AROUND 240u  // of one that is shown for a theme

struct place { voc_str event, stage, action; }; // of a word's event

struct found { // a word that is shown; texts lie in the arena of the command
    voc_str customer, words, decided, text, language, event, source, file;
    int64_t time_us;
    uint64_t line;
    bool by_id;
};

struct listing {
    struct cli *c;
    VEC(struct found) words;
    VEC(struct place) places;
    int64_t left;
    uint64_t all;
    struct views *views; // as long as the project
};

// "email:anna@kunde.example": the aliases as people read them.
static voc_str customer_text(struct cli *c, voc_str set, bool *ok)
{
    voc_alias alias[VOC_ALIASES_MAX];
    size_t n = 0;
    struct buf b;
    buf_init(&b, 1 << 20);
    *ok = *ok && (set.len == 0 || aliases_decode(&c->arena, set, alias, &n) == VOC_OK);
    for (size_t i = 0; i < n && *ok; i++) {
        if (i) buf_cstr(&b, ", ");
        if (!str_is(alias[i].kind, "id")) buf_printf(&b, "%.*s:", STR_ARG(alias[i].kind));
        buf_str(&b, alias[i].value);
    }
    voc_str s = arena_str(&c->arena, b.ptr ? b.ptr : "", b.len, ok);
    buf_done(&b);
    return s;
}

// One line: what a table can show.
static voc_str one_line(struct cli *c, voc_str s, size_t max, bool *ok)
{
    struct buf b;
    buf_init(&b, 1 << 21);
    size_t n = s.len <= max ? s.len : max;
    while (n < s.len && n && ((unsigned char)s.ptr[n] & 0xC0) == 0x80) n--;
    for (size_t i = 0; i < n; i++) {
        bool space = s.ptr[i] == '\n' || s.ptr[i] == '\t' || s.ptr[i] == ' ';
        if (!space) buf_byte(&b, s.ptr[i]);
        else if (b.len && b.ptr[b.len - 1] != ' ') buf_byte(&b, ' ');
    }
    if (n < s.len) buf_cstr(&b, " ...");
    if (b.rc) *ok = false;
    voc_str out = arena_str(&c->arena, b.ptr ? b.ptr : "", b.len, ok);
    buf_done(&b);
    return out;
}

static voc_rc take(void *user, const struct store_word *w)
{
    struct listing *l = user;
    struct arena *a = &l->c->arena;
    bool ok = true;
    l->all++;
    if (l->left == 0) return VOC_OK;
    l->left--;
    voc_rc rc = vec_reserve(&l->words, 1, UINT32_MAX);
    if (rc) return rc;
    struct found f = {.time_us = w->time_us, .line = w->line, .by_id = w->ref_kind == VOC_REF_EVENT && w->ref.len};
    f.customer = customer_text(l->c, w->customer, &ok);
    f.words = w->snippet.len ? one_line(l->c, w->snippet, SIZE_MAX, &ok) : one_line(l->c, w->text, SHORT, &ok);
    f.text = arena_str(a, w->text.ptr, w->text.len, &ok);
    f.language = arena_str(a, w->language.ptr, w->language.len, &ok);
    f.event = f.by_id ? arena_str(a, w->ref.ptr, w->ref.len, &ok) : (voc_str){"", 0};
    f.source = arena_str(a, w->source.ptr, w->source.len, &ok);
    f.file = arena_str(a, w->file_name.ptr, w->file_name.len, &ok);
    l->words.at[l->words.n++] = f;
    return ok ? VOC_OK : VOC_E_NOMEM;
}

// ---- by theme -----------------------------------------------------------------------------------------------------------------------

static voc_rc take_said(struct listing *l, const struct journey *j, const struct said *s, struct project *p, uint32_t theme, struct coding *coding)
{
    struct arena *a = &l->c->arena;
    const voc_str *sets, *sources;
    uint32_t n_sets, n_sources;
    bool ok = true;
    l->all++;
    if (l->left == 0) return VOC_OK;
    l->left--;
    voc_rc rc = vec_reserve(&l->words, 1, UINT32_MAX);
    if (!rc) rc = store_strings(p, SPACE_ALIASES, &sets, &n_sets);
    if (!rc) rc = store_strings(p, SPACE_SOURCE, &sources, &n_sources);
    if (rc) return rc;
    struct found f = {.time_us = s->time_us, .line = s->line, .by_id = s->ref_kind == VOC_REF_EVENT && s->ref.len,
                      .language = s->language, .file = s->file, .text = s->text};
    f.words = spoken_marked(a, coding, j, s->text, theme, AROUND, &ok);
    f.decided = spoken_decided(a, coding, j, s->text, theme, &ok);
    f.customer = customer_text(l->c, s->customer < n_sets ? sets[s->customer] : (voc_str){"", 0}, &ok);
    f.event = f.by_id ? s->ref : (voc_str){"", 0};
    f.source = s->source < n_sources ? sources[s->source] : (voc_str){"", 0};
    l->words.at[l->words.n++] = f;
    return ok ? VOC_OK : VOC_E_NOMEM;
}

// Texts that speak of a theme; none: of no theme at all. negated: those that say it is not so.
static voc_rc take_theme(struct listing *l, struct spoken *s, struct project *p, const struct journey *j, voc_str id, bool negated, voc_str query)
{
    struct coding coding = {0};
    uint32_t theme = VOC_NONE;
    const bool none = str_is(id, "none");
    voc_rc rc = spoken_gather(s, l->c, p, j, query);
    if (!rc && !none) rc = spoken_theme(j, id, &theme, l->c->diag);
    for (size_t i = 0; i < s->said.all.n && !rc; i++) {
        bool fits = none ? !spoken_fits(s, i) : (spoken_mark(s, i, theme) & (negated ? SPOKEN_NEGATED : SPOKEN_AFFIRMED | SPOKEN_NEGATED)) != 0;
        if (fits) rc = take_said(l, j, &s->said.all.at[i], p, theme, &coding);
    }
    coding_done(&coding);
    return rc;
}

// ---- where in the journey ---------------------------------------------------------------------------------------------------------

static voc_rc no_head(void *user, const char *const *names, size_t n)
{
    (void)user, (void)names;
    return n == 3 ? VOC_OK : VOC_E_BUG;
}

static voc_rc take_place(void *user, const voc_cell *cells, size_t n)
{
    struct listing *l = user;
    bool ok = true;
    voc_str t[3] = {{"", 0}, {"", 0}, {"", 0}};
    if (host_cancelled()) return VOC_CANCELLED;
    for (size_t i = 0; i < n && i < 3; i++)
        if (cells[i].type == VOC_CELL_TEXT) t[i] = arena_str(&l->c->arena, cells[i].s.ptr, cells[i].s.len, &ok);
    voc_rc rc = vec_reserve(&l->places, 1, UINT32_MAX);
    if (!rc) l->places.at[l->places.n++] = (struct place){t[0], t[1], t[2]};
    return rc ? rc : ok ? VOC_OK : VOC_E_NOMEM;
}

// The events of the words that are shown, with the stage that they leave their customer in.
static voc_rc find_places(struct listing *l, struct project *p, const struct journey *j)
{
    struct buf q;
    size_t n = 0;
    buf_init(&q, 1 << 26);
    buf_cstr(&q, "SELECT id, stage, action FROM event WHERE id IN (");
    for (size_t i = 0; i < l->words.n; i++) {
        voc_str id = l->words.at[i].event;
        if (id.len == 0) continue;
        buf_cstr(&q, n++ ? ",'" : "'");
        for (size_t k = 0; k < id.len; k++) {
            if (id.ptr[k] == '\'') buf_byte(&q, '\'');
            buf_byte(&q, id.ptr[k]);
        }
        buf_byte(&q, '\'');
    }
    buf_cstr(&q, ")");
    voc_rc rc = q.rc ? q.rc : n ? views_new(&l->views) : VOC_OK;
    if (!rc && n) views_show(l->views, p, j, l->c->diag);
    if (!rc && n) rc = views_register(l->views, p);
    if (!rc && n) rc = store_sql(p, q.ptr, no_head, take_place, l, l->c->diag);
    buf_done(&q);
    return rc;
}

static const struct place *place_of(const struct listing *l, voc_str event)
{
    for (size_t i = 0; i < l->places.n && event.len; i++)
        if (str_eq(l->places.at[i].event, event)) return &l->places.at[i];
    return NULL;
}

// ---- the table --------------------------------------------------------------------------------------------------------------------

static voc_rc columns(struct table *t, bool stages, bool theme)
{
    voc_rc rc = table_column(t, "time", "time", VOC_CELL_TIME, "", 0, "when it was said");
    if (!rc) rc = table_column(t, "customer", "customer", VOC_CELL_TEXT, "", 0, "who said it");
    if (!rc && stages) rc = table_column(t, "stage", "stage", VOC_CELL_TEXT, "", 0, "where in the journey the customer stood after it");
    if (!rc) rc = table_column(t, "words", "words", VOC_CELL_TEXT, "", VOC_COLUMN_MARKED, "what was found, in [], with what stands around it");
    if (!rc && theme)
        rc = table_column(t, "decided_by", "decided by", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL,
                          "the words that speak of the theme, each behind the one that negates it");
    if (!rc) rc = table_column(t, "language", "language", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "as the source says it");
    if (!rc) rc = table_column(t, "event", "event", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "id of the event that it belongs to");
    if (!rc) rc = table_column(t, "source", "source", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "id of the source");
    if (!rc) rc = table_column(t, "file", "file", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "name without folder");
    if (!rc) rc = table_column(t, "line", "line", VOC_CELL_INT, "", VOC_COLUMN_DETAIL, "first line of its record in the file");
    if (!rc) rc = table_column(t, "text", "text", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "the whole of it");
    return rc ? rc : table_semantics(t, "One line a text of a customer, the latest first; times are UTC.");
}

static void put_row(struct table *t, const struct listing *l, const struct found *f, bool stages, bool theme)
{
    const struct place *at = place_of(l, f->event);
    table_time(t, f->time_us);
    table_text(t, f->customer);
    if (stages) table_text(t, at ? at->stage : (voc_str){"", 0});
    table_text(t, f->words);
    if (theme) table_text(t, f->decided);
    table_text(t, f->language);
    table_text(t, f->event);
    table_text(t, f->source);
    table_text(t, f->file);
    table_int(t, (int64_t)f->line);
    table_text(t, f->text);
}

static voc_rc notes(struct table *t, struct project *p, const struct listing *l, bool asked, bool theme)
{
    char text[200];
    struct store_counts counts = {0};
    voc_rc rc = l->all == 0 && !theme ? store_count(p, &counts) : VOC_OK;
    if (rc) return rc;
    if (l->all == 0 && theme) return table_note(t, VOC_NOTE_NEXT, "no text is of this kind; voc themes PROJECT says how many there are of each");
    if (l->all == 0 && !theme && counts.words == 0)
        return table_note(t, VOC_NOTE_NEXT,
                          "this project holds no mails, open answers or tickets; texts that stand on events of customers are in "
                          "voc sql PROJECT \"SELECT time, unit, text FROM said WHERE text LIKE '%price%'\"");
    if (l->all == 0 && asked)
        return table_note(t, VOC_NOTE_NEXT,
                          "nothing was found; a beginning is found with a star (deliver*), either of two with OR; voc words "
                          "PROJECT shows all");
    if (l->words.n < l->all)
        snprintf(text, sizeof text, "%zu of %llu texts; --limit 0 shows all", l->words.n, (unsigned long long)l->all);
    else
        snprintf(text, sizeof text, "%llu text%s", (unsigned long long)l->all, l->all == 1 ? "" : "s");
    return table_note(t, VOC_NOTE_AFTER, text);
}

int run_words(struct cli *c)
{
    struct project *p = NULL;
    struct journey *j = NULL;
    struct table *t = NULL;
    struct listing l = {.c = c, .left = c->own[WORDS_LIMIT].i ? c->own[WORDS_LIMIT].i : -1};
    struct buf query;
    struct spoken spoken = {0};
    bool stages = false, theme = c->own[WORDS_THEME].set != 0, decided = theme && !str_is(c->own[WORDS_THEME].s, "none");
    buf_init(&query, 1 << 16);
    for (int i = 1; i < c->n_args; i++) buf_printf(&query, "%s%s", i > 1 ? " " : "", c->args[i]);
    voc_rc rc = query.rc ? query.rc : cli_open(c, &p, PROJECT_READ);
    if (!rc) rc = cli_journey(c, p, (voc_str){"", 0}, &j);
    voc_str asked = str_mk(query.ptr ? query.ptr : "", query.len);
    if (!rc && c->own[WORDS_NEGATED].i && (!theme || str_is(c->own[WORDS_THEME].s, "none"))) {
        diag_error(c->diag, "WORDS-002", NULL, 0, "name one: --theme ID --negated", "--negated is about what is said of a theme");
        rc = VOC_E_OPTION;
    }
    if (!rc)
        rc = theme ? take_theme(&l, &spoken, p, j, c->own[WORDS_THEME].s, c->own[WORDS_NEGATED].i != 0, asked)
                   : store_words(p, asked, take, &l, c->diag);
    if (!rc) stages = j->n_stages > 0;
    if (!rc && stages && l.words.n) rc = find_places(&l, p, j);
    if (!rc) rc = table_new(&t, "words", "", 0);
    if (!rc) rc = columns(t, stages, decided);
    for (size_t i = 0; i < l.words.n && !rc; i++) put_row(t, &l, &l.words.at[i], stages, decided);
    if (!rc) rc = notes(t, p, &l, query.len > 0, theme);
    if (!rc) rc = table_name_project(t, c->project); // as it was typed
    if (!rc) rc = cli_tables(c, p, stages ? j : NULL, &t, 1);
    table_free(t);
    vec_free(&l.words);
    vec_free(&l.places);
    buf_done(&query);
    spoken_done(&spoken);
    project_close(p);
    views_free(l.views);
    journey_free(j);
    return cli_exit(c, rc);
}
