// SPDX-License-Identifier: MIT
// Fields of rows, and how they come out of a batch of units: which columns a query's fields ask of a batch, which rows of it are
// kept, and their fields one after the other into the slabs of the thread. Rows of one unit are a segment.
#include "host/views/views_fill.h"

#include "base/str.h"

#define SLAB_FIRST 1024u
#define SLAB_ROWS 262144u
#define TEXT_BYTES ((size_t)65536)
#define ROWS_MAX VIEWS_ROWS_MAX

// ---- fields ----------------------------------------------------------------------------------------------------------------------------

#define NO_COLUMN 0xFFu
static const struct { uint8_t width, column; uint32_t reads; } fields[S_N] = {
    [S_STAY] = {sizeof(voc_stay), NO_COLUMN, 0}, [S_SUMMARY] = {sizeof(struct summary), NO_COLUMN, 0},
    [S_ID] = {sizeof(voc_str), NO_COLUMN, EV_ID}, [S_REF] = {sizeof(voc_str), NO_COLUMN, EV_REF},
    [S_TEXT] = {sizeof(voc_str), NO_COLUMN, EV_TEXT}, [S_ATTRS] = {sizeof(voc_str), NO_COLUMN, EV_ATTRS},
    [S_LANGUAGE] = {sizeof(voc_str), NO_COLUMN, 0}, [S_ORIGIN] = {sizeof(voc_str), NO_COLUMN, 0}, [S_FILE] = {sizeof(voc_str), NO_COLUMN, 0},
    [S_TIME] = {8, VOC_COL_TIME, 0}, [S_MINUTES] = {8, VOC_COL_MINUTES, EV_MONEY}, [S_COST] = {8, VOC_COL_COST, EV_MONEY},
    [S_VALUE] = {8, VOC_COL_VALUE, EV_MONEY}, [S_LINE] = {8, NO_COLUMN, EV_PLACE},
    [S_ACTION] = {4, VOC_COL_ACTION, 0}, [S_TOUCHPOINT] = {4, VOC_COL_TOUCHPOINT, 0}, [S_CHANNEL] = {4, VOC_COL_CHANNEL, 0},
    [S_CAMPAIGN] = {4, VOC_COL_CAMPAIGN, 0}, [S_OBJECT] = {4, VOC_COL_OBJECT, EV_OBJECT}, [S_ROLE] = {4, VOC_COL_ROLE, 0},
    [S_SEGMENT] = {4, VOC_COL_SEGMENT, 0}, [S_STAGE] = {4, VOC_COL_STAGE, 0}, [S_OWNER] = {4, VOC_COL_OWNER, EV_OWNER},
    [S_THREAD] = {4, VOC_COL_THREAD, 0}, [S_INDIVIDUAL] = {4, VOC_COL_INDIVIDUAL, 0}, [S_ACCOUNT] = {4, VOC_COL_ACCOUNT, 0},
    [S_CASE] = {4, VOC_COL_CASE, 0}, [S_EPISODE] = {4, NO_COLUMN, 0}, [S_SOURCE] = {4, NO_COLUMN, EV_SOURCE}, [S_PLACE] = {4, NO_COLUMN, 0},
    [S_PERSON_ROLE] = {4, NO_COLUMN, 0}, [S_PERSON_STAGE] = {4, NO_COLUMN, 0}, [S_THEME] = {4, NO_COLUMN, 0}, [S_AFFIRMED] = {4, NO_COLUMN, 0},
    [S_NEGATED] = {4, NO_COLUMN, 0}, [S_DIRECT] = {4, NO_COLUMN, 0}, [S_THEMES] = {4, NO_COLUMN, 0}, [S_UNDECIDED] = {1, NO_COLUMN, 0},
    [S_RESOLUTION] = {1, VOC_COL_RESOLUTION, 0}, [S_ACTOR] = {1, VOC_COL_ACTOR, 0}, [S_CLASS] = {1, VOC_COL_CLASS, 0},
    [S_DELIVERED] = {1, VOC_COL_DELIVERED, EV_REF | EV_ID | EV_THREAD},
};

static uint64_t stored_for_said(const uint8_t *is, size_t n, uint64_t columns)
{
    static const uint64_t of_said[] = {
        [W_INDIVIDUAL] = STORED(S_INDIVIDUAL), [W_ROLE] = STORED(S_PERSON_ROLE), [W_STAGE] = STORED(S_STAGE), [W_PERSON_STAGE] = STORED(S_PERSON_STAGE),
        [W_TIME] = STORED(S_TIME) | STORED(S_RESOLUTION), [W_TIME_US] = STORED(S_TIME), [W_RESOLUTION] = STORED(S_RESOLUTION), [W_EVENT] = STORED(S_REF),
        [W_ID] = STORED(S_ID), [W_LANGUAGE] = STORED(S_LANGUAGE), [W_SOURCE] = STORED(S_ORIGIN), [W_FILE] = STORED(S_FILE), [W_LINE] = STORED(S_LINE),
        [W_TEXT] = STORED(S_TEXT), [W_THEMES] = STORED(S_THEMES), [W_UNDECIDED] = STORED(S_UNDECIDED), [W_THEME] = STORED(S_THEME),
        [W_AFFIRMED] = STORED(S_AFFIRMED), [W_NEGATED] = STORED(S_NEGATED), [W_DIRECT] = STORED(S_DIRECT), [W_DECIDED_BY] = STORED(S_TEXT) | STORED(S_THEME),
        [W_UNIT] = 0, [W_DEFINITION] = 0};
    uint64_t stored = STORED_UNITS;
    for (size_t c = 0; c < n; c++)
        if (columns >> c & 1u) stored |= of_said[is[c]];
    return stored;
}

uint64_t set_stored_for(unsigned table, uint64_t columns)
{
    static const uint64_t of_event[] = {
        [E_ID] = STORED(S_ID), [E_UNIT] = 0, [E_INDIVIDUAL] = STORED(S_INDIVIDUAL), [E_ACCOUNT] = STORED(S_ACCOUNT), [E_CASE] = STORED(S_CASE),
        [E_EPISODE] = STORED(S_EPISODE), [E_TIME] = STORED(S_TIME) | STORED(S_RESOLUTION), [E_TIME_US] = STORED(S_TIME),
        [E_RESOLUTION] = STORED(S_RESOLUTION), [E_ACTOR] = STORED(S_ACTOR), [E_ACTION] = STORED(S_ACTION), [E_CLASS] = STORED(S_CLASS),
        [E_TOUCHPOINT] = STORED(S_TOUCHPOINT), [E_CHANNEL] = STORED(S_CHANNEL), [E_CAMPAIGN] = STORED(S_CAMPAIGN), [E_OBJECT] = STORED(S_OBJECT),
        [E_ROLE] = STORED(S_ROLE), [E_SEGMENT] = STORED(S_SEGMENT), [E_STAGE] = STORED(S_STAGE), [E_STEP] = STORED(S_TOUCHPOINT),
        [E_OWNER] = STORED(S_OWNER), [E_MINUTES] = STORED(S_MINUTES), [E_COST] = STORED(S_COST), [E_VALUE] = STORED(S_VALUE),
        [E_REF] = STORED(S_REF), [E_THREAD] = STORED(S_THREAD), [E_TEXT] = STORED(S_TEXT), [E_ATTRIBUTES] = STORED(S_ATTRS),
        [E_SOURCE] = STORED(S_SOURCE), [E_LINE] = STORED(S_LINE), [E_DELIVERED] = STORED(S_DELIVERED), [E_PERSON_ROLE] = STORED(S_PERSON_ROLE),
        [E_PERSON_STAGE] = STORED(S_PERSON_STAGE), [E_DEFINITION] = 0};
    uint64_t stored = columns >> E_UNIT & 1u ? STORED_UNITS : 0;
    if (table == T_JOURNEY)
        return STORED_UNITS | (columns & ~(UINT64_C(1) << J_UNIT | UINT64_C(1) << J_DEFINITION) ? STORED(S_STAY) : 0) |
               (columns & (UINT64_C(1) << J_LAST_ACT | UINT64_C(1) << J_STALLED) ? STORED(S_TIME) : 0);
    if (table == T_UNIT) return STORED_UNITS | (columns & ~(UINT64_C(1) << U_UNIT | UINT64_C(1) << U_DEFINITION) ? STORED(S_SUMMARY) : 0);
    if (table == T_SAID) return stored_for_said(said_is, SAID_N, columns);
    if (table == T_MENTION) return stored_for_said(mention_is, MENTION_N, columns);
    for (size_t c = 0; c < sizeof of_event / sizeof *of_event; c++)
        if (columns >> c & 1u) stored |= of_event[c];
    return stored;
}

// What makes a field beside the columns that are it.
static uint32_t made_of(uint64_t stored, uint32_t *reads)
{
    const uint64_t of_stays = STORED(S_SUMMARY) | STORED(S_EPISODE) | STORED(S_STAGE) | STORED(S_SEGMENT) | STORED(S_ROLE) |
                              STORED(S_PERSON_ROLE) | STORED(S_PERSON_STAGE);
    const uint32_t person = 1u << VOC_COL_TIME | 1u << VOC_COL_INDIVIDUAL;
    uint32_t mask = stored & STORED(S_SUMMARY) ? 1u << VOC_COL_TIME | 1u << VOC_COL_SEGMENT : 0;
    if (stored & STORED(S_CLASS)) mask |= 1u << VOC_COL_ACTOR;
    if (stored & STORED(S_PERSON_ROLE)) mask |= person | 1u << VOC_COL_ROLE | 1u << VOC_COL_ACTOR;
    if (stored & STORED(S_PERSON_STAGE)) mask |= person;
    if (stored & STORED(S_PERSON_STAGE)) *reads |= READS_PERSONS;
    if (stored & of_stays) *reads |= READS_STAYS;
    return mask;
}

uint32_t fill_columns(unsigned table, uint64_t stored, uint32_t *reads)
{
    const bool said = table == T_SAID || table == T_MENTION;
    *reads = table == T_JOURNEY ? READS_STAYS : 0;
    uint32_t mask = made_of(stored, reads);
    if (said) *reads |= READS_WORDS | EV_RESOLUTION | EV_SOURCE | EV_ID | EV_TEXT | EV_PLACE;
    if (table == T_JOURNEY && stored & STORED(S_TIME)) mask |= 1u << VOC_COL_ACTOR; // of the last act
    if (said) return mask | (stored & STORED(S_STAGE) ? 1u << VOC_COL_STAGE : 0);
    for (unsigned s = 0; s < S_N; s++) {
        if (!(stored & STORED(s))) continue;
        if (fields[s].column != NO_COLUMN) mask |= 1u << fields[s].column;
        *reads |= fields[s].reads;
    }
    return mask;
}

// ---- making --------------------------------------------------------------------------------------------------------------------------------

size_t fill_layout(struct set *s)
{
    size_t at = 0;
    for (unsigned c = 0; c < S_N; c++) {
        s->offset[c] = at;
        if (s->stored & STORED(c)) at += fields[c].width;
    }
    return at;
}

void filling_done(struct filling *f)
{
    for (size_t i = 0; i < f->slabs.n; i++) mem_free(f->slabs.at[i].bytes);
    for (size_t i = 0; i < f->texts.n; i++) mem_free(f->texts.at[i]);
    vec_free(&f->slabs);
    vec_free(&f->segments);
    vec_free(&f->texts);
    vec_free(&f->fit);
    vec_free(&f->unit);
    vec_free(&f->word);
    persons_done(&f->persons);
}

static voc_rc slab_room(const struct gather *g, struct filling *f, size_t rows)
{
    const struct slab *last = f->slabs.n ? &f->slabs.at[f->slabs.n - 1] : NULL;
    if (last && last->cap - last->n >= rows) return VOC_OK;
    size_t cap = last ? last->cap * 4 : g->unit.ptr ? 64 : SLAB_FIRST, bytes;
    if (cap > SLAB_ROWS) cap = SLAB_ROWS;
    if (cap < rows) cap = rows;
    cap = (cap + 15) / 16 * 16; // so that columns begin aligned
    voc_rc rc = vec_reserve(&f->slabs, 1, UINT32_MAX);
    if (rc) return rc;
    if (!mem_mul(cap, g->width ? g->width : 1, &bytes)) return VOC_E_LIMIT;
    unsigned char *p = mem_alloc(bytes);
    if (!p) return VOC_E_NOMEM;
    f->slabs.at[f->slabs.n++] = (struct slab){.bytes = p, .cap = cap};
    return VOC_OK;
}

voc_rc fill_text(struct filling *f, voc_str s, voc_str *out)
{
    *out = (voc_str){"", 0};
    if (!s.len) return VOC_OK;
    if (s.len > f->text_left) {
        size_t room = s.len > TEXT_BYTES ? s.len : TEXT_BYTES;
        voc_rc rc = vec_reserve(&f->texts, 1, UINT32_MAX);
        char *p = rc ? NULL : mem_alloc(room);
        if (!p) return rc ? rc : VOC_E_NOMEM;
        f->texts.at[f->texts.n++] = p;
        f->text_left = room;
    }
    char *chunk = f->texts.at[f->texts.n - 1];
    size_t size = s.len > TEXT_BYTES ? s.len : TEXT_BYTES;
    char *to = chunk + (size - f->text_left);
    memcpy(to, s.ptr, s.len);
    f->text_left -= s.len;
    *out = str_mk(to, s.len);
    return VOC_OK;
}

bool fill_asked(const struct gather *g, voc_str unit)
{
    if (g->unit.ptr && !str_eq(unit, g->unit)) return false;
    return (!g->from.ptr || str_cmp(unit, g->from) >= 0) && (!g->to.ptr || str_cmp(unit, g->to) < 0);
}

// The rows of a batch that are kept, with the unit that each is of: events, stays or units.
static voc_rc choose(const struct gather *g, struct filling *f, const voc_journeys *v)
{
    const struct fields rows = {.time_us = v->columns[VOC_COL_TIME], .actor = v->columns[VOC_COL_ACTOR], .action = v->columns[VOC_COL_ACTION],
                                .touchpoint = v->columns[VOC_COL_TOUCHPOINT], .channel = v->columns[VOC_COL_CHANNEL], .campaign = v->columns[VOC_COL_CAMPAIGN],
                                .stage = v->columns[VOC_COL_STAGE], .stay = g->set->table == T_JOURNEY ? v->stays : NULL};
    const bool tests = g->plan && plan_tests(g->plan);
    if (g->set->table == T_SAID || g->set->table == T_MENTION) return said_choose(g, f, v);
    size_t n = g->set->table == T_EVENT ? v->n_events : g->set->table == T_JOURNEY ? v->n_stays : v->n_units;
    f->fit.n = f->unit.n = 0;
    voc_rc rc = vec_reserve(&f->fit, n, ROWS_MAX);
    if (!rc) rc = vec_reserve(&f->unit, n, ROWS_MAX);
    for (size_t u = 0; u < v->n_units && !rc; u++) {
        const voc_unit *one = &v->units[u];
        size_t first = g->set->table == T_EVENT ? one->first_event : g->set->table == T_JOURNEY ? one->first_stay : u;
        size_t rows_of = g->set->table == T_EVENT ? one->n_events : g->set->table == T_JOURNEY ? one->n_stays : 1;
        if (!fill_asked(g, one->name)) continue;
        for (size_t i = first; i < first + rows_of; i++) {
            if (tests && !plan_fits(g->plan, &rows, i)) continue;
            f->fit.at[f->fit.n++] = (uint32_t)i;
            f->unit.at[f->unit.n++] = (uint32_t)u;
        }
    }
    return rc;
}

static voc_rc add_segments(struct filling *f, const voc_journeys *v)
{
    const struct slab *to = &f->slabs.at[f->slabs.n - 1];
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < f->fit.n && !rc;) {
        size_t from = i;
        while (i < f->fit.n && f->unit.at[i] == f->unit.at[from]) i++;
        rc = vec_reserve(&f->segments, 1, UINT32_MAX);
        if (!rc)
            f->segments.at[f->segments.n++] = (struct segment){v->units[f->unit.at[from]].name,
                                                               (uint64_t)(f->slabs.n - 1) << 32 | (to->n + from),
                                                               (uint32_t)(i - from)};
    }
    return rc;
}

// ---- fields of rows ------------------------------------------------------------------------------------------------------------------------

static void put_column(void *to, const void *from, size_t width, const struct filling *f)
{
    size_t n = f->fit.n;
    if (n && f->fit.at[n - 1] - f->fit.at[0] == n - 1) { // all of them
        memcpy(to, (const char *)from + f->fit.at[0] * width, n * width);
        return;
    }
    for (size_t i = 0; i < n && width == 8; i++) ((int64_t *)to)[i] = ((const int64_t *)from)[f->fit.at[i]];
    for (size_t i = 0; i < n && width == 4; i++) ((uint32_t *)to)[i] = ((const uint32_t *)from)[f->fit.at[i]];
    for (size_t i = 0; i < n && width == 1; i++) ((uint8_t *)to)[i] = ((const uint8_t *)from)[f->fit.at[i]];
}

// The first stay that an event lies in says its episode.
static void put_episodes(uint32_t *to, const struct filling *f, const voc_journeys *v)
{
    size_t past = 0; // stays of the unit that ended before
    for (size_t i = 0; i < f->fit.n; i++) {
        const voc_unit *u = &v->units[f->unit.at[i]];
        const voc_stay *stays = v->stays + u->first_stay;
        size_t e = f->fit.at[i] - u->first_event;
        if (i == 0 || f->unit.at[i] != f->unit.at[i - 1]) past = 0;
        while (past < u->n_stays && e >= (size_t)stays[past].first_event + stays[past].n_events) past++;
        to[i] = 0;
        for (size_t s = past; s < u->n_stays && !to[i] && stays[s].first_event <= e; s++)
            if (e - stays[s].first_event < stays[s].n_events) to[i] = stays[s].episode;
    }
}

// Who the person of each event was then.
static voc_rc put_persons(uint32_t *to, bool role, struct filling *f, const voc_journeys *v)
{
    const int64_t *time = v->columns[VOC_COL_TIME];
    const uint32_t *individual = v->columns[VOC_COL_INDIVIDUAL];
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < f->fit.n && !rc; i++) {
        const voc_unit *u = &v->units[f->unit.at[i]];
        const uint32_t at = f->fit.at[i];
        if (role && (i == 0 || f->unit.at[i] != f->unit.at[i - 1])) rc = persons_of(&f->persons, v, u);
        if (!rc) to[i] = role ? f->persons.role.at[at - u->first_event] : persons_stage(v, u, individual[at], time[at]);
    }
    return rc;
}

static void put_summaries(struct summary *to, const struct filling *f, const voc_journeys *v)
{
    const int64_t *time = v->columns[VOC_COL_TIME];
    const uint32_t *segment = v->columns[VOC_COL_SEGMENT];
    for (size_t i = 0; i < f->fit.n; i++) {
        const voc_unit *u = &v->units[f->fit.at[i]];
        const voc_stay *last = u->n_stays ? &v->stays[u->first_stay + u->n_stays - 1] : NULL;
        size_t from = u->first_event, end = from + u->n_events;
        to[i] = (struct summary){.first_us = u->n_events ? time[from] : VOC_NA, .last_us = u->n_events ? time[end - 1] : VOC_NA,
                                 .events = u->n_events, .account = u->account, .segment = u->n_events ? segment[end - 1] : VOC_NONE,
                                 .episodes = last ? last->episode : 0, .stage = last ? last->stage : VOC_NONE,
                                 .end = last ? last->end : 0, .exit = last ? last->exit : VOC_NONE,
                                 .internal = u->flags & VOC_JOURNEY_INTERNAL};
    }
}

// When the customer acted last in each stay, or it began (METHODS 2.4).
static void put_last_acts(int64_t *to, const struct filling *f, const voc_journeys *v)
{
    const int64_t *time = v->columns[VOC_COL_TIME];
    const uint8_t *actor = v->columns[VOC_COL_ACTOR];
    for (size_t i = 0; i < f->fit.n; i++) {
        const voc_stay *s = &v->stays[f->fit.at[i]];
        const size_t first = v->units[f->unit.at[i]].first_event + s->first_event;
        size_t e = first + s->n_events;
        while (e > first && actor[e - 1] != VOC_ACTOR_CUSTOMER) e--;
        to[i] = e > first ? time[e - 1] : s->in_us;
    }
}

static voc_rc put_texts(voc_str *to, const voc_str *from, struct filling *f, const struct batch *b)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < f->fit.n && !rc; i++) rc = fill_text(f, from ? from[batch_source_event(b, f->fit.at[i])] : (voc_str){"", 0}, &to[i]);
    return rc;
}

static voc_rc put_field(const struct gather *g, struct filling *f, unsigned field, void *to, const struct batch *b, const voc_journeys *v)
{
    const struct event_set *rows = batch_rows(b);
    const uint8_t *actor = v->columns[VOC_COL_ACTOR];
    if (g->set->table == T_SAID || g->set->table == T_MENTION) return said_put(g, f, field, to, b, v);
    switch (field) {
    case S_STAY:
        for (size_t i = 0; i < f->fit.n; i++) ((voc_stay *)to)[i] = v->stays[f->fit.at[i]];
        return VOC_OK;
    case S_SUMMARY: put_summaries(to, f, v); return VOC_OK;
    case S_ID: return put_texts(to, rows->id, f, b);
    case S_REF: return put_texts(to, rows->ref, f, b);
    case S_TEXT: return put_texts(to, rows->text, f, b);
    case S_ATTRS: return put_texts(to, rows->attrs, f, b);
    case S_EPISODE: put_episodes(to, f, v); return VOC_OK;
    case S_TIME:
        if (g->set->table == T_JOURNEY) put_last_acts(to, f, v);
        else put_column(to, v->columns[VOC_COL_TIME], fields[S_TIME].width, f);
        return VOC_OK;
    case S_PERSON_ROLE:
    case S_PERSON_STAGE: return put_persons(to, field == S_PERSON_ROLE, f, v);
    case S_SOURCE:
        for (size_t i = 0; i < f->fit.n; i++) ((uint32_t *)to)[i] = rows->source ? rows->source[batch_source_event(b, f->fit.at[i])] : 0;
        return VOC_OK;
    case S_LINE:
        for (size_t i = 0; i < f->fit.n; i++) ((uint64_t *)to)[i] = rows->line ? rows->line[batch_source_event(b, f->fit.at[i])] : 0;
        return VOC_OK;
    case S_PLACE:
        for (size_t i = 0; i < f->fit.n; i++) {
            const voc_unit *u = &v->units[f->unit.at[i]];
            ((uint32_t *)to)[i] = (uint32_t)(f->fit.at[i] - (g->set->table == T_EVENT     ? u->first_event
                                                             : g->set->table == T_JOURNEY ? u->first_stay
                                                                                          : f->fit.at[i]));
        }
        return VOC_OK;
    default: put_column(to, v->columns[fields[field].column], fields[field].width, f); break;
    }
    for (size_t i = 0; field == S_CLASS && i < f->fit.n; i++)
        if (actor[f->fit.at[i]] != VOC_ACTOR_CUSTOMER) ((uint8_t *)to)[i] = UINT8_MAX;
    return VOC_OK;
}

voc_rc fill_batch(void *user, uint32_t slot, const struct batch *b, const voc_journeys *v)
{
    struct gather *g = user;
    struct filling *f = &g->by_slot[slot];
    voc_rc rc = choose(g, f, v);
    f->persons.timeline = g->set->of->timeline;
    if (rc || !f->fit.n) return rc;
    if ((rc = slab_room(g, f, f->fit.n)) || (rc = add_segments(f, v))) return rc;
    struct slab *to = &f->slabs.at[f->slabs.n - 1];
    for (unsigned c = 0; c < S_N && !rc; c++)
        if (g->set->stored & STORED(c)) rc = put_field(g, f, c, to->bytes + g->set->offset[c] * to->cap + to->n * fields[c].width, b, v);
    to->n += f->fit.n;
    if (!rc && g->most && atomic_fetch_add(&g->bytes, f->fit.n * (g->width + sizeof(uint32_t))) > g->most) rc = TOO_MUCH;
    return rc ? rc : units_memory(g->v->memory_max, "what this statement reads", g->v->diag);
}

uint64_t set_bytes(unsigned table, uint64_t stored)
{
    uint64_t n = 4; // of its segment
    (void)table;
    for (unsigned c = 0; c < S_N; c++)
        if (stored & STORED(c)) n += fields[c].width;
    return stored & (STORED(S_ID) | STORED(S_REF) | STORED(S_TEXT) | STORED(S_ATTRS)) ? n + 16 : n;
}
