// SPDX-License-Identifier: MIT
// Columns of events by their names (event_text.h).
#include "journey/predicate/event_text.h"

#include <stddef.h>

#include "base/str.h"

static const struct coded { const char *name; size_t column; enum store_space space; uint32_t kept; } coded[] = {
#define CODED(column, space, kept) {#column, offsetof(struct event_set, column), space, kept}
    CODED(channel, SPACE_CHANNEL, EV_CHANNEL), CODED(campaign, SPACE_CAMPAIGN, EV_CAMPAIGN), CODED(object, SPACE_OBJECT, EV_OBJECT),
    CODED(touchpoint, SPACE_TOUCHPOINT, EV_TOUCHPOINT), CODED(source, SPACE_SOURCE, EV_SOURCE), CODED(owner, SPACE_OWNER, EV_OWNER),
    CODED(role, SPACE_ROLE, EV_ROLE), // as the source has it: roles may be defined by this
#undef CODED
};

static bool money_text(const int64_t *column, size_t at, struct buf *scratch, voc_str *text)
{
    if (!column || column[at] == VOC_NA) return false;
    const int64_t v = column[at];
    const uint64_t size = v < 0 ? 0u - (uint64_t)v : (uint64_t)v;
    buf_clear(scratch);
    buf_printf(scratch, "%s%llu.%06llu", v < 0 ? "-" : "", (unsigned long long)(size / 1000000u), (unsigned long long)(size % 1000000u));
    if (scratch->rc) return false;
    *text = str_mk(scratch->ptr, scratch->len);
    while (text->ptr[text->len - 1] == '0') text->len--;
    if (text->ptr[text->len - 1] == '.') text->len--;
    return true;
}

bool event_text(const struct event_set *s, size_t at, voc_str name, struct buf *scratch, voc_str *text)
{
    if (str_is(name, "value")) return money_text(s->value, at, scratch, text);
    if (str_is(name, "cost")) return money_text(s->cost, at, scratch, text);
    if (str_is(name, "minutes")) return money_text(s->minutes, at, scratch, text);
    if (str_is(name, "text")) {
        if (s->text) *text = s->text[at];
        return s->text && text->len > 0;
    }
    for (size_t i = 0; i < sizeof coded / sizeof *coded; i++) {
        const uint32_t *column;
        if (!str_is(name, coded[i].name)) continue;
        memcpy(&column, (const char *)s + coded[i].column, sizeof column);
        const uint32_t c = column ? column[at] : 0;
        if (!c || !s->strings[coded[i].space] || c >= s->n_strings[coded[i].space]) return false;
        *text = s->strings[coded[i].space][c];
        return text->len > 0;
    }
    return false;
}

uint32_t event_text_columns(voc_str name)
{
    if (str_is(name, "value") || str_is(name, "cost") || str_is(name, "minutes")) return EV_ATTRS | EV_MONEY;
    if (str_is(name, "text")) return EV_ATTRS | EV_TEXT;
    for (size_t i = 0; i < sizeof coded / sizeof *coded; i++)
        if (str_is(name, coded[i].name)) return EV_ATTRS | coded[i].kept;
    return EV_ATTRS;
}
