// SPDX-License-Identifier: MIT
// Parses and checks option values against a table, whoever gave them: the command line, a plugin's user, or sources.xml.
// Called by the cli and by the import. Values live in the caller's arena; compiled patterns are freed by options_done.
#include "host/plugin/options.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/regex.h"
#include "base/time.h"

#define OPTION_FILE_MAX ((off_t)16 << 20)

const voc_option *option_at(const voc_option *table, size_t stride, size_t i)
{
    return (const voc_option *)(const void *)((const char *)table + i * stride);
}

const char *option_type_name(uint32_t type)
{
    static const char *const names[] = {"",     "yes or no", "whole number", "number",   "size such as 64M",      "duration such as 14d", "text",
                                        "name", "pattern",   "file",         "IANA time zone", "ISO date or time", "list"};
    return type < sizeof names / sizeof *names ? names[type] : "";
}

struct setting { // what one call works on
    struct arena *a;
    const voc_option *o;
    const struct option_given *g; // NULL: the default
    struct diag *d;
};

static voc_rc wrong(const struct setting *s, voc_str value, const char *allowed)
{
    diag_error(s->d, "OPTION-002", s->g ? s->g->file : NULL, s->g ? s->g->line : 0, s->o->help, "option %s: \"%.*s\" is not %s",
               s->o->name, STR_SHOWN(value, 200), allowed);
    return VOC_E_OPTION;
}

static bool parse_bool(voc_str v, int64_t *out)
{
    static const char *const yes[] = {"yes", "true", "1", "on"}, *const no[] = {"no", "false", "0", "off"};
    for (size_t i = 0; i < 4; i++) {
        if (str_ieq(v, str_of(yes[i]))) return *out = 1, true;
        if (str_ieq(v, str_of(no[i]))) return *out = 0, true;
    }
    return false;
}

static bool parse_size(voc_str v, int64_t *out)
{
    int64_t unit = 1;
    if (v.len > 1) switch (v.ptr[v.len - 1]) {
        case 'k': case 'K': unit = INT64_C(1) << 10; break;
        case 'm': case 'M': unit = INT64_C(1) << 20; break;
        case 'g': case 'G': unit = INT64_C(1) << 30; break;
        case 't': case 'T': unit = INT64_C(1) << 40; break;
        default: break;
        }
    if (unit > 1) v.len--;
    return str_int(v, out) && *out >= 0 && !__builtin_mul_overflow(*out, unit, out);
}

static bool parse_moment(voc_str v, int64_t *out)
{
    struct time_format *f = NULL;
    uint32_t res;
    bool ok = time_format_new(&f, (voc_str){"", 0}, (voc_str){"", 0}, NULL) == VOC_OK && time_format_parse(f, v, out, &res) == VOC_OK;
    time_format_free(f);
    return ok;
}

// min and max of the table are written as values of the same type.
static bool within_bounds(const struct setting *s, const voc_value *v, bool (*parse)(voc_str, int64_t *))
{
    int64_t bound;
    if (s->o->type == VOC_OPT_REAL) {
        double b;
        if (s->o->min && str_real(str_of(s->o->min), &b) && v->r < b) return false;
        return !(s->o->max && str_real(str_of(s->o->max), &b) && v->r > b);
    }
    if (s->o->min && parse(str_of(s->o->min), &bound) && v->i < bound) return false;
    return !(s->o->max && parse(str_of(s->o->max), &bound) && v->i > bound);
}

static voc_rc out_of_bounds(const struct setting *s, voc_str value)
{
    const char *min = s->o->min, *max = s->o->max;
    struct buf b;
    buf_init(&b, 200);
    if (min && max)
        buf_printf(&b, "between %s and %s", min, max);
    else
        buf_printf(&b, "%s %s", min ? "at least" : "at most", min ? min : max);
    voc_rc rc = wrong(s, value, b.ptr ? b.ptr : "within its bounds");
    buf_done(&b);
    return rc;
}

static voc_rc read_file(const struct setting *s, voc_str path, voc_str *content)
{
    bool ok = true;
    struct stat st;
    voc_str zpath = arena_str(s->a, path.ptr, path.len, &ok);
    if (!ok) return VOC_E_NOMEM;
    voc_rc rc = VOC_E_OPTION;
    int fd = open(zpath.ptr, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) != 0) {
        diag_error(s->d, "OPTION-003", s->g ? s->g->file : NULL, s->g ? s->g->line : 0, "check the path; it is relative to the working directory",
                   "option %s: %s: %s", s->o->name, zpath.ptr, strerror(errno));
    } else if (!S_ISREG(st.st_mode) || st.st_size > OPTION_FILE_MAX) {
        wrong(s, path, "a regular file of at most 16 MiB");
    } else {
        size_t size = (size_t)st.st_size, got = 0;
        char *to = arena_alloc(s->a, size + 1);
        rc = to ? VOC_OK : VOC_E_NOMEM;
        while (rc == VOC_OK && got < size) {
            ssize_t n = read(fd, to + got, size - got);
            if (n <= 0) break;
            got += (size_t)n;
        }
        if (rc == VOC_OK) *content = str_mk(to, got);
    }
    if (fd >= 0) close(fd);
    return rc;
}

voc_rc options_file(struct arena *a, const struct option_given *g, voc_str *content, struct diag *d)
{
    bool ok = true;
    voc_str name = arena_str(a, g->name.ptr, g->name.len, &ok);
    const voc_option o = {.name = name.ptr, .type = VOC_OPT_FILE};
    const struct setting s = {a, &o, g, d};
    return ok ? read_file(&s, g->value, content) : VOC_E_NOMEM;
}

static voc_rc parse_enum(const struct setting *s, voc_str text, voc_value *out)
{
    size_t n = 0;
    for (; s->o->choices[n]; n++)
        if (str_is(text, s->o->choices[n])) {
            out->i = (int64_t)n;
            out->s = str_of(s->o->choices[n]);
            return VOC_OK;
        }
    struct buf b;
    buf_init(&b, 4096);
    buf_cstr(&b, "one of");
    for (size_t i = 0; i < n; i++) buf_printf(&b, "%s %s", i ? "," : "", s->o->choices[i]);
    const char *near = str_nearest(text, s->o->choices, n);
    if (near) buf_printf(&b, " (did you mean %s?)", near);
    voc_rc rc = wrong(s, text, b.ptr ? b.ptr : "one of its choices");
    buf_done(&b);
    return rc;
}

static voc_rc parse_list(const struct setting *s, voc_str text, voc_value *out)
{
    size_t n = 0, at = 0, max = text.len / 2 + 1;
    voc_str *list = arena_alloc(s->a, max * sizeof *list);
    if (!list) return VOC_E_NOMEM;
    while (at < text.len) {
        size_t from = at;
        while (at < text.len && !strchr(", \t\n\r", text.ptr[at])) at++;
        if (at > from) list[n++] = str_mk(text.ptr + from, at - from);
        at++;
    }
    out->list = list;
    out->n_list = n;
    return VOC_OK;
}

// A list that is given again goes on: --table a --table b is --table a,b.
static voc_rc join_lists(const struct setting *s, const voc_value *earlier, voc_value *out)
{
    size_t n = earlier->n_list + out->n_list;
    voc_str *list = arena_alloc(s->a, (n ? n : 1) * sizeof *list);
    if (!list) return VOC_E_NOMEM;
    if (earlier->n_list) memcpy(list, earlier->list, earlier->n_list * sizeof *list);
    if (out->n_list) memcpy(list + earlier->n_list, out->list, out->n_list * sizeof *list);
    out->list = list;
    out->n_list = n;
    return VOC_OK;
}

static voc_rc parse_value(const struct setting *s, voc_str text, voc_value *out)
{
    const voc_option *o = s->o;
    struct voc_regex *re = NULL;
    voc_rc rc;
    switch (o->type) {
    case VOC_OPT_BOOL: return parse_bool(text, &out->i) ? VOC_OK : wrong(s, text, "yes or no");
    case VOC_OPT_INT:
        if (!str_int(text, &out->i)) return wrong(s, text, "a whole number");
        return within_bounds(s, out, str_int) ? VOC_OK : out_of_bounds(s, text);
    case VOC_OPT_REAL:
        if (!str_real(text, &out->r)) return wrong(s, text, "a number");
        return within_bounds(s, out, NULL) ? VOC_OK : out_of_bounds(s, text);
    case VOC_OPT_SIZE:
        if (!parse_size(text, &out->i)) return wrong(s, text, "a size such as 65536, 64K or 2M");
        return within_bounds(s, out, parse_size) ? VOC_OK : out_of_bounds(s, text);
    case VOC_OPT_DURATION:
        if (!time_duration(text, &out->i)) return wrong(s, text, "a duration such as 30m, 14d or 2w");
        return within_bounds(s, out, time_duration) ? VOC_OK : out_of_bounds(s, text);
    case VOC_OPT_STRING: out->s = text; return VOC_OK;
    case VOC_OPT_ENUM: return parse_enum(s, text, out);
    case VOC_OPT_REGEX:
        rc = regex_new(&re, text, 0, s->g ? s->g->file : NULL, s->g ? s->g->line : 0, s->d);
        out->s = text;
        out->regex = re;
        return rc;
    case VOC_OPT_FILE:
        if (s->g && s->g->content) return out->s = *s->g->content, VOC_OK;
        return read_file(s, text, &out->s);
    case VOC_OPT_ZONE: {
        struct time_format *f = NULL;
        rc = time_format_new(&f, (voc_str){"", 0}, text, s->d);
        time_format_free(f);
        out->s = text;
        return rc;
    }
    case VOC_OPT_TIME:
        if (!parse_moment(text, &out->i)) return wrong(s, text, "an ISO date or time such as 2024-07-01");
        return within_bounds(s, out, parse_moment) ? VOC_OK : out_of_bounds(s, text);
    case VOC_OPT_LIST: return parse_list(s, text, out);
    default: return VOC_E_BUG;
    }
}

static voc_rc unknown(const voc_option *table, size_t n, size_t stride, const struct option_given *g, struct diag *d)
{
    const char *names[257] = {0};
    size_t k = 0;
    for (; k < n && k < 256; k++) names[k] = option_at(table, stride, k)->name;
    const char *near = str_nearest(g->name, names, k);
    struct buf hint;
    buf_init(&hint, 8192);
    if (near)
        buf_printf(&hint, "did you mean %s?", near);
    else {
        buf_cstr(&hint, k ? "it has" : "it has no options");
        for (size_t i = 0; i < k; i++) buf_printf(&hint, "%s %s", i ? "," : "", names[i]);
    }
    diag_error(d, "OPTION-001", g->file, g->line, hint.ptr, "there is no option \"%.*s\"", STR_SHOWN(g->name, 100));
    buf_done(&hint);
    return VOC_E_OPTION;
}

voc_rc options_parse(struct arena *a, const voc_option *table, size_t n, size_t stride, const struct option_given *given, size_t n_given,
                     voc_value **out, struct diag *d)
{
    voc_value *values = arena_alloc(a, (n ? n : 1) * sizeof *values);
    voc_rc rc = values ? VOC_OK : VOC_E_NOMEM;
    for (size_t i = 0; i < n && !rc; i++) {
        const voc_option *o = option_at(table, stride, i);
        struct setting s = {a, o, NULL, d};
        values[i].type = o->type;
        if (o->initial) rc = parse_value(&s, str_of(o->initial), &values[i]);
    }
    for (size_t g = 0; g < n_given && !rc; g++) {
        size_t i = 0;
        while (i < n && !str_is(given[g].name, option_at(table, stride, i)->name)) i++;
        if (i == n) {
            rc = unknown(table, n, stride, &given[g], d);
            break;
        }
        struct setting s = {a, option_at(table, stride, i), &given[g], d};
        voc_str text = given[g].value;
        if (!given[g].has_value) {
            if (s.o->type != VOC_OPT_BOOL) {
                diag_error(d, "OPTION-004", given[g].file, given[g].line, s.o->help, "option %s needs a value: %s", s.o->name, option_type_name(s.o->type));
                rc = VOC_E_OPTION;
                break;
            }
            text = STR("yes");
        }
        regex_free((struct voc_regex *)(uintptr_t)values[i].regex);
        const voc_value earlier = values[i];
        values[i] = (voc_value){.type = s.o->type};
        rc = parse_value(&s, text, &values[i]);
        if (!rc && s.o->type == VOC_OPT_LIST && earlier.set) rc = join_lists(&s, &earlier, &values[i]);
        values[i].set = 1;
    }
    for (size_t i = 0; i < n && !rc; i++) {
        const voc_option *o = option_at(table, stride, i);
        if ((o->flags & VOC_OPT_REQUIRED) && !values[i].set) {
            diag_error(d, "OPTION-005", NULL, 0, o->help, "option %s is required", o->name);
            rc = VOC_E_OPTION;
        }
    }
    if (rc) {
        options_done(values, values ? n : 0);
        return rc;
    }
    *out = values;
    return VOC_OK;
}

bool options_beside(struct arena *a, const voc_option *o, const char *path, voc_value *v, const char **found, struct diag *d)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    static const char *const packed[] = {".gz", ".bz2", ".xz", ".zst", ".lz4"};
    struct setting s = {a, o, NULL, d};
    size_t stem = dot && dot > name ? (size_t)(dot - path) : strlen(path);
    for (size_t i = 0; dot && i < sizeof packed / sizeof *packed; i++) { // survey.csv.gz goes with survey.qsf
        if (strcmp(dot, packed[i]) != 0) continue;
        for (size_t k = stem; k > (size_t)(name - path) + 1; k--)
            if (path[k - 1] == '.') {
                stem = k - 1;
                break;
            }
        break;
    }
    for (size_t i = 0; o->choices && o->choices[i]; i++) {
        char *other = arena_printf(a, "%.*s.%s", (int)stem, path, o->choices[i]);
        struct stat st;
        if (!other || strcmp(other, path) == 0 || stat(other, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > OPTION_FILE_MAX) continue;
        if (read_file(&s, str_of(other), &v->s) != VOC_OK) continue; // it may not be read: as if it were not there
        *found = other + (name - path);
        return true;
    }
    return false;
}

void options_done(voc_value *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        regex_free((struct voc_regex *)(uintptr_t)values[i].regex); // made by options_parse, const only to its readers
        values[i].regex = NULL;
    }
}
