// SPDX-License-Identifier: MIT
// Who of a mail's people is the company (plugins/common/party.h), and the look at the beginning of the input from which that is
// guessed where nothing is declared.
#include "plugins/input/email/email.h"

#define GUESS_MAILS 2000u

void email_mark_company(struct email *e, struct mail *m)
{
    for (size_t i = 0; i < m->n_people; i++) m->people[i].company = (uint32_t)party_is_company(&e->party, m->people[i].value);
}

static void count_mail(struct email *e, struct party_count *c, const struct piece *p, uint32_t mail)
{
    static const struct { const char *name; uint32_t role; } headers[] = {{"Delivered-To", ROLE_DELIVERED}, {"X-Original-To", ROLE_DELIVERED}, {"Envelope-To", ROLE_DELIVERED}, {"To", ROLE_TO}, {"Cc", ROLE_CC}, {"From", ROLE_FROM}};
    struct mail m = {0};
    size_t length = head_length(p->bytes, p->len < (64u << 10) ? p->len : (64u << 10));
    voc_str head = {p->bytes, length};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) message_addresses(e, &m, header_of(head, headers[i].name), headers[i].role);
    for (size_t i = 0; i < m.n_people && i < 50; i++) {
        uint32_t role = m.people[i].role;
        party_count_add(c, m.people[i].value, (role >= ROLE_TO ? PARTY_RECEIVES : 0) | (role == ROLE_DELIVERED ? PARTY_AT_HOME : 0), mail);
    }
}

void email_guess_company(struct email *e, const struct frame *f)
{
    struct frame look = *f; // over what is in the buffer; nothing is taken
    struct party_count *c = party_count_new(e->host, e->cx);
    struct piece p;
    int some = 1;
    uint32_t n = 0;
    if (!c) {
        e->rc = VOC_E_NOMEM;
        return;
    }
    look.stream = NULL;
    while (some && n < GUESS_MAILS && frame_next(e, &look, &p, &some) == VOC_OK && some && !e->rc) count_mail(e, c, &p, ++n);
    voc_rc rc = party_guess(&e->party, c, n);
    if (rc) e->rc = rc;
    party_count_free(c);
}
