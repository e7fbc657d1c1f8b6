// SPDX-License-Identifier: MIT
// Input plugin events: delimited event logs. One row is one event (long form), an event with start and end, or one thing
// with a date for each step (wide form). This file holds the descriptor and the probe; how a table is read is
// plugins/common/table, and how its cells become events plugins/common/events. Not understood: a reject with line and
// reason. All identifiers are text.
#include "plugins/common/table/table.h"

#include <stdio.h>

#include "plugins/common/events/options.h"
#include "plugins/common/table/options.h"

static const voc_option options[] = {
    TABLE_OPTIONS,
    PLAN_OPTIONS,
};

// ---- life of an instance ----------------------------------------------------------------------------------------------------------

static void close_instance(void *instance) { plan_close(instance); }

static voc_rc open_instance(const voc_host *host, voc_context *cx, const voc_source *source, const voc_value *values, void **instance)
{
    struct events *e;
    voc_rc rc = delimited_new(&e, sizeof(struct table), &delimited_reader, host, cx);
    if (rc) return rc;
    rc = delimited_open(e, source, values);
    if (rc) close_instance(e);
    else *instance = e;
    return rc;
}

static voc_rc make_rule(void *instance, voc_str first, voc_line_rule *out) { return delimited_cut(instance, first, out); }
static voc_rc make_plan(void *instance, const voc_block *first) { return plan_make(instance, first); }
static voc_rc read_lines(void *instance, const voc_block *block, voc_sink *sink) { return rows_read(instance, block, sink); }
static voc_rc give_maps(void *instance, voc_source *out) { return plan_maps(instance, out); }
static void describe(void *instance, char *out, size_t size) { plan_describe(instance, out, size); }

// ---- probing ------------------------------------------------------------------------------------------------------------------------

static void say(voc_probe_result *r, int confidence, const char *before, voc_str name, const char *between, voc_str other)
{
    r->confidence = confidence;
    snprintf(r->reason, sizeof r->reason, "%s%.*s%s%.*s", before, EV_STR(name, 60), between, EV_STR(other, 60));
}

// The sheet of voc worksheet lies beside the files that it is about, and its dates are no events.
static bool is_worksheet(const struct events *e)
{
    return column_called(e, (voc_str)VOC_LIT("channel/campaign")) != NO_COLUMN && column_called(e, (voc_str)VOC_LIT("recorded actor")) != NO_COLUMN;
}

static void judge(struct events *e, const voc_probe *p, voc_probe_result *r)
{
    static const voc_str none = {"", 0};
    voc_block b;
    if (!delimited_probe(e, p, &b, r)) return;
    voc_rc rc = plan_make(e, &b);
    if (rc == VOC_E_NOMEM) return; // there may be no columns yet
    if (rc == VOC_E_LIMIT && e->n_columns == 0) return say(r, 60, "a table of more columns than are read", none, "", none);
    if (is_worksheet(e)) return say(r, 0, "a worksheet of voc", none, "", none);
    if (e->n_columns == 0 || e->n_times == 0) return say(r, 15, "a table, but no column holds times", none, "", none);
    voc_str time = e->times[0].from.column != NO_COLUMN ? e->columns[e->times[0].from.column].name : none;
    uint32_t action = e->field[FIELD_ACTION].column;
    bool whose = e->n_customers || e->n_accounts || e->field[FIELD_CASE].column != NO_COLUMN;
    if (rc && rc != VOC_E_INPUT) return;
    if (action == NO_COLUMN) return say(r, whose && e->n_times > 1 ? 60 : 50, "a table with dates (", time, ") and no column of actions", none);
    say(r, whose ? 85 : 75, "the header has ", e->columns[action].name, " and ", time);
}

static void probe(const voc_host *host, voc_context *cx, const voc_probe *p, voc_probe_result *r)
{
    struct events *e;
    r->confidence = 0;
    if (delimited_new(&e, sizeof(struct table), &delimited_reader, host, cx) != VOC_OK) return;
    e->quiet = true;
    judge(e, p, r);
    close_instance(e);
}

static const voc_input_ops ops = {
    .struct_size = sizeof ops,
    .framing = VOC_FRAMING_LINES,
    .probe = probe,
    .open = open_instance,
    .close = close_instance,
    .rule = make_rule,
    .head = make_plan,
    .lines = read_lines,
    .describe = describe,
    .maps = give_maps,
};

static const voc_plugin events_plugin = {
    .struct_size = sizeof events_plugin,
    .abi_major = VOC_ABI_MAJOR,
    .abi_minor = VOC_ABI_MINOR,
    .kind = VOC_KIND_INPUT,
    .option_size = sizeof *options,
    .name = "events",
    .version = "0.1.0",
    .summary = "Event logs and tables with dates as delimited text (CSV, TSV)",
    .licence = "MIT",
    .author = "Vocstream",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .extensions = "csv tsv txt",
    .ops = &ops,
};

VOC_PLUGIN("input", "events", "0.1.0", "MIT", events_plugin)
