// SPDX-License-Identifier: MIT
//
// From records to flat arrays. A record may come of a file that others wrote: codes name something, times stay within bounds, and a
// journey's stays are its unit's.
#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/discover/discover.h"
#include "plugins/common/survival.h"

#define TIME_MOST ((uint64_t)1 << 61)

const char *const outcome_names[N_OUTCOMES] = {"won", "lost", "disqualified", "ended", "fell silent", "still open"};

static int64_t unzigzag(uint64_t x) { return (int64_t)(x >> 1 ^ (x & 1 ? UINT64_MAX : 0)); }

// The next number, below a bound.
static bool number(struct bytes *b, uint64_t *x, uint64_t below) { return varint_get(b, x) && *x < below; }

static bool duration(struct bytes *b, int64_t *us)
{
    uint64_t x;
    if (!number(b, &x, TIME_MOST << 1)) return false;
    const uint64_t n = x & 1 ? x >> 1 : (x >> 1) > TIME_MOST / 1000000 ? TIME_MOST : (x >> 1) * 1000000;
    *us = (int64_t)n;
    return n < TIME_MOST;
}

static bool time_of(struct bytes *b, int64_t *us)
{
    uint64_t x;
    if (!number(b, &x, TIME_MOST << 1)) return false;
    *us = unzigzag(x);
    return true;
}

// ---- arrays that grow ----------------------------------------------------------------------------------------------------------

static voc_rc add_nodes(struct journeys *all, size_t more)
{
    size_t room = all->room_nodes;
    voc_rc rc = analysis_reach(&all->d->base, (void **)&all->node, &room, all->n_nodes + more, sizeof *all->node);
    return rc ? rc : analysis_reach(&all->d->base, (void **)&all->gap, &all->room_nodes, all->n_nodes + more, sizeof *all->gap);
}

// ---- one record ----------------------------------------------------------------------------------------------------------------

static bool read_stay(const struct discover *d, struct bytes *b, struct stay *s)
{
    const voc_definition *def = d->base.def;
    uint64_t stage, segment, end, exit, episode, flags;
    if (!number(b, &stage, def->n_stages) || !number(b, &segment, def->n_segments) || !number(b, &end, VOC_END_CENSORED + 1) ||
        !number(b, &exit, def->n_exits + 1))
        return false;
    if (!number(b, &episode, UINT32_MAX) || !number(b, &flags, UINT32_MAX) || !time_of(b, &s->in_us) ||
        !duration(b, &s->dwell_us) || !end)
        return false;
    s->stage = (uint32_t)stage;
    s->segment = (uint32_t)segment;
    s->end = (uint32_t)end;
    s->exit = exit ? (uint32_t)exit - 1 : VOC_NONE;
    s->episode = (uint32_t)episode;
    s->flags = (uint32_t)flags;
    return true;
}

static bool read_journey(const struct discover *d, struct bytes *b, struct journey *j, uint64_t n_stays)
{
    uint64_t segment, flags, first, n, nodes;
    if (!number(b, &segment, UINT32_MAX + UINT64_C(1)) || !number(b, &flags, 4) || !number(b, &first, n_stays + 1) ||
        !number(b, &n, n_stays - first + 1))
        return false;
    if (!time_of(b, &j->began_us) || !duration(b, &j->lasted_us) || !number(b, &nodes, (uint64_t)(b->end - b->at) + 1) || !nodes ||
        nodes > UINT32_MAX / 8)
        return false;
    j->segment = segment < d->base.def->n_segments ? (uint32_t)segment : (uint32_t)d->base.def->n_segments - 1;
    j->open = flags & 1;
    j->cut = flags >> 1;
    j->first_stay = (size_t)first;
    j->n_stays = (uint32_t)n;
    j->n = (uint32_t)nodes;
    return true;
}

static bool outcome_is(voc_str s, const char *word) { return s.len == strlen(word) && memcmp(s.ptr, word, s.len) == 0; }

uint32_t stay_status(const struct discover *d, const struct stay *s)
{
    if (s->end == VOC_END_CENSORED) return SURVIVAL_STAYED;
    return s->end == VOC_END_FORWARD || (s->end == VOC_END_EXIT && analysis_exit_wins(&d->base, s->exit)) ? SURVIVAL_ADVANCED : SURVIVAL_LEFT;
}

bool stage_leads_on(const struct discover *d, size_t stage) { return stage + 1 < d->base.def->n_stages || d->won_by_end; }

// Won: the winning stage was reached or the winning exit taken; else how the last stay ended.
static enum outcome outcome_of(const struct discover *d, const struct stay *stays, size_t n, bool open)
{
    const voc_definition *def = d->base.def;
    if (!n) return open ? STILL_OPEN : ENDED;
    const struct stay *last = &stays[n - 1];
    for (size_t i = 0; i < n; i++)
        if (stays[i].stage == def->win_stage) return WON;
    if (last->end == VOC_END_LAPSED) return SILENT;
    if (last->end != VOC_END_EXIT || last->exit == VOC_NONE) return STILL_OPEN;
    const voc_def_exit *e = analysis_exit(&d->base, last->exit);
    return analysis_exit_wins(&d->base, last->exit) ? WON : outcome_is(e->outcome, "lost") ? LOST : outcome_is(e->outcome, "disqualified") ? DISQUALIFIED : ENDED;
}

static bool read_nodes(const struct discover *d, struct bytes *b, const struct journey *j, struct journeys *sink)
{
    for (size_t i = 0; i < j->n; i++) {
        uint64_t node;
        int64_t gap = 0;
        if (!number(b, &node, d->w.n_nodes) || (i && !duration(b, &gap))) return false;
        if (!sink) continue;
        sink->node[sink->n_nodes] = (uint32_t)node;
        sink->gap[sink->n_nodes++] = gap;
    }
    return true;
}

static bool read_ways(const struct discover *d, struct bytes *b, uint64_t n_stays, struct journeys *sink, voc_rc *rc)
{
    const size_t first_stay = sink ? sink->n_stays - (size_t)n_stays : 0;
    uint64_t more;
    while (number(b, &more, 2) && more) {
        struct journey j = {0};
        if (!read_journey(d, b, &j, n_stays)) return false;
        if (sink) {
            *rc = analysis_reach(&d->base, (void **)&sink->at, &sink->room, sink->n + 1, sizeof *sink->at);
            if (!*rc) *rc = add_nodes(sink, j.n);
            if (*rc) return false;
            j.first_stay += first_stay;
            j.first_node = sink->n_nodes;
            j.outcome = (uint8_t)outcome_of(d, sink->stays + j.first_stay, j.n_stays, j.open);
            j.group = d->options[OPT_BY].i == BY_SEGMENT ? j.segment : d->options[OPT_BY].i == BY_OUTCOME ? j.outcome : 0;
            sink->at[sink->n++] = j;
        }
        if (!read_nodes(d, b, &j, sink)) return false;
    }
    return b->at == b->end;
}

bool record_read(const struct discover *d, struct bytes *b, struct journeys *sink, voc_rc *rc)
{
    uint64_t n;
    if (!number(b, &n, (uint64_t)(b->end - b->at))) return false;
    if (sink) *rc = analysis_reach(&d->base, (void **)&sink->stays, &sink->room_stays, sink->n_stays + (size_t)n, sizeof *sink->stays);
    if (sink && *rc) return false;
    for (uint64_t i = 0; i < n; i++) {
        struct stay s;
        if (!read_stay(d, b, &s)) return false;
        if (sink) s.unit = sink->n_units;
        if (sink) sink->stays[sink->n_stays++] = s;
    }
    if (sink) sink->n_units++;
    return read_ways(d, b, n, sink, rc);
}

// ---- names in their order --------------------------------------------------------------------------------------------------------

struct named_node { const struct walk *w; uint32_t node; };

static int by_name(const void *x, const void *y)
{
    const struct named_node *a = x, *b = y;
    return walk_compare(a->w, a->node, b->node);
}

static voc_rc rank_nodes(struct journeys *all)
{
    const struct walk *w = &all->d->w;
    const size_t n = w->n_nodes;
    struct named_node *names;
    uint32_t *rank = NULL;
    voc_rc rc = analysis_zeroed(&all->d->base, (void **)&names, n, sizeof *names);
    if (!rc) rc = analysis_zeroed(&all->d->base, (void **)&all->of_rank, n, sizeof *all->of_rank);
    if (!rc) rc = analysis_zeroed(&all->d->base, (void **)&rank, n, sizeof *rank);
    if (rc) return rc;
    for (uint32_t i = 0; i < n; i++) names[i] = (struct named_node){w, i};
    qsort(names, n, sizeof *names, by_name);
    for (uint32_t i = 0; i < n; i++) rank[all->of_rank[i] = names[i].node] = i;
    for (size_t i = 0; i < all->n_nodes; i++) all->node[i] = rank[all->node[i]];
    w->host->free(w->cx, rank);
    w->host->free(w->cx, names);
    return VOC_OK;
}

// ---- episodes ----------------------------------------------------------------------------------------------------------------------

static struct episode episode_of(const struct journeys *all, size_t first, size_t end)
{
    const struct stay *s = &all->stays[first];
    const struct discover *d = all->d;
    struct episode e = {.first_stay = first, .n = (uint32_t)(end - first), .segment = s->segment, .began_us = s->in_us};
    e.cut = (s->flags & (VOC_STAY_TRUNCATED | VOC_STAY_KNOWN_FROM)) == VOC_STAY_TRUNCATED;
    e.outcome = (uint8_t)outcome_of(d, s, e.n, false);
    e.complete = e.outcome == WON && stay_status(d, &all->stays[end - 1]) == SURVIVAL_ADVANCED;
    for (size_t i = first; i < end; i++) e.complete = e.complete || all->stays[i].stage + 1 == d->base.def->n_stages;
    return e;
}

static voc_rc find_episodes(struct journeys *all)
{
    voc_rc rc = analysis_zeroed(&all->d->base, (void **)&all->episodes, all->n_stays, sizeof *all->episodes);
    for (size_t i = 0, next; i < all->n_stays && !rc; i = next) {
        const struct stay *s = &all->stays[i];
        for (next = i + 1; next < all->n_stays && all->stays[next].unit == s->unit && all->stays[next].episode == s->episode;) next++;
        all->episodes[all->n_episodes++] = episode_of(all, i, next);
    }
    return rc;
}

// ---- all of them ---------------------------------------------------------------------------------------------------------------

voc_rc journeys_load(struct journeys *all, const struct discover *d, voc_spool *spool)
{
    size_t n = 0;
    *all = (struct journeys){.d = d};
    voc_rc rc = d->base.host->spool_seal(spool, &n);
    for (size_t i = 0; i < n && !rc; i++) {
        voc_str name;
        const void *data;
        size_t size;
        rc = d->base.host->spool_get(spool, i, &name, &data, &size);
        if (rc) return rc;
        struct bytes b = {data, (const unsigned char *)data + size};
        if (!record_read(d, &b, all, &rc) && !rc) rc = VOC_E_BUG;
    }
    if (!rc && VOC_HOST_HAS(d->base.host, spool_empty)) d->base.host->spool_empty(spool);  // all of it was copied
    if (!rc) rc = rank_nodes(all);
    return rc ? rc : find_episodes(all);
}

void journeys_done(struct journeys *all)
{
    void *const own[] = {all->stays, all->at, all->node, all->gap, all->of_rank, all->episodes, all->horizon};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) all->d->base.host->free(all->d->base.cx, own[i]);
    *all = (struct journeys){.d = all->d};
}

size_t groups_of(const struct discover *d)
{
    return d->options[OPT_BY].i == BY_SEGMENT ? d->base.def->n_segments : d->options[OPT_BY].i == BY_OUTCOME ? N_OUTCOMES : 1;
}

void group_name(const struct discover *d, size_t group, voc_str *out)
{
    if (d->options[OPT_BY].i == BY_SEGMENT) *out = d->base.def->segments[group];
    else if (d->options[OPT_BY].i == BY_OUTCOME) *out = (voc_str){outcome_names[group], strlen(outcome_names[group])};
    else *out = (voc_str){"all", 3};
}

voc_str stage_name(const struct discover *d, size_t i) { return analysis_stage(&d->base, i)->id; }

voc_str stage_title(const struct discover *d, size_t i)
{
    return analysis_stage(&d->base, i)->title.len ? analysis_stage(&d->base, i)->title : stage_name(d, i);
}

const char *text_of(char *to, size_t size, voc_str s)
{
    size_t n = s.len < size - 1 ? s.len : size - 1;
    while (n < s.len && n && ((unsigned char)s.ptr[n] & 0xC0) == 0x80) n--;  // no half of a letter
    if (n) memcpy(to, s.ptr, n);
    to[n] = 0;
    return to;
}
