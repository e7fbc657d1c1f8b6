// SPDX-License-Identifier: MIT
// Takes the worker's blocks in: every code, bound and time is checked (a worker may be broken or hostile), and each
// distinct string is joined once a block. On failure the import is rolled back, so half-added blocks do not matter.
#include "store/pending.h"
#include <math.h>
#include "base/text.h"

enum { MAP_HEAP = SPACE_ALL, MAP_RAW, MAPS };

const unsigned char pending_space[PE_CODES] = {
    [PE_ACTION] = SPACE_ACTION, [PE_TOUCHPOINT] = SPACE_TOUCHPOINT, [PE_CHANNEL] = SPACE_CHANNEL, [PE_CAMPAIGN] = SPACE_CAMPAIGN,
    [PE_OBJECT] = SPACE_OBJECT, [PE_CASE] = SPACE_CASE, [PE_ROLE] = SPACE_ROLE, [PE_OWNER] = SPACE_OWNER, [PE_THREAD] = SPACE_THREAD,
    [PE_LANGUAGE] = SPACE_LANGUAGE, [PE_CUSTOMER] = SPACE_ALIASES, [PE_ACCOUNT] = SPACE_ALIASES,
};

voc_rc pending_init(struct pending *q)
{
    memset(q, 0, sizeof *q);
    arena_init(&q->bytes, 0);
    voc_rc rc = vec_reserve(&q->heap, 1, UINT32_MAX);
    if (rc != VOC_OK) return rc;
    q->heap.at[q->heap.n++] = (voc_str){"", 0};
    rc = vec_reserve(&q->rare, 1, UINT32_MAX);
    if (rc != VOC_OK) return rc;
    q->rare.at[q->rare.n++] = (struct pending_rare){.minutes = VOC_NA, .cost = VOC_NA, .value = VOC_NA};
    for (unsigned i = 0; rc == VOC_OK && i < SPACE_ALL; i++) {
        uint32_t code = 0;
        rc = dict_new(&q->names[i], SIZE_MAX / 4);
        if (rc == VOC_OK) rc = dict_code(q->names[i], STR(""), &code);
    }
    return rc;
}

void pending_done(struct pending *q)
{
    for (unsigned i = 0; i < SPACE_ALL; i++) dict_free(q->names[i]);
    for (size_t i = 0; i < q->chunks.n; i++) mem_free(q->chunks.at[i]);
    for (unsigned i = 0; i < MAPS; i++) mem_free(q->map[i]);
    vec_free(&q->chunks);
    vec_free(&q->rare);
    vec_free(&q->heap);
    vec_free(&q->facts);
    vec_free(&q->rejects);
    arena_done(&q->bytes);
}

// ---- strings ---------------------------------------------------------------------------------------------------------------

struct joiner { // one block on its way in
    struct pending *q;
    const struct coded_block *b;
    const char *why;
    voc_rc rc; // the first failure
};

static uint32_t fail(struct joiner *j, voc_rc rc, const char *why)
{
    if (j->rc == VOC_OK) {
        j->rc = rc;
        j->why = why;
    }
    return 0;
}

// The place where the map of `which` keeps what became of a local code; NULL: failed, or the empty string.
static uint32_t *slot(struct joiner *j, unsigned which, uint32_t local)
{
    if (j->rc != VOC_OK || local == 0) return NULL;
    if (local >= j->b->n_strings) return (void)fail(j, VOC_E_BUG, "a string code is out of range"), NULL;
    uint32_t **map = &j->q->map[which];
    if (!*map && !(*map = mem_zalloc(j->q->map_cap, sizeof **map))) return (void)fail(j, VOC_E_NOMEM, NULL), NULL;
    return &(*map)[local];
}

static bool sound(struct joiner *j, voc_str s)
{
    if (s.len == 0) return (void)fail(j, VOC_E_BUG, "a string other than number 0 is empty"), false;
    if (s.len > PENDING_STRING_MAX) return (void)fail(j, VOC_E_LIMIT, "a string is longer than 64 MiB"), false;
    if (!text_utf8_valid(s.ptr, s.len)) return (void)fail(j, VOC_E_BUG, "a string is not UTF-8"), false;
    return true;
}

static uint32_t join(struct joiner *j, unsigned space, uint32_t local)
{
    uint32_t *to = slot(j, space, local), code = 0;
    if (!to) return 0;
    if (*to) return *to - 1;
    voc_str s = j->b->strings[local];
    if (!sound(j, s)) return 0;
    if (space == SPACE_ALIASES && !aliases_valid(s)) return fail(j, VOC_E_BUG, "an alias set is malformed");
    voc_rc rc = dict_code(j->q->names[space], s, &code);
    if (rc != VOC_OK) return fail(j, rc, "too many distinct strings");
    *to = code + 1;
    return code;
}

static uint32_t keep(struct joiner *j, uint32_t local, bool raw)
{
    uint32_t *to = slot(j, raw ? MAP_RAW : MAP_HEAP, local);
    if (!to) return 0;
    if (*to) return *to - 1;
    voc_str s = j->b->strings[local];
    bool ok = true;
    if (raw && s.len > REJECT_RAW_MAX) s.len = REJECT_RAW_MAX;
    if (!raw && !sound(j, s)) return 0;
    s = arena_str(&j->q->bytes, s.ptr, s.len, &ok);
    voc_rc rc = ok ? vec_reserve(&j->q->heap, 1, UINT32_MAX - 1) : VOC_E_NOMEM;
    if (rc != VOC_OK) return fail(j, rc, "too many strings");
    uint32_t code = (uint32_t)j->q->heap.n;
    j->q->heap.at[j->q->heap.n++] = s;
    *to = code + 1;
    return code;
}

static voc_rc maps_ready(struct pending *q, uint32_t n)
{
    for (unsigned i = 0; i < MAPS; i++) {
        if (n > q->map_cap) {
            mem_free(q->map[i]);
            q->map[i] = NULL;
        } else if (q->map[i]) {
            memset(q->map[i], 0, n * sizeof *q->map[i]);
        }
    }
    if (n > q->map_cap) q->map_cap = n;
    return VOC_OK;
}

// ---- rows ------------------------------------------------------------------------------------------------------------------

static void add_event(struct joiner *j, size_t i, struct pending_event *e)
{
    const struct coded_events *c = &j->b->events;
    const uint32_t *const columns[PE_N] = {
        c->action, c->touchpoint, c->channel, c->campaign, c->object, c->case_id, c->role, c->owner, c->thread, c->language, c->customer, c->account,
        c->id, c->ref, c->text, c->attrs,
    };
    const struct coded_tuple *t = c->tuple ? &c->tuples[c->tuple[i]] : NULL;
    *e = (struct pending_event){
        .time_us = c->time_us[i],
        .minutes = c->minutes ? c->minutes[i] : VOC_NA,
        .cost = c->cost ? c->cost[i] : VOC_NA,
        .value = c->value ? c->value[i] : VOC_NA,
        .record = c->record[i],
        .line = c->line ? c->line[i] : 0,
        .sub = c->sub ? c->sub[i] : 0,
        .resolution = t ? t->resolution : c->resolution ? c->resolution[i] : 0,
        .actor = t ? t->actor : c->actor ? c->actor[i] : 0,
        .ref_kind = t ? t->ref_kind : c->ref_kind ? c->ref_kind[i] : 0,
    };
    uint32_t of_tuple[PE_CODES] = {0};
    if (t) {
        of_tuple[PE_ACTION] = t->action, of_tuple[PE_TOUCHPOINT] = t->touchpoint, of_tuple[PE_CHANNEL] = t->channel;
        of_tuple[PE_CAMPAIGN] = t->campaign, of_tuple[PE_ROLE] = t->role, of_tuple[PE_OWNER] = t->owner, of_tuple[PE_LANGUAGE] = t->language;
    }
    for (unsigned k = 0; k < PE_N; k++) {
        uint32_t local = columns[k] ? columns[k][i] : k < PE_CODES ? of_tuple[k] : 0;
        e->code[k] = k < PE_CODES ? join(j, pending_space[k], local) : keep(j, local, false);
    }
    if (e->code[PE_ID]) j->q->has_ids = true;
    if (e->time_us == VOC_NA) (void)fail(j, VOC_E_BUG, "an event has no time");
    if (e->code[PE_ACTION] == 0) (void)fail(j, VOC_E_BUG, "an event has no action");
    if (e->resolution > VOC_RES_DAY || e->actor > VOC_ACTOR_OTHER || e->ref_kind > VOC_REF_CASE)
        (void)fail(j, VOC_E_BUG, "a resolution, actor or kind of reference is out of range");
    if (e->record > INT64_MAX || e->line > INT64_MAX) (void)fail(j, VOC_E_BUG, "a record or line number is out of range");
}

static void add_fact(struct joiner *j, const struct coded_fact *f)
{
    // An attribute on a word's or link's row is one of its entity, not another word or link.
    bool on_other = f->key && (f->kind == VOC_ROW_WORD || f->kind == VOC_ROW_LINK);
    bool is_case = f->entity == VOC_ENTITY_CASE, is_attribute = f->kind == VOC_ROW_ATTRIBUTE || on_other;
    struct pending_fact to = {
        .time_us = f->time_us, .integer = f->integer, .number = f->number, .record = f->record, .line = f->line, .kind = on_other ? VOC_ROW_ATTRIBUTE : f->kind,
        .entity = f->entity, .type = f->type, .resolution = f->resolution, .ref_kind = f->ref_kind, .sub = f->sub,
        .a = join(j, is_case ? SPACE_CASE : SPACE_ALIASES, f->a),
        .b = join(j, SPACE_ALIASES, f->b),
        .key = join(j, SPACE_KEY, f->key),
        .value = is_attribute ? join(j, SPACE_VALUE, f->text) : 0,
        .text = is_attribute ? 0 : keep(j, f->text, false),
        .unit = keep(j, f->unit, false),
        .language = keep(j, f->language, false),
        .ref = keep(j, f->ref, false),
        .id = keep(j, f->id, false),
    };
    if (to.kind < VOC_ROW_WORD || to.kind > VOC_ROW_MEASURE || to.entity > VOC_ENTITY_CASE || to.type > VOC_TYPE_MONEY || to.resolution > VOC_RES_DAY ||
        to.ref_kind > VOC_REF_CASE)
        (void)fail(j, VOC_E_BUG, "a kind, entity, type, resolution or kind of reference is out of range");
    if ((is_attribute || to.kind == VOC_ROW_MEASURE) && to.key == 0) (void)fail(j, VOC_E_BUG, "an attribute or measure has no key");
    if (is_attribute && to.entity == VOC_ENTITY_EVENT) (void)fail(j, VOC_E_BUG, "an event's own attribute came as one of an entity");
    if (to.kind == VOC_ROW_LINK && (is_case || to.a == 0 || to.b == 0)) (void)fail(j, VOC_E_BUG, "a link lacks one of its aliases");
    if ((to.kind == VOC_ROW_WORD || to.kind == VOC_ROW_MEASURE) && to.time_us == VOC_NA) (void)fail(j, VOC_E_BUG, "a word or measure has no time");
    if (!isfinite(to.number)) (void)fail(j, VOC_E_BUG, "a number is not finite");
    if (to.record > INT64_MAX || to.line > INT64_MAX) (void)fail(j, VOC_E_BUG, "a record or line number is out of range");
    if (to.id) j->q->has_ids = true;
    voc_rc rc = vec_reserve(&j->q->facts, 1, UINT32_MAX - 1);
    if (rc != VOC_OK) (void)fail(j, rc, "too many rows");
    if (j->rc == VOC_OK) j->q->facts.at[j->q->facts.n++] = to;
}

static void add_reject(struct joiner *j, const struct coded_reject *r)
{
    struct pending_reject to = {.record = r->record, .line = r->line, .code = keep(j, r->code, false), .reason = keep(j, r->reason, false), .raw = keep(j, r->raw, true)};
    if (to.record > INT64_MAX || to.line > INT64_MAX) (void)fail(j, VOC_E_BUG, "a record or line number is out of range");
    voc_rc rc = vec_reserve(&j->q->rejects, 1, UINT32_MAX - 1);
    if (rc != VOC_OK) (void)fail(j, rc, "too many rejects");
    if (j->rc == VOC_OK) j->q->rejects.at[j->q->rejects.n++] = to;
}

static voc_rc row_room(struct pending *q, struct pending_row **to)
{
    if (q->n_events >= UINT32_MAX - 1) return VOC_E_LIMIT;
    if (q->n_events == q->chunks.n * PENDING_CHUNK) {
        voc_rc rc = vec_reserve(&q->chunks, 1, UINT32_MAX / PENDING_CHUNK + 1);
        struct pending_row *chunk = rc == VOC_OK ? mem_alloc(PENDING_CHUNK * sizeof *chunk) : NULL;
        if (!chunk) return rc == VOC_OK ? VOC_E_NOMEM : rc;
        q->chunks.at[q->chunks.n++] = chunk;
    }
    *to = pending_row(q, q->n_events);
    return VOC_OK;
}

static voc_rc hold_rare(struct pending *q, const struct pending_event *e, uint32_t *out)
{
    const uint32_t *c = e->code;
    *out = 0;
    if (e->minutes == VOC_NA && e->cost == VOC_NA && e->value == VOC_NA &&
        !(c[PE_OBJECT] | c[PE_OWNER] | c[PE_THREAD] | c[PE_LANGUAGE] | c[PE_REF] | c[PE_TEXT]))
        return VOC_OK;
    voc_rc rc = vec_reserve(&q->rare, 1, UINT32_MAX);
    if (rc != VOC_OK) return rc;
    *out = (uint32_t)q->rare.n;
    q->rare.at[q->rare.n++] = (struct pending_rare){
        .minutes = e->minutes, .cost = e->cost, .value = e->value, .object = c[PE_OBJECT], .owner = c[PE_OWNER],
        .thread = c[PE_THREAD], .language = c[PE_LANGUAGE], .ref = c[PE_REF], .text = c[PE_TEXT]};
    return VOC_OK;
}

static voc_rc hold(struct pending *q, const struct pending_event *e)
{
    const uint32_t *c = e->code;
    struct pending_row *to = NULL;
    uint32_t rare = 0;
    voc_rc rc = row_room(q, &to);
    if (rc == VOC_OK) rc = hold_rare(q, e, &rare);
    if (rc != VOC_OK) return rc;
    *to = (struct pending_row){
        .time_us = e->time_us, .record = e->record, .line = e->line, .action = c[PE_ACTION], .touchpoint = c[PE_TOUCHPOINT],
        .channel = c[PE_CHANNEL], .campaign = c[PE_CAMPAIGN], .case_id = c[PE_CASE], .role = c[PE_ROLE], .customer = c[PE_CUSTOMER],
        .account = c[PE_ACCOUNT], .id = c[PE_ID], .attrs = c[PE_ATTRS], .rare = rare, .sub = e->sub,
        .resolution = e->resolution, .actor = e->actor, .ref_kind = e->ref_kind};
    q->n_events++;
    return VOC_OK;
}

void pending_get(const struct pending *q, size_t i, struct pending_event *out)
{
    const struct pending_row *r = pending_row(q, i);
    const struct pending_rare *x = &q->rare.at[r->rare];
    *out = (struct pending_event){
        .time_us = r->time_us, .minutes = x->minutes, .cost = x->cost, .value = x->value, .record = r->record, .line = r->line,
        .code = {[PE_ACTION] = r->action, [PE_TOUCHPOINT] = r->touchpoint, [PE_CHANNEL] = r->channel, [PE_CAMPAIGN] = r->campaign,
                 [PE_OBJECT] = x->object, [PE_CASE] = r->case_id, [PE_ROLE] = r->role, [PE_OWNER] = x->owner, [PE_THREAD] = x->thread,
                 [PE_LANGUAGE] = x->language, [PE_CUSTOMER] = r->customer, [PE_ACCOUNT] = r->account, [PE_ID] = r->id,
                 [PE_REF] = x->ref, [PE_TEXT] = x->text, [PE_ATTRS] = r->attrs},
        .sub = r->sub, .resolution = r->resolution, .actor = r->actor, .ref_kind = r->ref_kind};
}

voc_rc pending_add(struct pending *q, const struct coded_block *b, const char **why)
{
    struct joiner j = {.q = q, .b = b};
    const struct coded_events *c = &b->events;
    *why = "";
    if (b->n_strings && b->strings[0].len) (void)fail(&j, VOC_E_BUG, "string 0 is not empty");
    if (c->n && (!c->time_us || !c->record || (c->tuple ? !c->tuples : !c->action)))
        (void)fail(&j, VOC_E_BUG, "events come without time, action or record");
    for (size_t i = 0; c->tuple && i < c->n; i++)
        if (c->tuple[i] >= c->n_tuples) (void)fail(&j, VOC_E_BUG, "the number of a tuple is out of range");
    if (j.rc == VOC_OK) j.rc = maps_ready(q, b->n_strings);
    for (size_t i = 0; j.rc == VOC_OK && i < c->n; i++) {
        struct pending_event e;
        add_event(&j, i, &e);
        voc_rc rc = j.rc == VOC_OK ? hold(q, &e) : VOC_OK;
        if (rc != VOC_OK) (void)fail(&j, rc, "too many events");
    }
    for (size_t i = 0; j.rc == VOC_OK && i < b->n_facts; i++) add_fact(&j, &b->facts[i]);
    for (size_t i = 0; j.rc == VOC_OK && i < b->n_rejects; i++) add_reject(&j, &b->rejects[i]);
    if (j.rc != VOC_OK && j.why) *why = j.why;
    return j.rc;
}
