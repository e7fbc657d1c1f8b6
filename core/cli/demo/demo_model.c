// SPDX-License-Identifier: MIT
// The tables of the demo company (see demo_model.h): what each stage's customers do, what each touch costs and does,
// and the verdict that the score must reach. Chances are a day, in parts of a million; factors in per cent.
#include "cli/demo/demo_model.h"
#include <stddef.h>

const char *const demo_stage_ids[DEMO_STAGES] = {"unaware", "aware", "investigating", "seeking",
                                                 "considering", "purchasing", "keeping"};
const char *const demo_role_names[DEMO_ROLES] = {"technician", "quality engineer", "IT",
                                                 "purchasing", "operations director", "finance"};

const struct demo_action demo_actions[ACT_COUNT] = {
    [ACT_VIEW_HOME] = {"view-home", "web", "/", DEMO_CUSTOMER},
    [ACT_LOGIN] = {"login", "web", "/account", DEMO_CUSTOMER},
    [ACT_ERROR_PAGE] = {"error-page", "web", "/500", DEMO_CUSTOMER},
    [ACT_WHERE_IS_SENSOR] = {"where-is-my-sensor", "phone", "order status", DEMO_CUSTOMER},
    [ACT_UNSUBSCRIBE] = {"unsubscribe", "email", "all mailings", DEMO_CUSTOMER},
    [ACT_CLICK] = {"click", "email", "newsletter link", DEMO_CUSTOMER},
    [ACT_REGISTER] = {"register", "web", "webinar", DEMO_CUSTOMER},
    [ACT_READ_ARTICLE] = {"read-article", "web", "article: how a fridge alarm should work", DEMO_CUSTOMER},
    [ACT_WATCH_VIDEO] = {"watch-video", "web", "video: one night in a cold room", DEMO_CUSTOMER},
    [ACT_ASK_INFORMATION] = {"ask-for-information", "email", "", DEMO_CUSTOMER},
    [ACT_DOWNLOAD_GUIDE] = {"download-guide", "web", "guide: cold rooms, audited", DEMO_CUSTOMER},
    [ACT_COMPARE_MODELS] = {"compare-models", "web", "page: models side by side", DEMO_CUSTOMER},
    [ACT_USE_CALCULATOR] = {"use-calculator", "web", "savings calculator", DEMO_CUSTOMER},
    [ACT_READ_REFERENCE] = {"read-reference", "web", "reference: a hospital pharmacy", DEMO_CUSTOMER},
    [ACT_SEND_REQUIREMENTS] = {"send-requirements", "email", "requirements", DEMO_CUSTOMER},
    [ACT_REQUEST_DEMO] = {"request-demo", "web", "demo", DEMO_CUSTOMER},
    [ACT_BRING_COLLEAGUE] = {"bring-colleague", "phone", "call with a colleague", DEMO_CUSTOMER},
    [ACT_ASK_PROPOSAL] = {"ask-proposal", "email", "proposal", DEMO_CUSTOMER},
    [ACT_ASK_QUESTION] = {"ask-question", "email", "proposal", DEMO_CUSTOMER},
    [ACT_CALL_REFERENCE] = {"call-reference", "phone", "reference: a restaurant chain", DEMO_CUSTOMER},
    [ACT_ACCEPT_PROPOSAL] = {"accept-proposal", "email", "proposal", DEMO_CUSTOMER},
    [ACT_SEND_SITE_DATA] = {"send-site-data", "email", "site data", DEMO_CUSTOMER},
    [ACT_CLARIFY_TERMS] = {"clarify-terms", "phone", "contract", DEMO_CUSTOMER},
    [ACT_PLACE_ORDER] = {"place-order", "email", "order", DEMO_CUSTOMER},
    [ACT_REORDER] = {"reorder", "email", "more sensors", DEMO_CUSTOMER},
    [ACT_REFER] = {"refer-colleague", "email", "referral", DEMO_CUSTOMER},
    [ACT_READ_API_MANUAL] = {"read-api-manual", "web", "API manual", DEMO_CUSTOMER},
    [ACT_TOUCH] = {"", "", "", DEMO_COMPANY}, // its row says what the touch's table line says
    [ACT_LISTED] = {"listed", "list", "target list", DEMO_OTHER}, // the account is known from then
    [ACT_CLOSED_LOST] = {"closed-lost", "crm", "opportunity", DEMO_OTHER}, // a record, no touch
    [ACT_PREPARE_PROPOSAL] = {"prepare-proposal", "internal", "proposal", DEMO_COMPANY},
    [ACT_PIPELINE_REPORT] = {"pipeline-report", "internal", "weekly pipeline report", DEMO_COMPANY},
    [ACT_ASSIGNED_TREATED] = {"assigned-treated", "", "", DEMO_OTHER},
    [ACT_ASSIGNED_CONTROL] = {"assigned-control", "", "", DEMO_OTHER},
};

const struct demo_aims demo_aims[DEMO_STAGES] = {
    [DEMO_UNAWARE] = {.advance = ACT_VIEW_HOME, .role_weight = {5, 3, 2, 2, 1, 1}},
    [DEMO_AWARE] = {30000, 450000, ACT_DOWNLOAD_GUIDE, 3, {ACT_READ_ARTICLE, ACT_WATCH_VIDEO, ACT_ASK_INFORMATION},
                    {40, 25, 35}, {6, 5, 2, 1, 1, 1}},
    [DEMO_INVESTIGATING] = {30000, 450000, ACT_SEND_REQUIREMENTS, 3,
                            {ACT_COMPARE_MODELS, ACT_USE_CALCULATOR, ACT_READ_REFERENCE}, {35, 35, 30}, {5, 5, 3, 2, 2, 1}},
    [DEMO_SEEKING] = {32000, 450000, ACT_ASK_PROPOSAL, 3, {ACT_REQUEST_DEMO, ACT_READ_REFERENCE, ACT_BRING_COLLEAGUE},
                      {40, 25, 35}, {2, 4, 3, 4, 4, 2}},
    [DEMO_CONSIDERING] = {34000, 300000, ACT_ACCEPT_PROPOSAL, 4,
                          {ACT_ASK_QUESTION, ACT_USE_CALCULATOR, ACT_CALL_REFERENCE, ACT_BRING_COLLEAGUE}, {35, 25, 20, 20},
                          {1, 2, 3, 4, 5, 5}},
    [DEMO_PURCHASING] = {60000, 500000, ACT_PLACE_ORDER, 2, {ACT_SEND_SITE_DATA, ACT_CLARIFY_TERMS}, {60, 40},
                         {2, 1, 2, 5, 4, 4}},
    [DEMO_KEEPING] = {10000, 0, ACT_COUNT, 2, {ACT_REORDER, ACT_REFER}, {70, 30}, {4, 4, 1, 2, 2, 1}},
};

#define ALWAYS {100, 100, 100, 100}
#define CODES_NONE {NULL, NULL, NULL, NULL}
const struct demo_touch demo_touches[TOUCH_COUNT] = {
    [TOUCH_WEBINAR] = {"webinar", "webinar", "invitation", "email", "marketing", "webinar: a month without spoiled stock",
                       RULE_DAILY, true, 800, {12000, 12000, 12000, 0}, {190, 190, 190, 190}, 0, "V1", CODES_NONE, ""},
    [TOUCH_ENGINEER] = {"engineer-call", "engineer call", "call", "phone", "operations", "call by an engineer", RULE_DAILY,
                        false, 4500, {0, 0, 20000, 20000}, {220, 220, 220, 220}, 0, "V1", CODES_NONE, ""},
    [TOUCH_CASE] = {"case-study", "case study", "mail", "email", "marketing", "case study: a distributor", RULE_DAILY, true,
                    600, {0, 16000, 0, 34000}, {100, 100, 100, 240}, 0, "", {NULL, "U6", NULL, "V1"},
                    "works while considering, not while investigating"},
    [TOUCH_DINNER] = {"dinner", "dinner", "invitation", "event", "sales", "dinner", RULE_DAILY, false, 90000,
                      {0, 0, 10000, 10000}, {190, 190, 190, 190}, 0, "W3", CODES_NONE, "customers act, but it costs more"},
    [TOUCH_DISCOUNT] = {"discount-mail", "discount mail", "mail", "email", "marketing", "10 % off", RULE_DAILY, true, 50,
                        {16000, 16000, 16000, 16000}, {55, 55, 55, 55}, 12000, "W1", CODES_NONE, "repels"},
    [TOUCH_REACTIVATION] = {"reactivation", "reactivation mail", "mail", "email", "marketing", "we have not heard from you",
                            RULE_REACTIVATION, true, 100, {0, 0, 0, 0}, {190, 190, 190, 190}, 16000, "U5", CODES_NONE,
                            "more act and more leave"},
    [TOUCH_CALL] = {"follow-up-call", "follow-up call", "call", "phone", "sales", "follow-up", RULE_CALL, false, 4500,
                    {0, 0, 0, 0}, ALWAYS, 0, "W2", CODES_NONE, "made to those who act anyway"},
    [TOUCH_VISIT] = {"reference-visit", "reference visit", "visit", "visit", "sales", "visit to a reference", RULE_DAILY,
                     false, 6000, {0, 0, 12000, 12000}, {200, 200, 200, 200}, 0, "U4", CODES_NONE,
                     "nine of ten with a briefing"},
    [TOUCH_BRIEFING] = {"briefing", "briefing", "call", "phone", "sales", "briefing after the visit", RULE_BRIEFING, false,
                        4000, {0, 0, 0, 0}, ALWAYS, 0, "U4", CODES_NONE, "only ever after a visit"},
    [TOUCH_BROCHURE] = {"brochure", "brochure", "letter", "post", "marketing", "brochure", RULE_BROCHURE, true, 600,
                        {0, 0, 0, 0}, ALWAYS, 0, "W0", CODES_NONE, "nobody acts"},
    [TOUCH_FAIR] = {"fair-follow-up", "fair follow-up", "mail", "email", "marketing", "good to meet you", RULE_FAIR, true,
                    1200, {0, 0, 0, 0}, ALWAYS, 0, "U1", CODES_NONE, "16 contacts"},
    [TOUCH_NEWSLETTER] = {"newsletter", "newsletter", "mail", "email", "marketing", "newsletter", RULE_NEWSLETTER, true, 40,
                          {0, 0, 0, 0}, ALWAYS, 0, "U2", CODES_NONE, "everybody gets it"},
    [TOUCH_QUOTE] = {"quote", "quote", "mail", "email", "sales", "quote", RULE_QUOTE, false, 500, {0, 0, 0, 0}, ALWAYS, 0,
                     "U2", CODES_NONE, "everybody gets it"},
    [TOUCH_THANKS] = {"thank-you-mail", "thank-you mail", "mail", "email", "marketing", "thank you", RULE_THANKS, false, 5,
                      {0, 0, 0, 0}, ALWAYS, 0, "U7", CODES_NONE, "sent while the customer is already acting"},
    [TOUCH_TERMS] = {"terms-notice", "terms notice", "mail", "email", "legal", "changed terms", RULE_DAILY, false, 100,
                     {9000, 9000, 9000, 9000}, ALWAYS, 0, "I0", CODES_NONE, "the law asks for it"},
    [TOUCH_PRICE] = {"price-letter", "price letter", "letter", "post", "sales", "new prices", RULE_DAILY, false, 100,
                     {0, 0, 14000, 14000}, ALWAYS, 14000, "I-", CODES_NONE, "the contract asks for it; it drives away"},
    [TOUCH_CALCULATOR_MAIL] = {"calculator-mail", "calculator mail", "mail", "email", "marketing",
                               "try the savings calculator", RULE_HOLDOUT, false, 40, {0, 0, 0, 0}, {150, 150, 150, 150}, 0,
                               "", CODES_NONE, "randomised 50:50; the verdict rests on the hold-out"},
};

const struct demo_pull demo_pulls[DEMO_PULLS] = {
    {"savings-calculator", "V3", "customers act to obtain it", ACT_USE_CALCULATOR},
    {"references", "V3", "customers act to obtain it", ACT_READ_REFERENCE},
    {"api-manual", "W5", "offered, hardly anybody takes it", ACT_READ_API_MANUAL},
    {"partner-portal", "W0", "nobody takes it", ACT_COUNT},
};

const char *const demo_sentences[THEME_COUNT][4] = {
    [THEME_PRICE] = {"What does the fridge alarm cost per room and year?", "The price is too high for us as it stands.",
                     "Is there a discount for twelve kitchens?", "Can we pay monthly instead of up front?"},
    [THEME_LOSS] = {"Last summer we threw away a whole cold room of fish.", "We are afraid of spoiled stock over the weekend.",
                    "Does the fridge alarm ring at night, before the food is lost?",
                    "One failed compressor and the vaccines are gone."},
    [THEME_SECURITY] = {"Our IT asks where the data is kept.", "Does the sensor need a hole in our firewall?",
                        "Who can see our readings? We need single sign-on.", "Please send the last security audit."},
    [THEME_INSTALL] = {"How long does installation take per kitchen?", "Can our own technician mount the sensors?",
                       "We cannot close the kitchen for two days.", "Do the sensors need cables?"},
    [THEME_PROOF] = {"Can you show what a kitchen like ours saved?", "We need proof of savings before we sign.",
                     "Which figures stand behind the pay-back?", "Our board wants to see a calculation, not a platform."},
    [THEME_WHERE] = {"Where is my sensor? It was due last week.", "Where is our order, please?",
                     "Still no sensor, who can tell me more?", "The parcel says delivered. It is not here."},
};
const uint8_t demo_theme_weight[DEMO_ROLES][THEME_COUNT - 1] = {
    [DEMO_TECHNICIAN] = {1, 3, 1, 6, 0}, [DEMO_QUALITY] = {1, 6, 1, 2, 1},   [DEMO_IT] = {0, 1, 8, 2, 0},
    [DEMO_PURCHASER] = {6, 1, 1, 2, 1},  [DEMO_OPERATIONS] = {2, 5, 1, 3, 2}, [DEMO_FINANCE] = {7, 0, 0, 0, 1},
};
