// SPDX-License-Identifier: MIT
// voc fold: one shard of an analysis is walked, and what was gathered is written as a part (host/fold/shard.h). Its options are those
// of the analysis and --shard, so the analysis is looked up before the words are parsed.
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/meta.h"
#include "cli/options.h"
#include "host/fold/shard.h"

struct folding {
    struct cli *c;
    struct out *out;
    struct shard_common common;
    struct shard_own own;
};

// ---- which analysis ------------------------------------------------------------------------------------------------------

// Its options, and the command's own behind them.
voc_rc fold_prepare(struct cli *c, int argc, char **argv)
{
    struct plugin *p = NULL;
    const char *word = NULL;
    for (int i = 0; i < argc && !word && strcmp(argv[i], "--") != 0; i++)
        if (argv[i][0] != '-') word = argv[i];
    if (!word) return VOC_OK; // args_parse says what is missing
    voc_rc rc = args_plugin_dirs(c, argc, argv);
    if (!rc) rc = cli_analysis(c, word, &p);
    if (rc) return rc;
    size_t n = p->desc->n_options;
    voc_option *table = arena_alloc(&c->arena, (n + c->command->n_options) * sizeof *table);
    if (!table) return VOC_E_NOMEM;
    for (size_t i = 0; i < n; i++)
        memcpy(&table[i], option_at(p->desc->options, p->desc->option_size, i),
               p->desc->option_size < sizeof *table ? p->desc->option_size : sizeof *table);
    for (size_t i = 0; i < c->command->n_options; i++) table[n + i] = c->command->options[i];
    c->table = table;
    c->n_table = n + c->command->n_options;
    c->analysis = p;
    return VOC_OK;
}

// ---- what was asked --------------------------------------------------------------------------------------------------------

// "2/3"
static voc_rc which_shard(const struct cli *c, struct folding *f)
{
    const voc_value *v = &c->own[c->n_own - 1];
    const char *slash = v->set ? memchr(v->s.ptr, '/', v->s.len) : NULL;
    int64_t i = 0, n = 0;
    bool ok = slash && str_int(str_mk(v->s.ptr, (size_t)(slash - v->s.ptr)), &i) &&
              str_int(str_mk(slash + 1, v->s.len - (size_t)(slash + 1 - v->s.ptr)), &n);
    if (ok && n >= 1 && n <= SHARDS_MAX && i >= 1 && i <= n) {
        f->own.shard = (uint32_t)i;
        f->common.shards = (uint32_t)n;
        return VOC_OK;
    }
    const char *hint = "--shard 2/3 is the second of three; at most 512";
    if (v->set) diag_error(c->diag, "FOLD-002", NULL, 0, hint, "\"%.*s\" names no shard", STR_SHOWN(v->s, 60));
    else
        diag_error(c->diag, "FOLD-002", NULL, 0, hint, "which part is this? --shard I/N says it");
    return VOC_E_OPTION;
}

// As it can be typed again, wherever the parts are merged: yes and no by one word each, a list joined.
static const char *canonical(struct cli *c, const voc_option *o, const voc_value *v, voc_str last)
{
    if (o->type == VOC_OPT_BOOL) return v->i ? "yes" : "no";
    if (o->type != VOC_OPT_LIST) return arena_printf(&c->arena, "%.*s", STR_ARG(last));
    const char *all = "";
    for (size_t i = 0; i < v->n_list && all; i++) all = arena_printf(&c->arena, "%s%s%.*s", all, i ? "," : "", STR_ARG(v->list[i]));
    return all;
}

static voc_rc which_options(struct cli *c, struct folding *f)
{
    struct shard_option *at = arena_alloc(&c->arena, c->n_own * sizeof *at);
    if (!at) return VOC_E_NOMEM;
    f->common.options = at;
    for (size_t i = 0; i + FOLD_N < c->n_own; i++) {
        const voc_option *o = &c->table[i];
        voc_str last = {"", 0};
        if (!c->own[i].set) continue;
        if (o->type == VOC_OPT_FILE) {
            diag_error(c->diag, "FOLD-003", NULL, 0, "run the analysis undivided", "--%s reads a file, which a part cannot carry", o->name);
            return VOC_E_OPTION;
        }
        for (size_t k = 0; k < c->n_given; k++)
            if (str_is(c->given[k].name, o->name)) last = c->given[k].value;
        const char *text = canonical(c, o, &c->own[i], last);
        if (!text) return VOC_E_NOMEM;
        at[f->common.n_options++] = (struct shard_option){str_of(o->name), str_of(text)};
    }
    return VOC_OK;
}

// Ahead of the work: can it be divided, and where does it go?
static voc_rc check(struct cli *c)
{
    const voc_analysis_ops *ops = c->analysis->ops;
    voc_str file = c->common[COMMON_OUTPUT].s;
    if (!ops->save || !ops->load) {
        diag_error(c->diag, "FOLD-004", NULL, 0,
                   arena_printf(&c->arena,
                                "voc %s PROJECT does that on one machine; --memory SIZE says how much memory it may take",
                                c->analysis->note.name),
                   "%s can only be worked out for all customers at once, not for a part of them", c->analysis->note.name);
        return VOC_E_OPTION;
    }
    if (file.len && !str_is(file, "-")) return VOC_OK;
    diag_error(c->diag, "FOLD-005", NULL, 0, "-o PART names the file", "where should the part go?");
    return VOC_E_OPTION;
}

// ---- what the part says --------------------------------------------------------------------------------------------------

static voc_rc messages(struct cli *c, struct shard_own *own)
{
    size_t n = diag_n(c->diag);
    own->said = arena_alloc(&c->arena, (n + 1) * sizeof *own->said);
    if (!own->said) return VOC_E_NOMEM;
    for (size_t i = 0; i < n; i++) {
        const struct diag_msg *m = diag_at(c->diag, i);
        own->said[own->n_said++] = (struct shard_said){.severity = m->severity, .code = str_of(m->code), .file = str_of(m->file),
                                                       .message = str_of(m->message), .hint = str_of(m->hint), .line = m->line,
                                                       .column = m->column};
    }
    return VOC_OK;
}

static voc_rc keep(void *user, const struct fold_kept *kept)
{
    struct folding *f = user;
    voc_rc rc = messages(f->c, &f->own);
    return rc ? rc : shard_write(f->out, &f->common, &f->own, kept);
}

static voc_rc fold(struct folding *f, struct project *p, const struct journey *j)
{
    struct cli *c = f->c;
    struct progress progress;
    struct fold_item item = {.plugin = (struct plugin *)(uintptr_t)c->analysis, .options = c->own};
    struct fold_request r = {.project = p, .journey = j, .threads = cli_threads(c), .end_us = VOC_NA, .memory_max = cli_memory(c),
                             .progress = progress_fold, .user = &progress, .shard = f->own.shard, .shards = f->common.shards,
                             .keep = keep, .keep_user = f};
    cli_progress_begin(c, &progress);
    progress_of(&progress, c->analysis->note.name);
    voc_rc rc = fold_run_all(&r, &item, 1, c->diag);
    cli_progress_end(c);
    if (rc == VOC_E_BUG) c->failed_plugin = true;
    fold_free(&item.result);
    return rc;
}

static voc_rc describe(struct folding *f, struct project *p, const struct journey *j, struct meta_room **room)
{
    struct cli *c = f->c;
    f->common.analysis = str_of(c->analysis->note.name);
    f->common.version = str_of(c->analysis->note.version);
    f->own.project = str_of(cli_project_typed(p));
    f->own.file_name = str_of(project_name(p));
    f->own.typed = meta_undivided(c);
    return meta_new(room, c, p, j, &f->common.meta);
}

static voc_rc write_part(struct folding *f, struct project *p, const struct journey *j)
{
    struct cli *c = f->c;
    struct meta_room *room = NULL;
    voc_str file = c->common[COMMON_OUTPUT].s;
    voc_rc rc = out_open(&f->out, file.ptr, c->common[COMMON_FORCE].i != 0, c->diag);
    if (!rc) rc = describe(f, p, j, &room);
    if (!rc) rc = fold(f, p, j);
    meta_free(room);
    if (rc)
        out_abort(f->out);
    else
        rc = out_commit(f->out);
    if (rc) return rc;
    cli_say(c, "wrote %s: part %u of %u\n", file.ptr, f->own.shard, f->common.shards);
    if (f->common.shards == 1)
        cli_say(c, "Next: voc merge %s %s\n", c->analysis->note.name, cli_word(c, file.ptr));
    else
        cli_say(c, "Next: voc merge %s PART... with all %u parts\n", c->analysis->note.name, f->common.shards);
    return VOC_OK;
}

int run_fold(struct cli *c)
{
    struct project *p = NULL;
    struct journey *j = NULL;
    struct folding f = {.c = c};
    voc_rc rc = check(c);
    if (!rc) rc = which_shard(c, &f);
    if (!rc) rc = which_options(c, &f);
    c->args++; // the project is the first now, as for an analysis
    c->n_args--;
    if (!rc) rc = cli_open(c, &p, PROJECT_READ);
    if (!rc) rc = cli_need_events(c, p);
    if (!rc) rc = cli_journey(c, p, (voc_str){"", 0}, &j);
    if (!rc) rc = write_part(&f, p, j);
    journey_free(j);
    project_close(p);
    return cli_exit(c, rc);
}
