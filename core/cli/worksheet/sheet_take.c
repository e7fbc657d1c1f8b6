// SPDX-License-Identifier: MIT
// The cells of a sheet put into the rows of a project: each row found again, each word and number checked. Faults are told all
// at once, as sheet.csv:LINE: what, and what to do.
#include <stdio.h>
#include <stdlib.h>

#include "cli/worksheet/words.h"
#include "cli/worksheet/worksheet.h"

struct taking {
    struct worksheet *w;
    const struct ws_sheet *s;
    struct diag *d;
    const struct ws_line *l;
    size_t faults;
    bool ok;
    VEC(voc_str) stages; // names of stages that may be meant: those of the journey, then new ones
};

static void fault(struct taking *t, const char *hint, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void fault(struct taking *t, const char *hint, const char *format, ...)
{
    char text[500];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    t->faults++;
    diag_error(t->d, "WORKSHEET-020", t->s->file.ptr, t->l->line, hint, "%s", text);
}

#define SHOW(s) STR_SHOWN(s, 80)

// ---- which row -----------------------------------------------------------------------------------------------------------------

static bool same_text(voc_str a, voc_str b)
{
    double x, y;
    if (str_eq(a, b)) return true;
    a = str_trim(a), b = str_trim(b);
    return str_ieq(a, b) || (str_real(a, &x) && str_real(b, &y) && !(x < y) && !(y < x)); // "001" came back as 1
}

static bool same_actor(uint32_t actor, voc_str cell)
{
    return str_ieq(cell, str_of(ws_actor_name(actor))) || (actor == VOC_ACTOR_UNSET && !cell.len);
}

static uint32_t find_row(struct taking *t)
{
    voc_str action = t->l->cell[WS_ACTION], where = t->l->cell[WS_WHERE], recorded = t->l->cell[WS_RECORDED];
    uint32_t found = VOC_NONE;
    size_t like = 0;
    for (int exact = 1; exact >= 0 && found == VOC_NONE; exact--)
        for (size_t i = 0; i < t->w->rows.n; i++) {
            const struct ws_row *r = &t->w->rows.at[i];
            if (!same_actor(r->recorded, recorded) || !(exact ? str_eq(r->action, action) : same_text(r->action, action))) continue;
            if (r->by == WS_BY_ACTION ? str_eq(r->where, where) : exact ? str_eq(r->where, where) : same_text(r->where, where)) return (uint32_t)i;
            // Where an action is not told apart, the channel is only shown, and may have become another.
            if (r->by == WS_BY_ACTION) found = (uint32_t)i, like++;
        }
    return like == 1 ? found : VOC_NONE;
}

static void no_row(struct taking *t)
{
    voc_str action = t->l->cell[WS_ACTION], best = {"", 0};
    char hint[300];
    bool there = false;
    size_t least = action.len / 3 + 2;
    for (size_t i = 0; i < t->w->rows.n; i++) {
        voc_str a = t->w->rows.at[i].action;
        size_t n = a.len < 64 && action.len < 64 ? str_distance(a, action) : SIZE_MAX;
        there |= str_eq(a, action);
        if (n < least) least = n, best = a;
    }
    if (there)
        fault(t, "leave action, channel/campaign and recorded actor as they were, or write a new sheet: voc worksheet PROJECT -o sheet.csv",
              "the action \"%.*s\" is there, but not with channel/campaign \"%.*s\" and recorded actor \"%.*s\"", SHOW(action), SHOW(t->l->cell[WS_WHERE]), SHOW(t->l->cell[WS_RECORDED]));
    else {
        snprintf(hint, sizeof hint, "%s%.*s%sdelete the row, or write a new sheet: voc worksheet PROJECT -o sheet.csv",
                 best.len ? "did you mean \"" : "", SHOW(best), best.len ? "\"? Else " : "");
        fault(t, hint, "there is no action \"%.*s\" in these events", SHOW(action));
    }
}

// ---- words ---------------------------------------------------------------------------------------------------------------------

static bool nothing(voc_str s)
{
    return !s.len || str_ieq(s, STR("unsure")) || str_is(s, "?") || str_is(s, "-") || str_ieq(s, STR("not said")) ||
           str_ieq(s, STR("none"));
}

static voc_str one_of(struct taking *t, enum ws_column c, voc_str s, const char *const *words, size_t n, const char *what)
{
    char hint[300];
    int at = 0;
    if (nothing(s)) return (voc_str){"", 0};
    for (size_t i = 0; i < n; i++)
        if (str_ieq(s, str_of(words[i]))) return str_of(words[i]);
    const char *near = str_nearest(s, words, n);
    if (near) at = snprintf(hint, sizeof hint, "did you mean %s? ", near);
    at += snprintf(hint + at, sizeof hint - (size_t)at, "%s:", what);
    for (size_t i = 0; i < n; i++) at += snprintf(hint + at, sizeof hint - (size_t)at, "%s %s", i ? "," : "", words[i]);
    snprintf(hint + at, sizeof hint - (size_t)at, ", or empty");
    fault(t, hint, "\"%.*s\" is no %s", SHOW(s), ws_column_names[c]);
    return (voc_str){"", 0};
}

// A number as people write it: 8.5 and 8,5; 1,200.50 and 1.200,50; with a currency sign. One mark with three digits behind it
// may mean either.
static voc_str money(struct taking *t, enum ws_column c, voc_str s)
{
    char plain[64];
    size_t n = 0, marks = 0, last = SIZE_MAX;
    int64_t micro;
    double ignored;
    if (nothing(s)) return (voc_str){"", 0};
    bool bad = false, mixed = false;
    char mark = 0;
    for (size_t i = 0; i < s.len; i++) {
        char ch = s.ptr[i];
        if (ch == ' ' || ch == '\'' || ch == '$' || (unsigned char)ch >= 0x80) continue; // blanks and signs
        if (ch == '.' || ch == ',') {
            if (mark && ch != mark) mixed = true;
            mark = ch, marks++, last = n;
        } else if (ch < '0' || ch > '9') {
            bad = true;
        }
        if (n + 1 < sizeof plain) plain[n++] = ch;
    }
    size_t behind = last == SIZE_MAX ? 0 : n - last - 1;
    if (!bad && marks == 1 && behind == 3) {
        voc_str said = (voc_str){"", 0};
        char point[64];
        memcpy(point, plain, n);
        point[last] = '.';
        for (size_t i = 0; i < t->w->rows.n; i++)
            if (t->w->rows.at[i].line == t->l->line) said = t->w->rows.at[i].said[c];
        int64_t before;
        if (str_money(str_mk(point, n), &micro) && str_money(said, &before) && before == micro) return said;
        char hint[200];
        snprintf(hint, sizeof hint, "write %.*s%.*s for thousands, or %.*s.%.*s0 for a fraction", (int)last, plain, (int)behind,
                 plain + last + 1, (int)last, plain, (int)behind, plain + last + 1);
        fault(t, hint, "%s \"%.*s\" can be read in two ways", ws_column_names[c], SHOW(s));
        return (voc_str){"", 0};
    }
    size_t to = 0;
    bool decimals = marks == 1 || mixed; // else the marks part thousands
    for (size_t i = 0; i < n; i++) {
        if (plain[i] != '.' && plain[i] != ',') plain[to++] = plain[i];
        else if (decimals && i == last) plain[to++] = '.';
    }
    if (bad || !n || to > 18 || !str_money(str_mk(plain, to), &micro) || !str_real(str_mk(plain, to), &ignored)) {
        fault(t, "write a number such as 8, 0.40 or 0,40; a date there means that the spreadsheet took a number for one: set the column to text first",
              "%s \"%.*s\" is no number", ws_column_names[c], SHOW(s));
        return (voc_str){"", 0};
    }
    char out[48];
    int len = snprintf(out, sizeof out, "%lld.%06lld", (long long)(micro / 1000000), (long long)(micro % 1000000));
    while (len > 1 && out[len - 1] == '0') len--;
    if (out[len - 1] == '.') len--;
    return arena_str(&t->w->arena, out, (size_t)len, &t->ok);
}

// ---- stages and touchpoints -------------------------------------------------------------------------------------------------------

static bool is_stage(const struct taking *t, voc_str name)
{
    for (size_t i = 0; i < t->stages.n; i++)
        if (str_eq(t->stages.at[i], name)) return true;
    return false;
}

// Stages that the journey has, the well-known ones, and those that several lines of the sheet name.
static voc_rc known_stages(struct taking *t)
{
    const struct journey *j = t->w->j;
    voc_rc rc = vec_reserve(&t->stages, j->n_stages + j->n_exits + 8 + t->w->n_stages, 100000);
    for (size_t i = 0; i < j->n_stages && !rc; i++) t->stages.at[t->stages.n++] = j->stages[i].id;
    for (size_t i = 0; i < t->w->n_stages && !rc; i++) t->stages.at[t->stages.n++] = t->w->stages[i].id;
    for (size_t i = 1; i <= 6 && !rc; i++) t->stages.at[t->stages.n++] = str_of(ws_near_names[i]);
    return rc;
}

static voc_str stage_word(struct taking *t, voc_str word)
{
    const struct journey *j = t->w->j;
    for (size_t i = 0; i < j->n_stages; i++)
        if (str_ieq(word, j->stages[i].id) || str_ieq(word, j->stages[i].title)) return j->stages[i].id;
    voc_str id = ws_slug(&t->w->arena, word, &t->ok);
    if (is_stage(t, id)) return id;
    voc_str near = {"", 0};
    size_t least = id.len / 3 ? id.len / 3 + 1 : 2;
    for (size_t i = 0; i < t->stages.n; i++) {
        size_t n = id.len < 64 && t->stages.at[i].len < 64 ? str_distance(id, t->stages.at[i]) : SIZE_MAX;
        if (n < least) least = n, near = t->stages.at[i];
    }
    if (near.len) {
        char hint[200];
        snprintf(hint, sizeof hint, "did you mean %.*s? A stage that is new needs a name less like it", SHOW(near));
        fault(t, hint, "there is no stage \"%.*s\"", SHOW(word));
        return (voc_str){"", 0};
    }
    if (!vec_reserve(&t->stages, 1, 100000)) t->stages.at[t->stages.n++] = id; // new
    struct ws_named *named = str_eq(id, word) ? NULL : arena_alloc(&t->w->arena, sizeof *named);
    if (named) {
        *named = (struct ws_named){id, word, t->w->named};
        t->w->named = named;
    }
    return id;
}

static voc_str exit_word(struct taking *t, voc_str word)
{
    const struct journey *j = t->w->j;
    word = str_trim(word);
    for (size_t i = 0; i < j->n_exits; i++)
        if (str_ieq(word, j->exits[i].id) || str_ieq(word, j->exits[i].title)) word = j->exits[i].id;
    if (!word.len) {
        fault(t, "exit:won, exit:lost, exit:disqualified, or a name of your own behind exit:", "an exit without a name");
        return word;
    }
    voc_str id = ws_slug(&t->w->arena, word, &t->ok);
    char *text = arena_printf(&t->w->arena, "exit:%.*s", STR_ARG(id));
    if (!text) t->ok = false;
    return text ? str_of(text) : (voc_str){"", 0};
}

static bool begins_exit(voc_str s) { return s.len >= 5 && str_ieq(str_mk(s.ptr, 5), STR("exit:")); }

static voc_str one_stage(struct taking *t, voc_str name)
{
    voc_str rest = name, word;
    name = str_trim(name);
    if (begins_exit(name)) return exit_word(t, str_mk(name.ptr + 5, name.len - 5));
    return str_split(&rest, &word) ? stage_word(t, name) : (voc_str){"", 0};
}

// Are all its words stages and exits that are known? Then it is a list, as journey.xml writes them.
static bool is_list(const struct taking *t, voc_str s)
{
    voc_str word;
    while (str_split(&s, &word))
        if (!begins_exit(word) && !is_stage(t, word)) return false;
    return true;
}

// "aware, seeking" or "exit: lost" -> "aware seeking", "exit:lost". A name may have blanks in it: "Reading up" -> "reading-up".
static voc_str stages(struct taking *t, voc_str s)
{
    struct buf b;
    if (nothing(s)) return (voc_str){"", 0};
    buf_init(&b, 1 << 16);
    while (s.len) {
        size_t n = 0;
        while (n < s.len && !strchr(",;|/", s.ptr[n])) n++;
        voc_str part = str_mk(s.ptr, n), word;
        s = str_mk(s.ptr + n + (n < s.len), s.len - n - (n < s.len));
        bool list = is_list(t, part);
        while (list ? str_split(&part, &word) : part.len > 0) {
            voc_str out = one_stage(t, list ? word : part);
            if (out.len && b.len) buf_byte(&b, ' ');
            buf_str(&b, out);
            if (!list) break;
        }
    }
    voc_str out = arena_str(&t->w->arena, b.ptr ? b.ptr : "", b.len, &t->ok);
    if (b.rc) t->ok = false;
    buf_done(&b);
    return out;
}

static voc_str touchpoint(struct taking *t, struct ws_row *r, voc_str s)
{
    const struct journey *j = t->w->j;
    r->typed = (voc_str){"", 0};
    if (nothing(s)) return (voc_str){"", 0};
    for (size_t i = 0; i < j->n_claims; i++)
        if (str_eq(s, j->claims[i].id)) return j->claims[i].id;
    for (size_t i = 0; i < j->n_claims; i++)
        if (str_ieq(s, j->claims[i].id) || str_ieq(s, j->claims[i].title)) return j->claims[i].id;
    r->typed = s;
    return ws_slug(&t->w->arena, s, &t->ok);
}

// ---- a line ----------------------------------------------------------------------------------------------------------------------

static void take_cell(struct taking *t, struct ws_row *r, enum ws_column c)
{
    static const char *const actors[] = {"customer", "company", "other"}, *const kinds[] = {"push", "pull"}, *const functions[] = {"marketing", "sales", "service", "other"};
    voc_str s = t->l->cell[c], *to = &r->cell[c];
    switch (c) {
    case WS_ACTOR: *to = one_of(t, c, s, actors, 3, "who acts"); break;
    case WS_CLASS: *to = one_of(t, c, s, ws_class_names, 7, "what an act is worth to the customer"); break;
    case WS_KIND: *to = one_of(t, c, s, kinds, 2, "who starts it"); break;
    case WS_FUNCTION: *to = one_of(t, c, s, functions, 4, "whose work it is"); break;
    case WS_VALUE:
    case WS_COST:
    case WS_MINUTES: *to = money(t, c, s); break;
    case WS_STAGE: *to = stages(t, s); break;
    case WS_TOUCHPOINT: *to = touchpoint(t, r, s); break;
    default: *to = arena_str(&t->w->arena, s.ptr, s.len, &t->ok); break;
    }
}

static void same_row_twice(struct taking *t, const struct ws_row *r, uint64_t first)
{
    const struct ws_line *o = NULL;
    for (size_t i = 0; i < t->s->lines.n; i++)
        if (t->s->lines.at[i].line == first) o = &t->s->lines.at[i];
    for (enum ws_column c = WS_ACTOR; o && c <= WS_MINUTES; c++)
        if (t->s->has[c] && !str_eq(o->cell[c], t->l->cell[c])) {
            char hint[120];
            snprintf(hint, sizeof hint, "line %llu says \"%.*s\": delete one of the two", (unsigned long long)first,
                     STR_SHOWN(o->cell[c], 40));
            fault(t, hint, "two rows for \"%.*s\" contradict each other: %s \"%.*s\"", SHOW(r->action), ws_column_names[c], SHOW(t->l->cell[c]));
            return;
        }
}

voc_rc ws_take(struct worksheet *w, const struct ws_sheet *s, struct diag *d)
{
    struct taking t = {.w = w, .s = s, .d = d, .ok = true};
    voc_rc rc = known_stages(&t);
    for (size_t i = 0; i < w->rows.n; i++) {
        struct ws_row *r = &w->rows.at[i];
        r->line = 0;
        r->typed = (voc_str){"", 0};
        for (enum ws_column c = 0; c < WS_COLUMNS; c++) r->cell[c] = r->said[c];
    }
    for (size_t i = 0; i < s->lines.n && !rc; i++) {
        t.l = &s->lines.at[i];
        uint32_t row = find_row(&t);
        if (row == VOC_NONE) {
            no_row(&t);
            continue;
        }
        struct ws_row *r = &w->rows.at[row];
        if (r->line) {
            same_row_twice(&t, r, r->line);
            continue;
        }
        r->line = t.l->line;
        for (enum ws_column c = WS_ACTOR; c <= WS_MINUTES; c++)
            if (s->has[c]) take_cell(&t, r, c);
        if (!t.ok) rc = VOC_E_NOMEM;
    }
    vec_free(&t.stages);
    return rc ? rc : t.faults ? VOC_E_OPTION : VOC_OK;
}

// ---- sameness ------------------------------------------------------------------------------------------------------------------------

static bool has_word(voc_str list, voc_str word)
{
    voc_str w;
    while (str_split(&list, &w))
        if (str_eq(w, word)) return true;
    return false;
}

static bool within(voc_str a, voc_str b)
{
    voc_str w;
    while (str_split(&a, &w))
        if (!has_word(b, w)) return false;
    return true;
}

bool ws_same(enum ws_column col, voc_str a, voc_str b)
{
    int64_t x, y;
    if (str_eq(a, b)) return true;
    switch (col) {
    case WS_CLASS: return str_is(a, "neutral") && !b.len;
    case WS_STAGE: return within(a, b) && within(b, a);
    case WS_FUNCTION: return (!a.len || str_is(a, "other")) && (!b.len || str_is(b, "other"));
    case WS_ACTOR: return (!a.len || str_is(a, "unsure")) && (!b.len || str_is(b, "unsure"));
    case WS_VALUE:
    case WS_COST:
    case WS_MINUTES: return str_money(a, &x) && str_money(b, &y) && x == y;
    default: return false;
    }
}
