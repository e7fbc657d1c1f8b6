// SPDX-License-Identifier: MIT
// Which analyses a walk takes along for others. Each gets options as its command without any, and messages of its own: they are not
// shown, but the last error is the reason that is given where it is left out.
#include "host/fold/beside.h"

#include <stdio.h>
#include <string.h>

static bool wants(const struct fold_item *item)
{
    const voc_plugin *p = item->plugin->desc;
    if (!p || !p->beside) return false;
    for (size_t i = 0; p->beside_option && i < p->n_options; i++)
        if (strcmp(option_at(p->options, p->option_size, i)->name, p->beside_option) == 0) return item->options && item->options[i].i != 0;
    return !p->beside_option;
}

static bool plain(const struct fold_item *item)
{
    for (size_t i = 0; item->plugin->desc && i < item->plugin->desc->n_options; i++)
        if (item->options[i].set) return false;
    return true;
}

static size_t among_items(const struct fold_item *items, size_t n, const char *name)
{
    for (size_t k = 0; k < n; k++)
        if (strcmp(items[k].plugin->note.name, name) == 0 && plain(&items[k])) return k;
    return BESIDE_NONE;
}

static voc_rc options_of(struct besides *b, struct beside *x)
{
    const voc_plugin *p = x->item.plugin->desc;
    voc_value *options = NULL;
    voc_rc rc = options_parse(&b->arena, p->options, p->n_options, p->option_size, NULL, 0, &options, x->item.diag);
    x->item.options = options;
    if (rc == VOC_E_NOMEM) return rc;
    if (rc) beside_leave_out(x, rc);
    return VOC_OK;
}

static voc_rc add(struct besides *b, const struct fold_request *r, const char *name)
{
    struct beside *x = &b->at[b->n++];
    if (!(x->item.diag = diag_new())) return VOC_E_NOMEM;
    x->item.plugin = r->analysis(r->analysis_user, name);
    if (x->item.plugin) return options_of(b, x);
    x->out = true;
    snprintf(x->why, sizeof x->why, "there is no analysis \"%s\"", name);
    snprintf(x->next, sizeof x->next, "voc plugin list shows what there is");
    return VOC_OK;
}

voc_rc besides_find(struct besides *out, const struct fold_request *r, const struct fold_item *items, size_t n)
{
    memset(out, 0, sizeof *out);
    arena_init(&out->arena, 0);
    out->at = mem_zalloc(n ? n : 1, sizeof *out->at);
    out->of = mem_zalloc(n ? n : 1, sizeof *out->of);
    voc_rc rc = out->at && out->of ? VOC_OK : VOC_E_NOMEM;
    for (size_t k = 0; k < n && !rc; k++) {
        out->of[k] = BESIDE_NONE;
        if (!r->analysis || r->keep || !wants(&items[k])) continue;
        const char *name = items[k].plugin->desc->beside;
        out->of[k] = among_items(items, n, name);
        for (size_t i = 0; i < k && out->of[k] == BESIDE_NONE; i++)
            if (out->of[i] >= n && out->of[i] != BESIDE_NONE && strcmp(items[i].plugin->desc->beside, name) == 0) out->of[k] = out->of[i];
        if (out->of[k] != BESIDE_NONE) continue;
        out->of[k] = n + out->n;
        rc = add(out, r, name);
    }
    return rc;
}

void besides_done(struct besides *b)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct fold_item *x = &b->at[i].item;
        options_done((voc_value *)(uintptr_t)x->options, x->options ? x->plugin->desc->n_options : 0);
        diag_free(x->diag);
    }
    mem_free(b->at);
    mem_free(b->of);
    arena_done(&b->arena);
}

void beside_leave_out(struct beside *b, voc_rc rc)
{
    const struct diag_msg *last = NULL;
    for (size_t i = 0; i < diag_n(b->item.diag); i++)
        if (diag_at(b->item.diag, i)->severity == VOC_ERROR) last = diag_at(b->item.diag, i);
    b->out = true;
    snprintf(b->why, sizeof b->why, "%s", last ? last->message : rc_name(rc));
    snprintf(b->next, sizeof b->next, "%s", last && last->hint ? last->hint : "");
}
