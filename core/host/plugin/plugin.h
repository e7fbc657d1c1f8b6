// SPDX-License-Identifier: MIT
// Plugins found, checked and loaded: the note is read without running code, owner and mode are
// checked on the open descriptor and on each folder of the way, the object is loaded through that descriptor, which stays open.
#ifndef VOC_HOST_PLUGIN_H
#define VOC_HOST_PLUGIN_H
#include "base/diag.h"
#include "base/str.h"

struct plugin_note { uint32_t kind; char name[32], version[32], licence[64]; uint32_t abi_major, abi_minor; };
struct plugin { // owned by the catalogue
    struct plugin_note note;
    char *path;              // as found
    const voc_plugin *desc;  // the host's own zero-extended copy once loaded, else NULL
    const void *ops;         // likewise
    bool refused;            // `why` says why
    bool shipped;            // lies in the folder of the program's own plugins
    bool broken;             // it was tried to load it; `why` says what came of it
    char *why;
};
struct catalogue; // owns plugins, keeps descriptors open for the life of the process
// taken: options that every command has; an analysis, which is a command, may have none of their names.
struct catalogue_places { const char *const *dirs; size_t n_dirs; bool use_defaults; const voc_option *taken; size_t n_taken; };
// Folders in order: --plugin-dir, VOC_PLUGIN_PATH (ignored when privileged), $XDG_DATA_HOME/voc/plugins (or ~/.local/share),
// the built-in folder. The first of a (kind, name) wins; a name that is a built-in command is refused.
voc_rc catalogue_open(struct catalogue **out, const struct catalogue_places *places, const char *const *commands, struct diag *d);
void catalogue_close(struct catalogue *c); // unloads nothing
size_t catalogue_n(const struct catalogue *c);
struct plugin *catalogue_at(struct catalogue *c, size_t i); // sorted by kind, name
struct plugin *catalogue_find(struct catalogue *c, uint32_t kind, voc_str name); // NULL: none (refused ones are found)
voc_rc plugin_load(struct plugin *p, struct diag *d);  // note = descriptor, sizes sane, ops complete; idempotent
// A catalogue of plugins that another process has found and checked, in this order, with the descriptors on which it did; those
// are taken. Of a refused one only path, kind and name are known, and why.
struct plugin_given { const char *path, *why; bool refused; int fd; struct plugin_note note; };
voc_rc catalogue_inherit(struct catalogue **out, const struct plugin_given *given, size_t n);
int plugin_descriptor(const struct plugin *p); // -1: it is refused
const char *plugin_kind_name(uint32_t kind);           // "input"
#endif
