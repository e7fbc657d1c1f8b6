// SPDX-License-Identifier: MIT
// XML as plugins are given it: what is read without libxml2 must be what libxml2 reads. The document is read as it is, in pieces,
// and behind a byte order mark, with which nothing is read without libxml2: the same events at the same places, the same answer,
// and a fault on the same line. FUZZ_OPTIONS: texts are not asked for; FUZZ_MEMORY: an allocation fails.
#include <string.h>

#include "base/hash.h"
#include "base/str.h"
#include "base/xml.h"
#include "tests/fuzz/fuzz.h"

static const char *const names[] = {"xml", NULL};
const char *const *fuzz_names(void) { return names; }
voc_rc fuzz_begin(const char *what) { return strcmp(what, names[0]) == 0 ? VOC_OK : VOC_E_OPTION; }

struct heard { uint64_t sum, text, n, shift; };
struct bytes { voc_str left; size_t most; };
struct answer { voc_rc rc; struct heard heard; uint64_t line; char code[16]; };

static void add(uint64_t *sum, voc_str s) { *sum = hash64(s.len ? s.ptr : "", s.len, *sum ^ s.len); }

static void add_place(struct heard *h, uint64_t line, uint64_t byte, uint64_t kind)
{
    const uint64_t place[] = {line, byte - h->shift, kind, h->text};
    h->sum = hash64(place, sizeof place, h->sum);
    h->text = 0;
    h->n++;
}

static voc_rc hear_start(void *user, voc_str name, const voc_xml_attr *attrs, size_t n, uint64_t line, uint64_t byte)
{
    struct heard *h = user;
    add_place(h, line, byte, n);
    add(&h->sum, name);
    for (size_t i = 0; i < n; i++) add(&h->sum, attrs[i].name), add(&h->sum, attrs[i].value);
    return VOC_OK;
}

static voc_rc hear_end(void *user, voc_str name, uint64_t line, uint64_t byte)
{
    add_place(user, line, byte, UINT64_MAX);
    add(&((struct heard *)user)->sum, name);
    return VOC_OK;
}

static voc_rc hear_text(void *user, voc_str text) // byte by byte: pieces may be cut anywhere
{
    struct heard *h = user;
    for (size_t i = 0; i < text.len; i++) h->text = (h->text ^ (unsigned char)text.ptr[i]) * UINT64_C(0x100000001B3) + 1;
    return VOC_OK;
}

static voc_rc give(void *user, void *to, size_t size, size_t *got)
{
    struct bytes *b = user;
    size_t n = b->left.len < size ? b->left.len : size;
    if (b->most && n > b->most) n = b->most;
    if (n) memcpy(to, b->left.ptr, n);
    b->left = (voc_str){b->left.ptr + n, b->left.len - n};
    *got = n;
    return VOC_OK;
}

static struct answer read_xml(voc_str doc, uint64_t shift, size_t most, bool texts)
{
    const voc_xml_handler handler = {sizeof handler, 0, hear_start, hear_end, texts ? hear_text : NULL};
    struct answer a = {.heard = {.shift = shift}};
    struct bytes from = {doc, most};
    struct diag *d = diag_new();
    a.rc = xml_sax(give, &from, &handler, &a.heard, "x.xml", d);
    if (!mem_fault_fired()) fuzz_check_words(d, a.rc);
    if (diag_n(d)) a.line = diag_at(d, 0)->line, memcpy(a.code, diag_at(d, 0)->code, strnlen(diag_at(d, 0)->code, sizeof a.code - 1));
    diag_free(d);
    return a;
}

static void same(const char *how, const struct answer *x, const struct answer *y)
{
    if (x->rc != y->rc || x->line != y->line || strcmp(x->code, y->code) != 0)
        fuzz_fail("%s: \"%s\" %s on line %llu, and not \"%s\" %s on line %llu", how, rc_name(y->rc), y->code, (unsigned long long)y->line, rc_name(x->rc), x->code,
                  (unsigned long long)x->line);
    if (x->heard.n != y->heard.n || x->heard.sum != y->heard.sum)
        fuzz_fail("%s: %llu tags, and not %llu, or others", how, (unsigned long long)y->heard.n, (unsigned long long)x->heard.n);
}

// With the mark libxml2 takes another charset's name for what it is, or not at all: that is no question of ours. Nor is a charset
// that it knows by the first four bytes: UTF-16, UCS-4 and EBCDIC.
static bool other_charset(voc_str doc)
{
    if (memchr(doc.ptr, 0, doc.len < 4 ? doc.len : 4) || str_starts(doc, "\x4C\x6F\xA7\x94")) return true;
    const char *end = doc.len > 5 && memcmp(doc.ptr, "<?xml", 5) == 0 ? memmem(doc.ptr, doc.len, "?>", 2) : NULL;
    voc_str head = {doc.ptr, end ? (size_t)(end - doc.ptr) : 0};
    return memmem(head.ptr, head.len, "encoding", 8) && !memmem(head.ptr, head.len, "\"UTF-8\"", 7) && !memmem(head.ptr, head.len, "\"utf-8\"", 7);
}

void fuzz_one(const struct fuzz_how *how, voc_str bytes)
{
    const bool texts = !(how->flags & FUZZ_OPTIONS);
    struct buf marked;
    if (bytes.len == 0 || (unsigned char)bytes.ptr[0] > 127 || other_charset(bytes)) return; // a mark of its own, or no XML
    buf_init(&marked, (size_t)1 << 22);
    if (buf_cstr(&marked, "\xEF\xBB\xBF") != VOC_OK || buf_str(&marked, bytes) != VOC_OK) fuzz_fail("no memory to begin with");
    const struct answer marked_one = read_xml(str_mk(marked.ptr, marked.len), 3, 0, texts), plain = read_xml(bytes, 0, 0, texts);
    same("without the mark", &marked_one, &plain);
    if (how->flags & FUZZ_PIECES) {
        const struct answer pieces = read_xml(bytes, 0, 1u + how->piece, texts);
        same("in pieces", &plain, &pieces);
    }
    if (how->flags & FUZZ_MEMORY) {
        mem_fault((uint64_t)how->nth % 16 + 1, false);
        const struct answer failed = read_xml(bytes, 0, 0, texts);
        const bool fired = mem_fault_fired();
        mem_fault(0, false);
        if (!fired) same("read again", &plain, &failed);
        else if (failed.rc != VOC_E_NOMEM && failed.rc != plain.rc) fuzz_fail("short of memory: \"%s\"", rc_name(failed.rc)); // the word may be what did not fit
        if (fired && failed.rc == VOC_OK) same("short of memory", &plain, &failed);
    }
    buf_done(&marked);
}
