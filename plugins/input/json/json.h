// SPDX-License-Identifier: MIT
// Inside of the plugin input/json. A record is one JSON object; what it becomes is its shape:
//   columns  its members are named cells (user.id, items[0].name) that a plan turns into events: plugins/common/events
//            paths.c the names, reader.c the cells
//   rows     our own rows, each field by its own name: own.c
//   segment  calls of Segment (identify, track, page, screen, group, alias): segment.c
// GA4 and Snowplow are columns whose plan is known: presets.c. json.c: the descriptor, which shape it is, the life of an instance.
// whole.c: a record as a whole, for shapes that are no columns. tsv.c: Snowplow's tab-separated text, written as JSON first.
#ifndef VOC_PLUGINS_INPUT_JSON_H
#define VOC_PLUGINS_INPUT_JSON_H

#include "plugins/common/events/plan.h"
#include "plugins/common/json_scan.h"

enum { OPT_SHAPE, OPT_SHARED };
enum shape { SHAPE_AUTO, SHAPE_COLUMNS, SHAPE_ROWS, SHAPE_SEGMENT, SHAPE_SNOWPLOW_TSV };

#define MORE_MAX 250u // members of one record that no column holds
#define NO_NODE UINT32_MAX
#define PATH_MAX_LEN 256u

// ---- paths.c: the names of members, as a tree ------------------------------------------------------------------------------

enum { KIND_MEMBER, KIND_INDEX /* items[0] */ };
struct node {
    voc_str key;    // as a text; of an index: its digits
    voc_str quoted; // as it stands in most records, with its quotes; empty: it needs escapes
    uint32_t parent, child, next, last; // the first member, the one behind it, the newest member; or NO_NODE
    uint32_t column; // that holds what stands here, or NO_COLUMN
    uint32_t hashed; // the next node of the same hash
    unsigned char kind;
    bool indexed;    // it has members by index
    bool pairs;      // an array of {"key": ..., "value": ...}: its members are by key
};
struct paths { // in the instance's memory
    struct events *e;
    struct node *nodes; // 0: the record itself
    uint32_t n, max, *hash, hash_size;
    uint32_t n_columns;
    uint32_t indexed; // arrays by index within each other, at most
};
voc_rc paths_new(struct paths *p, struct events *e);
uint32_t paths_find(const struct paths *p, uint32_t parent, voc_str key, unsigned char kind);
voc_rc paths_add(struct paths *p, uint32_t parent, voc_str key, unsigned char kind, uint32_t *out);
voc_rc paths_named(struct paths *p, voc_str name, uint32_t *out); // "items[0].name": makes what is missing
void paths_column(struct paths *p, uint32_t node);                // gives it a column, if it has none
size_t paths_name(const struct paths *p, uint32_t node, char *to, size_t size); // its path; 0: too long
voc_rc paths_see(struct paths *p, voc_str record);                // adds the members of a record; a broken one adds nothing

// Does an array hold pairs of key and value, and nothing else?
bool pairs_at(struct json j);
// One of them: its key, and the value, which is the first that is not null of an object of typed values. False: a fault.
bool pair_read(struct json *j, voc_str *key, bool *key_escaped, voc_str *text, enum json_kind *kind, bool *escaped);

// ---- reader.c -------------------------------------------------------------------------------------------------------------

extern const struct cell_reader json_reader;

// ---- presets.c ------------------------------------------------------------------------------------------------------------

// The plan of a known export, by the names of its members; NULL: none. In the instance's memory.
struct preset_found { const char *name, *advice; }; // or NULL
voc_rc preset_maps(struct events *e, const struct paths *p, struct preset_found *found);

// ---- whole.c: a record as a whole, for shapes that are no columns --------------------------------------------------------------

#define MEMBERS_MAX 256u
struct member {
    voc_str key, text; // key as a text; text as it stands: of a text without its quotes
    enum json_kind kind;
    bool escaped; // the text
};
struct members {
    struct member at[MEMBERS_MAX];
    size_t n;
};
struct whole { // one call of lines()
    const struct events *e;
    voc_sink *sink;
    voc_rc rc;
    uint64_t record;
    const char *text;
    bool settled;     // it gave rows, or was rejected or ignored
    char *scratch;    // texts of the record
    size_t used, room;
    voc_alias customer[VOC_ALIASES_MAX], account[VOC_ALIASES_MAX];
    voc_attr attrs[MEMBERS_MAX];
    struct members members, inner, innermost; // of the record, of a member, of a member of that
};
typedef void (*whole_read)(struct whole *w, voc_str record);
voc_rc whole_lines(const struct events *e, const voc_block *block, voc_sink *sink, whole_read read);
bool whole_members(struct whole *w, voc_str object, struct members *out);   // of the text of an object; false: it is rejected
const struct member *whole_find(const struct members *m, const char *key);  // NULL: it is not there, or null
bool whole_text(struct whole *w, const struct member *m, voc_str *out);     // of a scalar, as a text; of an object or array: as it stands
bool whole_time(struct whole *w, const struct member *m, int64_t *us, uint32_t *resolution);
bool whole_amount(struct whole *w, const struct member *m, int64_t *micro);
bool whole_attr(struct whole *w, const struct member *m, voc_str key, uint32_t entity, size_t *n); // by its kind; hollow: none
void whole_row(struct whole *w, const voc_row *r);
void whole_ignore(struct whole *w, const char *rule);
bool whole_refuse(struct whole *w, const char *code, const char *format, ...) __attribute__((format(printf, 3, 4))); // always false

void own_read(struct whole *w, voc_str record);     // own.c
bool own_shaped(voc_str record);                     // its members are all fields of a row
void segment_read(struct whole *w, voc_str record); // segment.c
bool segment_shaped(voc_str record);

// ---- tsv.c ----------------------------------------------------------------------------------------------------------------

#define TSV_COLUMNS 131u
struct tsv { // records as JSON; one that has another number of columns is "!" and that number. Zeroed at first; owns
    const voc_host *host;
    voc_context *cx;
    char *bytes;
    size_t n, room, *start, *end;
    bool short_of_memory;
    voc_block block; // as the one that was given, with these bytes
};
bool tsv_shaped(voc_str line); // it is a record of Snowplow's
voc_rc tsv_convert(struct tsv *t, const struct events *e, const voc_block *in, size_t max); // at most so many records
void tsv_free(struct tsv *t);

// ---- json.c ---------------------------------------------------------------------------------------------------------------

struct instance { // begins as the plan does
    struct events events;
    struct paths paths;
    enum shape shape;
    voc_time_format *time; // shapes that are no columns: ISO 8601 and epochs
    struct preset_found preset; // "GA4", "Snowplow" ...
    bool tsv;           // tab-separated text of Snowplow
    struct tsv head;    // tsv: the first records, which names and samples point into
    bool array;         // the records are members of an array, or stand over several lines
};
#define JSON(e) ((struct instance *)(e))

#endif
