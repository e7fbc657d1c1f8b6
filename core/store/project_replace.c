// SPDX-License-Identifier: MIT
// Puts the pages of one project in the place of another's (project.h). It is a transaction as any other: until it is kept, the file
// is as it was, whatever happens; readers go on with what they found, and who wants to write waits. Then the WAL goes into the
// file at once, so that nothing is left of the pages before, neither in free pages nor in the WAL; only a reader of the state before
// can keep that from happening. The name, the inode and the permissions of the file stay, so that nobody can hold on to a
// file that is no longer there, or find its WAL beside another one.
#include "base/cancel.h"
#include "store/project.h"

static const char PUT_AWAY[] = "PRAGMA wal_checkpoint(TRUNCATE)";
enum { STEP_PAGES = 256 }; // 4 MiB, between two looks whether to stop

static voc_rc failed(struct project *p, int rc, const char *doing)
{
    return (rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_LOCKED ? project_busy(p) : db_fail(p, rc, doing);
}

// Who wrote in the moment in which nobody held the place.
static int version_of(struct project *p, unsigned *out)
{
    return sqlite3_file_control(p->db, "main", SQLITE_FCNTL_DATA_VERSION, out);
}

static voc_rc copy_pages(struct project *p, struct project *by, unsigned version)
{
    unsigned now = 0;
    sqlite3_backup *b = sqlite3_backup_init(p->db, "main", by->db, "main");
    if (!b) return failed(p, sqlite3_extended_errcode(p->db), "the project file cannot be written anew");
    int rc = sqlite3_backup_step(b, 0); // takes the place
    if (rc == SQLITE_OK) rc = version_of(p, &now);
    if (rc == SQLITE_OK && now != version) rc = SQLITE_BUSY;
    while (rc == SQLITE_OK && !cancel_requested()) rc = sqlite3_backup_step(b, STEP_PAGES);
    bool stopped = rc == SQLITE_OK;
    int end = sqlite3_backup_finish(b); // undoes what is not all there
    if (stopped) return VOC_CANCELLED;
    if (rc == SQLITE_DONE) rc = end;
    return rc == SQLITE_OK ? VOC_OK : failed(p, rc, "the project file cannot be written anew");
}

static int take_number(void *user, int n, char **cells, char **names)
{
    (void)names;
    *(bool *)user = n < 1 || !cells[0] || strcmp(cells[0], "0") != 0;
    return 0;
}

// The WAL into the file. Whom it waited for in vain keeps the pages before. All is kept by now, so nothing stops it any more.
static voc_rc put_away(struct project *p, bool *in_use)
{
    sqlite3_progress_handler(p->db, 0, NULL, NULL);
    int rc = sqlite3_exec(p->db, PUT_AWAY, take_number, in_use, NULL);
    return rc == SQLITE_OK ? VOC_OK : db_fail(p, rc, "the project file cannot be put in order");
}

static voc_rc tell_pages(struct project *p, voc_rc (*each)(void *user, const unsigned char *page, size_t n), void *user)
{
    sqlite3_file *f = NULL;
    sqlite3_int64 size = 0;
    unsigned char *page = mem_alloc(PAGE_BYTES);
    voc_rc rc = page ? VOC_OK : VOC_E_NOMEM;
    int code = rc == VOC_OK ? sqlite3_file_control(p->db, "main", SQLITE_FCNTL_FILE_POINTER, &f) : SQLITE_OK;
    if (rc == VOC_OK && code == SQLITE_OK) code = f->pMethods->xFileSize(f, &size);
    for (sqlite3_int64 at = 0; rc == VOC_OK && code == SQLITE_OK && at < size; at += PAGE_BYTES) {
        code = f->pMethods->xRead(f, page, PAGE_BYTES, at);
        if (code == SQLITE_OK) rc = each(user, page, PAGE_BYTES);
    }
    mem_free(page);
    return rc == VOC_OK && code != SQLITE_OK ? db_fail(p, code, "the project file cannot be read again") : rc;
}

voc_rc project_replace(struct project *p, struct project *by, voc_rc (*each)(void *user, const unsigned char *page, size_t n),
                       void *user, bool *in_use)
{
    unsigned version = 0;
    voc_rc rc = project_keep(by);
    project_rest(by);
    int code = rc == VOC_OK ? version_of(p, &version) : SQLITE_OK;
    if (rc == VOC_OK && code != SQLITE_OK) rc = db_fail(p, code, "the project file cannot be read");
    if (rc != VOC_OK) return rc;
    project_undo(p);
    *in_use = false;
    rc = copy_pages(p, by, version);
    if (rc == VOC_OK) rc = put_away(p, in_use);
    if (rc == VOC_OK && *in_use) return VOC_OK;
    voc_rc held = project_hold(p);
    if (rc == VOC_OK) rc = held;
    return rc == VOC_OK ? tell_pages(p, each, user) : rc;
}
