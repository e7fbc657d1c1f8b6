// SPDX-License-Identifier: MIT
// Options: one table (voc_option) is parsed and checked here, for commands of the cli, plugins and sources.xml alike.
#ifndef VOC_HOST_OPTIONS_H
#define VOC_HOST_OPTIONS_H
#include "base/diag.h"
#include "base/mem.h"
#include "base/str.h"

struct option_given {
    voc_str name, value;
    bool has_value;
    const char *file; // where it was written; NULL: the command line
    uint64_t line;
    const voc_str *content; // of the file that the value names, where it has been read already; or NULL
};
// Checks each given option against the table; values in table order, in the arena; regexes are freed by options_done.
// VOC_E_OPTION: a message naming option, value, what is allowed, and the nearest name.
voc_rc options_parse(struct arena *a, const voc_option *table, size_t n, size_t stride, const struct option_given *given, size_t n_given,
                     voc_value **out, struct diag *d);
// For a FILE option that may lie beside the input at `path` (VOC_OPT_BESIDE), and was not given: its content into *v, and its name
// without folder into *found (in the arena). False: there is none.
bool options_beside(struct arena *a, const voc_option *o, const char *path, voc_value *v, const char **found, struct diag *d);
// The file that an option names, read into the arena.
voc_rc options_file(struct arena *a, const struct option_given *g, voc_str *content, struct diag *d);
void options_done(voc_value *values, size_t n);
const voc_option *option_at(const voc_option *table, size_t stride, size_t i);
const char *option_type_name(uint32_t type);
#endif
