// SPDX-License-Identifier: MIT
// Zones that a time names itself: "2025-03-01 10:00 Europe/Warsaw", "... CEST", "... UTC+2", "...+01:00[Europe/Paris]", and as
// Windows has them, with underscores for blanks ("... W._Europe_Standard_Time").
// An abbreviation is an offset. One with several meanings (CST, IST, BST) is refused, and so is one that is not in use at
// that time where its clocks change ("CET" in July: +01:00, or the clock on the wall?): both must be asked, not guessed.
// Zones are opened when they are first met and kept as long as the format; safe in threads.
#include <stdatomic.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "base/time_internal.h"

#define KEPT_MAX 1024u

enum kind { OFFSET, PLACE, ABBREVIATION, UNKNOWN };

struct kept { // immutable once it is in the list
    struct kept *next;
    enum kind kind;
    int64_t offset;
    struct time_zone *zone;
    size_t len;
    char word[64];
};

struct time_names {
    struct kept *_Atomic first;
    _Atomic uint32_t n;
};

// Minutes east of Greenwich, and a place whose clocks show whether it is in use; NULL: always, there are no others.
static const struct { const char *word; int minutes; const char *place; } abbreviations[] = {
    {"UTC", 0, NULL}, {"GMT", 0, NULL}, {"WET", 0, "Europe/Lisbon"}, {"WEST", 60, "Europe/Lisbon"}, {"CET", 60, "Europe/Berlin"}, {"CEST", 120, "Europe/Berlin"},
    {"MEZ", 60, "Europe/Berlin"}, {"MESZ", 120, "Europe/Berlin"}, {"EET", 120, "Europe/Helsinki"}, {"EEST", 180, "Europe/Helsinki"}, {"MSK", 180, "Europe/Moscow"},
    {"EST", -300, "America/New_York"}, {"EDT", -240, "America/New_York"}, {"MST", -420, "America/Denver"}, {"MDT", -360, "America/Denver"},
    {"PST", -480, "America/Los_Angeles"}, {"PDT", -420, "America/Los_Angeles"}, {"AKST", -540, "America/Anchorage"}, {"AKDT", -480, "America/Anchorage"},
    {"HST", -600, NULL}, {"JST", 540, NULL}, {"KST", 540, NULL}, {"HKT", 480, NULL}, {"SGT", 480, NULL}, {"PKT", 300, NULL}, {"WIB", 420, NULL}, {"SAST", 120, NULL},
    {"EAT", 180, NULL}, {"CAT", 120, NULL}, {"WAT", 60, NULL}, {"BRT", -180, NULL}, {"AEST", 600, "Australia/Sydney"}, {"AEDT", 660, "Australia/Sydney"},
    {"AWST", 480, NULL}, {"NZST", 720, "Pacific/Auckland"}, {"NZDT", 780, "Pacific/Auckland"},
};
static const char *const ambiguous[] = {"CST", "CDT", "IST", "BST", "AST", "ADT", "SST", "GST", "AMT", "ECT"};

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static size_t abbreviation(voc_str word) // its place, or the number of all
{
    size_t i = 0;
    while (i < sizeof abbreviations / sizeof *abbreviations && !str_is(word, abbreviations[i].word)) i++;
    return i;
}
#define ABBREVIATIONS (sizeof abbreviations / sizeof *abbreviations)

bool time_zone_is_ambiguous(voc_str word)
{
    for (size_t i = 0; i < sizeof ambiguous / sizeof *ambiguous; i++)
        if (str_is(word, ambiguous[i])) return true;
    return false;
}

// +02:00, UTC+2, GMT-03:30.
static bool offset_word(voc_str word, int64_t *offset)
{
    const char *p = word.ptr, *end = p + word.len;
    char padded[8];
    if (word.len > 3 && (str_starts(word, "UTC") || str_starts(word, "GMT"))) p += 3;
    if (p == end || (*p != '+' && *p != '-')) return false;
    if (end - p == 2) { // UTC+2
        padded[0] = *p, padded[1] = '0', padded[2] = p[1];
        p = padded, end = padded + 3;
    }
    return time_offset_read(&p, end, offset) && p == end;
}

bool time_zone_split(voc_str s, voc_str *rest, voc_str *word)
{
    s = time_trim(s);
    size_t at = s.len;
    bool bracket = s.len > 2 && (s.ptr[s.len - 1] == ']' || s.ptr[s.len - 1] == ')');
    char open = bracket && s.ptr[s.len - 1] == ')' ? '(' : bracket ? '[' : ' ';
    while (at > 0 && s.ptr[at - 1] != open) at--;
    if (at == 0) return false;
    *word = str_mk(s.ptr + at, s.len - at - bracket);
    *rest = time_trim(str_mk(s.ptr, at - 1));
    if (word->len < 3 || word->len > 63 || rest->len == 0) return false;
    if (word->ptr[0] == '+' || word->ptr[0] == '-') return word->len > 2 && rest->len >= 8;
    return is_letter(word->ptr[0]);
}

bool time_zone_looks(voc_str word)
{
    int64_t offset;
    return abbreviation(word) < ABBREVIATIONS || time_zone_is_ambiguous(word) || offset_word(word, &offset) ||
           (is_letter(word.ptr[0]) && memchr(word.ptr, '/', word.len) != NULL);
}

// ---- what has been met ---------------------------------------------------------------------------------------------------

voc_rc time_names_new(struct time_names **out)
{
    *out = mem_zalloc(1, sizeof **out);
    return *out == NULL ? VOC_E_NOMEM : VOC_OK;
}

static void kept_free(struct kept *k)
{
    if (k == NULL) return;
    time_zone_free(k->zone);
    mem_free(k);
}

void time_names_free(struct time_names *n)
{
    if (n == NULL) return;
    for (struct kept *k = atomic_load(&n->first), *next; k != NULL; k = next) {
        next = k->next;
        kept_free(k);
    }
    mem_free(n);
}

static voc_rc make(struct kept **out, voc_str word)
{
    struct kept *k = mem_zalloc(1, sizeof *k);
    size_t a = abbreviation(word);
    const char *place = a < ABBREVIATIONS ? abbreviations[a].place : NULL;
    voc_rc rc = VOC_OK;
    if (k == NULL) return VOC_E_NOMEM;
    memcpy(k->word, word.ptr, word.len);
    k->len = word.len;
    if (a < ABBREVIATIONS) {
        k->kind = place != NULL ? ABBREVIATION : OFFSET;
        k->offset = (int64_t)abbreviations[a].minutes * 60 * US_PER_SECOND;
        if (place != NULL) rc = time_zone_new(&k->zone, str_of(place), NULL);
    } else if (offset_word(word, &k->offset)) {
        k->kind = OFFSET;
    } else if (time_zone_is_ambiguous(word)) {
        k->kind = UNKNOWN;
    } else {
        k->kind = PLACE;
        char place_of[64];
        rc = time_zone_new(&k->zone, word, NULL);
        (void)text_icu_short();
        if (rc == VOC_E_OPTION && time_zone_windows(word, place_of)) rc = time_zone_new(&k->zone, str_of(place_of), NULL);
        else if (rc == VOC_E_OPTION && text_icu_short()) rc = VOC_E_NOMEM; // else it might have been one of Windows'
        if (rc == VOC_E_OPTION) k->kind = UNKNOWN, rc = VOC_OK;
    }
    if (rc == VOC_OK) *out = k;
    else kept_free(k);
    return rc;
}

// *use: to be freed by the caller if it is not kept.
static voc_rc find(struct time_names *n, voc_str word, const struct kept **out, struct kept **use)
{
    struct kept *first = atomic_load(&n->first), *k = first;
    *use = NULL;
    while (k != NULL && (k->len != word.len || memcmp(k->word, word.ptr, word.len) != 0)) k = k->next;
    if (k == NULL) {
        voc_rc rc = make(&k, word);
        if (rc != VOC_OK) return rc;
        if (atomic_fetch_add(&n->n, 1) >= KEPT_MAX) {
            *use = k;
        } else {
            k->next = first;
            while (!atomic_compare_exchange_weak(&n->first, &k->next, k)) continue;
        }
    }
    *out = k;
    return VOC_OK;
}

voc_rc time_named_to_utc(struct time_names *n, voc_str word, int64_t local_us, int64_t *utc_us, int *kind)
{
    const struct kept *k = NULL;
    struct kept *use;
    *kind = TIME_ZONE_PLAIN;
    voc_rc rc = find(n, word, &k, &use);
    if (rc != VOC_OK) return rc;
    if (k->kind == UNKNOWN) rc = VOC_E_INPUT;
    else if (k->kind == PLACE) *utc_us = time_zone_to_utc(k->zone, local_us, kind);
    else *utc_us = local_us - k->offset;
    if (k->kind == ABBREVIATION && !time_zone_has(k->zone, local_us, k->offset)) rc = VOC_E_INPUT;
    kept_free(use);
    return rc;
}
