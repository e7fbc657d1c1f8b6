// SPDX-License-Identifier: MIT
// The one table of commands and their options: parsing, help, man pages and completion read it; and the commands that are
// too small for a file of their own.
#include <stdio.h>
#include <string.h>

#include "cli/check/check.h"
#include "cli/new/new.h"
#include "cli/cli.h"
#include "cli/demo/demo.h"
#include "cli/options.h"
#include "host/worker/sandbox.h"

static const voc_option import_options[IMPORT_N] = {
    [IMPORT_AS] = {"as", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "PLUGIN", "read with this input plugin instead of guessing"},
    [IMPORT_SOURCE] = {"source", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "ID", "the source that the files belong to (sources.xml of the journey)"},
    [IMPORT_JOURNEY] = {"journey", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "FOLDER", "attach this journey first, as voc journey use does"},
    [IMPORT_SOURCES] = {"sources", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "FILE", "a sources.xml that says how the files are read, such as voc sniff --sources writes"},
    [IMPORT_MAX_REJECTS] = {"max-rejects", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "N|N%", "keep nothing of a file with more rejects than this, or than this share of its records"},
    [IMPORT_SHEET] = {"sheet", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "NAME", "of workbooks (.xlsx), read this sheet alone"},
};
static const struct command import_command = {
    "import", "PROJECT FILE...", "read files into a project, each once, with an account of every record",
    "Each file is read by the plugin that recognises it (voc plugin list), in one transaction: it is there whole or not at all. What was not\n"
    "understood is kept as a reject with its line and reason. The same file is not counted twice; a log that has grown continues where it\n"
    "ended; events with an id of their own replace earlier ones of that id. gzip, zstd, xz, bzip2 and zip are read as they are; - is the\n"
    "standard input. A folder stands for its files, by name; a Maildir, and a folder of nothing but .eml files, is one mailbox, and so is a tar\n"
    "(packed or not) or a zip of one. Another tar or zip stands for its files, and logs.zip/access.log is one of them; a workbook (.xlsx) for its\n"
    "sheets, and 'book.xlsx!Sheet' is one of them. What no plugin reads is named, and fails nothing where it was found in a folder. Columns that\n"
    "are guessed wrong are named with -O, for example -O time=when -O action=what -O customer=who; voc sniff FILE --sources keeps the guess in\n"
    "a file that can be corrected. What an <ignore> in it holds of is left out, and counted under its reason. --memory counts the process that\n"
    "reads the file too, except what a format makes it hold whole (an object-centric log, a calendar, the texts of a workbook).",
    "  voc import shop.voc events.csv.gz            # guess the format and columns, print the guess\n"
    "  voc import shop.voc log.csv -O time=when     # name a column\n"
    "  zcat log.xes.gz | voc import p.voc - --as xes\n",
    import_options, IMPORT_N, 2, -1, run_import};

static const voc_option sniff_options[SNIFF_N] = {
    [SNIFF_SOURCES] = {"sources", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "write the mapping as a sources.xml, to be corrected and kept"},
    [SNIFF_AS] = {"as", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "PLUGIN", "show what this input plugin would make of the columns"},
    [SNIFF_SHEET] = {"sheet", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "NAME", "of workbooks (.xlsx), read this sheet alone"},
};
static const struct command sniff_command = {
    "sniff", "FILE...", "which plugin reads a file, how sure each is, and what its columns mean",
    "Every input plugin looks at the first 64 KiB of each file and says how sure it is, and why. An import takes the best one if it is at\n"
    "least 25 sure and 10 surer than the next; --as NAME decides otherwise. Then the mapping that an import would use is told, with the reason\n"
    "of each guess. --sources writes that mapping as a sources.xml: correct it, and import with it; it also goes into a journey's folder.",
    "  voc sniff export.csv log.xes.gz\n"
    "  voc sniff export.csv --sources -o sources.xml   # then: voc import shop.voc export.csv --sources sources.xml\n",
    sniff_options, SNIFF_N, 1, -1, run_sniff};

static const voc_option rows_options[ROWS_N] = {
    [ROWS_AS] = {"as", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "PLUGIN", "read with this input plugin instead of guessing"},
    [ROWS_SOURCE] = {"source", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "ID", "the source that the files belong to (sources.xml of the journey)"},
    [ROWS_JOURNEY] = {"journey", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "FOLDER", "the journey whose sources.xml says how the files are read"},
    [ROWS_SOURCES] = {"sources", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "FILE", "a sources.xml without a journey that says how the files are read"},
    [ROWS_LIMIT] = {"limit", VOC_OPT_INT, 0, "0", "0", NULL, NULL, "N", "show this many lines of a file; 0 shows all"},
    [ROWS_REJECTS_ONLY] = {"rejects-only", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "only what was not understood"},
    [ROWS_SHEET] = {"sheet", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "NAME", "of workbooks (.xlsx), read this sheet alone"},
};
static const struct command rows_command = {
    "rows", "FILE...", "what a plugin makes of files, as JSON lines, without a project",
    "Each line is one row (kind event, word, link, attribute, measure, reference) or one reject, in the order of the records, which count from 0. A field\n"
    "that is empty is left out; cost, value and minutes are decimals; an event's own attributes have the types of JSON, those of people,\n"
    "accounts and cases the type that the plugin gave. Then the account of records and the mapping are told on the error output. A file of\n"
    "which more than half was not understood is shown as well, and ends with exit 3, as its import would.",
    "  voc rows export.csv --limit 5                # is this what the file means?\n"
    "  voc rows export.csv --rejects-only -O time=when\n",
    rows_options, ROWS_N, 1, -1, run_rows};

static const struct command stats_command = {
    "stats", "PROJECT", "what a project holds: sources, events, rejects", "Counts of what was imported, and each source with its first and last event.", NULL, NULL, 0, 1, 1,
    run_stats};

static const voc_option people_options[PEOPLE_N] = {
    [PEOPLE_COUNTRY] = {"country", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "DIGITS", "the country of phone numbers that name none, such as 49; kept in the project, and used by every analysis from then on"},
};
static const struct command people_command = {
    "people", "PROJECT [NAME]...", "who was made one person out of the ids of several sources, and who was not",
    "Rows that name somebody by several ids (a login and a cookie, a contact and a mail address) say that these are one person, and so do links that\n"
    "sources give. Logins, contact ids and mail addresses make all who have them one; phone numbers and cookies only those who have no different\n"
    "logins or addresses already. A mailbox such as info@ and a key that more than five ids of one source have join nobody. Nothing is guessed from\n"
    "names. All analyses see people so. With NAME, any id of somebody, all ids by which they are known.",
    "  voc people shop.voc                        # by source: how many ids could be joined\n"
    "  voc people shop.voc --table duplicates     # who might be one person\n"
    "  voc people shop.voc ann@acme.example       # by which ids she is known\n"
    "  voc people shop.voc --country 49           # phone numbers without a country are German\n",
    people_options, PEOPLE_N, 1, -1, run_people};

static const voc_option rejects_options[REJECTS_N] = {
    [REJECTS_LIMIT] = {"limit", VOC_OPT_INT, 0, "50", "0", NULL, NULL, "N", "show this many; 0 shows all"},
    [REJECTS_REPLAY] = {"replay", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "read the files that have rejects again, as the mapping now says"},
    [REJECTS_AS] = {"as", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "PLUGIN", "with --replay: read with this input plugin now"},
    [REJECTS_SOURCE] = {"source", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "ID", "with --replay: the source that the files belong to"},
    [REJECTS_SOURCES] = {"sources", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "FILE", "with --replay: a sources.xml that says how the files are read now"},
    [REJECTS_MAX_REJECTS] = {"max-rejects", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "N|N%", "with --replay: leave a file as it was that has more rejects than this still"},
};
static const struct command rejects_command = {
    "rejects", "PROJECT [FILE]...", "records that were not understood: line, reason, raw text; read again once that is mended",
    "Nothing is lost in silence: each record of an import gave rows, was rejected, or was ignored by a named rule.\n"
    "When the mapping has been mended (sources.xml of the journey, or -O NAME=VALUE), --replay reads the files that have rejects again, and the\n"
    "project is then what a clean import would have made of them. How a file was read the first time (-O, --as, --source, --sources) holds\n"
    "unless it is said otherwise. Each file is read as a whole, as only that can give the same result, and its hash must be that of the first\n"
    "reading. A file that lies elsewhere now is named: voc rejects shop.voc --replay new/place/log.csv; - is what came through a pipe, sent\n"
    "again. A file that cannot be read, or is rejected for the most part, stays as it was.",
    "  voc rejects shop.voc\n"
    "  voc rejects shop.voc --replay -O time-format='dd.MM.yyyy'\n"
    "  voc rejects shop.voc --replay --sources sources.xml\n", rejects_options, REJECTS_N, 1, -1, run_rejects};

static const voc_option words_options[WORDS_N] = {
    [WORDS_LIMIT] = {"limit", VOC_OPT_INT, 0, "20", "0", NULL, NULL, "N", "show this many; 0 shows all"},
    [WORDS_THEME] = {"theme", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "ID|none", "what speaks of this theme of the codebook, with the deciding words in []; none: what fits no theme"},
    [WORDS_NEGATED] = {"negated", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "with --theme: only what says that it is not so"},
};
static const struct command words_command = {
    "words", "PROJECT [QUERY]...", "what customers wrote: search it, with who, when, and where in the journey",
    "Words come with mails and open answers; what a mail quotes is not among them. A query is words: several are all to be found, in any order;\n"
    "OR, NOT and parentheses combine them (in capitals), \"words in quotes\" stand together, deliver* is a beginning, price NEAR dear has at most\n"
    "ten words between, NEAR/3 three. Capitals and accents of what is searched make no difference. Without a query all are shown. With a journey the\n"
    "stage is told in which the customer stood after it. --theme shows what speaks of a theme of the journey's codebook (voc themes), texts that\n"
    "stand on events of customers among it, and --theme none what no theme knows: there the codebook grows from.",
    "  voc words shop.voc 'price NEAR too'\n"
    "  voc words shop.voc '\"too dear\" OR expensive' --limit 0 --format csv   # with the whole text\n",
    words_options, WORDS_N, 1, -1, run_words};

static const struct command themes_command = {
    "themes", "PROJECT", "what customers speak of: each theme of the codebook, in texts and people",
    "The journey's codebook.xml says by which words a theme is known. A text speaks of a theme or not, however often; \"not expensive\" speaks of\n"
    "price too, and is counted as negated: one of no, not, never, without, nothing, nobody, hardly, barely and words in -n't among the three\n"
    "words before it, in the same clause. What is said of a theme is said of the theme that it is part of. What a mail quotes, and signatures, are not read.\n"
    "Nothing of this is stored: after a change of the codebook, voc journey use PROJECT FOLDER and ask again. Nothing is imported anew.\n"
    "Not found on purpose: a negation behind the word or more than three words away, and irony.",
    "  voc themes sale.voc\n"
    "  voc words sale.voc --theme price --negated     # who says it is not dear, with the deciding words\n"
    "  voc words sale.voc --theme none                # what the codebook does not know yet\n",
    NULL, 0, 1, 1, run_themes};

static const struct command codebook_check_command = {
    "codebook check", "[FOLDER|PROJECT]", "are the sentences in a codebook understood as they say?",
    "A codebook carries sentences (<sample text=\"...\" has=\"price\" not=\"support\" negated=\"ease\"/>). Each is coded, and each expectation that\n"
    "fails is shown as file:line with what was found instead; then it ends with exit 5. Themes that no sentence shows are named. The folder is that\n"
    "of a journey, or the name of one that ships with voc; without it, the folder in which you are. voc journey check does this too.",
    "  voc codebook check b2b-sale\n",
    NULL, 0, 0, 1, run_codebook_check};

static const struct command tables_command = {
    "tables", "PROJECT [TABLE]", "reference tables: what is known beside the events, such as a ledger, targets or holidays",
    "Without a name it lists the tables that the project holds, with a name the rows of that one. Rows come with voc import, from CSV files or\n"
    "sheets of workbooks: accounts, ledger, targets, capacity, effort, orders, holidays, partner-capacity (voc plugin show reference says what\n"
    "columns each has). A row holds from its day on, until another one of the same key begins; importing a row of the same key and day again\n"
    "replaces it. voc sql knows each table by its name.",
    "  voc tables shop.voc                           # which there are\n"
    "  voc tables shop.voc ledger --format csv       # the rows of one\n"
    "  voc sql shop.voc 'SELECT account, sum(amount) FROM ledger GROUP BY account'\n",
    NULL, 0, 1, 2, run_tables};

static const struct command sql_command = {
    "sql", "PROJECT|FILE... QUERY", "ask the project in SQL: event, journey, unit, said, mention, measure, question, and the ordinary tables",
    "One statement that only reads. The tables event, journey, unit, said (what customers said) and mention (the themes of each text) answer\n"
    "by the project's active journey; see docs/sql.md for their columns, docs/project-file.md for the other tables. The tables of an analysis are there as ANALYSIS_TABLE: score_touchpoints, score_stages, score_sets;\n"
    "a range has the columns NAME, NAME_lo and NAME_hi. What surveys asked is in question, the answers in measure. Views with plain\n"
    "names: events, stays, customers, touchpoints, actions, answers, sources, imports, rejects (docs/sql.md). Any program with SQLite has the same tables, to join with its own, once it loads the extension:\n"
    ".load " VOC_EXTENSION " in the sqlite3 shell.",
    "  voc sql shop.voc \"SELECT action, count(*) AS n FROM event GROUP BY action ORDER BY n DESC\"\n"
    "  voc sql shop.voc \"SELECT theme, count(DISTINCT individual) FROM mention GROUP BY theme\"\n"
    "  voc sql shop.voc \"SELECT touchpoint, code, extra, extra_lo, extra_hi FROM score_touchpoints\"\n", NULL, 0, 2, -1, run_sql};

static const voc_option explain_options[EXPLAIN_N] = {
    [EXPLAIN_CHECK] = {"check", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "ask for every number of every analysis again, from events, stays and words, and say which differ and which have no such query"},
    [EXPLAIN_NUMBERS] = {"numbers", VOC_OPT_FILE, 0, NULL, NULL, NULL, NULL, "FILE", "look up every number of a picture or a page (SVG, HTML, or lines of text), and say where it stands"}};
static const struct command explain_command = {
    "explain", "[PROJECT] WORD...", "what a touchpoint's verdict, a code, a stage or a number means, and how to get it again",
    "WORD is a touchpoint (webinar), a code of the score (U6), a stage, an action, the name of a number (expected), or a number as printed\n"
    "(1,072); a touchpoint and a name together give one number. The answer holds the sentence of the verdict, each check with its number,\n"
    "the definition and its version, example customers of both outcomes with what they did, and the query that gives the figure again.\n"
    "PROJECT may be left out where one project lies in the working directory.\n\n"
    "A number of any analysis is found by words of its row and its name or digits; with the analysis named first, in its tables only. Options\n"
    "of that analysis may follow: the number is then the one that it gives with them. The queries read the table of the analysis and, where\n"
    "SQL can say it, the events and stays alone; where it cannot, the answer says why and what enters the number (docs/explain.md).",
    "  voc explain shop.voc webinar            # why it was judged so\n"
    "  voc explain shop.voc webinar expected   # one number of it\n"
    "  voc explain shop.voc 1,072              # where does this number come from?\n"
    "  voc explain shop.voc map Aware leave value    # the number of a row, by its words; of one analysis only\n"
    "  voc explain shop.voc funnel chain aware journeys --by segment    # as the analysis gives it with options\n"
    "  voc explain shop.voc --check            # every number again by its query; takes as long as all analyses\n"
    "  voc explain shop.voc map --numbers map.svg    # every number of a picture: in which table it stands\n",
    explain_options, EXPLAIN_N, 1, -1, run_explain};

static const struct command settle_command = {
    "settle", "PROJECT", "put the events of many imports into one order, so that they are read faster",
    "Every import writes its events in the order of the customers, and reading puts those of all imports together. Imports tidy up after\n"
    "themselves: as they end, small ones before them become larger ones. This command does the rest: all events become one, and the result of\n"
    "every other command stays what it was, byte for byte. It is worth its time after many imports, before much reading. It needs room in the\n"
    "file for what it writes; a kill leaves the project as it was.",
    "  voc settle shop.voc                        # once a month, after the daily imports\n", NULL, 0, 1, 1, run_settle};
static const char *const forget_as_choices[] = {"individual", "account", "case", NULL};
static const voc_option forget_options[FORGET_N] = {
    [FORGET_AS] = {"as", VOC_OPT_ENUM, 0, "individual", NULL, NULL, forget_as_choices, "WHAT", "what WHO names: a customer, an account with all that was done in its name, or a case by its id"},
    [FORGET_ALL] = {"all", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "where WHO means several, forget all of them"},
    [FORGET_TEXTS] = {"texts", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "also put [forgotten] in place of their aliases in what others wrote"},
    [FORGET_DRY_RUN] = {"dry-run", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "say what would go, and change nothing"},
};
static const struct command forget_command = {
    "forget", "PROJECT WHO...", "take a person out of a project, so that nothing of them is left in the file",
    "WHO is an alias, such as email=ada@example.org or id=C0689562048, or its value alone. All that is told of the person goes: events, what they\n"
    "wrote and answered, what was observed of them, links and memberships, the names by which they were known and every other name that only\n"
    "their rows had; rejects that name them lose their text. The file is written anew without all that and looked through, strings, texts,\n"
    "index and bytes, and takes the place of the old one in one step: a kill leaves the project as it was or without the person. Who reads\n"
    "the project meanwhile goes on with what it was; then the file keeps that until they have ended, which is said (exit 3).\n\n"
    "What others wrote may still name the person: each such place is listed, and --texts blanks the alias there. Names of files stay. Accounts\n"
    "of imports stay too: they speak of the files. The same file read again brings nothing back; one that has grown or is read in another\n"
    "way would, as the project keeps no list of whom it forgot: take the person out of the files as well. Copies of the project are yours to find.",
    "  voc forget shop.voc email=ada@example.org --dry-run   # what would go\n"
    "  voc forget shop.voc email=ada@example.org\n"
    "  voc forget tickets.voc T-4711 --as case\n", forget_options, FORGET_N, 2, -1, run_forget};
static const voc_option verify_options[VERIFY_N] = {
    [VERIFY_VIEWS] = {"views", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "also prove that funnel, process map, score and attribution count the same"}};
static const struct command verify_command = {
    "verify", "PROJECT", "check that a project file is whole, and that what is shown of it agrees",
    "Checks the database, the checksum of every block of events, and every count. Exit 5 names what is damaged.\n\n"
    "--views also runs the analyses of this project and holds them against each other and against the events, by identities that must be true\n"
    "whatever the data: who entered a stage moved on, went back, left, lapsed or is still there; the time in stages is the time of the journey;\n"
    "the touches that were scored are events of the project. Each is a query that voc sql takes as well.",
    "  voc verify shop.voc\n"
    "  voc verify shop.voc --views                 # takes as long as the score\n", verify_options, VERIFY_N, 1, 1, run_verify};
static const struct command digest_command = {
    "digest", "PROJECT", "a hash of what a project holds",
    "The same content gives the same digest, whatever the layout of the file: compressed or plain input, any number of threads.", NULL, NULL, 0, 1, 1, run_digest};

static const struct command journey_use_command = {
    "journey use", "PROJECT FOLDER", "follow this journey definition in a project",
    "FOLDER holds journey.xml (and sources.xml, codebook.xml), or is the name of a journey that ships with voc (voc journey list).\n"
    "The project is made if it does not exist. The definition is copied into it, with its version and hash.",
    "  voc journey use shop.voc online-shop\n", NULL, 0, 2, 2, run_journey_use};
static const struct command journey_check_command = {
    "journey check", "FOLDER", "check a journey definition and run its samples",
    "Every fault is shown as file:line with advice, also what an import would refuse of sources.xml: plugins, their options, patterns of times.\n"
    "Then the samples in the definition are run: an expectation that fails ends with exit 5.\n"
    "Stages that no sample reaches, and events that two stages claim, are named. The sentences of the codebook are checked as voc codebook check does.",
    NULL, NULL, 0, 1, 1, run_journey_check};
static const struct command journey_list_command = {"journey list", "", "the journeys that ship with voc", "Copy one and edit it: that is how your own begins.", NULL, NULL, 0, 0, 0,
                                                    run_journey_list};

static const voc_option infer_options[INFER_N] = {
    [INFER_AS] = {"as", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "PLUGIN", "read the files with this input plugin instead of guessing"},
    [INFER_SOURCE] = {"source", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "ID", "the source that the files belong to"},
};
static const struct command journey_infer_command = {
    "journey infer", "PROJECT|FILE...", "begin a journey from the events themselves",
    "Guesses from what is there: who acts, what customers do for its worth, the stages and what enters them, touchpoints and their costs. Writes\n"
    "journey.xml into the folder that -o names, with the reason of each guess as a note and with samples made from real journeys, and says what\n"
    "it assumed and what to look at first. voc worksheet shows the same guesses as a sheet that can be edited.",
    "  voc journey infer ecom.csv.gz -o my-shop\n"
    "  voc journey infer shop.voc -o my-shop\n", infer_options, INFER_N, 1, -1, run_journey_infer};

static const char *const separator_choices[] = {"comma", "semicolon", "tab", NULL};
static const voc_option worksheet_options[WORKSHEET_N] = {
    [WORKSHEET_APPLY] = {"apply", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "SHEET", "apply this sheet to the journey, and say what changed"},
    [WORKSHEET_DRY_RUN] = {"dry-run", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "with --apply: say what would change, and write nothing"},
    [WORKSHEET_JOURNEY] = {"journey", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "FOLDER", "begin with this journey instead of the one that the project follows"},
    [WORKSHEET_SEPARATOR] = {"separator", VOC_OPT_ENUM, 0, "comma", NULL, NULL, separator_choices, "WHAT", "between cells: comma, semicolon (with decimal commas) or tab"},
    [WORKSHEET_AS] = {"as", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "PLUGIN", "read the files with this input plugin instead of guessing"},
    [WORKSHEET_SOURCE] = {"source", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "ID", "the source that the files belong to"},
};
static const struct command worksheet_command = {
    "worksheet", "PROJECT|FILE...", "all distinct actions as a sheet to edit, and from it the journey",
    "Each row is one thing that happened: how often, to how many customers, examples; then what the journey says of it or, where it says\n"
    "nothing, a guess with its reason in the column why. Edit the columns from actor to minutes in a spreadsheet: actor (customer, company,\n"
    "unsure), class (value, neutral, mechanical, passage, trouble, harm, undelivered), value, kind (push, pull), stage that it enters\n"
    "(exit:lost for an end), touchpoint, group, owner, function, cost, minutes. Then --apply SHEET writes journey.xml: only what was changed is\n"
    "changed there, all else stays as it is; the version is raised, and the project follows it. It goes to the folder that the project's journey\n"
    "came from, or to -o FOLDER, else to a folder beside the project; never over a journey that ships with voc.",
    "  voc worksheet shop.voc -o sheet.csv           # then edit it in a spreadsheet\n"
    "  voc worksheet shop.voc --apply sheet.csv      # writes journey.xml, says what changed\n"
    "  voc worksheet shop.voc --apply sheet.csv --dry-run\n"
    "  voc worksheet export.csv -o sheet.csv         # from a file, without a project\n", worksheet_options, WORKSHEET_N, 1, -1, run_worksheet};

static const char *const unit_choices[] = {"account", "individual", "case", NULL};
static const voc_option stages_options[STAGES_N] = {
    [STAGES_JOURNEY] = {"journey", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "FOLDER", "use this definition for once"},
    [STAGES_UNIT] = {"unit", VOC_OPT_ENUM, 0, NULL, NULL, NULL, unit_choices, "KIND", "whose journey: account, individual or case"},
};
static const struct command stages_command = {
    "stages", "PROJECT|FILE...", "who entered, advanced, left or stays in each stage, and for how long",
    "A stage is entered by what the customer does (its operational definition), never by what the company did, unless the journey says\n"
    "evidence=\"declared\". Dwell is a Kaplan-Meier median: open stays count as not yet ended. Where a stage says stall=\"30d\", it is counted who\n"
    "is there and has not acted for so long, and who ever did not.",
    NULL, stages_options, STAGES_N, 1, -1, run_stages};

static const voc_option holdout_options[HOLDOUT_N] = {
    [HOLDOUT_LIST] = {"list", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "choose: a row for each customer who may still get it, as events that voc import understands"},
    [HOLDOUT_SEED] = {"seed", VOC_OPT_INT, 0, "1", "0", NULL, NULL, "N", "another choice; the same seed gives every customer the same side again"},
    [HOLDOUT_HOLD_BACK] = {"hold-back", VOC_OPT_INT, 0, NULL, "2", "1000", NULL, "N", "hold back one in N instead of the share proposed"},
    [HOLDOUT_START] = {"start", VOC_OPT_TIME, 0, NULL, NULL, NULL, NULL, "DATE", "when the test begins (the day after the data end)"},
};
static const struct command holdout_command = {
    "holdout", "PROJECT [TOUCHPOINT...]", "plan a random test of what everybody gets, and choose who goes without",
    "Some touchpoints cannot be judged by comparing customers: everybody comparable gets them, or they are sent while customers are already\n"
    "acting. Leaving them out for a random part settles it. Without TOUCHPOINT those are planned whose verdict waits for it: how many customers\n"
    "go without, for how many weeks, at what effect sought and what cost. Below stands the element that makes the journey understand the test.\n"
    "--list chooses the customers. A customer's side follows from seed, touchpoint and name alone (of its account, so that colleagues share\n"
    "one), so the same command goes on later to those who are new.",
    "  voc holdout shop.voc                         # what waits for a random test, and what that takes\n"
    "  voc holdout shop.voc newsletter --list -o holdout.csv\n",
    holdout_options, HOLDOUT_N, 1, -1, run_holdout};

static const struct command run_command = {
    "run", "PROJECT|FILE... ANALYSIS...", "several analyses in one walk over the events",
    "Gives what each analysis gives as a command of its own, but the events are read, put in order and walked once. Options of an analysis are\n"
    "given as -O ANALYSIS.OPTION=VALUE. On the screen one result follows the other; -o FOLDER/ writes a file for each analysis (json, or as\n"
    "--format says); one file with -f json or -o FILE.html holds the tables of all. voc plugin list shows the analyses.",
    "  voc run shop.voc score,funnel              # both, one after the other\n"
    "  voc run shop.voc score funnel -o results/  # results/score.json, results/funnel.json\n"
    "  voc run events.csv flow,variants           # from a file, with nothing kept\n",
    NULL, 0, 2, -1, run_run};

static const voc_option fold_options[FOLD_N] = {
    [FOLD_SHARD] = {"shard", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "I/N", "which part this is, such as 2/3: the second of three"},
};
static const struct command fold_command = {
    "fold", "ANALYSIS PROJECT", "one part of an analysis, in a file that voc merge puts together with the others",
    "Walks only the customers (accounts, cases) of one shard: which one somebody belongs to follows from the name alone, so N commands with\n"
    "--shard 1/N to N/N see everybody once, on one machine or on several with a copy of the project each. The options are those of the\n"
    "analysis. The part that -o names is read by any machine, and carries what the result says of the project: voc merge needs only parts.\n"
    "A part holds names of customers where the analysis gathers them: keep it as you keep the project.",
    "  voc fold flow shop.voc --shard 1/2 -o flow.1   # the same with --shard 2/2 -o flow.2, here or elsewhere\n"
    "  voc merge flow flow.1 flow.2                   # what voc flow shop.voc gives\n",
    fold_options, FOLD_N, 2, 2, run_fold};
static const struct command merge_command = {
    "merge", "ANALYSIS PART...", "the result of an analysis, from all parts that voc fold made of it",
    "Gives what the undivided analysis gives, to the byte. The parts may be named in any order; each must be there once. One that is of another\n"
    "project, journey, option, analysis or version is refused and named, and so is one that was cut off or damaged on its way.",
    "  voc merge flow flow.1 flow.2               # on the screen\n"
    "  voc merge flow flow.* -f json -o flow.json # as any result\n",
    NULL, 0, 2, -1, run_merge};

static const struct command plugin_list_command = {"plugin list", "", "all plugins, and why one is refused",
                                                   "Plugins are looked for in --plugin-dir, VOC_PLUGIN_PATH, $XDG_DATA_HOME/voc/plugins and the built-in folder. They are named\n"
                                                   "KIND-NAME.so, and must belong to root or to you, and be writable by nobody else.",
                                                   NULL, NULL, 0, 0, 0, run_plugin_list};
static const struct command plugin_show_command = {"plugin show", "NAME", "one plugin: version, file, options", "NAME may be KIND-NAME where two kinds share a name.", NULL, NULL, 0,
                                                   1, 1, run_plugin_show};

static const voc_option plugin_check_options[PLUGIN_CHECK_N] = {
    [PLUGIN_CHECK_ROUNDS] = {"rounds", VOC_OPT_INT, 0, "200", "0", "100000", NULL, "N", "damaged copies of each sample, of each kind"},
    [PLUGIN_CHECK_SECONDS] = {"seconds", VOC_OPT_INT, 0, "60", "1", "86400", NULL, "N", "processor time after which a check that goes on is taken to hang"},
};
static const struct command plugin_check_command = {
    "plugin check", "PLUGIN [SAMPLE...]", "whether a plugin keeps the contract",
    "PLUGIN is a name that voc plugin list has, or the file of one that is not installed. An input plugin reads each sample whole, in pieces, from\n"
    "a pipe, compressed, in several threads and isolated, which must give the same rows; then with each of its options, from copies that are cut off or\n"
    "damaged (its probe is asked of them too), with memory that is refused, and interrupted: it may refuse them in words, and nothing else.\n"
    "Samples are the files named, else those in the folder samples beside the plugin. An analysis answers over no events, one event and many\n"
    "journeys, and must give the same answer for any threads and from parts, or say that memory ran out where it is refused; an output plugin\n"
    "writes the tables of analyses. Whatever crashes, hangs or writes to the standard outputs is a line of the report; exit 5 if one fails.",
    "  voc plugin check ./input-fair.so fair.txt    # one that you are writing\n"
    "  voc plugin check events --rounds 2000        # one that is installed, harder\n",
    plugin_check_options, PLUGIN_CHECK_N, 1, -1, run_plugin_check};

static const char *const new_kinds[] = {"input", "analysis", "output", NULL}, *const new_framings[] = {"lines", "stream", NULL};
static const voc_option plugin_new_options[PLUGIN_NEW_N] = {
    [PLUGIN_NEW_KIND] = {"kind", VOC_OPT_ENUM, 0, "input", NULL, NULL, new_kinds, "KIND", "input: a file format; analysis: a command; output: a format of results"},
    [PLUGIN_NEW_FRAMING] = {"framing", VOC_OPT_ENUM, 0, "lines", NULL, NULL, new_framings, "FRAMING", "of a file format: lines, where records are lines, or stream"},
};
static const struct command plugin_new_command = {
    "plugin new", "NAME", "begin a plugin of your own: a folder with one that works",
    "Makes the folder NAME with a small plugin in C that is there to be changed, a Makefile, a sample where it reads files, and a README with the\n"
    "next commands. It needs a C compiler and voc/plugin.h, nothing else of voc. A program in another language needs no plugin: voc import\n"
    "PROJECT - --as json reads one JSON object a line from it. docs/plugin-guide.md leads through both.",
    "  voc plugin new fair && cd fair && make && make check\n"
    "  voc plugin new fair --framing stream               # whose records are more than a line\n"
    "  voc plugin new last-steps --kind analysis\n",
    plugin_new_options, PLUGIN_NEW_N, 1, 1, run_plugin_new};

static const voc_option demo_options[DEMO_N] = {
    [DEMO_OPTION_SEED] = {"seed", VOC_OPT_INT, 0, NULL, "0", NULL, NULL, "N", "another company; with the default seed every planted verdict comes out"},
};
static const struct command demo_command = {
    "demo", "DIR", "write a made-up company with a known truth",
    "Writes DIR/all-events.csv, the events of a company whose touchpoints have planted effects, and DIR/truth.json, what was planted.",
    "  voc demo demo && voc import demo/arcwell.voc demo/all-events.csv --journey b2b-sale && voc score demo/arcwell.voc\n", demo_options, DEMO_N, 1, 1, run_demo};

static const voc_option help_options[HELP_N] = {
    [HELP_MAN] = {"man", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "as the source of a man page"},
    [HELP_COMPLETE] = {"complete", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "for the completion of shells: voc help --complete -- WORD... prints what may stand in place of the last word, one a line"},
};
static const struct command help_command_ = {"help", "[COMMAND]", "this overview, or the help of a command", "The same as voc COMMAND --help.", NULL, help_options, HELP_N, 0, -1, run_help};
static const struct command version_command = {"version", "", "the version of voc", "Prints the version of the program and of the plugin ABI, and what keeps input plugins from doing harm on this machine.", NULL, NULL, 0, 0, 0, run_version};

const struct command *const commands[] = {&demo_command, &journey_list_command, &journey_use_command, &journey_check_command, &codebook_check_command, &journey_infer_command, &worksheet_command, &sniff_command, &rows_command, &import_command, &rejects_command, &words_command, &themes_command, &tables_command,
                                          &stats_command, &people_command, &stages_command, &run_command, &fold_command, &merge_command, &holdout_command, &explain_command, &sql_command, &settle_command, &forget_command, &verify_command, &digest_command, &plugin_list_command,
                                          &plugin_show_command, &plugin_new_command, &plugin_check_command, &help_command_, &version_command, NULL};

const char *const *command_words(void)
{
    static const char *const words[] = {"import", "sniff", "rows", "stats", "people", "rejects", "words", "themes", "codebook", "tables", "sql", "settle", "forget", "verify", "digest", "journey", "worksheet", "stages", "run", "fold", "merge", "holdout", "explain", "plugin", "demo", "help", "version", NULL};
    return words;
}

const struct command *command_find(const char *const *words, int n, int *used)
{
    char two[128];
    if (n > 1) {
        snprintf(two, sizeof two, "%s %s", words[0], words[1]);
        for (size_t i = 0; commands[i]; i++)
            if (strcmp(commands[i]->name, two) == 0) return *used = 2, commands[i];
    }
    for (size_t i = 0; n > 0 && commands[i]; i++)
        if (strcmp(commands[i]->name, words[0]) == 0) return *used = 1, commands[i];
    return NULL;
}

int run_demo(struct cli *c)
{
    uint64_t seed = c->own[DEMO_OPTION_SEED].set ? (uint64_t)c->own[DEMO_OPTION_SEED].i : DEMO_SEED;
    voc_rc rc = demo_write(c->args[0], seed, c->common[COMMON_FORCE].i != 0, c->diag);
    if (!rc) {
        const char *project = cli_word(c, arena_printf(&c->arena, "%s/arcwell.voc", c->args[0]));
        cli_say(c, "wrote %s/all-events.csv and %s/truth.json (seed %llu)\n", c->args[0], c->args[0], (unsigned long long)seed);
        cli_say(c, "Next: voc import %s %s --journey b2b-sale\n      voc score %s\n", project, cli_word(c, arena_printf(&c->arena, "%s/all-events.csv", c->args[0])), project);
    }
    return cli_exit(c, rc);
}

int run_version(struct cli *c)
{
    (void)c;
    printf("voc %s (plugin ABI %u.%u)\n", VOC_VERSION, VOC_ABI_MAJOR, VOC_ABI_MINOR);
    if (sandbox_landlock()) printf("files are read in a process that seccomp and Landlock keep from doing anything else\n");
    else printf("files are read in a process that seccomp keeps from doing anything else; this kernel has no Landlock, which would hold while a plugin is loaded\n");
    return EXIT_DONE;
}

// All arguments are its name.
static const struct command *named(const struct cli *c)
{
    int used = 0;
    const struct command *found = command_find(c->args, c->n_args, &used);
    return used == c->n_args ? found : NULL;
}

int run_help(struct cli *c)
{
    struct buf b;
    bool man = c->own[HELP_MAN].i != 0, complete = c->own[HELP_COMPLETE].i != 0;
    if (!complete && c->n_args > 2) {
        order_too_many(c, 2);
        return EXIT_USAGE;
    }
    voc_rc rc = complete ? VOC_OK : cli_catalogue(c);
    buf_init(&b, 1 << 18);
    if (complete) {
        complete_words(&b, c, c->args, c->n_args);
    } else if (!rc && c->n_args == 0) {
        (man ? man_overview : help_overview)(&b, c->catalogue);
    } else if (!rc && named(c)) {
        (man ? man_command : help_command)(&b, named(c));
    } else if (!rc) {
        struct plugin *p = catalogue_find(c->catalogue, VOC_KIND_ANALYSIS, str_of(c->args[0]));
        if (p && !p->refused) rc = plugin_load(p, c->diag);
        if (p && p->desc)
            (man ? man_analysis : help_analysis)(&b, p->desc);
        else if (!rc) {
            cli_unknown_command(c, c->args[0], c->n_args > 1 ? c->args[1] : NULL);
            rc = VOC_E_OPTION;
        }
    }
    if (!rc && b.ptr) fputs(b.ptr, stdout);
    buf_done(&b);
    return cli_exit(c, rc);
}
