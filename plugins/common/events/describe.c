// SPDX-License-Identifier: MIT
// The plan in words, one sentence a line: what the user sees after an import, and where to change it.
#include <stdarg.h>
#include <stdio.h>

#include "plugins/common/events/plan.h"

void plan_say(struct plan_text *t, const char *format, ...)
{
    va_list ap;
    if (t->full) return;
    va_start(ap, format);
    int n = vsnprintf(t->at + t->len, t->size - t->len, format, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= t->size - t->len) t->full = true;
    for (int i = 0; !t->full && i + 1 < n; i++)
        if ((unsigned char)t->at[t->len + (size_t)i] < 0x20) t->at[t->len + (size_t)i] = ' '; // a name may have a line break
    if (!t->full) t->len += (size_t)n;
    t->at[t->len] = 0;
}

static voc_str shown(const struct events *e, const struct origin *o)
{
    return ev_clip(o->column == NO_COLUMN ? o->constant : e->columns[o->column].name, 60);
}
#define SHOWN(e, o) (int)shown((e), (o)).len, shown((e), (o)).ptr

// "Datum + Uhrzeit + tz"
static void add_time_name(struct plan_text *t, const struct events *e, const char *to, const struct time_origin *x)
{
    plan_say(t, "%s <- %.*s", to, SHOWN(e, &x->from));
    if (x->clock != NO_COLUMN) plan_say(t, " + %.*s", EV_STR(e->columns[x->clock].name, 60));
    if (x->zone != NO_COLUMN) plan_say(t, " + %.*s", EV_STR(e->columns[x->zone].name, 60));
}

static bool is_set(const struct origin *o) { return o->column != NO_COLUMN || o->constant.len; }

static const char *constant(const struct origin *o) { return o->column == NO_COLUMN ? ", in every row" : ""; }

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Whether a time says its zone: ends in Z, UTC or an offset behind a clock.
static bool names_zone(voc_str cell)
{
    if (cell.len < 4 || !is_digit(cell.ptr[0])) return false;
    const char *end = cell.ptr + cell.len;
    if (end[-1] == 'Z' || end[-1] == 'z' || end[-1] == 'C' || end[-1] == 'T') return true; // UTC, GMT
    for (size_t back = 3; back <= 6 && back + 5 < cell.len; back++)
        if ((end[-(ptrdiff_t)back] == '+' || end[-(ptrdiff_t)back] == '-') && memchr(cell.ptr, ':', cell.len - back)) return true;
    return false;
}

static voc_str first_filled(const struct events *e, const struct origin *o)
{
    if (o->column == NO_COLUMN) return ev_trim(o->constant);
    for (size_t i = 0; i < e->n_samples; i++)
        if (!cell_missing(column_cell(e, i, o->column))) return ev_trim(column_cell(e, i, o->column));
    return (voc_str){"", 0};
}

static void add_format(struct plan_text *t, const struct events *e, const struct time_origin *of)
{
    voc_str zone = zone_of(e, of).len ? ev_clip(zone_of(e, of), 60) : (voc_str)VOC_LIT("UTC"), cell = first_filled(e, &of->from);
    size_t digits = 0;
    while (digits < cell.len && (is_digit(cell.ptr[digits]) || cell.ptr[digits] == '.')) digits++;
    bool epoch = of->pattern[0] ? strncmp(of->pattern, "epoch", 5) == 0 : digits == cell.len && digits > 8;
    plan_say(t, " (%s", of->pattern[0] ? of->pattern : epoch ? "epoch" : "ISO 8601");
    size_t n = strlen(of->pattern);
    if (n >= 2 && strcmp(of->pattern + n - 2, "VV") == 0) plan_say(t, ", the zone that stands there, else %.*s", (int)zone.len, zone.ptr);
    else if (!epoch && (of->clock != NO_COLUMN || (!names_zone(cell) && memchr(cell.ptr, ':', cell.len)))) plan_say(t, ", %.*s", (int)zone.len, zone.ptr);
    plan_say(t, ")");
}

static void add_times(struct plan_text *t, const struct events *e)
{
    if (e->has_end) {
        add_time_name(t, e, "start", &e->times[0]);
        add_format(t, e, &e->times[0]);
        plan_say(t, ", kept as %.*s\n", EV_STR(e->start_key, 60));
        add_time_name(t, e, "end", &e->end);
        add_format(t, e, &e->end);
        plan_say(t, ": the event stands at its end\n");
        if (!is_set(&e->field[FIELD_MINUTES])) plan_say(t, "minutes <- end - start\n");
    }
    for (size_t i = 0; i < e->n_times && !e->has_end; i++) {
        const struct time_origin *x = &e->times[i];
        if (time_is_none(x)) continue;
        add_time_name(t, e, "time", x);
        add_format(t, e, x);
        if (x->action_column != NO_COLUMN) plan_say(t, ": the action that %.*s names", EV_STR(e->columns[x->action_column].name, 60));
        else if (x->action.len) plan_say(t, ": the action %.*s", EV_STR(x->action, 60));
        plan_say(t, "\n");
    }
    if (e->n_times > 1 && !e->reader->give) plan_say(t, "minutes, cost, value and text of a row go with the last of its dates\n");
}

#define WORDS_MAX 20u // different ones that a column of what happened has in the samples, and how often each stands there at least
#define WORDS_EACH 3u

static bool is_word(voc_str cell)
{
    bool letters = false;
    for (size_t i = 0; i < cell.len; i++) {
        const unsigned char c = (unsigned char)(cell.ptr[i] | 0x20);
        letters = letters || (c >= 'a' && c <= 'z') || c >= 0x80;
    }
    return letters && cell.len <= 60 && !memchr(cell.ptr, '@', cell.len);
}

// A few words that stand there again and again.
static bool may_be_action(const struct events *e, uint32_t column)
{
    voc_str seen[WORDS_MAX];
    size_t n = 0, filled = 0;
    for (size_t i = 0; i < e->n_samples; i++) {
        const voc_str cell = ev_trim(column_cell(e, i, column));
        size_t k = 0;
        if (cell_missing(cell)) continue;
        filled++;
        while (k < n && !ev_eq(seen[k], cell)) k++;
        if (k < n) continue;
        if (n == WORDS_MAX || !is_word(cell)) return false;
        seen[n++] = cell;
    }
    return n > 1 && filled >= n * WORDS_EACH && filled * 2 >= e->n_samples;
}

// Where all rows have one action, as no column is called one, those that may be it are told.
static void add_suggestion(struct plan_text *t, const struct events *e)
{
    size_t n = 0;
    if (e->n_times != 1 || e->times[0].from.why == WHY_SAID || !e->times[0].action.len || e->reader->give) return;
    for (size_t i = 0; i < e->n_attrs && n < 3; i++) {
        const uint32_t c = e->attrs[i].from.column;
        if (c == NO_COLUMN || !may_be_action(e, c)) continue;
        plan_say(t, n++ ? ", %.*s" : "all rows have one action; which of these columns says what happened? %.*s", EV_STR(e->columns[c].name, 40));
    }
    if (n) plan_say(t, " (-O action=%s)\n", e->reader->paths ? "PATH" : "COLUMN");
}

static bool is_late(const struct events *e, const struct origin *o) { return o->column != NO_COLUMN && e->columns[o->column].late; }

static void add_aliases(struct plan_text *t, const struct events *e, const char *what, const struct alias_origin *all, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_late(e, &all[i].from))
            plan_say(t, "%s <- %.*s (%.*s%s)%s\n", what, SHOWN(e, &all[i].from), EV_STR(all[i].kind, 60), all[i].strong ? "" : ", weak", constant(&all[i].from));
}

static void add_attrs(struct plan_text *t, const struct events *e)
{
    static const char *const whose[] = {"the event", "the customer", "the account", "the case"};
    for (uint32_t entity = VOC_ENTITY_EVENT; entity <= VOC_ENTITY_CASE; entity++) {
        size_t n = 0, left = 0;
        for (size_t i = 0; i < e->n_attrs; i++) {
            if (e->attrs[i].entity != entity || is_late(e, &e->attrs[i].from)) continue;
            if (n == 12 || t->size - t->len < 400) {
                left++;
                continue;
            }
            if (n++ == 0) plan_say(t, "attributes of %s: ", whose[entity]);
            else plan_say(t, ", ");
            plan_say(t, "%.*s", EV_STR(e->attrs[i].key, 40));
        }
        if (n && left) plan_say(t, " and %zu more", left);
        if (n) plan_say(t, "\n");
    }
}

// No record that was looked at has them.
static void add_late(struct plan_text *t, const struct events *e)
{
    static const char first[] = "looked for further down too: ";
    size_t n = 0;
    for (size_t i = 0; i < e->n_customers; i++)
        if (is_late(e, &e->customers[i].from))
            plan_say(t, "%scustomer <- %.*s (%.*s)", n++ ? ", " : first, SHOWN(e, &e->customers[i].from), EV_STR(e->customers[i].kind, 60));
    if (is_late(e, &e->field[FIELD_VALUE])) plan_say(t, "%svalue <- %.*s", n++ ? ", " : first, SHOWN(e, &e->field[FIELD_VALUE]));
    if (n) plan_say(t, "\n");
}

// One cell keeps a column out of the amounts: that is told, as its records would be if it were further down.
static void add_misfit(struct plan_text *t, const struct events *e)
{
    if (!e->misfit.cell.ptr || e->columns[e->misfit.column].used) return;
    const voc_str name = e->columns[e->misfit.column].name;
    plan_say(t, "%.*s is no amount, as \"%.*s\" in it is no number like the others; -O FIELD=%.*s takes it for one, and rejects such records\n", EV_STR(name, 60),
             EV_STR(e->misfit.cell, 40), EV_STR(name, 60));
}

// Amounts of several currencies would be added as they stand, and no total of them is true.
static void add_currencies(struct plan_text *t, const struct events *e)
{
    uint32_t column;
    voc_str seen[4];
    size_t n = 0;
    if (e->field[FIELD_VALUE].column == NO_COLUMN || !columns_named(e, "currency currencycode currencyisocode w\xC3\xA4hrung moneda devise valuta", &column, 1)) return;
    for (size_t i = 0; i < e->n_samples && n < 4; i++) {
        const voc_str cell = ev_trim(column_cell(e, i, column));
        size_t k = 0;
        while (k < n && !ev_eq(seen[k], cell)) k++;
        if (k == n && cell.len) seen[n++] = cell;
    }
    if (n < 2) return;
    plan_say(t, "the amounts are in several currencies (");
    for (size_t k = 0; k < n; k++) plan_say(t, "%s%.*s", k ? ", " : "", EV_STR(k < 3 ? seen[k] : (voc_str)VOC_LIT("..."), 12));
    plan_say(t, " in %.*s), which are added as they stand: convert them first, or leave others out by <ignore> in sources.xml\n", EV_STR(e->columns[column].name, 40));
}

void plan_describe(const struct events *e, char *out, size_t size)
{
    struct plan_text t = {.at = out, .size = size};
    if (size == 0) return;
    out[0] = 0;
    if (e->n_columns == 0 || e->n_times == 0) return;
    if (e->reader->frame) e->reader->frame(e, &t);
    add_times(&t, e);
    for (size_t f = 0; f < FIELD_N; f++) {
        const struct origin *o = &e->field[f];
        if (!is_set(o) || is_late(e, o)) continue;
        plan_say(&t, "%s <- %.*s%s", field_names[f], SHOWN(e, o), constant(o));
        bool comma = f >= FIELD_MINUTES && o->column != NO_COLUMN && o->decimal == ',';
        if (f >= FIELD_MINUTES && o->currency) plan_say(&t, " (%s%s)", o->currency, comma ? ", decimal comma" : "");
        else if (comma) plan_say(&t, " (decimal comma)");
        plan_say(&t, "\n");
    }
    add_currencies(&t, e);
    add_aliases(&t, e, "customer", e->customers, e->n_customers);
    add_aliases(&t, e, "account", e->accounts, e->n_accounts);
    add_late(&t, e);
    add_attrs(&t, e);
    add_suggestion(&t, e);
    add_misfit(&t, e);
    if (e->proposed)
        plan_say(&t, "change with -O time=%s, -O action=%s ...; -O FIELD=- takes it out\n", e->reader->paths ? "PATH" : "COLUMN",
                 e->reader->paths ? "PATH" : "COLUMN");
    if (t.full) // cut at a line
        while (t.len && out[t.len - 1] != '\n') out[--t.len] = 0;
}
