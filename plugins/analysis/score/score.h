// SPDX-License-Identifier: MIT
//
// The score: what its files share. gather.c turns batches of journeys into spooled records and those, sorted by unit name,
// into flat arrays; study.c runs the trials; judge.c gives verdicts; say.c words them; tables.c writes them.
// Everything in finish is allocated from the instance and freed with it. At 50 million events of 4.3 million customers that is 7.9 GB: events 1.6,
// stays 0.8 and as much again for the frame, actions and touches in its order 0.7, records of the trials 2 to 3, sums by account 1 to
// 2. The host keeps of it what memory does not hold in a file: so whatever is large is gone through in order, of names or of entry.
#ifndef VOC_PLUGINS_ANALYSIS_SCORE_SCORE_H
#define VOC_PLUGINS_ANALYSIS_SCORE_SCORE_H

#include <voc/plugin.h>

#include "plugins/analysis/score/trial/trial.h"
#include "plugins/analysis/score/verdict.h"
#include "plugins/common/analysis.h"

enum { OPT_WINDOW, OPT_SEGMENT, OPT_BY, OPT_AIM, OPT_SENSITIVITY, OPT_SETS, OPT_BALANCE, OPT_ALL_TRIALS, OPT_TRIALS_MAX, N_OPTIONS };
enum { BY_NOTHING, BY_STAGE, BY_SEGMENT, BY_GROUP };
extern const voc_option score_options[N_OPTIONS];

struct event {  // of the flat arrays, two in a line of the cache: every part of the score walks all of them
    int64_t time;
    uint32_t action, touchpoint, segment;
    int32_t ref_event;  // index within the unit, or -1
    uint32_t more;      // which of data.more; in a record: of its own
    uint8_t resolution, actor, class_, delivered;
};

struct more {  // what few ask about and many events of a unit have in common
    int64_t cost, minutes;  // VOC_NA: unknown
    uint32_t individual, campaign, thread, ref_touchpoint, role, reserved;  // role: 0 unless asked for
};

struct unit {
    voc_str name;
    uint32_t account;
    uint32_t internal;  // 1: the empty unit
};

struct attribute {  // of a unit, as known from a time on; within a unit by entity, key, then time
    voc_str key, text;
    int64_t from;
    uint32_t entity, reserved;  // VOC_ENTITY_*
};

struct data {  // all units in order of name
    struct unit *units;
    size_t n_units;
    size_t *first_event;  // n_units + 1
    struct event *events;
    size_t n_events;
    struct more *more;
    size_t n_more;
    uint64_t *bits;  // n_events * words: predicates
    size_t words;
    size_t *first_stay, *first_person;  // n_units + 1
    voc_stay *stays, *persons;
    size_t n_stays, n_persons;
    size_t *first_attribute;  // n_units + 1
    struct attribute *attributes;
    size_t n_attributes;
};

struct aims {  // indices of asked-for predicates, or VOC_NONE
    uint32_t *stage, *touchpoint;
    uint32_t *treated, *control;  // of each hold-out
};

struct score {
    const voc_host *host;
    voc_context *cx;
    voc_run *run;
    const voc_value *options;
    const voc_definition *def;
    const voc_run_info *info;
    size_t n_predicates;
    struct aims aims;
    struct data data;
    bool *asked;  // by touchpoint: of --sets, or all that the company starts
};

// What is spooled of a unit: this, then its stays, those of its people, what its events have in common, its events, their predicate
// words, its attributes.
struct record_head {
    uint64_t n_events, n_stays, n_persons, n_attributes, n_more;
    uint32_t account, internal;
};

struct totals { size_t events, stays, persons, attributes, more, names; };  // of the records in a spool; names: their bytes

struct state {
    struct score *score;
    voc_spool *spool;
    char *buffer;
    size_t cap;
    struct more *more;  // of one unit
    size_t more_cap;
    struct totals all;
};

struct recent { size_t fresh, matched; };  // touches of the last days that opened a trial; those with comparators

// A hold-out that would settle a push touchpoint (holdouts.c). Counts are of customers; NaN: not known.
struct holdout {
    bool planned;              // it can be held back at all: push, somebody got it, neither randomised nor asked for by law or contract
    double a_week, at_once;    // customers who would get it: a week on the average, and in the first week
    double base;               // share that acts without it
    bool base_own;             // taken from those who got it: nobody comparable did not
    double each;               // cost of it for one customer within the window
    double lift;               // smallest effect worth finding
    enum { LIFT_NONE, LIFT_PAYS, LIFT_HALF, LIFT_REST } lift_is;
    unsigned one_in;           // hold back one in so many
    double controls, treated, cases, weeks;  // cases: windows of them all; weeks: infinity where it would never end
    double found;              // smallest lift that 1 in 2 would find within twelve weeks
    int64_t ends_us, window;   // VOC_NA
    double forgone, saved;     // actions; money
};

// What would settle an UNPROVEN (settle.c).
struct settle {
    enum { SETTLE_NOTHING, SETTLE_MORE, SETTLE_NOBODY, SETTLE_HOLDOUT, SETTLE_ALONE, SETTLE_PERSON } way;
    double missing, rate;  // touches (HOLDOUT: customers; pull: people), and how many come in a day at present; NaN
    int64_t known_us;      // when it will be known at that rate; VOC_NA: not in ten years, or not by waiting
    const struct holdout *holdout;  // of the touchpoint, or NULL
};

// One verdict: a touchpoint pooled, in a stage, or in a stage and segment.
struct finding {
    uint32_t touchpoint, stage, segment;  // TRIAL_ALL: pooled
    bool pull, work, randomised, tested;
    struct trial_cell cell;               // push
    struct trial_randomised random;
    struct trial_randomised *random_without;  // without the account that holds most of the evidence, or NULL
    struct verdict_push push;
    struct verdict_pull pull_cell;
    double p_adjusted, harm_p_adjusted;
    enum verdict_code code;
    const struct trial_cell *half_cell, *twice_cell;  // with half and twice the window, or NULL
    struct trial_cell *without;                       // without the account that holds most of the evidence, or NULL
    bool concentrated, judged, window_flag;
    enum verdict_code half, twice;        // VERDICT_CODES: not run
    double unit_cost, spend, minutes, cost, value;
    double linked, linked_touches, linked_harm;  // actions that answer a touch; touches answered, and by harm
    size_t all_touches, delivered;
    int64_t window;
    double needed, break_even;
    double people, obtained;              // pull
    size_t uses;                          // pull: claimed events; work: events
    voc_str responder, non_responder, comparator;  // example customers: names of units, or empty
    struct recent recent;                 // of the last 90 days
    struct settle settle;
    int64_t responder_at, non_responder_at, comparator_at;  // the moment from which each is followed
};

struct study {
    struct score *s;
    struct finding *pooled;  // one for each touchpoint that occurs or is declared; by touchpoint index
    size_t n_pooled;
    struct finding *cells;   // touchpoint x stage, then x segment
    size_t n_cells;
    uint32_t *answers;       // by event: the touchpoint of the touch that this action answers, or VOC_NONE
    double *credit;          // last-touch credit of each touchpoint; share of the aimed actions that touches preceded
    size_t n_aimed, n_credited;
    uint64_t keep;           // of 2^64: the part of the push touches that is compared; 0: all of them
    struct holdout *holdouts; // of each touchpoint
    double *p_win;           // of each stage
    bool p_win_known;
};

// gather.c
voc_rc gather_batch(struct score *s, struct state *st, const voc_journeys *j);
voc_rc gather_load(struct score *s, const struct state *st);
size_t gather_size(const struct score *s, const struct record_head *h);
voc_rc gather_room(struct state *st, size_t size);  // of the buffer
voc_rc gather_add(struct state *st, voc_str name, size_t size);  // the record that is in the buffer
voc_rc gather_merge(struct state *into, struct state *from);
// parts.c: a spool as portable bytes. save seals it; load adds to it. VOC_E_INPUT: no such bytes.
voc_rc parts_save(struct score *s, voc_spool *spool, voc_writer *to);
voc_rc parts_load(struct score *s, struct state *st, const void *data, size_t size);
static inline const struct more *data_more(const struct data *d, const struct event *e) { return &d->more[e->more]; }
static inline bool data_bit(const struct data *d, size_t event, uint32_t predicate)
{
    return predicate != VOC_NONE && (d->bits[event * d->words + predicate / 64] >> (predicate % 64) & 1);
}

// Whether an event is counted: within the time observed, and of the segment asked for.
static inline bool score_counts(const struct score *s, const struct event *e)
{
    if (e->time >= s->info->end_us || (s->info->start_declared && e->time < s->info->start_us)) return false;
    return !s->options[OPT_SEGMENT].set || e->segment == (uint32_t)s->options[OPT_SEGMENT].i;
}
static inline bool score_counts_segment(const struct score *s, uint32_t segment)
{
    return !s->options[OPT_SEGMENT].set || segment == (uint32_t)s->options[OPT_SEGMENT].i;
}

// series.c: which actions are outcomes
struct series {  // one aim's events, unit after unit
    struct trial_events events;
    size_t *first;
    size_t n;
};
// True if this customer event is an outcome of touches of type `touchpoint` (or VOC_NONE) in `stage`.
bool outcome_is(const struct score *s, size_t event, size_t unit_first, uint32_t touchpoint, uint32_t stage);
bool outcome_counts_in(const voc_def_action *a, uint32_t stage);  // where no aim says otherwise
double outcome_value(const struct score *s, const struct event *e, uint32_t touchpoint, uint32_t stage);  // NaN unknown
voc_rc series_outcomes(const struct score *s, struct series *out, uint32_t touchpoint, uint32_t stage);
voc_rc series_of_class(const struct score *s, struct series *out, uint32_t class_);  // harm
voc_rc series_actions(const struct score *s, struct series *out);                    // customer actions without harm
// Forward moves out of a stage (VOC_NONE: any), each worth what `worth` says of its stage.
voc_rc series_forward(const struct score *s, struct series *out, uint32_t stage, const double *worth);
double aim_value(const struct score *s, uint32_t touchpoint, uint32_t stage);  // what all actions of the aim are worth alike; NaN unknown
voc_rc series_aimed(const struct score *s, struct series *out, uint32_t touchpoint); // by the aim of the stage they fall in
size_t stay_of(const struct data *d, size_t unit, int64_t time);  // index of the stay with in < time <= out, or SIZE_MAX
int64_t window_of(const struct score *s, uint32_t touchpoint, uint32_t stage);
void *score_alloc(const struct score *s, size_t n, size_t size);  // zeroed; NULL: out of memory
extern const int64_t score_unit_of[6];

// examples.c: gathered set by set, then chosen
struct example;
struct examples {
    const struct score *s;
    struct example *at;
    size_t n, cap;
    bool failed;  // memory ran out
    const uint32_t *unit_of_stay;
    struct recent *recent;  // by stage and segment: touches since recent_from
    int64_t recent_from;
};
int examples_add(void *ctx, const struct trial_set *set);  // on_set of the trial
extern const size_t examples_room;  // bytes that it takes for each set, about, while it makes room
void examples_choose(struct examples *x, struct finding *f);

// sample.c: where all would be too many comparisons (--trials-max), a part of the touches is compared
struct trial_input;
voc_rc sample_names(const struct score *s, struct trial_input *in);  // hashes of names
// The part of the touches of one kind that is compared, of 2^64; 0: all of them. `times`: windows at which each is judged.
voc_rc sample_keep(const struct score *s, const struct trial_frame *frame, uint32_t kind, size_t times, uint64_t *keep);
bool sample_is_short(const struct trial_cell *c);  // too little for a verdict because of what was left out
void sample_scale(struct recent *r, const struct trial_cell *c);  // to what it would be with all of them
#define SAMPLE_OF_TOUCHES "A part of the touches, taken by a fixed rule, because all would be too many comparisons. All of them: the same with --all-trials"
int sample_words(const struct study *st, char *out, size_t size);  // what was left out, and what it does to the ranges; empty: nothing

// study.c
voc_rc study_run(struct study *st);
// Shows each set of the asked touchpoints (by index; push and pull), those of one touchpoint in the order of its trial;
// `resolution` is the touch's. In parallel: touchpoints at the same time, each from one thread; else in order of index.
// Non-zero stops, with VOC_CANCELLED.
typedef int (*study_set_fn)(void *ctx, uint32_t touchpoint, uint8_t resolution, const struct trial_set *set);
voc_rc study_sets(struct study *st, const bool *asked, bool in_parallel, study_set_fn see, void *ctx);
bool aim_is_forward(const struct score *s);  // --aim forward
// study_holdout.c: the trial of hold-out h into its touchpoint's finding; move_value by stage, of an aim that is a move.
voc_rc study_holdout(const struct score *s, size_t h, const double *move_value, const struct series *harm, struct finding *f);
bool study_is_touch(const struct score *s, const struct event *e, bool with_pull);
struct trial_alloc score_trial_alloc(const struct score *s);
voc_rc score_rc(enum trial_rc rc);
// pull.c
voc_rc study_pull(struct study *st);
// links.c
voc_rc study_links(struct study *st);
voc_rc study_work(struct study *st);
voc_rc study_credit(struct study *st);
bool score_strictly_after(const struct event *y, const struct event *t);  // in the coarser unit of both (METHODS 0.2)
// pull.c
voc_rc study_p_win(struct study *st);
// judge.c
voc_rc judge_all(struct study *st);
// settle.c, holdouts.c: what would settle what is unproven
#define SETTLE_DAYS 90  // the present rate is that of so many last days
int64_t settle_recent_from(const struct score *s);
double settle_days(const struct score *s);  // of them that were observed
voc_rc settle_all(struct study *st);
voc_rc holdouts_plan(struct study *st);
voc_rc holdouts_write(struct study *st);
bool holdout_settles(const struct finding *f);  // a random test is what this verdict waits for
// say.c: words for people
void say_reason(const struct study *st, const struct finding *f, char *out, size_t size);
void say_explanation(const struct study *st, const struct finding *f, char *out, size_t size);
double say_reached(const struct finding *f);  // delivered touches; over all stages also those outside of stays, and in stays whose beginning is not known
double say_judged(const struct finding *f);   // matched touches, as a share of these (METHODS 3.6); NaN: there are none
const char *say_firmness(const struct finding *f);  // strong, moderate, fragile
void say_number(char *out, size_t size, double x, int digits);
void say_settle(const struct study *st, const struct finding *f, char *out, size_t size);  // what would settle it, and when; empty: nothing to settle
void say_count(char *out, size_t size, double n, const char *one, const char *many);  // "1 customer", "1,072 customers"
voc_rc say_semantics(const struct score *s, voc_table_builder *t, const char *text);  // and the segment, and declared stages
// sets.c
voc_rc sets_asked(struct score *s);  // resolves --sets
voc_rc sets_write(struct study *st);
// balance.c
voc_rc balance_write(struct study *st);
// codes.c
voc_rc codes_write(struct study *st);
// score.c
uint32_t *score_by_count(const struct score *s, const size_t *count, size_t *n);  // actions with a count, the most first, then by name; NULL: no memory
voc_rc score_complain(struct score *s, const char *code, const char *hint, const char *message);  // VOC_E_OPTION
// group.c: touchpoints of one group as one kind of touch (--by group)
bool group_any(const voc_definition *d);  // two touchpoints share a group
voc_rc group_write(const struct study *st);
// tables.c, summary.c
voc_rc tables_groups(struct study *groups, const bool *shown);   // of such a study, those shown by touchpoint index
voc_rc summary_groups(struct study *groups, const bool *shown);
voc_rc tables_write(struct study *st);
voc_rc summary_write(struct study *st);
// sceptic.c: what the comparison cannot see, its checks, and what last-touch credit would have said
voc_rc sceptic_write(struct study *st);

#endif
