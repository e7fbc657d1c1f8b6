// SPDX-License-Identifier: MIT
//
// Journeys as sequences of what happened, for analyses of paths (METHODS 1.6, 4.1, 4.2). With stages, a journey is an episode
// of its unit, from the act that opens a stage to the one that ends it; a case is one journey, and so is a unit without stages.
#ifndef VOC_PLUGINS_COMMON_WALK_H
#define VOC_PLUGINS_COMMON_WALK_H

#include <stdbool.h>

#include "plugins/common/gaps.h"

enum { WALK_CUSTOMER = 0, WALK_TOUCHES = 1, WALK_ALL = 2 };

struct walk {  // of an analysis; read by all threads
    const voc_host *host;
    voc_context *cx;
    voc_run *run;
    const voc_definition *def;
    const voc_run_info *info;
    uint32_t what;          // WALK_*
    bool collapse;          // immediate repeats are one
    bool segments;          // journeys know theirs
    bool staged, episodes;  // the definition has stages; journeys are its episodes
    uint32_t n_nodes;       // code: an action of customers, or n_actions + touchpoint
    const uint32_t *of_touchpoint;  // nodes; the last, of no touchpoint, is VOC_NONE, and so is work
};
// Fills w and asks for the columns; call in begin.
voc_rc walk_begin(struct walk *w, const voc_host *host, voc_context *cx, voc_run *run, uint32_t what, bool collapse, bool segments);
// "" or "touchpoint:" and the name.
const char *walk_kind(const struct walk *w, uint32_t node);
voc_str walk_name(const struct walk *w, uint32_t node);
int walk_compare(const struct walk *w, uint32_t a, uint32_t b);  // of the names as written, bytewise; then by code
const char *walk_unit_word(const struct walk *w);                // "cases": what the units are

enum { WALK_JOURNEYS, WALK_OPEN, WALK_CUT, WALK_STEPS, WALK_OUTSIDE, WALK_BEFORE, WALK_OF_KIND, WALK_N_COUNTS };

struct walked {  // one journey, with at least one node
    const voc_unit *unit;
    const uint32_t *node;
    const int64_t *came, *left;  // of each node: the first and the last of merged repeats
    size_t n;
    size_t more;       // nodes of other journeys that lie behind these: who reads ahead may look at them
    size_t first_stay, n_stays;  // in the batch: those of the journey
    uint32_t segment;  // at its beginning, if asked for
    bool open;         // still under way when the data end
    bool cut;          // it began before the data do
};

struct walker {  // of a state
    uint64_t counts[WALK_N_COUNTS];
    uint32_t *node;
    int64_t *came, *left;
    size_t n, cap;
};
typedef voc_rc walk_fn(void *user, const struct walked *journey);
voc_rc walk_batch(const struct walk *w, struct walker *k, const voc_journeys *j, walk_fn *fn, void *user);
voc_rc walk_unit(const struct walk *w, struct walker *k, const voc_journeys *j, const voc_unit *u, walk_fn *fn, void *user);  // one of them
void walker_done(const struct walk *w, struct walker *k);

// Head and counts of a saved state. load adds; VOC_E_INPUT: of another analysis, definition or version.
voc_rc walk_save(const struct walk *w, const struct walker *k, const char magic[8], voc_writer *to);
voc_rc walk_load(const struct walk *w, struct walker *k, const char magic[8], struct bytes *b);
voc_rc walk_complain(const struct walk *w, const char *code, const char *message, const char *hint);
// Nothing was walked: why, and what to do.
voc_rc walk_nothing(const struct walk *w, const struct walker *k, const char *code, const char *command);

#endif
