// SPDX-License-Identifier: MIT
// A person leaves the project (forget.h). What stays is copied, table by table and block by block, into a private file, which
// the person's rows and the strings of only theirs never enter: nothing has to be overwritten, and what lies in free pages of
// the file stays behind too. That file is looked through, and then takes the place of all that the project held, as one
// transaction (project_replace.c). So a project is as it was, or is without the person, whatever happens at any moment.
#include <stdio.h>
#include "store/forget/forget_work.h"
#include "store/import/import.h"

static const char SELECT_OBJECTS[] = "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name";
static const char HAS_OBJECT[] = "SELECT 1 FROM sqlite_schema WHERE name = ?";

// A table that another program made would be lost, or could tell of the person what nobody knows.
static voc_rc only_our_tables(struct forgetting *f)
{
    sqlite3_stmt *all = NULL, *known = NULL;
    bool row = true, ours = true;
    voc_rc rc = db_prepare(f->from, &all, SELECT_OBJECTS);
    if (rc == VOC_OK) rc = db_prepare(f->to, &known, HAS_OBJECT);
    while (rc == VOC_OK && (rc = db_step(f->from, all, &row)) == VOC_OK && row) {
        voc_str name = db_text(all, 0);
        rc = db_bind(f->to, known, "t", name);
        if (rc == VOC_OK) rc = db_step(f->to, known, &ours);
        if (rc == VOC_OK && !ours) {
            diag_error(f->from->d, "FORGET-002", f->from->path, 0, "move it to a file of its own, and do it again",
                       "the project holds %.*s, which another program made: whom it names is not known", STR_SHOWN(name, 100));
            rc = VOC_E_INPUT;
        }
        (void)sqlite3_reset(known);
    }
    db_done(&all);
    db_done(&known);
    return rc;
}

static voc_rc prepare(struct forgetting *f)
{
    voc_rc rc = f->spec->dry_run ? VOC_OK : project_need_write(f->from, "forgetting somebody");
    if (rc == VOC_OK) rc = project_hold(f->from);
    for (unsigned space = 0; rc == VOC_OK && space < SPACE_ALL; space++) {
        rc = space_count(f->from, space, &f->n[space]);
        if (rc == VOC_OK && !(f->used[space] = mem_zalloc(f->n[space], 1))) rc = VOC_E_NOMEM;
    }
    if (rc == VOC_OK && f->spec->n_who != f->n[f->spec->as == VOC_ENTITY_CASE ? SPACE_CASE : SPACE_ALIASES]) rc = VOC_E_BUG;
    if (rc == VOC_OK) rc = tuples_load(f->from, &f->tuples, &f->n_tuples);
    if (rc == VOC_OK && !(f->used_tuple = mem_zalloc((size_t)f->n_tuples + 1, 1))) rc = VOC_E_NOMEM;
    if (rc == VOC_OK && !(f->seen = mem_zalloc(f->spec->n_aliases + 1, sizeof *f->seen))) rc = VOC_E_NOMEM;
    if (rc == VOC_OK && !(f->case_of_theirs = mem_zalloc(f->n[SPACE_CASE], sizeof *f->case_of_theirs))) rc = VOC_E_NOMEM;
    if (rc == VOC_OK && !(f->case_rest = mem_zalloc(f->n[SPACE_CASE], sizeof *f->case_rest))) rc = VOC_E_NOMEM;
    if (rc == VOC_OK) rc = forget_find_open(f);
    if (rc == VOC_OK) rc = project_open_like(&f->to, f->from, f->spec->memory / 4); // the rest is for strings, and what is decoded
    return rc == VOC_OK ? only_our_tables(f) : rc;
}

// What follows from rows: shares of settled runs and, where the rows that went were of any customers, memberships.
static voc_rc count_again(struct forgetting *f)
{
    VEC(int64_t) imports = {0};
    voc_rc rc = f->settled ? shares_recount(f->to) : VOC_OK;
    if (rc == VOC_OK && f->spec->as == VOC_ENTITY_CASE) {
        rc = vec_reserve(&imports, f->gone.v.n + 1, UINT32_MAX);
        for (size_t k = 0; rc == VOC_OK && k < f->gone.v.n; k++) imports.at[imports.n++] = f->gone.v.at[k].import;
        if (rc == VOC_OK) rc = member_rebuild(f->to, imports.at, imports.n);
    }
    vec_free(&imports);
    return rc;
}

static void done(struct forgetting *f)
{
    project_close(f->to);
    for (unsigned space = 0; space < SPACE_ALL; space++) mem_free(f->used[space]);
    mem_free(f->used_tuple);
    mem_free(f->seen);
    mem_free(f->next);
    mem_free(f->case_of_theirs);
    mem_free(f->case_rest);
    vec_free(&f->gone.v);
    buf_done(&f->text);
}

static bool anything(const struct forget_result *r)
{
    return r->events || r->words || r->measures || r->attributes || r->links || r->members || r->rejects || r->strings || r->texts;
}

static voc_rc replace(struct forgetting *f)
{
    char who[PROJECT_USER];
    voc_rc rc = project_replace(f->from, f->to, forget_look_at_page, f, &f->r.in_use);
    if (rc != VOC_OK || !f->r.in_use) return rc;
    project_user(f->from, who);
    diag_error(f->from->d, "FORGET-003", f->from->path, 0, "when it has ended, any command that writes puts the file in order, for instance `voc settle`",
               "they are forgotten, but %s reads the project as it was before: as long as it does, the file holds that too", who);
    return VOC_OK;
}

voc_rc store_forget(struct project *p, const struct forget_spec *s, struct forget_result *out,
                    voc_rc (*place)(void *user, const struct forget_place *x), void *user)
{
    struct forgetting f = {.from = p, .spec = s, .place = place, .user = user, .r = {.first_us = VOC_NA, .last_us = VOC_NA}};
    buf_init(&f.text, 1 << 30);
    voc_rc rc = prepare(&f);
    if (rc == VOC_OK) rc = forget_blocks(&f);
    if (rc == VOC_OK) rc = forget_rows(&f);
    if (rc == VOC_OK) rc = forget_names(&f);
    if (rc == VOC_OK) rc = count_again(&f);
    if (rc == VOC_OK) rc = forget_prove(&f);
    if (rc == VOC_OK && !s->dry_run && anything(&f.r)) rc = replace(&f);
    if (rc == VOC_OK) *out = f.r;
    else project_undo(p);
    done(&f);
    return rc;
}
