// SPDX-License-Identifier: MIT
//
// The arithmetic of the customer value map (METHODS 6): what people do held against what they say, how sure one may be, ranks, and what
// asked ratings promise. Pure functions, tested against tests/truth/expected/sec06_valuemap.json.
#ifndef VOC_PLUGINS_ANALYSIS_VALUE_MAP_JUDGE_H
#define VOC_PLUGINS_ANALYSIS_VALUE_MAP_JUDGE_H

#include <stddef.h>
#include <stdint.h>

struct vm_count {  // of people: in one role (and stage), for one need
    uint64_t people, talked;       // present; said anything
    uint64_t did, said, negated, served;
    uint64_t wanted, unserved;     // did or said; of those, not served
    uint64_t unsought;             // served, and neither did nor said
    uint64_t both, said_only, did_only;  // of those who said anything
};

enum vm_agreement { VM_SILENT, VM_MIXED, VM_CONFIRMED, VM_STATED, VM_REVEALED };

double vm_mcnemar(uint64_t b, uint64_t c);                   // exact, two-sided; NaN where b + c = 0
enum vm_agreement vm_agree(const struct vm_count *n);
const char *vm_agreement_name(enum vm_agreement a);          // "stated"
double vm_share(uint64_t x, uint64_t n);                     // NaN where n = 0

// How much more one group does a thing than another does (Monroe, Colaresi & Quinn 2008, METHODS 12.6): y of n in each; prior: a0 in all.
struct vm_odds { double log_odds, variance, z; };
struct vm_odds vm_log_odds(double y1, double n1, double y2, double n2, double a0);

// Kendall's tau-b; NaN where one side is the same for all.
double vm_tau_b(const double *x, const double *y, size_t n);

// Ulwick 2005: x of n ratings are 4 or 5. NaN where n = 0.
struct vm_opportunity { double importance, satisfaction, score; const char *band; int overserved; };
struct vm_opportunity vm_opportunity(uint64_t important, uint64_t satisfied, uint64_t n);

#endif
