// SPDX-License-Identifier: MIT
//
// People counted: the records of one person, from however many units, are one person in each role (and in each role and stage).
#include "plugins/analysis/value-map/value_map.h"

#include <string.h>

#define ACTED_MAX ((size_t)1 << 22)  // roles times actions that are counted

struct person {  // one, as records are put together
    struct vm_line *lines;
    size_t n_lines, room_lines;
    struct vm_touched *touched, *acts;
    size_t n_touched, room_touched, n_acts, room_acts;
    uint32_t *accounts;  // of each line
    size_t room_accounts;
};

static voc_rc take(const struct vm *v, struct person *p, const void *data, size_t size)
{
    struct vm_person head;
    if (size < sizeof head) return VOC_E_BUG;
    memcpy(&head, data, sizeof head);
    const char *lines = (const char *)data + sizeof head, *touched = lines + head.n_lines * sizeof *p->lines,
               *acts = touched + head.n_touched * sizeof *p->touched;
    voc_rc rc = analysis_reach(&v->base, (void **)&p->lines, &p->room_lines, p->n_lines + head.n_lines, sizeof *p->lines);
    if (!rc) rc = analysis_reach(&v->base, (void **)&p->accounts, &p->room_accounts, p->n_lines + head.n_lines, sizeof *p->accounts);
    if (!rc) rc = analysis_reach(&v->base, (void **)&p->touched, &p->room_touched, p->n_touched + head.n_touched, sizeof *p->touched);
    if (!rc) rc = analysis_reach(&v->base, (void **)&p->acts, &p->room_acts, p->n_acts + head.n_acts, sizeof *p->acts);
    if (rc) return rc;
    memcpy(p->lines + p->n_lines, lines, head.n_lines * sizeof *p->lines);
    for (size_t i = 0; i < head.n_lines; i++) p->accounts[p->n_lines + i] = head.account;
    if (head.n_touched) memcpy(p->touched + p->n_touched, touched, head.n_touched * sizeof *p->touched);
    if (head.n_acts) memcpy(p->acts + p->n_acts, acts, head.n_acts * sizeof *p->acts);
    p->n_acts += head.n_acts;
    p->n_lines += head.n_lines;
    p->n_touched += head.n_touched;
    return VOC_OK;
}

static void add(struct vm_line *to, const struct vm_line *from)
{
    to->did |= from->did;
    to->said |= from->said;
    to->negated |= from->negated;
    to->served |= from->served;
    to->talked |= from->talked;
    for (size_t i = 0; i < VM_THEME_WORDS; i++) to->themes[i] |= from->themes[i];
}

// One person, in one role or cell, into the counts of each need.
static void count(const struct vm *v, struct vm_count *of, const struct vm_line *l)
{
    for (size_t i = 0; i < v->n_needs; i++) {
        const uint64_t did = l->did >> i & 1u, said = l->said >> i & 1u, served = l->served >> i & 1u;
        of[i].people++;
        of[i].talked += l->talked;
        of[i].did += did;
        of[i].said += said;
        of[i].negated += l->negated >> i & 1u;
        of[i].served += served;
        of[i].wanted += did | said;
        of[i].unserved += (did | said) & !served;
        of[i].unsought += served & !(did | said);
        of[i].both += did & said;
        of[i].said_only += said & !did;
        of[i].did_only += l->talked & did & !said;
    }
}

static voc_rc count_role(struct vm_tally *t, const struct person *p, size_t first)
{
    const struct vm *v = t->v;
    const uint32_t role = p->lines[first].role;
    struct vm_line all = {.role = role};
    voc_rc rc = VOC_OK;
    for (size_t i = first; i < p->n_lines && !rc; i++) {
        if (p->lines[i].role != role) continue;
        const uint64_t wants = p->lines[i].did | p->lines[i].said;
        add(&all, &p->lines[i]);
        rc = gathered_add(v->base.host, v->base.cx, &t->present[role], p->accounts[i]);
        for (size_t n = 0; n < v->n_needs && !rc; n++)
            if (wants >> n & 1u) rc = gathered_add(v->base.host, v->base.cx, &t->accounts[role * v->n_needs + n], p->accounts[i]);
    }
    if (rc) return rc;
    count(v, vm_of_role(t, role, 0), &all);
    for (size_t i = 0; i < v->n_themes; i++) t->said_theme[role * v->n_themes + i] += all.themes[i / 64] >> (i % 64) & 1u;
    return VOC_OK;
}

static void count_pairs(const struct vm_touched *of, size_t n, uint64_t *into, size_t width)
{
    for (size_t i = 0; i < n; i++) {
        bool before = false;
        for (size_t k = 0; k < i && !before; k++) before = of[k].role == of[i].role && of[k].touchpoint == of[i].touchpoint;
        if (!before) into[of[i].role * width + of[i].touchpoint]++;
    }
}

static voc_rc count_person(struct vm_tally *t, const struct person *p)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < p->n_lines && !rc; i++) {
        if (p->lines[i].role >= t->n_roles || p->lines[i].stage > t->v->n_stages) return VOC_E_BUG;
        bool role = true, cell = true;
        for (size_t k = 0; k < i; k++) {
            role = role && p->lines[k].role != p->lines[i].role;
            cell = cell && (p->lines[k].role != p->lines[i].role || p->lines[k].stage != p->lines[i].stage);
        }
        if (role) rc = count_role(t, p, i);
        if (!cell) continue;
        struct vm_line all = p->lines[i];
        for (size_t k = i + 1; k < p->n_lines; k++)
            if (p->lines[k].role == all.role && p->lines[k].stage == all.stage) add(&all, &p->lines[k]);
        count(t->v, vm_of_cell(t, all.role, all.stage, 0), &all);
    }
    count_pairs(p->touched, p->n_touched, t->reached, t->v->base.def->n_touchpoints);
    if (t->acted) count_pairs(p->acts, p->n_acts, t->acted, t->v->base.def->n_actions);
    return rc;
}

static voc_rc count_people(struct vm_tally *t, struct vm_state *s)
{
    const struct vm *v = t->v;
    const voc_host *host = v->base.host;
    struct person p = {0};
    voc_str key, last = {"", 0};
    const void *data;
    size_t n = 0, size;
    voc_rc rc = host->spool_seal(s->people, &n);
    for (size_t i = 0; i < n && !rc; i++) {
        rc = host->spool_get(s->people, i, &key, &data, &size);
        if (rc) break;
        if (last.len && (last.len != key.len || memcmp(last.ptr, key.ptr, key.len) != 0)) {
            rc = count_person(t, &p);
            p.n_lines = p.n_touched = p.n_acts = 0;
        }
        if (!rc) rc = take(v, &p, data, size);
        last = key;
    }
    if (!rc && p.n_lines) rc = count_person(t, &p);
    host->free(v->base.cx, p.lines);
    host->free(v->base.cx, p.accounts);
    host->free(v->base.cx, p.touched);
    host->free(v->base.cx, p.acts);
    return rc;
}

static bool is_win(const struct vm *v, uint32_t stage)
{
    const voc_str phase = stage < v->n_stages ? analysis_stage(&v->base, stage)->phase : (voc_str){"", 0};
    return phase.len == 3 && memcmp(phase.ptr, "win", 3) == 0;
}

bool vm_is_open(const struct vm_tally *t, const struct vm_unit *u)
{
    return u->fate == VM_OPEN && u->stage < t->v->n_stages && (!t->phases || is_win(t->v, u->stage));
}

// Deals won, and those under way in the phase in which they are won: who is part of them?
static voc_rc count_units(struct vm_tally *t, struct vm_state *s)
{
    const struct vm *v = t->v;
    const voc_host *host = v->base.host;
    size_t n = 0, size;
    voc_str key;
    const void *data;
    for (uint32_t i = 0; i < v->n_stages; i++) t->phases = t->phases || is_win(v, i);
    voc_rc rc = host->spool_seal(s->units, &n);
    for (size_t i = 0; i < n && !rc; i++) {
        struct vm_unit u;
        if ((rc = host->spool_get(s->units, i, &key, &data, &size))) break;
        memcpy(&u, data, sizeof u);
        const uint32_t *roles = (const uint32_t *)(const void *)((const char *)data + sizeof u);
        const bool open = vm_is_open(t, &u);
        t->won += u.fate == VM_WON;
        t->open += open;
        t->lost += u.fate == VM_LOST;
        uint32_t k = 0;
        for (uint32_t r = 1; r < t->n_roles; r++) {
            while (k < u.n_roles && roles[k] < r) k++;
            const bool there = k < u.n_roles && roles[k] == r;
            t->won_with[r] += u.fate == VM_WON && there;
            t->open_without[r] += open && !there;
        }
    }
    return rc;
}

static voc_rc zeroed(const struct vm *v, void *out, size_t a, size_t b, size_t size)
{
    size_t n;
    void *p = NULL;
    if (__builtin_mul_overflow(a, b, &n)) return VOC_E_NOMEM;
    voc_rc rc = analysis_zeroed(&v->base, &p, n, size);
    if (!rc) memcpy(out, &p, sizeof p);
    return rc;
}

voc_rc vm_tally_new(struct vm_tally *t, const struct vm *v, struct vm_state *s)
{
    *t = (struct vm_tally){.v = v, .s = s, .n_roles = v->base.host->n_codes(v->base.run, VOC_COL_ROLE)};
    if (!t->n_roles) t->n_roles = 1;
    const size_t r = t->n_roles, cells = (v->n_stages + 1) * v->n_needs;
    voc_rc rc = zeroed(v, &t->of_role, r, v->n_needs, sizeof *t->of_role);
    if (!rc) rc = zeroed(v, &t->of_cell, r, cells, sizeof *t->of_cell);
    if (!rc) rc = zeroed(v, &t->accounts, r, v->n_needs, sizeof *t->accounts);
    if (!rc) rc = zeroed(v, &t->present, r, 1, sizeof *t->present);
    if (!rc) rc = zeroed(v, &t->said_theme, r, v->n_themes, sizeof *t->said_theme);
    if (!rc) rc = zeroed(v, &t->reached, r, v->base.def->n_touchpoints, sizeof *t->reached);
    if (!rc && r <= ACTED_MAX / (v->base.def->n_actions + 1)) rc = zeroed(v, &t->acted, r, v->base.def->n_actions, sizeof *t->acted);
    if (!rc) rc = zeroed(v, &t->won_with, r, 1, sizeof *t->won_with);
    if (!rc) rc = zeroed(v, &t->open_without, r, 1, sizeof *t->open_without);
    if (!rc) rc = count_people(t, s);
    if (!rc) rc = count_units(t, s);
    for (size_t i = 0; i < r * v->n_needs && !rc; i++) gathered_distinct(&t->accounts[i]);
    for (size_t i = 0; i < r && !rc; i++) gathered_distinct(&t->present[i]);
    return rc;
}

void vm_tally_done(struct vm_tally *t)
{
    const struct vm *v = t->v;
    for (size_t i = 0; t->accounts && i < (size_t)t->n_roles * v->n_needs; i++) gathered_done(v->base.host, v->base.cx, &t->accounts[i]);
    for (size_t i = 0; t->present && i < t->n_roles; i++) gathered_done(v->base.host, v->base.cx, &t->present[i]);
    void *arrays[] = {t->of_role, t->of_cell, t->accounts, t->present, t->said_theme, t->reached, t->acted, t->won_with, t->open_without};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) v->base.host->free(v->base.cx, arrays[i]);
}

static int by_name(voc_str a, voc_str b)
{
    const size_t n = a.len < b.len ? a.len : b.len;
    const int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

void vm_rank(const struct vm_tally *t, uint32_t role, size_t order[VM_NEEDS_MAX])
{
    for (size_t i = 0; i < t->v->n_needs; i++) {  // of one role: shares of one number of people are in the order of the people
        const struct vm_count *a = vm_of_role(t, role, i);
        size_t at = i;
        for (; at; at--) {
            const struct vm_count *b = vm_of_role(t, role, order[at - 1]);
            if (b->did != a->did     ? b->did > a->did
                : b->said != a->said ? b->said > a->said
                                     : by_name(vm_need(t->v, order[at - 1])->id, vm_need(t->v, i)->id) < 0)
                break;
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
}
