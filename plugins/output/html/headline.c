// SPDX-License-Identifier: MIT
// The box above the table "score": some findings, each a chip, a sentence and one number. All of it is said from the cells of
// that table. Each finding links to its checks, where a table has them, else to its row.
#include <math.h>
#include <string.h>

#include "plugins/output/html/html.h"

struct look { // where the columns are; n_columns: absent
    const voc_table *t;
    size_t name, acted, expected, extra, each, spent, reason;
    voc_str days; // "14 days", or empty
};

static voc_str window_of(const voc_table *t)
{
    voc_str lead = html_first_lead(t), s = text_from(lead, text_find(lead, " in the ") + 8);
    s.len = text_find(s, " after it");
    return s.len > 0 && s.len < 30 && s.ptr[0] >= '0' && s.ptr[0] <= '9' ? s : (voc_str){"", 0};
}

static struct look look_at(const voc_table *t)
{
    return (struct look){t,
                         column_named(t, "touchpoint"),
                         column_named(t, "acted"),
                         column_named(t, "expected"),
                         column_named(t, "extra"),
                         column_named(t, "cost_per_extra"),
                         column_named(t, "spent"),
                         column_named(t, "reason"),
                         window_of(t)};
}

bool html_is_score(const voc_table *t)
{
    return text_is(t->name, "score") && t->n_groups && t->n_rows && column_named(t, "touchpoint") < t->n_columns && column_named(t, "reason") < t->n_columns;
}

// ---- which rows --------------------------------------------------------------------------------------------------------------

struct choice { size_t row, group; };

// A reason with "! " in it calls for an answer: "a contract asks for it: ! 35 left, 6 expected: soften it".
static size_t alarm(const struct look *l, size_t row)
{
    const voc_cell *why = cell_of(l->t, row, l->reason, VOC_CELL_TEXT);
    size_t at = why ? text_find(why->s, "! ") : 0;
    return why && at < why->s.len ? at + 2 : 0;
}

enum pick { PICK_FIRST, PICK_DEAREST, PICK_ALARM };

// The n rows of this tone that come first or, by money, that cost most (equal ones: the first).
static size_t pick(const struct look *l, enum tone tone, size_t n, enum pick how, struct choice *out)
{
    size_t k = 0;
    for (size_t g = 0; g < l->t->n_groups && n; g++) {
        if (tone_of(group_at(l->t, g)->title) != tone) continue;
        for (size_t r = group_at(l->t, g)->row; r < group_end(l->t, g); r++) {
            const voc_cell *m = how == PICK_DEAREST ? cell_of(l->t, r, l->spent, VOC_CELL_MONEY) : NULL;
            size_t at = k;
            if (how == PICK_ALARM && !alarm(l, r)) continue;
            while (m && at > 0) {
                const voc_cell *before = cell_of(l->t, out[at - 1].row, l->spent, VOC_CELL_MONEY);
                if (before && before->i >= m->i) break;
                at--;
            }
            if (at >= n) continue;
            size_t last = k < n ? k++ : n - 1;
            memmove(out + at + 1, out + at, (last - at) * sizeof *out);
            out[at] = (struct choice){r, g};
        }
    }
    return k;
}

// ---- their words ---------------------------------------------------------------------------------------------------------------

static void money(struct html *h, const struct look *l, const voc_cell *c)
{
    put_number(h, (double)c->i / 1e6, c->digits, false);
    if (!l->t->currency.len) return;
    put_s(h, " ");
    put_text(h, l->t->currency);
}

static void range_of(struct html *h, double lo, double hi, unsigned digits, bool sign)
{
    put_number(h, lo, digits, sign);
    put_s(h, " to ");
    put_number(h, hi, digits, sign);
}

static void compared(struct html *h, const struct look *l, size_t row, const voc_cell *extra)
{
    const voc_cell *acted = cell_of(l->t, row, l->acted, VOC_CELL_TEXT), *expected = cell_of(l->t, row, l->expected, VOC_CELL_REAL),
                   *each = cell_of(l->t, row, l->each, VOC_CELL_MONEY);
    if (acted) {
        put_s(h, "After ");
        put_text(h, acted->s);
        put_s(h, " ");
        put_text(h, column_at(l->t, l->acted)->unit);
        put_s(h, " the customer acted");
        if (l->days.len) {
            put_s(h, " within ");
            put_text(h, l->days);
        }
        if (expected) {
            put_s(h, "; without it about ");
            put_number(h, expected->r, expected->digits, false);
            put_s(h, " would be expected");
        }
        put_s(h, ". ");
    }
    if (extra->lo > 0 || extra->hi < 0) {
        bool more = extra->lo > 0;
        put_s(h, "That is ");
        range_of(h, more ? extra->lo : -extra->hi, more ? extra->hi : -extra->lo, extra->digits, false);
        put_s(h, more ? " more" : " fewer");
    } else {
        put_s(h, "No difference is seen: ");
        put_number(h, extra->r, extra->digits, true);
        put_s(h, ", and it may be ");
        range_of(h, extra->lo, extra->hi, extra->digits, true);
    }
    if (each) {
        put_s(h, ", at about ");
        money(h, l, each);
        put_s(h, " each");
    }
    put_s(h, ".");
}

// A reason that ends in a command ("hold back 1 in 5 for 8 weeks: voc holdout"): the command as it is typed for this one.
static bool with_command(struct html *h, voc_str s, voc_str name)
{
    size_t at = text_find(s, ": voc ");
    if (at == 0 || at == s.len || text_find(text_from(s, at + 6), " ") < s.len - at - 6) return false;
    put_sentence(h, (voc_str){s.ptr, at});
    put_s(h, " <code>");
    html_command_on(h, text_from(s, at + 2), name);
    put_s(h, "</code>");
    return true;
}

// How firm, in a sentence; other reasons are sentences already.
static void reason(struct html *h, voc_str s, voc_str name)
{
    static const struct { const char *word, *means; } firm[] = {
        {"strong", "Strong: only a large hidden difference could explain it away"},
        {"moderate", "Moderate: a hidden difference of middling size could explain it away"},
        {"fragile", "Fragile: a small hidden difference could explain it away"},
        {"by a random test", "Shown by a random test: chance decided who got it"}};
    size_t call = text_find(s, "! ");
    for (size_t i = 0; i < sizeof firm / sizeof *firm; i++) {
        voc_str rest = text_from(s, strlen(firm[i].word));
        if (!text_starts(s, firm[i].word) || (rest.len && rest.ptr[0] != ';')) continue;
        put_s(h, firm[i].means);
        put_text(h, rest);
        put_s(h, ".");
        return;
    }
    if (call > 0 && call < s.len) {
        put_capital(h, (voc_str){s.ptr, call});
        put_text(h, text_from(s, call + 2));
        put_s(h, ".");
        return;
    }
    if (!with_command(h, s, name)) put_sentence(h, s);
}

// "35 left, 6 expected: soften it": the number, and what it counts.
static bool alarm_number(struct html *h, const struct look *l, size_t row)
{
    const voc_cell *why = cell_of(l->t, row, l->reason, VOC_CELL_TEXT);
    size_t at = alarm(l, row);
    if (!why || !at) return false;
    voc_str s = text_from(why->s, at);
    s.len = text_find(s, ":");
    size_t word = text_find(s, " ");
    if (!s.len || s.ptr[0] < '0' || s.ptr[0] > '9' || word == s.len) return false;
    put_s(h, "<p class=\"big\"><b>");
    put_text(h, (voc_str){s.ptr, word});
    put_s(h, "</b> <span>");
    put_text(h, text_from(s, word + 1));
    put_s(h, "</span></p>\n");
    return true;
}

static void big(struct html *h, const struct look *l, size_t row, enum tone tone, const voc_cell *extra)
{
    const voc_cell *spent = cell_of(l->t, row, l->spent, VOC_CELL_MONEY), *acted = cell_of(l->t, row, l->acted, VOC_CELL_TEXT);
    if (tone == TONE_KEEP && alarm_number(h, l, row)) return;
    bool paid = spent && spent->i > 0 && tone != TONE_KEEP;
    if (!(tone == TONE_DO && extra) && !paid && !acted) return;
    put_s(h, "<p class=\"big\"><b>");
    if (tone == TONE_DO && extra) {
        put_number(h, extra->r, extra->digits, true);
        put_s(h, "</b> <span>extra ");
        put_text(h, column_at(l->t, l->extra)->unit);
        put_s(h, "<br/>95% range ");
        range_of(h, extra->lo, extra->hi, extra->digits, true);
    } else if (paid) {
        money(h, l, spent);
        put_s(h, tone == TONE_STOP ? "</b> <span>went into it" : "</b> <span>spent without an answer");
    } else {
        put_text(h, acted->s);
        put_s(h, "</b> <span>acted");
    }
    put_s(h, "</span></p>\n");
}

// Where its link leads is known when all tables have come.
static void remember(struct html *h, const voc_cell *name, size_t row)
{
    if (h->n_findings == FINDINGS_MAX) return;
    struct finding *f = &h->findings[h->n_findings++];
    struct room *into = h->into;
    *f = (struct finding){.name = h->rooms[KEPT_NAMES].len, .name_len = name ? name->s.len : 0, .row = row, .link = into->len};
    h->into = &h->rooms[KEPT_NAMES];
    if (name) put(h, name->s.ptr, name->s.len);
    h->into = into;
}

static void finding(struct html *h, const struct look *l, struct choice c)
{
    static const char *const classes[] = {"", " do", " keep", " stop", " ask"};
    voc_str title = group_at(l->t, c.group)->title;
    enum tone tone = tone_of(title);
    const voc_cell *extra = cell_of(l->t, c.row, l->extra, VOC_CELL_RANGE), *why = cell_of(l->t, c.row, l->reason, VOC_CELL_TEXT),
                   *name = cell_of(l->t, c.row, l->name, VOC_CELL_TEXT);
    put_s(h, "<li class=\"finding");
    put_s(h, classes[tone]);
    put_s(h, "\">\n<h3>");
    put_chip(h, tone, title);
    put_s(h, " ");
    put_isolated(h, name ? name->s : (voc_str){"-", 1});
    put_s(h, "</h3>\n");
    if (extra && !(tone == TONE_KEEP && alarm(l, c.row))) {
        put_s(h, "<p class=\"says\">");
        compared(h, l, c.row, extra);
        put_s(h, "</p>\n");
    }
    put_s(h, "<p class=\"why\">");
    if (why) reason(h, why->s, name ? name->s : (voc_str){"-", 1});
    put_s(h, " <a href=\"#");
    remember(h, name, c.row);
    put_s(h, "\">How we know</a></p>\n");
    big(h, l, c.row, tone, extra);
    put_s(h, "</li>\n");
}

// What the box leaves to the table: "And 13 more in the table: 1 do more, ...".
static void others(struct html *h, const voc_table *t, const struct choice *chosen, size_t n)
{
    bool any = false;
    if (t->n_rows <= n) return;
    put_s(h, "<p>And ");
    put_size(h, t->n_rows - n);
    put_s(h, " more in <a href=\"#t1\">the table</a>:");
    for (size_t g = 0; g < t->n_groups; g++) {
        size_t left = group_end(t, g) - (group_at(t, g)->row < group_end(t, g) ? group_at(t, g)->row : group_end(t, g));
        for (size_t i = 0; i < n; i++) left -= chosen[i].group == g;
        if (!left) continue;
        put_s(h, any ? ", " : " ");
        put_size(h, left);
        put_s(h, " ");
        for (size_t i = 0; i < group_at(t, g)->title.len; i++) {
            char c = group_at(t, g)->title.ptr[i];
            if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
            put_text(h, (voc_str){&c, 1});
        }
        any = true;
    }
    put_s(h, ".</p>\n");
}

void html_headline(struct html *h, const voc_table *t)
{
    struct look l = look_at(t);
    struct choice chosen[FINDINGS_MAX + 1];
    bool any = false;
    size_t n = pick(&l, TONE_DO, 3, PICK_FIRST, chosen);
    bool none = n == 0;
    n += pick(&l, TONE_STOP, n < 3 ? 2 : 1, PICK_DEAREST, chosen + n);
    n += pick(&l, TONE_KEEP, 1, PICK_ALARM, chosen + n);
    n += pick(&l, TONE_ASK, 2, PICK_DEAREST, chosen + n);
    if (n == 0) n = pick(&l, TONE_KEEP, 3, PICK_FIRST, chosen);
    if (n == 0) return;
    put_s(h, "<section class=\"headline\" aria-labelledby=\"short\">\n<h2 id=\"short\">In short</h2>\n");
    if (l.extra == t->n_columns)
        put_s(h, "<p>Nothing here is sent by the company, so nothing could be compared: this says what customers act to obtain by themselves.</p>\n");
    else if (none)
        put_s(h, "<p>For no touchpoint is it shown yet that doing more of it pays.</p>\n");
    put_s(h, "<ul>\n");
    for (size_t i = 0; i < n; i++) finding(h, &l, chosen[i]);
    put_s(h, "</ul>\n<div class=\"caution\">\n");
    others(h, t, chosen, n);
    for (size_t r = 0; r < t->n_rows && !any; r++) any = cell_of(t, r, l.extra, VOC_CELL_RANGE) != NULL;
    if (any)
        put_s(h, "<p>These are comparisons of what customers did, not experiments, but where a random test is named. "
                 "We name <a href=\"#know\">what we could not rule out</a>.</p>\n");
    put_s(h, "</div>\n</section>\n");
}
