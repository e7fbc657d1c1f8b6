// SPDX-License-Identifier: MIT
//
// A declared hold-out as a trial (METHODS 3.6): who was chosen to get a touch against who was chosen to go without, of one campaign
// and segment; nobody is matched, as chance has done that. The arithmetic is trial_random.c.
#include "plugins/analysis/score/score.h"

// Campaigns are numbered in `rank` as they come: units come by name, so that the order of the sums does not depend on codes.
static size_t collect_assigned(const struct score *s, size_t h, uint32_t *rank, uint32_t *n_ranks, struct trial_assigned *out)
{
    const struct data *d = &s->data;
    const voc_def_holdout *hold = &s->def->holdouts[h];
    size_t n = 0;
    for (size_t u = 0; u < d->n_units; u++)
        for (size_t i = d->first_event[u]; i < d->first_event[u + 1]; i++) {
            const struct event *e = &d->events[i];
            bool treated = data_bit(d, i, s->aims.treated[h]), control = data_bit(d, i, s->aims.control[h]);
            if (treated == control || !score_counts(s, e)) continue;
            if ((hold->from_us != VOC_NA && e->time < hold->from_us) || (hold->to_us != VOC_NA && e->time >= hold->to_us)) continue;
            size_t stay = stay_of(d, u, e->time + 1);
            uint32_t stage = stay == SIZE_MAX ? 0 : d->stays[stay].stage;
            uint32_t *campaign = &rank[data_more(d, e)->campaign];
            if (!*campaign) *campaign = ++*n_ranks;
            int64_t end = e->time + window_of(s, hold->touchpoint, stage);
            out[n++] = (struct trial_assigned){.group = (*campaign - 1) * (uint32_t)s->def->n_segments + e->segment,
                                               .account = d->units[u].account,
                                               .unit = (uint32_t)u,
                                               .index = e->time,
                                               .end = end < s->info->end_us ? end : s->info->end_us,
                                               .resolution = e->resolution,
                                               .treated = treated};
        }
    return n;
}

voc_rc study_holdout(const struct score *s, size_t h, const double *move_value, const struct series *harm, struct finding *f)
{
    struct series aimed;
    struct trial_alloc alloc = score_trial_alloc(s);
    struct trial_assigned *assigned = score_alloc(s, s->data.n_events, sizeof *assigned);
    uint32_t n_ranks = 0, *rank = score_alloc(s, s->host->n_codes(s->run, VOC_COL_CAMPAIGN), sizeof *rank);
    if (!assigned || !rank) return VOC_E_NOMEM;
    size_t n = collect_assigned(s, h, rank, &n_ranks, assigned);
    voc_rc rc = aim_is_forward(s) ? series_forward(s, &aimed, VOC_NONE, move_value) : series_aimed(s, &aimed, f->touchpoint);
    if (rc || n == 0) return rc;
    struct trial_random_input in = {.assigned = assigned,
                                    .n_assigned = n,
                                    .n_groups = n_ranks * (uint32_t)s->def->n_segments,
                                    .n_accounts = s->host->n_codes(s->run, VOC_COL_ACCOUNT),
                                    .outcome = {&aimed.events, &harm->events},
                                    .n_outcomes = 2,
                                    .unit_of = score_unit_of,
                                    .n_resolutions = 6,
                                    .weights = s->def->weights == VOC_WEIGHTS_MH ? TRIAL_MH : TRIAL_SMR,
                                    .without_account = TRIAL_NONE};
    rc = score_rc(trial_randomised_run(&f->random, &alloc, &in));
    if (rc || !f->random.matched) return rc;
    f->randomised = true;
    if (f->random.largest == TRIAL_NONE || f->random.largest_share <= verdict_limits.largest_account) return VOC_OK;
    in.without_account = f->random.largest;
    f->random_without = score_alloc(s, 1, sizeof *f->random_without);
    return f->random_without ? score_rc(trial_randomised_run(f->random_without, &alloc, &in)) : VOC_E_NOMEM;
}
