// SPDX-License-Identifier: MIT
//
// The openings of analyses (analysis.h). Structures of the host are read by their strides, since a newer host's may be longer.
#include "plugins/common/analysis.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "plugins/common/near.h"
#include "plugins/common/show.h"

#define SHOW(s) SHOW_AT_MOST(s, 80)

struct analysis analysis_of(const voc_host *host, voc_context *cx, voc_run *run)
{
    return (struct analysis){.host = host, .cx = cx, .run = run, .def = host->definition(run), .info = host->info(run)};
}

voc_rc analysis_refuse(const struct analysis *a, const char *code, const char *hint, const char *message)
{
    const voc_diag d = {.struct_size = sizeof d, .severity = VOC_ERROR, .code = {code, strlen(code)},
                        .message = {message, strlen(message)}, .hint = {hint, strlen(hint)}};
    a->host->diag(a->cx, &d);
    return VOC_E_OPTION;
}

voc_rc analysis_zeroed(const struct analysis *a, void **out, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n ? n : 1, size, &bytes)) return VOC_E_NOMEM;
    void *p = a->host->alloc(a->cx, bytes);
    if (!p) return VOC_E_NOMEM;
    memset(p, 0, bytes);
    *out = p;
    return VOC_OK;
}

voc_rc analysis_grow(const struct analysis *a, void **at, size_t *room, size_t need, size_t size)
{
    size_t to = *room ? *room : 64, bytes;
    while (to < need)
        if (__builtin_mul_overflow(to, (size_t)2, &to)) return VOC_E_NOMEM;
    if (__builtin_mul_overflow(to, size, &bytes)) return VOC_E_NOMEM;
    void *p = a->host->resize(a->cx, *at, bytes);
    if (!p) return VOC_E_NOMEM;
    *at = p;
    *room = to;
    return VOC_OK;
}

voc_rc analysis_want(const struct analysis *a, const uint32_t *columns, size_t n)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < n && !rc; i++) rc = a->host->want_column(a->run, columns[i]);
    return rc;
}

void analysis_add(void *into, const void *from, size_t bytes)
{
    uint64_t *a = into;
    const uint64_t *b = from;
    for (size_t i = 0; i < bytes / sizeof *a; i++) a[i] += b[i];
}

const voc_def_stage *analysis_stage(const struct analysis *a, size_t i) { return definition_stage(a->def, i); }

int64_t analysis_target(const struct analysis *a, size_t stage, bool *working)
{
    const voc_def_stage *s = analysis_stage(a, stage);
    *working = false;
    if (a->def->stage_size < offsetof(voc_def_stage, target_working) + sizeof s->target_working || s->target_us <= 0) return VOC_NA;
    *working = s->target_working != 0;
    return *working ? VOC_NA : s->target_us;
}

const voc_def_exit *analysis_exit(const struct analysis *a, size_t i)
{
    return (const voc_def_exit *)(const void *)((const char *)a->def->exits + i * a->def->exit_size);
}

bool analysis_exit_wins(const struct analysis *a, uint32_t exit)
{
    if (exit >= a->def->n_exits) return false;
    const voc_str outcome = analysis_exit(a, exit)->outcome;
    return exit == a->def->win_exit || (outcome.len == 3 && memcmp(outcome.ptr, "won", 3) == 0);
}

const voc_def_action *analysis_action(const struct analysis *a, size_t i) { return definition_action(a->def, i); }

const voc_def_touchpoint *analysis_touchpoint(const struct analysis *a, size_t i) { return definition_touchpoint(a->def, i); }

const char *analysis_unit_word(const struct analysis *a, bool many)
{
    static const char *const one[] = {"customer", "account", "customer", "case"}, *const more[] = {"customers", "accounts", "customers", "cases"};
    const size_t i = a->def->unit <= VOC_UNIT_CASE ? a->def->unit : 0;
    return many ? more[i] : one[i];
}

const char *analysis_confidence(uint64_t people) { return people == 0 ? "none" : people < 5 ? "anecdote" : people < 20 ? "weak" : people < 50 ? "moderate" : "strong"; }

// ---- names in options -----------------------------------------------------------------------------------------------------

voc_str analysis_trimmed(voc_str s)
{
    while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) s.ptr++, s.len--;
    while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t')) s.len--;
    return s;
}

bool analysis_duration(voc_str s, uint64_t *us)
{
    static const struct { char sign; uint64_t us; } units[] = {{'s', 1000000}, {'m', 60000000}, {'h', UINT64_C(3600000000)}, {'d', UINT64_C(86400000000)}, {'w', UINT64_C(604800000000)}};
    uint64_t n = 0;
    s = analysis_trimmed(s);
    if (s.len < 2 || s.len > 13) return false;  // a million million of them is no time that anything takes
    for (size_t i = 0; i + 1 < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
        n = n * 10 + (uint64_t)(s.ptr[i] - '0');
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (units[i].sign == s.ptr[s.len - 1]) return n <= INT64_MAX / units[i].us && ((*us = n * units[i].us), true);
    return false;
}

bool analysis_part(voc_str *list, char between, voc_str *part)
{
    if (!list->len) return false;
    const char *end = memchr(list->ptr, between, list->len);
    const size_t n = end ? (size_t)(end - list->ptr) : list->len, past = end ? n + 1 : n;
    *part = analysis_trimmed((voc_str){list->ptr, n});
    list->ptr += past;
    list->len -= past;
    return true;
}

static voc_str name_of(const struct analysis *a, bool touch, size_t i) { return touch ? analysis_touchpoint(a, i)->id : analysis_action(a, i)->name; }

static size_t number_of(const struct analysis *a, bool touch) { return touch ? a->def->n_touchpoints : a->def->n_actions; }

static bool find(const struct analysis *a, struct named *n)
{
    for (n->i = 0; n->i < number_of(a, n->touch); n->i++) {
        const voc_str known = name_of(a, n->touch, n->i);
        if (known.len == n->id.len && memcmp(known.ptr, n->id.ptr, known.len) == 0) return true;
    }
    return false;
}

bool analysis_find(const struct analysis *a, voc_str text, struct named *out)
{
    static const char prefix[] = "touchpoint:";
    const size_t n = sizeof prefix - 1;
    out->touch = text.len > n && memcmp(text.ptr, prefix, n) == 0;
    out->id = out->touch ? (voc_str){text.ptr + n, text.len - n} : text;
    return find(a, out);
}

voc_rc analysis_named(const struct analysis *a, const char *code, const char *what, voc_str text, struct named *out)
{
    if (analysis_find(a, text, out)) return VOC_OK;
    const char *kind = out->touch ? "touchpoint" : "action";
    char message[200], hint[400];
    size_t best = SIZE_MAX, at = 0;
    voc_str near = {"", 0};
    for (size_t i = 0; i < number_of(a, out->touch); i++) {
        const voc_str known = name_of(a, out->touch, i);
        const size_t edits = near_distance(out->id, known);
        if (edits <= near_limit(out->id) && edits < best) best = edits, near = known;
    }
    struct named other = {.touch = true, .id = out->id};
    snprintf(message, sizeof message, "%s\"%.*s\" is no %s of this project", what, SHOW(out->id), kind);
    if (near.len) at = (size_t)snprintf(hint, sizeof hint, "did you mean %.*s? ", SHOW(near));
    else if (!out->touch && find(a, &other)) at = (size_t)snprintf(hint, sizeof hint, "a touch of the company is named touchpoint:%.*s; ", SHOW(out->id));
    snprintf(hint + at, sizeof hint - at, "voc sql PROJECT \"SELECT %s, count(*) AS n FROM event GROUP BY %s ORDER BY n DESC\" lists them", kind, kind);
    return analysis_refuse(a, code, hint, message);
}

// ---- predicates -----------------------------------------------------------------------------------------------------------

static size_t n_predicates(const struct analysis *a)  // an older host's definition ends before them
{
    return a->def->struct_size >= offsetof(voc_definition, n_predicates) + sizeof a->def->n_predicates ? a->def->n_predicates : 0;
}

static const voc_def_predicate *predicate_at(const struct analysis *a, size_t i)
{
    return (const voc_def_predicate *)(const void *)((const char *)a->def->predicates + i * a->def->predicate_size);
}

static bool predicate_id(voc_str text, voc_str *id)
{
    static const char prefix[] = "predicate:";
    const size_t n = sizeof prefix - 1;
    if (text.len <= n || memcmp(text.ptr, prefix, n) != 0) return false;
    *id = (voc_str){text.ptr + n, text.len - n};
    return true;
}

bool analysis_find_predicate(const struct analysis *a, voc_str text, uint32_t *number)
{
    voc_str id;
    if (!predicate_id(text, &id)) return false;
    *number = VOC_NONE;
    for (size_t i = 0; i < n_predicates(a); i++) {
        const voc_def_predicate *p = predicate_at(a, i);
        if (p->id.len == id.len && memcmp(p->id.ptr, id.ptr, id.len) == 0) *number = p->predicate;
    }
    return true;
}

voc_rc analysis_no_predicate(const struct analysis *a, const char *code, voc_str text)
{
    char message[200], hint[300];
    voc_str id, near = {"", 0};
    size_t best = SIZE_MAX;
    if (!predicate_id(text, &id)) id = text;
    for (size_t i = 0; i < n_predicates(a); i++) {
        const voc_str known = predicate_at(a, i)->id;
        const size_t edits = near_distance(id, known);
        if (edits <= near_limit(id) && edits < best) best = edits, near = known;
    }
    snprintf(message, sizeof message, "\"%.*s\" is no predicate of the journey of this project", SHOW(id));
    if (near.len) snprintf(hint, sizeof hint, "did you mean predicate:%.*s?", SHOW(near));
    else snprintf(hint, sizeof hint, "<predicate id=\"%.*s\"> ... in journey.xml says which events it means; then voc journey use PROJECT FOLDER", SHOW(id));
    return analysis_refuse(a, code, hint, message);
}
