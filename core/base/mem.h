// SPDX-License-Identifier: MIT
// Memory behind one shim: every allocation of our code, SQLite, PCRE2 and ICU comes through here, so that tests can
// make each one fail in turn. Also arenas, for what is parsed once and freed together.
// Threads: all functions are thread-safe except those on one arena.
#ifndef VOC_BASE_MEM_H
#define VOC_BASE_MEM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <voc/plugin.h>

// NULL when out of memory (or when a fault is injected). Size 0 gives a unique pointer.
void *mem_alloc(size_t size);
void *mem_zalloc(size_t count, size_t size); // checked multiplication, zeroed
void *mem_realloc(void *old, size_t size);   // on failure `old` stays
void *mem_dup(const void *from, size_t size);
char *mem_strndup(const char *from, size_t len); // adds a NUL
void mem_free(void *ptr);                        // takes NULL
size_t mem_size(const void *ptr);                // usable size (SQLite needs it)

bool mem_mul(size_t a, size_t b, size_t *out); // false on overflow
bool mem_add(size_t a, size_t b, size_t *out);

// Live bytes and allocations made by our code, for leak tests and --memory.
struct mem_stats {
    uint64_t live_bytes, peak_bytes, live_blocks, allocations;
};
struct mem_stats mem_stats(void);
uint64_t mem_live(void); // live_bytes alone, as of about now
void mem_trim(void);     // what was freed goes back to the system: after much was, and before something else needs memory

// Fault injection: the n-th allocation from now on fails (1 = the next); persistent: all after it too. 0 switches off.
// Also set by the environment: VOC_FAULT_ALLOC=n or n+ (persistent), read once by mem_fault_env().
void mem_fault(uint64_t nth, bool persistent);
void mem_fault_env(void);
bool mem_fault_fired(void);

// Arena: owns its blocks; everything in it is freed by arena_done.
struct arena_block;
struct arena {
    struct arena_block *head;
    size_t used, max; // max: bound in bytes, 0 = none
};
void arena_init(struct arena *a, size_t max);
void arena_done(struct arena *a);
void *arena_alloc(struct arena *a, size_t size); // zeroed, aligned to 16; NULL: out of memory or over max
voc_str arena_str(struct arena *a, const char *ptr, size_t len, bool *ok); // copies, NUL-terminated
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
#endif
