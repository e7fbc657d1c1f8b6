// SPDX-License-Identifier: MIT
// What a plugin makes of a file, as hashes: a reading without a project.
#include "cli/check/check.h"

#include <string.h>

voc_rc check_rows(struct check *k, const struct reading_of *what, struct row_sums *out, struct diag *d)
{
    struct import_report report;
    struct arena a;
    struct row_summing w;
    const size_t n = k->c->n_repeated;
    arena_init(&a, 0);
    row_summing_init(&w);
    struct option_given *options = arena_alloc(&a, (n + 1) * sizeof *options);
    if (options && n) memcpy(options, k->c->repeated, n * sizeof *options);
    if (options && what->option) options[n] = (struct option_given){.name = str_of(what->option), .value = str_of(what->value), .has_value = true};
    struct import_request r = {.catalogue = k->c->catalogue,
                               .path = what->path,
                               .name = what->name,
                               .as = str_of(k->plugin->note.name),
                               .options = options,
                               .n_options = n + (what->option != NULL),
                               .threads = what->threads,
                               .records_at_once = what->records_at_once,
                               .max_rejects = UINT64_MAX,
                               .block = row_sums_block,
                               .user = &w};
    voc_rc rc = options ? import_file(&r, &report, &a, d) : VOC_E_NOMEM;
    *out = w.sums;
    row_summing_done(&w);
    arena_done(&a);
    return rc;
}
