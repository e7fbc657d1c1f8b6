// SPDX-License-Identifier: MIT
// Patterns, the only file that includes PCRE2: JIT, UTF, UCP, METHODS 12.1 limits. A pattern owns a few match blocks that
// threads borrow for one call through atomic slots, so matching takes no lock, rarely allocates, and leaves nothing behind
// in a thread that ends. A limit hit under JIT is decided again by the interpreter, so that machines agree.
// Memory: through base/mem by a PCRE2 context; JIT code itself is mapped by PCRE2 and is optional.
#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/regex.h"
#include <pcre2.h>
#include <stdatomic.h>
#include <string.h>
#include "base/str.h"
#include "base/utf8.h"

#define MATCH_LIMIT 1000000u
#define DEPTH_LIMIT 10000u
#define HEAP_LIMIT_KIB (32u << 10)
#define TEXT_MAX ((size_t)64 << 10)
#define PATTERN_MAX ((size_t)32 << 10)
#define SHOWN_MAX 120 // bytes of a wrong pattern in its message
#define SLOTS 4u      // threads that match one pattern at once without allocating

struct voc_regex { // owns all of it
    atomic_bool short_of_memory; // an allocation of PCRE2's was refused; told apart from JIT that is not to be had
    pcre2_general_context *memory;
    pcre2_match_context *limits; // read-only once made
    pcre2_code *code;
    _Atomic(pcre2_match_data *) slot[SLOTS];
};

static void *regex_alloc(size_t size, void *user)
{
    struct voc_regex *re = user;
    void *ptr = mem_alloc(size);
    if (!ptr) atomic_store_explicit(&re->short_of_memory, true, memory_order_relaxed);
    return ptr;
}

static void regex_release(void *ptr, void *user)
{
    (void)user;
    mem_free(ptr);
}

void regex_free(struct voc_regex *re)
{
    if (!re) return;
    for (size_t i = 0; i < SLOTS; i++) pcre2_match_data_free(atomic_load(&re->slot[i]));
    pcre2_code_free(re->code);
    pcre2_match_context_free(re->limits);
    pcre2_general_context_free(re->memory);
    mem_free(re);
}

static voc_rc wrong(struct diag *d, voc_str pattern, int error, size_t offset, const char *file, uint64_t line)
{
    char why[256];
    if (error == PCRE2_ERROR_HEAP_FAILED) return VOC_E_NOMEM;
    if (pcre2_get_error_message(error, (PCRE2_UCHAR *)why, sizeof why) < 0) memcpy(why, "not a pattern", 14);
    int shown = pattern.len > SHOWN_MAX ? SHOWN_MAX : (int)pattern.len;
    diag_error(d, "REGEX-001", file, line, "patterns are written as PCRE2 reads them; \\ before a sign makes it plain text",
               "the pattern \"%.*s\"%s is wrong at byte %zu: %s", shown, pattern.ptr, shown < (int)pattern.len ? "..." : "", offset,
               why);
    return VOC_E_OPTION;
}

static voc_rc compile(struct voc_regex *re, voc_str pattern, unsigned flags, const char *file, uint64_t line, struct diag *d)
{
    int error = 0;
    size_t offset = 0;
    uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
    if (flags & REGEX_CASELESS) options |= PCRE2_CASELESS;
    if (flags & REGEX_WHOLE) options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
    re->memory = pcre2_general_context_create(regex_alloc, regex_release, re);
    if (!re->memory) return VOC_E_NOMEM;
    re->limits = pcre2_match_context_create(re->memory);
    if (!re->limits) return VOC_E_NOMEM;
    pcre2_set_match_limit(re->limits, MATCH_LIMIT);
    pcre2_set_depth_limit(re->limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(re->limits, HEAP_LIMIT_KIB);
    pcre2_compile_context *cx = pcre2_compile_context_create(re->memory);
    if (!cx) return VOC_E_NOMEM;
    pcre2_set_max_pattern_length(cx, PATTERN_MAX);
    const char *text = pattern.len ? pattern.ptr : "";
    re->code = pcre2_compile((PCRE2_SPTR)text, pattern.len, options, &error, &offset, cx);
    pcre2_compile_context_free(cx);
    if (!re->code) return atomic_load(&re->short_of_memory) ? VOC_E_NOMEM : wrong(d, pattern, error, offset, file, line);
    (void)pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE); // without it the interpreter answers
    pcre2_match_data *first = pcre2_match_data_create(1, re->memory);
    atomic_store(&re->slot[0], first);
    return atomic_load(&re->short_of_memory) ? VOC_E_NOMEM : VOC_OK;
}

voc_rc regex_new(struct voc_regex **out, voc_str pattern, unsigned flags, const char *file, uint64_t line, struct diag *d)
{
    struct voc_regex *re = mem_zalloc(1, sizeof *re);
    if (!re) return VOC_E_NOMEM;
    voc_rc rc = compile(re, pattern, flags, file, line, d);
    if (rc) {
        regex_free(re);
        return rc;
    }
    *out = re;
    return VOC_OK;
}

// The pattern is read-only to its users; the slots are its one moving part.
static struct voc_regex *open_up(const struct voc_regex *re) { return (struct voc_regex *)(uintptr_t)re; }

static pcre2_match_data *borrow(struct voc_regex *re)
{
    for (size_t i = 0; i < SLOTS; i++) {
        if (!atomic_load_explicit(&re->slot[i], memory_order_relaxed)) continue;
        pcre2_match_data *md = atomic_exchange_explicit(&re->slot[i], NULL, memory_order_acquire);
        if (md) return md;
    }
    return pcre2_match_data_create(1, re->memory);
}

static void give_back(struct voc_regex *re, pcre2_match_data *md)
{
    for (size_t i = 0; i < SLOTS; i++) {
        pcre2_match_data *empty = NULL;
        if (atomic_compare_exchange_strong_explicit(&re->slot[i], &empty, md, memory_order_release, memory_order_relaxed)) return;
    }
    pcre2_match_data_free(md);
}

// At most TEXT_MAX bytes, cut between characters.
static size_t cut(voc_str text)
{
    uint32_t cp;
    if (text.len <= TEXT_MAX) return text.len;
    for (size_t back = 1; back < 4; back++) {
        if (utf8_next(text.ptr + TEXT_MAX - back, text.len - TEXT_MAX + back, &cp) > back) return TEXT_MAX - back;
    }
    return TEXT_MAX;
}

int regex_match_from(const struct voc_regex *re, voc_str text, size_t from, size_t *start, size_t *end)
{
    struct voc_regex *mine = open_up(re);
    pcre2_match_data *md = borrow(mine);
    if (!md) return -1;
    PCRE2_SPTR subject = (PCRE2_SPTR)(text.len ? text.ptr : "");
    size_t len = cut(text);
    int rc = from > len ? PCRE2_ERROR_NOMATCH : pcre2_match(re->code, subject, len, from, 0, md, re->limits);
    if (rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_JIT_STACKLIMIT)
        rc = pcre2_match(re->code, subject, len, from, PCRE2_NO_JIT, md, re->limits);
    if (rc >= 0) {
        const size_t *at = pcre2_get_ovector_pointer(md);
        if (start) *start = at[0];
        if (end) *end = at[1];
    }
    give_back(mine, md);
    return rc >= 0 ? 1 : rc == PCRE2_ERROR_NOMATCH ? 0 : -1;
}

int regex_match(const struct voc_regex *re, voc_str text, size_t *start, size_t *end) { return regex_match_from(re, text, 0, start, end); }
