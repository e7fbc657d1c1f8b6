// SPDX-License-Identifier: MIT
// A compiled time format: how the text reads (ISO and epochs, a fixed epoch unit, a spreadsheet's serial number, or a
// pattern) and in which zone a time without an offset lies, unless it names one itself. Immutable after creation, except two
// atomic counters and the list of zones met, which it owns; so it is shared by threads.
#include <stdatomic.h>
#include "base/str.h"
#include "base/time_internal.h"

enum kind { ISO, EPOCH, NANOSECONDS, SERIAL, PATTERN };
struct counters { _Atomic uint64_t repeated, skipped; };

struct time_format { // owns zone and counters
    enum kind kind;
    int64_t unit_us;
    bool local;             // epochs count what a clock of the zone showed
    struct time_zone *zone; // NULL: UTC
    bool midnights;         // a date is 00:00 there
    bool plain;             // ISO in UTC
    struct counters *counters;
    struct time_names *names; // NULL: no zone stands behind the time
    struct time_pattern pattern;
};

voc_rc time_format_new(struct time_format **out, voc_str pattern, voc_str zone, struct diag *d)
{
    struct time_format *f = mem_zalloc(1, sizeof *f);
    if (f == NULL) return VOC_E_NOMEM;
    voc_str whole = pattern;
    voc_rc rc = VOC_OK;
    if (str_ends(pattern, "VV")) {
        pattern = time_trim(str_mk(pattern.ptr, pattern.len - 2));
        rc = time_names_new(&f->names);
    }
    if (pattern.len == 0 || str_is(pattern, "iso")) f->kind = ISO;
    else if (str_is(pattern, "excel")) f->kind = SERIAL;
    else if (str_is(pattern, "epoch-ns")) f->kind = NANOSECONDS;
    else if (str_starts(pattern, "epoch-")) {
        f->kind = EPOCH;
        f->local = str_ends(pattern, "-local");
        if (f->local) pattern.len -= strlen("-local");
        f->unit_us = str_is(pattern, "epoch-s") ? US_PER_SECOND : str_is(pattern, "epoch-ms") ? 1000 : str_is(pattern, "epoch-us");
        if (f->unit_us == 0) {
            rc = VOC_E_OPTION;
            diag_error(d, "TIME-002", NULL, 0, "the units are epoch-s, epoch-ms, epoch-us and epoch-ns; epoch-s-local is of a clock in the zone", "unknown time format '%.*s'",
                       STR_SHOWN(whole, 80));
        }
    } else {
        size_t at = 0;
        f->kind = PATTERN;
        const char *wrong = time_pattern_compile(&f->pattern, pattern, &at);
        if (wrong != NULL) {
            rc = VOC_E_OPTION;
            diag_error(d, "TIME-002", NULL, 0, "write it like yyyy-MM-dd HH:mm:ss, d.M.yyyy H:mm or M/d/yyyy h:mm a",
                       "the time pattern '%.*s' cannot be used: %s (at its character %zu)",
                       STR_SHOWN(whole, 80), wrong, at + 1);
        }
    }
    if (rc == VOC_OK) rc = time_zone_new(&f->zone, zone, d);
    if (rc == VOC_OK && (f->counters = mem_zalloc(1, sizeof *f->counters)) == NULL) rc = VOC_E_NOMEM;
    f->plain = f->kind == ISO && f->names == NULL && f->zone == NULL;
    if (rc == VOC_OK) *out = f;
    else time_format_free(f);
    return rc;
}

void time_format_midnights(struct time_format *f) { f->midnights = true; }

void time_format_free(struct time_format *f)
{
    if (f == NULL) return;
    time_zone_free(f->zone);
    time_names_free(f->names);
    mem_free(f->counters);
    mem_free(f);
}

static bool read(const struct time_format *f, voc_str text, struct time_read *t)
{
    switch (f->kind) {
    case ISO:
        if (f->plain || !time_iso_usual(text, &t->us)) return time_iso_read(text, t); // plain: it is not usual
        t->resolution = VOC_RES_SECOND, t->absolute = text.len == 20;
        return true;
    case EPOCH:
        if (!time_epoch_read(time_trim(text), f->unit_us, true, t)) return false;
        t->absolute = t->absolute && !f->local;
        return true;
    case NANOSECONDS: return time_nanoseconds_read(time_trim(text), t);
    case SERIAL: return time_serial_read(text, t);
    default: return time_pattern_read(&f->pattern, text, t);
    }
}

static __attribute__((noinline)) voc_rc parse(const struct time_format *f, voc_str text, int64_t *us, uint32_t *resolution)
{
    struct time_read t;
    voc_str rest, word;
    bool named = f->names != NULL && time_zone_split(text, &rest, &word);
    if (!read(f, named ? rest : text, &t)) return VOC_E_INPUT;
    int kind = TIME_ZONE_PLAIN;
    const bool date = t.resolution == VOC_RES_DAY && !f->midnights; // no time of any clock: stored at 00:00 (METHODS 0.2), else it would be another day
    if (named) {
        int64_t utc;
        voc_rc rc = time_named_to_utc(f->names, word, t.us, &utc, &kind);
        if (rc != VOC_OK && (!t.absolute || rc == VOC_E_NOMEM)) return rc;
        if (date) kind = TIME_ZONE_PLAIN;
        else if (!t.absolute) t.us = utc;
    } else if (!t.absolute && !date && f->zone != NULL) {
        t.us = time_zone_to_utc(f->zone, t.us, &kind);
    }
    if (t.us < TIME_MIN_US || t.us >= TIME_END_US) return VOC_E_INPUT;
    if (!t.absolute && kind == TIME_ZONE_REPEATED) atomic_fetch_add_explicit(&f->counters->repeated, 1, memory_order_relaxed);
    if (!t.absolute && kind == TIME_ZONE_SKIPPED) atomic_fetch_add_explicit(&f->counters->skipped, 1, memory_order_relaxed);
    *us = t.us, *resolution = t.resolution;
    return VOC_OK;
}

voc_rc time_format_parse(const struct time_format *f, voc_str text, int64_t *us, uint32_t *resolution)
{
    if (f->plain && time_iso_usual(text, us)) return *resolution = VOC_RES_SECOND, VOC_OK;
    return parse(f, text, us, resolution);
}

struct time_turns time_format_turns(const struct time_format *f)
{
    return (struct time_turns){atomic_load_explicit(&f->counters->repeated, memory_order_relaxed), atomic_load_explicit(&f->counters->skipped, memory_order_relaxed)};
}
