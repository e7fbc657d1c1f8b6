// SPDX-License-Identifier: MIT
// A part on its way out: what the run knows goes into the head, then follows the state as the analysis saves it, then the
// length and the hash. docs/part-file.md has the layout. Called once, when the shard has been walked.
#include "host/coder.h"
#include "host/fold/calls.h"
#include "host/fold/shard.h"

#define HEAD_MAX ((size_t)4 << 30)

// Which dictionaries finish may ask for: those of the columns that were asked for; a unit names its account besides.
static bool is_named(const struct voc_run *run, uint32_t column)
{
    static const uint32_t people = 1u << VOC_COL_INDIVIDUAL | 1u << VOC_COL_ACCOUNT;
    switch (column) {
    case VOC_COL_ACCOUNT: return (run->columns & people) != 0;
    case VOC_COL_INDIVIDUAL:
    case VOC_COL_CHANNEL:
    case VOC_COL_CAMPAIGN:
    case VOC_COL_OBJECT:
    case VOC_COL_ROLE:
    case VOC_COL_OWNER:
    case VOC_COL_THREAD:
    case VOC_COL_CASE: return (run->columns >> column & 1u) != 0;
    default: return false; // actions, touchpoints, stages and segments stand in the definition
    }
}

static uint32_t n_predicates(const voc_definition *d)
{
    uint32_t n = 0;
#define MORE(p) \
    if ((p) != VOC_NONE && (p) >= n) n = (p) + 1
    for (size_t i = 0; i < d->n_stages; i++) MORE(d->stages[i].aim);
    for (size_t i = 0; i < d->n_touchpoints; i++) MORE(d->touchpoints[i].aim);
    for (size_t i = 0; i < d->n_holdouts; i++) {
        MORE(d->holdouts[i].treated);
        MORE(d->holdouts[i].control);
    }
    for (size_t i = 0; i < d->n_predicates; i++) MORE(d->predicates[i].predicate);
#undef MORE
    return n;
}

static voc_rc add_names(struct arena *a, struct run_known *known, const struct voc_run *run, uint32_t column)
{
    voc_str *names = arena_alloc(a, ((size_t)known->n_codes[column] + 1) * sizeof *names);
    if (!names) return VOC_E_NOMEM;
    for (uint32_t code = 0; code < known->n_codes[column]; code++) names[code] = timeline_name(run->timeline, column, code);
    known->names[column] = names;
    return VOC_OK;
}

static voc_rc add_run(struct arena *a, struct shard_common *s, const struct voc_run *run)
{
    voc_rc rc = VOC_OK;
    s->def = *timeline_definition(run->timeline);
    s->info = run->info;
    s->known = (struct run_known){.def = &s->def, .n_predicates = n_predicates(&s->def)};
    for (uint32_t column = 0; column < VOC_N_COLUMNS && !rc; column++) {
        s->known.n_codes[column] = timeline_n_codes(run->timeline, column);
        if (is_named(run, column)) rc = add_names(a, &s->known, run, column);
    }
    return rc;
}

static void put_number(unsigned char *to, uint64_t x, unsigned n)
{
    for (unsigned i = 0; i < n; i++) to[i] = (unsigned char)(x >> (8 * i));
}

static voc_rc put(voc_writer *w, const void *data, size_t size)
{
    hash_add(w->hash, data, size);
    return out_write(w->out, data, size);
}

static voc_rc put_heads(voc_writer *w, struct shard_common *common, struct shard_own *own)
{
    unsigned char head[PART_HEAD] = PART_MAGIC;
    struct buf of_all, of_one;
    buf_init(&of_all, HEAD_MAX);
    buf_init(&of_one, HEAD_MAX);
    struct coder c = {.out = &of_all}, d = {.out = &of_one};
    shard_code_common(&c, common);
    shard_code_own(&d, own);
    put_number(head + 8, PART_VERSION, 4);
    put_number(head + 16, of_all.len, 8);
    put_number(head + 24, of_one.len, 8);
    voc_rc rc = c.rc ? c.rc : d.rc;
    if (!rc) rc = put(w, head, sizeof head);
    if (!rc) rc = put(w, of_all.ptr, of_all.len);
    if (!rc) rc = put(w, of_one.ptr, of_one.len);
    buf_done(&of_all);
    buf_done(&of_one);
    return rc;
}

voc_rc shard_write(struct out *to, struct shard_common *common, struct shard_own *own, const struct fold_kept *kept)
{
    unsigned char tail[8], whole[HASH_BYTES];
    struct hash_state hash;
    voc_writer w = {.out = to, .hash = &hash};
    struct arena arena;
    arena_init(&arena, 0);
    hash_begin(&hash);
    own->units = kept->units;
    own->events = kept->events;
    voc_rc rc = add_run(&arena, common, kept->run);
    if (!rc) rc = put_heads(&w, common, own);
    if (!rc) rc = call_save(kept->plugin, kept->analysis, kept->state, &w);
    put_number(tail, w.bytes, sizeof tail);
    if (!rc) rc = put(&w, tail, sizeof tail);
    hash_end(&hash, whole);
    if (!rc) rc = out_write(to, whole, sizeof whole);
    arena_done(&arena);
    return rc;
}
