// SPDX-License-Identifier: MIT
// The plan of a survey: what each column is, by maps, options, the structure, its name; which columns say when; and which is
// the first record that gives rows, as the questions go with it. And the plan as sources.xml would say it. From head().
#include <stdio.h>

#include "plugins/input/survey/survey.h"

// ---- columns ----------------------------------------------------------------------------------------------------------------

static bool is_empty(const struct events *e, uint32_t c)
{
    for (size_t i = 0; i < e->n_samples; i++)
        if (!sv_missing(column_cell(e, i, c))) return false;
    return true;
}

static bool all_differ(const struct events *e, uint32_t c)
{
    size_t n = e->n_samples < 200 ? e->n_samples : 200;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (ev_eq(ev_trim(column_cell(e, i, c)), ev_trim(column_cell(e, k, c)))) return false;
    return true;
}

static bool mostly_addresses(const struct events *e, uint32_t c)
{
    size_t n = 0, with = 0;
    for (size_t i = 0; i < e->n_samples; i++) {
        voc_str cell = column_cell(e, i, c);
        if (sv_missing(cell)) continue;
        n++;
        with += memchr(cell.ptr, '@', cell.len) != NULL;
    }
    return with * 2 >= n;
}

// Qualtrics says by its ids which columns are questions, whatever they are called.
static bool is_question_by_id(const struct survey *s, uint32_t c)
{
    return s->form == SV_QUALTRICS && s->table.n_rows == 3 && s->header[2] &&
           (sv_has(s->header[2][c], "'qid") || sv_has(s->header[2][c], "\"qid"));
}

static void set_role(struct survey *s, uint32_t c, const struct sv_meaning *m)
{
    struct events *e = EVENTS(s);
    struct sv_column *x = &s->columns[c];
    x->role = m->role;
    if (m->role == SV_PERSON && strcmp(m->alias, "email") == 0 && !mostly_addresses(e, c)) x->role = SV_ANSWER;
    if (x->role == SV_PERSON) x->alias_kind = sv_str(m->alias), x->strong = m->strong;
    bool own = s->form != SV_PLAIN && s->form != SV_TRIPLE_S;
    if (!own && (m->role == SV_STATUS || m->role == SV_FINISHED || m->role == SV_LANGUAGE) && is_empty(e, c)) x->role = SV_EXTRA;
}

// The best of those that were found; the others of the kind are attributes.
static void keep_best(struct survey *s, uint32_t role, const uint32_t *rank, uint32_t *out)
{
    struct events *e = EVENTS(s);
    *out = NO_COLUMN;
    for (uint32_t c = 0; c < e->n_columns; c++)
        if (s->columns[c].role == role && (*out == NO_COLUMN || rank[c] < rank[*out])) *out = c;
    for (uint32_t c = 0; c < e->n_columns; c++)
        if (s->columns[c].role == role && c != *out) s->columns[c].role = SV_EXTRA;
}

// Typeform's response id is a column "#", which elsewhere counts lines.
static bool is_typeform_id(const struct survey *s, uint32_t column)
{
    const struct events *e = &s->table.events;
    bool typeform = false;
    for (uint32_t c = 0; c < e->n_columns; c++) typeform = typeform || ev_is(e->columns[c].folded, "networkid");
    return typeform && ev_is(ev_trim(e->columns[column].name), "#");
}

static voc_rc by_names(struct survey *s, uint32_t *rank)
{
    struct events *e = EVENTS(s);
    size_t n_people = 0;
    for (uint32_t c = 0; c < e->n_columns; c++) {
        struct sv_meaning m = {.role = SV_ANSWER, .rank = SV_RANK_NONE};
        struct sv_column *x = &s->columns[c];
        if (!x->item) x->item = sv_item_find(s, e->columns[c].name, x->text);
        bool known = s->form != SV_TRIPLE_S && !is_question_by_id(s, c) && !x->item && sv_meaning_of(s->form, e->columns[c].folded, &m);
        if (is_typeform_id(s, c)) known = true, m = (struct sv_meaning){.role = SV_ID, .rank = 0};
        rank[c] = m.rank;
        if (s->form == SV_TRIPLE_S && x->item) {
            x->role = x->item->role;
            if (x->item->kind == SV_SEVERAL) x->key = x->item->code; // of each of its fields
            rank[c] = c;
            if (x->item->kind == SV_DATE && x->role == SV_ANSWER) x->role = SV_TIME;
        } else x->role = s->form == SV_TRIPLE_S ? SV_LEFT_OUT : SV_ANSWER;
        if (known) set_role(s, c, &m);
        if (known && s->form == SV_LIMESURVEY && m.role == SV_TIME && m.rank < 100 && s->submitted == NO_COLUMN) s->submitted = c;
        if (!known && e->columns[c].folded.len == 0 && is_empty(e, c)) x->role = SV_LEFT_OUT;
        if (x->item && x->item->text.len && ev_eq(x->text, e->columns[c].name)) x->text = x->item->text;
        if (x->role == SV_ID && (is_empty(e, c) || !all_differ(e, c))) x->role = m.rank == 450 ? SV_ANSWER : SV_EXTRA; // a plain "id" that repeats asks or groups
        if (x->role == SV_PERSON && ++n_people > VOC_ALIASES_MAX - 1) x->role = SV_EXTRA;
    }
    return VOC_OK;
}

// ---- what the user said -----------------------------------------------------------------------------------------------------

static voc_rc by_options(struct survey *s, uint32_t *rank)
{
    struct events *e = EVENTS(s);
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < s->n_keep && !rc; i++) {
        uint32_t c = sv_column_named(s, s->keep[i], &rc);
        if (!rc) s->columns[c].role = SV_EXTRA, s->columns[c].declared = true;
    }
    for (size_t i = 0; i < s->n_words && !rc; i++) {
        uint32_t c = sv_column_named(s, s->words[i], &rc);
        if (!rc) s->columns[c].role = SV_WORDS, s->columns[c].declared = true;
    }
    if (!rc && s->id_said.len) {
        uint32_t c = sv_column_named(s, s->id_said, &rc);
        if (!rc) s->columns[c].role = SV_ID, rank[c] = 0;
    }
    if (!rc && s->time_said.len) {
        uint32_t c = sv_column_named(s, s->time_said, &rc);
        for (uint32_t i = 0; i < e->n_columns && !rc; i++)
            if (s->columns[i].role == SV_TIME) s->columns[i].role = SV_EXTRA;
        if (!rc) s->columns[c].role = SV_TIME, rank[c] = 0;
    }
    return rc;
}

static bool is_known_name(voc_str name, uint32_t *known)
{
    for (*known = SV_NPS; *known < SV_N_KNOWN; ++*known)
        if (ev_is(name, sv_known_name(*known))) return true;
    return false;
}

// What maps leave out is left out; but how a response ended is known by names alone.
static voc_rc by_maps(struct survey *s, uint32_t *rank)
{
    struct events *e = EVENTS(s);
    voc_rc rc = VOC_OK;
    for (uint32_t c = 0; c < e->n_columns; c++)
        if (s->columns[c].role != SV_STATUS && s->columns[c].role != SV_FINISHED) s->columns[c].role = SV_LEFT_OUT;
    for (uint32_t i = 0; i < e->n_maps && !rc; i++) {
        const voc_map *m = &e->maps[i];
        if (m->from.len == 0) continue;
        uint32_t c = sv_column_named(s, m->from, &rc), known;
        if (rc) return rc;
        struct sv_column *x = &s->columns[c];
        x->declared = true;
        rank[c] = i;
        if (ev_is(m->to, "time")) x->role = SV_TIME;
        else if (ev_is(m->to, "id")) x->role = SV_ID;
        else if (ev_is(m->to, "language")) x->role = SV_LANGUAGE;
        else if (ev_is(m->to, "text")) x->role = SV_WORDS;
        else if (ev_is(m->to, "customer")) x->role = SV_PERSON, x->alias_kind = m->alias_kind, x->strong = m->strong;
        else if (ev_is(m->to, "attr") && m->entity == VOC_ENTITY_EVENT) x->role = SV_EXTRA, x->key = m->constant;
        else if (ev_is(m->to, "attr")) {
            x->role = SV_ANSWER;
            if (is_known_name(m->constant, &known)) s->said[known] = e->columns[c].name;
            else x->key = m->constant;
        } else
            return ev_error(e, VOC_E_OPTION, "004",
                            "a survey has time, id, language, text, aliases of the customer, and attributes",
                            "<map to=\"%.*s\"> is not of a survey", EV_STR(m->to, 40));
    }
    for (uint32_t k = SV_NPS; k < SV_N_KNOWN; k++)
        if (!s->said[k].len) s->said[k] = (voc_str)VOC_LIT("-");
    return rc;
}

// ---- when -------------------------------------------------------------------------------------------------------------------

// LimeSurvey writes this where it keeps no dates.
static bool is_no_date(voc_str cell) { return cell_missing(cell) || (cell.len >= 10 && memcmp(cell.ptr, "1980-01-01", 10) == 0); }

// Months, days or hours of one digit: the form of the United States, which tools write for nobody else.
static bool is_american(const voc_str *cells, size_t n)
{
    bool single = false;
    for (size_t i = 0; i < n; i++) {
        voc_str t = ev_trim(cells[i]);
        if (!memchr(t.ptr, '/', t.len)) return false;
        single = single || (t.len > 2 && sv_digit(t.ptr[0]) && t.ptr[1] == '/') || sv_has(t, " pm") || sv_has(t, " am");
        for (size_t k = 1; k + 2 < t.len; k++)
            single = single || ((t.ptr[k - 1] == '/' || t.ptr[k - 1] == ' ') && sv_digit(t.ptr[k]) &&
                                (t.ptr[k + 1] == '/' || t.ptr[k + 1] == ':'));
    }
    return single;
}

static voc_rc make_format(struct survey *s, struct sv_time *t)
{
    struct events *e = EVENTS(s);
    if (strcmp(t->pattern, "iso") == 0) t->pattern[0] = 0;
    voc_rc rc = e->host->time_format(e->cx, &t->format, sv_str(t->pattern), e->zone);
    if (rc || t->clock == NO_COLUMN) return rc;
    return e->host->time_format(e->cx, &t->day, (voc_str){t->pattern, strcspn(t->pattern, " ")}, e->zone);
}

// Day and month of a pattern in the order that is asked for.
static void in_order(char *pattern, char first, char second)
{
    char *a = strchr(pattern, first), *b = strchr(pattern, second);
    if (!a || !b || a < b) return;
    for (char *p = pattern; *p; p++) *p = *p == first ? second : *p == second ? first : *p;
}

// Dates with dots are written day first wherever they are written.
static bool is_dotted(const voc_str *cells, size_t n)
{
    bool all = n > 0;
    for (size_t i = 0; i < n && all; i++) {
        const char *dot = memchr(cells[i].ptr, '.', cells[i].len);
        const size_t at = dot ? (size_t)(dot - cells[i].ptr) : 0;
        all = (at == 1 || at == 2) && memchr(dot + 1, '.', cells[i].len < at + 4 ? cells[i].len - at - 1 : 3);
    }
    return all;
}

// VOC_E_INPUT without a message: it is no column of times.
static voc_rc guess_time(struct survey *s, const voc_block *first, struct sv_time *t)
{
    struct events *e = EVENTS(s);
    voc_str *cells = NULL;
    char *scratch = NULL, hint[200];
    size_t n = 0, kept = 0;
    uint32_t possible = 1;
    voc_rc rc = column_gather(e, first, t->column, &cells, &n, &scratch);
    for (size_t i = 0; i < n && !rc; i++)
        if (!is_no_date(ev_trim(cells[i]))) cells[kept++] = ev_trim(cells[i]);
    if (!rc && kept) rc = times_guess(e, cells, kept, t->pattern, &possible);
    else if (!rc) rc = VOC_E_INPUT;
    if (!rc && possible > 1 && is_american(cells, kept)) {
        in_order(t->pattern, 'M', 'd');
        t->american = true;
    } else if (!rc && possible > 1 && is_dotted(cells, kept)) {
        in_order(t->pattern, 'd', 'M');
        t->dotted = true;
    } else if (!rc && possible > 1) {
        char other[PATTERN_MAX];
        snprintf(other, sizeof other, "%s", t->pattern);
        for (char *p = other; *p; p++) *p = *p == 'd' ? 'M' : *p == 'M' ? 'd' : *p;
        snprintf(hint, sizeof hint, "say which it is with -O time-format=\"%s\" or -O time-format=\"%s\"", t->pattern, other);
        rc = ev_error(e, VOC_E_OPTION, "006", hint,
                      "in column \"%.*s\" it cannot be told whether the day or the month stands first (\"%.*s\")",
                      EV_STR(e->columns[t->column].name, 80), EV_STR(cells[0], 40));
        if (e->quiet) rc = VOC_E_OPTION;
    }
    e->host->free(e->cx, cells);
    e->host->free(e->cx, scratch);
    return rc ? rc : make_format(s, t);
}

static voc_str declared_format(const struct survey *s, uint32_t column)
{
    const struct events *e = &s->table.events;
    for (size_t i = 0; i < e->n_maps; i++)
        if (ev_is(e->maps[i].to, "time") && ev_eq(e->maps[i].from, e->columns[column].name)) return e->maps[i].format;
    return (voc_str){"", 0};
}

static voc_rc add_time(struct survey *s, const voc_block *first, uint32_t c)
{
    struct events *e = EVENTS(s);
    struct sv_time t = {.column = c, .clock = NO_COLUMN};
    voc_str said = declared_format(s, c);
    if (said.len == 0 && e->time_format_given) said = e->time_format.len ? e->time_format : (voc_str)VOC_LIT("iso");
    if (s->form == SV_TRIPLE_S && s->columns[c].item) { // the clock that follows the date
        for (uint32_t k = c + 1; k < e->n_columns && t.clock == NO_COLUMN; k++)
            if (s->columns[k].item && s->columns[k].item->kind == SV_CLOCK) t.clock = k;
        if (said.len == 0) said = sv_str(t.clock == NO_COLUMN ? "yyyyMMdd" : "yyyyMMdd HHmmss");
    }
    if (said.len >= sizeof t.pattern) return ev_error(e, VOC_E_OPTION, "005", NULL, "the time format \"%.*s\" is too long", EV_STR(said, 80));
    if (said.len) memcpy(t.pattern, said.ptr, said.len);
    voc_rc rc = said.len ? make_format(s, &t) : guess_time(s, first, &t);
    if (rc == VOC_E_INPUT && !s->time_said.len) {
        s->columns[c].role = SV_EXTRA;
        return VOC_OK;
    }
    if (rc == VOC_E_INPUT)
        return ev_error(e, rc, "005",
                        "write its pattern with -O time-format=\"d.M.yyyy HH:mm\", or name another column with -O time=COLUMN",
                        "column \"%.*s\" holds nothing that is read as a time", EV_STR(e->columns[c].name, 80));
    if (!rc) s->times[s->n_times++] = t;
    if (!rc && t.clock != NO_COLUMN) s->columns[t.clock].role = SV_LEFT_OUT;
    return rc;
}

static voc_rc find_times(struct survey *s, const voc_block *first, const uint32_t *rank)
{
    struct events *e = EVENTS(s);
    voc_rc rc = VOC_OK;
    uint32_t below = 0;
    for (bool more = true; more && s->n_times < SV_TIMES_MAX && !rc;) { // by rank
        uint32_t best = NO_COLUMN;
        for (uint32_t c = 0; c < e->n_columns; c++)
            if (s->columns[c].role == SV_TIME && rank[c] >= below && (best == NO_COLUMN || rank[c] < rank[best])) best = c;
        more = best != NO_COLUMN;
        if (!more) break;
        below = rank[best] + 1;
        rc = add_time(s, first, best);
        if (s->form == SV_TRIPLE_S && s->n_times) more = false; // further dates are answers
    }
    for (uint32_t c = 0; c < e->n_columns; c++) {
        bool used = false;
        for (size_t i = 0; i < s->n_times; i++) used = used || s->times[i].column == c;
        if (s->columns[c].role == SV_TIME && !used) s->columns[c].role = s->form == SV_TRIPLE_S ? SV_ANSWER : SV_EXTRA;
    }
    if (rc || s->n_times || s->date_us != VOC_NA || e->n_samples == 0) return rc;
    return ev_error(e, VOC_E_INPUT, "003",
                    "-O date=2024-06-30 gives one day to all of them, -O time=COLUMN names the column that says when",
                    "no column says when people answered");
}

// ---- the whole --------------------------------------------------------------------------------------------------------------

// The number of the first record that gives rows, as lines() will count it.
static voc_rc find_first(struct survey *s, const voc_block *first)
{
    struct events *e = EVENTS(s);
    void *reading = NULL;
    struct sv_verdict v;
    voc_str *cells = ev_alloc(e, (e->n_columns + 1) * sizeof *cells);
    voc_rc rc = cells ? e->reader->open(&reading, e, first) : VOC_E_NOMEM;
    s->first_answer = UINT64_MAX;
    for (uint64_t i = e->n_head; i < first->n_records && !rc && s->first_answer == UINT64_MAX; i++) {
        size_t n_more = 0;
        memset(&v, 0, sizeof v);
        rc = e->reader->next(reading, i, cells, NULL, &n_more, &v.fault);
        if (!rc && !v.fault.code) sv_judge(s, cells, &v);
        if (!rc) rc = v.rc;
        if (!rc && !v.fault.code) s->first_answer = i - e->n_head;
    }
    if (reading) e->reader->close(reading);
    return rc;
}

static void look_at_ids(struct survey *s)
{
    const struct events *e = &s->table.events;
    s->short_ids = false;
    for (size_t i = 0; s->id != NO_COLUMN && i < e->n_samples; i++) {
        voc_str id = ev_trim(column_cell(e, i, s->id));
        s->short_ids = s->short_ids || id.len < 8;
    }
}

static void name_survey(struct survey *s)
{
    voc_str stem = s->file;
    size_t dot = stem.len;
    while (dot && stem.ptr[dot - 1] != '.') dot--;
    if (dot > 1) stem.len = dot - 1;
    s->name = s->said_name.len         ? ev_clip(s->said_name, 120)
              : s->structure.title.len ? ev_clip(s->structure.title, 120)
              : stem.len               ? ev_clip(stem, 120)
                                       : (voc_str)VOC_LIT("survey");
}

voc_rc sv_plan(struct survey *s, const voc_block *first)
{
    struct events *e = EVENTS(s);
    s->id = s->language = s->finished = s->status = s->submitted = NO_COLUMN;
    name_survey(s);
    if (s->form == SV_DESCRIPTION) return VOC_OK;
    voc_rc rc = columns_read(e, first);
    if (rc || e->n_columns == 0) return rc;
    uint32_t *rank = ev_alloc(e, e->n_columns * sizeof *rank);
    if (!rank) return VOC_E_NOMEM;
    rc = by_names(s, rank);
    if (!rc && e->n_maps) rc = by_maps(s, rank);
    if (!rc) rc = by_options(s, rank);
    if (rc) return rc;
    keep_best(s, SV_ID, rank, &s->id);
    keep_best(s, SV_LANGUAGE, rank, &s->language);
    keep_best(s, SV_FINISHED, rank, &s->finished);
    keep_best(s, SV_STATUS, rank, &s->status);
    look_at_ids(s);
    rc = sv_hierarchy_plan(s);
    if (!rc) rc = find_times(s, first, rank);
    if (!rc) rc = sv_questions(s);
    for (uint32_t c = 0, n = 0; c < e->n_columns && !rc; c++) {
        s->n_people += s->columns[c].role == SV_PERSON;
        if (s->columns[c].role == SV_EXTRA && ++n > SV_EXTRAS_MAX) s->columns[c].role = SV_LEFT_OUT;
    }
    if (!rc) rc = find_first(s, first);
    s->planned = !rc;
    return rc;
}

// ---- as sources.xml says it -------------------------------------------------------------------------------------------------

static voc_map map_of(const struct survey *s, uint32_t c, const char *to)
{
    const struct sv_column *x = &s->columns[c];
    voc_map m = {.to = sv_str(to), .from = s->table.events.columns[c].name};
    if (!x->declared) m.reason = (voc_str)VOC_LIT("by its name");
    if (x->role == SV_ANSWER || x->role == SV_EXTRA) m.constant = x->key;
    m.entity = x->role == SV_ANSWER ? VOC_ENTITY_INDIVIDUAL : VOC_ENTITY_EVENT;
    m.type = x->role == SV_ANSWER && (x->kind == SV_SCALE || x->kind == SV_NUMBER) ? VOC_TYPE_INT : VOC_TYPE_TEXT;
    m.alias_kind = x->alias_kind;
    m.strong = x->strong;
    return m;
}

voc_rc sv_maps(struct survey *s, voc_source *out)
{
    struct events *e = EVENTS(s);
    size_t n = 0;
    out->n_maps = 0;
    if (!s->planned || s->form == SV_TRIPLE_S) return VOC_OK; // a structure says it better
    voc_map *maps = ev_alloc(e, (e->n_columns + SV_TIMES_MAX + 1) * sizeof *maps);
    if (!maps) return VOC_E_NOMEM;
    for (size_t i = 0; i < s->n_times; i++) {
        maps[n] = map_of(s, s->times[i].column, "time");
        maps[n++].format = s->times[i].pattern[0] ? sv_str(s->times[i].pattern) : (voc_str)VOC_LIT("iso");
    }
    maps[n++] = (voc_map){.to = VOC_LIT("actor"), .constant = VOC_LIT("customer")};
    static const struct { uint32_t role; const char *to; } order[] = {{SV_ID, "id"}, {SV_PERSON, "customer"}, {SV_LANGUAGE, "language"}, {SV_WORDS, "text"}, {SV_EXTRA, "attr"}, {SV_ANSWER, "attr"}};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        for (uint32_t c = 0; c < e->n_columns; c++)
            if (s->columns[c].role == order[i].role) maps[n++] = map_of(s, c, order[i].to);
    out->zone = e->zone;
    out->map_size = sizeof *maps;
    out->maps = maps;
    out->n_maps = n;
    return VOC_OK;
}
