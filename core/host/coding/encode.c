// SPDX-License-Identifier: MIT
// The sink that rows of an input plugin fall into: every row is checked, its strings go into a table local to the block,
// its columns into arrays, and every record is accounted for: rows, reject or ignore, exactly once (a rejection wins).
// This is the part of the host that moves into the worker. One sink is used by one thread at a time.
#include "host/coding/encode_sink.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/host.h"
#include "host/import/leave_out.h"
#include "host/worker/place.h"

#define FLUSH_ROWS 8192u           // STREAM
#define RAW_MAX ((size_t)64 << 10) // kept of a reject

voc_rc sink_new(struct voc_sink **out, const struct encode_spec *spec, struct diag *d)
{
    struct voc_sink *s = mem_zalloc(1, sizeof *s);
    if (!s) return VOC_E_NOMEM;
    s->spec = *spec;
    s->diag = d;
    s->current = UINT64_MAX;
    buf_init(&s->raws, CODING_STRINGS);
    voc_rc rc = coder_init(&s->c, spec->sender);
    if (spec->kept) s->c.kept = spec->kept;
    if (!rc) rc = dict_new(&s->account.rules, 1 << 20);
    if (rc) {
        sink_free(s);
        return rc;
    }
    *out = s;
    return VOC_OK;
}

void sink_free(struct voc_sink *s)
{
    if (!s) return;
    coder_done(&s->c);
    vec_free(&s->facts);
    vec_free(&s->rejects);
    vec_free(&s->raw_end);
    buf_done(&s->raws);
    vec_free(&s->state);
    account_free(&s->account);
    mem_free(s);
}

void sink_flush_to(struct voc_sink *s, struct voc_stream *stream, voc_rc (*block)(void *user, const struct coded_block *b), void *user)
{
    s->stream = stream;
    s->flush = block;
    s->flush_user = user;
}

#define PUSH(v, x) ((v)->at[(v)->n++] = (x))

// ---- records -----------------------------------------------------------------------------------------------------------

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

voc_rc sink_broke(struct voc_sink *s, uint64_t record, const char *what)
{
    const uint64_t line = record_state(s, record) ? sink_record_line(s, record) : 0;
    if (!s->broken) diag_error(s->diag, "PLUGIN-010", s->spec.file, line, "tell its author", "the plugin %s", what);
    s->broken = true;
    return VOC_E_BUG;
}

static voc_rc ignore_record(struct voc_sink *s, uint8_t *state, voc_str rule)
{
    uint32_t code;
    *state = RECORD_IGNORED;
    voc_rc rc = dict_code(s->account.rules, rule, &code);
    if (!rc && code >= s->account.by_rule.n) {
        rc = vec_reserve(&s->account.by_rule, 1, 100000);
        if (!rc) PUSH(&s->account.by_rule, ((struct import_ignored){dict_at(s->account.rules, code), 0}));
    }
    if (!rc) s->account.by_rule.at[code].records++;
    return rc;
}

// A record whose events are all left out is ignored as a whole, with what it says besides (words, attributes); so is one
// without events of which nothing stays.
static voc_rc leave_record(struct voc_sink *s)
{
    uint8_t *state = s->left.rows && s->state.n ? record_state(s, s->current) : NULL;
    voc_rc rc = VOC_OK;
    if (state && *state == RECORD_ROWS && (s->left.event ? !s->left.kept_event : !s->left.kept)) {
        coder_cut(&s->c, s->mark_events);
        s->facts.n = s->mark_facts;
        rc = ignore_record(s, state, leave_out_reason(s->spec.leave_out, s->left.rule));
    } else if (state && *state == RECORD_ROWS) {
        s->account.left_rows += s->left.rows;
    }
    memset(&s->left, 0, sizeof s->left);
    return rc;
}

// Rows come record by record; the mark lets a late rejection take back what the record gave.
static voc_rc enter_record(struct voc_sink *s, uint64_t record)
{
    if (record == s->current) return VOC_OK;
    voc_rc rc = s->spec.leave_out ? leave_record(s) : VOC_OK;
    s->current = record;
    s->sub = 0;
    s->mark_events = s->c.n;
    s->mark_facts = s->facts.n;
    return rc;
}

static voc_rc reject_record(struct voc_sink *s, uint64_t record, voc_str code, voc_str reason)
{
    struct coded_reject r = {.record = sink_record_number(s, record), .line = sink_record_line(s, record)};
    uint8_t *state = record_state(s, record);
    if (*state == RECORD_REJECTED) return VOC_OK; // the first reason stands
    if (*state == RECORD_ROWS && s->current != record) return sink_broke(s, record, "rejects a record that gave rows after it went on to another one");
    if (s->current == record) { // a row of which only a part could be kept counts as well
        coder_cut(&s->c, s->mark_events);
        s->facts.n = s->mark_facts;
    }
    if (!text_utf8_valid(reason.ptr, reason.len)) { // it quotes the record, or was cut within a character
        struct buf *to = &s->c.scratch;
        buf_clear(to);
        if (text_escape(to, reason) != VOC_OK) return to->rc;
        reason = str_mk(to->ptr, to->len);
    }
    *state = RECORD_REJECTED;
    if (!s->account.first_line || r.line < s->account.first_line) {
        s->account.first_line = r.line;
        snprintf(s->account.first_reason, sizeof s->account.first_reason, "%.*s", STR_SHOWN(reason, 199));
    }
    voc_rc rc = vec_reserve(&s->rejects, 1, CODING_ROWS);
    if (!rc) rc = coder_code(&s->c, code, &r.code);
    if (!rc) rc = coder_code(&s->c, reason, &r.reason);
    if (!rc) rc = vec_reserve(&s->raw_end, 1, CODING_ROWS);
    voc_str raw = record_raw(s, record);
    if (!rc) rc = buf_add(&s->raws, raw.ptr, raw.len);
    if (rc) return rc;
    PUSH(&s->raw_end, s->raws.len);
    PUSH(&s->rejects, r); // its raw gets a code in sink_coded
    return VOC_OK;
}

voc_rc sink_states(struct voc_sink *s)
{
    size_t want = s->block ? s->block->n_records : 1;
    if (s->state.n == want) return VOC_OK;
    voc_rc rc = vec_reserve(&s->state, want, CODING_ROWS);
    if (rc) return rc;
    memset(s->state.at, RECORD_OPEN, want);
    s->state.n = want;
    for (size_t i = 0; s->bad && i < want && !rc; i++)
        if (s->bad[i] == 3) rc = reject_record(s, i, STR("OBJECT"), STR("an object is never closed, or a text in it"));
        else if (s->bad[i]) rc = reject_record(s, i, s->bad[i] == 1 ? STR("QUOTE") : STR("LONG"), s->bad[i] == 1 ? STR("a quote is never closed") : STR("a line over 1 MiB"));
    return rc;
}

voc_rc sink_reject(struct voc_sink *s, uint64_t record, voc_str code, voc_str reason)
{
    voc_rc rc = sink_states(s);
    if (rc) return rc;
    return record_state(s, record) ? reject_record(s, record, code, reason) : sink_broke(s, record, "rejects a record that there is not");
}

voc_rc sink_ignore(struct voc_sink *s, uint64_t record, voc_str rule)
{
    voc_rc rc = sink_states(s);
    if (rc) return rc;
    uint8_t *state = record_state(s, record);
    if (state && *state == RECORD_REJECTED) return VOC_OK; // cut by the host: a rejection wins
    if (!state) return sink_broke(s, record, "ignores a record that there is not");
    if (*state != RECORD_OPEN) return sink_broke(s, record, "ignores a record that it has answered before");
    if (rule.len == 0 || !text_utf8_valid(rule.ptr, rule.len)) return sink_broke(s, record, "ignores a record under a rule that has no name, or none in UTF-8");
    return ignore_record(s, state, rule);
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

static voc_rc lost(struct voc_sink *s, uint64_t record) { return sink_broke(s, record, "neither read, rejected nor ignored a record"); }

void sink_block(struct voc_sink *s, const voc_block *block, const uint8_t *bad)
{
    s->block = block;
    s->bad = bad;
    coder_text(&s->c, block ? block->bytes : NULL, block ? block->n_bytes : 0);
    s->current = UINT64_MAX;
    s->state.n = 0;
    const size_t n = block ? block->n_records : 0;
    place_lines(s->spec.sender, n ? block->line[0] : 0, n ? block->line[n - 1] : 0);
}

static voc_rc close_stream_record(struct voc_sink *s)
{
    if (!s->open) return VOC_OK;
    voc_rc rc = s->spec.leave_out ? leave_record(s) : VOC_OK;
    if (!rc && s->state.at[0] == RECORD_OPEN) rc = lost(s, s->current);
    if (!rc) count_record(s, s->state.at[0], s->to - s->from);
    s->open = false;
    return rc;
}

voc_rc sink_end(struct voc_sink *s)
{
    if (!s->block) return close_stream_record(s);
    voc_rc rc = sink_states(s);
    if (!rc && s->spec.leave_out) rc = leave_record(s);
    for (size_t i = 0; i < s->block->n_records && !rc; i++) {
        if (s->state.at[i] == RECORD_OPEN) return lost(s, i);
        count_record(s, s->state.at[i], record_bytes(s, i));
    }
    return rc;
}

voc_rc sink_record(struct voc_sink *s, uint64_t from, uint64_t to, uint64_t line, uint64_t *number)
{
    if (s->block) return sink_broke(s, UINT64_MAX, "declares records, which the host cuts for a plugin of LINES");
    if (to < from || from < s->last_to) return sink_broke(s, s->current, "declares a record that ends before it begins, or begins before the one before it ends");
    voc_rc rc = close_stream_record(s);
    if (!rc && s->c.n + s->facts.n + s->rejects.n >= FLUSH_ROWS) {
        struct coded_block b;
        rc = sink_coded(s, &b);
        if (!rc) rc = s->flush(s->flush_user, &b);
        if (!rc) sink_reset(s);
    }
    s->state.n = 0;
    if (!rc) rc = sink_states(s);
    if (rc) return rc;
    s->from = from;
    s->to = s->last_to = to;
    if (s->stream) s->stream->needed = from;
    s->line = line;
    place_lines(s->spec.sender, line, line);
    s->open = true;
    *number = s->n_records++;
    return enter_record(s, *number);
}

// ---- rows -----------------------------------------------------------------------------------------------------------------

static voc_rc add_fact(struct voc_sink *s, const voc_row *r, const voc_attr *a)
{
    struct coded_fact f = {.kind = r->kind == VOC_ROW_EVENT ? VOC_ROW_ATTRIBUTE : r->kind,
                           .resolution = r->resolution,
                           .ref_kind = r->ref_kind,
                           .sub = s->sub,
                           .time_us = r->time_us,
                           .record = sink_record_number(s, r->record),
                           .line = sink_record_line(s, r->record)};
    voc_rc rc = vec_reserve(&s->facts, 1, CODING_ROWS);
    if (a) {
        f.entity = a->entity;
        f.type = a->type;
        f.integer = a->type == VOC_TYPE_TEXT || a->type == VOC_TYPE_REAL ? VOC_NA : a->time_us;
        f.number = isfinite(a->number) ? a->number : 0;
        if (!rc) rc = coder_code(&s->c, a->key, &f.key);
        if (!rc) rc = coder_code(&s->c, a->text, &f.text);
    } else {
        f.entity = VOC_ENTITY_INDIVIDUAL;
        if (!rc) rc = coder_code(&s->c, r->text, &f.text);
    }
    if (rc) return rc;
    if (f.entity == VOC_ENTITY_CASE)
        rc = coder_code(&s->c, r->case_id, &f.a);
    else if (f.entity == VOC_ENTITY_ACCOUNT)
        rc = coder_aliases(&s->c, r->account, r->n_account, &f.a);
    else if (r->kind == VOC_ROW_LINK)
        rc = r->n_customer == 2 ? coder_aliases(&s->c, r->customer, 1, &f.a) : VOC_E_BUG;
    else
        rc = coder_aliases(&s->c, r->customer, r->n_customer, &f.a);
    if (!rc && r->kind == VOC_ROW_LINK) rc = coder_aliases(&s->c, r->customer + 1, 1, &f.b);
    if (!rc && r->kind != VOC_ROW_LINK && f.entity == VOC_ENTITY_INDIVIDUAL) rc = coder_aliases(&s->c, r->account, r->n_account, &f.b); // membership
    if (!rc) rc = coder_code(&s->c, r->unit, &f.unit);
    if (!rc) rc = coder_code(&s->c, r->language, &f.language);
    if (!rc) rc = coder_code(&s->c, r->ref, &f.ref);
    if (!rc) rc = coder_code(&s->c, r->id, &f.id);
    if (rc) return rc;
    if ((a && f.a == 0) || (r->kind == VOC_ROW_LINK && !(f.a && f.b))) return VOC_OK; // what is of nobody says nothing
    PUSH(&s->facts, f);
    return VOC_OK;
}

// A row of a reference table: its cells are one text, its table stands where an attribute has its key.
static voc_rc add_reference(struct voc_sink *s, const voc_row *r)
{
    struct coded_fact f = {.kind = VOC_ROW_REFERENCE, .resolution = r->resolution, .sub = s->sub, .time_us = r->time_us,
                           .integer = VOC_NA, .record = sink_record_number(s, r->record), .line = sink_record_line(s, r->record)};
    for (size_t i = 0; i < r->n_attrs; i++)
        if (r->attrs[i].type == VOC_TYPE_TIME && r->attrs[i].entity == VOC_ENTITY_EVENT && str_is(r->attrs[i].key, "until"))
            f.integer = r->attrs[i].time_us;
    voc_str cells;
    voc_rc rc = vec_reserve(&s->facts, 1, CODING_ROWS);
    if (!rc) rc = coder_code(&s->c, r->object, &f.key);
    if (!rc) rc = coder_attrs(&s->c, r, &cells);
    if (!rc) rc = coder_code(&s->c, cells, &f.text);
    if (!rc) rc = coder_code(&s->c, r->id, &f.id);
    if (!rc) s->facts.at[s->facts.n++] = f;
    return rc;
}

// Why a row cannot be kept, or NULL. What is wrong in the data rejects its record; the plugin goes on.
static const char *row_fault(const voc_row *r)
{
    bool dated = r->kind == VOC_ROW_EVENT || r->kind == VOC_ROW_WORD || r->kind == VOC_ROW_MEASURE;
    if (dated && r->time_us == VOC_NA) return "it has no time";
    if (r->time_us != VOC_NA && (r->time_us < SINK_TIME_MIN || r->time_us >= SINK_TIME_END)) return "its time is outside the years 1 to 9999";
    if (r->kind == VOC_ROW_EVENT && r->action.len == 0) return "it has no action";
    if (r->kind == VOC_ROW_REFERENCE && (r->object.len == 0 || r->n_attrs == 0)) return r->object.len ? "it has no cells" : "it names no reference table (object)";
    return NULL;
}

static bool within_contract(const voc_row *r)
{
    return r->kind >= VOC_ROW_EVENT && r->kind <= VOC_ROW_REFERENCE && r->actor <= VOC_ACTOR_OTHER &&
           r->resolution <= VOC_RES_DAY && r->ref_kind <= VOC_REF_CASE;
}

// What the coder refuses of a row is who it names.
static const char *people_fault(const voc_row *r)
{
    if (r->kind == VOC_ROW_LINK && r->n_customer != 2) return "gives a link that does not name two customers";
    return r->n_customer > VOC_ALIASES_MAX || r->n_account > VOC_ALIASES_MAX
               ? "gives a row with more than 8 aliases of one customer or account"
               : "gives a row with an alias that has no kind or value, a kind with one of = and \\, or a strength "
                 "that is not 0 or 1";
}

// Rows of which the first is of the record that was entered. Numbers and lines are worked out, and the events of several
// records are marked where the last one's begin.
static voc_rc add_events(struct voc_sink *s, const char *rows, size_t stride, size_t n)
{
    uint64_t record[CODING_AT_ONCE], line[CODING_AT_ONCE];
    uint32_t sub[CODING_AT_ONCE];
    struct coder_rows b = {rows, stride, n, record, line, sub, s->spec.actor, s->spec.resolution};
    for (size_t i = 0; i < n; i++) {
        uint64_t own = coder_row(&b, i)->record;
        record[i] = sink_record_number(s, own);
        line[i] = sink_record_line(s, own);
        sub[i] = i && coder_row(&b, i - 1)->record == own ? sub[i - 1] + 1 : i ? 0 : s->sub;
    }
    return coder_events(&s->c, &b, &s->account.actor_unset);
}

// Facts of an event's row: attributes of the entities it names.
static voc_rc add_entities(struct voc_sink *s, const voc_row *r)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < r->n_attrs && !rc; i++)
        if (r->attrs[i].entity != VOC_ENTITY_EVENT || r->kind != VOC_ROW_EVENT) rc = add_fact(s, r, &r->attrs[i]);
    return rc;
}

// Whether an <ignore> holds of the row; both are remembered until the record ends.
static bool left_out(struct voc_sink *s, const voc_row *r)
{
    const uint32_t rule = leave_out_row(s->spec.leave_out, r, s->spec.actor, s->spec.source);
    const bool event = r->kind == VOC_ROW_EVENT;
    if (rule == VOC_NONE) {
        s->left.kept = true;
        s->left.kept_event = s->left.kept_event || event;
        return false;
    }
    if (!s->left.rows++) s->left.rule = rule;
    s->left.event = s->left.event || event;
    return true;
}

static voc_rc add_row(struct voc_sink *s, const voc_row *r)
{
    uint8_t *state = record_state(s, r->record);
    if (!state) return sink_broke(s, r->record, "gives a row of a record that there is not: record is the index in the block, or the number that host->record gave");
    if (*state == RECORD_IGNORED) return sink_broke(s, r->record, "gives a row of a record that it has ignored");
    if (!within_contract(r)) return sink_broke(s, r->record, "gives a row with a kind, actor, resolution or ref_kind that does not exist: begin with voc_row_init");
    if (*state == RECORD_REJECTED) return VOC_OK;
    if (*state == RECORD_ROWS && s->current != r->record) return sink_broke(s, r->record, "gives rows of a record after it went on to another one: they come record by record");
    voc_rc rc = enter_record(s, r->record);
    if (rc) return rc;
    if (s->spec.leave_out && left_out(s, r)) return *state = RECORD_ROWS, VOC_OK; // until it is known whether anything stays
    const char *fault = row_fault(r);
    rc = fault ? VOC_E_INPUT : VOC_OK;
    if (!rc && r->kind == VOC_ROW_EVENT) rc = add_events(s, (const char *)r, sizeof *r, 1);
    if (!rc && (r->kind == VOC_ROW_WORD || r->kind == VOC_ROW_LINK)) rc = add_fact(s, r, NULL);
    if (!rc) rc = r->kind == VOC_ROW_REFERENCE ? add_reference(s, r) : add_entities(s, r);
    if (rc == VOC_E_BUG) return sink_broke(s, r->record, people_fault(r));
    if (rc == VOC_E_INPUT)
        return reject_record(s, r->record, fault ? STR("ROW") : STR("UTF-8"), fault ? str_of(fault) : STR("its text is not valid UTF-8"));
    *state = RECORD_ROWS;
    s->sub++;
    return rc;
}

// ---- rows by the dozen -----------------------------------------------------------------------------------------------------

// How many rows from this one on are sound events of records that nothing is known of yet, in their order: what nearly all
// are. They can be added together; whatever is different about a row is left to add_row.
static size_t plain_rows(const struct voc_sink *s, const char *rows, size_t stride, size_t n)
{
    size_t i = 0;
    uint64_t last = 0;
    if (!s->block || s->spec.leave_out) return 0;
    for (; i < n && i < CODING_AT_ONCE; i++) {
        const voc_row *r = (const voc_row *)(const void *)(rows + i * stride);
        if (r->kind != VOC_ROW_EVENT || !within_contract(r) || row_fault(r) || r->record >= s->block->n_records) break;
        if (i ? r->record < last : r->record == s->current) break;
        if ((i == 0 || r->record != last) && s->state.at[r->record] != RECORD_OPEN) break;
        last = r->record;
    }
    return i;
}

// VOC_E_INPUT: one of them has text that is not UTF-8; VOC_E_BUG: one breaks the contract. None was added.
static voc_rc add_plain(struct voc_sink *s, const char *rows, size_t stride, size_t n)
{
    const size_t events = s->c.n, facts = s->facts.n;
    struct coder_rows b = {.rows = rows, .stride = stride};
    size_t last = 0, last_facts = facts; // where the last record begins
    s->sub = 0;
    voc_rc rc = add_events(s, rows, stride, n);
    for (size_t i = 0; i < n && !rc; i++) {
        const voc_row *r = coder_row(&b, i);
        if (i && r->record != coder_row(&b, i - 1)->record) {
            last = i;
            last_facts = s->facts.n;
            s->sub = 0;
        }
        rc = r->n_attrs ? add_entities(s, r) : VOC_OK;
        s->sub++;
    }
    if (rc) {
        coder_cut(&s->c, events);
        s->facts.n = facts;
        s->current = UINT64_MAX; // they will be entered again
        return rc;
    }
    for (size_t i = 0; i < n; i++) s->state.at[coder_row(&b, i)->record] = RECORD_ROWS;
    s->current = coder_row(&b, n - 1)->record;
    s->mark_events = events + last;
    s->mark_facts = last_facts;
    return VOC_OK;
}

voc_rc sink_rows(struct voc_sink *s, const voc_batch *b)
{
    if (b->struct_size < sizeof *b || b->row_size < sizeof(voc_row)) return sink_broke(s, UINT64_MAX, "gives rows in a voc_batch whose struct_size or row_size is not set");
    if (host_cancelled()) return VOC_CANCELLED;
    const char *rows = b->rows;
    voc_rc rc = sink_states(s);
    for (size_t i = 0; i < b->n_rows && !rc;) {
        size_t n = plain_rows(s, rows + i * b->row_size, b->row_size, b->n_rows - i);
        voc_rc all = n > 1 ? add_plain(s, rows + i * b->row_size, b->row_size, n) : VOC_E_INPUT;
        if (all != VOC_E_INPUT && all != VOC_E_BUG) { // else the one is found that it is said of
            rc = all;
            i += n;
            continue;
        }
        for (size_t end = i + (n > 1 ? n : 1); i < end && !rc; i++) rc = add_row(s, (const voc_row *)(const void *)(rows + i * b->row_size));
    }
    return rc;
}

// ---- what comes out ---------------------------------------------------------------------------------------------------------

voc_rc sink_coded(struct voc_sink *s, struct coded_block *out)
{
    struct coded_block b = {.facts = s->facts.at, .n_facts = s->facts.n, .rejects = s->rejects.at, .n_rejects = s->rejects.n};
    voc_rc rc = coder_coded(&s->c, s->rejects.n, &b);
    if (rc) return rc;
    for (size_t i = 0, from = 0; i < s->rejects.n; from = s->raw_end.at[i++]) { // behind the strings, for which there is room
        s->rejects.at[i].raw = b.n_strings;
        s->c.table.at[b.n_strings++] = str_mk(s->raws.ptr ? s->raws.ptr + from : "", s->raw_end.at[i] - from);
    }
    *out = b;
    return VOC_OK;
}

// Keeps the account, and the memory; everything else begins anew.
void sink_reset(struct voc_sink *s)
{
    coder_clear(&s->c);
    s->facts.n = s->rejects.n = s->raw_end.n = 0;
    buf_clear(&s->raws);
    s->mark_events = s->mark_facts = 0;
}
