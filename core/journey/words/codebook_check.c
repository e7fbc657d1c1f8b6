// SPDX-License-Identifier: MIT
// The sentences that a codebook carries, held against its patterns: part of `voc journey check`, and `voc codebook check`.
#include "journey/words/codebook.h"

#include <stdio.h>

#define SHOW(s) STR_SHOWN(s, 60)

enum expected { HAS, WITHOUT, NEGATED };

// "price ("expensive", negated by "not"), support ("help desk")": what the sentence was found to speak of.
static void what_is(const struct journey *j, const struct coding *c, voc_str text, char *out, size_t size)
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < c->mentions.n && len < size; i++) {
        const struct mention *m = &c->mentions.at[i];
        voc_str hit = str_mk(text.ptr + m->from, m->to - m->from), cue = str_mk(text.ptr + m->cue_from, m->cue_to - m->cue_from);
        int got = snprintf(out + len, size - len, "%s%.*s (\"%.*s\"%s%.*s%s)", i ? ", " : "found: ", SHOW(j->themes[m->theme].id), SHOW(hit),
                           m->negated ? ", negated by \"" : "", SHOW(cue), m->negated ? "\"" : "");
        len += got > 0 ? (size_t)got : 0;
    }
    if (!c->mentions.n) (void)snprintf(out, size, "found: no theme");
}

static void expect(const struct journey *j, const struct theme_sample *s, const struct coding *c, struct theme_list list,
                   enum expected what, struct codebook_result *r, struct diag *d)
{
    static const char *const words[] = {"to speak of", "not to speak of", "to negate"};
    for (size_t i = 0; i < list.n; i++) {
        const struct coded *of = &c->of[list.at[i]];
        bool ok = what == HAS ? coded_has(of) : what == NEGATED ? of->negated > 0 : !coded_has(of) && !of->undecided;
        char is[500];
        r->expectations++;
        if (ok) continue;
        r->failed++;
        if (of->undecided) (void)snprintf(is, sizeof is, "a pattern of it takes too long on this sentence: make it simpler");
        else what_is(j, c, s->text, is, sizeof is);
        diag_error(d, "CODEBOOK-001", j->codebook_file.ptr, s->line, is, "the sample \"%.*s\" was expected %s \"%.*s\"",
                   SHOW(s->text), words[what], SHOW(j->themes[list.at[i]].id));
    }
}

voc_rc codebook_check(const struct journey *j, struct codebook_result *out, struct diag *d)
{
    struct coding c = {0};
    struct codebook_result r = {0};
    uint8_t *shown = mem_zalloc(j->n_themes + 1, 1);
    voc_rc rc = shown ? VOC_OK : VOC_E_NOMEM;
    for (size_t i = 0; i < j->n_theme_samples && !rc; i++) {
        const struct theme_sample *s = &j->theme_samples[i];
        rc = codebook_code(&c, j->themes, j->n_themes, s->text);
        if (rc) break;
        r.samples++;
        expect(j, s, &c, s->has, HAS, &r, d);
        expect(j, s, &c, s->without, WITHOUT, &r, d);
        expect(j, s, &c, s->negated, NEGATED, &r, d);
        for (size_t k = 0; k < s->has.n; k++) shown[s->has.at[k]] = 1;
        for (size_t k = 0; k < s->negated.n; k++) shown[s->negated.at[k]] = 1;
    }
    for (size_t i = 0; i < j->n_themes && !rc; i++) {
        if (shown[i]) continue;
        r.bare++;
        diag_warn(d, "CODEBOOK-002", j->codebook_file.ptr, j->themes[i].line,
                  "add <sample text=\"...\"/>: it shows people what is meant, and this check what is not",
                  "no sample shows theme \"%.*s\"", SHOW(j->themes[i].id));
    }
    mem_free(shown);
    coding_done(&c);
    if (!rc) *out = r;
    return rc ? rc : r.failed ? VOC_E_CHECK : VOC_OK;
}
