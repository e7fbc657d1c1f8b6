// SPDX-License-Identifier: MIT
//
// Ways: what of a journey is looked at, where it is not all of it. A silence longer than --gap parts two ways; each then begins with the
// first of what --from names and ends with the first behind it of what --to names, and has at most --within from its beginning on.
// What lacks one of these two is left out, and counted.
#include <stdio.h>
#include <string.h>

#include "plugins/common/analysis.h"
#include "plugins/common/format.h"
#include "plugins/common/show.h"
#include "plugins/common/walk.h"

#define SHOW(s) SHOW_AT_MOST(s, 80)

// ---- what is asked --------------------------------------------------------------------------------------------------------

static voc_rc mark(const struct walk *w, uint8_t *marks, const char *code, voc_str name, uint8_t as)
{
    const struct analysis a = analysis_of(w->host, w->cx, w->run);
    struct named n;
    char message[200];
    voc_rc rc = analysis_named(&a, code, as == WALK_MARK_FROM ? "--from " : "--to ", name, &n);
    if (rc) return rc;
    const uint32_t node = n.touch ? w->of_touchpoint[n.i] : (uint32_t)n.i;
    snprintf(message, sizeof message, "\"%.*s\" is %s", SHOW(name),
             n.touch ? node == VOC_NONE ? "work inside the company: no way leads over it"
                                        : "a touch of the company, and only what customers do is followed"
                     : "an act of customers, and only touches of the company are followed");
    if (node == VOC_NONE) return analysis_refuse(&a, code, "name an action, or a touch of the company as touchpoint:NAME", message);
    if (w->what == (n.touch ? WALK_CUSTOMER : WALK_TOUCHES)) return analysis_refuse(&a, code, "add --events all: both are followed then", message);
    marks[node] |= as;
    return VOC_OK;
}

// A predicate of the journey: it marks events, not names.
static voc_rc mark_predicate(struct walk *w, const char *code, voc_str name, uint32_t number, uint8_t as)
{
    const struct analysis a = analysis_of(w->host, w->cx, w->run);
    struct walk_limits *l = &w->limits;
    size_t i = 0;
    if (number == VOC_NONE) return analysis_no_predicate(&a, code, name);
    while (i < l->n_conditions && l->condition[i].number != number) i++;
    if (i == WALK_CONDITIONS_MAX)
        return analysis_refuse(&a, code, "put some of them into one, as <any> of their events, in journey.xml",
                               "--from and --to take at most 32 predicates together");
    if (i == l->n_conditions) {
        voc_rc rc = w->host->want_predicate(w->run, number, &l->condition[i].index);
        if (rc) return rc;
        l->condition[i].number = number;
        l->condition[i].mark = 0;
        l->n_conditions++;
    }
    l->condition[i].mark |= as;
    return VOC_OK;
}

// An action, a touch or a predicate; an action that is called like a predicate is the action.
static voc_rc mark_name(struct walk *w, uint8_t *marks, const char *code, voc_str name, uint8_t as)
{
    const struct analysis a = analysis_of(w->host, w->cx, w->run);
    struct named n;
    uint32_t number;
    if (!analysis_find(&a, name, &n) && analysis_find_predicate(&a, name, &number)) return mark_predicate(w, code, name, number, as);
    return mark(w, marks, code, name, as);
}

// "A", or "A|B" where one of them is enough and the whole is no name itself.
static voc_rc mark_all(struct walk *w, uint8_t *marks, const char *code, voc_str list, uint8_t as)
{
    const struct analysis a = analysis_of(w->host, w->cx, w->run);
    struct named n;
    voc_str name, left = list;
    voc_rc rc = VOC_OK;
    if (analysis_find(&a, list, &n) || !memchr(list.ptr, '|', list.len)) return mark_name(w, marks, code, list, as);
    while (!rc && analysis_part(&left, '|', &name))
        if (name.len) rc = mark_name(w, marks, code, name, as);
    return rc;
}

static uint64_t mix(uint64_t h, uint64_t x) { return (h ^ x) * UINT64_C(0x100000001b3); }

voc_rc walk_limit(struct walk *w, const char *code, struct walk_asked asked)
{
    struct walk_limits *l = &w->limits;
    uint8_t *marks = NULL;
    voc_rc rc = VOC_OK;
    l->gap_us = asked.gap->set ? (uint64_t)asked.gap->i : WALK_NO_LIMIT;
    l->within_us = asked.within->set ? (uint64_t)asked.within->i : WALK_NO_LIMIT;
    if (asked.from->set) l->from = analysis_trimmed(asked.from->s);
    if (asked.to->set) l->to = analysis_trimmed(asked.to->s);
    l->any = asked.gap->set || asked.within->set || l->from.len || l->to.len;
    if (!l->any) return VOC_OK;
    if (l->from.len || l->to.len) {
        marks = w->host->alloc(w->cx, (size_t)w->n_nodes + 1);
        if (!marks) return VOC_E_NOMEM;
        memset(marks, 0, (size_t)w->n_nodes + 1);
        if (l->from.len) rc = mark_all(w, marks, code, l->from, WALK_MARK_FROM);
        if (!rc && l->to.len) rc = mark_all(w, marks, code, l->to, WALK_MARK_TO);
    }
    l->marks = marks;
    l->question = mix(mix(UINT64_C(0xcbf29ce484222325), l->gap_us), l->within_us);
    for (uint32_t i = 0; marks && i < w->n_nodes; i++) l->question = mix(l->question, marks[i]);
    for (size_t i = 0; i < l->n_conditions; i++) l->question = mix(mix(l->question, l->condition[i].number), l->condition[i].mark);
    l->question >>= 1;  // never that of no limits, 0, but by one chance in 2^63
    return rc;
}

void walk_limits_words(const struct walk *w, char *out, size_t size)
{
    const struct walk_limits *l = &w->limits;
    char time[FORMAT_MAX];
    size_t at = 0;
    out[0] = 0;
    if (!l->any) return;
    if (l->gap_us != WALK_NO_LIMIT) {
        format_duration(time, sizeof time, (int64_t)l->gap_us);
        at += (size_t)snprintf(out + at, size - at, "; a way ends where nothing happened for more than %.40s, and another begins behind it", time);
    }
    if (l->from.len) at += (size_t)snprintf(out + at, size - at, "; from the first %.*s", SHOW(l->from));
    if (l->to.len) at += (size_t)snprintf(out + at, size - at, "%s to the first %.*s%s", l->from.len ? "" : ";", SHOW(l->to), l->from.len ? " behind it" : "");
    if (l->within_us != WALK_NO_LIMIT) {
        format_duration(time, sizeof time, (int64_t)l->within_us);
        snprintf(out + at, size - at, "; only what lies within %.40s of its beginning", time);
    }
}

static voc_rc say(const struct walk *w, voc_table_builder *t, uint64_t n, const char *one, const char *many)
{
    char text[300], number[FORMAT_MAX];
    if (!n) return VOC_OK;
    format_integer(number, sizeof number, (int64_t)n, false);
    snprintf(text, sizeof text, "%.30s %s", number, n == 1 ? one : many);
    return w->host->note(t, VOC_NOTE_AFTER, text);
}

voc_rc walk_limits_notes(const struct walk *w, const struct walker *k, voc_table_builder *t)
{
    const struct walk_limits *l = &w->limits;
    voc_rc rc = VOC_OK;
    if (l->from.len && l->to.len)
        rc = say(w, t, k->counts[WALK_LEFT_OUT], "journey does not lead from the one to the other and is left out.",
                 "journeys do not lead from the one to the other and are left out.");
    else rc = say(w, t, k->counts[WALK_LEFT_OUT], "journey has nothing of what is asked for and is left out.", "journeys have nothing of what is asked for and are left out.");
    return rc ? rc : say(w, t, k->counts[WALK_BEYOND], "more event lies outside of these limits.", "more events lie outside of these limits.");
}

// ---- ways of a journey ----------------------------------------------------------------------------------------------------

static uint64_t since(int64_t from, int64_t to) { return (uint64_t)to - (uint64_t)from; }

// The first node in [at, end) with this mark, by its name or by a predicate, or end.
static size_t find(const struct walk_limits *l, const struct walked *j, size_t at, size_t end, uint8_t as)
{
    while (at < end && !((l->marks[j->node[at]] | (j->mark ? j->mark[at] : 0)) & as)) at++;
    return at;
}

// Is the last way of an open journey open itself? Time enough may have gone by since to know that it is over.
static bool still_open(const struct walk *w, const struct walked *j, const struct way *x)
{
    const struct walk_limits *l = &w->limits;
    const int64_t end_us = w->info->end_us;
    return since(j->came[x->to - 1], end_us) <= l->gap_us && since(j->came[x->from], end_us) <= l->within_us;
}

bool walk_next_way(const struct walk *w, const struct walked *j, struct way *x)
{
    const struct walk_limits *l = &w->limits;
    size_t end = x->next;
    *x = (struct way){.part = end, .next = end};
    if (end == j->n) return false;
    for (end++; end < j->n && since(j->came[end - 1], j->came[end]) <= l->gap_us;) end++;
    x->next = x->to = end;
    x->from = l->from.len ? find(l, j, x->part, end, WALK_MARK_FROM) : x->part;
    x->missed = x->from == end;
    if (x->missed) return true;
    if (l->within_us != WALK_NO_LIMIT)
        for (x->to = x->from + 1; x->to < end && since(j->came[x->from], j->came[x->to]) <= l->within_us;) x->to++;
    x->cut = j->cut && x->part == 0 && !l->from.len;
    if (l->to.len) {
        const size_t last = find(l, j, l->from.len ? x->from + 1 : x->from, x->to, WALK_MARK_TO);
        x->missed = last >= x->to;
        x->to = last + 1;
        return true;
    }
    x->limited = x->to < end;
    x->open = j->open && end == j->n && !x->limited && still_open(w, j, x);
    return true;
}
