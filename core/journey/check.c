// SPDX-License-Identifier: MIT
// Runs the samples of a definition through the same events, timeline and tracker as real data, and compares what they
// expect. Then says which stages no sample reaches, and which events two stages or two touchpoints claim: neither is
// wrong, both are worth a look. Single-threaded.
#include "journey/check.h"
#include "base/str.h"
#include <stdio.h>

#define SHOW(s) STR_SHOWN(s, 60)

#define OWNERS_MAX 4096u

struct run { // one sample
    const struct journey *j;
    const struct sample *s;
    struct event_set *events;
    struct timeline *t;
    struct batch *b;
    const voc_journeys *v;
    int64_t end_us;
};
struct pairs { uint8_t *seen; size_t n; }; // n * n: already said

static bool attr_of(const struct xml_node *n, const char *name, voc_str *out)
{
    const voc_str *v = xml_get(n, name);
    *out = v ? *v : str_of("");
    return v != NULL;
}

static uint32_t word_of(const struct xml_node *n, const char *attr, const char *const *words, uint32_t count, uint32_t missing)
{
    voc_str v;
    if (!attr_of(n, attr, &v)) return missing;
    for (uint32_t i = 0; i < count; i++)
        if (str_is(v, words[i])) return i;
    return missing;
}

static int64_t money_of(const struct xml_node *n, const char *attr)
{
    voc_str v;
    int64_t micro;
    return attr_of(n, attr, &v) && str_money(v, &micro) ? micro : VOC_NA;
}

// ---- events of the sample ------------------------------------------------------------------------------------------------

static uint32_t fact_entity(const struct xml_node *fact, const struct journey *j)
{
    static const char *const of[] = {"event", "individual", "account", "unit"};
    static const uint32_t unit[] = {VOC_ENTITY_ACCOUNT, VOC_ENTITY_ACCOUNT, VOC_ENTITY_INDIVIDUAL, VOC_ENTITY_CASE};
    static const uint32_t entity[] = {VOC_ENTITY_EVENT, VOC_ENTITY_INDIVIDUAL, VOC_ENTITY_ACCOUNT};
    uint32_t i = word_of(fact, "of", of, 4, 0);
    return i < 3 ? entity[i] : unit[j->unit <= VOC_UNIT_CASE ? j->unit : 0];
}

static voc_rc add_event(struct run *r, size_t index)
{
    static const char *const actors[] = {"", "customer", "company", "other"};
    static const char *const kinds[] = {"", "event", "touchpoint", "thread", "case"};
    const struct sample_event *e = &r->s->e[index];
    const struct xml_node *n = e->node;
    voc_row row = voc_row_init(VOC_ROW_EVENT);
    voc_alias who = {.kind = STR("id"), .value = e->who, .strong = 1}, account = {.kind = STR("id"), .value = e->account, .strong = 1};
    voc_attr *attrs = NULL;
    voc_str source, question;
    size_t n_attrs = 0;
    bool asked = attr_of(n, "question", &question);
    for (const struct xml_node *k = n->first; k; k = k->next) n_attrs += str_is(k->name, "fact");
    attrs = mem_zalloc(n_attrs + 1, sizeof *attrs);
    if (!attrs) return VOC_E_NOMEM;
    n_attrs = 0;
    for (const struct xml_node *k = n->first; k; k = k->next) {
        if (!str_is(k->name, "fact")) continue;
        voc_attr *a = &attrs[n_attrs++];
        a->entity = fact_entity(k, r->j);
        a->time_us = VOC_NA;
        (void)attr_of(k, "name", &a->key);
        (void)attr_of(k, "is", &a->text);
    }
    if (asked) attrs[n_attrs++] = (voc_attr){.key = STR("question"), .text = question, .time_us = VOC_NA};
    row.record = index;
    row.time_us = e->at_us;
    row.resolution = e->resolution;
    row.actor = word_of(n, "actor", actors, 4, VOC_ACTOR_CUSTOMER);
    (void)attr_of(n, "id", &row.id);
    (void)attr_of(n, "action", &row.action);
    (void)attr_of(n, "touchpoint", &row.touchpoint);
    (void)attr_of(n, "channel", &row.channel);
    (void)attr_of(n, "campaign", &row.campaign);
    (void)attr_of(n, "object", &row.object);
    (void)attr_of(n, "case", &row.case_id);
    (void)attr_of(n, "role", &row.role);
    (void)attr_of(n, "owner", &row.owner);
    (void)attr_of(n, "thread", &row.thread);
    (void)attr_of(n, "text", &row.text);
    if (attr_of(n, "ref", &row.ref)) row.ref_kind = word_of(n, "ref-kind", kinds, 5, VOC_REF_EVENT);
    row.minutes = money_of(n, "minutes");
    row.cost = money_of(n, "cost");
    row.value = money_of(n, "value");
    row.customer = &who;
    row.n_customer = e->who.len > 0;
    row.account = &account;
    row.n_account = e->account.len > 0;
    row.attrs = attrs;
    row.n_attrs = n_attrs;
    if (!attr_of(n, "source", &source)) source = STR("sample");
    voc_rc rc = event_set_add(r->events, &row, source);
    mem_free(attrs);
    return rc;
}

static void run_done(struct run *r)
{
    batch_free(r->b);
    timeline_free(r->t);
    event_set_free(r->events);
}

static voc_rc run_sample(struct run *r, const struct predicate *const *predicates, size_t n_predicates)
{
    const uint32_t columns = 1u << VOC_COL_TIME | 1u << VOC_COL_TOUCHPOINT | 1u << VOC_COL_INDIVIDUAL | 1u << VOC_COL_ACCOUNT;
    voc_rc rc = event_set_new(&r->events);
    int64_t last = INT64_MIN;
    for (size_t i = 0; i < r->s->n_e && !rc; i++) {
        rc = add_event(r, i);
        if (r->s->e[i].at_us > last) last = r->s->e[i].at_us;
    }
    if (!rc) rc = event_set_seal(r->events);
    for (size_t i = 0; i < r->s->n_expect; i++)
        if (r->s->expect[i].at_us != VOC_NA && r->s->expect[i].at_us > last) last = r->s->expect[i].at_us;
    r->end_us = last == INT64_MIN ? VOC_NA : last + US_PER_SECOND;
    const struct timeline_options o = {.moves = 1, .end_us = r->end_us, .predicates = predicates, .n_predicates = n_predicates};
    if (!rc) rc = timeline_new(&r->t, r->events, r->j, &o, NULL);
    if (!rc) rc = batch_new(&r->b, r->t, columns);
    for (size_t i = 0; !rc && i < timeline_n_units(r->t); i++) rc = batch_add(r->b, i);
    if (!rc && !(r->v = batch_view(r->b))) rc = VOC_E_NOMEM;
    return rc;
}

// ---- what was expected -----------------------------------------------------------------------------------------------------

static const voc_stay *stay_at(const struct run *r, const voc_unit *u, size_t i) { return &r->v->stays[u->first_stay + i]; }

static bool is_of(const struct run *r, const voc_unit *u, voc_str who)
{
    const uint32_t *person = r->v->columns[VOC_COL_INDIVIDUAL], *account = r->v->columns[VOC_COL_ACCOUNT];
    if (!who.len || str_eq(u->name, who)) return true;
    for (size_t e = u->first_event; e < u->first_event + u->n_events; e++) {
        if (person[e] && str_eq(timeline_name(r->t, VOC_COL_INDIVIDUAL, person[e]), who)) return true;
        if (account[e] && str_eq(timeline_name(r->t, VOC_COL_ACCOUNT, account[e]), who)) return true;
    }
    return false;
}

static bool stage_is(const struct run *r, const voc_unit *u, voc_str stage, int64_t at)
{
    for (size_t i = 0; i < u->n_stays; i++) {
        const voc_stay *s = stay_at(r, u, i);
        if (s->in_us <= at && at < s->out_us) return str_eq(r->j->stages[s->stage].id, stage);
    }
    return str_is(stage, "none");
}

// The last stay that ended by `at` (in the stage, if one is named) ended so. One that is still open is censored.
static bool end_is(const struct run *r, const voc_unit *u, const struct sample_expect *x, int64_t at)
{
    static const char *const ends[] = {"", "forward", "backward", "exit", "lapsed", "censored"};
    const voc_stay *last = NULL;
    for (size_t i = 0; i < u->n_stays; i++) {
        const voc_stay *s = stay_at(r, u, i);
        bool named = !x->stage.len || str_eq(r->j->stages[s->stage].id, x->stage);
        if (named && s->in_us <= at && (s->out_us <= at || s->end == VOC_END_CENSORED)) last = s;
    }
    return last && last->end < 6 && str_is(x->end, ends[last->end]);
}

static bool exit_is(const struct run *r, const voc_unit *u, voc_str exit, int64_t at)
{
    const voc_stay *last = NULL;
    for (size_t i = 0; i < u->n_stays; i++) {
        const voc_stay *s = stay_at(r, u, i);
        if (s->end == VOC_END_EXIT && s->out_us <= at && (!last || s->out_us >= last->out_us)) last = s;
    }
    return last && last->exit < r->j->n_exits && str_eq(r->j->exits[last->exit].id, exit);
}

static bool blocked_is(const struct run *r, size_t unit, voc_str stage, int64_t at)
{
    size_t n = 0;
    const struct move *m = batch_moves(r->b, unit, &n);
    for (size_t i = 0; i < n; i++)
        if (m[i].kind == MOVE_BLOCKED && m[i].to < r->j->n_stages && str_eq(r->j->stages[m[i].to].id, stage) &&
            (at == VOC_NA || m[i].time_us == at))
            return true;
    return false;
}

static bool touchpoint_is(const struct run *r, const voc_unit *u, voc_str id, int64_t at)
{
    const voc_definition *def = timeline_definition(r->t);
    const uint32_t *touchpoint = r->v->columns[VOC_COL_TOUCHPOINT];
    const int64_t *time = r->v->columns[VOC_COL_TIME];
    for (size_t e = u->first_event; e < u->first_event + u->n_events; e++) {
        if (at != VOC_NA && time[e] != at) continue;
        if (touchpoint[e] >= def->n_touchpoints ? str_is(id, "none") : str_eq(def->touchpoints[touchpoint[e]].id, id)) return true;
    }
    return false;
}

static bool holds(const struct run *r, size_t unit, const struct sample_expect *x)
{
    const voc_unit *u = &r->v->units[unit];
    int64_t at = x->at_us != VOC_NA ? x->at_us : r->end_us - 1;
    if (x->end.len) return end_is(r, u, x, at);
    if (x->stage.len) return stage_is(r, u, x->stage, at);
    if (x->exit.len) return exit_is(r, u, x->exit, at);
    if (x->blocked.len) return blocked_is(r, unit, x->blocked, x->at_us);
    return touchpoint_is(r, u, x->touchpoint, x->at_us);
}

// What is so instead, for the message.
static void what_is(const struct run *r, const struct sample_expect *x, char *out, size_t size)
{
    static const char *const ends[] = {"open", "left forward", "left backward", "left by exit", "lapsed", "open"};
    int64_t at = x->at_us != VOC_NA ? x->at_us : r->end_us - 1;
    size_t len = 0;
    out[0] = '\0';
    for (size_t u = 0; u < r->v->n_units && len < size; u++) {
        const voc_unit *unit = &r->v->units[u];
        if (unit->flags & VOC_JOURNEY_INTERNAL || !is_of(r, unit, x->who)) continue;
        int got = snprintf(out + len, size - len, "%s%.*s:", len ? "; " : "", SHOW(unit->name));
        len += got > 0 ? (size_t)got : 0;
        size_t seen = 0;
        for (size_t i = 0; i < unit->n_stays && len < size; i++) {
            const voc_stay *s = stay_at(r, unit, i);
            if (s->in_us > at) continue;
            got = snprintf(out + len, size - len, "%s %.*s (%s)", seen++ ? "," : "", SHOW(r->j->stages[s->stage].id),
                           s->out_us > at ? "open" : ends[s->end < 6 ? s->end : 0]);
            len += got > 0 ? (size_t)got : 0;
        }
        if (!seen && len < size) {
            got = snprintf(out + len, size - len, " in no stage yet");
            len += got > 0 ? (size_t)got : 0;
        }
    }
    if (!len) (void)snprintf(out, size, "nobody%s%.*s is in the sample", x->who.len ? " named " : "", SHOW(x->who));
}

static void expectations(const struct run *r, struct check_result *out, struct diag *d)
{
    for (size_t i = 0; i < r->s->n_expect; i++) {
        const struct sample_expect *x = &r->s->expect[i];
        bool ok = false;
        out->expectations++;
        for (size_t u = 0; u < r->v->n_units && !ok; u++) ok = is_of(r, &r->v->units[u], x->who) && holds(r, u, x);
        if (ok) continue;
        char is[400], wanted[200];
        what_is(r, x, is, sizeof is);
        const char *kind = x->stage.len ? "stage " : x->exit.len ? "exit " : x->blocked.len ? "blocked stage " : x->touchpoint.len ? "touchpoint " : "a journey that";
        (void)snprintf(wanted, sizeof wanted, "%s%.*s%s%.*s", kind,
                       SHOW(x->stage.len ? x->stage : x->exit.len ? x->exit : x->blocked.len ? x->blocked : x->touchpoint),
                       x->end.len ? " ended " : "", SHOW(x->end));
        out->failed++;
        diag_error(d, "JOURNEY-021", r->j->file.ptr, x->line, is, "sample \"%.*s\" expected %s%s%.*s", SHOW(r->s->name), wanted, x->at.len ? " at " : "", SHOW(x->at));
    }
}

// ---- what the samples show about the definition ----------------------------------------------------------------------------

static bool first_time(struct pairs *p, size_t a, size_t b)
{
    size_t at = a < b ? a * p->n + b : b * p->n + a;
    if (p->seen[at]) return false;
    p->seen[at] = 1;
    return true;
}

// owner[i]: which stage or claim predicate i belongs to, dense over both; those below n_stages are stages.
static void double_claims(const struct run *r, const uint32_t *owner, size_t n, struct pairs *said, struct check_result *out, struct diag *d)
{
    const struct journey *j = r->j;
    for (size_t e = 0; e < r->v->n_events; e++)
        for (size_t a = 0; a < n; a++) {
            if (!r->v->predicates[a][e]) continue;
            for (size_t b = a + 1; b < n; b++) {
                bool stages = owner[b] < j->n_stages;
                if (!r->v->predicates[b][e] || owner[a] == owner[b] || stages != (owner[a] < j->n_stages)) continue;
                out->double_claims++;
                if (!first_time(said, owner[a], owner[b])) continue;
                uint64_t line = r->s->e[r->events->record[batch_source_event(r->b, e)]].line;
                size_t x = owner[a] - j->n_stages, y = owner[b] - j->n_stages;
                if (stages)
                    diag_warn(d, "JOURNEY-023", j->file.ptr, line, "the highest of them is entered", "stages \"%.*s\" and \"%.*s\" both claim this event of sample \"%.*s\"",
                              SHOW(j->stages[owner[a]].id), SHOW(j->stages[owner[b]].id), SHOW(r->s->name));
                else
                    diag_warn(d, "JOURNEY-024", j->file.ptr, line,
                              "the first one gets it: work before touchpoints, then in the order of the file",
                              "\"%.*s\" and \"%.*s\" both claim this event of sample \"%.*s\"",
                              SHOW((x < j->n_works ? j->works[x] : j->claims[x - j->n_works]).id),
                              SHOW((y < j->n_works ? j->works[y] : j->claims[y - j->n_works]).id), SHOW(r->s->name));
            }
        }
}

// The predicates of all stages and of all that claim events, with their owners.
static size_t gather(const struct journey *j, const struct predicate **predicates, uint32_t *owner)
{
    size_t n = 0;
    for (size_t i = 0; i < j->n_stages; i++)
        for (size_t k = 0; k < j->stages[i].n_definitions; k++, n++) {
            if (!predicates) continue;
            predicates[n] = j->stages[i].definition[k];
            owner[n] = (uint32_t)i;
        }
    for (size_t i = 0; i < j->n_works + j->n_claims; i++) {
        const struct claim *c = i < j->n_works ? &j->works[i] : &j->claims[i - j->n_works];
        for (size_t k = 0; k < c->n_events; k++, n++) {
            if (!predicates) continue;
            predicates[n] = c->event[k];
            owner[n] = (uint32_t)(j->n_stages + i);
        }
    }
    return n;
}

voc_rc journey_check(const struct journey *j, struct check_result *out, struct diag *d)
{
    struct check_result result = {0};
    size_t owners = j->n_stages + j->n_works + j->n_claims;
    bool pairs = owners <= OWNERS_MAX; // else who claims the same event is not looked for
    size_t n = pairs ? gather(j, NULL, NULL) : 0;
    const struct predicate **predicates = mem_zalloc(n + 1, sizeof *predicates);
    uint32_t *owner = mem_zalloc(n + 1, sizeof *owner);
    uint8_t *reached = mem_zalloc(j->n_stages + 1, 1);
    struct pairs said = {.seen = NULL, .n = pairs ? owners : 0};
    voc_rc rc = VOC_OK;
    said.seen = mem_zalloc(said.n + 1, said.n + 1);
    if (!predicates || !owner || !reached || !said.seen) {
        rc = VOC_E_NOMEM;
        goto out;
    }
    if (pairs) (void)gather(j, predicates, owner);
    for (size_t i = 0; i < j->n_samples && !rc; i++) {
        struct run r = {.j = j, .s = &j->samples[i]};
        rc = run_sample(&r, predicates, n);
        if (!rc) {
            result.samples++;
            expectations(&r, &result, d);
            double_claims(&r, owner, n, &said, &result, d);
            for (size_t s = 0; s < r.v->n_stays; s++) reached[r.v->stays[s].stage] = 1;
        }
        run_done(&r);
    }
    for (size_t i = 0; i < j->n_stages && !rc && j->n_samples; i++) {
        if (reached[i]) continue;
        result.unreached++;
        diag_warn(d, "JOURNEY-022", j->file.ptr, j->stages[i].line, "add one that shows how customers come there", "no sample reaches stage \"%.*s\"", SHOW(j->stages[i].id));
    }
    if (!rc && !j->n_samples && j->n_stages)
        diag_warn(d, "JOURNEY-022", j->file.ptr, 1, "add <samples>: they show people what is meant, and this check what is not", "the definition has no samples");
    if (!rc && result.failed) rc = VOC_E_CHECK;
    if (!rc || rc == VOC_E_CHECK) *out = result;
out:
    mem_free(predicates);
    mem_free(owner);
    mem_free(reached);
    mem_free(said.seen);
    return rc;
}
