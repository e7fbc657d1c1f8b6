// SPDX-License-Identifier: MIT
// Stages and exits of a worksheet: which actions enter them by themselves. Definitions with counts and conditions are neither
// shown nor touched. A stage that no row enters any more is taken out, unless something else in the definition names it.
#include <stdio.h>
#include <stdlib.h>

#include "cli/worksheet/apply_int.h"
#include "cli/worksheet/words.h"

static const char *const names_of_stages[] = {"stage", "stages", "blocked", "to", "from", "next", NULL};
static const char *const names_of_exits[] = {"exit", NULL};

static bool has_word(voc_str list, voc_str word)
{
    voc_str w;
    while (str_split(&list, &w))
        if (str_eq(w, word)) return true;
    return false;
}

static bool is_exit(voc_str id) { return str_starts(id, "exit:"); }
static voc_str exit_id(voc_str id) { return str_mk(id.ptr + 5, id.len - 5); }

static size_t child_element(const struct edit *e, size_t node) // the first that is no note
{
    for (size_t n = e->nodes.at[node].first; n != EDIT_NONE; n = e->nodes.at[n].next)
        if (!str_is(e->nodes.at[n].name, "note") && !e->nodes.at[n].gone) return n;
    return EDIT_NONE;
}

// Is it <event action="X"/>, with nothing else than who acts?
static bool is_own(const struct edit *e, size_t node, voc_str action)
{
    const struct edit_node *n = &e->nodes.at[node];
    const voc_str *is = edit_get(e, node, "action");
    if (!str_is(n->name, "event") || !is || !str_eq(*is, action)) return false;
    for (size_t i = 0; i < n->n_attrs; i++)
        if (!str_is(n->attrs[i].name, "action") && !str_is(n->attrs[i].name, "actor")) return false;
    return true;
}

// A pattern that only lists names, ^(a|b|c)$: where in it the name stands, with the | before or behind it.
static bool listed(const struct edit *e, size_t node, voc_str action, size_t *from, size_t *to)
{
    const struct edit_node *n = &e->nodes.at[node];
    const struct edit_attr *like = NULL;
    for (size_t i = 0; i < n->n_attrs; i++) {
        if (str_is(n->attrs[i].name, "action-like")) like = &n->attrs[i];
        else if (!str_is(n->attrs[i].name, "actor")) return false;
    }
    if (!like || !str_is(n->name, "event")) return false;
    voc_str raw = str_mk(e->text.ptr + like->value_from, like->value_to - like->value_from);
    if (!str_starts(raw, "^(") || !str_ends(raw, ")$") || raw.len < 6) return false;
    size_t names = 1, at = SIZE_MAX;
    for (size_t i = 2; i + 2 < raw.len; i++) {
        if (raw.ptr[i] == '|') names++;
        else if (strchr("\\^$.[]()?*+{}&", raw.ptr[i])) return false;
        if ((i == 2 || raw.ptr[i - 1] == '|') && i + action.len <= raw.len - 2 && memcmp(raw.ptr + i, action.ptr, action.len) == 0 &&
            (i + action.len == raw.len - 2 || raw.ptr[i + action.len] == '|'))
            at = i;
    }
    if (at == SIZE_MAX || names < 2) return false;
    bool last = at + action.len == raw.len - 2;
    *from = like->value_from + at - last;
    *to = like->value_from + at + action.len + !last;
    return true;
}

// ---- taking out ------------------------------------------------------------------------------------------------------------------

static void cannot(struct applying *a, const struct ws_row *r, voc_str id, uint64_t line)
{
    char hint[200];
    snprintf(hint, sizeof hint, "line %llu of journey.xml takes it together with others: change it there", (unsigned long long)line);
    apply_fault(a, r, hint, "\"%.*s\" cannot be taken out of \"%.*s\" here", APPLY_SHOW(r->action), APPLY_SHOW(id));
}

// What takes the action by itself is removed from a holder (definition, exit, any). *empty: nothing is left in it.
static bool take_from(struct applying *a, size_t holder, const struct ws_row *r, bool *empty)
{
    size_t node = child_element(a->e, holder), from, to;
    *empty = false;
    if (node == EDIT_NONE) return false;
    if (str_is(a->e->nodes.at[node].name, "any")) {
        size_t left = 0;
        bool done = false;
        for (size_t k = a->e->nodes.at[node].first; k != EDIT_NONE; k = a->e->nodes.at[k].next) {
            if (str_is(a->e->nodes.at[k].name, "note") || a->e->nodes.at[k].gone) continue;
            if (!is_own(a->e, k, r->action)) {
                left++;
                continue;
            }
            apply_rc(a, edit_remove(a->e, k));
            done = true;
        }
        *empty = done && left == 0;
        return done;
    }
    if (is_own(a->e, node, r->action)) return *empty = true;
    if (!listed(a->e, node, r->action, &from, &to)) return false;
    apply_rc(a, edit_replace(a->e, from, to, (voc_str){"", 0}));
    return true;
}

static bool enters_still(const struct applying *a, voc_str id)
{
    for (size_t i = 0; i < a->w->rows.n; i++)
        if (has_word(a->w->rows.at[i].cell[WS_STAGE], id)) return true;
    return false;
}

static void remove_stage(struct applying *a, const struct ws_row *r, voc_str id, size_t node, bool exits)
{
    uint64_t line = apply_named_at(a, exits ? names_of_exits : names_of_stages, id, node);
    if (line) {
        char hint[200];
        snprintf(hint, sizeof hint, "line %llu of journey.xml names it: change that first, or let another action enter it", (unsigned long long)line);
        apply_fault(a, r, hint, "nothing would enter the %s \"%.*s\" any more", exits ? "exit" : "stage", APPLY_SHOW(id));
        return;
    }
    apply_said(a, "%s %.*s removed: nothing enters it any more", exits ? "exit" : "stage", APPLY_SHOW(id));
    apply_rc(a, edit_remove(a->e, node));
}

static void out_of_stage(struct applying *a, const struct ws_row *r, voc_str id)
{
    size_t node = edit_find(a->e, edit_child(a->e, 0, "stages"), "stage", "id", id), left = 0, done = 0;
    if (node == EDIT_NONE) return;
    uint64_t line = 0;
    size_t whole[64], n_whole = 0;
    for (size_t d = edit_child(a->e, node, "definition"); d != EDIT_NONE; d = edit_next(a->e, d, "definition")) {
        bool empty;
        if (!take_from(a, d, r, &empty)) {
            left++;
            if (!line) line = a->e->nodes.at[d].line;
            continue;
        }
        done++;
        if (!empty) left++;
        else if (n_whole < 64) whole[n_whole++] = d;
    }
    if (!done) {
        cannot(a, r, id, line);
        return;
    }
    apply_said(a, "stage %.*s: no longer entered by %.*s", APPLY_SHOW(id), APPLY_SHOW(r->action));
    if (!left && !edit_get(a->e, node, "opens") && !enters_still(a, id)) {
        remove_stage(a, r, id, node, false);
        return;
    }
    for (size_t i = 0; i < n_whole; i++) apply_rc(a, edit_remove(a->e, whole[i]));
}

static void out_of_exit(struct applying *a, const struct ws_row *r, voc_str id)
{
    size_t node = edit_find(a->e, edit_child(a->e, 0, "stages"), "exit", "id", id);
    bool empty;
    if (node == EDIT_NONE) return;
    if (!take_from(a, node, r, &empty)) {
        cannot(a, r, id, a->e->nodes.at[node].line);
        return;
    }
    apply_said(a, "exit %.*s: no longer by %.*s", APPLY_SHOW(id), APPLY_SHOW(r->action));
    if (!empty) return;
    char *joined = arena_printf(&a->w->arena, "exit:%.*s", STR_ARG(id));
    if (!joined) {
        apply_rc(a, VOC_E_NOMEM);
    } else if (enters_still(a, str_of(joined))) {
        size_t event = child_element(a->e, node);
        if (str_is(a->e->nodes.at[event].name, "event")) apply_rc(a, edit_remove(a->e, event)); // another comes in its place
    } else {
        remove_stage(a, r, id, node, true);
    }
}

// ---- putting in ------------------------------------------------------------------------------------------------------------------

static void event_of(const struct applying *a, struct buf *b, const struct ws_row *r)
{
    buf_cstr(b, "<event");
    if (apply_actor(r) != VOC_ACTOR_CUSTOMER || a->w->declared) apply_attr(b, "actor", STR("any"));
    apply_attr(b, "action", r->action);
    buf_cstr(b, "/>");
}

static void into_stage(struct applying *a, const struct ws_row *r, voc_str id, size_t node)
{
    struct buf b;
    size_t last = EDIT_NONE;
    buf_init(&b, 1 << 20);
    buf_cstr(&b, "<definition>");
    event_of(a, &b, r);
    buf_cstr(&b, "</definition>");
    for (size_t d = edit_child(a->e, node, "definition"); d != EDIT_NONE; d = edit_next(a->e, d, "definition")) last = d;
    apply_said(a, "stage %.*s: entered by %.*s", APPLY_SHOW(id), APPLY_SHOW(r->action));
    size_t first = child_element(a->e, node);
    if (b.rc) apply_rc(a, b.rc);
    else if (last != EDIT_NONE) apply_rc(a, edit_after(a->e, last, str_mk(b.ptr, b.len)));
    else if (first != EDIT_NONE) apply_rc(a, edit_before(a->e, first, str_mk(b.ptr, b.len)));
    else apply_rc(a, edit_append(a->e, node, str_mk(b.ptr, b.len)));
    buf_done(&b);
}

static void into_exit(struct applying *a, const struct ws_row *r, voc_str id, size_t node)
{
    struct buf b;
    size_t in = EDIT_NONE;
    for (size_t n = a->e->nodes.at[node].first; n != EDIT_NONE; n = a->e->nodes.at[n].next) // even one that goes
        if (!str_is(a->e->nodes.at[n].name, "note")) in = n;
    buf_init(&b, 1 << 20);
    event_of(a, &b, r);
    apply_said(a, "exit %.*s: by %.*s", APPLY_SHOW(id), APPLY_SHOW(r->action));
    if (b.rc || in == EDIT_NONE) {
        apply_rc(a, b.rc);
    } else if (a->e->nodes.at[in].gone) {
        apply_rc(a, edit_after(a->e, in, str_mk(b.ptr, b.len)));
    } else if (str_is(a->e->nodes.at[in].name, "any")) {
        apply_rc(a, edit_append(a->e, in, str_mk(b.ptr, b.len)));
    } else {
        apply_rc(a, edit_replace(a->e, a->e->nodes.at[in].start, a->e->nodes.at[in].start, STR("<any>")));
        buf_cstr(&b, "</any>");
        bool ok = true;
        voc_str put = b.rc ? (voc_str){"", 0} : arena_str(&a->e->arena, b.ptr, b.len, &ok);
        apply_rc(a, b.rc ? b.rc : ok ? edit_replace(a->e, a->e->nodes.at[in].end, a->e->nodes.at[in].end, put) : VOC_E_NOMEM);
    }
    buf_done(&b);
}

// ---- new ones --------------------------------------------------------------------------------------------------------------------

static double rank_of_rows(const struct applying *a, voc_str id, bool said)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < a->w->rows.n; i++) {
        const struct ws_row *r = &a->w->rows.at[i];
        if (r->rank > 0 && has_word(said ? r->said[WS_STAGE] : r->cell[WS_STAGE], id))
            sum += r->rank * (double)r->n_units, weight += (double)r->n_units;
    }
    return weight > 0 ? sum / weight : 0;
}

static int well_known(voc_str id)
{
    for (int i = 1; i <= 6; i++)
        if (str_is(id, ws_near_names[i])) return i;
    return 0;
}

// Does the new stage stand before that one? By the well-known names if both have one, by the guess if both stand in it, else by
// where customers come to them first.
static bool stands_before(const struct applying *a, voc_str id, voc_str other, bool said)
{
    int x = well_known(id), y = well_known(other);
    if (x && y) return x < y;
    size_t g = SIZE_MAX, h = SIZE_MAX;
    for (size_t i = 0; i < a->w->n_stages; i++) {
        if (str_eq(a->w->stages[i].id, id)) g = i;
        if (str_eq(a->w->stages[i].id, other)) h = i;
    }
    if (g != SIZE_MAX && h != SIZE_MAX) return g < h;
    double p = rank_of_rows(a, id, false), q = rank_of_rows(a, other, said);
    return p > 0 && q > 0 && p < q;
}

struct fresh { voc_str id; const struct ws_row *row; };

static void one_stage(struct applying *a, struct buf *b, voc_str id)
{
    static const char *const phases[] = {"", "find", "find", "win", "win", "win", "keep"};
    voc_str title = {"", 0};
    const struct ws_row *why = NULL;
    int known = well_known(id);
    for (size_t i = 0; i < a->w->n_stages; i++)
        if (str_eq(a->w->stages[i].id, id) && !a->w->stages[i].outcome.len) title = a->w->stages[i].title;
    for (const struct ws_named *n = a->w->named; n && !title.len; n = n->next)
        if (str_eq(n->id, id)) title = n->title;
    buf_cstr(b, "<stage");
    apply_attr(b, "id", id);
    apply_attr(b, "title", title);
    if (known) apply_attr(b, "phase", str_of(phases[known]));
    buf_cstr(b, " skippable=\"yes\">");
    for (size_t i = 0; i < a->w->rows.n; i++) {
        const struct ws_row *r = &a->w->rows.at[i];
        if (!has_word(r->cell[WS_STAGE], id)) continue;
        if (!why) apply_note(a, b, "\n  ", r->reason[WS_STAGE]);
        why = r;
        bool again = false; // another row of the action
        for (size_t k = 0; k < i && !again; k++) again = str_eq(a->w->rows.at[k].action, r->action) && has_word(a->w->rows.at[k].cell[WS_STAGE], id);
        if (again) continue;
        buf_cstr(b, "\n  <definition>");
        event_of(a, b, r);
        buf_cstr(b, "</definition>");
    }
    buf_cstr(b, "\n</stage>");
}

static void say_new(struct applying *a, voc_str id, bool exits)
{
    struct buf b;
    size_t n = 0;
    buf_init(&b, 1 << 16);
    for (size_t i = 0; i < a->w->rows.n; i++) {
        const struct ws_row *r = &a->w->rows.at[i];
        if (has_word(r->cell[WS_STAGE], id)) buf_printf(&b, "%s%.*s", n++ ? ", " : "", APPLY_SHOW(r->action));
    }
    voc_str shown = exits ? exit_id(id) : id;
    apply_said(a, exits ? "new exit %.*s: by %s" : "new stage %.*s: entered by %s", APPLY_SHOW(shown), b.ptr ? b.ptr : "");
    buf_done(&b);
}

// New stages, in their order, each before the first one of the file that it stands before.
static void new_stages(struct applying *a, struct fresh *fresh, size_t n)
{
    size_t section;
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && stands_before(a, fresh[k].id, fresh[k - 1].id, false); k--) {
            struct fresh t = fresh[k];
            fresh[k] = fresh[k - 1];
            fresh[k - 1] = t;
        }
    if (!apply_rc(a, edit_section(a->e, "stages", apply_sections, &section))) return;
    if (a->e->nodes.at[section].is_new && a->w->declared) a->e->nodes.at[section].new_attrs = STR(" evidence=\"declared\"");
    for (size_t i = 0; i < n && !a->rc; i++) {
        struct buf b;
        size_t before = EDIT_NONE, last = EDIT_NONE;
        buf_init(&b, 1 << 22);
        one_stage(a, &b, fresh[i].id);
        for (size_t s = edit_child(a->e, section, "stage"); s != EDIT_NONE; s = edit_next(a->e, s, "stage")) {
            const voc_str *id = edit_get(a->e, s, "id");
            last = s;
            if (before == EDIT_NONE && id && stands_before(a, fresh[i].id, *id, true)) before = s;
        }
        say_new(a, fresh[i].id, false);
        voc_str text = str_mk(b.ptr, b.len);
        apply_rc(a, b.rc                  ? b.rc
                    : before != EDIT_NONE ? edit_before(a->e, before, text)
                    : last != EDIT_NONE   ? edit_after(a->e, last, text)
                                          : edit_append(a->e, section, text));
        buf_done(&b);
    }
}

static void new_exits(struct applying *a, struct fresh *fresh, size_t n, bool *has_won)
{
    size_t section;
    bool won = false;
    *has_won = false;
    if (!n || !apply_rc(a, edit_section(a->e, "stages", apply_sections, &section))) return;
    if (a->e->nodes.at[section].is_new && a->w->declared) a->e->nodes.at[section].new_attrs = STR(" evidence=\"declared\"");
    size_t after = EDIT_NONE;
    for (size_t s = a->e->nodes.at[section].first; s != EDIT_NONE; s = a->e->nodes.at[s].next)
        if (str_is(a->e->nodes.at[s].name, "exit") && !a->e->nodes.at[s].gone) after = s;
    for (size_t i = 0; i < n && !a->rc; i++) {
        struct buf b;
        voc_str id = exit_id(fresh[i].id), title = {"", 0}, outcome = {"", 0};
        size_t events = 0;
        static const char *const outcomes[] = {"won", "lost", "disqualified"};
        buf_init(&b, 1 << 22);
        buf_cstr(&b, "<exit");
        apply_attr(&b, "id", id);
        for (size_t s = 0; s < a->w->n_stages; s++)
            if (str_eq(a->w->stages[s].id, id) && a->w->stages[s].outcome.len) title = a->w->stages[s].title, outcome = a->w->stages[s].outcome;
        apply_attr(&b, "title", title);
        for (size_t o = 0; o < 3; o++)
            if (str_is(id, outcomes[o])) outcome = id;
        apply_attr(&b, "outcome", outcome);
        won |= str_is(id, "won");
        buf_byte(&b, '>');
        const bool noted = a->out->notes && fresh[i].row->reason[WS_STAGE].len;
        if (noted) apply_note(a, &b, "\n  ", fresh[i].row->reason[WS_STAGE]), buf_cstr(&b, "\n  ");
        for (size_t k = 0; k < a->w->rows.n; k++) events += has_word(a->w->rows.at[k].cell[WS_STAGE], fresh[i].id);
        if (events > 1) buf_cstr(&b, "<any>");
        for (size_t k = 0; k < a->w->rows.n; k++)
            if (has_word(a->w->rows.at[k].cell[WS_STAGE], fresh[i].id)) event_of(a, &b, &a->w->rows.at[k]);
        if (events > 1) buf_cstr(&b, "</any>");
        buf_cstr(&b, noted ? "\n</exit>" : "</exit>");
        say_new(a, fresh[i].id, true);
        voc_str text = str_mk(b.ptr, b.len);
        apply_rc(a, b.rc ? b.rc : after != EDIT_NONE ? edit_after(a->e, after, text) : edit_append(a->e, section, text));
        buf_done(&b);
    }
    *has_won = won;
}

// ---- all -------------------------------------------------------------------------------------------------------------------------

static void check_actor(struct applying *a, const struct ws_row *r, voc_str id)
{
    if (is_exit(id) || a->w->declared || apply_actor(r) == VOC_ACTOR_CUSTOMER) return;
    apply_fault(a, r, "leave stage empty here, or write customer as the actor; an end may be recorded by the company: exit:lost",
                "a stage is entered by what the customer does, but the actor of \"%.*s\" is the %s", APPLY_SHOW(r->action),
                ws_actor_name(apply_actor(r)));
}

static void add_fresh(struct fresh *list, size_t *n, const struct ws_row *r, voc_str id)
{
    for (size_t i = 0; i < *n; i++)
        if (str_eq(list[i].id, id)) return;
    list[(*n)++] = (struct fresh){id, r};
}

// A row that changed: what it left, what it entered; new stages and exits are gathered.
static void change_row(struct applying *a, const struct ws_row *r, struct fresh *stages, size_t *n_stages, struct fresh *exits, size_t *n_exits)
{
    voc_str list = r->said[WS_STAGE], id;
    while (str_split(&list, &id)) {
        if (has_word(r->cell[WS_STAGE], id)) continue;
        if (is_exit(id)) out_of_exit(a, r, exit_id(id));
        else out_of_stage(a, r, id);
    }
    list = r->cell[WS_STAGE];
    while (str_split(&list, &id)) {
        if (has_word(r->said[WS_STAGE], id)) continue;
        check_actor(a, r, id);
        size_t section = edit_child(a->e, 0, "stages");
        size_t node = section == EDIT_NONE ? EDIT_NONE : edit_find(a->e, section, is_exit(id) ? "exit" : "stage", "id", is_exit(id) ? exit_id(id) : id);
        if (node == EDIT_NONE) add_fresh(is_exit(id) ? exits : stages, is_exit(id) ? n_exits : n_stages, r, id);
        else if (is_exit(id)) into_exit(a, r, exit_id(id), node);
        else into_stage(a, r, id, node);
    }
}

// Several rows of one action enter a stage together: they say it once.
static bool said_before(const struct applying *a, const struct ws_row *r)
{
    for (const struct ws_row *o = a->w->rows.at; o < r; o++)
        if (str_eq(o->action, r->action) && !ws_same(WS_STAGE, o->said[WS_STAGE], o->cell[WS_STAGE])) return true;
    return false;
}

static size_t count_words(voc_str list)
{
    voc_str word;
    size_t n = 0;
    while (str_split(&list, &word)) n++;
    return n;
}

void apply_stages(struct applying *a)
{
    size_t n_stages = 0, n_exits = 0, room = 1;
    for (size_t i = 0; i < a->w->rows.n; i++) room += count_words(a->w->rows.at[i].cell[WS_STAGE]);
    struct fresh *stages = mem_zalloc(room, sizeof *stages), *exits = mem_zalloc(room, sizeof *exits);
    if (!stages || !exits) apply_rc(a, VOC_E_NOMEM);
    for (size_t i = 0; i < a->w->rows.n && !a->rc; i++) {
        const struct ws_row *r = &a->w->rows.at[i];
        if (!ws_same(WS_STAGE, r->said[WS_STAGE], r->cell[WS_STAGE]) && !said_before(a, r)) change_row(a, r, stages, &n_stages, exits, &n_exits);
    }
    if (n_stages && !a->rc) new_stages(a, stages, n_stages);
    bool won = false, keeping = false;
    size_t section = EDIT_NONE;
    if (n_exits && !a->rc) new_exits(a, exits, n_exits, &won);
    for (size_t i = 0; i < n_stages; i++) keeping |= str_is(stages[i].id, "keeping");
    if ((won || keeping) && !a->rc && apply_rc(a, edit_section(a->e, "stages", apply_sections, &section)) && a->e->nodes.at[section].is_new) // stages begin: what is a win?
        apply_rc(a, edit_append(a->e, section, won ? STR("<win exit=\"won\"/>") : STR("<win stage=\"keeping\"/>")));
    mem_free(stages);
    mem_free(exits);
}
