// SPDX-License-Identifier: MIT
// Who of the people in mails and calendars is the company: by declared domains (those below them included) and addresses, else
// guessed by one rule that is told: the domain that takes part in the most items, if in at least half of them (of several the one
// that is marked as at home there the most, then the one that receives the most, then the first by name); of a free mail service
// the address instead of the domain. For every input plugin that reads who wrote to, or met, whom.
#ifndef VOC_PLUGINS_COMMON_PARTY_H
#define VOC_PLUGINS_COMMON_PARTY_H

#include <voc/plugin.h>

struct party { // who the company is; zeroed, then the declared parts set (borrowed)
    const voc_str *domains, *addresses;
    size_t n_domains, n_addresses;
    char guessed[320]; // a domain or an address; empty: nothing was guessed
    uint32_t guessed_address;
    uint64_t guess_in, guess_of; // it takes part in this many of so many items
};

voc_str party_domain(voc_str address); // behind the last @, or empty
int party_declared(const struct party *p);
int party_is_company(const struct party *p, voc_str address);
// One sentence: who the company is and how that is known, and what to do. items: "mails"; else_as: how people are read if nobody is it.
void party_say(const struct party *p, const char *items, const char *else_as, char *out, size_t size);

enum { PARTY_AT_HOME = 1u /* the item lies with them, or is theirs */, PARTY_RECEIVES = 2u };
struct party_count; // owns
struct party_count *party_count_new(const voc_host *host, voc_context *cx); // NULL: out of memory
void party_count_free(struct party_count *c);                             // takes NULL
// item counts from 1. No more than 4096 names are told apart. Out of memory is said by party_guess.
void party_count_add(struct party_count *c, voc_str address, uint32_t marks, uint32_t item);
voc_rc party_guess(struct party *p, const struct party_count *c, uint32_t n_items);

#endif
