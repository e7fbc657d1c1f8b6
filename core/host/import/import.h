// SPDX-License-Identifier: MIT
// One file into a project: probe or named plugin, mapping from sources.xml and options, framing, parallel parsing of
// blocks, ordered commit in one transaction. Nothing stays behind if it fails.
#ifndef VOC_HOST_IMPORT_H
#define VOC_HOST_IMPORT_H
#include "host/coding/encode.h"
#include "host/host.h"
#include "journey/journey.h"

enum isolate { ISOLATE_NEVER, ISOLATE_UNTRUSTED /* plugins that did not ship with the program */, ISOLATE_ALWAYS }; // read in a worker (worker.h)
enum import_phase { IMPORT_READ, IMPORT_WRITE }; // blocks come in, then all of it goes into the project
struct import_progress { enum import_phase phase; uint64_t bytes, of; /* as they are stored; of 0: unknown */ uint64_t events, rejects; };

struct import_request {
    struct project *project;      // NULL: dry run (probe, mapping, counts) without a project
    struct catalogue *catalogue;
    const struct journey *journey; // its sources.xml rules; or NULL
    const char *path;             // "-" = stdin
    voc_str as;                   // input plugin, or empty: probe
    voc_str source;               // id, or empty: the rule's, else the plugin's name
    const struct option_given *options;
    size_t n_options;
    uint32_t threads;             // >= 1
    uint64_t max_rejects;         // UINT64_MAX: none
    double max_reject_percent;    // of the records; 0: none
    bool again;                   // replaces the import of the same bytes, which there must be (voc rejects --replay)
    voc_str else_as;              // the plugin, where neither `as` nor a <source> names one: instead of a probe
    uint64_t memory_max;          // bytes, 0: no bound
    const char *name;             // file name to report for stdin, or NULL
    uint32_t block_bytes;         // 0: default; tests cut small blocks
    uint32_t records_at_once;     // LINES: most records that the plugin is given in one call; 0: those of a block
    bool apart;                   // no row is known to be like another: what is read must be the same (tests, voc plugin check)
    bool sources_only;            // a file that no source of the journey is for is an error, and not guessed
    uint32_t kept;                // EV_* columns of events that will be asked for (fold_wants); 0: all. Of a private project only
    bool plan_only;               // LINES: stop when the mapping is made; no records are read. STREAM: not even begun
    // Takes each coded block instead of a project, in order (dry run); NULL: only counted.
    voc_rc (*block)(void *user, const struct coded_block *b);
    void *user;
    void (*progress)(void *progress_user, const struct import_progress *p); // after each block, from this thread; or NULL
    void *progress_user;
    enum isolate isolate;
    const voc_str *bytes;         // the input itself: path is only what it is called, and nothing is opened. NULL: path is
};
struct import_report {
    struct import_account account; // rules in arena
    struct import_result result;
    char plugin[32], source[64], charset[32];
    char mapping[2048];            // what the plugin describes, lines
    char reason[200];              // of the probe
    char assumed[256];             // "who acted is not said: read as the customer", ...
    voc_source plan;               // the mapping in use, in the arena; n_maps 0: the plugin gives none
};
// VOC_E_INPUT: unreadable, unknown format, tie, more than half rejected (exit 3); VOC_E_CHECK: over max_rejects (exit 4);
// VOC_E_BUG: plugin fault (exit 6). The report is filled as far as it got.
voc_rc import_file(const struct import_request *r, struct import_report *out, struct arena *a, struct diag *d);

// What each input plugin says of a file, best first. A file is read by the best one if that is at least SNIFF_KNOWN sure, and
// at least SNIFF_APART surer than the next.
enum { SNIFF_KNOWN = 25, SNIFF_APART = 10 };
struct sniffed { struct plugin *plugin; int confidence; char reason[200]; };
// Of a request's file, wherever that is to be read.
voc_rc import_sniff(const struct import_request *r, struct sniffed *out, size_t max, size_t *n, struct arena *a, struct diag *d);
// The sheets of a workbook, likewise.
voc_rc import_sheets(struct in_sheets *out, const char *path, enum isolate how, struct diag *d);
#endif
