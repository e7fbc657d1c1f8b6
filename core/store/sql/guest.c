// SPDX-License-Identifier: MIT
// The project's tables in the connection of another program (the loadable extension). Everything here runs under that
// connection's mutex. All calls of SQLite, those of the other files of the store too, go through the table of functions that
// the program hands over, so there is never a second SQLite in the process. Nothing of the program's connection is changed
// but that it has tables: the project is read over a connection of its own, with the defences of project.c, and its snapshot
// is held only while a statement reads. PRAGMA data_version says whether what was read before still holds.
#include "store/sql/own_tables.h"
#include "store/sql/plain_views.h"
#include "store/sql/vtab.h"

#pragma GCC visibility push(hidden)
SQLITE_EXTENSION_INIT1
#pragma GCC visibility pop

#define SQLITE_NEEDED 3037000 // STRICT tables
_Static_assert(GUEST_NOMEM == SQLITE_NOMEM, "store.h names it");
#define SCHEMAS_MAX 12        // main, temp and what SQLite lets one attach

static const char DATA_VERSION[] = "PRAGMA data_version";
static const char NO_PROJECT[] = "none of the files of this connection is a Vocstream project; open one, or ATTACH 'shop.voc' AS shop";

struct guest { // owns
    struct sql_tables sql;
    struct store_guest to;
    struct diag *d;
    struct project *p; // NULL: none is open
    bool shown;
    int64_t version;   // of the data that is shown
    struct buf why;
    uint32_t tables;   // that SQLite still knows; the last one takes the guest along
};

// ---- which project ---------------------------------------------------------------------------------------------------------------

// The file of schema i: NULL, there is none of this number; empty, it is in memory.
static const char *schema_file(const struct guest *g, int i)
{
    const char *name = i == 0 ? "main" : NULL;
#if SQLITE_VERSION_NUMBER >= 3039000
    if (i > 0 && sqlite3_libversion_number() >= 3039000) name = sqlite3_db_name(g->sql.db, i);
#endif
    const char *file = name ? sqlite3_db_filename(g->sql.db, name) : NULL;
    return file ? file : name ? "" : NULL;
}

static bool is_open_there(const struct guest *g, const char *path)
{
    const char *file = "";
    for (int i = 0; i < SCHEMAS_MAX && file; i++)
        if ((file = schema_file(g, i)) && strcmp(file, path) == 0) return true;
    return false;
}

static void drop(struct guest *g)
{
    if (g->shown) g->to.hide(g->to.user);
    g->shown = false;
    project_close(g->p);
    g->p = g->sql.project = NULL;
}

// "This is no project" of one file is no failure as long as another one is.
static bool is_no_project(const struct guest *g)
{
    const struct diag_msg *m = diag_n(g->d) ? diag_at(g->d, diag_n(g->d) - 1) : NULL;
    return m && strcmp(m->code, "STORE-010") == 0;
}

static voc_rc find_project(struct guest *g)
{
    const char *file = "";
    if (g->p && is_open_there(g, project_path(g->p))) return VOC_OK;
    drop(g);
    for (int i = 0; i < SCHEMAS_MAX && (file = schema_file(g, i)) != NULL; i++) {
        if (!*file) continue;
        voc_rc rc = project_open(&g->p, file, PROJECT_READ, g->d);
        if (rc == VOC_OK || !is_no_project(g)) return rc;
        diag_clear(g->d);
    }
    diag_error(g->d, "SQL-002", NULL, 0, NULL, "%s", NO_PROJECT);
    return VOC_E_INPUT;
}

// ---- a statement -----------------------------------------------------------------------------------------------------------------

static voc_rc begin(void *user)
{
    struct guest *g = user;
    int64_t version = 0;
    diag_clear(g->d);
    voc_rc rc = find_project(g);
    g->sql.project = g->p;
    if (rc == VOC_OK) rc = project_hold(g->p);
    if (rc == VOC_OK) rc = db_int(g->p, DATA_VERSION, &version);
    if (rc == VOC_OK && g->shown && version == g->version) return VOC_OK;
    if (rc == VOC_OK && g->shown) {
        g->to.hide(g->to.user);
        g->shown = false;
        space_drop(g->p);
    }
    if (rc == VOC_OK) rc = g->to.show(g->to.user, g->p, g->d);
    g->shown = rc == VOC_OK;
    g->version = version;
    if (rc != VOC_OK) drop(g);
    return rc;
}

static void end(void *user)
{
    struct guest *g = user;
    if (g->p) project_rest(g->p);
}

// The first error is the cause of those that follow it.
static const char *why(void *user, voc_rc rc)
{
    struct guest *g = user;
    const struct diag_msg *m = NULL;
    for (size_t i = 0; i < diag_n(g->d) && !m; i++)
        if (diag_at(g->d, i)->severity == VOC_ERROR) m = diag_at(g->d, i);
    buf_clear(&g->why);
    if (!m) return rc_name(rc);
    buf_cstr(&g->why, m->message);
    if (m->hint) {
        buf_cstr(&g->why, "; ");
        (void)buf_named(&g->why, m->hint, "PROJECT", g->p ? project_name(g->p) : "PROJECT");
    }
    return g->why.ptr && g->why.rc == VOC_OK ? g->why.ptr : m->message;
}

// ---- coming and going --------------------------------------------------------------------------------------------------------------

static void guest_free(struct guest *g)
{
    drop(g);
    g->to.free(g->to.user);
    sql_modules_free(&g->sql);
    buf_done(&g->why);
    diag_free(g->d);
    mem_free(g);
}

// SQLite calls this for each table when the connection closes, and for one that it did not take.
static void table_gone(void *module)
{
    struct guest *g = ((struct sql_module *)module)->all->user;
    if (--g->tables == 0) guest_free(g);
}

static int refuse(const sqlite3_api_routines *api, char **error, const char *sentence)
{
    if (error) *error = api->mprintf("vocstream: %s", sentence);
    return SQLITE_ERROR;
}

static struct guest *guest_new(sqlite3 *db, const struct store_guest *to)
{
    struct guest *g = mem_zalloc(1, sizeof *g);
    if (g && !(g->d = diag_new())) {
        mem_free(g);
        return NULL;
    }
    if (!g) return NULL;
    g->to = *to;
    g->sql = (struct sql_tables){.db = db, .begin = begin, .end = end, .why = why, .user = g};
    buf_init(&g->why, 65536);
    return g;
}

int guest_enter(struct sqlite3 *db, char **error, const struct sqlite3_api_routines *api, const struct store_guest *to)
{
    struct guest *g = NULL;
    int rc = SQLITE_OK;
    if (sqlite3_api && sqlite3_api != api) // its functions serve the connections that came first
        rc = refuse(api, error, "another SQLite in this process uses the extension already; use one of the two");
    else if (api->libversion_number() < SQLITE_NEEDED)
        rc = refuse(api, error, "the SQLite of this program is too old; 3.37 or newer is needed");
    if (rc == SQLITE_OK) {
        SQLITE_EXTENSION_INIT2(api)
        g = guest_new(db, to);
        if (!g) rc = SQLITE_NOMEM;
    }
    if (rc != SQLITE_OK) {
        to->free(to->user);
        return rc;
    }
    g->tables = 1; // until all are there
    for (size_t i = 0; i < to->n_tables + OWN_TABLES && rc == SQLITE_OK; i++) {
        const struct sql_module *last = g->sql.modules;
        const bool own = i >= to->n_tables;
        const size_t k = own ? i - to->n_tables : i;
        g->tables++;
        rc = sql_module_add(&g->sql, own ? own_tables[k].table : to->tables[k], own ? own_tables[k].walk : to->walks[k], table_gone);
        if (g->sql.modules == last) g->tables--; // SQLite has not seen it
    }
    if (--g->tables == 0) guest_free(g);
    else if (rc == SQLITE_OK) plain_views(db, NULL);
    return rc;
}
