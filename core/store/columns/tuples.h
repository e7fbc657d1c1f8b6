// SPDX-License-Identifier: MIT
// Sets of tuples on their way into the project: distinct ones, by code in the order of their coming. Private to core/store.
#ifndef VOC_STORE_TUPLES_H
#define VOC_STORE_TUPLES_H
#include "store/project.h"

struct tuple_set { struct dict *seen; }; // of their bytes; owns
void tuple_set_init(struct tuple_set *s);
void tuple_set_done(struct tuple_set *s);
voc_rc tuple_set_code(struct tuple_set *s, const struct event_tuple *t, uint32_t *code); // adds it if new
bool tuple_set_find(const struct tuple_set *s, const struct event_tuple *t, uint64_t hash, uint32_t *code);
uint64_t tuple_hash(const struct event_tuple *t);
uint32_t tuple_set_n(const struct tuple_set *s);
void tuple_set_at(const struct tuple_set *s, uint32_t code, struct event_tuple *out);
voc_rc tuples_write(struct project *p, const struct event_tuple *t, uint32_t n); // appends them to the project: no two are alike, and it has none of them
#endif
