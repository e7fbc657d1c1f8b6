// SPDX-License-Identifier: MIT
// Verbatims, told row by row: all of them, or those that a query finds through the full-text index. A query is words; AND, OR,
// NOT and parentheses between them; "words in quotes" stand together; word* is a beginning; a NEAR b and a NEAR/5 b have at most
// ten, five words between them. It is put into the form of FTS5 here, with every word quoted: nothing in it is an error of syntax
// but what people would call one.
#include "store/words.h"

#include <ctype.h>

#include "base/str.h"
#include "store/project.h"

#define COLUMNS "w.id, i.source, i.file_name, w.customer, w.time_us, w.resolution, w.text, w.language, w.ref_kind, w.ref, w.own_id, w.line"
static const char SELECT_ALL[] = "SELECT " COLUMNS ", '' FROM word AS w LEFT JOIN import AS i ON i.number = w.import ORDER BY w.time_us DESC, i.source, w.record, w.sub";
static const char SELECT_FOUND[] =
    "SELECT " COLUMNS ", snippet(word_index, 0, '[', ']', ' ... ', 24) FROM word_index JOIN word AS w ON w.id = word_index.rowid LEFT JOIN import AS i ON i.number = w.import"
    " WHERE word_index MATCH ? ORDER BY w.time_us DESC, i.source, w.record, w.sub";

// ---- queries ------------------------------------------------------------------------------------------------------------------

enum token { END, WORD, PHRASE, OPERATOR, NEAR, OPEN, CLOSE };
struct scan { voc_str rest, text; enum token token; };

static void next(struct scan *s)
{
    while (s->rest.len && isspace((unsigned char)s->rest.ptr[0])) s->rest.ptr++, s->rest.len--;
    s->token = END;
    if (s->rest.len == 0) return;
    size_t n = 0;
    char c = s->rest.ptr[0];
    if (c == '(' || c == ')') {
        s->token = c == '(' ? OPEN : CLOSE;
        n = 1;
    } else if (c == '"') {
        for (n = 1; n < s->rest.len && s->rest.ptr[n] != '"'; n++) {}
        s->token = PHRASE;
        s->text = str_mk(s->rest.ptr + 1, n - 1);
        n += n < s->rest.len;
        if (n < s->rest.len && s->rest.ptr[n] == '*') n++;
    } else {
        while (n < s->rest.len && !isspace((unsigned char)s->rest.ptr[n]) && !strchr("()\"", s->rest.ptr[n])) n++;
        s->text = str_mk(s->rest.ptr, n);
        s->token = str_is(s->text, "AND") || str_is(s->text, "OR") || str_is(s->text, "NOT") ? OPERATOR
                   : str_is(s->text, "NEAR") || str_starts(s->text, "NEAR/")                 ? NEAR
                                                                                             : WORD;
    }
    s->rest = str_mk(s->rest.ptr + n, s->rest.len - n);
}

static void put_term(struct buf *b, const struct scan *s)
{
    voc_str t = s->text;
    bool beginning = s->token == WORD && t.len > 1 && t.ptr[t.len - 1] == '*';
    buf_byte(b, '"');
    buf_add(b, t.ptr, t.len - beginning);
    buf_cstr(b, beginning ? "\"*" : "\"");
}

static bool is_term(const struct scan *s) { return s->token == WORD || s->token == PHRASE; }

static unsigned distance(voc_str near_)
{
    unsigned n = 0;
    for (size_t i = 5; i < near_.len && n < 1000; i++) n = n * 10 + (unsigned)((near_.ptr[i] - '0') % 10);
    return near_.len > 5 ? n : 10;
}

const char *words_query(struct buf *out, voc_str query)
{
    struct scan s = {.rest = query}, ahead;
    int depth = 0;
    bool operand = false; // an operand stands before
    for (next(&s); s.token != END; next(&s)) {
        if (s.token == NEAR) return "NEAR stands between two words: price NEAR dear";
        if (s.token == OPERATOR) {
            if (!operand) return "AND, OR and NOT stand behind a word or a closing parenthesis";
            buf_printf(out, " %.*s ", STR_ARG(s.text));
            operand = false;
            continue;
        }
        if (s.token == CLOSE && (--depth < 0 || !operand)) return depth < 0 ? "a parenthesis is closed that was not opened" : "something is missing before a closing parenthesis";
        if (s.token == CLOSE) {
            buf_byte(out, ')');
            continue;
        }
        if (operand) buf_cstr(out, " AND ");
        if (s.token == OPEN) {
            depth++;
            buf_byte(out, '(');
            operand = false;
            continue;
        }
        operand = true;
        ahead = s;
        next(&ahead);
        if (ahead.token != NEAR) {
            put_term(out, &s);
            continue;
        }
        unsigned within = 0;
        buf_cstr(out, "NEAR(");
        for (put_term(out, &s); ahead.token == NEAR; next(&ahead)) {
            unsigned n = distance(ahead.text);
            if (n > within) within = n;
            next(&ahead);
            if (!is_term(&ahead)) return "NEAR stands between two words: price NEAR dear";
            buf_byte(out, ' ');
            put_term(out, &ahead);
            s = ahead;
        }
        buf_printf(out, ", %u)", within);
    }
    if (depth) return "a parenthesis is not closed";
    return operand ? NULL : "a word is missing at its end";
}

// ---- rows -----------------------------------------------------------------------------------------------------------------------

static voc_rc query_fault(struct diag *d, voc_str query, const char *why)
{
    diag_error(d, "WORDS-001", NULL, 0,
               "write for example: 'price AND (dear OR expensive)', '\"too dear\"', 'price NEAR dear', 'deliver*'",
               "the query %.*s is not understood: %s", STR_SHOWN(query, 200), why);
    return VOC_E_OPTION;
}

voc_rc store_words(struct project *p, voc_str query, voc_rc (*each)(void *user, const struct store_word *w), void *user, struct diag *d)
{
    sqlite3_stmt *s = NULL;
    struct buf match;
    bool row = true;
    buf_init(&match, 1 << 20);
    const char *fault = query.len ? words_query(&match, query) : NULL;
    voc_rc rc = match.rc ? match.rc : fault ? query_fault(d, query, fault) : project_hold(p);
    if (rc == VOC_OK) rc = db_prepare(p, &s, query.len ? SELECT_FOUND : SELECT_ALL);
    if (rc == VOC_OK && query.len) rc = db_bind(p, s, "t", str_mk(match.ptr, match.len));
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        struct store_word w = {.id = sqlite3_column_int64(s, 0), .source = db_text(s, 1), .file_name = db_text(s, 2),
                               .time_us = sqlite3_column_int64(s, 4), .resolution = (uint32_t)sqlite3_column_int64(s, 5),
                               .text = db_text(s, 6), .language = db_text(s, 7), .ref_kind = (uint32_t)sqlite3_column_int64(s, 8),
                               .ref = db_text(s, 9), .own_id = db_text(s, 10), .line = (uint64_t)sqlite3_column_int64(s, 11),
                               .snippet = db_text(s, 12)};
        int64_t who = sqlite3_column_int64(s, 3);
        w.who = (uint32_t)who;
        if (who) rc = space_find(p, SPACE_ALIASES, (uint32_t)who, &w.customer);
        if (rc == VOC_OK) rc = each(user, &w);
    }
    db_done(&s);
    buf_done(&match);
    return rc;
}
