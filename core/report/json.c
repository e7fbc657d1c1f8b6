// SPDX-License-Identifier: MIT
// json: one document with schema version, inputs with hashes, definitions with versions, warnings, and all tables. jsonl:
// one object a row, its table named in it. Numbers keep full precision; NA is null; infinities are strings.
#include <math.h>

#include "report/render.h"

static void json_cell(struct buf *b, const voc_cell *c)
{
    bool real = c->type == VOC_CELL_REAL || c->type == VOC_CELL_SHARE || c->type == VOC_CELL_RANGE;
    if (c->type == VOC_CELL_NA) {
        buf_cstr(b, "null");
    } else if (c->type == VOC_CELL_TEXT) {
        buf_json(b, c->s);
    } else if (c->type == VOC_CELL_TIME || (real && isinf(c->r))) {
        buf_byte(b, '"');
        render_value(b, c);
        buf_byte(b, '"');
    } else {
        render_value(b, c);
    }
}

static void json_range(struct buf *b, const voc_cell *c)
{
    const double part[] = {c->r, c->lo, c->hi};
    const char *const names[] = {"value", "lo", "hi"};
    buf_byte(b, '{');
    for (int i = 0; i < 3; i++) {
        voc_cell one = {.type = isnan(part[i]) ? VOC_CELL_NA : VOC_CELL_REAL, .r = part[i]};
        buf_printf(b, "%s\"%s\":", i ? "," : "", names[i]);
        json_cell(b, &one);
    }
    buf_byte(b, '}');
}

static void json_pair(struct buf *b, const char *sep, const char *key, voc_str value)
{
    buf_printf(b, "%s\"%s\":", sep, key);
    buf_json(b, value);
}

// Group of a row: the last whose first row is not behind it.
static const voc_group *group_of(const voc_table *t, size_t row)
{
    const voc_group *g = NULL;
    for (size_t i = 0; i < t->n_groups && t->groups[i].row <= row; i++) g = &t->groups[i];
    return g;
}

static void json_row(struct buf *b, const voc_table *t, size_t r, bool with_table)
{
    const voc_group *g = group_of(t, r);
    bool any = with_table;
    buf_byte(b, '{');
    if (with_table) json_pair(b, "", "table", t->name);
    if (g) {
        json_pair(b, any ? "," : "", "group", g->title);
        any = true;
    }
    for (size_t k = 0; k < t->n_columns; k++) {
        const voc_cell *c = &t->cells[r * t->n_columns + k];
        if (any || k) buf_byte(b, ',');
        buf_json(b, t->columns[k].name);
        buf_byte(b, ':');
        if (c->type == VOC_CELL_RANGE)
            json_range(b, c);
        else
            json_cell(b, c);
    }
    buf_byte(b, '}');
}

static void json_columns(struct buf *b, const voc_table *t)
{
    static const char *const types[] = {"", "text", "integer", "number", "time", "seconds", "money", "share", "boolean", "range"};
    buf_cstr(b, "\"columns\":[");
    for (size_t k = 0; k < t->n_columns; k++) {
        const voc_column *c = &t->columns[k];
        json_pair(b, k ? ",{" : "{", "name", c->name);
        json_pair(b, ",", "title", c->title);
        json_pair(b, ",", "type", str_of(types[c->type]));
        if (c->unit.len) json_pair(b, ",", "unit", c->unit);
        if (c->help.len) json_pair(b, ",", "help", c->help);
        buf_byte(b, '}');
    }
    buf_byte(b, ']');
}

static void json_notes(struct buf *b, const voc_table *t)
{
    static const char *const kinds[] = {"", "lead", "after", "assumed", "warning", "next"};
    buf_cstr(b, "\"notes\":[");
    for (size_t i = 0; i < t->n_notes; i++) {
        json_pair(b, i ? ",{" : "{", "kind", str_of(kinds[t->notes[i].kind]));
        json_pair(b, ",", "text", t->notes[i].text);
        buf_byte(b, '}');
    }
    buf_byte(b, ']');
}

static void json_meta(struct buf *b, const voc_meta *m)
{
    buf_printf(b, "{\"schema_version\":%d,\"meta\":{", REPORT_SCHEMA_VERSION);
    json_pair(b, "", "program", m->program);
    json_pair(b, ",", "version", m->version);
    json_pair(b, ",", "command", m->command);
    buf_cstr(b, ",\"inputs\":[");
    for (size_t i = 0; i < m->n_inputs; i++) {
        json_pair(b, i ? ",{" : "{", "source", m->inputs[i].source);
        json_pair(b, ",", "hash", m->inputs[i].hash);
        if (m->inputs[i].file_name.len) json_pair(b, ",", "file", m->inputs[i].file_name);
        buf_printf(b, ",\"bytes\":%llu,\"rows\":%llu", (unsigned long long)m->inputs[i].bytes, (unsigned long long)m->inputs[i].rows);
        if (m->inputs[i].records)
            buf_printf(b, ",\"records\":%llu,\"gave\":%llu,\"rejected\":%llu,\"ignored\":%llu", (unsigned long long)m->inputs[i].records, (unsigned long long)m->inputs[i].gave,
                       (unsigned long long)m->inputs[i].rejected, (unsigned long long)m->inputs[i].ignored);
        buf_byte(b, '}');
    }
    buf_cstr(b, "],\"definitions\":[");
    for (size_t i = 0; i < m->n_definitions; i++) {
        json_pair(b, i ? ",{" : "{", "id", m->definitions[i].id);
        json_pair(b, ",", "version", m->definitions[i].version);
        json_pair(b, ",", "hash", m->definitions[i].hash);
        buf_byte(b, '}');
    }
    buf_cstr(b, "],\"assumptions\":[");
    for (size_t i = 0; i < m->n_assumptions; i++) {
        if (i) buf_byte(b, ',');
        buf_json(b, m->assumptions[i]);
    }
    buf_cstr(b, "],\"warnings\":[");
    for (size_t i = 0; i < m->n_warnings; i++) {
        if (i) buf_byte(b, ',');
        buf_json(b, m->warnings[i]);
    }
    buf_cstr(b, "]},\n\"tables\":[");
}

// Which pictures the table can be drawn as.
static void json_figures(struct buf *b, const voc_table *t)
{
    static const char *const kinds[] = {"", "map", "funnel", "curves", "heat", "grid"};
    static const char *const parts[] = {"", "from", "to", "count", "time", "always", "label", "share", "x", "y", "lo", "hi", "series", "row", "column", "value", "text", "grade"};
    if (t->n_figures == 0) return;
    buf_cstr(b, ",\n\"figures\":[");
    for (size_t i = 0; i < t->n_figures; i++) {
        const voc_figure *f = &t->figures[i];
        json_pair(b, i ? ",{" : "{", "kind", str_of(kinds[f->kind]));
        json_pair(b, ",", "title", f->title);
        json_pair(b, ",", "description", f->description);
        buf_cstr(b, ",\"columns\":{");
        for (size_t k = 0, n = 0; k < f->n_parts; k++)
            if (f->parts[k].part && f->parts[k].part < sizeof parts / sizeof *parts)
                json_pair(b, n++ ? "," : "", parts[f->parts[k].part], f->parts[k].column);
        buf_cstr(b, "}}");
    }
    buf_byte(b, ']');
}

static voc_rc spill(struct out *o, struct buf *b)
{
    voc_rc rc = b->rc ? b->rc : out_write(o, b->ptr, b->len);
    buf_clear(b);
    return rc;
}

voc_rc render_json(struct out *o, const voc_meta *meta, const voc_table *tables, size_t n, const struct render_options *ro)
{
    struct buf b;
    (void)ro;
    buf_init(&b, (size_t)1 << 26);
    json_meta(&b, meta);
    voc_rc rc = spill(o, &b);
    for (size_t i = 0; i < n && !rc; i++) {
        const voc_table *t = &tables[i];
        json_pair(&b, i ? ",\n{" : "\n{", "name", t->name);
        json_pair(&b, ",", "title", t->title);
        json_pair(&b, ",", "semantics", t->semantics);
        if (t->currency.len) json_pair(&b, ",", "currency", t->currency);
        buf_cstr(&b, ",\n");
        json_columns(&b, t);
        buf_cstr(&b, ",\n\"rows\":[");
        for (size_t r = 0; r < t->n_rows && !rc; r++) {
            buf_cstr(&b, r ? ",\n" : "\n");
            json_row(&b, t, r, false);
            rc = spill(o, &b);
        }
        buf_cstr(&b, "],\n");
        json_notes(&b, t);
        json_figures(&b, t);
        buf_byte(&b, '}');
        if (!rc) rc = spill(o, &b);
    }
    buf_cstr(&b, "]}\n");
    if (!rc) rc = spill(o, &b);
    buf_done(&b);
    return rc;
}

voc_rc render_jsonl(struct out *o, const voc_meta *meta, const voc_table *tables, size_t n, const struct render_options *ro)
{
    struct buf b;
    voc_rc rc = VOC_OK;
    (void)ro, (void)meta;
    buf_init(&b, (size_t)1 << 26);
    for (size_t i = 0; i < n; i++)
        for (size_t r = 0; r < tables[i].n_rows && !rc; r++) {
            json_row(&b, &tables[i], r, true);
            buf_byte(&b, '\n');
            rc = spill(o, &b);
        }
    buf_done(&b);
    return rc;
}
