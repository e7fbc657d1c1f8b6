// SPDX-License-Identifier: MIT
// One import under way: what import.c and import_choose.c share. Private to core/host.
#ifndef VOC_HOST_IMPORT_JOB_H
#define VOC_HOST_IMPORT_JOB_H
#include "host/doubts.h"
#include "host/fold.h"
#include "host/import.h"

#define PRIORS_MAX 16u

struct older_hash { unsigned char hash[HASH_BYTES]; };

struct job { // one import under way
    const struct import_request *req;
    struct import_report *rep;
    struct arena *a;
    struct diag *d;
    struct in *in;
    struct plugin *plugin;
    const voc_input_ops *ops;
    const struct source_rule *rule; // of sources.xml, or NULL
    voc_source source;
    voc_value *options;
    const char *beside, *beside_as; // a file that was taken because it lies beside the input, and the option that it is; or NULL
    struct voc_context cx;
    void *instance;
    struct import *import; // NULL: dry run
    unsigned char mapping[HASH_BYTES];
    struct import_prior priors[PRIORS_MAX];
    size_t n_priors;
    VEC(struct older_hash) older; // of inputs that were imported by an older version
    struct account total;
    uint64_t framing_bytes;
    uint64_t n_events, n_rejects; // so far, for the progress
    bool ends_clean;
    bool planned; // head() has made the mapping
    bool said_elsewhere;
    struct doubts doubts;
};

// import_choose.c: the plugin and the <source> for a file, by what was asked, by its name, or by what plugins say of it.
voc_rc import_choose(struct job *j);
#endif
