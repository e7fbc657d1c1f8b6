// SPDX-License-Identifier: MIT
//
// Recursive descent over a whole text in memory. Tests only; see json.h.
#include "tests/lib/json.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 200

struct reader {
    const char *at, *end;
    int depth;
};

static struct json *value(struct reader *r);

static void blanks(struct reader *r)
{
    while (r->at < r->end && strchr(" \t\r\n", *r->at))
        r->at++;
}

static bool take(struct reader *r, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0)
        return false;
    r->at += n;
    return true;
}

static struct json *new_node(enum json_type type)
{
    struct json *j = calloc(1, sizeof *j);
    if (j)
        j->type = type;
    return j;
}

static size_t utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3f));
    to[0] = (char)((n == 2 ? 0xc0u : n == 3 ? 0xe0u : 0xf0u) | c);
    return n;
}

static bool hex4(struct reader *r, uint32_t *out)
{
    *out = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        const char *digits = "0123456789abcdef", *d = NULL;
        if (r->at < r->end && *r->at)
            d = strchr(digits, *r->at >= 'A' && *r->at <= 'F' ? *r->at + 32 : *r->at);
        if (!d)
            return false;
        *out = *out * 16 + (uint32_t)(d - digits);
    }
    return true;
}

static bool escape(struct reader *r, char *to, size_t *n)
{
    static const char from[] = "\"\\/bfnrt", plain[] = "\"\\/\b\f\n\r\t";
    if (r->at >= r->end)
        return false;
    char c = *r->at++;
    const char *simple = c ? strchr(from, c) : NULL;
    if (simple) {
        to[(*n)++] = plain[simple - from];
        return true;
    }
    uint32_t code = 0, low = 0;
    if (c != 'u' || !hex4(r, &code))
        return false;
    if (code >= 0xd800 && code < 0xdc00) {
        if (!take(r, "\\u") || !hex4(r, &low) || low < 0xdc00 || low > 0xdfff)
            return false;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    *n += utf8(to + *n, code);
    return true;
}

static char *text(struct reader *r, size_t *len)
{
    if (!take(r, "\""))
        return NULL;
    char *to = malloc((size_t)(r->end - r->at) + 1);  // an escape is never longer than what it stands for
    size_t n = 0;
    while (to && r->at < r->end && *r->at != '"') {
        if ((unsigned char)*r->at < 0x20)
            break;
        if (*r->at != '\\') {
            to[n++] = *r->at++;
            continue;
        }
        r->at++;
        if (!escape(r, to, &n))
            break;
    }
    if (!to || !take(r, "\"")) {
        free(to);
        return NULL;
    }
    to[n] = '\0';
    *len = n;
    char *fit = realloc(to, n + 1);
    return fit ? fit : to;
}

static bool append(struct json *j, char *key, struct json *item)
{
    char **keys = realloc(j->keys, (j->n + 1) * sizeof *keys);
    if (keys)
        j->keys = keys;
    struct json **items = realloc(j->items, (j->n + 1) * sizeof(struct json *));
    if (items)
        j->items = items;
    if (!keys || !items)
        return false;
    j->keys[j->n] = key;
    j->items[j->n++] = item;
    return true;
}

static struct json *container(struct reader *r, bool object)
{
    struct json *j = new_node(object ? JSON_OBJECT : JSON_ARRAY);
    const char *close = object ? "}" : "]";
    r->at++;
    blanks(r);
    if (!j || take(r, close))
        return j;
    for (;;) {
        char *key = NULL;
        size_t len = 0;
        blanks(r);
        if (object) {
            key = text(r, &len);
            blanks(r);
            if (!key || !take(r, ":")) {
                free(key);
                break;
            }
        }
        struct json *item = value(r);
        if (!item || !append(j, key, item)) {
            json_free(item);
            free(key);
            break;
        }
        blanks(r);
        if (take(r, close))
            return j;
        if (!take(r, ","))
            break;
    }
    json_free(j);
    return NULL;
}

static struct json *number(struct reader *r)
{
    char copy[64];
    size_t n = 0;
    while (r->at < r->end && n + 1 < sizeof copy && *r->at && strchr("+-0123456789.eE", *r->at))
        copy[n++] = *r->at++;
    copy[n] = '\0';
    char *stop = NULL;
    double x = strtod(copy, &stop);
    if (n == 0 || *stop)
        return NULL;
    struct json *j = new_node(JSON_NUMBER);
    if (j)
        j->number = x;
    return j;
}

static struct json *value(struct reader *r)
{
    struct json *j = NULL;
    blanks(r);
    if (r->at >= r->end || ++r->depth > MAX_DEPTH)
        return NULL;
    if (*r->at == '{' || *r->at == '[') {
        j = container(r, *r->at == '{');
    } else if (*r->at == '"') {
        size_t len = 0;
        char *s = text(r, &len);
        j = s ? new_node(JSON_STRING) : NULL;
        if (j) {
            j->string = s;
            j->string_len = len;
        } else {
            free(s);
        }
    } else if (take(r, "true") || take(r, "false")) {
        j = new_node(JSON_BOOL);
        if (j)
            j->truth = r->at[-2] == 'u';
    } else if (take(r, "null")) {
        j = new_node(JSON_NULL);
    } else {
        j = number(r);
    }
    r->depth--;
    return j;
}

struct json *json_parse(const char *from, size_t len)
{
    struct reader r = {from, from + len, 0};
    struct json *j = value(&r);
    blanks(&r);
    if (r.at != r.end) {
        json_free(j);
        return NULL;
    }
    return j;
}

struct json *json_read(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *all = NULL;
    size_t len = 0, room = 0;
    while (f) {
        if (len == room) {
            room = room ? room * 2 : 65536;
            char *grown = realloc(all, room);
            if (!grown)
                break;
            all = grown;
        }
        size_t got = fread(all + len, 1, room - len, f);
        if (got == 0)
            break;
        len += got;
    }
    struct json *j = f && all ? json_parse(all, len) : NULL;
    if (f)
        fclose(f);
    free(all);
    return j;
}

struct json *json_read_source(const char *path)
{
    char full[4096];
    const char *top = getenv("VOC_TEST_SRCDIR");
    snprintf(full, sizeof full, "%s/%s", top ? top : ".", path);
    return json_read(full);
}

void json_free(struct json *j)
{
    if (!j)
        return;
    for (size_t i = 0; i < j->n; i++) {
        free(j->keys[i]);
        json_free(j->items[i]);
    }
    free(j->keys);
    free(j->items);
    free(j->string);
    free(j);
}

const struct json *json_get(const struct json *object, const char *key)
{
    if (!object || object->type != JSON_OBJECT)
        return NULL;
    for (size_t i = 0; i < object->n; i++)
        if (strcmp(object->keys[i], key) == 0)
            return object->items[i];
    return NULL;
}

const struct json *json_at(const struct json *array, size_t i)
{
    return array && (array->type == JSON_ARRAY || array->type == JSON_OBJECT) && i < array->n ? array->items[i] : NULL;
}

double json_number(const struct json *j)
{
    if (j && j->type == JSON_NUMBER)
        return j->number;
    if (j && j->type == JSON_STRING && strcmp(j->string, "inf") == 0)
        return INFINITY;
    if (j && j->type == JSON_STRING && strcmp(j->string, "-inf") == 0)
        return -INFINITY;
    return NAN;
}

const char *json_string(const struct json *j)
{
    return j && j->type == JSON_STRING ? j->string : NULL;
}

bool json_true(const struct json *j)
{
    return j && j->type == JSON_BOOL && j->truth;
}

size_t json_length(const struct json *j)
{
    return j && (j->type == JSON_ARRAY || j->type == JSON_OBJECT) ? j->n : 0;
}

double json_num(const struct json *object, const char *key)
{
    return json_number(json_get(object, key));
}

const char *json_str(const struct json *object, const char *key)
{
    return json_string(json_get(object, key));
}
