// SPDX-License-Identifier: MIT
//
// Journeys as sequences of what happened, for analyses of paths (METHODS 1.6, 4.1, 4.2). With stages, a journey is an episode
// of its unit, from the act that opens a stage to the one that ends it; a case is one journey, and so is a unit without stages.
#ifndef VOC_PLUGINS_COMMON_WALK_H
#define VOC_PLUGINS_COMMON_WALK_H

#include <stdbool.h>

#include "plugins/common/gaps.h"

enum { WALK_CUSTOMER = 0, WALK_TOUCHES = 1, WALK_ALL = 2 };

#define WALK_NO_LIMIT UINT64_MAX
#define WALK_CONDITIONS_MAX 32u
struct walk_condition { uint32_t index, number; uint8_t mark; };  // a predicate of the journey: what an event is where it holds
struct walk_limits {  // what of a journey is a way; asked for by walk_limit
    bool any;
    uint64_t gap_us, within_us;  // a silence longer than this parts two ways; a way has at most this from its beginning on
    const uint8_t *marks;        // by node: WALK_MARK_*, or NULL
    struct walk_condition condition[WALK_CONDITIONS_MAX];
    size_t n_conditions;
    voc_str from, to;            // as given
    uint64_t question;           // of saved states
};
enum { WALK_MARK_FROM = 1, WALK_MARK_TO = 2 };

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
    struct walk_limits limits;
};
// Fills w and asks for the columns; call in begin.
voc_rc walk_begin(struct walk *w, const voc_host *host, voc_context *cx, voc_run *run, uint32_t what, bool collapse, bool segments);
// Ways instead of whole journeys, from four options as they were given; call behind walk_begin. `code` names what is refused.
struct walk_asked { const voc_value *gap, *within, *from, *to; };
voc_rc walk_limit(struct walk *w, const char *code, struct walk_asked asked);
// "; a way ends where nothing happened for more than 30 d": what the limits are, or nothing. NUL-terminated.
void walk_limits_words(const struct walk *w, char *out, size_t size);
struct walker;
voc_rc walk_limits_notes(const struct walk *w, const struct walker *k, voc_table_builder *t);  // what they left out
// "" or "touchpoint:" and the name.
const char *walk_kind(const struct walk *w, uint32_t node);
voc_str walk_name(const struct walk *w, uint32_t node);
int walk_compare(const struct walk *w, uint32_t a, uint32_t b);  // of the names as written, bytewise; then by code
const char *walk_unit_word(const struct walk *w);                // "cases": what the units are

enum { WALK_JOURNEYS, WALK_OPEN, WALK_CUT, WALK_STEPS, WALK_OUTSIDE, WALK_BEFORE, WALK_OF_KIND, WALK_LEFT_OUT, WALK_BEYOND, WALK_N_COUNTS };

struct walked {  // one journey, with at least one node
    const voc_unit *unit;
    const uint32_t *node;
    const int64_t *came, *left;  // of each node: the first and the last of merged repeats
    const uint8_t *mark;         // of each node before repeats are merged: WALK_MARK_* by predicates; NULL where none is asked for
    size_t n;
    size_t more;       // nodes of other journeys that lie behind these: who reads ahead may look at them
    size_t first_stay, n_stays;  // in the batch: those of the journey
    uint32_t segment;  // at its beginning, if asked for
    bool open;         // still under way when the data end
    bool cut;          // it began before the data do
    bool limited;      // it went on behind its limit
};

struct walker {  // of a state
    uint64_t counts[WALK_N_COUNTS];
    uint32_t *node;
    int64_t *came, *left;
    uint8_t *mark;
    size_t n, cap;
};
typedef voc_rc walk_fn(void *user, const struct walked *journey);
voc_rc walk_batch(const struct walk *w, struct walker *k, const voc_journeys *j, walk_fn *fn, void *user);
// Whether each unit of the batch that has events and is not VOC_JOURNEY_INTERNAL is one journey, whole, and its nodes are the column of
// actions as it lies: who walks these without walk_batch says how many there were.
bool walk_lies(const struct walk *w, const voc_journeys *j);
void walk_counted(struct walker *k, uint64_t journeys, uint64_t steps);
voc_rc walk_unit(const struct walk *w, struct walker *k, const voc_journeys *j, const voc_unit *u, walk_fn *fn, void *user);  // one of them
void walker_done(const struct walk *w, struct walker *k);

// Head and counts of a saved state. load adds; VOC_E_INPUT: of another analysis, definition or version.
voc_rc walk_save(const struct walk *w, const struct walker *k, const char magic[8], voc_writer *to);
voc_rc walk_load(const struct walk *w, struct walker *k, const char magic[8], struct bytes *b);
// The next way of a journey: nodes [from, to) of it. Begin with zeros; false: there is none.
struct way { size_t part, next, from, to; bool missed, open, cut, limited; };  // missed: nothing that it must begin or end with
bool walk_next_way(const struct walk *w, const struct walked *journey, struct way *way);

voc_rc walk_complain(const struct walk *w, const char *code, const char *message, const char *hint);
// Nothing was walked: why, and what to do.
voc_rc walk_nothing(const struct walk *w, const struct walker *k, const char *code, const char *command);

#endif
