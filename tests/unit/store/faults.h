// SPDX-License-Identifier: MIT
// A file system under SQLite that does as it is told: fails the n-th write, truncation, sync or deletion once or from then
// on, or kills the process there, half way through the write, or pulls the plug: then of all writes since the last sync of
// their file some are lost, whichever the seed says. Syncs are not passed on; nobody pulls the real plug.
#ifndef VOC_TESTS_UNIT_STORE_FAULTS_H
#define VOC_TESTS_UNIT_STORE_FAULTS_H
#include <signal.h>
#include <sqlite3.h>

static struct { uint64_t count, at, seed; int code; bool persistent, kill, lose, fired; } disk;

struct disk_file {
    sqlite3_file base;
    sqlite3_file *real;
};

// What was written since the last sync of its file, with what stood there before.
struct disk_log { sqlite3_file *real; sqlite3_int64 at, size_before; int n, n_old; char *old, *new; };
static struct disk_log disk_logged[4096];
static unsigned n_disk_logged;

static inline sqlite3_file *real_of(sqlite3_file *f)
{
    return ((struct disk_file *)(void *)f)->real;
}

static inline void disk_note(sqlite3_file *real, const void *from, int n, sqlite3_int64 at)
{
    if (!disk.lose || n_disk_logged == sizeof disk_logged / sizeof disk_logged[0]) return;
    struct disk_log *l = &disk_logged[n_disk_logged++];
    *l = (struct disk_log){.real = real, .at = at, .n = n, .old = calloc(1, (size_t)n), .new = malloc((size_t)n)};
    (void)real->pMethods->xFileSize(real, &l->size_before);
    (void)real->pMethods->xRead(real, l->old, n, at); // short beyond the end
    l->n_old = l->size_before <= at ? 0 : l->size_before - at < n ? (int)(l->size_before - at) : n;
    memcpy(l->new, from, (size_t)n);
}

// Forgets what is safe: all, or one file.
static inline void disk_settle(const sqlite3_file *real)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < n_disk_logged; i++) {
        if (!real || disk_logged[i].real == real) {
            free(disk_logged[i].old);
            free(disk_logged[i].new);
        } else disk_logged[kept++] = disk_logged[i];
    }
    n_disk_logged = kept;
}

// Takes all unsynced writes back, then does those again that reached the disk.
static inline void disk_lose(void)
{
    for (unsigned i = n_disk_logged; i-- > 0;) {
        const struct disk_log *l = &disk_logged[i];
        if (l->n_old) (void)l->real->pMethods->xWrite(l->real, l->old, l->n_old, l->at);
        (void)l->real->pMethods->xTruncate(l->real, l->size_before);
    }
    for (unsigned i = 0; i < n_disk_logged; i++) {
        const struct disk_log *l = &disk_logged[i];
        disk.seed = disk.seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        if (disk.seed >> 63) (void)l->real->pMethods->xWrite(l->real, l->new, l->n, l->at);
    }
}

// Counts one operation; not SQLITE_OK: it fails.
static inline int disk_step(int code)
{
    disk.count++;
    if (disk.at == 0 || !(disk.count == disk.at || (disk.persistent && disk.count > disk.at))) return SQLITE_OK;
    disk.fired = true;
    if (disk.lose) disk_lose();
    if (disk.kill) (void)raise(SIGKILL);
    return disk.code ? disk.code : code;
}

static int disk_close(sqlite3_file *f)
{
    if (disk.lose) disk_settle(real_of(f)); // a simplification: what was closed is safe
    return real_of(f)->pMethods->xClose(real_of(f));
}
static int disk_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at) { return real_of(f)->pMethods->xRead(real_of(f), to, n, at); }
static int disk_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    if (disk.kill && disk.count + 1 == disk.at) (void)real_of(f)->pMethods->xWrite(real_of(f), from, n / 2, at); // torn
    int rc = disk_step(SQLITE_IOERR_WRITE);
    if (rc == SQLITE_OK) disk_note(real_of(f), from, n, at);
    return rc ? rc : real_of(f)->pMethods->xWrite(real_of(f), from, n, at);
}
static int disk_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    int rc = disk_step(SQLITE_IOERR_TRUNCATE);
    return rc ? rc : real_of(f)->pMethods->xTruncate(real_of(f), size);
}
static int disk_sync(sqlite3_file *f, int flags)
{
    (void)flags;
    int rc = disk_step(SQLITE_IOERR_FSYNC);
    if (rc == SQLITE_OK && disk.lose) disk_settle(real_of(f));
    return rc;
}
static int disk_size(sqlite3_file *f, sqlite3_int64 *size) { return real_of(f)->pMethods->xFileSize(real_of(f), size); }
static int disk_lock(sqlite3_file *f, int how) { return real_of(f)->pMethods->xLock(real_of(f), how); }
static int disk_unlock(sqlite3_file *f, int how) { return real_of(f)->pMethods->xUnlock(real_of(f), how); }
static int disk_reserved(sqlite3_file *f, int *out) { return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out); }
static int disk_control(sqlite3_file *f, int op, void *arg) { return real_of(f)->pMethods->xFileControl(real_of(f), op, arg); }
static int disk_sector(sqlite3_file *f) { return real_of(f)->pMethods->xSectorSize(real_of(f)); }
static int disk_character(sqlite3_file *f) { return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f)); }
static int disk_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
}
static int disk_shm_lock(sqlite3_file *f, int at, int n, int flags) { return real_of(f)->pMethods->xShmLock(real_of(f), at, n, flags); }
static void disk_shm_barrier(sqlite3_file *f) { real_of(f)->pMethods->xShmBarrier(real_of(f)); }
static int disk_shm_unmap(sqlite3_file *f, int del) { return real_of(f)->pMethods->xShmUnmap(real_of(f), del); }

static const sqlite3_io_methods disk_methods = {
    2, disk_close, disk_read, disk_write, disk_truncate, disk_sync, disk_size, disk_lock, disk_unlock, disk_reserved, disk_control, disk_sector, disk_character,
    disk_shm_map, disk_shm_lock, disk_shm_barrier, disk_shm_unmap, NULL, NULL,
};

static sqlite3_vfs *disk_below;

static int disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *got)
{
    struct disk_file *to = (struct disk_file *)(void *)f;
    (void)vfs;
    to->base.pMethods = NULL;
    to->real = (sqlite3_file *)(void *)(to + 1);
    int rc = disk_below->xOpen(disk_below, name, to->real, flags, got);
    if (rc == SQLITE_OK) to->base.pMethods = &disk_methods;
    return rc;
}

static int disk_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs, (void)sync;
    int rc = disk_step(SQLITE_IOERR_DELETE);
    return rc ? rc : disk_below->xDelete(disk_below, name, 0);
}

// After store_init: SQLite's default file system from now on.
static inline int disk_register(void)
{
    static sqlite3_vfs vfs;
    disk_below = sqlite3_vfs_find(NULL);
    vfs = *disk_below;
    vfs.zName = "disk";
    vfs.szOsFile = (int)sizeof(struct disk_file) + disk_below->szOsFile;
    vfs.xOpen = disk_open;
    vfs.xDelete = disk_delete;
    return sqlite3_vfs_register(&vfs, 1);
}
#endif
