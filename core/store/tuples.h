// SPDX-License-Identifier: MIT
// Sets of tuples on their way into the project: distinct ones, by code in the order of their coming. Private to core/store.
#ifndef VOC_STORE_TUPLES_H
#define VOC_STORE_TUPLES_H
#include "store/project.h"

struct tuple_set { // owns
    struct dict *seen;               // of their bytes
    VEC(struct event_tuple) behind;  // those that were added without a look
};
void tuple_set_init(struct tuple_set *s);
void tuple_set_done(struct tuple_set *s);
voc_rc tuple_set_code(struct tuple_set *s, const struct event_tuple *t, uint32_t *code); // adds it if new
// The same for one that is not in it: no set of tuple_set_code's from then on. Distinct tuples of an import are distinct in the
// project too, so only those that the project had need to be looked for.
voc_rc tuple_set_add(struct tuple_set *s, const struct event_tuple *t, uint32_t *code);
bool tuple_set_find(const struct tuple_set *s, const struct event_tuple *t, uint32_t *code); // not among those
uint32_t tuple_set_n(const struct tuple_set *s);
void tuple_set_at(const struct tuple_set *s, uint32_t code, struct event_tuple *out);
// Appends those from code `first` on to the project: its own come first in the set, in order.
voc_rc tuples_write(struct project *p, const struct tuple_set *s, uint32_t first);
#endif
