// SPDX-License-Identifier: MIT
// What was said in a unit: the words of its events, texts that stand on events of customers, and words of its people that name no event,
// each coded by the journey's themes. A text that is on an event and a word too is listed once. One thread owns a batch.
#include "base/hash.h"
#include "journey/walk/batch_int.h"

void batch_words_done(struct batch *b)
{
    vec_free(&b->words);
    vec_free(&b->word_mentions);
    vec_free(&b->mentions);
    coding_done(&b->coding);
    keymap_done(&b->heard);
}

// Mentions lie in an array that grew: where they begin is known by number until now.
const voc_word *batch_words_view(struct batch *b)
{
    for (size_t i = 0; i < b->words.n; i++) b->words.at[i].mentions = b->mentions.at + b->word_mentions.at[i];
    return b->words.at;
}

static voc_rc add_word(struct batch *b, voc_word w)
{
    const struct journey *j = b->t->j;
    voc_rc rc = vec_reserve(&b->words, 1, ROWS_MAX);
    if (!rc) rc = vec_reserve_((void **)&b->word_mentions.at, &b->word_mentions.cap, b->words.n, 1, sizeof *b->word_mentions.at, ROWS_MAX);
    if (!rc) rc = codebook_code(&b->coding, j->themes, j->n_themes, w.text);
    if (!rc) rc = vec_reserve(&b->mentions, j->n_themes, ROWS_MAX);
    if (rc) return rc;
    b->word_mentions.at[b->words.n] = b->mentions.n;
    w.undecided = b->coding.undecided;
    for (uint32_t i = 0; i < j->n_themes; i++) {
        const struct coded *c = &b->coding.of[i];
        if (!coded_has(c)) continue;
        b->mentions.at[b->mentions.n++] = (voc_mention){.theme = i, .affirmed = c->affirmed, .negated = c->negated};
        w.n_mentions++;
    }
    b->words.at[b->words.n++] = w;
    return VOC_OK;
}

static voc_rc add_said(struct batch *b, const struct said *s, uint32_t event)
{
    return add_word(b, (voc_word){.text = s->text, .language = s->language, .source = timeline_source_name(b->t, s->source),
                                  .file = s->file, .id = s->id, .line = s->line, .time_us = s->time_us, .resolution = s->resolution,
                                  .individual = voices_person(b->t->voices, s), .event = event});
}

static uint64_t text_key(uint32_t individual, int64_t time_us, voc_str text)
{
    return hash64(text.ptr, text.len, (uint64_t)time_us * UINT64_C(0x9e3779b97f4a7c15) ^ individual);
}

// Whether this text was listed before; it is now.
static voc_rc listed(struct batch *b, uint32_t individual, int64_t time_us, voc_str text, bool *before)
{
    uint32_t *known = keymap_at(&b->map, text_key(individual, time_us, text));
    if (!known) return VOC_E_NOMEM;
    *before = *known != 0;
    *known = 1;
    return VOC_OK;
}

static voc_rc words_of_event(struct batch *b, uint32_t event, uint32_t at)
{
    const struct timeline *t = b->t;
    const struct span *w = b->w;
    const struct event_set *s = w->s;
    const voc_str text = s->text ? s->text[at] : (voc_str){"", 0}, id = s->id ? s->id[at] : (voc_str){"", 0};
    const uint32_t source = column_at(s->source, at);
    bool before = false;
    voc_rc rc = VOC_OK;
    for (const struct said *v = voices_of_event(t->voices, source, id); v && !rc; v = voices_next(t->voices, v)) {
        rc = listed(b, w->individual[at], v->time_us, v->text, &before);
        if (!rc) rc = add_said(b, v, event);
    }
    if (rc || w->actor[at] != VOC_ACTOR_CUSTOMER || !str_trim(text).len) return rc;
    rc = listed(b, w->individual[at], s->time_us[at], text, &before);
    if (rc || before) return rc;
    return add_word(b, (voc_word){.text = text, .language = (voc_str){"", 0}, .source = timeline_source_name(t, source),
                                  .file = t->source_file[source], .id = id, .line = s->line ? s->line[at] : 0,
                                  .time_us = s->time_us[at], .resolution = s->resolution ? s->resolution[at] : VOC_RES_US,
                                  .individual = w->individual[at], .event = event});
}

// Does what a person says without an event belong to this unit?
static bool at_home(const struct timeline *t, const struct unit_entry *u, uint32_t individual, int64_t time_us)
{
    if (t->unit_kind == VOC_UNIT_INDIVIDUAL) return true;
    uint32_t account = identity_account_at(t->s->identity, individual, time_us);
    return u->kind == VOC_UNIT_ACCOUNT ? account == u->code : u->kind == VOC_UNIT_INDIVIDUAL && account == 0;
}

static voc_rc words_of_person(struct batch *b, const struct unit_entry *u, uint32_t individual)
{
    const struct voices *all = b->t->voices;
    voc_rc rc = VOC_OK;
    uint32_t *heard = individual ? keymap_at(&b->heard, individual) : NULL;
    if (!individual || (heard && *heard)) return VOC_OK;
    if (!heard) return VOC_E_NOMEM;
    *heard = 1;
    for (const struct said *v = voices_of_person(all, individual); v && !rc; v = voices_next(all, v)) {
        bool before = false;
        if (!at_home(b->t, u, individual, v->time_us)) continue;
        rc = listed(b, individual, v->time_us, v->text, &before);
        if (!rc && !before) rc = add_said(b, v, VOC_NONE);
    }
    return rc;
}

voc_rc batch_words_list(struct batch *b, const struct unit_entry *u)
{
    const struct timeline *t = b->t;
    voc_rc rc = VOC_OK;
    if (!t->words || u->kind == UNIT_EMPTY) return VOC_OK;
    keymap_clear(&b->map);
    keymap_clear(&b->heard);
    for (size_t k = 0; k < u->n && !rc; k++) rc = words_of_event(b, (uint32_t)k, span_row(b->w, u, k));
    if (u->kind == VOC_UNIT_CASE) {
        for (const struct said *v = t->voices ? voices_of_case(t->voices, u->name) : NULL; v && !rc; v = voices_next(t->voices, v))
            rc = add_said(b, v, VOC_NONE);
        return rc;
    }
    for (size_t k = 0; k < u->n && !rc && t->voices; k++) rc = words_of_person(b, u, b->w->individual[span_row(b->w, u, k)]);
    return rc;
}
