// SPDX-License-Identifier: MIT
// Texts of customers, from the table of words and from events. A ticket or a note is often both: the event that holds it, and
// the word that can be searched. The same text of the same customer at the same time is one.
#include "journey/words/said.h"

#include <stdlib.h>

#include "base/hash.h"
#include "journey/walk/stream.h"

#define SAID_MAX ((size_t)UINT32_MAX - 1)

void said_done(struct said_set *s)
{
    vec_free(&s->all);
    arena_done(&s->arena);
    *s = (struct said_set){0};
}

static voc_str kept(struct said_set *s, voc_str text, bool *ok) { return text.len ? arena_str(&s->arena, text.ptr, text.len, ok) : (voc_str){"", 0}; }

// Code of a source by its name; there are few of them.
static uint32_t source_code(const voc_str *names, uint32_t n, voc_str name)
{
    uint32_t c = 0;
    while (c < n && !str_eq(names[c], name)) c++;
    return c < n ? c : 0;
}

struct words { struct said_set *s; const voc_str *sources; uint32_t n_sources; };

static voc_rc take_word(void *user, const struct store_word *w)
{
    const struct words *t = user;
    bool ok = true;
    if (!str_trim(w->text).len) return VOC_OK; // blanks say nothing, here as in an event
    voc_rc rc = vec_reserve(&t->s->all, 1, SAID_MAX);
    if (rc) return rc;
    t->s->all.at[t->s->all.n++] = (struct said){.time_us = w->time_us, .resolution = w->resolution, .ref_kind = w->ref_kind,
                                                .customer = w->who, .line = w->line,
                                                .source = source_code(t->sources, t->n_sources, w->source),
                                                .text = kept(t->s, w->text, &ok), .language = kept(t->s, w->language, &ok),
                                                .ref = kept(t->s, w->ref, &ok), .id = kept(t->s, w->own_id, &ok),
                                                .file = kept(t->s, w->file_name, &ok), .found = kept(t->s, w->snippet, &ok)};
    return ok ? VOC_OK : VOC_E_NOMEM;
}

voc_rc said_words(struct said_set *s, struct project *p, voc_str query, struct diag *d)
{
    struct words t = {.s = s};
    voc_rc rc = store_strings(p, SPACE_SOURCE, &t.sources, &t.n_sources);
    return rc ? rc : store_words(p, query, take_word, &t, d);
}

// ---- texts of events ----------------------------------------------------------------------------------------------------------

struct names { struct said_set *s; voc_str *file; size_t n; }; // of files, by import

static voc_rc take_import(void *user, const struct store_import *i)
{
    struct names *t = user;
    bool ok = true;
    if (i->number < 0 || (uint64_t)i->number >= UINT32_MAX) return VOC_E_LIMIT;
    if ((size_t)i->number >= t->n) {
        size_t n = (size_t)i->number + 16;
        voc_str *to = mem_realloc(t->file, n * sizeof *to);
        if (!to) return VOC_E_NOMEM;
        memset(to + t->n, 0, (n - t->n) * sizeof *to);
        t->file = to;
        t->n = n;
    }
    t->file[i->number] = kept(t->s, i->file_name, &ok);
    return ok ? VOC_OK : VOC_E_NOMEM;
}

// Who acts by each action, and by each source where neither row nor action says: as it is settled for journeys.
struct actors { const struct action_rule **rule; uint8_t *by_source; };

static voc_rc actors_new(struct actors *a, struct project *p, const struct journey *j)
{
    const voc_str *action, *source;
    uint32_t n_actions, n_sources;
    voc_rc rc = store_strings(p, SPACE_ACTION, &action, &n_actions);
    if (!rc) rc = store_strings(p, SPACE_SOURCE, &source, &n_sources);
    if (rc) return rc;
    a->rule = mem_zalloc((size_t)n_actions + 1, sizeof *a->rule);
    a->by_source = mem_zalloc((size_t)n_sources + 1, 1);
    if (!a->rule || !a->by_source) return VOC_E_NOMEM;
    for (uint32_t c = 1; c < n_actions; c++) a->rule[c] = resolve_rule(j, action[c]);
    for (uint32_t c = 0; c < n_sources; c++)
        for (size_t i = 0; i < j->n_sources; i++)
            if (str_eq(j->sources[i].id, source[c])) a->by_source[c] = (uint8_t)j->sources[i].actor;
    return VOC_OK;
}

static uint64_t text_key(uint32_t customer, int64_t time_us, voc_str text)
{
    return hash64(text.ptr, text.len, (uint64_t)time_us * UINT64_C(0x9e3779b97f4a7c15) ^ customer);
}

static int key_order(const void *x, const void *y)
{
    const uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return (a > b) - (a < b);
}

static voc_rc take_event(struct said_set *s, const struct event_block *b, size_t i, const struct names *names)
{
    bool ok = true;
    voc_rc rc = vec_reserve(&s->all, 1, SAID_MAX);
    if (rc) return rc;
    voc_str id = kept(s, b->id[i], &ok);
    s->all.at[s->all.n++] = (struct said){
        .time_us = b->time_us[i], .resolution = b->resolution[i], .customer = b->customer[i], .source = b->source[i],
        .line = b->line[i], .of_event = true, .text = kept(s, b->text[i], &ok), .language = (voc_str){"", 0}, .id = id, .ref = id,
        .ref_kind = id.len ? VOC_REF_EVENT : VOC_REF_NONE,
        .file = b->import[i] < names->n && names->file[b->import[i]].ptr ? names->file[b->import[i]] : (voc_str){"", 0},
        .found = (voc_str){"", 0}};
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static voc_rc walk(struct said_set *s, struct project *p, const struct actors *a, const struct names *names, const uint64_t *known,
                   size_t n_known, struct diag *d)
{
    struct event_reader *r = NULL;
    voc_rc rc = event_reader_open(&r, p, EV_TIME | EV_RESOLUTION | EV_ACTOR | EV_ACTION | EV_CUSTOMER | EV_SOURCE | EV_ID | EV_TEXT | EV_PLACE, d);
    while (!rc) {
        struct event_block b = {0};
        if ((rc = event_reader_next(r, &b)) || b.n == 0) break;
        for (size_t i = 0; i < b.n && !rc; i++) {
            if (str_trim(b.text[i]).len == 0 ||
                resolve_actor(a->rule[b.action[i]], b.actor[i], a->by_source[b.source[i]]) != VOC_ACTOR_CUSTOMER)
                continue;
            uint64_t key = text_key(b.customer[i], b.time_us[i], b.text[i]);
            if (n_known && bsearch(&key, known, n_known, sizeof key, key_order)) continue;
            rc = take_event(s, &b, i, names);
        }
    }
    event_reader_close(r);
    return rc;
}

static bool no_texts(struct project *p) // as far as the file says it without a look at rows
{
    struct event_parts *plan = NULL;
    bool none = false;
    if (event_parts_plan(&plan, p, 0, PART_ROWS, NULL) == VOC_OK)
        none = event_parts_layout(plan)->in_parts && !(event_parts_layout(plan)->has & EV_TEXT);
    event_parts_free(plan);
    return none;
}

voc_rc said_events(struct said_set *s, struct project *p, const struct journey *j, struct diag *d)
{
    struct actors a = {0};
    struct names names = {.s = s};
    uint64_t *known = NULL;
    size_t n = s->all.n;
    if (no_texts(p)) return VOC_OK;
    voc_rc rc = VOC_E_NOMEM;
    if (!(known = mem_alloc((n + 1) * sizeof *known))) goto out;
    for (size_t i = 0; i < n; i++) known[i] = text_key(s->all.at[i].customer, s->all.at[i].time_us, s->all.at[i].text);
    if (n) qsort(known, n, sizeof *known, key_order);
    if ((rc = actors_new(&a, p, j)) || (rc = store_imports(p, take_import, &names))) goto out;
    rc = walk(s, p, &a, &names, known, n, d);
out:
    mem_free(known);
    mem_free(a.rule);
    mem_free(a.by_source);
    mem_free(names.file);
    return rc;
}
