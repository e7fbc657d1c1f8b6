// SPDX-License-Identifier: MIT
// The fold: analysis plugins over all units of a project in one walk, in parallel, merged in index order; the tables they make.
#ifndef VOC_HOST_FOLD_H
#define VOC_HOST_FOLD_H
#include "host/host.h"
#include "host/parallel.h"
#include "host/memory/spill.h"
#include "journey/walk/timeline.h"
#include "report/table.h"

enum fold_phase { FOLD_READ, FOLD_WALK, FOLD_FINISH }; // events are read, units are walked, an analysis works out its tables
struct fold_progress { enum fold_phase phase; uint64_t done, of; /* units, or analyses; 0 while events are read */ };

struct voc_run;
struct fold_kept { // a state that is kept instead of finished
    const struct plugin *plugin;
    void *analysis, *state;
    const struct voc_run *run;
    uint64_t units, events; // walked
};

struct fold_request {
    struct project *project;
    const struct journey *journey;
    struct plugin *plugin;          // ANALYSIS, loaded
    const voc_value *options;       // in its table's order
    uint32_t threads;
    int64_t end_us;                 // --until, or VOC_NA
    uint32_t unit;                  // --unit override or 0
    uint64_t memory_max;            // bytes, 0: none
    const char *beside;             // in whose folder lies what memory does not hold; NULL: the project
    uint32_t kept;                  // EV_* columns that the project's events were read with (fold_wants); 0: all
    const struct event_set *events; // NULL: read from the project (tests give their own)
    bool whole;                     // hold all events, even where they can be read in parts (tests compare)
    void (*progress)(void *user, const struct fold_progress *p); // from any thread, a few times a second to some thousand; or NULL
    void *user;
    uint32_t shard, shards;         // only the units of this shard, from 1, of so many; 0: all
    voc_rc (*keep)(void *user, const struct fold_kept *kept); // gets the merged state of each analysis instead of its finish; or NULL
    void *keep_user;
    struct plugin *(*analysis)(void *user, const char *name); // loaded, for those that are run beside another; NULL: none is
    void *analysis_user;
};
// Whether a unit is walked: the shards cut the hashes of the names into ranges of equal width.
static inline bool fold_takes(const struct fold_request *r, voc_str unit)
{
    return !r->shards || (unsigned __int128)hash64(unit.ptr, unit.len, 0) * r->shards >> 64 == r->shard - 1;
}
struct run_known { // of a run without a timeline: what the run knew that made the parts
    const voc_definition *def;
    uint32_t n_predicates;
    uint32_t n_codes[VOC_N_COLUMNS];
    const voc_str *names[VOC_N_COLUMNS]; // n_codes of them, or NULL: not asked for
};
struct voc_run { // what an analysis sees as its run
    struct timeline *timeline;
    const struct run_known *known;  // instead of a timeline, or NULL
    struct voc_context *cx;
    uint32_t threads;
    uint32_t columns;               // mask of wanted columns
    VEC(uint32_t) wants;            // of wanted predicates, in the order of asking: where the batch has them
    bool person_stays, attributes, words, fields; // wanted
    bool sealed;                    // begin is over: no more wants
    voc_run_info info;              // the timeline's, with the project's name
    struct spill spill;             // where spools go that memory does not hold
    VEC(struct table *) tables;     // owns
    VEC(struct voc_spool *) spools; // owns
    struct arena answers;           // what it was told of them
    struct project *project;        // for answers; NULL: there is none
    const struct voc_run *beside;   // whose tables it may read; NULL: nobody's
    const char *beside_why, *beside_next; // why there is none, or NULL
    _Atomic(const char *) fault;    // what the analysis did that it may not, the first; NULL: nothing, or it is a table's
    pthread_mutex_t lock;           // over spools: states are made in many threads
};
voc_rc run_broke(struct voc_run *run, const char *what); // remembers it; gives VOC_E_BUG
// Why an analysis failed, where it has broken its contract, or has said no word (silent). Any other failure has its words.
void run_say_failure(const struct voc_run *run, const char *analysis, voc_rc rc, bool silent, struct diag *d);
struct fold_result { struct table **tables; size_t n_tables; voc_run_info info; }; // owned by the caller: fold_free
voc_rc fold_run(const struct fold_request *r, struct fold_result *out, struct diag *d);
// Several analyses in one walk: events, timeline and batches are made once. Each sees only what it asked for, so that its
// tables are those of a run of its own. r->plugin and r->options are not looked at; results only if all went well. What is run beside
// them (host/fold/beside.h) is walked along; where that is too much, they are walked once more without it.
struct fold_item { struct plugin *plugin; const voc_value *options; struct diag *diag; /* its messages; NULL: d */ struct fold_result result; };
voc_rc fold_run_all(const struct fold_request *r, struct fold_item *items, size_t n, struct diag *d);
// Which EV_* columns of events the items will ask for, told from what they want of r->project before anything is in it. Those that
// say it only when they see events are taken to ask for all.
uint32_t fold_wants(const struct fold_request *r, const struct fold_item *items, size_t n);
void fold_free(struct fold_result *r);
// When an analysis has finished: are its tables whole? Where stages are declared, each says so.
voc_rc fold_tables(struct voc_run *run, const voc_definition *def);

// Gathered records of an analysis, sorted by (key, order of adding) once sealed, so that the order of merging does not show as long as
// keys are unique. What goes beyond half the run's memory lies as sorted runs in the run's temporary file; where there is none
// (run.spill.beside NULL), in memory.
voc_rc spool_new(struct voc_run *run, struct voc_spool **out); // owned by the run
voc_rc spool_add(struct voc_spool *sp, voc_str key, const void *data, size_t size);
voc_rc spool_merge(struct voc_spool *into, struct voc_spool *from);
voc_rc spool_seal(struct voc_spool *sp, size_t *n_records);
voc_rc spool_get(struct voc_spool *sp, size_t i, voc_str *key, const void **data, size_t *size);
void spool_empty(struct voc_spool *sp);
void spool_free(struct voc_spool *sp);
#endif
