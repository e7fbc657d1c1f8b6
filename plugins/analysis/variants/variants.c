// SPDX-License-Identifier: MIT
//
// Analysis plugin variants: the ways customers take, whole (METHODS 4.2). The fold writes down each journey: its sequence as
// numbers of seven bits a byte, how long it lasted, whose it was; what is equal is found at the end, bucket by bucket.
#include "plugins/analysis/variants/variants.h"

#include <string.h>

static const char *const by_choices[] = {"nothing", "segment", NULL};
static const char *const events_choices[] = {"customer", "touches", "all", NULL};
static const voc_option options[N_OPTIONS] = {
    [OPT_TOP] = {"top", VOC_OPT_INT, 0, "20", "0", "1000000000", NULL, "N", "show so many ways, the most frequent; 0 shows all"},
    [OPT_COLLAPSE] = {"collapse", VOC_OPT_BOOL, 0, "yes", NULL, NULL, NULL, "YES|NO", "count the same thing several times in a row as once"},
    [OPT_EVENTS] = {"events", VOC_OPT_ENUM, 0, "customer", NULL, NULL, events_choices, "WHICH", "follow what customers do (customer), what the company sends and does to them (touches), or both (all)"},
    [OPT_BY] = {"by", VOC_OPT_ENUM, 0, "nothing", NULL, NULL, by_choices, "WHAT", "segment: each segment of customers by itself, with so many ways of each"},
    [OPT_GAP] = {"gap", VOC_OPT_DURATION, 0, NULL, "1s", NULL, NULL, "TIME", "a way ends where nothing happened for more than this, such as 30d, and another begins behind it (never)"},
    [OPT_WITHIN] = {"within", VOC_OPT_DURATION, 0, NULL, "1s", NULL, NULL, "TIME", "only what happened within this time of the beginning of a way (any time)"},
    [OPT_FROM] = {"from", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "ACTION", "a way begins with the first of these: A, A|B for one of them, touchpoint:ID for a touch of the company, predicate:ID for what a <predicate> of the journey says"},
    [OPT_TO] = {"to", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "ACTION", "a way ends with the first of these behind its beginning; who does none of them is left out"},
};
#define BUCKET 2048u  // units: so many that a bucket and its table fit beside the processor
#define BUCKETS_MOST 256u
static const char magic[8] = {'V', 'O', 'C', 'V', 'A', 'R', 'S', '2'};

static voc_rc begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *given, void **analysis)
{
    struct variants *v = host->alloc(cx, sizeof *v);
    voc_value *own = host->alloc(cx, N_OPTIONS * sizeof *own);
    if (!v || !own) return VOC_E_NOMEM;
    memcpy(own, given, N_OPTIONS * sizeof *own);
    v->options = own;
    *analysis = v;
    voc_rc rc = walk_begin(&v->w, host, cx, run, (uint32_t)own[OPT_EVENTS].i, own[OPT_COLLAPSE].i != 0, own[OPT_BY].i != 0);
    if (!rc) rc = walk_limit(&v->w, "VARIANTS-003", (struct walk_asked){&own[OPT_GAP], &own[OPT_WITHIN], &own[OPT_FROM], &own[OPT_TO]});
    v->by_segment = own[OPT_BY].i != 0;
    if (!rc && v->by_segment && v->w.def->n_segments > SEGMENTS_MOST)
        rc = walk_complain(&v->w, "VARIANTS-002", "there are more than 32767 segments",
                           "voc variants PROJECT without --by shows all ways together");
    for (v->n_buckets = 1; !rc && v->n_buckets < BUCKETS_MOST && v->n_buckets * BUCKET < v->w.info->n_units;) v->n_buckets *= 2;
    return rc;
}

// ---- the fold ----------------------------------------------------------------------------------------------------------

static voc_rc state_new(void *analysis, void **state)
{
    struct variants *v = analysis;
    struct state *st = v->w.host->alloc(v->w.cx, sizeof *st);
    if (!st) return VOC_E_NOMEM;
    memset(st, 0, sizeof *st);
    st->buckets = v->w.host->alloc(v->w.cx, v->n_buckets * sizeof *st->buckets);
    if (!st->buckets) {
        v->w.host->free(v->w.cx, st);
        return VOC_E_NOMEM;
    }
    memset(st->buckets, 0, v->n_buckets * sizeof *st->buckets);
    st->variants = v;
    st->pool = (struct pool){v->w.host, v->w.cx, NULL};
    *state = st;
    return VOC_OK;
}

static void state_free(void *analysis, void *state)
{
    struct variants *v = analysis;
    struct state *st = state;
    for (size_t i = 0; i < v->n_buckets; i++) bucket_done(&v->w, &st->buckets[i]);
    void *const own[] = {st->buckets, st->path, st};
    walker_done(&v->w, &st->walker);
    pool_done(&st->pool);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) v->w.host->free(v->w.cx, own[i]);
}

// Room for a path of so many bytes.
static voc_rc path_room(struct state *st, size_t size)
{
    const struct walk *w = &st->variants->w;
    if (size > UINT32_MAX - 8) return VOC_E_LIMIT;
    if (size + 8 <= st->path_room) return VOC_OK;
    unsigned char *path = w->host->resize(w->cx, st->path, (size + 8) * 2);
    if (!path) return VOC_E_NOMEM;
    st->path = path;
    st->path_room = (size + 8) * 2;
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
static size_t put_path(const struct walk *w, unsigned char *to, const struct walked *j, uint32_t kind, uint64_t *hash)
{
    const uint32_t *node = j->node;
    const size_t n = j->n;
    size_t size = 0;
    if (w->n_nodes <= 128 && j->more >= 8) { // what lies behind is read with the last ones, and cut off: how many they are, nothing foretells
        uint64_t h = hash_begin(n, kind);
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
    *hash = hash_of(to, size, kind);
    return size;
}

// A way whose beginning is not in the data is no way that is known whole.
static voc_rc add(void *user, const struct walked *j)
{
    struct state *st = user;
    const struct variants *v = st->variants;
    uint64_t hash;
    if (j->cut) return VOC_OK;
    voc_rc rc = j->n > UINT32_MAX / 8 ? VOC_E_LIMIT : path_room(st, j->n * 5);
    if (rc) return rc;
    const uint32_t kind = kind_of(j->open, v->by_segment ? j->segment : 0);
    if (kind_segment(kind) >= (v->by_segment ? v->w.def->n_segments : 1)) return VOC_E_BUG;
    const size_t size = put_path(&v->w, st->path, j, kind, &hash);
    const struct journey one = {st->path, (uint32_t)size, kind, j->unit->name, j->left[j->n - 1] - j->came[0]};
    return bucket_add(&v->w, &st->buckets[bucket_of(v, hash)], &one);
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j)
{
    struct state *st = state;
    return walk_batch(&((struct variants *)analysis)->w, &st->walker, j, add, st);
}

static voc_rc merge(void *analysis, void *into, void *from)
{
    struct state *a = into, *b = from;
    for (size_t i = 0; i < WALK_N_COUNTS; i++) a->walker.counts[i] += b->walker.counts[i];
    for (size_t i = 0; i < ((struct variants *)analysis)->n_buckets; i++) bucket_join(&a->buckets[i], &b->buckets[i]);
    pool_join(&a->pool, &b->pool);
    return VOC_OK;
}

// ---- portable bytes ----------------------------------------------------------------------------------------------------

static voc_rc save_one(const voc_host *h, const struct chosen *x, voc_writer *to)
{
    const struct variant *v = &x->v;
    const uint64_t numbers[] = {v->n, v->kind, v->count, x->example.len, v->size};
    voc_rc rc = VOC_OK;
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers && !rc; k++) rc = varint_write(h, to, numbers[k]);
    if (!rc && x->example.len) rc = h->write(to, x->example.ptr, x->example.len);
    if (!rc && v->size) rc = h->write(to, v->path, v->size);
    return rc ? rc : gaps_save(&x->lasted, h, to);
}

// All variants of a bucket.
static voc_rc save_bucket(struct counter *c, const struct bucket *b, struct chosen *all, voc_writer *to)
{
    const struct walk *w = c->w;
    struct pool pool = {w->host, w->cx, NULL};
    count_bucket(c, b);
    for (size_t i = 0; i < c->n; i++) {
        all[i] = (struct chosen){.v = c->at[i], .told = true};
        c->told[i] = &all[i];
    }
    voc_rc rc = measure_bucket(c, b, &pool);
    for (size_t i = 0; i < c->n && !rc; i++) rc = save_one(w->host, &all[i], to);
    pool_done(&pool);
    return rc;
}

static voc_rc save(void *analysis, void *state, voc_writer *to)
{
    const struct variants *v = analysis;
    const struct state *st = state;
    const voc_host *h = v->w.host;
    size_t largest = 0, n = 0;
    struct counter c;
    for (size_t i = 0; i < v->n_buckets; i++) largest = st->buckets[i].n > largest ? st->buckets[i].n : largest;
    voc_rc rc = counter_new(&c, &v->w, largest);
    struct chosen *all = rc ? NULL : h->alloc(v->w.cx, (largest + 1) * sizeof *all);
    if (!rc && !all) rc = VOC_E_NOMEM;
    for (size_t i = 0; i < v->n_buckets && !rc; i++) {
        count_bucket(&c, &st->buckets[i]);
        n += c.n;
    }
    if (!rc) rc = walk_save(&v->w, &st->walker, magic, to);
    if (!rc) rc = varint_write(h, to, v->by_segment);
    if (!rc) rc = varint_write(h, to, n);
    for (size_t i = 0; i < v->n_buckets && !rc; i++) rc = save_bucket(&c, &st->buckets[i], all, to);
    h->free(v->w.cx, all);
    counter_free(&c);
    return rc;
}

// Nodes that there are, each as it is written here: equal ways are equal bytes.
static bool path_is_sound(const struct walk *w, const unsigned char *path, uint64_t size, uint64_t n)
{
    struct bytes b = {path, path + size};
    unsigned char code[10];
    uint64_t node;
    for (const unsigned char *from = path; n; n--, from = b.at)
        if (!varint_get(&b, &node) || node >= w->n_nodes || varint_put(code, node) != (size_t)(b.at - from)) return false;
    return b.at == b.end;
}

struct into { struct state *st; struct journey j; uint64_t hash, n; };
static voc_rc load_lasted(void *user, int64_t us)
{
    struct into *i = user;
    const struct variants *v = i->st->variants;
    i->n++;
    i->j.us = us;
    return bucket_add(&v->w, &i->st->buckets[bucket_of(v, i->hash)], &i->j);
}

// One variant: its numbers are read, its name and its path are next. What is told of it is true of each of its journeys.
static voc_rc load_one(struct state *st, const uint64_t v[5], struct bytes *b)
{
    const size_t size = (size_t)v[4], len = (size_t)v[3];
    char *name = pool_take(&st->pool, len + 1);
    voc_rc rc = size > UINT32_MAX - 8 ? VOC_E_INPUT : !name ? VOC_E_NOMEM : path_room(st, size);
    if (rc) return rc;
    if (len) memcpy(name, b->at, len);
    memcpy(st->path, b->at + len, size);
    memset(st->path + size, 0, 8);
    b->at += len + size;
    struct into into = {st, {st->path, (uint32_t)size, (uint32_t)v[1], {name, len}, 0}, hash_of(st->path, size, (uint32_t)v[1]), 0};
    rc = gaps_each(b, load_lasted, &into);
    return rc ? rc : into.n == v[2] ? VOC_OK : VOC_E_INPUT;
}

static voc_rc load(void *analysis, void *state, const void *data, size_t size)
{
    const struct walk *w = &((struct variants *)analysis)->w;
    struct state *st = state;
    struct bytes b = {data, (const unsigned char *)data + size};
    const bool by_segment = st->variants->by_segment;
    uint64_t n, by, v[5];
    voc_rc rc = walk_load(w, &st->walker, magic, &b);
    if (rc) return rc;
    if (!varint_get(&b, &by) || by != by_segment || !varint_get(&b, &n)) return VOC_E_INPUT;
    for (; n && !rc; n--) {
        for (size_t k = 0; k < 5; k++)
            if (!varint_get(&b, &v[k])) return VOC_E_INPUT;
        uint64_t left = (uint64_t)(b.end - b.at);
        if (v[0] == 0 || v[0] > UINT32_MAX || v[1] >= 2 * (by_segment ? w->def->n_segments : 1) || v[3] > left ||
            v[4] > left - v[3] || !path_is_sound(w, b.at + v[3], v[4], v[0]))
            return VOC_E_INPUT;
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
    "Part of a journey is taken with --from, --to, --within and --gap: from the first of what --from names to the first of what --to\n"
    "names behind it, for at most --within; a silence longer than --gap ends a way, and another begins behind it.\n"
    "\n"
    "  voc variants shop.voc --from add_to_cart --to purchase --within 7d\n"
    "  voc variants shop.voc --gap 30m\n"
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
