// SPDX-License-Identifier: MIT
// What the plugin input/crm makes of the tables of CRM systems: which table it is, and what its rows become. Expected rows are
// written as events_run.c prints them; whole tables of each kind are its samples.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/base/fault.h"
#include "tests/unit/plugins/events_run.h"

// ---- which table it is --------------------------------------------------------------------------------------------------

static void a_header_is_known_by_its_columns_however_they_are_written(void **state)
{
    (void)state;
    const char *const rows = "2 2024-03-01T10:00:00Z Demo by=other case=1 owner=Eve {from=Qualification}\n";
    expect("id,field,old,new,when,who\n1,stage,Qualification,Demo,2024-03-01T10:00:00Z,Eve\n", rows);
    expect("\xEF\xBB\xBF\"ID\";\" Field \";\"Old\";\"New\";\"When\";\"Who\"\n1;Stage;Qualification;Demo;2024-03-01T10:00:00Z;Eve\n", rows);
    expect("Opportunity ID\tField / Event\tOld Value\tNew Value\tEdit Date\tEdited By\n1\tStage\tQualification\tDemo\t2024-03-01T10:00:00Z\tEve\n", rows);
    expect("opportunity_id,field,old_value,new_value,created_date,created_by_id\n1,StageName,Qualification,Demo,2024-03-01T10:00:00Z,Eve\n", rows);
}

static void the_probe_is_sure_of_what_it_knows_and_leaves_other_tables_alone(void **state)
{
    (void)state;
    static const struct { const char *text; int confidence; } cases[] = {
        {"id,field,old,new,when,who\n1,stage,a,b,2024-03-01,Eve\n", 97},
        {"Id,LastName,Status,IsConverted,CreatedDate\n1,Adams,New,false,2024-03-01\n", 97},
        {"ActivityType,ActivityDate,EmailAddress,AssetName\nEmailOpen,2024-03-01 10:00,a@b.example,Spring\n", 97},
        {"case_id,action,time\nC1,a,2024-03-01\n", 0},
        {"timestamp,event,user_id,url\n2024-03-01,view,1,/a\n", 0},
        {"order_id,order_date,customer_id,total\n1,2024-03-01,7,12\n", 0},
        {"id,stage,opened,closed,amount\n1,Won,2024-03-01,2024-03-09,12\n", 0},
        {"StartDate,EndDate,Q1,Q2\n2024-03-01,2024-03-01,1,good\n", 0},
        {"id,name,price,_fivetran_synced\n1,GTX,12,2024-03-01\n", 0},
        {"{\"id\": 1}\n", 0},
        {"", 0},
    };
    char reason[200];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int confidence = events_probe(str_of(cases[i].text), reason);
        if (confidence != cases[i].confidence) print_error("%s -> %d (%s)\n", cases[i].text, confidence, reason);
        assert_true(cases[i].confidence ? confidence == cases[i].confidence : confidence <= 10);
    }
}

static void a_header_that_is_not_known_is_an_error_until_it_is_said_what_the_table_holds(void **state)
{
    (void)state;
    const char *const text = "Deal;Phase;Day;Rep\n7;Demo;1.3.2024;Eve\n7;Won;25.3.2024;Bo\n";
    expect_error(NULL, text, VOC_E_INPUT, "-O table=history");
    static const char *const said[] = {"table", "history", "case", "Deal", "action", "Phase", "time", "Day", "owner", "Rep", NULL};
    expect_options(said, text, "2 2024-03-01 Demo by=other case=7 owner=Eve\n3 2024-03-25 Won by=other case=7 owner=Bo\n");
    static const char *const none[] = {"table", "none", NULL};
    expect_options(none, text, "2 ignore left out, as -O table=none says\n3 ignore left out, as -O table=none says\n");
}

static void maps_say_where_columns_are_and_the_header_still_what_they_mean(void **state)
{
    (void)state;
    const voc_map maps[] = {
        {.to = STR("time"), .from = STR("when"), .format = STR("yyyy-dd-MM")}, {.to = STR("action"), .from = STR("new")}, {.to = STR("case"), .from = STR("id")},
        {.to = STR("attr"), .from = STR("field"), .constant = STR("field"), .type = VOC_TYPE_TEXT}};
    struct events_run r = {.maps = maps, .n_maps = 4};
    expect_with(&r, "id,field,old,new,when,who\n1,stage,a,Demo,2024-01-03,Eve\n1,city,a,Ulm,2024-01-03,Eve\n",
                "2 2024-03-01 Demo case=1 {old=a} {who=Eve}\n3 attribute 2024-03-01  case=1 {case.city=Ulm}\n");
}

// ---- cells --------------------------------------------------------------------------------------------------------------

static void ids_stay_text_and_what_databases_write_for_nothing_is_nothing(void **state)
{
    (void)state;
    expect("id,field,old,new,when,who\nNA,stage,,Demo,2024-03-01,NULL\n001,stage,\\N,Demo,2024-03-01,null\n1e5,stage,(null),NULL,2024-03-01,\nNULL,stage,a,b,2024-03-01,\n",
           "2 2024-03-01 Demo by=other case=NA\n3 2024-03-01 Demo by=other case=001\n4 ignore a stage was emptied\n5 reject ID: it does not say whose stage changed\n");
}

static void one_id_of_15_and_of_18_characters_is_one_thing_where_the_last_three_are_its_sum(void **state)
{
    (void)state;
    expect("OpportunityId,Field,OldValue,NewValue,CreatedDate\n"
           "0069000000AbCdEAAV,StageName,,Demo,2024-03-01\n"
           "0069000000AbCdE,StageName,,Won,2024-03-02\n"
           "0069000000AbCdEAAA,StageName,,Lost,2024-03-03\n",
           "2 2024-03-01 Demo by=other case=0069000000AbCdE\n"
           "3 2024-03-02 Won by=other case=0069000000AbCdE\n"
           "4 2024-03-03 Lost by=other case=0069000000AbCdEAAA\n");
}

static void times_are_epochs_days_first_or_months_first_as_the_column_proves(void **state)
{
    (void)state;
    expect("deal_id,timestamp,source,name,value\n1,1709287200000,CRM,dealstage,closedwon\n", "2 2024-03-01T10:00:00.000Z Closed Won by=other case=1 {source=CRM}\n");
    expect("id,field,old,new,when,who\n1,stage,,Demo,1/3/2024,\n1,stage,,Won,25/3/2024,\n", "2 2024-03-01 Demo by=other case=1\n3 2024-03-25 Won by=other case=1\n");
    expect_error(NULL, "id,field,old,new,when,who\n1,stage,,Demo,1/3/2024,\n", VOC_E_INPUT, "it cannot be told whether the day or the month stands first");
}

// ---- histories ----------------------------------------------------------------------------------------------------------

static void a_change_of_stage_is_an_event_and_of_anything_else_an_attribute_from_then_on(void **state)
{
    (void)state;
    expect("leadid,field,oldvalue,newvalue,createddate\n"
           "7,Status,New,Working,2024-03-01\n"
           "7,City,,Ulm,2024-03-02\n7,Owner,Eve,Bo,2024-03-03\n"
           "7,leadConverted,,,2024-03-04\n7,created,,,2024-02-28\n",
           "2 2024-03-01 Working by=other customer=crm-lead:7! {from=New}\n"
           "3 attribute 2024-03-02  customer=crm-lead:7! {customer.City=Ulm}\n"
           "4 2024-03-03 owner-changed by=other customer=crm-lead:7! owner=Bo {from=Eve}\n"
           "5 2024-03-04 converted by=other customer=crm-lead:7!\n"
           "6 2024-02-28 lead by=other customer=crm-lead:7!\n");
    expect("company_id,timestamp,source,name,value\n9,2024-03-01 10:00,CRM,industry,FOOD\n", "2 attribute 2024-03-01T10:00Z  account=hubspot-company:9! {account.industry=FOOD}\n");
}

static void what_a_report_writes_below_its_rows_is_no_data(void **state)
{
    (void)state;
    expect("Opportunity Name,From Stage,To Stage,Last Modified\n"
           "Alarms,Demo,Proposal,1/20/2024\n"
           "Alarms,Proposal,Closed Won,2/1/2024\n"
           "Filters,,Demo,2/2/2024\nFilters,Demo,Proposal,2/3/2024\n"
           "Grand Totals (4 records)\nCopyright (c) 2000-2024 salesforce.com\n"
           "Confidential Information - Do Not Distribute\n"
           "Generated By:  Eve  3/1/2024 10:00 AM\n",
           "2 2024-01-20 Proposal by=other case=Alarms {from=Demo}\n"
           "3 2024-02-01 Closed Won by=other case=Alarms {from=Proposal}\n"
           "4 2024-02-02 Demo by=other case=Filters\n"
           "5 2024-02-03 Proposal by=other case=Filters {from=Demo}\n"
           "6 ignore a line that is no data\n"
           "7 ignore a line that is no data\n"
           "8 ignore a line that is no data\n"
           "9 ignore a line that is no data\n");
}

static void tickets_and_opportunities_of_one_number_are_not_one_case(void **state)
{
    (void)state;
    expect("ticket_id,timestamp,source,name,value\n7,2024-03-01,x,hs_pipeline_stage,3\n", "2 2024-03-01 3 by=other case=ticket:7 {source=x}\n");
    expect("deal_id,timestamp,source,name,value\n7,2024-03-01,x,dealstage,contractsent\n", "2 2024-03-01 Contract Sent by=other case=7 {source=x}\n");
}

static void an_export_is_of_the_day_that_is_said(void **state)
{
    (void)state;
    static const char *const march[] = {"as-of", "2024-03-31", NULL}, *const wrong[] = {"as-of", "the end of March", NULL};
    expect_options(march, "opportunity_id,account,stage,created_date,close_date,amount\n1,Acme,Demo,2024-03-01,2024-09-30,50\n",
                   "2 2024-03-31 Demo by=other account=id:Acme! case=1 {amount=50 50000000} {close_date=2024-09-30} {created_date=2024-03-01}\n");
    expect_options(march, "account,sector,employees\nAcme,food,12\n", "2 attribute 2024-03-31  account=id:Acme! {account.sector=food} {account.employees=12}\n");
    expect_error(march, "id,field,old,new,when,who\n1,stage,a,b,2024-03-01,Eve\n", VOC_E_OPTION, "-O as-of is for what has no dates of its own");
    expect_error(wrong, "account,sector,employees\nAcme,food,12\n", VOC_E_OPTION, "-O as-of=the end of March is no date");
}

static void a_part_in_buying_is_of_the_person(void **state)
{
    (void)state;
    expect("OpportunityId,ContactId,Role,IsPrimary\n7,8,Decision Maker,true\n",
           "2 attribute -  customer=crm-contact:8! case=7 {case.crm-contact=8} {customer.role=Decision Maker}\n");
}

// ---- things with a date for each step -----------------------------------------------------------------------------------

static void a_date_of_closing_is_an_event_only_of_what_is_closed(void **state)
{
    (void)state;
    expect("opportunity_id,account,stage,engage_date,close_date,amount\n"
           "1,Acme,Won,2024-03-01,2024-03-09,50\n"
           "2,Acme,Engaging,2024-03-02,2024-09-30,60\n"
           "3,Acme,Prospecting,,2024-09-30,\n",
           "2 2024-03-01 Engaging by=other account=id:Acme! case=1\n"
           "2 2024-03-09 Won by=other account=id:Acme! case=1 value=50\n"
           "3 2024-03-02 Engaging by=other account=id:Acme! case=2 {amount=60 60000000}\n"
           "4 attribute -  account=id:Acme! case=3 {case.stage=Prospecting}\n");
    expect("Id,AccountId,StageName,CreatedDate,CloseDate,IsClosed,IsWon,Amount\n"
           "1,2,Closed Lost,2024-03-01,2024-03-09,true,false,50\n"
           "3,2,Handed over,2024-03-01,2024-03-09,true,true,60\n",
           "2 2024-03-01 New by=other account=crm-account:2! case=1\n"
           "2 2024-03-09 Closed Lost by=other account=crm-account:2! case=1 {amount=50 50000000}\n"
           "3 2024-03-01 New by=other account=crm-account:2! case=3\n"
           "3 2024-03-09 Handed over by=other account=crm-account:2! case=3 value=60\n");
    expect("Id,AccountId,StageName,CreatedDate,CloseDate,IsClosed\n1,2,Handed over,2024-03-01,2024-03-09,true\n",
           "2 2024-03-01 New by=other account=crm-account:2! case=1\n"
           "2 2024-03-09 Handed over by=other account=crm-account:2! case=1\n");
}

static void each_column_that_is_the_date_of_a_stage_is_an_event(void **state)
{
    (void)state;
    expect("deal_id,deal_name,dealstage,createdate,closedate,hs_date_entered_qualifiedtobuy,hs_v2_date_entered_closedlost\n"
           "1,x,closedlost,2024-03-01,2024-03-20,2024-03-05,2024-03-20\n",
           "2 2024-03-01 New by=other case=1\n"
           "2 2024-03-05 Qualified To Buy by=other case=1\n"
           "2 2024-03-20 Closed Lost by=other case=1 {deal_name=x}\n");
    expect("opportunity_id,account,stage,qualified_on,demo_date,proposal_sent_at,close_date\n1,Acme,Lost,2024-03-01,2024-03-02,2024-03-03,2024-03-04\n",
           "2 2024-03-01 Qualification by=other account=id:Acme! case=1\n2 2024-03-02 Demo by=other account=id:Acme! case=1\n2 2024-03-03 Proposal by=other account=id:Acme! case=1\n2 2024-03-04 Lost by=other account=id:Acme! case=1\n");
}

static void a_lead_is_created_decided_and_knows_why(void **state)
{
    (void)state;
    expect("lead,source,created,decided,status,reject_reason\nL1,show,2024-03-01,2024-03-04,rejected,timing\nL2,web,2024-03-02,,pending,\n",
           "2 2024-03-01 lead by=other customer=crm-lead:L1! {customer.source=show}\n2 2024-03-04 rejected by=other customer=crm-lead:L1! {reason=timing} {status=rejected}\n"
           "3 2024-03-02 lead by=other customer=crm-lead:L2! {customer.source=web} {status=pending}\n");
}

static void orders_invoices_and_chats_are_read_where_it_is_said_that_they_are(void **state)
{
    (void)state;
    static const char *const order[] = {"table", "orders", NULL}, *const invoice[] = {"table", "invoices", NULL}, *const chat[] = {"table", "chats", NULL};
    expect_options(order, "order_id,email,order_date,paid_at,shipped_at,cancelled_at,total\n7,a@b.example,2024-03-01,2024-03-02,2024-03-03,,12.50\n",
                   "2 2024-03-01 order by=customer customer=email:a@b.example! case=order:7 value=12.5\n2 2024-03-02 pay by=customer customer=email:a@b.example! case=order:7\n"
                   "2 2024-03-03 shipped by=company customer=email:a@b.example! case=order:7\n");
    expect_options(invoice, "invoice_number,account,invoice_date,due_date,paid_date,total\n7,Acme,2024-03-01,2024-03-15,,99\n",
                   "2 2024-03-01 invoice by=company account=id:Acme! case=invoice:7 value=99 {due=2024-03-15 time 2024-03-15T00:00:00Z}\n");
    expect_options(chat, "chat_id,visitor_id,started_at,ended_at,agent,message\n7,v1,2024-03-01 10:00,2024-03-01 10:09,Eve,where is it?\n",
                   "2 2024-03-01T10:00Z chat by=customer customer=cookie:v1 case=chat:7 owner=Eve channel=chat text=where is it?\n2 2024-03-01T10:09Z chat-closed by=company customer=cookie:v1 case=chat:7 owner=Eve channel=chat\n"
                   "2 word 2024-03-01T10:00Z  customer=cookie:v1 ref-case=chat:7 text=where is it?\n");
}

static void a_member_of_a_campaign_may_respond(void **state)
{
    (void)state;
    expect("CampaignId,LeadId,ContactId,Status,FirstRespondedDate,CreatedDate\n5,7,,Sent,,2024-03-01\n5,,8,Responded,2024-03-04,2024-03-01\n",
           "2 2024-03-01 campaign by=other customer=crm-lead:7! campaign=5 {status=Sent}\n3 2024-03-01 campaign by=other customer=crm-contact:8! campaign=5\n3 2024-03-04 respond by=customer customer=crm-contact:8! campaign=5 {status=Responded}\n");
}

static void a_date_with_a_name_of_its_own_is_that_of_the_first_step(void **state)
{
    (void)state;
    static const char *const order[] = {"table", "orders", "email", "Kunde", "case", "Nr", NULL}, *const named[] = {"table", "orders", "email", "Kunde", "case", "Nr", "time", "Tag", NULL};
    expect_options(order, "Nr;Kunde;Tag;Total\n7;a@b.example;1.3.2024;12,50\n8;b@b.example;25.3.2024;3,00\n",
                   "2 2024-03-01 order by=customer customer=email:a@b.example! case=order:7 value=12.5\n3 2024-03-25 order by=customer customer=email:b@b.example! case=order:8 value=3\n");
    expect_options(named, "Nr;Kunde;Tag;Total\n7;a@b.example;25.3.2024;12,50\n", "2 2024-03-25 order by=customer customer=email:a@b.example! case=order:7 value=12.5\n");
}

// ---- activities and mailings --------------------------------------------------------------------------------------------

static void work_within_the_company_reaches_no_customer_and_what_is_not_done_is_no_event(void **state)
{
    (void)state;
    expect("activity_type,date,subject,contact_id,status,outcome,minutes\n"
           "call,2024-03-01,a,7,,,5\nnote,2024-03-01,b,7,,,\n"
           "task,2024-03-09,c,7,Not Started,,\n"
           "meeting,2024-03-02,d,7,,NO_SHOW,\n"
           "Golf,2024-03-03,e,7,,,\n",
           "2 2024-03-01 call by=company customer=crm-contact:7! channel=phone object=a minutes=5\n"
           "3 2024-03-01 note by=company object=b {about-customer=7}\n"
           "4 ignore not done yet\n"
           "5 2024-03-02 meeting by=other customer=crm-contact:7! channel=meeting object=d {outcome=NO_SHOW}\n"
           "6 2024-03-03 Golf by=company customer=crm-contact:7! object=e\n");
}

static void an_activity_is_about_an_opportunity_a_ticket_or_an_account_by_its_id(void **state)
{
    (void)state;
    expect("Id,WhoId,WhatId,Subject,ActivityDate,Status,TaskSubtype\n"
           "1,0039000000BBBB1,0069000000AbCdEAAV,a,2024-03-01,Completed,Call\n"
           "2,00Q9000000AAAA1,500900000000001,b,2024-03-01,Completed,Call\n"
           "3,,001900000000001,c,2024-03-01,Completed,Call\n4,,a0X900000000001,d,2024-03-01,Completed,Call\n",
           "2 2024-03-01 call by=company customer=crm-contact:0039000000BBBB1! case=0069000000AbCdE id=1 "
           "channel=phone object=a {status=Completed}\n"
           "3 2024-03-01 call by=company customer=crm-lead:00Q9000000AAAA1! case=ticket:500900000000001 id=2 "
           "channel=phone object=b {status=Completed}\n"
           "4 2024-03-01 call by=company account=crm-account:001900000000001! id=3 channel=phone object=c "
           "{status=Completed}\n"
           "5 2024-03-01 call by=company id=4 channel=phone object=d {status=Completed} {about=a0X900000000001}\n");
}

static void who_called_is_said_by_the_direction_and_a_customers_mail_is_words(void **state)
{
    (void)state;
    expect("engagement_id,type,hs_timestamp,hs_email_direction,hs_email_subject,hs_email_text\n"
           "1,INCOMING_EMAIL,2024-03-01,,Price,too high\n"
           "2,EMAIL,2024-03-02,EMAIL,Price,see below\n"
           "3,CALL,2024-03-03,INBOUND,,\n",
           "2 2024-03-01 mail by=customer id=1 channel=email object=Price text=too high\n"
           "2 word 2024-03-01  ref-event=1 text=too high\n"
           "3 2024-03-02 mail by=company id=2 channel=email object=Price text=see below\n"
           "4 2024-03-03 call by=customer id=3 channel=phone\n");
}

static void what_becomes_of_a_mail_has_the_names_that_the_plugin_email_gives(void **state)
{
    (void)state;
    static const struct { const char *type, *row; } kinds[] = {
        {"EmailSend", "mail by=company customer=email:a@b.example! touchpoint=Spring channel=email"}, {"EmailDelivered", "delivered by=customer customer=email:a@b.example! ref-touchpoint=Spring channel=email"},
        {"EmailOpen", "open by=customer customer=email:a@b.example! ref-touchpoint=Spring channel=email"}, {"EmailClickthrough", "click by=customer customer=email:a@b.example! ref-touchpoint=Spring channel=email"},
        {"Bounceback", "bounce by=customer customer=email:a@b.example! ref-touchpoint=Spring channel=email"}, {"Unsubscribe", "unsubscribe by=customer customer=email:a@b.example! ref-touchpoint=Spring channel=email"},
        {"FormSubmit", "fill-form by=customer customer=email:a@b.example! channel=web object=Spring"}, {"WebVisit", "visit by=customer customer=email:a@b.example! channel=web object=Spring"},
        {"CampaignMembership", "CampaignMembership by=other customer=email:a@b.example!"}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char text[300], rows[300];
        snprintf(text, sizeof text, "ActivityType,ActivityDate,EmailAddress,AssetName\n%s,2024-03-01,a@b.example,Spring\n", kinds[i].type);
        snprintf(rows, sizeof rows, "2 2024-03-01 %s%s\n", kinds[i].row, i == 8 ? " object=Spring" : "");
        expect(text, rows);
    }
}

// ---- samples ------------------------------------------------------------------------------------------------------------

static const char *const samples[] = {"field_history.csv", "snapshots.csv", "deals.csv", "leads.csv", "contacts.csv", "tasks.csv", "marketo.csv", "mail_events.csv", "tickets.csv", "links.csv", "shopify.csv", "stripe.csv"};
#define N_SAMPLES (sizeof samples / sizeof *samples)

static char *read_whole(const char *folder, const char *name, const char *ending, size_t *len)
{
    char path[1024];
    const char *top = getenv("VOC_TEST_SRCDIR") ? getenv("VOC_TEST_SRCDIR") : ".";
    snprintf(path, sizeof path, "%s/plugins/input/crm/%s/%s%s", top, folder, name, ending);
    FILE *f = fopen(path, "rb");
    char *text = f ? malloc(1 << 16) : NULL;
    *len = text ? fread(text, 1, (1 << 16) - 1, f) : 0;
    if (text) text[*len] = 0;
    if (f) fclose(f);
    return text;
}

static void write_whole(const char *name, const char *text)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/plugins/input/crm/expected/%s.txt", getenv("VOC_TEST_SRCDIR") ? getenv("VOC_TEST_SRCDIR") : ".", name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

// VOC_UPDATE_GOLDEN=1 writes what is expected; git diff is the review.
static void every_sample_gives_its_expected_rows_and_mapping(void **state)
{
    (void)state;
    const char *update = getenv("VOC_UPDATE_GOLDEN");
    for (size_t i = 0; i < N_SAMPLES; i++) {
        char *text, *expected, reason[200], got[1 << 15];
        size_t len, n;
        struct events_run r = {0};
        assert_non_null(text = read_whole("samples", samples[i], "", &len));
        events_run(&r, str_mk(text, len));
        assert_int_equal(r.rc, VOC_OK);
        int confidence = events_probe(str_mk(text, len), reason);
        n = (size_t)snprintf(got, sizeof got, "%d %s\n%s\n%s", confidence, reason, r.mapping, r.rows.ptr);
        assert_true(n < sizeof got);
        if (update && *update) write_whole(samples[i], got);
        assert_non_null(expected = read_whole("expected", samples[i], ".txt", &n));
        assert_string_equal(got, expected);
        free(text);
        free(expected);
        events_done(&r);
    }
}

static void however_the_blocks_are_cut_the_rows_are_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SAMPLES; i++) {
        size_t len;
        char *text = read_whole("samples", samples[i], "", &len);
        struct events_run whole = {0}, pieces = {.target = 1};
        events_run(&whole, str_mk(text, len));
        events_run(&pieces, str_mk(text, len));
        assert_int_equal(pieces.rc, VOC_OK);
        assert_string_equal(pieces.rows.ptr, whole.rows.ptr);
        events_done(&whole);
        events_done(&pieces);
        free(text);
    }
}

// ---- faults and hostile text --------------------------------------------------------------------------------------------

static voc_rc whole_import(void *user)
{
    const voc_str *text = user;
    struct events_run r = {0};
    events_run(&r, *text);
    voc_rc rc = r.rc ? r.rc : r.rows.rc;
    if (!rc && r.gave != 6) rc = VOC_E_BUG; // never fewer than there are, in silence
    events_done(&r);
    return rc;
}

static void each_allocation_that_fails_is_said_and_leaks_nothing(void **state)
{
    (void)state;
    size_t len;
    char *text = read_whole("samples", "field_history.csv", "", &len);
    voc_str all = str_mk(text, len);
    assert_true(fail_each_allocation(whole_import, &all) > 50);
    free(text);
}

static uint64_t seed = 11;

static uint64_t next_random(void) // SplitMix64
{
    uint64_t z = seed += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static void damage(char *text, size_t *len, size_t size)
{
    for (unsigned i = 0, n = (unsigned)(next_random() % 6); i <= n; i++) {
        size_t at = next_random() % *len;
        switch (next_random() % 4) {
        case 0: text[at] = (char)next_random(); break;
        case 1: text[at] = ",;\t|\"\n\r'-:[]"[next_random() % 12]; break;
        case 2: memmove(text + at, text + at + 1, *len - at - 1), --*len; break;
        default: if (*len < size - 1) memmove(text + at + 1, text + at, *len - at), ++*len;
        }
    }
}

static void damaged_tables_are_read_or_refused_and_every_record_is_accounted_for(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 60 * N_SAMPLES; round++) {
        size_t len;
        char reason[200], *text = read_whole("samples", samples[round % N_SAMPLES], "", &len);
        struct events_run r = {0};
        damage(text, &len, 1 << 16);
        events_run(&r, str_mk(text, len)); // the run itself asserts the account
        assert_true(r.rc == VOC_OK || r.rc == VOC_E_INPUT || r.rc == VOC_E_OPTION);
        if (r.rc) assert_true(r.says.len > 0);
        events_done(&r);
        (void)events_probe(str_mk(text, len), reason);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_is_known_by_its_columns_however_they_are_written),
        cmocka_unit_test(the_probe_is_sure_of_what_it_knows_and_leaves_other_tables_alone),
        cmocka_unit_test(a_header_that_is_not_known_is_an_error_until_it_is_said_what_the_table_holds),
        cmocka_unit_test(maps_say_where_columns_are_and_the_header_still_what_they_mean),
        cmocka_unit_test(ids_stay_text_and_what_databases_write_for_nothing_is_nothing),
        cmocka_unit_test(one_id_of_15_and_of_18_characters_is_one_thing_where_the_last_three_are_its_sum),
        cmocka_unit_test(times_are_epochs_days_first_or_months_first_as_the_column_proves),
        cmocka_unit_test(a_change_of_stage_is_an_event_and_of_anything_else_an_attribute_from_then_on),
        cmocka_unit_test(what_a_report_writes_below_its_rows_is_no_data),
        cmocka_unit_test(tickets_and_opportunities_of_one_number_are_not_one_case),
        cmocka_unit_test(an_export_is_of_the_day_that_is_said),
        cmocka_unit_test(a_part_in_buying_is_of_the_person),
        cmocka_unit_test(a_date_of_closing_is_an_event_only_of_what_is_closed),
        cmocka_unit_test(each_column_that_is_the_date_of_a_stage_is_an_event),
        cmocka_unit_test(a_lead_is_created_decided_and_knows_why),
        cmocka_unit_test(orders_invoices_and_chats_are_read_where_it_is_said_that_they_are),
        cmocka_unit_test(a_member_of_a_campaign_may_respond),
        cmocka_unit_test(a_date_with_a_name_of_its_own_is_that_of_the_first_step),
        cmocka_unit_test(work_within_the_company_reaches_no_customer_and_what_is_not_done_is_no_event),
        cmocka_unit_test(an_activity_is_about_an_opportunity_a_ticket_or_an_account_by_its_id),
        cmocka_unit_test(who_called_is_said_by_the_direction_and_a_customers_mail_is_words),
        cmocka_unit_test(what_becomes_of_a_mail_has_the_names_that_the_plugin_email_gives),
        cmocka_unit_test(every_sample_gives_its_expected_rows_and_mapping),
        cmocka_unit_test(however_the_blocks_are_cut_the_rows_are_the_same),
        cmocka_unit_test(each_allocation_that_fails_is_said_and_leaks_nothing),
        cmocka_unit_test(damaged_tables_are_read_or_refused_and_every_record_is_accounted_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
