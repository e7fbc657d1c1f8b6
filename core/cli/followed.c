// SPDX-License-Identifier: MIT
// What is found is told as a hint on the error output, not as a warning of the tables: results are those of the project's
// copy, whatever became of the folder. One thread.
#include "cli/followed.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#define SHOW(s) STR_SHOWN(s, 60)
#define FOLDER_KEY "journey-folder" // a path from the folder of the project: voc journey use keeps it (worksheet/folder.c)

// "dir" of "dir/name", "." of "name".
static bool folder_of(const char *path, char out[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 1;
    if (n >= PATH_MAX) return false;
    memcpy(out, slash ? path : ".", n);
    if (slash == path) out[n++] = '/';
    out[n] = 0;
    return true;
}

voc_rc followed_check(struct cli *c, struct project *p, const struct journey *j)
{
    char project[PATH_MAX], file[PATH_MAX];
    struct journey *now = NULL;
    struct stat st;
    voc_str kept = {"", 0};
    bool found = false;
    voc_rc rc = store_setting(p, &c->arena, STR(FOLDER_KEY), &kept, &found);
    if (rc || !found || !kept.len || !folder_of(c->args[0], project)) return rc;
    const char *folder = strcmp(project, ".") == 0 ? arena_printf(&c->arena, "%.*s", STR_ARG(kept))
                                                   : arena_printf(&c->arena, "%s/%.*s", project, STR_ARG(kept));
    if (!folder) return VOC_E_NOMEM;
    int n = snprintf(file, sizeof file, "%s/journey.xml", folder);
    if (n < 0 || (size_t)n >= sizeof file || stat(file, &st) != 0 || !S_ISREG(st.st_mode)) return VOC_OK; // moved away, or a copy of the project elsewhere
    if (journey_unchanged(j, folder)) return VOC_OK; // as nearly always; to load it costs as much as the rest of a small query
    rc = journey_load(&now, folder, NULL);
    if (rc == VOC_E_NOMEM) return rc;
    if (rc) {
        const char *hint = arena_printf(&c->arena, "voc journey check %s names the faults", cli_word(c, folder));
        diag_put(c->diag, VOC_INFO, "JOURNEY-030", file, 0, hint,
                 "it was edited and has faults now; %s still follows its own copy, version %.*s", project_name(p),
                 SHOW(j->version));
    } else if (str_eq(now->id, j->id) && memcmp(now->hash, j->hash, HASH_BYTES) != 0) {
        const char *hint = arena_printf(&c->arena, "voc journey use %s %s takes it as it is now%s", cli_word(c, c->args[0]), cli_word(c, folder),
                                        str_eq(now->version, j->version) ? "; raise its version first" : "");
        diag_put(c->diag, VOC_INFO, "JOURNEY-030", file, 0, hint, "it was edited since; %s still follows the copy that it took, version %.*s", project_name(p), SHOW(j->version));
    }
    journey_free(now);
    return VOC_OK;
}

// ---- what a change of the journey leaves behind ----------------------------------------------------------------------------

struct stale { const struct journey *j; bool changed; char file[256]; };

// A file that a <source> of the new journey reads, but that was read without it, or by another sources.xml.
static voc_rc find_stale(void *user, const struct store_import *i)
{
    struct stale *x = user;
    for (size_t s = 0; s < x->j->n_sources && !x->file[0]; s++) {
        const struct source_rule *r = &x->j->sources[s];
        if (source_reads(r, i->file_name) && (x->changed || !str_eq(r->id, i->source)))
            snprintf(x->file, sizeof x->file, "%.*s", STR_SHOWN(i->file_name, 255));
    }
    return VOC_OK;
}

voc_rc followed_changes(struct cli *c, struct project *p, const struct journey *j)
{
    struct store_definition old;
    struct stale stale = {.j = j};
    bool found = false;
    voc_rc rc = store_definition_active(p, &c->arena, &old, &found);
    if (rc) return rc;
    bool same = found && memcmp(old.hash, j->hash, HASH_BYTES) == 0;
    if (found && !same && str_eq(old.id, j->id) && str_eq(old.version, j->version))
        diag_warn(c->diag, "JOURNEY-031", j->file.ptr, 0, "raise version=\"...\" in it and use it again, so that results made with the one and the other can be told apart",
                  "%s followed a version %.*s with other content before", project_name(p), SHOW(j->version));
    else if (found && !same)
        diag_put(c->diag, VOC_INFO, "JOURNEY-032", j->file.ptr, 0, "make results again before you compare them: each names the version that it was made with",
                 "%s followed %.*s, version %.*s, before", project_name(p), SHOW(old.id), SHOW(old.version));
    stale.changed = found && !str_eq(old.sources_xml, j->sources_xml);
    rc = store_imports(p, find_stale, &stale);
    if (rc || !stale.file[0]) return rc;
    const char *hint = arena_printf(&c->arena, "voc import %s %s reads it again as the journey says, in place of the first reading",
                                    cli_word(c, c->args[0]), cli_word(c, stale.file));
    diag_warn(c->diag, "JOURNEY-033", stale.file, 0, hint, "it was read before the project followed this sources.xml, and keeps that reading");
    return VOC_OK;
}
