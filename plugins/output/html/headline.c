// SPDX-License-Identifier: MIT
// The box above the table "score": about five findings, each a chip, a sentence and one number. All of it is said from the
// cells of that table, and each finding links to its row.
#include <math.h>
#include <string.h>

#include "plugins/output/html/html.h"

#define FINDINGS 5u

struct look { // where the columns are; n_columns: absent
    const voc_table *t;
    size_t name, acted, expected, extra, each, spent, reason;
};

static size_t column_named(const voc_table *t, const char *name)
{
    for (size_t k = 0; k < t->n_columns; k++)
        if (text_is(column_at(t, k)->name, name)) return k;
    return t->n_columns;
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
                         column_named(t, "reason")};
}

static const voc_cell *has(const struct look *l, size_t row, size_t column, uint32_t type)
{
    if (column >= l->t->n_columns) return NULL;
    const voc_cell *c = cell_at(l->t, row, column);
    return c->type == type && !(type == VOC_CELL_TEXT && c->s.len == 0) ? c : NULL;
}

bool html_is_score(const voc_table *t)
{
    struct look l = look_at(t);
    return text_is(t->name, "score") && t->n_groups && t->n_rows && l.name < t->n_columns && l.reason < t->n_columns;
}

// ---- which rows --------------------------------------------------------------------------------------------------------------

struct choice { size_t row, group; };

static size_t group_end(const voc_table *t, size_t g) { return g + 1 < t->n_groups ? group_at(t, g + 1)->row : t->n_rows; }

// The n rows of this tone that come first or, by money, that cost most (equal ones: the first).
static size_t pick(const struct look *l, enum tone tone, size_t n, bool by_money, struct choice *out)
{
    size_t k = 0;
    for (size_t g = 0; g < l->t->n_groups; g++) {
        if (tone_of(group_at(l->t, g)->title) != tone) continue;
        for (size_t r = group_at(l->t, g)->row; r < group_end(l->t, g) && r < l->t->n_rows; r++) {
            const voc_cell *m = by_money ? has(l, r, l->spent, VOC_CELL_MONEY) : NULL;
            size_t at = k;
            while (m && at > 0) {
                const voc_cell *before = has(l, out[at - 1].row, l->spent, VOC_CELL_MONEY);
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

static void compared(struct html *h, const struct look *l, size_t row, const voc_cell *extra)
{
    const voc_cell *acted = has(l, row, l->acted, VOC_CELL_TEXT), *expected = has(l, row, l->expected, VOC_CELL_REAL), *each = has(l, row, l->each, VOC_CELL_MONEY);
    if (acted) {
        put_s(h, "After ");
        put_text(h, acted->s);
        put_s(h, " ");
        put_text(h, column_at(l->t, l->acted)->unit);
        put_s(h, " the customer acted");
        if (expected) {
            put_s(h, "; without it about ");
            put_number(h, expected->r, expected->digits, false);
            put_s(h, " would be expected");
        }
        put_s(h, ". ");
    }
    if (extra->lo > 0) {
        put_s(h, "That is ");
        put_number(h, extra->lo, extra->digits, false);
        put_s(h, " to ");
        put_number(h, extra->hi, extra->digits, false);
        put_s(h, " more");
    } else {
        put_s(h, "The difference is ");
        put_number(h, extra->r, extra->digits, true);
        put_s(h, " (");
        put_number(h, extra->lo, extra->digits, true);
        put_s(h, " to ");
        put_number(h, extra->hi, extra->digits, true);
        put_s(h, ")");
    }
    if (each) {
        put_s(h, ", at about ");
        money(h, l, each);
        put_s(h, " each");
    }
    put_s(h, ".");
}

// How firm, in a sentence; other reasons are sentences already.
static void reason(struct html *h, voc_str s)
{
    static const struct { const char *word, *means; } firm[] = {
        {"strong", "Strong: only a large hidden difference could explain it away"},
        {"moderate", "Moderate: a hidden difference of middling size could explain it away"},
        {"fragile", "Fragile: a small hidden difference could explain it away"},
        {"by a random test", "Shown by a random test: chance decided who got it"}};
    for (size_t i = 0; i < sizeof firm / sizeof *firm; i++) {
        voc_str rest = text_from(s, strlen(firm[i].word));
        if (!text_starts(s, firm[i].word) || (rest.len && rest.ptr[0] != ';')) continue;
        put_s(h, firm[i].means);
        put_text(h, rest);
        put_s(h, ".");
        return;
    }
    put_sentence(h, s);
}

static void big(struct html *h, const struct look *l, size_t row, enum tone tone, const voc_cell *extra)
{
    const voc_cell *spent = has(l, row, l->spent, VOC_CELL_MONEY), *acted = has(l, row, l->acted, VOC_CELL_TEXT);
    if (!((tone == TONE_DO && extra) || spent || acted)) return;
    put_s(h, "<p class=\"big\"><b>");
    if (tone == TONE_DO && extra) {
        const voc_column *col = column_at(l->t, l->extra);
        put_number(h, extra->r, extra->digits, true);
        put_s(h, "</b> <span>extra ");
        put_text(h, col->unit);
        put_s(h, "<br/>95% range ");
        put_number(h, extra->lo, extra->digits, true);
        put_s(h, " to ");
        put_number(h, extra->hi, extra->digits, true);
    } else if (spent && spent->i > 0) {
        money(h, l, spent);
        put_s(h, tone == TONE_STOP ? "</b> <span>went into it" : "</b> <span>spent without an answer");
    } else if (acted) {
        put_text(h, acted->s);
        put_s(h, "</b> <span>acted");
    } else {
        put_s(h, "0</b> <span>spent");
    }
    put_s(h, "</span></p>\n");
}

static void finding(struct html *h, const struct look *l, struct choice c)
{
    static const char *const classes[] = {"", " do", " keep", " stop", " ask"};
    voc_str title = group_at(l->t, c.group)->title;
    enum tone tone = tone_of(title);
    const voc_cell *extra = has(l, c.row, l->extra, VOC_CELL_RANGE), *why = has(l, c.row, l->reason, VOC_CELL_TEXT), *name = has(l, c.row, l->name, VOC_CELL_TEXT);
    put_s(h, "<li class=\"finding");
    put_s(h, classes[tone]);
    put_s(h, "\">\n<h3>");
    put_chip(h, tone, title);
    put_s(h, " ");
    put_isolated(h, name ? name->s : (voc_str){"-", 1});
    put_s(h, "</h3>\n");
    if (extra) {
        put_s(h, "<p class=\"says\">");
        compared(h, l, c.row, extra);
        put_s(h, "</p>\n");
    }
    put_s(h, "<p class=\"why\">");
    if (why) reason(h, why->s);
    put_s(h, " <a href=\"#row");
    put_size(h, c.row + 1);
    put_s(h, "\">How we know</a></p>\n");
    big(h, l, c.row, tone, extra);
    put_s(h, "</li>\n");
}

void html_headline(struct html *h, const voc_table *t)
{
    struct look l = look_at(t);
    struct choice chosen[FINDINGS + 1];
    size_t n = pick(&l, TONE_DO, 3, false, chosen), more;
    bool none = n == 0;
    n += pick(&l, TONE_STOP, n < 3 ? 2 : 1, true, chosen + n);
    more = pick(&l, TONE_ASK, n < 2 ? 2 : 1, true, chosen + n);
    n += more;
    if (n == 0) return;
    put_s(h, "<section class=\"headline\" aria-labelledby=\"short\">\n<h2 id=\"short\">In short</h2>\n");
    if (none) put_s(h, "<p>For no touchpoint is it shown yet that doing more of it pays.</p>\n");
    put_s(h, "<ul>\n");
    for (size_t i = 0; i < n; i++) finding(h, &l, chosen[i]);
    put_s(h, "</ul>\n<p class=\"caution\">These are comparisons of what customers did, not experiments, but where a random test is named. "
             "What could not be ruled out stands below the table.</p>\n</section>\n");
}
