# SPDX-License-Identifier: MIT
# What the tables of the shared data must give, by rules of its own and Python's csv: FOLDER -> file records gave rejected ignored events words links
import csv, os, re, sys

LISTS = """contact_list deal_pipeline deal_pipeline_stage email_campaign email_event_bounce email_event_click email_event_deferred email_event_delivered
email_event_dropped email_event_forward email_event_open email_event_print email_event_sent email_event_spam_report email_event_status_change engagement_company
engagement_contact engagement engagement_deal form owner owner_team property property_option role team team_user ticket_engagement ticket_pipeline
ticket_pipeline_stage users marketo_campaign marketo_email_template_history marketo_lead_describe marketo_program""".split()
STAGES = "stage status dealstage leadstatus hsleadstatus lifecyclestage hspipelinestage ticketstatus".split()
OWNERS = "owner ownerid hubspotownerid assignedto".split()

def folded(s):
    return re.sub("[^a-z0-9]", "", s.lower())

def of_field(name, value):  # events of a change
    return 1 if folded(name) in STAGES + OWNERS and value else 0

def one(table, r):
    """events, words, links; or "ignored" """
    if table in LISTS or folded(r.get("is_deleted", "")) == "true" or folded(r.get("_fivetran_deleted", "")) == "true":
        return "ignored"
    if table.endswith("_property_history"):
        return of_field(r["name"], r["value"]), 0, 0
    if table == "marketo_activity_change_data_value":
        return of_field(r["primary_attribute_value"], r["new_value"]), 0, 0
    if table == "marketo_activity_send_email":
        return "ignored" if r["action_result"] in ("skipped", "failed") else (1, 0, 0)
    if table == "marketo_activity_merge_leads":
        others = [x for x in re.findall(r"\d+", r["merge_ids"]) if x != r["lead_id"]]
        return (0, 0, len(others)) if others else "ignored"
    if table == "contact_merge_audit":
        return 0, 0, 1
    if table == "contact":
        return 0, 0, len([x for x in r["property_hs_merged_object_ids"].split(";") if x])
    if table == "ticket":
        dates = [r[k] for k in ("property_createdate", "property_first_agent_reply_date", "property_closed_date") if r[k]]
        return len(dates), 1 if r["property_createdate"] and r["property_content"] else 0, 0
    if table == "deal":  # its stages do not say whether it is closed, so the close date is a plan
        return (1 if r["property_createdate"] else 0), 0, 0
    if table.startswith("sales_pipeline"):
        return (1 if r["engage_date"] else 0) + (1 if r["close_date"] and r["deal_stage"] in ("Won", "Lost") else 0), 0, 0
    if table in ("company", "accounts", "marketo_lead", "deal_company", "deal_contact", "ticket_company", "ticket_contact", "ticket_deal", "merged_deal", "contact_list_member"):
        return 0, 0, 0
    return 1, 0, 0

links = 0
for path in sys.argv[1:]:
    table = os.path.basename(path)[:-4].removesuffix("_data")
    with open(path, encoding="utf-8-sig", newline="") as f:
        rows = list(csv.DictReader(f))
    got = [one(table, r) for r in rows]
    gave = [g for g in got if g != "ignored"]
    links += sum(g[2] for g in gave)
    print(os.path.basename(path), len(rows), len(gave), 0, len(got) - len(gave), sum(g[0] for g in gave), sum(g[1] for g in gave))
print("links", links)
