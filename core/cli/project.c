// SPDX-License-Identifier: MIT
// What most commands begin and end with: the project of the first argument, its active journey definition, how much of the
// machine to use, and the exit code.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/followed.h"
#include "host/import/file_kind.h"

// SQLite says only that it cannot open the file.
static bool can_be_made(struct cli *c, const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *folder = slash ? arena_printf(&c->arena, "%.*s", slash == name ? 1 : (int)(slash - name), name) : ".";
    if (!folder || access(name, F_OK) == 0 || access(folder, W_OK | X_OK) == 0) return true;
    if (errno == ENOENT)
        diag_error(c->diag, "STORE-002", name, 0, arena_printf(&c->arena, "mkdir -p %s makes the folder", cli_word(c, folder)), "there is no folder %s for the project", folder);
    else if (errno == ENOTDIR)
        diag_error(c->diag, "STORE-002", name, 0, "name the project in a folder, or in this one", "%s is a file, not a folder", folder);
    else
        diag_error(c->diag, "STORE-002", name, 0, "put the project into another folder", "no project can be made here: %s may not be written by you", folder);
    return false;
}

// What is there instead of a project is said with the command that was meant.
voc_rc cli_open(struct cli *c, struct project **p, enum project_mode mode)
{
    const char *name = c->args[0], *typed = cli_word(c, name), *command = cli_command_name(c);
    struct file_look look = file_look(name);
    bool only = false;
    if (!*name || *name == ':') { // SQLite would keep it nowhere
        diag_error(c->diag, "STORE-002", NULL, 0, "name a file, such as shop.voc", "\"%s\" is no name of a project", name);
        return VOC_E_OPTION;
    }
    if (mode == PROJECT_READ && look.kind == FILE_NONE && access(name, F_OK) != 0 && errno == ENOENT) {
        const char *near = cli_nearest_project(c, name, &only);
        const char *hint = near ? arena_printf(&c->arena, "%s %s? voc import %s FILE makes a new one", only ? "is it" : "did you mean", near, typed)
                                : arena_printf(&c->arena, "voc import %s FILE makes it", typed);
        diag_error(c->diag, "STORE-002", name, 0, hint, "there is no such project");
        return VOC_E_IO;
    }
    if (look.kind == FILE_ORDINARY || look.kind == FILE_FOREIGN) {
        const char *made = cli_word(c, cli_project_for(c, name));
        const char *hint = look.kind == FILE_FOREIGN ? "name a project, which voc import PROJECT FILE makes from a log"
                                                     : arena_printf(&c->arena, "voc import %s %s makes a project of a log; then voc %s %s", made, typed, command, made);
        diag_error(c->diag, "STORE-010", name, 0, hint, "this is %s, not a Vocstream project", look.kind == FILE_FOREIGN ? look.what : "a file of another kind");
        return VOC_E_INPUT;
    }
    if (look.kind == FILE_FOLDER) {
        const char *in = file_nearest(&c->arena, arena_printf(&c->arena, "%s/.voc", name), ".voc", FILE_PROJECT, NULL);
        const char *hint = in ? arena_printf(&c->arena, "is it %s?", in)
                              : arena_printf(&c->arena, "name a file in it: voc import %s FILE makes a project",
                                             cli_word(c, arena_printf(&c->arena, "%s/shop.voc", name)));
        diag_error(c->diag, "STORE-010", name, 0, hint, "this is a folder, not a Vocstream project");
        return VOC_E_INPUT;
    }
    if (mode == PROJECT_CREATE && look.kind == FILE_NONE && !can_be_made(c, name)) return VOC_E_IO;
    c->project = name;
    return project_open(p, name, mode, c->diag);
}

voc_rc cli_journey(struct cli *c, struct project *p, voc_str folder, struct journey **out)
{
    struct store_definition def;
    bool found = false, ok = true;
    if (folder.len) {
        voc_str z = arena_str(&c->arena, folder.ptr, folder.len, &ok);
        return ok ? journey_load(out, z.ptr, c->diag) : VOC_E_NOMEM;
    }
    voc_rc rc = store_definition_active(p, &c->arena, &def, &found);
    if (rc) return rc;
    if (!found) return journey_none(out, VOC_UNIT_CASE);
    rc = journey_parse(out, def.journey_xml, def.sources_xml, def.codebook_xml, project_name(p), c->diag);
    return rc ? rc : followed_check(c, p, *out);
}

voc_rc cli_need_events(struct cli *c, struct project *p)
{
    struct store_counts n = {0};
    voc_rc rc = store_count(p, &n);
    if (rc || n.events) return rc;
    const char *hint = arena_printf(&c->arena, "voc import %s FILE reads a log into it", cli_word(c, c->args[0]));
    diag_error(c->diag, "PROJECT-001", NULL, 0, hint, "%s holds no events yet", project_name(p));
    return VOC_E_OPTION;
}

const char *cli_word(struct cli *c, const char *name)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    const char *word = name && buf_named(&b, "NAME", "NAME", name) == VOC_OK ? arena_printf(&c->arena, "%s", b.ptr) : NULL;
    buf_done(&b);
    return word ? word : "FILE";
}

// Line by line, so that what a name or a log holds besides cannot reach the terminal as more than text.
static __attribute__((format(printf, 2, 0))) void put_safely(FILE *to, const char *format, va_list ap)
{
    struct buf said, safe;
    buf_init(&said, (size_t)1 << 30);
    buf_init(&safe, (size_t)1 << 32);
    (void)buf_vprintf(&said, format, ap);
    for (voc_str rest = {said.ptr, said.len}; rest.len;) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        const size_t n = end ? (size_t)(end - rest.ptr) : rest.len;
        (void)text_escape(&safe, (voc_str){rest.ptr, n});
        if (end) (void)buf_byte(&safe, '\n');
        rest = (voc_str){rest.ptr + n + (end != NULL), rest.len - n - (end != NULL)};
    }
    if (safe.len) (void)fwrite(safe.ptr, 1, safe.len, to);
    buf_done(&said);
    buf_done(&safe);
}

void cli_say(const struct cli *c, const char *format, ...)
{
    va_list ap;
    if (c->common && c->common[COMMON_QUIET].i) return;
    va_start(ap, format);
    put_safely(stderr, format, ap);
    va_end(ap);
}

void cli_print(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    put_safely(stdout, format, ap);
    va_end(ap);
}

int cli_exit(const struct cli *c, voc_rc rc)
{
    switch (rc) {
    case VOC_OK: return EXIT_DONE;
    case VOC_CANCELLED: return EXIT_INTERRUPTED;
    case VOC_E_INPUT:
    case VOC_E_IO:
    case VOC_E_BUSY: return EXIT_INPUT;
    case VOC_E_OPTION: return EXIT_USAGE;
    case VOC_E_NOMEM:
    case VOC_E_LIMIT: return EXIT_LIMIT;
    case VOC_E_POLICY: return EXIT_POLICY;
    case VOC_E_CHECK: return c->rejects ? EXIT_REJECTS : EXIT_CHECK;
    case VOC_E_BUG: return c->failed_plugin ? EXIT_PLUGIN : EXIT_INTERNAL;
    }
    return EXIT_INTERNAL;
}

static enum progress_mode progress_mode(const struct cli *c)
{
    const char *term = getenv("TERM");
    const voc_value *how = &c->common[COMMON_PROGRESS];
    if (c->common[COMMON_QUIET].i || (how->set && how->i == 2)) return PROGRESS_NONE;
    if (how->set && how->i == 1) return PROGRESS_PLAIN;
    return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0 ? PROGRESS_LINE : PROGRESS_NONE;
}

void cli_progress_begin(struct cli *c, struct progress *p)
{
    struct winsize ws;
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 0;
    progress_init(p, progress_mode(c), stderr, known ? ws.ws_col : 80);
    c->progress = p;
}

void cli_progress_end(struct cli *c)
{
    progress_done(c->progress);
    c->progress = NULL;
}

uint32_t cli_threads(const struct cli *c)
{
    if (c->common[COMMON_THREADS].set) return (uint32_t)c->common[COMMON_THREADS].i;
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > 64 ? 64 : (uint32_t)n;
}

enum isolate cli_isolate(const struct cli *c)
{
    static const enum isolate choices[] = {ISOLATE_ALWAYS, ISOLATE_UNTRUSTED, ISOLATE_NEVER};
    return choices[c->common[COMMON_ISOLATE].i];
}

uint64_t cli_memory(const struct cli *c)
{
    if (c->common[COMMON_MEMORY].set) return (uint64_t)c->common[COMMON_MEMORY].i;
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (uint64_t)pages / 4 * (uint64_t)size : (uint64_t)1 << 30;
}
