// SPDX-License-Identifier: MIT
//
// The value map's own structures: what is gathered of each person in a unit, and what the end makes of it. A person's line is one role in
// one stage; what a person did, said and was served with are bits by need. People are counted, never events.
#ifndef VOC_PLUGINS_ANALYSIS_VALUE_MAP_H
#define VOC_PLUGINS_ANALYSIS_VALUE_MAP_H

#include "plugins/analysis/value-map/judge.h"
#include "plugins/common/analysis.h"
#include "plugins/common/gathered.h"

#define VM_NEEDS_MAX 64u
#define VM_THEME_WORDS 4u  // of 64 themes
#define VM_QUOTES 3u
#define VM_QUOTE_LEAST 20u  // characters
#define VM_QUOTE_BYTES 600u
#define VM_PLACE_BYTES 160u
#define VM_ID_BYTES 64u

struct vm_line {  // of a person: in one role and one stage (n_stages: in none yet)
    uint32_t role, stage;
    uint64_t did, said, negated, served;  // by need
    uint64_t themes[VM_THEME_WORDS];      // that it speaks of
    uint64_t talked;                      // said anything
};
struct vm_touched { uint32_t role, touchpoint; };  // a person was reached by it in this role
struct vm_person { uint32_t account, n_lines, n_touched, n_acts; };  // head of a record: lines, touched, then acts (their action in `touchpoint`)

enum vm_fate { VM_NO_DEAL, VM_OPEN, VM_WON, VM_LOST };
struct vm_unit { uint32_t fate, stage, n_roles, reserved; };  // head of a record: roles that acted

struct vm_quote {
    uint32_t characters;  // 0: there is none
    uint32_t negated;
    uint32_t individual;
    uint32_t text_len, place_len, id_len;
    char text[VM_QUOTE_BYTES], place[VM_PLACE_BYTES], id[VM_ID_BYTES];
};

struct vm {  // of the instance
    struct analysis base;
    size_t n_needs, n_themes, n_stages;
    uint32_t predicate[VM_NEEDS_MAX];  // place in the batch, or VOC_NONE
    uint64_t *needs_of_touchpoint;     // bits
    uint64_t *needs_of_theme;
    voc_str card;                      // role, or empty
};

struct vm_state {
    voc_spool *people, *units;
    struct vm_quote *quotes;  // [role][need][VM_QUOTES], the shortest first
    uint32_t n_roles;         // with room
    uint64_t words, nameless, undecided; // texts seen; of those, nobody's; on which a pattern took too long
    // scratch of one unit
    struct vm_line *lines;
    struct vm_touched *touched, *acts;
    size_t n_lines, room_lines, n_touched, room_touched, n_acts, room_acts;
    uint32_t *role;           // by event: as resolved
    struct vm_of { uint32_t who, at; } *events, *said;  // of each person together, in order
    size_t room_roles, room_events, room_said;
};

const voc_def_need *vm_need(const struct vm *v, size_t i);
const voc_def_theme *vm_theme(const struct vm *v, size_t i);
const voc_def_role *vm_declared_role(const struct vm *v, uint32_t code);  // NULL: the source names it, the journey does not
voc_str vm_role(const struct vm *v, uint32_t code);  // its title, or "role unknown"

voc_rc vm_walk(const struct vm *v, struct vm_state *s, const voc_journeys *j);
voc_rc vm_quotes_join(const struct vm *v, struct vm_state *into, const struct vm_state *from);
voc_rc vm_quotes_room(const struct vm *v, struct vm_state *s, uint32_t roles);

struct vm_tally {  // of all people
    const struct vm *v;
    const struct vm_state *s;
    uint32_t n_roles;
    struct vm_count *of_role;   // [role][need]
    struct vm_count *of_cell;   // [role][stage][need]; the last stage: none yet
    struct gathered *accounts;  // [role][need]: accounts of those who did or said, distinct
    struct gathered *present;   // [role]: accounts of all
    uint64_t *said_theme;       // [role][theme]: people
    uint64_t *reached;          // [role][touchpoint]: people
    uint64_t *acted;            // [role][action]: people; NULL: too many
    bool phases;                // some stage is one in which deals are won
    uint64_t won, open, lost;
    uint64_t *won_with, *open_without;  // by role
};
voc_rc vm_tally_new(struct vm_tally *t, const struct vm *v, struct vm_state *s);
void vm_tally_done(struct vm_tally *t);
static inline struct vm_count *vm_of_role(const struct vm_tally *t, uint32_t role, size_t need) { return &t->of_role[role * t->v->n_needs + need]; }
static inline struct vm_count *vm_of_cell(const struct vm_tally *t, uint32_t role, size_t stage, size_t need)
{
    return &t->of_cell[(role * (t->v->n_stages + 1) + stage) * t->v->n_needs + need];
}
bool vm_is_open(const struct vm_tally *t, const struct vm_unit *u);  // a deal under way, where deals are won
// Needs of a role in the order of what it does, then says, then by name.
void vm_rank(const struct vm_tally *t, uint32_t role, size_t order[VM_NEEDS_MAX]);
static inline const struct vm_quote *vm_quotes(const struct vm_tally *t, uint32_t role, size_t need)
{
    return role < t->s->n_roles ? &t->s->quotes[(role * t->v->n_needs + need) * VM_QUOTES] : NULL;
}

// Actions of a role against those of all others, the most its own first (distinct.c).
struct vm_own { size_t action; voc_str name; uint64_t people, others; struct vm_odds odds; double q; };
voc_rc vm_own_actions(const struct vm_tally *t, uint32_t role, struct vm_own **out, size_t *n);  // freed by the caller
voc_rc vm_write_distinctive(const struct vm_tally *t);

voc_rc vm_write(const struct vm_tally *t);
voc_rc vm_write_card(const struct vm_tally *t, uint32_t role);
voc_rc vm_write_opportunity(const struct vm_tally *t);

#endif
