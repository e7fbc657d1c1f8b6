// SPDX-License-Identifier: MIT
// One file into a project (or through a dry run): choose the plugin, make its mapping from sources.xml and options, frame,
// parse blocks in parallel, hand them on in order, and commit once, or not at all. Called by the cli.
#include "host/import_job.h"

#include <stdio.h>
#include <string.h>

#include "host/file_kind.h"
#include "host/pipeline.h"

#define BLOCK_BYTES ((size_t)256 << 10)
#define FIRST_BYTES ((size_t)1 << 20)

// ---- mapping -------------------------------------------------------------------------------------------------------------

// Options of sources.xml first, those of the command line over them.
static voc_rc make_options(struct job *j)
{
    const voc_plugin *p = j->plugin->desc;
    size_t from_rule = j->rule ? j->rule->n_options : 0, n = 0;
    struct option_given *given = arena_alloc(j->a, (from_rule + j->req->n_options + 1) * sizeof *given);
    if (!given) return VOC_E_NOMEM;
    for (size_t i = 0; i < from_rule; i++)
        given[n++] = (struct option_given){j->rule->options[i].name, j->rule->options[i].value, true,
                                           j->req->journey->sources_file.len ? j->req->journey->sources_file.ptr : NULL, j->rule->options[i].line};
    for (size_t i = 0; i < j->req->n_options; i++) given[n++] = j->req->options[i];
    voc_rc rc = options_parse(j->a, p->options, p->n_options, p->option_size, given, n, &j->options, j->d);
    for (size_t i = 0; i < p->n_options && !rc && strcmp(j->req->path, "-") != 0; i++) {
        const voc_option *o = option_at(p->options, p->option_size, i);
        if (o->type != VOC_OPT_FILE || !(o->flags & VOC_OPT_BESIDE) || j->options[i].set) continue;
        if (options_beside(j->a, o, j->req->path, &j->options[i], &j->beside, j->d)) j->beside_as = o->name;
    }
    return rc;
}

// What was taken because it lies beside the input is said first.
static size_t say_beside(const struct job *j, char *out, size_t size)
{
    out[0] = 0;
    if (!j->beside) return 0;
    int n = snprintf(out, size, "%s: %.200s, which lies beside the file (-O %s=FILE names another)\n", j->beside_as, j->beside, j->beside_as);
    return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

static void hash_str(struct hash_state *h, voc_str s)
{
    uint64_t len = s.len;
    hash_add(h, &len, sizeof len);
    hash_add(h, s.ptr, s.len);
}

// What decides how bytes become rows. Not the plugin's version: an upgrade is no reason to count a file again.
static void hash_mapping(struct job *j)
{
    struct hash_state h;
    hash_begin(&h);
    hash_str(&h, str_of(j->plugin->note.name));
    hash_str(&h, j->source.zone);
    uint32_t fixed[2] = {j->source.actor, j->source.resolution};
    hash_add(&h, fixed, sizeof fixed);
    for (size_t i = 0; i < j->source.n_maps; i++) {
        const voc_map *m = &j->source.maps[i];
        const voc_str all[] = {m->to, m->from, m->format, m->constant, m->action, m->action_from, m->alias_kind};
        for (size_t k = 0; k < sizeof all / sizeof *all; k++) hash_str(&h, all[k]);
        uint32_t more[3] = {m->strong, m->type, m->entity};
        hash_add(&h, more, sizeof more);
    }
    for (size_t i = 0; i < j->plugin->desc->n_options; i++) {
        const voc_value *v = &j->options[i];
        int64_t number = v->type == VOC_OPT_REAL ? (int64_t)(v->r * 1e6) : v->i;
        hash_add(&h, &number, sizeof number);
        hash_str(&h, v->s);
        for (size_t k = 0; k < v->n_list; k++) hash_str(&h, v->list[k]);
    }
    hash_end(&h, j->mapping);
}

static voc_rc make_source(struct job *j)
{
    const struct source_rule *r = j->rule;
    const char *name = j->req->name ? j->req->name : in_name(j->in);
    j->source = (voc_source){.struct_size = sizeof j->source, .map_size = sizeof(voc_map), .file_name = str_of(name)};
    j->source.id = j->req->source.len ? j->req->source : r && r->id.len ? r->id : str_of(j->plugin->note.name);
    if (r) {
        j->source.zone = r->zone;
        j->source.actor = r->actor;
        j->source.resolution = r->resolution;
        j->source.maps = r->maps;
        j->source.n_maps = r->n_maps;
        if (r->n_ignores)
            diag_warn(j->d, "IMPORT-011", j->req->journey->sources_file.ptr, r->ignores[0].line, "these rows are kept",
                      "<ignore> of a source is read but not yet applied by this version");
    }
    if (j->source.zone.len == 0 && j->req->journey) j->source.zone = j->req->journey->zone;
    voc_rc rc = make_options(j);
    if (!rc) hash_mapping(j);
    return rc;
}

// ---- LINES ----------------------------------------------------------------------------------------------------------------

// Directives cut a block: from record `first` to the next cut one context holds.
struct cut { size_t first; const void *context; };
struct cuts { VEC(struct cut) at; };

struct ring { // blocks on their way from the lines to the project
    struct job *j;
    struct lines *lines;
    struct lines_block *blocks;
    struct voc_sink **sinks;
    struct cuts *cuts;   // of each block
    char directive;      // byte with which such a line begins, or 0
    const void *context; // behind the last block that was filled
    bool first; // blocks[0] is filled already: the plugin made its mapping from it
    size_t target;
};

static voc_block view(const struct lines_block *b)
{
    return (voc_block){.struct_size = sizeof(voc_block),
                       .bytes = b->bytes.ptr,
                       .n_bytes = b->bytes.len,
                       .start = b->start.at,
                       .end = b->end.at,
                       .line = b->line.at,
                       .n_records = b->start.n,
                       .first_record = b->first_record};
}

// Where the block is cut, and what holds in each piece.
static voc_rc find_cuts(struct ring *w, size_t i)
{
    const struct lines_block *b = &w->blocks[i];
    struct cuts *c = &w->cuts[i];
    c->at.n = 0;
    voc_rc rc = vec_reserve(&c->at, 1, SIZE_MAX);
    if (!rc) c->at.at[c->at.n++] = (struct cut){0, w->context};
    for (size_t r = 0; r < b->start.n && !rc && w->directive; r++) {
        const void *before = w->context;
        if (b->start.at[r] == b->end.at[r] || b->bytes.ptr[b->start.at[r]] != w->directive) continue;
        rc = w->j->ops->directive(w->j->instance, str_mk(b->bytes.ptr + b->start.at[r], b->end.at[r] - b->start.at[r]), &w->context);
        if (rc || w->context == before) continue;
        rc = vec_reserve(&c->at, 1, SIZE_MAX);
        if (!rc) c->at.at[c->at.n++] = (struct cut){r, w->context};
    }
    return rc;
}

static voc_rc fill_block(void *user, size_t i, bool *some)
{
    struct ring *w = user;
    voc_rc rc = w->first ? VOC_OK : lines_next(w->lines, &w->blocks[i], w->target);
    w->first = false;
    if (!rc) rc = find_cuts(w, i);
    *some = !rc && w->blocks[i].start.n > 0;
    return rc;
}

// Records [from, to) of the block, a few at a time where that is asked for.
static voc_rc parse_some(struct ring *w, size_t i, size_t from, size_t to, const void *context)
{
    const voc_block whole = view(&w->blocks[i]);
    const size_t most = w->j->req->records_at_once ? w->j->req->records_at_once : SIZE_MAX;
    voc_rc rc = VOC_OK;
    do {
        voc_block b = whole;
        b.start += from, b.end += from, b.line += from, b.first_record += from;
        b.n_records = to - from < most ? to - from : most;
        b.context = context;
        sink_block(w->sinks[i], &b, w->blocks[i].bad.at + from);
        rc = w->j->ops->lines(w->j->instance, &b, w->sinks[i]);
        if (!rc) rc = sink_end(w->sinks[i]);
        from += b.n_records;
    } while (from < to && !rc);
    return rc;
}

static voc_rc parse_block(void *user, size_t i)
{
    struct ring *w = user;
    const struct cuts *c = &w->cuts[i];
    const size_t n = w->blocks[i].start.n;
    voc_rc rc = VOC_OK;
    sink_reset(w->sinks[i]);
    for (size_t k = 0; k < c->at.n && !rc; k++) {
        size_t from = c->at.at[k].first, to = k + 1 < c->at.n ? c->at.at[k + 1].first : n;
        if (from == to && n) continue; // the first line is a directive
        rc = parse_some(w, i, from, to, c->at.at[k].context);
    }
    sink_block(w->sinks[i], NULL, NULL);
    return rc;
}

static void tell(const struct job *j, enum import_phase phase)
{
    struct import_progress p = {.phase = phase, .events = j->n_events, .rejects = j->n_rejects};
    if (!j->req->progress) return;
    p.bytes = in_stored(j->in, &p.of);
    j->req->progress(j->req->progress_user, &p);
}

static voc_rc hand_on(struct job *j, const struct coded_block *b)
{
    doubts_block(&j->doubts, b, clock_now_us());
    j->n_events += b->events.n;
    j->n_rejects += b->n_rejects;
    tell(j, IMPORT_READ);
    if (j->import) return import_add(j->import, b);
    return j->req->block ? j->req->block(j->req->user, b) : VOC_OK;
}

static voc_rc give_block(void *user, size_t i)
{
    struct ring *w = user;
    struct coded_block b;
    voc_rc rc = sink_coded(w->sinks[i], &b);
    return rc ? rc : hand_on(w->j, &b);
}

// Header records and the first data records in one block, for the plugin to make its mapping.
static voc_rc show_head(struct job *j, const struct lines_block *head, const struct lines_block *first)
{
    struct lines_block both;
    lines_block_init(&both);
    size_t n = head->start.n + first->start.n;
    voc_rc rc = buf_add(&both.bytes, head->bytes.ptr, head->bytes.len);
    if (!rc) rc = buf_add(&both.bytes, first->bytes.ptr, first->bytes.len);
    if (!rc) rc = vec_reserve(&both.start, n, SIZE_MAX);
    if (!rc) rc = vec_reserve(&both.end, n, SIZE_MAX);
    if (!rc) rc = vec_reserve(&both.line, n, SIZE_MAX);
    for (size_t i = 0; i < n && !rc; i++) {
        bool in_head = i < head->start.n;
        const struct lines_block *from = in_head ? head : first;
        size_t k = in_head ? i : i - head->start.n, shift = in_head ? 0 : head->bytes.len;
        both.start.at[both.start.n++] = from->start.at[k] + shift;
        both.end.at[both.end.n++] = from->end.at[k] + shift;
        both.line.at[both.line.n++] = from->line.at[k];
    }
    if (!rc && j->ops->head) {
        voc_block b = view(&both);
        rc = j->ops->head(j->instance, &b);
        j->planned = rc == VOC_OK;
    }
    lines_block_done(&both);
    return rc;
}

static voc_rc read_blocks(struct job *j, struct ring *w, size_t slots)
{
    struct lines_block head;
    struct pipeline p = {.threads = j->req->threads, .slots = slots, .user = w, .fill = fill_block, .work = parse_block, .give = give_block};
    w->target = j->req->block_bytes ? j->req->block_bytes : BLOCK_BYTES;
    lines_block_init(&head);
    voc_rc rc = lines_head(w->lines, &head);
    // the first block is large, so that the plugin sees enough to prove an order of day and month
    if (!rc) rc = lines_next(w->lines, &w->blocks[0], FIRST_BYTES);
    if (!rc) rc = show_head(j, &head, &w->blocks[0]);
    lines_block_done(&head);
    w->first = true;
    return rc || j->req->plan_only ? rc : pipeline_run(&p);
}

static voc_rc import_lines(struct job *j)
{
    voc_line_rule rule = {.struct_size = sizeof rule};
    voc_str first;
    bool complete;
    size_t max = j->req->threads > 1 ? (size_t)j->req->threads * 2 : 1;
    struct ring w = {.j = j};
    struct encode_spec spec = {.actor = j->source.actor, .resolution = j->source.resolution, .file = in_path(j->in), .kept = j->req->kept};
    voc_rc rc = in_text(j->in, "auto");
    if (!rc) rc = in_peek(j->in, FIRST_BYTES, &first, &complete);
    if (!rc) rc = j->ops->rule(j->instance, first, &rule);
    if (!rc) rc = lines_new(&w.lines, j->in, &rule, j->d);
    if (!rc) w.blocks = mem_zalloc(max, sizeof *w.blocks);
    if (!rc) w.sinks = mem_zalloc(max, sizeof *w.sinks);
    if (!rc) w.cuts = mem_zalloc(max, sizeof *w.cuts);
    if (!rc && (!w.blocks || !w.sinks || !w.cuts)) rc = VOC_E_NOMEM;
    w.directive = j->ops->directive ? (char)rule.directive : 0;
    for (size_t i = 0; i < max && !rc; i++) {
        lines_block_init(&w.blocks[i]);
        spec.sender = (uint32_t)i + 1;
        rc = sink_new(&w.sinks[i], &spec, j->d);
    }
    if (!rc) rc = read_blocks(j, &w, max);
    if (!rc) {
        struct lines_account la = lines_account(w.lines);
        j->framing_bytes = la.framing_bytes;
        j->ends_clean = lines_ends_clean(w.lines);
    }
    for (size_t i = 0; i < max && w.blocks && w.sinks && w.cuts; i++) {
        if (!rc) rc = sink_account(w.sinks[i], &j->total);
        sink_free(w.sinks[i]);
        lines_block_done(&w.blocks[i]);
        vec_free(&w.cuts[i].at);
    }
    mem_free(w.cuts);
    mem_free(w.blocks);
    mem_free(w.sinks);
    lines_free(w.lines);
    return rc;
}

// ---- STREAM ---------------------------------------------------------------------------------------------------------------

static voc_rc stream_block(void *user, const struct coded_block *b) { return hand_on(user, b); }

static voc_rc import_stream(struct job *j)
{
    struct voc_stream s = {.in = j->in};
    struct voc_sink *sink = NULL;
    struct encode_spec spec = {.actor = j->source.actor, .resolution = j->source.resolution, .file = in_path(j->in), .sender = 1, .kept = j->req->kept};
    struct coded_block last;
    buf_init(&s.window, STREAM_WINDOW + 1);
    voc_rc rc = sink_new(&sink, &spec, j->d);
    if (!rc) {
        sink_flush_to(sink, &s, stream_block, j);
        rc = j->ops->run(j->instance, &s, sink);
    }
    if (s.rc) rc = s.rc; // what went wrong below the plugin is the truth
    if (!rc) rc = sink_end(sink);
    if (!rc) rc = sink_coded(sink, &last);
    if (!rc) rc = hand_on(j, &last);
    if (!rc) rc = sink_account(sink, &j->total);
    if (!rc) {
        char rest[4096];
        size_t got = 1;
        while (got && !rc) rc = in_read(j->in, rest, sizeof rest, &got); // trailing bytes are framing, and part of the hash
        j->framing_bytes = in_decoded(j->in) - j->total.a.bytes;
        j->ends_clean = false; // a grown stream is a new file
    }
    sink_free(sink);
    buf_done(&s.window);
    return rc;
}

// ---- the whole -------------------------------------------------------------------------------------------------------------

// With .gz and the like: what the user would type again.
static voc_str file_as_named(const struct job *j)
{
    const char *path = j->req->name ? j->req->name : j->req->path, *slash = strrchr(path, '/');
    return str_of(slash ? slash + 1 : path);
}

// Inputs that an older version has imported are known by another hash.
static voc_rc keep_older(void *user, const struct store_import *i)
{
    struct job *j = user;
    struct older_hash older;
    if (!hash_from_hex(i->hash_hex, older.hash) || fingerprint_is(older.hash)) return VOC_OK;
    voc_rc rc = vec_reserve(&j->older, 1, SIZE_MAX);
    if (!rc) j->older.at[j->older.n++] = older;
    return rc;
}

// The hash by which the project knows this input, if it does.
static void input_hash(const struct job *j, unsigned char out[HASH_BYTES])
{
    unsigned char older[HASH_BYTES];
    in_hash(j->in, out);
    if (j->older.n == 0) return;
    in_hash_older(j->in, older);
    for (size_t i = 0; i < j->older.n; i++)
        if (memcmp(j->older.at[i].hash, older, HASH_BYTES) == 0) memcpy(out, older, HASH_BYTES);
}

static voc_rc begin_store(struct job *j)
{
    const struct import_request *r = j->req;
    if (!r->project) return VOC_OK;
    struct import_spec spec = {.source = j->source.id,
                               .plugin = str_of(j->plugin->note.name),
                               .plugin_version = str_of(j->plugin->note.version),
                               .file_name = file_as_named(j),
                               .resolution = j->source.resolution,
                               .watermark_us = j->rule ? j->rule->watermark_us : VOC_NA,
                               .watermark_none = j->rule && j->rule->watermark_none,
                               .actor_assumed = 0,
                               .memory_max = r->memory_max,
                               .one_source = r->source.len == 0,
                               .again = r->again};
    memcpy(spec.mapping, j->mapping, HASH_BYTES);
    voc_rc rc = import_priors(r->project, j->source.id, j->priors, PRIORS_MAX, &j->n_priors);
    for (size_t i = 0; i < j->n_priors && !rc; i++) rc = in_watch(j->in, j->priors[i].length);
    if (!rc) rc = store_imports(r->project, keep_older, j);
    if (!rc && j->older.n) rc = in_want_older(j->in);
    return rc ? rc : import_begin(&j->import, r->project, &spec, j->d);
}

// The longest earlier import that this file begins with. Read with another mapping it is replaced: the store decides that.
static uint64_t continued_behind(struct job *j)
{
    uint64_t records = 0, length = 0;
    for (size_t i = 0; i < j->n_priors; i++) {
        const struct import_prior *p = &j->priors[i];
        unsigned char hash[HASH_BYTES];
        if (!p->ends_clean || p->length <= length) continue;
        if (!in_watched(j->in, p->length, !fingerprint_is(p->hash), hash) || memcmp(hash, p->hash, HASH_BYTES) != 0) continue;
        length = p->length;
        records = p->records;
    }
    return records;
}

static voc_rc judge_rejects(struct job *j)
{
    const struct import_account *a = &j->total.a;
    if (a->rejected * 2 > a->records) {
        diag_error(j->d, "IMPORT-005", in_path(j->in), j->total.first_line,
                   "nothing was kept; voc rows FILE --rejects-only shows them all; another format is named with --as NAME, a column with -O NAME=COLUMN",
                   "wrong format: %llu of %llu records were not understood by %s; the first: %s", (unsigned long long)a->rejected,
                   (unsigned long long)a->records, j->plugin->note.name, j->total.first_reason);
        return VOC_E_INPUT;
    }
    const double percent = j->req->max_reject_percent;
    const char *kept = j->req->again ? "the project keeps the first reading" : "nothing was kept";
    if (a->rejected > j->req->max_rejects || (percent > 0 && (double)a->rejected * 100 > percent * (double)a->records)) {
        char allowed[64], hint[160];
        if (percent > 0) snprintf(allowed, sizeof allowed, "%g %% of %llu", percent, (unsigned long long)a->records);
        else snprintf(allowed, sizeof allowed, "%llu", (unsigned long long)j->req->max_rejects);
        snprintf(hint, sizeof hint, "%s; voc rows FILE --rejects-only shows them; a higher --max-rejects keeps the rest", kept);
        diag_error(j->d, "IMPORT-006", in_path(j->in), 0, hint, "%llu records were rejected, %s are allowed", (unsigned long long)a->rejected, allowed);
        return VOC_E_CHECK;
    }
    return VOC_OK;
}

static voc_rc finish(struct job *j)
{
    struct import_account *a = &j->total.a;
    voc_rc rc = account_done(&j->total);
    a->framing_bytes = j->framing_bytes;
    a->ends_clean = j->ends_clean;
    a->bytes += j->framing_bytes;
    input_hash(j, a->hash);
    a->decoded_raw = in_raw(j->in);
    if (!rc && (a->records != a->gave + a->rejected + a->ignored || a->bytes != in_decoded(j->in))) {
        diag_error(j->d, "IMPORT-007", in_path(j->in), 0, "tell the plugin's author", "the account does not add up: %llu bytes of %llu",
                   (unsigned long long)a->bytes, (unsigned long long)in_decoded(j->in));
        rc = VOC_E_BUG;
    }
    if (!rc) rc = judge_rejects(j);
    if (!rc && j->import) {
        struct import *im = j->import;
        j->import = NULL;
        tell(j, IMPORT_WRITE);
        import_assumed(im, j->total.actor_unset);
        rc = import_commit(im, a, continued_behind(j), &j->rep->result);
    }
    return rc;
}

// A file of this name under another source: a log that has grown since, when nobody had said how it is read, counts twice.
static voc_rc warn_elsewhere(void *user, const struct store_import *i)
{
    struct job *j = user;
    if (!str_eq(i->file_name, file_as_named(j)) || str_eq(i->source, j->source.id) || j->said_elsewhere) return VOC_OK;
    j->said_elsewhere = true;
    diag_warn(j->d, "IMPORT-014", j->req->path, 0, "if it is the same log, import it into a new project; if not, say --source NAME for each",
              "a file of this name is held as source %.*s too: what is in both counts twice", (int)(i->source.len > 60 ? 60 : i->source.len), i->source.ptr);
    return VOC_OK;
}

static voc_rc fill_report(struct job *j)
{
    struct import_report *out = j->rep;
    const struct import_account *a = &j->total.a;
    struct import_ignored *rules = arena_alloc(j->a, (a->n_by_rule + 1) * sizeof *rules);
    bool ok = rules != NULL;
    out->account = *a;
    for (size_t i = 0; i < a->n_by_rule && ok; i++)
        rules[i] = (struct import_ignored){arena_str(j->a, a->by_rule[i].rule.ptr, a->by_rule[i].rule.len, &ok), a->by_rule[i].records};
    out->account.by_rule = rules;
    if (j->total.actor_unset) snprintf(out->assumed, sizeof out->assumed, "who acted is not said in this source: read as the customer");
    snprintf(out->charset, sizeof out->charset, "%s", in_charset(j->in) ? in_charset(j->in) : "");
    return ok ? VOC_OK : VOC_E_NOMEM;
}

// The plugin's mapping, kept beyond its life.
static voc_rc keep_plan(struct job *j)
{
    voc_source *s = &j->rep->plan;
    bool ok = true;
    *s = j->source;
    s->maps = NULL;
    s->n_maps = 0;
    voc_source given = *s;
    voc_rc rc = j->planned && j->ops->maps ? j->ops->maps(j->instance, &given) : VOC_OK;
    voc_map *maps = arena_alloc(j->a, (given.n_maps + 1) * sizeof *maps);
    if (rc || !maps) return rc ? rc : VOC_E_NOMEM;
    size_t size = given.map_size < sizeof *maps ? given.map_size : sizeof *maps;
    memset(maps, 0, (given.n_maps + 1) * sizeof *maps);
    for (size_t i = 0; i < given.n_maps && ok; i++) {
        voc_map *m = &maps[i];
        memcpy(m, (const char *)given.maps + i * given.map_size, size);
        voc_str *const text[] = {&m->to, &m->from, &m->format, &m->constant, &m->action, &m->action_from, &m->alias_kind, &m->reason};
        for (size_t k = 0; k < sizeof text / sizeof *text && ok; k++) *text[k] = arena_str(j->a, text[k]->ptr, text[k]->len, &ok);
    }
    voc_str *const own[] = {&given.id, &given.zone, &given.file_name};
    for (size_t k = 0; k < sizeof own / sizeof *own && ok; k++) *own[k] = arena_str(j->a, own[k]->ptr, own[k]->len, &ok);
    given.maps = maps;
    given.map_size = sizeof *maps;
    if (ok) *s = given;
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static void explain_fault(struct job *j, voc_rc rc)
{
    if (rc == VOC_E_BUG)
        diag_error(j->d, "IMPORT-008", in_path(j->in), 0, "tell its author; nothing was kept", "plugin %s broke its contract", j->plugin->note.name);
}

static voc_rc open_input(struct job *j)
{
    const struct import_request *r = j->req;
    if (r->bytes) return in_memory(&j->in, r->path, r->bytes->ptr, r->bytes->len, NULL, j->d);
    struct file_look look = file_look(r->path);
    if (look.kind == FILE_FOLDER) return in_open_folder(&j->in, r->path, NULL, j->d); // of mails; whose files are to be read alone is not for here
    if (file_say_missing(r->path, look, j->a, j->d)) return VOC_E_IO;
    if (!r->as.len && look.packed && file_say_kind(r->path, look, j->d)) return VOC_E_INPUT;
    return in_open(&j->in, r->path, NULL, j->d);
}

voc_rc import_file(const struct import_request *r, struct import_report *out, struct arena *a, struct diag *d)
{
    struct job j = {.req = r, .rep = out, .a = a, .d = d};
    memset(out, 0, sizeof *out);
    voc_rc rc = open_input(&j);
    if (!rc) rc = import_choose(&j);
    if (rc) {
        in_close(j.in);
        return rc;
    }
    j.ops = j.plugin->ops;
    if (!j.ops) rc = plugin_load(j.plugin, d);
    j.ops = j.plugin->ops;
    context_init(&j.cx, j.plugin, d, r->name ? r->name : in_path(j.in));
    snprintf(out->plugin, sizeof out->plugin, "%s", j.plugin->note.name);
    if (!rc) rc = make_source(&j);
    if (!rc) snprintf(out->source, sizeof out->source, "%.*s", (int)(j.source.id.len > 63 ? 63 : j.source.id.len), j.source.id.ptr);
    if (!rc) rc = begin_store(&j);
    if (!rc) rc = j.ops->open(host_table(), &j.cx, &j.source, j.options, &j.instance);
    if (!rc && (j.ops->framing == VOC_FRAMING_LINES || !r->plan_only)) rc = j.ops->framing == VOC_FRAMING_LINES ? import_lines(&j) : import_stream(&j);
    rc = context_rc(&j.cx, rc);
    if (rc && host_cancelled()) rc = VOC_CANCELLED; // whatever a plugin took the end of its input for
    if (!rc) rc = keep_plan(&j);
    if (!rc && !r->plan_only) rc = finish(&j);
    if (!rc && !r->plan_only) doubts_say(&j.doubts, r->path, j.total.a.records, d);
    if (!rc && r->project && !r->source.len && strcmp(r->path, "-") != 0) (void)store_imports(r->project, warn_elsewhere, &j); // the import is done: a warning less undoes nothing
    if (j.instance && j.ops->describe && (j.ops->framing == VOC_FRAMING_LINES || !r->plan_only)) {
        size_t said = say_beside(&j, out->mapping, sizeof out->mapping);
        j.ops->describe(j.instance, out->mapping + said, sizeof out->mapping - said);
    }
    voc_rc filled = fill_report(&j);
    if (!rc) rc = filled;
    explain_fault(&j, rc);
    import_rollback(j.import);
    if (j.instance && j.ops->close) j.ops->close(j.instance);
    options_done(j.options, j.options ? j.plugin->desc->n_options : 0);
    context_done(&j.cx);
    account_free(&j.total);
    vec_free(&j.older);
    in_close(j.in);
    return rc;
}
