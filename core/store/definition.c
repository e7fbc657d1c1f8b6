// SPDX-License-Identifier: MIT
// Journey definitions as bytes, known by the hash of their content, and the small settings of a project. One definition is
// the active one; others stay for results that were made with them.
#include "store/project.h"

static const char INSERT_DEFINITION[] = // of the same content only the writing may be another: notes, layout, what people typed; the newest holds
    "INSERT INTO definition(hash, id, version, journey_xml, sources_xml, codebook_xml, attached_us) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT(hash) DO UPDATE SET journey_xml = excluded.journey_xml, sources_xml = excluded.sources_xml, codebook_xml = excluded.codebook_xml";
static const char SELECT_DEFINITION[] =
    "SELECT hash, id, version, journey_xml, sources_xml, codebook_xml, attached_us FROM definition WHERE hash = ?";
static const char NAMED_DEFINITION[] = // a hash that begins so is as good as an id
    "SELECT hash, id, version, journey_xml, sources_xml, codebook_xml, attached_us FROM definition"
    " WHERE id = ?1 OR (length(?1) >= 8 AND substr(lower(hex(hash)), 1, length(?1)) = lower(?1)) ORDER BY id = ?1 DESC, attached_us DESC, rowid DESC LIMIT 1";
static const char LIST_DEFINITIONS[] = "SELECT id, version, substr(lower(hex(hash)), 1, 12) FROM definition ORDER BY attached_us, rowid";
static const char PUT_SETTING[] = "INSERT OR REPLACE INTO setting(key, value) VALUES (?, ?)";
static const char GET_SETTING[] = "SELECT value FROM setting WHERE key = ?";
static const char ACTIVE[] = "definition"; // key of the setting: hash of the active definition in hex

static voc_rc put_setting(struct project *p, voc_str key, voc_str value)
{
    sqlite3_stmt *s = NULL;
    voc_rc rc = db_prepare(p, &s, PUT_SETTING);
    if (rc == VOC_OK) rc = db_run(p, s, "tt", key, value);
    db_done(&s);
    return rc;
}

// Ends a small change: kept, or undone.
static voc_rc end(struct project *p, voc_rc rc)
{
    if (rc == VOC_OK) return project_keep(p);
    project_undo(p);
    return rc;
}

static voc_rc begin(struct project *p, const char *what)
{
    voc_rc rc = project_need_write(p, what);
    if (rc == VOC_OK && p->importing) return VOC_E_BUG;
    return rc == VOC_OK ? project_hold(p) : rc;
}

voc_rc store_definition_use(struct project *p, const struct store_definition *def)
{
    sqlite3_stmt *s = NULL;
    char hex[2 * HASH_BYTES + 1];
    voc_rc rc = begin(p, "a journey definition");
    if (rc != VOC_OK) return rc;
    hash_hex(def->hash, hex);
    rc = db_prepare(p, &s, INSERT_DEFINITION);
    if (rc == VOC_OK)
        rc = db_run(p, s, "bttbbbi", str_mk((const char *)def->hash, HASH_BYTES), def->id, def->version, def->journey_xml,
                    def->sources_xml, def->codebook_xml, def->attached_us);
    db_done(&s);
    if (rc == VOC_OK) rc = put_setting(p, str_of(ACTIVE), str_of(hex));
    return end(p, rc);
}

static voc_rc copy_definition(struct arena *a, sqlite3_stmt *s, struct store_definition *out)
{
    voc_str *const to[5] = {&out->id, &out->version, &out->journey_xml, &out->sources_xml, &out->codebook_xml};
    bool ok = true;
    for (int i = 0; i < 5 && ok; i++) {
        voc_str text = db_text(s, i + 1);
        *to[i] = arena_str(a, text.ptr, text.len, &ok);
    }
    out->attached_us = sqlite3_column_int64(s, 6);
    return ok ? VOC_OK : VOC_E_NOMEM;
}

voc_rc store_definition_active(struct project *p, struct arena *a, struct store_definition *out, bool *found)
{
    sqlite3_stmt *s = NULL;
    voc_str hex = {"", 0};
    struct store_definition def = {0};
    bool set = false, row = false;
    voc_rc rc = store_setting(p, a, str_of(ACTIVE), &hex, &set);
    if (rc == VOC_OK && !set) {
        *found = false;
        return VOC_OK;
    }
    if (rc == VOC_OK && !hash_from_hex(hex, def.hash)) rc = db_damaged(p, "the setting '%s' is not a hash", ACTIVE);
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_DEFINITION);
    if (rc == VOC_OK) rc = db_bind(p, s, "b", str_mk((const char *)def.hash, HASH_BYTES));
    if (rc == VOC_OK) rc = db_step(p, s, &row);
    if (rc == VOC_OK && !row) rc = db_damaged(p, "the active journey definition is missing");
    if (rc == VOC_OK) rc = copy_definition(a, s, &def);
    db_done(&s);
    if (rc == VOC_OK) {
        *out = def;
        *found = true;
    }
    return rc;
}

voc_rc store_definition_named(struct project *p, struct arena *a, voc_str name, struct store_definition *out, bool *found)
{
    sqlite3_stmt *s = NULL;
    bool row = false;
    struct store_definition def = {0};
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = db_prepare(p, &s, NAMED_DEFINITION);
    if (rc == VOC_OK) rc = db_bind(p, s, "t", name);
    if (rc == VOC_OK) rc = db_step(p, s, &row);
    if (rc == VOC_OK && row) {
        voc_str hash = db_text(s, 0);
        if (hash.len == HASH_BYTES) memcpy(def.hash, hash.ptr, HASH_BYTES);
        rc = copy_definition(a, s, &def);
    }
    db_done(&s);
    if (rc != VOC_OK) return rc;
    if (row) *out = def;
    *found = row;
    return VOC_OK;
}

voc_rc store_definition_names(struct project *p, struct buf *out)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = db_prepare(p, &s, LIST_DEFINITIONS);
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        voc_str id = db_text(s, 0), version = db_text(s, 1), hash = db_text(s, 2);
        buf_printf(out, "%s%.*s (version %.*s, hash %.*s)", out->len ? ", " : "there are: ", STR_SHOWN(id, 80),
                   STR_SHOWN(version, 40), STR_ARG(hash));
    }
    db_done(&s);
    return rc;
}

voc_rc store_definition_set(struct project *p, voc_str key, voc_str value)
{
    voc_rc rc = begin(p, "a setting");
    if (rc != VOC_OK) return rc;
    return end(p, put_setting(p, key, value));
}

voc_rc store_setting(struct project *p, struct arena *a, voc_str key, voc_str *out, bool *found)
{
    sqlite3_stmt *s = NULL;
    bool row = false, ok = true;
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = db_prepare(p, &s, GET_SETTING);
    if (rc == VOC_OK) rc = db_bind(p, s, "t", key);
    if (rc == VOC_OK) rc = db_step(p, s, &row);
    if (rc == VOC_OK && row) {
        voc_str value = db_text(s, 0);
        value = arena_str(a, value.ptr, value.len, &ok);
        if (ok) *out = value;
        else rc = VOC_E_NOMEM;
    }
    db_done(&s);
    if (rc == VOC_OK) *found = row;
    return rc;
}
