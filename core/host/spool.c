// SPDX-License-Identifier: MIT
// Spools: what an analysis gathers of each journey until it can compare them in finish. A record is a copy in the spool's
// own chunks, charged to the instance. One spool is used by one thread at a time.
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "host/fold.h"

#define SPOOL_CHUNK ((size_t)1 << 20)
#define RECORDS_MAX ((size_t)1 << 31)

struct spool_record {
    voc_str key;
    const void *data;
    size_t size;
    uint64_t order;
};

struct chunk {
    _Alignas(16) struct chunk *next;
    size_t used, size;
};

struct voc_spool {
    struct voc_run *run;
    VEC(struct spool_record) records;
    struct chunk *chunks;
    uint64_t bytes;
    bool sealed;
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

void spool_free(struct voc_spool *sp)
{
    if (!sp) return;
    for (struct chunk *c = sp->chunks, *next; c; c = next) {
        next = c->next;
        mem_free(c);
    }
    vec_free(&sp->records);
    mem_free(sp);
}

static voc_rc charge(struct voc_spool *sp, size_t size)
{
    struct voc_context *cx = sp->run->cx;
    if (!cx) return VOC_OK;
    uint64_t used = atomic_fetch_add(&cx->memory_used, size) + size;
    sp->bytes += size;
    if (cx->memory_max == 0 || used <= cx->memory_max) return VOC_OK;
    diag_error(cx->diag, "MEMORY-001", NULL, 0, "allow more with --memory, or analyse a segment or a shorter time",
               "the analysis needs more than %llu MiB", (unsigned long long)(cx->memory_max >> 20));
    return VOC_E_LIMIT;
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
    if (sp->sealed) return VOC_E_BUG;
    if (size > ((size_t)1 << 32) || key.len > ((size_t)1 << 20)) return VOC_E_LIMIT;
    voc_rc rc = charge(sp, size + key.len + sizeof(struct spool_record));
    if (!rc) rc = vec_reserve(&sp->records, 1, RECORDS_MAX);
    if (rc) return rc;
    size_t head = (size + 15) & ~(size_t)15;
    char *at = room(sp, head + key.len);
    if (!at) return VOC_E_NOMEM;
    if (size) memcpy(at, data, size);
    if (key.len) memcpy(at + head, key.ptr, key.len);
    sp->records.at[sp->records.n] = (struct spool_record){str_mk(at + head, key.len), at, size, sp->records.n};
    sp->records.n++;
    return VOC_OK;
}

voc_rc spool_merge(struct voc_spool *into, struct voc_spool *from)
{
    if (into->sealed || from->sealed) return VOC_E_BUG;
    voc_rc rc = vec_reserve(&into->records, from->records.n, RECORDS_MAX);
    if (rc) return rc;
    for (size_t i = 0; i < from->records.n; i++) {
        struct spool_record r = from->records.at[i];
        r.order = into->records.n;
        into->records.at[into->records.n++] = r;
    }
    struct chunk **end = &from->chunks;
    while (*end) end = &(*end)->next;
    *end = into->chunks;
    into->chunks = from->chunks;
    from->chunks = NULL;
    vec_free(&from->records);
    into->bytes += from->bytes;
    from->bytes = 0;
    return VOC_OK;
}

static int record_order(const void *x, const void *y)
{
    const struct spool_record *a = x, *b = y;
    int c = str_cmp(a->key, b->key);
    return c ? c : (a->order > b->order) - (a->order < b->order);
}

voc_rc spool_seal(struct voc_spool *sp, size_t *n_records)
{
    if (!sp->sealed && sp->records.n) qsort(sp->records.at, sp->records.n, sizeof *sp->records.at, record_order);
    sp->sealed = true;
    *n_records = sp->records.n;
    return VOC_OK;
}

voc_rc spool_get(struct voc_spool *sp, size_t i, voc_str *key, const void **data, size_t *size)
{
    if (!sp->sealed || i >= sp->records.n) return VOC_E_BUG;
    *key = sp->records.at[i].key;
    *data = sp->records.at[i].data;
    *size = sp->records.at[i].size;
    return VOC_OK;
}
