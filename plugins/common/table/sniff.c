// SPDX-License-Identifier: MIT
// Which separator and quote does a text use, and how many records stand before its header? The separator is the one by which
// its records are all as wide as the header; among several, the one that finds more columns. Called for probing and before
// the host cuts records; changes nothing.
#include "plugins/common/table/table.h"

#define RECORDS_LOOKED_AT 2000u
#define HEAD_RECORDS 64u // the header is one of these

struct seen { // one of the first records
    uint32_t filled; // fields with something in them
    uint32_t names;  // of these, such as could name a column
    uint32_t last;   // place of the last filled field, from 1
    bool preset;     // "sep=;", a spreadsheet's own line
};

struct look { // the text's records, by one rule
    uint32_t width[RECORDS_LOOKED_AT]; // fields; 0: its quotes are wrong
    uint32_t kept[RECORDS_LOOKED_AT];  // without the empty ones at its end (spreadsheets leave them)
    struct seen head[HEAD_RECORDS];
    size_t n;
    voc_str cells[COLUMNS_MAX];
};

// A quote opens a field of the record.
static bool opens_quote(const struct csv_rule *rule, voc_str record)
{
    const char *p = record.ptr, *end = p + record.len;
    while (rule->quote && p < end && (p = memchr(p, rule->quote, (size_t)(end - p))) != NULL) {
        if (p == record.ptr || p[-1] == rule->separator) return true;
        p++;
    }
    return false;
}

// A name begins with no digit: it is neither a number nor a date.
static bool could_be_name(voc_str cell)
{
    cell = ev_trim(cell);
    if (cell.len && (cell.ptr[0] == '-' || cell.ptr[0] == '+')) cell.ptr++, cell.len--;
    return cell.len && (cell.ptr[0] < '0' || cell.ptr[0] > '9');
}

static void see_cells(struct look *l, const voc_str *cells, size_t n)
{
    struct seen *s = &l->head[l->n];
    *s = (struct seen){0};
    for (size_t c = 0; c < n && c < COLUMNS_MAX; c++) {
        if (ev_trim(cells[c]).len == 0) continue;
        s->filled++;
        s->names += could_be_name(cells[c]);
        s->last = (uint32_t)c + 1;
    }
    s->preset = n && cells[0].len >= 4 && memcmp(cells[0].ptr, "sep=", 4) == 0;
}

static bool is_regular(const struct look *l, size_t i, size_t width) { return l->width[i] == width || (l->width[i] > width && l->kept[i] <= width); }

static size_t regular_from(const struct look *l, size_t from)
{
    size_t n = 0;
    for (size_t i = from; i < l->n; i++) n += l->width[i] && is_regular(l, i, l->width[from]);
    return n;
}

// Cells at the left only: "Report of 3 March,,,," or "Filter:,all,,,".
static bool is_padded(const struct look *l, size_t i)
{
    const struct seen *s = &l->head[i];
    return s->filled == 0 ? l->width[i] > 1 : s->last <= 2 && l->width[i] > 2;
}

static size_t widest_behind(const struct look *l, size_t h)
{
    size_t most = 0;
    for (size_t i = h + 1; i < l->n; i++)
        if (l->kept[i] <= l->width[h] && l->kept[i] > most) most = l->kept[i];
    return most;
}

// How many records stand before the header: none, unless the first one does not fit what follows, or is padded. The header
// is then the first record as wide as those behind it, of names in (nearly) every field, with more filled fields than any
// record before it.
static size_t head_of(const struct look *l)
{
    size_t n = l->n < HEAD_RECORDS ? l->n : HEAD_RECORDS, most = 0;
    if (n < 3 || (!l->head[0].preset && !is_padded(l, 0) && regular_from(l, 0) * 5 >= l->n * 4)) return 0;
    for (size_t h = 0; h + 1 < n; h++) {
        const struct seen *s = &l->head[h];
        bool names = l->width[h] > 1 && s->filled > 1 && s->names == s->filled && s->filled * 4 >= widest_behind(l, h) * 3;
        if (h && names && s->filled > most && regular_from(l, h) * 5 >= (l->n - h) * 4) return h;
        if (s->filled > most) most = s->filled;
    }
    return 0;
}

static void look(const struct csv_rule *rule, voc_str text, bool complete, int skip, char *scratch, struct look *l, struct sniffed_csv *out)
{
    *out = (struct sniffed_csv){.rule = *rule};
    l->n = 0;
    for (size_t at = 0; at < text.len && l->n < RECORDS_LOOKED_AT;) {
        voc_str record;
        enum csv_fault fault;
        char *to = scratch;
        at = csv_next(rule, text, at, &record);
        if (record.len == 0) continue;
        if (at == text.len && !complete && l->n) break; // it may go on
        size_t n = csv_split(rule, record, l->cells, COLUMNS_MAX, &to, &fault), kept = n;
        if (l->n < HEAD_RECORDS) see_cells(l, l->cells, fault ? 0 : n);
        for (size_t end = record.len; kept && end && record.ptr[end - 1] == rule->separator; end--) kept--;
        l->width[l->n] = fault ? 0 : (uint32_t)n;
        l->kept[l->n++] = (uint32_t)kept;
        if (fault) out->n_faults++;
        else if (opens_quote(rule, record)) out->n_quoted++;
    }
    if (l->n == 0) return;
    size_t from = skip < 0 ? head_of(l) : (size_t)skip < l->n ? (size_t)skip : l->n - 1;
    out->n_skip = skip < 0 ? (uint32_t)from : (uint32_t)skip;
    out->n_columns = l->width[from];
    out->n_records = l->n - from;
    out->n_regular = regular_from(l, from);
}

// Share of regular records in coarse steps, so that one broken line decides nothing.
static unsigned grade(const struct sniffed_csv *s)
{
    if (s->n_columns < 2 || s->n_regular == 0) return 0;
    double share = (double)s->n_regular / (double)s->n_records;
    return share >= 0.99 ? 4 : share >= 0.95 ? 3 : share >= 0.8 ? 2 : 1;
}

static bool is_better(const struct sniffed_csv *a, const struct sniffed_csv *b)
{
    unsigned x = grade(a), y = grade(b);
    return x != y ? x > y : a->n_columns > b->n_columns;
}

voc_rc csv_sniff(struct events *e, voc_str text, bool complete, char separator, int quote, int skip, struct sniffed_csv *out)
{
    static const char separators[] = {',', ';', '\t', '|'};
    if (text.len >= 3 && memcmp(text.ptr, "\xEF\xBB\xBF", 3) == 0) text.ptr += 3, text.len -= 3;
    char *scratch = e->host->alloc(e->cx, text.len + 1);
    struct look *l = e->host->alloc(e->cx, sizeof *l);
    if (!scratch || !l) {
        e->host->free(e->cx, scratch);
        e->host->free(e->cx, l);
        return VOC_E_NOMEM;
    }
    struct csv_rule rule = {.newline = csv_newline(text)};
    for (size_t s = 0; s < sizeof separators; s++) {
        struct sniffed_csv with, without;
        rule.separator = separator ? separator : separators[s];
        rule.quote = quote >= 0 ? (char)quote : '"';
        look(&rule, text, complete, skip, scratch, l, &with);
        if (quote < 0 && with.n_faults > with.n_quoted) { // what opens is not what closes
            rule.quote = 0;
            look(&rule, text, complete, skip, scratch, l, &without);
            if (grade(&without) >= grade(&with)) with = without;
        }
        if (s == 0 || is_better(&with, out)) *out = with;
        if (separator) break;
    }
    e->host->free(e->cx, scratch);
    e->host->free(e->cx, l);
    return VOC_OK;
}
