// SPDX-License-Identifier: MIT
// The demo company Arcwell: a generated seller of cold-room monitoring whose customers' journeys hold planted effects,
// one for each verdict that the score can give. Used by `voc demo` and by the tests.
// The same seed gives the same bytes on every machine: all arithmetic is done in integers.
#ifndef VOC_CLI_DEMO_DEMO_H
#define VOC_CLI_DEMO_DEMO_H
#include <stdint.h>
#include "base/diag.h"

// With this seed every planted code comes out of the score; with others a code near its border may differ by chance.
#define DEMO_SEED UINT64_C(62)

// Writes dir/all-events.csv and dir/truth.json (what was planted, what the score should say, rows written), replacing those
// of an earlier demo, which are there both; any other file of these names only where it may be replaced. Makes dir if it does not
// exist (its parent must). Each file appears whole or not at all. VOC_E_NOMEM, or what the output gives; the reason is in d.
voc_rc demo_write(const char *dir, uint64_t seed, bool replace, struct diag *d);
#endif
