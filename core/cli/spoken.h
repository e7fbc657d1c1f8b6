// SPDX-License-Identifier: MIT
// What customers said, coded by the project's codebook: for voc themes and voc words --theme.
#ifndef VOC_CLI_SPOKEN_H
#define VOC_CLI_SPOKEN_H
#include "cli/cli.h"
#include "identity/identity.h"
#include "journey/words/codebook.h"
#include "journey/words/said.h"

enum { SPOKEN_AFFIRMED = 1, SPOKEN_NEGATED = 2, SPOKEN_UNDECIDED = 4 };
struct spoken { // owns; zero it before
    struct said_set said;  // the latest first
    uint8_t *marks;        // [text][theme]: SPOKEN_*
    size_t n_themes;
    struct identity *people;
};
// Gathers and codes all texts, or those that a query finds. VOC_E_OPTION, with the next step: the journey has no themes.
voc_rc spoken_gather(struct spoken *s, struct cli *c, struct project *p, const struct journey *j, voc_str query);
void spoken_done(struct spoken *s);
static inline uint8_t spoken_mark(const struct spoken *s, size_t text, size_t theme) { return s->marks[text * s->n_themes + theme]; }
bool spoken_fits(const struct spoken *s, size_t text); // it speaks of some theme
// The theme of that id. VOC_E_OPTION: there is none, and which was meant.
voc_rc spoken_theme(const struct journey *j, voc_str id, uint32_t *theme, struct diag *d);
// Text with what decided in [], one line: mentions of the theme (and those below it), and the words that negate them. VOC_NONE: of all
// themes. max: bytes, about; what stands around the first mention.
voc_str spoken_marked(struct arena *a, struct coding *c, const struct journey *j, voc_str text, uint32_t theme, size_t max, bool *ok);
voc_str spoken_decided(struct arena *a, const struct coding *c, const struct journey *j, voc_str text, uint32_t theme, bool *ok); // "price; not ... dear"
#endif
