// SPDX-License-Identifier: MIT
// Who is the company: by declared domains and addresses, else guessed from the beginning of the input, by one rule that is told:
// the domain that takes part in the most mails, if in at least half of them (of several the one that mails are delivered to, then
// the one that receives the most, then the first by name); of a free mail service the address instead of the domain.
#include "plugins/input/email/email.h"

#include <stdio.h>

#define NAMES_MAX 4096u
#define GUESS_MAILS 2000u

struct count { voc_str name; uint32_t mails, delivered, received, last, address, hash; };
struct counts { struct count *at; uint32_t *slots, n; };

voc_str address_domain(voc_str a)
{
    const char *at = a.len ? memrchr(a.ptr, '@', a.len) : NULL;
    return at ? (voc_str){at + 1, (size_t)(a.ptr + a.len - at) - 1} : S("");
}

static const char *const free_mail[] = {"gmail.com", "googlemail.com", "yahoo.", "ymail.com", "hotmail.", "outlook.", "live.", "msn.com", "aol.com", "icloud.com", "me.com", "mac.com", "gmx.", "web.de", "t-online.de", "freenet.de", "mail.ru", "yandex.", "qq.com", "163.com", "126.com",
    "orange.fr", "free.fr", "wanadoo.fr", "laposte.net", "sfr.fr", "libero.it", "virgilio.it", "alice.it", "tiscali.it", "uol.com.br", "bol.com.br", "terra.com.br", "ziggo.nl", "kpnmail.nl", "home.nl", "proton.me", "protonmail.", "fastmail.", "comcast.net", "verizon.net", "btinternet.com", "telefonica.net", NULL};

static int is_free(voc_str domain)
{
    for (const char *const *f = free_mail; *f; f++)
        if ((*f)[strlen(*f) - 1] == '.' ? str_begins(domain, *f) : str_same(domain, *f)) return 1;
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

int party_is_company(const struct email *e, voc_str address)
{
    voc_str domain = address_domain(address);
    for (size_t i = 0; i < e->n_addresses; i++)
        if (e->addresses[i].len == address.len && strncasecmp(e->addresses[i].ptr, address.ptr, address.len) == 0) return 1;
    for (size_t i = 0; i < e->n_domains; i++)
        if (under(domain, e->domains[i])) return 1;
    if (!e->guessed[0]) return 0;
    voc_str g = {e->guessed, strlen(e->guessed)};
    return e->guessed_address ? g.len == address.len && memcmp(g.ptr, address.ptr, g.len) == 0 : under(domain, g);
}

void party_mark(struct email *e, struct mail *m)
{
    for (size_t i = 0; i < m->n_people; i++) m->people[i].company = (uint32_t)party_is_company(e, m->people[i].value);
}

// ---- the guess --------------------------------------------------------------------------------------------------------------

static void count_one(struct email *e, struct counts *c, voc_str name, uint32_t address, uint32_t role, uint32_t mail)
{
    uint32_t h = (uint32_t)hash_bytes(address, name.ptr, name.len), i = h % (2 * NAMES_MAX);
    while (c->slots[i] && !(c->at[c->slots[i] - 1].hash == h && c->at[c->slots[i] - 1].name.len == name.len && memcmp(c->at[c->slots[i] - 1].name.ptr, name.ptr, name.len) == 0)) i = (i + 1) % (2 * NAMES_MAX);
    if (!c->slots[i]) {
        if (c->n == NAMES_MAX) return;
        c->at[c->n++] = (struct count){email_keep(e, name.ptr, name.len), 0, 0, 0, 0, address, h};
        c->slots[i] = c->n;
    }
    struct count *x = &c->at[c->slots[i] - 1];
    if (x->last != mail) {
        x->mails++;
        x->last = mail;
        if (role >= ROLE_TO) x->received++;
    }
    if (role == ROLE_DELIVERED) x->delivered++;
}

static void count_mail(struct email *e, struct counts *c, const struct piece *p, uint32_t mail)
{
    static const struct { const char *name; uint32_t role; } headers[] = {{"Delivered-To", ROLE_DELIVERED}, {"X-Original-To", ROLE_DELIVERED}, {"Envelope-To", ROLE_DELIVERED}, {"To", ROLE_TO}, {"Cc", ROLE_CC}, {"From", ROLE_FROM}};
    struct mail m = {0};
    size_t length = head_length(p->bytes, p->len < (64u << 10) ? p->len : (64u << 10));
    voc_str head = {p->bytes, length};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) message_addresses(e, &m, header_of(head, headers[i].name), headers[i].role);
    for (size_t i = 0; i < m.n_people && i < 50; i++) {
        voc_str domain = address_domain(m.people[i].value);
        if (is_free(domain)) count_one(e, c, m.people[i].value, 1, m.people[i].role, mail);
        else count_one(e, c, domain, 0, m.people[i].role, mail);
    }
}

static int better(const struct count *a, const struct count *b)
{
    if (a->mails != b->mails) return a->mails > b->mails;
    if (a->delivered != b->delivered) return a->delivered > b->delivered;
    if (a->received != b->received) return a->received > b->received;
    size_t n = a->name.len < b->name.len ? a->name.len : b->name.len;
    int d = memcmp(a->name.ptr, b->name.ptr, n);
    return d ? d < 0 : a->name.len < b->name.len;
}

void party_guess(struct email *e, const struct frame *f)
{
    struct frame look = *f; // over what is in the buffer; nothing is taken
    struct counts c = {email_alloc(e, NAMES_MAX * sizeof *c.at), email_alloc(e, 2 * NAMES_MAX * sizeof *c.slots), 0};
    struct piece p;
    int some = 1;
    uint32_t n = 0;
    if (!c.at || !c.slots) return;
    memset(c.slots, 0, 2 * NAMES_MAX * sizeof *c.slots);
    look.stream = NULL;
    while (some && n < GUESS_MAILS && frame_next(e, &look, &p, &some) == VOC_OK && some && !e->rc) count_mail(e, &c, &p, ++n);
    const struct count *best = NULL;
    for (uint32_t i = 0; i < c.n; i++)
        if (!best || better(&c.at[i], best)) best = &c.at[i];
    if (!best || n == 0) return;
    e->guess_in = best->mails;
    e->guess_of = n;
    if (best->mails * 2 < n || best->name.len >= sizeof e->guessed) return;
    memcpy(e->guessed, best->name.ptr, best->name.len);
    e->guessed[best->name.len] = 0;
    e->guessed_address = best->address;
}
