// SPDX-License-Identifier: MIT
// A plan for a file that nobody has described: by the names that pm4py, bupaR, Disco, web analytics and CRM exports give to
// their columns (folded: letters and digits only), each checked against the column's values; and by the values alone where
// a column of dates has a name of its own. What a map or an option has decided is left alone. Called by plan_make().
#include <stdio.h>

#include "plugins/common/events/plan.h"

#define CANDIDATES_MAX 64u
#define FEW 20u // records among which every status may differ

static const char TIME_NAMES[] =
    "timetimestamp timestamp eventtimestamp eventtime eventdatetime datetime time eventdate date occurredat happenedat ts oceltimestamp activitydate activitytime "
    "actiontime completetimestamp createdat createddate createdate createdtime created timestampinstant servertime clienttime receivedat sentat loggedat addedat "
    "zeitstempel zeitpunkt datumuhrzeit datum fechahora fechayhora fecha horodatage dateheure dataora datahora datagodzina dataczas data tijdstip "
    "dateentered enteredat changedat changedate visittime visitdate timestampevent when";
static const char START_NAMES[] = "starttimestamp starttime startdatetime timestampstart startedat started start startdate begintimestamp begintime begin";
static const char END_NAMES[] =
    "endtimestamp endtime enddatetime timestampend completetimestamp completetime completiontime completedat completed complete finishtimestamp finishtime finishedat end";
static const char ACTION_NAMES[] =
    "conceptname activity activityname ocelactivity eventname event action actionname eventaction eventtype actiontype activitytype interaction interactiontype "
    "step stepname task taskname type "
    "aktion aktivit\xC3\xA4t ereignis vorgang acci\xC3\xB3n accion actividad evento \xC3\xA9v\xC3\xA9nement evenement activit\xC3\xA9 azione attivit\xC3\xA0 a\xC3\xA7\xC3\xA3o atividade "
    "dzia\xC5\x82" "anie zdarzenie czynno\xC5\x9B\xC4\x87 actie gebeurtenis activiteit";
static const char CASE_NAMES[] =
    "caseconceptname caseid case casenumber casekey caseident traceid processinstanceid processinstance opportunityid opportunity dealid ticketid incidentid srnumber "
    "claimid applicationid datensatzid vorgangsnummer vorgangsid fallnummer";
static const char WIDE_CASE_NAMES[] = "leadid orderid requestid contractid projectid policyid invoiceid subscriptionid";
static const char CUSTOMER_NAMES[] =
    "userid customerid contactid personid individualid memberid subscriberid leadid clientnumber customernumber customer user contact person individual member subscriber "
    "client kundenid kundennr kundennummer kunde clienteid idcliente cliente idclient clientid klantid klantnummer klant klientid idklienta klient";
static const char COOKIE_NAMES[] = "cookieid cookie visitorid visitor userpseudoid anonymousid distinctid clientid deviceid domainuserid";
static const char EMAIL_NAMES[] =
    "email emailaddress customeremail useremail contactemail mail propertyemail recipient "
    "emailadresse mailadresse correo correoelectr\xC3\xB3nico courriel adresseemail adressemail indirizzoemail";
static const char PHONE_NAMES[] =
    "phone phonenumber mobile mobilephone telephone rufnummer telefonnummer telefon mobilnummer handynummer tel\xC3\xA9" "fono t\xC3\xA9l\xC3\xA9phone telefono telefone "
    "telefoonnummer";
static const char ACCOUNT_NAMES[] =
    "accountid account accountname companyid company companyname organizationid organisationid organization organisation organizationname organisationname employer firm firma unternehmen empresa soci\xC3\xA9t\xC3\xA9 entreprise azienda bedrijf";

enum check { ANY, NUMBER, MONEY, MONEY_WIDE, UNIQUE, ACTOR };
static const struct { unsigned char field, option, check; const char *names; } known[] = {
    {FIELD_ID, OPT_ID, UNIQUE, "insertid eventuuid eventid oceleid identityid messageid activityid"},
    {FIELD_ACTOR, OPT_ACTOR, ACTOR, "actor actortype initiator direction calldirection richtung"},
    {FIELD_REF, OPT_REF, ANY, "ref inreplyto replyto"},
    {FIELD_ROLE, OPT_ROLE, ANY, "orgrole role contactrole buyingrole"},
    {FIELD_OWNER, OPT_OWNER, ANY,
     "orgresource resource owner ownerid owneremail salesagent salesrep salesperson rep agent agentid accountowner opportunityowner dealowner assignedto assignee handledby "
     "zust\xC3\xA4ndig zust\xC3\xA4ndiger verantwortlich bearbeiter betreuer vertriebsmitarbeiter propietario propri\xC3\xA9taire responsable eigenaar"},
    {FIELD_THREAD, OPT_THREAD, ANY, "thread threadid conversationid"},
    {FIELD_TOUCHPOINT, OPT_TOUCHPOINT, ANY, "touchpoint touchpointid touchpointname"},
    {FIELD_CHANNEL, OPT_CHANNEL, ANY, "channel channelname marketingchannel utmmedium medium"},
    {FIELD_CAMPAIGN, OPT_CAMPAIGN, ANY, "campaign campaignname utmcampaign campaignid"},
    {FIELD_OBJECT, OPT_OBJECT, ANY, "object objectid pageurl url page pagepath pagelocation pagetitle asset contentname screenname"},
    {FIELD_TEXT, OPT_TEXT, ANY, "text comment comments verbatim feedback review message messagetext"},
    {FIELD_LANGUAGE, OPT_LANGUAGE, ANY, "language lang"},
    {FIELD_MINUTES, OPT_MINUTES, NUMBER, "minutes durationminutes durationmin minutesspent effortminutes"},
    {FIELD_COST, OPT_COST, MONEY, "costtotal cost costs totalcost kosten coste costo custo co\xC3\xBBt koszt"},
    {FIELD_VALUE, OPT_VALUE, MONEY, "value eventvalue dealvalue ordervalue closevalue opportunityvalue revenue umsatz wert valor valeur valore warto\xC5\x9B\xC4\x87 waarde"},
    {FIELD_VALUE, OPT_VALUE, MONEY_WIDE, "amount betrag importe montant importo kwota bedrag"}, // of an opportunity; in a log it may be anything
};

static bool starts(voc_str s, const char *with) { return s.len >= strlen(with) && memcmp(s.ptr, with, strlen(with)) == 0; }

static bool ends(voc_str s, const char *with)
{
    size_t n = strlen(with);
    return s.len >= n && memcmp(s.ptr + s.len - n, with, n) == 0;
}

static bool contains(voc_str s, const char *what)
{
    size_t n = strlen(what);
    for (size_t i = 0; i + n <= s.len; i++)
        if (memcmp(s.ptr + i, what, n) == 0) return true;
    return false;
}

// ---- looking at values ------------------------------------------------------------------------------------------------------

// Every filled cell differs from every other, and there are at least two.
static bool all_differ(const struct events *e, uint32_t column)
{
    size_t filled = 0;
    for (size_t i = 0; i < e->n_samples; i++) {
        voc_str cell = column_cell(e, i, column);
        if (cell.len == 0) continue;
        filled++;
        for (size_t k = 0; k < i; k++)
            if (ev_eq(cell, column_cell(e, k, column))) return false;
    }
    return filled > 1 || e->n_samples < 2;
}

static bool is_empty(const struct events *e, uint32_t column)
{
    for (size_t i = 0; i < e->n_samples; i++)
        if (column_cell(e, i, column).len) return false;
    return e->n_samples > 0;
}

static bool all_actors(const struct events *e, uint32_t column)
{
    uint32_t actor;
    for (size_t i = 0; i < e->n_samples; i++)
        if (column_cell(e, i, column).len && !actor_read(column_cell(e, i, column), &actor)) return false;
    return true;
}

static bool mostly_addresses(const struct events *e, uint32_t column)
{
    size_t filled = 0, at = 0;
    for (size_t i = 0; i < e->n_samples; i++) {
        voc_str cell = column_cell(e, i, column);
        if (cell.len == 0) continue;
        filled++;
        at += memchr(cell.ptr, '@', cell.len) != NULL;
    }
    return at * 2 >= filled;
}

// The first of these names in which something stands, else (`empty`) the first of them: a column whose values begin far down in the file.
static uint32_t first_filled(struct events *e, const char *names, bool address, bool *empty)
{
    uint32_t found[CANDIDATES_MAX];
    const size_t n = columns_named(e, names, found, CANDIDATES_MAX);
    *empty = false;
    for (size_t i = 0; i < n; i++)
        if (!is_empty(e, found[i]) && (!address || mostly_addresses(e, found[i]))) return found[i];
    for (size_t i = 0; i < n; i++)
        if ((*empty = is_empty(e, found[i]))) return found[i];
    return NO_COLUMN;
}

static uint32_t first_named(const struct events *e, const char *names)
{
    uint32_t found[1];
    return columns_named(e, names, found, 1) ? found[0] : NO_COLUMN;
}

static uint32_t first_time_named(struct events *e, const char *names)
{
    uint32_t found[CANDIDATES_MAX];
    size_t n = columns_named(e, names, found, CANDIDATES_MAX);
    for (size_t i = 0; i < n; i++)
        if (time_column_plausible(e, found[i], true)) return found[i];
    return NO_COLUMN;
}

static uint32_t take(struct events *e, uint32_t column)
{
    if (column != NO_COLUMN) e->columns[column].used = e->proposed = true;
    return column;
}

static void give(struct events *e, unsigned field, uint32_t column)
{
    e->field[field].column = take(e, column);
    e->field[field].why = WHY_NAME;
}

// ---- times and actions --------------------------------------------------------------------------------------------------------

static void add_time(struct events *e, uint32_t column, unsigned char why)
{
    if (e->n_times == TIMES_MAX) return;
    time_origin_init(&e->times[e->n_times], take(e, column));
    e->times[e->n_times++].from.why = why;
}

// Columns of dates by their values, or by a usual name; not those of the case, nor of a connector's own books.
static size_t dated_columns(struct events *e, uint32_t *out, size_t max)
{
    size_t n = 0, looked_at = 0;
    for (uint32_t c = 0; c < e->n_columns && n < max && looked_at < 256; c++) {
        const struct column *k = &e->columns[c];
        if (k->used || starts(k->name, "case:") || starts(k->folded, "fivetran") || starts(k->folded, "lastmodified") || ends(k->folded, "updatedat") ||
            ends(k->folded, "lastmodifieddate") || ends(k->folded, "modifiedat"))
            continue;
        looked_at++;
        if (time_column_plausible(e, c, false)) out[n++] = c;
    }
    return n;
}

static uint32_t status_column(struct events *e)
{
    static const char *const endings[] = {"stage", "status", "outcome", "result", "disposition", "state", "phase", "ergebnis", "etapa", "\xC3\xA9tape", "fase", "estado", "statut"};
    for (size_t k = 0; k < sizeof endings / sizeof *endings; k++)
        for (uint32_t c = 0; c < e->n_columns; c++)
            if (!e->columns[c].used && !starts(e->columns[c].name, "case:") && ends(e->columns[c].folded, endings[k]) &&
                !is_empty(e, c) && !(e->n_samples > FEW && all_differ(e, c)))
                return c;
    return NO_COLUMN;
}

static uint32_t find_case(struct events *e, bool wide)
{
    uint32_t c = first_named(e, CASE_NAMES);
    if (c != NO_COLUMN || !wide) return c;
    c = first_named(e, "id");
    if (c == NO_COLUMN) c = first_named(e, WIDE_CASE_NAMES);
    for (uint32_t i = 0; i < e->n_columns && c == NO_COLUMN; i++)
        if (!e->columns[i].used && ends(e->columns[i].folded, "id") && !is_empty(e, i) && all_differ(e, i)) c = i;
    return c;
}

// Whose rows may follow each other: those of a case, else of a customer.
static uint32_t find_whose(struct events *e)
{
    uint32_t c = find_case(e, false);
    if (c == NO_COLUMN) c = first_named(e, CUSTOMER_NAMES);
    if (c == NO_COLUMN) c = first_named(e, EMAIL_NAMES);
    return c != NO_COLUMN ? c : first_named(e, PHONE_NAMES);
}

// "Created at" is no date of what the status says, wherever it stands.
static bool begins_a_row(voc_str folded)
{
    static const char *const first[] = {"creat", "open", "start", "begin", "regist", "submit"};
    for (size_t k = 0; k < sizeof first / sizeof *first; k++)
        if (contains(folded, first[k])) return true;
    return false;
}

// One row is one thing with a date for each step. The last step's event is what the status column says.
static void propose_wide(struct events *e, const uint32_t *dates, size_t n)
{
    static const char *const last[] = {"clos", "resolv", "finish", "complet", "won", "enddate", "ended"};
    size_t closing = n;
    for (size_t k = 0; k < sizeof last / sizeof *last && closing == n; k++)
        for (size_t i = 0; i < n && closing == n; i++)
            if (contains(e->columns[dates[i]].folded, last[k])) closing = i;
    for (size_t i = n; i-- > 0 && closing == n;)
        if (!begins_a_row(e->columns[dates[i]].folded)) closing = i;
    if (closing == n) closing = n - 1;
    for (size_t i = 0; i < n; i++)
        if (i != closing) add_time(e, dates[i], WHY_VALUES);
    add_time(e, dates[closing], WHY_VALUES);
    uint32_t status = n > 1 ? status_column(e) : NO_COLUMN;
    if (status != NO_COLUMN) e->times[e->n_times - 1].action_column = take(e, status);
}

static void propose_without_action(struct events *e)
{
    uint32_t dates[TIMES_MAX];
    size_t n = dated_columns(e, dates, TIMES_MAX);
    if (n == 0) {
        uint32_t named = first_time_named(e, TIME_NAMES); // epochs, which only a name tells from other numbers
        if (named != NO_COLUMN) dates[n++] = named;
    }
    if (n == 0) return;
    uint32_t of = find_whose(e), status = n == 1 && of != NO_COLUMN && !all_differ(e, of) ? status_column(e) : NO_COLUMN;
    if (status == NO_COLUMN) {
        propose_wide(e, dates, n);
        return;
    }
    add_time(e, dates[0], WHY_VALUES); // a history of stages
    give(e, FIELD_ACTION, status);
}

static void propose_times(struct events *e)
{
    uint32_t start = first_time_named(e, START_NAMES), end = plan_decided(e, OPT_END) ? NO_COLUMN : first_time_named(e, END_NAMES);
    uint32_t time = first_time_named(e, TIME_NAMES), dates[1];
    unsigned char why = WHY_NAME;
    if (time == end) end = NO_COLUMN; // "Complete Timestamp" alone
    if (time == NO_COLUMN && start == NO_COLUMN && end == NO_COLUMN && dated_columns(e, dates, 1)) time = dates[0], why = WHY_VALUES;
    if (plan_decided(e, OPT_END)) {
        if (start != NO_COLUMN || time != NO_COLUMN) add_time(e, start != NO_COLUMN ? start : time, why);
    } else if (start != NO_COLUMN || (time != NO_COLUMN && end != NO_COLUMN)) {
        uint32_t from = start != NO_COLUMN ? start : time, to = end != NO_COLUMN ? end : start != NO_COLUMN ? time : NO_COLUMN;
        add_time(e, from, why);
        if (to == NO_COLUMN) return;
        e->has_end = true;
        time_origin_init(&e->end, take(e, to));
        e->end.from.why = WHY_NAME;
    } else if (time != NO_COLUMN || end != NO_COLUMN) {
        add_time(e, time != NO_COLUMN ? time : end, why);
    }
}

static void propose_actions(struct events *e)
{
    bool missing = e->n_times == 0;
    for (size_t i = 0; i < e->n_times; i++) missing = missing || (e->times[i].action.len == 0 && e->times[i].action_column == NO_COLUMN);
    if (!missing || plan_decided(e, OPT_ACTION)) return;
    uint32_t found[CANDIDATES_MAX];
    size_t n = columns_named(e, ACTION_NAMES, found, CANDIDATES_MAX);
    for (size_t i = 0; i < n; i++) {
        if (is_empty(e, found[i])) continue;
        give(e, FIELD_ACTION, found[i]);
        return;
    }
}

// ---- everything else -------------------------------------------------------------------------------------------------------------

static bool fits(struct events *e, uint32_t column, unsigned check)
{
    switch (check) {
    case NUMBER: return number_column_plausible(e, column, false);
    case MONEY: return number_column_plausible(e, column, true);
    case MONEY_WIDE: return e->field[FIELD_ACTION].column == NO_COLUMN && number_column_plausible(e, column, true);
    case UNIQUE: return e->n_times == 1 && all_differ(e, column);
    case ACTOR: return all_actors(e, column);
    default: return true;
    }
}

static void propose_alias(struct events *e, unsigned option, const char *names, bool address, voc_str kind, uint32_t strong,
                          struct alias_origin *all, size_t *n)
{
    bool empty;
    uint32_t c = plan_decided(e, option) ? NO_COLUMN : first_filled(e, names, address, &empty);
    if (c == NO_COLUMN || *n == VOC_ALIASES_MAX) return;
    all[(*n)++] = (struct alias_origin){.from = {.column = take(e, c), .why = empty ? WHY_EMPTY : WHY_NAME}, .kind = kind, .strong = strong};
}

static void propose_people(struct events *e)
{
    const voc_str kind = VOC_LIT("id"), email = VOC_LIT("email"), phone = VOC_LIT("phone"), cookie = VOC_LIT("cookie");
    const voc_str *customer = e->option[OPT_CUSTOMER_KIND].len ? &e->option[OPT_CUSTOMER_KIND] : &kind;
    const voc_str *account = e->option[OPT_ACCOUNT_KIND].len ? &e->option[OPT_ACCOUNT_KIND] : &kind;
    propose_alias(e, OPT_CUSTOMER, CUSTOMER_NAMES, false, *customer, 1, e->customers, &e->n_customers);
    propose_alias(e, OPT_EMAIL, EMAIL_NAMES, true, email, 1, e->customers, &e->n_customers);
    propose_alias(e, OPT_PHONE, PHONE_NAMES, false, phone, 0, e->customers, &e->n_customers);
    propose_alias(e, OPT_COOKIE, COOKIE_NAMES, false, cookie, 0, e->customers, &e->n_customers);
    propose_alias(e, OPT_ACCOUNT, ACCOUNT_NAMES, false, *account, 1, e->accounts, &e->n_accounts);
}

// An "id" is the event's own where it is the only one of its kind; where it repeats, it is a case's.
static void propose_id(struct events *e)
{
    uint32_t id = first_named(e, "id");
    if (id == NO_COLUMN || is_empty(e, id)) return;
    unsigned field = all_differ(e, id) ? FIELD_ID : FIELD_CASE, option = all_differ(e, id) ? OPT_ID : OPT_CASE;
    if (plan_decided(e, option) || e->field[field].column != NO_COLUMN || (field == FIELD_ID && e->n_times > 1)) return;
    give(e, field, id);
}

// The first column with a name of the field whose values fit; `empty`: in which nothing stands yet, where nothing can speak against it.
static void propose_known(struct events *e, size_t k, bool empty)
{
    uint32_t found[CANDIDATES_MAX];
    const unsigned check = known[k].check, field = known[k].field;
    if (plan_decided(e, known[k].option) || e->field[field].column != NO_COLUMN ||
        (empty && (check == UNIQUE || check == ACTOR || check == MONEY_WIDE)))
        return;
    const size_t n = columns_named(e, known[k].names, found, CANDIDATES_MAX);
    for (size_t i = 0; i < n; i++) {
        if (is_empty(e, found[i]) != empty || (!empty && !fits(e, found[i], check))) continue;
        give(e, field, found[i]);
        if (empty) e->field[field].why = WHY_EMPTY;
        return;
    }
}

// ---- what may come later -----------------------------------------------------------------------------------------------------------

// "user_id" or "userId", as the other names of the file are written.
static bool writes_capitals(const struct events *e)
{
    for (size_t c = 0; c < e->n_columns; c++) {
        const voc_str s = e->columns[c].name;
        if (memchr(s.ptr, '_', s.len)) return false;
        for (size_t i = 1; i < s.len; i++)
            if (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' && s.ptr[i - 1] >= 'a' && s.ptr[i - 1] <= 'z') return true;
    }
    return false;
}

size_t plan_expects(const struct events *e, char names[LATE_MAX][LATE_NAME])
{
    uint32_t cookie;
    size_t n = 0, in_properties = 0;
    if (e->n_maps || !columns_named(e, COOKIE_NAMES, &cookie, 1)) return 0;
    const voc_str name = e->columns[cookie].name;
    size_t object = name.len; // of the cookie: what stands before its last dot, and that
    while (object > 0 && name.ptr[object - 1] != '.') object--;
    for (size_t c = 0; c < e->n_columns; c++) in_properties += starts(e->columns[c].name, "properties.");
    if (object + sizeof "user_id" > LATE_NAME) return 0;
    snprintf(names[n++], LATE_NAME, "%.*s%s", (int)object, name.ptr, writes_capitals(e) ? "userId" : "user_id");
    snprintf(names[n++], LATE_NAME, "%.*semail", (int)object, name.ptr);
    snprintf(names[n++], LATE_NAME, "%srevenue", in_properties ? "properties." : "");
    return n;
}

static uint32_t late_named(const struct events *e, const char *end)
{
    for (uint32_t c = 0; c < e->n_columns; c++)
        if (e->columns[c].late && !e->columns[c].used && ends(e->columns[c].folded, end)) return c;
    return NO_COLUMN;
}

static void late_alias(struct events *e, unsigned option, const char *end, voc_str kind)
{
    const uint32_t c = plan_decided(e, option) ? NO_COLUMN : late_named(e, end);
    for (size_t i = 0; i < e->n_customers; i++)
        if (ev_eq(e->customers[i].kind, kind)) return;
    if (c != NO_COLUMN && e->n_customers < VOC_ALIASES_MAX)
        e->customers[e->n_customers++] = (struct alias_origin){.from = {.column = take(e, c), .why = WHY_EMPTY}, .kind = kind, .strong = 1};
}

// Of visitors who are known by a cookie the first login or purchase may come far down.
static void propose_late(struct events *e)
{
    const voc_str id = VOC_LIT("id"), email = VOC_LIT("email");
    if (e->n_customers == 0) return;
    late_alias(e, OPT_CUSTOMER, "userid", e->option[OPT_CUSTOMER_KIND].len ? e->option[OPT_CUSTOMER_KIND] : id);
    late_alias(e, OPT_EMAIL, "email", email);
    const uint32_t value = late_named(e, "revenue");
    if (value == NO_COLUMN || plan_decided(e, OPT_VALUE) || e->field[FIELD_VALUE].column != NO_COLUMN) return;
    give(e, FIELD_VALUE, value);
    e->field[FIELD_VALUE].why = WHY_EMPTY;
}

static void propose_rest(struct events *e, bool wide)
{
    bool whose = first_named(e, CUSTOMER_NAMES) != NO_COLUMN || first_named(e, ACCOUNT_NAMES) != NO_COLUMN ||
                 first_named(e, EMAIL_NAMES) != NO_COLUMN;
    // a row with several dates is a thing of its own; one with a single date only if it is nobody's
    if (!plan_decided(e, OPT_CASE)) give(e, FIELD_CASE, find_case(e, wide && (e->n_times > 1 || !whose)));
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) propose_known(e, k, false);
    propose_people(e);
    propose_id(e);
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) propose_known(e, k, true);
}

void propose(struct events *e, bool all)
{
    propose_actions(e);
    bool has_action = e->field[FIELD_ACTION].column != NO_COLUMN || e->field[FIELD_ACTION].constant.len, wide = false;
    if (!plan_decided(e, OPT_TIME)) {
        if (has_action) propose_times(e);
        else propose_without_action(e);
        joins_find(e);
    }
    for (size_t i = 0; i < e->n_times; i++) {
        struct time_origin *t = &e->times[i];
        if (has_action || e->field[FIELD_ACTION].column != NO_COLUMN || t->action.len || t->from.column == NO_COLUMN) continue;
        wide = true;
        if (t->action_column == NO_COLUMN) t->action = e->columns[t->from.column].name;
    }
    if (all) propose_rest(e, wide);
    if (all && !wide) propose_late(e);
}
