// SPDX-License-Identifier: MIT
// Whose events: each combination of case, customer and account that rows of an import name, once. It decides the unit that
// the rows are kept under (the case; without one the account; without that the customer), and with it their place in the
// file: units are in order of the XXH3-64 of their text. Most rows name one thing alone, and are found by its code. People
// are numbered within their partition, so that what is looked up for its rows lies together.
#include "store/import/pending.h"

voc_str pending_unit(const struct pending *q, const struct pending_who *w)
{
    if (w->case_id) return dict_at(q->names[SPACE_CASE], w->case_id);
    return dict_at(q->names[SPACE_ALIASES], w->account ? w->account : w->customer);
}

static voc_rc who_new(struct pending *q, const struct pending_who *w, uint32_t *who)
{
    const uint32_t part = (uint32_t)(w->key >> (64 - PARTITION_BITS));
    struct pending_partition *p = &q->part[part];
    voc_rc rc = vec_reserve(&p->whos, 1, WHOS_MOST);
    if (rc != VOC_OK) return rc;
    *who = part << WHO_BITS | (uint32_t)p->whos.n;
    p->whos.at[p->whos.n++] = *w;
    return VOC_OK;
}

static voc_rc who_named(struct pending *q, uint32_t case_id, uint32_t customer, uint32_t account, uint32_t *who)
{
    struct pending_who w = {.case_id = case_id, .customer = customer, .account = account};
    voc_str unit = pending_unit(q, &w);
    w.key = hash64(unit.ptr, unit.len, 0);
    return who_new(q, &w, who);
}

voc_rc pending_nobody(struct pending *q)
{
    const struct pending_who w = {.key = hash64("", 0, 0)};
    return who_new(q, &w, &q->nobody);
}

// The place of `code` in a list by code, grown with zeros as needed. NULL: out of memory.
static uint32_t *place(uint32_t **list, size_t *n, size_t *cap, uint32_t code)
{
    if (code >= *n) {
        if (vec_reserve_((void **)list, cap, *n, code - *n + 1, sizeof **list, UINT32_MAX) != VOC_OK) return NULL;
        memset(*list + *n, 0, (*cap - *n) * sizeof **list);
        *n = *cap;
    }
    return &(*list)[code];
}

static voc_rc who_mixed(struct pending *q, uint32_t case_id, uint32_t customer, uint32_t account, uint32_t *who)
{
    const uint32_t codes[3] = {case_id, customer, account};
    uint32_t code = 0;
    voc_rc rc = q->mixed ? VOC_OK : dict_new(&q->mixed, SIZE_MAX / 4);
    if (rc == VOC_OK) rc = dict_code(q->mixed, str_mk((const char *)codes, sizeof codes), &code);
    if (rc == VOC_OK && code < q->mixed_who.n) {
        *who = q->mixed_who.at[code];
        return VOC_OK;
    }
    if (rc == VOC_OK) rc = vec_reserve(&q->mixed_who, 1, UINT32_MAX);
    if (rc == VOC_OK) rc = who_named(q, case_id, customer, account, who);
    if (rc == VOC_OK) q->mixed_who.at[q->mixed_who.n++] = *who;
    return rc;
}

voc_rc pending_who_of(struct pending *q, uint32_t case_id, uint32_t customer, uint32_t account, uint32_t *who)
{
    uint32_t *known;
    if ((case_id != 0) + (customer != 0) + (account != 0) > 1) return who_mixed(q, case_id, customer, account, who);
    if (case_id) known = place(&q->who_of_case.at, &q->who_of_case.n, &q->who_of_case.cap, case_id);
    else if (account) known = place(&q->who_of_account.at, &q->who_of_account.n, &q->who_of_account.cap, account);
    else known = dict_value(q->names[SPACE_ALIASES], customer);
    if (!known) return VOC_E_NOMEM;
    voc_rc rc = *known ? VOC_OK : who_named(q, case_id, customer, account, who);
    if (rc != VOC_OK) return rc;
    if (!*known) *known = *who + 1;
    *who = *known - 1;
    return VOC_OK;
}
