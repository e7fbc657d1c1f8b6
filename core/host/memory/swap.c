// SPDX-License-Identifier: MIT
// Blocks of a file. The disk has room for all of a block before it is used, as there is no telling later: what does not fit is a
// sentence, never a signal. Who asks now and then whether to stop looks at what the system counts as loaded, and so does a thread every few
// milliseconds: a loop over gigabytes then needs no word about it, and a processor does not load so much between two looks as is left
// free for it.
#include "host/memory/swap.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

#define LOOK_NS 1000000
#define LEFT_FREE ((uint64_t)96 << 20) // the system loads sixteen pages where one is looked at: so much in a few milliseconds
#define TRIM_EVERY 16u // unloads: what was freed lies idle, and is memory of the process as well
#define WORTH ((uint64_t)8 << 20) // of what is loaded: for less nothing is unloaded

struct swapped {
    struct swap *of;
    struct swapped *next, *prev;
    void *at;
    uint64_t place;
    size_t size; // whole pages
};

void swap_init(struct swap *s, const char *beside, uint64_t memory_max)
{
    memset(s, 0, sizeof *s);
    if (!beside || !memory_max || !(s->said = diag_new())) return;
    s->spill.beside = beside;
    s->memory_max = memory_max;
    s->left_free = memory_max / 8 > LEFT_FREE ? memory_max / 8 : memory_max / 8 * 3 < LEFT_FREE ? memory_max / 8 * 3 : LEFT_FREE;
    s->fd = -1;
    pthread_mutex_init(&s->on_disk, NULL);
    pthread_mutex_init(&s->lock, NULL);
}

void swap_done(struct swap *s)
{
    if (!s->spill.beside) return;
    atomic_store(&s->ends, true);
    if (s->watched) pthread_join(s->watch, NULL);
    if (s->fd >= 0) close(s->fd);
    spill_done(&s->spill);
    diag_free(s->said);
    pthread_mutex_destroy(&s->on_disk);
    pthread_mutex_destroy(&s->lock);
    memset(s, 0, sizeof *s);
}

// ---- what is loaded --------------------------------------------------------------------------------------------------------------

static void unload(struct swap *s)
{
    for (const struct swapped *b = s->blocks; b; b = b->next) spill_unload(b->at, b->size);
}

void swap_unload(struct swap *s)
{
    if (!s->spill.beside) return;
    pthread_mutex_lock(&s->lock);
    unload(s);
    pthread_mutex_unlock(&s->lock);
}

// Bytes of the process, and those of them that are of files.
static bool loaded(const struct swap *s, uint64_t *all, uint64_t *files)
{
    char text[128];
    const ssize_t n = pread(s->fd, text, sizeof text - 1, 0);
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    char *at = text;
    if (n <= 0) return false;
    text[n] = 0;
    (void)strtoull(at, &at, 10); // addresses
    *all = strtoull(at, &at, 10) * page;
    *files = strtoull(at, &at, 10) * page;
    return true;
}

// What is left free for what is loaded until the next look: an eighth, of little more; and more again where that did not do, as others
// kept this thread from looking.
static void look(struct swap *s)
{
    uint64_t all, files, after;
    if (!loaded(s, &all, &files) || all <= s->memory_max - s->left_free || files < s->idle + WORTH) return;
    if (all > s->memory_max - s->left_free / 4 && s->left_free < s->memory_max / 4) s->left_free += s->left_free / 4;
    unload(s);
    if (s->unloads++ % TRIM_EVERY == 0) mem_trim();
    if (loaded(s, &all, &after)) s->idle = after;
}

void swap_look(struct swap *s)
{
    if (!s->spill.beside || pthread_mutex_trylock(&s->lock)) return;
    if (s->blocks) look(s);
    pthread_mutex_unlock(&s->lock);
}

static void *watch(void *user)
{
    struct swap *s = user;
    while (!atomic_load(&s->ends)) {
        (void)nanosleep(&(struct timespec){.tv_nsec = LOOK_NS}, NULL);
        pthread_mutex_lock(&s->lock);
        if (s->blocks) look(s);
        pthread_mutex_unlock(&s->lock);
    }
    return NULL;
}

// Signals are for the threads that were there before.
static bool watch_begin(struct swap *s)
{
    sigset_t all, was;
    if (s->watched) return true;
    if (s->fd < 0) s->fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (s->fd < 0) return false;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &was);
    s->watched = pthread_create(&s->watch, NULL, watch, s) == 0;
    pthread_sigmask(SIG_SETMASK, &was, NULL);
    return s->watched;
}

// ---- blocks ----------------------------------------------------------------------------------------------------------------------

// Without somebody who watches, what is loaded would know no bound.
static voc_rc place(struct swapped *b)
{
    struct swap *s = b->of;
    pthread_mutex_lock(&s->on_disk);
    voc_rc rc = watch_begin(s) ? spill_block(&s->spill, b->size, &b->place, &b->at, s->said) : VOC_E_NOMEM;
    pthread_mutex_unlock(&s->on_disk);
    return rc;
}

voc_rc swap_new(struct swap *s, size_t size, struct swapped **out)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct swapped *b = mem_zalloc(1, sizeof *b);
    if (!b || !mem_add(size, page - 1, &b->size)) {
        mem_free(b);
        return VOC_E_NOMEM;
    }
    b->size -= b->size % page;
    b->of = s;
    voc_rc rc = place(b);
    if (rc) {
        mem_free(b);
        return rc;
    }
    pthread_mutex_lock(&s->lock);
    b->next = s->blocks;
    if (b->next) b->next->prev = b;
    s->blocks = b;
    s->n_blocks++;
    pthread_mutex_unlock(&s->lock);
    *out = b;
    return VOC_OK;
}

void *swap_at(const struct swapped *b) { return b->at; }

void swap_free(struct swapped *b)
{
    struct swap *s = b->of;
    pthread_mutex_lock(&s->lock);
    if (b->prev)
        b->prev->next = b->next;
    else
        s->blocks = b->next;
    if (b->next) b->next->prev = b->prev;
    s->n_blocks--;
    spill_unmap(b->at, b->size);
    pthread_mutex_unlock(&s->lock);
    pthread_mutex_lock(&s->on_disk);
    spill_block_free(&s->spill, b->place, b->size);
    pthread_mutex_unlock(&s->on_disk);
    mem_free(b);
}
