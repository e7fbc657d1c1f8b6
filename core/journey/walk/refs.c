// SPDX-License-Identifier: MIT
// What refs name: an event of the same unit by its id (one of the same source first), a touchpoint by its id or raw name,
// or through the event. And what follows: touches that an undelivered event cancels, internal work that customers refer to.
#include <stdlib.h>
#include "journey/walk/timeline_int.h"

#define IDS_MAX ((size_t)UINT32_MAX)

static unsigned ref_kind(const struct span *w, uint32_t at)
{
    return w->s->ref_kind && w->s->ref && w->s->ref[at].len ? w->s->ref_kind[at] : VOC_REF_NONE;
}

static voc_rc ids_of(const struct span *w, const struct unit_entry *u, struct ref_scratch *s)
{
    s->n = 0;
    bool asked = false;
    for (size_t i = 0; w->s->id && i < u->n && !asked; i++) asked = ref_kind(w, span_row(w, u, i)) == VOC_REF_EVENT;
    if (!asked) return VOC_OK;
    voc_rc rc = vec_reserve_((void **)&s->ids, &s->cap, 0, u->n, sizeof *s->ids, IDS_MAX);
    if (rc) return rc;
    for (size_t i = 0; i < u->n; i++) {
        voc_str id = w->s->id[span_row(w, u, i)];
        if (id.len) s->ids[s->n++] = (struct name_ref){id, (uint32_t)i};
    }
    if (s->n) qsort(s->ids, s->n, sizeof *s->ids, name_order);
    return VOC_OK;
}

// The event of the unit with that id, or -1: the first of the same source, else the first of any; never itself.
static int32_t event_named(const struct span *w, const struct unit_entry *u, const struct ref_scratch *s, size_t self)
{
    uint32_t at = span_row(w, u, self);
    voc_str id = w->s->ref[at];
    size_t lo = 0, hi = s->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (str_cmp(s->ids[mid].name, id) < 0) lo = mid + 1;
        else hi = mid;
    }
    int32_t found = -1;
    for (; lo < s->n && str_eq(s->ids[lo].name, id); lo++) {
        uint32_t i = s->ids[lo].index;
        if (i == self) continue;
        if (column_at(w->s->source, span_row(w, u, i)) == column_at(w->s->source, at)) return (int32_t)i;
        if (found < 0) found = (int32_t)i;
    }
    return found;
}

voc_rc refs_unit(const struct timeline *t, const struct span *w, const struct unit_entry *u, struct ref_scratch *s,
                 int32_t *ref_event, uint32_t *ref_touchpoint)
{
    voc_rc rc = ids_of(w, u, s);
    if (rc) return rc;
    for (size_t i = 0; i < u->n; i++) {
        uint32_t at = span_row(w, u, i);
        unsigned kind = ref_kind(w, at);
        ref_event[i] = kind == VOC_REF_EVENT ? event_named(w, u, s, i) : -1;
        ref_touchpoint[i] = VOC_NONE;
        if (ref_event[i] >= 0) ref_touchpoint[i] = w->touchpoint[span_row(w, u, (size_t)ref_event[i])];
        else if (kind == VOC_REF_EVENT || kind == VOC_REF_TOUCHPOINT) ref_touchpoint[i] = name_find(t->touch_names, t->n_touch_names, w->s->ref[at]);
    }
    return VOC_OK;
}

// ---- undelivered ------------------------------------------------------------------------------------------------------------------

static bool undelivered(const struct timeline *t, const struct span *w, uint32_t at)
{
    return t->class_of_action[column_at(w->s->action, at)] == VOC_CLASS_UNDELIVERED;
}

// The touch that undelivered event i of the unit cancels: the event that it names, else the last delivered touch before
// it of the touchpoint that it names (to the same person), else the last of its thread. -1: none.
static int64_t cancelled_by(const struct span *w, const struct unit_entry *u, size_t i, const int32_t *ref_event,
                            const uint32_t *ref_touchpoint, const uint8_t *delivered)
{
    uint32_t at = span_row(w, u, i);
    if (ref_event[i] >= 0) return w->actor[span_row(w, u, (size_t)ref_event[i])] == VOC_ACTOR_COMPANY ? ref_event[i] : -1;
    bool thread = ref_touchpoint[i] == VOC_NONE;
    if (thread && (ref_kind(w, at) == VOC_REF_NONE || !w->thread[at])) return -1;
    for (size_t k = i; k-- > 0;) {
        uint32_t b = span_row(w, u, k);
        if (w->actor[b] != VOC_ACTOR_COMPANY || !delivered[k]) continue;
        if (thread ? w->thread[b] != w->thread[at] : w->touchpoint[b] != ref_touchpoint[i]) continue;
        if (w->individual[at] && w->individual[b] && w->individual[at] != w->individual[b]) continue;
        return (int64_t)k;
    }
    return -1;
}

void refs_cancel(const struct timeline *t, const struct span *w, const struct unit_entry *u, const int32_t *ref_event, const uint32_t *ref_touchpoint,
                 uint8_t *delivered, uint64_t *n)
{
    for (size_t i = 0; i < u->n; i++) delivered[i] = 1;
    for (size_t i = 0; i < u->n; i++) {
        uint32_t at = span_row(w, u, i);
        if (!undelivered(t, w, at)) continue;
        int64_t touch = cancelled_by(w, u, i, ref_event, ref_touchpoint, delivered);
        bool company = w->actor[at] == VOC_ACTOR_COMPANY; // a send that failed is no touch either
        if (touch >= 0 && delivered[touch]) {
            delivered[touch] = 0;
            ++*n;
        } else if (touch < 0 && company && delivered[i]) {
            ++*n;
        }
        if (company) delivered[i] = 0;
    }
}

static voc_rc count_undelivered(struct timeline *t)
{
    struct ref_scratch s = {0};
    struct { int32_t *at; size_t n, cap; } events = {0};
    struct { uint32_t *at; size_t n, cap; } touchpoints = {0};
    struct { uint8_t *at; size_t n, cap; } delivered = {0};
    voc_rc rc = VOC_OK;
    for (size_t u = 0; !rc && u < t->n_units; u++) {
        const struct unit_entry *e = &t->units[u];
        bool any = false;
        for (size_t i = 0; i < e->n && !any; i++) any = undelivered(t, &t->all, span_row(&t->all, e, i));
        if (!any) continue;
        if ((rc = vec_reserve(&events, e->n, IDS_MAX)) || (rc = vec_reserve(&touchpoints, e->n, IDS_MAX)) ||
            (rc = vec_reserve(&delivered, e->n, IDS_MAX)))
            break;
        if ((rc = refs_unit(t, &t->all, e, &s, events.at, touchpoints.at))) break;
        refs_cancel(t, &t->all, e, events.at, touchpoints.at, delivered.at, &t->info.n_undelivered);
    }
    mem_free(s.ids);
    vec_free(&events);
    vec_free(&touchpoints);
    vec_free(&delivered);
    return rc;
}

// ---- internal work ------------------------------------------------------------------------------------------------------------------

// Internal work happens in other units than the customer who refers to it, so ids are looked up over all of it.
static voc_rc mark_referred(struct timeline *t)
{
    voc_def_touchpoint *table = (voc_def_touchpoint *)t->def.touchpoints; // ours, still being made
    size_t n = 0;
    struct name_ref *ids = mem_zalloc(t->n_order + 1, sizeof *ids);
    if (!ids) return VOC_E_NOMEM;
    for (size_t k = 0; t->s->id && k < t->n_order; k++) {
        uint32_t at = t->order[k], p = t->touchpoint[at];
        if (p != VOC_NONE && table[p].kind == VOC_TOUCH_WORK && t->s->id[at].len) ids[n++] = (struct name_ref){t->s->id[at], p};
    }
    if (n) qsort(ids, n, sizeof *ids, name_order);
    for (size_t k = 0; k < t->n_order; k++) {
        uint32_t at = t->order[k], p = VOC_NONE;
        unsigned kind = ref_kind(&t->all, at);
        if (t->actor[at] != VOC_ACTOR_CUSTOMER || (kind != VOC_REF_EVENT && kind != VOC_REF_TOUCHPOINT)) continue;
        if (kind == VOC_REF_EVENT) p = name_find(ids, n, t->s->ref[at]);
        if (p == VOC_NONE) p = name_find(t->touch_names, t->n_touch_names, t->s->ref[at]);
        if (p != VOC_NONE && table[p].kind == VOC_TOUCH_WORK) table[p].referred = 1;
    }
    mem_free(ids);
    return VOC_OK;
}

voc_rc refs_prepare(struct timeline *t)
{
    bool cancels = false, work = false;
    for (uint32_t a = 0; a < t->s->n_strings[SPACE_ACTION]; a++) cancels = cancels || t->class_of_action[a] == VOC_CLASS_UNDELIVERED;
    for (size_t p = 0; p < t->def.n_touchpoints; p++) work = work || t->def.touchpoints[p].kind == VOC_TOUCH_WORK;
    t->cancels = cancels;
    voc_rc rc = cancels ? count_undelivered(t) : VOC_OK;
    return !rc && work && t->s->ref_kind ? mark_referred(t) : rc;
}
