// SPDX-License-Identifier: MIT
// Input plugin events: delimited event logs. One row is one event (long form), an event with start and end, or one thing
// with a date for each step (wide form). This file holds the descriptor, the life of an instance and the probe; events.h
// says where the rest is. Not understood: a reject with line and reason. All identifiers are text.
#include "plugins/input/events/events.h"

#include <stdarg.h>
#include <stdio.h>

#define FIRST_MAX ((size_t)1 << 20)

// ---- memory, copies, diagnostics ----------------------------------------------------------------------------------------------

struct chunk {
    struct chunk *next;
    _Alignas(16) char bytes[];
};

void *ev_alloc(struct events *e, size_t size)
{
    struct chunk *c = size < SIZE_MAX - sizeof *c ? e->host->alloc(e->cx, sizeof *c + (size ? size : 1)) : NULL;
    if (!c) return NULL;
    c->next = e->chunks;
    e->chunks = c;
    return c->bytes;
}

bool ev_copy(struct events *e, voc_str s, voc_str *out)
{
    char *to = ev_alloc(e, s.len);
    if (!to) return false;
    if (s.len) memcpy(to, s.ptr, s.len);
    *out = (voc_str){to, s.len};
    return true;
}

voc_rc ev_error(struct events *e, voc_rc rc, const char *code, const char *hint, const char *format, ...)
{
    char message[600];
    va_list ap;
    if (e->quiet) return rc;
    va_start(ap, format);
    int n = vsnprintf(message, sizeof message, format, ap);
    va_end(ap);
    voc_str text = ev_clip((voc_str){message, n < 0 ? 0 : (size_t)n}, sizeof message - 4);
    voc_diag d = {.struct_size = sizeof d, .severity = VOC_ERROR, .code = {code, strlen(code)}, .message = text, .hint = {hint ? hint : "", hint ? strlen(hint) : 0}};
    e->host->diag(e->cx, &d);
    return rc;
}

// ---- options --------------------------------------------------------------------------------------------------------------------

static const char *const decimals[] = {"auto", "point", "comma", NULL};
static const char *const ref_kinds[] = {"event", "touchpoint", "thread", "case", NULL};

#define COLUMN_OPTION(name_, help_) {.name = name_, .type = VOC_OPT_STRING, .flags = VOC_OPT_COLUMN, .argument = "COLUMN", .help = help_}
static const voc_option options[OPT_N] = {
    [OPT_SEPARATOR] = {.name = "separator", .type = VOC_OPT_STRING, .argument = "CHARACTER",
                       .help = "Separator of fields: one character, or comma, semicolon, tab, pipe, blank. Found out if not given."},
    [OPT_QUOTE] = {.name = "quote", .type = VOC_OPT_STRING, .argument = "CHARACTER", .help = "Quote around fields: one character, or none. Found out if not given."},
    [OPT_SKIP] = {.name = "skip", .type = VOC_OPT_STRING, .initial = "auto", .argument = "RECORDS",
                  .help = "Records that stand before the header, not counting empty lines. Found out if not given."},
    [OPT_HEADER] = {.name = "header", .type = VOC_OPT_STRING, .initial = "auto", .argument = "ROWS",
                    .help = "Rows of the header, the first of which names the columns; none: the columns are col1, col2 ... Found out if not given."},
    [OPT_DECIMAL] = {.name = "decimal", .type = VOC_OPT_ENUM, .initial = "auto", .choices = decimals, .argument = "MARK", .help = "What stands before the decimals of numbers."},
    [OPT_TIME_FORMAT] = {.name = "time-format", .type = VOC_OPT_STRING, .argument = "PATTERN",
                         .help = "Pattern of the times, such as d.M.yyyy HH:mm, or iso, epoch-s, epoch-ms, epoch-us. Proven from the data if not given."},
    [OPT_ZONE] = {.name = "zone", .type = VOC_OPT_ZONE, .argument = "ZONE", .help = "Zone of times that name none, such as Europe/Warsaw."},
    [OPT_CUSTOMER_KIND] = {.name = "customer-kind", .type = VOC_OPT_STRING, .initial = "id", .argument = "KIND", .help = "What kind of identity the customer's column holds: id, email, cookie ..."},
    [OPT_ACCOUNT_KIND] = {.name = "account-kind", .type = VOC_OPT_STRING, .initial = "id", .argument = "KIND", .help = "What kind of identity the account's column holds."},
    [OPT_REF_KIND] = {.name = "ref-kind", .type = VOC_OPT_ENUM, .initial = "event", .choices = ref_kinds, .argument = "KIND", .help = "What the column ref names."},
    [OPT_TIME] = COLUMN_OPTION("time", "When it happened; with an end: when it began."),
    [OPT_END] = COLUMN_OPTION("end", "When it ended: the event stands there, and the minutes since its start are its process time."),
    [OPT_ACTION] = COLUMN_OPTION("action", "What was done."),
    [OPT_ACTOR] = COLUMN_OPTION("actor", "Who acted: customer, company or other."),
    [OPT_CUSTOMER] = COLUMN_OPTION("customer", "Identity of the individual on the customer's side."),
    [OPT_EMAIL] = COLUMN_OPTION("email", "E-mail address of the individual."),
    [OPT_PHONE] = COLUMN_OPTION("phone", "Telephone number of the individual (weak: shared by people)."),
    [OPT_COOKIE] = COLUMN_OPTION("cookie", "Cookie or device of the individual (weak)."),
    [OPT_ACCOUNT] = COLUMN_OPTION("account", "Organisation of the customer."),
    [OPT_CASE] = COLUMN_OPTION("case", "Journey that the event belongs to: case, trace, opportunity, ticket."),
    [OPT_ID] = COLUMN_OPTION("id", "The event's own id: rows with the same id replace each other."),
    [OPT_REF] = COLUMN_OPTION("ref", "What it answers (see ref-kind)."),
    [OPT_ROLE] = COLUMN_OPTION("role", "The individual's part in buying."),
    [OPT_OWNER] = COLUMN_OPTION("owner", "Person or team on the company's side."),
    [OPT_THREAD] = COLUMN_OPTION("thread", "Conversation that it belongs to."),
    [OPT_TOUCHPOINT] = COLUMN_OPTION("touchpoint", "The company's item: this mail, this webinar."),
    [OPT_CHANNEL] = COLUMN_OPTION("channel", "Channel."),
    [OPT_CAMPAIGN] = COLUMN_OPTION("campaign", "Campaign."),
    [OPT_OBJECT] = COLUMN_OPTION("object", "What was acted upon: a page, a document, a product."),
    [OPT_TEXT] = COLUMN_OPTION("text", "Words of the customer."),
    [OPT_LANGUAGE] = COLUMN_OPTION("language", "Language of the words."),
    [OPT_MINUTES] = COLUMN_OPTION("minutes", "Minutes of work."),
    [OPT_COST] = COLUMN_OPTION("cost", "Cost of the event, a plain number."),
    [OPT_VALUE] = COLUMN_OPTION("value", "Value of the event, a plain number."),
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
        return ev_error(e, VOC_E_OPTION, "EVENTS-010", options[option].help, "-O %s=%.*s is neither a number from 0 to 100, nor none, nor auto", options[option].name, EV_STR(s, 40));
    *out = n;
    return VOC_OK;
}

static voc_rc read_options(struct events *e, const voc_value *v)
{
    static const char *const separators[] = {"comma", "semicolon", "tab", "pipe", "blank", "\\t", NULL}, *const quotes[] = {"none", "double", "single", NULL};
    char quote = 0;
    voc_rc rc = read_rows(e, v, OPT_SKIP, &e->skip_said);
    if (!rc) rc = read_rows(e, v, OPT_HEADER, &e->rows_said);
    if (rc) return rc;
    if (e->rows_said == 0 && e->skip_said < 0) e->skip_said = 0; // without names nothing tells where the data begins
    e->ref_kind = VOC_REF_EVENT + (uint32_t)v[OPT_REF_KIND].i;
    e->decimal_said = v[OPT_DECIMAL].i == 1 ? '.' : v[OPT_DECIMAL].i == 2 ? ',' : 0;
    if (v[OPT_SEPARATOR].set && !character(v[OPT_SEPARATOR].s, separators, ",;\t| \t", &e->rule.separator))
        return ev_error(e, VOC_E_OPTION, "EVENTS-010", options[OPT_SEPARATOR].help, "\"%.*s\" is no separator", EV_STR(v[OPT_SEPARATOR].s, 40));
    if (v[OPT_QUOTE].set && !character(v[OPT_QUOTE].s, quotes, "\0\"'", &quote))
        return ev_error(e, VOC_E_OPTION, "EVENTS-010", options[OPT_QUOTE].help, "\"%.*s\" is no quote", EV_STR(v[OPT_QUOTE].s, 40));
    e->quote_said = v[OPT_QUOTE].set ? (unsigned char)quote : -1;
    e->time_format_given = v[OPT_TIME_FORMAT].set;
    if (e->time_format_given && !ev_copy(e, ev_is(v[OPT_TIME_FORMAT].s, "iso") ? (voc_str){"", 0} : v[OPT_TIME_FORMAT].s, &e->time_format)) return VOC_E_NOMEM;
    if (v[OPT_ZONE].set && !ev_copy(e, v[OPT_ZONE].s, &e->zone)) return VOC_E_NOMEM;
    for (size_t i = OPT_CUSTOMER_KIND; i < OPT_N; i++)
        if (options[i].type == VOC_OPT_STRING && !ev_copy(e, v[i].s, &e->option[i])) return VOC_E_NOMEM;
    return VOC_OK;
}

static voc_rc copy_maps(struct events *e, const voc_source *s)
{
    voc_map *maps = ev_alloc(e, (s->n_maps + 1) * sizeof *maps);
    bool ok = maps != NULL;
    for (size_t i = 0; i < s->n_maps && ok; i++) {
        memset(&maps[i], 0, sizeof *maps); // a host may be older, or newer
        memcpy(&maps[i], (const char *)s->maps + i * s->map_size, s->map_size < sizeof *maps ? s->map_size : sizeof *maps);
        maps[i].reason = (voc_str){"", 0};
        voc_str *text[] = {&maps[i].to, &maps[i].from, &maps[i].format, &maps[i].constant, &maps[i].action, &maps[i].action_from, &maps[i].alias_kind};
        for (size_t k = 0; k < sizeof text / sizeof *text && ok; k++) ok = ev_copy(e, *text[k], text[k]);
    }
    e->maps = maps;
    e->n_maps = s->n_maps;
    return ok ? VOC_OK : VOC_E_NOMEM;
}

// ---- life of an instance ----------------------------------------------------------------------------------------------------------

static void close_instance(void *instance)
{
    struct events *e = instance;
    for (struct chunk *c = e->chunks, *next; c; c = next) {
        next = c->next;
        e->host->free(e->cx, c);
    }
    e->host->free(e->cx, e);
}

static voc_rc new_instance(const voc_host *host, voc_context *cx, struct events **out)
{
    struct events *e = host->alloc(cx, sizeof *e);
    if (!e) return VOC_E_NOMEM;
    memset(e, 0, sizeof *e);
    e->host = host;
    e->cx = cx;
    e->quote_said = e->skip_said = e->rows_said = -1;
    e->ref_kind = VOC_REF_EVENT;
    *out = e;
    return VOC_OK;
}

static voc_rc open_instance(const voc_host *host, voc_context *cx, const voc_source *source, const voc_value *values, void **instance)
{
    struct events *e;
    voc_rc rc = new_instance(host, cx, &e);
    if (rc) return rc;
    if (!ev_copy(e, source->zone, &e->zone)) rc = VOC_E_NOMEM;
    if (!rc) rc = read_options(e, values);
    if (!rc) rc = copy_maps(e, source);
    if (rc) close_instance(e);
    else *instance = e;
    return rc;
}

static voc_rc make_rule(void *instance, voc_str first, voc_line_rule *out)
{
    struct events *e = instance;
    struct sniffed_csv found;
    bool complete = first.len < FIRST_MAX; // the host gives no more than that
    voc_rc rc = csv_sniff(e, first, complete, e->rule.separator, e->quote_said, e->skip_said, &found);
    if (rc) return rc;
    e->rule = found.rule;
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
        at = csv_next(&e->rule, text, at, &record);
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
    e->rule = found.rule;
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
    .n_options = OPT_N,
    .extensions = "csv tsv txt",
    .ops = &ops,
};

VOC_PLUGIN("input", "events", "0.1.0", "MIT", events_plugin)
