// SPDX-License-Identifier: MIT
// sources.xml without a journey: written from what a plugin guessed of files (voc sniff --sources), and read again beside the
// journey of a project (voc import --sources, voc rows --sources).
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/sources.h"
#include "journey/load/load.h"

#define XML_MAX ((size_t)16 << 20)

// ---- writing ------------------------------------------------------------------------------------------------------------------

// Text of an attribute or element. What XML cannot hold becomes a blank: names of columns are found without it.
static void add_escaped(struct buf *b, voc_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '&') buf_cstr(b, "&amp;");
        else if (c == '<') buf_cstr(b, "&lt;");
        else if (c == '>') buf_cstr(b, "&gt;");
        else if (c == '"') buf_cstr(b, "&quot;");
        else if (c == '\n' || c == '\t' || c == '\r') buf_printf(b, "&#%d;", c);
        else buf_byte(b, (unsigned char)c < 0x20 || c == 0x7F ? ' ' : c);
    }
}

static void add_attribute(struct buf *b, const char *name, voc_str value)
{
    if (value.len == 0) return;
    buf_printf(b, " %s=\"", name);
    add_escaped(b, value);
    buf_byte(b, '"');
}

// "Orders March.csv" -> "orders-march": unlike the ids that were given before.
static void make_id(const char *name, char (*ids)[64], size_t n, char out[64])
{
    size_t len = 0;
    for (const char *p = name; *p && *p != '.' && len < 50; p++) {
        char c = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (word) out[len++] = c;
        else if (len && out[len - 1] != '-') out[len++] = '-';
    }
    while (len && out[len - 1] == '-') len--;
    out[len] = 0;
    if (len == 0) len = (size_t)snprintf(out, 64, "source");
    for (unsigned k = 2;; k++) {
        size_t i = 0;
        while (i < n && strcmp(ids[i], out) != 0) i++;
        if (i == n) return;
        snprintf(out + len, 64 - len, "-%u", k);
    }
}

// A pattern that fits the name: blanks would end it, and the signs of patterns mean others.
static void add_pattern(struct buf *b, const char *name)
{
    char safe[300];
    size_t n = 0;
    for (; *name && n + 1 < sizeof safe; name++) safe[n++] = strchr(" \t*?[]\\", *name) ? '?' : *name;
    add_attribute(b, "files", str_mk(safe, n));
}

// A map that a plugin gave in place of an option which it found out.
static bool is_option(const voc_map *m) { return str_is(m->to, "option"); }

static bool is_option_of_maps(const voc_plugin *p, voc_str name)
{
    for (size_t i = 0; i < p->n_options; i++) {
        const voc_option *o = option_at(p->options, p->option_size, i);
        if (str_is(name, o->name)) return (o->flags & VOC_OPT_COLUMN) != 0 || o->type == VOC_OPT_ZONE;
    }
    return false;
}

static void add_line(struct buf *b, const char *element, const voc_map *m, bool named)
{
    static const char *const types[] = {"text", "int", "real", "bool", "time", "money"}, *const entities[] = {"event", "individual", "account", "case"};
    buf_printf(b, "    <%s", element);
    if (named) add_attribute(b, "to", m->to);
    if (strcmp(element, "alias") == 0) add_attribute(b, "kind", m->alias_kind.len ? m->alias_kind : STR("id"));
    if (strcmp(element, "attr") == 0) add_attribute(b, "name", m->constant);
    if (strcmp(element, "attr") != 0 || !str_eq(m->from, m->constant)) add_attribute(b, "from", m->from);
    if (strcmp(element, "alias") == 0 && !m->strong) add_attribute(b, "strength", STR("weak"));
    if (named) {
        add_attribute(b, "format", m->format);
        add_attribute(b, "const", m->constant);
        add_attribute(b, "action", m->action);
        add_attribute(b, "action-from", m->action_from);
    }
    if (strcmp(element, "attr") == 0 && m->type && m->type <= VOC_TYPE_MONEY) add_attribute(b, "type", str_of(types[m->type]));
    if (strcmp(element, "attr") == 0 && m->entity && m->entity <= VOC_ENTITY_CASE) add_attribute(b, "of", str_of(entities[m->entity]));
    buf_cstr(b, "/>\n");
}

// The element that says it, in the order in which they stand in a source.
enum { MAP, ALIAS, CASE, ACCOUNT, ATTR, ELEMENTS };
static const char *const elements[ELEMENTS] = {"map", "alias", "case", "account", "attr"};

static unsigned element_of(const voc_map *m, bool first_account)
{
    if (str_is(m->to, "attr")) return ATTR;
    if (m->constant.len || !m->from.len) return MAP;
    if (str_is(m->to, "customer")) return ALIAS;
    if (str_is(m->to, "case")) return CASE;
    return str_is(m->to, "account") && first_account ? ACCOUNT : MAP;
}

// One note for each reason, with what it is the reason of.
static void add_reasons(struct buf *b, const voc_source *s)
{
    for (size_t i = 0; i < s->n_maps; i++) {
        const voc_map *m = &s->maps[i];
        bool said = m->reason.len == 0 || str_is(m->to, "attr") || is_option(m);
        for (size_t k = 0; k < i && !said; k++) said = str_eq(s->maps[k].reason, m->reason) && !str_is(s->maps[k].to, "attr");
        if (said) continue;
        buf_cstr(b, "    <note>guessed ");
        add_escaped(b, m->reason);
        const char *between = ": ";
        for (size_t k = i; k < s->n_maps; k++) {
            if (!str_eq(s->maps[k].reason, m->reason) || str_is(s->maps[k].to, "attr") || is_option(&s->maps[k]) ||
                (k > i && str_eq(s->maps[k].to, s->maps[k - 1].to)))
                continue;
            buf_cstr(b, between);
            add_escaped(b, s->maps[k].to);
            between = ", ";
        }
        buf_cstr(b, "</note>\n");
    }
}

// What was said of the file besides its columns: lines before the header, rows of it.
static void add_frame(struct buf *b, voc_str mapping)
{
    while (mapping.len) {
        const char *nl = memchr(mapping.ptr, '\n', mapping.len);
        voc_str line = str_mk(mapping.ptr, nl ? (size_t)(nl - mapping.ptr) : mapping.len);
        if (line.len && !str_starts(line, "attributes of") && !str_starts(line, "change with") && !str_starts(line, "minutes") && !sources_field(line, NULL)) {
            buf_cstr(b, "    <note>");
            add_escaped(b, line);
            buf_cstr(b, "</note>\n");
        }
        mapping = str_mk(mapping.ptr + line.len + (nl != NULL), mapping.len - line.len - (nl != NULL));
    }
}

void sources_add(struct buf *b, const struct sources_file *f, char (*ids)[64], size_t n_ids)
{
    const voc_source *s = &f->report->plan;
    bool accounts = false;
    make_id(f->report->plan.file_name.ptr, ids, n_ids, ids[n_ids]);
    buf_cstr(b, "  <source");
    add_attribute(b, "id", str_of(ids[n_ids]));
    add_attribute(b, "as", str_of(f->report->plugin));
    add_pattern(b, f->report->plan.file_name.ptr); // without a compressed file's suffix
    add_attribute(b, "zone", s->zone.len ? s->zone : STR("UTC"));
    buf_cstr(b, ">\n");
    add_frame(b, str_of(f->report->mapping));
    add_reasons(b, s);
    if (sources_assumes_actor(s))
        buf_cstr(b, "    <note>who acted is not said: it is read as the customer. If the company did all of this, write actor=\"company\" into source</note>\n");
    const bool known = f->n_options && plugin_load(f->plugin, NULL) == VOC_OK; // it may have been read in another process
    for (size_t i = 0; i < f->n_options; i++) {
        if (known && is_option_of_maps(f->plugin->desc, f->options[i].name)) continue;
        buf_cstr(b, "    <option");
        add_attribute(b, "name", f->options[i].name);
        add_attribute(b, "value", f->options[i].value);
        buf_cstr(b, "/>\n");
    }
    for (size_t i = 0; i < s->n_maps; i++) {
        bool given = !is_option(&s->maps[i]);
        for (size_t k = 0; k < f->n_options; k++) given = given || str_eq(f->options[k].name, s->maps[i].constant);
        if (given) continue;
        buf_cstr(b, "    <option");
        add_attribute(b, "name", s->maps[i].constant);
        add_attribute(b, "value", s->maps[i].from);
        buf_cstr(b, "/>\n");
    }
    for (size_t i = 0; i < s->n_maps; i++) { // <account> has no kind: an option says it
        if (!str_is(s->maps[i].to, "account") || !s->maps[i].alias_kind.len || str_is(s->maps[i].alias_kind, "id")) continue;
        bool given = false;
        for (size_t k = 0; k < f->n_options; k++) given = given || str_is(f->options[k].name, "account-kind");
        if (given) continue;
        buf_cstr(b, "    <option name=\"account-kind\"");
        add_attribute(b, "value", s->maps[i].alias_kind);
        buf_cstr(b, "/>\n");
        break;
    }
    for (unsigned e = MAP; e < ELEMENTS; e++) {
        accounts = false;
        for (size_t i = 0; i < s->n_maps; i++) {
            bool account = str_is(s->maps[i].to, "account");
            if (!is_option(&s->maps[i]) && element_of(&s->maps[i], !accounts) == e) add_line(b, elements[e], &s->maps[i], e == MAP);
            accounts = accounts || account;
        }
    }
    buf_cstr(b, "  </source>\n");
}

void sources_begin(struct buf *b)
{
    buf_init(b, XML_MAX);
    buf_cstr(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sources xmlns=\"urn:vocstream:journey:1\">\n"
                "  <note>How files become events, as voc sniff guessed it. What is changed here is followed.</note>\n");
}

voc_rc sources_end(struct buf *b)
{
    buf_cstr(b, "</sources>\n");
    return b->rc;
}

bool sources_assumes_actor(const voc_source *s)
{
    size_t n = 0;
    if (s->actor != VOC_ACTOR_UNSET) return false;
    for (size_t i = 0; i < s->n_maps; i++) {
        if (str_is(s->maps[i].to, "actor")) return false;
        n += !is_option(&s->maps[i]);
    }
    return n > 0;
}

bool sources_name_nobody(const voc_source *s)
{
    bool acts = false;
    for (size_t i = 0; i < s->n_maps; i++) {
        const voc_str to = s->maps[i].to;
        if (str_is(to, "customer") || str_is(to, "account") || str_is(to, "case")) return false;
        acts = acts || str_is(to, "action") || s->maps[i].action.len || s->maps[i].action_from.len;
    }
    return acts;
}

// "time <- date + clock (...)": what stands behind the arrow.
bool sources_field(voc_str line, voc_str *from)
{
    for (size_t i = 0; i + 4 <= line.len && i < 40; i++) {
        if (memcmp(line.ptr + i, " <- ", 4) != 0) continue;
        if (from) *from = str_mk(line.ptr + i + 4, line.len - i - 4);
        return true;
    }
    return false;
}

// ---- reading -----------------------------------------------------------------------------------------------------------------

// A journey that says nothing but where sources are, in the zone of the journey that is followed.
voc_rc sources_read(struct cli *c, voc_str path, voc_str zone, struct journey **out)
{
    struct in *in = NULL;
    voc_str bytes = {"", 0};
    bool complete = false, ok = true;
    voc_str z = arena_str(&c->arena, path.ptr, path.len, &ok);
    if (!ok) return VOC_E_NOMEM;
    const char *slash = strrchr(z.ptr, '/'), *name = slash ? slash + 1 : z.ptr;
    char *folder = arena_printf(&c->arena, "%.*s", slash ? (int)(slash - z.ptr) : 0, z.ptr);
    const struct load_names names = {"journey.xml", name, "codebook.xml"}; // for messages
    char *around = arena_printf(&c->arena,
                                "<journey xmlns=\"urn:vocstream:journey:1\" id=\"none\" version=\"0\" unit=\"case\" lapse=\"none\" "
                                "zone=\"%.*s\"/>",
                                zone.len ? (int)zone.len : 3, zone.len ? zone.ptr : "UTC");
    if (!folder || !around) return VOC_E_NOMEM;
    voc_rc rc = in_open(&in, z.ptr, NULL, c->diag);
    if (!rc) rc = in_peek(in, (size_t)1 << 20, &bytes, &complete);
    if (!rc && (!complete || bytes.len == 0)) {
        diag_error(c->diag, "SOURCES-001", z.ptr, 0, "voc sniff FILE --sources -o sources.xml writes one", bytes.len ? "it is larger than 1 MiB" : "it is empty");
        rc = VOC_E_OPTION;
    }
    if (!rc) rc = load_journey(out, str_of(around), bytes, STR(""), folder, &names, c->diag);
    in_close(in);
    if (!rc && (*out)->n_sources == 0) {
        diag_error(c->diag, "SOURCES-001", z.ptr, 0, "voc sniff FILE --sources -o sources.xml writes one", "it has no <source>");
        journey_free(*out);
        *out = NULL;
        rc = VOC_E_OPTION;
    }
    return rc;
}

// ---- checking ----------------------------------------------------------------------------------------------------------------

static voc_rc no_plugin(struct cli *c, const struct journey *j, const struct source_rule *s)
{
    const char *names[64];
    size_t n = 0;
    for (size_t i = 0; i < catalogue_n(c->catalogue) && n < 64; i++)
        if (catalogue_at(c->catalogue, i)->note.kind == VOC_KIND_INPUT) names[n++] = catalogue_at(c->catalogue, i)->note.name;
    const char *near = str_nearest(s->as, names, n);
    diag_error(c->diag, "IMPORT-001", j->sources_file.ptr, s->line,
               near ? arena_printf(&c->arena, "did you mean %s? (voc plugin list shows all)", near)
                    : "voc plugin list shows what there is",
               "there is no input plugin \"%.*s\"", STR_SHOWN(s->as, 60));
    return VOC_E_OPTION;
}

// A file that an option names need not lie here yet.
static voc_rc check_options(struct cli *c, const struct journey *j, const struct source_rule *s)
{
    static const voc_str no_content = VOC_LIT("");
    struct plugin *p = catalogue_find(c->catalogue, VOC_KIND_INPUT, s->as);
    if (!p) return no_plugin(c, j, s);
    voc_rc rc = plugin_load(p, c->diag);
    if (rc) return rc;
    struct option_given *given = arena_alloc(&c->arena, (s->n_options + 1) * sizeof *given);
    if (!given) return VOC_E_NOMEM;
    for (size_t i = 0; i < s->n_options; i++) {
        given[i] = (struct option_given){.name = s->options[i].name, .value = s->options[i].value, .has_value = true,
                                         .file = j->sources_file.ptr, .line = s->options[i].line};
        for (size_t k = 0; k < p->desc->n_options; k++) {
            const voc_option *o = option_at(p->desc->options, p->desc->option_size, k);
            if (o->type == VOC_OPT_FILE && str_is(given[i].name, o->name)) given[i].content = &no_content;
        }
    }
    voc_value *values = NULL;
    rc = options_parse(&c->arena, p->desc->options, p->desc->n_options, p->desc->option_size, given, s->n_options, &values, c->diag);
    if (!rc) options_done(values, p->desc->n_options);
    return rc;
}

static voc_rc check_times(struct cli *c, const struct journey *j, const struct source_rule *s)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < s->n_maps && rc != VOC_E_NOMEM; i++) {
        const voc_map *m = &s->maps[i];
        if (!str_is(m->to, "time") && !str_is(m->to, "end")) continue;
        struct time_format *f = NULL;
        struct diag *d = diag_new();
        const voc_rc one = d ? time_format_new(&f, m->format, s->zone, d) : VOC_E_NOMEM;
        const struct diag_msg *said = one == VOC_E_OPTION && diag_n(d) ? diag_at(d, 0) : NULL;
        if (said) diag_error(c->diag, said->code, j->sources_file.ptr, m->line, said->hint, "%s", said->message);
        if (one) rc = one;
        time_format_free(f);
        diag_free(d);
    }
    return rc;
}

voc_rc sources_check(struct cli *c, const struct journey *j)
{
    voc_rc rc = cli_catalogue(c), worst = rc;
    for (size_t i = 0; i < j->n_sources && (!rc || rc == VOC_E_OPTION); i++) { // the faults of all sources are said
        const struct source_rule *s = &j->sources[i];
        rc = s->as.len ? check_options(c, j, s) : VOC_OK;
        if (!rc || rc == VOC_E_OPTION) {
            const voc_rc times = check_times(c, j, s);
            if (times) rc = times;
        }
        if (rc) worst = rc;
    }
    return worst;
}
