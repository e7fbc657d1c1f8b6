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
    if (x != y) return x > y;
    if (a->rule.separator == b->rule.separator) return a->n_regular > b->n_regular; // no quotes only where they do harm
    return a->n_columns > b->n_columns;
}

voc_rc csv_sniff(struct events *e, voc_str text, bool complete, char separator, int quote, struct sniffed_csv *out)
{
    static const char separators[] = {',', ';', '\t', '|'}, quotes[] = {'"', 0};
    if (text.len >= 3 && memcmp(text.ptr, "\xEF\xBB\xBF", 3) == 0) text.ptr += 3, text.len -= 3;
    char *scratch = e->host->alloc(e->cx, text.len + 1);
    if (!scratch) return VOC_E_NOMEM;
    struct csv_rule rule = {.newline = csv_newline(text)};
    bool first = true;
    for (size_t s = 0; s < sizeof separators; s++) {
        for (size_t q = 0; q < sizeof quotes; q++) {
            struct sniffed_csv found;
            rule.separator = separator ? separator : separators[s];
            rule.quote = quote >= 0 ? (char)quote : quotes[q];
            look(&rule, text, complete, scratch, &found);
            if (first || is_better(&found, out)) *out = found;
            first = false;
            if (quote >= 0) break;
        }
        if (separator) break;
    }
    e->host->free(e->cx, scratch);
    return VOC_OK;
}
