// SPDX-License-Identifier: MIT
// The smallest input plugin with LINES framing: "seconds;action;customer[;key=value]", a line that begins with # is left out
// by a rule. An action such as "visit*3" gives three rows. The option fault makes it break its contract at lines that hold the
// word "here", so that the host's answers can be tested. Good for probing by its first line: "tiny 1".
#include <stdio.h>
#include <string.h>

#include <voc/plugin.h>

enum { OPT_FAULT, OPT_PREFIX, N_OPTIONS };
enum { FAULT_NONE, FAULT_LOST, FAULT_TWICE, FAULT_BEYOND, FAULT_BOTH, FAULT_BACK, FAULT_STATUS };
static const char *const faults[] = {"none", "lost", "twice", "beyond", "both", "back", "status", NULL};
static const voc_option options[N_OPTIONS] = {
    {"fault", VOC_OPT_ENUM, 0, "none", NULL, NULL, faults, "WHICH", "break the contract so at lines that say here"},
    {"prefix", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "TEXT", "put this before every action"},
};

struct tiny {
    const voc_host *host;
    voc_context *cx;
    int64_t fault;
    voc_str prefix;
    char first[40]; // the first record behind the head, for describe
};

static void probe(const voc_host *host, voc_context *cx, const voc_probe *p, voc_probe_result *r)
{
    (void)host, (void)cx;
    int ours = p->head.len >= 7 && memcmp(p->head.ptr, "tiny 1\n", 7) == 0;
    r->confidence = ours ? 100 : 0;
    snprintf(r->reason, sizeof r->reason, "%s", ours ? "it begins with tiny 1" : "it does not begin with tiny 1");
}

static voc_rc tiny_open(const voc_host *host, voc_context *cx, const voc_source *source, const voc_value *values, void **instance)
{
    struct tiny *t = host->alloc(cx, sizeof *t);
    (void)source;
    if (!t) return VOC_E_NOMEM;
    *t = (struct tiny){.host = host, .cx = cx, .fault = values[OPT_FAULT].i, .prefix = values[OPT_PREFIX].s};
    *instance = t;
    return VOC_OK;
}

static void tiny_close(void *instance)
{
    struct tiny *t = instance;
    t->host->free(t->cx, t);
}

static voc_rc rule(void *instance, voc_str first, voc_line_rule *out)
{
    (void)instance, (void)first;
    out->separator = ';';
    out->quote = '"';
    out->n_head = 1;
    return VOC_OK;
}

static voc_rc head(void *instance, const voc_block *b)
{
    struct tiny *t = instance;
    if (b->n_records == 0 || b->end[0] - b->start[0] != 6 || memcmp(b->bytes + b->start[0], "tiny 1", 6) != 0) return VOC_E_INPUT;
    if (b->n_records > 1) snprintf(t->first, sizeof t->first, "%.*s", (int)(b->end[1] - b->start[1]), b->bytes + b->start[1]);
    return VOC_OK;
}

static voc_str field(voc_str *rest)
{
    const char *stop = rest->len ? memchr(rest->ptr, ';', rest->len) : NULL;
    voc_str f = {rest->ptr, stop ? (size_t)(stop - rest->ptr) : rest->len};
    size_t used = f.len + (stop != NULL);
    rest->ptr += used;
    rest->len -= used;
    return f;
}

static voc_rc reject(const struct tiny *t, voc_sink *sink, uint64_t record, const char *why)
{
    return t->host->reject(sink, record, (voc_str)VOC_LIT("TINY"), (voc_str){why, strlen(why)});
}

static int read_seconds(voc_str s, int64_t *out)
{
    int64_t n = 0;
    if (s.len == 0 || s.len > 12) return 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return 0;
        n = n * 10 + (s.ptr[i] - '0');
    }
    *out = n * 1000000;
    return 1;
}

static voc_rc record(const struct tiny *t, voc_sink *sink, uint64_t i, voc_str line)
{
    voc_row r = voc_row_init(VOC_ROW_EVENT);
    voc_batch b = {.struct_size = sizeof b, .row_size = sizeof r, .rows = &r, .n_rows = 1};
    char action[256];
    voc_str when = field(&line), what = field(&line), who = field(&line), extra = field(&line);
    voc_alias customer = {.kind = VOC_LIT("id"), .value = who, .strong = 1};
    voc_attr attr = {.type = VOC_TYPE_TEXT, .entity = VOC_ENTITY_INDIVIDUAL, .time_us = VOC_NA};
    unsigned times = 1;
    if (!read_seconds(when, &r.time_us)) return reject(t, sink, i, "its first field is not a number of seconds");
    if (what.len > 2 && what.ptr[what.len - 2] == '*' && what.ptr[what.len - 1] >= '0' && what.ptr[what.len - 1] <= '9') {
        times = (unsigned)(what.ptr[what.len - 1] - '0');
        what.len -= 2;
    }
    if (t->prefix.len + what.len >= sizeof action) return reject(t, sink, i, "its action is too long");
    if (t->prefix.len) memcpy(action, t->prefix.ptr, t->prefix.len);
    if (what.len) memcpy(action + t->prefix.len, what.ptr, what.len);
    r.action = (voc_str){action, t->prefix.len + what.len};
    r.record = i;
    r.customer = &customer;
    r.n_customer = who.len != 0;
    const char *eq = extra.len ? memchr(extra.ptr, '=', extra.len) : NULL;
    if (eq) {
        attr.key = (voc_str){extra.ptr, (size_t)(eq - extra.ptr)};
        attr.text = (voc_str){eq + 1, extra.len - attr.key.len - 1};
        r.attrs = &attr;
        r.n_attrs = 1;
    }
    voc_rc rc = VOC_OK;
    for (unsigned k = 0; k < times && !rc; k++) rc = t->host->rows(sink, &b);
    return rc;
}

static int says_here(voc_str s)
{
    for (size_t i = 0; i + 4 <= s.len; i++)
        if (memcmp(s.ptr + i, "here", 4) == 0) return 1;
    return 0;
}

static voc_rc misbehave(const struct tiny *t, voc_sink *sink, const voc_block *b, uint64_t i, voc_str line)
{
    voc_rc rc;
    switch (t->fault) {
    case FAULT_LOST: return VOC_OK;
    case FAULT_TWICE: rc = t->host->ignore(sink, i, (voc_str)VOC_LIT("first")); return rc ? rc : t->host->ignore(sink, i, (voc_str)VOC_LIT("second"));
    case FAULT_BEYOND: return t->host->ignore(sink, b->n_records, (voc_str)VOC_LIT("not there"));
    case FAULT_BOTH: rc = record(t, sink, i, line); return rc ? rc : t->host->ignore(sink, i, (voc_str)VOC_LIT("after its rows"));
    case FAULT_BACK:
        rc = record(t, sink, i, line);
        return rc || i == 0 ? rc : record(t, sink, 0, (voc_str){b->bytes + b->start[0], b->end[0] - b->start[0]});
    default: return VOC_E_INPUT;
    }
}

static voc_rc lines(void *instance, const voc_block *b, voc_sink *sink)
{
    const struct tiny *t = instance;
    for (size_t i = 0; i < b->n_records; i++) {
        voc_str line = {b->bytes + b->start[i], b->end[i] - b->start[i]};
        voc_rc rc;
        if (t->fault != FAULT_NONE && says_here(line))
            rc = misbehave(t, sink, b, i, line);
        else if (line.len && line.ptr[0] == '#')
            rc = t->host->ignore(sink, i, (voc_str)VOC_LIT("comment"));
        else
            rc = record(t, sink, i, line);
        if (rc) return rc;
    }
    return VOC_OK;
}

static void describe(void *instance, char *out, size_t size)
{
    const struct tiny *t = instance;
    snprintf(out, size, "time <- 1, action <- 2, customer <- 3\nthe first record is %s\n", t->first);
}

static const voc_input_ops ops = {.struct_size = sizeof ops,
                                  .framing = VOC_FRAMING_LINES,
                                  .probe = probe,
                                  .open = tiny_open,
                                  .close = tiny_close,
                                  .rule = rule,
                                  .head = head,
                                  .lines = lines,
                                  .describe = describe};

static const voc_plugin plugin = {.struct_size = sizeof plugin,
                                  .abi_major = VOC_ABI_MAJOR,
                                  .abi_minor = VOC_ABI_MINOR,
                                  .kind = VOC_KIND_INPUT,
                                  .option_size = sizeof(voc_option),
                                  .name = "tiny",
                                  .version = "1.0",
                                  .summary = "a small format for tests",
                                  .licence = "MIT",
                                  .options = options,
                                  .n_options = N_OPTIONS,
                                  .ops = &ops};

VOC_PLUGIN("input", "tiny", "1.0", "MIT", plugin)
