// SPDX-License-Identifier: MIT
// The observation window (METHODS 1.5): the data begin with the first event unless the definition says when, and end where the
// stalest of the sources that feed the project ends. What lies behind is set aside and counted.
#include "journey/walk/timeline_int.h"

static int64_t add_sat(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static uint32_t resolution_at(const struct timeline *t, size_t i) { return t->s->resolution ? t->s->resolution[i] : VOC_RES_US; }

// Where a source ends: declared by the journey's feed, else by the source itself, else its last event plus one unit of
// its resolution. False: it cuts nothing.
static bool watermark(const struct timeline *t, voc_str id, const struct source_end *e, int64_t *end_us)
{
    *end_us = add_sat(e->last_us, time_unit_us(e->resolution));
    const struct event_source *own = NULL;
    for (size_t i = 0; i < t->s->n_sources; i++)
        if (str_eq(t->s->sources[i].id, id)) own = &t->s->sources[i];
    for (size_t i = 0; i < t->j->n_feeds; i++) {
        const struct feed *f = &t->j->feeds[i];
        if (!str_eq(f->source, id)) continue;
        if (!f->none && f->watermark_us != VOC_NA) *end_us = f->watermark_us;
        return !f->none;
    }
    if (own && own->watermark_none) return false;
    if (own && own->watermark_us != VOC_NA) *end_us = own->watermark_us;
    return true;
}

static void choose_end(struct timeline *t, const struct source_end *ends)
{
    int64_t end = VOC_NA, last = VOC_NA, us;
    for (uint32_t c = 0; c < t->s->n_strings[SPACE_SOURCE]; c++) {
        if (!ends[c].events) continue;
        voc_str id = t->s->strings[SPACE_SOURCE][c];
        int64_t behind = add_sat(ends[c].last_us, time_unit_us(ends[c].resolution));
        if (last == VOC_NA || behind > last) last = behind;
        if (!watermark(t, id, &ends[c], &us)) continue;
        if (end == VOC_NA || us < end || (us == end && str_cmp(id, t->info.end_source) < 0)) {
            end = us;
            t->info.end_source = id;
        }
    }
    if (end == VOC_NA) end = last; // no source cuts anything
    int64_t declared = t->j->observe_end_us;
    if (declared != VOC_NA && (end == VOC_NA || declared < end)) {
        end = declared;
        t->info.end_source = (voc_str){"", 0};
    }
    if (t->o.end_us != VOC_NA) {
        end = t->o.end_us;
        t->info.end_source = (voc_str){"", 0};
    }
    t->window.end_us = end == VOC_NA ? 0 : end;
}

static void warn_of_cut(const struct timeline *t, uint64_t n, struct diag *d)
{
    if (t->info.n_set_aside <= n / 100u || t->o.end_us != VOC_NA || t->info.end_source.len == 0) return;
    struct buf when;
    buf_init(&when, 64);
    time_print(&when, t->window.end_us, VOC_RES_SECOND);
    diag_warn(d, "TIMELINE-001", NULL, 0, "declare its watermark, or watermark=\"none\" if it was read once and for all",
              "%llu of %llu events lie behind %s, where the source \"%.*s\" ends, and are set aside",
              (unsigned long long)t->info.n_set_aside, (unsigned long long)n, when.ptr ? when.ptr : "",
              STR_ARG(t->info.end_source));
    buf_done(&when);
}

void window_choose(struct timeline *t, const struct source_end *ends, int64_t first_us)
{
    choose_end(t, ends);
    t->info.start_declared = t->j->observe_start_us != VOC_NA;
    t->window.start_us = t->info.start_declared ? t->j->observe_start_us : first_us == VOC_NA ? t->window.end_us : first_us;
    t->info.start_us = t->window.start_us;
    t->info.end_us = t->window.end_us;
}

void window_counted(struct timeline *t, uint64_t n, uint64_t set_aside, struct diag *d)
{
    t->info.n_set_aside = set_aside;
    t->info.n_events = n - set_aside;
    warn_of_cut(t, n, d);
}

voc_rc order_window(struct timeline *t, struct diag *d)
{
    const struct event_set *s = t->s;
    struct source_end *ends = mem_zalloc((size_t)s->n_strings[SPACE_SOURCE] + 1, sizeof *ends);
    if (!ends) return VOC_E_NOMEM;
    int64_t first = VOC_NA;
    for (size_t i = 0; i < s->n; i++) {
        struct source_end *e = &ends[column_at(s->source, i)];
        int64_t us = s->time_us[i];
        uint32_t res = resolution_at(t, i);
        if (!e->events || us > e->last_us || (us == e->last_us && res > e->resolution)) *e = (struct source_end){us, res, e->events};
        e->events++;
        if (first == VOC_NA || us < first) first = us;
    }
    window_choose(t, ends, first);
    mem_free(ends);
    uint64_t set_aside = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->time_us[i] >= t->window.end_us) set_aside++;
    window_counted(t, s->n, set_aside, d);
    return VOC_OK;
}
