// SPDX-License-Identifier: MIT
// voc worksheet: writes a sheet of the distinct actions of a project or of files, and applies one that was edited to the
// project's journey. voc journey infer (core/cli/journey.c) begins a journey with the same guesses.
#include "cli/worksheet/command.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/options.h"
#include "journey/check.h"

#define TEXT_MAX ((size_t)256 << 20)

// ---- writing a sheet -----------------------------------------------------------------------------------------------------------

voc_rc command_make(struct worksheet **out, const struct subject *s, const struct journey *j, struct diag *d)
{
    struct worksheet *w = NULL;
    voc_rc rc = ws_gather(&w, s->s, j, d);
    if (!rc) rc = ws_say(w, s->s, j, d);
    if (!rc) rc = ws_guess(w);
    if (rc)
        ws_free(w);
    else
        *out = w;
    return rc;
}

static void say_written(struct cli *c, const struct worksheet *w, const char *file, const struct subject *s)
{
    size_t said = 0, unsure = 0;
    for (size_t i = 0; i < w->rows.n; i++) {
        const struct ws_row *r = &w->rows.at[i];
        said += r->mentioned;
        unsure += !r->mentioned && (str_is(r->cell[WS_ACTOR], "unsure") || (str_is(r->cell[WS_ACTOR], "customer") && !r->cell[WS_CLASS].len));
    }
    cli_say(c, "%s: %zu rows, %zu from the journey, %zu guessed, of which %zu ask you (actor unsure, or no class)\n", file, w->rows.n, said, w->rows.n - said, unsure);
    cli_say(c,
            "next: edit it in a spreadsheet, the columns from actor to minutes; then\n"
            "      voc worksheet %s%s --apply %s%s\n",
            cli_word(c, c->args[0]), subject_typed(c), cli_word(c, file), s->is_project ? "" : " -o FOLDER");
    if (w->rows.n > 2000)
        cli_say(c, "      so many rows hint at an action that is a text of its own each time: name another column with -O action=COLUMN\n");
}

static voc_rc write_sheet(struct cli *c, const struct subject *s)
{
    static const char separators[] = {',', ';', '\t'};
    struct worksheet *w = NULL;
    struct out *o = NULL;
    struct buf b;
    voc_str file = c->common[COMMON_OUTPUT].s;
    buf_init(&b, TEXT_MAX);
    voc_rc rc = command_make(&w, s, s->j, c->diag);
    if (!rc) rc = ws_write(&b, w, separators[c->own[WORKSHEET_SEPARATOR].set ? c->own[WORKSHEET_SEPARATOR].i : 0]);
    if (!rc) rc = out_open(&o, file.len ? file.ptr : "-", c->common[COMMON_FORCE].i != 0, c->diag);
    if (!rc) rc = out_write(o, b.ptr, b.len);
    if (!rc) rc = out_commit(o);
    else if (o) out_abort(o);
    if (!rc && file.len) say_written(c, w, file.ptr, s);
    buf_done(&b);
    ws_free(w);
    return rc;
}

// ---- applying one ----------------------------------------------------------------------------------------------------------------

// Stages follow what was recorded where only rows of others than customers enter them.
static bool only_recorded(const struct worksheet *w)
{
    bool recorded = false;
    for (size_t i = 0; i < w->rows.n; i++) {
        const struct ws_row *r = &w->rows.at[i];
        voc_str list = r->cell[WS_STAGE], id;
        bool stage = false;
        while (str_split(&list, &id)) stage |= !str_starts(id, "exit:");
        if (!stage) continue;
        if (str_is(r->cell[WS_ACTOR], "customer")) return false;
        recorded |= str_is(r->cell[WS_ACTOR], "company") || str_is(r->cell[WS_ACTOR], "other");
    }
    return recorded;
}

struct target { const char *folder; bool there; };

// The folder that is written: as named; else where the project's journey lies; else beside the project.
static voc_rc find_target(struct cli *c, const struct subject *s, struct target *t)
{
    voc_str named = c->common[COMMON_OUTPUT].s;
    char *known = NULL;
    voc_rc rc = VOC_OK;
    if (named.len) {
        t->folder = named.ptr;
    } else if (s->is_project && !c->own[WORKSHEET_JOURNEY].set) {
        rc = folder_recall(c, s->p, &known);
        t->folder = known;
    }
    if (!rc && !t->folder) {
        if (!s->is_project) {
            diag_error(c->diag, "WORKSHEET-060", NULL, 0, "name one with -o FOLDER", "files have no journey of their own: where should it be written?");
            return VOC_E_OPTION;
        }
        const char *path = project_path(s->p);
        size_t n = strlen(path);
        if (str_ends(str_of(path), ".voc")) n -= 4;
        t->folder = arena_printf(&c->arena, "%.*s-journey", (int)n, path);
        if (!t->folder) rc = VOC_E_NOMEM;
    }
    if (rc) return rc;
    if (folder_is_shipped(t->folder)) {
        diag_error(c->diag, "WORKSHEET-061", t->folder, 0,
                   "name a folder of your own with -o; the journey is copied there, with the changes",
                   "this journey ships with voc and is not written over");
        return VOC_E_POLICY;
    }
    char *file = arena_printf(&c->arena, "%s/journey.xml", t->folder);
    t->there = file && access(file, F_OK) == 0;
    return file ? VOC_OK : VOC_E_NOMEM;
}

// What lies in the folder must be what the sheet was made from; else somebody's work would be lost.
static voc_rc check_target(struct cli *c, const struct subject *s, const struct target *t, struct journey **there)
{
    if (!t->there) return VOC_OK;
    voc_rc rc = journey_load(there, t->folder, c->diag);
    if (rc || c->common[COMMON_FORCE].i || memcmp((*there)->hash, s->j->hash, HASH_BYTES) == 0) return rc;
    const char *hint =
        s->is_project
            ? arena_printf(&c->arena,
                           "voc journey use %s %s follows what lies there; or name another folder with -o; --force writes over it",
                           cli_word(c, c->args[0]), cli_word(c, t->folder))
            : "name that folder with --journey, or another with -o; --force writes over it";
    diag_error(c->diag, "WORKSHEET-062", t->folder, 0, hint, "another journey lies there than the one that %s", s->is_project ? "the project follows" : "was named");
    return VOC_E_POLICY;
}

voc_rc command_parse(struct cli *c, struct journey **out, voc_str text, const struct journey *base, const char *label)
{
    return journey_parse(out, text, base ? base->sources_xml : (voc_str){"", 0}, base ? base->codebook_xml : (voc_str){"", 0}, label, c->diag);
}

static voc_rc check_samples(const struct journey *after, struct check_result *r, struct diag *d)
{
    return after->n_samples ? journey_check(after, r, d) : VOC_OK;
}

// Samples are people's own words on what is meant: one that fails stops it. Those that were made from events are made anew;
// a journey that begins gets some.
static voc_rc settle_samples(struct cli *c, struct subject *s, struct worksheet *w, const struct journey *base,
                             struct journey **after, struct buf *text, struct ws_change *change, bool wanted, const char *label)
{
    struct check_result r = {0};
    struct buf dropped, made;
    size_t n_ours = 0, n_made = 0;
    voc_rc rc = check_samples(*after, &r, NULL);
    if (rc && rc != VOC_E_CHECK) return rc;
    if (!rc && !wanted) return VOC_OK;
    buf_init(&dropped, TEXT_MAX);
    buf_init(&made, TEXT_MAX);
    rc = ws_drop_samples(&dropped, str_mk(text->ptr, text->len), &n_ours);
    if (!rc && (n_ours || wanted)) {
        rc = ws_add_samples(&made, w, s->s, *after, str_mk(dropped.ptr, dropped.len), &n_made, c->diag);
        if (!rc) {
            buf_clear(text);
            rc = buf_add(text, made.ptr, made.len);
        }
        journey_free(*after);
        *after = NULL;
        if (!rc) rc = command_parse(c, after, str_mk(text->ptr, text->len), base, label);
        if (!rc && (*after)->n_samples && !ws_is_none(s->j)) rc = buf_printf(&change->lines, "samples made from the events: made anew (%zu)\n", n_made);
    }
    buf_done(&dropped);
    buf_done(&made);
    if (!rc) rc = check_samples(*after, &r, c->diag);
    if (rc != VOC_E_CHECK) return rc;
    if (c->common[COMMON_FORCE].i) return VOC_OK;
    diag_error(c->diag, "WORKSHEET-063", NULL, 0,
               "change the row back, or the sample in journey.xml; --force writes it all the same",
               "nothing was written: %zu of the journey's own samples would fail", r.failed);
    return rc;
}

voc_rc command_base(struct buf *text, const struct worksheet *w, const struct journey *j, const char *name)
{
    if (!ws_is_none(j)) return buf_str(text, j->journey_xml);
    bool ok = true;
    struct arena a;
    arena_init(&a, 0);
    voc_str id = ws_slug(&a, str_of(name), &ok);
    voc_rc rc = ok ? ws_skeleton(text, w, id) : VOC_E_NOMEM;
    arena_done(&a);
    return rc;
}

// Samples that were made from events may name a stage that is gone: then they are left out, to be made anew.
static voc_rc without_stale(struct ws_change *change, const struct journey *base, size_t *n)
{
    struct journey *j = NULL;
    struct buf b;
    voc_rc rc = journey_parse(&j, str_mk(change->text.ptr, change->text.len), base->sources_xml, base->codebook_xml, "", NULL);
    *n = 0;
    journey_free(j);
    if (rc != VOC_E_OPTION) return rc;
    buf_init(&b, TEXT_MAX);
    rc = ws_drop_samples(&b, str_mk(change->text.ptr, change->text.len), n);
    if (!rc) {
        buf_clear(&change->text);
        rc = buf_add(&change->text, b.ptr, b.len);
    }
    buf_done(&b);
    return rc;
}

static voc_rc change(struct cli *c, struct subject *s, struct worksheet *w, const struct journey *base, struct ws_change *change,
                     const struct target *t)
{
    struct journey *after = NULL;
    struct buf text, raised;
    buf_init(&text, TEXT_MAX);
    buf_init(&raised, TEXT_MAX);
    voc_rc rc = command_base(&text, w, base, s->name);
    bool fresh = ws_is_none(base);
    size_t stale = 0;
    if (!rc && fresh) w->declared = only_recorded(w);
    if (!rc) rc = ws_apply(change, w, base, str_mk(text.ptr, text.len), c->diag);
    if (!rc && change->n == 0) {
        cli_say(c, "nothing to change: the journey says all that the sheet says\n");
        goto out;
    }
    if (!rc) rc = without_stale(change, base, &stale);
    if (!rc) rc = command_parse(c, &after, str_mk(change->text.ptr, change->text.len), base, t->folder);
    if (!rc) rc = ws_verify(w, s->s, after, change, c->diag);
    if (!rc && !fresh && memcmp(after->hash, base->hash, HASH_BYTES) != 0) {
        journey_free(after);
        after = NULL;
        rc = ws_raise_version(&raised, str_mk(change->text.ptr, change->text.len), c->diag);
        if (!rc) rc = command_parse(c, &after, str_mk(raised.ptr, raised.len), base, t->folder);
    } else if (!rc) {
        rc = buf_add(&raised, change->text.ptr, change->text.len);
    }
    if (!rc) rc = settle_samples(c, s, w, fresh ? NULL : base, &after, &raised, change, fresh || stale, t->folder);
    if (!rc) cli_print("%.*s", (int)change->lines.len, change->lines.ptr);
    bool dry = c->own[WORKSHEET_DRY_RUN].i != 0;
    if (!rc && !dry) rc = folder_write(c, t->folder, str_mk(raised.ptr, raised.len), subject_sources(s), fresh ? NULL : base);
    if (!rc && !dry && s->is_project) rc = cli_attach(s->p, after);
    if (!rc && !dry && s->is_project) rc = folder_remember(c, s->p, t->folder);
    if (!rc && dry) cli_say(c, "%zu changes; nothing was written (--dry-run)\n", change->n);
    else if (!rc)
        cli_say(c, "%zu changes: %s/journey.xml is %.*s, version %.*s%s%s%s\n", change->n, t->folder, STR_ARG(after->id),
                STR_ARG(after->version), s->is_project ? "; " : "", s->is_project ? project_name(s->p) : "",
                s->is_project ? " follows it" : "");
    if (!rc && !dry && s->is_project)
        cli_say(c, after->evidence_declared ? "next: voc stages %s\n" : "next: voc stages %s | voc score %s\n", cli_word(c, c->args[0]), cli_word(c, c->args[0]));
    else if (!rc && !dry)
        cli_say(c, "next: voc import %s %s%s%s --journey %s\n", cli_word(c, cli_project_for(c, c->args[0])), cli_word(c, c->args[0]), c->n_args > 1 ? " ..." : "", subject_typed(c),
                cli_word(c, t->folder));
out:
    journey_free(after);
    buf_done(&text);
    buf_done(&raised);
    return rc;
}

static voc_rc apply_sheet(struct cli *c, struct subject *s)
{
    struct worksheet *w = NULL;
    struct ws_sheet *sheet = NULL;
    struct journey *there = NULL;
    struct ws_change ch;
    struct target t = {NULL, false};
    bool ok = true;
    ws_change_init(&ch);
    voc_str path = c->own[WORKSHEET_APPLY].s;
    voc_str z = arena_str(&c->arena, path.ptr, path.len, &ok);
    voc_rc rc = ok ? find_target(c, s, &t) : VOC_E_NOMEM;
    if (!rc) rc = check_target(c, s, &t, &there);
    // The bytes of the folder are those that are changed: layout and comments may be newer than what the project keeps.
    const struct journey *base = there && memcmp(there->hash, s->j->hash, HASH_BYTES) == 0 ? there : s->j;
    if (!rc) rc = command_make(&w, s, base, c->diag);
    if (!rc) rc = ws_read(&sheet, z.ptr, c->diag);
    if (!rc) rc = ws_take(w, sheet, c->diag);
    if (!rc) {
        ch.file = sheet->file.ptr;
        ch.journey_file = "journey.xml";
        rc = change(c, s, w, base, &ch, &t);
    }
    ws_change_done(&ch);
    ws_sheet_free(sheet);
    ws_free(w);
    journey_free(there);
    return rc;
}

int run_worksheet(struct cli *c)
{
    struct subject s = {0};
    bool applies = c->own[WORKSHEET_APPLY].set;
    struct subject_options o = {.journey = c->own[WORKSHEET_JOURNEY].s, .as = c->own[WORKSHEET_AS].s, .source = c->own[WORKSHEET_SOURCE].s,
                                .write = applies && !c->own[WORKSHEET_DRY_RUN].i};
    voc_rc rc = subject_open(c, &s, &o);
    if (!rc) rc = applies ? apply_sheet(c, &s) : write_sheet(c, &s);
    subject_close(&s);
    return cli_exit(c, rc);
}
