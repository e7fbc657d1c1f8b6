// SPDX-License-Identifier: MIT
// The thin layer over SQLite: statements that are prepared and bound, values that come back, and one place where SQLite's
// status codes become ours with a sentence. Used by all files of the store; one thread at a time for one project.
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include "base/cancel.h"
#include "store/page_sum.h"

// What a status of SQLite means to the caller.
static voc_rc rc_of(int rc)
{
    if (rc == SQLITE_IOERR_NOMEM) return VOC_E_NOMEM;
    if (rc == SQLITE_IOERR_DATA) return VOC_E_INPUT;
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return VOC_OK;
    case SQLITE_NOMEM: return VOC_E_NOMEM;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_NOLFS:
    case SQLITE_PROTOCOL:
    case SQLITE_PERM: return VOC_E_IO;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return VOC_E_BUSY;
    case SQLITE_TOOBIG: return VOC_E_LIMIT;
    case SQLITE_INTERRUPT: return VOC_CANCELLED;
    case SQLITE_MISUSE:
    case SQLITE_RANGE: return VOC_E_BUG;
    default: return VOC_E_INPUT; // NOTADB, CORRUPT, and statements that do not fit a schema which is not ours
    }
}

// `error` is the system's number of the last failure, or 0.
static const char *hint_of(int rc, int error)
{
    if (error == EMFILE || error == ENFILE) return "too many files are open: allow more with ulimit -n, or close other programs, and do it again";
    switch (rc & 0xff) {
    case SQLITE_FULL: return "make room on the disk and do it again; the project is as it was before";
    case SQLITE_IOERR: return "the project is as it was before; check the disk";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN: return "check the permissions of the file and of its folder, and do it again";
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "wait until the other program has ended";
    case SQLITE_CORRUPT: return "`voc verify` says what is damaged; restore the file from a copy, or import the logs again into a new project";
    case SQLITE_ERROR: return "do it again; if that says the same, `voc verify` says what is damaged"; // what it read made no sense to SQLite
    default: return NULL;
    }
}

static const char *code_of(voc_rc rc)
{
    switch (rc) {
    case VOC_E_NOMEM: return "STORE-001";
    case VOC_E_IO: return "STORE-002";
    case VOC_E_BUSY: return "STORE-003";
    case VOC_E_INPUT: return "STORE-004";
    case VOC_E_LIMIT: return "STORE-005";
    default: return "STORE-006";
    }
}

voc_rc db_fail(struct project *p, int rc, const char *doing)
{
    voc_rc result = rc_of(rc);
    if (result == VOC_OK || result == VOC_CANCELLED) return result; // the user knows
    if (rc == SQLITE_IOERR_DATA) return db_damaged(p, "page %" PRIu32 " is not what was written there, or another program wrote it", page_sum_damaged(p->db));
    // With an error on our side of an open connection SQLite's own sentence is more precise than the code's.
    const char *why = p->db && sqlite3_extended_errcode(p->db) == rc ? sqlite3_errmsg(p->db) : sqlite3_errstr(rc);
    if (p->mode == PROJECT_PRIVATE) {
        char hint[400];
        const char *beside = project_beside(p), *end = strrchr(beside, '/');
        (void)snprintf(hint, sizeof hint,
                       "nothing was kept; make room in %.*s, name another folder with TMPDIR, or allow more with --memory",
                       end && end - beside < 200 ? (int)(end - beside) : 1, beside);
        diag_error(p->d, code_of(result), NULL, 0, hint, "what was read cannot be held: %s", why);
        return result;
    }
    diag_error(p->d, code_of(result), p->path, 0, hint_of(rc, p->db && (rc & 0xff) == SQLITE_CANTOPEN ? sqlite3_system_errno(p->db) : 0), "%s: %s", doing, why);
    return result;
}

voc_rc db_damaged(struct project *p, const char *format, ...)
{
    char text[256];
    va_list ap;
    va_start(ap, format);
    (void)vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    diag_error(p->d, "STORE-007", p->path, 0,
               "`voc verify` lists all damage; restore the file from a copy, or import the logs again into a new project",
               "the project file is damaged: %s", text);
    return VOC_E_INPUT;
}

voc_rc db_exec(struct project *p, const char *sql)
{
    int rc = sqlite3_exec(p->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? VOC_OK : db_fail(p, sqlite3_extended_errcode(p->db), "the project file refused a command");
}

voc_rc db_prepare(struct project *p, sqlite3_stmt **out, const char *sql)
{
    int rc = sqlite3_prepare_v3(p->db, sql, -1, 0, out, NULL);
    return rc == SQLITE_OK ? VOC_OK : db_fail(p, sqlite3_extended_errcode(p->db), "the project file cannot be read");
}

static int bind_one(sqlite3_stmt *s, int at, char type, va_list *ap)
{
    int64_t i;
    voc_str t;
    switch (type) {
    case 'i': return sqlite3_bind_int64(s, at, va_arg(*ap, int64_t));
    case 'u': return sqlite3_bind_int64(s, at, (int64_t)va_arg(*ap, uint64_t));
    case 'n':
        i = va_arg(*ap, int64_t);
        return i == VOC_NA ? sqlite3_bind_null(s, at) : sqlite3_bind_int64(s, at, i);
    case 't':
        t = va_arg(*ap, voc_str);
        return sqlite3_bind_text64(s, at, t.len ? t.ptr : "", t.len, SQLITE_STATIC, SQLITE_UTF8);
    case 'b':
        t = va_arg(*ap, voc_str);
        return sqlite3_bind_blob64(s, at, t.len ? t.ptr : "", t.len, SQLITE_STATIC);
    case 'r': return sqlite3_bind_double(s, at, va_arg(*ap, double));
    default: return SQLITE_MISUSE;
    }
}

static voc_rc bind_all(struct project *p, sqlite3_stmt *s, const char *types, va_list *ap)
{
    for (int at = 1; types[at - 1]; at++) {
        int rc = bind_one(s, at, types[at - 1], ap);
        if (rc != SQLITE_OK) return db_fail(p, rc, "a value does not fit the project file");
    }
    return VOC_OK;
}

voc_rc db_bind(struct project *p, sqlite3_stmt *s, const char *types, ...)
{
    va_list ap;
    va_start(ap, types);
    voc_rc rc = bind_all(p, s, types, &ap);
    va_end(ap);
    return rc;
}

voc_rc db_step(struct project *p, sqlite3_stmt *s, bool *row)
{
    if (cancel_requested()) return VOC_CANCELLED;
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW || rc == SQLITE_DONE) {
        *row = rc == SQLITE_ROW;
        return VOC_OK;
    }
    return db_fail(p, sqlite3_extended_errcode(p->db), "the project file failed");
}

voc_rc db_run(struct project *p, sqlite3_stmt *s, const char *types, ...)
{
    va_list ap;
    va_start(ap, types);
    voc_rc rc = bind_all(p, s, types, &ap);
    va_end(ap);
    bool row = true;
    while (rc == VOC_OK && row) rc = db_step(p, s, &row);
    (void)sqlite3_reset(s);
    return rc;
}

voc_rc db_int(struct project *p, const char *sql, int64_t *out)
{
    sqlite3_stmt *s = NULL;
    bool row = false;
    voc_rc rc = db_prepare(p, &s, sql);
    if (rc == VOC_OK) rc = db_step(p, s, &row);
    if (rc == VOC_OK) *out = row ? sqlite3_column_int64(s, 0) : 0;
    db_done(&s);
    return rc;
}

// The blob of a text needs no copy: the file is UTF-8 and we keep lengths.
voc_str db_text(sqlite3_stmt *s, int column)
{
    const void *ptr = sqlite3_column_blob(s, column);
    int len = sqlite3_column_bytes(s, column);
    return ptr && len > 0 ? (voc_str){ptr, (size_t)len} : (voc_str){"", 0};
}

int64_t db_int_or_na(sqlite3_stmt *s, int column)
{
    return sqlite3_column_type(s, column) == SQLITE_NULL ? VOC_NA : sqlite3_column_int64(s, column);
}

void db_done(sqlite3_stmt **s)
{
    (void)sqlite3_finalize(*s);
    *s = NULL;
}
