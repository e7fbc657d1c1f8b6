// SPDX-License-Identifier: MIT
// The tables of the project file and the list of migrations. A migration is never changed once released: a change of the schema is
// a new one at the end, and STORE_FORMAT grows with it. tests/unit/store/test_older.c keeps a frozen file of each format.
// Codes are those of table `string`; times are microseconds UTC; NULL is "not known".
#include "store/schema.h"
#include "store/measures/measure_rows.h"

static const char MIGRATION_1[] =
    // small settings of the project, key and value; "definition" is the hash of the active one in hex
    "CREATE TABLE setting(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    // dictionaries: repeated strings of one kind; code 0 is the empty string and is not stored
    "CREATE TABLE string(space INTEGER NOT NULL, code INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY(space, code)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE alias(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL, UNIQUE(kind, value)) STRICT;"
    "CREATE TABLE alias_set(code INTEGER NOT NULL, position INTEGER NOT NULL, alias INTEGER NOT NULL, strong INTEGER NOT NULL,"
    " PRIMARY KEY(code, position)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE source(id TEXT PRIMARY KEY, plugin TEXT NOT NULL, watermark_none INTEGER NOT NULL, watermark_us INTEGER) STRICT, WITHOUT ROWID;"
    "CREATE TABLE import(number INTEGER PRIMARY KEY, source TEXT NOT NULL, plugin TEXT NOT NULL, plugin_version TEXT NOT NULL,"
    " file_name TEXT NOT NULL, mapping BLOB NOT NULL, hash BLOB NOT NULL, length INTEGER NOT NULL, ends_clean INTEGER NOT NULL,"
    " records INTEGER NOT NULL, gave INTEGER NOT NULL, rejected INTEGER NOT NULL, ignored INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL, gave_bytes INTEGER NOT NULL, rejected_bytes INTEGER NOT NULL, ignored_bytes INTEGER NOT NULL,"
    " framing_bytes INTEGER NOT NULL, actor_assumed INTEGER NOT NULL, resolution INTEGER NOT NULL, base INTEGER NOT NULL, repeated INTEGER NOT NULL, behind INTEGER, at_us INTEGER NOT NULL) STRICT;"
    "CREATE INDEX import_source ON import(source, hash);"
    "CREATE TABLE ignored(import INTEGER NOT NULL, rule TEXT NOT NULL, records INTEGER NOT NULL, PRIMARY KEY(import, rule)) STRICT, WITHOUT ROWID;"
    // kind 1: events, 2: attributes of entities
    "CREATE TABLE block(id INTEGER PRIMARY KEY, import INTEGER NOT NULL, kind INTEGER NOT NULL, rows INTEGER NOT NULL, has_ids INTEGER NOT NULL,"
    " first_us INTEGER, last_us INTEGER, first_unit TEXT NOT NULL, last_unit TEXT NOT NULL, data BLOB NOT NULL) STRICT;"
    "CREATE INDEX block_import ON block(import, kind);"
    "CREATE TABLE member(import INTEGER NOT NULL, customer INTEGER NOT NULL, account INTEGER NOT NULL, from_us INTEGER NOT NULL,"
    " PRIMARY KEY(import, customer, account)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE link(id INTEGER PRIMARY KEY, import INTEGER NOT NULL, a INTEGER NOT NULL, b INTEGER NOT NULL, rule TEXT NOT NULL, time_us INTEGER,"
    " own_id TEXT NOT NULL, record INTEGER NOT NULL, sub INTEGER NOT NULL) STRICT;"
    "CREATE INDEX link_import ON link(import);"
    "CREATE TABLE word(id INTEGER PRIMARY KEY, import INTEGER NOT NULL, customer INTEGER NOT NULL, time_us INTEGER, resolution INTEGER NOT NULL,"
    " text TEXT NOT NULL, language TEXT NOT NULL, ref_kind INTEGER NOT NULL, ref TEXT NOT NULL, own_id TEXT NOT NULL,"
    " record INTEGER NOT NULL, sub INTEGER NOT NULL, line INTEGER NOT NULL) STRICT;"
    "CREATE INDEX word_import ON word(import);"
    "CREATE VIRTUAL TABLE word_index USING fts5(text, content='word', content_rowid='id', tokenize='unicode61');"
    "CREATE TABLE measure(id INTEGER PRIMARY KEY, import INTEGER NOT NULL, entity INTEGER NOT NULL, who INTEGER NOT NULL, key TEXT NOT NULL,"
    " type INTEGER NOT NULL, text TEXT NOT NULL, integer INTEGER, number REAL NOT NULL, unit TEXT NOT NULL, time_us INTEGER,"
    " resolution INTEGER NOT NULL, own_id TEXT NOT NULL, record INTEGER NOT NULL, sub INTEGER NOT NULL, line INTEGER NOT NULL) STRICT;"
    "CREATE INDEX measure_import ON measure(import);"
    "CREATE TABLE reject(id INTEGER PRIMARY KEY, import INTEGER NOT NULL, record INTEGER NOT NULL, line INTEGER NOT NULL,"
    " code TEXT NOT NULL, reason TEXT NOT NULL, raw BLOB NOT NULL) STRICT;"
    "CREATE INDEX reject_import ON reject(import);"
    "CREATE TABLE definition(hash BLOB PRIMARY KEY, id TEXT NOT NULL, version TEXT NOT NULL, journey_xml BLOB NOT NULL,"
    " sources_xml BLOB NOT NULL, codebook_xml BLOB NOT NULL, attached_us INTEGER NOT NULL) STRICT;";

// Format 2. Blocks of events know their place in the order of units and what they have; those of format 1 have no key, and are
// read as they are. Long dictionaries are pages of `names`; only aliases that links name stay rows.
static const char MIGRATION_2[] =
    "ALTER TABLE block ADD COLUMN first_key INTEGER;"  // hash of the first unit's text, its top bit turned over
    "ALTER TABLE block ADD COLUMN last_key INTEGER;"
    "ALTER TABLE block ADD COLUMN units INTEGER;"      // that begin in it; NULL: not known
    "ALTER TABLE block ADD COLUMN kinds INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE block ADD COLUMN has INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE block ADD COLUMN last_resolution INTEGER;"
    "ALTER TABLE block ADD COLUMN run INTEGER NOT NULL DEFAULT 0;" // of its import, where memory did not hold all of it at once
    "CREATE TABLE names(space INTEGER NOT NULL, first INTEGER NOT NULL, n INTEGER NOT NULL, flags INTEGER NOT NULL, data BLOB NOT NULL,"
    " PRIMARY KEY(space, first)) STRICT;"
    // what an import has in a run of blocks that hold rows of several; `import` of those blocks is its negative number
    "CREATE TABLE settled(run INTEGER NOT NULL, import INTEGER NOT NULL, events INTEGER NOT NULL, first_us INTEGER NOT NULL,"
    " last_us INTEGER NOT NULL, last_resolution INTEGER NOT NULL, PRIMARY KEY(run, import)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX settled_import ON settled(import);"
    // All that is asked of blocks but their data: what stands behind a blob in a row is reached only through all of its pages.
    "DROP INDEX block_import;"
    "CREATE INDEX block_import ON block(import, kind, id, rows, first_us, last_us, first_key, last_key, units, kinds, has, run, last_resolution);"
    "DROP TABLE alias_set;";

// Format 3. Rows of reference tables: ledger, targets, holidays and the like. name: the table's; cells: a JSON object.
static const char MIGRATION_3[] =
    "CREATE TABLE reference(id INTEGER PRIMARY KEY, import INTEGER NOT NULL, name TEXT NOT NULL, cells TEXT NOT NULL, from_us INTEGER,"
    " until_us INTEGER, resolution INTEGER NOT NULL, own_id TEXT NOT NULL, record INTEGER NOT NULL, sub INTEGER NOT NULL, line INTEGER NOT NULL) STRICT;"
    "CREATE INDEX reference_import ON reference(import);"
    "CREATE INDEX reference_name ON reference(name, from_us);";

// Format 4. Measures are blocks of kind 5; measures_move has put the rows of the table there before.
static const char MIGRATION_4[] = "DROP TABLE measure;";

static const char *const MIGRATIONS[STORE_FORMAT] = {MIGRATION_1, MIGRATION_2, MIGRATION_3, MIGRATION_4};

static const char SET_FORMAT[] = "PRAGMA user_version = 4"; // STORE_FORMAT; a pragma takes no parameters
_Static_assert(STORE_FORMAT == 4, "SET_FORMAT names the format");
static const char COUNT_TABLES[] =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('setting', 'string', 'names', 'alias', 'source', 'import', "
    "'ignored', 'block', 'member', 'link', 'word', 'word_index', 'reject', 'definition', 'settled', 'reference') "
    "AND (sql LIKE 'CREATE TABLE %' OR (name = 'word_index' AND sql LIKE 'CREATE VIRTUAL TABLE word_index USING fts5(%'))";
enum { N_TABLES = 16 };

voc_rc schema_migrate(struct project *p, int64_t from)
{
    voc_rc rc = VOC_OK;
    for (int64_t i = from; rc == VOC_OK && i < STORE_FORMAT; i++) {
        if (MIGRATIONS[i] == MIGRATION_4) rc = measures_move(p);
        if (rc == VOC_OK) rc = db_exec(p, MIGRATIONS[i]);
    }
    return rc == VOC_OK ? db_exec(p, SET_FORMAT) : rc;
}

voc_rc schema_check(struct project *p)
{
    int64_t n = 0;
    voc_rc rc = db_int(p, COUNT_TABLES, &n);
    if (rc == VOC_OK && n != N_TABLES) rc = db_damaged(p, "%d of its %d tables are missing or are something else", (int)(N_TABLES - n), N_TABLES);
    return rc;
}
