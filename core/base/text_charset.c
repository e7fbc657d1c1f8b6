// SPDX-License-Identifier: MIT
// Charsets: what the first bytes say, and a streaming decoder to UTF-8 on ICU's converters. Input that the charset does not
// have becomes U+FFFD and is counted, never dropped. A decoder belongs to one thread.
#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/utf16.h>
#include "base/str.h"
#include "base/text.h"

#define SNIFF_NULS 4096u // bytes looked at for UTF-16 without a mark
#define CHUNK 2048       // units of UTF-16 converted at once

// UTF-16 of mostly Latin text has a NUL in every second byte: over 30 % of the pairs on one side, under 1 in 20 of that on
// the other. Plain text with stray NULs does not look like that.
static const char *sniff_utf16(const unsigned char *p, size_t len)
{
    size_t even = 0, odd = 0, pairs = (len < SNIFF_NULS ? len : SNIFF_NULS) / 2;
    if (pairs < 2) return NULL;
    for (size_t i = 0; i < pairs; i++) {
        even += p[2 * i] == 0;
        odd += p[2 * i + 1] == 0;
    }
    if (odd * 10 >= pairs * 3 && even * 20 <= odd) return "UTF-16LE";
    if (even * 10 >= pairs * 3 && odd * 20 <= even) return "UTF-16BE";
    return NULL;
}

// UTF-32 of any text: each four bytes are a character, and none is NUL.
static const char *sniff_utf32(const unsigned char *p, size_t len)
{
    size_t n = (len < SNIFF_NULS ? len : SNIFF_NULS) / 4, little = 0, big = 0;
    for (size_t i = 0; i < n; i++, p += 4) {
        little += p[3] == 0 && p[2] <= 0x10 && (p[2] | p[1] | p[0]);
        big += p[0] == 0 && p[1] <= 0x10 && (p[1] | p[2] | p[3]);
    }
    if (n < 4) return NULL;
    return little == n && big < n ? "UTF-32LE" : big == n && little < n ? "UTF-32BE" : NULL;
}

// A head may be cut within its last character: up to 3 bytes that begin one are no fault.
static bool utf8_head(const char *ptr, size_t len)
{
    size_t good = text_utf8_prefix(ptr, len), rest = len - good;
    if (rest == 0) return true;
    if (rest > 3) return false;
    unsigned char lead = (unsigned char)ptr[good];
    size_t whole = lead >= 0xF0 && lead <= 0xF4 ? 4 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xC2 && lead < 0xE0 ? 2 : 0;
    if (rest >= whole) return false;
    for (size_t i = 1; i < rest; i++) {
        if (((unsigned char)ptr[good + i] & 0xC0) != 0x80) return false;
    }
    return true;
}

const char *text_sniff(const char *ptr, size_t len, size_t *skip)
{
    *skip = 0;
    if (len >= 3 && memcmp(ptr, "\xEF\xBB\xBF", 3) == 0) {
        *skip = 3;
        return "UTF-8";
    }
    if (len >= 4 && (memcmp(ptr, "\xFF\xFE\0\0", 4) == 0 || memcmp(ptr, "\0\0\xFE\xFF", 4) == 0)) {
        *skip = 4;
        return (unsigned char)ptr[0] == 0xFF ? "UTF-32LE" : "UTF-32BE";
    }
    if (len >= 2 && (memcmp(ptr, "\xFF\xFE", 2) == 0 || memcmp(ptr, "\xFE\xFF", 2) == 0)) {
        *skip = 2;
        return (unsigned char)ptr[0] == 0xFF ? "UTF-16LE" : "UTF-16BE";
    }
    const char *wide = sniff_utf32((const unsigned char *)ptr, len);
    if (wide == NULL) wide = sniff_utf16((const unsigned char *)ptr, len);
    if (wide != NULL) return wide;
    return utf8_head(ptr, len) ? "UTF-8" : "windows-1252";
}

struct text_decoder { // owns the converter
    UConverter *converter;
    uint64_t malformed;
    UChar lead; // a high surrogate that waits for its other half, or 0
};

// Called by ICU for what it cannot convert.
static void U_CALLCONV on_malformed(const void *context, UConverterToUnicodeArgs *args, const char *bytes, int32_t length,
                                    UConverterCallbackReason reason, UErrorCode *e)
{
    static const UChar replacement = 0xFFFD;
    (void)bytes;
    (void)length;
    if (reason > UCNV_IRREGULAR) return; // reset, close, clone
    ++*(uint64_t *)(uintptr_t)context;   // ICU hands the decoder's own counter back as const
    *e = U_ZERO_ERROR;
    ucnv_cbToUWriteUChars(args, &replacement, 1, 0, e);
}

voc_rc text_decoder_new(struct text_decoder **out, const char *charset, struct diag *d)
{
    UErrorCode e = U_ZERO_ERROR;
    struct text_decoder *t = mem_zalloc(1, sizeof *t);
    if (t == NULL) return VOC_E_NOMEM;
    (void)text_icu_short();
    if (charset[0] != 0 && strlen(charset) < UCNV_MAX_CONVERTER_NAME_LENGTH) t->converter = ucnv_open(charset, &e);
    if (t->converter != NULL && U_SUCCESS(e)) ucnv_setToUCallBack(t->converter, on_malformed, &t->malformed, NULL, NULL, &e);
    bool short_of_memory = text_icu_short() || e == U_MEMORY_ALLOCATION_ERROR;
    if (t->converter != NULL && U_SUCCESS(e) && !short_of_memory) {
        *out = t;
        return VOC_OK;
    }
    text_decoder_free(t);
    if (short_of_memory) return VOC_E_NOMEM;
    diag_error(d, "TEXT-001", NULL, 0, "charsets are named like UTF-8, windows-1252, ISO-8859-15 or UTF-16LE", "unknown charset '%.60s'", charset);
    return VOC_E_OPTION;
}

void text_decoder_free(struct text_decoder *t)
{
    if (t == NULL) return;
    if (t->converter != NULL) ucnv_close(t->converter);
    mem_free(t);
}

// Appends the units as UTF-8; a high surrogate at the end is kept for the next call.
static voc_rc add_units(struct text_decoder *t, const UChar *from, const UChar *end, struct buf *out)
{
    char *room = buf_room(out, (size_t)(end - from) * 3 + 4);
    if (room == NULL) return out->rc;
    size_t n = 0;
    for (; from < end; from++) {
        uint32_t c = *from;
        if (t->lead != 0) {
            c = U16_IS_TRAIL(c) ? (uint32_t)U16_GET_SUPPLEMENTARY(t->lead, c) : 0xFFFD;
            t->lead = 0;
        } else if (U16_IS_LEAD(c)) {
            t->lead = *from;
            continue;
        }
        if (c < 0x80) room[n++] = (char)c;
        else {
            if (c < 0x800) room[n++] = (char)(0xC0 | c >> 6);
            else {
                if (c < 0x10000) room[n++] = (char)(0xE0 | c >> 12);
                else {
                    room[n++] = (char)(0xF0 | c >> 18);
                    room[n++] = (char)(0x80 | (c >> 12 & 0x3F));
                }
                room[n++] = (char)(0x80 | (c >> 6 & 0x3F));
            }
            room[n++] = (char)(0x80 | (c & 0x3F));
        }
    }
    out->len += n;
    out->ptr[out->len] = 0;
    return VOC_OK;
}

voc_rc text_decode(struct text_decoder *t, const char *ptr, size_t len, bool last, struct buf *out)
{
    UChar units[CHUNK];
    const char *end = ptr + len;
    (void)text_icu_short();
    for (;;) {
        UErrorCode e = U_ZERO_ERROR;
        UChar *to = units;
        ucnv_toUnicode(t->converter, &to, units + CHUNK, &ptr, end, NULL, last, &e);
        bool full = e == U_BUFFER_OVERFLOW_ERROR;
        if (text_icu_short() || e == U_MEMORY_ALLOCATION_ERROR) return VOC_E_NOMEM;
        if (U_FAILURE(e) && !full) return VOC_E_BUG;
        voc_rc rc = add_units(t, units, to, out);
        if (rc != VOC_OK) return rc;
        if (!full) return VOC_OK;
    }
}

uint64_t text_decoder_malformed(const struct text_decoder *t) { return t->malformed; }
