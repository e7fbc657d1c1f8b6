// SPDX-License-Identifier: MIT
// Input plugin crm: tables of CRM systems and of marketing automation. Which table it is, is known by its header, or said by
// -O table. This file holds the descriptor, the life of an instance and the probe; crm.h says where the rest is.
#include "plugins/input/crm/crm.h"

#include <stdio.h>

#include "plugins/common/events/options.h"
#include "plugins/common/table/options.h"

const char *const gives_names[GIVES_N + 2] = {"auto", "history", "snapshots", "deals", "leads", "tickets", "chats", "orders", "invoices", "contacts", "accounts", "links", "activities", "mails", "none", NULL};

enum { OPT_TABLE, OPT_AS_OF, OPT_REST };
static const voc_option options[] = {
    [OPT_TABLE] = {.name = "table", .type = VOC_OPT_ENUM, .initial = "auto", .choices = gives_names, .argument = "KIND", .help = "What the table holds. Known by its header if not given."},
    [OPT_AS_OF] = {.name = "as-of", .type = VOC_OPT_STRING, .argument = "DATE", .help = "Day of an export whose rows do not say it (2024-03-31): how opportunities stood then, and since when attributes hold."},
    TABLE_OPTIONS,
    PLAN_OPTIONS,
};

// ---- names of columns, and what they say ----------------------------------------------------------------------------------

static bool begins(voc_str s, const char *with) { return s.len >= strlen(with) && memcmp(s.ptr, with, strlen(with)) == 0; }

// A record need not have a time where its table holds things, not events.
static bool is_timeless(unsigned gives) { return gives != GIVES_HISTORY && gives != GIVES_SNAPSHOTS && gives != GIVES_MAILS; }

// Columns that a connector keeps for itself, and those of links, are nobody's attributes.
static void leave_out_columns(struct events *e, const struct shape *s)
{
    bool all = s->gives == GIVES_NOTHING || s->gives == GIVES_LINKS;
    for (size_t c = 0; c < e->n_columns; c++) {
        voc_str name = e->columns[c].folded;
        bool own = begins(name, "fivetran") || begins(name, "airbyte") || begins(name, "dbtscd") || ev_is(name, "dltid") || ev_is(name, "dltloadid");
        e->columns[c].used = e->columns[c].used || all || own;
    }
}

static voc_rc unknown_table(struct events *e)
{
    char hint[300];
    snprintf(hint, sizeof hint,
             "say what it holds: -O table=history (one row for each change), deals (a date for each step), leads, "
             "contacts, accounts, activities, mails, tickets, orders ...; or read it with --as events");
    return ev_error(e, VOC_E_INPUT, "020", hint, "its header is none that is known of a CRM");
}

// Which table it is.
static void recognise(struct events *e)
{
    struct crm *c = CRM(e);
    c->marks[0] = 0;
    const struct shape *known = shape_of(e, c->marks, sizeof c->marks);
    c->shape = known && (c->table_said < 0 || known->gives == c->table_said) ? known : c->table_said >= 0 ? &generic_shapes[c->table_said] : NULL;
    if (c->as_of.len && c->shape && c->shape->gives == GIVES_DEALS) c->shape = &generic_shapes[GIVES_SNAPSHOTS]; // of that day
    if (c->shape != known) c->marks[0] = 0;
}

// The day of the export stands in every row.
static voc_rc add_day(struct events *e, voc_str day)
{
    voc_map *maps = ev_alloc(e, (e->n_maps + 1) * sizeof *maps);
    size_t n = 0;
    if (!maps) return VOC_E_NOMEM;
    for (size_t i = 0; i < e->n_maps; i++)
        if (!ev_is(e->maps[i].to, "time")) maps[n++] = e->maps[i];
    maps[n] = (voc_map){.to = VOC_LIT("time"), .from = {"", 0}, .format = VOC_LIT("iso"), .constant = day, .action = {"", 0}, .action_from = {"", 0}, .alias_kind = {"", 0}};
    e->maps = maps;
    e->n_maps = n + 1;
    return VOC_OK;
}

static bool of_a_day(unsigned gives) { return gives == GIVES_SNAPSHOTS || gives == GIVES_PEOPLE || gives == GIVES_ACCOUNTS || gives == GIVES_LINKS; }

static bool is_of_things(unsigned gives)
{
    return gives == GIVES_PEOPLE || gives == GIVES_ACCOUNTS || gives == GIVES_LINKS || gives == GIVES_NOTHING;
}

static voc_rc look(struct events *e)
{
    struct crm *c = CRM(e);
    recognise(e);
    if (!c->shape) return unknown_table(e);
    leave_out_columns(e, c->shape);
    e->timeless = is_timeless(c->shape->gives);
    e->settled = c->marks[0] != 0 || c->as_of.len || c->declared || is_of_things(c->shape->gives); // else what names do not say is proposed
    e->rest_entity = c->shape->rest;
    if (c->as_of.len && !of_a_day(c->shape->gives))
        return ev_error(e, VOC_E_OPTION, "021",
                        "leave -O as-of out, or say what else it holds with -O table=snapshots, contacts, accounts or links",
                        "-O as-of is for what has no dates of its own; this is a table of %s", gives_names[c->shape->gives + 1]);
    voc_rc rc = c->declared ? VOC_OK : shape_maps(e, c->shape);
    return rc || !c->as_of.len || c->declared ? rc : add_day(e, c->as_of);
}

static void frame(const struct events *e, struct plan_text *out)
{
    const struct crm *c = CRM(e);
    if (delimited_reader.frame) delimited_reader.frame(e, out);
    plan_say(out, "table <- %s: %s; change with -O table=KIND, or --as events\n", c->shape->vendor, c->shape->title);
    if (c->shape->prefix) plan_say(out, "ids of cases begin with \"%s\"\n", c->shape->prefix);
    if (c->shape->gives == GIVES_DEALS) plan_say(out, "a date of closing counts once it is closed; until then it is a plan; only what is won has a value\n");
    if (c->shape->gives == GIVES_SNAPSHOTS) plan_say(out, "each row is the stage as it was seen then; the same stage seen again is no move\n");
}

// ---- life of an instance ----------------------------------------------------------------------------------------------------

static voc_rc new_instance(const voc_host *host, voc_context *cx, struct events **out)
{
    voc_rc rc = delimited_new(out, sizeof(struct crm), &delimited_reader, host, cx);
    if (rc) return rc;
    struct crm *c = CRM(*out);
    c->reader = delimited_reader;
    c->reader.code = "CRM";
    c->reader.look = look;
    c->reader.give = crm_give;
    c->reader.frame = frame;
    c->table_said = -1;
    (*out)->reader = &c->reader;
    return VOC_OK;
}

static void close_instance(void *instance) { plan_close(instance); }

static voc_rc set_day(struct events *e, voc_str day)
{
    voc_time_format *iso;
    int64_t us;
    uint32_t resolution;
    voc_rc rc = e->host->time_format(e->cx, &iso, (voc_str){"", 0}, (voc_str){"", 0});
    if (!rc && e->host->time_parse(iso, day, &us, &resolution) != VOC_OK)
        rc = ev_error(e, VOC_E_OPTION, "021", "write it as -O as-of=2024-03-31", "-O as-of=%.*s is no date", EV_STR(day, 40));
    return rc || ev_copy(e, day, &CRM(e)->as_of) ? rc : VOC_E_NOMEM;
}

static voc_rc open_instance(const voc_host *host, voc_context *cx, const voc_source *source, const voc_value *values, void **instance)
{
    struct events *e;
    voc_rc rc = new_instance(host, cx, &e);
    if (rc) return rc;
    CRM(e)->table_said = (int)values[OPT_TABLE].i - 1;
    rc = delimited_open(e, source, values + OPT_REST);
    CRM(e)->declared = e->n_maps != 0;
    if (!rc && values[OPT_AS_OF].set) rc = set_day(e, values[OPT_AS_OF].s);
    if (rc) close_instance(e);
    else *instance = e;
    return rc;
}

static voc_rc make_rule(void *instance, voc_str first, voc_line_rule *out) { return delimited_cut(instance, first, out); }
static voc_rc make_plan(void *instance, const voc_block *first) { return plan_make(instance, first); }
static voc_rc read_lines(void *instance, const voc_block *block, voc_sink *sink) { return rows_read(instance, block, sink); }
static voc_rc give_maps(void *instance, voc_source *out) { return plan_maps(instance, out); }

static void describe(void *instance, char *out, size_t size)
{
    if (size) out[0] = 0;
    if (CRM((struct events *)instance)->shape) plan_describe(instance, out, size);
}

// ---- probing ----------------------------------------------------------------------------------------------------------------

static void probe(const voc_host *host, voc_context *cx, const voc_probe *p, voc_probe_result *r)
{
    struct events *e;
    voc_block b;
    bool known = false;
    r->confidence = 0;
    if (new_instance(host, cx, &e) != VOC_OK) return;
    e->quiet = true;
    if (delimited_probe(e, p, &b, r) && columns_read(e, &b) == VOC_OK) {
        recognise(e);
        const struct shape *s = e->n_columns ? CRM(e)->shape : NULL;
        known = s != NULL;
        if (s) snprintf(r->reason, sizeof r->reason, "%s, %s: the header has %s", s->vendor, s->title, CRM(e)->marks);
        else snprintf(r->reason, sizeof r->reason, "a table, but no header of a CRM");
    }
    r->confidence = known ? 97 : 0; // what is no table is for others to judge
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

static const voc_plugin crm_plugin = {
    .struct_size = sizeof crm_plugin,
    .abi_major = VOC_ABI_MAJOR,
    .abi_minor = VOC_ABI_MINOR,
    .kind = VOC_KIND_INPUT,
    .option_size = sizeof *options,
    .name = "crm",
    .version = "0.1.0",
    .summary = "Tables of CRM systems and marketing automation: histories, leads, activities, mailings (CSV, TSV)",
    .licence = "MIT",
    .author = "Vocstream",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .extensions = "csv tsv txt",
    .ops = &ops,
};

VOC_PLUGIN("input", "crm", "0.1.0", "MIT", crm_plugin)
