// SPDX-License-Identifier: MIT
// An input plugin that does harm: what it does is said by the first line of its file ("does crash"), so that one build serves
// every case of check.sh. A file that says nothing of the kind is read as lines "seconds;action;customer".
#define _GNU_SOURCE // dl_iterate_phdr
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <voc/plugin.h>

#define LEAK_MOST ((size_t)2 << 30)

struct hostile { const voc_host *host; voc_context *cx; };

static int says(voc_str text, const char *what)
{
    size_t n = strlen(what);
    return text.len > 5 + n && memcmp(text.ptr, "does ", 5) == 0 && memcmp(text.ptr + 5, what, n) == 0 && text.ptr[5 + n] == '\n';
}

static void crash(void)
{
    volatile char *volatile nowhere = NULL;
    *nowhere = 1;
}

static void spin(void)
{
    for (volatile unsigned i = 0;; i++) {}
}

// ---- lies on the wire: a message that says it is as long as `size`, and so many bytes of it ----------------------------------------------

enum { WIRE = 4, BLOCK = 8, END = 9, TRAY = 10, HEAD = 13 /* words in front of a block (core/host/worker/wire_block.c) */ };

static void put(uint32_t type, uint64_t size, const void *body, size_t n)
{
    const struct { uint32_t type, zero; uint64_t size; } head = {type, 0, size};
    if (write(WIRE, &head, sizeof head) < 0 || (n && write(WIRE, body, n) < 0)) _exit(9);
}

// Blocks without rows, each of which adds a megabyte to the strings that stay.
static void stay(void)
{
    static struct { uint64_t counts[HEAD]; uint32_t len[2]; char text[1 << 20]; } block;
    const size_t head = sizeof block.counts, text = sizeof block.text;
    memset(block.text, 'a', text);
    block.counts[5] = text;
    block.counts[8] = 1; // sender 1, nothing known
    block.counts[9] = (uint64_t)2 << 32 | 2;
    block.len[1] = (uint32_t)text;
    put(BLOCK, sizeof block, &block, sizeof block);
    for (uint64_t known = 2; known < 200; known++) { // from here on there is one string, and no empty one: the lengths are one less
        block.counts[8] = known << 32 | 1;
        block.counts[9] = (known + 1) << 32 | (known + 1);
        block.len[0] = (uint32_t)text;
        const struct { uint32_t type, zero; uint64_t size; } says = {BLOCK, 0, head + 4 + text};
        if (write(WIRE, &says, sizeof says) < 0 || write(WIRE, &block, head + 4) < 0 || write(WIRE, block.text, text) < 0) _exit(9);
    }
}

static void lie(voc_str text)
{
    static uint64_t counts[HEAD];
    unsigned char noise[512];
    for (size_t i = 0; i < sizeof noise; i++) noise[i] = (unsigned char)(i * 37 + 11);
    if (says(text, "lie-kind")) put(77, 8, noise, 8);
    if (says(text, "lie-length")) put(BLOCK, UINT64_MAX / 2, noise, 8);
    if (says(text, "lie-noise")) put(BLOCK, sizeof noise, noise, sizeof noise);
    if (says(text, "lie-end")) put(END, 64, noise, 64);
    if (says(text, "lie-rows")) { // a block of a thousand million rows in no more than a head
        counts[2] = 1000000000;
        counts[8] = 1;                           // sender 1, nothing known
        counts[9] = (uint64_t)1 << 32 | 1;       // one string
        put(BLOCK, sizeof counts, counts, sizeof counts);
    }
    if (says(text, "lie-tray")) put(TRAY, 4096, NULL, 0); // where nobody put anything
    if (says(text, "lie-room")) put(TRAY, 1 << 20, NULL, 0); // longer than a tray
    if (says(text, "lie-stay")) stay();
    if (says(text, "lie-quiet")) put(END, 0, noise, 0);
}

// ---- what is shared with the program, changed while it is read (core/host/worker/trays.h) ----------------------------------------------

enum { TRAYS = 16, TRAY_SIZE = 512 << 10, TRAYS_HEAD = 64, PAGE = 4096 };
static unsigned char *trays;
static int scribbles;

// Whether they can lie here: so much is mapped, and nothing was put there yet.
static int can_be_trays(unsigned char *at)
{
    static unsigned char in_core[TRAYS * TRAY_SIZE / PAGE + 1];
    if (!at || ((uintptr_t)at & (PAGE - 1)) || mincore(at, TRAYS_HEAD + (size_t)TRAYS * TRAY_SIZE, in_core) != 0) return 0;
    for (size_t k = 0; k < TRAYS; k++)
        if (at[TRAYS_HEAD + k * TRAY_SIZE]) return 0;
    return 1;
}

// The program holds where they are, and behind it how many it has filled: none yet.
static int look_at_program(struct dl_phdr_info *info, size_t size, void *user)
{
    (void)size, (void)user;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        unsigned char *const *word = (unsigned char *const *)(info->dlpi_addr + p->p_vaddr), *const *end = word + p->p_memsz / sizeof *word;
        if (p->p_type != PT_LOAD || !(p->p_flags & PF_W)) continue;
        for (; word + 1 < end && !trays; word++)
            if (!word[1] && can_be_trays(*word)) trays = *word;
    }
    return 1; // the program is the first; the libraries are not looked at
}

static void prepare(void)
{
    if (!SANITIZED) (void)dl_iterate_phdr(look_at_program, NULL);
}

// Of a tray that was filled and that nobody was told of yet, nothing is as it was.
static void scribble(void)
{
    if (trays) memset(trays + TRAYS_HEAD, 0xff, (size_t)TRAYS * TRAY_SIZE);
    else printf("the trays were not found\n");
}

static void *race(void *none)
{
    for (uint32_t x = 1;; x = x * 1664525u + 1013904223u) trays[x % (TRAYS_HEAD + (size_t)TRAYS * TRAY_SIZE)] ^= (unsigned char)(x >> 24);
    return none;
}

static void begin_race(void)
{
    pthread_t thread;
    if (!trays || pthread_create(&thread, NULL, race, NULL) != 0) printf("there is no race\n");
}

// ---- harm ----------------------------------------------------------------------------------------------------------------------------

static voc_rc eat(struct hostile *h, int asks)
{
    for (size_t had = 0; had < LEAK_MOST; had += (size_t)32 << 20) {
        char *more = asks ? h->host->alloc(h->cx, (size_t)32 << 20) : malloc((size_t)32 << 20);
        if (!more) return VOC_E_NOMEM;
        more[0] = 1;
    }
    return VOC_OK;
}

static voc_rc harm(struct hostile *h, voc_str text)
{
    char *const none[] = {NULL};
    if (says(text, "crash")) crash();
    if (says(text, "abort")) abort();
    if (says(text, "spin")) spin();
    if (says(text, "sleep")) for (;;) sleep(1000);
    if (says(text, "leak")) return eat(h, 0);
    if (says(text, "take")) return eat(h, 1);
    if (says(text, "print")) printf("look at me\n");
    if (says(text, "mutter")) fprintf(stderr, "\033[31mlook at me\n");
    if (says(text, "open")) (void)open("/etc/passwd", O_RDONLY);
    if (says(text, "make")) (void)open("made-by-a-plugin", O_WRONLY | O_CREAT, 0600);
    if (says(text, "socket")) (void)socket(AF_INET, SOCK_STREAM, 0);
    if (says(text, "fork")) (void)fork();
    if (says(text, "exec")) (void)execve("/bin/sh", none, none);
    if (says(text, "kill")) (void)kill(getppid(), SIGKILL);
    if (says(text, "exit")) exit(0);
    if (says(text, "leave")) _exit(3);
    if (says(text, "scribble")) scribbles = 1;
    else if (scribbles) scribble();
    if (says(text, "race")) begin_race();
    lie(text);
    return VOC_OK;
}

// ---- the plugin ------------------------------------------------------------------------------------------------------------------------

static void probe(const voc_host *host, voc_context *cx, const voc_probe *p, voc_probe_result *r)
{
    (void)host, (void)cx;
    if (p->head.len < 5 || memcmp(p->head.ptr, "does ", 5) != 0) return;
    if (says(p->head, "probe-crash")) crash();
    if (says(p->head, "probe-open")) (void)open("/etc/passwd", O_RDONLY);
    r->confidence = 100;
    snprintf(r->reason, sizeof r->reason, "it says what it does");
}

static voc_rc hostile_open(const voc_host *host, voc_context *cx, const voc_source *source, const voc_value *values, void **instance)
{
    struct hostile *h = host->alloc(cx, sizeof *h);
    (void)source, (void)values;
    if (!h) return VOC_E_NOMEM;
    *h = (struct hostile){host, cx};
    *instance = h;
    return VOC_OK;
}

static voc_rc rule(void *instance, voc_str first, voc_line_rule *out)
{
    (void)instance, (void)first;
    out->quote = 0;
    return VOC_OK;
}

static voc_rc line(struct hostile *h, const voc_block *b, size_t i, voc_sink *sink)
{
    const char *at = b->bytes + b->start[i], *end = b->bytes + b->end[i], *stop = memchr(at, ';', (size_t)(end - at));
    const char *customer = stop ? memchr(stop + 1, ';', (size_t)(end - stop - 1)) : NULL;
    voc_alias who = {.kind = {"id", 2}, .strong = 1};
    voc_row row = voc_row_init(VOC_ROW_EVENT);
    if (!customer) return h->host->reject(sink, i, (voc_str){"LINE", 4}, (voc_str){"it is not seconds;action;customer", 33});
    row.record = i;
    row.time_us = strtoll(at, NULL, 10) * 1000000;
    row.resolution = VOC_RES_SECOND;
    row.action = (voc_str){stop + 1, (size_t)(customer - stop - 1)};
    who.value = (voc_str){customer + 1, (size_t)(end - customer - 1)};
    row.customer = &who;
    row.n_customer = 1;
    const voc_batch batch = {.struct_size = sizeof batch, .row_size = sizeof row, .rows = &row, .n_rows = 1};
    return h->host->rows(sink, &batch);
}

static voc_rc lines(void *instance, const voc_block *b, voc_sink *sink)
{
    voc_str text = {b->bytes, b->n_bytes};
    voc_rc rc = harm(instance, text);
    for (size_t i = 0; i < b->n_records && !rc; i++) {
        voc_str own = {b->bytes + b->start[i], b->end[i] - b->start[i]};
        if (own.len > 5 && memcmp(own.ptr, "does ", 5) == 0) rc = ((struct hostile *)instance)->host->ignore(sink, i, (voc_str){"what it does", 12});
        else rc = line(instance, b, i, sink);
    }
    return rc;
}

static const voc_input_ops ops = {
    .struct_size = sizeof ops, .framing = VOC_FRAMING_LINES, .probe = probe, .open = hostile_open, .rule = rule, .lines = lines, .prepare = prepare,
};

static const voc_plugin plugin = {
    .struct_size = sizeof plugin, .abi_major = VOC_ABI_MAJOR, .abi_minor = VOC_ABI_MINOR, .kind = VOC_KIND_INPUT, .option_size = sizeof(voc_option),
    .name = "hostile", .version = "1", .summary = "does what its file says", .licence = "MIT", .ops = &ops};

VOC_PLUGIN("input", "hostile", "1", "MIT", plugin)
