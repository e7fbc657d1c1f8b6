// SPDX-License-Identifier: MIT
// ICU's memory. ICU does not bear to run out of it: a time zone becomes GMT in silence, ucal_open loses blocks, and
// ucal_getTimeZoneTransitionDate follows a null pointer (measured: ICU 72, each allocation failing in turn). So ICU never
// sees a failure: where base/mem has nothing, a small reserve gives the block and the thread remembers it, and whoever
// called ICU asks afterwards and drops what was made. The reserve is static: it costs no memory before it is touched.
#include <pthread.h>
#include <unicode/putil.h>
#include <unicode/uclean.h>
#include <unicode/ucnv.h>
#include <unicode/udata.h>
#include "base/str.h"
#include "base/text.h"

#define RESERVE_BYTES ((size_t)1 << 18) // many times what one call needs
#define HEAD ((size_t)16)

static struct {
    pthread_mutex_t lock;
    size_t used, live; // when no block is live any more, all of it is free again
    _Alignas(16) char bytes[RESERVE_BYTES];
} reserve = {.lock = PTHREAD_MUTEX_INITIALIZER};

static _Thread_local bool ran_short;

static bool in_reserve(const void *ptr)
{
    return (uintptr_t)ptr >= (uintptr_t)reserve.bytes && (uintptr_t)ptr < (uintptr_t)reserve.bytes + RESERVE_BYTES;
}

// A block behind its size.
static void *reserve_alloc(size_t size)
{
    char *at = NULL;
    size_t need = (size + 15) & ~(size_t)15;
    pthread_mutex_lock(&reserve.lock);
    if (size < RESERVE_BYTES && need + HEAD <= RESERVE_BYTES - reserve.used) {
        at = reserve.bytes + reserve.used + HEAD;
        memcpy(at - HEAD, &size, sizeof size);
        reserve.used += need + HEAD;
        reserve.live++;
    }
    pthread_mutex_unlock(&reserve.lock);
    return at;
}

static void reserve_free(void)
{
    pthread_mutex_lock(&reserve.lock);
    if (--reserve.live == 0) reserve.used = 0;
    pthread_mutex_unlock(&reserve.lock);
}

static void *U_CALLCONV icu_alloc(const void *context, size_t size)
{
    void *ptr = mem_alloc(size);
    (void)context;
    if (ptr != NULL) return ptr;
    ran_short = true;
    return reserve_alloc(size);
}

static void U_CALLCONV icu_free(const void *context, void *ptr)
{
    (void)context;
    if (in_reserve(ptr)) reserve_free();
    else mem_free(ptr);
}

static void *U_CALLCONV icu_realloc(const void *context, void *old, size_t size)
{
    void *ptr = in_reserve(old) ? NULL : mem_realloc(old, size);
    if (ptr != NULL) return ptr;
    size_t had = 0;
    if (in_reserve(old)) memcpy(&had, (char *)old - HEAD, sizeof had);
    else if (old != NULL) had = mem_size(old);
    ptr = reserve_alloc(size);
    ran_short = true;
    if (ptr == NULL) return NULL;
    if (had > 0) memcpy(ptr, old, had < size ? had : size);
    icu_free(context, old);
    return ptr;
}

bool text_icu_short(void)
{
    bool was = ran_short;
    ran_short = false;
    return was;
}

voc_rc text_icu_memory(void)
{
    UErrorCode e = U_ZERO_ERROR;
    u_setMemoryFunctions(NULL, icu_alloc, icu_realloc, icu_free, &e);
    return U_SUCCESS(e) ? VOC_OK : VOC_E_BUG;
}

// ICU looks for its data when it is first asked for any: once that was done, no file is needed, wherever a distribution keeps it.
void text_without_files(void)
{
    UErrorCode e = U_ZERO_ERROR, none = U_ZERO_ERROR;
    ucnv_close(ucnv_open("windows-1252", &e));
    u_setTimeZoneFilesDirectory("", &none);
    none = U_ZERO_ERROR;
    udata_setFileAccess(UDATA_NO_FILES, &none);
}
