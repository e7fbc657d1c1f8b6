// SPDX-License-Identifier: MIT
// The line that tells how far an import or an analysis is. Called for each block or batch, from any thread of a fold; all
// but a few calls a second end at the clock. A failure to print is no failure of the work. Short work shows nothing: the
// first line comes after half a second.
#include "cli/progress.h"

#include <string.h>

#include "base/time.h"

#define FIRST_US (US_PER_SECOND / 2)
#define REWRITE_US (US_PER_SECOND / 10)
#define PLAIN_US (10 * US_PER_SECOND)
#define LEFT_FROM_US (2 * US_PER_SECOND) // what is left is guessed only after so much was seen

void progress_init(struct progress *p, enum progress_mode mode, FILE *to, unsigned width)
{
    *p = (struct progress){.mode = mode, .to = to, .width = width};
    pthread_mutex_init(&p->lock, NULL);
    progress_of(p, "");
}

void progress_done(struct progress *p)
{
    progress_clear(p);
    pthread_mutex_destroy(&p->lock);
}

void progress_of(struct progress *p, const char *what)
{
    progress_clear(p);
    snprintf(p->what, sizeof p->what, "%s", what);
    for (char *c = p->what; *c; c++)
        if ((unsigned char)*c < 32 || *c == 127) *c = '?'; // a name must not steer the terminal
    p->begun_us = clock_now_us();
    p->next_us = p->begun_us + (p->mode == PROGRESS_PLAIN ? PLAIN_US : FIRST_US);
}

static void clear(struct progress *p)
{
    if (!p->shown) return;
    fputs("\r\033[K", p->to);
    fflush(p->to);
    p->shown = false;
}

void progress_clear(struct progress *p)
{
    if (!p) return;
    pthread_mutex_lock(&p->lock);
    clear(p);
    pthread_mutex_unlock(&p->lock);
}

// ---- words ---------------------------------------------------------------------------------------------------------------

static void add_count(struct buf *b, uint64_t n)
{
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0) buf_byte(b, ',');
        buf_byte(b, digits[i]);
    }
}

static void add_bytes(struct buf *b, uint64_t n)
{
    if (n >= (uint64_t)10 << 30)
        buf_printf(b, "%llu GiB", (unsigned long long)(n >> 30));
    else if (n >= (uint64_t)1 << 20)
        buf_printf(b, "%llu MiB", (unsigned long long)(n >> 20));
    else
        buf_printf(b, "%llu KiB", (unsigned long long)(n >> 10));
}

static void add_left(struct buf *b, int64_t us)
{
    int64_t s = us / US_PER_SECOND + 1;
    if (s >= 5400)
        buf_printf(b, ", about %lld hours left", (long long)((s + 1800) / 3600));
    else if (s >= 90)
        buf_printf(b, ", about %lld minutes left", (long long)((s + 30) / 60));
    else
        buf_printf(b, s == 1 ? ", %lld second left" : ", %lld seconds left", (long long)s);
}

// Guessed from what it took so far.
static void add_rest(struct buf *b, int64_t took_us, uint64_t done, uint64_t of)
{
    if (took_us < LEFT_FROM_US || done == 0 || done >= of) return;
    double left = (double)took_us * ((double)of / (double)done - 1);
    if (left < 1e15) add_left(b, (int64_t)left);
}

static void import_words(struct buf *b, int64_t took_us, const struct import_progress *i)
{
    if (i->phase == IMPORT_WRITE) {
        add_count(b, i->events);
        buf_cstr(b, " events read, putting them into the project");
        return;
    }
    if (i->of) buf_printf(b, "%u %% of ", (unsigned)((double)(i->bytes < i->of ? i->bytes : i->of) / (double)i->of * 100));
    add_bytes(b, i->of ? i->of : i->bytes);
    if (!i->of) buf_cstr(b, " read");
    if (took_us > 0) {
        buf_cstr(b, ", ");
        add_count(b, (uint64_t)((double)i->events / ((double)took_us / (double)US_PER_SECOND)));
        buf_cstr(b, " events a second");
    }
    if (i->rejects) {
        buf_cstr(b, ", ");
        add_count(b, i->rejects);
        buf_cstr(b, " not understood");
    }
    add_rest(b, took_us, i->bytes, i->of);
}

static void fold_words(struct buf *b, const struct fold_progress *f)
{
    if (f->phase == FOLD_READ) buf_cstr(b, "reading the events");
    if (f->phase == FOLD_WALK) {
        add_count(b, f->done);
        buf_cstr(b, " of ");
        add_count(b, f->of);
        buf_cstr(b, " journeys");
    }
    if (f->phase == FOLD_FINISH) buf_cstr(b, "working out the results");
    if (f->phase == FOLD_FINISH && f->of > 1) buf_printf(b, " (%llu of %llu)", (unsigned long long)f->done + 1, (unsigned long long)f->of);
}

// ---- lines ---------------------------------------------------------------------------------------------------------------

// Whole letters that fit the terminal; its last column stays free.
static size_t fitting(const struct progress *p, const char *text, size_t len)
{
    size_t columns = 0;
    for (size_t i = 0; i < len && p->mode == PROGRESS_LINE && p->width; i++)
        if (((unsigned char)text[i] & 0xC0) != 0x80 && ++columns >= p->width) return i;
    return len;
}

static void print(struct progress *p, int64_t now, const struct buf *b)
{
    if (b->rc || !b->len) return;
    if (p->mode == PROGRESS_LINE) {
        fprintf(p->to, "\r%.*s\033[K", (int)fitting(p, b->ptr, b->len), b->ptr);
        p->shown = true;
    } else {
        fprintf(p->to, "voc: %.*s\n", (int)b->len, b->ptr);
    }
    fflush(p->to);
    p->next_us = now + (p->mode == PROGRESS_PLAIN ? PLAIN_US : REWRITE_US);
}

static void say(struct progress *p, const struct import_progress *i, const struct fold_progress *f)
{
    struct buf b;
    int64_t now;
    if (p->mode == PROGRESS_NONE || pthread_mutex_trylock(&p->lock) != 0) return; // another thread is saying it
    now = clock_now_us();
    // what takes long and calls nobody is announced at once, if there is a line already
    bool turn = p->shown && ((i && i->phase == IMPORT_WRITE) || (f && f->phase == FOLD_FINISH));
    if (now >= p->next_us || turn) {
        buf_init(&b, 1024);
        buf_printf(&b, "%s%s", p->what, p->what[0] ? ": " : "");
        if (i)
            import_words(&b, now - p->begun_us, i);
        else
            fold_words(&b, f);
        print(p, now, &b);
        buf_done(&b);
    }
    pthread_mutex_unlock(&p->lock);
}

void progress_import(void *user, const struct import_progress *i) { say(user, i, NULL); }
void progress_fold(void *user, const struct fold_progress *f) { say(user, NULL, f); }
