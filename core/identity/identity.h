// SPDX-License-Identifier: MIT
// Who is behind an alias set, and to which account a person belongs at a time. People are linked across sources by what linking.h knows;
// where nothing links anybody, each distinct first strong alias is a person of its own. METHODS 1.1, 1.3.
#ifndef VOC_IDENTITY_IDENTITY_H
#define VOC_IDENTITY_IDENTITY_H
#include "identity/linking.h"

struct identity; // immutable once made; owns its names
voc_rc identity_load(struct identity **out, struct project *p, struct diag *d);
// In memory: for samples and tests. Alias sets by code as given; members sorted or not. links: NULL where there are none; not kept.
voc_rc identity_make(struct identity **out, const voc_str *alias_sets, uint32_t n_sets, const struct store_member *members, size_t n_members, const struct linking *links);
// Where every alias set is one alias and a person of its own (event_layout.simple_identity): the set's code is the person's,
// and nothing has to be looked up. Borrows the sets. *out NULL: names could be alike, so that identity_make must give them.
voc_rc identity_simple(struct identity **out, const voc_str *alias_sets, uint32_t n_sets, const struct store_member *members, size_t n_members);
voc_rc identity_load_simple(struct identity **out, struct project *p, struct diag *d); // likewise
// The same without names, which are empty: nothing is read but how many there are. *out NULL: someone is a member of an account,
// and the order of names decides of which.
voc_rc identity_load_unnamed(struct identity **out, struct project *p);
void identity_free(struct identity *id);
// Codes are dense, 0 = nobody. An alias of kind "id" gives its bare value as name, others "kind:value".
uint32_t identity_individual(const struct identity *id, uint32_t aliases);
uint32_t identity_account(const struct identity *id, uint32_t account_aliases);
// Account of a person at a time: the membership with the greatest valid_from <= t, else the earliest, else 0.
uint32_t identity_account_at(const struct identity *id, uint32_t individual, int64_t t_us);
void identity_soon(const struct identity *id, uint32_t aliases); // its name will be asked for: a hint to the processor
// Whether each of *n alias sets is a person and an account of its own by the same code, and nobody has a name.
bool identity_unnamed(const struct identity *id, uint32_t *n);
bool identity_has_members(const struct identity *id);
uint32_t identity_n_individuals(const struct identity *id); // including code 0
uint32_t identity_n_accounts(const struct identity *id);
voc_str identity_individual_name(const struct identity *id, uint32_t individual);
voc_str identity_account_name(const struct identity *id, uint32_t account);
#endif
