// SPDX-License-Identifier: MIT
// From parts to tables. The parts must be all of one fold; the analysis begins with what they carry, loads one state after the
// other, in the order of their numbers, and finishes as it does after a walk.
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/fold/calls.h"
#include "host/fold/shard.h"
#include "host/memory/swap.h"

// ---- do they belong together? --------------------------------------------------------------------------------------------

static voc_rc refuse(const char *path, struct diag *d, const char *hint, const char *text)
{
    diag_error(d, "PART-006", path, 0, hint, "%s", text);
    return VOC_E_OPTION;
}

static bool same_options(const struct shard_common *a, const struct shard_common *b)
{
    bool same = a->n_options == b->n_options;
    for (size_t i = 0; i < a->n_options && same; i++)
        same = str_eq(a->options[i].name, b->options[i].name) && str_eq(a->options[i].value, b->options[i].value);
    return same;
}

// Why the common head of one is not that of the first.
static voc_rc foreign(const struct shard *s, const struct shard *first, struct diag *d)
{
    static const char again[] = "fold every part with the same analysis, options and project";
    const struct shard_common *a = &s->common, *b = &first->common;
    if (!str_eq(a->analysis, b->analysis)) return refuse(s->path, d, again, "this part is of another analysis than the first");
    if (!str_eq(a->version, b->version)) return refuse(s->path, d, "fold all parts with one version", "this part was made by another version of the analysis than the first");
    if (!same_options(a, b)) return refuse(s->path, d, again, "this part was folded with other options than the first");
    if (!str_eq(a->def.hash, b->def.hash) || !str_eq(a->def.version, b->def.version))
        return refuse(s->path, d, again, "this part follows another definition of the journey than the first");
    if (a->shards != b->shards) return refuse(s->path, d, "name parts of one division", "this part is of a division into another number of shards than the first");
    return refuse(s->path, d, again, "this part is of another project than the first, or of the same at another time");
}

static voc_rc check_analysis(const struct shard *s, const struct plugin *analysis, struct diag *d)
{
    const struct shard_common *c = &s->common;
    voc_str name = str_of(analysis->note.name);
    if (!str_eq(c->analysis, name)) {
        diag_error(d, "PART-006", s->path, 0, "name that analysis: voc merge ANALYSIS PART...",
                   "this part is of the analysis \"%.*s\", not of %s", STR_SHOWN(c->analysis, 60), analysis->note.name);
        return VOC_E_OPTION;
    }
    if (str_is(c->version, analysis->note.version)) return VOC_OK;
    diag_error(d, "PART-006", s->path, 0, "merge it where it was folded, or fold it again here",
               "this part was made by %s %.*s, and here is %s", analysis->note.name, STR_SHOWN(c->version, 60),
               analysis->note.version);
    return VOC_E_OPTION;
}

static int by_number(const void *x, const void *y)
{
    const struct shard *a = *(struct shard *const *)x, *b = *(struct shard *const *)y;
    return (a->own.shard > b->own.shard) - (a->own.shard < b->own.shard);
}

// "2, 5 and 7 to 9"
static void list_missing(struct buf *b, const struct shards *s)
{
    uint32_t next = 1;
    size_t listed = 0;
    for (size_t i = 0; i <= s->n; i++) {
        uint32_t to = i < s->n ? s->at[i]->own.shard : s->common->shards + 1;
        if (to > next && listed++) buf_cstr(b, ", ");
        if (to == next + 1) buf_printf(b, "%u", next);
        if (to > next + 1) buf_printf(b, "%u to %u", next, to - 1);
        next = to + 1;
    }
}

static voc_rc check_numbers(const struct shards *s, struct diag *d)
{
    for (size_t i = 1; i < s->n; i++) {
        if (s->at[i]->own.shard != s->at[i - 1]->own.shard) continue;
        diag_error(d, "PART-007", s->at[i]->path, 0, "name each part once", "part %u of %u is there twice: also %s", s->at[i]->own.shard, s->common->shards, s->at[i - 1]->path);
        return VOC_E_OPTION;
    }
    if (s->n == s->common->shards) return VOC_OK;
    struct buf b;
    buf_init(&b, 1 << 16);
    list_missing(&b, s);
    const voc_str name = s->common->analysis;
    char hint[200];
    snprintf(hint, sizeof hint, "voc fold %.*s PROJECT --shard I/%u -o PART makes each", STR_SHOWN(name, 60), s->common->shards);
    diag_error(d, "PART-008", NULL, 0, hint,
               s->n + 1 == s->common->shards ? "of %u parts one is missing: %s" : "of %u parts some are missing: %s",
               s->common->shards, b.ptr ? b.ptr : "");
    buf_done(&b);
    return b.rc ? b.rc : VOC_E_OPTION;
}

voc_rc shards_open(struct shards *out, const char *const *paths, size_t n, const struct plugin *analysis, uint64_t memory_max, struct diag *d)
{
    *out = (struct shards){.at = mem_zalloc(n ? n : 1, sizeof *out->at)};
    if (!out->at) return VOC_E_NOMEM;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < n && !rc; i++) {
        const struct shard *first = i ? out->at[0] : NULL;
        rc = shard_open(&out->at[i], paths[i], first, memory_max, d);
        if (rc) break;
        out->n++;
        rc = first && !out->at[i]->alike ? foreign(out->at[i], first, d) : first ? VOC_OK : check_analysis(out->at[i], analysis, d);
    }
    if (rc) return rc;
    out->common = &out->at[0]->common;
    qsort(out->at, out->n, sizeof *out->at, by_number);
    out->common->info.project = out->common->meta.project = out->at[0]->own.file_name;
    return check_numbers(out, d);
}

void shards_close(struct shards *s)
{
    for (size_t i = 0; i < s->n; i++) shard_close(s->at[i]);
    mem_free(s->at);
    *s = (struct shards){0};
}

// ---- merging -------------------------------------------------------------------------------------------------------------

struct merging {
    const struct merge_request *r;
    struct voc_context cx;
    struct voc_run run;
    struct swap swap;
    void *analysis, *state;
};

static voc_rc add_state(struct merging *m, const struct shard *s, struct diag *d)
{
    void *bytes = NULL, *state = NULL;
    uint64_t used = context_used(&m->cx), most = m->cx.memory_max;
    size_t errors = diag_count(d, VOC_ERROR);
    voc_rc rc = shard_state(s, &bytes, most ? (used < most ? most - used : 1) : 0, d);
    if (!rc) rc = call_state_new(m->r->plugin, m->analysis, &state);
    if (!rc) rc = call_load(m->r->plugin, m->analysis, state, bytes, (size_t)s->state_size);
    mem_free(bytes);
    if (rc == VOC_E_INPUT && diag_count(d, VOC_ERROR) == errors)
        diag_error(d, "PART-002", s->path, 0, "make it again with voc fold, or copy it again",
                   "this part is damaged: the analysis cannot read what it gathered");
    if (!rc && m->state) rc = call_merge(m->r->plugin, m->analysis, m->state, state);
    if (!rc && !m->state) {
        m->state = state;
        state = NULL;
    }
    if (state) call_state_free(m->r->plugin, m->analysis, state);
    return rc;
}

static void merging_done(struct merging *m)
{
    if (m->state) call_state_free(m->r->plugin, m->analysis, m->state);
    if (m->analysis) call_end(m->r->plugin, m->analysis);
    for (size_t i = 0; i < m->run.spools.n; i++) spool_free(m->run.spools.at[i]);
    for (size_t i = 0; i < m->run.tables.n; i++) table_free(m->run.tables.at[i]);
    vec_free(&m->run.spools);
    vec_free(&m->run.tables);
    vec_free(&m->run.wants);
    spill_done(&m->run.spill);
    pthread_mutex_destroy(&m->run.lock);
    context_done(&m->cx);
    swap_done(&m->swap);
}

voc_rc shards_merge(const struct shards *s, const struct merge_request *r, struct fold_result *out, struct diag *d)
{
    struct merging m = {.r = r};
    const size_t before = diag_count(d, VOC_ERROR);
    context_init(&m.cx, r->plugin, d, NULL);
    context_bound(&m.cx, r->memory_max);
    pthread_mutex_init(&m.run.lock, NULL);
    m.run.cx = &m.cx;
    m.run.threads = r->threads;
    m.run.known = &s->common->known;
    m.run.info = s->common->info;
    m.run.spill.beside = s->at[0]->path;
    swap_init(&m.swap, s->at[0]->path, r->memory_max);
    if (m.swap.spill.beside) m.cx.swap = &m.swap;
    voc_rc rc = call_begin(r->plugin, &m.cx, &m.run, r->options, &m.analysis);
    m.run.sealed = true;
    for (size_t i = 0; i < s->n && !rc; i++) rc = host_cancelled() ? VOC_CANCELLED : add_state(&m, s->at[i], d);
    if (!rc) rc = call_finish(r->plugin, m.analysis, m.state);
    rc = context_rc(&m.cx, rc);
    if (!rc) rc = fold_tables(&m.run, &s->common->def);
    if ((unsigned)rc > VOC_E_BUSY) rc = VOC_E_BUG;
    run_say_failure(&m.run, r->plugin->note.name, rc, diag_count(d, VOC_ERROR) == before, d);
    if (!rc) {
        *out = (struct fold_result){.tables = m.run.tables.at, .n_tables = m.run.tables.n, .info = s->common->info};
        out->info.end_source = out->info.project = (voc_str){"", 0}; // they live in the parts
        m.run.tables.at = NULL;
        m.run.tables.n = 0;
    }
    merging_done(&m);
    return rc;
}
