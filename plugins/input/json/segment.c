// SPDX-License-Identifier: MIT
// Calls of Segment (and of what writes the same: RudderStack, Hightouch, Jitsu). track, page and screen are what the customer
// did; identify and group say who somebody is: facts and links, no events; alias says that two are one. messageId is the event's
// own id, so a call that is sent again counts once. Of four clocks `timestamp` is the one that is corrected.
#include <stdio.h>

#include "plugins/input/json/json.h"

#define SHOWN 60u

static const char *const calls[] = {"track", "page", "screen", "identify", "group", "alias"};
enum { TRACK, PAGE, SCREEN, IDENTIFY, GROUP, ALIAS, N_CALLS };

bool segment_shaped(voc_str record)
{
    static const char *const marks[] = {"messageId", "anonymousId", "userId", "previousId", "groupId", "originalTimestamp"};
    struct json j = {record.ptr, record.ptr + record.len, NULL};
    bool done, escaped, call = false, marked = false;
    voc_str key, text;
    json_blank(&j);
    if (!json_enter(&j, '{', '}', &done)) return false;
    while (!done) {
        if (!json_key(&j, &key, &escaped)) return false;
        bool is_type = ev_is(key, "type") && json_kind(&j) == JSON_STRING;
        if (!json_skip(&j, 1, &text)) return false;
        for (size_t i = 0; i < N_CALLS && is_type; i++) call = call || ev_is((voc_str){text.ptr + 1, text.len - 2}, calls[i]);
        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) marked = marked || ev_is(key, marks[i]);
        if (!json_next(&j, '}', &done)) return false;
    }
    return call && marked && json_done(&j);
}

// ---- who -------------------------------------------------------------------------------------------------------------------------

static bool add_alias(struct whole *w, const struct member *m, const char *kind, uint32_t strong, voc_alias *all, size_t *n)
{
    voc_str value;
    if (!m || *n == VOC_ALIASES_MAX) return true;
    if (m->kind == JSON_OBJECT || m->kind == JSON_ARRAY) return whole_refuse(w, "CALL", "%.*s is no id", EV_STR(m->key, SHOWN));
    if (!whole_text(w, m, &value)) return false;
    if (value.len) all[(*n)++] = (voc_alias){.kind = {kind, strlen(kind)}, .value = value, .strong = strong};
    return true;
}

static bool who(struct whole *w, voc_row *r)
{
    r->customer = w->customer;
    return add_alias(w, whole_find(&w->members, "userId"), "id", 1, w->customer, &r->n_customer) &&
           add_alias(w, whole_find(&w->members, "anonymousId"), "cookie", 0, w->customer, &r->n_customer);
}

static bool when(struct whole *w, voc_row *r)
{
    static const char *const clocks[] = {"timestamp", "originalTimestamp", "receivedAt", "sentAt"};
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        const struct member *m = whole_find(&w->members, clocks[i]);
        if (m) return whole_time(w, m, &r->time_us, &r->resolution);
    }
    return whole_refuse(w, "TIME", "it has no timestamp");
}

// ---- what ------------------------------------------------------------------------------------------------------------------------

static bool text_field(struct whole *w, const struct members *of, const char *key, voc_str *out)
{
    const struct member *m = whole_find(of, key);
    if (out->len || !m || m->kind == JSON_OBJECT || m->kind == JSON_ARRAY) return true;
    return whole_text(w, m, out);
}

// The members of an object of the call, as attributes.
static bool attributes(struct whole *w, const char *key, uint32_t entity, voc_row *r)
{
    const struct member *m = whole_find(&w->members, key);
    w->inner.n = 0;
    if (!m || m->kind != JSON_OBJECT) return true;
    if (!whole_members(w, m->text, &w->inner)) return false;
    for (size_t i = 0; i < w->inner.n; i++)
        if (!whole_attr(w, &w->inner.at[i], w->inner.at[i].key, entity, &r->n_attrs)) return false;
    return true;
}

// Where it happened and what led there: context.page, context.campaign.
static bool context(struct whole *w, voc_row *r)
{
    const struct member *c = whole_find(&w->members, "context");
    if (!c || c->kind != JSON_OBJECT) return true;
    if (!whole_members(w, c->text, &w->inner)) return false;
    const struct member *page = whole_find(&w->inner, "page"), *campaign = whole_find(&w->inner, "campaign");
    if (page && page->kind == JSON_OBJECT) {
        if (!whole_members(w, page->text, &w->innermost) || !text_field(w, &w->innermost, "path", &r->object) ||
            !text_field(w, &w->innermost, "url", &r->object))
            return false;
    }
    if (!campaign || campaign->kind != JSON_OBJECT) return true;
    return whole_members(w, campaign->text, &w->innermost) && text_field(w, &w->innermost, "name", &r->campaign) &&
           text_field(w, &w->innermost, "medium", &r->channel);
}

static bool amount(struct whole *w, voc_row *r)
{
    static const char *const names[] = {"revenue", "total", "value"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct member *m = whole_find(&w->inner, names[i]);
        if (m && m->kind == JSON_NUMBER) return whole_amount(w, m, &r->value);
    }
    return true;
}

static bool event(struct whole *w, unsigned call, voc_row *r)
{
    if (!attributes(w, "properties", VOC_ENTITY_EVENT, r) || !amount(w, r)) return false;
    if (call == TRACK) {
        if (!text_field(w, &w->members, "event", &r->action)) return false;
        if (r->action.len == 0) return whole_refuse(w, "ACTION", "a track call names no event");
    } else {
        r->action = (voc_str){calls[call], strlen(calls[call])};
        if (!text_field(w, &w->inner, "path", &r->object) || (call == SCREEN && !text_field(w, &w->members, "name", &r->object))) return false;
    }
    if (!text_field(w, &w->members, "messageId", &r->id) || !context(w, r)) return false;
    if (call == PAGE && !text_field(w, &w->members, "name", &r->object)) return false;
    whole_row(w, r);
    return true;
}

// Two identities of one call are one person.
static bool link(struct whole *w, const voc_row *of, const char *rule)
{
    voc_row r = *of;
    if (r.n_customer != 2) return true;
    r.kind = VOC_ROW_LINK;
    r.n_attrs = r.n_account = 0;
    r.unit = (voc_str){rule, strlen(rule)};
    whole_row(w, &r);
    return true;
}

static bool identify(struct whole *w, voc_row *r)
{
    if (!attributes(w, "traits", VOC_ENTITY_INDIVIDUAL, r)) return false;
    if (!link(w, r, "segment identify")) return false;
    if (!add_alias(w, whole_find(&w->inner, "email"), "email", 1, w->customer, &r->n_customer)) return false;
    r->kind = VOC_ROW_ATTRIBUTE;
    if (r->n_attrs && r->n_customer) whole_row(w, r);
    whole_ignore(w, "an identify call that says nothing new");
    return true;
}

static bool group(struct whole *w, voc_row *r)
{
    const struct member *id = whole_find(&w->members, "groupId");
    voc_str value;
    if (!id || !whole_text(w, id, &value)) return w->settled || whole_refuse(w, "CALL", "a group call has no groupId");
    r->account = w->account;
    if (!add_alias(w, id, "id", 1, w->account, &r->n_account) || !attributes(w, "traits", VOC_ENTITY_ACCOUNT, r)) return false;
    if (r->n_attrs == MEMBERS_MAX) return whole_refuse(w, "CALL", "it has more than %u traits", MEMBERS_MAX - 1);
    if (r->n_customer) // who belongs to it
        w->attrs[r->n_attrs++] = (voc_attr){.key = VOC_LIT("group"), .text = value, .type = VOC_TYPE_TEXT,
                                            .entity = VOC_ENTITY_INDIVIDUAL, .time_us = VOC_NA};
    r->kind = VOC_ROW_ATTRIBUTE;
    if (r->n_attrs) whole_row(w, r);
    whole_ignore(w, "a group call that says nothing");
    return true;
}

static bool alias(struct whole *w, voc_row *r)
{
    r->n_customer = 0;
    if (!add_alias(w, whole_find(&w->members, "userId"), "id", 1, w->customer, &r->n_customer) ||
        !add_alias(w, whole_find(&w->members, "previousId"), "id", 1, w->customer, &r->n_customer)) return false;
    if (r->n_customer != 2) return whole_refuse(w, "CALL", "an alias call needs userId and previousId");
    return link(w, r, "segment alias");
}

void segment_read(struct whole *w, voc_str record)
{
    voc_str type = {"", 0};
    unsigned call = 0;
    if (!whole_members(w, record, &w->members) || !text_field(w, &w->members, "type", &type)) return;
    while (call < N_CALLS && !ev_is(type, calls[call])) call++;
    if (call == N_CALLS) {
        (void)whole_refuse(w, "CALL", "\"%.*s\" is no call of Segment (track, page, screen, identify, group, alias)", EV_STR(type, SHOWN));
        return;
    }
    voc_row r = voc_row_init(VOC_ROW_EVENT);
    r.record = w->record;
    r.actor = VOC_ACTOR_CUSTOMER;
    r.attrs = w->attrs;
    if (!who(w, &r) || !when(w, &r)) return;
    if (call == IDENTIFY) (void)identify(w, &r);
    else if (call == GROUP) (void)group(w, &r);
    else if (call == ALIAS) (void)alias(w, &r);
    else (void)event(w, call, &r);
}
