// SPDX-License-Identifier: MIT
// LINES framing of the reader: cuts blocks of whole records, gives the plugin its head, has blocks parsed in parallel between
// the directives that cut them, and hands them on in order. The ring of blocks is this file's own; the pipeline turns it.
#include "host/import/reader_job.h"

#include "host/import/pipeline.h"
#include "io/lines.h"

#define BLOCK_BYTES ((size_t)256 << 10)
#define FIRST_BYTES ((size_t)1 << 20)

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
    size_t first_bytes, target; // of the first block, of the others
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

static voc_rc give_block(void *user, size_t i)
{
    struct ring *w = user;
    struct coded_block b;
    voc_rc rc = sink_coded(w->sinks[i], &b);
    return rc ? rc : reader_give(w->j, &b);
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
    if (!rc) rc = lines_next(w->lines, &w->blocks[0], w->first_bytes);
    if (!rc) rc = show_head(j, &head, &w->blocks[0]);
    j->tried = context_turns(&j->cx);
    lines_block_done(&head);
    w->first = true;
    return rc || j->req->plan_only ? rc : pipeline_run(&p);
}

voc_rc reader_lines(struct job *j)
{
    voc_line_rule rule = {.struct_size = sizeof rule};
    voc_str first;
    bool complete;
    size_t max = j->req->threads > 1 ? (size_t)j->req->threads + 1 : 1; // each has a dictionary of its own, and the keeper a map of it
    struct ring w = {.j = j};
    struct encode_spec spec = {.actor = j->source.actor, .resolution = j->source.resolution, .file = in_path(j->in),
                               .kept = j->req->kept, .apart = j->req->apart, .leave_out = j->leave_out, .source = j->source.id};
    voc_rc rc = in_text(j->in, "auto");
    if (!rc) rc = in_peek(j->in, FIRST_BYTES, &first, &complete);
    w.first_bytes = !rc && complete ? first.len + 1 : FIRST_BYTES; // no more room than a small file needs
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
