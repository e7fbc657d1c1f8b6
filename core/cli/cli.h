// SPDX-License-Identifier: MIT
// The command line: one table of commands and options feeds parsing, help, man pages and completion. One file for each
// command. Only this floor prints: data to stdout, everything else to stderr.
#ifndef VOC_CLI_CLI_H
#define VOC_CLI_CLI_H
#include "host/fold/fold.h"
#include "host/import/import.h"
#include "cli/progress.h"
#include "report/render.h"

enum { // exit codes: a contract with scripts, told in each man page (help.c)
    EXIT_DONE = 0, EXIT_INTERNAL = 1, EXIT_USAGE = 2, EXIT_INPUT = 3, EXIT_REJECTS = 4, EXIT_CHECK = 5, EXIT_PLUGIN = 6,
    EXIT_POLICY = 7, EXIT_LIMIT = 8, EXIT_INTERRUPTED = 130
};

// Options that every command with tables has; index into cli.common.
enum {
    COMMON_FORMAT, COMMON_OUTPUT, COMMON_FORCE, COMMON_TABLE, COMMON_COLOR, COMMON_THREADS, COMMON_MEMORY,
    COMMON_PLUGIN_DIR, COMMON_ISOLATE, COMMON_QUIET, COMMON_PROGRESS, COMMON_HELP, COMMON_N
};
extern const voc_option common_options[COMMON_N];

struct cli;
struct command {
    const char *name;     // "import", "journey use"
    const char *args;     // "PROJECT FILE..."
    const char *summary;  // one line, no full stop
    const char *about;    // paragraphs for --help and the man page
    const char *examples; // lines "voc ... # what it does"
    const voc_option *options;
    size_t n_options;
    int min_args, max_args; // max -1: any number
    int (*run)(struct cli *c);
};
extern const struct command *const commands[]; // NULL-terminated, in the order of help
// "journey use" before "journey": the longest name that the words begin with, or NULL. *used: how many words it took.
const struct command *command_find(const char *const *words, int n, int *used);
const char *const *command_words(void);        // first words, NULL-terminated: names that no analysis may take

struct cli {
    const struct command *command;
    const struct plugin *analysis; // a plugin's command, else NULL
    voc_value *own;                // of command->options (or the plugin's)
    size_t n_own;
    voc_value *common;
    const char **args;
    int n_args;
    const bool *found;             // of each argument behind cli_expand: it was not named, but lies in a folder or fits a pattern; or NULL
    size_t n_hidden;               // files with a dot in front that cli_expand passed over
    struct option_given *repeated; // -O NAME=VALUE, for what reads files
    size_t n_repeated;
    struct option_given *faced;    // -O NAME=VALUE, for the output plugin
    size_t n_faced;
    struct arena arena;
    struct diag *diag;
    struct catalogue *catalogue;
    const voc_option *table;       // of its options, where they are not those of the command or the plugin alone (voc fold)
    size_t n_table;
    struct option_given *given;    // its own options as they were typed
    size_t n_given;
    const voc_meta *carried;       // what the result says of its inputs, where no project is open (voc merge); or NULL
    char *typed;                   // the command as typed, without folders
    const char *project;           // the project as typed, for hints; NULL: none is open
    uint32_t kept;                 // EV_* columns that the files were read with; 0: all
    const char *files;             // those that stand in place of a project, as words; NULL: none
    struct progress *progress;     // the one on the screen, or NULL
    const char *stopped;           // what was kept and how to go on, if it is interrupted; NULL: nothing has changed
    bool failed_plugin;            // the fault is a plugin's: exit 6
    bool rejects;                  // the check that failed is --max-rejects: exit 4
};

// args.c
int args_parse(struct cli *c, int argc, char **argv); // 0, or an exit code; -1: help was printed
// The command's own options, as args_parse takes them. The option of its own, or of every command, that a word such as --name, --name=value or
// -n names, or NULL; *value: what of the word is its value, else untouched.
const voc_option *args_table(const struct cli *c, size_t *n, size_t *stride);
const voc_option *args_option(const struct cli *c, const char *word, const char **value);
char args_letter(const voc_option *o); // 'o' of --output, which may be written -o too; 0: it has none
voc_rc cli_prepare(struct cli *c, int argc, char **argv); // main.c: ahead of args_parse, what its table has besides, for the words behind the command
voc_rc args_plugin_dirs(struct cli *c, int argc, char **argv); // the folders of --plugin-dir into c->common, ahead of args_parse
// order.c: arguments that stand in the wrong place. What was meant is said with the whole command.
int order_check(struct cli *c); // 0, or EXIT_USAGE
void order_missing(struct cli *c);
void order_too_many(struct cli *c, int max);
bool order_named_like_a_log(const char *name); // a name that a log has, and no project should get
int cli_unknown_command(struct cli *c, const char *word, const char *second); // main.c: says what was meant; EXIT_USAGE
const char *cli_how_to_go_on(const struct cli *c); // main.c: after an interruption
void shell_word(struct buf *b, const char *word); // main.c: a blank and the word as a shell would take it
const char *cli_word(struct cli *c, const char *name); // project.c: the name of a file in a command that is shown, as a shell would take it; arena's
const char *cli_command_name(const struct cli *c); // "score", "journey use"
const char *cli_nearest_project(struct cli *c, const char *wanted, bool *only); // of the projects beside it, or NULL; arena's
const char *cli_project_for(struct cli *c, const char *file); // shop.voc for x/shop.csv.gz
// help.c
void help_overview(struct buf *b, struct catalogue *cat);
void help_command(struct buf *b, const struct command *cmd);
void help_analysis(struct buf *b, const voc_plugin *p);
void man_command(struct buf *b, const struct command *cmd);
void man_overview(struct buf *b, struct catalogue *cat);
void man_analysis(struct buf *b, const voc_plugin *p);
void complete_words(struct buf *b, struct cli *c, const char *const *words, int n); // complete.c: what the last word may be
// output.c
int cli_exit(const struct cli *c, voc_rc rc); // prints nothing
voc_rc cli_tables(struct cli *c, struct project *p, const struct journey *j, struct table **tables, size_t n);
voc_rc cli_output_check(struct cli *c); // ahead of long work: is the format known, and can the file of -o be written?
voc_rc cli_output_spares(struct cli *c); // refuses an -o that would write over what the command reads, or over any project
voc_rc cli_output_has(struct cli *c, voc_str option, bool *has); // is it one of the output plugin that is asked for?
uint32_t cli_threads(const struct cli *c);
uint64_t cli_memory(const struct cli *c);
enum isolate cli_isolate(const struct cli *c);
voc_rc cli_catalogue(struct cli *c); // opens it once
void cli_progress_begin(struct cli *c, struct progress *p); // progress of a command: by --progress, --quiet and the terminal
void cli_progress_end(struct cli *c);
// plugins.c: runs an analysis with options as they would be typed; the tables are the caller's (fold_free).
voc_rc cli_fold(struct cli *c, struct project *p, const struct journey *j, const char *analysis, const struct option_given *given,
                size_t n_given, struct fold_result *out);
// Several analyses in one walk; the results are the caller's (fold_free), also of those that were made before a failure.
voc_rc cli_fold_all(struct cli *c, struct project *p, const struct journey *j, struct fold_item *items, size_t n, const char *what);
struct plugin *cli_beside(void *c, const char *name); // as fold_request.analysis
voc_rc cli_analysis(struct cli *c, const char *word, struct plugin **out); // loaded; VOC_E_OPTION: there is none, and what was meant
const char *cli_project_typed(const struct project *p); // what stands for PROJECT in hints: as typed, without the folders of this machine
// stages.c: the tables of voc stages, the second NULL where no journey has ended; unit: VOC_UNIT_* or 0 for the journey's
enum { STAGES_TABLES = 2 };
voc_rc cli_stages(struct cli *c, struct project *p, const struct journey *j, uint32_t unit, struct table *out[STAGES_TABLES]);
// project.c
// args[from] and those behind it: folders and patterns become the files that they stand for (expand.c). as: a plugin, or empty.
voc_rc cli_expand(struct cli *c, int from, voc_str as, voc_str sheet); // sheet: of workbooks, or empty: all that are shown
voc_rc cli_open(struct cli *c, struct project **p, enum project_mode mode); // args[0]
// The project's active definition, else one that accepts anything; or --journey FOLDER if given.
voc_rc cli_journey(struct cli *c, struct project *p, voc_str folder, struct journey **out);
voc_rc cli_need_events(struct cli *c, struct project *p); // VOC_E_OPTION with the next step if there are none
voc_rc cli_attach(struct project *p, const struct journey *j); // keeps it in the project and makes it active
bool import_unread(const struct diag *d); // import.c: messages of a file that nothing here reads; of one that was found it is no fault
void cli_say(const struct cli *c, const char *format, ...) __attribute__((format(printf, 2, 3))); // stderr, unless --quiet; escaped
void cli_print(const char *format, ...) __attribute__((format(printf, 1, 2))); // stdout, escaped: for lines that name what a log or a file is called

int run_import(struct cli *c);
int run_rows(struct cli *c);
int run_sniff(struct cli *c);
int run_stats(struct cli *c);
int run_people(struct cli *c);
int run_rejects(struct cli *c);
int run_words(struct cli *c);
int run_themes(struct cli *c);
int run_codebook_check(struct cli *c);
int run_tables(struct cli *c);
int run_sql(struct cli *c);
int run_settle(struct cli *c);
int run_forget(struct cli *c);
int run_verify(struct cli *c);
int run_digest(struct cli *c);
int run_journey_use(struct cli *c);
int run_journey_check(struct cli *c);
int run_journey_list(struct cli *c);
int run_journey_infer(struct cli *c);
int run_worksheet(struct cli *c);
int run_stages(struct cli *c);
int run_holdout(struct cli *c);
int run_explain(struct cli *c);
voc_rc explain_prepare(struct cli *c, int argc, char **argv); // explain/asked.c: an analysis that is named brings its options; ahead of args_parse
int run_plugin_list(struct cli *c);
int run_plugin_show(struct cli *c);
int run_demo(struct cli *c);
int run_help(struct cli *c);
int run_version(struct cli *c);
int run_analysis(struct cli *c);
int run_run(struct cli *c);
int run_fold(struct cli *c);
voc_rc fold_prepare(struct cli *c, int argc, char **argv); // ahead of args_parse: the analysis, whose options are those of the command
int run_merge(struct cli *c);
#endif
