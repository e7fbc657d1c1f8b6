// SPDX-License-Identifier: MIT
// One mutex guards the ring: pieces head..tail lie in it, those before `next` are worked on or done. The caller's thread gives
// what is done, else fills what is free, else works itself, and waits only where every piece is in some other thread's
// hands. Threads that cannot be started are done without.
#include "host/import/pipeline.h"

#include <pthread.h>

#include "base/mem.h"
#include "host/host.h"

#define THREADS_MAX 256u

struct slot { bool done; voc_rc rc; };

struct ring {
    const struct pipeline *p;
    pthread_mutex_t lock;
    pthread_cond_t filled, done;
    struct slot *slots;
    uint64_t head, next, tail; // pieces: the first not given, the first that nobody works on, the first not filled
    bool stop;
};

// Takes the next piece and works on it. With the lock held, as it is again afterwards.
static void work_one(struct ring *r)
{
    size_t k = (size_t)(r->next++ % r->p->slots);
    pthread_mutex_unlock(&r->lock);
    voc_rc rc = host_cancelled() ? VOC_CANCELLED : r->p->work(r->p->user, k);
    pthread_mutex_lock(&r->lock);
    r->slots[k].rc = rc;
    r->slots[k].done = true;
    if (r->head % r->p->slots == k) pthread_cond_signal(&r->done);
}

static void *worker(void *arg)
{
    struct ring *r = arg;
    pthread_mutex_lock(&r->lock);
    for (;;) {
        while (r->next == r->tail && !r->stop) pthread_cond_wait(&r->filled, &r->lock);
        if (r->stop) break;
        work_one(r);
    }
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

static voc_rc give_one(struct ring *r)
{
    size_t k = (size_t)(r->head % r->p->slots);
    voc_rc rc = r->slots[k].rc;
    pthread_mutex_unlock(&r->lock);
    if (!rc) rc = r->p->give(r->p->user, k);
    pthread_mutex_lock(&r->lock);
    r->slots[k].done = false;
    r->head++;
    return rc;
}

static voc_rc fill_one(struct ring *r, bool *some)
{
    size_t k = (size_t)(r->tail % r->p->slots);
    pthread_mutex_unlock(&r->lock);
    *some = false;
    voc_rc rc = r->p->fill(r->p->user, k, some);
    pthread_mutex_lock(&r->lock);
    if (rc || !*some) return rc;
    r->tail++;
    pthread_cond_signal(&r->filled);
    return VOC_OK;
}

// With the lock held.
static voc_rc run(struct ring *r)
{
    voc_rc rc = VOC_OK, last = VOC_OK; // last: of fill
    bool more = true;
    while (!rc && (more || r->head < r->tail)) {
        if (host_cancelled()) return VOC_CANCELLED;
        if (r->head < r->tail && r->slots[r->head % r->p->slots].done) {
            rc = give_one(r);
        } else if (more && r->tail - r->head < r->p->slots) {
            last = fill_one(r, &more);
            more = more && !last;
        } else if (r->next < r->tail) {
            work_one(r);
        } else {
            pthread_cond_wait(&r->done, &r->lock);
        }
    }
    return rc ? rc : last;
}

voc_rc pipeline_run(const struct pipeline *p)
{
    struct ring r = {.p = p};
    pthread_t id[THREADS_MAX];
    uint32_t started = 0, wanted = p->threads < THREADS_MAX ? p->threads : THREADS_MAX;
    r.slots = mem_zalloc(p->slots, sizeof *r.slots);
    if (!r.slots) return VOC_E_NOMEM;
    pthread_mutex_init(&r.lock, NULL);
    pthread_cond_init(&r.filled, NULL);
    pthread_cond_init(&r.done, NULL);
    for (uint32_t t = 1; t < wanted; t++)
        if (pthread_create(&id[started], NULL, worker, &r) == 0) started++;
    pthread_mutex_lock(&r.lock);
    voc_rc rc = run(&r);
    r.stop = true;
    pthread_cond_broadcast(&r.filled);
    pthread_mutex_unlock(&r.lock);
    for (uint32_t t = 0; t < started; t++) pthread_join(id[t], NULL);
    pthread_cond_destroy(&r.done);
    pthread_cond_destroy(&r.filled);
    pthread_mutex_destroy(&r.lock);
    mem_free(r.slots);
    return rc;
}
