// SPDX-License-Identifier: MIT
// Records of one block to rows, by the plan. Runs in parallel on one instance: all memory is this call's own, taken once a
// block, never once a row. A record is checked whole before any of its rows is added; what is wrong with it rejects it.
// What the plan says of every row is written once into each place of the batch; a record sets what it says itself.
#include <stdarg.h>
#include <stdio.h>

#include "plugins/common/events/plan.h"

#define BATCH_ROWS 64u        // they stay in the nearest cache
#define BATCH_ROWS_WIDE 256u  // where a record gives many
#define BATCH_ATTRS 65536u
#define VALUE_SHOWN 60u
#define OWN_ATTRS 8u          // places kept free for what a row, or its reader, adds of its own

// Texts of a row with one source each; those that events have in common are names.
static const struct { unsigned char field; size_t at; } row_texts[] = {
    {FIELD_ACTION, offsetof(voc_row, action)}, {FIELD_CASE, offsetof(voc_row, case_id)}, {FIELD_ID, offsetof(voc_row, id)}, {FIELD_REF, offsetof(voc_row, ref)},
    {FIELD_ROLE, offsetof(voc_row, role)}, {FIELD_OWNER, offsetof(voc_row, owner)}, {FIELD_THREAD, offsetof(voc_row, thread)},
    {FIELD_TOUCHPOINT, offsetof(voc_row, touchpoint)}, {FIELD_CHANNEL, offsetof(voc_row, channel)}, {FIELD_CAMPAIGN, offsetof(voc_row, campaign)},
    {FIELD_OBJECT, offsetof(voc_row, object)}, {FIELD_TEXT, offsetof(voc_row, text)}, {FIELD_LANGUAGE, offsetof(voc_row, language)}};
#define TEXTS (sizeof row_texts / sizeof *row_texts)
#define ACTORS 4u

struct work { // one call
    const struct events *e;
    const voc_block *block;
    voc_sink *sink;
    voc_rc rc;         // of the host
    void *reading;     // of the reader
    voc_attr *more;    // fields of the record that no column holds
    size_t n_more;
    voc_str *cells;    // of the record
    bool wide;
    voc_row base;      // wide: what the record's rows have in common
    voc_row *rows;
    size_t n_rows, n_records, max_records; // in the batch
    struct { const struct origin *from; size_t at; bool name; } moves[TEXTS]; // texts that stand in a column, and where in a row they go
    size_t n_moves;
    voc_attr *attrs;   // of the records of the batch, one behind the other
    size_t attrs_each, attr_at, attr_room; // those of one record at most; used; there are
    voc_alias *aliases; // max_records times aliases_each
    size_t aliases_each;
    struct { voc_str cell; uint32_t actor; } actors[ACTORS]; // as read lately
    size_t n_actors;
};

// ---- small steps -------------------------------------------------------------------------------------------------------------

// Always false: so that a step can end with it.
__attribute__((format(printf, 4, 5))) static bool refuse(struct work *w, uint64_t record, const char *code, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    w->rc = ev_reject(w->e, w->sink, record, code, format, ap);
    va_end(ap);
    return false;
}

static voc_str name_of(const struct work *w, uint32_t column)
{
    return ev_clip(column == NO_COLUMN ? (voc_str)VOC_LIT("constant") : w->e->columns[column].name, VALUE_SHOWN);
}
#define COLUMN(w, c) (int)name_of((w), (c)).len, name_of((w), (c)).ptr

static voc_str cell_of(const struct work *w, const struct origin *o)
{
    if (o->column == NO_COLUMN) return o->constant;
    return w->cells[o->column].len ? w->cells[o->column] : o->constant;
}

static bool flush(struct work *w)
{
    voc_batch b = {.struct_size = sizeof b, .row_size = sizeof(voc_row), .rows = w->rows, .n_rows = w->n_rows};
    w->rc = w->n_rows ? w->e->host->rows(w->sink, &b) : VOC_OK;
    w->n_rows = w->n_records = w->attr_at = 0;
    return w->rc == VOC_OK;
}

// Always false, as refuse().
static bool leave_out(struct work *w, uint64_t record, const char *rule)
{
    w->rc = w->e->host->ignore(w->sink, record, (voc_str){rule, strlen(rule)});
    return false;
}

// The cells of a record.
static bool split(struct work *w, uint64_t number)
{
    struct cells_fault fault;
    fault.code = NULL;
    w->n_more = 0;
    w->rc = w->e->reader->next(w->reading, number, w->cells, w->more, &w->n_more, &fault);
    if (w->rc) return false;
    if (!fault.code) return true;
    if (fault.ignored) return leave_out(w, number, fault.text);
    return refuse(w, number, fault.code, "%s", fault.text);
}

static bool refuse_time(struct work *w, const struct time_origin *t, uint64_t record, voc_str cell)
{
    size_t n = strlen(t->pattern);
    bool named = n >= 2 && strcmp(t->pattern + n - 2, "VV") == 0;
    const char *means = named ? ambiguous_zone(cell) : NULL;
    if (means) return refuse(w, record, "TIME", "%.*s: the zone of \"%.*s\" may be %s", COLUMN(w, t->from.column), EV_STR(cell, VALUE_SHOWN), means);
    return refuse(w, record, "TIME", "%.*s: \"%.*s\" is not a time (%s%s)", COLUMN(w, t->from.column), EV_STR(cell, VALUE_SHOWN),
                  t->pattern[0] ? t->pattern : "ISO 8601 or an epoch", named ? "; VV is a zone that is in use then" : "");
}

// False without a reject: no time is given.
static bool read_time(struct work *w, const struct time_origin *t, uint64_t record, int64_t *us, uint32_t *resolution, bool *refused)
{
    char joined[JOINED_MAX];
    *us = VOC_NA;
    if (t->clock == NO_COLUMN && t->zone == NO_COLUMN && t->from.column != NO_COLUMN) { // the usual case: a cell that begins with a digit
        voc_str plain = w->cells[t->from.column];
        if (plain.len && plain.ptr[0] >= '1' && plain.ptr[0] <= '9' &&
            w->e->host->time_parse(t->format, plain, us, resolution) == VOC_OK)
            return true;
    }
    voc_str cell = t->from.column == NO_COLUMN ? t->from.constant : time_joined(t, w->cells, joined);
    if (cell.len == 0) cell = t->from.constant;
    *us = VOC_NA;
    if (cell_missing(cell)) return false;
    const voc_time_format *f = t->day_format && cell_missing(w->cells[t->clock]) ? t->day_format : t->format;
    voc_rc rc = w->e->host->time_parse(f, cell, us, resolution);
    if (rc == VOC_OK) return true;
    *us = VOC_NA;
    *refused = true;
    if (rc == VOC_E_INPUT) return refuse_time(w, t, record, cell);
    w->rc = rc;
    return false;
}

static __attribute__((noinline)) bool read_some_number(struct work *w, const struct origin *o, voc_str cell, uint64_t record,
                                                       int64_t *micro, double *real)
{
    const char *currency = NULL;
    double unused;
    if (plain_number(cell, o->decimal, micro, real ? real : &unused)) return true;
    if (cell_missing(cell)) return true;
    bool read = o->money ? money_read(cell, o->decimal, micro, real ? real : &unused, &currency)
                         : number_read(cell, o->decimal, micro, real ? real : &unused);
    if (!read)
        return refuse(w, record, "NUMBER", "%.*s: \"%.*s\" is not a number (with a decimal %s)", COLUMN(w, o->column), EV_STR(cell, VALUE_SHOWN),
                      o->decimal == ',' ? "comma" : "point");
    if (currency && o->column != NO_COLUMN && (!o->currency || strcmp(currency, o->currency) != 0))
        return refuse(w, record, "NUMBER", "%.*s: \"%.*s\" is in %s; the amounts before it %s%s", COLUMN(w, o->column), EV_STR(cell, VALUE_SHOWN), currency,
                      o->currency ? "are in " : "name no currency", o->currency ? o->currency : "");
    if (*micro == VOC_NA && !real)
        return refuse(w, record, "NUMBER", "%.*s: \"%.*s\" is too large", COLUMN(w, o->column), EV_STR(cell, VALUE_SHOWN));
    return true;
}

static inline bool read_number(struct work *w, const struct origin *o, uint64_t record, int64_t *micro, double *real)
{
    voc_str cell = cell_of(w, o);
    *micro = VOC_NA;
    return cell.len == 0 || read_some_number(w, o, cell, record, micro, real);
}

// ---- parts of a row ------------------------------------------------------------------------------------------------------------

static bool read_bool(voc_str cell, int64_t *out)
{
    static const char *const yes[] = {"true", "yes", "1", "t", "y", "TRUE", "True", "YES", "Yes", "T", "Y"};
    static const char *const no[] = {"false", "no", "0", "f", "n", "FALSE", "False", "NO", "No", "F", "N"};
    cell = ev_trim(cell);
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        if (ev_is(cell, yes[i])) return *out = 1, true;
        if (ev_is(cell, no[i])) return *out = 0, true;
    }
    return false;
}

// False: the record was refused. An empty cell gives no attribute (type NA of *out stays: text empty).
static bool read_attr(struct work *w, const struct attr_origin *a, uint64_t record, voc_attr *out)
{
    voc_str cell = cell_of(w, &a->from);
    uint32_t resolution;
    int64_t micro = VOC_NA;
    bool refused = false;
    *out = (voc_attr){.key = a->key, .text = cell, .type = a->type, .entity = a->entity, .time_us = VOC_NA};
    if (a->type == VOC_TYPE_TEXT || cell.len == 0) return true;
    if (cell_missing(cell)) return out->text.len = 0, true;
    switch (a->type) {
    case VOC_TYPE_TIME:
        (void)read_time(w, a->time, record, &out->time_us, &resolution, &refused);
        return !refused;
    case VOC_TYPE_BOOL:
        if (read_bool(cell, &out->time_us)) return true;
        return refuse(w, record, "NUMBER", "%.*s: \"%.*s\" is neither yes nor no", COLUMN(w, a->from.column), EV_STR(cell, VALUE_SHOWN));
    default: break;
    }
    if (!read_number(w, &a->from, record, &micro, a->type == VOC_TYPE_REAL ? &out->number : NULL)) return false;
    if (a->type == VOC_TYPE_MONEY) out->time_us = micro;
    if (a->type != VOC_TYPE_INT) return true;
    if (micro % 1000000 != 0)
        return refuse(w, record, "NUMBER", "%.*s: \"%.*s\" is not a whole number", COLUMN(w, a->from.column), EV_STR(cell, VALUE_SHOWN));
    out->time_us = micro / 1000000;
    return true;
}

static bool add_attrs(struct work *w, voc_row *r)
{
    const struct events *e = w->e;
    voc_attr *to = &w->attrs[w->attr_at];
    size_t own = 0;
    for (size_t i = 0; i < e->n_attrs; i++) {
        if (!read_attr(w, &e->attrs[i], r->record, &to[r->n_attrs])) return false;
        if (to[r->n_attrs].text.len == 0) continue;
        own += to[r->n_attrs].entity == VOC_ENTITY_EVENT;
        r->n_attrs++;
    }
    own += w->n_more;
    for (size_t i = 0; i < w->n_more; i++) to[r->n_attrs++] = w->more[i];
    const size_t kept = ATTRS_MAX - (e->reader->give ? OWN_ATTRS : 2); // rows add two at most
    return own <= kept || refuse(w, r->record, "FIELDS", "it has %zu attributes; %zu are kept", own, kept);
}

static void add_aliases(const struct work *w, voc_row *r)
{
    const struct events *e = w->e;
    voc_alias *to = &w->aliases[w->n_records * w->aliases_each];
    r->customer = to;
    for (size_t i = 0; i < e->n_customers; i++) {
        voc_str cell = cell_of(w, &e->customers[i].from);
        if (cell.len) to[r->n_customer++] = (voc_alias){.kind = e->customers[i].kind, .value = cell, .strong = e->customers[i].strong};
    }
    r->account = to += r->n_customer;
    for (size_t i = 0; i < e->n_accounts; i++) {
        voc_str cell = cell_of(w, &e->accounts[i].from);
        if (cell.len) to[r->n_account++] = (voc_alias){.kind = e->accounts[i].kind, .value = cell, .strong = e->accounts[i].strong};
    }
}

static bool read_actor(struct work *w, voc_row *r)
{
    voc_str actor = cell_of(w, &w->e->field[FIELD_ACTOR]);
    if (actor.len == 0) return true;
    for (size_t i = 0; i < w->n_actors; i++)
        if (ev_eq(actor, w->actors[i].cell)) return r->actor = w->actors[i].actor, true;
    if (ev_trim(actor).len == 0) return true;
    if (!actor_read(actor, &r->actor))
        return refuse(w, r->record, "ACTOR", "%.*s: \"%.*s\" is none of customer, company, other (nor inbound, outbound)",
                      COLUMN(w, w->e->field[FIELD_ACTOR].column), EV_STR(actor, VALUE_SHOWN));
    if (w->n_actors < ACTORS) {
        w->actors[w->n_actors].cell = actor;
        w->actors[w->n_actors++].actor = r->actor;
    }
    return true;
}

static bool add_fields(struct work *w, voc_row *r)
{
    const struct events *e = w->e;
    const struct origin *f = e->field;
    for (size_t k = 0; k < w->n_moves; k++) {
        voc_str text = cell_of(w, w->moves[k].from);
        if (w->moves[k].name) text = ev_trim(text); // a blank beside a name is seen by nobody in a sheet
        memcpy((char *)r + w->moves[k].at, &text, sizeof text);
    }
    r->ref_kind = r->ref.len ? e->ref_kind : VOC_REF_NONE;
    return read_actor(w, r) && read_number(w, &f[FIELD_MINUTES], r->record, &r->minutes, NULL) &&
           read_number(w, &f[FIELD_COST], r->record, &r->cost, NULL) && read_number(w, &f[FIELD_VALUE], r->record, &r->value, NULL);
}

// ---- long form ---------------------------------------------------------------------------------------------------------------

static int64_t unit_us(uint32_t resolution)
{
    static const int64_t unit[] = {1, 1000, 1000000, INT64_C(60000000), INT64_C(3600000000), INT64_C(86400000000)};
    return unit[resolution <= VOC_RES_DAY ? resolution : VOC_RES_DAY];
}

static int64_t floor_to(int64_t us, int64_t unit) { return us - ((us % unit) + unit) % unit; }

// The event stands at its end; the minutes between are its process time, unless the row says how many.
static bool set_span(struct work *w, voc_row *r, int64_t start_us, uint32_t start_resolution, int64_t end_us, uint32_t end_resolution)
{
    int64_t unit = unit_us(start_resolution > end_resolution ? start_resolution : end_resolution);
    if (floor_to(end_us, unit) < floor_to(start_us, unit))
        return refuse(w, r->record, "TIME", "it ends before it begins (%.*s before %.*s)", COLUMN(w, w->e->end.from.column), COLUMN(w, w->e->times[0].from.column));
    r->time_us = end_us;
    r->resolution = end_resolution;
    if (r->minutes == VOC_NA && unit < unit_us(VOC_RES_DAY)) r->minutes = end_us > start_us ? (end_us - start_us + 30) / 60 : 0; // micro-minutes
    w->attrs[w->attr_at + r->n_attrs++] = (voc_attr){.key = w->e->start_key, .text = ev_trim(cell_of(w, &w->e->times[0].from)),
                                                     .type = VOC_TYPE_TIME, .entity = VOC_ENTITY_EVENT, .time_us = start_us};
    return true;
}

static bool set_time(struct work *w, voc_row *r)
{
    const struct events *e = w->e;
    int64_t end_us = VOC_NA, start_us = VOC_NA;
    uint32_t end_resolution = VOC_RES_US;
    bool refused = false;
    (void)read_time(w, &e->times[0], r->record, &start_us, &r->resolution, &refused);
    if (e->has_end && !refused) (void)read_time(w, &e->end, r->record, &end_us, &end_resolution, &refused);
    if (refused) return false;
    if (start_us == VOC_NA && end_us == VOC_NA && !e->timeless) return refuse(w, r->record, "TIME", "%.*s is empty: it has no time", COLUMN(w, e->times[0].from.column));
    r->time_us = start_us; // an event that has not ended stands at its start
    if (end_us == VOC_NA) return true;
    if (start_us != VOC_NA) return set_span(w, r, start_us, r->resolution, end_us, end_resolution);
    r->time_us = end_us;
    r->resolution = end_resolution;
    return true;
}

static void read_long(struct work *w, voc_row *r)
{
    const struct time_origin *t = &w->e->times[0];
    if (!set_time(w, r)) return;
    if (t->action_column != NO_COLUMN) r->action = ev_trim(w->cells[t->action_column]);
    else if (t->action.len) r->action = t->action;
    if (ev_trim(r->action).len == 0 && !w->e->reader->give) {
        uint32_t column = t->action_column != NO_COLUMN ? t->action_column : w->e->field[FIELD_ACTION].column;
        refuse(w, r->record, "ACTION", "%.*s is empty: it has no action", COLUMN(w, column));
        return;
    }
    w->n_rows++; // it stands in its place
    w->n_records++;
    w->attr_at += r->n_attrs;
}

// ---- wide form ---------------------------------------------------------------------------------------------------------------

// What the record says once (minutes, cost, value, its text) belongs to the last of its events; so does a status that names
// no event because its date is missing: an earlier event must not know how it ended.
static void finish_wide(struct work *w, const voc_row *r, size_t first, uint32_t status, bool named)
{
    voc_row *last = &w->rows[w->n_rows - 1];
    for (size_t i = first; i + 1 < w->n_rows; i++) {
        w->rows[i].minutes = w->rows[i].cost = w->rows[i].value = VOC_NA;
        w->rows[i].text = (voc_str){"", 0};
    }
    if (status == NO_COLUMN || named || w->cells[status].len == 0) return;
    w->attrs[w->attr_at + r->n_attrs] =
        (voc_attr){.key = w->e->columns[status].name, .text = w->cells[status], .type = VOC_TYPE_TEXT, .entity = VOC_ENTITY_EVENT, .time_us = VOC_NA};
    last->n_attrs++;
}

static void read_wide(struct work *w, voc_row *r)
{
    const struct events *e = w->e;
    size_t first = w->n_rows;
    uint32_t status = NO_COLUMN;
    bool refused = false, named = false;
    for (size_t i = 0; i < e->n_times; i++) {
        const struct time_origin *t = &e->times[i];
        voc_row *x = &w->rows[w->n_rows];
        int64_t us;
        uint32_t resolution = VOC_RES_US;
        if (t->action_column != NO_COLUMN) status = t->action_column;
        bool given = read_time(w, t, r->record, &us, &resolution, &refused);
        if (refused) break;
        if (!given) continue;
        *x = *r;
        x->time_us = us;
        x->resolution = resolution;
        if (t->action_column != NO_COLUMN) x->action = ev_trim(w->cells[t->action_column]), named = true;
        else if (t->action.len) x->action = t->action;
        if (ev_trim(x->action).len == 0 && !e->reader->give) {
            refused = true;
            refuse(w, r->record, "ACTION", "%.*s is empty: the event of %.*s has no action",
                   COLUMN(w, t->action_column != NO_COLUMN ? t->action_column : e->field[FIELD_ACTION].column),
                   COLUMN(w, t->from.column));
            break;
        }
        w->n_rows++;
    }
    if (refused) {
        w->n_rows = first;
        return;
    }
    if (w->n_rows == first && e->timeless) {
        w->rows[w->n_rows] = *r;
        w->rows[w->n_rows++].time_us = VOC_NA;
    }
    if (w->n_rows == first) {
        w->rc = e->host->ignore(w->sink, r->record, (voc_str)VOC_LIT("no date"));
        return;
    }
    finish_wide(w, r, first, status, named);
    w->n_records++;
    w->attr_at += r->n_attrs + 1; // and that of its last row
}

// ---- a block -------------------------------------------------------------------------------------------------------------------

// A cell that begins with a digit is a time, or should be one: such a record is never a total or a footer.
static bool surely_data(const struct work *w)
{
    uint32_t column = w->e->times[0].from.column;
    return column != NO_COLUMN && w->cells[column].len && w->cells[column].ptr[0] >= '0' && w->cells[column].ptr[0] <= '9';
}

// Left out; or the end of all reading.
static bool is_no_data(struct work *w, uint64_t i)
{
    const char *rule;
    if (surely_data(w)) return false;
    const enum header_again again = header_again(w->e, w->cells);
    if (again == HEADER_SAME) (void)leave_out(w, i, "the header again");
    if (again == HEADER_OTHER) w->rc = header_other(w->e, w->block, i);
    if (again != HEADER_NOT) return true;
    if (!w->e->reader->totals || w->e->timeless || (rule = left_out_by_plan(w->e, w->cells)) == NULL) return false;
    (void)leave_out(w, i, rule);
    return true;
}

static void read_record(struct work *w, uint64_t i)
{
    voc_row *r = w->wide ? &w->base : &w->rows[w->n_rows];
    r->record = i;
    r->actor = VOC_ACTOR_UNSET;
    r->n_customer = r->n_account = r->n_attrs = 0;
    r->attrs = &w->attrs[w->attr_at];
    if (!split(w, i)) return;
    if (is_no_data(w, i)) return;
    if (!add_fields(w, r) || (w->e->n_attrs + w->n_more && !add_attrs(w, r))) return;
    add_aliases(w, r);
    if (w->wide) read_wide(w, r);
    else read_long(w, r);
}

// The rows of one record, which the reader gives in its own way.
static voc_rc hand_over(struct work *w)
{
    voc_rc rc = w->n_rows ? w->e->reader->give(w->e, w->sink, w->cells, w->rows, w->n_rows) : VOC_OK;
    for (size_t i = 0; i < w->n_rows && !w->wide; i++) w->rows[i] = w->base;
    w->n_rows = w->n_records = w->attr_at = 0;
    return rc;
}

// What the plan says of every row.
static void prepare(struct work *w)
{
    w->base = voc_row_init(VOC_ROW_EVENT);
    for (size_t k = 0; k < TEXTS; k++) {
        const struct origin *from = &w->e->field[row_texts[k].field];
        if (from->column == NO_COLUMN) {
            memcpy((char *)&w->base + row_texts[k].at, &from->constant, sizeof from->constant);
            continue;
        }
        const unsigned f = row_texts[k].field;
        w->moves[w->n_moves].from = from;
        w->moves[w->n_moves].name = f == FIELD_ACTION || f == FIELD_ROLE || f == FIELD_OWNER || (f >= FIELD_TOUCHPOINT && f <= FIELD_CAMPAIGN);
        w->moves[w->n_moves++].at = row_texts[k].at;
    }
    for (size_t i = 0; i < w->max_records && !w->wide; i++) w->rows[i] = w->base;
}

static voc_rc work_open(struct work *w, const voc_block *b)
{
    const struct events *e = w->e;
    w->wide = e->n_times > 1 || (!e->has_end && (e->times[0].action.len || e->times[0].action_column != NO_COLUMN));
    w->attrs_each = e->n_attrs + e->reader->more + OWN_ATTRS;
    w->aliases_each = e->n_customers + e->n_accounts;
    w->max_records = (w->wide ? BATCH_ROWS_WIDE : BATCH_ROWS) / e->n_times;
    if (w->max_records * w->attrs_each > BATCH_ATTRS) w->max_records = BATCH_ATTRS / w->attrs_each;
    w->attr_room = w->max_records * (e->n_attrs + OWN_ATTRS) + e->reader->more;
    voc_rc rc = e->reader->open(&w->reading, e, b);
    if (rc) return rc;
    w->cells = e->host->alloc(e->cx, e->n_columns * sizeof *w->cells);
    w->more = e->host->alloc(e->cx, e->reader->more * sizeof *w->more + 1);
    w->rows = e->host->alloc(e->cx, w->max_records * e->n_times * sizeof *w->rows);
    w->attrs = e->host->alloc(e->cx, w->attr_room * sizeof *w->attrs);
    w->aliases = e->host->alloc(e->cx, w->max_records * w->aliases_each * sizeof *w->aliases + 1);
    if (!w->cells || !w->more || !w->rows || !w->attrs || !w->aliases) return VOC_E_NOMEM;
    prepare(w);
    return VOC_OK;
}

// Records from i on that need no rows: how many. What rows there are go first, as records come in their order.
static uint64_t take_alike(struct work *w, struct alike *a, uint64_t i)
{
    uint64_t taken = 0;
    for (size_t n; !w->rc && (n = alike_ready(a, i + taken, &w->rc)) > 0; taken += n) {
        if (w->n_rows) flush(w);
        if (!w->rc) w->rc = alike_give(a, i + taken, n);
    }
    return taken;
}

voc_rc rows_read(const struct events *e, const voc_block *block, voc_sink *sink)
{
    struct work w = {.e = e, .block = block, .sink = sink};
    struct alike *alike = NULL;
    if (block->n_records == 0) return VOC_OK;
    if (e->n_columns == 0) return VOC_E_BUG; // head() has seen no record
    w.rc = work_open(&w, block);
    if (!w.rc) w.rc = alike_open(&alike, e, block, w.reading, sink);
    for (uint64_t i = 0; i < block->n_records && !w.rc; i++) {
        if (alike && (i += take_alike(&w, alike, i)) == block->n_records) break;
        if (w.rc) break;
        read_record(&w, i);
        if (e->reader->give && !w.rc) w.rc = hand_over(&w);
        if (!w.rc && (w.n_records == w.max_records || w.attr_at + w.attrs_each > w.attr_room)) flush(&w);
    }
    if (!w.rc) flush(&w);
    alike_close(alike);
    e->reader->close(w.reading);
    e->host->free(e->cx, w.cells);
    e->host->free(e->cx, w.more);
    e->host->free(e->cx, w.rows);
    e->host->free(e->cx, w.attrs);
    e->host->free(e->cx, w.aliases);
    return w.rc;
}
