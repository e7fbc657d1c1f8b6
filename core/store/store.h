// SPDX-License-Identifier: MIT
// The project file: one SQLite database (*.voc). Definitions, aliases, words, rejects and imports are STRICT tables; events
// are columns in compressed blocks. The only floor that includes SQLite. docs/project-file.md tells what is in it.
// Threads: one project object is used by one thread at a time; readers of decoded blocks are free.
#ifndef VOC_STORE_STORE_H
#define VOC_STORE_STORE_H
#include "base/diag.h"
#include "base/hash.h"
#include "base/str.h"
#include "base/time.h"

#define STORE_FORMAT 4 // of the file: PRAGMA user_version; a newer file is refused with a sentence

enum project_mode { PROJECT_READ, PROJECT_WRITE, PROJECT_CREATE /* or open if it exists */, PROJECT_PRIVATE };
struct project; // owns the connection
voc_rc store_init(void); // routes SQLite's memory through base/mem; once, before any project
void store_done(void);
// Missing file (READ, WRITE): VOC_E_IO with the command that makes one. Not a project: VOC_E_INPUT. Newer: VOC_E_INPUT.
// READ never migrates or writes. WRITE takes the writer's place (VOC_E_BUSY after 5 s). Close leaves one file at rest.
// *d is borrowed until the close: later failures of the file speak through it; NULL: silent.
voc_rc project_open(struct project **out, const char *path, enum project_mode mode, struct diag *d);
void project_close(struct project *p);
// A project that nobody else sees, and that is gone when it is closed, however the process ends: in memory up to about so
// many bytes (0: no bound), what is more in a file without a name in the folder for temporary files. `name`: what messages call it.
voc_rc project_open_private(struct project **out, const char *name, uint64_t memory, struct diag *d);
// The one import that comes next is only read by event_parts_* and event_reader_*, and not by what a query asks of the store's own tables.
void project_hold_events(struct project *p);
const char *project_path(const struct project *p);
const char *project_beside(const struct project *p); // in whose folder temporary files may lie
const char *project_name(const struct project *p); // file name without folder

// ---- dictionaries: one code space for each kind of repeated string; code 0 is the empty string -------------------------
enum store_space {
    SPACE_ACTION, SPACE_TOUCHPOINT, SPACE_CHANNEL, SPACE_CAMPAIGN, SPACE_OBJECT, SPACE_CASE, SPACE_ROLE, SPACE_OWNER,
    SPACE_THREAD, SPACE_LANGUAGE, SPACE_SOURCE, SPACE_ALIASES /* alias sets, see below */, SPACE_N
};
// All strings of a space, indexed by code. Borrows until the project closes or imports.
voc_rc store_strings(struct project *p, enum store_space space, const voc_str **out, uint32_t *n);
voc_rc store_n_strings(struct project *p, enum store_space space, uint32_t *n); // the same n, and nothing is read

// An alias set is the text "kind=value" of each alias joined by U+001F, strong ones prefixed "+", weak ones "-", with
// U+001F, U+001E and backslash in values escaped by a backslash. Equal sets have equal codes in SPACE_ALIASES.
voc_rc aliases_encode(struct buf *out, const voc_alias *aliases, size_t n);
// METHODS 1.3: blanks around a value, no-break ones too, are none of it, and an address of mail (kind "email") is in small letters.
// alias_is_bare: it has neither, as far as its ends tell; aliases_bare writes up to VOC_ALIASES_MAX so, those with a value, borrowing
// from `room` and from the values.
bool alias_is_bare(const voc_alias *a);
voc_rc aliases_bare(struct buf *room, const voc_alias *aliases, size_t n, voc_alias out[VOC_ALIASES_MAX], size_t *n_out);
// Splits a set; values are unescaped into the arena. n at most VOC_ALIASES_MAX.
voc_rc aliases_decode(struct arena *a, voc_str set, voc_alias out[VOC_ALIASES_MAX], size_t *n);
// Calls with the aliases of each set but that of code 0, in order of codes, until one fails; they are gone when it returns.
voc_rc aliases_each(const voc_str *sets, uint32_t n_sets, voc_rc (*each)(void *user, uint32_t set, const voc_alias *aliases, size_t n), void *user);

// ---- import: checked blocks of coded columns come in, one transaction a file ----------------------------------------------
// A block as it crosses from the worker: strings of all columns in one local table; code 0 is the empty string.
struct coded_tuple { // what many rows have in common: local codes, and VOC_RES_*, VOC_ACTOR_*, VOC_REF_*
    uint32_t action, touchpoint, channel, campaign, role, owner, language;
    uint8_t resolution, actor, ref_kind;
};
struct coded_events { // arrays of n; any but time_us and record may be NULL: no row of the block has anything there
    const uint32_t *tuple;             // index in tuples; NULL: the arrays of these fields below say it
    const struct coded_tuple *tuples;  // each combination once
    uint32_t n_tuples;
    const int64_t *time_us;
    const uint8_t *resolution, *actor, *ref_kind;
    const uint32_t *action, *touchpoint, *channel, *campaign, *object, *case_id, *role, *owner, *thread; // local codes
    const uint32_t *customer, *account;       // local codes of alias sets
    const uint32_t *id, *ref, *text, *language, *attrs; // local codes; attrs: canonical JSON object of the event's own, or empty
    const int64_t *minutes, *cost, *value; // of each row; with amount_row n_amounts of them: of these rows alone, which go up
    const uint32_t *amount_row;
    size_t n_amounts;
    const uint64_t *record, *line;
    const uint32_t *sub; // number of the row within its record
    size_t n;
};
// A row's tuple, whichever way the block says it; and what stands in a column that may be missing.
static inline struct coded_tuple coded_tuple_of(const struct coded_events *e, size_t i)
{
    if (e->tuple) return e->tuples[e->tuple[i]];
    return (struct coded_tuple){.action = e->action ? e->action[i] : 0, .touchpoint = e->touchpoint ? e->touchpoint[i] : 0,
                                .channel = e->channel ? e->channel[i] : 0, .campaign = e->campaign ? e->campaign[i] : 0,
                                .role = e->role ? e->role[i] : 0, .owner = e->owner ? e->owner[i] : 0,
                                .language = e->language ? e->language[i] : 0, .resolution = e->resolution ? e->resolution[i] : 0,
                                .actor = e->actor ? e->actor[i] : 0, .ref_kind = e->ref_kind ? e->ref_kind[i] : 0};
}
static inline uint32_t coded_code(const uint32_t *column, size_t i) { return column ? column[i] : 0; }
static inline int64_t coded_amount(const struct coded_events *e, const int64_t *column, size_t i)
{
    size_t from = 0, to = e->n_amounts;
    if (!column || !e->amount_row) return column ? column[i] : VOC_NA;
    while (from < to) {
        const size_t mid = from + (to - from) / 2;
        if (e->amount_row[mid] < i) from = mid + 1;
        else to = mid;
    }
    return from < e->n_amounts && e->amount_row[from] == i ? column[from] : VOC_NA;
}

struct coded_fact { // attribute of an entity, word, link, measure or row of a reference table: VOC_ROW_* in kind
    // REFERENCE: key is the table, text the cells, integer until when it holds
    uint32_t kind, entity, type, resolution;
    uint32_t a, b;      // alias sets: whose (a), LINK: and the other (b); VOC_ENTITY_CASE: a is the case text itself
    uint32_t key, text, unit, language, ref, id;
    uint32_t ref_kind, sub;
    int64_t time_us;    // or VOC_NA
    int64_t integer;
    double number;
    uint64_t record, line;
};
struct coded_reject { uint64_t record, line; uint32_t code, reason, raw; };
struct coded_block {
    const voc_str *strings; // [0] is empty; one may come twice
    uint32_t n_strings;
    const uint64_t *hash;   // of strings hash_from and on, n_hash of them: hash64 with seed 0, where it is known already
    uint32_t hash_from, n_hash;
    uint32_t sender;        // whose strings and tuples: where it is not 0, the first n_known of them are those of its last block
    uint32_t n_known, n_known_tuples;
    struct coded_events events;
    const struct coded_fact *facts;
    size_t n_facts;
    const struct coded_reject *rejects;
    size_t n_rejects;
};

struct import_spec {
    voc_str source;      // id in sources.xml, else the plugin's name
    voc_str plugin, plugin_version;
    voc_str file_name;   // base name: history only, not in the digest
    unsigned char mapping[HASH_BYTES]; // hash of mapping and options
    uint32_t actor_assumed; // 1: the source does not say who acted
    uint32_t resolution;
    int64_t watermark_us;   // declared, or VOC_NA: last event; watermark_none: cuts nothing
    uint32_t watermark_none;
    uint32_t one_source;    // 1: the same bytes held under another source are replaced; 0: they stay, it is said that they are meant
    uint32_t again;         // 1: replaces the import of these very bytes, also where the mapping is the same; there must be one
    uint64_t reject_max;    // 0: no bound of its own
    uint64_t memory_max;    // bytes that the process may hold; 0: no bound
};
struct import_account { // must add up, else VOC_E_BUG: records = gave + rejected + ignored; bytes likewise, + framing_bytes
    uint64_t records, gave, rejected, ignored;
    uint64_t bytes, gave_bytes, rejected_bytes, ignored_bytes, framing_bytes;
    const struct import_ignored { voc_str rule; uint64_t records; } *by_rule;
    size_t n_by_rule;
    uint64_t decoded_raw;            // decompressed length
    unsigned char hash[HASH_BYTES];  // of the decompressed bytes
    uint32_t ends_clean;             // the last record was closed by a newline: a grown file may continue behind it
};
struct import_result { // what happened
    uint64_t events, words, links, attributes, measures, references, rejects;
    uint64_t replaced_events;  // upserts by the source's own id
    uint64_t replaced_within;  // of them: by a later record of the same file
    uint64_t repeated_records; // records of an earlier import that this file begins with
    uint32_t already;          // 1: this very file with this mapping was there: nothing changed
    uint32_t continued;        // 1: continued behind an earlier import
    uint32_t replaced_import;  // 1: same file, other mapping: the earlier import was replaced
    uint32_t renewed;          // 1: the file has grown since, and what was read then did not end with a record: that import was replaced
    int64_t first_us, last_us; // or VOC_NA
};
struct import_prior { int64_t number; uint64_t length, records; unsigned char hash[HASH_BYTES], mapping[HASH_BYTES]; };

struct import; // owns the transaction; pending rows are held until the commit, which sorts and writes them
// Earlier imports of this source, those of a file of this name first, then the newest, at most `max`, for in_watch.
voc_rc import_priors(struct project *p, voc_str source, voc_str file_name, struct import_prior *out, size_t max, size_t *n);
voc_rc import_begin(struct import **out, struct project *p, const struct import_spec *spec, struct diag *d);
// Checks every code and bound of the block (VOC_E_BUG: the worker lied), joins its dictionary, keeps it. Blocks in order.
voc_rc import_add(struct import *i, const struct coded_block *b);
void import_assumed(struct import *i, bool actor_unset); // some row did not say who acted; before the commit
// behind: number of the earlier import of the source that this file begins with, 0: none. Rows of the records that it holds are
// dropped. If it was read with another mapping, or did not end with a record, it is replaced instead. Ends the import, whatever it returns.
voc_rc import_commit(struct import *i, const struct import_account *a, int64_t behind, struct import_result *out);
void import_rollback(struct import *i); // takes NULL; the file is as before
// Of the newest import, whose result it is: events of its first units, in their order (a hash), and how many of them other imports of its
// source have as well: the same unit, time and tuple. Both 0 where no other one has events in that time, or the project a hundred times as many.
struct store_twice { uint64_t looked_at, twice; };
voc_rc store_twice(struct project *p, const struct import_result *newest, struct store_twice *out, struct diag *d);

// ---- reading events --------------------------------------------------------------------------------------------------------
enum {
    EV_TIME = 1u << 0, EV_RESOLUTION = 1u << 1, EV_ACTOR = 1u << 2, EV_ACTION = 1u << 3, EV_TOUCHPOINT = 1u << 4,
    EV_CHANNEL = 1u << 5, EV_CAMPAIGN = 1u << 6, EV_OBJECT = 1u << 7, EV_CASE = 1u << 8, EV_ROLE = 1u << 9,
    EV_OWNER = 1u << 10, EV_THREAD = 1u << 11, EV_CUSTOMER = 1u << 12, EV_ACCOUNT = 1u << 13, EV_SOURCE = 1u << 14,
    EV_REF = 1u << 15 /* ref_kind and ref */, EV_MONEY = 1u << 16 /* minutes, cost, value */, EV_ID = 1u << 17,
    EV_TEXT = 1u << 18 /* text and language */, EV_ATTRS = 1u << 19, EV_PLACE = 1u << 20 /* record, sub, line, import */,
    EV_ALL = (1u << 21) - 1u, // all of the above
    EV_TUPLE = 1u << 21       // numbers of tuples: of parts only
};
struct event_block { // arrays of n, NULL unless asked for; codes are the project's; borrows until the next call
    size_t n;
    const int64_t *time_us;
    const uint8_t *resolution, *actor, *ref_kind;
    const uint32_t *action, *touchpoint, *channel, *campaign, *object, *case_id, *role, *owner, *thread;
    const uint32_t *customer, *account; // SPACE_ALIASES
    const uint32_t *source;             // SPACE_SOURCE
    const uint32_t *language;
    const int64_t *minutes, *cost, *value;
    const voc_str *id, *ref, *text, *attrs;
    const uint64_t *record, *line;
    const uint32_t *sub, *import;
};
struct event_reader;
voc_rc event_reader_open(struct event_reader **out, struct project *p, uint32_t columns, struct diag *d);
voc_rc event_reader_next(struct event_reader *r, struct event_block *out); // n = 0: the end. A damaged block: VOC_E_INPUT, named
void event_reader_close(struct event_reader *r);

// ---- other things kept ---------------------------------------------------------------------------------------------------------
// Attributes of entities, ordered by (entity, alias set text, key, valid from).
struct store_attribute { uint32_t entity, type; uint32_t aliases; /* SPACE_ALIASES; VOC_ENTITY_CASE: SPACE_CASE */ voc_str key, text; int64_t valid_from_us; };
voc_rc store_attributes(struct project *p, voc_rc (*each)(void *user, const struct store_attribute *a), void *user);
// Individual -> account, from rows that carry both: the first time each pair was seen. Codes in SPACE_ALIASES.
struct store_member { uint32_t customer, account; int64_t valid_from_us; };
voc_rc store_members(struct project *p, voc_rc (*each)(void *user, const struct store_member *m), void *user);
// Which aliases are one person's, as rows and sources said; in no order. What an account is called is no such evidence.
struct store_alias { int64_t id; voc_str kind, value; };
struct store_link { int64_t a, b; /* ids of aliases */ voc_str source, rule; bool same_row; /* a and b stood on a row: of its aliases the first, and another */ };
voc_rc store_linked(struct project *p, bool *any); // is there a link at all?
voc_rc store_aliases(struct project *p, voc_rc (*each)(void *user, const struct store_alias *a), void *user); // those that links name
voc_rc store_links(struct project *p, voc_rc (*each)(void *user, const struct store_link *l), void *user);
// Which people each source names, by alias set; a pair may come more than once.
voc_rc store_named(struct project *p, voc_rc (*each)(void *user, voc_str source, uint32_t aliases), void *user, struct diag *d);
struct store_source {
    voc_str id, plugin;
    uint32_t actor_assumed, resolution, watermark_none, n_imports;
    uint32_t last_resolution; // coarsest of its last events; UINT32_MAX: not known
    int64_t watermark_us, first_us, last_us;
    uint64_t events;
};
voc_rc store_sources(struct project *p, voc_rc (*each)(void *user, const struct store_source *s), void *user);
struct store_import { int64_t number; voc_str source, plugin, file_name, hash_hex; uint64_t bytes, records, gave, rejected, ignored, events; int64_t at_us; };
voc_rc store_imports(struct project *p, voc_rc (*each)(void *user, const struct store_import *i), void *user);
struct store_reject { int64_t import; voc_str source, file_name, code, reason, raw; uint64_t record, line; };
voc_rc store_rejects(struct project *p, voc_rc (*each)(void *user, const struct store_reject *r), void *user);
// What was left out, summed: records that a rule ignored, records rejected for one reason. By import, the most frequent first.
struct store_left_out { int64_t import; voc_str why; uint64_t records, first_line; /* ignored: 0 */ };
voc_rc store_ignored(struct project *p, voc_rc (*each)(void *user, const struct store_left_out *l), void *user);
voc_rc store_rejected(struct project *p, voc_rc (*each)(void *user, const struct store_left_out *l), void *user);
struct store_counts { uint64_t imports, sources, events, words, links, attributes, measures, rejects, aliases, blocks, file_bytes; int64_t first_us, last_us; };
voc_rc store_count(struct project *p, struct store_counts *out); // reads through each table
voc_rc store_span(struct project *p, int64_t *first_us, int64_t *last_us); // of the events, or VOC_NA; reads the catalogue alone

// Journey definitions: the three files as bytes, by hash; one is active (`voc journey use`).
struct store_definition { voc_str id, version, journey_xml, sources_xml, codebook_xml; unsigned char hash[HASH_BYTES]; int64_t attached_us; };
voc_rc store_definition_use(struct project *p, const struct store_definition *def);            // adds if new, makes it active
voc_rc store_definition_active(struct project *p, struct arena *a, struct store_definition *out, bool *found);
// By its id (of several versions the one attached last) or the first 8 or more hexadecimal digits of its hash.
voc_rc store_definition_named(struct project *p, struct arena *a, voc_str name, struct store_definition *out, bool *found);
voc_rc store_definition_names(struct project *p, struct buf *out); // for a hint: what was ever attached; nothing: none
voc_rc store_definition_set(struct project *p, voc_str key, voc_str value);                     // small settings (table setting)
voc_rc store_setting(struct project *p, struct arena *a, voc_str key, voc_str *out, bool *found);

// Merges what imports have written one beside the other, so that a unit is read from one place. Nothing that anybody is told
// changes. One transaction.
struct settle_result { uint64_t runs_before, runs_after, blocks_before, blocks_after, bytes_before, bytes_after; };
voc_rc store_settle(struct project *p, struct settle_result *out);

// The sum modulo 2^256 of a hash of each row as people know it (names, not codes), whatever the layout and the files it came from: so
// gzip, plain and stdin give one digest, and so do one import and many.
voc_rc store_digest(struct project *p, unsigned char out[HASH_BYTES]);
voc_rc store_verify(struct project *p, struct diag *d); // integrity, block checksums, counts; VOC_E_CHECK with what is wrong

// ---- SQL -----------------------------------------------------------------------------------------------------------------------
// A virtual table fed from above (event, journey, unit): rows are numbered 0..n-1.
enum sql_type { SQL_TEXT, SQL_INTEGER, SQL_REAL };
struct sql_table {
    const char *name;
    const char *const *columns; // NULL-terminated
    const uint8_t *types;       // enum sql_type of each column, as programs are told that ask for it; NULL: none is told
    void *user;
    voc_rc (*open)(void *user, uint64_t *n_rows);                                  // first use in a statement; with a walk, n_rows may be a guess
    voc_rc (*cell)(void *user, uint64_t row, unsigned column, voc_cell *out); // NULL where there is a walk; NA, TEXT, INT, REAL; text borrows until the next cell of this column
};
// What a query asks of a column, handed down so that rows are left out before SQLite sees them. SQLite tests every row that
// is given all the same: a table may leave out only rows that cannot fit, and need not leave out all of them.
enum sql_limit_op { SQL_EQUALS, SQL_FROM /* this or more */, SQL_TO /* this or less */ };
struct sql_limit { unsigned column; enum sql_limit_op op; voc_cell value; /* TEXT or INT, as the key says */ };
struct sql_key { // a column whose limits the table can use
    unsigned column;
    bool text;    // compared as text, bytewise; else as a whole number
    bool range;   // takes FROM and TO too
    bool jumps;   // rows that do not fit are not even walked
    double share; // of the rows that one value has, about: for the plan
    enum sql_order { SQL_UNORDERED, SQL_NATURAL /* the rows lie in this order */, SQL_SORTS /* a scan makes it */ } order;
    bool chooses; // its value is no matter of rows, but says what is shown: a plan in which it is not known yet is none
};
#define SQL_DOWN (1u << 31)
struct sql_ask { // what one reading of a table is about; borrows until begin returns
    uint64_t columns; // bit k: column k is read, no other
    const struct sql_limit *limits;
    size_t n_limits;
    const unsigned *order; // rows in ascending order of these columns (NULL first, text bytewise), what is equal as it lies; with
                           // SQL_DOWN in descending order of that column (NULL last)
    size_t n_order;        // 0: as they lie
    int64_t row;           // the row of this number only, if there is one; -1: all
};
struct sql_walk { // instead of cell, for a table that does not hold its rows: each reading is a scan of its own
    const struct sql_key *keys;
    size_t n_keys;
    unsigned first_hidden; // columns from here on are hidden: read only where they are named; 0: none
    voc_rc (*begin)(void *user, const struct sql_ask *ask, void **scan); // after open; before the first row
    voc_rc (*next)(void *user, void *scan, bool *more);
    // *lasts: a text is there until no scan of this user is open; else until the next cell of this column.
    voc_rc (*cell)(void *user, void *scan, unsigned column, voc_cell *out, bool *lasts);
    voc_rc (*number)(void *user, void *scan, uint64_t *row); // of the row
    void (*end)(void *user, void *scan);
};
voc_rc store_sql_table(struct project *p, const struct sql_table *t); // *t borrows until close
voc_rc store_sql_table_walk(struct project *p, const struct sql_table *t, const struct sql_walk *w); // *w too; columns below 64
// Runs one read-only statement. head once with the column names, then row for each row.
voc_rc store_sql(struct project *p, const char *sql, voc_rc (*head)(void *user, const char *const *names, size_t n),
                 voc_rc (*row)(void *user, const voc_cell *cells, size_t n), void *user, struct diag *d);

// ---- a guest: the project's tables in the connection of another program, which loads them as an extension ----------------------
// Tables of the connection show the project that is open in it, be it its main file or an attached one. The project is read
// over a connection of its own, made by the SQLite of that program: a second SQLite in a process would lose the first one's
// locks. One statement reads one snapshot, and the next one sees what other processes have written since.
struct store_guest {
    const struct sql_table *const *tables; // both borrow until free
    const struct sql_walk *const *walks;
    size_t n_tables;
    void *user;
    voc_rc (*show)(void *user, struct project *p, struct diag *d); // from now on this project, in this state
    void (*hide)(void *user);                                      // what was read of it is dropped; before the next show
    void (*free)(void *user);                                      // the connection has closed, or enter failed
};
struct sqlite3;
struct sqlite3_api_routines;
#define GUEST_NOMEM 7 // SQLITE_NOMEM
int guest_enter(struct sqlite3 *db, char **error, const struct sqlite3_api_routines *api, const struct store_guest *g); // status of SQLite
#endif
