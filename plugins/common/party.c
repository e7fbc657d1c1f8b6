// SPDX-License-Identifier: MIT
// See party.h.
#include "plugins/common/party.h"

#include <stdio.h>
#include <string.h>

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION // --enable-fuzzing: to clear them took most of a run
#define NAMES_MAX 32u
#else
#define NAMES_MAX 4096u
#endif

struct count { size_t at, len; uint32_t items, home, received, last, address, hash; };
struct party_count {
    const voc_host *host;
    voc_context *cx;
    char *names; // one behind the other
    size_t n_names, room;
    uint32_t n, short_of_memory, slots[2 * NAMES_MAX];
    struct count count[NAMES_MAX];
};

voc_str party_domain(voc_str a)
{
    const char *at = a.len ? memrchr(a.ptr, '@', a.len) : NULL;
    return at ? (voc_str){at + 1, (size_t)(a.ptr + a.len - at) - 1} : (voc_str){"", 0};
}

static const char *const free_mail[] = {"gmail.com", "googlemail.com", "yahoo.", "ymail.com", "hotmail.", "outlook.", "live.", "msn.com", "aol.com", "icloud.com", "me.com", "mac.com", "gmx.", "web.de", "t-online.de", "freenet.de", "mail.ru", "yandex.", "qq.com", "163.com", "126.com",
    "orange.fr", "free.fr", "wanadoo.fr", "laposte.net", "sfr.fr", "libero.it", "virgilio.it", "alice.it", "tiscali.it", "uol.com.br", "bol.com.br", "terra.com.br", "ziggo.nl", "kpnmail.nl", "home.nl", "proton.me", "protonmail.", "fastmail.", "comcast.net", "verizon.net", "btinternet.com", "telefonica.net", NULL};

static int is_free(voc_str domain)
{
    for (const char *const *f = free_mail; *f; f++) {
        size_t n = strlen(*f);
        int open = (*f)[n - 1] == '.';
        if (domain.len >= n && strncasecmp(domain.ptr, *f, n) == 0 && (open || domain.len == n)) return 1;
    }
    return 0;
}

static int under(voc_str domain, voc_str of)
{
    if (of.len && of.ptr[0] == '@') of.ptr++, of.len--;
    if (of.len == 0 || domain.len < of.len) return 0;
    const char *tail = domain.ptr + (domain.len - of.len);
    if (strncasecmp(tail, of.ptr, of.len) != 0) return 0;
    return domain.len == of.len || tail[-1] == '.';
}

int party_declared(const struct party *p) { return p->n_domains + p->n_addresses > 0; }

int party_is_company(const struct party *p, voc_str address)
{
    voc_str domain = party_domain(address);
    for (size_t i = 0; i < p->n_addresses; i++)
        if (p->addresses[i].len == address.len && strncasecmp(p->addresses[i].ptr, address.ptr, address.len) == 0) return 1;
    for (size_t i = 0; i < p->n_domains; i++)
        if (under(domain, p->domains[i])) return 1;
    if (!p->guessed[0]) return 0;
    voc_str g = {p->guessed, strlen(p->guessed)};
    return p->guessed_address ? g.len == address.len && memcmp(g.ptr, address.ptr, g.len) == 0 : under(domain, g);
}

// ---- in words -----------------------------------------------------------------------------------------------------------------

static size_t declared_list(const struct party *p, char *out, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_domains + p->n_addresses; i++) {
        voc_str s = i < p->n_domains ? p->domains[i] : p->addresses[i - p->n_domains];
        voc_str parts[2] = {{", ", i ? 2 : 0}, s};
        for (int k = 0; k < 2; k++) {
            size_t take = parts[k].len < size - n ? parts[k].len : size - n;
            if (take) memcpy(out + n, parts[k].ptr, take);
            n += take;
        }
    }
    return n;
}

void party_say(const struct party *p, const char *items, const char *else_as, char *out, size_t size)
{
    char all[400];
    size_t n = declared_list(p, all, sizeof all);
    if (party_declared(p))
        snprintf(out, size, "the company is %.*s, as declared", (int)n, all);
    else if (p->guessed[0])
        snprintf(out, size, "the company is %s (guessed: it takes part in %llu of the first %llu %s); -O company-domains=DOMAIN,... says otherwise", p->guessed,
                 (unsigned long long)p->guess_in, (unsigned long long)p->guess_of, items);
    else
        snprintf(out, size, "who the company is, is not known (no domain takes part in half of the %s): %s; -O company-domains=DOMAIN,... says it", items, else_as);
}

// ---- the guess ----------------------------------------------------------------------------------------------------------------

struct party_count *party_count_new(const voc_host *host, voc_context *cx)
{
    struct party_count *c = host->alloc(cx, sizeof *c);
    if (!c) return NULL;
    memset(c, 0, sizeof *c);
    c->host = host;
    c->cx = cx;
    return c;
}

void party_count_free(struct party_count *c)
{
    if (!c) return;
    const voc_host *host = c->host;
    voc_context *cx = c->cx;
    host->free(cx, c->names);
    host->free(cx, c);
}

static uint32_t hash_of(voc_str s)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < s.len; i++) h = (h ^ (unsigned char)s.ptr[i]) * 16777619u;
    return h;
}

static size_t keep(struct party_count *c, voc_str name)
{
    if (c->room - c->n_names < name.len) {
        size_t room = 2 * c->room + name.len + 4096;
        char *to = c->host->resize(c->cx, c->names, room);
        if (!to) return c->short_of_memory = 1, SIZE_MAX;
        c->names = to;
        c->room = room;
    }
    if (name.len) memcpy(c->names + c->n_names, name.ptr, name.len);
    c->n_names += name.len;
    return c->n_names - name.len;
}

void party_count_add(struct party_count *c, voc_str address, uint32_t marks, uint32_t item)
{
    voc_str domain = party_domain(address), name = is_free(domain) ? address : domain;
    uint32_t h = hash_of(name) ^ (name.ptr == address.ptr), i = h % (2 * NAMES_MAX);
    while (c->slots[i]) {
        const struct count *x = &c->count[c->slots[i] - 1];
        if (x->hash == h && x->len == name.len && memcmp(c->names + x->at, name.ptr, name.len) == 0) break;
        i = (i + 1) % (2 * NAMES_MAX);
    }
    if (!c->slots[i]) {
        size_t at = c->n == NAMES_MAX || name.len > 300 ? SIZE_MAX : keep(c, name);
        if (at == SIZE_MAX) return;
        c->count[c->n++] = (struct count){.at = at, .len = name.len, .address = name.ptr == address.ptr, .hash = h};
        c->slots[i] = c->n;
    }
    struct count *x = &c->count[c->slots[i] - 1];
    if (x->last != item) {
        x->items++;
        x->last = item;
        if (marks & PARTY_RECEIVES) x->received++;
    }
    if (marks & PARTY_AT_HOME) x->home++;
}

static int better(const struct party_count *c, const struct count *a, const struct count *b)
{
    if (a->items != b->items) return a->items > b->items;
    if (a->home != b->home) return a->home > b->home;
    if (a->received != b->received) return a->received > b->received;
    size_t n = a->len < b->len ? a->len : b->len;
    int d = memcmp(c->names + a->at, c->names + b->at, n);
    return d ? d < 0 : a->len < b->len;
}

voc_rc party_guess(struct party *p, const struct party_count *c, uint32_t n_items)
{
    const struct count *best = NULL;
    if (c->short_of_memory) return VOC_E_NOMEM;
    for (uint32_t i = 0; i < c->n; i++)
        if (!best || better(c, &c->count[i], best)) best = &c->count[i];
    p->guessed[0] = 0;
    p->guess_in = best ? best->items : 0;
    p->guess_of = n_items;
    if (!best || n_items == 0 || (uint64_t)best->items * 2 < n_items || best->len >= sizeof p->guessed) return VOC_OK;
    memcpy(p->guessed, c->names + best->at, best->len);
    p->guessed[best->len] = 0;
    p->guessed_address = best->address;
    return VOC_OK;
}
