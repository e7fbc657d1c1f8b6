// SPDX-License-Identifier: MIT
// voc forget: a person leaves the project. Says what went (or would go), where somebody else still names them, and what was looked
// through to know that.
#include <stdio.h>

#include "cli/cli.h"
#include "cli/forget_who.h"
#include "cli/options.h"

struct forgotten { // owns
    struct table *what, *places;
    struct forget_who who;
    struct forget_result r;
    bool dry_run;
};

static voc_rc add_place(void *user, const struct forget_place *x)
{
    struct table *t = user;
    table_text(t, str_of(x->what));
    if (x->file_name.len) table_text(t, x->file_name);
    else table_na(t);
    if (x->line) table_int(t, (int64_t)x->line);
    else table_na(t);
    table_text(t, x->value);
    return VOC_OK;
}

static voc_rc begin_places(struct table **out)
{
    voc_rc rc = table_new(out, "places", "Where they are still named", VOC_TABLE_BRIEF);
    if (!rc) rc = table_column(*out, "what", "what", VOC_CELL_TEXT, "", 0, "what it is that names them");
    if (!rc) rc = table_column(*out, "file", "file", VOC_CELL_TEXT, "", 0, "the file that it came from");
    if (!rc) rc = table_column(*out, "line", "line", VOC_CELL_INT, "", 0, "and its line");
    if (!rc) rc = table_column(*out, "name", "name", VOC_CELL_TEXT, "", 0, "what stands there: an alias, or the case");
    return rc ? rc
              : table_semantics(
                    *out, "One line a text of somebody else, a name, a file name that holds an alias as a word of its own (the "
                          "first of several), or a case of theirs with other events.");
}

static voc_rc add_counts(struct forgotten *x)
{
    const struct forget_result *r = &x->r;
    const struct { const char *name; uint64_t n; } rows[] = {
        {"events", r->events}, {"words", r->words}, {"measures", r->measures}, {"facts about them", r->attributes}, {"memberships", r->members}, {"links", r->links},
        {"rejects that lost their text", r->rejects}, {"names that nobody else has", r->strings}, {"texts of others, blanked in", r->texts},
    };
    voc_rc rc = table_new(&x->what, "forgotten", x->dry_run ? "What would go" : "What went", VOC_TABLE_BRIEF);
    if (!rc) rc = table_column(x->what, "what", "what", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(x->what, "count", "count", VOC_CELL_INT, "", 0, NULL);
    if (!rc) rc = table_semantics(x->what, "Counts of stored rows that named them.");
    for (size_t i = 0; i < sizeof rows / sizeof *rows && !rc; i++) {
        if (!rows[i].n && i) continue;
        table_text(x->what, str_of(rows[i].name));
        table_int(x->what, (int64_t)rows[i].n);
    }
    return rc;
}

static voc_rc note(struct table *t, uint32_t kind, const char *text)
{
    return text ? table_note(t, kind, text) : VOC_E_NOMEM;
}

static voc_rc note_span(struct forgotten *x)
{
    struct buf b;
    if (x->r.first_us == VOC_NA) return VOC_OK;
    buf_init(&b, 4096);
    buf_cstr(&b, "their events were from ");
    time_print(&b, x->r.first_us, VOC_RES_SECOND);
    buf_cstr(&b, " to ");
    time_print(&b, x->r.last_us, VOC_RES_SECOND);
    voc_rc rc = b.rc ? b.rc : note(x->what, VOC_NOTE_AFTER, b.ptr);
    buf_done(&b);
    return rc;
}

static voc_rc notes(struct cli *c, struct forgotten *x)
{
    const struct forget_result *r = &x->r;
    voc_rc rc = note_span(x);
    for (size_t i = 0; i < x->who.shared.n && !rc; i++) {
        const voc_alias *a = &x->who.shared.at[i];
        rc = note(x->what, VOC_NOTE_WARNING,
                  arena_printf(&c->arena, "%.*s=%.*s is an alias of somebody else too, and stays theirs", STR_ARG(a->kind),
                               STR_ARG(a->value)));
    }
    if (!rc && r->other_events)
        rc = note(x->what, VOC_NOTE_WARNING,
                  arena_printf(&c->arena, "%llu %s them as %s, and %s: --as %s takes them", (unsigned long long)r->other_events,
                               r->other_events == 1 ? "event of others names" : "events of others name",
                               c->own[FORGET_AS].i == 1 ? "the customer" : "the account", r->other_events == 1 ? "stays" : "stay",
                               c->own[FORGET_AS].i == 1 ? "individual" : "account"));
    if (!rc && r->case_events)
        rc = note(x->what, VOC_NOTE_WARNING, arena_printf(&c->arena, "%llu %s nobody but a case of theirs, and %s: --as case forgets a case", (unsigned long long)r->case_events,
                                                             r->case_events == 1 ? "event names" : "events name", r->case_events == 1 ? "stays" : "stay"));
    for (size_t i = 0; i < x->who.own.n && !rc; i++) {
        const voc_alias *a = &x->who.own.at[i];
        if (a->value.len < 3)
            rc = note(x->what, VOC_NOTE_WARNING,
                      arena_printf(&c->arena, "%.*s is too short to be looked for in texts", STR_ARG(a->value)));
    }
    if (!rc)
        rc = note(x->what, VOC_NOTE_AFTER,
                  x->dry_run
                      ? "nothing was changed"
                      : arena_printf(&c->arena, "looked through afterwards: %llu rows, %llu texts, the index of words, %llu pages",
                                     (unsigned long long)r->seen_rows, (unsigned long long)r->seen_texts,
                                     (unsigned long long)r->pages));
    if (!rc && r->places > r->cases && !c->own[FORGET_TEXTS].i)
        rc = note(x->places, VOC_NOTE_NEXT,
                  "--texts puts [forgotten] in place of the alias in texts, attributes of events, words, measures and "
                  "reference tables");
    if (!rc && r->places > r->cases && c->own[FORGET_TEXTS].i)
        rc = note(x->places, VOC_NOTE_NEXT,
                  "these are no texts: names that rows share, ids, names of files; forget the rows that have them, or leave them");
    return rc;
}

// Only in another role than was asked for.
static voc_rc not_so(struct cli *c, const struct forgotten *x)
{
    const struct forget_result *r = &x->r;
    if (r->events || r->words || r->measures || r->attributes || r->members || r->links || !r->other_events) return VOC_OK;
    const bool account = c->own[FORGET_AS].i == 1;
    diag_error(c->diag, "FORGET-012", NULL, 0,
               account ? "--as individual forgets the customer"
                       : "--as account forgets the account, with all that was done in its name",
               "%s is no %s of this project, but %s", c->args[1], account ? "account" : "customer",
               account ? "a customer" : "an account");
    return VOC_E_OPTION;
}

static voc_rc forget(struct cli *c, struct project *p, struct forgotten *x)
{
    static const uint32_t entities[] = {VOC_ENTITY_INDIVIDUAL, VOC_ENTITY_ACCOUNT, VOC_ENTITY_CASE};
    const uint32_t as = entities[c->own[FORGET_AS].i];
    voc_rc rc = forget_who_find(&x->who, p, as, c->args + 1, (size_t)c->n_args - 1, c->own[FORGET_ALL].i != 0, c->diag);
    if (rc) return rc;
    const struct forget_spec s = {.as = as, .who = x->who.who, .n_who = x->who.n, .aliases = x->who.own.at, .n_aliases = x->who.own.n, .memory = cli_memory(c),
                                  .dry_run = x->dry_run, .texts = c->own[FORGET_TEXTS].i != 0};
    rc = begin_places(&x->places);
    if (!rc) rc = store_forget(p, &s, &x->r, add_place, x->places);
    if (!rc && !x->dry_run) c->stopped = "they are forgotten; only what there is to say about it is missing";
    if (!rc) rc = not_so(c, x);
    if (!rc) rc = add_counts(x);
    return rc ? rc : notes(c, x);
}

int run_forget(struct cli *c)
{
    struct project *p = NULL;
    struct forgotten x = {.dry_run = c->own[FORGET_DRY_RUN].i != 0, .r = {.first_us = VOC_NA}};
    voc_rc rc = cli_output_check(c);
    if (!rc) rc = cli_open(c, &p, x.dry_run ? PROJECT_READ : PROJECT_WRITE);
    if (!rc) rc = forget(c, p, &x);
    struct table *t[] = {x.what, x.places};
    if (!rc) rc = cli_tables(c, p, NULL, t, x.r.places ? 2 : 1);
    if (!rc && x.r.in_use) rc = VOC_E_BUSY;
    table_free(x.what);
    table_free(x.places);
    if (x.who.who) forget_who_done(&x.who);
    project_close(p);
    return cli_exit(c, rc);
}
