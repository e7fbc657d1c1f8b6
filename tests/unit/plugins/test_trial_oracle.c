// SPDX-License-Identifier: MIT
//
// The touch trial against a naive re-implementation of METHODS 3.3 to 3.6 that shares no code with it, on thousands of small
// random worlds full of ties, mixed resolutions, short windows and accounts with several people; the same for randomised
// hold-outs. Also: every allocation failing in turn leaves nothing behind.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plugins/common/splitmix.h"
#include "tests/lib/close.h"
#include "tests/unit/plugins/world.h"

#define HOUR INT64_C(3600)
#define DAY INT64_C(86400)
#define MAX_ACCOUNTS 16
#define MAX_TYPES 4
#define FEW_MEMBERS 8
#define MAX_MEMBERS 40  // more than a world has stays

// ---- the oracle: METHODS read literally, everything by walking all events ------------------------------------------------

struct naive {
    const struct world *w;
    const struct trial_options *o;
    uint32_t type, without;
    int64_t window;
    bool mh;
};

static bool is_after(int64_t y, int64_t y_unit, int64_t t, int64_t t_unit)
{
    double unit = (double)(y_unit > t_unit ? y_unit : t_unit);
    return floor((double)y / unit) > floor((double)t / unit);
}

static int64_t unit_of(const struct world_event *e)
{
    return world_units[e->resolution];
}

static bool is_action(const struct world_event *e)
{
    return e->kind == WORLD_ACTION || e->kind == WORLD_AIM;
}

static int recency(const struct naive *n, uint32_t who, int64_t x, int64_t x_unit)
{
    int64_t last = INT64_MIN;
    for (size_t i = 0; i < n->w->n_events; i++) {
        const struct world_event *e = &n->w->events[i];
        if (e->unit == who && is_action(e) && is_after(x, x_unit, e->time, unit_of(e)) && e->time > last)
            last = e->time;
    }
    for (uint32_t c = 0; c < n->o->n_recency; c++)
        if (last != INT64_MIN && x - last <= n->o->recency[c])
            return (int)c;
    return (int)n->o->n_recency;
}

static int other_touches(const struct naive *n, uint32_t who, int64_t x, int64_t x_unit)
{
    int count = 0;
    for (size_t i = 0; i < n->w->n_events; i++) {
        const struct world_event *e = &n->w->events[i];
        count += e->unit == who && e->kind == WORLD_TOUCH && e->type != n->type && e->time >= x - n->window &&
                 is_after(x, x_unit, e->time, unit_of(e));
    }
    return count > 2 ? 2 : count;
}

static int engagement(const struct naive *n, uint32_t who, int64_t x, int64_t x_unit)
{
    int64_t count = 0;
    for (size_t i = 0; i < n->w->n_events; i++) {
        const struct world_event *e = &n->w->events[i];
        count += e->unit == who && is_action(e) && e->time >= x - n->o->engagement_span &&
                 is_after(x, x_unit, e->time, unit_of(e));
    }
    for (uint32_t c = 0; c < n->o->n_engagement; c++)
        if (count <= n->o->engagement[c])
            return (int)c;
    return (int)n->o->n_engagement;
}

static bool follow(const struct naive *n, uint32_t kind, uint32_t who, int64_t x, int64_t x_unit, int64_t end, int64_t *length)
{
    *length = end - x;
    for (size_t i = 0; i < n->w->n_events; i++) {  // in time order within a unit
        const struct world_event *e = &n->w->events[i];
        if (e->unit == who && e->kind == kind && is_after(e->time, unit_of(e), x, x_unit) && e->time <= end) {
            *length = e->time - x;
            return true;
        }
    }
    return false;
}

static int actions_in(const struct naive *n, uint32_t who, int64_t from, int64_t to)
{
    int count = 0;
    for (size_t i = 0; i < n->w->n_events; i++) {
        const struct world_event *e = &n->w->events[i];
        count += e->unit == who && is_action(e) && e->time >= from && e->time < to;
    }
    return count;
}

static bool hour_before(const struct naive *n, uint32_t who, int64_t x, int64_t x_unit)
{
    for (size_t i = 0; i < n->w->n_events; i++) {
        const struct world_event *e = &n->w->events[i];
        if (e->unit != who || !is_action(e))
            continue;
        double unit = (double)(unit_of(e) > x_unit ? unit_of(e) : x_unit);
        if (unit > 3600 ? floor((double)e->time / unit) == floor((double)x / unit) : e->time >= x - HOUR && e->time < x)
            return true;
    }
    return false;
}

static bool touched_around(const struct naive *n, uint32_t who, uint32_t type, int64_t x)
{
    for (size_t i = 0; i < n->w->n_events; i++) {
        const struct world_event *e = &n->w->events[i];
        if (e->unit == who && e->kind == WORLD_TOUCH && e->type == type && e->time >= x - 7 * DAY && e->time <= x + n->window)
            return true;
    }
    return false;
}

struct naive_member {
    const struct trial_stay *stay;
    int64_t x, length[2];
    bool event[2];
    int before;
};

struct naive_sums {
    size_t touches, fresh, matched, unmatched, responded[2], clusters, placebo_sets;
    double o[2], e[2], q[2], da[2][MAX_ACCOUNTS], de[2][MAX_ACCOUNTS];
    double placebo_o, placebo_e, pa[MAX_ACCOUNTS], pe[MAX_ACCOUNTS];
    double trigger, covered, followed, bundle[MAX_TYPES];
    bool in[MAX_ACCOUNTS], in_placebo[MAX_ACCOUNTS], exposed[MAX_ACCOUNTS];
    int64_t times[512];
};

static bool untouched(const struct naive *n, uint32_t who, int64_t x)
{
    for (size_t i = 0; i < n->w->n_events; i++) {
        const struct world_event *e = &n->w->events[i];
        if (e->unit == who && e->kind == WORLD_TOUCH && e->type == n->type && e->time >= x - n->window && e->time <= x)
            return false;
    }
    return true;
}

static int64_t next_touch(const struct naive *n, uint32_t who, int64_t x)
{
    for (size_t i = 0; i < n->w->n_events; i++) {
        const struct world_event *e = &n->w->events[i];
        if (e->unit == who && e->kind == WORLD_TOUCH && e->type == n->type && e->time > x)
            return e->time;
    }
    return INT64_MAX;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool same_classes(const struct naive *n, uint32_t who, int64_t t, uint32_t other, int64_t x, int64_t t_unit)
{
    return (!n->o->match_recency || recency(n, other, x, t_unit) == recency(n, who, t, t_unit)) &&
           (!n->o->match_touches || other_touches(n, other, x, t_unit) == other_touches(n, who, t, t_unit)) &&
           (!n->o->match_engagement || engagement(n, other, x, t_unit) == engagement(n, who, t, t_unit));
}

// The group sorted by (entry, order), then picked outward: distances compared one pair at a time.
static size_t members_of(const struct naive *n, const struct trial_stay *s, int64_t t, int64_t t_unit, int64_t lag_length,
                         struct naive_member *out)
{
    const struct trial_stay *group[256];
    size_t size = 0, at = 0, found = 0;
    for (size_t i = 0; i < n->w->n_stays; i++) {
        const struct trial_stay *c = &n->w->stays[i];
        if (!c->eligible || c->stage != s->stage || c->segment != s->segment)
            continue;
        size_t j = size++;
        for (; j > 0 && (group[j - 1]->in > c->in || (group[j - 1]->in == c->in && group[j - 1]->order > c->order)); j--)
            group[j] = group[j - 1];
        group[j] = c;
    }
    while (group[at] != s)
        at++;
    long lo = (long)at - 1, hi = (long)at + 1;
    for (uint32_t seen = 0; seen < n->o->scan && found < n->o->comparators && (lo >= 0 || hi < (long)size); seen++) {
        int64_t left = lo >= 0 ? s->in - group[lo]->in : INT64_MAX, right = hi < (long)size ? group[hi]->in - s->in : INT64_MAX;
        const struct trial_stay *c = left <= right ? group[lo--] : group[hi++];
        int64_t x = c->in + (t - s->in);
        if (c->account == s->account || c->account == n->without || !(x < c->out) || !(x < n->w->data_end) ||
            !untouched(n, c->unit, x) || !same_classes(n, s->unit, t, c->unit, x, t_unit))
            continue;
        int64_t end = least(least(x + n->window, c->out), least(n->w->data_end, next_touch(n, c->unit, x)));
        struct naive_member *m = &out[found++];
        m->stay = c;
        m->x = x;
        for (int k = 0; k < 2; k++)
            m->event[k] = follow(n, k ? WORLD_HARM : WORLD_AIM, c->unit, x, t_unit, end, &m->length[k]);
        m->before = lag_length > 0 ? actions_in(n, c->unit, x - n->o->lag - lag_length, x - n->o->lag) : 0;
    }
    return found;
}

static void add_events(const struct naive *n, struct naive_sums *s, uint32_t account, const struct naive_member *m, size_t found,
                       int k, int64_t f1, bool acted)
{
    // Every second up to f1 could be an event time; the members' own are enough to look at, each once.
    for (size_t c = 0; c <= found; c++) {
        int64_t v = c < found ? m[c].length[k] : f1;
        bool event = c < found ? m[c].event[k] : acted, done = false;
        for (size_t b = 0; b < c; b++)
            done = done || (m[b].event[k] && m[b].length[k] == v);
        if (!event || done || v > f1)
            continue;
        double at_risk = 0, d0 = 0, d1 = acted && f1 == v;
        for (size_t i = 0; i < found; i++) {
            at_risk += m[i].length[k] >= v;
            d0 += m[i].event[k] && m[i].length[k] == v;
        }
        if (at_risk == 0)
            continue;
        double all = at_risk + 1;
        s->o[k] += n->mh ? d1 * at_risk / all : d1;
        s->e[k] += n->mh ? d0 / all : d0 / at_risk;
        s->q[k] += n->mh ? (d0 + d1) * at_risk / all / all : (d0 + d1) / at_risk;
        s->da[k][account] += n->mh ? d1 * at_risk / all - d1 * at_risk / all / all : d1;
        s->de[k][account] += n->mh ? d0 * at_risk / all / all : d0 / at_risk;
        for (size_t i = 0; i < found; i++) {
            if (m[i].length[k] < v)
                continue;
            bool own = m[i].event[k] && m[i].length[k] == v;
            s->da[k][m[i].stay->account] += n->mh ? d1 / all / all : 0;
            s->de[k][m[i].stay->account] += n->mh ? (own ? 1 / all : 0) - d0 / all / all
                                                  : (own ? 1 / at_risk : 0) - d0 / at_risk / at_risk;
        }
    }
}

static void add_set(const struct naive *n, struct naive_sums *s, const struct trial_stay *stay, int64_t t, int64_t t_unit,
                    const int64_t *f1, const bool *acted)
{
    struct naive_member m[MAX_MEMBERS];
    int64_t lag_length = least(n->window, t - stay->in - n->o->lag);
    size_t found = members_of(n, stay, t, t_unit, lag_length, m);
    if (found == 0) {
        s->unmatched++;
        return;
    }
    s->times[s->matched++] = t;
    s->exposed[stay->account] = s->in[stay->account] = true;
    int64_t longest = 0;
    double acting = 0, mean = 0;
    for (size_t i = 0; i < found; i++) {
        s->in[m[i].stay->account] = true;
        longest = m[i].length[0] > longest ? m[i].length[0] : longest;
        acting += hour_before(n, m[i].stay->unit, m[i].x, t_unit);
        mean += m[i].before / (double)found;
    }
    for (int k = 0; k < 2; k++)
        add_events(n, s, stay->account, m, found, k, f1[k], acted[k]);
    s->trigger += hour_before(n, stay->unit, t, t_unit) - acting / (double)found;
    s->covered += (double)least(longest, f1[0]);
    s->followed += (double)f1[0];
    for (uint32_t u = 0; u < n->w->n_types; u++) {
        double share = 0;
        for (size_t i = 0; i < found; i++)
            share += touched_around(n, m[i].stay->unit, u, m[i].x);
        s->bundle[u] += u == n->type ? 0 : touched_around(n, stay->unit, u, t) - share / (double)found;
    }
    if (lag_length <= 0)
        return;
    int before = actions_in(n, stay->unit, t - n->o->lag - lag_length, t - n->o->lag);
    s->placebo_sets++;
    s->placebo_o += before;
    s->placebo_e += mean;
    s->in_placebo[stay->account] = true;
    s->pa[stay->account] += before;
    s->pe[stay->account] += mean;
    for (size_t i = 0; i < found; i++) {
        s->in_placebo[m[i].stay->account] = true;
        s->pe[m[i].stay->account] += (m[i].before - mean) / (double)found;
    }
}

static void oracle(const struct naive *n, struct naive_sums *s, uint32_t stage, uint32_t segment)
{
    *s = (struct naive_sums){0};
    for (size_t i = 0; i < n->w->n_stays; i++) {
        const struct trial_stay *stay = &n->w->stays[i];
        if (!stay->eligible || stay->account == n->without || (stage != TRIAL_ALL && stay->stage != stage) ||
            (segment != TRIAL_ALL && stay->segment != segment))
            continue;
        bool earlier = false;
        int64_t last = 0;
        for (size_t j = 0; j < n->w->n_events; j++) {
            const struct world_event *e = &n->w->events[j];
            if (e->unit != stay->unit || e->kind != WORLD_TOUCH || e->type != n->type)
                continue;
            bool fresh = !earlier || last < e->time - n->window;
            earlier = true;
            last = e->time;
            if (e->time < stay->in || e->time >= stay->out || e->time >= n->w->data_end || e->time < n->w->data_start)
                continue;
            s->touches++;
            if (!fresh)
                continue;
            s->fresh++;
            int64_t f1[2], end = least(least(e->time + n->window, stay->out), n->w->data_end);
            bool acted[2];
            for (int k = 0; k < 2; k++) {
                acted[k] = follow(n, k ? WORLD_HARM : WORLD_AIM, stay->unit, e->time, unit_of(e), end, &f1[k]);
                s->responded[k] += acted[k];
            }
            add_set(n, s, stay, e->time, unit_of(e), f1, acted);
        }
    }
}

// ---- random worlds -------------------------------------------------------------------------------------------------------

static int64_t draw(struct splitmix *r, uint64_t n)
{
    return (int64_t)splitmix_below(r, n);
}

static void random_event(struct splitmix *r, struct world *w, uint32_t unit, int mode)
{
    static const enum world_kind kinds[] = {WORLD_TOUCH, WORLD_TOUCH, WORLD_TOUCH, WORLD_ACTION, WORLD_ACTION,
                                            WORLD_AIM,   WORLD_AIM,   WORLD_HARM};
    uint8_t resolution = mode == 0 ? WORLD_EXACT : mode & 1 ? WORLD_DAY : (uint8_t)draw(r, 4);
    int64_t time = draw(r, 60 * 24) * HOUR / 2;  // half hours of 30 days: many ties
    time -= time % world_units[resolution];
    if (mode == 3)  // dates of a zone with summer time: midnight there is off the grid here
        time += (4 + draw(r, 2)) * HOUR;
    world_event_at(w, time, resolution, unit, kinds[draw(r, 8)], (uint32_t)draw(r, 3), NAN);
}

static void random_world(struct splitmix *r, struct world *w)
{
    int mode = (int)draw(r, 4);  // exact times, date-only data, all mixed, dates of a zone
    bool aligned = draw(r, 2) == 0;
    *w = (struct world){.data_start = draw(r, 2) ? INT64_MIN : 3 * DAY, .data_end = (24 + draw(r, 8)) * DAY, .n_types = 3};
    uint32_t units = 8 + (uint32_t)draw(r, 10);
    for (uint32_t u = 0; u < units; u++) {
        int64_t t = draw(r, 20) * 6 * HOUR;
        uint32_t account = (uint32_t)draw(r, 10), segment = (uint32_t)draw(r, 2);
        for (uint32_t stage = (uint32_t)draw(r, 2); stage < 2 && t < 25 * DAY; stage++) {
            int64_t out = t + (draw(r, 8) ? draw(r, 60) * 6 * HOUR : 0);  // some stays have no length
            if (mode == 1 && aligned) {
                t -= t % DAY;
                out -= out % DAY;
            }
            world_stay(w, u, account, stage, segment, t, out);
            w->stays[w->n_stays - 1].eligible = draw(r, 12) != 0;
            t = out;
        }
        for (int64_t i = draw(r, 14); i > 0; i--)
            random_event(r, w, u, mode);
    }
    // Ranks by name are any permutation of the stays.
    for (size_t i = w->n_stays; i-- > 1;) {
        size_t j = (size_t)draw(r, i + 1);
        uint32_t keep = w->stays[i].order;
        w->stays[i].order = w->stays[j].order;
        w->stays[j].order = keep;
    }
    world_build(w);
}

// ---- comparison ------------------------------------------------------------------------------------------------------------

static void compare_estimate(const struct trial_estimate *r, const struct naive_sums *s, int k)
{
    double oo = 0, oe = 0, ee = 0, n = 0;
    for (int a = 0; a < MAX_ACCOUNTS; a++) {
        n += s->in[a];
        oo += s->da[k][a] * s->da[k][a];
        oe += s->da[k][a] * s->de[k][a];
        ee += s->de[k][a] * s->de[k][a];
    }
    double factor = n > 1 ? n / (n - 1) : 1;
    assert_int_equal(r->clusters, n);
    assert_close(r->o, s->o[k], CLOSED_FORM);
    assert_close(r->e, s->e[k], CLOSED_FORM);
    assert_close(r->q, s->q[k], CLOSED_FORM);
    assert_close(r->voo, factor * oo, CLOSED_FORM);
    assert_close(r->voe, factor * oe, CLOSED_FORM);
    assert_close(r->vee, factor * ee, CLOSED_FORM);
    if (isfinite(r->lift) && fabs(r->p - 0.05) > 1e-6 && isfinite(r->hi))
        assert_int_equal(r->p <= 0.05, !(r->lo <= 1.0 && 1.0 <= r->hi));
}

static double busiest(const struct naive_sums *s)
{
    double most = 0;
    for (size_t i = 0; i < s->matched; i++) {
        double n = 0;
        for (size_t j = 0; j < s->matched; j++)
            n += s->times[j] >= s->times[i] && s->times[j] < s->times[i] + 7 * DAY;
        most = n > most ? n : most;
    }
    return s->matched ? most / (double)s->matched : 0;
}

static void compare_checks(const struct trial_cell *c, const struct naive_sums *s, uint32_t n_types)
{
    double n = (double)s->matched, bundle = 0, total = 0, largest = 0, placebo_v = 0, in_placebo = 0;
    for (uint32_t u = 0; u < n_types && n > 0; u++)
        bundle = fmax(bundle, s->bundle[u] / n);
    for (int a = 0; a < MAX_ACCOUNTS; a++) {
        double part = fabs(s->da[0][a] - s->de[0][a]);
        total += part;
        largest = fmax(largest, part);
        in_placebo += s->in_placebo[a];
        placebo_v += (s->pa[a] - s->pe[a]) * (s->pa[a] - s->pe[a]);
    }
    placebo_v *= in_placebo > 1 ? in_placebo / (in_placebo - 1) : 1;
    assert_int_equal(c->placebo.sets, s->placebo_sets);
    assert_close(c->placebo.o, s->placebo_o, CLOSED_FORM);
    assert_close(c->placebo.e, s->placebo_e, CLOSED_FORM);
    if (placebo_v > 1e-9)
        assert_close(c->placebo.z, (s->placebo_o - s->placebo_e) / sqrt(placebo_v), 1e-6);
    assert_close(c->trigger, n > 0 ? s->trigger / n : 0, CLOSED_FORM);
    assert_close(c->covered, s->followed > 0 ? s->covered / s->followed : 0, CLOSED_FORM);
    assert_close(c->bundle, bundle, CLOSED_FORM);
    assert_close(c->busiest, busiest(s), CLOSED_FORM);
    if (total > 1e-9)
        assert_close(c->largest_share, largest / total, CLOSED_FORM);
}

static void every_cell_is_what_the_naive_reading_gives(void **state)
{
    (void)state;
    size_t sets = 0, events = 0, cells = 0, two_level = 0;
    for (uint64_t seed = 1; seed <= 20000; seed++) {
        struct splitmix r = {seed};
        struct world w;
        random_world(&r, &w);
        struct trial_options o = trial_defaults(1);
        o.comparators = seed % 16 == 5 ? 300 : 1 + (uint32_t)draw(&r, FEW_MEMBERS);  // 300: more than a record counts in bytes
        o.scan = 1 + (uint32_t)draw(&r, 20);
        o.block = 1 + (uint32_t)(seed % 30);  // most worlds lie in several blocks
        o.lag = draw(&r, 3) * DAY;
        o.engagement_span = 10 * DAY;
        o.match_recency = draw(&r, 3) == 0;
        o.match_touches = draw(&r, 3) == 0;
        o.match_engagement = draw(&r, 3) == 0;
        struct naive n = {&w, &o, (uint32_t)draw(&r, 3), TRIAL_NONE, (1 + draw(&r, 10)) * DAY, draw(&r, 2) == 1};
        if (draw(&r, 4) == 0)
            n.without = (uint32_t)draw(&r, 10);
        if (seed % 8 == 0)
            w.input.n_types = 300;  // of which a record tells in numbers, not bytes

        struct trial_frame *frame = NULL;
        const struct trial_events *aims[2] = {&w.aims, &w.aims}, *harms[2] = {&w.harms, &w.harms};
        int64_t windows[2] = {n.window, n.window};
        struct trial_request q = {.type = n.type, .window = windows, .outcome = {aims, harms}, .n_outcomes = 2,
                                  .weights = n.mh ? TRIAL_MH : TRIAL_SMR, .without_account = n.without,
                                  .only_stage = TRIAL_ALL, .only_segment = TRIAL_ALL};
        struct trial_result result;
        assert_int_equal(trial_frame_new(&frame, &world_alloc, &w.input, &o), TRIAL_OK);
        assert_int_equal(trial_run(&result, frame, &q), TRIAL_OK);
        for (size_t i = 0; i < result.n_cells; i++) {
            const struct trial_cell *c = &result.cells[i];
            struct naive_sums s;
            oracle(&n, &s, c->stage, c->segment);
            if (c->touches != s.touches || c->fresh != s.fresh || c->matched != s.matched || c->unmatched != s.unmatched)
                fail_msg("seed %u: counts differ", (unsigned)seed);
            for (int k = 0; k < 2; k++) {
                assert_int_equal(c->responded[k], s.responded[k]);
                compare_estimate(&c->estimate[k], &s, k);
            }
            size_t exposed = 0;
            for (int a = 0; a < MAX_ACCOUNTS; a++)
                exposed += s.exposed[a];
            assert_int_equal(c->accounts, exposed);
            compare_checks(c, &s, w.n_types);
            cells++;
            sets += i == 0 ? s.matched : 0;
            events += i == 0 ? (size_t)c->estimate[0].o : 0;
            two_level += c->segment != TRIAL_ALL;
        }
        trial_result_done(&result);
        trial_frame_free(frame);
        world_done(&w);
    }
    // The comparison is only worth something if much was compared.
    assert_true(sets > 20000 && events > 2000 && cells > 70000 && two_level > 30000);
}

static void a_restriction_gives_the_cell_of_the_whole(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct splitmix r = {seed};
        struct world w;
        random_world(&r, &w);
        struct trial_options o = trial_defaults(1);
        struct trial_frame *frame = NULL;
        const struct trial_events *aims[2] = {&w.aims, &w.aims};
        int64_t windows[2] = {5 * DAY, 3 * DAY};
        struct trial_request q = {.type = 0, .window = windows, .outcome = {aims}, .n_outcomes = 1,
                                  .without_account = TRIAL_NONE, .only_stage = TRIAL_ALL, .only_segment = TRIAL_ALL};
        struct trial_result all, one;
        assert_int_equal(trial_frame_new(&frame, &world_alloc, &w.input, &o), TRIAL_OK);
        assert_int_equal(trial_run(&all, frame, &q), TRIAL_OK);
        for (size_t i = 1; i < all.n_cells; i++) {
            q.only_stage = all.cells[i].stage;
            q.only_segment = all.cells[i].segment;
            assert_int_equal(trial_run(&one, frame, &q), TRIAL_OK);
            assert_int_equal(one.cells[0].matched, all.cells[i].matched);
            assert_close(one.cells[0].estimate[0].e, all.cells[i].estimate[0].e, CLOSED_FORM);
            assert_close(one.cells[0].estimate[0].v, all.cells[i].estimate[0].v, CLOSED_FORM);
            trial_result_done(&one);
        }
        trial_result_done(&all);
        trial_frame_free(frame);
        world_done(&w);
    }
}

// Gives the pieces from the last to the first, as a machine with one slow core might.
static enum trial_rc backwards(void *ctx, size_t n, enum trial_rc (*piece)(void *piece_ctx, size_t i), void *piece_ctx)
{
    enum trial_rc rc = TRIAL_OK;
    (void)ctx;
    while (n-- > 0 && rc == TRIAL_OK)
        rc = piece(piece_ctx, n);
    return rc;
}

static void requests_run_together_in_any_blocks_and_order_give_what_each_gives_alone(void **state)
{
    (void)state;
    enum { REQUESTS = 9 };
    size_t cells = 0;
    for (uint64_t seed = 1; seed <= 500; seed++) {
        struct splitmix r = {seed};
        struct world w;
        random_world(&r, &w);
        struct trial_options o = trial_defaults(1), other = o;
        other.block = 1 + (uint32_t)draw(&r, 9);
        other.records = (size_t)draw(&r, 2) * 10000;  // one request at a time, or some
        struct trial_frame *frame = NULL, *same = NULL;
        const struct trial_events *aims[2] = {&w.aims, &w.aims}, *harms[2] = {&w.harms, NULL};
        int64_t windows[3][2] = {{5 * DAY, 3 * DAY}, {2 * DAY, 5 * DAY}, {10 * DAY, 6 * DAY}};
        struct trial_request q[REQUESTS];
        const uint32_t apart = seed % 2 ? 60 : 1;  // of the numbers of types: more than one word of bits, or one
        for (size_t i = 0; i < w.touches.first[w.n_units]; i++)
            w.touch_type[i] *= apart;
        w.input.n_types = 2 * apart + 1;
        // Of the first type all windows are looked for together, of the second one, of the third two.
        for (uint32_t i = 0; i < REQUESTS; i++)
            q[i] = (struct trial_request){.type = i % 3 * apart, .window = windows[i / 3],
                                          .outcome = {aims, i % 3 == 1 || i == 8 ? harms : NULL}, .n_outcomes = 2,
                                          .without_account = i == 4 ? 2 : TRIAL_NONE, .only_stage = i == 7 ? 1 : TRIAL_ALL,
                                          .only_segment = TRIAL_ALL};
        struct trial_result alone, together[REQUESTS];
        const struct trial_crew crew = {NULL, backwards, NULL};
        assert_int_equal(trial_frame_new(&frame, &world_alloc, &w.input, &o), TRIAL_OK);
        assert_int_equal(trial_frame_new(&same, &world_alloc, &w.input, &other), TRIAL_OK);
        assert_int_equal(trial_run_all(together, same, q, REQUESTS, &crew), TRIAL_OK);
        for (size_t i = 0; i < REQUESTS; i++) {
            assert_int_equal(trial_run(&alone, frame, &q[i]), TRIAL_OK);
            assert_int_equal(alone.n_cells, together[i].n_cells);
            for (size_t c = 0; c < alone.n_cells; c++) {  // byte by byte: the sums are made in the same order
                const struct trial_cell *one = &alone.cells[c], *same_one = &together[i].cells[c];
                assert_memory_equal(one->estimate, same_one->estimate, sizeof one->estimate);
                assert_memory_equal(&one->placebo, &same_one->placebo, sizeof one->placebo);
                const double numbers[] = {one->trigger, one->covered, one->bundle, one->busiest, one->largest_share};
                const double same_numbers[] = {same_one->trigger, same_one->covered, same_one->bundle, same_one->busiest, same_one->largest_share};
                assert_memory_equal(numbers, same_numbers, sizeof numbers);
                assert_int_equal(one->matched, same_one->matched);
                assert_int_equal(one->stage, same_one->stage);
                assert_int_equal(one->bundle_type, same_one->bundle_type);
            }
            cells += alone.n_cells;
            trial_result_done(&alone);
            trial_result_done(&together[i]);
        }
        trial_frame_free(frame);
        trial_frame_free(same);
        world_done(&w);
    }
    assert_true(cells > 10000);
}

// ---- money by stage ----------------------------------------------------------------------------------------------------------

static void pooled_money_weighs_each_stage_with_its_own_value(void **state)
{
    (void)state;
    int seen = 0;
    for (uint64_t seed = 1; seed <= 4000; seed++) {
        struct splitmix r = {seed};
        struct world w;
        random_world(&r, &w);
        struct trial_options o = trial_defaults(1);
        struct trial_frame *frame = NULL;
        struct trial_events unpriced = w.aims;  // only stages say what an outcome is worth
        unpriced.value = NULL;
        const struct trial_events *aims[2] = {&unpriced, &unpriced};
        int64_t windows[2] = {8 * DAY, 8 * DAY};
        const double value[2] = {100.0, 7.0};
        struct naive n = {&w, &o, 0, TRIAL_NONE, 8 * DAY, false};
        struct trial_request q = {.type = 0, .window = windows, .outcome = {aims}, .n_outcomes = 1, .value = value,
                                  .without_account = TRIAL_NONE, .only_stage = TRIAL_ALL, .only_segment = TRIAL_ALL};
        struct trial_result result;
        o.comparators = FEW_MEMBERS;
        o.match_recency = false;
        assert_int_equal(trial_frame_new(&frame, &world_alloc, &w.input, &o), TRIAL_OK);
        assert_int_equal(trial_run(&result, frame, &q), TRIAL_OK);
        struct naive_sums s[2];
        double money = 0, base = 0, variance = 0, accounts = 0;
        for (uint32_t stage = 0; stage < 2; stage++) {
            oracle(&n, &s[stage], stage, TRIAL_ALL);
            money += value[stage] * (s[stage].o[0] - s[stage].e[0]);
            base += value[stage] * value[stage] * s[stage].q[0];
        }
        for (int a = 0; a < MAX_ACCOUNTS; a++) {
            double part = 0;
            for (int stage = 0; stage < 2; stage++)
                part += value[stage] * (s[stage].da[0][a] - s[stage].de[0][a]);
            variance += part * part;
            accounts += s[0].in[a] || s[1].in[a];
        }
        variance *= accounts > 1 ? accounts / (accounts - 1) : 1;
        if (result.cells[0].matched > 0) {
            const struct trial_cell *c = &result.cells[0];
            double half = STATS_Z95 * sqrt(fmax(variance, base));
            assert_close(c->money, money, CLOSED_FORM);
            assert_close(c->money_lo, money - half, CLOSED_FORM);
            assert_close(c->money_hi, money + half, CLOSED_FORM);
            seen += s[0].q[0] > 0 && s[1].q[0] > 0;
        }
        trial_result_done(&result);
        trial_frame_free(frame);
        world_done(&w);
    }
    assert_true(seen > 20);
}

// ---- randomised --------------------------------------------------------------------------------------------------------------

static void compare_random(const struct trial_random_input *in, const struct naive *n, const struct trial_randomised *got)
{
    struct naive_sums s = {0};
    size_t matched = 0, unmatched = 0;
    for (size_t i = 0; i < in->n_assigned; i++) {
        const struct trial_assigned *a = &in->assigned[i];
        struct naive_member m[64];
        struct trial_stay stays[64];
        size_t found = 0;
        if (!a->treated || a->end <= a->index || a->account == in->without_account)
            continue;
        for (size_t j = 0; j < in->n_assigned; j++) {
            const struct trial_assigned *c = &in->assigned[j];
            if (c->treated || c->group != a->group || c->end <= c->index || c->account == in->without_account)
                continue;
            stays[found] = (struct trial_stay){.account = c->account};
            m[found].stay = &stays[found];
            m[found].event[0] = follow(n, WORLD_AIM, c->unit, c->index, world_units[c->resolution], c->end, &m[found].length[0]);
            s.in[c->account] = true;
            found++;
        }
        if (found == 0) {
            unmatched++;
            continue;
        }
        matched++;
        s.in[a->account] = true;
        int64_t f1;
        bool acted = follow(n, WORLD_AIM, a->unit, a->index, world_units[a->resolution], a->end, &f1);
        add_events(n, &s, a->account, m, found, 0, f1, acted);
    }
    assert_int_equal(got->matched, matched);
    assert_int_equal(got->unmatched, unmatched);
    compare_estimate(&got->estimate[0], &s, 0);
}

static void a_holdout_is_what_walking_all_pairs_gives(void **state)
{
    (void)state;
    size_t sets = 0;
    for (uint64_t seed = 1; seed <= 1500; seed++) {
        struct splitmix r = {seed};
        struct world w;
        struct trial_assigned assigned[40];
        size_t n_assigned = 4 + (size_t)draw(&r, 36);
        random_world(&r, &w);
        for (size_t i = 0; i < n_assigned; i++) {
            int64_t index = draw(&r, 30 * 4) * 6 * HOUR, end = least(index + 8 * DAY, w.data_end);
            uint8_t resolution = (uint8_t)draw(&r, 4);
            index -= index % world_units[resolution];
            assigned[i] = (struct trial_assigned){(uint32_t)draw(&r, 3), (uint32_t)draw(&r, 10), (uint32_t)draw(&r, w.n_units),
                                                  index, end, resolution, draw(&r, 2) == 1};
        }
        struct trial_random_input in = {.assigned = assigned, .n_assigned = n_assigned, .n_groups = 3, .n_accounts = 10,
                                        .outcome = {&w.aims}, .n_outcomes = 1, .unit_of = world_units, .n_resolutions = 4,
                                        .weights = draw(&r, 2) ? TRIAL_MH : TRIAL_SMR,
                                        .without_account = draw(&r, 3) ? TRIAL_NONE : (uint32_t)draw(&r, 10)};
        struct naive n = {.w = &w, .mh = in.weights == TRIAL_MH};
        struct trial_randomised got;
        assert_int_equal(trial_randomised_run(&got, &world_alloc, &in), TRIAL_OK);
        compare_random(&in, &n, &got);
        sets += got.matched;
        world_done(&w);
    }
    assert_true(sets > 5000);
}

// ---- faults -------------------------------------------------------------------------------------------------------------------

static enum trial_rc whole_way(struct world *w, const struct trial_alloc *alloc)
{
    struct trial_options o = trial_defaults(1);
    struct trial_frame *frame = NULL;
    const struct trial_events *aims[2] = {&w->aims, &w->aims};
    int64_t windows[2] = {5 * DAY, 5 * DAY};
    struct trial_request q = {.type = 0, .window = windows, .outcome = {aims}, .n_outcomes = 1,
                              .without_account = TRIAL_NONE, .only_stage = TRIAL_ALL, .only_segment = TRIAL_ALL};
    struct trial_assigned assigned[2] = {{0, 0, 0, 0, DAY, 0, true}, {0, 1, 1, 0, DAY, 0, false}};
    struct trial_random_input in = {.assigned = assigned, .n_assigned = 2, .n_groups = 1, .n_accounts = 2,
                                    .outcome = {&w->aims}, .n_outcomes = 1, .unit_of = world_units, .n_resolutions = 4,
                                    .without_account = TRIAL_NONE};
    struct trial_result result;
    struct trial_randomised randomised;
    enum trial_rc rc = trial_frame_new(&frame, alloc, &w->input, &o);
    if (rc == TRIAL_OK) {
        rc = trial_run(&result, frame, &q);
        trial_result_done(&result);
    }
    if (rc == TRIAL_OK)
        rc = trial_randomised_run(&randomised, alloc, &in);
    trial_frame_free(frame);
    return rc;
}

static void every_failing_allocation_is_reported_and_nothing_leaks(void **state)
{
    (void)state;
    struct splitmix r = {7};
    struct world w;
    random_world(&r, &w);
    struct world_fault fault = {0};
    struct trial_alloc alloc = world_faulty(&fault);
    assert_int_equal(whole_way(&w, &alloc), TRIAL_OK);
    assert_int_equal(fault.live, 0);
    size_t calls = fault.calls;
    assert_true(calls > 20);
    for (size_t i = 1; i <= calls; i++) {
        fault = (struct world_fault){.fail_at = i};
        assert_int_equal(whole_way(&w, &alloc), TRIAL_NOMEM);
        assert_int_equal(fault.live, 0);
    }
    world_done(&w);
}

// Where memory runs out while comparators are sought, fewer requests are taken at once; later it is an error. Never another result.
static void short_memory_gives_smaller_batches_or_an_error(void **state)
{
    (void)state;
    enum { REQUESTS = 6 };
    struct splitmix r = {7};
    struct world w;
    random_world(&r, &w);
    const struct trial_options o = trial_defaults(1);
    const struct trial_events *aims[2] = {&w.aims, &w.aims};
    const int64_t windows[2] = {5 * DAY, 3 * DAY};
    struct trial_request q[REQUESTS];
    struct trial_result whole[REQUESTS], again[REQUESTS];
    size_t calls = 0, recovered = 0, failed = 0;
    for (uint32_t i = 0; i < REQUESTS; i++)
        q[i] = (struct trial_request){.type = i % 3, .window = windows, .outcome = {aims}, .n_outcomes = 1,
                                      .without_account = i > 2 ? i : TRIAL_NONE, .only_stage = TRIAL_ALL, .only_segment = TRIAL_ALL};
    for (size_t fail_at = 0; fail_at <= calls; fail_at++) {  // 0: none
        struct world_fault fault = {0};
        struct trial_alloc alloc = world_faulty(&fault);
        struct trial_frame *frame = NULL;
        struct trial_result *out = fail_at ? again : whole;
        assert_int_equal(trial_frame_new(&frame, &alloc, &w.input, &o), TRIAL_OK);
        fault.fail_at = fail_at ? fault.calls + fail_at : 0;
        const size_t before = fault.calls;
        const enum trial_rc rc = trial_run_all(out, frame, q, REQUESTS, NULL);
        if (fail_at == 0)
            calls = fault.calls - before;
        assert_true(rc == TRIAL_OK || (fail_at && rc == TRIAL_NOMEM));
        recovered += fail_at && rc == TRIAL_OK;
        failed += rc == TRIAL_NOMEM;
        for (size_t i = 0; i < REQUESTS && rc == TRIAL_OK && fail_at; i++) {
            assert_int_equal(again[i].n_cells, whole[i].n_cells);
            for (size_t c = 0; c < whole[i].n_cells; c++)
                assert_memory_equal(again[i].cells[c].estimate, whole[i].cells[c].estimate, sizeof whole[i].cells[c].estimate);
            trial_result_done(&again[i]);
        }
        for (size_t i = 0; i < REQUESTS && !fail_at; i++) {  // kept without the counter
            struct trial_result kept = {.n_cells = whole[i].n_cells, .alloc = world_alloc};
            kept.cells = world_alloc.resize(world_alloc.ctx, NULL, kept.n_cells * sizeof *kept.cells);
            assert_non_null(kept.cells);
            memcpy(kept.cells, whole[i].cells, kept.n_cells * sizeof *kept.cells);
            trial_result_done(&whole[i]);
            whole[i] = kept;
        }
        trial_frame_free(frame);
        assert_int_equal(fault.live, 0);
    }
    assert_true(recovered > 5 && failed > 5);
    for (size_t i = 0; i < REQUESTS; i++)
        trial_result_done(&whole[i]);
    world_done(&w);
}

static int stop(void *ctx, const struct trial_set *set)
{
    (void)set;
    return ++*(int *)ctx == 2;
}

static void the_set_callback_can_stop_and_bad_requests_are_refused(void **state)
{
    (void)state;
    struct splitmix r = {7};
    struct world w;
    random_world(&r, &w);
    struct world_fault fault = {0};
    struct trial_alloc alloc = world_faulty(&fault);
    struct trial_options o = trial_defaults(1);
    struct trial_frame *frame = NULL;
    struct trial_result result;
    const struct trial_events *aims[2] = {&w.aims, &w.aims};
    int64_t windows[2] = {DAY, DAY};
    int calls = 0;
    struct trial_request q = {.type = 0, .window = windows, .outcome = {aims}, .n_outcomes = 1,
                              .without_account = TRIAL_NONE, .only_stage = TRIAL_ALL, .only_segment = TRIAL_ALL,
                              .on_set = stop, .on_set_ctx = &calls};
    assert_int_equal(trial_frame_new(&frame, &alloc, &w.input, &o), TRIAL_OK);
    assert_int_equal(trial_run(&result, frame, &q), TRIAL_STOPPED);
    assert_int_equal(calls, 2);
    assert_null(result.cells);
    windows[1] = 0;
    assert_int_equal(trial_run(&result, frame, &q), TRIAL_INVALID);
    windows[1] = DAY;
    q.type = 99;
    assert_int_equal(trial_run(&result, frame, &q), TRIAL_INVALID);
    trial_frame_free(frame);
    w.input.n_accounts = 1;
    assert_int_equal(trial_frame_new(&frame, &alloc, &w.input, &o), TRIAL_INVALID);
    assert_int_equal(fault.live, 0);
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_is_what_the_naive_reading_gives),
        cmocka_unit_test(a_restriction_gives_the_cell_of_the_whole),
        cmocka_unit_test(requests_run_together_in_any_blocks_and_order_give_what_each_gives_alone),
        cmocka_unit_test(pooled_money_weighs_each_stage_with_its_own_value),
        cmocka_unit_test(a_holdout_is_what_walking_all_pairs_gives),
        cmocka_unit_test(every_failing_allocation_is_reported_and_nothing_leaks),
        cmocka_unit_test(short_memory_gives_smaller_batches_or_an_error),
        cmocka_unit_test(the_set_callback_can_stop_and_bad_requests_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
