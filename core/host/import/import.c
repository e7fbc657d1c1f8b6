// SPDX-License-Identifier: MIT
// One file into a project (or through a dry run), the keeping half: has the file read (reader.h), hands the blocks to the store,
// and commits once, or not at all. Called by the cli.
#include "host/import/import.h"

#include <stdio.h>
#include <string.h>

#include "host/import/doubts.h"
#include "host/import/reader.h"
#include "host/worker/worker.h"

#define PRIORS_MAX READ_WATCH_MAX
#define TWICE_LEAST 20u // one in so many events is no accident
#define REPLACED_LEAST 10u // one in so many events, and more, is no correction

struct older_hash { unsigned char hash[HASH_BYTES]; };

struct keeping { // one import under way
    const struct import_request *req;
    struct import_report *rep;
    struct arena *a;
    struct diag *d;
    struct read_chosen chosen;
    struct read_end end;
    struct import *import; // NULL: dry run
    struct import_prior priors[PRIORS_MAX];
    size_t n_priors;
    VEC(struct older_hash) older; // of inputs that were imported by an older version
    uint64_t stored, of, n_events, n_rejects; // so far, for the progress
    bool said_elsewhere;
    size_t n_errors; // that were said before
    struct doubts doubts;
};

// ---- what the reader asks and gives ------------------------------------------------------------------------------------------

// With .gz and the like: what the user would type again.
static voc_str file_as_named(const struct keeping *k)
{
    const char *path = k->req->name ? k->req->name : k->req->path, *slash = strrchr(path, '/');
    return str_of(slash ? slash + 1 : path);
}

// Inputs that an older version has imported are known by another hash.
static voc_rc keep_older(void *user, const struct store_import *i)
{
    struct keeping *k = user;
    struct older_hash older;
    if (!hash_from_hex(i->hash_hex, older.hash) || fingerprint_is(older.hash)) return VOC_OK;
    voc_rc rc = vec_reserve(&k->older, 1, SIZE_MAX);
    if (!rc) k->older.at[k->older.n++] = older;
    return rc;
}

static voc_rc begin_store(struct keeping *k, struct read_wants *w)
{
    const struct import_request *r = k->req;
    const struct read_chosen *c = &k->chosen;
    const struct source_rule *rule = c->rule == VOC_NONE ? NULL : &r->journey->sources[c->rule];
    struct import_spec spec = {.source = c->source.id,
                               .plugin = str_of(c->plugin),
                               .plugin_version = str_of(c->version),
                               .file_name = file_as_named(k),
                               .resolution = c->source.resolution,
                               .watermark_us = rule ? rule->watermark_us : VOC_NA,
                               .watermark_none = rule && rule->watermark_none,
                               .actor_assumed = 0,
                               .memory_max = r->memory_max,
                               .one_source = r->source.len == 0,
                               .again = r->again};
    memcpy(spec.mapping, c->mapping, HASH_BYTES);
    voc_rc rc = import_priors(r->project, c->source.id, spec.file_name, k->priors, PRIORS_MAX, &k->n_priors);
    for (size_t i = 0; i < k->n_priors && !rc; i++) w->watch[w->n_watch++] = k->priors[i].length;
    if (!rc) rc = store_imports(r->project, keep_older, k);
    w->older = k->older.n > 0;
    return rc ? rc : import_begin(&k->import, r->project, &spec, k->d);
}

static voc_rc chosen(void *user, const struct read_chosen *c, struct read_wants *w)
{
    struct keeping *k = user;
    bool ok = true;
    k->chosen = *c;
    k->chosen.source.id = arena_str(k->a, c->source.id.ptr, c->source.id.len, &ok);
    return !ok ? VOC_E_NOMEM : k->req->project ? begin_store(k, w) : VOC_OK;
}

static void tell(const struct keeping *k, enum import_phase phase)
{
    const struct import_progress p = {.phase = phase, .bytes = k->stored, .of = k->of, .events = k->n_events, .rejects = k->n_rejects};
    if (k->req->progress) k->req->progress(k->req->progress_user, &p);
}

static voc_rc keep_block(void *user, const struct coded_block *b, uint64_t stored, uint64_t of)
{
    struct keeping *k = user;
    doubts_block(&k->doubts, b, clock_now_us());
    k->n_events += b->events.n;
    k->n_rejects += b->n_rejects;
    k->stored = stored;
    k->of = of;
    tell(k, IMPORT_READ);
    if (k->import) return import_add(k->import, b);
    return k->req->block ? k->req->block(k->req->user, b) : VOC_OK;
}

// ---- at the end ----------------------------------------------------------------------------------------------------------------

static const struct read_watched *watched(const struct keeping *k, uint64_t length)
{
    for (size_t i = 0; i < k->end.n_watched; i++)
        if (k->end.watched[i].length == length) return &k->end.watched[i];
    return NULL;
}

// The longest earlier import that this file begins with, 0: none. What follows from it the store decides.
static int64_t continued_behind(const struct keeping *k)
{
    uint64_t length = 0;
    int64_t number = 0;
    for (size_t i = 0; i < k->n_priors; i++) {
        const struct import_prior *p = &k->priors[i];
        const struct read_watched *w = watched(k, p->length);
        const bool older = !fingerprint_is(p->hash);
        if (p->length <= length || !w || !w->reached || (older && !k->end.has_older)) continue;
        if (memcmp(older ? w->older : w->hash, p->hash, HASH_BYTES) != 0) continue;
        length = p->length;
        number = p->number;
    }
    return number;
}

// The hash by which the project knows this input, if it does.
static void known_hash(struct keeping *k)
{
    for (size_t i = 0; i < k->older.n && k->end.has_older; i++)
        if (memcmp(k->older.at[i].hash, k->end.older, HASH_BYTES) == 0) memcpy(k->end.account.hash, k->end.older, HASH_BYTES);
}

static voc_rc judge_rejects(const struct keeping *k)
{
    const struct import_account *a = &k->end.account;
    if (a->rejected * 2 > a->records) {
        diag_error(k->d, "IMPORT-005", k->req->path, k->end.first_line,
                   "nothing was kept; voc rows FILE --rejects-only shows them all; another format is named with --as NAME, a column with -O NAME=COLUMN",
                   "wrong format: %llu of %llu records were not understood by %s; the first: %s", (unsigned long long)a->rejected,
                   (unsigned long long)a->records, k->end.plugin, k->end.first_reason);
        return VOC_E_INPUT;
    }
    const double percent = k->req->max_reject_percent;
    const char *kept = k->req->again ? "the project keeps the first reading" : "nothing was kept";
    if (a->rejected > k->req->max_rejects || (percent > 0 && (double)a->rejected * 100 > percent * (double)a->records)) {
        char allowed[64], hint[160];
        if (percent > 0) snprintf(allowed, sizeof allowed, "%g %% of %llu", percent, (unsigned long long)a->records);
        else snprintf(allowed, sizeof allowed, "%llu", (unsigned long long)k->req->max_rejects);
        snprintf(hint, sizeof hint, "%s; voc rows FILE --rejects-only shows them; a higher --max-rejects keeps the rest", kept);
        diag_error(k->d, "IMPORT-006", k->req->path, 0, hint, "%llu %s rejected, %s are allowed", (unsigned long long)a->rejected,
                   a->rejected == 1 ? "record was" : "records were", allowed);
        return VOC_E_CHECK;
    }
    return VOC_OK;
}

static voc_rc finish(struct keeping *k)
{
    const struct import_account *a = &k->end.account;
    voc_rc rc = VOC_OK;
    known_hash(k);
    if (a->records != a->gave + a->rejected + a->ignored || a->bytes != k->end.decoded || a->rejected != k->n_rejects) {
        diag_error(k->d, "IMPORT-007", k->req->path, 0, "tell the plugin's author", "the account does not add up: %llu bytes of %llu",
                   (unsigned long long)a->bytes, (unsigned long long)k->end.decoded);
        rc = VOC_E_BUG;
    }
    if (!rc) rc = judge_rejects(k);
    if (!rc && k->import) {
        struct import *im = k->import;
        k->import = NULL;
        tell(k, IMPORT_WRITE);
        import_assumed(im, k->end.actor_unset);
        rc = import_commit(im, a, continued_behind(k), &k->rep->result);
    }
    return rc;
}

// A file of this name under another source: a log that has grown since, when nobody had said how it is read, counts twice.
static voc_rc warn_elsewhere(void *user, const struct store_import *i)
{
    struct keeping *k = user;
    if (!str_eq(i->file_name, file_as_named(k)) || str_eq(i->source, k->chosen.source.id) || k->said_elsewhere) return VOC_OK;
    k->said_elsewhere = true;
    diag_warn(k->d, "IMPORT-014", k->req->path, 0,
              "if it is the same log, import it into a new project; if not, say --source NAME for each",
              "a file of this name is held as source %.*s too: what is in both counts twice", STR_SHOWN(i->source, 60));
    return VOC_OK;
}

// An export that was made again, with some rows more and some that have changed, is no file that has grown: without ids of their own
// its events are there once more.
static void warn_twice(const struct keeping *k)
{
    const struct import_result *r = &k->rep->result;
    struct store_twice t;
    if (k->n_priors == 0 || r->events == 0 || r->already || r->continued || r->renewed || r->replaced_import) return;
    if (store_twice(k->req->project, r, &t, k->d) != VOC_OK || t.twice < 2 || t.twice * TWICE_LEAST < t.looked_at) return;
    diag_warn(k->d, "IMPORT-024", k->req->path, 0,
              "if it is the same export, made again, import it into a new project, or have later rows replace earlier ones by an id of their own (-O id=COLUMN); if two files tell of different things, nothing is wrong",
              "%llu of %s%llu events were there already, by who, when and what: an earlier file of source %.*s has them too, and they count twice", (unsigned long long)t.twice,
              t.looked_at < r->events ? "the first " : "its ", (unsigned long long)t.looked_at, (int)(k->chosen.source.id.len > 60 ? 60 : k->chosen.source.id.len), k->chosen.source.id.ptr);
}

// What was taken for the id of an event may be a number that every customer has of their own: most events are gone then.
static void warn_replaced(const struct keeping *k)
{
    const struct import_result *r = &k->rep->result;
    if (r->already || r->replaced_within < 2 || r->replaced_within * REPLACED_LEAST < r->events + r->replaced_within) return;
    diag_warn(k->d, "IMPORT-027", k->req->path, 0,
              "if these ids number the events of each customer, -O id=- keeps them all in a new project, and -O id=COLUMN names ids that are of one event each; if the file tells an event anew to correct it, nothing is wrong",
              "%llu of %llu events are not kept: a later record of the file has the same id, and the last one counts", (unsigned long long)r->replaced_within,
              (unsigned long long)(r->events + r->replaced_within));
}

static void fill_report(struct keeping *k)
{
    struct import_report *out = k->rep;
    const struct read_end *e = &k->end;
    out->account = e->account;
    out->plan = e->plan;
    memcpy(out->plugin, e->plugin, sizeof out->plugin);
    memcpy(out->source, e->source, sizeof out->source);
    memcpy(out->charset, e->charset, sizeof out->charset);
    memcpy(out->mapping, e->mapping, sizeof out->mapping);
    memcpy(out->reason, e->reason, sizeof out->reason);
    if (e->actor_unset) snprintf(out->assumed, sizeof out->assumed, "who acted is not said in this source: read as the customer");
}

// Bytes in memory are a test's, or a fuzzer's.
static bool isolated(const struct import_request *r)
{
    if (r->isolate == ISOLATE_NEVER || r->bytes) return false;
    if (r->isolate == ISOLATE_ALWAYS) return true;
    for (size_t i = 0; i < catalogue_n(r->catalogue); i++) {
        const struct plugin *p = catalogue_at(r->catalogue, i);
        const bool asked = p->note.kind == VOC_KIND_INPUT && !p->refused && (!r->as.len || str_is(r->as, p->note.name));
        if (asked && !p->shipped) return true;
    }
    return false;
}

voc_rc import_sniff(const struct import_request *r, struct sniffed *out, size_t max, size_t *n, struct arena *a, struct diag *d)
{
    struct read_input in = {.fd = -1};
    *n = 0;
    voc_rc rc = r->bytes ? VOC_OK : read_input_open(&in, r, a, d);
    return rc ? rc : isolated(r) ? worker_sniff(r, &in, out, max, n, d) : reader_sniff(r, &in, NULL, out, max, n, d);
}

voc_rc import_sheets(struct in_sheets *out, const char *path, enum isolate how, struct diag *d)
{
    int fd = -1;
    voc_rc rc = in_descriptor(&fd, path, d);
    return rc ? rc : how == ISOLATE_ALWAYS ? worker_sheets(path, fd, out, d) : in_list_sheets_descriptor(out, path, in_file_part(path), fd, d);
}

// Nobody can mend what is refused without a word.
static void say_refusal(const struct keeping *k, voc_rc rc)
{
    const bool silent = diag_count(k->d, VOC_ERROR) == k->n_errors;
    if (!k->end.plugin[0]) return;
    if (rc == VOC_E_BUG)
        diag_error(k->d, "IMPORT-008", k->req->path, 0, "tell its author; nothing was kept", "plugin %s broke its contract%s", k->end.plugin,
                   silent ? ": what it gave back is VOC_E_BUG, or no voc_rc" : "");
    else if (silent && rc && rc != VOC_CANCELLED && rc != VOC_E_NOMEM)
        diag_error(k->d, "IMPORT-023", k->req->path, 0, "tell its author: host->diag takes the words; nothing was kept",
                   "plugin %s gave up (%s) and did not say why", k->end.plugin, rc_name(rc));
}

voc_rc import_file(const struct import_request *r, struct import_report *out, struct arena *a, struct diag *d)
{
    struct keeping k = {.req = r, .rep = out, .a = a, .d = d, .n_errors = diag_count(d, VOC_ERROR)};
    const struct keeper keeper = {.user = &k, .chosen = chosen, .block = keep_block};
    struct read_input in = {.fd = -1};
    memset(out, 0, sizeof *out);
    voc_rc rc = r->bytes ? VOC_OK : read_input_open(&in, r, a, d);
    if (!rc) rc = isolated(r) ? worker_read(r, &in, &keeper, &k.end, a, d) : reader_read(r, &in, &keeper, &k.end, a, d);
    if (!rc && !r->plan_only) rc = finish(&k);
    k.doubts.turns = k.end.turns;
    if (!rc && !r->plan_only) doubts_say(&k.doubts, r->path, &k.end.words, k.end.account.records, d);
    if (!rc && r->project && !r->plan_only) warn_twice(&k);
    if (!rc && !r->plan_only) warn_replaced(&k);
    if (!rc && r->project && !r->source.len && strcmp(r->path, "-") != 0) (void)store_imports(r->project, warn_elsewhere, &k); // the import is done: a warning less undoes nothing
    fill_report(&k);
    say_refusal(&k, rc);
    import_rollback(k.import);
    vec_free(&k.older);
    return rc;
}
