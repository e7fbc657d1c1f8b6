// SPDX-License-Identifier: MIT
// What a mail becomes: one event for each customer it has to do with, and the new words of a customer as a word row beside it.
// From the company: a touch of each recipient. From anybody else: an act of the sender. Reports are events of the customer they
// tell of, and name the mail that they are about; answers name their thread (METHODS 1.4, 3.2).
#include "plugins/input/email/email.h"

struct act { // what the rows of one mail have in common
    const char *action;
    uint32_t actor, ref_kind;
    voc_str ref, owner, touchpoint;
};

static int answers(const struct mail *m) { return m->parent.len || m->thread_known == 2 || (m->marks & MARK_REPLY_SUBJECT); }

static const struct address *writer(const struct mail *m) { return m->n_people && m->people[0].role == ROLE_FROM ? &m->people[0] : NULL; }

// The company's side: who of it received the mail.
static voc_str owner_of(const struct mail *m)
{
    for (size_t i = 0; i < m->n_people; i++)
        if (m->people[i].role >= ROLE_TO && m->people[i].company) return m->people[i].value;
    return S("");
}

static voc_attr text_attr(voc_str key, voc_str text, uint32_t entity)
{
    return (voc_attr){.key = key, .text = text, .type = VOC_TYPE_TEXT, .entity = entity, .time_us = VOC_NA};
}

static size_t attributes(const struct email *e, const struct mail *m, int words, voc_attr *a)
{
    size_t n = 0;
    if (m->subject.len != m->base.len) a[n++] = text_attr(S("subject"), m->subject, VOC_ENTITY_EVENT);
    if (m->attached.len) a[n++] = text_attr(S("attachments"), m->attached, VOC_ENTITY_EVENT);
    if (words && e->quoted.n) a[n++] = text_attr(S("quoted"), text_str(&e->quoted), VOC_ENTITY_EVENT);
    if (words && e->signature.n) a[n++] = text_attr(S("signature"), text_str(&e->signature), VOC_ENTITY_EVENT);
    if (m->code.len) a[n++] = text_attr(S("status"), m->code, VOC_ENTITY_EVENT);
    if (m->reason.len) a[n++] = text_attr(S("reason"), m->reason, VOC_ENTITY_EVENT);
    if (m->disposition.len) a[n++] = text_attr(S("report"), m->disposition, VOC_ENTITY_EVENT);
    return n;
}

// who NULL: nobody is named.
static voc_rc emit(struct email *e, const struct mail *m, uint64_t record, const struct act *act, const struct address *who, int words)
{
    voc_row rows[2];
    voc_attr attrs[12];
    voc_alias alias = {.kind = S("email"), .strong = 1}, account = {.kind = S("domain"), .strong = 1};
    voc_row *r = &rows[0];
    size_t n = 1;
    *r = voc_row_init(VOC_ROW_EVENT);
    r->record = record;
    r->actor = act->actor;
    r->time_us = m->time_us;
    r->resolution = VOC_RES_SECOND;
    r->ref_kind = act->ref_kind;
    r->ref = act->ref;
    r->id = m->id;
    r->action = (voc_str){act->action, strlen(act->action)};
    r->touchpoint = act->touchpoint;
    r->channel = S("email");
    r->campaign = m->campaign.len ? m->campaign : m->list;
    r->object = m->base;
    r->owner = act->owner;
    r->thread = m->thread;
    r->language = m->language;
    r->attrs = attrs;
    r->n_attrs = attributes(e, m, words, attrs);
    if (who) {
        alias.value = who->value;
        r->customer = &alias;
        r->n_customer = 1;
        account.value = party_domain(who->value);
        if (e->accounts && account.value.len) r->account = &account, r->n_account = 1;
        if (who->name.len && who->name.len < 200 &&
            recall_new(e, hash_bytes(hash_bytes(4, who->value.ptr, who->value.len), who->name.ptr, who->name.len)))
            attrs[r->n_attrs++] = text_attr(S("name"), who->name, VOC_ENTITY_INDIVIDUAL);
    }
    if (words && e->fresh.n && who) {
        voc_row *w = &rows[n++];
        *w = voc_row_init(VOC_ROW_WORD);
        w->record = record;
        w->time_us = m->time_us;
        w->resolution = VOC_RES_SECOND;
        w->id = m->id;
        w->ref_kind = VOC_REF_EVENT;
        w->ref = m->id;
        w->text = text_str(&e->fresh);
        w->language = m->language;
        w->customer = r->customer;
        w->n_customer = r->n_customer;
        w->account = r->account;
        w->n_account = r->n_account;
    }
    voc_batch b = {.struct_size = sizeof b, .row_size = sizeof *r, .rows = rows, .n_rows = n};
    return e->host->rows(e->sink, &b);
}

static int same(voc_str a, voc_str b) { return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0; }

// A row for each recipient that is not of the company; each address once. Those of the envelope count where no other is named.
static voc_rc each_recipient(struct email *e, struct mail *m, uint64_t record, const struct act *act, size_t *n)
{
    voc_rc rc = VOC_OK;
    *n = 0;
    for (int envelope = 0; envelope < 2 && *n == 0; envelope++) {
        for (size_t i = 0; i < m->n_people && !rc; i++) {
            const struct address *a = &m->people[i];
            int seen = (a->role == ROLE_DELIVERED) != envelope || a->role < ROLE_TO || (a->company && !m->told);
            for (size_t k = 0; k < i && !seen; k++) seen = m->people[k].role >= ROLE_TO && same(m->people[k].value, a->value);
            if (seen) continue;
            ++*n;
            rc = emit(e, m, record, act, a, 0);
        }
    }
    return rc;
}

static void report_ref(const struct mail *m, struct act *act)
{
    act->ref_kind = m->about.len ? VOC_REF_EVENT : m->thread_known ? VOC_REF_THREAD : VOC_REF_NONE;
    act->ref = m->about.len ? m->about : m->thread_known ? m->thread : S("");
}

// What a machine says of a mail of ours: an event of the customer whom it was for.
static voc_rc report_rows(struct email *e, struct mail *m, uint64_t record)
{
    struct act act = {.action = kind_names[m->kind], .actor = VOC_ACTOR_CUSTOMER};
    size_t n;
    report_ref(m, &act);
    voc_rc rc = each_recipient(e, m, record, &act, &n);
    if (rc || n) return rc;
    act.actor = VOC_ACTOR_OTHER; // it does not say whom
    return emit(e, m, record, &act, NULL, 0);
}

static voc_rc company_rows(struct email *e, struct mail *m, uint64_t record, const struct address *from)
{
    struct act act = {.action = kind_names[m->kind], .actor = VOC_ACTOR_COMPANY, .owner = from->value};
    size_t n;
    if (m->kind == KIND_PERSON || m->kind == KIND_UNSUBSCRIBE) act.action = answers(m) ? "answer" : "mail";
    if (m->kind == KIND_BULK) act.touchpoint = m->base;
    if (m->thread_known && answers(m)) act.ref_kind = VOC_REF_THREAD, act.ref = m->thread;
    if (m->kind == KIND_RECEIPT) report_ref(m, &act);
    e->from_company++;
    voc_rc rc = each_recipient(e, m, record, &act, &n);
    if (rc || n) return rc;
    e->internal++;
    if (m->kind == KIND_PERSON || m->kind == KIND_POST) act.action = "internal-mail"; // work: it reaches no customer
    return emit(e, m, record, &act, NULL, 0);
}

static voc_rc customer_rows(struct email *e, struct mail *m, uint64_t record, const struct address *from)
{
    struct act act = {.action = kind_names[m->kind], .actor = VOC_ACTOR_CUSTOMER, .owner = owner_of(m)};
    int words = m->kind == KIND_PERSON || m->kind == KIND_POST || m->kind == KIND_UNSUBSCRIBE;
    if (m->kind == KIND_PERSON) act.action = answers(m) ? "reply" : "mail";
    if (m->kind == KIND_RECEIPT) report_ref(m, &act);
    else if (m->thread_known) act.ref_kind = VOC_REF_THREAD, act.ref = m->thread;
    if (m->kind == KIND_BULK || m->kind == KIND_NOTICE) { // somebody else's bulk mail is nobody's act
        act.actor = VOC_ACTOR_OTHER;
        if (m->kind == KIND_BULK) act.action = "list-mail";
        act.ref_kind = VOC_REF_NONE;
        act.ref = S("");
        return emit(e, m, record, &act, NULL, 0);
    }
    e->from_customer++;
    if (words) quote_split(e, m->text, &e->fresh, &e->quoted, &e->signature);
    return emit(e, m, record, &act, from, words);
}

voc_rc rows_of(struct email *e, struct mail *m, uint64_t record)
{
    const struct address *from = writer(m);
    struct act nobody = {.action = kind_names[m->kind], .actor = VOC_ACTOR_OTHER};
    email_mark_company(e, m);
    e->kinds[m->kind]++;
    switch (m->kind) {
    case KIND_BOUNCE: case KIND_DELAY: case KIND_DELIVERED: case KIND_COMPLAINT: return report_rows(e, m, record);
    default: break;
    }
    if (m->report == REPORT_FEEDBACK) return report_rows(e, m, record);
    if (!from) return emit(e, m, record, &nobody, NULL, 0);
    return from->company ? company_rows(e, m, record, from) : customer_rows(e, m, record, from);
}
