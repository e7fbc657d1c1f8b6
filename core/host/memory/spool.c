// SPDX-License-Identifier: MIT
// Spools: what an analysis gathers of each journey until it can compare them in finish. A record is a copy in the spool's own
// chunks, charged to the instance. Where memory is short, the records so far go sorted into the run's temporary file; sealing
// merges these runs into one index, and the records are read where they lie. One spool is used by one thread at a time.
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "host/fold/fold.h"

#define SPOOL_CHUNK ((size_t)1 << 20)
#define RECORDS_MAX ((size_t)1 << 31)
#define LOADED_MOST (UINT64_C(4) << 20)
#define WRITE_PIECE ((size_t)256 << 10)
#define DIGIT 11 // bits of a head that are looked at together

struct spool_record {
    const char *data; // and from the next multiple of 16 on its key
    uint32_t size, key;
    uint64_t order; // of adding
};

struct chunk {
    _Alignas(16) struct chunk *next;
    size_t used, size;
};

struct on_disk { // before the data and the key of a record; all of it a multiple of 16
    _Alignas(16) uint64_t order;
    uint64_t key, size, whole;
};

struct sorted_run { uint64_t at, bytes, first; /* is added to the orders in it */ };

struct voc_spool {
    struct voc_run *run;
    VEC(struct spool_record) records;
    struct chunk *chunks;
    uint64_t bytes; // charged
    uint64_t added; // records so far, in memory and not
    VEC(struct sorted_run) runs;
    bool sealed;
    const unsigned char *map; // once sealed, if there are runs
    size_t map_size;
    VEC(uint64_t) index;      // of records in the map, in order
    _Atomic uint64_t loaded;  // bytes of the map that were looked at since it was unloaded
};

voc_rc spool_new(struct voc_run *run, struct voc_spool **out)
{
    struct voc_spool *sp = mem_zalloc(1, sizeof *sp);
    if (!sp) return VOC_E_NOMEM;
    sp->run = run;
    pthread_mutex_lock(&run->lock);
    voc_rc rc = vec_reserve(&run->spools, 1, 1 << 20);
    if (!rc) run->spools.at[run->spools.n++] = sp;
    pthread_mutex_unlock(&run->lock);
    if (rc) {
        mem_free(sp);
        return rc;
    }
    *out = sp;
    return VOC_OK;
}

static void drop_records(struct voc_spool *sp)
{
    for (struct chunk *c = sp->chunks, *next; c; c = next) {
        next = c->next;
        mem_free(c);
    }
    sp->chunks = NULL;
    vec_free(&sp->records);
    if (sp->run->cx) context_give_back(sp->run->cx, sp->bytes);
    sp->bytes = 0;
}

// What a small one leaves idle is taken again by what comes next, for nothing: only what could show above the bound, beside what is
// live (context_charge), goes back to the system.
void spool_empty(struct voc_spool *sp)
{
    const struct voc_context *cx = sp->run->cx;
    const bool large = cx && cx->memory_max && sp->bytes >= cx->memory_max / 8;
    drop_records(sp);
    if (large) mem_trim();
    spill_unmap(sp->map, sp->map_size);
    vec_free(&sp->runs);
    vec_free(&sp->index);
    sp->map = NULL;
    sp->map_size = 0;
    sp->added = 0;
    sp->sealed = true;
}

void spool_free(struct voc_spool *sp)
{
    if (!sp) return;
    spool_empty(sp);
    mem_free(sp);
}

static size_t key_place(size_t size) { return (size + 15) & ~(size_t)15; }

static voc_str key_of(const struct spool_record *r) { return str_mk(r->data + key_place(r->size), r->key); }

// ---- runs on disk --------------------------------------------------------------------------------------------------------

// What keys that begin alike differ in first: most are told apart without a look at them.
struct sorted { uint64_t head; const struct spool_record *record; };

static int record_order(const void *x, const void *y)
{
    const struct sorted *a = x, *b = y;
    if (a->head != b->head) return a->head < b->head ? -1 : 1;
    int c = str_cmp(key_of(a->record), key_of(b->record));
    return c ? c : (a->record->order > b->record->order) - (a->record->order < b->record->order);
}

static size_t alike(voc_str a, voc_str b, size_t most)
{
    size_t n = 0, least = a.len < b.len ? a.len : b.len;
    while (n < most && n < least && a.ptr[n] == b.ptr[n]) n++;
    return n;
}

// In the order of bytes; a key that ends early is the lesser or equal, and then looked at as a whole.
static uint64_t head_of(voc_str key, size_t from)
{
    uint64_t head = 0;
    for (size_t i = from; i < from + 8; i++) head = head << 8 | (i < key.len ? (unsigned char)key.ptr[i] : 0);
    return head;
}

// By head, from its last digit to its first, those with the same head in the order of adding; a digit that all have alike is none.
// `other` is as long; gives the one of both in which they are in order.
static struct sorted *sort_heads(struct sorted *order, struct sorted *other, size_t n)
{
    uint64_t differ = 0;
    for (size_t i = 1; i < n; i++) differ |= order[i].head ^ order[0].head;
    for (unsigned shift = 0; shift < 64; shift += DIGIT) {
        size_t first[(1 << DIGIT) + 1] = {0};
        if (!(differ >> shift & ((1 << DIGIT) - 1))) continue;
        for (size_t i = 0; i < n; i++) first[(order[i].head >> shift & ((1 << DIGIT) - 1)) + 1]++;
        for (size_t d = 0; d < 1 << DIGIT; d++) first[d + 1] += first[d];
        for (size_t i = 0; i < n; i++) other[first[order[i].head >> shift & ((1 << DIGIT) - 1)]++] = order[i];
        struct sorted *was = order;
        order = other;
        other = was;
    }
    return order;
}

// Those whose heads are the same are told apart by the whole of their keys.
static void sort_alike(struct sorted *order, size_t n)
{
    for (size_t i = 0, next; i < n; i = next) {
        for (next = i + 1; next < n && order[next].head == order[i].head;) next++;
        if (next - i > 1) qsort(order + i, next - i, sizeof *order, record_order);
    }
}

static voc_rc sort_records(struct voc_spool *sp)
{
    const struct spool_record *records = sp->records.at;
    const size_t n = sp->records.n;
    if (n < 2) return VOC_OK;
    struct sorted *room = mem_alloc(2 * n * sizeof *room), *order = room;
    struct spool_record *in_order = mem_alloc(n * sizeof *in_order);
    size_t same = records[0].key;
    const voc_rc rc = room && in_order ? VOC_OK : VOC_E_NOMEM;
    for (size_t i = 1; i < n && !rc; i++) same = alike(key_of(&records[0]), key_of(&records[i]), same);
    for (size_t i = 0; i < n && !rc; i++) order[i] = (struct sorted){head_of(key_of(&records[i]), same), &records[i]};
    if (!rc) {
        order = sort_heads(order, order + n, n);
        sort_alike(order, n);
        for (size_t i = 0; i < n; i++) in_order[i] = *order[i].record; // side by side: in place each would have to wait for the one before it
        mem_free(sp->records.at);
        sp->records.at = in_order;
        sp->records.cap = n;
        in_order = NULL;
    }
    mem_free(room);
    mem_free(in_order);
    return rc;
}

struct pen { const struct spill *spill; struct diag *d; unsigned char *piece; size_t n; uint64_t at; voc_rc rc; };

static void pen_flush(struct pen *p)
{
    if (!p->rc) p->rc = spill_write(p->spill, p->at, p->piece, p->n, p->d);
    p->at += p->n;
    p->n = 0;
}

static void pen_put(struct pen *p, const void *data, size_t size)
{
    for (const unsigned char *from = data; size && !p->rc;) {
        size_t n = WRITE_PIECE - p->n < size ? WRITE_PIECE - p->n : size;
        memcpy(p->piece + p->n, from, n);
        p->n += n;
        from += n;
        size -= n;
        if (p->n == WRITE_PIECE) pen_flush(p);
    }
}

static uint64_t whole_size(const struct spool_record *r) { return (sizeof(struct on_disk) + key_place(r->size) + r->key + 15) & ~(uint64_t)15; }

static void put_record(struct pen *p, const struct spool_record *r)
{
    static const unsigned char zeros[16];
    const struct on_disk head = {.order = r->order, .key = r->key, .size = r->size, .whole = whole_size(r)};
    size_t gap = (16 - r->size % 16) % 16;
    pen_put(p, &head, sizeof head);
    pen_put(p, r->data, r->size);
    pen_put(p, zeros, gap);
    pen_put(p, key_of(r).ptr, r->key);
    pen_put(p, zeros, (size_t)head.whole - sizeof head - r->size - gap - r->key);
}

// All records in memory become one run, and the memory is free again.
static voc_rc spill_records(struct voc_spool *sp)
{
    struct voc_run *run = sp->run;
    struct sorted_run made = {0};
    struct pen p = {.spill = &run->spill, .d = run->cx ? run->cx->diag : NULL};
    if (!sp->records.n) return VOC_OK;
    for (size_t i = 0; i < sp->records.n; i++) made.bytes += whole_size(&sp->records.at[i]);
    p.rc = sort_records(sp);
    if (!p.rc) p.rc = vec_reserve(&sp->runs, 1, RECORDS_MAX);
    if (!p.rc && !(p.piece = mem_alloc(WRITE_PIECE))) p.rc = VOC_E_NOMEM;
    pthread_mutex_lock(&run->lock);
    if (!p.rc) p.rc = spill_reserve(&run->spill, made.bytes, &made.at, p.d);
    pthread_mutex_unlock(&run->lock);
    p.at = made.at;
    for (size_t i = 0; i < sp->records.n && !p.rc; i++) put_record(&p, &sp->records.at[i]);
    if (!p.rc) pen_flush(&p);
    mem_free(p.piece);
    if (p.rc) return p.rc;
    sp->runs.at[sp->runs.n++] = made;
    drop_records(sp);
    return VOC_OK;
}

// ---- adding ----------------------------------------------------------------------------------------------------------------

// Beyond half of what is allowed a spool that holds its share of it makes room; close to the end every one does.
static bool must_spill(const struct voc_spool *sp, size_t size)
{
    const struct voc_context *cx = sp->run->cx;
    if (!cx || !cx->memory_max || !sp->run->spill.beside || !sp->records.n) return false;
    uint64_t used = context_used(cx) + size, share = cx->memory_max / 8 / (sp->run->threads ? sp->run->threads : 1);
    return used > cx->memory_max || (used > cx->memory_max / 2 && sp->bytes >= share);
}

static void *room(struct voc_spool *sp, size_t size)
{
    size_t need = (size + 15) & ~(size_t)15;
    if (!sp->chunks || sp->chunks->size - sp->chunks->used < need) {
        size_t want = need > SPOOL_CHUNK ? need : SPOOL_CHUNK;
        struct chunk *c = mem_alloc(sizeof *c + want);
        if (!c) return NULL;
        *c = (struct chunk){.next = sp->chunks, .size = want};
        sp->chunks = c;
    }
    char *at = (char *)(sp->chunks + 1) + sp->chunks->used;
    sp->chunks->used += need;
    return at;
}

voc_rc spool_add(struct voc_spool *sp, voc_str key, const void *data, size_t size)
{
    if (sp->sealed) return run_broke(sp->run, "it adds to a spool that is sealed");
    if (size > UINT32_MAX || key.len > ((size_t)1 << 20)) return VOC_E_LIMIT;
    size_t cost = size + key.len + sizeof(struct spool_record);
    voc_rc rc = must_spill(sp, cost) ? spill_records(sp) : VOC_OK;
    if (!rc && sp->run->cx && !context_charge(sp->run->cx, cost)) rc = VOC_E_LIMIT;
    if (rc) return rc;
    sp->bytes += cost;
    if ((rc = vec_reserve(&sp->records, 1, RECORDS_MAX))) return rc;
    size_t head = key_place(size);
    char *at = room(sp, head + key.len);
    if (!at) return VOC_E_NOMEM;
    if (size) memcpy(at, data, size);
    if (key.len) memcpy(at + head, key.ptr, key.len);
    sp->records.at[sp->records.n++] = (struct spool_record){at, (uint32_t)size, (uint32_t)key.len, sp->added++};
    return VOC_OK;
}

voc_rc spool_merge(struct voc_spool *into, struct voc_spool *from)
{
    if (into->sealed || from->sealed) return run_broke(into->run, "it merges spools of which one is sealed");
    voc_rc rc = vec_reserve(&into->records, from->records.n, RECORDS_MAX);
    if (!rc) rc = vec_reserve(&into->runs, from->runs.n, RECORDS_MAX);
    if (rc) return rc;
    for (size_t i = 0; i < from->records.n; i++) {
        struct spool_record r = from->records.at[i];
        r.order += into->added;
        into->records.at[into->records.n++] = r;
    }
    for (size_t i = 0; i < from->runs.n; i++) {
        struct sorted_run r = from->runs.at[i];
        r.first += into->added;
        into->runs.at[into->runs.n++] = r;
    }
    struct chunk **end = &from->chunks;
    while (*end) end = &(*end)->next;
    *end = into->chunks;
    into->chunks = from->chunks;
    from->chunks = NULL;
    vec_free(&from->records);
    vec_free(&from->runs);
    into->bytes += from->bytes;
    into->added += from->added;
    from->bytes = from->added = 0;
    return VOC_OK;
}

// ---- sealing ---------------------------------------------------------------------------------------------------------------

struct cursor { uint64_t at, end, first; }; // of a run, in the map

static const struct on_disk *head_at(const struct voc_spool *sp, uint64_t at) { return (const struct on_disk *)(const void *)(sp->map + at); }

static const char *data_at(const struct voc_spool *sp, uint64_t at) { return (const char *)sp->map + at + sizeof(struct on_disk); }

static voc_str key_at(const struct voc_spool *sp, uint64_t at)
{
    const struct on_disk *h = head_at(sp, at);
    return str_mk(data_at(sp, at) + key_place((size_t)h->size), (size_t)h->key);
}

// The map is memory too, as far as it was looked at.
static void looked_at(struct voc_spool *sp, uint64_t bytes)
{
    if (atomic_fetch_add(&sp->loaded, bytes) + bytes < LOADED_MOST) return;
    atomic_store(&sp->loaded, 0);
    spill_unload(sp->map, sp->map_size);
}

static bool comes_first(const struct voc_spool *sp, const struct cursor *a, const struct cursor *b)
{
    int c = str_cmp(key_at(sp, a->at), key_at(sp, b->at));
    return c ? c < 0 : head_at(sp, a->at)->order + a->first < head_at(sp, b->at)->order + b->first;
}

static void sift(const struct voc_spool *sp, struct cursor *heap, size_t at, size_t n)
{
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && comes_first(sp, &heap[child + 1], &heap[child])) child++;
        if (!comes_first(sp, &heap[child], &heap[at])) return;
        struct cursor c = heap[at];
        heap[at] = heap[child];
        heap[child] = c;
    }
}

// The runs are in order each: the least of their heads is next.
static voc_rc merge_runs(struct voc_spool *sp)
{
    size_t n = sp->runs.n, left = n;
    struct cursor *heap = mem_alloc(n * sizeof *heap);
    if (!heap) return VOC_E_NOMEM;
    for (size_t i = 0; i < n; i++) heap[i] = (struct cursor){sp->runs.at[i].at, sp->runs.at[i].at + sp->runs.at[i].bytes, sp->runs.at[i].first};
    for (size_t i = n / 2; i-- > 0;) sift(sp, heap, i, n);
    while (left && !(sp->index.n % 4096 == 0 && host_cancelled())) {
        sp->index.at[sp->index.n++] = heap[0].at;
        uint64_t whole = head_at(sp, heap[0].at)->whole;
        heap[0].at += whole;
        looked_at(sp, whole);
        if (heap[0].at == heap[0].end) heap[0] = heap[--left];
        sift(sp, heap, 0, left);
    }
    mem_free(heap);
    return left ? VOC_CANCELLED : VOC_OK;
}

// What comes now needs memory too: a spool that holds an eighth of what is allowed makes room as well.
static bool leaves_room(const struct voc_spool *sp)
{
    const struct voc_context *cx = sp->run->cx;
    return !cx || !cx->memory_max || !sp->run->spill.beside || sp->bytes < cx->memory_max / 8;
}

static voc_rc seal(struct voc_spool *sp)
{
    if (!sp->runs.n && leaves_room(sp)) return sort_records(sp);
    struct voc_context *cx = sp->run->cx;
    uint64_t cost = sp->added * sizeof *sp->index.at;
    voc_rc rc = spill_records(sp);
    if (!rc && !context_charge(cx, cost)) rc = VOC_E_LIMIT;
    if (rc) return rc;
    sp->bytes += cost;
    rc = vec_reserve(&sp->index, (size_t)sp->added, RECORDS_MAX);
    if (!rc) rc = spill_map(&sp->run->spill, &sp->map, &sp->map_size, cx->diag);
    return rc ? rc : merge_runs(sp);
}

voc_rc spool_seal(struct voc_spool *sp, size_t *n_records)
{
    voc_rc rc = sp->sealed ? VOC_OK : seal(sp);
    if (rc) return rc;
    sp->sealed = true;
    *n_records = (size_t)sp->added;
    return VOC_OK;
}

voc_rc spool_get(struct voc_spool *sp, size_t i, voc_str *key, const void **data, size_t *size)
{
    if (!sp->sealed || i >= sp->added) return run_broke(sp->run, "it gets from a spool that is not sealed, or a record that it does not have");
    if (sp->map) {
        uint64_t at = sp->index.at[i];
        *key = key_at(sp, at);
        *data = data_at(sp, at);
        *size = (size_t)head_at(sp, at)->size;
        looked_at(sp, head_at(sp, at)->whole);
        return VOC_OK;
    }
    *key = key_of(&sp->records.at[i]);
    *data = sp->records.at[i].data;
    *size = sp->records.at[i].size;
    return VOC_OK;
}
