// SPDX-License-Identifier: MIT
// Activities of people of the company (calls, meetings, mails, tasks, notes) and what marketing automation records (mailings and
// what becomes of them, forms, pages). Actions are named as the plugins email and weblog name them, so that one journey claims
// all of them; the classes of METHODS 1.1 go by these names. Runs in parallel: all state is the record's own.
#include <stdio.h>

#include "plugins/common/show.h"
#include "plugins/input/crm/crm.h"

static voc_str str(const char *s) { return (voc_str){s, strlen(s)}; }

static voc_str shape_type(const struct record *r, voc_str type)
{
    return type.len || !r->s->what ? type : str(r->s->what);
}

// ---- activities ---------------------------------------------------------------------------------------------------------

static voc_attr text_attr(const char *key, voc_str text)
{
    return (voc_attr){.key = str(key), .text = text, .type = VOC_TYPE_TEXT, .entity = VOC_ENTITY_EVENT, .time_us = VOC_NA};
}

static int64_t whole_number(voc_str s)
{
    int64_t n = 0;
    s = ev_trim(s);
    for (size_t i = 0; i < s.len && s.ptr[i] != '.'; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9' || n > 1000000000000) return VOC_NA;
        n = n * 10 + (s.ptr[i] - '0');
    }
    return s.len ? n : VOC_NA;
}

// Seconds and milliseconds of a call are its minutes.
static void set_minutes(struct record *r, voc_row *row)
{
    int64_t seconds = whole_number(take(r, "seconds").text), ms = whole_number(take(r, "milliseconds").text);
    if (row->minutes != VOC_NA) return;
    if (seconds != VOC_NA) row->minutes = (seconds * 1000000 + 30) / 60;
    else if (ms != VOC_NA) row->minutes = (ms * 1000 + 30) / 60;
}

// Salesforce's WhatId, by how it begins: 006 is an opportunity, 500 a case, 001 an account.
static void set_about(struct record *r, voc_row *row, voc_alias *account)
{
    voc_str about = take(r, "about").text;
    if (about.len == 0) return;
    bool is_account = about.len >= 15 && memcmp(about.ptr, "001", 3) == 0,
         is_deal = about.len >= 15 && memcmp(about.ptr, "006", 3) == 0,
         is_ticket = about.len >= 15 && memcmp(about.ptr, "500", 3) == 0;
    voc_str id = about.len == 18 ? (voc_str){about.ptr, 15} : about;
    if (is_deal && !row->case_id.len) row->case_id = id;
    else if (is_ticket && !row->case_id.len) {
        snprintf(r->case_id, sizeof r->case_id, "ticket:%.*s", SHOW_AT_MOST(id, 30));
        row->case_id = str(r->case_id);
    }
    else if (is_account && !row->n_account) {
        *account = (voc_alias){.kind = VOC_LIT("crm-account"), .value = id, .strong = 1};
        row->account = account;
        row->n_account = 1;
    } else r->attrs[r->n_attrs++] = text_attr("about", about);
}

// Work within the company reaches no customer: whom it is about stays as attributes.
static void make_work(struct record *r, voc_row *row)
{
    if (row->n_customer) {
        voc_attr a = text_attr("about-customer", row->customer[0].value);
        r->attrs[r->n_attrs++] = a;
    }
    if (row->n_account) r->attrs[r->n_attrs++] = text_attr("about-account", row->account[0].value);
    row->n_customer = row->n_account = 0;
}

voc_rc give_activity(struct record *r)
{
    voc_row *row = &r->rows[0];
    voc_str type = shape_type(r, take(r, "type").text), direction = take(r, "direction").text, outcome = take(r, "outcome").text;
    voc_attr completed = take(r, "completed");
    struct kind_of_act kind = {"", "", VOC_ACTOR_COMPANY};
    voc_alias account;
    bool open = false;
    for (size_t i = 0; i < r->n_attrs; i++)
        if (ev_is(r->attrs[i].key, "status")) open = word_in(r->attrs[i].text, "notstarted open inprogress waiting waitingonsomeoneelse deferred planned scheduled todo pending");
    if (open && completed.text.len == 0) return give_ignore(r, "not done yet");
    if (completed.text.len && completed.time_us != VOC_NA) row->time_us = completed.time_us, row->resolution = VOC_RES_SECOND;
    if (row->time_us == VOC_NA) return give_reject(r, "TIME", "it has no time");
    bool known = act_kind(type, &kind);
    if (!known && r->s->what && act_kind(str(r->s->what), &kind)) { // a kind of the user's own
        r->attrs[r->n_attrs++] = text_attr("type", type);
        known = true;
    }
    row->action = known ? str(kind.action) : type;
    if (row->action.len == 0) return give_reject(r, "ACTION", "it does not say what kind of activity it was");
    if (!row->channel.len) row->channel = str(kind.channel);
    row->actor = word_in(direction, "inbound incoming incomingemail received in") ? VOC_ACTOR_CUSTOMER : kind.actor;
    if (outcome.len && word_in(outcome, "noshow canceled cancelled rescheduled missed noanswer nodanswer busy wrongnumber")) {
        row->actor = VOC_ACTOR_OTHER; // it did not reach the customer
        r->attrs[r->n_attrs++] = text_attr("outcome", outcome);
    } else if (outcome.len) r->attrs[r->n_attrs++] = text_attr("outcome", outcome);
    set_minutes(r, row);
    set_about(r, row, &account);
    if (ev_is(row->action, "task") || ev_is(row->action, "note")) make_work(r, row);
    row->attrs = r->attrs;
    row->n_attrs = r->n_attrs;
    voc_rc rc = give_rows(r, row, 1);
    return rc ? rc : give_word(r, row);
}

// ---- mailings -----------------------------------------------------------------------------------------------------------

static voc_rc give_merge(struct record *r, voc_str ids)
{
    voc_row row = voc_row_init(VOC_ROW_LINK);
    voc_rc rc = VOC_OK;
    size_t n = 0;
    if (r->rows[0].n_customer == 0) return give_reject(r, "ID", "a merge that does not say of whom");
    voc_alias both[2] = {r->rows[0].customer[0], r->rows[0].customer[0]};
    row.record = r->rows[0].record;
    row.time_us = r->rows[0].time_us;
    row.resolution = r->rows[0].resolution;
    row.customer = both;
    row.n_customer = 2;
    row.unit = str("merge");
    for (size_t i = 0; i < ids.len && !rc;) {
        size_t from = i;
        while (i < ids.len && !strchr("[];, \"", ids.ptr[i])) i++;
        both[1].value = (voc_str){ids.ptr + from, i - from};
        if (i > from && !ev_eq(both[0].value, both[1].value)) n++, rc = give_rows(r, &row, 1);
        i += i < ids.len;
    }
    return rc || n ? rc : give_ignore(r, "a merge that names nobody else");
}

// The mail that it is about: the one that its id names, else the mailing by its name.
static void set_ref(voc_row *row, voc_str sent_by, voc_str item)
{
    row->ref_kind = sent_by.len ? VOC_REF_EVENT : item.len ? VOC_REF_TOUCHPOINT : VOC_REF_NONE;
    row->ref = sent_by.len ? sent_by : item;
}

voc_rc give_mail(struct record *r)
{
    voc_row *row = &r->rows[0];
    voc_str type = shape_type(r, take(r, "type").text), item = take(r, "item").text, sent_by = take(r, "sent_by").text,
            merged = take(r, "merged").text, result = take(r, "result").text;
    voc_str from = take(r, "from").text, to = take(r, "to").text, subscription = take(r, "subscription").text;
    struct kind_of_act kind = {"", "", VOC_ACTOR_OTHER};
    if (word_in(type, "13 changedatavalue")) { // a field of a person
        row->action = to;
        return item.len ? give_changed(r, item, from) : give_reject(r, "FIELD", "it does not say which field changed");
    }
    bool known = mail_kind(type, &kind);
    row->action = known ? str(kind.action) : type;
    if (row->action.len == 0) return give_reject(r, "ACTION", "it does not say what happened");
    if (whole_number(row->action) != VOC_NA && row->action.len < 20) { // a number of Marketo's that has no word here
        snprintf(r->action, sizeof r->action, "activity %.*s", (int)row->action.len, row->action.ptr);
        row->action = str(r->action);
    }
    if (ev_is(row->action, "merge")) return give_merge(r, merged);
    if (ev_is(row->action, "mail") && word_in(result, "skipped failed")) return give_ignore(r, "a mail that was not sent");
    if (ev_is(row->action, "subscription-changed") && word_in(subscription, "unsubscribed optedout")) row->action = str("unsubscribe");
    if (ev_is(row->action, "subscription-changed") && word_in(subscription, "subscribed optedin")) row->action = str("subscribe");
    row->actor = kind.actor;
    if (!row->channel.len) row->channel = str(kind.channel);
    if (kind.actor == VOC_ACTOR_COMPANY) row->touchpoint = item;
    else if (ev_is(row->channel, "email")) set_ref(row, sent_by, item);
    else if (item.len && !row->object.len) row->object = item;
    if (result.len) r->attrs[r->n_attrs++] = text_attr("result", result);
    if (from.len) r->attrs[r->n_attrs++] = text_attr("from", from);
    if (to.len) r->attrs[r->n_attrs++] = text_attr("to", to);
    row->attrs = r->attrs;
    row->n_attrs = r->n_attrs;
    return give_rows(r, row, 1);
}
