// SPDX-License-Identifier: MIT
//
// One batch of units into records: who was there, in which role and stage, what each did, said and was served with; and for each
// unit how its deal stands and which roles acted. The shortest texts of each role and need are kept as they come.
#include "plugins/analysis/value-map/value_map.h"

#include <stdio.h>
#include <string.h>

#include "plugins/common/show.h"

static const voc_word *word_at(const voc_journeys *j, size_t i)
{
    return (const voc_word *)(const void *)((const char *)j->words + i * j->word_size);
}
static const voc_stay *stay_of(const voc_stay *stays, const voc_journeys *j, size_t i)
{
    return (const voc_stay *)(const void *)((const char *)stays + i * j->stay_size);
}

struct walk {  // of one unit
    const struct vm *v;
    struct vm_state *s;
    const voc_journeys *j;
    const voc_unit *u;
    const int64_t *time;
    const uint8_t *actor, *delivered;
    const uint32_t *touchpoint, *action;
    uint32_t person;              // the one at hand
    const struct vm_of *own, *said;  // its events and words
    size_t n_own, n_said;
};

// ---- roles ----------------------------------------------------------------------------------------------------------------------

// Of a person whose own events name a role, an event of somebody else means who acted by it ("sales" called), unless the journey
// declares that role: those are told of the person, whoever acts.
static void drop_roles_of_others(struct walk *w)
{
    uint32_t *role = w->s->role;
    bool own = false;
    for (size_t i = 0; i < w->n_own && !own; i++) own = w->actor[w->own[i].at] == VOC_ACTOR_CUSTOMER && role[w->own[i].at];
    for (size_t i = 0; i < w->n_own && own; i++) {
        const uint32_t at = w->own[i].at;
        if (w->actor[at] != VOC_ACTOR_CUSTOMER && role[at] && !vm_declared_role(w->v, role[at])) role[at] = 0;
    }
}

// Events that name no role have the one their person had last, or, before that, had first.
static void fill_roles(struct walk *w)
{
    uint32_t *role = w->s->role, last = 0;
    drop_roles_of_others(w);
    for (size_t i = 0; i < w->n_own && !last; i++) last = role[w->own[i].at];
    for (size_t i = 0; i < w->n_own; i++) {
        if (role[w->own[i].at]) last = role[w->own[i].at];
        else role[w->own[i].at] = last;
    }
}

static uint32_t role_at(const struct walk *w, int64_t time_us)  // of the person at hand
{
    uint32_t role = w->n_own ? w->s->role[w->own[0].at] : 0;
    for (size_t i = 0; i < w->n_own && w->time[w->own[i].at] <= time_us; i++) role = w->s->role[w->own[i].at];
    return role;
}

// A stay lasts up to, not including, its end (METHODS 0.3). One without length is where somebody was only if none began then that lasts.
static uint32_t stage_at(const struct walk *w, int64_t time_us)
{
    uint32_t stage = (uint32_t)w->v->n_stages;
    for (size_t i = 0; i < w->u->n_person_stays; i++) {
        const voc_stay *v = stay_of(w->j->person_stays, w->j, w->u->first_person_stay + i);
        if (v->individual != w->person || v->in_us > time_us) continue;
        if (time_us < v->out_us) return v->stage;
        if (v->in_us == time_us) stage = v->stage;
    }
    return stage;
}

// ---- lines ----------------------------------------------------------------------------------------------------------------------

static struct vm_line *line_of(struct walk *w, uint32_t role, uint32_t stage)
{
    struct vm_state *s = w->s;
    for (size_t i = 0; i < s->n_lines; i++)
        if (s->lines[i].role == role && s->lines[i].stage == stage) return &s->lines[i];
    if (analysis_reach(&w->v->base, (void **)&s->lines, &s->room_lines, s->n_lines + 1, sizeof *s->lines)) return NULL;
    s->lines[s->n_lines] = (struct vm_line){.role = role, .stage = stage};
    return &s->lines[s->n_lines++];
}

static voc_rc add_once(const struct vm *v, struct vm_touched **of, size_t *n, size_t *room, struct vm_touched what)
{
    for (size_t i = *n; i-- > 0;)  // most come again soon
        if ((*of)[i].role == what.role && (*of)[i].touchpoint == what.touchpoint) return VOC_OK;
    voc_rc rc = analysis_reach(&v->base, (void **)of, room, *n + 1, sizeof **of);
    if (!rc) (*of)[(*n)++] = what;
    return rc;
}

// What came before a declared beginning tells role and stage, and is not counted (METHODS 1.5).
static bool is_seen(const struct walk *w, int64_t time_us)
{
    return !w->v->base.info->start_declared || time_us >= w->v->base.info->start_us;
}

static voc_rc add_event(struct walk *w, size_t i)
{
    const struct vm *v = w->v;
    const bool customer = w->actor[i] == VOC_ACTOR_CUSTOMER, reached = w->actor[i] == VOC_ACTOR_COMPANY && w->delivered[i];
    const uint32_t touch = w->touchpoint[i];
    if ((!customer && !reached) || !is_seen(w, w->time[i])) return VOC_OK;  // mail that never came, records of others
    struct vm_line *line = line_of(w, w->s->role[i], stage_at(w, w->time[i]));
    if (!line) return VOC_E_NOMEM;
    for (size_t n = 0; n < v->n_needs && customer; n++)
        if (v->predicate[n] != VOC_NONE && w->j->predicates[v->predicate[n]][w->u->first_event + i]) line->did |= UINT64_C(1) << n;
    const uint32_t role = line->role, class_ = analysis_action(&v->base, w->action[i])->class_;
    const uint64_t serves = touch == VOC_NONE ? 0 : v->needs_of_touchpoint[touch];
    line->served |= serves;
    struct vm_state *s = w->s;
    voc_rc rc = serves ? add_once(v, &s->touched, &s->n_touched, &s->room_touched, (struct vm_touched){role, touch}) : VOC_OK;
    if (rc || !customer || class_ == VOC_CLASS_MECHANICAL || class_ == VOC_CLASS_UNDELIVERED) return rc;
    return add_once(v, &s->acts, &s->n_acts, &s->room_acts, (struct vm_touched){role, w->action[i]});
}

// ---- words ----------------------------------------------------------------------------------------------------------------------

static uint32_t characters(voc_str s)
{
    uint32_t n = 0;
    for (size_t i = 0; i < s.len; i++) n += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
    return n;
}

static voc_str trimmed(voc_str s)
{
    while (s.len && strchr(" \t\r\n", s.ptr[0])) s.ptr++, s.len--;
    while (s.len && strchr(" \t\r\n", s.ptr[s.len - 1])) s.len--;
    return s;
}

static int bytewise(const char *a, size_t n, const char *b, size_t m)
{
    const int c = memcmp(a, b, n < m ? n : m);
    return c ? c : (n > m) - (n < m);
}

static int order_of(const struct vm_quote *a, const struct vm_quote *b)  // the shorter first, then by id; by place last, which tells how files were cut
{
    if (a->characters != b->characters) return a->characters < b->characters ? -1 : 1;
    int c = bytewise(a->id, a->id_len, b->id, b->id_len);
    if (!c) c = bytewise(a->text, a->text_len, b->text, b->text_len);
    return c ? c : bytewise(a->place, a->place_len, b->place, b->place_len);
}

// Among the shortest so far. The same words twice are one quote.
static void keep_quote(struct vm_quote *of, const struct vm_quote *q)
{
    struct vm_quote held, next = *q;
    for (size_t i = 0; i < VM_QUOTES; i++)
        if (of[i].characters && of[i].text_len == q->text_len && memcmp(of[i].text, q->text, q->text_len) == 0) {
            if (order_of(q, &of[i]) < 0) of[i] = *q;
            for (size_t k = i; k && order_of(&of[k], &of[k - 1]) < 0; k--) held = of[k], of[k] = of[k - 1], of[k - 1] = held;
            return;
        }
    for (size_t i = 0; i < VM_QUOTES; i++) {
        if (of[i].characters && order_of(&of[i], &next) < 0) continue;
        held = of[i];
        of[i] = next;
        if (!held.characters) return;
        next = held;
    }
}

voc_rc vm_quotes_room(const struct vm *v, struct vm_state *s, uint32_t roles)
{
    size_t cells, bytes;
    if (roles <= s->n_roles) return VOC_OK;
    if (__builtin_mul_overflow((size_t)roles, v->n_needs * VM_QUOTES, &cells) ||
        __builtin_mul_overflow(cells, sizeof *s->quotes, &bytes))
        return VOC_E_NOMEM;
    struct vm_quote *q = v->base.host->resize(v->base.cx, s->quotes, bytes);
    if (!q) return VOC_E_NOMEM;
    s->quotes = q;
    for (size_t i = (size_t)s->n_roles * v->n_needs * VM_QUOTES; i < cells; i++) q[i].characters = 0;
    s->n_roles = roles;
    return VOC_OK;
}

voc_rc vm_quotes_join(const struct vm *v, struct vm_state *into, const struct vm_state *from)
{
    voc_rc rc = vm_quotes_room(v, into, from->n_roles);
    for (size_t i = 0; i < (size_t)from->n_roles * v->n_needs && !rc; i++)
        for (size_t k = 0; k < VM_QUOTES && from->quotes[i * VM_QUOTES + k].characters; k++)
            keep_quote(into->quotes + i * VM_QUOTES, &from->quotes[i * VM_QUOTES + k]);
    return rc;
}

static voc_rc add_quote(struct walk *w, const voc_word *word, uint32_t role, uint64_t needs, uint64_t negated)
{
    const voc_str text = trimmed(word->text), file = word->file.len ? word->file : word->source;
    struct vm_quote q = {.characters = characters(text), .individual = word->individual, .text_len = (uint32_t)text.len};
    if (!needs || q.characters < VM_QUOTE_LEAST || text.len > VM_QUOTE_BYTES) return VOC_OK;
    voc_rc rc = vm_quotes_room(w->v, w->s, role + 1);
    if (rc) return rc;
    memcpy(q.text, text.ptr, text.len);
    q.id_len = word->id.len < VM_ID_BYTES ? (uint32_t)word->id.len : VM_ID_BYTES;
    if (q.id_len) memcpy(q.id, word->id.ptr, q.id_len);
    int n = word->line ? snprintf(q.place, sizeof q.place, "%.*s:%llu", SHOW_AT_MOST(file, 120), (unsigned long long)word->line)
                       : snprintf(q.place, sizeof q.place, "%.*s %.*s", SHOW_AT_MOST(file, 80), SHOW_AT_MOST(word->id, 70));
    q.place_len = n < 0 ? 0 : (uint32_t)n < sizeof q.place ? (uint32_t)n : (uint32_t)sizeof q.place - 1;
    for (size_t i = 0; i < w->v->n_needs; i++) {
        if (!(needs >> i & 1u)) continue;
        q.negated = negated >> i & 1u;
        keep_quote(w->s->quotes + ((size_t)role * w->v->n_needs + i) * VM_QUOTES, &q);
    }
    return VOC_OK;
}

static voc_rc add_word(struct walk *w, const voc_word *word)
{
    const struct vm *v = w->v;
    if (!is_seen(w, word->time_us)) return VOC_OK;
    const uint32_t role = word->event != VOC_NONE ? w->s->role[word->event] : role_at(w, word->time_us);
    struct vm_line *line = line_of(w, role, stage_at(w, word->time_us));
    uint64_t said = 0, negated = 0;
    if (!line) return VOC_E_NOMEM;
    if (trimmed(word->text).len) line->talked = 1;
    for (size_t i = 0; i < word->n_mentions; i++) {
        const voc_mention *m = &word->mentions[i];
        line->themes[m->theme / 64] |= UINT64_C(1) << (m->theme % 64);
        said |= v->needs_of_theme[m->theme];
        if (m->negated) negated |= v->needs_of_theme[m->theme];
    }
    line->said |= said;
    line->negated |= negated;
    return add_quote(w, word, role, said, negated);
}

// ---- units ----------------------------------------------------------------------------------------------------------------------

static voc_rc put_person(struct walk *w)
{
    const voc_host *host = w->v->base.host;
    struct vm_state *s = w->s;
    const struct vm_person head = {w->u->account, (uint32_t)s->n_lines, (uint32_t)s->n_touched, (uint32_t)s->n_acts};
    const size_t lines = s->n_lines * sizeof *s->lines, touched = s->n_touched * sizeof *s->touched,
                 acts = s->n_acts * sizeof *s->acts, size = sizeof head + lines + touched + acts;
    const unsigned char key[4] = {(unsigned char)(w->person >> 24), (unsigned char)(w->person >> 16), (unsigned char)(w->person >> 8), (unsigned char)w->person};
    if (!s->n_lines) return VOC_OK;
    char *record = host->alloc(w->v->base.cx, size);
    if (!record) return VOC_E_NOMEM;
    memcpy(record, &head, sizeof head);
    memcpy(record + sizeof head, s->lines, lines);
    if (touched) memcpy(record + sizeof head + lines, s->touched, touched);
    if (acts) memcpy(record + sizeof head + lines + touched, s->acts, acts);
    voc_rc rc = host->spool_add(s->people, (voc_str){(const char *)key, sizeof key}, record, size);
    host->free(w->v->base.cx, record);
    return rc;
}

static voc_rc walk_person(struct walk *w)
{
    voc_rc rc = VOC_OK;
    w->s->n_lines = w->s->n_touched = w->s->n_acts = 0;
    fill_roles(w);
    for (size_t i = 0; i < w->n_own && !rc; i++) rc = add_event(w, w->own[i].at);
    for (size_t i = 0; i < w->n_said && !rc; i++) rc = add_word(w, word_at(w->j, w->u->first_word + w->said[i].at));
    return rc ? rc : put_person(w);
}

// How the deal stands: won once it has come there; else by its last stay.
static void fate_of(const struct walk *w, struct vm_unit *out)
{
    const voc_definition *def = w->v->base.def;
    *out = (struct vm_unit){.fate = VM_NO_DEAL, .stage = VOC_NONE};
    for (size_t i = 0; i < w->u->n_stays; i++) {
        const voc_stay *s = stay_of(w->j->stays, w->j, w->u->first_stay + i);
        if (s->stage == def->win_stage || (s->end == VOC_END_EXIT && s->exit == def->win_exit && def->win_exit != VOC_NONE)) out->fate = VM_WON;
        if (out->fate == VM_WON) return;
        out->fate = s->end == VOC_END_CENSORED ? VM_OPEN : VM_LOST;
        out->stage = s->stage;
    }
}

static int role_order(const void *x, const void *y)
{
    const uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    return (a > b) - (a < b);
}

static voc_rc put_unit(struct walk *w)
{
    const voc_host *host = w->v->base.host;
    struct vm_unit head;
    size_t n = 0;
    fate_of(w, &head);
    char *record = host->alloc(w->v->base.cx, sizeof head + (w->u->n_events + 1) * sizeof(uint32_t));
    if (!record) return VOC_E_NOMEM;
    uint32_t *roles = (uint32_t *)(void *)(record + sizeof head);
    const uint32_t *who = (const uint32_t *)w->j->columns[VOC_COL_INDIVIDUAL] + w->u->first_event;
    for (size_t i = 0; i < w->u->n_events; i++)
        if (who[i] && w->s->role[i] && w->actor[i] == VOC_ACTOR_CUSTOMER) roles[n++] = w->s->role[i];
    qsort(roles, n, sizeof *roles, role_order);
    for (size_t i = 0; i < n; i++)
        if (!head.n_roles || roles[head.n_roles - 1] != roles[i]) roles[head.n_roles++] = roles[i];
    memcpy(record, &head, sizeof head);
    voc_rc rc = host->spool_add(w->s->units, w->u->name, record, sizeof head + head.n_roles * sizeof *roles);
    host->free(w->v->base.cx, record);
    return rc;
}

static int person_order(const void *x, const void *y)
{
    const struct vm_of *a = x, *b = y;
    return a->who != b->who ? (a->who > b->who) - (a->who < b->who) : (a->at > b->at) - (a->at < b->at);
}

// Events and words of the unit, those of each person together; roles as they are written.
static voc_rc deal_out(struct walk *w)
{
    const uint32_t *who = (const uint32_t *)w->j->columns[VOC_COL_INDIVIDUAL] + w->u->first_event,
                   *role = (const uint32_t *)w->j->columns[VOC_COL_ROLE] + w->u->first_event;
    struct vm_state *s = w->s;
    voc_rc rc = analysis_reach(&w->v->base, (void **)&s->role, &s->room_roles, w->u->n_events, sizeof *s->role);
    if (!rc) rc = analysis_reach(&w->v->base, (void **)&s->events, &s->room_events, w->u->n_events, sizeof *s->events);
    if (!rc) rc = analysis_reach(&w->v->base, (void **)&s->said, &s->room_said, w->u->n_words, sizeof *s->said);
    for (size_t i = 0; i < w->u->n_events && !rc; i++) {
        s->role[i] = role[i];
        s->events[i] = (struct vm_of){who[i], (uint32_t)i};
    }
    for (size_t i = 0; i < w->u->n_words && !rc; i++) {
        const uint32_t person = word_at(w->j, w->u->first_word + i)->individual;
        s->said[i] = (struct vm_of){person, (uint32_t)i};
        s->nameless += person == 0;
        s->undecided += word_at(w->j, w->u->first_word + i)->undecided;
    }
    if (rc) return rc;
    s->words += w->u->n_words;
    if (w->u->n_events > 1) qsort(s->events, w->u->n_events, sizeof *s->events, person_order);
    if (w->u->n_words > 1) qsort(s->said, w->u->n_words, sizeof *s->said, person_order);
    return VOC_OK;
}

// Each person once; who is nobody is skipped. Whoever said something without an event is there too.
static voc_rc walk_people(struct walk *w)
{
    const struct vm_state *s = w->s;
    size_t e = 0, k = 0;
    voc_rc rc = deal_out(w);
    while (!rc && (e < w->u->n_events || k < w->u->n_words)) {
        const uint32_t a = e < w->u->n_events ? s->events[e].who : UINT32_MAX, b = k < w->u->n_words ? s->said[k].who : UINT32_MAX;
        w->person = a < b ? a : b;
        w->own = s->events + e;
        w->said = s->said + k;
        for (w->n_own = 0; e < w->u->n_events && s->events[e].who == w->person; e++) w->n_own++;
        for (w->n_said = 0; k < w->u->n_words && s->said[k].who == w->person; k++) w->n_said++;
        if (w->person) rc = walk_person(w);
    }
    return rc;
}

voc_rc vm_walk(const struct vm *v, struct vm_state *s, const voc_journeys *j)
{
    voc_rc rc = VOC_OK;
    for (size_t u = 0; u < j->n_units && !rc; u++) {
        struct walk w = {.v = v, .s = s, .j = j, .u = analysis_unit(j, u)};
        if (w.u->flags & VOC_JOURNEY_INTERNAL) continue;
        w.time = (const int64_t *)j->columns[VOC_COL_TIME] + w.u->first_event;
        w.actor = (const uint8_t *)j->columns[VOC_COL_ACTOR] + w.u->first_event;
        w.delivered = (const uint8_t *)j->columns[VOC_COL_DELIVERED] + w.u->first_event;
        w.touchpoint = (const uint32_t *)j->columns[VOC_COL_TOUCHPOINT] + w.u->first_event;
        w.action = (const uint32_t *)j->columns[VOC_COL_ACTION] + w.u->first_event;
        rc = walk_people(&w);
        if (!rc) rc = put_unit(&w);
    }
    return rc;
}
