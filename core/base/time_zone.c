// SPDX-License-Identifier: MIT
// Time zones: the only time file that includes ICU. A zone's changes of offset are asked from ICU once, when the zone is
// opened, up to the year 2500; from then on it is an immutable sorted array that any thread may search, and ICU is not
// called again (its calendars are neither cheap nor thread-safe). Later years repeat every 400 (146,097 days).
// Unlike ICU, a name that is no IANA zone is refused: no "GMT+3", no "PST" (ICU has about 30 of its own three letters).
#include <unicode/ucal.h>
#include <unicode/uenum.h>
#include "base/str.h"
#include "base/text.h"
#include "base/time_internal.h"

#define CYCLE_US (INT64_C(146097) * US_PER_DAY)
#define CHANGES_MAX 4096u

// Before the local time `until`, the zone is at `offset`: `until` is the change in the later of its two local times, so
// that a repeated time takes its first occurrence and a skipped one moves forward, both being read with the offset
// before the change (METHODS 0.2). `from` is the earlier of the two: between them the time is repeated or skipped.
struct change { int64_t from, until, offset; bool repeats; };

struct time_zone {
    VEC(struct change) changes;
    int64_t last_offset;
    int64_t cycle_at; // local times from here on are taken 400 years earlier
};

static int64_t offset_at(UCalendar *cal, UDate ms, UErrorCode *e)
{
    ucal_setMillis(cal, ms, e);
    return ((int64_t)ucal_get(cal, UCAL_ZONE_OFFSET, e) + ucal_get(cal, UCAL_DST_OFFSET, e)) * 1000;
}

static voc_rc read_changes(struct time_zone *z, UCalendar *cal)
{
    UErrorCode e = U_ZERO_ERROR;
    UDate at = (UDate)(TIME_MIN_US / 1000);
    const UDate end = (UDate)(time_from_civil(2501, 1, 1) * (US_PER_DAY / 1000));
    int64_t offset = offset_at(cal, at, &e), reached = INT64_MIN;
    while (U_SUCCESS(e)) {
        UDate next;
        if (!ucal_getTimeZoneTransitionDate(cal, UCAL_TZ_TRANSITION_NEXT, &next, &e) || next >= end || next <= at) break;
        int64_t after = offset_at(cal, next, &e);
        at = next;
        if (after == offset) continue; // only its name or its kind changed
        int64_t utc = (int64_t)next * 1000, a = utc + offset, b = utc + after;
        struct change c = {a < b ? a : b, a < b ? b : a, offset, after < offset};
        if (c.from < reached) c.from = reached; // two changes within hours of each other
        if (c.until < reached) c.until = reached;
        reached = c.until;
        if (vec_reserve(&z->changes, 1, CHANGES_MAX) != VOC_OK) return VOC_E_NOMEM;
        z->changes.at[z->changes.n++] = c;
        offset = after;
    }
    z->last_offset = offset;
    z->cycle_at = time_from_civil(2500, 1, 1) * US_PER_DAY;
    if (text_icu_short() || e == U_MEMORY_ALLOCATION_ERROR) return VOC_E_NOMEM;
    return U_SUCCESS(e) ? VOC_OK : VOC_E_BUG;
}

// ICU's own short names that IANA does not have, or (EST, MST, HST) has as fixed offsets, which ICU agrees with.
static bool only_icu(voc_str name)
{
    static const char known[] = " ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT PNT PRT PST SST VST ";
    char word[6] = {' ', 0, 0, 0, ' ', 0};
    if (name.len != 3) return name.len > 10 && str_starts(name, "SystemV/");
    memcpy(word + 1, name.ptr, 3);
    return strstr(known, word) != NULL;
}

// What the writer of an unknown name may have meant: the same letters in another case, or a near name. At most 47 bytes. It is
// compared with each of 600 names.
static void suggest(voc_str name, char out[48])
{
    UErrorCode e = U_ZERO_ERROR;
    size_t best = name.len / 3 + 1;
    UEnumeration *all = ucal_openTimeZones(&e);
    out[0] = 0;
    for (;;) {
        int32_t len = 0;
        const char *id = U_SUCCESS(e) ? uenum_next(all, &len, &e) : NULL;
        if (id == NULL || U_FAILURE(e)) break;
        voc_str s = str_mk(id, (size_t)len);
        if (s.len > 47 || only_icu(s)) continue;
        size_t distance = str_ieq(s, name) ? 0 : str_distance(s, name);
        if (distance >= best) continue;
        best = distance;
        memcpy(out, s.ptr, s.len);
        out[s.len] = 0;
    }
    uenum_close(all);
}

static voc_rc unknown(voc_str name, struct diag *d)
{
    char near[48] = "", hint[112] = "a zone has a name like Europe/Berlin, America/New_York or UTC";
    if (d == NULL) return VOC_E_OPTION; // of a value in the data: nobody is told what it may have meant
    if (name.len < 64) suggest(name, near);
    if (near[0] != 0) {
        size_t n = 0;
        for (const char *part[3] = {"did you mean ", near, "?"}, **p = part; p < part + 3; p++) {
            memcpy(hint + n, *p, strlen(*p) + 1);
            n += strlen(*p);
        }
    }
    diag_error(d, "TIME-001", NULL, 0, hint, "unknown time zone '%.*s'", STR_SHOWN(name, 64));
    return VOC_E_OPTION;
}

bool time_zone_windows(voc_str name, char out[64])
{
    UChar windows[64], id[64];
    UErrorCode e = U_ZERO_ERROR;
    int32_t n = 0;
    if (name.len == 0 || name.len >= 64) return false;
    for (size_t i = 0; i < name.len; i++) {
        if ((unsigned char)name.ptr[i] < ' ' || (unsigned char)name.ptr[i] >= 127) return false;
        windows[i] = (UChar)(name.ptr[i] == '_' ? ' ' : name.ptr[i]);
    }
    n = ucal_getTimeZoneIDForWindowsID(windows, (int32_t)name.len, NULL, id, 64, &e);
    if (U_FAILURE(e) || n <= 0 || n >= 64) return false;
    for (int32_t i = 0; i < n; i++) out[i] = (char)id[i];
    out[n] = 0;
    return true;
}

voc_rc time_zone_new(struct time_zone **out, voc_str name, struct diag *d)
{
    UChar id[64], canonical[128];
    UErrorCode e = U_ZERO_ERROR;
    UBool system = false;
    if (name.len == 0 || str_is(name, "UTC") || str_is(name, "Z")) {
        *out = NULL;
        return VOC_OK;
    }
    if (name.len >= 64 || only_icu(name)) return unknown(name, d);
    for (size_t i = 0; i < name.len; i++) {
        if ((unsigned char)name.ptr[i] <= ' ' || (unsigned char)name.ptr[i] >= 127) return unknown(name, d);
        id[i] = (UChar)(unsigned char)name.ptr[i];
    }
    (void)text_icu_short();
    ucal_getCanonicalTimeZoneID(id, (int32_t)name.len, canonical, 128, &system, &e);
    if (text_icu_short() || e == U_MEMORY_ALLOCATION_ERROR) return VOC_E_NOMEM;
    if (U_FAILURE(e) || !system || str_starts(name, "Etc/Unknown")) return unknown(name, d);

    voc_rc rc = VOC_E_NOMEM;
    struct time_zone *z = mem_zalloc(1, sizeof *z);
    UCalendar *cal = z == NULL ? NULL : ucal_open(id, (int32_t)name.len, "en_US", UCAL_GREGORIAN, &e);
    if (z != NULL && U_SUCCESS(e)) rc = read_changes(z, cal); // a zone that memory made GMT is refused there
    else if (U_FAILURE(e) && !text_icu_short() && e != U_MEMORY_ALLOCATION_ERROR) rc = VOC_E_BUG;
    if (cal != NULL) ucal_close(cal);
    if (rc == VOC_OK) *out = z;
    else time_zone_free(z);
    return rc;
}

void time_zone_free(struct time_zone *z)
{
    if (z == NULL) return;
    vec_free(&z->changes);
    mem_free(z);
}

static int64_t within_cycle(const struct time_zone *z, int64_t local_us)
{
    return local_us >= z->cycle_at ? local_us - ((local_us - z->cycle_at) / CYCLE_US + 1) * CYCLE_US : local_us;
}

bool time_zone_has(const struct time_zone *z, int64_t local_us, int64_t offset_us)
{
    if (z == NULL) return offset_us == 0;
    int64_t local = within_cycle(z, local_us);
    size_t i = 0;
    while (i < z->changes.n && z->changes.at[i].until <= local) i++;
    if (i == z->changes.n) return offset_us == z->last_offset;
    const struct change *c = &z->changes.at[i];
    if (offset_us == c->offset) return true; // a skipped time is read with it
    return local >= c->from && c->repeats && offset_us == (i + 1 < z->changes.n ? c[1].offset : z->last_offset);
}

int64_t time_zone_to_utc(const struct time_zone *z, int64_t local_us, int *kind)
{
    *kind = TIME_ZONE_PLAIN;
    if (z == NULL) return local_us;
    int64_t local = within_cycle(z, local_us);
    size_t low = 0, high = z->changes.n; // the first change whose `until` lies behind local
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (z->changes.at[middle].until > local) high = middle;
        else low = middle + 1;
    }
    if (low == z->changes.n) return local_us - z->last_offset;
    const struct change *c = &z->changes.at[low];
    if (local >= c->from) *kind = c->repeats ? TIME_ZONE_REPEATED : TIME_ZONE_SKIPPED;
    return local_us - c->offset;
}
