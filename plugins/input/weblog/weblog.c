// SPDX-License-Identifier: MIT
// Input plugin weblog: what web servers, proxies and load balancers write, one event a request. This file holds the descriptor,
// the life of an instance and the loop over a block; weblog.h says where the rest is. Not understood: a reject with its reason.
#include "plugins/input/weblog/weblog.h"

#include <stdarg.h>
#include <stdio.h>

// ---- memory, copies, diagnostics ----------------------------------------------------------------------------------------------

struct chunk {
    struct chunk *next;
    _Alignas(16) char bytes[];
};

void *wl_alloc(struct weblog *w, size_t size)
{
    struct chunk *c = size < SIZE_MAX - sizeof *c ? w->host->alloc(w->cx, sizeof *c + (size ? size : 1)) : NULL;
    if (!c) return NULL;
    c->next = w->chunks;
    w->chunks = c;
    return c->bytes;
}

bool wl_copy(struct weblog *w, voc_str s, voc_str *out)
{
    char *to = s.len < SIZE_MAX ? wl_alloc(w, s.len + 1) : NULL;
    if (!to) return false;
    if (s.len) memcpy(to, s.ptr, s.len);
    to[s.len] = 0;
    *out = (voc_str){to, s.len};
    return true;
}

voc_rc wl_error(struct weblog *w, const char *code, const char *hint, const char *format, ...)
{
    char message[600];
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(message, sizeof message, format, ap);
    va_end(ap);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof message ? (size_t)n : sizeof message - 1;
    voc_diag d = {.struct_size = sizeof d, .severity = VOC_ERROR, .code = wl_str(code), .message = {message, len}, .hint = wl_str(hint)};
    w->host->diag(w->cx, &d);
    return VOC_E_OPTION;
}

char *wl_room(struct wl_work *k, size_t size)
{
    if (size > k->room - k->used) return NULL;
    char *to = k->scratch + k->used;
    k->used += size;
    return to;
}

bool wl_ieq(voc_str s, const char *lower)
{
    size_t i = 0;
    while (i < s.len && lower[i] && wl_lower(s.ptr[i]) == lower[i]) i++;
    return i == s.len && lower[i] == 0;
}

// ---- options ------------------------------------------------------------------------------------------------------------------------

enum {
    OPT_FORMAT, OPT_VISITOR, OPT_COOKIE, OPT_ROBOTS, OPT_PARTS, OPT_ROBOTS_LIST, OPT_RULES, OPT_ACTIONS, OPT_KEEP,
    OPT_IDS, OPT_SITE, OPT_ZONE, OPT_N
};

static const char *const visitors[] = {"auto", "user", "cookie", "ip-agent", "ip", NULL};
static const char *const keeps[] = {"apart", "leave-out", "as-visitors", NULL};
static const char *const namings[] = {"kind", "section", "page", NULL};
static const char *const ids[] = {"fold", "keep", NULL};

static const voc_option options[OPT_N] = {
    [OPT_FORMAT] = {.name = "format", .type = VOC_OPT_STRING, .argument = "FORMAT",
                    .help = "The log's own format string, of Apache (%h %l %u %t ...) or nginx ($remote_addr ...); or w3c, json. Found out if not given."},
    [OPT_VISITOR] = {.name = "visitor", .type = VOC_OPT_ENUM, .initial = "auto", .choices = visitors, .argument = "RULE",
                     .help = "Who a visitor is: the user who logged in, the cookie, the address with the browser's name; auto: the first of these that a line has."},
    [OPT_COOKIE] = {.name = "cookie", .type = VOC_OPT_STRING, .argument = "NAME", .help = "The cookie that tells visitors apart, where the log has cookies; else those of the usual web analytics."},
    [OPT_ROBOTS] = {.name = "robots", .type = VOC_OPT_ENUM, .initial = "apart", .choices = keeps, .argument = "WHAT",
                    .help = "What becomes of robots: events of nobody's journey (action crawl), left out and counted, or taken for visitors."},
    [OPT_PARTS] = {.name = "parts", .type = VOC_OPT_ENUM, .initial = "apart", .choices = keeps, .argument = "WHAT",
                   .help = "What becomes of images, scripts, styles and fonts that browsers fetch for a page: events of nobody's doing (action load), left out and counted, or taken for acts of visitors."},
    [OPT_ROBOTS_LIST] = {.name = "robots-list", .type = VOC_OPT_FILE, .argument = "FILE", .help = "More texts that robots have in their names, one a line; ! before a text: no robot."},
    [OPT_RULES] = {.name = "rules", .type = VOC_OPT_FILE, .argument = "FILE", .help = "Rules of this site, one a line: page, action, part or ignore, a name, and a pattern of the path."},
    [OPT_ACTIONS] = {.name = "actions", .type = VOC_OPT_ENUM, .initial = "kind", .choices = namings, .argument = "NAMES",
                     .help = "What actions are called: by their kind alone (view, download, submit), with the first folder of the path (view product), or with the whole page (view /product/*)."},
    [OPT_KEEP] = {.name = "parameters", .type = VOC_OPT_LIST, .argument = "NAMES", .help = "Parameters of the query that tell pages apart, such as page or id; the others are left out of the page's name."},
    [OPT_IDS] = {.name = "ids", .type = VOC_OPT_ENUM, .initial = "fold", .choices = ids, .argument = "WHAT", .help = "Whether numbers and keys in paths are folded to *, so that all products are one page."},
    [OPT_SITE] = {.name = "site", .type = VOC_OPT_STRING, .argument = "HOST", .help = "The site's own host: referrers from it are left out. The most frequent of the referrers if not given."},
    [OPT_ZONE] = {.name = "zone", .type = VOC_OPT_ZONE, .argument = "ZONE", .help = "Zone of times that name none, such as Europe/Warsaw."},
};

static voc_rc set_format(struct weblog *w, voc_str format)
{
    static const char hint[] = "write it as in the server's configuration: -O format='%h %l %u %t \"%r\" %>s %b'";
    if (!wl_copy(w, format, &w->format)) return VOC_E_NOMEM;
    if (wl_is(format, "w3c")) return w->kind = WL_KIND_W3C, VOC_OK;
    if (wl_is(format, "json")) return w->kind = WL_KIND_JSON, VOC_OK;
    const char *wrong = wl_layout_compile(&w->layout, w->format);
    if (wrong) return wl_error(w, "WEBLOG-001", hint, "the format \"%.*s\" cannot be followed: %s", SHOW_AT_MOST(format, 200), wrong);
    w->kind = WL_KIND_LAYOUT;
    return w->layout.pattern[0] ? w->host->time_format(w->cx, &w->pattern, wl_str(w->layout.pattern), w->zone) : VOC_OK;
}

static voc_rc read_options(struct weblog *w, const voc_value *v)
{
    voc_rc rc = VOC_OK;
    w->visitor = (enum wl_visitor)v[OPT_VISITOR].i;
    w->robots = (enum wl_keep)v[OPT_ROBOTS].i;
    w->parts = (enum wl_keep)v[OPT_PARTS].i;
    w->naming = (enum wl_naming)v[OPT_ACTIONS].i;
    w->ids = v[OPT_IDS].i == 0;
    w->zone_utc = w->zone.len == 0 || wl_is(w->zone, "UTC");
    voc_str *keep = wl_alloc(w, (v[OPT_KEEP].n_list + 1) * sizeof *keep);
    if (!keep || !wl_copy(w, v[OPT_COOKIE].s, &w->cookie) || !wl_copy(w, v[OPT_SITE].s, &w->site)) return VOC_E_NOMEM;
    for (size_t i = 0; i < v[OPT_KEEP].n_list && !rc; i++)
        if (!wl_copy(w, v[OPT_KEEP].list[i], &keep[i])) rc = VOC_E_NOMEM;
    w->keep = keep;
    w->n_keep = v[OPT_KEEP].n_list;
    if (!rc) rc = w->host->time_format(w->cx, &w->zoned, (voc_str){"", 0}, w->zone);
    if (!rc) rc = wl_robots_make(w, v[OPT_ROBOTS_LIST].s, &w->known);
    if (!rc) rc = wl_rules_read(w, v[OPT_RULES].s);
    w->format_given = v[OPT_FORMAT].set;
    return rc || !w->format_given ? rc : set_format(w, v[OPT_FORMAT].s);
}

// ---- life of an instance -------------------------------------------------------------------------------------------------------------

static void work_free(struct weblog *w, struct wl_work *k)
{
    w->host->free(w->cx, k->met);
    w->host->free(w->cx, k->scratch);
    w->host->free(w->cx, k);
}

static void close_instance(void *instance)
{
    struct weblog *w = instance;
    for (size_t i = 0; i < WL_IDLE; i++)
        if (w->idle[i]) work_free(w, w->idle[i]);
    for (struct chunk *c = w->chunks, *next; c; c = next) {
        next = c->next;
        w->host->free(w->cx, c);
    }
    w->host->free(w->cx, w);
}

static voc_rc open_instance(const voc_host *host, voc_context *cx, const voc_source *source, const voc_value *values, void **instance)
{
    struct weblog *w = host->alloc(cx, sizeof *w);
    if (!w) return VOC_E_NOMEM;
    memset(w, 0, sizeof *w);
    w->host = host;
    w->cx = cx;
    voc_rc rc = wl_copy(w, values[OPT_ZONE].set ? values[OPT_ZONE].s : source->zone, &w->zone) ? VOC_OK : VOC_E_NOMEM;
    if (!rc) rc = read_options(w, values);
    if (rc) close_instance(w);
    else *instance = w;
    return rc;
}

static voc_rc make_rule(void *instance, voc_str first, voc_line_rule *out)
{
    struct weblog *w = instance;
    out->separator = out->quote = out->n_head = 0;
    if (!w->format_given) {
        struct wl_guess *g = w->host->alloc(w->cx, sizeof *g);
        if (!g) return VOC_E_NOMEM;
        voc_rc rc = wl_guess(w->host, w->cx, first, false, g);
        w->kind = g->kind;
        w->said = g->said;
        w->taken_guessed = g->taken_guessed;
        if (!rc && g->kind == WL_KIND_LAYOUT && g->read == 0) {
            rc = wl_error(w, "WEBLOG-004",
                          "say how the log is written: -O format=FORMAT, as it stands in the server's configuration",
                          "no layout that is known reads the first lines");
            if (rc == VOC_E_OPTION) rc = VOC_E_INPUT;
        }
        if (!rc && g->kind == WL_KIND_LAYOUT) rc = set_format(w, (voc_str){g->format, g->format_len});
        w->host->free(w->cx, g);
        if (rc) return rc;
    }
    if (w->kind == WL_KIND_W3C) out->directive = '#';
    return VOC_OK;
}

static voc_rc take_directive(void *instance, voc_str line, const void **context)
{
    struct weblog *w = instance;
    voc_rc rc = wl_w3c_directive(w, line, &w->w3c);
    *context = w->w3c;
    return rc;
}

// ---- a block -----------------------------------------------------------------------------------------------------------------------------

static void give(struct wl_work *k)
{
    if (!k->rc && k->n) {
        const voc_batch batch = {.struct_size = sizeof batch, .row_size = sizeof(voc_row), .rows = k->rows, .n_rows = k->n};
        k->rc = k->w->host->rows(k->sink, &batch);
    }
    k->n = k->n_attrs = k->used = 0;
}

// The scratch holds what one line can need at most.
static void make_room(struct wl_work *k, size_t line_len)
{
    size_t need = WL_NEED(line_len);
    if (k->n == WL_BATCH || need > k->room - k->used) give(k);
    if (need <= k->room) return;
    char *more = k->w->host->alloc(k->w->cx, need);
    if (!more) {
        k->rc = VOC_E_NOMEM;
        return;
    }
    k->w->host->free(k->w->cx, k->scratch);
    k->scratch = more;
    k->room = need;
}

static void answer(struct wl_work *k, uint64_t record, const struct wl_fault *f)
{
    give(k); // rows come in order of their records
    if (k->rc) return;
    if (!f->code) k->rc = VOC_E_NOMEM;
    else if (f->code[0]) k->rc = k->w->host->reject(k->sink, record, wl_str(f->code), wl_str(f->reason));
    else k->rc = k->w->host->ignore(k->sink, record, wl_str(f->reason));
}

static bool blank(voc_str line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] != ' ' && line.ptr[i] != '\t' && line.ptr[i] != '\r') return false;
    return true;
}

static void read_line(struct wl_work *k, voc_str line, uint64_t record)
{
    static const struct wl_fault comment = {"", "a comment"}, directive = {"", "a directive, such as #Fields"}, empty = {"", "an empty line"}, unwritten = {"", "room that was not written to (NUL bytes)"};
    struct wl_request r;
    struct wl_fault fault = {NULL, NULL};
    bool read = false;
    if (line.len && line.ptr[0] == 0) { // a log that was emptied while a server wrote to it begins so, and one with room for more ends so
        while (line.len && line.ptr[0] == 0) line.ptr++, line.len--;
        if (line.len == 0) return answer(k, record, &unwritten);
    }
    if (line.len && line.ptr[0] == '#') return answer(k, record, k->w->kind == WL_KIND_W3C && wl_w3c_is_directive(line) ? &directive : &comment);
    if (blank(line)) return answer(k, record, &empty);
    make_room(k, line.len);
    if (k->rc) return;
    memset(&r, 0, sizeof r);
    switch (k->w->kind) {
    case WL_KIND_LAYOUT: read = wl_layout_read(k, line, &r, &fault); break;
    case WL_KIND_W3C: read = wl_w3c_read(k, line, &r, &fault); break;
    case WL_KIND_JSON: read = wl_json_read(k, line, &r, &fault); break;
    }
    if (!read || !wl_request_row(k, &r, record, &fault)) answer(k, record, &fault);
}

static struct wl_work *work_new(const struct weblog *w)
{
    struct wl_work *k = w->host->alloc(w->cx, sizeof *k);
    if (!k) return NULL;
    k->w = w;
    k->minute.known = false;
    k->room = WL_SCRATCH;
    k->scratch = w->host->alloc(w->cx, WL_SCRATCH);
    k->met = wl_met_new(w);
    const voc_row row = voc_row_init(VOC_ROW_EVENT);
    for (size_t i = 0; i < WL_BATCH; i++) {
        k->rows[i] = row;
        k->rows[i].channel = (voc_str)VOC_LIT("web");
    }
    return k;
}

struct wl_work *wl_work_take(struct weblog *w, voc_str block)
{
    struct wl_work *k = NULL;
    for (size_t i = 0; i < WL_IDLE && !k; i++) k = atomic_exchange(&w->idle[i], NULL);
    if (!k) k = work_new(w);
    if (k && (!k->scratch || !k->met)) {
        work_free(w, k);
        return NULL;
    }
    if (!k) return NULL;
    k->rc = VOC_OK;
    k->n = k->n_attrs = k->used = 0;
    k->block = block;
    k->plain = k->plain_end = NULL;
    return k;
}

void wl_work_back(struct weblog *w, struct wl_work *k)
{
    for (size_t i = 0; i < WL_IDLE; i++) {
        struct wl_work *none = NULL;
        if (atomic_compare_exchange_strong(&w->idle[i], &none, k)) return;
    }
    work_free(w, k);
}

static voc_rc read_lines(void *instance, const voc_block *b, voc_sink *sink)
{
    struct weblog *w = instance;
    const voc_str block = {b->bytes, b->n_bytes};
    struct wl_work *k = wl_work_take(w, block);
    if (!k) return VOC_E_NOMEM;
    k->sink = sink;
    k->w3c = b->struct_size >= offsetof(voc_block, context) + sizeof b->context ? b->context : NULL;
    for (uint64_t i = 0; i < b->n_records && !k->rc; i++) read_line(k, wl_cut(block, b->start[i], b->end[i]), i);
    give(k);
    const voc_rc rc = k->rc;
    wl_work_back(w, k);
    return rc;
}

// ---- what is said of it ----------------------------------------------------------------------------------------------------------------------

static void describe(void *instance, char *out, size_t size)
{
    static const char *const who[] = {"the user who logged in, else the cookie, else the address with the browser's name", "the user who logged in", "the cookie", "the address with the browser's name",
                                      "the address"};
    static const char *const machines[] = {"events of their own (action crawl, nobody's journey)", "left out", "taken for visitors"};
    static const char *const parts[] = {"events of their own (action load, nobody's act)", "left out", "taken for acts of visitors"};
    const struct weblog *w = instance;
    int n = snprintf(out, size, "read as %s%s%.*s\n", w->said ? w->said : "its format says", w->kind == WL_KIND_LAYOUT ? ": " : "",
                     w->kind == WL_KIND_LAYOUT ? (int)w->format.len : 0, w->format.ptr);
    if (n > 0 && (size_t)n < size)
        n += snprintf(out + n, size - (size_t)n, "customer <- %s; touchpoint <- the page%s; action <- view, download, submit, redirect, error-page%s\n", who[w->visitor],
                      w->ids ? ", ids in it as *" : "", w->naming == WL_NAME_KIND ? " (-O actions=section or page adds what was viewed)" : "");
    if (n > 0 && (size_t)n < size) n += snprintf(out + n, size - (size_t)n, "robots are %s; images, scripts, styles and fonts are %s\n", machines[w->robots], parts[w->parts]);
    if (w->site.len && n > 0 && (size_t)n < size) n += snprintf(out + n, size - (size_t)n, "the site is %.*s: referrers from it are left out\n", SHOW_AT_MOST(w->site, 100));
    if (w->taken_guessed && n > 0 && (size_t)n < size)
        (void)snprintf(out + n, size - (size_t)n,
                       "the number at the end of lines is taken for microseconds (-O format says otherwise)\n");
}

// What was found out, as the options that would have said it.
static voc_rc give_maps(void *instance, voc_source *out)
{
    struct weblog *w = instance;
    out->map_size = sizeof *w->found;
    out->maps = w->found;
    out->n_maps = 0;
    const voc_str format = w->kind == WL_KIND_W3C ? wl_str("w3c") : w->kind == WL_KIND_JSON ? wl_str("json") : w->format;
    const struct { const char *name; voc_str value; const char *why; } all[] = {{"format", format, w->said}, {"site", w->site, "most referrers name it"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i].value.len == 0) continue;
        w->found[out->n_maps++] = (voc_map){.to = wl_str("option"), .constant = wl_str(all[i].name), .from = all[i].value,
                                            .reason = wl_str(all[i].why ? all[i].why : "")};
    }
    return VOC_OK;
}

static const voc_input_ops ops = {.struct_size = sizeof ops,
                                  .framing = VOC_FRAMING_LINES,
                                  .probe = wl_probe,
                                  .open = open_instance,
                                  .close = close_instance,
                                  .rule = make_rule,
                                  .head = wl_head,
                                  .lines = read_lines,
                                  .describe = describe,
                                  .maps = give_maps,
                                  .directive = take_directive};

static const voc_plugin plugin = {.struct_size = sizeof plugin,
                                  .abi_major = VOC_ABI_MAJOR,
                                  .abi_minor = VOC_ABI_MINOR,
                                  .kind = VOC_KIND_INPUT,
                                  .option_size = sizeof(voc_option),
                                  .name = "weblog",
                                  .version = "0.1.0",
                                  .summary = "access logs of web servers, proxies and load balancers",
                                  .licence = "MIT",
                                  .author = "the Vocstream authors",
                                  .options = options,
                                  .n_options = OPT_N,
                                  .extensions = "log",
                                  .ops = &ops,
                                  .about = "One event a request. NCSA common and combined, with hosts and times; format strings of Apache and nginx; W3C extended (IIS, CloudFront), JSON "
                                           "(Caddy, Traefik, nginx), Amazon S3 and load balancers, HAProxy."};

VOC_PLUGIN("input", "weblog", "0.1.0", "MIT", plugin)
