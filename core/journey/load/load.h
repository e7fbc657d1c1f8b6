// SPDX-License-Identifier: MIT
// Private to the loader (load*.c, predicate_load.c): what it carries while it reads one journey. Faults are counted and
// reported as they are found and never stop it, so that one run names them all; running out of memory is kept in `rc`
// and makes every later step a no-op.
#ifndef VOC_JOURNEY_LOAD_H
#define VOC_JOURNEY_LOAD_H
#include "journey/load/grammar.h"
#include "journey/journey.h"

struct load_regex { struct voc_regex *re; struct load_regex *next; };
struct loaded { // what journey_free frees: the journey first
    struct journey j;
    struct load_regex *regexes;
};

struct load_id { voc_str kind, id; const char *file; uint64_t line; };
struct load_named { // <predicate>
    voc_str id;
    const struct xml_node *node;
    struct predicate *p;
    enum { NAMED_NEW, NAMED_BUSY, NAMED_DONE } state;
};

struct loader {
    struct loaded *own;
    struct journey *j;
    struct diag *d;
    const char *file;  // of the tree in hand
    uint64_t faults;
    voc_rc rc;         // VOC_OK or VOC_E_NOMEM (VOC_E_LIMIT)
    struct time_format *time;
    VEC(struct load_id) ids;
    struct dict *by_id;          // "kind\x1fid" -> index in ids
    VEC(struct load_named) named;
    VEC(const struct predicate *) numbered;
    unsigned uses; // predicates that are being built, one inside the other
};

// load_check.c: the trees against the table
void load_check_tree(struct loader *l, const struct xml_node *root, const char *root_name);
void load_remember(struct loader *l, voc_str kind, voc_str id, const struct xml_node *n); // a second one of the kind is a fault
void load_check_references(struct loader *l, const struct xml_node *root);
// load_rules.c
void load_either_or(struct loader *l, const struct xml_node *n); // attributes that exclude or need each other
// load_read.c: reading what was checked; values that are missing or wrong give the default, wrong ones were reported
void load_fault(struct loader *l, const char *code, uint64_t line, const char *hint, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void load_warn(struct loader *l, const char *code, uint64_t line, const char *hint, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void load_nomem(struct loader *l, voc_rc rc);
void *load_take(struct loader *l, size_t n, size_t size); // zeroed, in the journey's arena; NULL if n is 0 or out of memory
const struct xml_node *load_child(const struct xml_node *n, const char *name);                   // first, or NULL
const struct xml_node *load_next(const struct xml_node *n, const char *name);                    // next of that name
size_t load_children(const struct xml_node *n, const char *name);                                // NULL has none
bool load_given(const struct xml_node *n, const char *attr);
voc_str load_text(const struct xml_node *n, const char *attr);                                   // or its default, or empty
int64_t load_duration(struct loader *l, const struct xml_node *n, const char *attr);             // or VOC_NA
int64_t load_money(const struct xml_node *n, const char *attr);                                  // or VOC_NA
int64_t load_integer(const struct xml_node *n, const char *attr, int64_t missing);
bool load_yes(const struct xml_node *n, const char *attr);
int64_t load_time(struct loader *l, const struct xml_node *n, const char *attr, uint32_t *resolution); // or VOC_NA
size_t load_word(const struct xml_node *n, const char *attr, const char *const *words, size_t count, size_t missing);
const voc_str *load_words(struct loader *l, const struct xml_node *n, const char *attr, size_t *count);
const int64_t *load_durations(struct loader *l, const struct xml_node *n, const char *attr, size_t *count);
const int64_t *load_integers(struct loader *l, const struct xml_node *n, const char *attr, size_t *count);
bool load_known(const struct loader *l, const char *kind, voc_str id);
bool load_declares(const struct loader *l, const char *kind); // is there any of that kind?
voc_str load_nearest(const struct loader *l, const char *kind, voc_str id);
// "; did you mean X?" or "" into buf
const char *load_meant(char *buf, size_t size, voc_str nearest);
// predicate_load.c
void load_predicates(struct loader *l); // gathers <predicate>
const struct predicate *load_predicate_in(struct loader *l, const struct xml_node *holder); // its one P; NULL: reported
const struct predicate *const *load_predicates_named(struct loader *l, const struct xml_node *holder, const char *element, size_t *n);
const struct predicate *load_any(struct loader *l, const struct xml_node *holder, const char *element); // any of them; NULL: there is none
const struct predicate *load_action_list(struct loader *l, const struct xml_node *aim);
const struct predicate *load_present(struct loader *l, const struct xml_node *n, voc_str name); // an attribute is there
struct voc_regex *load_pattern(struct loader *l, voc_str pattern, unsigned flags, uint64_t line);
void load_every_predicate(struct loader *l, const struct xml_node *root); // P of elements without typed structures
void load_number(struct loader *l, const struct predicate *p);
bool predicate_has_leaf(const struct predicate *p); // a positive event that can make it fire
// load_stages.c, load_touch.c, load_sources.c, load_codebook.c: the typed structures
void load_stages(struct loader *l);
void load_actions(struct loader *l);
void load_aim(struct loader *l, const struct xml_node *holder, const struct predicate **aim, int64_t *value);
uint32_t load_stage_index(const struct loader *l, voc_str id); // or VOC_NONE
const uint32_t *load_stage_list(struct loader *l, const struct xml_node *n, const char *attr, size_t *count);
void load_touchpoints(struct loader *l);
void load_steps(struct loader *l); // load_steps.c; behind the stages
void load_response(struct loader *l);
void load_holdouts(struct loader *l);
void load_costs(struct loader *l);
void load_samples(struct loader *l);
void load_sources(struct loader *l);
void load_codebook(struct loader *l);
void load_needs(struct loader *l);    // behind the codebook
void load_groups(struct loader *l);
void load_hash(struct journey *j);

#define LOAD_FILE_MAX (16u << 20) // bytes of one file
struct load_names { const char *journey, *sources, *codebook; }; // of the files, without folder
voc_rc load_journey(struct journey **out, voc_str journey_xml, voc_str sources_xml, voc_str codebook_xml, const char *label,
                    const struct load_names *names, struct diag *d);

#define LOAD_SHOW(s) STR_SHOWN(s, 60)
#endif
