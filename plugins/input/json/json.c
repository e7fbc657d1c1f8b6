// SPDX-License-Identifier: MIT
// Input plugin json: JSON lines, or one array of objects, which may stand over several lines. This file holds the descriptor,
// the life of an instance, what shape the records have (json.h says which there are), and the probe. Not understood: a reject
// with line and reason.
#include "plugins/input/json/json.h"

#include <stdio.h>

#define PLAN_CELL "PATH"
#include "plugins/common/events/options.h"

#define LOOK_LINES 20u
#define LOOK_RECORDS 200u

static const char *const shapes[] = {"auto", "columns", "rows", "segment", "snowplow-tsv", NULL};
static const voc_option options[] = {
    [OPT_SHAPE] = {.name = "shape", .type = VOC_OPT_ENUM, .initial = "auto", .choices = shapes, .argument = "SHAPE",
                   .help = "What a record is: columns (named cells), rows (our own, see voc-input-json(7)), segment (calls of Segment), snowplow-tsv (tab-separated events of Snowplow). Found out if not given."},
    PLAN_OPTIONS,
};

// ---- where records begin and end ----------------------------------------------------------------------------------------------

static voc_str behind_blanks(voc_str text)
{
    size_t i = text.len >= 3 && memcmp(text.ptr, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (i < text.len && (text.ptr[i] == ' ' || text.ptr[i] == '\t' || text.ptr[i] == '\r' || text.ptr[i] == '\n')) i++;
    return (voc_str){text.ptr + i, text.len - i};
}

static voc_str next_line(voc_str *text)
{
    const char *end = memchr(text->ptr, '\n', text->len);
    voc_str line = {text->ptr, end ? (size_t)(end - text->ptr) : text->len};
    size_t gone = line.len + (end != NULL);
    text->ptr += gone;
    text->len -= gone;
    return line;
}

static bool is_whole_object(voc_str text)
{
    struct json j = {text.ptr, text.ptr + text.len, NULL};
    json_blank(&j);
    return json_kind(&j) == JSON_OBJECT && json_skip(&j, 0, NULL) && json_done(&j);
}

// The records stand in an array, or over several lines: an array is open, or no line is an object of its own and the text
// begins with one that goes on behind its first line.
static bool over_lines(voc_str text)
{
    text = behind_blanks(text);
    if (text.len == 0 || text.ptr[0] == '[') return text.len > 0;
    struct json j = {text.ptr, text.ptr + text.len, NULL};
    voc_str rest = text;
    for (size_t i = 0; i < LOOK_LINES && rest.len; i++)
        if (is_whole_object(next_line(&rest))) return false;
    (void)json_skip(&j, 0, NULL);
    return memchr(text.ptr, '\n', (size_t)(j.at - text.ptr)) != NULL;
}

// ---- life of an instance ----------------------------------------------------------------------------------------------------------

static void close_instance(void *instance)
{
    tsv_free(&((struct instance *)instance)->head);
    plan_close(instance);
}

static voc_rc new_instance(const voc_host *host, voc_context *cx, struct events **out)
{
    voc_rc rc = plan_new(out, sizeof(struct instance), &json_reader, host, cx);
    if (!rc) (*out)->commas = true; // a point stands before decimals, as in a table with commas
    return rc;
}

static voc_rc open_instance(const voc_host *host, voc_context *cx, const voc_source *source, const voc_value *values, void **instance)
{
    struct events *e;
    voc_rc rc = new_instance(host, cx, &e);
    if (rc) return rc;
    JSON(e)->shape = (enum shape)values[OPT_SHAPE].i;
    rc = plan_open(e, source, values + OPT_SHARED);
    if (rc) close_instance(e);
    else *instance = e;
    return rc;
}

static voc_rc make_rule(void *instance, voc_str first, voc_line_rule *out)
{
    struct instance *j = instance;
    j->array = j->shape != SHAPE_SNOWPLOW_TSV && over_lines(first);
    out->separator = out->quote = out->n_head = 0;
    if (j->array && out->struct_size >= offsetof(voc_line_rule, values) + sizeof out->values) out->values = 1;
    return VOC_OK;
}

// What the user maps is columns; else what most of the first whole records look like: one of them may have a slip.
static enum shape shape_of(const struct events *e, const voc_block *first)
{
    bool mapped = e->n_maps > 0;
    size_t n = 0, own = 0, calls = 0;
    for (size_t i = OPT_TIME; i < OPT_N; i++) mapped = mapped || e->option[i].len;
    for (size_t i = 0; i < first->n_records && i < LOOK_RECORDS && n < LOOK_LINES && !mapped; i++) {
        voc_str record = {first->bytes + first->start[i], first->end[i] - first->start[i]};
        if (!is_whole_object(record)) continue;
        n++;
        own += own_shaped(record);
        calls += segment_shaped(record);
    }
    return own * 2 > n ? SHAPE_ROWS : calls * 2 > n ? SHAPE_SEGMENT : SHAPE_COLUMNS;
}

// Tab-separated text, if one of the first lines is such a record: the plan is made of the JSON that they are written as.
static voc_rc see_tsv(struct instance *j, const voc_block **first)
{
    j->tsv = j->shape == SHAPE_SNOWPLOW_TSV;
    for (size_t i = 0; i < (*first)->n_records && i < LOOK_LINES && j->shape == SHAPE_AUTO && !j->tsv; i++)
        j->tsv = tsv_shaped((voc_str){(*first)->bytes + (*first)->start[i], (*first)->end[i] - (*first)->start[i]});
    if (!j->tsv) return VOC_OK;
    j->shape = SHAPE_COLUMNS;
    voc_rc rc = tsv_convert(&j->head, &j->events, *first, SAMPLES_MAX);
    *first = &j->head.block;
    return rc;
}

static voc_rc make_plan(void *instance, const voc_block *first)
{
    struct instance *j = instance;
    voc_rc rc = see_tsv(j, &first);
    if (rc) return rc;
    if (j->shape == SHAPE_AUTO) j->shape = shape_of(instance, first);
    if (j->shape == SHAPE_COLUMNS) return plan_make(instance, first);
    return j->events.host->time_format(j->events.cx, &j->time, (voc_str){"", 0}, j->events.zone);
}

static voc_rc read_lines(void *instance, const voc_block *block, voc_sink *sink)
{
    const struct instance *j = instance;
    if (j->shape == SHAPE_ROWS) return whole_lines(instance, block, sink, own_read);
    if (j->shape == SHAPE_SEGMENT) return whole_lines(instance, block, sink, segment_read);
    return rows_read(instance, block, sink);
}

static voc_rc give_maps(void *instance, voc_source *out)
{
    const struct instance *j = instance;
    if (j->shape == SHAPE_COLUMNS) return plan_maps(instance, out);
    out->n_maps = 0; // their fields are known
    return VOC_OK;
}

static void describe(void *instance, char *out, size_t size)
{
    const struct instance *j = instance;
    if (j->shape == SHAPE_COLUMNS) plan_describe(instance, out, size);
    else if (j->shape == SHAPE_ROWS) snprintf(out, size, "each record is a row, its fields by their own names (man voc-input-json)\n-O shape=columns reads it as any other JSON\n");
    else
        snprintf(out, size,
                 "it holds calls of Segment: track, page and screen are events of the customer; identify, group and "
                 "alias say who is who\n-O shape=columns reads it as any other JSON\n");
}

// ---- probing ------------------------------------------------------------------------------------------------------------------------

// Some of the first records of the head: whole lines, or whole values.
static voc_rc cut_head(struct events *e, voc_str text, bool complete, voc_block *b)
{
    size_t n = 0, missed = 0, *start = ev_alloc(e, LOOK_RECORDS * sizeof *start), *end = ev_alloc(e, LOOK_RECORDS * sizeof *end);
    struct json j = {text.ptr, text.ptr + text.len, NULL};
    voc_str rest = text;
    if (!start || !end) return VOC_E_NOMEM;
    while (n < LOOK_RECORDS && (JSON(e)->array ? j.at < j.end : rest.len > 0)) {
        voc_str record;
        if (JSON(e)->array) {
            while (j.at < j.end && strchr(" \t\r\n,[]", *j.at)) j.at++;
            const char *from = j.at;
            if (json_kind(&j) != JSON_OBJECT || !json_skip(&j, 0, &record)) { // broken, or cut: from the next line on
                j = (struct json){memchr(from, '\n', (size_t)(j.end - from)), j.end, NULL};
                if (!j.at || ++missed == LOOK_LINES) break;
                continue;
            }
        } else {
            record = next_line(&rest);
            if (rest.len == 0 && !complete && n) break;
            if (record.len == 0 || record.ptr[0] == '\r') continue;
        }
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
    voc_str text = behind_blanks(p->head);
    voc_block b;
    JSON(e)->array = over_lines(text);
    if (cut_head(e, text, p->complete != 0, &b) != VOC_OK) return;
    if (b.n_records == 0) return say(r, 20, "it begins as JSON, but no record of it is whole", none, "", none);
    const voc_block *first = &b;
    if (see_tsv(JSON(e), &first) != VOC_OK) return;
    enum shape shape = JSON(e)->tsv ? SHAPE_COLUMNS : shape_of(e, &b);
    if (shape == SHAPE_ROWS) return say(r, 92, "each record is a row with our own names of fields", none, "", none);
    if (shape == SHAPE_SEGMENT) return say(r, 92, "calls of Segment (type, messageId, userId)", none, "", none);
    voc_rc rc = plan_make(e, first);
    if (JSON(e)->tsv) return say(r, 95, "events of Snowplow as tab-separated text (131 columns)", none, "", none);
    if (e->n_columns == 0) return say(r, 10, "no record is a JSON object", none, "", none);
    if (e->n_times == 0 && memmem(first->bytes, first->n_bytes, "json-schema.org/", 16)) return say(r, 10, "a JSON schema: it describes files", none, "", none);
    if (e->n_times == 0) return say(r, 30, "JSON objects, but no member holds times", none, "", none);
    voc_str time = e->times[0].from.column != NO_COLUMN ? e->columns[e->times[0].from.column].name : none;
    uint32_t action = e->field[FIELD_ACTION].column;
    if (rc && rc != VOC_E_INPUT) return;
    if (JSON(e)->preset.name) return say(r, 90, "an export of ", (voc_str){JSON(e)->preset.name, strlen(JSON(e)->preset.name)}, "", none);
    if (action == NO_COLUMN) return say(r, 50, "JSON objects with times (", time, ") and no member that names actions", none);
    say(r, 75, "JSON objects with ", e->columns[action].name, " and ", time);
}

// One of its first lines is a record of Snowplow's.
static bool begins_as_tsv(voc_str text)
{
    for (size_t i = 0; i < LOOK_LINES && text.len; i++)
        if (tsv_shaped(next_line(&text))) return true;
    return false;
}

// An object, or an array of some: many logs have a bracket around their times.
static bool begins_as_json(voc_str text)
{
    size_t i = 1;
    if (text.len == 0 || text.ptr[0] != '[') return text.len && text.ptr[0] == '{';
    while (i < text.len && (text.ptr[i] == ' ' || text.ptr[i] == '\t' || text.ptr[i] == '\r' || text.ptr[i] == '\n')) i++;
    return i == text.len || text.ptr[i] == '{' || text.ptr[i] == '[' || text.ptr[i] == ']';
}

static void probe(const voc_host *host, voc_context *cx, const voc_probe *p, voc_probe_result *r)
{
    struct events *e;
    voc_str text = behind_blanks(p->head);
    r->confidence = 0;
    snprintf(r->reason, sizeof r->reason, "no JSON objects");
    if ((!begins_as_json(text) && !begins_as_tsv(p->head)) || new_instance(host, cx, &e) != VOC_OK) return;
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

static const voc_plugin json_plugin = {
    .struct_size = sizeof json_plugin,
    .abi_major = VOC_ABI_MAJOR,
    .abi_minor = VOC_ABI_MINOR,
    .kind = VOC_KIND_INPUT,
    .option_size = sizeof *options,
    .name = "json",
    .version = "0.1.0",
    .summary = "Events as JSON: lines or an array (our own rows, Segment, GA4, Snowplow also as TSV, any by mapping)",
    .licence = "MIT",
    .author = "Vocstream",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .extensions = "json jsonl ndjson tsv",
    .ops = &ops,
};

VOC_PLUGIN("input", "json", "0.1.0", "MIT", json_plugin)
