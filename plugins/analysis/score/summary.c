// SPDX-License-Identifier: MIT
//
// The page that people read first: what to do more, keep, stop, and what cannot be told yet. Plain words, money, no name of
// a statistic.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/score/page.h"
#include "plugins/common/format.h"
#include "plugins/common/show.h"

struct summary {
    struct page page;
    const struct finding **order;
    size_t n;
    bool pooled;                   // rows are groups of touchpoints
    bool compared, costed, timed;  // some row is a comparison, some cost or time is known: else their columns would be empty
};

enum group { DO_MORE, KEEP, STOP, UNKNOWN, N_GROUPS };
static const struct { const char *title, *subtitle; } groups[N_GROUPS] = {
    {"DO MORE", "customers act, and it pays even at the low end"},
    {"KEEP", "customers act for it, or the law or a contract asks for it"},
    {"STOP OR CHANGE", "waste for this aim; it judges the touchpoint, not the people who do it"},
    {"CANNOT TELL YET", "unproven is an answer, not a failure"},
};

static enum group group_of(const struct finding *f)
{
    switch (verdict_name(f->code)->class) {
    case VERDICT_VALUE: return f->code == VERDICT_V1 ? DO_MORE : KEEP;
    case VERDICT_INCIDENTAL: return KEEP;
    case VERDICT_WASTE: return STOP;
    default: return UNKNOWN;
    }
}

static double known(double x) { return isnan(x) ? 0 : x; }

static int page_order(const void *x, const void *y)
{
    const struct finding *a = *(const struct finding *const *)x, *b = *(const struct finding *const *)y;
    enum group ga = group_of(a), gb = group_of(b);
    if (ga != gb) return ga < gb ? -1 : 1;
    double ka = ga == STOP ? known(a->spend) : ga == DO_MORE ? known(a->cell.estimate[0].extra) : 0;
    double kb = gb == STOP ? known(b->spend) : gb == DO_MORE ? known(b->cell.estimate[0].extra) : 0;
    if (ka != kb) return ka > kb ? -1 : 1;
    if (ga == KEEP && verdict_name(a->code)->class != verdict_name(b->code)->class)
        return verdict_name(a->code)->class < verdict_name(b->code)->class ? -1 : 1;
    return (a->touchpoint > b->touchpoint) - (a->touchpoint < b->touchpoint);
}

// ---- cells ---------------------------------------------------------------------------------------------------------------

static void put_counts(struct summary *p, const struct finding *f)
{
    char a[40], b[40], text[100];
    const struct trial_estimate *e = f->randomised ? &f->random.estimate[0] : &f->cell.estimate[0];
    bool compared = f->push.matched > 0 && f->code != VERDICT_W0 && f->code != VERDICT_U2 && f->code != VERDICT_U1 && f->code != VERDICT_U7;
    if (f->work) {
        say_count(a, sizeof a, (double)f->uses, "time", "times");
        snprintf(text, sizeof text, "done %s", a);
    } else {
        say_number(a, sizeof a, f->pull ? f->obtained : compared ? e->o : f->push.any_response, 0);
        say_number(b, sizeof b, f->pull ? f->people : compared ? f->push.matched : f->push.fresh, 0);
        snprintf(text, sizeof text, "%s of %s", a, b);
    }
    cell_text(&p->page, text);
    if (!p->compared) return;
    if (!compared || f->pull || f->work) {
        cell_na(&p->page);
        cell_na(&p->page);
        return;
    }
    cell_real(&p->page, e->e, 0);
    cell_range(&p->page, e->extra, e->extra_lo, e->extra_hi, 0);
}

static void put_row(struct summary *p, const struct finding *f)
{
    const voc_def_touchpoint *t = definition_touchpoint(told(&p->page)->s->def, f->touchpoint);
    const struct trial_estimate *e = f->randomised ? &f->random.estimate[0] : &f->cell.estimate[0];
    voc_str name = t->title.len ? t->title : t->id;
    char reason[600];
    size_t at = 0;
    cell_str(&p->page, name);
    put_counts(p, f);
    bool priced = f->code == VERDICT_V1 || f->code == VERDICT_V2 || f->code == VERDICT_W3;
    if (p->compared && p->costed) cell_money(&p->page, priced && !f->pull && e->extra > 0 ? f->cost / e->extra : NAN, 0);
    if (p->costed) cell_money(&p->page, f->stage == TRIAL_ALL ? f->spend : f->unit_cost * (double)f->cell.touches, 0);
    if (p->timed) cell_real(&p->page, f->stage == TRIAL_ALL && f->minutes > 0 ? f->minutes / 60 : NAN, 1);
    const char *verb = verdict_name(f->code)->class == VERDICT_INCIDENTAL ? "keep" : verdict_name(f->code)->verb;
    if (f->stage != TRIAL_ALL || p->pooled) at = (size_t)snprintf(reason, sizeof reason, "%s: ", verb);
    say_reason(told(&p->page), f, reason + at, sizeof reason - at);
    cell_text(&p->page, reason);
}

// ---- what stands above and below ---------------------------------------------------------------------------------------------

// With --segment a unit takes part if any of its events is of the segment.
static bool takes_part(const struct score *s, size_t unit)
{
    if (!s->options[OPT_SEGMENT].set) return true;
    for (size_t i = s->data.first_event[unit]; i < s->data.first_event[unit + 1]; i++)
        if (score_counts(s, &s->data.events[i])) return true;
    return false;
}

static void head(struct summary *p)
{
    const struct score *s = told(&p->page)->s;
    static const char *const kinds[][2] = {{"", ""}, {"account", "accounts"}, {"person", "people"}, {"case", "cases"}};
    char from[64], to[64], n[80], text[600], window[60], segment[100] = "";
    size_t units = 0;
    bool push = false, one_window = true;
    for (size_t u = 0; u < s->data.n_units; u++) units += !s->data.units[u].internal && takes_part(s, u);
    for (size_t i = 0; i < p->n; i++) push = push || (!p->order[i]->pull && !p->order[i]->work);
    for (uint32_t k = 1; k < s->def->n_stages; k++) one_window = one_window && window_of(s, VOC_NONE, k) == window_of(s, VOC_NONE, 0);
    format_day(from, sizeof from, s->info->start_us);
    format_day(to, sizeof to, s->info->end_us - 1);
    say_count(n, sizeof n, (double)units, kinds[s->def->unit][0], kinds[s->def->unit][1]);
    if (s->options[OPT_SEGMENT].set) {
        voc_str name = s->def->segments[s->options[OPT_SEGMENT].i];
        snprintf(segment, sizeof segment, " of segment %.*s", SHOW_AT_MOST(name, 60));
    }
    snprintf(window, sizeof window, one_window ? "in the %.4g days after it" : "in the time after it", (double)window_of(s, VOC_NONE, 0) / (double)score_unit_of[VOC_RES_DAY]);
    snprintf(text, sizeof text, "%.*s: %s%s, %s - %s, journey %.*s v%.*s. %s%s%s", SHOW_AT_MOST(s->info->project, 80), n, segment,
             from, to, SHOW_AT_MOST(s->def->id, 60), SHOW_AT_MOST(s->def->version, 20),
             p->n == 0 ? "No touchpoint has a touch in these events: nothing that the company did or offered is among them, "
                         "so there is nothing to judge."
             : push    ? "Does a customer act more "
                       : "Which of the things on offer do customers act to obtain?",
             push ? window : "", push ? " than comparable ones without it?" : "");
    page_note(&p->page, VOC_NOTE_LEAD, text);
}

static void not_to_do(struct summary *p)
{
    double waste = 0, all = 0, hours = 0;
    bool missing = false;
    char a[40], b[80], h[80], text[400];
    voc_str c = told(&p->page)->s->def->currency;
    for (size_t i = 0; i < told(&p->page)->n_pooled; i++) {
        const struct finding *f = &told(&p->page)->pooled[i];
        if (f->all_touches == 0) continue;
        if (isnan(f->spend)) missing = true;
        all += known(f->spend);
        if (f->judged && verdict_name(f->code)->class == VERDICT_WASTE) waste += known(f->spend), hours += f->minutes / 60;
    }
    if (all <= 0) return;
    say_number(a, sizeof a, waste, 0);
    format_money(b, sizeof b, all, 0, c.ptr, c.len);
    say_count(h, sizeof h, floor(hours + 0.5), "hour", "hours");
    int at = snprintf(text, sizeof text, "NOT-TO-DO LIST: %s of %s went into what is judged waste for this aim", a, b);
    if (hours >= 1 && at > 0) at += snprintf(text + at, sizeof text - (size_t)at, ", and %s", h);
    snprintf(text + at, sizeof text - (size_t)at, missing ? "; some costs are not declared." : ".");
    page_note(&p->page, VOC_NOTE_LEAD, text);
}

struct share { uint32_t touchpoint; double n; };
static int share_order(const void *x, const void *y)
{
    const struct share *a = x, *b = y;
    if (a->n != b->n) return a->n > b->n ? -1 : 1;
    return (a->touchpoint > b->touchpoint) - (a->touchpoint < b->touchpoint);
}

// Last-touch credit beside ours (METHODS 1.4): a description, never a verdict.
static void credit(struct summary *p)
{
    const struct study *st = told(&p->page);
    struct share *s = score_alloc(st->s, st->n_pooled, sizeof *s);
    char text[600];
    size_t at = 0, shown = 0;
    if (!s) {
        p->page.rc = VOC_E_NOMEM;
        return;
    }
    if (st->n_credited == 0) return;
    for (uint32_t i = 0; i < st->n_pooled; i++) s[i] = (struct share){i, st->credit[i]};
    qsort(s, st->n_pooled, sizeof *s, share_order);
    at = (size_t)snprintf(text, sizeof text, "Last-touch credit would rank");
    for (size_t i = 0; i < st->n_pooled && i < 3 && s[i].n > 0; i++) {
        const voc_def_touchpoint *t = definition_touchpoint(st->s->def, s[i].touchpoint);
        voc_str name = t->title.len ? t->title : t->id;
        at += (size_t)snprintf(text + at, sizeof text - at, "%s %.*s %.0f%%", i ? "," : "", SHOW_AT_MOST(name, 40),
                               100 * s[i].n / (double)st->n_credited);
    }
    for (size_t i = 0; i < p->n && shown < 3; i++) {
        if (group_of(p->order[i]) != DO_MORE) break;
        const voc_def_touchpoint *t = definition_touchpoint(st->s->def, p->order[i]->touchpoint);
        voc_str name = t->title.len ? t->title : t->id;
        at += (size_t)snprintf(text + at, sizeof text - at, "%s %.*s %.0f%%", shown ? "," : "; it gives", SHOW_AT_MOST(name, 40),
                               100 * st->credit[p->order[i]->touchpoint] / (double)st->n_credited);
        shown++;
    }
    snprintf(text + at, sizeof text - at, ".");
    page_note(&p->page, VOC_NOTE_AFTER, text);
}

static void troubles(struct summary *p)
{
    const struct score *s = told(&p->page)->s;
    size_t n = 0, people = 0;
    char text[300], a[80], b[80];
    static const char *const kinds[][2] = {{"", ""}, {"account", "accounts"}, {"person", "people"}, {"case", "cases"}};
    for (size_t u = 0; u < s->data.n_units; u++) {
        bool any = false;
        for (size_t i = s->data.first_event[u]; i < s->data.first_event[u + 1]; i++)
            if (s->data.events[i].actor == VOC_ACTOR_CUSTOMER && s->data.events[i].class_ == VOC_CLASS_TROUBLE &&
                score_counts(s, &s->data.events[i]))
                n++, any = true;
        people += any;
    }
    if (n == 0) return;
    say_count(a, sizeof a, (double)n, "time", "times");
    say_count(b, sizeof b, (double)people, kinds[s->def->unit][0], kinds[s->def->unit][1]);
    snprintf(text, sizeof text, "Work that our own faults make: %s ran into trouble, %s in all (voc score PROJECT --table trouble).", b, a);
    page_note(&p->page, VOC_NOTE_AFTER, text);
}

static void undeclared(struct summary *p)
{
    const struct score *s = told(&p->page)->s;
    char text[500];
    size_t at = 0, n = 0, acted = 0;
    size_t *count = score_alloc(s, s->def->n_actions, sizeof *count);
    for (size_t i = 0; count && i < s->data.n_events; i++)
        if (s->data.events[i].actor == VOC_ACTOR_CUSTOMER) count[s->data.events[i].action]++;
    const uint32_t *most = count ? score_by_count(s, count, &acted) : NULL;
    if (!most) {
        p->page.rc = VOC_E_NOMEM;
        return;
    }
    for (size_t i = 0; i < acted; i++) {
        voc_str name = definition_action(s->def, most[i])->name;
        if (definition_action(s->def, most[i])->declared || name.len == 0) continue;
        if (n++ < 6) {
            at += (size_t)snprintf(text + at, sizeof text - at, "%s%.*s",
                                   n > 1 ? ", " : "Actions that the journey does not class count as neutral: ",
                                   SHOW_AT_MOST(name, 50));
        }
    }
    if (n == 0) return;
    snprintf(text + at, sizeof text - at, n > 6 ? " and %zu more." : ".", n - 6);
    page_note(&p->page, VOC_NOTE_AFTER, text);
}

// Stays that began before anything was recorded: how long they had lasted is not known (METHODS 1.5).
static void truncated(struct summary *p)
{
    const struct data *d = &told(&p->page)->s->data;
    size_t n = 0, all = 0;
    char text[200], stays[60];
    for (size_t i = 0; i < d->n_stays; i++)
        if (score_counts_segment(told(&p->page)->s, d->stays[i].segment)) all++, n += (d->stays[i].flags & VOC_STAY_TRUNCATED) != 0;
    if (n == 0) return;
    say_count(stays, sizeof stays, (double)all, "stay", "stays");
    snprintf(text, sizeof text, "%zu of %s in a stage began before the data do: touches in them are not judged.", n, stays);
    page_note(&p->page, VOC_NOTE_AFTER, text);
}

// PROJECT is put in by the program, as it was typed.
static void next_steps(struct summary *p)
{
    const struct score *s = told(&p->page)->s;
    char text[300], word[120] = "V1";
    if (p->n == 0) {
        page_note(&p->page, VOC_NOTE_NEXT, "voc stages PROJECT says which definitions fit nothing, and what is missing");
        return;
    }
    voc_str id = p->n ? definition_touchpoint(s->def, p->order[0]->touchpoint)->id : (voc_str){"", 0};
    if (id.len && id.len < 80 && !memchr(id.ptr, '\'', id.len)) {
        const char *quote = memchr(id.ptr, ' ', id.len) ? "'" : "";
        snprintf(word, sizeof word, "%s%.*s%s", quote, (int)id.len, id.ptr, quote);
    }
    snprintf(text, sizeof text, "voc explain PROJECT %s | voc score PROJECT %s | voc score PROJECT -o report.html", word, s->options[OPT_BY].i ? "--table checks" : "--by stage");
    page_note(&p->page, VOC_NOTE_NEXT, text);
}

static void foot(struct summary *p)
{
    const struct score *s = told(&p->page)->s;
    char text[500], n[80];
    bool push = false, random = false;
    for (size_t i = 0; i < p->n; i++) {
        push = push || (!p->order[i]->pull && !p->order[i]->work);
        random = random || p->order[i]->randomised;
    }
    credit(p);
    troubles(p);
    undeclared(p);
    if (push) {
        int at = snprintf(text, sizeof text, "A comparison, not an experiment%s: a lasting difference between customers that nobody recorded could explain a gain.",
                          random ? " (but where it says \"by a random test\")" : "");
        if (at > 0) page_note(&p->page, VOC_NOTE_AFTER, text);
    }
    if (s->info->n_set_aside) {
        say_count(n, sizeof n, (double)s->info->n_set_aside, "later event", "later events");
        snprintf(text, sizeof text, "Ends where %.*s ends; %s set aside.", SHOW_AT_MOST(s->info->end_source, 60), n);
        page_note(&p->page, VOC_NOTE_AFTER, text);
    }
    truncated(p);
    if (p->costed && !s->def->currency.len)
        page_note(&p->page, VOC_NOTE_AFTER, "Amounts are in the money in which costs were given: the journey names none (<journey currency=\"EUR\">).");
    if (sample_words(told(&p->page), text, sizeof text) > 0) page_note(&p->page, VOC_NOTE_WARNING, text);
    if (s->def->evidence_declared) page_note(&p->page, VOC_NOTE_ASSUMED, "stages follow what the company recorded, not what customers did");
    if (s->info->actor_assumed) page_note(&p->page, VOC_NOTE_ASSUMED, "where a source does not say who acted, the customer is taken to have acted");
    for (size_t i = 0; i < s->def->n_stages; i++)
        if (told(&p->page)->p_win_known && s->def->margin != VOC_NA && told(&p->page)->p_win[i] != told(&p->page)->p_win[i]) {
            page_note(&p->page, VOC_NOTE_AFTER, "The worth of reaching a stage is not known for every stage: nobody has left some of them yet.");
            break;
        }
    next_steps(p);
}

static void semantics(struct summary *p)
{
    static const char *const kinds[] = {"", "account", "person", "case"};
    const voc_definition *d = told(&p->page)->s->def;
    char text[400];
    bool push = false;
    for (size_t i = 0; i < p->n; i++) push = push || (!p->order[i]->pull && !p->order[i]->work);
    if (!push)
        snprintf(text, sizeof text,
                 "acted = people who obtained it at least once, of those who could while it was on offer. Definition hash %.*s.",
                 SHOW_AT_MOST(d->hash, 12));
    else
        snprintf(text, sizeof text,
                 "Per %s: acted = touches after which an aimed action followed, strictly later and within the window, "
                 "of those with comparable customers; ranges are 95%%. Definition hash %.*s.",
                 kinds[d->unit], SHOW_AT_MOST(d->hash, 12));
    if (!p->page.rc) p->page.rc = say_semantics(told(&p->page)->s, p->page.t, text);
}

// Which findings --by shows: each stage, or each stage and segment where the evidence rule passes.
static bool by_shown(const struct study *st, const struct finding *f)
{
    bool segments = st->s->options[OPT_BY].i == BY_SEGMENT;
    if (!f->judged || (f->segment == TRIAL_ALL) == segments) return false;
    return !segments || verdict_evidence(f->push.matched, f->push.accounts, f->push.o, f->push.e);
}

static int cell_order(const void *x, const void *y)
{
    const struct finding *a = *(const struct finding *const *)x, *b = *(const struct finding *const *)y;
    if (a->stage != b->stage) return a->stage < b->stage ? -1 : 1;
    if (a->segment != b->segment) return a->segment < b->segment ? -1 : 1;
    return (a->touchpoint > b->touchpoint) - (a->touchpoint < b->touchpoint);
}

static void columns_open(struct summary *p, const char *name, const char *title)
{
    const struct score *s = told(&p->page)->s;
    const voc_host *h = s->host;
    char money[40];
    for (size_t i = 0; i < p->n; i++) {
        if (!p->order[i]->pull && !p->order[i]->work) p->compared = true;
        if (!isnan(p->order[i]->unit_cost)) p->costed = true;
        if (p->order[i]->minutes > 0 && p->order[i]->stage == TRIAL_ALL) p->timed = true;
    }
    if (s->def->currency.len) snprintf(money, sizeof money, "%.*s an extra", SHOW_AT_MOST(s->def->currency, 20));
    else snprintf(money, sizeof money, "cost of an extra");
    p->page.rc = h->table(s->run, &p->page.t, name, title, VOC_TABLE_BRIEF);
    if (!p->page.rc) p->page.rc = h->column(p->page.t, "touchpoint", "", VOC_CELL_TEXT, "", 0, "as customers meet it");
    if (!p->page.rc)
        p->page.rc = h->column(p->page.t, "acted", "acted", VOC_CELL_TEXT, "touches", VOC_COLUMN_RIGHT,
                               "touches after which the customer acted, of those with comparable customers (or people who took it, "
                               "of those who could)");
    if (!p->page.rc && p->compared) p->page.rc = h->column(p->page.t, "expected", "expected", VOC_CELL_REAL, "touches", VOC_COLUMN_DETAIL, "of comparable customers without it");
    if (!p->page.rc && p->compared) p->page.rc = h->column(p->page.t, "extra", "extra (95% range)", VOC_CELL_RANGE, "actions", VOC_COLUMN_SIGNED, "acted less expected");
    if (!p->page.rc && p->compared && p->costed) p->page.rc = h->column(p->page.t, "cost_per_extra", money, VOC_CELL_MONEY, "", VOC_COLUMN_DETAIL, "cost of one extra action");
    if (!p->page.rc && p->costed) p->page.rc = h->column(p->page.t, "spent", "spent", VOC_CELL_MONEY, "", 0, "unit cost of all its touches");
    if (!p->page.rc && p->timed)
        p->page.rc = h->column(p->page.t, "hours", "hours", VOC_CELL_REAL, "h", VOC_COLUMN_DETAIL,
                               "own time of all its touches, where minutes are declared");
    if (!p->page.rc)
        p->page
            .rc = h->column(p->page.t, "reason", "firmness or reason", VOC_CELL_TEXT, "", 0,
                            "how firmly it is known (strong, moderate, fragile: how large a hidden difference would have to be), "
                            "or why it was judged so");
}

static voc_rc by_write(struct study *st)
{
    struct summary p = {.page = score_page(st), .order = score_alloc(st->s, st->n_cells, sizeof *p.order)};
    const voc_definition *d = st->s->def;
    if (!p.order) return VOC_E_NOMEM;
    for (size_t i = 0; i < st->n_cells; i++)
        if (by_shown(st, &st->cells[i])) p.order[p.n++] = &st->cells[i];
    if (p.n) qsort(p.order, p.n, sizeof *p.order, cell_order);
    columns_open(&p, "by", st->s->options[OPT_BY].i == BY_SEGMENT ? "By stage and segment" : "By stage");
    for (size_t i = 0; i < p.n && !p.page.rc; i++) {
        const struct finding *f = p.order[i];
        if (i == 0 || f->stage != p.order[i - 1]->stage || f->segment != p.order[i - 1]->segment) {
            char title[200], segment[120] = "";
            voc_str name = d->stages[f->stage].title.len ? d->stages[f->stage].title : d->stages[f->stage].id;
            snprintf(title, sizeof title, "%.*s", SHOW_AT_MOST(name, 150));
            if (f->segment != TRIAL_ALL)
                snprintf(segment, sizeof segment, "segment %.*s", SHOW_AT_MOST(d->segments[f->segment], 100));
            p.page.rc = st->s->host->group(p.page.t, title, segment);
        }
        put_row(&p, f);
    }
    semantics(&p);
    return p.page.rc;
}

voc_rc summary_groups(struct study *st, const bool *shown)
{
    struct summary p = {.page = score_page(st), .pooled = true, .order = score_alloc(st->s, st->n_pooled, sizeof *p.order)};
    if (!p.order) return VOC_E_NOMEM;
    for (size_t i = 0; i < st->n_pooled; i++)
        if (shown[i]) p.order[p.n++] = &st->pooled[i];
    columns_open(&p, "by", "By group");
    for (size_t i = 0; i < p.n; i++) put_row(&p, p.order[i]);
    semantics(&p);
    return p.page.rc;
}

voc_rc summary_write(struct study *st)
{
    const struct score *s = st->s;
    struct summary p = {.page = score_page(st), .order = score_alloc(s, st->n_pooled, sizeof *p.order)};
    if (!p.order) return VOC_E_NOMEM;
    for (size_t i = 0; i < st->n_pooled; i++)
        if (st->pooled[i].judged) p.order[p.n++] = &st->pooled[i];
    if (p.n) qsort(p.order, p.n, sizeof *p.order, page_order);
    columns_open(&p, "score", "");
    head(&p);
    not_to_do(&p);
    for (size_t i = 0; i < p.n && !p.page.rc; i++) {
        enum group g = group_of(p.order[i]);
        if (i == 0 || g != group_of(p.order[i - 1])) p.page.rc = s->host->group(p.page.t, groups[g].title, groups[g].subtitle);
        put_row(&p, p.order[i]);
    }
    foot(&p);
    semantics(&p);
    return p.page.rc || (s->options[OPT_BY].i != BY_STAGE && s->options[OPT_BY].i != BY_SEGMENT) ? p.page.rc : by_write(st);
}
