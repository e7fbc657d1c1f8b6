// SPDX-License-Identifier: MIT
// The dictionaries of the file: one code space for each kind of repeated string. They are loaded when first asked for,
// kept until the project closes or imports, and grow only at a commit. Code 0 is the empty string and is not stored.
#include <inttypes.h>
#include "store/project.h"

static const char SELECT_STRINGS[] = "SELECT code, text FROM string WHERE space = ? ORDER BY code";
static const char MAX_CODE[] = "SELECT coalesce(max(code), 0) FROM string WHERE space = ?";
static const char INSERT_STRING[] = "INSERT INTO string(space, code, text) VALUES (?, ?, ?)";
static const char INSERT_ALIAS[] = "INSERT OR IGNORE INTO alias(kind, value) VALUES (?, ?)";
static const char FIND_ALIAS[] = "SELECT id FROM alias WHERE kind = ? AND value = ?";
static const char INSERT_ALIAS_SET[] = "INSERT INTO alias_set(code, position, alias, strong) VALUES (?, ?, ?, ?)";

const char *space_name(unsigned space)
{
    static const char *const names[SPACE_ALL] = {
        "action", "touchpoint", "channel", "campaign", "object", "case", "role", "owner", "thread", "language", "source", "aliases", "key", "value",
    };
    return space < SPACE_ALL ? names[space] : "?";
}

static void drop_one(struct space *s)
{
    dict_free(s->dict);
    mem_free(s->view);
    *s = (struct space){0};
}

void space_drop(struct project *p)
{
    for (unsigned i = 0; i < SPACE_ALL; i++) drop_one(&p->space[i]);
}

voc_rc space_load(struct project *p, unsigned space)
{
    struct space *to = &p->space[space];
    sqlite3_stmt *s = NULL;
    struct dict *dict = NULL;
    uint32_t code = 0, next = 1;
    bool row = true;
    if (to->dict) return VOC_OK;
    voc_rc rc = dict_new(&dict, SIZE_MAX / 4);
    if (rc == VOC_OK) rc = dict_code(dict, STR(""), &code);
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_STRINGS);
    if (rc == VOC_OK) rc = db_bind(p, s, "i", (int64_t)space);
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        if (sqlite3_column_int64(s, 0) != next) {
            rc = db_damaged(p, "dictionary '%s' lacks code %" PRIu32, space_name(space), next);
            break;
        }
        rc = dict_code(dict, db_text(s, 1), &code);
        if (rc == VOC_OK && code != next) rc = db_damaged(p, "dictionary '%s' has code %" PRIu32 " twice", space_name(space), next);
        next++;
    }
    db_done(&s);
    if (rc == VOC_OK) to->dict = dict;
    else dict_free(dict);
    return rc;
}

voc_rc space_count(struct project *p, unsigned space, uint32_t *n)
{
    if (p->space[space].dict) {
        *n = dict_n(p->space[space].dict);
        return VOC_OK;
    }
    sqlite3_stmt *s = NULL;
    bool row = false;
    voc_rc rc = db_prepare(p, &s, MAX_CODE);
    if (rc == VOC_OK) rc = db_bind(p, s, "i", (int64_t)space);
    if (rc == VOC_OK) rc = db_step(p, s, &row);
    int64_t max = rc == VOC_OK && row ? sqlite3_column_int64(s, 0) : 0;
    if (rc == VOC_OK && (max < 0 || max > INT32_MAX)) rc = db_damaged(p, "dictionary '%s' has impossible codes", space_name(space));
    if (rc == VOC_OK) *n = (uint32_t)max + 1;
    db_done(&s);
    return rc;
}

voc_rc space_find(struct project *p, unsigned space, uint32_t code, voc_str *out)
{
    voc_rc rc = space_load(p, space);
    if (rc != VOC_OK) return rc;
    if (code >= dict_n(p->space[space].dict)) return db_damaged(p, "code %" PRIu32 " is not in dictionary '%s'", code, space_name(space));
    *out = dict_at(p->space[space].dict, code);
    return VOC_OK;
}

voc_rc store_strings(struct project *p, enum store_space space, const voc_str **out, uint32_t *n)
{
    if ((unsigned)space >= SPACE_N) return VOC_E_BUG;
    struct space *s = &p->space[space];
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = space_load(p, space);
    if (rc != VOC_OK) return rc;
    uint32_t count = dict_n(s->dict);
    if (!s->view) {
        s->view = mem_zalloc(count, sizeof *s->view);
        if (!s->view) return VOC_E_NOMEM;
        for (uint32_t i = 0; i < count; i++) s->view[i] = dict_at(s->dict, i);
        s->n_view = count;
    }
    *out = s->view;
    *n = s->n_view;
    return VOC_OK;
}

// ---- writing ---------------------------------------------------------------------------------------------------------------

voc_rc space_writer_open(struct space_writer *w, struct project *p)
{
    *w = (struct space_writer){.p = p};
    voc_rc rc = db_prepare(p, &w->string, INSERT_STRING);
    if (rc == VOC_OK) rc = db_prepare(p, &w->alias_add, INSERT_ALIAS);
    if (rc == VOC_OK) rc = db_prepare(p, &w->alias_find, FIND_ALIAS);
    if (rc == VOC_OK) rc = db_prepare(p, &w->alias_set, INSERT_ALIAS_SET);
    if (rc != VOC_OK) space_writer_close(w);
    return rc;
}

void space_writer_close(struct space_writer *w)
{
    db_done(&w->string);
    db_done(&w->alias_add);
    db_done(&w->alias_find);
    db_done(&w->alias_set);
}

voc_rc space_code(struct space_writer *w, unsigned space, voc_str text, uint32_t *code)
{
    struct space *s = &w->p->space[space];
    voc_rc rc = space_load(w->p, space);
    if (rc != VOC_OK) return rc;
    uint32_t before = dict_n(s->dict), got = 0;
    rc = dict_code(s->dict, text, &got);
    if (rc == VOC_OK && got == before) { // new
        mem_free(s->view);
        s->view = NULL;
        rc = db_run(w->p, w->string, "iit", (int64_t)space, (int64_t)got, text);
        if (rc == VOC_OK && space == SPACE_ALIASES) rc = aliases_register(w, got, text);
    }
    if (rc == VOC_OK) *code = got;
    return rc;
}

voc_rc alias_id(struct space_writer *w, const voc_alias *alias, int64_t *id)
{
    bool row = false;
    voc_rc rc = db_run(w->p, w->alias_add, "tt", alias->kind, alias->value);
    if (rc == VOC_OK && sqlite3_changes(w->p->db) == 1) { // it was new
        *id = sqlite3_last_insert_rowid(w->p->db);
        return VOC_OK;
    }
    if (rc == VOC_OK) rc = db_bind(w->p, w->alias_find, "tt", alias->kind, alias->value);
    if (rc == VOC_OK) rc = db_step(w->p, w->alias_find, &row);
    if (rc == VOC_OK && !row) rc = db_damaged(w->p, "an alias that was added is not there");
    if (rc == VOC_OK) *id = sqlite3_column_int64(w->alias_find, 0);
    (void)sqlite3_reset(w->alias_find);
    return rc;
}

voc_rc aliases_register(struct space_writer *w, uint32_t code, voc_str set)
{
    struct arena a;
    voc_alias alias[VOC_ALIASES_MAX];
    size_t n = 0;
    int64_t id = 0;
    arena_init(&a, 0);
    voc_rc rc = aliases_decode(&a, set, alias, &n);
    for (size_t i = 0; rc == VOC_OK && i < n; i++) {
        rc = alias_id(w, &alias[i], &id);
        if (rc == VOC_OK) rc = db_run(w->p, w->alias_set, "iiii", (int64_t)code, (int64_t)i, id, (int64_t)alias[i].strong);
    }
    arena_done(&a);
    return rc;
}
