// SPDX-License-Identifier: MIT
// Writes the files of a plugin of one kind, with its name filled in. Nothing that exists is touched; what was begun and could not
// be finished is said, and stays.
#include "cli/new/new.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "cli/options.h"
#include "io/out.h"

enum { KIND_INPUT, KIND_ANALYSIS, KIND_OUTPUT };
enum { FRAMING_LINES, FRAMING_STREAM };
static const uint32_t kinds[] = {[KIND_INPUT] = VOC_KIND_INPUT, [KIND_ANALYSIS] = VOC_KIND_ANALYSIS, [KIND_OUTPUT] = VOC_KIND_OUTPUT};

// @NAME@ stands for the plugin's name in what is written and in names of files; samples and tests may lie in a folder.
struct new_file { const char *from, *to; };
struct new_plugin { const char *name, *tested; uint32_t kind; }; // tested: the template of its tests' cases
static const struct new_file input_lines[] = {{"input-lines.c.in", "@NAME@.c"}, {"input-lines.sample", "samples/first.txt"},
                                             {"input-test.c.in", "test.c"}, {"input.Makefile.in", "Makefile"}, {"input.README.in", "README.md"}, {0}};
static const struct new_file input_stream[] = {{"input-stream.c.in", "@NAME@.c"}, {"input-stream.sample", "samples/first.txt"},
                                              {"input-test.c.in", "test.c"}, {"input.Makefile.in", "Makefile"}, {"input.README.in", "README.md"}, {0}};
static const struct new_file analysis[] = {{"analysis.c.in", "@NAME@.c"}, {"Makefile.in", "Makefile"}, {"analysis.README.in", "README.md"}, {0}};
static const struct new_file output[] = {{"output.c.in", "@NAME@.c"}, {"Makefile.in", "Makefile"}, {"output.README.in", "README.md"}, {0}};

// ---- names ---------------------------------------------------------------------------------------------------------------

static bool well_formed(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++)
        if (!((name[i] >= 'a' && name[i] <= 'z') || (i > 0 && ((name[i] >= '0' && name[i] <= '9') || name[i] == '-')))) return false;
    return len > 0 && len <= 31 && name[len - 1] != '-';
}

static bool among(const char *name, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (strcmp(words[i], name) == 0) return true;
    return false;
}

static voc_rc name_check(struct cli *c, const char *name, uint32_t kind)
{
    static const char *const formats[] = {"table", "text", "csv", "tsv", "json", "jsonl", NULL};
    if (!well_formed(name)) {
        diag_error(c->diag, "NEW-001", NULL, 0,
                   "small letters, digits and dashes, a letter first, at most 31: voc plugin new fair-log",
                   "\"%.60s\" cannot be the name of a plugin", name);
        return VOC_E_OPTION;
    }
    if (among(name, command_words()) || (kind == VOC_KIND_OUTPUT && among(name, formats))) {
        diag_error(c->diag, "NEW-002", NULL, 0, "choose another name",
                   "%s is a %s of voc itself: a plugin of that name would be refused", name,
                   among(name, command_words()) ? "command" : "format");
        return VOC_E_OPTION;
    }
    voc_rc rc = cli_catalogue(c);
    const struct plugin *there = rc ? NULL : catalogue_find(c->catalogue, kind, str_of(name));
    if (there) {
        diag_error(c->diag, "NEW-003", NULL, 0, "of two with one name only the first that is found is used: choose another name",
                   "there is an %s plugin %s already (voc plugin show %s-%s)", plugin_kind_name(kind), name, plugin_kind_name(kind),
                   name);
        rc = VOC_E_OPTION;
    }
    return rc;
}

// ---- files ---------------------------------------------------------------------------------------------------------------

static const char *template_named(const char *name)
{
    for (size_t i = 0; new_templates[i].name; i++)
        if (strcmp(new_templates[i].name, name) == 0) return new_templates[i].text;
    return "";
}

// Appends text, with @NAME@ and the like filled in.
static voc_rc fill(struct buf *out, const char *text, const struct new_plugin *p)
{
    while (*text) {
        const char *at = strchr(text, '@');
        size_t len = at ? (size_t)(at - text) : strlen(text);
        buf_add(out, text, len);
        text += len;
        if (strncmp(text, "@NAME@", 6) == 0) buf_cstr(out, p->name), text += 6;
        else if (strncmp(text, "@KIND@", 6) == 0) buf_cstr(out, plugin_kind_name(p->kind)), text += 6;
        else if (strncmp(text, "@TESTED@", 8) == 0) buf_cstr(out, template_named(p->tested)), text += 8;
        else if (strncmp(text, "@TABLE@", 7) == 0) { // as SQL names tables
            for (const char *c = p->name; *c; c++) buf_byte(out, *c == '-' ? '_' : *c);
            text += 7;
        } else if (*text) buf_byte(out, *text++);
    }
    return out->rc;
}

static voc_rc folder_new(struct cli *c, const char *path)
{
    if (mkdir(path, 0755) == 0) return VOC_OK;
    if (errno == EEXIST) diag_error(c->diag, "NEW-004", path, 0, "choose another name, or go to another folder first: nothing that exists is changed", "it is there already");
    else diag_error(c->diag, "NEW-005", path, 0, NULL, "the folder cannot be made: %s", strerror(errno));
    return errno == EEXIST ? VOC_E_POLICY : VOC_E_IO;
}

static voc_rc write_file(struct cli *c, const struct new_file *f, const struct new_plugin *p)
{
    struct buf text, path;
    struct out *o = NULL;
    buf_init(&text, 1 << 20);
    buf_init(&path, 4096);
    voc_rc rc = fill(&text, template_named(f->from), p);
    if (!rc) rc = buf_printf(&path, "%s/", p->name);
    if (!rc) rc = fill(&path, f->to, p);
    char *slash = rc ? NULL : strrchr(path.ptr + strlen(p->name) + 1, '/');
    if (slash) {
        *slash = '\0';
        rc = folder_new(c, path.ptr);
        *slash = '/';
    }
    if (!rc) rc = out_open(&o, path.ptr, false, c->diag);
    if (!rc) rc = out_write(o, text.ptr, text.len);
    if (rc) out_abort(o);
    else rc = out_commit(o);
    buf_done(&text);
    buf_done(&path);
    return rc;
}

static void say(const struct cli *c, const char *name, uint32_t kind)
{
    cli_say(c, "%s/ holds an %s plugin that works: %s/%s.c is the one to change, %s/README.md says how.\n", name, plugin_kind_name(kind), name, name, name);
    cli_say(c, "Next: cd %s && make && make %scheck\n", name, kind == VOC_KIND_INPUT ? "test " : "");
    if (kind == VOC_KIND_INPUT) cli_say(c, "      voc rows samples/first.txt --plugin-dir .\n");
    else if (kind == VOC_KIND_ANALYSIS) cli_say(c, "      voc %s PROJECT --plugin-dir .\n", name);
    else cli_say(c, "      voc flow PROJECT -f %s --plugin-dir .\n", name);
}

int run_plugin_new(struct cli *c)
{
    const char *name = c->args[0];
    const int64_t which = c->own[PLUGIN_NEW_KIND].i, framing = c->own[PLUGIN_NEW_FRAMING].i;
    const uint32_t kind = kinds[which];
    const struct new_file *files = which == KIND_ANALYSIS      ? analysis
                                   : which == KIND_OUTPUT      ? output
                                   : framing == FRAMING_STREAM ? input_stream
                                                               : input_lines;
    const struct new_plugin p = {name, framing == FRAMING_STREAM ? "input-stream.tested" : "input-lines.tested", kind};
    voc_rc rc = VOC_OK;
    if (which != KIND_INPUT && c->own[PLUGIN_NEW_FRAMING].set) {
        diag_error(c->diag, "NEW-006", NULL, 0, "leave it out, or say --kind input", "--framing is for input plugins: how the file is cut into records");
        rc = VOC_E_OPTION;
    }
    if (!rc) rc = name_check(c, name, kind);
    if (!rc) rc = folder_new(c, name);
    for (; files->from && !rc; files++) rc = write_file(c, files, &p);
    if (!rc) say(c, name, kind);
    return cli_exit(c, rc);
}
