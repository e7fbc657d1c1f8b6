// SPDX-License-Identifier: MIT
//
// The funnel: a bar for each row of the table, as long as its count, with the count and the share of the first; between two bars how
// many did not go on. Bars begin at one line, so that lengths can be compared.
#include <stdio.h>
#include <string.h>

#include "plugins/common/figure/draw.h"
#include "plugins/common/format.h"

#define ROWS_MAX 40u
#define BAR 28.0
#define BETWEEN 24.0

struct funnel {
    struct picture *p;
    double left, width; // of the bars
    double most;        // the largest count
    bool stacked;       // names above the bars, where the picture is narrow
    bool told;          // the table says how many were lost before each row
};

// "1,234 · 45%": the count and, where the table has it, the share.
static void say_count(const struct funnel *f, size_t row, char *out, size_t size)
{
    const voc_cell *count = part_cell(f->p, row, VOC_AS_COUNT), *share = part_cell(f->p, row, VOC_AS_SHARE);
    char n[64] = "-", s[64] = "";
    if (count) say_cell(n, sizeof n, f->p->t, count);
    if (share && share->type != VOC_CELL_NA) say_cell(s, sizeof s, f->p->t, share);
    snprintf(out, size, "%s%s%s", n, s[0] ? " \xC2\xB7 " : "", s);
}

static double draw_row(const struct funnel *f, size_t row, double y)
{
    struct pen *pen = f->p->pen;
    const voc_str name = part_text(f->p, row, VOC_AS_LABEL);
    struct wrapped w;
    char words[160];
    double count = 0, height = BAR;
    (void)part_number(f->p, row, VOC_AS_COUNT, &count);
    if (f->stacked) {
        text_wrap(&w, name, f->width, SMALL, true, 2);
        text_put(pen, &w, name, 0, y, SMALL, AT_LEFT, "f-bold");
        y += text_height(&w, SMALL) + 3;
        height = BAR + text_height(&w, SMALL) + 3;
    } else {
        text_wrap(&w, name, f->left - 14, SMALL, true, 2);
        if (text_height(&w, SMALL) > height) height = text_height(&w, SMALL);
        text_put(pen, &w, name, f->left - 14, y + (BAR - text_height(&w, SMALL)) / 2, SMALL, AT_RIGHT, "f-bold");
    }
    const double len = f->most > 0 && count > 0 ? count / f->most * f->width : 0;
    say_count(f, row, words, sizeof words);
    const double said = drawn_width((voc_str){words, strlen(words)}, SMALL, true);
    pen_f(pen, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"f-ground\"/>\n", f->left, y, f->width, BAR);
    pen_f(pen, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"f-bar\"/>\n", f->left, y, len, BAR);
    if (len >= said + 16) text_label(pen, words, f->left + 8, y + BAR / 2 + SMALL * 0.36, AT_LEFT, "f-bold f-on");
    else text_label(pen, words, f->left + len + 8, y + BAR / 2 + SMALL * 0.36, AT_LEFT, "f-bold");
    return height;
}

// Between two bars: "▼ 380 do not go on". Where more come than before, nothing is said: it is no funnel there.
static void draw_loss(const struct funnel *f, size_t row, double before, double now, double y)
{
    char n[FORMAT_MAX], s[FORMAT_MAX], words[2 * FORMAT_MAX + 40];
    double lost = before - now;
    if (f->told && !part_number(f->p, row, VOC_AS_VALUE, &lost)) return;
    if (!(lost > 0)) return;
    format_number(n, sizeof n, lost, 0, false);
    format_number(s, sizeof s, lost / (now + lost) * 100, 0, false);
    snprintf(words, sizeof words, "%s (%s%%) did not go on", n, s);
    pen_f(f->p->pen, "<path d=\"M%.1f %.1fh10l-5 8z\" class=\"f-loss\"/>", f->left + 8, y + BETWEEN / 2 - 4);
    text_label(f->p->pen, words, f->left + 24, y + BETWEEN / 2 + SMALL * 0.36, AT_LEFT, "f-soft");
}

double draw_funnel(struct picture *p, double y)
{
    struct funnel f = {.p = p, .stacked = p->width < 500, .told = part_column(p->t, p->f, VOC_AS_VALUE) != NO_PART};
    double top = y, before = 0, widest = 0;
    size_t drawn = 0, beyond = 0;
    for (size_t r = 0; r < p->t->n_rows; r++) {
        double count = 0;
        if (!row_shown(p, r)) continue;
        if (part_number(p, r, VOC_AS_COUNT, &count) && count > f.most) f.most = count;
        const double w = drawn_width(part_text(p, r, VOC_AS_LABEL), SMALL, true);
        if (w > widest) widest = w;
    }
    f.left = f.stacked ? 0 : (widest < 60 ? 60 : widest > p->width * 0.3 ? p->width * 0.3 : widest) + 16;
    f.width = p->width - f.left;
    for (size_t r = 0; r < p->t->n_rows; r++) {
        double count = 0;
        if (!row_shown(p, r)) continue;
        if (drawn == ROWS_MAX) {
            beyond++;
            continue;
        }
        const bool known = part_number(p, r, VOC_AS_COUNT, &count);
        if (drawn) {
            if (known) draw_loss(&f, r, before, count, y);
            y += BETWEEN;
        }
        y += draw_row(&f, r, y);
        before = count;
        drawn++;
    }
    if (beyond) snprintf(p->left_out, sizeof p->left_out, "%zu more are not drawn: they are in the table.", beyond);
    return y - top;
}
