// SPDX-License-Identifier: MIT
// The parent's half of a conversation with a worker: sends the request, answers what the reader asks, hands blocks to the keeper,
// and says what became of a worker that did not come to a good end. The worker is believed nothing: messages are bounded, read
// by wire.h, and must come in the order of a reading. One thread; a second one may pour a folder of mails (worker_pour.c).
#include "host/worker/worker.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cancel.h"
#include "host/coder.h"
#include "host/worker/place.h"
#include "host/worker/sandbox.h"
#include "host/worker/wire.h"

enum { STEP_MS = 200, CPU_SECONDS = 60, ASLEEP = 5, ASLEEP_MS = 20 /* of computing in that time: less is none */, PLUGINS_MAX = 256 };
#define MEMORY_LEAST (UINT64_C(256) << 20)
#define STACK_BYTES (UINT64_C(8) << 20)
#define SECOND_BYTES (UINT64_C(4) << 20) // of the input, for which it is given a second more

struct talk {
    struct worker w;
    struct wire_request q;
    const struct keeper *keeper;
    struct plugin *plugins[PLUGINS_MAX]; // as in the request
    int input;                  // the parent's own, to see how far it is; -1: none
    struct buf body;
    struct wire_senders senders;
    struct read_chosen chosen;
    bool has_chosen, ended, closed; // what has come: CHOSEN, END, and then nothing more
    const char *lie;            // what it sent that cannot be, or NULL
    struct read_end *end;
    struct wire_sniffed *sniffed;
    size_t n_sniffed;
    struct wire_sheet *sheets;
    size_t n_sheets;
    voc_rc rc;                  // what the reader came to
    // the watch
    uint64_t seconds;           // of computing without a step forward
    bool moved, hung, asleep;
    int64_t cpu_mark, waited;   // ms
    off_t offset;
    struct arena *a;
    struct diag *d;
};

// ---- the watch ---------------------------------------------------------------------------------------------------------------------

static int64_t cpu_ms(const struct talk *t)
{
    clockid_t clock;
    struct timespec s;
    if (clock_getcpuclockid(t->w.pid, &clock) != 0 || clock_gettime(clock, &s) != 0) return 0;
    return (int64_t)s.tv_sec * 1000 + s.tv_nsec / 1000000;
}

// Called while nothing comes. A step forward is a message, or a piece of the file that was taken.
static void watch(struct talk *t)
{
    const int64_t bound = (int64_t)t->seconds * 1000;
    off_t at = t->input >= 0 ? lseek(t->input, 0, SEEK_CUR) : -1;
    int64_t cpu = cpu_ms(t);
    if (at != t->offset || t->moved) {
        t->offset = at;
        t->moved = false;
        t->cpu_mark = cpu;
        t->waited = 0;
        return;
    }
    t->waited += STEP_MS;
    const bool waits_for_input = at < 0; // of a pipe, for as long as the pipe likes
    t->asleep = !waits_for_input && t->waited > ASLEEP * bound && cpu - t->cpu_mark < ASLEEP_MS;
    t->hung = t->asleep || cpu - t->cpu_mark > bound;
    if (t->hung) worker_kill(&t->w);
}

// Until something can be read from (or sent to) fd. VOC_CANCELLED: the user wants it to stop.
static voc_rc wait_for(struct talk *t, int fd, short what)
{
    for (;;) {
        struct pollfd p = {.fd = fd, .events = what};
        if (cancel_requested()) return VOC_CANCELLED;
        int n = poll(&p, 1, STEP_MS);
        if (n > 0) return VOC_OK;
        if (n == 0) watch(t);
        else if (errno != EINTR) return VOC_E_IO;
    }
}

// ---- messages ----------------------------------------------------------------------------------------------------------------------

static voc_rc receive(struct talk *t, void *to, size_t size)
{
    for (size_t got = 0; got < size;) {
        voc_rc rc = wait_for(t, t->w.up, POLLIN);
        if (rc) return rc;
        ssize_t n = read(t->w.up, (char *)to + got, size - got);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return t->closed = true, VOC_E_IO;
        got += (size_t)n;
        t->moved = true;
    }
    return VOC_OK;
}

// A worker that is no longer there is met where its messages end.
static voc_rc send_bytes(struct talk *t, const void *from, size_t size)
{
    for (size_t sent = 0; sent < size;) {
        voc_rc rc = wait_for(t, t->w.down, POLLOUT);
        if (rc) return rc;
        ssize_t n = send(t->w.down, (const char *)from + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (n < 0) return VOC_OK;
        sent += (size_t)n;
    }
    return VOC_OK;
}

// c has written the body, to out.
static voc_rc send_message(struct talk *t, enum wire_type type, const struct coder *c)
{
    const struct wire_head head = {.type = type, .size = c->out->len};
    voc_rc rc = c->rc ? c->rc : send_bytes(t, &head, sizeof head);
    if (!rc) rc = send_bytes(t, c->out->ptr ? c->out->ptr : "", c->out->len);
    buf_done(c->out);
    return rc;
}

static voc_rc lied(struct talk *t, const char *what)
{
    if (!t->lie) t->lie = what;
    return VOC_E_BUG;
}

// The body of a message, in pieces as they come: a length that is a lie takes no memory.
static voc_rc receive_body(struct talk *t, uint64_t size)
{
    buf_clear(&t->body);
    for (size_t piece = (size_t)1 << 20; t->body.len < size; piece *= 2) {
        size_t n = size - t->body.len < piece ? (size_t)(size - t->body.len) : piece;
        char *to = buf_room(&t->body, n);
        voc_rc rc = to ? receive(t, to, n) : t->body.rc;
        if (rc) return rc;
        t->body.len += n;
    }
    return VOC_OK;
}

static struct coder body_reader(struct talk *t)
{
    const unsigned char *at = (const unsigned char *)(t->body.ptr ? t->body.ptr : "");
    return (struct coder){.at = at, .end = at + t->body.len, .arena = t->a};
}

static voc_rc whole(struct talk *t, const struct coder *c)
{
    if (c->rc == VOC_E_INPUT || (!c->rc && c->at != c->end)) return lied(t, "a message is damaged");
    return c->rc;
}

// ---- what the reader tells and asks --------------------------------------------------------------------------------------------------

static voc_rc on_diag(struct talk *t)
{
    struct coder c = body_reader(t);
    struct wire_diag x = {0};
    wire_diag(&c, &x);
    voc_rc rc = whole(t, &c);
    if (rc) return rc;
    const struct diag_msg m = {.severity = x.severity, .code = x.code.ptr, .file = x.has_file ? x.file.ptr : NULL, .line = x.line, .column = x.column,
                               .message = x.message.ptr, .hint = x.has_hint ? x.hint.ptr : NULL};
    diag_add(t->d, &m);
    return VOC_OK;
}

static bool knows_plugin(const struct talk *t, const char *name)
{
    for (size_t i = 0; i < t->q.n_plugins; i++)
        if (strcmp(t->plugins[i]->note.name, name) == 0) return true;
    return false;
}

static voc_rc on_chosen(struct talk *t)
{
    struct coder c = body_reader(t);
    struct buf out;
    struct read_wants wants = {0};
    const struct journey *j = t->q.r.journey;
    wire_chosen(&c, &t->chosen);
    voc_rc rc = whole(t, &c);
    if (rc) return rc;
    if (t->has_chosen || t->q.sniff || t->q.sheets || !knows_plugin(t, t->chosen.plugin) || t->chosen.source.id.len == 0) return lied(t, "it chose what there is not");
    if (t->chosen.rule != VOC_NONE && (!j || t->chosen.rule >= j->n_sources)) return lied(t, "it chose what there is not");
    t->has_chosen = true;
    rc = t->keeper->chosen(t->keeper->user, &t->chosen, &wants);
    if (rc) return rc;
    buf_init(&out, SIZE_MAX / 4);
    struct coder answer = {.out = &out};
    wire_wants(&answer, &wants);
    return send_message(t, WIRE_WANTS, &answer);
}

static voc_rc send_content(struct talk *t, struct wire_content *x)
{
    struct buf out;
    buf_init(&out, SIZE_MAX / 4);
    struct coder answer = {.out = &out};
    wire_content(&answer, x);
    return send_message(t, WIRE_CONTENT, &answer);
}

// Only a file that the user has named as the value of an option is opened.
static voc_rc on_file(struct talk *t)
{
    struct coder c = body_reader(t);
    struct option_given g;
    struct wire_content x = {0};
    uint32_t rule = 0;
    uint64_t given = 0;
    code_u32(&c, &rule, UINT32_MAX);
    code_number(&c, &given, UINT32_MAX);
    voc_rc rc = whole(t, &c);
    if (rc) return rc;
    if (read_option(&t->q.r, rule, (size_t)given, &g) != VOC_OK || !g.has_value) return lied(t, "it asks for an option that there is not");
    x.rc = options_file(t->a, &g, &x.content, t->d);
    return send_content(t, &x);
}

static bool plain_ending(const char *s)
{
    size_t n = s ? strlen(s) : 0;
    return n > 0 && n <= 8 && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == n;
}

// Beside the input, with its name and another ending.
static voc_rc on_beside(struct talk *t)
{
    struct coder c = body_reader(t);
    struct wire_beside b = {0};
    struct wire_content x = {0};
    voc_value v = {0};
    const char *name = "";
    wire_beside(&c, &b);
    voc_rc rc = whole(t, &c);
    if (rc) return rc;
    const char **endings = arena_alloc(t->a, (b.n + 1) * sizeof *endings);
    if (!endings) return VOC_E_NOMEM;
    for (size_t i = 0; i < b.n; i++) {
        if (!plain_ending(b.endings[i])) return lied(t, "it asks for a file that cannot lie beside the input");
        endings[i] = b.endings[i];
    }
    const voc_option o = {.name = b.option.ptr, .type = VOC_OPT_FILE, .choices = endings};
    x.found = strcmp(t->q.r.path, "-") != 0 && options_beside(t->a, &o, t->q.r.path, &v, &name, t->d);
    x.content = x.found ? v.s : (voc_str){"", 0};
    x.name = str_of(name);
    return send_content(t, &x);
}

static voc_rc on_block(struct talk *t)
{
    struct coded_block b;
    uint64_t stored = 0, of = 0;
    const char *why = NULL;
    if (!t->has_chosen) return lied(t, "rows come before it has said what it reads");
    voc_rc rc = wire_unpack(&t->senders, str_mk(t->body.ptr, t->body.len), &b, &stored, &of, &why);
    if (rc == VOC_E_BUG) return lied(t, why);
    return rc ? rc : t->keeper->block(t->keeper->user, &b, stored, of);
}

static voc_rc on_end(struct talk *t)
{
    struct coder c = body_reader(t);
    t->ended = true;
    if (t->q.sheets) {
        wire_sheets(&c, &t->sheets, &t->n_sheets, &t->rc);
        return whole(t, &c);
    }
    if (t->q.sniff) {
        wire_sniffed(&c, &t->sniffed, &t->n_sniffed, &t->rc);
        voc_rc rc = whole(t, &c);
        for (size_t i = 0; i < t->n_sniffed && !rc; i++)
            if (!knows_plugin(t, t->sniffed[i].plugin.ptr)) rc = lied(t, "it asked a plugin that there is not");
        return rc;
    }
    wire_end(&c, t->end, &t->rc);
    voc_rc rc = whole(t, &c);
    if (!rc && t->rc == VOC_OK && !t->has_chosen) return lied(t, "it ends before it has said what it reads");
    if (!rc && t->has_chosen) memcpy(t->end->plugin, t->chosen.plugin, sizeof t->end->plugin);
    return rc;
}

static voc_rc one_message(struct talk *t)
{
    struct wire_head head;
    voc_rc rc = receive(t, &head, sizeof head);
    if (rc) return rc;
    if (t->ended) return lied(t, "it goes on behind its end");
    if (head.size > (head.type == WIRE_BLOCK ? WIRE_MOST : WIRE_SMALL_MOST)) return lied(t, "a message is too long");
    rc = head.type == WIRE_TRAY ? trays_take(&t->w.trays, head.size, &t->body) : receive_body(t, head.size);
    if (rc == VOC_E_BUG) return lied(t, "a block is in no tray");
    if (rc) return rc;
    switch (head.type) {
    case WIRE_DIAG: return on_diag(t);
    case WIRE_CHOSEN: return on_chosen(t);
    case WIRE_FILE: return on_file(t);
    case WIRE_BESIDE: return on_beside(t);
    case WIRE_BLOCK:
    case WIRE_TRAY: return on_block(t);
    case WIRE_END: return on_end(t);
    default: return lied(t, "a message is of no known kind");
    }
}

// ---- how it ended ------------------------------------------------------------------------------------------------------------------

static const char *whose(const struct talk *t, char name[40])
{
    uint32_t n = atomic_load(&t->w.place->plugin);
    const char *of = n && n <= t->q.n_plugins ? t->plugins[n - 1]->note.name : t->chosen.plugin;
    if (*of) snprintf(name, 40, "plugin %s", of);
    else snprintf(name, 40, "an input plugin");
    return name;
}

// What it was about; *line: the first line, or 0.
static const char *meanwhile(const struct talk *t, char *to, size_t size, uint64_t *line)
{
    uint64_t from = UINT64_MAX, upto = 0;
    for (size_t i = 0; i < PLACES; i++) {
        uint64_t a = atomic_load(&t->w.place->lines[i].from), b = atomic_load(&t->w.place->lines[i].to);
        if (a && a < from) from = a;
        if (a && b > upto) upto = b;
    }
    *line = upto ? from : 0;
    if (upto > from) snprintf(to, size, " while it read lines %llu to %llu", (unsigned long long)from, (unsigned long long)upto);
    else if (upto) snprintf(to, size, " while it read line %llu, or behind it", (unsigned long long)from);
    else snprintf(to, size, t->has_chosen ? " while it read the file" : " while it looked whether the file is its own");
    return to;
}

static void read_said(const struct talk *t, char *to, size_t size)
{
    ssize_t n = read(t->w.said, to, size - 1);
    to[n > 0 ? n : 0] = 0;
    for (size_t i = 0; to[i]; i++)
        if (to[i] == '\n') to[i] = ' ';
}

static const char KEPT[] = "nothing of this file was kept, and no other file was touched; tell the author of the plugin";
static const char NO_OTHER[] = "name the plugin that is to read it with --as NAME: then no other is asked; and tell the author of this one";

static voc_rc say_died(struct talk *t)
{
    char name[40], doing[120], said[240], call[120];
    const int status = t->w.status, sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    const char *hint = t->has_chosen ? KEPT : NO_OTHER, *file = t->q.r.path;
    int32_t number = -1;
    uint64_t line = 0;
    bool forbidden = read(t->w.call, &number, sizeof number) == (ssize_t)sizeof number || sig == SIGSYS;
    whose(t, name);
    meanwhile(t, doing, sizeof doing, &line);
    read_said(t, said, sizeof said);
    const char *colon = said[0] ? ": " : "";
    if (t->hung && t->asleep) {
        diag_error(t->d, "WORKER-005", file, line, hint, "%s came to no end: it waits%s", name, doing);
        return VOC_E_LIMIT;
    }
    if (t->hung) {
        diag_error(t->d, "WORKER-005", file, line, hint, "%s came to no end: it computed for %llu seconds without a step forward%s", name, (unsigned long long)t->seconds, doing);
        return VOC_E_LIMIT;
    }
    if (forbidden) {
        const char *tried = number >= 0 ? sandbox_call_words(number, call, sizeof call) : "do what it is not for";
        diag_error(t->d, "WORKER-002", file, line, hint, "%s tried to %s, which what reads a file may not,%s", name, tried, doing);
    } else if (sig == SIGKILL) {
        diag_error(t->d, "WORKER-006", file, line, "close other programs, or allow more memory with --memory",
                   "%s was killed by the system, most likely for want of memory,%s", name, doing);
        return VOC_E_LIMIT;
    } else if (sig) {
        diag_error(t->d, "WORKER-001", file, line, hint, "%s crashed (%s)%s%s%s", name, strsignal(sig), doing, colon, said);
    } else {
        diag_error(t->d, "WORKER-001", file, line, hint, "%s ended its process (code %d)%s%s%s", name, WEXITSTATUS(status), doing, colon, said);
    }
    return VOC_E_BUG;
}

// rc: what the conversation came to.
static voc_rc judge(struct talk *t, voc_rc rc)
{
    char name[40], said[240];
    const bool good = t->ended && t->closed && !t->lie && (rc == VOC_OK || rc == VOC_E_IO);
    if (!t->closed) worker_kill(&t->w);
    worker_wait(&t->w);
    if (rc == VOC_CANCELLED || cancel_requested()) return VOC_CANCELLED;
    whose(t, name);
    if (t->lie) {
        diag_error(t->d, "WORKER-004", t->q.r.path, 0, KEPT, "%s sent what cannot be: %s", name, t->lie);
        rc = VOC_E_BUG;
    } else if (!t->closed) {
        return rc; // the keeper's failure, which it has said
    } else if (!good || t->w.status != 0) {
        rc = say_died(t);
    } else {
        read_said(t, said, sizeof said);
        rc = t->rc;
        if (said[0]) {
            diag_error(t->d, "WORKER-003", t->q.r.path, 0, KEPT, "%s writes to the standard outputs, which are not its own: %s", name, said);
            rc = VOC_E_BUG;
        } else if (rc == VOC_E_NOMEM) {
            diag_error(t->d, "WORKER-006", t->q.r.path, 0, "allow more with --memory, or split the file",
                       "%s needs more than the %llu MiB that it may have", name, (unsigned long long)(t->q.memory >> 20));
            return VOC_E_LIMIT;
        } else {
            return rc;
        }
    }
    if (t->end) memset(t->end, 0, sizeof *t->end); // nothing of it is to be believed
    return rc;
}

// ---- a conversation ------------------------------------------------------------------------------------------------------------------

static uint64_t test_number(const char *name, uint64_t otherwise)
{
    uint64_t x;
    const char *value = getenv(name);
    return value && str_uint64(str_of(value), &x) ? x : otherwise;
}

// An eighth of the machine's memory or more, by what the user allows for all of it.
static uint64_t memory_bound(const struct import_request *r)
{
    const uint64_t all = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    const uint64_t wanted = r->memory_max ? r->memory_max : all / 4;
    return test_number("VOC_WORKER_MEMORY", (wanted > MEMORY_LEAST ? wanted : MEMORY_LEAST) + r->threads * STACK_BYTES);
}

static voc_rc describe_plugins(struct talk *t, struct catalogue *all, int *fds)
{
    t->q.plugins = arena_alloc(t->a, PLUGINS_MAX * sizeof *t->q.plugins);
    if (!t->q.plugins) return VOC_E_NOMEM;
    for (size_t i = 0; all && i < catalogue_n(all) && t->q.n_plugins < PLUGINS_MAX; i++) {
        struct plugin *p = catalogue_at(all, i);
        if (p->note.kind != VOC_KIND_INPUT) continue;
        fds[t->q.n_plugins] = plugin_descriptor(p);
        t->plugins[t->q.n_plugins] = p;
        t->q.plugins[t->q.n_plugins++] = (struct wire_plugin){.path = p->path, .why = p->why, .name = p->note.name, .refused = p->refused};
    }
    return VOC_OK;
}

static bool file_size(int fd, uint64_t *size)
{
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) return false;
    *size = st.st_size > 0 ? (uint64_t)st.st_size : 0;
    return true;
}

static voc_rc send_request(struct talk *t)
{
    struct buf out;
    buf_init(&out, SIZE_MAX / 4);
    struct coder c = {.out = &out};
    wire_request(&c, &t->q);
    return send_message(t, WIRE_REQUEST, &c);
}

static voc_rc talk(struct talk *t, const struct import_request *r, struct read_input *from)
{
    int fds[PLUGINS_MAX];
    struct pour p = {.runs = false};
    uint64_t size = 0;
    t->q.r = *r;
    t->q.r.threads = r->threads > 1 ? r->threads - 1 : 1; // the keeper is one of them
    t->q.look = from->look;
    t->q.folder = from->folder;
    t->q.file = from->file;
    t->q.memory = memory_bound(r);
    t->q.parent = (uint64_t)getpid();
    t->offset = -1;
    t->moved = true;
    buf_init(&t->body, WIRE_MOST + 1);
    voc_rc rc = describe_plugins(t, r->catalogue, fds);
    if (!rc && from->folder) rc = pour_begin(&p, r->path, &from->fd, t->d);
    if (!rc) rc = worker_start(&t->w, from->fd, fds, t->q.n_plugins, t->a, t->d);
    t->input = from->fd;
    if (from->folder) read_input_close(from); // else nobody would see that it is not read any more
    t->input = file_size(from->fd, &size) ? from->fd : -1;
    t->seconds = test_number("VOC_WORKER_SECONDS", CPU_SECONDS) + size / SECOND_BYTES;
    if (!rc) rc = send_request(t);
    const bool begun = t->w.pid != 0;
    while (!rc) rc = one_message(t);
    if (begun) rc = judge(t, rc);
    read_input_close(from);
    worker_done(&t->w);
    voc_rc poured = pour_end(&p);
    wire_senders_done(&t->senders);
    buf_done(&t->body);
    return rc && rc != VOC_E_IO ? rc : poured ? poured : rc;
}

voc_rc worker_read(const struct import_request *r, struct read_input *from, const struct keeper *k, struct read_end *out,
                   struct arena *a, struct diag *d)
{
    struct talk *t = mem_zalloc(1, sizeof *t);
    memset(out, 0, sizeof *out);
    if (!t) return read_input_close(from), VOC_E_NOMEM;
    t->keeper = k;
    t->end = out;
    t->a = a;
    t->d = d;
    voc_rc rc = talk(t, r, from);
    mem_free(t);
    return rc;
}

voc_rc worker_sniff(const struct import_request *r, struct read_input *from, struct sniffed *out, size_t max, size_t *n, struct diag *d)
{
    struct arena a;
    struct talk *t = mem_zalloc(1, sizeof *t);
    *n = 0;
    if (!t) return read_input_close(from), VOC_E_NOMEM;
    arena_init(&a, 0);
    t->q.sniff = true;
    t->a = &a;
    t->d = d;
    voc_rc rc = talk(t, r, from);
    for (size_t i = 0; i < t->n_sniffed && !rc && *n < max; i++) {
        const struct wire_sniffed *s = &t->sniffed[i];
        struct sniffed *to = &out[(*n)++];
        to->plugin = catalogue_find(r->catalogue, VOC_KIND_INPUT, s->plugin);
        to->confidence = s->confidence < 0 ? 0 : s->confidence > 100 ? 100 : (int)s->confidence;
        snprintf(to->reason, sizeof to->reason, "%s", s->reason.ptr);
    }
    arena_done(&a);
    mem_free(t);
    return rc;
}

voc_rc worker_sheets(const char *path, int fd, struct in_sheets *out, struct diag *d)
{
    const struct import_request r = {.path = path, .threads = 1};
    struct read_input from = {.fd = fd, .file = in_file_part(path)};
    struct arena a;
    struct talk *t = mem_zalloc(1, sizeof *t);
    if (!t) return read_input_close(&from), VOC_E_NOMEM;
    arena_init(&a, 0);
    t->q.sheets = true;
    t->a = &a;
    t->d = d;
    voc_rc rc = talk(t, &r, &from);
    for (size_t i = 0; i < t->n_sheets && !rc; i++) {
        const struct wire_sheet *s = &t->sheets[i];
        struct in_sheet one = {mem_strndup(s->name.ptr, s->name.len), s->hidden, s->other, s->empty, s->member};
        rc = one.name ? vec_reserve(&out->at, 1, SIZE_MAX) : VOC_E_NOMEM;
        if (rc) mem_free(one.name);
        else out->at.at[out->at.n++] = one;
    }
    arena_done(&a);
    mem_free(t);
    return rc;
}
