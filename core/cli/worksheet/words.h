// SPDX-License-Identifier: MIT
// What the words in a name say, in English, German, French, Spanish, Italian, Portuguese, Dutch and Polish: whether somebody
// got something, only passed through, met a fault, left; how near that is to buying; who usually does it.
#ifndef VOC_CLI_WORKSHEET_WORDS_H
#define VOC_CLI_WORKSHEET_WORDS_H
#include "base/buf.h"

enum ws_near { NEAR_NONE, NEAR_AWARE, NEAR_INVESTIGATING, NEAR_SEEKING, NEAR_CONSIDERING, NEAR_PURCHASING, NEAR_KEEPING, NEAR_WON };
enum { SAYS_PULL = 1u /* customers must act to get it */, SAYS_UNCLEAR = 2u /* advice or complaint: the name does not tell */ };
struct ws_words {
    bool act;             // the words of a customer's act were found
    uint32_t class_;      // VOC_CLASS_* if act
    enum ws_near near_;
    uint32_t flags;
    char word[48];        // that says so, as it stands in the name
    uint32_t actor;       // who does such things, or UNSET
    char actor_word[48];
    bool works;           // by a word of work on a case ("created", "changed"), which users of a product do as well
    const char *function; // "marketing", ... of a touchpoint, or NULL
    char function_word[48];
    const char *record;   // a stage that sales teams record ("qualifying"), or NULL
    const char *outcome;  // won, lost, disqualified, or NULL
    bool wide;            // the outcome is one of anything else as well: only where others of the log are of a sale
    char record_word[48];
    const char *ending;   // how a case ends that ends with it: lost, disqualified, other, or NULL
    char ending_word[48];
};
// name: an action; more: other words of the same thing (touchpoint, campaign), which only tell its function.
voc_rc ws_words_of(struct ws_words *out, voc_str name, voc_str more);
extern const char *const ws_near_names[8]; // "", "aware", ...
#endif
