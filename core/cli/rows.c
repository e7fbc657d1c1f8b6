// SPDX-License-Identifier: MIT
// voc rows: what an input plugin makes of files, as JSON lines and without a project. Rows and rejects come out of the
// import's dry run in the order of their records; what a row said of people, accounts and cases stands in its own line
// again. The account of records follows on standard error. One thread calls the block callback, in order.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/sources.h"

#define LINE_MAX_BYTES ((size_t)256 << 20) // a record of 1 MiB, escaped, with room

enum { IS_EVENT, IS_FACT, IS_REJECT };
struct place { // where a coded thing stands among the lines
    uint64_t record;
    uint32_t sub, is;
    size_t i;
};

struct rows { // of one file
    struct out *out;
    struct buf line, scratch;
    struct arena arena; // aliases of one block
    VEC(struct place) places;
    const char *file; // NULL: there is only one
    uint64_t limit, shown; // limit 0: all
    bool rejects_only;
};

static const char *const kind_names[] = {"", "event", "word", "link", "attribute", "measure", "reference"};
static const char *const actor_names[] = {"", "customer", "company", "other"};
static const char *const resolution_names[] = {"microsecond", "millisecond", "second", "minute", "hour", "day"};
static const char *const ref_names[] = {"", "event", "touchpoint", "thread", "case"};
static const char *const entity_names[] = {"event", "individual", "account", "case"};
static const char *const type_names[] = {"text", "int", "real", "bool", "time", "money"};

// ---- one line -----------------------------------------------------------------------------------------------------------

static void begin(struct rows *w, const char *kind, uint64_t record, uint64_t line)
{
    buf_clear(&w->line);
    buf_printf(&w->line, "{\"kind\":\"%s\"", kind);
    if (w->file) {
        buf_cstr(&w->line, ",\"file\":");
        buf_json(&w->line, str_of(w->file));
    }
    buf_printf(&w->line, ",\"record\":%llu,\"line\":%llu", (unsigned long long)record, (unsigned long long)line);
}

static voc_rc end(struct rows *w)
{
    buf_cstr(&w->line, "}\n");
    w->shown++;
    return w->line.rc ? w->line.rc : out_write(w->out, w->line.ptr, w->line.len);
}

static void text_field(struct rows *w, const char *name, voc_str value)
{
    if (!value.len) return;
    buf_printf(&w->line, ",\"%s\":", name);
    buf_json(&w->line, value);
}

static void time_field(struct rows *w, int64_t us, uint32_t resolution)
{
    if (us == VOC_NA) return;
    buf_cstr(&w->line, ",\"time\":\"");
    time_print(&w->line, us, resolution);
    buf_printf(&w->line, "\",\"resolution\":\"%s\"", resolution_names[resolution]);
}

static void value_of(struct rows *w, uint32_t cell_type, int64_t i, double r)
{
    render_value(&w->line, &(voc_cell){.type = cell_type, .i = i, .r = r});
}

static void money_field(struct rows *w, const char *name, int64_t micro)
{
    if (micro == VOC_NA) return;
    buf_printf(&w->line, ",\"%s\":", name);
    value_of(w, VOC_CELL_MONEY, micro, 0);
}

static voc_rc aliases_field(struct rows *w, const char *name, voc_str set, voc_str more)
{
    voc_alias a[2 * VOC_ALIASES_MAX];
    size_t n = 0, n_more = 0;
    voc_rc rc = aliases_decode(&w->arena, set, a, &n);
    if (!rc) rc = aliases_decode(&w->arena, more, a + n, &n_more);
    if (rc || n + n_more == 0) return rc;
    buf_printf(&w->line, ",\"%s\":[", name);
    for (size_t i = 0; i < n + n_more; i++) {
        buf_printf(&w->line, "%s{\"kind\":", i ? "," : "");
        buf_json(&w->line, a[i].kind);
        buf_cstr(&w->line, ",\"value\":");
        buf_json(&w->line, a[i].value);
        buf_printf(&w->line, ",\"strong\":%s}", a[i].strong ? "true" : "false");
    }
    buf_byte(&w->line, ']');
    return VOC_OK;
}

// ---- attributes ---------------------------------------------------------------------------------------------------------

// The JSON string, number or word that begins at `at`, of text that the sink wrote.
static voc_str token(voc_str s, size_t at)
{
    size_t i = at;
    if (i < s.len && s.ptr[i] == '"') {
        for (i++; i < s.len && s.ptr[i] != '"'; i++)
            if (s.ptr[i] == '\\') i++;
        i++;
    } else {
        while (i < s.len && s.ptr[i] != ',' && s.ptr[i] != '}') i++;
    }
    if (i > s.len) i = s.len;
    return str_mk(s.ptr + at, i - at);
}

// The event's own attributes, kept as one JSON object without blanks. Their types are JSON's.
static size_t own_attributes(struct rows *w, voc_str object, size_t n)
{
    for (size_t at = 1; at + 1 < object.len;) {
        voc_str key = token(object, at), value = token(object, at + key.len + 1);
        char first = value.len ? value.ptr[0] : '"';
        buf_printf(&w->line, "%s{\"entity\":\"event\",\"key\":", n++ ? "," : "");
        buf_str(&w->line, key);
        buf_printf(&w->line, ",\"type\":\"%s\",\"value\":", first == '"' ? "text" : first == 't' || first == 'f' ? "bool" : "number");
        buf_str(&w->line, value);
        buf_byte(&w->line, '}');
        at += key.len + 1 + value.len + 1;
    }
    return n;
}

static void attribute(struct rows *w, const struct coded_block *b, const struct coded_fact *f, bool first)
{
    buf_printf(&w->line, "%s{\"entity\":\"%s\",\"key\":", first ? "" : ",", entity_names[f->entity]);
    buf_json(&w->line, b->strings[f->key]);
    buf_printf(&w->line, ",\"type\":\"%s\",\"value\":", type_names[f->type]);
    switch (f->type) {
    case VOC_TYPE_INT: value_of(w, VOC_CELL_INT, f->integer, 0); break;
    case VOC_TYPE_REAL: value_of(w, VOC_CELL_REAL, 0, f->number); break;
    case VOC_TYPE_BOOL: value_of(w, VOC_CELL_BOOL, f->integer, 0); break;
    case VOC_TYPE_MONEY: value_of(w, VOC_CELL_MONEY, f->integer, 0); break;
    case VOC_TYPE_TIME:
        buf_byte(&w->line, '"');
        value_of(w, VOC_CELL_TIME, f->integer, 0);
        buf_byte(&w->line, '"');
        break;
    default: buf_json(&w->line, b->strings[f->text]); break;
    }
    if (f->type != VOC_TYPE_TEXT) text_field(w, "text", b->strings[f->text]);
    buf_byte(&w->line, '}');
}

// Attributes of one row: its own, then those of facts f[0..n).
static void attributes(struct rows *w, const struct coded_block *b, voc_str own, const struct place *f, size_t n)
{
    size_t before = w->line.len, count;
    buf_cstr(&w->line, ",\"attributes\":[");
    count = own_attributes(w, own, 0);
    for (size_t i = 0; i < n; i++)
        if (b->facts[f[i].i].key) attribute(w, b, &b->facts[f[i].i], count++ == 0);
    if (count)
        buf_byte(&w->line, ']');
    else if (!w->line.rc)
        w->line.len = before;
}

// ---- rows ---------------------------------------------------------------------------------------------------------------

static voc_rc event_line(struct rows *w, const struct coded_block *b, size_t i, const struct place *facts, size_t n)
{
    const struct coded_events *e = &b->events;
    const struct coded_tuple t = coded_tuple_of(e, i);
    const voc_str *s = b->strings;
    begin(w, "event", e->record[i], e->line ? e->line[i] : 0);
    time_field(w, e->time_us[i], t.resolution);
    if (t.actor) text_field(w, "actor", str_of(actor_names[t.actor]));
    text_field(w, "action", s[t.action]);
    voc_rc rc = aliases_field(w, "customer", s[coded_code(e->customer, i)], s[0]);
    if (!rc) rc = aliases_field(w, "account", s[coded_code(e->account, i)], s[0]);
    text_field(w, "case", s[coded_code(e->case_id, i)]);
    text_field(w, "id", s[coded_code(e->id, i)]);
    text_field(w, "ref", s[coded_code(e->ref, i)]);
    if (t.ref_kind) text_field(w, "ref_kind", str_of(ref_names[t.ref_kind]));
    text_field(w, "role", s[t.role]);
    text_field(w, "owner", s[t.owner]);
    text_field(w, "thread", s[coded_code(e->thread, i)]);
    text_field(w, "touchpoint", s[t.touchpoint]);
    text_field(w, "channel", s[t.channel]);
    text_field(w, "campaign", s[t.campaign]);
    text_field(w, "object", s[coded_code(e->object, i)]);
    text_field(w, "text", s[coded_code(e->text, i)]);
    text_field(w, "language", s[t.language]);
    money_field(w, "minutes", coded_amount(e, e->minutes, i));
    money_field(w, "cost", coded_amount(e, e->cost, i));
    money_field(w, "value", coded_amount(e, e->value, i));
    attributes(w, b, s[coded_code(e->attrs, i)], facts, n);
    return rc ? rc : end(w);
}

// A row that is no event: facts f[0..n) of one record and number.
static voc_rc fact_line(struct rows *w, const struct coded_block *b, const struct place *f, size_t n)
{
    const struct coded_fact *x = &b->facts[f[0].i];
    const voc_str *s = b->strings;
    voc_str customer = s[0], other = s[0], account = s[0], case_id = s[0];
    for (size_t i = 0; i < n; i++) {
        const struct coded_fact *o = &b->facts[f[i].i];
        *(o->entity == VOC_ENTITY_CASE ? &case_id : o->entity == VOC_ENTITY_ACCOUNT ? &account : &customer) = s[o->a];
        if (o->kind == VOC_ROW_LINK)
            other = s[o->b];
        else if (o->entity == VOC_ENTITY_INDIVIDUAL && o->b)
            account = s[o->b];
    }
    begin(w, kind_names[x->kind], x->record, x->line);
    time_field(w, x->time_us, x->resolution);
    if (x->kind == VOC_ROW_REFERENCE) {
        text_field(w, "id", s[x->id]);
        text_field(w, "object", s[x->key]);
        attributes(w, b, s[x->text], f, 0);
        return end(w);
    }
    voc_rc rc = aliases_field(w, "customer", customer, other);
    if (!rc) rc = aliases_field(w, "account", account, s[0]);
    text_field(w, "case", case_id);
    text_field(w, "id", s[x->id]);
    text_field(w, "ref", s[x->ref]);
    if (x->ref && x->ref_kind) text_field(w, "ref_kind", str_of(ref_names[x->ref_kind]));
    if (!x->key) text_field(w, "text", s[x->text]);
    text_field(w, "language", s[x->language]);
    text_field(w, x->kind == VOC_ROW_LINK ? "rule" : "unit", s[x->unit]);
    attributes(w, b, s[0], f, n);
    return rc ? rc : end(w);
}

static voc_rc reject_line(struct rows *w, const struct coded_block *b, size_t i)
{
    const struct coded_reject *r = &b->rejects[i];
    begin(w, "reject", r->record, r->line);
    text_field(w, "code", b->strings[r->code]);
    text_field(w, "reason", b->strings[r->reason]);
    buf_clear(&w->scratch); // the source's bytes need not be text
    voc_rc rc = text_escape(&w->scratch, b->strings[r->raw]);
    if (!rc) text_field(w, "raw", str_mk(w->scratch.ptr ? w->scratch.ptr : "", w->scratch.len));
    return rc ? rc : end(w);
}

static int place_order(const void *x, const void *y)
{
    const struct place *a = x, *b = y;
    if (a->record != b->record) return a->record < b->record ? -1 : 1;
    if (a->sub != b->sub) return a->sub < b->sub ? -1 : 1;
    if (a->is != b->is) return a->is < b->is ? -1 : 1;
    return (a->i > b->i) - (a->i < b->i);
}

static voc_rc make_places(struct rows *w, const struct coded_block *b)
{
    w->places.n = 0;
    voc_rc rc = vec_reserve(&w->places, b->events.n + b->n_facts + b->n_rejects, SIZE_MAX);
    if (rc) return rc;
    for (size_t i = 0; i < b->events.n && !w->rejects_only; i++)
        w->places.at[w->places.n++] = (struct place){b->events.record[i], coded_code(b->events.sub, i), IS_EVENT, i};
    for (size_t i = 0; i < b->n_facts && !w->rejects_only; i++)
        w->places.at[w->places.n++] = (struct place){b->facts[i].record, b->facts[i].sub, IS_FACT, i};
    for (size_t i = 0; i < b->n_rejects; i++) w->places.at[w->places.n++] = (struct place){b->rejects[i].record, 0, IS_REJECT, i};
    if (w->places.n) qsort(w->places.at, w->places.n, sizeof *w->places.at, place_order);
    return VOC_OK;
}

static voc_rc print_block(void *user, const struct coded_block *b)
{
    struct rows *w = user;
    if (w->limit && w->shown >= w->limit) return VOC_OK; // read on: the account is of the whole file
    voc_rc rc = make_places(w, b);
    for (size_t i = 0; i < w->places.n && !rc && !(w->limit && w->shown >= w->limit);) {
        const struct place *p = &w->places.at[i];
        size_t next = i + 1; // facts of the same row belong to its line
        while (next < w->places.n && w->places.at[next].is == IS_FACT && w->places.at[next].record == p->record &&
               w->places.at[next].sub == p->sub)
            next++;
        if (p->is == IS_EVENT)
            rc = event_line(w, b, p->i, p + 1, next - i - 1);
        else if (p->is == IS_FACT)
            rc = fact_line(w, b, p, next - i);
        else
            rc = reject_line(w, b, p->i);
        i = next;
    }
    arena_done(&w->arena);
    arena_init(&w->arena, 0);
    return rc;
}

// ---- the account ----------------------------------------------------------------------------------------------------------

static void say_lines(struct cli *c, const char *before, voc_str text)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    while (text.len) {
        const char *nl = memchr(text.ptr, '\n', text.len);
        size_t len = nl ? (size_t)(nl - text.ptr) : text.len;
        buf_clear(&b);
        text_escape(&b, str_mk(text.ptr, len)); // names of columns are a stranger's
        if (b.len) cli_say(c, "  %s%s\n", before, b.ptr);
        text = str_mk(text.ptr + len + (nl != NULL), text.len - len - (nl != NULL));
    }
    buf_done(&b);
}

static void say_account(struct cli *c, const struct rows *w, const char *name, const struct import_report *r)
{
    const struct import_account *a = &r->account;
    cli_say(c, "%s, read by %s%s%s\n", name, r->plugin, r->reason[0] ? ": " : "", r->reason);
    cli_say(c, "  %llu records = %llu gave rows + %llu rejected + %llu ignored\n", (unsigned long long)a->records, (unsigned long long)a->gave,
            (unsigned long long)a->rejected, (unsigned long long)a->ignored);
    cli_say(c, "  %llu bytes = %llu in records + %llu framing\n", (unsigned long long)a->bytes, (unsigned long long)(a->bytes - a->framing_bytes),
            (unsigned long long)a->framing_bytes);
    for (size_t i = 0; i < a->n_by_rule; i++) {
        char before[64];
        snprintf(before, sizeof before, "ignored %llu: ", (unsigned long long)a->by_rule[i].records);
        say_lines(c, before, a->by_rule[i].rule);
    }
    say_lines(c, "", str_of(r->mapping));
    say_lines(c, "assumed: ", str_of(r->assumed));
    if (r->charset[0] && strcmp(r->charset, "UTF-8") != 0) cli_say(c, "  assumed: read as %s\n", r->charset);
    if (w->limit && w->shown >= w->limit) cli_say(c, "  shown are the first %llu lines; --limit 0 shows all\n", (unsigned long long)w->shown);
}

// ---- the command ----------------------------------------------------------------------------------------------------------

static int rows_exit(struct cli *c, voc_rc rc)
{
    if (rc == VOC_E_BUG) c->failed_plugin = true;
    return cli_exit(c, rc);
}

static voc_rc check_format(struct cli *c)
{
    voc_str format = c->common[COMMON_FORMAT].s;
    if (format.len == 0 || str_is(format, "jsonl")) return VOC_OK;
    diag_error(c->diag, "ROWS-001", NULL, 0, "leave --format out; voc import and voc sql give rows as tables", "rows come as JSON lines only");
    return VOC_E_OPTION;
}

static voc_rc one_file(struct cli *c, const struct journey *j, struct rows *w, const char *path)
{
    struct import_report report;
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    struct import_request r = {.catalogue = c->catalogue, .isolate = cli_isolate(c),
                               .journey = j,
                               .sources_only = c->own[ROWS_SOURCES].set != 0,
                               .path = path,
                               .as = c->own[ROWS_AS].s,
                               .source = c->own[ROWS_SOURCE].s,
                               .options = c->repeated,
                               .n_options = c->n_repeated,
                               .threads = cli_threads(c),
                               .max_rejects = UINT64_MAX,
                               .block = print_block,
                               .user = w};
    if (strcmp(path, "-") == 0) r.name = name = "stdin";
    w->file = c->n_args > 1 ? name : NULL;
    w->shown = 0;
    voc_rc rc = import_file(&r, &report, &c->arena, c->diag);
    if (report.account.records) say_account(c, w, name, &report);
    return rc;
}

int run_rows(struct cli *c)
{
    struct journey *j = NULL;
    struct rows w = {.limit = (uint64_t)c->own[ROWS_LIMIT].i, .rejects_only = c->own[ROWS_REJECTS_ONLY].i != 0};
    voc_str file = c->common[COMMON_OUTPUT].s;
    int worst = EXIT_DONE;
    buf_init(&w.line, LINE_MAX_BYTES);
    buf_init(&w.scratch, LINE_MAX_BYTES);
    arena_init(&w.arena, 0);
    voc_rc rc = check_format(c);
    if (!rc) rc = cli_catalogue(c);
    if (!rc) rc = cli_expand(c, 0, c->own[ROWS_AS].s, c->own[ROWS_SHEET].s);
    if (!rc && c->own[ROWS_SOURCES].set)
        rc = sources_read(c, c->own[ROWS_SOURCES].s, STR(""), &j);
    else if (!rc && c->own[ROWS_JOURNEY].set)
        rc = cli_journey(c, NULL, c->own[ROWS_JOURNEY].s, &j);
    if (!rc) rc = out_open(&w.out, file.len ? file.ptr : "-", c->common[COMMON_FORCE].i != 0, c->diag);
    for (int i = 0; i < c->n_args && !rc; i++) {
        voc_rc one = one_file(c, j, &w, c->args[i]);
        if (one == VOC_CANCELLED || one == VOC_E_NOMEM) rc = one;
        if (one) worst = rows_exit(c, one); // other files go on, and what was read is shown
    }
    if (!rc && w.out)
        rc = out_commit(w.out);
    else if (w.out)
        out_abort(w.out);
    vec_free(&w.places);
    arena_done(&w.arena);
    buf_done(&w.line);
    buf_done(&w.scratch);
    journey_free(j);
    return rc ? rows_exit(c, rc) : worst;
}
