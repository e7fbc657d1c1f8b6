// SPDX-License-Identifier: MIT
// Rows of events where they are pending: dealt out to the partitions of their units, sixteen bytes each, in chunks that lie in large
// blocks. Times are counted in the unit that all of the first block have (seconds in nearly all logs); a row that this does not fit
// begins a chunk in which each row has its time for itself. What few rows have follows them as words.
#include "store/pending_join.h"

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

// A chunk of the partition that takes a row of this time and record. False: failed.
static bool new_chunk(struct joiner *j, unsigned part, int64_t time_us, uint64_t record, int64_t line)
{
    struct pending *q = j->q;
    struct pending_partition *p = &q->part[part];
    uint32_t time, cap = !p->last ? CHUNK_FIRST : q->end[part].room < ROW_MOST ? p->last->cap * 2 : p->last->cap;
    join_rows_count(q, part);
    if (cap > CHUNK_MOST) cap = CHUNK_MOST;
    q->wide = q->wide || record - q->first_record > UINT32_MAX || !in_units(&q->unit, time_us, q->first_us, &time);
    voc_rc rc = vec_reserve(&p->chunks, 1, UINT32_MAX);
    const bool in_slab = cap == CHUNK_MOST && q->n_events >= SLABS_FROM; // a few thousand rows need no large block
    struct pending_chunk *fresh = rc == VOC_OK ? chunk_memory(q, part, chunk_size(cap), in_slab) : NULL;
    if (!fresh) return (void)join_fail(j, rc == VOC_OK ? VOC_E_NOMEM : rc, "too many events"), false;
    *fresh = (struct pending_chunk){.time_us = q->first_us, .record = q->wide ? record : q->first_record, .line = line, .cap = cap, .wide = q->wide, .lines = q->lines_differ, .in_slab = in_slab};
    q->chunk_bytes += chunk_size(cap);
    p->chunks.at[p->chunks.n++] = p->last = fresh;
    q->end[part] = (struct pending_end){.next = fresh->word, .time_us = q->first_us, .record = fresh->record, .room = cap, .words = pending_words(fresh), .wide = q->wide};
    return true;
}

static inline void put_two(uint32_t *word, int64_t x)
{
    word[0] = (uint32_t)x;
    word[1] = (uint32_t)((uint64_t)x >> 32);
}

struct row_of { int64_t time_us, line; uint64_t record; uint32_t who, tuple, rare; }; // line: less its record

static inline bool add_row(struct joiner *j, const struct row_of *r)
{
    struct pending *q = j->q;
    const unsigned part = r->who >> WHO_BITS;
    struct pending_end *e = &q->end[part];
    uint32_t time;
    const bool fits = in_units(&q->unit, r->time_us, e->time_us, &time) || e->wide;
    uint32_t need = ROW_WORDS + e->words + (r->rare != 0);
    if (__builtin_expect(e->room < need || !fits || r->record - e->record > UINT32_MAX, 0)) {
        if (!new_chunk(j, part, r->time_us, r->record, r->line)) return false;
        (void)in_units(&q->unit, r->time_us, e->time_us, &time);
        need = ROW_WORDS + e->words + (r->rare != 0);
    }
    const struct pending_row row = {.time = time, .who = r->who, .tuple = r->tuple | (r->rare ? PENDING_RARE : 0), .record = (uint32_t)(r->record - e->record)};
    memcpy(e->next, &row, sizeof row);
    if (r->rare) e->next[need - 1] = r->rare;
    if (e->words && e->wide) put_two(e->next + ROW_WORDS, r->time_us);
    if (e->words && q->lines_differ) put_two(e->next + ROW_WORDS + e->words - 2, r->line);
    e->next += need;
    e->room -= need;
    e->n++;
    return true;
}

void join_rows(struct joiner *j, size_t from, size_t to, const uint32_t who[JOIN_GROUP], const uint32_t tuple[JOIN_GROUP], const uint32_t rare[JOIN_GROUP])
{
    const struct coded_events *c = &j->b->events;
    for (size_t k = 0; k < to - from; k++) __builtin_prefetch(j->q->end[who[k] >> WHO_BITS].next + ROW_WORDS, 1); // its first words lie where the row before it ends
    for (size_t k = 0; k < to - from; k++) {
        const uint64_t record = c->record[from + k];
        const struct row_of r = {c->time_us[from + k], (int64_t)((c->line ? c->line[from + k] : 0) - record), record, who[k], tuple[k], rare[k]};
        if (!add_row(j, &r)) return;
    }
}
