// SPDX-License-Identifier: MIT
// One instance of a plugin whose records are named cells: its memory, the options and maps that it was given, and the words
// about what is wrong with them.
#include <stdarg.h>
#include <stdio.h>

#include "plugins/common/events/plan.h"

// ---- memory, copies, diagnostics ----------------------------------------------------------------------------------------------

struct chunk {
    struct chunk *next;
    _Alignas(16) char bytes[];
};

void *ev_alloc(struct events *e, size_t size)
{
    struct chunk *c = size < SIZE_MAX - sizeof *c ? e->host->alloc(e->cx, sizeof *c + (size ? size : 1)) : NULL;
    if (!c) return NULL;
    c->next = e->chunks;
    e->chunks = c;
    return c->bytes;
}

bool ev_copy(struct events *e, voc_str s, voc_str *out)
{
    char *to = ev_alloc(e, s.len);
    if (!to) return false;
    if (s.len) memcpy(to, s.ptr, s.len);
    *out = (voc_str){to, s.len};
    return true;
}

__attribute__((format(printf, 6, 0)))
static voc_rc say_error(const struct events *e, uint64_t line, voc_rc rc, const char *code, const char *hint, const char *format, va_list ap)
{
    char message[600];
    if (e->quiet) return rc;
    int n = vsnprintf(message, sizeof message, format, ap);
    voc_str text = ev_clip((voc_str){message, n < 0 ? 0 : (size_t)n}, sizeof message - 4);
    char name[32]; // "004" of the plugin json is JSON-004
    snprintf(name, sizeof name, "%s-%s", e->reader->code, code);
    voc_diag d = {.struct_size = sizeof d, .severity = VOC_ERROR, .code = {name, strlen(name)}, .line = line, .message = text,
                  .hint = {hint ? hint : "", hint ? strlen(hint) : 0}};
    e->host->diag(e->cx, &d);
    return rc;
}

voc_rc ev_error(struct events *e, voc_rc rc, const char *code, const char *hint, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    rc = say_error(e, 0, rc, code, hint, format, ap);
    va_end(ap);
    return rc;
}

voc_rc ev_error_at(const struct events *e, uint64_t line, voc_rc rc, const char *code, const char *hint, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    rc = say_error(e, line, rc, code, hint, format, ap);
    va_end(ap);
    return rc;
}

voc_rc ev_reject(const struct events *e, voc_sink *sink, uint64_t record, const char *code, const char *format, va_list ap)
{
    char reason[400];
    int n = vsnprintf(reason, sizeof reason, format, ap);
    voc_str text = ev_clip((voc_str){reason, n < 0 ? 0 : (size_t)n}, sizeof reason - 4);
    if (!e->host->utf8_valid(text.ptr, text.len)) text = (voc_str)VOC_LIT("a value is not valid UTF-8");
    return e->host->reject(sink, record, (voc_str){code, strlen(code)}, text);
}

// ---- what it was given ------------------------------------------------------------------------------------------------------

static voc_rc copy_options(struct events *e, const voc_value *v)
{
    e->ref_kind = VOC_REF_EVENT + (uint32_t)v[OPT_REF_KIND].i;
    e->decimal_said = v[OPT_DECIMAL].i == 1 ? '.' : v[OPT_DECIMAL].i == 2 ? ',' : 0;
    e->time_format_given = v[OPT_TIME_FORMAT].set;
    if (e->time_format_given &&
        !ev_copy(e, ev_is(v[OPT_TIME_FORMAT].s, "iso") ? (voc_str){"", 0} : v[OPT_TIME_FORMAT].s, &e->time_format))
        return VOC_E_NOMEM;
    if (v[OPT_ZONE].set && !ev_copy(e, v[OPT_ZONE].s, &e->zone)) return VOC_E_NOMEM;
    for (size_t i = OPT_CUSTOMER_KIND; i < OPT_N; i++)
        if (v[i].type == VOC_OPT_STRING && !ev_copy(e, v[i].s, &e->option[i])) return VOC_E_NOMEM;
    return VOC_OK;
}

static voc_rc copy_maps(struct events *e, const voc_source *s)
{
    voc_map *maps = ev_alloc(e, (s->n_maps + 1) * sizeof *maps);
    bool ok = maps != NULL;
    for (size_t i = 0; i < s->n_maps && ok; i++) {
        memset(&maps[i], 0, sizeof *maps); // a host may be older, or newer
        memcpy(&maps[i], (const char *)s->maps + i * s->map_size, s->map_size < sizeof *maps ? s->map_size : sizeof *maps);
        maps[i].reason = (voc_str){"", 0};
        voc_str *text[] = {&maps[i].to,     &maps[i].from,        &maps[i].format,    &maps[i].constant,
                           &maps[i].action, &maps[i].action_from, &maps[i].alias_kind};
        for (size_t k = 0; k < sizeof text / sizeof *text && ok; k++) ok = ev_copy(e, *text[k], text[k]);
    }
    e->maps = maps;
    e->n_maps = s->n_maps;
    return ok ? VOC_OK : VOC_E_NOMEM;
}

// ---- life -------------------------------------------------------------------------------------------------------------------

voc_rc plan_new(struct events **out, size_t size, const struct cell_reader *reader, const voc_host *host, voc_context *cx)
{
    struct events *e = host->alloc(cx, size);
    if (!e) return VOC_E_NOMEM;
    memset(e, 0, size);
    e->reader = reader;
    e->host = host;
    e->cx = cx;
    e->ref_kind = VOC_REF_EVENT;
    *out = e;
    return VOC_OK;
}

voc_rc plan_source(struct events *e, const voc_source *source) { return ev_copy(e, source->zone, &e->zone) ? copy_maps(e, source) : VOC_E_NOMEM; }

voc_rc plan_open(struct events *e, const voc_source *source, const voc_value *values)
{
    voc_rc rc = plan_source(e, source);
    return rc ? rc : copy_options(e, values);
}

void plan_close(struct events *e)
{
    for (struct chunk *c = e->chunks, *next; c; c = next) {
        next = c->next;
        e->host->free(e->cx, c);
    }
    e->host->free(e->cx, e);
}
