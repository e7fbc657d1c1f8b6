// SPDX-License-Identifier: MIT
// Responses to rows: one event a response (answer-survey, or begin-survey where it was not finished), its answers as measures
// of the person, one row for each scale, and each open text as words that refer to the event. The first response that
// gives rows brings the questions along, as attributes of the survey. Runs in parallel on a plan that nobody changes.
#include <stdio.h>

#include "plugins/common/xxh64.h"
#include "plugins/input/survey/survey.h"

#define ID_MAX 400u
#define EXTRA_MAX 500u // bytes of an attribute
#define TEXT_MAX 1000u // of a question, kept with the survey

// ---- does it count? -----------------------------------------------------------------------------------------------------------

static void ignore(struct sv_verdict *v, const char *rule)
{
    v->fault.code = "";
    v->fault.ignored = true;
    snprintf(v->fault.text, sizeof v->fault.text, "%s", rule);
}

static bool one_of(voc_str cell, const char *const *words)
{
    for (; *words; words++)
        if (sv_ieq(cell, *words)) return true;
    return false;
}

// Qualtrics' words for how a response came about, and its codes, which mean other things elsewhere.
static const char *left_out_by_status(voc_str cell, bool codes)
{
    static const char *const tests[] = {"survey preview", "survey test", "preview", "test", "spam preview", "offline survey preview", "umfragenvorschau", "vista previa de la encuesta", NULL};
    static const char *const test_codes[] = {"1", "2", "12", "17", NULL}, *const spam[] = {"spam", NULL}, *const spam_codes[] = {"8", NULL};
    if (one_of(cell, tests) || (codes && one_of(cell, test_codes))) return "a preview or test of the survey";
    return one_of(cell, spam) || (codes && one_of(cell, spam_codes)) ? "marked as spam by the survey tool" : NULL;
}

static bool says_unfinished(voc_str cell)
{
    static const char *const words[] = {"0", "false", "no", "falsch", "nein", "faux", "non", "falso", "partial", "incomplete", "started", "disqualified", "abandoned", "in progress", NULL};
    return one_of(cell, words);
}

static bool is_no_date(voc_str cell) { return cell_missing(cell) || (cell.len >= 10 && memcmp(cell.ptr, "1980-01-01", 10) == 0); }

// The first of the columns that says when. False: none does, or what it says is no time.
static bool time_of(const struct survey *s, const voc_str *cells, struct sv_verdict *v)
{
    const struct events *e = &s->table.events;
    for (size_t i = 0; i < s->n_times; i++) {
        const struct sv_time *t = &s->times[i];
        voc_str cell = ev_trim(cells[t->column]);
        char joined[160];
        if (is_no_date(cell)) continue;
        bool clock = t->clock != NO_COLUMN && !cell_missing(cells[t->clock]);
        if (clock) cell = (voc_str){joined, (size_t)snprintf(joined, sizeof joined, "%.*s %.*s", EV_STR(cell, 60), EV_STR(ev_trim(cells[t->clock]), 60))};
        const voc_rc rc = e->host->time_parse(t->clock == NO_COLUMN || clock ? t->format : t->day, cell, &v->time_us, &v->resolution);
        if (rc == VOC_OK) return true;
        if (rc == VOC_E_NOMEM) return v->rc = rc, false;
        v->fault.code = "TIME";
        snprintf(v->fault.text, sizeof v->fault.text, "\"%.*s\" in %.*s is not a time as the others are", EV_STR(cell, 60), EV_STR(e->columns[t->column].name, 60));
        return false;
    }
    if (s->date_us != VOC_NA) {
        v->time_us = s->date_us;
        v->resolution = s->date_us % INT64_C(86400000000) ? VOC_RES_SECOND : VOC_RES_DAY;
        return true;
    }
    v->fault.code = "TIME";
    snprintf(v->fault.text, sizeof v->fault.text, "it does not say when it was answered (-O date=DAY gives a day to those)");
    return false;
}

void sv_judge(const struct survey *s, const voc_str *cells, struct sv_verdict *v)
{
    const struct events *e = &s->table.events;
    size_t filled = 0, answered = 0;
    for (uint32_t c = 0; c < e->n_columns; c++) {
        if (sv_missing(cells[c])) continue;
        filled++;
        answered += s->columns[c].role == SV_ANSWER || s->columns[c].role == SV_WORDS;
    }
    v->finished = true;
    if (filled == 0) return ignore(v, "an empty line");
    const char *rule = s->status != NO_COLUMN && s->previews == 1 ? left_out_by_status(ev_trim(cells[s->status]), s->form == SV_QUALTRICS) : NULL;
    if (rule) return ignore(v, rule);
    if (answered == 0) return ignore(v, "no question was answered");
    if (s->finished != NO_COLUMN) v->finished = !says_unfinished(ev_trim(cells[s->finished]));
    else if (s->status != NO_COLUMN && s->form != SV_QUALTRICS) v->finished = !says_unfinished(ev_trim(cells[s->status]));
    else if (s->submitted != NO_COLUMN) v->finished = !cell_missing(ev_trim(cells[s->submitted]));
    if (!v->finished && s->unfinished == 1) return ignore(v, "not finished");
    (void)time_of(s, cells, v);
}

// ---- rows ---------------------------------------------------------------------------------------------------------------------

struct work { // one call of lines()
    const struct survey *s;
    voc_sink *sink;
    const voc_str *cells;
    voc_row *rows;
    voc_attr *attrs;
    voc_alias aliases[VOC_ALIASES_MAX], account;
    size_t n_account; // 1: the respondent of the level above, of a hierarchy
    size_t n_rows, n_attrs, max_attrs;
    char *room; // of one record
    size_t used, size;
    voc_str id, language;
    bool too_many; // options, of one question
    voc_rc rc;
};

static voc_str put(struct work *w, const char *text, size_t len)
{
    if (len > w->size - w->used) {
        w->rc = VOC_E_BUG;
        return (voc_str){"", 0};
    }
    char *to = w->room + w->used;
    if (len) memcpy(to, text, len);
    w->used += len;
    return (voc_str){to, len};
}

// a/b, as they are: a stranger's text may hold anything.
static voc_str put_path(struct work *w, voc_str a, voc_str b)
{
    voc_str all = put(w, a.ptr, a.len);
    (void)put(w, "/", 1);
    (void)put(w, b.ptr, b.len);
    return w->rc ? (voc_str){"", 0} : (voc_str){all.ptr, a.len + 1 + b.len};
}

static void find_id(struct work *w, voc_str record, uint64_t number)
{
    const struct survey *s = w->s;
    voc_str id = s->id != NO_COLUMN ? ev_clip(ev_trim(w->cells[s->id]), 256) : (voc_str){"", 0};
    char made[64];
    bool none = sv_missing(id);
    if (none)
        id = (voc_str){made, (size_t)snprintf(made, sizeof made, "#%llu-%08x", (unsigned long long)number + 1,
                                              (unsigned)(xxh64(record.ptr, record.len, 0) >> 32))};
    if (s->levels.own) w->id = put_path(w, s->levels.own->ident, id);
    else w->id = none || s->short_ids ? put_path(w, s->name, id) : put(w, id.ptr, id.len);
}

// Whoever has no number of its own in this file is the respondent of the level above (trips are their person's); else it belongs to
// that one, as people do to an account. At the top the respondent is the account of those below.
static void find_above(struct work *w)
{
    const struct sv_levels *l = &w->s->levels;
    const voc_str above = l->link != NO_COLUMN ? ev_trim(w->cells[l->link]) : (voc_str){"", 0};
    const bool named = l->link != NO_COLUMN && !sv_missing(above) && above.len <= 256;
    w->n_account = 0;
    if (!named && !(l->link == NO_COLUMN && l->has_below)) return;
    w->account = (voc_alias){.kind = VOC_LIT("response"), .value = named ? put_path(w, l->own->parent, above) : w->id};
    if (named && w->s->id == NO_COLUMN) w->aliases[0] = w->account;
    else w->n_account = 1;
}

static size_t find_aliases(struct work *w)
{
    const struct survey *s = w->s;
    size_t n = 0;
    for (uint32_t c = 0; c < s->table.events.n_columns && n + 1 < VOC_ALIASES_MAX; c++) {
        const struct sv_column *x = &s->columns[c];
        voc_str cell = ev_trim(w->cells[c]);
        if (x->role != SV_PERSON || sv_missing(cell) || cell.len > 320) continue;
        if (ev_is(x->alias_kind, "email") && !memchr(cell.ptr, '@', cell.len)) continue;
        w->aliases[n++] = (voc_alias){.kind = x->alias_kind, .value = cell, .strong = x->strong};
    }
    if (n == 0) w->aliases[n++] = (voc_alias){.kind = VOC_LIT("response"), .value = w->id};
    if (s->levels.own) find_above(w);
    return n;
}

static voc_str find_language(struct work *w)
{
    const struct survey *s = w->s;
    voc_str l = s->language != NO_COLUMN ? ev_trim(w->cells[s->language]) : (voc_str){"", 0};
    if (l.len == 0 || l.len > 20) l = s->said_language.len ? s->said_language : ev_clip(s->structure.language, 20);
    l = put(w, l.ptr, l.len);
    for (size_t i = 0; i < l.len; i++) w->room[w->used - l.len + i] = sv_lower(l.ptr[i]);
    return l;
}

static voc_attr *new_attr(struct work *w, voc_str key, voc_str text, uint32_t entity)
{
    if (w->n_attrs == w->max_attrs) {
        w->rc = VOC_E_BUG;
        return &w->attrs[0];
    }
    voc_attr *a = &w->attrs[w->n_attrs++];
    *a = (voc_attr){.key = key, .text = text, .type = VOC_TYPE_TEXT, .entity = entity, .time_us = VOC_NA};
    return a;
}

static const struct sv_label *label_named(const struct sv_item *item, voc_str text)
{
    for (size_t i = 0; item && i < item->n_labels; i++)
        if (ev_eq(item->labels[i].text, text)) return &item->labels[i];
    return NULL;
}

static void set_number(voc_attr *a, voc_str cell)
{
    int64_t whole, micro;
    double real;
    if (sv_whole(cell, &whole)) a->type = VOC_TYPE_INT, a->time_us = whole;
    else if (number_read(cell, '.', &micro, &real) || number_read(cell, ',', &micro, &real)) a->type = VOC_TYPE_REAL, a->number = real;
}

// The value on a scale: what words say, else the number, else the code of the option.
static bool value_of(const struct sv_column *x, voc_str cell, int64_t *out)
{
    const struct sv_label *l = sv_label_of(x->item, cell);
    if (!l) l = label_named(x->item, cell);
    if (x->known > SV_NPS && sv_word_score(l ? l->text : cell, out)) return true; // code 1 may be the best of them
    return sv_whole(cell, out) || (l && sv_whole(l->code, out));
}

static void add_answer(struct work *w, const struct sv_column *x, voc_str cell)
{
    const struct sv_label *l = sv_label_of(x->item, cell);
    int64_t n;
    bool rated = x->kind == SV_SCALE && value_of(x, cell, &n);
    bool within = rated && n >= x->lo && n <= x->hi;
    voc_attr *a = new_attr(w, within ? x->key : x->own, l ? l->text : ev_is(cell, "-oth-") ? (voc_str)VOC_LIT("other") : cell, VOC_ENTITY_INDIVIDUAL);
    if (rated) a->type = VOC_TYPE_INT, a->time_us = n;
    else set_number(a, cell);
}

// As many answers as one cell can give.
static size_t several(const struct sv_item *item) { return item->width > item->n_labels ? item->width : item->n_labels; }

static bool number_is_zero(voc_str code)
{
    size_t i = 0;
    while (i < code.len && code.ptr[i] == '0') i++;
    return i == code.len;
}

// A multiple of Triple-S: one answer for each option that was chosen.
static void add_several(struct work *w, const struct sv_column *x, voc_str cell)
{
    const struct sv_item *item = x->item;
    const size_t most = w->n_attrs + several(item);
    size_t width = item->fields && item->width ? item->width / item->fields : 1;
    if (item->fields == 0) { // a bit for each code: its place is the code, or the option's where codes are no numbers
        int64_t unused;
        bool numbered = item->n_labels && sv_whole(item->labels[0].code, &unused);
        for (size_t i = 0; i < cell.len; i++) {
            char code[24];
            size_t n = (size_t)snprintf(code, sizeof code, "%zu", i + 1);
            if (cell.ptr[i] != '1') continue;
            if (w->n_attrs == most) {
                w->too_many = true;
                return;
            }
            const struct sv_label *l = numbered ? sv_label_of(item, (voc_str){code, n}) : i < item->n_labels ? &item->labels[i] : NULL;
            voc_str named = l ? l->code : put(w, code, n);
            set_number(new_attr(w, x->key, l ? l->text : named, VOC_ENTITY_INDIVIDUAL), named);
        }
        return;
    }
    if (w->s->structure.data_csv) width = cell.len ? cell.len : 1;
    for (size_t at = 0; at < cell.len; at += width) {
        voc_str code = ev_trim((voc_str){cell.ptr + at, cell.len - at < width ? cell.len - at : width});
        const struct sv_label *l = sv_label_of(item, code);
        if (code.len == 0 || (!l && number_is_zero(code))) continue;
        set_number(new_attr(w, x->key, l ? l->text : code, VOC_ENTITY_INDIVIDUAL), code);
    }
}

// Options that stand in one cell.
static void add_listed(struct work *w, const struct sv_column *x, voc_str cell)
{
    voc_str part;
    for (size_t n = 0; sv_list_next(x->item, x->list, &cell, &part); n++) {
        const struct sv_label *l = sv_label_of(x->item, part);
        if (n == SV_LIST_MAX) {
            w->too_many = true;
            return;
        }
        if (part.len) set_number(new_attr(w, x->key, l ? l->text : part, VOC_ENTITY_INDIVIDUAL), part);
    }
}

static voc_row *new_row(struct work *w, uint32_t kind, uint64_t record, const struct sv_verdict *v)
{
    voc_row *r = &w->rows[w->n_rows++];
    *r = voc_row_init(kind);
    r->record = record;
    r->time_us = v->time_us;
    r->resolution = v->resolution;
    return r;
}

static void add_event(struct work *w, uint64_t record, const struct sv_verdict *v, size_t n_aliases)
{
    const struct survey *s = w->s;
    voc_row *r = new_row(w, VOC_ROW_EVENT, record, v);
    size_t from = w->n_attrs;
    r->actor = VOC_ACTOR_CUSTOMER;
    r->action = v->finished ? (voc_str)VOC_LIT("answer-survey") : (voc_str)VOC_LIT("begin-survey");
    r->touchpoint = s->name;
    r->channel = (voc_str)VOC_LIT("survey");
    r->id = w->id;
    r->language = w->language;
    r->customer = w->aliases;
    r->n_customer = n_aliases;
    r->account = &w->account;
    r->n_account = w->n_account;
    for (uint32_t c = 0; c < s->table.events.n_columns; c++) {
        const struct sv_column *x = &s->columns[c];
        voc_str cell = ev_trim(w->cells[c]);
        int64_t n;
        if (sv_missing(cell)) continue;
        if (x->role == SV_EXTRA) (void)new_attr(w, x->key, ev_clip(cell, EXTRA_MAX), VOC_ENTITY_EVENT);
        if (x->role != SV_ANSWER || !x->known || !value_of(x, cell, &n) || n < x->lo || n > x->hi) continue;
        voc_attr *a = new_attr(w, x->key, cell, VOC_ENTITY_EVENT); // for predicates: nps >= 9
        a->type = VOC_TYPE_INT;
        a->time_us = n;
    }
    r->attrs = w->attrs + from;
    r->n_attrs = w->n_attrs - from;
}

static void add_measures(struct work *w, uint64_t record, const struct sv_verdict *v, size_t n_aliases)
{
    const struct survey *s = w->s;
    for (size_t u = 0; u < s->n_units && !w->rc; u++) {
        size_t from = w->n_attrs;
        for (uint32_t c = 0; c < s->table.events.n_columns && !w->rc; c++) {
            const struct sv_column *x = &s->columns[c];
            voc_str cell = ev_trim(w->cells[c]);
            if (x->role != SV_ANSWER || x->unit.ptr != s->units[u].ptr || sv_missing(cell)) continue;
            if (x->list) add_listed(w, x, cell);
            else if (x->kind == SV_SEVERAL) add_several(w, x, cell);
            else add_answer(w, x, cell);
        }
        if (w->n_attrs == from) continue;
        voc_row *r = new_row(w, VOC_ROW_MEASURE, record, v);
        r->id = w->id;
        r->unit = s->units[u];
        r->customer = w->aliases;
        r->n_customer = n_aliases;
        r->account = &w->account;
        r->n_account = w->n_account;
        r->attrs = w->attrs + from;
        r->n_attrs = w->n_attrs - from;
    }
}

static void add_words(struct work *w, uint64_t record, const struct sv_verdict *v, size_t n_aliases)
{
    const struct survey *s = w->s;
    for (uint32_t c = 0; c < s->table.events.n_columns && !w->rc; c++) {
        if (s->columns[c].role != SV_WORDS || sv_missing(w->cells[c])) continue;
        voc_row *r = new_row(w, VOC_ROW_WORD, record, v);
        r->id = put_path(w, w->id, ev_clip(s->columns[c].key, 230));
        r->text = w->cells[c];
        while (s->form == SV_TRIPLE_S && r->text.len && r->text.ptr[r->text.len - 1] == ' ') r->text.len--; // it fills its columns
        r->language = w->language;
        r->ref_kind = VOC_REF_EVENT;
        r->ref = w->id;
        r->customer = w->aliases;
        r->n_customer = n_aliases;
        r->account = &w->account;
        r->n_account = w->n_account;
    }
}

// What was asked, once: each key with its question.
static void add_questions(struct work *w, uint64_t record)
{
    const struct survey *s = w->s;
    size_t from = w->n_attrs;
    voc_row *r = &w->rows[w->n_rows];
    *r = voc_row_init(VOC_ROW_ATTRIBUTE);
    r->record = record;
    r->case_id = s->name;
    for (uint32_t c = 0; c < s->table.events.n_columns; c++)
        if (s->columns[c].role == SV_ANSWER || s->columns[c].role == SV_WORDS)
            (void)new_attr(w, s->columns[c].key, ev_clip(s->columns[c].text, TEXT_MAX), VOC_ENTITY_CASE);
    r->attrs = w->attrs + from;
    r->n_attrs = w->n_attrs - from;
    if (r->n_attrs) w->n_rows++;
}

static voc_rc read_record(struct work *w, const voc_block *b, uint64_t i)
{
    const struct survey *s = w->s;
    const voc_host *host = s->table.events.host;
    struct sv_verdict v;
    const uint64_t number = b->first_record + i;
    memset(&v, 0, sizeof v);
    w->n_rows = w->n_attrs = w->used = 0;
    w->too_many = false;
    sv_judge(s, w->cells, &v);
    if (v.rc) return v.rc;
    const enum header_again again = v.fault.code || s->n_times == 0 ? header_again(&s->table.events, w->cells) : HEADER_NOT;
    if (again == HEADER_SAME) return host->ignore(w->sink, i, (voc_str)VOC_LIT("the header again"));
    if (again == HEADER_OTHER) return header_other(&s->table.events, b, i);
    if (v.fault.code && v.fault.ignored) return host->ignore(w->sink, i, sv_str(v.fault.text));
    if (v.fault.code) return host->reject(w->sink, i, sv_str(v.fault.code), sv_str(v.fault.text));
    find_id(w, (voc_str){b->bytes + b->start[i], b->end[i] - b->start[i]}, number);
    w->language = find_language(w);
    size_t n_aliases = find_aliases(w);
    add_event(w, i, &v, n_aliases);
    add_measures(w, i, &v, n_aliases);
    add_words(w, i, &v, n_aliases);
    if (w->too_many) return host->reject(w->sink, i, (voc_str)VOC_LIT("OPTIONS"), (voc_str)VOC_LIT("more options are chosen than the question has"));
    if (number == s->first_answer) add_questions(w, i);
    const voc_batch batch = {.struct_size = sizeof batch, .row_size = sizeof(voc_row), .rows = w->rows, .n_rows = w->n_rows};
    return w->rc ? w->rc : host->rows(w->sink, &batch);
}

// A description gives nothing, however it is written.
static voc_rc pass_over(const struct survey *s, const voc_block *b, voc_sink *sink)
{
    voc_rc rc = VOC_OK;
    for (uint64_t i = 0; i < b->n_records && !rc; i++) rc = s->table.events.host->ignore(sink, i, (voc_str)VOC_LIT("it describes a survey, and holds no answers"));
    return rc;
}

static size_t several_at_most(const struct survey *s)
{
    size_t n = 0;
    for (uint32_t c = 0; c < s->table.events.n_columns; c++) {
        const struct sv_item *item = s->columns[c].item;
        n += s->columns[c].list ? SV_LIST_MAX : s->columns[c].kind == SV_SEVERAL && item ? several(item) : 1;
    }
    return n;
}

voc_rc sv_answers(const struct survey *s, const voc_block *b, voc_sink *sink)
{
    const struct events *e = &s->table.events;
    const voc_host *host = e->host;
    void *reading = NULL;
    if (s->form == SV_DESCRIPTION) return pass_over(s, b, sink);
    struct work w = {.s = s, .sink = sink, .max_attrs = several_at_most(s) + 3 * e->n_columns + 8,
                     .size = (s->n_open + 3) * (ID_MAX + 240) + several_at_most(s) * 24};
    voc_str *cells = host->alloc(e->cx, (e->n_columns + 1) * sizeof *cells);
    w.cells = cells;
    w.rows = host->alloc(e->cx, (s->n_units + s->n_open + 2) * sizeof *w.rows);
    w.attrs = host->alloc(e->cx, w.max_attrs * sizeof *w.attrs);
    w.room = host->alloc(e->cx, w.size);
    voc_rc rc = cells && w.rows && w.attrs && w.room ? e->reader->open(&reading, e, b) : VOC_E_NOMEM;
    for (uint64_t i = 0; i < b->n_records && !rc; i++) {
        struct cells_fault fault = {.code = NULL};
        size_t n_more = 0;
        if (b->start[i] == b->end[i]) {
            rc = host->ignore(sink, i, (voc_str)VOC_LIT("an empty line"));
            continue;
        }
        rc = e->reader->next(reading, i, cells, NULL, &n_more, &fault);
        if (rc) break;
        if (fault.code && fault.ignored) rc = host->ignore(sink, i, sv_str(fault.text));
        else if (fault.code) rc = host->reject(sink, i, sv_str(fault.code), sv_str(fault.text));
        else rc = read_record(&w, b, i);
    }
    if (reading) e->reader->close(reading);
    host->free(e->cx, cells);
    host->free(e->cx, w.rows);
    host->free(e->cx, w.attrs);
    host->free(e->cx, w.room);
    return rc;
}
