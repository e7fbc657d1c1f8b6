// SPDX-License-Identifier: MIT
// Answers to surveys. A record is a response: one event, what was chosen as measures, what was written as words.
//   survey.c     descriptor, options, life      frame.c     header rows, whose export it is, names of columns
//   names.c      what a column is by its name   questions.c kinds, scales, and which question is NPS, CSAT or CES
//   plan.c       times, overrides, maps         answers.c   cells -> rows
//   structure.c  the file that describes a survey: qsf.c (Qualtrics), lss.c (LimeSurvey), sss.c (Triple-S)
//   fixed.c      fixed-width records            hierarchy.c levels of Triple-S
//   report.c    the plan in words
// Cells come from plugins/common/table, or from fixed.c. A plan is made once, in head(), and only read from then on: lines()
// runs in parallel on it.
#ifndef VOC_PLUGINS_SURVEY_H
#define VOC_PLUGINS_SURVEY_H

#include "plugins/common/table/table.h"

#define SV_TIMES_MAX 4u   // columns that may say when, the best one first
#define SV_EXTRAS_MAX 200u // attributes of the event: below the host's bound
#define SV_UNITS_MAX 32u  // scales of one survey
#define SV_LIST_MAX 100u  // options that one cell may hold

enum sv_form { SV_PLAIN, SV_QUALTRICS, SV_LIMESURVEY, SV_SURVEYMONKEY, SV_GOOGLE, SV_FORMBRICKS, SV_TRIPLE_S, SV_DESCRIPTION /* a structure, where answers are meant */ };

enum sv_role {
    SV_LEFT_OUT = 0, SV_TIME, SV_ID, SV_PERSON, SV_LANGUAGE, SV_FINISHED, SV_STATUS,
    SV_EXTRA,  // an attribute of the event
    SV_ANSWER, // a measure
    SV_WORDS   // open text
};

enum sv_kind { SV_CHOICE = 0, SV_NUMBER, SV_SCALE, SV_SEVERAL /* any number of options */, SV_RANK, SV_OPEN, SV_DATE, SV_CLOCK };
enum sv_known { SV_NO = 0, SV_NPS, SV_CSAT, SV_CES, SV_N_KNOWN };

struct sv_label { // an option that can be chosen
    voc_str code, text;
    double score;
    bool scored;
};

// What a structure says of a column or question.
struct sv_item {
    voc_str code;       // as the export names it: Q3, Q3_1, Q3[SQ001]
    voc_str text, item; // the question; which of its rows or options
    uint32_t kind;      // enum sv_kind
    bool said;          // the kind is known
    bool nps;           // the tool's own NPS question
    bool any;           // any number of its options may be chosen, and may stand in one cell
    uint32_t role;      // Triple-S: SV_ID (serial), SV_LEFT_OUT (weight), else SV_ANSWER
    struct sv_label *labels;
    size_t n_labels;
    uint32_t start, width, fields; // Triple-S: place in the record from 0; number of subfields of a spread multiple, else 0
};

struct sv_structure {
    const char *what; // "a Qualtrics survey (.qsf)"; NULL: none was read
    voc_str title, language;
    struct sv_item *items;
    size_t n_items, room;
    bool data_csv; // Triple-S: how its answers are written
    uint32_t data_skip;
};

struct sv_column {
    uint32_t role;  // enum sv_role
    uint32_t kind;  // enum sv_kind
    uint32_t known; // enum sv_known
    bool declared;  // by a map or an option
    bool seen_only; // lo..hi was only seen in answers
    bool open;      // its header says that people wrote in words of their own
    voc_str text;   // the question as asked, with what it asks about: all of it
    voc_str label;  // the option or row that the column is about, or empty
    voc_str key;    // of its measures
    voc_str own;    // key of what is no score, where key is nps, csat or ces; else the same
    voc_str alias_kind;
    uint32_t strong;
    int lo, hi;     // scale; hi <= lo: none
    char list;      // what stands between the options that a cell holds: , or ;; 0: a cell is one answer
    voc_str unit;
    const struct sv_item *item;
};

struct sv_time {
    uint32_t column, clock; // clock: or NO_COLUMN
    char pattern[PATTERN_MAX];
    voc_time_format *format, *day; // day: of a response without a clock
    bool american; // day and month cannot be told apart, and are read as that form writes them
    bool dotted;   // likewise, and are read day first
};

#define SV_LEVELS_MAX 32u
struct sv_level { voc_str ident, file, parent, link; }; // file: of its structure, without ending; parent: empty at the top
struct sv_levels { // of a Triple-S hierarchy
    struct sv_level at[SV_LEVELS_MAX];
    size_t n;                   // 0: there is none
    const struct sv_level *own; // of the answers
    uint32_t link;              // column that names the respondent above, or NO_COLUMN
    bool has_below;
};

struct survey {
    struct table table; // first: the instance is a table too
    enum sv_form form;
    const char *form_says;
    struct sv_structure structure;
    voc_str file, name; // of the input; of the survey
    struct sv_column *columns;
    struct sv_time times[SV_TIMES_MAX];
    size_t n_times;
    uint32_t id, language, finished, status, submitted; // columns, or NO_COLUMN; submitted: LimeSurvey's, empty until then
    bool planned;     // head() has made all of it
    bool short_ids;   // they are numbers that other surveys have too
    int64_t date_us;  // of answers that have none, or VOC_NA
    int64_t unfinished, previews; // 0: keep, 1: leave out
    voc_str said_language, said_name;
    voc_str said[SV_N_KNOWN]; // columns that the user named; "-": none
    voc_str time_said, id_said;
    const voc_str *keep, *words; // columns as attributes, as words
    size_t n_keep, n_words;
    voc_str units[SV_UNITS_MAX];
    size_t n_units;
    struct sv_levels levels;
    uint64_t first_answer; // the record with which the questions are given, or UINT64_MAX
    voc_str *header[3];    // the cells of its rows
    size_t n_answers, n_open, n_people, n_sampled; // columns of questions and of words; of the samples
};
#define EVENTS(s) (&(s)->table.events)

// frame.c
voc_rc sv_frame(struct survey *s, voc_str first, bool complete, voc_line_rule *out);
extern const struct cell_reader sv_reader;
void sv_probe(const voc_host *host, voc_context *cx, const voc_probe *p, voc_probe_result *r);

// names.c: by the folded name. *alias: kind of a person's identity
enum { SV_RANK_NONE = 1000 };
struct sv_meaning { uint32_t role; const char *alias; uint32_t strong, rank; };
bool sv_meaning_of(enum sv_form form, voc_str folded, struct sv_meaning *out);

// questions.c
voc_rc sv_questions(struct survey *s);
bool sv_whole(voc_str cell, int64_t *out); // "9", and "9 - extremely likely"
bool sv_word_score(voc_str cell, int64_t *out); // "very satisfied" of five: 5
void sv_take_known(struct sv_column *x, uint32_t known);
uint32_t sv_column_named(struct survey *s, voc_str name, voc_rc *rc); // an exact name, else the only one that begins so

// plan.c
voc_rc sv_plan(struct survey *s, const voc_block *first);
voc_rc sv_maps(struct survey *s, voc_source *out);

// answers.c
voc_rc sv_answers(const struct survey *s, const voc_block *block, voc_sink *sink);
bool sv_missing(voc_str cell);
// What becomes of a response before its rows are made. fault.code NULL: it gives rows.
struct sv_verdict { bool finished; int64_t time_us; uint32_t resolution; struct cells_fault fault; voc_rc rc; /* memory failed: there is no verdict */ };
void sv_judge(const struct survey *s, const voc_str *cells, struct sv_verdict *v);

// hierarchy.c
voc_rc sv_hierarchy_read(struct survey *s, voc_str text);
voc_rc sv_hierarchy_plan(struct survey *s); // behind the columns

// structure.c
voc_rc sv_structure_read(struct survey *s, voc_str text, bool said);
const char *sv_structure_looks(voc_str head, bool *lists); // what a description looks like, or NULL
struct sv_item *sv_item_new(struct survey *s);
bool sv_list_next(const struct sv_item *item, char separator, voc_str *rest, voc_str *part); // the next of the options in a cell
const struct sv_label *sv_label_of(const struct sv_item *item, voc_str code); // or NULL
const struct sv_item *sv_item_find(const struct survey *s, voc_str code, voc_str text);
voc_str sv_clean(struct survey *s, voc_str html); // without tags, entities and runs of blanks; empty if there is no memory
voc_rc sv_qsf_read(struct survey *s, voc_str text);
voc_rc sv_lss_read(struct survey *s, voc_str text);
voc_rc sv_sss_read(struct survey *s, voc_str text);
voc_rc sv_xml_read(struct survey *s, voc_str text, const char *what, const voc_xml_handler *h, void *user); // its DOCTYPE passed over

// fixed.c
extern const struct cell_reader sv_fixed_reader;

// report.c
void sv_describe(struct survey *s, char *out, size_t size);
const char *sv_known_name(uint32_t known);

static inline bool sv_digit(char c) { return c >= '0' && c <= '9'; }
static inline char sv_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }
static inline voc_str sv_str(const char *s) { return (voc_str){s, strlen(s)}; }
bool sv_ieq(voc_str s, const char *lower);              // ASCII letters alike
bool sv_has(voc_str s, const char *lower);              // somewhere in it, ASCII letters alike

#endif
