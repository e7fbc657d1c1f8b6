// SPDX-License-Identifier: MIT
// Inside of the plugin input/ocel: object-centric event logs (OCEL 2.0 and 1.0, as JSON and as XML). Events refer to objects that may
// stand before or behind them, so the log is read into memory (model.c) by read_json.c or read_xml.c; then emit.c makes rows of
// it in the file's order. ocel.c: the descriptor, options, the probe.
#ifndef VOC_PLUGINS_INPUT_OCEL_H
#define VOC_PLUGINS_INPUT_OCEL_H

#include <stdbool.h>
#include <string.h>
#include <voc/plugin.h>

#include "plugins/common/json_scan.h"

#define NONE UINT32_MAX
#define TYPES_MAX 1000u
#define REFERENCES_MAX 1000u // of one event
#define STATES_MAX 100u      // values of an object, up to which its state is told with its events

struct value { // an attribute of an event, or of an object from a time on
    voc_str name, text;
    voc_str time;  // as written; empty: always
    uint32_t type; // VOC_TYPE_*: by the log's declaration, or as it stands there
    uint32_t next; // of the same thing, in their order
};
struct reference {
    voc_str object, qualifier;
    uint32_t to;   // index of the object, or NONE: it is not there
    uint32_t next;
};
struct thing { // an event or an object
    voc_str id, type, time; // type: the activity of an event
    uint64_t from, to, line; // decoded bytes, first line
    uint32_t values, last_value, references, last_reference; // first and last, or NONE
    uint32_t n_values, n_references;
    uint32_t kind;  // of an object: index of its type
    uint32_t hashed;
    bool broken;    // what makes it one is missing, or of the wrong kind
};
struct things {
    struct thing *at;
    size_t n, room;
};
struct otype {
    voc_str name;
    uint64_t objects, once, any; // objects of it; events that refer to one of them, and to some
};

struct ocel { // one instance
    const voc_host *host;
    voc_context *cx;
    voc_sink *sink;
    voc_rc rc;
    voc_time_format *time;
    voc_str unit, customer, zone; // options
    struct chunk *chunks;
    char *bytes;  // JSON: the whole text
    size_t n_bytes;
    struct things events, objects;
    struct value *values;
    size_t n_values, values_room;
    struct reference *references;
    size_t n_references, references_room;
    uint32_t *hash; // of objects by id
    size_t hash_size;
    struct otype types[TYPES_MAX];
    uint32_t n_types;
    struct { voc_str name; uint32_t type; } declared[TYPES_MAX]; // attributes of events and objects
    size_t n_declared;
    uint32_t unit_type, customer_type; // or NONE
    bool unit_guessed, customer_guessed;
    // what was found
    uint64_t dangling, without_unit, with_many, doubled;
    voc_str first_dangling;
    uint64_t first_dangling_line;
};

// model.c
void *ocel_alloc(struct ocel *o, size_t size);                    // until the instance closes; NULL: rc is set
bool ocel_copy(struct ocel *o, voc_str s, voc_str *out);
struct thing *ocel_add(struct ocel *o, struct things *to);        // NULL: rc is set; until the next one is added
bool ocel_value(struct ocel *o, struct thing *t, const struct value *v);
bool ocel_refer(struct ocel *o, struct thing *t, voc_str object, voc_str qualifier);
void ocel_declare(struct ocel *o, voc_str name, voc_str type);    // type: string, integer, float, boolean, time
uint32_t ocel_declared(const struct ocel *o, voc_str name);       // VOC_TYPE_*, or NONE
voc_rc ocel_link(struct ocel *o);                                 // references to objects, types, what is the unit
void ocel_free(struct ocel *o);
bool ocel_is(voc_str a, const char *b);
bool ocel_eq(voc_str a, voc_str b);
voc_rc ocel_refuse(struct ocel *o, uint64_t line, const char *hint, const char *format, ...) __attribute__((format(printf, 4, 5)));
#define OCEL_STR(s) (int)((s).len > 80 ? 80 : (s).len), (s).ptr

voc_rc ocel_read_json(struct ocel *o, voc_stream *s);
voc_rc ocel_read_xml(struct ocel *o, voc_stream *s);
voc_rc ocel_emit(struct ocel *o);

#endif
