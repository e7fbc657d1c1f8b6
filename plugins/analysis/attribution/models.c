// SPDX-License-Identifier: MIT
//
// Rules, removal effect and Shapley value (models.h).
#include "plugins/analysis/attribution/models.h"

#include <math.h>
#include <string.h>

#include "plugins/common/linear.h"
#include "plugins/common/splitmix.h"
#include "plugins/common/stats.h"

void models_rules(const struct paths *p, double *first, double *last, double *even)
{
    memset(first, 0, p->n_kinds * sizeof *first);
    memset(last, 0, p->n_kinds * sizeof *last);
    memset(even, 0, p->n_kinds * sizeof *even);
    for (size_t i = 0; i < p->n; i++) {
        const struct path *a = &p->at[i];
        first[a->kind[0]] += (double)a->won;
        last[a->kind[a->n - 1]] += (double)a->won;
        for (size_t k = 0; k < a->n; k++) even[a->kind[k]] += (double)a->won / (double)a->n;
    }
}

// ---- removal effect -------------------------------------------------------------------------------------------------------------

// moves[from][to] between kinds, won[from], all[from]; from 0 is the start, then the kinds.
static void count_moves(const struct paths *p, double *moves, double *won, double *all)
{
    const size_t k = p->n_kinds;
    memset(moves, 0, (k + 1) * k * sizeof *moves);
    memset(won, 0, (k + 1) * sizeof *won);
    memset(all, 0, (k + 1) * sizeof *all);
    for (size_t i = 0; i < p->n; i++) {
        const struct path *a = &p->at[i];
        const double n = (double)(a->won + a->lost);
        size_t from = 0;
        for (size_t s = 0; s < a->n; s++) {
            moves[from * k + a->kind[s]] += n;
            all[from] += n;
            from = a->kind[s] + 1u;
        }
        won[from] += (double)a->won;
        all[from] += n;
    }
    for (size_t from = 0; from <= k; from++) {
        if (!(all[from] > 0)) continue;
        for (size_t to = 0; to < k; to++) moves[from * k + to] /= all[from];
        won[from] /= all[from];
    }
}

double models_markov(const struct paths *p, double *removal, double *credit, double *work)
{
    const size_t k = p->n_kinds;
    double *moves = work, *won = moves + (k + 1) * k, *all = won + k + 1, *inverse = all + k + 1;
    double conversions = 0, total = 0, chance = 0;
    size_t bad;
    count_moves(p, moves, won, all);
    for (size_t i = 0; i < p->n; i++) conversions += (double)p->at[i].won;
    memset(inverse, 0, k * k * sizeof *inverse);
    for (size_t i = 0; i < k; i++) inverse[i * k + i] = 1;
    double *from_start = all;  // counts are not needed any more: M[start,c]
    double *system = moves + k;  // rows of the kinds, as I - T
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < k; j++) system[i * k + j] = (i == j) - system[i * k + j];
    const bool solved = linear_solve(system, inverse, k, k, &bad);  // every kind leads to an end, so it is
    for (size_t c = 0; c < k; c++) {
        from_start[c] = 0;
        for (size_t j = 0; j < k; j++) from_start[c] += moves[j] * inverse[j * k + c];
        chance += from_start[c] * won[c + 1];
    }
    if (!solved || !(chance > 0)) chance = solved ? 0 : NAN;
    for (size_t c = 0; c < k; c++) {
        double wins = 0;  // from c
        for (size_t j = 0; j < k; j++) wins += inverse[c * k + j] * won[j + 1];
        removal[c] = chance > 0 ? from_start[c] / inverse[c * k + c] * wins / chance : NAN;
        total += removal[c];
    }
    for (size_t c = 0; c < k; c++) credit[c] = removal[c] / total * conversions;
    return chance;
}

// ---- Shapley ----------------------------------------------------------------------------------------------------------------------

static double rate(uint64_t won, uint64_t n) { return n ? (double)won / (double)n : 0; }

void models_shapley(const struct paths *p, double *phi, void *work)
{
    const size_t k = p->n_kinds, sets = (size_t)1 << k;
    uint64_t *won = work, *all = won + sets;
    double *v = (double *)(void *)(all + sets);
    memset(won, 0, 2 * sets * sizeof *won);
    won[0] = p->won_untouched;
    all[0] = p->won_untouched + p->lost_untouched;
    for (size_t i = 0; i < p->n; i++) {
        size_t set = 0;
        for (size_t s = 0; s < p->at[i].n; s++) set |= (size_t)1 << p->at[i].kind[s];
        won[set] += p->at[i].won;
        all[set] += p->at[i].won + p->at[i].lost;
    }
    for (size_t bit = 1; bit < sets; bit <<= 1)  // to sums over all subsets
        for (size_t set = 0; set < sets; set++)
            if (set & bit) won[set] += won[set ^ bit], all[set] += all[set ^ bit];
    for (size_t set = 0; set < sets; set++) v[set] = rate(won[set], all[set]);
    for (size_t c = 0; c < k; c++) {
        struct stats_sum sum = {0, 0};
        for (size_t set = 0; set < sets; set++) {
            if (set >> c & 1) continue;
            const double others = (double)__builtin_popcountll(set);
            stats_add(&sum, (v[set | (size_t)1 << c] - v[set]) / ((double)k * exp(stats_log_choose((double)k - 1, others))));
        }
        phi[c] = stats_total(&sum);
    }
}

// Where each kind stands in an order decides from where on a path's touches are all there.
static void gain_in_order(const struct paths *p, const uint64_t *order, uint64_t *place, uint64_t *won, uint64_t *all, double *phi, double *squares)
{
    const size_t k = p->n_kinds;
    memset(won, 0, (k + 1) * sizeof *won);
    memset(all, 0, (k + 1) * sizeof *all);
    for (size_t i = 0; i < k; i++) place[order[i]] = i + 1;
    won[0] = p->won_untouched;
    all[0] = p->won_untouched + p->lost_untouched;
    for (size_t i = 0; i < p->n; i++) {
        uint64_t last = 0;
        for (size_t s = 0; s < p->at[i].n; s++) last = place[p->at[i].kind[s]] > last ? place[p->at[i].kind[s]] : last;
        won[last] += p->at[i].won;
        all[last] += p->at[i].won + p->at[i].lost;
    }
    for (size_t i = 1; i <= k; i++) {
        const double before = rate(won[i - 1], all[i - 1]);
        won[i] += won[i - 1];
        all[i] += all[i - 1];
        const double gain = rate(won[i], all[i]) - before;
        phi[order[i - 1]] += gain;
        squares[order[i - 1]] += gain * gain;
    }
}

void models_shapley_sampled(const struct paths *p, uint64_t seed, uint64_t samples, double *phi, double *error, void *work)
{
    const size_t k = p->n_kinds;
    uint64_t *order = work, *place = order + k, *won = place + k, *all = won + k + 1;
    struct splitmix draws = {seed};
    memset(phi, 0, k * sizeof *phi);
    memset(error, 0, k * sizeof *error);
    for (uint64_t s = 0; s < samples; s++) {
        for (size_t i = 0; i < k; i++) order[i] = i;
        for (size_t i = k; i-- > 1;) {  // Fisher & Yates, from the end (METHODS 0.8)
            const uint64_t j = splitmix_below(&draws, i + 1), swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        gain_in_order(p, order, place, won, all, phi, error);
    }
    for (size_t c = 0; c < k; c++) {
        const double mean = phi[c] / (double)samples, variance = error[c] / (double)samples - mean * mean;
        phi[c] = mean;
        error[c] = sqrt(fmax(0, variance) / (double)samples);
    }
}
