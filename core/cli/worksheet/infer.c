// SPDX-License-Identifier: MIT
// voc journey infer: a journey begun from the events themselves. The guesses of the worksheet are applied to a definition with
// nothing in it, each with its reason as a note, and samples are made from real journeys; what cannot be said that way is
// left out. Then it is told what was assumed, what to look at first, and the next command.
#include <stdio.h>
#include <unistd.h>

#include "cli/options.h"
#include "cli/worksheet/command.h"

#define TEXT_MAX ((size_t)256 << 20)
#define TRIES 4 // to leave out what cannot be said

// Cells that could not be made so are left out: a guess is not worth a fault.
static bool give_up(struct worksheet *w)
{
    bool any = false;
    for (size_t i = 0; i < w->rows.n; i++) {
        struct ws_row *r = &w->rows.at[i];
        for (enum ws_column col = WS_ACTOR; col <= WS_MINUTES; col++)
            if (r->wrong & 1u << col) r->cell[col] = (voc_str){"", 0}, any = true;
        if (r->wrong & 1u << WS_TOUCHPOINT || (r->wrong && !r->cell[WS_TOUCHPOINT].len))
            for (enum ws_column col = WS_KIND; col <= WS_MINUTES; col++)
                if (col != WS_STAGE) r->cell[col] = (voc_str){"", 0};
    }
    return any;
}

static voc_rc draft(struct cli *c, const struct subject *s, const struct journey *none, struct worksheet *w, struct ws_change *ch,
                    struct journey **after)
{
    struct buf text;
    voc_rc rc = VOC_OK;
    buf_init(&text, TEXT_MAX);
    for (int tries = 0; tries < TRIES; tries++) {
        buf_clear(&text);
        journey_free(*after);
        *after = NULL;
        bool declared = w->declared;
        rc = command_base(&text, w, none, s->name);
        if (!rc && tries) rc = ws_say(w, s->s, none, c->diag);
        w->declared = declared;
        if (!rc) rc = ws_apply(ch, w, none, str_mk(text.ptr, text.len), c->diag);
        if (!rc) rc = command_parse(c, after, str_mk(ch->text.ptr, ch->text.len), NULL, "journey.xml");
        if (rc) break;
        rc = ws_verify(w, s->s, *after, ch, tries < TRIES - 1 ? NULL : c->diag); // in the end it says why
        w->declared = declared;
        if (rc != VOC_E_OPTION || !give_up(w)) break;
    }
    buf_done(&text);
    return rc;
}

static size_t count_class(const struct worksheet *w, const char *class_)
{
    size_t n = 0;
    for (size_t i = 0; i < w->rows.n; i++) n += str_is(w->rows.at[i].cell[WS_CLASS], class_);
    return n;
}

static void list_rows(const struct worksheet *w, const char *title, bool (*is)(const struct ws_row *r))
{
    size_t n = 0;
    for (size_t i = 0; i < w->rows.n; i++) {
        const struct ws_row *r = &w->rows.at[i];
        if (!is(r) || n++ >= 8) continue;
        cli_print(n == 1 ? "%s %.*s" : "%s%.*s", n == 1 ? title : ", ", STR_SHOWN(r->action, 40));
    }
    if (n > 8) cli_print(", and %zu more", n - 8);
    if (n) cli_print("\n");
}

static bool unsure_actor(const struct ws_row *r) { return str_is(r->cell[WS_ACTOR], "unsure") || !r->cell[WS_ACTOR].len; }
static bool no_class(const struct ws_row *r) { return str_is(r->cell[WS_ACTOR], "customer") && !r->cell[WS_CLASS].len; }
static bool no_cost(const struct ws_row *r) { return str_is(r->cell[WS_KIND], "push") && !r->cell[WS_COST].len; }

static bool has_value(const struct worksheet *w)
{
    for (size_t i = 0; i < w->rows.n; i++)
        if (w->rows.at[i].cell[WS_VALUE].len) return true;
    return false;
}

static void say_draft(struct cli *c, const struct worksheet *w, const struct journey *j, const char *folder, size_t samples, const struct subject *s)
{
    static const char *const units[] = {"", "account", "individual", "case"};
    cli_print("%s/journey.xml: %zu stages, %zu exits, %zu touchpoints, %zu actions, %zu samples from the events\n\n", folder,
           j->n_stages, j->n_exits, j->n_claims, j->n_actions, samples);
    cli_print("Assumed:\n");
    cli_print("  a journey is that of one %s: %.*s\n", units[w->unit], STR_ARG(w->unit_reason));
    if (j->evidence_declared)
        cli_print("  stages are what the company recorded, because nothing here is known to be an act of a customer: so waiting can be seen, and nothing can be scored\n");
    else
        cli_print("  what customers do for its worth: %zu actions; only passing through: %zu; because something "
               "failed: %zu; turning away: %zu\n",
               count_class(w, "value"), count_class(w, "passage"), count_class(w, "trouble"), count_class(w, "harm"));
    for (size_t i = 0; i < j->n_stages; i++) cli_print(i ? ", %.*s" : "  stages, in this order: %.*s", STR_ARG(j->stages[i].id));
    if (j->n_stages) cli_print("\n");
    cli_print("Look at first:\n");
    list_rows(w, "  nobody says who acts:", unsure_actor);
    if (!j->evidence_declared) list_rows(w, "  is it worth something to customers?", no_class);
    if (!j->evidence_declared) list_rows(w, "  what does one cost?", no_cost);
    if (!j->evidence_declared && !has_value(w)) cli_print("  what is one such act worth to you? (column value; without it nothing says what pays)\n");
    if (!j->n_stages) cli_print("  no stages could be guessed: name in the column stage of a worksheet what enters one\n");
    if (j->n_stages && !j->n_exits) cli_print("  what ends a journey? (column stage: exit:won or exit:lost behind the act; without one every journey stays open)\n");
    if (j->n_exits && j->win_exit == VOC_NONE && j->win_stage == VOC_NONE)
        cli_print("  is one of these ends a win, or the last stage? (<win exit=\"ID\"/> or <win stage=\"ID\"/> in journey.xml; without it nobody has won)\n");
    cli_print("  each guess stands in journey.xml as a note with its reason\n");
    const char *subject = cli_word(c, c->args[0]), *typed = cli_word(c, folder);
    cli_print("Next: voc worksheet %s%s --journey %s -o sheet.csv, edit it, and apply it\n", subject, subject_typed(c), typed);
    if (s->is_project)
        cli_print("      voc journey use %s %s, then voc stages %s%s%s\n", subject, typed, subject,
               j->evidence_declared ? "" : " | voc score ", j->evidence_declared ? "" : subject);
    else cli_print("      voc import %s %s%s%s --journey %s\n", cli_word(c, cli_project_for(c, c->args[0])), subject, c->n_args > 1 ? " ..." : "", subject_typed(c), typed);
}

int run_journey_infer(struct cli *c)
{
    struct subject s = {0};
    struct subject_options o = {.as = c->own[INFER_AS].s, .source = c->own[INFER_SOURCE].s};
    struct worksheet *w = NULL;
    struct journey *none = NULL, *after = NULL;
    struct ws_change ch;
    struct buf text;
    const char *folder = c->common[COMMON_OUTPUT].s.len ? c->common[COMMON_OUTPUT].s.ptr : NULL;
    size_t samples = 0;
    voc_rc rc = VOC_OK;
    ws_change_init(&ch);
    buf_init(&text, TEXT_MAX);
    ch.notes = true;
    ch.journey_file = "journey.xml";
    if (!folder) {
        diag_error(c->diag, "WORKSHEET-060", NULL, 0,
                   arena_printf(&c->arena, "voc journey infer %s%s -o my-journey", cli_word(c, c->args[0]), c->n_args > 1 ? " ..." : ""),
                   "where should the journey be written?");
        rc = VOC_E_OPTION;
    } else if (folder_is_shipped(folder) || (access(arena_printf(&c->arena, "%s/journey.xml", folder), F_OK) == 0 && !c->common[COMMON_FORCE].i)) {
        diag_error(c->diag, "WORKSHEET-062", folder, 0, "name another folder with -o; --force writes over one of your own", "a journey lies there already");
        rc = VOC_E_POLICY;
    }
    if (!rc) rc = subject_open(c, &s, &o);
    if (!rc) rc = journey_none(&none, VOC_UNIT_CASE);
    if (!rc) rc = command_make(&w, &s, none, c->diag);
    if (!rc) rc = draft(c, &s, none, w, &ch, &after);
    if (!rc) rc = ws_add_samples(&text, w, s.s, after, str_mk(ch.text.ptr, ch.text.len), &samples, c->diag);
    if (!rc) rc = folder_write(c, folder, str_mk(text.ptr, text.len), subject_sources(&s), NULL);
    if (!rc) say_draft(c, w, after, folder, samples, &s);
    journey_free(after);
    journey_free(none);
    ws_free(w);
    subject_close(&s);
    ws_change_done(&ch);
    buf_done(&text);
    return cli_exit(c, rc);
}
