// SPDX-License-Identifier: MIT
// Looks for the values of somebody's aliases in texts (forget_work.h): bytewise, A to Z as a to z. A value stands by itself where
// neither letters, digits nor bytes beyond ASCII touch it: ada@x.org is not in bada@x.org, and is in <ada@x.org>. Pure.
#include "store/forget/forget_work.h"

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

// Where to look first: by the first three letters of a value.
static unsigned bucket_of(const char *p)
{
    return ((unsigned)folded(p[0]) * 31 * 31 + (unsigned)folded(p[1]) * 31 + (unsigned)folded(p[2])) % FORGET_BUCKETS;
}

voc_rc forget_find_open(struct forgetting *f)
{
    const struct forget_spec *s = f->spec;
    if (!(f->next = mem_zalloc(s->n_aliases + 1, sizeof *f->next))) return VOC_E_NOMEM;
    for (size_t k = 0; k < s->n_aliases; k++) {
        uint32_t *head = s->aliases[k].value.len < FORGET_SHORT ? &f->few : &f->bucket[bucket_of(s->aliases[k].value.ptr)];
        f->next[k] = *head;
        *head = (uint32_t)k + 1;
    }
    return VOC_OK;
}

// Of the values of one list those that stand at `at`: the longest that stands by itself, else the longest.
static bool look_at(const struct forgetting *f, uint32_t list, voc_str text, size_t at, bool found, struct forget_hit *hit)
{
    for (; list; list = f->next[list - 1]) {
        const voc_str value = f->spec->aliases[list - 1].value;
        if (value.len > text.len - at || !stands_at(text, at, value)) continue;
        const bool word = (at == 0 || !in_word(value.ptr[0]) || !in_word(text.ptr[at - 1])) &&
                          (at + value.len == text.len || !in_word(value.ptr[value.len - 1]) || !in_word(text.ptr[at + value.len]));
        if (found && (hit->word > word || (hit->word == word && f->spec->aliases[hit->alias].value.len >= value.len))) continue;
        *hit = (struct forget_hit){at, list - 1, word};
        found = true;
    }
    return found;
}

bool forget_find(const struct forgetting *f, voc_str text, size_t shortest, struct forget_hit *hit)
{
    const uint32_t few = shortest < FORGET_SHORT ? f->few : 0;
    for (size_t at = hit->at; at < text.len; at++) {
        const uint32_t list = text.len - at >= FORGET_SHORT ? f->bucket[bucket_of(text.ptr + at)] : 0;
        if (!list && !few) continue;
        if (look_at(f, few, text, at, look_at(f, list, text, at, false, hit), hit)) return true;
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
