// SPDX-License-Identifier: MIT
// The not-to-do list: what the table "score" says to stop or change, each with its hours and money, and their sum.
#include <string.h>

#include "plugins/output/html/html.h"

enum { COL_HOURS, COL_MONEY, COLS };

struct list {
    const voc_table *t;
    size_t at[COLS], name, reason;
    bool has[COLS];     // some row has it
    bool missing[COLS]; // some row has not
    double hours;
    int64_t money;
    uint32_t digits[COLS];
    size_t n;
};

static bool stops(const voc_table *t, size_t g) { return tone_of(group_at(t, g)->title) == TONE_STOP; }

// Hours are a number with any unit; money is money.
static const voc_cell *amount(const struct list *l, size_t row, int col)
{
    return cell_of(l->t, row, l->at[col], col == COL_HOURS ? VOC_CELL_REAL : VOC_CELL_MONEY);
}

static void add_up(struct list *l)
{
    for (size_t g = 0; g < l->t->n_groups; g++)
        for (size_t r = group_at(l->t, g)->row; stops(l->t, g) && r < group_end(l->t, g); r++) {
            l->n++;
            for (int k = 0; k < COLS; k++) {
                const voc_cell *c = amount(l, r, k);
                if (!c) {
                    l->missing[k] = true;
                    continue;
                }
                l->has[k] = true;
                if (c->digits > l->digits[k]) l->digits[k] = c->digits;
                if (k == COL_HOURS)
                    l->hours += c->r;
                else
                    l->money += c->i;
            }
        }
}

static void cell(struct html *h, const struct list *l, int k, const char *class_)
{
    const voc_column *c = column_at(l->t, l->at[k]);
    put_s(h, "<td role=\"cell\" class=\"n");
    put_s(h, class_);
    put_s(h, "\" data-label=\"");
    html_column_title(h, c);
    if (html_unit(l->t, c).len) {
        put_s(h, ", ");
        put_text(h, html_unit(l->t, c));
    }
    put_s(h, "\">");
}

static void heads(struct html *h, const struct list *l)
{
    put_s(h, "<thead role=\"rowgroup\"><tr role=\"row\"><th scope=\"col\" role=\"columnheader\">");
    html_column_title(h, column_at(l->t, l->name));
    put_s(h, "</th>");
    for (int k = 0; k < COLS; k++) {
        if (!l->has[k]) continue;
        put_s(h, "<th scope=\"col\" role=\"columnheader\" class=\"n\">");
        html_column_title(h, column_at(l->t, l->at[k]));
        if (html_unit(l->t, column_at(l->t, l->at[k])).len) {
            put_s(h, " <span class=\"unit\">");
            put_text(h, html_unit(l->t, column_at(l->t, l->at[k])));
            put_s(h, "</span>");
        }
        put_s(h, "</th>");
    }
    put_s(h, "<th scope=\"col\" role=\"columnheader\">why</th></tr></thead>\n");
}

static void row(struct html *h, const struct list *l, size_t r)
{
    const voc_cell *name = cell_of(l->t, r, l->name, VOC_CELL_TEXT), *why = cell_of(l->t, r, l->reason, VOC_CELL_TEXT);
    put_s(h, "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">");
    put_isolated(h, name ? name->s : (voc_str){"-", 1});
    put_s(h, "</th>");
    for (int k = 0; k < COLS; k++) {
        if (!l->has[k]) continue;
        const voc_cell *c = amount(l, r, k);
        cell(h, l, k, c ? "" : " na");
        if (c)
            put_cell(h, c, column_at(l->t, l->at[k]), NULL);
        else
            put_s(h, "-");
        put_s(h, "</td>");
    }
    put_s(h, "<td role=\"cell\" class=\"long\" data-label=\"why\">");
    if (why) put_isolated(h, why->s);
    put_s(h, "</td></tr>\n");
}

static void sum(struct html *h, const struct list *l)
{
    put_s(h, "<tfoot role=\"rowgroup\"><tr role=\"row\"><th scope=\"row\" role=\"rowheader\">Together</th>");
    for (int k = 0; k < COLS; k++) {
        if (!l->has[k]) continue;
        cell(h, l, k, "");
        put_number(h, k == COL_HOURS ? l->hours : (double)l->money / 1e6, l->digits[k], false);
        put_s(h, "</td>");
    }
    put_s(h, "<td role=\"cell\" class=\"long\">");
    if (l->missing[COL_MONEY] && l->has[COL_MONEY]) put_s(h, "of those whose cost is declared");
    put_s(h, "</td></tr></tfoot>\n");
}

void html_not_to_do(struct html *h, const voc_table *t)
{
    struct list l = {.t = t, .at = {column_named(t, "hours"), column_named(t, "spent")}, .name = column_named(t, "touchpoint"), .reason = column_named(t, "reason")};
    bool said = false;
    add_up(&l);
    for (size_t i = 0; i < t->n_notes; i++) said = said || (note_at(t, i)->kind == VOC_NOTE_LEAD && html_label(note_at(t, i)->text));
    if (!l.n && !said) return;
    put_s(h, "<section class=\"stoplist\" aria-labelledby=\"stop\">\n<h2 id=\"stop\">Not-to-do list</h2>\n");
    for (size_t i = 0; i < t->n_notes; i++) {
        voc_str s = note_at(t, i)->text;
        if (note_at(t, i)->kind != VOC_NOTE_LEAD || !html_label(s)) continue;
        put_s(h, "<p class=\"callout\">");
        put_text(h, text_from(s, html_label(s) + 2));
        put_s(h, "</p>\n");
    }
    if (l.n) {
        put_s(h, "<div class=\"box\" role=\"region\" tabindex=\"0\" aria-labelledby=\"stop\">\n<table role=\"table\">\n<caption class=\"hidden\">Not-to-do list</caption>\n");
        heads(h, &l);
        put_s(h, "<tbody role=\"rowgroup\">\n");
        for (size_t g = 0; g < t->n_groups; g++)
            for (size_t r = group_at(t, g)->row; stops(t, g) && r < group_end(t, g); r++) row(h, &l, r);
        put_s(h, "</tbody>\n");
        if (l.n > 1 && (l.has[COL_HOURS] || l.has[COL_MONEY])) sum(h, &l);
        put_s(h, "</table>\n</div>\n");
        if (!l.has[COL_MONEY]) put_s(h, "<p class=\"small\">No cost of these is declared: with a cost for each, this list says what stopping them saves.</p>\n");
    }
    put_s(h, "</section>\n");
}
