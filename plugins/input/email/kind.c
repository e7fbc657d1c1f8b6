// SPDX-License-Identifier: MIT
// What a mail is: words of a person, bulk mail, a post to a list, or what machines write: bounces (RFC 3464, and the many that
// are older), delays, delivery and read receipts (RFC 8098), complaints (ARF, RFC 5965), automatic replies (RFC 3834, and the many that do
// not say so), requests to unsubscribe. Headers decide where they speak; else the sender and the subject in seven languages.
#include "plugins/input/email/email.h"

const char *const kind_names[KIND_MAX] = {"mail", "newsletter", "list-post", "notice", "auto-reply", "bounce", "deferred", "delivered", "complaint", "read-receipt", "unsubscribe"};

static const char *const daemons[] = {"mailer-daemon", "mailerdaemon", "postmaster", "post_master", "mail-daemon", "mdaemon", "maildaemon", "mmdf@", "mail delivery s", "mail-delivery", "mail deliver system", "mailsystem", "mail_delivery", "uucp@", "bounce-noreply",
    "no-reply-bounce", "mail administrator", "microsoftexchange", "mail system", NULL};
static const char *const bounce_subjects[] = {"undeliver", "delivery status notification", "delivery failure", "delivery failed", "delivery notification", "failure notice", "failed mail", "mail delivery", "returned mail", "returned to sender", "mail system error",
    "mail failure", "non delivery", "non-delivery", "nondeliverable", "nondelivery", "message not delivered", "could not be delivered", "couldn't be delivered", "can not be delivered", "delivery problem", "delivery error", "delivery report", "not delivered", "status notification",
    "unzustellbar", "nicht zugestellt", "zustellung fehlgeschlagen", "fehler bei der zustellung", "unzustellbarkeit", "rückgabe", "échec de la remise", "échec de remise", "non remis", "non remise", "impossible de remettre", "avis de non-remise",
    "no se pudo entregar", "no se puede entregar", "error de entrega", "devuelto", "fallo en la entrega", "não foi possível entregar", "falha na entrega", "não entregue", "devolvida", "recapito non riuscito", "mancato recapito", "consegna fallita", "non recapitato",
    "onbestelbaar", "niet bezorgd", "kon niet worden", "mislukte bezorging", "message you sent blocked", "user unknown", "unable to deliver", "warning: message", "warning - delayed mail", "message delivery", "mail could not be", "mailsystem", "rejected mail", "rejected:",
    "error sending", "unknown mailbox", "no such user", "mailbox unavailable", "mailbox full", "quota exceeded", "メール", "配信", "送信", "failure delivering", "fehlgeschlagen", "transmission error", "email error", "mail error", "error mail", "delivery has failed", "delivery status", "returning to sender", "mail failed", "could not send mail", "dsn:", "ndn:", "ndr:", "cannot be delivered", "can't be delivered", "不达", "退信", "系统退信", NULL};
static const char *const delay_subjects[] = {"delayed mail", "delivery delay", "delayed delivery", "still being retried", "could not send mail for past", "not yet been delivered", "warning: message", "delay)", "(delay", "verzögert", "retardé", "demorad", "atrasad", "ritardat", "vertraagd", NULL};
static const char *const auto_subjects[] = {"out of office", "out of the office", "out-of-office", "automatic reply", "auto reply", "autoreply", "auto-reply", "auto response", "autoresponse", "auto-response", "autoresponder", "automatic response", "automated response", "vacation reply", "on vacation",
    "away from my mail", "away from the office", "i am away", "i'm away", "abwesenheit", "automatische antwort", "bin abwesend", "nicht im büro", "réponse automatique", "absence du bureau", "absent du bureau", "message d'absence", "notification d'absence",
    "respuesta automática", "fuera de la oficina", "ausencia", "resposta automática", "fora do escritório", "ausência", "risposta automatica", "fuori sede", "fuori ufficio", "automatisch antwoord", "afwezig", "automatische beantwoording", "niet op kantoor", "ooo:", "自動返信", "自动回复", "automatisk svar", "autosvar", "odpowiedź automatyczna", NULL};
static const char *const unsubscribe_words[] = {"unsubscribe", "abmelden", "abmeldung", "abbestellen", "désabonner", "désinscription", "désabonnement", "desabonner", "se désinscrire", "darse de baja", "dar de baja", "cancelar suscripción", "cancelar inscrição", "descadastrar", "cancelar assinatura",
    "disiscrivi", "disiscrizione", "cancellami", "cancellazione", "afmelden", "uitschrijven", "opt out", "opt-out", "remove me", NULL};
static const char *const bounce_bodies[] = {"user unknown", "unknown user", "no such user", "mailbox unavailable", "mailbox full", "mailbox is full", "over quota", "quota exceeded", "could not be delivered", "permanent fatal errors", "permanent error", "delivery to the following",
    "not be delivered", "undeliverable", "550 ", "5.1.1", "5.7.1", "5.2.2", "554 ", "553 ", "552 ", "host unknown", "unrouteable", "returned to sender", "message was not delivered", "did not reach", "returned message", "failed permanently", "unable to deliver", "address not found", "recipient rejected", "rejected", NULL};
static const char *const unattended[] = {"noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "do_not_reply", "nepasrepondre", "ne-pas-repondre", "nichtantworten", "notification", "alert", "automailer", NULL};
static const char *const newsletters[] = {"newsletter", "news@", "marketing@", "mailing@", "mailings@", "offers@", "promo", "campaign", NULL};

static voc_str sender(const struct mail *m) { return m->n_people && m->people[0].role == ROLE_FROM ? m->people[0].value : S(""); }

static int from_daemon(const struct mail *m) { return str_any(m->from_folded, daemons); }

// ---- reports ----------------------------------------------------------------------------------------------------------------

// "rfc822; a@b.example" -> the address
static voc_str after_type(voc_str v)
{
    const char *semi = v.len ? memchr(v.ptr, ';', v.len) : NULL;
    if (semi) v = (voc_str){semi + 1, v.len - (size_t)(semi + 1 - v.ptr)};
    return str_trim(v);
}

static voc_str bare_id(voc_str v)
{
    v = str_trim(v);
    const char *open = v.len ? memchr(v.ptr, '<', v.len) : NULL, *close = open ? memchr(open, '>', v.len - (size_t)(open - v.ptr)) : NULL;
    if (close) return str_trim((voc_str){open + 1, (size_t)(close - open) - 1});
    for (size_t i = 0; i < v.len; i++)
        if (v.ptr[i] == ' ' || v.ptr[i] == '\n') v.len = i;
    return v;
}

static voc_str one_line(struct email *e, voc_str s, size_t max)
{
    e->utf8.n = 0;
    email_utf8(e, S(""), s, &e->utf8);
    voc_str v = text_str(&e->utf8);
    size_t to = 0;
    char *p = email_alloc(e, v.len + 1);
    if (!p) return S("");
    for (size_t i = 0; i < v.len && to < max; i++) {
        char c = (unsigned char)v.ptr[i] < 0x20 || v.ptr[i] == 0x7F ? ' ' : v.ptr[i];
        if (c == ' ' && (to == 0 || p[to - 1] == ' ')) continue;
        p[to++] = c;
    }
    while (to && !e->host->utf8_valid(p, to)) to--; // cut within a letter
    return str_trim((voc_str){p, to});
}

// Recipients of a delivery report come as people of the mail, in place of those it was addressed to.
static void add_failed(struct email *e, struct mail *m, voc_str raw)
{
    size_t n = m->n_people;
    raw = after_type(raw);
    if (raw.len) message_addresses(e, m, raw, ROLE_TO);
    if (m->n_people > n) m->told = 1;
}

static void drop_recipients(struct mail *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n_people; i++)
        if (m->people[i].role <= ROLE_SENDER) m->people[n++] = m->people[i];
    m->n_people = n;
}

// The fields of RFC 3464: groups of lines, one a recipient.
static enum kind read_delivery(struct email *e, struct mail *m)
{
    voc_str rest = m->status;
    size_t failed = 0, delayed = 0, fine = 0;
    drop_recipients(m);
    while (rest.len) {
        const char *from = rest.ptr, *end = from;
        while (rest.len) { // a group ends at an empty line
            voc_str line = str_line(&rest);
            end = line.ptr + line.len;
            if (str_trim(line).len == 0) break;
        }
        voc_str group = {from, (size_t)(end - from)}, action = str_trim(header_of(group, "Action")),
                to = header_of(group, "Final-Recipient"), original = header_of(group, "Original-Recipient");
        if (to.len == 0) to = original;
        if (to.len == 0 && action.len == 0) continue;
        int late = str_begins(action, "delayed"), good = str_begins(action, "delivered") || str_begins(action, "relayed") || str_begins(action, "expanded");
        if (late) delayed++;
        else if (good) fine++;
        else failed++;
        if (good && failed) continue;
        if (m->code.len == 0) m->code = one_line(e, header_of(group, "Status"), 30);
        if (m->reason.len == 0) m->reason = one_line(e, after_type(header_of(group, "Diagnostic-Code")), 400);
        size_t n = m->n_people;
        add_failed(e, m, original);
        if (m->n_people == n) add_failed(e, m, to);
    }
    return failed ? KIND_BOUNCE : delayed ? KIND_DELAY : fine ? KIND_DELIVERED : KIND_BOUNCE;
}

static int part_of_local(char c)
{
    return (unsigned char)c > 0x7F || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
           (c && strchr(".!#$%&'*+/=?^_`{|}~-", c));
}

static int part_of_domain(char c) { return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' || c == '.'; }

// The first address in the text that is not of the mail's own people; `strict`: nor of the company.
static voc_str address_in(struct email *e, const struct mail *m, voc_str body, int strict)
{
    const char *end = body.ptr + body.len;
    for (const char *at = body.ptr; body.len && at < end && (at = memchr(at, '@', (size_t)(end - at))) != NULL; at++) {
        const char *from = at, *to = at + 1;
        while (from > body.ptr && at - from < 100 && part_of_local(from[-1])) from--;
        while (to < end && to - at < 200 && part_of_domain(*to)) to++;
        while (to > at + 1 && (to[-1] == '.' || to[-1] == '-')) to--;
        if (from == at || to < at + 4) continue;
        voc_str a = email_folded(e, (voc_str){from, (size_t)(to - from)});
        int mine = str_begins(a, "postmaster@") || str_begins(a, "mailer-daemon@") || (strict && party_is_company(&e->party, a));
        for (size_t i = 0; i < m->n_people && !mine; i++) mine = m->people[i].value.len == a.len && memcmp(m->people[i].value.ptr, a.ptr, a.len) == 0;
        if (!mine) return a;
    }
    return S("");
}

// The headers of the mail that is sent back stand in the text, behind an empty line; they are cut off from it.
static void find_copy(struct mail *m, voc_str *body)
{
    static const char *const ids[] = {"\nMessage-ID:", "\nMessage-Id:", "\nMessage-id:", NULL};
    const char *below = NULL;
    for (const char *const *c = ids; *c && !below; c++) below = str_find(*body, *c);
    if (!below) return;
    const char *from = below + 1;
    while (from > body->ptr + 1 &&
           !(from[-1] == '\n' && (from[-2] == '\n' || (from[-2] == '\r' && from - body->ptr > 2 && from[-3] == '\n'))))
        from--;
    if (m->original.len == 0) m->original = (voc_str){from, (size_t)(body->ptr + body->len - from)};
    body->len = (size_t)(from - body->ptr);
}

// What a bounce says in words: whom it could not reach, and the head of the mail that it sends back.
static void read_prose(struct email *e, struct mail *m)
{
    voc_str body = m->text, to = m->failed;
    find_copy(m, &body);
    if (!to.len) to = address_in(e, m, body, 1);
    if (!to.len) to = address_in(e, m, body, 0);
    if (!to.len && m->original.len) to = header_of(m->original, "To");
    if (!to.len) return;
    drop_recipients(m);
    add_failed(e, m, to);
}

static void about(struct email *e, struct mail *m, voc_str id)
{
    if (id.len == 0 && m->original.len) id = header_of(m->original, "Message-ID");
    id = bare_id(id);
    if (id.len < 1000) m->about = one_line(e, id, 999);
}

static enum kind read_feedback(struct email *e, struct mail *m)
{
    voc_str type = str_trim(header_of(m->status, "Feedback-Type")), rcpt = header_of(m->status, "Original-Rcpt-To");
    if (rcpt.len == 0) rcpt = header_of(m->status, "Removal-Recipient");
    if (rcpt.len == 0 && m->original.len) rcpt = header_of(m->original, "To");
    drop_recipients(m);
    add_failed(e, m, rcpt);
    about(e, m, S(""));
    m->disposition = one_line(e, type, 60);
    if (str_begins(type, "auth-failure") || str_begins(type, "dmarc") || str_begins(type, "not-spam") || str_begins(type, "virus")) return KIND_NOTICE;
    return str_begins(type, "opt-out") ? KIND_UNSUBSCRIBE : KIND_COMPLAINT;
}

static enum kind read_disposition(struct email *e, struct mail *m)
{
    about(e, m, header_of(m->status, "Original-Message-ID"));
    m->disposition = one_line(e, after_type(header_of(m->status, "Disposition")), 60);
    return KIND_RECEIPT;
}

// ---- mails that do not say what they are ---------------------------------------------------------------------------------------

static int is_bounce(struct email *e, const struct mail *m)
{
    int daemon = from_daemon(m), subject = str_any(m->folded, bounce_subjects), null_path = (m->marks & MARK_NULL_PATH) != 0;
    if (m->marks & MARK_FAILED_RECIPIENTS) return 1;
    if (daemon && subject) return 1;
    if (null_path && subject) return 1;
    if (!daemon && !(subject && m->marks & MARK_FORWARD_SUBJECT)) return 0; // somebody passes one on
    voc_str body = m->text;
    if (body.len > 4000) body.len = 4000;
    return str_any(email_folded(e, body), bounce_bodies);
}

static int short_text(voc_str s) { return str_trim(s).len < 200; }

static int is_unsubscribe(struct email *e, const struct mail *m)
{
    for (size_t i = 0; i < m->n_people; i++) { // to list-unsubscribe@, unsubscribe+token@
        voc_str a = m->people[i].value;
        const char *at = m->people[i].role >= ROLE_TO && a.len ? memchr(a.ptr, '@', a.len) : NULL;
        if (at && str_find((voc_str){a.ptr, (size_t)(at - a.ptr)}, "unsubscribe")) return 1;
    }
    if (m->marks & (MARK_LIST_UNSUBSCRIBE | MARK_BULK)) return 0;
    voc_str base = email_folded(e, m->base);
    if (base.len < 40 && str_any(base, unsubscribe_words)) return 1;
    if (!short_text(m->text)) return 0;
    voc_str first = m->text, body;
    do body = str_trim(str_line(&first));
    while (body.len == 0 && first.len);
    return body.len < 60 && body.len && body.ptr[0] != '>' && str_any(email_folded(e, body), unsubscribe_words);
}

static int is_bulk(const struct mail *m)
{
    if (m->marks & MARK_LIST_POST) return 0;
    if (m->marks & MARK_CAMPAIGN || m->marks & MARK_LIST_UNSUBSCRIBE) return 1;
    if (m->marks & MARK_BULK) return 1;
    return str_any(sender(m), newsletters);
}

// Bounces and complaints as JSON (Amazon SES), complaints without a report (Hotmail); KIND_MAX: none of them.
static enum kind by_service(struct email *e, struct mail *m)
{
    voc_str start = str_trim(m->text);
    if (str_begins(m->folded, "complaint about message from")) {
        voc_str to = header_of(m->original, "X-HmXmrOriginalRecipient");
        drop_recipients(m);
        add_failed(e, m, to.len ? to : header_of(m->original, "To"));
        about(e, m, S(""));
        return KIND_COMPLAINT;
    }
    const char *type = start.len && start.ptr[0] == '{' ? str_find(start, "notificationType") : NULL, *end = start.ptr + start.len; // in a string of JSON its quotes are escaped
    if (!type) return KIND_MAX;
    for (type += 16; type < end && !((*type | 32) >= 'a' && (*type | 32) <= 'z'); type++) {}
    voc_str rest = {type, (size_t)(end - type)};
    enum kind k = KIND_MAX;
    if (str_begins(rest, "Bounce")) k = KIND_BOUNCE;
    else if (str_begins(rest, "Complaint")) k = KIND_COMPLAINT;
    else if (str_begins(rest, "Delivery")) k = KIND_DELIVERED;
    if (k == KIND_MAX) return k;
    const char *to = str_find(rest, "emailAddress");
    if (!to) to = str_find(rest, "recipients");
    drop_recipients(m);
    add_failed(e, m, to ? address_in(e, m, (voc_str){to, (size_t)(end - to)}, 0) : S(""));
    return k;
}

static enum kind by_looks(struct email *e, struct mail *m)
{
    enum kind service = by_service(e, m);
    if (service != KIND_MAX) return service;
    if (m->marks & MARK_AUTO_REPLIED) return is_bounce(e, m) && from_daemon(m) ? KIND_BOUNCE : KIND_AUTO_REPLY;
    if (is_bounce(e, m)) return str_any(m->folded, delay_subjects) ? KIND_DELAY : KIND_BOUNCE;
    if (str_any(m->folded, auto_subjects) && !(m->marks & (MARK_LIST_POST | MARK_LIST_UNSUBSCRIBE)) &&
        (!(m->marks & MARK_REPLY_SUBJECT) || m->marks & (MARK_AUTO_GENERATED | MARK_NULL_PATH | MARK_BULK)))
        return KIND_AUTO_REPLY;
    if (is_unsubscribe(e, m)) return KIND_UNSUBSCRIBE;
    if (m->marks & (MARK_LIST_POST | MARK_LIST)) return KIND_POST;
    if (is_bulk(m)) return KIND_BULK;
    if (m->marks & MARK_LIST_ID) return KIND_POST;
    if (m->marks & MARK_AUTO_GENERATED || str_any(sender(m), unattended) || from_daemon(m)) return KIND_NOTICE;
    return KIND_PERSON;
}

void kind_find(struct email *e, struct mail *m)
{
    if (m->report == REPORT_FEEDBACK && m->status.len) m->kind = read_feedback(e, m);
    else if (m->report == REPORT_DISPOSITION) m->kind = read_disposition(e, m);
    else if (m->report == REPORT_DELIVERY && header_of(m->status, "Feedback-Type").len) m->kind = read_feedback(e, m);
    else if (m->report == REPORT_DELIVERY && m->status.len &&
             (str_find(m->status, "Recipient") || str_find(m->status, "recipient") || str_find(m->status, "Action")))
        m->kind = read_delivery(e, m);
    else m->kind = by_looks(e, m);
    if (m->kind == KIND_BOUNCE || m->kind == KIND_DELAY) {
        size_t recipients = 0;
        for (size_t i = 0; i < m->n_people; i++) recipients += m->people[i].role >= ROLE_TO;
        if (!m->told || recipients == 0) read_prose(e, m);
    }
    if (m->kind == KIND_BOUNCE || m->kind == KIND_DELAY || m->kind == KIND_DELIVERED) about(e, m, S(""));
}
