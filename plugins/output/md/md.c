// SPDX-License-Identifier: MIT
// Output plugin md: tables as GitHub-flavoured Markdown, groups as rows in bold, notes as paragraphs and lists. Data can
// neither open a tag nor a link nor break a row: every text is escaped.
#include <string.h>

#include <voc/plugin.h>

#include "plugins/common/format.h"

struct md {
    const voc_host *host;
    voc_context *cx;
    voc_writer *out;
    size_t tables;
    voc_rc rc; // sticks
};

static void put(struct md *m, const char *s, size_t n)
{
    if (!m->rc && n) m->rc = m->host->write(m->out, s, n);
}

static void puts_(struct md *m, const char *s) { put(m, s, strlen(s)); }

// Characters that mean something in Markdown or HTML get a backslash or an entity; line ends become blanks.
static void text(struct md *m, voc_str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i], escaped[3] = {'\\', c, 0};
        const char *to = NULL;
        if (c == '<') to = "&lt;";
        else if (c == '>') to = "&gt;";
        else if (c == '&') to = "&amp;";
        else if (c == '\n' || c == '\r' || c == '\t') to = " ";
        else if ((unsigned char)c < 32 || c == 127) to = "";
        else if (c == ':' && i + 2 < s.len && s.ptr[i + 1] == '/' && s.ptr[i + 2] == '/') to = "&#58;"; // else it becomes a link
        else if (c == '@') to = "&#64;";
        else if (c == '.' && i >= 3 && memcmp(s.ptr + i - 3, "www", 3) == 0) to = "&#46;";
        else if (strchr("\\`*_[]|#~", c)) to = escaped;
        if (!to) continue;
        put(m, s.ptr + from, i - from);
        puts_(m, to);
        from = i + 1;
    }
    put(m, s.ptr + from, s.len - from);
}

static void number(struct md *m, double r, unsigned digits, int sign)
{
    char s[FORMAT_MAX];
    format_number(s, sizeof s, r, digits, sign != 0);
    puts_(m, s);
}

static void cell(struct md *m, const voc_cell *c, int sign)
{
    char s[FORMAT_MAX];
    switch (c->type) {
    case VOC_CELL_TEXT: text(m, c->s); break;
    case VOC_CELL_INT:
        format_integer(s, sizeof s, c->i, sign != 0);
        puts_(m, s);
        break;
    case VOC_CELL_REAL: number(m, c->r, c->digits, sign); break;
    case VOC_CELL_TIME:
        format_time(s, sizeof s, c->i);
        puts_(m, s);
        break;
    case VOC_CELL_DURATION:
        format_duration(s, sizeof s, c->i);
        puts_(m, s);
        break;
    case VOC_CELL_MONEY: number(m, (double)c->i / 1e6, c->digits, sign); break;
    case VOC_CELL_SHARE:
        number(m, c->r * 100, c->digits, sign);
        puts_(m, "%");
        break;
    case VOC_CELL_BOOL: puts_(m, c->i ? "yes" : "no"); break;
    case VOC_CELL_RANGE:
        number(m, c->r, c->digits, sign);
        puts_(m, " (");
        number(m, c->lo, c->digits, sign);
        puts_(m, " to ");
        number(m, c->hi, c->digits, sign);
        puts_(m, ")");
        break;
    default: puts_(m, "-"); break;
    }
}

static const voc_column *column_at(const voc_table *t, size_t k)
{
    return (const voc_column *)(const void *)((const char *)t->columns + k * t->column_size);
}
static const voc_cell *cell_at(const voc_table *t, size_t i) { return (const voc_cell *)(const void *)((const char *)t->cells + i * t->cell_size); }
static const voc_group *group_at(const voc_table *t, size_t i)
{
    return (const voc_group *)(const void *)((const char *)t->groups + i * t->group_size);
}
static const voc_note *note_at(const voc_table *t, size_t i) { return (const voc_note *)(const void *)((const char *)t->notes + i * t->note_size); }

static void notes(struct md *m, const voc_table *t, uint32_t kind, const char *lead)
{
    for (size_t i = 0; i < t->n_notes; i++) {
        if (note_at(t, i)->kind != kind) continue;
        puts_(m, lead);
        text(m, note_at(t, i)->text);
        puts_(m, "\n\n");
    }
}

static void group_row(struct md *m, const voc_table *t, const voc_group *g)
{
    puts_(m, "| **");
    text(m, g->title);
    puts_(m, "**");
    if (g->subtitle.len) {
        puts_(m, " ");
        text(m, g->subtitle);
    }
    for (size_t k = 1; k < t->n_columns; k++) puts_(m, " |");
    puts_(m, " |\n");
}

static void rows(struct md *m, const voc_table *t)
{
    size_t g = 0;
    for (size_t k = 0; k < t->n_columns; k++) {
        puts_(m, "| ");
        text(m, column_at(t, k)->title);
        puts_(m, " ");
    }
    puts_(m, "|\n");
    for (size_t k = 0; k < t->n_columns; k++) {
        const voc_column *c = column_at(t, k);
        puts_(m, (c->type == VOC_CELL_TEXT && !(c->flags & VOC_COLUMN_RIGHT)) || (c->flags & VOC_COLUMN_LEFT) ? "| --- " : "| ---: ");
    }
    puts_(m, "|\n");
    for (size_t r = 0; r < t->n_rows; r++) {
        while (g < t->n_groups && group_at(t, g)->row <= r) group_row(m, t, group_at(t, g++));
        for (size_t k = 0; k < t->n_columns; k++) {
            puts_(m, "| ");
            cell(m, cell_at(t, r * t->n_columns + k), (column_at(t, k)->flags & VOC_COLUMN_SIGNED) != 0);
            puts_(m, " ");
        }
        puts_(m, "|\n");
    }
    puts_(m, "\n");
}

static voc_rc md_begin(const voc_host *host, voc_context *cx, voc_writer *w, const voc_meta *meta, const voc_value *options, void **instance)
{
    struct md *m = host->alloc(cx, sizeof *m);
    (void)options, (void)meta;
    if (!m) return VOC_E_NOMEM;
    memset(m, 0, sizeof *m);
    m->host = host;
    m->cx = cx;
    m->out = w;
    *instance = m;
    return VOC_OK;
}

static voc_rc md_table(void *instance, const voc_table *t)
{
    struct md *m = instance;
    if (t->title.len) {
        puts_(m, "## ");
        text(m, t->title);
        puts_(m, "\n\n");
    }
    notes(m, t, VOC_NOTE_LEAD, "");
    if (t->n_columns && t->n_rows) rows(m, t);
    notes(m, t, VOC_NOTE_AFTER, "");
    notes(m, t, VOC_NOTE_WARNING, "**Note:** ");
    notes(m, t, VOC_NOTE_ASSUMED, "Assumed: ");
    if (t->semantics.len) {
        text(m, t->semantics);
        puts_(m, "\n\n");
    }
    notes(m, t, VOC_NOTE_NEXT, "Next: ");
    m->tables++;
    return m->rc;
}

static voc_rc md_end(void *instance) { return ((struct md *)instance)->rc; }

static void md_close(void *instance)
{
    struct md *m = instance;
    m->host->free(m->cx, m);
}

static const voc_output_ops ops = {
    .struct_size = sizeof ops, .format = "md", .extension = "md", .mime = "text/markdown", .begin = md_begin, .table = md_table, .end = md_end, .close = md_close};

static const voc_plugin plugin = {.struct_size = sizeof plugin,
                                  .abi_major = VOC_ABI_MAJOR,
                                  .abi_minor = VOC_ABI_MINOR,
                                  .kind = VOC_KIND_OUTPUT,
                                  .option_size = sizeof(voc_option),
                                  .name = "md",
                                  .version = "0.1.0",
                                  .summary = "tables as Markdown",
                                  .licence = "MIT",
                                  .author = "the Vocstream authors",
                                  .extensions = "md",
                                  .ops = &ops};

VOC_PLUGIN("output", "md", "0.1.0", "MIT", plugin)
