// SPDX-License-Identifier: MIT
// The text of a mail in HTML, line by line as a reader sees it. What mail programs mark as quoted (blockquote, gmail_quote,
// yahoo_quoted, Outlook's divRplyFwdMsg, ...) gets "> " before its lines, so that quote.c finds it as in plain text.
#include "plugins/input/email/email.h"

#define STACK 200

struct html {
    struct email *e;
    struct text *out;
    unsigned quotes, depth, rest_quoted, breaks, pending, silent;
    int space, pre, started;
    struct { char tag[12]; unsigned char quoted; } stack[STACK];
};

static const struct { const char *name; const char *text; } entities[] = {
    {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}, {"nbsp", " "}, {"euro", "€"}, {"copy", "©"}, {"reg", "®"}, {"trade", "™"}, {"hellip", "…"}, {"ndash", "–"}, {"mdash", "—"},
    {"lsquo", "‘"}, {"rsquo", "’"}, {"sbquo", "‚"}, {"ldquo", "“"}, {"rdquo", "”"}, {"bdquo", "„"}, {"laquo", "«"}, {"raquo", "»"}, {"bull", "•"}, {"middot", "·"}, {"deg", "°"}, {"pound", "£"}, {"yen", "¥"},
    {"sect", "§"}, {"auml", "ä"}, {"ouml", "ö"}, {"uuml", "ü"}, {"Auml", "Ä"}, {"Ouml", "Ö"}, {"Uuml", "Ü"}, {"szlig", "ß"}, {"agrave", "à"}, {"aacute", "á"}, {"acirc", "â"}, {"atilde", "ã"}, {"aring", "å"},
    {"aelig", "æ"}, {"ccedil", "ç"}, {"egrave", "è"}, {"eacute", "é"}, {"ecirc", "ê"}, {"euml", "ë"}, {"igrave", "ì"}, {"iacute", "í"}, {"icirc", "î"}, {"iuml", "ï"}, {"ntilde", "ñ"}, {"ograve", "ò"},
    {"oacute", "ó"}, {"ocirc", "ô"}, {"otilde", "õ"}, {"oslash", "ø"}, {"ugrave", "ù"}, {"uacute", "ú"}, {"ucirc", "û"}, {"yacute", "ý"}, {"Agrave", "À"}, {"Aacute", "Á"}, {"Acirc", "Â"}, {"Atilde", "Ã"},
    {"Aring", "Å"}, {"AElig", "Æ"}, {"Ccedil", "Ç"}, {"Egrave", "È"}, {"Eacute", "É"}, {"Ecirc", "Ê"}, {"Euml", "Ë"}, {"Iacute", "Í"}, {"Ntilde", "Ñ"}, {"Oacute", "Ó"}, {"Ocirc", "Ô"}, {"Oslash", "Ø"},
    {"Uacute", "Ú"}, {"iexcl", "¡"}, {"iquest", "¿"}, {"ordm", "º"}, {"ordf", "ª"}, {"zwnj", ""}, {"shy", ""},
};

static void put_break(struct html *h)
{
    text_byte(h->e, h->out, '\n');
    h->space = h->started = 0;
}

static void put(struct html *h, const char *p, size_t n)
{
    if (h->breaks && h->out->n)
        for (unsigned i = 0; i < h->breaks && i < 2; i++) put_break(h);
    h->breaks = 0;
    if (!h->started) {
        unsigned q = h->quotes + h->rest_quoted;
        for (unsigned i = 0; i < q && i < 8; i++) text_add(h->e, h->out, "> ", 2);
        h->started = 1;
        h->space = 0;
    }
    if (h->space) text_byte(h->e, h->out, ' ');
    h->space = 0;
    text_add(h->e, h->out, p, n);
}

static void want_breaks(struct html *h, unsigned n)
{
    if (h->breaks < n) h->breaks = n;
    h->space = 0;
}

static size_t put_entity(struct html *h, voc_str s)
{
    const char *semi = memchr(s.ptr, ';', s.len < 12 ? s.len : 12);
    size_t n = semi ? (size_t)(semi - s.ptr) : 0;
    if (n > 2 && s.ptr[1] == '#') {
        uint32_t c = 0;
        int hexa = (s.ptr[2] | 32) == 'x';
        for (size_t i = 2 + (size_t)hexa; i < n; i++) {
            char d = s.ptr[i];
            int v = d >= '0' && d <= '9' ? d - '0' : hexa && (d | 32) >= 'a' && (d | 32) <= 'f' ? (d | 32) - 'a' + 10 : -1;
            if (v < 0 || c > 0x110000) return 0;
            c = c * (hexa ? 16 : 10) + (uint32_t)v;
        }
        if (c == 0xA0 || c == '\t' || c == '\n' || c == '\r') {
            h->space = h->started;
            return n + 1;
        }
        if (c < 0x20 || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return n + 1;
        char u[4];
        size_t k = 0;
        if (c < 0x80) u[k++] = (char)c;
        else if (c < 0x800) u[k++] = (char)(0xC0 | c >> 6), u[k++] = (char)(0x80 | (c & 63));
        else if (c < 0x10000) u[k++] = (char)(0xE0 | c >> 12), u[k++] = (char)(0x80 | (c >> 6 & 63)), u[k++] = (char)(0x80 | (c & 63));
        else
            u[k++] = (char)(0xF0 | c >> 18), u[k++] = (char)(0x80 | (c >> 12 & 63)), u[k++] = (char)(0x80 | (c >> 6 & 63)),
            u[k++] = (char)(0x80 | (c & 63));
        put(h, u, k);
        return n + 1;
    }
    for (size_t i = 0; n > 1 && i < sizeof entities / sizeof *entities; i++) {
        if (strlen(entities[i].name) != n - 1 || memcmp(entities[i].name, s.ptr + 1, n - 1) != 0) continue;
        if (strcmp(entities[i].text, " ") == 0) h->space = h->started;
        else put(h, entities[i].text, strlen(entities[i].text));
        return n + 1;
    }
    return 0;
}

static int holds(voc_str s, const char *z)
{
    size_t n = strlen(z);
    for (size_t i = 0; i + n <= s.len; i++)
        if (str_begins((voc_str){s.ptr + i, s.len - i}, z)) return 1;
    return 0;
}

static int marks_quote(const char *tag, voc_str inside)
{
    if (strcmp(tag, "blockquote") == 0) return 1;
    if (strcmp(tag, "div") != 0 && strcmp(tag, "span") != 0 && strcmp(tag, "table") != 0) return 0;
    return holds(inside, "gmail_quote") || holds(inside, "yahoo_quoted") || holds(inside, "moz-cite-prefix") ||
           holds(inside, "protonmail_quote") || holds(inside, "tutanota_quote") || holds(inside, "gmail_extra") ||
           holds(inside, "zmail_extra");
}

// From here on everything is the mail that is answered.
static int marks_rest(const char *tag, voc_str inside)
{
    return (strcmp(tag, "div") == 0 || strcmp(tag, "hr") == 0) &&
           (holds(inside, "divrplyfwdmsg") || holds(inside, "appendonsend") ||
            holds(inside, "mail-editor-reference-message-container") || holds(inside, "stopspelling") ||
            holds(inside, "ms-outlook-mobile-reference-message"));
}

static int in_list(const char *tag, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(tag, *list) == 0) return 1;
    return 0;
}

static const char *const empty_tags[] = {"br", "hr", "img", "meta", "link", "input", "col", "area", "base", "wbr", NULL};
static const char *const paragraphs[] = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", NULL};
static const char *const blocks[] = {"div", "tr", "li", "pre", "center", "form", "section", "article", "header", "footer", "body", "hr", NULL};

static void close_to(struct html *h, unsigned depth)
{
    while (h->depth > depth) {
        h->depth--;
        if (h->stack[h->depth].quoted) {
            h->quotes--;
            want_breaks(h, 1);
        }
        if (strcmp(h->stack[h->depth].tag, "pre") == 0) h->pre = 0;
    }
}

static void on_tag(struct html *h, voc_str inside)
{
    char tag[12];
    size_t n = 0;
    int closing = inside.len && inside.ptr[0] == '/';
    for (size_t i = (size_t)closing; i < inside.len && n + 1 < sizeof tag; i++) {
        char c = inside.ptr[i];
        if (!((c | 32) >= 'a' && (c | 32) <= 'z') && !(c >= '0' && c <= '9')) break;
        tag[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    tag[n] = 0;
    if (n == 0) return;
    if (strcmp(tag, "br") == 0) {
        if (h->breaks < 4) h->breaks += h->started || h->breaks ? 1 : 0;
        h->space = 0;
    } else if (strcmp(tag, "td") == 0 || strcmp(tag, "th") == 0) {
        h->space = h->started;
    } else if (in_list(tag, paragraphs)) {
        want_breaks(h, 2);
    } else if (in_list(tag, blocks)) {
        want_breaks(h, 1);
    }
    if (closing) {
        for (unsigned i = h->depth; i > 0; i--) {
            if (strcmp(h->stack[i - 1].tag, tag) != 0) continue;
            close_to(h, i - 1);
            break;
        }
        return;
    }
    if (marks_rest(tag, inside)) h->rest_quoted = 1, want_breaks(h, 1);
    if (in_list(tag, empty_tags) || (inside.len && inside.ptr[inside.len - 1] == '/') || h->depth == STACK) return;
    if (strcmp(tag, "p") == 0 || strcmp(tag, "li") == 0 || strcmp(tag, "td") == 0 || strcmp(tag, "tr") == 0 || strcmp(tag, "font") == 0 || strcmp(tag, "span") == 0)
        if (h->depth > STACK / 2) return; // often never closed
    int quoted = marks_quote(tag, inside);
    if (quoted) {
        want_breaks(h, 1);
        h->quotes++;
    }
    memcpy(h->stack[h->depth].tag, tag, n + 1);
    h->stack[h->depth++].quoted = (unsigned char)quoted;
    if (strcmp(tag, "pre") == 0) h->pre = 1;
}

// Behind the end of an element whose content is no text.
static size_t skip_element(voc_str s, const char *end)
{
    size_t n = strlen(end);
    for (size_t i = 0; i + n <= s.len; i++)
        if (s.ptr[i] == '<' && str_begins((voc_str){s.ptr + i, s.len - i}, end)) return i;
    return s.len;
}

static size_t tag_end(voc_str s)
{
    char quote = 0;
    for (size_t i = 1; i < s.len; i++) {
        if (quote) {
            if (s.ptr[i] == quote) quote = 0;
        } else if ((s.ptr[i] == '"' || s.ptr[i] == '\'') && s.ptr[i - 1] == '=') {
            quote = s.ptr[i];
        } else if (s.ptr[i] == '>') {
            return i;
        }
    }
    const char *gt = memchr(s.ptr, '>', s.len); // a quote that never closes
    return gt ? (size_t)(gt - s.ptr) : s.len;
}

void html_text(struct email *e, voc_str s, struct text *out)
{
    struct html h = {.e = e, .out = out};
    static const char *const silent[][2] = {{"style", "</style"}, {"script", "</script"}, {"title", "</title"}, {"o:p", NULL}};
    size_t unclosed = 0; // how often the search for an end ran to the end of the text
    while (s.len) {
        char c = s.ptr[0];
        size_t n = 1;
        if (c == '<' && s.len > 1 && (s.ptr[1] == '/' || s.ptr[1] == '!' || s.ptr[1] == '?' || ((s.ptr[1] | 32) >= 'a' && (s.ptr[1] | 32) <= 'z'))) {
            if (str_begins(s, "<!--")) {
                const char *end = unclosed < 8 ? memmem(s.ptr + 4, s.len - 4, "-->", 3) : NULL;
                if (!end) unclosed++;
                n = end ? (size_t)(end - s.ptr) + 3 : 4;
            } else {
                size_t to = unclosed < 8 ? tag_end(s) : s.len;
                if (to == s.len) {
                    unclosed++;
                    n = 1;
                } else {
                    n = to + 1;
                    on_tag(&h, (voc_str){s.ptr + 1, to - 1});
                    for (size_t i = 0; i < 3; i++) {
                        if (!str_begins((voc_str){s.ptr + 1, to - 1}, silent[i][0]) || s.ptr[to - 1] == '/') continue;
                        n += skip_element((voc_str){s.ptr + n, s.len - n}, silent[i][1]);
                        break;
                    }
                }
            }
        } else if (c == '&' && (n = put_entity(&h, s)) != 0) {
        } else if (c == '\n' && h.pre) {
            want_breaks(&h, h.breaks + 1 < 3 ? h.breaks + 1 : 3);
            n = 1;
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            n = 1;
            if (h.pre && c != '\r') put(&h, " ", 1);
            else if (!h.breaks) h.space = h.started;
        } else {
            n = 1;
            while (n < s.len && s.ptr[n] != '<' && s.ptr[n] != '&' && s.ptr[n] != ' ' && s.ptr[n] != '\t' && s.ptr[n] != '\n' &&
                   s.ptr[n] != '\r')
                n++;
            put(&h, s.ptr, n);
        }
        s.ptr += n;
        s.len -= n;
    }
    text_byte(e, out, '\n');
}
