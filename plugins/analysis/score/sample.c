// SPDX-License-Identifier: MIT
//
// Where comparing every touch would be more comparisons than --trials-max, a part of them is compared: those whose hash of unit,
// touchpoint and time is below a threshold, so that neither threads nor the order of input nor anything else in the project decide.
// A cell whose part is too small for a verdict is compared whole (study.c), and the reader is told.
#include <math.h>
#include <stdio.h>

#include "plugins/analysis/score/score.h"
#include "plugins/common/xxh64.h"

voc_rc sample_names(const struct score *s, struct trial_input *in)
{
    const struct data *d = &s->data;
    const voc_definition *def = s->def;
    uint64_t *units = score_alloc(s, d->n_units, sizeof *units), *types = score_alloc(s, def->n_touchpoints, sizeof *types);
    if (!units || !types) return VOC_E_NOMEM;
    for (size_t i = 0; i < d->n_units; i++) units[i] = xxh64(d->units[i].name.ptr, d->units[i].name.len, 0);
    for (size_t i = 0; i < def->n_touchpoints; i++) types[i] = xxh64(definition_touchpoint(def, i)->id.ptr, definition_touchpoint(def, i)->id.len, 0);
    in->unit_hash = units;
    in->type_hash = types;
    return VOC_OK;
}

voc_rc sample_keep(const struct score *s, const struct trial_frame *frame, uint32_t kind, size_t times, uint64_t *keep)
{
    const double each = (double)(s->def->comparators > 0 ? s->def->comparators : 20) * (double)times;
    double touches = 0;
    *keep = 0;
    if (s->options[OPT_ALL_TRIALS].i) return VOC_OK;
    for (uint32_t i = 0; i < s->def->n_touchpoints; i++)
        if (definition_touchpoint(s->def, i)->kind == kind) touches += (double)trial_frame_touches(frame, i);
    if (touches * each <= (double)s->options[OPT_TRIALS_MAX].i) return VOC_OK;
    *keep = (uint64_t)((double)s->options[OPT_TRIALS_MAX].i / (touches * each) * 0x1p64);
    if (*keep == 0) *keep = 1;
    return VOC_OK;
}

// Harm is rare: where the sample has seen so much of it that all touches should show enough, they are looked at.
bool sample_is_short(const struct trial_cell *c)
{
    if (c->left_out == 0) return false;
    const struct trial_estimate *a = &c->estimate[0], *h = &c->estimate[1];
    const double all = (double)(c->fresh + c->left_out), part = (double)c->fresh, harm = fmax(h->o, h->e);
    return !verdict_evidence((double)c->matched, (double)c->accounts, a->o, a->e) ||
           (harm < verdict_limits.min_events && harm * all >= verdict_limits.min_events * part);
}

void sample_scale(struct recent *r, const struct trial_cell *c)
{
    if (c->left_out == 0 || c->fresh == 0) return;
    const double times = (double)(c->fresh + c->left_out) / (double)c->fresh;
    r->fresh = (size_t)((double)r->fresh * times + 0.5);
    r->matched = (size_t)((double)r->matched * times + 0.5);
}

int sample_words(const struct study *st, char *out, size_t size)
{
    double part = 0, all = 0;
    char a[40], b[40], most[40], times[40];
    for (size_t i = 0; i < st->n_pooled; i++) {
        const struct finding *f = &st->pooled[i];
        if (!f->tested || f->work || f->cell.left_out == 0) continue;
        part += (double)f->cell.fresh;
        all += (double)(f->cell.fresh + f->cell.left_out);
    }
    if (size) out[0] = '\0';
    if (part <= 0) return 0;
    say_number(a, sizeof a, part, 0);
    say_number(b, sizeof b, all, 0);
    say_number(most, sizeof most, (double)st->s->options[OPT_TRIALS_MAX].i, 0);
    say_number(times, sizeof times, sqrt(all / part), 1);
    return snprintf(out, size,
                    "A sample: %s of %s touches that open a comparison were taken, by a fixed rule, because all would be more than %s comparisons. The ranges are at most about %s times "
                    "as wide as with all of them; where the sample was too small for a verdict, all were taken. All of them: voc score PROJECT --all-trials",
                    a, b, most, times);
}
