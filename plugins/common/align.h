// SPDX-License-Identifier: MIT
//
// Conformance of a journey to stages that come one after the other (METHODS 4.4): the cheapest alignment (Adriansyah, van Dongen & van
// der Aalst 2011). A stage of the journey that the model does not expect there costs 1, a mandatory stage that is missing 1; an
// expected one, a skippable one that is missing and the repeat of a repeatable one cost nothing. Pure; the caller gives the room.
#ifndef VOC_PLUGINS_COMMON_ALIGN_H
#define VOC_PLUGINS_COMMON_ALIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct align_stage { bool mandatory, repeatable; };
struct align_model {
    const struct align_stage *stages;
    size_t n;
    bool complete;    // the journey reached its end: the last stage must be passed; else it may stop anywhere
    bool free_start;  // its beginning is not in the data: it may start anywhere
};
enum align_move { ALIGN_AS_MODELLED, ALIGN_SKIPPED, ALIGN_REPEATED, ALIGN_OUT_OF_ORDER, ALIGN_UNKNOWN };
struct alignment {
    uint64_t cost, worst;
    uint64_t skipped, repeated, out_of_order, unknown;  // they add up to the cost
};

// Places for the alignment of a journey of so many stages: bytes of `work`.
size_t align_room(size_t length, size_t stages);

// `trace` holds numbers of stages; what is none is an event that the model does not know. Where several alignments cost the same, that
// which follows the model longest from the end is told. `each`, if given, hears of every costly move: its kind, and the stage (of the
// model where it is skipped, else as in the trace).
void align_trace(struct alignment *out, const struct align_model *m, const uint32_t *trace, size_t length, void *work,
                 void (*each)(void *user, enum align_move kind, uint32_t stage), void *user);

// 1 - cost / worst; 1 for an empty journey.
double align_fitness(const struct alignment *a);

#endif
