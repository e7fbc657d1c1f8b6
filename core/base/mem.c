// SPDX-License-Identifier: MIT
// The allocator shim: the only file that calls malloc. Counts what is live by malloc_usable_size, so that a block has no
// header and memory that a library hands back costs nothing to find; makes the n-th allocation fail when a test asks.
// Threads: every function is safe; the counters are relaxed atomics (they order nothing, they only add up).
#include "base/mem.h"
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "base/sanitized.h"

#define FAULT_TRANSIENT 1
#define FAULT_PERSISTENT 2

static atomic_uint_least64_t live_bytes, peak_bytes, live_blocks, allocations;
static atomic_int fault_kind;
static atomic_int_least64_t fault_left; // allocations until the fault; the one that takes it from 1 fails
static atomic_bool fault_hit;

bool mem_mul(size_t a, size_t b, size_t *out) { return !__builtin_mul_overflow(a, b, out); }

bool mem_add(size_t a, size_t b, size_t *out) { return !__builtin_add_overflow(a, b, out); }

static bool fault_due(void)
{
    int kind = atomic_load_explicit(&fault_kind, memory_order_relaxed);
    if (kind == 0) return false;
    int64_t left = atomic_fetch_sub_explicit(&fault_left, 1, memory_order_relaxed);
    if (left > 1 || (left < 1 && kind == FAULT_TRANSIENT)) return false;
    atomic_store_explicit(&fault_hit, true, memory_order_relaxed);
    return true;
}

// Sizes over PTRDIFF_MAX are refused here: malloc would, but sanitizers stop the program instead.
static bool refused(size_t size) { return size > (size_t)PTRDIFF_MAX || fault_due(); }

static void count_more(size_t bytes)
{
    uint64_t now = atomic_fetch_add_explicit(&live_bytes, bytes, memory_order_relaxed) + bytes;
    uint64_t peak = atomic_load_explicit(&peak_bytes, memory_order_relaxed);
    while (now > peak &&
           !atomic_compare_exchange_weak_explicit(&peak_bytes, &peak, now, memory_order_relaxed, memory_order_relaxed)) {
    }
}

static void count_new(const void *ptr)
{
    atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&live_blocks, 1, memory_order_relaxed);
    count_more(mem_size(ptr));
}

void *mem_alloc(size_t size)
{
    if (refused(size)) return NULL;
    void *ptr = malloc(size ? size : 1);
    if (ptr) count_new(ptr);
    return ptr;
}

void *mem_zalloc(size_t count, size_t size)
{
    size_t bytes;
    if (!mem_mul(count, size, &bytes) || refused(bytes)) return NULL;
    void *ptr = calloc(1, bytes ? bytes : 1);
    if (ptr) count_new(ptr);
    return ptr;
}

void *mem_realloc(void *old, size_t size)
{
    if (!old) return mem_alloc(size);
    if (refused(size)) return NULL;
    size_t before = mem_size(old);
    void *ptr = realloc(old, size ? size : 1);
    if (!ptr) return NULL;
    size_t after = mem_size(ptr);
    atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    if (after > before) count_more(after - before);
    else atomic_fetch_sub_explicit(&live_bytes, before - after, memory_order_relaxed);
    return ptr;
}

void *mem_dup(const void *from, size_t size)
{
    void *ptr = mem_alloc(size);
    if (ptr && size) memcpy(ptr, from, size);
    return ptr;
}

char *mem_strndup(const char *from, size_t len)
{
    size_t size;
    if (!mem_add(len, 1, &size)) return NULL;
    char *ptr = mem_alloc(size);
    if (!ptr) return NULL;
    if (len) memcpy(ptr, from, len);
    ptr[len] = '\0';
    return ptr;
}

void mem_free(void *ptr)
{
    if (!ptr) return;
    atomic_fetch_sub_explicit(&live_blocks, 1, memory_order_relaxed);
    atomic_fetch_sub_explicit(&live_bytes, mem_size(ptr), memory_order_relaxed);
    free(ptr);
}

void mem_trim(void) { (void)malloc_trim(0); }

// glibc declares the argument without const, but only reads.
size_t mem_size(const void *ptr) { return malloc_usable_size((void *)(uintptr_t)ptr); }

uint64_t mem_live(void) { return atomic_load_explicit(&live_bytes, memory_order_relaxed); }

struct mem_stats mem_stats(void)
{
    return (struct mem_stats){atomic_load(&live_bytes), atomic_load(&peak_bytes), atomic_load(&live_blocks),
                              atomic_load(&allocations)};
}

// Keeps "fired" when it switches off, so that a test can ask after its call; a new fault begins anew.
void mem_fault(uint64_t nth, bool persistent)
{
    atomic_store(&fault_kind, 0);
    if (nth == 0) return;
    atomic_store(&fault_hit, false);
    atomic_store(&fault_left, nth > (uint64_t)INT64_MAX ? INT64_MAX : (int64_t)nth);
    atomic_store(&fault_kind, persistent ? FAULT_PERSISTENT : FAULT_TRANSIENT);
}

void mem_fault_env(void)
{
    const char *text = getenv("VOC_FAULT_ALLOC");
    if (!text || text[0] < '0' || text[0] > '9') return;
    char *end = NULL;
    unsigned long long nth = strtoull(text, &end, 10);
    bool persistent = *end == '+';
    if (end[persistent ? 1 : 0] == '\0') mem_fault(nth, persistent);
}

bool mem_fault_fired(void) { return atomic_load_explicit(&fault_hit, memory_order_relaxed); }

// ---- sanitizers ----------------------------------------------------------------------------------------------------------

// Graphviz, which lays out maps, frees not all that it allocates; what is ours is still looked for.
#if SANITIZED
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void); // the runtime looks for it
const char *__lsan_default_suppressions(void) { return "leak:libgvc\nleak:libgvplugin\nleak:libcgraph\nleak:libcdt\n"; }
__attribute__((visibility("default"))) const char *__lsan_default_options(void);
const char *__lsan_default_options(void) { return "print_suppressions=0"; } // what the program says stays what it says
#endif
