// SPDX-License-Identifier: MIT
// Takes the worker's blocks in: every code, bound and time is checked (a worker may be broken or hostile), and each
// distinct string is joined once a block. On failure the import is rolled back, so half-added blocks do not matter.
#include "store/import/pending_join.h"
#include <math.h>
#include "base/text.h"
#include "store/columns/column_look.h"

enum { MAP_HEAP = SPACE_ALL, MAP_RAW, MAPS };
enum { SENDERS_MAX = 4096 };
#define LATER UINT32_MAX // in map_who: is being looked up

voc_rc pending_init(struct pending *q)
{
    memset(q, 0, sizeof *q);
    arena_init(&q->bytes, 0);
    voc_rc rc = vec_reserve(&q->heap, 1, UINT32_MAX);
    if (rc != VOC_OK) return rc;
    q->heap.at[q->heap.n++] = (voc_str){"", 0};
    rc = vec_reserve(&q->rare, 1, UINT32_MAX);
    if (rc != VOC_OK) return rc;
    q->rare.at[q->rare.n++] = (struct pending_rare){0};
    rc = vec_reserve(&q->amounts, 1, UINT32_MAX);
    if (rc != VOC_OK) return rc;
    q->amounts.at[q->amounts.n++] = (struct pending_amounts){.minutes = VOC_NA, .cost = VOC_NA, .value = VOC_NA};
    if (!(q->recent_memory = mem_zalloc(RECENT_RARE + 1, sizeof *q->recent))) return VOC_E_NOMEM;
    q->recent = (struct recent_rares *)(void *)((char *)q->recent_memory + (0 - (uintptr_t)q->recent_memory) % sizeof *q->recent);
    tuple_set_init(&q->tuples);
    rc = pending_nobody(q);
    for (unsigned i = 0; rc == VOC_OK && i < SPACE_ALL; i++) {
        uint32_t code = 0;
        rc = dict_new(&q->names[i], SIZE_MAX / 4);
        if (rc == VOC_OK) rc = dict_code(q->names[i], STR(""), &code);
    }
    return rc;
}

static void free_chunks(struct pending *q)
{
    for (unsigned p = 0; p < PARTITIONS; p++) pending_forget_part(q, p);
}

static void maps_done(struct pending_maps *m)
{
    for (unsigned i = 0; i < MAPS; i++) mem_free(m->map[i]);
    vec_free(&m->tuple[0]);
    vec_free(&m->tuple[1]);
}

void pending_forget(struct pending *q)
{
    free_chunks(q);
    for (size_t k = 0; k < q->maps.n; k++) // the heap begins anew
        if (q->maps.at[k].map[MAP_HEAP]) memset(q->maps.at[k].map[MAP_HEAP], 0, q->maps.at[k].cap * sizeof *q->maps.at[k].map[MAP_HEAP]);
    q->n_events = q->facts.n = q->rejects.n = 0;
    q->lines_differ = q->wide = false;
    q->last_record = 0;
    pending_count(q);
    if (q->tuple_rows.n) memset(q->tuple_rows.at, 0, q->tuple_rows.n * sizeof *q->tuple_rows.at);
    vec_free(&q->facts);
    vec_free(&q->rejects);
    q->rare.n = q->amounts.n = q->heap.n = 1;
    memset(q->recent, 0, RECENT_RARE * sizeof *q->recent);
    arena_done(&q->bytes);
    arena_init(&q->bytes, 0);
}

void pending_done(struct pending *q)
{
    for (unsigned i = 0; i < SPACE_ALL; i++) dict_free(q->names[i]);
    free_chunks(q);
    for (size_t k = 0; k < q->maps.n; k++) maps_done(&q->maps.at[k]);
    vec_free(&q->maps);
    tuple_set_done(&q->tuples);
    dict_free(q->mixed);
    vec_free(&q->mixed_who);
    for (unsigned p = 0; p < PARTITIONS; p++) vec_free(&q->part[p].whos);
    vec_free(&q->who_of_case);
    vec_free(&q->who_of_account);
    vec_free(&q->map_who);
    vec_free(&q->tuple_rows);
    mem_free(q->recent_memory);
    vec_free(&q->rare);
    vec_free(&q->amounts);
    vec_free(&q->heap);
    vec_free(&q->facts);
    vec_free(&q->rejects);
    arena_done(&q->bytes);
}

// ---- strings ---------------------------------------------------------------------------------------------------------------

uint32_t join_fail(struct joiner *j, voc_rc rc, const char *why)
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
    if (local >= j->b->n_strings) return (void)join_fail(j, VOC_E_BUG, "a string code is out of range"), NULL;
    uint32_t **map = &j->maps->map[which];
    if (!*map && !(*map = mem_zalloc(j->maps->cap, sizeof **map))) return (void)join_fail(j, VOC_E_NOMEM, NULL), NULL;
    return &(*map)[local];
}

static bool sound(struct joiner *j, voc_str s)
{
    if (s.len == 0) return (void)join_fail(j, VOC_E_BUG, "a string other than number 0 is empty"), false;
    if (s.len > PENDING_STRING_MAX) return (void)join_fail(j, VOC_E_LIMIT, "a string is longer than 64 MiB"), false;
    if (!text_utf8_valid(s.ptr, s.len)) return (void)join_fail(j, VOC_E_BUG, "a string is not UTF-8"), false;
    return true;
}

// The code of a string. What is in the dictionary was sound when it came, so that only what is new is looked at: behind its coming,
// as nothing is kept of an import that fails.
static uint32_t code_of(struct joiner *j, unsigned space, voc_str s, uint64_t hash)
{
    struct dict *names = j->q->names[space];
    const uint32_t known = dict_n(names);
    uint32_t code = 0, flags = 0;
    voc_rc rc = dict_code_hashed(names, s, hash, &code);
    if (rc != VOC_OK) return join_fail(j, rc, "too many distinct strings");
    if (code < known) return code;
    if (!sound(j, s)) return 0;
    if (space == SPACE_ALIASES && !aliases_read(s, &flags)) return join_fail(j, VOC_E_BUG, "an alias set is malformed");
    if (hash != hash64(s.ptr, s.len, 0)) return join_fail(j, VOC_E_BUG, "the hash of a string is wrong");
    j->q->set_flags |= flags;
    return code;
}

uint32_t join_name(struct joiner *j, unsigned space, uint32_t local)
{
    uint32_t *to = slot(j, space, local);
    if (!to) return 0;
    if (*to) return *to - 1;
    const struct coded_block *b = j->b;
    voc_str s = b->strings[local];
    uint32_t code = code_of(j, space, s, local - b->hash_from < b->n_hash ? b->hash[local - b->hash_from] : hash64(s.ptr, s.len, 0));
    if (j->rc == VOC_OK) *to = code + 1;
    return code;
}

uint32_t join_text(struct joiner *j, uint32_t local, bool raw)
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
    if (rc != VOC_OK) return join_fail(j, rc, "too many strings");
    uint32_t code = (uint32_t)j->q->heap.n;
    j->q->heap.at[j->q->heap.n++] = s;
    *to = code + 1;
    return code;
}

static void count_rows(struct pending *q, struct pending_maps *m, size_t from)
{
    for (unsigned k = 0; k < 2; k++)
        for (size_t i = from; i < m->tuple[k].n; i++) {
            struct joined_tuple *t = &m->tuple[k].at[i];
            if (t->code) q->tuple_rows.at[t->code - 1] += t->rows;
            t->rows = 0;
        }
}

void pending_count(struct pending *q)
{
    for (size_t k = 0; k < q->maps.n; k++) count_rows(q, &q->maps.at[k], 0);
}

// The maps of the sender, as long as its strings and tuples, and empty where those are new.
static voc_rc maps_ready(struct joiner *j)
{
    struct pending *q = j->q;
    const struct coded_block *b = j->b;
    size_t had = q->maps.n;
    uint32_t known = b->sender ? b->n_known : 0, known_tuples = b->sender ? b->n_known_tuples : 0;
    if (b->sender >= SENDERS_MAX || known > b->n_strings || known_tuples > b->events.n_tuples)
        return (void)join_fail(j, VOC_E_BUG, "what the last block had is out of range"), j->rc;
    voc_rc rc = b->sender < had ? VOC_OK : vec_reserve(&q->maps, b->sender + 1 - had, SENDERS_MAX);
    if (rc != VOC_OK) return rc;
    if (b->sender >= had) memset(q->maps.at + had, 0, (b->sender + 1 - had) * sizeof *q->maps.at), q->maps.n = b->sender + 1;
    struct pending_maps *m = j->maps = &q->maps.at[b->sender];
    if (known > m->cap || known_tuples > m->tuple[0].n) return (void)join_fail(j, VOC_E_BUG, "what the last block had is out of range"), j->rc;
    uint32_t cap = b->n_strings > m->cap ? b->n_strings + b->n_strings / 2 : m->cap;
    for (unsigned i = 0; i < MAPS; i++) {
        if (!m->map[i]) continue;
        uint32_t *more = cap > m->cap ? mem_realloc(m->map[i], (size_t)cap * sizeof *more) : m->map[i];
        if (!more) return VOC_E_NOMEM;
        m->map[i] = more;
        memset(more + known, 0, (cap > m->cap ? cap - known : b->n_strings - known) * sizeof *more);
    }
    m->cap = cap;
    if (known_tuples < m->tuple[0].n) count_rows(q, m, known_tuples);
    for (unsigned k = 0; k < 2; k++) {
        m->tuple[k].n = known_tuples;
        rc = vec_reserve(&m->tuple[k], (size_t)b->events.n_tuples - known_tuples + 1, UINT32_MAX);
        if (rc != VOC_OK) return rc;
        memset(m->tuple[k].at + known_tuples, 0, (b->events.n_tuples - known_tuples) * sizeof *m->tuple[k].at);
        m->tuple[k].n = b->events.n_tuples;
    }
    q->map_who.n = 0;
    rc = vec_reserve(&q->map_who, (size_t)b->n_strings + 1, UINT32_MAX);
    if (rc != VOC_OK) return rc;
    memset(q->map_who.at, 0, ((size_t)b->n_strings + 1) * sizeof *q->map_who.at);
    q->map_who.at[0] = q->nobody + 1;
    q->map_who.n = b->n_strings;
    return VOC_OK;
}

// ---- rows ------------------------------------------------------------------------------------------------------------------

// The tuple of event i with codes of the import, checked.
static void read_tuple(struct joiner *j, size_t i, bool named, struct event_tuple *to)
{
    const struct coded_events *c = &j->b->events;
    struct coded_tuple own = {0};
    const struct coded_tuple *t = &own;
    if (c->tuple) {
        t = &c->tuples[c->tuple[i]];
    } else {
        own.action = c->action[i];
        own.touchpoint = c->touchpoint ? c->touchpoint[i] : 0;
        own.channel = c->channel ? c->channel[i] : 0;
        own.campaign = c->campaign ? c->campaign[i] : 0;
        own.role = c->role ? c->role[i] : 0;
        own.owner = c->owner ? c->owner[i] : 0;
        own.language = c->language ? c->language[i] : 0;
        own.resolution = c->resolution ? c->resolution[i] : 0;
        own.actor = c->actor ? c->actor[i] : 0;
        own.ref_kind = c->ref_kind ? c->ref_kind[i] : 0;
    }
    if (t->action == 0) (void)join_fail(j, VOC_E_BUG, "an event has no action");
    if (t->resolution > VOC_RES_DAY || t->actor > VOC_ACTOR_OTHER || t->ref_kind > VOC_REF_CASE)
        (void)join_fail(j, VOC_E_BUG, "a resolution, actor or kind of reference is out of range");
    *to = (struct event_tuple){.action = join_name(j, SPACE_ACTION, t->action), .touchpoint = join_name(j, SPACE_TOUCHPOINT, t->touchpoint),
                               .channel = join_name(j, SPACE_CHANNEL, t->channel), .campaign = join_name(j, SPACE_CAMPAIGN, t->campaign),
                               .role = join_name(j, SPACE_ROLE, t->role), .owner = join_name(j, SPACE_OWNER, t->owner),
                               .language = join_name(j, SPACE_LANGUAGE, t->language), .resolution = t->resolution, .actor = t->actor,
                               .ref_kind = t->ref_kind, .named = named};
}

static uint32_t new_tuple(struct joiner *j, size_t i, bool named)
{
    struct event_tuple t;
    uint32_t code = 0;
    struct pending *q = j->q;
    read_tuple(j, i, named, &t);
    if (j->rc != VOC_OK) return 0;
    voc_rc rc = tuple_set_code(&q->tuples, &t, &code);
    if (rc == VOC_OK && code >= q->tuple_rows.n) {
        rc = vec_reserve(&q->tuple_rows, 1, UINT32_MAX);
        if (rc == VOC_OK) q->tuple_rows.at[q->tuple_rows.n++] = 0; // codes come one by one
    }
    return rc != VOC_OK || code >= PENDING_RARE ? join_fail(j, rc != VOC_OK ? rc : VOC_E_LIMIT, "too many distinct combinations of actions and touchpoints") : code;
}

// Of an event whose tuple is new to its sender.
static uint32_t tuple_of(struct joiner *j, size_t i, bool named)
{
    const struct coded_events *c = &j->b->events;
    uint32_t code = new_tuple(j, i, named);
    if (j->rc != VOC_OK) return 0;
    if (c->tuple) j->maps->tuple[named].at[c->tuple[i]] = (struct joined_tuple){code + 1, 1};
    else j->q->tuple_rows.at[code]++;
    return code;
}

// Whose event i is.
static uint32_t who_of(struct joiner *j, size_t i)
{
    const struct coded_events *c = &j->b->events;
    struct pending *q = j->q;
    const uint32_t customer = at(c->customer, i), account = at(c->account, i), case_id = at(c->case_id, i);
    uint32_t who = q->nobody;
    if (!account && !case_id && q->map_who.at[customer]) return q->map_who.at[customer] - 1;
    uint32_t our_case = join_name(j, SPACE_CASE, case_id), our_customer = join_name(j, SPACE_ALIASES, customer),
             our_account = join_name(j, SPACE_ALIASES, account);
    if (j->rc != VOC_OK) return who;
    voc_rc rc = pending_who_of(q, our_case, our_customer, our_account, &who);
    return rc == VOC_OK ? who : join_fail(j, rc, "too many people");
}

enum { LOOKUPS = 256 };
struct new_customers { uint32_t local[LOOKUPS], who[LOOKUPS]; uint64_t hash[LOOKUPS]; voc_str text[LOOKUPS]; size_t n; };

// Customers that are new to the block. Where they are new to the import, their slots and where they come to stand are asked for before.
static void join_customers(struct joiner *j, struct new_customers *f, bool to_import)
{
    struct pending *q = j->q;
    if (to_import) memset(f->who, 0, f->n * sizeof *f->who);
    else dict_find_all(q->names[SPACE_ALIASES], f->text, f->hash, f->n, f->who);
    for (size_t k = 0; k < f->n; k++) {
        const struct pending_partition *p = &q->part[f->hash[k] >> (64 - PARTITION_BITS)];
        if (!f->who[k]) dict_prefetch(q->names[SPACE_ALIASES], f->hash[k]);
        if (!f->who[k] && p->whos.n) __builtin_prefetch(&p->whos.at[p->whos.n], 1);
    }
    for (size_t k = 0; k < f->n && j->rc == VOC_OK; k++) {
        uint32_t who = 0, *to = &q->map_who.at[f->local[k]];
        if ((*to = f->who[k])) continue;
        const uint32_t code = code_of(j, SPACE_ALIASES, f->text[k], f->hash[k]);
        voc_rc rc = j->rc == VOC_OK ? pending_who_of(q, 0, code, 0, &who) : VOC_OK;
        if (rc != VOC_OK) (void)join_fail(j, rc, "too many people");
        *to = who + 1;
    }
    f->n = 0;
}

// Whether all strings that came with their hash are customers: then they are looked up where they lie.
static bool only_customers(const struct coded_events *c)
{
    return c->customer && !c->account && !c->case_id && !c->object && !c->thread && !c->id && !c->ref && !c->text && !c->attrs;
}

// Customers of the block that stand alone, looked up side by side: each lookup in a dictionary of a million would be waited for.
static void find_customers(struct joiner *j)
{
    const struct coded_events *c = &j->b->events;
    const struct coded_block *b = j->b;
    const bool others = c->account || c->case_id, listed = only_customers(c);
    uint32_t *map = j->q->map_who.at;
    struct new_customers f;
    f.n = 0;
    if (listed) dict_find_all(j->q->names[SPACE_ALIASES], b->strings + b->hash_from, b->hash, b->n_hash, map + b->hash_from);
    for (size_t i = 0; c->customer && i < c->n && j->rc == VOC_OK; i++) {
        const uint32_t x = c->customer[i];
        if (map[x] || (others && (at(c->account, i) || at(c->case_id, i)))) continue;
        map[x] = LATER;
        f.local[f.n] = x;
        f.text[f.n] = b->strings[x];
        f.hash[f.n++] = x - b->hash_from < b->n_hash ? b->hash[x - b->hash_from] : hash64(b->strings[x].ptr, b->strings[x].len, 0);
        if (f.n == LOOKUPS) join_customers(j, &f, listed);
    }
    join_customers(j, &f, listed);
}

static void group_whos(struct joiner *j, size_t from, size_t to, uint32_t who[JOIN_GROUP])
{
    const struct coded_events *c = &j->b->events;
    const uint32_t *map = j->q->map_who.at;
    if (c->customer && !c->account && !c->case_id)
        for (size_t i = from; i < to; i++) who[i - from] = map[c->customer[i]] - 1;
    else
        for (size_t i = from; i < to; i++) who[i - from] = who_of(j, i);
}

// ---- events ----------------------------------------------------------------------------------------------------------------

// What can be said of all rows at once.
static void check_events(struct joiner *j)
{
    const struct coded_events *c = &j->b->events;
    struct pending *q = j->q;
    struct column_range time, record;
    uint64_t lines = 0;
    uint32_t top_tuple = 0, top_customer = 0;
    bool differ = false;
    if (c->n == 0) return;
    if (c->n > UINT32_MAX - 1 - q->n_events) return (void)join_fail(j, VOC_E_LIMIT, "too many events");
    if (q->n_events == 0) join_rows_begin(q, c), q->first_line = (int64_t)((c->line ? c->line[0] : 0) - c->record[0]);
    column_range(&time, c->time_us, c->n);
    column_range(&record, (const int64_t *)c->record, c->n);
    for (size_t i = 0; i < c->n; i++) {
        const uint64_t line = c->line ? c->line[i] : 0;
        lines |= line;
        differ |= line - c->record[i] != (uint64_t)q->first_line;
    }
    for (size_t i = 0; c->tuple && i < c->n; i++) top_tuple = c->tuple[i] > top_tuple ? c->tuple[i] : top_tuple;
    for (size_t i = 0; c->customer && i < c->n; i++) top_customer = c->customer[i] > top_customer ? c->customer[i] : top_customer;
    bool up = !c->amount_row || c->n_amounts <= c->n;
    for (size_t k = 0; c->amount_row && up && k < c->n_amounts; k++)
        up = c->amount_row[k] < c->n && (k == 0 || c->amount_row[k] > c->amount_row[k - 1]);
    if (!up) (void)join_fail(j, VOC_E_BUG, "amounts are of no rows");
    if (time.min == VOC_NA) (void)join_fail(j, VOC_E_BUG, "an event has no time");
    if (record.min < 0 || lines > INT64_MAX) (void)join_fail(j, VOC_E_BUG, "a record or line number is out of range");
    if (c->tuple && top_tuple >= c->n_tuples) (void)join_fail(j, VOC_E_BUG, "the number of a tuple is out of range");
    if (top_customer && top_customer >= j->b->n_strings) (void)join_fail(j, VOC_E_BUG, "a string code is out of range");
    if ((uint64_t)record.max > q->last_record) q->last_record = (uint64_t)record.max;
    if (differ && !q->lines_differ)
        for (unsigned p = 0; p < PARTITIONS; p++) q->end[p].small_to = q->end[p].to = q->end[p].next; // the next row begins a chunk that has lines
    q->lines_differ |= differ;
}

// Most rows name somebody.
static void fetch_tuples(const struct joiner *j, size_t from, size_t to)
{
    const uint32_t *local = j->b->events.tuple;
    const struct joined_tuple *known = j->maps->tuple[1].at;
    for (size_t i = from; local && i < to; i++) __builtin_prefetch(&known[local[i]]);
}

// Tuples of a group whose rows are of known people.
static void group_tuples(struct joiner *j, size_t from, size_t to, const uint32_t who[JOIN_GROUP], uint32_t tuple[JOIN_GROUP])
{
    const uint32_t *local = j->b->events.tuple, nobody = j->q->nobody;
    struct joined_tuple *known[2] = {j->maps->tuple[0].at, j->maps->tuple[1].at};
    for (size_t i = from; i < to && j->rc == VOC_OK; i++) {
        struct joined_tuple *t = local ? &known[who[i - from] != nobody][local[i]] : NULL;
        if (t && t->code) tuple[i - from] = t->code - 1, t->rows++;
        else tuple[i - from] = tuple_of(j, i, who[i - from] != nobody);
    }
}

// Rows of one group. Each step is taken for all of them before the next one.
static void add_group(struct joiner *j, size_t from, size_t to)
{
    struct rare_group few;
    uint32_t who[JOIN_GROUP], tuple[JOIN_GROUP], rare[JOIN_GROUP];
    join_rare_begin(j, from, to, &few);
    fetch_tuples(j, from, to);
    join_rare_fetch(j, &few);
    group_whos(j, from, to, who);
    if (j->rc == VOC_OK) group_tuples(j, from, to, who, tuple);
    if (j->rc == VOC_OK) join_rare(j, &few, rare);
    if (j->rc != VOC_OK) return;
    join_rows(j, from, to, who, tuple, rare);
}

static void add_events(struct joiner *j)
{
    const size_t n = j->b->events.n;
    check_events(j);
    if (j->rc == VOC_OK) find_customers(j);
    for (size_t from = 0; j->rc == VOC_OK && from < n; from += JOIN_GROUP) add_group(j, from, n - from < JOIN_GROUP ? n : from + JOIN_GROUP);
    for (unsigned p = 0; p < PARTITIONS; p++) join_rows_count(j->q, p);
    if (j->rc == VOC_OK) j->q->n_events += n;
}

static void add_fact(struct joiner *j, const struct coded_fact *f)
{
    // An attribute on a word's or link's row is one of its entity, not another word or link.
    bool on_other = f->key && (f->kind == VOC_ROW_WORD || f->kind == VOC_ROW_LINK);
    bool is_case = f->entity == VOC_ENTITY_CASE, is_attribute = f->kind == VOC_ROW_ATTRIBUTE || on_other;
    struct pending_fact to = {
        .time_us = f->time_us,
        .integer = f->integer,
        .number = f->number,
        .record = f->record,
        .line = f->line,
        .kind = on_other ? VOC_ROW_ATTRIBUTE : f->kind,
        .entity = f->entity,
        .type = f->type,
        .resolution = f->resolution,
        .ref_kind = f->ref_kind,
        .sub = f->sub,
        .a = join_name(j, is_case ? SPACE_CASE : SPACE_ALIASES, f->a),
        .b = join_name(j, SPACE_ALIASES, f->b),
        .key = join_name(j, SPACE_KEY, f->key),
        .value = is_attribute ? join_name(j, SPACE_VALUE, f->text) : 0,
        .text = is_attribute ? 0 : join_text(j, f->text, false),
        .unit = f->kind == VOC_ROW_MEASURE ? join_name(j, SPACE_KEY, f->unit) : join_text(j, f->unit, false),
        .language = join_text(j, f->language, false),
        .ref = join_text(j, f->ref, false),
        .id = join_text(j, f->id, false),
    };
    if (to.kind < VOC_ROW_WORD || to.kind > VOC_ROW_REFERENCE || to.entity > VOC_ENTITY_CASE || to.type > VOC_TYPE_MONEY ||
        to.resolution > VOC_RES_DAY || to.ref_kind > VOC_REF_CASE)
        (void)join_fail(j, VOC_E_BUG, "a kind, entity, type, resolution or kind of reference is out of range");
    if ((is_attribute || to.kind == VOC_ROW_MEASURE) && to.key == 0) (void)join_fail(j, VOC_E_BUG, "an attribute or measure has no key");
    if (to.kind == VOC_ROW_REFERENCE && (to.key == 0 || to.text == 0 || to.entity != VOC_ENTITY_EVENT))
        (void)join_fail(j, VOC_E_BUG, "a row of a reference table lacks its table or its cells");
    if (is_attribute && to.entity == VOC_ENTITY_EVENT) (void)join_fail(j, VOC_E_BUG, "an event's own attribute came as one of an entity");
    if (to.kind == VOC_ROW_LINK && (is_case || to.a == 0 || to.b == 0)) (void)join_fail(j, VOC_E_BUG, "a link lacks one of its aliases");
    if ((to.kind == VOC_ROW_WORD || to.kind == VOC_ROW_MEASURE) && to.time_us == VOC_NA) (void)join_fail(j, VOC_E_BUG, "a word or measure has no time");
    if (!isfinite(to.number)) (void)join_fail(j, VOC_E_BUG, "a number is not finite");
    if (to.record > INT64_MAX || to.line > INT64_MAX) (void)join_fail(j, VOC_E_BUG, "a record or line number is out of range");
    if (to.id) j->q->has_ids = true;
    voc_rc rc = vec_reserve(&j->q->facts, 1, UINT32_MAX - 1);
    if (rc != VOC_OK) (void)join_fail(j, rc, "too many rows");
    if (j->rc == VOC_OK) j->q->facts.at[j->q->facts.n++] = to;
}

static void add_reject(struct joiner *j, const struct coded_reject *r)
{
    struct pending_reject to = {.record = r->record, .line = r->line, .code = join_text(j, r->code, false),
                                .reason = join_text(j, r->reason, false), .raw = join_text(j, r->raw, true)};
    if (to.record > INT64_MAX || to.line > INT64_MAX) (void)join_fail(j, VOC_E_BUG, "a record or line number is out of range");
    voc_rc rc = vec_reserve(&j->q->rejects, 1, UINT32_MAX - 1);
    if (rc != VOC_OK) (void)join_fail(j, rc, "too many rejects");
    if (j->rc == VOC_OK) j->q->rejects.at[j->q->rejects.n++] = to;
}

voc_rc pending_add(struct pending *q, const struct coded_block *b, const char **why)
{
    struct joiner j = {.q = q, .b = b};
    const struct coded_events *c = &b->events;
    voc_rc rc;
    *why = "";
    if (b->n_strings && b->strings[0].len) (void)join_fail(&j, VOC_E_BUG, "string 0 is not empty");
    if (c->n && (!c->time_us || !c->record || (c->tuple ? !c->tuples : !c->action)))
        (void)join_fail(&j, VOC_E_BUG, "events come without time, action or record");
    if (j.rc == VOC_OK && (rc = maps_ready(&j)) != VOC_OK) (void)join_fail(&j, rc, "too many strings");
    j.has_texts = c->object || c->thread || c->id || c->ref || c->text || c->attrs;
    if (j.rc == VOC_OK) add_events(&j);
    for (size_t i = 0; j.rc == VOC_OK && i < b->n_facts; i++) add_fact(&j, &b->facts[i]);
    for (size_t i = 0; j.rc == VOC_OK && i < b->n_rejects; i++) add_reject(&j, &b->rejects[i]);
    if (j.rc != VOC_OK && j.why) *why = j.why;
    return j.rc;
}
