// SPDX-License-Identifier: MIT
// Checks of an input plugin, sample by sample: the rows are the same however the bytes come and however many threads read
// them; what is cut or damaged is an answer and not an accident; memory that is refused is said to be refused.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/hash.h"
#include "cli/check/check.h"

enum { ALLOCATIONS_FIRST = 60, ALLOCATIONS_MORE = 60, PIECE = 61 };

struct input_sample { const char *path, *name; char *bytes; size_t len; struct row_sums whole; };

static void fail(struct trial *t, voc_rc rc, const char *what, const struct diag *d)
{
    const struct diag_msg *m = d && diag_n(d) ? diag_at(d, 0) : NULL; // the first says where, later ones what came of it
    t->rc = rc ? rc : VOC_E_CHECK;
    snprintf(t->why, sizeof t->why, "%s%s%s", what, m ? ": " : "", m ? m->message : "");
}

static const char *in_scratch(const struct check *k, const struct input_sample *s, char path[256])
{
    snprintf(path, 256, "%s/%.100s", k->scratch, s->name);
    return path;
}

static bool write_copy(const struct check *k, const struct input_sample *s, const char *bytes, size_t len)
{
    char path[256];
    FILE *f = fopen(in_scratch(k, s, path), "wb");
    bool ok = f && fwrite(bytes, 1, len, f) == len;
    return (f ? fclose(f) == 0 : false) && ok;
}

// Whether a damaged input may end like this: read, or refused in words.
static bool answered(voc_rc rc) { return rc != VOC_E_BUG && rc != VOC_E_NOMEM; }

// ---- trials --------------------------------------------------------------------------------------------------------------

static void read_whole(struct check *k, void *user, struct trial *t)
{
    struct input_sample *s = user;
    struct diag *d = diag_new();
    const struct reading_of r = {.path = s->path, .threads = 1};
    t->cases = 1;
    voc_rc rc = check_rows(k, &r, &t->sums, d);
    if (rc && rc != VOC_E_INPUT && rc != VOC_E_CHECK) fail(t, rc, rc_name(rc), d);
    else if (t->sums.n_events + t->sums.n_facts + t->sums.n_rejects == 0) fail(t, rc, rc ? "it does not read its own sample" : "its own sample gives no row and no reject", d);
    diag_free(d);
}

// How sure it is of its sample, and the same when asked again. Whether that is enough depends on the other plugins: voc sniff.
static void recognise(struct check *k, void *user, struct trial *t)
{
    const struct input_sample *s = user;
    voc_probe_result first, again;
    const char *wrong = check_probe(k, s->name, str_mk(s->bytes, s->len), &first);
    t->cases = 1;
    if (!wrong) wrong = check_probe(k, s->name, str_mk(s->bytes, s->len), &again);
    if (!wrong && (first.confidence != again.confidence || strcmp(first.reason, again.reason) != 0)) wrong = "asked again, it is otherwise sure of the same bytes";
    t->sums.n_events = (uint64_t)first.confidence;
    if (wrong) fail(t, VOC_E_CHECK, wrong, NULL);
}

static void read_otherwise(struct check *k, void *user, struct trial *t)
{
    static const struct { uint32_t threads, at_once; const char *said; bool apart; } ways[] = {
        {1, 0, "read again", false}, {2, 0, "with 2 threads", false}, {4, 1, "with 4 threads, record by record", false}, {1, 1, "record by record", false}, {1, 3, "three records at a time", false}, {1, 0, "where none are known to be alike", true}};
    struct input_sample *s = user;
    for (size_t i = 0; i < sizeof ways / sizeof *ways && !t->rc; i++) {
        struct diag *d = diag_new();
        const struct reading_of r = {.path = s->path, .threads = ways[i].threads, .records_at_once = ways[i].at_once, .apart = ways[i].apart};
        t->cases++;
        voc_rc rc = check_rows(k, &r, &t->sums, d);
        if (!answered(rc)) fail(t, rc, rc_name(rc), d);
        else if (!row_sums_same(&t->sums, &s->whole)) fail(t, VOC_E_CHECK, ways[i].said, NULL), snprintf(t->why, sizeof t->why, "other rows %s", ways[i].said);
        diag_free(d);
    }
}

// The bytes come through a pipe, a few at a time.
static void read_from_pipe(struct check *k, void *user, struct trial *t)
{
    struct input_sample *s = user;
    int ends[2];
    t->cases = 1;
    if (pipe(ends) != 0) return fail(t, VOC_E_IO, "no pipe", NULL);
    pid_t writer = fork();
    if (writer == 0) {
        close(ends[0]);
        for (size_t at = 0; at < s->len;) {
            ssize_t n = write(ends[1], s->bytes + at, s->len - at < PIECE ? s->len - at : PIECE);
            if (n <= 0) _exit(1);
            at += (size_t)n;
        }
        _exit(0);
    }
    close(ends[1]);
    if (writer < 0 || dup2(ends[0], STDIN_FILENO) < 0) return fail(t, VOC_E_IO, "no process can be started", NULL);
    close(ends[0]);
    struct diag *d = diag_new();
    const struct reading_of r = {.path = "-", .name = s->name, .threads = 1};
    voc_rc rc = check_rows(k, &r, &t->sums, d);
    if (!answered(rc)) fail(t, rc, rc_name(rc), d);
    else if (!row_sums_same(&t->sums, &s->whole)) fail(t, VOC_E_CHECK, "other rows from a pipe than from the file", NULL);
    diag_free(d);
    (void)waitpid(writer, NULL, 0);
}

static void read_damaged(struct check *k, const struct input_sample *s, const char *bytes, size_t len, const char *how, struct trial *t)
{
    char path[256];
    struct row_sums sums;
    struct diag *d = diag_new();
    const struct reading_of r = {.path = in_scratch(k, s, path), .threads = 1};
    t->cases++;
    if (!write_copy(k, s, bytes, len)) {
        fail(t, VOC_E_IO, "a damaged copy cannot be written", NULL);
    } else {
        voc_probe_result probed;
        const char *wrong = check_probe(k, s->name, str_mk(bytes, len), &probed);
        voc_rc rc = wrong ? VOC_OK : check_rows(k, &r, &sums, d);
        if (wrong) fail(t, VOC_E_CHECK, "", NULL), snprintf(t->why, sizeof t->why, "%s: %s", how, wrong);
        else if (!answered(rc)) fail(t, rc, how, d);
    }
    diag_free(d);
}

static uint64_t next(uint64_t *state) // SplitMix64
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static void cut(struct check *k, void *user, struct trial *t)
{
    const struct input_sample *s = user;
    char how[60];
    for (uint32_t i = 0; i < k->rounds && !t->rc; i++) {
        size_t len = s->len <= k->rounds ? i : (size_t)((unsigned __int128)s->len * i / k->rounds);
        if (len >= s->len) break;
        snprintf(how, sizeof how, "cut off behind byte %zu", len);
        read_damaged(k, s, s->bytes, len, how, t);
    }
}

static void flip(struct check *k, void *user, struct trial *t)
{
    const struct input_sample *s = user;
    char how[80], *copy = mem_dup(s->bytes, s->len);
    uint64_t state = 1;
    if (!copy) return fail(t, VOC_E_NOMEM, "out of memory", NULL);
    for (uint32_t i = 0; i < k->rounds && s->len && !t->rc; i++) {
        size_t at[4], n = 1 + next(&state) % 4;
        memcpy(copy, s->bytes, s->len);
        for (size_t m = 0; m < n; m++) {
            at[m] = next(&state) % s->len;
            uint64_t x = next(&state);
            copy[at[m]] = (char)(x % 3 ? (unsigned char)copy[at[m]] ^ 1u << x / 3 % 8 : x / 3 & 0xFF);
        }
        snprintf(how, sizeof how, "bytes changed, round %u, the first at byte %zu", i, at[0]);
        read_damaged(k, s, copy, s->len, how, t);
    }
    mem_free(copy);
}

// ---- compressed ----------------------------------------------------------------------------------------------------------

static void little(struct buf *b, uint32_t n, int bytes)
{
    for (int i = 0; i < bytes; i++) buf_byte(b, (char)(n >> 8 * i & 0xFF));
}

static uint32_t crc32(const char *bytes, size_t len)
{
    uint32_t c = UINT32_MAX;
    for (size_t i = 0; i < len; i++) {
        c ^= (unsigned char)bytes[i];
        for (int k = 0; k < 8; k++) c = c >> 1 ^ (UINT32_C(0xEDB88320) & (0 - (c & 1)));
    }
    return ~c;
}

// As gzip that compresses nothing (RFC 1952, stored blocks of RFC 1951).
static voc_rc as_gzip(struct buf *b, const char *bytes, size_t len)
{
    enum { BLOCK = 65535 };
    size_t at = 0;
    buf_add(b, "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
    do {
        size_t n = len - at < BLOCK ? len - at : BLOCK;
        buf_byte(b, at + n == len);
        little(b, (uint32_t)n, 2);
        little(b, ~(uint32_t)n, 2);
        buf_add(b, bytes + at, n);
        at += n;
    } while (at < len);
    little(b, crc32(bytes, len), 4);
    little(b, (uint32_t)len, 4);
    return b->rc;
}

// Whether it is compressed already, or an archive that is its format: the host unpacks one layer.
static bool is_packed(const struct input_sample *s)
{
    static const char *const begins[] = {"\x1f\x8b", "PK\x03\x04", "BZh", "\x28\xb5\x2f\xfd", ("\xfd" "7zXZ")};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (s->len >= strlen(begins[i]) && memcmp(s->bytes, begins[i], strlen(begins[i])) == 0) return true;
    return false;
}

static void read_compressed(struct check *k, void *user, struct trial *t)
{
    struct input_sample *s = user;
    char path[256], name[256];
    struct buf b;
    if (is_packed(s)) return;
    t->cases = 1;
    snprintf(name, sizeof name, "%.90s.gz", s->name);
    const struct input_sample packed = {.path = s->path, .name = name};
    struct diag *d = diag_new();
    const struct reading_of r = {.path = in_scratch(k, &packed, path), .threads = 1};
    buf_init(&b, s->len + s->len / 1000 + 1000);
    if (as_gzip(&b, s->bytes, s->len) || !write_copy(k, &packed, b.ptr, b.len)) {
        fail(t, VOC_E_IO, "a compressed copy cannot be written", NULL);
    } else {
        voc_rc rc = check_rows(k, &r, &t->sums, d);
        if (!answered(rc)) fail(t, rc, rc_name(rc), d);
        else if (!row_sums_same(&t->sums, &s->whole)) fail(t, VOC_E_CHECK, "other rows from a compressed copy than from the file", d);
    }
    (void)unlink(path);
    buf_done(&b);
    diag_free(d);
}

// As an import does it, in a process without files and network: what it tries there that it may not is said.
static void read_isolated(struct check *k, void *user, struct trial *t)
{
    const struct input_sample *s = user;
    struct diag *d = diag_new();
    const struct reading_of r = {.path = s->path, .threads = 2, .isolated = true};
    t->cases = 1;
    voc_rc rc = check_rows(k, &r, &t->sums, d);
    if (!answered(rc)) fail(t, rc, rc_name(rc), d);
    else if (!row_sums_same(&t->sums, &s->whole)) fail(t, VOC_E_CHECK, "other rows than without", d);
    diag_free(d);
}

// ---- options -------------------------------------------------------------------------------------------------------------

// One option given: its default changes nothing, any other value is followed or refused in words.
static void try_option(struct check *k, const struct input_sample *s, const voc_option *o, const char *value, bool same, struct trial *t)
{
    struct diag *d = diag_new();
    const struct reading_of r = {.path = s->path, .threads = 1, .option = o->name, .value = value};
    t->cases++;
    voc_rc rc = check_rows(k, &r, &t->sums, d);
    bool other = same && !row_sums_same(&t->sums, &s->whole);
    if (!answered(rc) || other) {
        fail(t, rc, rc_name(rc), d);
        snprintf(t->why, sizeof t->why, "option %s=%s: %s", o->name, value, other ? "it is the default, and gives other rows" : rc_name(rc));
    }
    diag_free(d);
}

static void try_options(struct check *k, void *user, struct trial *t)
{
    const struct input_sample *s = user;
    const voc_plugin *p = k->plugin->desc;
    for (size_t i = 0; i < p->n_options && !t->rc; i++) {
        const voc_option *o = option_at(p->options, p->option_size, i);
        if (o->type == VOC_OPT_FILE) continue; // what it should hold, only the plugin knows
        if (o->initial) try_option(k, s, o, o->initial, true, t);
        for (size_t c = 0; o->choices && o->choices[c] && !t->rc; c++) try_option(k, s, o, o->choices[c], false, t);
        if (o->min && !t->rc) try_option(k, s, o, o->min, false, t);
        if (o->max && !t->rc) try_option(k, s, o, o->max, false, t);
        if (o->type == VOC_OPT_BOOL && !t->rc) try_option(k, s, o, "yes", false, t);
        if (o->type == VOC_OPT_BOOL && !t->rc) try_option(k, s, o, "no", false, t);
        if (o->type >= VOC_OPT_STRING && !o->choices && !t->rc) try_option(k, s, o, "no such thing", false, t);
    }
}

// ---- memory and interruption ---------------------------------------------------------------------------------------------

// The n-th allocation fails: it must be said, or not be missed.
static void refuse_memory(struct check *k, void *user, struct trial *t)
{
    struct input_sample *s = user;
    const struct reading_of r = {.path = s->path, .threads = 1};
    uint64_t total, state = 2, before = mem_stats().allocations;
    if (check_rows(k, &r, &t->sums, NULL) == VOC_E_BUG) return fail(t, VOC_E_BUG, rc_name(VOC_E_BUG), NULL);
    total = mem_stats().allocations - before;
    for (uint64_t i = 0; i < ALLOCATIONS_FIRST + ALLOCATIONS_MORE && !t->rc; i++) {
        uint64_t nth = i < ALLOCATIONS_FIRST ? i + 1 : 1 + next(&state) % (total + 1);
        t->cases++;
        mem_fault(nth, false);
        voc_rc rc = check_rows(k, &r, &t->sums, NULL);
        bool fired = mem_fault_fired();
        mem_fault(0, false);
        if (rc == VOC_E_BUG || (fired && rc != VOC_E_NOMEM && !row_sums_same(&t->sums, &s->whole))) {
            fail(t, rc, "", NULL);
            snprintf(t->why, sizeof t->why, "where allocation %llu fails it gives %s, and other rows", (unsigned long long)nth, rc_name(rc));
        }
    }
}

static void interrupt(struct check *k, void *user, struct trial *t)
{
    struct input_sample *s = user;
    const struct reading_of r = {.path = s->path, .threads = 1};
    t->cases = 1;
    cancel_request();
    voc_rc rc = check_rows(k, &r, &t->sums, NULL);
    if (rc != VOC_CANCELLED) fail(t, VOC_E_CHECK, "interrupted, it goes on", NULL);
}

// ---- samples -------------------------------------------------------------------------------------------------------------

static bool load(struct input_sample *s, const char *path)
{
    struct stat st;
    const char *slash = strrchr(path, '/');
    FILE *f = fopen(path, "rb");
    *s = (struct input_sample){.path = path, .name = slash ? slash + 1 : path};
    bool ok = f && fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode) && st.st_size < INT32_MAX &&
              (s->bytes = mem_alloc((size_t)st.st_size + 1)) != NULL;
    if (ok) s->len = fread(s->bytes, 1, (size_t)st.st_size, f);
    ok = ok && s->len == (size_t)st.st_size;
    if (f) (void)fclose(f);
    return ok;
}

static void check_sample(struct check *k, struct input_sample *s)
{
    static const struct { const char *what; trial_fn run; } trials[] = {
        {"the same rows for any threads and blocks", read_otherwise}, {"the same rows from a pipe", read_from_pipe},
        {"the same rows compressed", read_compressed},                {"the same rows without files and network", read_isolated},
        {"its options, one by one", try_options},
        {"cut off anywhere", cut},                                    {"bytes changed", flip},
        {"memory that is refused", refuse_memory},                    {"interrupted", interrupt}};
    char found[80], path[256];
    bool ok = check_trial(k, read_whole, s);
    s->whole = k->trial->sums;
    snprintf(found, sizeof found, "%llu events, %llu other rows, %llu rejects", (unsigned long long)s->whole.n_events, (unsigned long long)s->whole.n_facts,
             (unsigned long long)s->whole.n_rejects);
    check_line(k, "reads its sample, every record accounted for", s->name, ok, ok ? found : k->trial->why);
    if (ok) {
        bool holds = check_trial(k, recognise, s);
        snprintf(found, sizeof found, "%llu of 100 sure", (unsigned long long)k->trial->sums.n_events);
        check_line(k, "says how sure it is of its sample", s->name, holds, holds ? found : k->trial->why);
    }
    for (size_t i = 0; i < sizeof trials / sizeof *trials && ok; i++) {
        bool holds = check_trial(k, trials[i].run, s);
        snprintf(found, sizeof found, "%llu tried", (unsigned long long)k->trial->cases);
        check_line(k, trials[i].what, s->name, holds, holds ? found : k->trial->why);
    }
    (void)unlink(in_scratch(k, s, path));
}

void check_input(struct check *k)
{
    for (size_t i = 0; i < k->n_samples; i++) {
        struct input_sample s;
        if (load(&s, k->samples[i])) check_sample(k, &s);
        else check_line(k, "reads its sample, every record accounted for", k->samples[i], false, "the sample cannot be read");
        mem_free(s.bytes);
    }
    if (k->n_samples == 0)
        check_line(k, "reads its sample, every record accounted for", "", false,
                   "there is none: name files, or put them into the folder samples beside the plugin");
}
