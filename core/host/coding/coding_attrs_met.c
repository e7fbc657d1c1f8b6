// SPDX-License-Identifier: MIT
// Attributes known again by their keys and values, before a text is made of them: a channel, a product and a role come with
// row after row. Each key and each short value has a number, and a row's numbers are looked up as one.
#include "host/coding/coding_met.h"

enum { VALUE_LONGEST = 32, NOT_TEXT = 0x100 }; // bytes of a text that is known by them; a length that no text has
#define NOT_YET UINT32_MAX // in place of a code
enum { JUDGE_AFTER = 1024, WORTH_ONE_IN = 8 }; // rows asked, and of how many one must be found

// The number of what these bytes say; 0: it has none.
static uint32_t part_number(struct coder *c, uint64_t first, uint64_t last, const uint64_t between[2], uint32_t len)
{
    struct met *m = met_among(c->parts, MET_PARTS, first, last, len);
    if (m->code && m->len == len &&
        ((m->first ^ first) | (m->last ^ last) | (m->between[0] ^ between[0]) | (m->between[1] ^ between[1])) == 0)
        return m->code;
    if (++c->n_parts == 0) { // all numbers are used up
        coder_attrs_forget(c);
        memset(c->parts, 0, sizeof c->parts);
        return 0;
    }
    *m = (struct met){.first = first, .last = last, .between = {between[0], between[1]}, .len = len, .code = c->n_parts};
    return m->code;
}

// 0: it is not known by its bytes.
static uint32_t text_number(struct coder *c, voc_str s)
{
    uint64_t first = 0, last = 0, between[2] = {0, 0};
    if (s.len > VALUE_LONGEST) return 0;
    if (s.len) met_ends(c, s, &first, &last);
    if (s.len > 16) met_between(s, between);
    return part_number(c, first, last, between, (uint32_t)s.len);
}

// Numbers with a fraction hardly repeat.
static uint32_t value_number(struct coder *c, const voc_attr *a)
{
    static const uint64_t nothing[2];
    if (a->type == VOC_TYPE_REAL) return 0;
    if (a->type == VOC_TYPE_INT) return part_number(c, (uint64_t)a->time_us, 0, nothing, NOT_TEXT + VOC_TYPE_INT);
    if (a->type == VOC_TYPE_BOOL) return part_number(c, a->time_us != 0, 0, nothing, NOT_TEXT + VOC_TYPE_BOOL);
    return text_number(c, a->text);
}

static struct met_attrs *set_among(struct coder *c, const uint32_t *part, uint32_t n)
{
    uint64_t h = n;
    for (uint32_t k = 0; k < n; k++) h = (h ^ part[k]) * UINT64_C(0x9E3779B97F4A7C15);
    return &c->attrs[h >> 32 & (MET_ATTRS - 1)];
}

bool coder_attrs_met(struct coder *c, const voc_row *r, uint32_t *code, struct met_attrs **place)
{
    uint32_t part[2 * ATTRS_SET], n = 0;
    *place = NULL;
    if (c->attrs_met.vary) return false;
    for (size_t i = 0; i < r->n_attrs; i++) {
        const voc_attr *a = &r->attrs[i];
        if (a->entity != VOC_ENTITY_EVENT) continue;
        if (n == 2 * ATTRS_SET || (part[n++] = text_number(c, a->key)) == 0 || (part[n++] = value_number(c, a)) == 0) return false;
    }
    if (n == 0) return *code = 0, true;
    struct met_attrs *m = set_among(c, part, n);
    const bool met = m->n == n && m->code != NOT_YET && memcmp(m->part, part, n * sizeof *part) == 0;
    c->attrs_met.found += met;
    if (++c->attrs_met.asked == JUDGE_AFTER) {
        c->attrs_met.vary = c->attrs_met.found < JUDGE_AFTER / WORTH_ONE_IN;
        c->attrs_met.asked = c->attrs_met.found = 0;
    }
    if (met) return *code = m->code, true;
    memcpy(m->part, part, n * sizeof *part);
    m->n = n;
    m->code = NOT_YET;
    *place = m;
    return false;
}

void coder_attrs_forget(struct coder *c) { memset(c->attrs, 0, sizeof c->attrs); }
