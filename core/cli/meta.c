// SPDX-License-Identifier: MIT
// What a result says of itself. The inputs come from the project: each file with its account and the chief reasons for what
// was left out of it; the command is the words as typed.
#include "cli/meta.h"

#include <stdio.h>
#include <string.h>

struct meta_room {
    struct arena *a;
    VEC(struct voc_meta_input) inputs;
    VEC(int64_t) numbers; // of the imports, beside inputs
    VEC(voc_str) assumed;
    struct buf why;     // what one import left out, or what was assumed
    int64_t import;     // whose lines stand in `why`
    size_t n_why, more; // lines, reasons beyond them
    bool ignored;
};

#define WHY_MAX 8u // rules or reasons of a file; the rest is counted

static voc_rc add_input(void *user, const struct store_import *i)
{
    struct meta_room *m = user;
    bool ok = true;
    voc_rc rc = vec_reserve(&m->inputs, 1, 1 << 20);
    if (!rc) rc = vec_reserve(&m->numbers, 1, 1 << 20);
    if (rc) return rc;
    struct voc_meta_input in = {.bytes = i->bytes, .rows = i->events, .records = i->records, .gave = i->gave,
                                .rejected = i->rejected, .ignored = i->ignored};
    in.source = arena_str(m->a, i->source.ptr, i->source.len, &ok);
    in.hash = arena_str(m->a, i->hash_hex.ptr, i->hash_hex.len, &ok);
    in.file_name = arena_str(m->a, i->file_name.ptr, i->file_name.len, &ok);
    in.plugin = arena_str(m->a, i->plugin.ptr, i->plugin.len, &ok);
    m->numbers.at[m->numbers.n++] = i->number;
    m->inputs.at[m->inputs.n++] = in;
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static voc_rc end_why(struct meta_room *m)
{
    bool ok = true;
    if (m->more) buf_printf(&m->why, "\nand %zu more %s", m->more, m->ignored ? "rules" : "reasons");
    voc_str text = arena_str(m->a, m->why.ptr ? m->why.ptr : "", m->why.len, &ok);
    for (size_t i = 0; i < m->inputs.n && m->why.len; i++)
        if (m->numbers.at[i] == m->import) *(m->ignored ? &m->inputs.at[i].ignored_by : &m->inputs.at[i].rejected_by) = text;
    voc_rc rc = m->why.rc;
    buf_clear(&m->why);
    m->n_why = m->more = 0;
    return rc ? rc : ok ? VOC_OK : VOC_E_NOMEM;
}

static voc_rc add_why(void *user, const struct store_left_out *l)
{
    struct meta_room *m = user;
    voc_rc rc = m->import == l->import ? VOC_OK : end_why(m);
    m->import = l->import;
    if (m->n_why == WHY_MAX) {
        m->more++;
        return rc;
    }
    if (m->n_why++) buf_byte(&m->why, '\n');
    buf_printf(&m->why, "%llu %s", (unsigned long long)l->records, l->records == 1 ? "record" : "records");
    if (l->first_line) buf_printf(&m->why, l->records == 1 ? ", in line %llu" : ", the first in line %llu", (unsigned long long)l->first_line);
    buf_printf(&m->why, ": %.*s", STR_SHOWN(l->why, 300));
    return rc;
}

static voc_rc add_assumed(void *user, const struct store_source *s)
{
    struct meta_room *m = user;
    bool ok = true;
    voc_rc rc = vec_reserve(&m->assumed, 2, 1 << 20);
    for (int i = 0; i < 2 && !rc; i++) {
        if (i == 0 ? !s->actor_assumed : s->resolution != VOC_RES_DAY) continue;
        buf_clear(&m->why);
        buf_printf(&m->why,
                   i == 0 ? "source \"%.*s\" does not say who acted: the customer is taken to have acted"
                          : "in %.*s stand days without a time: what came first within a day is not known",
                   STR_SHOWN(s->id, 200));
        m->assumed.at[m->assumed.n++] = arena_str(m->a, m->why.ptr ? m->why.ptr : "", m->why.len, &ok);
    }
    return rc ? rc : ok ? VOC_OK : VOC_E_NOMEM;
}

// What the project says about its inputs.
static voc_rc ask_project(struct project *p, struct meta_room *m, voc_meta *out)
{
    int64_t first_us = VOC_NA, last_us = VOC_NA;
    voc_rc rc = store_imports(p, add_input, m);
    m->ignored = true;
    if (!rc) rc = store_ignored(p, add_why, m);
    if (!rc) rc = end_why(m);
    m->ignored = false;
    if (!rc) rc = store_rejected(p, add_why, m);
    if (!rc) rc = end_why(m);
    if (!rc) rc = store_sources(p, add_assumed, m);
    if (!rc) rc = store_span(p, &first_us, &last_us);
    if (rc) return rc;
    out->first_us = first_us;
    out->last_us = last_us;
    out->project = str_of(project_name(p));
    return VOC_OK;
}

// The next word as typed, with its quotes; empty at the end.
static voc_str next_word(const char **at)
{
    const char *s = *at, *end;
    while (*s == ' ') s++;
    end = s;
    for (bool quoted = false; *end && (quoted || *end != ' '); end++) quoted ^= *end == '\'';
    *at = end;
    return str_mk(s, (size_t)(end - s));
}

// Is it one of the options? *takes: its value is the next word.
static bool is_option(voc_str word, const char *const *names, size_t n, bool *takes)
{
    for (size_t i = 0; i < n; i++) {
        bool same = str_is(word, names[i]), joined = str_starts(word, names[i]) && (names[i][1] != '-' || word.ptr[strlen(names[i])] == '=');
        *takes = same;
        if (same || joined) return true;
    }
    return *takes = false;
}

static const char *const places[] = {"-o", "--output", "-f", "--format", "--table", "--color", "--memory", "--plugin-dir"};
#define N_PLACES (sizeof places / sizeof *places)

static voc_str kept(struct arena *a, struct buf *b)
{
    bool ok = b->rc == VOC_OK;
    voc_str out = arena_str(a, b->ptr ? b->ptr : "", b->len, &ok);
    buf_done(b);
    return ok ? out : STR("");
}

// The command as typed without the options that say where to and how: what they take goes with them. Without one word too,
// where its place (from 0) is given.
static voc_str again(struct arena *a, const char *typed, size_t without)
{
    static const char *const alone[] = {"--force", "-q", "--quiet"}, *const shard[] = {"--shard"};
    struct buf b;
    bool skip = false;
    buf_init(&b, 1 << 16);
    voc_str word;
    for (size_t i = 0; (word = next_word(&typed)).len; i++) {
        bool drop = skip || (without && i == without);
        skip = false;
        if (!drop) drop = is_option(word, places, N_PLACES, &skip) || (without && is_option(word, shard, 1, &skip));
        for (size_t k = 0; k < sizeof alone / sizeof *alone; k++) drop = drop || str_is(word, alone[k]);
        if (!drop) buf_printf(&b, "%s%.*s", b.len ? " " : "", STR_ARG(word));
    }
    return kept(a, &b);
}

voc_str meta_undivided(struct cli *c) { return again(&c->arena, c->typed, 1); }

char *meta_merged(struct cli *c, voc_str undivided)
{
    struct buf b;
    bool take = false;
    voc_str word;
    buf_init(&b, 1 << 16);
    buf_str(&b, undivided);
    for (const char *at = c->typed; (word = next_word(&at)).len;) {
        bool keep = take || (word.len > 1 && word.ptr[0] == '-');
        if (take || !is_option(word, places, N_PLACES, &take)) take = !take && str_is(word, "-O");
        if (keep) buf_printf(&b, " %.*s", STR_ARG(word));
    }
    voc_rc rc = b.rc;
    const char *s = kept(&c->arena, &b).ptr;
    return rc || !*s ? NULL : (char *)(uintptr_t)s; // the arena's own
}

// What a result is called above a page. Other commands, and analyses, have their summary.
static voc_rc entitle(struct cli *c, voc_meta *m)
{
    static const struct { const char *command, *title, *about; } known[] = {
        {"stages", "where customers stand", "How many entered each stage, went on, went back or left it, how many are in it now, and how long it took half of them to leave it."},
        {"stats", "what the project holds", "How much was read from each source, from when to when, and what was not understood."},
        {"rejects", "what could not be read", "Each record that was not understood: its file and line, the reason, and the text as it stood there."},
        {"sql", "the answer to a question", NULL},
        {"holdout", "what a random test would need", "For each touchpoint that only a random test can settle: how many go without it, for how many weeks, and what that saves."},
        {"import", "what was read", "Each file with the account of its records: every one gave rows, was rejected with a reason, or was ignored by a rule."}};
    m->again = again(&c->arena, c->typed, 0);
    if (!c->command) {
        m->about = c->analysis ? str_of(c->analysis->desc->summary) : STR("");
        return VOC_OK;
    }
    m->about = str_of(c->command->summary);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(c->command->name, known[i].command) != 0) continue;
        m->title = str_of(known[i].title);
        if (known[i].about) m->about = str_of(known[i].about);
    }
    bool sql = strcmp(c->command->name, "sql") == 0, explain = strcmp(c->command->name, "explain") == 0;
    if ((!sql && !explain) || c->n_args < 2) return VOC_OK;
    struct buf b;
    bool ok = true;
    buf_init(&b, 1 << 16);
    buf_printf(&b, sql ? "The question in SQL: \"%.*s\"" : "%.*s, explained", 4000, c->args[1]);
    *(sql ? &m->about : &m->title) = arena_str(&c->arena, b.ptr ? b.ptr : "", b.len, &ok);
    buf_done(&b);
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static voc_rc add_definition(const struct journey *j, struct arena *a, voc_meta *out)
{
    struct voc_meta_definition *def = arena_alloc(a, sizeof *def);
    char *hex = arena_alloc(a, 2 * HASH_BYTES + 1);
    if (!def || !hex) return VOC_E_NOMEM;
    hash_hex(j->hash, hex);
    *def = (struct voc_meta_definition){j->id, j->version, str_of(hex)};
    out->definitions = def;
    out->n_definitions = 1;
    return VOC_OK;
}

// Parts of a fold say of the project what it would say itself.
static void carry(const voc_meta *from, voc_meta *out)
{
    out->inputs = from->inputs;
    out->n_inputs = from->n_inputs;
    out->assumptions = from->assumptions;
    out->n_assumptions = from->n_assumptions;
    out->definitions = from->definitions;
    out->n_definitions = from->n_definitions;
    out->project = from->project;
    out->first_us = from->first_us;
    out->last_us = from->last_us;
}

static voc_rc fill(struct meta_room *room, struct cli *c, struct project *p, const struct journey *j, voc_meta *out)
{
    *out = (voc_meta){.struct_size = sizeof *out,
                      .input_size = sizeof(struct voc_meta_input),
                      .definition_size = sizeof(struct voc_meta_definition),
                      .command = str_of(c->typed),
                      .program = STR("voc"),
                      .version = STR(VOC_VERSION),
                      .project = STR(""),
                      .title = STR(""),
                      .first_us = VOC_NA,
                      .last_us = VOC_NA};
    voc_rc rc = p ? ask_project(p, room, out) : VOC_OK;
    if (!rc) rc = entitle(c, out);
    if (!rc && j && j->n_stages) rc = add_definition(j, room->a, out);
    if (rc) return rc;
    if (c->carried)
        carry(c->carried, out);
    else {
        out->inputs = room->inputs.at;
        out->n_inputs = room->inputs.n;
        out->assumptions = room->assumed.at;
        out->n_assumptions = room->assumed.n;
    }
    size_t n = diag_n(c->diag), k = 0;
    voc_str *warnings = arena_alloc(room->a, (n + 1) * sizeof *warnings);
    if (!warnings) return VOC_E_NOMEM;
    for (size_t i = 0; i < n; i++)
        if (diag_at(c->diag, i)->severity == VOC_WARNING) warnings[k++] = str_of(diag_at(c->diag, i)->message);
    out->warnings = warnings;
    out->n_warnings = k;
    return VOC_OK;
}

voc_rc meta_new(struct meta_room **out, struct cli *c, struct project *p, const struct journey *j, voc_meta *view)
{
    struct meta_room *m = mem_zalloc(1, sizeof *m);
    *out = m;
    if (!m) return VOC_E_NOMEM;
    m->a = &c->arena;
    m->import = -1;
    buf_init(&m->why, 1 << 16);
    return fill(m, c, p, j, view);
}

void meta_free(struct meta_room *m)
{
    if (!m) return;
    vec_free(&m->inputs);
    vec_free(&m->numbers);
    vec_free(&m->assumed);
    buf_done(&m->why);
    mem_free(m);
}
