// SPDX-License-Identifier: MIT
// Guesses for what the journey does not say, each by a rule that can be told in a sentence: what the source recorded, words
// of the name, answers to something of ours, how buyers and others do it, the usual cost. "unsure" is an answer: no class
// without a reason. Rows that the journey mentions are left as it says. Depends on the facts of the row only.
#include <stdarg.h>
#include <stdio.h>

#include "cli/worksheet/words.h"
#include "cli/worksheet/worksheet.h"

#define SUPPORT 30u // journeys with the act, before it says anything that buyers do it more often

static voc_rc reason(struct worksheet *w, struct ws_row *r, enum ws_column c, const char *format, ...) __attribute__((format(printf, 4, 5)));
static voc_rc reason(struct worksheet *w, struct ws_row *r, enum ws_column c, const char *format, ...)
{
    struct buf b;
    bool ok = true;
    va_list ap;
    buf_init(&b, 1 << 16);
    va_start(ap, format);
    buf_vprintf(&b, format, ap);
    va_end(ap);
    r->reason[c] = arena_str(&w->arena, b.ptr ? b.ptr : "", b.len, &ok);
    voc_rc rc = b.rc;
    buf_done(&b);
    return rc ? rc : ok ? VOC_OK : VOC_E_NOMEM;
}

voc_str ws_slug(struct arena *a, voc_str text, bool *ok)
{
    struct buf b;
    voc_str out = {"", 0};
    buf_init(&b, 4096);
    for (size_t i = 0; i < text.len && b.len < 60; i++) {
        char c = text.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
        if (good) buf_byte(&b, c);
        else if (b.len && b.ptr[b.len - 1] != '-') buf_byte(&b, '-');
    }
    while (b.len && b.ptr[b.len - 1] == '-') b.len--;
    if (b.rc) *ok = false;
    else if (b.len) out = arena_str(a, b.ptr, b.len, ok);
    else out = STR("item");
    buf_done(&b);
    return out;
}

// ---- who acted -----------------------------------------------------------------------------------------------------------------

enum by_what { RECORDED, BY_WORD, BY_OWNER, BY_LOG, BY_ACT, NOTHING };

static voc_rc find_actor(const struct ws_row *r, uint32_t *actor, enum by_what *how, struct ws_words *words)
{
    voc_rc rc = ws_words_of(words, r->action, (voc_str){"", 0});
    *actor = r->recorded;
    *how = RECORDED;
    if (rc || r->recorded != VOC_ACTOR_UNSET) return rc;
    bool owned = r->n_owned * 5 >= r->count * 4 && r->n_person * 5 <= r->count;
    if (words->works && r->n_device * 5 >= r->count * 4) words->actor = VOC_ACTOR_UNSET; // somebody created or changed it at a device of theirs
    if (owned) {
        *how = BY_OWNER;
        *actor = VOC_ACTOR_COMPANY;
    } else if (r->ours) {
        *how = BY_LOG;
        *actor = VOC_ACTOR_COMPANY;
    } else if (words->actor && !words->act) {
        *how = BY_WORD;
        *actor = words->actor;
    } else if (words->act && !words->actor && !(words->flags & SAYS_UNCLEAR)) {
        *how = BY_ACT;
        *actor = VOC_ACTOR_CUSTOMER;
    } else {
        *how = NOTHING;
    }
    return VOC_OK;
}

voc_rc ws_guess_actor(struct ws_row *r, uint32_t *actor)
{
    enum by_what how;
    struct ws_words words;
    return find_actor(r, actor, &how, &words);
}

static voc_rc guess_actor(struct worksheet *w, struct ws_row *r, uint32_t *actor)
{
    static const voc_str names[] = {{"unsure", 6}, {"customer", 8}, {"company", 7}, {"other", 5}};
    enum by_what how;
    struct ws_words words;
    voc_rc rc = find_actor(r, actor, &how, &words);
    if (rc) return rc;
    r->cell[WS_ACTOR] = names[*actor];
    switch (how) {
    case RECORDED: return VOC_OK;
    case BY_OWNER: return reason(w, r, WS_ACTOR, "the company, because one of ours is named as the owner and no person of the customer's");
    case BY_LOG: return reason(w, r, WS_ACTOR, "the company, because this log names people of ours and none of the customer's");
    case BY_WORD: return reason(w, r, WS_ACTOR, "the company, by the word \"%s\"", words.actor_word);
    case BY_ACT: return reason(w, r, WS_ACTOR, "the customer, by the word \"%s\"", words.word);
    case NOTHING: break;
    }
    if (words.act && words.actor) return reason(w, r, WS_ACTOR, "unsure who acts: \"%s\" sounds like the customer, \"%s\" like the company", words.word, words.actor_word);
    return reason(w, r, WS_ACTOR, "unsure who acts: the source does not say");
}

// ---- what a customer's act is worth ----------------------------------------------------------------------------------------------

static const char *class_reason(uint32_t class_)
{
    switch (class_) {
    case VOC_CLASS_VALUE: return "customers get something by it";
    case VOC_CLASS_MECHANICAL: return "it can happen without a person";
    case VOC_CLASS_HARM: return "the customer turns away";
    case VOC_CLASS_UNDELIVERED: return "the message did not arrive";
    case VOC_CLASS_PASSAGE: return "a way through, nobody comes for it";
    case VOC_CLASS_TROUBLE: return "the customer acts because something failed";
    default: return "";
    }
}

static int percent(uint64_t part, uint64_t whole) { return whole ? (int)((part * 200 + whole) / (2 * whole)) : 0; }

static voc_rc set_class(struct ws_row *r, uint32_t class_)
{
    r->cell[WS_CLASS] = str_of(ws_class_names[class_]);
    return VOC_OK;
}

static voc_rc guess_class(struct worksheet *w, struct ws_row *r)
{
    const struct ws_words *x = r->words;
    if (x->act && x->flags & SAYS_UNCLEAR) return reason(w, r, WS_CLASS, "no class: \"%s\" may be advice or a complaint, the name alone does not tell", x->word);
    if (x->act) {
        set_class(r, x->class_);
        return reason(w, r, WS_CLASS, "%s, by the word \"%s\": %s", ws_class_names[x->class_], x->word, class_reason(x->class_));
    }
    if (r->n_ref * 2 >= r->count && r->count >= 3) {
        set_class(r, VOC_CLASS_VALUE);
        return reason(w, r, WS_CLASS, "value: %d %% of them answer something of ours", percent(r->n_ref, r->count));
    }
    // Of those who did it, n_before bought later; of all, n_won bought.
    if (r->n_units >= SUPPORT && w->n_won >= SUPPORT && r->n_before * w->n_units * 2 >= 3 * w->n_won * r->n_units) {
        set_class(r, VOC_CLASS_VALUE);
        return reason(w, r, WS_CLASS, "value: %d %% of those who do it buy later, %d %% of all", percent(r->n_before, r->n_units), percent(w->n_won, w->n_units));
    }
    if (w->n_units >= SUPPORT && r->n_units * 10 >= w->n_units * 9 && r->count >= 3 * r->n_units && w->unit != VOC_UNIT_CASE) {
        set_class(r, VOC_CLASS_PASSAGE);
        return reason(w, r, WS_CLASS, "passage: %d %% of all do it, %llu times each", percent(r->n_units, w->n_units), (unsigned long long)(r->count / r->n_units));
    }
    return reason(w, r, WS_CLASS, "no class: nothing tells what customers get by it, you decide");
}

static voc_rc guess_value(struct worksheet *w, struct ws_row *r)
{
    if (r->value == VOC_NA || r->value <= 0 || !str_is(r->cell[WS_CLASS], "value")) return VOC_OK;
    char *text = arena_printf(&w->arena, "%lld.%02lld", (long long)(r->value / 1000000), (long long)(r->value % 1000000 / 10000));
    if (!text) return VOC_E_NOMEM;
    r->cell[WS_VALUE] = str_of(text);
    return reason(w, r, WS_VALUE, "worth %s, the middle one of the values recorded with it", text);
}

// Answers to what we sent are a sign that it was seen; where customers also do things of their own accord, those tell more, and
// answers would only mirror what was sent.
static bool is_answer(const struct ws_row *r)
{
    return r->n_ref * 2 >= r->count && (r->words->near_ == NEAR_NONE || r->words->near_ == NEAR_INVESTIGATING);
}

static voc_rc second_look(struct worksheet *w)
{
    bool own = false;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < w->rows.n; i++) own |= str_is(w->rows.at[i].cell[WS_CLASS], "value") && !is_answer(&w->rows.at[i]);
    for (size_t i = 0; own && i < w->rows.n && !rc; i++) {
        struct ws_row *r = &w->rows.at[i];
        if (r->mentioned || !str_is(r->cell[WS_CLASS], "value") || !is_answer(r)) continue;
        for (enum ws_column c = WS_CLASS; c <= WS_MINUTES; c++) r->cell[c] = r->reason[c] = (voc_str){"", 0};
        r->cell[WS_CLASS] = str_of(ws_class_names[VOC_CLASS_NEUTRAL]);
        rc = reason(w, r, WS_CLASS,
                    "neutral: %d %% of them answer something of ours, and mirror what was sent; what customers do of "
                    "their own accord tells more",
                    percent(r->n_ref, r->count));
    }
    return rc;
}

// Of two sources, of which one may not say who acts.
static bool same_act(const struct ws_row *a, const struct ws_row *b) { return str_eq(a->action, b->action) && str_eq(a->cell[WS_ACTOR], b->cell[WS_ACTOR]); }

// A journey says once what an act is worth, whichever source it comes from: where one source says who acts and another does not,
// they are two rows, and that with the most events decides.
static voc_rc agree(struct worksheet *w)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < w->rows.n && !rc; i++) {
        struct ws_row *r = &w->rows.at[i];
        const struct ws_row *most = r;
        if (r->mentioned || !str_is(r->cell[WS_ACTOR], "customer")) continue;
        for (size_t k = 0; k < w->rows.n; k++) {
            const struct ws_row *o = &w->rows.at[k];
            if (!o->mentioned && same_act(o, r) && (o->count > most->count || (o->count == most->count && o < most))) most = o;
        }
        if (most == r || (str_eq(most->cell[WS_CLASS], r->cell[WS_CLASS]) && str_eq(most->cell[WS_VALUE], r->cell[WS_VALUE]))) continue;
        r->cell[WS_CLASS] = most->cell[WS_CLASS];
        r->cell[WS_VALUE] = most->cell[WS_VALUE];
        r->reason[WS_VALUE] = (voc_str){"", 0};
        rc = reason(w, r, WS_CLASS, "%.*s, as where most of them come from", (int)most->cell[WS_CLASS].len, most->cell[WS_CLASS].len ? most->cell[WS_CLASS].ptr : "");
    }
    return rc;
}

// ---- touchpoints -----------------------------------------------------------------------------------------------------------------

static voc_rc plain_number(struct arena *a, int64_t micro, voc_str *out)
{
    char text[48];
    bool ok = true;
    int n = snprintf(text, sizeof text, "%lld.%06lld", (long long)(micro / 1000000), (long long)(micro % 1000000));
    while (text[n - 1] == '0') n--;
    if (text[n - 1] == '.') n--;
    *out = arena_str(a, text, (size_t)n, &ok);
    return ok ? VOC_OK : VOC_E_NOMEM;
}

// "newsletter-#-#" is the newsletter.
static voc_str without_numbers(voc_str s)
{
    size_t n = s.len;
    while (n && (s.ptr[n - 1] == '#' || s.ptr[n - 1] == '-' || s.ptr[n - 1] == '_' || s.ptr[n - 1] == ' ' || s.ptr[n - 1] == '.' ||
                 s.ptr[n - 1] == '/'))
        n--;
    return n ? str_mk(s.ptr, n) : s;
}

// The function is the owner's where he is called like one, else what the words say.
static voc_rc guess_function(struct worksheet *w, struct ws_row *r)
{
    struct ws_words owner = {0};
    voc_rc rc = r->owner.len ? ws_words_of(&owner, r->owner, (voc_str){"", 0}) : VOC_OK;
    const char *f = owner.function ? owner.function : r->words->function;
    if (rc || !f) return rc;
    r->cell[WS_FUNCTION] = str_of(f);
    return reason(w, r, WS_FUNCTION, "%s, by the %s\"%s\"", f, owner.function ? "owner " : "word ", owner.function ? owner.function_word : r->words->function_word);
}

static voc_rc guess_costs(struct worksheet *w, struct ws_row *r)
{
    voc_rc rc = VOC_OK;
    if (r->owner.len) r->cell[WS_OWNER] = r->owner;
    if (r->cost != VOC_NA && r->cost >= 0) {
        rc = plain_number(&w->arena, r->cost, &r->cell[WS_COST]);
        if (!rc) rc = reason(w, r, WS_COST, "cost %.*s, the middle one of those recorded", STR_ARG(r->cell[WS_COST]));
    }
    if (!rc && r->minutes != VOC_NA && r->minutes > 0) rc = plain_number(&w->arena, r->minutes, &r->cell[WS_MINUTES]);
    return rc ? rc : guess_function(w, r);
}

static voc_rc guess_push(struct worksheet *w, struct ws_row *r)
{
    bool ok = true;
    if (!r->n_known) return reason(w, r, WS_TOUCHPOINT, "it names no customer: internal work, which belongs under <steps> of journey.xml");
    r->cell[WS_KIND] = STR("push");
    r->cell[WS_TOUCHPOINT] = ws_slug(&w->arena, without_numbers(r->by == WS_BY_ACTION ? r->action : r->name), &ok);
    voc_rc rc = ok ? reason(w, r, WS_TOUCHPOINT, "a touch, because the company acts") : VOC_E_NOMEM;
    return rc ? rc : guess_costs(w, r);
}

static voc_rc guess_pull(struct worksheet *w, struct ws_row *r)
{
    bool ok = true;
    if (!(r->words->act && r->words->flags & SAYS_PULL) || !str_is(r->cell[WS_CLASS], "value")) return VOC_OK;
    r->cell[WS_KIND] = STR("pull");
    r->cell[WS_TOUCHPOINT] = ws_slug(&w->arena, r->action, &ok);
    voc_rc rc = ok ? reason(w, r, WS_TOUCHPOINT, "something we offer, and customers must act to get it") : VOC_E_NOMEM;
    return rc ? rc : guess_costs(w, r);
}

static voc_rc guess_row(struct worksheet *w, struct ws_row *r)
{
    uint32_t actor;
    for (size_t c = 0; c < WS_COLUMNS; c++) r->cell[c] = r->said[c];
    if (r->mentioned) {
        if (!r->cell[WS_ACTOR].len) r->cell[WS_ACTOR] = STR("unsure");
        return VOC_OK;
    }
    voc_rc rc = guess_actor(w, r, &actor);
    if (rc || actor == VOC_ACTOR_OTHER) return rc;
    if (actor == VOC_ACTOR_COMPANY) return guess_push(w, r);
    if (actor == VOC_ACTOR_UNSET && r->words->act && r->words->actor) return VOC_OK; // no class before it is known who acts
    rc = guess_class(w, r);
    if (!rc) rc = guess_value(w, r);
    return rc ? rc : guess_pull(w, r);
}

// Two things that would have one name get a number; a touchpoint may not share rows by accident.
static voc_rc tell_apart(struct worksheet *w)
{
    for (size_t i = 0; i < w->rows.n; i++) {
        struct ws_row *r = &w->rows.at[i];
        if (r->mentioned || !r->cell[WS_TOUCHPOINT].len) continue;
        voc_str base = r->cell[WS_TOUCHPOINT];
        for (unsigned number = 2; number < 10000; number++) {
            bool taken = false;
            for (size_t k = 0; k < w->rows.n && !taken; k++) {
                const struct ws_row *o = &w->rows.at[k];
                bool same_thing = o->by == r->by && (r->by == WS_BY_TOUCHPOINT ? str_eq(o->name, r->name) : r->by == WS_BY_ACTION && same_act(o, r));
                taken = (k < i || o->mentioned) && k != i && str_eq(o->cell[WS_TOUCHPOINT], r->cell[WS_TOUCHPOINT]) && !same_thing;
            }
            for (size_t k = 0; k < w->j->n_claims && !taken; k++) taken = str_eq(w->j->claims[k].id, r->cell[WS_TOUCHPOINT]);
            if (!taken) break;
            char *text = arena_printf(&w->arena, "%.*s-%u", STR_ARG(base), number);
            if (!text) return VOC_E_NOMEM;
            r->cell[WS_TOUCHPOINT] = str_of(text);
        }
    }
    // One raw touchpoint through several actions is one touchpoint, and has one cost: that of its most frequent row.
    for (size_t i = 0; i < w->rows.n; i++)
        for (size_t k = 0; k < i; k++) {
            struct ws_row *r = &w->rows.at[i], *o = &w->rows.at[k];
            if (r->mentioned || o->mentioned || !r->cell[WS_TOUCHPOINT].len || !str_eq(r->cell[WS_TOUCHPOINT], o->cell[WS_TOUCHPOINT])) continue;
            for (enum ws_column c = WS_GROUP; c <= WS_MINUTES; c++) r->cell[c] = o->cell[c];
            break;
        }
    return VOC_OK;
}

static voc_rc join_reasons(struct worksheet *w, struct ws_row *r)
{
    struct buf b;
    bool ok = true, guessed = false;
    buf_init(&b, 1 << 16);
    for (size_t c = 0; c < WS_COLUMNS; c++) guessed |= r->reason[c].len != 0;
    if (r->mentioned) {
        buf_printf(&b, "from journey %.*s v%.*s", STR_ARG(w->j->id), STR_ARG(w->j->version));
        if (r->work != VOC_NONE) buf_printf(&b, ", internal work: %.*s", STR_ARG(w->j->works[r->work].id));
        if (r->shared) buf_cstr(&b, ", where several touchpoints share these events");
    }
    for (size_t c = 0; c < WS_COLUMNS; c++) {
        if (!r->reason[c].len) continue;
        buf_cstr(&b, b.len ? "; " : "guessed: ");
        buf_str(&b, r->reason[c]);
    }
    if (guessed || r->mentioned) buf_byte(&b, '.');
    r->why = arena_str(&w->arena, b.ptr ? b.ptr : "", b.len, &ok);
    voc_rc rc = b.rc;
    buf_done(&b);
    return rc ? rc : ok ? VOC_OK : VOC_E_NOMEM;
}

voc_rc ws_guess(struct worksheet *w)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < w->rows.n && !rc; i++) {
        for (size_t c = 0; c < WS_COLUMNS; c++) w->rows.at[i].reason[c] = (voc_str){"", 0};
        rc = guess_row(w, &w->rows.at[i]);
    }
    if (!rc) rc = second_look(w);
    if (!rc) rc = agree(w);
    if (!rc) rc = ws_guess_stages(w);
    if (!rc) rc = tell_apart(w);
    for (size_t i = 0; i < w->rows.n && !rc; i++) rc = join_reasons(w, &w->rows.at[i]);
    return rc;
}
