// SPDX-License-Identifier: MIT
// Runs the built plugins flow and variants over a few events, by the host's own fold or in shards whose states go through
// their saved bytes; and makes random journeys whose limits are found here in another way than the engine finds them.
#ifndef VOC_TESTS_PATHS_RUN_H
#define VOC_TESTS_PATHS_RUN_H
#include "tests/unit/journey/world.h"
#include <stdbool.h>
#include "base/mem.h"
#include "host/fold/fold.h"
#include "host/plugin/options.h"
#include "host/plugin/plugin.h"

struct paths_run {
    struct world w;
    struct fold_result result;
    bool sealed;
};
int paths_load(const char *analysis); // loads the plugin once; for a group's setup
int paths_unload(void **state);
// options: "name=value", ..., NULL. Both may be called again. end: µs after T0, or VOC_NA: where the sources end.
voc_rc paths_fold(struct paths_run *r, int64_t end, uint32_t threads, const char *const *options);
voc_rc paths_shards(struct paths_run *r, int64_t end, size_t n, const char *const *options);
voc_rc paths_load_bytes(struct paths_run *r, const char *const *options, const void *bytes, size_t size); // what load says
void paths_close(struct paths_run *r);
voc_table paths_table(const struct paths_run *r, const char *name);                       // fails if there is none
const voc_cell *paths_cell(const voc_table *t, size_t row, const char *column);           // fails if there is none
bool paths_text_is(const voc_table *t, size_t row, const char *column, const char *text);
bool paths_notes(const voc_table *t, const char *words);
char *paths_dump(const struct paths_run *r); // every cell, note and semantics line; free it
const char *paths_said(const struct paths_run *r);
extern struct buf paths_saved; // the bytes of the first shard of the last paths_shards

// Random events of `units` accounts over a year: entry opens a journey, bye ends it, a silence of 30 days too.
#define RANDOM_HEAD "unit='account' lapse='30d'"
#define RANDOM_STAGES "<stages><stage id='in'><definition><event action='entry'/></definition></stage><exit id='out'><event action='bye'/></exit></stages>"
#define RANDOM_END (INT64_C(366) * DAY)
enum { RANDOM_EVENTS = 40 };
struct random_journey { char unit[24]; const char *act[RANDOM_EVENTS]; int64_t at[RANDOM_EVENTS]; size_t n; bool open, limited; };
struct random_world { struct random_journey *at; size_t n; uint64_t outside, events; }; // free at
void paths_random(struct paths_run *r, uint64_t seed, size_t units, struct random_world *out);

// The ways of these journeys, as options --gap, --within, --from and --to cut them; 0 and NULL: not given.
struct random_limits { int64_t gap, within; const char *from, *to; };
struct random_limited { struct random_world ways; uint64_t missed, steps; const char *options[8]; char text[4][40]; };  // free ways.at
void paths_limit(const struct random_world *in, const struct random_limits *l, struct random_limited *out);
extern const struct random_limits paths_limits[8];  // some to try
#endif
