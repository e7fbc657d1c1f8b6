// SPDX-License-Identifier: MIT
// The plan in words, a sentence a line: whose export it is, which questions are NPS, CSAT and CES and why, when and who,
// what is left out, and the questions by their kinds. Bounded by the host's buffer: whole lines only.
#include <stdio.h>

#include "plugins/input/survey/survey.h"

static bool is_missing_known(const struct survey *s, uint32_t known)
{
    for (uint32_t c = 0; c < s->table.events.n_columns; c++)
        if (s->columns[c].known == known) return false;
    return true;
}

static void say_known(const struct survey *s, struct plan_text *t)
{
    static const char *const titles[] = {"", "NPS", "CSAT", "CES"};
    const struct events *e = &s->table.events;
    for (uint32_t c = 0; c < e->n_columns; c++) {
        const struct sv_column *x = &s->columns[c];
        if (!x->known) continue;
        plan_say(t, "%s <- %.*s (%d to %d)", sv_known_name(x->known), EV_STR(e->columns[c].name, 60), x->lo, x->hi);
        if (!ev_eq(x->text, e->columns[c].name)) plan_say(t, ": %.*s", EV_STR(x->text, 80));
        plan_say(t, ", read as %s (-O %s=- if it is not)\n", titles[x->known], sv_known_name(x->known));
    }
    for (uint32_t c = 0; c < e->n_columns && is_missing_known(s, SV_NPS) && !s->said[SV_NPS].len; c++) {
        const struct sv_column *x = &s->columns[c];
        if (x->role != SV_ANSWER || x->known || x->lo != 0 || x->hi != 10) continue;
        plan_say(t, "no question is read as NPS; if it is \"%.*s\", which is answered from 0 to 10, say -O nps=\"%.*s\"\n",
                 EV_STR(e->columns[c].name, 70), EV_STR(e->columns[c].name, 70));
        break;
    }
}

static void say_times(const struct survey *s, struct plan_text *t)
{
    const struct events *e = &s->table.events;
    for (size_t i = 0; i < s->n_times; i++) {
        const struct sv_time *x = &s->times[i];
        plan_say(t, "%s <- %.*s", i ? "or time" : "time", EV_STR(e->columns[x->column].name, 60));
        if (x->clock != NO_COLUMN) plan_say(t, " + %.*s", EV_STR(e->columns[x->clock].name, 60));
        plan_say(t, " (%s, %.*s)%s\n", x->pattern[0] ? x->pattern : "ISO 8601", e->zone.len ? (int)e->zone.len : 3,
                 e->zone.len ? e->zone.ptr : "UTC",
                 x->american ? ": month first, as in the United States; -O time-format says otherwise"
                 : x->dotted ? ": day first, as dates with dots have it; -O time-format says otherwise"
                             : "");
    }
    if (s->n_times == 0) plan_say(t, "time <- the day that -O date gives, for all\n");
}

static void say_people(const struct survey *s, struct plan_text *t)
{
    const struct events *e = &s->table.events;
    for (uint32_t c = 0; c < e->n_columns; c++)
        if (s->columns[c].role == SV_PERSON)
            plan_say(t, "customer <- %.*s (%.*s%s)\n", EV_STR(e->columns[c].name, 60), EV_STR(s->columns[c].alias_kind, 20),
                     s->columns[c].strong ? "" : ", weak");
    const struct sv_levels *l = &s->levels;
    if (l->own) plan_say(t, "level %.*s of the hierarchy", EV_STR(l->own->ident, 60));
    if (l->own && l->link != NO_COLUMN)
        plan_say(t, ": %s <- %.*s, of level %.*s", s->id == NO_COLUMN ? "customer" : "account",
                 EV_STR(e->columns[l->link].name, 60), EV_STR(l->own->parent, 60));
    if (l->own) plan_say(t, "\n");
    if (s->n_people == 0 && !(l->own && s->id == NO_COLUMN)) plan_say(t, "who answered is not said: each response is somebody of its own\n");
    if (s->id != NO_COLUMN) plan_say(t, "id <- %.*s\n", EV_STR(e->columns[s->id].name, 60));
    if (s->language != NO_COLUMN) plan_say(t, "language <- %.*s\n", EV_STR(e->columns[s->language].name, 60));
}

static void say_list(const struct survey *s, struct plan_text *t, uint32_t role, const char *before, const char *after, size_t most)
{
    const struct events *e = &s->table.events;
    size_t n = 0, left = 0;
    for (uint32_t c = 0; c < e->n_columns; c++) {
        if (s->columns[c].role != role || e->columns[c].folded.len == 0) continue;
        if (role == SV_LEFT_OUT && s->n_times && s->times[0].clock == c) continue;
        if (n == most || t->size - t->len < 300) {
            left++;
            continue;
        }
        plan_say(t, "%s%.*s", n++ ? ", " : before, EV_STR(e->columns[c].name, 40));
    }
    if (n && left) plan_say(t, " and %zu more", left);
    if (n) plan_say(t, "%s\n", after);
}

// Questions of one kind in one line: "scales 1 to 5: Q2, Q3 and 4 more".
static void say_kind(const struct survey *s, struct plan_text *t, voc_str unit)
{
    static const char *const words[] = {"of which one is chosen", "answered with a number", "on a scale", "of which any are chosen", "that rank", "", "answered with a date", "answered with a time"};
    const struct events *e = &s->table.events;
    size_t n = 0, all = 0;
    for (uint32_t c = 0; c < e->n_columns; c++) all += s->columns[c].role == SV_ANSWER && !s->columns[c].known && s->columns[c].unit.ptr == unit.ptr;
    for (uint32_t c = 0; c < e->n_columns; c++) {
        const struct sv_column *x = &s->columns[c];
        if (x->role != SV_ANSWER || x->known || x->unit.ptr != unit.ptr) continue;
        if (n == 5 || t->size - t->len < 300) break;
        if (n == 0) plan_say(t, "%zu %s %s", all, all == 1 ? "question" : "questions", words[x->kind <= SV_CLOCK ? x->kind : 0]);
        if (n == 0 && x->kind == SV_SCALE) plan_say(t, " of %d to %d", x->lo, x->hi);
        plan_say(t, "%s%.*s", n++ ? ", " : ": ", EV_STR(x->key, 60));
    }
    if (n && n < all) plan_say(t, " and %zu more", all - n);
    if (n) plan_say(t, "\n");
}

void sv_describe(struct survey *s, char *out, size_t size)
{
    struct plan_text t = {.at = out, .size = size};
    if (size == 0) return;
    out[0] = 0;
    if (s->form == SV_DESCRIPTION && strstr(s->form_says, "hierarchy")) {
        plan_say(&t, "this is %s: name it with -O hierarchy=%.*s where the answers of its levels are imported\n", s->form_says, EV_STR(s->file, 80));
        return;
    }
    if (s->form == SV_DESCRIPTION) {
        plan_say(&t, "this is %s: import the file of answers; this one is used where it lies beside that, named alike\n", s->form_says);
        return;
    }
    if (!s->planned) return;
    plan_say(&t, "read as %s%s; the survey is \"%.*s\"\n", s->form == SV_PLAIN ? "a table of answers: " : "", s->form_says, EV_STR(s->name, 60));
    if (s->structure.what) plan_say(&t, "what was asked is from %s\n", s->structure.what);
    say_known(s, &t);
    say_times(s, &t);
    say_people(s, &t);
    say_list(s, &t, SV_WORDS, "words of customers: ", "", 6);
    if (s->status != NO_COLUMN && s->previews == 1) plan_say(&t, "previews and tests, by %.*s, are left out (-O previews=keep)\n", EV_STR(EVENTS(s)->columns[s->status].name, 40));
    say_list(s, &t, SV_LEFT_OUT, "left out: ", " (-O attributes=COLUMN keeps one)", 6);
    for (size_t u = 0; u < s->n_units; u++) say_kind(s, &t, s->units[u]);
    if (t.full) // cut at a line
        while (t.len && out[t.len - 1] != '\n') out[--t.len] = 0;
}
