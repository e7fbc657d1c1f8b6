// SPDX-License-Identifier: MIT
//
// The tables of the value map: the page that is shown, and the full ones behind it. Shown are counts in words ("8 of 11") and what
// they come to; shares with their ranges, and what decided, stand in the full tables.
#include "plugins/analysis/value-map/page.h"
#include "plugins/common/figure/declare.h"
#include "plugins/common/stats.h"

const char *vm_in_words(enum vm_agreement a)
{
    static const char *const words[] = {"neither", "no clear pattern", "say it and act for it", "say it more than they act", "act more than they say it"};
    return words[a];
}

void vm_reasons(const struct vm_tally *t, uint32_t role, size_t need, char *out, size_t size)
{
    const struct vm *v = t->v;
    const voc_def_need *n = vm_need(v, need);
    bool used[VM_THEME_WORDS * 64] = {false};
    size_t at = 0;
    out[0] = 0;
    for (size_t turn = 0; turn < n->n_said; turn++) {
        size_t best = SIZE_MAX;
        for (size_t i = 0; i < n->n_said; i++) {
            const uint64_t people = t->said_theme[role * v->n_themes + n->said[i]];
            if (!used[n->said[i]] && people && (best == SIZE_MAX || people > t->said_theme[role * v->n_themes + n->said[best]])) best = i;
        }
        if (best == SIZE_MAX) return;
        used[n->said[best]] = true;
        const int got = snprintf(out + at, size - at, "%s%.*s %llu", at ? ", " : "", SHOW(vm_theme(v, n->said[best])->title),
                                 (unsigned long long)t->said_theme[role * v->n_themes + n->said[best]]);
        if (got < 0 || (size_t)got >= size - at) return;
        at += (size_t)got;
    }
}

static bool anything(const struct vm_count *n) { return n->wanted || n->served; }

static uint64_t talked(const struct vm_tally *t, uint32_t role) { return vm_of_role(t, role, 0)->talked; }

// ---- the page that is shown --------------------------------------------------------------------------------------------------

// What stands out, a sentence each: words and deeds apart, and the widest gap.
static void lead(struct page *p)
{
    const struct vm_tally *t = told(p);
    uint32_t gap_role = 0;
    size_t gap_need = SIZE_MAX, said = 0;
    for (uint32_t r = 0; r < t->n_roles; r++) {
        size_t order[VM_NEEDS_MAX];
        if (!vm_of_role(t, r, 0)->people) continue;
        vm_rank(t, r, order);
        for (size_t i = 0; i < t->v->n_needs; i++) {
            const struct vm_count *n = vm_of_role(t, r, i), *first = vm_of_role(t, r, order[0]);
            const struct vm_count *worst = gap_need == SIZE_MAX ? NULL : vm_of_role(t, gap_role, gap_need);
            if (r && 2 * n->unserved > n->wanted && n->unserved >= 5 && (!worst || n->unserved > worst->unserved)) gap_role = r, gap_need = i;
            if (!r || vm_agree(n) != VM_STATED || said++ > 5) continue;
            if (order[0] != i && first->did)
                page_notef(p, VOC_NOTE_LEAD,
                           "In the role %.*s %llu of %llu who spoke speak of \"%.*s\", %llu of %llu act for it; most act for "
                           "\"%.*s\" (%llu of %llu).",
                           SHOW(vm_role(t->v, r)), (unsigned long long)n->said, (unsigned long long)n->talked,
                           SHOW(vm_need(t->v, i)->title), (unsigned long long)n->did, (unsigned long long)n->people,
                           SHOW(vm_need(t->v, order[0])->title), (unsigned long long)first->did, (unsigned long long)first->people);
            else
                page_notef(p, VOC_NOTE_LEAD, "In the role %.*s %llu of %llu who spoke speak of \"%.*s\", %llu of %llu act for it.",
                           SHOW(vm_role(t->v, r)), (unsigned long long)n->said, (unsigned long long)n->talked,
                           SHOW(vm_need(t->v, i)->title), (unsigned long long)n->did, (unsigned long long)n->people);
        }
    }
    if (gap_need == SIZE_MAX) return;
    const struct vm_count *n = vm_of_role(t, gap_role, gap_need);
    page_notef(p, VOC_NOTE_LEAD, "The widest gap: %llu of %llu people in %.*s who want \"%.*s\" got nothing that serves it.",
               (unsigned long long)n->unserved, (unsigned long long)n->wanted, SHOW(vm_role(t->v, gap_role)),
               SHOW(vm_need(t->v, gap_need)->title));
}

static void map_row(struct page *p, uint32_t role, size_t need)
{
    const struct vm_count *n = vm_of_role(told(p), role, need);
    const struct vm_quote *q = vm_quotes(told(p), role, need);
    cell_str(p, vm_need(told(p)->v, need)->title);
    cell_ratio(p, n->did, n->people);
    cell_ratio(p, n->said, n->talked);
    cell_ratio(p, n->served, n->people);
    cell_ratio(p, n->unserved, n->wanted);
    cell_ratio(p, n->unsought, n->served);
    cell_text(p, !n->wanted ? "-" : !n->talked ? "nobody spoke" : vm_in_words(vm_agree(n)));
    cell_text(p, analysis_confidence(n->wanted));
    if (q && q->characters) cell_str(p, (voc_str){q->text, q->text_len});
    else cell_na(p);
    cell_str(p, vm_role(told(p)->v, role));
    cell_str(p, vm_need(told(p)->v, need)->id);
}

static void map_of_role(struct page *p, uint32_t role)
{
    const struct vm_tally *t = told(p);
    const uint64_t people = vm_of_role(t, role, 0)->people;
    size_t order[VM_NEEDS_MAX];
    char title[200], about[200];
    if (!people) return;
    (void)snprintf(title, sizeof title, "%.*s", SHOW(vm_role(t->v, role)));
    (void)snprintf(about, sizeof about, "%llu %s of %zu account%s; %llu said something", (unsigned long long)people, people == 1 ? "person" : "people", t->present[role].n,
                   t->present[role].n == 1 ? "" : "s", (unsigned long long)talked(t, role));
    page_group(p, title, about);
    vm_rank(t, role, order);
    for (size_t i = 0; i < t->v->n_needs; i++)
        if (anything(vm_of_role(t, role, order[i]))) map_row(p, role, order[i]);
}

static voc_rc write_map(const struct vm_tally *t)
{
    struct page p = vm_page(t, "map", "What each role does, says and gets", VOC_TABLE_BRIEF);
    page_column(&p, "need", "what they want", VOC_CELL_TEXT, "", 0, "a need of the journey");
    page_column(&p, "did", "act for it", VOC_CELL_TEXT, "", VOC_COLUMN_RIGHT, "people who did something to get it, of all people there");
    page_column(&p, "said", "speak of it", VOC_CELL_TEXT, "", VOC_COLUMN_RIGHT, "people who spoke of it, for or against, of those who said anything");
    page_column(&p, "served", "got something", VOC_CELL_TEXT, "", VOC_COLUMN_RIGHT, "people reached by a touchpoint that serves it");
    page_column(&p, "unserved", "wanted, not served", VOC_CELL_TEXT, "", VOC_COLUMN_RIGHT, "of those who act for it or speak of it: nothing that serves it reached them");
    page_column(&p, "unsought", "served, not wanted", VOC_CELL_TEXT, "", VOC_COLUMN_RIGHT, "of those who were served: they neither act for it nor speak of it");
    page_column(&p, "pattern", "words and deeds", VOC_CELL_TEXT, "", 0, "of those who said anything: whether what they say is what they act for");
    page_column(&p, "firmness", "evidence", VOC_CELL_TEXT, "", 0, "by the people who act for it or speak of it: fewer than 5 anecdote, 20 weak, 50 moderate, else strong");
    page_column(&p, "quote", "in their words", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "the shortest text that speaks of it");
    page_column(&p, "role", "role", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "of whom");
    page_column(&p, "need_id", "need", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "id in the journey");
    lead(&p);
    for (uint32_t r = 1; r < t->n_roles; r++) map_of_role(&p, r);
    map_of_role(&p, 0);  // role unknown: last
    page_semantics(&p, "People, each counted once in a role. What they do ranks the needs; what they say tells why. Nothing here is an effect.");
    if (t->v->base.info->n_words > t->s->words)
        page_notef(&p, VOC_NOTE_AFTER, "Texts that belong to no journey here (their event or their person is in none) and are not counted: %llu; voc themes PROJECT reads all.",
                  (unsigned long long)(t->v->base.info->n_words - t->s->words));
    if (t->s->nameless) page_notef(&p, VOC_NOTE_AFTER, "Texts that name nobody, and are not counted: %llu.", (unsigned long long)t->s->nameless);
    if (t->s->undecided)
        page_notef(&p, VOC_NOTE_WARNING,
                   "A pattern of the codebook took too long on %llu texts: what they speak of is not all known.",
                   (unsigned long long)t->s->undecided);
    if (t->v->base.info->n_set_aside)
        page_notef(&p, VOC_NOTE_AFTER, "%llu events at or after the end of observation are set aside.",
                   (unsigned long long)t->v->base.info->n_set_aside);
    uint32_t first = 1;
    while (first < t->n_roles && !vm_of_role(t, first, 0)->people) first++;
    if (first < t->n_roles) {
        const voc_str name = vm_role(t->v, first);
        bool blank = memchr(name.ptr, ' ', name.len) != NULL;
        page_notef(&p, VOC_NOTE_NEXT, "voc value-map PROJECT --card %s%.*s%s | voc value-map PROJECT --table needs", blank ? "\"" : "", SHOW(name), blank ? "\"" : "");
    } else {
        page_notef(&p, VOC_NOTE_NEXT, "no event names a role: map a column to role, or declare <roles> in the journey; then the map has a part for each");
    }
    return p.rc;
}

// ---- the full tables -----------------------------------------------------------------------------------------------------------

static void shares(struct page *p, uint64_t x, uint64_t n)
{
    const struct stats_interval w = stats_wilson((double)x, (double)n);
    cell_int(p, x);
    cell_share(p, vm_share(x, n), 0);
    cell_share(p, w.lo, 0);
    cell_share(p, w.hi, 0);
}

static void share_columns(struct page *p, const char *const names[4], const char *title, const char *help)
{
    page_column(p, names[0], title, VOC_CELL_INT, "", 0, help);
    page_column(p, names[1], "share", VOC_CELL_SHARE, "", 0, "of the people there; what is said: of those who said anything");
    page_column(p, names[2], "at least", VOC_CELL_SHARE, "", 0, "lower end of its 95 % range (Wilson)");
    page_column(p, names[3], "at most", VOC_CELL_SHARE, "", 0, "upper end of its 95 % range (Wilson)");
}

static void count_columns(struct page *p)
{
    static const char *const did[] = {"did", "did_share", "did_low", "did_high"}, *const said[] = {"said", "said_share", "said_low", "said_high"},
                             *const served[] = {"served", "served_share", "served_low", "served_high"};
    page_column(p, "people", "people", VOC_CELL_INT, "", 0, "there: an event of them, or a touch that reached them, or a text");
    page_column(p, "talked", "spoke", VOC_CELL_INT, "", 0, "people who said anything");
    share_columns(p, did, "act for it", "people with at least one act that seeks it");
    share_columns(p, said, "speak of it", "people with at least one mention of its themes, affirmed or negated");
    page_column(p, "negated", "negate it", VOC_CELL_INT, "", 0, "people of whom some mention is negated");
    share_columns(p, served, "served", "people reached by a touchpoint that serves it");
    page_column(p, "wanted", "wanted", VOC_CELL_INT, "", 0, "people who act for it or speak of it");
    page_column(p, "unserved", "not served", VOC_CELL_INT, "", 0, "of those, not served: the gap");
    page_column(p, "unsought", "not wanted", VOC_CELL_INT, "", 0, "of those served: neither acts for it nor speaks of it");
    page_column(p, "both", "both", VOC_CELL_INT, "", 0, "of those who said anything: speak of it and act for it");
    page_column(p, "said_only", "say only", VOC_CELL_INT, "", 0, "of those who said anything: speak of it and do not act for it");
    page_column(p, "did_only", "act only", VOC_CELL_INT, "", 0, "of those who said anything: act for it and do not speak of it");
    page_column(p, "p", "p", VOC_CELL_REAL, "", 0, "exact McNemar test of saying only against acting only, two-sided");
    page_column(p, "agreement", "agreement", VOC_CELL_TEXT, "", 0,
                "stated: p at most 0.05 and more say than act; revealed: more act than say; confirmed: both at least "
                "as often as one alone; silent: neither; else mixed");
    page_column(p, "confidence", "confidence", VOC_CELL_TEXT, "", 0, "by people who want it: none, under 5 anecdote, under 20 weak, under 50 moderate, else strong");
}

static void counts(struct page *p, const struct vm_count *n)
{
    cell_int(p, n->people);
    cell_int(p, n->talked);
    shares(p, n->did, n->people);
    shares(p, n->said, n->talked);
    cell_int(p, n->negated);
    shares(p, n->served, n->people);
    const uint64_t rest[] = {n->wanted, n->unserved, n->unsought, n->both, n->said_only, n->did_only};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) cell_int(p, rest[i]);
    cell_real(p, vm_mcnemar(n->said_only, n->did_only), 4);
    cell_text(p, vm_agreement_name(vm_agree(n)));
    cell_text(p, analysis_confidence(n->wanted));
}

static void needs_of_role(struct page *p, uint32_t role)
{
    const struct vm_tally *t = told(p);
    size_t order[VM_NEEDS_MAX];
    double did[VM_NEEDS_MAX], said[VM_NEEDS_MAX];
    if (!vm_of_role(t, role, 0)->people) return;
    vm_rank(t, role, order);
    for (size_t i = 0; i < t->v->n_needs; i++) {
        did[i] = vm_share(vm_of_role(t, role, i)->did, vm_of_role(t, role, i)->people);
        said[i] = vm_share(vm_of_role(t, role, i)->said, vm_of_role(t, role, i)->talked);
    }
    const double tau = talked(t, role) ? vm_tau_b(did, said, t->v->n_needs) : NAN;
    for (size_t i = 0; i < t->v->n_needs; i++) {
        char why[600];
        const size_t n = order[i];
        cell_str(p, vm_role(t->v, role));
        cell_str(p, vm_need(t->v, n)->id);
        cell_str(p, vm_need(t->v, n)->title);
        cell_int(p, i + 1);
        counts(p, vm_of_role(t, role, n));
        cell_int(p, t->accounts[role * t->v->n_needs + n].n);
        vm_reasons(t, role, n, why, sizeof why);
        cell_text(p, why);
        cell_real(p, tau, 3);
    }
}

// Two pictures of the same cells: what is done, and what is said.
static void needs_figures(struct page *p)
{
    static const voc_figure_part did[] = {FIGURE_PART(VOC_AS_ROW, "title"), FIGURE_PART(VOC_AS_COLUMN, "role"), FIGURE_PART(VOC_AS_VALUE, "did_share"), FIGURE_PART(VOC_AS_GRADE, "confidence")};
    static const voc_figure_part said[] = {FIGURE_PART(VOC_AS_ROW, "title"), FIGURE_PART(VOC_AS_COLUMN, "role"), FIGURE_PART(VOC_AS_VALUE, "said_share"), FIGURE_PART(VOC_AS_GRADE, "confidence")};
    const voc_host *host = told(p)->v->base.host;
    if (!p->rc)
        p->rc = figure_declare(host, p->t, VOC_FIGURE_HEAT, "What each role acts for",
                               "Each cell: the share of the people of a role who did something to get it. The marks: by how many "
                               "people it is known.",
                               did, sizeof did / sizeof *did, 0, 0);
    if (!p->rc)
        p->rc = figure_declare(
            host, p->t, VOC_FIGURE_HEAT, "What each role speaks of",
            "Each cell: the share of the people of a role who spoke of it, for or against, of those who said "
            "anything at all. The marks: by how many people it is known that the role wants it, by deeds or by words.",
            said, sizeof said / sizeof *said, 0, 0);
}

static voc_rc write_needs(const struct vm_tally *t)
{
    struct page p = vm_page(t, "needs", "Needs by role", VOC_TABLE_HIDDEN);
    page_column(&p, "role", "role", VOC_CELL_TEXT, "", 0, "of whom");
    page_column(&p, "need", "need", VOC_CELL_TEXT, "", 0, "id in the journey");
    page_column(&p, "title", "what they want", VOC_CELL_TEXT, "", 0, "title of the need");
    page_column(&p, "rank", "rank", VOC_CELL_INT, "", 0, "of the needs of this role: by what is done, then said, then by name");
    count_columns(&p);
    page_column(&p, "accounts", "accounts", VOC_CELL_INT, "", 0, "distinct accounts of those who want it");
    page_column(&p, "reasons", "why", VOC_CELL_TEXT, "", 0, "themes that were spoken of, with people");
    page_column(&p, "tau_b", "ranks agree", VOC_CELL_REAL, "", 0,
                "Kendall's tau-b of the needs of this role ranked by what is done and by what is said: 1 alike, -1 "
                "the other way round");
    needs_figures(&p);
    for (uint32_t r = 1; r < t->n_roles; r++) needs_of_role(&p, r);
    needs_of_role(&p, 0);
    page_semantics(&p, "One line a role and need; people, each counted once in a role.");
    return p.rc;
}

static voc_rc write_cells(const struct vm_tally *t)
{
    struct page p = vm_page(t, "cells", "Needs by role and stage", VOC_TABLE_HIDDEN);
    page_column(&p, "role", "role", VOC_CELL_TEXT, "", 0, "of whom");
    page_column(&p, "stage", "stage", VOC_CELL_TEXT, "", 0, "the person's own stage at that time; empty: in none yet");
    page_column(&p, "need", "need", VOC_CELL_TEXT, "", 0, "id in the journey");
    count_columns(&p);
    for (uint32_t r = 0; r < t->n_roles; r++)
        for (size_t s = 0; s <= t->v->n_stages; s++) {
            if (!vm_of_cell(t, r, s, 0)->people) continue;
            for (size_t n = 0; n < t->v->n_needs; n++) {
                cell_str(&p, vm_role(t->v, r));
                cell_str(&p, s < t->v->n_stages ? analysis_stage(&t->v->base, s)->id : (voc_str){"", 0});
                cell_str(&p, vm_need(t->v, n)->id);
                counts(&p, vm_of_cell(t, r, s, n));
            }
        }
    page_semantics(&p, "One line a role, stage and need; people, each counted once in a cell, in the stage of their own in which they were when it happened.");
    return p.rc;
}

static voc_rc write_quotes(const struct vm_tally *t)
{
    struct page p = vm_page(t, "quotes", "In their words", VOC_TABLE_HIDDEN);
    page_column(&p, "role", "role", VOC_CELL_TEXT, "", 0, "of whom");
    page_column(&p, "need", "need", VOC_CELL_TEXT, "", 0, "id in the journey");
    page_column(&p, "text", "text", VOC_CELL_TEXT, "", 0, "as it was written");
    page_column(&p, "negated", "negated", VOC_CELL_BOOL, "", 0, "it says that it is not so");
    page_column(&p, "place", "where", VOC_CELL_TEXT, "", 0, "file or source, and line");
    for (uint32_t r = 0; r < t->n_roles; r++)
        for (size_t n = 0; n < t->v->n_needs; n++)
            for (size_t k = 0; vm_quotes(t, r, n) && k < VM_QUOTES && vm_quotes(t, r, n)[k].characters; k++) {
                const struct vm_quote *q = &vm_quotes(t, r, n)[k];
                cell_str(&p, vm_role(t->v, r));
                cell_str(&p, vm_need(t->v, n)->id);
                cell_str(&p, (voc_str){q->text, q->text_len});
                cell_yes(&p, q->negated);
                cell_str(&p, (voc_str){q->place, q->place_len});
            }
    page_semantics(&p, "Up to three texts a role and need: the shortest of at least 20 characters.");
    return p.rc;
}

// ---- roles of deals ---------------------------------------------------------------------------------------------------------------

static voc_rc write_missing(const struct vm_tally *t)
{
    struct page p = vm_page(t, "missing_roles", "Roles that won deals had", t->won ? VOC_TABLE_BRIEF : VOC_TABLE_HIDDEN);
    page_column(&p, "role", "role", VOC_CELL_TEXT, "", 0, "of people who acted");
    page_column(&p, "won_with", "took part where we won", VOC_CELL_TEXT, "", VOC_COLUMN_RIGHT, "won deals in which somebody of this role acted");
    page_column(&p, "open_without", "missing in open ones", VOC_CELL_TEXT, "", VOC_COLUMN_RIGHT, "deals under way in which nobody of this role has acted yet");
    page_column(&p, "won_share", "share won with", VOC_CELL_SHARE, "", VOC_COLUMN_DETAIL, "of the won deals");
    page_column(&p, "open_share", "share open without", VOC_CELL_SHARE, "", VOC_COLUMN_DETAIL, "of the deals under way");
    const char *worst = NULL;
    for (uint32_t r = 1; r < t->n_roles; r++) {
        if (!t->won_with[r] && t->open_without[r] == t->open) continue;  // nowhere
        cell_str(&p, vm_role(t->v, r));
        cell_ratio(&p, t->won_with[r], t->won);
        cell_ratio(&p, t->open_without[r], t->open);
        cell_share(&p, vm_share(t->won_with[r], t->won), 0);
        cell_share(&p, vm_share(t->open_without[r], t->open), 0);
        if (2 * t->won_with[r] > t->won && t->open_without[r]) worst = "voc value-map PROJECT --table missing names the deals";
    }
    page_semantics(&p, "Deals won, and those under way in the stages in which they are won. A description: a role may come late because a deal goes well.");
    if (t->won && t->won < 30) page_notef(&p, VOC_NOTE_AFTER, "Only %llu deals were won: take it as a hint.", (unsigned long long)t->won);
    if (worst) page_notef(&p, VOC_NOTE_NEXT, "%s", worst);
    return p.rc;
}

// Which of the roles that most won deals had each open deal lacks.
static voc_rc write_missing_deals(const struct vm_tally *t)
{
    const struct vm *v = t->v;
    const voc_host *host = v->base.host;
    struct page p = vm_page(t, "missing", "Open deals that lack a role", VOC_TABLE_HIDDEN);
    size_t n = 0, size;
    voc_str key;
    const void *data;
    page_column(&p, "unit", "deal", VOC_CELL_TEXT, "", 0, "account, case or customer");
    page_column(&p, "stage", "stage", VOC_CELL_TEXT, "", 0, "where it stands");
    page_column(&p, "lacks", "lacks", VOC_CELL_TEXT, "", 0, "a role that more than half of the won deals had");
    if (!p.rc) p.rc = host->spool_seal(t->s->units, &n);
    for (size_t i = 0; i < n && !p.rc; i++) {
        struct vm_unit u;
        if ((p.rc = host->spool_get(t->s->units, i, &key, &data, &size))) break;
        memcpy(&u, data, sizeof u);
        const uint32_t *roles = (const uint32_t *)(const void *)((const char *)data + sizeof u);
        if (!vm_is_open(t, &u)) continue;
        for (uint32_t r = 1, k = 0; r < t->n_roles; r++) {
            while (k < u.n_roles && roles[k] < r) k++;
            if ((k < u.n_roles && roles[k] == r) || 2 * t->won_with[r] <= t->won) continue;
            cell_str(&p, key);
            cell_str(&p, analysis_stage(&v->base, u.stage)->id);
            cell_str(&p, vm_role(v, r));
        }
    }
    page_semantics(&p, "One line an open deal and a role that it lacks, by name.");
    return p.rc;
}

voc_rc vm_write(const struct vm_tally *t)
{
    voc_rc rc = write_map(t);
    if (!rc) rc = vm_write_opportunity(t);
    if (!rc && t->v->n_stages) rc = write_missing(t);
    if (!rc) rc = write_needs(t);
    if (!rc) rc = write_cells(t);
    if (!rc) rc = write_quotes(t);
    if (!rc) rc = vm_write_distinctive(t);
    return rc || !t->v->n_stages ? rc : write_missing_deals(t);
}
