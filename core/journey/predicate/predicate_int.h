// SPDX-License-Identifier: MIT
// Inside of predicate evaluation: the compiled form, shared by predicate_compile.c and predicate_eval.c only.
#ifndef VOC_JOURNEY_PREDICATE_INT_H
#define VOC_JOURNEY_PREDICATE_INT_H
#include "journey/predicate/fact_index.h"
#include "journey/predicate/memo.h"
#include "journey/predicate/predicate_eval.h"

#define DEPTH_MAX 300u
#define NODES_MAX 65536u

struct evaluator {
    const struct event_set *s;
    struct eval_names roles, segments, touchpoints;
    const uint8_t *class_of_action;
    struct fact_index facts;
    struct memo_set memos;
    struct interned text, attrs, values; // of events, of events, of attributes; made when first asked for
    const struct journey *j;             // its themes, or NULL
    const struct voices *voices;
    voc_str *theme_ids;                  // owns the array
    VEC(struct attr_memo { const struct predicate *p; _Atomic uint8_t *state; } *) attr_memos; // by code of attrs: 0 ?, 1 no, 2 yes, 3 absent
};

struct test {
    enum leaf_field field;
    const struct value_memo *memo;     // NULL: never passes
    const struct value_memo *resolved; // touchpoint: on the resolved ids, or NULL
};
struct node {
    const struct predicate *p;
    uint8_t class_mask;  // EVENT: allowed classes
    bool names_action;   // EVENT: has a test of action or class
    bool event_in_it;    // has a leaf that an event can match
    uint32_t first_test, n_test;   // EVENT
    uint32_t first_child, n_child; // in programs.children
    uint32_t fact;                 // FACT: its number
    const struct value_memo *like; // FACT of an entity: on the values of attributes
    struct attr_memo *attrs;       // FACT of the event
};
struct programs {
    struct evaluator *ev;
    uint32_t flags;
    bool sessions;
    uint32_t n_facts;
    VEC(struct node) nodes;
    VEC(struct test) tests;
    VEC(uint32_t) children;
    VEC(uint32_t) roots;
    uint64_t *may; // by action: words
    size_t words;
};
#endif
