// SPDX-License-Identifier: MIT
// Input plugin events: delimited event logs. One row is one event (long form), an event with start and end, or one thing
// with a date for each step (wide form). This file holds the descriptor, the life of an instance and the probe; events.h
// says where the rest is. Not understood: a reject with line and reason. All identifiers are text.
#include "plugins/input/events/events.h"

#include <stdio.h>

#include "plugins/common/events/options.h"

#define FIRST_MAX ((size_t)1 << 20)

// ---- options --------------------------------------------------------------------------------------------------------------------

static const voc_option options[] = {
    [OPT_SEPARATOR] = {.name = "separator", .type = VOC_OPT_STRING, .argument = "CHARACTER",
                       .help = "Separator of fields: one character, or comma, semicolon, tab, pipe, blank. Found out if not given."},
    [OPT_QUOTE] = {.name = "quote", .type = VOC_OPT_STRING, .argument = "CHARACTER", .help = "Quote around fields: one character, or none. Found out if not given."},
    [OPT_SKIP] = {.name = "skip", .type = VOC_OPT_STRING, .initial = "auto", .argument = "RECORDS",
                  .help = "Records that stand before the header, not counting empty lines. Found out if not given."},
    [OPT_HEADER] = {.name = "header", .type = VOC_OPT_STRING, .initial = "auto", .argument = "ROWS",
                    .help = "Rows of the header, the first of which names the columns; none: the columns are col1, col2 ... Found out if not given."},
    PLAN_OPTIONS,
};

// One character by itself or by name; false: neither.
static bool character(voc_str s, const char *const *names, const char *values, char *out)
{
    for (size_t i = 0; names[i]; i++)
        if (ev_is(s, names[i])) return *out = values[i], true;
    if (s.len != 1 || s.ptr[0] == '\n' || s.ptr[0] == '\r' || (s.ptr[0] & 0x80)) return false;
    *out = s.ptr[0];
    return true;
}

// A number up to 100, auto (-1), or none (0).
static voc_rc read_rows(struct events *e, const voc_value *v, unsigned option, int *out)
{
    voc_str s = v[option].s;
    int n = 0;
    *out = -1;
    if (ev_is(s, "auto")) return VOC_OK;
    for (size_t i = 0; i < s.len && n >= 0; i++) n = s.ptr[i] >= '0' && s.ptr[i] <= '9' && n <= 100 ? n * 10 + (s.ptr[i] - '0') : -1;
    if (ev_is(s, "none")) n = 0;
    if (s.len == 0 || n < 0 || n > 100)
        return ev_error(e, VOC_E_OPTION, "010", options[option].help, "-O %s=%.*s is neither a number from 0 to 100, nor none, nor auto", options[option].name, EV_STR(s, 40));
    *out = n;
    return VOC_OK;
}

static voc_rc read_options(struct events *e, const voc_value *v)
{
    static const char *const separators[] = {"comma", "semicolon", "tab", "pipe", "blank", "\\t", NULL}, *const quotes[] = {"none", "double", "single", NULL};
    struct table *t = TABLE(e);
    char quote = 0;
    voc_rc rc = read_rows(e, v, OPT_SKIP, &t->skip_said);
    if (!rc) rc = read_rows(e, v, OPT_HEADER, &t->rows_said);
    if (rc) return rc;
    if (t->rows_said == 0 && t->skip_said < 0) t->skip_said = 0; // without names nothing tells where the data begins
    if (v[OPT_SEPARATOR].set && !character(v[OPT_SEPARATOR].s, separators, ",;\t| \t", &t->rule.separator))
        return ev_error(e, VOC_E_OPTION, "010", options[OPT_SEPARATOR].help, "\"%.*s\" is no separator", EV_STR(v[OPT_SEPARATOR].s, 40));
    if (v[OPT_QUOTE].set && !character(v[OPT_QUOTE].s, quotes, "\0\"'", &quote))
        return ev_error(e, VOC_E_OPTION, "010", options[OPT_QUOTE].help, "\"%.*s\" is no quote", EV_STR(v[OPT_QUOTE].s, 40));
    t->quote_said = v[OPT_QUOTE].set ? (unsigned char)quote : -1;
    return VOC_OK;
}

// ---- life of an instance ----------------------------------------------------------------------------------------------------------

static void close_instance(void *instance) { plan_close(instance); }

static voc_rc new_instance(const voc_host *host, voc_context *cx, struct events **out)
{
    voc_rc rc = plan_new(out, sizeof(struct table), &table_reader, host, cx);
    if (!rc) TABLE(*out)->quote_said = TABLE(*out)->skip_said = TABLE(*out)->rows_said = -1;
    return rc;
}

static voc_rc open_instance(const voc_host *host, voc_context *cx, const voc_source *source, const voc_value *values, void **instance)
{
    struct events *e;
    voc_rc rc = new_instance(host, cx, &e);
    if (rc) return rc;
    rc = read_options(e, values);
    if (!rc) rc = plan_open(e, source, values + OPT_SHARED);
    if (rc) close_instance(e);
    else *instance = e;
    return rc;
}

static voc_rc make_rule(void *instance, voc_str first, voc_line_rule *out)
{
    struct events *e = instance;
    struct sniffed_csv found;
    bool complete = first.len < FIRST_MAX; // the host gives no more than that
    voc_rc rc = csv_sniff(e, first, complete, TABLE(e)->rule.separator, TABLE(e)->quote_said, TABLE(e)->skip_said, &found);
    if (rc) return rc;
    table_rule(e, &found.rule);
    rc = header_find(e, first, complete, &found);
    if (rc) return rc;
    out->separator = (unsigned char)found.rule.separator;
    out->quote = (unsigned char)found.rule.quote;
    out->n_head = e->n_head;
    return VOC_OK;
}

static voc_rc make_plan(void *instance, const voc_block *first) { return plan_make(instance, first); }
static voc_rc read_lines(void *instance, const voc_block *block, voc_sink *sink) { return rows_read(instance, block, sink); }
static voc_rc give_maps(void *instance, voc_source *out) { return plan_maps(instance, out); }
static void describe(void *instance, char *out, size_t size) { plan_describe(instance, out, size); }

// ---- probing ------------------------------------------------------------------------------------------------------------------------

static bool is_binary_or_markup(voc_str head)
{
    size_t i = head.len >= 3 && memcmp(head.ptr, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    if (memchr(head.ptr, 0, head.len)) return true;
    while (i < head.len && (head.ptr[i] == ' ' || head.ptr[i] == '\t' || head.ptr[i] == '\r' || head.ptr[i] == '\n')) i++;
    return i == head.len || head.ptr[i] == '<' || head.ptr[i] == '{' || head.ptr[i] == '[';
}

// The head as a block, as the host would cut it.
static voc_rc cut_head(struct events *e, const voc_probe *p, voc_block *b)
{
    voc_str text = p->head;
    size_t n = 0, max = e->n_head + SAMPLES_MAX;
    size_t *start = ev_alloc(e, max * sizeof *start), *end = ev_alloc(e, max * sizeof *end);
    if (!start || !end) return VOC_E_NOMEM;
    if (text.len >= 3 && memcmp(text.ptr, "\xEF\xBB\xBF", 3) == 0) text.ptr += 3, text.len -= 3;
    for (size_t at = 0; at < text.len && n < max;) {
        voc_str record;
        at = csv_next(&TABLE(e)->rule, text, at, &record);
        if (record.len == 0 || (at == text.len && !p->complete && n)) continue;
        start[n] = (size_t)(record.ptr - text.ptr);
        end[n] = start[n] + record.len;
        n++;
    }
    *b = (voc_block){.struct_size = sizeof *b, .bytes = text.ptr, .n_bytes = text.len, .start = start, .end = end, .n_records = n};
    return VOC_OK;
}

static void say(voc_probe_result *r, int confidence, const char *before, voc_str name, const char *between, voc_str other)
{
    r->confidence = confidence;
    snprintf(r->reason, sizeof r->reason, "%s%.*s%s%.*s", before, EV_STR(name, 60), between, EV_STR(other, 60));
}

static void judge(struct events *e, const voc_probe *p, voc_probe_result *r)
{
    static const voc_str none = {"", 0};
    struct sniffed_csv found;
    voc_block b;
    if (csv_sniff(e, p->head, p->complete != 0, 0, -1, -1, &found) != VOC_OK) return;
    if (p->head.ptr[0] == '#' && found.n_skip == 0) return; // a log of another kind
    if (found.n_columns < 2) return say(r, 5, "no separator makes columns of it", none, "", none);
    if (found.n_regular * 2 < found.n_records) return say(r, 10, "its records are not equally wide", none, "", none);
    table_rule(e, &found.rule);
    if (header_find(e, p->head, p->complete != 0, &found) != VOC_OK || cut_head(e, p, &b) != VOC_OK) return;
    voc_rc rc = plan_make(e, &b);
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
    snprintf(r->reason, sizeof r->reason, "not delimited text");
    if (p->head.len == 0 || is_binary_or_markup(p->head) || new_instance(host, cx, &e) != VOC_OK) return;
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
