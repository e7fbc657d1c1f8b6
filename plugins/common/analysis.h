// SPDX-License-Identifier: MIT
//
// What every analysis of journeys begins with: the host's side of it in one place, the definition's parts by number, a refusal that
// the user can act on, and actions and touches as people name them in options.
#ifndef VOC_PLUGINS_COMMON_ANALYSIS_H
#define VOC_PLUGINS_COMMON_ANALYSIS_H

#include <stdbool.h>
#include <voc/plugin.h>

struct analysis {  // first member of an analysis's own structure, as `base`
    const voc_host *host;
    voc_context *cx;
    voc_run *run;
    const voc_definition *def;
    const voc_run_info *info;
};
struct analysis analysis_of(const voc_host *host, voc_context *cx, voc_run *run);  // call in begin

voc_rc analysis_refuse(const struct analysis *a, const char *code, const char *hint, const char *message);  // VOC_E_OPTION
voc_rc analysis_zeroed(const struct analysis *a, void **out, size_t n, size_t size);                        // the host's memory
voc_rc analysis_want(const struct analysis *a, const uint32_t *columns, size_t n);

// Room in the array *at, which has room for *room of `size` bytes each, for at least `need`; it doubles, and what is new is not set.
// Arrays that share one room are each made with the room as it was, the last with the room itself.
voc_rc analysis_grow(const struct analysis *a, void **at, size_t *room, size_t need, size_t size);
static inline voc_rc analysis_reach(const struct analysis *a, void **at, size_t *room, size_t need, size_t size)
{
    return need <= *room ? VOC_OK : analysis_grow(a, at, room, need, size);
}

void analysis_add(void *into, const void *from, size_t bytes);                                              // arrays of uint64_t, each to each

// Parts of a definition by its sizes, which may be those of a newer host.
static inline const voc_def_action *definition_action(const voc_definition *d, size_t i)
{
    return (const voc_def_action *)(const void *)((const char *)d->actions + i * d->action_size);
}
static inline const voc_def_touchpoint *definition_touchpoint(const voc_definition *d, size_t i)
{
    return (const voc_def_touchpoint *)(const void *)((const char *)d->touchpoints + i * d->touchpoint_size);
}
static inline const voc_def_stage *definition_stage(const voc_definition *d, size_t i)
{
    return (const voc_def_stage *)(const void *)((const char *)d->stages + i * d->stage_size);
}
const voc_def_stage *analysis_stage(const struct analysis *a, size_t i);
const voc_def_exit *analysis_exit(const struct analysis *a, size_t i);
bool analysis_exit_wins(const struct analysis *a, uint32_t i);  // who leaves by it has not turned away; VOC_NONE: false
static inline const voc_unit *analysis_unit(const voc_journeys *j, size_t i)
{
    return (const voc_unit *)(const void *)((const char *)j->units + i * j->unit_size);
}
static inline const voc_stay *analysis_stay(const voc_journeys *j, size_t i)
{
    return (const voc_stay *)(const void *)((const char *)j->stays + i * j->stay_size);
}
const voc_def_action *analysis_action(const struct analysis *a, size_t i);
const voc_def_touchpoint *analysis_touchpoint(const struct analysis *a, size_t i);

const char *analysis_unit_word(const struct analysis *a, bool many);  // "account", "accounts": whose journeys they are
const char *analysis_confidence(uint64_t people);  // METHODS 6.5, by distinct people: none anecdote weak moderate strong

// How long a stay in it should take at most; VOC_NA: not declared, or *working: in working time, which is not measured.
int64_t analysis_target(const struct analysis *a, size_t stage, bool *working);

// The next part of a list, without the blanks around it; it may be empty. False: there is none.
bool analysis_part(voc_str *list, char between, voc_str *part);
voc_str analysis_trimmed(voc_str s);
bool analysis_duration(voc_str s, uint64_t *us);  // as options of the command are written: "30m" "14d" "2w" "10s" "6h"; false: it is none

struct named { bool touch; size_t i; voc_str id; };  // an action or a touchpoint: its number, and the name without "touchpoint:"
bool analysis_find(const struct analysis *a, voc_str text, struct named *out);  // "ACTION" or "touchpoint:ID"; false: i is none
// The same; what is not found is refused as `what` ("the step "), with the name that is nearest.
voc_rc analysis_named(const struct analysis *a, const char *code, const char *what, voc_str text, struct named *out);

// "predicate:ID": a <predicate> of the journey. False: it is no such text. *number: for want_predicate; VOC_NONE: none has that name.
bool analysis_find_predicate(const struct analysis *a, voc_str text, uint32_t *number);
voc_rc analysis_no_predicate(const struct analysis *a, const char *code, voc_str text);  // refuses it, with the name that is nearest

#endif
