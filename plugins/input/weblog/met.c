// SPDX-License-Identifier: MIT
// What was met before: agents and what they are, paths and what their pages are called. Most lines repeat one of a few, and to
// work it out takes longer than to find it again. The texts lie in one buffer. Each has two places in a table: who comes first
// keeps the first, the second goes to the latest; where the buffer is full, all is forgotten. Nothing of it is handed out, so
// that it may change while rows wait, and it never changes what is read. Each work has its own, which stays from block to block.
#include "plugins/input/weblog/bytes.h"
#include "plugins/input/weblog/weblog.h"

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION // --enable-fuzzing: to clear them took most of a run
#define AGENT_BITS 4
#define PATH_BITS 4
#define TEXTS ((size_t)8 << 10)
#else
#define AGENT_BITS 11
#define PATH_BITS 15
#define TEXTS ((size_t)2 << 20)
#endif
#define AGENTS (1u << AGENT_BITS)
#define PATHS (1u << PATH_BITS)
#define AGENT_MAX 1024u // bytes of the longest that is kept
#define TARGET_MAX 256u

struct agent {
    uint32_t mixed, at; // at: of its text in the buffer
    uint16_t len, robot_at, robot_len; // 0: the place is free
    struct wl_agent is;
};

struct path {
    uint32_t hash, at;
    uint16_t len, object_len, page_len; // of what is behind it in the buffer; 0: the same as the target; as the object
    bool part, download;
};

struct wl_met {
    struct agent agents[AGENTS];
    struct path paths[PATHS];
    size_t used;
    char texts[TEXTS];
};

static void forget(struct wl_met *n)
{
    memset(n->agents, 0, sizeof n->agents);
    memset(n->paths, 0, sizeof n->paths);
    n->used = 0;
}

struct wl_met *wl_met_new(const struct weblog *w)
{
    struct wl_met *n = w->host->alloc(w->cx, sizeof *n);
    if (n) forget(n);
    return n;
}

// Room in the buffer, where all is forgotten if there is none.
static char *text_room(struct wl_met *n, size_t len, uint32_t *at)
{
    if (len > TEXTS - n->used) forget(n);
    *at = (uint32_t)n->used;
    n->used += len;
    return n->texts + *at;
}

// The first place of a hash, by its upper bits, in which all of the text has a part; the second is beside it.
static inline uint32_t place(uint32_t hash, int bits) { return hash >> (32 - bits); }

// ---- agents --------------------------------------------------------------------------------------------------------------------

// Of all of it: the versions of one browser differ in a few digits somewhere in the middle. At least 16 bytes.
static inline uint64_t mix(voc_str s)
{
    const uint64_t k = UINT64_C(0x9E3779B97F4A7C15);
    uint64_t a = s.len, b = wl_eight(s.ptr + s.len - 8);
    for (size_t i = 0; i + 16 <= s.len; i += 16) {
        a = (a ^ wl_eight(s.ptr + i)) * k;
        b = (b ^ wl_eight(s.ptr + i + 8)) * (k + 2);
    }
    a ^= wl_eight(s.ptr + s.len - 16);
    return (a ^ (b << 23 | b >> 41)) * k;
}

static uint32_t hash_agent(voc_str s) // FNV-1a, 64 bits folded: it goes into aliases, so it never changes
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < s.len; i++) h = (h ^ (unsigned char)s.ptr[i]) * UINT64_C(0x100000001b3);
    return (uint32_t)(h ^ h >> 32);
}

static struct wl_agent judge(const struct weblog *w, voc_str agent, voc_str *robot)
{
    struct wl_agent is = {.hash = hash_agent(agent)};
    for (unsigned i = 0; i < sizeof is.digits; i++) is.digits[i] = "0123456789abcdef"[is.hash >> (28 - 4 * i) & 15];
    *robot = wl_robots_name(w->known, agent);
    return is;
}

struct wl_agent wl_agent_find(struct wl_work *k, voc_str text, voc_str *robot)
{
    struct wl_met *n = k->met;
    if (text.len < 16 || text.len > AGENT_MAX) return judge(k->w, text, robot);
    const uint32_t mixed = (uint32_t)(mix(text) >> 32), first = place(mixed, AGENT_BITS);
    for (uint32_t i = 0; i < 2; i++) {
        const struct agent *a = &n->agents[first ^ i];
        if (a->mixed != mixed || a->len != text.len || memcmp(n->texts + a->at, text.ptr, text.len) != 0) continue;
        *robot = wl_cut(text, a->robot_at, a->robot_at + a->robot_len);
        return a->is;
    }
    struct agent found = {.mixed = mixed, .len = (uint16_t)text.len, .is = judge(k->w, text, robot)};
    if (robot->len) found.robot_at = (uint16_t)(robot->ptr - text.ptr), found.robot_len = (uint16_t)robot->len;
    memcpy(text_room(n, text.len, &found.at), text.ptr, text.len);
    n->agents[first ^ (n->agents[first].len > 0)] = found; // the first keeps its place
    return found.is;
}

// ---- pages ---------------------------------------------------------------------------------------------------------------------

static inline uint32_t path_hash(voc_str t)
{
    const uint64_t k = UINT64_C(0x9E3779B97F4A7C15);
    uint64_t h = t.len, x = 0;
    if (t.len >= 8) {
        for (size_t i = 0; i + 8 < t.len; i += 8) {
            h = (h ^ wl_eight(t.ptr + i)) * k;
            h ^= h >> 32;
        }
        x = wl_eight(t.ptr + t.len - 8);
    } else {
        for (size_t i = 0; i < t.len; i++) x = x << 8 | (unsigned char)t.ptr[i];
    }
    return (uint32_t)(((h ^ x) * k) >> 32);
}

static inline bool is_path(const struct wl_met *n, const struct path *p, uint32_t hash, voc_str t)
{
    const char *text = n->texts + p->at;
    return p->hash == hash && p->len == t.len && (t.len >= 8 ? wl_same_from_8(text, t.ptr, t.len) : memcmp(text, t.ptr, t.len) == 0);
}

bool wl_page_met(struct wl_work *k, voc_str t, struct wl_page *out)
{
    const struct wl_met *n = k->met;
    if (t.len == 0 || t.len > TARGET_MAX) return false;
    const uint32_t hash = path_hash(t);
    const struct path *p = &n->paths[place(hash, PATH_BITS)];
    if (!is_path(n, p, hash, t) && !is_path(n, p = &n->paths[place(hash, PATH_BITS) ^ 1], hash, t)) return false;
    const char *text = n->texts + p->at;
    *out = (struct wl_page){.object = t, .part = p->part, .download = p->download};
    const size_t more = (size_t)p->object_len + p->page_len;
    if (more) {
        char *own = wl_room(k, more);
        if (!own) return false;
        memcpy(own, text + t.len, more);
        if (p->object_len) out->object = (voc_str){own, p->object_len};
        out->page = p->page_len ? (voc_str){own + p->object_len, p->page_len} : out->object;
    } else {
        out->page = t;
    }
    return true;
}

void wl_page_learn(struct wl_work *k, voc_str t, const struct wl_page *p)
{
    struct wl_met *n = k->met;
    if (t.len == 0 || t.len > TARGET_MAX || p->object.len == 0 || p->page.len == 0) return;
    struct path found = {.hash = path_hash(t), .len = (uint16_t)t.len, .part = p->part, .download = p->download};
    if (!wl_eq(p->object, t)) found.object_len = (uint16_t)p->object.len;
    if (!wl_eq(p->page, p->object)) found.page_len = (uint16_t)p->page.len;
    char *own = text_room(n, t.len + found.object_len + found.page_len, &found.at);
    memcpy(own, t.ptr, t.len);
    memcpy(own + t.len, p->object.ptr, found.object_len);
    memcpy(own + t.len + found.object_len, p->page.ptr, found.page_len);
    const uint32_t first = place(found.hash, PATH_BITS);
    n->paths[first ^ (n->paths[first].len > 0)] = found;
}
