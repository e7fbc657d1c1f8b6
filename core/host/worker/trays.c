// SPDX-License-Identifier: MIT
// The memory is a file without a name. That it cannot be made shorter is fixed before the worker has it: else the parent could be
// made to read where there is nothing. What is put is there before the pipe says so, as a write to it orders all before.
#include "host/worker/trays.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"

static bool map(struct trays_end *e, int fd)
{
    void *at = mmap(NULL, sizeof *e->shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    *e = (struct trays_end){.shared = at != MAP_FAILED ? at : NULL};
    return e->shared;
}

bool trays_make(struct trays_end *e, int *fd)
{
    *e = (struct trays_end){.shared = NULL};
    *fd = memfd_create("voc-trays", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (*fd < 0) return false;
    if (ftruncate(*fd, (off_t)sizeof *e->shared) == 0 && fcntl(*fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0 &&
        map(e, *fd))
        return true;
    (void)close(*fd);
    *fd = -1;
    return false;
}

void trays_join(struct trays_end *e, int fd)
{
    (void)map(e, fd);
    (void)close(fd);
}

void trays_done(struct trays_end *e)
{
    if (e->shared) (void)munmap(e->shared, sizeof *e->shared);
    e->shared = NULL;
}

bool trays_put(struct trays_end *e, const struct iovec *pieces, size_t n)
{
    size_t size = 0;
    for (size_t i = 0; i < n; i++) size += pieces[i].iov_len;
    if (!e->shared || size > TRAY_BYTES || e->n - atomic_load_explicit(&e->shared->taken, memory_order_acquire) >= TRAYS) return false;
    char *to = e->shared->bytes[e->n++ % TRAYS];
    for (size_t i = 0; i < n; i++) memcpy(to, pieces[i].iov_base, pieces[i].iov_len), to += pieces[i].iov_len;
    return true;
}

voc_rc trays_take(struct trays_end *e, uint64_t size, struct buf *to)
{
    if (!e->shared || size > TRAY_BYTES) return VOC_E_BUG;
    buf_clear(to);
    voc_rc rc = buf_add(to, e->shared->bytes[e->n % TRAYS], (size_t)size);
    if (!rc) atomic_store_explicit(&e->shared->taken, ++e->n, memory_order_release);
    return rc;
}
