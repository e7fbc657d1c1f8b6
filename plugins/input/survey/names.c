// SPDX-License-Identifier: MIT
// What the columns of survey tools are by their names, in the tools' languages. What has no such name is a question.
// Names are folded: letters and digits, lower case. Only tables of constants.
#include "plugins/input/survey/survey.h"

struct entry {
    const char *names; // blank between
    uint32_t role;
    const char *alias;
    uint32_t strong;
};

// Times in the order in which they are believed: when it was finished, when it was saved last, when it was begun.
static const struct entry entries[] = {
    {"enddate enddateutc submitdate submitdateutc datesubmitted datumabgeschickt datedesoumission datuminzending submittedat submissiondate completedat completiontime endtime timefinished "
     "datecompleted completeddate datemodified datestampfinished dateofresponse responsedate respondedat answeredat answeredon",
     SV_TIME, NULL, 0},
    {"timestamp zeitstempel horodateur marcatemporal carimbodedatahora informazionicronologiche tijdstempel sygnaturaczasowa recordeddate createdat submitted datecreated", SV_TIME, NULL, 0},
    {"datestamp datelastaction lastaction datumletzteaktivit\xC3\xA4t updatedat", SV_TIME, NULL, 0},
    {"startdate startdateutc datestarted datumgestartet starttime startedat date datum fecha data datetime surveydate surveytime interviewdate", SV_TIME, NULL, 0},
    {"responseid respondentid antwortid submissionid responseuuid surveyresponseid interviewid iddelar\xC3\xA9ponse idderespuesta antwoordid", SV_ID, NULL, 0},
    {"recipientemail email emailaddress emailadresse adresseemail adressemail correoelectr\xC3\xB3nico direcci\xC3\xB3ndecorreoelectr\xC3\xB3nico endere\xC3\xA7odeemail indirizzoemail emailadres "
     "adresemail nomedeusu\xC3\xA1rio respondentemail contactemail customeremail youremail youremailaddress mail",
     SV_PERSON, "email", 1},
    {"externaldatareference externalreference customerid customernumber customerno kundennummer kundenid contactkey panelid panelistid panelkey memberid crmid", SV_PERSON, "id", 1},
    {"token zugangscode invitationcode", SV_PERSON, "token", 1},
    {"recipientid contactid", SV_PERSON, "contact", 1},
    {"userid username formbricksuserid", SV_PERSON, "user", 1},
    {"phone phonenumber telephone telefon mobile", SV_PERSON, "phone", 0},
    {"userlanguage startlanguage startsprache langued\xC3\xA9part lenguajeinicial language sprache idioma langue lang", SV_LANGUAGE, NULL, 0},
    {"finished", SV_FINISHED, NULL, 0},
    {"status responsetype", SV_STATUS, NULL, 0},
    {"lastpage letzteseite progress duration durationinseconds totaltime distributionchannel collectorid refurl referer referrerurl score tags notes surveyid url q_totalduration referralcode channel source country", SV_EXTRA, NULL, 0},
};

// Of the tool, and of the machine that was used; names and addresses of people. Left out, and said so.
static const char out[] =
    "ipaddress ip ipadresse locationlatitude locationlongitude locationaccuracy recipientlastname recipientfirstname firstname lastname name fullname vorname nachname responseset seed networkid "
    "useragent useragentbrowser useragentos useragentdevice stagedateutc browser device os no recaptchascore qrecaptchascore externaldatareferencename completed";

static bool named(const char *names, voc_str folded)
{
    for (const char *p = names; *p;) {
        size_t len = strcspn(p, " ");
        if (len == folded.len && memcmp(p, folded.ptr, len) == 0) return true;
        p += len;
        while (*p == ' ') p++;
    }
    return false;
}

static size_t place(const char *names, voc_str folded)
{
    size_t k = 0;
    for (const char *p = names; *p; k++) {
        size_t len = strcspn(p, " ");
        if (len == folded.len && memcmp(p, folded.ptr, len) == 0) return k;
        p += len;
        while (*p == ' ') p++;
    }
    return k;
}

// LimeSurvey's own columns; a question may be called "Name" there.
static bool starts(voc_str s, const char *with) { return s.len >= strlen(with) && memcmp(s.ptr, with, strlen(with)) == 0; }

bool sv_meaning_of(enum sv_form form, voc_str folded, struct sv_meaning *m)
{
    *m = (struct sv_meaning){.role = SV_ANSWER, .rank = SV_RANK_NONE};
    if (folded.len == 0) return false;
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        if (!named(entries[i].names, folded)) continue;
        *m = (struct sv_meaning){entries[i].role, entries[i].alias, entries[i].strong, (uint32_t)(i * 100 + place(entries[i].names, folded))};
        return true;
    }
    bool id = folded.len == 2 && memcmp(folded.ptr, "id", 2) == 0;
    if (id) return m->role = SV_ID, m->rank = 450, true;
    bool timing = form == SV_LIMESURVEY && (starts(folded, "questiontime") || starts(folded, "grouptime") || starts(folded, "interviewtime"));
    if (timing || named(out, folded) || starts(folded, "customdata")) return m->role = timing || named(out, folded) ? SV_LEFT_OUT : SV_EXTRA, true;
    return false;
}
