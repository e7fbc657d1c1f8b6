// SPDX-License-Identifier: MIT
// The voc_host table. Each function here only translates between plugin.h and a floor of the engine; what instances own is in
// context.c. Thread-safe where plugin.h says that a plugin may be called in parallel.
#include "host/host.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/cancel.h"
#include "base/regex.h"
#include "base/scan.h"
#include "base/text.h"
#include "base/time.h"
#include "base/xml.h"
#include "host/coding/encode.h"
#include "host/fold/fold.h"
#include "host/memory/swap.h"
#include "host/plugin/at_work.h"
#include "store/measures/measures.h"

#define PEEK_MAX ((size_t)64 << 10)

void host_cancel(void) { cancel_request(); }
bool host_cancelled(void) { return cancel_requested(); }

// ---- diagnostics, text, time, patterns -------------------------------------------------------------------------------

static void host_diag(voc_context *cx, const voc_diag *d)
{
    char code[32], message[1000], hint[400];
    struct diag_msg m = {.severity = d->severity, .code = code, .file = cx->file, .line = d->line, .column = d->column, .message = message};
    snprintf(code, sizeof code, "%.*s", (int)(d->code.len > 31 ? 31 : d->code.len), d->code.len ? d->code.ptr : "");
    snprintf(message, sizeof message, "%.*s", (int)(d->message.len > 999 ? 999 : d->message.len), d->message.len ? d->message.ptr : "");
    snprintf(hint, sizeof hint, "%.*s", (int)(d->hint.len > 399 ? 399 : d->hint.len), d->hint.len ? d->hint.ptr : "");
    if (d->hint.len) m.hint = hint;
    if (m.severity < VOC_INFO || m.severity > VOC_ERROR) m.severity = VOC_ERROR;
    diag_add(cx->diag, &m);
}

static int host_is_cancelled(voc_context *cx)
{
    if (cx->swap) swap_look(cx->swap); // asked by whoever works long
    return host_cancelled();
}

static int host_utf8_valid(const char *ptr, size_t len) { return text_utf8_valid(ptr, len); }

static size_t host_marks(const char *ptr, size_t len, char a, char b, uint32_t *to, int *has_b)
{
    bool has;
    size_t n = scan_marks(ptr, len, a, b, to, &has);
    *has_b = has;
    return n;
}

// A converter is made anew for each text: ICU keeps the tables of those that were used, so that this is cheap.
static voc_rc host_charset_decode(voc_context *cx, voc_str charset, voc_str bytes, char *to, size_t size, size_t *len)
{
    struct text_decoder *t = NULL;
    struct buf out;
    char name[64];
    *len = 0;
    if (charset.len == 0 || charset.len >= sizeof name || memchr(charset.ptr, 0, charset.len) ||
        memchr(charset.ptr, ',', charset.len))
        return VOC_E_INPUT;
    memcpy(name, charset.ptr, charset.len);
    name[charset.len] = 0;
    buf_init(&out, (size_t)1 << 30);
    voc_rc rc = text_decoder_new(&t, name, NULL);
    if (!rc) rc = text_decode(t, bytes.ptr, bytes.len, true, &out);
    if (!rc && out.len > size) rc = VOC_E_LIMIT;
    if (!rc && out.len) memcpy(to, out.ptr, out.len);
    *len = out.len;
    text_decoder_free(t);
    buf_done(&out);
    if (rc == VOC_E_NOMEM) atomic_store(&cx->short_of_memory, true);
    return rc == VOC_E_OPTION ? VOC_E_INPUT : rc;
}

static voc_rc host_time_format(voc_context *cx, voc_time_format **out, voc_str pattern, voc_str zone)
{
    struct context_thing *t = context_thing_new(cx);
    if (!t) return VOC_E_NOMEM;
    voc_rc rc = time_format_new(&t->format, pattern, zone, cx->diag);
    if (rc == VOC_E_NOMEM) atomic_store(&cx->short_of_memory, true);
    if (!rc) *out = (voc_time_format *)(void *)t->format;
    return rc;
}

static voc_rc host_time_parse(const voc_time_format *f, voc_str text, int64_t *us, uint32_t *resolution)
{
    return time_format_parse((const struct time_format *)(const void *)f, text, us, resolution);
}

static voc_rc host_time_guess(voc_context *cx, const voc_str *samples, size_t n, char pattern[64], uint32_t *n_possible)
{
    (void)cx;
    return time_guess(samples, n, pattern, n_possible);
}

static voc_rc host_regex_compile(voc_context *cx, voc_regex **out, voc_str pattern)
{
    struct context_thing *t = context_thing_new(cx);
    if (!t) return VOC_E_NOMEM;
    voc_rc rc = regex_new(&t->regex, pattern, 0, cx->file, 0, cx->diag);
    if (rc == VOC_E_NOMEM) atomic_store(&cx->short_of_memory, true);
    if (!rc) *out = t->regex;
    return rc;
}

static int host_regex_match(const voc_regex *re, voc_str text) { return regex_match(re, text, NULL, NULL); }

// ---- streams and XML ---------------------------------------------------------------------------------------------------

static void window_drop(struct buf *w, size_t n)
{
    memmove(w->ptr, w->ptr + n, w->len - n);
    w->len -= n;
}

// Adds the last bytes that were given. Those of records that are done go, so that the window stays small and near the processor;
// of a record without end the last STREAM_WINDOW bytes stay at most, as the older half goes when it is full.
static voc_rc window_add(struct voc_stream *s, const void *data, size_t len)
{
    struct buf *w = &s->window;
    const char *from = data;
    const uint64_t first = s->at - len - w->len;
    if (w->len && s->needed > first) window_drop(w, s->needed - first < w->len ? (size_t)(s->needed - first) : w->len);
    if (len > STREAM_WINDOW) {
        from += len - STREAM_WINDOW;
        len = STREAM_WINDOW;
    }
    if (w->len + len > STREAM_WINDOW) {
        size_t keep = w->len < STREAM_WINDOW / 2 ? w->len : STREAM_WINDOW / 2;
        if (keep + len > STREAM_WINDOW) keep = STREAM_WINDOW - len;
        window_drop(w, w->len - keep);
    }
    return buf_add(w, from, len);
}

static voc_rc host_read(voc_stream *s, void *to, size_t size, size_t *got)
{
    *got = 0;
    if (host_cancelled()) return s->rc = VOC_CANCELLED;
    if (s->rc) return s->rc;
    s->rc = in_read(s->in, to, size, got);
    s->at += *got;
    if (!s->rc) s->rc = window_add(s, to, *got);
    return s->rc;
}

static voc_rc host_peek(voc_stream *s, size_t size, voc_str *head)
{
    bool complete;
    *head = (voc_str){"", 0};
    if (s->at) return VOC_E_BUG;
    if (!s->rc) s->rc = in_peek(s->in, size < PEEK_MAX ? size : PEEK_MAX, head, &complete);
    return s->rc;
}

static voc_rc host_keep(voc_stream *s)
{
    if (s->at) return VOC_E_BUG;
    if (!s->rc) s->rc = in_keep(s->in);
    return s->rc;
}

static voc_rc host_again(voc_stream *s)
{
    if (host_cancelled()) return s->rc = VOC_CANCELLED;
    if (!s->rc) s->rc = in_again(s->in);
    s->at = s->needed = 0;
    buf_clear(&s->window);
    return s->rc;
}

voc_str stream_raw(const struct voc_stream *s, uint64_t from, uint64_t to)
{
    uint64_t first = s->at - s->window.len;
    if (from < first) from = first;
    if (to > s->at) to = s->at;
    return from < to ? str_mk(s->window.ptr + (from - first), (size_t)(to - from)) : (voc_str){"", 0};
}

static voc_rc stream_read(void *user, void *to, size_t size, size_t *got) { return host_read(user, to, size, got); }

static voc_rc host_xml_parse(voc_context *cx, voc_stream *s, const voc_xml_handler *h, void *user)
{
    if (h->struct_size < offsetof(voc_xml_handler, text) + sizeof h->text) return VOC_E_BUG;
    return xml_sax(stream_read, s, h, user, cx->file, cx->diag);
}

struct whole_text { voc_str rest; };

static voc_rc text_read(void *user, void *to, size_t size, size_t *got)
{
    struct whole_text *t = user;
    *got = t->rest.len < size ? t->rest.len : size;
    if (*got) memcpy(to, t->rest.ptr, *got);
    t->rest = str_mk(t->rest.ptr + *got, t->rest.len - *got);
    return VOC_OK;
}

static voc_rc host_xml_text(voc_context *cx, voc_str text, voc_str name, const voc_xml_handler *h, void *user)
{
    struct whole_text t = {text};
    char file[256];
    if (h->struct_size < offsetof(voc_xml_handler, text) + sizeof h->text) return VOC_E_BUG;
    snprintf(file, sizeof file, "%.*s", STR_SHOWN(name, 255));
    return xml_sax(text_read, &t, h, user, file, cx->diag);
}

// ---- analysis: what the run knows -------------------------------------------------------------------------------------

// A run of parts has no timeline, but what one knew when they were made.
static const voc_definition *host_definition(voc_run *run) { return run->known ? run->known->def : timeline_definition(run->timeline); }
static const voc_run_info *host_info(voc_run *run) { return &run->info; }

voc_rc run_broke(voc_run *run, const char *what)
{
    const char *none = NULL;
    atomic_compare_exchange_strong(&run->fault, &none, what);
    return VOC_E_BUG;
}

void run_say_failure(const voc_run *run, const char *analysis, voc_rc rc, bool silent, struct diag *d)
{
    const char *what = atomic_load(&run->fault);
    for (size_t i = 0; i < run->tables.n && !what; i++) what = table_fault(run->tables.at[i]);
    if (rc == VOC_E_BUG)
        diag_error(d, "FOLD-001", NULL, 0, "tell its author", "analysis %s broke its contract: %s", analysis, what ? what : "what it gave back is VOC_E_BUG, or no voc_rc");
    else if (silent && rc && rc != VOC_CANCELLED && rc != VOC_E_NOMEM)
        diag_error(d, "FOLD-007", NULL, 0, "tell its author: host->diag takes the words", "analysis %s gave up (%s) and did not say why", analysis, rc_name(rc));
}

static const char too_late[] = "it asks for something after begin, when it is settled what batches hold";

static voc_rc host_want_column(voc_run *run, uint32_t column)
{
    if (run->sealed) return run_broke(run, too_late);
    if (column >= VOC_N_COLUMNS) return run_broke(run, "it asks for a column that there is not");
    run->columns |= 1u << column;
    return VOC_OK;
}

static voc_rc host_want_predicate(voc_run *run, uint32_t predicate, uint32_t *index)
{
    uint32_t at = predicate;
    voc_rc rc = run->sealed                            ? run_broke(run, too_late)
                : !run->known                          ? timeline_want(run->timeline, predicate, &at)
                : predicate < run->known->n_predicates ? VOC_OK
                                                       : VOC_E_OPTION;
    if (!rc) rc = vec_reserve(&run->wants, 1, UINT32_MAX);
    if (rc) return rc;
    size_t i = 0; // other analyses of this walk have wants of their own
    while (i < run->wants.n && run->wants.at[i] != at) i++;
    if (i == run->wants.n) run->wants.at[run->wants.n++] = at;
    *index = (uint32_t)i;
    return VOC_OK;
}

static voc_rc host_want_person_stays(voc_run *run)
{
    if (run->sealed) return run_broke(run, too_late);
    run->person_stays = true;
    return run->known ? VOC_OK : timeline_want_persons(run->timeline);
}

static voc_rc host_want_attributes(voc_run *run)
{
    if (run->sealed) return run_broke(run, too_late);
    run->attributes = true;
    return run->known ? VOC_OK : timeline_want_attributes(run->timeline);
}

static voc_rc host_want_words(voc_run *run)
{
    if (run->sealed) return run_broke(run, too_late);
    if (run->known) return VOC_E_OPTION; // a part holds no words
    run->words = true;
    voc_rc rc = timeline_want_words(run->timeline);
    run->info.n_words = timeline_info(run->timeline)->n_words;
    return rc;
}

static voc_rc host_want_field(voc_run *run, voc_str field, uint32_t *index)
{
    if (run->sealed || !field.len) return run_broke(run, run->sealed ? too_late : "it asks for a field without a name");
    if (run->known) return VOC_E_OPTION; // a part holds no fields
    run->fields = true;
    return timeline_want_field(run->timeline, field, index);
}

struct answers { voc_run *run; VEC(voc_answer) all; };

static voc_rc take_answer(void *user, const struct store_measure *m)
{
    struct answers *a = user;
    struct arena *in = &a->run->answers;
    bool ok = true;
    voc_rc rc = vec_reserve(&a->all, 1, UINT32_MAX);
    if (rc) return rc;
    voc_answer *to = &a->all.at[a->all.n++];
    const voc_str from[] = {m->source, m->response, m->customer, m->text, m->unit};
    voc_str *const into[] = {&to->source, &to->response, &to->customer, &to->text, &to->unit};
    for (size_t i = 0; i < 5; i++) *into[i] = from[i].len ? arena_str(in, from[i].ptr, from[i].len, &ok) : (voc_str){"", 0};
    to->number = m->number;
    to->time_us = m->time_us;
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static voc_rc host_answers(voc_run *run, voc_str question, const voc_answer **out, size_t *n)
{
    struct answers a = {.run = run};
    if (run->known) return VOC_E_OPTION;
    voc_rc rc = run->project ? store_measures(run->project, question, take_answer, &a) : VOC_OK;
    voc_answer *kept = rc ? NULL : arena_alloc(&run->answers, (a.all.n + 1) * sizeof *kept);
    if (kept && a.all.n) memcpy(kept, a.all.at, a.all.n * sizeof *kept);
    if (kept) {
        *out = kept;
        *n = a.all.n;
    }
    vec_free(&a.all);
    return rc ? rc : kept ? VOC_OK : VOC_E_NOMEM;
}

static voc_str host_name(voc_run *run, uint32_t column, uint32_t code)
{
    if (!run->known) return timeline_name(run->timeline, column, code);
    return column < VOC_N_COLUMNS && run->known->names[column] && code < run->known->n_codes[column]
               ? run->known->names[column][code]
               : (voc_str){"", 0};
}

static uint32_t host_n_codes(voc_run *run, uint32_t column)
{
    if (!run->known) return timeline_n_codes(run->timeline, column);
    return column < VOC_N_COLUMNS ? run->known->n_codes[column] : 0;
}

struct pieces { // of the analysis whose run it is
    const struct plugin *plugin;
    voc_rc (*piece)(void *user, size_t i);
    void *user;
};

static voc_rc one_piece(void *user, size_t i)
{
    const struct pieces *p = user;
    const struct at_work before = at_work_begin(p->plugin, "host->parallel");
    voc_rc rc = p->piece(p->user, i);
    at_work_end(before);
    return rc;
}

static voc_rc host_parallel(voc_run *run, size_t n, voc_rc (*piece)(void *user, size_t i), void *user)
{
    struct pieces p = {run->cx->plugin, piece, user};
    return parallel_for(run->threads, n, one_piece, &p);
}

// ---- tables --------------------------------------------------------------------------------------------------------------

static struct table *built(voc_table_builder *t) { return (struct table *)(void *)t; }

static voc_rc host_table_new(voc_run *run, voc_table_builder **out, const char *name, const char *title, uint32_t flags)
{
    struct table *t = NULL;
    for (size_t i = 0; i < run->tables.n; i++)
        if (str_is(table_name(run->tables.at[i]), name)) return run_broke(run, "it has two tables of one name");
    voc_rc rc = vec_reserve(&run->tables, 1, 1000);
    if (!rc) rc = table_new(&t, name, title, flags);
    if (rc) return rc;
    run->tables.at[run->tables.n++] = t;
    *out = (voc_table_builder *)(void *)t;
    return table_currency(t, host_definition(run)->currency);
}

static voc_rc host_column(voc_table_builder *t, const char *name, const char *title, uint32_t type, const char *unit,
                          uint32_t flags, const char *help)
{
    return table_own_column(built(t), name, title, type, unit, flags, help);
}
static voc_rc host_group(voc_table_builder *t, const char *title, const char *subtitle) { return table_group(built(t), title, subtitle); }
static voc_rc host_cell(voc_table_builder *t, const voc_cell *cell) { return table_cell(built(t), cell); }
static voc_rc host_note(voc_table_builder *t, uint32_t kind, const char *text) { return table_note(built(t), kind, text); }
static voc_rc host_semantics(voc_table_builder *t, const char *text) { return table_semantics(built(t), text); }
static voc_rc host_figure(voc_table_builder *t, const voc_figure *figure) { return table_figure(built(t), figure); }

static const voc_table *host_table_beside(voc_run *run, const char *name, voc_str *why, voc_str *next)
{
    *why = str_of(run->beside_why ? run->beside_why : "");
    *next = str_of(run->beside_next ? run->beside_next : "");
    for (size_t i = 0; run->beside && i < run->beside->tables.n; i++) {
        voc_table view, *kept;
        if (table_view(run->beside->tables.at[i], &view) != VOC_OK || !str_is(view.name, name)) continue;
        if (!(kept = arena_alloc(&run->answers, sizeof *kept))) return NULL;
        *kept = view;
        return kept;
    }
    return NULL;
}

static voc_rc host_write(voc_writer *w, const void *data, size_t size)
{
    if (w->hash) hash_add(w->hash, data, size);
    w->bytes += size;
    return out_write(w->out, data, size);
}

const voc_host *host_table(void)
{
    static const voc_host table = {
        .struct_size = sizeof(voc_host),
        .abi_major = VOC_ABI_MAJOR,
        .abi_minor = VOC_ABI_MINOR,
        .version = VOC_VERSION,
        .alloc = context_alloc,
        .resize = context_resize,
        .free = context_free,
        .diag = host_diag,
        .cancelled = host_is_cancelled,
        .utf8_valid = host_utf8_valid,
        .time_format = host_time_format,
        .time_parse = host_time_parse,
        .time_guess = host_time_guess,
        .regex_compile = host_regex_compile,
        .regex_match = host_regex_match,
        .rows = sink_rows,
        .reject = sink_reject, .ignore = sink_ignore,
        .alike = sink_alike, .share = sink_share, .events = sink_events,
        .record = sink_record,
        .read = host_read,
        .xml_parse = host_xml_parse,
        .definition = host_definition,
        .info = host_info,
        .want_column = host_want_column,
        .want_predicate = host_want_predicate,
        .want_person_stays = host_want_person_stays,
        .name = host_name,
        .n_codes = host_n_codes,
        .parallel = host_parallel,
        .spool_new = spool_new,
        .spool_add = spool_add,
        .spool_merge = spool_merge,
        .spool_seal = spool_seal,
        .spool_get = spool_get,
        .table = host_table_new,
        .column = host_column,
        .group = host_group,
        .cell = host_cell,
        .note = host_note,
        .semantics = host_semantics,
        .write = host_write,
        .want_attributes = host_want_attributes,
        .marks = host_marks,
        .spool_empty = spool_empty,
        .charset_decode = host_charset_decode,
        .peek = host_peek,
        .xml_text = host_xml_text,
        .figure = host_figure,
        .want_words = host_want_words, .answers = host_answers,
        .want_field = host_want_field,
        .table_beside = host_table_beside,
        .keep = host_keep, .again = host_again,
    };
    return &table;
}
