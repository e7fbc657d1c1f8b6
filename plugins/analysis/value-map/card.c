// SPDX-License-Identifier: MIT
//
// One page for a role (--card), and what asked ratings promise for each need (Ulwick 2005).
#include "plugins/analysis/value-map/page.h"

// ---- the card --------------------------------------------------------------------------------------------------------------------

// "webinar 41, case study 12": touchpoints that serve the need, with the people of this role whom they reached.
static void servers(const struct vm_tally *t, uint32_t role, size_t need, char *out, size_t size)
{
    const struct vm *v = t->v;
    const voc_def_need *n = vm_need(v, need);
    size_t at = 0;
    out[0] = 0;
    if (!n->n_served) (void)snprintf(out, size, "nothing is declared to serve it");
    for (size_t i = 0; i < n->n_served; i++) {
        const int got = snprintf(out + at, size - at, "%s%.*s %llu", at ? ", " : "", SHOW(analysis_touchpoint(&v->base, n->served[i])->title),
                                 (unsigned long long)t->reached[role * v->base.def->n_touchpoints + n->served[i]]);
        if (got < 0 || (size_t)got >= size - at) return;
        at += (size_t)got;
    }
}

static void card_line(struct page *p, const char *about, const char *text)
{
    if (*about) cell_text(p, about);
    else cell_blank(p);  // the line above goes on
    cell_text(p, text);
}

static void card_need(struct page *p, uint32_t role, size_t need, size_t rank)
{
    const struct vm_tally *t = told(p);
    const struct vm_count *n = vm_of_role(t, role, need);
    const struct vm_quote *q = vm_quotes(t, role, need);
    char s[VM_QUOTE_BYTES + VM_PLACE_BYTES + 40], title[200];
    (void)snprintf(title, sizeof title, "%zu. %.*s", rank, SHOW(vm_need(t->v, need)->title));
    page_group(p, title, analysis_confidence(n->wanted));
    (void)snprintf(s, sizeof s, "%llu of %llu people act for it", (unsigned long long)n->did, (unsigned long long)n->people);
    card_line(p, "does", s);
    if (n->talked) {
        (void)snprintf(s, sizeof s, "%llu of %llu who said anything speak of it%s", (unsigned long long)n->said,
                       (unsigned long long)n->talked, n->negated ? "; some say that it is not so" : "");
        card_line(p, "says", s);
        if (n->both + n->said_only + n->did_only) card_line(p, "words and deeds", vm_in_words(vm_agree(n)));
    }
    vm_reasons(t, role, need, s, sizeof s);
    if (s[0]) card_line(p, "why", s);
    for (size_t k = 0; q && k < VM_QUOTES && q[k].characters; k++) {
        (void)snprintf(s, sizeof s, "\"%.*s\" (%.*s)", (int)q[k].text_len, q[k].text, (int)q[k].place_len, q[k].place);
        card_line(p, k ? "" : "in its words", s);
    }
    servers(t, role, need, s, sizeof s);
    card_line(p, "served by", s);
    if (n->wanted) {
        (void)snprintf(s, sizeof s, "%llu of %llu who want it got nothing that serves it", (unsigned long long)n->unserved, (unsigned long long)n->wanted);
        card_line(p, "missing", n->unserved ? s : "nothing: all who want it were served");
    } else if (n->unsought) {
        (void)snprintf(s, sizeof s, "nobody wants it, %llu got it", (unsigned long long)n->unsought);
        card_line(p, "too much", s);
    }
}

// "use-calculator, call-reference": what this role does more than others do, beyond chance.
static void own_acts(struct page *p, uint32_t role)
{
    struct vm_own *own = NULL;
    size_t n = 0, at = 0, shown = 0;
    char s[400];
    if (!p->rc) p->rc = vm_own_actions(told(p), role, &own, &n);
    for (size_t i = 0; i < n && !p->rc && shown < 5; i++) {
        if (!(own[i].q <= 0.05) || own[i].odds.z <= 0) continue;
        const int got = snprintf(s + at, sizeof s - at, "%s%.*s", shown ? ", " : "", SHOW(own[i].name));
        if (got < 0 || (size_t)got >= sizeof s - at) break;
        at += (size_t)got;
        shown++;
    }
    if (shown) page_notef(p, VOC_NOTE_LEAD, "Does more than others do: %s.", s);
    told(p)->v->base.host->free(told(p)->v->base.cx, own);
}

voc_rc vm_write_card(const struct vm_tally *t, uint32_t role)
{
    char title[200];
    size_t order[VM_NEEDS_MAX], rank = 0;
    const struct vm_count *all = vm_of_role(t, role, 0);
    (void)snprintf(title, sizeof title, "%.*s: what it wants, and what it gets", SHOW(vm_role(t->v, role)));
    struct page p = vm_page(t, "card", title, VOC_TABLE_BRIEF);
    page_column(&p, "about", "", VOC_CELL_TEXT, "", 0, "");
    page_column(&p, "text", "", VOC_CELL_TEXT, "", 0, "");
    page_notef(&p, VOC_NOTE_LEAD, "%llu %s of %zu account%s; %llu said something.", (unsigned long long)all->people, all->people == 1 ? "person" : "people", t->present[role].n,
              t->present[role].n == 1 ? "" : "s", (unsigned long long)all->talked);
    if (all->people < 20) page_notef(&p, VOC_NOTE_LEAD, "So few people that this is a beginning of a picture, not one.");
    if (role && t->won)
        page_notef(&p, VOC_NOTE_LEAD, "Took part in %llu of %llu deals that were won; is missing in %llu of %llu under way.",
                   (unsigned long long)t->won_with[role], (unsigned long long)t->won, (unsigned long long)t->open_without[role],
                   (unsigned long long)t->open);
    own_acts(&p, role);
    vm_rank(t, role, order);
    for (size_t i = 0; i < t->v->n_needs; i++) {
        const struct vm_count *n = vm_of_role(t, role, order[i]);
        if (n->wanted || n->served) card_need(&p, role, order[i], ++rank);
    }
    page_semantics(&p, "People, each counted once. Needs in the order of what is done for them; what is said tells why.");
    page_notef(&p, VOC_NOTE_NEXT, "voc words PROJECT --theme ID shows all that was said of a theme | voc value-map PROJECT for the other roles");
    return p.rc;
}

// ---- opportunity ---------------------------------------------------------------------------------------------------------------------

struct rated {
    uint64_t n, important, satisfied;
    bool other_scale;
    voc_str asked_on;  // the scale that the source names, where it is another one
};

static bool same(voc_str a, voc_str b) { return a.len == b.len && (!a.len || memcmp(a.ptr, b.ptr, a.len) == 0); }

// From 1 to 5, in fives: where the source names the scale, by that ("1-7" is another one, whatever was answered), else by the answer.
static bool on_scale(const voc_answer *a, struct rated *r)
{
    static const char wanted[] = "1-5";
    bool named = false;
    for (size_t i = 1; i + 1 < a->unit.len; i++)
        named = named || (a->unit.ptr[i] == '-' && a->unit.ptr[i - 1] >= '0' && a->unit.ptr[i - 1] <= '9' &&
                          a->unit.ptr[i + 1] >= '0' && a->unit.ptr[i + 1] <= '9');
    if (named && !same(a->unit, (voc_str){wanted, sizeof wanted - 1})) {
        r->asked_on = a->unit;
        return false;
    }
    return a->number >= 1 && a->number <= 5;
}

// Both questions answered in one response, from 1 to 5. Answers come by source, then response.
static voc_rc rate(const struct vm *v, const voc_def_asked *asked, struct rated *r)
{
    const voc_answer *a = NULL, *b = NULL;
    size_t na = 0, nb = 0, k = 0;
    voc_rc rc = v->base.host->answers(v->base.run, asked->importance, &a, &na);
    if (!rc) rc = v->base.host->answers(v->base.run, asked->satisfaction, &b, &nb);
    for (size_t i = 0; i < na && !rc; i++) {
        for (size_t turn = 0; turn < nb && !(same(a[i].source, b[k % nb].source) && same(a[i].response, b[k % nb].response)); turn++) k++;
        if (!nb || !(same(a[i].source, b[k % nb].source) && same(a[i].response, b[k % nb].response)) || isnan(a[i].number) ||
            isnan(b[k % nb].number))
            continue;
        const double important = a[i].number, satisfied = b[k % nb].number;
        if (!on_scale(&a[i], r) || !on_scale(&b[k % nb], r)) r->other_scale = true;
        r->n++;
        r->important += important >= 4;
        r->satisfied += satisfied >= 4;
    }
    return rc;
}

static void say_scale(struct page *p, const voc_def_need *n, const struct rated *r)
{
    if (r->asked_on.len)
        page_notef(p, VOC_NOTE_WARNING,
                   "\"%.*s\" was rated on a scale of %.*s. The score is defined for ratings from 1 to 5 only, so no "
                   "number is made of it: ask it from 1 to 5 the next time.",
                   SHOW(n->title), SHOW(r->asked_on));
    else
        page_notef(p, VOC_NOTE_WARNING,
                   "\"%.*s\" has ratings outside of 1 to 5. The score is defined for ratings from 1 to 5 only, so no "
                   "number is made of it: ask it from 1 to 5 the next time.",
                   SHOW(n->title));
}

voc_rc vm_write_opportunity(const struct vm_tally *t)
{
    const struct vm *v = t->v;
    bool any = false, few = false, silent = false;
    for (size_t i = 0; i < v->n_needs; i++) any = any || vm_need(v, i)->n_asked;
    struct page p = vm_page(t, "opportunity", "What people say is important, and how satisfied they are", any ? VOC_TABLE_BRIEF : VOC_TABLE_HIDDEN);
    page_column(&p, "need", "what they want", VOC_CELL_TEXT, "", 0, "title of the need");
    page_column(&p, "n", "answers", VOC_CELL_INT, "", 0, "responses that rate both");
    page_column(&p, "importance", "important", VOC_CELL_REAL, "", 0, "10 times the share of ratings 4 and 5");
    page_column(&p, "satisfaction", "satisfied", VOC_CELL_REAL, "", 0, "10 times the share of ratings 4 and 5");
    page_column(&p, "opportunity", "opportunity", VOC_CELL_REAL, "", 0, "importance, and what satisfaction lacks to it once more (Ulwick 2005)");
    page_column(&p, "band", "which is", VOC_CELL_TEXT, "", 0, "over 15 extreme, from 12 high, from 10 moderate, else served");
    page_column(&p, "overserved", "more than is asked for", VOC_CELL_BOOL, "", 0, "more are satisfied than find it important");
    page_column(&p, "id", "need", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "id in the journey");
    for (size_t i = 0; i < v->n_needs && !p.rc; i++) {
        const voc_def_need *n = vm_need(v, i);
        struct rated r = {0};
        for (size_t k = 0; k < n->n_asked && !p.rc; k++) p.rc = rate(v, &n->asked[k], &r);
        if (!n->n_asked) continue;
        if (r.other_scale) r.n = 0;
        const struct vm_opportunity o = vm_opportunity(r.important, r.satisfied, r.n);
        if (r.other_scale) say_scale(&p, n, &r);
        few = few || (r.n && r.n < 30);
        silent = silent || (!r.n && !r.other_scale);
        cell_str(&p, n->title);
        cell_int(&p, r.n);
        cell_real(&p, o.importance, 1);
        cell_real(&p, o.satisfaction, 1);
        cell_real(&p, o.score, 1);
        if (r.n) cell_text(&p, o.band);
        else cell_na(&p);
        if (r.n) cell_yes(&p, o.overserved);
        else cell_na(&p);
        cell_str(&p, n->id);
    }
    page_semantics(&p, "Ratings from 1 to 5 of those who answered both questions.");
    if (silent)
        page_notef(&p, VOC_NOTE_NEXT,
                   "nobody answered some of the questions: is their code right? voc sql PROJECT \"SELECT DISTINCT key "
                   "FROM measure\" lists those that were");
    if (any && few) page_notef(&p, VOC_NOTE_AFTER, "Fewer than 30 answers are indicative only.");
    return p.rc;
}
