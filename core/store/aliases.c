// SPDX-License-Identifier: MIT
// An alias set as text: how a row names its customer or account. "+email=x" for a strong alias, "-cookie=y" for a weak
// one, joined by U+001F; in values U+001F, U+001E and backslash are escaped by a backslash. Kinds hold none of these and no
// "=". Order is the row's. Pure functions; any thread.
#include "base/buf.h"
#include "store/project.h"

enum { UNIT_SEPARATOR = 0x1f, RECORD_SEPARATOR = 0x1e };

static bool special(char c)
{
    return c == UNIT_SEPARATOR || c == RECORD_SEPARATOR || c == '\\';
}

static bool kind_valid(voc_str kind)
{
    if (kind.len == 0) return false;
    for (size_t i = 0; i < kind.len; i++)
        if (special(kind.ptr[i]) || kind.ptr[i] == '=') return false;
    return true;
}

voc_rc aliases_encode(struct buf *out, const voc_alias *aliases, size_t n)
{
    if (n > VOC_ALIASES_MAX) return VOC_E_BUG;
    for (size_t i = 0; i < n; i++)
        if (!kind_valid(aliases[i].kind) || aliases[i].value.len == 0 || aliases[i].strong > 1) return VOC_E_BUG;
    for (size_t i = 0; i < n; i++) {
        const voc_alias *a = &aliases[i];
        if (i) (void)buf_byte(out, UNIT_SEPARATOR);
        (void)buf_byte(out, a->strong ? '+' : '-');
        (void)buf_str(out, a->kind);
        (void)buf_byte(out, '=');
        for (size_t k = 0; k < a->value.len; k++) {
            if (special(a->value.ptr[k])) (void)buf_byte(out, '\\');
            (void)buf_byte(out, a->value.ptr[k]);
        }
    }
    return out->rc;
}

// ---- as everybody would write it --------------------------------------------------------------------------------------------

static voc_str without_blanks(voc_str s)
{
    const char no_break[] = "\xC2\xA0";
    for (size_t len = s.len + 1; s.len < len;) {
        len = s.len;
        s = str_trim(s);
        if (str_starts(s, no_break)) s.ptr += 2, s.len -= 2;
        if (str_ends(s, no_break)) s.len -= 2;
    }
    return s;
}

static bool has_capitals(voc_str s)
{
    unsigned found = 0;
    for (size_t i = 0; i < s.len; i++) found |= (unsigned char)(s.ptr[i] - 'A') < 26;
    return found;
}

bool alias_is_bare(const voc_alias *a)
{
    if (a->value.len == 0) return true;
    const unsigned char first = (unsigned char)a->value.ptr[0], last = (unsigned char)a->value.ptr[a->value.len - 1];
    return first > ' ' && first != 0xC2 && last > ' ' && last != 0xA0 && !(str_is(a->kind, "email") && has_capitals(a->value));
}

voc_rc aliases_bare(struct buf *room, const voc_alias *aliases, size_t n, voc_alias out[VOC_ALIASES_MAX], size_t *n_out)
{
    size_t need = 0;
    *n_out = 0;
    for (size_t i = 0; i < n; i++) need += aliases[i].value.len;
    buf_clear(room);
    if (!buf_room(room, need)) return room->rc;
    for (size_t i = 0; i < n; i++) {
        voc_alias a = aliases[i];
        a.value = without_blanks(a.value);
        if (a.value.len == 0) continue;
        if (str_is(a.kind, "email")) {
            char *to = room->ptr + room->len;
            for (size_t k = 0; k < a.value.len; k++) to[k] = (char)(a.value.ptr[k] + ((unsigned char)(a.value.ptr[k] - 'A') < 26 ? 'a' - 'A' : 0));
            room->len += a.value.len;
            a.value.ptr = to;
        }
        out[(*n_out)++] = a;
    }
    return VOC_OK;
}

// One alias off the front of *rest, still escaped. False: not of this form.
static bool take(voc_str *rest, voc_alias *alias, size_t *n_escapes)
{
    size_t i = 0;
    *n_escapes = 0;
    if (rest->len < 2 || (rest->ptr[0] != '+' && rest->ptr[0] != '-')) return false;
    alias->strong = rest->ptr[0] == '+';
    alias->reserved = 0;
    for (i = 1; i < rest->len && rest->ptr[i] != '='; i++)
        if (special(rest->ptr[i])) return false;
    if (i == 1 || i == rest->len) return false;
    alias->kind = str_mk(rest->ptr + 1, i - 1);
    size_t from = ++i;
    for (; i < rest->len && rest->ptr[i] != UNIT_SEPARATOR; i++) {
        if (rest->ptr[i] == RECORD_SEPARATOR) return false;
        if (rest->ptr[i] != '\\') continue;
        if (++i == rest->len || !special(rest->ptr[i])) return false;
        ++*n_escapes;
    }
    if (i == from) return false; // a value is never empty
    alias->value = str_mk(rest->ptr + from, i - from);
    if (i < rest->len && i + 1 == rest->len) return false; // a separator with nothing behind
    *rest = i < rest->len ? str_mk(rest->ptr + i + 1, rest->len - i - 1) : str_mk(rest->ptr + i, 0);
    return true;
}

voc_str aliases_first(voc_str set)
{
    voc_str rest = set, first = {"", 0};
    voc_alias alias;
    size_t escapes;
    while (rest.len) {
        const char *from = rest.ptr;
        if (!take(&rest, &alias, &escapes)) break;
        voc_str text = str_mk(from + 1, (size_t)(alias.value.ptr + alias.value.len - from) - 1);
        if (alias.strong) return text;
        if (first.len == 0) first = text;
    }
    return first;
}

voc_rc aliases_decode(struct arena *a, voc_str set, voc_alias out[VOC_ALIASES_MAX], size_t *n)
{
    voc_alias found[VOC_ALIASES_MAX];
    size_t count = 0, escapes = 0;
    while (set.len) {
        if (count == VOC_ALIASES_MAX || !take(&set, &found[count], &escapes)) return VOC_E_INPUT;
        voc_alias *alias = &found[count++];
        if (!escapes) {
            bool ok = true;
            alias->value = arena_str(a, alias->value.ptr, alias->value.len, &ok);
            if (!ok) return VOC_E_NOMEM;
        } else {
            char *to = arena_alloc(a, alias->value.len - escapes + 1);
            if (!to) return VOC_E_NOMEM;
            size_t len = 0;
            for (size_t i = 0; i < alias->value.len; i++) {
                if (alias->value.ptr[i] == '\\') i++;
                to[len++] = alias->value.ptr[i];
            }
            alias->value = str_mk(to, len);
        }
        bool ok = true;
        alias->kind = arena_str(a, alias->kind.ptr, alias->kind.len, &ok);
        if (!ok) return VOC_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) out[i] = found[i];
    *n = count;
    return VOC_OK;
}

bool aliases_read(voc_str set, uint32_t *flags)
{
    voc_alias alias;
    size_t n = 0, escapes;
    *flags = 0;
    while (set.len) {
        if (n == VOC_ALIASES_MAX || !take(&set, &alias, &escapes)) return false;
        if (n++) *flags |= SETS_SEVERAL;
        *flags |= alias.strong ? SETS_STRONG : SETS_WEAK;
        if (escapes || (str_is(alias.kind, "id") && memchr(alias.value.ptr, ':', alias.value.len))) *flags |= SETS_UNLIKE;
    }
    return true;
}

bool aliases_valid(voc_str set)
{
    uint32_t flags;
    return aliases_read(set, &flags);
}

uint32_t aliases_flags(voc_str set)
{
    uint32_t flags;
    (void)aliases_read(set, &flags);
    return flags;
}

voc_rc aliases_each(const voc_str *sets, uint32_t n_sets, voc_rc (*each)(void *user, uint32_t set, const voc_alias *aliases, size_t n), void *user)
{
    voc_rc rc = VOC_OK;
    for (uint32_t i = 1; i < n_sets && !rc; i++) {
        voc_alias aliases[VOC_ALIASES_MAX];
        struct arena a;
        size_t n = 0;
        arena_init(&a, 0);
        rc = aliases_decode(&a, sets[i], aliases, &n);
        if (!rc) rc = each(user, i, aliases, n);
        arena_done(&a);
    }
    return rc;
}
