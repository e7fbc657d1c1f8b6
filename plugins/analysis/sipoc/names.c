// SPDX-License-Identifier: MIT
//
// Suppliers by the text of the field that the definition names: a hash of (section, text) with linear probing. Texts are copied, since
// those of a batch do not outlive it.
#include "plugins/analysis/sipoc/sipoc.h"
#include "plugins/common/xxh64.h"

static size_t home(const struct sipoc_names *n, size_t section, voc_str text)
{
    return (size_t)xxh64(text.ptr, text.len, section) & (n->n_slots - 1);
}

static voc_rc more_slots(const struct sipoc *s, struct sipoc_names *n)
{
    const size_t before = n->n_slots;
    uint32_t *slots = NULL;
    if (n->n >= UINT32_MAX / 4) return VOC_E_LIMIT;
    voc_rc rc = analysis_zeroed(&s->base, (void **)&slots, before ? before * 2 : 64, sizeof *slots);
    if (rc) return rc;
    s->base.host->free(s->base.cx, n->slots);
    n->slots = slots;
    n->n_slots = before ? before * 2 : 64;
    for (size_t i = 0; i < n->n; i++) {
        size_t at = home(n, n->at[i].section, n->at[i].text);
        while (slots[at]) at = (at + 1) & (n->n_slots - 1);
        slots[at] = (uint32_t)i + 1;
    }
    return VOC_OK;
}

static voc_rc add(const struct sipoc *s, struct sipoc_names *n, size_t section, voc_str text)
{
    if (n->n == n->room) {
        const size_t room = n->room ? n->room * 2 : 32;
        struct sipoc_named *at = room > SIZE_MAX / sizeof *at ? NULL : s->base.host->resize(s->base.cx, n->at, room * sizeof *at);
        if (!at) return VOC_E_NOMEM;
        n->at = at;
        n->room = room;
    }
    char *own = s->base.host->alloc(s->base.cx, text.len + 1);
    if (!own) return VOC_E_NOMEM;
    memcpy(own, text.ptr, text.len);
    n->at[n->n++] = (struct sipoc_named){section, {own, text.len}, {0}};
    return VOC_OK;
}

voc_rc sipoc_name(const struct sipoc *s, struct sipoc_names *n, size_t section, voc_str text, struct sipoc_tally **out)
{
    voc_rc rc = n->n * 2 >= n->n_slots ? more_slots(s, n) : VOC_OK;
    if (rc) return rc;
    size_t at = home(n, section, text);
    while (n->slots[at] && !(n->at[n->slots[at] - 1].section == section && sipoc_is(n->at[n->slots[at] - 1].text, text)))
        at = (at + 1) & (n->n_slots - 1);
    if (!n->slots[at]) {
        if ((rc = add(s, n, section, text))) return rc;
        n->slots[at] = (uint32_t)n->n;
    }
    *out = &n->at[n->slots[at] - 1].t;
    return VOC_OK;
}

voc_rc sipoc_names_join(const struct sipoc *s, struct sipoc_names *into, const struct sipoc_names *from)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < from->n && !rc; i++) {
        struct sipoc_tally *t;
        rc = sipoc_name(s, into, from->at[i].section, from->at[i].text, &t);
        if (!rc) analysis_add(t, &from->at[i].t, sizeof *t);
    }
    return rc;
}

void sipoc_names_free(const struct sipoc *s, struct sipoc_names *n)
{
    for (size_t i = 0; i < n->n; i++) s->base.host->free(s->base.cx, (void *)(uintptr_t)n->at[i].text.ptr);
    s->base.host->free(s->base.cx, n->at);
    s->base.host->free(s->base.cx, n->slots);
}
