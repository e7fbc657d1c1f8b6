// SPDX-License-Identifier: MIT
// What an entry of a calendar becomes. A meeting of the company with customers is a touch of each customer who did not decline; one
// that a customer called is that customer's act. An answer, a change of time and a cancellation are acts at the time that their
// message says; a calendar that shows only how someone answered says it beside the meeting. Minutes are divided among the customers.
#include <stdio.h>
#include <stdlib.h>

#include "plugins/input/ics/ics.h"

#define OCCURRENCES_MAX 10000u
#define ROWS_MAX 100000u // of one entry
#define YEARS_OF_COUNT 200

struct occurrence { struct when at; int64_t utc; };
struct fact { // what the rows of one occurrence have in common
    const struct place *p;
    const struct event *e;
    uint64_t record;
    const char *action, *suffix; // suffix: of the id
    int64_t time_us, minutes;
    uint32_t resolution, actor;
    int is_answer;               // refers to the meeting, and is none itself
    voc_str id, text;
};

static voc_str str(const char *s) { return (voc_str){s, strlen(s)}; }
static voc_attr text_attr(const char *key, voc_str text, uint32_t entity)
{
    return (voc_attr){.key = str(key), .text = text, .type = VOC_TYPE_TEXT, .entity = entity, .time_us = VOC_NA};
}

static voc_rc ignored(struct ics *c, uint64_t record, const char *rule) { return c->host->ignore(c->sink, record, str(rule)); }
static voc_rc rejected(struct ics *c, uint64_t record, const char *code, const char *why)
{
    return c->host->reject(c->sink, record, str(code), str(why));
}

// ---- names, each told once --------------------------------------------------------------------------------------------------------------

static uint64_t mix(uint64_t h, voc_str s)
{
    for (size_t i = 0; i < s.len; i++) h = (h ^ (unsigned char)s.ptr[i]) * UINT64_C(0x100000001B3);
    return h ^ h >> 29;
}

static uint64_t *name_slot(uint64_t *at, size_t room, uint64_t key)
{
    size_t i = (size_t)key & (room - 1);
    while (at[i] && at[i] != key) i = (i + 1) & (room - 1);
    return &at[i];
}

static int new_name(struct ics *c, const struct person *p)
{
    uint64_t key = mix(mix(UINT64_C(0xCBF29CE484222325), p->address) + 1, p->name) | 1;
    if (c->n_names * 3 >= c->room_names * 2) {
        size_t room = c->room_names ? 2 * c->room_names : 256;
        uint64_t *to = c->host->alloc(c->cx, room * sizeof *to);
        if (!to) return c->rc = VOC_E_NOMEM, 0;
        memset(to, 0, room * sizeof *to);
        for (size_t i = 0; i < c->room_names; i++)
            if (c->names[i]) *name_slot(to, room, c->names[i]) = c->names[i];
        c->host->free(c->cx, c->names);
        c->names = to;
        c->room_names = room;
    }
    uint64_t *slot = name_slot(c->names, c->room_names, key);
    if (*slot) return 0;
    *slot = key;
    c->n_names++;
    return 1;
}

// ---- one row ------------------------------------------------------------------------------------------------------------------------------

static const struct person *organizer_of(const struct event *e) { return e->n_people && e->people[0].organizer ? &e->people[0] : NULL; }

static voc_str owner_of(const struct event *e)
{
    for (size_t i = 0; i < e->n_people; i++)
        if (e->people[i].company) return e->people[i].address; // the organizer stands first
    return S("");
}

static size_t attributes(struct ics *c, const struct fact *f, const struct person *who, voc_attr *a)
{
    static const char *const stats[] = {"", "accepted", "declined", "tentative", "delegated"};
    const struct event *e = f->e;
    size_t n = 0, colleagues = 0;
    if (e->location.len) a[n++] = text_attr("location", e->location, VOC_ENTITY_EVENT);
    if (e->categories.len) a[n++] = text_attr("categories", e->categories, VOC_ENTITY_EVENT);
    if (str_is_word(e->status, "TENTATIVE")) a[n++] = text_attr("status", S("tentative"), VOC_ENTITY_EVENT);
    for (size_t i = 0; i < e->n_people; i++) colleagues += e->people[i].company;
    if (!f->is_answer && colleagues > 1) {
        char *text = ics_take(c, &c->once, 24);
        if (text) {
            snprintf(text, 24, "%zu", colleagues);
            a[n] = text_attr("colleagues", str(text), VOC_ENTITY_EVENT);
            a[n].type = VOC_TYPE_INT;
            a[n++].time_us = (int64_t)colleagues;
        }
    }
    if (!who) return n;
    if (who->optional) a[n++] = text_attr("part", S("optional"), VOC_ENTITY_EVENT);
    if (who->stat && !f->is_answer) a[n++] = text_attr("answer", str(stats[who->stat]), VOC_ENTITY_EVENT);
    if (who->name.len && who->name.len < 200 && c->host->utf8_valid(who->name.ptr, who->name.len) && new_name(c, who))
        a[n++] = text_attr("name", who->name, VOC_ENTITY_INDIVIDUAL);
    return n;
}

static voc_str id_with(struct ics *c, voc_str id, const char *suffix)
{
    size_t n = strlen(suffix);
    char *p = id.len ? ics_take(c, &c->once, id.len + n) : NULL;
    if (!p) return S("");
    memcpy(p, id.ptr, id.len);
    memcpy(p + id.len, suffix, n);
    return (voc_str){p, id.len + n};
}

// who NULL: the company is with itself, or nobody is named. Words of a customer are a row of their own.
static voc_rc emit(struct ics *c, const struct fact *f, const struct person *who, uint32_t actor, int64_t minutes)
{
    voc_row rows[2];
    voc_attr attrs[10];
    voc_alias alias = {.kind = S("email"), .strong = 1}, account = {.kind = S("domain"), .strong = 1};
    voc_row *r = &rows[0], *w = &rows[1];
    int words = who && actor == VOC_ACTOR_CUSTOMER && f->text.len;
    *r = voc_row_init(VOC_ROW_EVENT);
    r->record = f->record;
    r->actor = actor;
    r->time_us = f->time_us;
    r->resolution = f->resolution;
    r->id = f->suffix ? id_with(c, f->id, f->suffix) : f->id;
    r->action = str(f->action);
    r->channel = f->is_answer ? S("calendar") : f->p->kind == COMPONENT_TODO ? S("") : S("meeting");
    r->object = f->e->summary;
    r->owner = owner_of(f->e);
    r->thread = f->e->uid;
    r->text = f->text;
    r->minutes = minutes;
    if (f->is_answer && f->e->uid.len && actor == VOC_ACTOR_CUSTOMER) r->ref_kind = VOC_REF_THREAD, r->ref = f->e->uid;
    r->attrs = attrs;
    r->n_attrs = attributes(c, f, who, attrs);
    if (who) {
        alias.value = who->address;
        r->customer = &alias;
        r->n_customer = 1;
        account.value = party_domain(who->address);
        if (c->accounts && account.value.len) r->account = &account, r->n_account = 1;
    }
    if (words) {
        *w = voc_row_init(VOC_ROW_WORD);
        w->record = f->record;
        w->time_us = f->time_us;
        w->resolution = f->resolution;
        w->id = r->id;
        if (r->id.len) w->ref_kind = VOC_REF_EVENT, w->ref = r->id;
        w->text = f->text;
        w->customer = r->customer;
        w->n_customer = r->n_customer;
        w->account = r->account;
        w->n_account = r->n_account;
    }
    if (c->rc) return c->rc;
    voc_batch b = {.struct_size = sizeof b, .row_size = sizeof *r, .rows = rows, .n_rows = words ? 2 : 1};
    return c->host->rows(c->sink, &b);
}

// ---- to whom --------------------------------------------------------------------------------------------------------------------------------

static int takes_part(const struct person *p) { return !p->company && p->stat != STAT_DECLINED && p->stat != STAT_DELEGATED; }

static size_t customers(const struct event *e)
{
    size_t n = 0;
    for (size_t i = 0; i < e->n_people; i++) n += (size_t)takes_part(&e->people[i]);
    return n;
}

// A row for each customer. The one who called it acts; to the others the company comes.
static voc_rc each_customer(struct ics *c, const struct fact *f, int only_organizer)
{
    const struct person *caller = organizer_of(f->e);
    int64_t n = (int64_t)customers(f->e), left = f->minutes;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < f->e->n_people && !rc; i++) {
        const struct person *p = &f->e->people[i];
        if (!takes_part(p) || (only_organizer && p != caller)) continue;
        int64_t share = f->minutes == VOC_NA ? VOC_NA : f->minutes / n;
        if (share != VOC_NA) left -= share;
        if (f->minutes != VOC_NA && i + 1 == f->e->n_people) share += left; // what a division leaves
        rc = emit(c, f, p, p == caller ? VOC_ACTOR_CUSTOMER : VOC_ACTOR_COMPANY, share);
    }
    return rc;
}

// ---- meetings -----------------------------------------------------------------------------------------------------------------------------

static voc_str occurrence_id(struct ics *c, const struct event *e, const struct when *at, int64_t utc)
{
    char text[40];
    int64_t year, s = at->form == WHEN_DATE ? at->local : utc, day = floor_day(s);
    unsigned month, of_month;
    day_split(day, &year, &month, &of_month);
    s -= day * DAY_SECONDS;
    if (at->form == WHEN_DATE) snprintf(text, sizeof text, "/%04lld%02u%02u", (long long)year, month, of_month);
    else snprintf(text, sizeof text, "/%04lld%02u%02uT%02d%02d%02dZ", (long long)year, month, of_month, (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
    return id_with(c, e->uid, text);
}

static voc_rc one_meeting(struct ics *c, struct fact *f, const struct when *at, int64_t seconds)
{
    if (when_utc(c, f->p->calendar, at, &f->time_us, &f->resolution) != VOC_OK) return c->rc ? c->rc : rejected(c, f->record, "TIME", "its time is out of range");
    f->minutes = at->form == WHEN_DATE || seconds == SECONDS_NA ? VOC_NA : seconds * 1000000 / 60;
    f->action = "meeting";
    f->is_answer = 0;
    if (customers(f->e)) return each_customer(c, f, 0);
    f->action = f->e->n_people > 1 ? "internal-meeting" : "appointment";
    return emit(c, f, NULL, VOC_ACTOR_COMPANY, f->minutes);
}

// How long it takes, in seconds; SECONDS_NA: it does not say. 0: it ends before it begins.
static int length_of(struct ics *c, const struct place *p, const struct event *e, int64_t *seconds)
{
    *seconds = e->duration;
    if (e->end.form != WHEN_NONE) {
        int64_t from = when_seconds(c, p->calendar, &e->start), to = when_seconds(c, p->calendar, &e->end);
        *seconds = from == SECONDS_NA || to == SECONDS_NA ? SECONDS_NA : to - from;
    }
    return *seconds == SECONDS_NA || *seconds >= 0;
}

// ---- series -------------------------------------------------------------------------------------------------------------------------------

static size_t order_at(const struct ics *c, const struct place *p, int64_t recurrence)
{
    size_t low = 0, high = c->n_order;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct place *x = c->order[middle];
        int d = ics_compare(x->uid, p->uid);
        if (!d) d = (x->kind > p->kind) - (x->kind < p->kind);
        if (!d) d = (x->is_reply > p->is_reply) - (x->is_reply < p->is_reply);
        if (!d) d = (x->recurrence > recurrence) - (x->recurrence < recurrence);
        if (d < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

// Another entry of the file says what became of this one of the series.
static int has_own_entry(const struct ics *c, const struct place *p, int64_t utc)
{
    size_t i = p->uid.len ? order_at(c, p, utc) : c->n_order;
    return i < c->n_order && c->order[i]->recurrence == utc && c->order[i]->kind == p->kind &&
           c->order[i]->is_reply == p->is_reply && ics_compare(c->order[i]->uid, p->uid) == 0;
}

static int excepted(struct ics *c, const struct place *p, const struct event *e, const struct occurrence *o)
{
    for (size_t i = 0; i < e->n_exdates; i++) {
        const struct when *x = &e->exdates[i];
        if (x->form == WHEN_DATE || o->at.form == WHEN_DATE) {
            if (floor_day(x->local) == floor_day(o->at.local)) return 1;
        } else if (when_seconds(c, p->calendar, x) == o->utc) return 1;
    }
    return 0;
}

static int behind_until(const struct rule *r, const struct occurrence *o)
{
    if (r->until.form == WHEN_NONE) return 0;
    if (r->until.form == WHEN_DATE || o->at.form == WHEN_DATE) return floor_day(o->at.local) > floor_day(r->until.local);
    return r->until.form == WHEN_UTC ? o->utc > r->until.local : o->at.local > r->until.local;
}

static int by_utc(const void *a, const void *b)
{
    const struct occurrence *x = a, *y = b;
    return x->utc != y->utc ? (x->utc < y->utc ? -1 : 1) : x->at.local < y->at.local ? -1 : x->at.local > y->at.local;
}

// All of a series, ascending, exceptions and what has an entry of its own left out. SIZE_MAX: they are too many.
static size_t occurrences(struct ics *c, const struct place *p, const struct event *e, struct occurrence **out)
{
    const struct rule *r = &e->rule;
    int64_t first = floor_day(e->start.local), clock = e->start.local - first * DAY_SECONDS, last = first + YEARS_OF_COUNT * 366;
    int endless = e->n_rules && !r->count && r->until.form == WHEN_NONE && c->until == SECONDS_NA;
    size_t n = 1, kept = 0;
    if (c->until != SECONDS_NA) last = floor_day(c->until) + 1;
    if (endless) last = c->horizon == SECONDS_NA ? first : floor_day(c->horizon) + 1;
    else if (e->n_rules && r->until.form != WHEN_NONE && floor_day(r->until.local) + 1 < last) last = floor_day(r->until.local) + 1;
    int64_t *days = ics_take(c, &c->once, OCCURRENCES_MAX * sizeof *days);
    struct occurrence *all = ics_take(c, &c->once, (OCCURRENCES_MAX + e->n_rdates) * sizeof *all);
    if (!days || !all) return 0;
    days[0] = first;
    if (e->n_rules) n = rule_days(r, first, last, days, OCCURRENCES_MAX);
    if (n == SIZE_MAX) return SIZE_MAX;
    if (endless) c->horizon_used = 1;
    for (size_t i = 0; i < n + e->n_rdates; i++) {
        struct occurrence o = {.at = i < n ? e->start : e->rdates[i - n]};
        if (i < n) o.at.local = days[i] * DAY_SECONDS + clock;
        o.utc = when_seconds(c, p->calendar, &o.at);
        if (o.utc == SECONDS_NA || (i && i < n && (behind_until(r, &o) || (endless && o.utc > c->horizon)))) continue;
        if (c->until != SECONDS_NA && o.utc > c->until) continue;
        if (!excepted(c, p, e, &o) && !has_own_entry(c, p, o.utc)) all[kept++] = o;
    }
    qsort(all, kept, sizeof *all, by_utc);
    n = 0;
    for (size_t i = 0; i < kept; i++)
        if (i == 0 || all[i].utc != all[i - 1].utc) all[n++] = all[i];
    *out = all;
    return n;
}

static voc_rc series(struct ics *c, struct fact *f, int64_t seconds)
{
    struct occurrence *all = NULL;
    size_t who = customers(f->e), n = occurrences(c, f->p, f->e, &all);
    voc_rc rc = c->rc;
    if (n == SIZE_MAX || n * (who ? who : 1) > ROWS_MAX) return rejected(c, f->record, "RULE", "it recurs more than 10,000 times; -O until=DATE says up to when it counts");
    if (!rc && n == 0) return ignored(c, f->record, "a series of which none is left");
    c->n_series++;
    c->n_occurrences += n;
    for (size_t i = 0; i < n && !rc; i++) {
        f->id = occurrence_id(c, f->e, &all[i].at, all[i].utc);
        rc = one_meeting(c, f, &all[i].at, seconds);
    }
    return rc;
}

static voc_rc meeting(struct ics *c, struct fact *f)
{
    const struct event *e = f->e;
    int64_t seconds, start = e->start.form == WHEN_NONE ? SECONDS_NA : when_seconds(c, f->p->calendar, &e->start);
    enum method m = c->calendars[f->p->calendar].method;
    if (e->start.form == WHEN_NONE) return rejected(c, f->record, "TIME", "it has no beginning");
    if (start == SECONDS_NA) return c->rc ? c->rc : rejected(c, f->record, "TIME", "its time is out of range");
    if (!length_of(c, f->p, e, &seconds)) return rejected(c, f->record, "TIME", "it ends before it begins");
    size_t who = customers(e);
    if (e->is_private && !who) return ignored(c, f->record, "private");
    if (!who && e->n_people > 1) {
        size_t declined = 0;
        for (size_t i = 0; i < e->n_people; i++) declined += !e->people[i].company;
        if (declined) return ignored(c, f->record, "every customer declined, and the file does not say when");
    }
    if (c->until != SECONDS_NA && start > c->until) return ignored(c, f->record, "later than until");
    if (who) c->n_meetings++;
    else if (e->n_people > 1) c->n_internal++;
    else c->n_alone++;
    voc_rc rc = VOC_OK;
    if ((m == METHOD_REQUEST || m == METHOD_ADD) && who && e->stamp != SECONDS_NA) { // the message that asks for it
        f->action = "invite";
        f->suffix = "#invite";
        f->is_answer = 1;
        f->time_us = e->stamp * 1000000;
        f->resolution = VOC_RES_SECOND;
        f->minutes = VOC_NA;
        rc = each_customer(c, f, organizer_of(e) && !organizer_of(e)->company);
        f->suffix = NULL;
    }
    if (rc) return rc;
    if ((e->n_rules || e->n_rdates) && e->recurrence.form == WHEN_NONE) return series(c, f, seconds);
    return one_meeting(c, f, &e->start, seconds);
}

// ---- messages about a meeting ---------------------------------------------------------------------------------------------------------------

static voc_rc cancelled(struct ics *c, struct fact *f)
{
    const struct event *e = f->e;
    const struct person *caller = organizer_of(e);
    int64_t at = c->calendars[f->p->calendar].method == METHOD_CANCEL ? e->stamp : e->modified;
    if (at == SECONDS_NA) return ignored(c, f->record, "cancelled, and the file does not say when");
    if (!customers(e)) return ignored(c, f->record, "cancelled, and no customer was to come");
    c->n_cancelled++;
    f->action = "cancel-meeting";
    f->suffix = "#cancel";
    f->is_answer = 1;
    f->time_us = at * 1000000;
    f->resolution = VOC_RES_SECOND;
    return each_customer(c, f, caller && !caller->company);
}

// A reply has one attendee: who answers. Of a colleague it is the company's answer to the customer who asked.
static voc_rc answered(struct ics *c, struct fact *f, enum method m)
{
    static const char *const actions[] = {NULL, "accept", "decline", "tentative", "delegate"};
    const struct event *e = f->e;
    const struct person *caller = organizer_of(e), *who = NULL;
    voc_rc rc = VOC_OK;
    size_t n = 0;
    if (e->stamp == SECONDS_NA) return rejected(c, f->record, "TIME", "an answer that does not say when it was given (DTSTAMP)");
    f->text = ics_plain(c, e->comment);
    f->is_answer = 1;
    f->time_us = e->stamp * 1000000;
    f->resolution = VOC_RES_SECOND;
    for (size_t i = 0; i < e->n_people && !rc; i++) {
        const struct person *p = &e->people[i];
        f->action = m == METHOD_COUNTER ? "propose-time" : m == METHOD_DECLINE_COUNTER ? "decline" : actions[p->stat];
        if ((p == caller) != (m == METHOD_DECLINE_COUNTER) || !f->action) continue;
        who = p->company ? caller : p;
        if (!who || who->company) continue; // among colleagues
        char suffix[40];
        snprintf(suffix, sizeof suffix, "#%s-%016llx", f->action, (unsigned long long)mix(UINT64_C(0xCBF29CE484222325), p->address));
        f->suffix = suffix;
        rc = emit(c, f, who, p->company ? VOC_ACTOR_COMPANY : VOC_ACTOR_CUSTOMER, VOC_NA);
        f->suffix = NULL;
        n++;
        c->n_answers++;
    }
    return rc || n ? rc : ignored(c, f->record, "an answer among colleagues, or of nobody");
}

static voc_rc task(struct ics *c, struct fact *f)
{
    const struct event *e = f->e;
    int64_t seconds = e->duration;
    if (e->completed.form == WHEN_NONE) return ignored(c, f->record, str_is_word(e->status, "COMPLETED") ? "a task that does not say when it was done" : "a task that is not done");
    if (when_utc(c, f->p->calendar, &e->completed, &f->time_us, &f->resolution) != VOC_OK) return c->rc ? c->rc : rejected(c, f->record, "TIME", "its time is out of range");
    c->n_tasks++;
    f->action = "task";
    return emit(c, f, NULL, VOC_ACTOR_COMPANY, seconds == SECONDS_NA || seconds < 0 ? VOC_NA : seconds * 1000000 / 60);
}

voc_rc rows_of(struct ics *c, const struct place *p, uint64_t record)
{
    struct event e;
    enum method m = c->calendars[p->calendar].method;
    struct fact f = {.p = p, .e = &e, .record = record, .minutes = VOC_NA, .text = S("")};
    switch (p->kind) {
    case COMPONENT_STRAY: return rejected(c, record, "LINE", "it belongs to no entry of a calendar");
    case COMPONENT_JOURNAL: return ignored(c, record, "a journal entry");
    case COMPONENT_FREEBUSY: return ignored(c, record, "free and busy times");
    case COMPONENT_OTHER: return ignored(c, record, "neither a meeting nor a task");
    default: break;
    }
    if (!p->ended) return rejected(c, record, "END", "it is broken off: its END is missing");
    if (p->older) return ignored(c, record, "an older version of an entry");
    event_read(c, p, &e);
    if (c->rc) return c->rc;
    c->n_reminders += (uint64_t)e.reminders;
    if (e.wrong) return rejected(c, record, e.code, e.wrong);
    f.id = e.recurrence.form == WHEN_NONE ? e.uid : occurrence_id(c, &e, &e.recurrence, p->recurrence);
    if (p->kind == COMPONENT_TODO) return task(c, &f);
    if (m == METHOD_REFRESH) return ignored(c, record, "it asks for the newest version");
    if (m == METHOD_REPLY || m == METHOD_COUNTER || m == METHOD_DECLINE_COUNTER) return answered(c, &f, m);
    f.text = ics_plain(c, e.description);
    if (m == METHOD_CANCEL || str_is_word(e.status, "CANCELLED")) return cancelled(c, &f);
    return meeting(c, &f);
}
