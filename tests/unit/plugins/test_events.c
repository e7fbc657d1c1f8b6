// SPDX-License-Identifier: MIT
// What the plugin input/events makes of a table: long form, start and end, wide form; by its own proposal, by options and by the maps
// of sources.xml. Expected rows are written as events_run.c prints them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/plugins/events_run.h"

static void expect_mapping(const char *const *options, const char *text, const char *line)
{
    struct events_run r = {.options = options};
    events_run(&r, str_of(text));
    assert_int_equal(r.rc, VOC_OK);
    if (!strstr(r.mapping, line)) print_error("mapping: %s", r.mapping);
    assert_non_null(strstr(r.mapping, line));
    events_done(&r);
}

// ---- long form --------------------------------------------------------------------------------------------------------------------

static void columns_are_found_by_the_names_that_tools_give_them(void **state)
{
    (void)state;
    expect("case:concept:name,concept:name,time:timestamp,org:resource,lifecycle:transition\nC1,Ask,2024-03-01T10:00:00Z,Eve,complete\n",
           "2 2024-03-01T10:00:00Z Ask case=C1 owner=Eve {lifecycle:transition=complete}\n");
    expect("Case ID,Activity,Complete Timestamp,Resource\n7,Pay,2024-03-01 10:00,Bo\n", "2 2024-03-01T10:00Z Pay case=7 owner=Bo\n");
    expect("user_id,event,timestamp,utm_campaign,page_url\nu1,view,2024-03-01T10:00:00Z,spring,/a\n",
           "2 2024-03-01T10:00:00Z view customer=id:u1! campaign=spring object=/a\n");
    expect("Time,Event,Distinct ID,Email,Company\n1709287200,Sign Up,d-1,a@b.example,Acme\n",
           "2 2024-03-01T10:00:00Z Sign Up customer=email:a@b.example! customer=cookie:d-1 account=id:Acme!\n");
    expect("ocel:eid,ocel:timestamp,ocel:activity\ne1,1980-01-01 00:00:00,Create\ne2,1980-01-01 00:00:00,Create\n",
           "2 1980-01-01T00:00:00Z Create id=e1\n3 1980-01-01T00:00:00Z Create id=e2\n");
}

static void every_column_that_means_nothing_is_kept_as_an_attribute_and_empty_cells_give_none(void **state)
{
    (void)state;
    expect("time,action,plan,n\n2024-03-01,a,gold,1.50\n2024-03-02,b,,007\n",
           "2 2024-03-01 a {plan=gold} {n=1.50}\n3 2024-03-02 b {n=007}\n");
    expect(",time,action\n0,2024-03-01,a\n1,2024-03-02,b\n", "2 2024-03-01 a {column 1=0}\n3 2024-03-02 b {column 1=1}\n");
    expect("time,action,x,x\n2024-03-01,a,1,2\n", "2 2024-03-01 a {x=1} {x (column 4)=2}\n");
}

static void identifiers_stay_text(void **state)
{
    (void)state;
    expect("time,action,customer_id,account_id,case_id\n2024-03-01,a,NA,001,1e5\n2024-03-01,b,null,  x,-\n",
           "2 2024-03-01 a customer=id:NA! account=id:001! case=1e5\n3 2024-03-01 b customer=id:null! account=id:  x! case=-\n");
}

static void attributes_of_a_trace_belong_to_the_case(void **state)
{
    (void)state;
    expect("case:concept:name,case:group,concept:name,time:timestamp\nC1,G2,Ask,2024-03-01\n", "2 2024-03-01 Ask case=C1 {case.group=G2}\n");
    expect("case:group,concept:name,time:timestamp\nG2,Ask,2024-03-01\n", "2 2024-03-01 Ask {case:group=G2}\n");
}

static void an_id_that_repeats_is_a_case_and_one_that_does_not_is_the_events_own(void **state)
{
    (void)state;
    expect("id,action,time\n1,a,2024-03-01\n2,b,2024-03-02\n", "2 2024-03-01 a id=1\n3 2024-03-02 b id=2\n");
    expect("id,action,time\n1,a,2024-03-01\n1,b,2024-03-02\n", "2 2024-03-01 a case=1\n3 2024-03-02 b case=1\n");
}

static void who_acted_is_read_where_a_column_says_it_and_an_unknown_actor_is_rejected(void **state)
{
    (void)state;
    expect("time,action,actor\n2024-03-01,a,Customer\n2024-03-02,b,company\n2024-03-03,c,OTHER\n2024-03-04,d,\n",
           "2 2024-03-01 a by=customer\n3 2024-03-02 b by=company\n4 2024-03-03 c by=other\n5 2024-03-04 d\n");
    const char *const options[] = {"actor", "who", NULL};
    expect_options(options, "time,action,who\n2024-03-01,a,customer\n2024-03-02,b,robot\n",
                   "3 reject ACTOR: who: \"robot\" is none of customer, company, other (nor inbound, outbound)\n2 2024-03-01 a by=customer\n");
    expect("time,action,actor\n2024-03-01,a,robot\n", "2 2024-03-01 a {actor=robot}\n"); // not what the name promised
}

// ---- start and end ------------------------------------------------------------------------------------------------------------------

static void an_event_with_start_and_end_stands_at_its_end_and_knows_its_minutes(void **state)
{
    (void)state;
    expect("concept:name,time:timestamp,start_timestamp\nAsk,2024-03-01 10:30:30,2024-03-01 10:00:00\n",
           "2 2024-03-01T10:30:30Z Ask minutes=30.5 {start_time=2024-03-01 10:00:00 time 2024-03-01T10:00:00Z}\n");
    expect("activity,start,complete\nAsk,2024-03-01 10:00,2024-03-01 10:00\n",
           "2 2024-03-01T10:00Z Ask minutes=0 {start_time=2024-03-01 10:00 time 2024-03-01T10:00:00Z}\n");
    expect("activity,start,complete,minutes\nAsk,2024-03-01 10:00,2024-03-01 11:00,5\n",
           "2 2024-03-01T11:00Z Ask minutes=5 {start_time=2024-03-01 10:00 time 2024-03-01T10:00:00Z}\n");
}

static void dates_alone_say_nothing_of_minutes(void **state)
{
    (void)state;
    expect("activity,start,complete\nAsk,2024-03-01,2024-03-04\n", "2 2024-03-04 Ask {start_time=2024-03-01 time 2024-03-01T00:00:00Z}\n");
    expect("activity,start,complete\nAsk,2024-03-01 09:00,2024-03-01\n", "2 2024-03-01 Ask {start_time=2024-03-01 09:00 time 2024-03-01T09:00:00Z}\n");
}

static void an_event_without_end_stands_at_its_start_and_one_that_ends_before_it_begins_is_rejected(void **state)
{
    (void)state;
    expect("activity,start,complete\na,2024-03-01 10:00,\nb,,2024-03-01 11:00\nc,2024-03-01 12:00,2024-03-01 11:00\nd,,\n",
           "4 reject TIME: it ends before it begins (complete before start)\n5 reject TIME: start is empty: it has no time\n"
           "2 2024-03-01T10:00Z a\n3 2024-03-01T11:00Z b\n");
}

// ---- wide form ------------------------------------------------------------------------------------------------------------------------

static const char pipeline[] = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
                               "O1,Moses,GTX,Isdom,Won,10/20/2016,3/1/2017,1054\n"
                               "O2,Moses,GTX,Isdom,Lost,10/25/2016,3/2/2017,0\n"
                               "O3,Anna,MG,,Engaging,11/1/2016,,\n"
                               "O4,Anna,MG,,Prospecting,,,\n";

static void each_date_of_a_wide_row_is_an_event_and_the_closing_one_is_named_by_the_status(void **state)
{
    (void)state;
    expect(pipeline, "5 ignore no date\n"
                     "2 2016-10-20 engage_date account=id:Isdom! case=O1 owner=Moses {product=GTX}\n"
                     "2 2017-03-01 Won account=id:Isdom! case=O1 owner=Moses value=1054 {product=GTX}\n"
                     "3 2016-10-25 engage_date account=id:Isdom! case=O2 owner=Moses {product=GTX}\n"
                     "3 2017-03-02 Lost account=id:Isdom! case=O2 owner=Moses value=0 {product=GTX}\n"
                     "4 2016-11-01 engage_date case=O3 owner=Anna {product=MG} {deal_stage=Engaging}\n");
}

static void an_earlier_event_of_a_wide_row_does_not_know_how_it_ended(void **state)
{
    (void)state;
    struct events_run r = {0};
    events_run(&r, str_of(pipeline));
    assert_int_equal(r.rc, VOC_OK);
    assert_null(strstr(r.rows.ptr, "deal_stage=Won"));
    assert_null(strstr(r.rows.ptr, "deal_stage=Lost"));
    events_done(&r);
}

static void maps_give_the_dates_of_a_wide_table_their_actions(void **state)
{
    (void)state;
    const voc_map maps[] = {{.to = STR("time"), .from = STR("engage_date"), .action = STR("Engaging"), .line = 3},
                            {.to = STR("time"), .from = STR("close_date"), .action_from = STR("deal_stage"), .line = 4},
                            {.to = STR("case"), .from = STR("opportunity_id"), .line = 5},
                            {.to = STR("attr"), .from = STR("close_value"), .constant = STR("worth"), .type = VOC_TYPE_MONEY, .entity = VOC_ENTITY_CASE, .line = 6}};
    struct events_run r = {.maps = maps, .n_maps = 4};
    expect_with(&r, pipeline, "5 ignore no date\n"
                              "2 2016-10-20 Engaging case=O1 {case.worth=1054 1054000000} {sales_agent=Moses} {product=GTX} {account=Isdom}\n"
                              "2 2017-03-01 Won case=O1 {case.worth=1054 1054000000} {sales_agent=Moses} {product=GTX} {account=Isdom}\n"
                              "3 2016-10-25 Engaging case=O2 {case.worth=0 0} {sales_agent=Moses} {product=GTX} {account=Isdom}\n"
                              "3 2017-03-02 Lost case=O2 {case.worth=0 0} {sales_agent=Moses} {product=GTX} {account=Isdom}\n"
                              "4 2016-11-01 Engaging case=O3 {sales_agent=Anna} {product=MG} {deal_stage=Engaging}\n");
}

static void a_wrong_date_of_a_wide_row_rejects_all_of_it(void **state)
{
    (void)state;
    expect("order_id,ordered,shipped\n1,2024-03-01,2024-03-05\n2,2024-03-01,soon\n3,2024-03-02,NULL\n4,2024-03-04,\n",
           "2 2024-03-01 ordered case=1 {shipped=2024-03-05}\n3 2024-03-01 ordered case=2 {shipped=soon}\n"
           "4 2024-03-02 ordered case=3 {shipped=NULL}\n5 2024-03-04 ordered case=4\n"); // one bad cell: no column of dates
    const voc_map maps[] = {{.to = STR("time"), .from = STR("ordered"), .action = STR("Ordered")}, {.to = STR("time"), .from = STR("shipped"), .action = STR("Shipped")}};
    struct events_run r = {.maps = maps, .n_maps = 2};
    expect_with(&r, "ordered,shipped\n2024-03-01,2024-03-05\n2024-03-01,soon\n2024-03-02,NULL\n",
                "3 reject TIME: shipped: \"soon\" is not a time (ISO 8601 or an epoch)\n2 2024-03-01 Ordered\n2 2024-03-05 Shipped\n4 2024-03-02 Ordered\n");
}

static void one_date_and_a_status_that_changes_for_one_id_is_a_history_of_stages(void **state)
{
    (void)state;
    expect("opportunity_id,stage,changed\nO1,Open,2024-03-01\nO1,Won,2024-03-05\nO2,Open,2024-03-06\n",
           "2 2024-03-01 Open case=O1\n3 2024-03-05 Won case=O1\n4 2024-03-06 Open case=O2\n");
}

static void a_table_with_one_date_gives_events_named_by_it(void **state)
{
    (void)state;
    expect("customer_id,order_date,total\nk1,2024-03-01,5\nk2,2024-03-02,\n", "2 2024-03-01 order_date customer=id:k1! {total=5}\n3 2024-03-02 order_date customer=id:k2!\n");
}

// ---- options ---------------------------------------------------------------------------------------------------------------------------

static void options_override_the_proposal_and_a_dash_takes_a_column_out(void **state)
{
    (void)state;
    const char *const other[] = {"time", "Seen At", "action", "what", "customer", "who", "customer-kind", "login", NULL};
    expect_options(other, "timestamp,seen_at,what,user_id,who\n2024-03-01,2024-03-02,a,u1,eve\n", "2 2024-03-02 a customer=login:eve! {timestamp=2024-03-01} {user_id=u1}\n");
    const char *const out[] = {"customer", "-", "channel", "-", NULL};
    expect_options(out, "time,action,user_id,channel\n2024-03-01,a,u1,web\n", "2 2024-03-01 a {user_id=u1} {channel=web}\n");
    const char *const aliases[] = {"email", "m", "phone", "p", "cookie", "c", "account", "firm", "account-kind", "vat", NULL};
    expect_options(aliases, "time,action,m,p,c,firm\n2024-03-01,a,x@y.example,+1,k,F\n",
                   "2 2024-03-01 a customer=email:x@y.example! customer=phone:+1 customer=cookie:k account=vat:F!\n");
    const char *const refs[] = {"ref", "answers", "ref-kind", "touchpoint", NULL};
    expect_options(refs, "time,action,answers\n2024-03-01,a,mail-7\n", "2 2024-03-01 a ref-touchpoint=mail-7\n");
}

static void options_override_the_maps(void **state)
{
    (void)state;
    const voc_map maps[] = {{.to = STR("time"), .from = STR("a")}, {.to = STR("action"), .from = STR("what")}, {.to = STR("customer"), .from = STR("k"), .alias_kind = STR("crm")}};
    const char *const options[] = {"time", "b", "customer", "l", NULL};
    struct events_run r = {.maps = maps, .n_maps = 3, .options = options};
    expect_with(&r, "a,b,what,k,l\n2024-03-01,2024-03-02,x,1,2\n", "2 2024-03-02 x customer=id:2! {a=2024-03-01} {k=1}\n");
}

static void a_column_that_does_not_exist_is_an_error_that_names_the_nearest(void **state)
{
    (void)state;
    const char *const options[] = {"action", "evnt", NULL};
    expect_error(options, "time,event\n2024-03-01,a\n", VOC_E_OPTION, "there is no column \"evnt\" -- did you mean \"event\"? the columns are time, event");
    const voc_map maps[] = {{.to = STR("time"), .from = STR("tme"), .line = 12}};
    struct events_run r = {.maps = maps, .n_maps = 1};
    expect_error_with(&r, "time,event\n2024-03-01,a\n", VOC_E_OPTION, "no column \"tme\", which line 12 of the sources maps");
}

static void without_a_header_columns_are_numbered(void **state)
{
    (void)state;
    const char *const options[] = {"header", "0", "time", "col1", "action", "col3", NULL};
    expect_options(options, "2024-03-01,x,a\n2024-03-02,y,b\n", "1 2024-03-01 a {col2=x}\n2 2024-03-02 b {col2=y}\n");
    expect_error(NULL, "2024-03-01,x,a\n2024-03-02,y,b\n", VOC_E_INPUT, "the first row holds no names of columns but data (\"2024-03-01\")");
    const char *const three[] = {"header", "3", NULL};
    expect_options(three, "time,action\nWhen?,What?\n{id},{id}\n2024-03-01,a\n", "4 2024-03-01 a\n");
}

static void a_table_without_times_or_actions_is_an_error_that_says_what_to_give(void **state)
{
    (void)state;
    expect_error(NULL, "name,colour\na,red\n", VOC_E_INPUT, "EVENTS-004: no column holds times -- name the column with -O time=COLUMN");
    const char *const none[] = {"time", "-", NULL};
    expect_error(none, "time,action\n2024-03-01,a\n", VOC_E_INPUT, "every event needs a time");
}

// ---- maps ---------------------------------------------------------------------------------------------------------------------------------

static void every_map_of_sources_xml_is_understood(void **state)
{
    (void)state;
    static const char *const to[] = {"time", "action", "actor", "customer", "account", "case", "id", "ref", "role", "owner", "thread", "touchpoint",
                                     "channel", "campaign", "object", "text", "language", "minutes", "cost", "value"};
    voc_map maps[20];
    for (size_t i = 0; i < 20; i++) maps[i] = (voc_map){.to = str_of(to[i]), .from = str_of(to[i])};
    struct events_run r = {.maps = maps, .n_maps = 20};
    expect_with(&r, "time,action,actor,customer,account,case,id,ref,role,owner,thread,touchpoint,channel,campaign,object,text,language,minutes,cost,value\n"
                    "2024-03-01,a,company,c,k,s,i,r,o,w,h,p,n,g,b,\"t, u\",en,1,2.5,3\n",
                "2 2024-03-01 a by=company customer=id:c! account=id:k! case=s id=i ref-event=r role=o owner=w thread=h touchpoint=p channel=n campaign=g object=b "
                "text=t, u language=en minutes=1 cost=2.5 value=3\n");
    static const char refs[][16] = {"ref-event", "ref-touchpoint", "ref-thread", "ref-case"};
    for (size_t i = 0; i < 4; i++) {
        char rows[120];
        voc_map m[] = {{.to = STR("time"), .from = STR("t")}, {.to = STR("action"), .constant = STR("visit")}, {.to = str_of(refs[i]), .from = STR("r")}};
        struct events_run s = {.maps = m, .n_maps = 3};
        snprintf(rows, sizeof rows, "2 2024-03-01 visit %s=x\n", refs[i]);
        expect_with(&s, "t,r\n2024-03-01,x\n", rows);
    }
}

static void an_unknown_map_is_an_error_with_its_line(void **state)
{
    (void)state;
    const voc_map maps[] = {{.to = STR("time"), .from = STR("time")}, {.to = STR("mood"), .from = STR("action"), .line = 9}};
    struct events_run r = {.maps = maps, .n_maps = 2};
    expect_error_with(&r, "time,action\n2024-03-01,a\n", VOC_E_OPTION, "line 9 of the sources maps to \"mood\"");
}

static void a_constant_stands_where_the_cell_is_empty_or_in_every_row(void **state)
{
    (void)state;
    const voc_map maps[] = {{.to = STR("time"), .from = STR("t")}, {.to = STR("action"), .from = STR("a"), .constant = STR("visit")},
                            {.to = STR("channel"), .constant = STR("web")}, {.to = STR("actor"), .constant = STR("company")}, {.to = STR("cost"), .constant = STR("0.4")}};
    struct events_run r = {.maps = maps, .n_maps = 5};
    expect_with(&r, "t,a\n2024-03-01,x\n2024-03-02,\n", "2 2024-03-01 x by=company channel=web cost=0.4\n3 2024-03-02 visit by=company channel=web cost=0.4\n");
}

static void aliases_keep_kind_and_strength(void **state)
{
    (void)state;
    const voc_map maps[] = {{.to = STR("time"), .from = STR("t")}, {.to = STR("action"), .from = STR("a")},
                            {.to = STR("customer"), .from = STR("mail"), .alias_kind = STR("email"), .strong = 1},
                            {.to = STR("customer"), .from = STR("ck"), .alias_kind = STR("cookie"), .strong = 0}};
    struct events_run r = {.maps = maps, .n_maps = 4};
    expect_with(&r, "t,a,mail,ck\n2024-03-01,x,e@f.example,c1\n2024-03-01,y,,c2\n2024-03-01,z,,\n",
                "2 2024-03-01 x customer=email:e@f.example! customer=cookie:c1\n3 2024-03-01 y customer=cookie:c2\n4 2024-03-01 z\n");
}

static void typed_attributes_go_to_whom_they_belong(void **state)
{
    (void)state;
    const voc_map maps[] = {{.to = STR("time"), .from = STR("t")}, {.to = STR("action"), .from = STR("a")}, {.to = STR("account"), .from = STR("k")},
                            {.to = STR("customer"), .from = STR("p"), .alias_kind = STR("id"), .strong = 1},
                            {.to = STR("attr"), .from = STR("since"), .constant = STR("known_from"), .type = VOC_TYPE_TIME, .entity = VOC_ENTITY_ACCOUNT},
                            {.to = STR("attr"), .from = STR("n"), .constant = STR("pages"), .type = VOC_TYPE_INT},
                            {.to = STR("attr"), .from = STR("r"), .constant = STR("rate"), .type = VOC_TYPE_REAL},
                            {.to = STR("attr"), .from = STR("b"), .constant = STR("vip"), .type = VOC_TYPE_BOOL, .entity = VOC_ENTITY_INDIVIDUAL},
                            {.to = STR("attr"), .from = STR("p"), .constant = STR("name"), .entity = VOC_ENTITY_INDIVIDUAL}};
    struct events_run r = {.maps = maps, .n_maps = 9};
    expect_with(&r, "t,a,k,p,since,n,r,b\n2024-03-01,x,K,P,1.2.2024,12,0.5,Yes\n2024-03-01,y,K,P,13.2.2024,,,\n2024-03-01,z,K,P,,1.5,,\n2024-03-01,v,K,P,,1,,maybe\n",
                "4 reject NUMBER: n: \"1.5\" is not a whole number\n5 reject NUMBER: b: \"maybe\" is neither yes nor no\n"
                "2 2024-03-01 x customer=id:P! account=id:K! {account.known_from=1.2.2024 time 2024-02-01T00:00:00Z} {pages=12 12} {rate=0.5 0.5} {customer.vip=Yes 1} {customer.name=P}\n"
                "3 2024-03-01 y customer=id:P! account=id:K! {account.known_from=13.2.2024 time 2024-02-13T00:00:00Z} {customer.name=P}\n");
}

static void an_attribute_of_nobody_and_two_of_one_name_are_errors(void **state)
{
    (void)state;
    const voc_map nobody[] = {{.to = STR("time"), .from = STR("t")}, {.to = STR("action"), .from = STR("a")},
                              {.to = STR("attr"), .from = STR("s"), .constant = STR("size"), .entity = VOC_ENTITY_ACCOUNT, .line = 4}};
    struct events_run r = {.maps = nobody, .n_maps = 3};
    expect_error_with(&r, "t,a,s\n2024-03-01,x,9\n", VOC_E_OPTION, "line 4 of the sources: attribute \"size\" is of the account, and nothing says which account");
    const voc_map twice[] = {{.to = STR("time"), .from = STR("t")}, {.to = STR("action"), .from = STR("a")},
                             {.to = STR("attr"), .from = STR("s"), .constant = STR("size"), .line = 4}, {.to = STR("attr"), .from = STR("a"), .constant = STR("size"), .line = 5}};
    struct events_run s = {.maps = twice, .n_maps = 4};
    expect_error_with(&s, "t,a,s\n2024-03-01,x,9\n", VOC_E_OPTION, "line 5 of the sources: there are two attributes \"size\"");
}

// ---- the mapping in words --------------------------------------------------------------------------------------------------------------------

static void the_mapping_is_told_one_sentence_a_line(void **state)
{
    (void)state;
    expect_mapping(NULL, "time,action,user_id,cost\n1.3.2024 10:00,a,u,\"1,5\"\n13.3.2024 10:00,a,u,\"2,5\"\n",
                   "time <- time (d.M.yyyy H:mm, UTC)\naction <- action\ncost <- cost (decimal comma)\ncustomer <- user_id (id)\nchange with");
    expect_mapping(NULL, pipeline, "time <- close_date (M/d/yyyy): the action that deal_stage names\n");
    expect_mapping(NULL, "time,action\n2024-03-01T10:00:00+02:00,a\n", "time <- time (ISO 8601)\n");
    expect_mapping(NULL, "time,action\n1709287200,a\n", "time <- time (epoch)\n");
    const char *const zone[] = {"zone", "Europe/Warsaw", NULL};
    expect_mapping(zone, "time,action\n2024-03-01T10:00:00,a\n", "time <- time (ISO 8601, Europe/Warsaw)\n");
    char wide[40000] = "time,action";
    for (size_t i = 0, n = strlen(wide); i < 1000; i++) n += (size_t)snprintf(wide + n, sizeof wide - n, ",a_long_name_of_column_%zu", i);
    expect_mapping(NULL, wide, " more\n");
}

// ---- samples ------------------------------------------------------------------------------------------------------------------------------------

static char *read_whole(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    char *text = f ? malloc(1 << 16) : NULL;
    *len = text ? fread(text, 1, (1 << 16) - 1, f) : 0;
    if (text) text[*len] = 0;
    if (f) fclose(f);
    return text;
}

// VOC_UPDATE_GOLDEN=1 writes what is expected; git diff is the review.
static void every_sample_gives_its_expected_rows_and_mapping(void **state)
{
    (void)state;
    static const char *const names[] = {"trace.csv", "web.tsv", "spans.csv", "pipeline.csv", "history.csv", "broken.csv"};
    const char *top = getenv("VOC_TEST_SRCDIR") ? getenv("VOC_TEST_SRCDIR") : ".", *update = getenv("VOC_UPDATE_GOLDEN");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[1024], *text, *expected, reason[200], got[1 << 15];
        size_t len, n;
        struct events_run r = {0};
        snprintf(path, sizeof path, "%s/plugins/input/events/samples/%s", top, names[i]);
        assert_non_null(text = read_whole(path, &len));
        events_run(&r, str_mk(text, len));
        assert_int_equal(r.rc, VOC_OK);
        int confidence = events_probe(str_mk(text, len), reason);
        n = (size_t)snprintf(got, sizeof got, "%d %s\n%s\n%s", confidence, reason, r.mapping, r.rows.ptr);
        assert_true(n < sizeof got);
        snprintf(path, sizeof path, "%s/plugins/input/events/expected/%s.txt", top, names[i]);
        if (update && *update) {
            FILE *f = fopen(path, "wb");
            assert_non_null(f);
            fputs(got, f);
            fclose(f);
        }
        assert_non_null(expected = read_whole(path, &n));
        assert_string_equal(got, expected);
        free(text);
        free(expected);
        events_done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_found_by_the_names_that_tools_give_them),
        cmocka_unit_test(every_column_that_means_nothing_is_kept_as_an_attribute_and_empty_cells_give_none),
        cmocka_unit_test(identifiers_stay_text),
        cmocka_unit_test(attributes_of_a_trace_belong_to_the_case),
        cmocka_unit_test(an_id_that_repeats_is_a_case_and_one_that_does_not_is_the_events_own),
        cmocka_unit_test(who_acted_is_read_where_a_column_says_it_and_an_unknown_actor_is_rejected),
        cmocka_unit_test(an_event_with_start_and_end_stands_at_its_end_and_knows_its_minutes),
        cmocka_unit_test(dates_alone_say_nothing_of_minutes),
        cmocka_unit_test(an_event_without_end_stands_at_its_start_and_one_that_ends_before_it_begins_is_rejected),
        cmocka_unit_test(each_date_of_a_wide_row_is_an_event_and_the_closing_one_is_named_by_the_status),
        cmocka_unit_test(an_earlier_event_of_a_wide_row_does_not_know_how_it_ended),
        cmocka_unit_test(maps_give_the_dates_of_a_wide_table_their_actions),
        cmocka_unit_test(a_wrong_date_of_a_wide_row_rejects_all_of_it),
        cmocka_unit_test(one_date_and_a_status_that_changes_for_one_id_is_a_history_of_stages),
        cmocka_unit_test(a_table_with_one_date_gives_events_named_by_it),
        cmocka_unit_test(options_override_the_proposal_and_a_dash_takes_a_column_out),
        cmocka_unit_test(options_override_the_maps),
        cmocka_unit_test(a_column_that_does_not_exist_is_an_error_that_names_the_nearest),
        cmocka_unit_test(without_a_header_columns_are_numbered),
        cmocka_unit_test(a_table_without_times_or_actions_is_an_error_that_says_what_to_give),
        cmocka_unit_test(every_map_of_sources_xml_is_understood),
        cmocka_unit_test(an_unknown_map_is_an_error_with_its_line),
        cmocka_unit_test(a_constant_stands_where_the_cell_is_empty_or_in_every_row),
        cmocka_unit_test(aliases_keep_kind_and_strength),
        cmocka_unit_test(typed_attributes_go_to_whom_they_belong),
        cmocka_unit_test(an_attribute_of_nobody_and_two_of_one_name_are_errors),
        cmocka_unit_test(the_mapping_is_told_one_sentence_a_line),
        cmocka_unit_test(every_sample_gives_its_expected_rows_and_mapping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
