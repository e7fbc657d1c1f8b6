// SPDX-License-Identifier: MIT
// Measures of people: answers to questions, scores.
#ifndef VOC_STORE_MEASURES_H
#define VOC_STORE_MEASURES_H
#include "store/store.h"

struct store_measure { // borrowed until the callback returns; number NaN: the text is none
    voc_str source, response /* own id, else the record's number */, customer /* an alias set */, text, unit;
    double number;
    int64_t time_us;
};
// Those of one key, by source, response and place.
voc_rc store_measures(struct project *p, voc_str key, voc_rc (*each)(void *user, const struct store_measure *m), void *user);
#endif
