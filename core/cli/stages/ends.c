// SPDX-License-Identifier: MIT
// Ends of journeys, counted beside the stages: a table of stages says how many left, this one says how.
#include "cli/stages/ends.h"

#include <stdlib.h>

voc_rc ends_open(struct ends *e, size_t n_exits, size_t n_stages)
{
    *e = (struct ends){.n = n_exits + 1, .n_stages = n_stages};
    e->at = mem_zalloc(e->n, sizeof *e->at);
    for (size_t i = 0; e->at && i < e->n; i++)
        if (!(e->at[i].from = mem_zalloc(n_stages + 1, sizeof *e->at[i].from))) return VOC_E_NOMEM;
    return e->at ? VOC_OK : VOC_E_NOMEM;
}

void ends_close(struct ends *e)
{
    for (size_t i = 0; e->at && i < e->n; i++) {
        mem_free(e->at[i].from);
        vec_free(&e->at[i].took_us);
    }
    mem_free(e->at);
    e->at = NULL;
}

voc_rc ends_count(struct ends *e, const voc_stay *stays, size_t n)
{
    int64_t begun = 0;
    for (size_t i = 0; i < n; i++) {
        const voc_stay *s = &stays[i];
        if (i == 0 || s->episode != stays[i - 1].episode) begun = s->in_us;
        size_t k = s->end == VOC_END_LAPSED ? e->n - 1 : s->end == VOC_END_EXIT && s->exit < e->n - 1 ? s->exit : SIZE_MAX;
        if (k == SIZE_MAX) continue;
        voc_rc rc = vec_reserve(&e->at[k].took_us, 1, SIZE_MAX);
        if (rc) return rc;
        e->at[k].took_us.at[e->at[k].took_us.n++] = s->out_us - begun;
        e->at[k].from[s->stage]++;
        e->at[k].n++;
    }
    return VOC_OK;
}

voc_rc ends_add(struct ends *e, const struct ends *of_others)
{
    for (size_t i = 0; i < e->n; i++) {
        struct one_end *to = &e->at[i];
        const struct one_end *from = &of_others->at[i];
        voc_rc rc = vec_reserve(&to->took_us, from->took_us.n, SIZE_MAX);
        if (rc) return rc;
        for (size_t k = 0; k < from->took_us.n; k++) to->took_us.at[to->took_us.n++] = from->took_us.at[k];
        for (size_t k = 0; k < e->n_stages; k++) to->from[k] += from->from[k];
        to->n += from->n;
    }
    return VOC_OK;
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// The middle one, the lower of two: a time that some journey took.
static int64_t median(struct one_end *x)
{
    if (x->took_us.n == 0) return VOC_NA;
    qsort(x->took_us.at, x->took_us.n, sizeof *x->took_us.at, ascending);
    return x->took_us.at[(x->took_us.n - 1) / 2];
}

static voc_rc columns(struct table *t)
{
    voc_rc rc = table_column(t, "title", "end", VOC_CELL_TEXT, "", 0, "exit of the journey's definition, or fell silent");
    if (!rc) rc = table_column(t, "outcome", "outcome", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "won, lost, disqualified or other, as the definition says");
    if (!rc) rc = table_column(t, "times", "times", VOC_CELL_INT, "", 0, "journeys that ended so");
    if (!rc) rc = table_column(t, "share", "share", VOC_CELL_SHARE, "", 0, "of the journeys that ended");
    if (!rc) rc = table_column(t, "from_title", "most often from", VOC_CELL_TEXT, "", 0, "the stage in which most of them stood");
    if (!rc) rc = table_column(t, "took", "half took at most", VOC_CELL_DURATION, "s", 0, "from the first stage to this end");
    if (!rc) rc = table_column(t, "end", "id", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "of the exit, in the journey");
    return rc ? rc : table_column(t, "from", "id of that stage", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "in the journey");
}

voc_str stage_title(const voc_def_stage *s) { return s->title.len ? s->title : s->id; }

static size_t most_often(const struct ends *e, const struct one_end *x)
{
    size_t best = 0;
    for (size_t k = 1; k < e->n_stages; k++)
        if (x->from[k] > x->from[best]) best = k;
    return best;
}

voc_rc ends_table(struct ends *e, const voc_definition *d, struct table **out)
{
    uint64_t all = 0;
    *out = NULL;
    for (size_t i = 0; i < e->n; i++) all += e->at[i].n;
    if (all == 0) return VOC_OK;
    voc_rc rc = table_new(out, "ends", "How journeys end", 0);
    if (!rc) rc = columns(*out);
    for (size_t i = 0; i < e->n && !rc; i++) {
        struct one_end *x = &e->at[i];
        if (x->n == 0 && i == e->n - 1) continue;
        const voc_def_exit *exit = i < e->n - 1 ? &d->exits[i] : NULL;
        const voc_def_stage *from = x->n ? &d->stages[most_often(e, x)] : NULL;
        table_text(*out, !exit ? STR("fell silent") : exit->title.len ? exit->title : exit->id);
        table_text(*out, exit ? exit->outcome : STR("lapsed"));
        table_int(*out, (int64_t)x->n);
        const voc_cell share = {.type = VOC_CELL_SHARE, .r = (double)x->n / (double)all, .digits = 0};
        rc = table_cell(*out, &share);
        if (from) table_text(*out, stage_title(from));
        else table_na(*out);
        table_duration(*out, median(x));
        if (exit) table_text(*out, exit->id);
        else table_na(*out);
        if (from) table_text(*out, from->id);
        else table_na(*out);
    }
    return rc ? rc : table_semantics(*out, "Ended journeys only: who is still on the way is in the table of stages as open.");
}
