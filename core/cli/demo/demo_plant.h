// SPDX-License-Identifier: MIT
// What is planted over an account that was played: who said and did what (DEMO: WORDS, BREAK).
#ifndef VOC_CLI_DEMO_DEMO_PLANT_H
#define VOC_CLI_DEMO_DEMO_PLANT_H
#include "cli/demo/demo_sim.h"

// The account's events are those from `from` on, its people the last that were hired. named: how many names of each script are in use.
// n_open: counts the deals under way.
voc_rc demo_plant(struct demo_sim *sim, uint64_t seed, int32_t account, size_t from, unsigned *named, unsigned *n_open);
#endif
