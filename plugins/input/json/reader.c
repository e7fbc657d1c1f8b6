// SPDX-License-Identifier: MIT
// A JSON object as named cells. Most records have the members of the one before in the same order: a key is first compared with
// the one that is expected, and looked up only where it is another. What stands in a text without an escape is not copied.
// A member that no column holds is kept by its path. Runs in parallel on one instance; all it writes is its own.
#include <stdarg.h>
#include <stdio.h>

#include "plugins/input/json/json.h"

#define NAMES_AT_ONCE ((size_t)16 << 10)
#define NAME_MAX_LEN 1000u

struct names { // memory for paths that no column has
    struct names *next;
    size_t used;
    char bytes[NAMES_AT_ONCE];
};

struct reading { // of one block, or of one sample
    const struct events *e;
    const struct paths *p;
    const voc_block *block;
    char *scratch, *to; // texts with escapes as they are meant
    struct names *names;
    struct tsv tsv; // tab-separated text: the block as JSON
    voc_rc rc;
    // the record
    struct json j;
    const char *record;
    voc_str *cells;
    voc_attr *more; // NULL: not kept
    size_t n_more;
    char twice[100]; // the key that stands twice
};

static bool read_object(struct reading *r, uint32_t node, unsigned depth);

// ---- texts --------------------------------------------------------------------------------------------------------------------

static bool room(struct reading *r)
{
    if (r->to) return true;
    r->to = r->scratch = r->e->host->alloc(r->e->cx, (r->block->n_bytes + 1) * (r->p->indexed + 1)); // an array by index is a text, and its members are
    if (!r->to) r->rc = VOC_E_NOMEM;
    return r->to != NULL;
}

static bool text_of(struct reading *r, voc_str raw, bool escaped, voc_str *out)
{
    *out = raw;
    if (!escaped) return true;
    if (!room(r)) return false;
    out->ptr = r->to;
    out->len = json_unescape(raw, r->to);
    r->to += out->len;
    return true;
}

static bool keep_name(struct reading *r, const char *name, size_t len, voc_str *out)
{
    if (!r->names || r->names->used + len > NAMES_AT_ONCE) {
        struct names *n = r->e->host->alloc(r->e->cx, sizeof *n);
        if (!n) return r->rc = VOC_E_NOMEM, false;
        n->next = r->names;
        n->used = 0;
        r->names = n;
    }
    char *to = r->names->bytes + r->names->used;
    memcpy(to, name, len);
    r->names->used += len;
    *out = (voc_str){to, len};
    return true;
}

static bool said_twice(struct reading *r, voc_str name)
{
    snprintf(r->twice, sizeof r->twice, "the key \"%.*s\" stands twice", EV_STR(name, 60));
    return json_fault(&r->j, r->twice);
}

// The text of an array, without the blanks of its layout; [] says nothing.
static bool array_text(struct reading *r, voc_str raw, bool indexed, voc_str *out)
{
    *out = raw;
    if ((r->block || !indexed) && json_loose(raw)) { // a sample has room for each byte once
        if (!room(r)) return false;
        out->ptr = r->to;
        out->len = json_compact(raw, r->to);
        r->to += out->len;
    }
    if (out->len == 2) *out = (voc_str){"", 0};
    return true;
}

// ---- members that no column holds ---------------------------------------------------------------------------------------------

struct path {
    char text[NAME_MAX_LEN];
    size_t len;
};

static bool path_add(struct reading *r, struct path *p, voc_str raw, bool escaped)
{
    voc_str key;
    if (!text_of(r, raw, escaped, &key)) return false;
    if (p->len + 1 + key.len > sizeof p->text) return json_fault(&r->j, "the names of a member are over 1000 bytes");
    if (p->len) p->text[p->len++] = '.';
    if (key.len) memcpy(p->text + p->len, key.ptr, key.len);
    p->len += key.len;
    return true;
}

static bool keep_more(struct reading *r, const struct path *p, voc_str text)
{
    voc_str name;
    if (!r->more || text.len == 0) return true;
    for (size_t i = 0; i < r->n_more; i++)
        if (ev_eq(r->more[i].key, (voc_str){p->text, p->len})) return said_twice(r, r->more[i].key);
    if (r->n_more == MORE_MAX) return json_fault(&r->j, "it has more than 250 members that the first records do not have");
    if (!keep_name(r, p->text, p->len, &name)) return false;
    r->more[r->n_more++] = (voc_attr){.key = name, .text = text, .type = VOC_TYPE_TEXT, .entity = VOC_ENTITY_EVENT, .time_us = VOC_NA};
    return true;
}

// At a value without a node: its scalars and arrays, by their paths.
static bool read_other(struct reading *r, struct path *p, unsigned depth)
{
    enum json_kind kind = json_kind(&r->j);
    voc_str raw, text;
    bool escaped = false, done;
    if (kind == JSON_ARRAY) return json_skip(&r->j, depth, &raw) && array_text(r, raw, false, &text) && keep_more(r, p, text);
    if (kind != JSON_OBJECT)
        return json_scalar(&r->j, kind, &raw, &escaped) && text_of(r, raw, escaped, &text) &&
               (kind == JSON_NULL || keep_more(r, p, text));
    if (depth >= JSON_DEPTH) return json_fault(&r->j, "more than 64 objects and arrays stand within each other");
    if (!json_enter(&r->j, '{', '}', &done)) return false;
    const size_t len = p->len;
    while (!done) {
        if (!json_key(&r->j, &raw, &escaped) || !path_add(r, p, raw, escaped) || !read_other(r, p, depth + 1) ||
            !json_next(&r->j, '}', &done))
            return false;
        p->len = len;
    }
    return true;
}

static bool path_of(struct reading *r, uint32_t node, struct path *p)
{
    p->len = paths_name(r->p, node, p->text, sizeof p->text);
    return p->len != SIZE_MAX || json_fault(&r->j, "the names of a member are over 1000 bytes");
}

static bool read_unknown(struct reading *r, uint32_t parent, voc_str raw, bool escaped, unsigned depth)
{
    struct path p;
    return path_of(r, parent, &p) && path_add(r, &p, raw, escaped) && read_other(r, &p, depth);
}

// ---- members that have one -----------------------------------------------------------------------------------------------------

static bool set_cell(struct reading *r, uint32_t node, voc_str text)
{
    const struct node *n = &r->p->nodes[node];
    struct path p;
    if (n->column == NO_COLUMN) return text.len == 0 || (path_of(r, node, &p) && keep_more(r, &p, text));
    if (r->cells[n->column].ptr) return said_twice(r, r->e->columns[n->column].name);
    r->cells[n->column] = text;
    return true;
}

static bool read_pairs(struct reading *r, uint32_t node)
{
    bool done, key_escaped, escaped;
    voc_str key, raw, text;
    enum json_kind kind;
    struct path p;
    if (!json_enter(&r->j, '[', ']', &done)) return false;
    while (!done) {
        if (!pair_read(&r->j, &key, &key_escaped, &raw, &kind, &escaped) || !text_of(r, key, key_escaped, &key) ||
            !text_of(r, raw, escaped, &text))
            return false;
        uint32_t to = paths_find(r->p, node, key, KIND_MEMBER);
        if (kind == JSON_NULL) text.len = 0;
        if (to != NO_NODE ? !set_cell(r, to, text)
                          : text.len && !(path_of(r, node, &p) && path_add(r, &p, key, false) && keep_more(r, &p, text)))
            return false;
        if (!json_next(&r->j, ']', &done)) return false;
    }
    return true;
}

static bool read_value(struct reading *r, uint32_t node, unsigned depth);

// The members of an array that a map names by index; the others are looked over.
static bool read_indexed(struct reading *r, uint32_t node, unsigned depth)
{
    bool done;
    char digits[24];
    voc_attr *more = r->more;
    if (!json_enter(&r->j, '[', ']', &done)) return false;
    r->more = NULL; // the array's text has them
    for (unsigned i = 0; !done; i++) {
        int n = snprintf(digits, sizeof digits, "%u", i);
        uint32_t to = paths_find(r->p, node, (voc_str){digits, (size_t)n}, KIND_INDEX);
        if (to == NO_NODE ? !json_skip(&r->j, depth + 1, NULL) : !read_value(r, to, depth + 1)) return false;
        if (!json_next(&r->j, ']', &done)) return false;
    }
    r->more = more;
    return true;
}

static bool read_array(struct reading *r, uint32_t node, unsigned depth)
{
    const struct node *n = &r->p->nodes[node];
    voc_str text;
    if (depth >= JSON_DEPTH) return json_fault(&r->j, "more than 64 objects and arrays stand within each other");
    if (n->pairs && pairs_at(r->j)) return read_pairs(r, node);
    if (n->indexed) {
        const char *from = r->j.at;
        if (!read_indexed(r, node, depth)) return false;
        text = (voc_str){from, (size_t)(r->j.at - from)};
    } else if (!json_skip(&r->j, depth, &text)) {
        return false;
    }
    return array_text(r, text, n->indexed, &text) && set_cell(r, node, text);
}

static bool read_value(struct reading *r, uint32_t node, unsigned depth)
{
    enum json_kind kind = json_kind(&r->j);
    voc_str raw, text;
    bool escaped;
    if (kind == JSON_STRING) {
        if (!json_string(&r->j, &raw, &escaped)) return false;
        return escaped ? text_of(r, raw, true, &text) && set_cell(r, node, text) : set_cell(r, node, raw);
    }
    if (kind == JSON_OBJECT) return read_object(r, node, depth);
    if (kind == JSON_ARRAY) return read_array(r, node, depth);
    if (!json_scalar(&r->j, kind, &text, &escaped)) return false;
    if (kind == JSON_NULL) text = (voc_str){"", 0};
    return set_cell(r, node, text);
}

// len bytes, without a call: keys are short.
static inline bool same_bytes(const char *a, const char *b, size_t len)
{
    uint64_t x, y;
    if (len < 8) {
        for (size_t i = 0; i < len; i++)
            if (a[i] != b[i]) return false;
        return true;
    }
    for (size_t i = 0; i + 8 < len; i += 8) {
        memcpy(&x, a + i, 8);
        memcpy(&y, b + i, 8);
        if (x != y) return false;
    }
    memcpy(&x, a + len - 8, 8);
    memcpy(&y, b + len - 8, 8);
    return x == y;
}

// The key that is expected, with its colon. False: it is another, and nothing has moved.
static inline bool expected_key(struct json *j, const struct node *n)
{
    const char *p = j->at;
    const size_t len = n->quoted.len;
    if (len == 0 || (size_t)(j->end - p) <= len || !same_bytes(p, n->quoted.ptr, len)) return false;
    p += len;
    if (*p != ':') return false; // a blank before it: the long way
    p++;
    if (p < j->end && *p == ' ') p++;
    j->at = p;
    if (p < j->end && (unsigned char)*p <= ' ') json_blank(j);
    return true;
}

// A text without an escape that a column holds: what most values are. False: it is something else, and nothing has moved.
static inline bool plain_value(struct reading *r, const struct node *n)
{
    const char *p = r->j.at, *end = r->j.end;
    if (p == end || *p != '"' || n->column == NO_COLUMN || r->cells[n->column].ptr) return false;
    const char *close = json_plain_end(p + 1, end);
    if (close == end || *close != '"') return false;
    r->cells[n->column] = (voc_str){p + 1, (size_t)(close - p - 1)};
    r->j.at = close + 1;
    return true;
}

// As json_next, for a comma with the next key right behind it.
static inline bool next_member(struct json *j, bool *done)
{
    if (j->end - j->at < 2 || j->at[0] != ',' || j->at[1] != '"') return json_next(j, '}', done);
    j->at++;
    return true;
}

static bool read_object(struct reading *r, uint32_t node, unsigned depth)
{
    const struct node *nodes = r->p->nodes;
    uint32_t expect = nodes[node].child;
    bool done;
    if (depth >= JSON_DEPTH) return json_fault(&r->j, "more than 64 objects and arrays stand within each other");
    if (!json_enter(&r->j, '{', '}', &done)) return false;
    while (!done) {
        if (expect != NO_NODE && expected_key(&r->j, &nodes[expect])) {
            if (!plain_value(r, &nodes[expect]) && !read_value(r, expect, depth + 1)) return false;
            expect = nodes[expect].next;
        } else {
            voc_str raw, key;
            bool escaped;
            if (!json_key(&r->j, &raw, &escaped) || !text_of(r, raw, escaped, &key)) return false;
            uint32_t to = paths_find(r->p, node, key, KIND_MEMBER);
            if (to == NO_NODE ? !read_unknown(r, node, key, false, depth + 1) : !read_value(r, to, depth + 1)) return false;
            if (to != NO_NODE) expect = nodes[to].next;
        }
        if (!next_member(&r->j, &done)) return false;
    }
    return true;
}

// False: it is refused (j.fault), or memory is short (rc).
static bool read_record(struct reading *r, voc_str record)
{
    r->j = (struct json){record.ptr, record.ptr + record.len, NULL};
    r->record = record.ptr;
    r->n_more = 0;
    memset(r->cells, 0, r->e->n_columns * sizeof *r->cells);
    json_blank(&r->j);
    enum json_kind kind = json_kind(&r->j);
    if (kind != JSON_OBJECT) return json_fault(&r->j, kind == JSON_NONE ? "this is no JSON" : "a record is an object: {\"time\": ...}");
    return read_object(r, 0, 0) && json_done(&r->j);
}

// ---- what the plan asks for -----------------------------------------------------------------------------------------------------

static voc_rc open_block(void **out, const struct events *e, const voc_block *block)
{
    struct reading *r = e->host->alloc(e->cx, sizeof *r);
    if (!r) return VOC_E_NOMEM;
    memset(r, 0, sizeof *r);
    r->e = e;
    r->p = &JSON(e)->paths;
    r->block = block;
    *out = r;
    if (!JSON(e)->tsv) return VOC_OK;
    r->block = &r->tsv.block;
    return tsv_convert(&r->tsv, e, block, SIZE_MAX);
}

static void close_block(void *reading)
{
    struct reading *r = reading;
    if (!r) return;
    for (struct names *n = r->names, *next; n; n = next) {
        next = n->next;
        r->e->host->free(r->e->cx, n);
    }
    tsv_free(&r->tsv);
    r->e->host->free(r->e->cx, r->scratch);
    r->e->host->free(r->e->cx, r);
}

static voc_rc next_record(void *reading, uint64_t i, voc_str *cells, voc_attr *more, size_t *n_more, struct cells_fault *fault)
{
    struct reading *r = reading;
    r->cells = cells;
    r->more = more;
    voc_str record = {r->block->bytes + r->block->start[i], r->block->end[i] - r->block->start[i]};
    if (JSON(r->e)->tsv && record.len && *record.ptr == '!') { // tsv.c
        fault->code = "COLUMNS";
        fault->ignored = false;
        snprintf(fault->text, sizeof fault->text, "it has %.*s columns in place of %u: a line that was cut, or joined with another",
                 (int)record.len - 1, record.ptr + 1, TSV_COLUMNS);
        return VOC_OK;
    }
    if (read_record(r, record)) return *n_more = r->n_more, VOC_OK;
    if (r->rc) return r->rc;
    fault->code = "JSON";
    fault->ignored = false;
    snprintf(fault->text, sizeof fault->text, "%s (at byte %zu of the record)", r->j.fault, (size_t)(r->j.at - r->record) + 1);
    return VOC_OK;
}

static bool sample(const struct events *e, voc_str record, voc_str *cells, char **to)
{
    struct reading r = {.e = e, .p = &JSON(e)->paths, .to = *to, .scratch = *to, .cells = cells};
    if (!read_record(&r, record)) return false;
    *to = r.to;
    return true;
}

// Names that say as much inside of an object ("user.email", "at.timestamp").
static bool says_alone(voc_str name)
{
    static const char *const names[] = {"timestamp", "time", "ts", "datetime", "createdat", "occurredat", "email", "emailaddress", "phone", "eventname", "eventtype",
                                        "action", "activity", "userid", "customerid", "anonymousid", "visitorid", "accountid", "companyid", "eventid", "messageid"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (ev_is(name, names[i])) return true;
    return false;
}

static voc_rc set_leaves(struct events *e)
{
    const struct paths *p = &JSON(e)->paths;
    for (uint32_t i = 1; i < p->n; i++) {
        bool ok;
        if (p->nodes[i].column == NO_COLUMN || p->nodes[i].parent == 0 || p->nodes[i].kind != KIND_MEMBER) continue;
        voc_str leaf = column_fold(e, p->nodes[i].key, &ok);
        if (!ok) return VOC_E_NOMEM;
        if (says_alone(leaf)) e->columns[p->nodes[i].column].leaf = leaf;
    }
    return VOC_OK;
}

static bool declared(const struct events *e, voc_str name)
{
    return name.len && (memchr(name.ptr, '[', name.len) || column_find(e, name) == NO_COLUMN);
}

static voc_rc make_columns(struct events *e)
{
    struct paths *p = &JSON(e)->paths;
    char name[NAME_MAX_LEN];
    voc_str *names = ev_alloc(e, (p->n_columns + 1) * sizeof *names);
    if (!names) return VOC_E_NOMEM;
    for (uint32_t i = 1; i < p->n; i++) {
        if (p->nodes[i].column == NO_COLUMN) continue;
        size_t len = paths_name(p, i, name, sizeof name);
        if (!ev_copy(e, (voc_str){name, len == SIZE_MAX ? 0 : len}, &names[p->nodes[i].column])) return VOC_E_NOMEM;
    }
    e->n_columns = p->n_columns;
    voc_rc rc = columns_make(e, names, true);
    return rc ? rc : set_leaves(e);
}

// What a map names is a column also where none of the first records has it: one file more of the same source may lack it.
static voc_rc add_declared(struct events *e)
{
    struct paths *p = &JSON(e)->paths;
    uint32_t before = p->n_columns, node;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < e->n_maps && !rc; i++) {
        const voc_str all[] = {e->maps[i].from, e->maps[i].action_from};
        for (size_t k = 0; k < 2 && !rc; k++) {
            if (!declared(e, all[k]) || (memchr(all[k].ptr, '+', all[k].len) && k == 0)) continue;
            rc = paths_named(p, all[k], &node);
            if (!rc) paths_column(p, node);
        }
    }
    for (size_t i = OPT_TIME; i < OPT_N && !rc; i++) {
        if (e->option[i].len == 0 || !memchr(e->option[i].ptr, '[', e->option[i].len)) continue;
        rc = paths_named(p, e->option[i], &node);
        if (!rc) paths_column(p, node);
    }
    return rc || p->n_columns == before ? rc : make_columns(e);
}

// Members by which nothing is asked for, and which the first records do not have (plan_expects).
static voc_rc add_late(struct events *e)
{
    struct paths *p = &JSON(e)->paths;
    char names[LATE_MAX][LATE_NAME];
    bool added[LATE_MAX] = {false};
    const size_t n = plan_expects(e, names);
    const uint32_t before = p->n_columns;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < n && !rc; i++) {
        const voc_str name = {names[i], strlen(names[i])};
        uint32_t node;
        added[i] = column_find(e, name) == NO_COLUMN;
        if (added[i]) rc = paths_named(p, name, &node);
        if (added[i] && !rc) paths_column(p, node);
    }
    if (!rc && p->n_columns > before) rc = make_columns(e);
    for (size_t i = 0; i < n && !rc; i++) {
        const uint32_t c = added[i] ? column_called(e, (voc_str){names[i], strlen(names[i])}) : NO_COLUMN;
        if (c != NO_COLUMN) e->columns[c].late = true;
    }
    return rc;
}

static voc_rc read_names(struct events *e, const voc_block *first)
{
    struct paths *p = &JSON(e)->paths;
    voc_rc rc = paths_new(p, e);
    for (size_t i = 0; i < first->n_records && !rc; i++)
        rc = paths_see(p, (voc_str){first->bytes + first->start[i], first->end[i] - first->start[i]});
    if (!rc && p->n_columns == 0)
        return ev_error(e, VOC_E_INPUT, "001",
                        "a record is an object, one a line, or in an array: {\"time\": \"2024-03-01\", \"customer\": \"7\", "
                        "\"action\": \"visit\"}",
                        "no record is a JSON object with members");
    if (!rc) rc = make_columns(e);
    if (!rc) rc = preset_maps(e, p, &JSON(e)->preset);
    if (!rc) rc = add_declared(e);
    return rc ? rc : add_late(e);
}

static void frame(const struct events *e, struct plan_text *t)
{
    const struct instance *j = JSON(e);
    if (j->array) plan_say(t, "a record is an object of an array, or over several lines\n");
    if (j->tsv) plan_say(t, "a record is a line of %u columns, separated by tabs, without a header\n", TSV_COLUMNS);
    if (j->preset.name) plan_say(t, "it is an export of %s\n", j->preset.name);
    if (j->preset.advice) plan_say(t, "%s\n", j->preset.advice);
}

const struct cell_reader json_reader = {
    .code = "JSON",
    .paths = true,
    .more = MORE_MAX,
    .names = read_names,
    .sample = sample,
    .open = open_block,
    .next = next_record,
    .close = close_block,
    .frame = frame,
};
