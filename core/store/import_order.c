// SPDX-License-Identifier: MIT
// The order of rows in an import's blocks. Rows are dealt out by the rank of their unit's text, which keeps the order of
// the file inside a unit; most inputs are in time order already, so the sort of a unit usually is one pass.
#include "store/import.h"
#include "base/cancel.h"
#include "store/sort.h"

static uint32_t actor_class(uint8_t actor) // METHODS 0.2: customer, company, other; unset is read as the customer
{
    return actor == VOC_ACTOR_COMPANY ? 1 : actor == VOC_ACTOR_OTHER ? 2 : 0;
}

static int by_time(const void *a, const void *b, const void *user)
{
    const struct pending *q = user;
    const struct pending_row *x = pending_row(q, *(const uint32_t *)a), *y = pending_row(q, *(const uint32_t *)b);
    if (x->time_us != y->time_us) return x->time_us < y->time_us ? -1 : 1;
    uint32_t cx = actor_class(x->actor), cy = actor_class(y->actor);
    if (cx != cy) return cx < cy ? -1 : 1;
    int c = x->id || y->id ? str_cmp(pending_text(q, x->id), pending_text(q, y->id)) : 0;
    if (c) return c;
    if (x->record != y->record) return x->record < y->record ? -1 : 1;
    return x->sub < y->sub ? -1 : x->sub > y->sub;
}

// The unit that a row is stored under: case, else account, else customer. Index into the texts of cases, then of alias sets.
static size_t unit_of(const struct pending_row *e, size_t n_cases)
{
    if (e->case_id) return e->case_id;
    return n_cases + (e->account ? e->account : e->customer);
}

// Ranks of the texts of all units in use.
static voc_rc rank_units(const struct pending *q, size_t n_cases, size_t n_all, uint32_t *ranks)
{
    voc_str *texts = mem_zalloc(n_all, sizeof *texts);
    bool *used = mem_zalloc(n_all, sizeof *used);
    voc_rc rc = texts && used ? VOC_OK : VOC_E_NOMEM;
    for (uint32_t i = 0; rc == VOC_OK && i < n_all; i++)
        texts[i] = i < n_cases ? dict_at(q->names[SPACE_CASE], i) : dict_at(q->names[SPACE_ALIASES], i - (uint32_t)n_cases);
    for (size_t i = 0; rc == VOC_OK && i < q->n_events; i++) used[unit_of(pending_row(q, i), n_cases)] = true;
    if (rc == VOC_OK) rc = sort_ranks(texts, used, n_all, ranks);
    mem_free(texts);
    mem_free(used);
    return rc;
}

voc_rc import_order(const struct pending *q, uint32_t *order, size_t *n)
{
    size_t n_cases = dict_n(q->names[SPACE_CASE]), n_all = n_cases + dict_n(q->names[SPACE_ALIASES]), count = 0;
    uint32_t *ranks = mem_zalloc(n_all, sizeof *ranks), *starts = mem_zalloc(n_all + 1, sizeof *starts);
    voc_rc rc = ranks && starts ? rank_units(q, n_cases, n_all, ranks) : VOC_E_NOMEM;
    if (rc != VOC_OK) goto out;
    for (size_t i = 0; i < q->n_events; i++) {
        const struct pending_row *e = pending_row(q, i);
        if (!e->dropped) starts[ranks[unit_of(e, n_cases)] + 1]++, count++;
    }
    for (size_t i = 0; i < n_all; i++) starts[i + 1] += starts[i];
    for (size_t i = 0; i < q->n_events; i++) { // afterwards starts[r] is the end of rank r
        const struct pending_row *e = pending_row(q, i);
        if (!e->dropped) order[starts[ranks[unit_of(e, n_cases)]]++] = (uint32_t)i;
    }
    for (size_t r = 0, from = 0; rc == VOC_OK && r < n_all; r++) {
        if (r % 4096 == 0 && cancel_requested()) rc = VOC_CANCELLED;
        if (starts[r] > from + 1) rc = sort_stable(order + from, starts[r] - from, sizeof *order, by_time, q);
        from = starts[r] > from ? starts[r] : from;
    }
    *n = count;
out:
    mem_free(ranks);
    mem_free(starts);
    return rc;
}
