// SPDX-License-Identifier: MIT
// The host of the tests of input plugins that read lines (events_run.h). Checks the promises of the contract on the way: whole batches of at most
// 1,024 rows, records in order, and each record once rows, a reject or ignored.
#include "tests/unit/plugins/events_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/time.h"
#include "host/host.h"
#include "io/lines.h"

const voc_plugin *voc_plugin_query(uint32_t abi);

enum { SEEN_ROWS = 1, SEEN_REJECT, SEEN_IGNORE };

struct voc_sink {
    struct events_run *run;
    const struct lines_block *block;
    unsigned char *seen; // of each record of the block
    size_t from, to;     // the records that were given last
    uint64_t last;
};

// ---- rows as text ---------------------------------------------------------------------------------------------------------------

static void add_text(struct buf *b, const char *name, voc_str value)
{
    if (value.len) buf_printf(b, " %s=%.*s", name, (int)value.len, value.ptr);
}

static void add_number(struct buf *b, const char *name, int64_t micro)
{
    if (micro != VOC_NA) buf_printf(b, " %s=%.6g", name, (double)micro / 1e6);
}

static void add_aliases(struct buf *b, const char *name, const voc_alias *a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_printf(b, " %s=%.*s:%.*s%s", name, (int)a[i].kind.len, a[i].kind.ptr, (int)a[i].value.len, a[i].value.ptr, a[i].strong ? "!" : "");
}

static void add_attr(struct buf *b, const voc_attr *a)
{
    static const char *const whose[] = {"", "customer.", "account.", "case."};
    buf_printf(b, " {%s%.*s=%.*s", whose[a->entity], (int)a->key.len, a->key.ptr, (int)a->text.len, a->text.ptr);
    if (a->type == VOC_TYPE_TIME) {
        buf_cstr(b, " time ");
        time_print(b, a->time_us, VOC_RES_SECOND);
    }
    if (a->type == VOC_TYPE_INT || a->type == VOC_TYPE_BOOL || a->type == VOC_TYPE_MONEY) buf_printf(b, " %lld", (long long)a->time_us);
    if (a->type == VOC_TYPE_REAL) buf_printf(b, " %g", a->number);
    buf_byte(b, '}');
}

static void add_row(struct buf *b, const voc_row *r, uint64_t line)
{
    static const char *const actors[] = {"", "customer", "company", "other"}, *const refs[] = {"", "event", "touchpoint", "thread", "case"};
    static const char *const kinds[] = {"", "", "word ", "link ", "attribute ", "measure ", "reference "};
    buf_printf(b, "%llu %s", (unsigned long long)line, kinds[r->kind]);
    if (r->time_us == VOC_NA) buf_byte(b, '-');
    else time_print(b, r->time_us, r->resolution);
    buf_printf(b, " %.*s", (int)r->action.len, r->action.ptr);
    if (r->actor) buf_printf(b, " by=%s", actors[r->actor]);
    add_aliases(b, "customer", r->customer, r->n_customer);
    add_aliases(b, "account", r->account, r->n_account);
    add_text(b, "case", r->case_id);
    add_text(b, "id", r->id);
    if (r->ref.len) buf_printf(b, " ref-%s=%.*s", refs[r->ref_kind], (int)r->ref.len, r->ref.ptr);
    const struct { const char *name; voc_str value; } texts[] = {{"role", r->role}, {"owner", r->owner}, {"thread", r->thread}, {"touchpoint", r->touchpoint},
        {"channel", r->channel}, {"campaign", r->campaign}, {"object", r->object}, {"text", r->text}, {"language", r->language}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) add_text(b, texts[i].name, texts[i].value);
    add_number(b, "minutes", r->minutes);
    add_number(b, "cost", r->cost);
    add_number(b, "value", r->value);
    add_text(b, "unit", r->unit);
    for (size_t i = 0; i < r->n_attrs; i++) add_attr(b, &r->attrs[i]);
    buf_byte(b, '\n');
}

// ---- the sink ---------------------------------------------------------------------------------------------------------------------

static voc_rc take_rows(voc_sink *s, const voc_batch *b)
{
    assert_int_equal(b->struct_size, sizeof *b);
    assert_int_equal(b->row_size, sizeof(voc_row));
    assert_true(b->n_rows <= 1024);
    for (size_t i = 0; i < b->n_rows; i++) {
        const voc_row *r = (const voc_row *)b->rows + i;
        uint64_t record = s->from + r->record;
        assert_true(record < s->to && record >= s->last);
        assert_true(s->seen[record] == 0 || s->seen[record] == SEEN_ROWS);
        assert_true(r->kind != VOC_ROW_EVENT || (r->action.len > 0 && r->time_us != VOC_NA));
        if (!s->seen[record]) s->run->gave++;
        s->seen[record] = SEEN_ROWS;
        s->last = record;
        s->run->events++;
        add_row(&s->run->rows, r, s->block->line.at[record]);
    }
    return s->run->rows.rc;
}

static voc_rc take_reject(voc_sink *s, uint64_t record, voc_str code, voc_str reason)
{
    record += s->from;
    assert_true(record < s->to && s->seen[record] == 0);
    assert_true(text_utf8_valid(reason.ptr, reason.len) && reason.len > 0);
    s->seen[record] = SEEN_REJECT;
    s->run->rejected++;
    return buf_printf(&s->run->rows, "%llu reject %.*s: %.*s\n", (unsigned long long)s->block->line.at[record], (int)code.len, code.ptr, (int)reason.len, reason.ptr);
}

static voc_rc take_ignore(voc_sink *s, uint64_t record, voc_str rule)
{
    record += s->from;
    assert_true(record < s->to && s->seen[record] == 0 && rule.len > 0);
    s->seen[record] = SEEN_IGNORE;
    s->run->ignored++;
    return buf_printf(&s->run->rows, "%llu ignore %.*s\n", (unsigned long long)s->block->line.at[record], (int)rule.len, rule.ptr);
}

static const voc_host *test_host(void)
{
    static voc_host host;
    host = *host_table();
    host.rows = take_rows;
    host.reject = take_reject;
    host.ignore = take_ignore;
    host.struct_size = offsetof(voc_host, alike); // an older one: all is given as rows
    return &host;
}

// ---- the import ---------------------------------------------------------------------------------------------------------------------

static voc_block view(const struct lines_block *b)
{
    return (voc_block){.struct_size = sizeof(voc_block), .bytes = b->bytes.ptr, .n_bytes = b->bytes.len, .start = b->start.at, .end = b->end.at,
                       .line = b->line.at, .n_records = b->start.n, .first_record = b->first_record};
}

static voc_rc show_head(const voc_input_ops *ops, void *instance, const struct lines_block *head, const struct lines_block *first)
{
    struct lines_block both;
    lines_block_init(&both);
    voc_rc rc = buf_add(&both.bytes, head->bytes.ptr, head->bytes.len);
    if (!rc) rc = buf_add(&both.bytes, first->bytes.ptr, first->bytes.len);
    if (!rc) rc = vec_reserve(&both.start, head->start.n + first->start.n + 1, SIZE_MAX);
    if (!rc) rc = vec_reserve(&both.end, head->start.n + first->start.n + 1, SIZE_MAX);
    if (!rc) rc = vec_reserve(&both.line, head->start.n + first->start.n + 1, SIZE_MAX);
    for (size_t i = 0; i < head->start.n + first->start.n && !rc; i++) {
        bool in_head = i < head->start.n;
        const struct lines_block *from = in_head ? head : first;
        size_t k = in_head ? i : i - head->start.n, shift = in_head ? 0 : head->bytes.len;
        both.start.at[both.start.n++] = from->start.at[k] + shift;
        both.end.at[both.end.n++] = from->end.at[k] + shift;
        both.line.at[both.line.n++] = from->line.at[k];
    }
    voc_block b = view(&both);
    if (!rc) rc = ops->head(instance, &b);
    if (both.bytes.ptr) memset(both.bytes.ptr, '#', both.bytes.len); // what the plugin keeps must be its own
    lines_block_done(&both);
    return rc;
}

// A block in pieces, each with what the last directive before it gave. The host cuts as well, but need not so often.
static voc_rc give_lines(const voc_input_ops *ops, void *instance, const voc_block *whole, char directive, const void **context, struct voc_sink *s)
{
    voc_rc rc = VOC_OK;
    for (s->from = 0; s->from < whole->n_records && !rc; s->from = s->to) {
        voc_block b = *whole;
        for (s->to = s->from; s->to < whole->n_records && !rc; s->to++) {
            size_t start = b.start[s->to], end = b.end[s->to];
            if (!directive || start == end || b.bytes[start] != directive) continue;
            if (s->to > s->from) break;
            rc = ops->directive(instance, str_mk(b.bytes + start, end - start), context);
        }
        b.context = *context;
        b.start += s->from, b.end += s->from, b.line += s->from, b.first_record += s->from;
        b.n_records = s->to - s->from;
        if (!rc) rc = ops->lines(instance, &b, s);
    }
    return rc;
}

static voc_rc read_blocks(struct events_run *r, const voc_input_ops *ops, void *instance, struct lines *l, char directive)
{
    const void *context = NULL;
    struct lines_block head, b;
    lines_block_init(&head);
    lines_block_init(&b);
    voc_rc rc = lines_head(l, &head);
    if (!rc) rc = lines_next(l, &b, r->target ? r->target : (size_t)1 << 20);
    if (!rc) rc = show_head(ops, instance, &head, &b);
    while (!rc && b.start.n) {
        struct voc_sink s = {.run = r, .block = &b, .seen = mem_zalloc(b.start.n, 1)};
        voc_block v = view(&b);
        rc = s.seen ? give_lines(ops, instance, &v, directive, &context, &s) : VOC_E_NOMEM;
        for (size_t i = 0; i < b.start.n && !rc; i++) assert_int_not_equal(s.seen[i], 0);
        mem_free(s.seen);
        if (!rc) rc = lines_next(l, &b, r->target ? r->target : (size_t)1 << 20);
    }
    lines_block_done(&head);
    lines_block_done(&b);
    return rc;
}

static voc_rc parse_options(struct events_run *r, struct arena *a, const voc_plugin *p, voc_value **values, struct diag *d)
{
    struct option_given given[32];
    size_t n = 0;
    for (; r->options && r->options[2 * n]; n++)
        given[n] = (struct option_given){.name = str_of(r->options[2 * n]), .value = str_of(r->options[2 * n + 1]),
                                         .has_value = true};
    return options_parse(a, p->options, p->n_options, p->option_size, given, n, values, d);
}

static voc_rc import(struct events_run *r, voc_str text, struct voc_context *cx, const voc_value *values, struct diag *d)
{
    const voc_input_ops *ops = voc_plugin_query(VOC_ABI_MAJOR)->ops;
    voc_source source = {.struct_size = sizeof source, .map_size = sizeof(voc_map), .id = STR("test"), .zone = str_of(r->zone),
                         .maps = r->maps, .n_maps = r->n_maps};
    voc_line_rule rule = {.struct_size = sizeof rule};
    void *instance = NULL;
    struct in *in = NULL;
    struct lines *l = NULL;
    voc_str first;
    bool complete;
    voc_rc rc = in_memory(&in, "test.csv", text.ptr, text.len, NULL, d);
    if (!rc) rc = in_text(in, "auto");
    if (!rc) rc = in_peek(in, (size_t)1 << 20, &first, &complete);
    if (!rc) rc = ops->open(test_host(), cx, &source, values, &instance);
    if (!rc) rc = ops->rule(instance, first, &rule);
    if (!rc) rc = lines_new(&l, in, &rule, d);
    if (!rc) rc = read_blocks(r, ops, instance, l, ops->directive ? (char)rule.directive : 0);
    if (instance) ops->describe(instance, r->mapping, sizeof r->mapping);
    if (instance) ops->close(instance);
    lines_free(l);
    in_close(in);
    return rc;
}

static void keep(void *user, const struct diag_msg *m)
{
    struct buf *b = user;
    buf_printf(b, "%s: %s", m->code, m->message);
    if (m->hint) buf_printf(b, " -- %s", m->hint);
    buf_byte(b, '\n');
}

void events_run(struct events_run *r, voc_str text)
{
    const voc_plugin *p = voc_plugin_query(VOC_ABI_MAJOR);
    struct plugin plugin = {.desc = p, .ops = p->ops};
    struct voc_context cx;
    struct arena a;
    struct diag *d = diag_new();
    voc_value *values = NULL;
    arena_init(&a, 0);
    buf_init(&r->rows, (size_t)64 << 20);
    buf_init(&r->says, (size_t)1 << 20);
    diag_listen(d, keep, &r->says);
    r->rc = d ? parse_options(r, &a, p, &values, d) : VOC_E_NOMEM;
    context_init(&cx, &plugin, d, "test.csv");
    if (!r->rc) r->rc = import(r, text, &cx, values, d);
    if (values) options_done(values, p->n_options);
    context_done(&cx);
    diag_free(d);
    arena_done(&a);
}

void events_done(struct events_run *r)
{
    buf_done(&r->rows);
    buf_done(&r->says);
    r->gave = r->rejected = r->ignored = r->events = 0;
}

int events_probe(voc_str head, char reason[200])
{
    const voc_plugin *p = voc_plugin_query(VOC_ABI_MAJOR);
    struct plugin plugin = {.desc = p, .ops = p->ops};
    struct voc_context cx;
    voc_probe probe = {.struct_size = sizeof probe, .complete = 1, .name = STR("test.csv"), .head = head};
    voc_probe_result result = {-1, ""};
    context_init(&cx, &plugin, NULL, "test.csv");
    ((const voc_input_ops *)p->ops)->probe(test_host(), &cx, &probe, &result);
    assert_int_equal(atomic_load(&cx.memory_used), 0);
    context_done(&cx);
    memcpy(reason, result.reason, 200);
    return result.confidence;
}

// ---- what must come of it ---------------------------------------------------------------------------------------------------------

void expect_run(struct events_run *r, voc_str text, const char *rows, const char *mapping)
{
    events_run(r, text);
    if (r->rc != VOC_OK) print_error("%s", r->says.ptr ? r->says.ptr : "");
    assert_int_equal(r->rc, VOC_OK);
    assert_string_equal(r->rows.ptr ? r->rows.ptr : "", rows);
    if (mapping) {
        bool want = mapping[0] != '!', there = strstr(r->mapping, mapping + !want) != NULL;
        if (there != want) print_error("mapping: %s", r->mapping);
        assert_true(there == want);
    }
    events_done(r);
}

void expect_error_with(struct events_run *r, const char *text, voc_rc rc, const char *says)
{
    events_run(r, str_of(text));
    assert_int_equal(r->rc, rc);
    if (!r->says.ptr || !strstr(r->says.ptr, says)) print_error("said: %s", r->says.ptr ? r->says.ptr : "nothing");
    assert_true(r->says.ptr && strstr(r->says.ptr, says));
    events_done(r);
}

void expect_with(struct events_run *r, const char *text, const char *rows) { expect_run(r, str_of(text), rows, NULL); }

void expect(const char *text, const char *rows) { expect_said(NULL, text, rows, NULL); }

void expect_options(const char *const *options, const char *text, const char *rows) { expect_said(options, text, rows, NULL); }

void expect_said(const char *const *options, const char *text, const char *rows, const char *mapping)
{
    struct events_run r = {.options = options};
    expect_run(&r, str_of(text), rows, mapping);
}

void expect_error(const char *const *options, const char *text, voc_rc rc, const char *says)
{
    struct events_run r = {.options = options};
    expect_error_with(&r, text, rc, says);
}
