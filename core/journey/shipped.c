// SPDX-License-Identifier: MIT
// Where a journey lies: a folder as named, else the id of a shipped one, searched in the folders of VOC_JOURNEY_PATH
// (separated by colons), then in the folder that was compiled in. Reads its three files, which must be in that folder.
#include "journey/load/load.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const shipped[] = {"b2b-sale", "crm-pipeline", "online-shop"};

const char *const *journey_shipped(size_t *n)
{
    *n = sizeof shipped / sizeof *shipped;
    return shipped;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool holds_journey(const char *path)
{
    char file[PATH_MAX];
    struct stat st;
    int n = snprintf(file, sizeof file, "%s/journey.xml", path);
    return n > 0 && (size_t)n < sizeof file && stat(file, &st) == 0 && S_ISREG(st.st_mode);
}

// The folder of an id in the search path, into found.
static bool search(const char *id, char found[PATH_MAX])
{
    const char *path = getenv("VOC_JOURNEY_PATH");
    voc_str rest = str_of(path);
    if (strchr(id, '/') || id[0] == '.' || !id[0]) return false;
    while (rest.len) {
        const char *colon = memchr(rest.ptr, ':', rest.len);
        size_t n = colon ? (size_t)(colon - rest.ptr) : rest.len;
        int got = n && n < PATH_MAX ? snprintf(found, PATH_MAX, "%.*s/%s", (int)n, rest.ptr, id) : 0;
        if (got > 0 && got < PATH_MAX && holds_journey(found)) return true;
        rest = str_mk(rest.ptr + n + (colon != NULL), rest.len - n - (colon != NULL));
    }
    int got = snprintf(found, PATH_MAX, "%s/%s", VOC_JOURNEY_DIR, id);
    return got > 0 && got < PATH_MAX && holds_journey(found);
}

// A whole file. A missing one is no fault if it may be absent: then nothing is added.
static voc_rc read_file(struct buf *to, const char *folder, const char *name, bool may_miss, const char *hint, struct diag *d)
{
    char path[PATH_MAX];
    struct stat st;
    voc_rc rc = VOC_OK;
    int n = snprintf(path, sizeof path, "%s/%s", folder, name), fd = -1;
    if (n < 0 || (size_t)n >= sizeof path) {
        diag_error(d, "JOURNEY-020", folder, 0, NULL, "the path is too long");
        return VOC_E_OPTION;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT && may_miss) return VOC_OK;
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        const char *why = fd < 0 ? strerror(errno) : "it is not an ordinary file";
        diag_error(d, "JOURNEY-020", path, 0, hint, "cannot be read: %s", why);
        rc = VOC_E_OPTION;
        goto out;
    }
    for (;;) {
        char *room = buf_room(to, 65536);
        if (!room) {
            rc = to->rc;
            if (rc == VOC_E_LIMIT) {
                diag_error(d, "JOURNEY-001", path, 0, NULL, "larger than 16 MiB");
                rc = VOC_E_OPTION;
            }
            goto out;
        }
        ssize_t got = read(fd, room, 65536);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            diag_error(d, "JOURNEY-020", path, 0, NULL, "cannot be read: %s", strerror(errno));
            rc = VOC_E_IO;
        }
        if (got <= 0) break;
        to->len += (size_t)got;
    }
out:
    if (fd >= 0) (void)close(fd);
    return rc;
}

#define NAME_ROOM 258 // names end at 255 bytes; of a longer one enough is kept for the system to refuse it

// The names of the other two files, from the attributes of <journey>. Faults are left to the loader proper.
static void file_name(char out[NAME_ROOM], const struct xml_node *root, const char *attr, const char *usual, bool *given)
{
    const voc_str *name = root ? xml_get(root, attr) : NULL;
    const char *wanted;
    *given = name && grammar_value(str_of("href"), *name, &wanted);
    (void)snprintf(out, NAME_ROOM, "%.*s", *given ? (int)(name->len < NAME_ROOM ? name->len : NAME_ROOM) : (int)strlen(usual),
                   *given ? name->ptr : usual);
}

static voc_rc load_folder(struct journey **out, const char *folder, const char *label, struct diag *d)
{
    struct buf journey, sources, codebook;
    struct arena a;
    struct xml_node *root = NULL;
    char sources_name[NAME_ROOM], codebook_name[NAME_ROOM];
    bool sources_given, codebook_given;
    voc_rc rc;
    buf_init(&journey, LOAD_FILE_MAX + 65537);
    buf_init(&sources, LOAD_FILE_MAX + 65537);
    buf_init(&codebook, LOAD_FILE_MAX + 65537);
    arena_init(&a, 0);
    static const char named[] = "journey.xml names it with an attribute of <journey>: copy it beside journey.xml, or take the attribute out";
    static const char needed[] = "a journey is a folder with journey.xml, and sources.xml and codebook.xml if they are needed; copy "
                                 "one that ships with the program (voc journey list), or name another folder";
    if ((rc = read_file(&journey, folder, "journey.xml", false, needed, d))) goto out;
    rc = journey.len ? xml_tree(&root, &a, journey.ptr, journey.len, NULL, NULL) : VOC_E_INPUT;
    if (rc == VOC_E_NOMEM) goto out;
    if (rc) root = NULL; // the loader will say what is wrong
    file_name(sources_name, root, "sources", "sources.xml", &sources_given);
    file_name(codebook_name, root, "codebook", "codebook.xml", &codebook_given);
    if ((rc = read_file(&sources, folder, sources_name, !sources_given, named, d))) goto out;
    if ((rc = read_file(&codebook, folder, codebook_name, !codebook_given, named, d))) goto out;
    const struct load_names names = {"journey.xml", sources_name, codebook_name};
    rc = load_journey(out, str_mk(journey.ptr, journey.len), str_mk(sources.ptr, sources.len), str_mk(codebook.ptr, codebook.len), label, &names, d);
out:
    arena_done(&a);
    buf_done(&journey);
    buf_done(&sources);
    buf_done(&codebook);
    return rc;
}

// Whether a file of the folder, or its absence, is what the journey was read from.
static bool is_same(const char *folder, const char *name, voc_str bytes)
{
    struct buf now;
    buf_init(&now, LOAD_FILE_MAX + 65537);
    bool same = read_file(&now, folder, name, true, NULL, NULL) == VOC_OK && str_eq(str_mk(now.len ? now.ptr : "", now.len), bytes);
    buf_done(&now);
    return same;
}

bool journey_unchanged(const struct journey *j, const char *folder)
{
    char sources[NAME_ROOM], codebook[NAME_ROOM];
    bool given;
    if (!j->journey_xml.len || !is_same(folder, "journey.xml", j->journey_xml)) return false;
    file_name(sources, j->root, "sources", "sources.xml", &given);
    file_name(codebook, j->root, "codebook", "codebook.xml", &given);
    return is_same(folder, sources, j->sources_xml) && is_same(folder, codebook, j->codebook_xml);
}

// Something is there, but it is a file: journey.xml itself, or a thing of another kind.
static voc_rc no_folder(const char *path, struct diag *d)
{
    char hint[300];
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (str_ends(str_of(name), ".xml"))
        (void)snprintf(hint, sizeof hint, "name the folder that it lies in: %.*s", slash ? (int)(slash - path > 200 ? 200 : slash - path) : 1, slash ? path : ".");
    else
        (void)snprintf(hint, sizeof hint, "name a folder with a journey.xml, or one that ships with the program: %s, %s, %s", shipped[0], shipped[1], shipped[2]);
    diag_error(d, "JOURNEY-020", path, 0, hint, "a journey is a folder, and this is a file");
    return VOC_E_OPTION;
}

voc_rc journey_load(struct journey **out, const char *folder, struct diag *d)
{
    char found[PATH_MAX];
    // A folder that happens to have the name of a shipped journey and holds none does not hide it.
    if (is_folder(folder) && (holds_journey(folder) || !search(folder, found))) {
        size_t n = strlen(folder);
        if (n >= sizeof found) return VOC_E_OPTION;
        memcpy(found, folder, n + 1);
        while (n > 1 && found[n - 1] == '/') found[--n] = '\0';
        return load_folder(out, found, found, d);
    }
    if (search(folder, found)) return load_folder(out, found, folder, d); // messages name it as the user did
    if (access(folder, F_OK) == 0) return no_folder(folder, d);
    const char *near = str_nearest(str_of(folder), shipped, sizeof shipped / sizeof *shipped);
    char hint[300];
    (void)snprintf(hint, sizeof hint, "name a folder with a journey.xml, or one that ships with the program: %s, %s, %s%s%s%s", shipped[0], shipped[1], shipped[2],
                   near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    diag_error(d, "JOURNEY-020", NULL, 0, hint, "there is no journey \"%s\"", folder);
    return VOC_E_OPTION;
}
