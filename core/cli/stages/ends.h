// SPDX-License-Identifier: MIT
// How journeys end: each exit, and falling silent, with how many, from which stage, and how long after the first stage.
#ifndef VOC_CLI_STAGES_ENDS_H
#define VOC_CLI_STAGES_ENDS_H
#include "cli/cli.h"

struct one_end { // an exit of the journey; the last one: fell silent
    uint64_t n;
    uint64_t *from;      // by stage
    VEC(int64_t) took_us;
};
struct ends {
    struct one_end *at;
    size_t n, n_stages;
};
voc_rc ends_open(struct ends *e, size_t n_exits, size_t n_stages);
void ends_close(struct ends *e);
voc_rc ends_count(struct ends *e, const voc_stay *stays, size_t n); // of one unit
voc_rc ends_add(struct ends *e, const struct ends *of_others);
voc_str stage_title(const voc_def_stage *s); // as people read it: its title, else its id
// *out is NULL where no journey has ended.
voc_rc ends_table(struct ends *e, const voc_definition *d, struct table **out);
#endif
