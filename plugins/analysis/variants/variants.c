// SPDX-License-Identifier: MIT
//
// Analysis plugin variants: the ways customers take, whole (METHODS 4.2). Each distinct sequence is kept once, as numbers of
// seven bits a byte; the fold counts, and notes of each journey how long it lasted. Journeys wait for their variant in small
// groups, so that the parts of a table larger than any cache are fetched side by side and not one after the other.
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
    void *const own[] = {st->all, st->slots, st->of, st->us, st->paths, st};
    walker_done(&v->w, &st->walker);
    pool_done(&st->pool);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) v->w.host->free(v->w.cx, own[i]);
}

// ---- the table of sequences --------------------------------------------------------------------------------------------

// Of whole words: behind the path are zeros up to a multiple of 8.
static uint64_t hash_of(const unsigned char *path, size_t size, uint32_t open)
{
    uint64_t h = (UINT64_C(0xcbf29ce484222325) ^ size) + open, word;
    for (size_t i = 0; i < size; i += 8) {
        memcpy(&word, path + i, 8);
        h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    h *= UINT64_C(0xc2b2ae3d27d4eb4f);
    return h ^ h >> 32;
}

#define AHEAD 16u
static voc_rc grow(struct state *st)
{
    const struct walk *w = &st->variants->w;
    const size_t n_slots = st->n_slots ? st->n_slots * 2 : 128, cap = n_slots / 4 * 3;
    if (cap > UINT32_MAX / 4) return VOC_E_LIMIT;
    struct slot *slots = w->host->alloc(w->cx, n_slots * sizeof *slots);
    struct variant *all = slots ? w->host->resize(w->cx, st->all, cap * sizeof *all) : NULL;
    if (all) st->all = all;
    if (!all) {
        w->host->free(w->cx, slots);
        return VOC_E_NOMEM;
    }
    w->host->free(w->cx, st->slots);
    memset(slots, 0, n_slots * sizeof *slots);
    st->slots = slots;
    st->cap = cap;
    st->n_slots = n_slots;
    for (size_t i = 0; i < st->n; i++) {
        size_t at = (size_t)all[i].hash & (n_slots - 1);
        if (i + AHEAD < st->n) __builtin_prefetch(&slots[(size_t)all[i + AHEAD].hash & (n_slots - 1)], 1);
        while (slots[at].at) at = (at + 1) & (n_slots - 1);
        slots[at] = (struct slot){(uint32_t)(all[i].hash >> 32), (uint32_t)i + 1};
    }
    return VOC_OK;
}

static const void *copy(struct state *st, const void *from, size_t size)
{
    void *to = pool_take(&st->pool, size ? size : 1);
    if (to && size) memcpy(to, from, size);
    return to;
}

struct way { const unsigned char *path; uint64_t hash; uint32_t size, n, open; };

// The variant of this way, made where there is none yet.
static voc_rc variant_at(struct state *st, const struct way *y, struct variant **out)
{
    voc_rc rc = st->n == st->cap ? grow(st) : VOC_OK;
    if (rc) return rc;
    const uint32_t tag = (uint32_t)(y->hash >> 32);
    size_t at = (size_t)y->hash & (st->n_slots - 1);
    for (; st->slots[at].at; at = (at + 1) & (st->n_slots - 1)) {
        if (st->slots[at].tag != tag) continue;
        struct variant *v = &st->all[st->slots[at].at - 1];
        if (v->hash == y->hash && v->size == y->size && v->open == y->open && memcmp(v->path, y->path, y->size) == 0) return *out = v, VOC_OK;
    }
    const unsigned char *own = copy(st, y->path, y->size);
    if (!own) return VOC_E_NOMEM;
    *out = &st->all[st->n];
    **out = (struct variant){.hash = y->hash, .path = own, .size = y->size, .n = y->n, .open = y->open};
    st->slots[at] = (struct slot){tag, (uint32_t)++st->n};
    return VOC_OK;
}

static voc_rc example(struct state *st, struct variant *v, voc_str unit)
{
    if (unit.len > UINT32_MAX) return VOC_E_LIMIT;
    if (v->example) {
        size_t n = unit.len < v->example_len ? unit.len : v->example_len;
        int c = n ? memcmp(unit.ptr, v->example, n) : 0;
        if (c > 0 || (c == 0 && unit.len >= v->example_len)) return VOC_OK;
    }
    const char *own = copy(st, unit.ptr, unit.len);
    if (!own) return VOC_E_NOMEM;
    v->example = own;
    v->example_len = (uint32_t)unit.len;
    return VOC_OK;
}

static voc_rc lasted(struct state *st, const struct variant *v, int64_t us)
{
    const struct walk *w = &st->variants->w;
    if (st->n_lasted == st->lasted_cap) {
        const size_t cap = st->lasted_cap ? st->lasted_cap * 2 : 256;
        uint32_t *of = w->host->resize(w->cx, st->of, cap * sizeof *of);
        if (of) st->of = of;
        int64_t *to = of ? w->host->resize(w->cx, st->us, cap * sizeof *to) : NULL;
        if (!to) return VOC_E_NOMEM;
        st->us = to;
        st->lasted_cap = cap;
    }
    st->of[st->n_lasted] = (uint32_t)(v - st->all);
    st->us[st->n_lasted++] = us;
    return VOC_OK;
}

voc_rc variants_lasted(const struct state *st, const uint32_t *place, struct gaps *to, struct pool *pool)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < st->n_lasted && !rc; i++) {
        const uint32_t at = place ? place[st->of[i]] : st->of[i];
        if (at != UINT32_MAX) rc = gaps_add(&to[at], pool, st->us[i]);
    }
    return rc;
}

// ---- the fold ----------------------------------------------------------------------------------------------------------

static voc_rc settle(struct state *st)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < st->n_waiting && st->n_slots; i++) {
        const struct slot *s = &st->slots[(size_t)st->waiting[i].hash & (st->n_slots - 1)];
        if (s->at) __builtin_prefetch(&st->all[s->at - 1]);
    }
    for (size_t i = 0; i < st->n_waiting && st->n_slots; i++) {
        const struct slot *s = &st->slots[(size_t)st->waiting[i].hash & (st->n_slots - 1)];
        if (!s->at || s->tag != (uint32_t)(st->waiting[i].hash >> 32)) continue;
        __builtin_prefetch(st->all[s->at - 1].path);
        __builtin_prefetch(st->all[s->at - 1].example);
    }
    for (size_t i = 0; i < st->n_waiting && !rc; i++) {
        const struct waiting *a = &st->waiting[i];
        const struct way way = {st->paths + a->from, a->hash, a->size, a->n, a->open};
        struct variant *v;
        rc = variant_at(st, &way, &v);
        if (rc) return rc;
        v->count++;
        rc = example(st, v, a->unit);
        if (!rc) rc = lasted(st, v, a->us);
    }
    st->n_waiting = st->paths_used = 0;
    return rc;
}

// Room for a path of so many nodes behind those that wait.
static voc_rc path_room(struct state *st, size_t n)
{
    const struct walk *w = &st->variants->w;
    const size_t need = st->paths_used + n * 5 + 8;
    if (n > UINT32_MAX / 5) return VOC_E_LIMIT;
    if (need <= st->paths_cap) return VOC_OK;
    unsigned char *paths = w->host->resize(w->cx, st->paths, need * 2);
    if (!paths) return VOC_E_NOMEM;
    st->paths = paths;
    st->paths_cap = need * 2;
    return VOC_OK;
}

static size_t put_path(const struct walk *w, unsigned char *to, const uint32_t *node, size_t n)
{
    size_t size = 0;
    if (w->n_nodes <= 128)
        for (; size < n; size++) to[size] = (unsigned char)node[size];
    else
        for (size_t i = 0; i < n; i++) {
            unsigned char code[10];
            const size_t k = varint_put(code, node[i]);
            memcpy(to + size, code, k);
            size += k;
        }
    memset(to + size, 0, 8);
    return size;
}

// A way whose beginning is not in the data is no way that is known whole.
static voc_rc add(void *user, const struct walked *j)
{
    struct state *st = user;
    if (j->cut) return VOC_OK;
    voc_rc rc = path_room(st, j->n);
    if (rc) return rc;
    unsigned char *path = st->paths + st->paths_used;
    const size_t size = put_path(&st->variants->w, path, j->node, j->n);
    const uint64_t hash = hash_of(path, size, j->open);
    if (st->n_slots) __builtin_prefetch(&st->slots[(size_t)hash & (st->n_slots - 1)]);
    st->waiting[st->n_waiting++] = (struct waiting){hash, st->paths_used, (uint32_t)size, (uint32_t)j->n, j->open, j->unit->name, j->left[j->n - 1] - j->came[0]};
    st->paths_used += (size + 7) & ~(size_t)7;
    return st->n_waiting == WAITING ? settle(st) : VOC_OK;
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j)
{
    struct state *st = state;
    voc_rc rc = walk_batch(&((struct variants *)analysis)->w, &st->walker, j, add, st);
    return rc ? rc : settle(st);
}

static voc_rc merge(void *analysis, void *into, void *from)
{
    struct state *a = into, *b = from;
    const struct walk *w = &((struct variants *)analysis)->w;
    uint32_t *become = w->host->alloc(w->cx, (b->n + 1) * sizeof *become);
    voc_rc rc = become ? VOC_OK : VOC_E_NOMEM;
    for (size_t i = 0; i < WALK_N_COUNTS; i++) a->walker.counts[i] += b->walker.counts[i];
    for (size_t i = 0; i < b->n && !rc; i++) {
        const struct variant *x = &b->all[i];
        const struct way way = {x->path, x->hash, x->size, x->n, x->open};
        struct variant *v;
        rc = variant_at(a, &way, &v);
        if (rc) break;
        become[i] = (uint32_t)(v - a->all);
        v->count += x->count;
        rc = example(a, v, (voc_str){x->example, x->example_len});
    }
    for (size_t i = 0; i < b->n_lasted && !rc; i++) rc = lasted(a, &a->all[become[b->of[i]]], b->us[i]);
    w->host->free(w->cx, become);
    return rc;
}

// ---- portable bytes ----------------------------------------------------------------------------------------------------

static voc_rc save_one(const voc_host *h, const struct variant *v, const struct gaps *g, voc_writer *to)
{
    const uint64_t numbers[] = {v->n, v->open, v->count, v->example_len, v->size};
    voc_rc rc = VOC_OK;
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers && !rc; k++) rc = varint_write(h, to, numbers[k]);
    if (!rc && v->example_len) rc = h->write(to, v->example, v->example_len);
    if (!rc && v->size) rc = h->write(to, v->path, v->size);
    return rc ? rc : gaps_save(g, h, to);
}

static voc_rc save(void *analysis, void *state, voc_writer *to)
{
    const struct walk *w = &((struct variants *)analysis)->w;
    struct state *st = state;
    struct pool pool = {w->host, w->cx, NULL};
    struct gaps *g = w->host->alloc(w->cx, (st->n + 1) * sizeof *g);
    voc_rc rc = g ? walk_save(w, &st->walker, magic, to) : VOC_E_NOMEM;
    if (!rc) memset(g, 0, (st->n + 1) * sizeof *g);
    if (!rc) rc = variants_lasted(st, NULL, g, &pool);
    if (!rc) rc = varint_write(w->host, to, st->n);
    for (size_t i = 0; i < st->n && !rc; i++) rc = save_one(w->host, &st->all[i], &g[i], to);
    pool_done(&pool);
    w->host->free(w->cx, g);
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

struct into { struct state *st; size_t variant; };
static voc_rc load_lasted(void *user, int64_t us)
{
    const struct into *i = user;
    return lasted(i->st, &i->st->all[i->variant], us);
}

// One variant: its numbers are read, its name and its path are next.
static voc_rc load_one(struct state *st, const uint64_t v[5], struct bytes *b)
{
    const size_t size = (size_t)v[4];
    struct variant *to;
    voc_rc rc = size > UINT32_MAX ? VOC_E_INPUT : path_room(st, size / 5 + 1);
    if (rc) return rc;
    memcpy(st->paths, b->at + v[3], size);
    memset(st->paths + size, 0, 8);
    const struct way way = {st->paths, hash_of(st->paths, size, (uint32_t)v[1]), (uint32_t)size, (uint32_t)v[0], (uint32_t)v[1]};
    rc = variant_at(st, &way, &to);
    if (rc) return rc;
    to->count += v[2];
    rc = example(st, to, (voc_str){(const char *)b->at, (size_t)v[3]});
    b->at += v[3] + v[4];
    struct into into = {st, (size_t)(to - st->all)};
    return rc ? rc : gaps_each(b, load_lasted, &into);
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
        for (size_t k = 0; k < 5; k++)
            if (!varint_get(&b, &v[k])) return VOC_E_INPUT;
        uint64_t left = (uint64_t)(b.end - b.at);
        if (v[0] == 0 || v[0] > UINT32_MAX || v[1] > 1 || v[3] > left || v[4] > left - v[3] || !path_is_sound(w, b.at + v[3], v[4], v[0])) return VOC_E_INPUT;
        rc = load_one(st, v, &b);
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
