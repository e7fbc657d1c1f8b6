// SPDX-License-Identifier: MIT
// Attributes of events themselves: a row's as one text, a JSON object with sorted keys, so that equal ones are one string;
// and the cells of a reference table likewise.
#include "host/coding/coding.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"

#define OWN_ATTRS 256u // of one event

// By key; equal keys in the order of the row.
static int attr_order(const void *x, const void *y)
{
    const voc_attr *a = *(const voc_attr *const *)x, *b = *(const voc_attr *const *)y;
    int order = str_cmp(a->key, b->key);
    return order ? order : (a > b) - (a < b);
}

static void add_integer(struct buf *to, int64_t x)
{
    char digits[20], *p = buf_room(to, sizeof digits);
    size_t n = sizeof digits;
    uint64_t rest = x < 0 ? -(uint64_t)x : (uint64_t)x;
    if (!p) return;
    do digits[--n] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (x < 0) digits[--n] = '-';
    memcpy(p, digits + n, sizeof digits - n);
    to->len += sizeof digits - n;
}

// Whether text stands in JSON as it is: ASCII without quotes, backslashes and controls.
static bool is_plain(voc_str s)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t bad = 0;
    for (size_t i = 0; i < s.len; i += 8) {
        const uint64_t x = str_word(s.ptr + i, s.len - i, ' ');
        uint64_t quote = x ^ ones * '"', slash = x ^ ones * '\\', delete = x ^ ones * 0x7F;
        bad |= x | (x - ones * 0x20) | (quote - ones) | (slash - ones) | (delete - ones);
    }
    return (bad & tops) == 0;
}

// As buf_json, with a byte behind it (0: none).
static void add_text(struct buf *to, voc_str s, char behind)
{
    char *p = is_plain(s) ? buf_room(to, s.len + 3) : NULL;
    if (!p) {
        buf_json(to, s);
        if (behind) buf_byte(to, behind);
        return;
    }
    p[0] = '"';
    if (s.len) memcpy(p + 1, s.ptr, s.len);
    p[s.len + 1] = '"';
    p[s.len + 2] = behind;
    to->len += s.len + 2 + (behind != 0);
}

static void add_attr(struct buf *to, const voc_attr *a)
{
    char real[STR_REAL_MAX];
    add_text(to, a->key, ':');
    if (a->type == VOC_TYPE_INT)
        add_integer(to, a->time_us);
    else if (a->type == VOC_TYPE_BOOL)
        buf_cstr(to, a->time_us ? "true" : "false");
    else if (a->type == VOC_TYPE_REAL && isfinite(a->number))
        buf_add(to, real, str_of_real(real, a->number));
    else
        add_text(to, a->text, 0);
}

// The cells of a reference table as what they are: amounts are numbers, times are ISO 8601.
static void add_cell(struct buf *to, const voc_attr *a)
{
    const int64_t day = INT64_C(86400000000);
    double back;
    char text[40];
    if (a->type != VOC_TYPE_MONEY && a->type != VOC_TYPE_TIME && a->type != VOC_TYPE_REAL) {
        add_attr(to, a);
        return;
    }
    buf_json(to, a->key);
    buf_byte(to, ':');
    if (a->type == VOC_TYPE_TIME && a->time_us != VOC_NA) {
        buf_byte(to, '"');
        time_print(to, a->time_us, a->time_us % day == 0 ? VOC_RES_DAY : a->time_us % 1000000 == 0 ? VOC_RES_SECOND : VOC_RES_US);
        buf_byte(to, '"');
    } else if (a->type == VOC_TYPE_MONEY && a->time_us != VOC_NA) {
        uint64_t micro = a->time_us < 0 ? -(uint64_t)a->time_us : (uint64_t)a->time_us;
        size_t n = (size_t)snprintf(text, sizeof text, "%s%llu.%06llu", a->time_us < 0 ? "-" : "",
                                    (unsigned long long)(micro / 1000000), (unsigned long long)(micro % 1000000));
        while (text[n - 1] == '0') n--;
        buf_add(to, text, n - (text[n - 1] == '.'));
    } else if (a->type == VOC_TYPE_REAL && isfinite(a->number)) {
        for (int p = 15; p <= 17; p++) { // the shortest that is the same number again
            snprintf(text, sizeof text, "%.*g", p, a->number);
            if (str_real(str_of(text), &back) && back == a->number) break;
        }
        buf_cstr(to, text);
    } else {
        buf_json(to, a->text);
    }
}

// A JSON object with sorted keys: equal attributes give equal bytes.
voc_rc coder_attrs(struct coder *c, const voc_row *r, voc_str *out)
{
    const voc_attr *own[OWN_ATTRS];
    size_t n = 0;
    bool sorted = true;
    *out = (voc_str){"", 0};
    for (size_t i = 0; i < r->n_attrs; i++) {
        const voc_attr *a = &r->attrs[i];
        if (a->entity != VOC_ENTITY_EVENT) continue;
        if (n == OWN_ATTRS) return VOC_E_LIMIT;
        // buf_json would mend them, and what is mended is not what the source said
        if (!coder_sound(a->key) || !coder_sound(a->text)) return VOC_E_INPUT;
        sorted = sorted && (n == 0 || str_cmp(own[n - 1]->key, a->key) <= 0);
        own[n++] = a;
    }
    if (n == 0) return VOC_OK;
    if (!sorted) qsort(own, n, sizeof *own, attr_order);
    buf_clear(&c->scratch);
    for (size_t i = 0; i < n; i++) {
        buf_byte(&c->scratch, i ? ',' : '{');
        if (r->kind == VOC_ROW_REFERENCE) add_cell(&c->scratch, own[i]);
        else add_attr(&c->scratch, own[i]);
    }
    buf_byte(&c->scratch, '}');
    if (!c->scratch.rc) *out = str_mk(c->scratch.ptr, c->scratch.len);
    return c->scratch.rc;
}

// Text that nobody asks for must be UTF-8 all the same: else the record is none.
bool coder_sound(voc_str s)
{
    uint64_t tops = 0;
    for (size_t i = 0; i < s.len; i += 8) tops |= str_word(s.ptr + i, s.len - i, 0);
    return !(tops & UINT64_C(0x8080808080808080)) || text_utf8_valid(s.ptr, s.len);
}

voc_rc coder_pass_attrs(const struct coder_rows *b)
{
    for (size_t i = 0; i < b->n; i++) {
        const voc_row *r = coder_row(b, i);
        size_t own = 0;
        for (size_t k = 0; k < r->n_attrs; k++) {
            const voc_attr *a = &r->attrs[k];
            if (a->entity != VOC_ENTITY_EVENT) continue;
            if (++own > OWN_ATTRS) return VOC_E_LIMIT;
            if (!coder_sound(a->key) || !coder_sound(a->text)) return VOC_E_INPUT;
        }
    }
    return VOC_OK;
}
