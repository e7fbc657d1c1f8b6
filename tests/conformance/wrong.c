// SPDX-License-Identifier: MIT
// A plugin for lines "seconds;action;customer" that, by what it is compiled with (-DDOES=...), breaks the contract in one way,
// so that a test sees whether voc plugin check says so. RIGHT breaks nothing.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <voc/plugin.h>

enum { RIGHT, CRASH, HANG, PRINT, EXIT, FORGET, REMEMBER, SWALLOW, DEFAULTS, TOO_SURE, PROBE_CRASH, OPEN_FILE };

// NEWER: compiled with a plugin.h to which fields were added behind those of today, whose values this host does not know.
#if defined NEWER
typedef struct { voc_row now; voc_str later[4]; } row_of_plugin;
typedef struct { voc_option now; const char *later; } option_of_plugin;
enum { LATER = 64 };
#else
typedef struct { voc_row now; } row_of_plugin;
typedef struct { voc_option now; } option_of_plugin;
enum { LATER = 0 };
#endif

struct wrong { const voc_host *host; voc_context *cx; unsigned n_calls; int set; };

#if defined EXPORTS
VOC_EXPORT int wrong_helper(void);
int wrong_helper(void) { return 1; }
#endif

static void probe(const voc_host *host, voc_context *cx, const voc_probe *p, voc_probe_result *r)
{
    static volatile char *nowhere = NULL;
    (void)host, (void)cx;
    r->confidence = DOES == TOO_SURE ? 120 : 50;
    if (DOES == PROBE_CRASH && (p->head.len == 0 || p->head.ptr[p->head.len - 1] != '\n')) *nowhere = 1;
    snprintf(r->reason, sizeof r->reason, "it is asked for");
}

static voc_rc wrong_open(const voc_host *host, voc_context *cx, const voc_source *source, const voc_value *values, void **instance)
{
    struct wrong *w = host->alloc(cx, sizeof *w);
    (void)source;
    if (!w) return VOC_E_NOMEM;
    *w = (struct wrong){.host = host, .cx = cx, .set = values[1].set != 0};
    *instance = w;
    return VOC_OK;
}

static void wrong_close(void *instance)
{
    struct wrong *w = instance;
    w->host->free(w->cx, w);
}

static voc_rc rule(void *instance, voc_str first, voc_line_rule *out)
{
    (void)instance, (void)first;
    out->separator = ';';
    return VOC_OK;
}

// A record that is not three fields.
static voc_rc broken(const struct wrong *w, voc_sink *sink, uint64_t i)
{
    static volatile int *nowhere = NULL;
    if (DOES == CRASH) return *nowhere ? VOC_OK : VOC_E_INPUT;
    while (DOES == HANG) (void)*(volatile unsigned *)&w->n_calls;
    if (DOES == EXIT) _Exit(3);
    return w->host->reject(sink, i, (voc_str)VOC_LIT("WRONG"), (voc_str)VOC_LIT("not three fields"));
}

static voc_rc record(struct wrong *w, voc_sink *sink, uint64_t i, voc_str line)
{
    row_of_plugin all;
    memset(&all, 0x5a, sizeof all); // what a later plugin.h adds is not empty
    all.now = voc_row_init(VOC_ROW_EVENT);
    voc_batch b = {.struct_size = sizeof b + LATER, .row_size = sizeof all, .rows = &all, .n_rows = 1};
    const char *first = line.len ? memchr(line.ptr, ';', line.len) : NULL, *end = line.ptr + line.len;
    const char *second = first ? memchr(first + 1, ';', (size_t)(end - first - 1)) : NULL;
    if (!second || second == first + 1) return broken(w, sink, i);
    voc_alias who = {.kind = VOC_LIT("id"), .value = {second + 1, (size_t)(end - second - 1)}, .strong = 1};
    char *action = w->host->alloc(w->cx, 64);
    if (!action && DOES == SWALLOW) return w->host->ignore(sink, i, (voc_str)VOC_LIT("no room"));
    if (!action) return VOC_E_NOMEM;
    all.now.record = i;
    all.now.time_us = (int64_t)(first - line.ptr) * 1000000 + (DOES == DEFAULTS ? w->set : 0);
    all.now.customer = &who;
    all.now.n_customer = who.value.len != 0;
    int n = DOES == REMEMBER ? snprintf(action, 64, "call %u", w->n_calls) : snprintf(action, 64, "%.*s", (int)(second - first - 1) & 31, first + 1);
    all.now.action = (voc_str){action, n > 0 ? (size_t)n : 0};
    voc_rc rc = w->host->rows(sink, &b);
    w->host->free(w->cx, action);
    return rc;
}

static voc_rc lines(void *instance, const voc_block *b, voc_sink *sink)
{
    struct wrong *w = instance;
    voc_rc rc = VOC_OK;
    w->n_calls++;
    if (DOES == OPEN_FILE) { // which nobody sees, unless it may not
        FILE *f = fopen("/dev/null", "rb");
        if (f) fclose(f);
    }
    if (DOES == PRINT) printf("a block of %zu records\n", b->n_records), fflush(stdout);
    for (size_t i = 0; i < b->n_records && !rc; i++) {
        if (DOES == FORGET && i == 1) continue;
        rc = record(w, sink, i, (voc_str){b->bytes + b->start[i], b->end[i] - b->start[i]});
    }
    return rc;
}

static const option_of_plugin options[] = {{.now = {.name = "first", .type = VOC_OPT_INT, .initial = "1", .min = "0", .max = "9", .help = "nothing"}},
                                           {.now = {.name = "second", .type = VOC_OPT_BOOL, .initial = "no", .help = "nothing"}}};

// OLDER: compiled with a plugin.h that ended behind the operations that it has, and knew no `about`.
#if defined OLDER
#define OPS_SIZE offsetof(voc_input_ops, describe)
#define PLUGIN_SIZE offsetof(voc_plugin, about)
#else
#define OPS_SIZE sizeof(voc_input_ops) + LATER
#define PLUGIN_SIZE sizeof(voc_plugin) + LATER
#endif
static const struct { voc_input_ops now; char later[64]; } all_ops = {{
    .struct_size = OPS_SIZE, .framing = VOC_FRAMING_LINES, .probe = probe, .open = wrong_open, .close = wrong_close, .rule = rule, .lines = lines}, "later"};

static const struct { voc_plugin now; char later[64]; } plugin = {{.struct_size = PLUGIN_SIZE,
                                  .abi_major = VOC_ABI_MAJOR,
                                  .abi_minor = VOC_ABI_MINOR,
                                  .kind = VOC_KIND_INPUT,
                                  .option_size = sizeof *options,
                                  .name = "wrong",
                                  .version = "1.0",
                                  .summary = "breaks the contract in one way",
                                  .licence = "MIT",
                                  .options = &options[0].now,
                                  .n_options = 2,
                                  .ops = &all_ops}, "later"};

VOC_PLUGIN("input", "wrong", "1.0", "MIT", plugin.now)
