// SPDX-License-Identifier: MIT
// The loop of parallel.h: threads take the next piece from a counter. Needs nothing but threads, so that the loadable
// extension can have it without the plugins.
#include "host/parallel.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/cancel.h"

struct loop {
    voc_rc (*piece)(void *user, size_t i);
    void *user;
    size_t n;
    _Atomic size_t next;
    pthread_mutex_t lock;
    size_t failed_at; // lowest failing piece
    voc_rc rc;
};

static void *loop_run(void *arg)
{
    struct loop *l = arg;
    for (;;) {
        size_t i = atomic_fetch_add(&l->next, 1);
        if (i >= l->n) return NULL;
        voc_rc rc = cancel_requested() ? VOC_CANCELLED : l->piece(l->user, i);
        if (!rc) continue;
        pthread_mutex_lock(&l->lock);
        if (!l->rc || i < l->failed_at) {
            l->rc = rc;
            l->failed_at = i;
        }
        pthread_mutex_unlock(&l->lock);
        atomic_store(&l->next, l->n); // pieces below i are already under way, so the lowest failure still wins
        return NULL;
    }
}

voc_rc parallel_for(uint32_t threads, size_t n, voc_rc (*piece)(void *user, size_t i), void *user)
{
    struct loop l = {.piece = piece, .user = user, .n = n};
    pthread_t id[PARALLEL_MAX];
    uint32_t started = 0;
    if (threads > PARALLEL_MAX) threads = PARALLEL_MAX;
    if (threads > n) threads = (uint32_t)n;
    pthread_mutex_init(&l.lock, NULL);
    for (uint32_t t = 1; t < threads; t++) // fewer threads than asked for is no error
        if (pthread_create(&id[started], NULL, loop_run, &l) == 0) started++;
    loop_run(&l);
    for (uint32_t t = 0; t < started; t++) pthread_join(id[t], NULL);
    pthread_mutex_destroy(&l.lock);
    return l.rc;
}
