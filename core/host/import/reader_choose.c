// SPDX-License-Identifier: MIT
// Which plugin reads a file, and by which <source> of the journey: what the user named comes first, then the file's name, then
// the plugins' own opinions. What cannot be decided is said with the flag that decides.
#include "host/import/reader_job.h"

#include <stdio.h>

#include "host/import/file_kind.h"

#define CANDIDATES_MAX 64u

static const struct source_rule *rule_for(const struct import_request *r, const char *name)
{
    const char *sheet = strchr(name, '!'); // "book.xlsx!Sheet": meant by either name
    if (!r->journey) return NULL;
    for (size_t i = 0; i < r->journey->n_sources; i++) {
        const struct source_rule *s = &r->journey->sources[i];
        if (r->source.len ? str_eq(r->source, s->id) : r->as.len && s->as.len && !str_eq(r->as, s->as)) {
            if (r->source.len) return s;
            continue;
        }
        if (r->source.len) continue;
        if (source_reads(s, str_of(name)) || (sheet && source_reads(s, str_mk(name, (size_t)(sheet - name))))) return s;
    }
    return NULL;
}

// where: the <source> that names it; NULL: the command line.
static voc_rc plugin_named(struct job *j, voc_str name, const struct source_rule *where)
{
    const char *names[CANDIDATES_MAX] = {0};
    size_t n = 0;
    struct plugin *p = catalogue_find(j->req->catalogue, VOC_KIND_INPUT, name);
    if (p) {
        j->plugin = p;
        return plugin_load(p, j->d);
    }
    for (size_t i = 0; i < catalogue_n(j->req->catalogue) && n < CANDIDATES_MAX; i++)
        if (catalogue_at(j->req->catalogue, i)->note.kind == VOC_KIND_INPUT) names[n++] = catalogue_at(j->req->catalogue, i)->note.name;
    const char *near = str_nearest(name, names, n);
    char hint[120];
    snprintf(hint, sizeof hint, near ? "did you mean %s? (voc plugin list shows all)" : "voc plugin list shows what there is%s", near ? near : "");
    const voc_str file = where ? j->req->journey->sources_file : STR("");
    diag_error(j->d, "IMPORT-001", file.len ? file.ptr : NULL, file.len ? where->line : 0, hint,
               "there is no input plugin \"%.*s\"", STR_SHOWN(name, 60));
    return VOC_E_OPTION;
}

// The head as it was read says it also of what came through a pipe or out of a compressed file.
static bool explain_unknown(struct job *j)
{
    voc_str head = {"", 0};
    bool complete;
    if (file_say_kind(j->req->path, j->look, j->d)) return true;
    if (in_peek(j->in, 4096, &head, &complete) != VOC_OK) return false;
    return file_say_kind(j->req->path, file_look_bytes(head, (voc_str){"", 0}), j->d);
}

// NULs that no charset explains.
static bool has_nuls(struct job *j)
{
    voc_str head;
    bool complete;
    if (in_peek(j->in, 65536, &head, &complete) != VOC_OK || !memchr(head.ptr, 0, head.len)) return false;
    size_t mark;
    const voc_str charset = str_of(text_sniff(head.ptr, head.len, &mark));
    return !str_starts(charset, "UTF-16") && !str_starts(charset, "UTF-32");
}

static voc_rc probe_all(struct job *j)
{
    struct sniffed s[CANDIDATES_MAX];
    size_t n = 0;
    voc_rc rc = sniff(j->req, j->keeper, j->in, s, CANDIDATES_MAX, &n, j->d);
    if (rc) return rc;
    if (n == 0) {
        diag_error(j->d, "IMPORT-002", in_path(j->in), 0, "voc plugin list says where plugins are looked for", "no input plugin is installed");
        return VOC_E_INPUT;
    }
    if (s[0].confidence < SNIFF_KNOWN && explain_unknown(j)) return VOC_E_INPUT;
    if (s[0].confidence < SNIFF_KNOWN) {
        struct buf b;
        const char *best = s[0].plugin->note.name;
        const bool nuls = s[0].confidence == 0 && has_nuls(j);
        const char *hint =
            nuls ? "a text that was damaged is mended by tr -d '\\000' <FILE >MENDED"
            : s[0].confidence == 0
                ? "if you know the format, name it with --as NAME (voc plugin list shows what can be read)"
                : arena_printf(
                      j->a,
                      "if it is one for %s all the same, add --as %s, which says what it misses; voc plugin show %s has its options",
                      best, best, best);
        buf_init(&b, 4096);
        for (size_t i = 0; i < n && i < 3 && s[i].confidence; i++)
            buf_printf(&b, "%s%s: %s", i ? "; " : "", s[i].plugin->note.name, s[i].reason[0] ? s[i].reason : "perhaps");
        if (b.len == 0) buf_cstr(&b, nuls ? "NUL bytes stand in it, which no text has" : "no input plugin knows it");
        diag_error(j->d, "IMPORT-003", in_path(j->in), 0, hint, "the format is not known (%s)", b.ptr ? b.ptr : "");
        buf_done(&b);
        return VOC_E_INPUT;
    }
    if (n > 1 && s[0].confidence - s[1].confidence < SNIFF_APART) {
        char hint[160];
        snprintf(hint, sizeof hint, "decide with --as %s or --as %s", s[0].plugin->note.name, s[1].plugin->note.name);
        diag_error(j->d, "IMPORT-004", in_path(j->in), 0, hint, "two plugins could read it: %s (%d: %s) and %s (%d: %s)", s[0].plugin->note.name,
                   s[0].confidence, s[0].reason, s[1].plugin->note.name, s[1].confidence, s[1].reason);
        return VOC_E_INPUT;
    }
    j->plugin = s[0].plugin;
    snprintf(j->end->reason, sizeof j->end->reason, "%s", s[0].reason);
    return VOC_OK;
}

// --source names one of sources.xml, or gives a name of its own; a slip would leave the mapping out.
static void warn_source(const struct job *j)
{
    const struct journey *of = j->req->journey;
    const char *names[64];
    size_t n = 0;
    struct buf b;
    if (!j->req->source.len || j->rule || !of || !of->n_sources) return;
    buf_init(&b, 8192);
    buf_cstr(&b, "it has ");
    for (size_t i = 0; i < of->n_sources && n < 64; i++) {
        buf_printf(&b, "%s%.*s", i ? ", " : "", STR_SHOWN(of->sources[i].id, 60));
        names[n] = arena_printf(j->a, "%.*s", STR_ARG(of->sources[i].id));
        n += names[n] != NULL;
    }
    const char *near = str_nearest(j->req->source, names, n);
    if (near) buf_printf(&b, "; did you mean %s?", near);
    diag_warn(j->d, "IMPORT-020", j->req->path, 0, b.ptr,
              "sources.xml of %.*s has no source \"%.*s\": the file is read without its mapping", STR_SHOWN(of->id, 60),
              STR_SHOWN(j->req->source, 60));
    buf_done(&b);
}

static voc_rc explain_no_source(const struct job *j)
{
    char hint[300];
    snprintf(hint, sizeof hint, "write %.100s into files=\"...\" of a <source>, or say which one with --source ID; voc sniff FILE --sources makes one", in_name(j->in));
    diag_error(j->d, "IMPORT-021", in_path(j->in), 0, hint, "no <source> of %s is for this file",
               j->req->journey->sources_file.len ? j->req->journey->sources_file.ptr : "the sources");
    return VOC_E_OPTION;
}

voc_rc reader_choose(struct job *j)
{
    voc_str first;
    bool complete;
    voc_rc rc = in_peek(j->in, 1, &first, &complete);
    if (!rc && first.len == 0) {
        diag_error(j->d, "IMPORT-009", in_path(j->in), 0, "export it again, and see that it has lines before it is imported", "the file is empty");
        rc = VOC_E_INPUT;
    }
    if (rc) return rc;
    j->rule = rule_for(j->req, in_name(j->in));
    if (j->req->sources_only && !j->rule) return explain_no_source(j);
    warn_source(j);
    if (j->req->as.len) return plugin_named(j, j->req->as, NULL);
    if (j->rule && j->rule->as.len) return plugin_named(j, j->rule->as, j->rule);
    return j->req->else_as.len ? plugin_named(j, j->req->else_as, NULL) : probe_all(j);
}
