// SPDX-License-Identifier: MIT
//
// The sums of one level of a trial run: a segment of a stage, a stage, or everything. Sums are kept for each account that
// occurs in a set, not for all accounts of the project, and of one that has no other stay only the sum over all such; a finished level
// is folded into the one above, account by account in the order of their first appearance, which is fixed. So one pass over the
// touches serves all levels.
#include "plugins/analysis/score/trial/trial_internal.h"

#include <stdlib.h>
#include <string.h>

enum trial_rc trial_level_init(struct trial_level *level, const struct trial_alloc *alloc, uint32_t n_accounts,
                               uint32_t n_types)
{
    *level = (struct trial_level){.n_accounts = n_accounts, .mapped = true};
    level->map = alloc->resize(alloc->ctx, NULL, ((size_t)n_accounts + 1) * sizeof *level->map);
    level->bundle = alloc->resize(alloc->ctx, NULL, ((size_t)n_types + 1) * sizeof *level->bundle);
    if (!level->map || !level->bundle)
        return TRIAL_NOMEM;
    memset(level->map, 0, ((size_t)n_accounts + 1) * sizeof *level->map);
    for (uint32_t t = 0; t < n_types; t++)
        level->bundle[t] = (struct stats_sum){0};
    return TRIAL_OK;
}

void trial_level_empty(struct trial_level *level, uint32_t n_types)
{
    for (uint32_t i = 0; i < level->n_slots && level->mapped; i++)
        level->map[level->slots[i].account] = 0;
    for (uint32_t t = 0; t < n_types; t++)
        level->bundle[t] = (struct stats_sum){0};
    *level = (struct trial_level){.map = level->map, .mapped = true, .n_accounts = level->n_accounts, .slots = level->slots,
                                  .slots_room = level->slots_room, .room = level->room, .times = level->times,
                                  .times_room = level->times_room, .bundle = level->bundle};
}

void trial_level_done(struct trial_level *level, const struct trial_alloc *alloc)
{
    alloc->free(alloc->ctx, level->map);
    alloc->free(alloc->ctx, level->bundle);
    alloc->free(alloc->ctx, level->slots_room);
    alloc->free(alloc->ctx, level->times);
    *level = (struct trial_level){0};
}

#define SLOT_LINE 64  // a slot is a line of the cache

enum trial_rc trial_level_reserve(struct trial_level *level, const struct trial_alloc *alloc, size_t more)
{
    if (level->room - level->n_slots >= more)
        return TRIAL_OK;
    const size_t most = (size_t)level->n_accounts + more;  // one each, and none is refused in advance
    size_t room = level->room * 2 + more + 64;
    room = room < most ? room : most;
    if (room > SIZE_MAX / sizeof *level->slots - 1)
        return TRIAL_NOMEM;
    const size_t was = level->slots_room ? (size_t)((char *)level->slots - (char *)level->slots_room) : 0;
    char *grown = alloc->resize(alloc->ctx, level->slots_room, (room + 1) * sizeof *level->slots);
    if (!grown)
        return TRIAL_NOMEM;
    char *at = grown + (SLOT_LINE - (uintptr_t)grown % SLOT_LINE) % SLOT_LINE;
    if (level->n_slots && at != grown + was)
        memmove(at, grown + was, level->n_slots * sizeof *level->slots);
    level->slots = (struct trial_slot *)(void *)at;
    level->slots_room = grown;
    level->room = room;
    return TRIAL_OK;
}

struct trial_slot *trial_level_slot(struct trial_level *level, const struct trial_alloc *alloc, uint32_t account)
{
    return trial_level_reserve(level, alloc, 1) == TRIAL_OK ? trial_level_at(level, account) : NULL;
}

static enum trial_rc reserve_times(struct trial_level *level, const struct trial_alloc *alloc, size_t more)
{
    if (level->times_room - level->n_times >= more)
        return TRIAL_OK;
    size_t room = level->times_room + level->times_room / 2 + more + 64;
    if (room > SIZE_MAX / sizeof *level->times)
        return TRIAL_NOMEM;
    void *grown = alloc->resize(alloc->ctx, level->times, room * sizeof *level->times);
    if (!grown)
        return TRIAL_NOMEM;
    level->times = grown;
    level->times_room = room;
    return TRIAL_OK;
}

enum trial_rc trial_level_time(struct trial_level *level, const struct trial_alloc *alloc, int64_t time)
{
    enum trial_rc rc = reserve_times(level, alloc, 1);
    if (rc == TRIAL_OK)
        level->times[level->n_times++] = time;
    return rc;
}

static void move_sum(struct stats_sum *into, struct stats_sum *from)
{
    stats_add(into, from->sum);
    stats_add(into, from->lost);
    *from = (struct stats_sum){0};
}

static void fold_counts(struct trial_level *into, struct trial_level *from)
{
    struct trial_cell *a = &into->cell, *b = &from->cell;
    a->touches += b->touches;
    a->fresh += b->fresh;
    a->matched += b->matched;
    a->unmatched += b->unmatched;
    a->nofollow += b->nofollow;
    a->left_out += b->left_out;
    for (uint32_t k = 0; k < TRIAL_OUTCOMES; k++)
        a->responded[k] += b->responded[k];
    *b = (struct trial_cell){0};
    into->placebo_sets += from->placebo_sets;
    from->placebo_sets = 0;
    if (from->n_worth) {
        into->worth_min = into->n_worth ? fmin(into->worth_min, from->worth_min) : from->worth_min;
        into->worth_max = into->n_worth ? fmax(into->worth_max, from->worth_max) : from->worth_max;
        into->n_worth += from->n_worth;
        from->n_worth = 0;
    }
}

static void fold_sums(struct trial_level *into, struct trial_level *from, uint32_t n_types)
{
    for (uint32_t k = 0; k < TRIAL_OUTCOMES; k++) {
        move_sum(&into->o[k], &from->o[k]);
        move_sum(&into->e[k], &from->e[k]);
        move_sum(&into->q[k], &from->q[k]);
    }
    move_sum(&into->placebo_o, &from->placebo_o);
    move_sum(&into->placebo_e, &from->placebo_e);
    move_sum(&into->trigger, &from->trigger);
    move_sum(&into->followed, &from->followed);
    move_sum(&into->covered, &from->covered);
    move_sum(&into->worth, &from->worth);
    for (uint32_t t = 0; t < n_types; t++)
        move_sum(&into->bundle[t], &from->bundle[t]);
}

// What an empty level is given may as well be its own.
static void swap_accounts(struct trial_level *into, struct trial_level *from)
{
    const struct trial_level was = *into;
    into->map = from->map, from->map = was.map;
    into->mapped = from->mapped, from->mapped = was.mapped;
    into->slots = from->slots, from->slots = was.slots;
    into->slots_room = from->slots_room, from->slots_room = was.slots_room;
    into->n_slots = from->n_slots, from->n_slots = was.n_slots;
    into->room = from->room, from->room = was.room;
    into->times = from->times, from->times = was.times;
    into->n_times = from->n_times, from->n_times = was.n_times;
    into->times_room = from->times_room, from->times_room = was.times_room;
}

// Both are in order; from behind, so that none is in the way. There is room.
static void merge_times(struct trial_level *into, struct trial_level *from)
{
    size_t a = into->n_times, b = from->n_times;
    while (b > 0) {
        const bool own = a > 0 && into->times[a - 1] > from->times[b - 1];
        into->times[a + b - 1] = own ? into->times[a - 1] : from->times[b - 1];
        a -= own;
        b -= !own;
    }
    into->n_times += from->n_times;
    from->n_times = 0;
}

static void make_map(struct trial_level *level)
{
    for (uint32_t i = 0; i < level->n_slots && !level->mapped; i++)
        level->map[level->slots[i].account] = i + 1;
    level->mapped = true;
}

// Accounts of one stage lie anywhere in those of all.
TRIAL_FETCHES void fetch_ahead(const struct trial_level *into, const struct trial_level *from, uint32_t i)
{
    if (from->n_slots - i <= 64)
        return;
    const uint32_t slot = into->map[from->slots[i + 32].account];
    __builtin_prefetch(&into->map[from->slots[i + 64].account]);
    if (slot)
        __builtin_prefetch(&into->slots[slot - 1], 1);
}

// `value`: what one outcome is worth; NaN: there is no money.
static enum trial_rc fold_accounts(struct trial_level *into, struct trial_level *from, const struct trial_alloc *alloc, double value)
{
    const bool money = !isnan(value);
    if (reserve_times(into, alloc, from->n_times) != TRIAL_OK)
        return TRIAL_NOMEM;
    make_map(into);
    for (uint32_t i = 0; i < from->n_slots; i++) {
        const struct trial_slot *slot = &from->slots[i];
        fetch_ahead(into, from, i);
        struct trial_slot *sum = trial_level_slot(into, alloc, slot->account);
        if (!sum)
            return TRIAL_NOMEM;
        trial_slot_add(sum, slot);
        if (money)
            sum->money += value * (slot->o[0] - slot->e[0]);
        if (from->mapped)
            from->map[slot->account] = 0;
    }
    from->n_slots = 0;
    from->mapped = true;
    merge_times(into, from);
    return TRIAL_OK;
}

enum trial_rc trial_level_fold(struct trial_level *into, struct trial_level *from, const struct trial_alloc *alloc,
                               uint32_t n_types, double value)
{
    if (into->n_slots == 0 && into->n_times == 0) {
        swap_accounts(into, from);
        for (uint32_t i = 0; i < into->n_slots && !isnan(value); i++)
            into->slots[i].money += value * (into->slots[i].o[0] - into->slots[i].e[0]);
    } else if (fold_accounts(into, from, alloc, value) != TRIAL_OK) {
        return TRIAL_NOMEM;
    }
    trial_tally_fold(&into->alone, &from->alone, value);
    from->alone = (struct trial_tally){0};
    fold_counts(into, from);
    fold_sums(into, from, n_types);
    return TRIAL_OK;
}

double trial_level_money(struct trial_level *pooled, const struct trial_cell *cell)
{
    if (cell->matched == 0)
        return NAN;
    if (isnan(cell->value)) {
        pooled->money_unknown = true;
        return NAN;
    }
    stats_add(&pooled->money, cell->value * cell->estimate[0].extra);
    stats_add(&pooled->money_floor, cell->value * cell->value * cell->estimate[0].q);
    if (pooled->has_stage && (cell->value < pooled->stage_value || cell->value > pooled->stage_value))
        pooled->stages_differ = true;
    pooled->stage_value = cell->value;
    pooled->has_stage = true;
    return cell->value;
}

// Under-dispersed because the counts are matched on: no Poisson floor, Fieller alone (METHODS 3.6).
static void finish_placebo(struct trial_placebo *out, const struct trial_level *level, const struct trial_parts *parts)
{
    const double zz = STATS_Z95 * STATS_Z95, n = (double)parts->in_placebo;
    const double factor = parts->in_placebo > 1 ? n / (n - 1.0) : 1.0;
    double voo = factor * parts->placebo_oo, voe = factor * parts->placebo_oe, vee = factor * parts->placebo_ee;
    double o = stats_total(&level->placebo_o), e = stats_total(&level->placebo_e), v = voo - 2.0 * voe + vee;
    struct stats_interval fieller = stats_ratio_set(e * e - zz * vee, 2.0 * (o * e - zz * voe), o * o - zz * voo);
    double z = v > 0.0 ? (o - e) / sqrt(v) : 0.0;
    *out = (struct trial_placebo){
        .o = o,
        .e = e,
        .lift = e > 0.0 ? o / e : o > 0.0 ? INFINITY : NAN,
        .lo = fieller.lo,
        .hi = fieller.hi,
        .z = z,
        .p = stats_normal_two_sided(z),
        .sets = level->placebo_sets,
    };
}

static int by_time(const void *left, const void *right)
{
    int64_t l = *(const int64_t *)left, r = *(const int64_t *)right;
    return l < r ? -1 : l > r;
}

#define DIGIT 11

// Digit by digit of what each is later than the least. `other` is as long; gives the one of both in which they are in order.
static int64_t *sort_digits(int64_t *times, int64_t *other, size_t n)
{
    int64_t least = times[0], most = times[0];
    for (size_t i = 1; i < n; i++) {
        least = times[i] < least ? times[i] : least;
        most = times[i] > most ? times[i] : most;
    }
    const uint64_t span = (uint64_t)(most - least);
    for (unsigned shift = 0; shift < 64 && span >> shift; shift += DIGIT) {
        size_t first[(1 << DIGIT) + 1] = {0};
        for (size_t i = 0; i < n; i++)
            first[((uint64_t)(times[i] - least) >> shift & ((1 << DIGIT) - 1)) + 1]++;
        for (size_t d = 0; d < 1 << DIGIT; d++)
            first[d + 1] += first[d];
        for (size_t i = 0; i < n; i++)
            other[first[(uint64_t)(times[i] - least) >> shift & ((1 << DIGIT) - 1)]++] = times[i];
        int64_t *was = times;
        times = other;
        other = was;
    }
    return times;
}

void trial_level_sort_times(struct trial_level *level, const struct trial_alloc *alloc)
{
    const size_t n = level->n_times;
    int64_t *other = n > 1 << DIGIT ? alloc->resize(alloc->ctx, NULL, n * sizeof *other) : NULL;
    if (other) {
        const int64_t *sorted = sort_digits(level->times, other, n);
        if (sorted == other)
            memcpy(level->times, other, n * sizeof *other);
    } else if (n > 1) {
        qsort(level->times, n, sizeof *level->times, by_time);
    }
    alloc->free(alloc->ctx, other);
}

// Largest share of the times that fall into one window of 7 days, wherever it begins.
static double busiest_share(const int64_t *times, size_t n, int64_t second)
{
    const int64_t week = 7 * 86400 * second;
    size_t most = 0;
    if (n == 0)
        return 0.0;
    for (size_t first = 0, behind = 0; first < n; first++) {
        while (behind < n && times[behind] - times[first] < week)
            behind++;
        most = behind - first > most ? behind - first : most;
    }
    return (double)most / (double)n;
}

static void finish_money(struct trial_cell *out, const struct trial_level *level, const struct trial_parts *parts, bool pooled)
{
    const struct trial_estimate *r = &out->estimate[0];
    out->money = out->money_lo = out->money_hi = NAN;
    if (!pooled) {
        out->money = out->value * r->extra;
        out->money_lo = fmin(out->value * r->extra_lo, out->value * r->extra_hi);
        out->money_hi = fmax(out->value * r->extra_lo, out->value * r->extra_hi);
        return;
    }
    if (level->money_unknown || !level->has_stage)
        return;
    double n = (double)parts->n, factor = parts->n > 1 ? n / (n - 1.0) : 1.0;
    double half = STATS_Z95 * sqrt(fmax(factor * parts->money2, stats_total(&level->money_floor)));
    out->money = stats_total(&level->money);
    out->money_lo = out->money - half;
    out->money_hi = out->money + half;
}

static double observed_value(const struct trial_level *level, double otherwise)
{
    if (level->n_worth == 0)
        return otherwise;
    if (level->worth_max == TRIAL_UNPRICED)
        return NAN;  // missing is not the mean of the others (METHODS 0.10)
    // Equal values give back that value, not a mean of rounded sums.
    return level->worth_min < level->worth_max ? stats_total(&level->worth) / (double)level->n_worth : level->worth_min;
}

void trial_level_finish(struct trial_cell *out, const struct trial_level *level, const struct trial_frame *frame, uint32_t n_outcomes,
                        double value, bool pooled)
{
    const double sets = (double)level->cell.matched, followed = stats_total(&level->followed);
    struct trial_parts parts;
    trial_parts_of(&parts, &level->alone, level->slots, level->n_slots, frame->account_of_owner);
    *out = level->cell;
    out->accounts = parts.exposed;
    for (uint32_t k = 0; k < n_outcomes; k++)
        trial_cluster(&out->estimate[k], &parts, k, stats_total(&level->o[k]), stats_total(&level->e[k]), stats_total(&level->q[k]));
    finish_placebo(&out->placebo, level, &parts);
    out->trigger = sets > 0.0 ? stats_total(&level->trigger) / sets : 0.0;
    out->covered = followed > 0.0 ? stats_total(&level->covered) / followed : 0.0;
    out->bundle_type = TRIAL_NONE;
    for (uint32_t t = 0; t < frame->in.n_types && sets > 0.0; t++) {
        double difference = stats_total(&level->bundle[t]) / sets;
        if (difference > out->bundle) {
            out->bundle = difference;
            out->bundle_type = t;
        }
    }
    out->busiest = busiest_share(level->times, level->n_times, frame->options.second);
    out->largest = parts.largest;
    out->largest_share = parts.all > 0.0 ? parts.largest_part / parts.all : 0.0;
    if (pooled && level->has_stage && !level->stages_differ && !level->money_unknown)
        value = level->stage_value;
    out->value = observed_value(level, value);
    finish_money(out, level, &parts, pooled);
}
