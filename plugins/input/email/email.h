// SPDX-License-Identifier: MIT
// What the files of the input plugin email share. The way of a mail: mbox.c cuts it out of the stream, message.c reads its
// headers and parts (GMime, from what shown.c lets it see), kind.c says what it is, party.c who wrote to whom, thread.c what it
// belongs to, quote.c which of its words are new, rows.c what it becomes. Memory of a mail lies in an arena that the next mail
// empties; running out of memory sets `rc` and is looked at once a mail. One thread.
#ifndef VOC_EMAIL_H
#define VOC_EMAIL_H
#include <string.h>

#include <voc/plugin.h>

#include "plugins/common/party.h"

#define S(literal) ((voc_str)VOC_LIT(literal))
#define EMAIL_ROWS_MAX 1000u               // recipients of one mail
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION // --enable-fuzzing: to get and clear so much took most of a run
#define EMAIL_AHEAD ((size_t)8 << 10)
#define EMAIL_AHEAD_MAX ((size_t)32 << 10)
#define EMAIL_READ_MIN ((size_t)2 << 10)
#define EMAIL_CHUNK ((size_t)2 << 10)
#define EMAIL_RECALL_LEAST 16u
#else
#define EMAIL_AHEAD ((size_t)512 << 10)    // looked at for the guess of who the company is
#define EMAIL_AHEAD_MAX ((size_t)4 << 20)  // ... where that holds too few mails
#define EMAIL_READ_MIN ((size_t)64 << 10)
#define EMAIL_CHUNK ((size_t)256 << 10)    // of small texts
#define EMAIL_RECALL_LEAST 4096u           // mails; a power of two
#endif
#define EMAIL_WORDS_MAX ((size_t)1 << 20)  // bytes of words kept of one mail
#define EMAIL_QUOTED_MAX ((size_t)32 << 10) // bytes of quoted text and of a signature

struct text { char *p; size_t n, cap; }; // grows; owned by the instance

enum { ROLE_FROM, ROLE_SENDER, ROLE_TO, ROLE_CC, ROLE_DELIVERED };
struct address { voc_str value, name; uint32_t role, company; }; // value: lower case, local@domain

enum kind {
    KIND_PERSON, KIND_BULK, KIND_POST, KIND_NOTICE, KIND_AUTO_REPLY, KIND_BOUNCE, KIND_DELAY, KIND_DELIVERED,
    KIND_COMPLAINT, KIND_RECEIPT, KIND_UNSUBSCRIBE, KIND_MAX
};

enum { // marks of headers
    MARK_LIST_UNSUBSCRIBE = 1u, MARK_LIST_POST = 2u, MARK_LIST_ID = 4u, MARK_BULK = 8u /* Precedence: bulk or junk */, MARK_LIST = 16u /* Precedence: list */,
    MARK_AUTO_REPLIED = 32u, MARK_AUTO_GENERATED = 64u, MARK_FAILED_RECIPIENTS = 128u, MARK_NULL_PATH = 256u /* Return-Path: <> */, MARK_CAMPAIGN = 512u,
    MARK_REPLY_SUBJECT = 1024u, MARK_FORWARD_SUBJECT = 2048u
};
enum { REPORT_NONE, REPORT_DELIVERY, REPORT_FEEDBACK, REPORT_DISPOSITION };

struct mail { // strings lie in the arena
    voc_str id;                 // own Message-ID, without <>
    voc_str parent, first_ref;  // In-Reply-To or the last reference; the first reference
    voc_str subject, base;      // base: without Re: and the like
    voc_str folded, from_folded; // subject, and From as a whole, in small letters
    voc_str list, campaign, language, failed; // failed: X-Failed-Recipients
    struct address *people;     // of From, Sender, To, Cc and the envelope, in that order
    size_t n_people, cap_people;
    int64_t time_us;
    uint32_t marks;
    uint32_t report;            // REPORT_* of a multipart/report
    uint32_t attachments;
    uint32_t html;              // the text was made of HTML
    uint32_t told;              // a report says whom it is about
    voc_str attached;           // names of attachments, one a line
    voc_str text;               // what a person reads, UTF-8, \n
    voc_str status;             // machine part of a report
    voc_str original;           // headers of the mail that a report is about
    enum kind kind;
    // of a report
    voc_str about, code, reason, disposition; // Message-ID of the original; 5.1.1; diagnostic
    voc_str thread;
    uint32_t thread_known;      // by what: 0 it begins one, 1 references, 2 subject and people
};

struct piece { // one message as it lies in the buffer, valid until the next is asked for
    char *bytes;
    size_t len;
    uint64_t from, to, line; // in the stream
    voc_str envelope;        // its From_ line, or what a folder says of the file
    uint32_t unquote;        // >From may stand in it
    uint32_t cut;            // it was longer than what is kept
};

enum { FRAME_MBOX, FRAME_FOLDER, FRAME_SINGLE };
enum { MBOX_AUTO, MBOX_O, MBOX_RD, MBOX_CL, MBOX_CL2 };
struct frame {
    voc_stream *stream; // NULL: what is in the buffer is all (a look ahead)
    char *buf;
    size_t cap, at, end; // bytes at..end are not taken yet
    uint64_t base;       // place of buf[0] in the stream
    uint64_t line;       // of buf[at], from 1
    uint32_t kind, mbox, ended, given;
    size_t max;          // bytes kept of a message
    size_t inside;       // bytes left of a file of the folder that is a mailbox itself
};

struct recall; // thread.c

struct email {
    const voc_host *host;
    voc_context *cx;
    voc_sink *sink;
    voc_rc rc;
    struct chunk *chunks;
    void *gmime;            // message.c
    struct recall *recall;
    voc_time_format *iso;
    // options
    uint32_t mbox, accounts;
    size_t max_message;
    struct party party;     // who the company is
    char why[600];
    // scratch, kept between mails
    struct text decoded, utf8, html, fresh, quoted, signature, scratch, hidden;
    // counts
    uint64_t n, kinds[KIND_MAX], from_company, from_customer, internal, duplicates, cut, undated, threads_by_subject;
};

// text.c
void email_reset(struct email *e);                           // empties the arena
void *email_alloc(struct email *e, size_t size);             // of the arena; NULL: e->rc is set
voc_str email_keep(struct email *e, const char *ptr, size_t len);
int text_room(struct email *e, struct text *t, size_t n);       // 0: e->rc is set
void text_add(struct email *e, struct text *t, const char *ptr, size_t len);
static inline void text_byte(struct email *e, struct text *t, char c)
{
    if (t->n < t->cap) t->p[t->n++] = c;
    else text_add(e, t, &c, 1);
}
static inline voc_str text_str(const struct text *t) { return (voc_str){t->n ? t->p : "", t->n}; }
int str_same(voc_str a, const char *z);                      // ASCII case does not matter
int str_begins(voc_str s, const char *z);                    // likewise
const char *str_find(voc_str s, const char *z);              // as it stands
voc_str str_trim(voc_str s);
voc_str str_line(voc_str *rest);                             // the next line, without its end; *rest moves behind it
voc_str email_folded(struct email *e, voc_str s);            // small letters (ASCII and Latin-1), in the arena
int str_any(voc_str folded, const char *const *patterns);    // holds one of them; NULL ends the list
// Appends bytes in this charset as UTF-8. What the charset does not have becomes U+FFFD.
void email_utf8(struct email *e, voc_str charset, voc_str bytes, struct text *out);
// A header as written: unfolded, encoded words (RFC 2047) decoded. In the arena.
voc_str email_header(struct email *e, voc_str raw);
// A parameter of a header as written (RFC 2231: charset, continuations); empty: there is none. In the arena.
voc_str email_parameter(struct email *e, voc_str raw, const char *name);
int email_date(voc_str s, int64_t *us);                      // RFC 5322 and what is mostly meant by it; 0: none

// mbox.c
voc_rc frame_open(struct email *e, struct frame *f, voc_stream *stream, size_t ahead);
voc_rc frame_ahead(struct email *e, struct frame *f, size_t ahead); // at least so many bytes in the buffer, if there are
voc_rc frame_next(struct email *e, struct frame *f, struct piece *out, int *some);
void frame_close(struct email *e, struct frame *f);
size_t head_length(const char *p, size_t len);               // of the headers with the empty line behind them
size_t mbox_unquote(char *bytes, size_t len);                // takes one > from lines >From, >>From, ...; gives the new length
int mbox_separator(const char *line, size_t len, size_t avail, int after_blank);

// message.c
void message_prepare(void); // before the process gives up files
voc_rc message_open(struct email *e);
void message_close(struct email *e);
void message_read(struct email *e, struct piece *p, struct mail *m);
int message_wants(const char *name);                          // this header is looked at
void message_addresses(struct email *e, struct mail *m, voc_str raw, uint32_t role);
voc_str header_of(voc_str headers, const char *name);        // of plain text of headers, as written (folded); empty: none

void html_text(struct email *e, voc_str html, struct text *out);            // html.c
void quote_split(struct email *e, voc_str text, struct text *fresh, struct text *quoted, struct text *signature); // quote.c
void kind_find(struct email *e, struct mail *m);                            // kind.c

// shown.c: what of a mail GMime gets to see
struct _GByteArray;
void shown_make(struct email *e, voc_str mail, struct _GByteArray *to); // appends
void shown_restore(struct email *e, struct _GByteArray *in);            // once GMime has parsed: bytes of parts as they were written
voc_str shown_as_written(struct email *e, voc_str raw, int of_type);    // a header that GMime gives; in the arena

// party.c
void email_guess_company(struct email *e, const struct frame *f);
void email_mark_company(struct email *e, struct mail *m);                   // who of the people it is

// thread.c
voc_rc recall_open(struct email *e);
void recall_close(struct email *e);
uint64_t hash_bytes(uint64_t seed, const char *p, size_t n);
// 1: the same mail came before. Gives the mail its own id where it has none, or one that another mail has.
int thread_known(struct email *e, struct mail *m, const struct piece *p);
void thread_find(struct email *e, struct mail *m);
int recall_new(struct email *e, uint64_t key);               // 1: not seen before

voc_rc rows_of(struct email *e, struct mail *m, uint64_t record);           // rows.c
extern const char *const kind_names[KIND_MAX];
#endif
