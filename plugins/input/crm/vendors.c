// SPDX-License-Identifier: MIT
// The tables that are known: the columns by which one is recognised, and what its columns are. Salesforce as its API, its data
// loader and its reports write them; HubSpot and Marketo as connectors and their own exports do; Eloqua; orders of Shopify and
// payments of Stripe; and the usual names of others. Names are folded (crm.h). Data only; shapes.c reads it.
#include "plugins/input/crm/crm.h"

#define TIME(names_) {.to = "time", .names = names_}
#define STEP(action_, names_) {.to = "time", .names = names_, .extra = action_}
#define WHO(kind_, names_) {.to = "customer", .names = names_, .extra = kind_}
#define WEAK(kind_, names_) {.to = "customer", .names = names_, .extra = kind_, .weak = 1}
#define ORG(kind_, names_) {.to = "account", .names = names_, .extra = kind_}
#define IS(field_, names_) {.to = field_, .names = names_}
#define KEEP(key_, names_) {.to = "attr", .names = names_, .extra = key_}
#define KEEP_TIME(key_, names_) {.to = "attr", .names = names_, .extra = key_, .type = VOC_TYPE_TIME}
#define KNOWN_SINCE(entity_, names_) {.to = "attr", .names = names_, .extra = "entered", .type = VOC_TYPE_TIME, .entity = entity_}
#define KEEP_OF(entity_, key_, names_) {.to = "attr", .names = names_, .extra = key_, .entity = entity_}
#define DELETED KEEP("deleted", "isdeleted fivetrandeleted deleted archived")
#define ENTERED KEEP_TIME("entered", "createddate createdat createdate hscreatedate dateentered entrydate")

// ---- histories ----------------------------------------------------------------------------------------------------------

#define CHANGE_TIME "createddate editdate timestamp timestampinstant changedat changedate changedon changedatetime changetime modifiedat updatedat when date time datetime enteredat occurredat"
#define CHANGE_NEW "newvalue new newstage newstatus tovalue to tostage value"
#define CHANGE_OLD "oldvalue old oldstage oldstatus fromvalue from fromstage previousvalue prevvalue"
#define CHANGE_WHO "createdbyname createdby createdbyid editedby changedby modifiedby lastmodifiedby who user username modifyinguser userid actor agent"
#define CHANGE_FIELD "field fieldevent fieldname property propertyname attribute columnname name"

static const struct field_map field_history[] = {
    TIME(CHANGE_TIME), IS("action", CHANGE_NEW), IS("actor", "=other"), IS("owner", CHANGE_WHO), IS("id", "historyid changeid"),
    IS("case", "opportunityid dealid parentid recordid objectid opportunityname caseid ticketid id"), ORG("id", "accountname account"),
    KEEP("field", CHANGE_FIELD), KEEP("from", CHANGE_OLD), DELETED};
static const struct field_map entity_history[] = {
    TIME(CHANGE_TIME), IS("action", CHANGE_NEW), IS("actor", "=other"), IS("owner", CHANGE_WHO), IS("id", "id historyid changeid"), WHO("crm-lead", "leadid"), WHO("crm-contact", "contactid"), ORG("crm-account", "accountid companyid"),
    KEEP("field", CHANGE_FIELD), KEEP("from", CHANGE_OLD), DELETED};
static const struct field_map lead_history[] = {
    TIME(CHANGE_TIME), IS("action", CHANGE_NEW), IS("actor", "=other"), IS("owner", CHANGE_WHO), IS("id", "id historyid"), WHO("crm-lead", "leadid"),
    KEEP("field", CHANGE_FIELD), KEEP("from", CHANGE_OLD), DELETED};
static const struct field_map contact_history[] = {
    TIME(CHANGE_TIME), IS("action", CHANGE_NEW), IS("actor", "=other"), IS("owner", CHANGE_WHO), IS("id", "id historyid"), WHO("crm-contact", "contactid"),
    KEEP("field", CHANGE_FIELD), KEEP("from", CHANGE_OLD), DELETED};
static const struct field_map account_history[] = {
    TIME(CHANGE_TIME), IS("action", CHANGE_NEW), IS("actor", "=other"), IS("owner", CHANGE_WHO), IS("id", "id historyid"), ORG("crm-account", "accountid companyid"),
    KEEP("field", CHANGE_FIELD), KEEP("from", CHANGE_OLD), DELETED};
static const struct field_map case_history[] = { // of an opportunity, or of a ticket: the shape's prefix tells them apart
    TIME(CHANGE_TIME), IS("action", CHANGE_NEW), IS("actor", "=other"), IS("owner", CHANGE_WHO), IS("id", "id historyid"), IS("case", "opportunityid dealid caseid ticketid opportunityname"),
    ORG("id", "accountname"), KEEP("field", CHANGE_FIELD), KEEP("from", CHANGE_OLD), DELETED};
static const struct field_map stage_history[] = {
    TIME("enteredat dateentered createddate lastmodified lastmodifieddate changedat changedate stagechangedate date timestamp when"), IS("action", "tostage newstage value stagename stage status newstatus"), IS("actor", "=other"),
    IS("owner", "lastmodifiedby changedby createdby owner ownername salesagent rep who user"), IS("case", "opportunityid dealid opportunityname id"), ORG("crm-account", "accountid"), ORG("id", "accountname account"),
    KEEP("from", "fromstage oldstage oldvalue oldstatus"), {.to = "attr", .names = "amount", .extra = "amount", .type = VOC_TYPE_MONEY}, DELETED};
static const struct field_map opportunity_saves[] = {
    TIME("createddate"), IS("action", "stagename"), IS("actor", "=other"), IS("owner", "createdbyname createdbyid"), IS("id", "id"), IS("case", "opportunityid"),
    {.to = "attr", .names = "amount", .extra = "amount", .type = VOC_TYPE_MONEY}, KEEP("close_date", "closedate"), DELETED};
static const struct field_map snapshot[] = {
    TIME("snapshotdate snapshotat asof asofdate reportdate exportdate exportedat"), IS("action", "stagename stage dealstage status"), IS("actor", "=other"), IS("owner", "ownername owner ownerid salesagent rep"),
    IS("case", "opportunityid dealid opportunityname dealname id"), ORG("crm-account", "accountid companyid"), ORG("id", "accountname account company"),
    {.to = "attr", .names = "amount dealvalue value", .extra = "amount", .type = VOC_TYPE_MONEY}, KEEP("close_date", "closedate expectedclosedate"), DELETED};

#define HUB_HISTORY TIME("timestamp timestampinstant"), IS("action", "value"), IS("actor", "=other"), IS("owner", "updatedbyuserid"), KEEP("field", "name"), KEEP("source", "source"), KEEP("source_id", "sourceid"), DELETED
static const struct field_map hub_contact_history[] = {HUB_HISTORY, WHO("hubspot-contact", "contactid vid")};
static const struct field_map hub_company_history[] = {HUB_HISTORY, ORG("hubspot-company", "companyid")};
static const struct field_map hub_case_history[] = {HUB_HISTORY, IS("case", "dealid ticketid")};
static const struct field_map hub_deal_stage[] = {TIME("dateentered"), IS("action", "value"), IS("actor", "=other"), IS("case", "dealid"), KEEP("source", "source"), KEEP("source_id", "sourceid"), DELETED};

// ---- objects ------------------------------------------------------------------------------------------------------------

static const struct field_map opportunities[] = {
    STEP("New", "createddate createdat createdate created datecreated opendate"), {.to = "steps", .names = "="},
    STEP("=dealstage stagename stage salesstage opportunitystage status dealstatus", "closedate closeddate closedat dateclosed"), IS("actor", "=other"), IS("case", "opportunityid dealid opportunity opportunityname dealname id"),
    ORG("crm-account", "accountid companyid"), ORG("id", "accountname account company companyname"), IS("owner", "ownername owner opportunityowner salesagent rep salesrep dealowner ownerid"),
    IS("object", "product productname type"), IS("campaign", "campaignname campaignid campaign"), IS("value", "closevalue amount dealvalue value opportunityamount"), KEEP("closed", "isclosed closed"), KEEP("won", "iswon won"),
    KEEP_OF(VOC_ENTITY_CASE, "lead", "leadid convertedleadid"), DELETED};
static const struct field_map hub_deals[] = {
    STEP("New", "createdate createdat"), {.to = "steps", .names = "="}, STEP("=dealstage dealpipelinestageid pipelinestage", "closedate"), IS("actor", "=other"), IS("case", "dealid recordid recordiddeal id"),
    IS("owner", "hubspotownerid ownerid dealowner"), IS("value", "amount"), IS("object", "dealtype"), KEEP("closed", "hsisclosed isclosed"), KEEP("won", "hsisclosedwon isclosedwon"), DELETED};
static const struct field_map leads[] = {
    IS("actor", "=other"),
    STEP("lead", "createddate createdat createdate created leaddate datecreated"), STEP("=status leadstatus", "decided decideddate decidedat"), STEP("accepted", "accepteddate acceptedat dateaccepted"),
    STEP("rejected", "rejecteddate rejectedat daterejected disqualifieddate disqualifiedat unqualifieddate"), STEP("nurture", "nurturestart nurturedat recycledat recycleddate"), STEP("accepted", "reaccepted reacceptedat"),
    STEP("converted", "converteddate convertedat"), WHO("crm-lead", "leadid lead id"), WHO("email", "email emailaddress"), WEAK("phone", "phone mobilephone phonenumber"),
    IS("owner", "ownername owner leadowner ownerid assignedto"), IS("campaign", "campaignname campaign campaignid"), KEEP("contact", "convertedcontactid contactid"), KEEP("account", "convertedaccountid"), KEEP("opportunity", "convertedopportunityid opportunityid"),
    KEEP("status", "status leadstatus"), KEEP("reason", "rejectreason rejectedreason reason rejectionreason disqualificationreason unqualifiedreason lostreason reasonrejected"), DELETED};
static const struct field_map contacts[] = {
    WHO("crm-contact", "id contactid recordid"), WHO("email", "email emailaddress workemail"), WEAK("phone", "phone mobilephone phonenumber businessphone"), ORG("crm-account", "accountid"), ORG("id", "accountname account company companyname"),
    KNOWN_SINCE(VOC_ENTITY_INDIVIDUAL, "createddate createdat createdate"), DELETED};
static const struct field_map hub_contacts[] = {
    WHO("hubspot-contact", "id recordid recordidcontact vid contactid"), WHO("email", "email"), WEAK("phone", "phone phonenumber mobilephonenumber"), ORG("hubspot-company", "associatedcompanyid associatedcompanyids primaryassociatedcompanyid"),
    KEEP("merged", "hsmergedobjectids mergedvids mergedrecordids hscalculatedmergedvids"), KNOWN_SINCE(VOC_ENTITY_INDIVIDUAL, "createdate"), DELETED};
static const struct field_map marketo_leads[] = {WHO("marketo-lead", "id"), WHO("email", "email"), WEAK("phone", "phone mobilephone"), KNOWN_SINCE(VOC_ENTITY_INDIVIDUAL, "createdat"), DELETED};
static const struct field_map accounts[] = {ORG("crm-account", "id accountid"), ORG("id", "accountname account company companyname"), KNOWN_SINCE(VOC_ENTITY_ACCOUNT, "createddate createdat createdate"), DELETED};
static const struct field_map named_accounts[] = {ORG("id", "account accountname company companyname name"), DELETED};
static const struct field_map hub_companies[] = {ORG("hubspot-company", "id companyid recordid recordidcompany"), KNOWN_SINCE(VOC_ENTITY_ACCOUNT, "createdate"), DELETED};

// ---- links --------------------------------------------------------------------------------------------------------------

static const struct field_map hub_links[] = {WHO("hubspot-contact", "contactid"), ORG("hubspot-company", "companyid"), IS("case", "dealid ticketid"), DELETED};
static const struct field_map hub_ticket_deals[] = {IS("case", "ticketid"), KEEP("deal", "dealid"), DELETED};
static const struct field_map hub_merges[] = {TIME("timestamp"), WHO("hubspot-contact", "canonicalvid"), {.to = "attr", .names = "vidtomerge", .extra = "merged"}};
static const struct field_map hub_merged_deals[] = {IS("case", "mergeddealid"), KEEP("merged into", "dealid")};
static const struct field_map hub_list_members[] = {TIME("addedat addedtimestamp"), WHO("hubspot-contact", "contactid"), KEEP("list", "contactlistid listid"), DELETED};
static const struct field_map contact_roles[] = {IS("case", "opportunityid"), WHO("crm-contact", "contactid"), ORG("crm-account", "accountid"), KEEP("role", "role"), DELETED};

// ---- activities ---------------------------------------------------------------------------------------------------------

#define ACT_WHO WHO("crm-person", "whoid"), WHO("crm-contact", "contactid"), WHO("crm-lead", "leadid"), WHO("email", "email contactemail emailaddress"), ORG("crm-account", "accountid"), ORG("id", "accountname account company companyname"), KEEP("about", "whatid relatedtoid")
static const struct field_map sf_tasks[] = {
    TIME("activitydate duedate date"), IS("id", "id activityid"), ACT_WHO, IS("owner", "ownername assigned assignedto owner ownerid"), IS("object", "subject"), IS("text", "description comments"), KEEP("type", "tasksubtype type activitytype"), KEEP("status", "status"),
    KEEP("direction", "calltype"), KEEP("outcome", "calldisposition"), KEEP("seconds", "calldurationinseconds"), KEEP_TIME("completed", "completeddatetime completeddate"), ENTERED, DELETED};
static const struct field_map sf_events[] = {
    TIME("startdatetime activitydatetime startdate"), {.to = "end", .names = "enddatetime"}, IS("id", "id activityid"), ACT_WHO, IS("owner", "ownername assigned assignedto owner ownerid"), IS("object", "subject"), IS("text", "description"),
    KEEP("type", "eventsubtype type"), ENTERED, DELETED};
static const struct field_map any_activities[] = {
    TIME("activitydate date datetime starttime startdate occurredat timestamp time when"), IS("id", "activityid id"), ACT_WHO, IS("case", "opportunityid dealid"), IS("owner", "owner ownername rep agent assignedto user ownerid"), IS("object", "subject title"),
    IS("text", "description notes note comments body"), IS("minutes", "minutes durationminutes durationinminutes"), KEEP("type", "activitytype type tasktype kind"), KEEP("status", "status"), KEEP("direction", "direction calltype"), KEEP("outcome", "outcome result disposition"), ENTERED, DELETED};
static const struct field_map hub_engagements[] = {
    TIME("hstimestamp starttime hsmeetingstarttime timestamp"), {.to = "end", .names = "endtime hsmeetingendtime"}, IS("id", "engagementid recordid"), IS("owner", "hubspotownerid ownerid"),
    IS("object", "hsemailsubject hscalltitle hsmeetingtitle hstasksubject title"), IS("text", "hsemailtext hsnotebody hscallbody hsmeetingbody hscommunicationbody hstaskbody body"), KEEP("type", "type"), KEEP("status", "hstaskstatus hscallstatus"),
    KEEP("direction", "hsemaildirection hscalldirection"), KEEP("outcome", "hsmeetingoutcome meetingoutcome"), KEEP("milliseconds", "hscallduration"), ENTERED, DELETED};

// ---- mailings -----------------------------------------------------------------------------------------------------------

static const struct field_map marketo_activities[] = {
    TIME("activitydate"), IS("id", "id marketoguid"), WHO("marketo-lead", "leadid"), KEEP("type", "activitytypeid"), IS("campaign", "campaignid"), IS("object", "link webpageurl"), KEEP("item", "primaryattributevalue"), KEEP("result", "actionresult"),
    KEEP("reason", "details"), KEEP("merged", "mergeids"), KEEP("from", "oldvalue"), KEEP("to", "newvalue"), DELETED};
static const struct field_map hub_mail_events[] = {
    TIME("created"), IS("id", "id"), WHO("email", "recipient"), KEEP("type", "type"), IS("campaign", "emailcampaignid"), IS("object", "url"), KEEP("sent_by", "sentbyid"), KEEP("item", "emailcampaignname emailcampaignsubject"),
    KEEP("subscription", "portalsubscriptionstatus"), KEEP("reason", "response dropreason dropmessage"), DELETED};
static const struct field_map hub_forms[] = {TIME("timestamp"), WHO("hubspot-contact", "contactid"), WHO("email", "email"), IS("object", "title formname formid"), KEEP("page", "pageurl"), DELETED};
static const struct field_map eloqua[] = {
    TIME("activitydate activitycreatedat"), IS("id", "activityid externalid"), WHO("email", "emailaddress email"), WHO("eloqua-contact", "contactid"), KEEP("type", "activitytype"), IS("campaign", "campaignid campaignname"), KEEP("item", "assetname emailname subjectline"),
    IS("object", "emailclickedthrulink url"), DELETED};
static const struct field_map any_mails[] = {
    TIME("timestamp eventtime eventdate activitydate date time created createdat occurredat sentat"), IS("id", "eventid id"), WHO("email", "email emailaddress recipient recipientemail to"), WHO("crm-contact", "contactid subscriberid"), WHO("crm-lead", "leadid"),
    KEEP("type", "eventtype event action activity activitytype type status"), IS("campaign", "campaignname campaign campaignid"), KEEP("item", "emailname assetname subject mailing message"), IS("object", "url link"), KEEP("reason", "reason bouncereason"), DELETED};

// ---- tickets, chats, orders, invoices -----------------------------------------------------------------------------------

#define CUSTOMER WHO("crm-contact", "contactid requesterid customerid userid"), WHO("email", "email contactemail requesteremail customeremail"), ORG("crm-account", "accountid organizationid companyid"), ORG("id", "accountname account company organization organizationname")
static const struct field_map tickets[] = {
    STEP("ticket", "createddate createdat created createdate opened openedat datetimeopened dateopened"), STEP("answer", "firstagentreplydate firstresponseat firstreplyat firstresponsetime initiallyassignedat"),
    STEP("ticket-closed", "closeddate closedat closedate solvedat solved resolvedat resolved datetimeclosed dateclosed"), CUSTOMER,
    IS("case", "caseid ticketid id casenumber ticketnumber"), IS("owner", "assignee owner ownername caseowner agent assignedto hsownerid ownerid"), IS("channel", "origin caseorigin via channel source"), IS("object", "type category topic reason"),
    KEEP("subject", "subject title"), IS("text", "description content comments body message"), DELETED};
static const struct field_map campaign_members[] = {
    STEP("campaign", "createddate"), STEP("respond", "firstrespondeddate"), WHO("crm-lead", "leadid"), WHO("crm-contact", "contactid"), IS("campaign", "campaignid campaignname"), KEEP("status", "status"), DELETED};
static const struct field_map hub_tickets[] = {
    STEP("ticket", "createdate"), STEP("answer", "firstagentreplydate"), STEP("ticket-closed", "closeddate"), IS("case", "id ticketid recordid recordidticket"), IS("owner", "hubspotownerid ownerid"), IS("channel", "sourcetype"),
    IS("object", "hsticketcategory"), KEEP("subject", "subject ticketname"), IS("text", "content ticketdescription"), DELETED};
static const struct field_map chats[] = {
    STEP("chat", "startedat starttime createdat createddate timestamp date"), STEP("chat-closed", "endedat endtime closedat"), CUSTOMER, WEAK("cookie", "visitorid visitor"), IS("case", "chatid conversationid id"), IS("owner", "agent operator owner assignee"),
    IS("channel", "=chat"), IS("text", "message transcript text body"), DELETED};
static const struct field_map orders[] = {
    STEP("order", "orderdate ordered orderedat createdat createddate date"), STEP("pay", "paidat paiddate paymentdate"), STEP("shipped", "shippedat shipdate shippeddate fulfilledat"), STEP("received", "deliveredat deliverydate delivereddate"),
    STEP("cancel-order", "cancelledat canceledat cancelleddate"), CUSTOMER, IS("case", "orderid ordernumber orderno id"), IS("object", "product sku productname item"), IS("value", "total ordertotal amount totalprice grandtotal value"), IS("owner", "owner salesrep rep"), DELETED};
static const struct field_map invoices[] = {
    STEP("invoice", "invoicedate issuedat issuedate createdat createddate date"), STEP("pay", "paidat paiddate paymentdate"), CUSTOMER, IS("case", "invoiceid invoicenumber invoiceno number id"), IS("value", "total amount invoicetotal amountdue grandtotal value"),
    KEEP_TIME("due", "duedate"), DELETED};
static const struct field_map shopify_orders[] = {
    STEP("order", "createdat"), STEP("pay", "paidat"), STEP("shipped", "fulfilledat"), STEP("cancel-order", "cancelledat"), WHO("email", "email"), IS("case", "name"),
    IS("object", "lineitemname"), IS("value", "total"), KEEP("status", "financialstatus")};
static const struct field_map stripe_payments[] = {
    STEP("pay", "createddateutc createdutc"), STEP("refund", "refundeddateutc"), WHO("email", "customeremail"), WHO("stripe", "customerid"), IS("value", "amount"), KEEP("status", "status")};

#define MAPS(m) .maps = m, .n_maps = sizeof m / sizeof *m

#define ANY_CHANGE "field|fieldname|property|attribute old|oldvalue|from|fromvalue|previousvalue new|newvalue|to|tovalue when|changedat|changedate|timestamp|date|createddate "

// ---- which are told by their header -------------------------------------------------------------------------------------

const struct shape shapes[] = {
    {"Salesforce", "history of opportunities, one row each time one was saved", GIVES_SNAPSHOTS, VOC_ENTITY_EVENT, "opportunityid stagename createddate closedate forecastcategory|probability|systemmodstamp", "stage", NULL, MAPS(opportunity_saves)},
    {"Salesforce", "history of an opportunity's fields", GIVES_HISTORY, VOC_ENTITY_EVENT, "opportunityid|opportunityname field|fieldevent oldvalue newvalue createddate|editdate", NULL, NULL, MAPS(case_history)},
    {"Salesforce", "history of a lead's fields", GIVES_HISTORY, VOC_ENTITY_EVENT, "leadid field|fieldevent oldvalue newvalue createddate|editdate", NULL, NULL, MAPS(lead_history)},
    {"Salesforce", "history of a contact's fields", GIVES_HISTORY, VOC_ENTITY_EVENT, "contactid field|fieldevent oldvalue newvalue createddate|editdate", NULL, NULL, MAPS(contact_history)},
    {"Salesforce", "history of an account's fields", GIVES_HISTORY, VOC_ENTITY_EVENT, "accountid field|fieldevent oldvalue newvalue createddate|editdate", NULL, NULL, MAPS(account_history)},
    {"Salesforce", "history of a case's fields", GIVES_HISTORY, VOC_ENTITY_EVENT, "caseid field|fieldevent oldvalue newvalue createddate|editdate", NULL, "ticket:", MAPS(case_history)},
    {"Salesforce", "history of stages", GIVES_HISTORY, VOC_ENTITY_EVENT, "opportunityname|opportunityid fromstage tostage lastmodified|lastmodifieddate", "stage", NULL, MAPS(stage_history)},
    {"HubSpot", "history of a contact's properties", GIVES_HISTORY, VOC_ENTITY_EVENT, "contactid name value timestamp|timestampinstant source", NULL, NULL, MAPS(hub_contact_history)},
    {"HubSpot", "history of a company's properties", GIVES_HISTORY, VOC_ENTITY_EVENT, "companyid name value timestamp|timestampinstant source", NULL, NULL, MAPS(hub_company_history)},
    {"HubSpot", "history of a deal's properties", GIVES_HISTORY, VOC_ENTITY_EVENT, "dealid name value timestamp|timestampinstant source", NULL, NULL, MAPS(hub_case_history)},
    {"HubSpot", "history of a ticket's properties", GIVES_HISTORY, VOC_ENTITY_EVENT, "ticketid name value timestamp|timestampinstant source", NULL, "ticket:", MAPS(hub_case_history)},
    {"HubSpot", "history of a deal's stages", GIVES_HISTORY, VOC_ENTITY_EVENT, "dealid dateentered value", "stage", NULL, MAPS(hub_deal_stage)},
    {"CRM", "history of fields", GIVES_HISTORY, VOC_ENTITY_EVENT, ANY_CHANGE "leadid|contactid|accountid|companyid", NULL, NULL, MAPS(entity_history)},
    {"CRM", "history of fields", GIVES_HISTORY, VOC_ENTITY_EVENT, ANY_CHANGE "id|recordid|objectid|opportunityid|dealid", NULL, NULL, MAPS(field_history)},
    {"CRM", "pipeline as it stood on certain days", GIVES_SNAPSHOTS, VOC_ENTITY_EVENT, "snapshotdate|asofdate|asof|reportdate opportunityid|dealid|opportunityname stage|stagename|dealstage", "stage", NULL, MAPS(snapshot)},

    {"CRM", "opportunities, with a date for each step", GIVES_DEALS, VOC_ENTITY_EVENT, "opportunityid|dealid|opportunityname stage|stagename|dealstage|salesstage closedate|closeddate account|accountname|accountid", NULL, NULL, MAPS(opportunities)},
    {"Salesforce", "opportunities", GIVES_DEALS, VOC_ENTITY_EVENT, "id accountid stagename closedate createddate", NULL, NULL, MAPS(opportunities)},
    {"HubSpot", "deals", GIVES_DEALS, VOC_ENTITY_EVENT, "dealid|recordid|recordiddeal dealname dealpipelinestageid|dealstage closedate createdate", NULL, NULL, MAPS(hub_deals)},
    {"Salesforce", "leads", GIVES_LEADS, VOC_ENTITY_INDIVIDUAL, "id|leadid lastname status|leadstatus isconverted|converted|converteddate createddate", NULL, NULL, MAPS(leads)},
    {"CRM", "leads, with a date for each step", GIVES_LEADS, VOC_ENTITY_INDIVIDUAL, "lead|leadid created|createdat|createddate status|leadstatus decided|decidedat|accepteddate|acceptedat|rejecteddate|rejectedat|converteddate|rejectreason", NULL, NULL, MAPS(leads)},
    {"Salesforce", "contacts", GIVES_PEOPLE, VOC_ENTITY_INDIVIDUAL, "id|contactid accountid lastname email", NULL, NULL, MAPS(contacts)},
    {"HubSpot", "contacts", GIVES_PEOPLE, VOC_ENTITY_INDIVIDUAL, "id|recordid|recordidcontact|vid email firstname lastname createdate", NULL, NULL, MAPS(hub_contacts)},
    {"Marketo", "leads", GIVES_PEOPLE, VOC_ENTITY_INDIVIDUAL, "id createdat updatedat email firstname lastname", NULL, NULL, MAPS(marketo_leads)},
    {"HubSpot", "companies", GIVES_ACCOUNTS, VOC_ENTITY_ACCOUNT, "id|recordid|recordidcompany name|companyname createdate industry|domain|annualrevenue|companydomainname", NULL, NULL, MAPS(hub_companies)},
    {"Salesforce", "accounts", GIVES_ACCOUNTS, VOC_ENTITY_ACCOUNT, "id name industry|billingcountry|billingcity|website ownerid|createddate|numberofemployees", NULL, NULL, MAPS(accounts)},
    {"CRM", "accounts", GIVES_ACCOUNTS, VOC_ENTITY_ACCOUNT, "account|accountname|companyname sector|industry employees|numberofemployees|revenue|annualrevenue", NULL, NULL, MAPS(named_accounts)},

    {"HubSpot", "companies of deals", GIVES_LINKS, VOC_ENTITY_CASE, "companyid dealid category|typeid", NULL, NULL, MAPS(hub_links)},
    {"HubSpot", "contacts of deals", GIVES_LINKS, VOC_ENTITY_CASE, "contactid dealid category|typeid", NULL, NULL, MAPS(hub_links)},
    {"HubSpot", "companies of tickets", GIVES_LINKS, VOC_ENTITY_CASE, "companyid ticketid category|typeid", NULL, "ticket:", MAPS(hub_links)},
    {"HubSpot", "contacts of tickets", GIVES_LINKS, VOC_ENTITY_CASE, "contactid ticketid category|typeid", NULL, "ticket:", MAPS(hub_links)},
    {"HubSpot", "deals of tickets", GIVES_LINKS, VOC_ENTITY_CASE, "dealid ticketid category|typeid", NULL, "ticket:", MAPS(hub_ticket_deals)},
    {"HubSpot", "companies of contacts", GIVES_LINKS, VOC_ENTITY_INDIVIDUAL, "contactid companyid category|typeid", NULL, NULL, MAPS(hub_links)},
    {"HubSpot", "merged contacts", GIVES_LINKS, VOC_ENTITY_INDIVIDUAL, "canonicalvid vidtomerge timestamp", NULL, NULL, MAPS(hub_merges)},
    {"HubSpot", "merged deals", GIVES_LINKS, VOC_ENTITY_CASE, "dealid mergeddealid", NULL, NULL, MAPS(hub_merged_deals)},
    {"HubSpot", "members of lists", GIVES_LINKS, VOC_ENTITY_INDIVIDUAL, "contactid contactlistid addedat|addedtimestamp", NULL, NULL, MAPS(hub_list_members)},
    {"Salesforce", "contacts of opportunities", GIVES_LINKS, VOC_ENTITY_CASE, "opportunityid contactid role isprimary", NULL, NULL, MAPS(contact_roles)},

    {"Salesforce", "tasks and calls", GIVES_ACTIVITIES, VOC_ENTITY_EVENT, "whoid|whatid subject activitydate status", "task", NULL, MAPS(sf_tasks)},
    {"Salesforce", "meetings", GIVES_ACTIVITIES, VOC_ENTITY_EVENT, "whoid|whatid subject startdatetime|activitydatetime", "meeting", NULL, MAPS(sf_events)},
    {"HubSpot", "activities", GIVES_ACTIVITIES, VOC_ENTITY_EVENT, "engagementid type hstimestamp", NULL, NULL, MAPS(hub_engagements)},
    {"HubSpot", "tasks", GIVES_ACTIVITIES, VOC_ENTITY_EVENT, "engagementid type hstimestamp hstasktype", "task", NULL, MAPS(hub_engagements)},
    {"HubSpot", "meetings", GIVES_ACTIVITIES, VOC_ENTITY_EVENT, "engagementid starttime endtime", "meeting", NULL, MAPS(hub_engagements)},
    {"CRM", "activities", GIVES_ACTIVITIES, VOC_ENTITY_EVENT, "activitytype|tasktype activitydate|date|datetime subject|title contactid|accountid|opportunityid|leadid|email|account", NULL, NULL, MAPS(any_activities)},

    {"Marketo", "activities of leads", GIVES_MAILS, VOC_ENTITY_EVENT, "activitydate activitytypeid leadid primaryattributevalue", NULL, NULL, MAPS(marketo_activities)},
    {"HubSpot", "mail events", GIVES_MAILS, VOC_ENTITY_EVENT, "id created type recipient emailcampaignid", NULL, NULL, MAPS(hub_mail_events)},
    {"HubSpot", "forms that were filled in", GIVES_MAILS, VOC_ENTITY_EVENT, "timestamp formid contactid|email", "form", NULL, MAPS(hub_forms)},
    {"Eloqua", "activities of contacts", GIVES_MAILS, VOC_ENTITY_EVENT, "activitytype activitydate emailaddress assetname|assettype|emailname|subjectline", NULL, NULL, MAPS(eloqua)},

    {"Salesforce", "members of campaigns", GIVES_TICKETS, VOC_ENTITY_EVENT, "campaignid leadid contactid status firstrespondeddate", NULL, NULL, MAPS(campaign_members)},
    {"HubSpot", "tickets", GIVES_TICKETS, VOC_ENTITY_EVENT, "id|recordid|recordidticket|ticketid createdate hspipelinestage|ticketstatus subject|ticketname hsticketpriority|hsticketcategory|content|priority|ticketdescription", NULL, "ticket:", MAPS(hub_tickets)},
    {"Salesforce", "cases", GIVES_TICKETS, VOC_ENTITY_EVENT, "casenumber subject status createddate|datetimeopened|openeddate|dateopened", NULL, "ticket:", MAPS(tickets)},
    {"Zendesk", "tickets", GIVES_TICKETS, VOC_ENTITY_EVENT, "id|ticketid subject status requester|requesterid|requesteremail createdat|created", NULL, "ticket:", MAPS(tickets)},

    {"Shopify", "orders, with a line for each item", GIVES_ORDERS, VOC_ENTITY_EVENT, "name email financialstatus createdat total lineitemname", "status", "order:", MAPS(shopify_orders)},
    {"Stripe", "payments", GIVES_INVOICES, VOC_ENTITY_EVENT, "id createddateutc|createdutc amount amountrefunded currency status customerid|customeremail", NULL, NULL, MAPS(stripe_payments)},

    // what a system says of itself, and what names nobody and has no time of its own
    {"HubSpot", "details of mail events", GIVES_NOTHING, VOC_ENTITY_EVENT, "id fivetransynced category response", "details of mail events: who and when stands in email_event", NULL, NULL, 0},
    {"HubSpot", "details of mail events", GIVES_NOTHING, VOC_ENTITY_EVENT, "id fivetransynced useragent ipaddress", "details of mail events: who and when stands in email_event", NULL, NULL, 0},
    {"HubSpot", "details of mail events", GIVES_NOTHING, VOC_ENTITY_EVENT, "id fivetransynced response attempt|smtpid", "details of mail events: who and when stands in email_event", NULL, NULL, 0},
    {"HubSpot", "details of mail events", GIVES_NOTHING, VOC_ENTITY_EVENT, "id fivetransynced bcc replyto", "details of mail events: who and when stands in email_event", NULL, NULL, 0},
    {"HubSpot", "details of mail events", GIVES_NOTHING, VOC_ENTITY_EVENT, "id fivetransynced portalsubscriptionstatus requestedby", "details of mail events: who and when stands in email_event", NULL, NULL, 0},
    {"HubSpot", "links of activities", GIVES_NOTHING, VOC_ENTITY_EVENT, "engagementid engagementtype typeid contactid|companyid|dealid", "links of activities, which have no time", NULL, NULL, 0},
    {"HubSpot", "links of activities", GIVES_NOTHING, VOC_ENTITY_EVENT, "engagementid ticketid category", "links of activities, which have no time", NULL, NULL, 0},
    {"HubSpot", "activities without a time", GIVES_NOTHING, VOC_ENTITY_EVENT, "id type portalid fivetransynced !", "activities without a time: it stands in the tables of calls, meetings, notes ...", NULL, NULL, 0},
    {"HubSpot", "pipelines", GIVES_NOTHING, VOC_ENTITY_EVENT, "pipelineid label displayorder", "a list of pipelines and stages: nothing of a customer", NULL, NULL, 0},
    {"HubSpot", "people of the company", GIVES_NOTHING, VOC_ENTITY_EVENT, "ownerid email firstname activeuserid|portalid", "people of the company itself", NULL, NULL, 0},
    {"HubSpot", "people of the company", GIVES_NOTHING, VOC_ENTITY_EVENT, "id primaryteamid roleid", "people of the company itself", NULL, NULL, 0},
    {"HubSpot", "teams of the company", GIVES_NOTHING, VOC_ENTITY_EVENT, "ownerid|userid teamid isteamprimary|issecondaryuser", "teams of the company itself", NULL, NULL, 0},
    {"HubSpot", "teams of the company", GIVES_NOTHING, VOC_ENTITY_EVENT, "id name fivetransynced !", "teams and roles of the company itself", NULL, NULL, 0},
    {"HubSpot", "roles of the company", GIVES_NOTHING, VOC_ENTITY_EVENT, "id name requiresbillingwrite", "teams and roles of the company itself", NULL, NULL, 0},
    {"HubSpot", "fields of the system", GIVES_NOTHING, VOC_ENTITY_EVENT, "label hubspotobject name", "fields of the system: nothing of a customer", NULL, NULL, 0},
    {"HubSpot", "forms", GIVES_NOTHING, VOC_ENTITY_EVENT, "guid formtype submittext", "a list of forms: nothing of a customer", NULL, NULL, 0},
    {"HubSpot", "lists", GIVES_NOTHING, VOC_ENTITY_EVENT, "id name processingtype createdat", "a list of lists: nothing of a customer", NULL, NULL, 0},
    {"HubSpot", "mailings", GIVES_NOTHING, VOC_ENTITY_EVENT, "id appid contentid subject", "a list of mailings: nothing of a customer", NULL, NULL, 0},
    {"Marketo", "fields of the system", GIVES_NOTHING, VOC_ENTITY_EVENT, "restname soapname datatype displayname", "fields of the system: nothing of a customer", NULL, NULL, 0},
    {"Marketo", "campaigns and programs", GIVES_NOTHING, VOC_ENTITY_EVENT, "id createdat updatedat name workspacename|workspace type|status", "a list of campaigns, programs and mails: nothing of a customer", NULL, NULL, 0},
    {"Salesforce", "campaigns", GIVES_NOTHING, VOC_ENTITY_EVENT, "id name startdate budgetedcost|actualcost|numberofleads", "a list of campaigns: nothing of a customer", NULL, NULL, 0},
    {"Salesforce", "people of the company", GIVES_NOTHING, VOC_ENTITY_EVENT, "id username profileid email", "people of the company itself", NULL, NULL, 0},
};
const size_t n_shapes = sizeof shapes / sizeof *shapes;

// ---- which the user names -----------------------------------------------------------------------------------------------

const struct shape generic_shapes[GIVES_N] = {
    [GIVES_HISTORY] = {"CRM", "history, as -O table says", GIVES_HISTORY, VOC_ENTITY_EVENT, "", "stage", NULL, MAPS(field_history)},
    [GIVES_SNAPSHOTS] = {"CRM", "pipeline as it stood on certain days, as -O table says", GIVES_SNAPSHOTS, VOC_ENTITY_EVENT, "", "stage", NULL, MAPS(snapshot)},
    [GIVES_DEALS] = {"CRM", "opportunities, as -O table says", GIVES_DEALS, VOC_ENTITY_EVENT, "", NULL, NULL, MAPS(opportunities)},
    [GIVES_LEADS] = {"CRM", "leads, as -O table says", GIVES_LEADS, VOC_ENTITY_INDIVIDUAL, "", NULL, NULL, MAPS(leads)},
    [GIVES_TICKETS] = {"CRM", "tickets, as -O table says", GIVES_TICKETS, VOC_ENTITY_EVENT, "", NULL, "ticket:", MAPS(tickets)},
    [GIVES_CHATS] = {"CRM", "chats, as -O table says", GIVES_CHATS, VOC_ENTITY_EVENT, "", NULL, "chat:", MAPS(chats)},
    [GIVES_ORDERS] = {"CRM", "orders, as -O table says", GIVES_ORDERS, VOC_ENTITY_EVENT, "", NULL, "order:", MAPS(orders)},
    [GIVES_INVOICES] = {"CRM", "invoices, as -O table says", GIVES_INVOICES, VOC_ENTITY_EVENT, "", NULL, "invoice:", MAPS(invoices)},
    [GIVES_PEOPLE] = {"CRM", "contacts, as -O table says", GIVES_PEOPLE, VOC_ENTITY_INDIVIDUAL, "", NULL, NULL, MAPS(contacts)},
    [GIVES_ACCOUNTS] = {"CRM", "accounts, as -O table says", GIVES_ACCOUNTS, VOC_ENTITY_ACCOUNT, "", NULL, NULL, MAPS(accounts)},
    [GIVES_LINKS] = {"CRM", "links, as -O table says", GIVES_LINKS, VOC_ENTITY_CASE, "", NULL, NULL, MAPS(contact_roles)},
    [GIVES_ACTIVITIES] = {"CRM", "activities, as -O table says", GIVES_ACTIVITIES, VOC_ENTITY_EVENT, "", NULL, NULL, MAPS(any_activities)},
    [GIVES_MAILS] = {"CRM", "mailings, as -O table says", GIVES_MAILS, VOC_ENTITY_EVENT, "", NULL, NULL, MAPS(any_mails)},
    [GIVES_NOTHING] = {"CRM", "nothing of a customer, as -O table says", GIVES_NOTHING, VOC_ENTITY_EVENT, "", "left out, as -O table=none says", NULL, NULL, 0},
};
