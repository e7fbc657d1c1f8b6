// SPDX-License-Identifier: MIT
// What the files of the store share: the open project, its connection, its transaction and its cached dictionaries.
// Private to core/store. A statement is prepared where it is used, always bound, and reported through db_fail().
#ifndef VOC_STORE_PROJECT_H
#define VOC_STORE_PROJECT_H
#ifdef VOC_GUEST // in the loadable extension: the SQLite of the program that loads it, by its table of functions
#include <sqlite3ext.h>
#pragma GCC visibility push(hidden)
SQLITE_EXTENSION_INIT3
#pragma GCC visibility pop
#else
#include <sqlite3.h>
#endif
#include "base/buf.h"
#include "store/store.h"

#define APPLICATION_ID 0x566F6331 // "Voc1"
#define PAGE_BYTES 16384
#define BUSY_MS 5000

// Spaces that only the store itself uses: keys and values of attributes.
enum { SPACE_KEY = SPACE_N, SPACE_VALUE, SPACE_ALL };

struct space { // one dictionary, loaded when first needed
    struct dict *dict; // owns; NULL: not loaded
    voc_str *view;     // owns; made by store_strings
    uint32_t n_view;
};

struct sql_module; // of vtab.h
struct sql_tables { // what the virtual tables of one connection share
    sqlite3 *db;                // borrows
    struct sql_module *modules; // owns; list
    uint64_t statement;         // counts statements; 0: none yet
    uint32_t cursors;           // open; a guest's statement begins with the first and ends with the last
    bool begun;
    bool declaring;             // a table tells SQLite its columns: the authoriser lets it pass
    voc_rc rc;                  // what a callback of a table, or of the caller, said
    // Of a guest; NULL in the project's own connection, where store_sql does this.
    voc_rc (*begin)(void *user);                // a statement is about to read
    void (*end)(void *user);                    // it has ended
    const char *(*why)(void *user, voc_rc rc);  // the sentence of a failure
    void *user;
};

struct project {
    sqlite3 *db;         // owns
    char *path;          // owns
    const char *name;    // within path
    enum project_mode mode;
    struct diag *d;      // borrows until the project closes; may be NULL
    struct space space[SPACE_ALL];
    bool importing;      // an import is under way
    struct sql_tables sql;
};

// ---- the transaction. A writer holds it from open to close, so that nobody else can take its place in between.
voc_rc project_hold(struct project *p);      // begins it where it is not held
voc_rc project_keep(struct project *p);      // commits, begins the next; on failure everything since the last keep is undone
void project_undo(struct project *p);        // rolls back; drops cached dictionaries
void project_rest(struct project *p);        // lets a reader's snapshot go; dictionaries stay as they are in it
bool project_writes(const struct project *p);
voc_rc project_need_write(struct project *p, const char *what); // VOC_E_BUG for a project opened to read

// ---- statements
voc_rc db_fail(struct project *p, int rc, const char *doing); // maps, reports, returns
voc_rc db_damaged(struct project *p, const char *format, ...) __attribute__((format(printf, 2, 3))); // VOC_E_INPUT
voc_rc db_exec(struct project *p, const char *sql);
voc_rc db_prepare(struct project *p, sqlite3_stmt **out, const char *sql);
// types, one letter a parameter: i int64_t, u uint64_t (below 2^63), n int64_t (VOC_NA: NULL), t voc_str, b voc_str as blob,
// r double. Text is borrowed until the statement is bound again.
voc_rc db_bind(struct project *p, sqlite3_stmt *s, const char *types, ...);
voc_rc db_run(struct project *p, sqlite3_stmt *s, const char *types, ...); // binds, steps to the end, resets
voc_rc db_step(struct project *p, sqlite3_stmt *s, bool *row);
voc_rc db_int(struct project *p, const char *sql, int64_t *out);           // one number; NULL and no row: 0
voc_str db_text(sqlite3_stmt *s, int column);                              // borrows until the next step
int64_t db_int_or_na(sqlite3_stmt *s, int column);
void db_done(sqlite3_stmt **s);

// ---- dictionaries
voc_rc space_load(struct project *p, unsigned space);
voc_rc space_count(struct project *p, unsigned space, uint32_t *n); // without loading
voc_rc space_find(struct project *p, unsigned space, uint32_t code, voc_str *out); // loads; VOC_E_INPUT: no such code
void space_drop(struct project *p);
const char *space_name(unsigned space);
// Adds new strings of a space in order of their codes: text must be new. Made for the commit.
struct space_writer { struct project *p; sqlite3_stmt *string, *alias_add, *alias_find, *alias_set; };
voc_rc space_writer_open(struct space_writer *w, struct project *p);
void space_writer_close(struct space_writer *w);
voc_rc space_code(struct space_writer *w, unsigned space, voc_str text, uint32_t *code);

// Of aliases.c: rows of alias and alias_set for a new set; the id of one alias.
voc_rc aliases_register(struct space_writer *w, uint32_t code, voc_str set);
voc_rc alias_id(struct space_writer *w, const voc_alias *alias, int64_t *id);
// Does the text have the form that aliases_encode makes?
bool aliases_valid(voc_str set);
// The alias that names who is behind a set, as it is written but for its sign: the first strong one, else the first.
voc_str aliases_first(voc_str set);

// Of attributes.c. change_points: all repeats are left out, set by set (the form of the digest).
voc_rc attributes_each(struct project *p, bool change_points, voc_rc (*each)(void *user, const struct store_attribute *a), void *user);

void sql_modules_free(struct sql_tables *all); // when the connection has closed
#endif
