// SPDX-License-Identifier: MIT
// Themes in texts (METHODS 12.1, 12.2): which themes of a journey's codebook somebody speaks of, affirmed or negated, and which
// words made the difference. What is quoted is never read. A coding is worked out from text and codebook alone, whenever it is
// asked for, so a changed codebook needs no new import. Themes are read-only: threads share them, each with its own coding.
#ifndef VOC_JOURNEY_CODEBOOK_H
#define VOC_JOURNEY_CODEBOOK_H
#include "journey/journey.h"

struct mention { // of a theme, itself; offsets are bytes of the text as it was given
    uint32_t theme;
    bool negated;
    size_t from, to;
    size_t cue_from, cue_to; // the word that negates it; empty where none does
};
struct coded { uint32_t affirmed, negated; bool undecided; }; // mentions of a theme or of one below it. undecided: a limit was hit: neither yes nor no
struct coding { // of one text; owns. Zero it before the first use
    const struct coded *of; // by theme
    VEC(struct mention) mentions; // by theme in the codebook's order, then by place
    bool undecided; // some theme is
    VEC(struct coded) room;
    VEC(struct mention) found;
    struct buf own;
};
voc_rc codebook_code(struct coding *c, const struct theme *themes, size_t n, voc_str text);
void coding_done(struct coding *c);
// "price; not ... dear": the words that speak of the theme (VOC_NONE: of any) or one below it, each behind the one that negates it, blanks
// and line ends as one blank. What b holds already stays.
voc_rc codebook_decided(struct buf *b, const struct coding *c, const struct theme *themes, voc_str text, uint32_t theme);
bool theme_is_below(const struct theme *themes, uint32_t theme, uint32_t top); // or it is that one
static inline bool coded_has(const struct coded *c) { return c->affirmed || c->negated; }

// The word that negates what begins at `from`: one of three before it, in the same clause (METHODS 12.2). false: none.
bool negation_before(voc_str text, size_t from, size_t *cue_from, size_t *cue_to);
// Text without what was quoted and the signature, each byte of which is a newline in *own: the places of the rest stay. *out is
// `text` itself where there is nothing to cut.
voc_rc codebook_own(voc_str *out, struct buf *own, voc_str text);

// Samples of the codebook (codebook_check.c): what fails is an error with file:line and what was found instead; VOC_E_CHECK.
struct codebook_result { size_t samples, expectations, failed, bare /* themes without a sample */; };
voc_rc codebook_check(const struct journey *j, struct codebook_result *out, struct diag *d);
#endif
