// SPDX-License-Identifier: MIT
// SQLite's memory comes from base/mem, so that tests can make each of its allocations fail and leaks are seen.
// store_init is called once, before any project is opened and before threads; store_done when all are closed.
#include <sqlite3.h>
#include "base/mem.h"
#include "store/store.h"

static void *sqlite_malloc(int size)
{
    return size > 0 ? mem_alloc((size_t)size) : NULL;
}

static void *sqlite_realloc(void *old, int size)
{
    return size > 0 ? mem_realloc(old, (size_t)size) : NULL;
}

static int sqlite_size(void *ptr)
{
    return ptr ? (int)mem_size(ptr) : 0;
}

static int sqlite_round(int size)
{
    return (size + 7) & ~7;
}

static int sqlite_memory_init(void *user)
{
    (void)user;
    return SQLITE_OK;
}

static void sqlite_memory_done(void *user)
{
    (void)user;
}

voc_rc store_init(void)
{
    static const sqlite3_mem_methods methods = {
        sqlite_malloc, mem_free, sqlite_realloc, sqlite_size, sqlite_round, sqlite_memory_init, sqlite_memory_done, NULL,
    };
    // Each connection belongs to one thread at a time, so SQLite need not lock it. Lookaside memory would hide faults.
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) != SQLITE_OK) return VOC_E_BUG;
    if (sqlite3_config(SQLITE_CONFIG_MULTITHREAD) != SQLITE_OK) return VOC_E_BUG;
    if (sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) != SQLITE_OK) return VOC_E_BUG;
    if (sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) != SQLITE_OK) return VOC_E_BUG;
    int rc = sqlite3_initialize();
    return rc == SQLITE_OK ? VOC_OK : rc == SQLITE_NOMEM ? VOC_E_NOMEM : VOC_E_BUG;
}

void store_done(void)
{
    (void)sqlite3_shutdown();
}
