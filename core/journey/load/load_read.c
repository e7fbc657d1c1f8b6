// SPDX-License-Identifier: MIT
// How the loader reports faults and reads attribute values that have been checked: typed, with the defaults of the table.
// A value of the wrong type was reported by load_check.c and reads here as if it were not there.
#include "journey/load/load.h"
#include <stdarg.h>
#include <stdio.h>

void load_fault(struct loader *l, const char *code, uint64_t line, const char *hint, const char *format, ...)
{
    char text[600];
    va_list ap;
    va_start(ap, format);
    (void)vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    l->faults++;
    diag_error(l->d, code, l->file, line, hint && *hint ? hint : NULL, "%s", text);
}

void load_warn(struct loader *l, const char *code, uint64_t line, const char *hint, const char *format, ...)
{
    char text[600];
    va_list ap;
    va_start(ap, format);
    (void)vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    diag_warn(l->d, code, l->file, line, hint && *hint ? hint : NULL, "%s", text);
}

void load_nomem(struct loader *l, voc_rc rc)
{
    if (rc && !l->rc) l->rc = rc;
}

void *load_take(struct loader *l, size_t n, size_t size)
{
    size_t bytes;
    if (!n || l->rc) return NULL;
    void *p = mem_mul(n, size, &bytes) ? arena_alloc(&l->j->arena, bytes) : NULL;
    if (!p) load_nomem(l, VOC_E_NOMEM);
    return p;
}

const struct xml_node *load_next(const struct xml_node *n, const char *name)
{
    while (n && !str_is(n->name, name)) n = n->next;
    return n;
}

const struct xml_node *load_child(const struct xml_node *n, const char *name)
{
    return n ? load_next(n->first, name) : NULL;
}

size_t load_children(const struct xml_node *n, const char *name)
{
    size_t count = 0;
    for (const struct xml_node *c = load_child(n, name); c; c = load_next(c->next, name)) count++;
    return count;
}

bool load_given(const struct xml_node *n, const char *attr)
{
    return xml_get(n, attr) != NULL;
}

voc_str load_text(const struct xml_node *n, const char *attr)
{
    const voc_str *given = xml_get(n, attr);
    const struct grammar_rule *r = grammar_rule_of(n->parent ? n->parent->name : str_of(""), n->name, false);
    struct grammar_attr a;
    const char *wanted;
    if (!r || !grammar_find_attr(r, str_of(attr), &a)) return str_of("");
    if (given && grammar_value(a.type, *given, &wanted)) return *given;
    return a.has_initial ? a.initial : str_of("");
}

int64_t load_duration(struct loader *l, const struct xml_node *n, const char *attr)
{
    int64_t us;
    bool working;
    (void)l;
    return grammar_duration(load_text(n, attr), &us, &working) ? us : VOC_NA;
}

int64_t load_money(const struct xml_node *n, const char *attr)
{
    int64_t micro;
    voc_str s = load_text(n, attr);
    return s.len && str_money(s, &micro) ? micro : VOC_NA;
}

int64_t load_integer(const struct xml_node *n, const char *attr, int64_t missing)
{
    int64_t value;
    voc_str s = load_text(n, attr);
    return s.len && str_int(s, &value) ? value : missing;
}

bool load_yes(const struct xml_node *n, const char *attr)
{
    return str_is(load_text(n, attr), "yes");
}

int64_t load_time(struct loader *l, const struct xml_node *n, const char *attr, uint32_t *resolution)
{
    int64_t us = VOC_NA;
    uint32_t res = VOC_RES_US;
    voc_str s = load_text(n, attr);
    if (!s.len || !l->time || time_format_parse(l->time, s, &us, &res) != VOC_OK) return VOC_NA;
    if (resolution) *resolution = res;
    return us;
}

size_t load_word(const struct xml_node *n, const char *attr, const char *const *words, size_t count, size_t missing)
{
    voc_str s = load_text(n, attr);
    for (size_t i = 0; i < count; i++)
        if (str_is(s, words[i])) return i;
    return missing;
}

static size_t word_count(voc_str s)
{
    voc_str word;
    size_t n = 0;
    while (str_split(&s, &word)) n++;
    return n;
}

const voc_str *load_words(struct loader *l, const struct xml_node *n, const char *attr, size_t *count)
{
    voc_str s = load_text(n, attr), word;
    voc_str *out = load_take(l, word_count(s), sizeof *out);
    *count = 0;
    while (out && str_split(&s, &word)) out[(*count)++] = word;
    return out;
}

const int64_t *load_durations(struct loader *l, const struct xml_node *n, const char *attr, size_t *count)
{
    voc_str s = load_text(n, attr), word;
    int64_t *out = load_take(l, word_count(s), sizeof *out);
    bool working;
    *count = 0;
    while (out && str_split(&s, &word))
        if (grammar_duration(word, &out[*count], &working)) ++*count;
    return out;
}

const int64_t *load_integers(struct loader *l, const struct xml_node *n, const char *attr, size_t *count)
{
    voc_str s = load_text(n, attr), word;
    int64_t *out = load_take(l, word_count(s), sizeof *out);
    *count = 0;
    while (out && str_split(&s, &word))
        if (str_int(word, &out[*count])) ++*count;
    return out;
}

bool load_known(const struct loader *l, const char *kind, voc_str id)
{
    char key[300];
    size_t n = strlen(kind);
    uint32_t code;
    if (!l->by_id || n + 1 + id.len > sizeof key) return false;
    memcpy(key, kind, n);
    key[n] = '\x1f';
    if (id.len) memcpy(key + n + 1, id.ptr, id.len);
    return dict_find(l->by_id, str_mk(key, n + 1 + id.len), &code);
}

bool load_declares(const struct loader *l, const char *kind)
{
    for (size_t i = 0; i < l->ids.n; i++)
        if (str_is(l->ids.at[i].kind, kind)) return true;
    return false;
}

voc_str load_nearest(const struct loader *l, const char *kind, voc_str id)
{
    voc_str best = {"", 0};
    if (l->faults > 100) return best; // a hostile file must not cost a quadratic search
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < l->ids.n; i++) {
        if (!str_is(l->ids.at[i].kind, kind)) continue;
        voc_str near = grammar_nearest(id, &l->ids.at[i].id, 1);
        size_t distance = near.len ? str_distance(id, near) : SIZE_MAX;
        if (distance < least) {
            least = distance;
            best = near;
        }
    }
    return best;
}

const char *load_meant(char *buf, size_t size, voc_str nearest)
{
    buf[0] = '\0';
    if (nearest.len) (void)snprintf(buf, size, "; did you mean \"%.*s\"?", LOAD_SHOW(nearest));
    return buf;
}
