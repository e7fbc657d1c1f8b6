// SPDX-License-Identifier: MIT
// See powercut.h. Test code: one thread, one project at a time, out of memory aborts.
#include "tests/fault/powercut.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

enum { FILES = 64, NAMES = 3 };
enum what { WROTE, SIZED, SYNCED, MADE, DROPPED };
static const char *const SUFFIX[NAMES] = {"", "-wal", "-journal"};

struct bytes { unsigned char *at; size_t n, cap; };
struct step { // one thing done to file `file`, which lies under name `name`
    enum what what;
    int file, name;
    bool folder; // the folder is synced with it
    size_t at, n;
    unsigned char *bytes;
};
static struct { // what is remembered
    bool on;
    char path[512];
    struct bytes first[NAMES]; // as it was at the beginning; at NULL: not there
    int file[NAMES];           // which file lies under the name now, -1: none
    int n_files;
    struct step *step;
    size_t n, cap;
    uint64_t image;
} tape;

static struct { struct fault f; uint64_t count; bool fired; } faults;

struct cut_file { // what SQLite holds; the real file's struct follows
    sqlite3_file base;
    sqlite3_file *real;
    int file, name; // -1: not remembered
    bool sync_folder;
};

static sqlite3_vfs *below;

static void *must(void *p)
{
    if (!p) abort();
    return p;
}

static sqlite3_file *real_of(sqlite3_file *f)
{
    return ((struct cut_file *)(void *)f)->real;
}

// ---- faults ------------------------------------------------------------------------------------------------------------------

void fault_set(const struct fault *f)
{
    memset(&faults, 0, sizeof faults);
    if (f) faults.f = *f;
}

bool fault_fired(void)
{
    return faults.fired;
}

static int fault_of(unsigned kind, int code)
{
    if (!(faults.f.kinds & kind) || faults.f.nth == 0) return SQLITE_OK;
    faults.count++;
    if (faults.count != faults.f.nth && !(faults.f.persistent && faults.count > faults.f.nth)) return SQLITE_OK;
    faults.fired = true;
    return faults.f.code ? faults.f.code : code;
}

// ---- remembering -----------------------------------------------------------------------------------------------------------

static void note(const struct step *s)
{
    if (tape.n == tape.cap) {
        tape.cap = tape.cap ? 2 * tape.cap : 256;
        tape.step = must(realloc(tape.step, tape.cap * sizeof *tape.step));
    }
    tape.step[tape.n++] = *s;
}

static int name_of(const char *path)
{
    size_t len = strlen(tape.path);
    if (!tape.on || !path || strlen(path) < len) return -1;
    const char *own = strrchr(tape.path, '/'), *end = path + strlen(path);
    own = own ? own + 1 : tape.path; // SQLite makes the path absolute
    for (int i = 0; i < NAMES; i++) {
        size_t n = strlen(own) + strlen(SUFFIX[i]);
        if ((size_t)(end - path) <= n || end[-(ptrdiff_t)n - 1] != '/') continue;
        if (strncmp(end - n, own, strlen(own)) == 0 && strcmp(end - strlen(SUFFIX[i]), SUFFIX[i]) == 0) return i;
    }
    return -1;
}

static struct bytes file_bytes(const char *path)
{
    struct bytes b = {0};
    FILE *f = fopen(path, "rb");
    if (!f) return b;
    if (fseek(f, 0, SEEK_END) != 0) abort();
    b.n = (size_t)ftell(f);
    rewind(f);
    b.at = must(malloc(b.n + 1));
    if (fread(b.at, 1, b.n, f) != b.n) abort();
    (void)fclose(f);
    return b;
}

static void path_of(int name, char out[600])
{
    (void)snprintf(out, 600, "%s%s", tape.path, SUFFIX[name]);
}

void powercut_end(void)
{
    tape.on = false;
}

void powercut_forget(void)
{
    for (size_t i = 0; i < tape.n; i++) free(tape.step[i].bytes);
    for (int i = 0; i < NAMES; i++) free(tape.first[i].at);
    free(tape.step);
    memset(&tape, 0, sizeof tape);
}

void powercut_record(const char *path)
{
    powercut_forget();
    (void)snprintf(tape.path, sizeof tape.path, "%s", path);
    for (int i = 0; i < NAMES; i++) {
        char name[600];
        path_of(i, name);
        tape.first[i] = file_bytes(name);
        tape.file[i] = tape.first[i].at ? tape.n_files++ : -1;
    }
    tape.on = true;
}

size_t powercut_steps(void)
{
    return tape.n;
}

// ---- what a cut leaves -------------------------------------------------------------------------------------------------------

static uint64_t draw(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

// Room is doubled: a file grows by a page at a time, and under a sanitizer each realloc copies all of it.
static void resize(struct bytes *b, size_t n)
{
    if (n >= b->cap) {
        b->cap = 2 * n + 1;
        b->at = must(realloc(b->at, b->cap));
    }
    if (n > b->n) memset(b->at + b->n, 0, n - b->n);
    b->n = n;
}

static void put(struct bytes *b, size_t at, const unsigned char *from, size_t n)
{
    if (n == 0) return;
    if (at + n > b->n) resize(b, at + n);
    memcpy(b->at + at, from, n);
}

static void apply(struct bytes *b, const struct step *s)
{
    if (s->what == WROTE) put(b, s->at, s->bytes, s->n);
    if (s->what == SIZED) resize(b, s->n);
}

// One write of which some sectors came through. What lies outside the write is not touched.
static void apply_part(struct bytes *b, const struct step *s, enum cut how, uint64_t *seed, size_t sector)
{
    if (s->what == SIZED) {
        if (draw(seed) % 2) resize(b, s->n);
        return;
    }
    for (size_t done = 0; done < s->n;) {
        size_t at = s->at + done, n = sector - at % sector;
        if (n > s->n - done) n = s->n - done;
        uint64_t fate = draw(seed) % 10;
        if (how == CUT_GARBLED && fate < 2) {
            unsigned char *garbage = must(malloc(n));
            for (size_t i = 0; i < n; i++) garbage[i] = (unsigned char)draw(seed);
            put(b, at, garbage, n);
            free(garbage);
        } else if (fate < 6) put(b, at, s->bytes + done, n);
        done += n;
    }
}

struct disk { // as it is after a cut
    struct bytes file[FILES];
    int name[NAMES]; // file under the name, or -1
};

static void names_done(struct disk *d, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct step *s = &tape.step[i];
        if (s->what == MADE) d->name[s->name] = s->file;
        if (s->what == DROPPED) d->name[s->name] = -1;
    }
}

// All that is safe after so many steps goes to d; what is not is left in pending (bytes) and behind *names (names).
static size_t settle(struct disk *d, size_t steps, size_t *pending, size_t *names)
{
    size_t n = 0;
    *names = 0;
    for (size_t i = 0; i < steps; i++) {
        const struct step *s = &tape.step[i];
        if (s->what == WROTE || s->what == SIZED) pending[n++] = i;
        if (s->what == DROPPED && s->folder) {
            names_done(d, *names, i + 1);
            *names = i + 1;
        }
        if (s->what != SYNCED) continue;
        size_t kept = 0;
        for (size_t k = 0; k < n; k++) {
            if (tape.step[pending[k]].file == s->file) apply(&d->file[s->file], &tape.step[pending[k]]);
            else pending[kept++] = pending[k];
        }
        n = kept;
        bool made = false; // by a step that is not safe yet
        for (size_t k = *names; k < i; k++) made = made || (tape.step[k].what == MADE && tape.step[k].file == s->file);
        if (made || s->folder) {
            names_done(d, *names, i);
            *names = i;
        }
    }
    return n;
}

static void write_out(struct disk *d)
{
    XXH3_state_t *h = must(XXH3_createState());
    (void)XXH3_64bits_reset(h);
    for (int i = 0; i < NAMES; i++) {
        char path[600];
        path_of(i, path);
        (void)unlink(path);
        int64_t n = d->name[i] < 0 ? -1 : (int64_t)d->file[d->name[i]].n;
        (void)XXH3_64bits_update(h, &n, sizeof n);
        if (n < 0) continue;
        const struct bytes *b = &d->file[d->name[i]];
        FILE *f = must(fopen(path, "wb"));
        if (b->n && fwrite(b->at, 1, b->n, f) != b->n) abort();
        if (fclose(f) != 0) abort();
        if (b->n) (void)XXH3_64bits_update(h, b->at, b->n);
    }
    char path[600];
    (void)snprintf(path, sizeof path, "%s-shm", tape.path);
    (void)unlink(path); // it is memory
    tape.image = XXH3_64bits_digest(h);
    (void)XXH3_freeState(h);
}

void powercut_image(size_t steps, enum cut how, uint64_t seed, size_t sector)
{
    struct disk d = {0};
    size_t *pending = must(malloc((steps + 1) * sizeof *pending)), names = 0;
    for (int i = 0, next = 0; i < NAMES; i++) {
        d.name[i] = tape.first[i].at ? next++ : -1;
        if (d.name[i] >= 0) put(&d.file[d.name[i]], 0, tape.first[i].at, tape.first[i].n);
    }
    seed = seed * 2654435761u + steps;
    (void)draw(&seed);
    size_t n = settle(&d, steps, pending, &names);
    for (size_t i = 0; i < n && how != CUT_LOST; i++) {
        const struct step *s = &tape.step[pending[i]];
        if (how == CUT_KEPT) apply(&d.file[s->file], s);
        else apply_part(&d.file[s->file], s, how, &seed, sector);
    }
    if (how == CUT_KEPT) names_done(&d, names, steps);
    else if (how != CUT_LOST) names_done(&d, names, names + draw(&seed) % (steps - names + 1));
    write_out(&d);
    for (int i = 0; i < FILES; i++) free(d.file[i].at);
    free(pending);
}

uint64_t powercut_image_hash(void)
{
    return tape.image;
}

// ---- the file system ---------------------------------------------------------------------------------------------------------

static int cut_close(sqlite3_file *f) { return real_of(f)->pMethods->xClose(real_of(f)); }

static int cut_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
    int rc = fault_of(FAULT_READ, SQLITE_IOERR_READ);
    if (rc == SQLITE_OK) return real_of(f)->pMethods->xRead(real_of(f), to, n, at);
    if (!faults.f.shortened) return rc;
    rc = real_of(f)->pMethods->xRead(real_of(f), to, n, at); // the rest of a short read is zeros, by SQLite's contract
    memset((char *)to + n / 2, 0, (size_t)(n - n / 2));
    return rc == SQLITE_OK ? SQLITE_IOERR_SHORT_READ : rc;
}

static void note_write(const struct cut_file *f, const void *from, size_t n, size_t at)
{
    if (!tape.on || f->file < 0) return;
    struct step s = {.what = WROTE, .file = f->file, .name = f->name, .at = at, .n = n, .bytes = must(malloc(n ? n : 1))};
    memcpy(s.bytes, from, n);
    note(&s);
}

static int cut_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    int rc = fault_of(FAULT_WRITE, SQLITE_IOERR_WRITE);
    if (rc != SQLITE_OK) {
        if (faults.f.shortened) (void)real_of(f)->pMethods->xWrite(real_of(f), from, n / 2, at);
        return rc;
    }
    note_write((struct cut_file *)(void *)f, from, (size_t)n, (size_t)at);
    return real_of(f)->pMethods->xWrite(real_of(f), from, n, at);
}

static int cut_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    const struct cut_file *c = (struct cut_file *)(void *)f;
    int rc = fault_of(FAULT_SIZE, SQLITE_IOERR_TRUNCATE);
    if (rc != SQLITE_OK) return rc;
    if (tape.on && c->file >= 0) note(&(struct step){.what = SIZED, .file = c->file, .name = c->name, .n = (size_t)size});
    return real_of(f)->pMethods->xTruncate(real_of(f), size);
}

static int cut_sync(sqlite3_file *f, int flags)
{
    struct cut_file *c = (struct cut_file *)(void *)f;
    (void)flags;
    int rc = fault_of(FAULT_SYNC, SQLITE_IOERR_FSYNC);
    if (rc != SQLITE_OK) return rc;
    if (tape.on && c->file >= 0) note(&(struct step){.what = SYNCED, .file = c->file, .name = c->name, .folder = c->sync_folder});
    c->sync_folder = false;
    return SQLITE_OK;
}

static int cut_size(sqlite3_file *f, sqlite3_int64 *size)
{
    int rc = fault_of(FAULT_SIZE, SQLITE_IOERR_FSTAT);
    return rc ? rc : real_of(f)->pMethods->xFileSize(real_of(f), size);
}

static int cut_lock(sqlite3_file *f, int how) { return real_of(f)->pMethods->xLock(real_of(f), how); }
static int cut_unlock(sqlite3_file *f, int how) { return real_of(f)->pMethods->xUnlock(real_of(f), how); }
static int cut_reserved(sqlite3_file *f, int *out) { return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out); }
static int cut_control(sqlite3_file *f, int op, void *arg) { return real_of(f)->pMethods->xFileControl(real_of(f), op, arg); }
static int cut_sector(sqlite3_file *f) { return real_of(f)->pMethods->xSectorSize(real_of(f)); }
static int cut_character(sqlite3_file *f) { return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f)); }
static int cut_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    int rc = fault_of(FAULT_OPEN, SQLITE_IOERR_SHMMAP);
    return rc ? rc : real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
}
static int cut_shm_lock(sqlite3_file *f, int at, int n, int flags) { return real_of(f)->pMethods->xShmLock(real_of(f), at, n, flags); }
static void cut_shm_barrier(sqlite3_file *f) { real_of(f)->pMethods->xShmBarrier(real_of(f)); }
static int cut_shm_unmap(sqlite3_file *f, int del) { return real_of(f)->pMethods->xShmUnmap(real_of(f), del); }

// Version 2: no memory mapping, so that each read passes here.
static const sqlite3_io_methods methods = {
    2, cut_close, cut_read, cut_write, cut_truncate, cut_sync, cut_size, cut_lock, cut_unlock, cut_reserved, cut_control, cut_sector, cut_character,
    cut_shm_map, cut_shm_lock, cut_shm_barrier, cut_shm_unmap, NULL, NULL,
};

static int cut_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *got)
{
    struct cut_file *to = (struct cut_file *)(void *)f;
    (void)vfs;
    to->base.pMethods = NULL;
    to->real = (sqlite3_file *)(void *)(to + 1);
    int rc = fault_of(FAULT_OPEN, SQLITE_CANTOPEN);
    if (rc != SQLITE_OK) return rc;
    to->name = flags & SQLITE_OPEN_DELETEONCLOSE ? -1 : name_of(name);
    to->file = -1;
    to->sync_folder = false;
    rc = below->xOpen(below, name, to->real, flags, got);
    if (rc != SQLITE_OK) return rc;
    if (to->name >= 0 && tape.file[to->name] < 0) {
        if (tape.n_files == FILES) abort();
        tape.file[to->name] = tape.n_files++;
        note(&(struct step){.what = MADE, .file = tape.file[to->name], .name = to->name});
        to->sync_folder = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) != 0; // as SQLite's own does
    }
    if (to->name >= 0) to->file = tape.file[to->name];
    to->base.pMethods = &methods;
    return SQLITE_OK;
}

static int cut_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
    (void)vfs;
    int rc = fault_of(FAULT_NAME, SQLITE_IOERR_DELETE);
    if (rc != SQLITE_OK) return rc;
    rc = below->xDelete(below, path, 0);
    int name = name_of(path);
    if (rc == SQLITE_OK && name >= 0 && tape.file[name] >= 0) {
        note(&(struct step){.what = DROPPED, .file = tape.file[name], .name = name, .folder = sync != 0});
        tape.file[name] = -1;
    }
    return rc;
}

static int cut_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
    (void)vfs;
    int rc = fault_of(FAULT_OPEN, SQLITE_IOERR_ACCESS);
    return rc ? rc : below->xAccess(below, path, flags, out);
}

int powercut_register(void)
{
    static sqlite3_vfs vfs;
    below = sqlite3_vfs_find(NULL);
    vfs = *below;
    vfs.zName = "powercut";
    vfs.szOsFile = (int)sizeof(struct cut_file) + below->szOsFile;
    vfs.xOpen = cut_open;
    vfs.xDelete = cut_delete;
    vfs.xAccess = cut_access;
    return sqlite3_vfs_register(&vfs, 1);
}
