// SPDX-License-Identifier: MIT
// The <ignore>s of a <source>: which rows a company does not want to see at all (its own people, tests, a monitoring robot). Made by
// the reader from the rules as they came over the wire, and asked by each sink (encode.c) for each row before it becomes columns.
// Read-only once made, and shared by the threads of an import.
#ifndef VOC_HOST_LEAVE_OUT_H
#define VOC_HOST_LEAVE_OUT_H
#include "base/hash.h"
#include "journey/journey.h"

struct leave_out; // owns its patterns; borrows the rules
// *out NULL: the source (or NULL) has no <ignore>.
voc_rc leave_out_new(struct leave_out **out, const struct source_rule *of, const char *file, struct diag *d);
void leave_out_free(struct leave_out *x);
// The first rule that holds of the row, which is `actor`'s if it does not say whose; VOC_NONE: it stays. A limit of a pattern that
// was hit leaves nothing out. Where a rule tests events, other rows stay: they go with the events of their record.
uint32_t leave_out_row(const struct leave_out *x, const voc_row *r, uint32_t actor, voc_str source);
voc_str leave_out_reason(const struct leave_out *x, uint32_t rule);
// Other rules are another mapping: what they say goes into its hash. Nothing is added for a source without.
void leave_out_hash(struct hash_state *h, const struct source_rule *of);
#endif
