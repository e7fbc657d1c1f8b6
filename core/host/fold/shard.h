// SPDX-License-Identifier: MIT
// Parts: what one shard of a fold gathered, in a file that any machine can read (docs/part-file.md). A part carries all that
// the end of an analysis may ask for (definition, window, codes and names), so that parts are merged without the project.
#ifndef VOC_HOST_SHARD_H
#define VOC_HOST_SHARD_H
#include "base/hash.h"
#include "host/fold/fold.h"

#define SHARDS_MAX 512u // all parts are open while they are merged
#define PART_VERSION 3u
#define PART_MAGIC "VOCPART\n" // 8 bytes; version (4 bytes, lowest first), 4 zeros, lengths of the two heads (8 bytes each)
#define PART_HEAD 32u
#define PART_TAIL (8u + HASH_BYTES) // length of the state, hash of all that stands before it

struct shard_option { voc_str name, value; };
struct shard_said { uint32_t severity; voc_str code, file, message, hint; uint64_t line, column; };

// What all parts of one fold have in common: equal bytes in each.
struct shard_common {
    voc_str analysis, version; // of the plugin
    struct shard_option *options; // as given, in the order of the plugin's table
    size_t n_options;
    uint32_t shards;
    voc_definition def;
    voc_run_info info;         // of the whole project
    struct run_known known;    // def is the one above
    voc_meta meta;             // inputs, assumptions, first, last and the definition
};
struct shard_own { // of one part
    uint32_t shard;            // from 1
    uint64_t units, events;    // walked
    voc_str project;           // as typed, without folders of the machine
    voc_str file_name;         // of the project
    voc_str typed;             // the command that gives the undivided result
    struct shard_said *said;   // messages on the way
    size_t n_said;
};

// Writing. `common` and `own` are filled by the caller but for what the run knows (def, info, known, units, events). The state is
// what the analysis saves. VOC_E_LIMIT: a head too large for any machine.
voc_rc shard_write(struct out *to, struct shard_common *common, struct shard_own *own, const struct fold_kept *kept);

// Reading. The bytes of the heads are the part's; the state stays in the file until it is asked for.
struct shard { // owns all that it points to
    char *path;
    int fd;
    uint64_t size, state_at, state_size;
    unsigned char identity[HASH_BYTES]; // of the common bytes
    unsigned char *common_bytes, *own_bytes;
    struct arena arena;
    bool alike;                         // the common head is that of `like`, and is kept there only
    struct shard_common common;
    struct shard_own own;
};
// VOC_E_INPUT with a sentence: no part, of a later version, cut off, damaged. The whole file is checked. like: NULL, or another part.
voc_rc shard_open(struct shard **out, const char *path, const struct shard *like, uint64_t memory_max, struct diag *d);
void shard_close(struct shard *s); // takes NULL
voc_rc shard_state(const struct shard *s, void **state, uint64_t memory_max, struct diag *d); // state_size bytes, mem_free it

// All parts of one fold.
struct shards { // owns the parts
    struct shard **at; // in order of their numbers
    size_t n;
    struct shard_common *common;
};
// VOC_E_OPTION with a sentence that names those that are of another fold, there twice, or missing. shards_close it in any case.
voc_rc shards_open(struct shards *out, const char *const *paths, size_t n, const struct plugin *analysis, uint64_t memory_max, struct diag *d);
void shards_close(struct shards *s);
// Loads the states in order, merges and finishes: the tables of the undivided run.
struct merge_request { struct plugin *plugin; const voc_value *options; uint32_t threads; uint64_t memory_max; };
voc_rc shards_merge(const struct shards *s, const struct merge_request *r, struct fold_result *out, struct diag *d);

// shard_code.c: the one description of the head for both directions
struct coder;
void shard_code_common(struct coder *c, struct shard_common *s);
void shard_code_own(struct coder *c, struct shard_own *s);
#endif
