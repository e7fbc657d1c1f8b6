// SPDX-License-Identifier: MIT
// Which words of a mail are new: what it quotes (lines with >, "On ... wrote:" and its like, Outlook's blocks of headers,
// "Original Message") and its signature go to texts of their own; all the rest is new, also between quotations. In English,
// German, French, Spanish, Portuguese, Italian and Dutch. A line is only taken for the head of a quotation where a quotation
// follows or where it carries a date: people write "on Monday he wrote:" too, and their words are not to be lost.
#include "plugins/input/email/email.h"

#define LINES_MAX 20000u

enum what { FRESH, QUOTED, SIGNATURE };
struct line { voc_str s; enum what what; };

static voc_str trimmed(voc_str s)
{
    while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t' || s.ptr[0] == '*')) s.ptr++, s.len--; // *From:* as bold text comes through
    while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t' || s.ptr[s.len - 1] == '*')) s.len--;
    while (s.len > 1 && (unsigned char)s.ptr[0] == 0xC2 && (unsigned char)s.ptr[1] == 0xA0) s.ptr += 2, s.len -= 2;
    return s;
}

static int is_blank(voc_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != ' ' && s.ptr[i] != '\t' && s.ptr[i] != '\r') return 0;
    return 1;
}

// "> text", "JD> text", "| text" of old programs is left alone.
static int starts_quoted(voc_str s)
{
    size_t i = 0;
    while (i < s.len && i < 3 && s.ptr[i] == ' ') i++;
    if (i < s.len && s.ptr[i] == '>') return 1;
    size_t from = i;
    while (i < s.len && i - from < 4 && s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') i++;
    return i > from && i < s.len && s.ptr[i] == '>' && (i + 1 == s.len || s.ptr[i + 1] == ' ' || s.ptr[i + 1] == '>');
}

static int begins_any(voc_str s, const char *const *list)
{
    for (; *list; list++)
        if (str_begins(s, *list)) return 1;
    return 0;
}

static int word_in(voc_str s, const char *const *list)
{
    for (; *list; list++)
        for (size_t n = strlen(*list), i = 0; i + n <= s.len; i++)
            if (str_begins((voc_str){s.ptr + i, s.len - i}, *list)) return 1;
    return 0;
}

static int has_digit(voc_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] >= '0' && s.ptr[i] <= '9') return 1;
    return 0;
}

// A year, a date such as 3/12/24 or a time such as 9:05.
static int has_date(voc_str s)
{
    for (size_t i = 0; i + 4 <= s.len; i++) {
        int d[5];
        for (int k = 0; k < 5; k++) d[k] = i + (size_t)k < s.len && s.ptr[i + (size_t)k] >= '0' && s.ptr[i + (size_t)k] <= '9';
        if (d[0] && d[1] && d[2] && d[3] && !d[4] && (s.ptr[i] == '1' || s.ptr[i] == '2')) return 1;
        if (d[0] && s.ptr[i + 1] == ':' && d[2] && d[3]) return 1;
        if (d[0] && (s.ptr[i + 1] == '/' || s.ptr[i + 1] == '.') && d[2] &&
            (s.ptr[i + 3] == '/' || s.ptr[i + 3] == '.' || (d[3] && i + 4 < s.len && (s.ptr[i + 4] == '/' || s.ptr[i + 4] == '.'))))
            return 1;
    }
    return 0;
}

// ---- heads of quotations ------------------------------------------------------------------------------------------------------

static const char *const starters[] = {"on ", "am ", "le ", "el ", "em ", "il ", "op ", "il giorno ", "den ", "at ", "in a message", "in article", "quoting ", "zitat von", "citando ", "a ", "w dniu ", "dne ", NULL};
static const char *const wrote[] = {"wrote", "writes", "said", "schrieb", "geschrieben", "a écrit", "a ecrit", "a \xc3\xa9" "crit", "escribió", "escribio", "escribi\xc3\xb3", "escreveu", "ha scritto", "scrisse", "scritto",
    "schreef", "heeft geschreven", "geschreven", "het volgende", "napisał", "skrev", NULL};
static const char *const before_block[] = {"original message", "originalnachricht", "ursprüngliche nachricht", "urspr\xc3\xbcngliche nachricht", "ursprüngliche mitteilung", "message d'origine", "message d\xe2\x80\x99origine", "message original",
    "mensaje original", "mensagem original", "messaggio originale", "messaggio originario", "oorspronkelijk bericht", "origineel bericht", "oorspronkelijke bericht", "forwarded message", "forwarded by",
    "weitergeleitete nachricht", "weitergeleitet von", "message transféré", "message transf\xc3\xa9r\xc3\xa9", "mensaje reenviado", "mensagem encaminhada", "messaggio inoltrato", "doorgestuurd bericht", "original appointment", "reply message", NULL};
static const char *const forwards[] = {"begin forwarded message:", "anfang der weitergeleiteten", "début du message", "d\xc3\xa9" "but du message", "inicio del mensaje reenviado", "início da mensagem", "in\xc3\xad" "cio da mensagem", "inizio messaggio inoltrato", "begin doorgestuurd bericht", NULL};

// "-----Original Message-----" in one of the languages.
static int is_rule(voc_str s)
{
    s = trimmed(s);
    if (begins_any(s, forwards)) return 1;
    size_t dashes = 0;
    while (dashes < s.len && (s.ptr[dashes] == '-' || s.ptr[dashes] == '_' || s.ptr[dashes] == '=')) dashes++;
    if (dashes < 2 || s.len - dashes < 6 || s.len > 120) return 0;
    return word_in(s, before_block);
}

static const char *const from_labels[] = {"from:", "von:", "de:", "de :", "da:", "van:", "desde:", NULL};
static const char *const date_labels[] = {"sent:", "date:", "gesendet:", "gesendet am:", "datum:", "envoyé:", "envoyé :", "envoy\xc3\xa9:", "envoy\xc3\xa9 :", "date :", "enviado:", "enviado el:", "enviada em:", "enviado em:", "fecha:",
    "data:", "inviato:", "inviata:", "verzonden:", "verzonden op:", NULL};
static const char *const to_labels[] = {"to:", "an:", "à:", "à :", "\xc3\x80:", "\xc3\x80 :", "\xc3\xa0 :", "para:", "a:", "aan:", NULL};
static const char *const subject_labels[] = {"subject:", "betreff:", "objet:", "objet :", "asunto:", "assunto:", "oggetto:", "onderwerp:", NULL};

// Outlook: From, Sent, To, Subject, one under the other.
static int is_block(const struct line *l, size_t i, size_t n)
{
    int date = 0, to = 0, subject = 0;
    if (!begins_any(trimmed(l[i].s), from_labels)) return 0;
    for (size_t k = i + 1; k < n && k < i + 9; k++) {
        voc_str s = trimmed(l[k].s);
        if (starts_quoted(s)) break;
        date |= begins_any(s, date_labels);
        to |= begins_any(s, to_labels);
        subject |= begins_any(s, subject_labels);
    }
    return date + to + subject >= 2;
}

static size_t next_full(const struct line *l, size_t i, size_t n)
{
    while (i < n && is_blank(l[i].s)) i++;
    return i;
}

// "On ... wrote:", over up to four lines. Gives how many lines, 0: none. *rest: all behind it is quoted, marked or not.
static size_t attribution(struct email *e, const struct line *l, size_t i, size_t n, int *rest)
{
    char joined[700];
    size_t len = 0;
    (void)e;
    *rest = 0;
    for (size_t k = i; k < n && k < i + 4 && len + 2 < sizeof joined; k++) {
        voc_str s = trimmed(l[k].s);
        if (s.len == 0 || starts_quoted(s) || s.len > 400) return 0;
        if (k > i && begins_any(s, starters) && has_digit(s)) return 0; // the head begins here
        size_t part = s.len < sizeof joined - len - 2 ? s.len : sizeof joined - len - 2;
        memcpy(joined + len, s.ptr, part);
        len += part;
        voc_str all = {joined, len};
        int colon = joined[len - 1] == ':' || (len > 3 && memcmp(joined + len - 3, "\xEF\xBC\x9A", 3) == 0);
        if (colon) {
            voc_str tail = len > 90 ? (voc_str){joined + len - 90, 90} : all;
            size_t next = next_full(l, k + 1, n);
            int marked = next < n && starts_quoted(l[next].s), verb = word_in(tail, wrote), starts = begins_any(all, starters), dated = has_date(all);
            if (marked && next - k <= 2 && (verb || (dated && (starts || str_find(all, "@")))) && (k == i || dated || starts)) return k - i + 1;
            if (!marked && verb && dated && (starts || str_find(all, "@") || str_find(all, "<"))) {
                *rest = next < n;
                return *rest ? k - i + 1 : 0;
            }
            return 0;
        }
        if (k == i && !begins_any(all, starters) && !has_digit(all)) return 0; // longer ones begin with a date
        joined[len++] = ' ';
    }
    return 0;
}

// ---- signatures ---------------------------------------------------------------------------------------------------------------

static const char *const devices[] = {"sent from my ", "sent via ", "sent from mail for windows", "sent from outlook", "get outlook for", "von meinem ", "gesendet mit der", "gesendet von meinem", "gesendet von mail", "diese nachricht wurde von meinem",
    "envoyé de mon", "envoyé depuis", "envoy\xc3\xa9 de mon", "envoy\xc3\xa9 depuis", "enviado desde mi", "enviado do meu", "enviado de mi", "enviado a partir d", "inviato da iphone", "inviato dal mio", "inviato da ", "verstuurd vanaf", "verzonden vanaf", "outlook for ios",
    "outlook für ios", "yahoo mail", NULL};

static int is_signature(const struct line *l, size_t i, size_t n)
{
    voc_str s = l[i].s;
    if (s.len && s.ptr[s.len - 1] == '\r') s.len--;
    if ((s.len == 3 && memcmp(s.ptr, "-- ", 3) == 0) || (s.len == 2 && memcmp(s.ptr, "--", 2) == 0)) return 1;
    s = trimmed(s);
    if (s.len < 80 && begins_any(s, devices) && next_full(l, i + 1, n) + 3 >= n) return 1;
    size_t rule = 0;
    while (rule < s.len && s.ptr[rule] == '_') rule++;
    if (rule < 20 || rule != s.len) return 0;
    for (size_t k = i + 1; k < n && k < i + 6; k++) // the foot of a mailing list, of a free mail service
        if (str_find(l[k].s, "http") || str_find(l[k].s, "mailing list") || str_find(l[k].s, "@"))
            return !is_block(l, next_full(l, i + 1, n) < n ? next_full(l, i + 1, n) : i, n);
    return 0;
}

static int is_underscores(voc_str s)
{
    s = trimmed(s);
    size_t k = 0;
    while (k < s.len && s.ptr[k] == '_') k++;
    return k >= 10 && k == s.len;
}

// ---- the whole ------------------------------------------------------------------------------------------------------------------

static void mark(struct email *e, struct line *l, size_t n)
{
    enum what now = FRESH;
    for (size_t i = 0; i < n; i++) {
        int rest;
        if (now == QUOTED) { // from a head without marks on, all of it
            l[i].what = QUOTED;
            continue;
        }
        if (starts_quoted(l[i].s)) {
            l[i].what = QUOTED;
            now = FRESH;
            continue;
        }
        if (is_blank(l[i].s)) {
            l[i].what = now;
            continue;
        }
        size_t head = attribution(e, l, i, n, &rest);
        if (head) {
            for (size_t k = i; k < i + head; k++) l[k].what = QUOTED;
            i += head - 1;
            now = rest ? QUOTED : FRESH;
            continue;
        }
        size_t block = is_underscores(l[i].s) ? next_full(l, i + 1, n) : i;
        if (is_rule(l[i].s) || (block < n && is_block(l, block, n))) {
            now = l[i].what = QUOTED;
            continue;
        }
        if (is_signature(l, i, n)) now = SIGNATURE;
        l[i].what = now;
    }
}

static void add_line(struct email *e, struct text *t, voc_str s, size_t max)
{
    if (t->n + s.len + 1 > max) return;
    if (t->n == 0 && is_blank(s)) return;
    if (is_blank(s) && t->n > 1 && t->p[t->n - 1] == '\n' && t->p[t->n - 2] == '\n') return; // one empty line is enough
    while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\r' || s.ptr[s.len - 1] == '\t')) s.len--;
    for (size_t i = 0, from = 0; i <= s.len; i++) {
        if (i < s.len && ((unsigned char)s.ptr[i] >= 0x20 || s.ptr[i] == '\t') && s.ptr[i] != 0x7F) continue;
        text_add(e, t, s.ptr + from, i - from); // no control characters
        from = i + 1;
    }
    text_byte(e, t, '\n');
}

static void end(struct text *t)
{
    while (t->n && (t->p[t->n - 1] == '\n' || t->p[t->n - 1] == ' ')) t->n--;
}

void quote_split(struct email *e, voc_str text, struct text *fresh, struct text *quoted, struct text *signature)
{
    size_t n = 0, at = 0;
    fresh->n = quoted->n = signature->n = 0;
    for (const char *p = text.ptr, *stop = text.ptr + text.len; text.len && p < stop && (p = memchr(p, '\n', (size_t)(stop - p))) != NULL; p++) n++;
    if (++n > LINES_MAX) n = LINES_MAX;
    struct line *l = email_alloc(e, n * sizeof *l);
    if (!l) return;
    for (; at < n && text.len; at++) l[at] = (struct line){str_line(&text), FRESH};
    mark(e, l, at);
    for (size_t i = 0; i < at; i++) {
        if (l[i].what == FRESH) add_line(e, fresh, l[i].s, EMAIL_WORDS_MAX);
        else add_line(e, l[i].what == QUOTED ? quoted : signature, l[i].s, EMAIL_QUOTED_MAX);
    }
    end(fresh);
    end(quoted);
    end(signature);
}
