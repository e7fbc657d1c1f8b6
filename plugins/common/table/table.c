// SPDX-License-Identifier: MIT
// An instance that reads a table: its options, how the host cuts it, and a look at the beginning of a file that may be one.
// For every input plugin of delimited text; safe in threads as plan.h says.
#include "plugins/common/table/table.h"

#include <stdio.h>

#include "plugins/common/table/options.h"

#define FIRST_MAX ((size_t)1 << 20)

static const voc_option says[] = {TABLE_OPTIONS};

// One character by itself or by name; false: neither.
static bool character(voc_str s, const char *const *names, const char *values, char *out)
{
    for (size_t i = 0; names[i]; i++)
        if (ev_is(s, names[i])) return *out = values[i], true;
    if (s.len != 1 || s.ptr[0] == '\n' || s.ptr[0] == '\r' || (s.ptr[0] & 0x80)) return false;
    *out = s.ptr[0];
    return true;
}

// A number up to 100, auto (-1), or none (0).
static voc_rc read_rows(struct events *e, const voc_value *v, unsigned option, int *out)
{
    voc_str s = v[option].s;
    int n = 0;
    *out = -1;
    if (ev_is(s, "auto")) return VOC_OK;
    for (size_t i = 0; i < s.len && n >= 0; i++) n = s.ptr[i] >= '0' && s.ptr[i] <= '9' && n <= 100 ? n * 10 + (s.ptr[i] - '0') : -1;
    if (ev_is(s, "none")) n = 0;
    if (s.len == 0 || n < 0 || n > 100)
        return ev_error(e, VOC_E_OPTION, "010", says[option].help, "-O %s=%.*s is neither a number from 0 to 100, nor none, nor auto", says[option].name, EV_STR(s, 40));
    *out = n;
    return VOC_OK;
}

voc_rc delimited_options(struct events *e, const voc_value *v)
{
    static const char *const separators[] = {"comma", "semicolon", "tab", "pipe", "blank", "\\t", NULL}, *const quotes[] = {"none", "double", "single", NULL};
    struct table *t = TABLE(e);
    char quote = 0;
    voc_rc rc = read_rows(e, v, OPT_SKIP, &t->skip_said);
    if (!rc) rc = read_rows(e, v, OPT_HEADER, &t->rows_said);
    if (rc) return rc;
    if (t->rows_said == 0 && t->skip_said < 0) t->skip_said = 0; // without names nothing tells where the data begins
    if (v[OPT_SEPARATOR].set && !character(v[OPT_SEPARATOR].s, separators, ",;\t| \t", &t->rule.separator))
        return ev_error(e, VOC_E_OPTION, "010", says[OPT_SEPARATOR].help, "\"%.*s\" is no separator", EV_STR(v[OPT_SEPARATOR].s, 40));
    if (v[OPT_QUOTE].set && !character(v[OPT_QUOTE].s, quotes, "\0\"'", &quote))
        return ev_error(e, VOC_E_OPTION, "010", says[OPT_QUOTE].help, "\"%.*s\" is no quote", EV_STR(v[OPT_QUOTE].s, 40));
    t->quote_said = v[OPT_QUOTE].set ? (unsigned char)quote : -1;
    return VOC_OK;
}

voc_rc delimited_new(struct events **out, size_t size, const struct cell_reader *reader, const voc_host *host, voc_context *cx)
{
    voc_rc rc = plan_new(out, size, reader, host, cx);
    if (!rc) TABLE(*out)->quote_said = TABLE(*out)->skip_said = TABLE(*out)->rows_said = -1;
    return rc;
}

voc_rc delimited_open(struct events *e, const voc_source *source, const voc_value *values)
{
    voc_rc rc = delimited_options(e, values);
    return rc ? rc : plan_open(e, source, values + OPT_SHARED);
}

voc_rc delimited_cut(struct events *e, voc_str first, voc_line_rule *out)
{
    struct sniffed_csv found;
    bool complete = first.len < FIRST_MAX; // the host gives no more than that
    voc_rc rc = csv_sniff(e, first, complete, TABLE(e)->rule.separator, TABLE(e)->quote_said, TABLE(e)->skip_said, &found);
    if (rc) return rc;
    delimited_rule(e, &found.rule);
    rc = header_find(e, first, complete, &found);
    if (rc) return rc;
    out->separator = (unsigned char)found.rule.separator;
    out->quote = (unsigned char)found.rule.quote;
    out->n_head = e->n_head;
    return VOC_OK;
}

// ---- probing ------------------------------------------------------------------------------------------------------------------------

static bool is_binary_or_markup(voc_str head)
{
    size_t i = head.len >= 3 && memcmp(head.ptr, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    if (memchr(head.ptr, 0, head.len)) return true;
    while (i < head.len && (head.ptr[i] == ' ' || head.ptr[i] == '\t' || head.ptr[i] == '\r' || head.ptr[i] == '\n')) i++;
    return i == head.len || head.ptr[i] == '<' || head.ptr[i] == '{' || head.ptr[i] == '[';
}

// The head as a block, as the host would cut it.
static voc_rc cut_head(struct events *e, const voc_probe *p, voc_block *b)
{
    voc_str text = p->head;
    size_t n = 0, max = e->n_head + SAMPLES_MAX;
    size_t *start = ev_alloc(e, max * sizeof *start), *end = ev_alloc(e, max * sizeof *end);
    if (!start || !end) return VOC_E_NOMEM;
    if (text.len >= 3 && memcmp(text.ptr, "\xEF\xBB\xBF", 3) == 0) text.ptr += 3, text.len -= 3;
    for (size_t at = 0; at < text.len && n < max;) {
        voc_str record;
        at = csv_next(&TABLE(e)->rule, text, at, &record);
        if (record.len == 0 || (at == text.len && !p->complete && n)) continue;
        start[n] = (size_t)(record.ptr - text.ptr);
        end[n] = start[n] + record.len;
        n++;
    }
    *b = (voc_block){.struct_size = sizeof *b, .bytes = text.ptr, .n_bytes = text.len, .start = start, .end = end, .n_records = n};
    return VOC_OK;
}

static bool no_table(voc_probe_result *r, int confidence, const char *why)
{
    r->confidence = confidence;
    snprintf(r->reason, sizeof r->reason, "%s", why);
    return false;
}

bool delimited_probe(struct events *e, const voc_probe *p, voc_block *head, voc_probe_result *r)
{
    struct sniffed_csv found;
    (void)no_table(r, 0, "not delimited text");
    if (p->head.len == 0 || is_binary_or_markup(p->head)) return false;
    if (csv_sniff(e, p->head, p->complete != 0, 0, -1, -1, &found) != VOC_OK) return false;
    if (p->head.ptr[0] == '#' && found.n_skip == 0) return false; // a log of another kind
    if (found.n_columns < 2) return no_table(r, 5, "no separator makes columns of it");
    if (found.n_regular * 2 < found.n_records) return no_table(r, 10, "its records are not equally wide");
    delimited_rule(e, &found.rule);
    return header_find(e, p->head, p->complete != 0, &found) == VOC_OK && cut_head(e, p, head) == VOC_OK;
}
