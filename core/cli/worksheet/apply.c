// SPDX-License-Identifier: MIT
// A worksheet applied to journey.xml: only cells that say another thing than the journey does are looked at, and only their
// places in the text are changed. Here: who acts, what an act is worth; the version; and the check that the new journey says
// of each row what its cells say.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/worksheet/apply_int.h"

#define TEXT_MAX ((size_t)64 << 20)

const char *const apply_sections[] = {"observe", "calendar", "predicate", "roles", "segments", "actions", "stages", "touchpoints", "response", "holdout",
                                      "needs", "costs", "steps", "leads", "sla", "relationships", "chart", "samples", NULL};

void apply_fault(struct applying *a, const struct ws_row *r, const char *hint, const char *format, ...)
{
    char text[600];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    a->faults++;
    diag_error(a->d, "WORKSHEET-040", a->out->file, r ? r->line : 0, hint, "%s", text);
}

void apply_said(struct applying *a, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    buf_vprintf(&a->out->lines, format, ap);
    va_end(ap);
    buf_byte(&a->out->lines, '\n');
    a->out->n++;
}

const char *apply_label(struct applying *a, const struct ws_row *r)
{
    char *s = r->by == WS_BY_ACTION ? arena_printf(&a->w->arena, "%.*s", APPLY_SHOW(r->action))
                                    : arena_printf(&a->w->arena, "%.*s (%.*s)", APPLY_SHOW(r->action), APPLY_SHOW(r->where));
    if (!s) apply_rc(a, VOC_E_NOMEM);
    return s ? s : "";
}

uint32_t apply_actor(const struct ws_row *r)
{
    for (uint32_t actor = VOC_ACTOR_CUSTOMER; actor <= VOC_ACTOR_OTHER; actor++)
        if (str_is(r->cell[WS_ACTOR], ws_actor_name(actor))) return actor;
    return ws_effective_actor(r);
}

void apply_attr(struct buf *b, const char *name, voc_str value)
{
    if (!value.len) return;
    buf_printf(b, " %s=\"", name);
    edit_escape(b, value);
    buf_byte(b, '"');
}

void apply_note(struct applying *a, struct buf *b, const char *indent, voc_str text)
{
    if (!a->out->notes || !text.len) return;
    buf_printf(b, "%s<note>Guessed: ", indent);
    edit_escape(b, text);
    buf_cstr(b, ".</note>");
}

const char *apply_or(voc_str s, char buf[96], const char *nothing)
{
    snprintf(buf, 96, "%.*s", (int)(s.len ? (s.len > 80 ? 80 : s.len) : strlen(nothing)), s.len ? s.ptr : nothing);
    return buf;
}

static bool list_has(voc_str list, voc_str id)
{
    voc_str word;
    while (str_split(&list, &word))
        if (str_eq(word, id)) return true;
    return false;
}

static bool own_sample(const struct edit *e, size_t node)
{
    const voc_str *name = str_is(e->nodes.at[node].name, "sample") ? edit_get(e, node, "name") : NULL;
    return name && str_starts(*name, WS_SAMPLE);
}

uint64_t apply_named_at(const struct applying *a, const char *const *attrs, voc_str id, size_t except)
{
    for (size_t i = 1; i < a->e->nodes.n; i++) {
        const struct edit_node *n = &a->e->nodes.at[i];
        bool inside = false; // of the one that is named itself, or of a sample that is made anew
        for (size_t p = i; p != EDIT_NONE && !inside; p = a->e->nodes.at[p].parent) inside = p == except || own_sample(a->e, p);
        if (inside || n->gone || n->is_new) continue;
        for (size_t k = 0; k < n->n_attrs; k++)
            for (size_t t = 0; attrs[t]; t++)
                if (str_is(n->attrs[k].name, attrs[t]) && list_has(n->attrs[k].value, id)) return n->line;
    }
    return 0;
}

// ---- actions -------------------------------------------------------------------------------------------------------------------

static int action_order(const void *x, const void *y)
{
    const struct ws_row *a = *(struct ws_row *const *)x, *b = *(struct ws_row *const *)y;
    int c = str_cmp(a->action, b->action);
    return c ? c : (a > b) - (a < b);
}

static bool changed(const struct ws_row *r, enum ws_column c) { return !ws_same(c, r->said[c], r->cell[c]); }

// The one new value of a column among the rows of an action; two different ones are a fault.
static const struct ws_row *one_change(struct applying *a, struct ws_row **row, size_t n, enum ws_column c)
{
    const struct ws_row *found = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!changed(row[i], c)) continue;
        if (c == WS_ACTOR && (!row[i]->cell[c].len || str_is(row[i]->cell[c], "unsure"))) continue;
        if (c != WS_ACTOR && apply_actor(row[i]) != VOC_ACTOR_CUSTOMER) continue;
        if (found && !ws_same(c, found->cell[c], row[i]->cell[c])) {
            char hint[120];
            snprintf(hint, sizeof hint, "line %llu says another; write the same in both", (unsigned long long)found->line);
            apply_fault(a, row[i], hint, "\"%.*s\" has two values of %s: %.*s and %.*s", APPLY_SHOW(row[i]->action),
                        ws_column_names[c], APPLY_SHOW(found->cell[c]), APPLY_SHOW(row[i]->cell[c]));
        }
        if (!found) found = row[i];
    }
    return found;
}

// A journey says once who does an action, whichever source it comes from.
static void one_actor(struct applying *a, struct ws_row **row, size_t n, const struct ws_row *actor)
{
    for (size_t i = 0; actor && i < n; i++)
        if (apply_actor(row[i]) != apply_actor(actor)) {
            char hint[160];
            snprintf(hint, sizeof hint,
                     "line %llu says %s: write the same actor in all rows of the action, or leave them as recorded",
                     (unsigned long long)actor->line, ws_actor_name(apply_actor(actor)));
            apply_fault(a, row[i], hint, "a journey can say only once who does \"%.*s\"", APPLY_SHOW(row[i]->action));
            return;
        }
}

static void only_customers(struct applying *a, const struct ws_row *r)
{
    if (apply_actor(r) == VOC_ACTOR_CUSTOMER) return;
    for (enum ws_column c = WS_CLASS; c <= WS_VALUE; c++)
        if (changed(r, c) && r->cell[c].len && !str_is(r->cell[c], "neutral")) {
            apply_fault(a, r,
                        c == WS_CLASS ? "leave class empty, or write customer as the actor"
                                      : "leave value empty; what a touch costs stands in cost",
                        "%s says what an act of a customer is worth, but the actor of \"%.*s\" is the %s", ws_column_names[c],
                        APPLY_SHOW(r->action), ws_actor_name(apply_actor(r)));
            return;
        }
}

static voc_str pick(const struct ws_row *changed_row, enum ws_column c, voc_str otherwise) { return changed_row ? changed_row->cell[c] : otherwise; }

static void new_action(struct applying *a, const struct ws_row *r, const struct ws_row *actor, const struct ws_row *class_,
                       const struct ws_row *value)
{
    const struct action_rule *rule = r->rule; // a pattern, or NULL
    struct buf b;
    size_t section;
    bool inherits = rule && rule->actor != VOC_ACTOR_UNSET;
    voc_str is = pick(class_, WS_CLASS, rule ? str_of(ws_class_names[rule->class_]) : (voc_str){"", 0});
    buf_init(&b, TEXT_MAX);
    buf_cstr(&b, "<action");
    apply_attr(&b, "name", r->action);
    apply_attr(&b, "actor", pick(actor, WS_ACTOR, inherits ? str_of(ws_actor_name(rule->actor)) : (voc_str){"", 0}));
    apply_attr(&b, "class", is);
    apply_attr(&b, "value", pick(value, WS_VALUE, class_ ? (voc_str){"", 0} : r->said[WS_VALUE]));
    bool note = a->out->notes && (r->reason[WS_CLASS].len || r->reason[WS_ACTOR].len);
    buf_cstr(&b, note ? ">" : "/>");
    if (note) {
        apply_note(a, &b, "", class_ && r->reason[WS_CLASS].len ? r->reason[WS_CLASS] : r->reason[WS_ACTOR]);
        buf_cstr(&b, "</action>");
    }
    if (b.rc || !apply_rc(a, edit_section(a->e, "actions", apply_sections, &section))) {
        apply_rc(a, b.rc);
        buf_done(&b);
        return;
    }
    size_t before = EDIT_NONE; // the pattern that would come first
    for (size_t n = edit_child(a->e, section, "action"); rule && n != EDIT_NONE; n = edit_next(a->e, n, "action"))
        if (a->e->nodes.at[n].line == rule->line) before = n;
    apply_rc(a, before != EDIT_NONE ? edit_before(a->e, before, str_mk(b.ptr, b.len)) : edit_append(a->e, section, str_mk(b.ptr, b.len)));
    buf_done(&b);
}

static void say_actions(struct applying *a, const struct ws_row *r, const struct ws_row *actor, const struct ws_row *class_,
                        const struct ws_row *value)
{
    static const char *const names[] = {"actor", "class", "value"}, *const nothing[] = {"not said", "not declared", "none"}, *const gone[] = {"not said", "neutral", "none"};
    const struct ws_row *row[] = {actor, class_, value};
    struct buf b;
    buf_init(&b, 4096);
    for (size_t i = 0; i < 3; i++) {
        enum ws_column c = i == 0 ? WS_ACTOR : i == 1 ? WS_CLASS : WS_VALUE;
        char from[96], to[96];
        if (row[i])
            buf_printf(&b, "%s%s %s -> %s", b.len ? ", " : "", names[i], apply_or(row[i]->said[c], from, nothing[i]),
                       apply_or(row[i]->cell[c], to, gone[i]));
    }
    apply_said(a, "%.*s: %s", APPLY_SHOW(r->action), b.ptr ? b.ptr : "");
    buf_done(&b);
}

static void apply_action(struct applying *a, struct ws_row **row, size_t n)
{
    const struct ws_row *r = row[0];
    const struct ws_row *actor = one_change(a, row, n, WS_ACTOR), *class_ = one_change(a, row, n, WS_CLASS), *value = one_change(a, row, n, WS_VALUE);
    for (size_t i = 0; i < n; i++) only_customers(a, row[i]);
    one_actor(a, row, n, actor);
    if (class_) r = class_;
    else if (actor) r = actor;
    if (!actor && !class_ && !value) return;
    say_actions(a, r, actor, class_, value);
    size_t section = edit_child(a->e, 0, "actions"), node = EDIT_NONE;
    if (r->rule && !r->rule->like)
        for (size_t k = edit_child(a->e, section, "action"); k != EDIT_NONE && node == EDIT_NONE; k = edit_next(a->e, k, "action")) {
            const voc_str *name = edit_get(a->e, k, "name");
            if (name && str_eq(*name, r->action)) node = k;
        }
    if (node == EDIT_NONE) {
        new_action(a, r, actor, class_, value);
        return;
    }
    if (actor) apply_rc(a, edit_set(a->e, node, "actor", actor->cell[WS_ACTOR]));
    if (class_) apply_rc(a, edit_set(a->e, node, "class", class_->cell[WS_CLASS].len ? class_->cell[WS_CLASS] : STR("neutral")));
    if (value) apply_rc(a, value->cell[WS_VALUE].len ? edit_set(a->e, node, "value", value->cell[WS_VALUE]) : edit_unset(a->e, node, "value"));
}

// ---- all -----------------------------------------------------------------------------------------------------------------------

// Where the rows of an action begin in the order by action.
static size_t first_of(const struct applying *a, voc_str action)
{
    size_t lo = 0, hi = a->w->rows.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (str_cmp(a->order[mid]->action, action) < 0) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

void ws_change_init(struct ws_change *c)
{
    *c = (struct ws_change){.file = NULL};
    buf_init(&c->text, TEXT_MAX);
    buf_init(&c->lines, TEXT_MAX);
}

void ws_change_done(struct ws_change *c)
{
    buf_done(&c->text);
    buf_done(&c->lines);
}

voc_rc ws_apply(struct ws_change *out, struct worksheet *w, const struct journey *j, voc_str journey_xml, struct diag *d)
{
    struct applying a = {.out = out, .w = w, .j = j, .d = d};
    buf_clear(&out->text);
    buf_clear(&out->lines);
    out->n = 0;
    apply_rc(&a, edit_new(&a.e, journey_xml, out->journey_file, d));
    a.order = mem_zalloc(w->rows.n + 1, sizeof(struct ws_row *));
    if (!a.order) apply_rc(&a, VOC_E_NOMEM);
    for (size_t i = 0; i < w->rows.n && !a.rc; i++) a.order[i] = &w->rows.at[i];
    if (w->rows.n && !a.rc) qsort(a.order, w->rows.n, sizeof *a.order, action_order);
    for (size_t i = 0; i < w->rows.n && !a.rc; i++) { // in the order of the sheet, an action where its first row stands
        size_t at = first_of(&a, w->rows.at[i].action), n = 1;
        if (a.order[at] != &w->rows.at[i]) continue;
        while (at + n < w->rows.n && str_eq(a.order[at]->action, a.order[at + n]->action)) n++;
        apply_action(&a, a.order + at, n);
    }
    if (!a.rc) apply_stages(&a);
    if (!a.rc) apply_touchpoints(&a);
    if (!a.rc && !a.faults) apply_rc(&a, edit_done(a.e, &out->text));
    edit_free(a.e);
    mem_free(a.order);
    if (a.rc) return a.rc;
    return a.faults ? VOC_E_OPTION : out->lines.rc;
}

voc_rc ws_verify(struct worksheet *w, const struct event_set *s, const struct journey *after, const struct ws_change *c, struct diag *d)
{
    size_t faults = 0;
    voc_rc rc = ws_say(w, s, after, d);
    for (size_t i = 0; i < w->rows.n && !rc; i++) {
        struct ws_row *r = &w->rows.at[i];
        r->wrong = 0;
        for (enum ws_column col = WS_ACTOR; col <= WS_MINUTES; col++) {
            char is[96], wanted[96], hint[200];
            bool customers = col == WS_CLASS || col == WS_VALUE;
            if (ws_same(col, r->said[col], r->cell[col]) || (customers && ws_effective_actor(r) != VOC_ACTOR_CUSTOMER) ||
                (col == WS_ACTOR && (!r->cell[col].len || str_is(r->cell[col], "unsure"))))
                continue;
            if (col >= WS_GROUP && col <= WS_MINUTES && !r->said[WS_TOUCHPOINT].len && !r->cell[WS_TOUCHPOINT].len) continue;
            r->wrong |= 1u << col;
            faults++;
            if (col == WS_TOUCHPOINT && r->claim != VOC_NONE)
                snprintf(hint, sizeof hint,
                         "the touchpoint in line %llu of journey.xml comes first: change it there, or write it here",
                         (unsigned long long)after->claims[r->claim].line);
            else
                snprintf(hint, sizeof hint, "change it in journey.xml by hand; a worksheet cannot say it");
            diag_error(d, "WORKSHEET-041", c->file, r->line, hint, "%.*s%s%.*s: %s would be %s, not %s; nothing was written",
                       APPLY_SHOW(r->action), r->by == WS_BY_ACTION ? "" : " / ",
                       (int)(r->by == WS_BY_ACTION ? 0
                             : r->where.len > 60   ? 60
                                                   : r->where.len),
                       r->where.ptr, ws_column_names[col], apply_or(r->said[col], is, "empty"),
                       apply_or(r->cell[col], wanted, "empty"));
        }
    }
    return rc ? rc : faults ? VOC_E_OPTION : VOC_OK;
}

// "3" -> "4", "2024.7" -> "2024.8", "draft" -> "draft.2".
static void next_version(struct buf *b, voc_str version)
{
    size_t from = version.len;
    uint64_t number;
    while (from && version.ptr[from - 1] >= '0' && version.ptr[from - 1] <= '9') from--;
    if (from < version.len && str_uint64(str_mk(version.ptr + from, version.len - from), &number) && number < UINT64_MAX)
        buf_printf(b, "%.*s%llu", (int)from, version.ptr, (unsigned long long)(number + 1));
    else buf_printf(b, "%.*s.2", STR_ARG(version));
}

voc_rc ws_raise_version(struct buf *out, voc_str journey_xml, struct diag *d)
{
    struct edit *e = NULL;
    struct buf b;
    buf_init(&b, 4096);
    voc_rc rc = edit_new(&e, journey_xml, "journey.xml", d);
    if (!rc) {
        const voc_str *version = edit_get(e, 0, "version");
        next_version(&b, version ? *version : STR("1"));
        rc = b.rc ? b.rc : edit_set(e, 0, "version", str_mk(b.ptr, b.len));
    }
    if (!rc) rc = edit_done(e, out);
    edit_free(e);
    buf_done(&b);
    return rc;
}
