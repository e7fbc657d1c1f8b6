// SPDX-License-Identifier: MIT
// Opening and closing the project file. A writer switches it to WAL, holds the write transaction until it closes, and
// leaves one file at rest; what a new project gets first is written once, straight to the file, which is empty until all of it is
// there. A reader holds one snapshot, so that everything it reads belongs together. A file from a
// stranger is met with SQLite's defences: no trusted schema, no triggers, checked cells, limits.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/cancel.h"
#include "store/events/held.h"
#include "store/page_sum.h"
#include "store/schema.h"

static const char BEGIN_WRITE[] = "BEGIN IMMEDIATE";
static const char BEGIN_READ[] = "BEGIN; SELECT count(*) FROM sqlite_schema"; // the SELECT takes the snapshot
static const char COMMIT[] = "COMMIT";
static const char ROLLBACK[] = "ROLLBACK";
static const char PREPARE_ALL[] = "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384;";
// Who only reads comes by most pages once: a small cache is memory used again, where fresh memory costs more than the reading itself.
static const char PREPARE_READ[] = "PRAGMA cache_size = -1024;";
// The size of the cache is counted in pages of the old size, and four times of what it says, unless it is said again.
static const char PREPARE_NEW[] = "PRAGMA page_size = 16384; PRAGMA application_id = 1450140465; PRAGMA cache_size = -16384;"; // PAGE_BYTES, APPLICATION_ID
_Static_assert(APPLICATION_ID == 1450140465 && PAGE_BYTES == 16384, "PREPARE_NEW names them");
static const char PREPARE_PRIVATE[] = // nothing to be found again
    "PRAGMA page_size = 16384; PRAGMA application_id = 1450140465; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; "
    "PRAGMA temp_store = MEMORY;";
static const char TO_WAL[] = "PRAGMA journal_mode = WAL";
static const char WRITE_ANEW[] = "VACUUM";
static const char TO_ONE_FILE[] = "PRAGMA journal_mode = DELETE";
static const char GET_APPLICATION[] = "PRAGMA application_id";
static const char GET_FORMAT[] = "PRAGMA user_version";
static const char COUNT_OBJECTS[] = "SELECT count(*) FROM sqlite_schema";

enum { BUSY_STEP_MS = 25, STOP_STEPS = 20000 /* of SQLite's machine, well under a millisecond each */ };

// Where SQLite locks: in the file, and in its -shm.
enum { RESERVED_BYTE = 0x40000001, SHARED_BYTE = 0x40000002, WAL_WRITE_BYTE = 120 };

// ---- who else is writing -------------------------------------------------------------------------------------------------

// The process that holds a lock of this kind on byte `at` of the file, rather another one than this; 0: unknown. Linux tells it in
// /proc/locks. Opening the file to ask fcntl would drop this process's own locks on it when closed. Layered file systems name another
// device there than stat does, so only the inode and the byte are compared.
static long lock_holder(const char *path, const char *suffix, const char *kind, uint64_t at)
{
    char name[4096];
    struct stat st;
    int len = snprintf(name, sizeof name, "%s%s", path, suffix);
    if (len < 0 || (size_t)len >= sizeof name || stat(name, &st) != 0) return 0;
    FILE *f = fopen("/proc/locks", "re");
    if (!f) return 0;
    char line[256], want[64];
    long found = 0;
    (void)snprintf(want, sizeof want, ":%" PRIuMAX, (uintmax_t)st.st_ino);
    while ((!found || found == (long)getpid()) && fgets(line, sizeof line, f)) { // "1: POSIX  ADVISORY  WRITE 1234 08:01:5678 120 120"
        voc_str rest = str_of(line), word[8] = {{0}};
        size_t n = 0;
        while (n < 8 && str_split(&rest, &word[n])) n++;
        int64_t pid, from, to;
        if (n == 8 && str_is(word[3], kind) && str_ends(word[5], want) && str_int(word[4], &pid) && str_int(word[6], &from) &&
            str_int(str_trim(word[7]), &to) && (uint64_t)from <= at && at <= (uint64_t)to)
            found = (long)pid;
    }
    (void)fclose(f);
    return found;
}

static void name_process(long pid, char *out, size_t size)
{
    char path[64], name[64] = "";
    if (pid == (long)getpid()) {
        (void)snprintf(out, size, "this very process");
        return;
    }
    (void)snprintf(path, sizeof path, "/proc/%ld/comm", pid);
    FILE *f = fopen(path, "re");
    if (f) {
        if (!fgets(name, sizeof name, f)) name[0] = '\0';
        (void)fclose(f);
    }
    for (char *c = name; *c; c++)
        if (*c == '\n') *c = '\0';
    (void)snprintf(out, size, "%s (process %ld)", name[0] ? name : "another program", pid);
}

// SQLite asks this when another process holds the file: 1 to try again.
static int wait_for_other(void *user, int tried)
{
    const struct timespec step = {.tv_nsec = BUSY_STEP_MS * 1000000L};
    (void)user;
    if (cancel_requested() || tried >= BUSY_MS / BUSY_STEP_MS) return 0;
    (void)nanosleep(&step, NULL);
    return 1;
}

// SQLite asks this within long statements: 1 to stop. COMMIT and ROLLBACK are too short to be asked in.
static int stop_statement(void *user)
{
    (void)user;
    return cancel_requested();
}

void project_user(const struct project *p, char who[PROJECT_USER])
{
    (void)snprintf(who, PROJECT_USER, "another program");
    long pid = lock_holder(p->path, "-shm", "WRITE", WAL_WRITE_BYTE);
    if (!pid) pid = lock_holder(p->path, "", "WRITE", RESERVED_BYTE);
    if (!pid) pid = lock_holder(p->path, "", "READ", SHARED_BYTE); // a reader keeps a writer from beginning
    if (pid) name_process(pid, who, PROJECT_USER);
}

voc_rc project_busy(struct project *p)
{
    char who[PROJECT_USER];
    if (cancel_requested()) return VOC_CANCELLED;
    project_user(p, who);
    diag_error(p->d, "STORE-003", p->path, 0, "wait until it has ended, and do it again", "the project is in use by %s", who);
    return VOC_E_BUSY;
}

// ---- the transaction --------------------------------------------------------------------------------------------------------

static voc_rc hold_fresh(struct project *p);

bool project_writes(const struct project *p)
{
    return p->mode != PROJECT_READ;
}

voc_rc project_need_write(struct project *p, const char *what)
{
    if (project_writes(p)) return VOC_OK;
    diag_error(p->d, "STORE-006", p->path, 0, NULL, "%s needs a project that was opened to write", what);
    return VOC_E_BUG;
}

static voc_rc hold(struct project *p)
{
    if (sqlite3_exec(p->db, project_writes(p) ? BEGIN_WRITE : BEGIN_READ, NULL, NULL, NULL) == SQLITE_OK) return VOC_OK;
    int rc = sqlite3_extended_errcode(p->db);
    if (!sqlite3_get_autocommit(p->db)) (void)sqlite3_exec(p->db, ROLLBACK, NULL, NULL, NULL);
    if ((rc & 0xff) == SQLITE_BUSY && project_writes(p)) return project_busy(p);
    return db_fail(p, rc, "the project file cannot be read");
}

voc_rc project_hold(struct project *p)
{
    if (!sqlite3_get_autocommit(p->db)) return VOC_OK;
    return p->fresh ? hold_fresh(p) : hold(p);
}

void project_rest(struct project *p)
{
    if (!sqlite3_get_autocommit(p->db)) (void)sqlite3_exec(p->db, ROLLBACK, NULL, NULL, NULL);
}

void project_undo(struct project *p)
{
    project_rest(p);
    space_drop(p);
}

// SQLite would go on in a file that has no name any more, or another one, and its log would lie beside what has come instead.
static voc_rc still_there(struct project *p)
{
    int moved = 0;
    if (p->mode == PROJECT_PRIVATE || sqlite3_file_control(p->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK || !moved) return VOC_OK;
    diag_error(p->d, "STORE-008", p->path, 0, "nothing of this was kept: put the file back, leave it there, and do it again",
               "the project was moved, deleted or replaced while it was written");
    return VOC_E_IO;
}

voc_rc project_keep(struct project *p)
{
    voc_rc rc = still_there(p);
    if (rc == VOC_OK) rc = db_exec(p, COMMIT);
    if (rc != VOC_OK) {
        project_undo(p);
        return rc;
    }
    if (p->fresh) (void)sqlite3_exec(p->db, TO_WAL, NULL, NULL, NULL); // where somebody reads it already, the next writer does
    p->fresh = false;
    // Nobody could come in between but for a moment; then the next use takes the place again, and reads afresh.
    if (sqlite3_exec(p->db, BEGIN_WRITE, NULL, NULL, NULL) != SQLITE_OK) space_drop(p);
    return VOC_OK;
}

// ---- opening ------------------------------------------------------------------------------------------------------------------

static voc_rc no_project(struct project *p, const char *why)
{
    diag_error(p->d, "STORE-010", p->path, 0, "voc import PROJECT FILE makes it one", "%s is not a Vocstream project%s", p->name, why);
    return VOC_E_INPUT;
}

// The options that hold for every connection, before the file is touched.
static voc_rc defend(struct project *p)
{
    static const int switches[][2] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},     {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}, {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},       {SQLITE_DBCONFIG_DQS_DDL, 0},        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0},
    };
    static const int limits[][2] = {
        {SQLITE_LIMIT_LENGTH, 1000000000}, {SQLITE_LIMIT_SQL_LENGTH, 1000000}, {SQLITE_LIMIT_ATTACHED, 0},  {SQLITE_LIMIT_EXPR_DEPTH, 200},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 10},  {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000},
    };
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
        int rc = sqlite3_db_config(p->db, switches[i][0], switches[i][1], (int *)NULL);
        if (rc != SQLITE_OK) return db_fail(p, rc, "the project file cannot be opened safely");
    }
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) (void)sqlite3_limit(p->db, limits[i][0], limits[i][1]);
    (void)sqlite3_busy_handler(p->db, wait_for_other, NULL);
    sqlite3_progress_handler(p->db, STOP_STEPS, stop_statement, NULL);
    return VOC_OK;
}

// Rolls back what a killed writer left half done, as any writer that opens the file does. A reader cannot: it asks for this
// first, and where the file or its folder may not be written, nobody reads before a writer has been there.
static int roll_back(const struct project *p)
{
    sqlite3 *db = NULL;
    int rc = sqlite3_open_v2(p->path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, PAGE_SUM_VFS);
    if (rc == SQLITE_OK) rc = sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
    if (rc == SQLITE_OK) rc = sqlite3_busy_handler(db, wait_for_other, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_exec(db, GET_FORMAT, NULL, NULL, NULL); // the first look does it
    (void)sqlite3_close_v2(db);
    return rc;
}

static voc_rc connect(struct project *p)
{
    int flags = p->mode == PROJECT_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (p->mode == PROJECT_CREATE) flags |= SQLITE_OPEN_CREATE;
    const bool private = p->mode == PROJECT_PRIVATE; // a file without a name, which SQLite removes as it makes it
    if (private) flags |= SQLITE_OPEN_CREATE;
    voc_rc result = private ? VOC_OK : page_sum_init();
    if (result != VOC_OK) return result;
    int rc = sqlite3_open_v2(private ? "" : p->path, &p->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, private ? NULL : PAGE_SUM_VFS);
    if (rc != SQLITE_OK) return db_fail(p, rc, "the project file cannot be opened");
    p->sql.db = p->db;
    p->sql.project = p;
    result = defend(p);
    if (result != VOC_OK) return result;
    rc = sqlite3_exec(p->db, PREPARE_ALL, NULL, NULL, NULL); // the first to look into the file
    if (rc == SQLITE_READONLY_ROLLBACK || rc == SQLITE_READONLY_RECOVERY) {
        rc = roll_back(p);
        if (rc == SQLITE_OK) rc = sqlite3_exec(p->db, PREPARE_ALL, NULL, NULL, NULL);
        if (rc != SQLITE_OK) return db_fail(p, rc, "an interrupted write could not be rolled back");
    }
    if ((rc & 0xff) == SQLITE_NOTADB) return no_project(p, "");
    if (rc == SQLITE_OK && p->mode == PROJECT_READ) rc = sqlite3_exec(p->db, PREPARE_READ, NULL, NULL, NULL);
    return rc == SQLITE_OK ? VOC_OK : db_fail(p, rc, "the project file cannot be opened");
}

// What is in the file: format 0 with is_new for an empty one.
static voc_rc examine(struct project *p, int64_t *format, bool *is_new)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v3(p->db, COUNT_OBJECTS, -1, 0, &s, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(s);
    int64_t objects = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0, application = 0;
    db_done(&s);
    if ((rc & 0xff) == SQLITE_NOTADB) return no_project(p, "");
    if ((rc & 0xff) == SQLITE_BUSY) return project_busy(p);
    if (rc != SQLITE_ROW) return db_fail(p, rc, "the project file cannot be read");
    voc_rc result = db_int(p, GET_APPLICATION, &application);
    if (result == VOC_OK) result = db_int(p, GET_FORMAT, format);
    if (result != VOC_OK) return result;
    *is_new = objects == 0 && *format == 0 && (application == 0 || application == APPLICATION_ID);
    if (*is_new && p->mode != PROJECT_CREATE) return no_project(p, ": it is empty");
    if (!*is_new && application != APPLICATION_ID) return no_project(p, ", but another program's database");
    if (*format > STORE_FORMAT) {
        diag_error(p->d, "STORE-011", p->path, 0,
                   "use a newer voc (voc version shows which this is), or import the logs again into a new project",
                   "%s was written by a newer program: its format is %" PRId64 ", this one knows %d", p->name, *format,
                   STORE_FORMAT);
        return VOC_E_INPUT;
    }
    if (!*is_new && *format < 1) return no_project(p, ": its format is not known");
    return VOC_OK;
}

// Gives each page its sum again. VACUUM attaches a file of its own, which is not allowed otherwise.
static voc_rc write_anew(struct project *p)
{
    (void)sqlite3_limit(p->db, SQLITE_LIMIT_ATTACHED, 1);
    int rc = sqlite3_exec(p->db, WRITE_ANEW, NULL, NULL, NULL);
    (void)sqlite3_limit(p->db, SQLITE_LIMIT_ATTACHED, 0);
    if ((rc & 0xff) == SQLITE_BUSY) return project_busy(p);
    return rc == SQLITE_OK ? VOC_OK : db_fail(p, sqlite3_extended_errcode(p->db), "what another program wrote cannot be taken over");
}

// Takes the place of the writer in the file as it is found.
static voc_rc hold_there(struct project *p)
{
    bool missing = page_sum_missing(p->db);
    int code = sqlite3_exec(p->db, TO_WAL, NULL, NULL, NULL);
    if ((code & 0xff) == SQLITE_BUSY) return project_busy(p);
    if (code != SQLITE_OK) return db_fail(p, code, "the project file cannot be written");
    voc_rc rc = missing ? write_anew(p) : VOC_OK;
    return rc == VOC_OK ? hold(p) : rc;
}

// Takes it in an empty file, and makes the tables, which stand there with the first thing that is kept; unless somebody was
// quicker.
static voc_rc hold_fresh(struct project *p)
{
    int64_t format = 0;
    bool is_new = false;
    voc_rc rc = hold(p);
    if (rc == VOC_OK) rc = examine(p, &format, &is_new);
    p->fresh = rc == VOC_OK && is_new;
    if (p->fresh) return schema_migrate(p, 0);
    if (rc != VOC_OK) return rc;
    project_rest(p);
    return hold_there(p);
}

static voc_rc open_writer(struct project *p)
{
    int64_t format = 0;
    bool is_new = false;
    voc_rc rc = examine(p, &format, &is_new);
    if (rc == VOC_OK && is_new && page_sum_begin(p->db) != SQLITE_OK) rc = VOC_E_BUG;
    if (rc == VOC_OK && is_new) rc = db_exec(p, PREPARE_NEW);
    if (rc == VOC_OK) rc = is_new ? hold_fresh(p) : hold_there(p);
    if (rc == VOC_OK && !p->fresh) rc = examine(p, &format, &is_new); // again: somebody may have been quicker
    if (rc == VOC_OK && !p->fresh && format < STORE_FORMAT) {
        rc = schema_migrate(p, format);
        if (rc == VOC_OK) rc = project_keep(p);
    }
    return rc == VOC_OK ? schema_check(p) : rc;
}

static voc_rc open_reader(struct project *p)
{
    int64_t format = 0;
    bool is_new = false;
    voc_rc rc = examine(p, &format, &is_new);
    if (rc == VOC_OK && format < STORE_FORMAT) {
        diag_error(p->d, "STORE-012", p->path, 0, "any command that writes brings it up to date, for instance `voc import`",
                   "%s was written by an older program (format %" PRId64 ")", p->name, format);
        rc = VOC_E_INPUT;
    }
    if (rc == VOC_OK) rc = project_hold(p);
    return rc == VOC_OK ? schema_check(p) : rc;
}

static voc_rc check_path(struct project *p, bool *missing)
{
    struct stat st;
    *missing = false;
    if (stat(p->path, &st) == 0) {
        if (S_ISREG(st.st_mode)) return VOC_OK;
        return no_project(p, S_ISDIR(st.st_mode) ? ": it is a folder" : ": it is not a file");
    }
    *missing = errno == ENOENT;
    if (*missing && p->mode == PROJECT_CREATE) return VOC_OK;
    diag_error(p->d, "STORE-002", p->path, 0, *missing ? "`voc import PROJECT FILE` makes it" : NULL, "the project cannot be opened: %s", strerror(errno));
    return VOC_E_IO;
}

static voc_rc project_new(struct project **out, const char *path, enum project_mode mode, struct diag *d)
{
    struct project *p = mem_zalloc(1, sizeof *p);
    if (!p) return VOC_E_NOMEM;
    p->mode = mode;
    p->d = d;
    p->path = mem_strndup(path, strlen(path));
    if (!p->path) {
        mem_free(p);
        return VOC_E_NOMEM;
    }
    const char *slash = strrchr(p->path, '/');
    p->name = slash ? slash + 1 : p->path;
    *out = p;
    return VOC_OK;
}

voc_rc project_open(struct project **out, const char *path, enum project_mode mode, struct diag *d)
{
    bool missing = false;
    struct project *p = NULL;
    voc_rc rc = project_new(&p, path, mode, d);
    if (rc != VOC_OK) return rc;
    rc = check_path(p, &missing);
    if (rc == VOC_OK) rc = connect(p);
    if (rc == VOC_OK) rc = mode == PROJECT_READ ? open_reader(p) : open_writer(p);
    if (rc == VOC_OK) {
        *out = p;
    } else {
        char *made = missing && p->db ? p->path : NULL; // we made it, and it did not become a project
        p->fresh = false;
        if (made) p->path = NULL;
        project_close(p);
        if (made) (void)unlink(made);
        mem_free(made);
    }
    return rc;
}

// Where SQLite and what an analysis does not hold in memory put their files: the first that may be written.
static voc_rc find_folder(struct project *p)
{
    const char *const named = getenv("TMPDIR"), *const folders[] = {named, "/var/tmp", "/tmp", "."};
    size_t i = 0;
    while (i + 1 < sizeof folders / sizeof *folders && !(folders[i] && *folders[i] && access(folders[i], W_OK | X_OK) == 0)) i++;
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_printf(&b, "%s/voc", folders[i]);
    p->beside = b.rc == VOC_OK ? mem_strndup(b.ptr, b.len) : NULL;
    buf_done(&b);
    return p->beside ? VOC_OK : VOC_E_NOMEM;
}

// like: whose pages it could take the place of; or NULL.
static voc_rc open_private(struct project *p, struct project *like, uint64_t memory)
{
    char cache[64];
    int reserved = -1; // asks
    voc_rc rc = find_folder(p);
    if (rc == VOC_OK) rc = connect(p);
    int code = rc == VOC_OK && like ? sqlite3_file_control(like->db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved) : SQLITE_OK;
    if (code == SQLITE_OK && reserved > 0) code = sqlite3_file_control(p->db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
    if (code != SQLITE_OK) return db_fail(p, code, "the room at the end of pages is not known");
    if (rc == VOC_OK) rc = db_exec(p, PREPARE_PRIVATE);
    (void)snprintf(cache, sizeof cache, "PRAGMA cache_size = -%" PRIu64, memory ? (memory >> 10) + 1 : (uint64_t)INT32_MAX);
    if (rc == VOC_OK) rc = db_exec(p, cache);
    if (rc == VOC_OK) rc = project_hold(p);
    if (rc == VOC_OK) rc = schema_migrate(p, 0);
    return rc == VOC_OK ? project_keep(p) : rc;
}

static voc_rc new_private(struct project **out, const char *name, struct project *like, uint64_t memory, struct diag *d)
{
    struct project *p = NULL;
    voc_rc rc = project_new(&p, name, PROJECT_PRIVATE, d);
    if (rc == VOC_OK) rc = open_private(p, like, memory);
    if (rc == VOC_OK) *out = p;
    else project_close(p);
    return rc;
}

voc_rc project_open_private(struct project **out, const char *name, uint64_t memory, struct diag *d)
{
    return new_private(out, name, NULL, memory, d);
}

voc_rc project_open_like(struct project **out, struct project *p, uint64_t memory)
{
    return new_private(out, p->path, p, memory, p->d);
}

// Nothing was kept in a new project: it becomes an empty one, if that can be.
static void keep_empty(struct project *p)
{
    p->d = NULL;
    if (hold_fresh(p) == VOC_OK && p->fresh) (void)project_keep(p);
    project_undo(p);
}

void project_close(struct project *p)
{
    if (!p) return;
    if (p->db) {
        sqlite3_progress_handler(p->db, 0, NULL, NULL); // putting the file away is not stopped
        project_undo(p);
        if (p->fresh) keep_empty(p);
        if (project_writes(p) && p->mode != PROJECT_PRIVATE) {
            // One file at rest. A reader that is still there keeps the WAL; the next writer puts it away.
            (void)sqlite3_busy_timeout(p->db, 0);
            (void)sqlite3_exec(p->db, TO_ONE_FILE, NULL, NULL, NULL);
        }
        (void)sqlite3_close_v2(p->db);
    }
    sql_modules_free(&p->sql);
    held_free(p->held);
    mem_free(p->beside);
    mem_free(p->path);
    mem_free(p);
}

const char *project_path(const struct project *p)
{
    return p->path;
}

const char *project_beside(const struct project *p)
{
    return p->beside ? p->beside : p->path;
}

const char *project_name(const struct project *p)
{
    return p->name;
}
