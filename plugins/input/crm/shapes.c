// SPDX-License-Identifier: MIT
// Which table is it? The shape all of whose marks are among the columns; of several a history before a table of things, and
// then the one with most marks. Its maps become those of the plan, with the names that the file has. Called from head() and probe();
// changes nothing else.
#include <stdio.h>

#include "plugins/input/crm/crm.h"

#define HISTORY_FIRST 100u // more marks than any shape has

// The column with this folded name; "property" may stand before it, as connectors write it. NO_COLUMN: none.
static uint32_t column_named(const struct events *e, const char *name, size_t len)
{
    static const char before[] = "property";
    const size_t n = sizeof before - 1;
    for (size_t c = 0; c < e->n_columns; c++)
        if (ev_eq(e->columns[c].folded, (voc_str){name, len})) return (uint32_t)c;
    for (size_t c = 0; c < e->n_columns && len > 2; c++) { // "property_id" is of a list of properties
        voc_str s = e->columns[c].folded;
        if (s.len == n + len && memcmp(s.ptr, before, n) == 0 && memcmp(s.ptr + n, name, len) == 0) return (uint32_t)c;
    }
    return NO_COLUMN;
}

static uint32_t first_of(const struct events *e, const char *names, const char *between)
{
    uint32_t c = NO_COLUMN;
    for (const char *p = names; *p && c == NO_COLUMN; p += *p && strchr(between, *p)) {
        size_t n = strcspn(p, between);
        c = column_named(e, p, n);
        p += n;
    }
    return c;
}

// The number of marks, or 0: one is missing. Their columns are written down.
static size_t marks_of(const struct events *e, const char *marks, char *out, size_t size)
{
    size_t n = 0, at = 0;
    for (const char *p = marks; *p; p += *p == ' ') {
        char one[200];
        size_t len = strcspn(p, " ");
        snprintf(one, sizeof one, "%.*s", (int)len, p);
        p += len;
        if (strcmp(one, "!") == 0) return e->n_columns == n ? n : 0;
        uint32_t c = first_of(e, one, "|");
        if (c == NO_COLUMN) return 0;
        voc_str name = ev_clip(e->columns[c].name, 40);
        if (at + name.len + 3 < size) at += (size_t)snprintf(out + at, size - at, "%s%.*s", n ? ", " : "", (int)name.len, name.ptr);
        n++;
    }
    return n;
}

const struct shape *shape_of(const struct events *e, char *marks, size_t size)
{
    const struct shape *best = NULL;
    char seen[160];
    size_t most = 0;
    for (size_t i = 0; i < n_shapes; i++) {
        size_t n = marks_of(e, shapes[i].marks, seen, sizeof seen);
        if (n && (shapes[i].gives == GIVES_HISTORY || shapes[i].gives == GIVES_SNAPSHOTS)) n += HISTORY_FIRST;
        if (n <= most) continue;
        most = n;
        best = &shapes[i];
        snprintf(marks, size, "%s", seen);
    }
    return best;
}

// ---- maps ---------------------------------------------------------------------------------------------------------------

static voc_str str(const char *s) { return s ? (voc_str){s, strlen(s)} : (voc_str){"", 0}; }

static voc_map map_to(const char *to)
{
    return (voc_map){.to = str(to), .from = str(NULL), .format = str(NULL), .constant = str(NULL), .action = str(NULL), .action_from = str(NULL),
                     .alias_kind = str(NULL), .strong = 1, .reason = VOC_LIT("by its name")};
}

static bool taken(const struct events *e, const voc_map *maps, size_t n, uint32_t column)
{
    for (size_t i = 0; i < n; i++)
        if (ev_is(maps[i].to, "time") && ev_eq(maps[i].from, e->columns[column].name)) return true;
    return false;
}

// The stage that HubSpot's column names: "hs_date_entered_closedwon", "Date entered 'Closed Won (Sales Pipeline)'". Empty: none.
static voc_str entered_stage(const struct column *c)
{
    static const char *const before[] = {"hs_v2_date_entered_", "hs_date_entered_", "date_entered_", "Date entered "};
    voc_str name = c->name;
    if (name.len > 9 && memcmp(name.ptr, "property_", 9) == 0) name.ptr += 9, name.len -= 9;
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        size_t n = strlen(before[i]);
        if (name.len <= n || memcmp(name.ptr, before[i], n) != 0) continue;
        voc_str stage = {name.ptr + n, name.len - n};
        if (stage.len > 1 && (stage.ptr[0] == '\'' || stage.ptr[0] == '"') && stage.ptr[stage.len - 1] == stage.ptr[0]) {
            stage = (voc_str){stage.ptr + 1, stage.len - 2};
            for (size_t k = stage.len; k > 1; k--) // the pipeline stands behind it in brackets
                if (stage.ptr[k - 1] == '(' && stage.ptr[k - 2] == ' ') stage.len = k - 2;
        }
        return stage_name(ev_trim(stage));
    }
    return str(NULL);
}

static size_t add_steps(struct events *e, voc_map *maps, size_t n)
{
    size_t times = 0;
    for (size_t i = 0; i < n; i++) times += ev_is(maps[i].to, "time");
    for (uint32_t c = 0; c < e->n_columns && times + 2 < TIMES_MAX; c++) {
        voc_str stage = entered_stage(&e->columns[c]);
        if (stage.len == 0) stage = str(step_of(e->columns[c].folded));
        if (stage.len == 0 || taken(e, maps, n, c) || !time_column_plausible(e, c, true)) continue;
        maps[n] = map_to("time");
        maps[n].from = e->columns[c].name;
        maps[n++].action = stage;
        times++;
    }
    return n;
}

static void add_one(const struct events *e, const struct field_map *m, uint32_t c, voc_map *out)
{
    *out = map_to(m->to);
    if (c == NO_COLUMN) out->constant = str(m->names + 1);
    else out->from = e->columns[c].name;
    if (ev_is(out->to, "time")) {
        uint32_t names = m->extra && m->extra[0] == '=' ? first_of(e, m->extra + 1, " ") : NO_COLUMN;
        if (names != NO_COLUMN) out->action_from = e->columns[names].name;
        else if (m->extra && m->extra[0] != '=') out->action = str(m->extra);
    } else if (ev_is(out->to, "attr")) {
        out->constant = str(m->extra);
        out->type = m->type;
        out->entity = m->entity;
    } else if (m->extra) {
        out->alias_kind = str(m->extra);
        out->strong = !m->weak;
    }
}

voc_rc shape_maps(struct events *e, const struct shape *s)
{
    voc_map *maps = ev_alloc(e, (s->n_maps + e->n_columns + 1) * sizeof *maps);
    size_t n = 0;
    if (!maps) return VOC_E_NOMEM;
    for (size_t i = 0; i < s->n_maps; i++) {
        const struct field_map *m = &s->maps[i];
        if (strcmp(m->to, "steps") == 0) {
            n = add_steps(e, maps, n);
            continue;
        }
        uint32_t c = m->names[0] == '=' ? NO_COLUMN : first_of(e, m->names, " ");
        if (c == NO_COLUMN && m->names[0] != '=') continue;
        if (strcmp(m->to, "time") == 0 && taken(e, maps, n, c)) continue;
        add_one(e, m, c, &maps[n++]);
    }
    e->maps = maps;
    e->n_maps = n;
    return VOC_OK;
}
