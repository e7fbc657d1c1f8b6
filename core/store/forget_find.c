// SPDX-License-Identifier: MIT
// Looks for the values of somebody's aliases in texts (forget_work.h): bytewise, A to Z as a to z. A value stands by itself where
// neither letters, digits nor bytes beyond ASCII touch it: ada@x.org is not in bada@x.org, and is in <ada@x.org>. Pure.
#include "store/forget_work.h"

static unsigned char folded(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool in_word(char c)
{
    const unsigned char u = folded(c);
    return (u >= 'a' && u <= 'z') || (u >= '0' && u <= '9') || u >= 0x80;
}

static bool stands_at(voc_str text, size_t at, voc_str value)
{
    for (size_t i = 0; i < value.len; i++)
        if (folded(text.ptr[at + i]) != folded(value.ptr[i])) return false;
    return true;
}

bool forget_find(const struct forgetting *f, voc_str text, size_t shortest, struct forget_hit *hit)
{
    const struct forget_spec *s = f->spec;
    bool first[256] = {false};
    for (size_t k = 0; k < s->n_aliases; k++) first[folded(s->aliases[k].value.ptr[0])] = s->aliases[k].value.len >= shortest || first[folded(s->aliases[k].value.ptr[0])];
    for (size_t at = hit->at; at < text.len; at++) {
        if (!first[folded(text.ptr[at])]) continue;
        bool found = false;
        for (size_t k = 0; k < s->n_aliases; k++) { // of several that begin here the longest that stands by itself
            voc_str value = s->aliases[k].value;
            if (value.len < shortest || value.len > text.len - at || !stands_at(text, at, value)) continue;
            bool word = (at == 0 || !in_word(value.ptr[0]) || !in_word(text.ptr[at - 1])) &&
                        (at + value.len == text.len || !in_word(value.ptr[value.len - 1]) || !in_word(text.ptr[at + value.len]));
            if (found && (hit->word > word || (hit->word == word && s->aliases[hit->alias].value.len >= value.len))) continue;
            *hit = (struct forget_hit){at, k, word};
            found = true;
        }
        if (found) return true;
    }
    return false;
}

bool forget_named(const struct forgetting *f, voc_str text, size_t shortest)
{
    for (struct forget_hit hit = {0}; forget_find(f, text, shortest, &hit); hit.at++)
        if (hit.word) return true;
    return false;
}

voc_rc forget_blank(const struct forgetting *f, voc_str text, struct buf *out, bool *any)
{
    size_t done = 0;
    *any = false;
    for (struct forget_hit hit = {0}; forget_find(f, text, FORGET_SHORT, &hit);) {
        if (!hit.word) {
            hit.at++;
            continue;
        }
        (void)buf_add(out, text.ptr + done, hit.at - done);
        (void)buf_cstr(out, FORGOTTEN);
        done = hit.at += f->spec->aliases[hit.alias].value.len;
        *any = true;
    }
    return buf_add(out, text.ptr + done, text.len - done);
}
