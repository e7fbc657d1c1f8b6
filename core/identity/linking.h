// SPDX-License-Identifier: MIT
// Which aliases are one person (METHODS 1.3): deterministic, by keys that rows named together; nothing fuzzy.
//
// Each alias set has one alias that is its record: a contact id, a login, else an e-mail address, else a cookie. Its other aliases
// are keys that this record held. A strong key makes all who hold it one person; a weak one (phone, cookie) only those who do not hold
// different strong keys of one kind already. A key that says nothing merges nothing: the mailbox of a role (info@), one that more
// than LINK_SHARED_MAX records of one source hold (a switchboard), and what is no name of a person (an address
// of the network).
#ifndef VOC_IDENTITY_LINKING_H
#define VOC_IDENTITY_LINKING_H
#include "store/store.h"

enum { LINK_SHARED_MAX = 5 }; // records of one source that may hold a key

enum link_use { // of a key
    LINK_KEY,       // makes people one
    LINK_NO_NAME,   // an address of the network, a session, a phone number of less than seven digits
    LINK_ROLE,      // an address that identifies no person
    LINK_SHARED,    // held by too many
};

struct linking; // owns
// What the project's links say (store_links), solved; *out NULL: nothing there links anybody.
voc_rc linking_load(struct linking **out, struct project *p, struct diag *d);
// The same of alias sets in memory, by code: those of people are evidence as if rows of one source had named them.
voc_rc linking_of_sets(struct linking **out, const voc_str *alias_sets, uint32_t n_sets, const bool *of_people);
#define LINKING_COUNTRY "phone-country" // the setting (store_setting) that has the country of linking_new

// ---- by hand ----------------------------------------------------------------------------------------------------------------------
voc_rc linking_new(struct linking **out, voc_str country); // country: the digits that national phone numbers lack, such as 49; empty: none are added
void linking_free(struct linking *l);
// All evidence, then linking_solve once. Texts are copied. Sources are numbers that the caller chose.
voc_rc linking_row(struct linking *l, const voc_alias *aliases, size_t n, uint32_t source); // a set of n >= 2 that rows of this source have
voc_rc linking_alone(struct linking *l, const voc_alias *alias); // a set of one; behind all other evidence
voc_rc linking_solve(struct linking *l);

// The alias of a set that is its record: the first of the best sort.
const voc_alias *linking_record(const voc_alias *aliases, size_t n);
// The record that stands for the person behind `who`: of those that are one person the strong ones go first, of these those that are
// no e-mail addresses, of these the bytewise smallest name. Borrows; `who` itself where nothing is known of it.
voc_rc linking_person(const struct linking *l, const voc_alias *who, voc_alias *person);

// What people want to see, in order of names. Pairs that hold one weak key and might be one person, by the records that stand for them.
struct link_doubt { voc_alias a, b, key; };
size_t linking_doubts(const struct linking *l, const struct link_doubt **out);
struct link_idle { voc_alias key; enum link_use use; uint32_t records; }; // a key that merges nothing although several records hold it
size_t linking_idle(const struct linking *l, const struct link_idle **out);
// Of a record: is it one person with another record, and does it come with a key at all (METHODS' unlinked: without one)? Its own name is
// one where it is an e-mail address, or something that others come with.
struct link_how { bool joined, has_key; };
voc_rc linking_how(const struct linking *l, const voc_alias *record, struct link_how *out);
#endif
