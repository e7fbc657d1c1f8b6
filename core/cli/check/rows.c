// SPDX-License-Identifier: MIT
// What a plugin makes of a file, as hashes: a reading without a project.
#include "cli/check/check.h"

voc_rc check_rows(struct check *k, const struct reading_of *what, struct row_sums *out, struct diag *d)
{
    struct import_report report;
    struct arena a;
    struct row_summing w;
    arena_init(&a, 0);
    row_summing_init(&w);
    struct import_request r = {.catalogue = k->c->catalogue,
                               .path = what->path,
                               .name = what->name,
                               .as = str_of(k->plugin->note.name),
                               .options = k->c->repeated,
                               .n_options = k->c->n_repeated,
                               .threads = what->threads,
                               .records_at_once = what->records_at_once,
                               .max_rejects = UINT64_MAX,
                               .block = row_sums_block,
                               .user = &w};
    voc_rc rc = import_file(&r, &report, &a, d);
    *out = w.sums;
    row_summing_done(&w);
    arena_done(&a);
    return rc;
}
