// SPDX-License-Identifier: MIT
// The file system of one foreign database: a descriptor that was opened already, or a piece of memory. SQLite reads pages of it when
// it needs them, so that a database of any size takes no memory; it can open nothing else, and write nowhere: what it sorts stays
// in memory, there are no journals. Where the reader runs in a worker, so does this: SQLite's own file system would need calls that a
// worker has given up.
#include "store/foreign/foreign_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CACHE_KIB 4096 // of pages
#define AT_VERSIONS 18 // two bytes of the header: 2 in a database with a log beside it (WAL)

struct open_file { // what SQLite has for it
    sqlite3_file base; // first
    struct foreign_file *f;
};

static struct foreign_file *of(sqlite3_file *file) { return ((struct open_file *)(void *)file)->f; }

static int read_at(const struct foreign_file *f, unsigned char *to, size_t n, uint64_t at)
{
    size_t got = 0;
    if (f->fd < 0) {
        memcpy(to, f->bytes + at, n);
        return SQLITE_OK;
    }
    while (got < n) {
        ssize_t k = pread(f->fd, to + got, n - got, (off_t)(at + got));
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return SQLITE_IOERR_READ; // it has become shorter
        got += (size_t)k;
    }
    return SQLITE_OK;
}

// Of a database with a log of its own beside it, which is not here, what had been written back is read.
static int file_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
    const struct foreign_file *f = of(file);
    unsigned char *bytes = to;
    const uint64_t from = (uint64_t)at, left = from < f->size ? f->size - from : 0;
    const size_t there = left < (uint64_t)n ? (size_t)left : (size_t)n;
    int rc = there ? read_at(f, bytes, there, from) : SQLITE_OK;
    if (rc != SQLITE_OK) return rc;
    for (uint64_t i = AT_VERSIONS; f->beside && i < AT_VERSIONS + 2; i++)
        if (i >= from && i < from + there) bytes[i - from] = 1;
    if (there == (size_t)n) return SQLITE_OK;
    memset(bytes + there, 0, (size_t)n - there);
    return SQLITE_IOERR_SHORT_READ;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    *size = (sqlite3_int64)of(file)->size;
    return SQLITE_OK;
}

static int file_no_lock(sqlite3_file *file, int *out)
{
    (void)file;
    *out = 0;
    return SQLITE_OK;
}

static int file_close(sqlite3_file *file) { return (void)file, SQLITE_OK; }
static int file_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
    return (void)file, (void)from, (void)n, (void)at, SQLITE_READONLY;
}
static int file_truncate(sqlite3_file *file, sqlite3_int64 size) { return (void)file, (void)size, SQLITE_READONLY; }
static int file_sync(sqlite3_file *file, int flags) { return (void)file, (void)flags, SQLITE_OK; }
static int file_lock(sqlite3_file *file, int how) { return (void)file, (void)how, SQLITE_OK; }
static int file_control(sqlite3_file *file, int op, void *arg) { return (void)file, (void)op, (void)arg, SQLITE_NOTFOUND; }
static int file_sector(sqlite3_file *file) { return (void)file, 512; }
static int file_character(sqlite3_file *file) { return (void)file, SQLITE_IOCAP_IMMUTABLE; }

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *got)
{
    static const sqlite3_io_methods methods = {.iVersion = 1, .xClose = file_close, .xRead = file_read, .xWrite = file_write, .xTruncate = file_truncate, .xSync = file_sync,
        .xFileSize = file_size, .xLock = file_lock, .xUnlock = file_lock, .xCheckReservedLock = file_no_lock, .xFileControl = file_control, .xSectorSize = file_sector,
        .xDeviceCharacteristics = file_character};
    struct open_file *o = (struct open_file *)(void *)file;
    (void)name;
    *o = (struct open_file){.f = vfs->pAppData};
    if (!(flags & SQLITE_OPEN_MAIN_DB)) return SQLITE_CANTOPEN;
    o->base.pMethods = &methods;
    if (got) *got = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync) { return (void)vfs, (void)name, (void)sync, SQLITE_READONLY; }
static int vfs_sleep(sqlite3_vfs *vfs, int us) { return (void)vfs, us; }

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    (void)vfs, (void)name, (void)flags;
    *out = 0; // there are no files beside it
    return SQLITE_OK;
}

static int vfs_path(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
    (void)vfs;
    (void)snprintf(out, (size_t)n, "%s", name);
    return SQLITE_OK;
}

static int vfs_random(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    memset(out, 0, (size_t)n); // nothing is made by chance
    return n;
}

static int vfs_time(sqlite3_vfs *vfs, double *out)
{
    (void)vfs;
    *out = 2440587.5;
    return SQLITE_OK;
}

static int vfs_error(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    if (n > 0) out[0] = 0;
    return 0;
}

static int measure(struct foreign_file *f)
{
    unsigned char versions[2];
    struct stat st;
    if (f->fd >= 0) {
        if (fstat(f->fd, &st) != 0) return SQLITE_IOERR_FSTAT;
        f->size = st.st_size > 0 ? (uint64_t)st.st_size : 0;
    }
    f->beside = f->size > AT_VERSIONS + 2 && read_at(f, versions, 2, AT_VERSIONS) == SQLITE_OK && versions[0] == 2 && versions[1] == 2;
    return SQLITE_OK;
}

int foreign_file_open(struct foreign_file *f, sqlite3 **db)
{
    static const int switches[][2] = {{SQLITE_DBCONFIG_DEFENSIVE, 1}, {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}, {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0}};
    char name[40], cache[40];
    (void)snprintf(name, sizeof name, "voc-foreign-%p", (void *)f);
    (void)snprintf(cache, sizeof cache, "PRAGMA cache_size = -%d", CACHE_KIB);
    sqlite3_vfs vfs = {.iVersion = 1, .szOsFile = sizeof(struct open_file), .mxPathname = 512, .zName = name, .pAppData = f,
                       .xOpen = vfs_open, .xDelete = vfs_delete, .xAccess = vfs_access, .xFullPathname = vfs_path,
                       .xRandomness = vfs_random, .xSleep = vfs_sleep, .xCurrentTime = vfs_time, .xGetLastError = vfs_error};
    f->vfs = vfs;
    memcpy(f->name, name, sizeof name);
    f->vfs.zName = f->name;
    int rc = measure(f);
    if (rc == SQLITE_OK) rc = sqlite3_vfs_register(&f->vfs, 0);
    if (rc != SQLITE_OK) return rc;
    f->registered = true;
    rc = sqlite3_open_v2("foreign", db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, name);
    for (size_t i = 0; i < sizeof switches / sizeof *switches && rc == SQLITE_OK; i++)
        rc = sqlite3_db_config(*db, switches[i][0], switches[i][1], (int *)NULL);
    if (rc == SQLITE_OK) rc = sqlite3_exec(*db, "PRAGMA temp_store = MEMORY", NULL, NULL, NULL); // what is sorted never goes to a file
    if (rc == SQLITE_OK) rc = sqlite3_exec(*db, cache, NULL, NULL, NULL);
    if (rc != SQLITE_OK) return rc;
    (void)sqlite3_limit(*db, SQLITE_LIMIT_ATTACHED, 0);
    (void)sqlite3_limit(*db, SQLITE_LIMIT_LENGTH, 1 << 28);
    return SQLITE_OK;
}

void foreign_file_close(struct foreign_file *f, sqlite3 *db)
{
    (void)sqlite3_close(db);
    if (f->registered) (void)sqlite3_vfs_unregister(&f->vfs);
    f->registered = false;
}
