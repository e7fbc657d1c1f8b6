// SPDX-License-Identifier: MIT
// One mail through GMime: headers as written, the tree of its parts, transfer encodings, addresses. Charsets and encoded words
// are decoded by the host (text.c), since GMime's iconv needs files. Parts are read where they lie: only text that will be
// looked at is decoded. GLib ends the program where it runs out of memory: that belongs into a worker.
#include "plugins/input/email/email.h"

#include <gmime/gmime.h>

#define DEPTH_MAX 40
#define HEADERS_MAX 2000
#define TEXT_MAX ((size_t)4 << 20) // decoded bytes of a text part that are looked at

struct gmime { // owns all
    GByteArray *bytes;
    GMimeStream *stream;
    GMimeParser *parser;
    GMimeParserOptions *options;
};

// GLib would ask whether its standard error is the system's journal; it is nobody's.
static GLogWriterOutput say_nothing(GLogLevelFlags level, const GLogField *fields, gsize n, gpointer user)
{
    (void)level, (void)fields, (void)n, (void)user;
    return G_LOG_WRITER_HANDLED;
}

// GMime counts its beginnings. The first one sets up libraries below it, which ask for files and signals.
void message_prepare(void)
{
    g_log_set_writer_func(say_nothing, NULL, NULL);
    g_mime_init();
}

voc_rc message_open(struct email *e)
{
    struct gmime *g = e->host->alloc(e->cx, sizeof *g);
    if (!g) return VOC_E_NOMEM;
    g_mime_init();
    g->bytes = g_byte_array_new();
    g->stream = g_mime_stream_mem_new();
    g_mime_stream_mem_set_byte_array((GMimeStreamMem *)g->stream, g->bytes);
    g_mime_stream_mem_set_owner((GMimeStreamMem *)g->stream, FALSE);
    g->parser = g_mime_parser_new();
    g->options = g_mime_parser_options_new();
    e->gmime = g;
    return VOC_OK;
}

void message_close(struct email *e)
{
    struct gmime *g = e->gmime;
    if (!g) return;
    g_object_unref(g->parser);
    g_object_unref(g->stream);
    g_byte_array_free(g->bytes, TRUE);
    g_mime_parser_options_free(g->options);
    e->host->free(e->cx, g);
    e->gmime = NULL;
}

// ---- addresses --------------------------------------------------------------------------------------------------------------

static int local_or_domain(unsigned char c) { return c > ' ' && c != 0x7F && !strchr("<>()[],;:\"\\", c); }

// local@domain in small letters; empty: it is none.
static voc_str normal(struct email *e, const char *z)
{
    voc_str s = str_trim((voc_str){z, strlen(z)});
    if (s.len > 6 && str_begins(s, "mailto:")) s.ptr += 7, s.len -= 7;
    if (s.len > 1 && s.ptr[0] == '\'' && s.ptr[s.len - 1] == '\'') s.ptr++, s.len -= 2; // 'a@b', as some write it
    const char *at = s.len ? memrchr(s.ptr, '@', s.len) : NULL;
    if (!at || at == s.ptr || at + 1 == s.ptr + s.len || s.len > 320) return S("");
    for (const char *p = at + 1; p < s.ptr + s.len; p++)
        if (!local_or_domain((unsigned char)*p)) return S("");
    if (!e->host->utf8_valid(s.ptr, s.len)) return S("");
    return email_folded(e, s);
}

static void add_person(struct email *e, struct mail *m, voc_str value, voc_str name, uint32_t role)
{
    if (value.len == 0 || m->n_people >= EMAIL_ROWS_MAX) return;
    if (m->n_people == m->cap_people) {
        size_t cap = m->cap_people ? m->cap_people * 2 : 16;
        struct address *to = email_alloc(e, cap * sizeof *to);
        if (!to) return;
        if (m->n_people) memcpy(to, m->people, m->n_people * sizeof *to);
        m->people = to;
        m->cap_people = cap;
    }
    m->people[m->n_people++] = (struct address){value, name, role, 0};
}

// The encoded words that message_addresses hid from GMime, found again.
static voc_str shown_name(struct email *e, const char *z)
{
    if (!z || !*z) return S("");
    voc_str s = email_keep(e, z, strlen(z));
    char *p = (char *)(uintptr_t)s.ptr;
    for (size_t i = 0; i + 1 < s.len; i++)
        if (p[i] == '=' && p[i + 1] == '*') p[i + 1] = '?';
    s = email_header(e, s);
    if (s.len > 1 && ((s.ptr[0] == '\'' && s.ptr[s.len - 1] == '\'') || (s.ptr[0] == '"' && s.ptr[s.len - 1] == '"'))) s.ptr++, s.len -= 2;
    return str_trim(s);
}

static void add_list(struct email *e, struct mail *m, InternetAddressList *list, uint32_t role, int depth)
{
    int n = list ? internet_address_list_length(list) : 0;
    for (int i = 0; i < n && m->n_people < EMAIL_ROWS_MAX; i++) {
        InternetAddress *a = internet_address_list_get_address(list, i);
        if (INTERNET_ADDRESS_IS_GROUP(a)) {
            if (depth < 4) add_list(e, m, internet_address_group_get_members((InternetAddressGroup *)a), role, depth + 1);
        } else if (INTERNET_ADDRESS_IS_MAILBOX(a)) {
            const char *addr = internet_address_mailbox_get_addr((InternetAddressMailbox *)a);
            voc_str value = addr ? normal(e, addr) : S("");
            if (value.len) add_person(e, m, value, role <= ROLE_SENDER ? shown_name(e, internet_address_get_name(a)) : S(""), role);
        }
    }
}

void message_addresses(struct email *e, struct mail *m, voc_str raw, uint32_t role)
{
    struct gmime *g = e->gmime;
    raw = str_trim(raw);
    if (raw.len == 0) return;
    if (raw.len > (size_t)64 << 10) raw.len = (size_t)64 << 10;
    char *z = email_alloc(e, raw.len + 1);
    if (!z) return;
    size_t n = 0;
    for (size_t i = 0; i < raw.len; i++)
        if (raw.ptr[i]) z[n++] = raw.ptr[i];
    z[n] = 0;
    for (size_t i = 0; i + 1 < n; i++)
        if (z[i] == '=' && z[i + 1] == '?') z[i + 1] = '*'; // =? would be decoded by iconv
    InternetAddressList *list = internet_address_list_parse(g->options, z);
    size_t had = m->n_people;
    if (list) {
        add_list(e, m, list, role, 0);
        g_object_unref(list);
    }
    if (m->n_people > had) return;
    voc_str rest = {z, n}; // broken beyond GMime: what stands in <>, or the first word with an @
    const char *open = str_find(rest, "<"), *close = open ? memchr(open, '>', (size_t)(z + n - open)) : NULL;
    if (open && close) {
        char *end = z + (close - z);
        *end = 0;
        add_person(e, m, normal(e, open + 1), S(""), role);
    } else {
        const char *at = str_find(rest, "@");
        size_t from = at ? (size_t)(at - z) : 0, to = from;
        if (!at) return;
        while (from && local_or_domain((unsigned char)z[from - 1]) && z[from - 1] != '@') from--;
        while (to + 1 < n && local_or_domain((unsigned char)z[to + 1])) to++;
        z[to + 1 < n ? to + 1 : n] = 0;
        add_person(e, m, normal(e, z + from), S(""), role);
    }
}

// ---- headers ----------------------------------------------------------------------------------------------------------------

enum field { F_NONE, F_FROM, F_SENDER, F_TO, F_CC, F_BCC, F_DELIVERED, F_SUBJECT, F_DATE, F_RECEIVED, F_ID, F_PARENT, F_REFERENCES, F_RETURN, F_LIST_ID, F_LIST_UNSUBSCRIBE, F_LIST_POST,
    F_PRECEDENCE, F_AUTO, F_AUTO_REPLY, F_AUTO_FLAG, F_CAMPAIGN, F_LANGUAGE, F_FAILED, F_RESENT };

static const struct { const char *name; enum field field; } fields[] = {
    {"from", F_FROM}, {"sender", F_SENDER}, {"to", F_TO}, {"cc", F_CC}, {"bcc", F_BCC}, {"apparently-to", F_TO}, {"delivered-to", F_DELIVERED}, {"x-original-to", F_DELIVERED},
    {"envelope-to", F_DELIVERED}, {"x-envelope-to", F_DELIVERED}, {"x-delivered-to", F_DELIVERED}, {"subject", F_SUBJECT}, {"date", F_DATE}, {"received", F_RECEIVED}, {"message-id", F_ID},
    {"in-reply-to", F_PARENT}, {"references", F_REFERENCES}, {"return-path", F_RETURN}, {"list-id", F_LIST_ID}, {"list-unsubscribe", F_LIST_UNSUBSCRIBE}, {"list-post", F_LIST_POST},
    {"mailing-list", F_LIST_POST}, {"x-mailing-list", F_LIST_POST}, {"x-beenthere", F_LIST_POST}, {"x-loop-list", F_LIST_POST}, {"precedence", F_PRECEDENCE}, {"auto-submitted", F_AUTO},
    {"x-autoreply", F_AUTO_REPLY}, {"x-autorespond", F_AUTO_REPLY}, {"x-autoreply-from", F_AUTO_REPLY}, {"x-autogenerated", F_AUTO_FLAG}, {"x-auto-reply", F_AUTO_REPLY}, {"x-mail-autoreply", F_AUTO_REPLY},
    {"x-vacation", F_AUTO_REPLY}, {"x-campaign", F_CAMPAIGN}, {"x-campaign-id", F_CAMPAIGN}, {"x-campaignid", F_CAMPAIGN}, {"x-mailchimp-campaign", F_CAMPAIGN}, {"x-mc-campaign", F_CAMPAIGN},
    {"feedback-id", F_CAMPAIGN}, {"x-mailer-campaign", F_CAMPAIGN}, {"content-language", F_LANGUAGE}, {"x-failed-recipients", F_FAILED},
};

static enum field field_of(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if ((fields[i].name[0] | 32) == (name[0] | 32) && strncasecmp(fields[i].name, name, n + 1) == 0) return fields[i].field;
    return F_NONE;
}

int message_wants(const char *name) { return field_of(name) != F_NONE; }

// <id>, the n-th of a header; the last where n is huge.
static voc_str id_in(struct email *e, voc_str raw, int last)
{
    voc_str found = S("");
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] != '<') continue;
        const char *close = memchr(raw.ptr + i, '>', raw.len - i);
        if (!close) break;
        voc_str id = str_trim((voc_str){raw.ptr + i + 1, (size_t)(close - raw.ptr) - i - 1});
        if (id.len && id.len < 1000) found = id;
        if (found.len && !last) break;
        i = (size_t)(close - raw.ptr);
    }
    return email_keep(e, found.ptr, found.len);
}

static voc_str own_id(struct email *e, voc_str raw)
{
    voc_str id = id_in(e, raw, 0);
    if (id.len) return id;
    raw = str_trim(raw); // without <>, or folded within
    for (size_t i = 0; i < raw.len; i++)
        if (raw.ptr[i] == ' ' || raw.ptr[i] == '\n') raw.len = i;
    return raw.len < 1000 ? email_keep(e, raw.ptr, raw.len) : S("");
}

static uint32_t precedence(voc_str v)
{
    v = str_trim(v);
    if (str_same(v, "bulk") || str_same(v, "junk")) return MARK_BULK;
    if (str_same(v, "list")) return MARK_LIST;
    return str_begins(v, "auto") ? MARK_AUTO_REPLIED : 0; // auto_reply
}

static uint32_t auto_submitted(voc_str v)
{
    v = str_trim(v);
    if (str_begins(v, "auto-repl") || str_begins(v, "auto_repl")) return MARK_AUTO_REPLIED;
    return v.len == 0 || str_begins(v, "no") ? 0 : MARK_AUTO_GENERATED;
}

struct found { voc_str raw[F_RESENT + 1]; voc_str delivered[8]; size_t n_delivered; };

static void take_headers(struct email *e, struct mail *m, GMimeHeaderList *list, struct found *f)
{
    int n = g_mime_header_list_get_count(list);
    (void)e;
    for (int i = 0; i < n && i < HEADERS_MAX; i++) {
        GMimeHeader *h = g_mime_header_list_get_header_at(list, i);
        const char *name = g_mime_header_get_name(h), *raw = name ? g_mime_header_get_raw_value(h) : NULL;
        enum field k = raw ? field_of(name) : F_NONE;
        if (k == F_NONE) continue;
        voc_str v = {raw, strlen(raw)};
        if (k == F_DELIVERED && f->n_delivered < 8) f->delivered[f->n_delivered++] = v;
        if (k == F_PRECEDENCE) m->marks |= precedence(v);
        if (k == F_AUTO) m->marks |= auto_submitted(v);
        if (k == F_AUTO_REPLY && !str_begins(str_trim(v), "no")) m->marks |= MARK_AUTO_REPLIED;
        if (k == F_AUTO_FLAG) m->marks |= MARK_AUTO_GENERATED;
        if (k == F_LIST_UNSUBSCRIBE) m->marks |= MARK_LIST_UNSUBSCRIBE;
        if (k == F_LIST_POST && !str_begins(str_trim(v), "no")) m->marks |= MARK_LIST_POST;
        if (f->raw[k].len == 0 && str_trim(v).len) f->raw[k] = v; // the first that says something
    }
}

static void set_time(struct email *e, struct mail *m, const struct found *f, const struct piece *p)
{
    m->time_us = VOC_NA;
    if (f->raw[F_DATE].len && email_date(f->raw[F_DATE], &m->time_us)) return;
    e->undated++;
    voc_str r = f->raw[F_RECEIVED];
    const char *semi = r.len ? memrchr(r.ptr, ';', r.len) : NULL;
    if (semi && email_date((voc_str){semi + 1, r.len - (size_t)(semi + 1 - r.ptr)}, &m->time_us)) return;
    const char *space = p->envelope.len > 5 ? memchr(p->envelope.ptr + 5, ' ', p->envelope.len - 5) : NULL;
    if (space && email_date((voc_str){space, p->envelope.len - (size_t)(space - p->envelope.ptr)}, &m->time_us)) return;
    m->time_us = VOC_NA;
}

static void read_headers(struct email *e, struct mail *m, GMimeObject *top, const struct piece *p)
{
    struct found f;
    memset(&f, 0, sizeof f);
    take_headers(e, m, g_mime_object_get_header_list(top), &f);
    message_addresses(e, m, f.raw[F_FROM], ROLE_FROM);
    message_addresses(e, m, f.raw[F_SENDER], m->n_people ? ROLE_SENDER : ROLE_FROM);
    if (m->n_people == 0 && f.raw[F_RETURN].len) message_addresses(e, m, f.raw[F_RETURN], ROLE_FROM);
    message_addresses(e, m, f.raw[F_TO], ROLE_TO);
    message_addresses(e, m, f.raw[F_CC], ROLE_CC);
    message_addresses(e, m, f.raw[F_BCC], ROLE_CC);
    for (size_t i = 0; i < f.n_delivered; i++) message_addresses(e, m, f.delivered[i], ROLE_DELIVERED);
    set_time(e, m, &f, p);
    m->id = own_id(e, f.raw[F_ID]);
    m->first_ref = id_in(e, f.raw[F_REFERENCES], 0);
    m->parent = id_in(e, f.raw[F_PARENT], 0);
    if (!m->parent.len) m->parent = id_in(e, f.raw[F_REFERENCES], 1);
    m->subject = email_header(e, f.raw[F_SUBJECT]);
    m->language = email_header(e, f.raw[F_LANGUAGE]);
    m->from_folded = email_folded(e, email_header(e, f.raw[F_FROM]));
    m->failed = email_header(e, f.raw[F_FAILED]);
    m->campaign = email_header(e, f.raw[F_CAMPAIGN]);
    if (m->campaign.len) m->marks |= MARK_CAMPAIGN;
    if (f.raw[F_FAILED].len) m->marks |= MARK_FAILED_RECIPIENTS;
    if (f.raw[F_RETURN].len && str_same(str_trim(f.raw[F_RETURN]), "<>")) m->marks |= MARK_NULL_PATH;
    if (str_begins(p->envelope, "From <>") || str_begins(p->envelope, "From MAILER-DAEMON ")) m->marks |= MARK_NULL_PATH;
    if (f.raw[F_LIST_ID].len) {
        voc_str id = id_in(e, f.raw[F_LIST_ID], 0);
        m->marks |= MARK_LIST_ID;
        m->list = id.len ? id : email_header(e, f.raw[F_LIST_ID]);
    }
}

// A header of plain text: continuation lines are part of it.
voc_str header_of(voc_str headers, const char *name)
{
    voc_str rest = headers;
    size_t n = strlen(name);
    while (rest.len) {
        voc_str line = str_line(&rest);
        if (line.len <= n || line.ptr[n] != ':' || !str_begins(line, name)) continue;
        const char *from = line.ptr + n + 1, *end = line.ptr + line.len;
        while (rest.len && (rest.ptr[0] == ' ' || rest.ptr[0] == '\t')) {
            line = str_line(&rest);
            end = line.ptr + line.len;
        }
        return str_trim((voc_str){from, (size_t)(end - from)});
    }
    return S("");
}

// ---- parts ------------------------------------------------------------------------------------------------------------------

// The bytes of a part as they stand in the message.
static voc_str part_bytes(GMimePart *part, GMimeContentEncoding *encoding)
{
    GMimeDataWrapper *w = g_mime_part_get_content(part);
    GMimeStream *s = w ? g_mime_data_wrapper_get_stream(w) : NULL;
    if (!s || !GMIME_IS_STREAM_MEM(s)) return S("");
    GByteArray *a = g_mime_stream_mem_get_byte_array((GMimeStreamMem *)s);
    gint64 from = s->bound_start, to = s->bound_end < 0 ? (gint64)a->len : s->bound_end;
    *encoding = g_mime_data_wrapper_get_encoding(w);
    if (to > (gint64)a->len) to = (gint64)a->len;
    if (from < 0 || to <= from) return S("");
    return (voc_str){(const char *)a->data + from, (size_t)(to - from)};
}

// Decoded into e->decoded.
static voc_str part_decoded(struct email *e, GMimePart *part, size_t max)
{
    GMimeContentEncoding encoding = GMIME_CONTENT_ENCODING_DEFAULT;
    voc_str raw = part_bytes(part, &encoding);
    if (raw.len > max * 2) raw.len = max * 2;
    if (encoding != GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE && encoding != GMIME_CONTENT_ENCODING_BASE64 &&
        encoding != GMIME_CONTENT_ENCODING_UUENCODE) {
        if (raw.len > max) raw.len = max;
        return raw;
    }
    GMimeEncoding state;
    struct text *t = &e->decoded;
    g_mime_encoding_init_decode(&state, encoding);
    size_t room = g_mime_encoding_outlen(&state, raw.len) + 64;
    t->n = 0;
    if (!text_room(e, t, room)) return S("");
    t->n = g_mime_encoding_step(&state, raw.ptr, raw.len, t->p);
    t->n += g_mime_encoding_flush(&state, "", 0, t->p + t->n);
    return (voc_str){t->p, t->n < max ? t->n : max};
}

struct walk { struct mail *m; voc_str plain, html; int depth; int original; };

static voc_str part_text(struct email *e, GMimePart *part)
{
    GMimeContentType *ct = g_mime_object_get_content_type((GMimeObject *)part);
    const char *charset = ct ? g_mime_content_type_get_parameter(ct, "charset") : NULL;
    voc_str bytes = part_decoded(e, part, TEXT_MAX);
    e->utf8.n = 0;
    email_utf8(e, charset ? (voc_str){charset, strlen(charset)} : S(""), bytes, &e->utf8);
    return text_str(&e->utf8);
}

// Text of one part behind what others gave.
static voc_str joined(struct email *e, voc_str before, voc_str more)
{
    if (before.len == 0) return email_keep(e, more.ptr, more.len);
    char *p = email_alloc(e, before.len + more.len + 1);
    if (!p || before.len > TEXT_MAX) return before;
    memcpy(p, before.ptr, before.len);
    p[before.len] = '\n';
    if (more.len) memcpy(p + before.len + 1, more.ptr, more.len);
    return (voc_str){p, before.len + 1 + more.len};
}

// Lines that end in a blank go on in the next (RFC 3676); quoted ones are left alone.
static voc_str unflow(struct email *e, voc_str s, int delsp)
{
    e->scratch.n = 0;
    while (s.len) {
        voc_str line = str_line(&s);
        if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
        int quoted = line.len && line.ptr[0] == '>', sign = line.len == 3 && memcmp(line.ptr, "-- ", 3) == 0;
        int soft = !quoted && !sign && line.len && line.ptr[line.len - 1] == ' ' && s.len && s.ptr[0] != '>';
        if (!quoted && line.len && line.ptr[0] == ' ') line.ptr++, line.len--; // stuffed
        text_add(e, &e->scratch, line.ptr, line.len - (size_t)(soft && delsp));
        if (!soft) text_byte(e, &e->scratch, '\n');
    }
    return text_str(&e->scratch);
}

static voc_str header_parameter(struct email *e, const char *raw, const char *name)
{
    return raw ? email_parameter(e, shown_as_written(e, (voc_str){raw, strlen(raw)}, 1), name) : S("");
}

static const char *raw_header(GMimeObject *o, const char *name)
{
    GMimeHeaderList *list = g_mime_object_get_header_list(o);
    GMimeHeader *h = list ? g_mime_header_list_get_header(list, name) : NULL;
    return h ? g_mime_header_get_raw_value(h) : NULL;
}

// As its disposition says, else its type.
static voc_str attachment_name(struct email *e, GMimeObject *o)
{
    const char *raw = raw_header(o, "Content-Disposition");
    voc_str name = header_parameter(e, raw ? raw : g_mime_object_get_header(o, "Content-Disposition"), "filename");
    return name.len ? name : header_parameter(e, raw_header(o, "Content-Type"), "name");
}

static void take_part(struct email *e, struct walk *w, GMimePart *part)
{
    GMimeObject *o = (GMimeObject *)part;
    GMimeContentType *ct = g_mime_object_get_content_type(o);
    const char *disposition = g_mime_object_get_disposition(o)
                                  ? g_mime_content_disposition_get_disposition(g_mime_object_get_content_disposition(o))
                                  : NULL;
    int attached = disposition && strcasecmp(disposition, "attachment") == 0;
    int plain = !ct || g_mime_content_type_is_type(ct, "text", "plain"), html = ct && g_mime_content_type_is_type(ct, "text", "html");
    struct mail *m = w->m;
    const char *subtype = ct ? g_mime_content_type_get_media_subtype(ct) : NULL;
    int headers = subtype && strncasecmp(subtype, "rfc822", 6) == 0, status = subtype && g_mime_content_type_is_type(ct, "message", "*") && !headers;
    if (status && !m->report) { // a report that does not say so above
        if (strcasecmp(subtype, "delivery-status") == 0) m->report = REPORT_DELIVERY;
        if (strcasecmp(subtype, "feedback-report") == 0) m->report = REPORT_FEEDBACK;
        if (strcasecmp(subtype, "disposition-notification") == 0) m->report = REPORT_DISPOSITION;
    }
    if (headers || (status && m->report)) {
        voc_str bytes = part_decoded(e, part, (size_t)256 << 10), *to = headers ? &m->original : &m->status;
        if (to->len == 0) *to = email_keep(e, bytes.ptr, bytes.len);
    } else if (!attached && plain) {
        voc_str text = part_text(e, part);
        const char *format = ct ? g_mime_content_type_get_parameter(ct, "format") : NULL, *delsp = ct ? g_mime_content_type_get_parameter(ct, "delsp") : NULL;
        if (format && strcasecmp(format, "flowed") == 0) text = unflow(e, text, delsp && strcasecmp(delsp, "yes") == 0);
        w->plain = joined(e, w->plain, text);
    } else if (!attached && html) {
        w->html = joined(e, w->html, part_text(e, part));
    } else {
        voc_str name = attachment_name(e, o);
        m->attachments++;
        if (name.len && m->attached.len < 4000) m->attached = joined(e, m->attached, name);
    }
}

static void take_object(struct email *e, struct walk *w, GMimeObject *o);

// Of the same thing in several forms: plain text where it says something, else HTML.
static void take_alternative(struct email *e, struct walk *w, GMimeMultipart *mp)
{
    struct walk inner = {.m = w->m, .depth = w->depth};
    int n = g_mime_multipart_get_count(mp);
    for (int i = 0; i < n && i < 50; i++) {
        GMimeObject *o = g_mime_multipart_get_part(mp, i);
        GMimeContentType *ct = g_mime_object_get_content_type(o);
        if (inner.plain.len && ct && g_mime_content_type_is_type(ct, "text", "html")) continue; // not even decoded
        take_object(e, &inner, o);
        inner.depth = w->depth;
        if (str_trim(inner.plain).len == 0) inner.plain.len = 0;
    }
    if (inner.plain.len) w->plain = joined(e, w->plain, inner.plain);
    else if (inner.html.len) w->html = joined(e, w->html, inner.html);
}

static uint32_t report_of(GMimeContentType *ct)
{
    if (!ct || !g_mime_content_type_is_type(ct, "multipart", "report")) return REPORT_NONE;
    const char *type = g_mime_content_type_get_parameter(ct, "report-type");
    if (type && strcasecmp(type, "feedback-report") == 0) return REPORT_FEEDBACK;
    if (type && strcasecmp(type, "disposition-notification") == 0) return REPORT_DISPOSITION;
    return REPORT_DELIVERY;
}

static void headers_text(struct email *e, struct mail *m, GMimeObject *o)
{
    if (m->original.len) return;
    GMimeHeaderList *list = g_mime_object_get_header_list(o);
    int n = list ? g_mime_header_list_get_count(list) : 0;
    struct text t = {0};
    for (int i = 0; i < n && i < 200; i++) {
        GMimeHeader *h = g_mime_header_list_get_header_at(list, i);
        const char *name = g_mime_header_get_name(h), *raw = g_mime_header_get_raw_value(h);
        if (!name || !raw) continue;
        text_add(e, &t, name, strlen(name));
        text_byte(e, &t, ':');
        text_add(e, &t, raw, strlen(raw));
        if (t.n && t.p[t.n - 1] != '\n') text_byte(e, &t, '\n');
    }
    m->original = shown_as_written(e, text_str(&t), 0);
    e->host->free(e->cx, t.p);
}

static void take_object(struct email *e, struct walk *w, GMimeObject *o)
{
    GMimeContentType *ct = g_mime_object_get_content_type(o);
    if (!o || ++w->depth > DEPTH_MAX) return;
    int depth = w->depth;
    if (GMIME_IS_MULTIPART(o)) {
        GMimeMultipart *mp = (GMimeMultipart *)o;
        int n = g_mime_multipart_get_count(mp);
        if (ct && g_mime_content_type_is_type(ct, "multipart", "alternative")) {
            take_alternative(e, w, mp);
            return;
        }
        if (w->m->report == REPORT_NONE) w->m->report = report_of(ct);
        if (ct && g_mime_content_type_is_type(ct, "multipart", "signed") && n > 1) n = 1;
        for (int i = 0; i < n && i < 500; i++) {
            take_object(e, w, g_mime_multipart_get_part(mp, i));
            w->depth = depth;
        }
    } else if (GMIME_IS_MESSAGE_PART(o)) {
        GMimeMessage *inner = g_mime_message_part_get_message((GMimeMessagePart *)o);
        if (inner && (w->m->report || w->original)) headers_text(e, w->m, (GMimeObject *)inner);
        else if (inner) headers_text(e, w->m, (GMimeObject *)inner), w->m->attachments++;
    } else if (GMIME_IS_PART(o)) {
        take_part(e, w, (GMimePart *)o);
    }
}

// ---- the whole --------------------------------------------------------------------------------------------------------------

static void own_subject(struct email *e, struct mail *m)
{
    static const char *const replies[] = {"re", "aw", "antw", "antwort", "sv", "vs", "r", "rif", "res", "ref", "rép", "回复", "答复", "回覆", "odp", "ynt", NULL};
    static const char *const forwards[] = {"fw", "fwd", "wg", "tr", "rv", "enc", "i", "doorst", "转发", NULL};
    voc_str s = m->subject;
    for (int again = 1; again;) {
        again = 0;
        s = str_trim(s);
        for (int f = 0; f < 2 && !again; f++) {
            for (const char *const *p = f ? forwards : replies; *p; p++) {
                size_t n = strlen(*p);
                if (!str_begins(s, *p)) continue;
                voc_str r = {s.ptr + n, s.len - n};
                if (r.len > 2 && (r.ptr[0] == '[' || r.ptr[0] == '(')) { // Re[2]:
                    size_t k = 1;
                    while (k < r.len && r.ptr[k] >= '0' && r.ptr[k] <= '9') k++;
                    if (k > 1 && k < r.len && (r.ptr[k] == ']' || r.ptr[k] == ')')) r.ptr += k + 1, r.len -= k + 1;
                }
                while (r.len && r.ptr[0] == ' ') r.ptr++, r.len--;
                int colon = r.len && r.ptr[0] == ':' ? 1 : r.len >= 3 && memcmp(r.ptr, "\xEF\xBC\x9A", 3) == 0 ? 3 : 0;
                if (!colon) continue;
                m->marks |= f ? MARK_FORWARD_SUBJECT : MARK_REPLY_SUBJECT;
                s = (voc_str){r.ptr + colon, r.len - (size_t)colon};
                again = 1;
                break;
            }
        }
    }
    m->base = s;
    m->folded = email_folded(e, m->subject);
}

static voc_str body_as_it_is(struct email *e, const struct piece *p)
{
    size_t head = head_length(p->bytes, p->len);
    voc_str body = {p->bytes + head, p->len - head};
    if (body.len > (size_t)256 << 10) body.len = (size_t)256 << 10;
    e->utf8.n = 0;
    email_utf8(e, S(""), body, &e->utf8);
    return email_keep(e, e->utf8.p, e->utf8.n);
}

void message_read(struct email *e, struct piece *p, struct mail *m)
{
    struct gmime *g = e->gmime;
    struct walk w = {.m = m};
    memset(m, 0, sizeof *m);
    if (p->unquote) p->len = mbox_unquote(p->bytes, p->len);
    g_byte_array_set_size(g->bytes, 0);
    shown_make(e, (voc_str){p->bytes, p->len}, g->bytes);
    g_mime_stream_mem_set_byte_array((GMimeStreamMem *)g->stream, g->bytes);
    g_mime_stream_mem_set_owner((GMimeStreamMem *)g->stream, FALSE);
    g_mime_stream_reset(g->stream);
    g_mime_parser_init_with_stream(g->parser, g->stream);
    GMimeObject *top = g_mime_parser_construct_part(g->parser, g->options);
    shown_restore(e, g->bytes); // its parts lie there
    m->time_us = VOC_NA;
    if (!top) return;
    read_headers(e, m, top, p);
    own_subject(e, m);
    take_object(e, &w, top);
    if (w.plain.len == 0 && w.html.len) {
        m->html = 1;
        e->html.n = 0;
        html_text(e, w.html, &e->html);
        m->text = email_keep(e, e->html.p, e->html.n);
    } else {
        m->text = w.plain;
    }
    if (m->text.len == 0 && m->attachments == 0 && GMIME_IS_MULTIPART(top)) m->text = body_as_it_is(e, p); // its parts cannot be told apart
    g_object_unref(top);
}
