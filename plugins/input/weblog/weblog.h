// SPDX-License-Identifier: MIT
// Inside of input/weblog. A line becomes a request (layout.c, w3c.c, json.c take it apart; guess.c finds out the layout), and a
// request becomes a row (request.c, with page.c, visitor.c and robots.c). Instances are read-only while blocks are read,
// but for the works that are idle; what a block needs is in its `work`. Strings borrow from the line or from the work's scratch
// until the batch is given.
#ifndef VOC_WEBLOG_H
#define VOC_WEBLOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <voc/plugin.h>

#include "plugins/common/show.h"


static inline bool wl_is(voc_str s, const char *word) { return s.len == strlen(word) && memcmp(s.ptr, word, s.len) == 0; }
static inline bool wl_eq(voc_str a, voc_str b) { return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0; }
static inline voc_str wl_str(const char *z) { return (voc_str){z, strlen(z)}; }
static inline voc_str wl_cut(voc_str s, size_t from, size_t to) { return (voc_str){s.ptr + from, to - from}; }
static inline bool wl_digit(char c) { return c >= '0' && c <= '9'; }
static inline char wl_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }
bool wl_ieq(voc_str s, const char *lower); // lower: in lower case
static inline bool wl_none(voc_str s) { return s.len == 0 || (s.len == 1 && s.ptr[0] == '-'); }

// ---- what a line says ---------------------------------------------------------------------------------------------------------

enum wl_field {
    WL_SKIP, WL_IP, WL_USER, WL_TIME, WL_DATE, WL_CLOCK, WL_REQUEST, WL_METHOD, WL_TARGET, WL_QUERY, WL_STATUS, WL_BYTES, WL_REFERRER, WL_AGENT, WL_HOST,
    WL_COOKIE, WL_COOKIE_VALUE, WL_FORWARDED, WL_TAKEN_S, WL_TAKEN_MS, WL_TAKEN_US, WL_TAKEN_NS, WL_CAPTURED, WL_FIELDS
};

struct wl_request { // texts: as logged, unescaped; empty where the line does not say
    voc_str at[WL_FIELDS];
    int64_t time_us;
    uint32_t resolution;
};

// Why a line is none: code and reason of a reject; or code empty and the name of the rule that ignores it.
struct wl_fault {
    const char *code, *reason;
};

// ---- layouts --------------------------------------------------------------------------------------------------------------------

#define WL_STEPS 64u
#define WL_LITERALS 512u
#define WL_PATTERN 64u

enum wl_time { WL_TIME_CLF, WL_TIME_ISO, WL_TIME_EPOCH_S, WL_TIME_EPOCH_MS, WL_TIME_EPOCH_US, WL_TIME_HAPROXY, WL_TIME_PATTERN };

struct wl_step { // a field, then the literal that ends it
    uint8_t field, quoted, time, one_word; // one_word: holds no blank where the line is as its layout says
    bool clf;                              // a time of WL_TIME_CLF that a bracket ends
    bool sought;                           // its literal stands anywhere behind it, not at the end of the line
    bool plain;                            // nothing is to be done with it where the line has no backslash
    uint16_t literal, literal_len;
    char ends[16];         // the first byte of the literal, over and over
    uint64_t begins, mask; // up to eight bytes of the literal, as they lie, and which they are
};

struct wl_layout { // of lines that a format string describes
    struct wl_step steps[WL_STEPS]; // the first has no field
    unsigned n;
    char literals[WL_LITERALS];
    size_t literals_len;
    char pattern[WL_PATTERN]; // of WL_TIME_PATTERN
    bool open_end;            // more may follow on the line
    bool proxy;               // lines without a request are messages of the proxy
    bool has[WL_FIELDS];
};

// Compiles a format string of Apache (%h ...) or nginx ($remote_addr ...). NULL, or what is wrong with it.
const char *wl_layout_compile(struct wl_layout *l, voc_str format);

#define WL_W3C_FIELDS 128u

struct wl_w3c { // a context: what the #Fields, #Date and #GMT-Offset lines before say. Compared as bytes
    uint8_t field[WL_W3C_FIELDS];
    uint32_t n;
    uint32_t date_len;
    int32_t offset_s; // of the times, to UTC
    int32_t clock_s;  // of the day, as the #Date line says it: when the lines behind it begin
    uint8_t local;    // times are the server's own
    uint8_t known;    // some #Fields line names what requests have
    char date[10];
};

enum wl_kind { WL_KIND_LAYOUT, WL_KIND_W3C, WL_KIND_JSON };

// ---- an instance -----------------------------------------------------------------------------------------------------------------

enum wl_visitor { WL_VISITOR_AUTO, WL_VISITOR_USER, WL_VISITOR_COOKIE, WL_VISITOR_IP_AGENT, WL_VISITOR_IP };
enum wl_keep { WL_APART, WL_LEAVE_OUT, WL_AS_VISITORS };
enum wl_naming { WL_NAME_KIND, WL_NAME_SECTION, WL_NAME_PAGE };
enum wl_rule_kind { WL_RULE_PAGE, WL_RULE_ACTION, WL_RULE_PART, WL_RULE_IGNORE };

struct wl_rule { // of a rules file
    enum wl_rule_kind kind;
    voc_str name;
    const voc_regex *pattern;
};

struct wl_robots; // recognises agents

struct wl_work;
#define WL_IDLE 32u

struct weblog {
    const voc_host *host;
    voc_context *cx;
    struct chunk *chunks; // all that lives as long as the instance
    voc_str zone;
    enum wl_kind kind;
    enum wl_visitor visitor;
    enum wl_keep robots, parts;
    enum wl_naming naming;
    voc_str cookie; // name of the visitor's cookie, or empty: the usual ones
    const voc_str *keep; // parameters that tell pages apart
    size_t n_keep;
    bool ids; // whether ids in paths are folded
    struct wl_rule *rules;
    size_t n_rules;
    const struct wl_robots *known;
    _Atomic(struct wl_work *) idle[WL_IDLE]; // that no thread uses
    voc_str format; // as given, or as guessed
    bool format_given;
    struct wl_layout layout;
    voc_time_format *zoned, *pattern; // ISO in the source's zone; a format's own
    int64_t zone_fixed_us;            // 0 where the zone is UTC
    bool zone_utc;
    struct wl_w3c *w3c; // the latest context
    voc_str site;       // the host of most referrers, without www.: the site itself
    voc_str home;       // "https://SITE/", with which most referrers begin, or empty
    const char *said;   // of the guess: "Apache combined"
    bool taken_guessed;
    voc_map found[2];   // what was found out, as options
};

void *wl_alloc(struct weblog *w, size_t size); // until the instance closes
bool wl_copy(struct weblog *w, voc_str s, voc_str *out);
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
voc_rc wl_error(struct weblog *w, const char *code, const char *hint, const char *format, ...);

// ---- work on a block ----------------------------------------------------------------------------------------------------------------

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION // --enable-fuzzing: to clear them took a quarter of a run
#define WL_BATCH 4u
#else
#define WL_BATCH 64u
#endif
#define WL_ATTRS 8u
#define WL_SCRATCH ((size_t)96 << 10)
#define WL_NEED(line_len) (8 * (line_len) + 2048) // of the scratch, for one line
#define WL_GUESS_LINE ((size_t)8 << 10) // lines longer than that are not looked at when guessing

struct wl_minute { // the last minute that was read
    char text[18];
    char zone[5];
    bool known;
    int64_t us;
};

struct wl_met; // what was met before

struct wl_work { // of one thread at a time; kept from block to block
    const struct weblog *w;
    voc_sink *sink;
    const struct wl_w3c *w3c;
    voc_rc rc;
    struct wl_minute minute;
    struct wl_met *met;
    voc_str block;                 // all that may be looked at
    const char *plain, *plain_end; // a stretch of it without a backslash
    size_t n, n_attrs; // rows that wait, and their attributes
    char *scratch;
    size_t used, room;
    voc_row rows[WL_BATCH];
    voc_alias aliases[WL_BATCH];
    voc_attr attrs[WL_BATCH * WL_ATTRS]; // of one row behind those of the other: what a batch touches stays in the nearest cache
};

// A work for the bytes of a block, of those that are idle or a new one; NULL: no memory. It is given back.
struct wl_work *wl_work_take(struct weblog *w, voc_str block);
void wl_work_back(struct weblog *w, struct wl_work *k);

// Whether n bytes at p can be read, as they are of the block.
static inline bool wl_in_block(const struct wl_work *k, const char *p, size_t n)
{
    return k->block.len >= n && p >= k->block.ptr && p <= k->block.ptr + (k->block.len - n);
}

// Room in the scratch; NULL: there is none, the batch must be given first.
char *wl_room(struct wl_work *k, size_t size);

// Each takes a line apart. False: *fault says why not.
bool wl_layout_read(struct wl_work *k, voc_str line, struct wl_request *r, struct wl_fault *fault);
bool wl_w3c_read(struct wl_work *k, voc_str line, struct wl_request *r, struct wl_fault *fault);
bool wl_json_read(struct wl_work *k, voc_str line, struct wl_request *r, struct wl_fault *fault);

// A request's row into the batch. False: *fault says why not.
bool wl_request_row(struct wl_work *k, struct wl_request *r, uint64_t record, struct wl_fault *fault);

voc_str wl_site_of(voc_str referrer); // its host without www., or empty

// ---- parts ------------------------------------------------------------------------------------------------------------------------------

// times.c. False: not one.
bool wl_time_clf(struct wl_work *k, voc_str text, struct wl_request *r);
bool wl_time_epoch(voc_str text, int64_t unit_us, int64_t *us, uint32_t *resolution);
bool wl_time_read(struct wl_work *k, enum wl_time form, voc_str text, struct wl_request *r);

// w3c.c. A directive line into a context that follows `before` (NULL: none); the same one where nothing changes.
voc_rc wl_w3c_directive(struct weblog *w, voc_str line, struct wl_w3c **context);
bool wl_w3c_is_directive(voc_str line); // "#Word: ...", but for a remark
bool wl_w3c_fields(voc_str line, struct wl_w3c *to); // "#Fields: ..."; false: no field of a request among them

bool wl_join_query(struct wl_work *k, struct wl_request *r); // path and query of fields of their own; false: no memory

// json.c. Whether a line is a request.
bool wl_json_is_request(voc_str line);

// guess.c. What the lines of a text are; format: of a layout, written to.
struct wl_guess {
    enum wl_kind kind;
    char format[WL_LITERALS];
    size_t format_len;
    const char *said;
    bool taken_guessed;
    size_t lines, read; // looked at, and understood so
};
voc_rc wl_guess(const voc_host *host, voc_context *cx, voc_str text, bool complete, struct wl_guess *out);

// page.c. The path of a target as people say it. *object: as requested, decoded, without the query; *page: ids folded.
struct wl_page {
    voc_str page, object, query;
    voc_str campaign, source, medium; // of the query
    bool part, download; // by its ending, or the folder it is in
};
bool wl_page_read(struct wl_work *k, voc_str target, struct wl_page *out); // false: no memory

voc_str wl_parameter(voc_str query, const char *name); // as written, or empty

// met.c
struct wl_met *wl_met_new(const struct weblog *w); // NULL: no memory
bool wl_page_met(struct wl_work *k, voc_str target, struct wl_page *out); // what was learned of it
void wl_page_learn(struct wl_work *k, voc_str target, const struct wl_page *p);

struct wl_agent { // of an agent: a hash, and as it stands in aliases
    uint32_t hash;
    char digits[8];
};
struct wl_agent wl_agent_find(struct wl_work *k, voc_str agent, voc_str *robot); // *robot: its name within the text, or empty

// visitor.c
bool wl_is_address(voc_str s); // IPv4 or IPv6, perhaps with brackets, port or zone
bool wl_is_private(voc_str address);
voc_str wl_address(struct wl_work *k, voc_str s); // canonical; empty: not one
// The agent's hash is 0 where the line has none. False: nobody is named.
bool wl_visitor_alias(struct wl_work *k, const struct wl_request *r, const struct wl_agent *agent, voc_alias *out);

// robots.c
voc_rc wl_robots_make(struct weblog *w, voc_str extra, const struct wl_robots **out);
voc_str wl_robots_name(const struct wl_robots *known, voc_str agent); // empty: a person's
extern const char wl_robots_list[];

// rules.c
voc_rc wl_rules_read(struct weblog *w, voc_str text);

// site.c
voc_rc wl_head(void *instance, const voc_block *first);

// probe.c
void wl_probe(const voc_host *host, voc_context *cx, const voc_probe *p, voc_probe_result *r);
#endif
