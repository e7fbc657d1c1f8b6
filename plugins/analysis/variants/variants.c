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
#define SLOTS_GUESSED ((size_t)1 << 21)
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

// ---- the table of sequences --------------------------------------------------------------------------------------------

static inline uint64_t hash_begin(size_t size, uint32_t open) { return (UINT64_C(0xcbf29ce484222325) ^ size) + open; }

static inline uint64_t hash_word(uint64_t h, uint64_t word)
{
    h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

static inline uint64_t hash_end(uint64_t h)
{
    h *= UINT64_C(0xc2b2ae3d27d4eb4f);
    return h ^ h >> 32;
}

// Of whole words: behind the path are zeros up to a multiple of 8.
static uint64_t hash_of(const unsigned char *path, size_t size, uint32_t open)
{
    uint64_t h = hash_begin(size, open), word;
    for (size_t i = 0; i < size; i += 8) {
        memcpy(&word, path + i, 8);
        h = hash_word(h, word);
    }
    return hash_end(h);
}

// Slots for so many variants; those there are take their places.
#define AHEAD 16u
static voc_rc slots_for(struct state *st, size_t n)
{
    const struct walk *w = &st->variants->w;
    size_t n_slots = 128;
    if (n > UINT32_MAX / 4) return VOC_E_LIMIT;
    while (n_slots / 4 * 3 < n) n_slots *= 2;
    if (n_slots <= st->n_slots) return VOC_OK;
    struct slot *slots = w->host->alloc(w->cx, n_slots * sizeof *slots);
    if (!slots) return VOC_E_NOMEM;
    w->host->free(w->cx, st->slots);
    memset(slots, 0, n_slots * sizeof *slots);
    st->slots = slots;
    st->n_slots = n_slots;
    for (size_t i = 0; i < st->n; i++) {
        const uint64_t hash = variant_of(st, i)->hash;
        size_t at = (size_t)hash & (n_slots - 1);
        if (i + AHEAD < st->n) __builtin_prefetch(&slots[(size_t)variant_of(st, i + AHEAD)->hash & (n_slots - 1)], 1);
        while (slots[at].at) at = (at + 1) & (n_slots - 1);
        slots[at] = (struct slot){(uint32_t)(hash >> 32), (uint32_t)i + 1};
    }
    return VOC_OK;
}

// Room for one more.
static voc_rc grow(struct state *st)
{
    const struct walk *w = &st->variants->w;
    if (st->n == st->n_some * TOGETHER && st->n_some == st->room_some) {
        const size_t room = st->n_some ? st->n_some * 2 : 16;
        struct variant **some = w->host->resize(w->cx, st->some, room * sizeof *some);
        if (!some) return VOC_E_NOMEM;
        st->some = some;
        st->room_some = room;
    }
    if (st->n == st->n_some * TOGETHER) {
        struct variant *more = pool_take(&st->pool, TOGETHER * sizeof *more);
        if (!more) return VOC_E_NOMEM;
        st->some[st->n_some++] = more;
    }
    return st->n < st->n_slots / 4 * 3 ? VOC_OK : slots_for(st, st->n + 1);
}

struct way { const unsigned char *path; uint64_t hash; uint32_t size, n, open; voc_str example; bool kept /* the bytes stay */; };

// Path and example in one piece: who looks at one looks at the other.
static voc_rc keep(struct state *st, const struct way *y, struct variant *v)
{
    char *own = y->kept ? NULL : pool_take(&st->pool, y->size + y->example.len + 1);
    if (!y->kept && !own) return VOC_E_NOMEM;
    if (own && y->size) memcpy(own, y->path, y->size);
    if (own && y->example.len) memcpy(own + y->size, y->example.ptr, y->example.len);
    *v = (struct variant){.hash = y->hash, .path = own ? (const unsigned char *)own : y->path, .example = own ? own + y->size : y->example.ptr,
                          .size = y->size, .n = y->n, .open = y->open, .example_len = (uint32_t)y->example.len, .number = (uint32_t)st->n};
    return VOC_OK;
}

// The example is the first of all by name.
static voc_rc example(struct state *st, struct variant *v, voc_str unit)
{
    const size_t n = unit.len < v->example_len ? unit.len : v->example_len;
    const int c = n ? memcmp(unit.ptr, v->example, n) : 0;
    if (c > 0 || (c == 0 && unit.len >= v->example_len)) return VOC_OK;
    char *own = pool_take(&st->pool, unit.len + 1);
    if (!own) return VOC_E_NOMEM;
    if (unit.len) memcpy(own, unit.ptr, unit.len);
    v->example = own;
    v->example_len = (uint32_t)unit.len;
    return VOC_OK;
}

// The variant of this way, made where there is none yet.
static voc_rc variant_at(struct state *st, const struct way *y, struct variant **out)
{
    if (y->example.len > UINT32_MAX) return VOC_E_LIMIT;
    voc_rc rc = grow(st);
    if (rc) return rc;
    const uint32_t tag = (uint32_t)(y->hash >> 32);
    size_t at = (size_t)y->hash & (st->n_slots - 1);
    for (; st->slots[at].at; at = (at + 1) & (st->n_slots - 1)) {
        if (st->slots[at].tag != tag) continue;
        struct variant *v = variant_of(st, st->slots[at].at - 1);
        if (v->hash == y->hash && v->size == y->size && v->open == y->open && memcmp(v->path, y->path, y->size) == 0) return *out = v, example(st, v, y->example);
    }
    *out = variant_of(st, st->n);
    if ((rc = keep(st, y, *out))) return rc;
    st->slots[at] = (struct slot){tag, (uint32_t)++st->n};
    return VOC_OK;
}

// What finding the variants of these hashes will look at, fetched side by side; their slots are on the way already.
static void fetch(const struct state *st, const uint64_t *hash, size_t n)
{
    const struct variant *likely[WAITING];
    for (size_t i = 0; i < n; i++) {
        size_t at = (size_t)hash[i] & (st->n_slots - 1);
        const uint32_t tag = (uint32_t)(hash[i] >> 32);
        while (st->slots[at].at && st->slots[at].tag != tag) at = (at + 1) & (st->n_slots - 1);
        likely[i] = st->slots[at].at ? variant_of(st, st->slots[at].at - 1) : NULL;
        if (likely[i]) __builtin_prefetch(likely[i]);
    }
    for (size_t i = 0; i < n; i++)
        if (likely[i]) __builtin_prefetch(likely[i]->path);
}

static voc_rc lasted(struct state *st, const struct variant *v, int64_t us)
{
    struct lasted *to = st->lasted;
    if (!to || to->n == LASTED) {
        if (!(to = pool_take(&st->pool, sizeof *to))) return VOC_E_NOMEM;
        to->before = st->lasted;
        to->n = 0;
        st->lasted = to;
    }
    to->of[to->n] = v->number;
    to->us[to->n++] = us;
    return VOC_OK;
}

voc_rc variants_lasted(const struct state *st, const uint32_t *place, struct gaps *to, struct pool *pool)
{
    voc_rc rc = VOC_OK;
    for (const struct lasted *l = st->lasted; l; l = l->before)
        for (size_t i = 0; i < l->n && !rc; i++) {
            const uint32_t at = place ? place[l->of[i]] : l->of[i];
            if (at != UINT32_MAX) rc = gaps_add(&to[at], pool, l->us[i]);
        }
    return rc;
}

// ---- the fold ----------------------------------------------------------------------------------------------------------

static voc_rc state_new(void *analysis, void **state)
{
    struct variants *v = analysis;
    struct state *st = v->w.host->alloc(v->w.cx, sizeof *st);
    if (!st) return VOC_E_NOMEM;
    memset(st, 0, sizeof *st);
    st->variants = v;
    st->pool = (struct pool){v->w.host, v->w.cx, NULL};
    // Most ways are one customer's own, and each thread sees a part of them: growing by doubling would put all of them in place anew.
    const uint64_t likely = v->w.info->n_units / 8 * 3;
    voc_rc rc = slots_for(st, likely < SLOTS_GUESSED ? (size_t)likely : SLOTS_GUESSED);
    if (rc) v->w.host->free(v->w.cx, st);
    else *state = st;
    return rc;
}

static void state_free(void *analysis, void *state)
{
    struct variants *v = analysis;
    struct state *st = state;
    void *const own[] = {st->some, st->slots, st->paths, st};
    walker_done(&v->w, &st->walker);
    pool_done(&st->pool);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) v->w.host->free(v->w.cx, own[i]);
}

static voc_rc settle(struct state *st)
{
    voc_rc rc = VOC_OK;
    fetch(st, st->hash, st->n_waiting);
    for (size_t i = 0; i < st->n_waiting && !rc; i++) {
        const struct waiting *a = &st->waiting[i];
        const struct way way = {st->paths + a->from, st->hash[i], a->size, a->n, a->open, a->unit, false};
        struct variant *v;
        rc = variant_at(st, &way, &v);
        if (rc) return rc;
        v->count++;
        rc = lasted(st, v, a->us);
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

// Eight nodes below 128 as bytes of one word.
static inline uint64_t eight(const uint32_t *node)
{
    unsigned char to[8];
    uint64_t word;
    for (size_t i = 0; i < 8; i++) to[i] = (unsigned char)node[i];
    memcpy(&word, to, 8);
    return word;
}

// The first n, 1 to 7, of the bytes as they lie in memory; zeros for the others.
static inline uint64_t first_bytes(uint64_t word, size_t n)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return word & ((UINT64_C(1) << 8 * n) - 1);
#else
    return word & ~(UINT64_MAX >> 8 * n);
#endif
}

// The path, zeros behind it up to a multiple of 8, and its hash. Gives its length.
static size_t put_path(const struct walk *w, unsigned char *to, const struct walked *j, uint64_t *hash)
{
    const uint32_t *node = j->node;
    const size_t n = j->n;
    size_t size = 0;
    if (w->n_nodes <= 128 && j->more >= 8) { // what lies behind is read with the last ones, and cut off: how many they are, nothing foretells
        uint64_t h = hash_begin(n, j->open);
        for (; size < n; size += 8) {
            uint64_t word = eight(node + size);
            if (n - size < 8) word = first_bytes(word, n - size);
            memcpy(to + size, &word, 8);
            h = hash_word(h, word);
        }
        *hash = hash_end(h);
        return n;
    }
    for (size_t i = 0; i < n; i++) {
        unsigned char code[10];
        const size_t k = varint_put(code, node[i]);
        memcpy(to + size, code, k);
        size += k;
    }
    memset(to + size, 0, 8);
    *hash = hash_of(to, size, j->open);
    return size;
}

// A way whose beginning is not in the data is no way that is known whole.
static voc_rc add(void *user, const struct walked *j)
{
    struct state *st = user;
    if (j->cut) return VOC_OK;
    voc_rc rc = path_room(st, j->n);
    if (rc) return rc;
    uint64_t *hash = &st->hash[st->n_waiting];
    const size_t size = put_path(&st->variants->w, st->paths + st->paths_used, j, hash);
    __builtin_prefetch(&st->slots[(size_t)*hash & (st->n_slots - 1)]);
    __builtin_prefetch(j->unit->name.ptr);
    st->waiting[st->n_waiting++] = (struct waiting){st->paths_used, (uint32_t)size, (uint32_t)j->n, j->open, j->unit->name, j->left[j->n - 1] - j->came[0]};
    st->paths_used += (size + 7) & ~(size_t)7;
    return st->n_waiting == WAITING ? settle(st) : VOC_OK;
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j)
{
    struct state *st = state;
    voc_rc rc = walk_batch(&((struct variants *)analysis)->w, &st->walker, j, add, st);
    return rc ? rc : settle(st);
}

static void join_lasted(struct state *a, struct state *b, const uint32_t *become)
{
    struct lasted **end = &b->lasted;
    for (; *end; end = &(*end)->before)
        for (size_t i = 0; i < (*end)->n; i++) (*end)->of[i] = become[(*end)->of[i]];
    *end = a->lasted;
    a->lasted = b->lasted;
    b->lasted = NULL;
}

// What b's variants point at goes over with its pool.
static voc_rc merge(void *analysis, void *into, void *from)
{
    struct state *a = into, *b = from;
    const struct walk *w = &((struct variants *)analysis)->w;
    uint32_t *become = w->host->alloc(w->cx, (b->n + 1) * sizeof *become);
    voc_rc rc = become ? VOC_OK : VOC_E_NOMEM;
    uint64_t hash[WAITING];
    for (size_t i = 0; i < WALK_N_COUNTS; i++) a->walker.counts[i] += b->walker.counts[i];
    for (size_t i = 0, n; i < b->n && !rc; i += n) {
        n = b->n - i < WAITING ? b->n - i : WAITING;
        for (size_t k = 0; k < n; k++) {
            hash[k] = variant_of(b, i + k)->hash;
            __builtin_prefetch(&a->slots[(size_t)hash[k] & (a->n_slots - 1)]);
        }
        fetch(a, hash, n);
        for (size_t k = 0; k < n && !rc; k++) {
            const struct variant *x = variant_of(b, i + k);
            const struct way way = {x->path, x->hash, x->size, x->n, x->open, {x->example, x->example_len}, true};
            struct variant *v = NULL;
            rc = variant_at(a, &way, &v);
            if (rc) break;
            become[i + k] = v->number;
            v->count += x->count;
        }
    }
    if (!rc) join_lasted(a, b, become);
    pool_join(&a->pool, &b->pool);
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
    for (size_t i = 0; i < st->n && !rc; i++) rc = save_one(w->host, variant_of(st, i), &g[i], to);
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

struct into { struct state *st; const struct variant *variant; };
static voc_rc load_lasted(void *user, int64_t us)
{
    const struct into *i = user;
    return lasted(i->st, i->variant, us);
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
    const struct way way = {st->paths, hash_of(st->paths, size, (uint32_t)v[1]), (uint32_t)size, (uint32_t)v[0], (uint32_t)v[1], {(const char *)b->at, (size_t)v[3]}, false};
    rc = variant_at(st, &way, &to);
    if (rc) return rc;
    to->count += v[2];
    b->at += v[3] + v[4];
    struct into into = {st, to};
    return gaps_each(b, load_lasted, &into);
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
