// SPDX-License-Identifier: MIT
// Reads one file: opens it, chooses the plugin and its mapping (reader_choose.c), tells the keeper, reads by LINES
// (reader_lines.c) or STREAM framing, and sums up what it came to. Runs in the program itself or in a worker (worker_child.c).
#include "host/import/reader_job.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/worker/place.h"
#include "store/foreign/foreign.h"

#define FOREIGN_CHUNK ((size_t)1 << 20)
#define FOREIGN_MAX ((size_t)1 << 30) // of a log that is held whole

// ---- the input -------------------------------------------------------------------------------------------------------------

voc_rc read_input_open(struct read_input *out, const struct import_request *r, struct arena *a, struct diag *d)
{
    *out = (struct read_input){.fd = -1, .file = in_file_part(r->path), .look = file_look(r->path)};
    out->folder = out->look.kind == FILE_FOLDER; // of mails; whose files are to be read alone is not for here
    if (out->folder) return VOC_OK;
    if (file_say_missing(r->path, out->look, a, d)) return VOC_E_IO;
    if (!r->as.len && out->look.packed && file_say_kind(r->path, out->look, d)) return VOC_E_INPUT;
    return in_descriptor(&out->fd, r->path, d);
}

void read_input_close(struct read_input *in)
{
    if (in->fd >= 0) (void)close(in->fd);
    in->fd = -1;
}

static voc_rc open_input(struct in **in, const struct import_request *r, struct read_input *from, struct diag *d)
{
    int fd = from->fd;
    from->fd = -1;
    if (fd >= 0) return in_open_descriptor(in, r->path, from->file, fd, !from->folder, NULL, d);
    if (r->bytes) return in_memory(in, r->path, r->bytes->ptr, r->bytes->len, NULL, d);
    return in_open_folder(in, r->path, NULL, d);
}

// An object-centric log in SQLite is read as the JSON that says the same, made from the pages of the file; one that is packed or comes
// through a pipe is held, as SQLite reads here and there.
struct foreign_input {
    struct in *in; // whose descriptor is read; NULL: it is held
    struct buf bytes;
    struct foreign *log;
};

static voc_rc read_foreign(void *user, void *to, size_t size, size_t *got)
{
    return foreign_read(((struct foreign_input *)user)->log, to, size, got);
}
static voc_rc read_foreign_again(void *user) { return foreign_again(((struct foreign_input *)user)->log), VOC_OK; }

static void close_foreign(void *user)
{
    struct foreign_input *x = user;
    foreign_close(x->log);
    in_close(x->in);
    buf_done(&x->bytes);
    mem_free(x);
}

static voc_rc hold_all(struct foreign_input *x, const char *path, struct diag *d)
{
    size_t got = 1;
    voc_rc rc = VOC_OK;
    while (got && !rc) {
        char *room = buf_room(&x->bytes, FOREIGN_CHUNK);
        rc = room ? in_read(x->in, room, FOREIGN_CHUNK, &got) : x->bytes.rc;
        if (!rc) x->bytes.len += got;
    }
    if (x->bytes.rc == VOC_E_LIMIT)
        diag_error(d, "IMPORT-022", path, 0, "unpack it, or save it as a file, and import that",
                   "a database of more than %zu MiB is read from a file only", FOREIGN_MAX >> 20);
    in_close(x->in);
    x->in = NULL;
    return rc;
}

static voc_rc open_foreign(struct in **in, const char *path, struct diag *d)
{
    struct foreign_input *x = mem_zalloc(1, sizeof *x);
    if (!x) return VOC_E_NOMEM;
    const struct in_maker maker = {x, read_foreign, read_foreign_again, close_foreign};
    const int fd = in_stored_whole(*in);
    buf_init(&x->bytes, FOREIGN_MAX);
    x->in = *in;
    *in = NULL;
    voc_rc rc = fd < 0 ? hold_all(x, path, d) : VOC_OK;
    if (!rc) rc = foreign_open(&x->log, fd, x->bytes.ptr, x->bytes.len, path, d);
    if (!rc) return in_made(in, path, &maker, d);
    close_foreign(x);
    return rc;
}

static voc_rc begin_input(struct in **in, const struct import_request *r, struct read_input *from, struct diag *d)
{
    voc_str head = {"", 0};
    bool complete;
    voc_rc rc = open_input(in, r, from, d);
    if (!rc) rc = in_peek(*in, (size_t)64 << 10, &head, &complete);
    return !rc && foreign_is_ocel(head) ? open_foreign(in, r->path, d) : rc;
}

// ---- mapping -------------------------------------------------------------------------------------------------------------

// Options of sources.xml first, those of the command line over them.
voc_rc read_option(const struct import_request *r, uint32_t rule, size_t given, struct option_given *out)
{
    const struct source_rule *s = rule == VOC_NONE ? NULL : r->journey && rule < r->journey->n_sources ? &r->journey->sources[rule] : NULL;
    size_t n = s ? s->n_options : 0;
    if ((rule != VOC_NONE && !s) || given >= n + r->n_options) return VOC_E_BUG;
    if (given >= n)
        *out = r->options[given - n];
    else
        *out = (struct option_given){.name = s->options[given].name, .value = s->options[given].value, .has_value = true,
                                     .file = r->journey->sources_file.len ? r->journey->sources_file.ptr : NULL, .line = s->options[given].line};
    return VOC_OK;
}

static uint32_t rule_number(const struct job *j) { return j->rule ? (uint32_t)(j->rule - j->req->journey->sources) : VOC_NONE; }

static bool names_file(const voc_plugin *p, voc_str option)
{
    for (size_t i = 0; i < p->n_options; i++) {
        const voc_option *o = option_at(p->options, p->option_size, i);
        if (str_is(option, o->name)) return o->type == VOC_OPT_FILE;
    }
    return false;
}

voc_rc reader_beside(const struct import_request *r, const struct keeper *k, const voc_option *o, struct arena *a, voc_value *v,
                     const char **name, bool *found, struct diag *d)
{
    *found = false;
    if (o->type != VOC_OPT_FILE || !(o->flags & VOC_OPT_BESIDE) || strcmp(r->path, "-") == 0) return VOC_OK;
    if (k && k->beside) return k->beside(k->user, o, &v->s, name, found);
    *found = !r->bytes && options_beside(a, o, r->path, v, name, d);
    return VOC_OK;
}

static voc_rc look_beside(struct job *j, const voc_option *o, voc_value *v)
{
    bool found = false;
    voc_rc rc = reader_beside(j->req, j->keeper, o, j->a, v, &j->beside, &found, j->d);
    if (!rc && found) j->beside_as = o->name;
    return rc;
}

static voc_rc make_options(struct job *j)
{
    const voc_plugin *p = j->plugin->desc;
    size_t n = (j->rule ? j->rule->n_options : 0) + j->req->n_options;
    struct option_given *given = arena_alloc(j->a, (n + 1) * sizeof *given);
    voc_str *content = arena_alloc(j->a, (n + 1) * sizeof *content);
    voc_rc rc = given && content ? VOC_OK : VOC_E_NOMEM;
    for (size_t i = 0; i < n && !rc; i++) {
        rc = read_option(j->req, rule_number(j), i, &given[i]);
        if (rc || !j->keeper->file || !given[i].has_value || !names_file(p, given[i].name)) continue;
        rc = j->keeper->file(j->keeper->user, rule_number(j), i, &content[i]);
        given[i].content = &content[i];
    }
    if (!rc) rc = options_parse(j->a, p->options, p->n_options, p->option_size, given, n, &j->options, j->d);
    for (size_t i = 0; i < p->n_options && !rc; i++)
        if (!j->options[i].set) rc = look_beside(j, option_at(p->options, p->option_size, i), &j->options[i]);
    return rc;
}

// What was taken because it lies beside the input is said first.
static size_t say_beside(const struct job *j, char *out, size_t size)
{
    out[0] = 0;
    if (!j->beside) return 0;
    int n = snprintf(out, size, "%s: %.200s, which lies beside the file (-O %s=FILE names another)\n", j->beside_as, j->beside, j->beside_as);
    return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

static void hash_str(struct hash_state *h, voc_str s)
{
    uint64_t len = s.len;
    hash_add(h, &len, sizeof len);
    hash_add(h, s.ptr, s.len);
}

// What decides how bytes become rows. Not the plugin's version: an upgrade is no reason to count a file again.
static void hash_mapping(struct job *j)
{
    struct hash_state h;
    hash_begin(&h);
    hash_str(&h, str_of(j->plugin->note.name));
    hash_str(&h, j->source.zone);
    uint32_t fixed[2] = {j->source.actor, j->source.resolution};
    hash_add(&h, fixed, sizeof fixed);
    for (size_t i = 0; i < j->source.n_maps; i++) {
        const voc_map *m = &j->source.maps[i];
        const voc_str all[] = {m->to, m->from, m->format, m->constant, m->action, m->action_from, m->alias_kind};
        for (size_t k = 0; k < sizeof all / sizeof *all; k++) hash_str(&h, all[k]);
        uint32_t more[3] = {m->strong, m->type, m->entity};
        hash_add(&h, more, sizeof more);
    }
    for (size_t i = 0; i < j->plugin->desc->n_options; i++) {
        const voc_value *v = &j->options[i];
        int64_t number = v->type == VOC_OPT_REAL ? (int64_t)(v->r * 1e6) : v->i;
        hash_add(&h, &number, sizeof number);
        hash_str(&h, v->s);
        for (size_t k = 0; k < v->n_list; k++) hash_str(&h, v->list[k]);
    }
    leave_out_hash(&h, j->rule);
    hash_end(&h, j->mapping);
}

static voc_rc make_source(struct job *j)
{
    const struct source_rule *r = j->rule;
    const char *name = j->req->name ? j->req->name : in_name(j->in);
    j->source = (voc_source){.struct_size = sizeof j->source, .map_size = sizeof(voc_map), .file_name = str_of(name)};
    j->source.id = j->req->source.len ? j->req->source : r && r->id.len ? r->id : str_of(j->plugin->note.name);
    if (r) {
        j->source.zone = r->zone;
        j->source.actor = r->actor;
        j->source.resolution = r->resolution;
        j->source.maps = r->maps;
        j->source.n_maps = r->n_maps;
    }
    if (j->source.zone.len == 0 && j->req->journey) j->source.zone = j->req->journey->zone;
    voc_rc rc = make_options(j);
    if (!rc) rc = leave_out_new(&j->leave_out, r, j->req->journey ? j->req->journey->sources_file.ptr : NULL, j->d);
    if (!rc) hash_mapping(j);
    return rc;
}

// ---- the whole -------------------------------------------------------------------------------------------------------------

voc_rc reader_give(struct job *j, const struct coded_block *b)
{
    uint64_t of = 0, stored = in_stored(j->in, &of);
    return j->keeper->block(j->keeper->user, b, stored, of);
}

// ---- STREAM ---------------------------------------------------------------------------------------------------------------

static voc_rc stream_block(void *user, const struct coded_block *b) { return reader_give(user, b); }

static voc_rc read_stream(struct job *j)
{
    struct voc_stream s = {.in = j->in};
    struct voc_sink *sink = NULL;
    struct encode_spec spec = {.actor = j->source.actor, .resolution = j->source.resolution, .file = in_path(j->in), .sender = 1,
                               .kept = j->req->kept, .apart = j->req->apart, .leave_out = j->leave_out, .source = j->source.id};
    struct coded_block last;
    buf_init(&s.window, STREAM_WINDOW + 1);
    voc_rc rc = sink_new(&sink, &spec, j->d);
    if (!rc) {
        sink_flush_to(sink, &s, stream_block, j);
        rc = j->ops->run(j->instance, &s, sink);
    }
    if (s.rc) rc = s.rc; // what went wrong below the plugin is the truth
    if (!rc) rc = sink_end(sink);
    if (!rc) rc = sink_coded(sink, &last);
    if (!rc) rc = reader_give(j, &last);
    if (!rc) rc = sink_account(sink, &j->total);
    if (!rc) {
        char rest[4096];
        size_t got = 1;
        while (got && !rc) rc = in_read(j->in, rest, sizeof rest, &got); // trailing bytes are framing, and part of the hash
        j->framing_bytes = in_decoded(j->in) - j->total.a.bytes;
        j->ends_clean = false; // one that has grown is read anew as a whole
    }
    sink_free(sink);
    buf_done(&s.window);
    return rc;
}

// ---- what it came to --------------------------------------------------------------------------------------------------------

// The plugin's mapping, kept beyond its life.
static voc_rc keep_plan(struct job *j)
{
    voc_source *s = &j->end->plan;
    bool ok = true;
    *s = j->source;
    s->maps = NULL;
    s->n_maps = 0;
    voc_source given = *s;
    voc_rc rc = j->planned && j->ops->maps ? j->ops->maps(j->instance, &given) : VOC_OK;
    voc_map *maps = arena_alloc(j->a, (given.n_maps + 1) * sizeof *maps);
    if (rc || !maps) return rc ? rc : VOC_E_NOMEM;
    size_t size = given.map_size < sizeof *maps ? given.map_size : sizeof *maps;
    memset(maps, 0, (given.n_maps + 1) * sizeof *maps);
    for (size_t i = 0; i < given.n_maps && ok; i++) {
        voc_map *m = &maps[i];
        memcpy(m, (const char *)given.maps + i * given.map_size, size);
        voc_str *const text[] = {&m->to, &m->from, &m->format, &m->constant, &m->action, &m->action_from, &m->alias_kind, &m->reason};
        for (size_t k = 0; k < sizeof text / sizeof *text && ok; k++) *text[k] = arena_str(j->a, text[k]->ptr, text[k]->len, &ok);
    }
    voc_str *const own[] = {&given.id, &given.zone, &given.file_name};
    for (size_t k = 0; k < sizeof own / sizeof *own && ok; k++) *own[k] = arena_str(j->a, own[k]->ptr, own[k]->len, &ok);
    given.maps = maps;
    given.map_size = sizeof *maps;
    if (ok) *s = given;
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static void copy(char *to, size_t size, const char *text) { (void)snprintf(to, size, "%s", text ? text : ""); }

// Says how the file will be read, and prepares what the keeper asks for.
static voc_rc tell_chosen(struct job *j)
{
    struct read_chosen c = {.source = j->source, .rule = rule_number(j)};
    struct read_wants w = {.n_watch = 0};
    copy(c.plugin, sizeof c.plugin, j->plugin->note.name);
    copy(c.version, sizeof c.version, j->plugin->note.version);
    c.source.maps = NULL;
    c.source.n_maps = 0;
    memcpy(c.mapping, j->mapping, HASH_BYTES);
    voc_rc rc = j->keeper->chosen(j->keeper->user, &c, &w);
    for (size_t i = 0; i < w.n_watch && !rc; i++) rc = in_watch(j->in, w.watch[i]);
    if (!rc && w.older) rc = in_want_older(j->in);
    for (size_t i = 0; i < w.n_watch; i++) j->end->watched[j->end->n_watched++].length = w.watch[i];
    j->end->has_older = w.older;
    return rc;
}

static voc_rc sum_up(struct job *j)
{
    struct read_end *e = j->end;
    voc_rc rc = account_done(&j->total);
    struct import_account *a = &j->total.a;
    struct import_ignored *rules = arena_alloc(j->a, (a->n_by_rule + 1) * sizeof *rules);
    bool ok = rules != NULL;
    a->framing_bytes = j->framing_bytes;
    a->ends_clean = j->ends_clean;
    a->bytes += j->framing_bytes;
    in_hash(j->in, a->hash);
    a->decoded_raw = in_raw(j->in);
    e->account = *a;
    for (size_t i = 0; i < a->n_by_rule && ok; i++)
        rules[i] = (struct import_ignored){arena_str(j->a, a->by_rule[i].rule.ptr, a->by_rule[i].rule.len, &ok), a->by_rule[i].records};
    e->account.by_rule = rules;
    e->decoded = in_decoded(j->in);
    e->actor_unset = j->total.actor_unset;
    const struct time_turns turns = context_turns(&j->cx);
    e->turns = (struct time_turns){turns.repeated - j->tried.repeated, turns.skipped - j->tried.skipped};
    e->first_line = j->total.first_line;
    memcpy(e->first_reason, j->total.first_reason, sizeof e->first_reason);
    copy(e->charset, sizeof e->charset, in_charset(j->in));
    if (e->has_older) in_hash_older(j->in, e->older);
    for (size_t i = 0; i < e->n_watched; i++) {
        struct read_watched *w = &e->watched[i];
        w->reached = in_watched(j->in, w->length, false, w->hash);
        if (w->reached && e->has_older) (void)in_watched(j->in, w->length, true, w->older);
    }
    return ok ? rc : VOC_E_NOMEM;
}

static void option_word(const voc_plugin *p, const char *name, char *to, size_t size)
{
    for (size_t i = 0; i < p->n_options; i++) {
        const voc_option *o = option_at(p->options, p->option_size, i);
        if (strcmp(o->name, name) == 0 && o->type == VOC_OPT_STRING) copy(to, size, o->argument && strlen(o->argument) < size ? o->argument : "NAME");
    }
}

static voc_rc prepare(struct job *j)
{
    struct read_end *e = j->end;
    voc_rc rc = plugin_load(j->plugin, j->d);
    if (rc) return rc;
    j->ops = j->plugin->ops;
    for (size_t i = 0; i < catalogue_n(j->req->catalogue); i++)
        if (catalogue_at(j->req->catalogue, i) == j->plugin) place_plugin((uint32_t)i + 1);
    copy(e->plugin, sizeof e->plugin, j->plugin->note.name);
    option_word(j->plugin->desc, "time", e->words.time, sizeof e->words.time);
    option_word(j->plugin->desc, "customer", e->words.customer, sizeof e->words.customer);
    option_word(j->plugin->desc, "case", e->words.case_, sizeof e->words.case_);
    rc = make_source(j);
    if (!rc) (void)snprintf(e->source, sizeof e->source, "%.*s", STR_SHOWN(j->source.id, 63));
    return rc ? rc : tell_chosen(j);
}

static voc_rc read_chosen_file(struct job *j)
{
    const bool plan_only = j->req->plan_only;
    context_init(&j->cx, j->plugin, j->d, j->req->name ? j->req->name : in_path(j->in));
    voc_rc rc = prepare(j);
    const bool lines = !rc && j->ops->framing == VOC_FRAMING_LINES;
    if (!rc) rc = j->ops->open(host_table(), &j->cx, &j->source, j->options, &j->instance);
    j->tried = context_turns(&j->cx);
    if (!rc && (lines || !plan_only)) rc = lines ? reader_lines(j) : read_stream(j);
    rc = context_rc(&j->cx, rc);
    if (rc && host_cancelled()) rc = VOC_CANCELLED; // whatever a plugin took the end of its input for
    if (!rc) rc = keep_plan(j);
    if (j->instance && j->ops->describe && (lines || !plan_only)) {
        size_t said = say_beside(j, j->end->mapping, sizeof j->end->mapping);
        j->ops->describe(j->instance, j->end->mapping + said, sizeof j->end->mapping - said);
        j->end->mapping[sizeof j->end->mapping - 1] = 0;
        text_mend(j->end->mapping); // names of columns are a stranger's
    }
    voc_rc summed = sum_up(j);
    if (!rc) rc = summed;
    if (!rc && j->total.left_rows)
        diag_put(j->d, VOC_INFO, "IMPORT-011", in_path(j->in), 0, "voc rows FILE shows what stays", "an <ignore> left out %llu %s of records that gave others, too",
                 (unsigned long long)j->total.left_rows, j->total.left_rows == 1 ? "row" : "rows");
    if (j->instance && j->ops->close) j->ops->close(j->instance);
    options_done(j->options, j->options ? j->plugin->desc->n_options : 0);
    context_done(&j->cx);
    account_free(&j->total);
    leave_out_free(j->leave_out);
    return rc;
}

voc_rc reader_read(const struct import_request *r, struct read_input *from, const struct keeper *k, struct read_end *out,
                   struct arena *a, struct diag *d)
{
    struct job j = {.req = r, .keeper = k, .end = out, .a = a, .d = d, .look = from->look};
    memset(out, 0, sizeof *out);
    voc_rc rc = begin_input(&j.in, r, from, d);
    if (!rc) rc = reader_choose(&j);
    if (!rc) rc = read_chosen_file(&j);
    in_close(j.in);
    return rc;
}

voc_rc reader_sniff(const struct import_request *r, struct read_input *from, const struct keeper *k, struct sniffed *out,
                    size_t max, size_t *n, struct diag *d)
{
    struct in *in = NULL;
    voc_str first;
    bool complete;
    voc_rc rc = begin_input(&in, r, from, d);
    if (!rc) rc = in_peek(in, 1, &first, &complete);
    if (!rc && first.len == 0) {
        diag_error(d, "IMPORT-009", r->path, 0, "check the export that made it", "the file is empty");
        rc = VOC_E_INPUT;
    }
    if (!rc) rc = sniff(r, k, in, out, max, n, d);
    in_close(in);
    return rc;
}
