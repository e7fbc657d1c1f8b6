// SPDX-License-Identifier: MIT
// Which separator and quote does a text use? The one by which its first records are all as wide as its header; among
// several, the one that finds more columns. Called for probing and before the host cuts records; changes nothing.
#include "plugins/input/events/events.h"

#define RECORDS_LOOKED_AT 2000u

// Behind a header of `width` columns, empty fields at a record's end are no columns (spreadsheets leave them).
static bool is_regular(const struct csv_rule *rule, voc_str record, size_t width, size_t n)
{
    while (n > width && record.len && record.ptr[record.len - 1] == rule->separator) {
        record.len--;
        n--;
    }
    return n == width;
}

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

static void look(const struct csv_rule *rule, voc_str text, bool complete, char *scratch, struct sniffed_csv *out)
{
    *out = (struct sniffed_csv){.rule = *rule};
    for (size_t at = 0; at < text.len && out->n_records < RECORDS_LOOKED_AT;) {
        voc_str record;
        enum csv_fault fault;
        char *to = scratch;
        at = csv_next(rule, text, at, &record);
        if (record.len == 0) continue;
        if (at == text.len && !complete && out->n_records) break; // it may go on
        size_t n = csv_split(rule, record, NULL, 0, &to, &fault);
        if (out->n_records++ == 0) out->n_columns = n;
        if (!fault && is_regular(rule, record, out->n_columns, n)) out->n_regular++;
        if (fault) out->n_faults++;
        else if (opens_quote(rule, record)) out->n_quoted++;
    }
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

voc_rc csv_sniff(struct events *e, voc_str text, bool complete, char separator, int quote, struct sniffed_csv *out)
{
    static const char separators[] = {',', ';', '\t', '|'};
    if (text.len >= 3 && memcmp(text.ptr, "\xEF\xBB\xBF", 3) == 0) text.ptr += 3, text.len -= 3;
    char *scratch = e->host->alloc(e->cx, text.len + 1);
    if (!scratch) return VOC_E_NOMEM;
    struct csv_rule rule = {.newline = csv_newline(text)};
    for (size_t s = 0; s < sizeof separators; s++) {
        struct sniffed_csv with, without;
        rule.separator = separator ? separator : separators[s];
        rule.quote = quote >= 0 ? (char)quote : '"';
        look(&rule, text, complete, scratch, &with);
        if (quote < 0 && with.n_faults > with.n_quoted) { // what opens is not what closes
            rule.quote = 0;
            look(&rule, text, complete, scratch, &without);
            if (grade(&without) >= grade(&with)) with = without;
        }
        if (s == 0 || is_better(&with, out)) *out = with;
        if (separator) break;
    }
    e->host->free(e->cx, scratch);
    return VOC_OK;
}
