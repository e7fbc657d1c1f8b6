// SPDX-License-Identifier: MIT
// Whose export a table is, and which of its first records are header: Qualtrics has three (or two) rows, SurveyMonkey two,
// LimeSurvey one, or two with codes below texts. Then the names of the columns, and what each asks. Called for probing,
// before the host cuts records (sv_frame), and from head() (names).
#include <stddef.h>
#include <stdio.h>

#include "plugins/input/survey/survey.h"

#define HEAD_ROWS 3u
#define CELLS_MAX COLUMNS_MAX
#define ONE_COLUMN '\x1F' // a separator that no text has

bool sv_ieq(voc_str s, const char *lower)
{
    size_t i = 0;
    while (i < s.len && lower[i] && sv_lower(s.ptr[i]) == lower[i]) i++;
    return i == s.len && lower[i] == 0;
}

bool sv_has(voc_str s, const char *lower)
{
    size_t n = strlen(lower);
    for (size_t i = 0; i + n <= s.len; i++) {
        size_t k = 0;
        while (k < n && sv_lower(s.ptr[i + k]) == lower[k]) k++;
        if (k == n) return true;
    }
    return false;
}

static voc_str without_mark(voc_str s)
{
    if (s.len >= 3 && memcmp(s.ptr, "\xEF\xBB\xBF", 3) == 0) s.ptr += 3, s.len -= 3;
    return s;
}

// ---- whose it is ----------------------------------------------------------------------------------------------------------

struct look { // the first records of a table
    voc_str *cells[HEAD_ROWS];
    size_t n[HEAD_ROWS], n_rows;
    enum sv_form form;
    uint32_t n_head;
    int confidence;
    const char *says;
};

static bool row_has(const struct look *l, size_t row, const char *lower)
{
    for (size_t c = 0; row < l->n_rows && c < l->n[row]; c++)
        if (sv_ieq(ev_trim(l->cells[row][c]), lower)) return true;
    return false;
}

static bool is_import_id(voc_str cell)
{
    cell = ev_trim(cell);
    return cell.len > 11 && cell.ptr[0] == '{' && (cell.ptr[1] == '"' || cell.ptr[1] == '\'') && memcmp(cell.ptr + 2, "ImportId", 8) == 0;
}

static bool decide(struct look *l, enum sv_form form, uint32_t n_head, int confidence, const char *says)
{
    l->form = form;
    l->n_head = n_head;
    l->confidence = confidence;
    l->says = says;
    return true;
}

static bool is_qualtrics(struct look *l)
{
    for (size_t r = 1; r < l->n_rows; r++)
        for (size_t c = 0; c < l->n[r]; c++)
            if (is_import_id(l->cells[r][c]))
                return decide(l, SV_QUALTRICS, (uint32_t)r + 1, 100,
                              r == 2 ? "a Qualtrics export: its third row is of ImportId"
                                     : "a Qualtrics export: a row of ImportId");
    if (row_has(l, 0, "v1") && row_has(l, 0, "v8") && row_has(l, 1, "responseid"))
        return decide(l, SV_QUALTRICS, 2, 98, "a Qualtrics legacy export: columns V1 to V10 and their names below");
    if (!row_has(l, 0, "responseid") || !row_has(l, 0, "finished") || !(row_has(l, 0, "recordeddate") || row_has(l, 0, "enddate"))) return false;
    bool texts = row_has(l, 1, "response id") || row_has(l, 1, "responseid");
    return decide(l, SV_QUALTRICS, texts ? 2 : 1, 92, "columns of a Qualtrics export: ResponseId, Finished, EndDate");
}

static bool is_limesurvey(struct look *l)
{
    static const struct { const char *id, *date, *page, *language; } names[] = {
        {"id", "submitdate", "lastpage", "startlanguage"}, {"response id", "date submitted", "last page", "start language"},
        {"antwort id", "datum abgeschickt", "letzte seite", "start-sprache"}, {"id de la r\xC3\xA9ponse", "date de soumission", "derni\xC3\xA8re page", "langue de d\xC3\xA9part"},
        {"id. de respuesta", "fecha de env\xC3\xADo", "\xC3\xBAltima p\xC3\xA1gina", "lenguaje inicial"}, {"antwoord id", "datum inzending", "laatste pagina", "taal"},
    };
    for (size_t r = 0; r < 2; r++)
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (row_has(l, r, names[i].id) && (row_has(l, r, names[i].page) || row_has(l, r, names[i].language)) &&
                (row_has(l, r, names[i].date) || row_has(l, r, names[i].language)))
                return decide(l, SV_LIMESURVEY, (uint32_t)r + 1, 95, "columns of a LimeSurvey export: response id, date submitted, last page");
    return false;
}

static bool is_response_word(voc_str cell)
{
    cell = ev_trim(cell);
    return sv_ieq(cell, "response") || sv_ieq(cell, "open-ended response") || sv_ieq(cell, "antwort") || sv_ieq(cell, "r\xC3\xA9ponse") || sv_ieq(cell, "respuesta");
}

static bool is_surveymonkey(struct look *l)
{
    if (l->n_rows == 0 || l->n[0] < 2) return false;
    voc_str first = ev_trim(l->cells[0][0]);
    bool named = sv_ieq(first, "respondentid") || sv_ieq(first, "respondent id") || sv_ieq(first, "respondent_id"), below = false;
    if (l->n_rows > 1 && l->n[1] && ev_trim(l->cells[1][0]).len == 0)
        for (size_t c = 1; c < l->n[1]; c++) below = below || is_response_word(l->cells[1][c]);
    if (named && below) return decide(l, SV_SURVEYMONKEY, 2, 97, "a SurveyMonkey export: Respondent ID, and a second header row of options");
    if (below && (row_has(l, 0, "collector id") || row_has(l, 0, "start date")))
        return decide(l, SV_SURVEYMONKEY, 2, 90, "a second header row of options, as SurveyMonkey writes it");
    if (named) return decide(l, SV_SURVEYMONKEY, 1, 85, "its first column is SurveyMonkey's respondent");
    return false;
}

static size_t words_of(voc_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) n += s.ptr[i] != ' ' && (i == 0 || s.ptr[i - 1] == ' ');
    return n;
}

static bool is_question(voc_str cell)
{
    cell = ev_trim(cell);
    return words_of(cell) >= 3 && (memchr(cell.ptr, '?', cell.len) || words_of(cell) >= 5);
}

static size_t questions_in(const struct look *l)
{
    size_t n = 0;
    for (size_t c = 0; l->n_rows && c < l->n[0]; c++) n += is_question(l->cells[0][c]);
    return n;
}

// Is one of them written as a question?
static bool asks(const struct look *l)
{
    for (size_t c = 0; l->n_rows && c < l->n[0]; c++) {
        const voc_str cell = ev_trim(l->cells[0][c]);
        if (is_question(cell) && cell.ptr[cell.len - 1] == '?') return true;
    }
    return false;
}

static bool is_google(struct look *l)
{
    static const char *const words[] = {"timestamp", "zeitstempel", "horodateur", "marca temporal", "carimbo de data/hora", "informazioni cronologiche", "tijdstempel", "sygnatura czasowa"};
    if (l->n_rows == 0 || l->n[0] < 2 || questions_in(l) == 0) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (sv_ieq(ev_trim(l->cells[0][0]), words[i])) return decide(l, SV_GOOGLE, 1, 88, "Google Forms: a timestamp, then questions");
    return false;
}

static bool is_other(struct look *l)
{
    if (row_has(l, 0, "response id") && row_has(l, 0, "timestamp") && row_has(l, 0, "finished"))
        return decide(l, SV_FORMBRICKS, 1, 93, "a Formbricks export: Response ID, Timestamp, Finished");
    if (row_has(l, 0, "submit date (utc)") || (row_has(l, 0, "#") && row_has(l, 0, "network id"))) return decide(l, SV_PLAIN, 1, 90, "a Typeform export: Submit Date, Network ID");
    size_t n = questions_in(l);
    if (n >= 2) return decide(l, SV_PLAIN, 1, n >= 4 ? 80 : 70, "its header asks questions");
    for (size_t c = 0; l->n_rows && c < l->n[0]; c++) {
        voc_str s = ev_trim(l->cells[0][c]);
        if (sv_ieq(s, "nps") || sv_ieq(s, "nps_score") || sv_ieq(s, "nps score") || sv_ieq(s, "csat") || sv_ieq(s, "ces"))
            return decide(l, SV_PLAIN, 1, 40, "a column is named NPS, CSAT or CES");
    }
    // More than a table with dates that names no action (50): a score, and why.
    if (n && asks(l)) return decide(l, SV_PLAIN, 1, 65, "its header asks one question");
    return decide(l, SV_PLAIN, 1, n ? 20 : 0, n ? "one question in its header" : "no questions in its header");
}

// The records behind the ones that are skipped, cut by the rule.
static voc_rc take_rows(struct survey *s, voc_str text, bool complete, size_t skip, struct look *l)
{
    struct events *e = EVENTS(s);
    const struct csv_rule *rule = &s->table.rule;
    memset(l, 0, sizeof *l);
    text = without_mark(text);
    for (size_t at = 0; at < text.len && l->n_rows < HEAD_ROWS;) {
        voc_str record;
        enum csv_fault fault;
        at = csv_next(rule, text, at, &record);
        if (record.len == 0) continue;
        if (at == text.len && !complete && l->n_rows) break;
        if (skip && skip--) continue;
        char *to = ev_alloc(e, record.len + 1);
        size_t n = to ? csv_split(rule, record, NULL, 0, &to, &fault) : 0;
        if (n > CELLS_MAX) n = CELLS_MAX;
        char *scratch = ev_alloc(e, record.len + 1);
        voc_str *cells = ev_alloc(e, (n + 1) * sizeof *cells);
        if (!to || !scratch || !cells) return VOC_E_NOMEM;
        for (size_t c = 0; c < n; c++) cells[c] = (voc_str){"", 0};
        (void)csv_split(rule, record, cells, n, &scratch, &fault);
        l->cells[l->n_rows] = cells;
        l->n[l->n_rows++] = n;
    }
    return VOC_OK;
}

static void decide_form(struct look *l)
{
    if (!is_qualtrics(l) && !is_limesurvey(l) && !is_surveymonkey(l) && !is_google(l)) (void)is_other(l);
}

static voc_rc look_at(struct survey *s, voc_str text, bool complete, struct look *l)
{
    struct events *e = EVENTS(s);
    struct table *t = &s->table;
    struct sniffed_csv found;
    voc_rc rc = csv_sniff(e, text, complete, t->rule.separator, t->quote_said, t->skip_said < 0 ? 0 : t->skip_said, &found);
    if (rc) return rc;
    if (!t->rule.separator && (found.n_columns < 2 || found.n_regular * 2 < found.n_records)) { // one column, in whose text commas stand
        found.rule.separator = ONE_COLUMN;
        found.n_regular = found.n_records;
    }
    delimited_rule(e, &found.rule);
    t->n_skip = t->skip_said < 0 ? 0 : (uint32_t)t->skip_said;
    rc = take_rows(s, text, complete, t->n_skip, l);
    if (rc) return rc;
    decide_form(l);
    t->n_rows = t->rows_said < 0 ? l->n_head : t->rows_said > (int)HEAD_ROWS ? HEAD_ROWS : (uint32_t)t->rows_said;
    if (l->confidence > 60 && found.n_regular * 2 < found.n_records) l->confidence = 60;
    return VOC_OK;
}

static bool ends_in(voc_str name, const char *ending)
{
    size_t n = strlen(ending);
    return name.len > n && sv_ieq((voc_str){name.ptr + name.len - n, n}, ending);
}

voc_rc sv_frame(struct survey *s, voc_str first, bool complete, voc_line_rule *out)
{
    struct events *e = EVENTS(s);
    struct look l;
    bool lists = false;
    const char *description = sv_structure_looks(first, &lists);
    out->separator = out->quote = out->n_head = 0;
    if (description) {
        s->form = SV_DESCRIPTION;
        s->form_says = description;
        return VOC_OK;
    }
    if (s->structure.what && s->structure.n_items && s->structure.items[0].width && !s->structure.data_csv) {
        s->form = SV_TRIPLE_S;
        s->form_says = "answers of a Triple-S survey, in columns of fixed width";
        e->reader = &sv_fixed_reader;
        return VOC_OK;
    }
    if (ends_in(s->file, ".asc") && !s->structure.what)
        return ev_error(e, VOC_E_INPUT, "023",
                        "put the survey's .sss or .xml beside it, named like it, or name it with -O structure=FILE",
                        "answers of Triple-S say nothing without their structure");
    voc_rc rc = look_at(s, first, complete, &l);
    if (rc) return rc;
    s->form = l.form;
    s->form_says = l.confidence >= 15 ? l.says : "as it was named so";
    if (s->structure.data_csv) {
        s->form = SV_TRIPLE_S;
        s->form_says = "answers of a Triple-S survey, as CSV";
        if (s->table.rows_said < 0) s->table.n_rows = s->structure.data_skip > HEAD_ROWS ? HEAD_ROWS : s->structure.data_skip;
    }
    e->n_head = s->table.n_skip + s->table.n_rows;
    out->separator = (unsigned char)s->table.rule.separator;
    out->quote = (unsigned char)s->table.rule.quote;
    out->n_head = e->n_head;
    return VOC_OK;
}

// ---- names of columns -----------------------------------------------------------------------------------------------------

static voc_str record_text(const voc_block *b, size_t i) { return (voc_str){b->bytes + b->start[i], b->end[i] - b->start[i]}; }

static voc_rc read_row(struct events *e, voc_str record, voc_str **out)
{
    enum csv_fault fault;
    char *copy = ev_alloc(e, record.len + 1), *to = ev_alloc(e, record.len + 1);
    *out = ev_alloc(e, e->n_columns * sizeof **out);
    if (!copy || !to || !*out) return VOC_E_NOMEM;
    if (record.len) memcpy(copy, record.ptr, record.len);
    for (size_t c = 0; c < e->n_columns; c++) (*out)[c] = (voc_str){"", 0};
    (void)csv_split(&TABLE(e)->rule, (voc_str){copy, record.len}, *out, e->n_columns, &to, &fault);
    for (size_t c = 0; c < e->n_columns; c++) // a byte that is no text names nothing
        if (!e->host->utf8_valid((*out)[c].ptr, (*out)[c].len)) (*out)[c] = (voc_str){"", 0};
    return VOC_OK;
}

static bool is_numbered(voc_str name) // V1, V10
{
    if (name.len < 2 || name.ptr[0] != 'V') return false;
    for (size_t i = 1; i < name.len; i++)
        if (!sv_digit(name.ptr[i])) return false;
    return true;
}

// "Which did you see? [Star Wars]"
static voc_rc with_item(struct events *e, voc_str question, voc_str item, voc_str *out)
{
    char *to = ev_alloc(e, question.len + item.len + 4);
    if (!to) return VOC_E_NOMEM;
    size_t n = 0;
    if (question.len) memcpy(to, question.ptr, question.len), n = question.len;
    if (n && item.len) to[n++] = ' ';
    if (item.len) {
        to[n++] = '[';
        memcpy(to + n, item.ptr, item.len);
        n += item.len;
        to[n++] = ']';
    }
    *out = (voc_str){to, n};
    return VOC_OK;
}

// The question stands once, above the first of its options.
static voc_rc spread_names(struct survey *s, voc_str *names)
{
    struct events *e = EVENTS(s);
    voc_str question = {"", 0};
    voc_rc rc = VOC_OK;
    for (size_t c = 0; c < e->n_columns && !rc; c++) {
        voc_str above = ev_trim(s->header[0][c]), below = ev_trim(s->header[1][c]);
        if (above.len) question = above;
        bool item = below.len && !is_response_word(below);
        s->columns[c].label = item ? below : (voc_str){"", 0};
        s->columns[c].open = sv_ieq(below, "open-ended response");
        rc = item ? with_item(e, question, below, &names[c]) : VOC_OK;
        if (!item) names[c] = above.len ? above : question;
        s->columns[c].text = names[c];
    }
    return rc;
}

// "How old are you? [Other]"
static voc_str item_in(voc_str name)
{
    size_t open = name.len;
    if (name.len < 3 || name.ptr[name.len - 1] != ']') return (voc_str){"", 0};
    while (open && name.ptr[open - 1] != '[') open--;
    return open > 1 ? (voc_str){name.ptr + open, name.len - 1 - open} : (voc_str){"", 0};
}

// Triple-S as CSV: places count fields, whatever a header calls them. The second field of a spread multiple is Q5_2.
static voc_rc structure_names(struct survey *s, voc_str *names)
{
    struct events *e = EVENTS(s);
    char made[300];
    for (size_t i = 0; i < s->structure.n_items; i++) {
        const struct sv_item *item = &s->structure.items[i];
        for (size_t k = 0; k < item->width && item->start + k < e->n_columns; k++) {
            struct sv_column *x = &s->columns[item->start + k];
            size_t n = (size_t)snprintf(made, sizeof made, "%.*s_%zu", EV_STR(item->code, 250), k + 1);
            if (k == 0) names[item->start] = item->code;
            else if (!ev_copy(e, (voc_str){made, n}, &names[item->start + k])) return VOC_E_NOMEM;
            x->item = item;
            x->text = item->text.len ? item->text : item->code;
            x->label = (voc_str){"", 0};
        }
    }
    return VOC_OK;
}

static voc_rc name_columns(struct survey *s)
{
    struct events *e = EVENTS(s);
    voc_str *names = ev_alloc(e, e->n_columns * sizeof *names);
    s->columns = ev_alloc(e, e->n_columns * sizeof *s->columns);
    if (!names || !s->columns) return VOC_E_NOMEM;
    memset(s->columns, 0, e->n_columns * sizeof *s->columns);
    bool two = s->table.n_rows > 1;
    voc_rc rc = VOC_OK;
    for (size_t c = 0; c < e->n_columns; c++) {
        voc_str top = s->header[0] ? ev_trim(s->header[0][c]) : (voc_str){"", 0}, below = two ? ev_trim(s->header[1][c]) : (voc_str){"", 0};
        bool swapped = (s->form == SV_QUALTRICS && two && is_numbered(top)) || (s->form == SV_LIMESURVEY && two);
        names[c] = swapped ? below : top;
        s->columns[c].text = s->form == SV_LIMESURVEY ? top : two ? below : top;
        s->columns[c].label = s->form == SV_LIMESURVEY || s->form == SV_PLAIN ? item_in(top) : (voc_str){"", 0};
    }
    if (s->form == SV_SURVEYMONKEY && two) rc = spread_names(s, names);
    if (s->form == SV_TRIPLE_S) rc = structure_names(s, names);
    if (!rc) rc = columns_make(e, names, s->table.n_rows > 0 || s->form == SV_TRIPLE_S);
    for (size_t c = 0; c < e->n_columns && !rc; c++) {
        if (s->columns[c].text.len == 0) s->columns[c].text = e->columns[c].name;
        if (names[c].len == 0 && s->table.n_rows) e->columns[c].folded = (voc_str){"", 0}; // it has no name of its own
    }
    return rc;
}

static voc_rc read_names(struct events *e, const voc_block *first)
{
    struct survey *s = (struct survey *)e;
    enum csv_fault fault;
    size_t row = s->table.n_skip;
    if (first->n_records <= row) return ev_error(e, VOC_E_INPUT, "001", "-O skip=RECORDS says how many records stand before the header", "it ends before its header");
    voc_str record = record_text(first, row);
    char *to = ev_alloc(e, record.len + 1);
    if (!to) return VOC_E_NOMEM;
    e->n_columns = csv_split(&s->table.rule, record, NULL, 0, &to, &fault);
    if (fault)
        return ev_error(e, VOC_E_INPUT, "001", "quotes within a quoted name are doubled; -O quote=none reads quotes as text", "the header is not understood: %s",
                        fault == CSV_UNCLOSED ? "a quote is never closed" : "there is text behind a closing quote");
    if (e->n_columns > COLUMNS_MAX)
        return ev_error(e, VOC_E_LIMIT, "001", "-O separator=CHARACTER names the separator", "it has %zu columns; %u are read",
                        e->n_columns, COLUMNS_MAX);
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < s->table.n_rows && !rc && row + i < first->n_records; i++) rc = read_row(e, record_text(first, row + i), &s->header[i]);
    if (!rc && s->table.n_rows > 1 && !s->header[s->table.n_rows - 1])
        rc = ev_error(e, VOC_E_INPUT, "001", "-O header=ROWS says how many rows the header has", "it ends within its header");
    e->header = s->table.n_rows > 0;
    return rc ? rc : name_columns(s);
}

static bool sample(const struct events *e, voc_str record, voc_str *cells, char **to)
{
    enum csv_fault fault;
    return csv_split(&TABLE(e)->rule, record, cells, e->n_columns, to, &fault) >= e->n_columns && !fault;
}

const struct cell_reader sv_reader = {
    .code = "SURVEY", .names = read_names, .sample = sample, .open = fields_open, .next = fields_next, .close = fields_close,
};

// ---- probing --------------------------------------------------------------------------------------------------------------

static bool is_table(voc_str head)
{
    head = without_mark(head);
    if (head.len == 0 || memchr(head.ptr, 0, head.len)) return false;
    size_t i = 0;
    while (i < head.len && (head.ptr[i] == ' ' || head.ptr[i] == '\r' || head.ptr[i] == '\n')) i++;
    return i < head.len && head.ptr[i] != '<' && head.ptr[i] != '{' && head.ptr[i] != '[';
}

static void say(voc_probe_result *r, int confidence, const char *why)
{
    r->confidence = confidence;
    snprintf(r->reason, sizeof r->reason, "%s", why);
}

// The structure of a survey beside a table says that these are its answers, whatever their header looks like: Triple-S has none.
static void probe_beside(const voc_probe *p, voc_probe_result *r)
{
    bool lists = false;
    if (p->struct_size < offsetof(voc_probe, beside_name) + sizeof p->beside_name || p->beside.len == 0) return;
    const char *what = sv_structure_looks(p->beside, &lists);
    if (!what || lists || r->confidence >= 90) return;
    r->confidence = 90;
    snprintf(r->reason, sizeof r->reason, "answers to a survey: %.*s beside it is %s", EV_STR(p->beside_name, 80), what);
}

void sv_probe(const voc_host *host, voc_context *cx, const voc_probe *p, voc_probe_result *r)
{
    struct events *e;
    struct look l;
    bool lists = false;
    const char *description = sv_structure_looks(p->head, &lists);
    say(r, 0, "not a table");
    if (description) {
        r->confidence = 95;
        snprintf(r->reason, sizeof r->reason, "%s: it says what was asked, and holds no answers", description);
        return;
    }
    if (!is_table(p->head) || delimited_new(&e, sizeof(struct survey), &sv_reader, host, cx) != VOC_OK) return;
    e->quiet = true;
    if (look_at((struct survey *)e, p->head, p->complete != 0, &l) == VOC_OK)
        say(r, l.n_rows > 1 && l.n[0] > 1 ? l.confidence : 0, l.n_rows > 1 ? l.says : "no record behind a header");
    probe_beside(p, r);
    if (r->confidence < 30 && ends_in(p->name, ".asc")) say(r, 30, "Triple-S by its name: the .sss or .xml beside it says what its columns are");
    plan_close(e);
}
