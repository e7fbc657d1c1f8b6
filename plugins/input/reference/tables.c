// SPDX-License-Identifier: MIT
// The reference tables as data: docs/reference-tables.md is this in words. Names are those of METHODS; `also` holds what
// exports call them, in lower case and without blanks.
#include "plugins/input/reference/reference.h"

#define ACCOUNT "accountid accountname accountno accountnumber company companyname organisation organization customer customerid customername customerno customernumber client kunde kundennummer firma"
#define REGION "territory area country land state gebiet"
#define SEGMENT "customersegment tier class category accounttype segmentname"
#define UNTIL "validto validuntil to end enddate ends till expires gueltigbis bis"
#define FROM "validfrom valid since start startdate starts effective effectivefrom effectivedate asof gueltigab gultigab ab von"
#define PERIOD FROM " period month quarter year date day week monat quartal jahr datum"
#define TEAM "rep reps salesrep seller salesperson salesagent owner person unit office regionaloffice salesteam verkaeufer verkaufer"

static const struct table_column accounts[] = {
    {"account", ACCOUNT " name id", VOC_TYPE_TEXT, COLUMN_REQUIRED | COLUMN_KEY, "name or number of the account, as events have it"},
    {"segment", SEGMENT, VOC_TYPE_TEXT, COLUMN_ONE_OF, "what it counts as"},
    {"size", "employees employeecount numberofemployees headcount staff mitarbeiter", VOC_TYPE_REAL, COLUMN_ONE_OF | COLUMN_POSITIVE, "people who work there"},
    {"industry", "sector branch branche vertical market", VOC_TYPE_TEXT, COLUMN_ONE_OF, "what it does"},
    {"region", REGION " officelocation location city", VOC_TYPE_TEXT, COLUMN_ONE_OF, "where it is"},
    {"revenue", "annualrevenue turnover umsatz", VOC_TYPE_MONEY, COLUMN_POSITIVE, "its own revenue in a year"},
    {"owner", "accountowner accountmanager manager keyaccountmanager", VOC_TYPE_TEXT, 0, "who looks after it"},
    {"from", FROM, VOC_TYPE_TIME, COLUMN_FROM, "from when this holds; empty: always"},
    {"until", UNTIL, VOC_TYPE_TIME, 0, "until when it holds"},
};
static const struct table_column ledger[] = {
    {"account", ACCOUNT, VOC_TYPE_TEXT, COLUMN_REQUIRED, "whose revenue or cost it is"},
    {"from", "date bookingdate posted postingdate postdate booked invoicedate valuedate period month year datum buchungsdatum belegdatum day", VOC_TYPE_TIME, COLUMN_FROM | COLUMN_REQUIRED, "the day it was booked"},
    {"entry", "entryid entryno document documentno documentnumber voucher voucherno invoice invoiceno invoicenumber invoiceid belegnummer beleg id", VOC_TYPE_TEXT, COLUMN_KEY, "number of the entry: the same number again replaces it"},
    {"revenue", "sales income turnover netrevenue umsatz erloes erlos credit", VOC_TYPE_MONEY, COLUMN_ONE_OF, "what the account paid"},
    {"cost", "directcost directcosts costs cogs costofsales totalcost kosten debit", VOC_TYPE_MONEY, COLUMN_ONE_OF | COLUMN_MARK, "what was spent on it directly"},
    {"amount", "betrag value sum netamount total", VOC_TYPE_MONEY, COLUMN_ONE_OF, "of one kind, which the column kind says"},
    {"kind", "type entrytype art", VOC_TYPE_TEXT, 0, "revenue or cost, of an amount"},
    {"category", "costcenter costcentre glaccount accountcode kostenstelle konto", VOC_TYPE_TEXT, 0, "what for"},
    {"currency", "waehrung wahrung", VOC_TYPE_TEXT, 0, "of the amounts"},
    {"text", "description memo note comment buchungstext bemerkung", VOC_TYPE_TEXT, 0, "what is written beside it"},
};
static const struct table_column targets[] = {
    {"team", TEAM, VOC_TYPE_TEXT, COLUMN_KEY, "whose target; empty: everybody's"},
    {"from", PERIOD, VOC_TYPE_TIME, COLUMN_FROM, "the first day of the period"},
    {"until", UNTIL, VOC_TYPE_TIME, 0, "its last day"},
    {"quota", "target targetamount targetrevenue revenuetarget salestarget goal ziel umsatzziel plan budget", VOC_TYPE_MONEY, COLUMN_ONE_OF | COLUMN_MARK | COLUMN_POSITIVE, "revenue that is wanted"},
    {"wins", "winswanted targetwins deals targetdeals wantedwins abschluesse abschlusse", VOC_TYPE_REAL, COLUMN_ONE_OF | COLUMN_POSITIVE, "customers that are wanted"},
    {"leads", "targetleads leadswanted wantedleads", VOC_TYPE_REAL, COLUMN_ONE_OF | COLUMN_POSITIVE, "leads that are wanted"},
    {"segment", SEGMENT, VOC_TYPE_TEXT, COLUMN_KEY, "of which segment"},
    {"region", REGION, VOC_TYPE_TEXT, COLUMN_KEY, "of which region"},
};
static const struct table_column capacity[] = {
    {"step", "stage desk process processstep team function department schritt abteilung", VOC_TYPE_TEXT, COLUMN_REQUIRED | COLUMN_KEY, "the step (or team) that has it"},
    {"from", PERIOD, VOC_TYPE_TIME, COLUMN_FROM, "from when"},
    {"until", UNTIL, VOC_TYPE_TIME, 0, "until when"},
    {"staff", "fte ftes people headcount persons agents mitarbeiter personen", VOC_TYPE_REAL, COLUMN_ONE_OF | COLUMN_MARK | COLUMN_POSITIVE, "people who do this work"},
    {"hours", "freehours availablehours hoursperweek weeklyhours stunden", VOC_TYPE_REAL, COLUMN_ONE_OF | COLUMN_POSITIVE, "hours a week that are there for it, of all together"},
    {"minutes", "availableminutes minutesperday dailyminutes minuten", VOC_TYPE_REAL, COLUMN_ONE_OF | COLUMN_POSITIVE, "minutes a working day that each has for it"},
    {"wip-limit", "wiplimit limit maxwip", VOC_TYPE_REAL, COLUMN_POSITIVE, "how many may be in work at once"},
};
static const struct table_column effort[] = {
    {"touchpoint", "activity task work item step action taetigkeit tatigkeit aktivitaet aktivitat", VOC_TYPE_TEXT, COLUMN_REQUIRED | COLUMN_KEY, "the touchpoint or work that takes it"},
    {"owner", "role function team person by rolle", VOC_TYPE_TEXT, COLUMN_KEY, "who does it"},
    {"from", PERIOD, VOC_TYPE_TIME, COLUMN_FROM, "from when this is known to hold"},
    {"until", UNTIL, VOC_TYPE_TIME, 0, "until when"},
    {"minutes", "minuteseach minutesperunit effortminutes worktime touchtime minuten bearbeitungszeit", VOC_TYPE_REAL, COLUMN_ONE_OF | COLUMN_POSITIVE, "minutes of work each time"},
    {"cost", "unitcost costeach costperunit kosten", VOC_TYPE_MONEY, COLUMN_ONE_OF | COLUMN_POSITIVE, "money each time"},
    {"rate", "hourlyrate perhour costperhour stundensatz", VOC_TYPE_MONEY, COLUMN_ONE_OF | COLUMN_MARK | COLUMN_POSITIVE, "money an hour"},
};
static const struct table_column orders[] = {
    {"order", "orderid orderno ordernumber demandorder id", VOC_TYPE_TEXT, COLUMN_KEY, "its number"},
    {"from", "date ordered orderdate requested requestdate placed datum", VOC_TYPE_TIME, COLUMN_FROM | COLUMN_REQUIRED, "the day it was placed"},
    {"due", "duedate needed neededby wantedby deliverby faellig fallig", VOC_TYPE_TIME, 0, "the day it is needed"},
    {"quantity", "leads leadsordered leadswanted orderedleads units count number menge anzahl", VOC_TYPE_REAL, COLUMN_REQUIRED | COLUMN_POSITIVE, "leads that are ordered"},
    {"team", TEAM " orderedby requestedby", VOC_TYPE_TEXT, COLUMN_KEY, "who ordered them"},
    {"grade", "leadgrade quality rank", VOC_TYPE_TEXT, COLUMN_KEY, "of which grade"},
    {"segment", SEGMENT, VOC_TYPE_TEXT, COLUMN_KEY, "of which segment"},
    {"region", REGION, VOC_TYPE_TEXT, COLUMN_KEY, "of which region"},
};
static const struct table_column holidays[] = {
    {"from", "date day holidaydate datum", VOC_TYPE_TIME, COLUMN_FROM | COLUMN_REQUIRED, "the day"},
    {"holiday", "name title holidayname occasion feiertag description", VOC_TYPE_TEXT, 0, "what it is called"},
    {"calendar", REGION " region regions calendarid calendarname bundesland", VOC_TYPE_TEXT, COLUMN_KEY, "where it is one; empty: everywhere"},
    {"observed", "observedon observeddate substitute", VOC_TYPE_TIME, 0, "the working day that is free in its place"},
};
static const struct table_column partners[] = {
    {"partner", "partnername partnerid channel reseller dealer distributor agency haendler handler vertriebspartner", VOC_TYPE_TEXT, COLUMN_REQUIRED | COLUMN_KEY, "who takes them"},
    {"region", REGION, VOC_TYPE_TEXT, COLUMN_KEY, "of which region; empty: any"},
    {"segment", SEGMENT, VOC_TYPE_TEXT, COLUMN_KEY, "of which segment; empty: any"},
    {"capacity", "maxleads leads leadspermonth slots places kapazitaet kapazitat", VOC_TYPE_REAL, COLUMN_REQUIRED | COLUMN_POSITIVE, "leads that it can take in the period"},
    {"cost", "unitcost costperlead fee price kosten", VOC_TYPE_MONEY, COLUMN_POSITIVE, "money a lead"},
    {"from", PERIOD, VOC_TYPE_TIME, COLUMN_FROM, "from when"},
    {"until", UNTIL, VOC_TYPE_TIME, 0, "until when"},
};

#define COLUMNS(c) c, sizeof c / sizeof *c
const struct reference_table reference_tables[TABLE_N] = {
    [TABLE_ACCOUNTS] = {"accounts", "accounts accountlist customers customerlist companies kunden", "what is known of accounts", COLUMNS(accounts)},
    [TABLE_LEDGER] = {"ledger", "ledger profit revenue bookings buchungen", "revenue and direct cost of accounts", COLUMNS(ledger)},
    [TABLE_TARGETS] = {"targets", "targets target quota goals ziele", "what is wanted in a period", COLUMNS(targets)},
    [TABLE_CAPACITY] = {"capacity", "capacity staffing staff kapazitaet kapazitat", "people and hours of a step", COLUMNS(capacity)},
    [TABLE_EFFORT] = {"effort", "effort worktimes rates aufwand", "minutes and money that a touch takes", COLUMNS(effort)},
    [TABLE_ORDERS] = {"orders", "demandorders leadorders orders", "leads that sales has ordered", COLUMNS(orders)},
    [TABLE_HOLIDAYS] = {"holidays", "holidays publicholidays bankholidays feiertage", "days that are no working days", COLUMNS(holidays)},
    [TABLE_PARTNERS] = {"partner-capacity", "partnercapacity channelcapacity resellercapacity", "leads that partners can take", COLUMNS(partners)},
};
const char *const reference_names[TABLE_N + 2] = {"auto", "accounts", "ledger", "targets", "capacity", "effort", "orders", "holidays", "partner-capacity", NULL};
