// SPDX-License-Identifier: MIT
// The usual words of CRM and marketing systems: fields that are stages, stages that end a thing, kinds of activities and what
// mails go through. Names are compared folded: letters and digits only, lower case. No state.
#include "plugins/input/crm/crm.h"

const char *fold(voc_str s, char out[FOLD_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < s.len && n + 1 < FOLD_MAX; i++) {
        char c = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] - 'A' + 'a') : s.ptr[i];
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80) out[n++] = c;
    }
    out[n] = 0;
    return out;
}

static bool in_words(const char *folded, const char *words)
{
    size_t len = strlen(folded);
    for (const char *p = words; len && *p; p += *p == ' ') {
        size_t n = strcspn(p, " ");
        if (n == len && memcmp(p, folded, n) == 0) return true;
        p += n;
    }
    return false;
}

bool word_in(voc_str cell, const char *words)
{
    char folded[FOLD_MAX];
    return in_words(fold(cell, folded), words);
}

static bool has_prefix(const char *s, const char *with) { return strncmp(s, with, strlen(with)) == 0; }

static bool has_suffix(const char *s, const char *with)
{
    size_t n = strlen(s), m = strlen(with);
    return n >= m && memcmp(s + n - m, with, m) == 0;
}

// ---- fields of histories ------------------------------------------------------------------------------------------------

static const char STAGE_FIELDS[] =
    "stage stagename dealstage opportunitystage pipelinestage hspipelinestage dealpipelinestageid status leadstatus hsleadstatus lifecyclestage lifecyclestagename "
    "phase salesstage ticketstatus casestatus opportunitystatus dealstatus leadstage funnelstage";
static const char OWNER_FIELDS[] = "owner ownerid hubspotownerid assignedto assignee ownername dealowner opportunityowner leadowner ownerassignment";
static const struct { const char *field, *event; } EVENTS[] = {
    {"created", "created"}, {"leadconverted", "converted"}, {"opportunitycreatedfromlead", "created from a lead"}, {"owneraccepted", "accepted"},
    {"leadmerged", "merged"}, {"accountmerged", "merged"}, {"contactmerged", "merged"}, {"rejected", "rejected"}, {"closed", "closed"}};

enum field_kind field_kind(voc_str name, voc_str *event)
{
    char folded[FOLD_MAX];
    fold(name, folded);
    if (in_words(folded, STAGE_FIELDS)) return FIELD_IS_STAGE;
    if (in_words(folded, OWNER_FIELDS)) return FIELD_IS_OWNER;
    for (size_t i = 0; i < sizeof EVENTS / sizeof *EVENTS; i++) {
        if (strcmp(folded, EVENTS[i].field) != 0) continue;
        *event = (voc_str){EVENTS[i].event, strlen(EVENTS[i].event)};
        return FIELD_IS_EVENT;
    }
    return FIELD_IS_OTHER;
}

// ---- stages -------------------------------------------------------------------------------------------------------------

enum outcome outcome_of(voc_str stage)
{
    static const char *const ends[] = {"lost", "disqualified", "unqualified", "rejected", "abandoned", "cancelled", "canceled", "solved", "resolved", "notconverted", "junk"};
    char folded[FOLD_MAX];
    fold(stage, folded);
    if (strcmp(folded, "won") == 0 || has_suffix(folded, "closedwon") || has_prefix(folded, "closedwon") || has_prefix(folded, "wonclosed")) return WON;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (has_suffix(folded, ends[i])) return CLOSED;
    return has_prefix(folded, "closed") ? CLOSED : STILL_OPEN;
}

voc_str stage_name(voc_str stage)
{
    static const struct { const char *id; voc_str name; } known[] = {
        {"appointmentscheduled", VOC_LIT("Appointment Scheduled")}, {"qualifiedtobuy", VOC_LIT("Qualified To Buy")},
        {"presentationscheduled", VOC_LIT("Presentation Scheduled")}, {"decisionmakerboughtin", VOC_LIT("Decision Maker Bought-In")},
        {"contractsent", VOC_LIT("Contract Sent")}, {"closedwon", VOC_LIT("Closed Won")}, {"closedlost", VOC_LIT("Closed Lost")}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (ev_is(stage, known[i].id)) return known[i].name;
    return stage;
}

const char *step_of(voc_str folded)
{
    static const struct { const char *stem, *stage; } stems[] = {
        {"prospect", "Prospecting"}, {"disqualif", "Disqualified"}, {"qualif", "Qualification"}, {"discover", "Discovery"}, {"engag", "Engaging"},
        {"contacted", "Contacted"}, {"firstcontact", "Contacted"}, {"meeting", "Meeting"}, {"demo", "Demo"}, {"present", "Presentation"}, {"propos", "Proposal"},
        {"quot", "Quote"}, {"negotiat", "Negotiation"}, {"contractsent", "Contract Sent"}, {"contract", "Contract"}, {"won", "Won"}, {"lost", "Lost"}};
    char s[FOLD_MAX];
    if (folded.len + 1 > sizeof s) return NULL;
    memcpy(s, folded.ptr, folded.len);
    s[folded.len] = 0;
    bool dated = has_prefix(s, "date") || has_suffix(s, "date") || has_suffix(s, "at") || has_suffix(s, "on");
    const char *p = has_prefix(s, "dateentered") ? s + 11 : has_prefix(s, "date") ? s + 4 : has_prefix(s, "entered") ? s + 7 : s;
    for (size_t i = 0; dated && i < sizeof stems / sizeof *stems; i++)
        if (has_prefix(p, stems[i].stem)) return stems[i].stage;
    return NULL;
}

// ---- activities and mailings --------------------------------------------------------------------------------------------

struct words_of_act { const char *words; struct kind_of_act kind; };

static bool find_kind(const struct words_of_act *all, size_t n, voc_str type, struct kind_of_act *out)
{
    char folded[FOLD_MAX];
    fold(type, folded);
    for (size_t i = 0; i < n; i++)
        if (in_words(folded, all[i].words)) return *out = all[i].kind, true;
    return false;
}

// Action names are those of the plugin email: open, delivered ... are mechanical, bounce and dropped undelivered, unsubscribe and
// complaint harm (METHODS 1.1). Numbers are Marketo's activity types.
bool mail_kind(voc_str type, struct kind_of_act *out)
{
    static const struct words_of_act kinds[] = {
        {"send sent emailsend emailsent sendemail mailing 6", {"mail", "email", VOC_ACTOR_COMPANY}},
        {"delivered emaildelivered delivery emaildelivery 7", {"delivered", "email", VOC_ACTOR_CUSTOMER}},
        {"open opened emailopen emailopened openemail firstopen 10", {"open", "email", VOC_ACTOR_CUSTOMER}},
        {"click clicked emailclick emailclicked emailclickthrough clickemail clickthrough 11", {"click", "email", VOC_ACTOR_CUSTOMER}},
        {"bounce bounced emailbounce emailbounced bounceback hardbounce softbounce emailbouncedsoft 8 27", {"bounce", "email", VOC_ACTOR_CUSTOMER}},
        {"deferred deferral", {"deferred", "email", VOC_ACTOR_CUSTOMER}},
        {"dropped drop suppressed blocked", {"dropped", "email", VOC_ACTOR_CUSTOMER}},
        {"unsubscribe unsubscribed unsubscribeemail emailunsubscribe optout globalunsubscribe 9", {"unsubscribe", "email", VOC_ACTOR_CUSTOMER}},
        {"spamreport spam complaint complained abuse markedasspam", {"complaint", "email", VOC_ACTOR_CUSTOMER}},
        {"forward forwarded forwardtofriend 15", {"forward", "email", VOC_ACTOR_CUSTOMER}},
        {"print printed", {"print", "email", VOC_ACTOR_CUSTOMER}},
        {"reply replied", {"reply", "email", VOC_ACTOR_CUSTOMER}},
        {"formsubmit formsubmission formsubmitted filloutform fillform form 2", {"fill-form", "web", VOC_ACTOR_CUSTOMER}},
        {"pageview webvisit visitwebpage visitpage visit 1", {"visit", "web", VOC_ACTOR_CUSTOMER}},
        {"clicklink 3", {"click-link", "web", VOC_ACTOR_CUSTOMER}},
        {"subscribe subscribed resubscribe optin", {"subscribe", "email", VOC_ACTOR_CUSTOMER}},
        {"statuschange subscriptionchange", {"subscription-changed", "email", VOC_ACTOR_CUSTOMER}},
        {"newlead 12", {"lead", "", VOC_ACTOR_OTHER}},
        {"deletelead 29", {"lead-deleted", "", VOC_ACTOR_OTHER}},
        {"mergeleads 32", {"merge", "", VOC_ACTOR_OTHER}},
        {"processed", {"processed", "email", VOC_ACTOR_OTHER}}};
    return find_kind(kinds, sizeof kinds / sizeof *kinds, type, out);
}

bool act_kind(voc_str type, struct kind_of_act *out)
{
    static const struct words_of_act kinds[] = {
        {"call phonecall outboundcall logcall phone", {"call", "phone", VOC_ACTOR_COMPANY}},
        {"inboundcall incomingcall", {"call", "phone", VOC_ACTOR_CUSTOMER}},
        {"meeting event visit appointment onlinemeeting videocall", {"meeting", "meeting", VOC_ACTOR_COMPANY}},
        {"demo presentation", {"demo", "meeting", VOC_ACTOR_COMPANY}},
        {"email mail outboundemail emailsent sentemail forwardedemail", {"mail", "email", VOC_ACTOR_COMPANY}},
        {"incomingemail inboundemail emailreceived receivedemail reply", {"mail", "email", VOC_ACTOR_CUSTOMER}},
        {"communication sms whatsapp whatsappmessage linkedinmessage linkedin message", {"message", "message", VOC_ACTOR_COMPANY}},
        {"letter postalmail", {"letter", "post", VOC_ACTOR_COMPANY}},
        {"task todo followup", {"task", "", VOC_ACTOR_COMPANY}},
        {"note internalnote comment", {"note", "", VOC_ACTOR_COMPANY}}};
    return find_kind(kinds, sizeof kinds / sizeof *kinds, type, out);
}
