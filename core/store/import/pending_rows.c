// SPDX-License-Identifier: MIT
// Rows of events where they are pending: dealt out to the partitions of their units, in chunks that lie in large blocks. Times are counted
// in the unit that all of the first block have (seconds in nearly all logs); a row that this does not fit begins a chunk in which each row
// has its time for itself. In a large file that is in order of time a row is little later than the one before it in its partition, and a
// few records behind it: then it takes eight bytes, else sixteen. What few rows have follows them as words.
#include "store/import/pending_join.h"

enum { CHUNK_FIRST = 32 * ROW_WORDS, CHUNK_MOST = 3072 * ROW_WORDS /* words */, SLABS_FROM = 1 << 16, SLAB_BYTES = (4 << 20) - 32 };

// ---- chunks ----------------------------------------------------------------------------------------------------------------

static struct pending_slabs *slabs_of(struct pending *q, unsigned part) { return &q->slabs[part / (PARTITIONS / SLAB_GROUPS)]; }

// With two words more: behind the last row one can be looked at, and the next chunk lies at a multiple of eight.
static size_t chunk_size(uint32_t cap) { return sizeof(struct pending_chunk) + (cap + (size_t)2) * sizeof(uint32_t); }

static void free_chunk(struct pending *q, unsigned part, struct pending_chunk *c)
{
    struct pending_slabs *s = slabs_of(q, part);
    q->chunk_bytes -= chunk_size(c->cap);
    if (!c->in_slab) return mem_free(c);
    if (--s->chunks) return;
    for (size_t i = 0; i < s->all.n; i++) mem_free(s->all.at[i]);
    vec_free(&s->all);
}

// Memory for one; NULL: there is none.
static struct pending_chunk *chunk_memory(struct pending *q, unsigned part, size_t size, bool in_slab)
{
    struct pending_slabs *s = slabs_of(q, part);
    if (!in_slab) return mem_alloc(size);
    if (s->all.n == 0 || SLAB_BYTES - s->used < size) {
        if (vec_reserve(&s->all, 1, UINT32_MAX) != VOC_OK || !(s->all.at[s->all.n] = mem_alloc(SLAB_BYTES))) return NULL;
        s->all.n++;
        s->used = 0;
    }
    char *at = s->all.at[s->all.n - 1] + s->used;
    s->used += size;
    s->chunks++;
    return (struct pending_chunk *)(void *)at;
}

void pending_forget_part(struct pending *q, unsigned part)
{
    struct pending_partition *p = &q->part[part];
    for (size_t i = 0; i < p->chunks.n; i++) free_chunk(q, part, p->chunks.at[i]);
    vec_free(&p->chunks);
    p->last = NULL;
    p->n = 0;
    q->end[part] = (struct pending_end){0};
}

void join_rows_count(struct pending *q, unsigned part)
{
    struct pending_partition *p = &q->part[part];
    if (!p->last) return;
    p->n += q->end[part].n - p->last->n;
    p->last->n = q->end[part].n;
}

// ---- rows ------------------------------------------------------------------------------------------------------------------

static const struct pending_unit SECONDS = {1000000, 0, 6}, MILLISECONDS = {1000, 0, 3}, MICROSECONDS = {1, 0, 0};

// What the times of the first block can be counted in. Those of micro-seconds have their own words at once.
void join_rows_begin(struct pending *q, const struct coded_events *c)
{
    bool seconds = true, milliseconds = true;
    for (size_t i = 0; i < c->n; i++) seconds = seconds && c->time_us[i] % 1000000 == 0, milliseconds = milliseconds && c->time_us[i] % 1000 == 0;
    q->unit = seconds ? SECONDS : milliseconds ? MILLISECONDS : MICROSECONDS;
    const uint64_t odd = q->unit.us >> q->unit.shift;
    q->unit.inverse = odd; // three bits of it are right
    for (unsigned k = 0; k < 5; k++) q->unit.inverse *= 2 - odd * q->unit.inverse;
    q->first_us = (int64_t)((uint64_t)c->time_us[0] - (q->unit.us << 31));
    q->first_record = c->record[0];
    q->wide = q->unit.us == 1;
}

// Whether a time is so many units behind `from`, at most UINT32_MAX.
static inline bool in_units(const struct pending_unit *unit, int64_t time_us, int64_t from, uint32_t *time)
{
    const uint64_t since = (uint64_t)time_us - (uint64_t)from, units = (since >> unit->shift) * unit->inverse;
    *time = (uint32_t)units;
    return units <= UINT32_MAX && units * unit->us == since;
}

static size_t room_of(const struct pending_end *e) { return (size_t)(e->to - e->next); } // words that are free

// Whether the next chunk of a partition is small: not where it would have to have words behind each row, nor behind one in which more than two
// thirds of the rows did not fit, which so took more than in a plain one.
static bool is_small(const struct pending *q, unsigned part)
{
    const struct pending_chunk *last = q->part[part].last;
    return !q->wide && !q->lines_differ && !(last && last->small && q->end[part].n_not / 2 > last->n / 3);
}

// A chunk of the partition that takes a row of this time and record. False: failed.
static bool new_chunk(struct joiner *j, unsigned part, int64_t time_us, uint64_t record, int64_t line)
{
    struct pending *q = j->q;
    struct pending_partition *p = &q->part[part];
    uint32_t time, cap = !p->last ? CHUNK_FIRST : room_of(&q->end[part]) < ROW_MOST ? p->last->cap * 2 : p->last->cap;
    join_rows_count(q, part);
    if (cap > CHUNK_MOST) cap = CHUNK_MOST;
    q->wide = q->wide || record - q->first_record > UINT32_MAX || !in_units(&q->unit, time_us, q->first_us, &time);
    voc_rc rc = vec_reserve(&p->chunks, 1, UINT32_MAX);
    const bool in_slab = cap == CHUNK_MOST && q->n_events >= SLABS_FROM; // a few thousand rows need no large block
    struct pending_chunk *fresh = rc == VOC_OK ? chunk_memory(q, part, chunk_size(cap), in_slab) : NULL;
    if (!fresh) return (void)join_fail(j, rc == VOC_OK ? VOC_E_NOMEM : rc, "too many events"), false;
    *fresh = (struct pending_chunk){.time_us = q->first_us, .record = q->wide ? record : q->first_record, .line = line, .cap = cap,
                                    .who = part << WHO_BITS, .small = is_small(q, part), .wide = q->wide, .lines = q->lines_differ,
                                    .in_slab = in_slab};
    q->chunk_bytes += chunk_size(cap);
    p->chunks.at[p->chunks.n++] = p->last = fresh;
    q->end[part] = (struct pending_end){.next = fresh->word, .to = fresh->word + cap,
                                        .small_to = fresh->small ? fresh->word + cap - SMALL_WORDS : fresh->word,
                                        .time_us = q->first_us, .record = fresh->record, .wide = q->wide};
    return true;
}

static inline void put_two(uint32_t *word, int64_t x)
{
    word[0] = (uint32_t)x;
    word[1] = (uint32_t)((uint64_t)x >> 32);
}

struct row_of { int64_t time_us; uint64_t record; uint32_t who, tuple, rare; };

// Two words, where the row fits; false: it does not.
static inline bool add_small_row(struct pending_end *e, const struct pending_unit *unit, const struct row_of *r)
{
    const uint64_t since = (uint64_t)r->time_us - (uint64_t)e->time_us, time = (since >> unit->shift) * unit->inverse, record = r->record - e->record;
    const uint64_t step = time - e->last_time + (SMALL_NOT + 1) / 2, records = record - e->last_record, place = r->who & WHOS_MOST;
    const uint32_t is_rare = r->rare != 0;
    uint32_t *to = e->next;
    if (to >= e->small_to || time * unit->us != since) return false;
    if ((time | record) >> 32 | step >> SMALL_TIME_BITS | records >> SMALL_RECORD_BITS | (place + 1) >> SMALL_WHO_BITS |
        r->tuple >> SMALL_TUPLE_BITS)
        return false;
    to[0] = (uint32_t)(place | step << SMALL_WHO_BITS);
    to[1] = r->tuple | (uint32_t)records << SMALL_TUPLE_BITS | is_rare * PENDING_RARE;
    to[2] = r->rare; // where it is 0 the next row lies there
    e->next = to + SMALL_WORDS + is_rare;
    e->last_time = (uint32_t)time;
    e->last_record = (uint32_t)record;
    e->n++;
    return true;
}

__attribute__((noinline)) static bool add_plain_row(struct joiner *j, const struct row_of *r, int64_t line)
{
    struct pending *q = j->q;
    const unsigned part = r->who >> WHO_BITS;
    struct pending_end *e = &q->end[part];
    uint32_t time;
    const bool fits = in_units(&q->unit, r->time_us, e->time_us, &time) || e->wide;
    if (!fits || r->record - e->record > UINT32_MAX || room_of(e) < ROW_MOST) {
        if (!new_chunk(j, part, r->time_us, r->record, line)) return false;
        (void)in_units(&q->unit, r->time_us, e->time_us, &time);
    }
    const struct pending_row row = {.time = time, .who = r->who, .record = (uint32_t)(r->record - e->record),
                                    .tuple = r->tuple | (r->rare ? PENDING_RARE : 0)};
    uint32_t *to = e->next;
    if (q->part[part].last->small) *to++ = SMALL_NOT, e->n_not++;
    memcpy(to, &row, sizeof row);
    to += ROW_WORDS;
    if (e->wide) put_two(to, r->time_us), to += 2;
    if (q->lines_differ) put_two(to, line), to += 2;
    if (r->rare) *to++ = r->rare;
    e->next = to;
    e->n++;
    e->last_time = time;
    e->last_record = row.record;
    return true;
}

void join_rows(struct joiner *j, size_t from, size_t to, const uint32_t who[JOIN_GROUP], const uint32_t tuple[JOIN_GROUP],
               const uint32_t rare[JOIN_GROUP])
{
    const struct coded_events *c = &j->b->events;
    const struct pending_unit unit = j->q->unit;
    struct pending_end *end = j->q->end;
    for (size_t k = 0; k < to - from; k++) __builtin_prefetch(end[who[k] >> WHO_BITS].next + SMALL_WORDS, 1); // its first words lie where the row before it ends
    for (size_t k = 0; k < to - from; k++) {
        const struct row_of r = {c->time_us[from + k], c->record[from + k], who[k], tuple[k], rare[k]};
        if (add_small_row(&end[who[k] >> WHO_BITS], &unit, &r)) continue;
        if (!add_plain_row(j, &r, (int64_t)((c->line ? c->line[from + k] : 0) - r.record))) return;
    }
}
