// SPDX-License-Identifier: MIT
//
// `--sets`: each matched set of the asked touchpoints, row by row, so that O, E and Q can be computed again elsewhere
// (tests/differential/sets.sh does) and each comparison can be looked at. Rows go to the table as the trial finds them: nothing
// is kept here. In the order of the trial, which does not depend on threads.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/score/page.h"
#include "plugins/common/near.h"

// ---- which touchpoints ---------------------------------------------------------------------------------------------------

#define NAME_MAX_SHOWN 60

static bool same(voc_str a, voc_str b) { return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0; }

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static voc_rc unknown(struct score *s, voc_str name)
{
    char message[200], hint[600];
    const voc_definition *d = s->def;
    size_t best = SIZE_MAX, at = 0, near = near_limit(name);
    voc_str nearest = {"", 0};
    for (size_t i = 0; i < d->n_touchpoints; i++) {
        size_t n = smaller(near_distance(name, d->touchpoints[i].id), near_distance(name, d->touchpoints[i].title));
        if (d->touchpoints[i].kind == VOC_TOUCH_WORK || n > near || n >= best) continue;
        best = n;
        nearest = d->touchpoints[i].id;
    }
    snprintf(message, sizeof message, "there is no touchpoint \"%.*s\"", (int)smaller(name.len, NAME_MAX_SHOWN), name.ptr);
    if (best != SIZE_MAX) {
        snprintf(hint, sizeof hint, "did you mean %.*s?", (int)smaller(nearest.len, NAME_MAX_SHOWN), nearest.ptr);
    } else {
        size_t shown = 0;
        at = (size_t)snprintf(hint, sizeof hint, "there are");
        for (size_t i = 0; i < d->n_touchpoints && at < sizeof hint - 100; i++) {
            voc_str id = d->touchpoints[i].id;
            if (d->touchpoints[i].kind == VOC_TOUCH_WORK) continue;
            at += (size_t)snprintf(hint + at, sizeof hint - at, "%s %.*s", shown++ ? "," : "", (int)smaller(id.len, NAME_MAX_SHOWN), id.ptr);
        }
        if (!shown) snprintf(hint, sizeof hint, "the journey has none: voc journey check PROJECT says what it reads");
    }
    return score_complain(s, "SCORE-010", hint, message);
}

// Ids of undeclared touchpoints are raw names, which may have blanks: then they are several words of the list. The touchpoint
// named by the most words from `first` on; *n_words of them.
static uint32_t find(const struct score *s, const voc_value *list, size_t first, size_t *n_words)
{
    char text[256];
    size_t at = 0;
    uint32_t found = VOC_NONE;
    for (size_t k = first; k < list->n_list; k++) {
        int wrote = snprintf(text + at, sizeof text - at, "%s%.*s", k > first ? " " : "", (int)smaller(list->list[k].len, 255), list->list[k].ptr);
        if (wrote < 0 || (size_t)wrote >= sizeof text - at) break;
        at += (size_t)wrote;
        for (uint32_t i = 0; i < s->def->n_touchpoints; i++)
            if (same(definition_touchpoint(s->def, i)->id, (voc_str){text, at}) ||
                (found == VOC_NONE && same(definition_touchpoint(s->def, i)->title, (voc_str){text, at}))) {
                found = i;
                *n_words = k - first + 1;
            }
    }
    return found;
}

voc_rc sets_asked(struct score *s)
{
    const voc_value *list = &s->options[OPT_SETS];
    bool named = list->set && list->n_list > 0;
    s->asked = score_alloc(s, s->def->n_touchpoints, sizeof *s->asked);
    if (!s->asked) return VOC_E_NOMEM;
    for (size_t i = 0; i < s->def->n_touchpoints && !named; i++) s->asked[i] = definition_touchpoint(s->def, i)->kind == VOC_TOUCH_PUSH;
    for (size_t k = 0, n = 1; named && k < list->n_list; k += n) {
        uint32_t found = find(s, list, k, &n);
        if (found == VOC_NONE && same(list->list[k], (voc_str){"all", 3})) {
            for (size_t i = 0; i < s->def->n_touchpoints; i++) s->asked[i] = s->asked[i] || definition_touchpoint(s->def, i)->kind == VOC_TOUCH_PUSH;
            n = 1;
            continue;
        }
        if (found == VOC_NONE) return unknown(s, list->list[k]);
        if (definition_touchpoint(s->def, found)->kind == VOC_TOUCH_WORK)
            return score_complain(s, "SCORE-011", "ask for what reaches customers: voc score PROJECT --table touchpoints lists all with their kind",
                                  "internal work reaches no customer, so there are no comparable customers to show");
        s->asked[found] = true;
    }
    return VOC_OK;
}

// ---- rows ------------------------------------------------------------------------------------------------------------------

static const struct page_column columns[] = {
    {"touchpoint", "touchpoint", VOC_CELL_TEXT, "", 0, "id in the journey, or the raw name of an undeclared one"},
    {"stage", "stage", VOC_CELL_TEXT, "", 0, "stage in which it was touched"},
    {"segment", "segment", VOC_CELL_TEXT, "", 0, "segment at entry of that stage"},
    {"set_no", "set", VOC_CELL_INT, "", 0, "number of the set within the touchpoint, from 1, in the order of the trial"},
    {"role", "role", VOC_CELL_TEXT, "", 0, "exposed: got it; comparator: comparable and had not got it"},
    {"member", "member", VOC_CELL_INT, "", 0, "0: the exposed; 1, 2, ...: comparators, the nearest in time of entry first"},
    {"unit", "customer", VOC_CELL_TEXT, "", 0, ""},
    {"account", "account", VOC_CELL_TEXT, "", 0, "the cluster of variances"},
    {"index_time", "from", VOC_CELL_TIME, "", 0, "start of follow-up: the touch, or the comparator's same time in the stage"},
    {"in_stage_us", "time in stage", VOC_CELL_INT, "us", 0, "at index_time, the same for all of a set"},
    {"window_us", "window", VOC_CELL_INT, "us", 0, "W, the response window"},
    {"recency", "recency", VOC_CELL_INT, "", 0, "class of the time since the last customer action, from 0"},
    {"touches", "touches", VOC_CELL_INT, "", 0, "class of other touches within W before: 0, 1, 2 or more"},
    {"engagement", "engagement", VOC_CELL_INT, "", 0, "class of the number of customer actions before, from 0"},
    {"follow_up_us", "followed", VOC_CELL_INT, "us", 0, "follow-up until the aimed action, or until it ended without one"},
    {"event", "acted", VOC_CELL_INT, "", 0, "1: the aimed action came at the end of follow_up_us"},
    {"harm_follow_up_us", "followed for harm", VOC_CELL_INT, "us", 0, "the same for harm"},
    {"harm_event", "left", VOC_CELL_INT, "", 0, "1: harm came at the end of harm_follow_up_us"},
    {"lag_us", "earlier window", VOC_CELL_INT, "us", 0, "length of the window before the touch that the placebo looks at; 0: none"},
    {"before", "acted earlier", VOC_CELL_INT, "", 0, "customer actions in that window"},
};

struct writer {
    struct page page;
    uint32_t touchpoint;
    int64_t n;       // sets of this touchpoint so far
    const size_t *unit_of_stay;
};

struct row {
    uint32_t stay, account;
    int64_t index, before;
    const struct trial_follow *follow;
};

static void put_member(struct writer *w, const struct trial_set *set, int64_t member, const struct row *m)
{
    const struct score *s = told(&w->page)->s;
    cell_str(&w->page, definition_touchpoint(s->def, w->touchpoint)->id);
    cell_str(&w->page, definition_stage(s->def, set->stage)->id);
    cell_str(&w->page, set->segment < s->def->n_segments ? s->def->segments[set->segment] : (voc_str){"", 0});
    cell_signed(&w->page, w->n);
    cell_str(&w->page, member ? (voc_str){"comparator", 10} : (voc_str){"exposed", 7});
    cell_signed(&w->page, member);
    cell_str(&w->page, s->data.units[w->unit_of_stay[m->stay]].name);
    cell_str(&w->page, s->host->name(s->run, VOC_COL_ACCOUNT, m->account));
    cell_time(&w->page, m->index);
    cell_signed(&w->page, set->in_stage);
    cell_signed(&w->page, set->window);
    cell_signed(&w->page, set->recency);
    cell_signed(&w->page, set->touches);
    cell_signed(&w->page, set->engagement);
    for (int k = 0; k < 2; k++) {
        cell_signed(&w->page, m->follow[k].length);
        cell_signed(&w->page, m->follow[k].event);
    }
    cell_signed(&w->page, set->lag_length);
    cell_signed(&w->page, m->before);
}

static int put_set(void *ctx, uint32_t touchpoint, uint8_t resolution, const struct trial_set *set)
{
    struct writer *w = ctx;
    (void)resolution;
    if (touchpoint != w->touchpoint) w->n = 0;
    w->touchpoint = touchpoint;
    w->n++;
    put_member(w, set, 0, &(struct row){set->stay, set->account, set->time, set->before, set->follow});
    for (size_t i = 0; i < set->n_members; i++) {
        const struct trial_member *m = &set->members[i];
        put_member(w, set, (int64_t)i + 1, &(struct row){m->stay, m->account, m->index, m->before, m->follow});
    }
    return w->page.rc != VOC_OK || told(&w->page)->s->host->cancelled(told(&w->page)->s->cx);
}

static voc_rc open_table(struct writer *w)
{
    const struct score *s = told(&w->page)->s;
    const bool mh = s->def->weights == VOC_WEIGHTS_MH;
    char text[1100];
    page_open(&w->page, "sets", "Matched sets", 0, columns, sizeof columns / sizeof *columns);
    snprintf(text, sizeof text,
             "One row for each member of a set, sets in the order of the trial; a touch for which nobody comparable was found stands alone and adds nothing. "
             "At each time v, not after the exposed's follow-up, at which a member of the set acted: m(v) = comparators with follow_up_us >= v; where it is 0, v is "
             "left out. O adds %s if the exposed acted at v; E adds %s for each comparator that acted at v; Q adds %s for each member that acted at v. lift = O / E; "
             "extra = O - E. The harm columns give the harm outcome in the same way. A verdict by a random test does not come from these sets: in its row of "
             "touchpoints the assigned customers replace them. METHODS 3.3, 3.4; weights %s.",
             mh ? "m/(m+1)" : "1", mh ? "1/(m+1)" : "1/m", mh ? "m/(m+1)^2" : "1/m", mh ? "mh" : "smr");
    return w->page.rc ? w->page.rc : say_semantics(s, w->page.t, text);
}

voc_rc sets_write(struct study *st)
{
    struct score *s = st->s;
    struct writer w = {.page = score_page(st), .touchpoint = VOC_NONE};
    size_t *unit_of_stay = score_alloc(s, s->data.n_stays, sizeof *unit_of_stay);
    if (!unit_of_stay) return VOC_E_NOMEM;
    for (size_t u = 0; u < s->data.n_units; u++)
        for (size_t i = s->data.first_stay[u]; i < s->data.first_stay[u + 1]; i++) unit_of_stay[i] = u;
    w.unit_of_stay = unit_of_stay;
    voc_rc rc = open_table(&w);
    if (!rc) rc = study_sets(st, s->asked, false, put_set, &w);
    if (w.page.rc == VOC_E_LIMIT)
        return score_complain(s, "SCORE-012", "ask for fewer touchpoints: --sets TOUCHPOINT", "the sets are more rows than one table holds");
    if (w.page.rc) return w.page.rc;
    if (!rc && st->keep) rc = s->host->note(w.page.t, VOC_NOTE_WARNING, SAMPLE_OF_TOUCHES);
    if (!rc && w.n == 0)
        rc = s->host->note(w.page.t, VOC_NOTE_NEXT, "No touch of these lies in a stay whose beginning was observed: voc stages PROJECT shows where customers stand.");
    return rc;
}
