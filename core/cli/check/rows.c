// SPDX-License-Identifier: MIT
// What a plugin makes of a file, as hashes: a reading without a project.
#include "cli/check/check.h"

#include <string.h>

enum { PROBE_BYTES = 64 << 10 };

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
                               .isolate = what->isolated ? ISOLATE_ALWAYS : ISOLATE_NEVER, // every trial is a process of its own already
                               .records_at_once = what->records_at_once,
                               .apart = what->apart,
                               .max_rejects = UINT64_MAX,
                               .block = row_sums_block,
                               .user = &w};
    voc_rc rc = options ? import_file(&r, &report, &a, d) : VOC_E_NOMEM;
    *out = w.sums;
    row_summing_done(&w);
    arena_done(&a);
    return rc;
}

const char *check_probe(struct check *k, const char *name, voc_str bytes, voc_probe_result *r)
{
    const voc_input_ops *ops = k->plugin->ops;
    voc_probe probe = {.struct_size = sizeof probe, .name = in_plain_name(name)};
    struct voc_context cx;
    struct in *in = NULL;
    bool complete = false;
    memset(r->reason, 'x', sizeof r->reason); // what it does not end has no end
    r->reason[0] = '\0';
    r->confidence = 0;
    voc_rc rc = in_memory(&in, name, bytes.ptr, bytes.len, NULL, NULL);
    if (!rc && ops->framing == VOC_FRAMING_LINES) rc = in_text(in, "auto");
    if (!rc) rc = in_peek(in, PROBE_BYTES, &probe.head, &complete);
    if (!rc) {
        probe.complete = complete;
        context_init(&cx, k->plugin, NULL, name);
        ops->probe(host_table(), &cx, &probe, r);
        context_done(&cx);
    }
    in_close(in);
    if (r->confidence < 0 || r->confidence > 100) return "its probe is more or less sure than 0 to 100";
    if (!memchr(r->reason, 0, sizeof r->reason)) return "the reason of its probe has no end";
    if (!text_utf8_valid(r->reason, strlen(r->reason))) return "the reason of its probe is not UTF-8";
    return NULL;
}
