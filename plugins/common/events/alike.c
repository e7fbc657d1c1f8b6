// SPDX-License-Identifier: MIT
// Records straight to columns of events, for what most logs are: one event a record, of which all but who, when and how much is
// one of a few thousand texts. Those texts are not cut into cells: the host knows them again as bytes (host->alike), and is told
// once what they are. A record with anything unusual in it is left to rows.c, which has the rules and the words for it; so both
// must read a record alike, and a test holds that they do. Private to one call of lines().
#include "plugins/common/events/plan.h"

#define CUT_MOST 64u // records that are looked at together: what is made of them stays in the nearest cache
#define JOINED_TEXT 1024u
#define UNDOUBLED_MOST 2048u
#define ATTRS_MOST 32u
#define RUNS_MOST 16u

enum { TEXT_ID, TEXT_CASE, TEXT_OBJECT, TEXT_THREAD, TEXTS };
enum { AMOUNT_MINUTES, AMOUNT_COST, AMOUNT_VALUE, AMOUNTS };
static const unsigned char text_fields[TEXTS] = {FIELD_ID, FIELD_CASE, FIELD_OBJECT, FIELD_THREAD};

// What events have in common, but for the actor, and where it is in a row.
static const struct { unsigned char field; size_t at; } shared[] = {
    {FIELD_ACTION, offsetof(voc_row, action)}, {FIELD_TOUCHPOINT, offsetof(voc_row, touchpoint)}, {FIELD_CHANNEL, offsetof(voc_row, channel)},
    {FIELD_CAMPAIGN, offsetof(voc_row, campaign)}, {FIELD_ROLE, offsetof(voc_row, role)}, {FIELD_OWNER, offsetof(voc_row, owner)}};
#define SHARED (sizeof shared / sizeof *shared)

struct run { uint32_t first, last; }; // columns side by side

struct alike {
    const struct events *e;
    voc_sink *sink;
    void *reading;
    uint64_t n_records;
    struct run runs[RUNS_MOST]; // the columns that decide what events have in common
    size_t n_runs;
    // records that are cut, what was read of them, and what the host said of them
    uint64_t first;
    size_t n_cut;
    struct cut_record cut[CUT_MOST];
    int64_t time_us[CUT_MOST], amounts[AMOUNTS][CUT_MOST];
    uint32_t resolution[CUT_MOST], number[CUT_MOST];
    unsigned char told[CUT_MOST], plain[CUT_MOST]; // plain: rows.c need not read it, and it is told
    bool quoted; // one of them has quotes
    // the rest of those that are given
    uint64_t record[CUT_MOST];
    voc_str customer[CUT_MOST], account[CUT_MOST], texts[TEXTS][CUT_MOST];
    char joined[CUT_MOST][JOINED_TEXT]; // texts of several runs
};

static bool none(const struct origin *o) { return o->column == NO_COLUMN && o->constant.len == 0; }

static bool is_usual(const struct events *e)
{
    const struct time_origin *t = &e->times[0];
    if (!VOC_HOST_HAS(e->host, events) || !e->host->events || !e->reader->cut || e->reader->give || e->reader->more) return false;
    if (e->n_times != 1 || e->has_end || t->action.len || t->action_column != NO_COLUMN) return false;
    if (t->from.column == NO_COLUMN || t->clock != NO_COLUMN || t->zone != NO_COLUMN) return false;
    if (e->n_attrs > ATTRS_MOST || e->n_customers > 1 || e->n_accounts > 1) return false;
    for (size_t i = 0; i < e->n_attrs; i++)
        if (e->attrs[i].type != VOC_TYPE_TEXT || e->attrs[i].entity != VOC_ENTITY_EVENT) return false;
    return none(&e->field[FIELD_REF]) && none(&e->field[FIELD_TEXT]) && none(&e->field[FIELD_LANGUAGE]);
}

// The columns that decide what events have in common, in their order.
static bool find_runs(struct alike *a)
{
    for (uint32_t c = 0; c < a->e->n_columns; c++) {
        bool is = a->e->field[FIELD_ACTOR].column == c;
        for (size_t k = 0; k < SHARED; k++) is = is || a->e->field[shared[k].field].column == c;
        for (size_t k = 0; k < a->e->n_attrs; k++) is = is || a->e->attrs[k].from.column == c;
        if (!is) continue;
        if (a->n_runs && a->runs[a->n_runs - 1].last + 1 == c) a->runs[a->n_runs - 1].last = c;
        else if (a->n_runs == RUNS_MOST) return false;
        else a->runs[a->n_runs++] = (struct run){c, c};
    }
    return true;
}

voc_rc alike_open(struct alike **out, const struct events *e, const voc_block *block, void *reading, voc_sink *sink)
{
    *out = NULL;
    if (!is_usual(e)) return VOC_OK;
    struct alike *a = e->host->alloc(e->cx, sizeof *a);
    if (!a) return VOC_E_NOMEM;
    a->e = e;
    a->sink = sink;
    a->reading = reading;
    a->n_records = block->n_records;
    a->n_runs = a->n_cut = 0;
    a->first = 0;
    if (find_runs(a)) *out = a;
    else alike_close(a);
    return VOC_OK;
}

void alike_close(struct alike *a)
{
    if (a) a->e->host->free(a->e->cx, a);
}

// ---- cells ------------------------------------------------------------------------------------------------------------------

// The bytes from column `first` to column `last`.
static inline voc_str bytes_of(const struct alike *a, const struct cut_record *r, uint32_t first, uint32_t last)
{
    const uint32_t from = first ? r->mark[first - 1] + 1 : r->from, to = last + 1 < a->e->n_columns ? r->mark[last] : r->to;
    return (voc_str){r->bytes + from, to - from};
}

static inline bool in_quotes(const struct cut_record *r, voc_str cell) { return r->quote && cell.len > 1 && cell.ptr[0] == r->quote; }

static bool has_doubled(const struct cut_record *r, voc_str cell)
{
    return in_quotes(r, cell) && cell.len > 2 && memchr(cell.ptr + 1, r->quote, cell.len - 2);
}

static inline voc_str unquoted(const struct cut_record *r, voc_str cell)
{
    return in_quotes(r, cell) ? (voc_str){cell.ptr + 1, cell.len - 2} : cell;
}

struct undoubled { char text[UNDOUBLED_MOST]; size_t n; bool full; }; // cells of one record in which quotes stood twice

static voc_str undouble(const struct cut_record *r, voc_str cell, struct undoubled *u)
{
    const voc_str inner = unquoted(r, cell);
    voc_str text = {u->text + u->n, 0};
    if (!has_doubled(r, cell)) return inner;
    if (inner.len > sizeof u->text - u->n) return u->full = true, inner;
    for (size_t i = 0; i < inner.len; i++) {
        u->text[u->n++] = inner.ptr[i];
        text.len++;
        i += inner.ptr[i] == r->quote;
    }
    return text;
}

static voc_str cell_of(const struct alike *a, const struct cut_record *r, const struct origin *o, struct undoubled *u)
{
    if (o->column == NO_COLUMN) return o->constant;
    const voc_str cell = undouble(r, bytes_of(a, r, o->column, o->column), u);
    return cell.len ? cell : o->constant;
}

// The cells of n records from k on in one column.
static void cells_of(const struct alike *a, const struct origin *o, size_t k, size_t n, voc_str *out)
{
    const uint32_t c = o->column;
    if (c == NO_COLUMN) {
        for (size_t i = 0; i < n; i++) out[i] = o->constant;
        return;
    }
    const bool last = c + 1 == a->e->n_columns;
    for (size_t i = 0; i < n; i++) {
        const struct cut_record *r = &a->cut[k + i];
        const uint32_t from = c ? r->mark[c - 1] + 1 : r->from, to = last ? r->to : r->mark[c];
        out[i] = (voc_str){r->bytes + from, to - from};
    }
    for (size_t i = 0; a->quoted && i < n; i++) out[i] = unquoted(&a->cut[k + i], out[i]);
    if (o->constant.len == 0) return;
    for (size_t i = 0; i < n; i++)
        if (out[i].len == 0) out[i] = o->constant;
}

// Several runs as one text: no cell of a record that was cut has a newline. Empty: it is too long.
static voc_str join(const struct alike *a, const struct cut_record *r, char to[JOINED_TEXT])
{
    size_t len = 0;
    for (size_t k = 0; k < a->n_runs; k++) {
        const voc_str run = bytes_of(a, r, a->runs[k].first, a->runs[k].last);
        if (run.len + 1 > JOINED_TEXT - len) return (voc_str){"", 0};
        memcpy(to + len, run.ptr, run.len);
        len += run.len;
        to[len++] = '\n';
    }
    return (voc_str){to, len};
}

// Times as they are told by digits, of those that the host has a number for.
static void read_times(struct alike *a)
{
    voc_str cell[CUT_MOST];
    const struct time_origin *t = &a->e->times[0];
    cells_of(a, &t->from, 0, a->n_cut, cell);
    for (size_t k = 0; k < a->n_cut; k++) {
        const char begin = cell[k].len ? cell[k].ptr[0] : 0;
        a->plain[k] = a->number[k] && begin >= '1' && begin <= '9' &&
                      a->e->host->time_parse(t->format, cell[k], &a->time_us[k], &a->resolution[k]) == VOC_OK;
    }
}

// Most cells of amounts are empty in most logs, as chance has it: those that are not are picked first.
static void read_amounts(struct alike *a, unsigned m)
{
    voc_str cell[CUT_MOST];
    double unused;
    uint32_t some[CUT_MOST];
    size_t n = 0;
    const struct origin *o = &a->e->field[FIELD_MINUTES + m];
    if (none(o)) return;
    cells_of(a, o, 0, a->n_cut, cell);
    for (size_t k = 0; k < a->n_cut; k++) {
        a->amounts[m][k] = VOC_NA;
        some[n] = (uint32_t)k;
        n += cell[k].len != 0;
    }
    for (size_t i = 0; i < n; i++)
        if (!plain_number(cell[some[i]], o->decimal, &a->amounts[m][some[i]], &unused)) a->plain[some[i]] = 0;
}

// Who it is, or a text of its own, in quotes with quotes: rows.c writes it anew.
static void leave_doubled(struct alike *a, const struct origin *o)
{
    for (size_t k = 0; k < a->n_cut && o->column != NO_COLUMN; k++)
        if (a->cut[k].quote && has_doubled(&a->cut[k], bytes_of(a, &a->cut[k], o->column, o->column))) a->plain[k] = 0;
}

static void read_quoted(struct alike *a)
{
    const struct events *e = a->e;
    leave_doubled(a, &e->times[0].from);
    if (e->n_customers) leave_doubled(a, &e->customers[0].from);
    if (e->n_accounts) leave_doubled(a, &e->accounts[0].from);
    for (size_t t = 0; t < TEXTS; t++) leave_doubled(a, &e->field[text_fields[t]]);
}

// ---- events ---------------------------------------------------------------------------------------------------------------

// Tells the host what its number stands for. False: rows.c says what is wrong with it.
static bool tell(struct alike *a, size_t k, voc_rc *rc)
{
    const struct cut_record *r = &a->cut[k];
    voc_row row = voc_row_init(VOC_ROW_EVENT);
    struct undoubled u;
    u.n = 0, u.full = false;
    for (size_t s = 0; s < SHARED; s++) {
        const voc_str text = ev_trim(cell_of(a, r, &a->e->field[shared[s].field], &u));
        memcpy((char *)&row + shared[s].at, &text, sizeof text);
    }
    const voc_str actor = cell_of(a, r, &a->e->field[FIELD_ACTOR], &u);
    if (row.action.len == 0 || (ev_trim(actor).len && !actor_read(actor, &row.actor))) return false;
    voc_attr attrs[ATTRS_MOST];
    for (size_t i = 0; i < a->e->n_attrs; i++) {
        const voc_str text = cell_of(a, r, &a->e->attrs[i].from, &u);
        if (text.len)
            attrs[row.n_attrs++] = (voc_attr){.key = a->e->attrs[i].key, .text = text, .type = VOC_TYPE_TEXT,
                                              .entity = VOC_ENTITY_EVENT, .time_us = VOC_NA};
    }
    row.attrs = attrs;
    if (u.full) return false;
    row.resolution = a->resolution[k];
    *rc = a->e->host->share(a->sink, a->number[k], &row);
    if (*rc == VOC_E_INPUT) return *rc = VOC_OK, false;
    if (*rc) return false;
    for (size_t later = k; later < a->n_cut; later++) a->told[later] |= a->number[later] == a->number[k];
    return true;
}

static voc_rc cut_some(struct alike *a, uint64_t i)
{
    voc_str texts[CUT_MOST];
    voc_rc rc = VOC_OK;
    a->first = i;
    a->n_cut = i == a->n_records ? 0 : a->e->reader->cut(a->reading, i, CUT_MOST, a->cut);
    a->quoted = false;
    for (size_t k = 0; k < a->n_cut; k++) a->quoted = a->quoted || a->cut[k].quote;
    for (size_t k = 0; k < a->n_cut; k++)
        texts[k] = a->n_runs == 1 ? bytes_of(a, &a->cut[k], a->runs[0].first, a->runs[0].last) : join(a, &a->cut[k], a->joined[k]);
    if (a->n_cut == 0) return VOC_OK;
    a->e->host->alike(a->sink, texts, a->n_cut, a->number, a->told);
    read_times(a);
    for (unsigned m = 0; m < AMOUNTS; m++) read_amounts(a, m);
    if (a->quoted) read_quoted(a);
    for (size_t k = 0; k < a->n_cut && !rc; k++)
        if (a->plain[k] && !a->told[k]) a->plain[k] = tell(a, k, &rc);
    return rc;
}

size_t alike_ready(struct alike *a, uint64_t i, voc_rc *rc)
{
    if (i >= a->first + a->n_cut) *rc = cut_some(a, i);
    const size_t k = (size_t)(i - a->first);
    size_t n = 0;
    while (!*rc && k + n < a->n_cut && a->plain[k + n] && a->resolution[k + n] == a->resolution[k]) n++;
    return n;
}

voc_rc alike_give(struct alike *a, uint64_t i, size_t n)
{
    const struct events *e = a->e;
    const size_t k = (size_t)(i - a->first);
    voc_events v = {.struct_size = sizeof v, .resolution = a->resolution[k], .n = n, .record = a->record, .alike = a->number + k,
                    .time_us = a->time_us + k};
    const voc_str *texts[TEXTS];
    const int64_t *amounts[AMOUNTS];
    for (size_t r = 0; r < n; r++) a->record[r] = i + r;
    for (size_t t = 0; t < TEXTS; t++) {
        const struct origin *o = &e->field[text_fields[t]];
        texts[t] = none(o) ? NULL : a->texts[t];
        if (texts[t]) cells_of(a, o, k, n, a->texts[t]);
    }
    for (size_t m = 0; m < AMOUNTS; m++) amounts[m] = none(&e->field[FIELD_MINUTES + m]) ? NULL : a->amounts[m] + k;
    if (e->n_customers) cells_of(a, &e->customers[0].from, k, n, a->customer);
    if (e->n_accounts) cells_of(a, &e->accounts[0].from, k, n, a->account);
    v.id = texts[TEXT_ID], v.case_id = texts[TEXT_CASE], v.object = texts[TEXT_OBJECT], v.thread = texts[TEXT_THREAD];
    v.minutes = amounts[AMOUNT_MINUTES], v.cost = amounts[AMOUNT_COST], v.value = amounts[AMOUNT_VALUE];
    if (e->n_customers) v.customer = a->customer, v.customer_kind = e->customers[0].kind, v.customer_strong = e->customers[0].strong;
    if (e->n_accounts) v.account = a->account, v.account_kind = e->accounts[0].kind, v.account_strong = e->accounts[0].strong;
    return e->host->events(a->sink, &v);
}
