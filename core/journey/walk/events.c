// SPDX-License-Identifier: MIT
// Events as arrays: read from a project, or added row by row (samples, tests). Filled by one thread, then read by all.
// Columns that were not asked for stay NULL. A set from a project borrows the project's dictionaries, so it goes first.
#include "journey/walk/events.h"
#include <stdlib.h>

#define EVENTS_MAX ((size_t)UINT32_MAX - 1u)
#define STRINGS_BYTES_MAX ((size_t)1 << 36)
// What order, people and touchpoints need, whatever the analysis reads.
#define EV_ALWAYS                                                                                                              \
    (EV_TIME | EV_RESOLUTION | EV_ACTOR | EV_ACTION | EV_TOUCHPOINT | EV_CHANNEL | EV_CAMPAIGN | EV_CASE | EV_ROLE | EV_THREAD | \
     EV_CUSTOMER | EV_ACCOUNT | EV_SOURCE | EV_REF | EV_ID | EV_PLACE)

struct pending { uint32_t entity, aliases; voc_str key, text; int64_t valid_from_us; }; // aliases: case code for cases
struct event_rows { // what an event_set is inside; `set` first
    struct event_set set;
    VEC(struct store_member) members;
    VEC(struct pending) pending;
    struct buf scratch;
};

static const struct column { size_t offset; uint8_t width; uint32_t flag; } columns[] = {
#define COLUMN(field, flag) {offsetof(struct event_set, field), sizeof *((struct event_set *)0)->field, flag}
    COLUMN(time_us, EV_TIME), COLUMN(resolution, EV_RESOLUTION), COLUMN(actor, EV_ACTOR), COLUMN(ref_kind, EV_REF),
    COLUMN(action, EV_ACTION), COLUMN(touchpoint, EV_TOUCHPOINT), COLUMN(channel, EV_CHANNEL), COLUMN(campaign, EV_CAMPAIGN),
    COLUMN(object, EV_OBJECT), COLUMN(case_id, EV_CASE), COLUMN(role, EV_ROLE), COLUMN(owner, EV_OWNER),
    COLUMN(thread, EV_THREAD), COLUMN(source, EV_SOURCE), COLUMN(customer, EV_CUSTOMER), COLUMN(account, EV_ACCOUNT),
    COLUMN(minutes, EV_MONEY), COLUMN(cost, EV_MONEY), COLUMN(value, EV_MONEY), COLUMN(id, EV_ID), COLUMN(ref, EV_REF),
    COLUMN(text, EV_TEXT), COLUMN(attrs, EV_ATTRS), COLUMN(record, EV_PLACE), COLUMN(line, EV_PLACE), COLUMN(sub, EV_PLACE),
#undef COLUMN
};
#define N_COLUMNS (sizeof columns / sizeof *columns)

static struct event_rows *rows_of(struct event_set *s) { return (struct event_rows *)(void *)s; }

static void *column_get(const struct event_set *s, size_t c)
{
    void *p;
    memcpy(&p, (const char *)s + columns[c].offset, sizeof p);
    return p;
}

static void column_set(struct event_set *s, size_t c, void *p) { memcpy((char *)s + columns[c].offset, &p, sizeof p); }

static voc_rc make_room(struct event_set *s, size_t extra, uint32_t wanted)
{
    if (extra > EVENTS_MAX || s->n > EVENTS_MAX - extra) return VOC_E_LIMIT;
    if (s->n + extra <= s->cap) return VOC_OK;
    size_t cap = s->cap ? s->cap : 256;
    while (cap < s->n + extra) cap *= 2;
    for (size_t c = 0; c < N_COLUMNS; c++) {
        size_t bytes;
        if (!(columns[c].flag & wanted)) continue;
        if (!mem_mul(cap, columns[c].width, &bytes)) return VOC_E_LIMIT;
        void *p = mem_realloc(column_get(s, c), bytes);
        if (!p) return VOC_E_NOMEM;
        column_set(s, c, p);
    }
    s->cap = cap;
    return VOC_OK;
}

voc_rc event_set_new(struct event_set **out)
{
    struct event_rows *r = mem_zalloc(1, sizeof *r);
    if (!r) return VOC_E_NOMEM;
    arena_init(&r->set.arena, 0);
    buf_init(&r->scratch, (size_t)1 << 28);
    *out = &r->set;
    return VOC_OK;
}

void event_set_free(struct event_set *s)
{
    if (!s) return;
    struct event_rows *r = rows_of(s);
    for (size_t c = 0; c < N_COLUMNS; c++) mem_free(column_get(s, c));
    for (size_t i = 0; i < SPACE_N; i++) {
        if (!s->dicts[i]) continue;
        dict_free(s->dicts[i]);
        mem_free((void *)s->strings[i]); // ours only where the dictionary is
    }
    identity_free(s->identity);
    mem_free(s->attributes);
    mem_free(s->sources);
    arena_done(&s->arena);
    vec_free(&r->members);
    vec_free(&r->pending);
    buf_done(&r->scratch);
    mem_free(r);
}

static voc_rc keep(struct event_set *s, voc_str from, voc_str *to)
{
    bool ok = true;
    *to = (voc_str){"", 0};
    if (from.len) *to = arena_str(&s->arena, from.ptr, from.len, &ok);
    return ok ? VOC_OK : VOC_E_NOMEM;
}

// ---- attributes, sources ------------------------------------------------------------------------------------------------------------

static voc_rc add_pending(struct event_set *s, uint32_t entity, uint32_t aliases, voc_str key, voc_str text, int64_t from_us)
{
    struct event_rows *r = rows_of(s);
    voc_rc rc = vec_reserve(&r->pending, 1, EVENTS_MAX);
    if (rc) return rc;
    struct pending p = {.entity = entity, .aliases = aliases, .valid_from_us = from_us};
    if ((rc = keep(s, key, &p.key)) || (rc = keep(s, text, &p.text))) return rc;
    r->pending.at[r->pending.n++] = p;
    return VOC_OK;
}

static int attribute_order(const void *x, const void *y)
{
    const struct event_attribute *a = x, *b = y;
    if (a->entity != b->entity) return a->entity < b->entity ? -1 : 1;
    if (a->who != b->who) return a->who < b->who ? -1 : 1;
    int c = str_cmp(a->key, b->key);
    if (c) return c;
    if (a->valid_from_us != b->valid_from_us) return a->valid_from_us < b->valid_from_us ? -1 : 1;
    return str_cmp(a->text, b->text);
}

// Attributes of alias sets become those of the people and accounts behind them. Of two values at one time the bytewise
// greater one holds, whatever the order of import.
static voc_rc settle_attributes(struct event_set *s)
{
    struct event_rows *r = rows_of(s);
    size_t n = 0;
    s->attributes = mem_zalloc(r->pending.n + 1, sizeof *s->attributes);
    if (!s->attributes) return VOC_E_NOMEM;
    for (size_t i = 0; i < r->pending.n; i++) {
        const struct pending *p = &r->pending.at[i];
        uint32_t who = p->entity == VOC_ENTITY_INDIVIDUAL ? identity_individual(s->identity, p->aliases)
                     : p->entity == VOC_ENTITY_ACCOUNT    ? identity_account(s->identity, p->aliases)
                                                          : p->aliases;
        if (who) s->attributes[n++] = (struct event_attribute){p->entity, who, p->key, p->text, p->valid_from_us};
    }
    if (n) qsort(s->attributes, n, sizeof *s->attributes, attribute_order);
    s->n_attributes = n;
    vec_free(&r->pending);
    return VOC_OK;
}

static int source_order(const void *x, const void *y)
{
    return str_cmp(((const struct event_source *)x)->id, ((const struct event_source *)y)->id);
}

static voc_rc add_source(struct event_set *s, const struct event_source *from)
{
    struct event_source *p = mem_realloc(s->sources, (s->n_sources + 1) * sizeof *p);
    if (!p) return VOC_E_NOMEM;
    s->sources = p;
    p[s->n_sources] = *from;
    voc_rc rc = keep(s, from->id, &p[s->n_sources].id);
    if (!rc) s->n_sources++;
    return rc;
}

// ---- from a project -------------------------------------------------------------------------------------------------------------------

static voc_rc load_source(void *user, const struct store_source *from)
{
    struct event_source e = {.id = from->id, .actor_assumed = from->actor_assumed, .watermark_none = from->watermark_none,
                             .resolution = from->resolution, .last_resolution = from->last_resolution,
                             .watermark_us = from->watermark_us, .last_us = from->last_us, .first_us = from->first_us,
                             .events = from->events};
    return add_source(user, &e);
}

static voc_rc load_attribute(void *user, const struct store_attribute *a)
{
    if (a->entity == VOC_ENTITY_EVENT || a->entity > VOC_ENTITY_CASE) return VOC_OK;
    return add_pending(user, a->entity, a->aliases, a->key, a->text, a->valid_from_us);
}

// One column of slices of a block, copied behind each other.
static voc_rc load_strings(struct event_set *s, voc_str *to, const voc_str *from, size_t n)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        if (!mem_add(bytes, from[i].len, &bytes)) return VOC_E_LIMIT;
    char *at = bytes ? arena_alloc(&s->arena, bytes) : NULL;
    if (bytes && !at) return VOC_E_NOMEM;
    for (size_t i = 0; i < n; i++) {
        to[i] = (voc_str){"", 0};
        if (!from[i].len) continue;
        memcpy(at, from[i].ptr, from[i].len);
        to[i] = str_mk(at, from[i].len);
        at += from[i].len;
    }
    return VOC_OK;
}

// The block's arrays in the order of `columns`.
static voc_rc load_block(struct event_set *s, const struct event_block *b, uint32_t wanted)
{
    voc_rc rc = make_room(s, b->n, wanted);
    if (rc) return rc;
    const void *from[N_COLUMNS] = {b->time_us, b->resolution, b->actor, b->ref_kind, b->action, b->touchpoint, b->channel, b->campaign,
                                   b->object, b->case_id, b->role, b->owner, b->thread, b->source, b->customer, b->account,
                                   b->minutes, b->cost, b->value, b->id, b->ref, b->text, b->attrs, b->record, b->line, b->sub};
    for (size_t c = 0; c < N_COLUMNS; c++) {
        if (!(columns[c].flag & wanted)) continue;
        if (!from[c]) return VOC_E_BUG;
        char *to = (char *)column_get(s, c) + s->n * columns[c].width;
        if (columns[c].width != sizeof(voc_str)) memcpy(to, from[c], b->n * columns[c].width);
        else if ((rc = load_strings(s, (voc_str *)(void *)to, from[c], b->n))) return rc;
    }
    s->n += b->n;
    return VOC_OK;
}

static voc_rc load_events(struct event_set *s, struct project *p, uint32_t wanted, struct diag *d)
{
    struct event_reader *reader = NULL;
    voc_rc rc = event_reader_open(&reader, p, wanted, d);
    while (!rc) {
        struct event_block b = {0};
        if ((rc = event_reader_next(reader, &b)) || b.n == 0) break;
        rc = load_block(s, &b, wanted);
    }
    event_reader_close(reader);
    return rc;
}

voc_rc event_set_open(struct event_set **out, struct project *p, enum event_people people, struct diag *d)
{
    struct event_set *s = NULL;
    voc_rc rc = event_set_new(&s);
    if (rc) return rc;
    if (people == PEOPLE_UNNAMED) rc = identity_load_unnamed(&s->identity, p);
    const bool unnamed = s->identity != NULL;
    for (int i = 0; !rc && i < SPACE_N; i++)
        if (!unnamed || i != SPACE_ALIASES) rc = store_strings(p, (enum store_space)i, &s->strings[i], &s->n_strings[i]);
    if (!rc && !unnamed) rc = people == PEOPLE_LINKED ? identity_load(&s->identity, p, d) : identity_load_simple(&s->identity, p, d);
    bool made = !rc && s->identity;
    if (made) rc = store_sources(p, load_source, s);
    if (made && !rc) rc = store_attributes(p, load_attribute, s);
    if (made && !rc) rc = settle_attributes(s);
    if (rc || !made) {
        event_set_free(s);
        if (!rc) *out = NULL;
        return rc;
    }
    if (s->n_sources) qsort(s->sources, s->n_sources, sizeof *s->sources, source_order);
    *out = s;
    return VOC_OK;
}

voc_rc event_set_load(struct event_set **out, struct project *p, uint32_t columns_wanted, struct diag *d)
{
    struct event_set *s = NULL;
    voc_rc rc = event_set_open(&s, p, PEOPLE_LINKED, d);
    if (!rc) rc = load_events(s, p, (columns_wanted | EV_ALWAYS) & EV_ALL, d);
    if (rc) event_set_free(s);
    else *out = s;
    return rc;
}

// ---- from rows ------------------------------------------------------------------------------------------------------------------------

static voc_rc code_in(struct event_set *s, enum store_space space, voc_str text, uint32_t *code)
{
    voc_rc rc = VOC_OK;
    if (!s->dicts[space]) {
        uint32_t empty;
        rc = dict_new(&s->dicts[space], STRINGS_BYTES_MAX);
        if (!rc) rc = dict_code(s->dicts[space], (voc_str){"", 0}, &empty);
    }
    return rc ? rc : dict_code(s->dicts[space], text, code);
}

static voc_rc code_aliases(struct event_set *s, const voc_alias *aliases, size_t n, uint32_t *code)
{
    struct buf *b = &rows_of(s)->scratch;
    buf_clear(b);
    voc_rc rc = n ? aliases_encode(b, aliases, n) : VOC_OK;
    return rc ? rc : code_in(s, SPACE_ALIASES, str_mk(b->len ? b->ptr : "", b->len), code);
}

// The event's own attributes as a JSON object of strings; those of its entities hold from its time on.
static voc_rc add_attrs(struct event_set *s, const voc_row *row, uint32_t customer, uint32_t account, uint32_t case_id, voc_str *own)
{
    struct buf *b = &rows_of(s)->scratch;
    buf_clear(b);
    for (size_t i = 0; i < row->n_attrs; i++) {
        const voc_attr *a = &row->attrs[i];
        uint32_t who = a->entity == VOC_ENTITY_INDIVIDUAL ? customer : a->entity == VOC_ENTITY_ACCOUNT ? account : case_id;
        voc_rc rc = VOC_OK;
        if (a->entity != VOC_ENTITY_EVENT) rc = who ? add_pending(s, a->entity, who, a->key, a->text, row->time_us) : VOC_OK;
        if (rc) return rc;
        if (a->entity != VOC_ENTITY_EVENT || row->kind != VOC_ROW_EVENT) continue;
        buf_byte(b, b->len ? ',' : '{');
        buf_json(b, a->key);
        buf_byte(b, ':');
        buf_json(b, a->text);
    }
    if (b->len) buf_byte(b, '}');
    if (b->rc) return b->rc;
    return keep(s, str_mk(b->len ? b->ptr : "", b->len), own);
}

static voc_rc add_member(struct event_set *s, uint32_t customer, uint32_t account, int64_t time_us)
{
    struct event_rows *r = rows_of(s);
    if (!customer || !account) return VOC_OK;
    for (size_t i = r->members.n; i-- > 0;) { // a few rows in samples and tests: a scan does
        struct store_member *m = &r->members.at[i];
        if (m->customer != customer || m->account != account) continue;
        if (time_us < m->valid_from_us) m->valid_from_us = time_us;
        return VOC_OK;
    }
    voc_rc rc = vec_reserve(&r->members, 1, EVENTS_MAX);
    if (!rc) r->members.at[r->members.n++] = (struct store_member){customer, account, time_us};
    return rc;
}

static voc_rc add_event(struct event_set *s, const voc_row *row, voc_str source, uint32_t customer, uint32_t account, uint32_t case_id, voc_str attrs)
{
    voc_rc rc = make_room(s, 1, EV_ALL);
    if (rc) return rc;
    size_t i = s->n;
    struct { enum store_space space; voc_str text; uint32_t *to; } coded[] = {
        {SPACE_ACTION, row->action, &s->action[i]}, {SPACE_TOUCHPOINT, row->touchpoint, &s->touchpoint[i]},
        {SPACE_CHANNEL, row->channel, &s->channel[i]}, {SPACE_CAMPAIGN, row->campaign, &s->campaign[i]},
        {SPACE_OBJECT, row->object, &s->object[i]}, {SPACE_ROLE, row->role, &s->role[i]}, {SPACE_OWNER, row->owner, &s->owner[i]},
        {SPACE_THREAD, row->thread, &s->thread[i]}, {SPACE_SOURCE, source, &s->source[i]},
    };
    for (size_t k = 0; k < sizeof coded / sizeof *coded; k++)
        if ((rc = code_in(s, coded[k].space, coded[k].text, coded[k].to))) return rc;
    if ((rc = keep(s, row->id, &s->id[i])) || (rc = keep(s, row->ref, &s->ref[i])) || (rc = keep(s, row->text, &s->text[i]))) return rc;
    s->time_us[i] = row->time_us;
    s->resolution[i] = (uint8_t)row->resolution;
    s->actor[i] = (uint8_t)row->actor;
    s->ref_kind[i] = (uint8_t)row->ref_kind;
    s->case_id[i] = case_id;
    s->customer[i] = customer;
    s->account[i] = account;
    s->minutes[i] = row->minutes;
    s->cost[i] = row->cost;
    s->value[i] = row->value;
    s->attrs[i] = attrs;
    s->record[i] = s->line[i] = row->record;
    s->sub[i] = (uint32_t)i; // rows of one record keep the order in which they were added
    s->n++;
    return VOC_OK;
}

voc_rc event_set_add(struct event_set *s, const voc_row *row, voc_str source)
{
    if (s->identity) return VOC_E_BUG; // sealed
    if (row->kind != VOC_ROW_EVENT && row->kind != VOC_ROW_ATTRIBUTE) return VOC_OK; // nothing of a journey
    uint32_t customer = 0, account = 0, case_id = 0;
    voc_str attrs;
    voc_rc rc = code_aliases(s, row->customer, row->n_customer, &customer);
    if (!rc) rc = code_aliases(s, row->account, row->n_account, &account);
    if (!rc) rc = code_in(s, SPACE_CASE, row->case_id, &case_id);
    if (!rc) rc = add_attrs(s, row, customer, account, case_id, &attrs);
    if (!rc) rc = add_member(s, customer, account, row->time_us);
    return rc || row->kind != VOC_ROW_EVENT ? rc : add_event(s, row, source, customer, account, case_id, attrs);
}

static voc_rc settle_sources(struct event_set *s)
{
    for (uint32_t c = 0; c < s->n_strings[SPACE_SOURCE]; c++) {
        struct event_source e = {.id = s->strings[SPACE_SOURCE][c], .watermark_us = VOC_NA, .last_us = VOC_NA, .first_us = VOC_NA};
        for (size_t i = 0; i < s->n; i++) {
            if (s->source[i] != c) continue;
            if (!e.events || s->time_us[i] > e.last_us) e.last_us = s->time_us[i];
            if (!e.events || s->time_us[i] < e.first_us) e.first_us = s->time_us[i];
            if (s->resolution[i] > e.resolution) e.resolution = s->resolution[i];
            e.events++;
        }
        voc_rc rc = e.events ? add_source(s, &e) : VOC_OK;
        if (rc) return rc;
    }
    if (s->n_sources) qsort(s->sources, s->n_sources, sizeof *s->sources, source_order);
    return VOC_OK;
}

// People of the rows, linked by what stands on one of them.
static voc_rc seal_people(struct event_set *s)
{
    struct event_rows *r = rows_of(s);
    struct linking *links = NULL;
    const uint32_t n = s->n_strings[SPACE_ALIASES];
    bool *of_people = mem_zalloc(n, sizeof *of_people);
    for (size_t i = 0; of_people && i < s->n; i++) of_people[s->customer[i]] = true;
    for (size_t i = 0; of_people && i < r->pending.n; i++)
        if (r->pending.at[i].entity == VOC_ENTITY_INDIVIDUAL) of_people[r->pending.at[i].aliases] = true;
    for (size_t i = 0; of_people && i < r->members.n; i++) of_people[r->members.at[i].customer] = true;
    voc_rc rc = of_people ? linking_of_sets(&links, s->strings[SPACE_ALIASES], n, of_people) : VOC_E_NOMEM;
    if (!rc) rc = identity_make(&s->identity, s->strings[SPACE_ALIASES], n, r->members.at, r->members.n, links);
    linking_free(links);
    mem_free(of_people);
    return rc;
}

voc_rc event_set_seal(struct event_set *s)
{
    if (s->identity) return VOC_E_BUG;
    for (size_t i = 0; i < SPACE_N; i++) {
        uint32_t empty;
        voc_rc rc = code_in(s, (enum store_space)i, (voc_str){"", 0}, &empty); // every space has its code 0
        if (rc) return rc;
        uint32_t n = dict_n(s->dicts[i]);
        voc_str *strings = mem_alloc((size_t)n * sizeof *strings);
        if (!strings) return VOC_E_NOMEM;
        for (uint32_t c = 0; c < n; c++) strings[c] = dict_at(s->dicts[i], c);
        mem_free((void *)s->strings[i]); // a seal that failed half way
        s->strings[i] = strings;
        s->n_strings[i] = n;
    }
    s->n_sources = 0;
    voc_rc rc = settle_sources(s);
    if (!rc) rc = seal_people(s);
    return rc ? rc : settle_attributes(s);
}
