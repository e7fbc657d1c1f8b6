// SPDX-License-Identifier: MIT
// A file system for SQLite over the one that is there: each page of a project file ends in a sum of the page and its number,
// put in when the page is written to the file, and tested when it is read. docs/project-file.md has the form.
//
// SQLite itself sees zeros in the place of the sum, and so do a WAL and a journal. Where another program finishes what a
// killed writer left, pages come to the file so: as long as the file is in WAL mode, no sum is no damage, a wrong one is.
// Other files, and projects made before there were sums, pass unchanged.
#include "store/page_sum.h"
#include "store/columns/bytes.h"

enum {
    ROOM = 1024,       // for the file of the system below
    HEADER = 100,      // of the file
    AT_PAGE_SIZE = 16, // two bytes, big-endian; 1: 65,536
    AT_WRITTEN_BY = 18, // 1: at rest, 2: in WAL mode
    AT_RESERVED = 20,
    AT_APPLICATION = 68,
    TELL_DAMAGED = 0x566F6301, // to xFileControl, with a uint32_t: page_sum_damaged
    TELL_MISSING,              // with a uint32_t: page_sum_missing
    TELL_WRONG,                // with a uint32_t: page_sum_wrong
};

struct page_file {
    sqlite3_file base;
    uint32_t page;    // bytes; 0: no sums
    uint32_t damaged; // the last page that was found so
    bool in_wal;
    _Alignas(8) unsigned char real[ROOM]; // SQLite lays files out at multiples of 8
};

static struct page_file *own(sqlite3_file *f)
{
    return (struct page_file *)(void *)f;
}

static sqlite3_file *real_of(sqlite3_file *f)
{
    return (sqlite3_file *)(void *)own(f)->real;
}

static bool is_project(const unsigned char *b, int n)
{
    static const unsigned char application[] = {APPLICATION_ID >> 24 & 0xff, APPLICATION_ID >> 16 & 0xff, APPLICATION_ID >> 8 & 0xff, APPLICATION_ID & 0xff};
    return n >= HEADER && memcmp(b, "SQLite format 3", 16) == 0 && memcmp(b + AT_APPLICATION, application, sizeof application) == 0;
}

// The file says in its first bytes whether it has sums; they come by here when it is opened, and when it is made.
static void look_at_header(struct page_file *f, const unsigned char *b, int n)
{
    if (n < HEADER) return;
    uint32_t page = (uint32_t)b[AT_PAGE_SIZE] << 8 | b[AT_PAGE_SIZE + 1];
    if (page == 1) page = 65536;
    bool sums = is_project(b, n) && b[AT_RESERVED] == PAGE_SUM_BYTES && page >= 512 && (page & (page - 1)) == 0;
    f->page = sums ? page : 0;
    f->in_wal = b[AT_WRITTEN_BY] != 1;
}

// Of the page that begins at `at`, which is no part of the sum of another page: pages that were swapped are found too.
static uint64_t sum_of(const struct page_file *f, const unsigned char *page, sqlite3_int64 at)
{
    return hash64(page, f->page - PAGE_SUM_BYTES, (uint64_t)at / f->page + 1);
}

// The one byte that says that there are sums is damaged itself.
static bool sums_denied(const struct page_file *f, unsigned char *page, int n)
{
    const struct page_file as_if = {.page = (uint32_t)n};
    unsigned char was = page[AT_RESERVED];
    if (f->page || was == PAGE_SUM_BYTES || !is_project(page, n) || n <= HEADER) return false;
    page[AT_RESERVED] = PAGE_SUM_BYTES;
    bool denied = sum_of(&as_if, page, 0) == get64(page + n - PAGE_SUM_BYTES);
    page[AT_RESERVED] = was;
    return denied;
}

static bool is_page(const struct page_file *f, int n, sqlite3_int64 at)
{
    return f->page && n == (int)f->page && at % n == 0;
}

// ---- one file ----------------------------------------------------------------------------------------------------------------

// A file without sums does not tell what is missing in its middle: SQLite would take it for zeros. Read again, as another process
// may have made the file longer meanwhile.
static int read_in_full(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
    sqlite3_int64 size = 0;
    if (real_of(file)->pMethods->xFileSize(real_of(file), &size) != SQLITE_OK) return SQLITE_IOERR_FSTAT;
    if (size < at + n) return SQLITE_IOERR_SHORT_READ;
    int rc = real_of(file)->pMethods->xRead(real_of(file), to, n, at);
    return rc == SQLITE_IOERR_SHORT_READ ? SQLITE_IOERR_READ : rc;
}

static int page_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
    struct page_file *f = own(file);
    unsigned char *page = to;
    sqlite3_int64 size = 0;
    unsigned char *end = page + (n > PAGE_SUM_BYTES ? n - PAGE_SUM_BYTES : 0);
    int rc = real_of(file)->pMethods->xRead(real_of(file), to, n, at);
    if (at == 0 && rc == SQLITE_OK) {
        look_at_header(f, page, n);
        if (sums_denied(f, page, n)) goto damaged;
    }
    if (!is_page(f, n, at) && rc == SQLITE_IOERR_SHORT_READ) return read_in_full(file, to, n, at);
    if (!is_page(f, n, at) || (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ)) return rc;
    if (rc == SQLITE_IOERR_SHORT_READ) { // beyond the end SQLite knows what to do
        if (real_of(file)->pMethods->xFileSize(real_of(file), &size) != SQLITE_OK) return SQLITE_IOERR_FSTAT;
        if (at >= size) return rc;
    }
    if (rc == SQLITE_OK && ((get64(end) == 0 && f->in_wal) || get64(end) == sum_of(f, page, at))) {
        memset(end, 0, PAGE_SUM_BYTES);
        return SQLITE_OK;
    }
damaged:
    f->damaged = (uint32_t)(at / n + 1);
    return SQLITE_IOERR_DATA;
}

static int page_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
    struct page_file *f = own(file);
    unsigned char sealed[65536];
    if (at == 0) look_at_header(f, from, n);
    if (!is_page(f, n, at)) return real_of(file)->pMethods->xWrite(real_of(file), from, n, at);
    memcpy(sealed, from, (size_t)n - PAGE_SUM_BYTES);
    uint64_t sum = sum_of(f, sealed, at);
    set64(sealed + n - PAGE_SUM_BYTES, sum ? sum : 1);
    return real_of(file)->pMethods->xWrite(real_of(file), sealed, n, at);
}

// The first page without a sum that is in the file, or 0.
static int find_missing(sqlite3_file *file, uint32_t *out)
{
    const struct page_file *f = own(file);
    unsigned char end[PAGE_SUM_BYTES];
    sqlite3_int64 size = 0;
    *out = 0;
    int rc = real_of(file)->pMethods->xFileSize(real_of(file), &size);
    for (sqlite3_int64 at = 0; rc == SQLITE_OK && f->page && f->in_wal && at + f->page <= size; at += f->page) {
        rc = real_of(file)->pMethods->xRead(real_of(file), end, sizeof end, at + f->page - PAGE_SUM_BYTES);
        if (rc != SQLITE_OK || get64(end) != 0) continue;
        *out = (uint32_t)(at / f->page + 1);
        break;
    }
    return rc;
}

// The first wrong page behind *page, or 0. A page of zeros may be one that was never needed, and so never written.
static int find_wrong(sqlite3_file *file, uint32_t *page)
{
    const struct page_file *f = own(file);
    static const unsigned char none[512];
    unsigned char bytes[65536];
    sqlite3_int64 size = 0;
    uint32_t behind = *page;
    *page = 0;
    int rc = real_of(file)->pMethods->xFileSize(real_of(file), &size);
    for (sqlite3_int64 at = (sqlite3_int64)behind * f->page; rc == SQLITE_OK && f->page && !f->in_wal && at + f->page <= size; at += f->page) {
        bool zeros = true;
        rc = real_of(file)->pMethods->xRead(real_of(file), bytes, (int)f->page, at);
        for (uint32_t i = 0; rc == SQLITE_OK && zeros && i < f->page; i += sizeof none) zeros = memcmp(bytes + i, none, sizeof none) == 0;
        if (rc != SQLITE_OK || zeros || get64(bytes + f->page - PAGE_SUM_BYTES) == sum_of(f, bytes, at)) continue;
        *page = (uint32_t)(at / f->page + 1);
        break;
    }
    return rc;
}

static int page_control(sqlite3_file *f, int op, void *arg)
{
    if (op == TELL_WRONG) return find_wrong(f, arg);
    if (op == TELL_MISSING) return find_missing(f, arg);
    if (op != TELL_DAMAGED) return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
    *(uint32_t *)arg = own(f)->damaged;
    return SQLITE_OK;
}

static int page_close(sqlite3_file *f) { return real_of(f)->pMethods->xClose(real_of(f)); }
static int page_truncate(sqlite3_file *f, sqlite3_int64 size) { return real_of(f)->pMethods->xTruncate(real_of(f), size); }
static int page_sync(sqlite3_file *f, int flags) { return real_of(f)->pMethods->xSync(real_of(f), flags); }
static int page_size(sqlite3_file *f, sqlite3_int64 *size) { return real_of(f)->pMethods->xFileSize(real_of(f), size); }
static int page_lock(sqlite3_file *f, int how) { return real_of(f)->pMethods->xLock(real_of(f), how); }
static int page_unlock(sqlite3_file *f, int how) { return real_of(f)->pMethods->xUnlock(real_of(f), how); }
static int page_reserved(sqlite3_file *f, int *out) { return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out); }
static int page_sector(sqlite3_file *f) { return real_of(f)->pMethods->xSectorSize(real_of(f)); }
static int page_character(sqlite3_file *f) { return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f)); }
static int page_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
}
static int page_shm_lock(sqlite3_file *f, int at, int n, int flags) { return real_of(f)->pMethods->xShmLock(real_of(f), at, n, flags); }
static void page_shm_barrier(sqlite3_file *f) { real_of(f)->pMethods->xShmBarrier(real_of(f)); }
static int page_shm_unmap(sqlite3_file *f, int del) { return real_of(f)->pMethods->xShmUnmap(real_of(f), del); }

// Version 2: without memory mapping, by which pages would be read past us.
static const sqlite3_io_methods METHODS = {
    2, page_close, page_read, page_write, page_truncate, page_sync, page_size, page_lock, page_unlock, page_reserved, page_control, page_sector, page_character,
    page_shm_map, page_shm_lock, page_shm_barrier, page_shm_unmap, NULL, NULL,
};

// ---- the file system ---------------------------------------------------------------------------------------------------------

// The one below is SQLite's default, which a test may change.
static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *got)
{
    sqlite3_vfs *below = sqlite3_vfs_find(NULL);
    (void)vfs;
    file->pMethods = NULL;
    if (below->szOsFile > ROOM) return SQLITE_CANTOPEN;
    if (!(flags & SQLITE_OPEN_MAIN_DB)) return below->xOpen(below, name, file, flags, got);
    struct page_file *f = own(file);
    memset(f, 0, sizeof *f);
    int rc = below->xOpen(below, name, real_of(file), flags, got);
    if (real_of(file)->pMethods) f->base.pMethods = &METHODS;
    return rc;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    sqlite3_vfs *below = sqlite3_vfs_find(NULL);
    (void)vfs;
    return below->xDelete(below, name, sync);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    sqlite3_vfs *below = sqlite3_vfs_find(NULL);
    (void)vfs;
    return below->xAccess(below, name, flags, out);
}

static int vfs_path(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
    sqlite3_vfs *below = sqlite3_vfs_find(NULL);
    (void)vfs;
    return below->xFullPathname(below, name, n, out);
}

static int vfs_random(sqlite3_vfs *vfs, int n, char *out)
{
    sqlite3_vfs *below = sqlite3_vfs_find(NULL);
    (void)vfs;
    return below->xRandomness(below, n, out);
}

static int vfs_sleep(sqlite3_vfs *vfs, int us)
{
    sqlite3_vfs *below = sqlite3_vfs_find(NULL);
    (void)vfs;
    return below->xSleep(below, us);
}

static int vfs_time(sqlite3_vfs *vfs, double *out)
{
    sqlite3_vfs *below = sqlite3_vfs_find(NULL);
    (void)vfs;
    return below->xCurrentTime(below, out);
}

static int vfs_error(sqlite3_vfs *vfs, int n, char *out)
{
    sqlite3_vfs *below = sqlite3_vfs_find(NULL);
    (void)vfs;
    return below->xGetLastError(below, n, out);
}

voc_rc page_sum_init(void)
{
    static sqlite3_vfs vfs = {
        // SQLite links it into its list, under a lock of its own
        .iVersion = 1,
        .szOsFile = sizeof(struct page_file),
        .mxPathname = 4096,
        .zName = PAGE_SUM_VFS,
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_path,
        .xRandomness = vfs_random,
        .xSleep = vfs_sleep,
        .xCurrentTime = vfs_time,
        .xGetLastError = vfs_error,
    };
    if (sqlite3_vfs_find(PAGE_SUM_VFS)) return VOC_OK;
    const sqlite3_vfs *below = sqlite3_vfs_find(NULL);
    if (!below || below->mxPathname > vfs.mxPathname) return VOC_E_BUG;
    return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK ? VOC_OK : VOC_E_BUG;
}

int page_sum_begin(sqlite3 *db)
{
    int reserved = PAGE_SUM_BYTES;
    return sqlite3_file_control(db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
}

uint32_t page_sum_damaged(sqlite3 *db)
{
    uint32_t page = 0;
    return sqlite3_file_control(db, "main", TELL_DAMAGED, &page) == SQLITE_OK ? page : 0;
}

bool page_sum_missing(sqlite3 *db)
{
    uint32_t page = 0;
    return sqlite3_file_control(db, "main", TELL_MISSING, &page) == SQLITE_OK && page;
}

voc_rc page_sum_wrong(struct project *p, uint32_t *page)
{
    int rc = sqlite3_file_control(p->db, "main", TELL_WRONG, page);
    return rc == SQLITE_OK ? VOC_OK : db_fail(p, rc, "the project file cannot be read");
}
