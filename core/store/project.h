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
#include "store/events/parts.h"

#define APPLICATION_ID 0x566F6331 // "Voc1"
#define PAGE_BYTES 16384
#define BUSY_MS 5000

// Spaces that only the store itself uses: keys and values of attributes.
enum { SPACE_KEY = SPACE_N, SPACE_VALUE, SPACE_ALL };

struct space { // one dictionary, loaded when first needed; owns
    voc_str *text;       // by code; [0] is empty; NULL: not loaded
    uint32_t n, cap;
    VEC(char *) bytes;   // what the texts lie in
};

struct sql_module; // of vtab.h
struct questions;  // of question_table.c
void questions_free(struct questions *q);
struct sql_tables { // what the virtual tables of one connection share
    sqlite3 *db;                // borrows
    struct project *project;    // borrows: that is read; of a guest, while a statement reads
    struct sql_module *modules; // owns; list
    uint64_t statement;         // counts statements; 0: none yet
    uint32_t cursors;           // open; a guest's statement begins with the first and ends with the last
    bool begun;
    bool own;                   // the tables of the store itself are made
    struct questions *questions; // of one statement; owns
    bool declaring;             // a table tells SQLite its columns: the authoriser lets it pass
    voc_rc rc;                  // what a callback of a table, or of the caller, said
    // Of a guest; NULL in the project's own connection, where store_sql does this.
    voc_rc (*begin)(void *user);                // a statement is about to read
    void (*end)(void *user);                    // it has ended
    const char *(*why)(void *user, voc_rc rc);  // the sentence of a failure
    void *user;
};

struct import_source { int64_t number; uint32_t source; }; // an import, and the code of its source; 0: that is missing

struct project {
    sqlite3 *db;         // owns
    char *path;          // owns
    const char *name;    // within path
    char *beside;        // owns; NULL: path
    enum project_mode mode;
    bool fresh;          // nothing was ever kept in it: until then the file is empty, and written without a WAL
    struct diag *d;      // borrows until the project closes; may be NULL
    struct space space[SPACE_ALL];
    struct event_tuple *tuples; // owns; NULL: not loaded
    uint32_t n_tuples;
    struct import_source *imports; // of shares.h; owns; NULL: not loaded
    size_t n_imports;
    bool importing;      // an import is under way
    bool may_hold;       // of a private project: the events of an import need not be written (held.h)
    struct held *held;   // owns; NULL: events lie in blocks
    struct sql_tables sql;
};

// ---- the transaction. A writer holds it from open to close, so that nobody else can take its place in between.
voc_rc project_hold(struct project *p);      // begins it where it is not held
voc_rc project_keep(struct project *p);      // commits, begins the next; on failure everything since the last keep is undone
void project_undo(struct project *p);        // rolls back; drops cached dictionaries
void project_rest(struct project *p);        // lets a reader's snapshot go; dictionaries stay as they are in it
bool project_writes(const struct project *p);
voc_rc project_need_write(struct project *p, const char *what); // VOC_E_BUG for a project opened to read
voc_rc project_busy(struct project *p);      // says who has the place; VOC_E_BUSY
enum { PROJECT_USER = 128 };
void project_user(const struct project *p, char who[PROJECT_USER]); // who else has the file open, in words

// ---- all of the file at once
// A private project (project_open_private) with pages of the same form; empty, and held to be written. project.c.
voc_rc project_open_like(struct project **out, struct project *p, uint64_t memory);
// What `by` holds takes the place of all that p holds, page by page, in one transaction; then the file has these pages and nothing
// else, and each is told. p must hold its place; by is kept and at rest afterwards. VOC_E_BUSY: somebody wrote meanwhile, nothing was
// changed, nor by VOC_CANCELLED. *in_use: all is done, but somebody still reads the state before, so that the file has to keep it. project_replace.c.
voc_rc project_replace(struct project *p, struct project *by, voc_rc (*each)(void *user, const unsigned char *page, size_t n),
                       void *user, bool *in_use);

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

// ---- dictionaries (dictionary.c)
voc_rc space_load(struct project *p, unsigned space);               // then p->space[space].text[0 .. n)
voc_rc space_count(struct project *p, unsigned space, uint32_t *n); // without loading
voc_rc space_find(struct project *p, unsigned space, uint32_t code, voc_str *out); // loads; VOC_E_INPUT: no such code
bool space_seek(const struct project *p, unsigned space, voc_str text, uint32_t *code); // loaded; looks at all of them
void space_drop(struct project *p);
const char *space_name(unsigned space);
// The strings of a space from code 1 on, in order, some at a time; the texts borrow until `each` returns.
voc_rc space_each(struct project *p, unsigned space, voc_rc (*each)(void *user, uint32_t first, const voc_str *texts, size_t n), void *user);

// What alias sets are like: of a page of names, or of a whole space.
enum { SETS_SEVERAL = 1 /* aliases in one set */, SETS_WEAK = 2, SETS_STRONG = 4, SETS_UNLIKE = 8 /* a bare id may be read as kind:value */ };
voc_rc space_flags(struct project *p, uint32_t *flags); // of SPACE_ALIASES: all of them, ORed
uint32_t aliases_flags(voc_str set);

// Of a block of events, beside bit k for units of kind k: some row names a customer and an account.
#define KINDS_BOTH 0x80u

// ---- tuples (tuples.c): append-only, code 0 on
voc_rc tuples_load(struct project *p, const struct event_tuple **out, uint32_t *n); // borrows until the project changes

// Does the text have the form that aliases_encode makes?
bool aliases_valid(voc_str set);
bool aliases_read(voc_str set, uint32_t *flags); // both: SETS_*, as far as it is valid
// The alias that names who is behind a set, as it is written but for its sign: the first strong one, else the first.
voc_str aliases_first(voc_str set);

// Of attributes.c. change_points: all repeats are left out, set by set (the form of the digest).
voc_rc attributes_each(struct project *p, bool change_points, voc_rc (*each)(void *user, const struct store_attribute *a), void *user);

void sql_modules_free(struct sql_tables *all); // when the connection has closed
#endif
