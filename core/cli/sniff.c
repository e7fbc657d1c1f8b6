// SPDX-License-Identifier: MIT
// voc sniff: what each input plugin says of each file, best first, and which of them an import would take.
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

#define PLUGINS_MAX 64u

static voc_rc sniff_columns(struct table *t)
{
    voc_rc rc = table_column(t, "file", "file", VOC_CELL_TEXT, "", 0, "name without folder");
    if (!rc) rc = table_column(t, "plugin", "plugin", VOC_CELL_TEXT, "", 0, "the input plugin");
    if (!rc) rc = table_column(t, "confidence", "confidence", VOC_CELL_INT, "", 0, "0 no, 25 by its name only, 50 plausible, 75 records were read, 100 certain");
    if (!rc) rc = table_column(t, "reason", "reason", VOC_CELL_TEXT, "", 0, "what the plugin saw");
    if (!rc) rc = table_semantics(t, "One line a file and input plugin, best first; from the first 64 KiB of the file.");
    return rc;
}

static voc_rc verdict(struct table *t, const char *name, const struct sniffed *s, size_t n)
{
    char text[400];
    const char *best = n ? s[0].plugin->note.name : "";
    if (n == 0)
        snprintf(text, sizeof text, "%.100s: no input plugin is installed; voc plugin list says where plugins are looked for", name);
    else if (s[0].confidence < SNIFF_KNOWN)
        snprintf(text, sizeof text, "%.100s: the format is not known; if you know it, name it with --as, for example --as %s", name, best);
    else if (n > 1 && s[0].confidence - s[1].confidence < SNIFF_APART)
        snprintf(text, sizeof text, "%.100s: two plugins could read it; decide with --as %s or --as %s", name, best, s[1].plugin->note.name);
    else
        snprintf(text, sizeof text, "%.100s: read by %s", name, best);
    return table_note(t, VOC_NOTE_AFTER, text);
}

static voc_rc sniff_file(struct cli *c, struct table *t, const char *path)
{
    struct in *in = NULL;
    struct sniffed s[PLUGINS_MAX];
    size_t n = 0;
    voc_str first;
    bool complete;
    const char *slash = strrchr(path, '/'), *name = strcmp(path, "-") == 0 ? "stdin" : slash ? slash + 1 : path;
    voc_rc rc = in_open(&in, path, NULL, c->diag);
    if (!rc) rc = in_peek(in, 1, &first, &complete);
    if (!rc && first.len == 0) {
        diag_error(c->diag, "IMPORT-009", path, 0, "check the export that made it", "the file is empty");
        rc = VOC_E_INPUT;
    }
    if (!rc) rc = sniff(c->catalogue, in, s, PLUGINS_MAX, &n, c->diag);
    for (size_t i = 0; i < n && !rc; i++) {
        table_text(t, str_of(name));
        table_text(t, str_of(s[i].plugin->note.name));
        table_int(t, s[i].confidence);
        table_text(t, str_of(s[i].reason[0] ? s[i].reason : "no"));
    }
    if (!rc) rc = verdict(t, name, s, n);
    in_close(in);
    return rc;
}

int run_sniff(struct cli *c)
{
    struct table *t = NULL;
    int worst = EXIT_DONE, read = 0;
    voc_rc rc = cli_catalogue(c);
    if (!rc) rc = table_new(&t, "sniff", "", 0);
    if (!rc) rc = sniff_columns(t);
    for (int i = 0; i < c->n_args && !rc; i++) {
        voc_rc one = sniff_file(c, t, c->args[i]);
        if (one == VOC_CANCELLED || one == VOC_E_NOMEM) rc = one;
        if (one)
            worst = cli_exit(c, one); // other files go on
        else
            read++;
    }
    if (!rc && read) rc = table_note(t, VOC_NOTE_NEXT, "voc rows FILE --limit 5 shows what a plugin makes of a file");
    if (!rc && read) rc = cli_tables(c, NULL, NULL, &t, 1);
    table_free(t);
    return rc ? cli_exit(c, rc) : worst;
}
