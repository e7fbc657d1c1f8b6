// SPDX-License-Identifier: MIT
// What a mail belongs to: a thread is named by the Message-ID of its first mail, which References begins with; else the thread
// of the mail that it answers; else, for a subject with Re:, the last thread with that subject between the same two addresses.
// What is remembered is bounded: two generations of 200,000 mails each, so at least so many back. Also own ids, where a mail has
// none or shares its own with another, and mails that come twice.
#include "plugins/input/email/email.h"

#include <stdio.h>

#define GENERATION 600000u // entries, some three a mail

struct entry { uint64_t key; uint32_t at, len; };
struct generation { struct entry *slots; uint32_t cap, n; struct text pool; };
struct recall { struct generation now, before; };

// Little-endian on any machine, since ids are made of the hash: of this compilers make one load.
static uint64_t word_at(const char *p)
{
    const unsigned char *b = (const unsigned char *)p;
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 | (uint64_t)b[4] << 32 |
           (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
}

uint64_t hash_bytes(uint64_t seed, const char *p, size_t n)
{
    uint64_t h = seed * UINT64_C(0x9E3779B97F4A7C15) + n, w;
    for (; n >= 8; p += 8, n -= 8) {
        h = (h ^ word_at(p)) * UINT64_C(0xD6E8FEB86659FD93);
        h ^= h >> 32;
    }
    for (w = 0; n; n--) w = w << 8 | (unsigned char)p[n - 1];
    h = (h ^ w) * UINT64_C(0xD6E8FEB86659FD93);
    h ^= h >> 32;
    h *= UINT64_C(0xD6E8FEB86659FD93);
    return h ^ h >> 29;
}

voc_rc recall_open(struct email *e)
{
    e->recall = e->host->alloc(e->cx, sizeof *e->recall);
    if (!e->recall) return VOC_E_NOMEM;
    memset(e->recall, 0, sizeof *e->recall);
    return VOC_OK;
}

static void drop(struct email *e, struct generation *g)
{
    e->host->free(e->cx, g->slots);
    e->host->free(e->cx, g->pool.p);
    *g = (struct generation){0};
}

void recall_close(struct email *e)
{
    if (!e->recall) return;
    drop(e, &e->recall->now);
    drop(e, &e->recall->before);
    e->host->free(e->cx, e->recall);
    e->recall = NULL;
}

static struct entry *slot(const struct generation *g, uint64_t key)
{
    uint32_t i = (uint32_t)key & (g->cap - 1);
    while (g->slots[i].key && g->slots[i].key != key) i = (i + 1) & (g->cap - 1);
    return &g->slots[i];
}

static int find_in(const struct generation *g, uint64_t key, voc_str *out)
{
    if (!g->cap) return 0;
    const struct entry *x = slot(g, key);
    if (!x->key) return 0;
    *out = (voc_str){g->pool.p ? g->pool.p + x->at : "", x->len};
    return 1;
}

static int recall_find(struct email *e, uint64_t key, voc_str *out)
{
    key |= 1;
    return find_in(&e->recall->now, key, out) || find_in(&e->recall->before, key, out);
}

static int make_room(struct email *e, struct generation *g)
{
    uint32_t cap = g->cap ? g->cap * 2 : EMAIL_RECALL_LEAST;
    struct generation to = {.cap = cap};
    if (g->cap && g->n * 3 < g->cap * 2) return 1;
    to.slots = e->host->alloc(e->cx, cap * sizeof *to.slots);
    if (!to.slots) {
        e->rc = VOC_E_NOMEM;
        return 0;
    }
    memset(to.slots, 0, cap * sizeof *to.slots);
    for (uint32_t i = 0; i < g->cap; i++)
        if (g->slots[i].key) *slot(&to, g->slots[i].key) = g->slots[i];
    e->host->free(e->cx, g->slots);
    g->slots = to.slots;
    g->cap = cap;
    return 1;
}

static void recall_put(struct email *e, uint64_t key, voc_str value)
{
    struct recall *r = e->recall;
    key |= 1;
    if (r->now.n >= GENERATION || r->now.pool.n > ((size_t)32 << 20)) {
        drop(e, &r->before);
        r->before = r->now;
        r->now = (struct generation){0};
    }
    if (!make_room(e, &r->now)) return;
    struct entry *x = slot(&r->now, key);
    if (!x->key) r->now.n++;
    *x = (struct entry){key, (uint32_t)r->now.pool.n, (uint32_t)value.len};
    text_add(e, &r->now.pool, value.ptr, value.len);
}

int recall_new(struct email *e, uint64_t key)
{
    voc_str was;
    if (recall_find(e, key, &was)) return 0;
    recall_put(e, key, S(""));
    return 1;
}

// ---- own ids ------------------------------------------------------------------------------------------------------------------

static voc_str body_of(const struct piece *p)
{
    size_t head = head_length(p->bytes, p->len);
    return (voc_str){p->bytes + head, p->len - head};
}

int thread_known(struct email *e, struct mail *m, const struct piece *p)
{
    voc_str body = body_of(p), was;
    uint64_t content = hash_bytes(7, body.ptr, body.len);
    char id[48];
    content = hash_bytes(content, m->subject.ptr, m->subject.len);
    if (m->n_people) content = hash_bytes(content, m->people[0].value.ptr, m->people[0].value.len);
    content += (uint64_t)m->time_us;
    if (m->id.len == 0 || !e->host->utf8_valid(m->id.ptr, m->id.len)) {
        snprintf(id, sizeof id, "no-message-id-%016llx", (unsigned long long)content);
        m->id = email_keep(e, id, strlen(id));
    }
    uint64_t key = hash_bytes(1, m->id.ptr, m->id.len);
    if (!recall_find(e, key, &was)) {
        recall_put(e, key, (voc_str){(const char *)&content, sizeof content});
        return 0;
    }
    if (was.len == sizeof content && memcmp(was.ptr, &content, sizeof content) == 0) return 1;
    snprintf(id, sizeof id, "#%016llx", (unsigned long long)content); // another mail with the same id: both are kept
    char *both = email_alloc(e, m->id.len + strlen(id));
    if (!both) return 0;
    memcpy(both, m->id.ptr, m->id.len);
    memcpy(both + m->id.len, id, strlen(id));
    m->id = (voc_str){both, m->id.len + strlen(id)};
    return !recall_new(e, hash_bytes(1, m->id.ptr, m->id.len));
}

// ---- threads --------------------------------------------------------------------------------------------------------------------

// The two sides: who wrote, and to whom; either way round is the same.
static uint64_t pair_key(const struct mail *m, voc_str base, const struct address *a, const struct address *b)
{
    uint64_t x = hash_bytes(3, a->value.ptr, a->value.len), y = hash_bytes(3, b->value.ptr, b->value.len);
    (void)m;
    return hash_bytes(x ^ y, base.ptr, base.len);
}

static int by_subject(struct email *e, struct mail *m, voc_str base, voc_str *root)
{
    for (size_t i = 1; i < m->n_people && i < 9; i++)
        if (recall_find(e, pair_key(m, base, &m->people[0], &m->people[i]), root)) return 1;
    return 0;
}

void thread_find(struct email *e, struct mail *m)
{
    voc_str root = S(""), base = email_folded(e, m->base), parent = m->about.len ? m->about : m->parent;
    if (m->first_ref.len && !m->about.len) {
        m->thread_known = 1;
        if (!recall_find(e, hash_bytes(2, m->first_ref.ptr, m->first_ref.len), &root) || !root.len) root = m->first_ref; // itself answers one that was read
    } else if (parent.len) {
        m->thread_known = 1;
        if (!recall_find(e, hash_bytes(2, parent.ptr, parent.len), &root) || !root.len) root = parent;
    } else if ((m->marks & MARK_REPLY_SUBJECT || m->kind == KIND_AUTO_REPLY) && base.len && by_subject(e, m, base, &root)) {
        m->thread_known = 2;
        e->threads_by_subject++;
    }
    if (root.len == 0 || !e->host->utf8_valid(root.ptr, root.len)) root = m->id;
    m->thread = email_keep(e, root.ptr, root.len); // the pool may move
    recall_put(e, hash_bytes(2, m->id.ptr, m->id.len), m->thread);
    if (base.len == 0 || (m->kind != KIND_PERSON && m->kind != KIND_POST && m->kind != KIND_BULK)) return;
    for (size_t i = 1; i < m->n_people && i < 9; i++) recall_put(e, pair_key(m, base, &m->people[0], &m->people[i]), m->thread);
}
