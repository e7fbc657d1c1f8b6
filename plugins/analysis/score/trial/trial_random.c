// SPDX-License-Identifier: MIT
//
// Randomised hold-outs (METHODS 3.6): every treated member of a group has all its controls as its set, so a group of n treated
// and m controls holds n x m pairs. They are not walked: within a group the set is the same for everyone, so one sweep over
// the sorted follow-ups gives the sums, with the treated still followed at v counted instead of visited.
#include "plugins/analysis/score/trial/trial_internal.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    int64_t length;
    uint32_t account, rank;
    bool event, treated;
};

static int by_length(const void *left, const void *right)
{
    const struct entry *l = left, *r = right;
    if (l->length != r->length)
        return l->length < r->length ? -1 : 1;
    return l->rank < r->rank ? -1 : l->rank > r->rank;
}

struct sweep {
    const struct trial_random_input *in;
    struct trial_alloc alloc;
    struct trial_level level;
    uint32_t *order, *group_first;  // assignments by group, and offsets
    struct entry *entries;
};

// Running sums over the event times so far: what everybody still followed has got of each kind.
struct running {
    double exposed_e, control_o, control_e;
};

static enum trial_rc add_group(struct sweep *s, uint32_t k, size_t n, size_t treated, size_t controls)
{
    struct trial_level *level = &s->level;
    struct running sum = {0};
    for (size_t i = 0, next; i < n; i = next) {
        const int64_t v = s->entries[i].length;
        double d0 = 0.0, d1 = 0.0, m = (double)controls, n1 = (double)treated;
        for (next = i; next < n && s->entries[next].length == v; next++) {
            d0 += s->entries[next].event && !s->entries[next].treated;
            d1 += s->entries[next].event && s->entries[next].treated;
        }
        double exposed_o = 0.0, own_event = 0.0;
        if (m > 0.0 && s->in->weights == TRIAL_SMR) {
            stats_add(&level->o[k], d1);
            stats_add(&level->e[k], n1 * d0 / m);
            stats_add(&level->q[k], (d1 + n1 * d0) / m);
            exposed_o = 1.0;
            own_event = n1 / m;
            sum.exposed_e += d0 / m;
            sum.control_e -= n1 * d0 / (m * m);
        } else if (m > 0.0) {
            double all = m + 1.0;
            stats_add(&level->o[k], d1 * m / all);
            stats_add(&level->e[k], n1 * d0 / all);
            stats_add(&level->q[k], (d1 + n1 * d0) * m / (all * all));
            exposed_o = m / all - m / (all * all);
            own_event = n1 / all;
            sum.exposed_e += d0 * m / (all * all);
            sum.control_o += d1 / (all * all);
            sum.control_e -= n1 * d0 / (all * all);
        }
        for (size_t j = i; j < next; j++) {
            const struct entry *member = &s->entries[j];
            struct trial_slot *slot = trial_level_slot(level, &s->alloc, member->account);
            if (!slot)
                return TRIAL_NOMEM;
            slot->exposed = slot->exposed || member->treated;
            slot->o[k] += member->treated ? (member->event ? exposed_o : 0.0) : sum.control_o;
            slot->e[k] += member->treated ? sum.exposed_e : sum.control_e + (member->event ? own_event : 0.0);
            treated -= member->treated;
            controls -= !member->treated;
        }
    }
    return TRIAL_OK;
}

static bool takes_part(const struct trial_random_input *in, const struct trial_assigned *a)
{
    return a->end > a->index && a->account != in->without_account;
}

static enum trial_rc run_group(struct trial_randomised *out, struct sweep *s, uint32_t group)
{
    const struct trial_random_input *in = s->in;
    for (uint32_t k = 0; k < in->n_outcomes; k++) {
        size_t n = 0, treated = 0, responded = 0, control_responded = 0;
        for (uint32_t i = s->group_first[group]; i < s->group_first[group + 1]; i++) {
            const struct trial_assigned *a = &in->assigned[s->order[i]];
            if (!takes_part(in, a))
                continue;
            size_t position = 0;
            struct trial_at at = {a->index, in->unit_of ? in->unit_of[a->resolution] : 1, false};
            struct trial_follow f = trial_follow(in->outcome[k], in->unit_of, a->unit, at, a->end, &position);
            s->entries[n++] = (struct entry){f.length, a->account, i, f.event, a->treated};
            treated += a->treated;
            responded += f.event && a->treated;
            control_responded += f.event && !a->treated;
        }
        out->responded[k] += responded;
        out->control_responded[k] += control_responded;
        if (k == 0) {
            out->treated += treated;
            out->controls += n - treated;
            out->matched += n > treated ? treated : 0;
            out->unmatched += n > treated ? 0 : treated;
        }
        if (treated == 0 || treated == n)
            continue;  // no set: these accounts are no clusters
        qsort(s->entries, n, sizeof *s->entries, by_length);
        if (add_group(s, k, n, treated, n - treated) != TRIAL_OK)
            return TRIAL_NOMEM;
    }
    return TRIAL_OK;
}

static bool random_input_is_valid(const struct trial_random_input *in)
{
    if (in->n_assigned >= UINT32_MAX || in->n_outcomes < 1 || in->n_outcomes > TRIAL_OUTCOMES)
        return false;
    for (size_t i = 0; i < in->n_assigned; i++) {
        const struct trial_assigned *a = &in->assigned[i];
        if (a->group >= in->n_groups || a->account >= in->n_accounts || a->index < -TRIAL_TIME_LIMIT ||
            a->index > TRIAL_TIME_LIMIT || a->end > 2 * TRIAL_TIME_LIMIT ||
            (in->unit_of && a->resolution >= in->n_resolutions))
            return false;
    }
    for (uint32_t k = 0; k < in->n_outcomes; k++)
        if (in->outcome[k] && in->outcome[k]->resolution && !in->unit_of)
            return false;
    return true;
}

// Assignments by group, those of one group in their given order.
static void sort_groups(struct sweep *s)
{
    const struct trial_random_input *in = s->in;
    memset(s->group_first, 0, ((size_t)in->n_groups + 2) * sizeof *s->group_first);
    for (size_t i = 0; i < in->n_assigned; i++)
        s->group_first[in->assigned[i].group + 2]++;
    for (uint32_t g = 0; g < in->n_groups; g++)
        s->group_first[g + 2] += s->group_first[g + 1];
    for (size_t i = 0; i < in->n_assigned; i++)
        s->order[s->group_first[in->assigned[i].group + 1]++] = (uint32_t)i;
}

enum trial_rc trial_randomised_run(struct trial_randomised *out, const struct trial_alloc *alloc,
                                   const struct trial_random_input *input)
{
    struct trial_randomised result = {.largest = TRIAL_NONE};
    struct sweep s = {.in = input, .alloc = *alloc};
    struct trial_parts parts;
    enum trial_rc rc = TRIAL_NOMEM;

    if (!random_input_is_valid(input))
        return TRIAL_INVALID;
    s.order = alloc->resize(alloc->ctx, NULL, (input->n_assigned + 1) * sizeof *s.order);
    s.group_first = alloc->resize(alloc->ctx, NULL, ((size_t)input->n_groups + 2) * sizeof *s.group_first);
    s.entries = input->n_assigned >= SIZE_MAX / sizeof *s.entries
                    ? NULL
                    : alloc->resize(alloc->ctx, NULL, (input->n_assigned + 1) * sizeof *s.entries);
    if (!s.order || !s.group_first || !s.entries || trial_level_init(&s.level, alloc, input->n_accounts, 0) != TRIAL_OK)
        goto out;
    sort_groups(&s);
    for (uint32_t g = 0; g < input->n_groups; g++)
        if (run_group(&result, &s, g) != TRIAL_OK)
            goto out;
    trial_parts_of(&parts, &s.level.alone, s.level.slots, s.level.n_slots, NULL);
    for (uint32_t k = 0; k < input->n_outcomes; k++)
        trial_cluster(&result.estimate[k], &parts, k, stats_total(&s.level.o[k]), stats_total(&s.level.e[k]), stats_total(&s.level.q[k]));
    result.accounts = parts.exposed;
    result.largest = parts.largest;
    result.largest_share = parts.all > 0.0 ? parts.largest_part / parts.all : 0.0;
    *out = result;
    rc = TRIAL_OK;
out:
    trial_level_done(&s.level, alloc);
    alloc->free(alloc->ctx, s.entries);
    alloc->free(alloc->ctx, s.group_first);
    alloc->free(alloc->ctx, s.order);
    return rc;
}
