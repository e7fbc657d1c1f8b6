// SPDX-License-Identifier: MIT
// What core/identity/linking*.c share.
#ifndef VOC_IDENTITY_LINKING_IN_H
#define VOC_IDENTITY_LINKING_IN_H
#include "identity/linking.h"

#include "base/hash.h"

#define KEY_SEPARATOR "\x1f" // cannot stand in a kind
#define NOBODY UINT32_MAX

struct node { // an alias: somebody's record, a key, or both
    voc_alias alias;   // in the arena
    voc_str name;      // as people see it: the value of an "id", else kind:value
    uint32_t parent;
    uint32_t best;     // of a root: the record that stands for all
    uint32_t records;  // of a root: how many there are
    uint32_t apart;    // of a root: its first entry in `spaces`, or NOBODY
    uint32_t mark;
    uint8_t use;       // enum link_use
    bool is_record, holds_key; // holds_key: or is one
};
struct holding { uint32_t key, source, record; };
struct said { uint32_t a, b, source; };
struct space { uint32_t kind, next; }; // one sort of strong keys of which a cluster holds some
struct pair { uint32_t a, b, key; };

struct linking {
    struct arena arena;
    struct buf text, country;
    struct dict *keys;   // kind, separator, normalised value: the node's number
    struct dict *sorts;  // of strong keys, among which a person has one: "email"; any other kind within one source
    VEC(struct node) node;
    VEC(struct holding) holding;
    VEC(struct said) said;
    VEC(struct space) space;
    VEC(struct pair) doubt;
    VEC(struct link_doubt) doubts;
    VEC(struct link_idle) idle;
    uint32_t mark;
};

unsigned linking_sort(const voc_alias *a); // how well it names a record; 0: best
voc_rc linking_node(struct linking *l, const voc_alias *alias, uint32_t *node);             // adds it if it is new; strong if it is so anywhere
voc_rc linking_known(const struct linking *l, const voc_alias *alias, uint32_t *node);      // NOBODY: none is spelled so; any number of threads may ask
voc_rc linking_hold(struct linking *l, uint32_t record, uint32_t key, uint32_t source);
voc_rc linking_said_nodes(struct linking *l, uint32_t a, uint32_t b, uint32_t source); // the source says that both are one person
uint32_t linking_root(const struct linking *l, uint32_t node);
bool linking_stands_before(const struct linking *l, uint32_t x, uint32_t y);                // does x stand for a person rather than y? NOBODY: no record
voc_alias linking_standing(const struct linking *l, uint32_t node);                         // the record that stands for its person
bool linking_usable(const struct linking *l, uint32_t node);                                // does it make people one?
voc_rc linking_list(struct linking *l);                                                     // doubts and keys that merge nothing, in order
#endif
