// SPDX-License-Identifier: MIT
// Input plugin reference: tables of what is known beside the events (accounts, ledger, targets, capacity, effort, orders, holidays,
// capacity of partners). Which one it is follows from the name of the file and the header, or from -O table. Cells are read by
// plugins/common; here a record becomes a row of its table, and of an account its attributes as well. Runs in parallel: all
// state is the record's own.
#include "plugins/input/reference/reference.h"

#include <stdarg.h>
#include <stdio.h>

#include "plugins/common/events/options.h"
#include "plugins/common/table/options.h"

#define KEY_MAX 1000u

enum { OPT_TABLE, OPT_REST };
static const voc_option options[] = {
    [OPT_TABLE] = {.name = "table", .type = VOC_OPT_ENUM, .initial = "auto", .choices = reference_names, .argument = "TABLE", .help = "Which table it is. Known by the name of the file and its header if not given."},
    TABLE_OPTIONS,
    PLAN_OPTIONS,
};

struct reference { // one instance
    struct table table; // first: the instance is both
    struct cell_reader reader;
    int said;      // TABLE_*, or -1
    bool declared; // sources.xml says which column is what
    char file[80]; // name of the file or sheet, folded
    const struct reference_table *t;
};
#define REF(e) ((struct reference *)(e))

// ---- which table it is --------------------------------------------------------------------------------------------------

// Letters and digits of the name, in lower case, without what is before a '!' (the workbook) and behind the last point.
static void fold_file(struct reference *r, voc_str name)
{
    size_t n = 0;
    const char *sheet = name.len ? memchr(name.ptr, '!', name.len) : NULL;
    if (sheet) name = (voc_str){sheet + 1, name.len - (size_t)(sheet + 1 - name.ptr)};
    for (size_t i = name.len; i > 0 && !sheet; i--) {
        if (name.ptr[i - 1] != '.') continue;
        name.len = i - 1;
        break;
    }
    for (size_t i = 0; i < name.len && n + 1 < sizeof r->file; i++) {
        char c = name.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) r->file[n++] = c;
    }
    r->file[n] = 0;
}

static bool file_is(const struct reference *r, const struct reference_table *t)
{
    for (const char *p = t->files; *p; p += *p == ' ') {
        size_t n = strcspn(p, " ");
        if (strncmp(r->file, p, n) == 0) return true;
        p += n;
    }
    return false;
}

// The columns of the file for those of the table: NO_COLUMN where it has none. A column of the file is one thing only.
static void match(const struct events *e, const struct reference_table *t, uint32_t *column)
{
    for (size_t i = 0; i < t->n_columns; i++) column[i] = NO_COLUMN;
    for (int also = 0; also < 2; also++) { // its own name first
        for (size_t i = 0; i < t->n_columns; i++) {
            uint32_t found[8];
            char own[40];
            size_t n = 0;
            for (const char *c = t->columns[i].name; *c && n + 1 < sizeof own; c++)
                if (*c != '-') own[n++] = *c;
            own[n] = 0;
            if (column[i] != NO_COLUMN) continue;
            n = columns_named(e, also ? t->columns[i].also : own, found, sizeof found / sizeof *found);
            for (size_t k = 0; k < n && column[i] == NO_COLUMN; k++) {
                bool taken = false;
                for (size_t o = 0; o < t->n_columns; o++) taken = taken || column[o] == found[k];
                if (!taken) column[i] = found[k];
            }
        }
    }
}

struct fit { size_t known, missing; bool mark, one; };

static struct fit fit_of(const struct events *e, const struct reference_table *t)
{
    uint32_t column[16];
    struct fit f = {0, 0, false, false};
    bool any = false;
    match(e, t, column);
    for (size_t i = 0; i < t->n_columns; i++) {
        bool there = column[i] != NO_COLUMN;
        uint32_t flags = t->columns[i].flags;
        f.known += there;
        f.missing += !there && (flags & COLUMN_REQUIRED);
        f.mark = f.mark || (there && (flags & COLUMN_MARK));
        f.one = f.one || (there && (flags & COLUMN_ONE_OF));
        any = any || (flags & COLUMN_ONE_OF);
    }
    f.one = f.one || !any;
    return f;
}

static bool is_whole(struct fit f) { return f.missing == 0 && f.one; }

// *sure: by the name of the file, or by a column that only this table has.
static const struct reference_table *recognise(const struct events *e, int *confidence)
{
    const struct reference_table *best = NULL;
    uint32_t acts[1];
    *confidence = 0;
    if (columns_named(e, "action activity event eventname eventtype conceptname subject", acts, 1) &&
        !(REF(e)->file[0] && file_is(REF(e), &reference_tables[TABLE_EFFORT])))
        return NULL; // what happened
    for (size_t i = 0; i < TABLE_N; i++) {
        const struct reference_table *t = &reference_tables[i];
        struct fit f = fit_of(e, t);
        bool named = file_is(REF(e), t);
        int by_name = i == TABLE_ACCOUNTS ? 85 : 95; // accounts as a CRM exports them are for input/crm, where it knows them
        int sure = !is_whole(f) ? 0 : named ? by_name : f.mark && f.known * 3 >= e->n_columns * 2 ? 80 : 0;
        if (sure > *confidence) {
            best = t;
            *confidence = sure;
        }
    }
    return best;
}

// ---- the plan -----------------------------------------------------------------------------------------------------------

static voc_str str(const char *s) { return (voc_str){s, strlen(s)}; }

static voc_rc missing_columns(struct events *e, const struct reference_table *t)
{
    uint32_t column[16];
    char text[300] = "", one[200] = "";
    size_t n = 0, m = 0;
    bool has_one = fit_of(e, t).one;
    match(e, t, column);
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct table_column *c = &t->columns[i];
        if (column[i] != NO_COLUMN) continue;
        if (c->flags & COLUMN_REQUIRED && n + 40 < sizeof text)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n ? ", " : "",
                                  strcmp(c->name, "from") == 0 ? "date" : c->name);
        if (!has_one && c->flags & COLUMN_ONE_OF && m + 40 < sizeof one) m += (size_t)snprintf(one + m, sizeof one - m, "%s%s", m ? " or " : "", c->name);
    }
    return ev_error(e, VOC_E_INPUT, "021",
                    "name the column so in the file, or say which one it is in sources.xml: <attr name=\"NAME\" "
                    "from=\"COLUMN\"/>; docs/reference-tables.md has the columns of each table",
                    "a table of %s needs columns that this one has not: %s%s%s", t->name, text, n && m ? "; and " : "", one);
}

static voc_rc make_maps(struct events *e, const struct reference_table *t)
{
    uint32_t column[16];
    voc_map *maps = ev_alloc(e, t->n_columns * sizeof *maps);
    size_t n = 0;
    if (!maps) return VOC_E_NOMEM;
    match(e, t, column);
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct table_column *c = &t->columns[i];
        const voc_str none = {"", 0};
        if (column[i] == NO_COLUMN || (c->flags & COLUMN_FROM && plan_decided(e, OPT_TIME))) continue;
        maps[n] = (voc_map){.to = str(c->flags & COLUMN_FROM ? "time" : "attr"), .from = e->columns[column[i]].name, .format = none,
                            .constant = none, .action = none, .action_from = none, .alias_kind = none, .strong = 1,
                            .reason = VOC_LIT("by its name")};
        if (!(c->flags & COLUMN_FROM)) {
            maps[n].constant = str(c->name);
            maps[n].type = c->type;
            maps[n].entity = VOC_ENTITY_EVENT;
        }
        n++;
    }
    e->maps = maps;
    e->n_maps = n;
    return VOC_OK;
}

static voc_rc look(struct events *e)
{
    struct reference *r = REF(e);
    int confidence;
    r->t = r->said >= 0 ? &reference_tables[r->said] : recognise(e, &confidence);
    for (size_t i = 0; i < TABLE_N && !r->t; i++)
        if (file_is(r, &reference_tables[i])) r->t = &reference_tables[i]; // then what it lacks can be said
    if (!r->t)
        return ev_error(e, VOC_E_INPUT, "020",
                        "say which it is: -O table=accounts, ledger, targets, capacity, effort, orders, holidays or "
                        "partner-capacity; or read it with --as events",
                        "neither its name nor its header is that of a reference table");
    e->settled = e->timeless = e->periods = true;
    e->rest_entity = VOC_ENTITY_EVENT;
    if (r->declared) return VOC_OK;
    return is_whole(fit_of(e, r->t)) ? make_maps(e, r->t) : missing_columns(e, r->t);
}

static void frame(const struct events *e, struct plan_text *out)
{
    const struct reference *r = REF(e);
    if (delimited_reader.frame) delimited_reader.frame(e, out);
    plan_say(out, "table <- %s: %s; each row holds from its time on\n", r->t->name, r->t->title);
    plan_say(out, "change with -O table=TABLE, or --as events\n");
}

// ---- rows ---------------------------------------------------------------------------------------------------------------

struct record { const struct events *e; voc_sink *sink; voc_row *row; };

__attribute__((format(printf, 3, 4))) static voc_rc refuse(const struct record *r, const char *code, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    voc_rc rc = ev_reject(r->e, r->sink, r->row->record, code, format, ap);
    va_end(ap);
    return rc;
}

static const voc_attr *cell(const voc_row *row, const char *name)
{
    for (size_t i = 0; i < row->n_attrs; i++)
        if (ev_is(row->attrs[i].key, name)) return &row->attrs[i];
    return NULL;
}

// What a row of this table has to have. False: *rc is what the reject gave.
static bool is_sound(const struct record *r, const struct reference_table *t, voc_rc *rc)
{
    bool any = false, one = false;
    char names[200] = "";
    size_t n = 0;
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct table_column *c = &t->columns[i];
        const voc_attr *a = cell(r->row, c->name);
        bool there = c->flags & COLUMN_FROM ? r->row->time_us != VOC_NA : a && ev_trim(a->text).len;
        if (!there && c->flags & COLUMN_REQUIRED) return *rc = refuse(r, "MISSING", "%s is empty", c->flags & COLUMN_FROM ? "the date" : c->name), false;
        if (there && a && c->flags & COLUMN_POSITIVE &&
            (a->type == VOC_TYPE_REAL ? a->number < 0 : a->time_us != VOC_NA && a->time_us < 0 && a->type != VOC_TYPE_TEXT))
            return *rc = refuse(r, "NUMBER", "%s: \"%.*s\" is below 0", c->name, EV_STR(a->text, 60)), false;
        if (!(c->flags & COLUMN_ONE_OF)) continue;
        any = true;
        one = one || there;
        if (n + 40 < sizeof names) n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", n ? ", " : "", c->name);
    }
    const voc_attr *until = cell(r->row, "until");
    if (any && !one) return *rc = refuse(r, "MISSING", "it has none of %s", names), false;
    if (until && until->type == VOC_TYPE_TIME && r->row->time_us != VOC_NA && until->time_us < r->row->time_us) return *rc = refuse(r, "TIME", "it ends before it begins"), false;
    return true;
}

// "targets|north|2024-07-01": table, key and day. Empty: its key is empty, and the row stands for itself.
static bool make_id(const struct record *r, const struct reference_table *t, char id[KEY_MAX], size_t *len)
{
    size_t n = (size_t)snprintf(id, KEY_MAX, "%s", t->name), some = 0, keys = 0;
    for (size_t i = 0; i < t->n_columns; i++) {
        if (!(t->columns[i].flags & COLUMN_KEY)) continue;
        const voc_attr *a = cell(r->row, t->columns[i].name);
        voc_str text = a ? ev_trim(a->text) : (voc_str){"", 0};
        keys++;
        some += text.len > 0;
        if (n + text.len + 40 > KEY_MAX) return false;
        id[n++] = '|';
        memcpy(id + n, text.ptr, text.len);
        n += text.len;
    }
    *len = some || keys > 1 || t == &reference_tables[TABLE_HOLIDAYS] ? n : 0;
    if (*len && t != &reference_tables[TABLE_LEDGER] && r->row->time_us != VOC_NA)
        *len = n + (size_t)snprintf(id + n, KEY_MAX - n, "|%lld", (long long)r->row->time_us);
    return true;
}

// What the table says of an account holds for its events.
static size_t account_facts(const voc_row *row, const voc_alias *account, voc_attr *facts, voc_row *out)
{
    size_t n = 0;
    for (size_t i = 0; i < row->n_attrs && n < ATTRS_MAX; i++) {
        const voc_attr *a = &row->attrs[i];
        if (ev_is(a->key, "account") || ev_is(a->key, "until") || a->entity != VOC_ENTITY_EVENT) continue;
        facts[n] = *a;
        facts[n++].entity = VOC_ENTITY_ACCOUNT;
    }
    *out = voc_row_init(VOC_ROW_ATTRIBUTE);
    out->record = row->record;
    out->time_us = row->time_us;
    out->resolution = row->resolution;
    out->account = account;
    out->n_account = 1;
    out->attrs = facts;
    out->n_attrs = n;
    return n;
}

static voc_rc give(const struct events *e, voc_sink *sink, const voc_str *cells, voc_row *rows, size_t n)
{
    const struct reference_table *t = REF(e)->t;
    struct record r = {e, sink, &rows[0]};
    voc_attr facts[ATTRS_MAX];
    voc_alias account = {.kind = e->option[OPT_ACCOUNT_KIND].len ? e->option[OPT_ACCOUNT_KIND] : str("id"), .strong = 1};
    voc_row both[2];
    char id[KEY_MAX];
    size_t len = 0;
    voc_rc rc = VOC_OK;
    (void)cells, (void)n;
    if (!is_sound(&r, t, &rc)) return rc;
    if (!make_id(&r, t, id, &len)) return refuse(&r, "KEY", "what it is known by is longer than %u bytes", KEY_MAX - 100);
    both[0] = voc_row_init(VOC_ROW_REFERENCE);
    both[0].record = rows[0].record;
    both[0].time_us = rows[0].time_us;
    both[0].resolution = rows[0].resolution;
    both[0].object = str(t->name);
    both[0].id = (voc_str){id, len};
    both[0].attrs = rows[0].attrs;
    both[0].n_attrs = rows[0].n_attrs;
    const voc_attr *whose = cell(&rows[0], "account");
    if (whose) account.value = ev_trim(whose->text);
    bool known = t == &reference_tables[TABLE_ACCOUNTS] && whose && account_facts(&rows[0], &account, facts, &both[1]) > 0;
    if (known) both[1].id = both[0].id;
    voc_batch b = {.struct_size = sizeof b, .row_size = sizeof *both, .rows = both, .n_rows = known ? 2 : 1};
    return e->host->rows(sink, &b);
}

// ---- life of an instance ------------------------------------------------------------------------------------------------

static voc_rc new_instance(const voc_host *host, voc_context *cx, struct events **out)
{
    voc_rc rc = delimited_new(out, sizeof(struct reference), &delimited_reader, host, cx);
    if (rc) return rc;
    struct reference *r = REF(*out);
    r->reader = delimited_reader;
    r->reader.code = "REFERENCE";
    r->reader.look = look;
    r->reader.give = give;
    r->reader.frame = frame;
    r->said = -1;
    (*out)->reader = &r->reader;
    return VOC_OK;
}

static void close_instance(void *instance) { plan_close(instance); }

static voc_rc open_instance(const voc_host *host, voc_context *cx, const voc_source *source, const voc_value *values, void **instance)
{
    struct events *e;
    voc_rc rc = new_instance(host, cx, &e);
    if (rc) return rc;
    REF(e)->said = (int)values[OPT_TABLE].i - 1;
    fold_file(REF(e), source->file_name);
    rc = delimited_open(e, source, values + OPT_REST);
    REF(e)->declared = e->n_maps != 0;
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
    if (REF((struct events *)instance)->t) plan_describe(instance, out, size);
}

static void probe(const voc_host *host, voc_context *cx, const voc_probe *p, voc_probe_result *r)
{
    struct events *e;
    voc_block b;
    int confidence = 0;
    const struct reference_table *t = NULL;
    r->confidence = 0;
    if (new_instance(host, cx, &e) != VOC_OK) return;
    e->quiet = true;
    fold_file(REF(e), p->name);
    if (delimited_probe(e, p, &b, r) && columns_read(e, &b) == VOC_OK && e->n_columns) t = recognise(e, &confidence);
    r->confidence = confidence;
    if (t) snprintf(r->reason, sizeof r->reason, "a table of %s: %s%s", t->name, t->title, confidence > 90 ? ", by its name and its header" : ", by its header");
    else snprintf(r->reason, sizeof r->reason, "neither its name nor its header is that of a reference table");
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

static const voc_plugin reference_plugin = {
    .struct_size = sizeof reference_plugin,
    .abi_major = VOC_ABI_MAJOR,
    .abi_minor = VOC_ABI_MINOR,
    .kind = VOC_KIND_INPUT,
    .option_size = sizeof *options,
    .name = "reference",
    .version = "0.1.0",
    .summary = "Reference tables: accounts, ledger, targets, capacity, effort, orders, holidays, partners (CSV, TSV, sheets)",
    .licence = "MIT",
    .author = "Vocstream",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .extensions = "csv tsv txt",
    .ops = &ops,
};

VOC_PLUGIN("input", "reference", "0.1.0", "MIT", reference_plugin)
