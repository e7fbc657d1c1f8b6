// SPDX-License-Identifier: MIT
// Files as they are named: a folder stands for its files in order of name, and for those of its subfolders; a pattern that the
// shell left alone for what it matches. A Maildir, a folder of .eml files, and any folder read --as email is one input. A workbook
// stands for its sheets that are shown and hold something, each an input "book.xlsx!Sheet"; an archive for its files, each an input
// "logs.zip/access.log", unless it holds mails alone, or one file.
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "host/import/file_kind.h"
#include "io/in.h"

#define ARGS_MAX 1000000u
#define DEPTH_MAX 12u

struct names { VEC(const char *) v; VEC(bool) found; /* as in struct cli */ };

static bool is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int by_name(const void *x, const void *y) { return strcmp(*(const char *const *)x, *(const char *const *)y); }

static voc_rc add_one(struct names *to, const char *path, bool found)
{
    voc_rc rc = path ? vec_reserve(&to->v, 1, ARGS_MAX) : VOC_E_NOMEM;
    if (!rc) rc = vec_reserve(&to->found, 1, ARGS_MAX);
    if (!rc) to->v.at[to->v.n++] = path, to->found.at[to->found.n++] = found;
    return rc;
}

static voc_rc add(struct names *to, const char *path) { return add_one(to, path, false); }

static void names_done(struct names *n)
{
    vec_free(&n->v);
    vec_free(&n->found);
}

// What lies in a folder, by name; nothing with a dot in front, no links.
static voc_rc list(struct cli *c, const char *path, struct names *out)
{
    DIR *d = opendir(path);
    voc_rc rc = VOC_OK;
    if (!d) {
        diag_error(c->diag, "IN-001", path, 0, errno == EACCES ? "you may not read it; ask its owner, or see chmod(1)" : NULL, "cannot look into this folder");
        return VOC_E_IO;
    }
    for (struct dirent *e; !rc && (e = readdir(d)) != NULL;) {
        struct stat st;
        const char *name = e->d_name[0] == '.' ? NULL : arena_printf(&c->arena, "%s/%s", path, e->d_name);
        if (e->d_name[0] != '.' && !name) rc = VOC_E_NOMEM;
        if (!name && strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) c->n_hidden++;
        if (name && lstat(name, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))) rc = add(out, name);
    }
    (void)closedir(d);
    if (out->v.n) qsort(out->v.at, out->v.n, sizeof *out->v.at, by_name);
    return rc;
}

// cur and new make a Maildir; files named .eml and nothing else are mails too.
static bool is_mails(const char *path, const struct names *in)
{
    size_t mails = 0, n = strlen(path) + 1;
    for (size_t i = 0; i < in->v.n; i++) {
        const char *name = in->v.at[i] + n;
        bool folder = is_dir(in->v.at[i]);
        if (folder && (strcmp(name, "cur") == 0 || strcmp(name, "new") == 0)) return true;
        if (folder || !str_ends(str_of(name), ".eml")) return false;
        mails++;
    }
    return mails > 0;
}

// What may hold several files: by its first bytes, a packed tar by its ending.
static bool may_be_archive(const char *path, struct file_look look)
{
    static const char *const endings[] = {".tar.gz", ".tgz", ".tar.zst", ".tzst", ".tar.xz", ".txz", ".tar.bz2", ".tbz2"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (str_ends(str_of(path), endings[i])) return true;
    return look.archive;
}

// What is damaged, and a book with one sheet, is left as it is named: the import says what is wrong.
static voc_rc add_sheets(struct cli *c, const char *path, const struct in_sheets *list, bool found, struct names *out)
{
    size_t n = 0;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < list->at.n; i++) {
        const struct in_sheet *t = &list->at.at[i];
        n += !t->hidden && !t->other && !t->empty;
        if (t->hidden && !t->other && !t->empty)
            diag_put(c->diag, VOC_INFO, "IN-057", path, 0, arena_printf(&c->arena, "'%s!%s' reads it", path, t->name), "the sheet \"%s\" is hidden and is left out", t->name);
    }
    if (n < 2) return add_one(out, path, found);
    for (size_t i = 0; i < list->at.n && !rc; i++) {
        const struct in_sheet *t = &list->at.at[i];
        if (!t->hidden && !t->other && !t->empty) rc = add_one(out, arena_printf(&c->arena, "%s!%s", path, t->name), found);
    }
    return rc;
}

// A workbook in an archive stands for its sheets, or for the one that was asked for.
static voc_rc add_member(struct cli *c, const char *path, voc_str sheet, struct names *out)
{
    struct in_sheets list = {0};
    if (!in_is_workbook(path)) return add_one(out, path, true);
    if (sheet.len) return add_one(out, arena_printf(&c->arena, "%s!%.*s", path, STR_ARG(sheet)), true);
    voc_rc rc = import_sheets(&list, path, cli_isolate(c), NULL);
    if (rc && rc != VOC_E_NOMEM && rc != VOC_CANCELLED) list.at.n = 0, rc = VOC_OK;
    if (!rc) rc = add_sheets(c, path, &list, true, out);
    in_sheets_done(&list);
    return rc;
}

// The files of an archive are as those of a folder.
static voc_rc add_members(struct cli *c, const char *path, const struct in_sheets *list, voc_str sheet, struct names *out)
{
    struct names in = {0};
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < list->at.n && !rc; i++) {
        const char *name = arena_printf(&c->arena, "%s/%s", path, list->at.at[i].name);
        rc = name ? add(&in, name) : VOC_E_NOMEM;
    }
    if (in.v.n) qsort(in.v.at, in.v.n, sizeof *in.v.at, by_name);
    for (size_t i = 1; i < in.v.n && !rc; i++) { // a file is read by its name, so it would be the first of the two
        if (strcmp(in.v.at[i], in.v.at[i - 1]) != 0) continue;
        diag_error(c->diag, "IN-064", path, 0,
                   "unpack it, and import what is in it; of a tar that was added to, the last one of a name stays",
                   "the archive holds two files named %s", in.v.at[i] + strlen(path) + 1);
        rc = VOC_E_INPUT;
    }
    for (size_t i = 0; i < in.v.n && !rc; i++) rc = add_member(c, in.v.at[i], sheet, out);
    names_done(&in);
    return rc;
}

static voc_rc add_file(struct cli *c, const char *path, voc_str as, voc_str sheet, bool found, struct names *out)
{
    struct in_sheets list = {0};
    const struct file_look look = file_look(path);
    const bool archive = may_be_archive(path, look) && !str_is(as, "email"), inner = path[in_file_part(path)] == '/' && in_is_workbook(path);
    if (!inner && (path[in_file_part(path)] != 0 || (!look.workbook && !archive))) return add_one(out, path, found);
    if (sheet.len && !archive) return add_one(out, arena_printf(&c->arena, "%s!%.*s", path, STR_ARG(sheet)), found);
    voc_rc rc = import_sheets(&list, path, cli_isolate(c), NULL);
    if (rc == VOC_E_LIMIT && archive) return import_sheets(&list, path, cli_isolate(c), c->diag); // says what it is
    if (rc && rc != VOC_E_NOMEM && rc != VOC_CANCELLED) list.at.n = 0, rc = VOC_OK;
    if (!rc) rc = list.at.n && list.at.at[0].member ? add_members(c, path, &list, sheet, out) : add_sheets(c, path, &list, found, out);
    in_sheets_done(&list);
    return rc;
}

static voc_rc expand_folder(struct cli *c, const char *path, voc_str as, voc_str sheet, struct names *out, unsigned depth)
{
    struct names in = {0};
    if (str_is(as, "email")) return add(out, path);
    voc_rc rc = list(c, path, &in);
    if (!rc && is_mails(path, &in)) {
        names_done(&in);
        return add_one(out, path, depth > 0);
    }
    for (size_t i = 0; i < in.v.n && !rc; i++) {
        bool folder = is_dir(in.v.at[i]);
        if (!folder) rc = add_file(c, in.v.at[i], as, sheet, true, out);
        else if (depth < DEPTH_MAX) rc = expand_folder(c, in.v.at[i], as, sheet, out, depth + 1);
    }
    names_done(&in);
    return rc;
}

static const char *without_slash(struct cli *c, const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    return arena_printf(&c->arena, "%.*s", (int)n, path);
}

static voc_rc expand_one(struct cli *c, const char *arg, voc_str as, voc_str sheet, struct names *out)
{
    size_t had = out->v.n;
    glob_t g;
    if (is_dir(arg)) {
        const char *path = without_slash(c, arg);
        voc_rc rc = path ? expand_folder(c, path, as, sheet, out, 0) : VOC_E_NOMEM;
        if (rc || out->v.n > had) return rc;
        diag_error(c->diag, "IN-004", arg, 0, "name another folder, or the files themselves", "there is no file in this folder");
        return VOC_E_IO;
    }
    if (access(arg, F_OK) == 0 || !strpbrk(arg, "*?[") || glob(arg, GLOB_NOSORT, NULL, &g) != 0)
        return add_file(c, arg, as, sheet, false, out); // an error names it as it was typed
    voc_rc rc = VOC_OK;
    if (g.gl_pathc) qsort(g.gl_pathv, g.gl_pathc, sizeof *g.gl_pathv, by_name);
    for (size_t i = 0; i < g.gl_pathc && !rc; i++) {
        const char *path = without_slash(c, g.gl_pathv[i]);
        rc = !path ? VOC_E_NOMEM : is_dir(path) ? expand_folder(c, path, as, sheet, out, 0) : add_file(c, path, as, sheet, false, out);
    }
    globfree(&g);
    return rc;
}

voc_rc cli_expand(struct cli *c, int from, voc_str as, voc_str sheet)
{
    struct names all = {0};
    voc_rc rc = VOC_OK;
    for (int i = 0; i < from && !rc; i++) rc = add(&all, c->args[i]);
    for (int i = from; i < c->n_args && !rc; i++) rc = expand_one(c, c->args[i], as, sheet, &all);
    const char **args = rc ? NULL : arena_alloc(&c->arena, (all.v.n + 1) * sizeof *args);
    bool *found = rc ? NULL : arena_alloc(&c->arena, all.v.n + 1);
    if (!rc && (!args || !found)) rc = VOC_E_NOMEM;
    if (!rc) {
        memcpy(args, all.v.at, all.v.n * sizeof *args);
        args[all.v.n] = NULL;
        memcpy(found, all.found.at, all.v.n * sizeof *found);
        c->args = args;
        c->found = found;
        c->n_args = (int)all.v.n;
    }
    names_done(&all);
    return rc;
}
