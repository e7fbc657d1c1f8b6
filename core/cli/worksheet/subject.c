// SPDX-License-Identifier: MIT
// Opens a project, or reads files into one in a folder for temporary files, which is removed whatever happens. What was read
// and how is told on standard error.
#include "cli/worksheet/subject.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/sources.h"
#include "host/import/file_kind.h"

static const char *plain_name(struct cli *c, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strchr(name + (name[0] == '.'), '.');
    char *out = strcmp(path, "-") == 0 ? arena_printf(&c->arena, "journey")
                                       : arena_printf(&c->arena, "%.*s", (int)(dot ? (size_t)(dot - name) : strlen(name)), name);
    return out ? out : "journey";
}

static void say_read(struct cli *c, const char *name, const struct import_report *r)
{
    const struct import_account *a = &r->account;
    voc_str rest = str_of(r->mapping);
    cli_say(c, "%s, read by %s: %llu records = %llu gave rows + %llu rejected + %llu ignored\n", name, r->plugin, (unsigned long long)a->records, (unsigned long long)a->gave,
            (unsigned long long)a->rejected, (unsigned long long)a->ignored);
    while (rest.len) {
        const char *nl = memchr(rest.ptr, '\n', rest.len);
        size_t len = nl ? (size_t)(nl - rest.ptr) : rest.len;
        if (len) cli_say(c, "  %.*s\n", (int)len, rest.ptr);
        rest = str_mk(rest.ptr + len + (nl != NULL), rest.len - len - (nl != NULL));
    }
    if (r->assumed[0]) cli_say(c, "  assumed: %s\n", r->assumed);
}

static voc_rc read_files(struct cli *c, struct subject *s, const struct subject_options *o)
{
    voc_rc rc = cli_catalogue(c);
    char (*ids)[64] = arena_alloc(&c->arena, ((size_t)c->n_args + 1) * sizeof *ids);
    bool named = !s->j; // a journey that was named has sources of its own
    if (!rc && !ids) rc = VOC_E_NOMEM;
    sources_begin(&s->sources);
    for (int i = 0; i < c->n_args && !rc; i++) {
        struct import_report report;
        const char *slash = strrchr(c->args[i], '/'), *name = slash ? slash + 1 : c->args[i];
        struct import_request r = {.project = s->p, .catalogue = c->catalogue, .isolate = cli_isolate(c), .journey = s->j,
                                   .path = c->args[i], .as = o->as, .source = o->source, .options = c->repeated,
                                   .n_options = c->n_repeated, .threads = cli_threads(c), .max_rejects = UINT64_MAX};
        if (strcmp(c->args[i], "-") == 0) r.name = name = "stdin";
        rc = import_file(&r, &report, &c->arena, c->diag);
        if (rc == VOC_E_BUG) c->failed_plugin = true;
        if (!rc) say_read(c, name, &report);
        if (strcmp(c->args[i], "-") == 0) named = false;
        struct sources_file f = {.report = &report, .plugin = catalogue_find(c->catalogue, VOC_KIND_INPUT, str_of(report.plugin)),
                                 .options = c->repeated, .n_options = c->n_repeated};
        if (!rc) sources_add(&s->sources, &f, ids, (size_t)i);
    }
    if (!rc) rc = sources_end(&s->sources);
    if (!named) buf_clear(&s->sources);
    return rc;
}

static voc_rc temporary(struct cli *c, struct subject *s)
{
    const char *base = getenv("TMPDIR");
    char *folder = arena_printf(&c->arena, "%s/voc-XXXXXX", base && *base ? base : "/tmp");
    if (!folder) return VOC_E_NOMEM;
    if (!mkdtemp(folder)) {
        diag_error(c->diag, "WORKSHEET-050", folder, 0,
                   "set TMPDIR to a folder that you may write, or import the files into a project first",
                   "no folder for temporary files: %s", strerror(errno));
        return VOC_E_IO;
    }
    s->folder = folder;
    s->file = arena_printf(&c->arena, "%s/files.voc", folder);
    if (!s->file) return VOC_E_NOMEM;
    return project_open(&s->p, s->file, PROJECT_CREATE, c->diag);
}

static voc_rc open_project(struct cli *c, struct subject *s, const struct subject_options *o)
{
    s->is_project = true;
    voc_rc rc = cli_open(c, &s->p, o->write ? PROJECT_WRITE : PROJECT_READ);
    if (!rc) rc = cli_need_events(c, s->p);
    return rc ? rc : cli_journey(c, s->p, o->journey, &s->j);
}

static bool names_project(const char *path)
{
    struct file_look look = file_look(path);
    return look.kind == FILE_PROJECT || (look.kind == FILE_NONE && str_ends(str_of(path), ".voc"));
}

voc_rc subject_open(struct cli *c, struct subject *out, const struct subject_options *o)
{
    voc_rc rc = VOC_OK;
    *out = (struct subject){.name = plain_name(c, c->args[0])};
    for (int i = 0; i < c->n_args && c->n_args > 1; i++)
        if (names_project(c->args[i])) {
            diag_error(c->diag, "WORKSHEET-051", NULL, 0, "name the project alone, or only files", "%s is a project, among other arguments", c->args[i]);
            return VOC_E_OPTION;
        }
    if (names_project(c->args[0])) {
        rc = open_project(c, out, o);
    } else {
        if (o->journey.len) rc = cli_journey(c, NULL, o->journey, &out->j);
        if (!rc) rc = temporary(c, out);
        if (!rc) rc = read_files(c, out, o);
        if (!rc) {
            struct store_counts n = {0};
            rc = store_count(out->p, &n);
            if (!rc && !n.events) {
                diag_error(c->diag, "WORKSHEET-052", NULL, 0, "voc rows FILE --limit 5 shows what a file gives", "there are no events in what was read");
                rc = VOC_E_INPUT;
            }
        }
        if (!rc && !out->j) rc = journey_none(&out->j, VOC_UNIT_CASE);
    }
    return rc ? rc : event_set_load(&out->s, out->p, EV_ALL, c->diag);
}

const char *subject_typed(struct cli *c)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    for (size_t i = 0; i < c->n_repeated; i++) {
        voc_str n = c->repeated[i].name, v = c->repeated[i].value;
        const char *word = arena_printf(&c->arena, "%.*s=%.*s", STR_ARG(n), STR_ARG(v));
        if (word) buf_cstr(&b, " -O"), shell_word(&b, word);
    }
    char *s = arena_printf(&c->arena, "%s", b.ptr ? b.ptr : "");
    buf_done(&b);
    return s ? s : "";
}

void subject_close(struct subject *s)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    event_set_free(s->s);
    journey_free(s->j);
    project_close(s->p);
    buf_done(&s->sources);
    if (!s->folder) return;
    for (size_t i = 0; s->file && i < sizeof ends / sizeof *ends; i++) {
        char path[4096];
        int n = snprintf(path, sizeof path, "%s%s", s->file, ends[i]);
        if (n > 0 && (size_t)n < sizeof path) (void)unlink(path);
    }
    (void)rmdir(s->folder);
}
