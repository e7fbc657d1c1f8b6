// SPDX-License-Identifier: MIT
// A folder of mails for a worker, which may not open its files: a thread of the parent reads them, one behind the other, into a pipe
// that stands in the place of the input. A pipe that nobody reads any more ends it.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "host/worker/worker.h"
#include "io/in.h"

static voc_rc pour_all(struct pour *p)
{
    struct in *in = NULL;
    size_t got = 1, size = (size_t)256 << 10;
    char *piece = mem_alloc(size);
    voc_rc rc = piece ? in_open_folder(&in, p->path, NULL, p->d) : VOC_E_NOMEM;
    bool wanted = true;
    while (!rc && got && wanted) {
        rc = in_read(in, piece, size, &got);
        for (size_t at = 0; at < got && !rc && wanted;) {
            ssize_t n = write(p->to, piece + at, got - at);
            if (n < 0 && errno == EINTR) continue;
            wanted = n >= 0; // else nobody reads it any more
            at += n > 0 ? (size_t)n : 0;
        }
    }
    in_close(in);
    mem_free(piece);
    return rc;
}

static void *pour(void *user)
{
    struct pour *p = user;
    p->rc = pour_all(p);
    (void)close(p->to);
    return NULL;
}

voc_rc pour_begin(struct pour *p, const char *path, int *fd, struct diag *d)
{
    int ends[2];
    sigset_t none, had;
    if (pipe2(ends, O_CLOEXEC) != 0) return VOC_E_IO;
    *p = (struct pour){.path = path, .to = ends[1], .d = d};
    *fd = ends[0];
    sigfillset(&none); // a pipe that nobody reads is an error, and interrupts are for the thread that waits
    (void)pthread_sigmask(SIG_BLOCK, &none, &had);
    p->runs = pthread_create(&p->thread, NULL, pour, p) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &had, NULL);
    if (!p->runs) (void)close(p->to);
    return p->runs ? VOC_OK : VOC_E_NOMEM;
}

voc_rc pour_end(struct pour *p)
{
    if (!p->runs) return VOC_OK;
    (void)pthread_join(p->thread, NULL);
    return p->rc;
}
