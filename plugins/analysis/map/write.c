// SPDX-License-Identifier: MIT
//
// The one table of the map, a line for each thing that is said of a stage, lane by lane; and its figure, lanes by stages.
#include <math.h>
#include <stdio.h>

#include "plugins/analysis/map/map.h"
#include "plugins/common/figure/declare.h"
#include "plugins/common/format.h"
#include "plugins/common/page.h"
#include "plugins/common/survival.h"

#define SHOW(s) shown(s), (s).ptr
#define NUMBER 64u
#define WORDS 800u
#define NAMED 4u // touchpoints of a verdict
#define DAY_US 86400e6

// At most 160 bytes of it, cut between characters.
static int shown(voc_str s)
{
    size_t n = s.len < 160 ? s.len : 160;
    while (n < s.len && n > 0 && ((unsigned char)s.ptr[n] & 0xC0) == 0x80) n--;
    return (int)n;
}

struct whole { const struct map *m; struct map_state *s; const struct map_verdicts *v; };
static const struct map_verdicts *verdicts_of(const struct page *p) { return ((const struct whole *)p->of)->v; }
static const struct map *map_of(const struct page *p) { return ((const struct whole *)p->of)->m; }
static struct map_state *state_of(const struct page *p) { return ((const struct whole *)p->of)->s; }

struct said { // a row
    const char *lane;
    size_t stage;
    voc_str what;
    const char *words;
    uint64_t times, people, units;
    double value; // NaN: none
    bool counted; // times, people and units mean something
    const struct map_verdict *verdict; // or NULL
};

static void counted(struct page *p, uint64_t n, bool known) { cell_signed(p, known ? (int64_t)n : VOC_NA); }
static voc_str literal(const char *s) { return (voc_str){s, strlen(s)}; }

static voc_str stage_title(const struct map *m, size_t i)
{
    const voc_def_stage *g = analysis_stage(&m->base, i);
    return g->title.len ? g->title : g->id;
}

static void row(struct page *p, const struct said *r)
{
    cell_text(p, r->lane);
    cell_str(p, stage_title(map_of(p), r->stage));
    cell_str(p, r->what);
    cell_text(p, r->words);
    counted(p, r->times, r->counted);
    counted(p, r->people, r->counted);
    counted(p, r->units, r->counted);
    cell_real(p, r->value, 2);
    cell_text(p, r->counted ? analysis_confidence(r->people) : "");
    if (!verdicts_of(p)->row) return;
    const struct map_verdict none = {.lift = NAN, .code = {"", 0}, .reason = {"", 0}}, *v = r->verdict ? r->verdict : &none;
    cell_text(p, v->words);
    cell_range(p, v->lift, v->lo, v->hi, 1);
    cell_str(p, v->reason);
    cell_str(p, v->code);
}

// ---- lanes of things -----------------------------------------------------------------------------------------------------

static voc_str name_of(const struct map *m, enum map_kind kind, size_t i)
{
    voc_str id, title;
    if (kind == MAP_ACTION) return analysis_action(&m->base, i)->name;
    if (kind == MAP_TOUCH || kind == MAP_TAKEN) id = analysis_touchpoint(&m->base, i)->id, title = analysis_touchpoint(&m->base, i)->title;
    else if (kind == MAP_THEME) id = map_theme(m, i)->id, title = map_theme(m, i)->title;
    else id = map_need(m, i)->id, title = map_need(m, i)->title;
    return title.len ? title : id;
}

static int compare_text(voc_str a, voc_str b)
{
    const int c = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

// Most units first, then most people, most times, then by name.
static bool before(const struct page *p, size_t stage, enum map_kind kind, size_t a, size_t b)
{
    const struct map_tally *x = map_tally(map_of(p), state_of(p), stage, kind, a), *y = map_tally(map_of(p), state_of(p), stage, kind, b);
    if (x->units != y->units) return x->units > y->units;
    if (x->people != y->people) return x->people > y->people;
    if (x->times != y->times) return x->times > y->times;
    return compare_text(name_of(map_of(p), kind, a), name_of(map_of(p), kind, b)) < 0;
}

static size_t choose(const struct page *p, size_t stage, enum map_kind kind, size_t out[8])
{
    const size_t n = map_of(p)->first[kind + 1] - map_of(p)->first[kind];
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        if (!map_tally(map_of(p), state_of(p), stage, kind, i)->times) continue;
        size_t at = found;
        while (at > 0 && before(p, stage, kind, i, out[at - 1])) at--;
        if (at == map_of(p)->top) continue;
        if (found < map_of(p)->top) found++;
        for (size_t k = found - 1; k > at; k--) out[k] = out[k - 1];
        out[at] = i;
    }
    return found;
}

static void things(struct page *p, size_t stage, const char *lane, enum map_kind kind)
{
    const struct map *m = map_of(p);
    const uint64_t there = state_of(p)->stages[stage].units;
    size_t chosen[8];
    const size_t n = choose(p, stage, kind, chosen);
    for (size_t k = 0; k < n; k++) {
        const struct map_tally *t = map_tally(m, state_of(p), stage, kind, chosen[k]);
        const voc_str name = name_of(m, kind, chosen[k]);
        char words[WORDS], units[NUMBER], times[NUMBER];
        format_integer(units, sizeof units, (int64_t)t->units, false);
        format_integer(times, sizeof times, (int64_t)t->times, false);
        double value = there ? (double)t->units / (double)there : NAN;
        if (kind == MAP_TOUCH) {
            value = (double)t->answered / (double)t->times;
            snprintf(words, sizeof words, "%s \xC2\xB7 %.*s \xC2\xB7 %.0f%% acted", times, SHOW(name), value * 100);
        } else {
            snprintf(words, sizeof words, "%s \xC2\xB7 %.*s", units, SHOW(name));
        }
        struct map_verdict v;
        const bool judged = (kind == MAP_TOUCH || kind == MAP_TAKEN) && map_verdict(m, verdicts_of(p), stage, chosen[k], &v);
        row(p, &(struct said){lane, stage, name, words, t->times, t->people, t->units, value, true, judged ? &v : NULL});
    }
}

// ---- lanes of a stage's numbers --------------------------------------------------------------------------------------------

static void came(struct page *p, size_t i)
{
    const struct map_stage *g = &state_of(p)->stages[i];
    char words[WORDS], n[NUMBER], open[NUMBER];
    format_integer(n, sizeof n, (int64_t)g->units, false);
    format_integer(open, sizeof open, (int64_t)g->open, false);
    snprintf(words, sizeof words, "%s %s, %s still there", n, analysis_unit_word(&map_of(p)->base, g->units != 1), open);
    row(p, &(struct said){"customers there", i, literal("came"), words, g->stays, 0, g->units, (double)g->units, false, NULL});
}

// When half have left by any route, and the share that takes longer than the target, of those whose beginning was observed (METHODS
// 4.6). NaN: not reached, or not known.
static void lasting(struct page *p, const struct map_stage *g, int64_t target, double *median, double *over)
{
    const size_t n = g->ended_us.n + g->open_us.n;
    const voc_host *host = p->host;
    struct survival_case *cases = NULL;
    struct survival_step *steps = NULL;
    *median = *over = NAN;
    if (!p->rc) p->rc = analysis_zeroed(&map_of(p)->base, (void **)&cases, n, sizeof *cases);
    if (!p->rc) p->rc = analysis_zeroed(&map_of(p)->base, (void **)&steps, n, sizeof *steps);
    if (!p->rc) {
        for (size_t i = 0; i < g->ended_us.n; i++) cases[i] = (struct survival_case){.time = g->ended_us.at[i], .status = SURVIVAL_LEFT};
        for (size_t i = 0; i < g->open_us.n; i++)
            cases[g->ended_us.n + i] = (struct survival_case){.time = g->open_us.at[i], .status = SURVIVAL_STAYED};
        survival_sort(cases, n);
        const size_t k = survival_curve(steps, cases, n);
        *median = survival_quantile(steps, k, 0.5, SURVIVAL_CURVE);
        if (target != VOC_NA) *over = survival_beyond(steps, k, cases, n, target);
    }
    host->free(map_of(p)->base.cx, cases);
    host->free(map_of(p)->base.cx, steps);
}

static void time_in(struct page *p, size_t i)
{
    const struct map_stage *g = &state_of(p)->stages[i];
    char words[WORDS], n[NUMBER];
    double us, over;
    if (!(g->ended_us.n + g->open_us.n)) return;
    lasting(p, g, VOC_NA, &us, &over);
    if (isnan(us)) {
        snprintf(words, sizeof words, "more than half are still there");
    } else {
        format_duration(n, sizeof n, (int64_t)us);
        snprintf(words, sizeof words, "half have left after %s", n);
    }
    row(p, &(struct said){"time in stage", i, literal("time"), words, 0, 0, 0, us / DAY_US, false, NULL});
}

static void against_target(struct page *p, size_t i)
{
    const struct map_stage *g = &state_of(p)->stages[i];
    char words[WORDS], n[NUMBER];
    double us, over = NAN;
    bool working;
    const int64_t target = analysis_target(&map_of(p)->base, i, &working);
    if (!(g->ended_us.n + g->open_us.n) || (target == VOC_NA && !working)) return;
    if (!working) lasting(p, g, target, &us, &over);
    format_duration(n, sizeof n, working ? 0 : target);
    if (working) snprintf(words, sizeof words, "its target is working time: not compared");
    else if (isnan(over)) snprintf(words, sizeof words, "nobody was seen for the %s that it should take", n);
    else snprintf(words, sizeof words, "%.0f%% take longer than the %s that it should take", 100 * over, n);
    row(p, &(struct said){"too long", i, literal("target"), words, 0, 0, 0, over, false, NULL});
}

static void leave(struct page *p, size_t i)
{
    const struct map_stage *g = &state_of(p)->stages[i];
    const uint64_t ended = g->forward + g->back + g->exits + g->lapsed, lost = ended - g->forward - g->won;
    char words[WORDS], n[NUMBER], of[NUMBER];
    if (!ended) return;
    format_integer(n, sizeof n, (int64_t)lost, false);
    format_integer(of, sizeof of, (int64_t)ended, false);
    snprintf(words, sizeof words, "%.0f%% (%s of %s ended)", 100 * (double)lost / (double)ended, n, of);
    row(p, &(struct said){"leave without going on", i, literal("leave"), words, 0, 0, 0, (double)lost / (double)ended, false, NULL});
}

static void cost(struct page *p, size_t i)
{
    const struct map_stage *g = &state_of(p)->stages[i];
    const double all = ((double)g->cost[1] * 18446744073709551616.0 + (double)g->cost[0]) / 1e6;
    const voc_str currency = map_of(p)->base.def->currency;
    char words[WORDS], n[NUMBER], each[NUMBER];
    if (!g->touches || g->costless == g->touches || !g->units) return;
    format_money(n, sizeof n, all, 0, currency.ptr, currency.len);
    format_number(each, sizeof each, all / (double)g->units, all / (double)g->units < 10 ? 2 : 0, false);
    snprintf(words, sizeof words, "%s, %s for each%s", n, each, g->costless ? "; some costs are not known" : "");
    row(p, &(struct said){"cost of touches", i, literal("cost"), words, 0, 0, 0, all, false, NULL});
}

// The touchpoints that were judged to be this in the stage, those that most met first; a line of the map.
static void judged_as(struct page *p, size_t stage, int class_)
{
    static const char *const classes[MAP_CLASSES] = {"value", "incidental", "waste", "unproven"};
    const struct map *m = map_of(p);
    const voc_str currency = m->base.def->currency;
    size_t n = 0, shown_ones[NAMED];
    double spent = 0;
    struct map_verdict v;
    for (size_t t = 0; t < m->base.def->n_touchpoints; t++) {
        if (!map_verdict(m, verdicts_of(p), stage, t, &v) || v.whole || v.class_ != class_) continue;
        if (!isnan(v.spent)) spent += v.spent;
        size_t at = n < NAMED ? n : NAMED;
        while (at > 0 && before(p, stage, MAP_TOUCH, t, shown_ones[at - 1])) at--;
        for (size_t k = n < NAMED ? n : NAMED - 1; k > at; k--) shown_ones[k] = shown_ones[k - 1];
        if (at < NAMED) shown_ones[at] = t;
        n++;
    }
    if (!n) return;
    struct map_verdict line = {.lift = NAN, .lo = NAN, .hi = NAN, .code = {"", 0}, .reason = {"", 0}};
    char money[NUMBER];
    size_t at = (size_t)snprintf(line.words, sizeof line.words, "%s", classes[class_]);
    for (size_t k = 0; k < n && k < NAMED && at < sizeof line.words; k++)
        at += (size_t)snprintf(line.words + at, sizeof line.words - at, "%s%.*s", k ? ", " : ": ", SHOW(name_of(m, MAP_TOUCH, shown_ones[k])));
    if (n > NAMED && at < sizeof line.words) at += (size_t)snprintf(line.words + at, sizeof line.words - at, " and %zu more", n - NAMED);
    format_money(money, sizeof money, spent, 0, currency.ptr, currency.len);
    if (class_ == MAP_WASTE && spent >= 0.5 && at < sizeof line.words) snprintf(line.words + at, sizeof line.words - at, " (%s)", money);
    row(p, &(struct said){"what that is worth", stage, literal(classes[class_]), "", n, 0, 0, NAN, false, &line});
}

static void worth(struct page *p, size_t i)
{
    for (int class_ = 0; class_ < MAP_CLASSES; class_++) judged_as(p, i, class_);
}

// ---- the table ---------------------------------------------------------------------------------------------------------

static void columns(struct page *p)
{
    page_column(p, "lane", "lane", VOC_CELL_TEXT, "", 0, "what is said of the stage");
    page_column(p, "stage", "stage", VOC_CELL_TEXT, "", 0, "in the order of the journey");
    page_column(p, "what", "what", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "the action, touchpoint, theme or need");
    page_column(p, "words", "in words", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "as it stands on the map");
    page_column(p, "times", "times", VOC_CELL_INT, "", 0, "how often, in the stage");
    page_column(p, "people", "people", VOC_CELL_INT, "", 0, "by how many, or to how many, told apart within their account");
    page_column(p, "units", analysis_unit_word(&map_of(p)->base, true), VOC_CELL_INT, "", 0, "of how many");
    page_column(p, "value", "number", VOC_CELL_REAL, "", VOC_COLUMN_DETAIL,
                "behind the colour: the share of those in the stage; of touchpoints the share after which a customer "
                "acted; days; the share that takes longer than its target; the share that leaves; money");
    page_column(p, "evidence", "evidence", VOC_CELL_TEXT, "", 0, "by people: fewer than 5 an anecdote, fewer than 20 weak, fewer than 50 moderate, else strong");
    if (!verdicts_of(p)->row) return;
    page_column(p, "verdict", "worth", VOC_CELL_TEXT, "", 0,
                "of a touchpoint in this stage, as voc score finds it: value, incidental, waste for this aim or "
                "unproven, and what follows; where it has no verdict here, that over all stages");
    page_column(p, "lift", "times as many", VOC_CELL_RANGE, "", VOC_COLUMN_DETAIL,
                "customers who acted after it, as a multiple of what is expected of comparable ones who did not get "
                "it, with its 95 % range");
    page_column(p, "reason", "why", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL | VOC_COLUMN_LEFT, "what the verdict rests on, or what keeps it from being one");
    page_column(p, "code", "code", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "of the verdict: voc explain PROJECT CODE says when it is given");
}

static void picture(struct page *p)
{
    static const voc_figure_part parts[] = {FIGURE_PART(VOC_AS_ROW, "lane"), FIGURE_PART(VOC_AS_COLUMN, "stage"), FIGURE_PART(VOC_AS_TEXT, "words"), FIGURE_PART(VOC_AS_VALUE, "value"), FIGURE_PART(VOC_AS_GRADE, "evidence"), FIGURE_PART(VOC_AS_MARK, "verdict")};
    const voc_definition *def = map_of(p)->base.def;
    const bool judged = verdicts_of(p)->row != NULL;
    char title[300], words[900];
    const int n = snprintf(words, sizeof words,
             "From left to right the stages; from top to bottom who is there, what they do, say and act for, what we serve, what they meet and what they take themselves, how long it takes, who leaves and what it costs. Before a name "
             "stands how many %s; of touches how many times, and after how many somebody acted: which does not show that they are the reason.",
             analysis_unit_word(&map_of(p)->base, true));
    if (judged)
        snprintf(words + n, sizeof words - (size_t)n,
                 " Their worth is told from %s like these who did not get them. Waste is for this aim, in this stage: "
                 "it judges the touchpoint, not the people who do it.",
                 analysis_unit_word(&map_of(p)->base, true));
    snprintf(title, sizeof title, "The journey: %.*s", SHOW(def->title.len ? def->title : def->id));
    if (!p->rc)
        p->rc = figure_declare(p->host, p->t, VOC_FIGURE_GRID, title, words, parts, sizeof parts / sizeof *parts - !judged, 0, 0);
}

// What is on offer and nobody on the map took, with what it is worth.
static void say_untaken(struct page *p)
{
    const struct map *m = map_of(p);
    char words[WORDS];
    size_t at = 0;
    for (size_t t = 0; t < m->base.def->n_touchpoints && at < sizeof words; t++) {
        uint64_t taken = 0;
        struct map_verdict v;
        if (analysis_touchpoint(&m->base, t)->kind != VOC_TOUCH_PULL) continue;
        for (size_t i = 0; i < m->n_stages; i++) taken += map_tally(m, state_of(p), i, MAP_TAKEN, t)->times;
        if (taken) continue;
        at += (size_t)snprintf(words + at, sizeof words - at, "%s%.*s", at ? "; " : "", SHOW(name_of(m, MAP_TAKEN, t)));
        if (at < sizeof words && map_verdict(m, verdicts_of(p), 0, t, &v)) at += (size_t)snprintf(words + at, sizeof words - at, " (%s)", v.words);
    }
    if (at) page_notef(p, VOC_NOTE_AFTER, "On offer, and taken by nobody: %s.", words);
}

static void say_verdicts(struct page *p)
{
    const struct map_verdicts *v = verdicts_of(p);
    if (v->row) return;
    if (!map_of(p)->verdicts) page_note(p, VOC_NOTE_AFTER, "What the touches are worth is not on it, as was asked (--verdicts=no).");
    else if (v->why.len) page_notef(p, VOC_NOTE_AFTER, "What the touches are worth is not on it, since voc score has no answer: %.*s.", SHOW(v->why));
    else page_note(p, VOC_NOTE_AFTER, "What the touches are worth is not on it: it shows no touch of the company that could be judged.");
    if (map_of(p)->verdicts && v->next.len) page_notef(p, VOC_NOTE_NEXT, "%.*s", (int)v->next.len, v->next.ptr);
}

static void notes(struct page *p)
{
    const voc_definition *def = map_of(p)->base.def;
    char words[WORDS];
    snprintf(words, sizeof words,
             "%llu %s; an act belongs to the stage after it, a touch to the stage in which it came, its window is "
             "that of the stage; most %s first. Journey %.*s, version %.*s.",
             (unsigned long long)state_of(p)->units, analysis_unit_word(&map_of(p)->base, state_of(p)->units != 1),
             analysis_unit_word(&map_of(p)->base, true), SHOW(def->id), SHOW(def->version));
    page_semantics(p, words);
    if (map_of(p)->first[MAP_THEME] == map_of(p)->first[MAP_THEME + 1])
        page_note(p, VOC_NOTE_AFTER,
                  "What customers say is not on it: the journey has no codebook with themes, or the project no words.");
    say_untaken(p);
    say_verdicts(p);
    if (map_of(p)->base.info->actor_assumed) page_note(p, VOC_NOTE_ASSUMED, "Where a source does not say who acted, the customer is taken to have acted.");
    page_note(p, VOC_NOTE_NEXT,
              verdicts_of(p)->row
                  ? "voc map PROJECT -o map.svg draws it | voc score PROJECT --by stage says how each touch was judged"
                  : "voc map PROJECT -o map.svg draws it | voc sipoc PROJECT says who delivers to each stage");
}

// Verdicts of touches that nobody on the map met are none of the map.
static bool any_met(const struct map *m, struct map_state *s, const struct map_verdicts *v)
{
    struct map_verdict x;
    for (size_t i = 0; i < m->n_stages; i++)
        for (size_t t = 0; t < m->base.def->n_touchpoints; t++)
            if (map_verdict(m, v, i, t, &x) &&
                (!x.whole || map_tally(m, s, i, MAP_TOUCH, t)->times || map_tally(m, s, i, MAP_TAKEN, t)->times))
                return true;
    return false;
}

voc_rc map_write(const struct map *m, struct map_state *s)
{
    static const struct { const char *lane; enum map_kind kind; } lanes[] = {{"they do", MAP_ACTION}, {"they say", MAP_THEME}, {"they act for", MAP_SOUGHT}, {"we serve", MAP_SERVED}, {"they meet", MAP_TOUCH}, {"they take", MAP_TAKEN}};
    static void (*const numbers[])(struct page *, size_t) = {time_in, against_target, leave, cost};
    struct map_verdicts v;
    const struct whole whole = {m, s, &v};
    struct page p = {.host = m->base.host, .run = m->base.run, .of = &whole, .rc = map_verdicts(m, &v)};
    if (!p.rc && v.row && !any_met(m, s, &v)) {
        map_verdicts_free(m, &v);
        v.row = NULL;
    }
    page_open(&p, "map", "The journey map", VOC_TABLE_BRIEF, NULL, 0);
    columns(&p);
    for (size_t i = 0; i < m->n_stages; i++) came(&p, i);
    for (size_t k = 0; k < sizeof lanes / sizeof *lanes; k++)
        for (size_t i = 0; i < m->n_stages; i++) things(&p, i, lanes[k].lane, lanes[k].kind);
    for (size_t i = 0; i < m->n_stages; i++) worth(&p, i);
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
        for (size_t i = 0; i < m->n_stages; i++) numbers[k](&p, i);
    picture(&p);
    notes(&p);
    map_verdicts_free(m, &v);
    return p.rc;
}
