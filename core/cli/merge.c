// SPDX-License-Identifier: MIT
// voc merge: parts of one fold, put together into what the analysis gives undivided: the same tables, notes, messages and
// account of the inputs, to the byte. All of it comes from the parts; no project is opened.
#include <string.h>

#include "cli/cli.h"
#include "cli/meta.h"
#include "host/fold/shard.h"

static bool heard(const struct diag *d, const struct shard_said *s)
{
    for (size_t i = 0; i < diag_n(d); i++) {
        const struct diag_msg *m = diag_at(d, i);
        if (str_is(s->code, m->code) && str_is(s->message, m->message)) return true;
    }
    return false;
}

// What was said while the parts were folded: by all the same, once.
static voc_rc say_again(struct cli *c, const struct shards *s)
{
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < s->at[i]->own.n_said; k++) {
            const struct shard_said *one = &s->at[i]->own.said[k];
            if (one->severity == VOC_ERROR || (i && heard(c->diag, one))) continue;
            bool ok = true;
            struct diag_msg m = {.severity = one->severity ? one->severity : VOC_INFO,
                                 .code = arena_str(&c->arena, one->code.ptr, one->code.len, &ok).ptr, .line = one->line,
                                 .column = one->column};
            m.message = arena_str(&c->arena, one->message.ptr, one->message.len, &ok).ptr;
            if (one->file.len) m.file = arena_str(&c->arena, one->file.ptr, one->file.len, &ok).ptr;
            if (one->hint.len) m.hint = arena_str(&c->arena, one->hint.ptr, one->hint.len, &ok).ptr;
            if (!ok) return VOC_E_NOMEM;
            diag_add(c->diag, &m);
        }
    return VOC_OK;
}

static voc_rc name_project(struct cli *c, voc_str typed)
{
    bool ok = true;
    c->project = arena_str(&c->arena, typed.ptr, typed.len, &ok).ptr;
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static voc_rc parse_options(struct cli *c, const struct plugin *p, const struct shard_common *common, voc_value **out)
{
    struct option_given *given = arena_alloc(&c->arena, (common->n_options + 1) * sizeof *given);
    if (!given) return VOC_E_NOMEM;
    for (size_t i = 0; i < common->n_options; i++)
        given[i] = (struct option_given){.name = common->options[i].name, .value = common->options[i].value, .has_value = true};
    return options_parse(&c->arena, p->desc->options, p->desc->n_options, p->desc->option_size, given, common->n_options, out, c->diag);
}

// As the analysis would show it, had it been run undivided.
static voc_rc show(struct cli *c, const struct plugin *p, const struct shards *s, struct fold_result *result)
{
    char *typed = meta_merged(c, s->at[0]->own.typed);
    struct cli as = *c; // from here on the arena is that of `as`, until it is given back
    voc_rc rc = typed ? VOC_OK : VOC_E_NOMEM;
    for (size_t i = 0; i < result->n_tables && !rc; i++) rc = table_name_project(result->tables[i], c->project);
    as.command = NULL;
    as.analysis = p;
    as.carried = &s->common->meta;
    as.typed = typed;
    if (!rc) rc = cli_tables(&as, NULL, NULL, result->tables, result->n_tables);
    c->catalogue = as.catalogue;
    c->arena = as.arena;
    if (as.failed_plugin) c->failed_plugin = true;
    return rc;
}

int run_merge(struct cli *c)
{
    struct plugin *p = NULL;
    struct shards s = {0};
    struct fold_result result = {0};
    voc_value *options = NULL;
    uint64_t memory = cli_memory(c);
    voc_rc rc = cli_analysis(c, c->args[0], &p);
    if (!rc) rc = shards_open(&s, c->args + 1, (size_t)c->n_args - 1, p, memory, c->diag);
    if (!rc) rc = parse_options(c, p, s.common, &options);
    if (!rc) rc = name_project(c, s.at[0]->own.project);
    if (!rc) rc = say_again(c, &s);
    if (!rc) {
        struct merge_request r = {.plugin = p, .options = options, .threads = cli_threads(c), .memory_max = memory};
        rc = shards_merge(&s, &r, &result, c->diag);
        if (rc == VOC_E_BUG) c->failed_plugin = true;
    }
    if (!rc) rc = show(c, p, &s, &result);
    fold_free(&result);
    options_done(options, options ? p->desc->n_options : 0);
    shards_close(&s);
    return cli_exit(c, rc);
}
