// SPDX-License-Identifier: MIT
//
// SIPOC (METHODS 7): what one thread counts of each step. Whole numbers only, so that states can be added in any order. A section is a
// stage of the journey, or a step of the company's own work, and has a table of its own. Its unit is a visit: a stay in the stage, or
// what lies between an event that enters the step and the next one that leaves it.
#ifndef VOC_PLUGINS_ANALYSIS_SIPOC_H
#define VOC_PLUGINS_ANALYSIS_SIPOC_H

#include <stdlib.h>
#include <string.h>

#include "plugins/common/analysis.h"

// What is told apart within a section, by code: suppliers are campaigns, then channels, then neither; or, where the definition says which
// field names them, texts (sipoc_named).
enum sipoc_kind {
    SIPOC_CAMPAIGN, SIPOC_CHANNEL, SIPOC_NOBODY, SIPOC_TOUCH, SIPOC_EXIT, SIPOC_LEAVE, SIPOC_OUTPUT, SIPOC_NEXT,
    SIPOC_ROLE, SIPOC_INPUT, SIPOC_REQUIREMENT, SIPOC_KINDS
};

struct sipoc_tally {
    uint64_t visits;   // suppliers: opened by it; touches: with at least one; exits, leaves: that ended so; outputs: that are over and had it;
                       // next: that went on to it; roles: that it acted after; inputs: with it at entry; requirements: that went on and did
                       // not meet it
    uint64_t finished, forward; // suppliers: of these, over, and moved on
    uint64_t times, minutes;    // touches: how often; micro-minutes
};

struct sipoc_counts { // of a section
    uint64_t visits, forward, back, exits, lapsed, open;
    uint64_t complete;               // visits with all required inputs
    uint64_t checked, defects, whole; // visits that went on: looked at; defects in all; without one
};

struct sipoc_section {
    voc_str id, title, owner;
    bool is_step;
    bool is_last;    // stage: nothing comes behind it, so nobody goes on from there
    uint32_t stage;  // whose stays are its visits, or VOC_NONE
    uint32_t enter;  // of a step: index of the predicate, or VOC_NONE
    voc_def_step has; // suppliers, inputs, requirements, outputs and leaves, by their strides
    uint32_t *inputs, *requirements, *outputs, *leaves; // indices of the predicates of each
    uint32_t *suppliers;                                // indices of the fields of each
};

struct sipoc {
    struct analysis base;
    struct sipoc_section *sections; // stages, then steps
    size_t n_sections, n_stages;
    size_t first[SIPOC_KINDS + 1];
    uint32_t *asked; // where the indices of all sections are
    size_t only;     // this section, SIZE_MAX: all
    size_t top;      // lines of a part on the sheet
};

struct sipoc_named { size_t section; voc_str text; struct sipoc_tally t; }; // owns text
struct sipoc_names { // suppliers by section and text
    struct sipoc_named *at;
    size_t n, room;
    uint32_t *slots; // 1 + index, 0: free; a power of two of them
    size_t n_slots;
};

struct sipoc_state {
    struct sipoc_counts *sections;
    struct sipoc_tally *tallies; // [section][kind and code]
    uint64_t *seen;              // the last visit that each tally was counted for
    uint64_t visit;
    struct sipoc_names names;
};

static inline const void *sipoc_at(const void *list, uint32_t size, size_t i) { return (const char *)list + i * size; }
static inline const voc_def_input *sipoc_input(const struct sipoc_section *x, size_t i) { return sipoc_at(x->has.inputs, x->has.input_size, i); }
static inline const voc_def_requirement *sipoc_requirement(const struct sipoc_section *x, size_t i)
{
    return sipoc_at(x->has.requirements, x->has.requirement_size, i);
}
static inline const voc_def_output *sipoc_output(const struct sipoc_section *x, size_t i) { return sipoc_at(x->has.outputs, x->has.output_size, i); }
static inline const voc_def_leave *sipoc_leave(const struct sipoc_section *x, size_t i) { return sipoc_at(x->has.leaves, x->has.leave_size, i); }
static inline size_t sipoc_slot(const struct sipoc *s, size_t section, enum sipoc_kind kind, size_t code)
{
    return section * s->first[SIPOC_KINDS] + s->first[kind] + code;
}
static inline bool sipoc_is(voc_str a, voc_str b) { return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0; }

// Does the touchpoint belong to the section by the definition: as work or touch of the step or of a step of the stage, or by its stages?
bool sipoc_belongs(const struct sipoc *s, const struct sipoc_section *x, const voc_def_touchpoint *t);

voc_rc sipoc_sections(struct sipoc *s, size_t most[SIPOC_KINDS]); // sections.c: asks the host for all they declare; the most that one has of a kind
void sipoc_sections_free(struct sipoc *s);
voc_rc sipoc_walk(const struct sipoc *s, struct sipoc_state *st, const voc_journeys *j);
voc_rc sipoc_write(const struct sipoc *s, const struct sipoc_state *st);

// names.c
voc_rc sipoc_name(const struct sipoc *s, struct sipoc_names *n, size_t section, voc_str text, struct sipoc_tally **out); // until the next
voc_rc sipoc_names_join(const struct sipoc *s, struct sipoc_names *into, const struct sipoc_names *from);
void sipoc_names_free(const struct sipoc *s, struct sipoc_names *n);

#endif
