// SPDX-License-Identifier: MIT
// What is planted in the demo company: stages, customer actions, touches with their true effects and the verdict each
// must get. Tables only; demo_sim.c plays them, demo_truth.c writes them down.
#ifndef VOC_CLI_DEMO_DEMO_MODEL_H
#define VOC_CLI_DEMO_DEMO_MODEL_H
#include <stdbool.h>
#include <stdint.h>

enum demo_stage {
    DEMO_UNAWARE,
    DEMO_AWARE,
    DEMO_INVESTIGATING,
    DEMO_SEEKING,
    DEMO_CONSIDERING,
    DEMO_PURCHASING,
    DEMO_KEEPING,
    DEMO_STAGES
};
enum { DEMO_SELLING = 4 }; // aware .. considering: where touches are sent; index = stage - DEMO_AWARE

enum demo_role { DEMO_TECHNICIAN, DEMO_QUALITY, DEMO_IT, DEMO_PURCHASER, DEMO_OPERATIONS, DEMO_FINANCE, DEMO_ROLES };

enum demo_actor { DEMO_CUSTOMER, DEMO_COMPANY, DEMO_OTHER }; // also the order within one second (METHODS 0.2)

// What a customer, the company or a machine does.
struct demo_action {
    const char *name, *channel, *object; // "" where none
    uint8_t actor;                       // enum demo_actor
};
enum demo_act {
    ACT_VIEW_HOME, ACT_LOGIN, ACT_ERROR_PAGE, ACT_WHERE_IS_SENSOR, ACT_UNSUBSCRIBE, ACT_CLICK, ACT_REGISTER,
    ACT_READ_ARTICLE, ACT_WATCH_VIDEO, ACT_ASK_INFORMATION, ACT_DOWNLOAD_GUIDE,
    ACT_COMPARE_MODELS, ACT_USE_CALCULATOR, ACT_READ_REFERENCE, ACT_SEND_REQUIREMENTS,
    ACT_REQUEST_DEMO, ACT_BRING_COLLEAGUE, ACT_ASK_PROPOSAL,
    ACT_ASK_QUESTION, ACT_CALL_REFERENCE, ACT_ACCEPT_PROPOSAL,
    ACT_SEND_SITE_DATA, ACT_CLARIFY_TERMS, ACT_PLACE_ORDER, ACT_REORDER, ACT_REFER, ACT_READ_API_MANUAL,
    ACT_TOUCH, ACT_LISTED, ACT_CLOSED_LOST, ACT_PREPARE_PROPOSAL, ACT_PIPELINE_REPORT, ACT_ASSIGNED_TREATED, ACT_ASSIGNED_CONTROL,
    ACT_COUNT
};
extern const struct demo_action demo_actions[ACT_COUNT];

// The aimed actions of a stage: one that leads on (it is the entry of the next stage), and others drawn by weight.
struct demo_aims {
    uint32_t hazard_ppm;     // a day
    uint32_t advance_ppm;    // chance that an action is the one that leads on
    uint8_t advance;         // ACT_COUNT: the stage has none
    uint8_t n_other;
    uint8_t other[4], weight[4];
    uint8_t role_weight[DEMO_ROLES]; // who acts
};
extern const struct demo_aims demo_aims[DEMO_STAGES];

enum demo_rule { // when a touch is sent
    RULE_DAILY,        // by chance_ppm of the stage
    RULE_CALL,         // .35 / .10 / .002 by days since the last action: <= 1, <= 3, older
    RULE_REACTIVATION, // .012 after 10 quiet days, else .002
    RULE_BROCHURE,     // every 10 to 30 days to the unaware of the target list
    RULE_FAIR,         // 16 in five days
    RULE_NEWSLETTER,   // weekly to everybody
    RULE_QUOTE,        // on day 0 of considering, to everybody
    RULE_THANKS,       // 5 minutes after an aimed action that does not lead on, 80 %
    RULE_BRIEFING,     // 45 minutes after a reference visit, 90 %
    RULE_HOLDOUT       // half of the accounts, drawn on the third day of aware
};
struct demo_touch {
    const char *id, *name, *action, *channel, *owner, *object;
    uint8_t rule;                     // enum demo_rule
    bool campaign;                    // rows carry a campaign "id-YYYY-MM"
    uint32_t cost_cents;
    uint32_t chance_ppm[DEMO_SELLING];
    uint16_t factor_pct[DEMO_SELLING]; // on the hazard of an aimed action, for 14 days
    uint32_t harm_ppm;                 // added chance a day of leaving, for 14 days
    const char *expect;                // code of the pooled verdict; "" where it is planted by stage
    const char *by_stage[DEMO_SELLING]; // codes planted by stage, or NULL
    const char *note;                   // what is special, "" if nothing
};
enum demo_touch_id {
    TOUCH_WEBINAR, TOUCH_ENGINEER, TOUCH_CASE, TOUCH_DINNER, TOUCH_DISCOUNT, TOUCH_REACTIVATION, TOUCH_CALL, TOUCH_VISIT,
    TOUCH_BRIEFING, TOUCH_BROCHURE, TOUCH_FAIR, TOUCH_NEWSLETTER, TOUCH_QUOTE, TOUCH_THANKS, TOUCH_TERMS, TOUCH_PRICE,
    TOUCH_CALCULATOR_MAIL, TOUCH_COUNT
};
extern const struct demo_touch demo_touches[TOUCH_COUNT];

// What the customer acts to obtain, and what should come of it.
struct demo_pull {
    const char *id, *expect, *note;
    uint8_t act; // ACT_COUNT: nobody obtains it
};
enum { DEMO_PULLS = 4 };
extern const struct demo_pull demo_pulls[DEMO_PULLS];

extern const char *const demo_stage_ids[DEMO_STAGES];
extern const char *const demo_role_names[DEMO_ROLES];

enum {
    DEMO_ACCOUNTS = 640,
    DEMO_DAYS = 548,
    DEMO_FAIR_DAY = 302,      // 29 Apr 2025, five days
    DEMO_FAIR_CONTACTS = 16,
    DEMO_BREAK_DAY = 365,     // 1 Jul 2025
    DEMO_BREAK_PCT = 46,      // of the chance that an action of who considers leads on, from then
    DEMO_BREAK_DAYS = 35,     // in which who entered considering is judged to have gone on
    DEMO_LOST_PPM = 9000,     // goes to another while considering, a day
    DEMO_BREAK_LOST_PPM = 20000,
    DEMO_EFFECT_DAYS = 14,
    DEMO_LAPSE_DAYS = 180,
    DEMO_LEAVE_PPM = 3000,    // unsubscribes, a day
    DEMO_API_READERS = 3,
    DEMO_ACTION_VALUE = 600
};
#define DEMO_START INT64_C(1719792000) // 2024-07-01T00:00:00Z
#define DEMO_DAY INT64_C(86400)

// Sentences that customers write, by theme; finance says price, whatever it acts for.
enum demo_theme { THEME_PRICE, THEME_LOSS, THEME_SECURITY, THEME_INSTALL, THEME_PROOF, THEME_WHERE, THEME_COUNT };
extern const char *const demo_sentences[THEME_COUNT][4];
extern const uint8_t demo_theme_weight[DEMO_ROLES][THEME_COUNT - 1];

// Names, invented; all different within one demo.
#define DEMO_NAME_MAX 96
unsigned demo_account_name(char out[DEMO_NAME_MAX], unsigned account, unsigned rotate); // gives the script of its people
enum { DEMO_SCRIPTS = 12, DEMO_NAMES = 16 };
void demo_person_name(char out[DEMO_NAME_MAX], unsigned script, unsigned nth); // nth person of this script
#endif
