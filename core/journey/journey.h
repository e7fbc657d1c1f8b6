// SPDX-License-Identifier: MIT
// A journey definition: the whole vocabulary of journey.xml read, validated and kept. What is computed with has typed
// structures here; all elements stay in the tree (`root`) and, as bytes, in the project. Immutable once loaded.
#ifndef VOC_JOURNEY_JOURNEY_H
#define VOC_JOURNEY_JOURNEY_H
#include "base/hash.h"
#include "base/regex.h"
#include "base/str.h"
#include "base/time.h"
#include "base/xml.h"

// Fields that a leaf tests.
enum leaf_field {
    LEAF_ACTION, LEAF_CLASS, LEAF_CHANNEL, LEAF_CAMPAIGN, LEAF_OBJECT, LEAF_TOUCHPOINT, LEAF_SOURCE, LEAF_OWNER,
    LEAF_ROLE, LEAF_SEGMENT, LEAF_THEME, LEAF_TEXT, LEAF_QUESTION, LEAF_N
};
struct leaf_test { // F="whole value" or F-like="pattern"
    enum leaf_field field;
    voc_str whole;            // when re is NULL
    struct voc_regex *re;
    voc_str pattern;          // what re was made of; its pointer is NULL where the whole value is meant
};
enum predicate_kind { PRED_EVENT, PRED_FACT, PRED_COUNT, PRED_ALL, PRED_ANY, PRED_NOT };
enum count_distinct { DISTINCT_NONE, DISTINCT_INDIVIDUAL, DISTINCT_OBJECT, DISTINCT_DAY, DISTINCT_SESSION };
enum fact_of { FACT_EVENT, FACT_INDIVIDUAL, FACT_ACCOUNT, FACT_UNIT };
struct predicate {
    enum predicate_kind kind;
    uint64_t line;
    // PRED_EVENT: actor mask (1 << VOC_ACTOR_*), tests ANDed, fact children ANDed
    uint32_t actors;
    const struct leaf_test *tests;
    size_t n_tests;
    // PRED_FACT
    enum fact_of of;
    voc_str name, is;
    struct voc_regex *like;
    voc_str pattern; // what `like` was made of, or a NULL pointer
    bool has_is, has_present, present, has_at_least, has_at_most;
    double fact_at_least, fact_at_most;
    // PRED_COUNT
    int64_t at_least, at_most;   // at_most -1: none
    enum count_distinct distinct;
    int64_t within_us;           // COUNT and NOT (and members of ALL through their COUNT): VOC_NA = unbounded
    // children: facts of an EVENT; the one of COUNT and NOT; members of ALL and ANY. `use` is resolved to its target.
    const struct predicate *const *child;
    size_t n_child;
    uint32_t number; // dense over the journey: index of evaluation memory
};

struct stage_input { voc_str name; bool required; const struct predicate *present; }; // present: of the event that opens the stage, or of its unit
struct requirement { voc_str id, title; bool of_next; const struct predicate *met; };
struct output { voc_str title, owner; uint32_t next_stage, next_step; /* VOC_NONE: not that */ const struct predicate *shown; };
struct exchange { // what a stage or a step takes and gives
    const voc_str *suppliers; size_t n_suppliers; // fields
    const struct stage_input *inputs; size_t n_inputs;
    const struct output *outputs; size_t n_outputs;
    const struct requirement *requirements; size_t n_requirements;
};
struct stage {
    voc_str id, title, phase, owner, calendar;
    uint64_t line;
    bool skippable, repeatable, opens_known_from;
    int64_t stall_us; bool stall_working; // without an act of the customer for so long, a stay stalls; or VOC_NA; in working time
    int64_t target_us; bool target_working; // how long a stay should take at most, or VOC_NA; in working time
    const struct predicate *const *definition; // OR
    size_t n_definitions;
    const voc_str *definition_id;
    const struct predicate *aim; // or NULL: an action list becomes a predicate too
    int64_t aim_value;           // micro-units or VOC_NA
    struct predicate *roles_required; // reserved, NULL
    struct exchange exchange;
};
struct step { // of the company's own work
    voc_str id, title, function, owner;
    uint32_t stage;                // or VOC_NONE
    const struct predicate *enter; // or NULL; several <enter>: any of them
    const struct leave { const struct predicate *when; uint32_t outcome /* VOC_LEAVE_* */, to /* step, or VOC_NONE */; } *leaves; size_t n_leaves;
    struct exchange exchange;
    uint64_t line;
};
struct typed { uint32_t stage, step; /* one is VOC_NONE */ voc_str field, value, author, date; }; // by people
struct stage_exit { voc_str id, title, outcome; uint64_t line; const struct predicate *when; };
struct regress { uint32_t to, from; /* VOC_NONE: any */ uint64_t line; const struct predicate *when; };
struct action_rule {
    voc_str name;
    struct voc_regex *like;
    uint32_t actor; // UNSET: the source's
    uint32_t class_;
    int64_t value;
    const uint32_t *stages;
    size_t n_stages;
    uint64_t line;
};
struct claim { // touchpoint or work
    voc_str id, title, group, function, owner, step;
    uint32_t kind; // VOC_TOUCH_*
    uint32_t incidental; voc_str incidental_source;
    int64_t cost, minutes; // micro-units or VOC_NA
    int64_t available_from_us, available_to_us;
    const uint32_t *stages; size_t n_stages;
    const struct predicate *const *event; size_t n_events;
    const struct predicate *aim; int64_t aim_value;
    const voc_str *serves; size_t n_serves;
    bool referred; // WORK: a requirement, output, aim or stage names its step
    uint64_t line;
};
struct group_rule { voc_str id, title; const struct predicate *when; uint64_t line; }; // roles and segments: first match; predicates by name
struct rate { voc_str function, owner; int64_t per_hour; };
struct holdout { voc_str id, campaign; uint32_t touchpoint; int64_t from_us, to_us; const struct predicate *treated, *control; uint64_t line; };
// What is read in words (codebook.h): themes, and the sentences that show what they mean.
struct theme {
    voc_str id, title; // title: the id where none is given
    uint32_t parent;   // or VOC_NONE
    uint64_t line;
    struct voc_regex *const *include, *const *exclude;
    size_t n_include, n_exclude;
};
struct theme_list { const uint32_t *at; size_t n; }; // indices of themes
struct theme_sample { voc_str text; struct theme_list has, without, negated; uint64_t line; };
// What customers want: they say it (themes), act for it (predicates), and are asked about it (questions of surveys).
struct need {
    voc_str id, title; // title: the id where none is given
    uint64_t line;
    struct theme_list said;
    const struct predicate *sought; // or NULL; several <sought>: any of them
    const struct need_asked { voc_str importance, satisfaction; } *asked; size_t n_asked;
};
struct response {
    int64_t window_us, engagement_us, placebo_lag_us, comparators, scan;
    const int64_t *recency_us; size_t n_recency;
    const int64_t *cuts; size_t n_cuts;
    uint32_t weights;
    const voc_def_window *windows; size_t n_windows;
};
struct sample_expect { voc_str at, stage, exit, blocked, touchpoint, end, who; int64_t at_us; uint64_t line; };
struct sample_event { int64_t at_us; uint32_t resolution; voc_str who, account; const struct xml_node *node; uint64_t line; };
struct sample { voc_str name; const struct sample_event *e; size_t n_e; const struct sample_expect *expect; size_t n_expect; uint64_t line; };

struct source_map { voc_map map; uint64_t line; };
struct source_rule { // <source> of sources.xml
    voc_str id, as, zone; const voc_str *files; size_t n_files;
    uint32_t resolution, actor; bool watermark_none; int64_t watermark_us; // VOC_NA: last event
    const voc_map *maps; size_t n_maps;
    const struct source_option { voc_str name, value; uint64_t line; } *options; size_t n_options;
    const struct source_ignore { voc_str reason; const struct predicate *when; uint64_t line; } *ignores; size_t n_ignores;
    uint64_t line;
};

struct journey {
    struct arena arena; // owns everything below; regexes are freed by journey_free
    voc_str id, version, title, currency, zone, effective_from;
    unsigned char hash[HASH_BYTES]; // of the canonical content of the three files
    uint32_t unit; // VOC_UNIT_*
    int64_t lapse_us; // VOC_NA: none
    bool lapse_given;
    bool evidence_declared;
    int64_t observe_start_us, observe_end_us, horizon_us; // or VOC_NA
    const struct feed { voc_str source; bool none; int64_t watermark_us; } *feeds; size_t n_feeds;
    const struct stage *stages; size_t n_stages;
    const struct stage_exit *exits; size_t n_exits;
    const struct regress *regresses; size_t n_regresses;
    uint32_t win_stage, win_exit; int64_t margin;
    const struct action_rule *actions; size_t n_actions;
    const struct claim *claims; size_t n_claims; // touchpoints in file order
    const struct claim *works; size_t n_works;
    const struct step *steps; size_t n_steps;
    const struct typed *typed; size_t n_typed;
    const struct group_rule *roles; size_t n_roles;
    const struct group_rule *named; size_t n_named; // <predicate>
    const struct group_rule *segments; size_t n_segments;
    const struct rate *rates; size_t n_rates;
    const struct holdout *holdouts; size_t n_holdouts;
    struct response response;
    const struct sample *samples; size_t n_samples;
    const struct theme *themes; size_t n_themes; // of codebook.xml, in the order of the file
    const struct theme_sample *theme_samples; size_t n_theme_samples;
    const struct need *needs; size_t n_needs;
    const struct source_rule *sources; size_t n_sources;
    const struct predicate *const *predicates; size_t n_predicates; // by number
    const struct xml_node *root, *sources_root, *codebook_root;
    voc_str file, sources_file, codebook_file; // names for messages
    voc_str journey_xml, sources_xml, codebook_xml; // bytes, to be kept in the project
};

// folder: a directory, or the id of a shipped journey (searched in VOC_JOURNEY_PATH, then the built-in folder).
// Every fault is a diagnostic file:line with advice; VOC_E_OPTION if any.
voc_rc journey_load(struct journey **out, const char *folder, struct diag *d);
voc_rc journey_parse(struct journey **out, voc_str journey_xml, voc_str sources_xml, voc_str codebook_xml, const char *label, struct diag *d);
void journey_free(struct journey *j); // takes NULL
// Whether the files of a folder are, byte by byte, those that the journey was read from. false: perhaps not; load it to know.
bool journey_unchanged(const struct journey *j, const char *folder);
// Whether one of its `files` fits this name, as it is or without .gz and the like.
bool source_reads(const struct source_rule *s, voc_str file_name);
// A definition that accepts anything: no stages; every event's unit is its case, else account, else individual.
voc_rc journey_none(struct journey **out, uint32_t unit);
const char *const *journey_shipped(size_t *n); // ids of the journeys that ship with the program
// The schema (RELAX NG) compiled into the program.
voc_str journey_schema(void);
#endif
