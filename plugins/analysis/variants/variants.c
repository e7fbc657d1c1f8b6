// SPDX-License-Identifier: MIT
//
// Analysis plugin variants: the ways customers take, whole (METHODS 4.2). Each distinct sequence is kept once, as numbers of
// seven bits a byte; the fold counts and gathers durations.
#include "plugins/analysis/variants/variants.h"

#include <string.h>

static const char *const events_choices[] = {"customer", "touches", "all", NULL};
static const voc_option options[N_OPTIONS] = {
    [OPT_TOP] = {"top", VOC_OPT_INT, 0, "20", "0", "1000000000", NULL, "N", "show so many ways, the most frequent; 0 shows all"},
    [OPT_COLLAPSE] = {"collapse", VOC_OPT_BOOL, 0, "yes", NULL, NULL, NULL, "YES|NO", "count the same thing several times in a row as once"},
    [OPT_EVENTS] = {"events", VOC_OPT_ENUM, 0, "customer", NULL, NULL, events_choices, "WHICH", "follow what customers do (customer), what the company sends and does to them (touches), or both (all)"},
};
static const char magic[8] = {'V', 'O', 'C', 'V', 'A', 'R', 'S', '1'};

static voc_rc begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *given, void **analysis)
{
    struct variants *v = host->alloc(cx, sizeof *v);
    voc_value *own = host->alloc(cx, N_OPTIONS * sizeof *own);
    if (!v || !own) return VOC_E_NOMEM;
    memcpy(own, given, N_OPTIONS * sizeof *own);
    v->options = own;
    *analysis = v;
    return walk_begin(&v->w, host, cx, run, (uint32_t)own[OPT_EVENTS].i, own[OPT_COLLAPSE].i != 0, false);
}

static voc_rc state_new(void *analysis, void **state)
{
    struct variants *v = analysis;
    struct state *st = v->w.host->alloc(v->w.cx, sizeof *st);
    if (!st) return VOC_E_NOMEM;
    memset(st, 0, sizeof *st);
    st->variants = v;
    st->pool = (struct pool){v->w.host, v->w.cx, NULL};
    *state = st;
    return VOC_OK;
}

static void state_free(void *analysis, void *state)
{
    struct variants *v = analysis;
    struct state *st = state;
    walker_done(&v->w, &st->walker);
    pool_done(&st->pool);
    v->w.host->free(v->w.cx, st->all);
    v->w.host->free(v->w.cx, st->slots);
    v->w.host->free(v->w.cx, st->path);
    v->w.host->free(v->w.cx, st);
}

// ---- the table of sequences --------------------------------------------------------------------------------------------

static uint64_t hash_of(const unsigned char *path, size_t size, uint32_t open)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325) ^ open, word;
    for (; size >= 8; path += 8, size -= 8) {
        memcpy(&word, path, 8);
        h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    for (; size; size--) h = (h ^ *path++) * UINT64_C(0x100000001b3);
    h *= UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 32;
}

static voc_rc grow(struct state *st)
{
    const struct walk *w = &st->variants->w;
    size_t cap = st->cap ? st->cap * 2 : 64;
    if (cap > UINT32_MAX / 4) return VOC_E_LIMIT;
    uint32_t *slots = w->host->alloc(w->cx, cap * 2 * sizeof *slots);
    struct variant *all = slots ? w->host->resize(w->cx, st->all, cap * sizeof *all) : NULL;
    if (!all) {
        w->host->free(w->cx, slots);
        return VOC_E_NOMEM;
    }
    w->host->free(w->cx, st->slots);
    memset(slots, 0, cap * 2 * sizeof *slots);
    st->all = all;
    st->slots = slots;
    st->cap = cap;
    st->n_slots = cap * 2;
    for (size_t i = 0; i < st->n; i++) {
        size_t at = (size_t)all[i].hash & (st->n_slots - 1);
        while (slots[at]) at = (at + 1) & (st->n_slots - 1);
        slots[at] = (uint32_t)i + 1;
    }
    return VOC_OK;
}

static const void *copy(struct state *st, const void *from, size_t size)
{
    void *to = pool_take(&st->pool, size ? size : 1);
    if (to && size) memcpy(to, from, size);
    return to;
}

// The variant of these bytes, made where there is none yet.
static voc_rc variant_at(struct state *st, const unsigned char *path, size_t size, uint32_t n, uint32_t open, struct variant **out)
{
    voc_rc rc = st->n == st->cap ? grow(st) : VOC_OK;
    if (rc) return rc;
    uint64_t hash = hash_of(path, size, open);
    size_t at = (size_t)hash & (st->n_slots - 1);
    for (; st->slots[at]; at = (at + 1) & (st->n_slots - 1)) {
        struct variant *v = &st->all[st->slots[at] - 1];
        if (v->hash == hash && v->size == size && v->open == open && memcmp(v->path, path, size) == 0) return *out = v, VOC_OK;
    }
    const unsigned char *own = copy(st, path, size);
    if (!own) return VOC_E_NOMEM;
    *out = &st->all[st->n];
    **out = (struct variant){.hash = hash, .path = own, .size = size, .n = n, .open = open};
    st->slots[at] = (uint32_t)++st->n;
    return VOC_OK;
}

static voc_rc example(struct state *st, struct variant *v, voc_str unit)
{
    if (v->example.ptr) {
        size_t n = unit.len < v->example.len ? unit.len : v->example.len;
        int c = n ? memcmp(unit.ptr, v->example.ptr, n) : 0;
        if (c > 0 || (c == 0 && unit.len >= v->example.len)) return VOC_OK;
    }
    const char *own = copy(st, unit.ptr, unit.len);
    if (!own) return VOC_E_NOMEM;
    v->example = (voc_str){own, unit.len};
    return VOC_OK;
}

// ---- the fold ----------------------------------------------------------------------------------------------------------

// A way whose beginning is not in the data is no way that is known whole.
static voc_rc add(void *user, const struct walked *j)
{
    struct state *st = user;
    const struct walk *w = &st->variants->w;
    struct variant *v;
    size_t size = 0;
    if (j->cut) return VOC_OK;
    if (j->n > UINT32_MAX || j->n > SIZE_MAX / 16) return VOC_E_LIMIT;
    if (st->path_cap < j->n * 5) {
        unsigned char *path = w->host->resize(w->cx, st->path, j->n * 10);
        if (!path) return VOC_E_NOMEM;
        st->path = path;
        st->path_cap = j->n * 10;
    }
    for (size_t i = 0; i < j->n; i++) {
        unsigned char code[10];
        size_t n = varint_put(code, j->node[i]);
        memcpy(st->path + size, code, n);
        size += n;
    }
    voc_rc rc = variant_at(st, st->path, size, (uint32_t)j->n, j->open, &v);
    if (rc) return rc;
    v->count++;
    rc = example(st, v, j->unit->name);
    return rc ? rc : gaps_add(&v->lasted, &st->pool, j->left[j->n - 1] - j->came[0]);
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j)
{
    struct state *st = state;
    return walk_batch(&((struct variants *)analysis)->w, &st->walker, j, add, st);
}

static voc_rc merge(void *analysis, void *into, void *from)
{
    struct state *a = into, *b = from;
    voc_rc rc = VOC_OK;
    (void)analysis;
    for (size_t i = 0; i < WALK_N_COUNTS; i++) a->walker.counts[i] += b->walker.counts[i];
    for (size_t i = 0; i < b->n && !rc; i++) {
        struct variant *v;
        rc = variant_at(a, b->all[i].path, b->all[i].size, b->all[i].n, b->all[i].open, &v);
        if (rc) return rc;
        v->count += b->all[i].count;
        rc = example(a, v, b->all[i].example);
        gaps_join(&v->lasted, &b->all[i].lasted);
    }
    pool_join(&a->pool, &b->pool);
    return rc;
}

// ---- portable bytes ----------------------------------------------------------------------------------------------------

static voc_rc save(void *analysis, void *state, voc_writer *to)
{
    const voc_host *h = ((struct variants *)analysis)->w.host;
    struct state *st = state;
    voc_rc rc = walk_save(&((struct variants *)analysis)->w, &st->walker, magic, to);
    if (!rc) rc = varint_write(h, to, st->n);
    for (size_t i = 0; i < st->n && !rc; i++) {
        const struct variant *v = &st->all[i];
        const uint64_t numbers[] = {v->n, v->open, v->count, v->example.len, v->size};
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers && !rc; k++) rc = varint_write(h, to, numbers[k]);
        if (!rc && v->example.len) rc = h->write(to, v->example.ptr, v->example.len);
        if (!rc && v->size) rc = h->write(to, v->path, v->size);
        if (!rc) rc = gaps_save(&v->lasted, h, to);
    }
    return rc;
}

static bool path_is_sound(const struct walk *w, const unsigned char *path, uint64_t size, uint64_t n)
{
    struct bytes b = {path, path + size};
    uint64_t node;
    for (; n; n--)
        if (!varint_get(&b, &node) || node >= w->n_nodes) return false;
    return b.at == b.end;
}

static voc_rc load(void *analysis, void *state, const void *data, size_t size)
{
    const struct walk *w = &((struct variants *)analysis)->w;
    struct state *st = state;
    struct bytes b = {data, (const unsigned char *)data + size};
    uint64_t n, v[5];
    voc_rc rc = walk_load(w, &st->walker, magic, &b);
    if (rc) return rc;
    if (!varint_get(&b, &n)) return VOC_E_INPUT;
    for (; n && !rc; n--) {
        struct variant *to;
        for (size_t k = 0; k < 5; k++)
            if (!varint_get(&b, &v[k])) return VOC_E_INPUT;
        uint64_t left = (uint64_t)(b.end - b.at);
        if (v[0] == 0 || v[0] > UINT32_MAX || v[1] > 1 || v[3] > left || v[4] > left - v[3] || !path_is_sound(w, b.at + v[3], v[4], v[0])) return VOC_E_INPUT;
        rc = variant_at(st, b.at + v[3], (size_t)v[4], (uint32_t)v[0], (uint32_t)v[1], &to);
        if (rc) return rc;
        to->count += v[2];
        rc = example(st, to, (voc_str){(const char *)b.at, (size_t)v[3]});
        b.at += v[3] + v[4];
        if (!rc) rc = gaps_load(&to->lasted, &st->pool, &b);
    }
    return rc ? rc : b.at == b.end ? VOC_OK : VOC_E_INPUT;
}

static voc_rc finish(void *analysis, void *state)
{
    struct variants *v = analysis;
    struct state *st = state;
    if (!st->walker.counts[WALK_JOURNEYS]) return walk_nothing(&v->w, &st->walker, "VARIANTS-001", "variants");
    return variants_tables(v, st);
}

static void end(void *analysis) { (void)analysis; }  // all of it is the instance's

static const voc_analysis_ops ops = {.struct_size = sizeof ops, .begin = begin, .state_new = state_new, .batch = batch, .merge = merge,
                                     .save = save, .load = load, .finish = finish, .state_free = state_free, .end = end};

static const char about[] =
    "Lists the ways that customers take from the beginning of a journey to its end, each with how many journeys took exactly that\n"
    "way, what share of all that is, how long it took them, and one of them to look at. Where few ways make up most journeys\n"
    "there is a usual way; where nearly every journey is its own, look at voc flow instead.\n"
    "\n"
    "The same thing several times in a row counts as once, unless --collapse=no. Where the project follows a journey with\n"
    "stages, journeys that ended and journeys that are still open are told apart, because an open one may yet go on. What a\n"
    "journey is, voc flow says in the same way. Journeys that began before the data do are left out: their way is not known.\n"
    "\n"
    "Long ways are shortened in the middle for people; csv and json hold them whole (the table sequences).";

static const voc_plugin plugin = {.struct_size = sizeof plugin,
                                  .abi_major = VOC_ABI_MAJOR,
                                  .abi_minor = VOC_ABI_MINOR,
                                  .kind = VOC_KIND_ANALYSIS,
                                  .option_size = sizeof(voc_option),
                                  .name = "variants",
                                  .version = "0.1.0",
                                  .summary = "the ways customers take from beginning to end, the most frequent first",
                                  .licence = "MIT",
                                  .author = "the Vocstream authors",
                                  .options = options,
                                  .n_options = N_OPTIONS,
                                  .ops = &ops,
                                  .about = about};

VOC_PLUGIN("analysis", "variants", "0.1.0", "MIT", plugin)
