// SPDX-License-Identifier: MIT
// Everything on the wire that is no block, in the portable bytes of coder.h: one description of each message serves its writing and
// its reading. Reading copies every text into the arena, ends it with a zero, and bounds every number that is used as one.
#include "host/worker/wire.h"

#include "base/text.h"
#include "host/coder.h"

#define PREDICATES_DEEP 1000u

// ---- parts -----------------------------------------------------------------------------------------------------------------------

static void own(struct coder *c, voc_str *s)
{
    bool ok = true;
    if (!coder_reads(c) || c->rc) return;
    *s = arena_str(c->arena, s->ptr, s->len, &ok);
    if (!ok) c->rc = VOC_E_NOMEM;
}

static void text(struct coder *c, voc_str *s)
{
    code_str(c, s);
    own(c, s);
}

// What need not be UTF-8: names of files, and what a file that an option names holds.
static void bytes(struct coder *c, voc_str *s)
{
    code_bytes(c, s);
    own(c, s);
}

static void flag(struct coder *c, bool *b)
{
    uint32_t x = *b;
    code_u32(c, &x, 1);
    *b = x != 0;
}

// Ends at a zero; NULL stays NULL.
static void word(struct coder *c, const char **z)
{
    voc_str s = str_of(*z);
    bool is = *z != NULL;
    flag(c, &is);
    if (is) bytes(c, &s);
    if (coder_reads(c)) *z = is && !c->rc ? s.ptr : NULL;
}

// An array of chars with a zero in it: UTF-8 but for a last character that its size has cut.
static void line(struct coder *c, char *to, size_t size)
{
    voc_str s = {to, strnlen(to, size - 1)};
    code_bytes(c, &s);
    if (!coder_reads(c) || c->rc) return;
    for (unsigned cut = 0; cut < 3 && s.len && !text_utf8_valid(s.ptr, s.len); cut++) s.len--;
    if (s.len >= size || !text_utf8_valid(s.ptr, s.len)) c->rc = VOC_E_INPUT;
    else memcpy(to, s.ptr, s.len), to[s.len] = 0;
}

static void raw(struct coder *c, unsigned char *to, size_t size)
{
    voc_str s = {(const char *)to, size};
    code_bytes(c, &s);
    if (!coder_reads(c) || c->rc) return;
    if (s.len != size) c->rc = VOC_E_INPUT;
    else memcpy(to, s.ptr, size);
}

static void big(struct coder *c, uint64_t *x) { code_number(c, x, UINT64_MAX); }

// What is no status, a plugin made up.
static void status(struct coder *c, voc_rc *rc)
{
    uint32_t x = (uint32_t)*rc <= VOC_E_BUSY ? (uint32_t)*rc : VOC_E_BUG;
    code_u32(c, &x, VOC_E_BUSY);
    *rc = (voc_rc)x;
}

static void map(struct coder *c, voc_map *m)
{
    voc_str *const all[] = {&m->to, &m->from, &m->format, &m->constant, &m->action, &m->action_from, &m->alias_kind, &m->reason};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) text(c, all[i]);
    code_u32(c, &m->strong, UINT32_MAX);
    code_u32(c, &m->type, VOC_TYPE_MONEY);
    code_u32(c, &m->entity, VOC_ENTITY_CASE);
    code_u32(c, &m->line, UINT32_MAX);
}

static void maps(struct coder *c, const voc_map **at, size_t *n)
{
    voc_map *m = (voc_map *)(uintptr_t)*at;
    code_array(c, (void **)&m, n, sizeof *m);
    for (size_t i = 0; i < *n && !c->rc; i++) map(c, &m[i]);
    *at = m;
}

static void source(struct coder *c, voc_source *s)
{
    text(c, &s->id);
    text(c, &s->zone);
    bytes(c, &s->file_name);
    code_u32(c, &s->actor, VOC_ACTOR_OTHER);
    code_u32(c, &s->resolution, VOC_RES_DAY);
    maps(c, &s->maps, &s->n_maps);
    s->struct_size = sizeof *s;
    s->map_size = sizeof(voc_map);
}

// ---- the request -------------------------------------------------------------------------------------------------------------------

static void option(struct coder *c, struct option_given *o)
{
    bytes(c, &o->name);
    bytes(c, &o->value);
    flag(c, &o->has_value);
    word(c, &o->file);
    big(c, &o->line);
}

// A pattern goes as its text; who reads it compiles it (leave_out.h).
static void pattern(struct coder *c, voc_str *s)
{
    bool is = s->ptr != NULL;
    flag(c, &is);
    if (is) text(c, s);
    if (coder_reads(c) && is && !s->ptr) s->ptr = "";
}

static void test(struct coder *c, struct leaf_test *t)
{
    uint32_t field = (uint32_t)t->field;
    code_u32(c, &field, LEAF_N - 1);
    t->field = (enum leaf_field)field;
    text(c, &t->whole);
    pattern(c, &t->pattern);
}

static void real(struct coder *c, double *x)
{
    uint64_t bits;
    memcpy(&bits, x, sizeof bits);
    big(c, &bits);
    memcpy(x, &bits, sizeof bits);
}

// What is told of one row: no counts, and nothing within a time (load_sources.c refuses them).
static void predicate(struct coder *c, const struct predicate **out, unsigned depth)
{
    struct predicate p = {.kind = PRED_ALL};
    if (!coder_reads(c)) p = **out;
    uint32_t kind = (uint32_t)p.kind, of = (uint32_t)p.of;
    struct leaf_test *tests = (struct leaf_test *)(uintptr_t)p.tests;
    const struct predicate **child = (const struct predicate **)(uintptr_t)p.child;
    if (depth > PREDICATES_DEEP) c->rc = VOC_E_LIMIT;
    code_u32(c, &kind, PRED_NOT);
    code_u32(c, &of, FACT_UNIT);
    code_u32(c, &p.actors, UINT32_MAX);
    big(c, &p.line);
    text(c, &p.name);
    text(c, &p.is);
    pattern(c, &p.pattern);
    bool *const flags[] = {&p.has_is, &p.has_present, &p.present, &p.has_at_least, &p.has_at_most};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) flag(c, flags[i]);
    real(c, &p.fact_at_least);
    real(c, &p.fact_at_most);
    code_array(c, (void **)&tests, &p.n_tests, sizeof *tests);
    for (size_t i = 0; i < p.n_tests && !c->rc; i++) test(c, &tests[i]);
    code_array(c, (void **)&child, &p.n_child, sizeof *child);
    for (size_t i = 0; i < p.n_child && !c->rc; i++) predicate(c, &child[i], depth + 1);
    if (!coder_reads(c) || c->rc) return;
    p.kind = (enum predicate_kind)kind;
    p.of = (enum fact_of)of;
    p.tests = tests;
    p.child = child;
    struct predicate *to = arena_alloc(c->arena, sizeof *to);
    if (to) *to = p, *out = to;
    else c->rc = VOC_E_NOMEM;
}

static void rule(struct coder *c, struct source_rule *r)
{
    voc_str *files = (voc_str *)(uintptr_t)r->files;
    struct source_option *options = (struct source_option *)(uintptr_t)r->options;
    struct source_ignore *ignores = (struct source_ignore *)(uintptr_t)r->ignores;
    text(c, &r->id);
    text(c, &r->as);
    text(c, &r->zone);
    code_u32(c, &r->resolution, UINT32_MAX);
    code_u32(c, &r->actor, UINT32_MAX);
    big(c, &r->line);
    code_array(c, (void **)&files, &r->n_files, sizeof *files);
    for (size_t i = 0; i < r->n_files && !c->rc; i++) bytes(c, &files[i]);
    code_array(c, (void **)&options, &r->n_options, sizeof *options);
    for (size_t i = 0; i < r->n_options && !c->rc; i++) bytes(c, &options[i].name), bytes(c, &options[i].value), big(c, &options[i].line);
    code_array(c, (void **)&ignores, &r->n_ignores, sizeof *ignores);
    for (size_t i = 0; i < r->n_ignores && !c->rc; i++) text(c, &ignores[i].reason), big(c, &ignores[i].line), predicate(c, &ignores[i].when, 0);
    r->files = files;
    r->options = options;
    r->ignores = ignores;
    maps(c, &r->maps, &r->n_maps);
}

static void journey(struct coder *c, const struct journey **out)
{
    struct journey *j = (struct journey *)(uintptr_t)*out;
    bool is = j != NULL;
    flag(c, &is);
    if (coder_reads(c)) *out = j = NULL;
    if (!is || c->rc) return;
    if (coder_reads(c) && !(*out = j = arena_alloc(c->arena, sizeof *j))) c->rc = VOC_E_NOMEM;
    if (c->rc) return;
    struct source_rule *rules = (struct source_rule *)(uintptr_t)j->sources;
    struct journey copy = *j; // writing changes nothing
    text(c, &copy.id);
    text(c, &copy.zone);
    bytes(c, &copy.sources_file);
    code_array(c, (void **)&rules, &copy.n_sources, sizeof *rules);
    for (size_t i = 0; i < copy.n_sources && !c->rc; i++) rule(c, &rules[i]);
    if (!coder_reads(c)) return;
    copy.sources = rules;
    *j = copy;
}

void wire_request(struct coder *c, struct wire_request *q)
{
    struct import_request *r = &q->r;
    struct option_given *options = (struct option_given *)(uintptr_t)r->options;
    word(c, &r->path);
    word(c, &r->name);
    bytes(c, &r->as);
    bytes(c, &r->else_as);
    bytes(c, &r->source);
    code_u32(c, &r->threads, UINT32_MAX);
    code_u32(c, &r->block_bytes, UINT32_MAX);
    code_u32(c, &r->records_at_once, UINT32_MAX);
    code_u32(c, &r->kept, UINT32_MAX);
    flag(c, &r->apart);
    flag(c, &r->sources_only);
    flag(c, &r->plan_only);
    code_array(c, (void **)&options, &r->n_options, sizeof *options);
    for (size_t i = 0; i < r->n_options && !c->rc; i++) option(c, &options[i]);
    r->options = options;
    journey(c, &r->journey);
    uint32_t kind = (uint32_t)q->look.kind;
    code_u32(c, &kind, FILE_ORDINARY);
    q->look.kind = (enum file_kind)kind;
    word(c, &q->look.what);
    word(c, &q->look.instead);
    flag(c, &q->look.packed);
    big(c, &q->file);
    flag(c, &q->folder);
    flag(c, &q->sniff);
    flag(c, &q->sheets);
    code_array(c, (void **)&q->plugins, &q->n_plugins, sizeof *q->plugins);
    for (size_t i = 0; i < q->n_plugins && !c->rc; i++) {
        word(c, &q->plugins[i].path);
        word(c, &q->plugins[i].why);
        word(c, &q->plugins[i].name);
        flag(c, &q->plugins[i].refused);
    }
    big(c, &q->memory);
    big(c, &q->parent);
}

// ---- what is told and asked ----------------------------------------------------------------------------------------------------------

void wire_chosen(struct coder *c, struct read_chosen *x)
{
    line(c, x->plugin, sizeof x->plugin);
    line(c, x->version, sizeof x->version);
    source(c, &x->source);
    raw(c, x->mapping, sizeof x->mapping);
    code_u32(c, &x->rule, UINT32_MAX);
}

void wire_wants(struct coder *c, struct read_wants *x)
{
    uint64_t n = x->n_watch;
    code_number(c, &n, READ_WATCH_MAX);
    x->n_watch = (size_t)n;
    for (size_t i = 0; i < x->n_watch && !c->rc; i++) big(c, &x->watch[i]);
    flag(c, &x->older);
}

static void account(struct coder *c, struct import_account *a)
{
    uint64_t *const all[] = {&a->records,    &a->gave,           &a->rejected,      &a->ignored,       &a->bytes,
                             &a->gave_bytes, &a->rejected_bytes, &a->ignored_bytes, &a->framing_bytes, &a->decoded_raw};
    struct import_ignored *rules = (struct import_ignored *)(uintptr_t)a->by_rule;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) code_number(c, all[i], INT64_MAX);
    code_array(c, (void **)&rules, &a->n_by_rule, sizeof *rules);
    for (size_t i = 0; i < a->n_by_rule && !c->rc; i++) text(c, &rules[i].rule), code_number(c, &rules[i].records, INT64_MAX);
    a->by_rule = rules;
    raw(c, a->hash, sizeof a->hash);
    code_u32(c, &a->ends_clean, 1);
}

void wire_end(struct coder *c, struct read_end *x, voc_rc *rc)
{
    status(c, rc);
    account(c, &x->account);
    big(c, &x->decoded);
    flag(c, &x->actor_unset);
    flag(c, &x->has_older);
    raw(c, x->older, sizeof x->older);
    uint64_t n = x->n_watched;
    code_number(c, &n, READ_WATCH_MAX);
    x->n_watched = (size_t)n;
    for (size_t i = 0; i < x->n_watched && !c->rc; i++) {
        struct read_watched *w = &x->watched[i];
        big(c, &w->length);
        flag(c, &w->reached);
        raw(c, w->hash, sizeof w->hash);
        raw(c, w->older, sizeof w->older);
    }
    big(c, &x->first_line);
    line(c, x->first_reason, sizeof x->first_reason);
    line(c, x->plugin, sizeof x->plugin);
    line(c, x->source, sizeof x->source);
    line(c, x->charset, sizeof x->charset);
    line(c, x->mapping, sizeof x->mapping);
    line(c, x->reason, sizeof x->reason);
    line(c, x->words.time, sizeof x->words.time);
    line(c, x->words.customer, sizeof x->words.customer);
    line(c, x->words.case_, sizeof x->words.case_);
    big(c, &x->turns.repeated);
    big(c, &x->turns.skipped);
    source(c, &x->plan);
}

void wire_diag(struct coder *c, struct wire_diag *x)
{
    code_u32(c, &x->severity, VOC_ERROR);
    big(c, &x->line);
    big(c, &x->column);
    flag(c, &x->has_file);
    flag(c, &x->has_hint);
    bytes(c, &x->code);
    bytes(c, &x->file);
    bytes(c, &x->message);
    bytes(c, &x->hint);
    if (coder_reads(c) && !c->rc && x->severity < VOC_INFO) c->rc = VOC_E_INPUT;
}

void wire_content(struct coder *c, struct wire_content *x)
{
    status(c, &x->rc);
    flag(c, &x->found);
    bytes(c, &x->content);
    bytes(c, &x->name);
}

void wire_beside(struct coder *c, struct wire_beside *x)
{
    text(c, &x->option);
    code_array(c, (void **)&x->endings, &x->n, sizeof *x->endings);
    for (size_t i = 0; i < x->n && !c->rc; i++) word(c, &x->endings[i]);
}

void wire_sheets(struct coder *c, struct wire_sheet **all, size_t *n, voc_rc *rc)
{
    status(c, rc);
    code_array(c, (void **)all, n, sizeof **all);
    for (size_t i = 0; i < *n && !c->rc; i++) {
        text(c, &(*all)[i].name);
        flag(c, &(*all)[i].hidden);
        flag(c, &(*all)[i].other);
        flag(c, &(*all)[i].empty);
        flag(c, &(*all)[i].member);
    }
}

void wire_sniffed(struct coder *c, struct wire_sniffed **all, size_t *n, voc_rc *rc)
{
    status(c, rc);
    code_array(c, (void **)all, n, sizeof **all);
    for (size_t i = 0; i < *n && !c->rc; i++) {
        text(c, &(*all)[i].plugin);
        text(c, &(*all)[i].reason);
        code_signed(c, &(*all)[i].confidence);
    }
}
