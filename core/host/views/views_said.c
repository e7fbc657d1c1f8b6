// SPDX-License-Identifier: MIT
// Rows of said and mention: the texts of a unit as analyses are shown them (core/journey/walk/batch_words.c), one row each; and of each the themes
// that it mentions, itself or by one below them. Nothing is read here again: a mention is what the codebook made of the text for the batch.
#include "host/views/views_fill.h"

#include "base/str.h"

static const voc_mention *all_mentions(const voc_journeys *v) { return v->n_words ? v->words[0].mentions : NULL; } // of the batch, word by word

voc_rc said_choose(const struct gather *g, struct filling *f, const voc_journeys *v)
{
    const bool each = g->set->table == T_MENTION;
    f->fit.n = f->unit.n = f->word.n = 0;
    for (size_t u = 0; u < v->n_units; u++) {
        const voc_unit *one = &v->units[u];
        if (!fill_asked(g, one->name)) continue;
        for (size_t w = one->first_word; w < one->first_word + one->n_words; w++) {
            const size_t n = each ? v->words[w].n_mentions : 1, first = each ? (size_t)(v->words[w].mentions - all_mentions(v)) : w;
            voc_rc rc = vec_reserve(&f->fit, n, VIEWS_ROWS_MAX);
            if (!rc) rc = vec_reserve(&f->unit, n, VIEWS_ROWS_MAX);
            if (!rc) rc = vec_reserve(&f->word, n, VIEWS_ROWS_MAX);
            if (rc) return rc;
            for (size_t i = 0; i < n; i++) {
                f->fit.at[f->fit.n++] = (uint32_t)(first + i);
                f->unit.at[f->unit.n++] = (uint32_t)u;
                f->word.at[f->word.n++] = (uint32_t)w;
            }
        }
    }
    return VOC_OK;
}

// ---- fields --------------------------------------------------------------------------------------------------------------------------------

// In which it was said: that of its event, else of the stay that its time lies in.
static uint32_t stage_of(const voc_journeys *v, const voc_unit *u, const voc_word *w)
{
    if (w->event != VOC_NONE) return ((const uint32_t *)v->columns[VOC_COL_STAGE])[u->first_event + w->event];
    for (size_t i = u->first_stay, end = i + u->n_stays; i < end; i++)
        if (w->time_us >= v->stays[i].in_us && w->time_us < v->stays[i].out_us) return v->stays[i].stage;
    return VOC_NONE;
}

static voc_rc put_roles(uint32_t *to, struct filling *f, const voc_journeys *v)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < f->fit.n && !rc; i++) {
        const voc_unit *u = &v->units[f->unit.at[i]];
        const voc_word *w = &v->words[f->word.at[i]];
        if (i == 0 || f->unit.at[i] != f->unit.at[i - 1]) rc = persons_of(&f->persons, v, u);
        if (!rc) to[i] = w->event != VOC_NONE ? f->persons.role.at[w->event] : persons_role(&f->persons, v, u, w->individual, w->time_us);
    }
    return rc;
}

static voc_str text_of(unsigned field, const voc_word *w, const voc_unit *u, const struct batch *b)
{
    const voc_str *ids = batch_rows(b)->id;
    switch (field) {
    case S_TEXT: return w->text;
    case S_ID: return w->id;
    case S_LANGUAGE: return w->language;
    case S_ORIGIN: return w->source;
    case S_FILE: return w->file;
    default: return w->event != VOC_NONE && ids ? ids[batch_source_event(b, u->first_event + w->event)] : (voc_str){"", 0};
    }
}

// Rows of one text share what is kept of it.
static voc_rc put_texts(voc_str *to, unsigned field, struct filling *f, const struct batch *b, const voc_journeys *v)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < f->fit.n && !rc; i++) {
        if (i && f->word.at[i] == f->word.at[i - 1]) to[i] = to[i - 1];
        else rc = fill_text(f, text_of(field, &v->words[f->word.at[i]], &v->units[f->unit.at[i]], b), &to[i]);
    }
    return rc;
}

// Of its mentions those that are of no theme below it.
static uint32_t direct(const struct journey *j, const voc_word *w, uint32_t theme)
{
    uint32_t n = 0;
    for (size_t i = 0; i < w->n_mentions; i++) {
        const voc_mention *m = &w->mentions[i];
        if (m->theme == theme) n += m->affirmed + m->negated;
        else if (j->themes[m->theme].parent == theme) n -= m->affirmed + m->negated;
    }
    return n;
}

static uint32_t number_of(const struct gather *g, unsigned field, const voc_journeys *v, const voc_unit *u, const voc_word *w, size_t row)
{
    const voc_mention *m = g->set->table == T_MENTION ? &all_mentions(v)[row] : NULL;
    switch (field) {
    case S_INDIVIDUAL: return w->individual;
    case S_STAGE: return stage_of(v, u, w);
    case S_PERSON_STAGE: return persons_stage(v, u, w->individual, w->time_us);
    case S_THEMES: return (uint32_t)w->n_mentions;
    case S_THEME: return m ? m->theme : VOC_NONE;
    case S_AFFIRMED: return m ? m->affirmed : 0;
    case S_NEGATED: return m ? m->negated : 0;
    case S_DIRECT: return m ? direct(g->set->of->journey, w, m->theme) : 0;
    default: return 0;
    }
}

// Where the row is among those of its unit.
static uint32_t place_of(const struct gather *g, const voc_journeys *v, const voc_unit *u, size_t row)
{
    if (g->set->table == T_SAID) return (uint32_t)(row - u->first_word);
    return (uint32_t)(row - (size_t)(v->words[u->first_word].mentions - all_mentions(v)));
}

voc_rc said_put(const struct gather *g, struct filling *f, unsigned field, void *to, const struct batch *b, const voc_journeys *v)
{
    if (field == S_PERSON_ROLE) return put_roles(to, f, v);
    if (field == S_TEXT || field == S_ID || field == S_REF || field == S_LANGUAGE || field == S_ORIGIN || field == S_FILE)
        return put_texts(to, field, f, b, v);
    for (size_t i = 0; i < f->fit.n; i++) {
        const voc_unit *u = &v->units[f->unit.at[i]];
        const voc_word *w = &v->words[f->word.at[i]];
        switch (field) {
        case S_TIME: ((int64_t *)to)[i] = w->time_us; break;
        case S_LINE: ((int64_t *)to)[i] = (int64_t)w->line; break;
        case S_RESOLUTION: ((uint8_t *)to)[i] = (uint8_t)w->resolution; break;
        case S_UNDECIDED: ((uint8_t *)to)[i] = w->undecided != 0; break;
        case S_PLACE: ((uint32_t *)to)[i] = place_of(g, v, u, f->fit.at[i]); break;
        default: ((uint32_t *)to)[i] = number_of(g, field, v, u, w, f->fit.at[i]); break;
        }
    }
    return VOC_OK;
}
