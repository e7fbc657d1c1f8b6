// SPDX-License-Identifier: MIT
// Touchpoints of a worksheet: which rows belong to which, new ones, their attributes; and rows that move from one to another.
// The first touchpoint of the file that fits claims an event, so a new one stands before the one whose events it takes, and
// those that take all events of an action stand last.
#include <stdio.h>
#include <stdlib.h>

#include "cli/worksheet/apply_int.h"

struct touch { // one touchpoint that cells name
    voc_str id;
    const struct claim *claim; // or NULL: new; its id is another where it is renamed
    size_t first, n;           // of rows[]
    bool general;              // takes all events of an action of the company
};

// What belongs to a touchpoint says nothing without one.
static void check_row(struct applying *a, const struct ws_row *r)
{
    if (r->cell[WS_TOUCHPOINT].len) {
        if (str_is(r->cell[WS_KIND], "push") && apply_actor(r) == VOC_ACTOR_CUSTOMER && !ws_same(WS_KIND, r->said[WS_KIND], r->cell[WS_KIND]))
            apply_fault(a, r, "write pull, or company as the actor", "push is what we start ourselves, but the actor of \"%s\" is the customer", apply_label(a, r));
        if (str_is(r->cell[WS_KIND], "pull") && apply_actor(r) == VOC_ACTOR_COMPANY && !ws_same(WS_KIND, r->said[WS_KIND], r->cell[WS_KIND]))
            apply_fault(a, r, "write push, or customer as the actor", "pull is what customers act to get, but the actor of \"%s\" is the company", apply_label(a, r));
        return;
    }
    if (!r->line) return;
    for (enum ws_column c = WS_KIND; c <= WS_MINUTES; c++)
        if (c != WS_STAGE && r->cell[c].len && !(c == WS_FUNCTION && str_is(r->cell[c], "other"))) {
            apply_fault(a, r,
                        r->said[WS_TOUCHPOINT].len
                            ? "to take the touchpoint out, empty kind, group, owner, function, cost and minutes too"
                            : "give it a name in the column touchpoint, or leave the cell empty",
                        "%s \"%.*s\" belongs to a touchpoint, and \"%s\" has none", ws_column_names[c], APPLY_SHOW(r->cell[c]),
                        apply_label(a, r));
            return;
        }
}

// ---- which events ------------------------------------------------------------------------------------------------------------------

static void pattern(struct buf *b, voc_str name)
{
    buf_byte(b, '^');
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c == '#') buf_cstr(b, "[0-9#]+");
        else {
            if (strchr("\\^$.[]|()?*+{}", c) && c) buf_byte(b, '\\');
            buf_byte(b, c);
        }
    }
    buf_byte(b, '$');
}

static void name_attr(struct buf *b, const char *attr, const struct ws_row *r)
{
    struct buf p;
    char like[32];
    if (!r->numbers) {
        apply_attr(b, attr, r->name);
        return;
    }
    buf_init(&p, 1 << 16);
    pattern(&p, r->name);
    snprintf(like, sizeof like, "%s-like", attr);
    apply_attr(b, like, str_mk(p.ptr ? p.ptr : "", p.len));
    if (p.rc && !b->rc) b->rc = p.rc;
    buf_done(&p);
}

// The <event> that has a row's events and no others.
static void event_of(struct applying *a, struct buf *b, const struct ws_row *r)
{
    uint32_t actor = apply_actor(r);
    bool shared = r->by != WS_BY_TOUCHPOINT; // does another action come with the same raw touchpoint?
    for (size_t i = 0; i < a->w->rows.n && !shared; i++) {
        const struct ws_row *o = &a->w->rows.at[i];
        shared = o != r && o->by == WS_BY_TOUCHPOINT && str_eq(o->name, r->name) && !str_eq(o->cell[WS_TOUCHPOINT], r->cell[WS_TOUCHPOINT]);
    }
    buf_cstr(b, "<event");
    if (actor != VOC_ACTOR_CUSTOMER) apply_attr(b, "actor", str_of(ws_actor_name(actor)));
    if (shared) apply_attr(b, "action", r->action);
    if (r->by == WS_BY_TOUCHPOINT) name_attr(b, "touchpoint", r);
    if (r->by == WS_BY_CAMPAIGN) {
        apply_attr(b, "channel", r->channel);
        name_attr(b, "campaign", r);
    }
    buf_cstr(b, "/>");
}

static bool passes(const struct leaf_test *t, voc_str value)
{
    return t->re ? regex_match(t->re, value, NULL, NULL) == 1 : str_eq(t->whole, value);
}

// Does that test of a touchpoint take the row's events? Only tests that a worksheet can show are understood.
static bool takes(struct applying *a, const struct predicate *p, const struct ws_row *r, bool *understood)
{
    bool yes = p->kind == PRED_EVENT && (p->actors & 1u << ws_effective_actor(r)) != 0;
    struct buf one; // a name with numbers, as an example of it
    *understood = p->kind == PRED_EVENT && p->n_child == 0;
    buf_init(&one, 1 << 20);
    for (size_t i = 0; i < r->name.len; i++) buf_byte(&one, r->numbers && r->name.ptr[i] == '#' ? '1' : r->name.ptr[i]);
    if (one.rc) apply_rc(a, one.rc);
    voc_str name = str_mk(one.ptr ? one.ptr : "", one.len);
    for (size_t t = 0; t < p->n_tests && *understood; t++)
        switch (p->tests[t].field) {
        case LEAF_ACTION: yes &= passes(&p->tests[t], r->action); break;
        case LEAF_TOUCHPOINT: yes &= r->by == WS_BY_TOUCHPOINT && passes(&p->tests[t], name); break;
        case LEAF_CAMPAIGN: yes &= r->by == WS_BY_CAMPAIGN && passes(&p->tests[t], name); break;
        case LEAF_CHANNEL: yes &= r->by == WS_BY_CAMPAIGN ? passes(&p->tests[t], r->channel) : r->by == WS_BY_TOUCHPOINT; break;
        default: *understood = false; break;
        }
    buf_done(&one);
    return yes;
}

// ---- taking rows out -----------------------------------------------------------------------------------------------------------------

static const char *const names_of_touchpoints[] = {"touchpoint", "next", NULL};

static void remove_touchpoint(struct applying *a, const struct ws_row *r, const struct claim *c, size_t node)
{
    uint64_t line = apply_named_at(a, names_of_touchpoints, c->id, node);
    if (line) {
        char hint[160];
        snprintf(hint, sizeof hint, "line %llu of journey.xml names it: change that first", (unsigned long long)line);
        apply_fault(a, r, hint, "the touchpoint \"%.*s\" would have no events left", APPLY_SHOW(c->id));
        return;
    }
    apply_said(a, "touchpoint %.*s removed: no row names it any more", APPLY_SHOW(c->id));
    apply_rc(a, edit_remove(a->e, node));
}

// The k-th <event> of a touchpoint, or EDIT_NONE if it is gone.
static size_t event_node(const struct edit *e, size_t touchpoint, size_t k)
{
    for (size_t n = e->nodes.at[touchpoint].first; n != EDIT_NONE; n = e->nodes.at[n].next)
        if (str_is(e->nodes.at[n].name, "event") && k-- == 0) return e->nodes.at[n].gone ? EDIT_NONE : n;
    return EDIT_NONE;
}

static bool stays(struct applying *a, const struct claim *c, const struct predicate *p, uint32_t claim)
{
    for (size_t i = 0; i < a->w->rows.n; i++) {
        const struct ws_row *o = &a->w->rows.at[i];
        bool ignored;
        if (o->claim == claim && str_eq(o->cell[WS_TOUCHPOINT], c->id) && takes(a, p, o, &ignored)) return true;
    }
    return false;
}

// The touchpoint gives up a row's events, if it has them by a test of their own.
static void leave(struct applying *a, const struct ws_row *r)
{
    const struct claim *c = &a->j->claims[r->claim];
    size_t node = edit_find(a->e, edit_child(a->e, 0, "touchpoints"), "touchpoint", "id", c->id), left = 0, gone = 0;
    bool kept = false;
    if (node == EDIT_NONE) return; // removed together with the last of its rows
    for (size_t k = 0; k < c->n_events; k++) {
        size_t event = event_node(a->e, node, k);
        bool understood, has;
        if (event == EDIT_NONE) continue;
        has = takes(a, c->event[k], r, &understood);
        if (has && understood && !stays(a, c, c->event[k], r->claim)) {
            apply_rc(a, edit_remove(a->e, event));
            gone++;
            continue;
        }
        left++;
        kept |= has;
    }
    if (kept && !r->cell[WS_TOUCHPOINT].len) {
        char hint[160];
        snprintf(hint, sizeof hint, "line %llu of journey.xml takes them together with others: change it there", (unsigned long long)c->line);
        apply_fault(a, r, hint, "\"%s\" cannot be taken out of the touchpoint \"%.*s\" here", apply_label(a, r), APPLY_SHOW(c->id));
    } else if (gone && !left && !a->rc) {
        bool joined = false; // does another row come in?
        for (size_t i = 0; i < a->w->rows.n && !joined; i++) joined = str_eq(a->w->rows.at[i].cell[WS_TOUCHPOINT], c->id);
        if (!joined) remove_touchpoint(a, r, c, node);
    }
}

// All rows of a touchpoint, and only they, go by one new name: it is renamed where it stands, with all that is in it.
static bool renamed(struct applying *a, const struct claim *c, uint32_t claim, voc_str *to)
{
    *to = (voc_str){"", 0};
    for (size_t i = 0; i < a->w->rows.n; i++) {
        const struct ws_row *r = &a->w->rows.at[i];
        if (r->claim != claim) continue;
        if (!r->cell[WS_TOUCHPOINT].len || str_eq(r->cell[WS_TOUCHPOINT], c->id) || (to->len && !str_eq(*to, r->cell[WS_TOUCHPOINT]))) return false;
        *to = r->cell[WS_TOUCHPOINT];
    }
    for (size_t i = 0; i < a->j->n_claims && to->len; i++)
        if (str_eq(a->j->claims[i].id, *to)) return false;
    for (size_t i = 0; i < a->w->rows.n && to->len; i++)
        if (a->w->rows.at[i].claim != claim && str_eq(a->w->rows.at[i].cell[WS_TOUCHPOINT], *to)) return false;
    return to->len > 0;
}

static void rename_touch(struct applying *a, const struct claim *c, uint32_t claim, voc_str to)
{
    size_t node = edit_find(a->e, edit_child(a->e, 0, "touchpoints"), "touchpoint", "id", c->id);
    uint64_t line = apply_named_at(a, names_of_touchpoints, c->id, node);
    const struct ws_row *r = NULL;
    for (size_t i = 0; i < a->w->rows.n && !r; i++)
        if (a->w->rows.at[i].claim == claim && a->w->rows.at[i].line) r = &a->w->rows.at[i];
    if (line && r) {
        char hint[160];
        snprintf(hint, sizeof hint, "line %llu of journey.xml names it: rename it there, in both places", (unsigned long long)line);
        apply_fault(a, r, hint, "the touchpoint \"%.*s\" cannot be renamed here", APPLY_SHOW(c->id));
        return;
    }
    apply_said(a, "touchpoint %.*s renamed %.*s", APPLY_SHOW(c->id), APPLY_SHOW(to));
    apply_rc(a, edit_set(a->e, node, "id", to));
    if (r && r->typed.len && !str_eq(r->typed, to)) apply_rc(a, edit_set(a->e, node, "title", r->typed));
}

// ---- putting rows in -----------------------------------------------------------------------------------------------------------------

// The value of an attribute that all rows of a touchpoint agree on: those that are filled must be the same, an empty cell beside
// a filled one says nothing, and where all are empty there is none. Rows that are not in the sheet say nothing.
static voc_str agreed(struct applying *a, const struct touch *t, struct ws_row **row, enum ws_column c, voc_str before, bool *is_changed)
{
    const struct ws_row *found = NULL;
    bool asked = false;
    *is_changed = false;
    for (size_t i = 0; i < t->n; i++) {
        const struct ws_row *r = row[i];
        if (a->out->file && !r->line) continue;
        asked = true;
        if (!r->cell[c].len) continue;
        if (found && !ws_same(c, found->cell[c], r->cell[c])) {
            char hint[160];
            snprintf(hint, sizeof hint, "line %llu says \"%.*s\": write the same in both, or leave one empty",
                     (unsigned long long)found->line, STR_SHOWN(found->cell[c], 40));
            apply_fault(a, r, hint, "two rows contradict each other: %s of the touchpoint \"%.*s\" is \"%.*s\" here",
                        ws_column_names[c], APPLY_SHOW(t->id), APPLY_SHOW(r->cell[c]));
            return before;
        }
        if (!found) found = r;
    }
    voc_str v = found ? found->cell[c] : !asked || c == WS_KIND ? before : (voc_str){"", 0};
    *is_changed = !ws_same(c, before, v);
    for (size_t i = 0; i < t->n; i++) row[i]->cell[c] = v; // what is checked behind
    return v;
}

static const struct { enum ws_column c; const char *attr; } attributes[] = {{WS_KIND, "kind"},         {WS_GROUP, "group"}, {WS_FUNCTION, "function"},
                                                                            {WS_OWNER, "owner"}, {WS_COST, "cost"},   {WS_MINUTES, "minutes"}};
#define N_ATTRIBUTES (sizeof attributes / sizeof *attributes)

static void change_touch(struct applying *a, const struct touch *t, struct ws_row **row)
{
    size_t section = edit_child(a->e, 0, "touchpoints"), node = edit_find(a->e, section, "touchpoint", "id", t->claim->id);
    const struct ws_row *own = NULL; // what the journey says of it
    for (size_t i = 0; i < a->w->rows.n && !own; i++)
        if (str_eq(a->w->rows.at[i].said[WS_TOUCHPOINT], t->claim->id)) own = &a->w->rows.at[i];
    if (node == EDIT_NONE) return;
    for (size_t k = 0; k < N_ATTRIBUTES; k++) {
        const voc_str *there = edit_get(a->e, node, attributes[k].attr);
        voc_str before = own ? own->said[attributes[k].c] : there ? *there : (voc_str){"", 0};
        bool is_changed;
        char from[96], to[96];
        voc_str v = agreed(a, t, row, attributes[k].c, before, &is_changed);
        if (!is_changed) continue;
        apply_said(a, "touchpoint %.*s: %s %s -> %s", APPLY_SHOW(t->id), attributes[k].attr, apply_or(before, from, "none"), apply_or(v, to, "none"));
        apply_rc(a, v.len ? edit_set(a->e, node, attributes[k].attr, v) : edit_unset(a->e, node, attributes[k].attr));
    }
    for (size_t i = 0; i < t->n; i++) { // rows that join
        struct buf b;
        if (str_eq(row[i]->said[WS_TOUCHPOINT], t->claim->id)) continue;
        buf_init(&b, 1 << 20);
        event_of(a, &b, row[i]);
        size_t last = EDIT_NONE;
        for (size_t e = edit_child(a->e, node, "event"); e != EDIT_NONE; e = edit_next(a->e, e, "event")) last = e;
        apply_said(a, "touchpoint %.*s: %s belongs to it", APPLY_SHOW(t->id), apply_label(a, row[i]));
        if (b.rc || last == EDIT_NONE) apply_rc(a, b.rc ? b.rc : edit_append(a->e, node, str_mk(b.ptr, b.len)));
        else apply_rc(a, edit_after(a->e, last, str_mk(b.ptr, b.len)));
        buf_done(&b);
    }
}

static voc_str title_of(struct applying *a, const struct touch *t, struct ws_row **row)
{
    bool ok = true;
    for (size_t i = 0; i < t->n; i++)
        if (row[i]->typed.len && !str_eq(row[i]->typed, t->id)) return row[i]->typed;
    for (size_t i = 0; i < t->n; i++) // as the source calls it
        if (row[i]->by == WS_BY_TOUCHPOINT && !row[i]->numbers && str_eq(ws_slug(&a->w->arena, row[i]->name, &ok), t->id))
            return str_eq(row[i]->name, t->id) ? (voc_str){"", 0} : row[i]->name;
    struct buf b;
    buf_init(&b, 4096);
    for (size_t i = 0; i < t->id.len; i++) buf_byte(&b, t->id.ptr[i] == '-' || t->id.ptr[i] == '_' ? ' ' : t->id.ptr[i]);
    voc_str title = arena_str(&a->w->arena, b.ptr ? b.ptr : "", b.len, &ok);
    buf_done(&b);
    if (!ok) apply_rc(a, VOC_E_NOMEM);
    return str_eq(title, t->id) ? (voc_str){"", 0} : title;
}

static void new_touch(struct applying *a, const struct touch *t, struct ws_row **row)
{
    struct buf b;
    size_t section, before = EDIT_NONE;
    char cost[64] = "", text[96];
    voc_str kind = STR("pull");
    bool is_changed;
    buf_init(&b, 1 << 22);
    buf_cstr(&b, "<touchpoint");
    apply_attr(&b, "id", t->id);
    apply_attr(&b, "title", title_of(a, t, row));
    for (size_t k = 0; k < N_ATTRIBUTES; k++) {
        voc_str v = agreed(a, t, row, attributes[k].c, (voc_str){"", 0}, &is_changed);
        if (attributes[k].c == WS_KIND && !v.len) v = apply_actor(row[0]) == VOC_ACTOR_CUSTOMER ? STR("pull") : STR("push");
        if (attributes[k].c == WS_KIND) kind = v;
        for (size_t i = 0; i < t->n && attributes[k].c == WS_KIND; i++) row[i]->cell[WS_KIND] = v;
        if (attributes[k].c == WS_COST && v.len) snprintf(cost, sizeof cost, ", cost %s", apply_or(v, text, ""));
        apply_attr(&b, attributes[k].attr, v);
    }
    buf_byte(&b, '>');
    apply_note(a, &b, "\n  ", row[0]->reason[WS_TOUCHPOINT]);
    for (size_t i = 0; i < t->n; i++) {
        buf_cstr(&b, "\n  ");
        event_of(a, &b, row[i]);
        if (row[i]->claim == VOC_NONE) continue;
        size_t node = edit_find(a->e, edit_child(a->e, 0, "touchpoints"), "touchpoint", "id", a->j->claims[row[i]->claim].id);
        if (node != EDIT_NONE && (before == EDIT_NONE || a->e->nodes.at[node].start < a->e->nodes.at[before].start)) before = node;
    }
    buf_cstr(&b, "\n</touchpoint>");
    apply_said(a, "new touchpoint %.*s (%.*s%s)", APPLY_SHOW(t->id), STR_ARG(kind), cost);
    if (b.rc) apply_rc(a, b.rc);
    else if (before != EDIT_NONE) apply_rc(a, edit_before(a->e, before, str_mk(b.ptr, b.len)));
    else if (apply_rc(a, edit_section(a->e, "touchpoints", apply_sections, &section))) apply_rc(a, edit_append(a->e, section, str_mk(b.ptr, b.len)));
    buf_done(&b);
}

// ---- all -----------------------------------------------------------------------------------------------------------------------------

static int touch_order(const void *x, const void *y)
{
    const struct ws_row *a = *(struct ws_row *const *)x, *b = *(struct ws_row *const *)y;
    int c = str_cmp(a->cell[WS_TOUCHPOINT], b->cell[WS_TOUCHPOINT]);
    return c ? c : (a > b) - (a < b);
}

static int group_order(const void *x, const void *y) // those that take all events of an action last, else as in the sheet
{
    const struct touch *a = x, *b = y;
    if (a->general != b->general) return a->general ? 1 : -1;
    return (a->first > b->first) - (a->first < b->first);
}

static const struct claim *claim_of(const struct journey *j, voc_str id)
{
    for (size_t i = 0; i < j->n_claims; i++)
        if (str_eq(j->claims[i].id, id)) return &j->claims[i];
    return NULL;
}

void apply_touchpoints(struct applying *a)
{
    struct worksheet *w = a->w;
    struct ws_row **row = mem_zalloc(w->rows.n + 1, sizeof(struct ws_row *));
    struct touch *touch = mem_zalloc(w->rows.n + 1, sizeof *touch);
    bool *is_renamed = mem_zalloc(a->j->n_claims + 1, sizeof *is_renamed);
    size_t n = 0, n_touch = 0;
    if (!row || !touch || !is_renamed) apply_rc(a, VOC_E_NOMEM);
    for (size_t i = 0; i < w->rows.n && !a->rc; i++) {
        struct ws_row *r = &w->rows.at[i];
        check_row(a, r);
        if (r->cell[WS_TOUCHPOINT].len) row[n++] = r;
    }
    for (size_t i = 0; i < w->rows.n && !a->rc; i++) {
        struct ws_row *r = &w->rows.at[i];
        voc_str to;
        if (r->claim == VOC_NONE || str_eq(r->said[WS_TOUCHPOINT], r->cell[WS_TOUCHPOINT])) continue;
        if (renamed(a, &a->j->claims[r->claim], r->claim, &to)) {
            if (!is_renamed[r->claim]) rename_touch(a, &a->j->claims[r->claim], r->claim, to);
            is_renamed[r->claim] = true;
            continue;
        }
        if (!r->cell[WS_TOUCHPOINT].len) apply_said(a, "%s: no touchpoint any more (was %.*s)", apply_label(a, r), APPLY_SHOW(r->said[WS_TOUCHPOINT]));
        leave(a, r);
    }
    if (n && !a->rc) qsort(row, n, sizeof *row, touch_order);
    for (size_t i = 0; i < n && !a->rc; i += touch[n_touch++].n) {
        struct touch *t = &touch[n_touch];
        *t = (struct touch){.id = row[i]->cell[WS_TOUCHPOINT], .claim = claim_of(a->j, row[i]->cell[WS_TOUCHPOINT]), .first = i};
        if (!t->claim && row[i]->claim != VOC_NONE && is_renamed[row[i]->claim]) t->claim = &a->j->claims[row[i]->claim];
        for (; i + t->n < n && str_eq(row[i + t->n]->cell[WS_TOUCHPOINT], t->id); t->n++)
            t->general |= row[i + t->n]->by == WS_BY_ACTION && apply_actor(row[i + t->n]) != VOC_ACTOR_CUSTOMER;
    }
    if (n_touch && !a->rc) {
        for (size_t k = 0; k < n_touch; k++) // first row in the order of the sheet
            touch[k].first = (size_t)(row[touch[k].first] - w->rows.at);
        qsort(touch, n_touch, sizeof *touch, group_order);
    }
    for (size_t k = 0; k < n_touch && !a->rc; k++) {
        size_t at = 0;
        while (row[at] != &w->rows.at[touch[k].first]) at++;
        if (touch[k].claim) change_touch(a, &touch[k], row + at);
        else new_touch(a, &touch[k], row + at);
    }
    mem_free(row);
    mem_free(touch);
    mem_free(is_renamed);
}
