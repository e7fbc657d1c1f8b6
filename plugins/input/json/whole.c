// SPDX-License-Identifier: MIT
// A record as a whole: its members, their texts, times and amounts, and the rows that a shape makes of it. Rows are given one by
// one. Runs in parallel on one instance: all it writes is its own.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugins/input/json/json.h"

#define SHOWN 60u

bool whole_refuse(struct whole *w, const char *code, const char *format, ...)
{
    va_list ap;
    if (w->settled || w->rc) return false;
    va_start(ap, format);
    w->rc = ev_reject(w->e, w->sink, w->record, code, format, ap);
    va_end(ap);
    w->settled = true;
    return false;
}

void whole_ignore(struct whole *w, const char *rule)
{
    if (w->settled || w->rc) return;
    w->rc = w->e->host->ignore(w->sink, w->record, (voc_str){rule, strlen(rule)});
    w->settled = true;
}

void whole_row(struct whole *w, const voc_row *r)
{
    voc_batch b = {.struct_size = sizeof b, .row_size = sizeof *r, .rows = r, .n_rows = 1};
    if (w->rc) return;
    w->rc = w->e->host->rows(w->sink, &b);
    w->settled = true;
}

// ---- members ------------------------------------------------------------------------------------------------------------------

static bool unescaped(struct whole *w, voc_str raw, bool escaped, voc_str *out)
{
    *out = raw;
    if (!escaped) return true;
    if (raw.len > w->room - w->used) return whole_refuse(w, "JSON", "it has too many texts with escapes");
    out->ptr = w->scratch + w->used;
    out->len = json_unescape(raw, w->scratch + w->used);
    w->used += out->len;
    return true;
}

static bool fault(struct whole *w, const struct json *j)
{
    return whole_refuse(w, "JSON", "%s (at byte %zu of the record)", j->fault, (size_t)(j->at - w->text) + 1);
}

static bool one_member(struct whole *w, struct json *j, struct members *out)
{
    struct member *m = &out->at[out->n];
    voc_str raw;
    bool escaped;
    if (out->n == MEMBERS_MAX) return whole_refuse(w, "JSON", "an object has more than %u members", MEMBERS_MAX);
    if (!json_key(j, &raw, &escaped)) return fault(w, j);
    if (!unescaped(w, raw, escaped, &m->key)) return false;
    m->kind = json_kind(j);
    m->escaped = false;
    bool read = m->kind == JSON_OBJECT || m->kind == JSON_ARRAY ? json_skip(j, 1, &m->text) : json_scalar(j, m->kind, &m->text, &m->escaped);
    if (!read) return fault(w, j);
    for (size_t i = 0; i < out->n; i++)
        if (ev_eq(out->at[i].key, m->key)) return whole_refuse(w, "JSON", "the key \"%.*s\" stands twice", EV_STR(m->key, SHOWN));
    out->n++;
    return true;
}

bool whole_members(struct whole *w, voc_str object, struct members *out)
{
    struct json j = {object.ptr, object.ptr + object.len, NULL};
    bool done;
    out->n = 0;
    json_blank(&j);
    enum json_kind kind = json_kind(&j);
    if (kind != JSON_OBJECT) return whole_refuse(w, "JSON", kind == JSON_NONE ? "this is no JSON" : "a record is an object: {\"time\": ...}");
    if (!json_enter(&j, '{', '}', &done)) return fault(w, &j);
    while (!done) {
        if (!one_member(w, &j, out)) return false;
        if (!json_next(&j, '}', &done)) return fault(w, &j);
    }
    return json_done(&j) || fault(w, &j);
}

const struct member *whole_find(const struct members *m, const char *key)
{
    for (size_t i = 0; i < m->n; i++)
        if (ev_is(m->at[i].key, key)) return m->at[i].kind == JSON_NULL ? NULL : &m->at[i];
    return NULL;
}

// ---- values --------------------------------------------------------------------------------------------------------------------

bool whole_text(struct whole *w, const struct member *m, voc_str *out)
{
    *out = (voc_str){"", 0};
    if (!m || m->kind == JSON_NULL) return true;
    if ((m->kind == JSON_OBJECT || m->kind == JSON_ARRAY) && json_loose(m->text)) {
        if (m->text.len > w->room - w->used) return whole_refuse(w, "JSON", "it has too many texts with escapes");
        *out = (voc_str){w->scratch + w->used, json_compact(m->text, w->scratch + w->used)};
        w->used += out->len;
        return true;
    }
    return unescaped(w, m->text, m->escaped, out);
}

bool whole_time(struct whole *w, const struct member *m, int64_t *us, uint32_t *resolution)
{
    voc_str text;
    if (!whole_text(w, m, &text)) return false;
    voc_rc rc = m->kind == JSON_STRING || m->kind == JSON_NUMBER ? w->e->host->time_parse(JSON(w->e)->time, text, us, resolution) : VOC_E_INPUT;
    if (rc && rc != VOC_E_INPUT) w->rc = rc;
    return rc == VOC_OK || whole_refuse(w, "TIME", "%.*s: \"%.*s\" is not a time (ISO 8601 or an epoch)", EV_STR(m->key, SHOWN), EV_STR(text, SHOWN));
}

bool whole_amount(struct whole *w, const struct member *m, int64_t *micro)
{
    voc_str text;
    double real;
    if (!whole_text(w, m, &text)) return false;
    bool scalar = m->kind == JSON_STRING || m->kind == JSON_NUMBER;
    if (!scalar || !number_read(text, '.', micro, &real)) return whole_refuse(w, "NUMBER", "%.*s: \"%.*s\" is not a number", EV_STR(m->key, SHOWN), EV_STR(text, SHOWN));
    return *micro != VOC_NA || whole_refuse(w, "NUMBER", "%.*s: \"%.*s\" is too large", EV_STR(m->key, SHOWN), EV_STR(text, SHOWN));
}

// A number without a point and an exponent is an integer, if it is one of 64 bits; any other is real.
static void type_number(voc_attr *a)
{
    char text[64];
    int64_t n = 0;
    size_t i = a->text.ptr[0] == '-';
    while (i < a->text.len && a->text.ptr[i] >= '0' && a->text.ptr[i] <= '9' && n < INT64_MAX / 10 - 1) n = n * 10 + (a->text.ptr[i++] - '0');
    if (i == a->text.len) {
        a->type = VOC_TYPE_INT;
        a->time_us = a->text.ptr[0] == '-' ? -n : n;
        return;
    }
    if (a->text.len >= sizeof text) return; // its text says it exactly
    memcpy(text, a->text.ptr, a->text.len);
    text[a->text.len] = 0;
    double real = strtod(text, NULL); // the host never leaves the C locale
    if (real - real != 0) return;
    a->type = VOC_TYPE_REAL;
    a->number = real;
}

bool whole_attr(struct whole *w, const struct member *m, voc_str key, uint32_t entity, size_t *n)
{
    voc_attr *a = &w->attrs[*n];
    if (m->kind == JSON_NULL) return true;
    if (*n >= MEMBERS_MAX) return whole_refuse(w, "JSON", "it has more than %u attributes", MEMBERS_MAX);
    *a = (voc_attr){.key = key, .type = VOC_TYPE_TEXT, .entity = entity, .time_us = VOC_NA};
    if (!whole_text(w, m, &a->text)) return false;
    if (a->text.len == 0 || ((m->kind == JSON_OBJECT || m->kind == JSON_ARRAY) && a->text.len == 2)) return true;
    if (m->kind == JSON_NUMBER) type_number(a);
    if (m->kind == JSON_TRUE || m->kind == JSON_FALSE) {
        a->type = VOC_TYPE_BOOL;
        a->time_us = m->kind == JSON_TRUE;
    }
    ++*n;
    return true;
}

// ---- a block -------------------------------------------------------------------------------------------------------------------

voc_rc whole_lines(const struct events *e, const voc_block *block, voc_sink *sink, whole_read read)
{
    size_t longest = 0;
    for (size_t i = 0; i < block->n_records; i++)
        if (block->end[i] - block->start[i] > longest) longest = block->end[i] - block->start[i];
    struct whole *w = e->host->alloc(e->cx, sizeof *w);
    if (!w) return VOC_E_NOMEM;
    w->e = e;
    w->sink = sink;
    w->room = longest * 4 + 64; // each text is looked at in the object that it stands in, and in few around that
    w->rc = VOC_OK;
    w->scratch = e->host->alloc(e->cx, w->room);
    if (!w->scratch) w->rc = VOC_E_NOMEM;
    for (size_t i = 0; i < block->n_records && !w->rc; i++) {
        w->record = i;
        w->settled = false;
        w->used = 0;
        w->members.n = 0;
        w->text = block->bytes + block->start[i];
        read(w, (voc_str){w->text, block->end[i] - block->start[i]});
    }
    voc_rc rc = w->rc;
    e->host->free(e->cx, w->scratch);
    e->host->free(e->cx, w);
    return rc;
}
