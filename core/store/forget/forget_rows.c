// SPDX-License-Identifier: MIT
// The tables of a file beside its blocks and strings, on their way into one without a person (forget.c): rows that name them stay
// behind. Accounts of imports go as they are: they speak of the files that were read. A reject keeps its place in the account
// and loses its bytes.
#include <inttypes.h>
#include "store/forget/forget_work.h"
#include "store/import/import.h"

static const char *const AS_THEY_ARE[][2] = {
    {"SELECT key, value FROM setting", "INSERT INTO setting(key, value) VALUES (?, ?)"},
    {"SELECT id, plugin, watermark_none, watermark_us FROM source", "INSERT INTO source(id, plugin, watermark_none, watermark_us) VALUES (?, ?, ?, ?)"},
    {"SELECT number, source, plugin, plugin_version, file_name, mapping, hash, length, ends_clean, records, gave, rejected, ignored, bytes, gave_bytes, rejected_bytes,"
     " ignored_bytes, framing_bytes, actor_assumed, resolution, base, repeated, behind, at_us FROM import ORDER BY number",
     "INSERT INTO import(number, source, plugin, plugin_version, file_name, mapping, hash, length, ends_clean, records, gave, rejected, ignored, bytes, gave_bytes, rejected_bytes,"
     " ignored_bytes, framing_bytes, actor_assumed, resolution, base, repeated, behind, at_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    {"SELECT import, rule, records FROM ignored", "INSERT INTO ignored(import, rule, records) VALUES (?, ?, ?)"},
    {"SELECT rowid, hash, id, version, journey_xml, sources_xml, codebook_xml, attached_us FROM definition ORDER BY rowid",
     "INSERT INTO definition(rowid, hash, id, version, journey_xml, sources_xml, codebook_xml, attached_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"},
};
static const char SELECT_SETTLED[] = "SELECT run, import, events, first_us, last_us, last_resolution FROM settled";
static const char INSERT_SETTLED[] = "INSERT INTO settled(run, import, events, first_us, last_us, last_resolution) VALUES (?, ?, ?, ?, ?, ?)";
static const char SELECT_MEMBERS[] = "SELECT import, customer, account, from_us FROM member";
static const char INSERT_MEMBER[] = "INSERT INTO member(import, customer, account, from_us) VALUES (?, ?, ?, ?)";
static const char SELECT_WORDS[] =
    "SELECT id, import, customer, time_us, resolution, text, language, ref_kind, ref, own_id, record, sub, line FROM word ORDER BY id";
static const char INSERT_WORD[] =
    "INSERT INTO word(id, import, customer, time_us, resolution, text, language, ref_kind, ref, own_id, record, sub, line) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char INDEX_WORDS[] = "INSERT INTO word_index(word_index) VALUES ('rebuild')";
static const char SELECT_REFERENCES[] = "SELECT id, import, name, cells, from_us, until_us, resolution, own_id, record, sub, line FROM reference ORDER BY id";
static const char INSERT_REFERENCE[] =
    "INSERT INTO reference(id, import, name, cells, from_us, until_us, resolution, own_id, record, sub, line) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SELECT_REJECTS[] = "SELECT id, import, record, line, code, reason, raw FROM reject ORDER BY id";
static const char INSERT_REJECT[] = "INSERT INTO reject(id, import, record, line, code, reason, raw) VALUES (?, ?, ?, ?, ?, ?, ?)";
static const char SELECT_ALIASES[] = "SELECT id, kind, value FROM alias ORDER BY id";
static const char INSERT_ALIAS[] = "INSERT INTO alias(id, kind, value) VALUES (?, ?, ?)";
static const char SELECT_LINKS[] = "SELECT id, import, a, b, rule, time_us, own_id, record, sub FROM link ORDER BY id";
static const char INSERT_LINK[] = "INSERT INTO link(id, import, a, b, rule, time_us, own_id, record, sub) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char MAX_ALIAS[] = "SELECT max(id) FROM alias";
static const char REJECT_REASON[] = "its text named somebody who was forgotten";

voc_rc forget_copy(struct forgetting *f, const char *select, const char *insert, forget_look *look)
{
    sqlite3_stmt *s = NULL, *i = NULL;
    bool row = true;
    voc_rc rc = db_prepare(f->from, &s, select);
    if (rc == VOC_OK) rc = db_prepare(f->to, &i, insert);
    while (rc == VOC_OK) {
        bool keep = true, more = true;
        rc = db_step(f->from, s, &row);
        if (rc != VOC_OK || !row) break;
        for (int k = 0; rc == VOC_OK && k < sqlite3_column_count(s); k++) {
            int code = sqlite3_bind_value(i, k + 1, sqlite3_column_value(s, k));
            if (code != SQLITE_OK) rc = db_fail(f->to, code, "a row cannot be copied");
        }
        if (rc == VOC_OK && look) rc = look(f, s, i, &keep);
        if (rc == VOC_OK && keep) rc = db_step(f->to, i, &more);
        (void)sqlite3_reset(i);
    }
    db_done(&s);
    db_done(&i);
    return rc;
}

static voc_rc bind_text(struct forgetting *f, sqlite3_stmt *insert, int at, voc_str text)
{
    int rc = sqlite3_bind_text64(insert, at, text.len ? text.ptr : "", text.len, SQLITE_STATIC, SQLITE_UTF8);
    return rc == SQLITE_OK ? VOC_OK : db_fail(f->to, rc, "a row cannot be copied");
}

// Of what others wrote the values go, and the rest stays.
static voc_rc blank(struct forgetting *f, sqlite3_stmt *row, sqlite3_stmt *insert, int column)
{
    bool any = false;
    if (!f->spec->texts) return VOC_OK;
    buf_clear(&f->text);
    voc_rc rc = forget_blank(f, db_text(row, column), &f->text, &any);
    if (rc != VOC_OK || !any) return rc;
    f->r.texts++;
    return bind_text(f, insert, column + 1, str_mk(f->text.ptr, f->text.len));
}

// ---- people ------------------------------------------------------------------------------------------------------------------

// The code of an alias set in a column.
static voc_rc set_of(struct forgetting *f, sqlite3_stmt *row, int column, uint32_t *out)
{
    const int64_t code = sqlite3_column_int64(row, column);
    if (code < 0 || code >= f->n[SPACE_ALIASES]) return db_damaged(f->from, "a row names aliases that do not exist");
    *out = (uint32_t)code;
    return VOC_OK;
}

static bool names(const struct forgetting *f, uint32_t entity, uint32_t set)
{
    return f->spec->as == entity && f->spec->who[set];
}

static voc_rc look_at_member(struct forgetting *f, sqlite3_stmt *row, sqlite3_stmt *insert, bool *keep)
{
    uint32_t customer = 0, account = 0;
    (void)insert;
    voc_rc rc = set_of(f, row, 1, &customer);
    if (rc == VOC_OK) rc = set_of(f, row, 2, &account);
    if (rc != VOC_OK) return rc;
    *keep = !names(f, VOC_ENTITY_INDIVIDUAL, customer) && !names(f, VOC_ENTITY_ACCOUNT, account);
    f->r.members += !*keep;
    return VOC_OK;
}

// A word that names a case belongs to it.
static voc_rc look_at_word(struct forgetting *f, sqlite3_stmt *row, sqlite3_stmt *insert, bool *keep)
{
    uint32_t customer = 0, code = 0;
    voc_rc rc = set_of(f, row, 2, &customer);
    if (rc != VOC_OK) return rc;
    *keep = !names(f, VOC_ENTITY_INDIVIDUAL, customer);
    if (f->spec->as == VOC_ENTITY_CASE && sqlite3_column_int64(row, 7) == VOC_REF_CASE &&
        space_seek(f->from, SPACE_CASE, db_text(row, 8), &code))
        *keep = !f->spec->who[code];
    f->r.words += !*keep;
    if (!*keep) return VOC_OK;
    forget_use(f, SPACE_ALIASES, customer);
    return blank(f, row, insert, 5);
}

static voc_rc look_at_reference(struct forgetting *f, sqlite3_stmt *row, sqlite3_stmt *insert, bool *keep)
{
    *keep = true;
    return blank(f, row, insert, 3);
}

static voc_rc look_at_reject(struct forgetting *f, sqlite3_stmt *row, sqlite3_stmt *insert, bool *keep)
{
    *keep = true;
    if (!forget_named(f, db_text(row, 6), 1) && !forget_named(f, db_text(row, 5), 1)) return VOC_OK;
    f->r.rejects++;
    int rc = sqlite3_bind_zeroblob(insert, 7, 0);
    return rc == SQLITE_OK ? bind_text(f, insert, 6, str_of(REJECT_REASON)) : db_fail(f->to, rc, "a row cannot be copied");
}

// ---- links -------------------------------------------------------------------------------------------------------------------

enum { ALIAS_GOES = 1, ALIAS_LINKED = 2 };
struct linking { unsigned char *alias; int64_t n; }; // by id

static voc_rc alias_key(struct buf *key, voc_str kind, voc_str value)
{
    buf_clear(key);
    (void)buf_str(key, kind);
    (void)buf_byte(key, '\x1f'); // cannot stand in a kind
    return buf_str(key, value);
}

static voc_rc mark_aliases(struct forgetting *f, struct linking *l)
{
    sqlite3_stmt *s = NULL;
    struct dict *theirs = NULL;
    struct buf key;
    bool row = true;
    uint32_t code;
    buf_init(&key, 1 << 30);
    voc_rc rc = dict_new(&theirs, SIZE_MAX / 4);
    for (size_t k = 0; rc == VOC_OK && k < f->spec->n_aliases; k++) {
        rc = alias_key(&key, f->spec->aliases[k].kind, f->spec->aliases[k].value);
        if (rc == VOC_OK) rc = dict_code(theirs, str_mk(key.ptr, key.len), &code);
    }
    if (rc == VOC_OK) rc = db_prepare(f->from, &s, SELECT_ALIASES);
    while (rc == VOC_OK) {
        rc = db_step(f->from, s, &row);
        if (rc != VOC_OK || !row) break;
        const int64_t id = sqlite3_column_int64(s, 0);
        if (id < 0 || id >= l->n) rc = db_damaged(f->from, "an alias has an impossible number");
        if (rc == VOC_OK) rc = alias_key(&key, db_text(s, 1), db_text(s, 2));
        if (rc == VOC_OK && dict_find(theirs, str_mk(key.ptr, key.len), &code)) l->alias[id] = ALIAS_GOES;
    }
    db_done(&s);
    dict_free(theirs);
    buf_done(&key);
    return rc;
}

static voc_rc copy_links(struct forgetting *f, struct linking *l)
{
    sqlite3_stmt *s = NULL, *insert = NULL;
    bool row = true;
    voc_rc rc = db_prepare(f->from, &s, SELECT_LINKS);
    if (rc == VOC_OK) rc = db_prepare(f->to, &insert, INSERT_LINK);
    while (rc == VOC_OK) {
        rc = db_step(f->from, s, &row);
        if (rc != VOC_OK || !row) break;
        const int64_t a = sqlite3_column_int64(s, 2), b = sqlite3_column_int64(s, 3);
        if (a < 0 || a >= l->n || b < 0 || b >= l->n) {
            rc = db_damaged(f->from, "a link names aliases that do not exist");
            break;
        }
        if ((l->alias[a] | l->alias[b]) & ALIAS_GOES) {
            f->r.links++;
            continue;
        }
        l->alias[a] |= ALIAS_LINKED;
        l->alias[b] |= ALIAS_LINKED;
        rc = db_run(f->to, insert, "iiiitntii", sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1), a, b, db_text(s, 4),
                    db_int_or_na(s, 5), db_text(s, 6), sqlite3_column_int64(s, 7), sqlite3_column_int64(s, 8));
    }
    db_done(&s);
    db_done(&insert);
    return rc;
}

// An alias that no link names any more is nobody's.
static voc_rc copy_aliases(struct forgetting *f, const struct linking *l)
{
    sqlite3_stmt *s = NULL, *insert = NULL;
    bool row = true;
    voc_rc rc = db_prepare(f->from, &s, SELECT_ALIASES);
    if (rc == VOC_OK) rc = db_prepare(f->to, &insert, INSERT_ALIAS);
    while (rc == VOC_OK) {
        rc = db_step(f->from, s, &row);
        if (rc != VOC_OK || !row) break;
        const int64_t id = sqlite3_column_int64(s, 0);
        if (l->alias[id] & ALIAS_LINKED) rc = db_run(f->to, insert, "itt", id, db_text(s, 1), db_text(s, 2));
    }
    db_done(&s);
    db_done(&insert);
    return rc;
}

static voc_rc links_of_others(struct forgetting *f)
{
    struct linking l = {0};
    voc_rc rc = db_int(f->from, MAX_ALIAS, &l.n);
    if (rc == VOC_OK && (l.n < 0 || l.n > UINT32_MAX)) return db_damaged(f->from, "an alias has an impossible number");
    l.n++;
    if (rc == VOC_OK && !(l.alias = mem_zalloc((size_t)l.n, 1))) rc = VOC_E_NOMEM;
    if (rc == VOC_OK) rc = mark_aliases(f, &l);
    if (rc == VOC_OK) rc = copy_links(f, &l);
    if (rc == VOC_OK) rc = copy_aliases(f, &l);
    mem_free(l.alias);
    return rc;
}

// ---- all -----------------------------------------------------------------------------------------------------------------------

voc_rc forget_rows(struct forgetting *f)
{
    voc_rc rc = f->spec->as == VOC_ENTITY_CASE ? space_load(f->from, SPACE_CASE) : VOC_OK;
    for (size_t k = 0; rc == VOC_OK && k < sizeof AS_THEY_ARE / sizeof *AS_THEY_ARE; k++)
        rc = forget_copy(f, AS_THEY_ARE[k][0], AS_THEY_ARE[k][1], NULL);
    if (rc == VOC_OK && !f->settled) rc = forget_copy(f, SELECT_SETTLED, INSERT_SETTLED, NULL);
    if (rc == VOC_OK) rc = forget_copy(f, SELECT_MEMBERS, INSERT_MEMBER, look_at_member);
    if (rc == VOC_OK) rc = links_of_others(f);
    if (rc == VOC_OK) rc = forget_copy(f, SELECT_WORDS, INSERT_WORD, look_at_word);
    if (rc == VOC_OK) rc = db_exec(f->to, INDEX_WORDS);
    if (rc == VOC_OK) rc = forget_copy(f, SELECT_REFERENCES, INSERT_REFERENCE, look_at_reference);
    return rc == VOC_OK ? forget_copy(f, SELECT_REJECTS, INSERT_REJECT, look_at_reject) : rc;
}
