// SPDX-License-Identifier: MIT
// Folders of journeys: where the one lies that a project follows, which ones ship with the program, and how one is written.
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/worksheet/subject.h"

static const voc_str setting = {"journey-folder", 14};

static bool real(const char *path, char out[PATH_MAX]) { return realpath(path, out) != NULL; }

static bool holds(const char *folder)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/journey.xml", folder);
    return n > 0 && (size_t)n < sizeof path && access(path, F_OK) == 0;
}

static bool same_folder(const char *a, voc_str b, const char *id)
{
    char path[PATH_MAX], one[PATH_MAX];
    int n = snprintf(path, sizeof path, "%.*s/%s", STR_ARG(b), id);
    return n > 0 && (size_t)n < sizeof path && real(path, one) && strcmp(a, one) == 0;
}

bool folder_is_shipped(const char *folder)
{
    char path[PATH_MAX];
    size_t n;
    const char *const *ids = journey_shipped(&n);
    if (!real(folder, path)) return false;
    for (size_t i = 0; i < n; i++) {
        voc_str rest = str_of(getenv("VOC_JOURNEY_PATH"));
        if (same_folder(path, str_of(VOC_JOURNEY_DIR), ids[i])) return true;
        while (rest.len) {
            const char *colon = memchr(rest.ptr, ':', rest.len);
            size_t len = colon ? (size_t)(colon - rest.ptr) : rest.len;
            if (len && same_folder(path, str_mk(rest.ptr, len), ids[i])) return true;
            rest = str_mk(rest.ptr + len + (colon != NULL), rest.len - len - (colon != NULL));
        }
    }
    return false;
}

// The folder of a project's file, as a real path.
static bool home_of(const struct project *p, char out[PATH_MAX])
{
    char path[PATH_MAX];
    if (!real(project_path(p), path)) return false;
    char *slash = strrchr(path, '/');
    if (!slash) return false;
    slash[slash == path] = '\0';
    memcpy(out, path, strlen(path) + 1);
    return true;
}

// From one folder to another: "../journeys/mine".
static voc_rc way(struct buf *b, const char *from, const char *to)
{
    size_t same = 0, i = 0;
    for (; from[i] && from[i] == to[i]; i++)
        if (from[i] == '/') same = i;
    if (!from[i] && (to[i] == '/' || !to[i])) same = i;
    else if (!to[i] && from[i] == '/') same = i;
    for (const char *f = from + same; *f; f++)
        if (*f == '/' && f[1]) buf_cstr(b, "../");
    buf_cstr(b, to[same] == '/' ? to + same + 1 : to + same);
    if (b->len && b->ptr[b->len - 1] == '/') b->len--;
    if (!b->len) buf_byte(b, '.');
    return b->rc;
}

voc_rc folder_way(struct buf *b, const struct project *p, const char *path)
{
    char home[PATH_MAX], there[PATH_MAX];
    return home_of(p, home) && real(path, there) ? way(b, home, there) : VOC_OK;
}

voc_rc folder_remember(struct cli *c, struct project *p, const char *folder)
{
    char home[PATH_MAX], there[PATH_MAX];
    struct buf b;
    (void)c;
    buf_init(&b, 4 * PATH_MAX);
    voc_rc rc = VOC_OK;
    if (holds(folder) && !folder_is_shipped(folder) && home_of(p, home) && real(folder, there)) rc = way(&b, home, there);
    if (!rc) rc = store_definition_set(p, setting, str_mk(b.ptr ? b.ptr : "", b.len));
    buf_done(&b);
    return rc;
}

voc_rc folder_recall(struct cli *c, struct project *p, char **out)
{
    voc_str text = {"", 0};
    bool found = false;
    const char *path = project_path(p), *slash = strrchr(path, '/');
    *out = NULL;
    voc_rc rc = store_setting(p, &c->arena, setting, &text, &found);
    if (rc || !found || !text.len) return rc;
    char *folder = slash ? arena_printf(&c->arena, "%.*s/%.*s", (int)(slash - path), path, STR_ARG(text))
                         : arena_printf(&c->arena, "%.*s", STR_ARG(text));
    if (!folder) return VOC_E_NOMEM;
    if (holds(folder) && !folder_is_shipped(folder)) *out = folder;
    return VOC_OK;
}

static voc_rc write_file(struct cli *c, const char *folder, voc_str name, voc_str text)
{
    struct out *o = NULL;
    char *path = arena_printf(&c->arena, "%s/%.*s", folder, STR_ARG(name));
    voc_rc rc = path ? out_open(&o, path, true, c->diag) : VOC_E_NOMEM;
    if (!rc) rc = out_write(o, text.ptr, text.len);
    if (!rc) return out_commit(o);
    if (o) out_abort(o);
    return rc;
}

static voc_str file_name(const struct journey *j, const char *attr, const char *usual)
{
    const voc_str *name = j->root ? xml_get(j->root, attr) : NULL;
    return name && name->len ? *name : str_of(usual);
}

voc_rc folder_write(struct cli *c, const char *folder, voc_str journey_xml, voc_str sources_xml, const struct journey *from)
{
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        diag_error(c->diag, "WORKSHEET-053", folder, 0, "name another with -o", "the folder cannot be made: %s", strerror(errno));
        return VOC_E_IO;
    }
    voc_rc rc = VOC_OK;
    if (from && from->sources_xml.len)
        rc = write_file(c, folder, file_name(from, "sources", "sources.xml"), from->sources_xml);
    else if (sources_xml.len)
        rc = write_file(c, folder, STR("sources.xml"), sources_xml);
    if (!rc && from && from->codebook_xml.len) rc = write_file(c, folder, file_name(from, "codebook", "codebook.xml"), from->codebook_xml);
    return rc ? rc : write_file(c, folder, STR("journey.xml"), journey_xml); // last: with it the folder is a journey
}
