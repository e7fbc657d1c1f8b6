// SPDX-License-Identifier: MIT
// What each question is, from its name, its text, the structure if there is one, and the answers of the first block: a scale,
// a number, a choice, or open text. And which question is NPS, CSAT or CES. The rule: NPS is a question whose code is NPS (or
// that the tool itself calls so), else the first that speaks of recommending and is answered from 0 to 10; CSAT speaks of
// satisfaction, CES of effort or ease, both on a scale of 1 to at most 10. The user can say otherwise.
#include <stdio.h>

#include "plugins/input/survey/survey.h"

bool sv_missing(voc_str cell)
{
    cell = ev_trim(cell);
    return cell.len == 0 || ev_is(cell, "N/A") || ev_is(cell, "NULL") || ev_is(cell, "-99");
}

// ---- numbers ----------------------------------------------------------------------------------------------------------------

bool sv_whole(voc_str cell, int64_t *out)
{
    int64_t n = 0;
    size_t i = 0;
    bool minus = false;
    cell = ev_trim(cell);
    if (cell.len && (cell.ptr[0] == '-' || cell.ptr[0] == '+')) minus = cell.ptr[i++] == '-';
    size_t from = i;
    for (; i < cell.len && sv_digit(cell.ptr[i]) && i < from + 18; i++) n = n * 10 + (cell.ptr[i] - '0');
    if (i == from) return false;
    *out = minus ? -n : n;
    if (i == cell.len) return true;
    // "10 - Extremely likely", "0 (not at all)", "5: very good"; not "10-20", "3.5", "18-29", "2 dogs"
    size_t j = i;
    while (j < cell.len && cell.ptr[j] == ' ') j++;
    if (j == cell.len || n > 100) return false;
    bool mark = cell.ptr[j] == '-' || cell.ptr[j] == ':' || cell.ptr[j] == '=' || cell.ptr[j] == '(' || cell.ptr[j] == '.' ||
                (j + 2 < cell.len && memcmp(cell.ptr + j, "\xE2\x80\x93", 3) == 0);
    if (!mark || (cell.ptr[j] == '-' && j == i)) return false;
    for (size_t k = j + 1; k < cell.len; k++)
        if (sv_digit(cell.ptr[k])) return false;
    return true;
}

static bool is_number(voc_str cell)
{
    int64_t micro;
    double real;
    return number_read(ev_trim(cell), '.', &micro, &real) || number_read(ev_trim(cell), ',', &micro, &real);
}

// "on a scale of 0-10", "1 = never, 7 = always": two numbers that follow each other and can be the ends of a scale.
static bool scale_said(voc_str text, int *lo, int *hi)
{
    int before = -1;
    for (size_t i = 0; i < text.len;) {
        if (!sv_digit(text.ptr[i])) {
            i++;
            continue;
        }
        size_t from = i;
        int n = 0;
        while (i < text.len && sv_digit(text.ptr[i])) n = n < 1000 ? n * 10 + (text.ptr[i] - '0') : n, i++;
        bool whole = i - from <= 2 && !(i < text.len && (text.ptr[i] == '.' || text.ptr[i] == ',') && i + 1 < text.len && sv_digit(text.ptr[i + 1]));
        if (whole && (before == 0 || before == 1) && (n == 4 || n == 5 || n == 6 || n == 7 || n == 10)) return *lo = before, *hi = n, true;
        before = whole ? n : -1;
    }
    return false;
}

// "Very satisfied" of five: 5. For satisfaction and effort, where tools export words.
bool sv_word_score(voc_str cell, int64_t *out)
{
    static const struct { const char *word; int score; } words[] = {
        {"very satisfied", 5}, {"extremely satisfied", 5}, {"satisfied", 4}, {"somewhat satisfied", 4}, {"neither satisfied nor dissatisfied", 3}, {"neutral", 3}, {"dissatisfied", 2},
        {"somewhat dissatisfied", 2}, {"very dissatisfied", 1}, {"extremely dissatisfied", 1}, {"sehr zufrieden", 5}, {"zufrieden", 4}, {"teils/teils", 3}, {"unzufrieden", 2}, {"sehr unzufrieden", 1},
        {"tr\xC3\xA8s satisfait", 5}, {"satisfait", 4}, {"neutre", 3}, {"insatisfait", 2}, {"tr\xC3\xA8s insatisfait", 1}, {"muy satisfecho", 5}, {"satisfecho", 4}, {"insatisfecho", 2}, {"muy insatisfecho", 1},
        {"very easy", 5}, {"easy", 4}, {"difficult", 2}, {"very difficult", 1},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (sv_ieq(cell, words[i].word)) return *out = words[i].score, true;
    return false;
}

// ---- what was answered ------------------------------------------------------------------------------------------------------

struct seen { // in the samples of one column
    size_t filled, whole, numbers, scored, distinct, bytes, words;
    int64_t lo, hi;
};

static size_t words_in(voc_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) n += s.ptr[i] != ' ' && (i == 0 || s.ptr[i - 1] == ' ');
    return n;
}

// coded: of a number some values are words, such as 99 for "not said".
static struct seen see(const struct events *e, uint32_t c, const struct sv_item *item, const struct sv_item *coded)
{
    enum { FEW = 64 };
    voc_str known[FEW];
    struct seen s = {0};
    for (size_t i = 0; i < e->n_samples; i++) {
        voc_str cell = ev_trim(column_cell(e, i, c));
        int64_t n;
        if (sv_missing(cell) || (coded && sv_label_of(coded, cell))) continue;
        if (sv_whole(cell, &n)) {
            if (s.whole == 0 || n < s.lo) s.lo = n;
            if (s.whole == 0 || n > s.hi) s.hi = n;
            s.whole++;
        }
        s.numbers += is_number(cell);
        const struct sv_label *l = sv_label_of(item, cell);
        s.scored += sv_word_score(l ? l->text : cell, &n);
        s.filled++;
        s.bytes += cell.len;
        s.words += words_in(cell);
        size_t k = 0;
        while (k < s.distinct && k < FEW && !ev_eq(known[k], cell)) k++;
        if (k == s.distinct && k < FEW) known[s.distinct++] = cell;
        else if (k == FEW) s.distinct++; // as good as: many differ
    }
    return s;
}

static bool ends_with(voc_str s, const char *ending)
{
    size_t n = strlen(ending);
    return s.len >= n && sv_ieq((voc_str){s.ptr + s.len - n, n}, ending);
}

// By its name: what is typed behind "Other:", and comments.
static bool named_open(voc_str name, voc_str label)
{
    return ends_with(name, "_text") || ends_with(name, "[other]") || ends_with(name, "_other") || ends_with(name, "comment]") ||
           ends_with(name, "comment") || sv_has(label, "please specify") || sv_ieq(label, "other") || sv_ieq(label, "sonstiges") ||
           sv_ieq(label, "autre");
}

static bool is_open(const struct seen *s)
{
    if (s->filled == 0 || s->numbers * 2 > s->filled || s->scored * 2 > s->filled) return false;
    if (s->filled < 4) return s->words >= s->filled * 4;
    return s->distinct * 2 > s->filled && (s->words >= s->filled * 2 || s->bytes >= s->filled * 12);
}

enum { PARTS_MAX = 64 };

// One of few that are known, or a new one; false: there are more than that.
static bool note(voc_str *known, size_t *n, voc_str text)
{
    size_t k = 0;
    while (k < *n && !ev_eq(known[k], text)) k++;
    if (k == PARTS_MAX) return false;
    if (k == *n) known[(*n)++] = text;
    return true;
}

// Do cells hold several options each? Numbers as Qualtrics writes them (1,3,4), or few texts that come in more combinations
// than there are texts: "yes, very" and "no, not at all" do not.
static bool is_list(const struct survey *s, uint32_t c, char separator)
{
    const struct events *e = &s->table.events;
    voc_str cells[PARTS_MAX], parts[PARTS_MAX], rest, part;
    size_t n_cells = 0, n_parts = 0, several = 0, longest = 0, all = 0, numbers = 0, bytes = 0;
    for (size_t i = 0; i < e->n_samples; i++) {
        size_t n = 0;
        rest = column_cell(e, i, c);
        if (sv_missing(rest)) continue;
        if (!note(cells, &n_cells, ev_trim(rest))) n_cells = PARTS_MAX;
        while (sv_list_next(NULL, separator, &rest, &part)) {
            int64_t number;
            numbers += part.len <= 3 && sv_whole(part, &number) && number >= 0;
            bytes += part.len;
            if (!note(parts, &n_parts, part) || ++n > SV_LIST_MAX) return false;
        }
        several += n > 1;
        longest = n > longest ? n : longest;
        all += n;
    }
    if (several == 0) return false;
    if (separator == ',' && numbers == all) return s->form == SV_QUALTRICS || longest > 2; // else a decimal comma
    return several >= 3 && n_cells > n_parts && all >= n_parts * 3 && bytes <= all * 60;
}

// "1 not at all", "2", ... "5 very": the option of a scale says its own value.
static bool begins_with_code(const struct sv_label *l, int64_t *n)
{
    int64_t code;
    size_t i = 0;
    while (i < l->text.len && sv_digit(l->text.ptr[i])) i++;
    return sv_whole(l->text, n) || (i && sv_whole((voc_str){l->text.ptr, i}, n) && sv_whole(l->code, &code) && code == *n);
}

static uint32_t kind_by_cells(const struct survey *s, uint32_t c, struct sv_column *x, const struct seen *seen, bool small)
{
    const voc_str name = EVENTS(s)->columns[c].name;
    if (x->item && x->item->any && ev_eq(x->item->code, name)) return x->list = ',', SV_SEVERAL;
    if (x->item && x->item->said) return x->item->kind;
    if (x->open && (seen->filled == 0 || seen->numbers < seen->filled)) return SV_OPEN;
    if (named_open(name, x->label) && !small) return SV_OPEN;
    if (is_list(s, c, ',')) return x->list = ',', SV_SEVERAL;
    if (is_list(s, c, ';')) return x->list = ';', SV_SEVERAL;
    if (is_open(seen)) return SV_OPEN;
    return seen->filled && (seen->whole == seen->filled || seen->numbers == seen->filled) ? SV_NUMBER : SV_CHOICE;
}

// The ends of a scale are among the options: "0 - not at all", "1", ... "10 - extremely".
static void scale_of_options(struct sv_column *x)
{
    int64_t lo = INT64_MAX, hi = INT64_MIN, code;
    size_t whole = 0;
    for (size_t i = 0; i < x->item->n_labels; i++) {
        if (!begins_with_code(&x->item->labels[i], &code) || code < 0 || code > 10) continue;
        whole++;
        lo = code < lo ? code : lo;
        hi = code > hi ? code : hi;
    }
    if (whole * 2 >= x->item->n_labels && hi > lo) x->lo = (int)lo, x->hi = (int)hi, x->kind = SV_SCALE;
}

static void kind_of(struct survey *s, uint32_t c)
{
    struct sv_column *x = &s->columns[c];
    struct seen seen = see(EVENTS(s), c, x->item, x->item && x->item->kind == SV_NUMBER ? x->item : NULL);
    bool small = seen.filled && seen.whole * 3 >= seen.filled * 2 && seen.lo >= 0 && seen.hi <= 10; // the others do not know
    x->kind = kind_by_cells(s, c, x, &seen, small);
    if (x->kind == SV_NUMBER || x->kind == SV_SCALE || (x->kind == SV_CHOICE && small)) {
        if (scale_said(x->text, &x->lo, &x->hi) && seen.filled && (seen.lo < x->lo || seen.hi > x->hi)) x->lo = x->hi = 0;
        if (x->hi > x->lo && seen.filled) x->kind = SV_SCALE;
    }
    if (x->item && x->hi <= x->lo && x->item->n_labels > 2) scale_of_options(x);
    if (seen.filled && seen.scored == seen.filled && x->kind == SV_CHOICE && x->hi <= x->lo) // words of five steps
        x->lo = 1, x->hi = 5, x->seen_only = true;
    if (x->item && x->item->nps) x->lo = 0, x->hi = 10;
    if (x->declared && x->role == SV_WORDS) x->kind = SV_OPEN;
    else if (x->declared && x->kind == SV_OPEN) x->kind = SV_CHOICE;
    x->role = x->kind == SV_OPEN ? SV_WORDS : SV_ANSWER;
    if (x->known == SV_NO && (small || seen.filled == 0) && x->role == SV_ANSWER && x->lo == x->hi) {
        x->lo = (int)seen.lo;
        x->hi = (int)seen.hi < (int)seen.lo ? (int)seen.lo : (int)seen.hi;
        x->seen_only = true;
    }
}

// ---- NPS, CSAT, CES ---------------------------------------------------------------------------------------------------------

static const char *const stems[SV_N_KNOWN][24] = {
    [SV_NPS] = {"recommend", "empfehl", "recommand", "recomend", "raccomand", "consigli", "aanbevel", "aanraden", "poleci", "poleca", "rekommender", "anbefal", "doporu", NULL},
    [SV_CSAT] = {"satisf", "zufrieden", "soddisfa", "tevreden", "zadowol", "n\xC3\xB6jd", "tilfreds", "spokojen", "csat", NULL},
    [SV_CES] = {"effort", "easy", "einfach", "aufwand", "facile", "facilit", "f\xC3\xA1" "cil", "esfuerzo", "esfor\xC3\xA7o", "sforzo", "makkelijk", "moeite", "\xC5\x82" "atw", "wysi\xC5\x82", NULL},
};

static bool speaks_of(voc_str text, uint32_t known)
{
    for (size_t i = 0; stems[known][i]; i++)
        if (sv_has(text, stems[known][i])) return true;
    return false;
}

static bool named_so(voc_str folded, uint32_t known)
{
    static const char *const names[SV_N_KNOWN][4] = {{NULL}, {"nps", "npsscore", "netpromoterscore", NULL}, {"csat", "csatscore", "customersatisfactionscore", NULL}, {"ces", "cesscore", "customereffortscore", NULL}};
    for (size_t i = 0; names[known][i]; i++)
        if (ev_is(folded, names[known][i])) return true;
    return false;
}

// May it be that question by its answers? `lo`..`hi` was said by text or structure, else seen.
static bool scale_fits(const struct sv_column *x, uint32_t known, bool named)
{
    if (named && x->seen_only) return true; // of 0 to 10, and be it one answer
    if (x->hi <= x->lo) return false;
    if (known == SV_NPS) return x->lo >= 0 && x->hi <= 10 && (x->seen_only ? x->hi >= 7 && x->lo <= 10 : x->lo == 0 && x->hi == 10);
    return x->lo >= 0 && x->hi <= 10 && x->hi >= 3;
}

const char *sv_known_name(uint32_t known)
{
    static const char *const names[SV_N_KNOWN] = {"", "nps", "csat", "ces"};
    return names[known < SV_N_KNOWN ? known : 0];
}

void sv_take_known(struct sv_column *x, uint32_t known)
{
    x->known = known;
    if (known == SV_NPS) x->lo = 0, x->hi = 10;
    else if (x->seen_only) { // the usual scale that holds what was seen
        x->lo = x->lo == 0 ? 0 : 1;
        x->hi = x->hi <= 5 ? 5 : x->hi <= 7 ? 7 : 10;
    }
    x->seen_only = false;
    x->kind = SV_SCALE;
    x->key = sv_str(sv_known_name(known));
}

// An exact name, else the only column that begins so.
uint32_t sv_column_named(struct survey *s, voc_str name, voc_rc *rc)
{
    struct events *e = EVENTS(s);
    uint32_t c = column_find(e, name), found = NO_COLUMN;
    if (c != NO_COLUMN) return c;
    for (uint32_t i = 0; i < e->n_columns; i++) {
        voc_str n = e->columns[i].name;
        if (n.len < name.len || memcmp(n.ptr, name.ptr, name.len) != 0) continue;
        if (found != NO_COLUMN) return column_unknown(e, name, "", rc);
        found = i;
    }
    return found != NO_COLUMN ? found : column_unknown(e, name, "", rc);
}

static voc_rc find_known(struct survey *s, uint32_t known)
{
    struct events *e = EVENTS(s);
    voc_rc rc = VOC_OK;
    if (ev_is(s->said[known], "-")) return VOC_OK;
    if (s->said[known].len) {
        uint32_t c = sv_column_named(s, s->said[known], &rc);
        if (rc) return rc;
        s->columns[c].role = SV_ANSWER;
        sv_take_known(&s->columns[c], known);
        return VOC_OK;
    }
    for (unsigned pass = 0; pass < 3; pass++) // by the tool or its code; of the whole; of anything
        for (uint32_t c = 0; c < e->n_columns; c++) {
            struct sv_column *x = &s->columns[c];
            bool named = named_so(e->columns[c].folded, known) || (known == SV_NPS && x->item && x->item->nps);
            bool whole = known == SV_NPS || sv_has(x->text, "overall") || sv_has(x->text, "insgesamt") || sv_has(x->text, "en general") || sv_has(x->text, "globalement");
            if (x->role != SV_ANSWER || x->known || x->kind == SV_RANK || x->kind == SV_SEVERAL ||
                !(pass == 0 ? named : speaks_of(x->text, known) && (pass == 2 || whole)) || !scale_fits(x, known, pass == 0))
                continue;
            sv_take_known(x, known);
            return VOC_OK;
        }
    return VOC_OK;
}

// ---- units, keys ------------------------------------------------------------------------------------------------------------

static voc_rc unit_of(struct survey *s, struct sv_column *x)
{
    static const char *const names[] = {"choice", "number", "scale", "several", "rank", "", "date", "time"};
    char made[32];
    voc_str unit = sv_str(names[x->kind <= SV_CLOCK ? x->kind : 0]);
    if (x->kind == SV_SCALE && x->hi > x->lo) unit = (voc_str){made, (size_t)snprintf(made, sizeof made, "%d-%d", x->lo, x->hi)};
    for (size_t i = 0; i < s->n_units; i++)
        if (ev_eq(s->units[i], unit)) return x->unit = s->units[i], VOC_OK;
    if (s->n_units == SV_UNITS_MAX) return x->unit = s->units[0], VOC_OK;
    if (!ev_copy(EVENTS(s), unit, &s->units[s->n_units])) return VOC_E_NOMEM;
    x->unit = s->units[s->n_units++];
    return VOC_OK;
}

// Codes are short; the texts of questions are cut, and told apart again.
static voc_rc key_of(struct survey *s, uint32_t c)
{
    struct events *e = EVENTS(s);
    struct sv_column *x = &s->columns[c];
    char made[200], longer[sizeof made + 32];
    if (!x->known && x->key.len) return x->own = x->key, VOC_OK; // a map said it
    voc_str name = e->columns[c].name, key = ev_clip(name, 100);
    if (key.len < name.len && x->label.len) key = (voc_str){made, (size_t)snprintf(made, sizeof made, "%.*s [%.*s]", EV_STR(name, 50), EV_STR(x->label, 60))};
    for (uint32_t k = SV_NPS; k < SV_N_KNOWN; k++) // these mean what was found, and a map takes them for it
        if (ev_is(key, sv_known_name(k))) key = (voc_str){made, (size_t)snprintf(made, sizeof made, "%s (no score)", sv_known_name(k))};
    bool taken = false;
    for (uint32_t k = 0; k < c; k++) taken = taken || ev_eq(s->columns[k].own, key);
    if (taken) key = (voc_str){longer, (size_t)snprintf(longer, sizeof longer, "%.*s (column %u)", EV_STR(key, 160), c + 1)};
    if (!ev_copy(e, key, &x->own)) return VOC_E_NOMEM;
    if (!x->known) x->key = x->own;
    return VOC_OK;
}

voc_rc sv_questions(struct survey *s)
{
    struct events *e = EVENTS(s);
    voc_rc rc = VOC_OK;
    for (uint32_t c = 0; c < e->n_columns; c++)
        if (s->columns[c].role == SV_ANSWER || s->columns[c].role == SV_WORDS) kind_of(s, c);
    for (uint32_t k = SV_NPS; k < SV_N_KNOWN && !rc; k++) rc = find_known(s, k);
    for (uint32_t c = 0; c < e->n_columns && !rc; c++) {
        struct sv_column *x = &s->columns[c];
        if (x->role != SV_ANSWER && x->role != SV_WORDS && x->role != SV_EXTRA) continue;
        if (x->seen_only) x->lo = x->hi = 0; // no scale that could be relied upon
        if (x->role == SV_ANSWER) rc = unit_of(s, x);
        if (!rc) rc = key_of(s, c);
        s->n_answers += x->role == SV_ANSWER;
        s->n_open += x->role == SV_WORDS;
    }
    return rc;
}
