// SPDX-License-Identifier: MIT
// Input plugin email: mailboxes (mbox in its four forms), folders of mails (Maildir) and single mails. One mail is one record.
// Who is the company decides whether a mail is a touch or a customer's act; what machines send is told from what people write.
#include "plugins/input/email/email.h"

#include <stdio.h>

#define AHEAD_MAILS 20u

enum { OPT_DOMAINS, OPT_ADDRESSES, OPT_ACCOUNTS, OPT_MBOX, OPT_MAX, N_OPTIONS };
static const char *const mbox_choices[] = {"auto", "o", "rd", "cl", "cl2", NULL};
static const voc_option options[N_OPTIONS] = {
    {"company-domains", VOC_OPT_LIST, 0, NULL, NULL, NULL, NULL, "DOMAINS", "domains of the company, those below them included: mail from there is a touch, from elsewhere a customer's act"},
    {"company-addresses", VOC_OPT_LIST, 0, NULL, NULL, NULL, NULL, "ADDRESSES", "addresses of the company outside its domains"},
    {"accounts", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "take the domain of a customer's address as the account"},
    {"mbox", VOC_OPT_ENUM, 0, "auto", NULL, NULL, mbox_choices, "FORM", "the form of a mailbox: with Content-Length (cl, cl2), with quoted From lines (o, rd), or as it looks"},
    {"max-message", VOC_OPT_SIZE, 0, "32M", "64K", "1G", NULL, "SIZE", "of a longer mail only the beginning is read"},
};

static voc_str cut(voc_str s, size_t n) { return s.len > n ? (voc_str){s.ptr, n} : s; }

// ---- probing ----------------------------------------------------------------------------------------------------------------

static int ends(voc_str s, const char *z)
{
    size_t n = strlen(z);
    return s.len >= n && strncasecmp(s.ptr + s.len - n, z, n) == 0;
}

// How many headers that every mail has stand in a block of lines that are all headers; 0: it is none.
static unsigned mail_headers(voc_str head, int complete)
{
    static const char *const names[] = {"From:", "To:", "Subject:", "Date:", "Message-ID:", "Received:", "Return-Path:", "Delivered-To:", "MIME-Version:", "In-Reply-To:", "Reply-To:", "Content-Type:", "X-Original-To:", "Sender:"};
    unsigned seen = 0, n = 0, lines = 0, odd = 0;
    while (head.len) {
        voc_str line = str_line(&head);
        if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
        if (head.len == 0 && !complete) break;
        if (line.len == 0 && lines) break;
        if (line.len == 0) continue;
        lines++;
        if (line.ptr[0] == ' ' || line.ptr[0] == '\t') continue;
        size_t k = 0;
        while (k < line.len && line.ptr[k] > ' ' && line.ptr[k] < 127 && line.ptr[k] != ':') k++;
        if (k == 0 || k == line.len || line.ptr[k] != ':') {
            odd++;
            if (odd > 1 || lines < 3) return 0; // one broken line may be
            continue;
        }
        for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
            if (!(seen & 1u << i) && str_begins(line, names[i])) seen |= 1u << i, n++;
    }
    return n;
}

static void say(voc_probe_result *r, int confidence, const char *why)
{
    r->confidence = confidence;
    snprintf(r->reason, sizeof r->reason, "%s", why);
}

static void probe(const voc_host *host, voc_context *cx, const voc_probe *p, voc_probe_result *r)
{
    (void)host, (void)cx;
    voc_str head = p->head;
    int named = ends(p->name, ".eml") || ends(p->name, ".mbox") || ends(p->name, ".mbx") || ends(p->name, ".mbo") ||
                (p->name.len && memmem(p->name.ptr, p->name.len, ":2,", 3));
    if (str_begins(head, "\xEF\xBB\xBF")) head.ptr += 3, head.len -= 3;
    while (head.len && (*head.ptr == '\n' || *head.ptr == '\r')) head.ptr++, head.len--;
    if (str_begins(head, "From voc-folder ")) return say(r, 100, "a folder of mails");
    if (head.len > 5 && memcmp(head.ptr, "From ", 5) == 0) {
        const char *nl = memchr(head.ptr, '\n', head.len);
        size_t len = nl ? (size_t)(nl - head.ptr) : head.len;
        voc_str rest = {head.ptr + len + (nl != NULL), head.len - len - (nl != NULL)};
        if (nl && mail_headers(rest, (int)p->complete) >= 2) return say(r, 95, "a mailbox: a From line, then headers of a mail");
        if (nl && mbox_separator(head.ptr, len, head.len, 1)) return say(r, 80, "a mailbox: a From line with a date");
    }
    unsigned n = mail_headers(head, (int)p->complete);
    if (n >= 3) return say(r, 90, "a mail: it begins with the headers of one");
    if (n == 2 || (n == 1 && named)) return say(r, named ? 80 : 60, "a mail: it begins with headers of one");
    if (named) return say(r, 25, "only its name is that of a mail");
    say(r, 0, "no headers of a mail");
}

// ---- one instance -------------------------------------------------------------------------------------------------------------

static voc_rc email_open(const voc_host *host, voc_context *cx, const voc_source *source, const voc_value *values, void **instance)
{
    struct email *e = host->alloc(cx, sizeof *e);
    (void)source;
    if (!e) return VOC_E_NOMEM;
    memset(e, 0, sizeof *e);
    e->host = host;
    e->cx = cx;
    e->party = (struct party){.domains = values[OPT_DOMAINS].list, .n_domains = values[OPT_DOMAINS].n_list,
                              .addresses = values[OPT_ADDRESSES].list, .n_addresses = values[OPT_ADDRESSES].n_list};
    e->accounts = values[OPT_ACCOUNTS].i != 0;
    e->mbox = (uint32_t)values[OPT_MBOX].i;
    e->max_message = (size_t)values[OPT_MAX].i;
    *instance = e; // closed by the host in any case
    voc_rc rc = recall_open(e);
    return rc ? rc : message_open(e);
}

static void email_close(void *instance)
{
    struct email *e = instance;
    struct text *const kept[] = {&e->decoded, &e->utf8, &e->html, &e->fresh, &e->quoted, &e->signature, &e->scratch, &e->hidden};
    message_close(e);
    recall_close(e);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) e->host->free(e->cx, kept[i]->p);
    email_reset(e);
    e->host->free(e->cx, e->chunks);
    e->host->free(e->cx, e);
}

static voc_rc one_mail(struct email *e, struct piece *p)
{
    struct mail m;
    uint64_t record;
    voc_rc rc = e->host->record(e->sink, p->from, p->to, p->line, &record);
    if (rc) return rc;
    e->n++;
    if (p->cut) e->cut++;
    message_read(e, p, &m);
    if (e->rc) return e->rc;
    if (m.time_us == VOC_NA)
        return e->host->reject(e->sink, record, S("DATE"),
                               m.n_people ? S("it has no date that can be read")
                                          : S("it has neither a date nor a sender: it is no mail"));
    if (thread_known(e, &m, p)) {
        e->duplicates++;
        return e->host->ignore(e->sink, record, S("the same mail again"));
    }
    kind_find(e, &m);
    thread_find(e, &m);
    rc = e->rc ? e->rc : rows_of(e, &m, record);
    return rc ? rc : e->rc;
}

static voc_rc email_run(void *instance, voc_stream *stream, voc_sink *sink)
{
    struct email *e = instance;
    struct frame f;
    struct piece p;
    int some = 1;
    e->sink = sink;
    voc_rc rc = frame_open(e, &f, stream, EMAIL_AHEAD);
    if (!rc && !party_declared(&e->party)) {
        email_guess_company(e, &f);
        if (e->party.guess_of < AHEAD_MAILS && !f.ended) {
            e->party.guessed[0] = 0;
            rc = frame_ahead(e, &f, EMAIL_AHEAD_MAX);
            if (!rc) email_guess_company(e, &f);
        }
    }
    if (!rc) rc = e->rc;
    party_say(&e->party, "mails", "every sender is read as a customer", e->why, sizeof e->why);
    while (!rc && some) {
        email_reset(e);
        rc = e->host->cancelled(e->cx) ? VOC_CANCELLED : frame_next(e, &f, &p, &some);
        if (!rc && some) rc = one_mail(e, &p);
    }
    if (rc == VOC_E_INPUT) {
        voc_diag d = {.struct_size = sizeof d, .severity = VOC_ERROR, .code = VOC_LIT("EMAIL-001"), .line = f.line,
                      .message = VOC_LIT("the folder's files do not follow each other as they should"),
                      .hint = VOC_LIT("import it again; if that does not help, import its files one by one")};
        e->host->diag(e->cx, &d);
    }
    frame_close(e, &f);
    return rc;
}

static void describe(void *instance, char *out, size_t size)
{
    struct email *e = instance;
    struct text t = {0};
    char line[300];
    int any = 0;
    static const struct { enum kind kind; const char *one, *many; } said[] = {
        {KIND_BOUNCE, "bounce", "bounces"}, {KIND_DELAY, "delay", "delays"}, {KIND_AUTO_REPLY, "automatic reply", "automatic replies"}, {KIND_RECEIPT, "receipt", "receipts"}, {KIND_DELIVERED, "notice of delivery", "notices of delivery"},
        {KIND_COMPLAINT, "complaint", "complaints"}, {KIND_UNSUBSCRIBE, "request to unsubscribe", "requests to unsubscribe"}, {KIND_BULK, "newsletter", "newsletters"}, {KIND_POST, "post to a list", "posts to lists"}, {KIND_NOTICE, "notice by a machine", "notices by machines"}};
    snprintf(line, sizeof line, "%llu mail%s: %llu from the company, %llu from customers", (unsigned long long)e->n,
             e->n == 1 ? "" : "s", (unsigned long long)e->from_company, (unsigned long long)e->from_customer);
    text_add(e, &t, line, strlen(line));
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        uint64_t n = e->kinds[said[i].kind];
        if (!n) continue;
        snprintf(line, sizeof line, "%s%llu %s", any++ ? ", " : "; among them ", (unsigned long long)n, n == 1 ? said[i].one : said[i].many);
        text_add(e, &t, line, strlen(line));
    }
    text_byte(e, &t, '\n');
    text_add(e, &t, e->why, strlen(e->why));
    text_byte(e, &t, '\n');
    if (e->threads_by_subject) {
        snprintf(line, sizeof line,
                 "answers that name no mail: %llu, joined to the last one with their subject between the same addresses\n",
                 (unsigned long long)e->threads_by_subject);
        text_add(e, &t, line, strlen(line));
    }
    if (e->cut) {
        snprintf(line, sizeof line, "mails longer than -O max-message: %llu, of which the beginning was read\n", (unsigned long long)e->cut);
        text_add(e, &t, line, strlen(line));
    }
    voc_str all = cut(text_str(&t), size - 1);
    memcpy(out, all.ptr, all.len);
    out[all.len] = 0;
    e->host->free(e->cx, t.p);
}

static const voc_input_ops ops = {
    .struct_size = sizeof ops,
    .framing = VOC_FRAMING_STREAM,
    .probe = probe,
    .open = email_open,
    .close = email_close,
    .run = email_run,
    .describe = describe,
    .prepare = message_prepare,
};

static const voc_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = VOC_ABI_MAJOR,
    .abi_minor = VOC_ABI_MINOR,
    .kind = VOC_KIND_INPUT,
    .option_size = sizeof(voc_option),
    .name = "email",
    .version = "0.1.0",
    .summary = "mails: mailboxes, Maildir, single messages",
    .licence = "MIT",
    .author = "the Vocstream authors",
    .options = options,
    .n_options = N_OPTIONS,
    .extensions = "mbox eml mbx",
    .ops = &ops,
};

VOC_PLUGIN("input", "email", "0.1.0", "MIT", plugin)
