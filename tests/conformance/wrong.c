// SPDX-License-Identifier: MIT
// A plugin for lines "seconds;action;customer" that, by what it is compiled with (-DDOES=...), breaks the contract in one way,
// so that a test sees whether voc plugin check says so. RIGHT breaks nothing.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <voc/plugin.h>

enum { RIGHT, CRASH, HANG, PRINT, EXIT, FORGET, REMEMBER, SWALLOW };

struct wrong { const voc_host *host; voc_context *cx; unsigned n_calls; };

#if defined EXPORTS
VOC_EXPORT int wrong_helper(void);
int wrong_helper(void) { return 1; }
#endif

static void probe(const voc_host *host, voc_context *cx, const voc_probe *p, voc_probe_result *r)
{
    (void)host, (void)cx, (void)p;
    r->confidence = 50;
    snprintf(r->reason, sizeof r->reason, "it is asked for");
}

static voc_rc wrong_open(const voc_host *host, voc_context *cx, const voc_source *source, const voc_value *values, void **instance)
{
    struct wrong *w = host->alloc(cx, sizeof *w);
    (void)source, (void)values;
    if (!w) return VOC_E_NOMEM;
    *w = (struct wrong){.host = host, .cx = cx};
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
    voc_row r = voc_row_init(VOC_ROW_EVENT);
    voc_batch b = {.struct_size = sizeof b, .row_size = sizeof r, .rows = &r, .n_rows = 1};
    const char *first = line.len ? memchr(line.ptr, ';', line.len) : NULL, *end = line.ptr + line.len;
    const char *second = first ? memchr(first + 1, ';', (size_t)(end - first - 1)) : NULL;
    if (!second || second == first + 1) return broken(w, sink, i);
    voc_alias who = {.kind = VOC_LIT("id"), .value = {second + 1, (size_t)(end - second - 1)}, .strong = 1};
    char *action = w->host->alloc(w->cx, 64);
    if (!action && DOES == SWALLOW) return w->host->ignore(sink, i, (voc_str)VOC_LIT("no room"));
    if (!action) return VOC_E_NOMEM;
    r.record = i;
    r.time_us = (int64_t)(first - line.ptr) * 1000000;
    r.customer = &who;
    r.n_customer = who.value.len != 0;
    int n = DOES == REMEMBER ? snprintf(action, 64, "call %u", w->n_calls) : snprintf(action, 64, "%.*s", (int)(second - first - 1) & 31, first + 1);
    r.action = (voc_str){action, n > 0 ? (size_t)n : 0};
    voc_rc rc = w->host->rows(sink, &b);
    w->host->free(w->cx, action);
    return rc;
}

static voc_rc lines(void *instance, const voc_block *b, voc_sink *sink)
{
    struct wrong *w = instance;
    voc_rc rc = VOC_OK;
    w->n_calls++;
    if (DOES == PRINT) printf("a block of %zu records\n", b->n_records), fflush(stdout);
    for (size_t i = 0; i < b->n_records && !rc; i++) {
        if (DOES == FORGET && i == 1) continue;
        rc = record(w, sink, i, (voc_str){b->bytes + b->start[i], b->end[i] - b->start[i]});
    }
    return rc;
}

static const voc_input_ops ops = {
    .struct_size = sizeof ops, .framing = VOC_FRAMING_LINES, .probe = probe, .open = wrong_open, .close = wrong_close, .rule = rule, .lines = lines};

static const voc_plugin plugin = {.struct_size = sizeof plugin,
                                  .abi_major = VOC_ABI_MAJOR,
                                  .abi_minor = VOC_ABI_MINOR,
                                  .kind = VOC_KIND_INPUT,
                                  .option_size = sizeof(voc_option),
                                  .name = "wrong",
                                  .version = "1.0",
                                  .summary = "breaks the contract in one way",
                                  .licence = "MIT",
                                  .ops = &ops};

VOC_PLUGIN("input", "wrong", "1.0", "MIT", plugin)
