// SPDX-License-Identifier: MIT
//
// Analysis discover (METHODS 4): the typical journey, where it breaks, how long its stages take, and what changed. The fold writes one
// record for each unit, its stays and its ways, into a spool in the order of the units' names (gather.c); finish reads them into flat arrays
// (load.c), from which each answer is computed by itself. What is computed knows neither threads nor shards.
#ifndef VOC_PLUGINS_DISCOVER_H
#define VOC_PLUGINS_DISCOVER_H

#include "plugins/common/analysis.h"
#include "plugins/common/medoid.h"
#include "plugins/common/page.h"
#include "plugins/common/walk.h"

enum { OPT_BY, OPT_EVENTS, OPT_COLLAPSE, OPT_AT, OPT_WITHIN, OPT_SINCE, OPT_TARGET, OPT_EVERY, OPT_COMPARE, N_OPTIONS };
enum { BY_SEGMENT, BY_OUTCOME, BY_NOTHING };
#define TIMES_MOST 12u  // of --at

enum { COHORT_SEGMENT, COHORT_OUTCOME, COHORT_BEFORE, COHORT_SINCE };
struct cohort_rule { int kind; uint32_t code; voc_str name; };  // one side of --compare

struct discover {
    struct analysis base;
    struct walk w;
    const voc_value *options;
    int64_t at[TIMES_MOST];
    size_t n_at;
    double *target;   // of each stage: declared share that moves on, or NaN
    bool won_by_end;  // journeys are won by an exit
    bool compares;
    struct cohort_rule side[2];
};

struct state {
    struct walker walker;
    voc_spool *spool;
    const struct discover *d;
    unsigned char *record;  // of the unit at hand
    size_t size, room;
    uint64_t n_ways;        // its journeys
    voc_rc rc;
};

// ---- gather.c -----------------------------------------------------------------------------------------------------------------
voc_rc gather_batch(const struct discover *d, struct state *st, const voc_journeys *j);
voc_rc gather_save(const struct discover *d, struct state *st, voc_writer *to);
voc_rc gather_load(const struct discover *d, struct state *st, const void *data, size_t size);

// ---- load.c: everything, in the order of the units' names ---------------------------------------------------------------------
struct stay {
    int64_t in_us, dwell_us;
    uint32_t stage, segment, end, exit;  // VOC_END_*; exit of VOC_END_EXIT, else VOC_NONE
    uint32_t episode, flags;             // VOC_STAY_*
    uint32_t unit;                       // number of its record
};
struct episode {  // stays of a unit from the first stage to an end
    size_t first_stay;
    uint32_t n, segment;
    bool complete, cut;  // it came to the last stage or was won; its beginning is not in the data
    uint8_t outcome;     // enum outcome
    int64_t began_us;
};

enum outcome { WON, LOST, DISQUALIFIED, ENDED, SILENT, STILL_OPEN, N_OUTCOMES };  // ended: an exit of another outcome, or no stages
struct journey {
    size_t first_node, first_stay;  // in the arrays below
    uint32_t n, n_stays;
    uint32_t segment, group;        // group: that of --by
    bool open, cut;
    uint8_t outcome;                // enum outcome
    int64_t began_us, lasted_us;
};

struct journeys {
    const struct discover *d;
    struct stay *stays;
    size_t n_stays, room_stays;
    struct episode *episodes;
    size_t n_episodes;
    int64_t *horizon;  // of each stage: within so long a stay is judged; VOC_NA: not known (breaks.c)
    uint32_t n_units;
    struct journey *at;
    size_t n, room;
    uint32_t *node;  // of all journeys: the rank of what was done in the order of names
    uint32_t *of_rank;  // its code for walk_name
    int64_t *gap;    // from what came before it; 0 for the first
    size_t n_nodes, room_nodes;
};
voc_rc journeys_load(struct journeys *all, const struct discover *d, voc_spool *spool);
void journeys_done(struct journeys *all);
extern const char *const outcome_names[N_OUTCOMES];

// One record, held against the definition. NULL sink: only checked.
bool record_read(const struct discover *d, struct bytes *b, struct journeys *sink, voc_rc *rc);

// Moved on to a later stage or won, left another way, or still there: SURVIVAL_*.
uint32_t stay_status(const struct discover *d, const struct stay *s);
static inline bool stay_is_whole(const struct stay *s) { return !(s->flags & VOC_STAY_TRUNCATED); }  // its beginning is known
bool stage_leads_on(const struct discover *d, size_t stage);  // the last one does only where journeys are won by an end

// breaks.c: whether a stay began so long ago that it can be judged, and then whether it moved on in time.
voc_rc horizons_of(struct journeys *all);
bool stay_is_judged(const struct journeys *all, const struct stay *s, bool *moved);

size_t groups_of(const struct discover *d);  // of --by
void group_name(const struct discover *d, size_t group, voc_str *out);

// ---- ways.c: the different ways of a group and its typical one ------------------------------------------------------------------
struct ways {
    uint32_t *slots;  // 1 + number, 0: free
    size_t n_slots;
    struct medoid_way *at;
    size_t n;
    uint32_t *letters;  // of the ways, where they are nobody else's
};
voc_rc ways_new(struct ways *w, const struct analysis *a, uint64_t most);  // room for so many; letters: none
bool ways_count(struct ways *w, const uint32_t *node, uint32_t n);         // true: it is new, and keeps its nodes
void ways_done(struct ways *w, const struct analysis *a);

struct typical {
    uint64_t journeys, ways;  // of the group; different ones
    struct medoid_way best, frequent;  // of ranks; count 0: there is no journey
    double mean, mean_of_frequent;
    size_t candidates;
    int64_t *half;        // of the best way's steps: median time from one to the next, over all journeys of the group; half[0] is unused
    uint64_t *times;      // how often the one followed the other
    uint64_t *reach;      // journeys that do this at all
    int64_t half_lasted;  // of journeys that took the best way
};
voc_rc typical_find(struct typical *out, const struct journeys *all, size_t group);
void typical_done(struct typical *t, const struct discover *d);

// ---- tables -----------------------------------------------------------------------------------------------------------------------
voc_rc typical_tables(const struct journeys *all, const struct state *st);  // typical.c
voc_rc map_table(const struct journeys *all, const struct typical *of, size_t n);  // map.c: of each group
voc_rc breaks_tables(const struct journeys *all);                           // breaks.c
voc_rc dwell_tables(const struct journeys *all);                            // dwell.c
voc_rc trends_tables(const struct journeys *all);                           // trends.c
voc_rc conform_tables(const struct journeys *all);                          // conform.c
voc_rc compare_ask(struct discover *d);                                     // compare.c
voc_rc compare_tables(const struct journeys *all);
void put_node(struct page *s, const struct journeys *all, uint32_t rank);  // typical.c: "view-home", "touchpoint:webinar"

// A stage in a table: as people call it first, its id last, so that it is the first that has no room.
#define STAGE_TITLE {"title", "stage", VOC_CELL_TEXT, "", 0, "in the order of the definition"}
#define STAGE_ID {"stage", "id", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "of the stage, in the journey"}
voc_str stage_title(const struct discover *d, size_t i);
voc_str stage_name(const struct discover *d, size_t i);  // its id
const char *text_of(char *to, size_t size, voc_str s);  // cut to fit, NUL-terminated

#endif
