// SPDX-License-Identifier: MIT
//
// What a role does more than all others do: log-odds with an informative prior (METHODS 12.6), of people, so that who acts often counts
// once. Actions of fewer than five people say nothing; the others of one role are one family of comparisons.
#include "plugins/analysis/value-map/page.h"
#include "plugins/common/stats.h"

#define PEOPLE_LEAST 5u

static int own_order(const void *x, const void *y)
{
    const struct vm_own *a = x, *b = y;
    if (a->odds.z > b->odds.z || a->odds.z < b->odds.z) return a->odds.z > b->odds.z ? -1 : 1;
    const size_t n = a->name.len < b->name.len ? a->name.len : b->name.len;
    const int c = n ? memcmp(a->name.ptr, b->name.ptr, n) : 0;
    return c ? c : (a->name.len > b->name.len) - (a->name.len < b->name.len);
}

static voc_rc adjust(const struct vm *v, struct vm_own *own, size_t n)
{
    double *p = NULL;
    struct stats_ranked *work = NULL;
    voc_rc rc = analysis_zeroed(&v->base, (void **)&p, n, sizeof *p);
    if (!rc) rc = analysis_zeroed(&v->base, (void **)&work, n, sizeof *work);
    for (size_t i = 0; i < n && !rc; i++) p[i] = stats_normal_two_sided(own[i].odds.z);
    if (!rc) stats_bh(p, p, n, work);
    for (size_t i = 0; i < n && !rc; i++) own[i].q = p[i];
    v->base.host->free(v->base.cx, p);
    v->base.host->free(v->base.cx, work);
    return rc;
}

voc_rc vm_own_actions(const struct vm_tally *t, uint32_t role, struct vm_own **out, size_t *n)
{
    const struct vm *v = t->v;
    const size_t n_actions = v->base.def->n_actions;
    double mine = 0, theirs = 0;
    *n = 0;
    *out = NULL;
    if (!t->acted) return VOC_OK;
    voc_rc rc = analysis_zeroed(&v->base, (void **)out, n_actions, sizeof **out);
    if (rc) return rc;
    for (size_t a = 0; a < n_actions; a++) {
        struct vm_own o = {.action = a, .name = analysis_action(&v->base, a)->name, .people = t->acted[role * n_actions + a]};
        for (uint32_t r = 0; r < t->n_roles; r++)
            if (r != role) o.others += t->acted[r * n_actions + a];
        mine += (double)o.people;
        theirs += (double)o.others;
        if (o.people + o.others >= PEOPLE_LEAST) (*out)[(*n)++] = o;
    }
    if (!(mine > 0) || !(theirs > 0)) *n = 0;  // nobody to compare with
    const double least = mine < theirs ? mine : theirs, prior = least < 1000 ? least : 1000;
    for (size_t i = 0; i < *n; i++) (*out)[i].odds = vm_log_odds((double)(*out)[i].people, mine, (double)(*out)[i].others, theirs, prior);
    rc = adjust(v, *out, *n);
    if (!rc && *n > 1) qsort(*out, *n, sizeof **out, own_order);
    return rc;
}

voc_rc vm_write_distinctive(const struct vm_tally *t)
{
    struct page p = vm_page(t, "distinctive", "What a role does more, or less, than others", VOC_TABLE_HIDDEN);
    page_column(&p, "role", "role", VOC_CELL_TEXT, "", 0, "of whom");
    page_column(&p, "action", "action", VOC_CELL_TEXT, "", 0, "of customers");
    page_column(&p, "people", "people", VOC_CELL_INT, "", 0, "of this role who did it");
    page_column(&p, "others", "others", VOC_CELL_INT, "", 0, "people of all other roles who did it");
    page_column(&p, "log_odds", "log-odds", VOC_CELL_REAL, "", 0, "of doing it, this role against the others, drawn towards what all do (Monroe, Colaresi & Quinn 2008)");
    page_column(&p, "z", "z", VOC_CELL_REAL, "", 0, "log-odds in its standard errors");
    page_column(&p, "q", "q", VOC_CELL_REAL, "", 0, "adjusted for all actions of the role (Benjamini & Hochberg 1995)");
    for (uint32_t r = 0; r < t->n_roles && !p.rc; r++) {
        struct vm_own *own = NULL;
        size_t n = 0;
        if (!vm_of_role(t, r, 0)->people) continue;
        p.rc = vm_own_actions(t, r, &own, &n);
        for (size_t i = 0; i < n; i++) {
            cell_str(&p, vm_role(t->v, r));
            cell_str(&p, own[i].name);
            cell_int(&p, own[i].people);
            cell_int(&p, own[i].others);
            cell_real(&p, own[i].odds.log_odds, 3);
            cell_real(&p, own[i].odds.z, 2);
            cell_real(&p, own[i].q, 4);
        }
        t->v->base.host->free(t->v->base.cx, own);
    }
    page_semantics(&p, "People, each counted once in a role and action; actions of at least five people. What is mechanical is left out.");
    return p.rc;
}
