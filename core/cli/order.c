// SPDX-License-Identifier: MIT
// Arguments in the wrong place: a log where the project is meant, the project last, one too few or too many. Each is told
// with the command as it should be. Called before a command runs, so nothing has been opened or made.
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/reading.h"
#include "host/import/file_kind.h"

const char *cli_command_name(const struct cli *c) { return c->command ? c->command->name : c->analysis ? c->analysis->note.name : ""; }

static const char *reads(const struct cli *c) { return c->command ? c->command->args : "PROJECT|FILE..."; }

static bool is_ending(const char *name, const char *end) { return str_ends(str_of(name), end); }

bool order_named_like_a_log(const char *name)
{
    static const char *const ends[] = {".csv", ".tsv", ".txt", ".log", ".xes", ".xml", ".json", ".jsonl", ".gz", ".zst", ".xz", ".bz2", ".zip", ".xlsx", ".xls", NULL};
    for (size_t i = 0; ends[i]; i++)
        if (is_ending(name, ends[i])) return true;
    return false;
}

// A query reads best between double quotes, as it has others within; what a shell would read there goes the usual way.
static void add_word(struct buf *b, const char *word)
{
    if (strpbrk(word, " '") && !strpbrk(word, "\"$`\\!\n\t")) buf_printf(b, " \"%s\"", word);
    else shell_word(b, word);
}

// "voc import shop.voc log.csv": argument `first` (or a new name) moved to the front.
static const char *command_line(struct cli *c, int first, const char *made)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_printf(&b, "voc %s", cli_command_name(c));
    add_word(&b, made ? made : c->args[first]);
    for (int i = 0; i < c->n_args; i++)
        if (made || i != first) add_word(&b, c->args[i]);
    const char *s = b.rc ? "" : arena_printf(&c->arena, "%s", b.ptr);
    buf_done(&b);
    return s ? s : "";
}

// shop.voc for folder/shop.csv.gz: in the folder where the command runs.
const char *cli_project_for(struct cli *c, const char *file)
{
    const char *slash = strrchr(file, '/'), *base = slash ? slash + 1 : file;
    size_t n = strcspn(base, ".");
    const char *s = arena_printf(&c->arena, "%.*s.voc", (int)(n && n < 200 ? n : 4), n && n < 200 ? base : "shop");
    return s ? s : "shop.voc";
}

static int say_wrong(struct cli *c, const char *hint, const char *before, const char *word, const char *after)
{
    diag_error(c->diag, "USAGE-003", NULL, 0, hint, "%s%s%s", before, word, after);
    return EXIT_USAGE;
}

// The argument behind the first that is the project, or would be: -1 if there is none.
static int project_behind(const struct cli *c)
{
    for (int i = 1; i < c->n_args; i++)
        if (file_look(c->args[i]).kind == FILE_PROJECT) return i;
    for (int i = 1; i < c->n_args; i++)
        if (is_ending(c->args[i], ".voc") && file_look(c->args[i]).kind == FILE_NONE) return i;
    return -1;
}

// What stands behind PROJECT, or PROJECT|FILE..., in the form: " QUERY"; "" if nothing does.
static const char *behind_project(const char *form)
{
    return form[7] == '|' ? form + 7 + strcspn(form + 7, " ") : form + 7;
}

// A command that takes a project or files, whose first argument is neither: the project, or a log, may come later.
static int check_either(struct cli *c)
{
    if (!*behind_project(reads(c)) || c->n_args == 0 || reading_is_file(c->args[0]) || file_look(c->args[0]).kind == FILE_PROJECT) return 0;
    int at = project_behind(c);
    for (int i = 1; i < c->n_args && at < 0; i++)
        if (file_look(c->args[i]).kind == FILE_ORDINARY) at = i;
    if (at < 0 || is_ending(c->args[0], ".voc")) return 0;
    bool project = file_look(c->args[at]).kind == FILE_PROJECT || is_ending(c->args[at], ".voc");
    return say_wrong(c, command_line(c, at, NULL), project ? "the project comes first, and it is " : "the file comes first, and it is ", c->args[at], "");
}

int order_check(struct cli *c)
{
    const char *form = reads(c);
    if (reading_applies(c)) return check_either(c);
    form += form[0] == '['; // a project that need not be named, but stands first where it is
    bool more = strcmp(form, "PROJECT") != 0 && strcmp(form, "") != 0;
    if (c->n_args == 0 || strncmp(form, "PROJECT", 7) != 0 || (form[7] && form[7] != ' ' && form[7] != ']')) return 0;
    enum file_kind first = file_look(c->args[0]).kind;
    if (first == FILE_PROJECT || first == FILE_EMPTY) return 0;
    int at = more ? project_behind(c) : -1;
    if (at > 0 && !is_ending(c->args[0], ".voc")) return say_wrong(c, command_line(c, at, NULL), "the project comes first, and it is ", c->args[at], "");
    if (strncmp(form, "PROJECT FILE", 12) != 0) return 0;
    if (first == FILE_ORDINARY || first == FILE_FOREIGN)
        return say_wrong(c, command_line(c, 0, cli_project_for(c, c->args[0])), "", c->args[0], " is no project; name the project first, it is made if it is not there");
    const char *near = first == FILE_NONE && order_named_like_a_log(c->args[0])
                           ? file_nearest(&c->arena, c->args[0], NULL, FILE_ORDINARY, NULL)
                           : NULL;
    for (int i = 1; near && i < c->n_args; i++)
        if (strcmp(near, c->args[i]) == 0) near = NULL;
    const char *wanted = c->args[0];
    if (near) c->args[0] = near;
    if (first == FILE_NONE && order_named_like_a_log(wanted))
        return say_wrong(c, command_line(c, 0, cli_project_for(c, c->args[0])), "", wanted, " is not there; check the name of the log, and name the project first");
    return 0;
}

const char *cli_nearest_project(struct cli *c, const char *wanted, bool *only)
{
    size_t n = 0;
    const char *near = file_nearest(&c->arena, wanted, ".voc", FILE_PROJECT, &n);
    *only = n == 1;
    return near;
}

void order_missing(struct cli *c)
{
    const char *form = reads(c), *hint = arena_printf(&c->arena, "voc %s --help", cli_command_name(c));
    bool only = false;
    if (strncmp(form, "PROJECT", 7) == 0 && c->n_args == 0) {
        const char *p = cli_nearest_project(c, "", &only);
        if (p) hint = arena_printf(&c->arena, "for example voc %s %s%s", cli_command_name(c), cli_word(c, p), behind_project(form));
    } else if (strcmp(form, "PROJECT FOLDER") == 0) {
        size_t n = 0;
        const char *const *ids = journey_shipped(&n);
        hint = arena_printf(
            &c->arena,
            "for example voc %s %s %s; or a folder of your own with journey.xml (voc journey list shows those that ship)",
            cli_command_name(c), cli_word(c, c->args[0]), n ? ids[n - 1] : "FOLDER");
    } else if (c->n_args == 0 && strncmp(form, "FILE", 4) == 0) {
        hint = arena_printf(&c->arena, "for example voc %s export.csv", cli_command_name(c));
    } else if (strcmp(form, "DIR") == 0) {
        hint = arena_printf(&c->arena, "for example voc %s demo: the folder is made", cli_command_name(c));
    } else if (strcmp(form, "NAME") == 0) {
        hint = "voc plugin list shows the names";
    } else if (strcmp(form, "PROJECT|FILE... QUERY") == 0) {
        hint = arena_printf(&c->arena,
                            "for example voc %s %s \"SELECT action, count(*) AS n FROM event GROUP BY action ORDER BY n DESC\"",
                            cli_command_name(c), cli_word(c, c->args[0]));
    }
    diag_error(c->diag, "USAGE-001", NULL, 0, hint, "something is missing; the command reads: %s", form);
}

void order_too_many(struct cli *c, int max)
{
    const char *form = reads(c), *hint = NULL;
    if (strcmp(form, "PROJECT|FILE... QUERY") == 0)
        hint = "put the query between quotes, so that it is one word";
    else if (strncmp(form, "PROJECT", 7) == 0 && file_look(c->args[max]).kind == FILE_PROJECT)
        hint = arena_printf(&c->arena, "one project at a time: voc %s %s, then voc %s %s", cli_command_name(c),
                            cli_word(c, c->args[0]), cli_command_name(c), cli_word(c, c->args[max]));
    else
        hint = arena_printf(&c->arena, "the command reads: voc %s%s%s (voc %s --help)", cli_command_name(c), *form ? " " : "", form, cli_command_name(c));
    diag_error(c->diag, "USAGE-001", NULL, 0, hint, "too many arguments: %s", c->args[max]);
}
