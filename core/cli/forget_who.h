// SPDX-License-Identifier: MIT
// Who is meant by an alias: the person, account or case, with all names by which the project knows them.
#ifndef VOC_CLI_FORGET_WHO_H
#define VOC_CLI_FORGET_WHO_H
#include "cli/cli.h"
#include "store/forget/forget.h"

struct forget_who { // owns
    bool *who;             // by code
    uint32_t n;
    VEC(voc_alias) own;    // aliases of theirs alone; values in the arena
    VEC(voc_alias) shared; // that somebody else has too
    uint64_t n_people;
    struct arena arena;
};
// names: as typed. all: several may be meant by one. VOC_E_OPTION: nobody is, or several are; it is said.
voc_rc forget_who_find(struct forget_who *out, struct project *p, uint32_t as, const char *const *names, size_t n, bool all, struct diag *d);
void forget_who_done(struct forget_who *w);
#endif
