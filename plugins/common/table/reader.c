// SPDX-License-Identifier: MIT
// Delimited text as named cells: the header's records make the columns, any other record has a cell for each. Called from
// head(); what lines() does with a block's records is in fields.c.
#include "plugins/common/table/table.h"

void delimited_rule(struct events *e, const struct csv_rule *rule)
{
    TABLE(e)->rule = *rule;
    e->semicolons = rule->separator == ';';
    e->commas = rule->separator == ',';
}

static voc_str record_text(const voc_block *b, size_t i) { return (voc_str){b->bytes + b->start[i], b->end[i] - b->start[i]}; }

// One record of the header into n_columns cells; what it lacks is empty.
static voc_rc read_row(struct events *e, voc_str record, voc_str **out)
{
    enum csv_fault fault;
    char *to = ev_alloc(e, record.len + 1);
    *out = ev_alloc(e, e->n_columns * sizeof **out);
    if (!to || !*out) return VOC_E_NOMEM;
    memset(*out, 0, e->n_columns * sizeof **out);
    (void)csv_split(&TABLE(e)->rule, record, *out, e->n_columns, &to, &fault);
    for (size_t c = 0; c < e->n_columns; c++)
        if (!(*out)[c].ptr) (*out)[c] = (voc_str){"", 0};
    return VOC_OK;
}

static voc_rc read_names(struct events *e, const voc_block *first)
{
    enum csv_fault fault;
    if (first->n_records <= TABLE(e)->n_skip)
        return ev_error(e, VOC_E_INPUT, "001", "-O skip=RECORDS says how many records stand before the header", "there are %zu records, and %u of them stand before the header",
                        first->n_records, TABLE(e)->n_skip);
    voc_str record = record_text(first, TABLE(e)->n_skip), *upper, *lower = NULL;
    char *scratch = ev_alloc(e, record.len + 1), *to = scratch;
    if (!scratch) return VOC_E_NOMEM;
    const size_t n = csv_split(&TABLE(e)->rule, record, NULL, 0, &to, &fault);
    if (fault)
        return ev_error(e, VOC_E_INPUT, "001", "quotes within a quoted name are doubled; -O quote=none reads quotes as text",
                        "the header is not understood: %s", fault == CSV_UNCLOSED ? "a quote is never closed" : "there is text behind a closing quote");
    if (n > COLUMNS_MAX) return ev_error(e, VOC_E_LIMIT, "001", "-O separator=CHARACTER names the separator", "it has %zu columns; %u are read", n, COLUMNS_MAX);
    voc_str *names = ev_alloc(e, n * sizeof *names);
    if (!names) return VOC_E_NOMEM;
    e->n_columns = n;
    voc_rc rc = read_row(e, record, &upper);
    if (!rc && TABLE(e)->n_rows > 1 && first->n_records > TABLE(e)->n_skip + 1) {
        rc = read_row(e, record_text(first, TABLE(e)->n_skip + 1), &lower);
        if (!rc && !ev_copy(e, ev_clip(record_text(first, TABLE(e)->n_skip + 1), 60), &TABLE(e)->labels)) rc = VOC_E_NOMEM;
    }
    if (!rc && TABLE(e)->n_skip && !ev_copy(e, ev_clip(record_text(first, 0), 60), &TABLE(e)->preamble)) rc = VOC_E_NOMEM;
    if (!rc) rc = header_names(e, upper, lower, names);
    e->header = TABLE(e)->n_rows > 0;
    return rc ? rc : columns_make(e, names, TABLE(e)->n_rows > 0);
}

static bool sample(const struct events *e, voc_str record, voc_str *cells, char **to)
{
    enum csv_fault fault;
    const size_t n = csv_split(&TABLE(e)->rule, record, cells, e->n_columns, to, &fault);
    return n >= e->n_columns && !fault && !left_out(cells, e->n_columns) && header_again(e, cells) == HEADER_NOT;
}

// What stands around the data, and was found out.
static void frame(const struct events *e, struct plan_text *out)
{
    const struct table *t = TABLE(e);
    if (t->n_skip) plan_say(out, "%u %s before the header: the first is \"%.*s\"\n", t->n_skip, t->n_skip == 1 ? "line stands" : "lines stand", EV_STR(t->preamble, 60));
    if (t->n_rows > 1 && t->grouped)
        plan_say(out,
                 "the names of the columns stand in two rows: the lower one names, the upper one groups (\"%.*s\" is "
                 "the lower)\n",
                 EV_STR(t->labels, 60));
    else if (t->n_rows > 1)
        plan_say(out, "%u %s below the names and %s no data: \"%.*s\"\n", t->n_rows - 1,
                 t->n_rows == 2 ? "row stands" : "rows stand", t->n_rows == 2 ? "is" : "are", EV_STR(t->labels, 60));
    if (t->skip_said < 0 && t->rows_said < 0 && (t->n_skip || t->n_rows > 1)) plan_say(out, "change with -O skip=LINES, -O header=ROWS (or none)\n");
}

const struct cell_reader delimited_reader = {
    .code = "EVENTS",
    .totals = true,
    .names = read_names,
    .sample = sample,
    .open = fields_open,
    .next = fields_next,
    .cut = fields_cut,
    .close = fields_close,
    .frame = frame,
};
