// SPDX-License-Identifier: MIT
// Inside of the plugin input/ocel: object-centric event logs (OCEL 2.0 and 1.0, as JSON and as XML). Events refer to objects that may
// stand before or behind them, and whose journey it is shows at the end: so the log is read twice, and what is kept between is what
// must be known of each object (objects.c), not its text. First its objects are learned and events counted by their types
// (model.c), then rows are made in the file's order (emit.c); where an object stands behind an event it is read once more between.
// read_json.c and read_xml.c give one event or object at a time. ocel.c: the descriptor, options, the probe, the readings.
#ifndef VOC_PLUGINS_INPUT_OCEL_H
#define VOC_PLUGINS_INPUT_OCEL_H

#include <stdbool.h>
#include <string.h>
#include <voc/plugin.h>

#include "plugins/common/json_scan.h"
#include "plugins/common/show.h"

#define NONE UINT32_MAX
#define TYPES_MAX 1000u
#define REFERENCES_MAX 1000u // of one event
#define STATES_MAX 100u      // values of an object, up to which its state is told with its events

struct value { // an attribute of an event, or of an object from a time on
    voc_str name, text;
    voc_str time;  // as written; empty: always
    uint32_t type; // VOC_TYPE_*: by the log's declaration, or as it stands there
};
struct reference {
    voc_str object, qualifier;
    uint32_t to;   // index of the object, or NONE: it is not there
    uint32_t kind; // of it: index of its type, or NONE
};
struct thing { // an event or an object, while it is at hand: all its texts lie in the scratch or in the reader
    bool event;
    voc_str id, type, time; // type: the activity of an event
    uint64_t from, to, line; // decoded bytes, first line
    struct value *values;
    struct reference *references;
    size_t n_values, values_room, n_references, references_room;
    bool broken;    // a part of it is of the wrong kind
};

enum { OBJECT_MET = 1, OBJECT_STATED = 2 }; // in this reading; its state is kept
struct object { // what is kept of one: 24 bytes, and the state where there is one
    uint64_t hash;
    uint32_t check; // another hash: with 96 bits two ids are not taken for one
    uint16_t kind;
    uint16_t flags;
    const unsigned char *state; // its values (objects.c), or NULL: none
};
struct state { // one of its values
    voc_str name, text;
    int64_t from_us; // VOC_NA: always
    uint32_t type;
};

struct chunk;
struct otype {
    voc_str name;
    uint64_t objects, once, any; // objects of it; events that refer to one of them, and to some
    struct chunk *states;        // of its objects
};
struct names { // of attributes: a text and its number
    voc_str *at;
    uint32_t *slots;
    size_t n, room, n_slots;
};

enum reading { LEARN, COUNT, EMIT };

struct ocel { // one instance
    const voc_host *host;
    voc_context *cx;
    voc_sink *sink;
    voc_rc rc;
    voc_time_format *time;
    voc_str unit, customer, zone; // options
    struct chunk *chunks;  // what is kept
    struct chunk *scratch; // of the thing at hand
    enum reading reading;
    struct thing at_hand;
    // what is known
    uint64_t n_events, n_objects;
    bool late; // an object stands behind an event
    struct object **objects; // in pieces, which never move
    size_t n_indexed, pieces_room;
    uint32_t *slots;
    size_t n_slots;
    struct names names;
    struct otype types[TYPES_MAX];
    uint32_t n_types;
    struct { voc_str name; uint32_t type; } declared[TYPES_MAX]; // attributes of events and objects
    size_t n_declared;
    uint32_t unit_type, customer_type; // or NONE
    bool unit_guessed, customer_guessed;
    struct work *work; // of the rows
    // what was found
    uint64_t dangling, without_unit, with_many;
    voc_str first_dangling[2]; // of an event; of an object
    uint64_t first_dangling_line[2];
};

// model.c
void *ocel_alloc(struct ocel *o, struct chunk **from, size_t size); // NULL: rc is set
unsigned char *ocel_pack(struct ocel *o, struct chunk **from, size_t size); // likewise, of bytes
void ocel_drop(struct ocel *o, struct chunk **all);
void *ocel_scratch(struct ocel *o, size_t size);                  // until the next thing begins
void ocel_scratch_begin(struct ocel *o);
bool ocel_copy(struct ocel *o, voc_str s, voc_str *out);          // to the scratch
bool ocel_keep(struct ocel *o, voc_str s, voc_str *out);          // until the instance closes
bool ocel_grow(struct ocel *o, void **at, size_t n, size_t *room, size_t each); // room for one more of an array
struct thing *ocel_begin(struct ocel *o, bool event);             // the thing at hand, anew
bool ocel_value(struct ocel *o, const struct value *v);           // of the thing at hand
bool ocel_refer(struct ocel *o, voc_str object, voc_str qualifier);
voc_rc ocel_end(struct ocel *o);                                  // it is whole
void ocel_declare(struct ocel *o, voc_str name, voc_str type);    // type: string, integer, float, boolean, time
uint32_t ocel_type_of_value(const struct ocel *o, const struct value *v);
bool ocel_value_time(const struct ocel *o, const struct value *v, int64_t *us, uint32_t *resolution); // VOC_NA: always, which is how 1970 is written
voc_rc ocel_choose(struct ocel *o);                               // whose journey it is, once all is counted
void ocel_free(struct ocel *o);
bool ocel_is(voc_str a, const char *b);
bool ocel_eq(voc_str a, voc_str b);
voc_rc ocel_refuse(struct ocel *o, uint64_t line, const char *hint, const char *format, ...) __attribute__((format(printf, 4, 5)));
#define OCEL_STR(s) SHOW_AT_MOST(s, 80)

// objects.c
struct object *ocel_object(const struct ocel *o, uint32_t i);
uint32_t ocel_find(const struct ocel *o, voc_str id);             // or NONE
bool ocel_index(struct ocel *o, voc_str id, uint32_t kind);       // a new one
bool ocel_keep_state(struct ocel *o, struct object *x, const struct thing *t);
size_t ocel_state(const struct ocel *o, const struct object *x, struct state out[STATES_MAX]);

voc_rc ocel_read_json(struct ocel *o, voc_stream *s);
voc_rc ocel_read_xml(struct ocel *o, voc_stream *s);
voc_rc ocel_emit(struct ocel *o, const struct thing *t);

#endif
