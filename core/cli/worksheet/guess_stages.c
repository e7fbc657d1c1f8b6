// SPDX-License-Identifier: MIT
// Guesses of stages, in three ways, the first that fits. The journey has stages: an act that it does not mention may enter one
// of them by its words. Acts of customers: the well-known stages from aware to keeping where words of the names fit them, else
// the most common acts in the order in which customers first do them. A log of cases in which only the company is known to
// act: what it recorded, in the order in which records follow each other; then stages are "declared" and nothing is scored.
// In the last two an act that ends its cases is an exit, and no stage.
#include <stdarg.h>
#include <stdio.h>

#include "cli/worksheet/words.h"
#include "cli/worksheet/worksheet.h"

static const char *const titles[] = {"", "Aware", "Investigating", "Seeking a vendor", "Considering", "Purchasing", "Keeping"};

static voc_rc say(struct worksheet *w, struct ws_row *r, const char *format, ...) __attribute__((format(printf, 3, 4)));
static voc_rc say(struct worksheet *w, struct ws_row *r, const char *format, ...)
{
    char text[300];
    bool ok = true;
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    r->reason[WS_STAGE] = arena_str(&w->arena, text, n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1, &ok);
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static bool by_customer(const struct ws_row *r)
{
    return str_is(r->cell[WS_ACTOR], "customer") || (str_is(r->cell[WS_ACTOR], "unsure") && r->recorded == VOC_ACTOR_UNSET);
}
static bool is_class(const struct ws_row *r, uint32_t class_) { return str_is(r->cell[WS_CLASS], ws_class_names[class_]); }

// The stage of that id in the list of guesses, put behind the others if it is new; exits have an outcome.
static struct ws_stage *stage_of(struct worksheet *w, voc_str id, voc_str title, const char *outcome)
{
    for (size_t i = 0; i < w->n_stages; i++)
        if (str_eq(w->stages[i].id, id) && !w->stages[i].outcome.len == !outcome) return &w->stages[i];
    if (w->n_stages == sizeof w->stages / sizeof *w->stages) return NULL;
    w->stages[w->n_stages] = (struct ws_stage){.id = id, .title = title, .outcome = str_of(outcome)};
    return &w->stages[w->n_stages++];
}

static voc_rc enter(struct worksheet *w, struct ws_row *r, const struct ws_stage *s)
{
    if (!s) return VOC_OK; // more stages than anybody can look at
    if (!s->outcome.len) {
        r->cell[WS_STAGE] = s->id;
        return VOC_OK;
    }
    char *text = arena_printf(&w->arena, "exit:%.*s", STR_ARG(s->id));
    if (!text) return VOC_E_NOMEM;
    r->cell[WS_STAGE] = str_of(text);
    return VOC_OK;
}

static const char *outcome_of(const struct worksheet *w, const struct ws_row *r) { return r->words->wide && !w->pipeline ? NULL : r->words->outcome; }

// How a journey ends that ends with it, or NULL: a word says so, it is the last of four in five journeys that have it, and hardly any
// has it twice. Customers may begin anew after what ended a case of theirs.
static const char *end_of(const struct worksheet *w, const struct ws_row *r)
{
    if (r->mentioned || r->by != WS_BY_ACTION || (w->unit != VOC_UNIT_CASE && by_customer(r))) return NULL;
    return r->n_units && r->n_last * 5 >= r->n_units * 4 && r->count * 5 <= r->n_units * 6 ? r->words->ending : NULL;
}

// ---- by words --------------------------------------------------------------------------------------------------------------------

static bool near_row(const struct worksheet *w, const struct ws_row *r, enum ws_near near_)
{
    return !r->mentioned && !end_of(w, r) && by_customer(r) && r->words->act && r->words->near_ == near_ &&
           (is_class(r, VOC_CLASS_VALUE) || is_class(r, VOC_CLASS_PASSAGE));
}

static voc_rc into_existing(struct worksheet *w)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < w->rows.n && !rc; i++) {
        struct ws_row *r = &w->rows.at[i];
        for (size_t s = 0; s < w->j->n_stages && !rc && !w->j->evidence_declared; s++) {
            enum ws_near near_ = r->words->near_ == NEAR_WON ? NEAR_KEEPING : r->words->near_;
            if (!near_ || !near_row(w, r, r->words->near_) || !str_is(w->j->stages[s].id, ws_near_names[near_])) continue;
            r->cell[WS_STAGE] = w->j->stages[s].id;
            rc = say(w, r, "stage %s, by the word \"%s\"", ws_near_names[near_], r->words->word);
        }
    }
    return rc;
}

static voc_rc by_words(struct worksheet *w, bool *fits)
{
    bool has[8] = {false};
    size_t n = 0;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < w->rows.n; i++)
        for (enum ws_near k = NEAR_AWARE; k <= NEAR_WON; k++)
            if (near_row(w, &w->rows.at[i], k) && !has[k]) has[k] = true, n++;
    *fits = n >= 3;
    if (!*fits) return VOC_OK;
    bool keeps = has[NEAR_KEEPING];
    for (enum ws_near k = NEAR_AWARE; k <= NEAR_WON && !rc; k++) {
        const char *id = ws_near_names[k], *outcome = NULL;
        if (!has[k]) continue;
        if (k == NEAR_WON && keeps) id = "keeping";
        if (k == NEAR_WON && !keeps) outcome = "won";
        // A stage for those who bought comes to be by what they do as customers, and by the order itself.
        struct ws_stage *s = stage_of(w, str_of(id), str_of(outcome ? "Bought" : titles[k == NEAR_WON ? NEAR_KEEPING : k]), outcome);
        for (size_t i = 0; i < w->rows.n && !rc; i++) {
            struct ws_row *r = &w->rows.at[i];
            if (!near_row(w, r, k)) continue;
            rc = enter(w, r, s);
            if (!rc && outcome) rc = say(w, r, "the journey ends well with it, by the word \"%s\"; the next act begins another", r->words->word);
            else if (!rc && k == NEAR_WON) rc = say(w, r, "stage keeping, because \"%s\" makes a customer, and customers come again here", r->words->word);
            else if (!rc) rc = say(w, r, "stage %s, by the word \"%s\"", id, r->words->word);
        }
    }
    return rc;
}

// ---- by order --------------------------------------------------------------------------------------------------------------------

static bool before(const struct ws_row *a, const struct ws_row *b)
{
    if (a->rank < b->rank || b->rank < a->rank) return a->rank < b->rank;
    if (a->n_units != b->n_units) return a->n_units > b->n_units;
    return str_cmp(a->action, b->action) < 0;
}

// Of those that may be stages, the most common ones (at least 1 in 20 journeys), in order.
static size_t pick(struct worksheet *w, bool (*may)(const struct worksheet *w, const struct ws_row *r), struct ws_row *out[WS_STAGES_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < w->rows.n; i++) {
        struct ws_row *r = &w->rows.at[i];
        if (r->mentioned || r->rank <= 0 || r->n_units * 20 < w->n_units || !may(w, r)) continue;
        if (n == WS_STAGES_MAX) {
            size_t least = 0;
            for (size_t k = 1; k < n; k++)
                if (out[k]->n_units < out[least]->n_units) least = k;
            if (out[least]->n_units >= r->n_units) continue;
            out[least] = r;
        } else {
            out[n++] = r;
        }
    }
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && before(out[k], out[k - 1]); k--) {
            struct ws_row *t = out[k];
            out[k] = out[k - 1];
            out[k - 1] = t;
        }
    return n;
}

static voc_str plain_title(struct worksheet *w, voc_str action, bool *ok)
{
    struct buf b;
    voc_str out = {"", 0};
    buf_init(&b, 4096);
    for (size_t i = 0; i < action.len && b.len < 80; i++) buf_byte(&b, action.ptr[i] == '_' || action.ptr[i] == '-' ? ' ' : action.ptr[i]);
    if (b.len && b.ptr[0] >= 'a' && b.ptr[0] <= 'z') b.ptr[0] = (char)(b.ptr[0] - 'a' + 'A');
    out = arena_str(&w->arena, b.ptr ? b.ptr : "", b.len, ok);
    buf_done(&b);
    return out;
}

static bool may_be_act(const struct worksheet *w, const struct ws_row *r)
{
    return !end_of(w, r) && by_customer(r) && (is_class(r, VOC_CLASS_VALUE) || is_class(r, VOC_CLASS_PASSAGE) || !r->cell[WS_CLASS].len);
}

static voc_rc by_order(struct worksheet *w)
{
    struct ws_row *row[WS_STAGES_MAX];
    size_t n = pick(w, may_be_act, row);
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < n && !rc; i++) {
        bool ok = true;
        voc_str id = ws_slug(&w->arena, row[i]->action, &ok), title = plain_title(w, row[i]->action, &ok);
        rc = ok ? enter(w, row[i], stage_of(w, id, title, NULL)) : VOC_E_NOMEM;
        if (!rc) rc = say(w, row[i], "a stage, one of the %zu most common acts, in the order in which customers first do them", n);
    }
    return rc;
}

// ---- as recorded -----------------------------------------------------------------------------------------------------------------

static bool may_be_record(const struct worksheet *w, const struct ws_row *r)
{
    (void)w;
    return !by_customer(r) || r->recorded == VOC_ACTOR_UNSET;
}

static bool may_be_step(const struct worksheet *w, const struct ws_row *r)
{
    return may_be_record(w, r) && !end_of(w, r) && r->count <= 2 * r->n_units && !(outcome_of(w, r) || (w->n_stages && r->words->record));
}

// An end that is named as sales teams do says that it is a sales pipeline.
static bool names_an_end(const struct worksheet *w)
{
    bool named = false;
    for (size_t i = 0; i < w->rows.n; i++) named |= w->rows.at[i].words->outcome && !w->rows.at[i].words->wide;
    return named;
}

// Cases, and nothing that a customer is known to have done for its worth. In a pipeline "proposal" is a stage, and no act of the customer's.
static bool only_records(const struct worksheet *w)
{
    if (w->unit != VOC_UNIT_CASE) return false;
    for (size_t i = 0; i < w->rows.n; i++) {
        const struct ws_row *r = &w->rows.at[i];
        const bool record = outcome_of(w, r) || (w->pipeline && r->words->record);
        if (r->mentioned || r->recorded == VOC_ACTOR_CUSTOMER || (by_customer(r) && is_class(r, VOC_CLASS_VALUE) && !record)) return false;
    }
    return w->rows.n > 0;
}

// What the company records about a case is no touch.
static void no_touches(struct worksheet *w)
{
    for (size_t i = 0; i < w->rows.n; i++) {
        struct ws_row *r = &w->rows.at[i];
        if (r->by != WS_BY_ACTION) continue;
        for (enum ws_column c = WS_CLASS; c <= WS_MINUTES; c++) r->cell[c] = r->reason[c] = (voc_str){"", 0};
    }
}

static voc_rc as_recorded(struct worksheet *w)
{
    static const char *const order[] = {"prospecting", "qualifying", "engaging", "proposing", "negotiating"};
    struct ws_row *row[WS_STAGES_MAX];
    voc_rc rc = VOC_OK;
    w->declared = true;
    no_touches(w);
    const bool named = w->pipeline;
    for (size_t k = 0; named && k < sizeof order / sizeof *order && !rc; k++)
        for (size_t i = 0; i < w->rows.n && !rc; i++) {
            struct ws_row *r = &w->rows.at[i];
            bool ok = true;
            if (outcome_of(w, r) || !r->words->record || strcmp(r->words->record, order[k]) != 0 || !may_be_record(w, r)) continue;
            voc_str title = plain_title(w, str_of(order[k]), &ok);
            rc = ok ? enter(w, r, stage_of(w, str_of(order[k]), title, NULL)) : VOC_E_NOMEM;
            if (!rc) rc = say(w, r, "stage %s as recorded, by the word \"%s\"", order[k], r->words->record_word);
        }
    size_t n = w->n_stages ? 0 : pick(w, may_be_step, row);
    for (size_t i = 0; i < n && !rc; i++) {
        bool ok = true;
        voc_str id = ws_slug(&w->arena, row[i]->action, &ok), title = plain_title(w, row[i]->action, &ok);
        rc = ok ? enter(w, row[i], stage_of(w, id, title, NULL)) : VOC_E_NOMEM;
        if (!rc) rc = say(w, row[i], "a stage as recorded, one of the %zu most common steps, in the order in which they follow each other", n);
    }
    for (size_t i = 0; i < w->rows.n && !rc && named; i++) {
        struct ws_row *r = &w->rows.at[i];
        if (!outcome_of(w, r) || !may_be_record(w, r)) continue;
        const char *o = outcome_of(w, r), *title = o[0] == 'w' ? "Won" : o[0] == 'l' ? "Lost" : "Disqualified";
        rc = enter(w, r, stage_of(w, str_of(o), str_of(title), o));
        if (!rc) rc = say(w, r, "the case ends with it: %s, by the word \"%s\"", o, r->words->record_word);
    }
    return rc;
}

// ---- all -------------------------------------------------------------------------------------------------------------------------

static void clear_touch(struct ws_row *r)
{
    for (enum ws_column c = WS_KIND; c <= WS_MINUTES; c++)
        if (c != WS_STAGE) r->cell[c] = r->reason[c] = (voc_str){"", 0};
}

// Records of the end of a sale by others than customers ("closed-lost"), where stages are acts.
static voc_rc recorded_ends(struct worksheet *w)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < w->rows.n && !rc; i++) {
        struct ws_row *r = &w->rows.at[i];
        const char *o = outcome_of(w, r);
        if (!o || r->mentioned || by_customer(r) || strcmp(o, "won") == 0 || (r->by != WS_BY_ACTION && r->cell[WS_TOUCHPOINT].len)) continue;
        rc = enter(w, r, stage_of(w, str_of(o), str_of(o[0] == 'l' ? "Lost" : "Disqualified"), o));
        if (!rc) rc = say(w, r, "the journey ends with it: %s, by the word \"%s\"", o, r->words->record_word);
        clear_touch(r);
    }
    return rc;
}

// What else ends cases, each by its own name.
static voc_rc ends_of_cases(struct worksheet *w)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < w->rows.n && !rc; i++) {
        struct ws_row *r = &w->rows.at[i];
        const char *outcome = end_of(w, r);
        bool ok = true;
        if (!outcome || r->cell[WS_STAGE].len) continue;
        voc_str id = ws_slug(&w->arena, r->action, &ok), title = plain_title(w, r->action, &ok);
        const struct ws_stage *s = ok ? stage_of(w, id, title, outcome) : NULL;
        if (!ok) rc = VOC_E_NOMEM;
        if (!s) continue;
        rc = enter(w, r, s);
        if (!rc)
            rc = say(w, r, "the journey ends with it: by the word \"%s\", and because it is the last of %.0f %% of those that have it", r->words->ending_word,
                     100.0 * (double)r->n_last / (double)r->n_units);
        clear_touch(r);
    }
    return rc;
}

voc_rc ws_guess_stages(struct worksheet *w)
{
    bool fits = false;
    w->n_stages = 0;
    if (w->j->n_stages) return into_existing(w);
    w->declared = false;
    w->pipeline = names_an_end(w);
    if (only_records(w)) {
        voc_rc rc = as_recorded(w);
        return rc ? rc : ends_of_cases(w);
    }
    voc_rc rc = by_words(w, &fits);
    if (!rc && !fits) rc = by_order(w);
    if (!rc) rc = recorded_ends(w);
    if (!rc) rc = ends_of_cases(w);
    // Where each stands, for stages that somebody adds.
    for (size_t s = 0; s < w->n_stages; s++) {
        double sum = 0, weight = 0;
        for (size_t i = 0; i < w->rows.n; i++)
            if (str_eq(w->rows.at[i].cell[WS_STAGE], w->stages[s].id))
                sum += w->rows.at[i].rank * (double)w->rows.at[i].n_units, weight += (double)w->rows.at[i].n_units;
        w->stages[s].rank = weight > 0 ? sum / weight : 0;
    }
    return rc;
}
