// SPDX-License-Identifier: MIT
// The sink that rows of an input plugin fall into: every row is checked, its strings go into a table local to the block,
// its columns into arrays, and every record is accounted for: rows, reject or ignore, exactly once (a rejection wins).
// This is the part of the host that moves into the worker. One sink is used by one thread at a time.
#include "host/encode.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/host.h"

#define SINK_ROWS ((size_t)1 << 24)          // of one block: a record of 1 MiB cannot give more
#define SINK_STRINGS ((size_t)1 << 30)       // bytes
#define FLUSH_ROWS 8192u                     // STREAM
#define RAW_MAX ((size_t)64 << 10)           // kept of a reject
#define TIME_MIN INT64_C(-62135596800000000) // year 1
#define TIME_END INT64_C(253402300800000000) // year 10000

enum { RECORD_OPEN = 0, RECORD_ROWS = 1, RECORD_REJECTED = 2, RECORD_IGNORED = 3 };

struct columns { // parallel arrays of one block
    VEC(int64_t) time_us, minutes, cost, value;
    VEC(uint8_t) resolution, actor, ref_kind;
    VEC(uint32_t) action, touchpoint, channel, campaign, object, case_id, role, owner, thread, customer, account, id, ref, text, language, attrs, sub;
    VEC(uint64_t) record, line;
};

struct voc_sink {
    struct encode_spec spec;
    struct diag *diag;
    struct dict *strings;
    VEC(voc_str) table;  // dict as an array, made by sink_coded
    struct columns c;
    VEC(struct coded_fact) facts;
    VEC(struct coded_reject) rejects;
    VEC(size_t) raw_end;    // of each reject's raw bytes in raws: not in the table, whose strings are all UTF-8
    struct buf raws;
    const voc_block *block; // LINES
    const uint8_t *bad;
    VEC(uint8_t) state;     // LINES: of each record; STREAM: [0] of the current one
    // the record that rows are being added to
    uint64_t current;
    uint32_t sub;
    size_t mark_events, mark_facts;
    // STREAM
    struct voc_stream *stream;
    voc_rc (*flush)(void *user, const struct coded_block *b);
    void *flush_user;
    uint64_t n_records, from, to, line, last_to;
    bool open;
    struct account account;
    struct buf scratch;
};

voc_rc sink_new(struct voc_sink **out, const struct encode_spec *spec, struct diag *d)
{
    struct voc_sink *s = mem_zalloc(1, sizeof *s);
    uint32_t empty;
    if (!s) return VOC_E_NOMEM;
    s->spec = *spec;
    s->diag = d;
    s->current = UINT64_MAX;
    buf_init(&s->scratch, (size_t)64 << 20);
    buf_init(&s->raws, SINK_STRINGS);
    voc_rc rc = dict_new(&s->strings, SINK_STRINGS);
    if (!rc) rc = dict_code(s->strings, (voc_str){"", 0}, &empty);
    if (!rc) rc = dict_new(&s->account.rules, 1 << 20);
    if (rc) {
        sink_free(s);
        return rc;
    }
    *out = s;
    return VOC_OK;
}

static void columns_free(struct columns *c)
{
    vec_free(&c->time_us), vec_free(&c->minutes), vec_free(&c->cost), vec_free(&c->value);
    vec_free(&c->resolution), vec_free(&c->actor), vec_free(&c->ref_kind);
    vec_free(&c->action), vec_free(&c->touchpoint), vec_free(&c->channel), vec_free(&c->campaign), vec_free(&c->object);
    vec_free(&c->case_id), vec_free(&c->role), vec_free(&c->owner), vec_free(&c->thread), vec_free(&c->customer), vec_free(&c->account);
    vec_free(&c->id), vec_free(&c->ref), vec_free(&c->text), vec_free(&c->language), vec_free(&c->attrs), vec_free(&c->sub);
    vec_free(&c->record), vec_free(&c->line);
}

void sink_free(struct voc_sink *s)
{
    if (!s) return;
    dict_free(s->strings);
    vec_free(&s->table);
    columns_free(&s->c);
    vec_free(&s->facts);
    vec_free(&s->rejects);
    vec_free(&s->raw_end);
    buf_done(&s->raws);
    vec_free(&s->state);
    account_free(&s->account);
    buf_done(&s->scratch);
    mem_free(s);
}

void sink_flush_to(struct voc_sink *s, struct voc_stream *stream, voc_rc (*block)(void *user, const struct coded_block *b), void *user)
{
    s->stream = stream;
    s->flush = block;
    s->flush_user = user;
}

// ---- strings and columns ---------------------------------------------------------------------------------------------

// VOC_E_INPUT: not UTF-8. Only strings that are new to the block are looked at.
static voc_rc code_of(struct voc_sink *s, voc_str text, uint32_t *out)
{
    if (text.len == 0) {
        *out = 0;
        return VOC_OK;
    }
    if (dict_find(s->strings, text, out)) return VOC_OK;
    if (!text_utf8_valid(text.ptr, text.len)) return VOC_E_INPUT;
    return dict_code(s->strings, text, out);
}

#define PUSH(v, x) ((v)->at[(v)->n++] = (x))

// Room for one row in all of them. They grow by the same steps, `line` last: where it has room, all have.
static voc_rc columns_reserve(struct columns *c)
{
    voc_rc rc = VOC_OK;
    if (c->line.n < c->line.cap) return VOC_OK;
#define ROOM(v) \
    if (!rc) rc = vec_reserve(&c->v, 1, SINK_ROWS)
    ROOM(time_us); ROOM(minutes); ROOM(cost); ROOM(value); ROOM(resolution); ROOM(actor); ROOM(ref_kind); ROOM(action); ROOM(touchpoint);
    ROOM(channel); ROOM(campaign); ROOM(object); ROOM(case_id); ROOM(role); ROOM(owner); ROOM(thread); ROOM(customer); ROOM(account);
    ROOM(id); ROOM(ref); ROOM(text); ROOM(language); ROOM(attrs); ROOM(sub); ROOM(record); ROOM(line);
#undef ROOM
    return rc;
}

static void columns_cut(struct columns *c, size_t n)
{
    c->time_us.n = c->minutes.n = c->cost.n = c->value.n = c->resolution.n = c->actor.n = c->ref_kind.n = n;
    c->action.n = c->touchpoint.n = c->channel.n = c->campaign.n = c->object.n = c->case_id.n = c->role.n = c->owner.n = n;
    c->thread.n = c->customer.n = c->account.n = c->id.n = c->ref.n = c->text.n = c->language.n = c->attrs.n = c->sub.n = n;
    c->record.n = c->line.n = n;
}

static voc_rc aliases_code(struct voc_sink *s, const voc_alias *aliases, size_t n, uint32_t *out)
{
    *out = 0;
    if (n == 0) return VOC_OK;
    if (n > VOC_ALIASES_MAX) return VOC_E_BUG;
    buf_clear(&s->scratch);
    voc_rc rc = aliases_encode(&s->scratch, aliases, n);
    return rc ? rc : code_of(s, str_mk(s->scratch.ptr ? s->scratch.ptr : "", s->scratch.len), out);
}

static const voc_attr *attr_at(const voc_row *r, size_t i) { return &r->attrs[i]; }

// By key; equal keys in the order of the row.
static int attr_order(const void *x, const void *y)
{
    const voc_attr *a = *(const voc_attr *const *)x, *b = *(const voc_attr *const *)y;
    int c = str_cmp(a->key, b->key);
    return c ? c : (a > b) - (a < b);
}

// The event's own attributes as a JSON object with sorted keys: equal attributes give equal bytes.
static voc_rc own_attrs_code(struct voc_sink *s, const voc_row *r, uint32_t *out)
{
    const voc_attr *own[256];
    size_t n = 0;
    *out = 0;
    for (size_t i = 0; i < r->n_attrs; i++) {
        if (attr_at(r, i)->entity != VOC_ENTITY_EVENT) continue;
        if (n == 256) return VOC_E_LIMIT;
        own[n] = attr_at(r, i);
        // buf_json would mend them, and what is mended is not what the source said
        if (!text_utf8_valid(own[n]->key.ptr, own[n]->key.len) || !text_utf8_valid(own[n]->text.ptr, own[n]->text.len)) return VOC_E_INPUT;
        n++;
    }
    if (n == 0) return VOC_OK;
    qsort(own, n, sizeof *own, attr_order);
    buf_clear(&s->scratch);
    buf_byte(&s->scratch, '{');
    for (size_t i = 0; i < n; i++) {
        const voc_attr *a = own[i];
        if (i) buf_byte(&s->scratch, ',');
        buf_json(&s->scratch, a->key);
        buf_byte(&s->scratch, ':');
        if (a->type == VOC_TYPE_INT)
            buf_printf(&s->scratch, "%lld", (long long)a->time_us);
        else if (a->type == VOC_TYPE_BOOL)
            buf_cstr(&s->scratch, a->time_us ? "true" : "false");
        else if (a->type == VOC_TYPE_REAL && isfinite(a->number))
            buf_printf(&s->scratch, "%.17g", a->number);
        else
            buf_json(&s->scratch, a->text);
    }
    buf_byte(&s->scratch, '}');
    return s->scratch.rc ? s->scratch.rc : code_of(s, str_mk(s->scratch.ptr, s->scratch.len), out);
}

// ---- records -----------------------------------------------------------------------------------------------------------

static uint64_t record_number(const struct voc_sink *s, uint64_t record)
{
    return s->spec.first_record + (s->block ? s->block->first_record + record : record);
}

static uint64_t record_line(const struct voc_sink *s, uint64_t record) { return s->block ? s->block->line[record] : s->line; }

static uint64_t record_bytes(const struct voc_sink *s, uint64_t record)
{
    return s->block ? s->block->end[record] - s->block->start[record] : s->to - s->from;
}

static voc_str record_raw(const struct voc_sink *s, uint64_t record)
{
    voc_str raw = s->block ? str_mk(s->block->bytes + s->block->start[record], s->block->end[record] - s->block->start[record])
                           : stream_raw(s->stream, s->from, s->to);
    if (raw.len > RAW_MAX) raw.len = RAW_MAX;
    return raw;
}

static uint8_t *record_state(struct voc_sink *s, uint64_t record)
{
    if (s->block) return record < s->block->n_records ? &s->state.at[record] : NULL;
    return s->open && record == s->current ? &s->state.at[0] : NULL;
}

// Rows come record by record; the mark lets a late rejection take back what the record gave.
static void enter_record(struct voc_sink *s, uint64_t record)
{
    if (record == s->current) return;
    s->current = record;
    s->sub = 0;
    s->mark_events = s->c.time_us.n;
    s->mark_facts = s->facts.n;
}

static voc_rc reject_record(struct voc_sink *s, uint64_t record, voc_str code, voc_str reason)
{
    struct coded_reject r = {.record = record_number(s, record), .line = record_line(s, record)};
    uint8_t *state = record_state(s, record);
    if (*state == RECORD_REJECTED) return VOC_OK; // the first reason stands
    if (*state == RECORD_ROWS && s->current != record) return VOC_E_BUG;
    if (s->current == record) { // a row of which only a part could be kept counts as well
        columns_cut(&s->c, s->mark_events);
        s->facts.n = s->mark_facts;
    }
    if (!text_utf8_valid(reason.ptr, reason.len)) { // it quotes the record, or was cut within a character
        buf_clear(&s->scratch);
        if (text_escape(&s->scratch, reason) != VOC_OK) return s->scratch.rc;
        reason = str_mk(s->scratch.ptr, s->scratch.len);
    }
    *state = RECORD_REJECTED;
    if (!s->account.first_line || r.line < s->account.first_line) {
        s->account.first_line = r.line;
        snprintf(s->account.first_reason, sizeof s->account.first_reason, "%.*s", (int)(reason.len > 199 ? 199 : reason.len), reason.ptr);
    }
    voc_rc rc = vec_reserve(&s->rejects, 1, SINK_ROWS);
    if (!rc) rc = code_of(s, code, &r.code);
    if (!rc) rc = code_of(s, reason, &r.reason);
    if (!rc) rc = vec_reserve(&s->raw_end, 1, SINK_ROWS);
    voc_str raw = record_raw(s, record);
    if (!rc) rc = buf_add(&s->raws, raw.ptr, raw.len);
    if (rc) return rc;
    PUSH(&s->raw_end, s->raws.len);
    PUSH(&s->rejects, r); // its raw gets a code in sink_coded
    return VOC_OK;
}

// Made on demand: with the first row, rejection or ignored record of a block.
static voc_rc states_ready(struct voc_sink *s)
{
    size_t want = s->block ? s->block->n_records : 1;
    if (s->state.n == want) return VOC_OK;
    voc_rc rc = vec_reserve(&s->state, want, SINK_ROWS);
    if (rc) return rc;
    memset(s->state.at, RECORD_OPEN, want);
    s->state.n = want;
    for (size_t i = 0; s->bad && i < want && !rc; i++)
        if (s->bad[i]) rc = reject_record(s, i, s->bad[i] == 1 ? STR("QUOTE") : STR("LONG"), s->bad[i] == 1 ? STR("a quote is never closed") : STR("a line over 1 MiB"));
    return rc;
}

voc_rc sink_reject(struct voc_sink *s, uint64_t record, voc_str code, voc_str reason)
{
    voc_rc rc = states_ready(s);
    if (rc) return rc;
    return record_state(s, record) ? reject_record(s, record, code, reason) : VOC_E_BUG;
}

voc_rc sink_ignore(struct voc_sink *s, uint64_t record, voc_str rule)
{
    voc_rc rc = states_ready(s);
    if (rc) return rc;
    uint8_t *state = record_state(s, record);
    uint32_t code;
    if (state && *state == RECORD_REJECTED) return VOC_OK; // cut by the host: a rejection wins
    if (!state || *state != RECORD_OPEN || rule.len == 0 || !text_utf8_valid(rule.ptr, rule.len)) return VOC_E_BUG;
    *state = RECORD_IGNORED;
    rc = dict_code(s->account.rules, rule, &code);
    if (!rc && code >= s->account.by_rule.n) {
        rc = vec_reserve(&s->account.by_rule, 1, 100000);
        if (!rc) PUSH(&s->account.by_rule, ((struct import_ignored){dict_at(s->account.rules, code), 0}));
    }
    if (!rc) s->account.by_rule.at[code].records++;
    return rc;
}

static void count_record(struct voc_sink *s, uint8_t state, uint64_t bytes)
{
    struct import_account *a = &s->account.a;
    a->records++;
    a->bytes += bytes;
    if (state == RECORD_ROWS) a->gave++, a->gave_bytes += bytes;
    if (state == RECORD_REJECTED) a->rejected++, a->rejected_bytes += bytes;
    if (state == RECORD_IGNORED) a->ignored++, a->ignored_bytes += bytes;
}

static voc_rc lost(struct voc_sink *s, uint64_t line)
{
    diag_error(s->diag, "PLUGIN-010", s->spec.file, line, "tell its author", "the plugin neither read, rejected nor ignored a record");
    return VOC_E_BUG;
}

void sink_block(struct voc_sink *s, const voc_block *block, const uint8_t *bad)
{
    s->block = block;
    s->bad = bad;
    s->current = UINT64_MAX;
    s->state.n = 0;
}

static voc_rc close_stream_record(struct voc_sink *s)
{
    if (!s->open) return VOC_OK;
    s->open = false;
    if (s->state.at[0] == RECORD_OPEN) return lost(s, s->line);
    count_record(s, s->state.at[0], s->to - s->from);
    return VOC_OK;
}

voc_rc sink_end(struct voc_sink *s)
{
    if (!s->block) return close_stream_record(s);
    voc_rc rc = states_ready(s);
    for (size_t i = 0; i < s->block->n_records && !rc; i++) {
        if (s->state.at[i] == RECORD_OPEN) return lost(s, s->block->line[i]);
        count_record(s, s->state.at[i], record_bytes(s, i));
    }
    return rc;
}

voc_rc sink_record(struct voc_sink *s, uint64_t from, uint64_t to, uint64_t line, uint64_t *number)
{
    if (s->block || to < from || from < s->last_to) return VOC_E_BUG;
    voc_rc rc = close_stream_record(s);
    if (!rc && s->c.time_us.n + s->facts.n + s->rejects.n >= FLUSH_ROWS) {
        struct coded_block b;
        rc = sink_coded(s, &b);
        if (!rc) rc = s->flush(s->flush_user, &b);
        if (!rc) sink_reset(s);
    }
    s->state.n = 0;
    if (!rc) rc = states_ready(s);
    if (rc) return rc;
    s->from = from;
    s->to = s->last_to = to;
    s->line = line;
    s->open = true;
    *number = s->n_records++;
    enter_record(s, *number);
    return VOC_OK;
}

// ---- rows -----------------------------------------------------------------------------------------------------------------

static voc_rc add_event(struct voc_sink *s, const voc_row *r)
{
    struct columns *c = &s->c;
    uint32_t code[17];
    const voc_str text[] = {r->action, r->touchpoint, r->channel, r->campaign, r->object, r->case_id, r->role, r->owner, r->thread,
                            r->id,     r->ref,        r->text,    r->language};
    voc_rc rc = columns_reserve(c);
    for (size_t i = 0; i < sizeof text / sizeof *text && !rc; i++) rc = code_of(s, text[i], &code[i]);
    if (!rc) rc = aliases_code(s, r->customer, r->n_customer, &code[13]);
    if (!rc) rc = aliases_code(s, r->account, r->n_account, &code[14]);
    if (!rc) rc = own_attrs_code(s, r, &code[15]);
    if (rc) return rc;
    uint32_t actor = r->actor != VOC_ACTOR_UNSET ? r->actor : s->spec.actor;
    if (actor == VOC_ACTOR_UNSET) s->account.actor_unset = true;
    PUSH(&c->time_us, r->time_us);
    PUSH(&c->resolution, (uint8_t)(r->resolution > s->spec.resolution ? r->resolution : s->spec.resolution));
    PUSH(&c->actor, (uint8_t)actor);
    PUSH(&c->ref_kind, (uint8_t)(r->ref.len ? r->ref_kind : VOC_REF_NONE));
    PUSH(&c->action, code[0]);
    PUSH(&c->touchpoint, code[1]);
    PUSH(&c->channel, code[2]);
    PUSH(&c->campaign, code[3]);
    PUSH(&c->object, code[4]);
    PUSH(&c->case_id, code[5]);
    PUSH(&c->role, code[6]);
    PUSH(&c->owner, code[7]);
    PUSH(&c->thread, code[8]);
    PUSH(&c->id, code[9]);
    PUSH(&c->ref, code[10]);
    PUSH(&c->text, code[11]);
    PUSH(&c->language, code[12]);
    PUSH(&c->customer, code[13]);
    PUSH(&c->account, code[14]);
    PUSH(&c->attrs, code[15]);
    PUSH(&c->minutes, r->minutes);
    PUSH(&c->cost, r->cost);
    PUSH(&c->value, r->value);
    PUSH(&c->record, record_number(s, r->record));
    PUSH(&c->line, record_line(s, r->record));
    PUSH(&c->sub, s->sub);
    return VOC_OK;
}

static voc_rc add_fact(struct voc_sink *s, const voc_row *r, const voc_attr *a)
{
    struct coded_fact f = {.kind = r->kind == VOC_ROW_EVENT ? VOC_ROW_ATTRIBUTE : r->kind,
                           .resolution = r->resolution,
                           .ref_kind = r->ref_kind,
                           .sub = s->sub,
                           .time_us = r->time_us,
                           .record = record_number(s, r->record),
                           .line = record_line(s, r->record)};
    voc_rc rc = vec_reserve(&s->facts, 1, SINK_ROWS);
    if (a) {
        f.entity = a->entity;
        f.type = a->type;
        f.integer = a->type == VOC_TYPE_TEXT || a->type == VOC_TYPE_REAL ? VOC_NA : a->time_us;
        f.number = isfinite(a->number) ? a->number : 0;
        if (!rc) rc = code_of(s, a->key, &f.key);
        if (!rc) rc = code_of(s, a->text, &f.text);
    } else {
        f.entity = VOC_ENTITY_INDIVIDUAL;
        if (!rc) rc = code_of(s, r->text, &f.text);
    }
    if (rc) return rc;
    if (f.entity == VOC_ENTITY_CASE)
        rc = code_of(s, r->case_id, &f.a);
    else if (f.entity == VOC_ENTITY_ACCOUNT)
        rc = aliases_code(s, r->account, r->n_account, &f.a);
    else if (r->kind == VOC_ROW_LINK)
        rc = r->n_customer == 2 ? aliases_code(s, r->customer, 1, &f.a) : VOC_E_BUG;
    else
        rc = aliases_code(s, r->customer, r->n_customer, &f.a);
    if (!rc && r->kind == VOC_ROW_LINK) rc = aliases_code(s, r->customer + 1, 1, &f.b);
    if (!rc && r->kind != VOC_ROW_LINK && f.entity == VOC_ENTITY_INDIVIDUAL) rc = aliases_code(s, r->account, r->n_account, &f.b); // membership
    if (!rc) rc = code_of(s, r->unit, &f.unit);
    if (!rc) rc = code_of(s, r->language, &f.language);
    if (!rc) rc = code_of(s, r->ref, &f.ref);
    if (!rc) rc = code_of(s, r->id, &f.id);
    if (rc) return rc;
    if (a && f.a == 0) return VOC_OK; // an attribute of nobody says nothing
    PUSH(&s->facts, f);
    return VOC_OK;
}

// Why a row cannot be kept, or NULL. What is wrong in the data rejects its record; the plugin goes on.
static const char *row_fault(const voc_row *r)
{
    bool dated = r->kind == VOC_ROW_EVENT || r->kind == VOC_ROW_WORD || r->kind == VOC_ROW_MEASURE;
    if (dated && r->time_us == VOC_NA) return "it has no time";
    if (r->time_us != VOC_NA && (r->time_us < TIME_MIN || r->time_us >= TIME_END)) return "its time is outside the years 1 to 9999";
    if (r->kind == VOC_ROW_EVENT && r->action.len == 0) return "it has no action";
    return NULL;
}

static voc_rc add_row(struct voc_sink *s, const voc_row *r)
{
    uint8_t *state = record_state(s, r->record);
    if (!state || *state == RECORD_IGNORED || r->kind < VOC_ROW_EVENT || r->kind > VOC_ROW_MEASURE || r->actor > VOC_ACTOR_OTHER ||
        r->resolution > VOC_RES_DAY || r->ref_kind > VOC_REF_CASE)
        return VOC_E_BUG;
    if (*state == RECORD_REJECTED) return VOC_OK;
    if (*state == RECORD_ROWS && s->current != r->record) return VOC_E_BUG; // rows come record by record
    enter_record(s, r->record);
    const char *fault = row_fault(r);
    voc_rc rc = fault ? VOC_E_INPUT : VOC_OK;
    if (!rc && r->kind == VOC_ROW_EVENT) rc = add_event(s, r);
    if (!rc && (r->kind == VOC_ROW_WORD || r->kind == VOC_ROW_LINK)) rc = add_fact(s, r, NULL);
    for (size_t i = 0; i < r->n_attrs && !rc; i++)
        if (attr_at(r, i)->entity != VOC_ENTITY_EVENT || r->kind != VOC_ROW_EVENT) rc = add_fact(s, r, attr_at(r, i));
    if (rc == VOC_E_INPUT)
        return reject_record(s, r->record, fault ? STR("ROW") : STR("UTF-8"), fault ? str_of(fault) : STR("its text is not valid UTF-8"));
    *state = RECORD_ROWS;
    s->sub++;
    return rc;
}

voc_rc sink_rows(struct voc_sink *s, const voc_batch *b)
{
    if (b->struct_size < sizeof *b || b->row_size < sizeof(voc_row)) return VOC_E_BUG;
    if (host_cancelled()) return VOC_CANCELLED;
    voc_rc rc = states_ready(s);
    for (size_t i = 0; i < b->n_rows && !rc; i++) rc = add_row(s, (const voc_row *)(const void *)((const char *)b->rows + i * b->row_size));
    return rc;
}

// ---- what comes out ---------------------------------------------------------------------------------------------------------

voc_rc sink_coded(struct voc_sink *s, struct coded_block *out)
{
    uint32_t n = dict_n(s->strings);
    const struct columns *c = &s->c;
    s->table.n = 0;
    voc_rc rc = vec_reserve(&s->table, n + s->rejects.n, SIZE_MAX);
    if (rc) return rc;
    for (uint32_t i = 0; i < n; i++) PUSH(&s->table, dict_at(s->strings, i));
    for (size_t i = 0, from = 0; i < s->rejects.n; from = s->raw_end.at[i++]) {
        s->rejects.at[i].raw = (uint32_t)s->table.n;
        PUSH(&s->table, str_mk(s->raws.ptr ? s->raws.ptr + from : "", s->raw_end.at[i] - from));
    }
    *out = (struct coded_block){
        .strings = s->table.at,
        .n_strings = (uint32_t)s->table.n,
        .events = {.time_us = c->time_us.at, .resolution = c->resolution.at, .actor = c->actor.at, .ref_kind = c->ref_kind.at,
                   .action = c->action.at, .touchpoint = c->touchpoint.at, .channel = c->channel.at, .campaign = c->campaign.at,
                   .object = c->object.at, .case_id = c->case_id.at, .role = c->role.at, .owner = c->owner.at, .thread = c->thread.at,
                   .customer = c->customer.at, .account = c->account.at, .id = c->id.at, .ref = c->ref.at, .text = c->text.at,
                   .language = c->language.at, .attrs = c->attrs.at, .minutes = c->minutes.at, .cost = c->cost.at, .value = c->value.at,
                   .record = c->record.at, .line = c->line.at, .sub = c->sub.at, .n = c->time_us.n},
        .facts = s->facts.at,
        .n_facts = s->facts.n,
        .rejects = s->rejects.at,
        .n_rejects = s->rejects.n};
    return VOC_OK;
}

// Keeps the account; everything else begins anew. A dictionary is dropped when it has grown large.
void sink_reset(struct voc_sink *s)
{
    struct dict *fresh = NULL;
    uint32_t empty;
    columns_cut(&s->c, 0);
    s->facts.n = s->rejects.n = s->raw_end.n = 0;
    buf_clear(&s->raws);
    s->mark_events = s->mark_facts = 0;
    if (dict_n(s->strings) < 65536 || dict_new(&fresh, SINK_STRINGS) != VOC_OK) return; // the old one serves as well
    if (dict_code(fresh, (voc_str){"", 0}, &empty) != VOC_OK) {
        dict_free(fresh);
        return;
    }
    dict_free(s->strings);
    s->strings = fresh;
}

// ---- accounts ----------------------------------------------------------------------------------------------------------------

voc_rc sink_account(const struct voc_sink *s, struct account *total)
{
    const struct import_account *f = &s->account.a;
    struct import_account *t = &total->a;
    t->records += f->records, t->gave += f->gave, t->rejected += f->rejected, t->ignored += f->ignored;
    t->bytes += f->bytes, t->gave_bytes += f->gave_bytes, t->rejected_bytes += f->rejected_bytes, t->ignored_bytes += f->ignored_bytes;
    total->actor_unset = total->actor_unset || s->account.actor_unset;
    if (s->account.first_line && (!total->first_line || s->account.first_line < total->first_line)) {
        total->first_line = s->account.first_line;
        memcpy(total->first_reason, s->account.first_reason, sizeof total->first_reason);
    }
    voc_rc rc = total->rules ? VOC_OK : dict_new(&total->rules, 1 << 20);
    for (size_t i = 0; i < s->account.by_rule.n && !rc; i++) {
        uint32_t code;
        rc = dict_code(total->rules, s->account.by_rule.at[i].rule, &code);
        if (!rc && code >= total->by_rule.n) {
            rc = vec_reserve(&total->by_rule, 1, 100000);
            if (!rc) PUSH(&total->by_rule, ((struct import_ignored){dict_at(total->rules, code), 0}));
        }
        if (!rc) total->by_rule.at[code].records += s->account.by_rule.at[i].records;
    }
    return rc;
}

static int rule_order(const void *x, const void *y) { return str_cmp(((const struct import_ignored *)x)->rule, ((const struct import_ignored *)y)->rule); }

voc_rc account_done(struct account *a)
{
    if (a->by_rule.n) qsort(a->by_rule.at, a->by_rule.n, sizeof *a->by_rule.at, rule_order);
    a->a.by_rule = a->by_rule.at;
    a->a.n_by_rule = a->by_rule.n;
    return VOC_OK;
}

void account_free(struct account *a)
{
    dict_free(a->rules);
    vec_free(&a->by_rule);
    a->rules = NULL;
}
