// SPDX-License-Identifier: MIT
// Diagnostics: kept in order, in an arena, under one mutex. The first 20 of a code are kept and shown, the rest only
// counted; so a million bad rows give 20 messages and a number. Out of memory loses the copy, never the count, and the
// listener still hears it. Pointers that diag_at gives are good until diag_free.
#include "base/diag.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include "base/str.h"
#include "base/utf8.h"

#define KEEP_PER_CODE 20u
#define KEEP_MAX 10000u // whatever the codes: a plugin could make up a new one for each message
#define TEXT_MAX 2048u

struct code_count {
    const char *code; // borrows from the arena
    uint64_t n;
};

struct diag {
    pthread_mutex_t lock;
    struct arena arena;
    VEC(struct diag_msg *) kept;
    VEC(struct code_count) codes;
    size_t count[VOC_ERROR + 1];
    void (*show)(void *user, const struct diag_msg *m);
    void *user;
};

struct diag *diag_new(void)
{
    struct diag *d = mem_zalloc(1, sizeof *d);
    if (!d) return NULL;
    if (pthread_mutex_init(&d->lock, NULL) != 0) {
        mem_free(d);
        return NULL;
    }
    arena_init(&d->arena, 0);
    return d;
}

void diag_free(struct diag *d)
{
    if (!d) return;
    pthread_mutex_destroy(&d->lock);
    vec_free(&d->kept);
    vec_free(&d->codes);
    arena_done(&d->arena);
    mem_free(d);
}

void diag_clear(struct diag *d)
{
    if (!d) return;
    pthread_mutex_lock(&d->lock);
    d->kept.n = d->codes.n = 0;
    memset(d->count, 0, sizeof d->count);
    arena_done(&d->arena);
    arena_init(&d->arena, 0);
    pthread_mutex_unlock(&d->lock);
}

void diag_count_anew(struct diag *d)
{
    if (!d) return;
    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < d->codes.n; i++) d->codes.at[i].n = 0;
    pthread_mutex_unlock(&d->lock);
}

void diag_listen(struct diag *d, void (*show)(void *user, const struct diag_msg *m), void *user)
{
    if (!d) return;
    pthread_mutex_lock(&d->lock);
    d->show = show;
    d->user = user;
    pthread_mutex_unlock(&d->lock);
}

// How many of this code came before, this one counted in. Without memory for a new code: 0, which shows it.
static uint64_t count_code(struct diag *d, const char *code)
{
    bool ok = true;
    for (size_t i = 0; i < d->codes.n; i++) {
        if (strcmp(d->codes.at[i].code, code) == 0) return d->codes.at[i].n++;
    }
    if (vec_reserve(&d->codes, 1, KEEP_MAX)) return d->codes.n < KEEP_MAX ? 0 : KEEP_PER_CODE;
    voc_str copy = arena_str(&d->arena, code, strlen(code), &ok);
    if (ok) d->codes.at[d->codes.n++] = (struct code_count){copy.ptr, 1};
    return 0;
}

static const char *copy_text(struct arena *a, const char *text, bool *ok)
{
    return text ? arena_str(a, text, strlen(text), ok).ptr : NULL;
}

static void keep(struct diag *d, const struct diag_msg *m)
{
    bool ok = true;
    if (vec_reserve(&d->kept, 1, KEEP_MAX)) return;
    struct diag_msg *copy = arena_alloc(&d->arena, sizeof *copy);
    if (!copy) return;
    *copy = *m;
    copy->code = copy_text(&d->arena, m->code, &ok);
    copy->file = copy_text(&d->arena, m->file, &ok);
    copy->message = copy_text(&d->arena, m->message, &ok);
    copy->hint = copy_text(&d->arena, m->hint, &ok);
    if (ok) d->kept.at[d->kept.n++] = copy;
}

void diag_add(struct diag *d, const struct diag_msg *m)
{
    if (!d) return;
    pthread_mutex_lock(&d->lock);
    d->count[m->severity <= VOC_ERROR ? m->severity : VOC_ERROR]++;
    if (count_code(d, m->code ? m->code : "") < KEEP_PER_CODE) {
        keep(d, m);
        if (d->show) d->show(d->user, m);
    }
    pthread_mutex_unlock(&d->lock);
}

// On the stack, so that "out of memory" can be said; a longer message ends in dots, at a whole character.
void diag_put(struct diag *d, uint32_t severity, const char *code, const char *file, uint64_t line, const char *hint,
              const char *format, ...)
{
    char text[TEXT_MAX];
    va_list ap;
    if (!d) return;
    va_start(ap, format);
    int len = vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    if (len < 0) text[0] = '\0';
    if (len >= (int)sizeof text) {
        size_t end = sizeof text - 4;
        while (end > 0 && ((unsigned char)text[end] & 0xC0) == 0x80) end--;
        memcpy(text + end, "...", 4);
    }
    struct diag_msg m = {.severity = severity, .code = code, .file = file, .line = line, .message = text, .hint = hint};
    diag_add(d, &m);
}

// The reader's view is const; the lock inside is not.
static struct diag *open_up(const struct diag *d) { return (struct diag *)(uintptr_t)d; }

size_t diag_count(const struct diag *d, uint32_t severity)
{
    if (!d || severity > VOC_ERROR) return 0;
    pthread_mutex_lock(&open_up(d)->lock);
    size_t n = d->count[severity];
    pthread_mutex_unlock(&open_up(d)->lock);
    return n;
}

size_t diag_n(const struct diag *d)
{
    if (!d) return 0;
    pthread_mutex_lock(&open_up(d)->lock);
    size_t n = d->kept.n;
    pthread_mutex_unlock(&open_up(d)->lock);
    return n;
}

const struct diag_msg *diag_at(const struct diag *d, size_t i)
{
    if (!d) return NULL;
    pthread_mutex_lock(&open_up(d)->lock);
    const struct diag_msg *m = i < d->kept.n ? d->kept.at[i] : NULL;
    pthread_mutex_unlock(&open_up(d)->lock);
    return m;
}

// What a terminal would obey: C0 and C1 controls, DEL, and the marks that turn the reading direction.
static bool unsafe(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7F && cp <= 0x9F) || cp == 0x061C || cp == 0x200E || cp == 0x200F ||
           (cp >= 0x2028 && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069);
}

static void add_escaped(struct buf *out, const char *text)
{
    size_t len = strlen(text);
    for (size_t at = 0; at < len;) {
        uint32_t cp = 0;
        size_t n = utf8_next(text + at, len - at, &cp);
        if (n && !unsafe(cp)) buf_add(out, text + at, n);
        else if (n && cp > 0xFF) buf_printf(out, "\\u%04x", (unsigned)cp);
        else buf_printf(out, "\\x%02x", n ? (unsigned)cp : (unsigned)(unsigned char)text[at]);
        at += n ? n : 1;
    }
}

void diag_format(struct buf *out, const struct diag_msg *m)
{
    static const char *const names[] = {"error", "info", "warning", "error"};
    if (m->file) {
        add_escaped(out, m->file);
        if (m->line) buf_printf(out, ":%llu", (unsigned long long)m->line);
        if (m->line && m->column) buf_printf(out, ":%llu", (unsigned long long)m->column);
        buf_cstr(out, ": ");
    }
    buf_printf(out, "%s: ", names[m->severity <= VOC_ERROR ? m->severity : 0]);
    if (!m->file && m->line) buf_printf(out, "line %llu: ", (unsigned long long)m->line);
    add_escaped(out, m->message ? m->message : "");
    if (m->code && m->code[0]) {
        buf_cstr(out, " [");
        add_escaped(out, m->code);
        buf_byte(out, ']');
    }
    buf_byte(out, '\n');
    if (m->hint && m->hint[0]) {
        buf_cstr(out, "  ");
        add_escaped(out, m->hint);
        buf_byte(out, '\n');
    }
}

const char *rc_name(voc_rc rc)
{
    switch (rc) {
    case VOC_OK: return "ok";
    case VOC_CANCELLED: return "interrupted";
    case VOC_E_INPUT: return "the input is not what it should be";
    case VOC_E_OPTION: return "an option or a definition is wrong";
    case VOC_E_NOMEM: return "out of memory";
    case VOC_E_IO: return "reading or writing failed";
    case VOC_E_LIMIT: return "a stated bound was reached";
    case VOC_E_BUG: return "a plugin or the program broke its contract";
    case VOC_E_POLICY: return "refused by policy";
    case VOC_E_CHECK: return "a check failed";
    case VOC_E_BUSY: return "the project file is in use by another writer";
    }
    return "an unknown status";
}
