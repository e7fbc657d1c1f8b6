// SPDX-License-Identifier: MIT
// The catalogue of plugins: which folders are looked through, what their files say of themselves, and loading. A plugin is
// loaded through the descriptor on which its owner and mode were checked; descriptors and objects stay open until the
// process ends (a reused descriptor number makes glibc hand back the wrong library; unloading crashes TLS destructors).
// Used by one thread; the loaded operations may be called by many.
#include "host/plugin/plugin.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/plugin/note.h"
#include "host/plugin/options.h"
#include "host/plugin/trust.h"

#define PLUGINS_MAX 1024u

struct entry { // a plugin with what only this file knows
    struct plugin plugin;
    int fd;
    bool loaded; // the object; what it says of itself may still be wrong
    const voc_option *taken; // names that its options may not have, if it is an analysis
    size_t n_taken;
    char fault[128];         // of its options
    voc_plugin desc;
    union {
        voc_input_ops input;
        voc_analysis_ops analysis;
        voc_output_ops output;
    } ops;
};

struct catalogue {
    VEC(struct entry *) entries;
    const voc_option *taken;
    size_t n_taken;
};

// "input-events.so" must say what its note says.
static bool file_name_agrees(const char *file, const struct plugin_note *n)
{
    char want[80];
    snprintf(want, sizeof want, "%s-%s.so", plugin_kind_name(n->kind), n->name);
    return strcmp(file, want) == 0;
}

static bool command_name(const char *name, const char *const *commands)
{
    for (; commands && *commands; commands++)
        if (strcmp(name, *commands) == 0) return true;
    return false;
}

static void entry_free(struct entry *e)
{
    if (!e) return;
    mem_free(e->plugin.path);
    mem_free(e->plugin.why);
    mem_free(e); // the descriptor stays open on purpose
}

static voc_rc entry_refuse(struct entry *e, const char *why)
{
    e->plugin.refused = true;
    e->plugin.why = mem_strndup(why, strlen(why));
    return e->plugin.why ? VOC_OK : VOC_E_NOMEM;
}

// A refused file is named after its file name: "analysis-score.so".
static void note_from_file_name(const char *file, struct plugin_note *n)
{
    for (uint32_t k = VOC_KIND_INPUT; k <= VOC_KIND_OUTPUT; k++) {
        size_t len = strlen(plugin_kind_name(k));
        if (strncmp(file, plugin_kind_name(k), len) == 0 && file[len] == '-') {
            n->kind = k;
            snprintf(n->name, sizeof n->name, "%.*s", (int)strcspn(file + len + 1, "."), file + len + 1);
        }
    }
}

static voc_rc add_file(struct catalogue *c, int folder, const char *dir, const char *file, const char *const *commands)
{
    struct buf why, path;
    struct plugin_note note = {0};
    const char *note_why = NULL;
    int fd = -1;
    buf_init(&why, 4096);
    buf_init(&path, 8192);
    struct entry *e = mem_zalloc(1, sizeof *e);
    voc_rc rc = e ? VOC_OK : VOC_E_NOMEM;
    if (rc) goto out;
    e->fd = -1;
    e->taken = c->taken;
    e->n_taken = c->n_taken;
    rc = trust_file(&fd, folder, dir, file, &why);
    if (rc == VOC_OK) {
        rc = note_read(fd, &note, &note_why);
        if (rc == VOC_E_INPUT) buf_cstr(&why, note_why);
        if (rc == VOC_OK && !file_name_agrees(file, &note)) {
            buf_printf(&why, "its note says %s plugin \"%s\": the file must be named %s-%s.so", plugin_kind_name(note.kind), note.name,
                       plugin_kind_name(note.kind), note.name);
            rc = VOC_E_INPUT;
        } else if (rc == VOC_OK && note.abi_major != VOC_ABI_MAJOR) {
            buf_printf(&why, "it was built for plugin ABI %u, this voc has %u: rebuild it", note.abi_major, VOC_ABI_MAJOR);
            rc = VOC_E_INPUT;
        } else if (rc == VOC_OK && note.kind == VOC_KIND_ANALYSIS && command_name(note.name, commands)) {
            buf_printf(&why, "\"%s\" is a command of voc itself: give the plugin another name", note.name);
            rc = VOC_E_INPUT;
        }
    }
    if (rc == VOC_E_NOMEM) goto out;
    if (rc) {
        if (!note.kind) note_from_file_name(file, &note);
        rc = entry_refuse(e, why.ptr ? why.ptr : rc_name(rc));
        if (rc) goto out;
    }
    e->plugin.note = note;
    buf_printf(&path, "%s/%s", dir, file);
    e->plugin.path = mem_strndup(path.ptr ? path.ptr : "", path.len);
    rc = e->plugin.path && !path.rc ? VOC_OK : VOC_E_NOMEM;
    if (!rc) rc = vec_reserve(&c->entries, 1, PLUGINS_MAX);
    if (rc) goto out;
    e->fd = fd;
    fd = -1;
    c->entries.at[c->entries.n++] = e;
    e = NULL;
out:
    if (fd >= 0) close(fd);
    entry_free(e);
    buf_done(&why);
    buf_done(&path);
    return rc;
}

static int name_order(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

// missing: a folder that need not exist.
static voc_rc add_folder(struct catalogue *c, const char *dir, bool missing_ok, const char *const *commands, struct diag *d)
{
    struct buf why;
    int fd = -1;
    struct dirent **files = NULL;
    buf_init(&why, 4096);
    voc_rc rc = trust_folder(&fd, dir, &why);
    if (rc) {
        if (!(rc == VOC_E_IO && missing_ok))
            diag_warn(d, "PLUGIN-001", NULL, 0, "no plugin of this folder is loaded", "plugin folder: %s", why.ptr ? why.ptr : dir);
        buf_done(&why);
        return rc == VOC_E_NOMEM ? rc : VOC_OK;
    }
    int n = scandirat(fd, ".", &files, NULL, name_order);
    for (int i = 0; i < n; i++) {
        if (rc == VOC_OK && files[i]->d_name[0] != '.' && str_ends(str_of(files[i]->d_name), ".so"))
            rc = add_file(c, fd, dir, files[i]->d_name, commands);
        free(files[i]); // made by libc
    }
    free(files);
    close(fd);
    buf_done(&why);
    return rc;
}

static void mark_shipped(struct catalogue *c, size_t from)
{
    for (size_t i = from; i < c->entries.n; i++) c->entries.at[i]->plugin.shipped = true;
}

static voc_rc add_path_list(struct catalogue *c, const char *list, const char *const *commands, struct diag *d)
{
    voc_rc rc = VOC_OK;
    while (list && *list && rc == VOC_OK) {
        size_t len = strcspn(list, ":");
        if (len) {
            char *dir = mem_strndup(list, len);
            rc = dir ? add_folder(c, dir, true, commands, d) : VOC_E_NOMEM;
            mem_free(dir);
        }
        list += len + (list[len] == ':');
    }
    return rc;
}

static voc_rc add_user_folder(struct catalogue *c, const char *const *commands, struct diag *d)
{
    const char *data = secure_getenv("XDG_DATA_HOME"), *home = secure_getenv("HOME");
    struct buf dir;
    buf_init(&dir, 8192);
    if (data && *data == '/')
        buf_printf(&dir, "%s/voc/plugins", data);
    else if (home && *home == '/')
        buf_printf(&dir, "%s/.local/share/voc/plugins", home);
    voc_rc rc = dir.rc;
    if (!rc && dir.len) rc = add_folder(c, dir.ptr, true, commands, d);
    buf_done(&dir);
    return rc;
}

static int entry_order(const void *x, const void *y)
{
    const struct entry *a = *(struct entry *const *)x, *b = *(struct entry *const *)y;
    if (a->plugin.note.kind != b->plugin.note.kind) return a->plugin.note.kind < b->plugin.note.kind ? -1 : 1;
    return strcmp(a->plugin.note.name, b->plugin.note.name);
}

// The first of a kind and name wins, but a refused one never hides one that can be used.
static void drop_hidden(struct catalogue *c)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->entries.n; i++) {
        struct entry *e = c->entries.at[i];
        bool hidden = false;
        for (size_t k = 0; k < kept && !hidden; k++) {
            if (entry_order(&c->entries.at[k], &e) != 0) continue;
            if (c->entries.at[k]->plugin.refused && !e->plugin.refused) {
                struct entry *worse = c->entries.at[k];
                c->entries.at[k] = e;
                e = worse;
            }
            hidden = true;
        }
        if (hidden)
            entry_free(e);
        else
            c->entries.at[kept++] = e;
    }
    c->entries.n = kept;
}

voc_rc catalogue_open(struct catalogue **out, const struct catalogue_places *places, const char *const *commands, struct diag *d)
{
    struct catalogue *c = mem_zalloc(1, sizeof *c);
    if (!c) return VOC_E_NOMEM;
    voc_rc rc = VOC_OK;
    c->taken = places->taken;
    c->n_taken = places->n_taken;
    for (size_t i = 0; i < places->n_dirs && !rc; i++) rc = add_folder(c, places->dirs[i], false, commands, d);
    if (!rc && places->use_defaults) rc = add_path_list(c, secure_getenv("VOC_PLUGIN_PATH"), commands, d);
    if (!rc && places->use_defaults) rc = add_user_folder(c, commands, d);
    const size_t others = c->entries.n;
    if (!rc && places->use_defaults) rc = add_folder(c, VOC_PLUGIN_DIR, true, commands, d);
    mark_shipped(c, others);
    if (rc) {
        catalogue_close(c);
        return rc;
    }
    drop_hidden(c);
    if (c->entries.n) qsort(c->entries.at, c->entries.n, sizeof *c->entries.at, entry_order);
    *out = c;
    return VOC_OK;
}

int plugin_descriptor(const struct plugin *p) { return p->refused ? -1 : ((const struct entry *)(const void *)p)->fd; }

static voc_rc inherit_one(struct catalogue *c, const struct plugin_given *g)
{
    const char *why = NULL;
    struct entry *e = mem_zalloc(1, sizeof *e);
    voc_rc rc = e ? vec_reserve(&c->entries, 1, PLUGINS_MAX) : VOC_E_NOMEM;
    if (rc) return mem_free(e), rc;
    c->entries.at[c->entries.n++] = e;
    e->fd = g->fd;
    e->plugin.note = g->note;
    e->plugin.path = mem_strndup(g->path, strlen(g->path));
    if (!e->plugin.path) return VOC_E_NOMEM;
    return g->refused ? entry_refuse(e, g->why ? g->why : "") : note_read(g->fd, &e->plugin.note, &why);
}

voc_rc catalogue_inherit(struct catalogue **out, const struct plugin_given *given, size_t n)
{
    struct catalogue *c = mem_zalloc(1, sizeof *c);
    voc_rc rc = c ? VOC_OK : VOC_E_NOMEM;
    for (size_t i = 0; i < n && !rc; i++) rc = inherit_one(c, &given[i]);
    if (rc) catalogue_close(c);
    else *out = c;
    return rc;
}

void catalogue_close(struct catalogue *c)
{
    if (!c) return;
    for (size_t i = 0; i < c->entries.n; i++) entry_free(c->entries.at[i]);
    vec_free(&c->entries);
    mem_free(c);
}

size_t catalogue_n(const struct catalogue *c) { return c->entries.n; }
struct plugin *catalogue_at(struct catalogue *c, size_t i) { return &c->entries.at[i]->plugin; }

struct plugin *catalogue_find(struct catalogue *c, uint32_t kind, voc_str name)
{
    for (size_t i = 0; i < c->entries.n; i++)
        if (c->entries.at[i]->plugin.note.kind == kind && str_is(name, c->entries.at[i]->plugin.note.name)) return &c->entries.at[i]->plugin;
    return NULL;
}

// ---- loading ---------------------------------------------------------------------------------------------------------

// Zeroes our copy and takes the smaller of both sizes; the first word is the plugin's struct_size.
static bool copy_sized(void *to, size_t size, const void *from, size_t at_least)
{
    uint32_t theirs;
    memcpy(&theirs, from, sizeof theirs);
    if (theirs < at_least || theirs > 65536) return false;
    memset(to, 0, size);
    memcpy(to, from, theirs < size ? theirs : size);
    return true;
}

static const char *ops_fault(struct entry *e, const void *ops)
{
    if (!ops) return "its descriptor has no operations";
    if (e->desc.kind == VOC_KIND_INPUT) {
        voc_input_ops *o = &e->ops.input;
        if (!copy_sized(o, sizeof *o, ops, offsetof(voc_input_ops, describe))) return "its operations have a wrong size (struct_size)";
        if (!o->probe || !o->open) return "an input plugin needs probe and open";
        if (o->framing == VOC_FRAMING_LINES) return o->rule && o->lines && !o->run ? NULL : "LINES framing needs rule and lines, and no run";
        if (o->framing == VOC_FRAMING_STREAM) return o->run && !o->lines && !o->rule ? NULL : "STREAM framing needs run, and no rule or lines";
        return "its framing is neither LINES nor STREAM";
    }
    if (e->desc.kind == VOC_KIND_ANALYSIS) {
        voc_analysis_ops *o = &e->ops.analysis;
        if (!copy_sized(o, sizeof *o, ops, sizeof *o)) return "its operations have a wrong size (struct_size)";
        return o->begin && o->state_new && o->batch && o->merge && o->finish && o->state_free && o->end
                   ? NULL
                   : "an analysis needs begin, state_new, batch, merge, finish, state_free and end";
    }
    if (e->desc.kind == VOC_KIND_OUTPUT) {
        voc_output_ops *o = &e->ops.output;
        if (!copy_sized(o, sizeof *o, ops, sizeof *o)) return "its operations have a wrong size (struct_size)";
        return o->begin && o->table && o->end && o->close && o->format && o->extension ? NULL
                                                                                        : "an output plugin needs format, extension, begin, table, end and close";
    }
    return "this kind has no operations yet";
}

static bool has_option(const voc_option *table, size_t n, size_t stride, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(option_at(table, stride, i)->name, name) == 0) return true;
    return false;
}

static const char *options_fault(struct entry *e)
{
    const voc_plugin *p = &e->desc;
    if (p->n_options && (!p->options || p->option_size < sizeof(voc_option) || p->n_options > 256)) return "its option table has a wrong size (option_size)";
    for (size_t i = 0; i < p->n_options; i++) {
        const voc_option *o = option_at(p->options, p->option_size, i);
        const char *what = NULL;
        if (!o->name || !o->help || o->type < VOC_OPT_BOOL || o->type > VOC_OPT_LIST) return "an option lacks its name, help or type";
        if (!o->name[0] || o->name[strspn(o->name, "abcdefghijklmnopqrstuvwxyz0123456789-")]) return "an option has a name that is not of a-z, 0-9 and -";
        if (o->type == VOC_OPT_ENUM && !o->choices) return "an option of type enum has no choices";
        if (has_option(p->options, i, p->option_size, o->name)) what = "is there twice";
        else if (p->kind == VOC_KIND_ANALYSIS && has_option(e->taken, e->n_taken, sizeof *e->taken, o->name)) what = "is named like one that every command has";
        if (!what) continue;
        snprintf(e->fault, sizeof e->fault, "its option \"%.60s\" %s", o->name, what);
        return e->fault;
    }
    return NULL;
}

static const char *descriptor_fault(struct entry *e, const voc_plugin *theirs)
{
    if (!theirs) return "it does not work with this host's ABI";
    if (!copy_sized(&e->desc, sizeof e->desc, theirs, offsetof(voc_plugin, about))) return "its descriptor has a wrong size (struct_size)";
    const struct plugin_note *n = &e->plugin.note;
    const voc_plugin *p = &e->desc;
    if (p->abi_major != VOC_ABI_MAJOR) return "its descriptor is of another ABI";
    if (!p->name || !p->version || !p->licence || !p->summary) return "its descriptor lacks name, version, licence or summary";
    if (p->kind != n->kind) return "its descriptor has another kind than its note (VOC_PLUGIN)";
    if (strcmp(p->name, n->name) != 0) return "its descriptor has another name than its note (VOC_PLUGIN)";
    if (strcmp(p->version, n->version) != 0) return "its descriptor has another version than its note (VOC_PLUGIN)";
    if (strcmp(p->licence, n->licence) != 0) return "its descriptor has another licence than its note (VOC_PLUGIN)";
    const char *fault = options_fault(e);
    return fault ? fault : ops_fault(e, p->ops);
}

// A second attempt says the same and opens nothing: a worker may not by then.
static voc_rc say_broken(const struct plugin *p, struct diag *d, bool loaded)
{
    const char *why = p->why ? p->why : "out of memory";
    if (!loaded)
        diag_error(d, "PLUGIN-003", NULL, 0, "rebuild it with -Wl,-z,defs: a plugin needs no symbol of its host", "plugin %s cannot be loaded: %s", p->path, why);
    else
        diag_error(d, "PLUGIN-004", NULL, 0, "ask its author", "plugin %s breaks the contract: %s", p->path, why);
    return VOC_E_BUG;
}

static voc_rc break_plugin(struct plugin *p, struct diag *d, const char *why)
{
    p->broken = true;
    mem_free(p->why);
    p->why = mem_strndup(why, strlen(why));
    return say_broken(p, d, ((struct entry *)(void *)p)->loaded);
}

voc_rc plugin_load(struct plugin *p, struct diag *d)
{
    struct entry *e = (struct entry *)(void *)p;
    char path[64];
    const voc_plugin *(*query)(uint32_t) = NULL;
    if (p->desc) return VOC_OK;
    if (p->broken) return say_broken(p, d, e->loaded);
    if (p->refused) {
        diag_error(d, "PLUGIN-002", NULL, 0, NULL, "plugin %s is refused: %s", p->path, p->why);
        return VOC_E_POLICY;
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", e->fd);
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!object) return break_plugin(p, d, dlerror());
    e->loaded = true;
    void *symbol = dlsym(object, "voc_plugin_query");
    memcpy(&query, &symbol, sizeof query); // a function pointer by way of POSIX
    const char *fault = query ? descriptor_fault(e, query(VOC_ABI_MAJOR)) : "it does not export voc_plugin_query";
    if (fault) return break_plugin(p, d, fault);
    p->ops = &e->ops;
    p->desc = &e->desc;
    return VOC_OK;
}
