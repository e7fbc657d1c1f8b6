// SPDX-License-Identifier: MIT
// What a record is to us, by what its table holds: changes of fields, things with a date for each step, attributes of people and
// accounts, and links. The plan has made events of it (rows.c of plugins/common/events); here they become rows of the right
// kind. Runs in parallel: all state is the record's own.
#include <stdarg.h>
#include <stdio.h>

#include "plugins/common/show.h"
#include "plugins/input/crm/crm.h"

// ---- small steps --------------------------------------------------------------------------------------------------------

static voc_attr text_attr(voc_str key, voc_str text, uint32_t entity)
{
    return (voc_attr){.key = key, .text = text, .type = VOC_TYPE_TEXT, .entity = entity, .time_us = VOC_NA};
}

voc_attr take(struct record *r, const char *key)
{
    for (size_t i = 0; i < r->n_attrs; i++) {
        if (!ev_is(r->attrs[i].key, key)) continue;
        voc_attr a = r->attrs[i];
        r->n_attrs--;
        memmove(&r->attrs[i], &r->attrs[i + 1], (r->n_attrs - i) * sizeof *r->attrs);
        return a;
    }
    return text_attr((voc_str)VOC_LIT(""), (voc_str)VOC_LIT(""), VOC_ENTITY_EVENT);
}

voc_rc give_rows(struct record *r, const voc_row *rows, size_t n)
{
    voc_batch b = {.struct_size = sizeof b, .row_size = sizeof *rows, .rows = rows, .n_rows = n};
    return r->e->host->rows(r->sink, &b);
}

voc_rc give_ignore(struct record *r, const char *rule) { return r->e->host->ignore(r->sink, r->rows[0].record, (voc_str){rule, strlen(rule)}); }

voc_rc give_reject(struct record *r, const char *code, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    voc_rc rc = ev_reject(r->e, r->sink, r->rows[0].record, code, format, ap);
    va_end(ap);
    return rc;
}

// What databases write where nothing is. NA may be an id.
static bool is_null(voc_str s)
{
    static const char *const words[] = {"NULL", "null", "\\N", "(null)", "<null>", "[null]", "None", "#N/A"};
    s = ev_trim(s);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (ev_is(s, words[i])) return true;
    return s.len == 0;
}

static bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// Salesforce writes one id with 15 characters, where case counts, or with 18: the last three say which letters are capitals.
// The shorter form is kept, so that reports and exports of the API name the same things.
static voc_str plain_id(voc_str id)
{
    static const char sums[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    id = ev_trim(id);
    if (id.len != 18) return id;
    for (size_t i = 0; i < 18; i++)
        if (!is_alnum(id.ptr[i])) return id;
    for (size_t group = 0; group < 3; group++) {
        unsigned capitals = 0;
        for (size_t i = 0; i < 5; i++) capitals |= (unsigned)(id.ptr[5 * group + i] >= 'A' && id.ptr[5 * group + i] <= 'Z') << i;
        if (id.ptr[15 + group] != sums[capitals]) return id;
    }
    return (voc_str){id.ptr, 15};
}

static bool begins(voc_str s, const char *with) { return s.len >= strlen(with) && memcmp(s.ptr, with, strlen(with)) == 0; }

static size_t clean_aliases(voc_alias *a, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (is_null(a[i].value)) continue;
        a[kept] = a[i];
        a[kept].value = plain_id(a[i].value);
        if (ev_is(a[i].kind, "crm-person")) a[kept].kind = begins(a[i].value, "00Q") ? (voc_str)VOC_LIT("crm-lead") : (voc_str)VOC_LIT("crm-contact");
        kept++;
    }
    return kept;
}

// "ticket:7", so that tickets and opportunities of one number are not one case.
static bool set_case(struct record *r, const char *prefix)
{
    voc_str id = r->rows[0].case_id;
    if (id.len == 0) return true;
    id = plain_id(id);
    if (prefix) {
        int n = snprintf(r->case_id, sizeof r->case_id, "%s%.*s", prefix, SHOW_AT_MOST(id, 300));
        if (id.len >= 300 || n < 0) return false;
        id = (voc_str){r->case_id, (size_t)n};
    }
    for (size_t i = 0; i < r->n; i++) r->rows[i].case_id = id;
    return true;
}

// Ids of one system are unique there; those of tables of one's own count from 1 in each, and all tables are one source.
static void set_id(struct record *r)
{
    voc_str id = plain_id(r->rows[0].id);
    const char *of = strcmp(r->s->vendor, "CRM") == 0       ? gives_names[r->s->gives + 1]
                     : strcmp(r->s->vendor, "Marketo") == 0 ? "marketo"
                     : strcmp(r->s->vendor, "Eloqua") == 0  ? "eloqua"
                                                            : NULL;
    if (of && id.len && id.len < sizeof r->id - 20) {
        int n = snprintf(r->id, sizeof r->id, "%s:%.*s", of, (int)id.len, id.ptr);
        if (n > 0) id = (voc_str){r->id, (size_t)n};
    }
    for (size_t i = 0; i < r->n; i++) r->rows[i].id = id;
}

static voc_rc clean(struct record *r)
{
    voc_row *first = &r->rows[0];
    voc_str *texts[] = {&first->case_id, &first->owner, &first->campaign, &first->object,
                        &first->text,    &first->id,    &first->channel,  &first->touchpoint};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!texts[i]->len || !is_null(*texts[i])) continue;
        size_t at = (size_t)((char *)texts[i] - (char *)first);
        for (size_t k = 0; k < r->n; k++) *(voc_str *)(void *)((char *)&r->rows[k] + at) = (voc_str){"", 0};
    }
    size_t kept = 0;
    for (size_t i = 0; i < r->n_attrs; i++)
        if (!is_null(r->attrs[i].text)) r->attrs[kept++] = r->attrs[i];
    r->n_attrs = kept;
    size_t n_customer = clean_aliases((voc_alias *)first->customer, first->n_customer),
           n_account = clean_aliases((voc_alias *)first->account, first->n_account);
    for (size_t i = 0; i < r->n; i++) r->rows[i].n_customer = n_customer, r->rows[i].n_account = n_account;
    set_id(r);
    r->refused = !set_case(r, r->s->prefix);
    return r->refused ? give_reject(r, "ID", "an id of more than 300 bytes") : VOC_OK;
}

// ---- histories ----------------------------------------------------------------------------------------------------------

static uint32_t whose(const voc_row *row)
{
    return row->case_id.len ? VOC_ENTITY_CASE : row->n_account && !row->n_customer ? VOC_ENTITY_ACCOUNT : VOC_ENTITY_INDIVIDUAL;
}

static bool names_somebody(const voc_row *row) { return row->case_id.len || row->n_customer || row->n_account; }

// What is known of whom the record names, from its time on.
static voc_rc give_known(struct record *r, const voc_attr *attrs, size_t n)
{
    const voc_row *of = &r->rows[0];
    voc_row row = voc_row_init(VOC_ROW_ATTRIBUTE);
    row.record = of->record;
    row.time_us = of->time_us;
    row.resolution = of->resolution;
    row.id = of->id;
    row.case_id = of->case_id;
    row.customer = of->customer;
    row.n_customer = of->n_customer;
    row.account = of->account;
    row.n_account = of->n_account;
    row.attrs = attrs;
    row.n_attrs = n;
    return give_rows(r, &row, 1);
}

static voc_rc give_attribute(struct record *r, voc_str key, voc_str value)
{
    voc_attr a = text_attr(key, value, whose(&r->rows[0]));
    return give_known(r, &a, 1);
}

voc_rc give_changed(struct record *r, voc_str field, voc_str old)
{
    static const voc_str from = VOC_LIT("from"), owner_changed = VOC_LIT("owner-changed"), opened = VOC_LIT("New"), lead = VOC_LIT("lead");
    voc_row *row = &r->rows[0];
    voc_str event = {"", 0}, to = is_null(row->action) ? (voc_str){"", 0} : row->action;
    if (!names_somebody(row)) return give_reject(r, "ID", "it does not say whose %.*s changed", EV_STR(field, 60));
    switch (field_kind(field, &event)) {
    case FIELD_IS_STAGE:
        if (to.len == 0) return give_ignore(r, "a stage was emptied");
        row->action = stage_name(to);
        break;
    case FIELD_IS_OWNER:
        if (to.len == 0 || (begins(to, "005") && plain_id(to).len == 15)) return give_attribute(r, field, to); // the row with the name stands beside it
        row->owner = to;
        row->action = owner_changed;
        break;
    case FIELD_IS_EVENT:
        row->action = event;
        if (ev_is(event, "created") && row->case_id.len && !r->s->prefix) row->action = opened; // as a table of opportunities has it
        if (ev_is(event, "created") && row->n_customer && ev_is(row->customer[0].kind, "crm-lead")) row->action = lead;
        break;
    default: return give_attribute(r, field, to);
    }
    if (old.len) r->attrs[r->n_attrs++] = text_attr(from, stage_name(old), VOC_ENTITY_EVENT); // in the place of the field's name, or of the old value
    row->n_attrs = r->n_attrs;
    return give_rows(r, row, 1);
}

static voc_rc give_history(struct record *r)
{
    voc_str field = take(r, "field").text, old = take(r, "from").text;
    if (field.len == 0 && r->s->what) field = (voc_str){r->s->what, strlen(r->s->what)};
    if (field.len == 0) return give_reject(r, "FIELD", "it does not say which field changed");
    return give_changed(r, field, old);
}

// ---- things with a date for each step -----------------------------------------------------------------------------------

// The status that names this row's action, or NULL: the action is the date's own.
static const voc_str *status_of(const struct record *r, const voc_row *row, const voc_str *cells)
{
    const struct events *e = r->e;
    for (size_t k = 0; k < e->n_times; k++) {
        uint32_t c = e->times[k].action_column;
        if (c != NO_COLUMN && row->action.ptr == cells[c].ptr) return &cells[c];
    }
    return NULL;
}

static bool is_yes(voc_str s) { return word_in(s, "true yes 1 y t"); }

// Is this date, whose action the status names, a plan? That of closing of what is still open is; that of a stage that has a date of
// its own says nothing new.
static bool is_plan(const struct record *r, voc_str status, bool closed, const voc_str *cells)
{
    for (size_t k = 0; k < r->n; k++)
        if (!status_of(r, &r->rows[k], cells) && ev_eq(stage_name(r->rows[k].action), stage_name(status))) return true;
    return status.len == 0 || (!closed && outcome_of(status) == STILL_OPEN);
}

// The value of a row as an attribute.
static void to_amount(struct record *r, voc_row *row, const voc_str *cells)
{
    const struct origin *from = &r->e->field[FIELD_VALUE];
    if (row->value == VOC_NA) return;
    voc_attr amount = text_attr((voc_str)VOC_LIT("amount"), from->column == NO_COLUMN ? from->constant : cells[from->column], VOC_ENTITY_EVENT);
    amount.type = VOC_TYPE_MONEY;
    amount.time_us = row->value;
    r->attrs[r->n_attrs++] = amount;
    row->value = VOC_NA;
}

// What is won has its value; what is hoped for, or lost, had an amount.
static void set_worth(struct record *r, bool closed, voc_str won, const voc_str *cells)
{
    voc_row *last = &r->rows[r->n - 1];
    enum outcome outcome = outcome_of(last->action);
    bool earned = outcome == WON || is_yes(won) || (outcome == STILL_OPEN && closed && !won.len && status_of(r, last, cells));
    if (!earned) to_amount(r, last, cells);
}

static void drop_plans(struct record *r, const voc_str *cells)
{
    const bool closed = is_yes(take(r, "closed").text);
    const voc_str won = take(r, "won").text;
    const int64_t value = r->rows[r->n - 1].value;
    voc_str now = {"", 0}; // the stage that no event tells
    size_t kept = 0;
    for (size_t i = 0; i < r->n; i++) {
        const voc_str *status = status_of(r, &r->rows[i], cells);
        r->dropped[i] = status && is_plan(r, *status, closed, cells);
        if (r->dropped[i] && !is_null(*status)) now = stage_name(*status);
    }
    for (size_t i = 0; i < r->n; i++)
        if (!r->dropped[i]) r->rows[kept++] = r->rows[i];
    r->n = kept;
    bool told = kept && ev_eq(now, stage_name(r->rows[kept - 1].action));
    if (now.len && !told) r->attrs[r->n_attrs++] = text_attr((voc_str)VOC_LIT("stage"), now, VOC_ENTITY_EVENT);
    if (kept == 0) return;
    r->rows[kept - 1].value = value;
    set_worth(r, closed, won, cells);
    for (size_t i = 0; i < kept; i++) r->rows[i].action = stage_name(r->rows[i].action);
}

// Who acts by which step; UNSET: it is none.
static uint32_t actor_of(voc_str action)
{
    static const struct { const char *action; uint32_t actor; } steps[] = {
        {"ticket", VOC_ACTOR_CUSTOMER}, {"chat", VOC_ACTOR_CUSTOMER}, {"order", VOC_ACTOR_CUSTOMER}, {"pay", VOC_ACTOR_CUSTOMER}, {"cancel-order", VOC_ACTOR_CUSTOMER},
        {"respond", VOC_ACTOR_CUSTOMER}, {"refund", VOC_ACTOR_COMPANY}, {"campaign", VOC_ACTOR_OTHER}, {"answer", VOC_ACTOR_COMPANY}, {"ticket-closed", VOC_ACTOR_COMPANY}, {"chat-closed", VOC_ACTOR_COMPANY}, {"shipped", VOC_ACTOR_COMPANY}, {"received", VOC_ACTOR_COMPANY}, {"invoice", VOC_ACTOR_COMPANY}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (ev_is(action, steps[i].action)) return steps[i].actor;
    return VOC_ACTOR_UNSET;
}

// What the record says once belongs to its first step: the order has the value, the ticket the words.
static void to_first(struct record *r)
{
    voc_row *first = &r->rows[0], *last = &r->rows[r->n - 1];
    const int64_t value = last->value;
    const voc_str text = last->text;
    last->value = VOC_NA;
    last->text = (voc_str){"", 0};
    first->value = value;
    first->text = text;
    for (size_t i = 0; i < r->n; i++) {
        uint32_t actor = actor_of(r->rows[i].action);
        r->rows[i].actor = actor ? actor : VOC_ACTOR_OTHER;
    }
}

// Attributes of people, accounts and cases go with the first event; the event's own with the last: an earlier one must not know
// how it ended.
static void deal_out(struct record *r)
{
    size_t n_entities = 0;
    for (size_t i = 0; i < r->n_attrs; i++) {
        voc_attr a = r->attrs[i];
        if (a.entity == VOC_ENTITY_EVENT) continue;
        memmove(&r->attrs[n_entities + 1], &r->attrs[n_entities], (i - n_entities) * sizeof a);
        r->attrs[n_entities++] = a;
    }
    for (size_t i = 0; i < r->n; i++) r->rows[i].n_attrs = 0;
    r->rows[0].attrs = r->attrs;
    r->rows[0].n_attrs = r->n == 1 ? r->n_attrs : n_entities;
    if (r->n == 1) return;
    r->rows[r->n - 1].attrs = r->attrs + n_entities;
    r->rows[r->n - 1].n_attrs = r->n_attrs - n_entities;
}

// Without a date that has come it is known all the same: as attributes.
static voc_rc give_undated(struct record *r, const voc_row *base, const voc_str *cells)
{
    voc_row row = *base;
    to_amount(r, &row, cells);
    row.time_us = VOC_NA;
    r->rows[0] = row;
    if (!names_somebody(&row)) return give_reject(r, "ID", "it has neither a date nor an id");
    for (size_t i = 0; i < r->n_attrs; i++)
        if (r->attrs[i].entity == VOC_ENTITY_EVENT) r->attrs[i].entity = whose(&row);
    const struct { voc_str key, value; } kept[] = {{VOC_LIT("stage"), row.action}, {VOC_LIT("owner"), row.owner}, {VOC_LIT("object"), row.object}};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (kept[i].value.len) r->attrs[r->n_attrs++] = text_attr(kept[i].key, kept[i].value, whose(&row));
    if (r->n_attrs == 0) return give_ignore(r, "no date, and nothing else is known of it");
    return give_known(r, r->attrs, r->n_attrs);
}

static voc_rc give_link(struct record *r, voc_alias one, voc_alias other, const char *rule, const voc_row *when)
{
    const voc_alias both[2] = {one, other};
    voc_row row = voc_row_init(VOC_ROW_LINK);
    row.record = r->rows[0].record;
    row.time_us = when->time_us;
    row.resolution = when->resolution;
    row.customer = both;
    row.n_customer = 2;
    row.unit = (voc_str){rule, strlen(rule)};
    return ev_eq(one.value, other.value) && ev_eq(one.kind, other.kind) ? VOC_OK : give_rows(r, &row, 1);
}

// What a lead became: a contact, and an opportunity that knows its lead.
static voc_rc give_conversion(struct record *r, voc_str contact, voc_str opportunity, const voc_row *when)
{
    const voc_row *row = &r->rows[0];
    voc_alias person = {.kind = VOC_LIT("crm-contact"), .value = plain_id(contact), .strong = 1};
    voc_attr lead = text_attr((voc_str)VOC_LIT("lead"), row->n_customer ? row->customer[0].value : (voc_str){"", 0}, VOC_ENTITY_CASE);
    voc_rc rc = contact.len && row->n_customer ? give_link(r, row->customer[0], person, "converted", when) : VOC_OK;
    if (rc || !opportunity.len || !lead.text.len) return rc;
    voc_row of = voc_row_init(VOC_ROW_ATTRIBUTE);
    of.record = row->record;
    of.time_us = when->time_us;
    of.resolution = when->resolution;
    of.case_id = plain_id(opportunity);
    of.attrs = &lead;
    of.n_attrs = 1;
    return give_rows(r, &of, 1);
}

static voc_rc give_leads(struct record *r)
{
    voc_attr status = take(r, "status");
    while (take(r, "status").text.len) {} // a date that it names may have brought it again
    if (status.text.len) r->attrs[r->n_attrs++] = status;
    voc_str contact = take(r, "contact").text, opportunity = take(r, "opportunity").text;
    voc_alias account = {.kind = VOC_LIT("crm-account"), .value = plain_id(take(r, "account").text), .strong = 1};
    voc_row *last = &r->rows[r->n - 1];
    voc_rc rc = VOC_OK;
    if (!names_somebody(&r->rows[0])) return give_reject(r, "ID", "a lead without an id and an address");
    deal_out(r);
    if (account.value.len && ev_is(last->action, "converted")) last->account = &account, last->n_account = 1;
    for (size_t i = 0; i < r->n && !rc; i++) {
        voc_str action = ev_trim(r->rows[i].action); // of a decision: what the status says
        if (action.len) rc = give_rows(r, &r->rows[i], 1);
    }
    return rc ? rc : give_conversion(r, contact, opportunity, last);
}

// What a customer wrote, beside the event that it belongs to.
voc_rc give_word(struct record *r, const voc_row *of)
{
    voc_row word = voc_row_init(VOC_ROW_WORD);
    if (of->text.len == 0 || of->actor != VOC_ACTOR_CUSTOMER) return VOC_OK;
    word.record = of->record;
    word.time_us = of->time_us;
    word.resolution = of->resolution;
    word.text = of->text;
    word.language = of->language;
    word.ref_kind = of->id.len ? VOC_REF_EVENT : of->case_id.len ? VOC_REF_CASE : VOC_REF_NONE;
    word.ref = of->id.len ? of->id : of->case_id;
    word.customer = of->customer;
    word.n_customer = of->n_customer;
    word.account = of->account;
    word.n_account = of->n_account;
    return give_rows(r, &word, 1);
}

static voc_rc give_words(struct record *r)
{
    voc_str subject = take(r, "subject").text;
    voc_row *first = &r->rows[0];
    if (subject.len && !first->object.len) first->object = subject;
    else if (subject.len) r->attrs[r->n_attrs++] = text_attr((voc_str)VOC_LIT("subject"), subject, VOC_ENTITY_EVENT);
    deal_out(r);
    voc_rc rc = give_rows(r, r->rows, r->n);
    return rc ? rc : give_word(r, first);
}

// The first step of such a thing, where its date is named by the user or has a name of its own.
static void name_first(struct record *r)
{
    static const voc_str firsts[GIVES_N] = {[GIVES_DEALS] = VOC_LIT("New"), [GIVES_LEADS] = VOC_LIT("lead"), [GIVES_TICKETS] = VOC_LIT("ticket"), [GIVES_CHATS] = VOC_LIT("chat"),
                                            [GIVES_ORDERS] = VOC_LIT("order"), [GIVES_INVOICES] = VOC_LIT("invoice")};
    bool known = r->s->gives == GIVES_DEALS || r->s->gives == GIVES_LEADS; // any word may be a stage there
    for (size_t i = 0; i < r->n && !known; i++) known = actor_of(r->rows[i].action) != VOC_ACTOR_UNSET;
    if (!known || r->rows[0].action.len == 0) r->rows[0].action = firsts[r->s->gives];
}

static voc_str kept(const struct record *r, const char *key)
{
    for (size_t i = 0; i < r->n_attrs; i++)
        if (ev_is(r->attrs[i].key, key)) return r->attrs[i].text;
    return (voc_str){"", 0};
}

// A payment that was tried and did not come is no payment, and worth nothing.
static void name_payment(struct record *r)
{
    static const voc_str failed = VOC_LIT("pay-failed");
    voc_row *first = &r->rows[0];
    if (!ev_is(first->action, "pay") || !word_in(kept(r, "status"), "failed canceled cancelled blocked incomplete uncaptured requirespaymentmethod")) return;
    first->action = failed;
    r->rows[r->n - 1].value = VOC_NA;
}

static voc_rc give_dated(struct record *r, const voc_str *cells)
{
    voc_row base = r->rows[0];
    base.value = r->rows[r->n - 1].value;
    if (base.time_us == VOC_NA) return give_undated(r, &base, cells);
    if (!status_of(r, &r->rows[0], cells)) name_first(r);
    if (r->s->gives == GIVES_LEADS) return give_leads(r);
    if (r->s->gives == GIVES_ORDERS && r->s->what && !kept(r, r->s->what).len) return give_ignore(r, "a further line of an order");
    if (r->s->gives != GIVES_DEALS) {
        name_payment(r);
        to_first(r);
        return give_words(r);
    }
    drop_plans(r, cells);
    if (r->n == 0) {
        base.action = (voc_str){"", 0}; // the plan that was dropped is an attribute already
        return give_undated(r, &base, cells);
    }
    deal_out(r);
    return give_rows(r, r->rows, r->n);
}

// ---- people, accounts, links --------------------------------------------------------------------------------------------

// "76340251;46897301", "[1286861, 7]": each one is the same person.
static voc_rc give_merged(struct record *r, voc_str ids)
{
    voc_alias keeps = r->rows[0].customer[0], other = keeps;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < ids.len && !rc;) {
        size_t from = i;
        while (i < ids.len && !strchr("[];, \"", ids.ptr[i])) i++;
        other.value = plain_id((voc_str){ids.ptr + from, i - from});
        if (other.value.len) rc = give_link(r, keeps, other, "merge", &r->rows[0]);
        i += i < ids.len;
    }
    return rc;
}

static voc_rc give_object(struct record *r)
{
    voc_row *row = &r->rows[0];
    voc_str merged = take(r, "merged").text;
    bool account = r->s->gives == GIVES_ACCOUNTS;
    if (account ? !row->n_account : !row->n_customer) return give_reject(r, "ID", account ? "an account without an id and a name" : "a person without an id and an address");
    if (row->n_account > 1) row->n_account = 1; // the id; its name is an attribute
    for (size_t i = 0; i < r->n_attrs; i++) r->attrs[i].entity = account ? VOC_ENTITY_ACCOUNT : VOC_ENTITY_INDIVIDUAL;
    voc_rc rc = VOC_OK;
    if (row->n_customer > 1 && r->n_attrs == 0 && !account) rc = give_link(r, row->customer[0], row->customer[1], "same-row", row);
    else if (r->n_attrs == 0 && merged.len == 0) return give_ignore(r, "nothing is known of it but its name");
    if (!rc && r->n_attrs) rc = give_known(r, r->attrs, r->n_attrs);
    return rc || merged.len == 0 || account ? rc : give_merged(r, merged);
}

static voc_rc give_links(struct record *r)
{
    const voc_row *row = &r->rows[0];
    voc_str merged = take(r, "merged").text;
    if (merged.len && row->n_customer) return give_merged(r, merged);
    const uint32_t entity = whose(row);
    voc_attr role = take(r, "role"), attrs[2 * VOC_ALIASES_MAX + 8];
    size_t n = 0;
    for (size_t i = 0; i < row->n_customer && entity == VOC_ENTITY_CASE; i++)
        attrs[n++] = text_attr(row->customer[i].kind, row->customer[i].value, entity);
    for (size_t i = 0; i < row->n_account && entity != VOC_ENTITY_ACCOUNT; i++)
        attrs[n++] = text_attr(row->account[i].kind, row->account[i].value, entity);
    for (size_t i = 0; i < r->n_attrs && n + 1 < sizeof attrs / sizeof *attrs; i++) {
        attrs[n] = r->attrs[i];
        attrs[n++].entity = entity;
    }
    if (!names_somebody(row) || n == 0) return give_reject(r, "ID", "a link of which one end is missing");
    if (role.text.len && row->n_customer) {
        role.entity = VOC_ENTITY_INDIVIDUAL; // the person's part in buying
        attrs[n++] = role;
    }
    return give_known(r, attrs, n);
}

// ---- a record -----------------------------------------------------------------------------------------------------------

voc_rc crm_give(const struct events *e, voc_sink *sink, const voc_str *cells, voc_row *rows, size_t n)
{
    struct record r = {.e = e, .s = CRM(e)->shape, .sink = sink, .rows = rows, .n = n};
    r.attrs = (voc_attr *)rows[0].attrs; // the plan's own, of this record alone
    r.n_attrs = rows[n - 1].n_attrs;
    if (r.s->gives == GIVES_NOTHING) return give_ignore(&r, r.s->what);
    if (is_yes(take(&r, "deleted").text)) return give_ignore(&r, "deleted in the CRM");
    voc_rc rc = clean(&r);
    if (rc || r.refused) return rc;
    switch (r.s->gives) {
    case GIVES_HISTORY: case GIVES_SNAPSHOTS: return give_history(&r);
    case GIVES_PEOPLE: case GIVES_ACCOUNTS: return give_object(&r);
    case GIVES_LINKS: return give_links(&r);
    case GIVES_ACTIVITIES: return give_activity(&r);
    case GIVES_MAILS: return give_mail(&r);
    default: return give_dated(&r, cells);
    }
}
