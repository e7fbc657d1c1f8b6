/* SPDX-License-Identifier: MIT */
/* The XES reader: one instance reads one log. xes.c has the descriptor and the events, xes_read.c the elements. */
#ifndef VOC_XES_XES_H
#define VOC_XES_XES_H
#include "plugins/input/xes/bag.h"

#define XES_DEPTH 64 /* elements within elements */

enum element { EL_LOG, EL_TRACE, EL_EVENT, EL_GLOBAL, EL_EXTENSION, EL_CLASSIFIER, EL_ATTRIBUTE, EL_VALUES };

struct open_element {
    enum element kind;
    uint32_t type;    /* of an attribute: enum xes_type */
    size_t path;      /* length of the key path outside it */
    uint32_t members; /* of a list: values so far */
};

struct xes { /* owned by the host's context */
    const voc_host *host;
    voc_context *cx;
    voc_sink *sink;
    /* options */
    voc_str classifier_name;
    uint32_t complete_only;
    voc_time_format *iso, *guessed;
    voc_str pattern, zone;
    /* the log */
    struct open_element open[XES_DEPTH];
    size_t depth;
    char path[8192]; /* keys of the open attributes, joined by '.' */
    size_t path_len;
    const struct bag *last; /* whose last item is the open attribute, which is not in `path` until one within it comes; or NULL */
    char classifier[512]; /* keys of the chosen classifier, blank-separated */
    int classifier_found, global_event, in_trace, trace_had_events, done;
    struct bag trace, event, globals;
    char case_id[1024];
    size_t case_len;
    uint64_t n_traces, n_events;
    /* the record being read */
    uint64_t from, line;
    uint64_t trace_from, trace_line;
    uint64_t event_to; /* end of the last event */
    size_t told;       /* attributes of the trace that went along with an event */
    int64_t first_us;  /* of the trace's first event that was kept, or VOC_NA */
    char prefix[32];       /* of the log's elements, with its colon, or "" */
    size_t prefix_len;
    char foreign[120];     /* a namespace that is not that of XES, or "" */
    char fault[200]; /* why the open event is rejected, or "" */
};

voc_rc xes_start(void *user, voc_str name, const voc_xml_attr *attrs, size_t n, uint64_t line, uint64_t byte);
voc_rc xes_end(void *user, voc_str name, uint64_t line, uint64_t byte);
/* xes.c: what a whole event or trace gives. */
voc_rc xes_event(struct xes *x, uint64_t to);
voc_rc xes_trace_end(struct xes *x, uint64_t to);
/* The value of a date by the log's own format; VOC_E_INPUT: not a date. */
voc_rc xes_time(struct xes *x, voc_str text, int64_t *us, uint32_t *resolution);
/* Refuses the file: a diagnostic with its line; VOC_E_INPUT. */
#define XES_CUT(len) ((int)((len) > 100 ? 100 : (len)))
voc_rc xes_refuse(struct xes *x, uint64_t line, const char *hint, const char *format, ...) __attribute__((format(printf, 4, 5)));
#endif
