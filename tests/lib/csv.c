// SPDX-License-Identifier: MIT
//
// Splits a whole file in place. Tests only; see csv.h.
#include "tests/lib/csv.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *whole_file(const char *path)
{
    char full[4096];
    const char *top = getenv("VOC_TEST_SRCDIR");
    snprintf(full, sizeof full, "%s/%s", top ? top : ".", path);
    FILE *f = fopen(full, "rb");
    char *text = NULL;
    size_t len = 0, room = 0;
    while (f) {
        if (len + 1 >= room) {
            room = room ? room * 2 : 65536;
            char *grown = realloc(text, room);
            if (!grown)
                break;
            text = grown;
        }
        size_t got = fread(text + len, 1, room - len - 1, f);
        if (got == 0)
            break;
        len += got;
    }
    if (f)
        fclose(f);
    if (text)
        text[len] = '\0';
    return text;
}

// Cuts one line into fields; gives how many, at most `most` of them stored.
static size_t cut(char *line, char **fields, size_t most)
{
    size_t n = 0;
    for (char *at = line; at; n++) {
        char *comma = strchr(at, ',');
        if (comma)
            *comma++ = '\0';
        if (n < most)
            fields[n] = at;
        at = comma;
    }
    return n;
}

struct csv *csv_read_source(const char *path)
{
    struct csv *c = calloc(1, sizeof *c);
    if (c)
        c->text = whole_file(path);
    if (!c || !c->text)
        goto fail;
    size_t lines = 1, commas = 1;
    for (const char *p = c->text; *p; p++) {
        lines += *p == '\n';
        commas += *p == ',';
    }
    c->fields = calloc(lines + commas, sizeof *c->fields);
    c->columns = calloc(lines + commas, sizeof *c->columns);
    if (!c->fields || !c->columns)
        goto fail;
    bool header = true;
    for (char *line = c->text; line && *line;) {
        char *next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (header)
            c->n_columns = cut(line, c->columns, lines + commas);
        else if (cut(line, c->fields + c->n_rows++ * c->n_columns, c->n_columns) != c->n_columns)
            goto fail;
        header = false;
        line = next;
    }
    return c;
fail:
    csv_free(c);
    return NULL;
}

void csv_free(struct csv *c)
{
    if (!c)
        return;
    free(c->text);
    free(c->fields);
    free(c->columns);
    free(c);
}

const char *csv_get(const struct csv *c, size_t row, const char *column)
{
    for (size_t i = 0; c && row < c->n_rows && i < c->n_columns; i++)
        if (strcmp(c->columns[i], column) == 0)
            return c->fields[row * c->n_columns + i];
    return NULL;
}

int64_t csv_int(const struct csv *c, size_t row, const char *column)
{
    const char *s = csv_get(c, row, column);
    return s ? strtoll(s, NULL, 10) : 0;
}

double csv_number(const struct csv *c, size_t row, const char *column)
{
    const char *s = csv_get(c, row, column);
    return s && *s ? strtod(s, NULL) : NAN;
}
