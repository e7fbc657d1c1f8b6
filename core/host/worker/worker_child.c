// SPDX-License-Identifier: MIT
// The worker's half of a conversation: takes the request, loads the plugins, gives up everything else, and only then looks at the
// first byte of the input. A keeper that writes to the wire stands in the place of the real one. If nobody listens any more, it ends.
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "base/xml.h"
#include "host/coder.h"
#include "host/worker/place.h"
#include "host/worker/sandbox.h"
#include "host/worker/wire.h"
#include "host/worker/worker.h"

enum { HEADS_MOST = 4, SNIFFED_MAX = 64, REQUEST_MOST = 1 << 28, CONTENT_MOST = 1 << 26 };

struct child {
    struct wire_request q;
    struct wire_packer packer;
    struct trays_end trays;
    pthread_mutex_t lock; // over what goes up: plugins speak in any thread
    struct wire_head heads[HEADS_MOST]; // of trays that nobody was told of yet
    size_t n_heads;
    struct arena arena;
    struct diag *d;
    struct buf body; // of the last message that came down
};

// ---- messages ----------------------------------------------------------------------------------------------------------------------

// All of it, or the end of this process: the parent has gone, or does not want it.
static void write_pieces(struct iovec *p, size_t n)
{
    while (n) {
        ssize_t put = writev(WORKER_UP, p, (int)n);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) _exit(0);
        for (size_t left = (size_t)put; n && left >= p->iov_len; p++, n--) left -= p->iov_len, put -= (ssize_t)p->iov_len;
        if (n) p->iov_base = (char *)p->iov_base + put, p->iov_len -= (size_t)put;
    }
}

static uint64_t size_of(const struct iovec *pieces, size_t n)
{
    uint64_t size = 0;
    for (size_t i = 0; i < n; i++) size += pieces[i].iov_len;
    return size;
}

// With room for one piece in front. Trays are told of a few at a time, or with what comes behind them: to wake the parent for
// each took a fiftieth of an import.
static void send_pieces(struct child *c, struct wire_head head, struct iovec *pieces, size_t n)
{
    pthread_mutex_lock(&c->lock);
    c->heads[c->n_heads++] = head;
    if (head.type != WIRE_TRAY || c->n_heads == HEADS_MOST) {
        pieces[0] = (struct iovec){c->heads, c->n_heads * sizeof head};
        write_pieces(pieces, n + 1);
        c->n_heads = 0;
    }
    pthread_mutex_unlock(&c->lock);
}

// c has written the body, to out.
static voc_rc send_message(struct child *ch, enum wire_type type, struct coder *c)
{
    struct iovec pieces[2] = {{NULL, 0}, {c->out->ptr, c->out->len}};
    const struct wire_head head = {.type = type, .size = c->out->len};
    if (!c->rc) send_pieces(ch, head, pieces, c->out->len ? 1 : 0);
    buf_done(c->out);
    return c->rc;
}

static void read_all(void *to, size_t size)
{
    for (size_t got = 0; got < size;) {
        ssize_t n = read(WORKER_DOWN, (char *)to + got, size - got);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) _exit(0);
        got += (size_t)n;
    }
}

static voc_rc receive(struct child *c, enum wire_type type, uint64_t most, struct coder *out)
{
    struct wire_head head;
    read_all(&head, sizeof head);
    if (head.type != (uint32_t)type || head.size > most) return VOC_E_BUG;
    buf_clear(&c->body);
    char *to = buf_room(&c->body, (size_t)head.size + 1);
    if (!to) return c->body.rc;
    read_all(to, (size_t)head.size);
    *out = (struct coder){.at = (unsigned char *)to, .end = (unsigned char *)to + head.size, .arena = &c->arena};
    return VOC_OK;
}

// Under the lock of the diagnostics, which are capped already.
static void on_diag(void *user, const struct diag_msg *m)
{
    struct buf out;
    struct wire_diag x = {.severity = m->severity, .line = m->line, .column = m->column, .code = str_of(m->code),
                          .file = str_of(m->file), .message = str_of(m->message), .hint = str_of(m->hint),
                          .has_file = m->file != NULL, .has_hint = m->hint != NULL};
    buf_init(&out, SIZE_MAX / 4);
    struct coder c = {.out = &out};
    wire_diag(&c, &x);
    (void)send_message(user, WIRE_DIAG, &c);
}

// ---- the keeper, as the reader sees it ------------------------------------------------------------------------------------------------

static voc_rc chosen(void *user, const struct read_chosen *x, struct read_wants *w)
{
    struct child *ch = user;
    struct read_chosen copy = *x;
    struct buf out;
    buf_init(&out, SIZE_MAX / 4);
    struct coder c = {.out = &out}, in;
    wire_chosen(&c, &copy);
    voc_rc rc = send_message(ch, WIRE_CHOSEN, &c);
    if (!rc) rc = receive(ch, WIRE_WANTS, CONTENT_MOST, &in);
    if (!rc) wire_wants(&in, w);
    return rc ? rc : in.rc;
}

static voc_rc block(void *user, const struct coded_block *b, uint64_t stored, uint64_t of)
{
    struct child *ch = user;
    struct iovec pieces[1 + WIRE_PIECES];
    size_t n = 0;
    voc_rc rc = wire_pack(&ch->packer, b, stored, of, pieces + 1, &n);
    if (rc) return rc;
    const bool in_tray = trays_put(&ch->trays, pieces + 1, n);
    const struct wire_head head = {.type = in_tray ? WIRE_TRAY : WIRE_BLOCK, .size = size_of(pieces + 1, n)};
    send_pieces(ch, head, pieces, in_tray ? 0 : n);
    return VOC_OK;
}

static voc_rc content(struct child *ch, enum wire_type type, struct coder *c, struct wire_content *x)
{
    struct coder in;
    voc_rc rc = send_message(ch, type, c);
    if (!rc) rc = receive(ch, WIRE_CONTENT, CONTENT_MOST, &in);
    if (!rc) wire_content(&in, x);
    return rc ? rc : in.rc ? in.rc : x->rc;
}

static voc_rc file(void *user, uint32_t rule, size_t given, voc_str *to)
{
    struct buf out;
    struct wire_content x = {0};
    uint64_t number = given;
    buf_init(&out, SIZE_MAX / 4);
    struct coder c = {.out = &out};
    code_u32(&c, &rule, UINT32_MAX);
    code_number(&c, &number, UINT32_MAX);
    voc_rc rc = content(user, WIRE_FILE, &c, &x);
    *to = x.content;
    return rc;
}

static voc_rc beside(void *user, const voc_option *o, voc_str *to, const char **name, bool *found)
{
    struct buf out;
    struct wire_content x = {0};
    struct wire_beside b = {.option = str_of(o->name), .endings = (const char **)(uintptr_t)o->choices};
    while (o->choices && o->choices[b.n]) b.n++;
    buf_init(&out, SIZE_MAX / 4);
    struct coder c = {.out = &out};
    wire_beside(&c, &b);
    voc_rc rc = content(user, WIRE_BESIDE, &c, &x);
    *found = !rc && x.found;
    if (*found) *to = x.content, *name = x.name.ptr;
    return rc;
}

// ---- the work -----------------------------------------------------------------------------------------------------------------------

static void close_others(unsigned from)
{
    if (syscall(SYS_close_range, from, ~0u, 0u) == 0) return;
    for (unsigned fd = from; fd < 1024; fd++) (void)close((int)fd);
}

static voc_rc load(struct child *ch, struct catalogue **out)
{
    const size_t n = ch->q.n_plugins;
    struct plugin_given *given = arena_alloc(&ch->arena, (n + 1) * sizeof *given);
    const char **paths = arena_alloc(&ch->arena, (n + 1) * sizeof *paths);
    if (!given || !paths) return VOC_E_NOMEM;
    for (size_t i = 0; i < n; i++) {
        const struct wire_plugin *p = &ch->q.plugins[i];
        given[i] = (struct plugin_given){.path = p->path ? p->path : "", .why = p->why, .refused = p->refused,
                                         .fd = WORKER_PLUGINS + (int)i, .note = {.kind = VOC_KIND_INPUT}};
        (void)snprintf(given[i].note.name, sizeof given[i].note.name, "%s", p->name ? p->name : "");
        paths[i] = given[i].path;
    }
    voc_rc rc = catalogue_inherit(out, given, n);
    if (!rc) rc = sandbox_read_only(paths, n, ch->d);
    for (size_t i = 0; i < n && !rc; i++) {
        struct plugin *p = catalogue_at(*out, i);
        if (ch->q.r.as.len && !str_is(ch->q.r.as, p->note.name)) continue; // another will not be asked
        place_plugin((uint32_t)i + 1);
        if (p->refused || plugin_load(p, NULL) != VOC_OK) continue; // it is said when it is needed
        const voc_input_ops *ops = p->ops;
        if (ops->prepare) ops->prepare();
    }
    place_plugin(0);
    return rc;
}

static voc_rc begin(struct child *ch, struct catalogue **catalogue)
{
    struct coder in;
    voc_rc rc = receive(ch, WIRE_REQUEST, REQUEST_MOST, &in);
    if (!rc) wire_request(&in, &ch->q);
    if (!rc) rc = in.rc;
    if (rc) return rc;
    close_others(WORKER_PLUGINS + (unsigned)ch->q.n_plugins);
    const struct sandbox_limits limits = {.memory_bytes = ch->q.memory, .parent = (pid_t)ch->q.parent};
    rc = sandbox_limit(&limits, ch->d);
    if (!rc) rc = load(ch, catalogue);
    ch->q.r.catalogue = *catalogue;
    return rc ? rc : sandbox_close(WORKER_CALL, ch->d);
}

static void sniff_and_tell(struct child *ch, struct read_input *from, voc_rc rc)
{
    struct sniffed s[SNIFFED_MAX];
    struct wire_sniffed told[SNIFFED_MAX], *all = told;
    struct buf out;
    size_t n = 0;
    const struct keeper keeper = {.user = ch, .beside = beside};
    if (!rc) rc = reader_sniff(&ch->q.r, from, &keeper, s, SNIFFED_MAX, &n, ch->d);
    for (size_t i = 0; i < n; i++) told[i] = (struct wire_sniffed){str_of(s[i].plugin->note.name), str_of(s[i].reason), s[i].confidence};
    buf_init(&out, SIZE_MAX / 4);
    struct coder c = {.out = &out};
    wire_sniffed(&c, &all, &n, &rc);
    (void)fflush(NULL); // what a plugin has printed is seen before the end is
    (void)send_message(ch, WIRE_END, &c);
}

static void list_and_tell(struct child *ch, struct read_input *from, voc_rc rc)
{
    struct in_sheets list = {0};
    struct buf out;
    if (!rc) rc = in_list_sheets_descriptor(&list, ch->q.r.path, from->file, from->fd, ch->d);
    size_t n = list.at.n;
    struct wire_sheet *all = arena_alloc(&ch->arena, (n + 1) * sizeof *all);
    if (!all) n = 0, rc = VOC_E_NOMEM;
    for (size_t i = 0; i < n; i++)
        all[i] = (struct wire_sheet){str_of(list.at.at[i].name), list.at.at[i].hidden, list.at.at[i].other, list.at.at[i].empty,
                                     list.at.at[i].member};
    buf_init(&out, SIZE_MAX / 4);
    struct coder c = {.out = &out};
    wire_sheets(&c, &all, &n, &rc);
    (void)send_message(ch, WIRE_END, &c);
}

static void read_and_tell(struct child *ch, struct read_input *from, voc_rc rc)
{
    const struct keeper keeper = {ch, chosen, block, file, beside};
    struct read_end end = {.n_watched = 0};
    struct buf out;
    if (!rc) rc = reader_read(&ch->q.r, from, &keeper, &end, &ch->arena, ch->d);
    buf_init(&out, SIZE_MAX / 4);
    struct coder c = {.out = &out};
    wire_end(&c, &end, &rc);
    (void)fflush(NULL);
    (void)send_message(ch, WIRE_END, &c);
}

static void signals(void)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    static const int of_the_group[] = {SIGINT, SIGTERM, SIGHUP}; // the parent has them too, and decides
    for (size_t i = 0; i < sizeof of_the_group / sizeof *of_the_group; i++) (void)sigaction(of_the_group[i], &ignore, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
}

int worker_main(void)
{
    static struct child ch;
    struct catalogue *catalogue = NULL;
    struct place *place = mmap(NULL, sizeof *place, PROT_READ | PROT_WRITE, MAP_SHARED, WORKER_PLACE, 0);
    struct read_input from = {.fd = WORKER_INPUT};
    signals();
    arena_init(&ch.arena, 0);
    buf_init(&ch.body, SIZE_MAX / 4);
    if (place != MAP_FAILED) place_share(place);
    (void)close(WORKER_PLACE);
    trays_join(&ch.trays, WORKER_TRAYS);
    pthread_mutex_init(&ch.lock, NULL);
    voc_rc rc = text_icu_memory();
    if (!rc) rc = xml_init();
    if (!rc) rc = store_init(); // logs in SQLite are read too
    if (!rc) rc = wire_packer_init(&ch.packer);
    if (rc || !(ch.d = diag_new())) return 1;
    diag_listen(ch.d, on_diag, &ch);
    rc = begin(&ch, &catalogue);
    from.look = ch.q.look;
    from.folder = ch.q.folder;
    from.file = (size_t)ch.q.file;
    if (ch.q.sheets) list_and_tell(&ch, &from, rc);
    else if (ch.q.sniff) sniff_and_tell(&ch, &from, rc);
    else read_and_tell(&ch, &from, rc);
    _exit(0);
}
